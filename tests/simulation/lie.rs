//! Deliberate mistakes behind the back of the checks: what the simulation must find, for the test of the test.

use rogue_abi::NodeRef;
use rogue_runtime::{
    module::{Call, OutItem},
    pool::{self, Account, field},
};

/// A mistake made at every opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// A result is delivered twice.
    Double,
    /// Two results change places.
    Swap,
    /// A result is lost, and nobody counts it.
    Lose,
    /// A result is forgotten and stays alive for ever.
    Leak,
    /// A frame is counted as consumed that is not.
    Miscount,
    /// The result of a call is counted as taken once more.
    Overcount,
}

/// Makes the mistake with what a call has left, where it can be made.
pub fn tell(lie: Lie, node: NodeRef, call: &mut Call<'_>) {
    let Some(account) = Account::of(node).map(Account::id) else { return };
    let items = &mut call.out.items;
    match lie {
        Lie::Double => {
            let twin = items.last().and_then(|item| Some((item.frame.share().ok()?, item.port)));
            items.extend(twin.map(|(frame, port)| OutItem { frame, port, pad: 0 }));
            call.completed_out = items.len();
        }
        Lie::Swap if items.len() > 1 => items.swap(0, 1),
        Lie::Lose => drop(items.pop()),
        Lie::Leak => std::mem::forget(items.pop()),
        Lie::Miscount if !items.is_empty() => pool::count(account, field::CONSUMED, 1),
        Lie::Overcount if call.taken > 0 => pool::count(account, field::IN, 1),
        Lie::Swap | Lie::Miscount | Lie::Overcount => {}
    }
}
