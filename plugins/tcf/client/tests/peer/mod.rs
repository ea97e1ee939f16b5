//! A peer made of the wire library alone, which does what a test's script says.
#![allow(dead_code, clippy::unwrap_used)]

use rogue_tcf_wire::{
    Decoder, ErrorReport, Form, Found, Message, Token, Writer, escape,
    locator::Hello,
    streams::{self, Done, Event, Lost, Name, ReadReply},
};
use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Longest a wait for something that must come may take.
pub const LIMIT: Duration = Duration::from_secs(60);

/// What the client said.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Hello(Hello),
    Command(u64, streams::Command<'static>),
    NotRecognised(Vec<u8>),
    End(Option<ErrorReport>),
    Gone,
}

pub struct Peer {
    pub stream: TcpStream,
    decoder: Decoder,
    heard: VecDeque<Heard>,
    /// How many bytes at a time are sent; 0 = all at once.
    pub pieces: usize,
    pub form: Form,
}

/// Listens, and plays the script to the first client that comes.
pub fn serve<T: Send + 'static>(
    script: impl FnOnce(&mut Peer) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let mut peer = Peer::new(listener.accept().unwrap().0);
        script(&mut peer)
    });
    (address, thread)
}

/// Listens, and plays the script to one client after the other, each with its number, until it gives something.
pub fn serve_until<T: Send + 'static>(
    mut script: impl FnMut(usize, &mut Peer) -> Option<T> + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let mut number = 0;
        loop {
            let mut peer = Peer::new(listener.accept().unwrap().0);
            if let Some(done) = script(number, &mut peer) {
                return done;
            }
            number += 1;
        }
    });
    (address, thread)
}

impl Peer {
    pub fn new(stream: TcpStream) -> Peer {
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        stream.set_nodelay(true).unwrap();
        Peer { stream, decoder: Decoder::new(64 << 20), heard: VecDeque::new(), pieces: 0, form: Form::Plain }
    }

    /// A client that has closed does not hear it, and may do so at any time: what it said before is heard still, and then
    /// that it is gone.
    pub fn send(&mut self, bytes: &[u8]) {
        let pieces = if self.pieces == 0 { bytes.len().max(1) } else { self.pieces };
        for piece in bytes.chunks(pieces) {
            match self.stream.write_all(piece) {
                Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                    return;
                }
                sent => sent.unwrap(),
            }
        }
    }

    pub fn write(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        let mut out = Vec::new();
        encode(&mut out);
        self.send(&out);
    }

    /// Greets, and hears the client's Hello.
    pub fn greet(&mut self, zero_copy: bool) {
        let services: &[&str] = if zero_copy { &["ZeroCopy", "Streams"] } else { &["Streams"] };
        self.write(|out| Hello::new(services.iter().copied()).encode(out));
        let Heard::Hello(hello) = self.hear() else { panic!("no Hello") };
        self.form = hello.form();
        assert_eq!(self.form, Form::Binary, "the client takes binary blocks");
    }

    /// What comes next.
    pub fn hear(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return heard;
            }
            let mut scratch = [0; 4096];
            let n = match self.stream.read(&mut scratch) {
                Ok(0) => return Heard::Gone,
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Heard::Gone,
                Err(error) => panic!("nothing is heard: {error}"),
            };
            let mut bytes = &scratch[..n];
            while let Some(found) = self.decoder.next(&mut bytes).unwrap() {
                match found {
                    Found::Message(message) => self.heard.push_back(heard(message)),
                    Found::End => {}
                    Found::Report(report) => self.heard.push_back(Heard::End(ErrorReport::of_end(report))),
                }
            }
        }
    }

    /// The next must be a command: its token and what it is.
    pub fn command(&mut self) -> (u64, streams::Command<'static>) {
        match self.hear() {
            Heard::Command(token, command) => (token, command),
            other => panic!("{other:?} where a command belongs"),
        }
    }

    /// The next must be a command of this name; its token.
    pub fn expect(&mut self, name: Name) -> u64 {
        let (token, command) = self.command();
        assert_eq!(command.name(), name, "{command:?}");
        token
    }

    pub fn done(&mut self, token: u64) {
        self.write(|out| Done::default().encode(&Token::from(token), out));
    }

    pub fn refuse(&mut self, token: u64, error: ErrorReport) {
        self.write(|out| Done::failed(error).encode(&Token::from(token), out));
    }

    pub fn data(&mut self, token: u64, data: &[u8], lost: Lost, eos: bool) {
        let form = self.form;
        let reply = ReadReply { data: data.into(), error: None, lost, eos };
        self.write(|out| reply.encode(&Token::from(token), form, out));
    }

    pub fn created(&mut self, stream_type: &str, id: &str) {
        let (stream_type, id) = (stream_type.to_owned(), id.to_owned());
        self.write(|out| Event::Created { stream_type, id, context: None }.encode(out));
    }

    pub fn disposed(&mut self, stream_type: &str, id: &str) {
        let (stream_type, id) = (stream_type.to_owned(), id.to_owned());
        self.write(|out| Event::Disposed { stream_type, id }.encode(out));
    }

    /// A command for the client.
    pub fn ask(&mut self, service: &str, name: &str) {
        self.write(|out| Writer::command(out, Form::Plain, &Token::from(7), service, name).end());
    }

    pub fn end(&mut self, report: Option<&ErrorReport>) {
        self.write(|out| escape::end_of_stream(report, out));
    }

    /// Reads on until the client closes; what it said of the end.
    pub fn until_gone(&mut self) -> Option<Option<ErrorReport>> {
        let mut said = None;
        loop {
            match self.hear() {
                Heard::End(report) => said = Some(report),
                Heard::Gone => return said,
                _ => {}
            }
        }
    }
}

