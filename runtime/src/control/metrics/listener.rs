//! The port that metrics are read from.
//!
//! Opened by `run`; a thread takes connections, one each reads a request and writes the answer. What holds: there are
//! at most [`CLIENTS`] connections, and one more takes the place of the one that has been there for longest without
//! having asked; none lasts longer than [`READ`] and [`WRITE`] and what an answer takes; nobody but its own connection
//! waits for a client.

use super::{
    balance::Balance,
    http::{self, Asked, Denied, REQUEST_LIMIT},
    snapshot::Snapshot,
};
use crate::swap::Running;
use crossbeam_channel::{Receiver, Sender, bounded};
use socket2::SockRef;
use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Most connections at a time: a few Prometheus servers and people who look.
const CLIENTS: usize = 16;
/// How long a client may take to say what it wants.
const READ: Duration = Duration::from_secs(5);
/// How long it may take to read the answer.
const WRITE: Duration = Duration::from_secs(5);
/// How long the run may be busy with something else, such as a swap that waits, before a scrape is told so.
const ANSWER: Duration = Duration::from_secs(5);
/// Waits after a connect that failed, as for want of descriptors.
const AGAIN: Duration = Duration::from_millis(100);

/// A scrape that waits for the thread that attends to the run.
pub struct Scrape {
    reply: Sender<Snapshot>,
}

/// The port of a run. Dropping it closes it.
pub struct Metrics {
    listener: Arc<TcpListener>,
    address: SocketAddr,
    scrapes: Receiver<Scrape>,
    shared: Arc<Shared>,
    balance: Balance,
}

struct Shared {
    ask: Sender<Scrape>,
    clients: Mutex<Vec<Arc<Client>>>,
    closing: AtomicBool,
}

struct Client {
    stream: TcpStream,
    /// Whether it has asked.
    asked: AtomicBool,
}

impl Metrics {
    /// Listens at this address.
    ///
    /// # Errors
    /// As the system says: `AddrInUse`, that another program has the port.
    pub fn open(address: SocketAddr) -> io::Result<Metrics> {
        let listener = Arc::new(TcpListener::bind(address)?);
        let address = listener.local_addr()?;
        let (ask, scrapes) = bounded(CLIENTS);
        let shared = Arc::new(Shared { ask, clients: Mutex::default(), closing: AtomicBool::new(false) });
        let (its, heard) = (shared.clone(), listener.clone());
        thread::Builder::new().name("metrics".to_owned()).spawn(move || its.listen(&heard))?;
        Ok(Metrics { listener, address, scrapes, shared, balance: Balance::default() })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives those who wait what the run counts now. Never waits.
    pub fn serve(&mut self, running: &Running) {
        for scrape in self.scrapes.try_iter() {
            // Who asked may be gone.
            drop(scrape.reply.send(Snapshot::take(running, self.balance.now(running))));
        }
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        // Ends the wait for a connect.
        let _ = SockRef::from(&*self.listener).shutdown(Shutdown::Both);
        for client in self.shared.clients().drain(..) {
            let _ = client.stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn clients(&self) -> MutexGuard<'_, Vec<Arc<Client>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(self: &Arc<Shared>, listener: &TcpListener) {
        while !self.closing.load(Ordering::Acquire) {
            match listener.accept() {
                Ok((stream, _)) => self.welcome(stream),
                Err(_) => thread::park_timeout(AGAIN),
            }
        }
    }

    /// Gives a connection a thread.
    fn welcome(self: &Arc<Shared>, stream: TcpStream) {
        let mut clients = self.clients();
        if clients.len() >= CLIENTS {
            let silent = clients.iter().position(|client| !client.asked.load(Ordering::Acquire));
            match silent {
                Some(index) => drop(clients.remove(index).stream.shutdown(Shutdown::Both)),
                // Its end says it.
                None => return,
            }
        }
        let client = Arc::new(Client { stream, asked: AtomicBool::new(false) });
        let (shared, its) = (self.clone(), client.clone());
        let talk = move || {
            // Whatever a client does wrong ends its connection.
            let _ = shared.talk(&its);
            let _ = its.stream.shutdown(Shutdown::Both);
            shared.clients().retain(|client| !Arc::ptr_eq(client, &its));
        };
        if thread::Builder::new().name("metrics-client".to_owned()).spawn(talk).is_ok() {
            clients.push(client);
        }
    }

    fn talk(&self, client: &Client) -> io::Result<()> {
        let answer = match client.read()? {
            Ok(asked) => {
                client.asked.store(true, Ordering::Release);
                self.scraped(asked).map_or_else(http::denied, |text| http::given(asked, &text))
            }
            Err(denied) => http::denied(denied),
        };
        client.write(answer.as_bytes())
    }

    fn scraped(&self, asked: Asked) -> Result<String, Denied> {
        let (reply, answer) = bounded(1);
        let until = Instant::now() + ANSWER;
        let busy = (503, "the run is busy with a change, or at its end; ask again");
        self.ask.send_deadline(Scrape { reply }, until).map_err(|_| busy)?;
        let snapshot = answer.recv_deadline(until).map_err(|_| busy)?;
        snapshot.text(asked.open_metrics).map_err(|_| (500, "the metrics cannot be written"))
    }
}

impl Client {
    /// What the client asks for, or why it is not given it.
    fn read(&self) -> io::Result<Result<Asked, Denied>> {
        let (until, mut bytes, mut part) = (Instant::now() + READ, Vec::new(), [0; 1024]);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Err((408, "the request took too long")));
            }
            self.stream.set_read_timeout(Some(left))?;
            match (&self.stream).read(&mut part) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => bytes.extend_from_slice(part.get(..read).unwrap_or_default()),
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                        continue;
                    }
                    _ => return Err(error),
                },
            }
            bytes.truncate(REQUEST_LIMIT);
            match http::asked(&bytes) {
                Ok(None) => {}
                Ok(Some(asked)) => return Ok(Ok(asked)),
                Err(denied) => return Ok(Err(denied)),
            }
        }
    }

    /// Writes an answer; a client that does not read it in time is given up.
    fn write(&self, mut rest: &[u8]) -> io::Result<()> {
        let until = Instant::now() + WRITE;
        while !rest.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.set_write_timeout(Some(left))?;
            match (&self.stream).write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
