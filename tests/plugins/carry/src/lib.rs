//! Counts frames and writes the count into each, to see that a swap carries it on: no frame is lost, doubled or out of
//! order, and no count is.
//!
//! A frame begins with its number, made by the source (`bench-source`); the count is written behind it.

mod sheds;

use rogue_sdk::prelude::*;
use std::collections::VecDeque;

/// Parameters of `carry`.
#[derive(Params)]
pub struct CarryParams {
    /// Frames kept back until others have come.
    #[param(default = 0)]
    depth: u32,
    /// Refuses to take over a state.
    #[param(default = false)]
    refuses: bool,
    /// Frames of this instance's own after which it fails.
    fails_after: Option<u64>,
    /// Added to the count in every frame.
    #[param(default = 0, live)]
    offset: u64,
}

/// Counts, and writes the count.
pub struct Carry {
    params: CarryParams,
    count: u64,
    /// Frames since this instance began.
    own: u64,
    kept: VecDeque<Frame>,
    counted: Counter,
}

impl Module for Carry {
    type Params = CarryParams;
    const CARD: Card = Card::transform("carry")
        .state("test-carry", 1, &[1])
        .counters(&[card::Counter::new("counted", "frames")])
        .drops(&[DropReason::asked("never", "none")]);

    fn new(params: CarryParams, node: &Node) -> Result<Self> {
        Ok(Carry { params, count: 0, own: 0, kept: VecDeque::new(), counted: node.counter("counted") })
    }

    fn reconfigure(&mut self, params: CarryParams) -> Result<Reconfigured> {
        if params.depth != self.params.depth {
            return Ok(Reconfigured::Unsupported);
        }
        if params.refuses {
            return Err(Error::new("does not like to refuse"));
        }
        self.params = params;
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        Ok(Some(State::of("test-carry", 1, &self.count)?))
    }

    fn restore(&mut self, state: State) -> Result<()> {
        if self.params.refuses {
            return Err(Error::new("does not like it"));
        }
        self.count = state.read("test-carry", 1)?;
        Ok(())
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(self.kept.drain(..).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        self.kept.extend(held.frames.drain(..).map(|(_, frame)| frame));
        Ok(())
    }
}

impl Transform for Carry {
    fn accept(&mut self, mut frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        if self.params.fails_after == Some(self.own) {
            return Err(Error::new("was told to fail"));
        }
        frame.write(8, &(self.count + self.params.offset).to_le_bytes())?;
        self.count += 1;
        self.own += 1;
        self.counted.add(1);
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

/// Sees that numbers and counts come one after the other.
pub struct CarryCheck {
    next: u64,
    good: Counter,
    bad: Counter,
}

impl Module for CarryCheck {
    type Params = NoParams;
    const CARD: Card = Card::sink("carry-check").counters(&[
        card::Counter::new("good", "frames whose number and count are the next"),
        card::Counter::new("bad", "other frames"),
    ]);

    fn new(_: NoParams, node: &Node) -> Result<Self> {
        Ok(CarryCheck { next: 0, good: node.counter("good"), bad: node.counter("bad") })
    }
}

impl Sink for CarryCheck {
    fn accept(&mut self, frame: Frame, _: &Context) -> Result<()> {
        let mut bytes = [0; 16];
        frame.read(0, &mut bytes)?;
        let (number, count) = bytes.split_at(8);
        let as_number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).ok();
        let (number, count) = (as_number(number), as_number(count));
        if number == Some(self.next) && count == Some(self.next) {
            self.good.add(1);
        } else {
            self.bad.add(1);
            log::error!("expected {}, got number {number:?} and count {count:?}", self.next);
        }
        self.next = number.map_or(self.next, |number| number + 1);
        Ok(())
    }
}

export_module!(Carry: Transform, CarryCheck: Sink, sheds::Sheds: Transform);
