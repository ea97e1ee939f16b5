//! The files of a new module, from the folder `templates/`.

use super::name::Name;
use crate::{cli::ShapeArg, say::Trouble};
use std::path::Path;

/// What a shape's module does, and its files.
struct Template {
    shape: &'static str,
    about: &'static str,
    source: &'static str,
    graph: &'static str,
}

fn template(shape: ShapeArg) -> Template {
    match shape {
        ShapeArg::Source => Template {
            shape: "source",
            about: "Gives numbered frames at a steady pace",
            source: include_str!("../../templates/source/lib.rs"),
            graph: include_str!("../../templates/source/graph.yaml"),
        },
        ShapeArg::Transform => Template {
            shape: "transform",
            about: "Lets frames pass that are large enough",
            source: include_str!("../../templates/transform/lib.rs"),
            graph: include_str!("../../templates/transform/graph.yaml"),
        },
        ShapeArg::Sink => Template {
            shape: "sink",
            about: "Adds up the bytes of what it takes",
            source: include_str!("../../templates/sink/lib.rs"),
            graph: include_str!("../../templates/sink/graph.yaml"),
        },
        ShapeArg::Endpoint => Template {
            shape: "endpoint",
            about: "Holds frames between two threads",
            source: include_str!("../../templates/endpoint/lib.rs"),
            graph: include_str!("../../templates/endpoint/graph.yaml"),
        },
    }
}

/// `a transform: lets frames pass that are large enough`.
pub fn in_words(shape: ShapeArg) -> String {
    let template = template(shape);
    let article = if shape == ShapeArg::Endpoint { "an" } else { "a" };
    let mut about = template.about.to_owned();
    about.get_mut(..1).into_iter().for_each(str::make_ascii_lowercase);
    format!("{article} {}: {about}", template.shape)
}

/// The line of the README for what is built to run in the sandbox too: all but what has two halves for two threads.
fn wasm(shape: ShapeArg) -> &'static str {
    match shape {
        ShapeArg::Endpoint => "",
        _ => {
            "cargo rogue build --wasm                                         # the same, as a sandboxed component\n"
        }
    }
}

/// The files with their paths in the new folder.
pub fn files(name: &Name, shape: ShapeArg, sdk: &Path) -> Result<Vec<(&'static str, String)>, Trouble> {
    let sdk = in_toml(sdk)?;
    let (template, wasm) = (template(shape), wasm(shape));
    let fill = |text: &str| {
        text.replace("@name@", name.text())
            .replace("@crate@", &name.library())
            .replace("@Type@", &name.type_name())
            .replace("@about@", template.about)
            .replace("@shape@", template.shape)
            .replace("A endpoint", "An endpoint")
            .replace("@wasm@", wasm)
            .replace("@sdk@", &sdk)
    };
    Ok(vec![
        ("Cargo.toml", fill(include_str!("../../templates/common/Cargo.toml"))),
        (".gitignore", fill(include_str!("../../templates/common/gitignore"))),
        ("README.md", fill(include_str!("../../templates/common/README.md"))),
        ("graph.yaml", fill(template.graph)),
        ("src/lib.rs", fill(template.source)),
    ])
}

/// A path as it stands between the quotes of a TOML string.
fn in_toml(path: &Path) -> Result<String, Trouble> {
    let text = path.to_str().filter(|text| !text.contains(char::is_control));
    let text = text.ok_or_else(|| {
        Trouble::usage(format_args!(
            "{}: a path with such letters cannot be written into Cargo.toml. Move the clone, or name another with \
             --sdk.",
            path.display()
        ))
    })?;
    Ok(text.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        let name = Name::read("even-bytes").expect("a name");
        for shape in [ShapeArg::Source, ShapeArg::Transform, ShapeArg::Sink, ShapeArg::Endpoint] {
            for (path, text) in files(&name, shape, Path::new("/a \"b\"/sdk")).expect("files") {
                assert!(!text.contains('@'), "{shape:?} {path}: {text}");
                if path == "Cargo.toml" {
                    assert!(text.contains(r#"path = "/a \"b\"/sdk""#), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_shape_in_words() {
        assert_eq!(in_words(ShapeArg::Endpoint), "an endpoint: holds frames between two threads");
    }
}
