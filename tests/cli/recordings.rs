//! Data files that are torn, damaged or not there: what is whole is given, what is not is counted and said.

use crate::place::{Place, graphs};
use rogue_tests::child::Done;
use std::{fs, process::Command};

const READ: &str = "name: read
nodes:
  src: { module: file-reader, params: { path: some.dat } }
  disk: { module: file-writer, params: { path: out.dat, if_exists: replace } }
links: [ src >> disk ]
";

fn recording() -> Vec<u8> {
    fs::read(graphs().join("data/rogue-6.15-prbs32.dat")).expect("the recording is there")
}

/// Places where records begin, and the end of the file.
fn borders(bytes: &[u8]) -> Vec<usize> {
    let mut borders = vec![0];
    while let Some(length) = bytes[borders[borders.len() - 1]..].first_chunk() {
        borders.push(borders[borders.len() - 1] + 4 + u32::from_le_bytes(*length) as usize);
    }
    borders
}

/// Runs it; `frames` whole records are given, `torn` bytes are not.
#[track_caller]
fn read(place: &Place, bytes: &[u8], frames: usize, torn: usize) -> Done {
    place.file("some.dat", bytes);
    place.file("g.yaml", READ);
    let done = place.run(&["g.yaml", "-v"]).ended(0).shows(&format!("ledger: {frames} created"));
    let done = done.shows(&format!("src.torn {}\n", usize::from(torn > 0)));
    let counted = format!("src.torn_bytes {} (outside of the graph)\n", thousands(torn));
    let written = fs::read(place.path("out.dat")).expect("it was written");
    assert_eq!(written.len() + torn, bytes.len());
    assert!(bytes.starts_with(&written), "what is written is not what was read");
    done.shows(&counted)
}

fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

#[test]
fn a_recording_cut_anywhere_gives_its_whole_records() {
    let (place, whole) = (Place::new(), recording());
    let borders = borders(&whole);
    assert_eq!(borders.last(), Some(&whole.len()));
    let last = borders[borders.len() - 2];
    let mut cuts = vec![0, 1, 3, 4, 7, 8, 9, whole.len() - 1, whole.len(), last];
    cuts.extend([last + 1, last + 4, last + 7, last + 8, borders[10], borders[10] - 1, borders[20] + 8]);
    for cut in cuts {
        let frames = borders.iter().filter(|border| **border <= cut).count() - 1;
        let torn = cut - borders[frames];
        let done = read(&place, &whole[..cut], frames, torn);
        if torn > 0 {
            done.says("some.dat: the record at byte ").says("is torn");
        }
    }
}

#[test]
fn lengths_that_cannot_be_are_said_with_their_place() {
    let (place, whole) = (Place::new(), recording());
    let tenth = borders(&whole)[10];
    let with = |at: usize, length: u32| {
        let mut bytes = whole.clone();
        bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
        bytes
    };
    for at in [0, tenth] {
        let frames = if at == 0 { 0 } else { 10 };
        let done = read(&place, &with(at, 0), frames, whole.len() - at);
        done.says(&format!("some.dat: length 0 at byte {at}"));
        let done = read(&place, &with(at, u32::MAX), frames, whole.len() - at);
        done.says(&format!("the record at byte {at} is torn: it has 4294967299 bytes"));
    }
}

/// What lies outside of the books is said at the end without being asked for.
#[test]
fn torn_bytes_stand_beside_the_ledger() {
    let (place, whole) = (Place::new(), recording());
    place.file("some.dat", &whole[..whole.len() - 1]);
    let done = place.graph(READ).ended(0);
    done.shows("\noutside of the graph: src.torn_bytes 803\n");
    place.file("some.dat", &whole);
    let done = place.graph(READ).ended(0);
    assert!(!done.out.contains("outside"), "{}", done.out);
}

#[test]
fn a_recording_that_cannot_be_read_keeps_the_graph_from_starting() {
    let place = Place::new();
    let refused = |says: &str| {
        let done =
            place.graph(READ).ended(4).says("error: node `src`: could not start: cannot read some.dat");
        assert_eq!(done.out, "");
        done.says(says).says("g.yaml:3:");
    };
    refused("check `path`");
    fs::create_dir(place.path("some.dat")).expect("a folder");
    refused("is a directory");
    fs::remove_dir(place.path("some.dat")).expect("it is there");
    // Nobody writes to it: opening it would wait.
    let made = Command::new("mkfifo").arg(place.path("some.dat")).status().expect("there is mkfifo");
    assert!(made.success());
    refused("it is no regular file");
    fs::remove_file(place.path("some.dat")).expect("it is there");
    std::os::unix::fs::symlink("/dev/zero", place.path("some.dat")).expect("a link");
    refused("it is no regular file");
    // Missing parts of a roll-over are said too.
    place.run(&["g.yaml", "--set", "src.path=[some.dat.1, some.dat.2]"]).ended(4).says("some.dat.1");
}
