//! Conversations recorded between TCF's own clients and its C agent, byte for byte: what is read of them, and that what
//! is written here has the same bytes.
#![allow(clippy::unwrap_used, clippy::panic)]

use rogue_tcf_wire::{
    Code, Decoder, ErrorReport, Form, Found, Items, Message, Token, escape, limits,
    locator::{self, Hello},
    streams::{Command, Done, Event, Lost, Name, ReadReply},
};

/// Bytes written as hexadecimal numbers.
fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// Every message of some bytes; the end of the stream as `None`, its report as the message behind it.
fn messages(mut bytes: &[u8]) -> Vec<Option<Vec<u8>>> {
    let mut decoder = Decoder::new(limits::MESSAGE);
    let mut all = Vec::new();
    while let Some(found) = decoder.next(&mut bytes).unwrap() {
        all.push(match found {
            Found::Message(message) | Found::Report(message) => Some(message.to_vec()),
            Found::End => None,
        });
    }
    assert!(!decoder.is_within());
    all
}

/// The only message of some bytes.
fn message(bytes: &[u8]) -> Vec<u8> {
    let [Some(message)] = &messages(bytes)[..] else { panic!("not one message: {}", bytes.escape_ascii()) };
    message.clone()
}

/// The token and the command of a message.
fn command(bytes: &[u8], check: impl FnOnce(Command<'_>)) -> Token {
    let message = message(bytes);
    let Message::Command { token, service: "Streams", name, args } = Message::parse(&message).unwrap() else {
        panic!("no command of Streams: {}", message.escape_ascii())
    };
    check(Command::parse(Name::of(name).unwrap(), args).unwrap());
    token
}

/// A command of Streams is read as this and written as these bytes.
fn is_command(bytes: &str, number: u64, command: &Command<'_>) {
    let bytes = hex(bytes);
    assert_eq!(self::command(&bytes, |read| assert_eq!(read, *command)), Token::from(number));
    let mut out = Vec::new();
    command.encode(&Token::from(number), Form::Plain, &mut out);
    assert_eq!(out.escape_ascii().to_string(), bytes.escape_ascii().to_string());
}

/// The results of a message that is the reply to a command of this number.
fn reply(bytes: &[u8], number: u64, check: impl FnOnce(Items<'_>)) {
    let message = message(bytes);
    let Message::Reply { token, results } = Message::parse(&message).unwrap() else { panic!("no reply") };
    assert!(token == number);
    check(results);
}

fn is_done(bytes: &str, number: u64, error: Option<ErrorReport>) {
    let (bytes, done) = (hex(bytes), Done { error });
    reply(&bytes, number, |results| assert_eq!(Done::parse(results).unwrap(), done));
    let mut out = Vec::new();
    done.encode(&Token::from(number), &mut out);
    assert_eq!(out, bytes);
}

fn is_read_reply(bytes: &str, number: u64, read: &ReadReply<'_>) {
    let bytes = hex(bytes);
    reply(&bytes, number, |results| assert_eq!(ReadReply::parse(results).unwrap(), *read));
    let mut out = Vec::new();
    read.encode(&Token::from(number), Form::Plain, &mut out);
    assert_eq!(out, bytes);
}

fn data(data: &[u8], eos: bool) -> ReadReply<'_> {
    ReadReply { data: data.into(), error: None, lost: Lost::NONE, eos }
}

#[test]
fn hello_of_both_clients() {
    for (bytes, services) in [
        (
            "45 00 4c 6f 63 61 74 6f 72 00 48 65 6c 6c 6f 00 5b 22 4c 6f 63 61 74 6f 72 22 5d 00 03 01",
            ["Locator"],
        ),
        (
            "45 00 4c 6f 63 61 74 6f 72 00 48 65 6c 6c 6f 00 5b 22 5a 65 72 6f 43 6f 70 79 22 5d 00 03 01",
            ["ZeroCopy"],
        ),
    ] {
        let bytes = hex(bytes);
        let message = message(&bytes);
        let Message::Event { service: locator::SERVICE, name: locator::HELLO, args } =
            Message::parse(&message).unwrap()
        else {
            panic!("no Hello")
        };
        let hello = Hello::parse(args).unwrap();
        assert_eq!(hello, Hello::new(services));
        assert_eq!(hello.zero_copy(), services == ["ZeroCopy"]);
        let mut out = Vec::new();
        hello.encode(&mut out);
        assert_eq!(out, bytes);
    }
}

/// Transcript A: the Python client and a process that writes five bytes.
#[test]
fn the_python_client_reads_a_process() {
    let sync = hex("43 00 30 00 4c 6f 63 61 74 6f 72 00 73 79 6e 63 00 03 01");
    let bytes = message(&sync);
    let Message::Command { token, service: "Locator", name: "sync", args } = Message::parse(&bytes).unwrap()
    else {
        panic!("no sync")
    };
    assert!(token == 0 && args.is_done());
    let mut out = Vec::new();
    locator::Command::Sync.encode(&token, &mut out);
    assert_eq!(out, sync);
    out.clear();
    locator::Command::Sync.answer(&token, "", &mut out);
    assert_eq!(out, hex("52 00 30 00 00 03 01"));

    let subscribe = |token: &str| {
        format!(
            "43 00 {token} 00 53 74 72 65 61 6d 73 00 73 75 62 73 63 72 69 62 65 00
             22 50 72 6f 63 65 73 73 65 73 22 00 03 01"
        )
    };
    is_command(&subscribe("32"), 2, &Command::Subscribe { stream_type: "Processes".into() });
    is_done("52 00 32 00 00 03 01", 2, None);
    is_command(&subscribe("33"), 3, &Command::Subscribe { stream_type: "Processes".into() });
    is_done(
        "52 00 33 00 7b 22 43 6f 64 65 22 3a 31 2c 22 54 69 6d 65 22 3a 31 37 39 35 31 39 36 31 38 39 35 38 39 2c
         22 46 6f 72 6d 61 74 22 3a 22 41 6c 72 65 61 64 79 20 73 75 62 73 63 72 69 62 65 64 22 7d 00 03 01",
        3,
        Some(ErrorReport::new(Code::Other, "Already subscribed").at(1_795_196_189_589)),
    );
    is_event(
        "45 00 53 74 72 65 61 6d 73 00 63 72 65 61 74 65 64 00 22 50 72 6f 63 65 73 73 65 73 22 00 22 56 53 30 22 00
         22 50 33 39 36 35 22 00 03 01",
        &Event::Created {
            stream_type: "Processes".into(),
            id: "VS0".into(),
            context: Some("P3965".into()),
        },
    );
    is_command(
        "43 00 35 00 53 74 72 65 61 6d 73 00 72 65 61 64 00 22 56 53 31 22 00 36 34 00 03 01",
        5,
        &Command::Read { id: "VS1".into(), size: 64 },
    );
    is_read_reply(
        "52 00 35 00 22 59 51 4e 69 41 47 4d 3d 22 00 00 30 00 74 72 75 65 00 03 01",
        5,
        &data(b"a\x03b\0c", true),
    );
    is_read_reply("52 00 36 00 6e 75 6c 6c 00 00 30 00 74 72 75 65 00 03 01", 6, &data(b"", true));
    let mut unsupported = hex("52 00 39 00 6e 75 6c 6c 00");
    unsupported.extend_from_slice(br#"{"Code":23,"Time":1795196189902,"Format":"Unsupported command"}"#);
    unsupported.extend_from_slice(&hex("00 30 00 66 61 6c 73 65 00 03 01"));
    let report = ErrorReport::new(Code::Unsupported, "Unsupported command").at(1_795_196_189_902);
    let mut out = Vec::new();
    ReadReply::failed(report.clone()).encode(&Token::from(9), Form::Plain, &mut out);
    assert_eq!(out, unsupported);
    reply(&out, 9, |results| assert_eq!(ReadReply::parse(results).unwrap(), ReadReply::failed(report)));
    is_command(
        "43 00 31 32 00 53 74 72 65 61 6d 73 00 77 72 69 74 65 00 22 56 53 39 39 39 22 00 33 00 22 59 57 4a 6a 22 00 03 01",
        12,
        &Command::Write { id: "VS999".into(), data: (&b"abc"[..]).into() },
    );
    is_command(
        "43 00 31 37 00 53 74 72 65 61 6d 73 00 64 69 73 63 6f 6e 6e 65 63 74 00 22 56 53 30 22 00 03 01",
        17,
        &Command::Disconnect { id: "VS0".into() },
    );
    is_event(
        "45 00 53 74 72 65 61 6d 73 00 64 69 73 70 6f 73 65 64 00 22 50 72 6f 63 65 73 73 65 73 22 00 22 56 53 30 22 00 03 01",
        &Event::Disposed { stream_type: "Processes".into(), id: "VS0".into() },
    );
    is_done("52 00 31 37 00 00 03 01", 17, None);
    let mut end = Vec::new();
    escape::end_of_stream(None, &mut end);
    assert_eq!(end, hex("03 02 00 03 01"));
    assert_eq!(messages(&end), [None, Some(vec![0])]);
    // The Python client's own has no NUL.
    assert_eq!(messages(&hex("03 02 03 01")), [None, Some(vec![])]);
}

fn is_event(bytes: &str, event: &Event) {
    let bytes = hex(bytes);
    let message = message(&bytes);
    let Message::Event { service: "Streams", name, args } = Message::parse(&message).unwrap() else {
        panic!("no event")
    };
    assert_eq!(Event::parse(name, args).unwrap().as_ref(), Some(event));
    let mut out = Vec::new();
    event.encode(&mut out);
    assert_eq!(out, bytes);
}

/// Transcript B: overlapped reads, then a write; reads that a disconnect cancels.
#[test]
fn reads_that_wait() {
    for (token, size, text) in [("34", 3, "33"), ("35", 3, "33"), ("36", 100, "31 30 30")] {
        let bytes = format!(
            "43 00 {token} 00 53 74 72 65 61 6d 73 00 72 65 61 64 00 22 56 53 36 22 00 {text} 00 03 01"
        );
        let number = u64::from(u8::from_str_radix(token, 16).unwrap() - b'0');
        is_command(&bytes, number, &Command::Read { id: "VS6".into(), size });
    }
    is_command(
        "43 00 37 00 53 74 72 65 61 6d 73 00 77 72 69 74 65 00 22 56 53 35 22 00 31 30 00
         22 4d 44 45 79 4d 7a 51 31 4e 6a 63 34 4f 51 3d 3d 22 00 03 01",
        7,
        &Command::Write { id: "VS5".into(), data: (&b"0123456789"[..]).into() },
    );
    is_done("52 00 37 00 00 03 01", 7, None);
    is_read_reply(
        "52 00 34 00 22 4d 44 45 79 22 00 00 30 00 66 61 6c 73 65 00 03 01",
        4,
        &data(b"012", false),
    );
    is_read_reply(
        "52 00 35 00 22 4d 7a 51 31 22 00 00 30 00 66 61 6c 73 65 00 03 01",
        5,
        &data(b"345", false),
    );
    is_read_reply(
        "52 00 36 00 22 4e 6a 63 34 4f 51 3d 3d 22 00 00 30 00 66 61 6c 73 65 00 03 01",
        6,
        &data(b"6789", false),
    );
    is_event(
        "45 00 53 74 72 65 61 6d 73 00 64 69 73 70 6f 73 65 64 00 22 44 69 61 67 6e 6f 73 74 69 63 73 22 00
         22 56 53 38 22 00 03 01",
        &Event::Disposed { stream_type: "Diagnostics".into(), id: "VS8".into() },
    );
    let mut cancelled = hex("52 00 34 32 00 6e 75 6c 6c 00");
    cancelled.extend_from_slice(br#"{"Code":6,"Time":1795196251628,"Format":"Command canceled"}"#);
    cancelled.extend_from_slice(&hex("00 30 00 74 72 75 65 00 03 01"));
    let error = ErrorReport::new(Code::Cancelled, "Command canceled").at(1_795_196_251_628);
    let mut out = Vec::new();
    ReadReply { eos: true, ..ReadReply::failed(error) }.encode(&Token::from(42), Form::Plain, &mut out);
    assert_eq!(out, cancelled);
}

/// Transcript C: the C client, which lists ZeroCopy: blocks across fields, lengths with more groups than they need, and
/// the binary form.
#[test]
fn blocks_begin_and_end_anywhere() {
    let sync = hex("43 00 31 03 03 8e 00 00 4c 6f 63 61 74 6f 72 00 73 79 6e 63 00 03 01");
    assert_eq!(message(&sync), b"C\x001\0Locator\0sync\0");
    assert_eq!(message(&hex("52 00 31 00 03 03 81 00 00 03 01")), b"R\x001\0\0");
    let write =
        hex("43 00 35 03 03 a2 00 00 53 74 72 65 61 6d 73 00 77 72 69 74 65 00 22 56 53 30 22 00 35 00
         22 59 51 4e 69 41 47 4d 3d 22 00 03 01");
    let expected = Command::Write { id: "VS0".into(), data: (&b"a\x03b\0c"[..]).into() };
    assert_eq!(command(&write, |read| assert_eq!(read, expected)), Token::from(5));
    let read = hex(
        "43 00 37 03 03 98 00 00 53 74 72 65 61 6d 73 00 72 65 61 64 00 22 56 53 31 22 00 31 30 30 00 03 01",
    );
    let expected = Command::Read { id: "VS1".into(), size: 100 };
    assert_eq!(command(&read, |read| assert_eq!(read, expected)), Token::from(7));
    let mut answer = hex("52 00 37 00 28 34 35 29 61 03 03 b6 00 03 62 00 63");
    answer.extend_from_slice(&[b'A'; 40]);
    answer.extend_from_slice(&hex("00 00 30 00 66 61 6c 73 65 00"));
    // The block is 54 bytes long: all but the end of the message.
    assert_eq!(answer.len(), 13 + 54);
    answer.extend_from_slice(&escape::END_OF_MESSAGE);
    let data = [&b"a\x03b\0c"[..], &[b'A'; 40][..]].concat();
    reply(&answer, 7, |results| {
        let read = ReadReply::parse(results).unwrap();
        assert_eq!(read, self::data(&data, false));
    });
}
