//! Frames that an instance was given and of which it has not said what became: the host keeps the frames, the instance
//! has copies of their payload, and speaks of them by number.
//!
//! Used by [`super::guest`]. What holds: an outcome list is checked as a whole before anything of it happens, so a list
//! that lies changes nothing; after [`Lent::settle`] every frame that was taken is out, dropped, consumed or held.

use std::collections::{BTreeMap, BTreeSet};

use rogue_sdk::frame::Frame;

use super::{
    limits::Stopped,
    state::{FRAME, State, retag},
    v0_1::{Discarded, Dropped, Meta, Outcome, Outcomes, Sent},
};
use crate::{
    module::{OUT_HARD_LIMIT, OutItem},
    pool::{self, MAX_REASONS, field},
};

/// As many frames as a batch has: of so many a call's list is checked without memory of its own.
const FEW: usize = 64;

/// Frames of one call, and those held since earlier ones.
#[derive(Default)]
pub struct Lent {
    /// The number of the first frame of the next call.
    next: u32,
    held: BTreeMap<u32, Frame>,
    held_bytes: u64,
}

/// What became of a frame of the call, as far as it has been said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Held,
    Gone,
}

impl Lent {
    /// Numbers for the frames of a call: the first of `count` in a row.
    pub fn number(&mut self, count: u32) -> u32 {
        while !self.held.is_empty()
            && let Some((taken, _)) = self.held.range(self.next..self.next.saturating_add(count)).next()
        {
            self.next = taken.wrapping_add(1);
        }
        if self.next.checked_add(count).is_none() {
            self.next = 0;
            return self.number(count);
        }
        let first = self.next;
        self.next += count;
        first
    }

    /// Takes back what is held, oldest first.
    pub fn take_held(&mut self) -> Vec<Frame> {
        self.held_bytes = 0;
        std::mem::take(&mut self.held).into_values().collect()
    }

    /// A frame that an instance took over outside of a call.
    pub fn hold(&mut self, id: u32, frame: Frame) {
        self.held_bytes += weight(&frame);
        self.held.insert(id, frame);
    }

    /// Does what a call said: `frames` are those it took, numbered from `first`, and may be looked for in vain after it.
    ///
    /// False: there was no memory for some of what was to leave; all else has happened.
    ///
    /// # Errors
    /// The list is none that keeps the rules; nothing has happened.
    pub fn settle(
        &mut self,
        frames: &mut [Option<Frame>],
        first: u32,
        outcomes: &Outcomes,
        state: &mut State,
        out: &mut Vec<OutItem>,
    ) -> Result<bool, Stopped> {
        let mut whole = true;
        match outcomes {
            Outcomes::PassAll => {
                if let (Err(what), false) = (state.leaves_by(0), frames.is_empty()) {
                    return Err(Stopped::Broke(format!("it sends its frames by {what}")));
                }
                let taken = frames.iter_mut().filter_map(Option::take);
                out.extend(taken.map(|frame| OutItem { frame, port: 0, pad: 0 }));
            }
            Outcomes::ReleaseAll => frames.iter_mut().for_each(|frame| drop(frame.take())),
            Outcomes::Each(list) => {
                self.check(frames, first, list, state)?;
                for outcome in list {
                    whole &= self.apply(frames, first, outcome, state, out);
                }
                frames.iter_mut().for_each(|frame| drop(frame.take()));
            }
        }
        Ok(whole)
    }

    fn check(
        &self,
        frames: &[Option<Frame>],
        first: u32,
        list: &[Outcome],
        state: &State,
    ) -> Result<(), Stopped> {
        let broke = |what: String| Err(Stopped::Broke(what));
        if list.len() > OUT_HARD_LIMIT {
            return broke(format!("{} outcomes are more than {OUT_HARD_LIMIT}", list.len()));
        }
        let (mut few, mut many) = ([Fate::Open; FEW], Vec::new());
        let fates = match few.get_mut(..frames.len()) {
            Some(few) => few,
            None => {
                many.resize(frames.len(), Fate::Open);
                &mut many[..]
            }
        };
        let mut given_up: BTreeSet<u32> = BTreeSet::new();
        let (mut few, mut many) = ([false; FEW], Vec::new());
        let left = match few.get_mut(..state.emitted.len()) {
            Some(few) => few,
            None => {
                many.resize(state.emitted.len(), false);
                &mut many[..]
            }
        };
        let mut held = self.held_bytes;
        let reasons = state.reasons.min(MAX_REASONS as u32);
        let mut made = left.len();
        let mut discarded = 0;
        for (at, outcome) in list.iter().enumerate() {
            let (id, ends) = match *outcome {
                Outcome::Emitted(k) => match left.get_mut(k as usize) {
                    Some(gone @ false) => {
                        *gone = true;
                        continue;
                    }
                    Some(true) => {
                        return broke(format!("outcome {at} sends emitted frame {k} a second time"));
                    }
                    None => return broke(format!("outcome {at} sends emitted frame {k} of {}", left.len())),
                },
                Outcome::Pass(Sent { frame, .. }) | Outcome::Release(frame) => (frame, true),
                Outcome::Retag(retagged) => (retagged.frame, true),
                Outcome::Drop(Dropped { reason, .. }) | Outcome::Discard(Discarded { reason, .. })
                    if reason >= reasons =>
                {
                    return broke(format!(
                        "outcome {at} drops for reason {reason}, and its card has {reasons}"
                    ));
                }
                Outcome::Discard(Discarded { frames, .. }) => {
                    discarded += u64::from(frames);
                    if discarded > OUT_HARD_LIMIT as u64 {
                        return broke(format!(
                            "with outcome {at} it discards {discarded} frames, more than {OUT_HARD_LIMIT}"
                        ));
                    }
                    continue;
                }
                Outcome::Drop(dropped) => (dropped.frame, true),
                Outcome::Share(retagged) => (retagged.frame, false),
                Outcome::Part(part) => (part.frame, false),
                Outcome::Hold(frame) => (frame, false),
            };
            if let Some(Err(what)) = port_of(outcome).map(|port| state.leaves_by(port)) {
                return broke(format!("outcome {at} sends frame {id} by {what}"));
            }
            made += usize::from(matches!(outcome, Outcome::Share(_) | Outcome::Part(_)));
            if made > state.most_frames() {
                return Err(Stopped::Frames(state.most_frames()));
            }
            let index = id.wrapping_sub(first) as usize;
            let frame = match frames.get(index) {
                Some(frame) if fates[index] != Fate::Gone => frame.as_ref(),
                Some(_) => None,
                None => self.held.get(&id).filter(|_| !given_up.contains(&id)),
            };
            let Some(frame) = frame else {
                return broke(format!("outcome {at} speaks of frame {id}, which it does not have"));
            };
            if let Outcome::Part(part) = outcome
                && u64::from(part.offset) + u64::from(part.len) > frame.payload().into()
            {
                let (offset, len, payload) = (part.offset, part.len, frame.payload());
                return broke(format!(
                    "outcome {at} sends {len} bytes from {offset} of a payload of {payload}"
                ));
            }
            match (fates.get_mut(index), outcome) {
                (Some(fate), Outcome::Hold(_)) => {
                    held += if *fate == Fate::Held { 0 } else { weight(frame) };
                    *fate = Fate::Held;
                }
                (Some(fate), _) if ends => *fate = Fate::Gone,
                (None, _) if ends => drop(given_up.insert(id)),
                _ => {}
            }
        }
        if held > state.meter.most() && held > self.held_bytes {
            return Err(Stopped::Held(state.meter.most()));
        }
        Ok(())
    }

