//! The reader of data files (spec section 13): what it gives of any file.
//!
//! Input: one byte chooses the size of the buffers, two say where the file ends when it is first read; the rest is
//! the file. What holds: the reader says what a second, much simpler reading of the specification says; records,
//! records without payload and the rest that is no record account for every byte; a record written again has the
//! bytes it was read from; a file that grows at a record's border is read on.

use std::io::Write;

use rogue_sdk::{Frame, bench::Bench};

use super::file::{
    reader::input::{Input, Next},
    record::{HEADER, Header},
};
use super::{file_of, readable};

/// Sizes of a buffer; 0: one buffer for each frame.
const BUFFERS: [u32; 5] = [0, 1, 7, 64, 4096];

/// What a file holds.
#[derive(Debug, PartialEq)]
enum Said {
    Record { flags: u16, error: u8, channel: u8, payload: Vec<u8> },
    Empty,
    End,
    Torn { lost: u64 },
}

/// See above.
pub fn check(data: &[u8]) {
    let Some(([size, low, high], bytes)) = data.split_first_chunk::<3>() else { return };
    let size = BUFFERS[usize::from(*size) % BUFFERS.len()];
    let pause = usize::from(u16::from_le_bytes([*low, *high])).min(bytes.len());

    let (_whole, path) = file_of(bytes);
    let mut input = open(&path);
    let said = read(&mut input, size);
    accounted(&said, bytes);
    assert_eq!(said, expected(bytes));

    let (mut growing, path) = file_of(&bytes[..pause]);
    let mut input = open(&path);
    let mut said = read(&mut input, size);
    assert_eq!(said, expected(&bytes[..pause]));
    if said.last() == Some(&Said::End) {
        growing.write_all(&bytes[pause..]).expect("room for a small temporary file");
        said.pop();
        said.extend(read(&mut input, size));
        assert_eq!(said, expected(bytes), "read on from byte {pause}");
    }
}

fn open(path: &str) -> Input {
    Input::open(path).expect("a file that is there")
}

/// All that a reader gives, up to its end.
fn read(input: &mut Input, size: u32) -> Vec<Said> {
    let mut said = vec![];
    loop {
        let before = input.position();
        let next =
            input.next(|payload| Ok(Bench::frame_with(size, payload)?)).expect("a disk that does not fail");
        let (one, moved) = match next {
            Next::Frame(frame) => (record(&frame), u64::from(frame.payload()) + HEADER as u64),
            Next::Empty => (Said::Empty, HEADER as u64),
            Next::End => (Said::End, 0),
            Next::Damaged { lost, why } => {
                readable(&why, 300);
                (Said::Torn { lost }, input.position() - before)
            }
        };
        assert_eq!(input.position(), before + moved);
        let over = matches!(one, Said::End | Said::Torn { .. });
        said.push(one);
        if over {
            return said;
        }
    }
}

fn record(frame: &Frame) -> Said {
    let header = Header::of(frame, frame.channel()).expect("a payload that was in a file");
    assert_eq!(Header::decode(header.encode()), header);
    assert_eq!(header.payload(), frame.payload());
    Said::Record {
        flags: frame.flags(),
        error: frame.error(),
        channel: frame.channel(),
        payload: frame.to_vec(),
    }
}

/// Every byte of the file is in a record, in an empty one, or in the rest that is lost, in this order.
fn accounted(said: &[Said], bytes: &[u8]) {
    let mut at = 0;
    for one in said {
        match one {
            Said::Record { flags, error, channel, payload } => {
                let length = payload.len() as u32 + 4;
                let [first, last] = flags.to_le_bytes();
                let head = [&length.to_le_bytes()[..], &[first, last, *error, *channel]].concat();
                assert_eq!(head, bytes[at..at + HEADER]);
                assert_eq!(*payload, bytes[at + HEADER..at + HEADER + payload.len()]);
                at += HEADER + payload.len();
            }
            Said::Empty => at += HEADER,
            Said::End => assert_eq!(at, bytes.len()),
            Said::Torn { lost } => {
                assert!(*lost > 0, "nothing is lost");
                at += *lost as usize;
                assert_eq!(at, bytes.len());
            }
        }
    }
}

/// The specification, read plainly.
fn expected(bytes: &[u8]) -> Vec<Said> {
    let mut said = vec![];
    let mut rest = bytes;
    loop {
        let torn = Said::Torn { lost: rest.len() as u64 };
        let one = match *rest {
            [] => Said::End,
            [a, b, c, d, ref behind @ ..] => {
                let length = u32::from_le_bytes([a, b, c, d]) as usize;
                match *behind {
                    _ if length == 0 => torn,
                    [f0, f1, error, channel, ref payload @ ..]
                        if payload.len() >= length.saturating_sub(4) =>
                    {
                        let (payload, next) = payload.split_at(length.saturating_sub(4));
                        rest = next;
                        match payload {
                            [] => Said::Empty,
                            _ => Said::Record {
                                flags: u16::from_le_bytes([f0, f1]),
                                error,
                                channel,
                                payload: payload.to_vec(),
                            },
                        }
                    }
                    _ => torn,
                }
            }
            _ => torn,
        };
        let over = matches!(one, Said::End | Said::Torn { .. });
        said.push(one);
        if over {
            return said;
        }
    }
}
