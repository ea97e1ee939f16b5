//! Lies about frames.

use crate::{
    Liar, PLAN, Plan, long_text, no_text,
    wit::{
        exports::rogue::flow::processor::{Call, Done, Frame, Guest},
        rogue::flow::{
            host::{self, CounterKind, Level},
            types::{Discarded, Dropped, Flow, FrameId, Meta, Outcome, Outcomes, Part, Retagged, Sent},
        },
    },
};

const META: Meta = Meta { channel: 0, error: 0, flags: 0 };

fn done(taken: usize, outcomes: Outcomes) -> Done {
    Done { taken: taken as u32, outcomes, flow: Flow::Idle, wake_at: 0, fault: None, completed: 0 }
}

impl Guest for Liar {
    fn process(_: Call, frames: Vec<Frame>) -> Done {
        let number = |frame: &Frame| frame.payload.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        PLAN.with_borrow_mut(|plan| match frames.iter().position(|frame| number(frame) == Some(plan.at)) {
            Some(at) => lie(plan, &frames, at),
            None => done(frames.len(), Outcomes::PassAll),
        })
    }

    fn finish(_: Call) -> Done {
        let held = PLAN.with_borrow_mut(|plan| std::mem::take(&mut plan.held));
        let list = held.into_iter().map(|frame| Outcome::Pass(Sent { frame, port: 0 })).collect();
        Done { flow: Flow::Ended, ..done(0, Outcomes::Each(list)) }
    }
}

fn pass(frame: FrameId) -> Outcome {
    Outcome::Pass(Sent { frame, port: 0 })
}

fn retag(frame: FrameId, port: u32) -> Retagged {
    Retagged { frame, port, meta: META }
}

fn part(frame: FrameId, offset: u32, len: u32) -> Outcome {
    Outcome::Part(Part { frame, port: 0, meta: META, offset, len })
}

/// The lie, about frame `at` of the call.
fn lie(plan: &mut Plan, frames: &[Frame], at: usize) -> Done {
    let (count, id) = (frames.len(), frames[at].id);
    let with = |lies: Vec<Outcome>| {
        let others = frames.iter().map(|frame| frame.id).filter(|other| *other != id).map(pass);
        done(count, Outcomes::Each(others.chain(lies).collect()))
    };
    let honest = done(count, Outcomes::PassAll);
    let before = || Outcomes::Each(frames[..at].iter().map(|frame| pass(frame.id)).collect());
    let failed = |fault: String, completed| Done { fault: Some(fault), completed, ..done(at + 1, before()) };
    match plan.how.as_str() {
        "takes-more" => done(count + 1, Outcomes::PassAll),
        "takes-millions" => done(u32::MAX as usize, Outcomes::ReleaseAll),
        "takes-none" => done(0, Outcomes::ReleaseAll),
        "unknown" => with(vec![pass(id.wrapping_add(100_000))]),
        "twice" => with(vec![pass(id), pass(id)]),
        "ended" => with(vec![Outcome::Release(id), Outcome::Share(retag(id, 0))]),
        "held-ended" => with(vec![pass(id), Outcome::Hold(id)]),
        "part" => with(vec![part(id, 2, u32::MAX)]),
        "part-beyond" => with(vec![part(id, u32::MAX, 1)]),
        "emitted-twice" => {
            let k = host::emit(0, META, 4, &[1; 4]);
            with(vec![Outcome::Emitted(k), Outcome::Emitted(k)])
        }
        "emitted-never" => with(vec![Outcome::Emitted(5)]),
        "reason" => with(vec![Outcome::Drop(Dropped { frame: id, reason: 1 })]),
        "reason-huge" => with(vec![Outcome::Drop(Dropped { frame: id, reason: u32::MAX })]),
        "discard-reason" => with(vec![Outcome::Discard(Discarded { reason: 1, frames: 1 })]),
        "discard-many" => with(vec![Outcome::Discard(Discarded { reason: 0, frames: u32::MAX })]),
        "port" => with(vec![Outcome::Pass(Sent { frame: id, port: 1 })]),
        "port-huge" => with(vec![Outcome::Retag(retag(id, u32::MAX))]),
        "emit-port" => with(vec![Outcome::Emitted(host::emit(7, META, 4, &[1; 4]))]),
        "many" => done(count, Outcomes::Each(vec![Outcome::Hold(id); 1_100_000])),
        "shares" => done(count, Outcomes::Each(vec![Outcome::Share(retag(id, 0)); 300_000])),
        "tiny" => loop {
            host::emit(0, META, 0, &[]);
        },
        "completed" => failed("on purpose".to_owned(), u32::MAX),
        "fault-none" => Done { fault: Some("on purpose".to_owned()), ..done(0, Outcomes::ReleaseAll) },
        "fault-text" => failed(long_text(), at as u32),
        "fault-utf8" => failed(no_text(), 0),
        "wake-past" => Done { wake_at: 1, ..honest },
        "wake-never" => Done { wake_at: u64::MAX, ..honest },
        "flow-ended" => Done { flow: Flow::Ended, ..honest },
        _ => {
            say(&plan.how);
            honest
        }
    }
}

/// Lies to the host during the call.
fn say(how: &str) {
    match how {
        "log-utf8" => host::log(Level::Error, &no_text(), &no_text()),
        "log-huge" => host::log(Level::Error, &long_text(), &long_text()),
        "publish-utf8" => host::publish("name", &no_text()),
        "publish-huge" => host::publish(&long_text(), &long_text()),
        "publish-many" => (0..10_000).for_each(|n| host::publish(&format!("reading {n}"), &"x".repeat(4000))),
        "counter-utf8" => drop(host::counter(&no_text(), CounterKind::Event)),
        "counter-huge" => drop(host::counter(&long_text(), CounterKind::Gauge)),
        "counter-many" => {
            for n in 0..3000 {
                let counter = host::counter(&format!("counter {n}"), CounterKind::Event);
                host::add(counter.id, 1);
            }
        }
        "counter-unknown" => host::set(12_345, 1),
        "add-unknown" => host::add(u32::MAX, 1),
        "add-storm" => {
            let counter = host::counter("storm", CounterKind::Event);
            (0..1_000_000).for_each(|_| host::add(counter.id, 1));
        }
        "counter-own" => drop(host::counter("copied_in", CounterKind::Event)),
        "pool-huge" => host::set_pool(u32::MAX, u32::MAX),
        "pool-tiny" => host::set_pool(1, u32::MAX),
        "batch-none" => host::batch_max(0),
        "batch-huge" => host::batch_max(u32::MAX),
        "panicked" => host::panicked("it did not"),
        "links" => drop(host::links(u32::MAX)),
        _ => {}
    }
}
