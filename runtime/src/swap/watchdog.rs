//! Names modules that do not return from a call.
//!
//! Looks at each segment's call a few times a second, from the thread that attends to the run: see `engine::Inside`,
//! which costs the segment nothing but saying what it does. What holds: a call is told once, when it has lasted for
//! longer than it may, and once more when it has returned; how long it has lasted is never more than it has, and less
//! by at most the time between two looks. A source that can only block waits in a thread of its own, as it should, and
//! is not told of. Nothing is done to a module that is told of: no code can be taken out of a call by force.

use super::{node::Place, running::Running};
use crate::engine::Inside;
use std::time::{Duration, Instant};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(100);
/// How long a call may last before it is told of, if nobody says.
pub const LONG_CALL: Duration = Duration::from_secs(1);
/// News that nobody has asked for: older ones are forgotten.
const NEWS_LIMIT: usize = 256;

/// A call that lasts, or lasted, for longer than it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongCall {
    /// The node.
    pub node: String,
    /// `accept`, `produce` or `finish`.
    pub call: &'static str,
    /// How long it has lasted.
    pub lasted: Duration,
    /// Whether it has returned since.
    pub returned: bool,
}

/// What has been seen of each segment.
pub(super) struct Watchdog {
    longest: Duration,
    looked: Instant,
    segments: Vec<Option<Seen>>,
    news: Vec<LongCall>,
}

/// A call that was seen.
#[derive(Clone)]
struct Seen {
    inside: Inside,
    since: Instant,
    /// When it was seen last.
    last: Instant,
    told: Option<String>,
}

impl Watchdog {
    pub(super) fn new() -> Watchdog {
        Watchdog { longest: LONG_CALL, looked: Instant::now(), segments: Vec::new(), news: Vec::new() }
    }

    /// Takes note of the call that segment `number` is in. Gives it if it is to be told of now.
    fn see(&mut self, number: usize, inside: Option<Inside>, now: Instant) -> Option<(Inside, Duration)> {
        if self.segments.len() <= number {
            self.segments.resize(number + 1, None);
        }
        let place = self.segments.get_mut(number)?;
        match (place.as_mut(), inside) {
            (Some(seen), Some(inside)) if seen.inside == inside => seen.last = now,
            (_, inside) => {
                let seen = inside.map(|inside| Seen { inside, since: now, last: now, told: None });
                if let Some(Seen { inside, since, last, told: Some(node) }) = std::mem::replace(place, seen) {
                    // It returned between the last look and this one.
                    let lasted = last.saturating_duration_since(since);
                    self.tell(LongCall { node, call: inside.call.name(), lasted, returned: true });
                }
                return None;
            }
        }
        let seen = place.as_ref().filter(|seen| seen.told.is_none())?;
        let lasted = now.saturating_duration_since(seen.since);
        (lasted >= self.longest).then_some((seen.inside, lasted))
    }

    /// Segments have other numbers: of each, the one it had.
    pub(super) fn renumber(&mut self, had: &[Option<usize>]) {
        let before = std::mem::take(&mut self.segments);
        self.segments = had.iter().map(|old| before.get((*old)?).cloned().flatten()).collect();
    }

    fn tell(&mut self, call: LongCall) {
        if self.news.len() >= NEWS_LIMIT {
            self.news.remove(0);
        }
        self.news.push(call);
    }

    /// How long the call has lasted that segment `number` was seen in.
    fn lasted(&self, number: usize, inside: Inside, now: Instant) -> Option<Duration> {
        let seen = self.segments.get(number)?.as_ref().filter(|seen| seen.inside == inside)?;
        Some(now.saturating_duration_since(seen.since))
    }
}

impl Running {
    /// How long a call may last before it is told of; [`LONG_CALL`] if this is not called.
    pub fn tell_calls_longer_than(&mut self, longest: Duration) {
        self.watchdog.longest = longest;
    }

    /// Calls that have come to last for longer than they may, and such that have returned, since this was last asked.
    pub fn long_calls(&mut self) -> Vec<LongCall> {
        std::mem::take(&mut self.watchdog.news)
    }

    /// Looks at what each segment is inside of, if the last look was long enough ago.
    pub(super) fn look_inside(&mut self) {
        if self.watchdog.looked.elapsed() >= LOOK {
            self.look_inside_now();
        }
    }

    /// The same at once.
    pub(super) fn look_inside_now(&mut self) {
        let now = Instant::now();
        self.watchdog.looked = now;
        for number in 0..self.drivers.len() {
            let inside = self.drivers.get(number).and_then(|driver| driver.as_ref()?.inside());
            let Some((inside, lasted)) = self.watchdog.see(number, inside, now) else { continue };
            let Some(node) = self.node_at(Place { segment: number, index: inside.index }) else { continue };
            if let Some(Some(seen)) = self.watchdog.segments.get_mut(number) {
                seen.told = Some(node.clone());
            }
            if let Some(running) = self.nodes.iter_mut().find(|running| running.spec.name == node) {
                running.tally.long_calls += 1;
            }
            self.watchdog.tell(LongCall { node, call: inside.call.name(), lasted, returned: false });
        }
    }

    /// The call that a half of this node is in, and how long it has lasted, if it has been there at the last look.
    pub(super) fn inside_of(&self, index: usize) -> Option<(&'static str, Duration)> {
        let now = Instant::now();
        let places = self.nodes.get(index)?.places.iter().flatten();
        let calls = places.filter_map(|place| {
            let inside = self.drivers.get(place.segment)?.as_ref()?.inside()?;
            let lasted = self.watchdog.lasted(place.segment, inside, now)?;
            (inside.index == place.index).then(|| (inside.call.name(), lasted))
        });
        calls.max_by_key(|(_, lasted)| *lasted)
    }

    /// The node that segment `number` is inside of, its call, and how long that has lasted at least.
    pub(super) fn held_up_by(&self, number: usize) -> Option<(String, &'static str, Duration)> {
        let inside = self.drivers.get(number)?.as_ref()?.inside()?;
        let node = self.node_at(Place { segment: number, index: inside.index })?;
        let lasted = self.watchdog.lasted(number, inside, Instant::now()).unwrap_or_default();
        Some((node, inside.call.name(), lasted))
    }
}
