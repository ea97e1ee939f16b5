//! Whom frames go to, and whose are taken.

use super::{LIMIT, at, client, frame, hear, payload, peer, receive, server, warned};
use rogue_sdk::bench::json;
use std::net::UdpSocket;

fn send(from: &UdpSocket, bench: &rogue_sdk::bench::Bench, i: usize) {
    from.send_to(&payload(i, 50), at(bench)).unwrap();
}

#[test]
fn before_anybody_was_heard_frames_are_dropped_and_counted() {
    let mut bench = server(json!({}));
    assert_eq!(bench.reading("peer").unwrap(), "-");
    bench.push_all(0, (0..3).map(|i| frame(i, 10))).unwrap();
    assert_eq!((bench.dropped("no_peer"), bench.held()), (3, 0));
    assert!(warned(&bench, "nobody was heard yet"));
    bench.end().unwrap();
}

#[test]
fn frames_go_to_the_last_sender_even_of_a_datagram_that_makes_no_frame() {
    let (a, b) = (peer(), peer());
    let mut bench = server(json!({}));
    send(&a, &bench, 1);
    receive(&mut bench, 1);
    bench.push(frame(1, 10)).unwrap();
    hear(&a);
    b.send_to(&[0; 2000], at(&bench)).unwrap();
    bench.run_until(LIMIT, |bench| bench.dropped("oversize") == 1).unwrap();
    assert_eq!(bench.reading("peer").unwrap(), b.local_addr().unwrap().to_string());
    bench.push(frame(2, 20)).unwrap();
    assert_eq!(hear(&b).0, payload(2, 20));
    bench.end().unwrap();
}

#[test]
fn the_first_datagram_can_be_answered_while_it_is_handled() {
    let a = peer();
    let mut bench = server(json!({}));
    send(&a, &bench, 1);
    // Rogue learns the peer behind the frame, so that this answer goes nowhere (spec section 12).
    let got = receive(&mut bench, 1);
    bench.push_all(0, got).unwrap();
    assert_eq!(hear(&a).0, payload(1, 50));
    bench.end().unwrap();
}

#[test]
fn with_fixed_peers_the_first_sender_stays_and_others_are_strangers() {
    let (a, b) = (peer(), peer());
    let mut bench = server(json!({ "peers": "fixed" }));
    send(&a, &bench, 1);
    receive(&mut bench, 1);
    send(&b, &bench, 2);
    send(&a, &bench, 3);
    assert_eq!(receive(&mut bench, 1)[0].to_vec(), payload(3, 50));
    assert_eq!(bench.dropped("stranger"), 1);
    bench.push(frame(4, 10)).unwrap();
    assert_eq!(hear(&a).0, payload(4, 10));
    bench.end().unwrap();
}

#[test]
fn if_asked_each_answer_goes_to_the_sender_of_the_frame_that_is_handled() {
    for offload in super::OFFLOAD {
        let peers = [peer(), peer(), peer()];
        let mut bench = server(json!({ "peers": "sender", "offload": offload }));
        let whose = |i: usize| [0, 0, 1, 2, 1, 0, 0, 2][i % 8];
        (0..24).for_each(|i| send(&peers[whose(i)], &bench, i));
        // As in a graph: what a call gave is handled before the next.
        let mut seen = 0;
        for _ in 0..100 {
            bench.produce().unwrap();
            let got = bench.out();
            seen += got.len();
            bench.push_all(0, got).unwrap();
        }
        assert_eq!(seen, 24);
        for i in 0..24 {
            assert_eq!(hear(&peers[whose(i)]).0, payload(i, 50), "answer {i}");
        }
        bench.end().unwrap();
    }
}

#[test]
fn a_client_hears_its_peer_without_having_sent_and_by_default_anybody_else() {
    let (host, other) = (peer(), peer());
    let mut bench = client(host.local_addr().unwrap(), json!({}));
    send(&other, &bench, 1);
    send(&host, &bench, 2);
    let got = receive(&mut bench, 2);
    assert_eq!((got[0].to_vec(), got[1].to_vec()), (payload(1, 50), payload(2, 50)));
    // It sends to its host whoever was heard.
    bench.push_all(0, got).unwrap();
    assert_eq!(hear(&host).0, payload(1, 50));
    bench.end().unwrap();

    let mut bench = client(host.local_addr().unwrap(), json!({ "peers": "fixed" }));
    send(&other, &bench, 1);
    send(&host, &bench, 2);
    assert_eq!(receive(&mut bench, 1)[0].to_vec(), payload(2, 50));
    assert_eq!(bench.dropped("stranger"), 1);
    bench.end().unwrap();
}

#[test]
fn the_giving_half_ends_in_silence_if_asked() {
    let a = peer();
    let mut bench = server(json!({ "end_when_silent": "20ms" }));
    bench.advance(std::time::Duration::from_secs(5)).unwrap();
    assert_eq!(bench.produce().unwrap(), rogue_sdk::Flow::Idle, "nobody was heard yet");
    send(&a, &bench, 1);
    receive(&mut bench, 1);
    assert!(bench.wake_at().is_some());
    bench.advance(std::time::Duration::from_secs(1)).unwrap();
    assert_eq!(bench.produce().unwrap(), rogue_sdk::Flow::Ended);
    bench.end().unwrap();
}

#[test]
fn if_nothing_is_linked_to_it_the_giving_half_ends_with_the_taking_one() {
    let a = peer();
    let mut bench = client(a.local_addr().unwrap(), json!({}));
    bench.set_links(0, 0);
    let params = super::client_params(a.local_addr().unwrap(), json!({}));
    // The number of links is looked at when the halves are made.
    drop(bench.swap(params).unwrap());
    bench.push(frame(1, 10)).unwrap();
    assert_eq!(bench.produce().unwrap(), rogue_sdk::Flow::Idle);
    assert_eq!(bench.finish().unwrap(), rogue_sdk::Flow::Ended);
    assert!(bench.woken_give());
    assert_eq!(bench.produce().unwrap(), rogue_sdk::Flow::Ended);
    assert_eq!(hear(&a).0, payload(1, 10));
    bench.end().unwrap();
}
