//! Servers are swapped while clients come and frames flow; swaps that are refused leave nothing behind.

use crate::{
    desk::{Desk, on_ports},
    foul::greeted,
};
use serde_json::{Value, json};
use std::{
    io::Read,
    net::{TcpListener, TcpStream, UdpSocket},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

const SINK: &str = "nodes:
  bridge: { module: tcp-server, params: { addr: 127.0.0.1, port: PORT } }
  check: { module: prbs-check }
links: [ bridge >> check ]
";

const SOURCE: &str = "nodes:
  src: { module: prbs-source, params: { size: 2048 } }
  bridge: { module: tcp-client, params: { addr: 127.0.0.1, port: PORT } }
links: [ src >> bridge ]
";

/// A node as `show` has it.
fn shown(answer: &Value, node: &str) -> Value {
    let nodes = answer["ok"]["show"]["nodes"].as_array().expect("nodes");
    nodes.iter().find(|of| of["node"] == node).unwrap_or_else(|| panic!("{node}: {answer}")).clone()
}

/// Does something while clients connect to both ports, and see that none is refused.
fn while_clients_come(port: u16, then: impl FnOnce()) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let comes_and_goes = || {
            let mut times = 0;
            while !over.load(Ordering::Relaxed) {
                for port in [port, port + 1] {
                    let came = TcpStream::connect(("127.0.0.1", port));
                    times += 1;
                    came.unwrap_or_else(|error| panic!("client {times} is refused by port {port}: {error}"));
                }
            }
            times
        };
        let clients = scope.spawn(comes_and_goes);
        let done = catch_unwind(AssertUnwindSafe(then));
        over.store(true, Ordering::Relaxed);
        assert!(clients.join().expect("none is refused") > 30);
        done.unwrap_or_else(|why| resume_unwind(why));
    });
}

#[test]
fn a_server_is_swapped_in_full_flow_and_no_client_is_refused() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    let readings = shown(&sink.ask(json!({ "command": "show" })), "bridge")["readings"].clone();
    assert_eq!(readings, json!({ "link": 0, "peers_in": 0, "peers_out": 0, "held": 0 }));
    let source = desk.client("source", SOURCE, port);
    sink.wait("check", "rx_count", 1000);
    while_clients_come(port, || {
        for n in 0..30 {
            let done = match n % 2 {
                0 => sink.ask(json!({ "command": "swap", "node": "bridge", "module": "tcp-server" })),
                _ => sink.ask(json!({ "command": "set", "changes": [format!("bridge.max_held={n}MiB")] })),
            };
            assert!(done["ok"].is_object(), "{done}");
            let had = sink.get("check", "rx_count");
            sink.wait("check", "rx_count", had + 500);
        }
    });
    // The connection is the one that there was before the first swap.
    assert_eq!((sink.get("bridge", "connects"), sink.get("bridge", "disconnects")), (1, 0));
    assert_eq!(sink.get("check", "rx_errors"), 0);
    assert_eq!(shown(&sink.ask(json!({ "command": "show" })), "bridge")["readings"]["peers_in"], 1);
    source.stop();
    sink.stop().ended(0);
}

/// The graph with the server elsewhere.
fn at(addr: &str) -> String {
    SINK.replace("addr: 127.0.0.1", &format!("addr: '{addr}'"))
}

#[test]
fn a_server_listens_at_another_address_of_its_ports_and_no_client_is_refused() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    let source = desk.client("source", SOURCE, port);
    sink.wait("check", "rx_count", 1000);
    while_clients_come(port, || {
        for addr in ["*", "127.0.0.1", "lo", "0.0.0.0", "127.0.0.1"].repeat(3) {
            desk.write("sink", &at(addr), port);
            let done = sink.ask(json!({ "command": "reload" }));
            assert_eq!(done["ok"]["reloaded"]["replaced"][0]["node"], "bridge", "{addr}: {done}");
            let had = sink.get("check", "rx_count");
            sink.wait("check", "rx_count", had + 500);
        }
    });
    // The connection is the one that there was before: it came by an address that was served all the time.
    assert_eq!((sink.get("bridge", "connects"), sink.get("bridge", "disconnects")), (1, 0));
    assert_eq!(sink.get("check", "rx_errors"), 0);
    // One that came by another goes when that is not served any more, by a swap as well.
    let set = |addr: &str| json!({ "command": "set", "changes": [format!("bridge.addr='{addr}'")] });
    assert!(sink.ask(set("*"))["ok"].is_object());
    let mut others = [greeted("127.0.0.2", port, "PUSH"), greeted("127.0.0.2", port + 1, "PULL")];
    sink.wait_is("bridge", "connects", 3);
    assert!(sink.ask(set("127.0.0.1"))["ok"].is_object());
    for other in &mut others {
        assert_eq!(other.read(&mut [0; 1]).expect("it is closed in order"), 0);
    }
    sink.wait_is("bridge", "disconnects", 2);
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err());
    let had = sink.get("check", "rx_count");
    sink.wait("check", "rx_count", had + 500);
    source.stop();
    let done = sink.stop().ended(0);
    assert!(done.err.contains("the bridge has another address or port now"), "{}", done.err);
}

