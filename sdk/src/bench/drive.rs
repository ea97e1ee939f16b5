//! Calls of the halves: offering frames, asking for frames, wakes and time.

use super::{
    BATCH_MAX, Bench, heap, host,
    instance::{Entry, panicked},
    record::Record,
};
use crate::{Error, Flow, Frame, Result, shape::Step};
use rogue_abi::{half, reason, status};
use std::{
    sync::atomic::Ordering::{Relaxed, SeqCst},
    time::Duration,
};

/// Most calls that one step of a test makes: a module that always wants one more is told so.
const CALLS_MAX: u32 = 1_000_000;

/// Most results that wait to be popped before [`Bench::run`] stops asking for more.
const RESULTS_MAX: usize = 100_000;

const TAKE: usize = half::TAKE as usize;
const GIVE: usize = half::GIVE as usize;

/// Feeding and asking.
impl Bench {
    /// Gives a frame to input 0; see [`Bench::push_to`].
    ///
    /// # Errors
    /// As [`Bench::push_to`].
    pub fn push(&mut self, frame: Frame) -> Result<()> {
        self.push_to(0, frame)
    }

    /// Puts a frame into the inbox, for an input port, and offers the inbox to the module. What it does not take
    /// now stays; a module that is blocked is offered nothing until it is woken, as in a graph.
    ///
    /// # Errors
    /// What the call failed with; the frames behind the one that failed stay in the inbox.
    pub fn push_to(&mut self, port: u32, frame: Frame) -> Result<()> {
        self.push_all(port, [frame])
    }

    /// Puts several frames into the inbox before it is offered: they are offered in one call, as far as the
    /// module's batches go.
    ///
    /// # Errors
    /// As [`Bench::push_to`].
    pub fn push_all(&mut self, port: u32, frames: impl IntoIterator<Item = Frame>) -> Result<()> {
        self.needs_take()?;
        let ports = self.card.input_count();
        if port >= ports {
            return Err(Error::new(format_args!("there is no input {port}: the card has {ports}")));
        }
        for mut frame in frames {
            if !heap::hand_over(&mut frame, self.account) {
                return Err(Error::new("only frames made on a bench can be pushed"));
            }
            self.inbox.push_back((port, frame));
        }
        let blocked = self.halves[TAKE].step == Step::Blocked;
        if !blocked || self.record().take_wake(half::TAKE) { self.offer() } else { Ok(()) }
    }

    /// Calls the half that takes, as after a wake or a time it asked for: offers the inbox, or, when that is empty,
    /// calls it without a frame.
    ///
    /// # Errors
    /// What the call failed with.
    pub fn wake(&mut self) -> Result<()> {
        self.needs_take()?;
        self.record().take_wake(half::TAKE);
        if !self.inbox.is_empty() {
            return self.offer();
        }
        self.call(Entry::Accept, 0, Vec::new(), BATCH_MAX).map(|_| ())
    }

    /// Calls the half that gives, once, for at most a batch of 64.
    ///
    /// # Errors
    /// What the call failed with.
    pub fn produce(&mut self) -> Result<Flow> {
        self.produce_up_to(BATCH_MAX)
    }

    /// The same with another limit, 1 to 64.
    ///
    /// # Errors
    /// What the call failed with.
    pub fn produce_up_to(&mut self, limit: u32) -> Result<Flow> {
        if !self.instance.gives() {
            return Err(Error::new("this module has no half that gives: its results come with `push`"));
        }
        self.record().take_wake(half::GIVE);
        match self.call(Entry::Produce, 0, Vec::new(), limit.clamp(1, BATCH_MAX))?.0 {
            Step::Idle => Ok(Flow::Idle),
            Step::More => Ok(Flow::More),
            Step::Ended => Ok(Flow::Ended),
            Step::Blocked => Err(Error::new("a half that gives cannot say that it is blocked")),
        }
    }

    /// Says that there is no more input, until the module has no more to say either: [`Flow::Ended`], or
    /// [`Flow::Idle`] when it waits for a wake or a time.
    ///
    /// # Errors
    /// What a call failed with; that frames are still in the inbox; that it does not come to an end.
    pub fn finish(&mut self) -> Result<Flow> {
        self.needs_take()?;
        if !self.inbox.is_empty() {
            self.wake()?;
        }
        if !self.inbox.is_empty() {
            let waiting = self.inbox.len();
            return Err(Error::new(format_args!(
                "{waiting} frames wait in the inbox: the module is blocked"
            )));
        }
        for _ in 0..CALLS_MAX {
            match self.call(Entry::Finish, 0, Vec::new(), BATCH_MAX)?.0 {
                Step::More => {}
                Step::Ended => return Ok(Flow::Ended),
                Step::Idle | Step::Blocked => return Ok(Flow::Idle),
            }
        }
        Err(restless("`finish` says `More`"))
    }

    /// Acts upon all wakes there are, and upon those they lead to; asks for more as long as a woken giving half says
    /// that it has more.
    ///
    /// # Errors
    /// What a call failed with, or that the module never comes to rest.
    pub fn run(&mut self) -> Result<()> {
        self.fault_beside()?;
        for _ in 0..CALLS_MAX {
            let (take, mut give) =
                (self.record().take_wake(half::TAKE), self.record().take_wake(half::GIVE) || self.has_more());
            give &= self.instance.gives() && self.results.len() < RESULTS_MAX;
            if take && self.instance.takes() {
                self.wake()?;
            }
            if give {
                self.produce()?;
            }
            if !take && !give {
                return Ok(());
            }
        }
        Err(restless("it wakes itself, or says `More`,"))
    }

