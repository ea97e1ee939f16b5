//! The receiving side of a bridge.
//!
//! Used by `give`, and by the module itself while no half is being called. What holds: what one read brought is given before
//! the next; who sent it is the peer before it is given, so that an answer goes there.

use super::{
    modules::UdpServer,
    open::Open,
    params::{Peers, Settings},
    peer::Peer,
    pieces::{Piece, Pieces},
    status::Status,
    sys,
};
use rogue_sdk::prelude::*;
use rogue_socket::{address::shown, watch::or_look_anyway};
use socket2::SockRef;
use std::{
    collections::VecDeque,
    net::{SocketAddr, UdpSocket},
    os::fd::AsFd,
    sync::Arc,
    time,
};

// Both modules have the same reasons, in the same order.
const OVERSIZE: Reason = UdpServer::CARD.reason("oversize");
const STRANGER: Reason = UdpServer::CARD.reason("stranger");

/// Pause between two looks at the system's drops while datagrams flow.
const DROPS_PAUSE: time::Duration = time::Duration::from_millis(10);
/// Most reads at the end: peers may send on while they are counted.
const LAST_READS: usize = 4096;

/// The receiving side.
pub struct Receiver {
    settings: Arc<Settings>,
    status: Status,
    node: Node,
    peer: Peer,
    pub open: Option<Open>,
    pub pieces: Pieces,
    /// Frames that a predecessor had read.
    pub ready: VecDeque<Frame>,
    /// What the system had dropped at this socket when it was last looked at.
    pub drops_seen: u32,
    drops_looked: time::Duration,
    /// When something came last.
    heard: Option<time::Duration>,
}

impl Receiver {
    pub fn new(settings: &Arc<Settings>, status: &Status, node: &Node, peer: &Peer) -> Receiver {
        Receiver {
            settings: settings.clone(),
            status: status.clone(),
            node: *node,
            peer: peer.clone(),
            open: None,
            pieces: Pieces::new(settings),
            ready: VecDeque::new(),
            drops_seen: 0,
            drops_looked: time::Duration::ZERO,
            heard: None,
        }
    }

