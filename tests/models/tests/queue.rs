//! The queue of `fifo` (`plugins/fifo/src`): nothing is lost or reordered, nobody is left asleep, the depth is kept, the
//! readings end at what is. Both ends are the real ones; their threads sleep on a token, as after `wake_take`.

use models_std::{
    model::check,
    sync::Arc,
    thread::{self, Thread},
};
use rogue_models::{
    Flow, Frame, Gauge,
    fifo::{amount::Amount, consumer::Consumer, params::FifoParams, producer::Producer, queue::Queue},
    params::Size,
    pool::{Account, request},
};

/// Bytes that the queue counts a frame of these tests with.
const BYTES: u64 = 64;

struct Fixture {
    account: &'static Account,
    queue: Arc<Queue>,
    size: Gauge,
    size_bytes: Gauge,
}

fn fixture(max_depth: u64) -> Fixture {
    let account = Account::open().expect("room");
    let params = FifoParams { max_depth, max_held: Size(0) };
    let (size, size_bytes) = (Gauge::default(), Gauge::default());
    let queue = Arc::new(Queue::new(params, size.clone(), size_bytes.clone()));
    Fixture { account, queue, size, size_bytes }
}

fn numbered(account: &Account, number: u8) -> Frame {
    let mut frame = request(account, 0, 1).expect("memory");
    frame.set_channel(number);
    frame
}

/// Takes everything until the end, sleeping in between: the numbers that came.
fn consume(mut consumer: Consumer, taking: Thread) -> Vec<u8> {
    let mut numbers = Vec::new();
    loop {
        let (wake, flow) = consumer.take(64, |frame| numbers.push(frame.channel()));
        if wake {
            taking.unpark();
        }
        match flow {
            Flow::More => {}
            Flow::Idle => thread::park(),
            Flow::Ended => return numbers,
        }
    }
}

/// Puts frames in, one call each, waiting where there is no room.
fn offer(producer: &mut Producer, giving: &Thread, account: &Account, numbers: impl Iterator<Item = u8>) {
    for number in numbers {
        while !producer.has_room(BYTES) && !producer.wait_for_room(BYTES) {
            thread::park();
        }
        producer.push(numbered(account, number));
        if producer.flush() {
            giving.unpark();
        }
    }
}

/// Runs both ends, the giving one in a thread of its own.
fn run(fixture: &Fixture, taking: impl FnOnce(&mut Producer, &Thread)) -> Vec<u8> {
    let (mut producer, consumer) = (Producer::new(&fixture.queue), Consumer::new(&fixture.queue));
    let me = thread::current();
    let giving = thread::spawn(move || consume(consumer, me));
    let sleeper = giving.thread();
    taking(&mut producer, &sleeper);
    producer.close();
    sleeper.unpark();
    let numbers = giving.join().expect("a thread");
    assert_eq!((fixture.size.get(), fixture.size_bytes.get()), (0, 0), "readings end at what is");
    numbers
}

#[test]
fn a_resting_giving_half_is_woken() {
    check("one frame after the other", 1, || {
        let fixture = fixture(0);
        let numbers = run(&fixture, |producer, giving| offer(producer, giving, fixture.account, 0..2));
        assert_eq!(numbers, [0, 1]);
    });
}

/// Nothing but its own wake brings the frame out: the taking half says nothing more until it is out.
#[test]
fn a_frame_that_comes_as_the_giving_half_lies_down_comes_out() {
    check("a frame and an answer", 2, || {
        let fixture = fixture(0);
        let (mut producer, mut consumer) = (Producer::new(&fixture.queue), Consumer::new(&fixture.queue));
        let me = thread::current();
        let giving = thread::spawn(move || {
            let mut out = 0;
            while out < 2 {
                let (_, flow) = consumer.take(64, |_| {
                    out += 1;
                    me.unpark();
                });
                if flow == Flow::Idle && out < 2 {
                    thread::park();
                }
            }
        });
        let sleeper = giving.thread();
        for number in 0..2 {
            producer.push(numbered(fixture.account, number));
            if producer.flush() {
                sleeper.unpark();
            }
            thread::park();
        }
        giving.join().expect("a thread");
    });
}

#[test]
fn a_taking_half_without_room_is_woken() {
    check("block at depth 1", 2, || {
        let fixture = fixture(1);
        let numbers = run(&fixture, |producer, giving| offer(producer, giving, fixture.account, 0..2));
        assert_eq!(numbers, [0, 1]);
    });
}

#[test]
fn the_end_comes_after_what_waits() {
    check("the end", 3, || {
        let fixture = fixture(0);
        let numbers = run(&fixture, |producer, _| {
            // Not flushed: the end takes what was pushed along.
            producer.push(numbered(fixture.account, 0));
        });
        assert_eq!(numbers, [0]);
    });
}

#[test]
fn the_end_of_an_empty_queue_is_heard() {
    check("the end of nothing", 4, || {
        let fixture = fixture(0);
        assert_eq!(run(&fixture, |_, _| ()), []);
    });
}

/// What is dropped and what comes out are everything, in order, and the depth is kept.
#[test]
fn the_oldest_is_dropped_beside_the_giving_half() {
    check("drop the oldest", 1, || {
        let fixture = fixture(1);
        let mut dropped = Vec::new();
        let numbers = run(&fixture, |producer, giving| {
            for number in 0..3 {
                while !producer.has_room(BYTES)
                    && let Some(frame) = producer.pop_oldest()
                {
                    dropped.push(frame.channel());
                }
                producer.push(numbered(fixture.account, number));
                // One that waits, and one that the giving half has out but has not told of.
                assert!(producer.waiting().frames <= 2, "the depth is kept");
                if producer.flush() {
                    giving.unpark();
                }
            }
        });
        assert!(numbers.is_sorted() && dropped.is_sorted(), "{numbers:?} {dropped:?}");
        assert_eq!(numbers.last(), Some(&2));
        let mut all = [numbers, dropped].concat();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
    });
}

/// Parameters that change while both halves look at them.
#[test]
fn a_larger_depth_lets_a_waiting_half_go_on() {
    check("another depth", 2, || {
        let fixture = fixture(1);
        let (mut producer, _consumer) = (Producer::new(&fixture.queue), Consumer::new(&fixture.queue));
        producer.push(numbered(fixture.account, 0));
        let _ = producer.flush();
        let (queue, me) = (fixture.queue.clone(), thread::current());
        let other = thread::spawn(move || {
            queue.settings.set(FifoParams { max_depth: 2, max_held: Size(0) });
            // As `Fifo::reconfigure` does.
            me.unpark();
        });
        while !producer.has_room(BYTES) && !producer.wait_for_room(BYTES) {
            thread::park();
        }
        producer.push(numbered(fixture.account, 1));
        assert_eq!(producer.waiting(), Amount { frames: 2, bytes: 2 * BYTES });
        other.join().expect("a thread");
    });
}
