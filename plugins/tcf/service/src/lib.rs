//! The Streams service of the Target Communication Framework, as a server has it: a state machine without sockets, threads
//! and clocks. `plugins/tcf` brings it to sockets; tests drive it directly.
//!
//! - [`Service`] has two sides: the owner's, who makes streams, publishes frames and takes what is written, and that of
//!   channels, whose commands it is given and whose [`Answer`]s it leaves, in order, for each channel apart;
//! - `ring` is a stream's buffer; `stream` a stream with its clients; `reading`, `writing`, `connecting` the commands;
//!   `testing` the agent's test streams; `totals` what a channel
//!   has read and lost.
//!
//! ```
//! use rogue_tcf_service::{Answer, Direction, Limits, Service};
//! use rogue_tcf_wire::{Token, streams::Command};
//! use std::time::Duration;
//!
//! let now = Duration::ZERO;
//! let mut service = Service::new(Limits::default());
//! let stream = service.create("scope", None, Direction::Readable { capacity: 1 << 20, block: false }, now);
//! let channel = service.open();
//! service.command(channel, &Token::from(0), Command::Connect { id: "VS0".into() }, now);
//! service.command(channel, &Token::from(1), Command::Read { id: "VS0".into(), size: 64 }, now);
//! service.publish(stream, 3, [&b"abc"[..]].into_iter(), now);
//! service.answer(channel, now);
//! let answers = service.take(channel);
//! assert!(matches!(&answers[1], Answer::Read { data, lost: 0, eos: false, .. } if data == b"abc"));
//! ```
//!
//! What holds:
//! - for each client of a stream, bytes read and bytes lost are together the bytes published since it began, exactly;
//! - reads of one client are answered in their order, and so are its writes; nothing is answered twice, all at last;
//! - what a channel makes this keep is bounded by [`Limits`], whatever it sends and however little it reads.

mod answer;
mod buffers;
mod connecting;
mod limits;
mod reading;
mod ring;
mod stream;
mod testing;
mod totals;
mod writing;

pub use answer::Answer;
pub use limits::Limits;
pub use stream::Direction;
pub use totals::Totals;
pub use writing::Taken;

use rogue_tcf_wire::{Code, ErrorReport, Token, streams::Command};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    fmt,
    time::Duration,
};
use stream::Stream;

/// A channel of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Channel(u64);

/// A stream, by the number in its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamNumber(u64);

impl fmt::Display for StreamNumber {
    /// Its id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&id_of(self.0))
    }
}

/// What became of a frame that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is in the buffer. `wanted`: a read waits for it.
    Done {
        /// Whether a read waits for it.
        wanted: bool,
    },
    /// Not now: a client that blocks has not read what is there. [`Service::take_unblocked`] says when to try again.
    NoRoom,
    /// It is longer than the buffer.
    TooLong,
}

/// What is kept for a channel.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Peer {
    subscriptions: HashSet<String>,
    connected: BTreeSet<u64>,
    /// The stream that was read from last.
    turn: u64,
    answers: VecDeque<Answer>,
    /// Bytes that answers may still have, see [`Service::set_room`].
    room: usize,
    /// Bytes of writes that wait.
    written: usize,
    totals: Totals,
}

/// The service. Kept and read again, and given what was buffered ([`Service::fill`]), it goes on where it was, under other
/// limits once they are set.
#[derive(Debug, Serialize, Deserialize)]
pub struct Service {
    #[serde(skip)]
    limits: Limits,
    streams: BTreeMap<u64, Stream>,
    next_stream: u64,
    peers: BTreeMap<Channel, Peer>,
    next_channel: u64,
    /// Buffers that answers came in, to be used again.
    #[serde(skip)]
    spare: Vec<Vec<u8>>,
}

impl Service {
    /// One without streams and channels.
    pub fn new(limits: Limits) -> Service {
        Service {
            limits,
            streams: BTreeMap::new(),
            next_stream: 0,
            peers: BTreeMap::new(),
            next_channel: 0,
            spare: Vec::new(),
        }
    }

    /// Sets other limits; what waits already stays.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The number that the next stream gets: ids are never used twice, also by a successor that is told of it.
    pub fn next_stream(&self) -> u64 {
        self.next_stream
    }

    /// Goes on with the numbers of a predecessor.
    pub fn skip_streams(&mut self, next: u64) {
        self.next_stream = self.next_stream.max(next);
    }

