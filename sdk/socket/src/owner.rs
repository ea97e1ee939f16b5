//! Who has a port: the process whose socket is bound to it, as far as this process may look.

use std::{fmt, fs, path::Path};

/// State of a listening socket in `/proc/net/tcp`.
const LISTENING: &str = "0A";

/// What a port is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sockets that listen.
    Tcp,
    /// Sockets that are bound.
    Udp,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Tcp => "TCP",
            Kind::Udp => "UDP",
        })
    }
}

/// The process that has a port, as `python3 (pid 1234)`, another one before this; `None` where it is not known.
pub fn of(kind: Kind, port: u16) -> Option<String> {
    let sockets = inodes(kind, port).into_iter().map(|inode| format!("socket:[{inode}]"));
    let sockets: Vec<String> = sockets.collect();
    let processes = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse::<u32>().ok()?;
        Some((pid, entry.path()))
    });
    let mut processes: Vec<_> = processes.collect();
    processes.sort_by_key(|(pid, _)| *pid == std::process::id());
    for (pid, path) in processes {
        let Ok(descriptors) = fs::read_dir(path.join("fd")) else { continue };
        let has = |target: &Path| sockets.iter().any(|socket| target.as_os_str() == socket.as_str());
        if descriptors.flatten().any(|entry| fs::read_link(entry.path()).is_ok_and(|target| has(&target))) {
            let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
            return Some(format!("{} (pid {pid})", name.trim()));
        }
    }
    None
}

/// The sockets of a port, of both families.
fn inodes(kind: Kind, port: u16) -> Vec<String> {
    let paths = match kind {
        Kind::Tcp => ["/proc/net/tcp", "/proc/net/tcp6"],
        Kind::Udp => ["/proc/net/udp", "/proc/net/udp6"],
    };
    let tables = paths.map(|path| fs::read_to_string(path).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let end = format!(":{port:04X}");
    lines
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (local, state) = (fields.nth(1)?, fields.nth(1)?);
            let is_it = local.ends_with(&end) && (kind == Kind::Udp || state == LISTENING);
            is_it.then(|| fields.nth(5).map(str::to_owned))?
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{SocketAddr, TcpListener, UdpSocket};

    #[test]
    fn ports_of_ours_are_ours() {
        let (tcp, udp) = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        let ours = |kind, at: SocketAddr| {
            let owner = of(kind, at.port()).unwrap();
            assert!(owner.ends_with(&format!("(pid {})", std::process::id())), "{owner}");
        };
        ours(Kind::Tcp, tcp.local_addr().unwrap());
        ours(Kind::Udp, udp.local_addr().unwrap());
    }
}
