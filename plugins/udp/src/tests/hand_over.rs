//! A swap in full flow: no datagram is lost by it, in either direction.

use super::{
    LIMIT, OFFLOAD, at, client, client_params, frame, gauge, hear, payload, peer, receive, send, server,
    server_params,
};
use rogue_sdk::bench::{Bench, json};

#[test]
fn what_waits_in_the_system_and_what_was_read_goes_over() {
    for offload in OFFLOAD {
        let peer = peer();
        let mut bench = server(json!({ "offload": offload }));
        let to = at(&bench);
        let mut next = 0;
        let mut given = Vec::new();
        for round in 0..20 {
            for _ in 0..10 {
                peer.send_to(&payload(next, 300), to).unwrap();
                next += 1;
            }
            // One is given; of the others some are read and some wait in the system.
            bench.produce_up_to(1 + round % 3).unwrap();
            let left = bench.swap(server_params(0, json!({ "offload": offload }))).unwrap();
            assert!(left.frames.is_empty() && left.handles.is_empty());
            assert_eq!(at(&bench), to, "the port that the system chose stays");
            given.extend(bench.out());
        }
        given.extend(receive(&mut bench, next - given.len()));
        assert!(given.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 300)));
        // Whom frames go to is known still.
        bench.push(frame(5, 10)).unwrap();
        assert_eq!(hear(&peer).0, payload(5, 10));
        assert_eq!((bench.counter("kernel_drops"), bench.counter("unread")), (0, 0));
        bench.end().unwrap();
    }
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn drops_of_the_system_are_counted_once_over_a_swap() {
    let peer = peer();
    let options = json!({ "offload": false, "rx_buffer_count": 10 });
    let mut bench = server(options.clone());
    (0..1000).for_each(|i| send(&peer, &payload(i, 10), at(&bench)));
    bench.swap(server_params(0, options.clone())).unwrap();
    bench.swap(server_params(0, options)).unwrap();
    bench.run_until(LIMIT, |bench| bench.out_len() as u64 + bench.counter("kernel_drops") == 1000).unwrap();
    assert!(bench.counter("kernel_drops") > 0);
    bench.end().unwrap();
}

#[test]
fn a_client_keeps_its_port_and_may_get_another_host() {
    let (a, b) = (peer(), peer());
    let mut bench = client(a.local_addr().unwrap(), json!({}));
    let port = gauge(&bench, "port");
    bench.push(frame(1, 10)).unwrap();
    assert_eq!(hear(&a).0, payload(1, 10));
    bench.swap(client_params(b.local_addr().unwrap(), json!({}))).unwrap();
    assert_eq!(gauge(&bench, "port"), port);
    bench.push(frame(2, 10)).unwrap();
    assert_eq!(hear(&b), (payload(2, 10), at(&bench)));
    bench.end().unwrap();
}

#[test]
fn a_successor_with_another_port_takes_the_frames_alone() {
    let peer = peer();
    let mut bench = server(json!({}));
    (0..10).for_each(|i| send(&peer, &payload(i, 50), at(&bench)));
    bench.produce_up_to(2).unwrap();
    let (before, other) = (at(&bench), super::peer().local_addr().unwrap().port());
    let left = bench.swap(server_params(other, json!({}))).unwrap();
    assert_eq!(left.handles.len(), 1);
    drop(left);
    assert_eq!(gauge(&bench, "port"), u64::from(other));
    // Those that were read are given; the port before is free.
    bench.run().unwrap();
    assert!(bench.out_len() > 2);
    std::net::UdpSocket::bind(before).unwrap();
    bench.end().unwrap();
}

#[test]
fn a_swap_that_is_refused_leaves_everything_as_it_was() {
    let (a, busy) = (peer(), peer());
    let mut bench = server(json!({}));
    let to = at(&bench);
    (0..10).for_each(|i| send(&a, &payload(i, 50), to));
    bench.produce_up_to(3).unwrap();
    let error = bench.swap(server_params(busy.local_addr().unwrap().port(), json!({}))).err().unwrap();
    assert!(error.to_string().contains("is in use by"), "{error}");
    let got = receive(&mut bench, 10);
    assert!(got.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 50)));
    assert_eq!(at(&bench), to);
    bench.end().unwrap();
}
