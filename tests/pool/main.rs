//! Pools and the memory of frames, through what `host` and `engine` call (spec sections 1, 2, 6 and 7).

use rogue_runtime::pool::{self, Account, MAX_FRAME_BYTES, PoolSpec, field};
use rogue_sdk::{Frame, frame::FrameError};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Living headers are counted over the whole process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open() -> &'static Account {
    Account::open().expect("room for an account")
}

fn request(account: &Account, size: u32) -> Frame {
    pool::request(account, 0, size).expect("memory")
}

/// Everything of the account has come back.
fn settle(account: &'static Account) {
    let sums = pool::sum(account.id());
    assert_eq!(sums[field::BUFFERS_TAKEN], sums[field::BUFFERS_FREED], "buffers are out");
    assert_eq!(sums[field::BYTES_TAKEN], sums[field::BYTES_FREED], "bytes are out");
    assert_eq!(pool::live_by_holder().get(&account.id()), None, "headers are alive");
    account.close();
}

fn alloc(account: &Account) -> (u64, u64) {
    let sums = pool::sum(account.id());
    (
        sums[field::BUFFERS_TAKEN] - sums[field::BUFFERS_FREED],
        sums[field::BYTES_TAKEN] - sums[field::BYTES_FREED],
    )
}

/// Section 6: without a fixed size one buffer of exactly the size asked for.
#[test]
fn a_request_is_one_buffer_of_the_size_asked_for() {
    let _one = alone();
    let account = open();
    for size in [1, 63, 64, 65, 1500, 65_536, 1 << 20, (1 << 20) + 1, 3 << 20] {
        let mut frame = request(account, size);
        assert_eq!((frame.size(), frame.payload(), frame.buffer_count()), (size, 0, 1));
        assert_eq!(alloc(account), (1, size.into()));
        frame.set_payload_full();
        let bytes = frame.bytes_mut().expect("one buffer");
        bytes.fill(0xa5);
        assert_eq!(bytes.len(), size as usize);
    }
    settle(account);
}

/// Section 6: a request for 0 bytes gives a frame without buffers.
#[test]
fn a_request_for_nothing_has_no_buffers() {
    let _one = alone();
    let account = open();
    let frame = request(account, 0);
    assert!(frame.is_empty() && frame.size() == 0);
    assert_eq!(alloc(account), (0, 0));
    drop(frame);
    settle(account);
}

/// Section 6: with a fixed size, a smaller request has raw == size, a larger one ceil(size / fixed) buffers,
/// all of the fixed size: 10 with fixed 4 is 3 buffers and capacity 12.
#[test]
fn a_fixed_size_rounds_the_capacity_up() {
    let _one = alone();
    let account = open();
    account.set_pool(PoolSpec { fixed_size: 4, pool_size: 0 });
    let frame = request(account, 10);
    assert_eq!((frame.buffer_count(), frame.size()), (3, 12));
    assert_eq!(alloc(account), (3, 12));
    drop(frame);
    let frame = request(account, 3);
    assert_eq!((frame.buffer_count(), frame.size()), (1, 3));
    assert_eq!(alloc(account), (1, 4), "the pool counts what it gave, not what is usable");
    drop(frame);
    settle(account);
}

/// Section 6: freed buffers of the fixed size are kept, up to `pool_size`.
#[test]
fn a_pool_keeps_as_many_buffers_as_it_was_told() {
    let _one = alone();
    let account = open();
    account.set_pool(PoolSpec { fixed_size: 1472, pool_size: 3 });
    let frames: Vec<Frame> = (0..5).map(|_| request(account, 100)).collect();
    assert_eq!(account.kept(), 0);
    drop(frames);
    assert_eq!(account.kept(), 3);
    let again = request(account, 1472);
    assert_eq!(account.kept(), 2);
    drop(again);
    account.set_pool(PoolSpec { fixed_size: 1472, pool_size: 1 });
    assert_eq!(account.kept(), 1, "a smaller pool lets go of what is too many (the original does not)");
    settle(account);
}

/// Section 6 [UB]: the original hands blocks of the old size out after a change of the size.
#[test]
fn a_change_of_the_size_lets_go_of_blocks_of_the_old_size() {
    let _one = alone();
    let account = open();
    account.set_pool(PoolSpec { fixed_size: 72, pool_size: 8 });
    let old = request(account, 72);
    drop(request(account, 72));
    assert_eq!(account.kept(), 1);
    account.set_pool(PoolSpec { fixed_size: 4096, pool_size: 8 });
    assert_eq!(account.kept(), 0);
    let mut frame = request(account, 4096);
    frame.set_payload_full();
    frame.bytes_mut().expect("one buffer").fill(0xee);
    drop(old);
    assert_eq!(account.kept(), 0, "a block of the old size does not come in by the back door");
    drop(frame);
    assert_eq!(account.kept(), 1);
    settle(account);
}

