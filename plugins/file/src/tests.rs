//! Spec section 13, and the files that Rogue 6.15 wrote.

mod batch;
mod disk_full;
mod exists;
mod input;
mod live;
mod reader;
mod record;
mod rogue_files;
mod rollover;
mod torn;
mod writer;

use crate::{reader::FileReader, writer::FileWriter};
use rogue_sdk::{
    Flow, Frame,
    bench::{Bench, json},
};
use serde_json::Value;
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// A file that Rogue wrote.
fn rogue(name: &str) -> String {
    format!("{}/../../graphs/data/rogue-6.15-{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A directory of the test's own.
struct Dir(TempDir);

impl Dir {
    fn new() -> Dir {
        Dir(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn get(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| PathBuf::from(entry.unwrap().file_name()).to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }
}

fn writer(params: Value) -> Bench {
    Bench::sink::<FileWriter>(params).unwrap()
}

fn reader(params: Value) -> Bench {
    Bench::source::<FileReader>(params).unwrap()
}

/// Why a module does not start.
fn refused(made: rogue_sdk::Result<Bench>) -> String {
    made.err().expect("it should be refused").to_string()
}

/// A frame with payload and metadata.
fn frame(payload: &[u8], channel: u8, flags: u16, error: u8) -> Frame {
    let mut frame = Bench::frame_of(payload).unwrap();
    frame.set_channel(channel);
    frame.set_flags(flags);
    frame.set_error(error);
    frame
}

/// A frame of `len` bytes, all of them `byte`.
fn filled(len: usize, byte: u8) -> Frame {
    frame(&vec![byte; len], 0, 0, 0)
}

/// A record as the specification words it.
fn record(payload: &[u8], channel: u8, flags: u16, error: u8) -> Vec<u8> {
    let length = payload.len() as u32 + 4;
    let meta = u32::from(flags) | u32::from(error) << 16 | u32::from(channel) << 24;
    [&length.to_le_bytes()[..], &meta.to_le_bytes(), payload].concat()
}

/// All that a reader gives.
fn all(bench: &mut Bench) -> Vec<Frame> {
    while bench.produce().unwrap() == Flow::More {}
    bench.out()
}

/// What a file holds, by our reader.
fn read(path: &str) -> Vec<Frame> {
    let mut bench = reader(json!({ "path": path }));
    let frames = all(&mut bench);
    bench.end().unwrap();
    frames
}

/// A frame's parts, to compare.
fn parts(frame: &Frame) -> (u8, u16, u8, Vec<u8>) {
    (frame.channel(), frame.flags(), frame.error(), frame.to_vec())
}

/// Ends a writer in order; no frame may be left in it.
fn end(mut bench: Bench) {
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    assert_eq!(bench.held(), 0);
    bench.end().unwrap();
}

/// A reading as a number.
fn number(bench: &Bench, name: &str) -> u64 {
    bench.reading(name).unwrap().parse().unwrap()
}
