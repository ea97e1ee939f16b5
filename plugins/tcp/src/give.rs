//! The half that gives: what comes in by the receiving side.
//!
//! It also looks after the sending side once the taking half has finished, or where nothing is linked to that one, so
//! that peers there are still answered.

use super::{params::Settings, receiver::Receiver, sender::Sender};
use rogue_sdk::prelude::*;
use rogue_socket::watch::or_look_anyway;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time,
};

/// Pause between two looks at the sending side while frames come in without end.
const LOOK_PAUSE: time::Duration = time::Duration::from_millis(100);

/// The half that gives.
pub struct BridgeGive {
    receiver: Arc<Mutex<Receiver>>,
    sender: Arc<Mutex<Sender>>,
    end_with_peer: bool,
    /// Whether nothing is linked here.
    sink_only: bool,
    looked: time::Duration,
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
            end_with_peer: settings.end_with_peer,
            sink_only: node.links(0) == 0,
            looked: time::Duration::ZERO,
        }
    }

    /// While the taking half does not; whether that has finished.
    fn look_after_sender(&mut self, cx: &Context<'_>) -> bool {
        self.looked = cx.now();
        // The taking half has it while it is at work.
        let Ok(mut sender) = self.sender.try_lock() else { return false };
        if !sender.is_left_alone() {
            return false;
        }
        sender.look(cx, false);
        sender.send(&mut Vec::new(), false);
        or_look_anyway(sender.watch(cx, false), cx);
        sender.is_finished()
    }
}

impl Give for BridgeGive {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        let receiver = self.receiver.clone();
        let mut receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
        if receiver.give(out, cx) {
            if cx.now() >= self.looked + LOOK_PAUSE {
                self.look_after_sender(cx);
            }
            return Ok(Flow::More);
        }
        let finished = self.look_after_sender(cx);
        if (self.end_with_peer && receiver.is_over()) || (self.sink_only && finished) {
            return Ok(Flow::Ended);
        }
        or_look_anyway(receiver.watch(cx), cx);
        Ok(Flow::Idle)
    }
}
