//! `build`: where it cannot.

use crate::desk::Desk;
use std::fs;

#[test]
fn a_folder_without_a_crate_is_told() {
    let desk = Desk::new("no-crate");
    for verb in ["build", "check", "bench"] {
        desk.rogue(&[verb]).ended(2).says("has no Cargo.toml: this is not the folder of a module");
    }
}

#[test]
fn a_crate_that_is_no_module_is_told() {
    let desk = Desk::new("no-module");
    fs::create_dir(desk.dir.join("src")).unwrap();
    let manifest = "[package]\nname = \"plain\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(desk.dir.join("Cargo.toml"), manifest).unwrap();
    fs::write(desk.dir.join("src/lib.rs"), "").unwrap();
    desk.sh("", "cargo rogue build")
        .ended(1)
        .says("no plugin was built here")
        .says("crate-type = [\"cdylib\"]");
    fs::write(desk.dir.join("Cargo.toml"), format!("{manifest}[lib]\ncrate-type = [\"cdylib\"]\n")).unwrap();
    desk.sh("", "cargo rogue build").ended(1).says("no plugin was built here").says("export_module!");
    fs::write(desk.dir.join("src/lib.rs"), "not Rust").unwrap();
    desk.sh("", "cargo rogue build")
        .ended(1)
        .says("expected one of")
        .says("error: the module does not build; what Cargo says is above");
}

#[test]
fn what_follows_two_dashes_is_for_cargo() {
    let desk = Desk::new("to-cargo");
    desk.rogue(&["new", "x"]).ended(0);
    desk.sh("x", "cargo rogue build -- --no-such-flag").ended(1).says("unexpected argument '--no-such-flag'");
    desk.sh("x", "cargo rogue build --no-such-flag").ended(2).says("unexpected argument '--no-such-flag'");
}
