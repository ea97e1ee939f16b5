//! The control socket of a run: commands as lines of JSON.
//!
//! Opened by `run`; a thread takes connections, and one each reads lines, hands commands to the thread that attends to
//! the run, and writes answers. What holds: a client that says nothing, too much or rubbish, or never reads, costs one
//! of [`CLIENTS`] connections, and that only until others want it; nobody but its own connection waits for it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::Receiver;
use serde_json::{Value, json};
use socket2::SockRef;

use super::{
    answer::Answer,
    apply::Applied,
    asker::{Asker, Request},
    command::{Hello, PROTOCOL, Refusal},
    folder::{self, Claim},
    line::{answer, parsed},
    sampling::{has_gone, has_spoken},
};

/// Most connections at a time: some screens and scripts of one user.
const CLIENTS: usize = 16;
/// Longest line of a client, in bytes: a command with all its parameters.
const LINE_LIMIT: u64 = 64 << 10;
/// How long a client may take to read an answer.
const WRITE: Duration = Duration::from_secs(5);
/// How long answers that are under way may take when the run has ended.
const LAST: Duration = Duration::from_millis(250);
/// How long one more connection waits for room while all others are being answered.
const ROOM: Duration = Duration::from_secs(1);
/// Waits after a connect that failed, as for want of descriptors.
const AGAIN: Duration = Duration::from_millis(100);

/// The socket of a run. Dropping it gives the name up.
pub struct Server {
    claim: Arc<Claim>,
    requests: Receiver<Request>,
    asker: Asker,
    shared: Arc<Shared>,
}

struct Shared {
    hello: String,
    asker: Asker,
    clients: Mutex<Vec<Arc<Client>>>,
    closing: AtomicBool,
}

/// A connection.
struct Client {
    stream: UnixStream,
    /// Whether a command of it is being done.
    busy: AtomicBool,
    /// Whether it is being written to.
    written_to: AtomicBool,
    /// When it was last heard.
    heard: Mutex<Instant>,
}

impl Server {
    /// Opens the socket for a run of `graph`, where others of this user find it.
    ///
    /// # Errors
    /// Why there is none; the graph can run without.
    pub fn open(graph: &str) -> Result<Server, String> {
        let pid = std::process::id();
        let claim = Arc::new(folder::claim(&folder::folders(), graph, pid)?);
        let hello = Hello {
            rogue_runtime: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            graph: graph.to_owned(),
            name: claim.name.clone(),
            pid,
        };
        let hello = json!(hello).to_string() + "\n";
        // A connection asks one thing at a time.
        let (asker, requests) = Asker::new(2 * CLIENTS);
        let (clients, closing) = (Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { hello, asker: asker.clone(), clients, closing });
        let server = Server { claim: claim.clone(), requests, asker, shared: shared.clone() };
        let listen = move || shared.listen(&claim.listener);
        let spawned = thread::Builder::new().name("control".to_owned()).spawn(listen);
        spawned.map(|_| server).map_err(|error| format!("no thread: {error}"))
    }

    /// What is asked.
    pub fn requests(&self) -> &Receiver<Request> {
        &self.requests
    }

    /// Who asks the same.
    pub fn asker(&self) -> &Asker {
        &self.asker
    }

    /// What the run is found by.
    pub fn name(&self) -> &str {
        &self.claim.name
    }

    /// Whether another run has the graph's name.
    pub fn is_second(&self) -> bool {
        self.claim.taken
    }

