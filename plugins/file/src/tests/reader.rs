//! `file-reader`: which files, how fast, how often.

use super::*;
use core::time::Duration;
use rogue_sdk::Reconfigured;

/// A file of frames, each of its number's byte.
fn numbered(dir: &Dir, name: &str, numbers: &[u8]) -> String {
    let bytes: Vec<u8> = numbers.iter().flat_map(|n| record(&[*n; 3], *n, 0, 0)).collect();
    dir.put(name, &bytes)
}

fn numbers(frames: &[Frame]) -> Vec<u8> {
    frames.iter().map(Frame::channel).collect()
}

#[test]
fn groups_and_lists() {
    let dir = Dir::new();
    let (a1, a2) = (numbered(&dir, "a.1", &[1, 2]), numbered(&dir, "a.2", &[3]));
    numbered(&dir, "a.3", &[4]);
    numbered(&dir, "a.5", &[9]);
    let (b, c) = (numbered(&dir, "b.1", &[5, 6]), numbered(&dir, "no_dot", &[7]));
    let given = |path: Value| numbers(&all(&mut reader(json!({ "path": path }))));
    assert_eq!(given(json!(a1)), [1, 2, 3, 4], "until the next does not exist");
    assert_eq!(given(json!(a2)), [3], "only `.1` begins a group");
    assert_eq!(given(json!(c)), [7]);
    assert_eq!(given(json!([b, a1, c])), [5, 6, 1, 2, 3, 4, 7]);
    assert_eq!(given(json!([a1, a2])), [1, 2, 3], "what is listed itself is not read twice");
    assert_eq!(given(json!([c, c])), [7, 7]);
}

#[test]
fn it_shows_where_it_is() {
    let dir = Dir::new();
    let a1 = numbered(&dir, "a.1", &[1, 2, 3]);
    numbered(&dir, "a.2", &[4]);
    let mut bench = reader(json!({ "path": a1 }));
    bench.produce_up_to(2).unwrap();
    assert_eq!(
        (bench.reading("file").unwrap(), number(&bench, "frames"), number(&bench, "position")),
        (a1, 2, 22)
    );
    all(&mut bench);
    assert_eq!((bench.reading("file").unwrap(), number(&bench, "frames")), (dir.path("a.2"), 4));
    bench.end().unwrap();
}

#[test]
fn repeated() {
    let dir = Dir::new();
    let a = numbered(&dir, "a.1", &[1]);
    numbered(&dir, "a.2", &[2]);
    assert_eq!(numbers(&all(&mut reader(json!({ "path": a, "repeat": 3 })))), [1, 2, 1, 2, 1, 2]);
    let mut ever = reader(json!({ "path": a, "repeat": 0 }));
    for _ in 0..10 {
        assert_eq!(ever.produce().unwrap(), Flow::More);
    }
    assert_eq!(numbers(&ever.out()), [1, 2].repeat(320));
    let mut bench = reader(json!({ "path": dir.put("empty", b""), "repeat": 0 }));
    assert_eq!(bench.produce().unwrap(), Flow::Ended, "a replay of nothing does not go on for ever");
    assert!(bench.logged()[0].message.starts_with("no frame in "));
}

#[test]
fn at_a_rate() {
    let dir = Dir::new();
    let a = numbered(&dir, "a", &(0..100).collect::<Vec<_>>());
    let mut bench = reader(json!({ "path": a, "rate": 10 }));
    assert_eq!(bench.produce().unwrap(), Flow::Idle);
    assert_eq!(bench.out_len(), 1);
    bench.advance(Duration::from_secs(5)).unwrap();
    assert_eq!(bench.out_len(), 51);
    assert_eq!(bench.reconfigure(json!({ "path": a, "rate": 20 })).unwrap(), Reconfigured::Done);
    bench.advance(Duration::from_secs(1)).unwrap();
    assert!((70..=72).contains(&bench.out_len()), "{}", bench.out_len());
    assert_eq!(bench.reconfigure(json!({ "path": a })).unwrap(), Reconfigured::Done);
    bench.run().unwrap();
    assert_eq!(numbers(&bench.out()), (0..100).collect::<Vec<_>>());
    assert_eq!(bench.reconfigure(json!({ "path": a, "repeat": 2 })).unwrap(), Reconfigured::Unsupported);
}

#[test]
fn frames_come_from_downstream_in_its_pieces() {
    let wanted: Vec<_> = read(&rogue("multichannel.dat")).iter().map(parts).collect();
    for fixed in [7, 100, 4096] {
        let mut bench = reader(json!({ "path": rogue("multichannel.dat") }));
        bench.set_downstream_pool(fixed);
        let frames = all(&mut bench);
        assert!(frames.iter().all(|f| f.buffer_count() == f.payload().div_ceil(fixed) as usize));
        assert!(frames.iter().map(parts).eq(wanted.iter().cloned()), "buffers of {fixed}");
    }
}

