//! Every input that the fuzz corpora keep, and every one that once broke a promise, through the checks of
//! `tests/fuzz/src/`: quick, on any toolchain, in every `cargo test`. `docs/proofs.md` says how they are found.

#[allow(dead_code)]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::{
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

/// The inputs of one folder of a target; none if it has none.
fn inputs(folder: &str, target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder).join(target);
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    entries.map(|entry| entry.expect("a folder that can be read").path()).collect()
}

fn replay(target: &str) {
    let (_, check) = fuzz::TARGETS.into_iter().find(|(name, _)| *name == target).expect("a target");
    let corpus = inputs("corpus", target);
    assert!(corpus.len() >= 10, "the corpus of {target} has {} inputs", corpus.len());
    let broken: Vec<PathBuf> = corpus
        .into_iter()
        .chain(inputs("found", target))
        .filter(|path| {
            let bytes = fs::read(path).expect("an input that can be read");
            catch_unwind(|| check(&bytes)).is_err()
        })
        .collect();
    assert!(broken.is_empty(), "inputs that break a promise: {broken:#?}");
}

#[test]
fn graph() {
    replay("graph");
}

#[test]
fn cards() {
    replay("cards");
}

#[test]
fn records() {
    replay("records");
}

#[test]
fn tcf() {
    replay("tcf");
}

#[test]
fn params() {
    replay("params");
}

#[test]
fn zmtp() {
    replay("zmtp");
}

/// The repository stays small, and a folder that no target has is a mistake.
#[test]
fn the_corpora_are_small_and_belong_to_targets() {
    let names: Vec<&str> = fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut bytes = 0;
    for folder in ["corpus", "found"] {
        for target in fs::read_dir(root.join(folder)).expect("it is there") {
            let target = target.expect("a folder that can be read").file_name().into_string().expect("UTF-8");
            assert!(names.contains(&target.as_str()), "{folder}/{target} belongs to no target");
            let size = |path: PathBuf| fs::metadata(path).expect("it is there").len();
            bytes += inputs(folder, &target).into_iter().map(size).sum::<u64>();
        }
    }
    assert!(bytes < 1_000_000, "{bytes} bytes of corpora; minimise them with `tests/fuzz/run --keep`");
}
