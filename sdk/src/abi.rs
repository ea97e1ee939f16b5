//! Frames and calls as this packaging has them: the frozen shapes of `rogue-abi` in a plugin, the same names in a component.
//!
//! Used by all of the SDK that is the same in both. What holds: `rogue-abi` is what crosses a `.so`, so nothing of it is
//! changed for a sandbox; what crosses there is the WIT, and these shapes stay within one component.

#[cfg(target_family = "wasm")]
mod call;
#[cfg(target_family = "wasm")]
mod frame;
#[cfg(target_family = "wasm")]
mod words;

#[cfg(target_family = "wasm")]
pub use self::{
    call::{Call, Out, OutItem},
    frame::{Block, FrameHdr, FrameVt, Name, Seg, refs, why},
    words::{CARDS_MAGIC, counter_kind, half, log_level, module_flags, reason},
};
#[cfg(not(target_family = "wasm"))]
pub use rogue_abi::{
    Block, CARDS_MAGIC, Call, FrameHdr, FrameVt, Out, OutItem, Seg, abi_stable::std_types::RStr as Name,
    counter_kind, half, module_flags, reason, refs, why,
};
