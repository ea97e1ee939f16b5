//! What an address may be: an address, a host name, and on this side the name of an interface or `*`.

use super::interface;
use rogue_sdk::{Error, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

/// Whose address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// One of this machine, to be bound.
    Here,
    /// The other end's.
    There,
}

/// Refuses what is no address and no name by its looks; `what` is the parameter it stands in, `scheme` what people write
/// before it elsewhere.
///
/// # Errors
/// What to write.
pub fn check(what: &str, text: &str, scheme: &str) -> Result<()> {
    match text.trim().is_empty() || text.contains(['/', ' ']) {
        false => Ok(()),
        true => Err(Error::new(format_args!(
            "{what} {text:?} is no address; write an address or a name alone, without `{scheme}://` and without the port"
        ))),
    }
}

/// The socket addresses that a text stands for without asking a name server; `None` for a host name.
///
/// # Errors
/// What the system says of its interfaces.
pub fn at_hand(text: &str, port: u16, side: Side) -> Result<Option<Vec<SocketAddr>>> {
    if text == "*" && side == Side::Here {
        // Both families in one socket where there is IPv6, IPv4 alone elsewhere.
        let everywhere = [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        return Ok(Some(everywhere.map(|ip| SocketAddr::new(ip, port)).to_vec()));
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(Some(vec![SocketAddr::new(ip, port)]));
    }
    // With a scope, as in `fe80::1%2`.
    if let Ok(mut scoped) = format!("[{bare}]:0").parse::<SocketAddrV6>() {
        scoped.set_port(port);
        return Ok(Some(vec![SocketAddr::V6(scoped)]));
    }
    if side == Side::Here {
        let mut found = interface::addresses(text)?;
        found.iter_mut().for_each(|address| address.set_port(port));
        if !found.is_empty() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The addresses of a host name, those of IPv4 first, as Rogue knows no others; `what` is the parameter it stands in. Asks
/// the system, which may take seconds.
///
/// # Errors
/// The name is not known.
pub fn resolve(what: &str, name: &str, port: u16) -> Result<Vec<SocketAddr>> {
    let known = (name, port).to_socket_addrs();
    let known =
        known.map_err(|error| Error::new(format_args!("{what} {name:?} cannot be resolved: {error}")))?;
    let mut known: Vec<SocketAddr> = known.collect();
    known.sort_by_key(SocketAddr::is_ipv6);
    Ok(known)
}

/// The addresses of whatever it is.
///
/// # Errors
/// As the two above.
pub fn all(what: &str, text: &str, port: u16, side: Side) -> Result<Vec<SocketAddr>> {
    match at_hand(text, port, side)? {
        Some(addresses) => Ok(addresses),
        None => resolve(what, text, port),
    }
}

/// An address as people write it: an IPv4 peer of a socket of both families is shown as what it is.
pub fn shown(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, side: Side) -> Option<Vec<String>> {
        at_hand(text, 7, side).unwrap().map(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_needs_no_name_server() {
        assert_eq!(at("10.0.0.1", Side::There).unwrap(), ["10.0.0.1:7"]);
        assert_eq!(at("::1", Side::There).unwrap(), ["[::1]:7"]);
        assert_eq!(at("[::1]", Side::Here).unwrap(), ["[::1]:7"]);
        assert_eq!(at("fe80::1%2", Side::There).unwrap(), ["[fe80::1%2]:7"]);
        assert_eq!(at("*", Side::Here).unwrap(), ["[::]:7", "0.0.0.0:7"]);
        assert_eq!(at("lo", Side::Here).unwrap()[0], "127.0.0.1:7");
        assert_eq!(at("lo", Side::There), None);
        assert_eq!(at("localhost", Side::Here), None);
    }

    #[test]
    fn what_cannot_be_an_address_is_told_from_one() {
        assert!(
            ["127.0.0.1", "::1", "fe80::1%2", "*", "daq-host"]
                .iter()
                .all(|text| check("addr", text, "tcp").is_ok())
        );
        for text in ["", " ", "tcp://127.0.0.1", "a b"] {
            let error = check("addr", text, "tcp").unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("addr {text:?} is no address")) && error.contains("`tcp://`"),
                "{error}"
            );
        }
    }

    #[test]
    fn names_are_resolved_or_refused() {
        assert!(resolve("addr", "localhost", 7).unwrap().iter().all(|address| address.ip().is_loopback()));
        assert_eq!(all("addr", "localhost", 7, Side::There).unwrap()[0].to_string(), "127.0.0.1:7");
        let error = resolve("addr", "no.such.host.invalid", 7).unwrap_err().to_string();
        assert!(error.starts_with("addr \"no.such.host.invalid\" cannot be resolved: "), "{error}");
        assert_eq!(shown("[::ffff:10.0.0.1]:7".parse().unwrap()).to_string(), "10.0.0.1:7");
    }
}
