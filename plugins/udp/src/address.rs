//! What `addr` and `host` may be: an address, a host name, and for a server `*`.
//!
//! Called at start, by `open`. A name is asked for once, as in Rogue.

use rogue_sdk::{Error, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

/// The socket addresses of that name, those of IPv4 first, as Rogue knows no others.
///
/// # Errors
/// The name is not known.
pub fn resolve(what: &str, name: &str, port: u16) -> Result<Vec<SocketAddr>> {
    if name == "*" {
        // Both families in one socket where there is IPv6, IPv4 alone elsewhere.
        let everywhere = [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        return Ok(everywhere.map(|ip| SocketAddr::new(ip, port)).to_vec());
    }
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    // With a scope, as in `fe80::1%2`.
    if let Ok(mut scoped) = format!("[{bare}]:0").parse::<SocketAddrV6>() {
        scoped.set_port(port);
        return Ok(vec![SocketAddr::V6(scoped)]);
    }
    let known = (name, port).to_socket_addrs();
    let known =
        known.map_err(|error| Error::new(format_args!("{what} {name:?} cannot be resolved: {error}")))?;
    let mut known: Vec<SocketAddr> = known.collect();
    known.sort_by_key(SocketAddr::is_ipv6);
    Ok(known)
}

/// An address as people write it: an IPv4 peer of a socket of both families is shown as what it is.
pub fn shown(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(name: &str) -> Vec<String> {
        resolve("addr", name, 7).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_and_names() {
        assert_eq!(at("10.0.0.1"), ["10.0.0.1:7"]);
        assert_eq!(at("::1"), ["[::1]:7"]);
        assert_eq!(at("[::1]"), ["[::1]:7"]);
        assert_eq!(at("fe80::1%2"), ["[fe80::1%2]:7"]);
        assert_eq!(at("*"), ["[::]:7", "0.0.0.0:7"]);
        assert_eq!(at("localhost")[0], "127.0.0.1:7");
        let error = resolve("host", "no.such.host.invalid", 7).unwrap_err().to_string();
        assert!(error.starts_with("host \"no.such.host.invalid\" cannot be resolved: "), "{error}");
        assert_eq!(shown("[::ffff:10.0.0.1]:7".parse().unwrap()).to_string(), "10.0.0.1:7");
    }
}
