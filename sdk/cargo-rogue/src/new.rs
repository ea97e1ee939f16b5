//! The verb `new`: a crate that builds, passes its own test and the contract, and runs in the graph beside it.
//!
//! What holds: everything is checked before anything is written, and what is written appears all at once under its
//! name; after a failure nothing of it is there.

mod name;
mod sdk;
mod template;

use crate::{
    cli::NewArgs,
    say::{self, OK, Trouble},
};
use name::Name;
use std::{fs, io, path::Path};

/// Makes the crate in the current folder.
pub fn new(args: &NewArgs) -> Result<u8, Trouble> {
    let name = Name::read(&args.name)?;
    let folder = Path::new(name.text());
    if folder.symlink_metadata().is_ok() {
        return Err(Trouble::usage(format_args!(
            "`{name}` is already here. Take another name, or remove it first."
        )));
    }
    let sdk = sdk::find(args.sdk.as_deref())?;
    let files = template::files(&name, args.shape, &sdk)?;
    write(folder, &files).map_err(|error| {
        let here = std::env::current_dir();
        let here = here.map_or_else(|_| "this folder".to_owned(), |here| here.display().to_string());
        Trouble::failed(format_args!("`{name}` cannot be written in {here}: {error}"))
    })?;
    say::out(&format!(
        "Made `{name}`, {}.\n\n  cd {name}\n  cargo test --release     its own tests\n  cargo rogue build        the \
         plugin, and how to run it\n  cargo rogue check        the contract every module keeps\n",
        template::in_words(args.shape)
    ))?;
    Ok(OK)
}

/// Writes a folder under another name beside its own, and then renames it.
fn write(folder: &Path, files: &[(&str, String)]) -> io::Result<()> {
    let beside = tempfile::Builder::new().prefix(".cargo-rogue-new-").tempdir_in(".")?;
    // A folder in it, since that of `tempfile` is for nobody else to read.
    let whole = beside.path().join(folder);
    for (path, text) in files {
        let file = whole.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&whole))?;
        fs::write(file, text)?;
    }
    fs::rename(&whole, folder)
}
