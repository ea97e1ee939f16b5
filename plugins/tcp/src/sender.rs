//! The sending side of a bridge: its way in, its peers, and which of them the next frame goes to.
//!
//! Used by `take`, by `give` once the taking half has finished, and by the module itself while no half is being called.
//! What holds: frames go out round robin to the peers that have room, each peer's in their order; what a connection's end
//! leaves unwritten goes out by another, before everything else.

use super::{
    door::Door,
    outgoing::{Outgoing, Staging},
    params::Settings,
    peer::{Gone, Peer},
    receiver::PEERS_MAX,
    status::Status,
    zmtp::Kind,
};
use rogue_sdk::prelude::*;
use std::{
    collections::VecDeque,
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::AsFd,
    sync::Arc,
    time,
};

/// The sending side.
pub struct Sender {
    settings: Arc<Settings>,
    pub status: Status,
    node: Node,
    pub door: Door,
    pub peers: Vec<Outgoing>,
    /// Frames that no peer has.
    pub waiting: VecDeque<Frame>,
    staging: Staging,
    turn: usize,
    now: time::Duration,
    finished: bool,
    /// Whether the taking half has been called: without links to it there is none.
    attended: bool,
}

impl Sender {
    pub fn new(settings: &Arc<Settings>, status: &Status, node: &Node) -> Sender {
        Sender {
            settings: settings.clone(),
            status: status.clone(),
            node: *node,
            door: Door::Shut,
            peers: Vec::new(),
            waiting: VecDeque::new(),
            staging: Staging::default(),
            turn: 0,
            now: time::Duration::ZERO,
            finished: false,
            attended: false,
        }
    }

    /// Looks at everything: who comes, who greets, who is gone.
    pub fn look(&mut self, cx: &Context<'_>, take: bool) {
        self.now = cx.now();
        self.attended |= take;
        while let Some((stream, addr)) = self.door.next(&self.settings, &self.status, cx, take) {
            self.come(stream, addr);
        }
        let mut at = 0;
        while let Some(peer) = self.peers.get_mut(at) {
            let heard = match peer.peer.is_open() {
                true => peer.listen().map(|()| false),
                false => peer.peer.greet(self.now),
            };
            match heard {
                Ok(true) => {
                    self.status.connected(peer.peer.addr, "takes frames");
                    self.door.succeeded();
                    self.show_peers();
                }
                Ok(false) => {}
                Err(why) => {
                    self.close(at, &why, take);
                    continue;
                }
            }
            at += 1;
        }
    }

    /// Somebody has come.
    fn come(&mut self, stream: TcpStream, addr: SocketAddr) {
        let peer = match self.peers.len() {
            PEERS_MAX => Err(io::Error::other("there are too many connections already")),
            _ => Peer::new(stream, addr, Kind::Push, self.now, &self.settings),
        };
        match peer {
            Ok(peer) => self.peers.push(Outgoing::new(peer)),
            Err(error) => {
                self.status.gone(addr, &Gone::Broken(error), false);
                self.door.lost(self.now);
            }
        }
    }

    /// Whoever has come by a predecessor's socket and is served here too.
    pub fn come_by(&mut self, before: &TcpListener) {
        self.now = self.node.now();
        for (stream, addr) in self.door.come_by(before, PEERS_MAX) {
            self.come(stream, addr);
        }
    }

    fn open(&self) -> usize {
        self.peers.iter().filter(|peer| peer.peer.is_open()).count()
    }

    /// Whether nobody takes frames.
    pub fn is_absent(&self) -> bool {
        self.open() == 0
    }

    /// Puts frames behind those that wait, and writes what there is room for.
    pub fn send(&mut self, frames: &mut Vec<Frame>, take: bool) {
        if self.waiting.is_empty()
            && let [only] = &mut self.peers[..]
            && only.peer.is_open()
        {
            frames.drain(..).for_each(|frame| only.push(frame));
        } else {
            self.waiting.extend(frames.drain(..));
        }
        loop {
            self.route();
            let mut at = 0;
            while let Some(peer) = self.peers.get_mut(at) {
                let flushed = if peer.peer.is_open() { peer.flush(&mut self.staging) } else { Ok(()) };
                match flushed {
                    Ok(()) => at += 1,
                    Err(why) => self.close(at, &why, take),
                }
            }
            if self.waiting.is_empty() || self.room() == 0 {
                break;
            }
        }
        self.status.held(self.held());
    }