#[test]
fn a_server_that_cannot_have_another_address_goes_on_as_it_was() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    let source = desk.client("source", SOURCE, port);
    sink.wait("check", "rx_count", 1000);
    // By the second port somebody listens already, elsewhere.
    let other = TcpListener::bind(("127.0.0.2", port + 1)).expect("nobody is there");
    desk.write("sink", &at("*"), port);
    while_clients_come(port, || {
        for _ in 0..5 {
            let refused = sink.ask(json!({ "command": "reload" }));
            let text = refused["error"]["text"].as_str().unwrap_or_default();
            assert!(text.contains(&format!("port {} is in use by ", port + 1)), "{refused}");
            assert!(text.contains(&format!("(pid {})", std::process::id())), "{text}");
            let had = sink.get("check", "rx_count");
            sink.wait("check", "rx_count", had + 500);
        }
    });
    assert_eq!((sink.get("bridge", "connects"), sink.get("bridge", "disconnects")), (1, 0));
    drop(other);
    let done = sink.ask(json!({ "command": "reload" }));
    assert!(done["ok"].is_object(), "{done}");
    let had = sink.get("check", "rx_count");
    sink.wait("check", "rx_count", had + 500);
    assert_eq!((sink.get("bridge", "connects"), sink.get("bridge", "disconnects")), (1, 0));
    assert_eq!(sink.get("check", "rx_errors"), 0);
    source.stop();
    sink.stop().ended(0);
}

#[test]
fn a_server_goes_back_to_its_address_where_the_reload_fails_behind_it() {
    let desk = Desk::new();
    let two = |addr: &str, of_other: u16| {
        at(addr).replace("  check:", &format!(
            "  other: {{ module: tcp-server, params: {{ addr: 127.0.0.1, port: {of_other} }} }}\n  datagrams: {{ module: \
             udp-server, params: {{ addr: '{addr}', port: {of_other} }} }}\n  check:"
        )).replace("links: [", "links: [ other >> check, datagrams >> check,")
    };
    let (other, (port, mut sink)) =
        on_ports(|other| Some(on_ports(|port| desk.start("sink", &two("127.0.0.1", other), port))));
    let source = desk.client("source", SOURCE, port);
    sink.wait("check", "rx_count", 1000);
    // The bridge has its new address already when the other one is refused its port.
    let (wanted, _busy) = on_ports(|port| TcpListener::bind(("127.0.0.1", port)).ok());
    let changed = two("*", other).replace(
        &format!("tcp-server, params: {{ addr: 127.0.0.1, port: {other} }}"),
        &format!("tcp-server, params: {{ addr: 127.0.0.1, port: {wanted} }}"),
    );
    desk.write("sink", &changed, port);
    while_clients_come(port, || {
        for _ in 0..5 {
            let refused = sink.ask(json!({ "command": "reload" }));
            let text = refused["error"]["text"].as_str().unwrap_or_default();
            assert!(text.contains(&format!("port {wanted} is in use by ")), "{refused}");
            let had = sink.get("check", "rx_count");
            sink.wait("check", "rx_count", had + 500);
        }
    });
    assert_eq!((sink.get("bridge", "connects"), sink.get("bridge", "disconnects")), (1, 0));
    assert!(
        TcpStream::connect(("127.0.0.2", port)).is_err() && TcpStream::connect(("127.0.0.1", other)).is_ok()
    );
    assert!(UdpSocket::bind(("127.0.0.2", other)).is_ok() && UdpSocket::bind(("127.0.0.1", other)).is_err());
    source.stop();
    sink.stop().ended(0);
}

#[test]
fn a_server_moves_on_by_one_port_though_that_is_its_own() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| {
        let third = TcpListener::bind(("127.0.0.1", port.checked_add(2)?)).ok();
        desk.start("sink", SINK, port).filter(|_| third.is_some())
    });
    let change = json!({ "command": "set", "changes": [format!("bridge.port={}", port + 1)] });
    let done = sink.ask(change);
    assert!(done["ok"].is_object(), "{done}");
    let source = desk.client("source", SOURCE, port + 1);
    sink.wait("check", "rx_count", 1000);
    source.stop();
    sink.stop().ended(0);
}

