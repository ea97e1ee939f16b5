//! Spec section 13, roll-over: the limit may be reached exactly, records are never split, no old file is left.

use super::*;

/// Sizes of the files after records of these sizes.
fn sizes(limit: u64, records: &[usize], params: Value) -> Vec<usize> {
    let dir = Dir::new();
    let mut whole = json!({ "path": dir.path("x"), "max_size": limit });
    whole.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
    let mut bench = writer(whole);
    let overhead = if params.get("raw").is_some() { 0 } else { 8 };
    records.iter().for_each(|size| bench.push(filled(size - overhead, 1)).unwrap());
    assert_eq!(number(&bench, "total_size"), records.iter().sum::<usize>() as u64);
    end(bench);
    dir.names().iter().map(|name| dir.get(name).len()).collect()
}

#[test]
fn section_13_the_border() {
    for buffer in [0, 1 << 20] {
        let buffer = json!({ "buffer_size": buffer });
        assert_eq!(sizes(100, &[50, 50], buffer.clone()), [100], "exactly reaching does not roll");
        assert_eq!(sizes(100, &[50, 51], buffer.clone()), [50, 51]);
        assert_eq!(sizes(100, &[100, 9, 91, 9], buffer.clone()), [100, 100, 9]);
        assert_eq!(sizes(99, &[50, 50, 40, 9, 10], buffer.clone()), [50, 99, 10]);
        assert_eq!(sizes(0, &[1000, 1000], buffer), [2000], "0 is no limit, and no number in the name");
    }
    assert_eq!(sizes(100, &[60, 40, 1, 99], json!({ "raw": true })), [100, 100]);
}

#[test]
fn a_limit_names_the_first_file_1() {
    let dir = Dir::new();
    let bench = writer(json!({ "path": dir.path("x.dat"), "max_size": "1MiB" }));
    assert_eq!(bench.reading("file").unwrap(), dir.path("x.dat.1"));
    end(bench);
    assert_eq!(dir.names(), ["x.dat.1"]);
}

#[test]
fn a_record_larger_than_the_limit_is_a_counted_loss_and_the_rest_goes_on() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x"), "max_size": 100 }));
    bench.push_all(0, [filled(40, 1), filled(93, 2), filled(92, 3), filled(500, 4), filled(1, 5)]).unwrap();
    assert_eq!(bench.dropped("too_large"), 2);
    assert_eq!(bench.reading("file").unwrap(), dir.path("x.3"));
    assert_eq!((number(&bench, "current_size"), number(&bench, "total_size")), (9, 48 + 100 + 9));
    assert_eq!(bench.counter("files"), 3);
    end(bench);
    assert_eq!((dir.get("x.1").len(), dir.get("x.2").len(), dir.get("x.3").len()), (48, 100, 9));
}

#[test]
fn files_of_an_older_recording_are_in_the_way() {
    let dir = Dir::new();
    dir.put("x.2", b"old");
    let mut bench = writer(json!({ "path": dir.path("x"), "max_size": 100 }));
    bench.push_all(0, [filled(90, 1), filled(90, 2), filled(90, 3)]).unwrap();
    assert_eq!(bench.dropped("disk"), 2);
    let state = bench.reading("state").unwrap();
    assert!(
        state.starts_with(&format!("failed: cannot write {}: it is there already", dir.path("x.2"))),
        "{state}"
    );
    assert_eq!((number(&bench, "frames_written"), number(&bench, "frames_synced")), (1, 1));
    assert_eq!(dir.get("x.2"), b"old");

    fs::remove_file(dir.path("x.2")).unwrap();
    bench.reconfigure(json!({ "path": dir.path("x"), "max_size": 100 })).unwrap();
    bench.push(filled(90, 4)).unwrap();
    end(bench);
    assert_eq!(read(&dir.path("x.1")).iter().map(|f| f.to_vec()[0]).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn replace_replaces_the_whole_group() {
    let dir = Dir::new();
    for index in [1, 2, 3, 5] {
        dir.put(&format!("x.{index}"), &record(&[9; 50], 9, 0, 0));
    }
    let mut bench = writer(json!({ "path": dir.path("x"), "max_size": 100, "if_exists": "replace" }));
    bench.push_all(0, [filled(90, 1), filled(90, 2)]).unwrap();
    end(bench);
    assert_eq!(dir.names(), ["x.1", "x.2", "x.5"], "what a reader would have gone on into is gone");
    assert_eq!(read(&dir.path("x.1")).iter().map(|f| f.to_vec()[0]).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn append_goes_on_in_the_last_file() {
    let dir = Dir::new();
    dir.put("x.1", &record(&[8; 92], 0, 0, 0));
    dir.put("x.2", &record(&[9; 50], 0, 0, 0));
    let mut bench = writer(json!({ "path": dir.path("x"), "max_size": 100, "if_exists": "append" }));
    assert_eq!(bench.reading("file").unwrap(), dir.path("x.2"));
    bench.push_all(0, [filled(34, 1), filled(34, 2)]).unwrap();
    assert_eq!((number(&bench, "current_size"), number(&bench, "total_size")), (42, 84));
    end(bench);
    assert_eq!(read(&dir.path("x.1")).iter().map(|f| f.to_vec()[0]).collect::<Vec<_>>(), [8, 9, 1, 2]);
    assert_eq!(dir.get("x.2").len(), 100);
}
