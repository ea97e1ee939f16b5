//! The words of every error: where, what, what to do.

use std::path::PathBuf;

use crate::{card::CardError, load::LoadError};

#[test]
fn every_error_says_where_what_and_what_to_do() {
    let file = || PathBuf::from("/p/libx.so");
    let text = str::to_owned;
    let cpu = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86-64" };
    for (error, expected) in [
        (
            LoadError::Missing { file: file() },
            "/p/libx.so does not exist; check the path, or build the module",
        ),
        (
            LoadError::NotAFile { file: file(), kind: "a directory" },
            "/p/libx.so is a directory, not a module file; name a file that ends in .so or .wasm",
        ),
        (
            LoadError::Unreadable { file: file(), why: text("Permission denied (os error 13)") },
            "/p/libx.so cannot be read: Permission denied (os error 13)",
        ),
        (
            LoadError::TooBig { file: file(), len: 300_000_000 },
            "/p/libx.so has 300000000 bytes, more than the limit of 268435456 for a module file; build it in \
             release mode or strip it",
        ),
        (LoadError::Empty { file: file() }, "/p/libx.so is empty; copy or build it again"),
        (
            LoadError::Truncated { file: file(), have: 10, need: 64 },
            "/p/libx.so is truncated: it has 10 bytes of at least 64; copy or build it again",
        ),
        (
            LoadError::NotElf { file: file(), kind: "a script" },
            "/p/libx.so is a script, not a module's; a native module is a shared library (a cdylib, .so), a sandboxed \
             one a component (.wasm)",
        ),
        (
            LoadError::OtherCpu { file: file(), built_for: text("riscv") },
            &format!("/p/libx.so was built for riscv, this runtime needs {cpu}; build it for this machine"),
        ),
        (
            LoadError::NotAPlugin { file: file() },
            "/p/libx.so is no rogue plugin: it exports no ROGUE_CARDS; build it as a cdylib that calls \
             rogue-sdk's export_module!",
        ),
        (
            LoadError::OtherAbi { file: file(), major: 2 },
            "/p/libx.so was built for plugin ABI 2, this runtime speaks 1; build it with the rogue-sdk of this \
             runtime",
        ),
        (
            LoadError::OtherLayout { file: file(), what: text("`Seg`: too many fields") },
            "/p/libx.so does not have the tables of plugin ABI 1: `Seg`: too many fields; build it with an \
             unchanged rogue-sdk",
        ),
        (
            LoadError::Damaged { file: file(), what: text("it exports no ROGUE_ABI") },
            "/p/libx.so is damaged: it exports no ROGUE_ABI; copy or build it again",
        ),
        (
            LoadError::Cards { file: file(), why: CardError::ModuleCount(0) },
            "/p/libx.so: the file describes 0 modules; 1 to 256 are allowed",
        ),
        (
            LoadError::OtherContent { file: file(), wanted: text("aa"), is: text("bb") },
            "/p/libx.so has the SHA-256 bb, not aa as the graph says; use the file the graph was made for, or \
             correct `sha256`",
        ),
        (
            LoadError::Changed { file: file(), what: text("module `x` has another card") },
            "/p/libx.so was changed after the graph was checked: module `x` has another card; check the graph \
             again",
        ),
        (
            LoadError::BeingWritten { file: file() },
            "/p/libx.so is being written; do it again when that is done",
        ),
        (
            LoadError::Open { file: file(), why: text("undefined symbol: gizmo") },
            "/p/libx.so cannot be opened as a library: undefined symbol: gizmo",
        ),
        (
            LoadError::Root { file: file(), why: text("it panicked") },
            "/p/libx.so did not come up: it panicked; this is for the module's author to mend",
        ),
        (
            LoadError::Lies { file: file(), module: text("x"), what: text("its table has another size") },
            "/p/libx.so: module `x` lies in its card: its table has another size; build it again with \
             rogue-sdk's export_module!",
        ),
        (
            LoadError::NoCards { file: file() },
            "/p/libx.so is no rogue component: it has no cards, the custom section `rogue:cards`; build it with \
             rogue-sdk's export_module!, or give it one with `cargo rogue pack`",
        ),
        (
            LoadError::CoreModule { file: file(), has_cards: true },
            "/p/libx.so is a core WebAssembly module, not a component; make it one with `cargo rogue pack`",
        ),
        (
            LoadError::OtherFlow { file: file(), version: text("0.2.0") },
            "/p/libx.so was built for rogue:flow 0.2.0, this runtime speaks 0.1; build it with the rogue-sdk of \
             this runtime",
        ),
        (
            LoadError::UnknownImports { file: file(), imports: vec![text("a:b/c"); 5] },
            "/p/libx.so imports `a:b/c`, `a:b/c`, `a:b/c` and 2 more, which nothing here provides; build it \
             without: a sandboxed module has frames, its parameters and what the graph grants, no files and no \
             network",
        ),
        (
            LoadError::NotGranted { file: file(), import: text("rogue:flow/wall@0.1.0"), grant: "wall" },
            "/p/libx.so imports `rogue:flow/wall@0.1.0`; grant it with `grant: { wall: true }`, or use another \
             module",
        ),
        (
            LoadError::Sandbox { file: file(), why: text("it is not valid") },
            "/p/libx.so cannot be run in a sandbox: it is not valid",
        ),
        (
            LoadError::NoSandbox { file: file() },
            "/p/libx.so is a component, and this rogue-runtime was built without the sandbox; build it with the \
             feature `wasm`, or use the native module",
        ),
        (
            LoadError::Copy {
                file: file(),
                copy: PathBuf::from("/tmp/c"),
                why: text("No space left on device"),
            },
            "/p/libx.so cannot be copied to /tmp/c: No space left on device; set TMPDIR to a directory with room",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.file(), file());
    }
}
