//! Graph files that are none: said clearly, with 78, and nothing is started.

use crate::place::{Place, SHORT};

/// `run` and `check` refuse this file with this text.
#[track_caller]
fn refused(place: &Place, path: &str, says: &str) {
    for verb in ["run", "check", "graph"] {
        let done = place.run(&[verb, path]).ended(78).says(says).says("error: ");
        assert_eq!(done.out, "", "{verb} {path}");
        assert!(done.err.len() < 20_000, "{verb} {path}: an error of {} bytes", done.err.len());
    }
}

#[test]
fn files_that_are_no_graphs_are_refused() {
    let place = Place::new();
    refused(&place, "missing.yaml", "there is no such file");
    refused(&place, ".", "this is a directory");
    for (bytes, says) in [
        (&b""[..], "there is nothing in it"),
        (b"\n\n# only this\n", "there is nothing in it"),
        (b"nodes: \xff\xfe\n", "line 1 has bytes that are no UTF-8 text"),
        (b"# one\n# two\nname: \xe4\n", "line 3 has bytes that are no UTF-8 text"),
        (b"\0\0\0\0\0\0\0\0", "not YAML"),
        (b"just a text\n", "error"),
        (b"- a\n- list\n", "error"),
        (b"nodes: {}\nlinks: []\n", "error"),
        (b"nodes: [\n", "not YAML"),
        (b"\"", "not YAML"),
        (b"nodes: null\nlinks: null\n", "error"),
    ] {
        place.file("g.yaml", bytes);
        refused(&place, "g.yaml", says);
    }
}

#[test]
fn binaries_are_no_graphs() {
    let place = Place::new();
    place.file(
        "g.yaml",
        (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>(),
    );
    refused(&place, "g.yaml", "no UTF-8 text");
    let control: String = (1..100_000u32).map(|n| char::from((n % 32) as u8)).collect();
    place.file("g.yaml", control);
    refused(&place, "g.yaml", "error");
}

#[test]
fn huge_graphs_are_refused_before_they_are_read() {
    let place = Place::new();
    place.file("g.yaml", format!("{SHORT}# {}\n", "x".repeat(2 << 20)));
    refused(&place, "g.yaml", "more than the limit of 1048576 bytes");
    // Within the limit, and more than anyone reads: not one error for each.
    place.file("g.yaml", format!("{SHORT}{}", "x: y\n".repeat(150_000)));
    refused(&place, "g.yaml", "error");
    place.file(
        "g.yaml",
        "nodes:\n  a: { module: pattern }\nlinks: [".to_owned() + &"a>>a,".repeat(150_000) + "]\n",
    );
    refused(&place, "g.yaml", "error");
}

#[test]
fn deep_graphs_are_refused() {
    let place = Place::new();
    let block: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in [
        format!("nodes: {}{}\n", "[".repeat(5000), "]".repeat(5000)),
        "[".repeat(500_000),
        "{a: ".repeat(200_000),
        "- ".repeat(500_000),
        "? ".repeat(500_000),
        block,
    ] {
        place.file("g.yaml", text);
        refused(&place, "g.yaml", "error");
    }
}

/// The same through `--set`.
#[test]
fn changes_that_are_no_values_are_refused() {
    let place = Place::new();
    place.file("g.yaml", SHORT);
    for set in
        ["", "=", "src", "src.size=", "src.size={", "src.size=[1", "a.b.c.d=1", "src..size=1", "src.size=\0x"]
    {
        if set.contains('\0') {
            continue;
        }
        let done = place.run(&["g.yaml", "--set", set]).ended(78).says("--set 1");
        assert_eq!(done.out, "", "{set}");
    }
    let deep = format!("src.size={}", "[".repeat(100_000));
    place.run(&["g.yaml", "--set", &deep]).ended(78).says("--set 1");
}

#[test]
fn links_that_cannot_be_are_refused_by_every_verb() {
    let place = Place::new();
    place.file("g.yaml", "nodes:\n  only: { module: tag, params: { channel: 1 } }\nlinks: []\n");
    refused(&place, "g.yaml", "the input of node `only` is not linked");
    place.file("g.yaml", "nodes:\n  a: { module: tag }\n  b: { module: tag }\nlinks: [ a >> b, b >> a ]\n");
    refused(&place, "g.yaml", "the links go round");
}
