//! What many lives leave behind in the process.

use super::{Outcome, Trial, one, place::Place, verdict};
use std::time::{Duration, Instant};

/// Lives before the first look: what a module sets up once is no leak.
const WARM_UP: usize = 20;

/// Lives between the two looks.
const LIVES: usize = 200;

/// What the memory may have grown by between the looks, in KiB: the allocator keeps some for itself. A module that
/// leaks more than 20 KiB in each life is found.
const SLACK_KIB: u64 = 4096;

/// Time for all of it: modules whose start or stop takes long have fewer lives.
const LONGEST: Duration = Duration::from_secs(3);

/// What the process has.
#[derive(Debug)]
struct Look {
    threads: u64,
    descriptors: u64,
    memory_kib: u64,
}

/// Nothing grows with the number of lives.
pub fn leaks(trial: &Trial<'_>) -> Outcome {
    let begin = Instant::now();
    for _ in 0..WARM_UP {
        live(trial)?;
    }
    let before = look()?;
    let mut lives = 0;
    while lives < LIVES && (lives < WARM_UP || begin.elapsed() < LONGEST) {
        live(trial)?;
        lives += 1;
    }
    let after = look()?;
    let mut wrong = Vec::new();
    let mut grown = |before: u64, after: u64, slack: u64, what: &str| {
        if after > before + slack {
            wrong.push(format!("{lives} lives have left {} {what}", after - before));
        }
    };
    grown(before.threads, after.threads, 0, "threads; join them in `stop`");
    grown(before.descriptors, after.descriptors, 0, "open descriptors; close them in `stop`");
    grown(before.memory_kib, after.memory_kib, SLACK_KIB, "KiB of memory");
    verdict(wrong, format!("{lives} lives"))
}

fn live(trial: &Trial<'_>) -> Result<(), Vec<String>> {
    let place = Place::new(trial)?;
    let mut made = place.make(trial)?;
    place.start(trial, &mut made)?;
    place.stop(trial, &mut made)?;
    place.end(trial, made)?;
    place.settle()
}

/// Looks at this process as the system sees it.
fn look() -> Result<Look, Vec<String>> {
    let wrong = |error: std::io::Error| one(format!("/proc/self cannot be read: {error}"));
    let status = std::fs::read_to_string("/proc/self/status").map_err(wrong)?;
    let number = |key: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    let descriptors = std::fs::read_dir("/proc/self/fd").map_err(wrong)?.count() as u64;
    Ok(Look { threads: number("Threads:"), descriptors, memory_kib: number("VmRSS:") })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_look_sees_this_process() {
        let look = super::look().expect("there is /proc");
        assert!(look.threads >= 1 && look.descriptors >= 3 && look.memory_kib > 100, "{look:?}");
    }
}
