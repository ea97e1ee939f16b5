//! What one read has brought, and making frames of it.
//!
//! Used by `receiver`. Short datagrams are copied once, into frames of their own length: a copy costs about what another
//! handle over a shared block costs, and keeps the memory that the system writes to in the processor's cache. Long ones are
//! received into blocks of the pool that answers the output, and cut there without a copy.
//!
//! What holds: all frames of a block together fill at least half of it, so a queue of them takes at most twice their bytes;
//! and whoever keeps one of them alone keeps at most 16 times its bytes.

use super::{
    params::Settings,
    sys::{self, MESSAGES_MAX, Message},
};
use rogue_sdk::prelude::*;
use std::{
    collections::VecDeque,
    io::{self, IoSliceMut},
    net::{SocketAddr, UdpSocket},
};

/// Datagrams up to this size are copied.
const COPIED_MAX: usize = 4096;
/// Room for any message.
const ROOM: usize = 64 << 10;
/// Datagrams of one read, about: a batch of the graph.
const DATAGRAMS: usize = 64;

/// A datagram.
pub enum Piece {
    Frame(Frame),
    /// Without a byte.
    Empty,
    /// Of so many bytes, which is more than there may be.
    TooLong(usize),
}

/// Where it was read to, and how far it is cut.
pub struct Pieces {
    max_payload: usize,
    channel: u8,
    /// Whether messages may be runs of datagrams.
    pub runs: bool,
    /// Room for short datagrams; made when the first ones come, so that an idle bridge has none.
    scratch: Vec<u8>,
    /// Rooms for long ones, the first for the first message that is left.
    blocks: VecDeque<Frame>,
    in_blocks: bool,
    messages: VecDeque<Message>,
    /// Messages cut so far, where they lie in the scratch.
    cut: usize,
    /// Bytes of the first message that are cut.
    at: usize,
    /// Messages that the next read asks for.
    ask: usize,
    /// What the last read was like: datagrams in a message, and whether they are for blocks.
    each: usize,
    long: bool,
    arrived: Vec<Message>,
}

impl Pieces {
    pub fn new(settings: &Settings) -> Pieces {
        Pieces {
            max_payload: settings.max_payload as usize,
            channel: settings.channel,
            runs: false,
            scratch: Vec::new(),
            blocks: VecDeque::new(),
            in_blocks: false,
            messages: VecDeque::new(),
            cut: 0,
            at: 0,
            ask: 1,
            each: 1,
            long: false,
            arrived: Vec::new(),
        }
    }

    /// Whether all is cut.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Who sent the next datagram.
    pub fn from(&self) -> Option<SocketAddr> {
        self.messages.front().map(|message| message.from)
    }

    /// Who sent the last one.
    pub fn last_from(&self) -> Option<SocketAddr> {
        self.messages.back().map(|message| message.from)
    }

    /// Reads what there is; only if all that was read before is cut. Says how many datagrams came, and whether there may be
    /// more.
    ///
    /// # Errors
    /// No memory; what the system says, but for that there is nothing.
    pub fn read(&mut self, socket: &UdpSocket, node: &Node) -> Result<(usize, bool)> {
        let ask = self.ask;
        self.in_blocks = self.long && self.make_blocks(node, ask)?;
        self.arrived.clear();
        let read = match self.in_blocks {
            true => self.read_blocks(socket, ask),
            false => self.read_scratch(socket, ask),
        };
        match read {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.blocks.clear();
                self.ask = 1;
                return Ok((0, false));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok((0, true)),
            done => done?,
        }
        let (mut datagrams, mut bytes) = (0, 0);
        for message in &self.arrived {
            datagrams += if message.each == 0 { 1 } else { message.len.div_ceil(message.each) };
            bytes += message.len;
        }
        let came = self.arrived.len();
        (self.cut, self.at) = (0, 0);
        self.messages.extend(self.arrived.drain(..));
        self.each = datagrams.div_ceil(came.max(1)).max(1);
        // A block that is not filled to half is no gain.
        let fills = !self.runs || bytes * 2 >= came * ROOM;
        self.long = fills && bytes > datagrams * COPIED_MAX;
        let most = (DATAGRAMS / self.each).clamp(2, MESSAGES_MAX);
        self.ask = if came == ask { ask * 2 } else { came + 1 }.min(most);
        Ok((datagrams, came == ask))
    }

