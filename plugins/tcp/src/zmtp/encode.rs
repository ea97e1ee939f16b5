//! The head of a message: three parts and the header of the fourth.

use super::{LONG, MORE};

/// What a frame says beside its payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub flags: u16,
    pub channel: u8,
    pub error: u8,
    /// Bytes of payload.
    pub size: u64,
}

/// Bytes of a head whose payload has at most 255 bytes.
pub const SHORT_LEN: usize = 12;
/// Bytes of any other.
pub const LONG_LEN: usize = 19;

impl Head {
    /// Bytes it has on the wire.
    #[inline]
    pub fn wire_len(&self) -> usize {
        if self.size <= 255 { SHORT_LEN } else { LONG_LEN }
    }

    /// Appends it to `to`.
    #[inline]
    pub fn write(&self, to: &mut Vec<u8>) {
        let [first, last] = self.flags.to_le_bytes();
        let mut bytes = [0; LONG_LEN];
        bytes[..10].copy_from_slice(&[MORE, 2, first, last, MORE, 1, self.channel, MORE, 1, self.error]);
        if self.size <= 255 {
            bytes[11] = self.size as u8;
            to.extend_from_slice(&bytes[..SHORT_LEN]);
        } else {
            bytes[10] = LONG;
            bytes[11..].copy_from_slice(&self.size.to_be_bytes());
            to.extend_from_slice(&bytes);
        }
    }
}
