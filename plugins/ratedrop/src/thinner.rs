//! Decides which frames pass, and remembers as much as that takes.

use super::rule::Rule;
use core::time::Duration;
use rogue_sdk::{Result, State};
use serde::{Deserialize, Serialize};

/// A rule and how far it has come.
pub struct Thinner {
    rule: Rule,
    at: Progress,
}

/// What a successor takes over; times are of the runtime's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// Frames still to be dropped.
    left: u64,
    /// When the last frame passed, or the first start where that counts as one.
    last: Option<Duration>,
}

impl Thinner {
    /// Name of its state's form.
    pub const SCHEMA: &str = "ratedrop";
    /// The version of it.
    pub const VERSION: u32 = 1;

    pub fn new(rule: Rule) -> Thinner {
        Thinner { rule, at: Progress::default() }
    }

    /// The first start is Rogue's construction: its period mode counts from there (spec section 10).
    pub fn start(&mut self, now: Duration) {
        if let Rule::Period(_) = self.rule {
            self.at.last.get_or_insert(now);
        }
    }

    /// Goes on under another rule from where it is.
    pub fn set_rule(&mut self, rule: Rule, now: Duration) {
        self.rule = rule;
        self.fit();
        self.start(now);
    }

    /// Whether the frame that came at `now` passes.
    pub fn passes(&mut self, now: Duration) -> bool {
        let since = self.at.last.map(|last| now.saturating_sub(last));
        let passes = match self.rule {
            Rule::Count(_) => self.at.left == 0,
            Rule::Period(interval) => since.is_none_or(|since| since > interval),
            Rule::Interval(interval) => since.is_none_or(|since| since >= interval),
        };
        match self.rule {
            Rule::Count(drop) => self.at.left = if passes { drop } else { self.at.left - 1 },
            _ if passes => self.at.last = Some(now),
            _ => {}
        }
        passes
    }

    /// Its progress, for a successor.
    pub fn snapshot(&self) -> Result<State> {
        State::of(Self::SCHEMA, Self::VERSION, &self.at)
    }

    /// Goes on where a predecessor was.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        self.at = state.read(Self::SCHEMA, Self::VERSION)?;
        self.fit();
        Ok(())
    }

    /// A predecessor with a larger count may not make this one drop more frames than its own rule says.
    fn fit(&mut self) {
        self.at.left = match self.rule {
            Rule::Count(drop) => self.at.left.min(drop),
            _ => 0,
        };
    }
}
