//! Lies of calls that come once, or now and then.

use crate::{
    Liar, PLAN, long_text, no_text, plan,
    wit::{
        exports::rogue::flow::module::{Frame, FrameId, Guest, Outcome, ParamFault, State},
        rogue::flow::{
            host,
            types::{Discarded, Meta, Sent},
        },
    },
};

const META: Meta = Meta { channel: 0, error: 0, flags: 0 };

fn how() -> String {
    PLAN.with_borrow(|plan| plan.how.clone())
}

/// Sixty thousand faults whose texts are the same ten MiB.
fn same_text_again_and_again() -> Vec<ParamFault> {
    let text = "x".repeat(10 << 20).leak();
    let fault = || {
        // SAFETY: it is not: all of them have the same memory. This is the lie; the host must not copy it as often, and
        // the instance ends before any of it is freed.
        let message = unsafe { String::from_raw_parts(text.as_ptr().cast_mut(), text.len(), text.len()) };
        ParamFault { path: String::new(), message }
    };
    (0..60_000).map(|_| fault()).collect()
}

impl Guest for Liar {
    fn check(_: u32, params: String) -> Vec<ParamFault> {
        let fault = |message| vec![ParamFault { path: String::new(), message }];
        match plan(&params).how.as_str() {
            "check-emits" => drop(host::emit(0, META, 4, &[1; 4])),
            "check-utf8" => return fault(no_text()),
            "check-huge" => return fault(long_text()),
            "check-many" => return (0..100_000).flat_map(|_| fault("bad".to_owned())).collect(),
            "check-same" => return same_text_again_and_again(),
            _ => {}
        }
        Vec::new()
    }

    fn create(_: u32, params: String) -> Result<(), String> {
        let plan = plan(&params);
        let how = plan.how.clone();
        PLAN.set(plan);
        match how.as_str() {
            "create-emits" => drop(host::emit(0, META, 4, &[1; 4])),
            "create-utf8" => return Err(no_text()),
            "create-huge" => return Err(long_text()),
            "create-silent" => return Err(String::new()),
            _ => {}
        }
        Ok(())
    }

    fn start() -> Result<(), String> {
        Ok(())
    }

    fn reconfigure(_: String) -> Result<bool, String> {
        Ok(false)
    }

    fn snapshot() -> Result<Option<State>, String> {
        let state = |schema: &str, bytes| Some(State { schema: schema.to_owned(), version: 1, bytes });
        Ok(match how().as_str() {
            "snapshot-huge" => state("liar", vec![7; 20 << 20]),
            "snapshot-other" => state("somebody-else", Vec::new()),
            "snapshot-long" => state(&long_text(), Vec::new()),
            "snapshot-utf8" => state(&no_text(), Vec::new()),
            _ => state("liar", Vec::new()),
        })
    }

    fn restore(_: State) -> Result<(), String> {
        Ok(())
    }

    fn release_held() -> Result<Vec<Outcome>, String> {
        let pass = |frame| Outcome::Pass(Sent { frame, port: 0 });
        Ok(match how().as_str() {
            "release-unknown" => vec![pass(77_777)],
            "release-emitted" => vec![Outcome::Emitted(3)],
            _ => PLAN.with_borrow_mut(|plan| std::mem::take(&mut plan.held)).into_iter().map(pass).collect(),
        })
    }

    fn adopt(frames: Vec<(u32, Frame)>) -> Result<Vec<FrameId>, String> {
        let ids: Vec<FrameId> = frames.iter().map(|(_, frame)| frame.id).collect();
        match how().as_str() {
            "adopt-unknown" => return Ok(vec![99_999]),
            "adopt-many" => return Ok(ids.repeat(1_000_000)),
            _ => PLAN.with_borrow_mut(|plan| plan.held.clone_from(&ids)),
        }
        Ok(ids)
    }

    fn stop() -> Vec<Outcome> {
        match how().as_str() {
            "stop-unknown" => vec![Outcome::Release(77_777)],
            "stop-reason" => vec![Outcome::Discard(Discarded { reason: 1, frames: 1 })],
            _ => Vec::new(),
        }
    }
}
