//! Large payloads are written from where they lie: of every byte that a write is given it is looked where it is.

use super::*;
use rogue_sdk::bench::Bench;
use std::{
    io,
    net::{TcpListener, TcpStream},
    ops::Range,
};

/// Takes so many bytes of a write, and keeps where they lay.
struct Seen {
    most: usize,
    pieces: Vec<Range<usize>>,
}

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut left = self.most;
        for slice in slices {
            let n = slice.len().min(left);
            let at = slice.as_ptr().addr();
            self.pieces.push(at..at + n);
            left -= n;
        }
        Ok(self.most - left)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection with nobody at its other end.
fn peer() -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    Peer::open(TcpStream::connect(to).unwrap(), to).unwrap()
}

/// Frames of one buffer and of many, large and small.
fn frames() -> Vec<Frame> {
    let mut frames: Vec<Frame> = [1, COPIED_MAX, COPIED_MAX + 1, 70_000, 3 << 20, 10, 65_536]
        .map(|size| Bench::frame_of(&vec![7; size]).unwrap())
        .into();
    for buffers in [3, PIECES_MAX * 2] {
        let mut frame = Bench::frame_with(3000, 3000 * buffers as u32).unwrap();
        frame.set_payload(3000 * buffers as u32).unwrap();
        assert_eq!(frame.buffer_count(), buffers);
        frames.push(frame);
    }
    frames
}

#[test]
fn what_is_large_is_written_from_where_it_lies_and_only_the_rest_is_copied() {
    for most in [usize::MAX, 100_003, 1777] {
        let mut out = Outgoing::new(peer());
        let (mut lies, mut large, mut other) = (Vec::new(), 0, 0);
        for frame in frames() {
            let payload = frame.payload() as usize;
            other += head(&frame).wire_len();
            if payload > COPIED_MAX {
                large += payload;
                lies.extend(frame.buffers().map(|buffer| {
                    let at = buffer.bytes().as_ptr().addr();
                    at..at + buffer.bytes().len()
                }));
            } else {
                other += payload;
            }
            out.push(frame);
        }
        let (mut staging, mut from_there, mut copied) = (Staging::default(), 0, 0);
        while out.waiting() > 0 {
            out.stage(&mut staging);
            let mut seen = Seen { most, pieces: Vec::new() };
            let Moved::Bytes(n) = out.write(&staging, &mut seen).unwrap() else { panic!("it takes some") };
            for piece in seen.pieces {
                match lies.iter().any(|lie| lie.start <= piece.start && piece.end <= lie.end) {
                    true => from_there += piece.len(),
                    false => copied += piece.len(),
                }
            }
            out.wrote(n);
        }
        assert_eq!((from_there, copied), (large, other), "{most} bytes at a time");
    }
}
