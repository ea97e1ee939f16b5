//! The service's rules, one by one: what is answered, and in which order.
#![allow(clippy::unwrap_used)]

use rogue_tcf_service::{Answer, Channel, Direction, Limits, Published, Service, StreamNumber};
use rogue_tcf_wire::{
    Code, ErrorReport, Form, Token, diagnostics,
    streams::{Command, Event, Lost},
};
use std::time::Duration;

const NOW: Duration = Duration::from_secs(1);

fn limits() -> Limits {
    Limits { test_streams: true, ..Limits::default() }
}

fn readable(service: &mut Service, capacity: usize, block: bool) -> StreamNumber {
    service.create("scope", None, Direction::Readable { capacity, block }, NOW)
}

fn publish(service: &mut Service, stream: StreamNumber, bytes: &[u8]) -> Published {
    service.publish(stream, bytes.len(), [bytes].into_iter(), NOW)
}

fn command(service: &mut Service, channel: Channel, token: u64, command: Command<'_>) {
    service.command(channel, &Token::from(token), command, NOW);
}

fn read(service: &mut Service, channel: Channel, token: u64, id: &str, size: i64) {
    command(service, channel, token, Command::Read { id: id.into(), size });
}

fn write(service: &mut Service, channel: Channel, token: u64, id: &str, data: &[u8]) {
    command(service, channel, token, Command::Write { id: id.into(), data: data.into() });
}

fn connect(service: &mut Service, channel: Channel, id: &str) {
    command(service, channel, 999, Command::Connect { id: id.into() });
    assert_eq!(said(service, channel), ["999 ok"]);
}

/// All answers of a channel in short.
fn said(service: &mut Service, channel: Channel) -> Vec<String> {
    service.answer(channel, NOW);
    let code =
        |error: &Option<ErrorReport>| error.as_ref().map_or("ok".to_owned(), |e| format!("error {}", e.code));
    let short = |answer: &Answer| match answer {
        Answer::Done { token, error } => format!("{} {}", token.number().unwrap(), code(error)),
        Answer::Read { token, data, error, lost, eos } => {
            let text = String::from_utf8_lossy(data);
            let number = token.number().unwrap();
            format!("{number} {text:?} {} lost {lost}{}", code(error), if *eos { " eos" } else { "" })
        }
        Answer::TestStreams { token, created } => {
            format!("{} {:?} {}", token.number().unwrap(), created.ids, code(&created.error))
        }
        Answer::Event(Event::Created { stream_type, id, context }) => {
            format!("created {stream_type} {id} {context:?}")
        }
        Answer::Event(Event::Disposed { stream_type, id }) => format!("disposed {stream_type} {id}"),
    };
    service.take(channel).iter().map(short).collect()
}

fn test_streams(service: &mut Service, channel: Channel, written: i64, read: i64) -> (String, String) {
    let command = diagnostics::Command::CreateTestStreams { written, read };
    service.diagnose(channel, &Token::from(0), command, NOW);
    let answer = service.take(channel).pop_back().unwrap();
    let Answer::TestStreams { created, .. } = answer else { panic!("{answer:?}") };
    created.ids.unwrap()
}