fn heard(message: &[u8]) -> Heard {
    match Message::parse(message).unwrap() {
        Message::Event { service: "Locator", name: "Hello", args } => {
            Heard::Hello(Hello::parse(args).unwrap())
        }
        Message::Command { token, service: streams::SERVICE, name, args } => {
            let command = streams::Command::parse(Name::of(name).unwrap(), args).unwrap();
            Heard::Command(token.number().unwrap(), owned(command))
        }
        Message::NotRecognised { token } => Heard::NotRecognised(token.as_bytes().to_vec()),
        other => panic!("the client says {other:?}"),
    }
}

fn owned(command: streams::Command<'_>) -> streams::Command<'static> {
    use streams::Command;
    let own = |text: std::borrow::Cow<'_, str>| text.into_owned().into();
    match command {
        Command::Subscribe { stream_type } => Command::Subscribe { stream_type: own(stream_type) },
        Command::Unsubscribe { stream_type } => Command::Unsubscribe { stream_type: own(stream_type) },
        Command::Read { id, size } => Command::Read { id: own(id), size },
        Command::Write { id, data } => Command::Write { id: own(id), data: data.into_owned().into() },
        Command::Eos { id } => Command::Eos { id: own(id) },
        Command::Connect { id } => Command::Connect { id: own(id) },
        Command::Disconnect { id } => Command::Disconnect { id: own(id) },
    }
}

/// Has one stream with these bytes, which it gives so many at a time, and ends it.
pub fn serve_one_stream(
    stream_type: &'static str,
    id: &'static str,
    bytes: &'static [u8],
    most: usize,
) -> SocketAddr {
    let script = move |peer: &mut Peer| {
        peer.greet(true);
        let mut rest = bytes;
        loop {
            match peer.hear() {
                Heard::Command(token, streams::Command::Subscribe { .. }) => {
                    peer.done(token);
                    peer.created("other", "VS77");
                    peer.created(stream_type, id);
                }
                Heard::Command(token, streams::Command::Read { size, .. }) => {
                    let now = rest.len().min(most).min(size as usize);
                    let data = &rest[..now];
                    rest = &rest[now..];
                    peer.data(token, data, Lost::NONE, rest.is_empty());
                }
                Heard::Command(token, streams::Command::Disconnect { id }) => {
                    peer.disposed(stream_type, &id);
                    peer.done(token);
                }
                Heard::Command(token, _) => peer.done(token),
                Heard::End(_) => peer.end(None),
                _ => return,
            }
        }
    };
    serve(script).0
}
