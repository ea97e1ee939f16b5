//! What is counted for each account, by index.

/// Handles made: request, share, slice, wrap.
pub const CREATED: usize = 0;
/// Handles given back without a reason.
pub const CONSUMED: usize = 1;
/// Buffers that came into use from the account's pool.
pub const BUFFERS_TAKEN: usize = 2;
/// Buffers that went back.
pub const BUFFERS_FREED: usize = 3;
/// Bytes of the former.
pub const BYTES_TAKEN: usize = 4;
/// Bytes of the latter.
pub const BYTES_FREED: usize = 5;
/// Frames taken from links.
pub const IN: usize = 6;
/// Frames put into outputs, once whatever the number of links.
pub const OUT: usize = 7;
/// Payload bytes of `IN`.
pub const IN_BYTES: usize = 8;
/// Payload bytes of `OUT`.
pub const OUT_BYTES: usize = 9;
/// Handles that the loop made for further links of an output.
pub const SHARED: usize = 10;
/// Frames dropped because the module failed with them.
pub const DROP_FAULT: usize = 11;
/// Frames that left by an output without a link.
pub const DROP_UNLINKED: usize = 12;
/// Frames that a forced stop threw away.
pub const DROP_STOPPED: usize = 13;
/// Frames that a further link of an output did not get because there was no memory to share them.
pub const DROP_MEMORY: usize = 14;
/// Frames that a module gave up in a swap and its successor did not take.
pub const DROP_SWAPPED: usize = 15;
/// First of the card's drop reasons.
pub const DROP_CARD: usize = 16;
/// Counters of an account.
pub const COUNT: usize = 32;
