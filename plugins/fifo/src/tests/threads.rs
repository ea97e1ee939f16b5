//! Both halves at work at once: nothing is lost or reordered, nobody is left asleep.

use super::super::{consumer::Consumer, params::FifoParams, producer::Producer, queue::Queue};
use super::*;
use core::time::Duration as Time;
use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

thread_local! {
    static NODE: Cell<Option<Node>> = const { Cell::new(None) };
}

/// After so long a wake is lost.
const PATIENCE: Time = Time::from_secs(30);

/// Gives its node away, for readings.
struct Probe;

impl Module for Probe {
    type Params = NoParams;
    const CARD: Card = Card::sink("probe");

    fn new(_: NoParams, node: &Node) -> Result<Self> {
        NODE.set(Some(*node));
        Ok(Probe)
    }
}

impl Sink for Probe {
    fn accept(&mut self, _: Frame, _: &Context) -> Result<()> {
        Ok(())
    }
}

/// Where a half sleeps, and what wakes it. A wake that comes too early is remembered.
struct Bed(Receiver<()>);

#[derive(Clone)]
struct Wake(SyncSender<()>);

fn bed() -> (Bed, Wake) {
    let (wake, bed) = sync_channel(1);
    (Bed(bed), Wake(wake))
}

impl Bed {
    /// Sleeps until it is woken; a lost wake ends the test.
    fn sleep(&self) -> Result<()> {
        self.0.recv_timeout(PATIENCE).map_err(|_| Error::new("a wake was lost"))
    }
}

impl Wake {
    fn wake(&self) {
        let _ = self.0.try_send(());
    }
}

/// Frames numbered 0..count.
fn numbered(number: u32) -> Result<Frame> {
    Ok(Bench::frame_of(&number.to_le_bytes())?)
}

