//! Clients that send rubbish, half a line or a line without end, never read, or only connect: the run goes on, and
//! others are answered.

use crate::desk::{Client, Desk};
use rogue_tests::child::Child;
use serde_json::json;
use std::io::{Read, Write};

/// The longest line, as the documents say.
const LINE_LIMIT: usize = 64 << 10;

/// KiB of memory that a run has at the most had so far.
fn peak(run: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.trim_end_matches("kB").trim().parse().expect("a number")
}

/// That the run answers somebody else, and carries frames.
fn goes_on(desk: &Desk) {
    let mut other = desk.client("live");
    let taken = other.taken();
    other.flows_beyond(taken + 10);
    desk.verb(&["get", "q.max_depth"]).ended(0).shows("100");
}

#[test]
fn rubbish_is_answered_and_the_connection_goes_on() {
    let desk = Desk::new();
    let run = desk.live();
    let mut client = desk.client("live");
    assert_eq!((&client.hello["protocol"], &client.hello["graph"]), (&json!(1), &json!("live")));
    for rubbish in [
        &b"GET / HTTP/1.1\n"[..],
        b"\xff\xfe\x00\x01\n",
        b"{}\n",
        b"[]\n",
        b"{\"command\":\"fly\"}\n",
        b"{\"command\":\"top\",\"fast\":1}\n",
        b"{\"command\":\"get\",\"node\":5}\n",
        b"{\"command\":\"swap\",\"node\":\"q\",\"module\":\"fifo\",\"patience_ms\":99999999}\n",
        &(b"[".repeat(60_000).into_iter().chain([b'\n']).collect::<Vec<u8>>()),
    ] {
        client.send(rubbish);
        let answer = client.read().expect("an answer");
        assert_eq!(answer["error"]["kind"], "usage", "{answer}");
    }
    // Empty lines are nothing; an answer has the id of its command, whatever it is.
    client.send(b"\n  \n\r\n");
    let answer = client.ask(json!({ "id": ["x", 1], "command": "get", "node": "q", "name": "max_depth" }));
    assert_eq!(answer["id"], json!(["x", 1]));
    assert_eq!(answer["ok"]["values"][0]["value"], 100);
    goes_on(&desk);
    desk.stop(run);
}

#[test]
fn a_line_without_end_ends_the_connection() {
    let desk = Desk::new();
    let run = desk.live();
    let mut client = desk.client("live");
    client.send(&vec![b'x'; LINE_LIMIT + 1]);
    let answer = client.read().expect("an answer");
    assert!(answer["error"]["text"].as_str().is_some_and(|text| text.contains("65536 bytes")), "{answer}");
    assert_eq!(client.read(), None);
    // A gigabyte is not read to its end, nor kept.
    let before = peak(&run);
    let mut client = desk.client("live");
    let (chunk, mut sent) = (vec![b'{'; 1 << 20], 0u64);
    while sent < 1 << 30 && client.lines.get_mut().write_all(&chunk).is_ok() {
        sent += chunk.len() as u64;
    }
    assert!(sent < 1 << 26, "{sent} bytes were taken");
    goes_on(&desk);
    assert!(peak(&run) < before + (16 << 10), "from {before} KiB to {} KiB", peak(&run));
    desk.stop(run);
}

#[test]
fn half_a_command_is_not_done() {
    let desk = Desk::new();
    let run = desk.live();
    let mut silent = desk.client("live");
    silent.send(b"{\"command\":\"stop\"");
    goes_on(&desk);
    drop(silent);
    // The whole command, without its end: cut short all the same.
    let mut cut = desk.client("live");
    cut.send(b"{\"command\":\"stop\"}");
    cut.lines.get_ref().shutdown(std::net::Shutdown::Write).expect("shut");
    assert_eq!(cut.read(), None);
    goes_on(&desk);
    desk.stop(run);
}

