//! `wild-source`: makes frames, sometimes.

use super::{WildParams, mood::Mood};
use rogue_sdk::prelude::*;

pub struct WildSource(Mood);

impl Module for WildSource {
    type Params = WildParams;
    const CARD: Card = Card::source("wild-source").about("makes frames, sometimes").counters(&[
        card::Counter::new("instances", "instances made"),
        card::Counter::new("made", "frames made"),
    ]);

    fn new(params: WildParams, node: &Node) -> Result<Self> {
        Ok(WildSource(Mood::new(params, node, 0)))
    }
}

impl Source for WildSource {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        self.0.give(out, cx)
    }
}
