//! What a running node shows: the baseline of one of the last waveforms, and in the end of the last.
//!
//! What holds: texts are made ten times a second at most, however many waveforms come.

use crate::record::Head;
use core::time::Duration;
use rogue_sdk::{Gauge, Node};

/// Shortest time between two texts.
const PAUSE: Duration = Duration::from_millis(100);

/// The readings.
pub struct Shown {
    node: Node,
    channels: Gauge,
    next: Duration,
    /// The last waveform, and how many channels there were, if that is not shown yet.
    waits: Option<(Head, u64)>,
}

impl Shown {
    pub fn new(node: &Node) -> Shown {
        Shown { node: *node, channels: node.gauge("channels"), next: Duration::ZERO, waits: None }
    }

    /// Shows a waveform, if it is time to.
    pub fn show(&mut self, head: &Head, channels: u64, now: Duration) {
        self.waits = Some((*head, channels));
        if now >= self.next {
            self.next = now.saturating_add(PAUSE);
            self.show_last();
        }
    }

    /// Shows the last waveform.
    pub fn show_last(&mut self) {
        let Some((head, channels)) = self.waits.take() else { return };
        let (baseline, noise) = (f64::from(head.baseline) / 256.0, f64::from(head.noise) / 256.0);
        self.channels.set(channels);
        self.node.publish("baseline", format_args!("{baseline:.2} (channel {})", head.channel));
        self.node.publish("noise", format_args!("{noise:.2}"));
    }
}
