//! Files that change while they are read.

use super::*;
use crate::reader::input::{Input, Next};
use std::{fs::OpenOptions, io::Write};

fn next(input: &mut Input) -> Next {
    input.next(|size| Ok(Bench::frame_with(0, size)?)).unwrap()
}

#[test]
fn a_file_that_grows_is_read_on() {
    let dir = Dir::new();
    let path = dir.put("x", &record(b"one", 1, 0, 0));
    let mut input = Input::open(&path).unwrap();
    assert!(matches!(next(&mut input), Next::Frame(frame) if frame.to_vec() == b"one"));
    let large = vec![5; 200_000];
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&record(&large, 2, 0, 0)).unwrap();
    assert!(matches!(next(&mut input), Next::Frame(frame) if frame.to_vec() == large));
    assert!(matches!(next(&mut input), Next::End));
    assert_eq!(input.position(), 11 + 200_008);
}

#[test]
fn a_file_that_shrinks_is_reported() {
    let dir = Dir::new();
    let path = dir.put("x", &[record(&vec![5; 3_000_000], 2, 0, 0), record(b"b", 1, 0, 0)].concat());
    let mut input = Input::open(&path).unwrap();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(100_000).unwrap();
    let Next::Damaged { lost, why } = next(&mut input) else { panic!("the record is not whole") };
    assert_eq!(lost, 100_000);
    assert_eq!(why, format!("{path}: was cut to byte 100000 while the record at byte 0 was read"));
}

#[test]
fn a_place_beyond_the_end_is_the_end() {
    let dir = Dir::new();
    let mut input = Input::open(&dir.put("x", &record(b"a", 1, 0, 0))).unwrap();
    input.seek(1000).unwrap();
    assert!(matches!(next(&mut input), Next::End));
    input.seek(0).unwrap();
    assert!(matches!(next(&mut input), Next::Frame(_)));
}
