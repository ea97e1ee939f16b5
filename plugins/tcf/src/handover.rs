//! What a successor is given: the listening socket, the clients' sockets, and all that was said and kept, so that a client does
//! not notice a swap.
//!
//! Used by `node`, while there is no thread. What holds: nothing is taken out of what is handed over before all of it can be
//! read; what is not served any more under the new settings is disposed of, and the channels go on.

use super::{
    connection::{Connection, Told},
    params::{Framing, Listen, Per, Settings},
    shared::{Core, Shared},
    sys,
};
use rogue_sdk::{Error, Result, prelude::*};
use rogue_socket::{kin::Kin, listener};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, BufWriter, ErrorKind, Read, Seek, Write},
    net::{TcpListener, TcpStream},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

/// Names of the descriptors. The number is another where what is written is another: who does not know it starts anew.
pub const STATE: &str = "tcf-state 3";
const BUFFERS: &str = "tcf-buffers";
const CHANNEL: &str = "tcf-channel";

/// The sockets.
#[derive(Default)]
pub struct Sockets {
    /// There is something to hand over: this has served, or was to go on for who has.
    pub served: bool,
    pub listener: Option<TcpListener>,
    /// A predecessor's, of the same port at another address: what has come to it is served still.
    pub before: Option<TcpListener>,
    pub connections: Vec<Connection>,
}

/// What streams depend on: where it is another, they cannot go on.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Serves {
    stream_type: String,
    per_channel: bool,
    framed: bool,
    write: bool,
    test_streams: bool,
}

impl Serves {
    fn of(settings: &Settings) -> Serves {
        Serves {
            stream_type: settings.stream_type.clone(),
            per_channel: settings.per == Per::Channel,
            framed: settings.framing == Framing::Length,
            write: settings.write,
            test_streams: settings.limits.test_streams,
        }
    }
}

/// What is written down; what is buffered in the streams is beside it, as it lies, and the sockets are too.
#[derive(Serialize, Deserialize)]
pub struct Kept<C, T> {
    serves: Serves,
    /// The time of the service's clock.
    now: Duration,
    take_ended: bool,
    core: C,
    channels: T,
}

/// With the key behind it.
const LISTEN: &str = "tcf-listen ";

