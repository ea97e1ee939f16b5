//! Virtual time: it stands still, and halves are called at the times they asked for.

use crate::frame;
use rogue_sdk::{
    bench::{Bench, json},
    params::NoParams,
    prelude::{Card, Context, Counter, Flow, Frame, Module, Node, Out, Result, Sink, Source},
};
use std::time::Duration;

/// A frame every 100 ms, without drift.
struct Ticker(Option<Duration>);

impl Module for Ticker {
    type Params = NoParams;
    const CARD: Card = Card::source("ticker");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(Ticker(None))
    }
}

impl Source for Ticker {
    fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
        let due = *self.0.get_or_insert(cx.now());
        if cx.now() >= due {
            out.send(out.request(1)?);
            self.0 = Some(due + Duration::from_millis(100));
        }
        cx.wake_at(self.0.unwrap_or(due));
        Ok(Flow::Idle)
    }
}

/// Time stands still until the test lets it pass, and then every time asked for comes.
#[test]
fn advance_calls_at_the_times_asked_for() {
    let mut bench = Bench::source::<Ticker>(json!({})).unwrap();
    let begin = bench.now();
    assert_eq!(bench.wake_at(), None);
    bench.produce().unwrap();
    bench.produce().unwrap();
    assert_eq!((bench.out_len(), bench.now()), (1, begin));
    assert_eq!(bench.wake_at(), Some(begin + Duration::from_millis(100)));
    bench.advance(Duration::from_millis(99)).unwrap();
    assert_eq!(bench.out_len(), 1);
    bench.advance(Duration::from_millis(1)).unwrap();
    assert_eq!(bench.out_len(), 2);
    bench.advance(Duration::from_secs(10)).unwrap();
    assert_eq!(bench.out_len(), 102);
    let stamps: Vec<u64> = bench.out().iter().map(Frame::stamp_ns).collect();
    assert!(stamps.windows(2).all(|pair| pair[1] - pair[0] == 100_000_000));
    assert_eq!(bench.now(), begin + Duration::from_millis(10_100));
}

/// Flushes a second after the first frame of a batch.
struct Flusher {
    since: Option<Duration>,
    flushed: Counter,
}

impl Module for Flusher {
    type Params = NoParams;
    const CARD: Card = Card::sink("flusher");

    fn new(_: NoParams, node: &Node) -> Result<Self> {
        Ok(Flusher { since: None, flushed: node.counter("flushed") })
    }
}

impl Sink for Flusher {
    fn accept(&mut self, _: Frame, cx: &Context) -> Result<()> {
        if self.since.is_none() {
            self.since = Some(cx.now());
            cx.wake_at(cx.now() + Duration::from_secs(1));
        }
        Ok(())
    }

    fn wake(&mut self, cx: &Context) -> Result<()> {
        if self.since.is_some_and(|since| cx.now() >= since + Duration::from_secs(1)) {
            self.since = None;
            self.flushed.add(1);
        }
        Ok(())
    }
}

/// A time asked for stays asked for, whatever calls there are before.
#[test]
fn a_time_survives_other_calls() {
    let mut bench = Bench::sink::<Flusher>(json!({})).unwrap();
    bench.push(frame("a")).unwrap();
    bench.advance(Duration::from_millis(500)).unwrap();
    bench.push(frame("b")).unwrap();
    assert_eq!(bench.counter("flushed"), 0);
    bench.advance(Duration::from_millis(500)).unwrap();
    assert_eq!((bench.counter("flushed"), bench.wake_at()), (1, None));
    bench.advance(Duration::from_secs(5)).unwrap();
    assert_eq!(bench.counter("flushed"), 1);
}

/// Ends a second after the last frame.
struct Patient;

impl Module for Patient {
    type Params = NoParams;
    const CARD: Card = Card::sink("patient");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(Patient)
    }
}

impl Sink for Patient {
    fn accept(&mut self, _: Frame, cx: &Context) -> Result<()> {
        cx.wake_at(cx.now() + Duration::from_secs(2));
        cx.wake_at(cx.now() + Duration::from_secs(1));
        cx.wake_at(cx.now() + Duration::from_secs(3));
        Ok(())
    }
}

/// Of the times asked for in one call the earliest counts; the next call that asks replaces it.
#[test]
fn a_time_is_replaced_by_the_next() {
    let mut bench = Bench::sink::<Patient>(json!({})).unwrap();
    for _ in 0..3 {
        bench.push(frame("a")).unwrap();
        assert_eq!(bench.wake_at(), Some(bench.now() + Duration::from_secs(1)));
        bench.advance(Duration::from_millis(700)).unwrap();
    }
    bench.advance(Duration::from_secs(1)).unwrap();
    assert_eq!(bench.wake_at(), None);
}

/// Asks to be called now, for ever.
struct Restless;

impl Module for Restless {
    type Params = NoParams;
    const CARD: Card = Card::source("restless");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(Restless)
    }
}

impl Source for Restless {
    fn produce(&mut self, _: &mut Out, cx: &Context) -> Result<Flow> {
        cx.wake_at(cx.now());
        cx.wake_give();
        Ok(Flow::Idle)
    }
}

/// A module that never comes to rest is told so, where a test would hang.
#[test]
fn restless_modules_are_told() {
    let mut bench = Bench::source::<Restless>(json!({})).unwrap();
    bench.produce().unwrap();
    let error = bench.advance(Duration::from_secs(1)).unwrap_err().to_string();
    assert!(error.starts_with("the module does not come to rest: "), "{error}");
    assert!(bench.run().is_err());
}
