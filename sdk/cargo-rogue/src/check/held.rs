//! What an instance holds on its way to a successor.

use super::{Outcome, Trial, frames, one, place::Place};
use rogue_runtime::module::{Call, Held, Outbox, Status};

/// Nothing held is nothing handed over; what is held goes over, or ends with the instance.
pub fn hand_over(trial: &Trial<'_>) -> Outcome {
    let place = Place::new(trial)?;
    let mut first = place.make(trial)?;
    let mut held = Held::default();
    trial.at("asking for what it holds (`release_held`)");
    first.instance.release_held(&mut held).map_err(|error| place.wrong("`release_held`", &error))?;
    if !held.frames.is_empty() || !held.handles.is_empty() {
        return Err(one("an instance that has never been started gives up frames or descriptors"));
    }
    trial.at("giving it nothing (`adopt`)");
    first.instance.adopt(&mut held).map_err(|error| place.wrong("`adopt` of nothing", &error))?;

    place.start(trial, &mut first)?;
    let mut taken = 0;
    if let Some(take) = &mut first.take {
        let mut offered: Vec<_> = frames::odd(place.node()).into_iter().map(Some).collect();
        let mut out = Outbox { items: Vec::new(), limit: 64 };
        let mut call = Call { frames: &mut offered, ..Call::asking(1, 64, &mut out) };
        trial.at("giving it frames (`accept`)");
        let status = take.accept(&mut call);
        taken = call.taken;
        if matches!(status, Status::Fault | Status::Panicked) {
            let text = place.fault().unwrap_or_else(|| "without a word".to_owned());
            let how = if status == Status::Panicked { "panics" } else { "fails" };
            return Err(one(format!("`accept` {how}: {text}")));
        }
    }
    trial.at("asking for what it holds (`release_held`)");
    first.instance.release_held(&mut held).map_err(|error| place.wrong("`release_held`", &error))?;
    let frames = held.frames.len();
    let mut second = place.make(trial)?;
    trial.at("giving it what its predecessor held (`adopt`)");
    second.instance.adopt(&mut held).map_err(|error| place.wrong("`adopt`", &error))?;
    let left = held.frames.len();
    if left > frames {
        return Err(one(format!("`adopt` was given {frames} frames and leaves {left}")));
    }
    drop(held);
    place.stop(trial, &mut first)?;
    place.end(trial, first)?;
    place.end(trial, second)?;
    place.settle()?;
    Ok(match frames {
        0 => format!("{taken} frames taken, none held"),
        _ => format!("{taken} frames taken, {frames} held, {} taken over", frames - left),
    })
}
