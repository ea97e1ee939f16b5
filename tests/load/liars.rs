//! Modules that break the rules of the tables: a fault with a text, no frame used twice.

use rogue_runtime::module::{ColdError, Held, OutItem, Outbox, Status};

use crate::stage::{Stage, accept, module, refusal, shown, taking};

/// What one call into a liar does, with two frames on offer and one result there before: the text of the
/// fault, how many frames count as taken, and the results.
fn told(name: &str) -> (String, usize, Vec<(u8, u32)>) {
    let stage = Stage::new();
    let (instance, mut half) = taking(stage.create(&*module(name), "{}").unwrap());
    let mut out = Outbox { items: Vec::with_capacity(8), limit: 8 };
    let before = stage.frames(9, 1).into_iter().flatten();
    out.items.extend(before.map(|frame| OutItem { frame, port: 2, pad: 0 }));
    let mut frames = stage.frames(1, 2);
    let after = accept(&mut *half, &mut frames, &mut out);
    assert_eq!(after.status, Status::Fault, "{name}");
    assert!(after.completed_out <= out.items.len());
    assert_eq!(frames.iter().filter(|frame| frame.is_none()).count(), after.taken);
    let fault = stage.shared.take_fault().unwrap();
    let results = shown(&out.items);
    drop((half, instance));
    assert_eq!(stage.counter("destroyed"), 1);
    (fault, after.taken, results)
}

#[test]
fn broken_rules_of_a_call_are_faults() {
    for (name, what, taken, results) in [
        ("takes-too-many", "it says that it took 3 frames of 2", 2, vec![(9, 2)]),
        ("odd-status", "it returned 99, which is no status", 0, vec![(9, 2)]),
        ("null-result", "it left a result without a frame", 0, vec![(9, 2)]),
        ("shrinks-results", "it spoilt the list of its results (0 of 8)", 0, vec![]),
        ("overlong-results", "it spoilt the list of its results (9 of 8)", 0, vec![(9, 2)]),
        ("completes-too-many", "it says that 6 of 1 results are complete", 0, vec![(9, 2)]),
    ] {
        let expected =
            format!("the module broke the rules of a call: {what}; this is for its author to mend");
        assert_eq!(told(name), (expected, taken, results), "{name}");
    }
}

#[test]
fn results_have_a_hard_limit() {
    let (fault, taken, results) = told("floods");
    assert_eq!((fault.as_str(), taken, results), ("room for 1048576 results", 0, vec![(9, 2)]));
}

#[test]
fn instances_that_contradict_their_card_are_refused() {
    let stage = Stage::new();
    for (name, what) in [
        ("without-half", "the module made no taking half, though its card says that it takes frames"),
        ("with-both-halves", "the module made a giving half, though its card does not say endpoint"),
        ("without-instance", "the module made no instance"),
    ] {
        let expected = ColdError::Refused(format!("{what}; this is for the module's author to mend"));
        assert_eq!(refusal(stage.create(&*module(name), "{}")), expected, "{name}");
    }
    assert_eq!(stage.counter("destroyed"), 2);
    let odd = refusal(stage.create(&*module("odd-answer"), "{}"));
    assert_eq!(odd, ColdError::Refused("the module answered 77, which means nothing".to_owned()));
    let silent = refusal(stage.create(&*module("silent-refusal"), "{}"));
    assert_eq!(silent, ColdError::Refused("it did not say why".to_owned()));
}

#[test]
fn a_check_is_bounded_and_always_says_something() {
    let liar = module("odd-status");
    let many = liar.check("5000");
    assert_eq!(many.len(), 1000);
    assert!(many.iter().all(|(path, text)| path == "p" && text.len() == 4096));
    assert_eq!(liar.check("0")[0].1, "the module refuses these parameters without saying why");
    assert_eq!(liar.check("odd")[0].1, "the module answered its check with -5, which means nothing");
}

#[test]
fn cold_calls_of_a_liar_are_errors() {
    let stage = Stage::new();
    let (mut instance, _half) = taking(stage.create(&*module("odd-status"), "{}").unwrap());
    assert_eq!(instance.start(), Err(ColdError::Refused("it did not say why".to_owned())));
    assert_eq!(instance.reconfigure("{}"), Err(ColdError::Unsupported));
    assert!(matches!(instance.snapshot(), Err(ColdError::Panicked(_))));
    let state = rogue_runtime::module::State { schema: String::new(), version: 0, bytes: vec![1; 100] };
    assert!(matches!(instance.restore(&state), Err(ColdError::Refused(text)) if text.contains("12")));
    let mut held = Held::default();
    instance.release_held(&mut held).unwrap();
    assert!(held.frames.is_empty() && held.handles.is_empty());
    held.frames.extend(stage.frames(1, 3).into_iter().flatten().map(|frame| (4, frame)));
    instance.adopt(&mut held).unwrap();
    assert_eq!(held.frames.len(), 3);
    assert!(held.frames.iter().all(|(port, _)| *port == 4));
}
