//! Parameters: before an instance is made, and while one runs.

use super::{Outcome, Trial, one, place::Place, verdict};
use rogue_runtime::{
    card::schema::{Kind, Object, Schema},
    module::ColdError,
};
use serde_json::{Map, Value, json};

/// A key that no module has.
const UNKNOWN: &str = "no_such_parameter";

/// What is given is taken; unknown keys, missing and wrong values are refused by their name.
pub fn parameters(trial: &Trial<'_>) -> Outcome {
    let module = &trial.subject.module;
    let given = &trial.subject.params;
    trial.at("checking its parameters (`check`)");
    let faults = module.check(&trial.subject.params_text());
    if let Some((path, what)) = faults.first() {
        return Err(one(format!("it refuses the parameters it was given: {}", told(path, what))));
    }
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut refused = |params: Map<String, Value>, name: &str, what: String| {
        tried += 1;
        let faults = module.check(&Value::Object(params).to_string());
        let rest =
            |path: &str| path.strip_prefix(name).map(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        // A missing one has no place of its own, so that the text has to name it.
        let named =
            |(path, text): &(String, String)| rest(path) == Some(true) || text.contains(&format!("`{name}`"));
        match faults.first() {
            None => wrong.push(format!("it takes {what}")),
            Some((path, text)) if !faults.iter().any(named) => {
                wrong.push(format!("it refuses {what} without naming it: {}", told(path, text)));
            }
            Some(_) => {}
        }
    };
    refused(with(given, UNKNOWN, json!(1)), UNKNOWN, format!("an unknown parameter `{UNKNOWN}`"));
    let none = Object::default();
    let schema = trial.subject.card().param_schema().map_err(|error| one(error.to_string()))?;
    let object = schema.object().unwrap_or(&none);
    for (name, schema) in &object.properties {
        for value in wrong_values(schema) {
            let what = format!("{value} for `{name}`");
            refused(with(given, name, value), name, what);
        }
    }
    for name in &object.required {
        let mut without = given.clone();
        without.remove(name);
        refused(without, name, format!("no value for `{name}`, which is required"));
    }
    for text in ["[]", "7", "null", "{", "", "\u{0}"] {
        if module.check(text).is_empty() {
            wrong.push(format!("it takes {text:?} for its parameters"));
        }
    }
    verdict(wrong, format!("{tried} wrong ones refused"))
}

/// What a module says of a parameter; of all of them if there is no path.
fn told(path: &str, what: &str) -> String {
    if path.is_empty() { what.to_owned() } else { format!("`{path}`: {what}") }
}

fn with(given: &Map<String, Value>, name: &str, value: Value) -> Map<String, Value> {
    let mut params = given.clone();
    params.insert(name.to_owned(), value);
    params
}

/// Values that do not fit a schema, as far as it says what fits.
fn wrong_values(schema: &Schema) -> Vec<Value> {
    let beyond = |bound: Option<i128>, by: i128| -> Option<Value> {
        let value = bound?.checked_add(by)?;
        let fits = i64::try_from(value).map(Value::from).or_else(|_| u64::try_from(value).map(Value::from));
        fits.ok()
    };
    match &schema.kind {
        Kind::Any => Vec::new(),
        Kind::Boolean => vec![json!("perhaps"), json!(7)],
        Kind::Integer { min, max } => {
            let bounds = [beyond(*min, -1), beyond(*max, 1)];
            [json!("many"), json!(0.5)].into_iter().chain(bounds.into_iter().flatten()).collect()
        }
        Kind::Number { min, max } => {
            let below = min.map(|min| min - min.abs() - 1.0);
            let above = max.map(|max| max + max.abs() + 1.0);
            [Some(json!("many")), below.map(Value::from), above.map(Value::from)]
                .into_iter()
                .flatten()
                .collect()
        }
        Kind::Text => vec![json!({}), json!(7)],
        Kind::Duration { .. } => vec![json!("5 apples"), json!([])],
        Kind::Size => vec![json!("5 apples"), json!(-1)],
        Kind::Enum(_) => vec![json!("no such word"), json!({})],
        Kind::Array { .. } => vec![json!({}), json!("a list")],
        Kind::AnyOf(_) => vec![json!({ UNKNOWN: 1 })],
        Kind::Object(_) => vec![json!(7), json!({ UNKNOWN: 1 })],
    }
}

/// New parameters for an instance that runs.
pub fn live(trial: &Trial<'_>) -> Outcome {
    let place = Place::new(trial)?;
    let mut made = place.make(trial)?;
    place.start(trial, &mut made)?;
    trial.at("giving it its own parameters again (`reconfigure`)");
    let again = made.instance.reconfigure(&trial.subject.params_text());
    let schema = trial.subject.card().param_schema().map_err(|error| one(error.to_string()))?;
    let live: Vec<&str> = schema
        .object()
        .into_iter()
        .flat_map(|object| &object.properties)
        .filter(|(_, schema)| schema.live)
        .map(|(name, _)| name.as_str())
        .collect();
    match again {
        Ok(()) => {}
        Err(ColdError::Unsupported) if live.is_empty() => {}
        Err(ColdError::Unsupported) => {
            return Err(one(format!(
                "its card says that `{}` is live, and `reconfigure` supports nothing",
                live.join("`, `")
            )));
        }
        Err(error) => return Err(place.wrong("`reconfigure` with its own parameters", &error)),
    }
    trial.at("giving it wrong parameters (`reconfigure`)");
    match made.instance.reconfigure(&json!({ UNKNOWN: 1 }).to_string()) {
        Err(ColdError::Refused(_)) => {}
        // It looks at none.
        Err(ColdError::Unsupported) if live.is_empty() => {}
        Ok(()) => return Err(one("`reconfigure` takes an unknown parameter")),
        Err(error) => return Err(place.wrong("`reconfigure` with an unknown parameter", &error)),
    }
    place.stop(trial, &mut made)?;
    place.end(trial, made)?;
    place.settle()?;
    Ok(if live.is_empty() { "none is live".to_owned() } else { format!("live: {}", live.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_overstepped_where_there_are_numbers_for_it() {
        let schema = |json| Schema::read(&json).expect("a schema");
        let of = |json| wrong_values(&schema(json));
        let small = of(json!({ "type": "integer", "minimum": 0, "maximum": 255 }));
        assert!(small.contains(&json!(-1)) && small.contains(&json!(256)), "{small:?}");
        let large = of(json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }));
        assert_eq!(large, [json!("many"), json!(0.5), json!(-1)]);
    }
}
