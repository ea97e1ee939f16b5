//! A module is compared with the one that runs before it takes its place: in its shadow, or with a recording.

use crate::desk::{Desk, NATIVE, none, wanted};
use rogue_runtime::swap::{
    SwapError, Wanted,
    proof::{Compared, Rehearsal, Tolerance, Trial, Verdict, rehearse},
};
use rogue_tests::fake::{PATIENCE, attend_until};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};

/// `s >> x >> e` without end, at full rate; `x` in YAML.
fn start(x: &str) -> Desk {
    start_with(x, 64)
}

fn start_with(x: &str, size: u32) -> Desk {
    let mut desk = Desk::of(&format!(
        "nodes: {{s: {{module: bench-source, params: {{size: {size}, count: {}}}}}, x: {{{x}}}, \
         e: {{module: bench-sink}}}}\nlinks: [s >> x >> e]",
        u64::MAX
    ));
    attend_until(&mut desk.running, |running| running.ledger(false).nodes[1].taken > 100);
    desk
}

fn trial(frames: u64) -> Trial {
    Trial { frames, within: PATIENCE, tolerance: None, counts: false }
}

impl Desk {
    fn shadow(&mut self, wanted: Wanted, trial: Trial) -> Verdict {
        let ticket = self.running.shadow(wanted, trial).unwrap_or_else(|error| panic!("{error}"));
        self.verdict(&ticket)
    }

    fn verdict(&mut self, ticket: &rogue_runtime::swap::proof::Ticket) -> Verdict {
        let mut verdict = None;
        attend_until(&mut self.running, |_| {
            verdict = ticket.wait(Duration::ZERO);
            verdict.is_some()
        });
        verdict.expect("there is one")
    }

    /// Ends the run, of which no shadow may have taken anything.
    fn undisturbed(self) {
        let ending = self.end();
        let [s, x, _] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
        assert_eq!((ending.ledger.lost(), x.taken), (0, s.out), "{:#?}", ending.ledger);
        assert_eq!(ending.faults, []);
    }
}

fn equal(verdict: Verdict) -> Compared {
    match verdict {
        Verdict::Done(compared) => compared,
        other => panic!("{other:#?}"),
    }
}

fn different(verdict: Verdict) -> Compared {
    match verdict {
        Verdict::Differs(compared) => compared,
        other => panic!("{other:#?}"),
    }
}

fn failed(verdict: Verdict) -> (String, Compared) {
    match verdict {
        Verdict::Failed(why, compared) => (why, compared),
        other => panic!("{other:#?}"),
    }
}

/// The records of a file: flags, error and channel, and the payload.
fn records(file: &Path) -> Vec<([u8; 4], Vec<u8>)> {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (mut rest, mut records) = (bytes.as_slice(), Vec::new());
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let (record, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        let (head, payload) = record.split_first_chunk::<4>().expect("a header");
        records.push((*head, payload.to_vec()));
        rest = behind;
    }
    records
}

/// Inputs, and outputs of both, that a comparison saved; the folder is removed.
fn saved(compared: &Compared) -> [Vec<([u8; 4], Vec<u8>)>; 3] {
    let folder = compared.saved.as_ref().unwrap_or_else(|| panic!("nothing saved: {compared:?}"));
    let all = ["input.dat", "old.dat", "new.dat"].map(|name| records(&folder.join(name)));
    let texts = fs::read_to_string(folder.join("differences.txt")).expect("texts");
    assert_eq!(texts.lines().next(), compared.first.as_deref());
    fs::remove_dir_all(folder).expect("removed");
    all
}

const THIN: &str = "module: ratedrop, params: {keep_every: 7}";

fn thin(module: &str) -> Wanted {
    wanted(module, json!({ "keep_every": 7 }))
}

#[test]
fn a_stage_with_a_state_is_like_itself() {
    let mut desk = start(THIN);
    for frames in [1, 1000, 100_000] {
        let compared = equal(desk.shadow(thin("ratedrop"), trial(frames)));
        assert!(compared.frames >= frames && compared.equal >= frames / 7, "{compared:?}");
        assert_eq!((compared.different, &compared.first, &compared.saved), (0, &None, &None));
    }
    // Then it takes the place.
    desk.swap(thin("ratedrop")).unwrap_or_else(|error| panic!("{error}"));
    desk.undisturbed();
}

