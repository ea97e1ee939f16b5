//! What clients must not send: it is answered with an error, or ends their own channel with a reason; another client goes
//! on as if nothing were.

use super::{
    Client, LIMIT,
    client::{Said, with},
    frame, node, port,
};
use rogue_sdk::bench::{Bench, json};
use rogue_tcf_wire::{
    Form, Token, Writer, escape,
    locator::Hello,
    streams::{Command, Done, ReadReply},
};
use std::{io::Write, thread};

fn hello() -> Vec<u8> {
    let mut out = Vec::new();
    Hello::new(["Locator"]).encode(&mut out);
    out
}

/// A message with these fields.
fn message(fields: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in fields {
        escape::plain(field.as_bytes(), &mut out);
        out.push(0);
    }
    out.extend_from_slice(&escape::END_OF_MESSAGE);
    out
}

/// A client sends this behind its Hello and is told why its channel ends; another one goes on, and so does the graph.
fn ends_with(bench: &mut Bench, good: &mut Client, bytes: &[u8], reason: &str) {
    let mut bad = Client::mute(port(bench));
    bad.send(&hello());
    // The rest of it may come to a socket that is closed already.
    let _ = bad.stream.write_all(bytes);
    let report =
        bad.end().unwrap_or_else(|| panic!("no reason for {:.60}", bytes.escape_ascii().to_string()));
    assert!(report.text().contains(reason), "{report}, not {reason}");
    goes_on(bench, good);
}

/// A frame that is published is read, and nothing was lost before it.
fn goes_on(bench: &mut Bench, good: &mut Client) {
    let before = bench.counter("bytes_published");
    bench.push(frame(1, 100)).unwrap();
    let (len, got) = (bench.counter("bytes_published") - before, good.read("VS0", 1000));
    assert_eq!((got.data.len() as u64, got.lost, got.error), (len, 0, None));
}

#[test]
fn what_cannot_be_understood_ends_its_channel_with_a_reason() {
    let mut bench = node(json!({ "max_message": "64KiB" }));
    let mut good = Client::connect(port(&bench), Form::Plain);
    good.join("VS0");
    let long = "x".repeat(256);
    let endless = vec![b'x'; 1 << 20];
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"\x03\x04".to_vec(), "the escape 03 04 means nothing"),
        (b"GET / HTTP/1.1\r\n\r\n\x03\x01".to_vec(), "a message ends before its type"),
        (message(&["X", "1"]), "a message of the type 0x58"),
        (message(&["C"]), "a message ends before its token"),
        (message(&["C", "1", "Streams"]), "a message ends before its command"),
        (message(&["C", &long, "Streams", "read"]), "the token of a message is longer than 255 bytes"),
        (message(&["C", "1", &long, "read"]), "the service of a message is longer"),
        (message(&["F", "loud"]), "a congestion level"),
        (message(&["R", "1", ""]), "it answers what was not asked"),
        (message(&["N", "1"]), "it answers what was not asked"),
        (endless, "a message is longer than 65536 bytes"),
        (b"\x03\x03\x80\x80\x80\x80\x04".to_vec(), "a message is longer than 65536 bytes"),
        (b"\x03\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f".to_vec(), "the length of a binary block"),
    ];
    let count = cases.len() as u64;
    for (bytes, reason) in cases {
        ends_with(&mut bench, &mut good, &bytes, reason);
    }
    assert_eq!(bench.counter("rejected"), count);
    // A Hello that lists no services.
    let mut bad = Client::mute(port(&bench));
    bad.send(&message(&["E", "Locator", "Hello", "{"]));
    assert!(bad.end().unwrap().text().contains("Hello"));
    bench.end().unwrap();
}

/// Half of anything, and then nothing more: by the end of the connection, with or without a word.
#[test]
fn half_messages_leave_nothing_behind() {
    let mut bench = node(json!({ "write": true }));
    let mut good = Client::connect(port(&bench), Form::Plain);
    good.join("VS0");
    let mut whole = hello();
    Command::Connect { id: "VS0".into() }.encode(&Token::from(1), Form::Plain, &mut whole);
    Command::Write { id: "VS1".into(), data: (&[3; 100][..]).into() }.encode(
        &Token::from(2),
        Form::Binary,
        &mut whole,
    );
    for cut in 0..whole.len() {
        let mut bad = Client::mute(port(&bench));
        bad.send(&whole[..cut]);
        bad.stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(bad.end(), None, "cut at {cut}");
        assert_eq!(bad.next(), Said::Closed);
    }
    goes_on(&mut bench, &mut good);
    assert_eq!((bench.counter("rejected"), bench.counter("frames_written")), (0, 0));
    bench.end().unwrap();
}

