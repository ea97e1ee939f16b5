//! What the node shows: readings, counters and reasons of its card.

use rogue_sdk::{
    card::{Counter as Counted, DropReason, Reading},
    prelude::*,
};

pub const READINGS: &[Reading] = &[
    Reading::new("port", "the port that is listened on"),
    Reading::new("clients", "channels that are open"),
    Reading::new("held", "frames that clients wrote and the graph has not taken"),
    Reading::new(
        "peers",
        "each client with the bytes and frames it has read and lost, as text, once a second",
    ),
];

pub const COUNTERS: &[Counted] = &[
    Counted::new("frames_published", "frames put into a stream's buffer"),
    Counted::new("bytes_published", "bytes of these, headers included"),
    Counted::new("bytes_read", "bytes that clients have read, all together"),
    Counted::new("frames_read", "frames of which clients have read the last byte, all together"),
    Counted::new("bytes_lost", "bytes that were gone before a client read them, all clients together"),
    Counted::new("frames_lost", "frames of which that is true for some bytes, all clients together"),
    Counted::new("writes", "writes of clients that were taken"),
    Counted::new("frames_written", "frames that these made"),
    Counted::new("bad_writes", "writes that were answered with an error since they hold no frame"),
    Counted::new("connects", "channels opened"),
    Counted::new("disconnects", "channels that ended"),
    Counted::new("rejected", "channels ended for what they sent or left out, or since there were too many"),
    Counted::new(
        "stalled",
        "clients disconnected from a stream since they held up the graph for stall_limit",
    ),
];

pub const DROPS: &[DropReason] = &[
    DropReason::loss("too_long", "frames longer than the buffer"),
    DropReason::loss("empty", "frames without payload, which raw framing cannot show"),
    DropReason::asked("stopped", "frames of clients that the graph had not taken when the node was stopped"),
];

/// What all of this is set through.
#[derive(Clone, Copy)]
pub struct Status {
    pub node: Node,
    pub port: Gauge,
    pub clients: Gauge,
    pub held: Gauge,
    pub frames_published: Counter,
    pub bytes_published: Counter,
    pub bytes_read: Counter,
    pub frames_read: Counter,
    pub bytes_lost: Counter,
    pub frames_lost: Counter,
    pub writes: Counter,
    pub frames_written: Counter,
    pub bad_writes: Counter,
    pub connects: Counter,
    pub disconnects: Counter,
    pub rejected: Counter,
    pub stalled: Counter,
}

impl Status {
    pub fn new(node: &Node) -> Status {
        Status {
            node: *node,
            port: node.gauge("port"),
            clients: node.gauge("clients"),
            held: node.gauge("held"),
            frames_published: node.counter("frames_published"),
            bytes_published: node.counter("bytes_published"),
            bytes_read: node.counter("bytes_read"),
            frames_read: node.counter("frames_read"),
            bytes_lost: node.outside_counter("bytes_lost"),
            frames_lost: node.outside_counter("frames_lost"),
            writes: node.counter("writes"),
            frames_written: node.counter("frames_written"),
            bad_writes: node.counter("bad_writes"),
            connects: node.counter("connects"),
            disconnects: node.counter("disconnects"),
            rejected: node.counter("rejected"),
            stalled: node.counter("stalled"),
        }
    }
}
