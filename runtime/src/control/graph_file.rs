//! Reads the text of a graph file, whatever the path turns out to be.
//!
//! Called by every verb that takes a graph. What holds: at most [`SIZE_LIMIT`] bytes are kept; every failure
//! is an error of the file that says what to do.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use crate::graph::{GraphError, place::SIZE_LIMIT};

/// A graph as it was found.
#[derive(Debug)]
pub struct GraphFile {
    /// What errors call it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Where module paths begin: its directory, or the working directory for the standard input.
    pub base: PathBuf,
}

/// Reads the graph at `path`; `-` is `stdin`.
///
/// # Errors
/// Not there, not readable, a directory, too long, no UTF-8.
pub fn read(path: &Path, stdin: &mut dyn Read) -> Result<GraphFile, Box<GraphError>> {
    let dash = path == Path::new("-");
    let name = if dash { "standard input".to_owned() } else { path.display().to_string() };
    let base = if dash { PathBuf::new() } else { path.parent().unwrap_or(Path::new("")).to_owned() };
    let bytes = if dash {
        bytes(&name, stdin)
    } else {
        open(&name, path).and_then(|mut file| bytes(&name, &mut file))
    }?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
        wrong(
            &name,
            format!("line {line} has bytes that are no UTF-8 text"),
            "save it as UTF-8; data files are named in `params`",
        )
    })?;
    Ok(GraphFile { name, text, base })
}

fn open(name: &str, path: &Path) -> Result<File, Box<GraphError>> {
    let file = File::open(path).map_err(|why| match why.kind() {
        ErrorKind::NotFound => {
            wrong(name, "there is no such file", "check the path; `rogue-runtime --help` lists the verbs")
        }
        _ => unreadable(name, &why),
    })?;
    let meta = file.metadata().map_err(|why| unreadable(name, &why))?;
    if meta.is_dir() {
        return Err(wrong(name, "this is a directory", "name the graph file in it"));
    }
    if meta.len() > SIZE_LIMIT as u64 {
        return Err(too_long(name, &format!("has {} bytes", meta.len())));
    }
    Ok(file)
}

/// At most the limit: a pipe or a device does not say how much will come.
fn bytes(name: &str, from: &mut dyn Read) -> Result<Vec<u8>, Box<GraphError>> {
    let mut bytes = Vec::new();
    from.take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(|why| unreadable(name, &why))?;
    if bytes.len() > SIZE_LIMIT { Err(too_long(name, "goes on")) } else { Ok(bytes) }
}

fn unreadable(name: &str, why: &std::io::Error) -> Box<GraphError> {
    wrong(name, format!("it cannot be read: {why}"), "check the path and its permissions")
}

fn too_long(name: &str, how: &str) -> Box<GraphError> {
    let what = format!("it {how}, more than the limit of {SIZE_LIMIT} bytes");
    wrong(name, what, "a graph file describes the graph only; keep data apart")
}

fn wrong(name: &str, message: impl Into<String>, help: &str) -> Box<GraphError> {
    let mut error = GraphError::of_file(name, message);
    error.help(help);
    Box::new(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        read(path, &mut std::io::empty()).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_no_graph_file_is_refused_with_what_to_do() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            path
        };
        assert!(refused(dir.path()).ends_with("this is a directory (name the graph file in it)"));
        assert!(refused(&dir.path().join("none.yaml")).contains("none.yaml: there is no such file (check"));
        assert!(refused(&file("bad", b"name: a\n\xff\n")).contains("line 2 has bytes that are no UTF-8"));
        let long = refused(&file("long", &vec![b'#'; SIZE_LIMIT + 1]));
        assert!(long.contains("has 1048577 bytes, more than the limit of 1048576"), "{long}");
        assert!(refused(Path::new("/dev/zero")).contains("it goes on, more than the limit"));
    }

    #[test]
    fn a_file_and_the_standard_input_are_read() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("g.yaml");
        std::fs::write(&path, "nodes: {}").expect("written");
        let graph = read(&path, &mut std::io::empty()).expect("read");
        assert_eq!((graph.text.as_str(), graph.base.as_path()), ("nodes: {}", dir.path()));
        let graph = read(Path::new("-"), &mut "links: []".as_bytes()).expect("read");
        assert_eq!((graph.text.as_str(), graph.name.as_str()), ("links: []", "standard input"));
        assert_eq!(graph.base, PathBuf::new());
    }
}
