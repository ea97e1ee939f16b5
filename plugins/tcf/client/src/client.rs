//! A channel to a peer, and the seven calls.

use crate::{
    Broken, Closed, Created, Error, Event, Options, Pending, ReadDone, Stop,
    dial::{self, TICK},
    receive,
    shared::Shared,
    write,
};
use rogue_tcf_wire::{ZERO_COPY, limits, locator::Hello, streams::Command};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// A channel. Clones are the same channel; it is closed when the last is dropped.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    reader: Mutex<Option<JoinHandle<()>>>,
}

impl Client {
    /// Opens a channel to `TCP:host:port` or `host:port`, and waits for the peer's Hello. Each takes at most
    /// [`Options::timeout`].
    ///
    /// # Errors
    /// There is no such peer, it does not answer, what it says is no Hello, or `stop` was used.
    pub fn connect(peer: &str, options: Options, stop: &Stop) -> Result<Client, Error> {
        let stream = dial::dial(peer, &options, stop)?;
        let shared = Arc::new(Shared::new(options, stream));
        let failed = |error: std::io::Error| Error::Connect { peer: peer.to_owned(), why: error.to_string() };
        write::prepare(&shared).map_err(failed)?;
        let (own, thread) = (shared.clone(), thread::Builder::new().name("tcf-client".to_owned()));
        let reader = thread.spawn(move || receive::run(&own)).map_err(failed)?;
        let client = Client(Arc::new(Inner { shared, reader: Mutex::new(Some(reader)) }));
        client.greet(stop)?;
        Ok(client)
    }

    /// Both Hellos.
    fn greet(&self, stop: &Stop) -> Result<(), Error> {
        let shared = &self.0.shared;
        shared.say(|out| Hello::new([ZERO_COPY]).encode(out))?;
        let until = Instant::now() + shared.options.timeout;
        loop {
            let tick = Instant::now() + TICK;
            let greeted = shared.wait(Some(tick.min(until)), |state| match (&state.hello, &state.closed) {
                (Some(_), _) => Some(Ok(())),
                (None, Some(why)) => Some(Err(Error::from(why.clone()))),
                (None, None) => None,
            });
            match greeted {
                Some(greeted) => return greeted,
                None if stop.is_stopped() => return Err(Error::Stopped),
                None if Instant::now() >= until => {
                    let broken = Broken::NoHello(shared.options.timeout);
                    shared.end(broken.clone().into());
                    return Err(Closed::from(broken).into());
                }
                None => {}
            }
        }
    }

    /// What the peer has said of its services.
    pub fn hello(&self) -> Hello {
        self.0.shared.state().hello.clone().unwrap_or_else(|| Hello::new::<String>([]))
    }

    /// To be connected to every stream of a type that is created from now on; a `tcf-streams` node tells of those that are
    /// there already too.
    ///
    /// # Errors
    /// As [`read`](Client::read).
    pub fn subscribe(&self, stream_type: &str) -> Result<Pending<()>, Error> {
        self.done(&Command::Subscribe { stream_type: name(stream_type)?.into() })
    }

    /// Ends that; streams that are connected stay so.
    ///
    /// # Errors
    /// As [`read`](Client::read).
    pub fn unsubscribe(&self, stream_type: &str) -> Result<Pending<()>, Error> {
        self.done(&Command::Unsubscribe { stream_type: name(stream_type)?.into() })
    }

    /// To be connected to a stream whose id is known: the service's `connect`.
    ///
    /// # Errors
    /// As [`read`](Client::read).
    pub fn connect_to(&self, id: &str) -> Result<Pending<()>, Error> {
        self.done(&Command::Connect { id: name(id)?.into() })
    }

    /// Not to be any more; reads and writes that are out are answered with error 6, cancelled.
    ///
    /// # Errors
    /// As [`read`](Client::read).
    pub fn disconnect(&self, id: &str) -> Result<Pending<()>, Error> {
        self.done(&Command::Disconnect { id: name(id)?.into() })
    }

    /// Asks for up to `size` bytes; is answered as soon as there are some. Reads of one stream are answered in their order.
    ///
    /// # Errors
    /// The channel has ended, too many calls are out, `size` is 0 or more than [`Options::max_read`], or a name is empty
    /// or longer than 255 bytes.
    pub fn read(&self, id: &str, size: usize) -> Result<Pending<ReadDone>, Error> {
        if size == 0 || size > self.0.shared.options.max_read() {
            return Err(Error::Argument("a read of no bytes, or of more than a message can hold"));
        }
        let command = Command::Read { id: name(id)?.into(), size: size as i64 };
        self.0.shared.call(&command, size, |done| done)
    }

