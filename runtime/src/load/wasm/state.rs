//! What stands behind an instance while it runs: its node, its meter, and what a call has done so far.
//!
//! Written by [`super::imports`] during a call; the rest of `wasm` takes it up when the call has returned. What holds:
//! what a call did counts only when the call returned ([`State::commit`]); of a call that was stopped nothing is left
//! ([`State::forget`]), but its log lines.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use rogue_abi::{NodeRef, half};
use rogue_sdk::frame::Frame;

use super::{
    imports::TEXT_LIMIT,
    limits::{Meter, Stopped},
    v0_1::Meta,
    words::Words,
};
use crate::{
    host::{self, NodeShared, nodes},
    module::OUT_HARD_LIMIT,
    pool::{self, Account},
};

/// Most counters of one instance, as many as a node has.
const COUNTER_LIMIT: usize = 256;
/// Most changes of counters and readings in one call: more come from a module that does nothing else.
const CHANGE_LIMIT: usize = 1 << 16;
/// Most bytes of readings in one call: all that a node can have.
const READING_LIMIT: usize = 256 * TEXT_LIMIT;
/// Bytes that a frame counts as beside its payload, where the number of frames is limited by memory: its header.
pub const FRAME: u64 = 256;
/// How many times `limits.output` the buffers of what a call makes may have: a pool of fixed size cuts large ones.
const BUFFERS: u64 = 8;
/// What the host counts of a node itself.
pub const COPIED: [&str; 2] = ["copied_in", "copied_out"];

/// The node an instance belongs to.
#[derive(Clone)]
pub struct Home {
    /// For wakes and pools.
    pub node: NodeRef,
    /// Who answers for its frames.
    pub account: &'static Account,
    /// Its counters and readings.
    pub shared: Arc<NodeShared>,
}

impl Home {
    /// The node, if it is there.
    pub fn of(node: NodeRef) -> Option<Home> {
        nodes::with(node, |account, entry| Home { node, account, shared: entry.shared.clone() })
    }

    /// Tells a person that lines of its module were not shown.
    pub fn said_too_much(&self, target: &str, lines: u64) {
        let text = format!("{lines} more lines were not shown: a sandboxed module may not say so much");
        host::log(self.node, log::Level::Warn, target, &text);
    }
}

/// A change that a call made, and that happens when it returns.
enum Change {
    Add(u32, u64),
    Set(u32, u64),
    Publish(String, String),
    Wake,
}

/// What stands behind an instance.
pub struct State {
    /// Where it runs; `None` while parameters are checked.
    pub home: Option<Home>,
    /// What it uses.
    pub meter: Meter,
    /// Target of its log lines.
    pub target: Arc<str>,
    /// Why it is about to trap.
    pub said: Option<String>,
    /// Frames that the call made and the ports they are for, in order; taken by outcomes.
    pub emitted: Vec<Option<(Frame, u32)>>,
    /// Payload bytes copied out of it in this call.
    pub copied: u64,
    /// Number of outputs that frames may leave by.
    pub outputs: u32,
    /// Number of reasons for which its card drops frames.
    pub reasons: u32,
    /// What it has said lately.
    pub words: Words,
    /// Bytes that a call may still leave, and those that their buffers may still have.
    room: u64,
    buffers: u64,
    output: u64,
    /// Bytes of readings in this call.
    texts: usize,
    counters: Vec<&'static AtomicU64>,
    changes: Vec<Change>,
}