    fn read_scratch(&mut self, socket: &UdpSocket, ask: usize) -> io::Result<()> {
        if self.scratch.is_empty() {
            // The system gives memory to what of it is used.
            self.scratch = vec![0; MESSAGES_MAX * ROOM];
        }
        let mut rooms: Vec<_> = self.scratch.chunks_exact_mut(ROOM).take(ask).map(IoSliceMut::new).collect();
        sys::receive(socket, &mut rooms, &mut self.arrived)
    }

    fn read_blocks(&mut self, socket: &UdpSocket, ask: usize) -> io::Result<()> {
        let mut buffers = Vec::with_capacity(ask);
        for block in self.blocks.iter_mut().take(ask) {
            buffers.push(block.buffer_mut(0).map_err(io::Error::other)?);
        }
        let mut rooms = Vec::with_capacity(ask);
        for buffer in &mut buffers {
            rooms.push(IoSliceMut::new(buffer.room_mut().map_err(io::Error::other)?));
        }
        sys::receive(socket, &mut rooms, &mut self.arrived)
    }

    /// Makes blocks for so many messages; false where the pool has no buffers of that size.
    fn make_blocks(&mut self, node: &Node, count: usize) -> Result<bool> {
        let room = if self.runs { ROOM } else { self.max_payload };
        while self.blocks.len() < count {
            let block = node.request(0, u32::try_from(room)?)?;
            if block.buffer_count() != 1 {
                self.blocks.clear();
                return Ok(false);
            }
            self.blocks.push_back(block);
        }
        Ok(true)
    }

    /// The next datagram, `None` if all are cut.
    ///
    /// # Errors
    /// No memory; the datagram stays the next.
    pub fn next(&mut self, node: &Node) -> Result<Option<Piece>> {
        let Some(&Message { len, each, .. }) = self.messages.front() else { return Ok(None) };
        let take = if each == 0 { len } else { each.min(len - self.at) };
        let piece = if take == 0 {
            Piece::Empty
        } else if take > self.max_payload {
            Piece::TooLong(take)
        } else {
            let mut frame = self.frame(take, len, node)?;
            if self.channel != 0 {
                frame.set_channel(self.channel);
            }
            Piece::Frame(frame)
        };
        self.at += take;
        if self.at >= len {
            self.pass();
        }
        Ok(Some(piece))
    }

    /// All of the next message is cut or thrown away; says how many datagrams that were.
    pub fn pass(&mut self) -> usize {
        let Some(Message { len, each, .. }) = self.messages.pop_front() else { return 0 };
        let left = if each == 0 { 1 } else { (len - self.at).div_ceil(each) };
        self.at = 0;
        self.cut += 1;
        if self.in_blocks
            && let Some(block) = self.blocks.pop_front()
            && block.payload() == 0
        {
            // Nothing was cut of it: it is as good as new.
            self.blocks.push_back(block);
        }
        left
    }

    /// A frame of the next `take` bytes of the first message.
    fn frame(&mut self, take: usize, len: usize, node: &Node) -> Result<Frame> {
        let size = u32::try_from(take)?;
        if self.in_blocks
            && let Some(block) = self.blocks.front_mut()
        {
            if len * 2 >= block.size() as usize {
                block.set_payload(u32::try_from(len)?)?;
                return Ok(block.slice(u32::try_from(self.at)?, size)?);
            }
            let mut frame = node.request(0, size)?;
            let mut buffer = block.buffer_mut(0)?;
            frame.write(0, &buffer.room_mut()?[self.at..self.at + take])?;
            return Ok(frame);
        }
        let mut frame = node.request(0, size)?;
        let from = self.cut * ROOM + self.at;
        frame.write(0, &self.scratch[from..from + take])?;
        Ok(frame)
    }

    /// Lets go of blocks that nothing came to.
    pub fn rest(&mut self) {
        if self.messages.is_empty() {
            self.blocks.clear();
        }
    }
}

#[cfg(test)]
mod tests;
