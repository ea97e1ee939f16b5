//! Failures come back with their text, panics as panics, and the account stays right.

use crate::{
    frame,
    wild::{WildEndpoint, WildSink, WildSource, WildTransform, error_at, panic_at},
};
use rogue_sdk::{
    Held, Result, State,
    bench::{Bench, Value, json},
};

type Make = fn(Value) -> Result<Bench>;
const SHAPES: [Make; 4] = [
    Bench::transform::<WildTransform>,
    Bench::sink::<WildSink>,
    Bench::source::<WildSource>,
    Bench::endpoint::<WildEndpoint>,
];

/// Both ways to fail at `at`, in a call of a bench that could be made.
fn both(make: Make, at: &str, mut call: impl FnMut(&mut Bench) -> Result<()>) {
    let mut bench = make(error_at(at)).unwrap();
    assert_eq!(call(&mut bench).unwrap_err().to_string(), format!("{at} said no"));
    let mut bench = make(panic_at(at)).unwrap();
    assert_eq!(call(&mut bench).unwrap_err().to_string(), format!("the module panicked: {at} went wild"));
}

fn bad() -> rogue_sdk::Frame {
    let mut frame = frame("bad");
    frame.set_error(1);
    frame
}

/// A module that cannot be made or started is none.
#[test]
fn at_the_start() {
    for make in SHAPES {
        for at in ["check", "new", "start"] {
            assert_eq!(make(error_at(at)).err().unwrap().to_string(), format!("{at} said no"));
            let panicked = format!("the module panicked: {at} went wild");
            assert_eq!(make(panic_at(at)).err().unwrap().to_string(), panicked);
        }
        let panicked = "the module panicked: interrupter went wild";
        assert_eq!(make(panic_at("interrupter")).err().unwrap().to_string(), panicked);
    }
    let endpoint = Bench::endpoint::<WildEndpoint>;
    assert_eq!(endpoint(error_at("split")).err().unwrap().to_string(), "split said no");
    assert_eq!(
        endpoint(panic_at("split")).err().unwrap().to_string(),
        "the module panicked: split went wild"
    );
}

/// Cold calls.
#[test]
fn in_cold_calls() {
    for make in SHAPES {
        both(make, "reconfigure", |bench| bench.reconfigure(json!({})).map(drop));
        both(make, "snapshot", |bench| bench.snapshot().map(drop));
        let state = State { schema: String::new(), version: 0, bytes: Vec::new() };
        both(make, "restore", |bench| bench.restore(&state));
        both(make, "adopt", |bench| bench.adopt(Held::default()).map(drop));
    }
}

/// Cold calls that cannot return an error can panic all the same.
#[test]
fn in_cold_calls_without_an_error() {
    for make in SHAPES {
        let text = |done: Result<()>| done.unwrap_err().to_string();
        let panicked = |at: &str| format!("the module panicked: {at} went wild");
        assert_eq!(
            text(make(panic_at("release_held")).unwrap().release_held().map(drop)),
            panicked("release_held")
        );
        assert_eq!(text(make(panic_at("stop")).unwrap().stop()), panicked("stop"));
        assert_eq!(text(make(panic_at("stop")).unwrap().end()), panicked("stop"));
        assert_eq!(text(make(panic_at("drop")).unwrap().end()), panicked("drop"));
        drop(make(panic_at("drop")).unwrap());
        let bench = make(panic_at("interrupt")).unwrap();
        bench.interrupter().interrupt();
        bench.end().unwrap();
    }
}

/// Calls into the halves.
#[test]
fn in_the_halves() {
    for make in [SHAPES[0], SHAPES[1], SHAPES[3]] {
        both(make, "accept", |bench| bench.push(bad()));
        both(make, "wake", Bench::wake);
        both(make, "finish", |bench| bench.finish().map(drop));
    }
    for make in [SHAPES[2], SHAPES[3]] {
        both(make, "produce", |bench| bench.produce().map(drop));
    }
    assert_eq!(Bench::live_frames(), 0);
}

/// What a module said of its failures is kept.
#[test]
fn faults_are_kept() {
    let mut bench = Bench::sink::<WildSink>(panic_at("accept")).unwrap();
    bench.push(frame("good")).unwrap();
    assert!(bench.faults().is_empty());
    assert!(bench.push(bad()).is_err());
    assert!(bench.push(bad()).is_err());
    assert_eq!(bench.faults(), ["accept went wild", "accept went wild"]);
}

/// The frames before the one that failed have gone through, the one that failed is dropped with what it left, the
/// frames behind it wait.
#[test]
fn a_fault_takes_one_frame() {
    for params in [error_at("accept"), panic_at("accept")] {
        let mut bench = Bench::transform::<WildTransform>(params).unwrap();
        assert!(bench.push_all(0, [frame("a"), frame("b"), bad(), frame("c"), frame("d")]).is_err());
        assert_eq!((bench.out_len(), bench.inbox_len()), (4, 2));
        assert_eq!((bench.dropped("fault"), bench.consumed(), bench.held()), (2, 0, 0));
        bench.wake().unwrap();
        assert_eq!((bench.out_len(), bench.inbox_len()), (8, 0));
        bench.end().unwrap();
    }
    assert_eq!((Bench::live_frames(), Bench::live_bytes()), (0, 0));
}

/// A sink's frames count as consumed, but for those it failed with.
#[test]
fn a_fault_in_a_sink() {
    for params in [error_at("accept"), panic_at("accept")] {
        let mut bench = Bench::sink::<WildSink>(params).unwrap();
        assert!(bench.push_all(0, [frame("a"), bad(), frame("c")]).is_err());
        assert_eq!((bench.consumed(), bench.dropped("fault"), bench.inbox_len()), (1, 1, 1));
        bench.wake().unwrap();
        assert_eq!((bench.consumed(), bench.dropped("fault"), bench.held()), (2, 1, 0));
    }
}

/// What a source gave before it failed has been given.
#[test]
fn a_fault_in_a_source() {
    let mut bench = Bench::source::<WildSource>(error_at("produce")).unwrap();
    assert!(bench.produce().is_err());
    assert_eq!((bench.out_len(), bench.dropped("fault")), (1, 0));
}

/// A misspelt name does not pass for 0.
#[test]
fn misspelt_names() {
    let look = |look: fn(&Bench)| {
        std::panic::catch_unwind(|| look(&Bench::sink::<WildSink>(json!({})).unwrap())).unwrap_err()
    };
    let text = |panic: Box<dyn std::any::Any + Send>| panic.downcast_ref::<String>().unwrap().clone();
    let dropped = text(look(|bench| assert_eq!(bench.dropped("falt"), 0)));
    assert_eq!(dropped, "the card has no drop reason `falt`; it has [] and \"fault\"");
    assert!(text(look(|bench| assert_eq!(bench.counter("x"), 0))).contains("no counter `x`"));
    assert!(text(look(|bench| drop(bench.reading("x")))).contains("no reading `x`"));
}
