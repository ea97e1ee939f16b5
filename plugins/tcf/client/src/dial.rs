//! Making the connection, in a way that can be stopped.
//!
//! What holds: neither a name server nor a peer that does not answer holds the caller up once it is stopped. Asking for a
//! name and connecting cannot be interrupted, so a thread of its own does it, which ends by itself and touches nothing.

use crate::{Error, Options, peer};
use std::{
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// How often whoever waits looks whether it is stopped.
pub const TICK: Duration = Duration::from_millis(20);

/// Most addresses of one name that are tried.
const ADDRESSES: usize = 8;

/// Ends connecting, from another thread. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// One that has not been used.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Has whatever is connecting with it end soon, now and from now on.
    pub fn stop(&self) {
        self.0.store(true, SeqCst);
    }

    /// Whether it has been used.
    pub fn is_stopped(&self) -> bool {
        self.0.load(SeqCst)
    }
}

/// Connects to a peer.
///
/// # Errors
/// [`Error::Peer`], [`Error::Connect`], [`Error::Stopped`].
pub fn dial(name: &str, options: &Options, stop: &Stop) -> Result<TcpStream, Error> {
    let (host, port) = peer::split(name)?;
    let failed = |why: String| Error::Connect { peer: name.to_owned(), why };
    let until = Instant::now() + options.timeout;
    let (done, answer) = mpsc::channel();
    let (host, timeout) = (host.to_owned(), options.timeout);
    let attempt = move || drop(done.send(try_all(&host, port, timeout)));
    let thread = thread::Builder::new().name("tcf-connect".to_owned()).spawn(attempt);
    // Nobody joins it, see above.
    drop(thread.map_err(|error| failed(error.to_string()))?);
    loop {
        if stop.is_stopped() {
            return Err(Error::Stopped);
        }
        match answer.recv_timeout(TICK) {
            Ok(stream) => return stream.map_err(failed),
            Err(mpsc::RecvTimeoutError::Timeout) if Instant::now() < until => {}
            Err(_) => return Err(failed(format!("no answer within {} s", options.timeout.as_secs_f32()))),
        }
    }
}

/// Tries each address of a name.
fn try_all(host: &str, port: u16, timeout: Duration) -> Result<TcpStream, String> {
    let addresses = (host, port).to_socket_addrs().map_err(|error| format!("no address: {error}"))?;
    let mut why = "the name has no address".to_owned();
    for address in addresses.take(ADDRESSES) {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) if is_itself(&stream, address) => why = "nobody listens there".to_owned(),
            Ok(stream) => return Ok(stream),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// A port of the ephemeral range can be connected to itself.
fn is_itself(stream: &TcpStream, peer: SocketAddr) -> bool {
    stream.local_addr().is_ok_and(|local| local == peer)
}
