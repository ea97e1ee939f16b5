//! What `tcp-server` and `tcp-client` have in common: their life.
//!
//! What holds: a server's ports are announced when it is made, so that a predecessor gives its sockets up first and no other
//! node of the graph has them; sockets are taken in `start` and given up in `stop`; the two sides share nothing but what is
//! shown.

use super::{
    dial::Dialer, door::Door, give::BridgeGive, handover, params::Settings, receiver::Receiver,
    sender::Sender, status::Status, take::BridgeTake,
};
use rogue_sdk::prelude::*;
use rogue_socket::{
    address::{self, Side},
    kin::Role,
    listener,
};
use std::{
    os::fd::BorrowedFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A bridge.
pub struct Bridge {
    settings: Arc<Settings>,
    node: Node,
    sender: Arc<Mutex<Sender>>,
    receiver: Arc<Mutex<Receiver>>,
}

impl Bridge {
    /// # Errors
    /// Another node of the graph has one of the ports.
    pub fn new(settings: Settings, node: &Node) -> Result<Bridge> {
        let settings = Arc::new(settings);
        settings.claims().iter().try_for_each(|name| node.claim(name))?;
        let status = Status::new(node, &settings);
        Ok(Bridge {
            sender: Arc::new(Mutex::new(Sender::new(&settings, &status, node))),
            receiver: Arc::new(Mutex::new(Receiver::new(&settings, &status, node))),
            settings,
            node: *node,
        })
    }

    /// The two sides. The module is called while no half is, so nobody waits here.
    fn sides(&self) -> (MutexGuard<'_, Sender>, MutexGuard<'_, Receiver>) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        (sender, self.receiver.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn halves(&self, node: &Node) -> (BridgeTake, BridgeGive) {
        let take = BridgeTake::new(&self.sender, &self.settings, node);
        (take, BridgeGive::new(&self.receiver, &self.sender, &self.settings, node))
    }

    /// Takes the ports that were not taken over.
    ///
    /// # Errors
    /// A port that cannot be had; none is kept then.
    pub fn start(&mut self) -> Result<()> {
        self.open_or_stop(&[])?;
        let (sender, receiver) = self.sides();
        sender.show_peers();
        receiver.show_peers();
        drop((sender, receiver));
        self.node.wake_take();
        self.node.wake_give();
        Ok(())
    }

    /// `before`: sockets of a predecessor, which may have the ports at another address.
    fn open_or_stop(&mut self, before: &[BorrowedFd<'_>]) -> Result<()> {
        let opened = self.open(before);
        if opened.is_err() {
            self.stop();
        }
        opened
    }

    fn open(&mut self, before: &[BorrowedFd<'_>]) -> Result<()> {
        // Again: a predecessor took its own back when it stopped, and they may be the same.
        self.settings.claims().iter().try_for_each(|name| self.node.claim(name))?;
        let (mut sender, mut receiver) = self.sides();
        let addr = &self.settings.addr;
        let door = |port| match self.settings.role {
            Role::Server => address::all("addr", addr, port, Side::Here)
                .and_then(|addresses| listener::bind(addr, port, addresses, before))
                .map(Door::Listen),
            Role::Client => Ok(Door::Dial(Dialer::new(port))),
        };
        if let Door::Shut = receiver.door {
            receiver.door = door(self.settings.port_in())?;
        }
        if let Door::Shut = sender.door {
            sender.door = door(self.settings.port_out())?;
        }
        Ok(())
    }

    pub fn stop(&mut self) {
        {
            let (mut sender, mut receiver) = self.sides();
            receiver.stop();
            sender.stop();
        }
        self.settings.claims().iter().for_each(|name| self.node.unclaim(name));
    }

    pub fn release_held(&mut self, held: &mut Held) {
        let (mut sender, mut receiver) = self.sides();
        handover::release(&self.settings, &mut sender, &mut receiver, &self.node, held);
    }

    /// # Errors
    /// What the system says of the descriptors, or of other ports or addresses than the predecessor had: then nothing of
    /// it is touched.
    pub fn adopt(&mut self, held: &mut Held) -> Result<()> {
        if handover::has_other_ports(&self.settings, held) {
            self.open_or_stop(&handover::listening(held))?;
        }
        let (mut sender, mut receiver) = self.sides();
        handover::adopt(&self.settings, &mut sender, &mut receiver, held)
    }
}
