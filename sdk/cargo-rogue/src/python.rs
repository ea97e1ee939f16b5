//! The verb `build` with `--python`: a file of Python becomes a component, with Python itself inside.
//!
//! The work is done by componentize-py, at one version ([`setup`]); this gives it the contract, the face over it
//! (`sdk/python/rogue_module.py`) and the author's file, and puts the cards into the result. What holds: the author's
//! file is run by the author's own python3, once, for its cards; of the sandbox's grants a component imports those that
//! its classes name.

mod setup;

use crate::{
    child,
    cli::BuildArgs,
    component, pack,
    say::{self, OK, Trouble},
};
use rogue_runtime::{
    card::Card,
    graph::Sandbox,
    host,
    load::{FileCatalog, Loader, Search},
};
use serde::Deserialize;
use std::{
    fmt::Display,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The contract, the face over it, and the file that joins it with an author's.
const CONTRACT: &str = include_str!("../../wit/v0.1/flow.wit");
const FACE: &str = include_str!("../../python/rogue_module.py");
const ENTRY: &str = "rogue_entry";

/// How long the author's file may take to be imported.
const IMPORT_LIMIT: Duration = Duration::from_secs(60);
/// How long a component may take to be made; it takes some 15 s.
const MAKE_LIMIT: Duration = Duration::from_secs(600);

/// What `rogue_module.describe` says.
#[derive(Deserialize)]
struct Described {
    cards: Vec<serde_json::Value>,
    grants: Vec<String>,
    exports: Vec<String>,
}

/// Builds `file`, and shows the result.
pub fn build(args: &BuildArgs, file: &Path) -> Result<u8, Trouble> {
    let name = module_name(file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let stage = Stage::new(name).map_err(Trouble::failed)?;
    let path: Vec<&Path> = [stage.folder.path(), folder]
        .into_iter()
        .chain(args.python_path.iter().map(PathBuf::as_path))
        .collect();

    let described = describe(name, &path)?;
    let failed = |what: &dyn Display| Trouble::failed(format_args!("{}: {what}", file.display()));
    let [export] = described.exports.as_slice() else {
        return Err(failed(&match described.exports.is_empty() {
            true => {
                "it has no class that is a module: derive one of Source, Transform and Sink of rogue_module, with a \
                 name that does not begin with `_`"
            }
            false => "sources are built by themselves: put them into a file of their own",
        }));
    };
    let cards = serde_json::to_vec(&described.cards).map_err(|error| failed(&error))?;
    let cards = component::cards(&cards).map_err(|what| failed(&what))?;
    stage.world(export, &described.grants).map_err(|what| failed(&what))?;

    let made = stage.folder.path().join("made.wasm");
    let mut command = setup::componentize()?;
    command.arg("-q").arg("-d").arg(stage.folder.path().join("wit")).args(["-w", "python", "componentize"]);
    // No import of WASI is left: what would need one traps. `rogue_module` answers for clocks and for printing.
    command.arg("--stub-wasi");
    for path in &path {
        command.arg("-p").arg(path);
    }
    command.arg(ENTRY).arg("-o").arg(&made);
    say::step(format_args!("componentize-py makes a component of {}, with Python inside", file.display()));
    child::run(&mut command, MAKE_LIMIT).map_err(|what| failed(&what))?;
    let whole = component::whole(&made, &pack::read(&made)?, &cards).map_err(|what| failed(&what))?;
    let output = pack::place(&cards, args.output.as_deref(), folder)?;
    pack::write(&output, &whole)?;
    compile(&output, &cards)?;
    pack::show(&output, &cards)?;
    Ok(OK)
}

/// Compiles the component, so that the first run finds it in the cache: with Python inside that takes its time.
fn compile(file: &Path, cards: &[u8]) -> Result<(), Trouble> {
    say::step("the sandbox compiles it, once on this machine");
    let cards = Card::parse_all(cards).map_err(Trouble::failed)?;
    let name = cards.first().map(|card| card.name.as_str()).unwrap_or_default();
    let text = format!("{}#{name}", file.display());
    let catalog = FileCatalog::new("", Arc::new(Search::new(&[], None, None)));
    let found = catalog.at_path(&text, None, None).map_err(Trouble::failed)?;
    let sandbox = Sandbox { wall: true, random: true, ..Sandbox::default() };
    Loader::new(host::table()).load(&found, &sandbox).map_err(Trouble::failed)?;
    Ok(())
}

/// The name by which Python imports the file.
fn module_name(file: &Path) -> Result<&str, Trouble> {
    let wrong = |what: &str| Trouble::usage(format_args!("{}: {what}", file.display()));
    if !file.is_file() {
        return Err(wrong("there is no such file"));
    }
    let name = file.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".py"));
    let Some(name) = name else { return Err(wrong("a file of Python is named NAME.py")) };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(wrong("Python cannot import a file of this name; use letters, digits and `_`"));
    }
    if [ENTRY, "rogue_module", "wit_world"].contains(&name) {
        return Err(wrong("this name is taken; give the file another one"));
    }
    Ok(name)
}

