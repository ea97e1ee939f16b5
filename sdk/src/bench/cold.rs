//! Cold calls: parameters, state, what is held, and the end.

use super::{
    Bench,
    account::Account,
    heap,
    instance::{self, Instance, Interrupt},
};
use crate::{Error, Held, Reconfigured, Result, State};
use rogue_abi::NodeRef;
use std::sync::atomic::Ordering::SeqCst;

/// The life of the module.
impl Bench {
    /// Gives the running module new parameters.
    ///
    /// # Errors
    /// When they are refused.
    pub fn reconfigure(&mut self, params: super::Value) -> Result<Reconfigured> {
        self.instance.reconfigure(&params.to_string())
    }

    /// The module's state; `None` where it has none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn snapshot(&mut self) -> Result<Option<State>> {
        self.instance.snapshot()
    }

    /// Has the module take over a state. A graph does so before `start`: see [`Bench::swap`] for that order.
    ///
    /// # Errors
    /// When it is refused.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        self.instance.restore(state)
    }

    /// Takes what the module gives up for a successor.
    ///
    /// # Errors
    /// When it panics.
    pub fn release_held(&mut self) -> Result<Held> {
        let (mut held, done) = self.instance.release_held();
        hand_over(&mut held, self.account.test.pool(0));
        done.map(|()| held)
    }

    /// Offers what a predecessor gave up; gives back what the module leaves.
    ///
    /// # Errors
    /// When it must have what is missing.
    pub fn adopt(&mut self, mut held: Held) -> Result<Held> {
        hand_over(&mut held, self.account);
        let (mut left, done) = self.instance.adopt(held);
        hand_over(&mut left, self.account.test.pool(0));
        done.map(|()| left)
    }

    /// Swaps the module for a new instance of itself, in a graph's order: check, `new`, `snapshot` of the old and
    /// `restore`, `release_held`, `stop` of the old, `adopt`, `start`. Counters, readings and the inbox stay.
    /// Gives back what was held and not adopted.
    ///
    /// # Errors
    /// What was refused, with the old instance in place and running.
    pub fn swap(&mut self, params: super::Value) -> Result<Held> {
        let params = params.to_string();
        instance::check(&(self.table)(), &params)?;
        let mut new = Instance::create((self.table)(), NodeRef(self.account.id.into()), &params)?;
        if let Some(state) = self.instance.snapshot()? {
            new.restore(&state)?;
        }
        let (held, released) = self.instance.release_held();
        if let Err(error) = released {
            return Err(self.go_back(held, error));
        }
        if let Err(error) = self.stop() {
            return Err(self.go_back(held, error));
        }
        let (held, adopted) = new.adopt(held);
        let done = adopted.and_then(|()| new.start());
        match done {
            Ok(()) => {
                self.instance = new;
                self.started = true;
                self.halves.iter_mut().for_each(super::Half::reset);
                let mut left = held;
                hand_over(&mut left, self.account.test.pool(0));
                Ok(left)
            }
            Err(error) => {
                let (mut again, _) = new.release_held();
                again.frames.extend(held.frames);
                again.handles.extend(held.handles);
                Err(self.go_back(again, error))
            }
        }
    }

    /// Puts the old instance back to work; says why, and what went wrong with that.
    fn go_back(&mut self, held: Held, why: Error) -> Error {
        let (_, adopted) = self.instance.adopt(held);
        let started = if self.started { Ok(()) } else { self.instance.start() };
        self.started |= started.is_ok();
        match adopted.and(started) {
            Ok(()) => why,
            Err(also) => Error::new(format_args!("{why}; and the old instance cannot go on: {also}")),
        }
    }

    /// What ends the waiting of a blocking `produce`, from any thread.
    pub fn interrupter(&self) -> Interrupt {
        self.instance.interrupt()
    }

    /// Stops the module; once, however often it is called.
    ///
    /// # Errors
    /// When it panics.
    pub fn stop(&mut self) -> Result<()> {
        if std::mem::take(&mut self.started) { self.instance.stop() } else { Ok(()) }
    }

    /// Stops and ends the module, and says what was wrong with it.
    ///
    /// # Errors
    /// A panic in `stop` or in a drop, threads that still run, frames that the module never let go of.
    pub fn end(mut self) -> Result<()> {
        self.stop()?;
        self.instance.destroy()?;
        let threads = self.record().threads.load(SeqCst);
        if threads > 0 {
            return Err(Error::new(format_args!(
                "{threads} threads of the module run on after `stop`; it must join them there"
            )));
        }
        match self.held() {
            0 => Ok(()),
            held => Err(Error::new(format_args!("the module is gone and {held} of its frames are not"))),
        }
    }
}

fn hand_over(held: &mut Held, to: &Account) {
    for (_, frame) in &mut held.frames {
        heap::hand_over(frame, to);
    }
}
