//! Listening sockets: bound in `start`, or taken over from a predecessor.

use super::params::Settings;
use rogue_sdk::{Error, Result};
use rogue_socket::{
    address::{self, Side},
    owner::Kind,
    refused,
};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
};

/// Connections that wait to be accepted, as libzmq has it.
const BACKLOG: i32 = 100;

/// Binds one port of a server.
///
/// # Errors
/// Which address and port, why, and who has it where that is known.
pub fn bind(settings: &Settings, port: u16) -> Result<TcpListener> {
    let addr = &settings.addr;
    let addresses = address::all("addr", addr, port, Side::Here)?;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match try_bind(address) {
            Ok(listener) => return Ok(listener),
            // `*` without IPv6 goes on with IPv4; a port that is in use stays so.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(busy(addr, port)),
            Err(error) => last = error,
        }
    }
    let hint = refused::remedy(&last, "is addr one of this machine?");
    Err(Error::new(format_args!("{addr}:{port} cannot be listened on: {last}; {hint}")))
}

fn busy(addr: &str, port: u16) -> Error {
    let by = refused::by(Kind::Tcp, port);
    Error::new(format_args!(
        "port {port} is in use {by} ({addr}:{port} cannot be bound); end it or choose another port"
    ))
}

fn try_bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // Connections of a run before that linger must not keep a port; two listeners on one port cannot be, even so.
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
                // An IPv4 peer of a socket of both families is shown as what it is.
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
