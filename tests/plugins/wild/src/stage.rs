//! `wild-stage` and `wild-fork`: do with a frame whatever a transform may do.

use super::{WildParams, mood::Mood};
use rogue_sdk::prelude::*;
use std::collections::VecDeque;

/// Most frames held.
const HELD: usize = 6;
/// Most handles sent for one frame: more than the batch that a small graph asks for.
const BURST: u32 = 9;
const WHIM: Reason = WildStage::CARD.reason("whim");

/// What both modules are.
struct Body {
    mood: Mood,
    held: VecDeque<Frame>,
    /// Frames taken, by this instance and those whose state it has.
    taken: u64,
}

/// With one output; what it sends elsewhere has no link.
pub struct WildStage(Body);

/// With two outputs.
pub struct WildFork(Body);

const COUNTERS: &[card::Counter] =
    &[card::Counter::new("instances", "instances made"), card::Counter::new("made", "frames made")];
const DROPS: &[DropReason] = &[DropReason::asked("whim", "frames it did not like")];

impl Module for WildStage {
    type Params = WildParams;
    const CARD: Card = Card::transform("wild-stage")
        .about("does whatever a transform may do")
        .counters(COUNTERS)
        .state("wild-stage", 1, &[1])
        .drops(DROPS);

    fn new(params: WildParams, node: &Node) -> Result<Self> {
        Ok(WildStage(Body { mood: Mood::new(params, node, 0), held: VecDeque::new(), taken: 0 }))
    }

    fn snapshot(&self) -> Result<Option<State>> {
        Ok(Some(State::of("wild-stage", 1, &self.0.taken)?))
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.0.taken = state.read("wild-stage", 1)?;
        Ok(())
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(self.0.held.drain(..).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        self.0.held.extend(held.frames.drain(..).map(|(_, frame)| frame));
        Ok(())
    }
}

impl Module for WildFork {
    type Params = WildParams;
    const CARD: Card = Card::transform("wild-fork")
        .about("the same with two outputs")
        .outputs(&[Port::new("out", "frames"), Port::new("side", "other frames").optional()])
        .counters(COUNTERS)
        .drops(DROPS);

    fn new(params: WildParams, node: &Node) -> Result<Self> {
        Ok(WildFork(Body { mood: Mood::new(params, node, 0), held: VecDeque::new(), taken: 0 }))
    }
}

impl Transform for WildStage {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()> {
        self.0.accept(frame, out, cx)
    }

    fn wake(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()> {
        self.0.wake(out, cx)
    }

    fn finish(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        self.0.finish(out, cx)
    }
}

impl Transform for WildFork {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()> {
        self.0.accept(frame, out, cx)
    }

    fn wake(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()> {
        self.0.wake(out, cx)
    }

    fn finish(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        self.0.finish(out, cx)
    }
}

impl Body {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()> {
        self.taken += 1;
        self.mood.naps(cx);
        match self.mood.dice.u32(0..100) {
            0..55 => out.send(frame),
            55..62 => cx.drop(frame, WHIM),
            62..65 => drop(frame),
            65..73 => {
                self.held.push_back(frame);
                // What is held is let go: by time, or by what comes next.
                self.mood.later(cx);
                if self.held.len() > HELD {
                    self.held.drain(..).for_each(|frame| out.send(frame));
                }
            }
            73..80 => out.send_to(1, frame),
            80..86 => {
                let twin = frame.share();
                out.send(frame);
                self.mood.fails("accept, between two results")?;
                out.send_to(self.mood.dice.u32(0..2), twin?);
            }
            86..92 => {
                let mut changed = frame.share()?;
                let last = changed.payload() - 1;
                changed.write(last, &[self.mood.dice.u8(..)])?;
                out.send(changed);
            }
            92..96 => {
                let copies: Result<Vec<Frame>, _> =
                    (0..self.mood.dice.u32(0..BURST)).map(|_| frame.share()).collect();
                copies?.into_iter().for_each(|copy| out.send(copy));
                out.send(frame);
            }
            96..98 => out.send(self.mood.make(out)?),
            _ => {
                let part = frame.slice(0, 8)?;
                out.send(part);
            }
        }
        self.mood.fails("accept")
    }

    fn wake(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()> {
        self.mood.fails("wake")?;
        if !self.held.is_empty() && self.mood.naps(cx) {
            return Ok(());
        }
        self.held.drain(..).for_each(|frame| out.send(frame));
        Ok(())
    }

    fn finish(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        self.mood.fails("finish")?;
        if self.mood.naps(cx) {
            return Ok(Flow::Idle);
        }
        if let Some(frame) = self.held.pop_front() {
            out.send(frame);
            return Ok(Flow::More);
        }
        Ok(Flow::Ended)
    }
}
