//! Panics, or is unreasonable about its state.

use crate::number;
use rogue_sdk::prelude::*;

/// Parameters of `panics`.
#[derive(Params)]
pub struct PanicsParams {
    /// The frame it panics with; absent: every frame.
    at: Option<u32>,
    /// Panics on every frame that comes after `at` too.
    #[param(default = false)]
    ever: bool,
}

/// Counts frames and panics; its state is the count.
pub struct Panics {
    params: PanicsParams,
    seen: u64,
    counted: Counter,
    total: Gauge,
}

impl Module for Panics {
    type Params = PanicsParams;
    const CARD: Card = Card::transform("panics")
        .state("test-panics", 1, &[1])
        .counters(&[card::Counter::new("seen", "frames")])
        .readings(&[Reading::new("total", "frames since the state began")]);

    fn new(params: PanicsParams, node: &Node) -> Result<Self> {
        Ok(Panics { params, seen: 0, counted: node.counter("seen"), total: node.gauge("total") })
    }

    fn snapshot(&self) -> Result<Option<State>> {
        Ok(Some(State::of("test-panics", 1, &self.seen)?))
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.seen = state.read("test-panics", 1)?;
        Ok(())
    }
}

impl Transform for Panics {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        let number = number(&frame);
        let after = self.params.ever && number >= self.params.at;
        assert!(self.params.at.is_some() && number != self.params.at && !after, "does not like {number:?}");
        self.seen += 1;
        self.counted.add(1);
        self.total.set(self.seen);
        out.send(frame);
        Ok(())
    }
}

/// Parameters of `bad-state`.
#[derive(Params)]
pub struct BadStateParams {
    /// The frame it panics with.
    at: u32,
}

/// Gives a state that it does not take, and panics.
pub struct BadState(u32);

impl Module for BadState {
    type Params = BadStateParams;
    const CARD: Card = Card::transform("bad-state").state("test-bad", 1, &[1]);

    fn new(params: BadStateParams, _: &Node) -> Result<Self> {
        Ok(BadState(params.at))
    }

    fn snapshot(&self) -> Result<Option<State>> {
        Ok(Some(State { schema: "test-bad".to_owned(), version: 1, bytes: b"not JSON".to_vec() }))
    }

    fn restore(&mut self, state: State) -> Result<()> {
        let number: u32 = state.read("test-bad", 1)?;
        assert!(number == 7, "cannot be");
        Ok(())
    }
}

impl Transform for BadState {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        assert!(number(&frame) != Some(self.0), "does not like it");
        out.send(frame);
        Ok(())
    }
}
