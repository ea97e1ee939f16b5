//! A swap in full flow: no datagram is lost by it, in either direction.

use super::{
    LIMIT, OFFLOAD, at, client, client_params, frame, gauge, hear, payload, peer, receive, send, server,
    server_params,
};
use crate::modules::UdpServer;
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

/// A port that was free a moment ago.
fn free() -> u16 {
    super::peer().local_addr().unwrap().port()
}

#[test]
fn a_successor_with_another_port_or_address_gives_what_waited_at_the_one_before() {
    for offload in OFFLOAD {
        let (peer, port) = (peer(), free());
        let more = |addr: &str| json!({ "addr": addr, "offload": offload });
        let mut bench = Bench::endpoint::<UdpServer>(server_params(port, more("127.0.0.1"))).unwrap();
        let (mut next, mut given) = (0, Vec::new());
        for (port, addr, left) in
            [(port, "0.0.0.0", 0), (port, "127.0.0.1", 0), (free(), "127.0.0.1", 1), (0, "*", 1)]
        {
            for _ in 0..10 {
                send(&peer, &payload(next, 50), at(&bench));
                next += 1;
            }
            bench.produce_up_to(2).unwrap();
            let before = at(&bench);
            assert_eq!(bench.swap(server_params(port, more(addr))).unwrap().handles.len(), left);
            if port != before.port() {
                std::net::UdpSocket::bind(before).unwrap();
            }
            given.extend(bench.out());
        }
        send(&peer, &payload(next, 50), at(&bench));
        given.extend(receive(&mut bench, next + 1 - given.len()));
        assert!(given.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 50)));
        assert_eq!((bench.counter("kernel_drops"), bench.counter("unread")), (0, 0));
        assert_eq!(bench.counter("datagrams_in"), next as u64 + 1);
        bench.end().unwrap();
    }
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn frames_to_send_and_frames_to_give_stay_apart_in_a_swap_that_is_refused_late() {
    // The socket can be had, and then its network cannot: the old instance goes on by its own socket.
    for port in [0, free()] {
        let peer = peer();
        let mut bench = Bench::endpoint::<UdpServer>(server_params(port, json!({}))).unwrap();
        let to = at(&bench);
        (0..10).for_each(|i| send(&peer, &payload(i, 50), to));
        bench.produce_up_to(3).unwrap();
        let other = json!({ "addr": "0.0.0.0", "interface": "no-net" });
        let error = bench.swap(server_params(port, other)).err().unwrap().to_string();
        assert!(error.contains("no network interface"), "{error}");
        assert_eq!(at(&bench), to);
        send(&peer, &payload(10, 50), to);
        let got = receive(&mut bench, 11);
        assert!(got.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 50)));
        bench.end().unwrap();
    }
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
