//! Bridges over TCP, each end in a process of its own, beside plain sockets in the same run; and many of them in one
//! process: `cargo bench -p rogue-tests -- bridges`; `-- many` is the last part alone.

use crate::run::open;
use rogue_runtime::swap::Running;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{Duration, Instant},
};

/// Runs of each line; the best counts.
const ROUNDS: usize = 3;
const ROUND_TRIPS: u64 = 20_000;
/// Bridges in one process.
const MANY: usize = 200;
/// Says of many bridges that each has a sink of its own.
const OWN: u64 = 1;
/// What begins the arguments of a process that is the other end.
const OTHER_END: &str = "bridge-end";

/// Is the other end if this process was started as one; whether it was.
pub fn other_end() -> bool {
    let args: Vec<String> = std::env::args().collect();
    let Some(at) = args.iter().position(|arg| arg == OTHER_END) else { return false };
    let number = |n: usize| args[at + n].parse::<u64>().expect("a number");
    let (port, size, count) = (number(2) as u16, number(3), number(4));
    match args[at + 1].as_str() {
        "send" => end(open(&format!(
            "nodes: {{src: {{module: bench-source, params: {{size: {size}, count: {count}}}}}, client: {{module: \
             tcp-client, params: {{addr: 127.0.0.1, port: {port}}}}}}}\nlinks: [src >> client]"
        ))),
        "echo" => end(open(&format!(
            "nodes: {{client: {{module: tcp-client, params: {{addr: 127.0.0.1, port: {port}, end_with_peer: \
             true}}}}}}\nlinks: [client >> client]"
        ))),
        "write" => {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
            let bytes = vec![1; size as usize];
            (0..count).for_each(|_| stream.write_all(&bytes).expect("it reads"));
        }
        "answer" => {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
            stream.set_nodelay(true).expect("a socket");
            let mut bytes = vec![0; size as usize];
            while stream.read_exact(&mut bytes).is_ok() && stream.write_all(&bytes).is_ok() {}
        }
        "many" => many(size == OWN),
        other => panic!("{other}"),
    }
    true
}

/// The other end as a process.
fn spawn(what: &str, port: u16, size: u64, count: u64) -> Child {
    let numbers = [u64::from(port), size, count].map(|number| number.to_string());
    let exe = std::env::current_exe().expect("this program has a path");
    Command::new(exe).args([OTHER_END, what]).args(numbers).spawn().expect("it starts")
}

/// Runs a graph to its end.
fn end(mut running: Running) {
    while !running.is_over() {
        running.attend(Duration::from_millis(100));
    }
    running.end();
}

/// Two consecutive ports that were free a moment ago.
fn ports() -> u16 {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = first.local_addr().expect("bound").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

fn consumed(running: &Running) -> u64 {
    running.ledger(false).nodes.iter().map(|node| node.consumed).max().unwrap_or(0)
}

/// Nanoseconds a frame, from when a tenth has come until all have.
fn frames(size: u64, count: u64) -> f64 {
    let port = ports();
    let mut running = open(&format!(
        "nodes: {{server: {{module: tcp-server, params: {{addr: 127.0.0.1, port: {port}, end_with_peer: true}}}}, \
         sink: {{module: bench-sink}}}}\nlinks: [server >> sink]"
    ));
    let mut sender = spawn("send", port, size, count);
    let mut begun = None;
    let each = loop {
        running.attend(Duration::from_millis(1));
        let have = consumed(&running);
        if begun.is_none() && have >= count / 10 {
            begun = Some((Instant::now(), have));
        }
        if let Some((begun, had)) = begun
            && have >= count
        {
            break begun.elapsed().as_nanos() as f64 / (count - had) as f64;
        }
        assert!(!running.is_over() || have >= count, "{have} of {count} frames came");
    };
    assert!(sender.wait().expect("it was started").success());
    end(running);
    each
}

/// The same with `write_all` and `read_exact` of plain sockets.
fn plain(size: u64, count: u64) -> f64 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let mut sender = spawn("write", listener.local_addr().expect("bound").port(), size, count);
    let (mut stream, _) = listener.accept().expect("it connects");
    let mut bytes = vec![0; size as usize];
    let tenth = count / 10;
    (0..tenth).for_each(|_| stream.read_exact(&mut bytes).expect("it writes"));
    let begun = Instant::now();
    (tenth..count).for_each(|_| stream.read_exact(&mut bytes).expect("it writes"));
    let each = begun.elapsed().as_nanos() as f64 / (count - tenth) as f64;
    assert!(sender.wait().expect("it was started").success());
    each
}

