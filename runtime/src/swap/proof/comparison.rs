//! Two streams of results, held against each other in the order in which they came.
//!
//! Used by [`observer`](super::observer) and [`rehearsal`](super::rehearsal); `compare` does the same between two links of a
//! graph. What holds: how results are spread over calls makes no difference; outputs are compared in port, channel, error,
//! flags and payload, drops in their number by reason; after a difference both are brought into step again where one of
//! them has a frame more.

use super::{Compared, Tolerance};
use rogue_sdk::Frame;
use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write,
};

/// How far ahead the partner of a frame is looked for once something differs.
const AHEAD: usize = 64;
/// Differences that are kept to be saved.
pub(super) const KEPT: usize = 16;
/// Bytes shown of each frame, from the first that differs.
const SHOWN: usize = 16;
/// Results that one may be ahead of the other: who holds more frames back than that, gives something else.
const FAR: usize = 4096;
/// Results that one may be ahead of the other when they begin anew: who has fewer than that may give the rest later.
const LAG: usize = 64;

/// What one module made of a call.
#[derive(Default)]
pub(super) struct Result {
    /// Frames with their outputs.
    pub(super) out: Vec<(u32, Frame)>,
    /// Frames dropped, by reason.
    pub(super) drops: Vec<(String, u64)>,
}

/// One difference, as it is saved.
pub(super) struct Difference {
    /// In words.
    pub(super) what: String,
    /// What both were given.
    pub(super) input: Vec<Frame>,
    /// What the old one gave.
    pub(super) old: Option<Frame>,
    /// What the new one gave.
    pub(super) new: Option<Frame>,
}

/// A result that waits for its partner.
struct Waiting {
    port: u32,
    frame: Frame,
    /// The number of the frame it comes of, or, where that is not known, of the first of the call.
    number: u64,
    /// That frame, where it is known.
    of: Option<Frame>,
}

impl Waiting {
    fn new((port, frame): (u32, Frame), number: u64, of: Option<&Frame>) -> Waiting {
        Waiting { port, frame, number, of: of.and_then(|of| of.share().ok()) }
    }
}

/// The comparison of two streams.
pub(super) struct Comparison {
    tolerance: Option<Tolerance>,
    /// Goes on after a difference.
    counts: bool,
    old: VecDeque<Waiting>,
    new: VecDeque<Waiting>,
    drops: [BTreeMap<String, u64>; 2],
    pub(super) compared: Compared,
    pub(super) kept: Vec<Difference>,
}

impl Comparison {
    /// `counts`: it goes on after a difference.
    pub(super) fn new(tolerance: Option<Tolerance>, counts: bool) -> Comparison {
        Comparison {
            tolerance,
            counts,
            old: VecDeque::new(),
            new: VecDeque::new(),
            drops: [BTreeMap::new(), BTreeMap::new()],
            compared: Compared::default(),
            kept: Vec::new(),
        }
    }

    /// The number of the frame that comes next, from 1.
    fn next(&self) -> u64 {
        self.compared.frames + 1
    }

    /// What the old one made of the frames that come next.
    pub(super) fn old_gave(&mut self, result: Result, frames: &[Frame]) {
        let number = self.next();
        let of = if let [frame] = frames { Some(frame) } else { None };
        self.old.extend(result.out.into_iter().map(|out| Waiting::new(out, number, of)));
        add(&mut self.drops[0], result.drops);
    }

    /// What the new one made of frame number `nth` of them, from 0.
    pub(super) fn new_gave(&mut self, nth: u64, result: Result, frame: Option<&Frame>) {
        let number = self.next() + nth;
        self.new.extend(result.out.into_iter().map(|out| Waiting::new(out, number, frame)));
        add(&mut self.drops[1], result.drops);
    }

