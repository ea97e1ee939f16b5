//! Whatever a module does with frames: what the host makes of the outcomes has the bytes the module saw.

use super::{Given, Loan, META, Meta, Outcome, Outcomes, drop_as, request};
use crate::{Frame, guest::batch::Batch};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

/// What a module does to one of its frames, by index into what it has.
#[derive(Clone, Debug)]
enum Act {
    Take(Vec<u8>, u32),
    Request(u32),
    Send(usize, u32),
    Drop(usize),
    DropAs(usize, u32),
    Share(usize),
    Slice(usize, u32, u32),
    Write(usize, u32, Vec<u8>),
    SetPayload(usize, u32),
    Strip(usize, i32),
    Append(usize, usize),
    Clear(usize),
    Tag(usize, u8),
    /// The call ends, and another begins.
    Return,
}

fn act() -> impl Strategy<Value = Act> {
    let at = 0usize..8;
    prop_oneof![
        3 => (vec(any::<u8>(), 0..12), 0u32..20).prop_map(|(payload, more)| Act::Take(payload, more)),
        1 => (0u32..16).prop_map(Act::Request),
        4 => (at.clone(), 0u32..3).prop_map(|(i, port)| Act::Send(i, port)),
        1 => at.clone().prop_map(Act::Drop),
        1 => (at.clone(), 0u32..3).prop_map(|(i, reason)| Act::DropAs(i, reason)),
        2 => at.clone().prop_map(Act::Share),
        2 => (at.clone(), 0u32..12, 0u32..12).prop_map(|(i, offset, len)| Act::Slice(i, offset, len)),
        2 => (at.clone(), 0u32..12, vec(any::<u8>(), 1..6)).prop_map(|(i, at, bytes)| Act::Write(i, at, bytes)),
        1 => (at.clone(), 0u32..24).prop_map(|(i, payload)| Act::SetPayload(i, payload)),
        1 => (at.clone(), -4i32..8).prop_map(|(i, by)| Act::Strip(i, by)),
        1 => (at.clone(), at.clone()).prop_map(|(i, j)| Act::Append(i, j)),
        1 => at.clone().prop_map(Act::Clear),
        1 => (at, any::<u8>()).prop_map(|(i, channel)| Act::Tag(i, channel)),
        3 => Just(Act::Return),
    ]
}

/// What the host has, and what it checks of outcomes.
#[derive(Default)]
struct Host {
    frames: BTreeMap<u32, (Vec<u8>, Meta)>,
    held: Vec<u32>,
    /// By reason.
    dropped: BTreeMap<u32, u64>,
}

/// Port, metadata, payload.
type Left = (u32, Meta, Vec<u8>);

impl Host {
    /// Does what a call said of the frames `taken`; gives what left.
    fn apply(
        &mut self,
        outcomes: &Outcomes,
        taken: &[u32],
        emitted: &[(u32, Meta, u32, Vec<u8>)],
    ) -> Vec<Left> {
        let mut left = Vec::new();
        let mut used = vec![false; emitted.len()];
        let mut holds = Vec::new();
        let list = match outcomes {
            Outcomes::PassAll => taken.iter().map(|id| Outcome::Pass(*id, 0)).collect(),
            Outcomes::ReleaseAll => Vec::new(),
            Outcomes::Each(list) => list.clone(),
        };
        for outcome in &list {
            match *outcome {
                Outcome::Pass(id, port) => {
                    let (payload, meta) = self.frames.remove(&id).expect("a frame that is there");
                    left.push((port, meta, payload));
                }
                Outcome::Retag(id, port, meta) => {
                    left.push((port, meta, self.frames.remove(&id).expect("a frame that is there").0));
                }
                Outcome::Share(id, port, meta) => left.push((port, meta, self.frames[&id].0.clone())),
                Outcome::Part(id, port, meta, offset, len) => {
                    let payload = &self.frames[&id].0;
                    left.push((port, meta, payload[offset as usize..(offset + len) as usize].to_vec()));
                }
                Outcome::Emitted(k) => {
                    assert!(!std::mem::replace(&mut used[k as usize], true));
                    let (port, meta, size, payload) = &emitted[k as usize];
                    assert!(*size as usize >= payload.len() || *size == 0, "room for the payload");
                    left.push((*port, *meta, payload.clone()));
                }
                Outcome::Drop(id, reason) => {
                    self.frames.remove(&id).expect("a frame that is there");
                    *self.dropped.entry(reason).or_default() += 1;
                }
                Outcome::Release(id) => {
                    self.frames.remove(&id).expect("a frame that is there");
                }
                Outcome::Discard(reason, frames) => {
                    *self.dropped.entry(reason).or_default() += u64::from(frames);
                }
                Outcome::Hold(id) => {
                    assert!(taken.contains(&id), "only frames of the call become held");
                    assert!(self.frames.contains_key(&id));
                    holds.push(id);
                }
            }
        }
        for id in taken.iter().filter(|id| !holds.contains(id)) {
            self.frames.remove(id);
        }
        self.held.extend(holds);
        self.held.retain(|id| self.frames.contains_key(id));
        assert_eq!(self.frames.len(), self.held.len(), "what is not held is gone");
        left
    }
}

