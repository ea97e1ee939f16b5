//! The batch against files that take less than they are given: spec section 18, and "short writes".

use super::*;
use crate::{record::Header, writer::batch::Batch};
use std::io::{self, IoSlice, Write};

/// Takes at most `step` bytes a call and `room` bytes in all, and is interrupted now and then.
struct Narrow {
    taken: Vec<u8>,
    step: usize,
    room: usize,
    calls: usize,
    most_slices: usize,
}

impl Narrow {
    fn new(step: usize, room: usize) -> Narrow {
        Narrow { taken: Vec::new(), step, room, calls: 0, most_slices: 0 }
    }
}

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.calls += 1;
        self.most_slices = self.most_slices.max(slices.len());
        if self.calls.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let bytes: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
        let n = bytes.len().min(self.step).min(self.room - self.taken.len());
        if n == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.taken.extend(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Frames around the size up to which payload is copied, some in pieces.
fn frames() -> Vec<Frame> {
    [1, 511, 512, 513, 0, 90, 2000, 3, 512, 600].iter().enumerate().map(|(i, size)| piece(i, *size)).collect()
}

fn piece(i: usize, size: u32) -> Frame {
    let mut frame = Bench::frame_with(if i.is_multiple_of(2) { 0 } else { 100 }, size).unwrap();
    frame.write(0, &vec![i as u8; size as usize]).unwrap();
    frame.set_channel(i as u8);
    frame
}

fn bytes(frames: &[Frame], raw: bool) -> Vec<Vec<u8>> {
    let of = |f: &Frame| if raw { f.to_vec() } else { record(&f.to_vec(), f.channel(), 0, 0) };
    frames.iter().map(of).collect()
}

fn batch(raw: bool) -> Batch {
    let mut batch = Batch::default();
    for frame in frames() {
        let header = if raw { None } else { Header::of(&frame, frame.channel()) };
        batch.push(frame, header, Default::default());
    }
    batch
}

#[test]
fn short_writes_are_gone_on_with() {
    for raw in [false, true] {
        let wanted = bytes(&frames(), raw).concat();
        for step in [1, 2, 7, 8, 9, 511, 512, 520, 1000, usize::MAX] {
            let mut batch = batch(raw);
            assert_eq!((batch.frames(), batch.bytes()), (10, wanted.len() as u64));
            let mut file = Narrow::new(step, usize::MAX);
            let written = batch.write_to(&mut file);
            assert!(written.error.is_none() && file.taken == wanted, "step {step}");
            assert_eq!((written.frames, written.bytes, written.torn), (10, wanted.len() as u64, 0));
            assert!(batch.is_empty() && batch.bytes() == 0);
        }
    }
}

#[test]
fn after_a_failure_at_any_byte_it_is_known_which_frames_are_out() {
    for raw in [false, true] {
        let records = bytes(&frames(), raw);
        let whole = records.concat().len();
        for room in 0..whole {
            let mut batch = batch(raw);
            let written = batch.write_to(&mut Narrow::new(97, room));
            assert_eq!(written.error.unwrap().kind(), io::ErrorKind::StorageFull);
            let mut border = 0;
            let out = records.iter().take_while(|record| {
                let fits = border + record.len() <= room;
                border += if fits { record.len() } else { 0 };
                fits
            });
            assert_eq!((written.frames, written.bytes), (out.count() as u64, border as u64), "room {room}");
            assert_eq!(written.torn, (room - border) as u64);
            let left = batch.take_frames();
            assert_eq!(left.len() as u64, 10 - written.frames);
            let numbers: Vec<u8> = left.iter().map(Frame::channel).collect();
            assert_eq!(numbers, (written.frames as u8..10).collect::<Vec<_>>());
            assert!(batch.is_empty());
        }
    }
}

#[test]
fn the_kernel_is_given_no_more_slices_than_it_takes() {
    let mut batch = Batch::default();
    let mut wanted = Vec::new();
    for i in 0..3000u32 {
        let made = filled(512 + i as usize % 3, i as u8);
        wanted.extend(record(&made.to_vec(), 0, 0, 0));
        batch.push(frame(&made.to_vec(), 0, 0, 0), Header::of(&made, 0), Default::default());
    }
    let mut file = Narrow::new(usize::MAX, usize::MAX);
    assert_eq!(batch.write_to(&mut file).frames, 3000);
    assert!(file.taken == wanted);
    assert_eq!(file.most_slices, 1024);
}
