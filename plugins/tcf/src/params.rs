//! The parameters of `tcf-streams`, and what they come to: [`Settings`].

use rogue_sdk::prelude::*;
use rogue_socket::{
    address::{self, Side},
    kin::{Key, Role},
};
use rogue_tcf_service::Limits;
use rogue_tcf_wire::limits::NAME;
use std::{fmt, net::SocketAddr};

/// The type where nothing is said and the runtime is one that does not tell a node's name.
const UNNAMED: &str = "rogue";

/// Parameters of `tcf-streams`.
#[derive(Params, Clone, Debug)]
pub struct StreamsParams {
    /// Where to listen, as `127.0.0.1:1534`: an address of this machine, a host name, the name of a network interface, or `*`
    /// for everywhere; and a port, 0 = the system chooses, see the reading `port`.
    #[param(default = "127.0.0.1:0")]
    pub listen: String,
    /// Whether an address may be listened on that other machines can reach. TCF has no passwords and no encryption.
    #[param(default = false)]
    pub allow_remote: bool,
    /// The streams' type, by which clients subscribe; at most 252 bytes. Absent: the node's name.
    #[serde(rename = "type")]
    pub stream_type: Option<String>,
    /// One stream for all frames, or one for each channel, whose context id is the channel's number.
    #[param(default = "node")]
    pub per: Per,
    /// How frames lie in a stream: behind a header each, or payloads one after the other.
    #[param(default = "length")]
    pub framing: Framing,
    /// Bytes that a stream keeps for clients that have not read them, 4KiB to 2GiB.
    #[param(default = "4MiB")]
    pub buffer: Size,
    /// What becomes of a full buffer: its oldest frames go, or what leads here waits for the slowest client.
    #[param(default = "drop")]
    pub when_full: WhenFull,
    /// How long a client may hold up the graph or the end of a run without reading; then it is disconnected, or not
    /// waited for.
    #[param(default = "10s")]
    pub stall_limit: Duration,
    /// Whether a subscription tells of the streams that are there already.
    #[param(default = true)]
    pub announce: bool,
    /// Whether there is a stream to write to, of the type with `.in` behind it.
    #[param(default = false)]
    pub write: bool,
    /// Whether one client's end of writing ends the giving half; else only that client's writing.
    #[param(default = false)]
    pub end_on_eos: bool,
    /// Most bytes of frames from writes that wait for the graph. One write is taken however long.
    #[param(default = "4MiB")]
    pub max_held: Size,
    /// Most bytes of one answer to a read, 1B to 16MiB.
    #[param(default = "256KiB")]
    pub max_read: Size,
    /// Most reads, and most writes, that a client has waiting at one stream.
    #[param(default = 64, min = 1, max = 4096)]
    pub max_pending: u32,
    /// Most clients at a time.
    #[param(default = 16, min = 1, max = 1024)]
    pub max_channels: u32,
    /// Longest message that a client may send, and most bytes of its writes that wait; 4KiB to 1GiB.
    #[param(default = "16MiB")]
    pub max_message: Size,
    /// Whether clients can make the agent's test streams, as `Diagnostics` has them.
    #[param(default = false)]
    pub test_streams: bool,
}

/// How many streams.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// One for all frames.
    Node,
    /// One for each channel that occurs.
    Channel,
}

/// How frames lie in a stream.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A header with the length before each.
    Length,
    /// Payloads alone.
    Raw,
}

/// What becomes of a full buffer.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The oldest frames go.
    Drop,
    /// The graph waits.
    Block,
}

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// As it was written.
    pub addr: String,
    pub port: u16,
    /// What it stands for: the first that can be had.
    pub addresses: Vec<SocketAddr>,
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.addr, self.port)
    }
}

impl Listen {
    fn of(text: &str) -> Result<Listen> {
        let parts = text.rsplit_once(':').and_then(|(addr, port)| Some((addr, port.parse().ok()?)));
        // An address of IPv6 has its port behind brackets.
        let parts =
            parts.filter(|(addr, _)| !addr.is_empty() && (!addr.contains(':') || addr.ends_with(']')));
        let Some((addr, port)) = parts else {
            return Err(Error::new(format_args!(
                "listen {text:?} is no address with a port; write one as `127.0.0.1:1534`"
            )));
        };
        address::check("listen", addr, "tcp")?;
        let addresses = address::all("listen", addr, port, Side::Here)?;
        Ok(Listen { addr: addr.to_owned(), port, addresses })
    }

    /// For whom the socket is handed over.
    pub fn key(&self) -> Key<'_> {
        Key { role: Role::Server, addr: &self.addr, port: self.port, here: true }
    }

    /// Whether other machines can reach it.
    fn is_remote(&self) -> bool {
        !self.addresses.iter().all(|address| address.ip().is_loopback())
    }
}

/// What the node knows of itself.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: Listen,
    pub stream_type: String,
    pub per: Per,
    pub framing: Framing,
    pub buffer: usize,
    pub block: bool,
    pub write: bool,
    pub max_held: u64,
    pub max_channels: usize,
    pub max_message: usize,
    pub limits: Limits,
}

/// A size within bounds.
fn within(name: &str, size: Size, least: u64, most: u64) -> Result<usize> {
    let bytes = size.bytes();
    if !(least..=most).contains(&bytes) {
        let (least, most) = (Size::from_bytes(least), Size::from_bytes(most));
        return Err(Error::new(format_args!("{name} is {size}; write one from {least} to {most}")));
    }
    Ok(usize::try_from(bytes)?)
}

impl Settings {
    /// What the parameters' types cannot say. `name`: the node's, if it is known.
    ///
    /// # Errors
    /// An address that is none, that is not known, or that others can reach, a type or a size that cannot be.
    pub fn new(params: &StreamsParams, name: Option<String>) -> Result<Settings> {
        let listen = Listen::of(&params.listen)?;
        if listen.is_remote() && !params.allow_remote {
            return Err(Error::new(format_args!(
                "listen {listen} can be reached from other machines, and TCF has no passwords and no encryption: whoever \
                 reaches it reads the frames; write 127.0.0.1, or allow_remote: true if that is meant"
            )));
        }
        let stream_type = params.stream_type.clone().or(name).unwrap_or_else(|| UNNAMED.to_owned());
        if stream_type.is_empty() || stream_type.len() > NAME - ".in".len() || stream_type.contains('\0') {
            return Err(Error::new("type is empty or longer than 252 bytes"));
        }
        let max_message = within("max_message", params.max_message, 4 << 10, 1 << 30)?;
        Ok(Settings {
            listen,
            stream_type,
            per: params.per,
            framing: params.framing,
            buffer: within("buffer", params.buffer, 4 << 10, 2 << 30)?,
            block: params.when_full == WhenFull::Block,
            write: params.write,
            max_held: params.max_held.bytes(),
            max_channels: params.max_channels as usize,
            max_message,
            limits: Limits {
                max_read: within("max_read", params.max_read, 1, 16 << 20)?,
                max_pending: params.max_pending as usize,
                max_written: max_message,
                announce: params.announce,
                end_on_eos: params.end_on_eos,
                test_streams: params.test_streams,
                stall_limit: params.stall_limit.get(),
            },
        })
    }

    /// What only one node of a graph may have; a name of its own where the system chooses the port.
    pub fn claim(&self, node: &Node) -> String {
        match self.listen.port {
            0 => format!("tcf-streams:{node:?}"),
            _ => format!("tcp:{}", self.listen),
        }
    }
}
