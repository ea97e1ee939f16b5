//! `file-writer`: what becomes of a frame, and when.

use super::*;
use core::time::Duration;

#[test]
fn port_0_keeps_the_channel_and_others_stamp_theirs() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x") }));
    for port in [0, 1, 255, 0] {
        bench.push_to(port, frame(b"p", 77, 5, 6)).unwrap();
    }
    assert!(bench.push_to(256, frame(b"p", 0, 0, 0)).is_err());
    end(bench);
    let channels: Vec<u8> = read(&dir.path("x")).iter().map(Frame::channel).collect();
    assert_eq!(channels, [77, 1, 255, 77]);
}

#[test]
fn every_frame_that_is_not_written_is_counted() {
    let dir = Dir::new();
    let path = dir.path("x");
    let mut bench = writer(json!({ "path": path, "drop_errors": true, "open": false }));
    assert_eq!(bench.reading("state").unwrap(), "closed");
    bench.push(frame(b"early", 0, 0, 0)).unwrap();
    bench.reconfigure(json!({ "path": path, "drop_errors": true })).unwrap();
    assert_eq!(
        (bench.reading("state").unwrap(), bench.reading("is_open").unwrap()),
        ("open".into(), "true".into())
    );
    bench
        .push_all(
            0,
            [frame(b"", 0, 0, 0), frame(b"bad", 0, 0, 1), frame(b"", 0, 0, 1), frame(b"good", 0, 0, 0)],
        )
        .unwrap();
    bench.finish().unwrap();
    assert_eq!((bench.dropped("closed"), bench.dropped("empty"), bench.dropped("error")), (1, 2, 1));
    assert_eq!(
        (bench.consumed(), number(&bench, "frames_written"), number(&bench, "frames_synced")),
        (1, 1, 1)
    );
    end(bench);
    assert_eq!(dir.get("x"), record(b"good", 0, 0, 0));
}

#[test]
fn errored_frames_are_written_unless_said_otherwise() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x") }));
    bench.push(frame(b"bad", 1, 2, 3)).unwrap();
    end(bench);
    assert_eq!(dir.get("x"), record(b"bad", 1, 2, 3));
}

#[test]
fn a_frame_is_held_until_the_kernel_has_it() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x"), "buffer_size": 100 }));
    bench.push_all(0, [filled(20, 1), filled(20, 2)]).unwrap();
    assert_eq!((bench.held(), bench.consumed(), dir.get("x").len()), (2, 0, 0));
    assert_eq!((number(&bench, "frames_written"), number(&bench, "current_size")), (0, 56));
    bench.push(filled(36, 3)).unwrap();
    assert_eq!((bench.held(), bench.consumed(), dir.get("x").len()), (0, 3, 100));
    assert_eq!((number(&bench, "frames_written"), number(&bench, "frames_synced")), (3, 0));
    bench.push(filled(5000, 4)).unwrap();
    assert_eq!((bench.held(), dir.get("x").len()), (0, 5108), "what is larger than the buffer does not wait");
    end(bench);
}

#[test]
fn nothing_waits_for_more_than_a_second() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x") }));
    bench.push(filled(10, 1)).unwrap();
    bench.advance(Duration::from_millis(600)).unwrap();
    bench.push(filled(10, 2)).unwrap();
    bench.advance(Duration::from_millis(399)).unwrap();
    assert_eq!((dir.get("x").len(), bench.held()), (0, 2));
    bench.advance(Duration::from_millis(1)).unwrap();
    assert_eq!((dir.get("x").len(), bench.held()), (36, 0), "a second after the first of them");
    bench.push(filled(10, 3)).unwrap();
    bench.advance(Duration::from_millis(999)).unwrap();
    assert_eq!(dir.get("x").len(), 36);
    bench.advance(Duration::from_millis(1)).unwrap();
    assert_eq!(dir.get("x").len(), 54);
    end(bench);
}

#[test]
fn bandwidth_is_that_of_the_last_second() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x") }));
    for _ in 0..20 {
        bench.push(filled(92, 1)).unwrap();
        bench.advance(Duration::from_millis(100)).unwrap();
    }
    assert_eq!(number(&bench, "bandwidth"), 1000);
    bench.advance(Duration::from_secs(3)).unwrap();
    assert_eq!(number(&bench, "bandwidth"), 0);
    assert_eq!(bench.wake_at(), None, "nothing more to look at");
    end(bench);
}

#[test]
fn small_frames_do_not_pile_up_in_a_large_buffer() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x"), "buffer_size": "1GiB" }));
    bench.push_all(0, (0..5000).map(|i| filled(4, i as u8))).unwrap();
    assert_eq!(bench.held(), 5000 - 4096);
    assert_eq!(dir.get("x").len(), 4096 * 12);
    for i in 0..100 {
        let mut pieces = Bench::frame_with(4, 4000).unwrap();
        pieces.write(0, &[i; 4000]).unwrap();
        bench.push(pieces).unwrap();
    }
    assert!(bench.held() < 10, "frames of very many buffers neither");
    end(bench);
    let frames = read(&dir.path("x"));
    assert_eq!(frames.len(), 5100);
    assert!(
        frames
            .iter()
            .enumerate()
            .all(|(i, f)| f.to_vec() == vec![if i < 5000 { i } else { i - 5000 } as u8; f.to_vec().len()])
    );
}

#[test]
fn stopped_without_an_end_of_input_it_still_writes_what_it_has() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x") }));
    bench.push(filled(10, 1)).unwrap();
    bench.stop().unwrap();
    assert_eq!((dir.get("x").len(), bench.held(), bench.dropped("disk")), (18, 0, 0));
    assert_eq!(number(&bench, "frames_synced"), 1);
    assert_eq!(bench.reading("state").unwrap(), "closed");
}
