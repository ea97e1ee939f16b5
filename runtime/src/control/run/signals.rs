//! What the system tells a running graph.
//!
//! What holds: the first SIGINT or SIGTERM is only noted; the next SIGINT ends the process with 130, the next
//! SIGTERM with 143, in the handler, whatever else hangs. SIGPIPE is ignored already: a write to a closed
//! pipe is an error like others.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
};

/// Signals noted since they are caught.
#[derive(Debug, Default)]
pub struct Signals {
    stop: Arc<AtomicBool>,
    hup: Arc<AtomicBool>,
}

impl Signals {
    /// Catches signals from now on, for the life of the process.
    pub fn catch() -> io::Result<Signals> {
        let signals = Signals::default();
        for (signal, code) in [(SIGINT, 130), (SIGTERM, 143)] {
            // In this order: a handler sees what those before this signal have noted.
            flag::register_conditional_shutdown(signal, code, signals.stop.clone())?;
            flag::register(signal, signals.stop.clone())?;
        }
        flag::register(SIGHUP, signals.hup.clone())?;
        Ok(signals)
    }

    /// Whether the run is to stop.
    pub fn stop(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Whether there was a SIGHUP since it was last asked.
    pub fn take_hup(&self) -> bool {
        self.hup.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_noted() {
        let signals = Signals::catch().expect("caught");
        assert!(!signals.take_hup() && !signals.stop());
        signal_hook::low_level::raise(SIGHUP).expect("raised");
        assert!(signals.take_hup() && !signals.take_hup());
        signal_hook::low_level::raise(SIGTERM).expect("raised");
        assert!(signals.stop());
    }
}
