//! The byte layer of a channel: one escape byte, which ends messages and streams and opens binary blocks.
//!
//! | bytes | meaning |
//! | --- | --- |
//! | any but `03` | itself |
//! | `03 00` | the byte `03` |
//! | `03 01` | end of a message |
//! | `03 02` | end of the stream; an error report and the end of a message follow |
//! | `03 03 n` and n bytes | those bytes as they are; n in groups of 7 bits, low group first, high bit = more follow |
//!
//! What holds: a block may begin and end anywhere within a message, also within a token; its length may be written with
//! more groups than it needs.

mod decode;
mod encode;

pub use decode::{Decoder, Found};
pub use encode::{END_OF_MESSAGE, block, block_head, end_of_stream, plain};

/// The escape byte.
pub const ESCAPE: u8 = 3;

/// What the byte behind an escape means.
mod code {
    pub const ITSELF: u8 = 0;
    pub const MESSAGE: u8 = 1;
    pub const STREAM: u8 = 2;
    pub const BLOCK: u8 = 3;
}
