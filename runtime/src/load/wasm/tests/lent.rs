//! Outcome lists: what they may say, what follows, and that lists that lie change nothing.

use rogue_sdk::frame::Frame;

use super::super::{
    lent::Lent,
    limits::Stopped,
    state::{Home, State},
    v0_1::{Discarded, Dropped, Meta, Outcome, Outcomes, Part, Retagged, Sent},
};
use crate::{
    host::{NodeShared, nodes},
    module::OutItem,
    pool::{self, Account, field},
};

const META: Meta = Meta { channel: 9, error: 1, flags: 0x1234 };

struct Desk {
    account: &'static Account,
    state: State,
    lent: Lent,
    out: Vec<OutItem>,
}

impl Desk {
    fn new() -> Desk {
        let account = Account::open().expect("room");
        nodes::register(account, std::sync::Arc::new(NodeShared::new("desk", 2, false, 64)));
        let home = Home::of(account.node_ref());
        assert!(home.is_some());
        let mut state = State::new(home, "desk".into(), 1 << 20, 1 << 20);
        state.reasons = 2;
        Desk { account, state, lent: Lent::default(), out: Vec::new() }
    }

    fn frames(&mut self, count: u32) -> (u32, Vec<Option<Frame>>) {
        let make = |n| {
            let mut frame = pool::request(self.account, 0, 16).expect("memory");
            frame.write(0, &[n as u8; 8]).expect("room");
            Some(frame)
        };
        (self.lent.number(count), (0..count).map(make).collect())
    }

    fn emit(&mut self, port: u32, bytes: &[u8]) -> u32 {
        let mut frame = self.state.make(port, META, 0, bytes.len()).expect("memory");
        frame.write(0, bytes).expect("room");
        self.state.emitted.push(Some((frame, port)));
        self.state.emitted.len() as u32 - 1
    }

    fn settle(
        &mut self,
        frames: &mut [Option<Frame>],
        first: u32,
        list: Vec<Outcome>,
    ) -> Result<bool, Stopped> {
        self.lent.settle(frames, first, &Outcomes::Each(list), &mut self.state, &mut self.out)
    }

    fn left(&mut self) -> Vec<(u32, u8, Vec<u8>)> {
        self.out.drain(..).map(|item| (item.port, item.frame.channel(), item.frame.to_vec())).collect()
    }

    fn count(&self, field: usize) -> u64 {
        pool::sum(self.account.id())[field]
    }

    fn end(mut self) {
        drop(self.lent.take_held());
        self.out.clear();
        self.state.emitted.clear();
        assert_eq!(pool::live_by_holder().get(&self.account.id()).copied().unwrap_or(0), 0);
        nodes::forget(self.account);
        self.account.close();
    }
}

#[test]
fn frames_leave_in_the_order_of_the_list_and_the_rest_is_consumed() {
    let mut desk = Desk::new();
    let (first, mut frames) = desk.frames(5);
    let made = desk.emit(3, b"new");
    let list = vec![
        Outcome::Part(Part { frame: first + 4, port: 2, meta: META, offset: 1, len: 2 }),
        Outcome::Pass(Sent { frame: first + 1, port: 1 }),
        Outcome::Emitted(made),
        Outcome::Share(Retagged { frame: first, port: 0, meta: META }),
        Outcome::Retag(Retagged { frame: first, port: 0, meta: META }),
        Outcome::Drop(Dropped { frame: first + 2, reason: 1 }),
    ];
    assert_eq!(desk.settle(&mut frames, first, list), Ok(true));
    assert!(frames.iter().all(Option::is_none));
    let left = desk.left();
    let expected = vec![
        (2, 9, vec![4, 4]),
        (1, 0, vec![1; 8]),
        (3, 9, b"new".to_vec()),
        (0, 9, vec![0; 8]),
        (0, 9, vec![0; 8]),
    ];
    assert_eq!(left, expected);
    assert_eq!(desk.count(field::DROP_CARD + 1), 1);
    // Frames 3 and 4 of which nothing final was said, and the five that left above.
    assert_eq!(desk.count(field::CONSUMED), 2 + 5);
    desk.end();
}

