//! The half that takes: frames are put into the buffers of the streams.
//!
//! What holds: a frame is copied and let go of in the call that it comes in, or given back; no call waits for a client.

use super::{node::TcfStreams, params::Framing, shared::Shared};
use rogue_sdk::prelude::*;
use rogue_tcf_service::Published;
use rogue_tcf_wire::framing::Header;
use std::{sync::Arc, time};

const TOO_LONG: Reason = TcfStreams::CARD.reason("too_long");
const EMPTY: Reason = TcfStreams::CARD.reason("empty");

/// The half that takes.
pub struct StreamsTake {
    shared: Arc<Shared>,
    /// The time of the call that is being made, and what it is since 1970.
    seen: time::Duration,
    wall_ns: u64,
}

impl StreamsTake {
    pub fn new(shared: &Arc<Shared>) -> StreamsTake {
        StreamsTake { shared: shared.clone(), seen: time::Duration::MAX, wall_ns: 0 }
    }
}

impl Take for StreamsTake {
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted> {
        let Shared { settings, status, .. } = &*self.shared;
        if self.seen != cx.now() {
            self.seen = cx.now();
            self.wall_ns = u64::try_from(cx.wall().as_nanos()).unwrap_or(u64::MAX);
        }
        let payload = frame.payload();
        if settings.framing == Framing::Raw && payload == 0 {
            cx.drop(frame, EMPTY);
            return Ok(Accepted::Taken);
        }
        let buffers = frame.buffers().map(|buffer| buffer.bytes());
        let now = self.shared.now();
        let mut core = self.shared.core();
        let (stream, sequence) = core.stream(settings, frame.channel(), now);
        let number = *sequence;
        *sequence += 1;
        let (len, published) = match settings.framing {
            Framing::Raw => (payload as usize, core.service.publish(stream, payload as usize, buffers, now)),
            Framing::Length => {
                let header = Header {
                    channel: frame.channel().into(),
                    flags: frame.flags(),
                    error: frame.error(),
                    sequence: number,
                    time_ns: self.wall_ns,
                    payload,
                };
                let header = header.encode();
                let pieces = std::iter::once(header.as_bytes()).chain(buffers);
                let len = header.as_bytes().len() + payload as usize;
                (len, core.service.publish(stream, len, pieces, now))
            }
        };
        if published == Published::NoRoom {
            *core.stream(settings, frame.channel(), now).1 = number;
        }
        drop(core);
        match published {
            Published::Done { wanted } => {
                status.frames_published.add(1);
                status.bytes_published.add(len as u64);
                if wanted {
                    self.shared.ring();
                }
                Ok(Accepted::Taken)
            }
            Published::NoRoom => {
                // The thread watches who stalls.
                self.shared.ring();
                Ok(Accepted::Blocked(frame))
            }
            Published::TooLong => {
                cx.drop(frame, TOO_LONG);
                Ok(Accepted::Taken)
            }
        }
    }

    /// Clients get the rest and the end; those that are at rest for `stall_limit` are not waited for.
    fn finish(&mut self, cx: &Context<'_>) -> Result<Flow> {
        let now = self.shared.now();
        let mut core = self.shared.core();
        if !core.ending {
            core.end(now);
            self.shared.ring();
        }
        let Some(due) = core.service.drained(now) else {
            drop(core);
            self.shared.inbox().take_ended = true;
            cx.wake_give();
            return Ok(Flow::Ended);
        };
        cx.wake_at(cx.now() + (due - now));
        Ok(Flow::Idle)
    }
}