fn meta(frame: &Frame) -> Meta {
    Meta { channel: frame.channel(), error: frame.error(), flags: frame.flags() }
}

/// One act on the frames that a module has; what it sent is noted.
fn perform(
    act: &Act,
    have: &mut Vec<Frame>,
    batch: &mut Batch,
    sent: &mut Vec<Left>,
    dropped: &mut BTreeMap<u32, u64>,
) {
    let count = have.len();
    let pick = |i: usize| (count > 0).then(|| i % count);
    match act {
        Act::Request(size) => have.push(request(*size)),
        Act::Send(i, port) => {
            if let Some(i) = pick(*i) {
                let frame = have.swap_remove(i);
                sent.push((*port, meta(&frame), frame.to_vec()));
                batch.send(*port, frame);
            }
        }
        Act::Drop(i) => drop(pick(*i).map(|i| have.swap_remove(i))),
        Act::DropAs(i, reason) => {
            if let Some(i) = pick(*i) {
                drop_as(have.swap_remove(i), *reason);
                *dropped.entry(*reason).or_default() += 1;
            }
        }
        Act::Share(i) => have.extend(pick(*i).map(|i| have[i].share().unwrap())),
        Act::Slice(i, offset, len) => have.extend(pick(*i).and_then(|i| have[i].slice(*offset, *len).ok())),
        Act::Write(i, at, bytes) => drop(pick(*i).map(|i| have[i].write(*at, bytes))),
        Act::SetPayload(i, payload) => drop(pick(*i).map(|i| have[i].set_payload(*payload))),
        Act::Strip(i, by) => {
            if let Some(Ok(mut buffer)) = pick(*i).map(|i| have[i].buffer_mut(0)) {
                let _ = buffer.adjust_header(*by);
            }
        }
        Act::Append(i, j) if count > 1 => {
            let other = have.swap_remove(j % count);
            let i = i % have.len();
            let _ = have[i].append(other);
        }
        Act::Clear(i) => drop(pick(*i).map(|i| have[i].clear())),
        Act::Tag(i, channel) => drop(pick(*i).map(|i| have[i].set_channel(*channel))),
        Act::Append(..) | Act::Take(..) | Act::Return => {}
    }
}

fn run(acts: &[Act]) {
    let (mut loan, mut host, mut have) = (Loan::new(), Host::default(), Vec::new());
    let mut dropped = BTreeMap::new();
    for call in acts.split(|act| matches!(act, Act::Return)) {
        let mut taken = Vec::new();
        for act in call {
            if let Act::Take(payload, more) = act {
                let id = loan.next;
                loan.next += 1;
                taken.push(id);
                host.frames.insert(id, (payload.clone(), META));
                let size = payload.len() as u32 + more;
                loan.batch.give(Given { id, meta: META, size }, payload.clone(), 0);
            }
        }
        let mut sent = Vec::new();
        let outcomes = loan.call(|frames, batch| {
            let mut frames = frames.into_iter();
            for act in call {
                match act {
                    Act::Take(..) => have.extend(frames.next()),
                    _ => perform(act, &mut have, batch, &mut sent, &mut dropped),
                }
            }
        });
        assert_eq!(host.apply(&outcomes, &taken, &loan.emitted), sent, "{outcomes:?}");
        assert_eq!(host.dropped, dropped, "each drop is told once, in the call it was made in: {outcomes:?}");
    }
    drop(have);
    let outcomes = loan.call(|_, _| ());
    host.apply(&outcomes, &[], &[]);
    assert!(host.frames.is_empty(), "nothing is held when the module has nothing");
    assert_eq!(loan.call(|_, _| ()), Outcomes::ReleaseAll, "and nothing is listed");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_leaves_has_the_bytes_the_module_sent(acts in vec(act(), 0..60)) {
        run(&acts);
    }
}
