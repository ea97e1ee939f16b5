//! `run --metrics`: what a run counts, for Prometheus.
//!
//! [`Metrics`] listens and answers; each scrape asks the thread that attends to the run for a [`Snapshot`], which reads
//! counters and stops nobody, and is written out on the connection's own thread. What holds: nothing listens unless it
//! is asked for; without an address it is this machine alone that is listened to; a client that is slow, silent or
//! hostile costs one of a few connections for a few seconds.

mod balance;
mod http;
mod listener;
mod nodes;
mod sheet;
mod snapshot;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub use listener::Metrics;

/// The address that `--metrics` says: `PORT`, `ADDRESS:PORT`, or `[IPv6]:PORT`.
///
/// # Errors
/// What to write.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    match (port.parse::<u16>(), text.parse::<SocketAddr>()) {
        (Ok(port), _) => Ok(SocketAddr::new(here, port)),
        (_, Ok(address)) => Ok(address),
        _ => {
            Err("write PORT (for this machine alone), ADDRESS:PORT or [IPV6]:PORT, with addresses in numbers"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_this_machine_alone() {
        for (text, is) in [
            ("9464", "127.0.0.1:9464"),
            ("0", "127.0.0.1:0"),
            ("localhost:80", "127.0.0.1:80"),
            ("0.0.0.0:9464", "0.0.0.0:9464"),
            ("[::1]:9464", "[::1]:9464"),
        ] {
            assert_eq!(address(text), Ok(is.parse().expect("an address")), "{text}");
        }
        for text in ["", ":9464", "70000", "-1", "::1:9464x", "example.org:9464", "127.0.0.1", "1.2.3.4:"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
