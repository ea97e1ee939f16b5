//! A module that panics in every call: the process lives, the text arrives.

use rogue_runtime::module::{ColdError, Held, Outbox, State, Status};

use crate::stage::{Stage, accept, call, module, refusal, taking};

fn at(place: &str) -> String {
    format!(r#"{{"at":"{place}"}}"#)
}

fn panicked(error: ColdError, place: &str) {
    match error {
        ColdError::Panicked(text) => assert!(text.contains(&format!("asked to panic in {place}")), "{text}"),
        other => panic!("{place}: {other}"),
    }
}

#[test]
fn panics_of_check_and_create_come_back_as_errors() {
    let stage = Stage::new();
    let panics = module("panics");
    let faults = panics.check(&at("check"));
    assert_eq!(faults.len(), 1);
    assert!(faults[0].1.contains("asked to panic in check"), "{}", faults[0].1);
    panicked(refusal(stage.create(&*panics, &at("check"))), "check");
    panicked(refusal(stage.create(&*panics, &at("new"))), "new");
}

#[test]
fn panics_of_cold_calls_come_back_as_errors() {
    let stage = Stage::new();
    let panics = module("panics");
    let make = |place: &str| taking(stage.create(&*panics, &at(place)).unwrap());
    panicked(make("start").0.start().unwrap_err(), "start");
    panicked(make("reconfigure").0.reconfigure(&at("none")).unwrap_err(), "reconfigure");
    let state = State { schema: "x".to_owned(), version: 1, bytes: Vec::new() };
    panicked(make("restore").0.restore(&state).unwrap_err(), "restore");
    let mut held = Held::default();
    held.frames.extend(stage.frames(1, 2).into_iter().flatten().map(|frame| (0, frame)));
    panicked(make("adopt").0.adopt(&mut held).unwrap_err(), "adopt");
    drop(held);
    assert_eq!(stage.alive(), 0);
    assert!(matches!(make("snapshot").0.snapshot(), Err(ColdError::Panicked(_))));
    assert!(matches!(make("release_held").0.release_held(&mut Held::default()), Err(ColdError::Panicked(_))));
    make("stop").0.stop();
    drop(make("drop"));
}

#[test]
fn panics_of_calls_are_a_status_and_lose_only_the_frame_inside() {
    let stage = Stage::new();
    let (_instance, mut half) = taking(stage.create(&*module("panics"), &at("accept")).unwrap());
    let mut frames = stage.frames(1, 3);
    let first = frames[0].as_ref().map(rogue_runtime::pool::address).unwrap();
    let mut out = Outbox { items: Vec::new(), limit: 64 };
    let after = accept(&mut *half, &mut frames, &mut out);
    assert_eq!((after.status, after.taken, after.completed_out), (Status::Panicked, 1, 0));
    assert_eq!(after.inside, first);
    assert!(stage.shared.take_fault().unwrap().contains("asked to panic in accept"));
    let left: Vec<bool> = frames.iter().map(Option::is_some).collect();
    assert_eq!((left, stage.alive()), (vec![false, true, true], 2));

    let (_instance, mut half) = taking(stage.create(&*module("panics"), &at("wake")).unwrap());
    assert_eq!(accept(&mut *half, &mut [], &mut out).status, Status::Panicked);
    let (_instance, mut half) = taking(stage.create(&*module("panics"), &at("finish")).unwrap());
    assert_eq!(call(|call| half.finish(call), &mut [], &mut out).status, Status::Panicked);
    assert!(out.items.is_empty());
}
