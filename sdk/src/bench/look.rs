//! Looking at what became of frames, and at what the module shows.

use super::{Bench, LogLine};
use crate::{Frame, shape::Step};
use rogue_abi::{counter_kind, half, reason};
use std::{
    sync::atomic::Ordering::{Relaxed, SeqCst},
    time::Duration,
};

/// Looking.
impl Bench {
    /// The next frame that came out, with its output port.
    pub fn pop(&mut self) -> Option<(u32, Frame)> {
        self.results.pop_front()
    }

    /// All frames that came out, of any port.
    pub fn out(&mut self) -> Vec<Frame> {
        self.results.drain(..).map(|(_, frame)| frame).collect()
    }

    /// How many frames came out and were not popped yet.
    pub fn out_len(&self) -> usize {
        self.results.len()
    }

    /// How many frames wait in the inbox because the module did not take them.
    pub fn inbox_len(&self) -> usize {
        self.inbox.len()
    }

    /// Whether the half that takes said that it cannot take the next frame.
    pub fn is_blocked(&self) -> bool {
        self.halves[half::TAKE as usize].step == Step::Blocked
    }

    /// Frames the module holds: made for it or taken by it, and neither sent, dropped nor consumed.
    pub fn held(&self) -> u64 {
        self.account.live.load(Relaxed).saturating_sub(self.inbox.len() as u64)
    }

    /// Handles made for the module: requested, shared, sliced, wrapped.
    pub fn created(&self) -> u64 {
        self.account.created.load(Relaxed)
    }

    /// Frames it consumed: let go without a reason.
    pub fn consumed(&self) -> u64 {
        self.account.consumed.load(Relaxed)
    }

    /// Frames dropped for a reason of the card; "fault" are those it failed with.
    ///
    /// # Panics
    /// When the card has no such reason: a test that misspells one must not pass.
    pub fn dropped(&self, name: &str) -> u64 {
        let index = self.card.drop_index(name).or((name == "fault").then_some(reason::FAULT));
        let Some(index) = index else {
            let known: Vec<&str> = self.card.drops.iter().map(|reason| reason.name).collect();
            panic!("the card has no drop reason `{name}`; it has {known:?} and \"fault\"")
        };
        let counted = self.record().kept().drops.get(&index).copied().unwrap_or(0);
        if index == reason::FAULT { counted + self.account.panicked.load(Relaxed) } else { counted }
    }

    /// A counter of the module; 0 as long as it is declared and never counted.
    ///
    /// # Panics
    /// When the module has no such counter: a test that misspells one must not pass.
    pub fn counter(&self, name: &str) -> u64 {
        let kept = self.record().kept();
        match kept.counters.get(name) {
            Some((_, counter)) => counter.load(Relaxed),
            None if self.card.counter_index(name).is_some() => 0,
            None => {
                let known: Vec<&String> = kept.counters.keys().collect();
                panic!("the module has no counter `{name}`; it has {known:?}")
            }
        }
    }

    /// A reading of the module, number or text, as it is shown; `None` as long as it is not set.
    ///
    /// # Panics
    /// When neither the card nor the module knows such a reading: a test that misspells one must not pass.
    pub fn reading(&self, name: &str) -> Option<String> {
        let kept = self.record().kept();
        if let Some(text) = kept.readings.get(name) {
            return Some(text.clone());
        }
        match kept.counters.get(name) {
            Some((counter_kind::GAUGE, gauge)) => Some(gauge.load(Relaxed).to_string()),
            _ if self.card.reading_index(name).is_some() => None,
            _ => panic!("the module has no reading `{name}`"),
        }
    }

    /// What the module logged, oldest first; takes it. Empty in a program that has a logger of its own.
    pub fn logged(&self) -> Vec<LogLine> {
        self.record().kept().lines.drain(..).collect()
    }

    /// What failed calls and threads of the module said, oldest first.
    pub fn faults(&self) -> Vec<String> {
        self.record().kept().faults.iter().cloned().collect()
    }

    /// Threads of the module's own that are running ([`crate::Node::spawn`]).
    pub fn threads(&self) -> u32 {
        self.record().threads.load(SeqCst)
    }

    /// Whether the half that takes was woken; forgets it.
    pub fn woken_take(&self) -> bool {
        self.record().take_wake(half::TAKE)
    }

    /// Whether the half that gives was woken; forgets it.
    pub fn woken_give(&self) -> bool {
        self.record().take_wake(half::GIVE)
    }

    /// The earliest time for which a half asked to be called, of the clock of [`Bench::now`].
    pub fn wake_at(&self) -> Option<Duration> {
        self.halves.iter().filter_map(|half| half.wake_at_ns).min().map(Duration::from_nanos)
    }

    /// The bench's clock.
    pub fn now(&self) -> Duration {
        Duration::from_nanos(self.now_ns())
    }

    /// The pool that the module asked for: bytes of a buffer, free buffers kept, requests passed on.
    pub fn pool(&self) -> (u32, u32, bool) {
        self.record().kept().pool
    }

    /// The most frames that the module wants in one call.
    pub fn batch_max(&self) -> u32 {
        self.record().kept().batch
    }
}

/// Playing what is around the module.
impl Bench {
    /// Sets the number of links of an output port; 1 unless set.
    pub fn set_links(&self, port: u32, links: u32) {
        self.record().kept().links.insert(port, links);
    }

    /// Gives what is downstream a pool with buffers of this size; 0, as at first, is "each as asked".
    pub fn set_downstream_pool(&self, fixed_size: u32) {
        self.record().downstream.store(fixed_size, Relaxed);
    }

    /// Refuses the module's requests for frames from now on, or no longer.
    pub fn set_no_memory(&self, refuse: bool) {
        self.record().kept().no_memory = refuse;
    }
}
