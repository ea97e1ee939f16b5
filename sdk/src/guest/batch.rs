//! The frames of a call and those that the module holds: from what the host gave to what became of it.
//!
//! Used by the exporter, once for each call. What holds: after [`Batch::settle`] every frame that was taken is named,
//! consumed or held, and nothing of the call is left in the lists; a frame of which the host was told the last is never
//! named again, what the module still has of its bytes leaves as a copy.
#![allow(unsafe_code)]

use super::{
    discard,
    fate::{is_gone, note_result, note_stay, retire, stays_listed, tidy},
    input::{self, Given},
    lent::Head,
    memory::Guest,
    origin::{Origin, is_as_given, origin},
    outcome::{Meta, Outcome, Outcomes},
    results::Results,
    slot::{self, Slot},
};
use crate::abi::{FrameHdr, OutItem, why};
use crate::{Frame, frame::ops};
use std::{mem::ManuallyDrop, ptr::NonNull};

/// Frames on loan from the host.
pub(crate) struct Batch {
    /// Those of the call, as `rogue_abi::Call` lends them.
    inputs: Vec<*mut FrameHdr>,
    /// Those of earlier calls of which something is still here.
    held: Vec<*mut Slot>,
    /// What the call leaves.
    pub(crate) results: Results,
    /// For payload of several buffers.
    gathered: Vec<u8>,
    /// The last list of outcomes, for the next.
    spare: Vec<Outcome>,
}

