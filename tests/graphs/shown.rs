//! What the graphs show, taken together, and what each says in its comment.

use crate::{
    books,
    place::{self, Place},
};
use rogue_runtime::load::{Search, list};
use rogue_tests::child::plugins;
use std::{collections::BTreeSet, fs};

#[test]
fn every_module_is_shown_by_a_graph() {
    let used: BTreeSet<String> = place::all()
        .iter()
        .flat_map(|name| books::plan(name).nodes)
        .map(|node| node.found.card.name.clone())
        .collect();
    let folders = fs::read_dir(place::graphs().join("../plugins")).expect("the folder of the plugins");
    let files: BTreeSet<String> = folders
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().replace('-', "_"))
        .map(|plugin| format!("lib{plugin}.so"))
        .collect();
    let (modules, _) = list(&Search::new(&[plugins()], None, None));
    let file = |path: &std::path::Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let modules: BTreeSet<String> = modules
        .iter()
        .filter(|module| file(&module.file).is_some_and(|file| files.contains(&file)))
        .map(|module| module.card.name.clone())
        .collect();
    assert!(modules.len() >= 13, "{modules:?}");
    assert_eq!(
        used, modules,
        "a module that no graph shows, or a graph of a module that does not come with us"
    );
}

#[test]
fn all_operators_are_shown() {
    let links: Vec<String> = place::all()
        .iter()
        .filter_map(|name| Some(place::text(name).split_once("\nlinks:")?.1.to_owned()))
        .collect();
    for operator in [" >> ", " << ", " == "] {
        assert!(links.iter().any(|links| links.contains(operator)), "no graph has `{operator}`");
    }
}

#[test]
fn every_comment_says_what_how_and_what_one_sees() {
    for name in place::all() {
        let comment = place::comment(&name);
        let (what, rest) = comment.split_once("\nRun:").unwrap_or_else(|| panic!("{name} has no `# Run:`"));
        let (_, see) = rest.split_once("\nSee:").unwrap_or_else(|| panic!("{name} has no `# See:`"));
        assert!(what.len() > 40 && see.len() > 40, "{name} says too little");
        let command = place::command(&name);
        assert!(command.ends_with(&format!(" graphs/{name}.yaml")), "{name}: {command}");
    }
}

/// A command in a comment beside that in `# Run:` works where that has run before.
#[test]
fn further_commands_in_comments_work() {
    let mut count = 0;
    for name in place::all() {
        let comment = place::comment(&name).replace('\n', " ");
        let commands =
            comment.split('`').skip(1).step_by(2).filter(|code| code.starts_with("rogue-runtime "));
        for command in commands {
            let place = Place::new();
            place.run(&place::command(&name)).sound();
            place.run(command).ended(0).shows("COMPLETE");
            count += 1;
        }
    }
    assert!(count > 0, "no comment has one; this test tries nothing");
}
