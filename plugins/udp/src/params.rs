//! The parameters of `udp-server` and `udp-client`, and what both become: [`Settings`].

use rogue_sdk::prelude::*;
use rogue_socket::{
    address,
    kin::{Key, Role},
};

/// Payload of a datagram in a frame of Ethernet: 1500 bytes less 28 for the headers of IP and UDP (spec section 12).
const STANDARD: u32 = 1472;
/// The same for jumbo frames: 9000 less 28.
const JUMBO: u32 = 8972;
/// What Rogue takes for a datagram when it asks for a receive buffer.
const HEADERS: u32 = 28;

/// Parameters of `udp-server`.
#[derive(Params, Clone, Debug)]
pub struct ServerParams {
    /// Where to listen; 0: the system chooses, and the reading `port` says which.
    pub port: u16,
    /// Whether datagrams hold 8972 bytes (Ethernet with jumbo frames) instead of 1472.
    #[param(default = false)]
    pub jumbo: bool,
    /// Where to listen: an address of this machine, a host name, the name of a network interface, or `*` for everywhere,
    /// with IPv6.
    #[param(default = "0.0.0.0")]
    pub addr: String,
    /// Datagrams of full length, with headers, for which the system shall have room until they are read. Absent: as much
    /// as the system gives, up to 8 MiB.
    #[param(min = 1)]
    pub rx_buffer_count: Option<u32>,
    /// After how long without room in the system for a datagram to send there is a warning. It waits on. A bare number is
    /// in microseconds.
    #[param(default = "1s", bare = "us")]
    pub timeout: Duration,
    /// Whom frames go to: the sender of the last datagram; the first sender, and datagrams of others are dropped; or the
    /// sender of the frame that is being handled.
    #[param(default = "last")]
    pub peers: ServerPeers,
    /// Channel of the frames that are received.
    #[param(default = 0)]
    pub channel: u8,
    /// Groups whose datagrams are received too: addresses. Other programs may have the same port then.
    pub multicast: Option<OneOrMany<String>>,
    /// By which network groups are heard and sent to: the name of an interface, or in IPv4 an address of this machine there.
    /// Absent: the system chooses.
    pub interface: Option<String>,
    /// Over how many hops datagrams to a group go; 0: they stay on this machine.
    #[param(default = 1)]
    pub ttl: u8,
    /// Whether broadcast addresses may be sent to.
    #[param(default = false)]
    pub broadcast: bool,
    /// Whether the system may carry many datagrams in one piece, which is several times faster. Without, `kernel_drops`
    /// counts every datagram.
    #[param(default = true)]
    pub offload: bool,
    /// After how long without a datagram the giving half ends, once one has come; absent: never.
    pub end_when_silent: Option<Duration>,
}

/// Parameters of `udp-client`.
#[derive(Params, Clone, Debug)]
pub struct ClientParams {
    /// Whom frames go to: an address, also of a group, or a host name.
    pub host: String,
    /// The port there.
    #[param(min = 1)]
    pub port: u16,
    /// Whether datagrams hold 8972 bytes (Ethernet with jumbo frames) instead of 1472.
    #[param(default = false)]
    pub jumbo: bool,
    /// The port on this side; 0: the system chooses when the run starts.
    #[param(default = 0)]
    pub local_port: u16,
    /// The address on this side: one of this machine, a host name, or the name of a network interface. Absent: the system
    /// chooses for each datagram.
    pub addr: Option<String>,
    /// Datagrams of full length, with headers, for which the system shall have room until they are read. Absent: as much
    /// as the system gives, up to 8 MiB.
    #[param(min = 1)]
    pub rx_buffer_count: Option<u32>,
    /// After how long without room in the system for a datagram to send there is a warning. It waits on. A bare number is
    /// in microseconds.
    #[param(default = "1s", bare = "us")]
    pub timeout: Duration,
    /// Whose datagrams are received: those of anybody, as Rogue does it, or those of `host` and `port` alone.
    #[param(default = "any")]
    pub peers: ClientPeers,
    /// Channel of the frames that are received.
    #[param(default = 0)]
    pub channel: u8,
    /// Groups whose datagrams are received too: addresses. Other programs may have the same port then.
    pub multicast: Option<OneOrMany<String>>,
    /// By which network groups are heard and sent to: the name of an interface, or in IPv4 an address of this machine there.
    /// Absent: the system chooses.
    pub interface: Option<String>,
    /// Over how many hops datagrams to a group go; 0: they stay on this machine.
    #[param(default = 1)]
    pub ttl: u8,
    /// Whether `host` may be a broadcast address.
    #[param(default = false)]
    pub broadcast: bool,
    /// Whether the system may carry many datagrams in one piece, which is several times faster. Without, `kernel_drops`
    /// counts every datagram.
    #[param(default = true)]
    pub offload: bool,
    /// After how long without a datagram the giving half ends, once one has come; absent: never.
    pub end_when_silent: Option<Duration>,
}