#[test]
fn who_never_reads_keeps_nobody_waiting() {
    let desk = Desk::new();
    let run = desk.live();
    let mut deaf = desk.client("live");
    deaf.lines.get_ref().set_nonblocking(true).expect("set");
    // As much as the run takes before it waits for us.
    let command = b"{\"command\":\"show\"}\n".repeat(1000);
    while deaf.lines.get_mut().write_all(&command).is_ok() {}
    goes_on(&desk);
    desk.verb(&["set", "q.max_depth=100"]).ended(0);
    goes_on(&desk);
    desk.stop(run);
}

#[test]
fn many_who_never_read_make_room_for_who_does() {
    let desk = Desk::new();
    let run = desk.live();
    goes_on(&desk);
    let before = peak(&run);
    let command = b"{\"command\":\"show\"}\n".repeat(1000);
    let deaf: Vec<Client> = (0..40)
        .map(|_| {
            let mut client = desk.client("live");
            client.lines.get_ref().set_nonblocking(true).expect("set");
            while client.lines.get_mut().write_all(&command).is_ok() {}
            client
        })
        .collect();
    for _ in 0..20 {
        goes_on(&desk);
    }
    assert!(peak(&run) < before + (32 << 10), "from {before} KiB to {} KiB", peak(&run));
    drop(deaf);
    desk.stop(run);
}

#[test]
fn taps_of_large_frames_that_nobody_reads_are_bounded() {
    let desk = Desk::new();
    desk.writes(&crate::desk::LIVE.replace("size: 64, rate: 2000", "size: 1000000, rate: 200"));
    let run = desk.live();
    goes_on(&desk);
    let before = peak(&run);
    let taps: Vec<Client> = (0..8)
        .map(|_| {
            let mut client = desk.client("live");
            client.send(b"{\"command\":\"tap\",\"node\":\"src\",\"whole\":true}\n");
            client
        })
        .collect();
    let mut client = desk.client("live");
    let taken = client.taken();
    client.flows_beyond(taken + 400);
    // All rings hold the same frames: 32 MiB of them, and what is on its way to each client.
    assert!(peak(&run) < before + (160 << 10), "from {before} KiB to {} KiB", peak(&run));
    drop(taps);
    desk.stop(run);
}

#[test]
fn a_thousand_connections_and_one_more() {
    let desk = Desk::new();
    let run = desk.live();
    goes_on(&desk);
    let (before, socket) = (peak(&run), desk.folder().join("live.sock"));
    for turn in 0..1000 {
        let mut stream = std::os::unix::net::UnixStream::connect(&socket).expect("connected");
        // Some leave in the middle of a line.
        if turn % 3 == 0 {
            let _ = stream.write_all(b"{\"command\":");
        }
    }
    goes_on(&desk);
    assert!(peak(&run) < before + (16 << 10), "from {before} KiB to {} KiB", peak(&run));
    // Those who stay and say nothing make room for who asks: the one that was silent for longest goes first.
    let mut silent: Vec<Client> = (0..100).map(|_| desk.client("live")).collect();
    goes_on(&desk);
    let mut byte = [0];
    assert_eq!(silent[0].lines.get_mut().read(&mut byte).ok(), Some(0), "the first is still connected");
    let answer = silent.last_mut().expect("one").ask(json!({ "command": "top" }));
    assert!(answer["ok"]["top"].is_object(), "{answer}");
    desk.stop(run);
}

#[test]
fn many_at_once_are_all_answered() {
    let desk = Desk::new();
    let run = desk.live();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let desk = &desk;
            scope.spawn(move || {
                let mut client = desk.client("live");
                for depth in 1..20 {
                    let change = format!("q.max_depth={}", 100 * number + depth);
                    let answer = client.ask(json!({ "command": "set", "changes": [change] }));
                    let done = answer["ok"]["set"]["node"] == "q" || answer["error"]["kind"] == "refused";
                    assert!(done, "{answer}");
                    assert!(client.ask(json!({ "command": "top" }))["ok"].is_object());
                }
            });
        }
    });
    let mut client = desk.client("live");
    let taken = client.taken();
    client.flows_beyond(taken + 10);
    desk.stop(run);
}
