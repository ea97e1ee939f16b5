//! `list` and `schema`: the modules that graphs can name.

use std::io;

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

/// Lists every module on the search path, and says which files were passed over.
pub fn list(args: &ListArgs, globals: &Globals, io: &mut Io<'_>) -> io::Result<u8> {
    let search = prepare::search(globals);
    let (listed, broken) = load::list(&search);
    match args.format {
        Sheet::Json => writeln!(io.out, "{:#}", json(&listed, &broken))?,
        Sheet::Table if listed.is_empty() => {
            let dirs: Vec<String> = search.dirs().iter().map(|dir| dir.display().to_string()).collect();
            let looked = dirs.join(", ");
            io.note(&format!("no module was found in {looked}; name a directory with --plugin-path\n"));
        }
        Sheet::Table => io.out.write_all(table(&listed).as_bytes())?,
    }
    if args.format == Sheet::Table && !globals.quiet {
        for error in &broken {
            io.note(&format!("passed over: {error}\n"));
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

fn table(listed: &[Listed]) -> String {
    let mut columns = Columns::titled(&["name", "shape", "version", "file", "about"]);
    for module in listed {
        let card = &module.card;
        let about = match &module.hidden_by {
            Some(other) => format!("not taken, since {} comes first", other.display()),
            None => card.about.clone(),
        };
        let file = module.file.display().to_string();
        columns.row([card.name.clone(), card.shape.to_string(), card.version.clone(), file, about]);
    }
    columns.text("", usize::MAX)
}

fn json(listed: &[Listed], broken: &[LoadError]) -> serde_json::Value {
    let module = |module: &Listed| {
        json!({
            "name": module.card.name,
            "shape": module.card.shape,
            "version": module.card.version,
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
    use std::sync::Arc;

    fn listed(file: &str, hidden_by: Option<&str>) -> Listed {
        let card =
            json!({ "card": 1, "name": "tag", "shape": "transform", "version": "1", "about": "Tags." });
        let card = Arc::new(serde_json::from_value(card).expect("a card"));
        Listed { card, file: file.into(), hidden_by: hidden_by.map(Into::into) }
    }

    #[test]
    fn the_table_says_which_file_is_taken() {
        let expected = "\
name  shape      version  file  about
tag   transform  1        a.so  Tags.
tag   transform  1        b.so  not taken, since a.so comes first
";
        assert_eq!(table(&[listed("a.so", None), listed("b.so", Some("a.so"))]), expected);
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
