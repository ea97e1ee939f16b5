//! One mistake in a graph: where, what, and what to do.
//!
//! Everything in `graph` reports through this type, never one mistake alone: [`load`](super::load) hands back all
//! of a file, sorted by place. What holds: a place of an error lies within the text it speaks of.

use std::fmt;
use std::sync::Arc;

/// Whether a mistake keeps the graph from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The graph cannot run.
    Error,
    /// The graph runs, and something about it is probably not meant.
    Warning,
}

/// A range of characters in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub col: usize,
    /// Length in characters; a range over several lines ends with its first line.
    pub len: usize,
}

/// One mistake in a graph file or in a `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// How grave it is.
    pub level: Level,
    /// The file as it was called, or `--set N`.
    pub file: String,
    /// Where in it; `None` if it is about the whole.
    pub place: Option<Place>,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Other places of the same text that belong to it, each with what is there.
    pub also: Vec<(Place, String)>,
    /// Whether the module says the same itself when it starts: then a run leaves it to it.
    pub said_at_start: bool,
    /// The text the places are in, if it is not the graph file's: the `--set` as given.
    pub text: Option<Arc<str>>,
}

impl GraphError {
    /// An error about a whole file.
    pub fn of_file(file: &str, message: impl Into<String>) -> GraphError {
        GraphError {
            level: Level::Error,
            file: file.to_owned(),
            place: None,
            message: message.into(),
            help: None,
            also: vec![],
            said_at_start: false,
            text: None,
        }
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for GraphError {
    /// One line: `file:line:col: message (help)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = self.place {
            write!(f, ":{}:{}", place.line, place.col)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for GraphError {}
