//! Collects the mistakes of one graph while it is read, placed and checked.
//!
//! Every step of [`load`](super::load) is given the one [`Report`] and goes on as far as it can, so that a user
//! sees all mistakes at once. What holds: at most [`ERROR_LIMIT`] are kept, so that a file made to be wrong
//! everywhere costs neither memory nor a screen without end.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::{GraphError, Level, Place};
use crate::card::printable;

/// Most mistakes kept of one graph; more than anyone reads in one go.
pub const ERROR_LIMIT: usize = 100;

/// Longest message, in characters: names that are no names are as long as a file, and each may be in several.
const MESSAGE_LIMIT: usize = 2000;

/// A message that a terminal shows as it is, whatever of a file is in it.
fn sentence(text: &str) -> String {
    printable(text, MESSAGE_LIMIT)
}

/// A place in one of the texts a graph is made of: the file (source 0) or the n-th `--set` (source n).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// Which text.
    pub source: usize,
    /// Where in it.
    pub place: Place,
}

impl Spot {
    /// The first character of a text.
    pub fn start(source: usize) -> Spot {
        Spot { source, place: Place { line: 1, col: 1, len: 1 } }
    }

    /// `len` characters, `offset` characters further on in the same line.
    pub fn part(self, offset: usize, len: usize) -> Spot {
        let Place { line, col, .. } = self.place;
        Spot { source: self.source, place: Place { line, col: col + offset, len } }
    }
}

/// A text a graph is made of.
#[derive(Clone, Debug)]
pub struct Source {
    /// What the user calls it: the file's name, or `--set N`.
    pub name: String,
    /// Its text.
    pub text: Arc<str>,
}

/// The mistakes found so far.
#[derive(Clone, Debug)]
pub struct Report {
    sources: Vec<Source>,
    errors: Vec<(Spot, GraphError)>,
    /// Places whose value is no good and reported: what follows from that is no mistake of its own.
    settled: HashSet<Spot>,
    errors_left_out: usize,
}

impl Report {
    /// A report without mistakes; `sources[0]` is the graph file.
    pub fn new(sources: Vec<Source>) -> Report {
        Report { sources, errors: vec![], settled: HashSet::new(), errors_left_out: 0 }
    }

    /// The text of a source; empty for one that does not exist.
    pub fn text(&self, source: usize) -> Arc<str> {
        self.sources.get(source).map(|source| source.text.clone()).unwrap_or_default()
    }

    /// Adds an error.
    pub fn error(&mut self, spot: Spot, message: impl Into<String>) -> Added<'_> {
        self.add(Level::Error, spot, message.into())
    }

    /// Adds a warning.
    pub fn warning(&mut self, spot: Spot, message: impl Into<String>) -> Added<'_> {
        self.add(Level::Warning, spot, message.into())
    }

    /// Says that the value at a place is no good and reported, so that nothing more is said of it.
    pub fn settle(&mut self, spot: Spot) {
        self.settled.insert(spot);
    }

    /// Whether there is an error (a warning is none).
    pub fn failed(&self) -> bool {
        self.errors_left_out > 0 || self.errors.iter().any(|(_, error)| error.level == Level::Error)
    }

    /// Whether no more mistakes are kept, so that looking for a suggestion is of no use.
    pub fn is_full(&self) -> bool {
        self.errors.len() >= ERROR_LIMIT
    }

    /// Makes one error without adding it.
    pub fn make(&self, level: Level, spot: Spot, message: String) -> GraphError {
        let source = self.sources.get(spot.source);
        GraphError {
            level,
            file: source.map(|source| source.name.clone()).unwrap_or_default(),
            place: Some(spot.place),
            message: sentence(&message),
            help: None,
            also: vec![],
            said_at_start: false,
            text: source.filter(|_| spot.source > 0).map(|source| source.text.clone()),
        }
    }

    /// All mistakes of one level, sorted by place.
    pub fn take(&mut self, level: Level) -> Vec<GraphError> {
        let (mut taken, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.errors).into_iter().partition(|(_, error)| error.level == level);
        self.errors = kept;
        taken.sort_by_key(|(spot, _)| *spot);
        let mut taken: Vec<GraphError> = taken.into_iter().map(|(_, error)| error).collect();
        taken.dedup();
        if level == Level::Error && self.errors_left_out > 0 {
            let file = self.sources.first().map(|source| source.name.clone()).unwrap_or_default();
            let count = self.errors_left_out;
            taken.push(GraphError::of_file(&file, format!("{count} more mistakes are not listed")));
        }
        taken
    }

    fn add(&mut self, level: Level, spot: Spot, message: String) -> Added<'_> {
        if self.settled.contains(&spot) {
            return Added { source: spot.source, error: None };
        }
        if self.is_full() {
            self.errors_left_out += usize::from(level == Level::Error);
            return Added { source: spot.source, error: None };
        }
        let error = self.make(level, spot, message);
        self.errors.push((spot, error));
        Added { source: spot.source, error: self.errors.last_mut().map(|(_, error)| error) }
    }
}

/// A mistake just added, to be given its help and its other places.
pub struct Added<'a> {
    source: usize,
    error: Option<&'a mut GraphError>,
}

impl Added<'_> {
    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        if let Some(error) = &mut self.error {
            error.help(sentence(&help.into()));
        }
        self
    }

    /// Says what to do, if there is something to say.
    pub fn help_if(&mut self, help: Option<impl Into<String>>) -> &mut Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Says that its module will say it too, when it starts.
    pub fn said_at_start(&mut self) -> &mut Self {
        if let Some(error) = &mut self.error {
            error.said_at_start = true;
        }
        self
    }

    /// Shows another place; one in another text is left out, since its line cannot stand beside this one.
    pub fn also(&mut self, spot: Spot, label: impl Into<String>) -> &mut Self {
        if let Some(error) = self.error.as_mut().filter(|_| spot.source == self.source) {
            error.also.push((spot.place, sentence(&label.into())));
        }
        self
    }
}
