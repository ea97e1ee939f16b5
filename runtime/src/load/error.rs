//! Why a module's file cannot be used: every text says which file, what is wrong, and what to do.
//!
//! Made by everything in `load`; shown to people as it is. Clonable, so that an index can remember it.

use std::path::PathBuf;

use crate::card::CardError;

/// Why a file is not, or cannot be opened as, a file of modules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Nothing is there.
    #[error("{} does not exist; check the path, or build the module", file.display())]
    Missing {
        /// Where it was looked for.
        file: PathBuf,
    },
    /// A directory, a device, a pipe.
    #[error("{} is {kind}, not a module file; name a file that ends in .so or .wasm", file.display())]
    NotAFile {
        /// The path.
        file: PathBuf,
        /// What it is, with its article.
        kind: &'static str,
    },
    /// The system does not let it be read.
    #[error("{} cannot be read: {why}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's words.
        why: String,
    },
    /// More bytes than [`super::cards::FILE_LIMIT`].
    #[error(
        "{} has {len} bytes, more than the limit of {} for a module file; build it in release mode or strip it",
        file.display(),
        super::cards::FILE_LIMIT
    )]
    TooBig {
        /// The file.
        file: PathBuf,
        /// Its length in bytes.
        len: u64,
    },
    /// No byte in it.
    #[error("{} is empty; copy or build it again", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// It ends before what its own headers announce.
    #[error("{} is truncated: it has {have} bytes of at least {need}; copy or build it again", file.display())]
    Truncated {
        /// The file.
        file: PathBuf,
        /// Bytes there.
        have: u64,
        /// Bytes its headers announce.
        need: u64,
    },
    /// Another kind of file.
    #[error(
        "{} is {kind}, not a module's; a native module is a shared library (a cdylib, .so), a sandboxed one a \
         component (.wasm)",
        file.display()
    )]
    NotElf {
        /// The file.
        file: PathBuf,
        /// What it looks like, with its article.
        kind: &'static str,
    },
    /// For another machine.
    #[error("{} was built for {built_for}, this runtime needs {}; build it for this machine", file.display(), host_cpu())]
    OtherCpu {
        /// The file.
        file: PathBuf,
        /// The CPU it was built for.
        built_for: String,
    },
    /// A library, but not one of modules.
    #[error(
        "{} is no rogue plugin: it exports no {}; build it as a cdylib that calls rogue-sdk's export_module!",
        file.display(),
        rogue_abi::CARDS_SYMBOL
    )]
    NotAPlugin {
        /// The file.
        file: PathBuf,
    },
    /// Built with tables of another version.
    #[error(
        "{} was built for plugin ABI {major}, this runtime speaks {}; build it with the rogue-sdk of this runtime",
        file.display(),
        rogue_abi::ROGUE_ABI.major
    )]
    OtherAbi {
        /// The file.
        file: PathBuf,
        /// The version it was built for.
        major: u32,
    },
    /// The right version by name, with other tables.
    #[error(
        "{} does not have the tables of plugin ABI {}: {what}; build it with an unchanged rogue-sdk",
        file.display(),
        rogue_abi::ROGUE_ABI.major
    )]
    OtherLayout {
        /// The file.
        file: PathBuf,
        /// What differs.
        what: String,
    },
    /// A library that contradicts itself.
    #[error("{} is damaged: {what}; copy or build it again", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Cards that cannot be trusted.
    #[error("{}: {why}", file.display())]
    Cards {
        /// The file.
        file: PathBuf,
        /// Why.
        why: CardError,
    },
    /// Not the file the graph names.
    #[error(
        "{} has the SHA-256 {is}, not {wanted} as the graph says; use the file the graph was made for, or correct `sha256`",
        file.display()
    )]
    OtherContent {
        /// The file.
        file: PathBuf,
        /// The sum the graph wants.
        wanted: String,
        /// The sum the file has.
        is: String,
    },
    /// Replaced between check and load.
    #[error("{} was changed after the graph was checked: {what}; check the graph again", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
        /// What differs.
        what: String,
    },
    /// Written while it was read.
    #[error("{} is being written; do it again when that is done", file.display())]
    BeingWritten {
        /// The file.
        file: PathBuf,
    },
    /// The system's loader refused it.
    #[error("{} cannot be opened as a library: {why}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// The loader's words, and what to do where it is known.
        why: String,
    },
    /// Its own code refused to begin.
    #[error("{} did not come up: {why}; this is for the module's author to mend", file.display())]
    Root {
        /// The file.
        file: PathBuf,
        /// What its code said.
        why: String,
    },
    /// Its code says something else than its card.
    #[error("{}: module `{module}` lies in its card: {what}; build it again with rogue-sdk's export_module!", file.display())]
    Lies {
        /// The file.
        file: PathBuf,
        /// The module.
        module: String,
        /// Where card and code differ.
        what: String,
    },
    /// A component, but not one of modules.
    #[error(
        "{} is no rogue component: it has no cards, the custom section `rogue:cards`; build it with rogue-sdk's \
         export_module!, or give it one with `cargo rogue pack`",
        file.display()
    )]
    NoCards {
        /// The file.
        file: PathBuf,
    },
    /// WebAssembly of the inner kind.
    #[error(
        "{} is a core WebAssembly module, not a component; make it one with `cargo rogue pack`",
        file.display()
    )]
    CoreModule {
        /// The file.
        file: PathBuf,
        /// Whether it was meant as ours.
        has_cards: bool,
    },
    /// A component for another version of the contract.
    #[error(
        "{} was built for rogue:flow {version}, this runtime speaks {}; build it with the rogue-sdk of this runtime",
        file.display(),
        super::component::SPOKEN
    )]
    OtherFlow {
        /// The file.
        file: PathBuf,
        /// The version it was built for.
        version: String,
    },
    /// A component that needs what nobody provides.
    #[error(
        "{} imports {}, which nothing here provides; build it without: a sandboxed module has frames, its parameters \
         and what the graph grants, no files and no network",
        file.display(),
        some_of(imports)
    )]
    UnknownImports {
        /// The file.
        file: PathBuf,
        /// What it imports.
        imports: Vec<String>,
    },
    /// A component that needs what its node is not granted.
    #[error("{} imports `{import}`; grant it with `grant: {{ {grant}: true }}`, or use another module", file.display())]
    NotGranted {
        /// The file.
        file: PathBuf,
        /// What it imports.
        import: String,
        /// The grant it needs.
        grant: &'static str,
    },
    /// A component that the sandbox refuses.
    #[error("{} cannot be run in a sandbox: {why}", file.display())]
    Sandbox {
        /// The file.
        file: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// A component, and no sandbox in this program.
    #[error(
        "{} is a component, and this rogue-runtime was built without the sandbox; build it with the feature `wasm`, \
         or use the native module",
        file.display()
    )]
    NoSandbox {
        /// The file.
        file: PathBuf,
    },
    /// No private copy could be made.
    #[error("{} cannot be copied to {}: {why}; set TMPDIR to a directory with room", file.display(), copy.display())]
    Copy {
        /// The file.
        file: PathBuf,
        /// Where its copy was to be.
        copy: PathBuf,
        /// The system's words.
        why: String,
    },
}