    /// Compares what can be after both were given these frames; false: something differs, and that is enough.
    pub(super) fn settle(&mut self, input: &[Frame]) -> bool {
        while let (Some(old), Some(new)) = (self.old.front(), self.new.front()) {
            let Some(what) = self.difference(old, new) else {
                self.old.pop_front();
                self.new.pop_front();
                self.compared.equal += 1;
                continue;
            };
            let alike = |a: &Waiting, b: &Waiting| self.difference(a, b).is_none();
            let more_of_old = self.old.iter().take(AHEAD).skip(1).position(|old| alike(old, new));
            let more_of_new = self.new.iter().take(AHEAD).skip(1).position(|new| alike(old, new));
            match (more_of_old, more_of_new) {
                (Some(more), _) => (0..=more).for_each(|_| self.only_old(input)),
                (None, Some(more)) => (0..=more).for_each(|_| self.only_new(input)),
                (None, None) => {
                    let (old, new) = (self.old.pop_front(), self.new.pop_front());
                    self.differs(what, input, old, new);
                }
            }
            if !self.counts {
                return false;
            }
        }
        while self.goes_on() && self.old.len() > FAR {
            self.only_old(input);
        }
        while self.goes_on() && self.new.len() > FAR {
            self.only_new(input);
        }
        if self.is_level() && self.drops[0] != self.drops[1] {
            let what = dropped(&self.drops);
            self.differs(what, input, None, None);
            self.drops[1] = self.drops[0].clone();
        }
        self.compared.frames += input.len() as u64;
        self.goes_on()
    }

    /// Whether there is more to compare, after what was found so far.
    pub(super) fn goes_on(&self) -> bool {
        self.counts || self.compared.different == 0
    }

    /// Whether no result waits for its partner.
    pub(super) fn is_level(&self) -> bool {
        self.old.is_empty() && self.new.is_empty()
    }

    /// Nothing comes any more: what has no partner by now differs.
    pub(super) fn end(&mut self, input: &[Frame]) {
        while !self.old.is_empty() {
            self.only_old(input);
        }
        while !self.new.is_empty() {
            self.only_new(input);
        }
    }

    /// Both begin anew: results on their way are passed over, unless one has far fewer than the other.
    pub(super) fn begin_anew(&mut self) {
        if self.old.len() > LAG || self.new.len() > LAG {
            self.end(&[]);
        }
        self.old.clear();
        self.new.clear();
        self.drops[1] = self.drops[0].clone();
    }

    fn only_old(&mut self, input: &[Frame]) {
        let old = self.old.pop_front();
        let what =
            old.as_ref().map_or_else(String::new, |old| format!("only the old one gave {}", summary(old)));
        self.differs(what, input, old, None);
    }

    fn only_new(&mut self, input: &[Frame]) {
        let new = self.new.pop_front();
        let what =
            new.as_ref().map_or_else(String::new, |new| format!("only the new one gave {}", summary(new)));
        self.differs(what, input, None, new);
    }

    fn differs(&mut self, what: String, input: &[Frame], old: Option<Waiting>, new: Option<Waiting>) {
        self.compared.different += 1;
        // Of a pair, the frame that made one of them give something first.
        let (number, of) = match (&old, &new) {
            (Some(old), Some(new)) if old.of.is_none() || new.number < old.number => (new.number, &new.of),
            (Some(one), _) | (None, Some(one)) => (one.number, &one.of),
            (None, None) => (self.next(), &None),
        };
        let what = format!("frame {number}: {what}");
        self.compared.first.get_or_insert_with(|| what.clone());
        if self.kept.len() >= KEPT {
            return;
        }
        let input = of.as_ref().map_or(input, std::slice::from_ref);
        let input = input.iter().filter_map(|frame| frame.share().ok()).collect();
        let (old, new) = (old.map(|old| old.frame), new.map(|new| new.frame));
        self.kept.push(Difference { what, input, old, new });
    }

    /// In what two results differ, in words.
    fn difference(&self, old: &Waiting, new: &Waiting) -> Option<String> {
        let (a, b) = (&old.frame, &new.frame);
        let parts = [
            ("output", old.port != new.port),
            ("channel", a.channel() != b.channel()),
            ("error", a.error() != b.error()),
            ("flags", a.flags() != b.flags()),
            ("size", a.payload() != b.payload()),
        ];
        if let Some((part, _)) = parts.iter().find(|(_, differ)| *differ) {
            return Some(format!(
                "in {part}: the old one gave {}; the new one {}",
                summary(old),
                summary(new)
            ));
        }
        if a.same_payload(b) {
            return None;
        }
        let (a, b) = (a.to_vec(), b.to_vec());
        let at = match self.tolerance {
            Some(tolerance) => tolerance.first_beyond(&a, &b)?,
            None => a.iter().zip(&b).position(|(a, b)| a != b)?,
        };
        Some(format!("from byte {at} on: the old one gave{}; the new one{}", bytes(&a, at), bytes(&b, at)))
    }
}

fn add(sums: &mut BTreeMap<String, u64>, drops: Vec<(String, u64)>) {
    for (reason, frames) in drops.into_iter().filter(|(_, frames)| *frames > 0) {
        *sums.entry(reason).or_default() += frames;
    }
}

