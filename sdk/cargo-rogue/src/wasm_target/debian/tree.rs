//! A toolchain out of packages: unpacked, and made to be called where it lies.
//!
//! What holds: it can be moved as a whole, since all it says of places is relative.

use super::apt::{self, Packages};
use crate::child;
use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Time to unpack one package.
const LIMIT: Duration = Duration::from_secs(300);

/// Where the sources of the standard library are looked for, below the folder of Rust's libraries.
const SOURCES: &str = "usr/lib/rustlib/src";

/// Unpacks what was loaded into `beside`, and makes `whole` of it.
pub fn make(packages: &Packages, beside: &Path, whole: &Path) -> Result<(), String> {
    let debs = apt::debs(beside);
    let wrong = |error: io::Error| format!("{}: {error}", debs.display());
    for entry in fs::read_dir(&debs).map_err(wrong)? {
        let deb = entry.map_err(wrong)?.path();
        let name = deb.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut command = if name.starts_with(apt::SOURCE) {
            // Of a few hundred megabytes only this is needed.
            let line =
                "dpkg-deb --fsys-tarfile \"$1\" | tar -x -C \"$2\" --wildcards './usr/src/*/library/*'";
            let mut command = Command::new("sh");
            command.args(["-c", line, "sh"]);
            command
        } else {
            let mut command = Command::new("dpkg-deb");
            command.arg("-x");
            command
        };
        child::run(command.args([&deb, whole]), LIMIT)?;
        // Each is as large as what was in it, and no longer needed.
        fs::remove_file(&deb).map_err(wrong)?;
    }
    place(whole)
        .map_err(|error| format!("the packages of {} are made otherwise now: {error}", packages.version))
}

/// Puts sources and programs where they are looked for.
fn place(whole: &Path) -> io::Result<()> {
    let library = only(whole, "usr/src", "", "library")?;
    fs::create_dir_all(whole.join(SOURCES).join("rust"))?;
    fs::rename(library, whole.join(SOURCES).join("rust/library"))?;
    let libraries = only(whole, "usr/lib", "linux-gnu", "")?;
    let linker = only(whole, "usr/lib", "llvm-", "bin/wasm-ld")?;
    let rustlib = only(whole, "usr/lib/rustlib", "linux-gnu", "")?.join("bin");
    let called = |file: &Path| file.strip_prefix(whole).unwrap_or(file).display().to_string();
    fs::create_dir_all(whole.join("bin"))?;
    fs::create_dir_all(&rustlib)?;
    let libraries = called(&libraries);
    script(&whole.join("bin/rustc"), "..", "", &libraries, "usr/bin/rustc")?;
    // The target's own name for its linker, which is told first what kind of linker it shall be.
    let shift = "[ \"$1\" = -flavor ] && shift 2\n";
    script(&rustlib.join("rust-lld"), "../../../../..", shift, &libraries, &called(&linker))
}

/// What is `path` in the one folder of `parent` whose name has `part` in it.
fn only(whole: &Path, parent: &str, part: &str, path: &str) -> io::Result<PathBuf> {
    for entry in fs::read_dir(whole.join(parent))? {
        let folder = entry?;
        let wanted = folder.path().join(path);
        if folder.file_name().to_string_lossy().contains(part) && wanted.exists() {
            return Ok(wanted);
        }
    }
    let text = format!("there is no {parent}/*{part}*/{path}");
    Err(io::Error::new(io::ErrorKind::NotFound, text))
}

/// Writes a script that calls a program with the libraries that are beside it.
fn script(file: &Path, up: &str, before: &str, libraries: &str, program: &str) -> io::Result<()> {
    let text = format!(
        "#!/bin/sh\n{before}root=${{0%/*}}/{up}\nexport \
         LD_LIBRARY_PATH=\"$root/{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\"\nexec \"$root/{program}\" \"$@\"\n"
    );
    fs::write(file, text)?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

/// Leaves out what only the making needed, and says what it is.
pub fn finish(whole: &Path, made: &str) -> io::Result<()> {
    fs::remove_dir_all(whole.join(SOURCES))?;
    fs::remove_dir_all(whole.join("usr/src"))?;
    fs::write(whole.join(super::MADE), made)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A toolchain whose compiler and linker are scripts.
    fn unpacked() -> tempfile::TempDir {
        let whole = tempfile::tempdir().expect("a folder");
        // The first of the folders; those of whoever runs the test may follow.
        let say = "#!/bin/sh\nfirst=${LD_LIBRARY_PATH%%:*}\necho \"${first##*/}\" \"$@\"\n";
        for (file, text) in [
            ("usr/bin/rustc", say),
            ("usr/lib/llvm-99/bin/wasm-ld", say),
            ("usr/lib/riscv64-linux-gnu/libLLVM.so", ""),
            ("usr/lib/rustlib/riscv64-unknown-linux-gnu/lib/libstd.rlib", ""),
            ("usr/src/rustc-9.9/library/std/lib.rs", ""),
        ] {
            let file = whole.path().join(file);
            fs::create_dir_all(file.parent().expect("in a folder")).expect("written");
            fs::write(&file, text).expect("written");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is there");
        }
        whole
    }

    fn called(file: &Path, args: &[&str]) -> String {
        loop {
            match child::run(Command::new(file).args(args), LIMIT) {
                // Another test began a process just when this one had the file open.
                Err(why) if why.contains("Text file busy") => {}
                done => return done.expect("it is called"),
            }
        }
    }

    #[test]
    fn what_is_made_can_be_called_and_moved() {
        let (first, second) = (unpacked(), tempfile::tempdir().expect("a folder"));
        place(first.path()).expect("all is there");
        assert!(first.path().join(SOURCES).join("rust/library/std/lib.rs").exists());
        let moved = second.path().join("a b");
        fs::rename(first.path(), &moved).expect("moved");
        assert_eq!(called(&moved.join("bin/rustc"), &["-V"]), "riscv64-linux-gnu -V\n");
        let linker = moved.join("usr/lib/rustlib/riscv64-unknown-linux-gnu/bin/rust-lld");
        assert_eq!(called(&linker, &["-flavor", "wasm", "x.o"]), "riscv64-linux-gnu x.o\n");
    }

    #[test]
    fn packages_that_are_made_otherwise_are_told() {
        let whole = unpacked();
        fs::remove_dir_all(whole.path().join("usr/lib/llvm-99")).expect("removed");
        let wrong = place(whole.path()).expect_err("it lacks something");
        assert_eq!(wrong.to_string(), "there is no usr/lib/*llvm-*/bin/wasm-ld");
    }
}
