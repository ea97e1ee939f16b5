//! The receiving side of a bridge: its way in, its peers, and whose turn it is.
//!
//! Used by `give`, and by the module itself while no half is being called. What holds: peers are read in turn, one read
//! each, so that a fast one leaves room for the others; what one read brought is given before anybody is read again, whoever
//! comes or goes meanwhile.

use super::{
    door::Door,
    incoming::{Got, Incoming, Room},
    params::Settings,
    peer::{Gone, Peer},
    scratch::Scratch,
    status::Status,
    zmtp::Kind,
};
use rogue_sdk::prelude::*;
use std::{
    cmp::Ordering,
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::AsFd,
    sync::Arc,
    time,
};

/// Most connections of one port; those beyond are closed at once.
pub const PEERS_MAX: usize = 1024;
/// Pause between two looks at everything while frames flow.
pub const LOOK_PAUSE: time::Duration = time::Duration::from_millis(1);

/// The receiving side.
pub struct Receiver {
    settings: Arc<Settings>,
    pub status: Status,
    node: Node,
    pub door: Door,
    pub peers: Vec<Incoming>,
    pub scratch: Scratch,
    /// Whose bytes are in the scratch.
    pub owner: usize,
    turn: usize,
    now: time::Duration,
    looked: Option<time::Duration>,
    busy: bool,
    /// Whether a peer was connected once.
    had_peer: bool,
}

impl Receiver {
    pub fn new(settings: &Arc<Settings>, status: &Status, node: &Node) -> Receiver {
        Receiver {
            settings: settings.clone(),
            status: status.clone(),
            node: *node,
            door: Door::Shut,
            peers: Vec::new(),
            scratch: Scratch::default(),
            owner: 0,
            turn: 0,
            now: time::Duration::ZERO,
            looked: None,
            busy: false,
            had_peer: false,
        }
    }

