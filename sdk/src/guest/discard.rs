//! Drops, under a reason of the card, of frames that the host does not know.
//!
//! Noted by [`super::input::drop_as`] whenever a module drops one, told by [`super::batch`] with the next list of
//! outcomes. What holds: each is told once; a list has at most as many as the host takes.

use super::outcome::Outcome;
use std::cell::RefCell;

/// Most frames of one list, as the host's limit; what is more waits for the next.
const LIMIT: u32 = 1 << 20;

thread_local! {
    /// Reason and number.
    static UNTOLD: RefCell<Vec<(u32, u32)>> = const { RefCell::new(Vec::new()) };
}

/// One more frame was dropped for this reason.
pub(super) fn note(reason: u32) {
    UNTOLD.with_borrow_mut(|untold| match untold.iter_mut().find(|(known, _)| *known == reason) {
        Some((_, frames)) => *frames = frames.saturating_add(1),
        None => untold.push((reason, 1)),
    });
}

/// Whether there is nothing to tell.
#[inline]
pub(super) fn is_empty() -> bool {
    UNTOLD.with_borrow(Vec::is_empty)
}

/// Tells what there is, in the order in which reasons came up.
pub(super) fn tell(list: &mut Vec<Outcome>) {
    let mut room = LIMIT;
    UNTOLD.with_borrow_mut(|untold| {
        untold.retain_mut(|(reason, frames)| {
            let told = (*frames).min(room);
            if told > 0 {
                list.push(Outcome::Discard(*reason, told));
            }
            room -= told;
            *frames -= told;
            *frames > 0
        });
    });
}
