//! What is said where a port cannot be had.

use super::owner::{self, Kind};
use nix::errno::Errno;
use std::io;

/// Who has a port, behind "in use".
pub fn by(kind: Kind, port: u16) -> String {
    owner::of(kind, port).map_or_else(|| "by another process".to_owned(), |owner| format!("by {owner}"))
}

/// What to do about an error of the system, if it is one that says that; else `otherwise`.
pub fn remedy<'a>(error: &io::Error, otherwise: &'a str) -> &'a str {
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
}
