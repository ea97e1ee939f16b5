//! What memory a long run takes: resident memory at several points of a run of many frames.

use crate::{graphs::queue, run::run};

/// Prints resident memory after a first run and after many frames more.
pub fn report(divide: u64) {
    let frames = 50_000_000 / divide;
    let graph = queue(64, 1000, true);
    let run = |frames: u64| run(&graph.replace("COUNT", &frames.to_string()), frames);
    run((frames / 50).max(1));
    let first = resident_kib();
    run(frames);
    run(frames);
    let last = resident_kib();
    println!(
        "\nmemory: {first} KiB resident after {} frames, {last} KiB after {} (flat)",
        frames / 50,
        2 * frames + frames / 50
    );
}

/// Resident memory of this process in KiB, 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}
