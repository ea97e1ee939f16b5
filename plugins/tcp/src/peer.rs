//! A connection before and beside its frames: the handshake, its deadline, and bytes that go between messages.
//!
//! Called by `incoming` and `outgoing`. What holds: reads never go beyond the handshake, writes never wait.

use super::{
    params::Settings,
    zmtp::{
        Kind,
        handshake::{GREETING, Handshake, Progress},
        wrong::Wrong,
    },
};
use socket2::{SockRef, TcpKeepalive};
use std::{
    fmt, io,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Longest a handshake may take: a peer that dawdles holds a descriptor.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Most bytes that wait to be sent between messages: a peer that pings without end and reads nothing is closed.
const CONTROL_MAX: usize = 4096;

/// Why a connection ends.
#[derive(Debug)]
pub enum Gone {
    /// The peer closed it.
    Closed,
    /// The network or the system did.
    Broken(io::Error),
    /// The peer broke the protocol: it is closed by us.
    Wrong(Wrong),
    /// It has not shown in time what it is.
    Slow,
    /// There is no memory for what it sends.
    NoMemory(String),
    /// The bridge is another one now.
    Moved,
}

impl Gone {
    /// Whether the peer is to blame.
    pub fn is_misconduct(&self) -> bool {
        !matches!(self, Gone::Closed | Gone::Broken(_) | Gone::Moved)
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gone::Closed => f.write_str("closed by the peer"),
            Gone::Broken(error) => write!(f, "broken: {error}"),
            Gone::Wrong(wrong) => write!(f, "closed by us: {wrong}"),
            Gone::Slow => write!(f, "closed by us: no whole handshake in {} s", HANDSHAKE_MAX.as_secs()),
            Gone::Moved => f.write_str("closed by us: the bridge has another address or port now"),
            Gone::NoMemory(error) => write!(f, "closed by us: no memory for its frame: {error}"),
        }
    }
}

impl From<Wrong> for Gone {
    fn from(wrong: Wrong) -> Gone {
        Gone::Wrong(wrong)
    }
}

/// What a system call on a socket came to.
pub enum Moved {
    Bytes(usize),
    NotNow,
}

/// Sorts the outcome of a read or write.
pub fn moved(done: io::Result<usize>) -> Result<Moved, Gone> {
    match done {
        Ok(n) => Ok(Moved::Bytes(n)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Moved::NotNow),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Gone::Closed,
            _ => Gone::Broken(error),
        }),
    }
}

/// Reads, again where a signal came between.
pub fn read(mut from: impl Read, to: &mut [u8]) -> Result<Moved, Gone> {
    loop {
        match from.read(to) {
            Ok(0) if !to.is_empty() => return Err(Gone::Closed),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return moved(done),
        }
    }
}

/// A connection.
pub struct Peer {
    pub stream: TcpStream,
    pub addr: SocketAddr,
    hello: Option<(Handshake, Duration)>,
    control: Vec<u8>,
    /// Bytes written that are no frame's.
    pub said: u64,
}

impl Peer {
    /// A new one; the greeting goes out with the first [`greet`](Peer::greet).
    ///
    /// # Errors
    /// What the system says of the socket.
    pub fn new(
        stream: TcpStream,
        addr: SocketAddr,
        kind: Kind,
        now: Duration,
        settings: &Settings,
    ) -> io::Result<Peer> {
        stream.set_nonblocking(true)?;
        // Frames go out when they come; what belongs together is written together.
        stream.set_nodelay(true)?;
        if let Some(idle) = settings.keep_alive {
            let interval = (idle / 3).max(Duration::from_secs(1));
            let keep = TcpKeepalive::new().with_time(idle).with_interval(interval);
            SockRef::from(&stream).set_tcp_keepalive(&keep)?;
        }
        let hello = Some((Handshake::new(kind), now + HANDSHAKE_MAX));
        Ok(Peer { stream, addr, hello, control: GREETING.to_vec(), said: 0 })
    }

    /// One taken over from a predecessor.
    ///
    /// # Errors
    /// As for `new`.
    pub fn open(stream: TcpStream, addr: SocketAddr) -> io::Result<Peer> {
        stream.set_nonblocking(true)?;
        Ok(Peer { stream, addr, hello: None, control: Vec::new(), said: 0 })
    }

    /// Whether the handshake is done.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.hello.is_none()
    }

    /// When its handshake has to be done, as long as it is not.
    pub fn due(&self) -> Option<Duration> {
        self.hello.as_ref().map(|(_, until)| *until)
    }

    /// Goes on with the handshake; whether it has just been done.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn greet(&mut self, now: Duration) -> Result<bool, Gone> {
        self.write_control()?;
        loop {
            let Some((handshake, until)) = &mut self.hello else { return Ok(false) };
            if now >= *until {
                return Err(Gone::Slow);
            }
            let mut bytes = [0; 256];
            let want = handshake.wants().min(bytes.len());
            let Moved::Bytes(n) = read(&self.stream, &mut bytes[..want])? else { return Ok(false) };
            match handshake.take(&bytes[..n])? {
                Progress::More => {}
                Progress::Greeted(ready) => {
                    self.control.extend(ready);
                    self.write_control()?;
                }
                Progress::Done => {
                    self.hello = None;
                    return Ok(true);
                }
            }
        }
    }

    /// Has bytes sent where no message is cut.
    ///
    /// # Errors
    /// The peer makes more of them than it reads.
    pub fn say(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        if self.control.len() + bytes.len() > CONTROL_MAX {
            return Err(Gone::Broken(io::Error::other("the peer asks without reading the answers")));
        }
        self.control.extend_from_slice(bytes);
        Ok(())
    }

    /// Whether such bytes wait.
    #[inline]
    pub fn has_control(&self) -> bool {
        !self.control.is_empty()
    }

    /// Sends what waits of them.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn write_control(&mut self) -> Result<(), Gone> {
        while !self.control.is_empty() {
            match moved((&self.stream).write(&self.control))? {
                Moved::Bytes(n) => {
                    self.said += n as u64;
                    self.control.drain(..n);
                }
                Moved::NotNow => break,
            }
        }
        Ok(())
    }
}
