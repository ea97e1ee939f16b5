//! The half that takes: frames go to the thread of the channel, as many as there is room for.
//!
//! What holds: no call waits; a frame is taken only if there is a place for it, and its place is free again when the agent
//! has answered.

use super::{
    node::TcfClient,
    params::{Framing, Settings},
    shared::{Shared, Taken, cost},
};
use rogue_sdk::prelude::*;
use std::sync::Arc;

pub const ABSENT: Reason = TcfClient::CARD.reason("absent");
pub const TOO_LONG: Reason = TcfClient::CARD.reason("too_long");
pub const EMPTY: Reason = TcfClient::CARD.reason("empty");

/// Longest frame that is written in one piece, as raw framing must: in base64 it still fits the agent's messages.
pub const RAW_MAX: u32 = 8 << 20;

/// The half that takes.
pub struct ClientTake {
    shared: Arc<Shared>,
    /// Something was taken that the thread does not know of.
    fresh: bool,
}

impl ClientTake {
    pub fn new(shared: &Arc<Shared>) -> ClientTake {
        ClientTake { shared: shared.clone(), fresh: false }
    }
}

impl Take for ClientTake {
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted> {
        let Settings { framing, drops_absent, max_held, write, .. } = &self.shared.settings;
        if write.is_none() {
            return Err(Error::new(
                "frames come in, and nothing says where they are written to; write write_type or write_stream",
            ));
        }
        if *framing == Framing::Raw && !(1..=RAW_MAX).contains(&frame.payload()) {
            let reason = if frame.payload() == 0 { EMPTY } else { TOO_LONG };
            cx.drop(frame, reason);
            return Ok(Accepted::Taken);
        }
        let mut exchange = self.shared.exchange();
        if !exchange.writable && *drops_absent {
            drop(exchange);
            cx.drop(frame, ABSENT);
            return Ok(Accepted::Taken);
        }
        if !exchange.writable || (exchange.held > 0 && exchange.held_bytes + cost(&frame) > *max_held) {
            exchange.take_wanted = true;
            return Ok(Accepted::Blocked(frame));
        }
        exchange.held += 1;
        exchange.held_bytes += cost(&frame);
        self.shared.status.held.set(exchange.held);
        exchange.outbox.push_back(Taken { frame, sequence: None });
        self.fresh = true;
        Ok(Accepted::Taken)
    }

    fn wake(&mut self, _cx: &Context<'_>) -> Result<()> {
        if std::mem::take(&mut self.fresh) {
            self.shared.ring(self.shared.exchange());
        }
        Ok(())
    }

    /// Waits until all is answered, and the agent has been told that it was the last.
    fn finish(&mut self, cx: &Context<'_>) -> Result<Flow> {
        let mut exchange = self.shared.exchange();
        if exchange.held > 0 || exchange.owes_eos {
            exchange.finishing = true;
            self.shared.ring(exchange);
            return Ok(Flow::Idle);
        }
        exchange.take_ended = true;
        drop(exchange);
        cx.wake_give();
        Ok(Flow::Ended)
    }
}
