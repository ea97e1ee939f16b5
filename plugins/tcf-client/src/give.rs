//! The half that gives: frames that the thread of the channel has read.

use super::shared::Shared;
use rogue_sdk::prelude::*;
use std::sync::Arc;

/// The half that gives.
pub struct ClientGive {
    shared: Arc<Shared>,
    /// Whether nothing is linked here.
    sink_only: bool,
}

impl ClientGive {
    pub fn new(shared: &Arc<Shared>, node: &Node) -> ClientGive {
        ClientGive { shared: shared.clone(), sink_only: node.links(0) == 0 }
    }
}

impl Give for ClientGive {
    fn produce(&mut self, out: &mut Out<'_>, _cx: &Context<'_>) -> Result<Flow> {
        let mut exchange = self.shared.exchange();
        // Called again: there is no successor.
        let mut ring = std::mem::take(&mut exchange.paused);
        while !out.is_full() {
            let Some(frame) = exchange.inbox.pop_front() else { break };
            exchange.inbox_bytes -= frame.payload() as usize;
            out.send(frame);
        }
        self.shared.status.queued.set(exchange.inbox.len() as u64);
        let more = !exchange.inbox.is_empty();
        let ended = !more && (exchange.read_over || (self.sink_only && exchange.take_ended));
        if exchange.inbox_wanted && exchange.inbox_bytes < self.shared.settings.window() {
            exchange.inbox_wanted = false;
            ring = true;
        }
        if ring {
            self.shared.ring(exchange);
        }
        Ok(match (more, ended) {
            (true, _) => Flow::More,
            (false, true) => Flow::Ended,
            (false, false) => Flow::Idle,
        })
    }
}
