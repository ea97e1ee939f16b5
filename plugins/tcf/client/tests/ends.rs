//! How channels end: by either side, by the network, by a peer that does what it must not. Nobody waits for ever.
#![allow(clippy::unwrap_used)]

mod peer;

use peer::{Heard, LIMIT, Peer, serve};
use rogue_tcf_client::{Broken, Client, Closed, Code, Error, ErrorReport, Lost, Options, Stop};
use rogue_tcf_wire::{
    BadItem, Form, Token, Writer, Wrong,
    streams::{Name, ReadReply},
};
use std::{net::TcpListener, sync::mpsc, thread, time::Duration};

const SHORT: Duration = Duration::from_millis(50);

fn connect_to(address: std::net::SocketAddr, options: Options) -> Result<Client, Error> {
    Client::connect(&format!("TCP:{address}"), options, &Stop::new())
}

/// What a call comes to that is out when the peer does this, and what the peer is told.
fn end_by(then: impl FnOnce(&mut Peer, u64) + Send + 'static) -> (Closed, Option<Option<ErrorReport>>) {
    let (address, peer) = serve(move |peer| {
        peer.greet(true);
        let token = peer.expect(Name::Read);
        then(peer, token);
        peer.until_gone()
    });
    let options = Options { max_message: 1 << 20, max_events: 10, ..Options::default() };
    let client = connect_to(address, options).unwrap();
    let other = client.clone();
    let waits = thread::spawn(move || other.next_event(Duration::MAX));
    let read = client.read("VS0", 100).unwrap();
    let Err(Error::Closed(why)) = read.wait() else { panic!("it is answered") };
    // A further call says the same, and so does who waits for events.
    assert!(matches!(client.read("VS0", 1), Err(Error::Closed(same)) if same == why));
    assert_eq!(client.closed(), Some(why.clone()));
    drop(waits.join().unwrap());
    // By now it is closed to the peer too, without anybody's asking.
    let told = peer.join().unwrap();
    client.close();
    (why, told)
}

#[test]
fn a_peer_that_ends_says_why() {
    let report = ErrorReport::new(Code::Other, "going down");
    let given = report.clone();
    let (why, told) = end_by(move |peer, _| peer.end(Some(&given)));
    assert_eq!((why, told), (Closed::Peer(Some(report.clone().into())), Some(None)));
    assert_eq!(
        Closed::Peer(Some(report.into())).to_string(),
        "the peer has closed the channel: going down (TCF error 1)"
    );
    let (why, _) = end_by(|peer, _| peer.end(None));
    assert_eq!(why, Closed::Peer(None));
    // As the Python client writes it, without the NUL.
    let (why, _) = end_by(|peer, _| peer.send(b"\x03\x02\x03\x01"));
    assert_eq!(why, Closed::Peer(None));
    // In the middle of a message.
    let (why, _) = end_by(|peer, _| peer.send(b"R\x000\0nu\x03\x02\0\x03\x01"));
    assert_eq!(why, Closed::Peer(None));
}

/// It says the end and nothing more, and does not close.
#[test]
fn a_peer_that_ends_and_does_not_close_is_not_waited_for() {
    let (why, _) = end_by(|peer, _| peer.send(b"\x03\x02"));
    assert_eq!(why, Closed::Peer(None));
}

