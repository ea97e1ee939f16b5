//! Where modules are found, and module files that are not what they should be.

use crate::place::{Place, SHORT, plugin};
use rogue_tests::child::{Done, plugins, run};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A graph with a module by its path, and what `entry` says of it.
fn with(entry: &str) -> String {
    format!(
        "name: with
modules:
  mine: {entry}
nodes:
  src: {{ module: pattern, params: {{ size: 8, count: 10 }} }}
  mine: {{ module: mine, params: {{ channel: 1 }} }}
  view: {{ module: debug, params: {{ max_bytes: 0 }} }}
links: [ src >> mine >> view ]
"
    )
}

fn copy(place: &Place, name: &str) -> PathBuf {
    let path = place.path(name);
    fs::copy(plugin("libtag.so"), &path).expect("a copy");
    path
}

/// What `check` and `run` say about this file as a module.
#[track_caller]
fn refused(place: &Place, says: &str) {
    place.file("g.yaml", with("./x.so"));
    for verb in ["check", "run"] {
        let done = place.run(&[verb, "g.yaml"]).ended(78).says(says).says("error: node `mine`: ");
        assert_eq!(done.out, "", "{verb}");
        done.says("g.yaml:6:");
    }
    // A file that is passed over does not keep others from being listed.
    let listed = place.run(&["list", "--plugin-path", "."]).ended(0).shows("prbs-check");
    assert!(!listed.out.contains("x.so"), "{}", listed.out);
    place.run(&["inspect", "./x.so"]).ended(78).says("error: ");
    place.run(&["inspect", "filtr"]).ended(78).says("Did you mean `filter`?");
}

#[test]
fn files_that_are_no_modules_are_refused() {
    let place = Place::new();
    refused(&place, "x.so");
    place.file("x.so", "#!/bin/sh\necho hello\n");
    refused(&place, "not a module's; a native module is a shared library");
    place.file("x.so", "");
    refused(&place, "is empty");
    let whole = fs::read(plugin("libtag.so")).expect("it is there");
    for length in [1, 4, 16, 63, 64, 1000, whole.len() / 2, whole.len() - 1] {
        place.file("x.so", &whole[..length]);
        refused(&place, "x.so");
    }
    place.file("x.so", &whole[..whole.len() / 2]);
    refused(&place, "is truncated");
    let mut other = whole.clone();
    let machine: u16 = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    other[18..20].copy_from_slice(&machine.to_le_bytes());
    place.file("x.so", &other);
    refused(&place, "was built for ");
    fs::remove_file(place.path("x.so")).expect("it is there");
    fs::create_dir(place.path("x.so")).expect("a folder");
    refused(&place, "is a directory");
}

#[test]
fn what_is_no_ordinary_file_is_refused_and_never_waited_for() {
    let place = Place::new();
    let made = Command::new("mkfifo").arg(place.path("x.so")).status().expect("there is mkfifo");
    assert!(made.success());
    refused(&place, "is a pipe");
    fs::remove_file(place.path("x.so")).expect("it is there");
    for device in ["/dev/zero", "/dev/null", "/dev/full"] {
        std::os::unix::fs::symlink(device, place.path("x.so")).expect("a link");
        refused(&place, "is a device");
        fs::remove_file(place.path("x.so")).expect("it is there");
    }
    std::os::unix::fs::symlink("x.so", place.path("x.so")).expect("a link");
    refused(&place, "cannot be read: ");
    fs::remove_file(place.path("x.so")).expect("it is there");
    let large = fs::File::create(place.path("x.so")).expect("it is made");
    large.set_len(257 << 20).expect("a file with a hole");
    refused(&place, "more than the limit of 268435456");
}

#[test]
fn modules_for_other_tables_are_refused() {
    let place = Place::new();
    let whole = fs::read(plugin("libtag.so")).expect("it is there");
    let mark = whole.windows(9).position(|bytes| bytes == b"ROGUEABI\x01").expect("a mark");
    let patched = |at: usize, to: u8| {
        let mut other = whole.clone();
        other[mark + at] = to;
        place.file("x.so", other);
    };
    patched(8, 2);
    refused(&place, "was built for plugin ABI 2, this runtime speaks 1");
    patched(16, !whole[mark + 16]);
    refused(&place, "does not have the tables of plugin ABI 1");
    // What only opening it shows.
    let other = plugin("libtest_other_tables.so");
    place.file("g.yaml", with(other.to_str().expect("UTF-8")).replace("{ channel: 1 }", "{}"));
    for verb in ["check", "run"] {
        let done = place.run(&[verb, "g.yaml"]).ended(78).says("error: node `mine`: ").says("g.yaml:6:");
        let done = done.says("libtest_other_tables.so does not have the tables of plugin ABI 1: ");
        assert_eq!(done.says("build it with an unchanged rogue-sdk").out, "", "{verb}");
    }
}