/// Middle of the round trips of a frame through two bridges, in nanoseconds.
fn round_trip(rounds: u64) -> f64 {
    let port = ports();
    let mut running = open(&format!(
        "nodes: {{src: {{module: bench-source, params: {{size: 64, count: 1}}}}, ping: {{module: ping, params: {{rounds: \
         {rounds}}}}}, server: {{module: tcp-server, params: {{addr: 127.0.0.1, port: {port}}}}}}}\nlinks: [src \
         >> ping >> server, server >> ping]"
    ));
    let mut echo = spawn("echo", port, 0, 0);
    let p50 = loop {
        running.attend(Duration::from_millis(20));
        let status = running.status();
        let ping = status.iter().find(|node| node.book.name == "ping").expect("it is there");
        let p50 = ping.counters.iter().find(|(name, _, _)| name == "p50_ns");
        if let Some((_, _, p50)) = p50.filter(|(_, _, ns)| *ns > 0) {
            break *p50 as f64;
        }
    };
    running.stop();
    end(running);
    echo.kill().expect("it was started");
    echo.wait().expect("it was started");
    p50
}

fn plain_round_trip(rounds: u64) -> f64 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let mut echo = spawn("answer", listener.local_addr().expect("bound").port(), 64, 0);
    let (mut stream, _) = listener.accept().expect("it connects");
    stream.set_nodelay(true).expect("a socket");
    let mut bytes = [0; 64];
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let begun = Instant::now();
            stream.write_all(&bytes).expect("it reads");
            stream.read_exact(&mut bytes).expect("it answers");
            begun.elapsed()
        })
        .collect();
    drop(stream);
    echo.wait().expect("it was started");
    times.sort_unstable();
    times[times.len() / 2].as_nanos() as f64
}

/// Resident memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

/// Many idle bridges: how long their start takes, and what memory each of them has then. `own`: each leads to a node of its
/// own, and so has a thread; else all lead to one.
fn many(own: bool) {
    let graph = |count: usize| {
        let mut text = "nodes:\n  sink: { module: bench-sink }\n".to_owned();
        let mut links = "links:\n".to_owned();
        let mut from = 20_000u16;
        for n in 0..count {
            let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
            while !(free(from) && free(from + 1)) {
                from += 2;
            }
            text +=
                &format!("  b{n}: {{ module: tcp-server, params: {{ addr: 127.0.0.1, port: {from} }} }}\n");
            let sink = if own && n > 0 { format!("sink{n}") } else { "sink".to_owned() };
            if own && n > 0 {
                text += &format!("  {sink}: {{ module: bench-sink }}\n");
            }
            links += &format!("  - b{n} >> {sink}\n");
            from += 2;
        }
        text + &links
    };
    // What the first of its kind costs is no bridge's.
    let mut one = open(&graph(1));
    one.stop();
    end(one);
    let (text, before) = (graph(MANY), resident_kib());
    let begun = Instant::now();
    let mut running = open(&text);
    let started = begun.elapsed();
    running.attend(Duration::from_millis(300));
    let each = resident_kib().saturating_sub(before) as f64 / MANY as f64;
    let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    println!(
        "{MANY} idle bridges, {}: started within {:.0} ms (≤ 2000), {each:.0} KiB each (≤ 100), {threads} threads in the process",
        if own { "each with a sink of its own" } else { "all with one sink" },
        started.as_secs_f64() * 1e3
    );
    running.stop();
    end(running);
}

fn best(measure: impl Fn() -> f64) -> f64 {
    (0..ROUNDS).map(|_| measure()).fold(f64::INFINITY, f64::min)
}

/// Prints all of it.
pub fn report(divide: u64) {
    println!(
        "\n| bridge over TCP | ns/frame | M frames/s | GB/s | plain sockets: GB/s | ratio of times | bar |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
    let lines = [
        (64, 10_000_000, "≥ 6 M/s"),
        (1 << 10, 3_000_000, "≥ 1.5 M/s"),
        (64 << 10, 60_000, "≥ 3 GB/s, ratio ≤ 1.25"),
        (1 << 20, 4_000, "≥ 3 GB/s, ratio ≤ 1.25"),
    ];
    for (size, count, bar) in lines {
        let count = (count / divide).max(100);
        let (ours, plain) = (best(|| frames(size, count)), best(|| plain(size, count.min(2_000_000))));
        println!(
            "| {size} B | {ours:.1} | {:.2} | {:.2} | {:.2} | {:.2} | {bar} |",
            1e3 / ours,
            size as f64 / ours,
            size as f64 / plain,
            ours / plain
        );
    }
    let rounds = (ROUND_TRIPS / divide).max(100);
    let (ours, plain) = (best(|| round_trip(rounds)), best(|| plain_round_trip(rounds)));
    println!(
        "\nround trip of 64 B, p50: {:.1} µs, {:.1} µs by plain blocking sockets, ratio {:.2} (≤ 1.3)",
        ours / 1e3,
        plain / 1e3,
        ours / plain
    );
    report_many();
}

/// Prints what many bridges take, each line by a process of its own: what one has freed the next would have for nothing.
pub fn report_many() {
    println!();
    for sinks in [0, OWN] {
        assert!(spawn("many", 0, sinks, 0).wait().expect("it was started").success());
    }
}
