//! The conversation before the first message: each side sends its greeting and READY.
//!
//! Called by `peer` with the bytes that came. What holds: it never wants a byte beyond the handshake, so that what
//! follows is the decoder's; what is wrong is said at the first byte that shows it.

use super::{COMMAND, COMMAND_MAX, Kind, LONG, command, wrong::Wrong};

/// Bytes of a greeting.
pub const GREETING_LEN: usize = 64;

/// The greeting of ZMTP 3.1 with NULL, as libzmq 4.3 sends it.
pub const GREETING: [u8; GREETING_LEN] = {
    let mut bytes = [0; GREETING_LEN];
    bytes[0] = 0xff;
    bytes[8] = 1;
    bytes[9] = 0x7f;
    bytes[10] = 3;
    bytes[11] = 1;
    bytes[12] = b'N';
    bytes[13] = b'U';
    bytes[14] = b'L';
    bytes[15] = b'L';
    bytes
};

/// What the bytes came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// More are needed.
    More,
    /// The greeting is whole; this is to be sent.
    Greeted(Vec<u8>),
    /// Messages follow.
    Done,
}

#[derive(Clone, Copy)]
enum Stage {
    Greeting,
    Head,
    Size,
    Body,
}

/// One side of it.
pub struct Handshake {
    me: Kind,
    stage: Stage,
    have: Vec<u8>,
    want: usize,
}

impl Handshake {
    /// For a socket of this kind; send [`GREETING`] first.
    pub fn new(me: Kind) -> Handshake {
        Handshake { me, stage: Stage::Greeting, have: Vec::new(), want: GREETING_LEN }
    }

    /// How many bytes it takes at most.
    pub fn wants(&self) -> usize {
        self.want - self.have.len()
    }

    /// Takes at most [`wants`](Handshake::wants) bytes.
    ///
    /// # Errors
    /// What is wrong with the peer.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Progress, Wrong> {
        self.have.extend_from_slice(bytes);
        if let Stage::Greeting = self.stage {
            check_greeting(&self.have)?;
        }
        if self.have.len() < self.want {
            return Ok(Progress::More);
        }
        let have = std::mem::take(&mut self.have);
        match self.stage {
            Stage::Greeting => {
                self.expect(Stage::Head, 2);
                Ok(Progress::Greeted(command::ready(self.me)))
            }
            Stage::Head => match have[0] {
                COMMAND => self.body(have[1].into()),
                flags if flags == COMMAND | LONG => {
                    self.expect(Stage::Size, 9);
                    self.have = have;
                    Ok(Progress::More)
                }
                _ => Err(Wrong::NotReady),
            },
            Stage::Size => {
                let size = have[1..].iter().fold(0, |size, byte| size << 8 | u64::from(*byte));
                self.body(size)
            }
            Stage::Body => command::check_ready(&have, self.me.other()).map(|()| Progress::Done),
        }
    }

    fn expect(&mut self, stage: Stage, want: usize) {
        (self.stage, self.want) = (stage, want);
    }

    fn body(&mut self, size: u64) -> Result<Progress, Wrong> {
        if size == 0 {
            return Err(Wrong::NotReady);
        }
        if size > COMMAND_MAX {
            return Err(Wrong::Command(size));
        }
        self.expect(Stage::Body, size as usize);
        Ok(Progress::More)
    }
}

/// What can be said of the greeting's beginning: signature, version, mechanism. The minor version, the role and the
/// filler may be anything.
fn check_greeting(have: &[u8]) -> Result<(), Wrong> {
    if have.first().is_some_and(|first| *first != 0xff) || have.get(9).is_some_and(|last| last & 1 == 0) {
        return Err(Wrong::NotZmtp);
    }
    if let Some(major) = have.get(10)
        && *major < 3
    {
        return Err(Wrong::Version(if *major == 1 { 2 } else { *major }));
    }
    match have.get(12..32) {
        Some(mechanism) if *mechanism != GREETING[12..32] => {
            let end = mechanism.iter().position(|byte| *byte == 0).unwrap_or(mechanism.len());
            Err(Wrong::Mechanism(String::from_utf8_lossy(&mechanism[..end]).into_owned()))
        }
        _ => Ok(()),
    }
}