#[test]
fn who_says_nothing_is_closed_with_a_reason() {
    let mut bench = node(json!({}));
    let mut good = Client::connect(port(&bench), Form::Plain);
    good.join("VS0");
    // It is asked for after ten seconds, half of it is none.
    let mut bad = Client::mute(port(&bench));
    bad.send(b"E\0Locator\0Hel");
    assert!(bad.end().unwrap().text().contains("no Hello"));
    goes_on(&mut bench, &mut good);
    bench.end().unwrap();
}

/// A client that would send a gigabyte without an end is cut off at the limit; what it sends behind that is thrown away for
/// a moment, so that it can hear why.
#[test]
fn a_gigabyte_without_an_end_ends_its_channel() {
    let mut bench = node(json!({}));
    let mut good = Client::connect(port(&bench), Form::Plain);
    good.join("VS0");
    let mut bad = Client::connect(port(&bench), Form::Plain);
    let (piece, mut sent) = (vec![b'x'; 1 << 20], 0);
    bad.send(b"C\x001\0Streams\0write\0\"");
    while sent < 1 << 30 && bad.stream.write_all(&piece).is_ok() {
        sent += piece.len();
    }
    assert!(sent > 8 << 20);
    bench.run_until(LIMIT, |bench| bench.counter("rejected") == 1).unwrap();
    assert!(bench.logged().iter().any(|line| line.message.contains("longer than 16777216 bytes")));
    goes_on(&mut bench, &mut good);
    bench.end().unwrap();
}

#[test]
fn wrong_arguments_are_answered_and_the_channel_goes_on() {
    let bench = node(json!({ "write": true, "framing": "raw" }));
    let mut client = Client::connect(port(&bench), Form::Plain);
    client.join("VS0");
    client.join("VS1");
    let id = format!("\"{}\"", "x".repeat(256));
    let mut number = 1000;
    let mut ask = |client: &mut Client, name: &str, args: &[&str]| -> u32 {
        number += 1;
        let token = number.to_string();
        client.send(&message(&[&["C", &token, "Streams", name][..], args].concat()));
        let Said::Reply(of, results) = client.next() else { panic!("no reply to {name} {args:?}") };
        assert_eq!(of, number);
        let error = with(&results, |items| match name {
            "read" => {
                let reply = ReadReply::parse(items).unwrap();
                assert!(reply.data.is_empty() && !reply.eos);
                reply.error
            }
            _ => Done::parse(items).unwrap().error,
        });
        let error = error.unwrap();
        assert!(error.time.is_some() && !error.text().contains(['{', '}']), "{error}");
        error.code
    };
    for (name, args, code) in [
        ("read", &["\"VS0\"", "0"][..], 20),
        ("read", &["\"VS0\"", "-5"], 20),
        ("read", &["\"VS0\"", "99999999999999999999"], 20),
        ("read", &["\"VS0\"", "many"], 20),
        ("read", &["\"VS0\""], 3),
        ("read", &["\"VS0\"", "1", "2"], 3),
        ("read", &[], 3),
        ("read", &["VS0", "1"], 2),
        ("read", &["{\"a\":", "1"], 2),
        ("read", &["null", "1"], 2),
        ("read", &[&id, "1"], 1),
        ("read", &["\"{0}\"", "1"], 1),
        ("subscribe", &["7"], 2),
        ("subscribe", &[&id], 1),
        ("write", &["\"VS1\"", "3", "\"YQ==\""], 15),
        ("write", &["\"VS1\"", "-1", "\"YQ==\""], 15),
        ("write", &["\"VS1\"", "1", "\"Y?==\""], 2),
        ("write", &["\"VS1\"", "1", "(5)a"], 3),
        ("write", &["\"VS0\"", "1", "\"YQ==\""], 23),
        ("connect", &["\"VS7\""], 16),
        ("disconnect", &["\"VS7\""], 1),
    ] {
        assert_eq!(ask(&mut client, name, args), code, "{name} {args:?}");
    }
    for (service, name) in
        [("Streams", "reed"), ("Stream", "read"), ("Locator", "dance"), ("Diagnostics", "createTestStreams")]
    {
        client.send(&message(&["C", "7", service, name]));
        assert_eq!(client.next(), Said::NotRecognised(7));
    }
    // Events and congestion of either form concern nobody; an empty message is none; a second Hello changes nothing.
    client.send(&message(&["E", "Streams", "created", "1"]));
    client.send(b"F\x00100\x03\x01F\x00-90\0\x03\x01\x03\x01\x03\x01");
    client.send(&message(&["E", "Locator", "Hello", "[\"ZeroCopy\"]"]));
    // A huge read is a read of what there is.
    let token = client.ask("VS0", i64::MAX);
    client.join("VS0");
    let mut bench = bench;
    bench.push(frame(1, 10)).unwrap();
    assert_eq!(client.got(token).data.len(), 10);
    assert_eq!((bench.counter("rejected"), bench.counter("frames_written")), (0, 0));
    bench.end().unwrap();
}