#[test]
fn a_component_is_like_its_plugin_however_slow_it_is() {
    let mut desk = start(THIN);
    let compared = equal(desk.shadow(thin("./ratedrop.wasm#ratedrop"), trial(20_000)));
    assert!(compared.frames >= 20_000 && compared.different == 0, "{compared:?}");
    desk.swap(thin("./ratedrop.wasm#ratedrop")).unwrap_or_else(|error| panic!("{error}"));
    let compared = equal(desk.shadow(thin("ratedrop"), trial(20_000)));
    assert!(compared.frames >= 20_000 && compared.different == 0, "{compared:?}");
    desk.undisturbed();
}

#[test]
fn without_the_state_it_differs() {
    let mut desk = start(THIN);
    let differs = (0..40).any(|_| {
        let fresh = Wanted { keep_state: false, ..thin("ratedrop") };
        match desk.shadow(fresh, trial(1000)) {
            Verdict::Differs(compared) => {
                saved(&compared);
                true
            }
            other => equal(other).different > 0,
        }
    });
    assert!(differs, "it began in step forty times");
    desk.undisturbed();
}

#[test]
fn the_first_difference_is_saved_and_ends_it() {
    let mut desk = start("module: tag, params: {channel: 1}");
    let compared = different(desk.shadow(wanted("tag", json!({ "channel": 2 })), trial(1000)));
    assert_eq!((compared.equal, compared.different), (0, 1));
    let first = compared.first.clone().expect("a difference");
    assert!(
        first.contains("in channel: the old one gave output 0, size=64") && first.contains("channel=2"),
        "{first}"
    );
    let [input, old, new] = saved(&compared);
    assert_eq!((input.len(), old.len(), new.len()), (1, 1, 1));
    assert_eq!((input[0].0[3], old[0].0[3], new[0].0[3]), (0, 1, 2));
    assert_eq!((&input[0].1, &old[0].1), (&old[0].1, &new[0].1));
    desk.undisturbed();
}

#[test]
fn differences_are_counted_where_that_is_asked_for() {
    let mut desk = start("module: tag, params: {channel: 1}");
    let counts = Trial { counts: true, ..trial(10_000) };
    let compared = different(desk.shadow(wanted("tag", json!({ "channel": 2 })), counts));
    assert!(compared.frames >= 10_000 && compared.different >= 10_000 && compared.equal == 0, "{compared:?}");
    let [input, old, new] = saved(&compared);
    assert_eq!((input.len(), old.len(), new.len()), (16, 16, 16));
    let compared = equal(desk.shadow(wanted("tag", json!({ "channel": 1 })), counts));
    assert_eq!((compared.equal >= 10_000, compared.different), (true, 0));
    desk.undisturbed();
}

#[test]
fn what_is_dropped_and_why_is_compared() {
    let mut desk = start("module: filter, params: {channel: 0}");
    // All is dropped by the new one.
    let compared = different(desk.shadow(wanted("filter", json!({ "channel": 5 })), trial(100)));
    let first = compared.first.clone().expect("a difference");
    assert!(first.contains("only the old one gave output 0, size=64"), "{first}");
    let [input, old, new] = saved(&compared);
    assert_eq!((input.is_empty(), old.len(), new.len()), (false, 1, 0));
    desk.undisturbed();
    // Both drop all, for another reason each.
    let mut desk = start("module: filter, params: {channel: 5}");
    let compared =
        different(desk.shadow(wanted("ratedrop", json!({ "keep_every": 1_000_000_000 })), trial(100_000)));
    let first = compared.first.clone().expect("a difference");
    assert!(
        first.contains("only the new one gave") || first.contains("in what was dropped so far"),
        "{first}"
    );
    saved(&compared);
    desk.undisturbed();
}

#[test]
fn a_frame_more_does_not_make_all_others_differ() {
    let mut desk = start("module: ratedrop, params: {keep_every: 2}");
    let counts = Trial { counts: true, ..trial(10_000) };
    let all = different(desk.shadow(wanted("ratedrop", json!({ "keep_every": 1 })), counts));
    // Half of what it gives the other gives too.
    assert!(all.equal > 4000, "{all:?}");
    saved(&all);
    desk.undisturbed();
}