#[test]
fn more_than_the_limit_is_refused() {
    let _one = alone();
    let account = open();
    assert!(pool::request(account, 0, MAX_FRAME_BYTES + 1).is_none());
    account.set_pool(PoolSpec { fixed_size: 1, pool_size: 0 });
    assert!(pool::request(account, 0, 70_000).is_none(), "more than 65,535 buffers");
    settle(account);
}

/// Section 7: a request goes to the primary's pool; its buffers are accounted there, the handle here.
#[test]
fn requests_are_answered_by_the_primary_and_passed_on_by_those_that_forward() {
    let _one = alone();
    let (source, filter, sink) = (open(), open(), open());
    source.set_primaries(&[filter.id()]);
    filter.set_primaries(&[sink.id()]);
    sink.set_pool(PoolSpec { fixed_size: 512, pool_size: 4 });
    let own = request(source, 1000);
    assert_eq!((own.buffer_count(), alloc(filter).0, alloc(sink).0), (1, 1, 0));
    filter.set_forward(true);
    let passed_on = request(source, 1000);
    assert_eq!((passed_on.buffer_count(), alloc(sink)), (2, (2, 1024)));
    assert_eq!(pool::live_by_holder().get(&source.id()), Some(&2));
    sink.set_forward(true);
    sink.set_primaries(&[filter.id()]);
    drop(request(source, 10));
    drop((own, passed_on));
    [source, filter, sink].into_iter().for_each(settle);
}

#[test]
fn memory_goes_home_from_other_threads_and_after_its_owner_is_gone() {
    let _one = alone();
    let account = open();
    let frames: Vec<Frame> = (0..500).map(|size| request(account, size * 7)).collect();
    let shares: Vec<Frame> = frames.iter().map(|frame| frame.share().expect("memory")).collect();
    std::thread::spawn(move || drop(frames)).join().expect("no panic");
    assert_eq!(alloc(account).0, 499, "the shares keep the memory");
    std::thread::spawn(move || drop(shares)).join().expect("no panic");
    settle(account);
}

#[test]
fn an_account_is_given_out_again_only_when_nothing_is_charged_to_it() {
    let _one = alone();
    let first = open();
    let (id, node) = (first.id(), first.node_ref());
    let frame = request(first, 10);
    first.close();
    assert!(Account::of(node).is_none(), "an old reference finds nobody");
    let others: Vec<_> = (0..20).map(|_| open()).collect();
    assert!(others.iter().all(|other| other.id() != id));
    others.into_iter().for_each(settle);
    drop(frame);
    let again: Vec<_> = (0..40).map(|_| open()).collect();
    assert!(again.iter().any(|other| other.id() == id));
    assert!(Account::of(node).is_none());
    again.into_iter().for_each(settle);
}

/// Section 1: a failed `setPayload` leaves the frame as it was; here on buffers of several slots.
#[test]
fn a_write_beyond_the_capacity_changes_nothing_across_buffers() {
    let _one = alone();
    let account = open();
    account.set_pool(PoolSpec { fixed_size: 8, pool_size: 0 });
    let mut frame = request(account, 20);
    frame.write(0, b"0123456789").expect("it fits");
    assert_eq!(frame.write(20, b"abcde"), Err(FrameError::BeyondSize { asked: 25, size: 24 }));
    assert_eq!(frame.set_payload(25), Err(FrameError::BeyondSize { asked: 25, size: 24 }));
    assert_eq!((frame.payload(), frame.to_vec()), (10, b"0123456789".to_vec()));
    drop(frame);
    settle(account);
}

/// Threads that share, write, slice and drop the same memory at once: every byte belongs to who wrote it.
#[test]
fn copies_on_write_stand_a_crowd() {
    let _one = alone();
    let account = open();
    let mut first = request(account, 4096);
    first.write(0, &[0; 4096]).expect("it fits");
    let threads: Vec<_> = (1..=4u8)
        .map(|mark| {
            let mut frame = first.share().expect("memory");
            std::thread::spawn(move || {
                for round in 0..2000u32 {
                    let twin = frame.share().expect("memory");
                    let part = frame.slice(round % 4000, 96).expect("in range");
                    frame.bytes_mut().expect("memory").fill(mark);
                    assert!(frame.contiguous().is_some_and(|bytes| bytes.iter().all(|&byte| byte == mark)));
                    drop(part);
                    frame = if round % 2 == 0 { twin } else { frame };
                }
                frame
            })
        })
        .collect();
    let frames: Vec<Frame> = threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
    assert!(first.to_vec().iter().all(|&byte| byte == 0), "nobody wrote into what others see");
    drop((first, frames));
    settle(account);
}
