//! `subscribe`, `unsubscribe`, `connect`, `disconnect`.

use crate::{
    Answer, Channel, Service, id_of, limits::SUBSCRIPTIONS, number_of, reading::cancel, stream::Client,
};
use rogue_tcf_wire::{Code, ErrorReport, Token, streams::Event};
use std::time::Duration;

impl Service {
    pub(crate) fn subscribe(&mut self, channel: Channel, token: &Token, stream_type: &str, now: Duration) {
        let Some(peer) = self.peers.get_mut(&channel) else { return };
        let error = if peer.subscriptions.contains(stream_type) {
            Some(ErrorReport::new(Code::Other, "Already subscribed"))
        } else if peer.subscriptions.len() >= SUBSCRIPTIONS {
            Some(ErrorReport::new(Code::Other, "Too many subscriptions"))
        } else {
            peer.subscriptions.insert(stream_type.to_owned());
            None
        };
        // The reply comes before the events: clients begin to listen when it arrives.
        let subscribed = error.is_none();
        self.reply(channel, token, error);
        if !subscribed || !self.limits.announce {
            return;
        }
        let there: Vec<u64> = self
            .streams
            .iter()
            .filter(|(_, stream)| stream.stream_type == stream_type && !stream.deleted)
            .map(|(number, _)| *number)
            .collect();
        for number in there {
            if self.join(channel, number, now)
                && let Some(stream) = self.streams.get(&number)
            {
                let created = stream.created(number);
                self.say(channel, created);
            }
        }
    }

    pub(crate) fn unsubscribe(&mut self, channel: Channel, token: &Token, stream_type: &str) {
        let Some(peer) = self.peers.get_mut(&channel) else { return };
        let was = peer.subscriptions.remove(stream_type);
        let error = (!was).then(|| ErrorReport::new(Code::InvalidContext, "Invalid context"));
        self.reply(channel, token, error);
    }

    pub(crate) fn connect(&mut self, channel: Channel, token: &Token, id: &str, now: Duration) {
        let there = number_of(id).filter(|number| self.streams.get(number).is_some_and(|s| !s.deleted));
        // One that is connected stays where it is, also to a stream that its owner has deleted.
        let connected = self.connected(channel, id).ok();
        let error = match there {
            _ if connected.is_some() && there.is_some() => None,
            Some(number) => {
                self.join(channel, number, now);
                None
            }
            None => Some(ErrorReport::new(Code::InvalidContext, "Invalid context")),
        };
        self.reply(channel, token, error);
    }

    /// Connects a channel at the oldest byte that is there; false: it was connected.
    fn join(&mut self, channel: Channel, number: u64, now: Duration) -> bool {
        let (Some(peer), Some(stream)) = (self.peers.get_mut(&channel), self.streams.get_mut(&number)) else {
            return false;
        };
        if !peer.connected.insert(number) {
            return false;
        }
        let (position, frames) = stream.ring.as_ref().map_or((0, 0), |ring| (ring.begin(), ring.gone()));
        stream.clients.insert(channel, Client { position, frames, moved: now, ..Client::default() });
        true
    }

    pub(crate) fn disconnect(&mut self, channel: Channel, token: &Token, id: &str, now: Duration) {
        match self.connected(channel, id) {
            Ok(number) => {
                self.part(channel, number, now);
                self.reply(channel, token, None);
            }
            Err(error) => self.reply(channel, token, Some(*error)),
        }
    }

    /// Disconnects a channel from a stream: it is told first that the stream is disposed of, then what waits is cancelled.
    pub(crate) fn part(&mut self, channel: Channel, number: u64, now: Duration) {
        let (Some(peer), Some(stream)) = (self.peers.get_mut(&channel), self.streams.get_mut(&number)) else {
            return;
        };
        if !peer.connected.remove(&number) {
            return;
        }
        let disposed = Event::Disposed { stream_type: stream.stream_type.clone(), id: id_of(number) };
        peer.answers.push_back(Answer::Event(disposed));
        peer.totals += stream.missed(channel);
        if let Some(mut client) = stream.remove(channel) {
            let (answers, bytes) = cancel(&mut client);
            peer.written -= bytes.min(peer.written);
            peer.answers.extend(answers);
        }
        self.pump(now);
        self.sweep();
    }
}
