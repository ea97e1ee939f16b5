//! Sleeping and waking (`runtime/src/engine/park.rs`): no wake is lost, whenever it comes.

use models_std::{
    model::check,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};
use rogue_models::{
    host::Wake,
    parking::{Parker, Waker, woken},
};

/// Goes to sleep until all these bits have been heard, as the thread of a segment does.
fn hear_all(waker: &Arc<Waker>, all: u64) {
    let (parker, gate) = (Parker::new(waker.clone()), AtomicBool::new(false));
    let mut heard = 0;
    while heard != all {
        match woken(waker, 0) {
            0 => parker.park(None, &gate),
            bits => heard |= bits,
        }
    }
}

#[test]
fn a_wake_is_heard_before_while_and_after_going_to_sleep() {
    check("one wake", 4, || {
        let waker = Waker::new(2);
        let sleeper = waker.clone();
        let sleeper = thread::spawn(move || hear_all(&sleeper, 1));
        waker.wake(0);
        sleeper.join().expect("a thread");
    });
}

#[test]
fn wakes_of_two_threads_are_both_heard() {
    check("two wakes", 2, || {
        let waker = Waker::new(2);
        let sleeper = waker.clone();
        let sleeper = thread::spawn(move || hear_all(&sleeper, 3));
        let other = waker.clone();
        let other = thread::spawn(move || other.wake(1));
        waker.wake(0);
        other.join().expect("a thread");
        sleeper.join().expect("a thread");
    });
}

/// Each wake is answered before the next comes, so that the sleeper is always on its way to bed.
#[test]
fn a_wake_that_follows_an_answer_is_heard() {
    check("a wake after an answer", 2, || {
        let (waker, back) = (Waker::new(1), Waker::new(1));
        let (sleeper, answer) = (waker.clone(), back.clone());
        let sleeper = thread::spawn(move || {
            for _ in 0..2 {
                hear_all(&sleeper, 1);
                answer.wake(0);
            }
        });
        for _ in 0..2 {
            waker.wake(0);
            hear_all(&back, 1);
        }
        sleeper.join().expect("a thread");
    });
}

/// What `Driver::ask` does: a word is set, then the thread is nudged.
#[test]
fn a_nudge_after_a_word_is_heard() {
    check("a nudge", 4, || {
        let (waker, gate) = (Waker::new(1), Arc::new(AtomicBool::new(false)));
        let (sleeper, asked) = (waker.clone(), gate.clone());
        let sleeper = thread::spawn(move || {
            let parker = Parker::new(sleeper);
            while !asked.load(SeqCst) {
                parker.park(None, &asked);
            }
        });
        gate.store(true, SeqCst);
        waker.nudge();
        sleeper.join().expect("a thread");
    });
}

/// With a descriptor to watch the thread sleeps in `poll`, where only the bell is heard.
#[test]
fn a_wake_is_heard_in_poll_too() {
    check("a wake in poll", 3, || {
        let waker = Waker::new(2);
        assert!(waker.watch(1, 7, 1));
        let sleeper = waker.clone();
        let sleeper = thread::spawn(move || hear_all(&sleeper, 1));
        waker.wake(0);
        sleeper.join().expect("a thread");
    });
}

/// A descriptor that is first watched while the thread goes to sleep: whatever it sleeps in, the wake is heard.
#[test]
fn a_watch_that_comes_late_loses_no_wake() {
    check("a late watch", 3, || {
        let waker = Waker::new(2);
        let sleeper = waker.clone();
        let sleeper = thread::spawn(move || hear_all(&sleeper, 1));
        assert!(waker.watch(1, 7, 1));
        waker.wake(0);
        sleeper.join().expect("a thread");
    });
}

/// Many wakes before a call become one call, which sees what all of them were about.
#[test]
fn what_came_before_a_wake_is_seen_after_it() {
    check("what a wake is about", 2, || {
        let (waker, said) = (Waker::new(1), Arc::new(Mutex::new(0)));
        let (sleeper, read) = (waker.clone(), said.clone());
        let sleeper = thread::spawn(move || {
            let mut seen = 0;
            while seen != 2 {
                hear_all(&sleeper, 1);
                seen = *read.lock().expect("a lock");
            }
        });
        let (other, more) = (waker.clone(), said.clone());
        let other = thread::spawn(move || {
            *more.lock().expect("a lock") += 1;
            other.wake(0);
        });
        *said.lock().expect("a lock") += 1;
        waker.wake(0);
        other.join().expect("a thread");
        sleeper.join().expect("a thread");
    });
}
