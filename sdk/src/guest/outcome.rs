//! What became of the frames of a call, as plain data: the WIT's `outcome`, field by field.
//!
//! Made by [`super::batch`], written into the WIT's types by the exporter.

use crate::abi::FrameHdr;

/// A frame's metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) channel: u8,
    pub(crate) error: u8,
    pub(crate) flags: u16,
}

impl Meta {
    /// The metadata in a header.
    #[inline]
    pub(crate) fn of(hdr: &FrameHdr) -> Meta {
        Meta { channel: hdr.chan, error: hdr.error, flags: hdr.flags }
    }

    /// Writes it into a header.
    #[inline]
    pub(crate) fn put(self, hdr: &mut FrameHdr) {
        hdr.chan = self.channel;
        hdr.error = self.error;
        hdr.flags = self.flags;
    }
}

/// What became of a frame, or what leaves; `u32`s are frame, port, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Pass(u32, u32),
    Retag(u32, u32, Meta),
    Share(u32, u32, Meta),
    /// The last two are offset and length.
    Part(u32, u32, Meta, u32, u32),
    /// The number that the host gave it.
    Emitted(u32),
    /// The last is the reason.
    Drop(u32, u32),
    Hold(u32),
    Release(u32),
    /// Reason, and how many.
    Discard(u32, u32),
}

/// What became of all that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcomes {
    PassAll,
    ReleaseAll,
    Each(Vec<Outcome>),
}
