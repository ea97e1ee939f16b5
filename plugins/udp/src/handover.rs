//! What goes over to a successor: the socket with all that waits in it, frames that were taken and not sent, and frames that
//! were read and not given.
//!
//! Called by `bridge` while no half is being called. What holds: between equal ports no datagram is lost. A successor with
//! another port or address has its own socket before the other is closed, and gives what waited in that. The descriptor's
//! name says what is not in it: `udp KEY GROUPS PEER DROPS HEARD BUFFER SEND`: the groups joined, whom frames go to, the
//! system's drops that are counted, whether anything has come, how many buffers of the first frame to send are sent, and how
//! many of the frames are to be sent; the others are to be given.

use super::{
    open::{self, Open},
    params::Settings,
    peer::Peer,
    receiver::Receiver,
    sender::Sender,
};
use rogue_sdk::prelude::*;
use rogue_socket::{
    kin::{Kin, Role},
    listener::share,
};
use std::{
    net::UdpSocket,
    os::fd::{AsFd, OwnedFd},
    sync::Arc,
};

/// The groups that a socket is in, or `-`.
fn groups(settings: &Settings) -> String {
    match settings.multicast.is_empty() {
        true => "-".to_owned(),
        false => settings.multicast.join(","),
    }
}

/// Gives everything up.
pub fn release(
    settings: &Settings,
    peer: &Peer,
    sender: &mut Sender,
    receiver: &mut Receiver,
    held: &mut Held,
) {
    // What was read becomes frames; where there is no memory for one, it stays to be counted as unread.
    while let Ok(Some(frame)) = receiver.next() {
        receiver.ready.push_back(frame);
    }
    let heard = u8::from(receiver.has_heard());
    let received = receiver.close();
    let drops = receiver.drops_seen;
    drop(sender.close());
    let (unsent, buffer) = sender.queue.take();
    let peer = peer.get().map_or_else(|| "-".to_owned(), |peer| peer.to_string());
    let socket = received.and_then(|open| Arc::into_inner(open.socket));
    if let Some(socket) = socket {
        let (key, groups, send) = (settings.key(), groups(settings), unsent.len());
        let name = format!("udp {key} {groups} {peer} {drops} {heard} {buffer} {send}");
        held.handles.push((name, socket.into()));
        held.frames.extend(unsent.into_iter().map(|frame| (0, frame)));
    } else {
        // Not started: there is nothing to send by, and nothing was sent.
        receiver.ready.extend(unsent);
    }
    held.frames.extend(receiver.ready.drain(..).map(|frame| (0, frame)));
}

/// Takes what it can use.
///
/// # Errors
/// A port that cannot be had, a name that is not of this module's making.
pub fn adopt(
    settings: &Settings,
    peer: &Peer,
    sender: &mut Sender,
    receiver: &mut Receiver,
    held: &mut Held,
) -> Result<()> {
    let at = held.handles.iter().position(|(name, _)| name.starts_with("udp "));
    // What can be refused comes first.
    let kin = |name: &str| name.split(' ').nth(1).map_or(Kin::Other, |of| settings.key().kin(of));
    let kin = at.map_or(Kin::Other, |at| kin(&held.handles[at].0));
    let own = match at.filter(|_| kin != Kin::Same) {
        Some(at) => Some(own(settings, held, at)?),
        None => None,
    };
    let at = held.handles.iter().position(|(name, _)| name.starts_with("udp "));
    let mut frames = Vec::new();
    let (mine, others): (Vec<_>, Vec<_>) = held.frames.drain(..).partition(|(port, _)| *port == 0);
    held.frames = others;
    frames.extend(mine.into_iter().map(|(_, frame)| frame));
    let Some(at) = at else {
        receiver.ready.extend(frames);
        return Ok(());
    };
    let (name, fd) = held.handles.remove(at);
    let words: Vec<&str> = name.split(' ').collect();
    let [_, of, groups, known, drops, heard, buffer, send] = words[..] else {
        return Err(Error::new(format_args!(
            "a descriptor came as {name:?}, which is none of this module's"
        )));
    };
    let given = frames.split_off(send.parse::<usize>()?.min(frames.len()));
    sender.queue.resume(frames, buffer.parse()?);
    receiver.ready.extend(given);
    receiver.drops_seen = drops.parse()?;
    if heard == "1" {
        receiver.heard_before();
    }
    if settings.role == Role::Server
        && kin != Kin::Other
        && let Ok(known) = known.parse()
    {
        peer.set(known);
    }
    let socket = match own {
        None => take_over(fd, groups, settings),
        Some((own, drops)) => {
            receiver.empty(UdpSocket::from(fd.try_clone()?))?;
            if kin == Kin::Other {
                // It may be wanted again.
                held.handles.push((format!("{SOCKET} {of} {}", receiver.drops_seen), fd));
            }
            receiver.drops_seen = drops;
            own
        }
    };
    receiver.open = Some(Open::new(socket));
    Ok(())
}

/// How a predecessor with another port leaves its socket, for the case that it is to go on with it: with its key, and the
/// system's drops that are counted.
const SOCKET: &str = "udp-socket";

/// A socket of these settings' own: the one that it had before, with its drops, or a new one beside the predecessor's.
fn own(settings: &Settings, held: &mut Held, before: usize) -> Result<(UdpSocket, u32)> {
    let mine = format!("{SOCKET} {} ", settings.key());
    match held.handles.iter().position(|(name, _)| name.starts_with(&mine)) {
        Some(at) => {
            let (name, fd) = held.handles.remove(at);
            // A successor that is given up has had it shared.
            share(&fd, false)?;
            Ok((UdpSocket::from(fd), name[mine.len()..].parse()?))
        }
        None => {
            let before = held.handles[before].1.as_fd();
            Ok((open::bind(settings, open::host(settings)?, Some(before))?, 0))
        }
    }
}

/// The socket, out of the groups that are not wanted any more.
fn take_over(fd: OwnedFd, groups: &str, settings: &Settings) -> UdpSocket {
    let socket = UdpSocket::from(fd);
    let left = groups.split(',').filter(|group| *group != "-");
    left.filter(|group| !settings.multicast.iter().any(|wanted| wanted == group))
        .for_each(|group| open::leave(&socket, group));
    socket
}
