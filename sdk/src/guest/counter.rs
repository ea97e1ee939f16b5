//! Counters that live in a component: read and added to here, told to the host at the end of a call.
//!
//! Used by `host::wasm`. What holds: the host's value and ours differ only within a call.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A counter and what the host knows of it.
pub(crate) struct Counted {
    name: String,
    kind: u32,
    id: u32,
    told: u64,
    value: &'static AtomicU64,
}

/// What the host is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It grew by so much.
    Add(u64),
    /// It has this value.
    Set(u64),
}

impl Counted {
    /// A counter that begins with the value the host gives.
    pub(crate) fn new(name: &str, kind: u32, id: u32, value: u64) -> Counted {
        // Counters are given out for ever; a module asks for each once.
        let cell = Box::leak(Box::new(AtomicU64::new(value)));
        Counted { name: name.to_owned(), kind, id, told: value, value: cell }
    }

    /// Whether it is the one of that name and kind.
    pub(crate) fn is(&self, name: &str, kind: u32) -> bool {
        self.kind == kind && self.name == name
    }

    /// Where it is counted.
    pub(crate) fn cell(&self) -> &'static AtomicU64 {
        self.value
    }

    /// Its number at the host, and what is to be said of it, once.
    #[inline]
    pub(crate) fn change(&mut self) -> Option<(u32, Change)> {
        let now = self.value.load(Relaxed);
        let before = std::mem::replace(&mut self.told, now);
        let change = change(before, now, self.kind == crate::abi::counter_kind::GAUGE)?;
        Some((self.id, change))
    }
}

/// What to say of a value that was `before` and is `now`. What grew is added to, so that it cannot undo what another
/// instance of the node has counted; what shrank was reset.
fn change(before: u64, now: u64, gauge: bool) -> Option<Change> {
    match now.checked_sub(before) {
        Some(0) => None,
        Some(more) if !gauge => Some(Change::Add(more)),
        _ => Some(Change::Set(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_added_what_shrinks_is_set() {
        assert_eq!(change(3, 3, false), None);
        assert_eq!(change(3, 10, false), Some(Change::Add(7)));
        assert_eq!(change(3, 0, false), Some(Change::Set(0)));
        assert_eq!(change(3, 10, true), Some(Change::Set(10)));
        assert_eq!(change(3, 3, true), None);
    }

    #[test]
    fn a_counter_begins_with_the_hosts_value_and_tells_each_change_once() {
        let mut counted = Counted::new("seen", crate::abi::counter_kind::EVENT, 7, 40);
        assert!(counted.is("seen", crate::abi::counter_kind::EVENT));
        assert!(!counted.is("seen", crate::abi::counter_kind::GAUGE));
        assert_eq!((counted.cell().load(Relaxed), counted.change()), (40, None));
        counted.cell().fetch_add(2, Relaxed);
        assert_eq!(counted.change(), Some((7, Change::Add(2))));
        assert_eq!(counted.change(), None);
    }
}
