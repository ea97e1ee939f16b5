//! A toolchain for components: found, or set up, and what Cargo is told with it.
//!
//! Used by `cargo rogue build --wasm` and by the project's own build of its components. The order: the target of the
//! compiler that is in use; what an earlier call has set up; `rustup target add`; Debian's packages ([`debian`]).
//!
//! What holds: nothing outside of rustup's and the user's cache folder is changed; every step has a limit of time, and
//! is said before it is taken; an author's project needs no settings of its own.

mod component;
mod debian;
mod flags;
mod rustc;
mod rustup;

use crate::{build, cli::BuildArgs, say, say::Trouble};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

pub use component::{append_section, make as make_component};

/// The target that components are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler that can build for [`TARGET`].
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The compiler; `None`: the one that Cargo takes by itself.
    rustc: Option<PathBuf>,
}

impl Toolchain {
    /// The toolchain for what is built in `folder`, if there is one.
    ///
    /// # Errors
    /// When the compiler that Cargo takes there cannot be asked.
    pub fn find(folder: &Path) -> Result<Option<Toolchain>, String> {
        Ok(Toolchain::of(&rustc::Rustc::of(folder)?))
    }

    fn of(rustc: &rustc::Rustc) -> Option<Toolchain> {
        if rustc.has_target() {
            return Some(Toolchain { rustc: None });
        }
        let rustc = debian::found(&debian::cache().ok()?)?;
        Some(Toolchain { rustc: Some(rustc) })
    }

    /// The same; where there is none, it is set up.
    ///
    /// # Errors
    /// What was tried, why each did not work, and what to do.
    pub fn find_or_set_up(folder: &Path) -> Result<Toolchain, String> {
        let rustc = rustc::Rustc::of(folder)?;
        if let Some(toolchain) = Toolchain::of(&rustc) {
            return Ok(toolchain);
        }
        say::step(format_args!("{} has no target {TARGET} yet", rustc.version()));
        let mut tried = Vec::new();
        match rustup::add(&rustc, folder) {
            Ok(()) => return Ok(Toolchain { rustc: None }),
            Err(why) => tried.push(format!("rustup: {why}")),
        }
        say::step(format_args!("rustup cannot help here: {}", first_line(&tried)));
        match debian::cache().and_then(|cache| debian::set_up(&cache)) {
            Ok(rustc) => return Ok(Toolchain { rustc: Some(rustc) }),
            Err(why) => tried.push(format!("Debian's packages: {why}")),
        }
        Err(format!(
            "there is no toolchain for {TARGET}, and none could be set up:\n  - {}\nInstall one and try again: \
             `rustup target add {TARGET}` on a machine with a network and rustup (https://rustup.rs).",
            tried.join("\n  - ")
        ))
    }

    /// Has a Cargo command build for components with this toolchain. Cargo then writes core modules;
    /// [`make_component`] makes a component of each.
    ///
    /// Of the release profile it sets what makes components small and fast, unless the environment says otherwise.
    pub fn apply(&self, command: &mut Command) {
        command.args(["--target", TARGET]);
        if let Some(rustc) = &self.rustc {
            command.env("RUSTC", rustc);
        }
        flags::pass(command, self.rustc.is_some());
    }
}

/// Builds the components of a crate or a workspace, with a release profile; `cargo` is what Cargo is told besides.
///
/// # Errors
/// In words, as `cargo rogue build --wasm` shows them.
pub fn build(folder: &Path, cargo: &[OsString]) -> Result<Vec<PathBuf>, String> {
    let args = BuildArgs { wasm: true, cargo: cargo.to_vec(), ..BuildArgs::default() };
    build::built(&args, folder).map_err(Trouble::into_text)
}

fn first_line(tried: &[String]) -> &str {
    tried.last().and_then(|why| why.lines().next()).map_or("", |line| line.trim_start_matches("rustup: "))
}
