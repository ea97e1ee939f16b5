//! Parameters are checked first, and all that is wrong with them is said.

use crate::wild::{WildSink, WildTransform};
use rogue_sdk::{
    Reconfigured,
    bench::{Bench, json},
};

/// Every mistake, with its path.
#[test]
fn every_mistake_is_told() {
    let error = Bench::sink::<WildSink>(json!({ "panics": 3, "att": "accept" })).err().unwrap().to_string();
    assert!(error.contains("panics: expected true or false, found 3"), "{error}");
    assert!(error.contains("att: "), "{error}");
}

/// What is no object is no parameters.
#[test]
fn not_an_object() {
    for params in [json!([1]), json!(null), json!("at"), json!(1)] {
        assert!(Bench::sink::<WildSink>(params.clone()).is_err(), "{params}");
    }
}

/// The same when they are changed; the old ones stay in force.
#[test]
fn reconfigure_refuses_the_same() {
    let mut bench = Bench::transform::<WildTransform>(json!({ "at": "finish" })).unwrap();
    assert!(bench.reconfigure(json!({ "at": 5 })).is_err());
    assert_eq!(bench.finish().unwrap_err().to_string(), "finish said no");
    assert_eq!(bench.reconfigure(json!({ "at": "accept" })).unwrap(), Reconfigured::Done);
    bench.finish().unwrap();
}
