//! Life with frames, in a graph that runs: odd frames in, everything accounted for, ends by itself, and can be
//! ended by force.

use crate::{Loaded, each};
use rogue_abi::NodeRef;
use rogue_runtime::{
    card::Shape,
    engine::Clock,
    graph::{self, Catalog, Found, Options, Wanted},
    module::{OutItem, Status},
    pool::{self, Account},
    swap::{self, Running},
};
use rogue_sdk::Frame;
use rogue_tests::fake::{Fake, Seen, assert_balanced, attend_until, giving, taking};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Frames of every form that a module may meet.
fn odd_frames(node: NodeRef) -> Vec<Frame> {
    let account = Account::of(node).expect("the node lives");
    let new = |size| pool::request(account, 0, size).expect("memory");
    let mut frames = Vec::new();
    for size in [0, 1, 12, 64, 4096, 70_000] {
        let mut frame = new(size);
        let bytes: Vec<u8> = (0..size).map(|n| n as u8).collect();
        frame.write(0, &bytes).expect("it fits");
        frames.push(frame);
    }
    // Room, but no payload.
    frames.push(new(100));
    // Several buffers, the first of them empty.
    let mut several = new(8);
    several.append(new(16)).map_err(|(e, _)| e).expect("few buffers");
    several.buffer_mut(1).and_then(|mut b| b.set_payload(16)).expect("it fits");
    frames.push(several);
    // Shared with another handle that stays alive in the same batch, and a part of it.
    let mut whole = new(40);
    whole.set_payload_full();
    let (twin, part) = (whole.share().expect("memory"), whole.slice(4, 30).expect("memory"));
    frames.extend([whole, twin, part]);
    // Metadata at its limits.
    let mut marked = new(20);
    marked.set_payload_full();
    marked.set_channel(255);
    marked.set_flags(0xffff);
    marked.set_error(255);
    frames.push(marked);
    frames
}

/// Gives [`odd_frames`] over and over.
fn odd_source(rounds: usize) -> Fake {
    Fake::new("odd-source", "source", "", move |node| {
        let (mut left, mut waiting) = (rounds, Vec::new());
        let give = giving(move |call| {
            while call.out.items.len() < call.out.limit {
                match waiting.pop() {
                    Some(frame) => call.out.items.push(OutItem { frame, port: 0, pad: 0 }),
                    None if left == 0 => return Status::Ended,
                    None => {
                        left -= 1;
                        waiting = odd_frames(node);
                    }
                }
            }
            Status::More
        });
        (None, Some(give))
    })
}

/// Takes anything.
fn any_sink() -> Fake {
    Fake::new("any-sink", "sink", "", |_| {
        let take = taking(|call| {
            while call.taken < call.frames.len() {
                drop(call.frames[call.taken].take());
                call.taken += 1;
            }
            Status::Idle
        });
        (Some(take), None)
    })
}

/// The module under test and the fakes around it.
struct Around<'a> {
    loaded: &'a Loaded,
    fakes: Vec<Fake>,
    asked: Mutex<HashMap<String, Arc<dyn rogue_runtime::module::Module>>>,
}

impl Catalog for Around<'_> {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        let mut asked = self.asked.lock().expect("not poisoned");
        if wanted.module == self.loaded.case.module {
            asked.insert(wanted.module.to_owned(), self.loaded.module.clone());
            return Ok(self.loaded.found.clone());
        }
        let fake = self.fakes.iter().find(|fake| fake.card().name == wanted.module).ok_or("no such fake")?;
        asked.insert(wanted.module.to_owned(), Arc::new(fake.clone()));
        Ok(fake.found())
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Starts a small graph with the module in its middle.
fn start(loaded: &Loaded, rounds: usize, sink: Fake) -> Running {
    let sink_name = sink.card().name.clone();
    let around = Around { loaded, fakes: vec![odd_source(rounds), sink], asked: Mutex::default() };
    let module = loaded.case.module;
    let under_test = format!("m: {{module: {module}, params: {}}}", loaded.params);
    let (src, end) = ("s: {module: odd-source}", format!("e: {{module: {sink_name}}}"));
    let two_inputs = loaded.card().inputs.len() == 2;
    let (nodes, links) = match loaded.card().shape {
        Shape::Source => (format!("{{{under_test}, {end}}}"), "[m >> e]"),
        Shape::Sink if two_inputs => (format!("{{{src}, {under_test}}}"), "[s >> m.a, s >> m.b]"),
        Shape::Sink => (format!("{{{src}, {under_test}}}"), "[s >> m]"),
        Shape::Transform | Shape::Endpoint => (format!("{{{src}, {under_test}, {end}}}"), "[s >> m >> e]"),
    };
    let yaml = format!("nodes: {nodes}\nlinks: {links}\n");
    let plan = match graph::load(&yaml, "contract.yaml", &Options::default(), &around) {
        Ok(checked) => checked.plan,
        Err(errors) => panic!("{module}\n{}", graph::render(&errors, &yaml, false)),
    };
    let asked = around.asked.into_inner().expect("not poisoned");
    let modules = plan.nodes.iter().map(|node| asked[&node.module].clone()).collect();
    swap::start(plan, modules, Clock::Real).unwrap_or_else(|error| panic!("{module}: {error}"))
}

#[test]
fn odd_frames_are_all_accounted_for() {
    each(|loaded| {
        let mut running = start(loaded, 20, any_sink());
        attend_until(&mut running, Running::is_over);
        let ending = running.end();
        assert_balanced(&ending);
        assert_eq!(ending.faults, [], "{}", loaded.case.module);
        let book = ending.ledger.nodes.iter().find(|book| book.name == "m").expect("the node");
        assert_eq!(book.alloc_count, 0, "{}: buffers of its pool are still out", loaded.case.module);
    });
}

#[test]
fn a_stop_in_full_flow_ends_in_order() {
    each(|loaded| {
        let mut running = start(loaded, usize::MAX, any_sink());
        attend_until(&mut running, |running| running.ledger(false).nodes.iter().any(|book| book.taken >= 10));
        running.stop();
        attend_until(&mut running, Running::is_over);
        let ending = running.end();
        assert_balanced(&ending);
        assert_eq!(ending.discarded, 0, "{}", loaded.case.module);
    });
}

#[test]
fn an_end_by_force_counts_what_is_thrown_away() {
    each(|loaded| {
        if matches!(loaded.card().shape, Shape::Sink) {
            return;
        }
        let (blocked, _gate) = Seen::default().gated("blocked");
        let mut running = start(loaded, 200, blocked);
        running.attend(Duration::from_millis(5));
        assert_balanced(&running.end());
    });
}
