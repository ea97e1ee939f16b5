//! The seven calls and the listener against a scripted peer: every order, every splitting, every answer.
#![allow(clippy::unwrap_used)]

mod peer;

use peer::{Heard, LIMIT, Peer, serve};
use rogue_tcf_client::{Client, Code, Created, Disposed, Error, ErrorReport, Event, Lost, Options, Stop};
use rogue_tcf_wire::{
    Form, Token, Writer,
    streams::{Command, Name},
};
use std::{net::SocketAddr, thread};

fn connect(address: SocketAddr) -> Client {
    Client::connect(&format!("TCP:{address}"), Options::default(), &Stop::new()).unwrap()
}

fn created(stream_type: &str, id: &str) -> Event {
    Event::Created(Created { stream_type: stream_type.into(), id: id.into(), context: None })
}

#[test]
fn each_call_says_what_it_should_and_is_answered() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        let mut said = Vec::new();
        loop {
            match peer.hear() {
                Heard::Command(token, command) => {
                    match &command {
                        Command::Read { .. } => peer.data(token, b"\x03\0\x03data", Lost::NONE, false),
                        _ => peer.done(token),
                    }
                    said.push(command);
                }
                Heard::End(report) => {
                    assert_eq!(report, None);
                    peer.end(None);
                }
                Heard::Gone => return said,
                other => panic!("{other:?}"),
            }
        }
    });
    let client = connect(address);
    assert!(client.hello().has("Streams"));
    client.subscribe("type \"a\"").unwrap().wait().unwrap();
    client.unsubscribe("type \"a\"").unwrap().wait().unwrap();
    client.connect_to("VS1").unwrap().wait().unwrap();
    let read = client.read("VS1", 100).unwrap().wait().unwrap();
    assert_eq!((&read.data[..], read.lost, read.eos), (&b"\x03\0\x03data"[..], Lost::NONE, false));
    client.write("VS2", b"\x03\x01 and more").unwrap().wait().unwrap();
    client.write("VS2", b"").unwrap().wait().unwrap();
    client.eos("VS2").unwrap().wait().unwrap();
    client.disconnect("VS1").unwrap().wait().unwrap();
    client.close();
    let stream_type = || "type \"a\"".into();
    let id = |id: &'static str| id.into();
    let wanted: Vec<Command<'_>> = vec![
        Command::Subscribe { stream_type: stream_type() },
        Command::Unsubscribe { stream_type: stream_type() },
        Command::Connect { id: id("VS1") },
        Command::Read { id: id("VS1"), size: 100 },
        Command::Write { id: id("VS2"), data: b"\x03\x01 and more".into() },
        Command::Write { id: id("VS2"), data: b"".into() },
        Command::Eos { id: id("VS2") },
        Command::Disconnect { id: id("VS1") },
    ];
    assert_eq!(peer.join().unwrap(), wanted);
}

/// All answers in another order than the calls, in pieces of every size, in both forms.
#[test]
fn answers_find_their_calls_in_any_order_and_splitting() {
    for (pieces, zero_copy) in [(0, true), (1, true), (1, false), (2, false), (3, true), (7, false)] {
        let (address, peer) = serve(move |peer| {
            peer.pieces = pieces;
            peer.greet(zero_copy);
            peer.form = if zero_copy { Form::Binary } else { Form::Plain };
            let tokens: Vec<u64> = (0..12).map(|_| peer.command().0).collect();
            let order = [5, 11, 0, 1, 10, 3, 2, 9, 8, 4, 7, 6];
            for at in order {
                let data: Vec<u8> = (0..at * 700).map(|n| n as u8).collect();
                match at % 3 {
                    0 => peer.data(tokens[at], &data, Lost::Bytes(at as u64), at == 9),
                    1 => peer.done(tokens[at]),
                    _ => peer.refuse(tokens[at], ErrorReport::new(Code::Eof, format!("no {at}"))),
                }
            }
            peer.until_gone()
        });
        let client = connect(address);
        let (mut reads, mut others) = (Vec::new(), Vec::new());
        for at in 0..12 {
            match at % 3 {
                0 => reads.push((at, client.read("VS0", 10_000).unwrap())),
                _ => others.push((at, client.write("VS1", b"x").unwrap())),
            }
        }
        for (at, pending) in others {
            match (at % 3, pending.wait()) {
                (1, Ok(())) => {}
                (2, Err(Error::Refused(report))) => {
                    assert_eq!((report.is(Code::Eof), report.text()), (true, format!("no {at}")));
                }
                other => panic!("{at}: {other:?}"),
            }
        }
        for (at, pending) in reads.into_iter().rev() {
            let read = pending.wait().unwrap();
            let data: Vec<u8> = (0..at * 700).map(|n| n as u8).collect();
            assert_eq!((read.data, read.lost, read.eos), (data, Lost::Bytes(at as u64), at == 9));
        }
        client.close();
        assert_eq!(peer.join().unwrap(), Some(None), "the end of the stream is sent");
    }
}

