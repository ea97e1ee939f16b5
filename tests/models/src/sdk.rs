//! Stands in for the parts of the SDK that say something and do nothing.

use models_std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// As `rogue_sdk::Flow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    More,
    Idle,
    Ended,
}

/// As `rogue_sdk::Gauge`: a number that is shown.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicU64>);

impl Gauge {
    pub fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// As `rogue_sdk::params`.
pub mod params {
    /// Bytes.
    #[derive(Clone, Copy, Debug)]
    pub struct Size(pub u64);

    impl Size {
        pub fn bytes(self) -> u64 {
            self.0
        }
    }
}
