//! The half that takes: frames go to the sending side, a call at a time.
//!
//! What holds: a frame is taken only if there is a place for it, so that nothing is taken off the graph that cannot be
//! held; no call waits.

use super::{
    modules::TcpServer,
    outgoing::cost,
    params::{EmptyPayloads, Settings, WhenAbsent},
    receiver::LOOK_PAUSE,
    sender::Sender,
};
use rogue_sdk::prelude::*;
use rogue_socket::watch::or_look_anyway;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time,
};

const ABSENT: Reason = TcpServer::CARD.reason("absent");
const EMPTY: Reason = TcpServer::CARD.reason("empty");

/// The half that takes.
pub struct BridgeTake {
    sender: Arc<Mutex<Sender>>,
    /// Frames of this call.
    fresh: Vec<Frame>,
    /// Bytes that can still be taken.
    room: u64,
    absent: bool,
    /// Whether the sending side has been looked after in this call.
    pumped: bool,
    looked: time::Duration,
    drops: bool,
    skips_empty: bool,
    /// Whether nothing is linked to the giving half, which ends with this one then.
    sink_only: bool,
}

impl BridgeTake {
    pub fn new(sender: &Arc<Mutex<Sender>>, settings: &Settings, node: &Node) -> BridgeTake {
        BridgeTake {
            sender: sender.clone(),
            fresh: Vec::new(),
            room: 0,
            absent: true,
            pumped: false,
            looked: time::Duration::ZERO,
            drops: settings.when_absent == WhenAbsent::Drop,
            skips_empty: settings.empty_payloads == EmptyPayloads::Skip,
            sink_only: node.links(0) == 0,
        }
    }

    /// Hands over what was taken, and sees how much more can be.
    fn pump(&mut self, cx: &Context<'_>, look: bool) {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if look || cx.now() >= self.looked + LOOK_PAUSE {
            self.looked = cx.now();
            sender.look(cx, true);
        }
        sender.send(&mut self.fresh, true);
        self.absent = sender.is_absent();
        if self.absent && self.drops {
            sender.waiting.drain(..).for_each(|frame| cx.drop(frame, ABSENT));
        }
        self.room = sender.room();
        self.pumped = true;
        or_look_anyway(sender.watch(cx, true), cx);
    }
}

impl Take for BridgeTake {
    #[inline]
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted> {
        if self.skips_empty && frame.payload() == 0 {
            cx.drop(frame, EMPTY);
            return Ok(Accepted::Taken);
        }
        if self.room == 0 {
            if !self.pumped || !self.fresh.is_empty() {
                self.pump(cx, !self.pumped);
            }
            if self.room == 0 {
                if !(self.drops && self.absent) {
                    return Ok(Accepted::Blocked(frame));
                }
                cx.drop(frame, ABSENT);
                return Ok(Accepted::Taken);
            }
        }
        self.room = self.room.saturating_sub(cost(&frame));
        self.fresh.push(frame);
        Ok(Accepted::Taken)
    }

    fn wake(&mut self, cx: &Context<'_>) -> Result<()> {
        if !self.pumped || !self.fresh.is_empty() {
            // Without a frame it is a descriptor or a time that has this half called.
            let look = self.fresh.is_empty() && !self.pumped;
            self.pump(cx, look);
        }
        self.pumped = false;
        Ok(())
    }

    fn finish(&mut self, cx: &Context<'_>) -> Result<Flow> {
        self.pump(cx, true);
        self.pumped = false;
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.held() > 0 {
            return Ok(Flow::Idle);
        }
        sender.finish(self.sink_only);
        cx.wake_give();
        Ok(Flow::Ended)
    }
}
