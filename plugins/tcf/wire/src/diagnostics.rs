//! Diagnostics: the two commands that make and dispose of test streams. What is written to the one comes out of the other.

use crate::{BadItem, ErrorReport, Form, Items, Token, Writer};
use serde::{Deserialize, Serialize};

/// The service's name, and the type of its streams.
pub const SERVICE: &str = "Diagnostics";

/// A command of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Makes a pair of streams.
    CreateTestStreams {
        /// Bytes of the buffer of the one that is written to.
        written: i64,
        /// Bytes of the buffer of the one that is read from.
        read: i64,
    },
    /// Disposes of one of a pair.
    DisposeTestStream {
        /// Its id.
        id: String,
    },
}

impl Command {
    /// Reads a command; `None`: not recognised.
    ///
    /// # Errors
    /// What is wrong with its arguments.
    pub fn parse(name: &str, mut args: Items<'_>) -> Result<Option<Command>, BadItem> {
        let command = match name {
            "createTestStreams" => {
                Command::CreateTestStreams { written: args.integer()?, read: args.integer()? }
            }
            "disposeTestStream" => Command::DisposeTestStream { id: args.name()?.into_owned() },
            _ => return Ok(None),
        };
        args.end()?;
        Ok(Some(command))
    }

    /// Writes it.
    pub fn encode(&self, token: &Token, out: &mut Vec<u8>) {
        match self {
            Command::CreateTestStreams { written, read } => {
                let mut command = Writer::command(out, Form::Plain, token, SERVICE, "createTestStreams");
                command.number(*written);
                command.number(*read);
                command.end();
            }
            Command::DisposeTestStream { id } => {
                let mut command = Writer::command(out, Form::Plain, token, SERVICE, "disposeTestStream");
                command.string(Some(id));
                command.end();
            }
        }
    }
}

/// The reply to `createTestStreams`; `disposeTestStream` has an error report alone
/// ([`streams::Done`](crate::streams::Done)).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Created {
    /// Why there are none.
    pub error: Option<ErrorReport>,
    /// The ids: the one to write to, the one to read from.
    pub ids: Option<(String, String)>,
}

impl Created {
    /// Reads the results.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(mut results: Items<'_>) -> Result<Created, BadItem> {
        let error = results.error()?;
        let (written, read) = (results.string()?, results.string()?);
        results.end()?;
        Ok(Created { error, ids: written.zip(read).map(|(w, r)| (w.into_owned(), r.into_owned())) })
    }

    /// Writes the reply.
    pub fn encode(&self, token: &Token, out: &mut Vec<u8>) {
        let mut reply = Writer::reply(out, Form::Plain, token);
        reply.error(self.error.as_ref());
        let (written, read) = self.ids.as_ref().map(|(w, r)| (w.as_str(), r.as_str())).unzip();
        reply.string(written);
        reply.string(read);
        reply.end();
    }
}
