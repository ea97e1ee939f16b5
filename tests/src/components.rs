//! `wasm-modules/build`: builds every component that is kept, with the hash of its inputs inside, into
//! `wasm-modules/dist/` or a folder of one's choice.

use cargo_rogue::wasm_target;
use rogue_tests::dist::{self, Kept};
use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    // As the author's tool, for the scripts of other languages.
    if env::args_os().nth(1).is_some_and(|word| word == "pack") {
        return cargo_rogue::main();
    }
    let into = env::args_os().nth(1).map_or_else(|| dist::root().join("wasm-modules/dist"), PathBuf::from);
    match build(&into) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Builds all of them; those that are there and no longer kept go.
fn build(into: &Path) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", into.display());
    let kept = dist::kept().map_err(wrong)?;
    let hashes = kept.iter().map(Kept::inputs).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let folder = dist::root().join("wasm-modules");
    let built = wasm_target::build(&folder, &[OsString::from("--locked")])?;
    fs::create_dir_all(into).map_err(wrong)?;
    for (kept, hash) in kept.iter().zip(hashes) {
        let name = format!("{}.wasm", kept.name);
        if let Some(folder) = &kept.foreign {
            foreign(folder, &into.join(&name), &hash)?;
            continue;
        }
        let file = built.iter().find(|file| file.ends_with(&name)).ok_or_else(|| {
            format!("{name} was not built; is wasm-modules/{} a member of its workspace?", kept.name)
        })?;
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        keep(&bytes, &into.join(&name), &hash)?;
    }
    for entry in fs::read_dir(into).map_err(wrong)? {
        let file = entry.map_err(wrong)?.path();
        let stem = file.file_stem().unwrap_or_default();
        let known = kept.iter().any(|kept| *kept.name == *stem);
        if !known && file.extension().is_some_and(|ending| ending == "wasm") && is_ours(&file) {
            fs::remove_file(&file).map_err(wrong)?;
            println!("{} is gone: nothing is made into it any more", file.display());
        }
    }
    Ok(())
}

/// Writes a component with the hash of its inputs inside.
fn keep(bytes: &[u8], to: &Path, hash: &str) -> Result<(), String> {
    let whole = wasm_target::append_section(bytes, dist::SECTION, hash.as_bytes());
    println!("{}, {} KiB, inputs {hash}", to.display(), whole.len().div_ceil(1024));
    write(&whole, to)
}

/// Puts a file in its place when it is whole.
fn write(bytes: &[u8], to: &Path) -> Result<(), String> {
    let beside = to.with_extension("part");
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, to));
    written.map_err(|error| format!("{}: {error}", to.display()))
}

/// Has a component of another language built by the `build` of its folder, unless it is there: not everybody has the
/// compiler.
fn foreign(folder: &Path, to: &Path, hash: &str) -> Result<(), String> {
    let name = to.file_name().unwrap_or_default();
    for there in [to.to_owned(), dist::root().join("wasm-modules/dist").join(name)] {
        let bytes = fs::read(&there).unwrap_or_default();
        if dist::recorded(&bytes).as_deref() == Some(hash) {
            println!("{}, as its sources are, inputs {hash}", there.display());
            return if there == to { Ok(()) } else { write(&bytes, to) };
        }
    }
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let fresh = to.with_extension("part");
    let tool = env::current_exe().map_err(wrong)?;
    let mut script = Command::new(folder.join("build"));
    let built = script.env("OUT", &fresh).env("CARGO_ROGUE", tool).status().map_err(wrong)?;
    if !built.success() {
        return Err(format!("{}: its `build` failed; what it says is above", folder.display()));
    }
    keep(&fs::read(&fresh).map_err(wrong)?, to, hash)
}

/// Whether it was built by this program.
fn is_ours(file: &Path) -> bool {
    fs::read(file).is_ok_and(|bytes| dist::recorded(&bytes).is_some())
}
