//! Sending: one message at a time, by whoever has something to say.
//!
//! What holds: a message is sent whole or the channel ends; nobody is in here for longer than [`Options::timeout`] if the
//! peer takes nothing, nor for longer than about [`TICK`] once the channel is closing.
//!
//! [`Options::timeout`]: crate::Options::timeout

use crate::{
    Broken, Closed, Error, Pending, ReadDone,
    dial::TICK,
    shared::{Call, Shared},
};
use rogue_tcf_wire::{Code, ErrorReport, Token, escape, streams::Command};
use std::{
    io::{ErrorKind, Write},
    net::Shutdown,
    sync::{Arc, PoisonError, atomic::Ordering::SeqCst},
    time::{Duration, Instant},
};

/// Bytes that are kept for the next message when the one before was longer.
const KEPT: usize = 1 << 20;
/// Longest that the end of the stream may take to be sent.
const END_MAX: Duration = Duration::from_millis(200);
/// What a command waits for each level of the peer's congestion, as the agent does.
const CONGESTION: Duration = Duration::from_micros(2500);

/// The sending side.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// A message was sent in part.
    cut: bool,
    /// Nothing more is sent.
    ended: bool,
}

/// What `send` came to, if not to its end.
enum Failed {
    Closing,
    Stalled,
    Lost(String),
}

impl Shared {
    /// Sends a command; what it answers can be waited for.
    ///
    /// # Errors
    /// Too many are out already, or the channel has ended.
    pub fn call<T>(
        self: &Arc<Shared>,
        command: &Command<'_>,
        size: usize,
        of: fn(ReadDone) -> T,
    ) -> Result<Pending<T>, Error> {
        self.heed_congestion();
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let (token, form) = {
            let mut state = self.state();
            if let Some(why) = &state.closed {
                return Err(why.clone().into());
            }
            if state.calls.len() >= self.options.max_calls {
                return Err(Error::TooManyCalls(self.options.max_calls));
            }
            let token = state.next_token;
            state.next_token += 1;
            state.calls.insert(token, Call { name: command.name(), size, answer: None, given_up: false });
            (token, state.form)
        };
        // From here on the call is taken back if it cannot be sent.
        let pending = Pending::new(self.clone(), token, of);
        let sent = self.send_message(&mut writer, |out| command.encode(&Token::from(token), form, out));
        drop(writer);
        if let Err(why) = sent {
            if let Closed::Lost(_) = why {
                self.hear_out();
            }
            self.end(why.clone());
            self.finish();
            return Err(self.state().closed.clone().unwrap_or(why).into());
        }
        Ok(pending)
    }

    /// Nothing can be sent any more, but what the peer has sent before may still lie in the socket: it is read, and who
    /// reads it ends the channel then. A peer that closes with commands unread resets the connection, and by that sending
    /// fails at once.
    fn hear_out(&self) {
        let until = Instant::now() + self.options.linger;
        self.wait(Some(until), |state| state.closed.is_some().then_some(()));
    }

    /// Sends anything else.
    ///
    /// # Errors
    /// The channel has ended.
    pub fn say(&self, encode: impl FnOnce(&mut Vec<u8>)) -> Result<(), Closed> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.send_message(&mut writer, encode)
    }

    fn send_message(&self, writer: &mut Writer, encode: impl FnOnce(&mut Vec<u8>)) -> Result<(), Closed> {
        let mut bytes = std::mem::take(&mut writer.bytes);
        bytes.clear();
        encode(&mut bytes);
        let (sent, whole) = self.send(&bytes, self.options.timeout, true);
        writer.cut |= !whole;
        bytes.clear();
        bytes.shrink_to(KEPT);
        writer.bytes = bytes;
        sent.map_err(|failed| match failed {
            Failed::Closing => self.state().closed.clone().unwrap_or(Closed::Here),
            Failed::Stalled => Broken::Stalled(self.options.timeout).into(),
            Failed::Lost(why) => Closed::Lost(why),
        })
    }

    /// Sends bytes; whether they are all sent, or none.
    fn send(&self, bytes: &[u8], stall: Duration, heed: bool) -> (Result<(), Failed>, bool) {
        let mut rest = bytes;
        let mut until = Instant::now() + stall;
        while !rest.is_empty() {
            if heed && self.is_closing() {
                return (Err(Failed::Closing), rest.len() == bytes.len());
            }
            // The socket has a time limit of one tick.
            match (&self.stream).write(rest) {
                Ok(0) => return (Err(Failed::Lost("it takes nothing more".to_owned())), false),
                Ok(n) => {
                    rest = &rest[n..];
                    // The end of the stream has one time limit, however slowly it goes.
                    if heed {
                        until = Instant::now() + stall;
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut if Instant::now() < until => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return (Err(Failed::Stalled), false),
                    _ => return (Err(Failed::Lost(error.to_string())), false),
                },
            }
        }
        (Ok(()), true)
    }

    /// The end of what is sent: the end of the stream, with what was wrong if something was. Whoever comes first sends it,
    /// and the others leave when it is sent.
    pub fn finish(&self) {
        self.closing.store(true, SeqCst);
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut writer.ended, true) {
            return;
        }
        if !writer.cut {
            let report = match &self.state().closed {
                Some(Closed::Broken(broken)) => Some(ErrorReport::new(Code::Protocol, broken)),
                _ => None,
            };
            let mut bytes = Vec::new();
            escape::end_of_stream(report.as_ref(), &mut bytes);
            // One that does not take it is gone, or is treated so.
            let _ = self.send(&bytes, END_MAX, false);
        }
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Whatever comes is no longer read.
    pub fn shut(&self) {
        self.over.store(true, SeqCst);
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Waits as the peer's congestion asks, at most a quarter of a second, unless the channel ends.
    fn heed_congestion(&self) {
        let level = u32::try_from(self.state().congestion).unwrap_or(0);
        if level > 0 {
            let until = Instant::now() + CONGESTION * level;
            self.wait(Some(until), |state| (state.closed.is_some() || state.congestion <= 0).then_some(()));
        }
    }
}

/// Gives the socket its limits.
///
/// # Errors
/// What the system says.
pub fn prepare(shared: &Shared) -> std::io::Result<()> {
    // A message is written in one piece, and waits for nothing.
    shared.stream.set_nodelay(true)?;
    shared.stream.set_write_timeout(Some(TICK))?;
    if let Some(idle) = shared.options.keep_alive {
        let interval = (idle / 3).max(Duration::from_secs(1));
        let keep = socket2::TcpKeepalive::new().with_time(idle).with_interval(interval);
        socket2::SockRef::from(&shared.stream).set_tcp_keepalive(&keep)?;
    }
    Ok(())
}
