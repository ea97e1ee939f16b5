//! What a wild module does next.

use super::WildParams;
use rogue_sdk::{Counter, prelude::*};
use std::time::Duration as Time;

/// A frame that has not got the two numbers yet is this long at least.
const NUMBERS: u32 = 8;

/// The decisions of one instance.
pub struct Mood {
    pub params: WildParams,
    pub dice: fastrand::Rng,
    /// Frames made by all instances of the node.
    made: Counter,
}

impl Mood {
    /// `part` tells the halves of an endpoint apart.
    pub fn new(params: WildParams, node: &Node, part: u64) -> Mood {
        let instance = node.counter("instances");
        if part == 0 {
            instance.add(1);
        }
        let seed = u64::from(params.seed) << 32 | part << 24 | instance.get();
        Mood { params, dice: fastrand::Rng::with_seed(seed), made: node.counter("made") }
    }

    /// So many times in a thousand.
    pub fn says(&mut self, per_mille: u32) -> bool {
        self.dice.u32(0..1000) < per_mille
    }

    /// Fails, if it is to fail now.
    pub fn fails(&mut self, at: &str) -> Result<()> {
        if self.says(self.params.panics) {
            // Without the hook: a panic that is meant needs no text on the terminal.
            std::panic::resume_unwind(Box::new(format!("wild in {at}")));
        }
        let errors = self.params.errors;
        if self.says(errors) { Err(Error::new(format_args!("unwilling in {at}"))) } else { Ok(()) }
    }

    /// Asks for a call later on, if it is to wait now.
    pub fn naps(&mut self, cx: &Context<'_>) -> bool {
        let naps = self.says(self.params.naps);
        if naps {
            self.later(cx);
        }
        naps
    }

    /// Asks for a call later on.
    pub fn later(&mut self, cx: &Context<'_>) {
        cx.wake_at(cx.now() + Time::from_nanos(self.dice.u64(1..50_000)));
    }

    /// Whether all frames are made.
    pub fn is_done(&self) -> bool {
        self.params.count.is_some_and(|count| self.made.get() >= u64::from(count))
    }

    /// The next frame.
    pub fn make(&mut self, out: &Out<'_>) -> Result<Frame> {
        let size = self.dice.u32(NUMBERS..=self.params.size.max(NUMBERS));
        let mut frame = out.request(size)?;
        let mut bytes = self.params.maker.to_le_bytes().to_vec();
        bytes.extend((self.made.get() as u32).to_le_bytes());
        bytes.resize(size as usize, self.dice.u8(..));
        frame.write(0, &bytes)?;
        frame.set_channel(self.dice.u8(0..4));
        if self.says(100) {
            frame.set_error(1);
        }
        self.made.add(1);
        Ok(frame)
    }

    /// Gives frames as a source does: some, none, all that are wanted.
    pub fn give(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        while !out.is_full() {
            if self.is_done() {
                return Ok(Flow::Ended);
            }
            if self.naps(cx) {
                return Ok(Flow::Idle);
            }
            if self.says(150) {
                return Ok(Flow::More);
            }
            let frame = match self.make(out) {
                Ok(frame) => frame,
                Err(error) if self.says(200) => return Err(error),
                Err(_) => {
                    self.later(cx);
                    return Ok(Flow::Idle);
                }
            };
            // With the frame in hand.
            self.fails("produce")?;
            out.send(frame);
        }
        Ok(Flow::More)
    }
}
