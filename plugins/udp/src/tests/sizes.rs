//! What becomes of frames of many buffers, of none, with an error, and of too long ones: golden sizes.

use super::{LIMIT, OFFLOAD, at, client, frame, hear, payload, peer, receive, send, server, warned};
use rogue_sdk::{
    Frame,
    bench::{Bench, json},
};

fn of_buffers(each: u32, len: usize) -> Frame {
    let mut frame = Bench::frame_with(each, len as u32).unwrap();
    frame.write(0, &payload(1, len)).unwrap();
    frame
}

#[test]
fn a_frame_of_8_kib_from_a_pool_of_standard_size_is_six_datagrams() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = client(peer.local_addr().unwrap(), json!({ "offload": offload }));
        let (fixed, ..) = bench.pool();
        bench.push(of_buffers(fixed, 8192)).unwrap();
        let got: Vec<Vec<u8>> = (0..6).map(|_| hear(&peer).0).collect();
        // Spec section 12.
        assert_eq!(got.iter().map(Vec::len).collect::<Vec<_>>(), [1472, 1472, 1472, 1472, 1472, 832]);
        assert!(got.concat() == payload(1, 8192));
        assert_eq!(bench.counter("datagrams_out"), 6);
        bench.end().unwrap();
    }
}

#[test]
fn more_buffers_than_a_run_holds_go_in_several() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = client(peer.local_addr().unwrap(), json!({ "offload": offload }));
        bench.push(of_buffers(100, 15_050)).unwrap();
        let got: Vec<u8> = (0..151).flat_map(|_| hear(&peer).0).collect();
        assert!(got == payload(1, 15_050));
        assert_eq!((bench.held(), bench.counter("datagrams_out")), (0, 151));
        bench.end().unwrap();
    }
}

#[test]
fn sending_stops_at_the_first_empty_buffer() {
    let peer = peer();
    let mut bench = client(peer.local_addr().unwrap(), json!({}));
    let mut frame = of_buffers(100, 300);
    frame.buffer_mut(1).unwrap().set_payload_empty().unwrap();
    let mut hollow = of_buffers(100, 300);
    hollow.buffer_mut(0).unwrap().set_payload_empty().unwrap();
    let mut partly = of_buffers(100, 300);
    partly.set_payload(150).unwrap();
    bench.push_all(0, [frame, Bench::frame(100).unwrap(), Bench::frame(0).unwrap(), hollow, partly]).unwrap();
    let got: Vec<usize> = (0..3).map(|_| hear(&peer).0.len()).collect();
    assert_eq!(got, [100, 100, 50]);
    // The second half of the first frame is lost; of the next three nothing went; room that was not used is no loss.
    assert_eq!((bench.dropped("cut_short"), bench.dropped("empty"), bench.consumed()), (1, 3, 1));
    bench.end().unwrap();
}

#[test]
fn frames_with_an_error_are_dropped_and_warned_of() {
    let peer = peer();
    let mut bench = client(peer.local_addr().unwrap(), json!({}));
    let mut bad = frame(1, 10);
    bad.set_error(0x80);
    bench.push_all(0, [bad, frame(2, 20)]).unwrap();
    assert_eq!(hear(&peer).0, payload(2, 20));
    assert_eq!(bench.dropped("errored"), 1);
    assert!(warned(&bench, "error 0x80"));
    bench.end().unwrap();
}

#[test]
fn a_buffer_up_to_65507_bytes_is_one_datagram_and_a_longer_one_is_too_big() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = client(peer.local_addr().unwrap(), json!({ "offload": offload }));
        bench.push_all(0, [frame(1, 65_507), frame(2, 65_508), frame(3, 9000)]).unwrap();
        assert!(hear(&peer).0 == payload(1, 65_507));
        assert!(hear(&peer).0 == payload(3, 9000));
        assert_eq!((bench.dropped("too_big"), bench.consumed()), (1, 2));
        assert!(warned(&bench, "65508 bytes is longer than any datagram"));
        // The other buffers of such a frame go.
        let mut mixed = frame(4, 10);
        mixed.append(frame(5, 70_000)).unwrap();
        mixed.append(frame(6, 30)).unwrap();
        bench.push(mixed).unwrap();
        assert_eq!(hear(&peer).0, payload(4, 10));
        assert_eq!(hear(&peer).0, payload(6, 30));
        assert_eq!((bench.dropped("too_big"), bench.held()), (2, 0));
        bench.end().unwrap();
    }
}

#[test]
fn datagrams_that_are_too_long_are_dropped_and_empty_ones_ignored() {
    for offload in OFFLOAD {
        for (jumbo, most) in [(false, 1472), (true, 8972)] {
            let peer = peer();
            let mut bench = server(json!({ "jumbo": jumbo, "offload": offload }));
            for round in 1..=3 {
                let lens = [most, most + 1, 0, 65_507, 1];
                lens.iter().for_each(|len| send(&peer, &payload(7, *len), at(&bench)));
                let got = receive(&mut bench, 2);
                assert!(got[0].to_vec() == payload(7, most) && got[1].to_vec() == payload(7, 1));
                assert_eq!((bench.dropped("oversize"), bench.counter("zero_length")), (2 * round, round));
                assert_eq!(bench.counter("datagrams_in"), 5 * round);
            }
            assert!(warned(&bench, &format!("is longer than max_payload ({most} bytes)")));
            assert_eq!(bench.created(), 2 * 3 + bench.dropped("oversize") + bench.consumed());
            bench.end().unwrap();
        }
    }
}

#[test]
fn runs_of_datagrams_that_are_too_long_are_dropped_one_by_one() {
    let mut near = server(json!({}));
    let mut far = client(at(&near), json!({ "jumbo": true }));
    far.push_all(0, (0..7).map(|i| frame(i, 2000))).unwrap();
    far.push(frame(9, 1472)).unwrap();
    assert!(receive(&mut near, 1)[0].to_vec() == payload(9, 1472));
    assert_eq!(near.dropped("oversize"), 7);
    near.end().unwrap();
    far.end().unwrap();
}

#[test]
fn without_memory_the_node_fails_and_the_datagram_is_not_lost() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = server(json!({ "offload": offload }));
        peer.send_to(&payload(1, 100), at(&bench)).unwrap();
        bench.set_no_memory(true);
        let error = bench.run_until(LIMIT, |_| false).unwrap_err().to_string();
        assert!(error.contains("memory"), "{error}");
        bench.set_no_memory(false);
        bench.produce().unwrap();
        assert_eq!(bench.out()[0].to_vec(), payload(1, 100));
        bench.end().unwrap();
    }
}
