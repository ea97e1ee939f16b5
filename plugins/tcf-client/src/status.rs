//! What the node shows: readings, counters and reasons of its card.

use rogue_sdk::{
    card::{Counter as Counted, DropReason, Reading},
    log,
    prelude::*,
};

pub const READINGS: &[Reading] = &[
    Reading::new("connected", "1 while there is a channel to the agent, else 0"),
    Reading::new("streams", "streams that are being read"),
    Reading::new("writable", "1 while there is a stream that frames can be written to, else 0"),
    Reading::new("queued", "frames read that the graph has not taken"),
    Reading::new("held", "frames taken that the agent has not answered for"),
    Reading::new("link", "whom with, or why not, as text"),
];

pub const COUNTERS: &[Counted] = &[
    Counted::new("connects", "channels opened"),
    Counted::new("disconnects", "channels that ended after they were opened"),
    Counted::new("rejected", "channels ended for what the agent sent or left out"),
    Counted::new("bytes_read", "bytes of streams read"),
    Counted::new("bytes_written", "bytes written that the agent has answered for"),
    Counted::new("peer_lost", "bytes that the agent says were lost before this read them"),
    Counted::new("unknown_gaps", "times that the agent says some bytes were lost, and not how many"),
    Counted::new("missed_frames", "frames missing by their sequence numbers, those of peer_lost among them"),
    Counted::new(
        "cut_frames",
        "frames that had come in part when bytes were lost, or their stream or channel ended",
    ),
    Counted::new("bad_frames", "stretches of bytes that are no frame, and frames that this cannot take"),
    Counted::new("skipped_bytes", "bytes of these"),
    Counted::new("repeated", "frames that came again after a new connection, and were passed over"),
    Counted::new(
        "resent",
        "frames written again since their channel ended before the answer; they may be there twice",
    ),
];

pub const DROPS: &[DropReason] = &[
    DropReason::asked_if_written(
        "absent",
        "when_absent",
        "frames that came while there was no stream to write to",
    ),
    DropReason::loss("refused", "frames whose writing the agent answered with an error"),
    DropReason::loss("too_long", "frames longer than 8 MiB, which raw framing cannot write as one"),
    DropReason::loss("empty", "frames without payload, which raw framing cannot show"),
];

/// What all of this is set through.
#[derive(Clone, Copy)]
pub struct Status {
    pub node: Node,
    pub connected: Gauge,
    pub streams: Gauge,
    pub writable: Gauge,
    pub queued: Gauge,
    pub held: Gauge,
    pub connects: Counter,
    pub disconnects: Counter,
    pub rejected: Counter,
    pub bytes_read: Counter,
    pub bytes_written: Counter,
    pub peer_lost: Counter,
    pub unknown_gaps: Counter,
    pub missed_frames: Counter,
    pub cut_frames: Counter,
    pub bad_frames: Counter,
    pub skipped_bytes: Counter,
    pub repeated: Counter,
    pub resent: Counter,
}

impl Status {
    pub fn new(node: &Node) -> Status {
        Status {
            node: *node,
            connected: node.gauge("connected"),
            streams: node.gauge("streams"),
            writable: node.gauge("writable"),
            queued: node.gauge("queued"),
            held: node.gauge("held"),
            connects: node.counter("connects"),
            disconnects: node.counter("disconnects"),
            rejected: node.counter("rejected"),
            bytes_read: node.counter("bytes_read"),
            bytes_written: node.counter("bytes_written"),
            peer_lost: node.outside_counter("peer_lost"),
            unknown_gaps: node.counter("unknown_gaps"),
            missed_frames: node.outside_counter("missed_frames"),
            cut_frames: node.counter("cut_frames"),
            bad_frames: node.counter("bad_frames"),
            skipped_bytes: node.outside_counter("skipped_bytes"),
            repeated: node.counter("repeated"),
            resent: node.counter("resent"),
        }
    }

    /// What the reading `link` says, and the log where it is another than before.
    pub fn link(&self, text: &str) {
        self.node.publish("link", text);
        log::debug!("{text}");
    }
}
