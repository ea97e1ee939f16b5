//! Segments between threads (`runtime/src/engine/driver.rs`, `exchange.rs`, with the whole loop behind them): a segment
//! is given back by value with all that is in it, whatever its thread is doing when it is asked.

use models_std::{
    model::check_sums,
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicU32, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    thread,
};
use rogue_models::{
    Receiver,
    engine::{
        BitSet, Clock, Driver, Event, Exchange, Health, Node, NodeCtl, OnFault, Role, Segment, Target, Waker,
    },
    host::{NodeShared, Wake},
    module::{Call, Half, OutItem, Status},
    pool::{self, Account, field, live_by_holder},
    unbounded,
};

/// A half made of one function.
struct Body<F>(F);

impl<F: FnMut(&mut Call<'_>) -> Status + Send> Half for Body<F> {
    fn accept(&mut self, call: &mut Call<'_>) -> Status {
        (self.0)(call)
    }

    fn produce(&mut self, call: &mut Call<'_>) -> Status {
        (self.0)(call)
    }

    fn finish(&mut self, _: &mut Call<'_>) -> Status {
        Status::Ended
    }
}

fn half(body: impl FnMut(&mut Call<'_>) -> Status + Send + 'static) -> Box<dyn Half> {
    Box::new(Body(body))
}

/// Gives one frame for each number that stands in `wanted`, and rests.
fn source(account: &'static Account, wanted: Arc<AtomicU32>) -> Box<dyn Half> {
    half(move |call| {
        while wanted.load(SeqCst) > 0 && call.out.items.len() < call.out.limit {
            wanted.fetch_sub(1, SeqCst);
            let frame = pool::request(account, 0, 8).expect("memory");
            call.out.items.push(OutItem { frame, port: 0, pad: 0 });
        }
        Status::Idle
    })
}

/// Takes everything, counting.
fn sink(taken: Arc<AtomicU32>) -> Box<dyn Half> {
    half(move |call| {
        for place in call.frames.iter_mut() {
            drop(place.take());
            taken.fetch_add(1, Relaxed);
        }
        call.taken = call.frames.len();
        call.completed_out = 0;
        Status::Idle
    })
}

/// Takes nothing until it is let.
fn gate(open: Arc<AtomicU32>, taken: Arc<AtomicU32>) -> Box<dyn Half> {
    let mut sink = sink(taken);
    half(move |call| if open.load(SeqCst) == 0 { Status::Blocked } else { sink.accept(call) })
}

struct Graph {
    source: &'static Account,
    sink: &'static Account,
    ctl: Arc<NodeCtl>,
    waker: Arc<Waker>,
    heard: Receiver<Event>,
    exchange: Arc<Exchange>,
    driver: Driver,
}

/// `source >> sink` on a thread.
fn run(on_fault: OnFault, make: impl FnOnce(&'static Account) -> [Box<dyn Half>; 2]) -> Graph {
    let (source, sink) = (Account::open().expect("room"), Account::open().expect("room"));
    let (events, heard) = unbounded();
    let ctl = |node: usize, account: &'static Account| {
        let shared = Arc::new(NodeShared::new("node", 0, false, 64));
        Arc::new(NodeCtl::new(node, account.id(), shared, on_fault, events.clone()))
    };
    let (first, second) = (ctl(0, source), ctl(1, sink));
    let [give, take] = make(source);
    let mut upstream = BitSet::new(2);
    upstream.insert(0);
    let outputs = vec![vec![Target { node: 1, port: 0 }]];
    let waker = Waker::new(2);
    let time = Clock::Virtual(Arc::new(AtomicU64::new(1)));
    let nodes = vec![
        Node::new(first, give, Role::Source, 0, outputs, BitSet::new(2)),
        Node::new(second.clone(), take, Role::Take, 1, Vec::new(), upstream),
    ];
    let segment = Segment::new(nodes, waker.clone(), time);
    let exchange = segment.exchange();
    let driver = Driver::start(0, segment, events).expect("a thread");
    Graph { source, sink, ctl: second, waker, heard, exchange, driver }
}

fn queued(segment: &Segment) -> u64 {
    segment.queued().map(|(_, frames)| frames).sum()
}

/// Every frame that was made is gone or lives, and the walk finds those that live.
fn balanced(graph_source: &Account, graph_sink: &Account, living: u64) {
    let (source, sink) = (pool::sum(graph_source.id()), pool::sum(graph_sink.id()));
    let gone = sink[field::CONSUMED] + sink[field::DROP_STOPPED] + sink[field::DROP_FAULT];
    assert_eq!(source[field::CREATED], gone + source[field::CONSUMED] + living);
    let live = live_by_holder();
    let found: u64 = [graph_source, graph_sink].iter().filter_map(|account| live.get(&account.id())).sum();
    assert_eq!(found, living);
}

#[test]
fn a_segment_asked_to_pause_comes_back_with_its_frames() {
    check_sums("pause", 2, || {
        let (wanted, taken) = (Arc::new(AtomicU32::new(2)), Arc::new(AtomicU32::new(0)));
        let (want, open, count) = (wanted.clone(), Arc::new(AtomicU32::new(0)), taken.clone());
        let graph = run(OnFault::Stop, |account| [source(account, want), gate(open, count)]);
        graph.driver.pause();
        let segment = graph.driver.join().expect("the segment");
        let waiting = queued(&segment);
        assert_eq!(waiting + u64::from(wanted.load(SeqCst)), 2, "what was made waits in the inbox");
        balanced(graph.source, graph.sink, waiting);
        assert!(graph.heard.try_recv().is_err(), "a pause is no end");
        segment.end_halves(field::CONSUMED);
    });
}

/// Who asked for a segment and wants it no longer leaves it to its thread, or gives it back, whichever came first.
#[test]
fn a_pause_that_is_taken_back_holds_nothing_up() {
    check_sums("pause taken back", 2, || {
        let (wanted, taken) = (Arc::new(AtomicU32::new(1)), Arc::new(AtomicU32::new(0)));
        let (want, open, count) = (wanted.clone(), Arc::new(AtomicU32::new(1)), taken.clone());
        let graph = run(OnFault::Stop, |account| [source(account, want), gate(open, count)]);
        graph.driver.pause();
        graph.driver.go_on();
        graph.driver.stop();
        let segment = graph.driver.join().expect("the segment");
        assert_eq!(taken.load(SeqCst) + wanted.load(SeqCst), 1, "what was made arrived");
        assert!(segment.is_over(), "it came to its end");
        balanced(graph.source, graph.sink, 0);
        segment.end_halves(field::CONSUMED);
    });
}

/// What is woken while the segment is on its way back is heard by the next thread.
#[test]
fn a_wake_beside_a_pause_is_heard_after_it() {
    check_sums("wake beside pause", 2, || {
        let (open, taken) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (opened, count) = (open.clone(), taken.clone());
        let wanted = Arc::new(AtomicU32::new(1));
        let graph = run(OnFault::Stop, |account| [source(account, wanted.clone()), gate(opened, count)]);
        let waker = graph.waker.clone();
        let other = thread::spawn(move || {
            open.store(1, SeqCst);
            waker.wake(1);
        });
        graph.driver.pause();
        let segment = graph.driver.join().expect("the segment");
        let (events, heard) = unbounded();
        let driver = Driver::start(0, segment, events).expect("a thread");
        other.join().expect("a thread");
        driver.stop();
        let segment = driver.join().expect("the segment");
        assert_eq!(heard.try_recv().map(|event| matches!(event, Event::Ended { .. })), Ok(true));
        assert_eq!(taken.load(SeqCst) + wanted.load(SeqCst), 1, "what was made arrived");
        balanced(graph.source, graph.sink, 0);
        segment.end_halves(field::CONSUMED);
    });
}

#[test]
fn a_stop_in_full_flow_delivers_what_was_made_and_ends() {
    check_sums("stop", 2, || {
        let (wanted, taken) = (Arc::new(AtomicU32::new(1)), Arc::new(AtomicU32::new(0)));
        let (want, count) = (wanted.clone(), taken.clone());
        let graph = run(OnFault::Stop, |account| [source(account, want), sink(count)]);
        // A wake from outside, as of a source's own thread.
        wanted.fetch_add(1, SeqCst);
        graph.waker.wake(0);
        graph.driver.stop();
        let segment = graph.driver.join().expect("the segment");
        assert_eq!(graph.heard.try_recv().map(|event| matches!(event, Event::Ended { .. })), Ok(true));
        assert_eq!(taken.load(SeqCst) + wanted.load(SeqCst), 2, "what was made arrived");
        balanced(graph.source, graph.sink, 0);
        segment.end_halves(field::CONSUMED);
    });
}

/// A stop, then a discard: nothing keeps the segment from ending, and what waited is counted.
#[test]
fn a_discard_lets_a_blocked_segment_end() {
    check_sums("discard", 2, || {
        let (wanted, taken) = (Arc::new(AtomicU32::new(1)), Arc::new(AtomicU32::new(0)));
        let (want, open) = (wanted.clone(), Arc::new(AtomicU32::new(0)));
        let graph = run(OnFault::Stop, |account| [source(account, want), gate(open, taken)]);
        graph.driver.stop();
        graph.driver.discard();
        graph.driver.pause();
        let mut segment = graph.driver.join().expect("the segment");
        segment.discard();
        balanced(graph.source, graph.sink, 0);
        let made = u64::from(1 - wanted.load(SeqCst));
        assert_eq!(pool::sum(graph.sink.id())[field::DROP_STOPPED], made);
        segment.end_halves(field::CONSUMED);
    });
}

/// `on_fault: restart`: a fresh half is put in place while the thread runs or sleeps; the one before comes back once.
#[test]
fn a_fresh_half_takes_over_and_the_old_one_comes_back() {
    check_sums("exchange", 2, || {
        let (wanted, taken) = (Arc::new(AtomicU32::new(1)), Arc::new(AtomicU32::new(0)));
        let (want, old_ended) = (wanted.clone(), Arc::new(Mutex::new(0)));
        let ended = Ended(old_ended.clone());
        let graph = run(OnFault::Restart, |account| {
            let broken = half(move |_| {
                let _ = &ended;
                Status::Fault
            });
            [source(account, want), broken]
        });
        // As `Running::hear`, `collect_halves` and `restart_now` do, on the thread that watches the run.
        while !matches!(graph.heard.try_recv(), Ok(Event::Fault { node: 1, .. })) {
            thread::yield_now();
        }
        assert_eq!(graph.ctl.health(), Health::Waiting);
        graph.exchange.put(1, half(|_| Status::Blocked));
        graph.waker.wake(1);
        let broken = loop {
            match graph.exchange.take_old(1) {
                Some(broken) => break broken,
                None => thread::yield_now(),
            }
        };
        drop(broken);
        assert_eq!(*old_ended.lock().expect("a lock"), 1);
        graph.ctl.set_health(Health::Running);
        graph.exchange.put(1, sink(taken.clone()));
        graph.waker.wake(1);
        graph.driver.stop();
        let segment = graph.driver.join().expect("the segment");
        assert!(graph.exchange.take_old(1).is_some(), "the stand-in came back");
        assert_eq!(taken.load(SeqCst), 1, "what waited for the new half arrived");
        balanced(graph.source, graph.sink, 0);
        segment.end_halves(field::CONSUMED);
    });
}

/// Says when it is dropped.
struct Ended(Arc<Mutex<u32>>);

impl Drop for Ended {
    fn drop(&mut self) {
        *self.0.lock().expect("a lock") += 1;
    }
}
