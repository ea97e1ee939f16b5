//! `read`: answered at once if there is something, else when there is.
//!
//! What holds: an answer has data, a loss or the end; it never waits until it is full. A gap is said once, right before the
//! bytes behind it, and a long one in several answers.

use crate::{
    Answer, Channel, Service, Totals, no_such,
    stream::{Client, Read, Stream},
};
use rogue_tcf_wire::{Code, ErrorReport, Token, streams::Lost};
use std::time::Duration;

/// What an answer counts with besides its data, so that those without any are bounded too.
const ANSWER: usize = 64;

impl Service {
    pub(crate) fn read(&mut self, channel: Channel, token: &Token, id: &str, size: i64, now: Duration) {
        if let Err(error) = self.take_read(channel, token, id, size) {
            self.say(channel, Answer::no_read(token, *error, false));
        } else {
            self.answer(channel, now);
        }
    }

    /// Puts a read behind the others of its client.
    fn take_read(
        &mut self,
        channel: Channel,
        token: &Token,
        id: &str,
        size: i64,
    ) -> Result<(), Box<ErrorReport>> {
        let number = self.connected(channel, id)?;
        let gone = || no_such(id);
        let stream = self.streams.get_mut(&number).ok_or_else(gone)?;
        if stream.ring.is_none() {
            return Err(Box::new(ErrorReport::new(Code::Unsupported, "Unsupported command")));
        }
        if size < 1 {
            return Err(Box::new(ErrorReport::new(
                Code::InvalidNumber,
                format_args!("The size of a read is {size}; 1 or more is needed"),
            )));
        }
        let client = stream.clients.get_mut(&channel).ok_or_else(gone)?;
        if client.reads.len() >= self.limits.max_pending {
            let text = format!("{} reads wait already; no more can", client.reads.len());
            return Err(Box::new(ErrorReport::new(Code::Other, text)));
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(self.limits.max_read);
        client.reads.push_back(Read { token: token.clone(), size });
        stream.waiting += 1;
        Ok(())
    }

    /// Answers reads of a channel that wait, as far as there are bytes and room; the streams in turn.
    pub fn answer(&mut self, channel: Channel, now: Duration) {
        let Some(peer) = self.peers.get_mut(&channel) else { return };
        let mut moved = false;
        loop {
            let mut progress = false;
            let behind = peer.connected.range(peer.turn.saturating_add(1)..);
            for number in behind.chain(peer.connected.range(..=peer.turn)) {
                if peer.room == 0 {
                    break;
                }
                let Some(stream) = self.streams.get_mut(number) else { continue };
                if stream.waiting == 0 {
                    continue;
                }
                let Some((answer, more)) = next(stream, channel, &mut self.spare, now) else { continue };
                peer.room = peer.room.saturating_sub(more.read_bytes as usize + ANSWER);
                peer.totals += more;
                peer.answers.push_back(answer);
                peer.turn = *number;
                progress = true;
            }
            moved |= progress;
            if !progress {
                break;
            }
        }
        if moved {
            // Test streams go on when somebody has read.
            self.pump(now);
        }
    }
}

/// The answer to the read of a client that has waited longest, if there is something to say.
fn next(
    stream: &mut Stream,
    channel: Channel,
    spare: &mut Vec<Vec<u8>>,
    now: Duration,
) -> Option<(Answer, Totals)> {
    let client = stream.clients.get_mut(&channel)?;
    let ring = stream.ring.as_ref()?;
    if client.reads.is_empty() || (client.position >= ring.end() && stream.eos.is_none()) {
        return None;
    }
    let Read { token, size } = client.reads.pop_front()?;
    stream.waiting -= 1;
    client.moved = now;
    let mut data = spare.pop().unwrap_or_default();
    let gap = ring.begin().saturating_sub(client.position);
    let lost = gap.min(Lost::MOST);
    client.position += lost;
    // Frames that are gone, whole or in their rest; counted with the first piece of a long gap.
    let lost_frames = if gap > 0 { ring.gone() - client.frames } else { 0 };
    client.frames += lost_frames;
    let mut read_frames = 0;
    if lost == gap {
        client.position += ring.read(client.position, size, &mut data) as u64;
        read_frames = ring.frames_before(client.position) - client.frames;
        client.frames += read_frames;
    }
    let eos = stream.eos.is_some() && client.position == ring.end();
    client.told_eos |= eos;
    let totals = Totals { read_bytes: data.len() as u64, read_frames, lost_bytes: lost, lost_frames };
    Some((Answer::Read { token, data, error: None, lost, eos }, totals))
}

/// Cancels what a client has waiting: reads, then writes.
pub(crate) fn cancel(client: &mut Client) -> (Vec<Answer>, usize) {
    let cancelled = || ErrorReport::new(Code::Cancelled, "Command canceled");
    let reads = client.reads.drain(..).map(|read| Answer::no_read(&read.token, cancelled(), true));
    let mut answers: Vec<Answer> = reads.collect();
    let mut bytes = 0;
    for write in client.writes.drain(..) {
        bytes += write.data.map_or(0, |data| data.len());
        answers.push(Answer::Done { token: write.token, error: Some(cancelled()) });
    }
    (answers, bytes)
}
