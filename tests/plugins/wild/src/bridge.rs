//! `wild-bridge`: takes frames for good, and makes others, which is a source from outside.

use super::{WildParams, mood::Mood};
use rogue_sdk::prelude::*;

const AWAY: Reason = WildBridge::CARD.reason("away");

pub struct WildBridge(WildParams);

pub struct TakeHalf(Mood);

pub struct GiveHalf(Mood);

impl Module for WildBridge {
    type Params = WildParams;
    const CARD: Card = Card::endpoint("wild-bridge")
        .about("takes frames, and makes others")
        .bridge()
        .counters(&[
            card::Counter::new("instances", "instances made"),
            card::Counter::new("made", "frames made"),
        ])
        .drops(&[DropReason::loss("away", "frames for a peer that is away")]);

    fn new(params: WildParams, _: &Node) -> Result<Self> {
        Ok(WildBridge(params))
    }
}

impl Endpoint for WildBridge {
    type Take = TakeHalf;
    type Give = GiveHalf;

    fn split(&mut self, node: &Node) -> Result<(TakeHalf, GiveHalf)> {
        Ok((TakeHalf(Mood::new(self.0, node, 0)), GiveHalf(Mood::new(self.0, node, 1))))
    }
}

impl Take for TakeHalf {
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted> {
        self.0.fails("accept")?;
        if self.0.naps(cx) {
            return Ok(Accepted::Blocked(frame));
        }
        if self.0.says(100) {
            cx.drop(frame, AWAY);
        }
        Ok(Accepted::Taken)
    }
}

impl Give for GiveHalf {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        self.0.give(out, cx)
    }
}
