//! The half that takes: the frames of a call are sent at its end.
//!
//! What holds: no call waits; while frames wait for room in the system, no more are taken.

use super::{
    sender::{EMPTY, ERRORED, Sender},
    status::Status,
};
use rogue_sdk::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// The half that takes.
pub struct BridgeTake {
    sender: Arc<Mutex<Sender>>,
    status: Status,
    /// Frames of this call.
    fresh: Vec<Frame>,
    /// Whether frames wait.
    blocked: bool,
    /// Whether it was tried in this call to send them.
    tried: bool,
}

impl BridgeTake {
    pub fn new(sender: &Arc<Mutex<Sender>>, status: &Status) -> BridgeTake {
        let (sender, status) = (sender.clone(), status.clone());
        BridgeTake { sender, status, fresh: Vec::new(), blocked: false, tried: false }
    }

    /// Sends what was taken.
    fn pump(&mut self, cx: &Context<'_>) {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        self.fresh.drain(..).for_each(|frame| sender.queue.push(frame));
        sender.send(cx);
        sender.watch(cx);
        self.blocked = sender.held() > 0;
        self.tried = true;
    }
}

impl Take for BridgeTake {
    #[inline]
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted> {
        if self.blocked {
            if !self.tried {
                self.pump(cx);
            }
            if self.blocked {
                return Ok(Accepted::Blocked(frame));
            }
        }
        if frame.error() != 0 {
            self.status.warn(format_args!("a frame with error {:#04x} is not sent", frame.error()));
            cx.drop(frame, ERRORED);
        } else if frame.buffer(0).map_or(0, |buffer| buffer.payload()) == 0 {
            cx.drop(frame, EMPTY);
        } else {
            self.fresh.push(frame);
        }
        Ok(Accepted::Taken)
    }

    fn wake(&mut self, cx: &Context<'_>) -> Result<()> {
        if !self.tried || !self.fresh.is_empty() {
            self.pump(cx);
        }
        self.tried = false;
        Ok(())
    }

    fn finish(&mut self, cx: &Context<'_>) -> Result<Flow> {
        self.pump(cx);
        self.tried = false;
        if self.blocked {
            return Ok(Flow::Idle);
        }
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).finish();
        cx.wake_give();
        Ok(Flow::Ended)
    }
}
