//! One channel: what is asked for at its beginning, which streams come and go, what is read and written in turn.
//!
//! Used by `worker`. What holds: whatever has come before the channel's end is given; streams that are not wanted are
//! left; the thread sleeps in one place, until something comes, the bell rings or something is due.

use super::{
    params::{STREAMS, Target},
    reading::{Reading, Step},
    shared::Shared,
    writing::Writing,
};
use rogue_sdk::log;
use rogue_tcf_client::{Client, Closed, Created, Error, Event, Pending};
use std::{sync::Arc, time::Duration};

/// Longest that a subscription or a connection may go without an answer.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Longest sleep: nothing is due by time, so this is only a bound.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// Why a session has ended.
pub enum End {
    /// It was told to stop.
    Stopped,
    /// The channel has.
    Closed(Closed),
    /// The agent does not have what is wanted.
    Refused(String),
}

/// A channel at work.
pub struct Session<'a> {
    shared: &'a Arc<Shared>,
    client: &'a Client,
    /// Whether anything is read.
    reads: bool,
    streams: Vec<Reading>,
    /// Whether there was a stream to read.
    had_stream: bool,
    writing: Writing<'a>,
    /// The agent has answered what was asked at the beginning.
    good: bool,
}

impl<'a> Session<'a> {
    pub fn new(shared: &'a Arc<Shared>, client: &'a Client, linked: bool) -> Session<'a> {
        let reads = linked && !shared.exchange().read_over;
        let writing = Writing::new(shared, client);
        Session { shared, client, reads, streams: Vec::new(), had_stream: false, writing, good: false }
    }

    /// Whether it came to work: then the next attempt may be soon.
    pub fn is_good(&self) -> bool {
        self.good
    }

    /// Works until the channel ends, or it is told to stop.
    pub fn run(&mut self) -> End {
        if let Err(end) = self.begin() {
            return end;
        }
        self.good = true;
        self.show();
        loop {
            let seen = self.client.activity();
            if self.shared.is_stopping() {
                return End::Stopped;
            }
            // Looked at first: what came before the end is worked on behind it.
            let closed = self.client.closed();
            match (self.work(), &closed) {
                (Err(Error::Closed(why)), Some(_)) => return End::Closed(why),
                (_, None) => self.client.wait_activity(seen, SLEEP_MAX),
                // What is left waits for room in the graph.
                (_, Some(_)) => {
                    self.shared.wait(SLEEP_MAX, |exchange| exchange.stopping || !exchange.inbox_wanted);
                }
            }
        }
    }

    /// Asks for what is wanted.
    fn begin(&mut self) -> Result<(), End> {
        let settings = &self.shared.settings;
        let wanted = [self.reads.then_some(&settings.read), settings.write.as_ref()];
        for (target, reads) in wanted.into_iter().zip([true, false]) {
            let Some(target) = target else { continue };
            match target {
                Target::Type(name) => {
                    answered(self.client.subscribe(name), || format!("type {name:?} cannot be subscribed"))?;
                }
                Target::Stream(id) => {
                    answered(self.client.connect_to(id), || format!("stream {id:?} cannot be connected"))?;
                    match reads {
                        true => self.add(id),
                        false => self.writing.open(id),
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, id: &str) {
        log::info!("reading stream {id}");
        self.had_stream = true;
        self.streams.push(Reading::new(id, &self.shared.settings));
        self.show();
    }

    fn show(&self) {
        self.shared.status.streams.set(self.streams.len() as u64);
        let ids: Vec<&str> = self.streams.iter().map(Reading::id).collect();
        let reads = match (self.reads, ids.is_empty()) {
            (true, false) => format!("reads {}", ids.join(" ")),
            (true, true) if self.had_stream => "all streams have ended".to_owned(),
            (true, true) => "no stream to read yet".to_owned(),
            (false, _) => "reads nothing".to_owned(),
        };
        let writes = self.writing.id().map_or_else(String::new, |id| format!(", writes {id}"));
        self.shared.status.link(&format!("connected to {}, {reads}{writes}", self.shared.settings.peer));
    }

    /// Everything that can be done now. That the channel is closed is said when nothing more can be.
    fn work(&mut self) -> Result<(), Error> {
        let heard = self.hear();
        let read = self.read();
        let had_writer = self.writing.id().is_some();
        let written = self.writing.work();
        if had_writer != self.writing.id().is_some() {
            self.show();
        }
        self.over();
        // As long as answers wait for room in the graph it goes on.
        if self.streams.iter().any(Reading::has_more) {
            return Ok(());
        }
        heard.and(read).and(written)
    }

    /// Events.
    fn hear(&mut self) -> Result<(), Error> {
        loop {
            let settings = &self.shared.settings;
            let (reads, count, writes) = (self.reads, self.streams.len(), self.writing.id().is_some());
            let is = |target: &Target, created: &Created| matches!(target, Target::Type(name) if *name == created.stream_type);
            let for_reading = |created: &Created| reads && count < STREAMS && is(&settings.read, created);
            let for_writing = |created: &Created| {
                !writes && settings.write.as_ref().is_some_and(|target| is(target, created))
            };
            let wants = |created: &Created| for_reading(created) || for_writing(created);
            match self.client.next_wanted(Duration::ZERO, wants)? {
                None => return Ok(()),
                Some(Event::Created(created)) if for_reading(&created) => {
                    if !self.streams.iter().any(|stream| stream.id() == created.id) {
                        self.add(&created.id);
                    }
                }
                Some(Event::Created(created)) => {
                    self.writing.open(&created.id);
                    self.show();
                }
                Some(Event::Disposed(disposed)) => {
                    if self.writing.id() == Some(&disposed.id) {
                        self.writing.shut();
                        self.show();
                    }
                    // Reads that were out are answered as cancelled behind this.
                }
            }
        }
    }

    /// What the streams have, each in turn.
    fn read(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut at = 0;
        while let Some(stream) = self.streams.get_mut(at) {
            match stream.work(self.client, self.shared) {
                Ok(Step::On) => at += 1,
                Ok(Step::Over { leave }) => {
                    let stream = self.streams.remove(at);
                    if leave {
                        outcome = outcome.and(self.client.refuse(stream.id()));
                    }
                    stream.end(self.shared);
                    self.show();
                }
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    at += 1;
                }
            }
        }
        outcome
    }

    /// Has the giving half end if all that there was to read has ended, and that is wanted.
    fn over(&mut self) {
        if self.shared.settings.end_with_peer && self.had_stream && self.streams.is_empty() && self.reads {
            self.reads = false;
            self.shared.exchange().read_over = true;
            self.shared.status.node.wake_give();
        }
    }

    /// The channel has ended.
    pub fn end(mut self) {
        self.streams.drain(..).for_each(|stream| stream.end(self.shared));
        if !self.shared.is_stopping() {
            self.over();
        }
        self.writing.shut();
        self.shared.status.streams.set(0);
    }
}

/// Waits for the answer to what was asked at the beginning.
fn answered(asked: Result<Pending<()>, Error>, what: impl Fn() -> String) -> Result<(), End> {
    let answer = match asked {
        Ok(mut pending) => pending.wait_for(ANSWER_MAX),
        Err(error) => Some(Err(error)),
    };
    match answer {
        Some(Ok(())) => Ok(()),
        Some(Err(Error::Closed(Closed::Here))) => Err(End::Stopped),
        Some(Err(Error::Closed(why))) => Err(End::Closed(why)),
        Some(Err(error)) => Err(End::Refused(format!("{}: {error}", what()))),
        None => Err(End::Refused(format!("{}: no answer within {} s", what(), ANSWER_MAX.as_secs()))),
    }
}
