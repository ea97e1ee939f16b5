//! The shapes of frames under the name by which the SDK's sources know them: `sdk/src/abi.rs` in a plugin.

pub use rogue_abi::{Block, FrameHdr, FrameVt, Seg, abi_stable::std_types::RStr as Name, refs, why};