#[test]
fn a_subscription_is_answered_before_what_it_tells_of() {
    let mut service = Service::new(limits());
    let stream = readable(&mut service, 100, false);
    publish(&mut service, stream, b"abc");
    let channel = service.open();
    let subscribe = |service: &mut Service, token, name: &str| {
        command(service, channel, token, Command::Subscribe { stream_type: name.to_owned().into() });
    };
    subscribe(&mut service, 1, "scope");
    subscribe(&mut service, 2, "scope");
    subscribe(&mut service, 3, "other");
    assert_eq!(said(&mut service, channel), ["1 ok", "created scope VS0 None", "2 error 1", "3 ok"]);
    read(&mut service, channel, 4, "VS0", 10);
    assert_eq!(said(&mut service, channel), [r#"4 "abc" ok lost 0"#]);
    // One that comes later begins at its beginning.
    let later =
        service.create("scope", Some("7".into()), Direction::Readable { capacity: 9, block: false }, NOW);
    publish(&mut service, later, b"def");
    read(&mut service, channel, 5, "VS1", 10);
    assert_eq!(said(&mut service, channel), [r#"created scope VS1 Some("7")"#, r#"5 "def" ok lost 0"#]);
    let unsubscribe = Command::Unsubscribe { stream_type: "scope".into() };
    command(&mut service, channel, 6, unsubscribe.clone());
    command(&mut service, channel, 7, unsubscribe);
    readable(&mut service, 9, false);
    read(&mut service, channel, 8, "VS2", 10);
    read(&mut service, channel, 9, "VS0", 10);
    assert_eq!(said(&mut service, channel), ["6 ok", "7 error 16", r#"8 "" error 1 lost 0"#]);
}

#[test]
fn without_announcing_only_what_is_made_later_is_told_of() {
    let mut service = Service::new(Limits { announce: false, ..limits() });
    readable(&mut service, 100, false);
    let channel = service.open();
    command(&mut service, channel, 1, Command::Subscribe { stream_type: "scope".into() });
    readable(&mut service, 100, false);
    assert_eq!(said(&mut service, channel), ["1 ok", "created scope VS1 None"]);
    connect(&mut service, channel, "VS0");
}

#[test]
fn unknown_streams_are_error_16_to_connect_and_1_to_all_else() {
    let mut service = Service::new(limits());
    readable(&mut service, 100, false);
    let channel = service.open();
    for id in ["VS1", "VS00", "VS", "", "VS-1", "VS99999999999999999999", "vs0", "VS0 "] {
        command(&mut service, channel, 1, Command::Connect { id: id.into() });
        command(&mut service, channel, 2, Command::Disconnect { id: id.into() });
        command(&mut service, channel, 3, Command::Eos { id: id.into() });
        write(&mut service, channel, 4, id, b"");
        read(&mut service, channel, 5, id, 1);
        let expected = ["1 error 16", "2 error 1", "3 error 1", "4 error 1", r#"5 "" error 1 lost 0"#];
        assert_eq!(said(&mut service, channel), expected, "{id}");
    }
    // Not connected is unknown too, and says so.
    write(&mut service, channel, 6, "VS0", b"");
    let answer = service.take(channel).pop_back().unwrap();
    let Answer::Done { error: Some(error), .. } = answer else { panic!("{answer:?}") };
    assert_eq!(error.text(), "No such stream: VS0");
}

#[test]
fn the_wrong_direction_is_error_23_and_a_write_of_nothing_tells() {
    let mut service = Service::new(limits());
    readable(&mut service, 100, false);
    let input = service.create("scope.in", None, Direction::Writable, NOW);
    let channel = service.open();
    connect(&mut service, channel, "VS0");
    connect(&mut service, channel, "VS1");
    write(&mut service, channel, 1, "VS0", b"");
    command(&mut service, channel, 2, Command::Eos { id: "VS0".into() });
    read(&mut service, channel, 3, "VS1", 1);
    assert_eq!(said(&mut service, channel), ["1 error 23", "2 error 23", r#"3 "" error 23 lost 0"#]);
    write(&mut service, channel, 4, "VS1", b"");
    let taken = service.next_write(input).unwrap();
    service.written(&taken, None);
    assert_eq!(said(&mut service, channel), ["4 ok"]);
}

#[test]
fn reads_of_size_nothing_are_refused_and_huge_ones_bounded() {
    let mut service = Service::new(Limits { max_read: 10, ..limits() });
    let stream = readable(&mut service, 100, false);
    publish(&mut service, stream, &[b'x'; 25]);
    let channel = service.open();
    connect(&mut service, channel, "VS0");
    for size in [0, -1, i64::MIN] {
        read(&mut service, channel, 1, "VS0", size);
        assert_eq!(said(&mut service, channel), [r#"1 "" error 20 lost 0"#]);
    }
    read(&mut service, channel, 2, "VS0", i64::MAX);
    assert_eq!(said(&mut service, channel), [r#"2 "xxxxxxxxxx" ok lost 0"#]);
}

#[test]
fn reads_wait_in_order_up_to_a_bound_while_other_commands_go_on() {
    let mut service = Service::new(Limits { max_pending: 3, ..limits() });
    let stream = readable(&mut service, 100, false);
    let channel = service.open();
    connect(&mut service, channel, "VS0");
    for (token, size) in [(4, 3), (5, 3), (6, 100), (7, 1)] {
        read(&mut service, channel, token, "VS0", size);
    }
    connect_again(&mut service, channel);
    assert_eq!(publish(&mut service, stream, b"0123456789"), Published::Done { wanted: true });
    let expected = [r#"4 "012" ok lost 0"#, r#"5 "345" ok lost 0"#, r#"6 "6789" ok lost 0"#];
    assert_eq!(said(&mut service, channel), expected);
    assert_eq!(publish(&mut service, stream, b"x"), Published::Done { wanted: false });
}

/// A second connect changes nothing; one read too many was refused.
fn connect_again(service: &mut Service, channel: Channel) {
    command(service, channel, 8, Command::Connect { id: "VS0".into() });
    assert_eq!(said(service, channel), [r#"7 "" error 1 lost 0"#, "8 ok"]);
}

#[test]
fn a_disconnect_says_disposed_cancels_what_waits_and_is_answered_last() {
    let mut service = Service::new(limits());
    readable(&mut service, 100, false);
    let input = service.create("scope.in", None, Direction::Writable, NOW);
    let channel = service.open();
    connect(&mut service, channel, "VS0");
    connect(&mut service, channel, "VS1");
    read(&mut service, channel, 42, "VS0", 40);
    read(&mut service, channel, 43, "VS0", 40);
    command(&mut service, channel, 44, Command::Disconnect { id: "VS0".into() });
    let cancelled =
        ["disposed scope VS0", r#"42 "" error 6 lost 0 eos"#, r#"43 "" error 6 lost 0 eos"#, "44 ok"];
    assert_eq!(said(&mut service, channel), cancelled);
    write(&mut service, channel, 45, "VS1", b"a");
    command(&mut service, channel, 46, Command::Eos { id: "VS1".into() });
    command(&mut service, channel, 47, Command::Disconnect { id: "VS1".into() });
    assert_eq!(said(&mut service, channel), ["disposed scope.in VS1", "45 error 6", "46 error 6", "47 ok"]);
    assert_eq!(service.next_write(input), None);
    connect(&mut service, channel, "VS0");
}

#[test]
fn behind_the_end_reads_succeed_for_ever() {
    let mut service = Service::new(limits());
    let stream = readable(&mut service, 100, false);
    let channel = service.open();
    connect(&mut service, channel, "VS0");
    publish(&mut service, stream, b"abc");
    service.end(stream, NOW);
    assert!(service.drained(NOW).is_some());
    read(&mut service, channel, 1, "VS0", 2);
    read(&mut service, channel, 2, "VS0", 2);
    read(&mut service, channel, 3, "VS0", 2);
    let expected = [r#"1 "ab" ok lost 0"#, r#"2 "c" ok lost 0 eos"#, r#"3 "" ok lost 0 eos"#];
    assert_eq!(said(&mut service, channel), expected);
    assert_eq!(service.drained(NOW), None);
    // A late one gets the rest and the end too.
    let late = service.open();
    connect(&mut service, late, "VS0");
    read(&mut service, late, 1, "VS0", 9);
    assert_eq!(said(&mut service, late), [r#"1 "abc" ok lost 0 eos"#]);
    service.dispose(stream, NOW);
    assert_eq!(said(&mut service, late), ["disposed scope VS0"]);
    read(&mut service, late, 2, "VS0", 9);
    assert_eq!(said(&mut service, late), [r#"2 "" error 1 lost 0"#]);
}

#[test]
fn who_is_overtaken_is_told_once_and_goes_on_at_a_frame() {
    let mut service = Service::new(limits());
    let stream = readable(&mut service, 48, false);
    let channel = service.open();
    connect(&mut service, channel, "VS0");
    publish(&mut service, stream, &[b'a'; 20]);
    read(&mut service, channel, 1, "VS0", 5);
    publish(&mut service, stream, &[b'b'; 20]);
    publish(&mut service, stream, &[b'c'; 20]);
    // In the middle of the first frame: the rest of it is lost.
    read(&mut service, channel, 2, "VS0", 5);
    read(&mut service, channel, 3, "VS0", 1);
    let expected = [r#"1 "aaaaa" ok lost 0"#, r#"2 "bbbbb" ok lost 15"#, r#"3 "b" ok lost 0"#];
    assert_eq!(said(&mut service, channel), expected);
    assert_eq!(publish(&mut service, stream, &[0; 49]), Published::TooLong);
}

#[test]
fn a_gap_beyond_32_bits_is_told_in_pieces() {
    let mut service = Service::new(limits());
    let stream = readable(&mut service, 1 << 26, false);
    let channel = service.open();
    connect(&mut service, channel, "VS0");
    let frame = vec![b'x'; 1 << 26];
    for _ in 0..100 {
        publish(&mut service, stream, &frame);
    }
    let gap = 99_u64 << 26;
    for token in 0..4 {
        read(&mut service, channel, token, "VS0", 1);
    }
    let expected = [
        format!("0 \"\" ok lost {}", Lost::MOST),
        format!("1 \"\" ok lost {}", Lost::MOST),
        format!("2 \"\" ok lost {}", Lost::MOST),
        format!("3 \"x\" ok lost {}", gap - 3 * Lost::MOST),
    ];
    assert_eq!(said(&mut service, channel), expected);
}

#[test]
fn who_blocks_holds_up_the_owner_until_it_reads_goes_or_stalls() {
    let mut service = Service::new(limits());
    let stream = readable(&mut service, 64, true);
    // With nobody there, nobody is waited for.
    for _ in 0..10 {
        assert_eq!(publish(&mut service, stream, &[b'a'; 32]), Published::Done { wanted: false });
    }
    let [fast, slow] = [service.open(), service.open()];
    connect(&mut service, fast, "VS0");
    connect(&mut service, slow, "VS0");
    assert_eq!(publish(&mut service, stream, &[b'b'; 32]), Published::NoRoom);
    read(&mut service, fast, 1, "VS0", 64);
    assert!(!service.take_unblocked());
    read(&mut service, slow, 1, "VS0", 31);
    assert!(!service.take_unblocked());
    read(&mut service, slow, 2, "VS0", 1);
    assert!(service.take_unblocked() && !service.take_unblocked());
    assert_eq!(publish(&mut service, stream, &[b'b'; 32]), Published::Done { wanted: false });
    assert_eq!(publish(&mut service, stream, &[b'c'; 32]), Published::NoRoom);
    service.close(slow, NOW);
    assert!(service.take_unblocked());
    assert_eq!(publish(&mut service, stream, &[b'c'; 32]), Published::Done { wanted: false });
    // The other one stalls.
    service.take(fast);
    assert_eq!(publish(&mut service, stream, &[b'd'; 32]), Published::NoRoom);
    let due = service.expire(NOW).1.unwrap();
    assert_eq!(due, NOW + Duration::from_secs(10));
    assert_eq!(service.expire(due), (1, None));
    assert_eq!(said(&mut service, fast), ["disposed scope VS0"]);
    assert!(service.take_unblocked());
    assert_eq!(publish(&mut service, stream, &[b'd'; 32]), Published::Done { wanted: false });
}

#[test]
fn writes_are_taken_whole_in_turn_and_none_behind_an_end() {
    let mut service = Service::new(Limits { max_pending: 3, max_written: 10, ..limits() });
    let input = service.create("scope.in", None, Direction::Writable, NOW);
    let [a, b] = [service.open(), service.open()];
    connect(&mut service, a, "VS0");
    connect(&mut service, b, "VS0");
    write(&mut service, a, 1, "VS0", b"one");
    write(&mut service, a, 2, "VS0", b"two");
    command(&mut service, a, 3, Command::Eos { id: "VS0".into() });
    write(&mut service, a, 4, "VS0", b"4");
    write(&mut service, b, 5, "VS0", b"three");
    write(&mut service, b, 6, "VS0", b"too much");
    assert_eq!(said(&mut service, a), ["4 error 1"]);
    assert_eq!(said(&mut service, b), ["6 error 1"]);
    let mut taken = Vec::new();
    while let Some(next) = service.next_write(input) {
        taken.push(next.data.clone());
        service.written(&next, None);
    }
    assert_eq!(taken, [&b"one"[..], b"three", b"two"]);
    assert_eq!(said(&mut service, a), ["1 ok", "2 ok", "3 ok"]);
    write(&mut service, a, 7, "VS0", b"");
    command(&mut service, a, 8, Command::Eos { id: "VS0".into() });
    assert_eq!(said(&mut service, a), ["7 error 9", "8 error 9"]);
    assert!(!service.is_ended(input));
    // One that is longer than the bound is taken if none waits.
    write(&mut service, b, 9, "VS0", &[0; 11]);
    assert!(service.next_write(input).is_some());
    let mut service = Service::new(Limits { end_on_eos: true, ..limits() });
    let input = service.create("scope.in", None, Direction::Writable, NOW);
    let [a, b] = [service.open(), service.open()];
    connect(&mut service, a, "VS0");
    connect(&mut service, b, "VS0");
    command(&mut service, a, 1, Command::Eos { id: "VS0".into() });
    assert!(service.next_write(input).is_none() && service.is_ended(input));
    write(&mut service, b, 2, "VS0", b"x");
    assert_eq!(said(&mut service, b), ["2 error 9"]);
}

#[test]
fn test_streams_carry_bytes_and_the_end() {
    let mut service = Service::new(limits());
    let channel = service.open();
    for (written, read) in [(0, 5), (5, -1), (1 << 40, 5)] {
        let command = diagnostics::Command::CreateTestStreams { written, read };
        service.diagnose(channel, &Token::from(1), command, NOW);
        assert_eq!(said(&mut service, channel), ["1 None error 20"]);
    }
    let (from, to) = test_streams(&mut service, channel, 4, 3);
    connect(&mut service, channel, &from);
    connect(&mut service, channel, &to);
    write(&mut service, channel, 2, &from, b"");
    assert_eq!(said(&mut service, channel), ["2 ok"]);
    write(&mut service, channel, 3, &from, b"0123456789");
    command(&mut service, channel, 4, Command::Eos { id: from.clone().into() });
    write(&mut service, channel, 5, &from, b"x");
    assert_eq!(said(&mut service, channel), [""; 0]);
    let mut got = String::new();
    let mut rest = Vec::new();
    for token in 10..20 {
        read(&mut service, channel, token, &to, 100);
        for line in said(&mut service, channel) {
            match line.strip_prefix(&format!("{token} \"")).and_then(|line| line.split_once('"')) {
                Some((data, how)) => {
                    got += data;
                    rest.push(how.to_owned());
                }
                None => rest.push(line),
            }
        }
    }
    assert_eq!(got, "0123456789");
    assert!(rest.contains(&"3 ok".to_owned()) && rest.contains(&"4 ok".to_owned()), "{rest:?}");
    assert!(rest.contains(&"5 error 9".to_owned()), "{rest:?}");
    assert_eq!(rest.last().unwrap(), " ok lost 0 eos");
    let dispose = |service: &mut Service, id: &str| {
        service.diagnose(
            channel,
            &Token::from(30),
            diagnostics::Command::DisposeTestStream { id: id.into() },
            NOW,
        );
        said(service, channel)
    };
    assert_eq!(dispose(&mut service, "VS77"), ["30 error 16"]);
    assert_eq!(dispose(&mut service, &to), ["30 ok"]);
    assert_eq!(dispose(&mut service, &to), ["30 error 16"]);
    command(&mut service, channel, 31, Command::Disconnect { id: to.clone().into() });
    command(&mut service, channel, 32, Command::Connect { id: to.into() });
    assert_eq!(said(&mut service, channel), ["disposed Diagnostics VS1", "31 ok", "32 error 16"]);
    // They go with the channel that has made them.
    let other = service.open();
    connect(&mut service, other, &from);
    service.close(channel, NOW);
    write(&mut service, other, 1, &from, b"");
    command(&mut service, other, 2, Command::Disconnect { id: from.clone().into() });
    command(&mut service, other, 3, Command::Connect { id: from.into() });
    let said = said(&mut service, other);
    assert_eq!(said.last().unwrap(), "3 error 16");
}

#[test]
fn a_writer_that_goes_in_the_middle_of_a_write_holds_up_nobody() {
    let mut service = Service::new(limits());
    let channel = service.open();
    let (from, to) = test_streams(&mut service, channel, 4, 3);
    let [a, b] = [service.open(), service.open()];
    for client in [a, b] {
        connect(&mut service, client, &from);
    }
    connect(&mut service, channel, &to);
    write(&mut service, a, 1, &from, b"aaaaaaaaaaaaaaa");
    write(&mut service, b, 2, &from, b"bb");
    service.close(a, NOW);
    let mut got = String::new();
    while !got.ends_with("bb") {
        read(&mut service, channel, 1, &to, 1);
        let line = said(&mut service, channel).join("");
        got += line.split('"').nth(1).unwrap();
    }
    assert_eq!(said(&mut service, b), ["2 ok"]);
}

#[test]
fn every_answer_is_written_in_its_shape() {
    let token = Token::from(1);
    let error = Some(ErrorReport::new(Code::Other, "no"));
    let encode = |answer: Answer| {
        let mut out = Vec::new();
        answer.encode(Form::Plain, 5, &mut out);
        String::from_utf8(out).unwrap().replace('\0', "|").replace("\x03\x01", "!")
    };
    assert_eq!(encode(Answer::Done { token: token.clone(), error: None }), "R|1||!");
    assert_eq!(
        encode(Answer::Done { token: token.clone(), error: error.clone() }),
        "R|1|{\"Code\":1,\"Time\":5,\"Format\":\"no\"}|!"
    );
    let read = Answer::Read { token: token.clone(), data: b"abc".to_vec(), error: None, lost: 7, eos: true };
    assert_eq!(encode(read), "R|1|\"YWJj\"||7|true|!");
    let created = diagnostics::Created { error, ids: None };
    assert_eq!(
        encode(Answer::TestStreams { token, created }),
        "R|1|{\"Code\":1,\"Time\":5,\"Format\":\"no\"}|null|null|!"
    );
}
