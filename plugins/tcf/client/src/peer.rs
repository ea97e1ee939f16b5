//! The name of a peer: `TCP:host:port` as TCF writes it, or `host:port`.

use crate::Error;

/// Splits a name into host and port. An IPv6 address stands in brackets.
///
/// # Errors
/// [`Error::Peer`].
pub fn split(name: &str) -> Result<(&str, u16), Error> {
    let bad = || Error::Peer(name.to_owned());
    let rest = match name.split_once(':') {
        Some((transport, rest)) if transport.eq_ignore_ascii_case("tcp") && rest.contains(':') => rest,
        _ => name,
    };
    let (host, port) = rest.rsplit_once(':').ok_or_else(bad)?;
    let port: u16 = port.parse().ok().filter(|port| *port > 0).ok_or_else(bad)?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = !host.is_empty() && !host.contains([':', '[', ']', '/', ' ']);
    match bare {
        Some(bare) if bare.contains(':') => Ok((bare, port)),
        None if is_host => Ok((host, port)),
        _ => Err(bad()),
    }
}

/// Whether this names a peer: `TCP:host:port` or `host:port`. Nobody is asked.
///
/// # Errors
/// [`Error::Peer`].
pub fn check_peer(name: &str) -> Result<(), Error> {
    split(name).map(drop)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn names_are_split_or_refused() {
        for (name, host, port) in [
            ("TCP:127.0.0.1:1534", "127.0.0.1", 1534),
            ("tcp:daq.example:7", "daq.example", 7),
            ("localhost:65535", "localhost", 65535),
            ("TCP:[::1]:1534", "::1", 1534),
            ("[fe80::1%2]:9", "fe80::1%2", 9),
            ("tcp:9", "tcp", 9),
        ] {
            assert_eq!(split(name).unwrap(), (host, port), "{name}");
        }
        for name in [
            "",
            "TCP:",
            "localhost",
            "localhost:",
            "localhost:0",
            "localhost:65536",
            "SSL:localhost:1534",
            ":1534",
            "::1:1534",
            "TCP:http://x:80",
            "[1]:2",
            "a b:3",
        ] {
            assert!(split(name).is_err(), "{name}");
        }
    }
}