/// This machine's CPU, as its users call it.
fn host_cpu() -> String {
    std::env::consts::ARCH.replace('_', "-")
}

/// The first names, ticked, and how many more there are.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl LoadError {
    /// The file it is about.
    pub fn file(&self) -> &std::path::Path {
        match self {
            LoadError::Missing { file }
            | LoadError::NotAFile { file, .. }
            | LoadError::Unreadable { file, .. }
            | LoadError::TooBig { file, .. }
            | LoadError::Empty { file }
            | LoadError::Truncated { file, .. }
            | LoadError::NotElf { file, .. }
            | LoadError::OtherCpu { file, .. }
            | LoadError::NotAPlugin { file }
            | LoadError::OtherAbi { file, .. }
            | LoadError::OtherLayout { file, .. }
            | LoadError::Damaged { file, .. }
            | LoadError::Cards { file, .. }
            | LoadError::OtherContent { file, .. }
            | LoadError::Changed { file, .. }
            | LoadError::BeingWritten { file }
            | LoadError::Open { file, .. }
            | LoadError::Root { file, .. }
            | LoadError::Lies { file, .. }
            | LoadError::NoCards { file }
            | LoadError::CoreModule { file, .. }
            | LoadError::OtherFlow { file, .. }
            | LoadError::UnknownImports { file, .. }
            | LoadError::NotGranted { file, .. }
            | LoadError::Sandbox { file, .. }
            | LoadError::NoSandbox { file }
            | LoadError::Copy { file, .. } => file,
        }
    }
}
