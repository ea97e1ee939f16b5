//! What the system lets a run have, as far as it is known: [`check`](super::check) compares it with what a graph needs.
//!
//! `load` reads it for [`Catalog`](super::Catalog); plain numbers here, so that the floor stays pure.

/// The limits in force; `None`: not known, or there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a receive buffer (`net.core.rmem_max`).
    pub receive_buffer: Option<u64>,
    /// File descriptors of this process (`ulimit -n`).
    pub descriptors: Option<u64>,
    /// As many as this process may allow itself (`ulimit -Hn`).
    pub descriptors_hard: Option<u64>,
    /// Threads, by the narrowest of the limits there are.
    pub threads: Option<(u64, ThreadLimit)>,
    /// Maps of memory of a process (`vm.max_map_count`).
    pub maps: Option<u64>,
}

/// Which of the limits of threads it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadLimit {
    /// The user's (`ulimit -u`), which root does not have.
    User,
    /// The system's (`kernel.threads-max`).
    System,
    /// That of the unit or container (`pids.max` of the control group).
    Group,
}
