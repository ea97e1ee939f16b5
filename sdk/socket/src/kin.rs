//! What a successor has in common with its predecessor, as the names say under which descriptors go over.

use std::fmt;

/// Which of the two modules of a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It waits for peers at a port of its own.
    Server,
    /// It goes to the port of a peer.
    Client,
}

/// Whose descriptors they are. Shown it is one word, for their names.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// Which of the two modules.
    pub role: Role,
    /// An address as it was written, without a space or a `/`.
    pub addr: &'a str,
    /// The first port.
    pub port: u16,
    /// Whether both are of this machine, and not the peer's.
    pub here: bool,
}

/// How much of a predecessor's can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    /// All: it goes on as it is.
    Same,
    /// The port is the same, at another address of this machine.
    Moved,
    /// Nothing of its sockets.
    Other,
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}/{}", self.role, self.addr, self.port)
    }
}

impl Key<'_> {
    /// What it has in common with the one that was shown as this.
    pub fn kin(&self, of: &str) -> Kin {
        if of == self.to_string() {
            return Kin::Same;
        }
        let (role, port) = (format!("{:?}", self.role), self.port.to_string());
        match of.split('/').collect::<Vec<_>>()[..] {
            [its, _, at] if self.here && self.port != 0 && its == role && at == port => Kin::Moved,
            _ => Kin::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_of_this_machine_is_the_same_wherever_it_is() {
        let key = |role, addr, port, here| Key { role, addr, port, here };
        let server = key(Role::Server, "127.0.0.1", 9000, true);
        assert_eq!(server.to_string(), "Server/127.0.0.1/9000");
        let of = |key: Key<'_>| server.kin(&key.to_string());
        assert_eq!(of(server), Kin::Same);
        assert_eq!(of(key(Role::Server, "fe80::1%eth0", 9000, true)), Kin::Moved);
        assert_eq!(of(key(Role::Server, "127.0.0.1", 9001, true)), Kin::Other);
        assert_eq!(of(key(Role::Client, "127.0.0.1", 9000, true)), Kin::Other);
        // What the system has chosen it would not choose again; and another peer is another peer.
        assert_eq!(key(Role::Server, "*", 0, true).kin("Server/127.0.0.1/0"), Kin::Other);
        assert_eq!(key(Role::Client, "a", 9, false).kin("Client/b/9"), Kin::Other);
    }
}
