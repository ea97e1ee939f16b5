//! The readers in Python that come with this, as docs/tcf.md has them: one needs nothing, the other the Eclipse TCF client.
//!
//! What is not there is said, and the test passes without it. `ROGUE_TCF_PYTHON` names a Python that has the client.

use super::{LIMIT, frame, node, port};
use rogue_sdk::{Flow, bench::json};
use std::{env, process::Command, thread};

/// Ten frames are printed by a reader, and the end.
fn reads(python: &str, script: &str) {
    let mut bench = node(json!({ "type": "scope" }));
    for i in 0..10 {
        bench.push(frame(i, i * 100)).unwrap();
    }
    let script = format!("{}/{script}", env!("CARGO_MANIFEST_DIR"));
    let address = format!("127.0.0.1:{}", port(&bench));
    let python = python.to_owned();
    let read = thread::spawn(move || {
        Command::new(python).args(["-B", &script, &address, "scope", "--size", "700"]).output().unwrap()
    });
    bench
        .run_until(LIMIT, |bench| {
            if bench.counter("connects") > 0 {
                bench.finish().unwrap();
            }
            read.is_finished()
        })
        .unwrap();
    let done = read.join().unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    let error = String::from_utf8_lossy(&done.stderr);
    let mut expected: Vec<String> =
        (0..10).map(|i| format!("frame {i} channel {i} error {} {} bytes", i / 3, i * 100)).collect();
    expected.push("the end".to_owned());
    assert_eq!(out.lines().collect::<Vec<_>>(), expected, "{error}");
    assert!(done.status.success(), "{error}");
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    bench.end().unwrap();
}

/// Whether a Python can do this.
fn can(python: &str, code: &str) -> bool {
    Command::new(python).args(["-c", code]).output().is_ok_and(|done| done.status.success())
}

#[test]
fn the_reader_in_python_reads_frames() {
    match can("python3", "import zlib") {
        true => reads("python3", "reader.py"),
        false => eprintln!("skipped: there is no python3 here"),
    }
}

#[test]
fn the_eclipse_client_reads_frames() {
    let python = env::var("ROGUE_TCF_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = |client: &str| can(&python, &format!("from {client}.channel import Command"));
    match has("tcf") || has("chipscopy.tcf") {
        true => reads(&python, "eclipse_reader.py"),
        false => eprintln!("skipped: {python} has no Eclipse TCF client; `pip install chipscopy` brings one"),
    }
}
