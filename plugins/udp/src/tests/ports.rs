//! Addresses, ports and buffers: what is refused, and with which words.

use super::{LIMIT, at, client, client_params, frame, gauge, hear, peer, server, server_params, warned};
use crate::modules::{UdpClient, UdpServer};
use rogue_sdk::bench::{Bench, Value, json};
use std::net::UdpSocket;

fn refused(params: Value) -> String {
    Bench::endpoint::<UdpServer>(params).err().unwrap().to_string()
}

fn client_refused(params: Value) -> String {
    Bench::endpoint::<UdpClient>(params).err().unwrap().to_string()
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    assert!(refused(server_params(0, json!({ "addr": "udp://127.0.0.1" }))).contains("without `udp://`"));
    assert!(refused(server_params(0, json!({ "addr": "" }))).contains("is no address"));
    assert!(refused(server_params(0, json!({ "timeout": 0 }))).contains("timeout is 0"));
    assert!(refused(server_params(0, json!({ "multicast": "10.0.0.1" }))).contains("no address of a group"));
    assert!(refused(server_params(0, json!({ "rx_buffer_count": 0 }))).contains("rx_buffer_count"));
    assert!(refused(server_params(0, json!({ "interface": "no-net" }))).contains("no network interface"));
    let foreign = refused(server_params(0, json!({ "addr": "192.0.2.1" })));
    assert!(foreign.contains("is addr one of this machine"), "{foreign}");
    let unknown = refused(server_params(0, json!({ "addr": "no.such.host.invalid" })));
    assert!(unknown.contains("cannot be resolved"), "{unknown}");
    assert!(client_refused(json!({ "host": "*", "port": 7 })).contains("`*` is for a server"));
    assert!(client_refused(json!({ "host": "127.0.0.1", "port": 0 })).contains("port"));
    let unknown = client_refused(json!({ "host": "no.such.host.invalid", "port": 7 }));
    assert!(unknown.contains("host \"no.such.host.invalid\" cannot be resolved"), "{unknown}");
}

#[test]
fn a_bare_timeout_is_in_microseconds() {
    let params =
        serde_json::from_str::<crate::params::ServerParams>(r#"{"port": 1, "timeout": 250000}"#).unwrap();
    assert_eq!(params.timeout.get(), std::time::Duration::from_millis(250));
    let params = serde_json::from_str::<crate::params::ServerParams>(r#"{"port": 1}"#).unwrap();
    assert_eq!(params.timeout.get(), std::time::Duration::from_secs(1));
}

#[test]
fn port_0_is_what_the_system_chooses_and_it_is_shown() {
    let mut bench = server(json!({}));
    assert_ne!(gauge(&bench, "port"), 0);
    let mut far = client(at(&bench), json!({}));
    assert_ne!(gauge(&far, "port"), 0);
    far.push(frame(1, 10)).unwrap();
    bench.run_until(LIMIT, |bench| bench.out_len() == 1).unwrap();
    assert_eq!(bench.reading("peer").unwrap(), format!("127.0.0.1:{}", gauge(&far, "port")));
    assert_eq!(far.reading("peer").unwrap(), at(&bench).to_string());
    bench.end().unwrap();
    far.end().unwrap();
}

#[test]
fn a_port_in_use_is_named_with_its_owner() {
    let held = peer();
    let port = held.local_addr().unwrap().port();
    let error = refused(server_params(port, json!({})));
    assert!(error.contains(&format!("UDP port {port} is in use by ")), "{error}");
    assert!(error.contains(&format!("(pid {})", std::process::id())), "{error}");
    let error = client_refused(client_params(held.local_addr().unwrap(), json!({ "local_port": port })));
    assert!(error.contains(&format!("UDP port {port} is in use by ")), "{error}");
    drop(held);
    let bench = Bench::endpoint::<UdpServer>(server_params(port, json!({}))).unwrap();
    assert_eq!(gauge(&bench, "port"), u64::from(port));
    // Two nodes of a graph cannot have it either.
    let error = refused(server_params(port, json!({})));
    assert!(error.contains(&format!("udp:127.0.0.1:{port}")), "{error}");
    bench.end().unwrap();
    drop(UdpSocket::bind(("127.0.0.1", port)).unwrap());
}

#[test]
fn a_client_can_be_bound_where_it_is_told() {
    let (a, free) = (peer(), peer().local_addr().unwrap().port());
    let mut bench = client(a.local_addr().unwrap(), json!({ "local_port": free, "addr": "127.0.0.1" }));
    bench.push(frame(1, 10)).unwrap();
    assert_eq!(hear(&a).1, format!("127.0.0.1:{free}").parse().unwrap());
    bench.end().unwrap();
}

#[test]
fn ipv6_and_names_work_where_there_are_any() {
    let Ok(probe) = UdpSocket::bind("[::1]:0") else { return };
    drop(probe);
    for (addr, host) in
        [("::1", "::1"), ("*", "::1"), ("*", "127.0.0.1"), ("lo", "127.0.0.1"), ("localhost", "localhost")]
    {
        let mut near = server(json!({ "addr": addr }));
        let mut far =
            Bench::endpoint::<UdpClient>(json!({ "host": host, "port": gauge(&near, "port") })).unwrap();
        far.push_all(0, (0..30).map(|i| frame(i, 100))).unwrap();
        near.run_until(LIMIT, |near| near.out_len() == 30).unwrap();
        let got = near.out();
        near.push_all(0, got).unwrap();
        far.run_until(LIMIT, |far| far.out_len() == 30).unwrap();
        near.end().unwrap();
        far.end().unwrap();
    }
    let error = client_refused(json!({ "host": "::1", "port": 7, "addr": "127.0.0.1" }));
    assert!(error.contains("of the family of host"), "{error}");
}

#[test]
fn the_receive_buffer_is_what_the_system_gives_and_too_little_is_said_with_the_remedy() {
    let most: u64 = std::fs::read_to_string("/proc/sys/net/core/rmem_max").unwrap().trim().parse().unwrap();
    let bench = server(json!({ "rx_buffer_count": 10 }));
    assert_eq!(gauge(&bench, "rx_buffer_bytes"), 15_000);
    assert!(!warned(&bench, "rmem_max"));
    bench.end().unwrap();
    let bench = server(json!({ "rx_buffer_count": 10, "jumbo": true }));
    assert_eq!(gauge(&bench, "rx_buffer_bytes"), 90_000);
    bench.end().unwrap();
    // More than is allowed, or than an `int` holds.
    for count in [most / 1500 + 1, u32::MAX.into()] {
        let bench = server(json!({ "rx_buffer_count": count }));
        assert_eq!(gauge(&bench, "rx_buffer_bytes"), most);
        assert!(warned(&bench, &format!("sysctl -w net.core.rmem_max={}", count * 1500)));
        bench.end().unwrap();
    }
    // Nothing is asked for, so nothing is missing.
    let bench = server(json!({}));
    assert_eq!(gauge(&bench, "rx_buffer_bytes"), most.min(8 << 20));
    assert!(!warned(&bench, "rmem_max"));
    bench.end().unwrap();
}
