//! A source: limits, the pool downstream, refusal of memory, blocking and its interruption.

use crate::frame;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};
use std::sync::{Arc, Condvar, Mutex};

/// Counts up, as fast as frames are taken.
struct CountUp {
    next: u32,
    end: u32,
}

#[derive(Params)]
struct CountUpParams {
    /// Frames to give.
    count: u32,
}

impl Module for CountUp {
    type Params = CountUpParams;
    const CARD: Card = Card::source("count-up");

    fn new(params: CountUpParams, _: &Node) -> Result<Self> {
        Ok(CountUp { next: 0, end: params.count })
    }
}

impl Source for CountUp {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        while !out.is_full() {
            if self.next == self.end {
                return Ok(Flow::Ended);
            }
            let mut frame = out.request(10)?;
            frame.writer(0).put_number(self.next)?;
            out.send(frame);
            self.next += 1;
        }
        Ok(Flow::More)
    }
}

/// A batch at a time, until the end.
#[test]
fn batches_until_the_end() {
    let mut bench = Bench::source::<CountUp>(json!({ "count": 100 })).unwrap();
    assert_eq!(bench.produce().unwrap(), Flow::More);
    assert_eq!(bench.out_len(), 64);
    assert_eq!(bench.produce_up_to(10).unwrap(), Flow::More);
    assert_eq!(bench.out_len(), 74);
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    let numbers: Vec<u32> = bench.out().iter().map(|frame| frame.reader().number().unwrap()).collect();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    assert_eq!(bench.created(), 100);
}

/// `run` goes on with a source that said that it has more.
#[test]
fn run_to_the_end() {
    let mut bench = Bench::source::<CountUp>(json!({ "count": 1000 })).unwrap();
    assert_eq!(bench.produce().unwrap(), Flow::More);
    bench.run().unwrap();
    assert_eq!(bench.out_len(), 1000);
}

/// Frames come from the pool of what is downstream.
#[test]
fn downstream_pool() {
    let mut bench = Bench::source::<CountUp>(json!({ "count": 2 })).unwrap();
    bench.set_downstream_pool(4);
    bench.produce().unwrap();
    let (_, frame) = bench.pop().unwrap();
    assert_eq!((frame.buffer_count(), frame.size()), (3, 12));
    assert_eq!(frame.stamp_ns(), bench.now().as_nanos() as u64);
}

/// Without memory a request fails, and the module says so.
#[test]
fn no_memory() {
    let mut bench = Bench::source::<CountUp>(json!({ "count": 2 })).unwrap();
    bench.set_no_memory(true);
    assert!(bench.produce().unwrap_err().to_string().contains("no memory"));
    bench.set_no_memory(false);
    bench.produce().unwrap();
    assert_eq!(bench.out_len(), 2);
}

/// A source has no half that takes.
#[test]
fn nothing_to_take() {
    let mut bench = Bench::source::<CountUp>(json!({ "count": 2 })).unwrap();
    assert_eq!(bench.push(frame("x")).unwrap_err().to_string(), "a source takes no frames");
    assert!(bench.wake().is_err() && bench.finish().is_err());
}

/// Waits inside `produce` until it is interrupted.
struct Waiter(Arc<(Mutex<bool>, Condvar)>);

impl Module for Waiter {
    type Params = NoParams;
    const CARD: Card = Card::source("waiter").blocking();

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(Waiter(Arc::default()))
    }

    fn interrupter(&self) -> Option<Interrupter> {
        let shared = Arc::clone(&self.0);
        Some(Box::new(move || {
            *shared.0.lock().unwrap() = true;
            shared.1.notify_all();
        }))
    }
}

impl Source for Waiter {
    fn produce(&mut self, _: &mut Out, _: &Context) -> Result<Flow> {
        let interrupted = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(interrupted, |interrupted| !*interrupted).unwrap());
        Ok(Flow::Ended)
    }
}

/// A blocking source returns when it is interrupted from another thread, and interrupting it later does nothing.
#[test]
fn interrupted_from_another_thread() {
    let mut bench = Bench::source::<Waiter>(json!({})).unwrap();
    let interrupt = bench.interrupter();
    let late = interrupt.clone();
    let other = std::thread::spawn(move || interrupt.interrupt());
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    other.join().unwrap();
    bench.end().unwrap();
    late.interrupt();
}
