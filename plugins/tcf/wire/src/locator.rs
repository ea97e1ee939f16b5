//! Locator: the one service that every peer has. A server needs its Hello, `sync` and little more.

use crate::{BadItem, Code, ErrorReport, Form, Items, Token, Writer, ZERO_COPY};

/// The service's name.
pub const SERVICE: &str = "Locator";

/// The name of the event that opens a channel.
pub const HELLO: &str = "Hello";

/// What a peer says first: the services it has. Each side sends it at once, and nothing else before both are through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The names of the services.
    pub services: Vec<String>,
}

impl Hello {
    /// With these services.
    pub fn new<S: Into<String>>(services: impl IntoIterator<Item = S>) -> Hello {
        Hello { services: services.into_iter().map(Into::into).collect() }
    }

    /// Reads the event's arguments.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(mut args: Items<'_>) -> Result<Hello, BadItem> {
        let services: Option<Vec<String>> = args.json("an array of strings")?;
        args.end()?;
        Ok(Hello { services: services.unwrap_or_default() })
    }

    /// Writes the event.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut event = Writer::event(out, Form::Plain, SERVICE, HELLO);
        event.json(&self.services);
        event.end();
    }

    /// Whether the peer has this service.
    pub fn has(&self, service: &str) -> bool {
        self.services.iter().any(|name| name == service)
    }

    /// Whether byte arrays may be sent to it in the binary form.
    pub fn zero_copy(&self) -> bool {
        self.has(ZERO_COPY)
    }

    /// The form of byte arrays for this peer.
    pub fn form(&self) -> Form {
        if self.zero_copy() { Form::Binary } else { Form::Plain }
    }
}

/// A command of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Is answered when all before it has been taken up.
    Sync,
    /// A stable name of the agent.
    GetAgentId,
    /// The peers that are known.
    GetPeers,
    /// To another peer.
    Redirect,
}

impl Command {
    /// The command of this name; `None`: not recognised. Arguments are not looked at.
    pub fn of(name: &str) -> Option<Command> {
        match name {
            "sync" => Some(Command::Sync),
            "getAgentID" => Some(Command::GetAgentId),
            "getPeers" => Some(Command::GetPeers),
            "redirect" => Some(Command::Redirect),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Command::Sync => "sync",
            Command::GetAgentId => "getAgentID",
            Command::GetPeers => "getPeers",
            Command::Redirect => "redirect",
        }
    }

    /// Writes it, without arguments: for all but `redirect`.
    pub fn encode(self, token: &Token, out: &mut Vec<u8>) {
        Writer::command(out, Form::Plain, token, SERVICE, self.name()).end();
    }

    /// Writes what a server answers that knows no other peers: to `sync` one empty item, since a result without any is an
    /// error to some clients.
    pub fn answer(self, token: &Token, agent_id: &str, out: &mut Vec<u8>) {
        let mut reply = Writer::reply(out, Form::Plain, token);
        match self {
            Command::Sync => reply.empty(),
            Command::GetAgentId => {
                reply.error(None);
                reply.string(Some(agent_id));
            }
            Command::GetPeers => {
                reply.error(None);
                reply.json(&[0; 0]);
            }
            Command::Redirect => reply.error(Some(&ErrorReport::new(Code::UnknownPeer, "Unknown peer"))),
        }
        reply.end();
    }
}
