//! No component is stale, missing, or left over, and none tells of the machine it was built on.

use rogue_runtime::load::cards;
use rogue_tests::dist::{self, folder, kept, recorded};
use std::{collections::BTreeSet, fs};

/// What is to be done about each of these.
const REBUILD: &str = "run wasm-modules/build";

#[test]
fn every_component_is_made_of_the_sources_as_they_are() {
    let mut wrong = Vec::new();
    for kept in kept().unwrap() {
        let file = folder().join(format!("{}.wasm", kept.name));
        match fs::read(&file) {
            Ok(bytes) if recorded(&bytes) == Some(kept.inputs().unwrap()) => {}
            Ok(_) => wrong.push(format!("{} is stale: its sources have changed", file.display())),
            Err(error) => wrong.push(format!("{}: {error}", file.display())),
        }
    }
    assert!(wrong.is_empty(), "{REBUILD}:\n{}", wrong.join("\n"));
}

#[test]
fn every_component_is_that_of_a_crate() {
    let kept: BTreeSet<String> = kept().unwrap().into_iter().map(|kept| kept.name).collect();
    assert!(kept.contains("filter") && kept.len() >= 5, "{kept:?}");
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let built_here = recorded(&fs::read(&file).unwrap()).is_some();
        assert!(!built_here || kept.contains(&name), "{} is nobody's; {REBUILD}", file.display());
    }
}

#[test]
fn the_cards_are_read_without_running_anything() {
    for kept in kept().unwrap() {
        let read = cards::read(&folder().join(format!("{}.wasm", kept.name))).unwrap();
        assert!(!read.cards.is_empty(), "{}", kept.name);
    }
}

#[test]
fn no_component_names_a_folder_of_the_machine_it_was_built_on() {
    let root = dist::root().canonicalize().unwrap();
    let words = [root.to_str().unwrap(), ".cargo/registry", "/home/", "/root/", ".rustup"];
    for kept in kept().unwrap() {
        let bytes = fs::read(folder().join(format!("{}.wasm", kept.name))).unwrap();
        for word in words {
            let found = bytes.windows(word.len()).position(|at| at == word.as_bytes());
            let context = found.map(|at| String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 120)]));
            assert!(context.is_none(), "{} has in it: {}", kept.name, context.unwrap_or_default());
        }
    }
}

#[test]
fn what_a_component_says_of_its_inputs_is_read() {
    let empty = b"\0asm\x0d\0\x01\0";
    assert_eq!(recorded(empty), None);
    let with = cargo_rogue::wasm_target::append_section(empty, dist::SECTION, b"abc");
    assert_eq!(recorded(&with).as_deref(), Some("abc"));
    assert_eq!(recorded(&with[..with.len() - 1]), None, "a torn one");
}
