//! A component that breaks the contract: `wasm-modules/liar` tells each of its lies in the middle of a stream that a
//! neighbour takes too. What must hold: a lie is a fault whose text says what is wrong, or harms nobody; only the frame
//! inside is lost, the neighbour gets every frame, the books balance.

use crate::{
    desk::{found, run, start},
    stage::Stage,
};
use rogue_runtime::{
    module::{Held, Instance},
    swap::Ending,
};
use rogue_tests::fake::{Fake, Seen};

const FRAMES: u32 = 200;
const BAD: u32 = 90;

/// Runs a lie beside a neighbour; gives the ending and what came through it.
fn lie(how: &str) -> (Ending, Vec<u32>) {
    let seen = Seen::default();
    let yaml = format!(
        "nodes: {{s: {{module: src}}, x: {{module: ./liar.wasm, params: {{how: {how}, at: {BAD}}}, on_fault: bypass, \
         limits: {{call: 2s}}}}, e: {{module: through}}, n: {{module: neighbour}}}}\nlinks: [s >> x >> e, s >> n]"
    );
    let ending = run(&yaml, &[Fake::source("src", FRAMES), seen.sink("through"), seen.sink("neighbour")]);
    assert_eq!(seen.of("neighbour"), (0..FRAMES).collect::<Vec<_>>(), "{how}");
    (ending, seen.of("through"))
}

fn loses_the_frame_inside(how: &str, says: &str) {
    let (ending, through) = lie(how);
    assert_eq!(through, (0..FRAMES).filter(|&n| n != BAD).collect::<Vec<_>>(), "{how}: {:?}", ending.faults);
    let [(node, text)] = ending.faults.as_slice() else { panic!("{how}: {:?}", ending.faults) };
    assert!(node == "x" && text.contains(says), "{how}: {text}");
    assert!(text.len() < 5000, "{how}: a text of {} bytes", text.len());
    assert_eq!(ending.ledger.nodes[1].lost(), 1, "{how}: {:#?}", ending.ledger.nodes[1]);
}

fn harms_nobody(how: &str) -> Ending {
    let (ending, through) = lie(how);
    assert_eq!(through, (0..FRAMES).collect::<Vec<_>>(), "{how}: {:?}", ending.faults);
    assert_eq!((ending.faults.as_slice(), ending.ledger.nodes[1].lost()), (&[][..], 0), "{how}");
    ending
}

#[test]
fn what_it_takes_is_counted() {
    loses_the_frame_inside("takes-more", "it took 2 frames of 1");
    loses_the_frame_inside("takes-millions", "it took 4294967295 frames of 1");
    loses_the_frame_inside("takes-none", "it took 0 frames of 1");
}

#[test]
fn outcomes_are_of_frames_that_it_has() {
    loses_the_frame_inside("unknown", "which it does not have");
    loses_the_frame_inside("twice", "outcome 1 speaks of frame");
    loses_the_frame_inside("ended", "outcome 1 speaks of frame");
    loses_the_frame_inside("held-ended", "outcome 1 speaks of frame");
    loses_the_frame_inside("part", "sends 4294967295 bytes from 2 of a payload of 4");
    loses_the_frame_inside("part-beyond", "sends 1 bytes from 4294967295 of a payload of 4");
    loses_the_frame_inside("emitted-twice", "outcome 1 sends emitted frame 0 a second time");
    loses_the_frame_inside("emitted-never", "outcome 0 sends emitted frame 5 of 0");
}

#[test]
fn reasons_and_outputs_are_those_of_the_card() {
    loses_the_frame_inside("reason", "drops for reason 1, and its card has 1");
    loses_the_frame_inside("reason-huge", "drops for reason 4294967295, and its card has 1");
    loses_the_frame_inside("discard-reason", "drops for reason 1, and its card has 1");
    loses_the_frame_inside("discard-many", "discards 4294967295 frames, more than 1048576");
    loses_the_frame_inside("port", "by output 1, and it has 1");
    loses_the_frame_inside("port-huge", "by output 4294967295, and it has 1");
    loses_the_frame_inside("emit-port", "makes a frame for output 7, and it has 1");
}

#[test]
fn lists_without_an_end_are_stopped() {
    loses_the_frame_inside("many", "1100000 outcomes are more than 1048576");
    loses_the_frame_inside("shares", "one call made more than 262144 frames");
    loses_the_frame_inside("tiny", "one call made more than 262144 frames");
}

#[test]
fn a_fault_may_be_told_in_any_way() {
    loses_the_frame_inside("completed", "on purpose");
    loses_the_frame_inside("fault-text", "long long");
    loses_the_frame_inside("fault-utf8", "invalid utf-8");
    // Nothing was inside: the node has failed, and what it did not take passes it by.
    let (ending, through) = lie("fault-none");
    assert_eq!(through, (0..FRAMES).collect::<Vec<_>>());
    assert_eq!(ending.faults, [("x".to_owned(), "on purpose".to_owned())]);
}

#[test]
fn times_and_ends_are_those_of_the_contract() {
    harms_nobody("wake-past");
    harms_nobody("wake-never");
    loses_the_frame_inside("flow-ended", "it says `ended` of frames");
}

