//! Proof before trust: a module that is to take a node's place is fed what the one that runs is fed, and what both make of
//! it is compared, before anything is swapped.
//!
//! - [`subject`] is a module on trial: an instance with an account of its own, of which no graph knows.
//! - [`comparison`] holds the two streams of results against each other; a [`Tolerance`] says how near is near enough.
//! - [`shadow`] feeds a subject with shares of the live frames, on a thread of its own ([`observer`]).
//! - [`rehearsal`] feeds two of them with a recording.
//! - [`saved`] writes what differs into files.
//!
//! What holds: nothing here is called by the graph or waited for by it; a module that fails, panics, traps or does not
//! return on trial is named, and that is all that comes of it.

pub(super) mod comparison;
mod observer;
mod rehearsal;
mod saved;
pub(super) mod shadow;
mod subject;
mod watched;

pub use crate::card::Tolerance;
pub use rehearsal::{Rehearsal, rehearse};
pub use shadow::{Ticket, Trial};

use std::{path::PathBuf, time::Duration};

/// What a comparison came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// Frames that both were given.
    pub frames: u64,
    /// Frames that both gave alike.
    pub equal: u64,
    /// Frames that differ, or that one of them alone gave; and drops that differ.
    pub different: u64,
    /// How often the new one was too slow, and both began anew from the state of the one that runs.
    pub resynchronised: u64,
    /// How long the node's segment was paused for all of it.
    pub paused: Duration,
    /// The first difference, in words.
    pub first: Option<String>,
    /// The folder with `input.dat`, `old.dat` and `new.dat`.
    pub saved: Option<PathBuf>,
    /// Why there is no such folder though something differs.
    pub not_saved: Option<String>,
}

/// How a trial ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// As many frames as were asked for were compared, and all is alike.
    Done(Compared),
    /// Something differs: at the first difference, or, where differences are counted, after as many frames.
    Differs(Compared),
    /// It came to no end, or the new one failed; the text says why.
    Failed(String, Compared),
}
