//! Every byte of a conversation between Rogue's own TcpServer and TcpClient (graphs/data): read, and written again.

use crate::zmtp::{
    Kind, command,
    decode::{Decoder, Found},
    encode::Head,
    handshake::{GREETING, Handshake, Progress},
};

/// Of each frame: bytes, channel, flags, error.
const FRAMES: [(usize, u8, u16, u8); 5] =
    [(1, 0, 0, 0), (16, 7, 0x1234, 1), (255, 255, 0xffff, 255), (256, 3, 0x00a5, 0), (70_000, 1, 0x2211, 0)];

fn recorded(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../graphs/data/rogue-6.15-tcp-{name}.bin", env!("CARGO_MANIFEST_DIR")))
        .unwrap()
}

/// Each recording, who wrote it, and what its frames begin with.
fn recordings() -> [(Vec<u8>, Kind, Option<usize>); 4] {
    [
        (recorded("port-P-client-to-server"), Kind::Push, Some(100)),
        (recorded("port-P-server-to-client"), Kind::Pull, None),
        (recorded("port-P-plus-1-server-to-client"), Kind::Push, Some(0)),
        (recorded("port-P-plus-1-client-to-server"), Kind::Pull, None),
    ]
}

fn payload(first: usize, i: usize, len: usize) -> Vec<u8> {
    super::payload(first + i, len)
}

#[test]
fn what_rogue_wrote_is_what_would_be_written() {
    for (recorded, kind, first) in recordings() {
        let mut ours = GREETING.to_vec();
        ours.extend(command::ready(kind));
        let frames = if first.is_some() { &FRAMES[..] } else { &[] };
        for (i, (len, channel, flags, error)) in frames.iter().enumerate() {
            let head = Head { flags: *flags, channel: *channel, error: *error, size: *len as u64 };
            let before = ours.len();
            head.write(&mut ours);
            assert_eq!(ours.len() - before, head.wire_len());
            ours.extend(payload(first.unwrap(), i, *len));
        }
        assert!(ours == recorded, "{kind:?}");
    }
}

/// Reads a whole conversation in pieces of `step` bytes.
fn read(bytes: &[u8], me: Kind, step: usize) -> Vec<(Head, Vec<u8>)> {
    let mut handshake = Handshake::new(me);
    let mut at = 0;
    loop {
        let n = handshake.wants().min(step);
        let progress = handshake.take(&bytes[at..at + n]).unwrap();
        at += n;
        match progress {
            Progress::Done => break,
            Progress::Greeted(ready) => assert_eq!((at, ready), (64, command::ready(me))),
            Progress::More => {}
        }
    }
    let (mut decoder, mut found) = (Decoder::new(1 << 20), Vec::<(Head, Vec<u8>)>::new());
    for mut piece in bytes[at..].chunks(step) {
        while !piece.is_empty() {
            if let Some((head, payload)) = found.last_mut() {
                let n = piece.len().min(head.size as usize - payload.len());
                payload.extend_from_slice(&piece[..n]);
                piece = &piece[n..];
            }
            match decoder.next(&mut piece).unwrap() {
                Some(Found::Message(head)) => found.push((head, Vec::new())),
                Some(Found::Command(_)) => panic!("there is no command in it"),
                None => {}
            }
        }
    }
    assert!(decoder.is_between());
    found
}

#[test]
fn what_rogue_wrote_is_read() {
    for (recorded, kind, first) in recordings() {
        for step in [1, 2, 3, 7, 64, 1000, usize::MAX / 2] {
            let found = read(&recorded, kind.other(), step);
            let Some(first) = first else {
                assert!(found.is_empty());
                continue;
            };
            assert_eq!(found.len(), FRAMES.len());
            for (i, ((head, bytes), (len, channel, flags, error))) in found.iter().zip(FRAMES).enumerate() {
                assert_eq!(*head, Head { flags, channel, error, size: len as u64 }, "step {step}");
                assert!(*bytes == payload(first, i, len), "frame {i}, step {step}");
            }
        }
    }
}
