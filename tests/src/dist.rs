//! The kept components: what each is made of, and whether it is still what its sources say.
//!
//! A component in `wasm-modules/dist/` has the SHA-256 of its inputs inside, so that it can be told without a toolchain
//! for components whether it is stale. Used by `tests/wasm` and by `wasm-modules/build`.
//!
//! What holds: inputs are files of this repository, hashed in one order with their names; the compiler is none of them,
//! and neither is a place on this machine.

use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Path, PathBuf},
};
use wasmparser::{Parser, Payload};

/// The section of a component that holds the SHA-256 of its inputs, in hexadecimal.
pub const SECTION: &str = "rogue:inputs";

/// What every component in Rust is made of, besides its own sources: the SDK, the contract, the versions of other
/// crates, and the flags.
const SHARED: [&str; 10] = [
    "sdk/Cargo.toml",
    "sdk/abi/Cargo.toml",
    "sdk/abi/src",
    "sdk/cargo-rogue/src/wasm_target/flags.rs",
    "sdk/derive/Cargo.toml",
    "sdk/derive/src",
    "sdk/src",
    "sdk/wit/v0.1",
    "wasm-modules/Cargo.lock",
    "wasm-modules/Cargo.toml",
];

/// What every other component is made of, besides what is in its folder.
const CONTRACT: &str = "sdk/wit/v0.1";

/// One component that is kept.
#[derive(Debug)]
pub struct Kept {
    /// The name of its file without the ending.
    pub name: String,
    /// Of another language than Rust: its folder, with a script `build` in it.
    pub foreign: Option<PathBuf>,
    /// Files and folders it is made of, from the repository's root.
    inputs: Vec<PathBuf>,
}

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the repository")
}

/// Where the components are that the tests use: the kept ones, or a folder that `ROGUE_COMPONENTS` names.
pub fn folder() -> PathBuf {
    env::var_os("ROGUE_COMPONENTS").map_or_else(|| root().join("wasm-modules/dist"), PathBuf::from)
}

/// Every component that is to be kept: one for each crate of `wasm-modules`, and for each folder there with a `build` and
/// a card.
pub fn kept() -> io::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(root().join("wasm-modules"))? {
        let folder = entry?.path();
        if let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) {
            kept.push(Kept::of_crate(&folder, &manifest)?);
        } else if let Ok(card) = fs::read(folder.join("card.json")) {
            kept.push(Kept::foreign(&folder, &card)?);
        }
    }
    kept.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(kept)
}

impl Kept {
    /// The library of a crate, with the folder of its sources, which are the plugin's.
    fn of_crate(folder: &Path, manifest: &str) -> io::Result<Kept> {
        let library = manifest.split("[lib]").nth(1).unwrap_or_default();
        let library = library.split("\n[").next().unwrap_or_default();
        let value = |key: &str| {
            let mut values = library.lines().filter_map(|line| line.split_once(" = "));
            values.find(|(is, _)| *is == key).map(|(_, value)| value.trim_matches('"').to_owned())
        };
        // As Cargo has it where nothing is said; the crates here have the names of their folders then.
        let named = folder.file_name().unwrap_or_default().to_string_lossy().replace('-', "_");
        let (name, path) =
            (value("name").unwrap_or(named), value("path").unwrap_or_else(|| "src/lib.rs".to_owned()));
        let source = folder.join(path).canonicalize()?;
        let sources = source.parent().unwrap_or(&source).to_owned();
        let inputs = [from_root(&folder.join("Cargo.toml"))?, from_root(&sources)?];
        let inputs = inputs.into_iter().chain(SHARED.map(PathBuf::from)).collect();
        Ok(Kept { name, foreign: None, inputs })
    }

    /// The module of a card, made of all that is in its folder and of the contract.
    fn foreign(folder: &Path, card: &[u8]) -> io::Result<Kept> {
        let card: serde_json::Value = serde_json::from_slice(card)?;
        let name = card["name"].as_str().unwrap_or_default().to_owned();
        let inputs = vec![from_root(folder)?, PathBuf::from(CONTRACT)];
        Ok(Kept { name, foreign: Some(folder.to_owned()), inputs })
    }

    /// The SHA-256 of its inputs as they are now, in hexadecimal.
    pub fn inputs(&self) -> io::Result<String> {
        let mut files = BTreeSet::new();
        for input in &self.inputs {
            collect(input, &mut files)?;
        }
        let mut hash = Sha256::new();
        for file in files {
            let bytes = fs::read(root().join(&file))?;
            let name = file.to_string_lossy();
            // With lengths, so that nothing can move from one to the next unseen.
            for part in [name.as_bytes(), &bytes] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A path of this repository as it is from its root.
fn from_root(path: &Path) -> io::Result<PathBuf> {
    let path = path.canonicalize()?;
    path.strip_prefix(root().canonicalize()?).map(ToOwned::to_owned).map_err(io::Error::other)
}

/// A file, or all files below a folder.
fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    let whole = root().join(path);
    if !whole.is_dir() {
        // What a script has built in its folder is made of inputs and none of them.
        if path.extension().is_none_or(|ending| ending != "wasm") {
            files.insert(path.to_owned());
        }
        return Ok(());
    }
    for entry in fs::read_dir(whole)? {
        collect(&path.join(entry?.file_name()), files)?;
    }
    Ok(())
}

/// What a component says of the inputs it was made of.
pub fn recorded(component: &[u8]) -> Option<String> {
    let mut found = None;
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::CustomSection(section) = payload.ok()?
            && section.name() == SECTION
        {
            found = Some(String::from_utf8_lossy(section.data()).into_owned());
        }
    }
    found
}
