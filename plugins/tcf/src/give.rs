//! The half that gives: frames that clients wrote.

use super::shared::Shared;
use rogue_sdk::prelude::*;
use std::sync::Arc;

/// The half that gives.
pub struct StreamsGive {
    shared: Arc<Shared>,
    /// Whether nothing is linked here.
    sink_only: bool,
}

impl StreamsGive {
    pub fn new(shared: &Arc<Shared>, node: &Node) -> StreamsGive {
        StreamsGive { shared: shared.clone(), sink_only: node.links(0) == 0 }
    }
}

impl Give for StreamsGive {
    fn produce(&mut self, out: &mut Out<'_>, _: &Context<'_>) -> Result<Flow> {
        let settings = &self.shared.settings;
        let mut inbox = self.shared.inbox();
        while !out.is_full()
            && let Some(frame) = inbox.pop()
        {
            out.send(frame);
        }
        self.shared.status.held.set(inbox.len() as u64);
        if inbox.wanted && inbox.bytes() < settings.max_held.max(1) {
            inbox.wanted = false;
            self.shared.ring();
        }
        if inbox.len() > 0 {
            return Ok(Flow::More);
        }
        let over = inbox.ended || !settings.write || (self.sink_only && inbox.take_ended);
        Ok(if over { Flow::Ended } else { Flow::Idle })
    }
}
