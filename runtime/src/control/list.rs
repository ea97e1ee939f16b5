//! `list` and `schema`: the modules that graphs can name.

use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{
    cli::{Globals, ListArgs, Sheet},
    columns::Columns,
    exit,
    io::Io,
    prepare,
};
use crate::{
    graph,
    load::{self, Listed, LoadError},
};

/// A description in a narrower column than this stands under the rest of its row instead.
const LEAST_ABOUT: usize = 16;

/// Lists every module on the search path, and says which files were passed over.
pub fn list(args: &ListArgs, globals: &Globals, io: &mut Io<'_>) -> io::Result<u8> {
    let search = prepare::search(globals);
    let (listed, broken) = load::list(&search);
    match args.format {
        Sheet::Json => writeln!(io.out, "{:#}", json(&listed, &broken))?,
        Sheet::Table if listed.is_empty() => {
            let dirs: Vec<String> = search.dirs().iter().map(|dir| dir.display().to_string()).collect();
            let looked = dirs.join(", ");
            io.remark(&format!("no module was found in {looked}; name a directory with --plugin-path"));
        }
        Sheet::Table => io.out.write_all(table(&listed, (io.widths)().out).as_bytes())?,
    }
    if args.format == Sheet::Table && !globals.quiet {
        for error in &broken {
            io.remark(&format!("passed over: {error}"));
        }
    }
    Ok(exit::OK)
}

/// Prints the JSON Schema of graph files.
pub fn schema(globals: &Globals, io: &mut Io<'_>) -> io::Result<u8> {
    let (listed, _) = load::list(&prepare::search(globals));
    let cards = listed.iter().filter(|module| module.hidden_by.is_none()).map(|module| &*module.card);
    writeln!(io.out, "{:#}", graph::schema(cards))?;
    Ok(exit::OK)
}

/// In a pipe one line for each module; on a terminal the modules of each directory under its path, so that the
/// lines fit; there a file's ending says its packaging.
fn table(listed: &[Listed], width: Option<usize>) -> String {
    let about = |module: &Listed| match (module.says(), &module.hidden_by) {
        (None, Some(other)) => format!("not taken, since {} comes first", other.display()),
        _ => module.card.about.clone(),
    };
    let three = |module: &Listed| {
        let card = &module.card;
        let name = module.says().unwrap_or_else(|| card.name.clone());
        [name, card.shape.to_string(), card.version.clone()]
    };
    let Some(width) = width else {
        let mut columns = Columns::titled(&["name", "shape", "version", "packaging", "file", "about"]);
        for module in listed {
            let rest = [module.packaging.to_string(), module.file.display().to_string(), about(module)];
            columns.row(three(module).into_iter().chain(rest));
        }
        return columns.text("", usize::MAX);
    };
    let mut text = String::new();
    let directory = |module: &Listed| module.file.parent().unwrap_or(Path::new("")).to_owned();
    let mut dirs: Vec<PathBuf> = vec![];
    for dir in listed.iter().map(directory) {
        if !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    for dir in dirs {
        let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, dir.display());
        let mut columns = Columns::titled(&["name", "shape", "version", "about, [file]"])
            .breaking_after(" ")
            .last_at_least(LEAST_ABOUT);
        for module in listed.iter().filter(|module| directory(module) == dir) {
            let file = module.file.file_name().unwrap_or_default().to_string_lossy();
            columns.row(three(module).into_iter().chain([format!("{} [{file}]", about(module))]));
        }
        text.push_str(&columns.text("  ", width));
    }
    text
}

fn json(listed: &[Listed], broken: &[LoadError]) -> serde_json::Value {
    let module = |module: &Listed| {
        json!({
            "name": module.card.name,
            "shape": module.card.shape,
            "version": module.card.version,
            "packaging": module.packaging.to_string(),
            "module": module.says(),
            "file": module.file.to_string_lossy(),
            "about": module.card.about,
            "hidden_by": module.hidden_by.as_ref().map(|file| file.to_string_lossy().into_owned())
        })
    };
    let passed_over =
        |error: &LoadError| json!({ "file": error.file().to_string_lossy(), "why": error.to_string() });
    json!({
        "modules": listed.iter().map(module).collect::<Vec<_>>(),
        "passed_over": broken.iter().map(passed_over).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Packaging;
    use std::sync::Arc;

    fn listed(file: &str, hidden_by: Option<&str>) -> Listed {
        let card =
            json!({ "card": 1, "name": "tag", "shape": "transform", "version": "1", "about": "Tags." });
        let card = Arc::new(serde_json::from_value(card).expect("a card"));
        let packaging = Packaging::Native;
        let hidden_by = hidden_by.map(Into::into);
        Listed { card, file: file.into(), packaging, hidden_by, component_hidden_by: None }
    }

    #[test]
    fn the_table_says_which_file_is_taken() {
        let expected = "\
name  shape      version  packaging  file  about
tag   transform  1        native     a.so  Tags.
tag   transform  1        native     b.so  not taken, since a.so comes first
";
        let two = [listed("a.so", None), listed("b.so", Some("a.so"))];
        assert_eq!(table(&two, None), expected);
    }

    #[test]
    fn on_a_terminal_lines_fit_and_modules_stand_under_their_directory() {
        let expected = "\
/opt/a
  name  shape      version  about, [file]
  tag   transform  1        Tags. [libtag.so]

/usr/b
  name  shape      version  about, [file]
  tag   transform  1        not taken, since
                            /opt/a/libtag.so
                            comes first
                            [libtag.so]
";
        let two = [listed("/opt/a/libtag.so", None), listed("/usr/b/libtag.so", Some("/opt/a/libtag.so"))];
        assert_eq!(table(&two, Some(45)), expected);
    }

    #[test]
    fn a_component_beside_its_native_module_is_listed_as_it_is_named() {
        let component = |hidden_by, component_hidden_by: Option<&str>| Listed {
            packaging: Packaging::Component,
            component_hidden_by: component_hidden_by.map(Into::into),
            ..listed("tag.wasm", hidden_by)
        };
        assert_eq!(component(None, None).says().as_deref(), Some("tag"));
        assert_eq!(component(Some("other.wasm"), Some("other.wasm")).says(), None);
        let both = [listed("libtag.so", None), component(Some("libtag.so"), None)];
        let expected = "\
name      shape      version  packaging  file       about
tag       transform  1        native     libtag.so  Tags.
tag.wasm  transform  1        component  tag.wasm   Tags.
";
        assert_eq!(table(&both, None), expected);
        let json = json(&both, &[]);
        assert_eq!(
            (&json["modules"][1]["packaging"], &json["modules"][1]["module"]),
            (&"component".into(), &"tag.wasm".into())
        );
    }

    #[test]
    fn json_has_the_same_and_what_was_passed_over() {
        let broken = [LoadError::Empty { file: "c.so".into() }];
        let json = json(&[listed("b.so", Some("a.so"))], &broken);
        assert_eq!(json["modules"][0]["hidden_by"], "a.so");
        assert_eq!(json["modules"][0]["shape"], "transform");
        assert_eq!(json["passed_over"][0]["file"], "c.so");
    }
}
