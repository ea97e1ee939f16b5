//! The limits that the system has for this process, as [`graph`](crate::graph) asks for them.
//!
//! What holds: a limit that cannot be read is not known, and nothing is said of it.

use crate::graph::limits::{Limits, ThreadLimit};
use rustix::process::{Resource, geteuid, getrlimit};
use std::{fs, path::Path};

/// Reads all of them.
pub fn read() -> Limits {
    let descriptors = getrlimit(Resource::Nofile);
    Limits {
        receive_buffer: number("/proc/sys/net/core/rmem_max"),
        descriptors: descriptors.current,
        descriptors_hard: descriptors.maximum,
        threads: threads(),
        maps: number("/proc/sys/vm/max_map_count"),
    }
}

/// The narrowest limit of threads.
fn threads() -> Option<(u64, ThreadLimit)> {
    let user = getrlimit(Resource::Nproc).current.filter(|_| !geteuid().is_root());
    let limits = [
        (user, ThreadLimit::User),
        (number("/proc/sys/kernel/threads-max"), ThreadLimit::System),
        (group(), ThreadLimit::Group),
    ];
    limits.into_iter().filter_map(|(most, which)| Some((most?, which))).min_by_key(|(most, _)| *most)
}

/// `pids.max` of this process's control group, and of those it is in.
fn group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let ancestors = Path::new(path).ancestors().map(|path| Path::new("/sys/fs/cgroup").join(path));
    ancestors.filter_map(|group| number(group.join("pids.max"))).min()
}

/// A number in a file of the system.
fn number(path: impl AsRef<Path>) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_linux_has_is_known() {
        let limits = super::read();
        assert!(limits.receive_buffer.is_some() && limits.maps.is_some(), "{limits:?}");
        assert!(limits.threads.is_some_and(|(most, _)| most > 0), "{limits:?}");
    }
}
