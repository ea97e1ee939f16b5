//! A client that waits: a socket, and the wire's own reading and writing.

use super::LIMIT;
use rogue_tcf_wire::{
    Decoder, ErrorReport, Form, Found, Message, Token, escape, limits,
    locator::Hello,
    streams::{Command, Done, Event, Lost, ReadReply},
};
use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::TcpStream,
};

/// A message of the server, owned.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Reply(u64, Vec<u8>),
    NotRecognised(u64),
    Event(Event),
    /// The end, with its report.
    End(Option<ErrorReport>),
    /// The connection was closed without one.
    Closed,
}

/// What a read gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub data: Vec<u8>,
    pub lost: u64,
    pub eos: bool,
    pub error: Option<u32>,
}

pub struct Client {
    pub stream: TcpStream,
    decoder: Decoder,
    said: VecDeque<Said>,
    form: Form,
    token: u64,
    ended: bool,
}

impl Client {
    /// Connects and says nothing.
    pub fn mute(port: u16) -> Client {
        Client::mute_at("127.0.0.1", port)
    }

    /// The same by another address of this machine.
    fn mute_at(addr: &str, port: u16) -> Client {
        let stream = TcpStream::connect((addr, port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client {
            stream,
            decoder: Decoder::new(limits::MESSAGE),
            said: VecDeque::new(),
            form: Form::Plain,
            token: 0,
            ended: false,
        }
    }

    /// Connects and greets.
    pub fn connect(port: u16, form: Form) -> Client {
        Client::connect_at("127.0.0.1", port, form)
    }

    /// The same by another address of this machine.
    pub fn connect_at(addr: &str, port: u16, form: Form) -> Client {
        let mut client = Client::mute_at(addr, port);
        let mut out = Vec::new();
        Hello::new(if form == Form::Binary { vec!["ZeroCopy"] } else { vec!["Locator"] }).encode(&mut out);
        client.send(&out);
        client.form = form;
        client
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Sends a command; gives its token.
    pub fn command(&mut self, command: &Command<'_>) -> u64 {
        self.token += 1;
        let mut out = Vec::new();
        command.encode(&Token::from(self.token), self.form, &mut out);
        self.send(&out);
        self.token
    }

    /// The next that the server says, its Hello left out.
    pub fn next(&mut self) -> Said {
        let mut scratch = vec![0; 256 << 10];
        loop {
            if let Some(said) = self.said.pop_front() {
                return said;
            }
            let n = match self.stream.read(&mut scratch) {
                Ok(0) => return Said::Closed,
                Ok(n) => n,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Said::Closed,
                Err(error) => panic!("the server says nothing: {error}"),
            };
            let mut bytes = &scratch[..n];
            while let Some(found) = self.decoder.next(&mut bytes).unwrap() {
                let message = match found {
                    Found::Message(message) => message,
                    Found::End => continue,
                    Found::Report(report) => {
                        self.ended = true;
                        self.said.push_back(Said::End(ErrorReport::of_end(report)));
                        continue;
                    }
                };
                self.said.push_back(match Message::parse(message).unwrap() {
                    Message::Reply { token, results } => {
                        Said::Reply(token.number().unwrap(), results.as_bytes().to_vec())
                    }
                    Message::NotRecognised { token } => Said::NotRecognised(token.number().unwrap()),
                    Message::Event { service: "Streams", name, args } => {
                        Said::Event(Event::parse(name, args).unwrap().unwrap())
                    }
                    Message::Event { service: "Locator", name: "Hello", .. } => continue,
                    other => panic!("{other:?}"),
                });
            }
        }
    }

    /// The results of a reply to this command; everything before it is left out.
    fn results(&mut self, token: u64) -> Vec<u8> {
        loop {
            match self.next() {
                Said::Reply(of, results) if of == token => return results,
                Said::End(report) => panic!("the end comes before the reply: {report:?}"),
                Said::Closed => panic!("the connection is closed before the reply"),
                _ => {}
            }
        }
    }

    /// Sends a command and waits for its reply; the code of the error.
    pub fn done(&mut self, command: &Command<'_>) -> Option<u32> {
        let token = self.command(command);
        self.done_of(token)
    }

    pub fn done_of(&mut self, token: u64) -> Option<u32> {
        let results = self.results(token);
        with(&results, |items| Done::parse(items).unwrap().error.map(|error| error.code))
    }

    pub fn join(&mut self, id: &str) {
        assert_eq!(self.done(&Command::Connect { id: id.into() }), None);
    }

    pub fn ask(&mut self, id: &str, size: i64) -> u64 {
        self.command(&Command::Read { id: id.into(), size })
    }

    pub fn got(&mut self, token: u64) -> Got {
        let results = self.results(token);
        got(&results)
    }

    pub fn read(&mut self, id: &str, size: i64) -> Got {
        let token = self.ask(id, size);
        self.got(token)
    }

    pub fn write(&mut self, id: &str, data: &[u8]) -> Option<u32> {
        self.done(&Command::Write { id: id.into(), data: data.into() })
    }

    /// Reads to the end; the bytes, and how many were lost.
    pub fn read_all(&mut self, id: &str) -> (Vec<u8>, u64) {
        let (mut bytes, mut lost) = (Vec::new(), 0);
        loop {
            let got = self.read(id, 65536);
            assert_eq!(got.error, None);
            bytes.extend_from_slice(&got.data);
            lost += got.lost;
            if got.eos {
                return (bytes, lost);
            }
        }
    }

    /// Waits for the end of the channel; what it says.
    pub fn end(&mut self) -> Option<ErrorReport> {
        loop {
            match self.next() {
                Said::End(report) => return report,
                Said::Closed => panic!("closed without an end"),
                _ => {}
            }
        }
    }

    /// Says that it leaves.
    pub fn leave(mut self) {
        let mut out = Vec::new();
        escape::end_of_stream(None, &mut out);
        self.send(&out);
        assert_eq!(self.end(), None);
        assert_eq!(self.next(), Said::Closed);
    }
}

/// Reads results of a reply that are kept apart.
pub fn with<T>(results: &[u8], read: impl FnOnce(rogue_tcf_wire::Items<'_>) -> T) -> T {
    let bytes = [b"R\x000\0", results].concat();
    match Message::parse(&bytes).unwrap() {
        Message::Reply { results, .. } => read(results),
        other => panic!("{other:?}"),
    }
}

pub fn got(results: &[u8]) -> Got {
    with(results, |items| {
        let reply = ReadReply::parse(items).unwrap();
        let Lost::Bytes(lost) = reply.lost else { panic!("it is always known what is lost") };
        let error = reply.error.map(|error| error.code);
        Got { data: reply.data.into_owned(), lost, eos: reply.eos, error }
    })
}
