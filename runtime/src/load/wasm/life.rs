//! A node's instance of a component, made anew where one dies.
//!
//! Shared by the half that is called for frames and the cold side. What holds:
//! - A batch of which the instance dies is given to a new one, with the last good state, frame by frame: what can be
//!   handled is handled, the frame that cannot be is the one that is lost, and the node has failed with it.
//! - The last good state is asked for now and then while calls go well ([`KEEP`]), by modules whose card has a state.
//! - Frames that the dead instance held are offered to the new one; what it does not keep is lost to the fault.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Opened,
    guest::{Died, Guest},
    state::Home,
    v0_1::State,
};
use crate::{
    module::{Call, ColdError, Held, Status},
    pool::{self, field},
};

/// How old the last good state may become while frames flow.
const KEEP: Duration = Duration::from_millis(100);
/// What asking for it may take of a thread's time: one part in so many.
const SHARE: u32 = 50;

/// A node's instance.
pub struct Life {
    opened: Arc<Opened>,
    home: Home,
    params: String,
    guest: Option<Guest>,
    /// Frames of an instance that died, for the next one.
    orphans: Vec<rogue_sdk::frame::Frame>,
    good: Option<State>,
    /// When the next good state is due, by the time of calls.
    keep_at_ns: u64,
    /// Most frames offered in a call: fewer while the module takes fewer, since what is offered is copied.
    offer: usize,
}

impl Life {
    /// A fresh instance.
    pub fn new(opened: Arc<Opened>, home: Home, params: &str) -> Result<Life, ColdError> {
        let mut life = Life {
            opened,
            home,
            params: params.to_owned(),
            guest: None,
            orphans: Vec::new(),
            good: None,
            keep_at_ns: 0,
            offer: usize::MAX,
        };
        life.make()?;
        Ok(life)
    }

    /// Makes an instance in place of none.
    fn make(&mut self) -> Result<&mut Guest, ColdError> {
        let mut guest = self.opened.guest(Some(self.home.clone())).map_err(refused)?;
        guest.create(self.opened.index, &self.params).map_err(refused)??;
        Ok(self.guest.insert(guest))
    }

    /// The instance; one is made, with the last good state, where the one before has died.
    fn alive(&mut self) -> Result<&mut Guest, ColdError> {
        if self.guest.is_none() {
            self.revive()?;
        }
        self.guest.as_mut().ok_or(ColdError::Unsupported)
    }

    /// Makes an instance that goes on where the last one died; a state that it does not take is given up.
    fn revive(&mut self) -> Result<(), ColdError> {
        let good = self.good.clone();
        let guest = self.make()?;
        if let Some(state) = good
            && let Err(error) = guest.restore(state).map_err(refused).flatten()
        {
            log::warn!(
                "{}: its last good state is not taken, it begins without: {error}",
                self.home.shared.name
            );
            self.good = None;
            self.make()?;
        }
        let orphans = std::mem::take(&mut self.orphans);
        let mut held =
            Held { frames: orphans.into_iter().map(|frame| (0, frame)).collect(), handles: Vec::new() };
        let begun = match (&mut self.guest, held.frames.is_empty()) {
            (Some(guest), true) => guest.start(),
            (Some(guest), false) => guest.adopt(&mut held).and_then(|_| guest.start()),
            (None, _) => return Ok(()),
        };
        for (_, frame) in held.frames {
            pool::drop_as(frame, field::DROP_FAULT);
        }
        let begun = begun.map_err(refused).flatten();
        if begun.is_err() {
            self.bury();
        }
        begun
    }

    /// The instance is dead: its frames are kept for the next.
    fn bury(&mut self) {
        if let Some(mut guest) = self.guest.take() {
            self.orphans.extend(guest.take_held());
        }
    }

    /// A cold call; an instance that dies of it is gone.
    pub fn cold<T>(
        &mut self,
        body: impl FnOnce(&mut Guest) -> Result<Result<T, ColdError>, Died>,
    ) -> Result<T, ColdError> {
        match body(self.alive()?) {
            Ok(answer) => answer,
            Err(died) => {
                self.bury();
                Err(refused(died))
            }
        }
    }

    /// The state, if there is one.
    pub fn snapshot(&mut self) -> Result<Option<State>, ColdError> {
        let state = self.cold(|guest| guest.snapshot())?;
        state.as_ref().map_or(Ok(()), |state| self.opened.as_on_card(state))?;
        Ok(state)
    }

    /// Takes over a state.
    pub fn restore(&mut self, state: State) -> Result<(), ColdError> {
        self.cold(|guest| guest.restore(state.clone()))?;
        self.good = Some(state);
        Ok(())
    }

