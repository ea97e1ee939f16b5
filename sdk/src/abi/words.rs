//! Numbers with names, as in `rogue-abi`.
//!
//! Used by all of the SDK; the runtime reads those in cards and outcomes.

/// First bytes of the cards in a file; then their length (u32, little-endian) and a JSON array.
pub const CARDS_MAGIC: [u8; 8] = *b"RGCARDS1";

/// Halves of an instance, as in `wake` and `watch`.
pub mod half {
    /// The half that takes frames (a transform's and a sink's only one).
    pub const TAKE: u32 = 0;
    /// The half that gives frames (a source's only one).
    pub const GIVE: u32 = 1;
}

/// Reasons of `drop` that every node has, beside those of its card.
pub mod reason {
    /// The module failed while it had the frame, or left more results than the runtime takes.
    pub const FAULT: u32 = u32::MAX;
}

/// Kinds of counters.
pub mod counter_kind {
    /// Events inside the graph.
    pub const EVENT: u32 = 0;
    /// What was lost outside of the graph (the kernel's drops, bytes in flight at a disconnect).
    pub const OUTSIDE: u32 = 1;
    /// A reading that is a number and may go down (frames waiting in a queue).
    pub const GAUGE: u32 = 2;
}

/// Levels of `log`, as in the `log` crate.
pub mod log_level {
    /// Errors.
    pub const ERROR: u32 = 1;
    /// Warnings.
    pub const WARN: u32 = 2;
    /// Information.
    pub const INFO: u32 = 3;
    /// Debugging.
    pub const DEBUG: u32 = 4;
    /// Everything.
    pub const TRACE: u32 = 5;
}

/// `Module::flags`.
pub mod module_flags {
    /// `produce` may block for as long as it likes: it gets a thread of its own, and `interrupt`.
    pub const BLOCKING: u64 = 1;
    /// Reads no payload.
    pub const METADATA_ONLY: u64 = 2;
    /// Has no state worth handing over.
    pub const STATELESS: u64 = 4;
    /// Has no effect outside of its outputs: may be run beside the real one to compare.
    pub const PURE: u64 = 8;
}
