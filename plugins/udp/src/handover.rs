//! What goes over to a successor: the socket with all that waits in it, frames that were taken and not sent, and frames that
//! were read and not given.
//!
//! Called by `bridge` while no half is being called. What holds: between equal ports no datagram is lost; a successor with
//! another port takes the frames alone. The descriptor's name says what is not in it: `udp KEY GROUPS PEER DROPS HEARD BUFFER
//! SEND`: the groups joined, whom frames go to, the system's drops that are counted, whether anything has come, how many
//! buffers of the first frame to send are sent, and how many of the frames are to be sent; the others are to be given.

use super::{
    open::{self, Open},
    params::{Role, Settings},
    peer::Peer,
    receiver::Receiver,
    sender::Sender,
};
use rogue_sdk::prelude::*;
use std::{net::UdpSocket, os::fd::OwnedFd, sync::Arc};

/// What a successor must have in common to take the socket over.
fn key(settings: &Settings) -> String {
    let addr = settings.addr.as_deref().unwrap_or("-");
    format!("{:?}/{addr}/{}", settings.role, settings.local_port)
}

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
        let (key, groups, send) = (key(settings), groups(settings), unsent.len());
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
/// A name that is not of this module's making.
pub fn adopt(
    settings: &Settings,
    peer: &Peer,
    sender: &mut Sender,
    receiver: &mut Receiver,
    held: &mut Held,
) -> Result<()> {
    let at = held.handles.iter().position(|(name, _)| name.starts_with("udp "));
    let mut frames = Vec::new();
    let (mine, others): (Vec<_>, Vec<_>) = held.frames.drain(..).partition(|(port, _)| *port == 0);
    held.frames = others;
    frames.extend(mine.into_iter().map(|(_, frame)| frame));
    if let Some(at) = at {
        let (name, fd) = held.handles.remove(at);
        let words: Vec<&str> = name.split(' ').collect();
        let [_, of, groups, known, drops, heard, buffer, send] = words[..] else {
            return Err(Error::new(format_args!(
                "a descriptor came as {name:?}, which is none of this module's"
            )));
        };
        let given = frames.split_off(send.parse::<usize>()?.min(frames.len()));
        sender.queue.resume(frames, buffer.parse()?);
        frames = given;
        if of == key(settings) {
            receiver.drops_seen = drops.parse()?;
            if heard == "1" {
                receiver.heard_before();
            }
            if settings.role == Role::Server
                && let Ok(known) = known.parse()
            {
                peer.set(known);
            }
            let open = take_over(fd, groups, settings);
            receiver.open = Some(open);
        } else {
            held.handles.push((name, fd));
        }
    }
    receiver.ready.extend(frames);
    Ok(())
}

/// The socket, out of the groups that are not wanted any more.
fn take_over(fd: OwnedFd, groups: &str, settings: &Settings) -> Open {
    let socket = UdpSocket::from(fd);
    let left = groups.split(',').filter(|group| *group != "-");
    left.filter(|group| !settings.multicast.iter().any(|wanted| wanted == group))
        .for_each(|group| open::leave(&socket, group));
    Open { socket: Arc::new(socket), runs: (false, false) }
}
