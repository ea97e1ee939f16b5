//! `new`: what it writes, and that it writes nothing when it cannot.

use crate::desk::{Desk, root};
use std::{fs, os::unix::fs::PermissionsExt};

#[test]
fn it_writes_these_files_and_no_others() {
    let desk = Desk::new("files");
    desk.rogue(&["new", "even-bytes"]).ended(0).shows("Made `even-bytes`, a transform: lets frames pass");
    assert_eq!(desk.names(), ["even-bytes"]);
    let module = desk.dir.join("even-bytes");
    let mut files: Vec<_> = fs::read_dir(&module)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, [".gitignore", "Cargo.toml", "README.md", "graph.yaml", "src"]);
    let source = fs::read_to_string(module.join("src/lib.rs")).unwrap();
    assert!(
        source.contains("struct EvenBytes {") && source.contains(r#"Card::transform("even-bytes")"#),
        "{source}"
    );
    let manifest = fs::read_to_string(module.join("Cargo.toml")).unwrap();
    let sdk = root().join("sdk").canonicalize().unwrap();
    assert!(manifest.contains(&format!("rogue-sdk = {{ path = \"{}\" }}", sdk.display())), "{manifest}");
    let mode = fs::metadata(&module).unwrap().permissions().mode();
    assert_eq!(mode & 0o700, 0o700);
    assert_eq!(
        mode,
        fs::metadata(module.join("src")).unwrap().permissions().mode(),
        "a folder like any other"
    );
}

#[test]
fn the_sdk_is_where_one_says() {
    let desk = Desk::new("sdk");
    let sdk = root().join("sdk").canonicalize().unwrap();
    for (name, path) in [("by-sdk", root().join("sdk")), ("by-root", root().to_owned())] {
        desk.rogue(&["new", name, "--shape", "sink", "--sdk", path.to_str().unwrap()]).ended(0);
        let manifest = fs::read_to_string(desk.dir.join(name).join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("\"{}\"", sdk.display())), "{manifest}");
    }
    for path in ["nowhere", "by-sdk"] {
        desk.rogue(&["new", "a-third", "--sdk", path]).ended(2).says(&format!(
            "error: --sdk {path}: rogue-sdk is not there. Name the folder `sdk` of a clone of rogue-runtime."
        ));
    }
    assert_eq!(desk.names(), ["by-root", "by-sdk"]);
}

#[test]
fn what_is_no_name_is_refused_and_nothing_written() {
    let desk = Desk::new("names");
    for (name, why) in [
        ("1st", "`1st` is no name for a module: it is not made of what names are made of. Use letters"),
        ("match", "it is a word of Rust's"),
        ("a/b", "it is a path"),
        ("fifo", "a standard module is called so"),
        ("std", "a crate that it needs is called so"),
    ] {
        desk.rogue(&["new", name]).ended(2).says(why);
    }
    desk.rogue(&["new", "x", "--shape", "filter"])
        .ended(2)
        .says("[possible values: source, transform, sink, endpoint]");
    assert!(desk.names().is_empty(), "{:?}", desk.names());
}

#[test]
fn what_is_there_stays() {
    let desk = Desk::new("there");
    fs::create_dir(desk.dir.join("folder")).unwrap();
    fs::write(desk.dir.join("file"), "kept").unwrap();
    std::os::unix::fs::symlink("nowhere", desk.dir.join("link")).unwrap();
    for name in ["folder", "file", "link"] {
        desk.rogue(&["new", name]).ended(2).says(&format!("`{name}` is already here"));
    }
    assert_eq!(desk.names(), ["file", "folder", "link"]);
    assert_eq!(fs::read_to_string(desk.dir.join("file")).unwrap(), "kept");
    assert_eq!(fs::read_dir(desk.dir.join("folder")).unwrap().count(), 0);
}

/// A folder that has been removed can be written into by nobody, whoever runs the test.
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let desk = Desk::new("gone");
    desk.names();
    let line = "mkdir gone && cd gone && rmdir ../gone && cargo-rogue new x";
    desk.sh("", line).ended(1).says("error: `x` cannot be written in");
    assert!(desk.names().is_empty(), "{:?}", desk.names());
}

/// Names that `new` refuses since standard modules have them.
#[test]
fn the_standard_names_are_those_of_the_plugins() {
    let search = rogue_runtime::load::Search::new(&[rogue_tests::child::plugins()], None, None);
    let (listed, _) = rogue_runtime::load::list(&search);
    let folders = fs::read_dir(root().join("plugins")).unwrap();
    let folders: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap().replace('-', "_")).collect();
    let desk = Desk::new("standard");
    let mut count = 0;
    for module in &listed {
        let file = module.file.file_stem().unwrap().to_string_lossy().into_owned();
        if folders.contains(&file.trim_start_matches("lib").to_owned()) {
            desk.rogue(&["new", &module.card.name]).ended(2).says("a standard module is called so");
            count += 1;
        }
    }
    assert_eq!(count, 21);
}
