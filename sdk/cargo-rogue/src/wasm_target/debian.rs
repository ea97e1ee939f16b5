//! A toolchain of Debian's packages, where rustup cannot load the target: unpacked into the user's cache folder, with a
//! standard library for the target that is built once.
//!
//! Needs apt, dpkg, tar and Cargo, and no rights: nothing is installed, and apt's own lists are not touched.
//!
//! What holds: one at a time sets up, the others wait for it; a toolchain appears under its name when it is whole and
//! has compiled something; what an interrupted one left is removed by the next.

mod apt;
mod std_library;
mod tree;

use super::rustc;
use crate::say;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Written into a toolchain: what made it. Another number for what has to be made anew.
const RECIPE: &str = "recipe 1";

/// Its file.
const MADE: &str = "made";

/// How the name of one that is not whole yet begins.
const BESIDE: &str = ".new-";

/// What is needed on the disk while it is made: packages, what is in them, and the building of std.
const SPACE: u64 = 1500 << 20;

/// The folder for toolchains.
pub fn cache() -> Result<PathBuf, String> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = named.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    let folder = folder.ok_or("there is no folder for it: neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(folder.join("rogue-runtime/wasm-toolchain"))
}

/// The compiler that was set up last, if there is one that the SDK can be built with.
pub fn found(cache: &Path) -> Option<PathBuf> {
    let whole = |folder: PathBuf| -> Option<(SystemTime, PathBuf)> {
        let made = fs::read_to_string(folder.join(MADE)).ok()?;
        let mut lines = made.lines();
        let same = lines.next() == Some(RECIPE) && lines.next().is_some_and(new_enough);
        let rustc = folder.join("bin/rustc");
        let time = fs::metadata(folder.join(MADE)).and_then(|made| made.modified()).ok()?;
        (same && rustc.exists() && rustc::has_std(&folder.join("usr"))).then_some((time, rustc))
    };
    let hidden = |path: &PathBuf| path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    let folders = fs::read_dir(cache).ok()?.flatten().map(|entry| entry.path());
    let newest = folders.filter(|path| !hidden(path)).filter_map(whole).max();
    newest.map(|(_, rustc)| rustc)
}

/// Whether a version, `1.96.0+dfsg1`, is one that the SDK can be built with.
fn new_enough(version: &str) -> bool {
    let parts = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    };
    parts(version).is_some_and(|is| Some(is) >= parts(NEEDED))
}

/// The compiler that the SDK needs.
const NEEDED: &str = env!("CARGO_PKG_RUST_VERSION");

/// Sets one up; gives its compiler.
///
/// # Errors
/// In words: which step, why, what to do.
pub fn set_up(cache: &Path) -> Result<PathBuf, String> {
    apt::is_here()?;
    let wrong = |error: std::io::Error| format!("{}: {error}", cache.display());
    fs::create_dir_all(cache).map_err(wrong)?;
    let _turn = turn(cache)?;
    if let Some(rustc) = found(cache) {
        return Ok(rustc);
    }
    remove_leftovers(cache).map_err(wrong)?;
    space(cache)?;
    let beside = tempfile::Builder::new().prefix(BESIDE).tempdir_in(cache).map_err(wrong)?;
    // As others' names lead to it too, one without links.
    let whole = beside.path().canonicalize().map_err(wrong)?.join("toolchain");
    fs::create_dir(&whole).map_err(wrong)?;
    let packages = apt::packages(beside.path())?;
    if !new_enough(&packages.version) {
        return Err(format!("its rustc-web is {}, and modules need {NEEDED} or newer", packages.version));
    }
    packages.load(beside.path())?;
    say::step("unpacking them");
    tree::make(&packages, beside.path(), &whole)?;
    say::step("compiling Rust's standard library for the target, about a minute");
    std_library::build(&whole, beside.path())?;
    tree::finish(&whole, &format!("{RECIPE}\n{}\n", packages.version)).map_err(wrong)?;
    let place = cache.join(&packages.version);
    if place.exists() {
        // Made by another recipe, or spoilt.
        fs::rename(&place, beside.path().join("old")).map_err(wrong)?;
    }
    fs::rename(&whole, &place).map_err(wrong)?;
    say::step(format_args!("the toolchain is in {}; it may be removed at any time", place.display()));
    Ok(place.join("bin/rustc"))
}

