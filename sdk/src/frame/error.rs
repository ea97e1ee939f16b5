//! What can be wrong with a request to a frame.

/// Why a frame refused. The frame is as it was before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More payload than the buffers have room for (spec section 1, `setPayload`).
    #[error("{asked} bytes do not fit: the frame has room for {size}")]
    BeyondSize {
        /// End of what was to be written, or the payload asked for.
        asked: u64,
        /// Capacity of the frame or buffer.
        size: u32,
    },
    /// Reading beyond the payload.
    #[error("bytes up to {asked} were asked for: the payload has {payload}")]
    BeyondPayload {
        /// End of what was to be read.
        asked: u64,
        /// Valid bytes.
        payload: u32,
    },
    /// A change by a relative amount would leave what is there (`adjustHeader`, `adjustTail`,
    /// `adjustPayload`, spec sections 1 and 2).
    #[error("cannot move by {by}: between {least} and {most} is possible here")]
    BeyondRoom {
        /// Amount asked for.
        by: i64,
        /// Least amount possible.
        least: i64,
        /// Largest amount possible.
        most: i64,
    },
    /// A typed view must lie within one buffer (spec section 4).
    #[error("{count} elements from byte {offset} cross the end of a buffer; call ensure_single_buffer first")]
    CrossesBuffers {
        /// First byte.
        offset: u32,
        /// Elements asked for.
        count: u32,
    },
    /// No such buffer.
    #[error("there is no buffer {index}: the frame has {count}")]
    NoBuffer {
        /// Index asked for.
        index: usize,
        /// Buffers of the frame.
        count: usize,
    },
    /// The bytes are the runtime's: a module whose card says `metadata_only` is given none of them in a sandbox.
    #[error("the payload is not here: the card says metadata_only; take that out to read payload")]
    NoPayload,
    /// The runtime had no memory, or the frame would have had more than 65,535 buffers.
    #[error("the runtime has no memory for this, or the frame would have more than 65535 buffers")]
    NoMemory,
}
