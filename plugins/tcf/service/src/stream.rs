//! A stream, its clients, and the owner's side of both.

use crate::{Answer, Channel, Published, Service, StreamNumber, Totals, id_of, ring::Ring, writing::Sink};
use rogue_tcf_wire::{Token, streams::Event};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// What clients can do with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Read what the owner publishes.
    Readable {
        /// Bytes that are kept; memory is taken as it is needed.
        capacity: usize,
        /// Whether a client that has not read yet holds up the owner; else it loses the oldest frames.
        block: bool,
    },
    /// Write, to the owner.
    Writable,
}

/// A read that waits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Read {
    pub token: Token,
    pub size: usize,
}

/// A write that waits, or without data: the end.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Write {
    pub token: Token,
    #[serde(with = "rogue_tcf_wire::kept")]
    pub data: Option<Vec<u8>>,
    /// Bytes of it that are taken already.
    pub taken: usize,
}

/// A channel that is connected to the stream.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Client {
    pub position: u64,
    /// Frames that end at or before it, since the stream's beginning.
    pub frames: u64,
    pub reads: VecDeque<Read>,
    pub writes: VecDeque<Write>,
    /// Whether it has written its end.
    pub ended: bool,
    /// Whether it has been told of the stream's end.
    pub told_eos: bool,
    /// When it came, or read something for the last time.
    pub moved: Duration,
}

/// The owner waits for room.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Blocked {
    since: Duration,
    told: bool,
}

/// A stream.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub stream_type: String,
    pub context: Option<String>,
    /// Readable: what is buffered.
    pub ring: Option<Ring>,
    /// Writable: where it goes.
    pub sink: Option<Sink>,
    pub block: bool,
    pub blocked: Option<Blocked>,
    pub deleted: bool,
    /// One of a pair of test streams, which is no business of the owner's.
    pub test: bool,
    /// Nothing more will be published, since then.
    pub eos: Option<Duration>,
    pub clients: BTreeMap<Channel, Client>,
    /// Reads that wait, of all clients.
    pub waiting: usize,
}

impl Stream {
    /// Whether the oldest frame is needed by nobody.
    fn can_drop_first(&self) -> bool {
        let Some(end) = self.ring.as_ref().and_then(Ring::first_end) else { return false };
        !self.block || self.clients.values().all(|client| client.position >= end)
    }

    /// Drops what is needed by nobody until there is room for a frame.
    pub fn make_room(&mut self, len: usize) -> bool {
        while self.ring.as_ref().is_some_and(|ring| !ring.has_room(len)) {
            if !self.can_drop_first() {
                return false;
            }
            if let Some(ring) = &mut self.ring {
                ring.drop_first();
            }
        }
        self.ring.is_some()
    }

    /// What a client that leaves has missed and was not told of.
    pub fn missed(&self, channel: Channel) -> Totals {
        let (Some(client), Some(ring)) = (self.clients.get(&channel), &self.ring) else {
            return Totals::default();
        };
        Totals {
            lost_bytes: ring.begin().saturating_sub(client.position),
            lost_frames: ring.gone().saturating_sub(client.frames),
            ..Totals::default()
        }
    }

    /// Lets go of a client.
    pub fn remove(&mut self, channel: Channel) -> Option<Client> {
        let client = self.clients.remove(&channel)?;
        self.waiting -= client.reads.len();
        if let Some(sink) = &mut self.sink {
            sink.left(channel);
        }
        Some(client)
    }

    pub fn created(&self, number: u64) -> Answer {
        Answer::Event(Event::Created {
            stream_type: self.stream_type.clone(),
            id: id_of(number),
            context: self.context.clone(),
        })
    }
}

/// The owner's side.
impl Service {
    /// Makes a stream, and tells those who are subscribed to its type.
    pub fn create(
        &mut self,
        stream_type: &str,
        context: Option<String>,
        direction: Direction,
        now: Duration,
    ) -> StreamNumber {
        let number = self.next_stream;
        self.next_stream += 1;
        let (ring, sink, block) = match direction {
            Direction::Readable { capacity, block } => (Some(Ring::new(capacity)), None, block),
            Direction::Writable => (None, Some(Sink::default()), false),
        };
        let mut stream = Stream {
            stream_type: stream_type.to_owned(),
            context,
            ring,
            sink,
            block,
            blocked: None,
            deleted: false,
            test: false,
            eos: None,
            clients: BTreeMap::new(),
            waiting: 0,
        };
        for (channel, peer) in &mut self.peers {
            if peer.subscriptions.contains(stream_type) {
                stream.clients.insert(*channel, Client { moved: now, ..Client::default() });
                peer.connected.insert(number);
                peer.answers.push_back(stream.created(number));
            }
        }
        self.streams.insert(number, stream);
        StreamNumber(number)
    }

