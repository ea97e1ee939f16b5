//! A disk that is full: the run goes on, every frame is counted, the file ends with a whole record.

use super::*;
use rogue_sdk::log::Level;
use std::process::Command;

#[test]
fn a_full_device() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": "/dev/full", "if_exists": "append", "buffer_size": 100 }));
    bench.push_all(0, (0..3).map(|i| filled(20, i))).unwrap();
    assert_eq!((bench.held(), bench.dropped("disk")), (3, 0), "28 bytes each: not yet written");
    bench.push(filled(20, 3)).unwrap();
    assert_eq!((bench.held(), bench.dropped("disk")), (0, 4));
    let text = "write failed on /dev/full at byte 0, after 0 frames: No space left on device (os error 28); 4 frames \
                that waited are lost, and so are those that follow; make room, then set open to true";
    assert_eq!(bench.reading("state").unwrap(), format!("failed: {text}"));
    assert_eq!(bench.reading("is_open").unwrap(), "false");

    bench.push_all(0, (0..10).map(|i| filled(20, i))).unwrap();
    assert_eq!((bench.dropped("disk"), bench.consumed(), bench.counter("write_errors")), (14, 0, 1));
    assert_eq!((number(&bench, "frames_written"), number(&bench, "total_size")), (0, 0));
    let errors: Vec<_> = bench.logged().into_iter().filter(|line| line.level == Level::Error).collect();
    assert_eq!(errors.len(), 1, "said once");
    assert_eq!(
        (errors[0].target.as_str(), errors[0].message.as_str()),
        ("pyrogue.fileio.StreamWriter", text)
    );

    bench.reconfigure(json!({ "path": "/dev/full", "if_exists": "append", "buffer_size": 0 })).unwrap();
    assert_eq!(bench.reading("state").unwrap(), "open", "told to try again, it does");
    bench.push(filled(20, 4)).unwrap();
    assert_eq!((bench.dropped("disk"), bench.counter("write_errors")), (15, 2));

    bench.reconfigure(json!({ "path": dir.path("x"), "if_exists": "append" })).unwrap();
    bench.push(filled(20, 5)).unwrap();
    assert!(bench.faults().is_empty());
    end(bench);
    assert_eq!(dir.get("x"), record(&[5; 20], 0, 0, 0));
}

#[test]
fn full_at_the_end_of_the_input() {
    let mut bench = writer(json!({ "path": "/dev/full", "if_exists": "replace" }));
    bench.push_all(0, (0..10).map(|i| filled(20, i))).unwrap();
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    assert_eq!((bench.dropped("disk"), bench.held()), (10, 0));
    end(bench);
    let mut bench = writer(json!({ "path": "/dev/full", "if_exists": "replace" }));
    bench.push(filled(20, 1)).unwrap();
    bench.stop().unwrap();
    assert_eq!((bench.dropped("disk"), bench.consumed()), (1, 0), "nor when it is just stopped");
}

#[test]
fn a_swap_of_a_writer_that_failed_tries_again() {
    let params = json!({ "path": "/dev/full", "if_exists": "replace", "buffer_size": 0 });
    let mut bench = writer(params.clone());
    bench.push(filled(20, 1)).unwrap();
    bench.swap(params).unwrap();
    assert_eq!(bench.reading("state").unwrap(), "open");
    bench.push(filled(20, 2)).unwrap();
    assert_eq!((bench.dropped("disk"), bench.consumed()), (2, 0));
    end(bench);
}

const LIMITED: &str = "FILE_WRITER_TEST_DIR";

/// A real file that takes a part of a write and then no more: this test runs itself again with a limit on the
/// size of files.
#[test]
fn a_write_in_part_is_cut_off() {
    let Ok(dir) = std::env::var(LIMITED) else {
        let dir = Dir::new();
        let run = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact \"$1\" --nocapture"])
            .arg(std::env::current_exe().unwrap())
            .arg("tests::disk_full::a_write_in_part_is_cut_off")
            .env(LIMITED, dir.path(""))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(
            run.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&run.stderr)
        );
        return;
    };
    let path = format!("{dir}/x.dat");
    let params = json!({ "path": path, "buffer_size": 1000 });
    let mut bench = writer(params.clone());
    bench.push_all(0, (0..1000).map(|i| filled(100, i as u8))).unwrap();

    let state = bench.reading("state").unwrap();
    assert!(state.contains("File too large (os error 27); ") && state.contains("were cut off; "), "{state}");
    let len = fs::metadata(&path).unwrap().len();
    let whole = len / 108;
    assert_eq!(len % 108, 0, "it ends with a whole record");
    assert_eq!((bench.consumed(), bench.dropped("disk")), (whole, 1000 - whole));
    assert_eq!((number(&bench, "frames_written"), number(&bench, "total_size")), (whole, len));
    let frames = read(&path);
    assert!(frames.iter().enumerate().all(|(i, frame)| frame.to_vec() == [i as u8; 100]));
    assert_eq!(frames.len() as u64, whole);

    // Opened again it goes on at the border: a record that still fits is written, the next one is not.
    bench.reconfigure(params.clone()).unwrap();
    bench.push(filled(1, 99)).unwrap();
    bench.push_all(0, (0..20).map(|_| filled(100, 100))).unwrap();
    assert!(bench.reading("state").unwrap().starts_with("failed: write failed"));
    assert_eq!((bench.consumed(), bench.dropped("disk")), (whole + 1, 1000 - whole + 20));
    assert_eq!(fs::metadata(&path).unwrap().len(), len + 9);
    assert_eq!(read(&path).len() as u64, whole + 1);

    bench.reconfigure(json!({ "path": format!("{dir}/y.dat"), "buffer_size": 1000 })).unwrap();
    bench.push(filled(100, 7)).unwrap();
    end(bench);
    assert_eq!(fs::read(format!("{dir}/y.dat")).unwrap(), record(&[7; 100], 0, 0, 0));
}
