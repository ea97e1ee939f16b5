//! The events.

use super::SERVICE;
use crate::{BadItem, Form, Items, Writer};
use serde::{Deserialize, Serialize};

/// An event of the service. There are no others, and one of another name ends the channel of some clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The receiver is connected to a stream from now on, and owes it reads or a `disconnect`.
    Created {
        /// Its type.
        stream_type: String,
        /// Its id.
        id: String,
        /// What it belongs to.
        context: Option<String>,
    },
    /// The receiver is connected to it no longer.
    Disposed {
        /// Its type.
        stream_type: String,
        /// Its id.
        id: String,
    },
}

impl Event {
    /// Reads an event; `None`: one of another name.
    ///
    /// # Errors
    /// What is wrong with its arguments.
    pub fn parse(name: &str, mut args: Items<'_>) -> Result<Option<Event>, BadItem> {
        let event = match name {
            "created" => {
                let (stream_type, id) = (args.name()?.into_owned(), args.name()?.into_owned());
                // There are servers that leave the context out.
                let context = if args.is_done() { None } else { args.string()? };
                Event::Created { stream_type, id, context: context.map(Into::into) }
            }
            "disposed" => {
                Event::Disposed { stream_type: args.name()?.into_owned(), id: args.name()?.into_owned() }
            }
            _ => return Ok(None),
        };
        args.end()?;
        Ok(Some(event))
    }

    /// Writes it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let name = if let Event::Created { .. } = self { "created" } else { "disposed" };
        let mut event = Writer::event(out, Form::Plain, SERVICE, name);
        match self {
            Event::Created { stream_type, id, context } => {
                event.string(Some(stream_type));
                event.string(Some(id));
                event.string(context.as_deref());
            }
            Event::Disposed { stream_type, id } => {
                event.string(Some(stream_type));
                event.string(Some(id));
            }
        }
        event.end();
    }
}
