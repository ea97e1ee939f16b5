//! What holds of all messages: any splitting gives the same, what is written is read back, no bytes do harm.
#![allow(clippy::unwrap_used)]

use proptest::{collection::vec, prelude::*};
use rogue_tcf_wire::{
    BadItem, Code, Decoder, ErrorReport, Form, Found, Message, Token, Writer, Wrong, escape,
    streams::{Command, Done, Event, Lost, Name, ReadReply},
};

/// What a decoder gives, owned.
#[derive(Clone, Debug, PartialEq)]
enum Given {
    Message(Vec<u8>),
    End,
    Report(Vec<u8>),
    Wrong(Wrong),
}

/// All that a decoder gives of these pieces; behind each of them a successor goes on.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limit: usize) -> Vec<Given> {
    let (mut decoder, mut given) = (Decoder::new(limit), Vec::new());
    for mut piece in pieces {
        decoder = serde_json::from_str(&serde_json::to_string(&decoder).unwrap()).unwrap();
        decoder.set_limit(limit);
        loop {
            match decoder.next(&mut piece) {
                Ok(Some(Found::Message(message))) => given.push(Given::Message(message.to_vec())),
                Ok(Some(Found::End)) => given.push(Given::End),
                Ok(Some(Found::Report(report))) => given.push(Given::Report(report.to_vec())),
                Ok(None) => {
                    assert!(piece.is_empty());
                    break;
                }
                Err(wrong) => {
                    given.push(Given::Wrong(wrong));
                    return given;
                }
            }
        }
    }
    given
}

/// A piece of a message and whether it goes as a block.
type Piece = (Vec<u8>, Option<u8>);

/// Writes pieces; a block's length with so many groups too many.
fn write(pieces: &[Piece]) -> Vec<u8> {
    let mut out = Vec::new();
    for (bytes, block) in pieces {
        match block {
            None => escape::plain(bytes, &mut out),
            Some(more) => {
                escape::block_head(bytes.len(), &mut out);
                if *more > 0 {
                    *out.last_mut().unwrap() |= 0x80;
                    out.extend(std::iter::repeat_n(0x80, usize::from(*more) - 1));
                    out.push(0);
                }
                out.extend_from_slice(bytes);
            }
        }
    }
    out.extend_from_slice(&escape::END_OF_MESSAGE);
    out
}

/// Bytes among which escapes and NULs are frequent.
fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![3 => any::<u8>(), 2 => 0..5_u8], 0..most)
}

fn piece() -> impl Strategy<Value = Piece> {
    (bytes(300), prop::option::of(0..6_u8))
}

/// Cuts bytes at places that are given as parts of their length.
fn cut<'a>(bytes: &'a [u8], at: &[u16]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = at.iter().map(|at| usize::from(*at) * bytes.len() / 65536).collect();
    at.sort_unstable();
    at.push(bytes.len());
    let mut begin = 0;
    at.into_iter().map(|end| &bytes[std::mem::replace(&mut begin, end)..end]).collect()
}

fn text() -> impl Strategy<Value = String> {
    "[ -~\u{3}\u{e9}\"\\\\]{0,20}"
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Plain), Just(Form::Binary)]
}

fn command() -> impl Strategy<Value = Command<'static>> {
    let all = (0..7_usize, text(), any::<i64>(), bytes(500));
    all.prop_map(|(which, text, size, data)| match Name::ALL[which] {
        Name::Subscribe => Command::Subscribe { stream_type: text.into() },
        Name::Unsubscribe => Command::Unsubscribe { stream_type: text.into() },
        Name::Read => Command::Read { id: text.into(), size },
        Name::Write => Command::Write { id: text.into(), data: data.into() },
        Name::Eos => Command::Eos { id: text.into() },
        Name::Connect => Command::Connect { id: text.into() },
        Name::Disconnect => Command::Disconnect { id: text.into() },
    })
}

fn report() -> impl Strategy<Value = Option<ErrorReport>> {
    let some = (text(), any::<u64>()).prop_map(|(text, time)| ErrorReport::new(Code::Other, text).at(time));
    prop::option::of(some)
}

