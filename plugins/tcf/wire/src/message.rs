//! One message, read: what kind it is, and where its items are.

use crate::{Items, Token, Wrong, limits};

/// A message. The first byte is its type; fields end with a NUL.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// `C`: is answered by exactly one [`Reply`](Message::Reply) or [`NotRecognised`](Message::NotRecognised) of its token.
    Command {
        /// To be echoed.
        token: Token,
        /// The service it is for.
        service: &'a str,
        /// The command's name.
        name: &'a str,
        /// Its arguments.
        args: Items<'a>,
    },
    /// `R`: the final result of a command.
    Reply {
        /// That of the command.
        token: Token,
        /// The results.
        results: Items<'a>,
    },
    /// `P`: an intermediate result. Streams has none.
    Progress {
        /// That of the command.
        token: Token,
        /// The data.
        data: Items<'a>,
    },
    /// `N`: the peer knows no such service or command.
    NotRecognised {
        /// That of the command.
        token: Token,
    },
    /// `E`: something has happened.
    Event {
        /// The service it is from.
        service: &'a str,
        /// The event's name.
        name: &'a str,
        /// Its arguments.
        args: Items<'a>,
    },
    /// `F`: how congested the sender is, from -100 to 100; above 0 its peer should slow down.
    Congestion(i8),
}

impl<'a> Message<'a> {
    /// Reads the head of a message as a decoder found it.
    ///
    /// # Errors
    /// What is wrong with it; the channel should be closed.
    pub fn parse(bytes: &'a [u8]) -> Result<Message<'a>, Wrong> {
        let mut rest = bytes;
        let [kind] = *field(&mut rest, "type")? else {
            return Err(Wrong::Type(bytes.first().copied().unwrap_or_default()));
        };
        match kind {
            b'C' => {
                let token = token(&mut rest)?;
                let (service, name) = (name(&mut rest, "service")?, name(&mut rest, "command")?);
                Ok(Message::Command { token, service, name, args: Items::new(rest) })
            }
            b'R' => Ok(Message::Reply { token: token(&mut rest)?, results: Items::new(rest) }),
            b'P' => Ok(Message::Progress { token: token(&mut rest)?, data: Items::new(rest) }),
            b'N' => Ok(Message::NotRecognised { token: token(&mut rest)? }),
            b'E' => {
                let (service, name) = (name(&mut rest, "service")?, name(&mut rest, "event")?);
                Ok(Message::Event { service, name, args: Items::new(rest) })
            }
            b'F' => level(rest).map(Message::Congestion).ok_or(Wrong::Level),
            other => Err(Wrong::Type(other)),
        }
    }
}

/// The level, with the NUL behind it or without: both are in use.
fn level(bytes: &[u8]) -> Option<i8> {
    let text = std::str::from_utf8(bytes.strip_suffix(&[0]).unwrap_or(bytes)).ok()?;
    let level: i8 = text.parse().ok()?;
    (-100..=100).contains(&level).then_some(level)
}

/// The bytes up to the next NUL.
fn field<'a>(rest: &mut &'a [u8], what: &'static str) -> Result<&'a [u8], Wrong> {
    let end = memchr::memchr(0, rest).ok_or(Wrong::Cut(what))?;
    let (field, behind) = rest.split_at(end);
    *rest = &behind[1..];
    if field.len() > limits::NAME { Err(Wrong::LongName(what)) } else { Ok(field) }
}

fn token(rest: &mut &[u8]) -> Result<Token, Wrong> {
    field(rest, "token").map(Token::of)
}

fn name<'a>(rest: &mut &'a [u8], what: &'static str) -> Result<&'a str, Wrong> {
    std::str::from_utf8(field(rest, what)?).map_err(|_| Wrong::NotUtf8(what))
}