#[test]
fn a_connection_that_is_lost_ends_the_channel() {
    let (why, _) = end_by(|peer, _| peer.stream.shutdown(std::net::Shutdown::Write).unwrap());
    assert!(matches!(why, Closed::Lost(_)), "{why:?}");
    let (why, _) = end_by(|peer, _| {
        socket2::SockRef::from(&peer.stream).set_linger(Some(Duration::ZERO)).unwrap();
        // Gone at once, with a reset.
        peer.stream =
            std::net::TcpStream::connect(TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
                .unwrap();
    });
    assert!(matches!(why, Closed::Lost(_)), "{why:?}");
}

#[test]
fn what_a_peer_must_not_do_is_named_and_told() {
    type Act = fn(&mut Peer, u64);
    let acts: Vec<(Act, Broken)> = vec![
        (|peer, _| peer.send(b"GET / HTTP/1.1\r\n\r\n\x03\x01"), Broken::Wire(Wrong::Cut("type"))),
        (|peer, _| peer.send(b"\x03\x09"), Broken::Wire(Wrong::Escape(9))),
        (|peer, _| peer.send(b"X\0\x03\x01"), Broken::Wire(Wrong::Type(b'X'))),
        (|peer, _| peer.send(&[0xff; 11].map(|b| b)), Broken::Wire(Wrong::TooLong { limit: 1 << 20 })),
        (|peer, _| peer.send(b"R\x00555\0\0\x03\x01"), Broken::UnknownToken),
        (|peer, _| peer.send(b"N\x00x\0\x03\x01"), Broken::UnknownToken),
        (|peer, _| peer.done(0), Broken::Items("reply", BadItem::Missing)),
        (
            |peer, token| peer.data(token, &[1; 101], Lost::NONE, false),
            Broken::LongRead { asked: 100, got: 101 },
        ),
        (
            |peer, token| {
                peer.write(|out| {
                    let mut reply = Writer::reply(out, Form::Plain, &Token::from(token));
                    reply.string(Some("not!base64"));
                    reply.error(None);
                    reply.number(0);
                    reply.boolean(false);
                    reply.end();
                });
            },
            Broken::Items("reply", BadItem::Base64),
        ),
        (|peer, _| (0..11).for_each(|n| peer.created("t", &format!("VS{n}"))), Broken::Events(10)),
        (
            |peer, _| peer.write(|out| Writer::event(out, Form::Plain, "Streams", "disposed").end()),
            Broken::Items("event", BadItem::Missing),
        ),
        (|peer, _| peer.send(b"F\x00101\0\x03\x01"), Broken::Wire(Wrong::Level)),
    ];
    for (act, broken) in acts {
        let wanted = broken.clone();
        let (why, told) = match broken {
            // Two MiB without an end.
            Broken::Wire(Wrong::TooLong { .. }) => end_by(|peer, _| {
                // It may be closed before all of it is sent.
                drop(std::io::Write::write_all(&mut peer.stream, &vec![b'R'; 2 << 20]));
            }),
            Broken::Events(_) => events_flood(),
            _ => end_by(act),
        };
        assert_eq!(why, Closed::Broken(wanted.clone()));
        // One whose socket is reset in its flood may not hear it.
        if let Some(told) = told {
            let report = told.unwrap();
            assert_eq!((report.is(Code::Protocol), report.text()), (true, wanted.to_string()));
        } else {
            assert!(matches!(wanted, Broken::Wire(Wrong::TooLong { .. })), "{wanted} is not told");
        }
    }
}

/// Nobody takes events while they come.
fn events_flood() -> (Closed, Option<Option<ErrorReport>>) {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        peer.expect(Name::Read);
        (0..11).for_each(|n| peer.created("t", &format!("VS{n}")));
        peer.until_gone()
    });
    let client = connect_to(address, Options { max_events: 10, ..Options::default() }).unwrap();
    let Err(Error::Closed(why)) = client.read("VS0", 1).unwrap().wait() else { panic!("it is answered") };
    (why, peer.join().unwrap())
}

/// An answer twice: the second has nobody.
#[test]
fn a_second_answer_ends_the_channel() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        let token = peer.expect(Name::Eos);
        peer.done(token);
        peer.done(token);
        peer.until_gone();
    });
    let client = connect_to(address, Options::default()).unwrap();
    client.eos("VS0").unwrap().wait().unwrap();
    assert_eq!(client.next_event(LIMIT), Err(Closed::Broken(Broken::UnknownToken)));
    peer.join().unwrap();
}

#[test]
fn answers_before_the_end_are_given_in_spite_of_it() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        let first = peer.expect(Name::Read);
        let _second = peer.expect(Name::Read);
        peer.created("t", "VS9");
        peer.data(first, b"last words", Lost::NONE, false);
        peer.end(None);
        peer.until_gone();
    });
    let client = connect_to(address, Options::default()).unwrap();
    let (first, second) = (client.read("VS0", 99).unwrap(), client.read("VS0", 99).unwrap());
    assert_eq!(second.wait(), Err(Error::Closed(Closed::Peer(None))));
    assert_eq!(first.wait().unwrap().data, b"last words");
    assert!(client.next_event(LIMIT).unwrap().is_some());
    assert_eq!(client.next_event(LIMIT), Err(Closed::Peer(None)));
    peer.join().unwrap();
}

/// A peer that closes with commands unread resets the connection: sending fails while its answers are not read yet.
#[test]
fn answers_before_a_reset_are_given_though_sending_fails_first() {
    const ANSWERS: usize = 40;
    for round in 0..50 {
        let (address, peer) = serve(|peer| {
            peer.greet(true);
            let tokens: Vec<u64> = (0..ANSWERS).map(|_| peer.expect(Name::Read)).collect();
            // In one segment: the reset drops what is not on its way yet.
            let form = peer.form;
            peer.write(|out| {
                for token in tokens {
                    let data = [7; 1000][..].into();
                    let reply = ReadReply { data, error: None, lost: Lost::NONE, eos: false };
                    reply.encode(&Token::from(token), form, out);
                }
            });
        });
        let options = Options { max_calls: usize::MAX, linger: LIMIT, ..Options::default() };
        let client = connect_to(address, options).unwrap();
        let reads: Vec<_> = (0..ANSWERS).map(|_| client.read("VS0", 1000).unwrap()).collect();
        while client.write("VS1", b"unread").is_ok() {}
        for (number, read) in reads.into_iter().enumerate() {
            let data = read.wait().map(|done| done.data.len());
            assert_eq!(data, Ok(1000), "answer {number} in round {round}");
        }
        peer.join().unwrap();
    }
}

