//! Swaps by the thousand at full rate: nothing is lost, doubled or out of order, the count that is carried is exact, the books
//! are right at every pause, and the process does not grow.
//!
//! A program of its own with one test, so that nothing else in the process takes memory, descriptors or threads meanwhile.
//! `ROGUE_SWAPS=100000` makes so many in all, over the ways of [`ways::WAYS`]; see `docs/proofs.md`.

mod footprint;
mod graph;
mod ways;

use footprint::Footprint;
use graph::Soak;
use std::time::Instant;

/// Swaps of an ordinary test run, in all.
const SWAPS: usize = 1400;
/// Every so many swaps the graph is paused as a whole and everything is counted.
const AUDIT_EVERY: usize = 10;
/// A tenth of the swaps of each way warms up: threads have their stacks, pools their size, allocators their arenas.
const WARM_UP: usize = 10;
/// Most bytes that all swaps of a way may add after that.
const MOST_GROWTH: u64 = 2 << 20;

fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")))
}

#[test]
fn swaps_at_full_rate_lose_nothing_and_leave_nothing_behind() {
    let each = number("ROGUE_SWAPS").unwrap_or(SWAPS).div_ceil(ways::WAYS.len());
    println!("| swaps | of them | frames | pause p50 | p99 | memory | descriptors | threads | time |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for way in ways::WAYS {
        let begun = Instant::now();
        let mut soak = Soak::start(way.first());
        // With whatever the first module has a thread for.
        let threads = Footprint::now().threads;
        let steps = way.steps();
        let mut pauses = Vec::with_capacity(each);
        let mut warm: Option<Footprint> = None;
        for turn in 0..each {
            pauses.push(soak.swap(&steps[turn % steps.len()]));
            if turn % AUDIT_EVERY == 0 {
                soak.audit();
            }
            if turn == each / WARM_UP {
                warm = Some(soak.footprint(threads));
            }
        }
        let (warm, now) = (warm.expect("it has warmed up"), soak.footprint(threads));
        let frames = soak.end();
        pauses.sort();
        let us = |part: usize| pauses[(pauses.len() - 1) * part / 100].as_secs_f64() * 1e6;
        let grown = now.memory.saturating_sub(warm.memory);
        println!(
            "| {} | {each} | {frames} | {:.0} us | {:.0} us | {:+} KiB | {} | {} | {:.0} s |",
            way.name,
            us(50),
            us(99),
            now.memory.cast_signed().wrapping_sub(warm.memory.cast_signed()) >> 10,
            now.descriptors,
            now.threads,
            begun.elapsed().as_secs_f64()
        );
        assert!(grown < MOST_GROWTH, "{}: {grown} bytes more after {each} swaps", way.name);
        assert_eq!(now.descriptors, warm.descriptors, "{}: descriptors", way.name);
        assert!(
            now.threads <= warm.threads,
            "{}: {} threads, and {} before",
            way.name,
            now.threads,
            warm.threads
        );
    }
}
