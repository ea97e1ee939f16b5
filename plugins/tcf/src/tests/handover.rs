//! Swaps: clients stay, with all that they have said and asked for, and all that is buffered for them.

use super::{Client, LIMIT, client::Said, frame, gauge, node, payload, port};
use rogue_sdk::bench::{Bench, Value, json};
use rogue_tcf_wire::{
    Form, Token,
    framing::{Header, Parser},
    streams::{Command, Event},
};
use std::net::TcpListener;

fn swap(bench: &mut Bench, params: Value) {
    let left = bench.swap(params).unwrap();
    assert!(left.frames.is_empty() && left.handles.is_empty());
}

/// The sequence numbers of the frames in some bytes.
fn sequences(bytes: &[u8]) -> Vec<u64> {
    let (mut parser, mut rest, mut all) = (Parser::new(1 << 20), bytes, Vec::new());
    while let Some(framed) = parser.next(&mut rest).unwrap() {
        all.push(framed.header.sequence);
    }
    assert!(!parser.is_within());
    all
}

fn push(bench: &mut Bench, numbers: std::ops::Range<usize>) {
    bench.push_all(0, numbers.map(|i| frame(i, 1000))).unwrap();
    assert_eq!(bench.inbox_len(), 0);
}

#[test]
fn a_client_does_not_notice_a_swap() {
    // A frame with its header and metadata.
    const LEN: i64 = 1040;
    for form in [Form::Plain, Form::Binary] {
        let params = |buffer: &str| json!({ "type": "t", "write": true, "buffer": buffer });
        let mut bench = node(params("1MiB"));
        let before = port(&bench);
        let mut client = Client::connect(before, form);
        assert_eq!(client.done(&Command::Subscribe { stream_type: "t".into() }), None);
        client.join("VS1");
        // Buffered, and read in part; and half a frame written.
        push(&mut bench, 0..50);
        let mut bytes = client.read("VS0", 333).data;
        let header = Header { payload: 500, ..Header::default() }.encode();
        let written = [header.as_bytes(), &payload(3, 500)].concat();
        assert_eq!(client.write("VS1", &written[..100]), None);
        // Half a command.
        let mut command = Vec::new();
        Command::Read { id: "VS0".into(), size: 444 }.encode(&Token::from(7_000), form, &mut command);
        client.send(&command[..9]);
        swap(&mut bench, params("2MiB"));
        assert_eq!(port(&bench), before);
        client.send(&command[9..]);
        bytes.extend(client.got(7_000).data);
        assert_eq!(bytes.len(), 777);
        assert_eq!(client.write("VS1", &written[100..]), None);
        assert_eq!(client.done(&Command::Subscribe { stream_type: "t".into() }), Some(1));
        push(&mut bench, 50..60);
        while (bytes.len() as u64) < bench.counter("bytes_published") {
            bytes.extend(client.read("VS0", 50_000).data);
        }
        // Reads that wait over a swap.
        let waiting = [client.ask("VS0", LEN), client.ask("VS0", LEN)];
        client.join("VS0");
        swap(&mut bench, params("3MiB"));
        push(&mut bench, 60..62);
        waiting.into_iter().for_each(|token| bytes.extend(client.got(token).data));
        assert_eq!(sequences(&bytes), (0..62).collect::<Vec<_>>());
        bench.run_until(LIMIT, |bench| bench.out_len() == 1).unwrap();
        assert_eq!(bench.out()[0].to_vec(), payload(3, 500));
        // Who comes anew finds what is buffered, and the same stream.
        let mut late = Client::connect(before, form);
        late.join("VS0");
        assert_eq!(late.read("VS0", 100).data, bytes[..100]);
        assert_eq!((bench.counter("connects"), bench.counter("disconnects")), (2, 0));
        assert_eq!(bench.counter("bytes_lost"), 0);
        client.leave();
        late.leave();
        bench.run_until(LIMIT, |bench| gauge(bench, "clients") == 0).unwrap();
        bench.end().unwrap();
    }
}

/// Megabytes are on their way to a client that does not take them, in one swap after the other.
#[test]
fn what_is_on_its_way_to_a_client_comes_in_order() {
    let params = |n: u64| json!({ "buffer": "16MiB", "max_pending": 64 + n });
    let mut bench = node(params(0));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    bench.push_all(0, (0..150).map(|i| frame(i, 60_000))).unwrap();
    let reads: Vec<u64> = (0..60).map(|_| client.ask("VS0", 150_000)).collect();
    // It is listened to, and as much is sent as goes in.
    bench.run_until(LIMIT, |bench| bench.counter("bytes_read") > 1 << 20).unwrap();
    for n in 1..4 {
        swap(&mut bench, params(n));
    }
    let bytes: Vec<u8> = reads.into_iter().flat_map(|token| client.got(token).data).collect();
    assert_eq!(bytes.len(), 60 * 150_000);
    let all: Vec<u8> = (0..150).flat_map(|i| payload(i, 60_000)).collect();
    let (mut parser, mut rest, mut payloads) = (Parser::new(1 << 20), &bytes[..], Vec::new());
    while let Some(framed) = parser.next(&mut rest).unwrap() {
        payloads.extend(framed.payload);
    }
    assert!(payloads == all[..payloads.len()] && payloads.len() > 140 * 60_000);
    bench.end().unwrap();
}