    /// Where the socket is.
    pub fn path(&self) -> &Path {
        &self.claim.path
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        self.claim.remove();
        // Ends the wait for a connect.
        let _ = SockRef::from(&self.claim.listener).shutdown(Shutdown::Both);
        // What is still asked is not done: whoever waits for it hears that.
        let until = Instant::now() + LAST;
        let answering = || self.shared.clients().iter().any(|client| client.busy.load(Ordering::Acquire));
        while answering() && Instant::now() < until {
            while self.requests.try_recv().is_ok() {}
            thread::park_timeout(Duration::from_millis(1));
        }
        for client in self.shared.clients().drain(..) {
            let _ = client.stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn clients(&self) -> MutexGuard<'_, Vec<Arc<Client>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(self: &Arc<Shared>, listener: &UnixListener) {
        while !self.closing.load(Ordering::Acquire) {
            match listener.accept() {
                Ok((stream, _)) => self.welcome(stream),
                Err(_) => thread::park_timeout(AGAIN),
            }
        }
    }

    /// Gives a connection a thread, if there is room within a while; else its end says it.
    fn welcome(self: &Arc<Shared>, stream: UnixStream) {
        let until = Instant::now() + ROOM;
        let mut clients = self.clients();
        while !makes_room(&mut clients) {
            drop(clients);
            if Instant::now() >= until || self.closing.load(Ordering::Acquire) {
                return;
            }
            thread::park_timeout(Duration::from_millis(1));
            clients = self.clients();
        }
        let (busy, written_to) = (AtomicBool::new(false), AtomicBool::new(false));
        let client = Arc::new(Client { stream, busy, written_to, heard: Mutex::new(Instant::now()) });
        let (shared, its) = (self.clone(), client.clone());
        let talk = move || {
            // Whatever a client does wrong ends its connection.
            let _ = shared.talk(&its);
            let _ = its.stream.shutdown(Shutdown::Both);
            shared.clients().retain(|client| !Arc::ptr_eq(client, &its));
        };
        if thread::Builder::new().name("control-client".to_owned()).spawn(talk).is_ok() {
            clients.push(client);
        }
    }

    fn talk(&self, client: &Client) -> io::Result<()> {
        client.write(&self.hello)?;
        let mut lines = BufReader::new(&client.stream);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut lines).take(LINE_LIMIT + 1).read_until(b'\n', &mut line)?;
            client.hear();
            if line.last() != Some(&b'\n') {
                if read as u64 > LINE_LIMIT {
                    let text = format!("a line is longer than the limit of {LINE_LIMIT} bytes");
                    client.write(&answer(Value::Null, Err(Refusal::usage(text))))?;
                }
                // What is cut short is not done.
                return Ok(());
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            client.busy.store(true, Ordering::Release);
            let (id, command) = parsed(&line);
            let done = match command.and_then(|command| self.asker.ask(command, &mut || !client.has_gone())) {
                Ok(Applied::Done(done)) => done,
                Ok(Applied::Tap(open, sampling)) => {
                    let spoke = || !lines.buffer().is_empty() || has_spoken(&client.stream);
                    let shown = sampling.show(&open, &id, spoke, |lines| client.write(lines));
                    shown.map(Answer::Tapped).map(Ok)?
                }
                // It is done by whoever asks.
                Ok(Applied::Prepare(_) | Applied::Shadow(..)) => {
                    Err(Refusal::refused("nothing was changed, ask again"))
                }
                Err(refusal) => Err(refusal),
            };
            let written = client.write(&answer(id, done));
            client.busy.store(false, Ordering::Release);
            written?;
        }
    }
}

/// Makes room for one more: whoever has been silent for longest goes, and where everybody is busy one who asks and does not
/// read. False: all are being answered.
fn makes_room(clients: &mut Vec<Arc<Client>>) -> bool {
    if clients.len() < CLIENTS {
        return true;
    }
    let busy = |client: &Client| client.busy.load(Ordering::Acquire);
    let waits = |client: &Client| client.written_to.load(Ordering::Acquire);
    let may_go = clients.iter().enumerate().filter(|(_, client)| !busy(client) || waits(client));
    let first = may_go.min_by_key(|(_, client)| (busy(client), client.last_heard()));
    let Some(index) = first.map(|(index, _)| index) else { return false };
    let _ = clients.remove(index).stream.shutdown(Shutdown::Both);
    true
}

impl Client {
    fn last_heard(&self) -> Instant {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether nobody is at the other end any more.
    fn has_gone(&self) -> bool {
        has_gone(&self.stream)
    }

    /// Writes a line; a client that does not read it in time is given up.
    fn write(&self, text: &str) -> io::Result<()> {
        self.written_to.store(true, Ordering::Release);
        let done = self.write_all(text);
        self.written_to.store(false, Ordering::Release);
        done
    }

    fn write_all(&self, text: &str) -> io::Result<()> {
        let (until, mut rest) = (Instant::now() + WRITE, text.as_bytes());
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
