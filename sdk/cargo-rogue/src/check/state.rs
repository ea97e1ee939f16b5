//! State on its way to a successor.

use super::{Outcome, Trial, one, place::Place};
use rogue_runtime::module::{ColdError, Instance, State};

/// What `snapshot` gives, `restore` takes; and nothing else.
pub fn state(trial: &Trial<'_>) -> Outcome {
    let place = Place::new(trial)?;
    let mut first = place.make(trial)?;
    let mut second = place.make(trial)?;
    trial.at("asking for its state (`snapshot`)");
    let remark = match (first.instance.snapshot(), &trial.subject.card().state) {
        (Ok(state), Some(card)) => {
            if (state.schema.as_str(), state.version) != (card.schema.as_str(), card.version) {
                return Err(one(format!(
                    "its card promises state {} version {}, and it gives {} version {}",
                    card.schema, card.version, state.schema, state.version
                )));
            }
            trial.at("giving it its own state (`restore`)");
            second
                .instance
                .restore(&state)
                .map_err(|error| place.wrong("`restore` of its own state", &error))?;
            let again = second.instance.snapshot().map_err(|error| place.wrong("`snapshot`", &error))?;
            if again != state {
                return Err(one("a state that was taken over is another when it is asked for again"));
            }
            let spoilt = State { bytes: vec![0xff; 7], ..state };
            refuses(trial, &mut *second.instance, &spoilt, "spoilt state")?;
            format!("{} bytes of {} version {}", again.bytes.len(), again.schema, again.version)
        }
        (Err(ColdError::Unsupported), None) => "it has none".to_owned(),
        (Ok(state), None) => {
            return Err(one(format!("it gives state {}, and its card says nothing of it", state.schema)));
        }
        (Err(ColdError::Unsupported), Some(card)) => {
            return Err(one(format!("its card promises state {}, and it gives none", card.schema)));
        }
        (Err(error), _) => return Err(place.wrong("`snapshot`", &error)),
    };
    let foreign = State { schema: "somebody-else".into(), version: 7, bytes: Vec::new() };
    refuses(trial, &mut *second.instance, &foreign, "state of another module")?;
    place.end(trial, first)?;
    place.end(trial, second)?;
    place.settle()?;
    Ok(remark)
}

fn refuses(
    trial: &Trial<'_>,
    instance: &mut dyn Instance,
    state: &State,
    what: &str,
) -> Result<(), Vec<String>> {
    trial.at(&format!("giving it {what} (`restore`)"));
    match instance.restore(state) {
        Err(ColdError::Refused(_)) => Ok(()),
        Ok(()) => Err(one(format!("`restore` takes {what}; it must refuse it"))),
        Err(error) => Err(one(format!("`restore` of {what}: {error}; it must refuse it"))),
    }
}
