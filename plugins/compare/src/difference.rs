//! Where two frames differ first, in words.

use rogue_sdk::Frame;
use std::fmt::{self, Write};

/// Bytes shown of each frame, from the first that differs.
const SHOWN: u32 = 16;

/// The first thing in which two frames differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// At this byte of the payload, which may be where one of them ends.
    Payload(u32),
    /// In this part of the metadata.
    Metadata(&'static str),
}

impl Difference {
    /// Compares payload, then channel, error and flags.
    pub fn between(a: &Frame, b: &Frame) -> Option<Difference> {
        if !a.same_payload(b) {
            return Some(Difference::Payload(first_byte(a, b)));
        }
        let parts = [
            ("channel", a.channel() != b.channel()),
            ("error", a.error() != b.error()),
            ("flags", a.flags() != b.flags()),
        ];
        parts.into_iter().find(|(_, differ)| *differ).map(|(name, _)| Difference::Metadata(name))
    }

    /// Both frames, with their bytes from the difference on.
    pub fn of(self, a: &Frame, b: &Frame) -> String {
        let (a_is, b_is) = (summary(a), summary(b));
        match self {
            Difference::Payload(at) => format!(
                "from byte {at} on: a has {a_is},{}; b has {b_is},{}",
                bytes_from(a, at),
                bytes_from(b, at)
            ),
            Difference::Metadata(part) => format!("in {part}: a has {a_is}; b has {b_is}"),
        }
    }
}

/// A frame without its bytes.
pub fn summary(frame: &Frame) -> impl fmt::Display {
    format!(
        "size={}, error=0x{:02x}, flags=0x{:04x}, channel={}",
        frame.payload(),
        frame.error(),
        frame.flags(),
        frame.channel()
    )
}

/// The first byte in which two payloads differ; the length of the shorter if that is all of it.
fn first_byte(a: &Frame, b: &Frame) -> u32 {
    let (mut a, mut b) = (a.reader(), b.reader());
    loop {
        let (left, right) = (a.chunk(), b.chunk());
        let len = left.len().min(right.len());
        match left.iter().zip(right).position(|(a, b)| a != b) {
            Some(at) => return a.position() + at as u32,
            None if len == 0 => return a.position(),
            None => {
                a.advance(len as u32);
                b.advance(len as u32);
            }
        }
    }
}

fn bytes_from(frame: &Frame, at: u32) -> String {
    let left = frame.payload().saturating_sub(at);
    let mut shown = vec![0; left.min(SHOWN) as usize];
    if left == 0 || frame.read(at, &mut shown).is_err() {
        return " ended".to_owned();
    }
    let mut text = String::new();
    for byte in &shown {
        // Writing to a String cannot fail.
        let _ = write!(text, " {byte:02x}");
    }
    if left > SHOWN { text + " …" } else { text }
}
