//! Repeated messages from one place: the first ones are shown, the rest counted.
//!
//! A place is a level, a target and a message whose digits are passed over (`late by 7`, `late by 12`). What
//! holds: memory is bounded by [`PLACES`]; time is told, so that tests need not wait.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use log::Level;

/// Lines that a place may say in one [`WINDOW`]: enough to see what is going on.
const SHOWN: u64 = 10;
/// After this time a place may speak anew.
const WINDOW: Duration = Duration::from_secs(1);
/// Most places remembered: a run has some dozens. What comes from others is shown.
const PLACES: usize = 1024;
/// Most characters of a suppressed message that are repeated with its count.
const SAMPLE: usize = 200;

/// What each place has said lately.
#[derive(Default)]
pub struct Limiter {
    places: HashMap<(Level, u64), Place>,
}

struct Place {
    target: String,
    since: Instant,
    lines: u64,
    /// The last one suppressed.
    like: String,
}

/// So many lines were suppressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Their level.
    pub level: Level,
    /// Their target.
    pub target: String,
    /// How many.
    pub more: u64,
    /// The last of them.
    pub like: String,
}

impl Limiter {
    /// Whether a line is to be shown (`None`: it is not), and the counts to be shown before it.
    pub fn admit(&mut self, level: Level, target: &str, message: &str, now: Instant) -> Option<Vec<Said>> {
        let mut said = Vec::new();
        if self.places.len() >= PLACES {
            said = self.expire(now);
        }
        let key = (level, pattern(target, message));
        let full = self.places.len() >= PLACES;
        match self.places.get_mut(&key) {
            Some(place) if now.saturating_duration_since(place.since) < WINDOW => {
                place.lines += 1;
                if place.lines > SHOWN {
                    place.like = message.chars().take(SAMPLE).collect();
                    return None;
                }
            }
            Some(place) => {
                said.extend(place.said(level));
                *place = Place::new(target, now);
            }
            None if full => {}
            None => drop(self.places.insert(key, Place::new(target, now))),
        }
        Some(said)
    }

    /// Forgets the places whose time is over.
    pub fn expire(&mut self, now: Instant) -> Vec<Said> {
        self.take(|place| now.saturating_duration_since(place.since) >= WINDOW)
    }

    /// Forgets all places.
    pub fn drain(&mut self) -> Vec<Said> {
        self.take(|_| true)
    }

    fn take(&mut self, over: impl Fn(&Place) -> bool) -> Vec<Said> {
        let gone: Vec<_> = self.places.extract_if(|_, place| over(place)).collect();
        let mut said: Vec<Said> =
            gone.into_iter().filter_map(|((level, _), place)| place.said(level)).collect();
        said.sort_by(|a, b| (&a.target, a.level, &a.like).cmp(&(&b.target, b.level, &b.like)));
        said
    }
}

impl Place {
    fn new(target: &str, since: Instant) -> Place {
        Place { target: target.to_owned(), since, lines: 1, like: String::new() }
    }

    fn said(&self, level: Level) -> Option<Said> {
        let more = self.lines.saturating_sub(SHOWN);
        (more > 0).then(|| Said { level, target: self.target.clone(), more, like: self.like.clone() })
    }
}

fn pattern(target: &str, message: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    target.hash(&mut hasher);
    for part in message.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()) {
        part.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_cut_and_counted() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        let shown =
            (0..47).filter(|n| limiter.admit(Level::Warn, "t", &format!("late {n}"), start).is_some());
        assert_eq!(shown.count(), 10);
        assert_eq!(limiter.expire(start + WINDOW / 2), []);
        let said = Said { level: Level::Warn, target: "t".to_owned(), more: 37, like: "late 46".to_owned() };
        assert_eq!(limiter.expire(start + WINDOW), [said]);
        assert_eq!(limiter.drain(), []);
    }

    #[test]
    fn the_next_line_after_the_time_brings_the_count() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        for _ in 0..11 {
            limiter.admit(Level::Info, "t", "x", start);
        }
        let said = limiter.admit(Level::Info, "t", "x", start + WINDOW).expect("shown");
        assert_eq!(said.iter().map(|said| said.more).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn other_levels_targets_and_words_are_other_places() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        for _ in 0..10 {
            for (level, target, text) in [
                (Level::Warn, "t", "x 1"),
                (Level::Info, "t", "x 1"),
                (Level::Warn, "u", "x 1"),
                (Level::Warn, "t", "y 1"),
            ] {
                assert_eq!(limiter.admit(level, target, text, start), Some(vec![]));
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        for number in 0..2 * PLACES {
            let target = format!("t{}", "x".repeat(number));
            assert!(limiter.admit(Level::Warn, &target, "x", start).is_some());
        }
        assert_eq!(limiter.places.len(), PLACES);
        limiter.admit(Level::Warn, "new", "x", start + WINDOW);
        assert_eq!(limiter.places.len(), 1);
    }
}
