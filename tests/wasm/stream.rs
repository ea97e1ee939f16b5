//! Frames with bytes of one's choice, through one component, and what comes out of it.

use crate::desk;
use rogue_runtime::{
    module::{OutItem, Status},
    pool::{self, Account},
    swap::Ending,
};
use rogue_sdk::Frame;
use rogue_tests::fake::{Fake, giving, taking};
use std::sync::{Arc, Mutex};

/// A frame as a test writes it, and reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    pub payload: Vec<u8>,
    pub channel: u8,
    pub error: u8,
    pub flags: u16,
}

impl Bytes {
    /// Samples of 16 bits.
    pub fn samples(channel: u8, samples: &[u16]) -> Bytes {
        let payload = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        Bytes { payload, channel, ..Bytes::default() }
    }

    fn of(frame: &Frame) -> Bytes {
        let mut payload = vec![0; frame.payload() as usize];
        frame.read(0, &mut payload).expect("its own payload");
        Bytes { payload, channel: frame.channel(), error: frame.error(), flags: frame.flags() }
    }

    fn frame(&self, node: rogue_abi::NodeRef) -> Option<Frame> {
        let mut frame = pool::request(Account::of(node)?, 0, u32::try_from(self.payload.len()).ok()?)?;
        frame.write(0, &self.payload).ok()?;
        frame.set_channel(self.channel);
        frame.set_error(self.error);
        frame.set_flags(self.flags);
        Some(frame)
    }
}

/// Runs `frames` through a node, written as in a graph file; gives what came out of its output, and the ending.
pub fn through(node: &str, frames: Vec<Bytes>) -> (Vec<Bytes>, Ending) {
    let out = Arc::new(Mutex::new(Vec::new()));
    let yaml = format!("nodes: {{s: {{module: src}}, x: {node}, e: {{module: out}}}}\nlinks: [s >> x >> e]");
    let ending = desk::run(&yaml, &[source(frames), sink(&out)]);
    let out = out.lock().expect("not poisoned").clone();
    (out, ending)
}

/// Runs `frames` into a node that is a sink.
pub fn into_sink(node: &str, frames: Vec<Bytes>) -> Ending {
    desk::run(&format!("nodes: {{s: {{module: src}}, x: {node}}}\nlinks: [s >> x]"), &[source(frames)])
}

/// Gives frames, as fast as they are taken.
fn source(frames: Vec<Bytes>) -> Fake {
    Fake::new("src", "source", "", move |node| {
        let mut rest = frames.clone().into_iter();
        let give = giving(move |call| {
            while call.out.items.len() < call.out.limit {
                let Some(bytes) = rest.next() else { return Status::Ended };
                let Some(frame) = bytes.frame(node) else { return Status::Fault };
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
            }
            Status::More
        });
        (None, Some(give))
    })
}

/// Runs a node that is a source; gives what came out of it.
pub fn out_of(node: &str) -> (Vec<Bytes>, Ending) {
    let out = Arc::new(Mutex::new(Vec::new()));
    let yaml = format!("nodes: {{x: {node}, e: {{module: out}}}}\nlinks: [x >> e]");
    let ending = desk::run(&yaml, &[sink(&out)]);
    let out = out.lock().expect("not poisoned").clone();
    (out, ending)
}

fn sink(out: &Arc<Mutex<Vec<Bytes>>>) -> Fake {
    let out = out.clone();
    Fake::new("out", "sink", "", move |_| {
        let out = out.clone();
        let take = taking(move |call| {
            while let Some(frame) = call.frames.get_mut(call.taken).and_then(Option::take) {
                call.taken += 1;
                out.lock().expect("not poisoned").push(Bytes::of(&frame));
            }
            Status::Idle
        });
        (Some(take), None)
    })
}

/// A counter or a gauge of node `x` at the end.
pub fn counter(ending: &Ending, name: &str) -> Option<u64> {
    let x = ending.status.iter().find(|status| status.book.name == "x")?;
    x.counters.iter().find(|(is, _, _)| is == name).map(|(_, _, value)| *value)
}

/// How many frames node `x` dropped under a reason.
pub fn dropped(ending: &Ending, reason: &str) -> u64 {
    let x = ending.ledger.nodes.iter().find(|book| book.name == "x");
    let drops = x.into_iter().flat_map(|book| &book.dropped);
    drops.filter(|dropped| dropped.reason == reason).map(|dropped| dropped.frames).sum()
}