/// The one message of some bytes, cut anywhere.
fn one(out: &[u8], at: &[u16]) -> Vec<u8> {
    let given = decode(cut(out, at), out.len());
    let [Given::Message(message)] = &given[..] else { panic!("{given:?}") };
    message.clone()
}

proptest! {
    #[test]
    fn any_splitting_gives_the_same(
        messages in vec(vec(piece(), 0..5), 0..6),
        at in vec(any::<u16>(), 0..40),
        end in prop::option::of(bytes(30)),
    ) {
        let mut wire: Vec<u8> = messages.iter().flat_map(|pieces| write(pieces)).collect();
        let whole = |pieces: &Vec<Piece>| pieces.iter().flat_map(|(bytes, _)| bytes.clone()).collect::<Vec<u8>>();
        let mut expected: Vec<Given> =
            messages.iter().map(whole).filter(|message| !message.is_empty()).map(Given::Message).collect();
        if let Some(end) = end {
            wire.extend_from_slice(&[3, 2]);
            wire.extend_from_slice(&write(&[(end.clone(), None)]));
            // Nothing behind it counts.
            wire.extend_from_slice(&[3, 9, 3]);
            expected.extend([Given::End, Given::Report(end)]);
        }
        prop_assert_eq!(&decode([&wire[..]], 1 << 20), &expected);
        prop_assert_eq!(&decode(cut(&wire, &at), 1 << 20), &expected);
        prop_assert_eq!(&decode(wire.chunks(1), 1 << 20), &expected);
    }

    #[test]
    fn garbage_gives_the_same_however_it_is_split(garbage in bytes(400), at in vec(any::<u16>(), 0..20)) {
        let given = decode([&garbage[..]], 100);
        prop_assert_eq!(&decode(cut(&garbage, &at), 100), &given);
        prop_assert_eq!(&decode(garbage.chunks(1), 100), &given);
        for each in given {
            if let Given::Message(message) = each {
                prop_assert!(message.len() <= 100);
                if let Ok(Message::Command { name, args, .. }) = Message::parse(&message)
                    && let Some(name) = Name::of(name)
                {
                    let _ = Command::parse(name, args);
                }
            }
        }
    }

    #[test]
    fn commands_are_read_as_written(
        command in command(), number in any::<u64>(), form in form(), at in vec(any::<u16>(), 0..9),
    ) {
        let mut out = Vec::new();
        command.encode(&Token::from(number), form, &mut out);
        let message = one(&out, &at);
        let Message::Command { token, service: "Streams", name, args } = Message::parse(&message).unwrap() else {
            panic!("no command");
        };
        prop_assert_eq!(token.number(), Some(number));
        prop_assert_eq!(Command::parse(Name::of(name).unwrap(), args).unwrap(), command);
    }

    #[test]
    fn replies_are_read_as_written(
        data in bytes(500), error in report(), lost in any::<i64>(), eos in any::<bool>(), form in form(),
    ) {
        let lost = u64::try_from(lost).map_or(Lost::Unknown, Lost::Bytes);
        let reply = ReadReply { data: data.into(), error: error.clone(), lost, eos };
        let mut out = Vec::new();
        reply.encode(&Token::from(1), form, &mut out);
        let message = one(&out, &[9]);
        let Message::Reply { results, .. } = Message::parse(&message).unwrap() else { panic!("no reply") };
        prop_assert_eq!(&ReadReply::parse(results).unwrap(), &reply);
        if form == Form::Binary && !reply.data.is_empty() {
            let mut apart = Vec::new();
            reply.encode_before_data(&Token::from(1), &mut apart);
            apart.extend_from_slice(&reply.data);
            reply.encode_behind_data(&mut apart);
            prop_assert_eq!(apart, out.clone());
        }
        out.clear();
        let done = Done { error };
        done.encode(&Token::from(1), &mut out);
        let message = one(&out, &[]);
        let Message::Reply { results, .. } = Message::parse(&message).unwrap() else { panic!("no reply") };
        prop_assert_eq!(Done::parse(results).unwrap(), done);
    }

    #[test]
    fn events_are_read_as_written(
        stream_type in text(), id in text(), context in prop::option::of(text()), created in any::<bool>(),
    ) {
        let event = match created {
            true => Event::Created { stream_type, id, context },
            false => Event::Disposed { stream_type, id },
        };
        let mut out = Vec::new();
        event.encode(&mut out);
        let message = one(&out, &[]);
        let Message::Event { service: "Streams", name, args } = Message::parse(&message).unwrap() else {
            panic!("no event");
        };
        prop_assert_eq!(Event::parse(name, args).unwrap(), Some(event));
    }
}

