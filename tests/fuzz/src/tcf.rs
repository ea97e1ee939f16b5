//! A channel of the Target Communication Framework: its bytes, its messages, their arguments, and what the service makes of
//! them.
//!
//! Input: one byte says into pieces of which size the rest is cut, which is what a client sends. What holds: any cut gives the
//! same messages; a command that is read is written and read as the same; the service answers every command exactly
//! once, with its token, at the latest when its streams are disposed of; frames found in the bytes are the same however
//! they are cut.

use rogue_tcf_service::{Answer, Direction, Limits, Service};
use rogue_tcf_wire::{
    Decoder, ErrorReport, Form, Found, Message, Token, diagnostics,
    framing::Parser,
    locator::Hello,
    streams::{Command, Event, Name, ReadReply},
};
use std::time::Duration;

use super::readable;

/// Longest message: short, so that inputs reach it.
const LIMIT: usize = 600;

/// See above.
pub fn check(data: &[u8]) {
    let Some((size, bytes)) = data.split_first() else { return };
    let size = usize::from(*size).max(1);
    let whole = messages([bytes].into_iter());
    assert_eq!(whole, messages(bytes.chunks(size)), "in pieces of {size}");
    serve(&whole);
    let frames = frames([bytes].into_iter());
    assert_eq!(frames, self::frames(bytes.chunks(size)), "frames in pieces of {size}");
}

/// What a decoder gives.
#[derive(Debug, PartialEq)]
enum Given {
    Message(Vec<u8>),
    End,
    Report(Vec<u8>),
    Wrong(String),
}

fn messages<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Given> {
    let (mut decoder, mut given) = (Decoder::new(LIMIT), Vec::new());
    for mut piece in pieces {
        loop {
            match decoder.next(&mut piece) {
                Ok(None) => break,
                Ok(Some(Found::Message(message))) => given.push(Given::Message(message.to_vec())),
                Ok(Some(Found::End)) => given.push(Given::End),
                Ok(Some(Found::Report(report))) => given.push(Given::Report(report.to_vec())),
                Err(wrong) => {
                    readable(&wrong.to_string(), 200);
                    given.push(Given::Wrong(wrong.to_string()));
                    return given;
                }
            }
        }
        assert!(piece.is_empty());
    }
    given
}

/// Plays the messages to a service with a stream of each kind.
fn serve(given: &[Given]) {
    let now = Duration::ZERO;
    let limits =
        Limits { max_read: 64, max_pending: 4, max_written: 600, test_streams: true, ..Limits::default() };
    let mut service = Service::new(limits);
    let out = service.create("t", None, Direction::Readable { capacity: 64, block: false }, now);
    let input = service.create("t.in", None, Direction::Writable, now);
    let channel = service.open();
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    for each in given {
        let message = match each {
            Given::Message(message) => message,
            Given::Report(report) => {
                let _ = ErrorReport::of_end(report);
                continue;
            }
            _ => continue,
        };
        assert!(!message.is_empty() && message.len() <= LIMIT);
        match Message::parse(message) {
            Ok(Message::Command { token, service: "Streams", name, args }) => {
                let Some(name) = Name::of(name) else { continue };
                match Command::parse(name, args) {
                    Ok(command) => {
                        same(&token, &command);
                        asked.push(token.clone());
                        service.command(channel, &token, command, now);
                    }
                    Err(bad) => readable(&ErrorReport::from(&bad).text(), 200),
                }
            }
            Ok(Message::Command { token, service: "Diagnostics", name, args }) => {
                if let Ok(Some(command)) = diagnostics::Command::parse(name, args) {
                    asked.push(token.clone());
                    service.diagnose(channel, &token, command, now);
                }
            }
            Ok(Message::Event { service: "Locator", args, .. }) => drop(Hello::parse(args)),
            Ok(Message::Event { name, args, .. }) => drop(Event::parse(name, args)),
            Ok(Message::Reply { results, .. }) => drop(ReadReply::parse(results)),
            Ok(_) => {}
            Err(wrong) => readable(&wrong.to_string(), 200),
        }
        service.publish(out, 10, [&message[..message.len().min(10)], &[0; 10]].into_iter(), now);
        if let Some(taken) = service.next_write(input) {
            service.written(&taken, None);
        }
        service.answer(channel, now);
        answered.extend(tokens(service.take(channel)));
    }
    service.dispose_all(now);
    answered.extend(tokens(service.take(channel)));
    let sorted = |mut tokens: Vec<Token>| {
        tokens.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        tokens
    };
    assert_eq!(sorted(asked), sorted(answered), "one answer for each command");
}

/// A command is written and read as the same, in either form.
fn same(token: &Token, command: &Command<'_>) {
    for form in [Form::Plain, Form::Binary] {
        let mut out = Vec::new();
        command.encode(token, form, &mut out);
        let mut decoder = Decoder::new(out.len());
        let Ok(Some(Found::Message(message))) = decoder.next(&mut &out[..]) else { panic!("no message") };
        let Ok(Message::Command { token: read, name, args, .. }) = Message::parse(message) else {
            panic!("no command")
        };
        assert_eq!((&read, Name::of(name)), (token, Some(command.name())));
        assert_eq!(Command::parse(command.name(), args).as_ref(), Ok(command));
    }
}

/// The tokens of answers, each of which can be written.
fn tokens(answers: impl IntoIterator<Item = Answer>) -> Vec<Token> {
    let token = |answer: Answer| {
        let mut out = Vec::new();
        answer.encode(Form::Binary, 0, &mut out);
        assert!(matches!(Decoder::new(out.len()).next(&mut &out[..]), Ok(Some(Found::Message(_)))));
        match answer {
            Answer::Done { token, .. } | Answer::Read { token, .. } | Answer::TestStreams { token, .. } => {
                Some(token)
            }
            Answer::Event(_) => None,
        }
    };
    answers.into_iter().filter_map(token).collect()
}

/// Frames and mistakes in these bytes, and how many were passed over.
fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<String>, u64) {
    let (mut parser, mut found) = (Parser::new(LIMIT), Vec::new());
    for mut piece in pieces {
        loop {
            match parser.next(&mut piece) {
                Ok(None) => break,
                Ok(Some(framed)) => {
                    assert_eq!(framed.payload.len(), framed.header.payload as usize);
                    found.push(format!("{framed:?}"));
                }
                Err(bad) => {
                    readable(&bad.to_string(), 200);
                    found.push(bad.to_string());
                }
            }
        }
    }
    (found, parser.skipped())
}
