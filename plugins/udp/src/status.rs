//! What a bridge shows: readings, counters and reasons of the card, set by both halves.

use super::params::Settings;
use rogue_sdk::{
    card::{Counter as Counted, DropReason, Reading},
    log,
    prelude::*,
};
use rogue_socket::address::shown;
use std::net::SocketAddr;

pub const READINGS: &[Reading] = &[
    Reading::new("port", "the port the socket is bound to"),
    Reading::new("max_payload", "most bytes of a datagram that is received"),
    Reading::new("rx_buffer_bytes", "bytes of the system's receive buffer, as much as it gave"),
    Reading::new("peer", "whom frames go to now; - while nobody is known"),
    Reading::new("offload", "what the system carries in one piece: send, receive, both or none"),
    Reading::new("held", "frames taken and not sent yet"),
];

pub const COUNTERS: &[Counted] = &[
    Counted::new("datagrams_in", "datagrams that were read"),
    Counted::new("datagrams_out", "datagrams that were sent"),
    Counted::new("zero_length", "datagrams without a byte, which make no frame"),
    Counted::new("timeouts", "times that there was no room to send for as long as `timeout` says"),
    Counted::new("kernel_drops", "datagrams that the system dropped before they were read"),
    Counted::new("unread", "datagrams that had come and were not read when the run ended"),
];

pub const DROPS: &[DropReason] = &[
    DropReason::loss("errored", "frames with an error, which are not sent, as in Rogue"),
    DropReason::loss("empty", "frames whose first buffer is empty, of which nothing is sent, as in Rogue"),
    DropReason::loss(
        "cut_short",
        "frames of which what stands behind an empty buffer was not sent, as in Rogue",
    ),
    DropReason::loss("too_big", "frames with a buffer of more than 65507 bytes, which no datagram holds"),
    DropReason::loss("no_peer", "frames that came before anybody was heard"),
    DropReason::loss("failed", "frames that the system refused to send"),
    DropReason::loss("oversize", "datagrams that were received and are longer than `max_payload`"),
    DropReason::asked_if_written("stranger", "peers", "datagrams of others than the one peer"),
];

/// What all of this is set through.
#[derive(Clone)]
pub struct Status {
    node: Node,
    pub datagrams_in: Counter,
    pub datagrams_out: Counter,
    pub zero_length: Counter,
    pub timeouts: Counter,
    pub kernel_drops: Counter,
    pub unread: Counter,
    held: Gauge,
    max_payload: u32,
    log: &'static str,
}

impl Status {
    pub fn new(node: &Node, settings: &Settings) -> Status {
        Status {
            node: *node,
            datagrams_in: node.counter("datagrams_in"),
            datagrams_out: node.counter("datagrams_out"),
            zero_length: node.counter("zero_length"),
            timeouts: node.counter("timeouts"),
            kernel_drops: node.outside_counter("kernel_drops"),
            unread: node.outside_counter("unread"),
            held: node.gauge("held"),
            max_payload: settings.max_payload,
            log: settings.log,
        }
    }

    /// What the socket is like.
    pub fn opened(&self, port: u16, rx_buffer: u64, offload: (bool, bool)) {
        self.node.gauge("port").set(port.into());
        self.node.gauge("max_payload").set(self.max_payload.into());
        self.node.gauge("rx_buffer_bytes").set(rx_buffer);
        self.node.publish(
            "offload",
            match offload {
                (true, true) => "both",
                (true, false) => "send",
                (false, true) => "receive",
                (false, false) => "none",
            },
        );
    }

    /// Whom frames go to.
    pub fn peer(&self, peer: Option<SocketAddr>) {
        match peer {
            Some(peer) => {
                let peer = shown(peer);
                self.node.publish("peer", peer);
                log::info!(target: self.log, "frames go to {peer}");
            }
            None => self.node.publish("peer", "-"),
        }
    }

    /// How many frames wait.
    pub fn held(&self, frames: usize) {
        self.held.set(frames as u64);
    }

    /// Something that somebody should see.
    pub fn warn(&self, what: std::fmt::Arguments<'_>) {
        log::warn!(target: self.log, "{what}");
    }
}
