//! The verb `pack`: a core module of any language, or a component, becomes a component that the runtime takes.
//!
//! For languages whose compilers this tool does not call. What it adds is the card, which the runtime reads without
//! running the module, and, to a core module, the wrapping that makes a component of it.

use crate::{
    build,
    cli::PackArgs,
    component,
    say::{self, OK, Trouble},
};
use rogue_runtime::card::Card;
use std::{
    fmt::Display,
    io::Write,
    path::{Path, PathBuf},
};

/// Most bytes of a file; the runtime takes no larger ones either.
const FILE_LIMIT: u64 = rogue_runtime::load::FILE_LIMIT;

/// Packs, and shows the result as `build` does.
pub fn pack(args: &PackArgs) -> Result<u8, Trouble> {
    let bytes = read(&args.file)?;
    let wrong = |what: String| Trouble::failed(format_args!("{}: {what}", args.file.display()));
    let cards = match &args.card {
        Some(file) => component::cards(&read(file)?)
            .map_err(|what| Trouble::failed(format_args!("the card {}: {what}", file.display())))?,
        None => component::outline(&bytes).map_err(wrong)?.cards.ok_or_else(|| {
            Trouble::usage(format_args!(
                "{} has no card inside; say which it has, with --card FILE.json",
                args.file.display()
            ))
        })?,
    };
    let component = component::component(bytes).map_err(wrong)?;
    let whole = component::whole(&args.file, &component, &cards).map_err(Trouble::failed)?;
    let output = place(&cards, args.output.as_deref(), args.file.parent().unwrap_or(Path::new("")))?;
    write(&output, &whole)?;
    show(&output, &cards)?;
    Ok(OK)
}

/// Where a component goes: by default into `folder`, under the name of its first module.
pub fn place(cards: &[u8], output: Option<&Path>, folder: &Path) -> Result<PathBuf, Trouble> {
    let cards = Card::parse_all(cards).map_err(Trouble::failed)?;
    let name = cards.first().map(|card| format!("{}.wasm", card.name)).unwrap_or_default();
    Ok(output.map_or_else(|| folder.join(name), PathBuf::from))
}

/// Shows a component that was written.
pub fn show(output: &Path, cards: &[u8]) -> Result<(), Trouble> {
    let cards = Card::parse_all(cards).map_err(Trouble::failed)?;
    let mut text = String::new();
    let here = std::env::current_dir().unwrap_or_default();
    build::show(output, &cards.iter().collect::<Vec<_>>(), &here, &mut text);
    say::out(&text)
}

/// Puts a file in its place when it is whole: who has the old one open keeps it.
pub fn write(output: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let failed = |error: &dyn Display| {
        Trouble::failed(format_args!("{} cannot be written: {error}", output.display()))
    };
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    file.persist(output).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// A file, whole.
pub fn read(file: &Path) -> Result<Vec<u8>, Trouble> {
    let failed = |error: &dyn Display| Trouble::usage(format_args!("{}: {error}", file.display()));
    let meta = std::fs::metadata(file).map_err(|error| failed(&error))?;
    if meta.len() > FILE_LIMIT {
        return Err(failed(&format_args!("{} bytes; the limit is {FILE_LIMIT}", meta.len())));
    }
    std::fs::read(file).map_err(|error| failed(&error))
}
