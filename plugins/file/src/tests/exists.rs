//! What is there already, what cannot be had: spec section 18, "no-clobber choice for the writer".

use super::*;
use std::os::unix::fs::PermissionsExt;

fn open(path: &str, if_exists: &str) -> rogue_sdk::Result<Bench> {
    Bench::sink::<FileWriter>(json!({ "path": path, "if_exists": if_exists }))
}

#[test]
fn refuse_is_the_default_and_says_what_to_do() {
    let dir = Dir::new();
    let path = dir.put("x.dat", b"precious");
    let error = refused(Bench::sink::<FileWriter>(json!({ "path": path })));
    assert_eq!(
        error,
        format!(
            "cannot write {path}: it is there already; write another `path` (`{{time}}` in it makes each one new), \
             or `if_exists: replace` or `append`"
        )
    );
    assert_eq!(dir.get("x.dat"), b"precious");
}

#[test]
fn replace_leaves_no_stale_tail() {
    let dir = Dir::new();
    let path = dir.put("x.dat", &[9; 5000]);
    let mut bench = open(&path, "replace").unwrap();
    bench.push(filled(3, 1)).unwrap();
    end(bench);
    assert_eq!(dir.get("x.dat"), record(&[1; 3], 0, 0, 0));
}

#[test]
fn append_keeps_what_is_there() {
    let dir = Dir::new();
    let before = record(&[9; 7], 2, 1, 0);
    let path = dir.put("x.dat", &before);
    for i in 0..2 {
        let mut bench = open(&path, "append").unwrap();
        bench.push(filled(3, i)).unwrap();
        assert_eq!(
            (number(&bench, "total_size"), number(&bench, "current_size")),
            (11, 26 + 11 * u64::from(i))
        );
        end(bench);
    }
    assert_eq!(dir.get("x.dat"), [before, record(&[0; 3], 0, 0, 0), record(&[1; 3], 0, 0, 0)].concat());
}

#[test]
fn replace_and_append_make_what_is_not_there() {
    let dir = Dir::new();
    for how in ["replace", "append"] {
        end(open(&dir.path(how), how).unwrap());
        assert_eq!(dir.get(how), b"");
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let dir = Dir::new();
    let inside = dir.path("no/such/x.dat");
    let error = refused(open(&inside, "refuse"));
    assert!(error.contains(&format!("there is no directory {}; make it", dir.path("no/such"))), "{error}");

    for how in ["refuse", "replace", "append"] {
        let error = refused(open(&dir.path(""), how));
        assert!(error.contains("it is a directory; name a file in it (`path`)"), "{error}");
    }
    let socket = dir.path("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let error = refused(open(&socket, "append"));
    assert!(error.contains("it is a socket; name a regular file"), "{error}");
    let pipe = dir.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let error = refused(open(&pipe, "append"));
    assert!(error.contains("it is a pipe; name a regular file"), "{error}");
    let error = refused(open(&dir.path(&"x".repeat(300)), "refuse"));
    assert!(error.contains("File name too long"), "{error}");
    assert_eq!(refused(open("", "refuse")), "path is empty; name a file");
}

#[test]
fn a_file_that_is_not_ours_to_write() {
    let dir = Dir::new();
    let path = dir.put("x.dat", b"theirs");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    // Root may write everything: then there is nothing to refuse.
    if fs::OpenOptions::new().write(true).open(&path).is_err() {
        let error = refused(open(&path, "replace"));
        assert!(error.contains("make the file and the directory"), "{error}");
    }
    assert_eq!(dir.get("x.dat"), b"theirs");
}

#[test]
fn one_file_has_one_writer() {
    let dir = Dir::new();
    let path = dir.path("x.dat");
    let first = open(&path, "append").unwrap();
    let error = refused(open(&path, "append"));
    assert!(error.contains(&format!("file:{path} is already taken by another node")), "{error}");
    end(first);
    end(open(&path, "append").unwrap());
    let (one, two) = (open("/dev/null", "append").unwrap(), open("/dev/null", "append").unwrap());
    end(one);
    end(two);
}

#[test]
fn the_time_in_a_path() {
    let time = |seconds| crate::name::with_time("a_{time}.dat", core::time::Duration::from_secs(seconds));
    assert_eq!(time(0), "a_19700101_000000.dat");
    assert_eq!(time(951_782_399), "a_20000228_235959.dat");
    assert_eq!(time(951_782_400), "a_20000229_000000.dat");
    assert_eq!(time(951_868_800), "a_20000301_000000.dat");
    assert_eq!(time(1_767_225_599), "a_20251231_235959.dat");
    assert_eq!(time(1_767_225_600), "a_20260101_000000.dat");
    assert_eq!(time(4_107_542_399), "a_21000228_235959.dat");
    assert_eq!(time(4_107_542_400), "a_21000301_000000.dat");
    let dir = Dir::new();
    let bench = writer(json!({ "path": dir.path("data_{time}.dat") }));
    let names = dir.names();
    assert_eq!(names.len(), 1);
    assert!(
        names[0].len() == "data_YYYYMMDD_HHMMSS.dat".len() && names[0].starts_with("data_2026"),
        "{names:?}"
    );
    end(bench);
}
