//! A client's way to its server: connecting without waiting, again and again with growing pauses.
//!
//! Called by `door`. What holds: no call waits; a host name is asked for on a thread that lives as long as the answer
//! takes, anew for each attempt, since the server may have moved.

use super::params::Settings;
use rogue_sdk::{Context, Node, Result};
use rogue_socket::address::{self, Side};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::{
    io,
    net::{SocketAddr, TcpStream},
    os::fd::{AsFd, BorrowedFd},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Pause after the first attempt that failed, as in libzmq.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
/// Longest pause: a server that comes back is found within two seconds.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// Longest an attempt may take.
const ATTEMPT_MAX: Duration = Duration::from_secs(10);

type Answer = Arc<Mutex<Option<Result<Vec<SocketAddr>>>>>;

enum State {
    /// Nothing is under way before this time.
    Pause(Duration),
    /// A name is being asked for.
    Name(Answer),
    /// A connection is being made; the addresses to try after it.
    Attempt { stream: TcpStream, to: SocketAddr, rest: Vec<SocketAddr>, until: Duration },
    /// There is one; nothing to do.
    Rest,
}

/// What it came to.
pub enum Dialed {
    /// Not yet.
    Nothing,
    /// A connection.
    Connected(TcpStream, SocketAddr),
    /// An attempt failed; another will follow.
    Failed(String),
}

/// One port of a server, to be connected to.
pub struct Dialer {
    port: u16,
    state: State,
    pause: Duration,
}

impl Dialer {
    pub fn new(port: u16) -> Dialer {
        Dialer { port, state: State::Pause(Duration::ZERO), pause: PAUSE_FIRST }
    }

    /// One that has its connection from a predecessor.
    pub fn connected(port: u16) -> Dialer {
        Dialer { port, state: State::Rest, pause: PAUSE_FIRST }
    }

    /// A peer has shown that it is one: the next pause is a short one again.
    pub fn succeeded(&mut self) {
        self.pause = PAUSE_FIRST;
    }

    /// The connection is gone: to be made anew after a pause.
    pub fn lost(&mut self, now: Duration) {
        self.state = State::Pause(now + self.pause);
        self.pause = (self.pause * 2).min(PAUSE_MAX);
    }

    /// When it has to be called again, if it has to be.
    pub fn due(&self) -> Option<Duration> {
        match &self.state {
            State::Pause(until) | State::Attempt { until, .. } => Some(*until),
            State::Name(_) | State::Rest => None,
        }
    }

    /// The descriptor of an attempt under way.
    pub fn pending(&self) -> Option<BorrowedFd<'_>> {
        match &self.state {
            State::Attempt { stream, .. } => Some(stream.as_fd()),
            _ => None,
        }
    }

    /// Does what can be done now; `take`: by which half.
    pub fn poll(&mut self, settings: &Settings, cx: &Context<'_>, take: bool) -> Dialed {
        loop {
            let done = match std::mem::replace(&mut self.state, State::Rest) {
                State::Rest => return Dialed::Nothing,
                State::Pause(until) if cx.now() < until => {
                    self.state = State::Pause(until);
                    return Dialed::Nothing;
                }
                State::Pause(_) => self.begin(settings, cx, take),
                State::Name(answer) => {
                    let found = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
                    match found {
                        None => {
                            self.state = State::Name(answer);
                            return Dialed::Nothing;
                        }
                        Some(found) => found.map(Some),
                    }
                }
                State::Attempt { stream, to, rest, until } => match established(&stream) {
                    Ok(true) => return Dialed::Connected(stream, to),
                    Ok(false) if cx.now() < until => {
                        self.state = State::Attempt { stream, to, rest, until };
                        return Dialed::Nothing;
                    }
                    outcome => {
                        cx.unwatch(stream.as_fd(), take);
                        drop(stream);
                        let why = outcome.map_or_else(|error| error.to_string(), |_| "no answer".to_owned());
                        if let Some(failed) = self.next_of(rest, cx.now(), &format!("{to}: {why}")) {
                            return failed;
                        }
                        continue;
                    }
                },
            };
            match done {
                Ok(None) => {}
                Ok(Some(addresses)) => {
                    if let Some(failed) = self.next_of(addresses, cx.now(), "the name has no address") {
                        return failed;
                    }
                }
                Err(error) => {
                    self.lost(cx.now());
                    return Dialed::Failed(error.to_string());
                }
            }
        }
    }

    /// The addresses, if they are at hand; else asks for them.
    fn begin(&mut self, settings: &Settings, node: &Node, take: bool) -> Result<Option<Vec<SocketAddr>>> {
        if let Some(addresses) = address::at_hand(&settings.addr, self.port, Side::There)? {
            return Ok(Some(addresses));
        }
        let answer = Answer::default();
        let (addr, port, to) = (settings.addr.clone(), self.port, answer.clone());
        // The system's resolver cannot be interrupted, so nobody joins it: it ends by itself and touches nothing else.
        drop(node.spawn(move |node| {
            *to.lock().unwrap_or_else(PoisonError::into_inner) = Some(address::resolve("addr", &addr, port));
            if take { node.wake_take() } else { node.wake_give() }
        })?);
        self.state = State::Name(answer);
        Ok(None)
    }

    /// Goes on with the next address, or pauses.
    fn next_of(&mut self, mut addresses: Vec<SocketAddr>, now: Duration, why: &str) -> Option<Dialed> {
        let mut why = why.to_owned();
        while !addresses.is_empty() {
            let to = addresses.remove(0);
            match connect(to) {
                Ok(stream) => {
                    let until = now + ATTEMPT_MAX;
                    self.state = State::Attempt { stream, to, rest: addresses, until };
                    return None;
                }
                Err(error) => why = format!("{to}: {error}"),
            }
        }
        self.lost(now);
        Some(Dialed::Failed(why))
    }
}

/// Begins to connect.
fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    match socket.connect(&SockAddr::from(to)) {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => Err(error),
        _ => Ok(socket.into()),
    }
}

/// Whether a connection has been made.
fn established(stream: &TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        // A port of the ephemeral range can be connected to itself: nobody listens there.
        Ok(peer) if stream.local_addr()? == peer => Err(io::ErrorKind::ConnectionRefused.into()),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}
