//! What a process takes of the machine.

use std::fs;

/// What the process has now.
pub struct Footprint {
    /// Resident memory in bytes: `VmRSS`, which is code, stacks, heaps, pools and compiled components, as far as they were
    /// touched and not given back.
    pub memory: u64,
    /// Open descriptors.
    pub descriptors: usize,
    /// Threads.
    pub threads: usize,
}

impl Footprint {
    pub fn now() -> Footprint {
        let status = fs::read_to_string("/proc/self/status").expect("the system tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line for it");
        let kib: u64 = line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number");
        let count = |of: &str| fs::read_dir(of).expect("the system tells").count();
        Footprint {
            memory: kib << 10,
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
        }
    }
}
