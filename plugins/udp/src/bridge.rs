//! What `udp-server` and `udp-client` have in common: their life.
//!
//! What holds: the socket is taken in `start` and given up in `stop`; both sides have it, and share nothing else but the
//! peer and what is shown.

use super::{
    give::BridgeGive,
    handover,
    open::{self, Open},
    params::Settings,
    peer::Peer,
    receiver::Receiver,
    sender::Sender,
    status::Status,
    take::BridgeTake,
};
use rogue_sdk::prelude::*;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Free buffers that a bridge's pool keeps (spec section 12).
const POOL_SIZE: u32 = 10_000;

/// A bridge.
pub struct Bridge {
    settings: Arc<Settings>,
    node: Node,
    status: Status,
    peer: Peer,
    sender: Arc<Mutex<Sender>>,
    receiver: Arc<Mutex<Receiver>>,
    claim: String,
}

impl Bridge {
    /// Announces the port at once: by that the runtime knows that a predecessor has to give the socket up first.
    ///
    /// # Errors
    /// Another node of the graph has the port.
    pub fn new(settings: Settings, node: &Node) -> Result<Bridge> {
        let settings = Arc::new(settings);
        let claim = settings.claim(node);
        node.claim(&claim)?;
        let (status, peer) = (Status::new(node, &settings), Peer::default());
        node.set_pool(settings.max_payload, POOL_SIZE);
        Ok(Bridge {
            sender: Arc::new(Mutex::new(Sender::new(&settings, &status, node, &peer))),
            receiver: Arc::new(Mutex::new(Receiver::new(&settings, &status, node, &peer))),
            settings,
            node: *node,
            status,
            peer,
            claim,
        })
    }

    /// The two sides. The module is called while no half is, so nobody waits here.
    fn sides(&self) -> (MutexGuard<'_, Sender>, MutexGuard<'_, Receiver>) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        (sender, self.receiver.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn halves(&self, node: &Node) -> (BridgeTake, BridgeGive) {
        let take = BridgeTake::new(&self.sender, &self.status);
        (take, BridgeGive::new(&self.receiver, &self.sender, &self.settings, node))
    }

    /// Makes the socket, unless it was taken over. One that was is kept where it does not do, since whoever had it before
    /// goes on with it.
    ///
    /// # Errors
    /// A port that cannot be had, a name that is not known, an option that is refused.
    pub fn start(&mut self) -> Result<()> {
        let opened = self.open();
        if opened.is_err() && self.sides().1.open.is_none() {
            self.stop();
        }
        opened?;
        self.node.wake_take();
        self.node.wake_give();
        Ok(())
    }

    fn open(&mut self) -> Result<()> {
        self.node.claim(&self.claim)?;
        let host = open::host(&self.settings)?;
        let (mut sender, mut receiver) = self.sides();
        sender.open = None;
        let there =
            receiver.open.as_ref().is_some_and(|open| open::serves(&open.socket, &self.settings, host));
        if !there {
            receiver.open = None;
            receiver.drops_seen = 0;
        }
        let mut open = match receiver.open.take() {
            Some(open) => open,
            None => Open::new(open::bind(&self.settings, host, None)?),
        };
        match open::set_up(&open.socket, &self.settings, &self.status) {
            Ok(runs) => open.runs = runs,
            Err(error) => {
                receiver.open = there.then_some(open);
                return Err(error);
            }
        }
        sender.open = Some(open.clone());
        receiver.open = Some(open);
        if let Some(host) = host {
            self.peer.set(host);
        }
        self.status.peer(self.peer.get());
        Ok(())
    }

    pub fn stop(&mut self) {
        let (mut sender, mut receiver) = self.sides();
        // What comes to a bridge that gives to nobody is nobody's loss.
        if self.node.links(0) > 0 {
            receiver.count_unread();
        }
        drop::<(Option<Open>, Option<Open>)>((sender.close(), receiver.close()));
        self.node.unclaim(&self.claim);
    }

    pub fn release_held(&mut self, held: &mut Held) {
        let (mut sender, mut receiver) = self.sides();
        handover::release(&self.settings, &self.peer, &mut sender, &mut receiver, held);
    }

    /// # Errors
    /// A port that cannot be had; then nothing of what is held is touched. What the system says of the descriptor.
    pub fn adopt(&mut self, held: &mut Held) -> Result<()> {
        let (mut sender, mut receiver) = self.sides();
        handover::adopt(&self.settings, &self.peer, &mut sender, &mut receiver, held)
    }
}