#[test]
fn records_around_the_read_ahead() {
    let dir = Dir::new();
    let sizes = [1, (64 << 10) - 1, 64 << 10, (1 << 20) - 9, 1 << 20, 5, (3 << 20) + 1, 100_000, 3];
    let payloads: Vec<Vec<u8>> = (sizes.iter().enumerate())
        .map(|(i, size)| (0..*size as usize).map(|j| (i * 31 + j + j / 251) as u8).collect())
        .collect();
    let path =
        dir.put("x", &payloads.iter().flat_map(|payload| record(payload, 0, 0, 0)).collect::<Vec<_>>());
    for fixed in [0, 100_000] {
        let mut bench = reader(json!({ "path": path }));
        bench.set_downstream_pool(fixed);
        let frames = all(&mut bench);
        assert_eq!(frames.len(), sizes.len());
        assert!(frames.iter().zip(&payloads).all(|(frame, payload)| frame.to_vec() == *payload));
    }
}

#[test]
fn a_call_reads_a_bounded_amount() {
    let dir = Dir::new();
    let path = dir.put("x", &record(&vec![1; 1 << 20], 0, 0, 0).repeat(40));
    let mut bench = reader(json!({ "path": path }));
    assert_eq!(bench.produce().unwrap(), Flow::More);
    assert_eq!(bench.out_len(), 16);
    let empty = dir.put("y", &record(&[], 0, 0, 0).repeat(10_000));
    let mut bench = reader(json!({ "path": empty }));
    assert_eq!(bench.produce().unwrap(), Flow::More);
    assert_eq!(bench.counter("empty"), 4096);
    all(&mut bench);
    assert_eq!(bench.counter("empty"), 10_000);
}

#[test]
fn what_cannot_be_read_is_refused_at_the_start() {
    let dir = Dir::new();
    let good = numbered(&dir, "good", &[1]);
    let missing = dir.path("missing");
    let error = |path: Value| refused(Bench::source::<FileReader>(json!({ "path": path })));
    assert_eq!(
        error(json!([good, missing])),
        format!(
            "cannot read {missing}: No such file or directory (os error 2); check `path`, which is relative to the \
             directory the run was started in"
        )
    );
    let folder = dir.path("");
    assert_eq!(
        error(json!(folder)),
        format!("cannot read {folder}: it is a directory; name a file in it (`path`)")
    );
    let pipe = dir.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(
        error(json!(pipe)),
        format!("cannot read {pipe}: it is no regular file, and only those can be replayed")
    );
    assert!(error(json!("/dev/zero")).contains("it is no regular file"));
    assert!(error(json!([])).contains("path has 0 names"));
    assert!(error(json!("")).contains("path has an empty name"));
    assert!(refused(Bench::source::<FileReader>(json!({ "path": good, "rate": -1 }))).contains("rate is -1"));
}

#[test]
fn a_file_that_goes_away_in_between_ends_the_run_with_its_name() {
    let dir = Dir::new();
    let (a, b) = (numbered(&dir, "a", &[1]), numbered(&dir, "b", &[2]));
    let mut bench = reader(json!({ "path": [a, b] }));
    fs::remove_file(&b).unwrap();
    let error = bench.produce().unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot read {b}: No such file or directory")), "{error}");
}

#[test]
fn no_memory_is_an_error_that_says_where() {
    let dir = Dir::new();
    let a = numbered(&dir, "a", &[1, 2]);
    let mut bench = reader(json!({ "path": a }));
    bench.produce_up_to(1).unwrap();
    bench.set_no_memory(true);
    let error = bench.produce().unwrap_err().to_string();
    assert!(error.starts_with(&format!("{a}, record at byte 11, payload of 3 bytes: no memory")), "{error}");
}

#[test]
fn a_successor_goes_on_with_the_next_record() {
    let dir = Dir::new();
    let a = numbered(&dir, "a.1", &[1, 2]);
    numbered(&dir, "a.2", &[3, 4, 5]);
    let mut bench = reader(json!({ "path": a, "repeat": 2 }));
    bench.produce_up_to(8).unwrap();
    bench.swap(json!({ "path": a, "repeat": 2, "rate": 1000 })).unwrap();
    bench.swap(json!({ "path": a, "repeat": 2 })).unwrap();
    all_into(&mut bench, &[1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    assert_eq!(number(&bench, "frames"), 10);
    bench.swap(json!({ "path": a, "repeat": 2 })).unwrap();
    assert_eq!(bench.produce().unwrap(), Flow::Ended, "what has ended stays so");
    let other = numbered(&dir, "other", &[9]);
    bench.swap(json!({ "path": other })).unwrap();
    all_into(&mut bench, &[9]);
}

fn all_into(bench: &mut Bench, wanted: &[u8]) {
    assert_eq!(numbers(&all(bench)), wanted);
}
