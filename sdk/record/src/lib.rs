//! The header of a record (spec section 13): `u32 length`, which counts the payload and the 4 bytes after
//! itself, then `u16 flags`, `u8 error`, `u8 channel`; little-endian, packed. The payload follows.
//!
//! Used by the plugin `file` for data files and by the runtime for what it saves of a stream; the only place that knows
//! these bytes.

use rogue_sdk::Frame;

/// Bytes of a header.
pub const HEADER: usize = 8;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The length word; less than 4 in broken files only.
    pub length: u32,
    /// All 16 flag bits.
    pub flags: u16,
    /// Error code, 0 = good.
    pub error: u8,
    /// Channel number.
    pub channel: u8,
}

impl Header {
    /// The header of a frame's record; `None` if the length word, which counts 4 bytes more than the
    /// payload, cannot say it.
    pub fn of(frame: &Frame, channel: u8) -> Option<Header> {
        let length = frame.payload().checked_add(4)?;
        Some(Header { length, flags: frame.flags(), error: frame.error(), channel })
    }

    /// Bytes of payload behind the header. A length below 4 has none.
    pub fn payload(&self) -> u32 {
        self.length.saturating_sub(4)
    }

    /// As in the file.
    pub fn encode(&self) -> [u8; HEADER] {
        let [a, b, c, d] = self.length.to_le_bytes();
        let [first, last] = self.flags.to_le_bytes();
        [a, b, c, d, first, last, self.error, self.channel]
    }

    /// From the file.
    pub fn decode([a, b, c, d, first, last, error, channel]: [u8; HEADER]) -> Header {
        Header {
            length: u32::from_le_bytes([a, b, c, d]),
            flags: u16::from_le_bytes([first, last]),
            error,
            channel,
        }
    }

    /// Gives a frame what the header says of it.
    pub fn stamp(&self, frame: &mut Frame) {
        frame.set_flags(self.flags);
        frame.set_error(self.error);
        frame.set_channel(self.channel);
    }
}
