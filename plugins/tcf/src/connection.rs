//! One client: its socket, where its channel stands, and its end.
//!
//! Used by `server`, on its thread. What holds: whatever ends a channel, its place in the service is given up at once, and
//! the end of the stream is sent before the socket is closed; that is not waited for longer than [`CLOSING`].

mod told;

pub use told::Told;

use super::{output::Output, shared::Shared};
use rogue_sdk::log;
use rogue_tcf_service::{Channel, Totals};
use rogue_tcf_wire::{Code, Decoder, ErrorReport, Form, Wrong, escape, framing::Parser, locator::Hello};
use std::{
    io::{self, Read},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

/// Time for the client's Hello.
pub const HELLO: Duration = Duration::from_secs(10);
/// Time for a client to take the end and to close: enough for a loaded machine, and within what a stop may take.
pub const CLOSING: Duration = Duration::from_millis(500);
/// Bytes waiting for the socket from which on reads of this client wait.
const OUTPUT: usize = 1 << 20;
/// Most bytes of data that are copied under the lock at once.
const STEP: usize = 256 << 10;

/// The services that are listed.
const SERVICES: [&str; 3] = ["ZeroCopy", "Streams", "Locator"];

/// Why a channel ends.
#[derive(Debug)]
pub enum Gone {
    /// The client says so, or its connection has ended.
    Left,
    /// It did what it must not.
    Wrong(Wrong),
    /// It said nothing, or there are too many.
    Refused(&'static str),
    /// We end it.
    Stopped,
}

/// The client.
pub struct Connection {
    pub stream: TcpStream,
    pub addr: SocketAddr,
    pub channel: Channel,
    pub decoder: Decoder,
    pub output: Output,
    pub form: Form,
    /// Its Hello has come.
    pub greeted: bool,
    /// Finds frames in what it writes.
    pub parser: Parser,
    /// When it must have greeted, or be closed.
    pub due: Option<Duration>,
    /// The socket may have something.
    pub readable: bool,
    /// The channel has ended; what is to be sent still is.
    closing: bool,
    /// Nothing more comes from it.
    hung_up: bool,
    /// All is sent, and the sending side is shut down.
    shut: bool,
    /// Totals that are counted already.
    counted: Totals,
}

impl Connection {
    /// Greets a client that has just come.
    pub fn new(stream: TcpStream, addr: SocketAddr, shared: &Shared) -> Connection {
        let mut output = Output::default();
        let mut services = SERVICES.to_vec();
        if shared.settings.limits.test_streams {
            services.push("Diagnostics");
        }
        output.write(|out| Hello::new(services).encode(out));
        shared.status.connects.add(1);
        Connection {
            stream,
            addr,
            channel: shared.core().service.open(),
            decoder: Decoder::new(shared.settings.max_message),
            output,
            form: Form::Plain,
            greeted: false,
            parser: Parser::new(shared.settings.max_message),
            due: Some(shared.now() + HELLO),
            readable: true,
            closing: false,
            hung_up: false,
            shut: false,
            counted: Totals::default(),
        }
    }

    pub fn is_open(&self) -> bool {
        !self.closing
    }

    /// Whether the socket is to be watched for what it sends: not while too much is to be sent to it.
    pub fn listens(&self) -> bool {
        !self.hung_up && (self.closing || self.output.len() < OUTPUT)
    }

    /// Reads once and does what is asked; whether there may be more.
    pub fn read(&mut self, scratch: &mut [u8], shared: &Shared) -> bool {
        if !self.readable || !self.listens() {
            return false;
        }
        let n = match (&self.stream).read(scratch) {
            Ok(0) => {
                self.hung_up = true;
                self.end(&Gone::Left, shared);
                return false;
            }
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return true,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.readable = false;
                return false;
            }
            Err(_) => {
                (self.hung_up, self.shut) = (true, true);
                self.end(&Gone::Left, shared);
                return false;
            }
        };
        self.readable = n == scratch.len();
        if self.is_open()
            && let Err(gone) = self.hear(&scratch[..n], shared)
        {
            self.end(&gone, shared);
        }
        self.readable
    }

    /// Answers reads as far as there is room, and sends; whether there is more to do at once.
    pub fn work(&mut self, shared: &Shared) -> bool {
        let before = self.output.len();
        let room = OUTPUT.saturating_sub(before).min(STEP);
        if self.is_open() {
            let now = shared.now();
            let answers = {
                let mut core = shared.core();
                let service = &mut core.service;
                self.output.spare.drain(..).for_each(|data| service.give_back(data));
                service.set_room(self.channel, room);
                service.answer(self.channel, now);
                service.take(self.channel)
            };
            self.put(answers, shared);
        }
        let more = self.output.len() > before;
        if let Err(error) = self.output.send(&self.stream) {
            log::debug!("{} takes nothing more: {error}", self.addr);
            (self.hung_up, self.shut) = (true, true);
            self.end(&Gone::Left, shared);
        }
        if self.closing && self.output.len() == 0 && !self.shut {
            self.shut = true;
            // One that fails is gone already.
            drop(self.stream.shutdown(Shutdown::Write));
        }
        // What was answered was sent, and there may be more.
        more && self.is_open() && !self.output.blocked
    }

    /// Puts answers of the service into the output.
    pub fn put(&mut self, answers: impl IntoIterator<Item = rogue_tcf_service::Answer>, shared: &Shared) {
        let mut time_ms = None;
        for answer in answers {
            let time = *time_ms.get_or_insert_with(|| shared.status.node.wall().as_millis() as u64);
            self.output.answer(answer, self.form, time);
        }
    }

    /// Counts what it has read and lost since the last time, and gives the sums.
    pub fn count(&mut self, shared: &Shared) -> Totals {
        if self.is_open() {
            let totals = shared.core().service.totals(self.channel);
            self.counted_up_to(totals, shared);
        }
        self.counted
    }

    fn counted_up_to(&mut self, totals: Totals, shared: &Shared) {
        let (status, before) = (&shared.status, self.counted);
        status.bytes_read.add(totals.read_bytes - before.read_bytes);
        status.frames_read.add(totals.read_frames - before.read_frames);
        status.bytes_lost.add(totals.lost_bytes - before.lost_bytes);
        status.frames_lost.add(totals.lost_frames - before.lost_frames);
        self.counted = totals;
    }

    /// Ends the channel; what is to be sent, and the end behind it, still is.
    pub fn end(&mut self, why: &Gone, shared: &Shared) {
        if std::mem::replace(&mut self.closing, true) {
            return;
        }
        let now = shared.now();
        let (answers, totals) = {
            let mut core = shared.core();
            let answers = core.service.take(self.channel);
            (answers, core.service.close(self.channel, now))
        };
        self.put(answers, shared);
        self.counted_up_to(totals, shared);
        let Totals { read_bytes: read, lost_bytes: lost, .. } = self.counted;
        let report = match why {
            Gone::Left => {
                log::info!("{} has left; it has read {read} bytes and lost {lost}", self.addr);
                None
            }
            Gone::Wrong(wrong) => {
                log::warn!("{} is disconnected: {wrong}", self.addr);
                Some(ErrorReport::new(Code::Protocol, wrong))
            }
            Gone::Refused(why) => {
                log::warn!("{} is disconnected: {why}", self.addr);
                Some(ErrorReport::new(Code::Other, why))
            }
            Gone::Stopped => None,
        };
        shared.status.disconnects.add(1);
        if matches!(why, Gone::Wrong(_) | Gone::Refused(_)) {
            shared.status.rejected.add(1);
        }
        let report = report.map(|report| report.at(shared.status.node.wall().as_millis() as u64));
        self.output.write(|out| escape::end_of_stream(report.as_ref(), out));
        self.due = Some(now + CLOSING);
    }

    /// Whether the socket can be closed: all is sent and the client has closed, or it took too long.
    pub fn is_over(&self, now: Duration) -> bool {
        self.closing && ((self.shut && self.hung_up) || self.due.is_some_and(|due| due <= now))
    }
}