#[test]
fn numbers_may_differ_by_as_much_as_is_said() {
    let tolerance: Tolerance = "u64:1".parse().expect("a tolerance");
    let mut desk = start("module: tag, params: {channel: 1}");
    let near = Trial { tolerance: Some(tolerance), ..trial(1000) };
    equal(desk.shadow(wanted("tag", json!({ "channel": 1 })), near));
    different(desk.shadow(wanted("tag", json!({ "channel": 3 })), near)).saved.map(fs::remove_dir_all);
    desk.undisturbed();
}

#[test]
fn a_module_that_fails_in_the_shadow_is_named_and_nothing_else_notices() {
    let mut desk = start("module: tag, params: {channel: 0}");
    for (at, says) in [("accept", "asked to panic in accept"), ("start", "start was refused")] {
        let (why, _) = failed(desk.shadow(wanted("panics", json!({ "at": at })), trial(1000)));
        assert!(why.starts_with("panics ") && why.contains(says), "{why}");
    }
    for at in ["accept", "new", "start"] {
        let late = Wanted { patience: Duration::from_millis(50), ..wanted("late", json!({ "at": at })) };
        let (why, _) = failed(desk.shadow(late, trial(1000)));
        assert!(why.starts_with("late ") && why.contains("did not return from "), "{why}");
    }
    // A panic where it is asked for in the end, too.
    let compared = desk.shadow(wanted("panics", json!({ "at": "stop" })), trial(100));
    assert_eq!(equal(compared).different, 0);
    desk.undisturbed();
}

#[test]
fn a_component_that_dies_in_the_shadow_is_named() {
    // Frames that its memory has no room for.
    let mut desk = start_with("module: pulses, params: {threshold: 10}", 4 << 20);
    let mut small = wanted("./pulses.wasm#pulses", json!({ "threshold": 10 }));
    small.sandbox.memory = 2 << 20;
    small.module = rogue_runtime::load::Loader::new(rogue_runtime::host::table())
        .load(&small.found, &small.sandbox)
        .unwrap_or_else(|error| panic!("{error}"));
    let (why, _) = failed(desk.shadow(small, trial(1000)));
    assert!(why.starts_with("pulses "), "{why}");
    desk.undisturbed();
}

#[test]
fn whatever_changes_the_node_or_ends_the_run_ends_the_shadow() {
    let endless = || trial(u64::MAX);
    let mut desk = start(THIN);
    let ticket = desk.running.shadow(thin("ratedrop"), endless()).expect("it begins");
    let again = desk.running.shadow(thin("ratedrop"), endless());
    assert!(again.is_err_and(|error| error.to_string().contains("another module runs in its shadow")));
    desk.swap(thin("ratedrop")).expect("it fits");
    let (why, _) = failed(desk.verdict(&ticket));
    assert_eq!(why, "the node was changed meanwhile");

    let few = Trial { within: Duration::from_millis(100), ..endless() };
    let (why, _) = failed(desk.shadow(thin("ratedrop"), few));
    assert_eq!(why, "not as many frames came within 0.1 s");

    // Who waits goes away: the place is free for others.
    drop(desk.running.shadow(thin("ratedrop"), endless()).expect("it begins"));
    let mut next = None;
    attend_until(&mut desk.running, |_| true);
    while next.is_none() {
        desk.running.attend(Duration::from_millis(2));
        next = desk.running.shadow(thin("ratedrop"), endless()).ok();
    }
    desk.running.stop();
    let (why, _) = failed(desk.verdict(&next.expect("it begins")));
    assert_eq!(why, "the run is stopping");
    desk.undisturbed();
}

