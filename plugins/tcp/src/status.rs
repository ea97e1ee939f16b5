//! What a bridge shows: readings and counters of the card, set by both halves.

use super::{params::Settings, peer::Gone};
use rogue_sdk::{
    card::{Counter as Counted, DropReason, Reading},
    log,
    prelude::*,
};
use std::net::SocketAddr;

pub const READINGS: &[Reading] = &[
    Reading::new("link", "1 while frames can go out and come in, else 0"),
    Reading::new("peers_in", "peers connected that may give frames"),
    Reading::new("peers_out", "peers connected that may take frames"),
    Reading::new("held", "frames taken and not yet written to a socket"),
];

pub const COUNTERS: &[Counted] = &[
    Counted::new("connects", "connections made, in either direction"),
    Counted::new("disconnects", "connections that ended after they were made"),
    Counted::new("rejected", "peers disconnected for what they sent or left out"),
    Counted::new(
        "in_flight",
        "frames sent that a peer had not acknowledged when its connection ended, at most",
    ),
    Counted::new("torn_frames", "frames that had come in part when their connection ended"),
];

pub const DROPS: &[DropReason] = &[
    DropReason::asked_if_written("absent", "when_absent", "frames that came while no peer was connected"),
    DropReason::loss("empty", "frames without payload, which Rogue would lose with the next one"),
];

/// What all of this is set through.
#[derive(Clone)]
pub struct Status {
    link: Gauge,
    peers_in: Gauge,
    peers_out: Gauge,
    held: Gauge,
    connects: Counter,
    disconnects: Counter,
    rejected: Counter,
    in_flight: Counter,
    torn: Counter,
    log: String,
}

impl Status {
    pub fn new(node: &Node, settings: &Settings) -> Status {
        Status {
            link: node.gauge("link"),
            peers_in: node.gauge("peers_in"),
            peers_out: node.gauge("peers_out"),
            held: node.gauge("held"),
            connects: node.counter("connects"),
            disconnects: node.counter("disconnects"),
            rejected: node.counter("rejected"),
            in_flight: node.outside_counter("in_flight"),
            torn: node.outside_counter("torn_frames"),
            log: settings.log.clone(),
        }
    }

    /// How many peers take frames now.
    pub fn takers(&self, peers: usize) {
        self.peers_out.set(peers as u64);
        self.link();
    }

    /// How many peers give frames now.
    pub fn givers(&self, peers: usize) {
        self.peers_in.set(peers as u64);
        self.link();
    }

    fn link(&self) {
        self.link.set((self.peers_in.get() > 0 && self.peers_out.get() > 0).into());
    }

    /// How many frames wait.
    pub fn held(&self, frames: usize) {
        self.held.set(frames as u64);
    }

    /// A handshake is done.
    pub fn connected(&self, peer: SocketAddr, what: &str) {
        self.connects.add(1);
        log::info!(target: &self.log, "{peer} is connected and {what}");
    }

    /// A connection has ended; `open`: after its handshake.
    pub fn gone(&self, peer: SocketAddr, why: &Gone, open: bool) {
        if open {
            self.disconnects.add(1);
        }
        if why.is_misconduct() {
            self.rejected.add(1);
            log::warn!(target: &self.log, "the connection with {peer} is {why}");
        } else {
            log::info!(target: &self.log, "the connection with {peer} is {why}");
        }
    }

    /// Frames handed to the system that the peer has not acknowledged when the connection ended.
    pub fn in_flight(&self, peer: SocketAddr, frames: u64) {
        if frames > 0 {
            self.in_flight.add(frames);
            log::warn!(target: &self.log, "up to {frames} frames were on their way to {peer} and may be lost");
        }
    }

    /// A frame that had come in part when its connection ended.
    pub fn torn(&self, peer: SocketAddr) {
        self.torn.add(1);
        log::warn!(target: &self.log, "{peer} is gone in the middle of a frame");
    }

    /// An attempt to connect failed.
    pub fn failed(&self, why: &str) {
        log::debug!(target: &self.log, "not connected: {why}");
    }

    /// Something that goes on.
    pub fn warn(&self, what: &str) {
        log::warn!(target: &self.log, "{what}");
    }
}
