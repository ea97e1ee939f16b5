//! The half that gives: what was received.

use super::{params::Settings, receiver::Receiver, sender::Sender};
use rogue_sdk::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// The half that gives.
pub struct BridgeGive {
    receiver: Arc<Mutex<Receiver>>,
    sender: Arc<Mutex<Sender>>,
    silence_ends: bool,
    /// Whether nothing is linked here: then it ends with the taking half.
    sink_only: bool,
}

impl BridgeGive {
    pub fn new(
        receiver: &Arc<Mutex<Receiver>>,
        sender: &Arc<Mutex<Sender>>,
        settings: &Settings,
        node: &Node,
    ) -> BridgeGive {
        BridgeGive {
            receiver: receiver.clone(),
            sender: sender.clone(),
            silence_ends: settings.end_when_silent.is_some(),
            sink_only: node.links(0) == 0,
        }
    }
}

impl Give for BridgeGive {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        if receiver.give(out, cx)? {
            return Ok(Flow::More);
        }
        // The taking half has its side while it is at work; then it has not finished.
        if self.sink_only && self.sender.try_lock().is_ok_and(|sender| sender.is_finished()) {
            return Ok(Flow::Ended);
        }
        if self.silence_ends
            && let Some(due) = receiver.silent_at()
        {
            if cx.now() >= due {
                return Ok(Flow::Ended);
            }
            cx.wake_at(due);
        }
        receiver.watch(cx);
        Ok(Flow::Idle)
    }
}
