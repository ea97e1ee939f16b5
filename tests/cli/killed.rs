//! SIGKILL to a run that records, at any moment: what is on the disk afterwards is whole records and at most a part of
//! one more; all whole ones are read back in order and unchanged, and the part is told and counted.
//!
//! Each round is seeded: what is recorded, and how far the file has come when the signal is sent. Where in its work the
//! writer is then is the machine's choice. `ROGUE_KILLS` says how many rounds each kind of recording has.

use crate::place::Place;
use fastrand::Rng;
use rogue_tests::child::Child;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// Rounds of each kind of recording, unless `ROGUE_KILLS` says otherwise.
const ROUNDS: u64 = 8;

/// Most bytes of one recording: some writes of the largest buffer.
const TOTAL: u64 = 24 << 20;

/// Bytes of a record beside its payload (spec section 13).
const HEADER: usize = 8;

/// Records of `size` bytes of payload, as `file-writer` with these parameters writes them.
fn killed_at_any_moment(name: &str, size: usize, writer: &str, last: fn(&Place) -> Option<String>) {
    let rounds = std::env::var("ROGUE_KILLS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let (mut torn, mut records) = (0, 0);
    for round in 0..rounds {
        let mut rng = Rng::with_seed(round);
        let place = Place::new();
        let count = TOTAL / (size + HEADER) as u64;
        place.file(
            "record.yaml",
            format!(
                "name: record
nodes:
  src: {{ module: prbs-source, params: {{ size: {size}, count: {count} }} }}
  disk: {{ module: file-writer, params: {{ path: out.dat, {writer} }} }}
links: [ src >> disk ]
"
            ),
        );
        let child = Child::spawn(&mut place.program.command(&["record.yaml"]), b"");
        let killed = kill(child, &place, last, &mut rng);
        let context = format!("{name}, round {round}, {killed}");
        let (whole, rest) = read_back(&place, size, last, &context);
        records += whole;
        torn += u64::from(rest > 0);
    }
    println!("{name}: {rounds} rounds, {records} whole records, {torn} files cut in a record");
    assert!(records > 0 || rounds < ROUNDS, "nothing was ever recorded: the signal came too early each time");
}

/// Kills the child when the recording has come so far, and a little later. Says where that was.
fn kill(mut child: Child, place: &Place, last: fn(&Place) -> Option<String>, rng: &mut Rng) -> String {
    let wanted = rng.u64(0..TOTAL) * rng.u64(0..4) / 3;
    let written = |place: &Place| match last(place) {
        // With roll-over the files before the last have at least this.
        Some(path) => 1 + fs::metadata(place.path(&path)).map_or(0, |about| about.len()),
        None => 0,
    };
    while written(place) < wanted.min(TOTAL / 2) && !child.has_ended() {
        std::thread::yield_now();
    }
    let later = Instant::now() + Duration::from_micros(rng.u64(0..3000));
    while Instant::now() < later && !child.has_ended() {
        std::hint::spin_loop();
    }
    match child.kill().code {
        None => format!("killed at byte {wanted} or later"),
        Some(code) => {
            assert_eq!(code, 0, "it ended before the signal");
            "ended before the signal".to_owned()
        }
    }
}

/// How many whole records there are, and the bytes of the part behind them. Reads the recording back in a graph.
fn read_back(place: &Place, size: usize, last: fn(&Place) -> Option<String>, context: &str) -> (u64, usize) {
    let Some(path) = last(place) else { return (0, 0) };
    let (first, _) = path.rsplit_once('.').expect("it has an ending");
    let (first, files) = match path.strip_prefix("out.dat.") {
        Some(_) => (format!("{first}.1"), members(place)),
        None => (path.clone(), vec![path.clone()]),
    };
    let (mut frames, mut rest, mut whole) = (0, 0, vec![]);
    for (index, file) in files.iter().enumerate() {
        let bytes = fs::read(place.path(file)).expect("it is there");
        let border = whole_records(&bytes, size, &mut frames, context);
        rest = bytes.len() - border;
        assert!(
            rest == 0 || index + 1 == files.len(),
            "{context}: {file} was gone on from, and is not whole"
        );
        whole.extend_from_slice(&bytes[..border]);
    }
    place.file(
        "replay.yaml",
        format!(
            "name: replay
nodes:
  src: {{ module: file-reader, params: {{ path: {first} }} }}
  check: {{ module: prbs-check }}
  copy: {{ module: file-writer, params: {{ path: copy.dat }} }}
links: [ src >> check, src >> copy ]
"
        ),
    );
    // A frame that is not what was made would be dropped as `bad`, which ends in 3.
    let done = place.run(&["replay.yaml", "-v"]).ended(0);
    let shown = |text: &str| assert!(done.out.contains(text), "{context}: {text:?} is not in:\n{}", done.out);
    shown(&format!("ledger: {} created", thousands(frames)));
    shown(&format!("src.torn {}\n", u8::from(rest > 0)));
    shown(&format!("src.torn_bytes {} (outside of the graph)\n", thousands(rest as u64)));
    shown(&format!("check.rx_count {}\n", thousands(frames)));
    assert_eq!(done.err.contains(" is torn: it has "), rest > 0, "{context}: {}", done.err);
    assert!(fs::read(place.path("copy.dat")).expect("a copy") == whole, "{context}: the copy differs");
    (frames, rest)
}

/// Where the whole records of a file end. `frames` counts them: each is the next of the stream.
fn whole_records(bytes: &[u8], size: usize, frames: &mut u64, context: &str) -> usize {
    let mut border = 0;
    for record in bytes.chunks_exact(size + HEADER) {
        let head = [&(size as u32 + 4).to_le_bytes()[..], &[0; 4]].concat();
        assert!(record.starts_with(&head), "{context}: no record at byte {border}");
        let sequence = u32::from_le_bytes(record[HEADER..HEADER + 4].try_into().expect("four bytes"));
        assert_eq!(u64::from(sequence), *frames, "{context}: out of order at byte {border}");
        *frames += 1;
        border += record.len();
    }
    border
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

fn exists(place: &Place, name: &str) -> bool {
    Path::exists(&place.path(name))
}

/// The one file of a recording.
fn single(place: &Place) -> Option<String> {
    exists(place, "out.dat").then(|| "out.dat".to_owned())
}

/// The files of a roll-over, in order.
fn members(place: &Place) -> Vec<String> {
    (1..).map(|index| format!("out.dat.{index}")).take_while(|name| exists(place, name)).collect()
}

/// The file of a roll-over that is written to.
fn newest(place: &Place) -> Option<String> {
    members(place).pop()
}

#[test]
fn small_records_each_written_at_once() {
    killed_at_any_moment("12 bytes, no buffer", 12, "buffer_size: 0, max_size: 0", single);
}

#[test]
fn small_records_collected() {
    killed_at_any_moment("100 bytes, buffer of 1 MiB", 100, "buffer_size: 1MiB", single);
}

#[test]
fn middling_records_in_an_odd_buffer() {
    killed_at_any_moment("1000 bytes, buffer of 4097 bytes", 1000, "buffer_size: 4097", single);
}

#[test]
fn large_records_collected_in_a_large_buffer() {
    killed_at_any_moment("64 KiB, buffer of 8 MiB", 65536, "buffer_size: 8MiB", single);
}

#[test]
fn huge_records_each_written_at_once() {
    killed_at_any_moment("4 MiB, no buffer", 4 << 20, "buffer_size: 0", single);
}

#[test]
fn a_roll_over() {
    killed_at_any_moment("10 kB, files of 1 MB", 10_000, "max_size: 1MB, buffer_size: 100kB", newest);
}
