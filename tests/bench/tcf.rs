//! What `tcf-streams` gives to one client over loopback: bytes a second in 64 KiB reads, eight of them open, in either form of
//! data; and how long a small read takes, beside a plain echo over TCP in the same run.
//!
//! The client is a thread of this program. The stream blocks, so that nothing is lost and the slower side is measured.

use crate::udp::{number, start};
use rogue_runtime::swap::Running;
use rogue_tcf_wire::{Decoder, Form, Found, Message, Token, locator::Hello, streams};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// How often it is looked whether the run is over.
const LOOK: Duration = Duration::from_millis(1);
/// Bytes of a read, and reads that are open.
const READ: i64 = 65536;
const OPEN: u64 = 8;
/// Small reads that are timed.
const TRIPS: usize = 20_000;

struct Client {
    stream: TcpStream,
    decoder: Decoder,
    scratch: Vec<u8>,
    token: u64,
}

impl Client {
    /// Connected to the stream, its reply in.
    fn connect(port: u16, form: Form) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the node listens");
        stream.set_nodelay(true).expect("a socket");
        let scratch = vec![0; 1 << 20];
        let mut client = Client { stream, decoder: Decoder::new(1 << 24), scratch, token: 0 };
        let mut out = Vec::new();
        Hello::new(if form == Form::Binary { vec!["ZeroCopy"] } else { vec![] }).encode(&mut out);
        client.stream.write_all(&out).expect("a connection");
        client.ask(&streams::Command::Connect { id: "VS0".into() });
        client.hear(|_| {});
        client
    }

    fn ask(&mut self, command: &streams::Command<'_>) {
        self.token += 1;
        let mut out = Vec::new();
        command.encode(&Token::from(self.token), Form::Plain, &mut out);
        self.stream.write_all(&out).expect("a connection");
    }

    fn read(&mut self, size: i64) {
        self.ask(&streams::Command::Read { id: "VS0".into(), size });
    }

    /// Waits for bytes, and gives the results of the replies in them; how many they were.
    fn hear(&mut self, mut f: impl FnMut(rogue_tcf_wire::Items<'_>)) -> usize {
        let mut replies = 0;
        while replies == 0 {
            let n = self.stream.read(&mut self.scratch).expect("a connection");
            assert!(n > 0, "the node has closed the channel");
            let mut bytes = &self.scratch[..n];
            while let Some(found) = self.decoder.next(&mut bytes).expect("the protocol") {
                let Found::Message(message) = found else { continue };
                if let Message::Reply { results, .. } = Message::parse(message).expect("a message") {
                    f(results);
                    replies += 1;
                }
            }
        }
        replies
    }
}

fn graph(count: u64) -> Running {
    start(&format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: 65536, count: {count} }} }}\n  u: {{ module: tcf-streams, params: {{ framing: raw, when_full: block, stall_limit: 1h }} }}\nlinks: [s >> u]\n"
    ))
}

fn port(running: &Running) -> u16 {
    number(running, "port").try_into().expect("a port")
}

fn end(mut running: Running) {
    while !running.is_over() {
        running.attend(LOOK);
    }
    let ending = running.end();
    assert_eq!((ending.ledger.imbalance(), ending.ledger.lost()), (0, 0));
}

/// Bytes a second, and those that were read.
fn pass(form: Form, count: u64) -> f64 {
    let running = graph(count);
    let mut client = Client::connect(port(&running), form);
    let reads = thread::spawn(move || {
        (0..OPEN).for_each(|_| client.read(READ));
        let (begin, mut bytes, mut eos) = (Instant::now(), 0, false);
        while !eos {
            let replies = client.hear(|results| {
                let reply = streams::ReadReply::parse(results).expect("the reply of a read");
                assert_eq!(reply.lost, streams::Lost::NONE);
                bytes += reply.data.len();
                eos |= reply.eos;
            });
            (0..replies).for_each(|_| client.read(READ));
        }
        bytes as f64 / begin.elapsed().as_secs_f64()
    });
    end(running);
    reads.join().expect("the client ends")
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A read of 16 bytes that are there, and an echo of as many bytes as such a read and its answer have.
fn trips() -> [Duration; 2] {
    let running = graph(64);
    let mut client = Client::connect(port(&running), Form::Plain);
    while number(&running, "bytes_published") == 0 {
        thread::yield_now();
    }
    let timed = |mut trip: Box<dyn FnMut() + '_>| {
        let time = |_| {
            let begin = Instant::now();
            trip();
            begin.elapsed()
        };
        median((0..TRIPS).map(time).collect())
    };
    let read = timed(Box::new(|| {
        client.read(16);
        client.hear(|_| {});
    }));
    drop(client);
    end(running);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let echo = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        let mut bytes = [0; 64];
        while stream.read_exact(&mut bytes).is_ok() && stream.write_all(&bytes).is_ok() {}
    });
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let mut bytes = [0; 64];
    let plain = timed(Box::new(|| {
        stream.write_all(&bytes).expect("a connection");
        stream.read_exact(&mut bytes).expect("a connection");
    }));
    drop(stream);
    echo.join().expect("it ends");
    [read, plain]
}

/// Runs of each line; the best counts.
const ROUNDS: usize = 3;

/// Prints it.
pub fn report(divide: u64) {
    println!("\n| tcf-streams, one client on this machine | MB/s | bar |\n| --- | ---: | --- |");
    for (name, form, bar) in [
        ("binary, 64 KiB, 8 reads open", Form::Binary, 800),
        ("base64, 64 KiB, 8 reads open", Form::Plain, 400),
    ] {
        let count = (32_000 / divide).max(100);
        let best = (0..ROUNDS).map(|_| pass(form, count)).fold(0.0, f64::max);
        println!("| {name} | {:.0} | ≥ {bar} |", best / 1e6);
    }
    let [read, plain] = trips();
    let ratio = read.as_secs_f64() / plain.as_secs_f64();
    println!(
        "\na read of 16 bytes: {:.1} us in the median, {ratio:.2} x a plain echo over TCP ({:.1} us); bar ≤ 1.5 x",
        read.as_secs_f64() * 1e6,
        plain.as_secs_f64() * 1e6,
    );
}
