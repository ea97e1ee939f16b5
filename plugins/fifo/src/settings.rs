//! Parameters that change while both halves know them.

use super::params::FifoParams;
use std::sync::{
    Mutex, PoisonError,
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Release},
    },
};

/// The parameters in force.
pub struct Settings {
    params: Mutex<FifoParams>,
    version: AtomicU32,
}

/// A half's copy of them: looking whether it is still good takes one load.
pub struct Known {
    params: FifoParams,
    version: u32,
}

impl Settings {
    pub fn new(params: FifoParams) -> Settings {
        Settings { params: Mutex::new(params), version: AtomicU32::new(0) }
    }

    /// Puts others in force.
    pub fn set(&self, params: FifoParams) {
        *self.params.lock().unwrap_or_else(PoisonError::into_inner) = params;
        self.version.fetch_add(1, Release);
    }

    /// A copy.
    pub fn known(&self) -> Known {
        let version = self.version.load(Acquire);
        Known { params: *self.params.lock().unwrap_or_else(PoisonError::into_inner), version }
    }
}

impl Known {
    /// The parameters in force now.
    pub fn now(&mut self, settings: &Settings) -> FifoParams {
        if self.version != settings.version.load(Acquire) {
            *self = settings.known();
        }
        self.params
    }
}
