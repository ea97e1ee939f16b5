//! How far each stream was read, by the sequence numbers of its frames: what tells a frame that came again from a new one,
//! and how many are missing.
//!
//! What holds: a frame is passed over only if neither its number nor its time is later than those of one that was given,
//! so that an agent that begins anew under the same ids is not mistaken for the one before.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most streams that are remembered; ids are never used twice by one agent, so that old ones gather.
const MOST: usize = 1024;

/// The last frame of each stream, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen(BTreeMap<String, Last>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Last {
    sequence: u64,
    time_ns: u64,
}

/// What a frame is to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// So many are missing between them; mostly 0.
    After(u64),
    /// It has been given already.
    Again,
}

impl Seen {
    /// A frame of a stream has come.
    pub fn take(&mut self, id: &str, sequence: u64, time_ns: u64) -> Follows {
        let now = Last { sequence, time_ns };
        let Some(last) = self.0.get_mut(id) else {
            if self.0.len() >= MOST {
                self.0.pop_first();
            }
            self.0.insert(id.to_owned(), now);
            return Follows::After(0);
        };
        if sequence <= last.sequence && time_ns <= last.time_ns {
            return Follows::Again;
        }
        let missing = sequence.saturating_sub(last.sequence + 1);
        *last = now;
        Follows::After(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_follow_come_again_or_are_missed() {
        let mut seen = Seen::default();
        let mut take = |sequence, time| seen.take("VS0", sequence, time);
        assert_eq!(take(7, 100), Follows::After(0));
        assert_eq!(take(8, 100), Follows::After(0));
        assert_eq!(take(11, 130), Follows::After(2));
        assert_eq!(take(8, 100), Follows::Again);
        assert_eq!(take(11, 130), Follows::Again);
        assert_eq!(take(12, 90), Follows::After(0), "a clock that was set back hides nothing");
        // Another agent with the same ids: later, from 0.
        assert_eq!(take(0, 1000), Follows::After(0));
        assert_eq!(take(1, 1000), Follows::After(0));
        assert_eq!(seen.take("VS1", 0, 5), Follows::After(0));
        for n in 0..3 * MOST {
            seen.take(&format!("x{n}"), 0, 0);
        }
        assert_eq!(seen.0.len(), MOST);
    }
}