/// Listens, beside sockets of a predecessor if there are any.
///
/// # Errors
/// Which address and port, why, and who has it where that is known.
pub fn listen(settings: &Settings, before: &[BorrowedFd<'_>]) -> Result<TcpListener> {
    let Listen { addr, port, addresses } = &settings.listen;
    listener::bind(addr, *port, addresses.iter().copied(), before)
}

/// Gives everything up. What cannot be handed over is said in the log, and ends with this instance.
pub fn release(shared: &Shared, sockets: Sockets, held: &mut Held) {
    let Sockets { served, listener, connections, .. } = sockets;
    if !served {
        return;
    }
    match state(shared, &connections) {
        Ok((state, buffers)) => {
            held.handles.push((STATE.to_owned(), state));
            held.handles.push((BUFFERS.to_owned(), buffers));
            forget(shared);
            for (at, connection) in connections.into_iter().enumerate() {
                held.handles.push((format!("{CHANNEL} {at}"), connection.stream.into()));
            }
        }
        Err(error) => log::error!("clients and what is buffered for them cannot be handed over: {error}"),
    }
    if let Some(listener) = listener {
        held.handles.push((format!("{LISTEN}{}", shared.settings.listen.key()), listener.into()));
    }
}

/// The state, and what is buffered.
fn state(shared: &Shared, connections: &[Connection]) -> Result<(OwnedFd, OwnedFd)> {
    let mut file = BufWriter::new(sys::memory_file()?);
    let mut buffers = sys::memory_file()?;
    let core = shared.core();
    let kept = Kept {
        serves: Serves::of(&shared.settings),
        now: shared.now(),
        take_ended: shared.inbox().take_ended,
        core: &*core,
        channels: connections.iter().map(Connection::told).collect::<Vec<Told>>(),
    };
    serde_json::to_writer(&mut file, &kept)?;
    file.flush()?;
    for piece in core.service.buffers().flatten() {
        buffers.write_all(piece)?;
    }
    let file = file.into_inner().map_err(|error| Error::new(error.error()))?;
    Ok((file.into(), buffers.into()))
}

/// What was handed over is not kept here as well, so that a swap needs it in memory twice and not three times.
fn forget(shared: &Shared) {
    let mut core = shared.core();
    let next_stream = core.service.next_stream();
    *core = Core::new(&shared.settings);
    core.service.skip_streams(next_stream);
}

/// Takes over what there is.
///
/// # Errors
/// What cannot be read; then nothing was taken.
pub fn adopt(shared: &Shared, held: &mut Held) -> Result<Sockets> {
    let mut sockets = Sockets::default();
    let key = shared.settings.listen.key();
    let kin = |name: &str| name.strip_prefix(LISTEN).map(|of| key.kin(of));
    let mine = held.handles.iter().any(|(name, _)| kin(name) == Some(Kin::Same));
    let theirs = held.handles.iter().filter(|(name, _)| kin(name).is_some());
    let theirs: Vec<_> = theirs.map(|(_, fd)| fd.as_fd()).collect();
    if !(theirs.is_empty() || mine) {
        sockets.listener = Some(listen(&shared.settings, &theirs)?);
    }
    if let Some(mut file) = file(held, STATE)? {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut kept: Kept<Core, Vec<Told>> = serde_json::from_slice(&bytes)?;
        drop(bytes);
        fill(&mut kept.core, file_of_buffers(held)?)?;
        sockets.connections = take_up(shared, kept, held)?;
        sockets.served = true;
    }
    if mine {
        sockets.listener = taken(held, |name| kin(name) == Some(Kin::Same)).next().map(TcpListener::from);
    }
    // One of another port is left where it is: it may be wanted again.
    sockets.before = taken(held, |name| kin(name) == Some(Kin::Moved)).next().map(TcpListener::from);
    sockets.served |= sockets.listener.is_some();
    drop(taken(held, |of| of == STATE || of == BUFFERS).collect::<Vec<_>>());
    Ok(sockets)
}

/// A file in memory that is handed over, at its beginning.
fn file(held: &Held, name: &str) -> Result<Option<File>> {
    let Some((_, fd)) = held.handles.iter().find(|(of, _)| of == name) else { return Ok(None) };
    let mut file = File::from(fd.as_fd().try_clone_to_owned()?);
    file.rewind()?;
    Ok(Some(file))
}

fn file_of_buffers(held: &Held) -> Result<File> {
    file(held, BUFFERS)?.ok_or_else(|| Error::new("what is buffered is missing in what is handed over"))
}

/// Gives the streams what was buffered.
fn fill(core: &mut Core, mut buffers: File) -> Result<()> {
    let mut left = buffers.metadata()?.len();
    let filled = core.service.fill(|len| {
        // Before there is memory for them.
        left = left.checked_sub(len as u64).ok_or(ErrorKind::UnexpectedEof)?;
        let mut bytes = vec![0; len];
        buffers.read_exact(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    });
    match filled {
        Ok(()) if left == 0 => Ok(()),
        Err(Some(error)) => Err(Error::new(format_args!("what is buffered cannot be read: {error}"))),
        _ => Err(Error::new("what is buffered is not what the streams say")),
    }
}

fn take_up(shared: &Shared, kept: Kept<Core, Vec<Told>>, held: &mut Held) -> Result<Vec<Connection>> {
    let Kept { serves, now, take_ended, core, channels } = kept;
    let named = |at: usize| format!("{CHANNEL} {at}");
    let there = |at: &usize| held.handles.iter().any(|(name, _)| *name == named(*at));
    if !(0..channels.len()).all(|at| there(&at)) {
        return Err(Error::new("a client's socket is missing in what is handed over"));
    }
    let mut streams = Vec::with_capacity(channels.len());
    for at in 0..channels.len() {
        streams.extend(taken(held, |name| name == named(at)).map(TcpStream::from));
    }
    shared.go_on_at(now);
    shared.inbox().take_ended = take_ended;
    let settings = &shared.settings;
    let mut mine = shared.core();
    *mine = core;
    mine.service.set_limits(settings.limits);
    mine.service.set_buffer(settings.buffer, settings.block);
    if serves != Serves::of(settings) {
        mine.dispose_all(now);
    }
    drop(mine);
    Ok(channels
        .into_iter()
        .zip(streams)
        .map(|(told, stream)| Connection::again(stream, told, settings))
        .collect())
}

/// Takes descriptors out of what is handed over.
fn taken(held: &mut Held, is: impl Fn(&str) -> bool) -> impl Iterator<Item = OwnedFd> {
    held.handles.extract_if(.., |(name, _)| is(name)).map(|(_, fd)| fd).collect::<Vec<_>>().into_iter()
}
