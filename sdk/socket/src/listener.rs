//! Sockets that listen: bound anew, or beside those of a predecessor that has the same port at another address.
//!
//! What holds: a predecessor's sockets listen until their successor does, and what has come to them by then can still be
//! accepted; where a successor cannot be had they are as they were.

use super::{address, owner::Kind, refused::Wanted};
use nix::sys::socket::{setsockopt, sockopt::ReusePort};
use rogue_sdk::Result;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 128;
/// Pause after the system had no descriptor left for a connection.
pub const PAUSE: Duration = Duration::from_millis(100);

/// Listens at the first of these addresses that can be had, without waiting in `accept`; `addr` and `port` as they are
/// written, `before`: sockets of a predecessor, which may have the port at another address.
///
/// # Errors
/// Which address and port, why, and who has it where that is known.
pub fn bind(
    addr: &str,
    port: u16,
    addresses: impl IntoIterator<Item = SocketAddr>,
    before: &[BorrowedFd<'_>],
) -> Result<TcpListener> {
    let wanted = Wanted { kind: Kind::Tcp, addr, port, hint: "is it an address of this machine?" };
    beside(before, |shares| wanted.have(addresses, |address| try_bind(address, shares)))
}

/// Has sockets of a predecessor share their port, with sockets of this user that ask for it too, while `have` asks for
/// another; it is told whether to. For any kind of socket.
///
/// # Errors
/// Those of `have`.
pub fn beside<T>(before: &[BorrowedFd<'_>], have: impl FnOnce(bool) -> Result<T>) -> Result<T> {
    // One that the system does not let share is in the way, which is said then.
    before.iter().for_each(|socket| drop(share(socket, true)));
    let had = have(!before.is_empty());
    if had.is_err() {
        before.iter().for_each(|socket| drop(share(socket, false)));
    }
    had
}

/// Whether a socket may share its port, with sockets of this user that may too.
///
/// # Errors
/// What the system says.
pub fn share(socket: &impl AsFd, wanted: bool) -> io::Result<()> {
    Ok(setsockopt(socket, ReusePort, &wanted)?)
}

fn try_bind(address: SocketAddr, shares: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // Connections of a run before that linger must not keep a port; two listeners on one port cannot be, even so.
    socket.set_reuse_address(true)?;
    share(&socket, shares)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&SockAddr::from(address))?;
    socket.listen(BACKLOG)?;
    // The predecessor's goes. Who asks for a port as everybody does is refused from here on; that of a port once shared, Linux
    // lets other sockets of this user share it that ask for that, as long as it is held.
    share(&socket, false)?;
    Ok(socket.into())
}

/// The next connection that waits, not waiting either.
///
/// # Errors
/// What the system says, such as that there is no descriptor left.
pub fn accept(listener: &TcpListener) -> io::Result<Option<(TcpStream, SocketAddr)>> {
    loop {
        match listener.accept() {
            Ok((stream, addr)) => {
                stream.set_nonblocking(true)?;
                // What is sent goes out when it comes; what belongs together is written together.
                stream.set_nodelay(true)?;
                return Ok(Some((stream, address::shown(addr))));
            }
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock => return Ok(None),
                // The one that waited has gone again.
                io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                _ => return Err(error),
            },
        }
    }
}

/// Whether what came by one address of this machine could have come by a socket that is bound to the other.
pub fn covers(bound: SocketAddr, by: SocketAddr) -> bool {
    let (bound, by) = (bound.ip(), by.ip().to_canonical());
    match bound {
        IpAddr::V6(bound) if bound.is_unspecified() => true,
        IpAddr::V4(bound) if bound.is_unspecified() => by.is_ipv4(),
        bound => bound.to_canonical() == by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::socket::getsockopt;

    fn at(address: &str, port: u16) -> [SocketAddr; 1] {
        [SocketAddr::new(address.parse().unwrap(), port)]
    }

    #[test]
    fn a_successor_at_another_address_has_the_port_before_its_predecessor_gives_it_up() {
        let before = bind("127.0.0.1", 0, at("127.0.0.1", 0), &[]).unwrap();
        let port = before.local_addr().unwrap().port();
        let refused = bind("*", port, at("0.0.0.0", port), &[]).unwrap_err().to_string();
        assert!(refused.contains(&format!("port {port} is in use by ")), "{refused}");
        // One has come, and waits.
        let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let after = bind("*", port, at("0.0.0.0", port), &[before.as_fd()]).unwrap();
        let (_, from) = accept(&before).unwrap().unwrap();
        assert_eq!(from, client.local_addr().unwrap());
        drop(before);
        let _client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        assert!(accept(&after).unwrap().is_some() && accept(&after).unwrap().is_none());
        assert!(bind("*", port, at("127.0.0.2", port), &[]).is_err());
        // And back again.
        bind("127.0.0.1", port, at("127.0.0.1", port), &[after.as_fd()]).unwrap();
    }

    #[test]
    fn one_that_is_refused_leaves_the_predecessor_alone() {
        let before = bind("127.0.0.1", 0, at("127.0.0.1", 0), &[]).unwrap();
        let port = before.local_addr().unwrap().port();
        let _other = bind("127.0.0.2", port, at("127.0.0.2", port), &[]).unwrap();
        let refused = bind("*", port, at("0.0.0.0", port), &[before.as_fd()]).unwrap_err().to_string();
        assert!(refused.contains(&format!("port {port} is in use by ")), "{refused}");
        assert!(!getsockopt(&before, ReusePort).unwrap());
        let _client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        assert!(accept(&before).unwrap().is_some());
    }

    #[test]
    fn what_came_by_an_address_is_served_there_or_everywhere() {
        let covers = |bound: &str, by: &str| covers(bound.parse().unwrap(), by.parse().unwrap());
        assert!(
            covers("0.0.0.0:1", "10.0.0.1:1")
                && covers("[::]:1", "10.0.0.1:1")
                && covers("[::]:1", "[::1]:1")
        );
        assert!(covers("10.0.0.1:1", "10.0.0.1:1") && covers("10.0.0.1:1", "[::ffff:10.0.0.1]:1"));
        assert!(!covers("0.0.0.0:1", "[::1]:1") && !covers("10.0.0.1:1", "10.0.0.2:1"));
    }
}
