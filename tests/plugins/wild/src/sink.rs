//! `wild-sink`: does with a frame whatever a sink may do.

use super::{WildParams, mood::Mood};
use rogue_sdk::prelude::*;

const WHIM: Reason = WildSink::CARD.reason("whim");

pub struct WildSink {
    mood: Mood,
    held: Vec<Frame>,
}

impl Module for WildSink {
    type Params = WildParams;
    const CARD: Card = Card::sink("wild-sink")
        .about("does whatever a sink may do")
        .inputs(&[Port::new("in", "frames"), Port::new("more", "more frames").optional()])
        .counters(&[
            card::Counter::new("instances", "instances made"),
            card::Counter::new("made", "frames made"),
        ])
        .drops(&[DropReason::loss("whim", "frames it did not like")]);

    fn new(params: WildParams, node: &Node) -> Result<Self> {
        Ok(WildSink { mood: Mood::new(params, node, 0), held: Vec::new() })
    }
}

impl Sink for WildSink {
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<()> {
        match self.mood.dice.u32(0..100) {
            0..60 => drop(frame),
            60..70 => cx.drop(frame, WHIM),
            _ => {
                self.held.push(frame);
                self.mood.later(cx);
            }
        }
        self.mood.fails("accept")
    }

    fn wake(&mut self, cx: &Context<'_>) -> Result<()> {
        self.mood.fails("wake")?;
        if !self.mood.naps(cx) {
            self.held.clear();
        }
        Ok(())
    }

    fn finish(&mut self, cx: &Context<'_>) -> Result<Flow> {
        self.mood.fails("finish")?;
        if self.mood.naps(cx) {
            return Ok(Flow::Idle);
        }
        // What is held now is consumed when the instance ends.
        Ok(if self.mood.says(300) { Flow::More } else { Flow::Ended })
    }
}
