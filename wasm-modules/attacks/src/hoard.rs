//! Holds on to frames.

use crate::number;
use rogue_sdk::prelude::*;
use std::collections::VecDeque;

/// Keeps every frame.
pub struct Hoard(Vec<Frame>);

impl Module for Hoard {
    type Params = NoParams;
    const CARD: Card = Card::transform("hoard");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(Hoard(Vec::new()))
    }
}

impl Transform for Hoard {
    fn accept(&mut self, frame: Frame, _: &mut Out, _: &Context) -> Result<()> {
        self.0.push(frame);
        Ok(())
    }
}

/// Parameters of `keeps`.
#[derive(Params)]
pub struct KeepsParams {
    /// Frames kept back.
    depth: u32,
    /// The frame it panics with.
    at: Option<u32>,
}

/// Sends frames on when `depth` others have come, and hands on what it holds.
pub struct Keeps {
    params: KeepsParams,
    kept: VecDeque<Frame>,
}

impl Module for Keeps {
    type Params = KeepsParams;
    const CARD: Card = Card::transform("keeps");

    fn new(params: KeepsParams, _: &Node) -> Result<Self> {
        Ok(Keeps { params, kept: VecDeque::new() })
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(self.kept.drain(..).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        self.kept.extend(held.frames.drain(..).map(|(_, frame)| frame));
        Ok(())
    }
}

impl Transform for Keeps {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        assert!(self.params.at.is_none() || number(&frame) != self.params.at, "does not like it");
        self.kept.push_back(frame);
        while self.kept.len() > self.params.depth as usize {
            if let Some(frame) = self.kept.pop_front() {
                out.send(frame);
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        self.kept.drain(..).for_each(|frame| out.send(frame));
        Ok(Flow::Ended)
    }
}
