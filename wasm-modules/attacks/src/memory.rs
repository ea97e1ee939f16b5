//! Takes all the memory, or all the stack.

use crate::number;
use rogue_sdk::prelude::*;

/// Parameters.
#[derive(Params)]
pub struct MemoryParams {
    /// The frame that sets it off.
    at: u32,
}

/// Allocates until there is no more.
pub struct Memory(u32, Vec<Vec<u8>>);

impl Module for Memory {
    type Params = MemoryParams;
    const CARD: Card = Card::transform("memory");

    fn new(params: MemoryParams, _: &Node) -> Result<Self> {
        Ok(Memory(params.at, Vec::new()))
    }
}

impl Transform for Memory {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        while number(&frame) == Some(self.0) {
            self.1.push(vec![1; 1 << 20]);
        }
        out.send(frame);
        Ok(())
    }
}

/// Calls itself until there is no stack.
pub struct Deep(u32);

impl Module for Deep {
    type Params = MemoryParams;
    const CARD: Card = Card::transform("deep");

    fn new(params: MemoryParams, _: &Node) -> Result<Self> {
        Ok(Deep(params.at))
    }
}

#[expect(unconditional_recursion, reason = "what it is for")]
fn deeper(levels: &mut [u64; 8]) -> u64 {
    let mut here = *std::hint::black_box(levels);
    here[0] += 1;
    deeper(&mut here) + here[7]
}

impl Transform for Deep {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        if number(&frame) == Some(self.0) {
            std::hint::black_box(deeper(&mut [1; 8]));
        }
        out.send(frame);
        Ok(())
    }
}
