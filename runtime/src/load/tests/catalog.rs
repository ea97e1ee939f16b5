//! `module:` texts: names, paths, picks, sums.

use std::{fs, sync::Arc};

use sha2::{Digest, Sha256};

use super::{component::component_of, library::plugin_of};
use crate::{
    graph::{Catalog, ModuleEntry, Packaging, Wanted},
    load::{FileCatalog, Search, catalog::hex, inspect_named},
};

struct Place {
    root: tempfile::TempDir,
    catalog: FileCatalog,
}

/// A directory with `mods/libone.so`, `mods/libmany.so`, and `path/libfifo.so` on the search path.
fn place() -> Place {
    let root = tempfile::tempdir().unwrap();
    for (file, names) in [
        ("mods/libone.so", &["one"][..]),
        ("mods/libmany.so", &["red", "green"]),
        ("path/libfifo.so", &["fifo"]),
    ] {
        let file = root.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, plugin_of(names)).unwrap();
    }
    let search = Arc::new(Search::new(&[root.path().join("path")], None, None));
    let catalog = FileCatalog::new(root.path(), search);
    Place { root, catalog }
}

impl Place {
    fn find(&self, module: &str) -> Result<(String, u32), String> {
        let found = self.catalog.find(&Wanted { module, entry: None })?;
        Ok((found.card.name.clone(), found.index))
    }

    fn entry(&self, module: &str, path: &str, sha256: Option<&str>) -> Result<(String, u32), String> {
        let entry = ModuleEntry { path: path.to_owned(), sha256: sha256.map(str::to_owned) };
        let found = self.catalog.find(&Wanted { module, entry: Some(&entry) })?;
        assert_eq!(found.sha256.is_some(), sha256.is_some());
        Ok((found.card.name.clone(), found.index))
    }

    fn text(&self, file: &str) -> String {
        self.root.path().join(file).display().to_string()
    }
}

#[test]
fn names_are_searched_and_paths_begin_at_the_graph() {
    let place = place();
    assert_eq!(place.find("fifo"), Ok(("fifo".into(), 0)));
    assert_eq!(place.find("./mods/libone.so"), Ok(("one".into(), 0)));
    assert_eq!(place.find(&place.text("mods/libone.so")), Ok(("one".into(), 0)));
    assert_eq!(place.find("mods/libmany.so#green"), Ok(("green".into(), 1)));
    assert_eq!(place.catalog.names(), ["fifo"]);
}

#[test]
fn entries_go_before_the_search_path() {
    let place = place();
    assert_eq!(place.entry("fifo", "mods/libone.so", None), Ok(("one".into(), 0)));
    assert_eq!(place.entry("green", "mods/libmany.so", None), Ok(("green".into(), 1)));
    assert_eq!(place.entry("mine", "mods/libmany.so#red", None), Ok(("red".into(), 0)));
}

#[test]
fn wrong_picks_list_the_names() {
    let place = place();
    let many = place.text("mods/libmany.so");
    assert_eq!(
        place.find("mods/libmany.so"),
        Err(format!("{many} has several modules: `red`, `green`. Say which, as in `mods/libmany.so#name`."))
    );
    assert_eq!(
        place.find("mods/libmany.so#blue"),
        Err(format!("{many} has no module `blue`; it has `red`, `green`. Correct what follows the `#`."))
    );
    let missing = place.text("mods/no.so");
    assert_eq!(
        place.find("mods/no.so#x"),
        Err(format!("{missing} does not exist; check the path, or build the module."))
    );
    let text = place.find("libone.so").unwrap_err();
    assert!(text.contains("`./libone.so`"), "{text}");
    assert!(place.find("mods/").unwrap_err().contains("is a directory"));
}

#[test]
fn a_file_may_have_a_hash_in_its_name() {
    let place = place();
    fs::copy(place.root.path().join("mods/libone.so"), place.root.path().join("mods/a#b.so")).unwrap();
    assert_eq!(place.find("mods/a#b.so"), Ok(("one".into(), 0)));
    assert_eq!(place.find("mods/a#b.so#one"), Ok(("one".into(), 0)));
}

#[test]
fn a_sum_is_verified() {
    let place = place();
    let sum = hex(&Sha256::digest(fs::read(place.root.path().join("mods/libone.so")).unwrap()));
    assert_eq!(place.entry("one", "mods/libone.so", Some(&sum)), Ok(("one".into(), 0)));
    let wrong = "0".repeat(64);
    let text = place.entry("one", "mods/libone.so", Some(&wrong)).unwrap_err();
    assert!(text.contains(&format!("has the SHA-256 {sum}, not {wrong}")), "{text}");
}

#[test]
fn inspect_takes_files_picks_and_names() {
    let place = place();
    let search = Arc::new(Search::new(&[place.root.path().join("path")], None, None));
    let inspect = |text: &str| inspect_named(text, place.root.path(), &search);
    let many = inspect("mods/libmany.so").unwrap();
    assert_eq!((many.cards.names().as_str(), many.module), ("`red`, `green`", None));
    assert_eq!(many.len, fs::metadata(&many.file).unwrap().len());
    assert_eq!(many.sha256, hex(&Sha256::digest(fs::read(&many.file).unwrap())));
    assert_eq!(inspect("mods/libmany.so#green").unwrap().module, Some(1));
    assert_eq!(inspect("fifo").unwrap().file, place.root.path().join("path/libfifo.so"));
    assert!(inspect("nothing").unwrap_err().contains("was not found"));
    assert!(inspect("libgone.so").unwrap_err().contains("does not exist"));
}

#[test]
fn components_are_named_by_path_by_name_and_by_file() {
    let place = place();
    let put = |file: &str, names: &[&str]| {
        fs::write(place.root.path().join(file), component_of(names)).unwrap();
    };
    put("path/fifo.wasm", &["fifo", "safe"]);
    put("mods/any.name", &["red", "green"]);
    let packaging = |module: &str| {
        let found = place.catalog.find(&Wanted { module, entry: None }).unwrap();
        (found.packaging, found.index)
    };
    assert_eq!(packaging("fifo"), (Packaging::Native, 0));
    assert_eq!(packaging("fifo.wasm"), (Packaging::Component, 0));
    assert_eq!(packaging("safe"), (Packaging::Component, 1));
    assert_eq!(packaging("./path/fifo.wasm#safe"), (Packaging::Component, 1));
    assert_eq!(packaging("mods/any.name#green"), (Packaging::Component, 1), "the first bytes say what it is");
    assert_eq!(place.entry("red", "mods/any.name", None), Ok(("red".into(), 0)));
    assert_eq!(place.catalog.names(), ["fifo", "safe", "fifo.wasm", "safe.wasm"]);
    let text = place.find("fifo.wasm#safe").unwrap_err();
    assert!(text.contains("write it as a path, `./fifo.wasm#safe`"), "{text}");
    let text = place.find("red.wasm").unwrap_err();
    assert!(text.starts_with("a component with the module `red` was not found."), "{text}");

    let search = Arc::new(Search::new(&[place.root.path().join("path")], None, None));
    let inspect = |text: &str| inspect_named(text, place.root.path(), &search);
    assert_eq!(inspect("fifo.wasm").unwrap().cards.packaging(), Packaging::Component);
    assert_eq!(inspect("path/fifo.wasm#safe").unwrap().module, Some(1));
    assert!(inspect("path/gone.wasm").unwrap_err().contains("does not exist"));
    assert!(
        inspect("gone.wasm").unwrap_err().starts_with("a component with the module `gone` was not found.")
    );
}
