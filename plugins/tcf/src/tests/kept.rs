//! What a successor is told has a number, and a file beside this one that is called after it: where the one changes, so must
//! the other, since the two modules of a swap need not be of one build.

use super::{Client, node, port};
use crate::{
    connection::Told,
    handover::{Kept, STATE},
    shared::Core,
};
use rogue_sdk::bench::{Value, json};
use rogue_tcf_service::{Direction, Limits, Service};
use rogue_tcf_wire::{Form, Token, diagnostics, framing::Header, streams::Command};
use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
    time::Duration,
};

/// A service in which everything that can wait does.
fn service() -> Service {
    let now = Duration::from_millis(1500);
    let mut service = Service::new(Limits { test_streams: true, ..Limits::default() });
    let block = true;
    let full =
        service.create("t", Some("3".to_owned()), Direction::Readable { capacity: 40, block: true }, now);
    service.create("t.in", None, Direction::Writable, now);
    let ended = service.create("u", None, Direction::Readable { capacity: 99, block }, now);
    service.end(ended, now);
    let channel = service.open();
    let mut token = 0;
    let mut command = |service: &mut Service, command| {
        token += 1;
        service.command(channel, &Token::from(token), command, now);
    };
    command(&mut service, Command::Subscribe { stream_type: "t".into() });
    command(&mut service, Command::Connect { id: "VS1".into() });
    command(&mut service, Command::Connect { id: "VS9".into() });
    service.diagnose(
        channel,
        &Token::from(90),
        diagnostics::Command::CreateTestStreams { written: 9, read: 8 },
        now,
    );
    command(&mut service, Command::Connect { id: "VS3".into() });
    command(&mut service, Command::Connect { id: "VS4".into() });
    command(&mut service, Command::Write { id: "VS1".into(), data: b"written"[..].into() });
    command(&mut service, Command::Eos { id: "VS1".into() });
    command(&mut service, Command::Write { id: "VS3".into(), data: b"through the test streams"[..].into() });
    for _ in 0..3 {
        service.publish(full, 20, [&[7; 20][..]].into_iter(), now);
    }
    command(&mut service, Command::Read { id: "VS0".into(), size: 30 });
    service.answer(channel, now);
    service.set_room(channel, 0);
    command(&mut service, Command::Read { id: "VS0".into(), size: 31 });
    service
}

/// What a node hands over that has a client in the middle of a command and of a frame.
fn told() -> Value {
    let mut bench = node(json!({ "type": "t", "write": true, "framing": "length" }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    client.join("VS1");
    let frame = [Header { payload: 500, ..Header::default() }.encode().as_bytes(), &[5; 50]].concat();
    assert_eq!(client.write("VS1", &frame), None);
    // In one piece, so that whoever has answered the first has the half as well.
    let mut commands = Vec::new();
    Command::Connect { id: "VS9".into() }.encode(&Token::from(70), Form::Plain, &mut commands);
    commands.extend_from_slice(b"C\x0071\x00Str");
    client.send(&commands);
    client.next();
    let held = bench.release_held().unwrap();
    let (_, state) = held.handles.iter().find(|(name, _)| name == STATE).unwrap();
    let mut file = File::from(state.try_clone().unwrap());
    file.rewind().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    drop(held);
    bench.end().unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn what_is_told_is_that_of_its_version() {
    let mut told = told();
    // What no two runs have in common.
    told["now"] = json!({ "secs": 1, "nanos": 2 });
    told["channels"][0]["addr"] = json!("127.0.0.1:3");
    told["core"]["service"] = serde_json::to_value(service()).unwrap();
    let file = format!("{}/src/tests/{}.json", env!("CARGO_MANIFEST_DIR"), STATE.replace(' ', "-"));
    let text = std::fs::read_to_string(Path::new(&file)).unwrap_or_default();
    let expected: Value = serde_json::from_str(&text).unwrap_or_default();
    assert!(
        told == expected,
        "what is handed over has changed: give STATE another number, and keep this as {file}:\n{told}"
    );
    // And it is read as it was written.
    let kept: Kept<Core, Vec<Told>> = serde_json::from_value(expected).unwrap();
    assert_eq!(serde_json::to_value(&kept).unwrap(), told);
}