#[test]
fn lost_of_minus_one_is_unknown_and_errors_of_reads_are_theirs() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        let tokens: Vec<u64> = (0..3).map(|_| peer.expect(Name::Read)).collect();
        peer.data(tokens[0], b"", Lost::Unknown, false);
        peer.data(tokens[1], b"", Lost::Bytes(1 << 40), true);
        let cancelled = ErrorReport::new(Code::Cancelled, "Command canceled");
        peer.write(|out| Name::Read.refuse(&Token::from(tokens[2]), cancelled, out));
        peer.until_gone();
    });
    let client = connect(address);
    let mut reads: Vec<_> = (0..3).map(|_| client.read("VS0", 10).unwrap()).collect();
    let last = reads.pop().unwrap().wait();
    assert!(matches!(last, Err(Error::Refused(report)) if report.is(Code::Cancelled)));
    let read = reads.pop().unwrap().wait().unwrap();
    assert_eq!((read.lost, read.eos), (Lost::Bytes(1 << 40), true));
    assert_eq!(reads.pop().unwrap().wait().unwrap().lost, Lost::Unknown);
    client.close();
    peer.join().unwrap();
}

#[test]
fn a_command_that_is_not_known_says_so() {
    let (address, peer) = serve(|peer| {
        peer.greet(false);
        let token = peer.expect(Name::Subscribe);
        peer.write(|out| Writer::not_recognised(out, &Token::from(token)).end());
        peer.until_gone();
    });
    let client = connect(address);
    assert_eq!(client.subscribe("t").unwrap().wait(), Err(Error::NotRecognised));
    client.close();
    peer.join().unwrap();
}

#[test]
fn events_keep_their_order_and_unwanted_streams_are_left() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        let token = peer.expect(Name::Subscribe);
        peer.done(token);
        peer.created("a", "VS1");
        peer.created("b", "VS2");
        peer.created("a", "VS3");
        peer.disposed("a", "VS1");
        // Without a context at all, as some servers write it.
        peer.write(|out| {
            let mut event = Writer::event(out, Form::Plain, "Streams", "created");
            event.string(Some("a"));
            event.string(Some("VS4"));
            event.end();
        });
        // Events of others, and one that Streams does not have yet.
        peer.write(|out| Writer::event(out, Form::Plain, "Memory", "changed").end());
        peer.write(|out| Writer::event(out, Form::Plain, "Streams", "renamed").end());
        let (token, command) = peer.command();
        assert_eq!(command, Command::Disconnect { id: "VS2".into() });
        peer.disposed("b", "VS2");
        peer.done(token);
        peer.disposed("a", "VS3");
        peer.until_gone();
    });
    let client = connect(address);
    client.subscribe("a").unwrap().wait().unwrap();
    let next = || client.next_wanted(LIMIT, |created| created.stream_type == "a").unwrap().unwrap();
    let disposed = |id: &str| Event::Disposed(Disposed { stream_type: "a".into(), id: id.into() });
    assert_eq!(next(), created("a", "VS1"));
    assert_eq!(next(), created("a", "VS3"));
    assert_eq!(next(), disposed("VS1"));
    assert_eq!(next(), created("a", "VS4"));
    assert_eq!(next(), disposed("VS3"));
    client.close();
    assert!(client.next_event(LIMIT).is_err());
    peer.join().unwrap();
}

