//! Addresses and ports: what is refused, and with which words.

use super::{LIMIT, client, params, server, wire};
use crate::modules::{TcpClient, TcpServer};
use rogue_sdk::bench::{Bench, Value, json};
use std::{
    net::{TcpListener, TcpStream},
    thread,
};

fn refused(params: Value) -> String {
    Bench::endpoint::<TcpServer>(params).err().unwrap().to_string()
}

#[test]
fn ports_and_addresses_that_cannot_be_are_refused_with_a_reason() {
    assert!(refused(params(0, json!({}))).contains("two consecutive ports are needed"));
    assert!(refused(params(65_535, json!({}))).contains("port 65535 has no next one"));
    assert!(refused(json!({ "addr": "tcp://127.0.0.1", "port": 7 })).contains("without `tcp://`"));
    assert!(refused(json!({ "addr": "", "port": 7 })).contains("is no address"));
    assert!(refused(params(7, json!({ "max_payload": "4GiB" }))).contains("no frame is that long"));
    assert!(refused(params(7, json!({ "keep_alive": "10ms" }))).contains("shorter than 1s"));
    let client = Bench::endpoint::<TcpClient>(json!({ "addr": "*", "port": 7 })).err().unwrap().to_string();
    assert!(client.contains("`*` is for a server"), "{client}");
    let port = wire::ports();
    let foreign = refused(json!({ "addr": "192.0.2.1", "port": port }));
    assert!(foreign.contains("is it an address of this machine?"), "{foreign}");
    let unknown = refused(json!({ "addr": "no.such.host.invalid", "port": port }));
    assert!(unknown.contains("cannot be resolved"), "{unknown}");
}

#[test]
fn a_port_in_use_is_named_with_its_owner_and_the_other_is_given_back() {
    for busy in [0, 1] {
        let port = wire::ports();
        let held = TcpListener::bind(("127.0.0.1", port + busy)).unwrap();
        let error = refused(params(port, json!({})));
        assert!(error.contains(&format!("port {} is in use by ", port + busy)), "{error}");
        assert!(error.contains(&format!("(pid {})", std::process::id())), "{error}");
        drop(held);
        // Nothing of the failed start is left: the same ports can be had.
        server(port, json!({})).end().unwrap();
    }
}

#[test]
fn two_nodes_cannot_have_the_same_ports() {
    let port = wire::ports();
    let first = server(port, json!({}));
    let error = refused(params(port, json!({})));
    assert!(error.contains(&format!("tcp:127.0.0.1:{port}")), "{error}");
    first.end().unwrap();
    server(port, json!({})).end().unwrap();
}

#[test]
fn a_server_listens_where_it_is_told() {
    for (addr, to) in
        [("*", "127.0.0.1"), ("lo", "127.0.0.1"), ("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")]
    {
        let port = wire::ports();
        let mut bench = Bench::endpoint::<TcpServer>(json!({ "addr": addr, "port": port })).unwrap();
        let peers = [port, port + 1].map(|port| TcpStream::connect((to, port)).unwrap());
        bench.run().unwrap();
        drop(peers);
        bench.end().unwrap();
    }
}

#[test]
fn ipv6_works_where_there_is_any() {
    let Ok(probe) = TcpListener::bind("[::1]:0") else { return };
    drop(probe);
    for (addr, to) in [("::1", "::1"), ("[::1]", "::1"), ("*", "::1")] {
        let port = wire::ports();
        let mut bench = Bench::endpoint::<TcpServer>(json!({ "addr": addr, "port": port })).unwrap();
        let far = thread::spawn(move || {
            let mut far = Bench::endpoint::<TcpClient>(json!({ "addr": to, "port": port })).unwrap();
            far.run_until(LIMIT, |far| super::gauge(far, "link") == 1).unwrap();
            far.end().unwrap();
        });
        bench.run_until(LIMIT, |_| far.is_finished()).unwrap();
        far.join().unwrap();
        bench.end().unwrap();
    }
}

#[test]
fn a_client_asks_for_a_host_name_and_shows_when_the_link_is_up() {
    let port = wire::ports();
    let near = thread::spawn(move || {
        let mut near = server(port, json!({}));
        near.run_until(LIMIT, |near| near.counter("disconnects") == 2).unwrap();
        assert_eq!(super::gauge(&near, "link"), 0);
        near.end().unwrap();
    });
    let mut far = Bench::endpoint::<TcpClient>(json!({ "addr": "localhost", "port": port })).unwrap();
    far.run_until(LIMIT, |far| super::gauge(far, "link") == 1).unwrap();
    assert_eq!((super::gauge(&far, "peers_in"), super::gauge(&far, "peers_out")), (1, 1));
    // Nobody joins the threads that ask for the name: they end by themselves.
    far.run_until(LIMIT, |far| far.threads() == 0).unwrap();
    far.end().unwrap();
    near.join().unwrap();
}

#[test]
fn a_name_that_nobody_knows_is_asked_for_again_and_holds_up_nothing() {
    let mut bench =
        Bench::endpoint::<TcpClient>(json!({ "addr": "no.such.host.invalid", "port": 7 })).unwrap();
    let mut failures = 0;
    let failed = |bench: &mut Bench| {
        failures += bench.logged().iter().filter(|line| line.message.contains("cannot be resolved")).count();
        failures >= 2
    };
    bench.run_until(LIMIT, failed).unwrap();
    bench.stop().unwrap();
    drop(client(7, json!({})));
}
