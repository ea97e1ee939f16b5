//! Rust's standard library for the target, built of the sources that belong to the compiler.

use super::super::TARGET;
use crate::child;
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Time to build it: less than a minute of one processor, on a machine that may do much else.
const BUILD: Duration = Duration::from_secs(1800);

/// Time to compile a few lines.
const TRY: Duration = Duration::from_secs(120);

/// A module that needs std, memory and the linker.
const TRIAL: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn trial(len: usize) -> usize {\n    \
                     format!(\"{:?}\", vec![0u8; len]).len()\n}\n";

/// Builds it with the toolchain in `whole`, puts it there, and tries it.
pub fn build(whole: &Path, beside: &Path) -> Result<(), String> {
    let work = beside.join("std");
    let wrong = |error: io::Error| format!("{}: {error}", work.display());
    fs::create_dir_all(work.join("src")).map_err(wrong)?;
    let manifest = "[package]\nname = \"nothing\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    fs::write(work.join("Cargo.toml"), manifest).map_err(wrong)?;
    fs::write(work.join("src/lib.rs"), "").map_err(wrong)?;
    child::run(&mut cargo(whole, &work), BUILD)?;
    let lib = whole.join("usr/lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&lib).map_err(wrong)?;
    let mut libraries = Vec::new();
    collect(&work.join("target").join(TARGET), &mut libraries).map_err(wrong)?;
    for library in libraries {
        let name = library.file_name().unwrap_or_default();
        if !name.to_string_lossy().starts_with("libnothing-") {
            fs::copy(&library, lib.join(name)).map_err(wrong)?;
        }
    }
    fs::remove_dir_all(work.join("target")).map_err(wrong)?;
    trial(whole, &work)
}

/// Cargo, with nothing of what the caller has set for the author's own crate.
fn cargo(whole: &Path, work: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let kept = ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"].contains(&&*text)
            || text.starts_with("CARGO_NET_")
            || text.starts_with("CARGO_HTTP_");
        if !kept && (text.starts_with("CARGO") || text.starts_with("RUST")) {
            command.env_remove(&name);
        }
    }
    let mut remap = OsString::from("--remap-path-prefix=");
    remap.push(whole);
    remap.push("=/toolchain");
    // With bitcode, what is built with it can be optimised as a whole.
    let mut flags = OsString::from("-Cembed-bitcode=yes\u{1f}");
    flags.push(remap);
    command
        .args([
            "build",
            "--release",
            "--target",
            TARGET,
            "-Zbuild-std=std,panic_abort",
            "--target-dir",
            "target",
        ])
        .current_dir(work)
        .env("RUSTC", whole.join("bin/rustc"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags);
    command
}

/// Every library below a folder.
fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "rlib") {
            into.push(path);
        }
    }
    Ok(())
}

/// Compiles a few lines as modules are compiled.
fn trial(whole: &Path, work: &Path) -> Result<(), String> {
    let (source, out) = (work.join("trial.rs"), work.join("trial.wasm"));
    fs::write(&source, TRIAL).map_err(|error| format!("{}: {error}", source.display()))?;
    let mut rustc = Command::new(whole.join("bin/rustc"));
    rustc.args(["--edition", "2024", "--crate-type", "cdylib", "--target", TARGET, "-O", "-Clto=fat", "-o"]);
    child::run(rustc.args([&out, &source]).current_dir(work), TRY)?;
    let bytes = fs::read(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    match bytes.starts_with(b"\0asm") {
        true => Ok(()),
        false => Err("what the new toolchain compiles is no WebAssembly".to_owned()),
    }
}
