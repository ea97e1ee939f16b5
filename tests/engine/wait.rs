//! Waiting: for a time, for a descriptor, for a wake from another thread; and a stop while all sleep.

use rogue_abi::{half, interest};
use rogue_runtime::{
    host::nodes,
    module::{OutItem, Status},
    pool,
    swap::Running,
};
use rogue_tests::fake::{Fake, Seen, assert_balanced, attend_until, giving, numbered, start};
use std::{
    io::{Read, Write},
    os::{fd::AsRawFd, unix::net::UnixStream},
    sync::{Arc, Mutex},
};

const YAML: &str = "nodes: {s: {module: src}, e: {module: sink}}\nlinks: [s >> e]";

/// A source is called again at the time it asked for, not before.
#[test]
fn a_source_is_called_at_the_time_it_asked_for() {
    const EVERY_NS: u64 = 2_000_000;
    let early = Arc::new(Mutex::new(0));
    let too_early = early.clone();
    let clocked = Fake::new("src", "source", "", move |node| {
        let (mut next, mut due, early) = (0, 0, too_early.clone());
        let give = giving(move |call| {
            if call.now_ns < due {
                *early.lock().expect("not poisoned") += 1;
            } else {
                let Some(frame) = numbered(node, next) else { return Status::Fault };
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
                next += 1;
                due = call.now_ns + EVERY_NS;
            }
            call.wake_at_ns = due;
            if next == 20 { Status::Ended } else { Status::Idle }
        });
        (None, Some(give))
    });
    let seen = Seen::default();
    let before = pool::now_ns();
    let mut running = start(YAML, &[clocked, seen.sink("sink")]).expect("starts");
    attend_until(&mut running, Running::is_over);
    assert_balanced(&running.end());
    assert_eq!(seen.of("sink"), (0..20).collect::<Vec<_>>());
    assert_eq!(*early.lock().expect("not poisoned"), 0);
    assert!(pool::now_ns() - before >= 19 * EVERY_NS);
}

/// A watched descriptor has its half called once for each time it was asked for; nobody spins meanwhile.
#[test]
fn a_source_is_called_when_its_descriptor_is_ready() {
    let (near, mut far) = UnixStream::pair().expect("a pair of sockets");
    near.set_nonblocking(true).expect("ours");
    let near = Arc::new(near);
    let calls = Arc::new(Mutex::new(0));
    let (socket, called) = (near.clone(), calls.clone());
    let reader = Fake::new("src", "source", "", move |node| {
        let (socket, called) = (socket.clone(), called.clone());
        let give = giving(move |call| {
            *called.lock().expect("not poisoned") += 1;
            let mut byte = [0];
            let status = match (&*socket).read(&mut byte) {
                Ok(0) => return Status::Ended,
                Ok(_) => {
                    let Some(frame) = numbered(node, byte[0].into()) else { return Status::Fault };
                    call.out.items.push(OutItem { frame, port: 0, pad: 0 });
                    Status::More
                }
                Err(_) => Status::Idle,
            };
            let watched = nodes::with(node, |_, entry| match &entry.wake[half::GIVE as usize] {
                Some((waker, index)) => waker.watch(*index, socket.as_raw_fd(), interest::READ),
                None => false,
            });
            assert_eq!(watched, Some(true));
            status
        });
        (None, Some(give))
    });
    let seen = Seen::default();
    let mut running = start(YAML, &[reader, seen.sink("sink")]).expect("starts");
    for number in 1..=50u8 {
        far.write_all(&[number]).expect("the peer reads");
        attend_until(&mut running, |_| seen.of("sink").len() == usize::from(number));
    }
    drop(far);
    attend_until(&mut running, Running::is_over);
    assert_balanced(&running.end());
    assert_eq!(seen.of("sink"), (1..=50).collect::<Vec<_>>());
    let calls = *calls.lock().expect("not poisoned");
    assert!(calls < 500, "{calls} calls for 50 bytes: the thread does not sleep");
}

/// Wakes from many threads are never lost: every number that was put there arrives.
#[test]
fn a_source_is_called_after_a_wake_from_any_thread() {
    const THREADS: u32 = 4;
    const EACH: u32 = 2000;
    let queue: Arc<Mutex<Vec<u32>>> = Arc::default();
    let fed = queue.clone();
    let source = Fake::new("src", "source", "", move |node| {
        for thread in 0..THREADS {
            let fed = fed.clone();
            std::thread::spawn(move || {
                for n in 0..EACH {
                    fed.lock().expect("not poisoned").push(thread * EACH + n);
                    nodes::with(node, |_, entry| {
                        if let Some((waker, index)) = &entry.wake[half::GIVE as usize] {
                            waker.wake(*index);
                        }
                    });
                }
            });
        }
        let (fed, mut given) = (fed.clone(), 0);
        let give = giving(move |call| {
            for number in std::mem::take(&mut *fed.lock().expect("not poisoned")) {
                let Some(frame) = numbered(node, number) else { return Status::Fault };
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
                given += 1;
            }
            if given == THREADS * EACH { Status::Ended } else { Status::Idle }
        });
        (None, Some(give))
    });
    let seen = Seen::default();
    let mut running = start(YAML, &[source, seen.sink("sink")]).expect("starts");
    attend_until(&mut running, Running::is_over);
    assert_balanced(&running.end());
    let mut numbers = seen.of("sink");
    numbers.sort_unstable();
    assert_eq!(numbers, (0..THREADS * EACH).collect::<Vec<_>>());
}

#[test]
fn a_stop_ends_a_source_that_sleeps_for_ever() {
    let silent = Fake::new("src", "source", "", |_| (None, Some(giving(|_| Status::Idle))));
    let seen = Seen::default();
    let mut running = start(YAML, &[silent, seen.sink("sink")]).expect("starts");
    running.stop();
    attend_until(&mut running, Running::is_over);
    assert_balanced(&running.end());
}
