//! `inspect`: what a module file says of itself, read without running its code.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{
    card_text::card_text,
    cli::{Globals, InspectArgs, Sheet},
    columns::Columns,
    exit,
    io::Io,
    numbers::thousands,
    prepare,
};
use crate::{
    graph::{Sandbox, catalog::meant},
    load::{FileCatalog, Form, Inspected, Interface, Need, inspect_named},
};

/// Shows the cards of a file, or the one card that was asked for.
pub fn inspect(args: &InspectArgs, globals: &Globals, io: &mut Io<'_>) -> io::Result<u8> {
    let search = prepare::search(globals);
    let seen = match inspect_named(&args.what, Path::new(""), &search) {
        Ok(seen) => seen,
        Err(error) => {
            let near = meant(&args.what, &FileCatalog::new(PathBuf::new(), search));
            let near = near.map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
            io.error(format!("{error}{near}"));
            return Ok(exit::INVALID);
        }
    };
    match args.format {
        Sheet::Table => io.out.write_all(text(&seen, (io.widths)().out).as_bytes())?,
        Sheet::Json => writeln!(io.out, "{:#}", json(&seen))?,
    }
    Ok(exit::OK)
}

/// Where lines end in a pipe, and on a wider terminal: a longer one is hard to read.
const WIDTH: usize = 100;

/// Whether the module with this number was asked for.
fn wanted(seen: &Inspected, index: usize) -> bool {
    seen.module.is_none_or(|module| module as usize == index)
}

fn text(seen: &Inspected, width: Option<usize>) -> String {
    let mut text = format!(
        "file    {}\nsize    {} bytes\nsha256  {}\nkind    {}\n",
        seen.file.display(),
        thousands(seen.len),
        seen.sha256,
        seen.cards.packaging()
    );
    match &seen.cards.form {
        Form::Native { abi: (major, minor) } => text.push_str(&format!("abi     {major}.{minor}\n")),
        Form::Component(interface) => text.push_str(&border(interface)),
    }
    for (_, card) in seen.cards.cards.iter().enumerate().filter(|(index, _)| wanted(seen, *index)) {
        text.push('\n');
        text.push_str(&card_text(card, width.map_or(WIDTH, |width| width.min(WIDTH))));
    }
    text
}

/// What a component was made for, what one may use that says nothing else, and what it needs.
fn border(interface: &Interface) -> String {
    let mut text =
        format!("flow    {}\nlimits  {}\n", interface.version().unwrap_or("none"), Sandbox::default());
    let mut imports = Columns::plain(&["import", "need"]);
    for import in &interface.imports {
        let need = match Need::of(import) {
            Need::Nothing => String::new(),
            Need::Grant(grant) => format!("needs `grant: {{ {grant}: true }}`"),
            Need::Unknown => "nothing here provides it: it cannot be run".to_owned(),
        };
        imports.row([import.clone(), need]);
    }
    if !interface.imports.is_empty() {
        text.push_str("imports\n");
        text.push_str(&imports.text("  ", usize::MAX));
    }
    text
}

/// What [`border`] says, for programs.
fn border_json(interface: &Interface) -> serde_json::Value {
    let import = |import: &String| {
        let (grant, provided) = match Need::of(import) {
            Need::Nothing => (None, true),
            Need::Grant(grant) => (Some(grant), true),
            Need::Unknown => (None, false),
        };
        json!({ "name": import, "grant": grant, "provided": provided })
    };
    let limits = Sandbox::default();
    json!({
        "flow": interface.version(),
        "imports": interface.imports.iter().map(import).collect::<Vec<_>>(),
        "exports": interface.exports,
        "limits": {
            "memory": limits.memory, "call_ns": limits.call.as_nanos() as u64, "output": limits.output
        }
    })
}

/// The cards as they are written, with what a newer SDK may have added.
fn json(seen: &Inspected) -> serde_json::Value {
    let cards = seen.cards.values().into_iter().enumerate();
    let cards: Vec<_> = cards.filter(|(index, _)| wanted(seen, *index)).map(|(_, card)| card).collect();
    let mut json = json!({
        "file": seen.file.to_string_lossy(),
        "bytes": seen.len,
        "sha256": seen.sha256,
        "packaging": seen.cards.packaging().to_string(),
        "modules": cards
    });
    match &seen.cards.form {
        Form::Native { abi: (major, minor) } => json["abi"] = json!({ "major": major, "minor": minor }),
        Form::Component(interface) => json["component"] = border_json(interface),
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface() -> Interface {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Interface {
            imports: names(&["rogue:flow/host@0.1.0", "rogue:flow/wall@0.1.0", "wasi:cli/exit@0.2.6"]),
            exports: names(&["rogue:flow/module@0.1.0"]),
        }
    }

    #[test]
    fn the_border_of_a_component_is_shown() {
        let expected = "\
flow    0.1.0
limits  memory 64MiB, call 100ms, output 64MiB
imports
  rogue:flow/host@0.1.0
  rogue:flow/wall@0.1.0  needs `grant: { wall: true }`
  wasi:cli/exit@0.2.6    nothing here provides it: it cannot be run
";
        assert_eq!(border(&interface()), expected);
        assert!(!border(&Interface::default()).contains("imports"));
    }

    #[test]
    fn the_border_of_a_component_is_there_for_programs() {
        let json = border_json(&interface());
        assert_eq!(json["flow"], "0.1.0");
        assert_eq!(
            json["imports"][1],
            json!({ "name": "rogue:flow/wall@0.1.0", "grant": "wall", "provided": true })
        );
        assert_eq!(json["imports"][2]["provided"], false);
        assert_eq!(
            json["limits"],
            json!({ "memory": 67_108_864, "call_ns": 100_000_000, "output": 67_108_864 })
        );
    }
}
