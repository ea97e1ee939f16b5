//! Modules in Python: `sdk/python/rogue_module.py` in components that `cargo rogue build --python` makes, and its own
//! test without any. Where there is no python3, or componentize-py is neither here nor to be had, they say so and pass.

use crate::{
    desk::found,
    stream::{Bytes, counter, dropped, into_sink, out_of, through},
};
use rogue_runtime::{
    graph::Sandbox,
    host,
    load::{Loader, cards},
};
use rogue_tests::dist::root;
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Where components are built; for the life of this process.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder")).path()
}

/// Builds a file of Python; `None`: what it takes is not here.
fn built(file: &str) -> Option<PathBuf> {
    let file = root().join(file);
    let to = folder().join(file.file_stem()?).with_extension("wasm");
    let tool = Path::new(env!("CARGO_BIN_EXE_cargo-rogue-under-test"));
    let made = Command::new(tool)
        .args(["build", "--python"])
        .arg(&file)
        .arg("-o")
        .arg(&to)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&made.stderr);
    let missing =
        ["Python 3.10 or later", "needs 3.10 or later", "could not be loaded", "neither pip nor venv"];
    if missing.iter().any(|what| said.contains(what)) {
        eprintln!("skipped: no Python component can be built here: {said}");
        return None;
    }
    assert!(made.status.success(), "{said}");
    assert!(String::from_utf8_lossy(&made.stdout).contains("module  "), "{made:?}");
    Some(to)
}

fn stages() -> Option<&'static str> {
    static BUILT: OnceLock<Option<String>> = OnceLock::new();
    BUILT.get_or_init(|| Some(built("tests/wasm/python/stages.py")?.display().to_string())).as_deref()
}

/// What goes on with a new instance after a fault.
const RESTART: &str = "{restart: {backoff: 1ms}}";

fn says(what: u8) -> Bytes {
    Bytes { payload: vec![what, 1, 2, 3, 4, 5, 6, 7], channel: 1, ..Bytes::default() }
}

#[test]
fn the_face_keeps_rogues_words() {
    let python =
        Command::new("python3").arg("-B").arg(root().join("sdk/python/test_rogue_module.py")).output();
    let Ok(done) = python else {
        eprintln!("skipped: there is no python3 here");
        return;
    };
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("OK"), "{said}");
}