/// Whom the frames of a server go to.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerPeers {
    /// The sender of the last datagram that has come.
    Last,
    /// The first sender, for as long as the run lasts.
    Fixed,
    /// The sender of the frame that is being handled.
    Sender,
}

/// Whom a client hears.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientPeers {
    /// Anybody.
    Any,
    /// `host` and `port`.
    Fixed,
}

/// Whom frames go to, and whose are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peers {
    /// To the last sender, from anybody.
    Last,
    /// To the sender of the frames that were given last, from anybody.
    Sender,
    /// To the first sender, and from nobody else.
    First,
    /// To the host, from anybody.
    Any,
    /// To the host, and from nobody else.
    Host,
}

/// What both modules know of themselves.
#[derive(Clone, Debug)]
pub struct Settings {
    pub role: Role,
    /// Where the socket is bound; `None`: anywhere, in the family of the host.
    pub addr: Option<String>,
    pub local_port: u16,
    /// The client's peer.
    pub host: Option<(String, u16)>,
    pub max_payload: u32,
    pub rx_buffer_count: Option<u32>,
    pub timeout: std::time::Duration,
    pub peers: Peers,
    pub channel: u8,
    pub multicast: Vec<String>,
    pub interface: Option<String>,
    pub ttl: u8,
    pub broadcast: bool,
    pub offload: bool,
    pub end_when_silent: Option<std::time::Duration>,
    /// Target of its log lines (spec section 12).
    pub log: &'static str,
}

impl Settings {
    /// What the parameters' types cannot say.
    ///
    /// # Errors
    /// An address that cannot be one, a time of nothing.
    pub fn check(&self) -> Result<()> {
        let addr = self.addr.iter().map(|addr| ("addr", addr));
        let host = self.host.iter().map(|(host, _)| ("host", host));
        addr.chain(host).try_for_each(|(what, text)| address::check(what, text, "udp"))?;
        if self.host.as_ref().is_some_and(|(host, _)| host == "*") {
            return Err(Error::new("host `*` is for a server's addr; a client sends to one address or name"));
        }
        if self.timeout.is_zero() {
            return Err(Error::new("timeout is 0; write how long to wait before a warning, as in `1s`"));
        }
        for group in &self.multicast {
            if !group.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_multicast()) {
                return Err(Error::new(format_args!(
                    "multicast {group:?} is no address of a group; they are 224.0.0.0 to 239.255.255.255, and ff00:: to ffff::"
                )));
            }
        }
        Ok(())
    }

    /// Bytes of a receive buffer that are asked for, in Rogue's reckoning.
    pub fn rx_buffer_asked(&self) -> Option<u64> {
        self.rx_buffer_count.map(|count| u64::from(count) * u64::from(self.max_payload + HEADERS))
    }

    /// For whom descriptors are handed over.
    pub fn key(&self) -> Key<'_> {
        let addr = self.addr.as_deref().unwrap_or("-");
        Key { role: self.role, addr, port: self.local_port, here: true }
    }

    /// What only one node of a graph may have; a name of its own where others may have the same port.
    pub fn claim(&self, node: &Node) -> String {
        let addr = self.addr.as_deref().unwrap_or("*");
        match self.local_port != 0 && self.multicast.is_empty() {
            true => format!("udp:{addr}:{}", self.local_port),
            false => format!("udp:{node:?}"),
        }
    }
}

macro_rules! settings {
    ($params:ty, $role:expr, $log:literal, $of:ident => $addr:expr, $local:expr, $host:expr, $peers:expr) => {
        impl From<&$params> for Settings {
            fn from($of: &$params) -> Settings {
                Settings {
                    role: $role,
                    addr: $addr,
                    local_port: $local,
                    host: $host,
                    max_payload: if $of.jumbo { JUMBO } else { STANDARD },
                    rx_buffer_count: $of.rx_buffer_count,
                    timeout: $of.timeout.get(),
                    peers: $peers,
                    channel: $of.channel,
                    multicast: $of.multicast.iter().flatten().cloned().collect(),
                    interface: $of.interface.clone(),
                    ttl: $of.ttl,
                    broadcast: $of.broadcast,
                    offload: $of.offload,
                    end_when_silent: $of.end_when_silent.map(Duration::get),
                    log: $log,
                }
            }
        }
    };
}
settings!(ServerParams, Role::Server, "pyrogue.udp.Server", of => Some(of.addr.clone()), of.port, None, match of.peers {
    ServerPeers::Last => Peers::Last,
    ServerPeers::Fixed => Peers::First,
    ServerPeers::Sender => Peers::Sender,
});
settings!(ClientParams, Role::Client, "pyrogue.udp.Client", of => of.addr.clone(), of.local_port,
    Some((of.host.clone(), of.port)), match of.peers {
    ClientPeers::Any => Peers::Any,
    ClientPeers::Fixed => Peers::Host,
});
