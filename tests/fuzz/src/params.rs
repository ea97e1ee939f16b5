//! Parameters: any text to a module's typed struct, and to the schema check that the graph makes before.
//!
//! Input: the parameters of one node, as JSON or as YAML. What holds: what the graph's check accepts the typed
//! reading accepts, and the other way round, so that a graph that is checked starts; a value written and read again
//! is the same; a text read as a time or a size is read back from what is printed; mistakes are few and can be shown.

use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use rogue_runtime::{
    card::Card,
    graph::{
        self, Catalog, Found, Options, Packaging, Wanted, place,
        report::{Report, Source},
    },
};
use rogue_sdk::params::{Duration, OneOrMany, ParamError, Params, Size};
use serde_json::{Value, json};

use super::{library, readable};

/// What a frame meets when the queue is full.
#[derive(Params, Clone, Copy, Debug, PartialEq)]
enum Overflow {
    DropNewest,
    Block,
    #[serde(rename = "UDP4")]
    Udp,
}

/// A group of parameters.
#[derive(Params, Clone, Debug, PartialEq)]
struct Limits {
    rate: Option<f64>,
    #[param(default = [1, 2])]
    steps: Vec<i8>,
    #[param(default = "1ms")]
    pause: Duration,
}

/// One parameter of each kind.
#[derive(Params, Clone, Debug, PartialEq)]
struct All {
    #[param(default = 1000, min = 1, live)]
    max_depth: u32,
    #[param(default = "drop_newest")]
    overflow: Overflow,
    channel: Option<OneOrMany<u8>>,
    #[param(default = "1s", bare = "us")]
    timeout: Duration,
    #[param(bare = "h")]
    pause: Option<Duration>,
    #[param(default = "256MiB")]
    max_held: Size,
    sizes: Option<OneOrMany<Size>>,
    waits: Option<Vec<Duration>>,
    #[param(default = 0.5, min = -1, max = 0.5)]
    level: f64,
    #[param(default = true)]
    open: bool,
    #[param(default = "x")]
    text: String,
    #[param(default)]
    limits: Limits,
    #[param(default = [])]
    groups: Vec<Limits>,
    modes: Option<OneOrMany<Overflow>>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[param(min = -5, max = 5, default = -3)]
    r#move: Option<i64>,
    count: Option<u64>,
    #[param(default = "a.dat")]
    files: OneOrMany<PathBuf>,
}

/// A module whose parameters are [`All`].
struct OneModule;

static CARD: LazyLock<Arc<Card>> = LazyLock::new(|| {
    let params: Value = serde_json::from_str(All::SCHEMA).expect("the schema is JSON");
    let ports = json!([{ "name": "x", "optional": true }]);
    let card = json!({
        "card": 1, "name": "all", "shape": "endpoint", "give": "bridge",
        "inputs": ports, "outputs": ports, "params": params,
    });
    let mut cards =
        Card::parse_all(&library::cards(&json!([card]).to_string())).expect("the card keeps the rules");
    Arc::new(cards.remove(0))
});

impl Catalog for OneModule {
    fn find(&self, _: &Wanted<'_>) -> Result<Found, String> {
        Ok(Found {
            card: CARD.clone(),
            file: PathBuf::from("/modules/all.so"),
            index: 0,
            sha256: None,
            packaging: Packaging::Native,
        })
    }

    fn names(&self) -> Vec<String> {
        vec!["all".to_owned()]
    }
}

/// See above.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    units(text);
    let _ = read(text);
    let value = serde_json::from_str(text).ok().or_else(|| yaml(text));
    // `params:` with nothing behind it is an empty mapping.
    let value = match value {
        None => return,
        Some(Value::Null) => json!({}),
        Some(value) => value,
    };
    let typed = read(&value.to_string());
    let graph = json!({ "nodes": { "n": { "module": "all", "params": value } }, "links": [] }).to_string();
    let checked = graph::load(&graph, "graph.yaml", &Options::default(), &OneModule);
    match (typed, checked) {
        (Ok(_), Ok(checked)) => {
            let params = Value::Object(checked.plan.nodes[0].params.clone());
            assert_eq!(params, value, "the graph hands over what was written");
        }
        (Err(errors), Ok(_)) => panic!("the graph is checked and the module refuses it: {errors:?}\n{value}"),
        // An optional parameter that is `null` is absent for the module; a graph is asked to leave it out.
        (Ok(_), Err(_)) if has_null(&value) => {}
        (Ok(all), Err(mistakes)) => {
            panic!("the module takes it and the graph is refused: {mistakes:?}\n{all:?}\n{value}")
        }
        (Err(_), Err(mistakes)) => mistakes.iter().for_each(|mistake| readable(&mistake.message, 8100)),
    }
}

