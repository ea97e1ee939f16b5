//! What `inspect`, `list`, `schema`, `completions` and `man` print.

use crate::{
    json_schema::Schema,
    place::{Place, SHORT, graphs, plugin},
};
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn inspect_shows_a_module_by_name_by_file_and_by_both() {
    let place = Place::new();
    let name = place.run(&["inspect", "fifo"]).ended(0);
    for text in
        ["file ", "sha256 ", "abi ", "fifo 0.", "endpoint", "max_depth", "= 1000", "drop_count", "full"]
    {
        assert!(name.out.contains(text), "{text} is not in\n{}", name.out);
    }
    assert_eq!(name.err, "");
    let file = plugin("libprbs.so");
    let file = file.to_str().expect("a path in UTF-8");
    let all = place.run(&["inspect", file]).ended(0).shows("\nprbs-source ").shows("\nprbs-check ");
    let one = place.run(&["inspect", &format!("{file}#prbs-check")]).ended(0).shows("\nprbs-check ");
    assert!(!one.out.contains("\nprbs-source ") && one.out.len() < all.out.len(), "{}", one.out);
    let seen = json(&place.run(&["inspect", file, "--format", "json"]).ended(0).out);
    let names: Vec<&str> =
        seen["modules"].as_array().expect("a list").iter().filter_map(|m| m["name"].as_str()).collect();
    assert_eq!(names, ["prbs-source", "prbs-check"]);
    assert_eq!(seen["abi"]["major"], 1);
    place.run(&["inspect", "fifi"]).ended(78).says("fifi");
    place.run(&["inspect", &format!("{file}#nobody")]).ended(78).says("nobody");
}

