//! What a component may use: memory, and processor time in one call.
//!
//! What holds: memory counts over all memories and tables of an instance; what is denied is remembered, so that a trap
//! that follows can say why. A call is stopped when it has used its time of the *processor*: a machine that is busy with
//! something else stops nobody. Time is looked at only when a call has lasted for its limit, so it costs nothing, and a
//! call that never ends is stopped after its limit twice.

use std::time::Duration;

use wasmtime::{ResourceLimiter, Result, UpdateDeadline};

use super::engine::TICK;

/// Bytes that an entry of a table counts as.
const TABLE_ENTRY: usize = 16;

/// Why the host stopped a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It used its time.
    #[error("one call used more than {} ms of processor time, its limit (`limits: {{ call: … }}`)", .0.as_millis())]
    Late(Duration),
    /// It left more than it may.
    #[error("one call left more than {0} bytes, its limit (`limits: {{ output: … }}`)")]
    Output(u64),
    /// It left more frames than it may.
    #[error("one call made more than {0} frames, as many as its memory allows (`limits: {{ memory: … }}`)")]
    Frames(usize),
    /// What it left took more of a pool than it may: buffers may be far larger than what was asked for.
    #[error(
        "one call took buffers of more than {0} bytes, which its limit allows (`limits: {{ output: … }}`)"
    )]
    Buffers(u64),
    /// It holds more than it may.
    #[error("it holds frames of more than {0} bytes, its limit (`limits: {{ memory: … }}`)")]
    Held(u64),
    /// It broke a rule of the contract.
    #[error("it broke the rules of a call: {0}; this is for the module's author to mend")]
    Broke(String),
    /// The runtime has no memory for a frame.
    #[error("no memory for a frame of {0} bytes, or it is larger than the runtime allows")]
    NoMemory(u32),
}

/// What an instance uses.
#[derive(Debug)]
pub struct Meter {
    /// Most bytes of memory.
    most: usize,
    used: usize,
    /// Set when more was asked for since the last call began.
    pub denied: bool,
    /// Most time of the processor that the call may use.
    limit: Duration,
    /// What the thread had used when the call had lasted for its limit.
    from: Option<Duration>,
}

impl Meter {
    /// For an instance that may have `most` bytes.
    pub fn new(most: u64) -> Meter {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Meter { most, used: 0, denied: false, limit: Duration::ZERO, from: None }
    }

    /// A call begins that may use `limit`: after how many ticks it is to be looked at.
    pub fn begin(&mut self, limit: Duration) -> u64 {
        (self.limit, self.from, self.denied) = (limit, None, false);
        ticks(limit)
    }

    /// The call has lasted as long as was asked for.
    pub fn look(&mut self) -> Result<UpdateDeadline> {
        let now = processor_time();
        let from = *self.from.get_or_insert(now);
        match self.limit.checked_sub(now.saturating_sub(from)) {
            None | Some(Duration::ZERO) => Err(Stopped::Late(self.limit).into()),
            Some(left) => Ok(UpdateDeadline::Continue(ticks(left))),
        }
    }

    fn grow(&mut self, by: usize) -> bool {
        let used = self.used.saturating_add(by);
        if used > self.most {
            self.denied = true;
            return false;
        }
        self.used = used;
        true
    }

    /// Bytes it may have.
    pub fn most(&self) -> u64 {
        self.most as u64
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.grow(desired.saturating_sub(current).saturating_mul(TABLE_ENTRY)))
    }
}

fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(u64::MAX).max(1)
}

/// What this thread has used of a processor.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_counts_over_all_that_grows_and_what_is_denied_is_remembered() {
        let mut meter = Meter::new(1 << 20);
        meter.begin(TICK);
        assert!(meter.memory_growing(0, 512 << 10, None).is_ok_and(|grown| grown));
        assert!(meter.memory_growing(0, 256 << 10, None).is_ok_and(|grown| grown));
        assert!(meter.table_growing(0, 1000, None).is_ok_and(|grown| grown));
        assert!(!meter.denied);
        assert!(meter.memory_growing(256 << 10, 512 << 10, None).is_ok_and(|grown| !grown));
        assert!(meter.denied);
        meter.begin(TICK);
        assert!(!meter.denied);
    }

    #[test]
    fn a_call_is_stopped_by_the_time_of_the_processor() {
        let mut meter = Meter::new(0);
        assert_eq!(meter.begin(Duration::from_millis(25)), 3);
        assert!(meter.look().is_ok());
        let begun = processor_time();
        while processor_time() - begun < Duration::from_millis(25) {
            std::hint::black_box(0);
        }
        let stopped = meter.look().map(|_| ()).map_err(|error| error.downcast::<Stopped>());
        assert!(matches!(stopped, Err(Ok(Stopped::Late(_)))));
    }
}