fn number_of(frame: &Frame) -> Result<u32> {
    let mut bytes = [0; 4];
    frame.read(0, &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Takes everything until the end, telling of each: the numbers that came.
fn consume(
    mut consumer: Consumer,
    room: usize,
    bed: &Bed,
    taking: &Wake,
    mut tell: impl FnMut(u32),
) -> Result<Vec<u32>> {
    let mut numbers = Vec::new();
    loop {
        let (wake, flow) = consumer.take(room, |frame| {
            // Told before the giving half looks whether it can rest.
            let number = number_of(&frame).unwrap_or(u32::MAX);
            numbers.push(number);
            tell(number);
        });
        if wake {
            taking.wake();
        }
        match flow {
            Flow::More => {}
            Flow::Idle => bed.sleep()?,
            Flow::Ended => return Ok(numbers),
        }
    }
}

/// A queue with the node that its readings are of.
fn queue(params: &str) -> Result<(Bench, Arc<Queue>)> {
    let probe = Bench::sink::<Probe>(json!({}))?;
    let node = NODE.get().ok_or_else(|| Error::new("no node"))?;
    let params = FifoParams::parse(params).map_err(|errors| Error::new(&errors[0]))?;
    Ok((probe, Arc::new(Queue::new(params, node.gauge("size"), node.gauge("size_bytes")))))
}

/// Runs both ends in two threads, with `offer` on one; the numbers that came out.
fn run(
    params: &str,
    room: usize,
    offer: impl FnOnce(&mut Producer, &Bed, &Wake) -> Result<()>,
) -> Result<Vec<u32>> {
    let (probe, queue) = queue(params)?;
    let (mut producer, consumer) = (Producer::new(&queue), Consumer::new(&queue));
    let ((take_bed, take_wake), (give_bed, give_wake)) = (bed(), bed());

    let numbers = std::thread::scope(|scope| {
        let consuming = scope.spawn(move || consume(consumer, room, &give_bed, &take_wake, drop));
        offer(&mut producer, &take_bed, &give_wake)?;
        producer.close();
        give_wake.wake();
        consuming.join().map_err(|_| Error::new("the consumer panicked"))?
    })?;
    assert_eq!(waiting(&probe), (0, 0), "readings end at what is");
    drop((producer, queue));
    probe.end()?;
    Ok(numbers)
}

/// Batches of several lengths, one after the other.
fn batches() -> impl Iterator<Item = u32> {
    [1, 64, 2, 1, 1, 17, 3].into_iter().cycle()
}

#[test]
fn block_loses_and_reorders_nothing() -> Result<()> {
    const COUNT: u32 = 50_000;
    for (params, room) in [
        (r#"{ "max_depth": 1, "overflow": "block" }"#, 64),
        (r#"{ "max_depth": 7, "overflow": "block" }"#, 1),
        (r#"{ "max_depth": 300, "overflow": "block" }"#, 64),
        (r#"{ "max_depth": 0, "max_held": 320, "overflow": "block" }"#, 5),
    ] {
        let numbers = run(params, room, |producer, bed, giving| {
            let mut next = 0;
            for batch in batches() {
                let until = (next + batch).min(COUNT);
                while next < until {
                    if producer.has_room(64) || producer.wait_for_room(64) {
                        producer.push(numbered(next)?);
                        next += 1;
                        continue;
                    }
                    if producer.flush() {
                        giving.wake();
                    }
                    bed.sleep()?;
                }
                if producer.flush() {
                    giving.wake();
                }
                if next == COUNT {
                    return Ok(());
                }
            }
            Ok(())
        })?;
        assert!(numbers.iter().copied().eq(0..COUNT), "{params}");
    }
    Ok(())
}

/// What is dropped and what comes out are everything, and what comes out is in order.
#[test]
fn drop_oldest_beside_the_giving_half_loses_nothing_uncounted() -> Result<()> {
    const COUNT: u32 = 50_000;
    let mut dropped = Vec::new();
    let numbers = run(r#"{ "max_depth": 5, "overflow": "drop_oldest" }"#, 64, |producer, _, giving| {
        for (next, batch) in (0..COUNT).zip(batches().flat_map(|batch| (0..batch).rev())) {
            while !producer.has_room(64)
                && let Some(frame) = producer.pop_oldest()
            {
                dropped.push(number_of(&frame)?);
            }
            producer.push(numbered(next)?);
            if batch == 0 && producer.flush() {
                giving.wake();
            }
        }
        Ok(())
    })?;
    assert!(numbers.is_sorted() && dropped.is_sorted());
    assert_eq!(numbers.last(), Some(&(COUNT - 1)));
    let mut all = [numbers, dropped].concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..COUNT));
    Ok(())
}

/// The next frame comes when the one before it is out, just when the giving half finds nothing more: nothing but its
/// own wake can bring that frame out.
#[test]
fn a_resting_giving_half_is_always_woken() -> Result<()> {
    const COUNT: u32 = 20_000;
    let (probe, queue) = queue(r#"{ "max_depth": 0 }"#)?;
    let (mut producer, consumer) = (Producer::new(&queue), Consumer::new(&queue));
    let ((_take_bed, take_wake), (give_bed, give_wake)) = (bed(), bed());
    let came_out = AtomicU32::new(u32::MAX);
    let numbers = std::thread::scope(|scope| {
        let tell = |number| came_out.store(number, SeqCst);
        let consuming = scope.spawn(move || consume(consumer, 64, &give_bed, &take_wake, tell));
        for next in 0..COUNT {
            producer.push(numbered(next)?);
            if producer.flush() {
                give_wake.wake();
            }
            // Not asleep, so that the next frame comes within nanoseconds.
            while came_out.load(SeqCst) != next && !consuming.is_finished() {
                std::hint::spin_loop();
            }
        }
        producer.close();
        give_wake.wake();
        consuming.join().map_err(|_| Error::new("the consumer panicked"))?
    })?;
    assert!(numbers.into_iter().eq(0..COUNT));
    drop((producer, queue));
    probe.end()
}

/// Room that came between looking and asking is seen: nobody would tell of it later.
#[test]
fn room_is_looked_for_once_more_before_waiting() -> Result<()> {
    let (probe, queue) = queue(r#"{ "max_depth": 1, "overflow": "block" }"#)?;
    let (mut producer, mut consumer) = (Producer::new(&queue), Consumer::new(&queue));
    producer.push(numbered(0)?);
    assert!(producer.flush());
    assert!(!producer.has_room(64));
    let (wake, flow) = consumer.take(64, drop);
    assert_eq!((wake, flow), (false, Flow::Idle), "nobody asked to be woken yet");
    assert!(producer.wait_for_room(64));
    producer.push(numbered(1)?);
    assert!(!producer.wait_for_room(64));
    assert!(producer.flush());
    assert_eq!(consumer.take(64, drop), (true, Flow::Idle));
    drop((producer, consumer, queue));
    probe.end()
}

/// A frame that came between looking and resting is seen: its bringer found the giving half awake.
#[test]
fn frames_are_looked_for_once_more_before_resting() -> Result<()> {
    let (probe, queue) = queue("{}")?;
    let (mut producer, mut consumer) = (Producer::new(&queue), Consumer::new(&queue));
    assert_eq!(queue.rest(), Flow::Idle);
    producer.push(numbered(0)?);
    assert!(producer.flush(), "it rests");
    producer.push(numbered(1)?);
    assert!(!producer.flush(), "it was woken");
    assert_eq!(queue.rest(), Flow::More);
    producer.push(numbered(2)?);
    assert!(!producer.flush(), "it did not rest");
    producer.close();
    assert_eq!(queue.rest(), Flow::More, "what waits comes before the end");
    let mut numbers = Vec::new();
    assert_eq!(consumer.take(64, |frame| numbers.push(number_of(&frame))), (false, Flow::Ended));
    assert_eq!(numbers.into_iter().collect::<Result<Vec<_>>>()?, [0, 1, 2]);
    drop((producer, consumer, queue));
    probe.end()
}
