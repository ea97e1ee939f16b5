//! Multicast and broadcast, on the loopback network alone.

use super::{LIMIT, frame, gauge, payload, peer, receive, server};
use crate::modules::{UdpClient, UdpServer};
use rogue_sdk::bench::{Bench, json};

const GROUP: &str = "239.255.77.3";

fn hears_group(port: u16) -> Bench {
    let params = json!({ "port": port, "addr": "0.0.0.0", "multicast": GROUP, "interface": "127.0.0.1" });
    Bench::endpoint::<UdpServer>(params).unwrap()
}

#[test]
fn a_group_is_sent_to_and_heard_by_all_its_members() {
    let mut first = hears_group(0);
    let port = gauge(&first, "port") as u16;
    // A second member at the same port, as is usual in a group.
    let params = json!({ "port": port, "addr": "0.0.0.0", "multicast": GROUP, "interface": "lo" });
    let mut second = Bench::endpoint::<UdpServer>(params).unwrap();
    let params = json!({ "host": GROUP, "port": port, "interface": "127.0.0.1", "ttl": 0 });
    let mut sender = Bench::endpoint::<UdpClient>(params).unwrap();
    sender.push_all(0, (0..40).map(|i| frame(i, 500))).unwrap();
    for member in [&mut first, &mut second] {
        let got = receive(member, 40);
        assert!(got.iter().enumerate().all(|(i, frame)| frame.to_vec() == payload(i, 500)));
    }
    // Answers go to the sender alone.
    first.push(frame(1, 20)).unwrap();
    assert_eq!(receive(&mut sender, 1)[0].to_vec(), payload(1, 20));
    assert_eq!(sender.dropped("failed"), 0);
    // After a swap the group is left, or still heard.
    let params = json!({ "port": 0, "addr": "0.0.0.0" });
    let left = first.swap(params).unwrap();
    assert!(left.handles.is_empty(), "port 0 stays port 0, and its socket goes over");
    let again = json!({ "port": port, "addr": "0.0.0.0", "multicast": [GROUP], "interface": "127.0.0.1" });
    second.swap(again).unwrap();
    sender.push_all(0, (0..10).map(|i| frame(i, 500))).unwrap();
    assert_eq!(receive(&mut second, 10).len(), 10);
    for bench in [first, second, sender] {
        bench.end().unwrap();
    }
}

#[test]
fn a_group_of_another_family_is_refused() {
    let params = json!({ "port": 0, "addr": "127.0.0.1", "multicast": "ff02::1234" });
    let error = Bench::endpoint::<UdpServer>(params).err().unwrap().to_string();
    assert!(error.contains("group ff02::1234 cannot be joined"), "{error}");
}

#[test]
fn broadcast_is_allowed_if_asked() {
    let mut near = server(json!({ "addr": "0.0.0.0" }));
    let port = gauge(&near, "port");
    let params = json!({ "host": "127.255.255.255", "port": port, "broadcast": true });
    let mut far = Bench::endpoint::<UdpClient>(params).unwrap();
    far.push(frame(1, 30)).unwrap();
    assert_eq!(receive(&mut near, 1)[0].to_vec(), payload(1, 30));
    far.end().unwrap();
    let refused = json!({ "host": "127.255.255.255", "port": port });
    let mut far = Bench::endpoint::<UdpClient>(refused).unwrap();
    far.push(frame(1, 30)).unwrap();
    assert_eq!(far.dropped("failed"), 1);
    far.end().unwrap();
    peer().send_to(&[1], super::at(&near)).unwrap();
    near.run_until(LIMIT, |near| near.out_len() == 1).unwrap();
    near.end().unwrap();
}

#[test]
fn a_network_that_is_not_there_is_named() {
    let params = json!({ "port": 0, "addr": "0.0.0.0", "multicast": GROUP, "interface": "no-such-net" });
    let error = Bench::endpoint::<UdpServer>(params).err().unwrap().to_string();
    assert!(error.contains("there is no network interface \"no-such-net\""), "{error}");
}
