//! What `addr` may be: an address, the name of an interface, `*`, or a host name.

use super::{params::Role, sys};
use rogue_sdk::{Error, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

/// The socket addresses that `addr` stands for without asking a name server; `None` for a host name.
///
/// # Errors
/// What the system says of its interfaces.
pub fn at_hand(addr: &str, port: u16, role: Role) -> Result<Option<Vec<SocketAddr>>> {
    if addr == "*" && role == Role::Server {
        // Both families in one socket where there is IPv6, IPv4 alone elsewhere.
        let everywhere = [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        return Ok(Some(everywhere.map(|ip| SocketAddr::new(ip, port)).to_vec()));
    }
    let bare = addr.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(addr);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(Some(vec![SocketAddr::new(ip, port)]));
    }
    // With a scope, as in `fe80::1%2`.
    if let Ok(mut scoped) = format!("[{bare}]:0").parse::<SocketAddrV6>() {
        scoped.set_port(port);
        return Ok(Some(vec![SocketAddr::V6(scoped)]));
    }
    if role == Role::Server {
        let mut found = sys::interface(addr)?;
        found.iter_mut().for_each(|address| address.set_port(port));
        if !found.is_empty() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The addresses of a host name. Asks the system, which may take seconds.
///
/// # Errors
/// The name is not known.
pub fn resolve(addr: &str, port: u16) -> Result<Vec<SocketAddr>> {
    let known = (addr, port).to_socket_addrs();
    let known =
        known.map_err(|error| Error::new(format_args!("addr {addr:?} cannot be resolved: {error}")))?;
    Ok(known.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(addr: &str, role: Role) -> Option<Vec<String>> {
        at_hand(addr, 7, role).unwrap().map(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_needs_no_name_server() {
        assert_eq!(at("10.0.0.1", Role::Client).unwrap(), ["10.0.0.1:7"]);
        assert_eq!(at("::1", Role::Client).unwrap(), ["[::1]:7"]);
        assert_eq!(at("[::1]", Role::Server).unwrap(), ["[::1]:7"]);
        assert_eq!(at("fe80::1%2", Role::Client).unwrap(), ["[fe80::1%2]:7"]);
        assert_eq!(at("*", Role::Server).unwrap(), ["[::]:7", "0.0.0.0:7"]);
        assert_eq!(at("lo", Role::Server).unwrap()[0], "127.0.0.1:7");
        assert_eq!(at("lo", Role::Client), None);
        assert_eq!(at("localhost", Role::Server), None);
    }

    #[test]
    fn names_are_resolved_or_refused() {
        assert!(resolve("localhost", 7).unwrap().iter().all(|address| address.ip().is_loopback()));
        let error = resolve("no.such.host.invalid", 7).unwrap_err().to_string();
        assert!(error.starts_with("addr \"no.such.host.invalid\" cannot be resolved: "), "{error}");
    }
}