    /// Does one outcome of a list that was checked; false = there was no memory for what was to leave.
    fn apply(
        &mut self,
        frames: &mut [Option<Frame>],
        first: u32,
        outcome: &Outcome,
        state: &mut State,
        out: &mut Vec<OutItem>,
    ) -> bool {
        let mut send = |frame, port| out.push(OutItem { frame, port, pad: 0 });
        let tagged = |mut frame: Frame, meta: Meta| {
            retag(&mut frame, meta);
            frame
        };
        match *outcome {
            Outcome::Pass(sent) => {
                if let Some(frame) = self.take(frames, first, sent.frame) {
                    send(frame, sent.port);
                }
            }
            Outcome::Retag(to) => {
                if let Some(frame) = self.take(frames, first, to.frame) {
                    send(tagged(frame, to.meta), to.port);
                }
            }
            Outcome::Share(to) => {
                if let Some(frame) = self.see(frames, first, to.frame) {
                    let Ok(second) = frame.share() else { return false };
                    send(tagged(second, to.meta), to.port);
                }
            }
            Outcome::Part(part) => {
                if let Some(frame) = self.see(frames, first, part.frame) {
                    let Ok(piece) = frame.slice(part.offset, part.len) else { return false };
                    send(tagged(piece, part.meta), part.port);
                }
            }
            Outcome::Emitted(k) => {
                if let Some((frame, port)) = state.emitted.get_mut(k as usize).and_then(Option::take) {
                    send(frame, port);
                }
            }
            Outcome::Drop(dropped) => {
                if let Some(frame) = self.take(frames, first, dropped.frame) {
                    pool::drop_as(frame, state.drop_field(dropped.reason));
                }
            }
            Outcome::Hold(id) => {
                let index = id.wrapping_sub(first) as usize;
                if let Some(frame) = frames.get_mut(index).and_then(Option::take) {
                    self.hold(id, frame);
                }
            }
            Outcome::Release(id) => drop(self.take(frames, first, id)),
            Outcome::Discard(Discarded { reason, frames }) => {
                if let Some(home) = &state.home {
                    let (account, frames) = (home.account.id(), frames.into());
                    let dropped = state.drop_field(reason);
                    pool::count2(account, (field::CREATED, frames), (dropped, frames));
                }
            }
        }
        true
    }

    fn take(&mut self, frames: &mut [Option<Frame>], first: u32, id: u32) -> Option<Frame> {
        if let Some(frame) = frames.get_mut(id.wrapping_sub(first) as usize).and_then(Option::take) {
            return Some(frame);
        }
        let frame = self.held.remove(&id)?;
        self.held_bytes = self.held_bytes.saturating_sub(weight(&frame));
        Some(frame)
    }

    fn see<'f>(&'f self, frames: &'f [Option<Frame>], first: u32, id: u32) -> Option<&'f Frame> {
        let of_call = frames.get(id.wrapping_sub(first) as usize).and_then(Option::as_ref);
        of_call.or_else(|| self.held.get(&id))
    }
}

/// What a frame that is held counts as.
fn weight(frame: &Frame) -> u64 {
    u64::from(frame.size()) + FRAME
}

/// The output that an outcome names.
fn port_of(outcome: &Outcome) -> Option<u32> {
    match outcome {
        Outcome::Pass(sent) => Some(sent.port),
        Outcome::Retag(to) | Outcome::Share(to) => Some(to.port),
        Outcome::Part(part) => Some(part.port),
        Outcome::Emitted(_)
        | Outcome::Drop(_)
        | Outcome::Hold(_)
        | Outcome::Release(_)
        | Outcome::Discard(_) => None,
    }
}