#[test]
fn a_file_is_taken_by_its_path_and_its_content() {
    let place = Place::new();
    let file = copy(&place, "x.so");
    let seen = place.run(&["inspect", "./x.so", "--format", "json"]).ended(0);
    let seen: serde_json::Value = serde_json::from_str(&seen.out).expect("JSON");
    let sum = seen["sha256"].as_str().expect("a sum").to_owned();
    assert_eq!(sum.len(), 64);
    assert_eq!(seen["bytes"], fs::metadata(&file).expect("it is there").len());

    place.graph(&with("./x.so")).ended(0).shows("10 consumed");
    place.graph(&with(&format!("{{ path: ./x.so, sha256: {sum:?} }}"))).ended(0);
    let wrong = "0".repeat(64);
    let done = place.graph(&with(&format!("{{ path: ./x.so, sha256: {wrong:?} }}"))).ended(78);
    done.says(&wrong).says(&sum).says("error: node `mine`: ");
    let done = place.graph(&with("{ path: ./x.so, sha256: abc }")).ended(78);
    done.says("sha256");
    // A path stands in a node too, and begins at the graph's folder, not where the program runs.
    fs::create_dir(place.path("sub")).expect("a folder");
    fs::rename(&file, place.path("sub/x.so")).expect("it moves");
    place.file("sub/g.yaml", with("./x.so"));
    place.run(&["sub/g.yaml"]).ended(0);
    place.file("sub/g.yaml", with("./x.so").replace("{ module: mine,", "{ module: ./x.so#tag,"));
    place.run(&["sub/g.yaml"]).ended(0);
}

#[test]
fn modules_are_looked_for_where_the_command_line_says() {
    let place = Place::new();
    let found = |done: Done| -> String {
        let done = done.ended(0);
        let line = done.out.lines().find_map(|line| line.strip_prefix("file "));
        line.expect("inspect says the file").trim().to_owned()
    };
    let (first, second) = (place.path("first"), place.path("second"));
    for dir in [&first, &second] {
        fs::create_dir(dir).expect("a folder");
        fs::copy(plugin("libtag.so"), dir.join("libtag.so")).expect("a copy");
    }
    let inspect = |flag: Option<&Path>, variable: &Path| {
        let mut command = place.program.bare(&["inspect", "tag"]);
        flag.map(|dir| command.arg("--plugin-path").arg(dir));
        found(run(command.env("ROGUE_PLUGIN_PATH", variable)))
    };
    let file = |dir: &Path| dir.join("libtag.so").to_string_lossy().into_owned();
    assert_eq!(inspect(None, &first), file(&first));
    assert_eq!(inspect(Some(&second), &first), file(&second));
    let both = format!("{}:{}", second.display(), first.display());
    assert_eq!(inspect(None, Path::new(&both)), file(&second));

    place.file("g.yaml", SHORT);
    run(place.program.bare(&["g.yaml"]).env("ROGUE_PLUGIN_PATH", plugins())).ended(0);
    run(place.program.bare(&["g.yaml", "--plugin-path"]).arg(plugins())).ended(0);
    // A folder that is not there is no mistake as long as all modules are found.
    place.run(&["g.yaml", "--plugin-path", "not/there"]).ended(0);
}

#[test]
fn a_module_whose_code_has_another_card_is_refused() {
    let place = Place::new();
    let text = with(plugin("libtest_liar_card.so").to_str().expect("UTF-8")).replace("{ channel: 1 }", "{}");
    place.graph(&text).ended(78).says("lies in its card");
}

/// What they do in further calls is tried in `tests/load/`: their `check` refuses whatever it is asked.
#[test]
fn modules_that_break_the_rules_of_the_tables_are_refused() {
    let liars = [
        "takes-too-many",
        "odd-status",
        "null-result",
        "shrinks-results",
        "overlong-results",
        "completes-too-many",
        "floods",
        "without-half",
        "with-both-halves",
        "without-instance",
        "odd-answer",
        "silent-refusal",
    ];
    for module in liars {
        let done = Place::new().graph(&format!(
            "nodes:
  src: {{ module: pattern, params: {{ size: 8, count: 10 }} }}
  liar: {{ module: {module} }}
  view: {{ module: debug, params: {{ max_bytes: 0 }} }}
links: [ src >> liar >> view ]
"
        ));
        let done =
            done.ended(78).says("error: node `liar`: the module refuses these parameters without saying why");
        assert_eq!(done.out, "", "{module}");
    }
}
