//! Taps on a graph in full flow: what they see is what flows, what they hold is in nobody's books but their own, and
//! nothing waits for them.

use crate::desk::{Desk, NATIVE, none, nothing_is_missing, wanted};
use rogue_runtime::{
    engine::{FRAME_COST, RING_FRAMES},
    pool::{self, field},
    swap::{MOST_TAPS, OpenTap, TapError, TapWanted},
};
use rogue_tests::fake::{PATIENCE, attend_until};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

fn tap_of(node: &str) -> TapWanted {
    TapWanted { node: node.to_owned(), port: None, every: Duration::ZERO, limit: u64::MAX }
}

impl Desk {
    fn tap(&mut self, node: &str) -> Arc<OpenTap> {
        self.running.open_tap(&tap_of(node)).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Handles that were made for a tap and are not given back.
fn alive(account: u32) -> u64 {
    let sums = pool::sum(account);
    let live = pool::live_by_holder().get(&account).copied().unwrap_or(0);
    assert_eq!(sums[field::CREATED] - sums[field::CONSUMED], live);
    live
}

/// The two numbers of a frame of `s`, as `x` leaves them.
fn numbers(open: &OpenTap) -> (u64, u64) {
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    let read = open.tap().read(PATIENCE, |port, frame| {
        assert_eq!(open.port(port), if frame.payload() == 64 { open.port(0) } else { "?" });
        let bytes = frame.to_vec();
        (number(&bytes[..8]), number(&bytes[8..16]))
    });
    read.expect("frames flow")
}

#[test]
fn samples_are_what_left_whatever_is_written_later() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    desk.flows_on();
    let (before, after, arrives) = (desk.tap("s"), desk.tap("x"), desk.tap("e"));
    assert_eq!((before.port(0), arrives.port(0)), ("out", "in"));
    for _ in 0..3 * RING_FRAMES {
        // `x` writes its count into the frame in place; who tapped the frame before does not see it.
        assert_eq!(numbers(&before).1, 0);
        let (number, count) = numbers(&after);
        assert_eq!(number, count);
        let (number, count) = numbers(&arrives);
        assert_eq!(number, count);
    }
    drop((before, after, arrives));
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn nobody_waits_for_a_tap_that_is_never_read() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    let open = desk.tap("x");
    let is_full = |open: &OpenTap| open.tap().waiting() == RING_FRAMES;
    attend_until(&mut desk.running, |_| is_full(&open) && open.tap().missed() > 10_000);
    let missed = open.tap().missed();
    attend_until(&mut desk.running, |_| open.tap().missed() > missed + 10_000);
    assert!(is_full(&open));
    let account = open.tap().account();
    // Its reader is gone: so is what it had.
    drop(open);
    assert_eq!(alive(account), 0);
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn the_books_of_a_run_that_ends_with_a_tap_open_balance() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    let (open, arrives) = (desk.tap("x"), desk.tap("e"));
    attend_until(&mut desk.running, |_| open.tap().waiting() > 0 && arrives.tap().waiting() > 0);
    desk.running.stop();
    attend_until(&mut desk.running, rogue_runtime::swap::Running::is_over);
    assert!(open.has_ended() && arrives.has_ended() && alive(open.tap().account()) > 0);
    let ending = desk.end();
    nothing_is_missing(&ending);
    for tap in [open.tap(), arrives.tap()] {
        assert!(tap.is_closed());
        assert_eq!((tap.waiting(), alive(tap.account())), (0, 0));
        assert_eq!(tap.read(Duration::ZERO, |_, _| ()), None);
        assert_eq!(tap.seen(), tap.missed());
    }
}

#[test]
fn frames_in_a_modules_own_memory_are_let_go_before_it_ends() {
    let yaml = "nodes: {s: {module: wraps, params: {count: 200}}, e: {module: bench-sink}}\nlinks: [s >> e]";
    let mut desk = Desk::of(yaml);
    let open = desk.tap("s");
    attend_until(&mut desk.running, |running| open.tap().waiting() > 0 || running.is_over());
    desk.end();
    assert_eq!(alive(open.tap().account()), 0);
}

#[test]
fn a_stage_is_swapped_under_a_tap() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    let open = desk.tap("x");
    for _ in 0..10 {
        desk.flows_on();
        desk.swap(wanted(NATIVE, none())).unwrap_or_else(|error| panic!("{error}"));
        while open.tap().read(Duration::ZERO, |_, _| ()).is_some() {}
        let (number, count) = numbers(&open);
        assert_eq!(number, count);
    }
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn a_tap_takes_as_many_as_it_wants_and_no_more_often() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    let few = TapWanted { limit: 3, ..tap_of("x") };
    let seldom = TapWanted { every: Duration::from_secs(1_000_000), ..tap_of("x") };
    let (few, seldom) =
        (desk.running.open_tap(&few).expect("room"), desk.running.open_tap(&seldom).expect("room"));
    attend_until(&mut desk.running, |_| seldom.tap().seen() > 10_000);
    assert_eq!((few.tap().waiting(), few.tap().seen(), few.tap().missed()), (3, 3, 0));
    assert_eq!((seldom.tap().waiting(), seldom.tap().missed()), (1, 0));
    nothing_is_missing(&desk.end());
}

#[test]
fn a_tap_that_is_read_at_once_takes_no_more_than_its_share() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    let begun = Instant::now();
    let open = desk.tap("x");
    let mut read = 0;
    attend_until(&mut desk.running, |_| {
        while open.tap().read(Duration::ZERO, |_, _| ()).is_some() {
            read += 1;
        }
        open.tap().seen() > 1_000_000 && read > 2 * RING_FRAMES
    });
    desk.running.stop();
    attend_until(&mut desk.running, rogue_runtime::swap::Running::is_over);
    let taken = read + open.tap().waiting();
    let share = begun.elapsed().as_nanos() / FRAME_COST.as_nanos();
    assert!(taken as u128 <= RING_FRAMES as u128 + share + 1, "{taken} of {}", open.tap().seen());
    assert_eq!(open.tap().seen() - open.tap().missed(), taken as u64);
    nothing_is_missing(&desk.end());
}

#[test]
fn what_cannot_be_tapped_is_said() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    let error = |desk: &mut Desk, wanted: TapWanted| desk.running.open_tap(&wanted).err();
    let none = error(&mut desk, tap_of("y")).expect("refused");
    assert_eq!(none.to_string(), "the graph has no node `y`; it has s, x, e");
    let port = TapWanted { port: Some("out".to_owned()), ..tap_of("e") };
    let port = error(&mut desk, port).expect("refused");
    assert_eq!(port.to_string(), "node e has no input `out`; it has in");
    let mut open: Vec<_> = (0..MOST_TAPS).map(|_| desk.tap("x")).collect();
    assert_eq!(
        (desk.running.taps_open(), error(&mut desk, tap_of("x"))),
        (MOST_TAPS, Some(TapError::TooMany))
    );
    // One that has ended makes room.
    drop(open.pop());
    open.push(desk.tap("e"));
    desk.flows_on();
    nothing_is_missing(&desk.end());
}
