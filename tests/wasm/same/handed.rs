//! One stream through two instances that follow each other: nobody can tell where the one ended.

use super::{
    frames::Given,
    graph::{Came, comparable, counters},
};
use crate::{
    desk::found,
    stage::{Stage, load},
};
use rogue_runtime::{
    metrics::NodeBook,
    module::{Call, ColdError, Half, Held, Made, Outbox, State, Status},
};

/// Time between two calls, in nanoseconds.
const STEP: u64 = 1_000_000;

/// All that can be seen of a stream.
#[derive(Debug, PartialEq)]
struct Stream {
    came: Vec<Came>,
    /// In the middle and at the end.
    states: Vec<Option<State>>,
    book: NodeBook,
    counters: Vec<(String, u32, u64)>,
    readings: Vec<(String, String)>,
}

/// Hands over from either packaging to either, and never; all that can be seen is the same.
pub fn every_way(both: &[String; 2], changes: bool, params: &str, frames: &[Given]) {
    let mut alone = stream(&both[0], &both[0], params, frames, false);
    alone.book = comparable(&alone.book, changes);
    for (first, second, hand) in [(0, 0, true), (1, 1, false), (0, 1, true), (1, 0, true), (1, 1, true)] {
        let mut other = stream(&both[first], &both[second], params, frames, hand);
        other.book = comparable(&other.book, changes);
        let what = format!("{params}: {} to {}, {hand}", both[first], both[second]);
        assert_eq!(other.came.len(), alone.came.len(), "{what}");
        let differs = other.came.iter().zip(&alone.came).position(|(one, another)| one != another);
        assert_eq!(differs, None, "{what}");
        assert_eq!(
            Stream { came: Vec::new(), ..other },
            Stream { came: Vec::new(), ..alone.without() },
            "{what}"
        );
    }
}

impl Stream {
    /// All but the frames.
    fn without(&self) -> Stream {
        Stream {
            came: Vec::new(),
            states: self.states.clone(),
            book: self.book.clone(),
            counters: self.counters.clone(),
            readings: self.readings.clone(),
        }
    }
}

/// Runs a stream; `hand`: from the middle on through an instance of `second`.
fn stream(first: &str, second: &str, params: &str, frames: &[Given], hand: bool) -> Stream {
    let stage = Stage::new(&found(first));
    let successor = load(&found(second));
    let mut made = stage.make(params).unwrap_or_else(|error| panic!("{first} {params}: {error}"));
    let (mut came, mut states, mut now) = (Vec::new(), Vec::new(), STEP);
    let mut random = fastrand::Rng::with_seed(11);
    for part in [&frames[..frames.len() / 2], &frames[frames.len() / 2..]] {
        if states.len() == 1 && hand {
            made = hand_over(&stage, made, stage.create(&*successor, params).expect("a successor"));
        }
        take(&stage, &mut made, part, &mut random, &mut now, &mut came);
        give(&stage, &mut made, states.is_empty(), &mut now, &mut came);
        states.push(snapshot(&mut made));
    }
    if let Some(half) = &mut made.take {
        let mut out = Outbox { items: Vec::new(), limit: 256 };
        while half.finish(&mut Call::asking(now, 0, &mut out)) != Status::Ended {}
        came.extend(out.items.drain(..).map(|item| Came::of(&item.frame)));
    }
    made.instance.stop();
    drop(made);
    let (book, all, readings) = stage.told();
    assert_eq!((book.held, stage.fault()), (0, None), "{first} {second} {params}: {book:#?}");
    Stream { came, states, book, counters: counters(&all), readings }
}

fn snapshot(made: &mut Made) -> Option<State> {
    match made.instance.snapshot() {
        Ok(state) => Some(state),
        Err(ColdError::Unsupported) => None,
        Err(error) => panic!("{error}"),
    }
}

/// What a swap does.
fn hand_over(stage: &Stage, mut old: Made, mut new: Made) -> Made {
    let state = snapshot(&mut old);
    let mut held = Held::default();
    old.instance.release_held(&mut held).expect("what it holds");
    old.instance.stop();
    drop(old);
    if let Some(state) = state {
        new.instance.restore(&state).expect("the state of the other packaging");
    }
    new.instance.adopt(&mut held).expect("the frames of the other packaging");
    assert!(held.frames.is_empty());
    new.instance.start().expect("a start");
    assert_eq!(stage.fault(), None);
    new
}

/// Offers frames, in bursts of one input.
fn take(
    stage: &Stage,
    made: &mut Made,
    frames: &[Given],
    random: &mut fastrand::Rng,
    now: &mut u64,
    came: &mut Vec<Came>,
) {
    let Some(half) = &mut made.take else { return };
    let mut rest = frames;
    while let Some(next) = rest.first() {
        let alike = rest.iter().take_while(|given| given.port == next.port).count();
        let (burst, after) = rest.split_at(alike.min(random.usize(1..40)));
        rest = after;
        let frame = |given: &Given| {
            let mut frame = stage.frame(&given.payload, given.room, given.fixed);
            given.tag(&mut frame);
            Some(frame)
        };
        let mut offered: Vec<_> = burst.iter().map(frame).collect();
        accept(stage, &mut **half, &mut offered, next.port, *now, came);
        *now += STEP;
    }
}

fn accept(
    stage: &Stage,
    half: &mut dyn Half,
    offered: &mut [Option<rogue_sdk::Frame>],
    port: u32,
    now: u64,
    came: &mut Vec<Came>,
) {
    let mut at = 0;
    while at < offered.len() {
        let mut out = Outbox { items: Vec::new(), limit: 256 };
        let mut call = Call { port, frames: &mut offered[at..], ..Call::asking(now, 0, &mut out) };
        let status = half.accept(&mut call);
        let taken = call.taken;
        assert!(!matches!(status, Status::Fault | Status::Panicked), "{:?}", stage.fault());
        assert!(taken > 0, "it takes nothing");
        at += taken;
        came.extend(out.items.into_iter().map(|item| Came::of(&item.frame)));
    }
}

/// Asks a source: for forty frames, or until it ends.
fn give(stage: &Stage, made: &mut Made, some: bool, now: &mut u64, came: &mut Vec<Came>) {
    let Some(half) = &mut made.give else { return };
    let most = if some { 37 } else { usize::MAX };
    while came.len() < most {
        let max = (most - came.len()).min(16);
        let mut out = Outbox { items: Vec::new(), limit: max };
        let status = half.produce(&mut Call::asking(*now, max as u32, &mut out));
        assert!(!matches!(status, Status::Fault | Status::Panicked), "{:?}", stage.fault());
        came.extend(out.items.into_iter().map(|item| Came::of(&item.frame)));
        *now += STEP;
        if status == Status::Ended {
            break;
        }
    }
}