impl Batch {
    pub(crate) fn new() -> Batch {
        Batch {
            inputs: Vec::with_capacity(64),
            held: Vec::new(),
            results: Results::new(),
            gathered: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// Adds a frame to the call.
    #[inline]
    pub(crate) fn give(&mut self, given: Given, payload: Vec<u8>, now_ns: u64) {
        self.inputs.push(input::whole(given, payload, now_ns).cast());
    }

    /// Adds a frame whose payload lies in a buffer lent to the host.
    ///
    /// # Safety
    /// `data` must be `len` bytes of that buffer, and nobody else's until they are given up.
    #[inline]
    pub(crate) unsafe fn give_within(
        &mut self,
        given: Given,
        head: *mut Head,
        data: *mut u8,
        len: u32,
        now_ns: u64,
    ) {
        // SAFETY: see the contract.
        self.inputs.push(unsafe { input::within(given, head, data, len, now_ns) }.cast());
    }

    /// Adds a frame of which only the size of the payload is known.
    #[inline]
    pub(crate) fn give_head(&mut self, given: Given, payload: u32, now_ns: u64) {
        self.inputs.push(input::head(given, payload, now_ns).cast());
    }

    /// The frames of the call.
    pub(crate) fn offered(&mut self) -> (*mut *mut FrameHdr, u32) {
        (self.inputs.as_mut_ptr(), self.inputs.len() as u32)
    }

    /// What became of the first `taken` frames, and what leaves, by way of `emit` (port, metadata, size, payload) where it
    /// is new. `failed`: the module failed on the frame it took last, and only so many results are of frames before it.
    pub(crate) fn settle(
        &mut self,
        taken: u32,
        failed: Option<u32>,
        emit: impl FnMut(u32, Meta, u32, &[u8]) -> u32,
    ) -> Outcomes {
        self.take_back(taken as usize);
        let outcomes = match self.all() {
            Some(outcomes) if failed.is_none() => outcomes,
            _ => Outcomes::Each(self.each(failed.map(|count| count as usize), emit)),
        };
        self.results.clear();
        outcomes
    }

    /// Takes back a list of outcomes that has been told.
    #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
    #[inline]
    pub(crate) fn told(&mut self, outcomes: Outcomes) {
        /// A list of more outcomes than most calls have is not kept.
        const KEPT: usize = 1024;
        if let Outcomes::Each(list) = outcomes
            && list.capacity() <= KEPT
        {
            self.spare = list;
        }
    }

    /// Gives a successor's module frames that its predecessor held: port and frame.
    pub(crate) fn adopt(&mut self) -> Vec<Frame> {
        let frames = self.inputs.iter().filter_map(|hdr| NonNull::new(*hdr));
        // SAFETY: the handles are live, and from here on the module's.
        frames.map(|hdr| unsafe { Frame::from_raw(hdr) }).collect()
    }

    /// The frames of which the module kept something: it holds them now.
    pub(crate) fn adopted(&mut self) -> Vec<u32> {
        let mut ids = Vec::new();
        for hdr in self.inputs.drain(..) {
            // SAFETY: the batch has listed the slot.
            let slot = unsafe { &mut *slot::of(hdr) };
            // One that was dropped for a reason is taken over too, to say so with the next outcomes.
            if slot.note.alive || slot.note.dropped.is_some() || (slot.note.kept && slot.count() > 1) {
                ids.push(slot.note.id);
                self.held.push(slot);
            } else {
                tidy(slot);
            }
        }
        ids
    }

    /// Frees what was offered and not taken.
    fn take_back(&mut self, taken: usize) {
        for hdr in self.inputs.drain(taken.min(self.inputs.len())..) {
            // SAFETY: a handle that was not taken is live, and nobody else's.
            unsafe {
                ops::release::<Guest>(hdr, why::NORMAL);
                (*slot::of(hdr)).note.said = true;
                tidy(&mut *slot::of(hdr));
            }
        }
    }

    /// What became of the frames when it is the same for all and there is nothing else to say; then they are gone.
    fn all(&mut self) -> Option<Outcomes> {
        if !self.held.is_empty() || !discard::is_empty() {
            return None;
        }
        let count = self.results.len();
        if count == 0 {
            // SAFETY: the batch has listed the slots.
            let gone = |hdr: &*mut FrameHdr| unsafe { is_gone(&*slot::of(*hdr)) };
            if !self.inputs.iter().all(gone) {
                return None;
            }
            // SAFETY: as above.
            self.inputs.drain(..).for_each(|hdr| unsafe { tidy(&mut *slot::of(hdr)) });
            return Some(Outcomes::ReleaseAll);
        }
        let mut pairs = self.inputs.iter().enumerate();
        // SAFETY: the batch has listed the slots.
        let pass = count == self.inputs.len()
            && pairs
                .all(|(i, hdr)| self.results.get(i) == (*hdr, 0) && unsafe { is_as_given(slot::of(*hdr)) });
        if !pass {
            return None;
        }
        // SAFETY: as above, and nobody but the batch and the list of results refers to them.
        self.inputs.drain(..).for_each(|hdr| unsafe { retire(slot::of(hdr)) });
        Some(Outcomes::PassAll)
    }

    /// What became of the frames, one by one.
    fn each(
        &mut self,
        failed: Option<usize>,
        mut emit: impl FnMut(u32, Meta, u32, &[u8]) -> u32,
    ) -> Vec<Outcome> {
        let count = failed.unwrap_or(usize::MAX).min(self.results.len());
        // SAFETY: results are live handles that the list owns; slots of inputs are listed.
        unsafe {
            for index in count..self.results.len() {
                ops::release::<Guest>(self.results.get(index).0, why::NORMAL);
            }
            if let (Some(_), Some(inside)) = (failed, self.inputs.last()) {
                (*slot::of(*inside)).note.said = true;
            }
            for index in 0..count {
                note_result(index, self.results.get(index).0);
            }
            for slot in self.held.iter().copied().chain(self.inputs.iter().map(|hdr| slot::of(*hdr))) {
                note_stay(&mut *slot);
            }
        }
        let mut list = std::mem::take(&mut self.spare);
        list.clear();
        list.reserve(count + self.inputs.len());
        for index in 0..count {
            let (hdr, port) = self.results.get(index);
            // SAFETY: as above; the handle is not used again.
            unsafe {
                list.push(self.leave(index, hdr, port, &mut emit));
                ops::release::<Guest>(hdr, why::NORMAL);
            }
        }
        self.end_held(&mut list);
        self.end_inputs(&mut list);
        discard::tell(&mut list);
        list
    }

    /// How a result leaves.
    unsafe fn leave(
        &mut self,
        index: usize,
        hdr: *mut FrameHdr,
        port: u32,
        emit: &mut impl FnMut(u32, Meta, u32, &[u8]) -> u32,
    ) -> Outcome {
        // SAFETY: the caller's handle is live.
        unsafe {
            let meta = Meta::of(&*hdr);
            match origin(hdr) {
                Origin::Whole(slot) if !(*slot).note.said => {
                    let note = &mut (*slot).note;
                    if note.last != index || note.stays || note.dropped.is_some() {
                        return Outcome::Share(note.id, port, meta);
                    }
                    note.said = true;
                    if meta == note.meta {
                        Outcome::Pass(note.id, port)
                    } else {
                        Outcome::Retag(note.id, port, meta)
                    }
                }
                Origin::Part(slot, offset, len) if !(*slot).note.said => {
                    Outcome::Part((*slot).note.id, port, meta, offset, len)
                }
                _ => self.leave_new(hdr, port, meta, emit),
            }
        }
    }

    /// A result whose bytes the host does not have.
    unsafe fn leave_new(
        &mut self,
        hdr: *mut FrameHdr,
        port: u32,
        meta: Meta,
        emit: &mut impl FnMut(u32, Meta, u32, &[u8]) -> u32,
    ) -> Outcome {
        // SAFETY: the caller's handle is live, and stays the caller's.
        let frame = ManuallyDrop::new(unsafe { Frame::from_raw(NonNull::new_unchecked(hdr)) });
        assert!(
            !frame.is_absent() || frame.payload() == 0,
            "a frame was changed whose payload is not here; take metadata_only out of the card to change payload"
        );
        Outcome::Emitted(match frame.contiguous() {
            Some(payload) => emit(port, meta, frame.size(), payload),
            None => {
                self.gathered.clear();
                frame.buffers().for_each(|buffer| self.gathered.extend_from_slice(buffer.bytes()));
                emit(port, meta, frame.size(), &self.gathered)
            }
        })
    }

    /// Says what became of frames of earlier calls, and lets go of those that are done.
    fn end_held(&mut self, list: &mut Vec<Outcome>) {
        self.held.retain(|slot| {
            // SAFETY: the batch has listed the slot.
            let slot = unsafe { &mut **slot };
            if let (false, Some(reason)) = (slot.note.said, slot.note.dropped) {
                list.push(Outcome::Drop(slot.note.id, reason));
                slot.note.said = true;
            } else if !slot.note.said && !slot.note.stays {
                list.push(Outcome::Release(slot.note.id));
                slot.note.said = true;
            }
            stays_listed(slot)
        });
    }

    /// Says what became of the frames of this call, where that is more than that they are consumed.
    fn end_inputs(&mut self, list: &mut Vec<Outcome>) {
        for hdr in self.inputs.drain(..) {
            // SAFETY: the batch has listed the slot.
            let slot = unsafe { &mut *slot::of(hdr) };
            if let (false, Some(reason)) = (slot.note.said, slot.note.dropped) {
                list.push(Outcome::Drop(slot.note.id, reason));
                slot.note.said = true;
            } else if !slot.note.said && slot.note.stays {
                list.push(Outcome::Hold(slot.note.id));
            } else {
                slot.note.said = true;
            }
            if stays_listed(slot) {
                self.held.push(slot);
            }
        }
    }

    /// Adds a frame to the results.
    pub(crate) fn send(&mut self, port: u32, frame: Frame) {
        let item = OutItem { frame: frame.into_raw().as_ptr(), port, _pad: 0 };
        if !self.results.push(item) {
            // SAFETY: the handle is live and ours.
            unsafe { ops::release::<Guest>(item.frame, why::NORMAL) };
        }
    }
}