    /// Gives what has come; whether there is more.
    ///
    /// # Errors
    /// No memory, or what the system says of the socket.
    pub fn give(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<bool> {
        while !out.is_full()
            && let Some(frame) = self.ready.pop_front()
        {
            out.send(frame);
        }
        if out.is_full() {
            return Ok(true);
        }
        let Some(open) = self.open.clone() else { return Ok(false) };
        self.pieces.runs = open.runs.1;
        // Whose frames are given in this call, where that counts.
        let mut whose = None;
        let mut more = true;
        loop {
            while self.may_give(&mut whose)
                && let Some(frame) = self.next()?
            {
                out.send(frame);
                if out.is_full() {
                    return Ok(true);
                }
            }
            if !self.pieces.is_empty() {
                return Ok(true);
            }
            if !more {
                self.count_drops();
                self.pieces.rest();
                return Ok(false);
            }
            more = self.read(&open, cx.now())?;
        }
    }

    /// Reads what there is; whether there may be more.
    fn read(&mut self, open: &Open, now: time::Duration) -> Result<bool> {
        let (datagrams, more) = self.pieces.read(&open.socket, &self.node)?;
        if datagrams > 0 {
            self.heard = Some(now);
            self.status.datagrams_in.add(datagrams as u64);
            if self.settings.peers == Peers::Last
                && let Some(last) = self.pieces.last_from()
            {
                self.learn(last);
            }
        }
        if now >= self.drops_looked + DROPS_PAUSE {
            self.drops_looked = now;
            self.count_drops();
        }
        Ok(more)
    }

    /// Whether the next frame may be given in the same call: answers to frames of two senders could go to one of them only.
    fn may_give(&mut self, whose: &mut Option<SocketAddr>) -> bool {
        if self.settings.peers != Peers::Sender {
            return true;
        }
        let Some(next) = self.pieces.from() else { return true };
        if *whose.get_or_insert(next) != next {
            return false;
        }
        self.learn(next);
        true
    }

    fn learn(&self, peer: SocketAddr) {
        if self.peer.set(peer) {
            self.status.peer(Some(peer));
        }
    }

    /// The next datagram that is a frame.
    ///
    /// # Errors
    /// No memory.
    pub fn next(&mut self) -> Result<Option<Frame>> {
        while let Some(from) = self.pieces.from() {
            if matches!(self.settings.peers, Peers::First | Peers::Host) {
                match self.peer.get() {
                    None => self.learn(from),
                    Some(peer) if peer != from => {
                        for _ in 0..self.pieces.pass() {
                            self.drop_one(STRANGER)?;
                        }
                        continue;
                    }
                    Some(_) => {}
                }
            }
            match self.pieces.next(&self.node)? {
                Some(Piece::Frame(frame)) => return Ok(Some(frame)),
                Some(Piece::Empty) => self.status.zero_length.add(1),
                Some(Piece::TooLong(len)) => {
                    self.status.warn(format_args!(
                        "a datagram of {len} bytes from {} is longer than max_payload ({} bytes): dropped",
                        shown(from),
                        self.settings.max_payload
                    ));
                    self.drop_one(OVERSIZE)?;
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// A datagram that makes no frame is in the books as one without buffers.
    fn drop_one(&self, reason: Reason) -> Result<()> {
        self.node.drop(self.node.request(0, 0)?, reason);
        Ok(())
    }

    /// Counts what the system has dropped since it was last asked.
    pub fn count_drops(&mut self) {
        let Some(open) = &self.open else { return };
        let Some(dropped) = sys::dropped(&open.socket) else { return };
        let fresh = dropped.wrapping_sub(self.drops_seen);
        if fresh > 0 {
            self.drops_seen = dropped;
            self.status.kernel_drops.add(fresh.into());
            self.status.warn(format_args!(
                "the system dropped {fresh} {}: they came faster than they were read, and the receive buffer was full; \
                 give it more room with rx_buffer_count, and a fifo behind this node",
                if open.runs.1 { "datagrams or runs of them" } else { "datagrams" }
            ));
        }
    }

    /// When the giving half ends if nothing comes until then.
    pub fn silent_at(&self) -> Option<time::Duration> {
        Some(self.heard? + self.settings.end_when_silent?)
    }

    /// Whether anything has come.
    pub fn has_heard(&self) -> bool {
        self.heard.is_some()
    }

    /// A predecessor has heard something.
    pub fn heard_before(&mut self) {
        self.heard = Some(self.node.now());
    }

    /// Has the giving half called when something comes.
    pub fn watch(&self, cx: &Context<'_>) {
        let Some(open) = &self.open else { return };
        or_look_anyway(cx.watch_read(open.socket.as_fd(), false), cx);
    }

    /// Has what waits in a predecessor's socket given, as much as that has room for, and counts what comes meanwhile.
    ///
    /// # Errors
    /// No memory, or what the system says of the socket.
    pub fn empty(&mut self, socket: UdpSocket) -> Result<()> {
        let room = SockRef::from(&socket).recv_buffer_size()?;
        // Whether runs come is the predecessor's affair: there is room for them.
        let open = Open { socket: Arc::new(socket), runs: (false, true) };
        (self.open, self.pieces.runs) = (Some(open.clone()), true);
        let mut bytes = 0;
        for _ in 0..LAST_READS {
            let more = self.read(&open, self.node.now())?;
            while let Some(frame) = self.next()? {
                bytes += frame.payload() as usize;
                self.ready.push_back(frame);
            }
            if !more || bytes >= room {
                break;
            }
        }
        self.count_unread();
        self.count_drops();
        self.open = None;
        Ok(())
    }

    /// Gives the socket up.
    pub fn close(&mut self) -> Option<Open> {
        self.count_drops();
        let open = self.open.take()?;
        self.node.unwatch(open.socket.as_fd(), false);
        Some(open)
    }

    /// Counts what has come and will not be read any more.
    pub fn count_unread(&mut self) {
        let Some(open) = self.open.clone() else { return };
        self.pieces.runs = open.runs.1;
        let mut unread = 0;
        for _ in 0..LAST_READS {
            while !self.pieces.is_empty() {
                unread += self.pieces.pass();
            }
            match self.pieces.read(&open.socket, &self.node) {
                Ok((_, true)) => {}
                Ok((0, false)) | Err(_) => break,
                Ok(_) => {}
            }
        }
        self.pieces.rest();
        self.status.unread.add(unread as u64);
        if unread > 0 {
            self.status
                .warn(format_args!("{unread} datagrams had come and were not read when the run ended"));
        }
    }
}
