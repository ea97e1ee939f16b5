//! What graphs write, read back from the bytes: records of `u32 length` (payload and 4 more), `u16 flags`,
//! `u8 error`, `u8 channel`, payload; little-endian (spec section 13).

use crate::place::{Place, graphs};
use std::{fs, path::Path};

/// A record as it lies in a file.
struct Record<'a> {
    whole: &'a [u8],
    error: u8,
    channel: u8,
    payload: &'a [u8],
}

fn bytes(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn word(bytes: &[u8]) -> u32 {
    bytes.first_chunk().copied().map(u32::from_le_bytes).expect("four bytes")
}

/// All records; fails if the file does not end with a whole one.
fn records(mut bytes: &[u8]) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let (whole, rest) = bytes.split_at(word(bytes) as usize + 4);
        records.push(Record { whole, error: whole[6], channel: whole[7], payload: &whole[8..] });
        bytes = rest;
    }
    records
}

/// Fails unless the files of this graph hold what its comment says.
pub fn are_right(name: &str, place: &Place) {
    match name {
        "acquisition" => acquisition(place),
        "capture" => capture(place),
        "live" => live(place),
        "monitor" => whole(place, "monitor.dat", 5000, 1024),
        "pools" => whole(place, "pools.dat", 1000, 2048),
        "pulses" => pulses(place),
        "quickstart" => quickstart(place),
        "replay" => replay(place),
        _ => assert_eq!(fs::read_dir(place.written("")).expect("a folder").count(), 0, "{name} writes"),
    }
}

/// The recording, records with an error left out, byte for byte.
fn quickstart(place: &Place) {
    let recording = bytes(&graphs().join("data/rogue-6.15-multichannel.dat"));
    let records = records(&recording);
    let good: Vec<&[u8]> = records.iter().filter(|record| record.error == 0).map(|r| r.whole).collect();
    assert_eq!((records.len(), good.len()), (600, 583));
    assert!(bytes(&place.written("quickstart.dat")) == good.concat(), "quickstart.dat is something else");
}

fn replay(place: &Place) {
    for number in 1..=4 {
        let original = bytes(&graphs().join(format!("data/rogue-6.15-rollover.dat.{number}")));
        let copy = bytes(&place.written(&format!("replay.dat.{number}")));
        assert!(copy == original, "replay.dat.{number} is not the original");
    }
    assert!(!place.written("replay.dat.5").exists());
}

/// Each port stamps its number; the frames of each come in the order they were made.
fn acquisition(place: &Place) {
    let file = bytes(&place.written("acquisition.dat"));
    let records = records(&file);
    let sizes = |channel: u8| -> Vec<usize> {
        let of = records.iter().filter(|record| record.channel == channel && record.error == 0);
        of.map(|record| record.payload.len()).collect()
    };
    assert_eq!(records.len(), 6000);
    assert_eq!(sizes(1), [16384; 1000]);
    assert_eq!(sizes(2), [64; 4000]);
    assert_eq!(sizes(3), [2048, 4096].repeat(500));
}

/// Eight files, none above the limit, no record split, the frames in order: a frame begins with its number.
fn capture(place: &Place) {
    let mut number = 0;
    for piece in 1..=8 {
        let file = bytes(&place.written(&format!("capture.dat.{piece}")));
        assert!(file.len() <= 65536, "capture.dat.{piece} has {} bytes", file.len());
        for record in records(&file) {
            assert_eq!((record.channel, record.payload.len()), (5, 1024));
            assert_eq!(word(record.payload), number);
            number += 1;
        }
    }
    assert_eq!(number, 500);
    assert!(!place.written("capture.dat.9").exists());
}

/// Records of waveforms with pulses (docs/modules.md): 32 bytes, and 32 for each pulse. The baselines are those of the
/// digitizer, and pulses are as high as it makes them.
fn pulses(place: &Place) {
    let file = bytes(&place.written("pulses.dat"));
    let (mut waveforms, mut pulses) = (0, 0);
    let mut last = [None; 3];
    for record in records(&file) {
        let (head, found) = record.payload.split_at(32);
        let channel = usize::from(record.channel);
        let (sequence, baseline) = (word(&head[4..]), word(&head[12..]) as f64 / 256.0);
        assert_eq!((head[0], usize::from(head[1]), word(&head[8..])), (1, channel, 1024));
        assert!(last[channel] < Some(sequence), "channel {channel}: {sequence} after {:?}", last[channel]);
        last[channel] = Some(sequence);
        // The first is the mean of 32 samples with a noise of 3, whose deviation is 0.53; the others are of ever more.
        let most = if sequence < 100 { 2.7 } else { 0.5 };
        assert!(
            (baseline - [1000.0, 1200.0, 900.0][channel]).abs() < most,
            "{channel} {sequence}: {baseline}"
        );
        assert_eq!(found.len(), 32 * word(&head[24..]) as usize);
        for pulse in found.chunks(32) {
            let (height, ends_behind) = (f64::from(word(&pulse[12..])) / 256.0, pulse[28] & 4 != 0);
            assert!(ends_behind || (280.0..720.0).contains(&height), "{height}");
            pulses += 1;
        }
        waveforms += 1;
    }
    // Half of 12,000 waveforms have one pulse, give or take four standard deviations.
    assert!((5780..6220).contains(&waveforms), "{waveforms}");
    assert_eq!(pulses, waveforms);
}

/// Whole records of waveforms with pulses, as many as there was time for.
fn live(place: &Place) {
    let file = bytes(&place.written("live.dat"));
    let records = records(&file);
    assert!(!records.is_empty());
    assert!(records.iter().all(|record| record.channel < 3 && record.payload.len().is_multiple_of(32)));
}

/// So many frames of one size, numbered from 0.
fn whole(place: &Place, name: &str, count: usize, size: usize) {
    let file = bytes(&place.written(name));
    let records = records(&file);
    assert_eq!(records.len(), count, "{name}");
    for (number, record) in (0..).zip(records) {
        assert_eq!((record.payload.len(), word(record.payload)), (size, number), "{name}");
    }
}
