//! How channels end: by either side, at a stop, at a swap.

use super::{Client, LIMIT, client::Said, frame, gauge, node, port};
use rogue_sdk::bench::json;
use rogue_tcf_wire::{Form, streams::Event};
use std::net::{Shutdown, TcpListener};

#[test]
fn a_stop_disposes_of_streams_cancels_what_waits_and_says_the_end() {
    let mut bench = node(json!({ "write": true }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    let read = client.ask("VS0", 10);
    // The read is there when the next command is answered.
    client.join("VS1");
    let asked = std::thread::spawn(move || {
        let mut said = Vec::new();
        while said.last() != Some(&Said::Closed) {
            said.push(client.next());
        }
        (client, said)
    });
    bench.stop().unwrap();
    let (_, said) = asked.join().unwrap();
    let disposed =
        |id: &str, kind: &str| Said::Event(Event::Disposed { stream_type: kind.into(), id: id.into() });
    // The type is the node's name, which is the module's here.
    assert_eq!(said[0], disposed("VS0", "tcf-streams"));
    assert!(matches!(&said[1], Said::Reply(token, _) if *token == read));
    assert_eq!(said[2..], [disposed("VS1", "tcf-streams.in"), Said::End(None), Said::Closed]);
    bench.end().unwrap();
}

/// A client that reads nothing is not waited for: a stop is over when it is over, and the test with it.
#[test]
fn a_stop_does_not_wait_for_who_does_not_listen() {
    let mut bench = node(json!({ "buffer": "16MiB" }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    for i in 0..100 {
        bench.push(frame(i, 100_000)).unwrap();
    }
    for _ in 0..64 {
        client.ask("VS0", 1 << 20);
    }
    bench.run_until(LIMIT, |bench| bench.counter("bytes_read") > 1 << 20).unwrap();
    bench.stop().unwrap();
    assert_eq!(gauge(&bench, "clients"), 0);
    bench.end().unwrap();
}

#[test]
fn clients_may_leave_in_every_way() {
    let mut bench = node(json!({}));
    Client::connect(port(&bench), Form::Plain).leave();
    // As the Python client does it, without a NUL.
    let mut client = Client::connect(port(&bench), Form::Plain);
    client.send(b"\x03\x02\x03\x01");
    assert_eq!(client.end(), None);
    // The sending side alone.
    let mut client = Client::connect(port(&bench), Form::Plain);
    client.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.end(), None);
    drop(Client::connect(port(&bench), Form::Plain));
    bench.run_until(LIMIT, |bench| bench.counter("disconnects") == 4).unwrap();
    assert_eq!(bench.counter("rejected"), 0);
    bench.end().unwrap();
}

#[test]
fn a_port_in_use_is_named_and_given_up_at_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let error = rogue_sdk::bench::Bench::endpoint::<crate::node::TcfStreams>(json!({ "listen": address }));
    let error = error.err().unwrap().to_string();
    assert!(error.contains(&format!("port {} is in use", listener.local_addr().unwrap().port())), "{error}");
    drop(listener);
    for _ in 0..3 {
        let bench = node(json!({ "listen": address }));
        Client::connect(port(&bench), Form::Plain).leave();
        bench.end().unwrap();
    }
}

#[test]
fn only_what_was_asked_for_is_reached_from_elsewhere() {
    let error = |params| {
        let made = rogue_sdk::bench::Bench::endpoint::<crate::node::TcfStreams>(params);
        made.err().unwrap().to_string()
    };
    assert!(error(json!({ "listen": "0.0.0.0:0" })).contains("allow_remote"));
    assert!(error(json!({ "listen": "[::]:0" })).contains("allow_remote"));
    assert!(error(json!({ "listen": "*:0" })).contains("allow_remote"));
    assert!(error(json!({ "listen": "no.such.host.invalid:1534" })).contains("cannot be resolved"));
    assert!(error(json!({ "listen": "::1" })).contains("no address with a port"));
    assert!(error(json!({ "listen": "127.0.0.1" })).contains("no address with a port"));
    assert!(error(json!({ "type": "" })).contains("type"));
    assert!(error(json!({ "buffer": "1KiB" })).contains("buffer is 1KiB; write one from 4KiB to 2GiB"));
    assert!(error(json!({ "max_read": "0B" })).contains("max_read"));
    let bench = node(json!({ "listen": "0.0.0.0:0", "allow_remote": true }));
    assert!(bench.logged().iter().any(|line| line.message.contains("without a password")));
    bench.end().unwrap();
    drop(node(json!({ "listen": "lo:0" })));
    let bench = node(json!({ "listen": "localhost:0" }));
    assert!(bench.logged().iter().all(|line| line.level != rogue_sdk::log::Level::Warn));
    bench.end().unwrap();
}