/// The channel is closed in order though there are answers to calls that were given up.
#[test]
fn answers_that_come_while_it_closes_are_heard_out() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        let token = peer.expect(Name::Read);
        assert_eq!(peer.hear(), Heard::End(None));
        peer.data(token, b"too late", Lost::NONE, false);
        // More than sockets hold: only a client that goes on reading takes it.
        let level = b"F\x001\0\x03\x01".repeat(16 << 20 >> 3);
        std::io::Write::write_all(&mut peer.stream, &level).unwrap();
        peer.end(None);
        peer.until_gone()
    });
    let client = connect_to(address, Options { linger: LIMIT, ..Options::default() }).unwrap();
    drop(client.read("VS0", 100).unwrap());
    client.close();
    assert_eq!(client.closed(), Some(Closed::Here));
    peer.join().unwrap();
}

#[test]
fn hellos_that_are_none_or_never_come() {
    let not_hello = |peer: &mut Peer| {
        peer.created("t", "VS0");
        peer.until_gone()
    };
    let (address, peer) = serve(not_hello);
    let error = connect_to(address, Options::default()).unwrap_err();
    assert_eq!(error, Error::Closed(Closed::Broken(Broken::NotHello)));
    assert!(matches!(peer.join().unwrap(), Some(Some(report)) if report.is(Code::Protocol)));

    let (address, peer) = serve(|peer| {
        peer.send(b"E\0Locator\0He");
        peer.until_gone()
    });
    let options = Options { timeout: SHORT, ..Options::default() };
    let error = connect_to(address, options).unwrap_err();
    assert_eq!(error, Error::Closed(Closed::Broken(Broken::NoHello(SHORT))));
    assert!(
        matches!(peer.join().unwrap(), Some(Some(report)) if report.text().contains("no Hello within 0.05 s"))
    );
}

#[test]
fn nobody_listens_or_it_is_stopped() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(connect_to(port, Options::default()), Err(Error::Connect { .. })));
    assert!(matches!(
        Client::connect("SSL:localhost:1534", Options::default(), &Stop::new()),
        Err(Error::Peer(_))
    ));
    // One that accepts and never greets; without the stop it would take a minute.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let stop = Stop::new();
    let (options, own) = (Options { timeout: LIMIT, ..Options::default() }, stop.clone());
    let connecting = thread::spawn(move || Client::connect(&address.to_string(), options, &own).map(drop));
    let accepted = listener.accept().unwrap();
    stop.stop();
    assert_eq!(connecting.join().unwrap(), Err(Error::Stopped));
    drop(accepted);
}

/// A server that takes commands and never answers, or takes nothing at all: closed from another thread all the same.
#[test]
fn closing_ends_all_who_wait_whatever_the_peer_does() {
    let (done, wait) = mpsc::channel::<()>();
    let (address, peer) = serve(move |peer| {
        peer.greet(true);
        // Nothing is read from here on.
        wait.recv().unwrap_err();
        peer.until_gone()
    });
    let options = Options { timeout: LIMIT, linger: SHORT, ..Options::default() };
    let client = connect_to(address, options).unwrap();
    let read = client.read("VS0", 100).unwrap();
    let reads = thread::spawn(move || read.wait());
    let writer = client.clone();
    // Writes until the socket takes no more, and then waits.
    let writes = thread::spawn(move || {
        let mut all = Vec::new();
        loop {
            match writer.write("VS1", &vec![7; 1 << 20]) {
                Ok(pending) => all.push(pending),
                Err(error) => return error,
            }
        }
    });
    let mut seen = client.activity();
    client.wait_activity(seen, SHORT);
    seen = client.activity();
    client.nudge();
    client.wait_activity(seen, LIMIT);
    client.close();
    assert_eq!(reads.join().unwrap(), Err(Error::Closed(Closed::Here)));
    assert_eq!(writes.join().unwrap(), Error::Closed(Closed::Here));
    drop(done);
    peer.join().unwrap();
}

#[test]
fn a_peer_that_takes_nothing_is_given_up() {
    let (done, wait) = mpsc::channel::<()>();
    let (address, peer) = serve(move |peer| {
        peer.greet(true);
        wait.recv().unwrap_err();
    });
    let options = Options { timeout: Duration::from_millis(500), linger: SHORT, ..Options::default() };
    let client = connect_to(address, options).unwrap();
    let error = loop {
        match client.write("VS1", &vec![7; 1 << 20]) {
            Ok(pending) => drop(pending),
            Err(error) => break error,
        }
    };
    assert_eq!(error, Error::Closed(Closed::Broken(Broken::Stalled(Duration::from_millis(500)))));
    drop(done);
    peer.join().unwrap();
}

#[test]
fn the_last_clone_closes() {
    let (address, peer) = serve(|peer| {
        peer.greet(true);
        assert_eq!(peer.hear(), Heard::End(None));
        peer.end(None);
        peer.until_gone()
    });
    let client = connect_to(address, Options::default()).unwrap();
    let other = client.clone();
    drop(client);
    assert_eq!(other.closed(), None);
    drop(other);
    peer.join().unwrap();
}
