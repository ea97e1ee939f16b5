//! Frames of every form that a module may meet.

use crate::stand_in::StandIn;
use rogue_abi::NodeRef;
use rogue_runtime::{
    module::{OutItem, Status},
    pool::{self, Account},
};
use rogue_sdk::Frame;

/// How many [`odd`] makes.
pub const ODD: usize = 12;

/// One of each; fewer where there is no memory.
pub fn odd(node: NodeRef) -> Vec<Frame> {
    make(node).unwrap_or_default()
}

fn make(node: NodeRef) -> Option<Vec<Frame>> {
    let account = Account::of(node)?;
    let new = |size| pool::request(account, 0, size);
    let mut frames = Vec::with_capacity(ODD);
    for size in [0, 1, 12, 64, 4096, 70_000] {
        let mut frame = new(size)?;
        let bytes: Vec<u8> = (0..size).map(|n| n as u8).collect();
        frame.write(0, &bytes).ok()?;
        frames.push(frame);
    }
    // Room, but no payload.
    frames.push(new(100)?);
    // Several buffers, the first of them empty.
    let mut several = new(8)?;
    several.append(new(16)?).map_err(|(error, _)| error).ok()?;
    several.buffer_mut(1).and_then(|mut buffer| buffer.set_payload(16)).ok()?;
    frames.push(several);
    // Shared with another handle that stays alive in the same batch, and a part of it.
    let mut whole = new(40)?;
    whole.set_payload_full();
    let (twin, part) = (whole.share().ok()?, whole.slice(4, 30).ok()?);
    frames.extend([whole, twin, part]);
    // Metadata at its limits.
    let mut marked = new(20)?;
    marked.set_payload_full();
    marked.set_channel(255);
    marked.set_flags(0xffff);
    marked.set_error(255);
    frames.push(marked);
    Some(frames)
}

/// Gives [`odd`] over and over.
pub fn source(rounds: usize) -> StandIn {
    StandIn::source("odd-frames", move |node| {
        let (mut left, mut waiting) = (rounds, Vec::new());
        Box::new(move |call| {
            while call.out.items.len() < call.out.limit {
                match waiting.pop() {
                    Some(frame) => call.out.items.push(OutItem { frame, port: 0, pad: 0 }),
                    None if left == 0 => return Status::Ended,
                    None => {
                        left -= 1;
                        waiting = odd(node);
                        if waiting.len() != ODD {
                            return Status::Fault;
                        }
                    }
                }
            }
            Status::More
        })
    })
}

/// Takes anything.
pub fn sink() -> StandIn {
    StandIn::sink("takes-all", |_| {
        Box::new(|call| {
            while call.taken < call.frames.len() {
                drop(call.frames[call.taken].take());
                call.taken += 1;
            }
            Status::Idle
        })
    })
}

/// Takes nothing.
pub fn blocked() -> StandIn {
    StandIn::sink("takes-nothing", |_| Box::new(|_| Status::Blocked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_of_each() {
        let account = Account::open().expect("room for a node");
        assert_eq!(odd(account.node_ref()).len(), ODD);
        account.close();
    }
}