#[test]
fn congestion_is_taken_with_and_without_its_nul_and_commands_of_the_peer_are_not_recognised() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        peer.send(b"F\x00-90\x00\x03\x01");
        peer.send(b"F\x0020\x03\x01");
        peer.ask("Locator", "sync");
        assert_eq!(peer.hear(), Heard::NotRecognised(b"7".to_vec()));
        let token = peer.expect(Name::Subscribe);
        peer.done(token);
        peer.until_gone();
    });
    let client = connect(address);
    let mut seen = client.activity();
    while client.congestion() != 20 {
        client.wait_activity(seen, LIMIT);
        seen = client.activity();
    }
    client.subscribe("t").unwrap().wait().unwrap();
    client.close();
    peer.join().unwrap();
}

/// What nobody waits for any more is answered all the same, and its place is free then.
#[test]
fn calls_are_bounded_and_those_given_up_are_forgotten_when_answered() {
    let (go, wait) = std::sync::mpsc::channel();
    let (address, peer) = serve(move |peer: &mut Peer| {
        peer.greet(true);
        let tokens: Vec<u64> = (0..4).map(|_| peer.expect(Name::Read)).collect();
        wait.recv_timeout(LIMIT).unwrap();
        tokens.iter().for_each(|token| peer.data(*token, b"xyz", Lost::NONE, false));
        let tokens: Vec<u64> = (0..4).map(|_| peer.expect(Name::Eos)).collect();
        tokens.iter().for_each(|token| peer.done(*token));
        peer.until_gone();
    });
    let options = Options { max_calls: 4, ..Options::default() };
    let client = Client::connect(&address.to_string(), options, &Stop::new()).unwrap();
    let mut reads: Vec<_> = (0..4).map(|_| client.read("VS0", 3).unwrap()).collect();
    assert!(matches!(client.read("VS0", 3), Err(Error::TooManyCalls(4))));
    assert!(reads[0].take().is_none());
    assert!(reads[0].wait_for(std::time::Duration::from_millis(1)).is_none());
    let last = reads.pop().unwrap();
    drop(reads);
    assert!(matches!(client.read("VS0", 3), Err(Error::TooManyCalls(4))), "they are still out");
    go.send(()).unwrap();
    assert_eq!(last.wait().unwrap().data, b"xyz");
    let all: Vec<_> = (0..4).map(|_| client.eos("VS1").unwrap()).collect();
    all.into_iter().for_each(|eos| eos.wait().unwrap());
    client.close();
    peer.join().unwrap();
}

#[test]
fn many_threads_share_a_channel() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        let mut count = 0;
        loop {
            match peer.hear() {
                Heard::Command(token, Command::Write { .. }) => peer.done(token),
                Heard::Command(token, Command::Read { size, .. }) => {
                    peer.data(token, &vec![size as u8; size as usize], Lost::NONE, false);
                }
                Heard::End(_) => peer.end(None),
                _ => return count,
            }
            count += 1;
        }
    });
    let client = connect(address);
    thread::scope(|scope| {
        for thread in 1..=4_usize {
            let client = client.clone();
            scope.spawn(move || {
                for n in 0..200 {
                    let size = thread * 50 + n % 3;
                    let read = client.read("VS0", size).unwrap();
                    client.write("VS1", &vec![3; n]).unwrap().wait().unwrap();
                    assert_eq!(read.wait().unwrap().data, vec![size as u8; size]);
                }
            });
        }
    });
    client.close();
    assert_eq!(peer.join().unwrap(), 4 * 200 * 2 + 1);
}

#[test]
fn arguments_that_cannot_be_sent_are_refused_here() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        peer.hear()
    });
    let client = connect(address);
    let long = "x".repeat(256);
    assert!(matches!(client.subscribe(&long), Err(Error::Argument(_))));
    assert!(matches!(client.connect_to(""), Err(Error::Argument(_))));
    assert!(matches!(client.read("VS0", 0), Err(Error::Argument(_))));
    assert!(matches!(client.read("VS0", 16 << 20), Err(Error::Argument(_))));
    client.close();
    assert_eq!(peer.join().unwrap(), Heard::End(None), "nothing was sent");
}
