//! Shows mistakes to a person: file:line:col, the line with a caret, what is wrong, what to do.
//!
//! The command line calls [`render`] with what [`load`](super::load) or
//! [`Checked::place_param_error`](super::Checked::place_param_error) gave. Pure: whether to use colour is told.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Mark, Origin, Renderer, Snippet};

use super::error::{GraphError, Level, Place};
use super::wrap::wrap;

/// Narrower than this a text is no longer read with ease, and the renderer needs room beside it.
const LEAST_WIDTH: usize = 40;

/// All mistakes as a person reads them, with an empty line between two and a line end at the last.
///
/// `source` is the graph file's text; a mistake in a `--set` brings its own.
pub fn render(errors: &[GraphError], source: &str, color: bool) -> String {
    render_within(errors, source, color, None)
}

/// The same for a terminal of this width: texts are broken at blanks, and of a longer line of the file the part
/// around the mistake is shown.
pub fn render_within(errors: &[GraphError], source: &str, color: bool, width: Option<usize>) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = match width {
        Some(width) => renderer.term_width(width.max(LEAST_WIDTH)),
        None => renderer,
    };
    let source = super::without_mark(source);
    let mut text = String::new();
    for error in errors {
        if !text.is_empty() {
            text.push('\n');
        }
        let error = broken(error, width);
        text.push_str(renderer.render(&[group(&error, error.text.as_deref().unwrap_or(source))]).trim_end());
        text.push('\n');
    }
    text
}

/// The mistake with its texts in lines that fit beside what the renderer puts in front of them.
fn broken(error: &GraphError, width: Option<usize>) -> Cow<'_, GraphError> {
    let Some(width) = width else { return Cow::Borrowed(error) };
    let within = |text: &str, before: usize| wrap(text, 0, width.max(LEAST_WIDTH) - before);
    let level = match error.level {
        Level::Error => "error: ".len(),
        Level::Warning => "warning: ".len(),
    };
    let last =
        error.also.iter().map(|(place, _)| place.line).chain(error.place.map(|place| place.line)).max();
    let number = last.unwrap_or(0).to_string().len();
    let mut error = error.clone();
    error.message = within(&error.message, level);
    error.help = error.help.map(|help| within(&help, number + "  = help: ".len()));
    Cow::Owned(error)
}

fn group<'a>(error: &'a GraphError, source: &'a str) -> Group<'a> {
    let mark = match error.level {
        Level::Error => Mark::ERROR,
        Level::Warning => Mark::WARNING,
    };
    let mut group = mark.primary_title(error.message.as_str()).elements(std::iter::empty::<Origin<'_>>());
    group = match error.place.and_then(|place| snippet(error, place, source)) {
        Some(snippet) => group.element(snippet),
        None => group.element(origin(error)),
    };
    match &error.help {
        Some(help) => group.element(Mark::HELP.message(help.as_str())),
        None => group,
    }
}

/// The file alone, for a mistake whose line cannot be shown.
fn origin(error: &GraphError) -> Origin<'_> {
    let origin = Origin::path(error.file.as_str());
    match error.place {
        Some(place) => origin.line(place.line).char_column(place.col),
        None => origin,
    }
}

/// The lines of the mistake. Only those are given to the renderer: a file of the size limit with a hundred
/// mistakes would be gone through a hundred times.
fn snippet<'a>(error: &'a GraphError, place: Place, source: &'a str) -> Option<Snippet<'a, Annotation<'a>>> {
    let lines = || error.also.iter().map(|(place, _)| place.line).chain([place.line]);
    let (first, last) = (lines().min()?, lines().max()?);
    let window = window(source, first, last)?;
    let primary = AnnotationKind::Primary.span(span(window, first, place)?);
    let mut snippet = Snippet::source(window).line_start(first).path(error.file.as_str()).annotation(primary);
    for (also, label) in &error.also {
        let context = AnnotationKind::Context.span(span(window, first, *also)?);
        snippet = snippet.annotation(context.label(label.as_str()));
    }
    Some(snippet)
}

/// The text of lines `first` to `last`, counted from 1.
fn window(source: &str, first: usize, last: usize) -> Option<&str> {
    let mut start = 0;
    let mut begin = None;
    for (index, line) in source.split('\n').enumerate() {
        let end = start + line.len();
        if index + 1 == first {
            begin = Some(start);
        }
        if index + 1 == last {
            return source.get(begin?..end);
        }
        start = end + 1;
    }
    None
}

/// The bytes of a place in a window that begins with line `first`.
fn span(window: &str, first: usize, place: Place) -> Option<Range<usize>> {
    let mut start = 0;
    for (index, line) in window.split('\n').enumerate() {
        if index + first == place.line {
            let mut ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
            let from = ends.nth(place.col.checked_sub(1)?)?;
            let to = match place.len {
                0 => from,
                len => ends.nth(len - 1).unwrap_or(line.len()),
            };
            return Some(start + from..start + to);
        }
        start += line.len() + 1;
    }
    None
}
