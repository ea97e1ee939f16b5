//! State: out of one instance, into the next.

use crate::frame;
use rogue_sdk::{
    State,
    bench::{Bench, json},
    prelude::*,
};
use serde::{Deserialize, Serialize};

#[derive(Params)]
struct TallyParams {
    /// Refuses to start with it.
    #[param(default = false)]
    broken: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Sums {
    frames: u64,
    bytes: u64,
}

/// Adds up; its sums go over in a swap, its socket is claimed while it runs.
struct Tally {
    sums: Sums,
    broken: bool,
    node: Node,
    starts: Counter,
}

impl Module for Tally {
    type Params = TallyParams;
    const CARD: Card = Card::sink("tally").state("tally", 2, &[2]);

    fn new(params: TallyParams, node: &Node) -> Result<Self> {
        let starts = node.counter("starts");
        Ok(Tally { sums: Sums::default(), broken: params.broken, node: *node, starts })
    }

    fn start(&mut self) -> Result<()> {
        if self.broken {
            return Err(Error::new("broken"));
        }
        self.node.claim("tcp:0.0.0.0:8000")?;
        self.starts.add(1);
        Ok(())
    }

    fn stop(&mut self) {
        self.node.unclaim("tcp:0.0.0.0:8000");
    }

    fn snapshot(&self) -> Result<Option<State>> {
        State::of("tally", 2, &self.sums).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.sums = state.read("tally", 2)?;
        Ok(())
    }
}

impl Sink for Tally {
    fn accept(&mut self, frame: Frame, cx: &Context) -> Result<()> {
        self.sums.frames += 1;
        self.sums.bytes += u64::from(frame.payload());
        cx.publish("frames", self.sums.frames);
        cx.publish("bytes", self.sums.bytes);
        Ok(())
    }
}

/// Snapshot changes nothing; restore goes on from it.
#[test]
fn round_trip() {
    let mut old = Bench::sink::<Tally>(json!({})).unwrap();
    old.push_all(0, [frame("abc"), frame("de")]).unwrap();
    let state = old.snapshot().unwrap().unwrap();
    assert_eq!(old.snapshot().unwrap().unwrap(), state);
    assert_eq!((state.schema.as_str(), state.version), ("tally", 2));
    old.end().unwrap();

    let mut new = Bench::sink::<Tally>(json!({})).unwrap();
    new.restore(&state).unwrap();
    new.push(frame("f")).unwrap();
    assert_eq!((new.reading("frames").as_deref(), new.reading("bytes").as_deref()), (Some("3"), Some("6")));
}

/// What a module does not know it refuses, and says what it was.
#[test]
fn foreign_state_is_refused() {
    let mut bench = Bench::sink::<Tally>(json!({})).unwrap();
    let mut state = bench.snapshot().unwrap().unwrap();
    state.version = 1;
    assert_eq!(
        bench.restore(&state).unwrap_err().to_string(),
        "state is tally version 1, this module takes tally version 2"
    );
    state.version = 2;
    state.bytes = b"{".to_vec();
    assert!(bench.restore(&state).is_err());
}

/// A module without state has none, and takes none.
#[test]
fn without_state() {
    struct Plain;
    impl Module for Plain {
        type Params = NoParams;
        const CARD: Card = Card::sink("plain");
        fn new(_: NoParams, _: &Node) -> Result<Self> {
            Ok(Plain)
        }
    }
    impl Sink for Plain {
        fn accept(&mut self, _: Frame, _: &Context) -> Result<()> {
            Ok(())
        }
    }
    let mut bench = Bench::sink::<Plain>(json!({})).unwrap();
    assert_eq!(bench.snapshot().unwrap(), None);
    let state = State { schema: "x".to_owned(), version: 7, bytes: Vec::new() };
    assert_eq!(
        bench.restore(&state).unwrap_err().to_string(),
        "this module takes over no state (x version 7 was offered)"
    );
    assert_eq!(bench.reconfigure(json!({})).unwrap(), Reconfigured::Unsupported);
    bench.swap(json!({})).unwrap();
    bench.push(frame("x")).unwrap();
}

/// A swap takes state along, and stops the old before the new starts.
#[test]
fn swap_takes_state_along() {
    let mut bench = Bench::sink::<Tally>(json!({})).unwrap();
    bench.push_all(0, [frame("abc"), frame("de")]).unwrap();
    bench.swap(json!({})).unwrap();
    assert_eq!(bench.counter("starts"), 2);
    bench.push(frame("f")).unwrap();
    assert_eq!(bench.reading("frames").as_deref(), Some("3"));
}

/// A swap that is refused leaves the old one running, with what it had.
#[test]
fn refused_swap_changes_nothing() {
    let mut bench = Bench::sink::<Tally>(json!({})).unwrap();
    bench.push(frame("abc")).unwrap();
    assert!(bench.swap(json!({ "broke": true })).is_err());
    assert_eq!(bench.counter("starts"), 1, "the parameters were refused first");
    assert_eq!(bench.swap(json!({ "broken": true })).err().unwrap().to_string(), "broken");
    assert_eq!(bench.counter("starts"), 2, "the old one was started again");
    bench.push(frame("de")).unwrap();
    assert_eq!(
        (bench.reading("frames").as_deref(), bench.reading("bytes").as_deref()),
        (Some("2"), Some("5"))
    );
    bench.end().unwrap();
}

/// What only one may have only one has, and it is free again afterwards.
#[test]
fn claims() {
    let first = Bench::sink::<Tally>(json!({})).unwrap();
    let error = Bench::sink::<Tally>(json!({})).err().unwrap().to_string();
    assert_eq!(error, "tcp:0.0.0.0:8000 is already taken by another node of this graph");
    drop(first);
    Bench::sink::<Tally>(json!({})).unwrap();
}