#[test]
fn a_run_that_ends_with_a_shadow_balances() {
    let mut desk = start(THIN);
    let ticket = desk.running.shadow(thin("./ratedrop.wasm#ratedrop"), trial(u64::MAX)).expect("it begins");
    desk.flows_on();
    desk.undisturbed();
    failed(ticket.wait(PATIENCE).expect("a verdict"));
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_reason() {
    let mut desk = start("module: carry");
    let refused = |desk: &mut Desk, wanted: Wanted| match desk.running.shadow(wanted, trial(1)) {
        Err(SwapError::DoesNotFit { what, .. }) => what,
        other => panic!("{:?}", other.err()),
    };
    assert!(refused(&mut desk, wanted(NATIVE, none())).contains("does not say that it is pure"));
    let of =
        |node: &str, module: &str, params: Value| Wanted { node: node.to_owned(), ..wanted(module, params) };
    let source = of("s", "bench-source", json!({ "count": 1 }));
    assert!(refused(&mut desk, source).contains("a source is given no frames"));
    assert!(refused(&mut desk, of("e", "bench-sink", none())).contains("a sink gives no frames"));
    let ending = desk.end();
    assert_eq!(ending.ledger.lost(), 0);
}

/// A recording of `count` frames with their number as payload, on channel 0.
fn recording(folder: &Path, count: u32) -> std::path::PathBuf {
    let record = |number: u32| [&12u32.to_le_bytes()[..], &[0; 4], &u64::from(number).to_le_bytes()].concat();
    let file = folder.join("capture.dat");
    fs::write(&file, (0..count).flat_map(record).collect::<Vec<u8>>()).expect("written");
    file
}

fn rehearsal(old: Wanted, new: Wanted, recording: &Path) -> Rehearsal {
    let recording = recording.to_owned();
    Rehearsal { old, new, recording, tolerance: None, counts: false, within: PATIENCE }
}

#[test]
fn a_recording_is_given_to_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = recording(folder.path(), 700);
    let compared =
        equal(rehearse(rehearsal(thin("ratedrop"), thin("./ratedrop.wasm#ratedrop"), &file), || true));
    assert_eq!((compared.frames, compared.equal, compared.different), (700, 100, 0));
    // One passes the first, eighth, fifteenth; the other the first, ninth, seventeenth.
    let other = wanted("ratedrop", json!({ "keep_every": 8 }));
    let compared = different(rehearse(rehearsal(thin("ratedrop"), other.clone(), &file), || true));
    let first = compared.first.clone().expect("a difference");
    assert!(first.starts_with("frame 8: from byte 0 on: the old one gave 07 00"), "{first}");
    let [input, old, new] = saved(&compared);
    assert_eq!([input[0].1[0], old[0].1[0], new[0].1[0]], [7, 7, 8]);
    let counted = Rehearsal { counts: true, ..rehearsal(thin("ratedrop"), other, &file) };
    let compared = different(rehearse(counted, || true));
    assert_eq!(compared.frames, 700);
    saved(&compared);
}

#[test]
fn a_rehearsal_ends_whatever_the_file_and_the_module_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = recording(folder.path(), 100);
    let tag = || wanted("tag", json!({ "channel": 0 }));
    let with = |new: Wanted, file: &Path| failed(rehearse(rehearsal(tag(), new, file), || true)).0;
    assert!(with(wanted("panics", json!({ "at": "accept" })), &file).contains("panicked"));
    let late = Wanted { patience: Duration::from_millis(50), ..wanted("late", json!({ "at": "accept" })) };
    assert!(with(late, &file).contains("did not return from accept"));
    assert!(with(wanted(NATIVE, none()), &file).contains("does not say that it is pure"));
    assert!(with(tag(), &folder.path().join("none.dat")).contains("cannot read the recording"));
    assert!(with(tag(), folder.path()).contains("no regular file"));
    let mut bytes = fs::read(&file).expect("a file");
    bytes.truncate(16 * 50 + 10);
    fs::write(&file, &bytes).expect("written");
    let torn = failed(rehearse(rehearsal(tag(), tag(), &file), || true));
    assert_eq!(
        (torn.0.contains("torn") && torn.0.contains("at byte 800"), torn.1.equal),
        (true, 50),
        "{}",
        torn.0
    );
    bytes.splice(0..4, [3, 0, 0, 0]);
    fs::write(&file, &bytes).expect("written");
    assert!(with(tag(), &file).contains("there is no record at byte 0"));
    // Who asked goes.
    let file = recording(folder.path(), 1_000_000);
    let gone =
        failed(rehearse(rehearsal(tag(), wanted("./tag.wasm#tag", json!({ "channel": 0 })), &file), || {
            false
        }));
    assert_eq!(gone.0, "nobody waits for it any more");
}
