//! The commands, and which one a message is.

use super::{Done, ReadReply, SERVICE};
use crate::{BadItem, ErrorReport, Form, Items, Token, Writer};
use std::borrow::Cow;

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Name {
    Subscribe,
    Unsubscribe,
    Read,
    Write,
    Eos,
    Connect,
    Disconnect,
}

impl Name {
    /// All of them.
    pub const ALL: [Name; 7] = [
        Name::Subscribe,
        Name::Unsubscribe,
        Name::Read,
        Name::Write,
        Name::Eos,
        Name::Connect,
        Name::Disconnect,
    ];

    /// The command of this name; `None`: not recognised.
    pub fn of(name: &str) -> Option<Name> {
        Name::ALL.into_iter().find(|each| each.as_str() == name)
    }

    /// As it is on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Name::Subscribe => "subscribe",
            Name::Unsubscribe => "unsubscribe",
            Name::Read => "read",
            Name::Write => "write",
            Name::Eos => "eos",
            Name::Connect => "connect",
            Name::Disconnect => "disconnect",
        }
    }

    /// Answers a command of this name with an error, in the shape that its reply has.
    pub fn refuse(self, token: &Token, error: ErrorReport, out: &mut Vec<u8>) {
        match self {
            Name::Read => ReadReply::failed(error).encode(token, Form::Plain, out),
            _ => Done::failed(error).encode(token, out),
        }
    }
}

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// To be connected to every stream of a type that is made from now on, and told of it by
    /// [`Event::Created`](super::Event::Created).
    Subscribe {
        /// The type.
        stream_type: Cow<'a, str>,
    },
    /// Ends that; connections stay.
    Unsubscribe {
        /// The type.
        stream_type: Cow<'a, str>,
    },
    /// Asks for up to `size` bytes; is answered when there are some.
    Read {
        /// The stream.
        id: Cow<'a, str>,
        /// Most bytes wanted, 1 or more.
        size: i64,
    },
    /// Writes.
    Write {
        /// The stream.
        id: Cow<'a, str>,
        /// The bytes.
        data: Cow<'a, [u8]>,
    },
    /// Nothing more will be written.
    Eos {
        /// The stream.
        id: Cow<'a, str>,
    },
    /// To be connected to a stream.
    Connect {
        /// The stream.
        id: Cow<'a, str>,
    },
    /// No longer to be; what waits is cancelled.
    Disconnect {
        /// The stream.
        id: Cow<'a, str>,
    },
}

impl<'a> Command<'a> {
    /// Reads the arguments of the command of this name.
    ///
    /// # Errors
    /// What is wrong with them; [`Name::refuse`] answers it.
    pub fn parse(name: Name, mut args: Items<'a>) -> Result<Command<'a>, BadItem> {
        let first = args.name()?;
        let command = match name {
            Name::Subscribe => Command::Subscribe { stream_type: first },
            Name::Unsubscribe => Command::Unsubscribe { stream_type: first },
            Name::Read => Command::Read { id: first, size: args.integer()? },
            Name::Write => {
                let size = args.integer()?;
                let data = args.bytes()?;
                if i64::try_from(data.len()) != Ok(size) {
                    return Err(BadItem::Size);
                }
                Command::Write { id: first, data }
            }
            Name::Eos => Command::Eos { id: first },
            Name::Connect => Command::Connect { id: first },
            Name::Disconnect => Command::Disconnect { id: first },
        };
        args.end()?;
        Ok(command)
    }

    /// Which one it is.
    pub fn name(&self) -> Name {
        match self {
            Command::Subscribe { .. } => Name::Subscribe,
            Command::Unsubscribe { .. } => Name::Unsubscribe,
            Command::Read { .. } => Name::Read,
            Command::Write { .. } => Name::Write,
            Command::Eos { .. } => Name::Eos,
            Command::Connect { .. } => Name::Connect,
            Command::Disconnect { .. } => Name::Disconnect,
        }
    }

    /// Writes it; `form` is what the peer's Hello allows.
    pub fn encode(&self, token: &Token, form: Form, out: &mut Vec<u8>) {
        let mut command = Writer::command(out, form, token, SERVICE, self.name().as_str());
        match self {
            Command::Subscribe { stream_type: first }
            | Command::Unsubscribe { stream_type: first }
            | Command::Eos { id: first }
            | Command::Connect { id: first }
            | Command::Disconnect { id: first } => command.string(Some(first)),
            Command::Read { id, size } => {
                command.string(Some(id));
                command.number(*size);
            }
            Command::Write { id, data } => {
                command.string(Some(id));
                command.number(data.len() as i64);
                command.bytes(data);
            }
        }
        command.end();
    }
}
