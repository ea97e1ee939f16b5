//! The writer while it runs: opened, closed, renamed at record borders; swapped.

use super::*;
use rogue_sdk::Reconfigured;

#[test]
fn a_new_path_takes_effect_between_two_frames() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("a") }));
    bench.push_all(0, [filled(5, 1), filled(5, 2)]).unwrap();
    assert_eq!(bench.reconfigure(json!({ "path": dir.path("b") })).unwrap(), Reconfigured::Done);
    assert_eq!((bench.held(), dir.get("a").len()), (0, 26), "what waited went into the old file");
    assert_eq!(bench.reading("file").unwrap(), dir.path("b"));
    assert_eq!(
        (number(&bench, "frames_written"), number(&bench, "total_size")),
        (0, 0),
        "counts are of the opening"
    );
    bench.push(filled(5, 3)).unwrap();
    end(bench);
    assert_eq!(dir.get("a"), [record(&[1; 5], 0, 0, 0), record(&[2; 5], 0, 0, 0)].concat());
    assert_eq!(dir.get("b"), record(&[3; 5], 0, 0, 0));
}

#[test]
fn a_path_that_is_refused_changes_nothing() {
    let dir = Dir::new();
    let taken = dir.put("b", b"precious");
    let mut bench = writer(json!({ "path": dir.path("a") }));
    bench.push(filled(5, 1)).unwrap();
    let error = bench.reconfigure(json!({ "path": taken })).unwrap_err().to_string();
    assert!(error.contains("it is there already"), "{error}");
    let error =
        bench.reconfigure(json!({ "path": format!("{}/./a", dir.path("")) })).unwrap_err().to_string();
    assert!(error.contains("is the file that is being written; set another path"), "{error}");
    assert_eq!(
        (bench.reading("file").unwrap(), bench.reading("state").unwrap()),
        (dir.path("a"), "open".into())
    );
    bench.push(filled(5, 2)).unwrap();
    end(bench);
    assert_eq!(dir.get("a").len(), 26);
    assert_eq!(dir.get("b"), b"precious");
}

#[test]
fn closed_and_opened_again() {
    let dir = Dir::new();
    let (a, b) = (dir.path("a"), dir.path("b"));
    let mut bench = writer(json!({ "path": a }));
    bench.push(filled(5, 1)).unwrap();
    bench.reconfigure(json!({ "path": a, "open": false })).unwrap();
    assert_eq!((dir.get("a").len(), bench.reading("is_open").unwrap()), (13, "false".into()));
    bench.push_all(0, [filled(5, 2), filled(5, 3)]).unwrap();
    assert_eq!(bench.dropped("closed"), 2);
    let error = bench.reconfigure(json!({ "path": a })).unwrap_err().to_string();
    assert!(error.contains("it is there already"), "an opening is a new recording: {error}");
    assert_eq!(bench.reading("state").unwrap(), "closed");
    bench.reconfigure(json!({ "path": b, "open": false })).unwrap();
    assert_eq!(dir.names(), ["a"], "a path alone opens nothing");
    bench.reconfigure(json!({ "path": b })).unwrap();
    bench.push(filled(5, 4)).unwrap();
    end(bench);
    assert_eq!(dir.get("b"), record(&[4; 5], 0, 0, 0));
}

#[test]
fn a_smaller_buffer_writes_at_once_and_a_limit_waits_for_the_next_opening() {
    let dir = Dir::new();
    let a = dir.path("a");
    let mut bench = writer(json!({ "path": a }));
    bench.push(filled(92, 1)).unwrap();
    bench.reconfigure(json!({ "path": a, "buffer_size": 64, "max_size": 100 })).unwrap();
    assert_eq!(dir.get("a").len(), 100);
    bench.push(filled(92, 2)).unwrap();
    assert_eq!(dir.get("a").len(), 200);
    bench.reconfigure(json!({ "path": dir.path("b"), "max_size": 100 })).unwrap();
    bench.push_all(0, [filled(92, 3), filled(92, 4)]).unwrap();
    end(bench);
    assert_eq!(dir.names(), ["a", "b.1", "b.2"]);
}

#[test]
fn what_is_not_live_is_left_to_a_swap() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("a") }));
    for key in [json!({ "raw": true }), json!({ "drop_errors": true }), json!({ "if_exists": "append" })] {
        let mut params = json!({ "path": dir.path("b") });
        params.as_object_mut().unwrap().extend(key.as_object().unwrap().clone());
        assert_eq!(bench.reconfigure(params).unwrap(), Reconfigured::Unsupported);
    }
    assert_eq!(dir.names(), ["a"]);
    end(bench);
}

#[test]
fn a_successor_goes_on_in_the_same_file() {
    let dir = Dir::new();
    let path = dir.path("a_{time}");
    let mut bench = writer(json!({ "path": path, "max_size": 100 }));
    bench.push_all(0, [filled(72, 1), filled(72, 2), filled(2, 3)]).unwrap();
    let file = bench.reading("file").unwrap();
    let left = bench.swap(json!({ "path": path, "max_size": 100, "buffer_size": 0 })).unwrap();
    assert!(left.frames.is_empty() && left.handles.is_empty());
    assert_eq!(
        (bench.reading("file").unwrap(), bench.reading("state").unwrap()),
        (file.clone(), "open".into())
    );
    bench.push_all(0, [filled(2, 4), filled(72, 5)]).unwrap();
    assert_eq!((number(&bench, "frames_written"), number(&bench, "total_size")), (5, 260));
    assert_eq!(bench.dropped("disk"), 0);
    bench.finish().unwrap();
    assert_eq!(number(&bench, "frames_synced"), 5);
    end(bench);
    let names = dir.names();
    assert_eq!(names.len(), 3);
    let bytes: Vec<u8> = read(&dir.path(&names[0])).iter().map(|f| f.to_vec()[0]).collect();
    assert_eq!(bytes, [1, 2, 3, 4, 5]);
}

#[test]
fn a_swap_that_is_refused_leaves_the_old_one_writing() {
    let dir = Dir::new();
    let (a, b) = (dir.path("a"), dir.put("b", b"precious"));
    let mut bench = writer(json!({ "path": a }));
    bench.push(filled(5, 1)).unwrap();
    let error = bench.swap(json!({ "path": b })).err().unwrap().to_string();
    assert!(error.contains("it is there already") && !error.contains("cannot go on"), "{error}");
    bench.push(filled(5, 2)).unwrap();
    end(bench);
    assert_eq!(dir.get("a"), [record(&[1; 5], 0, 0, 0), record(&[2; 5], 0, 0, 0)].concat());
    assert_eq!(dir.get("b"), b"precious");
}

#[test]
fn a_swap_to_another_path_or_closed() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("a") }));
    bench.push(filled(5, 1)).unwrap();
    bench.swap(json!({ "path": dir.path("b"), "raw": true })).unwrap();
    bench.push(filled(5, 2)).unwrap();
    bench.swap(json!({ "path": dir.path("b"), "raw": true, "open": false })).unwrap();
    bench.push(filled(5, 3)).unwrap();
    assert_eq!((bench.reading("state").unwrap(), bench.dropped("closed")), ("closed".into(), 1));
    end(bench);
    assert_eq!((dir.get("a"), dir.get("b")), (record(&[1; 5], 0, 0, 0), vec![2; 5]));
}
