//! What is said where a port cannot be had.

use super::owner::{self, Kind};
use nix::errno::Errno;
use rogue_sdk::{Error, Result};
use std::{io, net::SocketAddr};

/// A port that is to be had.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Of which kind.
    pub kind: Kind,
    /// Where, as it was written.
    pub addr: &'a str,
    /// Its number.
    pub port: u16,
    /// What to look at where nothing else is known.
    pub hint: &'a str,
}

impl Wanted<'_> {
    /// Has it by the first of its addresses by which it can be had.
    ///
    /// # Errors
    /// Which address and port, why, and who has it where that is known.
    pub fn have<T>(
        &self,
        addresses: impl IntoIterator<Item = SocketAddr>,
        mut have: impl FnMut(SocketAddr) -> io::Result<T>,
    ) -> Result<T> {
        let Wanted { kind, addr, port, hint } = *self;
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match have(address) {
                Ok(had) => return Ok(had),
                // `*` without IPv6 goes on with IPv4; a port that is in use stays so.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    let by = by(kind, port);
                    return Err(Error::new(format_args!(
                        "{kind} port {port} is in use {by} (wanted at {addr}); end it or choose another port"
                    )));
                }
                Err(error) => last = error,
            }
        }
        let hint = remedy(&last, hint);
        Err(Error::new(format_args!("{kind} port {port} of {addr} cannot be had: {last}; {hint}")))
    }
}

/// Who has a port, behind "in use".
fn by(kind: Kind, port: u16) -> String {
    owner::of(kind, port).map_or_else(|| "by another process".to_owned(), |owner| format!("by {owner}"))
}

/// What to do about an error of the system, if it is one that says that; else `otherwise`.
fn remedy<'a>(error: &io::Error, otherwise: &'a str) -> &'a str {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EMFILE | Errno::ENFILE) => {
            "let the process have more files with `ulimit -n` before the start"
        }
        Some(Errno::EACCES) => "ports below 1024 are for root, and for who has CAP_NET_BIND_SERVICE",
        _ => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_done_is_said() {
        let of = |errno: Errno| remedy(&io::Error::from_raw_os_error(errno as i32), "look");
        assert!(of(Errno::EMFILE).contains("ulimit -n"));
        assert!(of(Errno::EACCES).contains("below 1024"));
        assert_eq!(of(Errno::EADDRNOTAVAIL), "look");
    }

    #[test]
    fn the_next_address_is_tried_unless_the_port_is_in_use() {
        let wanted = Wanted { kind: Kind::Tcp, addr: "here", port: 9, hint: "look" };
        let two = || ["[::1]:9", "127.0.0.1:9"].map(|address| address.parse().unwrap());
        let first_fails = |errno: Errno| {
            wanted.have(two(), |address: SocketAddr| match address.is_ipv6() {
                true => Err(io::Error::from_raw_os_error(errno as i32)),
                false => Ok(address),
            })
        };
        assert!(first_fails(Errno::EAFNOSUPPORT).unwrap().is_ipv4());
        let error = first_fails(Errno::EADDRINUSE).unwrap_err().to_string();
        assert!(
            error.starts_with("TCP port 9 is in use by ") && error.contains("(wanted at here)"),
            "{error}"
        );
        let none = wanted.have([], |_| Ok(())).unwrap_err().to_string();
        assert!(none.starts_with("TCP port 9 of here cannot be had: ") && none.ends_with("; look"), "{none}");
    }
}
