//! Large payloads stay where the socket's read put them: of every byte of a frame that is given it is looked whether it is
//! there still.

use super::*;
use crate::{scratch, zmtp::encode};
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};
use std::{
    io,
    net::{TcpListener, TcpStream},
    ops::Range,
    sync::{Mutex, PoisonError},
};

/// Sizes of the frames that come, again and again.
const SIZES: [usize; 4] = [1 << 20, LARGE as usize, 300_000, 70_000];
const FRAMES: usize = 40;

/// Where reads have put bytes: which of the stream, and the address of the first. By how many bytes a read gives at most.
static PUT: Mutex<Vec<(Range<usize>, usize)>> = Mutex::new(Vec::new());

fn put<T>(with: impl FnOnce(&mut Vec<(Range<usize>, usize)>) -> T) -> T {
    with(&mut PUT.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Stands for a socket.
struct Wire {
    bytes: Vec<u8>,
    at: usize,
    most: usize,
}

impl Read for Wire {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.read_vectored(&mut [IoSliceMut::new(to)])
    }

    fn read_vectored(&mut self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let (begin, mut left) = (self.at, self.most);
        for slice in slices {
            let n = slice.len().min(left).min(self.bytes.len() - self.at);
            slice[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
            put(|put| put.push((self.at..self.at + n, slice.as_ptr().addr())));
            (self.at, left) = (self.at + n, left - n);
        }
        if self.at == begin {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(self.at - begin)
    }
}

/// Byte `j` of frame `i`.
fn byte(i: usize, j: usize) -> u8 {
    (i * 31 + j * 7 + (j >> 8)) as u8
}

/// Gives what comes by the wire.
struct Probe {
    incoming: Incoming,
    scratch: Scratch,
    wire: Wire,
}

#[derive(Params, Clone)]
struct ProbeParams {
    most: u64,
}

impl Module for Probe {
    type Params = ProbeParams;
    const CARD: Card = Card::source("probe").about("Gives what comes by a wire that a test has made");

    fn new(params: ProbeParams, _: &Node) -> rogue_sdk::Result<Probe> {
        let mut bytes = Vec::new();
        for i in 0..FRAMES {
            let size = SIZES[i % SIZES.len()];
            Head { size: size as u64, ..Head::default() }.write(&mut bytes);
            bytes.extend((0..size).map(|j| byte(i, j)));
        }
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let to = listener.local_addr()?;
        let peer = Peer::open(TcpStream::connect(to)?, to)?;
        let wire = Wire { bytes, at: 0, most: usize::try_from(params.most)? };
        Ok(Probe { incoming: Incoming::new(peer, 1 << 30), scratch: Scratch::default(), wire })
    }
}

impl Source for Probe {
    fn produce(&mut self, out: &mut Out<'_>, _: &Context<'_>) -> rogue_sdk::Result<Flow> {
        let Probe { incoming, scratch, wire } = self;
        let mut room = Room::new(out);
        while !room.is_full() {
            if scratch.is_empty() {
                match read(&mut incoming.partial, incoming.large, scratch, &mut *wire) {
                    Ok(Some(_)) => {}
                    Ok(None) => return Ok(Flow::Ended),
                    Err(gone) => return Err(rogue_sdk::Error::new(gone)),
                }
            }
            incoming.cut(scratch, &mut room).map_err(rogue_sdk::Error::new)?;
        }
        Ok(Flow::More)
    }
}

#[test]
fn a_large_payload_stays_where_the_read_has_put_it() {
    for (fixed_size, most) in [(0, u64::MAX), (0, 50_001), (16_384, u64::MAX), (16_384, 50_001)] {
        put(Vec::clear);
        let mut bench = Bench::source::<Probe>(json!({ "most": most })).unwrap();
        bench.set_downstream_pool(fixed_size);
        while bench.produce().unwrap() == Flow::More {}
        let frames = bench.out();
        assert_eq!(frames.len(), FRAMES);
        let mut at = 0;
        for (i, frame) in frames.iter().enumerate() {
            let (size, begin) = (SIZES[i % SIZES.len()], at + encode::LONG_LEN);
            at = begin + size;
            assert!(frame.to_vec().iter().enumerate().all(|(j, is)| *is == byte(i, j)), "frame {i}");
            // Bytes of it that are elsewhere than the read has put them.
            let (mut copied, mut from) = (0, begin);
            for buffer in frame.buffers() {
                let here = buffer.bytes().as_ptr().addr();
                let these = from..from + buffer.bytes().len();
                let stay: usize = put(|put| {
                    let whole = put.iter().map(|(range, address)| {
                        let both = range.start.max(these.start)..range.end.min(these.end);
                        let is_there = !both.is_empty()
                            && address + (both.start - range.start) == here + (both.start - these.start);
                        if is_there { both.len() } else { 0 }
                    });
                    whole.sum()
                });
                copied += these.len() - stay;
                from = these.end;
            }
            // Of the first read everything is copied; later only what came beside the payload before.
            let may = if begin < scratch::LEN { scratch::LEN } else { BESIDE };
            assert!(copied <= may, "{copied} of the {size} bytes of frame {i} were copied");
        }
        bench.end().unwrap();
    }
}
