//! Frames each way.

use super::{LIMIT, OFFLOAD, at, client, frame, gauge, hear, payload, peer, receive, server};
use rogue_sdk::bench::{Bench, json};

/// Lengths that make runs of any kind: equal ones, shorter ones behind, longer ones, one byte.
fn len(i: usize) -> usize {
    [1000, 1000, 1000, 400, 1472, 1472, 1, 1, 1200, 1000][i % 10]
}

const FRAMES: usize = 200;

#[test]
fn a_client_sends_each_frame_as_one_datagram_in_order() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = client(peer.local_addr().unwrap(), json!({ "offload": offload }));
        let sent = if offload { ["both", "send", "receive"] } else { ["none"; 3] };
        assert!(sent.contains(&bench.reading("offload").unwrap().as_str()));
        bench.push_all(0, (0..FRAMES).map(|i| frame(i, len(i)))).unwrap();
        assert_eq!((bench.inbox_len(), bench.held(), bench.consumed()), (0, 0, FRAMES as u64));
        for i in 0..FRAMES {
            let (bytes, from) = hear(&peer);
            assert!(bytes == payload(i, len(i)), "frame {i} came with {} bytes", bytes.len());
            assert_eq!(from, at(&bench));
        }
        assert_eq!(bench.counter("datagrams_out"), FRAMES as u64);
        bench.end().unwrap();
    }
}

#[test]
fn a_server_gives_each_datagram_as_one_frame_in_order() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = server(json!({ "offload": offload, "channel": 5 }));
        for i in 0..FRAMES {
            peer.send_to(&payload(i, len(i)), at(&bench)).unwrap();
        }
        for (i, frame) in receive(&mut bench, FRAMES).iter().enumerate() {
            assert!(frame.to_vec() == payload(i, len(i)), "frame {i} has {} bytes", frame.payload());
            assert_eq!((frame.channel(), frame.error(), frame.flags()), (5, 0, 0));
            assert_eq!(frame.buffer_count(), 1);
        }
        assert_eq!(bench.counter("datagrams_in"), FRAMES as u64);
        assert_eq!(bench.counter("kernel_drops"), 0);
        bench.end().unwrap();
    }
}

#[test]
fn the_modules_exchange_frames_with_each_other_both_ways() {
    for offload in OFFLOAD {
        for (jumbo, most) in [(false, 1472), (true, 8972)] {
            let options = json!({ "offload": offload, "jumbo": jumbo });
            let mut near = server(options.clone());
            let mut far = client(at(&near), options);
            let len = |i: usize| if i.is_multiple_of(9) { 1 + i } else { most };
            for round in 0..20 {
                let range = round * 20..(round + 1) * 20;
                far.push_all(0, range.clone().map(|i| frame(i, len(i)))).unwrap();
                let got = receive(&mut near, 20);
                // What was heard goes back.
                near.push_all(0, got).unwrap();
                for (i, frame) in range.zip(receive(&mut far, 20)) {
                    assert!(frame.to_vec() == payload(i, len(i)), "frame {i} has {} bytes", frame.payload());
                }
            }
            assert_eq!(
                (gauge(&near, "max_payload"), near.pool()),
                (most as u64, (most as u32, 10_000, false))
            );
            near.end().unwrap();
            far.end().unwrap();
        }
    }
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn frames_that_are_not_asked_for_wait_between_calls() {
    for offload in OFFLOAD {
        let mut near = server(json!({ "offload": offload }));
        let mut far = client(at(&near), json!({ "offload": offload }));
        far.push_all(0, (0..50).map(|i| frame(i, 700))).unwrap();
        let mut got = Vec::new();
        near.run_until(LIMIT, |near| {
            near.produce_up_to(1).unwrap();
            got.extend(near.out());
            got.len() >= 50
        })
        .unwrap();
        assert!(got.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 700)));
        near.end().unwrap();
        far.end().unwrap();
    }
}

#[test]
fn long_datagrams_are_cut_out_of_one_block_or_copied_where_they_would_pin_it() {
    let mut near = server(json!({ "jumbo": true }));
    let mut far = client(at(&near), json!({ "jumbo": true }));
    // The first read shows that they are long; from the second on blocks are used.
    for round in 0..4 {
        far.push_all(0, (0..7).map(|i| frame(i, 8972))).unwrap();
        let got = receive(&mut near, 7);
        assert!(got.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 8972)));
        let shared = got[0].contiguous().unwrap().as_ptr_range().end == got[1].contiguous().unwrap().as_ptr();
        if near.reading("offload").unwrap() == "both" {
            assert_eq!(shared, round > 0, "round {round}");
        }
        drop(got);
        assert_eq!(Bench::live_buffers(), 0, "blocks are kept by nobody");
    }
    // A single one does not keep 64 KiB.
    far.push(frame(3, 8972)).unwrap();
    let got = receive(&mut near, 1);
    assert!(got[0].to_vec() == payload(3, 8972));
    assert!(Bench::live_bytes() < 20_000, "{} bytes are kept for one frame", Bench::live_bytes());
    drop(got);
    near.end().unwrap();
    far.end().unwrap();
}

#[test]
fn a_pool_downstream_with_small_buffers_is_respected() {
    for offload in OFFLOAD {
        let mut near = server(json!({ "jumbo": true, "offload": offload }));
        near.set_downstream_pool(1000);
        let mut far = client(at(&near), json!({ "jumbo": true }));
        for _ in 0..3 {
            far.push_all(0, (0..7).map(|i| frame(i, 8972))).unwrap();
            let got = receive(&mut near, 7);
            assert!(got.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 8972)));
            assert!(got.iter().all(|frame| frame.buffer_count() == 9));
        }
        near.end().unwrap();
        far.end().unwrap();
    }
}