/// Waits until nobody else sets up here; what is given back keeps others away.
fn turn(cache: &Path) -> Result<File, String> {
    let path = cache.join("lock");
    let wrong = |error: std::io::Error| format!("{} cannot be locked: {error}", path.display());
    let file = File::create(&path).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            say::step(format_args!(
                "another process is setting up a toolchain in {}; waiting",
                cache.display()
            ));
            file.lock().map_err(wrong)?;
        }
        Err(TryLockError::Error(error)) => return Err(wrong(error)),
    }
    Ok(file)
}

/// What somebody who was interrupted has left; called by whoever has the turn.
fn remove_leftovers(cache: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(BESIDE) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Refuses to begin where the disk has no room.
fn space(cache: &Path) -> Result<(), String> {
    let stat = rustix::fs::statvfs(cache).map_err(|error| format!("{}: {error}", cache.display()))?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    match free >= SPACE {
        true => Ok(()),
        false => Err(format!(
            "{} has {} MB free, and {} MB are needed. Make room, or say another folder: XDG_CACHE_HOME",
            cache.display(),
            free >> 20,
            SPACE >> 20
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::TARGET, *};

    fn toolchain(cache: &Path, name: &str, made: &str) {
        let lib = cache.join(name).join("usr/lib/rustlib").join(TARGET).join("lib");
        fs::create_dir_all(&lib).expect("written");
        fs::create_dir_all(cache.join(name).join("bin")).expect("written");
        fs::write(cache.join(name).join("bin/rustc"), "").expect("written");
        fs::write(lib.join("libstd-1.rlib"), "").expect("written");
        fs::write(cache.join(name).join(MADE), made).expect("written");
    }

    #[test]
    fn only_a_whole_toolchain_of_this_recipe_is_found() {
        let cache = tempfile::tempdir().expect("a folder");
        assert_eq!(found(cache.path()), None);
        toolchain(cache.path(), ".new-1", "recipe 1\n1.99.0\n");
        toolchain(cache.path(), "1.99.1", "recipe 0\n1.99.1\n");
        toolchain(cache.path(), "1.94.0", "recipe 1\n1.94.0+dfsg\n");
        fs::write(cache.path().join("lock"), "").expect("written");
        assert_eq!(found(cache.path()), None);
        toolchain(cache.path(), "1.96.0", "recipe 1\n1.96.0+dfsg1-1\n");
        assert_eq!(found(cache.path()), Some(cache.path().join("1.96.0/bin/rustc")));
        fs::remove_file(cache.path().join("1.96.0/bin/rustc")).expect("removed");
        assert_eq!(found(cache.path()), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(new_enough("1.96.0+dfsg1-1~deb12u2") && new_enough("1.100.0") && new_enough("2.0"));
        assert!(!new_enough("1.85.0+dfsg3") && !new_enough("") && !new_enough("one.two"));
    }

    #[test]
    fn leftovers_go_and_the_rest_stays() {
        let cache = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(cache.path().join(".new-abc/toolchain")).expect("written");
        toolchain(cache.path(), "1.96.0", "recipe 1\n1.96.0\n");
        remove_leftovers(cache.path()).expect("it can be read");
        assert!(!cache.path().join(".new-abc").exists() && cache.path().join("1.96.0").exists());
    }

    #[test]
    fn there_is_one_turn() {
        let cache = tempfile::tempdir().expect("a folder");
        let first = turn(cache.path()).expect("free");
        let other = File::create(cache.path().join("lock")).expect("there");
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(other.try_lock().is_ok());
    }

    #[test]
    fn without_room_it_does_not_begin() {
        assert!(space(Path::new("/proc")).is_err_and(|why| why.contains("0 MB free")));
    }
}