    /// Whether the half that gives said that it has more.
    pub(super) fn has_more(&self) -> bool {
        self.halves[GIVE].step == Step::More
    }

    /// Lets time pass. Halves that asked to be called meanwhile are, each at its time.
    ///
    /// # Errors
    /// What a call failed with; the clock stands at its time then.
    pub fn advance(&mut self, by: Duration) -> Result<()> {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        let target = self.now_ns().saturating_add(by);
        for _ in 0..CALLS_MAX {
            let due = (0..2).filter_map(|at| Some((self.halves[at].wake_at_ns?, at))).min();
            let Some((time, at)) = due.filter(|(time, _)| *time <= target) else {
                self.record().now_ns.store(target, SeqCst);
                return Ok(());
            };
            self.record().now_ns.store(time.max(self.now_ns()), SeqCst);
            self.halves[at].wake_at_ns = None;
            if at == TAKE {
                self.wake()?;
            } else {
                self.produce()?;
            }
        }
        Err(restless("it asks to be called again at once"))
    }

    fn needs_take(&self) -> Result<()> {
        if self.instance.takes() { Ok(()) } else { Err(Error::new("a source takes no frames")) }
    }

    /// Offers the inbox, in runs of equal port, until it is empty or the module takes no more.
    fn offer(&mut self) -> Result<()> {
        while let Some(&(port, _)) = self.inbox.front() {
            let most = self.record().kept().batch as usize;
            let run = self.inbox.iter().take(most).take_while(|(of, _)| *of == port).count();
            let frames = self.inbox.drain(..run).map(|(_, frame)| frame).collect();
            match self.call(Entry::Accept, port, frames, BATCH_MAX)? {
                (Step::Blocked, _) => return Ok(()),
                (_, 0) => {
                    return Err(Error::new("the module took no frame, and did not say that it is blocked"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// One call: what it said, and how many frames it took. Results, and frames not taken, are put away.
    fn call(&mut self, entry: Entry, port: u32, frames: Vec<Frame>, limit: u32) -> Result<(Step, usize)> {
        if let Err(error) = self.fault_beside() {
            self.put_back(port, frames);
            return Err(error);
        }
        let at = if entry == Entry::Produce { GIVE } else { TAKE };
        let consumed = self.account.consumed.load(Relaxed);
        let now = self.now_ns();
        let done = self.instance.call(entry, port, frames, now, limit);
        self.put_back(port, done.left);
        // As in the runtime: a time asked for replaces an earlier one, a call that asks for none leaves it.
        if done.wake_at_ns != 0 {
            self.halves[at].wake_at_ns = Some(done.wake_at_ns);
        }
        let fault = self.record().kept().fault_of_call.take();
        let (step, error) = verdict(done.status, fault);
        self.halves[at].step = step;

        let mut results = done.out;
        if error.is_some() && done.taken > 0 {
            // What lies beyond the last completed frame belongs to the one that failed.
            for (_, frame) in results.drain(done.completed.min(results.len())..) {
                host::drop_for(self.account, frame, reason::FAULT);
            }
            // That frame went out of scope without a reason; one that a panic dropped is counted apart.
            let let_go = self.account.consumed.load(Relaxed) > consumed;
            if done.status == status::FAULT && let_go {
                self.account.consumed.fetch_sub(1, Relaxed);
                *self.record().kept().drops.entry(reason::FAULT).or_default() += 1;
            }
        }
        for (port, mut frame) in results {
            heap::hand_over(&mut frame, self.account.test.pool(0));
            self.results.push_back((port, frame));
        }
        match error {
            Some(error) => Err(error),
            None => Ok((step, done.taken)),
        }
    }

    fn put_back(&mut self, port: u32, frames: Vec<Frame>) {
        for frame in frames.into_iter().rev() {
            self.inbox.push_front((port, frame));
        }
    }

    /// What a thread of the module's own said of its failure, as an error of the next call.
    pub(super) fn fault_beside(&self) -> Result<()> {
        let fault = self.record().kept().fault_beside.take();
        fault.map_or(Ok(()), |text| Err(Error::new(text)))
    }

    pub(super) fn record(&self) -> &'static Record {
        &self.account.record
    }

    pub(super) fn now_ns(&self) -> u64 {
        self.record().now_ns.load(SeqCst)
    }
}

/// A status in words.
fn verdict(code: u32, fault: Option<String>) -> (Step, Option<Error>) {
    let text = || fault.clone().unwrap_or_else(|| "without a word".to_owned());
    match code {
        status::PANICKED => (Step::Idle, Some(panicked(&text()))),
        status::FAULT => (Step::Idle, Some(Error::new(text()))),
        status::IDLE => (Step::Idle, fault.map(Error::new)),
        status::MORE => (Step::More, fault.map(Error::new)),
        status::BLOCKED => (Step::Blocked, fault.map(Error::new)),
        status::ENDED => (Step::Ended, fault.map(Error::new)),
        code => {
            (Step::Idle, Some(Error::new(format_args!("the module returned {code}, which is no status"))))
        }
    }
}

fn restless(what: &str) -> Error {
    Error::new(format_args!("the module does not come to rest: {what} after {CALLS_MAX} calls"))
}
