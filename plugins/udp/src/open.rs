//! The socket: bound at start or taken over, and with the options that the parameters ask for.

use super::{params::Settings, status::Status, sys};
use rogue_sdk::{Error, Result};
use rogue_socket::{
    address::{self, Side},
    interface,
    kin::Role,
    listener::{beside, share},
    owner::Kind,
    refused::Wanted,
};
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    os::fd::BorrowedFd,
    sync::Arc,
};

/// Receive buffer where no size is written: some milliseconds of a fast stream.
const RX_BUFFER: u64 = 8 << 20;

/// An open socket.
#[derive(Clone)]
pub struct Open {
    pub socket: Arc<UdpSocket>,
    /// Whether runs of datagrams can be sent in one piece, and are received so.
    pub runs: (bool, bool),
}

impl Open {
    /// One that is not set up yet.
    pub fn new(socket: UdpSocket) -> Open {
        Open { socket: Arc::new(socket), runs: (false, false) }
    }
}

/// Where a client's datagrams go: the first address of its host.
///
/// # Errors
/// The name is not known.
pub fn host(settings: &Settings) -> Result<Option<SocketAddr>> {
    let Some((host, port)) = &settings.host else { return Ok(None) };
    let found = address::all("host", host, *port, Side::There)?;
    found.first().copied().map(Some).ok_or_else(|| Error::new(format_args!("host {host:?} has no address")))
}

/// Binds a socket; `before`: that of a predecessor, which may have the port at another address.
///
/// # Errors
/// Which address and port, why, and who has it where that is known.
pub fn bind(
    settings: &Settings,
    host: Option<SocketAddr>,
    before: Option<BorrowedFd<'_>>,
) -> Result<UdpSocket> {
    let port = settings.local_port;
    let addresses = match (&settings.addr, host) {
        (Some(addr), _) => address::all("addr", addr, port, Side::Here)?,
        (None, Some(SocketAddr::V6(_))) => vec![SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port)],
        (None, _) => vec![SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port)],
    };
    let addresses = addresses.into_iter().filter(|address| host.is_none_or(|host| goes(*address, host)));
    let wanted = Wanted {
        kind: Kind::Udp,
        addr: settings.addr.as_deref().unwrap_or("any address"),
        port,
        hint: "is addr one of this machine, and of the family of host?",
    };
    let grouped = !settings.multicast.is_empty();
    beside(before.as_slice(), |shares| wanted.have(addresses, |address| try_bind(address, grouped, shares)))
}

/// Whether datagrams can go from a socket at one address to the other.
fn goes(from: SocketAddr, to: SocketAddr) -> bool {
    from.is_ipv4() == to.is_ipv4()
}

fn try_bind(address: SocketAddr, grouped: bool, shares: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    // Two sockets at one port would share its datagrams out by chance, so it is refused (spec section 12). Those of a group
    // go to all, and it is usual to share its port.
    socket.set_reuse_address(grouped)?;
    share(&socket, shares)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&SockAddr::from(address))?;
    // As for those that listen.
    share(&socket, false)?;
    Ok(socket.into())
}

/// Sets all options, on a new socket or on one that was taken over; gives whether runs can be sent, and are received.
///
/// # Errors
/// What the system refuses.
pub fn set_up(socket: &UdpSocket, settings: &Settings, status: &Status) -> Result<(bool, bool)> {
    socket.set_nonblocking(true)?;
    let local = socket.local_addr()?;
    let sock = SockRef::from(socket);
    sock.set_broadcast(settings.broadcast)?;
    if local.is_ipv4() {
        sock.set_multicast_ttl_v4(settings.ttl.into())?;
    } else {
        sock.set_multicast_hops_v6(settings.ttl.into())?;
    }
    if let Some(interface) = &settings.interface {
        match Interface::of(interface, &local)? {
            Interface::V4(address) => sock.set_multicast_if_v4(&address)?,
            Interface::V6(index) => sock.set_multicast_if_v6(index)?,
        }
    }
    for group in &settings.multicast {
        join(socket, group, settings.interface.as_deref())?;
    }
    let rx_buffer = rx_buffer(&sock, settings, status)?;
    let runs = (settings.offload && sys::sends_runs(socket), sys::receive_runs(socket, settings.offload));
    status.opened(local.port(), rx_buffer, runs);
    Ok(runs)
}

