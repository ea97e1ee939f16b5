//! The networks that this machine is in, by their names.

use nix::ifaddrs::getifaddrs;
use std::{io, net::SocketAddr, net::SocketAddrV4, net::SocketAddrV6};

/// The addresses of the interface of that name, IPv4 first, with port 0; none if there is no such interface.
///
/// # Errors
/// What the system says.
pub fn addresses(name: &str) -> io::Result<Vec<SocketAddr>> {
    let of_name = getifaddrs()?.filter(|found| found.interface_name == name);
    let mut found: Vec<SocketAddr> = of_name
        .filter_map(|found| {
            let address = found.address?;
            let v4 = || address.as_sockaddr_in().map(|v4| SocketAddr::V4(SocketAddrV4::new(v4.ip(), 0)));
            let v6 = || {
                let v6 = address.as_sockaddr_in6()?;
                Some(SocketAddr::V6(SocketAddrV6::new(v6.ip(), 0, 0, v6.scope_id())))
            };
            v4().or_else(v6)
        })
        .collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    Ok(found)
}

/// The number of the interface of that name.
pub fn index(name: &str) -> Option<u32> {
    nix::net::if_::if_nametoindex(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_every_machine_has() {
        assert_eq!(addresses("lo").unwrap()[0].to_string(), "127.0.0.1:0");
        assert!(index("lo").is_some_and(|index| index > 0));
        assert_eq!(addresses("no-such-net").unwrap(), []);
        assert_eq!((index("no-such-net"), index("")), (None, None));
    }
}
