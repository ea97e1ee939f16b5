//! The pools (`runtime/src/pool`): slots go round between threads, the books stay right, and the walk over all slots may
//! run beside anything. Frames are so large here that threads exchange one or two of them at a time, not 64.

use models_std::{model::check_sums, thread, tracked};
use rogue_models::{
    Frame,
    pool::{Account, PoolSpec, field, live_by_holder, request, sum},
};

/// Bytes of a frame: of its class a thread keeps a few and exchanges two at a time.
const LARGE: u32 = 700_000;

/// Whoever has a frame has its bytes to itself: loom finds two who think so of the same slot.
fn use_of(frame: &Frame) {
    tracked::write(frame.buffers().next().map_or(0, |buffer| buffer.bytes().as_ptr() as usize));
}

fn made(account: &Account, size: u32) -> Frame {
    let mut frame = request(account, 0, size).expect("memory");
    frame.set_payload_full();
    use_of(&frame);
    frame
}

fn ended(frame: Frame) {
    use_of(&frame);
    drop(frame);
}

/// All that was made is gone, in both books.
fn settled(account: &'static Account, frames: u64) {
    let sums = sum(account.id());
    assert_eq!((sums[field::CREATED], sums[field::CONSUMED]), (frames, frames));
    assert_eq!(sums[field::BUFFERS_TAKEN], sums[field::BUFFERS_FREED]);
    assert_eq!(sums[field::BYTES_TAKEN], sums[field::BYTES_FREED]);
    assert_eq!(live_by_holder().get(&account.id()), None);
}

#[test]
fn slots_freed_in_one_thread_serve_another() {
    check_sums("magazines", 2, || {
        let account = Account::open().expect("room");
        // More than a thread keeps, so that a batch of them goes to the others.
        let frames: Vec<Frame> = (0..6).map(|_| made(account, LARGE)).collect();
        let other = thread::spawn(move || frames.into_iter().for_each(ended));
        let mine: Vec<Frame> = (0..3).map(|_| made(account, LARGE)).collect();
        mine.into_iter().for_each(ended);
        other.join().expect("a thread");
        settled(account, 9);
    });
}

#[test]
fn two_threads_take_and_give_at_once() {
    check_sums("take and give", 2, || {
        let account = Account::open().expect("room");
        ended(made(account, LARGE));
        let others: Vec<_> = (0..2)
            .map(|_| {
                thread::spawn(move || {
                    let frames: Vec<Frame> = (0..5).map(|_| made(account, LARGE)).collect();
                    frames.into_iter().for_each(ended);
                    ended(made(account, LARGE));
                })
            })
            .collect();
        for other in others {
            other.join().expect("a thread");
        }
        settled(account, 13);
    });
}

/// What a thread keeps goes to the others when it ends, and its counters to the next thread.
#[test]
fn a_thread_that_ends_leaves_its_slots_and_counts() {
    check_sums("threads that end", 1, || {
        let account = Account::open().expect("room");
        let first = thread::spawn(move || ended(made(account, LARGE)));
        let second = thread::spawn(move || ended(made(account, LARGE)));
        first.join().expect("a thread");
        // It may get what the first one had, or what the second one has just left.
        let third = thread::spawn(move || ended(made(account, LARGE)));
        second.join().expect("a thread");
        third.join().expect("a thread");
        settled(account, 3);
    });
}

/// Two shares of one frame end at once, and their slots serve again.
#[test]
fn a_shared_frame_ends_once() {
    check_sums("shares in the pool", 2, || {
        let account = Account::open().expect("room");
        let frame = made(account, LARGE);
        let twin = frame.share().expect("memory");
        let other = thread::spawn(move || {
            drop(twin);
            ended(made(account, LARGE));
        });
        drop(frame);
        ended(made(account, LARGE));
        other.join().expect("a thread");
        settled(account, 4);
    });
}

/// A pool that keeps slots for itself, and is cut in another way meanwhile.
#[test]
fn a_pool_that_changes_keeps_no_slot_twice() {
    check_sums("a pool that changes", 2, || {
        let account = Account::open().expect("room");
        account.set_pool(PoolSpec { fixed_size: LARGE, pool_size: 2 });
        let frames: Vec<Frame> = (0..2).map(|_| made(account, LARGE)).collect();
        let other = thread::spawn(move || {
            frames.into_iter().for_each(ended);
            ended(made(account, 500_000));
        });
        account.set_pool(PoolSpec { fixed_size: 1 << 20, pool_size: 1 });
        ended(made(account, 1 << 20));
        other.join().expect("a thread");
        settled(account, 4);
        assert!(account.kept() <= 1, "what is kept has the new size");
    });
}

/// The walk promises to be exact while nobody makes or ends frames, and harmless at any time.
#[test]
fn the_walk_may_run_beside_live_traffic() {
    check_sums("the walk", 2, || {
        let account = Account::open().expect("room");
        let kept = made(account, LARGE);
        let other = thread::spawn(move || {
            // A slab of another class, and a mapping that comes and goes.
            ended(made(account, 1000));
            ended(made(account, (1 << 20) + 1));
        });
        let seen = live_by_holder().get(&account.id()).copied();
        assert!(matches!(seen, Some(1..=2)), "a frame that lives is always seen: {seen:?}");
        other.join().expect("a thread");
        assert_eq!(live_by_holder().get(&account.id()), Some(&1));
        ended(kept);
        settled(account, 3);
    });
}

/// The sum of a counter is never more than what was counted, and exact when the threads are done.
#[test]
fn sums_may_be_read_beside_live_traffic() {
    check_sums("sums", 2, || {
        let account = Account::open().expect("room");
        let other = thread::spawn(move || ended(made(account, LARGE)));
        let sums = sum(account.id());
        assert!(sums[field::CREATED] <= 1 && sums[field::CONSUMED] <= sums[field::CREATED].max(1));
        other.join().expect("a thread");
        settled(account, 1);
    });
}
