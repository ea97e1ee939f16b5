//! Life without frames: making and ending, halves, the end of the stream.

use super::{Outcome, Trial, one, place::Place};
use rogue_runtime::{
    card::Shape,
    module::{Call, Outbox, Status},
};

/// Most calls until a half that is to finish has ended.
const TURNS: usize = 100;

/// One instance that is never started, two that are.
pub fn life(trial: &Trial<'_>) -> Outcome {
    for start in [false, true, true] {
        let place = Place::new(trial)?;
        let mut made = place.make(trial)?;
        if start {
            place.start(trial, &mut made)?;
            place.stop(trial, &mut made)?;
        }
        place.end(trial, made)?;
        place.settle()?;
    }
    Ok(String::new())
}

/// The halves are those of the shape.
pub fn halves(trial: &Trial<'_>) -> Outcome {
    let place = Place::new(trial)?;
    let made = place.make(trial)?;
    let have = (made.take.is_some(), made.give.is_some());
    let shape = trial.subject.card().shape;
    let want = match shape {
        Shape::Source => (false, true),
        Shape::Transform | Shape::Sink => (true, false),
        Shape::Endpoint => (true, true),
    };
    place.end(trial, made)?;
    place.settle()?;
    match have == want {
        true => Ok(String::new()),
        false => Err(one(format!("as a {shape} it has to have the halves {want:?}, and has {have:?}"))),
    }
}

/// A call without a frame comes back, and so does, in the end, the asking to finish.
pub fn finish(trial: &Trial<'_>) -> Outcome {
    let place = Place::new(trial)?;
    let mut made = place.make(trial)?;
    place.start(trial, &mut made)?;
    if let Some(take) = &mut made.take {
        let mut out = Outbox { items: Vec::new(), limit: 64 };
        let failed = |status| matches!(status, Status::Fault | Status::Panicked);
        let said = |status| {
            let how = if status == Status::Panicked { "panics" } else { "fails" };
            format!("{how}: {}", place.fault().unwrap_or_else(|| "without a word".to_owned()))
        };
        trial.at("calling it without a frame (`wake`)");
        let status = take.accept(&mut Call::asking(1, 64, &mut out));
        if failed(status) {
            return Err(one(format!("a call without a frame (`wake`) {}", said(status))));
        }
        trial.at("asking it to finish (`finish`)");
        let mut turns = 0;
        loop {
            let status = take.finish(&mut Call::asking(1, 64, &mut out));
            turns += 1;
            match status {
                Status::Ended => break,
                status if failed(status) => return Err(one(format!("`finish` {}", said(status)))),
                _ if turns == TURNS => {
                    return Err(one(format!("`finish` has not said `Ended` after {TURNS} calls")));
                }
                _ => out.items.clear(),
            }
        }
    }
    place.stop(trial, &mut made)?;
    place.end(trial, made)?;
    place.settle()?;
    Ok(String::new())
}