impl State {
    /// For an instance that may leave `output` bytes in a call.
    pub fn new(home: Option<Home>, target: Arc<str>, memory: u64, output: u64) -> State {
        State {
            home,
            meter: Meter::new(memory),
            target,
            said: None,
            emitted: Vec::new(),
            copied: 0,
            outputs: u32::MAX,
            reasons: 0,
            words: Words::default(),
            room: output,
            buffers: output.saturating_mul(BUFFERS),
            output,
            texts: 0,
            counters: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Where its drops for a reason of its card are counted.
    pub fn drop_field(&self, reason: u32) -> usize {
        let counted = self.home.as_ref().and_then(|home| home.account.drop_field(home.node, reason));
        counted.unwrap_or(pool::field::CONSUMED)
    }

    /// What the call did happens.
    pub fn commit(&mut self) {
        self.begin();
        self.said = None;
        if self.changes.is_empty() {
            return;
        }
        let changes = std::mem::take(&mut self.changes);
        let Some(home) = &self.home else { return };
        let counter = |id: &u32| self.counters.get(*id as usize);
        for change in &changes {
            match change {
                Change::Add(id, n) => drop(counter(id).map(|value| value.fetch_add(*n, Ordering::Relaxed))),
                Change::Set(id, to) => drop(counter(id).map(|value| value.store(*to, Ordering::Relaxed))),
                Change::Publish(name, value) => home.shared.publish(name, value),
                Change::Wake => wake(home.node),
            }
        }
        self.changes = changes;
        self.changes.clear();
    }

    /// The call was stopped: nothing of it has happened.
    pub fn forget(&mut self) {
        self.begin();
        self.changes.clear();
        // They never left it: those that matter are made again when its frames are given to the next instance.
        self.emitted.clear();
    }

    fn begin(&mut self) {
        (self.room, self.copied, self.texts) = (self.output, 0, 0);
        self.buffers = self.output.saturating_mul(BUFFERS);
    }

    /// Most frames that a call may make, out of nothing or of what it was given: their headers are the process's memory.
    pub fn most_frames(&self) -> usize {
        usize::try_from(self.meter.most() / FRAME).unwrap_or(usize::MAX).clamp(64, OUT_HARD_LIMIT)
    }

    /// A frame for a payload of `len` bytes.
    pub fn make(&mut self, port: u32, meta: Meta, size: u32, len: usize) -> Result<Frame, Stopped> {
        let size = size.max(u32::try_from(len).unwrap_or(u32::MAX));
        if self.emitted.len() >= self.most_frames() {
            return Err(Stopped::Frames(self.most_frames()));
        }
        self.leaves_by(port).map_err(|what| Stopped::Broke(format!("it makes a frame for {what}")))?;
        self.room = self.room.checked_sub(size.into()).ok_or(Stopped::Output(self.output))?;
        self.copied += len as u64;
        let Some(home) = &self.home else {
            return Err(Stopped::Broke("it has no node to send from".to_owned()));
        };
        let (most, bytes) = (self.output.saturating_mul(BUFFERS), home.account.bytes_for(port, size));
        self.buffers = self.buffers.checked_sub(bytes).ok_or(Stopped::Buffers(most))?;
        let mut frame = pool::request(home.account, port, size).ok_or(Stopped::NoMemory(size))?;
        retag(&mut frame, meta);
        Ok(frame)
    }

    /// That frames may leave by an output; else which it is, and how many there are.
    pub fn leaves_by(&self, port: u32) -> Result<(), String> {
        let outputs = self.outputs;
        if port < outputs { Ok(()) } else { Err(format!("output {port}, and it has {outputs}")) }
    }

    /// A counter of the node by name: its number here, and its value.
    pub fn counter(&mut self, name: &str, kind: u32) -> Result<(u32, u64), Stopped> {
        static NOWHERE: AtomicU64 = AtomicU64::new(0);
        if COPIED.contains(&name) {
            return Err(Stopped::Broke(format!(
                "it asks for the counter `{name}`, which is the runtime's own"
            )));
        }
        let value = self.home.as_ref().map_or(&NOWHERE, |home| home.shared.counter(name, kind));
        let known = self.counters.iter().position(|known| std::ptr::eq(*known, value));
        let id = known.unwrap_or(self.counters.len());
        if id >= COUNTER_LIMIT {
            return Err(Stopped::Broke(format!("it asks for more than {COUNTER_LIMIT} counters")));
        }
        if known.is_none() {
            self.counters.push(value);
        }
        Ok((id as u32, value.load(Ordering::Relaxed)))
    }

    /// Adds to a counter.
    pub fn add(&mut self, id: u32, n: u64) -> Result<(), Stopped> {
        self.change(id, Change::Add(id, n))
    }

    /// Sets a counter.
    pub fn set(&mut self, id: u32, to: u64) -> Result<(), Stopped> {
        self.change(id, Change::Set(id, to))
    }

    /// Logs a line, unless it has said too much lately.
    pub fn say(&mut self, level: log::Level, target: &str, message: &str) {
        let Some(home) = &self.home else { return };
        let target = if target.is_empty() { &self.target } else { target };
        if !log::log_enabled!(target: target, level) {
            return;
        }
        let Some(unsaid) = self.words.admit(message.len(), Instant::now()) else { return };
        if unsaid > 0 {
            home.said_too_much(&self.target, unsaid);
        }
        host::log(home.node, level, target, message);
    }

    /// Sets a reading.
    pub fn publish(&mut self, name: String, value: String) -> Result<(), Stopped> {
        self.texts += name.len() + value.len();
        if self.texts > READING_LIMIT {
            return Err(Stopped::Broke(format!("more than {READING_LIMIT} bytes of readings in one call")));
        }
        self.push(Change::Publish(name, value))
    }

    /// Has the module called again.
    pub fn wake(&mut self) -> Result<(), Stopped> {
        self.push(Change::Wake)
    }

    fn change(&mut self, id: u32, change: Change) -> Result<(), Stopped> {
        match self.counters.get(id as usize) {
            Some(_) => self.push(change),
            None => Err(Stopped::Broke(format!("there is no counter {id}"))),
        }
    }

    fn push(&mut self, change: Change) -> Result<(), Stopped> {
        if self.changes.len() >= CHANGE_LIMIT {
            return Err(Stopped::Broke(format!("more than {CHANGE_LIMIT} changes of counters and readings")));
        }
        self.changes.push(change);
        Ok(())
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let unsaid = self.words.unsaid();
        if let (Some(home), true) = (&self.home, unsaid > 0) {
            home.said_too_much(&self.target, unsaid);
        }
    }
}

/// Gives a frame metadata.
pub fn retag(frame: &mut Frame, meta: Meta) {
    frame.set_channel(meta.channel);
    frame.set_error(meta.error);
    frame.set_flags(meta.flags);
}

/// The metadata of a frame.
pub fn meta_of(frame: &Frame) -> Meta {
    Meta { channel: frame.channel(), error: frame.error(), flags: frame.flags() }
}

fn wake(node: NodeRef) {
    nodes::with(node, |_, entry| {
        for which in [half::TAKE, half::GIVE] {
            if let Some(Some((target, index))) = entry.wake.get(which as usize) {
                target.wake(*index);
            }
        }
    });
}