#[test]
fn a_held_frame_can_be_spoken_of_until_something_final_is_said() {
    let mut desk = Desk::new();
    let (first, mut frames) = desk.frames(3);
    let hold = |n| Outcome::Hold(first + n);
    assert_eq!(desk.settle(&mut frames, first, vec![hold(0), hold(1), hold(2), hold(2)]), Ok(true));
    let (second, mut more) = desk.frames(1);
    assert_eq!(second, first + 3);
    let list = vec![
        Outcome::Part(Part { frame: first, port: 0, meta: META, offset: 0, len: 1 }),
        Outcome::Release(first),
        Outcome::Pass(Sent { frame: first + 1, port: 0 }),
        Outcome::Pass(Sent { frame: second, port: 0 }),
    ];
    assert_eq!(desk.settle(&mut more, second, list), Ok(true));
    assert_eq!(desk.left(), vec![(0, 9, vec![0]), (0, 0, vec![1; 8]), (0, 0, vec![0; 8])]);
    let again = desk.settle(&mut [], 0, vec![Outcome::Release(first)]);
    assert!(matches!(again, Err(Stopped::Broke(_))), "{again:?}");
    assert_eq!(desk.lent.take_held().len(), 1);
    desk.end();
}

#[test]
fn a_list_that_lies_changes_nothing() {
    let mut desk = Desk::new();
    let made = desk.emit(0, b"x");
    let (first, mut frames) = desk.frames(2);
    let pass = |frame| Outcome::Pass(Sent { frame, port: 0 });
    let part = |offset, len| Outcome::Part(Part { frame: first, port: 0, meta: META, offset, len });
    let lies = [
        vec![pass(first + 2)],
        vec![pass(first.wrapping_sub(1))],
        vec![pass(first), pass(first)],
        vec![pass(first), Outcome::Share(Retagged { frame: first, port: 0, meta: META })],
        vec![Outcome::Release(first), Outcome::Hold(first)],
        vec![part(0, 9)],
        vec![part(9, 0)],
        vec![part(u32::MAX, u32::MAX)],
        vec![Outcome::Emitted(made), Outcome::Emitted(made)],
        vec![Outcome::Emitted(made + 1)],
        vec![Outcome::Drop(Dropped { frame: first, reason: u32::MAX })],
        vec![Outcome::Drop(Dropped { frame: first, reason: 16 })],
        // The card of the desk has two.
        vec![Outcome::Drop(Dropped { frame: first, reason: 2 })],
        vec![Outcome::Discard(Discarded { reason: 2, frames: 1 })],
        vec![Outcome::Discard(Discarded { reason: u32::MAX, frames: 0 })],
        vec![Outcome::Discard(Discarded { reason: 0, frames: 1 << 19 }); 3],
        vec![Outcome::Discard(Discarded { reason: 0, frames: u32::MAX }); 2],
    ];
    for lie in lies {
        let said = format!("{lie:?}");
        let settled = desk.settle(&mut frames, first, lie);
        assert!(matches!(settled, Err(Stopped::Broke(_))), "{said}: {settled:?}");
        assert!(desk.out.is_empty() && frames.iter().all(Option::is_some), "{said}");
    }
    assert_eq!(desk.count(field::CONSUMED) + desk.count(field::DROP_CARD), 0);
    drop(frames);
    desk.end();
}

#[test]
fn what_is_held_has_a_limit() {
    let mut desk = Desk::new();
    let (first, mut frames) = desk.frames(1);
    frames[0] = pool::request(desk.account, 0, 2 << 20);
    let settled = desk.settle(&mut frames, first, vec![Outcome::Hold(first)]);
    assert_eq!(settled, Err(Stopped::Held(1 << 20)));
    assert!(frames[0].take().is_some());
    desk.end();
}