    /// Writes; is answered when the service has taken all of it. Writes to one stream are answered in their order. Agents
    /// take messages of up to 16 MiB, so that in base64 a write must stay below 12 MiB.
    ///
    /// # Errors
    /// As [`read`](Client::read).
    pub fn write(&self, id: &str, data: &[u8]) -> Result<Pending<()>, Error> {
        self.done(&Command::Write { id: name(id)?.into(), data: data.into() })
    }

    /// Nothing more will be written; is answered behind the writes before it.
    ///
    /// # Errors
    /// As [`read`](Client::read).
    pub fn eos(&self, id: &str) -> Result<Pending<()>, Error> {
        self.done(&Command::Eos { id: name(id)?.into() })
    }

    fn done(&self, command: &Command<'_>) -> Result<Pending<()>, Error> {
        self.0.shared.call(command, 0, |_| ())
    }

    /// The next event, waiting for at most so long; `None`: there is none yet.
    ///
    /// # Errors
    /// The channel has ended, and all events before that have been taken.
    pub fn next_event(&self, time: Duration) -> Result<Option<Event>, Closed> {
        let until = Instant::now().checked_add(time);
        let next = self.0.shared.wait(until, |state| match (state.events.pop_front(), &state.closed) {
            (Some(event), _) => Some(Ok(event)),
            (None, Some(why)) => Some(Err(why.clone())),
            (None, None) => None,
        });
        next.transpose()
    }

    /// The next event of streams that are wanted; from others that are created the client disconnects, and nothing more is
    /// heard of them.
    ///
    /// # Errors
    /// As [`next_event`](Client::next_event), and as [`read`](Client::read) where it cannot disconnect.
    pub fn next_wanted(
        &self,
        time: Duration,
        mut wants: impl FnMut(&Created) -> bool,
    ) -> Result<Option<Event>, Error> {
        let until = Instant::now().checked_add(time);
        loop {
            let left = until.map_or(time, |until| until.saturating_duration_since(Instant::now()));
            match self.next_event(left)? {
                Some(Event::Created(created)) if !wants(&created) => self.refuse(&created.id)?,
                other => return Ok(other),
            }
        }
    }

    /// Disconnects from a stream that is not wanted. Nobody waits for the answer, and its end is no event. Where too many
    /// calls are out it waits for one to be answered, at most [`Options::timeout`].
    ///
    /// # Errors
    /// As [`read`](Client::read).
    pub fn refuse(&self, id: &str) -> Result<(), Error> {
        let shared = &self.0.shared;
        let (most, until) = (shared.options.max_calls, Instant::now() + shared.options.timeout);
        shared.wait(Some(until), |state| (state.calls.len() < most || state.closed.is_some()).then_some(()));
        // Before the command, since the end of the stream is told before its answer.
        shared.change(|state| state.unwanted.insert(id.to_owned()));
        let asked = self.disconnect(id);
        if asked.is_err() {
            shared.change(|state| state.unwanted.remove(id));
        }
        asked.map(drop)
    }

    /// The congestion level that the peer has reported last, from -100 to 100; above 0 commands are slowed down.
    pub fn congestion(&self) -> i8 {
        self.0.shared.state().congestion
    }

    /// How often something has come or changed, for [`wait_activity`](Client::wait_activity).
    pub fn activity(&self) -> u64 {
        self.0.shared.state().activity
    }

    /// Waits until something has come since `seen` was [`activity`](Client::activity), but at most so long: for who attends
    /// to several calls and events in one thread.
    pub fn wait_activity(&self, seen: u64, time: Duration) {
        let until = Instant::now().checked_add(time);
        self.0.shared.wait(until, |state| (state.activity != seen || state.closed.is_some()).then_some(()));
    }

    /// Wakes who is in [`wait_activity`](Client::wait_activity).
    pub fn nudge(&self) {
        self.0.shared.change(|_| ());
    }

    /// Why the channel has ended, if it has.
    pub fn closed(&self) -> Option<Closed> {
        self.0.shared.state().closed.clone()
    }

    /// Closes the channel, from any thread: sends the end of the stream, and waits for at most [`Options::linger`] for the
    /// peer to close too. All calls that are out end with [`Closed::Here`].
    pub fn close(&self) {
        self.0.close();
    }
}

impl Inner {
    fn close(&self) {
        let shared = &self.shared;
        shared.end(Closed::Here);
        shared.finish();
        let until = Instant::now().checked_add(shared.options.linger);
        shared.wait(until, |state| state.deaf.then_some(()));
        shared.shut();
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            // Without a socket to read from it ends at once. It does not panic; if it did, there is nothing to save.
            drop(reader.join());
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// A type or an id that can be sent.
fn name(name: &str) -> Result<&str, Error> {
    match name.len() {
        1..=limits::NAME => Ok(name),
        _ => Err(Error::Argument("a type or an id that is empty or longer than 255 bytes")),
    }
}
