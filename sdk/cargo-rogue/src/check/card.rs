//! The card: an operator who has only `inspect` must understand it.

use super::{Outcome, Trial, one, verdict};
use rogue_runtime::card::{Shape, schema::Object};

/// Everything in the card is described, and its ports are those of its shape.
pub fn card(trial: &Trial<'_>) -> Outcome {
    let card = trial.subject.card();
    let schema = card.param_schema().map_err(|error| one(error.to_string()))?;
    let object = schema.object().ok_or_else(|| one("its parameters are no mapping"))?;
    let mut wrong = Vec::new();
    if card.about.is_empty() {
        wrong.push("it says nothing about itself; add `.about(…)` to the card".to_owned());
    }
    undescribed(object, "", &mut wrong);
    let named = card.readings.iter().map(|named| ("reading", &named.name, &named.about));
    let named = named.chain(card.counters.iter().map(|named| ("counter", &named.name, &named.about)));
    let named = named.chain(card.drops.iter().map(|drop| ("drop reason", &drop.name, &drop.about)));
    for (what, name, _) in named.filter(|(_, _, about)| about.is_empty()) {
        wrong.push(format!("{what} `{name}` is not described"));
    }
    let (inputs, outputs) = (card.input_count(), card.output_count());
    let fits = match card.shape {
        Shape::Source => inputs == 0 && outputs > 0,
        Shape::Sink => outputs == 0 && inputs > 0,
        Shape::Transform | Shape::Endpoint => inputs > 0 && outputs > 0,
    };
    if !fits {
        wrong.push(format!("a {} with {inputs} inputs and {outputs} outputs", card.shape));
    }
    verdict(wrong, "")
}

fn undescribed(object: &Object, above: &str, wrong: &mut Vec<String>) {
    for (name, schema) in &object.properties {
        if schema.about.is_empty() {
            wrong.push(format!("parameter `{above}{name}` is not described; give its field a doc comment"));
        }
        if let Some(inner) = schema.object() {
            undescribed(inner, &format!("{above}{name}."), wrong);
        }
    }
}
