//! The listening socket: bound in `start`, or taken over from a predecessor.

use rogue_sdk::{Error, Result};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 128;

/// Binds the port.
///
/// # Errors
/// Which address and port, and why.
pub fn bind(address: SocketAddr) -> Result<TcpListener> {
    try_bind(address).map_err(|error| {
        Error::new(match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!(
                    "port {} is in use ({address} cannot be bound); choose another one, or 0",
                    address.port()
                )
            }
            io::ErrorKind::PermissionDenied => {
                format!("{address} cannot be bound: {error}; ports below 1024 need privileges")
            }
            _ => format!("{address} cannot be bound: {error}; is it an address of this machine?"),
        })
    })
}

fn try_bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // Connections of a run before that linger must not keep a port.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&SockAddr::from(address))?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The next connection that waits.
///
/// # Errors
/// What the system says, such as that there is no descriptor left.
pub fn accept(listener: &TcpListener) -> io::Result<Option<(TcpStream, SocketAddr)>> {
    loop {
        match listener.accept() {
            Ok((stream, addr)) => {
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                return Ok(Some((stream, SocketAddr::new(addr.ip().to_canonical(), addr.port()))));
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
