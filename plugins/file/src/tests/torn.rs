//! Files that are not whole: spec section 13 says how the original ends, section 18 that nothing goes silently.

use super::*;
use rogue_sdk::log::Level;

/// Frames given, `torn`, `torn_bytes`, and what was warned of.
fn replay(path: &str) -> (Vec<Frame>, u64, u64, Vec<String>) {
    let mut bench = reader(json!({ "path": path }));
    let frames = all(&mut bench);
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    let lines = bench.logged();
    assert!(lines.iter().all(|line| line.level == Level::Warn && line.target == "pyrogue.streamReader"));
    let lines = lines.into_iter().map(|line| line.message).collect();
    let counts = (bench.counter("torn"), bench.counter("torn_bytes"));
    bench.end().unwrap();
    (frames, counts.0, counts.1, lines)
}

#[test]
fn a_file_cut_at_every_byte() {
    let records =
        [record(b"one", 1, 2, 3), record(&[7; 20], 2, 0, 0), record(&[], 3, 0, 0), record(b"x", 4, 0, 0)];
    let whole = records.concat();
    let borders: Vec<usize> = (0..=4).map(|n| records[..n].concat().len()).collect();
    for cut in 0..=whole.len() {
        let dir = Dir::new();
        let path = dir.put("x.dat", &whole[..cut]);
        let (frames, torn, torn_bytes, lines) = replay(&path);
        let complete = borders.iter().filter(|border| **border <= cut && **border > 0).count();
        let given = complete - usize::from(complete >= 3);
        assert_eq!(frames.len(), given, "cut at {cut}");
        let last = borders[complete];
        let rest = cut - last;
        assert_eq!((torn, torn_bytes), (u64::from(rest > 0), rest as u64), "cut at {cut}");
        assert_eq!(lines.len(), usize::from(rest > 0));
        if rest >= 4 {
            let size = records[complete].len();
            let wanted = format!(
                "{path}: the record at byte {last} is torn: it has {size} bytes, the file {rest} more; it is not given"
            );
            assert_eq!(lines[0], wanted);
        }
    }
}

#[test]
fn length_0_ends_the_file_and_says_how_much_is_left() {
    let dir = Dir::new();
    let good = record(b"good", 0, 0, 0);
    let path = dir.put("x.1", &[&good[..], &[0; 100]].concat());
    dir.put("x.2", &good);
    let (frames, torn, torn_bytes, lines) = replay(&path);
    assert_eq!((frames.len(), torn, torn_bytes), (2, 1, 100), "the next file of the group is read");
    assert_eq!(lines, [format!("{path}: length 0 at byte 12; the 100 bytes from there are not read")]);
    let short = dir.put("short", &[&good[..], &[0; 5]].concat());
    assert_eq!(
        replay(&short).3,
        [format!("{short}: length 0 at byte 12; the 5 bytes from there are not read")]
    );
}

#[test]
fn a_length_that_the_file_does_not_have_allocates_nothing() {
    let dir = Dir::new();
    for length in [u32::MAX, u32::MAX - 1, 1 << 31, 105] {
        let path = dir.put("x", &[&length.to_le_bytes()[..], &[0; 104]].concat());
        let mut bench = reader(json!({ "path": path }));
        assert!(all(&mut bench).is_empty());
        assert_eq!((bench.created(), bench.counter("torn_bytes")), (0, 108), "length {length}");
        bench.end().unwrap();
    }
    let path = dir.put("x", &[&104u32.to_le_bytes()[..], &[0; 104]].concat());
    assert_eq!(read(&path)[0].payload(), 100);
}

#[test]
fn records_without_payload_make_no_frame() {
    let dir = Dir::new();
    let odd = |length: u32| [&length.to_le_bytes()[..], &[1, 2, 3, 4]].concat();
    let path = dir.put("x", &[odd(4), odd(1), record(b"a", 1, 0, 0), odd(3), odd(2)].concat());
    let mut bench = reader(json!({ "path": path }));
    assert_eq!(all(&mut bench).len(), 1);
    assert_eq!((bench.counter("empty"), bench.counter("torn")), (4, 0));
    bench.end().unwrap();
}

#[test]
fn noise_makes_no_panic() {
    let dir = Dir::new();
    let mut seed = 1u64;
    for _ in 0..300 {
        let bytes: Vec<u8> = (0..400)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // Mostly zeros, so that many lengths are short enough to be believed.
                if seed >> 62 == 0 { (seed >> 40) as u8 & 31 } else { 0 }
            })
            .collect();
        let path = dir.put("x", &bytes);
        let (frames, torn, torn_bytes, _) = replay(&path);
        let given: u64 = frames.iter().map(|frame| u64::from(frame.payload()) + 8).sum();
        assert!(given + torn_bytes <= 400 && torn <= 1);
    }
}
