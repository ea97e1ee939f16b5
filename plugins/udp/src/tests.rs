//! Both modules against plain sockets of the standard library, with and without what the system carries in one piece.

mod blocked;
mod exchange;
mod groups;
mod hand_over;
mod losses;
mod peers;
mod ports;
mod sizes;

use crate::modules::{UdpClient, UdpServer};
use rogue_sdk::{
    bench::{Bench, Value, json},
    prelude::*,
};
use std::{
    net::{SocketAddr, UdpSocket},
    time::Duration as Time,
};

/// Longest a wait for something observable may take.
const LIMIT: Time = Time::from_secs(60);
/// Every test of the data path is made both ways.
const OFFLOAD: [bool; 2] = [true, false];

fn merged(mut params: Value, more: Value) -> Value {
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
    }
    params
}

fn server_params(port: u16, more: Value) -> Value {
    merged(json!({ "addr": "127.0.0.1", "port": port }), more)
}

/// A server at a port that the system chose.
fn server(more: Value) -> Bench {
    Bench::endpoint::<UdpServer>(server_params(0, more)).unwrap()
}

fn client_params(to: SocketAddr, more: Value) -> Value {
    merged(json!({ "host": to.ip().to_string(), "port": to.port() }), more)
}

fn client(to: SocketAddr, more: Value) -> Bench {
    Bench::endpoint::<UdpClient>(client_params(to, more)).unwrap()
}

/// Where a bridge is.
fn at(bench: &Bench) -> SocketAddr {
    SocketAddr::new([127, 0, 0, 1].into(), gauge(bench, "port") as u16)
}

/// A peer of the standard library.
fn peer() -> UdpSocket {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    // Room for all that a test sends before it listens, whatever the system's default.
    socket2::SockRef::from(&peer).set_recv_buffer_size(2 << 20).unwrap();
    peer.set_read_timeout(Some(LIMIT)).unwrap();
    peer
}

/// Sends a datagram.
fn send(from: &UdpSocket, bytes: &[u8], to: SocketAddr) {
    assert_eq!(from.send_to(bytes, to).unwrap(), bytes.len());
}

/// The next datagram.
fn hear(peer: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut bytes = vec![0; 70_000];
    let (len, from) = peer.recv_from(&mut bytes).unwrap();
    bytes.truncate(len);
    (bytes, from)
}

/// Bytes of frame `i`.
fn payload(i: usize, len: usize) -> Vec<u8> {
    (0..len).map(|j| (i * 7 + j) as u8).collect()
}

fn frame(i: usize, len: usize) -> Frame {
    Bench::frame_of(&payload(i, len)).unwrap()
}

/// A reading that is a number.
fn gauge(bench: &Bench, name: &str) -> u64 {
    bench.reading(name).map_or(0, |text| text.parse().unwrap())
}

/// Runs until so many frames came out.
fn receive(bench: &mut Bench, frames: usize) -> Vec<Frame> {
    bench.run_until(LIMIT, |bench| bench.out_len() >= frames).unwrap();
    let out = bench.out();
    assert_eq!(out.len(), frames);
    out
}

fn warned(bench: &Bench, part: &str) -> bool {
    bench.logged().iter().any(|line| line.message.contains(part))
}
