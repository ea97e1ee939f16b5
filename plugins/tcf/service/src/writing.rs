//! `write` and `eos`: they wait for the owner, in order for each client, the clients in turn.
//!
//! What holds: a write is taken whole, and its size was compared with its data before anything of it is; behind an end
//! everything is refused.

use crate::{
    Channel, Service, StreamNumber, no_such,
    stream::{Client, Stream, Write},
    testing::Pipe,
};
use rogue_tcf_wire::{Code, ErrorReport, Token};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Where writes go.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sink {
    /// Whose write was taken last, or in part.
    turn: Option<Channel>,
    /// A write of `turn` is taken in part.
    pub within: bool,
    /// The end was written, for all clients.
    pub ended: bool,
    /// A test stream.
    pub pipe: Option<Pipe>,
}

impl Sink {
    /// A client has gone, perhaps in the middle of a write.
    pub fn left(&mut self, channel: Channel) {
        if self.turn == Some(channel) {
            self.within = false;
        }
    }

    /// The client whose write comes next.
    pub fn next(&mut self, clients: &BTreeMap<Channel, Client>) -> Option<Channel> {
        if self.within {
            return self.turn;
        }
        let waits = |(channel, client): (&Channel, &Client)| (!client.writes.is_empty()).then_some(*channel);
        let behind = clients.range((
            self.turn.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded),
            std::ops::Bound::Unbounded,
        ));
        self.turn = behind.chain(clients.iter()).find_map(waits);
        self.turn
    }
}

/// A write that the owner has taken, to be answered by [`Service::written`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whose it is.
    pub channel: Channel,
    /// The bytes, all of them.
    pub data: Vec<u8>,
    token: Token,
}

fn ended() -> ErrorReport {
    ErrorReport::new(Code::Eof, "End of file")
}

impl Stream {
    fn is_ended_for(&self, channel: Channel) -> bool {
        self.sink.as_ref().is_some_and(|sink| sink.ended)
            || self.clients.get(&channel).is_some_and(|client| client.ended)
    }
}

impl Service {
    /// A write, or without data an end.
    pub(crate) fn write(
        &mut self,
        channel: Channel,
        token: &Token,
        id: &str,
        data: Option<Vec<u8>>,
        now: Duration,
    ) {
        match self.take_write(channel, token, id, data) {
            Ok(()) => self.pump(now),
            Err(error) => self.reply(channel, token, Some(*error)),
        }
    }

    fn take_write(
        &mut self,
        channel: Channel,
        token: &Token,
        id: &str,
        data: Option<Vec<u8>>,
    ) -> Result<(), Box<ErrorReport>> {
        let number = self.connected(channel, id)?;
        let gone = || no_such(id);
        let stream = self.streams.get_mut(&number).ok_or_else(gone)?;
        if stream.sink.is_none() {
            return Err(Box::new(ErrorReport::new(Code::Unsupported, "Unsupported command")));
        }
        if stream.is_ended_for(channel) {
            return Err(Box::new(ended()));
        }
        let client = stream.clients.get_mut(&channel).ok_or_else(gone)?;
        let peer = self.peers.get_mut(&channel).ok_or_else(gone)?;
        let len = data.as_ref().map_or(0, Vec::len);
        let beyond = peer.written > 0 && peer.written + len > self.limits.max_written;
        if client.writes.len() >= self.limits.max_pending || beyond {
            let text = "Too many writes wait already; wait for their replies";
            return Err(Box::new(ErrorReport::new(Code::Other, text)));
        }
        peer.written += len;
        client.writes.push_back(Write { token: token.clone(), data, taken: 0 });
        Ok(())
    }

    /// Takes the next write to a stream of the owner's; ends are seen to on the way.
    pub fn next_write(&mut self, number: StreamNumber) -> Option<Taken> {
        loop {
            let stream = self.streams.get_mut(&number.0)?;
            let sink = stream.sink.as_mut().filter(|sink| sink.pipe.is_none())?;
            let channel = sink.next(&stream.clients)?;
            let client = stream.clients.get_mut(&channel)?;
            let over = client.ended || sink.ended;
            let write = client.writes.pop_front()?;
            let Some(data) = write.data else {
                client.ended = true;
                sink.ended |= self.limits.end_on_eos;
                self.reply(channel, &write.token, over.then(ended));
                continue;
            };
            if let Some(peer) = self.peers.get_mut(&channel) {
                peer.written -= data.len().min(peer.written);
            }
            if over {
                self.reply(channel, &write.token, Some(ended()));
                continue;
            }
            return Some(Taken { channel, data, token: write.token });
        }
    }

    /// Answers a write that was taken.
    pub fn written(&mut self, taken: &Taken, error: Option<ErrorReport>) {
        self.reply(taken.channel, &taken.token, error);
    }

    /// Whether the end was written to a stream of the owner's, for all clients.
    pub fn is_ended(&self, number: StreamNumber) -> bool {
        self.streams.get(&number.0).and_then(|stream| stream.sink.as_ref()).is_some_and(|sink| sink.ended)
    }
}
