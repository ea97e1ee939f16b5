//! Where running graphs are found: a private folder with a socket for each.
//!
//! `$XDG_RUNTIME_DIR/rogue-runtime`, else `rogue-runtime-UID` in the folder for temporary files. What holds: the
//! folder is the user's own and nobody else can look into it, or it is not used; a name belongs to one run at a time;
//! sockets of processes that are gone are removed.

use std::{
    fs::{self, DirBuilder, File, Permissions, TryLockError},
    io,
    os::unix::{
        fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use socket2::{Domain, SockAddr, Socket, Type};

/// Most sockets that are looked at: so many runs have their nodes elsewhere to look at.
const SOCKET_LIMIT: usize = 1024;
/// How long another start may take with the folder, which is a few system calls.
const LOCK: Duration = Duration::from_secs(2);
/// How long a process may take to have room for one more connection.
const CONNECT: Duration = Duration::from_secs(2);

/// A name that a run has, and the socket behind it.
#[derive(Debug)]
pub struct Claim {
    /// What the run is found by.
    pub name: String,
    /// Whether another run has the graph's name.
    pub taken: bool,
    /// Where the socket is.
    pub path: PathBuf,
    /// What connects come to.
    pub listener: UnixListener,
    /// The socket's own number on its file system.
    inode: (u64, u64),
}

impl Claim {
    /// Gives the name up.
    pub fn remove(&self) {
        // Another run may have found it stale, and have the name by now.
        if fs::symlink_metadata(&self.path).is_ok_and(|meta| (meta.dev(), meta.ino()) == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The folders in which a graph may be found, best first.
pub fn folders() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|dir| dir.is_absolute()).map(|dir| dir.join("rogue-runtime"));
    let uid = rustix::process::geteuid().as_raw();
    runtime.into_iter().chain([std::env::temp_dir().join(format!("rogue-runtime-{uid}"))]).collect()
}

/// Takes a name for a run of `graph`, in the first of these folders that can be had.
///
/// # Errors
/// What is wrong with each folder.
pub fn claim(folders: &[PathBuf], graph: &str, pid: u32) -> Result<Claim, String> {
    let mut wrong = Vec::new();
    for folder in folders {
        match make(folder).and_then(|()| claim_in(folder, &plain(graph), pid)) {
            Ok(claim) => return Ok(claim),
            Err(why) => wrong.push(format!("{}: {why}", folder.display())),
        }
    }
    Err(wrong.join("; "))
}

/// All sockets in these folders, by name; folders that are not the user's own are passed over.
pub fn sockets(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        folders.iter().filter(|dir| private(dir).is_ok()).flat_map(|dir| in_folder(dir)).collect();
    all.sort();
    all.dedup();
    all
}

/// Connects to a socket, without waiting long for a process that does not take connects.
///
/// # Errors
/// As the system says; `ConnectionRefused`: nobody is there any more.
pub fn connect(path: &Path) -> io::Result<UnixStream> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_write_timeout(Some(CONNECT))?;
    socket.connect(&SockAddr::unix(path)?)?;
    socket.set_write_timeout(None)?;
    Ok(UnixStream::from(std::os::fd::OwnedFd::from(socket)))
}

/// Makes the folder, if it is not there, and sees that it is private.
fn make(folder: &Path) -> Result<(), String> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.to_string()),
    }
    private(folder)
}

/// That a folder is one, is the user's, and is closed to others.
fn private(folder: &Path) -> Result<(), String> {
    let meta = fs::symlink_metadata(folder).map_err(|error| error.to_string())?;
    let (uid, mode) = (rustix::process::geteuid().as_raw(), meta.mode() & 0o777);
    match () {
        () if !meta.is_dir() => Err("it is no folder".to_owned()),
        () if meta.uid() != uid => Err(format!("it belongs to user {}, not to {uid}", meta.uid())),
        () if mode & 0o077 != 0 => Err(format!("others can look into it (mode {mode:o}); make it 700")),
        () => Ok(()),
    }
}

