//! The compiler that Cargo takes in a folder.

use super::TARGET;
use crate::child;
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Time to be asked something; rustup may look around a little before.
const LIMIT: Duration = Duration::from_secs(60);

/// What it says of itself.
pub struct Rustc {
    sysroot: PathBuf,
    version: String,
}

impl Rustc {
    /// Asks the compiler of a folder.
    pub fn of(folder: &Path) -> Result<Rustc, String> {
        let program = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
        let ask = |question: &[&str]| -> Result<String, String> {
            let said = child::run(Command::new(&program).args(question).current_dir(folder), LIMIT);
            let said =
                said.map_err(|why| format!("{why}\nIs Rust installed? It is had from https://rustup.rs."))?;
            Ok(said.trim().to_owned())
        };
        let version = ask(&["--version"])?;
        // `rustc 1.95.0 (59807616e 2026-04-14)`
        let version = version.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        Ok(Rustc { sysroot: PathBuf::from(ask(&["--print", "sysroot"])?), version })
    }

    /// `rustc 1.95.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where its libraries are.
    pub fn sysroot(&self) -> &Path {
        &self.sysroot
    }

    /// Whether it has the standard library of the target.
    pub fn has_target(&self) -> bool {
        has_std(&self.sysroot)
    }
}

/// Whether a sysroot has the standard library of the target.
pub fn has_std(sysroot: &Path) -> bool {
    let Ok(files) = fs::read_dir(sysroot.join("lib/rustlib").join(TARGET).join("lib")) else { return false };
    let mut names = files.flatten().map(|file| file.file_name().to_string_lossy().into_owned());
    names.any(|name| name.starts_with("libstd-") && name.ends_with(".rlib"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_of_this_build_is_known() {
        let rustc = Rustc::of(Path::new(".")).expect("it can be asked");
        assert!(rustc.version().starts_with("rustc 1."), "{}", rustc.version());
        assert!(rustc.sysroot().is_dir());
    }

    #[test]
    fn a_target_is_there_when_its_standard_library_is() {
        let root = tempfile::tempdir().expect("a folder");
        let lib = root.path().join("lib/rustlib").join(TARGET).join("lib");
        assert!(!has_std(root.path()));
        fs::create_dir_all(&lib).expect("written");
        fs::write(lib.join("libcore-0.rlib"), "").expect("written");
        assert!(!has_std(root.path()), "rustup began, and was interrupted");
        fs::write(lib.join("libstd-0.rlib"), "").expect("written");
        assert!(has_std(root.path()));
    }
}
