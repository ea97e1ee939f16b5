//! What UDP passes between two processes over loopback, as fast as the sender can: `udp-client` here, `udp-server` there, the
//! receive buffer as the system gives it.
//!
//! The sender is this program once more. What is lost is counted on both sides, and the sum must be what was sent.

use rogue_runtime::{
    engine::Clock,
    graph::{self, Options},
    host,
    load::{FileCatalog, Loader, Search},
    swap::{self, Running},
};
use std::{
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

/// How often it is looked what has come.
const LOOK: Duration = Duration::from_millis(1);

/// A graph, started.
pub fn start(yaml: &str) -> Running {
    let deps = std::env::current_exe().ok().and_then(|exe| exe.parent().map(ToOwned::to_owned));
    let search = Arc::new(Search::new(&deps.into_iter().collect::<Vec<_>>(), None, None));
    let catalog = FileCatalog::new(".", search);
    let checked = graph::load(yaml, "bench.yaml", &Options::default(), &catalog)
        .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, yaml, false)));
    let loader = Loader::new(host::table());
    let modules = checked.plan.nodes.iter();
    let modules = modules.map(|node| loader.load(&node.found, &node.sandbox).expect("the module loads"));
    let modules = modules.collect();
    swap::start(checked.plan, modules, Clock::Real).expect("the graph starts")
}

/// A counter or a number that the node `u` shows.
pub fn number(running: &Running, name: &str) -> u64 {
    let status = running.status();
    let of = status.iter().find(|status| status.book.name == "u").expect("a node u");
    of.counters.iter().find(|(of, ..)| of == name).map_or(0, |(.., value)| *value)
}

fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.try_into().unwrap_or(0))
}

/// The sender: `udp-send PORT SIZE COUNT OFFLOAD`.
pub fn send(args: &[String]) {
    let [port, size, count, offload] = args else { panic!("udp-send PORT SIZE COUNT OFFLOAD") };
    let mut running = start(&format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: {size}, count: {count} }} }}\n  u: {{ module: udp-client, params: {{ host: 127.0.0.1, port: {port}, jumbo: true, offload: {offload} }} }}\nlinks: [s >> u]\n"
    ));
    while !running.is_over() {
        running.attend(LOOK);
    }
    let sent = number(&running, "datagrams_out");
    let ending = running.end();
    assert_eq!((ending.ledger.imbalance(), ending.ledger.lost()), (0, 0));
    println!("{sent} {}", cpu_time().as_nanos());
}

struct Passed {
    sent: u64,
    received: u64,
    dropped: u64,
    lasted: Duration,
    cpu: [f64; 2],
}

fn pass(size: u32, count: u64, offload: bool) -> Passed {
    let mut running = start(&format!(
        "nodes:\n  u: {{ module: udp-server, params: {{ addr: 127.0.0.1, port: 0, jumbo: true, offload: {offload}, end_when_silent: 500ms }} }}\n  e: {{ module: bench-sink }}\nlinks: [u >> e]\n"
    ));
    let port = number(&running, "port").to_string();
    let (size, count, with) = (size.to_string(), count.to_string(), offload.to_string());
    let cpu = cpu_time();
    let me = std::env::current_exe().expect("a program has a path");
    let child = Command::new(me)
        .args(["udp-send", &port, &size, &count, &with])
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    // From the first datagram to the last: the start of the sender and the silence at the end are not in it.
    let (mut first, mut last, mut seen) = (None, Instant::now(), 0);
    while !running.is_over() {
        running.attend(LOOK);
        let came = number(&running, "datagrams_in");
        if came != seen {
            (seen, last) = (came, Instant::now());
            first.get_or_insert(last);
        }
    }
    let cpu = cpu_time() - cpu;
    let said = child.wait_with_output().expect("the sender ends");
    let said = String::from_utf8_lossy(&said.stdout);
    let mut words = said.split_whitespace().map(|word| word.parse::<u64>().expect("a number"));
    let (sent, theirs) = (words.next().expect("what was sent"), words.next().expect("a time"));
    let (received, dropped) = (number(&running, "datagrams_in"), number(&running, "kernel_drops"));
    let ending = running.end();
    assert_eq!((ending.ledger.imbalance(), ending.ledger.lost()), (0, 0));
    let each = |nanos: f64, of: u64| nanos / of.max(1) as f64;
    Passed {
        sent,
        received,
        dropped,
        lasted: last - first.unwrap_or(last),
        cpu: [each(theirs as f64, sent), each(cpu.as_nanos() as f64, received)],
    }
}

/// Runs of each line; the one with the most frames a second counts.
const ROUNDS: usize = 3;

/// Prints what is passed, at which cost, and what is lost.
pub fn report(divide: u64) {
    println!(
        "\n| UDP between two processes, unpaced | M frames/s received | GB/s | lost | the system's count | CPU ns/frame, sender | receiver | bar |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    let lines = [
        ("1 KiB", 1024, true, 6_000_000, "≥ 1.5 M/s, < 1 %"),
        ("8 KiB", 8192, true, 1_500_000, "≥ 0.3 M/s, < 1 %"),
        ("1 KiB, offload: false", 1024, false, 1_000_000, ""),
        ("8 KiB, offload: false", 8192, false, 500_000, ""),
    ];
    for (name, size, offload, count, bar) in lines {
        let passes = (0..ROUNDS).map(|_| pass(size, (count / divide).max(1), offload));
        let rate = |pass: &Passed| pass.received as f64 / pass.lasted.as_secs_f64().max(1e-9);
        let best = passes.max_by(|a, b| rate(a).total_cmp(&rate(b))).expect("a round");
        let lost = best.sent - best.received;
        if !offload {
            assert_eq!(lost, best.dropped, "each datagram that is lost is counted");
        }
        assert!(lost == 0 || best.dropped > 0, "{lost} datagrams are lost and none is counted");
        let rate = rate(&best);
        println!(
            "| {name} | {:.2} | {:.2} | {:.2} % | {} | {:.0} | {:.0} | {bar} |",
            rate / 1e6,
            rate * f64::from(size) / 1e9,
            100.0 * lost as f64 / best.sent as f64,
            best.dropped,
            best.cpu[0],
            best.cpu[1]
        );
    }
}