fn claim_in(folder: &Path, graph: &str, pid: u32) -> Result<Claim, String> {
    // Held while names are looked at, so that two starts do not both find one stale.
    let lock = File::open(folder).map_err(|error| error.to_string())?;
    let until = Instant::now() + LOCK;
    while let Err(error) = lock.try_lock() {
        match error {
            TryLockError::WouldBlock if Instant::now() < until => {
                std::thread::park_timeout(Duration::from_millis(1));
            }
            TryLockError::WouldBlock => return Err("another process does not give it free".to_owned()),
            TryLockError::Error(error) => return Err(error.to_string()),
        }
    }
    clean(folder);
    let with_pid = format!("{graph}-{pid}");
    for (name, taken) in [(graph, false), (with_pid.as_str(), true)] {
        let path = folder.join(format!("{name}.sock"));
        match UnixListener::bind(&path) {
            Ok(listener) => {
                fs::set_permissions(&path, Permissions::from_mode(0o600))
                    .map_err(|error| error.to_string())?;
                let meta = fs::symlink_metadata(&path).map_err(|error| error.to_string())?;
                let inode = (meta.dev(), meta.ino());
                return Ok(Claim { name: name.to_owned(), taken, path, listener, inode });
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err(format!("{with_pid}.sock is there already, though that process is this one; remove it"))
}

/// Removes the sockets of processes that are gone.
fn clean(folder: &Path) {
    for path in in_folder(folder) {
        if is_stale(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether nobody listens any more. Never waits.
fn is_stale(path: &Path) -> bool {
    let probe = || {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(&SockAddr::unix(path)?)
    };
    probe().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()))
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sock"))
        .take(SOCKET_LIMIT)
        .collect()
}

/// A name that is a file's: that of a graph without one is that of its file, which may be anything.
fn plain(graph: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' };
    let name: String = graph.chars().take(64).map(keep).collect();
    if name.starts_with(['.', '-']) || name.is_empty() { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).expect("is there").mode() & 0o777
    }

    #[test]
    fn a_name_belongs_to_one_run_and_a_stale_one_to_nobody() {
        let dir = tempfile::tempdir().expect("a folder");
        let folders = [dir.path().join("rogue-runtime")];
        let claim = |pid| claim(&folders, "g", pid).expect("a name");
        let first = claim(1);
        assert_eq!((first.name.as_str(), first.taken), ("g", false));
        assert_eq!((mode(&folders[0]), mode(&first.path)), (0o700, 0o600));
        let second = claim(2);
        assert_eq!((second.name.as_str(), second.taken), ("g-2", true));
        assert_eq!(sockets(&folders), [second.path.clone(), first.path.clone()]);
        assert!(connect(&first.path).is_ok());
        // Its process is gone, its socket still there.
        drop(first.listener);
        let third = claim(3);
        assert_eq!((third.name.as_str(), third.taken), ("g", false));
        second.remove();
        assert_eq!(sockets(&folders), std::slice::from_ref(&third.path));
        // Another has the name by now.
        let stale = Claim { inode: (0, 0), ..claim(4) };
        stale.remove();
        assert_eq!(sockets(&folders).len(), 2);
    }

    #[test]
    fn a_folder_that_others_can_look_into_is_not_used() {
        let dir = tempfile::tempdir().expect("a folder");
        let open = dir.path().join("open");
        fs::create_dir(&open).expect("made");
        fs::set_permissions(&open, Permissions::from_mode(0o755)).expect("ours");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path(), &link).expect("made");
        let said = claim(&[open.clone(), link.clone()], "g", 1).expect_err("refused");
        assert!(said.contains("others can look into it (mode 755); make it 700"), "{said}");
        assert!(said.contains("it is no folder"), "{said}");
        assert!(sockets(&[open, link]).is_empty());
        let other = dir.path().join("ours");
        assert_eq!(claim(&[dir.path().join("none/x"), other], "g", 1).expect("a name").name, "g");
    }

    #[test]
    fn any_name_is_a_file_name() {
        for (graph, name) in [("a.b-c_1", "a.b-c_1"), ("../x y", "_.._x_y"), ("", "_"), ("é", "_")] {
            assert_eq!(plain(graph), name);
        }
        assert_eq!(plain(&"x".repeat(999)).len(), 64);
    }
}
