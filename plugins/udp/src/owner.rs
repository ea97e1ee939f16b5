//! Who has a port: the process whose socket is bound to it, as far as this process may look.

use std::fs;

/// The process that has a UDP port, as `python3 (pid 1234)`; `None` where it is not known.
pub fn of(port: u16) -> Option<String> {
    let sockets: Vec<String> = inodes(port).into_iter().map(|inode| format!("socket:[{inode}]")).collect();
    let processes = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse::<u32>().ok()?;
        Some((pid, entry.path()))
    });
    for (pid, path) in processes {
        let Ok(descriptors) = fs::read_dir(path.join("fd")) else { continue };
        let has =
            |target: &std::path::Path| sockets.iter().any(|socket| target.as_os_str() == socket.as_str());
        if descriptors.flatten().any(|entry| fs::read_link(entry.path()).is_ok_and(|target| has(&target))) {
            let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
            return Some(format!("{} (pid {pid})", name.trim()));
        }
    }
    None
}

/// The sockets bound to a port, of both families.
fn inodes(port: u16) -> Vec<String> {
    let tables = ["/proc/net/udp", "/proc/net/udp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let end = format!(":{port:04X}");
    lines
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            fields.nth(1)?.ends_with(&end).then(|| fields.nth(7).map(str::to_owned))?
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_port_of_ours_is_ours() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let owner = super::of(port).unwrap();
        assert!(owner.ends_with(&format!("(pid {})", std::process::id())), "{owner}");
    }
}
