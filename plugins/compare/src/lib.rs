//! `compare`: takes two streams and says whether they are the same: frame by frame in order, in payload, channel,
//! error and flags. How payload is cut into buffers makes no difference.
//!
//! A frame waits until the other side has its partner, so the two may arrive as far apart as
//! `pairs::limits` says. What holds: a frame of a pair that differs, or that never found a partner, is
//! dropped as a loss, so that a run with a difference does not end as complete.

mod difference;
mod pairs;

use difference::Difference;
use pairs::{Pairs, Side};
use rogue_sdk::{card::Counter as Counted, prelude::*};

/// When to stop comparing.
#[derive(Params)]
struct CompareParams {
    /// After so many differences what still comes is dropped without being looked at; 0 = never.
    #[param(default = 1, live)]
    stop_at: u64,
}

struct Compare {
    stop_at: u64,
    pairs: Pairs,
    /// Pairs that were complete so far; the number of the next.
    index: u64,
    stopped: bool,
    equal: Counter,
    different: Counter,
}

const SCHEMA: &str = "compare";
const VERSION: u32 = 1;
const DIFFERENT: Reason = Compare::CARD.reason("different");
const AFTER: Reason = Compare::CARD.reason("after_difference");

impl Module for Compare {
    type Params = CompareParams;
    const CARD: Card = Card::sink("compare")
        .about("Says whether two streams are the same, frame by frame")
        .inputs(&[Port::new("a", "one stream"), Port::new("b", "the other")])
        .counters(&[
            Counted::new("equal", "pairs of equal frames"),
            Counted::new("different", "pairs that differ, and frames without a partner"),
        ])
        .drops(&[
            DropReason::loss("different", "frames that differ, or have no partner"),
            DropReason::loss("after_difference", "frames not compared any more"),
        ])
        .state(SCHEMA, VERSION, &[VERSION]);

    fn new(params: CompareParams, node: &Node) -> Result<Self> {
        Ok(Compare {
            stop_at: params.stop_at,
            pairs: Pairs::default(),
            index: 0,
            stopped: false,
            equal: node.counter("equal"),
            different: node.counter("different"),
        })
    }

    fn reconfigure(&mut self, params: CompareParams) -> Result<Reconfigured> {
        self.stop_at = params.stop_at;
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        State::of(SCHEMA, VERSION, &(self.index, self.stopped)).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        (self.index, self.stopped) = state.read(SCHEMA, VERSION)?;
        Ok(())
    }

    fn release_held(&mut self, held: &mut Held) {
        while let Some((side, frame)) = self.pairs.pop() {
            held.frames.push((side.port(), frame));
        }
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        for (port, frame) in held.frames.drain(..) {
            self.pairs.push(Side::of_port(port), frame);
        }
        Ok(())
    }
}

impl Compare {
    /// Looks at a frame of `side` and its partner.
    fn compare(&mut self, side: Side, frame: Frame, partner: Frame, cx: &Context) {
        let (a, b) = if side == Side::A { (frame, partner) } else { (partner, frame) };
        match Difference::between(&a, &b) {
            None => self.equal.add(1),
            Some(difference) => {
                log::error!("frame {} differs {}", self.index, difference.of(&a, &b));
                cx.drop(a, DIFFERENT);
                cx.drop(b, DIFFERENT);
                self.count(1, cx);
            }
        }
        self.index += 1;
    }

    /// Counts differences, and stops when they are enough.
    fn count(&mut self, differences: u64, cx: &Context) {
        self.different.add(differences);
        if self.stop_at > 0 && self.different.get() >= self.stop_at {
            self.stop("as many differences as `stop_at` says", cx);
        }
    }

    fn stop(&mut self, why: &str, cx: &Context) {
        log::error!("{why}: frames from here on are not compared");
        self.stopped = true;
        while let Some((_, frame)) = self.pairs.pop() {
            cx.drop(frame, AFTER);
        }
    }
}

impl Sink for Compare {
    fn accept(&mut self, frame: Frame, cx: &Context) -> Result<()> {
        let side = Side::of_port(cx.port());
        if self.stopped {
            cx.drop(frame, AFTER);
        } else if let Some(partner) = self.pairs.partner_of(side) {
            self.compare(side, frame, partner, cx);
        } else if let Err(limit) = self.pairs.has_room(&frame) {
            log::error!("frame {} of {} differs: {side} is {limit} ahead of the other", self.index, side);
            cx.drop(frame, DIFFERENT);
            self.different.add(1);
            self.stop("too far apart to be compared", cx);
        } else {
            self.pairs.push(side, frame);
        }
        Ok(())
    }

    /// What waits now will never have a partner.
    fn finish(&mut self, cx: &Context) -> Result<Flow> {
        let left = self.pairs.len();
        if let Some((side, first)) = self.pairs.pop() {
            log::error!(
                "frame {} differs: {side} has {left} more than the other, the first is {}",
                self.index,
                difference::summary(&first)
            );
            cx.drop(first, DIFFERENT);
            while let Some((_, frame)) = self.pairs.pop() {
                cx.drop(frame, DIFFERENT);
            }
            self.different.add(left as u64);
        }
        Ok(Flow::Ended)
    }
}

export_module!(Compare: Sink);

#[cfg(test)]
mod tests;