#[test]
fn list_names_every_module_with_its_file() {
    let place = Place::new();
    let table = place.run(&["list"]).ended(0).shows("name ");
    let listed = json(&place.run(&["list", "--format", "json"]).ended(0).out);
    let modules = listed["modules"].as_array().expect("a list");
    for name in
        ["compare", "debug", "fifo", "file-reader", "file-writer", "filter", "pattern", "prbs-check", "tag"]
    {
        let module =
            modules.iter().find(|module| module["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        let file = module["file"].as_str().expect("a path");
        assert!(Path::new(file).is_file() && module["hidden_by"].is_null(), "{module}");
        let line = table.out.lines().find(|line| line.split(' ').next() == Some(name));
        assert!(line.is_some_and(|line| line.contains(file)), "{name} in\n{}", table.out);
    }
    // A file that is no module is passed over with a word, and one that comes later is shown as such.
    place.file("libbroken.so", "not a library");
    fs::copy(plugin("libtag.so"), place.path("libtag.so")).expect("a copy");
    let mut command = place.program.bare(&["list", "--plugin-path", ".", "--plugin-path"]);
    let done = rogue_tests::child::run(command.arg(rogue_tests::child::plugins())).ended(0);
    done.says("passed over: ").says("libbroken.so").shows("not taken, since ./libtag.so comes first");
    let done = place.run(&["list", "--plugin-path", ".", "-q"]).ended(0);
    assert_eq!(done.err, "");
}

#[test]
fn schema_describes_graphs_with_the_parameters_of_the_modules() {
    let place = Place::new();
    let done = place.run(&["schema"]).ended(0);
    assert_eq!(done.err, "");
    let schema = Schema::new(json(&done.out));
    let rules =
        schema.text["properties"]["nodes"]["additionalProperties"]["allOf"].as_array().expect("rules");
    let fifo =
        rules.iter().find(|rule| rule["if"]["properties"]["module"]["enum"][0] == "fifo").expect("fifo");
    let params = &fifo["then"]["properties"]["params"]["properties"];
    assert_eq!(params["max_depth"]["default"], 1000, "{params:#}");
    assert_eq!(params["overflow"]["enum"], json(r#"["drop_newest", "drop_oldest", "block"]"#), "{params:#}");

    assert!(
        params["max_depth"]["description"].as_str().is_some_and(|text| text.ends_with(" Default: 1000."))
    );
    let one = |module: &str, file: &str| {
        let text = format!("nodes: {{ a: {{ module: {module} }} }}\nlinks: []\n{file}");
        schema.accepts(&serde_yaml::from_str::<Value>(&text).expect("YAML"))
    };
    assert!(one("fifo", "").is_ok() && one("./x.so", "").is_ok() && one("fifoo", "").is_err());
    assert!(one("filter.wasm", "").is_ok() && one("fifoo.wasm", "").is_err());
    assert!(one("mine", "modules: { mine: ./x.so }").is_ok() && one("my mine", "modules: {}").is_err());

    let read = |file: &Path| -> Value {
        let text = fs::read_to_string(file).expect("a graph");
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    let mut count = 0;
    for entry in fs::read_dir(graphs()).expect("the graphs") {
        let file = entry.expect("readable").path();
        if file.extension().is_some_and(|ending| ending == "yaml") {
            schema.accepts(&read(&file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            count += 1;
        }
    }
    assert!(count >= 10, "{count} graphs");
    for wrong in ["unknown-key", "parameter-types", "parameter-missing", "bypass", "sandbox"] {
        let file = graphs().join(format!("wrong/{wrong}.yaml"));
        assert!(schema.accepts(&read(&file)).is_err(), "the schema accepts {wrong}.yaml");
    }
}

#[test]
fn completions_are_made_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = place.run(&["completions", shell]).ended(0);
        assert_eq!(done.err, "");
        for text in ["rogue-runtime", "inspect", "completions", "plugin-path", "drain"] {
            assert!(done.out.contains(text), "{shell}: no {text}");
        }
        let file = place.file(shell, &done.out);
        if ["bash", "zsh", "fish"].contains(&shell)
            && let Ok(checked) = Command::new(shell).arg("-n").arg(&file).output()
        {
            assert!(checked.status.success(), "{shell}: {}", String::from_utf8_lossy(&checked.stderr));
        }
    }
}

/// What bash would offer behind these words.
fn offered(place: &Place, words: &str) -> Vec<String> {
    let count = words.split(' ').count() - 1;
    let ask = format!(
        "source ./completions; COMP_WORDS=({}); COMP_CWORD={count}; _rogue_runtime_here ./program; echo \"${{COMPREPLY[*]}}\"",
        words.split(' ').map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ")
    );
    let done = Command::new("bash").args(["--norc", "-c", &ask]).current_dir(place.path("")).output();
    let out = String::from_utf8(done.expect("bash runs").stdout).expect("text");
    out.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_flags_nodes_and_modules() {
    let place = Place::new();
    place.file("completions", place.run(&["completions", "bash"]).ended(0).out);
    place.file("g.yaml", SHORT);
    // Stands for the program: what it prints is known, and how it is asked.
    let (text, list) = (place.run(&["graph", "g.yaml"]).ended(0).out, place.run(&["list"]).ended(0).out);
    place.file("graph.txt", text);
    place.file("list.txt", list);
    let program = place.file(
        "program",
        "#!/bin/sh\ncase \"$*\" in 'graph g.yaml') cat graph.txt;; list) cat list.txt;; esac\n",
    );
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert_eq!(offered(&place, "./program ch"), ["check"]);
    assert_eq!(offered(&place, "./program run --dr"), ["--drain"]);
    assert_eq!(offered(&place, "./program g.yaml --dr"), ["--drain"]);
    assert_eq!(offered(&place, "./program graph g.yaml --format s"), ["svg"]);
    assert_eq!(offered(&place, "./program inspect prbs-"), ["prbs-check", "prbs-source"]);
    assert_eq!(offered(&place, "./program g.yaml --until sr"), ["src"]);
    // Left to bash, which offers files.
    assert_eq!(offered(&place, "./program check g"), [""; 0]);
}

#[test]
fn man_prints_a_page_and_writes_one_for_each_verb() {
    let place = Place::new();
    let page = place.run(&["man"]).ended(0).shows(".TH rogue-runtime 1").shows("Exit codes");
    assert_eq!(page.err, "");
    let done = place.run(&["man", "--dir", "pages/man1"]).ended(0);
    let files: Vec<&str> = done.out.lines().collect();
    for verb in [
        "run",
        "check",
        "graph",
        "inspect",
        "list",
        "show",
        "top",
        "get",
        "set",
        "swap",
        "rollback",
        "log",
        "stop",
        "tap",
        "reload",
        "schema",
        "completions",
        "man",
    ] {
        let file = format!("pages/man1/rogue-runtime-{verb}.1");
        assert!(files.contains(&&*file), "{file} is not in {files:?}");
        let text = fs::read_to_string(place.path(&file)).expect("it was written");
        assert!(text.contains(&format!(".TH rogue-runtime-{verb} 1")), "{text}");
    }
    assert_eq!(files.len(), 19);
    place.file("file", "");
    place.run(&["man", "--dir", "file/pages"]).ended(2).says("cannot be written");
}

#[test]
fn no_code_is_run_by_check_when_asked() {
    let place = Place::new();
    place.file(
        "g.yaml",
        SHORT
            .replace(
                "{ module: debug, params: { max_bytes: 0 } }",
                "{ module: debug }\n  bad: { module: panics, params: { at: check } }",
            )
            .replace("src >> view", "src >> bad >> view"),
    );
    place.run(&["check", "g.yaml", "--no-code"]).ended(0).shows("ok: 3 nodes, 2 links, 1 segment\n");
    place.run(&["check", "g.yaml"]).ended(78).says("error: node `bad`: ").says("asked to panic in check");
}
