//! One half of a node inside a segment: its inbox, its links, and the calls into its module.

use super::{BATCH_FRAMES, Feed, Inbox, NodeCtl, Seen, busy::Busy, fence, inbox::payload_of, ready::BitSet};
use crate::{
    module::{Call, Half, OutItem, Outbox, Status},
    pool::{self, field},
};
use std::sync::{Arc, atomic::Ordering};

/// Where a link leads, inside the segment.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Index in the segment; greater than that of the node the link leaves.
    pub node: usize,
    /// Input port there.
    pub port: u32,
}

/// What a half does in its segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Takes frames from links.
    Take,
    /// Gives frames from outside: ends when the run is stopped.
    Source,
    /// Gives frames that its other half took: ends after that.
    Queue,
}

/// How far a half is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Running,
    Finishing,
    Ended,
}

/// A half in its segment.
pub struct Node {
    pub(super) ctl: Arc<NodeCtl>,
    pub(super) half: Box<dyn Half>,
    pub(super) role: Role,
    pub(super) inbox: Inbox,
    /// Links that have not ended.
    pub(super) inputs_open: usize,
    /// Per output port: the primary first.
    pub(super) outputs: Vec<Vec<Target>>,
    pub(super) stage: Stage,
    pub(super) wake_at_ns: u64,
    /// Those whose frames can get here.
    pub(super) upstream: BitSet,
    busy: Busy,
    /// Who is shown what it is given and makes of it.
    pub(super) feed: Option<Feed>,
}

impl Node {
    /// A half that has not been called yet.
    pub fn new(
        ctl: Arc<NodeCtl>,
        half: Box<dyn Half>,
        role: Role,
        inputs: usize,
        outputs: Vec<Vec<Target>>,
        upstream: BitSet,
    ) -> Self {
        Node {
            ctl,
            half,
            role,
            inbox: Inbox::default(),
            inputs_open: inputs,
            outputs,
            stage: Stage::Running,
            wake_at_ns: 0,
            upstream,
            busy: Busy::default(),
            feed: None,
        }
    }

    /// The most frames it wants in one call.
    pub(super) fn batch_max(&self) -> u32 {
        self.ctl.shared.batch_max.load(Ordering::Relaxed).clamp(1, BATCH_FRAMES)
    }

    /// Offers what waits in the inbox, or a wake when nothing does.
    pub(super) fn accept(&mut self, now_ns: u64, out: &mut Outbox) -> Status {
        let most = self.batch_max() as usize;
        let run = self.inbox.run(most);
        let (port, bytes) = (run.port, run.bytes);
        let account = self.ctl.account;
        let seen = self.feed.as_ref().map(|feed| feed.begin(account, now_ns, port, run.frames));
        let mut call = Call {
            now_ns,
            port,
            frames: run.frames,
            taken: 0,
            inside: 0,
            out,
            completed_out: 0,
            max: 0,
            wake_at_ns: 0,
        };
        let status = self.busy.time(&self.ctl.times, || self.half.accept(&mut call));
        let (taken, completed, wake_at_ns, inside) =
            (call.taken, call.completed_out, call.wake_at_ns, call.inside);
        let left = payload_of(call.frames.get(taken..).unwrap_or(&[]));
        if taken > 0 {
            pool::count2(self.ctl.account, (field::IN, taken as u64), (field::IN_BYTES, bytes - left));
            self.inbox.consume(taken, bytes - left);
        }
        self.show_waiting();
        self.ask(wake_at_ns);
        if matches!(status, Status::Fault | Status::Panicked) {
            fence::drop_unfinished(&mut out.items, completed);
        }
        // A panic books the frame inside as it passes by.
        if status == Status::Fault {
            fence::book_inside(self.ctl.account, inside);
        }
        if let Some(seen) = seen {
            self.show(seen, taken, &out.items);
        }
        self.after(status)
    }

    /// Asks for frames.
    pub(super) fn produce(&mut self, now_ns: u64, max: u32, out: &mut Outbox) -> Status {
        self.call(now_ns, max, out, |half, call| half.produce(call))
    }

    /// Asks for what is left after the last input.
    pub(super) fn finish(&mut self, now_ns: u64, out: &mut Outbox) -> Status {
        let account = self.ctl.account;
        let seen = self.feed.as_ref().map(|feed| feed.begin(account, now_ns, 0, &[]));
        let status = self.call(now_ns, 0, out, |half, call| half.finish(call));
        if let Some(seen) = seen {
            let seen = seen.map(|mut seen| {
                seen.finishing = true;
                seen
            });
            self.show(seen, 0, &out.items);
        }
        status
    }

    /// Shows who is fed what became of a call.
    #[cold]
    #[inline(never)]
    fn show(&mut self, seen: Option<Box<Seen>>, taken: usize, out: &[OutItem]) {
        let Some(feed) = &self.feed else { return };
        let shown = match seen {
            Some(seen) => feed.end(self.ctl.account, *seen, taken, out),
            None => feed.fall_behind(),
        };
        if !shown {
            self.feed = None;
        }
    }

    fn call(
        &mut self,
        now_ns: u64,
        max: u32,
        out: &mut Outbox,
        body: impl FnOnce(&mut dyn Half, &mut Call<'_>) -> Status,
    ) -> Status {
        let mut call = Call::asking(now_ns, max, out);
        let half = &mut *self.half;
        let status = self.busy.time(&self.ctl.times, || body(half, &mut call));
        let wake_at_ns = call.wake_at_ns;
        self.ask(wake_at_ns);
        self.after(status)
    }

    /// Says to whoever watches how much waits in the inbox.
    #[inline]
    pub(super) fn show_waiting(&self) {
        self.ctl.waiting.store(self.inbox.len() as u64, Ordering::Relaxed);
    }

    /// A time asked for replaces an earlier one; a call that asks for none leaves it.
    #[inline]
    fn ask(&mut self, wake_at_ns: u64) {
        if wake_at_ns != 0 {
            self.wake_at_ns = wake_at_ns;
        }
    }

    /// A failure, of this call or reported by a thread of the module's own, ends the health of the node.
    #[inline]
    fn after(&mut self, status: Status) -> Status {
        let foreign = self.ctl.shared.faulted.load(Ordering::Relaxed);
        if matches!(status, Status::Fault | Status::Panicked) || foreign {
            self.ctl.fail(status, self.stage == Stage::Finishing);
            return Status::Fault;
        }
        status
    }
}