fn summary(of: &Waiting) -> String {
    let Waiting { port, frame, .. } = of;
    let (size, channel, error, flags) = (frame.payload(), frame.channel(), frame.error(), frame.flags());
    format!("output {port}, size={size}, error=0x{error:02x}, flags=0x{flags:04x}, channel={channel}")
}

fn bytes(payload: &[u8], at: usize) -> String {
    let mut text = String::new();
    for byte in payload.iter().skip(at).take(SHOWN) {
        let _ = write!(text, " {byte:02x}");
    }
    if payload.len() > at + SHOWN { text + " …" } else { text }
}

fn dropped([old, new]: &[BTreeMap<String, u64>; 2]) -> String {
    let said = |drops: &BTreeMap<String, u64>| match drops.is_empty() {
        true => "none".to_owned(),
        false => {
            drops.iter().map(|(reason, frames)| format!("{reason} {frames}")).collect::<Vec<_>>().join(", ")
        }
    };
    format!("in what was dropped so far: by the old one {}; by the new one {}", said(old), said(new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Account, request};

    fn frame(account: &Account, value: f32) -> Frame {
        let mut frame = request(account, 0, 4).expect("memory");
        frame.write(0, &value.to_le_bytes()).expect("room");
        frame
    }

    fn gave(account: &Account, values: &[f32], dropped: u64) -> Result {
        let out = values.iter().map(|value| (0, frame(account, *value))).collect();
        Result { out, drops: vec![("low".to_owned(), dropped)] }
    }

    #[test]
    fn how_results_are_spread_over_calls_makes_no_difference() {
        let account = Account::open().expect("room");
        let input: Vec<Frame> = (0..4).map(|n| frame(account, n as f32)).collect();
        let mut comparison = Comparison::new(None, false);
        comparison.old_gave(gave(account, &[1.0, 2.0, 3.0], 1), &input);
        comparison.new_gave(0, gave(account, &[1.0], 1), Some(&input[0]));
        assert!(comparison.settle(&input) && !comparison.is_level());
        comparison.old_gave(gave(account, &[], 0), &[]);
        comparison.new_gave(0, gave(account, &[2.0, 3.0], 0), None);
        assert!(comparison.settle(&[]) && comparison.is_level());
        assert_eq!((comparison.compared.frames, comparison.compared.equal), (4, 3));
        // Alike in what they gave, but not in what they dropped.
        comparison.old_gave(gave(account, &[4.0], 2), &input);
        comparison.new_gave(0, gave(account, &[4.0], 3), Some(&input[0]));
        assert!(!comparison.settle(&input));
        let first = comparison.compared.first.clone().unwrap_or_default();
        assert_eq!(first, "frame 5: in what was dropped so far: by the old one low 3; by the new one low 4");
        drop((comparison, input));
        account.close();
    }

    #[test]
    fn within_a_tolerance_payloads_are_alike_and_metadata_never() {
        let account = Account::open().expect("room");
        let mut comparison = Comparison::new("f32:0.25".parse().ok(), false);
        let input = [frame(account, 0.0)];
        comparison.old_gave(gave(account, &[1.0, 2.0], 0), &input);
        comparison.new_gave(0, gave(account, &[1.25, 1.75], 0), input.first());
        assert!(comparison.settle(&input));
        let mut other = gave(account, &[3.0], 0);
        other.out[0].1.set_error(1);
        comparison.old_gave(gave(account, &[3.0], 0), &input);
        comparison.new_gave(0, other, input.first());
        assert!(!comparison.settle(&input));
        assert!(
            comparison.compared.first.as_ref().is_some_and(|first| first.starts_with("frame 2: in error: "))
        );
        drop((comparison, input));
        account.close();
    }

    #[test]
    fn who_gives_far_more_gives_something_else() {
        let account = Account::open().expect("room");
        let mut comparison = Comparison::new(None, false);
        let input = [frame(account, 0.0)];
        let ended = (0..2 * FAR).find(|_| {
            comparison.old_gave(gave(account, &[1.0], 0), &input);
            !comparison.settle(&input)
        });
        assert_eq!((ended, comparison.kept.len()), (Some(FAR), 1));
        assert_eq!((comparison.kept[0].input.len(), comparison.kept[0].new.is_none()), (1, true));
        drop((comparison, input));
        account.close();
    }
}
