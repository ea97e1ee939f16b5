//! The parameters, and what they come to: [`Settings`].

use rogue_sdk::prelude::*;
use rogue_tcf_client::Options;
use rogue_tcf_wire::limits::NAME;
use std::time;

/// Most streams that are read at a time: one for each channel of a frame.
pub const STREAMS: usize = 256;
/// Most writes that are out at a time.
pub const WRITES: usize = 8;

/// Parameters of `tcf-client`.
#[derive(Params, Clone, Debug)]
pub struct ClientParams {
    /// The agent: `TCP:host:port` as TCF writes it, or `host:port`.
    pub peer: String,
    /// The type of the streams to read; all that the agent tells of are read. This or `stream`.
    #[serde(rename = "type")]
    pub stream_type: Option<String>,
    /// The id of one stream to read, such as `VS0`. This or `type`.
    pub stream: Option<String>,
    /// The type of the stream that frames are written to, the first that the agent tells of; absent: `type` with `.in`
    /// behind it.
    pub write_type: Option<String>,
    /// The id of the stream that frames are written to, in place of `write_type`.
    pub write_stream: Option<String>,
    /// How frames lie in a stream: behind a header each, or payloads alone, where each answer and each write is a frame.
    #[param(default = "length")]
    pub framing: Framing,
    /// Bytes that one read asks for, 1B to 8MiB.
    #[param(default = "64KiB")]
    pub read_size: Size,
    /// Reads that are out at a time, for each stream.
    #[param(default = 4, min = 1, max = 64)]
    pub reads: u32,
    /// What becomes of frames while there is no stream to write to: they wait, and the sources that lead here with them, or
    /// they are dropped.
    #[param(default = "block")]
    pub when_absent: WhenAbsent,
    /// Most bytes of frames taken that the agent has not answered for. One frame is taken however long.
    #[param(default = "4MiB")]
    pub max_held: Size,
    /// Longest payload that is read; a longer one is passed over. At most 4 GiB less a byte.
    #[param(default = "256MiB")]
    pub max_payload: Size,
    /// How long the channel may be silent before the system asks whether the agent is still there, 1 s or more; absent:
    /// never.
    pub keep_alive: Option<Duration>,
    /// Whether the giving half ends when all streams that were read have ended, or the channel has. Else it waits for
    /// others, and connects anew.
    #[param(default = false)]
    pub end_with_peer: bool,
}

/// How frames lie in a stream.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A header with the length before each.
    Length,
    /// Payloads alone.
    Raw,
}

/// What becomes of frames while there is nothing to write to.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenAbsent {
    /// They wait.
    Block,
    /// They are dropped and counted.
    Drop,
}

/// A stream, or all of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Type(String),
    Stream(String),
}

/// What the node knows of itself.
#[derive(Clone, Debug)]
pub struct Settings {
    pub peer: String,
    pub read: Target,
    pub write: Option<Target>,
    pub framing: Framing,
    pub read_size: usize,
    pub reads: usize,
    pub drops_absent: bool,
    pub max_held: u64,
    pub max_payload: usize,
    pub keep_alive: Option<time::Duration>,
    pub end_with_peer: bool,
}

impl Settings {
    /// What the parameters' types cannot say.
    ///
    /// # Errors
    /// A peer, a name or a size that cannot be; both or neither of what excludes each other.
    pub fn new(params: &ClientParams) -> Result<Settings> {
        rogue_tcf_client::check_peer(&params.peer)
            .map_err(|error| Error::new(format_args!("peer {error}")))?;
        let of = [("type", &params.stream_type), ("stream", &params.stream)];
        let Some(read) = target(of)? else {
            return Err(Error::new(
                "neither type nor stream says what is read; write one, such as `type: scope` or `stream: VS0`",
            ));
        };
        let write = target([("write_type", &params.write_type), ("write_stream", &params.write_stream)])?;
        let write = match (&read, write) {
            (_, Some(write)) if write == read => {
                return Err(Error::new("what is written is what is read; a TCF stream goes one way only"));
            }
            (_, Some(write)) => Some(write),
            (Target::Type(name), None) if name.len() + 3 <= NAME => Some(Target::Type(format!("{name}.in"))),
            _ => None,
        };
        let read_size = params.read_size.bytes();
        if !(1..=8 << 20).contains(&read_size) {
            return Err(Error::new(format_args!(
                "read_size is {}; write one from 1B to 8MiB",
                params.read_size
            )));
        }
        if params.max_payload.bytes() > u32::MAX.into() {
            return Err(Error::new("max_payload is 4 GiB or more, and no frame is that long"));
        }
        let keep_alive: Option<time::Duration> = params.keep_alive.map(Into::into);
        if keep_alive.is_some_and(|idle| idle.as_secs() == 0) {
            return Err(Error::new("keep_alive is shorter than 1s, the system's least"));
        }
        Ok(Settings {
            peer: params.peer.clone(),
            read,
            write,
            framing: params.framing,
            read_size: usize::try_from(read_size)?,
            reads: params.reads as usize,
            drops_absent: params.when_absent == WhenAbsent::Drop,
            max_held: params.max_held.bytes(),
            max_payload: usize::try_from(params.max_payload.bytes())?,
            keep_alive,
            end_with_peer: params.end_with_peer,
        })
    }

    /// Bytes of frames that wait to be given before no more reads go out.
    pub fn window(&self) -> usize {
        self.read_size * self.reads
    }

    /// The limits of its channels.
    pub fn options(&self) -> Options {
        Options {
            max_message: 16 << 20,
            // Subscriptions and streams that are left take some too.
            max_calls: STREAMS * self.reads + WRITES + STREAMS,
            // The agent is asked to read on at the next start anyway.
            linger: time::Duration::from_millis(200),
            keep_alive: self.keep_alive,
            ..Options::default()
        }
    }
}

/// At most one of a type and a stream.
fn target(of: [(&str, &Option<String>); 2]) -> Result<Option<Target>> {
    for (key, name) in of {
        if let Some(name) = name
            && !(1..=NAME).contains(&name.len())
        {
            return Err(Error::new(format_args!("{key} is empty or longer than {NAME} bytes")));
        }
    }
    let [(type_key, stream_type), (stream_key, stream)] = of;
    match (stream_type, stream) {
        (Some(_), Some(_)) => Err(Error::new(format_args!(
            "{type_key} and {stream_key} are both written; leave one of them out"
        ))),
        (Some(name), None) => Ok(Some(Target::Type(name.clone()))),
        (None, Some(id)) => Ok(Some(Target::Stream(id.clone()))),
        (None, None) => Ok(None),
    }
}
