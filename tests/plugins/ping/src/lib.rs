//! A frame goes round and round through whatever is linked behind: each round is timed.

use rogue_sdk::{card::Reading, prelude::*};
use std::time;

/// Parameters of `ping`.
#[derive(Params)]
struct PingParams {
    /// Rounds until the frame is dropped.
    rounds: u32,
}

/// The module. Its first frame begins the first round.
struct Ping {
    left: u32,
    sent: Option<time::Instant>,
    took: Vec<u64>,
    p50: Gauge,
}

impl Module for Ping {
    type Params = PingParams;
    const CARD: Card = Card::transform("ping")
        .readings(&[Reading::new("p50_ns", "the middle of all rounds, once they are done")]);

    fn new(params: PingParams, node: &Node) -> Result<Self> {
        Ok(Ping { left: params.rounds, sent: None, took: Vec::new(), p50: node.gauge("p50_ns") })
    }
}

impl Transform for Ping {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        if let Some(sent) = self.sent {
            self.took.push(sent.elapsed().as_nanos() as u64);
        }
        if self.left == 0 {
            self.took.sort_unstable();
            self.p50.set(self.took.get(self.took.len() / 2).copied().unwrap_or_default());
            return Ok(());
        }
        self.left -= 1;
        self.sent = Some(time::Instant::now());
        out.send(frame);
        Ok(())
    }
}

rogue_sdk::export_module!(Ping: Transform);
