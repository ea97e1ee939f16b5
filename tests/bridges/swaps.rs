//! Servers are swapped while clients come and frames flow; swaps that are refused leave nothing behind.

use crate::desk::{Desk, on_ports};
use serde_json::{Value, json};
use std::{
    net::{TcpListener, TcpStream},
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

#[test]
fn a_server_is_swapped_in_full_flow_and_no_client_is_refused() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    let readings = shown(&sink.ask(json!({ "command": "show" })), "bridge")["readings"].clone();
    assert_eq!(readings, json!({ "link": 0, "peers_in": 0, "peers_out": 0, "held": 0 }));
    let source = desk.client("source", SOURCE, port);
    sink.wait("check", "rx_count", 1000);
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
        for n in 0..30 {
            let done = match n % 2 {
                0 => sink.ask(json!({ "command": "swap", "node": "bridge", "module": "tcp-server" })),
                _ => sink.ask(json!({ "command": "set", "changes": [format!("bridge.max_held={n}MiB")] })),
            };
            assert!(done["ok"].is_object(), "{done}");
            let had = sink.get("check", "rx_count");
            sink.wait("check", "rx_count", had + 500);
        }
        over.store(true, Ordering::Relaxed);
        assert!(clients.join().expect("none is refused") > 30);
    });
    // The connection is the one that there was before the first swap.
    assert_eq!((sink.get("bridge", "connects"), sink.get("bridge", "disconnects")), (1, 0));
    assert_eq!(sink.get("check", "rx_errors"), 0);
    assert_eq!(shown(&sink.ask(json!({ "command": "show" })), "bridge")["readings"]["peers_in"], 1);
    source.stop();
    sink.stop().ended(0);
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
