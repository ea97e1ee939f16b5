//! A call that is out, and what a read gives.

use crate::{
    Error,
    shared::{Shared, State},
};
use rogue_tcf_wire::streams::Lost;
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// What a read gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDone {
    /// The bytes, at most as many as were asked for; few are no sign of the end.
    pub data: Vec<u8>,
    /// What is missing right before them.
    pub lost: Lost,
    /// Whether nothing follows them.
    pub eos: bool,
}

/// A call that is out. Dropped, its answer is ignored when it comes; the call itself is not taken back.
pub struct Pending<T> {
    shared: Arc<Shared>,
    token: u64,
    of: fn(ReadDone) -> T,
}

impl<T> Pending<T> {
    pub(crate) fn new(shared: Arc<Shared>, token: u64, of: fn(ReadDone) -> T) -> Pending<T> {
        Pending { shared, token, of }
    }

    /// Waits for the answer, or for the end of the channel.
    ///
    /// # Errors
    /// The service refused it, or the channel has ended without an answer.
    pub fn wait(self) -> Result<T, Error> {
        let done = self.shared.wait(None, |state| self.look(state));
        done.unwrap_or(Err(Error::Closed(crate::Closed::Here))).map(self.of)
    }

    /// Waits for at most so long; `None`: there is no answer yet. After an answer there is none any more.
    ///
    /// # Errors
    /// As [`wait`](Pending::wait).
    pub fn wait_for(&mut self, time: Duration) -> Option<Result<T, Error>> {
        let until = Instant::now().checked_add(time);
        let done = self.shared.wait(until, |state| self.look(state))?;
        Some(done.map(self.of))
    }

    /// The answer, if it has come. After it there is none any more.
    ///
    /// # Errors
    /// As [`wait`](Pending::wait).
    pub fn take(&mut self) -> Option<Result<T, Error>> {
        let done = self.look(&mut self.shared.state())?;
        Some(done.map(self.of))
    }

    /// What came before the channel's end is given in spite of it.
    fn look(&self, state: &mut State) -> Option<Result<ReadDone, Error>> {
        let come = state.calls.get_mut(&self.token).and_then(|call| call.answer.take());
        let done = come.or_else(|| state.closed.clone().map(|why| Err(why.into())))?;
        state.calls.remove(&self.token);
        Some(done)
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        let closed = state.closed.is_some();
        if let Some(call) = state.calls.get_mut(&self.token) {
            call.given_up = true;
            if closed || call.answer.is_some() {
                state.calls.remove(&self.token);
            }
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pending({})", self.token)
    }
}