/// Imports the author's file with the author's python3.
fn describe(name: &str, path: &[&Path]) -> Result<Described, Trouble> {
    let mut command = setup::python()?;
    let text = format!(
        "import sys; sys.dont_write_bytecode = True; sys.path[:0] = sys.argv[1:]\n\
         import rogue_module, {name}; print(); print(rogue_module.describe({name}))"
    );
    command.arg("-c").arg(text).args(path);
    let said = child::run(&mut command, IMPORT_LIMIT).map_err(|what| {
        Trouble::failed(format_args!(
            "{name}.py cannot be imported: {what}\nWhat it imports must be there for python3 here, too, or in a \
             folder named by --python-path"
        ))
    })?;
    // What the file itself prints comes before.
    serde_json::from_str(said.trim_end().lines().next_back().unwrap_or_default())
        .map_err(|error| Trouble::failed(format_args!("{name}.py: its cards cannot be read: {error}")))
}

/// A folder with what componentize-py is given besides the author's file.
struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(name: &str) -> std::io::Result<Stage> {
        let folder = tempfile::Builder::new().prefix("rogue-python-").tempdir()?;
        let path = folder.path();
        std::fs::write(path.join("rogue_module.py"), FACE)?;
        let entry =
            format!("import rogue_module\nimport {name}\n\n{EXPORTED} = rogue_module.export({name})\n");
        std::fs::write(path.join(format!("{ENTRY}.py")), entry)?;
        std::fs::create_dir(path.join("wit"))?;
        std::fs::write(path.join("wit/flow.wit"), CONTRACT)?;
        Ok(Stage { folder })
    }

    /// The world of this component. It is none of the contract's, since Python imports all that its world does: a node
    /// would have to be granted everything.
    fn world(&self, export: &str, grants: &[String]) -> Result<(), String> {
        const KNOWN: [&str; 2] = ["wall", "random"];
        if let Some(grant) = grants.iter().find(|grant| !KNOWN.contains(&grant.as_str())) {
            return Err(format!("GRANTS names `{grant}`; there are `wall` and `random`"));
        }
        let mut world = String::from("package rogue:flow@0.1.0;\n\nworld python {\n    import host;\n");
        for grant in grants {
            world.push_str(&format!("    import {grant};\n"));
        }
        world.push_str(&format!("    export module;\n    export {export};\n}}\n"));
        std::fs::write(self.folder.path().join("wit/python.wit"), world).map_err(|error| error.to_string())
    }
}

/// The names under which componentize-py looks for the classes of the exported interfaces.
const EXPORTED: &str = "Module, Processor, Source";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_python_cannot_import_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, part) in [
            ("a-b.py", "letters, digits"),
            ("1a.py", "letters, digits"),
            (".py", "letters, digits"),
            ("a.txt", "NAME.py"),
            ("rogue_module.py", "taken"),
        ] {
            let file = folder.path().join(name);
            std::fs::write(&file, "").expect("written");
            let trouble = module_name(&file).expect_err(name);
            assert!(trouble.text().contains(part), "{name}: {}", trouble.text());
        }
        assert!(module_name(&folder.path().join("none.py")).is_err());
    }

    #[test]
    fn a_component_imports_the_grants_that_its_classes_name_and_no_others() {
        let stage = Stage::new("x").expect("a folder");
        let world = || std::fs::read_to_string(stage.folder.path().join("wit/python.wit")).expect("written");
        stage.world("source", &["wall".to_owned()]).expect("known");
        assert!(world().contains("import wall;") && world().contains("export source;"));
        stage.world("processor", &[]).expect("known");
        assert!(!world().contains("wall") && !world().contains("random"));
        assert!(stage.world("processor", &["files".to_owned()]).is_err());
    }
}
