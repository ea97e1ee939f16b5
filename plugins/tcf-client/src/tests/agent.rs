//! An agent with one stream of type `scope` to read, `VS0`, and one of type `scope.in` to write, `VS1`.

use super::peer::{Heard, Peer};
use rogue_tcf_wire::{
    Code, ErrorReport,
    streams::{Command, Lost},
};

/// One answer to a read.
#[derive(Clone)]
pub struct Answer {
    pub data: Vec<u8>,
    pub lost: Lost,
    pub eos: bool,
}

/// Data without anything special.
pub fn data(bytes: &[u8]) -> Answer {
    Answer { data: bytes.to_vec(), lost: Lost::NONE, eos: false }
}

/// What follows a gap.
pub fn behind(lost: Lost, bytes: &[u8]) -> Answer {
    Answer { data: bytes.to_vec(), lost, eos: false }
}

/// The end of a stream.
pub fn eos() -> Answer {
    Answer { data: Vec::new(), lost: Lost::NONE, eos: true }
}

/// These bytes, so many in each answer.
pub fn cut(bytes: &[u8], most: usize) -> Vec<Answer> {
    bytes.chunks(most).map(data).collect()
}

/// An agent, and what was done to it.
#[derive(Default)]
pub struct Agent {
    /// Answers to reads, in order; behind the last one reads wait.
    pub answers: std::collections::VecDeque<Answer>,
    /// What was written.
    pub written: Vec<u8>,
    pub writes: usize,
    pub eos: bool,
    /// Reads that wait.
    pub waiting: Vec<u64>,
    /// Most writes that are answered.
    pub most_writes: Option<usize>,
    /// What writes are answered with.
    pub refuses: Option<Code>,
    /// Closes the channel without a word when all answers are given.
    pub drops: bool,
}

impl Agent {
    pub fn new(answers: Vec<Answer>) -> Agent {
        Agent { answers: answers.into(), ..Agent::default() }
    }

    /// Serves until the client ends or, if it is to, it drops the channel.
    pub fn play(mut self, peer: &mut Peer) -> Agent {
        peer.greet(true);
        loop {
            match peer.hear() {
                Heard::Command(token, command) => self.command(peer, token, command),
                Heard::End(_) => {
                    peer.end(None);
                    return self;
                }
                _ => return self,
            }
            if self.drops
                && self.answers.is_empty()
                && self.most_writes.is_none_or(|most| self.writes >= most)
            {
                // Closed with commands unread it would be reset, and what is not on its way yet would be lost.
                peer.stream.shutdown(std::net::Shutdown::Write).unwrap();
                peer.until_gone();
                return self;
            }
        }
    }

    fn command(&mut self, peer: &mut Peer, token: u64, command: Command<'static>) {
        match command {
            Command::Subscribe { stream_type } => {
                peer.done(token);
                match &*stream_type {
                    "scope" => peer.created("scope", "VS0"),
                    "scope.in" => peer.created("scope.in", "VS1"),
                    _ => {}
                }
            }
            Command::Read { id, size } => {
                assert_eq!(id, "VS0");
                match self.answers.pop_front() {
                    Some(answer) => {
                        assert!(answer.data.len() as i64 <= size);
                        peer.data(token, &answer.data, answer.lost, answer.eos);
                    }
                    None => self.waiting.push(token),
                }
            }
            Command::Write { id, data } => {
                assert_eq!(id, "VS1");
                self.writes += 1;
                match (self.refuses, self.most_writes) {
                    (Some(code), _) => peer.refuse(token, ErrorReport::new(code, "not this one")),
                    (None, Some(most)) if self.writes > most => {}
                    _ => {
                        self.written.extend_from_slice(&data);
                        peer.done(token);
                    }
                }
            }
            Command::Eos { id } => {
                assert_eq!(id, "VS1");
                self.eos = true;
                peer.done(token);
            }
            Command::Disconnect { id } => {
                peer.disposed("scope", &id);
                for token in self.waiting.drain(..) {
                    let cancelled = ErrorReport::new(Code::Cancelled, "Command canceled");
                    let name = rogue_tcf_wire::streams::Name::Read;
                    peer.write(|out| name.refuse(&rogue_tcf_wire::Token::from(token), cancelled, out));
                }
                peer.done(token);
            }
            _ => peer.done(token),
        }
    }
}