    /// Gives what waits to the peers with room, in turn.
    fn route(&mut self) {
        while !self.waiting.is_empty() {
            let (len, most) = (self.peers.len(), self.settings.max_held);
            let next = (0..len).map(|by| (self.turn + by) % len).find(|at| self.peers[*at].room(most) > 0);
            let Some(at) = next else { break };
            if let Some(frame) = self.waiting.pop_front() {
                self.peers[at].push(frame);
            }
            self.turn = at + 1;
        }
    }

    /// How many bytes can be taken; none while frames wait that no peer has.
    pub fn room(&self) -> u64 {
        if !self.waiting.is_empty() {
            return 0;
        }
        self.peers.iter().map(|peer| peer.room(self.settings.max_held)).fold(0, u64::saturating_add)
    }

    /// Frames taken and not written.
    pub fn held(&self) -> usize {
        self.waiting.len() + self.peers.iter().map(Outgoing::waiting).sum::<usize>()
    }

    /// Has a half called when somebody comes, says something, has room again, or something is due.
    ///
    /// # Errors
    /// When the runtime cannot watch.
    pub fn watch(&self, cx: &Context<'_>, take: bool) -> Result<()> {
        self.door.watch(cx, take)?;
        for peer in &self.peers {
            if let Some(due) = peer.peer.due() {
                cx.wake_at(due);
            }
            let stream = peer.peer.stream.as_fd();
            // One watch for each descriptor: a peer that is gone ends the one for writing too.
            match peer.is_blocked() || peer.peer.has_control() {
                true => cx.watch_write(stream, take)?,
                false => cx.watch_read(stream, take)?,
            }
        }
        Ok(())
    }

    fn unwatch(&self, take: bool) {
        self.door.unwatch(&self.node, take);
        self.peers.iter().for_each(|peer| self.node.unwatch(peer.peer.stream.as_fd(), take));
    }

    /// A connection has ended: what it has not sent is the first that goes out by another.
    fn close(&mut self, at: usize, why: &Gone, take: bool) {
        let peer = self.peers.remove(at);
        self.node.unwatch(peer.peer.stream.as_fd(), take);
        self.show_peers();
        self.status.gone(peer.peer.addr, why, peer.peer.is_open());
        self.status.in_flight(peer.peer.addr, peer.in_flight());
        let (_, mut queue, _) = peer.into_parts();
        queue.append(&mut self.waiting);
        self.waiting = queue;
        if !(self.finished && matches!(self.door, Door::Dial(_))) {
            self.door.lost(self.now);
        }
    }

    /// The last frame is written: peers that had some are told that no more will come; `all`: the others too. From now on
    /// the giving half looks after the rest.
    pub fn finish(&mut self, all: bool) {
        self.finished = true;
        self.unwatch(true);
        for peer in self.peers.iter().filter(|peer| all || peer.has_sent()) {
            // One that fails is gone already.
            drop(peer.peer.stream.shutdown(std::net::Shutdown::Write));
        }
    }

    /// Whether the taking half does not look after it: it has finished, or has not been called yet.
    pub fn is_left_alone(&self) -> bool {
        self.finished || !self.attended
    }

    /// Whether the taking half has finished.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Takes over a connection of a predecessor.
    pub fn resume(&mut self, peer: Outgoing) {
        self.peers.push(peer);
    }

    /// Has it shown how many peers take frames, and how many frames wait.
    pub fn show_peers(&self) {
        self.status.takers(self.open());
        self.status.held(self.held());
    }

    /// Ends all watches, whichever half has them.
    pub fn unwatch_all(&self) {
        self.unwatch(true);
        self.unwatch(false);
    }

    /// Closes everything; frames that are not sent stay with the node, which answers for them. Where there is nothing left a
    /// successor has it, and shows it.
    pub fn stop(&mut self) {
        if matches!(self.door, Door::Shut) && self.peers.is_empty() {
            return;
        }
        self.unwatch_all();
        self.door = Door::Shut;
        for peer in std::mem::take(&mut self.peers).into_iter().rev() {
            let (_, mut queue, _) = peer.into_parts();
            queue.append(&mut self.waiting);
            self.waiting = queue;
        }
        self.show_peers();
    }
}
