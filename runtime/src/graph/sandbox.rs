//! What a sandboxed module may use and may reach: `limits:` and `grant:` of a node.
//!
//! Read by [`spec`](super::spec), carried by the plan, kept by whoever runs a component. A native module has no
//! sandbox, and these say nothing of it. What holds: in a plan every limit is within its range.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use rogue_sdk::params;

/// The limits of one instance, and what it is granted beyond its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// Most bytes of its memory, within [`MEMORY`].
    pub memory: u64,
    /// Longest time of one call, within [`CALL`]; a call that takes longer is ended and is a fault.
    pub call: Duration,
    /// Most bytes that one call gives out, within [`OUTPUT`]; a call that gives more is a fault.
    pub output: u64,
    /// Whether it may ask for the time of day.
    pub wall: bool,
    /// Whether it may ask for random numbers.
    pub random: bool,
}

/// Bytes of memory: no language's runtime starts in less than a MiB, and a component addresses with 32 bits.
pub const MEMORY: RangeInclusive<u64> = 1 << 20..=4 << 30;
/// Time of a call: less than a millisecond is lost to the scheduler, and a call of a minute holds up all else.
pub const CALL: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(60);
/// Bytes given out in a call: a module that may not give one small frame is no module, and no more than a whole
/// memory can be given.
pub const OUTPUT: RangeInclusive<u64> = 1 << 10..=4 << 30;

/// The keys of `limits:`.
pub const LIMITS: [&str; 3] = ["memory", "call", "output"];
/// The keys of `grant:`: all that can be granted.
pub const GRANTS: [&str; 2] = ["wall", "random"];

impl Default for Sandbox {
    /// Room for large frames and tables, a call as long as a person's patience, and nothing granted.
    fn default() -> Sandbox {
        Sandbox {
            memory: 64 << 20,
            call: Duration::from_millis(100),
            output: 64 << 20,
            wall: false,
            random: false,
        }
    }
}

impl Sandbox {
    /// Whether this is granted; `what` is one of [`GRANTS`].
    pub fn grants(&self, what: &str) -> bool {
        match what {
            "wall" => self.wall,
            "random" => self.random,
            _ => false,
        }
    }
}

/// As a graph file writes it: `memory 64MiB, call 100ms, output 64MiB`, and what is granted.
impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (memory, output) = (size_text(self.memory), size_text(self.output));
        write!(f, "memory {memory}, call {}, output {output}", duration_text(self.call))?;
        for grant in GRANTS.iter().filter(|grant| self.grants(grant)) {
            write!(f, ", {grant} granted")?;
        }
        Ok(())
    }
}

/// A size in the largest unit that holds it exactly.
pub fn size_text(bytes: u64) -> String {
    params::Size::from_bytes(bytes).to_string()
}

/// A duration in the largest unit that holds it exactly.
pub fn duration_text(duration: Duration) -> String {
    params::Duration::from_nanos(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_ranges() {
        let sandbox = Sandbox::default();
        assert!(MEMORY.contains(&sandbox.memory) && OUTPUT.contains(&sandbox.output));
        assert!(CALL.contains(&sandbox.call));
        assert!(!GRANTS.iter().any(|grant| sandbox.grants(grant)));
    }

    #[test]
    fn limits_are_said_as_they_are_written() {
        assert_eq!(Sandbox::default().to_string(), "memory 64MiB, call 100ms, output 64MiB");
        let random = Sandbox { random: true, call: Duration::from_secs(2), ..Sandbox::default() };
        assert_eq!(random.to_string(), "memory 64MiB, call 2s, output 64MiB, random granted");
    }
}