#[test]
fn what_a_call_leaves_has_a_limit_of_its_own() {
    let mut desk = Desk::new();
    assert!(desk.state.make(0, META, 1 << 19, 0).is_ok());
    assert!(desk.state.make(0, META, 0, 1 << 19).is_ok());
    assert_eq!(desk.state.make(0, META, 1, 0).map(drop), Err(Stopped::Output(1 << 20)));
    desk.state.commit();
    assert!(desk.state.make(0, META, 1 << 20, 0).is_ok());
    desk.end();
}

#[test]
fn frames_without_bytes_count_as_held_too() {
    let mut desk = Desk::new();
    let (mut held, mut settled) = (0, Ok(true));
    while settled == Ok(true) && held < 100_000 {
        let (first, mut frames) = (desk.lent.number(64), Vec::new());
        frames.resize_with(64, || pool::request(desk.account, 0, 0));
        settled = desk.settle(&mut frames, first, (first..first + 64).map(Outcome::Hold).collect());
        held += 64;
    }
    assert_eq!(settled, Err(Stopped::Held(1 << 20)));
    assert!(held <= 4096 + 64, "{held}");
    desk.end();
}

#[test]
fn outputs_are_those_of_the_card() {
    let mut desk = Desk::new();
    desk.state.outputs = 1;
    let (first, mut frames) = desk.frames(1);
    let lies = [
        Outcome::Pass(Sent { frame: first, port: 1 }),
        Outcome::Share(Retagged { frame: first, port: u32::MAX, meta: META }),
        Outcome::Part(Part { frame: first, port: 2, meta: META, offset: 0, len: 1 }),
    ];
    for lie in lies {
        assert!(matches!(desk.settle(&mut frames, first, vec![lie]), Err(Stopped::Broke(_))), "{lie:?}");
    }
    assert!(matches!(desk.state.make(1, META, 1, 0).map(drop), Err(Stopped::Broke(_))));
    desk.state.outputs = 0;
    let all = desk.lent.settle(&mut frames, first, &Outcomes::PassAll, &mut desk.state, &mut desk.out);
    assert!(matches!(all, Err(Stopped::Broke(_))), "{all:?}");
    drop(frames);
    desk.end();
}

#[test]
fn buffers_of_a_pool_count_with_all_their_bytes() {
    let mut desk = Desk::new();
    desk.account.set_pool(pool::PoolSpec { fixed_size: 1 << 20, pool_size: 0 });
    for _ in 0..8 {
        assert!(desk.state.make(0, META, 1, 0).is_ok());
    }
    assert_eq!(desk.state.make(0, META, 1, 0).map(drop), Err(Stopped::Buffers(8 << 20)));
    desk.end();
}

#[test]
fn frames_of_a_call_have_a_number_and_what_a_stopped_call_made_is_no_loss() {
    let mut desk = Desk::new();
    let most = desk.state.most_frames();
    assert_eq!(most, 4096);
    for _ in 0..most {
        desk.emit(0, b"");
    }
    assert_eq!(desk.state.make(0, META, 0, 0).map(drop), Err(Stopped::Frames(most)));
    desk.state.forget();
    assert_eq!((desk.count(field::DROP_FAULT), desk.count(field::CONSUMED)), (0, most as u64));
    let (first, mut frames) = desk.frames(1);
    let share = Outcome::Share(Retagged { frame: first, port: 0, meta: META });
    assert_eq!(desk.settle(&mut frames, first, vec![share; most + 1]), Err(Stopped::Frames(most)));
    drop(frames);
    desk.end();
}

#[test]
fn what_was_discarded_inside_counts_as_created_and_as_dropped() {
    let mut desk = Desk::new();
    let created = desk.count(field::CREATED);
    let discard = |reason, frames| Outcome::Discard(Discarded { reason, frames });
    let list = vec![discard(1, 1 << 19), discard(0, 2), discard(1, (1 << 19) - 2)];
    assert_eq!(desk.settle(&mut [], 0, list), Ok(true));
    let most = 1 << 20;
    let counts = [field::CREATED, field::DROP_CARD, field::DROP_CARD + 1].map(|field| desk.count(field));
    assert_eq!(counts, [created + most, 2, most - 2]);
    assert!(desk.out.is_empty());
    desk.end();
}
