//! What a tap costs the graph it looks at: frames a second with nothing tapped, with a tap that takes one frame in a second
//! (`tap --every 1s`), with one that nobody reads (its ring is full), and with one that is read as fast as it can be.
//! `cargo bench -p rogue-tests -- taps`.

use crate::swaps::{end, rate, start};
use rogue_runtime::swap::{OpenTap, Running, TapWanted};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Pairs of windows, without and with, one after the other: what else the machine does meets both.
const ROUNDS: usize = 5;
const WINDOW: Duration = Duration::from_millis(500);

fn tap(running: &mut Running, every: Duration) -> Arc<OpenTap> {
    let wanted = TapWanted { node: "x".to_owned(), port: None, every, limit: u64::MAX };
    running.open_tap(&wanted).unwrap_or_else(|error| panic!("{error}"))
}

/// Prints one line for each way of looking.
pub fn report() {
    println!("\n| a tap on a stage at full rate | throughput, of that without |\n| --- | ---: |");
    for (name, every, read) in [
        ("one frame in a second", Duration::from_secs(1), true),
        ("never read", Duration::ZERO, false),
        ("read as fast as can be", Duration::ZERO, true),
    ] {
        let mut running = start("carry");
        let attend = |running: &mut Running| drop(running.attend(Duration::from_millis(10)));
        let (mut without, mut with) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            without += rate(&mut running, WINDOW, attend);
            let open = tap(&mut running, every);
            let done = AtomicBool::new(false);
            std::thread::scope(|scope| {
                if read {
                    scope.spawn(|| {
                        while !done.load(Ordering::Relaxed) {
                            open.tap().read(Duration::from_millis(10), |_, frame| frame.payload());
                        }
                    });
                }
                with += rate(&mut running, WINDOW, attend);
                done.store(true, Ordering::Relaxed);
            });
        }
        end(running);
        println!("| {name} | {:.1} % |", 100.0 * with / without);
    }
}