    /// Gives what has come; whether there is more.
    pub fn give(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> bool {
        self.now = cx.now();
        let mut room = Room::new(out);
        if self.give_rest(&mut room) {
            self.busy = true;
            return true;
        }
        // Who has the half called is not known: first those that were heard before, then, if it was none of them or the last
        // look is long ago, everybody.
        let long_ago = self.looked.is_none_or(|looked| self.now >= looked + LOOK_PAUSE);
        if !self.busy || long_ago {
            self.peers.iter_mut().for_each(|peer| peer.ready = peer.peer.is_open());
        }
        self.busy = self.give_new(&mut room);
        if long_ago || !room.has_given() {
            self.look(cx);
            self.busy |= self.peers.iter().any(|peer| peer.ready);
        }
        self.busy
    }

    /// Whether all peers that there were are gone.
    pub fn is_over(&self) -> bool {
        self.had_peer && self.open() == 0
    }

    fn open(&self) -> usize {
        self.peers.iter().filter(|peer| peer.peer.is_open()).count()
    }

    /// What the last read brought; whether the call is full with it.
    fn give_rest(&mut self, room: &mut Room<'_, '_>) -> bool {
        while !self.scratch.is_empty() {
            match self.serve(self.owner, room) {
                Some(Got::Full) => return true,
                Some(_) => {}
                None => break,
            }
        }
        false
    }

    /// What the peers have, each one read in turn; whether there is more.
    fn give_new(&mut self, room: &mut Room<'_, '_>) -> bool {
        loop {
            let (mut more, mut passed) = (false, 0);
            while passed < self.peers.len() {
                if room.is_full() {
                    return true;
                }
                let at = self.turn % self.peers.len();
                let got = if self.peers[at].ready { self.serve(at, room) } else { Some(Got::Nothing) };
                // If this one is gone, another stands at its place now.
                if let Some(got) = got {
                    self.turn = at + 1;
                    passed += 1;
                    match got {
                        Got::Full => return true,
                        Got::More => more = true,
                        Got::Nothing => {}
                    }
                }
            }
            if !more {
                return false;
            }
        }
    }

    /// Serves one peer; `None` if it is gone.
    fn serve(&mut self, at: usize, room: &mut Room<'_, '_>) -> Option<Got> {
        self.owner = at;
        let served = self.peers.get_mut(at)?.serve(&mut self.scratch, room);
        served.map_err(|why| self.close(at, &why)).ok()
    }

    /// Looks at everything: who comes, who greets, who may have something.
    fn look(&mut self, cx: &Context<'_>) {
        self.looked = Some(self.now);
        let before = self.peers.len();
        while let Some((stream, addr)) = self.door.next(&self.settings, &self.status, cx, false) {
            self.come(stream, addr);
        }
        let mut changed = before != self.peers.len();
        let mut at = 0;
        while let Some(Incoming { peer, ready, .. }) = self.peers.get_mut(at) {
            if !peer.is_open() {
                match peer.greet(self.now) {
                    Ok(true) => {
                        self.status.connected(peer.addr, "gives frames");
                        self.had_peer = true;
                        *ready = true;
                        changed = true;
                        self.door.succeeded();
                    }
                    Ok(false) => {}
                    Err(why) => {
                        self.close(at, &why);
                        continue;
                    }
                }
            }
            at += 1;
        }
        if changed {
            self.show_peers();
        }
    }

    /// Somebody has come.
    fn come(&mut self, stream: TcpStream, addr: SocketAddr) {
        let peer = match self.peers.len() {
            PEERS_MAX => Err(io::Error::other("there are too many connections already")),
            _ => Peer::new(stream, addr, Kind::Pull, self.now, &self.settings),
        };
        match peer {
            Ok(peer) => self.peers.push(Incoming::new(peer, self.settings.max_payload)),
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

    /// Has the giving half called when something comes, or is due.
    ///
    /// # Errors
    /// When the runtime cannot watch.
    pub fn watch(&self, cx: &Context<'_>) -> Result<()> {
        self.door.watch(cx, false)?;
        for Incoming { peer, .. } in &self.peers {
            if let Some(due) = peer.due() {
                cx.wake_at(due);
            }
            cx.watch_read(peer.stream.as_fd(), false)?;
        }
        Ok(())
    }

    /// A connection has ended.
    fn close(&mut self, at: usize, why: &Gone) {
        let peer = self.peers.remove(at);
        // What was read and not used is another's unless it was this one's, and that one stands one further down now.
        match at.cmp(&self.owner) {
            Ordering::Equal => self.scratch.keep(0),
            Ordering::Less => self.owner -= 1,
            Ordering::Greater => {}
        }
        self.node.unwatch(peer.peer.stream.as_fd(), false);
        self.show_peers();
        self.status.gone(peer.peer.addr, why, peer.peer.is_open());
        if peer.is_torn() {
            self.status.torn(peer.peer.addr);
        }
        // With `end_with_peer` there is no other connection after this one.
        if !(self.settings.end_with_peer && self.is_over()) {
            self.door.lost(self.now);
        }
    }

    /// What was read and not used, and whose it is.
    pub fn take_rest(&mut self) -> Option<(usize, Vec<u8>)> {
        let rest = self.scratch.rest().to_vec();
        self.scratch.keep(0);
        (!rest.is_empty()).then_some((self.owner, rest))
    }

    /// Takes over a connection of a predecessor, with what it had read and not used.
    pub fn resume(&mut self, mut peer: Incoming, rest: Option<&Frame>) {
        self.had_peer = true;
        peer.carry(rest.map(Frame::to_vec).unwrap_or_default());
        self.peers.push(peer);
    }

    /// Has it shown how many peers give frames.
    pub fn show_peers(&self) {
        self.status.givers(self.open());
    }

    /// Ends all watches.
    pub fn unwatch_all(&self) {
        self.door.unwatch(&self.node, false);
        self.peers.iter().for_each(|peer| self.node.unwatch(peer.peer.stream.as_fd(), false));
    }

    /// Closes everything. Where there is nothing left a successor has it, and shows it.
    pub fn stop(&mut self) {
        if matches!(self.door, Door::Shut) && self.peers.is_empty() {
            return;
        }
        self.unwatch_all();
        self.door = Door::Shut;
        self.scratch.keep(0);
        for peer in std::mem::take(&mut self.peers) {
            if peer.is_torn() {
                self.status.torn(peer.peer.addr);
            }
        }
        self.show_peers();
    }
}