#[test]
fn texts_are_text_and_short() {
    loses_the_frame_inside("log-utf8", "invalid utf-8");
    loses_the_frame_inside("publish-utf8", "invalid utf-8");
    loses_the_frame_inside("counter-utf8", "invalid utf-8");
    harms_nobody("log-huge");
    let ending = harms_nobody("publish-huge");
    let (name, value) = ending.status[1].readings.first().expect("a reading");
    assert!(name.len() <= 200 && value.len() <= 4096, "{} {}", name.len(), value.len());
    let ending = harms_nobody("counter-huge");
    assert!(ending.status[1].counters.iter().all(|(name, _, _)| name.len() <= 200));
    harms_nobody("panicked");
}

#[test]
fn counters_and_readings_have_a_number() {
    loses_the_frame_inside("publish-many", "bytes of readings in one call");
    loses_the_frame_inside("counter-unknown", "there is no counter 12345");
    loses_the_frame_inside("add-unknown", "there is no counter 4294967295");
    loses_the_frame_inside("add-storm", "more than 65536 changes");
    loses_the_frame_inside("counter-own", "`copied_in`, which is the runtime's own");
    let ending = harms_nobody("counter-many");
    assert_eq!(ending.status[1].counters.len(), 256);
}

#[test]
fn pools_and_batches_stay_within_limits() {
    for how in ["pool-huge", "pool-tiny", "batch-none", "batch-huge", "links"] {
        let pool = harms_nobody(how).status[1].pool;
        assert!(u64::from(pool.fixed_size) * u64::from(pool.pool_size) <= 64 << 20, "{how}: {pool:?}");
    }
}

#[test]
fn states_that_are_none_are_not_kept() {
    for how in ["snapshot-huge", "snapshot-other", "snapshot-long", "snapshot-utf8"] {
        harms_nobody(how);
    }
    let stage = Stage::new(&found("./liar.wasm"));
    for (how, says) in [
        ("snapshot-other", "it gives state somebody-else version 1, and its card has liar version 1"),
        ("snapshot-long", "it gives state long"),
        ("snapshot-utf8", "invalid utf-8"),
    ] {
        let mut made = stage.make(&format!(r#"{{"how":"{how}"}}"#)).expect(how);
        let error = made.instance.snapshot().expect_err(how).to_string();
        assert!(error.contains(says) && error.len() < 1000, "{how}: {error}");
    }
}

/// Has an instance take over three frames.
fn adopt(stage: &Stage, instance: &mut dyn Instance) -> Result<usize, String> {
    let frame = |stage: &Stage| stage.frame(&[1; 8], 8, 0);
    let mut held = Held { frames: (0..3).map(|_| (0, frame(stage))).collect(), handles: Vec::new() };
    instance.adopt(&mut held).map(|()| held.frames.len()).map_err(|error| error.to_string())
}

#[test]
fn frames_that_are_handed_over_are_those_that_there_are() {
    let stage = Stage::new(&found("./liar.wasm"));
    let mut made = stage.make("{}").expect("an honest one");
    assert_eq!(adopt(&stage, &mut *made.instance), Ok(0));
    let mut held = Held::default();
    made.instance.release_held(&mut held).expect("an honest one");
    assert_eq!(held.frames.len(), 3);
    for (how, says) in [("adopt-unknown", "it keeps frame 99999"), ("adopt-many", "")] {
        let mut made = stage.make(&format!(r#"{{"how":"{how}"}}"#)).expect(how);
        match adopt(&stage, &mut *made.instance) {
            Ok(left) => assert!(says.is_empty() && left == 0, "{how}: {left}"),
            Err(error) => assert!(!says.is_empty() && error.contains(says), "{how}: {error}"),
        }
    }
    for (how, says) in
        [("release-unknown", "frame 77777, which it does not have"), ("release-emitted", "of 0")]
    {
        let mut made = stage.make(&format!(r#"{{"how":"{how}"}}"#)).expect(how);
        adopt(&stage, &mut *made.instance).expect(how);
        let error = made.instance.release_held(&mut Held::default()).expect_err(how).to_string();
        assert!(error.contains(says), "{how}: {error}");
    }
}

#[test]
fn lies_at_the_end_change_nothing() {
    harms_nobody("stop-unknown");
    harms_nobody("stop-reason");
}

#[test]
fn parameters_are_checked_without_harm() {
    let stage = Stage::new(&found("./liar.wasm"));
    for (how, says) in [
        ("check-emits", "it has no node to send from"),
        ("check-utf8", "invalid utf-8"),
        ("check-huge", "long long"),
        ("check-many", "bad"),
        ("check-same", "too much data"),
    ] {
        let faults = stage.module.check(&format!(r#"{{"how":"{how}"}}"#));
        assert!(faults.len() <= 1000 && faults.iter().all(|(_, text)| text.len() < 5000), "{how}");
        assert!(faults[0].1.contains(says), "{how}: {}", faults[0].1);
    }
}

#[test]
fn an_instance_that_lies_when_it_is_made_is_refused() {
    for (how, says) in [
        ("create-utf8", "invalid utf-8"),
        ("create-huge", "long long"),
        ("create-silent", "it did not say why"),
    ] {
        let yaml = format!(
            "nodes: {{s: {{module: src}}, x: {{module: ./liar.wasm, params: {{how: {how}}}, limits: {{call: 2s}}}}, \
             e: {{module: through}}}}\nlinks: [s >> x >> e]"
        );
        let fakes = [Fake::source("src", 1), Seen::default().sink("through")];
        let error = start(&yaml, &fakes).map(|_| ()).expect_err(how).to_string();
        assert!(error.contains(says) && error.len() < 5000, "{how}: {error}");
    }
    harms_nobody("create-emits");
}