#[test]
fn limits_come_before_memory() {
    let wrong = |bytes: &[u8], limit| match decode([bytes], limit).pop() {
        Some(Given::Wrong(wrong)) => Some(wrong),
        _ => None,
    };
    let too_long = |limit| Some(Wrong::TooLong { limit });
    assert_eq!(wrong(b"12345", 5), None);
    assert_eq!(wrong(b"123456", 5), too_long(5));
    assert_eq!(wrong(b"12345\x03\x00", 5), too_long(5));
    // A gigabyte is refused when it is announced.
    assert_eq!(wrong(b"\x03\x03\x80\x80\x80\x80\x04", 1 << 24), too_long(1 << 24));
    assert_eq!(wrong(b"123\x03\x03\x02", 5), None);
    assert_eq!(wrong(b"123\x03\x03\x03", 5), too_long(5));
    assert_eq!(wrong(b"\x03\x03\x82\x80\x80\x80\x80\x80\x80\x80\x80\x00ab", 5), None);
    assert_eq!(wrong(b"\x03\x03\x82\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 5), Some(Wrong::BlockLength));
    assert_eq!(wrong(b"\x03\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 5), Some(Wrong::BlockLength));
    for byte in 4..=255 {
        assert_eq!(wrong(&[3, byte], 5), Some(Wrong::Escape(byte)));
    }
    assert_eq!(wrong(b"\x03\x02\x03\x02", 5), Some(Wrong::Escape(2)));
}

#[test]
fn broken_heads_are_named() {
    let parse = |bytes: &[u8]| Message::parse(bytes).map(|_| ());
    let long = |before: &[u8], len: usize| [before, &vec![b'x'; len], b"\0\0\0"].concat();
    assert_eq!(parse(b"C"), Err(Wrong::Cut("type")));
    assert_eq!(parse(b"X\x001\0"), Err(Wrong::Type(b'X')));
    assert_eq!(parse(b"\0"), Err(Wrong::Type(0)));
    assert_eq!(parse(b"CC\x001\0"), Err(Wrong::Type(b'C')));
    assert_eq!(parse(b"C\x001"), Err(Wrong::Cut("token")));
    assert_eq!(parse(b"C\x001\0Streams"), Err(Wrong::Cut("service")));
    assert_eq!(parse(b"C\x001\0Streams\0read"), Err(Wrong::Cut("command")));
    assert_eq!(parse(b"N\x001"), Err(Wrong::Cut("token")));
    assert_eq!(parse(&long(b"R\0", 255)), Ok(()));
    assert_eq!(parse(&long(b"R\0", 256)), Err(Wrong::LongName("token")));
    assert_eq!(parse(&long(b"C\x001\0", 256)), Err(Wrong::LongName("service")));
    assert_eq!(parse(b"E\0\xff\0x\0"), Err(Wrong::NotUtf8("service")));
    for (level, is) in [("0", 0), ("-90\0", -90), ("100\0", 100), ("-100", -100)] {
        let bytes = format!("F\0{level}");
        assert!(matches!(Message::parse(bytes.as_bytes()), Ok(Message::Congestion(level)) if level == is));
    }
    for level in ["", "x\0", "101\0", "-101\0", "1\0\0", "99999999999\0"] {
        assert_eq!(parse(format!("F\0{level}").as_bytes()), Err(Wrong::Level));
    }
}

#[test]
fn broken_arguments_are_named() {
    let parse = |name, args: &[u8]| {
        let bytes = [b"C\x001\0Streams\0x\0", args].concat();
        let Message::Command { args, .. } = Message::parse(&bytes).unwrap() else { panic!("no command") };
        Command::parse(name, args).map(|command| format!("{command:?}"))
    };
    let read = |args: &[u8]| parse(Name::Read, args);
    assert!(read(b"\"VS1\"\0 64 \0").is_ok());
    assert!(read(br#""\u0041\/"@5@"#.map(|b| if b == b'@' { 0 } else { b }).as_slice()).is_ok());
    assert_eq!(read(b""), Err(BadItem::Missing));
    assert_eq!(read(b"\"VS1\"\0"), Err(BadItem::Missing));
    assert_eq!(read(b"\"VS1\"\x0064"), Err(BadItem::Cut));
    assert_eq!(read(b"\"VS1\0" as &[u8]), Err(BadItem::Json("a string")));
    assert_eq!(read(b"VS1\x0064\0"), Err(BadItem::Json("a string")));
    assert_eq!(read(b"\x0064\0"), Err(BadItem::Json("a string")));
    assert_eq!(read(b"(3)VS1\x0064\0"), Err(BadItem::Json("a string")));
    assert_eq!(read(b"\"VS1\"\x0064\x001\0"), Err(BadItem::TooMany));
    let long = format!("\"{}\"\x001\0", "x".repeat(256));
    assert_eq!(read(long.as_bytes()), Err(BadItem::LongName));
    for number in ["", "null", "1.5", "1e3", "+1", "01", "0x1", "\"1\"", "99999999999999999999", "-"] {
        assert_eq!(read(format!("\"VS1\"\0{number}\0").as_bytes()), Err(BadItem::Number), "{number}");
    }
    let write = |args: &[u8]| parse(Name::Write, &[b"\"VS1\"\0", args].concat());
    for good in [&b"0\0null\0"[..], b"0\0\"\"\0", b"0\0\0", b"0\0(0)\0", b"3\0(3)\0\0\0\0", b"1\0\"YQ==\"\0"]
    {
        assert!(write(good).is_ok(), "{}", good.escape_ascii());
    }
    for (size, data, bad) in [
        ("3", "\"YQ==\"", BadItem::Size),
        ("-1", "\"YQ==\"", BadItem::Size),
        ("9223372036854775807", "null", BadItem::Size),
        ("1", "\"Y!==\"", BadItem::Base64),
        ("1", "\"YQ=\"", BadItem::Base64),
        ("1", "\"YQ", BadItem::Base64),
        ("1", "5", BadItem::Base64),
        ("1", "(2)a", BadItem::Cut),
        ("1", "(1)aa", BadItem::Cut),
        ("1", "(1", BadItem::Cut),
        ("1", "(+1)a", BadItem::Number),
        ("1", "(-1)a", BadItem::Number),
        ("1", "(18446744073709551615)a", BadItem::Cut),
        ("1", "(18446744073709551616)a", BadItem::Number),
        ("1", "(00000000000000000000000000000000001)a", BadItem::Cut),
    ] {
        assert_eq!(write(format!("{size}\0{data}\0").as_bytes()), Err(bad), "{size} {data}");
    }
}

/// A JSON text of great depth is refused, not followed.
#[test]
fn deep_json_does_no_harm() {
    let bytes = [b"R\x001\0", &[b'['; 100_000][..], b"\0"].concat();
    let Message::Reply { results, .. } = Message::parse(&bytes).unwrap() else { panic!("no reply") };
    assert_eq!(Done::parse(results), Err(BadItem::Json("an error report")));
    let report = format!("{}1{}", "{\"Code\":1,\"CausedBy\":".repeat(1000), "}".repeat(1000));
    assert_eq!(ErrorReport::of_end(&[report.as_bytes(), b"\0"].concat()), None);
}

#[test]
fn a_report_is_filled_and_one_of_ours_has_no_braces() {
    let bytes = br#"{"Code":5,"Format":"{0} of {1} in {2}","Params":["a",7],"AltCode":-3,"New":[]}"#;
    let report = ErrorReport::of_end(&[&bytes[..], b"\0"].concat()).unwrap();
    assert_eq!((report.text().as_str(), report.alt_code), ("a of 7 in {2}", Some(-3)));
    assert_eq!(ErrorReport::new(Code::Other, "a {0} b").text(), "a (0) b");
    let mut out = Vec::new();
    let mut empty = Writer::not_recognised(&mut out, &Token::from(7));
    let _: &mut Writer<'_> = &mut empty;
    empty.end();
    assert_eq!(out, b"N\x007\0\x03\x01");
}
