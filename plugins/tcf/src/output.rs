//! What a client is sent and its socket has not taken, in order.
//!
//! What holds: messages are whole and in the order they were put in; large data are sent from where they were copied to
//! out of the stream's buffer, without a further copy.

use rogue_tcf_service::Answer;
use rogue_tcf_wire::{
    Form,
    streams::{Lost, ReadReply},
};
use std::{
    collections::VecDeque,
    io::{self, IoSlice, Write},
};

/// Data from this size on are not copied once more.
const APART: usize = 8 << 10;
/// Most pieces of one write.
const PIECES: usize = 32;
/// Bytes that a piece of small messages grows to.
const PIECE: usize = 64 << 10;

/// A piece of what is to be sent.
enum Piece {
    Messages(Vec<u8>),
    Data(Vec<u8>),
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        let (Piece::Messages(bytes) | Piece::Data(bytes)) = self;
        bytes
    }
}

/// What waits for a socket.
#[derive(Default)]
pub struct Output {
    pieces: VecDeque<Piece>,
    len: usize,
    /// Bytes of the first piece that are sent.
    sent: usize,
    /// The socket had no room.
    pub blocked: bool,
    /// Buffers of data that are sent, for the service.
    pub spare: Vec<Vec<u8>>,
}

impl Output {
    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The same, copied.
    pub fn bytes(&self) -> Vec<u8> {
        let all: Vec<u8> = self.pieces.iter().flat_map(|piece| piece.bytes()).copied().collect();
        all[self.sent..].to_vec()
    }

    /// Puts an answer behind the others.
    pub fn answer(&mut self, answer: Answer, form: Form, time_ms: u64) {
        match answer {
            Answer::Read { token, data, error: None, lost, eos }
                if form == Form::Binary && data.len() >= APART =>
            {
                let reply =
                    ReadReply { data: data.as_slice().into(), error: None, lost: Lost::Bytes(lost), eos };
                self.write(|out| reply.encode_before_data(&token, out));
                let mut behind = Vec::new();
                reply.encode_behind_data(&mut behind);
                self.len += data.len();
                self.pieces.push_back(Piece::Data(data));
                self.write(|out| out.extend_from_slice(&behind));
            }
            answer => {
                self.write(|out| answer.encode(form, time_ms, out));
                if let Answer::Read { data, .. } = answer
                    && data.capacity() > 0
                {
                    self.spare.push(data);
                }
            }
        }
    }

    /// Puts what `write` appends behind the others.
    pub fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if !matches!(self.pieces.back(), Some(Piece::Messages(bytes)) if bytes.len() < PIECE) {
            self.pieces.push_back(Piece::Messages(Vec::new()));
        }
        if let Some(Piece::Messages(bytes)) = self.pieces.back_mut() {
            let before = bytes.len();
            write(bytes);
            self.len += bytes.len() - before;
        }
    }

    /// Sends as much as the socket takes.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn send(&mut self, mut stream: &std::net::TcpStream) -> io::Result<()> {
        self.blocked = false;
        while self.len > 0 {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let mut count = 0;
            for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
                let skip = if count == 0 { self.sent } else { 0 };
                *slice = IoSlice::new(&piece.bytes()[skip..]);
                count += 1;
            }
            match stream.write_vectored(&slices[..count]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => self.took(n),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.blocked = true;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn took(&mut self, n: usize) {
        self.len -= n;
        self.sent += n;
        while let Some(first) = self.pieces.front() {
            if self.sent < first.bytes().len() {
                break;
            }
            self.sent -= first.bytes().len();
            if let Some(Piece::Data(data)) = self.pieces.pop_front() {
                self.spare.push(data);
            }
        }
    }
}
