//! The run's side of `tap`: what a tap sampled, as lines of the protocol.
//!
//! Used by `server`, on the thread of the connection that asked. What holds: a sample is copied out of its frame and the
//! frame let go at once, before anything is written; a client that reads slowly makes the tap miss frames, and nothing
//! else; the tap ends with the client, with the run, or when the client says something else.

use std::{io, mem::MaybeUninit, os::unix::net::UnixStream, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use rogue_sdk::Frame;
use serde_json::Value;
use socket2::SockRef;

use super::{
    answer::{Sample, TapEnd, Tapped},
    line::before_answer,
};
use crate::swap::OpenTap;

/// How long the end of a client, a node or the run may wait to be seen.
const LOOK: Duration = Duration::from_millis(50);
/// Lines are written together up to this many bytes, if more samples wait.
const TOGETHER: usize = 64 << 10;

/// How frames are shown.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    /// The most bytes of a sample in hexadecimal.
    pub max_bytes: u32,
    /// The whole payload, as base64.
    pub whole: bool,
    /// How many samples.
    pub limit: u64,
}

impl Sampling {
    fn sample(&self, port: &str, frame: &Frame) -> Sample {
        let (mut hex, mut base64) = (None, None);
        if self.whole {
            base64 = Some(BASE64_STANDARD.encode(frame.to_vec()));
        } else {
            let mut first = vec![0; frame.payload().min(self.max_bytes) as usize];
            let read = frame.read(0, &mut first).is_ok();
            hex = read.then(|| first.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        Sample {
            port: port.to_owned(),
            size: frame.payload(),
            channel: frame.channel(),
            error: frame.error(),
            flags: frame.flags(),
            stamp_ns: frame.stamp_ns(),
            hex,
            base64,
        }
    }

    /// Writes samples until the tap is to end; says what it came to.
    ///
    /// # Errors
    /// What `write` says.
    pub fn show(
        &self,
        open: &OpenTap,
        id: &Value,
        mut spoke: impl FnMut() -> bool,
        mut write: impl FnMut(&str) -> io::Result<()>,
    ) -> io::Result<Tapped> {
        let tap = open.tap();
        let mut shown = 0;
        let ended = loop {
            // Asked for before the ring is looked at: what came before the end is in it.
            let over = tap.is_closed().then_some(TapEnd::RunEnded);
            let over = over.or_else(|| open.has_ended().then_some(TapEnd::NodeEnded));
            let mut lines = String::new();
            let mut wait = if over.is_some() { Duration::ZERO } else { LOOK };
            while shown < self.limit
                && lines.len() < TOGETHER
                && let Some(sample) = tap.read(wait, |port, frame| self.sample(open.port(port), frame))
            {
                lines.push_str(&before_answer(id, "sample", &sample));
                shown += 1;
                wait = Duration::ZERO;
            }
            if !lines.is_empty() {
                write(&lines)?;
            }
            match over {
                _ if shown >= self.limit => break TapEnd::Limit,
                _ if spoke() => break TapEnd::Asked,
                Some(ended) if lines.is_empty() => break ended,
                _ => {}
            }
        };
        open.close();
        Ok(Tapped { seen: tap.seen(), shown, missed: tap.missed(), ended })
    }
}

/// Whether something can be read from a client, or it has gone.
pub fn has_spoken(stream: &UnixStream) -> bool {
    look(stream).map_or_else(|error| error.kind() != io::ErrorKind::WouldBlock, |_| true)
}

/// Whether a client has gone.
pub fn has_gone(stream: &UnixStream) -> bool {
    look(stream).map_or_else(|error| error.kind() != io::ErrorKind::WouldBlock, |read| read == 0)
}

/// Bytes that can be read; 0: the other end is closed.
fn look(stream: &UnixStream) -> io::Result<usize> {
    let mut byte = [MaybeUninit::uninit()];
    SockRef::from(stream).recv_with_flags(&mut byte, libc::MSG_PEEK | libc::MSG_DONTWAIT)
}
