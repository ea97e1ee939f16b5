//! Folders of the contract that are released do not change: components are out there that were made of them.

use sha2::{Digest, Sha256};

/// The folders under `sdk/wit`, and the SHA-256 of each one's `flow.wit`.
const RELEASED: &[(&str, &str)] =
    &[("v0.1", "c12382764ca05d3fa7454e6a3c2a7b1d42521db9f845f2b894f88c1f27abc19d")];

#[test]
fn what_is_released_stays_as_it_is() {
    for (version, hash) in RELEASED {
        let path = rogue_tests::dist::root().join("sdk/wit").join(version).join("flow.wit");
        let text = std::fs::read(&path).expect("a contract");
        let now: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            &now, hash,
            "sdk/wit/{version}/flow.wit is released and has changed, even if only in a comment. Put it back, and make \
             the change in a new folder, sdk/wit/v0.2, with a package version of its own; the runtime goes on to run \
             components of both. Then add the new folder here."
        );
    }
}

#[test]
fn every_folder_is_known() {
    let folders = std::fs::read_dir(rogue_tests::dist::root().join("sdk/wit")).expect("the contracts");
    let found: Vec<_> =
        folders.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    for name in found {
        assert!(RELEASED.iter().any(|(version, _)| *version == name), "sdk/wit/{name} has no line here");
    }
}
