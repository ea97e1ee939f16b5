//! `ratedrop`: passes one frame in so many, or one frame in so much time (Rogue's `RateDrop`, spec section 10).
//!
//! What differs from Rogue: the clock is monotonic (setting the system's time changes nothing), no interval
//! overflows, every drop is counted, and there are two ways to say it whose unit does not hang on a flag:
//! `keep_every` and `min_interval`.

mod params;
mod rule;
mod thinner;

use params::RateDropParams;
use rogue_sdk::prelude::*;
use rule::Rule;
use thinner::Thinner;

struct RateDrop {
    thinner: Thinner,
    node: Node,
}

impl Module for RateDrop {
    type Params = RateDropParams;
    const CARD: Card = Card::transform("ratedrop")
        .about("Passes one frame in so many, or one in so much time")
        .drops(&[DropReason::asked("rate", "frames between two that pass")])
        .state(Thinner::SCHEMA, Thinner::VERSION, &[Thinner::VERSION])
        .metadata_only()
        .pure()
        .log("pyrogue.stream.RateDrop");

    fn check(params: &RateDropParams) -> Result<()> {
        Rule::of(params).map(|_| ())
    }

    fn new(params: RateDropParams, node: &Node) -> Result<Self> {
        Ok(RateDrop { thinner: Thinner::new(Rule::of(&params)?), node: *node })
    }

    fn start(&mut self) -> Result<()> {
        self.thinner.start(self.node.now());
        Ok(())
    }

    fn reconfigure(&mut self, params: RateDropParams) -> Result<Reconfigured> {
        self.thinner.set_rule(Rule::of(&params)?, self.node.now());
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        self.thinner.snapshot().map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.thinner.restore(&state)
    }
}

impl Transform for RateDrop {
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        const RATE: Reason = RateDrop::CARD.reason("rate");
        if self.thinner.passes(cx.now()) {
            out.send(frame)
        } else {
            cx.drop(frame, RATE)
        }
        Ok(())
    }
}

export_module!(RateDrop: Transform);

#[cfg(test)]
mod tests;
