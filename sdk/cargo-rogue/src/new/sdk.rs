//! Where rogue-sdk is, which every module depends on: it is not in a registry.

use crate::say::Trouble;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder that this tool was built in.
const BUILT_IN: &str = env!("CARGO_MANIFEST_DIR");

/// The folder that is named, or else the one that this tool was built from, if it is still there.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Trouble> {
    if let Some(path) = named {
        // The root of a clone is meant for the `sdk` in it.
        let sdk = [path.to_owned(), path.join("sdk")].into_iter().find(|path| is_sdk(path));
        return match sdk.map(|path| path.canonicalize()) {
            Some(Ok(path)) => Ok(path),
            Some(Err(error)) => Err(Trouble::usage(format_args!("--sdk {}: {error}", path.display()))),
            None => Err(Trouble::usage(format_args!(
                "--sdk {}: rogue-sdk is not there. Name the folder `sdk` of a clone of rogue-runtime.",
                path.display()
            ))),
        };
    }
    let beside = Path::new(BUILT_IN).parent().filter(|path| is_sdk(path));
    beside.map(ToOwned::to_owned).ok_or_else(|| {
        Trouble::usage(format_args!(
            "rogue-sdk is no longer where this tool was built from ({BUILT_IN}/..). Say where it is: --sdk PATH, the \
             folder `sdk` of a clone of rogue-runtime."
        ))
    })
}

/// Whether a folder is the crate.
fn is_sdk(path: &Path) -> bool {
    let manifest = fs::read_to_string(path.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.lines().any(|line| line.replace(' ', "") == "name=\"rogue-sdk\""))
}
