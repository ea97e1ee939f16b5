//! The parameters of `tcp-server` and `tcp-client`, and what both become: [`Settings`].

use rogue_sdk::prelude::*;
use rogue_socket::{
    address,
    kin::{Key, Role},
};

/// Parameters of `tcp-server`.
#[derive(Params, Clone, Debug)]
pub struct ServerParams {
    /// Where to listen: an address, a host name, the name of a network interface, or `*` for everywhere.
    pub addr: String,
    /// The first of two consecutive ports, 1 to 65534: frames come in by it and go out by the next.
    pub port: u16,
    /// What becomes of frames while no peer is connected: they wait, and the sources that lead here with them, or they
    /// are dropped.
    #[param(default = "block")]
    pub when_absent: WhenAbsent,
    /// Most bytes of frames taken for one peer and not yet written to its socket. One frame is taken however long.
    #[param(default = "4MiB")]
    pub max_held: Size,
    /// Longest payload that is received; a peer that announces a longer one is disconnected. At most 4 GiB less a byte.
    #[param(default = "256MiB")]
    pub max_payload: Size,
    /// What becomes of frames without payload: Rogue loses them and the frame behind, so they are skipped. `send` is for
    /// peers that are this module too.
    #[param(default = "skip")]
    pub empty_payloads: EmptyPayloads,
    /// How long a connection may be silent before the system asks the peer whether it is still there, 1 s or more;
    /// absent: never.
    pub keep_alive: Option<Duration>,
    /// Whether the giving half ends when all peers that gave frames are gone. Else the run goes on and waits for others.
    #[param(default = false)]
    pub end_with_peer: bool,
}

/// Parameters of `tcp-client`.
#[derive(Params, Clone, Debug)]
pub struct ClientParams {
    /// The server: an address or a host name.
    pub addr: String,
    /// The server's first port, 1 to 65534: frames go out by it and come in by the next.
    pub port: u16,
    /// What becomes of frames while the server is not connected: they wait, and the sources that lead here with them, or
    /// they are dropped.
    #[param(default = "block")]
    pub when_absent: WhenAbsent,
    /// Most bytes of frames taken and not yet written to the socket. One frame is taken however long.
    #[param(default = "4MiB")]
    pub max_held: Size,
    /// Longest payload that is received; a server that announces a longer one is disconnected. At most 4 GiB less a byte.
    #[param(default = "256MiB")]
    pub max_payload: Size,
    /// What becomes of frames without payload: Rogue loses them and the frame behind, so they are skipped. `send` is for
    /// servers that are `tcp-server`.
    #[param(default = "skip")]
    pub empty_payloads: EmptyPayloads,
    /// How long a connection may be silent before the system asks the peer whether it is still there, 1 s or more;
    /// absent: never.
    pub keep_alive: Option<Duration>,
    /// Whether the giving half ends when the server has closed the connection. Else it connects anew.
    #[param(default = false)]
    pub end_with_peer: bool,
}

/// What becomes of frames while nobody is there to take them.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenAbsent {
    /// They wait.
    Block,
    /// They are dropped and counted.
    Drop,
}

/// What becomes of frames without payload.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyPayloads {
    /// They are dropped and counted.
    Skip,
    /// They are sent.
    Send,
}

/// What both modules know of themselves.
#[derive(Clone, Debug)]
pub struct Settings {
    pub role: Role,
    pub addr: String,
    pub port: u16,
    pub when_absent: WhenAbsent,
    pub max_held: u64,
    pub max_payload: u64,
    pub empty_payloads: EmptyPayloads,
    pub keep_alive: Option<std::time::Duration>,
    pub end_with_peer: bool,
    /// Target of its log lines (spec section 11).
    pub log: String,
}

impl Settings {
    /// The port by which frames come in.
    pub fn port_in(&self) -> u16 {
        match self.role {
            Role::Server => self.port,
            Role::Client => self.port + 1,
        }
    }

    /// The port by which frames go out.
    pub fn port_out(&self) -> u16 {
        match self.role {
            Role::Server => self.port + 1,
            Role::Client => self.port,
        }
    }

    /// For whom descriptors are handed over.
    pub fn key(&self) -> Key<'_> {
        Key { role: self.role, addr: &self.addr, port: self.port, here: self.role == Role::Server }
    }

    /// What only one node of a graph may have: a server's ports.
    pub fn claims(&self) -> Vec<String> {
        let ports = [self.port, self.port + 1].into_iter().filter(|_| self.role == Role::Server);
        ports.map(|port| format!("tcp:{}:{port}", self.addr)).collect()
    }

    /// What the parameters' types cannot say.
    ///
    /// # Errors
    /// A port that cannot be, an address that cannot be one, too short a time.
    pub fn check(&self) -> Result<()> {
        if self.port == 0 {
            return Err(Error::new(
                "port 0 would have the system choose, and two consecutive ports are needed; write a port from 1 to 65534",
            ));
        }
        if self.port == u16::MAX {
            return Err(Error::new(
                "port 65535 has no next one, and two are needed; write a port from 1 to 65534",
            ));
        }
        address::check("addr", &self.addr, "tcp")?;
        if self.role == Role::Client && self.addr == "*" {
            return Err(Error::new("addr `*` is for a server; a client connects to one address or name"));
        }
        if self.max_payload > u32::MAX.into() {
            return Err(Error::new("max_payload is 4 GiB or more, and no frame is that long"));
        }
        match self.keep_alive {
            Some(idle) if idle.as_secs() == 0 => {
                Err(Error::new("keep_alive is shorter than 1s, the system's least"))
            }
            _ => Ok(()),
        }
    }
}

macro_rules! settings {
    ($params:ty, $role:expr, $name:literal) => {
        impl From<&$params> for Settings {
            fn from(params: &$params) -> Settings {
                Settings {
                    role: $role,
                    addr: params.addr.clone(),
                    port: params.port,
                    when_absent: params.when_absent,
                    max_held: params.max_held.bytes(),
                    max_payload: params.max_payload.bytes(),
                    empty_payloads: params.empty_payloads,
                    keep_alive: params.keep_alive.map(|idle| idle.into()),
                    end_with_peer: params.end_with_peer,
                    log: format!("pyrogue.stream.TcpCore.{}.{}.{}", params.addr, $name, params.port),
                }
            }
        }
    };
}
settings!(ServerParams, Role::Server, "Server");
settings!(ClientParams, Role::Client, "Client");