/// Passes the suite of what a module's contract asks.
fn keeps_the_contract(file: &Path) {
    let tool = Path::new(env!("CARGO_BIN_EXE_cargo-rogue-under-test"));
    let checked = Command::new(tool).args(["check", "--limit", "10m"]).arg(file).output().expect("it runs");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn the_example_on_the_page_keeps_the_contract() {
    let page = std::fs::read_to_string(root().join("docs/other-languages.md")).expect("the page");
    let block =
        page.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("Python in it");
    let source = folder().join("threshold.py");
    std::fs::write(&source, block).expect("written");
    let Some(file) = source.to_str().and_then(built) else { return };
    assert_eq!(cards::read(&file).expect("it has cards").names(), "`threshold`");
    keeps_the_contract(&file);
}

#[test]
fn frames_are_sent_shared_cut_written_kept_and_dropped() {
    let Some(file) = stages() else { return };
    let (out, ending) =
        through(&format!("{{module: {file}#faces}}"), [0, 1, 2, 3, 4, 5, 6, 1, 7, 6].map(says).to_vec());
    let tagged = |what, channel, flags| Bytes { channel, flags, ..says(what) };
    let expected = [
        says(1),
        tagged(2, 22, 0x21),
        says(3),
        tagged(3, 33, 0),
        Bytes { payload: vec![3, 1], channel: 33, ..Bytes::default() },
        Bytes { payload: b"\x04written".to_vec(), channel: 1, ..Bytes::default() },
        Bytes { payload: b"new".to_vec(), error: 5, ..Bytes::default() },
        says(1),
        // Kept over a call, and to the end.
        says(6),
        says(6),
    ];
    assert_eq!(out, expected);
    assert_eq!((ending.faults.as_slice(), dropped(&ending, "zero")), ([].as_slice(), 1));
    // What was written, made, or kept to the end is copied out; the rest is not.
    assert_eq!(counter(&ending, "copied_out"), Some(8 + 3 + 8));
}

#[test]
fn frames_that_pass_are_not_copied_and_keep_their_order() {
    let Some(file) = stages() else { return };
    let frames: Vec<Bytes> = (0..1000u16).map(|n| Bytes { flags: n, ..says(1) }).collect();
    let (out, ending) = through(&format!("{{module: {file}#faces}}"), frames.clone());
    assert_eq!(out, frames);
    assert_eq!(counter(&ending, "copied_out"), Some(0));
}

#[test]
fn an_exception_loses_the_frame_inside_and_says_its_last_line_and_where() {
    let Some(file) = stages() else { return };
    let node = format!("{{module: {file}#raises, on_fault: {RESTART}}}");
    let (out, ending) = through(&node, [1, 2, 9, 3, 9, 4].map(says).to_vec());
    assert_eq!(out, [1, 2, 3, 4].map(says));
    assert_eq!(counter(&ending, "seen"), Some(6));
    assert_eq!(ending.faults.len(), 2, "{:?}", ending.faults);
    let text = &ending.faults[0].1;
    assert!(text.starts_with("ValueError: nine is not liked (stages.py, line "), "{text}");
    assert!(text.contains(", in _acceptFrame)"), "{text}");
}

#[test]
fn recursion_without_end_loses_the_frame_inside() {
    let Some(file) = stages() else { return };
    let node = format!("{{module: {file}#recurses, on_fault: {RESTART}}}");
    let (out, ending) = through(&node, [1, 9, 2].map(says).to_vec());
    assert_eq!(out, [1, 2].map(says));
    let [(_, text)] = ending.faults.as_slice() else { panic!("{:?}", ending.faults) };
    assert!(text.starts_with("RecursionError: maximum recursion depth exceeded (stages.py, line "), "{text}");
}

#[test]
fn what_the_sandbox_lacks_says_so() {
    let Some(file) = stages() else { return };
    let (out, ending) = through(&format!("{{module: {file}#sandboxed}}"), [1].map(says).to_vec());
    assert_eq!(ending.faults, []);
    let said = out.first().map(|frame| String::from_utf8_lossy(&frame.payload).into_owned());
    let expected = "monotonic True; time: GeneralError; random64: GeneralError; open: PermissionError; \
                    import: ModuleNotFoundError; random True";
    assert_eq!(said.as_deref(), Some(expected));
}

#[test]
fn parameters_are_checked_against_the_card_and_by_the_class() {
    let Some(file) = stages() else { return };
    let loader = Loader::new(host::table());
    let module = loader.load(&found(&format!("{file}#needs")), &Sandbox::default()).expect("it loads");
    let check = |params: &str| {
        let faults = module.check(params);
        faults.into_iter().map(|(path, what)| format!("{path}: {what}")).collect::<Vec<_>>()
    };
    assert_eq!(check(r#"{"level": 7}"#), [""; 0]);
    assert_eq!(check(r#"{"level": 101}"#), ["level: more than 100 makes no sense"]);
    assert_eq!(check("{}"), ["level: it has to be written"]);
    assert_eq!(
        check(r#"{"level": 0, "name": 1}"#),
        ["level: it must be at least 1", "name: it must be of type string"]
    );
    let yaml = format!("{{module: {file}#needs, params: {{level: 7}}}}");
    let ending = into_sink(&yaml, vec![says(1)]);
    let x = ending.status.iter().find(|status| status.book.name == "x").expect("there");
    assert_eq!(x.readings, [("is".to_owned(), "7 x".to_owned())]);
}

#[test]
fn a_source_gives_waits_and_has_what_it_is_granted() {
    let Some(file) = built("tests/wasm/python/ticks.py") else { return };
    let file = file.display();
    let (out, ending) = out_of(&format!("{{module: {file}, grant: {{wall: true, random: true}}}}"));
    let expected: Vec<Bytes> =
        (0..10u8).map(|n| Bytes { payload: vec![n, 0, 0, 0, 1], ..Bytes::default() }).collect();
    assert_eq!((out, ending.faults), (expected, vec![]));
    let refused = Loader::new(host::table()).load(&found(&file.to_string()), &Sandbox::default());
    let text = refused.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(text.contains("random") || text.contains("wall"), "{text}");
}

#[test]
fn the_example_finds_peaks_and_keeps_the_contract() {
    let Some(file) = built("wasm-modules/python-peaks/peaks.py") else { return };
    assert_eq!(cards::read(&file).expect("it has cards").names(), "`peaks`");
    let frames = vec![
        Bytes::samples(4, &[100, 300, 65000, 400, 100]),
        Bytes::samples(4, &[1, 2, 3]),
        Bytes { payload: vec![1, 2, 3], ..Bytes::default() },
        Bytes { payload: vec![1], error: 7, ..Bytes::default() },
    ];
    let node = format!("{{module: {}, params: {{threshold: 300}}}}", file.display());
    let (out, ending) = through(&node, frames.clone());
    let mut record = Vec::new();
    for number in [5u32.to_le_bytes().as_slice(), &100u16.to_le_bytes(), &65000u16.to_le_bytes()] {
        record.extend_from_slice(number);
    }
    record.extend_from_slice(&2u32.to_le_bytes());
    record.extend_from_slice(&13180f64.to_le_bytes());
    record.extend_from_slice(&3u32.to_le_bytes());
    assert_eq!(out, [Bytes { payload: record, channel: 4, ..Bytes::default() }, frames[3].clone()]);
    assert_eq!((dropped(&ending, "quiet"), dropped(&ending, "no_samples")), (1, 1));
    assert_eq!((counter(&ending, "peaks"), counter(&ending, "highest")), (Some(1), Some(65000)));
    keeps_the_contract(&file);
}
