//! A peer made of the specification (section 11) on plain sockets: nothing of the plugin's own protocol is in it.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

/// Longest a read or a connection may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Two free consecutive ports below those that the system gives to outgoing connections.
pub fn ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let step = NEXT.fetch_add(2, Ordering::Relaxed);
        let port = 11_000 + (std::process::id() as u16 % 100) * 200 + step % 200;
        if TcpListener::bind(("127.0.0.1", port)).is_ok()
            && TcpListener::bind(("127.0.0.1", port + 1)).is_ok()
        {
            return port;
        }
    }
}

/// A message as it goes over the wire.
pub fn message(flags: u16, channel: u8, error: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, 2, flags as u8, (flags >> 8) as u8, 1, 1, channel, 1, 1, error];
    if payload.len() < 256 {
        bytes.extend([0, payload.len() as u8]);
    } else {
        bytes.push(2);
        bytes.extend((payload.len() as u64).to_be_bytes());
    }
    bytes.extend(payload);
    bytes
}

/// The message of [`super::frame`].
pub fn numbered(i: usize, len: usize) -> Vec<u8> {
    message((i * 257) as u16, i as u8, (i / 3) as u8, &super::payload(i, len))
}

pub fn greeting(minor: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, minor];
    bytes.extend(b"NULL");
    bytes.resize(64, 0);
    bytes
}

pub fn ready(kind: &str) -> Vec<u8> {
    let mut bytes = vec![4, 26, 5];
    bytes.extend(b"READY\x0bSocket-Type\0\0\0\x04");
    bytes.extend(kind.as_bytes());
    bytes
}

/// A connection.
pub struct Peer(pub TcpStream);

impl Peer {
    /// Connects, again and again until somebody listens.
    pub fn connect(port: u16) -> Peer {
        let begin = Instant::now();
        loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => return Peer::of(stream),
                Err(error) => assert!(begin.elapsed() < LIMIT, "{error}"),
            }
            std::thread::yield_now();
        }
    }

    /// Waits for a connection.
    pub fn accept(listener: &TcpListener) -> Peer {
        Peer::of(listener.accept().unwrap().0)
    }

    fn of(stream: TcpStream) -> Peer {
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        Peer(stream)
    }

    /// Shakes hands as this kind of socket, with a greeting of ZMTP 3.`minor`.
    pub fn greet(mut self, kind: &str, minor: u8) -> Peer {
        let other = if kind == "PUSH" { "PULL" } else { "PUSH" };
        self.write(&greeting(minor));
        assert_eq!(self.bytes(64), greeting(1));
        self.write(&ready(kind));
        assert_eq!(self.bytes(28), ready(other));
        self
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// One message: flags, channel, error, payload.
    pub fn message(&mut self) -> (u16, u8, u8, Vec<u8>) {
        let head = self.bytes(12);
        assert_eq!((&head[..2], &head[4..6], &head[7..9]), (&[1, 2][..], &[1, 1][..], &[1, 1][..]));
        let len = match head[10] {
            0 => usize::from(head[11]),
            2 => {
                let low = self.bytes(7);
                low.iter().fold(usize::from(head[11]), |len, byte| len << 8 | usize::from(*byte))
            }
            other => panic!("a last part with the flags {other}"),
        };
        (u16::from_le_bytes([head[2], head[3]]), head[6], head[9], self.bytes(len))
    }

    /// Asserts that the next message is that of [`super::frame`].
    pub fn expect(&mut self, i: usize, len: usize) {
        let message = self.message();
        assert!(message == ((i * 257) as u16, i as u8, (i / 3) as u8, super::payload(i, len)), "frame {i}");
    }

    /// Waits for the other side to close.
    pub fn expect_end(mut self) {
        match self.0.read(&mut [0; 4096]) {
            Ok(0) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            other => panic!("{other:?} instead of the end"),
        }
    }
}