/// Asks for the receive buffer, and says so if the system gives less than is written.
fn rx_buffer(sock: &SockRef<'_>, settings: &Settings, status: &Status) -> Result<u64> {
    let wanted = settings.rx_buffer_asked().unwrap_or(RX_BUFFER);
    // The system's number is an `int`.
    sock.set_recv_buffer_size(wanted.min(i32::MAX as u64) as usize)?;
    // Linux keeps twice what it gives, for its own needs, and says that.
    let given = sock.recv_buffer_size()? as u64 / 2;
    if settings.rx_buffer_asked().is_some_and(|asked| given < asked) {
        status.warn(format_args!(
            "the system gives {given} bytes of receive buffer instead of {wanted} (rx_buffer_count): datagrams may be lost \
             in bursts; let it give more with `sysctl -w net.core.rmem_max={wanted}`"
        ));
    }
    Ok(given)
}

/// A network, as the options of each family name it.
enum Interface {
    V4(Ipv4Addr),
    V6(u32),
}

impl Interface {
    /// By its name, or in IPv4 by an address that this machine has there.
    fn of(name: &str, local: &SocketAddr) -> Result<Interface> {
        let addresses = interface::addresses(name)?;
        let found = match (local.is_ipv4(), name.parse()) {
            (true, Ok(address)) => Some(Interface::V4(address)),
            (true, Err(_)) => addresses.iter().find_map(|address| match address.ip() {
                IpAddr::V4(address) => Some(Interface::V4(address)),
                IpAddr::V6(_) => None,
            }),
            (false, _) => interface::index(name).map(Interface::V6),
        };
        found.ok_or_else(|| {
            let lacks = if addresses.is_empty() { "" } else { " with an IPv4 address" };
            Error::new(format_args!("there is no network interface {name:?}{lacks}; `ip address` lists them"))
        })
    }
}

fn join(socket: &UdpSocket, group: &str, interface: Option<&str>) -> Result<()> {
    let (sock, local) = (SockRef::from(socket), socket.local_addr()?);
    let interface = interface.map(|name| Interface::of(name, &local)).transpose()?;
    let joined = match (group.parse::<IpAddr>()?, interface) {
        (IpAddr::V4(group), None) => sock.join_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED),
        (IpAddr::V4(group), Some(Interface::V4(at))) => sock.join_multicast_v4(&group, &at),
        (IpAddr::V6(group), None) => sock.join_multicast_v6(&group, 0),
        (IpAddr::V6(group), Some(Interface::V6(at))) => sock.join_multicast_v6(&group, at),
        _ => Err(io::Error::other("group and socket are not of one family (IPv4, IPv6)")),
    };
    match joined {
        // A socket that was taken over has joined already.
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            Err(Error::new(format_args!("multicast group {group} cannot be joined: {error}")))
        }
        _ => Ok(()),
    }
}

/// Leaves a group that a predecessor had joined.
pub fn leave(socket: &UdpSocket, group: &str) {
    let sock = SockRef::from(socket);
    let left = match group.parse() {
        Ok(IpAddr::V4(group)) => sock.leave_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED),
        Ok(IpAddr::V6(group)) => sock.leave_multicast_v6(&group, 0),
        Err(_) => Ok(()),
    };
    // One that is not joined by this interface is not heard either, or goes with the socket.
    drop(left);
}

/// Whether a socket can serve these settings: a client's must be of its host's family.
pub fn serves(socket: &UdpSocket, settings: &Settings, host: Option<SocketAddr>) -> bool {
    let local = socket.local_addr();
    local.is_ok_and(|local| settings.role == Role::Server || host.is_none_or(|host| goes(local, host)))
}
