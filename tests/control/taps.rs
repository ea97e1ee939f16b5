//! `tap` from the command line and over the socket: frames as lines, frames as a file that can be replayed, and clients
//! that go, never read, or want something else.

use crate::desk::{Client, Desk};
use rogue_tests::child::Child;
use serde_json::{Value, json};
use std::fs;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// Waits until the run has no tap any more: all that it may have can be opened again.
fn all_ended(desk: &Desk) {
    let mut clients: Vec<Client> = (0..8).map(|_| desk.client("live")).collect();
    for client in &mut clients {
        loop {
            let answer = client.ask(json!({ "command": "tap", "node": "view", "limit": 1 }));
            if answer["sample"].is_object() {
                assert_eq!(client.read().expect("an end")["ok"]["tapped"]["ended"], "limit");
                break;
            }
            assert_eq!(answer["error"]["kind"], "refused", "{answer}");
        }
    }
}

#[test]
fn frames_are_shown_as_hex_and_as_json() {
    let desk = Desk::new();
    let run = desk.live();
    let done = desk.verb(&["tap", "pick", "--limit", "3", "--max-bytes", "4"]).ended(0);
    assert_eq!(done.out.lines().count(), 3, "{}", done.out);
    for line in done.out.lines() {
        let (head, bytes) = line.rsplit_once(": ").expect("bytes");
        assert_eq!(head, "out: size=64, error=0x00, flags=0x0000, channel=0");
        assert_eq!(bytes.split(' ').count(), 5, "{line}");
        assert!(bytes.ends_with('…'), "{line}");
    }
    done.says("3 frames shown of ");
    let json =
        desk.verb(&["tap", "view.in", "--limit", "2", "--format", "json", "--max-bytes", "100"]).ended(0);
    for sample in lines(&json.out) {
        let (port, size) = (&sample["port"], &sample["size"]);
        assert_eq!((port, size, sample["hex"].as_str().map(str::len)), (&json!("in"), &json!(64), Some(128)));
    }
    for (args, error) in [
        (&["tap", "none"][..], "no node `none`"),
        (&["tap", "pick.left"], "no output `left`; it has out"),
        (&["tap", "view.out"], "no input `out`; it has in"),
        (&["tap", "pick", "--limit", "0"], "--limit"),
        (&["tap", "pick", "--to", "live.yaml"], "there is a file already"),
        (&["tap", "pick", "--to", "none/x.dat"], "none/x.dat"),
    ] {
        desk.verb(args).ended(2).says(error);
    }
    desk.stop(run);
}

#[test]
fn what_is_tapped_into_a_file_can_be_replayed() {
    let desk = Desk::new();
    let run = desk.live();
    desk.verb(&["tap", "pick", "--to", "x.dat", "--limit", "100"]).ended(0).says("100 frames shown");
    let bytes = fs::read(desk.path("x.dat")).expect("a file");
    assert_eq!(bytes.len(), 100 * (8 + 64));
    desk.stop(run);
    let replay = "name: replay
nodes:
  file: { module: file-reader, params: { path: x.dat } }
  out: { module: file-writer, params: { path: y.dat } }
links: [ file >> out ]
";
    fs::write(desk.path("replay.yaml"), replay).expect("written");
    let done = desk.verb(&["replay.yaml"]).ended(0).shows("COMPLETE: nothing was lost");
    assert!(done.out.contains("ledger: 100 created + 0 shared = 100 consumed"), "{}", done.out);
    assert_eq!(fs::read(desk.path("y.dat")).expect("a file"), bytes);
}

#[test]
fn a_tap_ends_when_the_client_says_something_else_and_with_the_run() {
    let desk = Desk::new();
    let run = desk.live();
    let mut client = desk.client("live");
    let first = client.ask(json!({ "id": 5, "command": "tap", "node": "pick" }));
    assert_eq!((&first["id"], &first["sample"]["size"]), (&json!(5), &json!(64)));
    client.send(b"{\"id\":6,\"command\":\"get\",\"node\":\"q\",\"name\":\"max_depth\"}\n");
    let end = loop {
        let line = client.read().expect("a line");
        if line["sample"].is_null() {
            break line;
        }
    };
    assert_eq!((&end["id"], &end["ok"]["tapped"]["ended"]), (&json!(5), &json!("asked")));
    assert_eq!(client.read().expect("a line")["id"], json!(6));
    // Another sees the end of the run.
    let mut child = Child::spawn(&mut desk.command(&["tap", "pick", "--every", "100ms"]), b"");
    child.wait_for_output("out: size=64");
    desk.stop(run);
    child.end().ended(0).says(" seen, ");
}

#[test]
fn clients_that_go_or_never_read_keep_nobody_waiting() {
    let desk = Desk::new();
    let run = desk.live();
    let deaf: Vec<Client> = (0..4)
        .map(|_| {
            let mut client = desk.client("live");
            client.send(b"{\"command\":\"tap\",\"node\":\"pick\",\"whole\":true}\n");
            client
        })
        .collect();
    for _ in 0..4 {
        let mut client = desk.client("live");
        let sample = client.ask(json!({ "command": "tap", "node": "src", "whole": true }))["sample"].clone();
        assert!(sample["base64"].is_string() && sample["hex"].is_null(), "{sample}");
    }
    let mut other = desk.client("live");
    let taken = other.taken();
    other.flows_beyond(taken + 2000);
    drop(deaf);
    all_ended(&desk);
    // A swap while somebody looks.
    let mut client = desk.client("live");
    client.ask(json!({ "command": "tap", "node": "pick" }));
    desk.verb(&["swap", "pick", "tag", "--set", "channel=9"]).ended(0);
    while client.read().expect("a sample")["sample"]["channel"] != 9 {}
    desk.stop(run);
}
