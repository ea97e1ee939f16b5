//! The system has no room for what is to be sent: in a network of the test's own, where a neighbour does not answer.
//!
//! The test runs itself again in it. Where such a network cannot be made, nothing can be said.

use super::{LIMIT, client, client_params, frame, gauge, warned};
use rogue_sdk::bench::json;
use std::process::Command;

/// Says that this is the run inside.
const INSIDE: &str = "ROGUE_UDP_TEST_INSIDE";
/// Nobody asks longer for the neighbour than this test lasts; what waits for it counts against the sender.
const NETWORK: &str = "ip link set lo up && ip link add name rogue0 type veth peer name rogue1 && ip addr add 10.99.0.1/24 dev rogue0 && \
     ip link set rogue0 up && ip link set rogue1 up && echo 60 > /proc/sys/net/ipv4/neigh/rogue0/mcast_solicit && \
     echo 100000000 > /proc/sys/net/ipv4/neigh/rogue0/unres_qlen_bytes && exec \"$0\" --exact tests::blocked::inside";

#[test]
fn a_bridge_that_cannot_send_warns_waits_and_can_be_stopped_at_once() {
    let unshare = |script: &str| {
        let me = std::env::current_exe().unwrap();
        Command::new("unshare").args(["-rn", "sh", "-c", script]).arg(me).env(INSIDE, "1").output()
    };
    let possible = unshare(
        "ip link add name rogue0 type veth peer name rogue1 && echo 1 > /proc/sys/net/ipv4/neigh/rogue0/mcast_solicit",
    );
    if !possible.is_ok_and(|output| output.status.success()) {
        return;
    }
    let output = unshare(NETWORK).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{output:?}");
}

#[test]
fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    for offload in super::OFFLOAD {
        let to = "10.99.0.2:7".parse().unwrap();
        let options = json!({ "timeout": 2000, "offload": offload });
        let mut bench = client(to, options.clone());
        bench.push_all(0, (0..2000).map(|i| frame(i, 1000))).unwrap();
        assert!(bench.is_blocked() && bench.inbox_len() > 0);
        let held = gauge(&bench, "held");
        assert!((1..=64).contains(&held), "{held} frames are held");
        bench.run_until(LIMIT, |bench| bench.counter("timeouts") >= 3).unwrap();
        assert!(warned(&bench, "there was no room to send for 2ms"));
        // What it could not send goes over to a successor, which cannot either.
        let left = bench.swap(client_params(to, options)).unwrap();
        assert!(left.frames.is_empty() && left.handles.is_empty());
        bench.run_until(LIMIT, |bench| bench.counter("timeouts") >= 6).unwrap();
        let (sent, waiting) = (bench.counter("datagrams_out"), bench.inbox_len() as u64);
        assert_eq!(sent + waiting + gauge(&bench, "held"), 2000);
        assert_eq!(bench.dropped("failed"), 0);
        // At once, however long it might have waited.
        bench.stop().unwrap();
        bench.end().unwrap();
    }
}
