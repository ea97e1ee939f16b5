//! Where connections of one port come from: a listener (server) or a dialer (client).

use super::{
    dial::{Dialed, Dialer},
    params::Settings,
    status::Status,
};
use rogue_sdk::{Context, Node, Result};
use rogue_socket::listener::{self, PAUSE};
use std::{
    iter,
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::AsFd,
    time::Duration,
};

/// The way in.
pub enum Door {
    /// Before `start` and after `stop`.
    Shut,
    Listen(TcpListener),
    Dial(Dialer),
}

impl Door {
    /// The next new connection, if there is one.
    pub fn next(
        &mut self,
        settings: &Settings,
        status: &Status,
        cx: &Context<'_>,
        take: bool,
    ) -> Option<(TcpStream, SocketAddr)> {
        match self {
            Door::Shut => None,
            Door::Listen(listener) => match listener::accept(listener) {
                Ok(accepted) => accepted,
                Err(error) => {
                    status.warn(&format!("a connection cannot be accepted: {error}; trying again"));
                    cx.wake_at(cx.now() + PAUSE);
                    None
                }
            },
            Door::Dial(dialer) => loop {
                match dialer.poll(settings, cx, take) {
                    Dialed::Nothing => return None,
                    Dialed::Connected(stream, to) => return Some((stream, to)),
                    Dialed::Failed(why) => status.failed(&why),
                }
            },
        }
    }

    /// Connections that have come by a predecessor's socket and could have come by this one, of `most` at most.
    pub fn come_by(&self, before: &TcpListener, most: usize) -> Vec<(TcpStream, SocketAddr)> {
        let next = || listener::accept(before).ok().flatten();
        iter::from_fn(next).take(most).filter(|(stream, _)| self.serves(stream)).collect()
    }

    /// Whether a connection that has come already could have come by this one.
    pub fn serves(&self, stream: &TcpStream) -> bool {
        let Door::Listen(listener) = self else { return false };
        match (listener.local_addr(), stream.local_addr()) {
            (Ok(bound), Ok(by)) => listener::covers(bound, by),
            _ => false,
        }
    }

    /// A connection of this door is gone.
    pub fn lost(&mut self, now: Duration) {
        if let Door::Dial(dialer) = self {
            dialer.lost(now);
        }
    }

    /// A connection of this door has shown that it is a peer.
    pub fn succeeded(&mut self) {
        if let Door::Dial(dialer) = self {
            dialer.succeeded();
        }
    }

    /// Has the half called when there is something to do.
    ///
    /// # Errors
    /// When the runtime cannot watch.
    pub fn watch(&self, cx: &Context<'_>, take: bool) -> Result<()> {
        match self {
            Door::Listen(listener) => cx.watch_read(listener.as_fd(), take),
            Door::Dial(dialer) => {
                if let Some(due) = dialer.due() {
                    cx.wake_at(due);
                }
                dialer.pending().map_or(Ok(()), |fd| cx.watch_write(fd, take))
            }
            Door::Shut => Ok(()),
        }
    }

    /// Ends that.
    pub fn unwatch(&self, node: &Node, take: bool) {
        match self {
            Door::Listen(listener) => node.unwatch(listener.as_fd(), take),
            Door::Dial(dialer) => {
                if let Some(fd) = dialer.pending() {
                    node.unwatch(fd, take);
                }
            }
            Door::Shut => {}
        }
    }
}