    /// New parameters; an instance that is made later gets them too.
    pub fn reconfigure(&mut self, params: &str) -> Result<(), ColdError> {
        self.cold(|guest| guest.reconfigure(params))?;
        params.clone_into(&mut self.params);
        Ok(())
    }

    /// The instance ends; it is told, if it lives.
    pub fn stop(&mut self) {
        if let Some(guest) = &mut self.guest
            && let Err(died) = guest.stop()
        {
            log::warn!("{}: its last call failed: {}", self.home.shared.name, died.text);
            self.bury();
        }
    }

    /// The last state that was good.
    pub fn good(&self) -> Option<State> {
        self.good.clone()
    }

    /// Offers frames.
    pub fn accept(&mut self, call: &mut Call<'_>) -> Status {
        let offered = call.frames.len();
        let most = offered.min(self.offer);
        let taken = match self.alive() {
            Ok(guest) => guest.take(call, 0, most),
            Err(error) => return self.not_alive(&error),
        };
        match taken {
            Ok(status) => {
                if most > 0 {
                    self.offer =
                        if call.taken < most { call.taken.max(1) * 2 } else { most.saturating_mul(2) };
                }
                self.keep_good(call.now_ns);
                status
            }
            Err(died) if most > 1 => {
                self.bury();
                log::debug!(
                    "{}: {}; its batch is given to a new instance frame by frame",
                    self.home.shared.name,
                    died.text
                );
                self.one_by_one(call, most)
            }
            Err(died) => self.lose(call, 0, &died),
        }
    }

    fn one_by_one(&mut self, call: &mut Call<'_>, most: usize) -> Status {
        for at in 0..most {
            if call.out.items.len() >= call.out.limit {
                break;
            }
            let taken = match self.alive() {
                Ok(guest) => guest.take(call, at, 1),
                Err(error) => return self.not_alive(&error),
            };
            match taken {
                Ok(Status::Fault) => return Status::Fault,
                Ok(_) if call.taken == at => break,
                Ok(_) => {}
                Err(died) => return self.lose(call, at, &died),
            }
        }
        Status::More
    }

    /// The instance died with one frame inside, or with none.
    fn lose(&mut self, call: &mut Call<'_>, at: usize, died: &Died) -> Status {
        self.bury();
        let mut text = died.text.clone();
        if let Some(frame) = call.frames.get_mut(at).and_then(Option::take) {
            call.taken = at + 1;
            pool::drop_inside(frame);
            // After a panic, native or not, whoever books the fault adds what the module died with.
            if !died.panicked
                && let Some(words) = pool::take_last_words()
            {
                text.push_str(&format!("; inside it had {words}"));
            }
        }
        self.home.shared.set_fault(&text);
        if died.panicked { Status::Panicked } else { Status::Fault }
    }

    fn not_alive(&self, error: &ColdError) -> Status {
        self.home.shared.set_fault(&format!("no new instance could be made: {error}"));
        Status::Fault
    }

    /// Asks for frames, or for what is left after the last one.
    pub fn ask(
        &mut self,
        call: &mut Call<'_>,
        body: impl FnOnce(&mut Guest, &mut Call<'_>) -> Result<Status, Died>,
    ) -> Status {
        let done = match self.alive() {
            Ok(guest) => body(guest, call),
            Err(error) => return self.not_alive(&error),
        };
        match done {
            Ok(status) => {
                self.keep_good(call.now_ns);
                status
            }
            Err(died) => self.lose(call, 0, &died),
        }
    }

    /// Asks for the state, if it is time to.
    fn keep_good(&mut self, now_ns: u64) {
        if now_ns < self.keep_at_ns || !self.opened.has_state {
            return;
        }
        let begun = Instant::now();
        let Some(guest) = &mut self.guest else { return };
        match guest.snapshot() {
            Ok(Ok(Some(state))) => match self.opened.as_on_card(&state) {
                Ok(()) => self.good = Some(state),
                Err(error) => log::warn!("{}: its state is not kept: {error}", self.home.shared.name),
            },
            Ok(Ok(None)) => {}
            Ok(Err(error)) => log::warn!("{}: its state is not kept: {error}", self.home.shared.name),
            Err(died) => {
                log::warn!(
                    "{}: it died when it was asked for its state: {}",
                    self.home.shared.name,
                    died.text
                );
                self.bury();
            }
        }
        let pause = KEEP.max(begun.elapsed() * SHARE);
        self.keep_at_ns = now_ns.saturating_add(u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX));
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // What a dead instance held is lost to the fault; what a living one holds counts as whoever ends it says.
        pool::charge_as(field::DROP_FAULT, || self.orphans.clear());
        if let Some(guest) = &mut self.guest {
            drop(guest.take_held());
        }
    }
}

fn refused(died: Died) -> ColdError {
    if died.panicked { ColdError::Panicked(died.text) } else { ColdError::Refused(died.text) }
}
