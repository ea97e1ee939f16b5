//! What goes over to a successor: listening sockets, connections in the middle of whatever they do, and frames.
//!
//! Called by `bridge` while no half is being called. What holds: no client is refused and no byte is lost between equal
//! ports. A server that has them at another address listens there before its predecessor's sockets are closed, and serves
//! what had come to those; connections by an address that is not its own are closed. A successor with another port, or a
//! client with another server, takes the frames alone; what has come to a server is given, whatever becomes of the connection. A descriptor's name says all that is not in it:
//!
//! | name | frames that belong to it, in this order |
//! | --- | --- |
//! | `listen-in KEY`, `listen-out KEY` | none |
//! | `out KEY PEER WRITTEN QUEUED BYTES` | those that wait, of the first WRITTEN bytes of its message sent, BYTES in all |
//! | `in KEY PEER SIZE FILLED REST` | one that has come in part, if SIZE > 0; bytes read and not used, if REST is 1 |

use super::{
    dial::Dialer,
    door::Door,
    incoming::Incoming,
    outgoing::Outgoing,
    params::Settings,
    partial::Partial,
    peer::{Gone, Peer},
    receiver::Receiver,
    sender::Sender,
};
use rogue_sdk::prelude::*;
use rogue_socket::{
    kin::{Kin, Role},
    listener::share,
};
use std::{
    collections::VecDeque,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

/// Whether what is held is a predecessor's with other ports or another address.
pub fn has_other_ports(settings: &Settings, held: &Held) -> bool {
    let mut keys = held.handles.iter().filter_map(|(name, _)| name.split(' ').nth(1));
    !held.handles.is_empty() && keys.all(|of| settings.key().kin(of) != Kin::Same)
}

/// The sockets by which a predecessor listens.
pub fn listening(held: &Held) -> Vec<BorrowedFd<'_>> {
    let listening = held.handles.iter().filter(|(name, _)| name.starts_with("listen-"));
    listening.map(|(_, fd)| fd.as_fd()).collect()
}

/// Gives everything up.
pub fn release(
    settings: &Settings,
    sender: &mut Sender,
    receiver: &mut Receiver,
    node: &Node,
    held: &mut Held,
) {
    let key = settings.key();
    sender.unwatch_all();
    receiver.unwatch_all();
    for (name, door) in [("listen-in", &mut receiver.door), ("listen-out", &mut sender.door)] {
        if let Door::Listen(listener) = std::mem::replace(door, Door::Shut) {
            held.handles.push((format!("{name} {key}"), listener.into()));
        }
    }
    let finished = sender.is_finished();
    for peer in std::mem::take(&mut sender.peers) {
        let bytes = peer.bytes();
        let (peer, queue, written) = peer.into_parts();
        if peer.is_open() && !peer.has_control() && !finished {
            let name = format!("out {key} {} {written} {} {bytes}", peer.addr, queue.len());
            held.handles.push((name, peer.stream.into()));
        }
        held.frames.extend(queue.into_iter().map(|frame| (0, frame)));
    }
    let rest = receiver.take_rest();
    for (at, peer) in std::mem::take(&mut receiver.peers).into_iter().enumerate() {
        let (peer, partial, mut bytes) = peer.into_parts();
        if let Some((owner, rest)) = &rest
            && *owner == at
        {
            bytes.extend_from_slice(rest);
        }
        let unused = if bytes.is_empty() { Ok(None) } else { frame_of(node, &bytes).map(Some) };
        // What cannot go over whole ends here; the peer connects anew.
        let Ok(unused) = unused else { continue };
        if !peer.is_open() || peer.has_control() {
            continue;
        }
        let (size, filled) = partial.as_ref().map_or((0, 0), Partial::state);
        let Ok(partial) = partial.map(Partial::into_frame).transpose() else { continue };
        let name = format!("in {key} {} {size} {filled} {}", peer.addr, u8::from(unused.is_some()));
        held.handles.push((name, peer.stream.into()));
        held.frames.extend(partial.into_iter().chain(unused).map(|frame| (0, frame)));
    }
    held.frames.extend(sender.waiting.drain(..).map(|frame| (0, frame)));
}

/// A frame of these bytes.
fn frame_of(node: &Node, bytes: &[u8]) -> Result<Frame> {
    let mut frame = node.request_local(u32::try_from(bytes.len())?)?;
    frame.write(0, bytes)?;
    Ok(frame)
}