    /// Opens a channel; its Hellos are the caller's.
    pub fn open(&mut self) -> Channel {
        let channel = Channel(self.next_channel);
        self.next_channel += 1;
        self.peers.insert(channel, Peer { room: usize::MAX, ..Peer::default() });
        channel
    }

    /// A channel is closed, by whomever: nothing more is answered, and what it held is free. Gives what it has read and
    /// lost, in the end.
    pub fn close(&mut self, channel: Channel, now: Duration) -> Totals {
        let Some(mut peer) = self.peers.remove(&channel) else { return Totals::default() };
        for number in peer.connected {
            if let Some(stream) = self.streams.get_mut(&number) {
                peer.totals += stream.missed(channel);
                stream.remove(channel);
            }
        }
        self.dispose_tests_of(channel, now);
        self.pump(now);
        self.sweep();
        peer.totals
    }

    /// How many bytes of data the answers of a channel may have from now on. Reads wait while there is no room, so that a
    /// client that reads its socket slowly is served slowly. The last answer may exceed it.
    pub fn set_room(&mut self, channel: Channel, bytes: usize) {
        if let Some(peer) = self.peers.get_mut(&channel) {
            peer.room = bytes;
        }
    }

    /// A command of a channel; it is answered now or later.
    pub fn command(&mut self, channel: Channel, token: &Token, command: Command<'_>, now: Duration) {
        match command {
            Command::Subscribe { stream_type } => self.subscribe(channel, token, &stream_type, now),
            Command::Unsubscribe { stream_type } => self.unsubscribe(channel, token, &stream_type),
            Command::Read { id, size } => self.read(channel, token, &id, size, now),
            Command::Write { id, data } => self.write(channel, token, &id, Some(data.into_owned()), now),
            Command::Eos { id } => self.write(channel, token, &id, None, now),
            Command::Connect { id } => self.connect(channel, token, &id, now),
            Command::Disconnect { id } => self.disconnect(channel, token, &id, now),
        }
    }

    /// Takes what there is to be sent to a channel, in its order.
    pub fn take(&mut self, channel: Channel) -> VecDeque<Answer> {
        self.peers.get_mut(&channel).map(|peer| std::mem::take(&mut peer.answers)).unwrap_or_default()
    }

    /// Whether there is something to be sent to a channel.
    pub fn has_answers(&self, channel: Channel) -> bool {
        self.peers.get(&channel).is_some_and(|peer| !peer.answers.is_empty())
    }

    /// Gives a buffer of an answer back, to be used again.
    pub fn give_back(&mut self, mut data: Vec<u8>) {
        if self.spare.len() < self.limits.max_pending && data.capacity() <= self.limits.max_read {
            data.clear();
            self.spare.push(data);
        }
    }

    /// What a channel has read and lost so far, over all of its streams.
    pub fn totals(&self, channel: Channel) -> Totals {
        self.peers.get(&channel).map_or_else(Totals::default, |peer| peer.totals)
    }

    fn reply(&mut self, channel: Channel, token: &Token, error: Option<ErrorReport>) {
        self.say(channel, Answer::Done { token: token.clone(), error });
    }

    fn say(&mut self, channel: Channel, answer: Answer) {
        if let Some(peer) = self.peers.get_mut(&channel) {
            peer.answers.push_back(answer);
        }
    }

    /// The stream that a channel is connected to under this id.
    ///
    /// # Errors
    /// "No such stream", which is error 1 here and not 16.
    fn connected(&self, channel: Channel, id: &str) -> Result<u64, Box<ErrorReport>> {
        let number = number_of(id);
        let is = |number: &u64| self.peers.get(&channel).is_some_and(|peer| peer.connected.contains(number));
        number.filter(is).ok_or_else(|| no_such(id))
    }

    /// Forgets streams that are deleted and have no clients any more.
    fn sweep(&mut self) {
        self.streams.retain(|_, stream| !stream.deleted || !stream.clients.is_empty());
    }
}

/// What is said of a stream that a client is not connected to.
fn no_such(id: &str) -> Box<ErrorReport> {
    Box::new(ErrorReport::new(Code::Other, format_args!("No such stream: {id}")))
}

/// The id of a stream.
fn id_of(number: u64) -> String {
    format!("VS{number}")
}

/// The number in an id that is written as [`id_of`] writes it.
fn number_of(id: &str) -> Option<u64> {
    let number = id.strip_prefix("VS")?.parse().ok()?;
    (id_of(number) == id).then_some(number)
}
