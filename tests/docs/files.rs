//! No document names a file that does not exist.

use super::page::{Page, root};
use std::path::Path;

/// Targets of `[text](target)`.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let pages = Page::all();
    let mut count = 0;
    for page in &pages {
        let folder = Path::new(&page.name).parent().unwrap();
        for link in links(&page.prose()) {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) =
                link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let file = match path {
                "" => root().join(&page.name),
                _ => root().join(folder).join(path),
            };
            assert!(file.exists(), "{}: {link} leads nowhere", page.name);
            if let Some(anchor) = anchor {
                let target = file.canonicalize().unwrap();
                let of = |page: &&Page| root().join(&page.name).canonicalize().unwrap() == target;
                let target = pages.iter().find(of).unwrap_or_else(|| panic!("{}: {link}", page.name));
                assert!(
                    target.anchors().iter().any(|is| is == anchor),
                    "{}: {link}: no such heading",
                    page.name
                );
            }
            count += 1;
        }
    }
    assert!(count > 50, "only {count} links were found");
}

/// Whether a piece of code is meant as a path of this repository.
fn is_path(code: &str) -> bool {
    const FOLDERS: [&str; 6] = ["runtime/", "sdk/", "plugins/", "graphs/", "docs/", "tests/"];
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    FOLDERS.iter().any(|folder| code.starts_with(folder)) && code.chars().all(plain)
}

#[test]
fn every_path_in_the_text_exists() {
    let mut count = 0;
    for page in Page::all() {
        for code in page.code().iter().filter(|code| is_path(code)) {
            assert!(root().join(code).exists(), "{}: `{code}` does not exist", page.name);
            count += 1;
        }
    }
    assert!(count > 20, "only {count} paths were found");
}

/// The tree in ARCHITECTURE.md: every file and folder that it names, under the folder above it.
#[test]
fn the_tree_in_architecture_is_the_tree() {
    let page = Page::read("ARCHITECTURE.md");
    let tree = page.section("## The tree").expect("a section called The tree");
    let mut count = 0;
    for row in tree.lines().filter_map(|line| line.strip_prefix("| `")) {
        let path = row.split('`').next().unwrap();
        assert!(root().join(path).exists(), "the tree names {path}");
        count += 1;
    }
    assert!(count > 30, "only {count} rows were found");
    for folder in ["runtime/src", "sdk/src", "plugins"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            let name = if entry.path().is_dir() { name + "/" } else { name };
            assert!(tree.contains(&format!("| `{name}`")), "the tree does not name {name}");
        }
    }
}

/// The list of files that may have `unsafe` code is the list of files that allow it.
#[test]
fn the_list_of_unsafe_files_is_complete() {
    let page = Page::read("ARCHITECTURE.md");
    let section = page.section("## Where `unsafe` is allowed").expect("a section on unsafe");
    let listed: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let mut found = Vec::new();
    for folder in ["runtime", "sdk", "plugins", "tests", "wasm-modules"] {
        sources(&root().join(folder), &mut |file, text| {
            if text.contains("allow(unsafe_code") && !file.ends_with("tests/docs/files.rs") {
                found.push(file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        });
    }
    let covered =
        |file: &str, by: &str| file == by || by.strip_suffix('/').is_some_and(|dir| file.starts_with(dir));
    for file in &found {
        assert!(listed.iter().any(|by| covered(file, by)), "{file} allows unsafe code and is not listed");
    }
    for by in listed {
        assert!(found.iter().any(|file| covered(file, by)), "{by} is listed and allows no unsafe code");
    }
}

/// Calls `f` with every Rust file below a folder.
fn sources(folder: &Path, f: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, f);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            f(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}