/// The value of a YAML text, if nothing is wrong with it.
fn yaml(text: &str) -> Option<Value> {
    let mut report = Report::new(vec![Source { name: String::new(), text: text.into() }]);
    let placed = place::read(text, 0, 0, None, &mut report)?;
    (!report.failed()).then(|| placed.json())
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(map) => map.values().any(has_null),
        _ => false,
    }
}

/// Reads the typed struct; what is read is the same after being written and read again.
fn read(text: &str) -> Result<All, Vec<ParamError>> {
    let read = All::parse(text);
    match &read {
        Ok(all) => {
            let text = written(all).to_string();
            match All::parse(&text) {
                Ok(again) => assert!(written(all) == written(&again), "{text} became {again:?}"),
                Err(errors) => panic!("{text} was written, and is refused: {errors:?}"),
            }
        }
        Err(errors) => {
            assert!((1..=64).contains(&errors.len()), "{} mistakes", errors.len());
            errors.iter().for_each(|error| readable(&error.message, 2000));
        }
    }
    read
}

fn written(all: &All) -> Value {
    let limits = |limits: &Limits| {
        let mut json = json!({ "steps": limits.steps, "pause": limits.pause });
        if let Some(rate) = limits.rate {
            json["rate"] = json!(rate);
        }
        json
    };
    let modes = all.modes.as_ref().map(|modes| match modes {
        OneOrMany::One(mode) => json!(mode.as_str()),
        OneOrMany::Many(modes) => modes.iter().map(|mode| mode.as_str()).collect(),
    });
    let mut json = json!({
        "max_depth": all.max_depth, "overflow": all.overflow.as_str(), "channel": all.channel,
        "timeout": all.timeout, "pause": all.pause, "max_held": all.max_held, "sizes": all.sizes,
        "waits": all.waits, "level": all.level, "open": all.open, "text": all.text,
        "limits": limits(&all.limits), "groups": all.groups.iter().map(limits).collect::<Vec<_>>(),
        "modes": modes, "type": all.kind, "move": all.r#move, "count": all.count, "files": all.files,
    });
    // Absent is absent: `null` is no way to write a parameter that has a default.
    if let Value::Object(map) = &mut json {
        map.retain(|_, value| !value.is_null());
    }
    json
}

/// A text as a time and as a size.
fn units(text: &str) {
    match text.parse::<Duration>() {
        Ok(time) => {
            assert_eq!(time.to_string().parse(), Ok(time));
            near(
                text,
                time.as_nanos() as f64,
                &[("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)],
            );
        }
        Err(why) => readable(&why, 1000),
    }
    match text.parse::<Size>() {
        Ok(size) => {
            assert_eq!(size.to_string().parse(), Ok(size));
            const K: f64 = 1024.0;
            let units = [
                ("KiB", K),
                ("MiB", K * K),
                ("GiB", K * K * K),
                ("TiB", K * K * K * K),
                ("kB", 1e3),
                ("KB", 1e3),
                ("MB", 1e6),
                ("GB", 1e9),
                ("TB", 1e12),
                ("B", 1.0),
            ];
            near(text, size.bytes() as f64, &units);
        }
        Err(why) => readable(&why, 1000),
    }
}

/// The value is what floating point makes of number and unit.
fn near(text: &str, value: f64, units: &[(&str, f64)]) {
    let found =
        units.iter().find_map(|(unit, scale)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * scale));
    let wanted = found.unwrap_or_else(|| panic!("{text:?} has no unit"));
    assert!((value - wanted).abs() <= wanted * 1e-9 + 0.5, "{text:?} is {wanted}, not {value}");
}