#[test]
fn datagrams_that_wait_are_not_lost_where_the_address_or_the_port_becomes_another() {
    let desk = Desk::new();
    let graph = "nodes:
  u: { module: udp-server, params: { addr: 127.0.0.1, port: PORT, offload: false } }
  check: { module: debug, params: { max_bytes: 0 } }
links: [ u >> check ]
";
    let (port, mut run) = on_ports(|port| desk.start("run", graph, port));
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let mut sent = 0;
    for (addr, port) in [("*", port), ("127.0.0.1", port), ("127.0.0.1", port + 1), ("0.0.0.0", port + 1)] {
        let changed = graph.replace("addr: 127.0.0.1", &format!("addr: '{addr}'"));
        desk.write("run", &changed, port);
        let done = run.ask(json!({ "command": "reload" }));
        assert!(done["ok"].is_object(), "{addr}: {done}");
        for _ in 0..100 {
            peer.send_to(b"datagram", ("127.0.0.1", port)).expect("sent");
            sent += 1;
        }
        run.wait_taken("check", sent);
    }
    // Somebody has the port elsewhere.
    desk.write("run", graph, port + 1);
    assert!(run.ask(json!({ "command": "reload" }))["ok"].is_object());
    let other = UdpSocket::bind(("127.0.0.2", port + 1)).expect("nobody is there");
    desk.write("run", &graph.replace("addr: 127.0.0.1", "addr: '*'"), port + 1);
    let refused = run.ask(json!({ "command": "reload" }));
    let text = refused["error"]["text"].as_str().unwrap_or_default();
    assert!(text.contains(&format!("UDP port {} is in use by ", port + 1)), "{refused}");
    peer.send_to(b"datagram", ("127.0.0.1", port + 1)).expect("sent");
    run.wait_taken("check", sent + 1);
    drop(other);
    assert!(run.ask(json!({ "command": "reload" }))["ok"].is_object());
    run.stop().ended(0);
}

#[test]
fn a_swap_to_a_port_in_use_is_refused_and_keeps_neither_port_nor_claim() {
    let desk = Desk::new();
    let graph = "nodes:
  bridge: { module: tcp-server, params: { addr: 127.0.0.1, port: PORT } }
  other: { module: udp-server, params: { addr: 127.0.0.1, port: 0 } }
  check: { module: prbs-check }
links: [ bridge >> check, other >> check ]
";
    let (port, mut sink) = on_ports(|port| desk.start("sink", graph, port));
    let source = desk.client("source", SOURCE, port);
    sink.wait("check", "rx_count", 1000);
    // Of the two ports that are asked for the second is taken, by this process.
    let (wanted, busy) = on_ports(|port| TcpListener::bind(("127.0.0.1", port + 1)).ok());
    let change = json!({ "command": "set", "changes": [format!("bridge.port={wanted}")] });
    let refused = sink.ask(change.clone());
    assert_eq!(refused["error"]["kind"], "refused", "{refused}");
    let text = refused["error"]["text"].as_str().unwrap_or_default();
    assert!(text.contains(&format!("port {} is in use by ", wanted + 1)), "{text}");
    assert!(text.contains(&format!("(pid {})", std::process::id())), "{text}");
    // It goes on where it was, with the connection that it had.
    let had = sink.get("check", "rx_count");
    sink.wait("check", "rx_count", had + 1000);
    assert_eq!((sink.get("bridge", "connects"), sink.get("bridge", "disconnects")), (1, 0));
    drop((busy, TcpListener::bind(("127.0.0.1", wanted)).expect("the first of the two is free")));
    // Nor is it kept from the next who asks.
    let done = sink.ask(change);
    assert!(done["ok"].is_object(), "{done}");
    source.child.kill();
    let again = desk.client("again", SOURCE, wanted);
    let had = sink.get("check", "rx_count");
    sink.wait("check", "rx_count", had + 1000);
    again.child.kill();
    assert_eq!(sink.get("check", "rx_errors"), 0);
    sink.stop();
}

#[test]
fn two_nodes_with_one_port_are_refused_before_anything_is_bound() {
    let desk = Desk::new();
    let graph = "nodes:
  one: { module: tcp-server, params: { addr: 127.0.0.1, port: PORT } }
  two: { module: tcp-server, params: { addr: 127.0.0.1, port: NEXT } }
  check: { module: prbs-check }
links: [ one >> check, two >> check ]
";
    // Somebody has the port, so that the first would be refused for that if it were asked to start.
    let (port, _busy) = on_ports(|port| TcpListener::bind(("127.0.0.1", port)).ok());
    let done = desk.ends(&graph.replace("NEXT", &(port + 1).to_string()), port);
    assert!(done.code.is_some_and(|code| code != 0), "{}", done.err);
    assert!(done.err.contains(&format!("tcp:127.0.0.1:{}", port + 1)), "{}", done.err);
    assert!(!done.err.contains("is in use by"), "{}", done.err);
}