#[test]
fn streams_that_are_others_under_the_new_settings_are_disposed_of_and_the_channel_goes_on() {
    let mut bench = node(json!({ "type": "t" }));
    let mut client = Client::connect(port(&bench), Form::Plain);
    let subscribe = client.command(&Command::Subscribe { stream_type: "t".into() });
    assert!(matches!(client.next(), Said::Reply(token, _) if token == subscribe));
    let created =
        |id: &str| Said::Event(Event::Created { stream_type: "t".into(), id: id.into(), context: None });
    assert_eq!(client.next(), created("VS0"));
    let read = client.ask("VS0", 10);
    client.join("VS0");
    swap(&mut bench, json!({ "type": "t", "framing": "raw" }));
    assert_eq!(client.next(), Said::Event(Event::Disposed { stream_type: "t".into(), id: "VS0".into() }));
    assert_eq!(client.got(read).error, Some(6));
    assert_eq!(client.next(), created("VS1"));
    bench.push(frame(3, 10)).unwrap();
    assert_eq!(client.read("VS1", 100).data, payload(3, 10));
    bench.end().unwrap();
}

#[test]
fn a_smaller_buffer_drops_whole_frames_and_says_how_much() {
    let mut bench = node(json!({ "buffer": "1MiB" }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    push(&mut bench, 0..500);
    swap(&mut bench, json!({ "buffer": "64KiB" }));
    let got = client.read("VS0", 1 << 20);
    assert_eq!(got.lost + got.data.len() as u64, bench.counter("bytes_published"));
    let kept = sequences(&got.data);
    assert!(got.data.len() <= 64 << 10 && kept.last() == Some(&499));
    bench.run_until(LIMIT, |bench| bench.counter("frames_lost") == kept[0]).unwrap();
    bench.end().unwrap();
}

/// The end has been said, and who has not read it yet reads it from the successor.
#[test]
fn the_end_of_a_stream_stays_its_end() {
    let mut bench = node(json!({ "stall_limit": "1h" }));
    let mut client = Client::connect(port(&bench), Form::Plain);
    client.join("VS0");
    push(&mut bench, 0..3);
    bench.finish().unwrap();
    swap(&mut bench, json!({ "stall_limit": "2h" }));
    let (bytes, lost) = client.read_all("VS0");
    assert_eq!((sequences(&bytes), lost), (vec![0, 1, 2], 0));
    bench.end().unwrap();
}

/// The successor cannot have its port: the old instance goes on, and its clients with it.
#[test]
fn a_refused_swap_changes_nothing() {
    let mut bench = node(json!({}));
    let before = port(&bench);
    let mut client = Client::connect(before, Form::Plain);
    client.join("VS0");
    push(&mut bench, 0..5);
    let mut bytes = client.read("VS0", 100).data;
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = busy.local_addr().unwrap().to_string();
    let error = bench.swap(json!({ "listen": listen })).err().unwrap().to_string();
    assert!(error.contains("is in use"), "{error}");
    push(&mut bench, 5..10);
    while (bytes.len() as u64) < bench.counter("bytes_published") {
        bytes.extend(client.read("VS0", 5000).data);
    }
    assert_eq!(sequences(&bytes), (0..10).collect::<Vec<_>>());
    assert_eq!(port(&bench), before);
    Client::connect(before, Form::Plain).leave();
    bench.end().unwrap();
}

/// The port at another address: clients stay, unless they came by one that is not served any more, and who comes is served.
#[test]
fn another_address_of_the_port_is_listened_at_before_the_one_before_is_given_up() {
    let probe = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = probe.local_addr().unwrap().port();
    drop(probe);
    let params = |addr: &str| json!({ "listen": format!("{addr}:{at}"), "allow_remote": true });
    let mut bench = node(params("127.0.0.1"));
    let mut client = Client::connect(at, Form::Plain);
    client.join("VS0");
    push(&mut bench, 0..5);
    // It has come, and nobody has heard it yet when the next one takes over.
    for addr in ["0.0.0.0", "127.0.0.1", "lo", "*"] {
        swap(&mut bench, params(addr));
        Client::connect(at, Form::Plain).leave();
    }
    let mut other = Client::connect_at("127.0.0.2", at, Form::Plain);
    other.join("VS0");
    swap(&mut bench, params("127.0.0.1"));
    let report = other.end().unwrap();
    assert!(format!("{report:?}").contains("listens at another address"), "{report:?}");
    assert!(std::net::TcpStream::connect(("127.0.0.2", at)).is_err());
    push(&mut bench, 5..10);
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < bench.counter("bytes_published") {
        bytes.extend(client.read("VS0", 5000).data);
    }
    assert_eq!(sequences(&bytes), (0..10).collect::<Vec<_>>());
    // One that cannot be had.
    let busy = TcpListener::bind(("127.0.0.2", at)).unwrap();
    let error = bench.swap(params("0.0.0.0")).err().unwrap().to_string();
    assert!(error.contains("is in use by"), "{error}");
    drop(busy);
    Client::connect(at, Form::Plain).leave();
    bench.end().unwrap();
}
