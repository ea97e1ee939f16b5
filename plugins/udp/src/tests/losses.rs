//! What is lost is counted, and the sum is what was sent.

use super::{LIMIT, OFFLOAD, at, client, frame, payload, peer, receive, send, server, warned};
use rogue_sdk::bench::{Bench, json};
use std::collections::BTreeSet;

#[test]
fn what_the_system_drops_is_counted_exactly() {
    const SENT: u64 = 2000;
    let peer = peer();
    let mut bench = server(json!({ "offload": false, "rx_buffer_count": 20 }));
    (0..SENT).for_each(|i| send(&peer, &i.to_le_bytes(), at(&bench)));
    bench.run_until(LIMIT, |bench| bench.out_len() as u64 + bench.counter("kernel_drops") == SENT).unwrap();
    let got: Vec<u64> =
        bench.out().iter().map(|frame| u64::from_le_bytes(frame.to_vec().try_into().unwrap())).collect();
    assert!(bench.counter("kernel_drops") > 0, "the buffer holds all of {SENT} datagrams");
    assert!(got.is_sorted() && got.len() == got.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(bench.counter("datagrams_in"), got.len() as u64);
    assert!(warned(&bench, "the system dropped"));
    // It goes on from there.
    (0..5u64).for_each(|i| send(&peer, &i.to_le_bytes(), at(&bench)));
    receive(&mut bench, 5);
    assert_eq!(bench.counter("kernel_drops") + got.len() as u64, SENT);
    bench.end().unwrap();
}

#[test]
fn runs_that_the_system_drops_count_as_one_each() {
    const RUN: u64 = 40;
    let mut near = server(json!({ "rx_buffer_count": 20 }));
    let mut far = client(at(&near), json!({}));
    if near.reading("offload").unwrap() != "both" {
        return;
    }
    for _ in 0..50 {
        far.push_all(0, (0..RUN as usize).map(|i| frame(i, 1000))).unwrap();
    }
    near.run_until(LIMIT, |near| near.out_len() as u64 / RUN + near.counter("kernel_drops") == 50).unwrap();
    assert!(near.counter("kernel_drops") > 0);
    near.end().unwrap();
    far.end().unwrap();
}

#[test]
fn what_has_come_and_is_not_read_before_the_end_is_counted() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = server(json!({ "offload": offload }));
        (0..30).for_each(|i| send(&peer, &payload(i, 100), at(&bench)));
        // Some of them are read and not given.
        bench.produce_up_to(4).unwrap();
        bench.stop().unwrap();
        let given = bench.out().len() as u64;
        assert_eq!(given, 4);
        assert_eq!(bench.counter("unread") + given, 30);
        bench.end().unwrap();
    }
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn what_the_system_refuses_to_send_is_dropped_and_warned_of() {
    for offload in OFFLOAD {
        // A broadcast address, which nobody has allowed.
        let to = "255.255.255.255:7".parse().unwrap();
        let mut bench = client(to, json!({ "offload": offload }));
        bench.push_all(0, (0..5).map(|i| frame(i, 10))).unwrap();
        assert_eq!((bench.dropped("failed"), bench.held(), bench.inbox_len()), (5, 0, 0));
        assert!(warned(&bench, "cannot be sent to 255.255.255.255:7"));
        bench.end().unwrap();
    }
}