/// Takes what it can use.
///
/// # Errors
/// What the system says of a descriptor.
pub fn adopt(
    settings: &Settings,
    sender: &mut Sender,
    receiver: &mut Receiver,
    held: &mut Held,
) -> Result<()> {
    let (mine, others): (Vec<_>, Vec<_>) = held.frames.drain(..).partition(|(port, _)| *port == 0);
    held.frames = others;
    let mut frames: VecDeque<Frame> = mine.into_iter().map(|(_, frame)| frame).collect();
    for (name, fd) in std::mem::take(&mut held.handles) {
        let words: Vec<&str> = name.split(' ').collect();
        let kin = words.get(1).map_or(Kin::Other, |of| settings.key().kin(of));
        let done = match words[..] {
            ["listen-in", _] if kin == Kin::Same => listen(&mut receiver.door, fd),
            ["listen-out", _] if kin == Kin::Same => listen(&mut sender.door, fd),
            ["listen-in", _] if kin == Kin::Moved => {
                receiver.come_by(&TcpListener::from(fd));
                Ok(())
            }
            ["listen-out", _] if kin == Kin::Moved => {
                sender.come_by(&TcpListener::from(fd));
                Ok(())
            }
            ["out", _, addr, written, queued, bytes] => {
                let (queue, stream) = (take(&mut frames, queued), TcpStream::from(fd));
                if kin == Kin::Same || (kin == Kin::Moved && sender.door.serves(&stream)) {
                    outgoing(settings, sender, peer(stream, addr)?, (written, bytes), queue)
                } else {
                    sender.waiting.extend(queue);
                    addr.parse().map(|addr| sender.status.gone(addr, &Gone::Moved, true)).map_err(Error::from)
                }
            }
            ["in", _, addr, size, filled, rest] => {
                let partial = take(&mut frames, if size == "0" { "0" } else { "1" }).pop_front();
                let (rest, stream) = (take(&mut frames, rest).pop_front(), TcpStream::from(fd));
                let serves = kin == Kin::Same || (kin == Kin::Moved && receiver.door.serves(&stream));
                if serves || settings.role == Role::Server {
                    if !serves {
                        // What has come by it is given, and then it ends.
                        receiver.status.warn(&format!("the connection with {addr} ends: {}", Gone::Moved));
                        drop(stream.shutdown(Shutdown::Both));
                    }
                    incoming(settings, receiver, peer(stream, addr)?, (partial, size, filled), rest)
                } else {
                    let torn = partial.is_some();
                    held.frames.extend(partial.into_iter().chain(rest).map(|frame| (0, frame)));
                    addr.parse()
                        .map(|addr| {
                            receiver.status.gone(addr, &Gone::Moved, true);
                            if torn {
                                receiver.status.torn(addr);
                            }
                        })
                        .map_err(Error::from)
                }
            }
            _ => {
                held.handles.push((name, fd));
                Ok(())
            }
        };
        done?;
    }
    sender.waiting.extend(frames);
    sender.show_peers();
    receiver.show_peers();
    Ok(())
}

/// The next so many frames.
fn take(frames: &mut VecDeque<Frame>, count: &str) -> VecDeque<Frame> {
    let count = count.parse().unwrap_or(0).min(frames.len());
    let rest = frames.split_off(count);
    std::mem::replace(frames, rest)
}

fn listen(door: &mut Door, fd: OwnedFd) -> Result<()> {
    let listener = TcpListener::from(fd);
    listener.set_nonblocking(true)?;
    // A successor that is given up may have had it shared.
    share(&listener, false)?;
    *door = Door::Listen(listener);
    Ok(())
}

fn peer(stream: TcpStream, addr: &str) -> Result<Peer> {
    Ok(Peer::open(stream, addr.parse::<SocketAddr>()?)?)
}

fn outgoing(
    settings: &Settings,
    sender: &mut Sender,
    peer: Peer,
    (written, bytes): (&str, &str),
    queue: VecDeque<Frame>,
) -> Result<()> {
    sender.resume(Outgoing::resume(peer, queue, written.parse()?, bytes.parse()?));
    if settings.role == Role::Client {
        sender.door = Door::Dial(Dialer::connected(settings.port_out()));
    }
    Ok(())
}

fn incoming(
    settings: &Settings,
    receiver: &mut Receiver,
    peer: Peer,
    (partial, size, filled): (Option<Frame>, &str, &str),
    rest: Option<Frame>,
) -> Result<()> {
    let partial = match partial {
        Some(frame) => Some(Partial::resume(frame, size.parse()?, filled.parse()?)?),
        None => None,
    };
    receiver.resume(Incoming::resume(peer, settings.max_payload, partial), rest.as_ref());
    if settings.role == Role::Client {
        receiver.door = Door::Dial(Dialer::connected(settings.port_in()));
    }
    Ok(())
}
