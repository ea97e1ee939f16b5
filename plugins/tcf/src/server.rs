//! The thread that all sockets belong to: who comes, what is said, what is due.
//!
//! Started and joined by `node`. What holds: clients are served in turn, a bounded step each, so that none waits for
//! another; the thread sleeps in `poll` alone, until a socket is ready, the bell rings or something is due; told to stop,
//! it ends within twice [`CLOSING`].

use super::{
    connection::{CLOSING, Connection, Gone},
    handover::Sockets,
    shared::Shared,
    sys::{self, Watch},
    written,
};
use rogue_sdk::log;
use rogue_socket::listener::{self, PAUSE};
use rogue_tcf_service::Totals;
use std::{
    io::Read,
    net::TcpListener,
    os::{fd::AsFd, unix::net::UnixStream},
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

/// Bytes of one read.
const SCRATCH: usize = 64 << 10;
/// Channels beyond `max_channels` that are told so before they are closed; those beyond are closed at once.
const REFUSED: usize = 16;
/// How often the readings that are texts are written.
const SHOW: Duration = Duration::from_secs(1);

/// The thread's own.
pub struct Server {
    shared: Arc<Shared>,
    /// The one that listens, and maybe a predecessor's, of which what has come to it is taken.
    listeners: Vec<TcpListener>,
    bell: UnixStream,
    connections: Vec<Connection>,
    scratch: Vec<u8>,
    /// Until when no connection is accepted.
    pause: Option<Duration>,
    shown: Option<Duration>,
}

impl Server {
    /// With a socket that listens, maybe a predecessor's beside it, and clients that are there already.
    pub fn new(
        shared: Arc<Shared>,
        listeners: Vec<TcpListener>,
        connections: Vec<Connection>,
        bell: UnixStream,
    ) -> Server {
        Server { shared, listeners, bell, connections, scratch: vec![0; SCRATCH], pause: None, shown: None }
    }

    /// Serves until it is told to stop; gives the sockets back. Channels are ended, unless a successor `takes_over`.
    pub fn run(mut self, takes_over: impl Fn() -> bool) -> Sockets {
        while !self.shared.stopping.load(SeqCst) {
            self.shared.awake();
            self.accept();
            let busy = self.serve() | (self.listeners.len() > 1 && self.pause.is_none());
            let due = self.attend();
            self.wait(busy, due);
        }
        if !takes_over() {
            self.stop();
        }
        let listener = self.listeners.into_iter().next();
        Sockets { served: true, listener, before: None, connections: self.connections }
    }

    fn accept(&mut self) {
        let now = self.shared.now();
        if self.pause.is_some_and(|until| now < until) {
            return;
        }
        self.pause = None;
        // As many as may wait; a flood of connections does not keep the others waiting.
        for _ in 0..64 {
            let Some(listener) = self.listeners.last() else { return };
            match listener::accept(listener) {
                // Nobody comes to a predecessor's any more once it is closed.
                Ok(None) if self.listeners.len() > 1 => drop(self.listeners.pop()),
                Ok(None) => return,
                Ok(Some((stream, addr))) => {
                    let most = self.shared.settings.max_channels;
                    let open = self.connections.iter().filter(|connection| connection.is_open()).count();
                    if open >= most && self.connections.len() >= most + REFUSED {
                        self.shared.status.rejected.add(1);
                        continue;
                    }
                    let mut connection = Connection::new(stream, addr, &self.shared);
                    match open < most {
                        true => log::info!("{addr} is connected"),
                        false => connection.end(&Gone::Refused("there are too many channels"), &self.shared),
                    }
                    self.connections.push(connection);
                }
                Err(error) => {
                    log::warn!("a connection cannot be accepted: {error}; trying again");
                    self.pause = Some(now + PAUSE);
                    return;
                }
            }
        }
    }

    /// A step for each client; whether there is more to do at once.
    fn serve(&mut self) -> bool {
        let mut busy = false;
        for connection in &mut self.connections {
            busy |= connection.read(&mut self.scratch, &self.shared);
            busy |= connection.work(&self.shared);
        }
        busy
    }

    /// What does not come from a socket; gives the time at which something is due.
    fn attend(&mut self) -> Option<Duration> {
        let shared = self.shared.clone();
        written::take(&mut self.connections, &shared);
        let now = shared.now();
        let (stalled, unblocked, ending) = {
            let mut core = shared.core();
            let (late, due) = core.service.expire(now);
            shared.status.stalled.add(late as u64);
            (due, core.service.take_unblocked(), core.ending)
        };
        if unblocked || ending {
            shared.status.node.wake_take();
        }
        let mut due = stalled;
        let mut sooner = |time: Option<Duration>| due = [due, time].into_iter().flatten().min();
        for connection in &mut self.connections {
            if connection.due.is_some_and(|due| due <= now) {
                connection.end(&Gone::Refused("it has sent no Hello for 10 s"), &shared);
            }
        }
        self.connections.retain(|connection| !connection.is_over(now));
        self.connections.iter().for_each(|connection| sooner(connection.due));
        let open = self.connections.iter().filter(|connection| connection.is_open()).count();
        shared.status.clients.set(open as u64);
        sooner(self.pause);
        if self.shown.is_none_or(|shown| now >= shown + SHOW) {
            self.shown = Some(now);
            self.show();
        }
        if !self.connections.is_empty() {
            sooner(self.shown.map(|shown| shown + SHOW));
        }
        due
    }

    fn show(&mut self) {
        let mut peers = Vec::new();
        for connection in self.connections.iter_mut().filter(|connection| connection.is_open()) {
            let Totals { read_bytes, read_frames, lost_bytes, lost_frames } = connection.count(&self.shared);
            peers.push(format!(
                "{} read {read_bytes} ({read_frames} frames) lost {lost_bytes} ({lost_frames} frames)",
                connection.addr
            ));
        }
        self.shared.status.node.publish("peers", peers.join("; "));
    }

    /// Sleeps, unless there is more to do.
    fn wait(&mut self, busy: bool, due: Option<Duration>) {
        let answers = |connection: &Connection| {
            connection.is_open() && self.shared.core().service.has_answers(connection.channel)
        };
        let busy = busy || self.connections.iter().any(answers) || !self.shared.may_sleep();
        let now = self.shared.now();
        let timeout = match (busy, due) {
            (true, _) => Some(Duration::ZERO),
            (false, due) => due.map(|due| due.saturating_sub(now) + Duration::from_millis(1)),
        };
        let mut watches = Vec::with_capacity(self.connections.len() + 2);
        watches.push(Watch::new(self.bell.as_fd(), true, false));
        watches.push(Watch::new(self.listeners[0].as_fd(), self.pause.is_none(), false));
        watches.extend(self.connections.iter().map(|connection| {
            Watch::new(connection.stream.as_fd(), connection.listens(), connection.output.len() > 0)
        }));
        let ready = sys::wait(&watches, timeout);
        if ready[0] {
            let _ = self.bell.read(&mut [0; 64]);
        }
        for (connection, ready) in self.connections.iter_mut().zip(&ready[2..]) {
            connection.readable |= ready;
        }
    }

    /// Ends all channels, and waits a bounded time for the clients to take what is left.
    fn stop(&mut self) {
        let shared = self.shared.clone();
        shared.core().dispose_all(shared.now());
        for connection in &mut self.connections {
            connection.end(&Gone::Stopped, &shared);
        }
        let until = shared.now() + CLOSING;
        loop {
            shared.awake();
            let busy = self.serve();
            let now = shared.now();
            self.connections.retain(|connection| !connection.is_over(now));
            if self.connections.is_empty() || now >= until {
                break;
            }
            self.wait(busy, Some(until));
        }
        self.connections.clear();
        shared.status.clients.set(0);
        shared.status.node.publish("peers", "");
    }
}
