//! The agent's test streams: what is written to the one of a pair comes out of the other, its end included.

use crate::{
    Answer, Channel, Direction, Service, id_of,
    limits::{TEST_BUFFER, TEST_STREAMS},
    number_of,
};
use rogue_tcf_wire::{
    Code, ErrorReport, Token,
    diagnostics::{Command, Created, SERVICE},
};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// Between the two.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pipe {
    /// Who has made them; they go with it.
    owner: Channel,
    /// The stream that is read.
    to: u64,
    #[serde(with = "rogue_tcf_wire::kept")]
    buffer: VecDeque<u8>,
    capacity: usize,
}

impl Service {
    /// A command of the service Diagnostics.
    pub fn diagnose(&mut self, channel: Channel, token: &Token, command: Command, now: Duration) {
        match command {
            Command::CreateTestStreams { written, read } => {
                let created = self.make_test_streams(channel, written, read, now);
                let (ids, error) = created.map_or_else(|error| (None, Some(*error)), |ids| (Some(ids), None));
                self.say(
                    channel,
                    Answer::TestStreams { token: token.clone(), created: Created { error, ids } },
                );
            }
            Command::DisposeTestStream { id } => {
                let number = number_of(&id).filter(|number| self.is_test_stream(*number));
                if let Some(number) = number {
                    self.delete(number, now);
                }
                let unknown = || ErrorReport::new(Code::InvalidContext, "Invalid context");
                self.reply(channel, token, number.is_none().then(unknown));
                self.pump(now);
                self.sweep();
            }
        }
    }

    fn make_test_streams(
        &mut self,
        owner: Channel,
        written: i64,
        read: i64,
        now: Duration,
    ) -> Result<(String, String), Box<ErrorReport>> {
        for size in [written, read] {
            if !(1..=TEST_BUFFER).contains(&size) {
                let text = format!("A buffer of {size} bytes; 1 to {TEST_BUFFER} are possible");
                return Err(Box::new(ErrorReport::new(Code::InvalidNumber, text)));
            }
        }
        let there = self.streams.keys().filter(|number| self.is_test_stream(**number)).count();
        if there + 2 > TEST_STREAMS {
            return Err(Box::new(ErrorReport::new(Code::Other, "Too many test streams")));
        }
        let from = self.create(SERVICE, None, Direction::Writable, now);
        let to =
            self.create(SERVICE, None, Direction::Readable { capacity: read as usize, block: true }, now);
        for number in [from, to] {
            self.streams.get_mut(&number.0).into_iter().for_each(|stream| stream.test = true);
        }
        if let Some(sink) = self.streams.get_mut(&from.0).and_then(|stream| stream.sink.as_mut()) {
            sink.pipe = Some(Pipe { owner, to: to.0, buffer: VecDeque::new(), capacity: written as usize });
        }
        Ok((id_of(from.0), id_of(to.0)))
    }

    fn is_test_stream(&self, number: u64) -> bool {
        self.streams.get(&number).is_some_and(|stream| stream.test && !stream.deleted)
    }

    /// The owner lets go of a test stream: clients that are connected read on to its end.
    fn delete(&mut self, number: u64, now: Duration) {
        if let Some(stream) = self.streams.get_mut(&number) {
            stream.deleted = true;
            if stream.ring.is_some() {
                stream.eos.get_or_insert(now);
            }
        }
    }

    pub(crate) fn dispose_tests_of(&mut self, channel: Channel, now: Duration) {
        let pipes = self.streams.iter().filter_map(|(number, stream)| {
            let pipe = stream.sink.as_ref()?.pipe.as_ref().filter(|pipe| pipe.owner == channel)?;
            Some([*number, pipe.to])
        });
        for number in pipes.flatten().collect::<Vec<_>>() {
            self.delete(number, now);
        }
    }

    /// Carries bytes of test streams on as far as there is room.
    pub(crate) fn pump(&mut self, now: Duration) {
        if !self.limits.test_streams {
            return;
        }
        let pipes: Vec<u64> = self
            .streams
            .iter()
            .filter(|(_, stream)| stream.sink.as_ref().is_some_and(|sink| sink.pipe.is_some()))
            .map(|(number, _)| *number)
            .collect();
        for number in pipes {
            while self.pump_once(number, now) {}
        }
    }

    /// One step of one pair; whether something has moved.
    fn pump_once(&mut self, number: u64, now: Duration) -> bool {
        let Some(stream) = self.streams.get_mut(&number) else { return false };
        let deleted = stream.deleted;
        let Some(sink) = &mut stream.sink else { return false };
        let next = sink.next(&stream.clients);
        let Some(pipe) = &mut sink.pipe else { return false };
        let to = pipe.to;
        let (mut moved, mut answer) = (false, None);
        if let Some(channel) = next
            && let Some(client) = stream.clients.get_mut(&channel)
            && let Some(write) = client.writes.front_mut()
        {
            let mut error = None;
            let mut done = true;
            match &write.data {
                _ if sink.ended => error = Some(ErrorReport::new(Code::Eof, "End of file")),
                None => sink.ended = true,
                // Nobody takes it any more, which is no error.
                Some(_) if deleted => {}
                Some(data) => {
                    let n = (data.len() - write.taken).min(pipe.capacity - pipe.buffer.len());
                    pipe.buffer.extend(&data[write.taken..write.taken + n]);
                    write.taken += n;
                    moved = n > 0;
                    done = write.taken == data.len();
                }
            }
            sink.within = !done;
            if done && let Some(write) = client.writes.pop_front() {
                moved = true;
                answer = Some((channel, write.token, error, write.data.map_or(0, |data| data.len())));
            }
        }
        let mut carried = std::mem::take(&mut pipe.buffer);
        let ended = sink.ended || deleted;
        moved |= self.carry(to, &mut carried, ended, now);
        if let Some(stream) = self.streams.get_mut(&number)
            && let Some(pipe) = stream.sink.as_mut().and_then(|sink| sink.pipe.as_mut())
        {
            pipe.buffer = carried;
        }
        if let Some((channel, token, error, len)) = answer {
            if let Some(peer) = self.peers.get_mut(&channel) {
                peer.written -= len.min(peer.written);
            }
            self.reply(channel, &token, error);
        }
        moved
    }

    /// Puts bytes into the stream that is read; `ended`: none follow. If it is gone, so are they.
    fn carry(&mut self, to: u64, bytes: &mut VecDeque<u8>, ended: bool, now: Duration) -> bool {
        let Some(stream) = self.streams.get_mut(&to).filter(|stream| stream.eos.is_none()) else {
            let any = !bytes.is_empty();
            bytes.clear();
            return any;
        };
        let mut moved = false;
        if !bytes.is_empty()
            && stream.make_room(1)
            && let Some(ring) = &mut stream.ring
        {
            let n = ring.room().min(bytes.len());
            let (first, second) = bytes.as_slices();
            ring.push(n, [first, second].into_iter());
            bytes.drain(..n);
            moved = true;
        }
        if ended && bytes.is_empty() {
            stream.eos = Some(now);
        }
        moved
    }
}
