//! The target by rustup, for a compiler that is rustup's.

use super::{
    TARGET,
    rustc::{self, Rustc},
};
use crate::{child, say};
use std::{path::Path, process::Command, time::Duration};

/// Time to be asked something.
const LIMIT: Duration = Duration::from_secs(60);

/// Time to load the target, about 30 MB.
const LOAD: Duration = Duration::from_secs(600);

/// Has rustup add the target to the toolchain of a folder.
///
/// # Errors
/// Why it did not.
pub fn add(rustc: &Rustc, folder: &Path) -> Result<(), String> {
    let mut which = Command::new("rustup");
    let which = child::run(which.args(["which", "rustc"]).current_dir(folder), LIMIT)?;
    // `<toolchain>/bin/rustc`
    let toolchain = Path::new(which.trim()).parent().and_then(Path::parent);
    let same = toolchain.and_then(|path| path.canonicalize().ok()) == rustc.sysroot().canonicalize().ok();
    if !same {
        return Err(format!("{} in {} is not rustup's", rustc.version(), rustc.sysroot().display()));
    }
    say::step(format_args!("rustup target add {TARGET}"));
    let mut add = Command::new("rustup");
    child::run(add.args(["target", "add", TARGET]).current_dir(folder), LOAD)?;
    match rustc::has_std(rustc.sysroot()) {
        true => Ok(()),
        false => Err(format!(
            "`rustup target add {TARGET}` has said nothing, and {} still lacks the target",
            rustc.sysroot().display()
        )),
    }
}