    /// Gives the owner's readable streams another buffer. With `block` nothing that a client needs is dropped for it.
    pub fn set_buffer(&mut self, capacity: usize, block: bool) {
        for stream in self.streams.values_mut().filter(|stream| !stream.test) {
            stream.block = block;
            if let Some(ring) = &mut stream.ring {
                ring.resize(capacity, block && !stream.clients.is_empty());
            }
        }
    }

    /// Puts a frame of `len` bytes into a readable stream; if there is no such stream, it is too long.
    pub fn publish<'a>(
        &mut self,
        stream: StreamNumber,
        len: usize,
        pieces: impl Iterator<Item = &'a [u8]>,
        now: Duration,
    ) -> Published {
        let Some(stream) = self.streams.get_mut(&stream.0) else { return Published::TooLong };
        if !stream.ring.as_ref().is_some_and(|ring| ring.can_hold(len)) {
            return Published::TooLong;
        }
        if !stream.make_room(len) {
            let since = stream.blocked.map_or(now, |blocked| blocked.since);
            stream.blocked = Some(Blocked { since, told: false });
            return Published::NoRoom;
        }
        stream.blocked = None;
        if let Some(ring) = &mut stream.ring {
            ring.push(len, pieces);
        }
        Published::Done { wanted: stream.waiting > 0 }
    }

    /// Nothing more will be published. Clients read what is buffered, and its end.
    pub fn end(&mut self, stream: StreamNumber, now: Duration) {
        if let Some(stream) = self.streams.get_mut(&stream.0) {
            stream.eos.get_or_insert(now);
        }
    }

    /// Ends a stream at once: clients are told that it is disposed of, what waits is cancelled.
    pub fn dispose(&mut self, stream: StreamNumber, now: Duration) {
        let clients: Vec<Channel> = self
            .streams
            .get(&stream.0)
            .into_iter()
            .flat_map(|stream| stream.clients.keys().copied())
            .collect();
        for channel in clients {
            self.part(channel, stream.0, now);
        }
        self.streams.remove(&stream.0);
    }

    /// The same for all streams.
    pub fn dispose_all(&mut self, now: Duration) {
        for number in self.streams.keys().copied().collect::<Vec<_>>() {
            self.dispose(StreamNumber(number), now);
        }
    }

    /// Whether an owner that found no room should try again; said once.
    pub fn take_unblocked(&mut self) -> bool {
        let mut unblocked = false;
        for stream in self.streams.values_mut() {
            let free = stream.can_drop_first();
            if let Some(blocked) = &mut stream.blocked
                && !blocked.told
                && free
            {
                blocked.told = true;
                unblocked = true;
            }
        }
        unblocked
    }

    /// Disconnects clients that have held up the owner for too long without reading; how many, and when to look again.
    pub fn expire(&mut self, now: Duration) -> (usize, Option<Duration>) {
        let (mut late, mut next) = (Vec::new(), None::<Duration>);
        for (number, stream) in &self.streams {
            let Some(blocked) = stream.blocked else { continue };
            let Some(end) = stream.ring.as_ref().and_then(Ring::first_end) else { continue };
            for (channel, client) in stream.clients.iter().filter(|(_, client)| client.position < end) {
                let due = client.moved.max(blocked.since).saturating_add(self.limits.stall_limit);
                match due <= now {
                    true => late.push((*channel, *number)),
                    false => next = Some(next.map_or(due, |next| next.min(due))),
                }
            }
        }
        for (channel, number) in &late {
            self.part(*channel, *number, now);
        }
        (late.len(), next)
    }

    /// When the owner need not wait any longer for clients to read what is buffered, and its end: the time at which the
    /// last of them will have been at rest for too long; `None`: now.
    pub fn drained(&self, now: Duration) -> Option<Duration> {
        let ended = self.streams.values().filter(|stream| !stream.test && !stream.deleted);
        let due = ended.filter_map(|stream| Some((stream, stream.eos?))).flat_map(|(stream, eos)| {
            let behind = stream.clients.values().filter(|client| !client.told_eos);
            behind.map(move |client| client.moved.max(eos).saturating_add(self.limits.stall_limit))
        });
        due.max().filter(|due| *due > now)
    }
}