#[test]
fn a_command_before_the_hello_is_not_recognised() {
    let bench = node(json!({}));
    let mut client = Client::mute(port(&bench));
    client.send(&message(&["C", "7", "Locator", "sync"]));
    assert_eq!(client.next(), Said::NotRecognised(7));
    client.send(&hello());
    client.join("VS0");
    bench.end().unwrap();
}

#[test]
fn thousands_of_reads_are_answered_with_errors_beyond_the_bound() {
    let mut bench = node(json!({ "max_pending": 10 }));
    let mut client = Client::connect(port(&bench), Form::Plain);
    client.join("VS0");
    const READS: u64 = 5000;
    let first = {
        let mut out = Vec::new();
        for token in 0..READS {
            let read = Command::Read { id: "VS0".into(), size: 10 };
            read.encode(&Token::from(100_000 + token), Form::Plain, &mut out);
        }
        let mut stream = client.stream.try_clone().unwrap();
        let sends = thread::spawn(move || stream.write_all(&out).unwrap());
        let mut refused = 0;
        while refused < READS - 10 {
            let Said::Reply(token, results) = client.next() else { panic!("no reply") };
            assert_eq!(token, 100_010 + refused);
            assert!(with(&results, |items| ReadReply::parse(items)
                .unwrap()
                .error
                .is_some_and(|e| e.code == 1)));
            refused += 1;
        }
        sends.join().unwrap();
        100_000
    };
    bench.push(frame(1, 10)).unwrap();
    assert_eq!(client.got(first).data.len(), 10);
    bench.end().unwrap();
}

/// Commands whose replies nobody reads: the server stops to listen rather than keep replies without a bound.
#[test]
fn who_never_reads_is_not_listened_to_without_end() {
    let bench = node(json!({}));
    let mut deaf = Client::connect(port(&bench), Form::Plain);
    let mut good = Client::connect(port(&bench), Form::Plain);
    let mut many = Vec::new();
    for _ in 0..20_000 {
        Writer::command(&mut many, Form::Plain, &Token::from(1), "Nobody", "nothing").end();
    }
    deaf.stream.set_nonblocking(true).unwrap();
    let mut sent = 0;
    // Until nothing more goes in, or far more than all buffers between can hold.
    while sent < 1 << 30 {
        match deaf.stream.write(&many) {
            Ok(n) => sent += n,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                // It is full: the server gets its turn, which another client's command shows.
                good.join("VS0");
                if deaf.stream.write(&many).is_err() {
                    good.join("VS0");
                    match deaf.stream.write(&many) {
                        Ok(n) => sent += n,
                        Err(_) => break,
                    }
                }
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(sent < 1 << 30, "a client that reads nothing is listened to for ever");
    good.join("VS0");
    bench.end().unwrap();
}

#[test]
fn whoever_is_too_many_is_told_so() {
    let mut bench = node(json!({ "max_channels": 2 }));
    let mut all: Vec<Client> = (0..2).map(|_| Client::connect(port(&bench), Form::Plain)).collect();
    all.iter_mut().for_each(|client| client.join("VS0"));
    let report = Client::connect(port(&bench), Form::Plain).end().unwrap();
    assert!(report.text().contains("too many channels"), "{report}");
    all.pop().unwrap().leave();
    bench.run_until(LIMIT, |bench| bench.reading("clients").as_deref() == Some("1")).unwrap();
    Client::connect(port(&bench), Form::Plain).join("VS0");
    bench.end().unwrap();
}
