//! Files and folders that the user may not read or write: said with the path and what to do, before anything runs.
//!
//! The superuser may read everything; so there the program runs without the two capabilities that allow it.

use crate::place::{Place, SHORT, plugin};
use rogue_tests::child::{Done, run};
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

/// Makes it what its mode says, and back when the test ends, so that it can be removed.
struct Locked(PathBuf, fs::Permissions);

impl Locked {
    fn new(path: PathBuf, mode: u32) -> Locked {
        let before = fs::metadata(&path).expect("it is there").permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
        Locked(path, before)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let _ = fs::set_permissions(&self.0, self.1.clone());
    }
}

/// Whether this user may read what nobody may.
fn is_superuser(place: &Place) -> bool {
    let file = place.file("secret", "x");
    let _locked = Locked::new(file.clone(), 0o000);
    fs::read(file).is_ok()
}

/// Runs the program with no more rights than files and folders give.
fn run_plainly(place: &Place, args: &[&str], more: impl Fn(&mut Command)) -> Done {
    let mut command = place.program.command(args);
    more(&mut command);
    if !is_superuser(place) {
        return run(&mut command);
    }
    let dropped = "-dac_override,-dac_read_search";
    let mut plain = Command::new("setpriv");
    plain.args([format!("--bounding-set={dropped}"), format!("--inh-caps={dropped}")]);
    plain.arg(command.get_program()).args(command.get_args()).current_dir(&place.program.dir);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => plain.env(name, value),
            None => plain.env_remove(name),
        };
    }
    run(&mut plain)
}

fn plainly(place: &Place, args: &[&str]) -> Done {
    run_plainly(place, args, |_| ())
}

#[test]
fn a_graph_that_may_not_be_read() {
    let place = Place::new();
    let _locked = Locked::new(place.file("g.yaml", SHORT), 0o000);
    for verb in ["run", "check", "graph"] {
        let done = plainly(&place, &[verb, "g.yaml"]).ended(78).says("g.yaml").says("Permission denied");
        assert_eq!(done.says("check the path and its permissions").out, "", "{verb}");
    }
}

#[test]
fn a_module_that_may_not_be_read() {
    let place = Place::new();
    fs::copy(plugin("libtag.so"), place.path("x.so")).expect("a copy");
    let _locked = Locked::new(place.path("x.so"), 0o000);
    place.file(
        "g.yaml",
        SHORT.replace("src >> view", "src >> mine >> view").replace(
            "nodes:\n",
            "modules: { mine: ./x.so }\nnodes:\n  mine: { module: mine, params: { channel: 1 } }\n",
        ),
    );
    for verb in ["run", "check"] {
        let done = plainly(&place, &[verb, "g.yaml"]).ended(78).says("error: node `mine`: ");
        assert_eq!(done.says("x.so cannot be read: Permission denied").out, "", "{verb}");
    }
    // On the search path it is passed over, and the others are found.
    let listed = plainly(&place, &["list", "--plugin-path", "."]).ended(0).shows("prbs-check");
    assert!(!listed.out.contains("x.so"), "{}", listed.out);
}

#[test]
fn a_folder_of_modules_that_may_not_be_read() {
    let place = Place::new();
    fs::create_dir(place.path("mine")).expect("a folder");
    let _locked = Locked::new(place.path("mine"), 0o000);
    place.file("g.yaml", SHORT);
    plainly(&place, &["g.yaml", "--plugin-path", "mine"]).ended(0);
    place.file("g.yaml", SHORT.replace("pattern", "nowhere"));
    let done = plainly(&place, &["g.yaml", "--plugin-path", "mine"]).ended(78).says("`nowhere`");
    done.says("mine (");
}

#[test]
fn a_place_for_copies_that_may_not_be_written() {
    let place = Place::new();
    fs::create_dir(place.path("tmp")).expect("a folder");
    let _locked = Locked::new(place.path("tmp"), 0o555);
    place.file("g.yaml", SHORT);
    let tmp = |command: &mut Command| {
        command.env("TMPDIR", place.path("tmp"));
    };
    let done = run_plainly(&place, &["g.yaml"], tmp).ended(78).says("cannot be copied to ");
    assert_eq!(done.says("Permission denied").says("set TMPDIR to a directory").out, "");
}

#[test]
fn a_recording_that_may_not_be_read() {
    let place = Place::new();
    let _locked = Locked::new(place.file("some.dat", [0; 100]), 0o000);
    place.file(
        "g.yaml",
        SHORT.replace("pattern, params: { size: 64, count: 10 }", "file-reader, params: { path: some.dat }"),
    );
    let done = plainly(&place, &["g.yaml"]).ended(4).says("error: node `src`: could not start: ");
    assert_eq!(done.says("cannot read some.dat: Permission denied").says("make it readable").out, "");
}

#[test]
fn a_place_for_recordings_that_may_not_be_written() {
    let place = Place::new();
    fs::create_dir(place.path("data")).expect("a folder");
    fs::write(place.path("old.dat"), "precious").expect("written");
    let _locked = [Locked::new(place.path("data"), 0o555), Locked::new(place.path("old.dat"), 0o444)];
    place
        .file("g.yaml", SHORT.replace("debug, params: { max_bytes: 0 }", "file-writer, params: { path: x }"));
    for (path, folder) in [("data/new.dat", "data"), ("old.dat", ".")] {
        let args = ["g.yaml", "--set", &format!("view.path={path}"), "--set", "view.if_exists=append"];
        let done = plainly(&place, &args).ended(4).says("error: node `view`: could not start: ");
        let done = done.says(&format!("cannot write {path}: Permission denied"));
        let wanted = format!("make the file and the directory {folder} writable");
        assert_eq!(done.says(&wanted).out, "");
    }
    assert_eq!(fs::read(place.path("old.dat")).expect("it is there"), b"precious");
}
