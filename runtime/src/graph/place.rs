//! Text to placed values: the first step of reading a graph, and the only one that sees YAML's syntax.
//!
//! Over `saphyr-parser`'s events. It refuses what makes YAML surprising (several documents, merge keys, tags, keys
//! that are no text or are there twice, numbers that are none) and goes on after each, so that all of them are
//! reported at once; a mistake in the syntax itself ends it. What holds: time and memory are bounded by
//! [`SIZE_LIMIT`], [`DEPTH_LIMIT`] and [`NODE_LIMIT`] whatever the text is, aliases included.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::report::{Report, Spot};
use super::scalar;
use super::suggest::{quote, tick};
use super::text::Text;
use super::value::{Entry, Kind, Placed};
use super::{Env, env, syntax};

/// Longest graph text in bytes: written by people, seldom more than some kilobytes.
pub const SIZE_LIMIT: usize = 1 << 20;
/// Deepest nesting; a graph needs 6 levels and the parameters of its modules.
pub const DEPTH_LIMIT: usize = 32;
/// Most keys and values, counted after aliases are replaced: a thousand nodes with ten parameters each, twice.
pub const NODE_LIMIT: usize = 50_000;

/// Reads `text`, whose first `skip` characters belong to something else (the path of a `--set`).
///
/// `None`: there is no value to go on with; the report says why.
pub fn read(text: &str, skip: usize, source: usize, env: Env<'_>, report: &mut Report) -> Option<Placed> {
    if text.len() > SIZE_LIMIT {
        let message = format!("the text has {} bytes, more than the limit of {SIZE_LIMIT}", text.len());
        report
            .error(Spot::start(source), message)
            .help("a graph file describes the graph only; keep data apart");
        return None;
    }
    let text = Text::new(text);
    let yaml = text.slice(skip, text.len());
    let mut reader = Reader {
        text: &text,
        skip,
        source,
        env,
        report,
        stack: vec![],
        anchors: HashMap::new(),
        size: 0,
        documents: 0,
        root: None,
    };
    let mut parser = Parser::new_from_str(yaml);
    reader.run(&mut parser)?;
    if reader.root.is_none() && source > 0 {
        // `--set a.b=` gives nothing, which is a value.
        return Some(Placed {
            spot: Spot { source, place: text.place_of(skip) },
            content: None,
            kind: Kind::Null,
        });
    }
    if reader.root.is_none() {
        let help = "it needs `nodes:` and `links:`";
        reader.report.error(Spot::start(source), "there is nothing in it").help(help);
    }
    reader.root
}

/// Ends the reading; the report has the reason.
struct Stop;

struct Reader<'a, 'r> {
    text: &'a Text<'a>,
    skip: usize,
    source: usize,
    env: Env<'a>,
    report: &'r mut Report,
    stack: Vec<Frame>,
    /// Anchored values by the parser's number; `None` while the value is still being read.
    anchors: HashMap<usize, Option<Placed>>,
    size: usize,
    documents: usize,
    root: Option<Placed>,
}

/// A collection being read.
struct Frame {
    spot: Spot,
    anchor: usize,
    kind: FrameKind,
}

enum FrameKind {
    List(Vec<Placed>),
    Map { entries: Vec<Entry>, seen: HashMap<String, Spot>, key: Key, holds_nodes: bool },
}

/// What a mapping waits for.
enum Key {
    /// A key.
    Awaited,
    /// The value of this key.
    Read(String, Spot),
    /// The value of a key that is no good; it is read and left out.
    Bad,
}

impl Reader<'_, '_> {
    fn run(&mut self, parser: &mut Parser<'_, StrInput<'_>>) -> Option<()> {
        while let Some(next) = parser.next_event() {
            let result = match next {
                Ok((event, span)) => self.event(event, span),
                Err(error) => self.syntax(&error),
            };
            if result.is_err() {
                return None;
            }
        }
        Some(())
    }

    fn spot(&self, span: Span) -> Spot {
        let (from, to) = (span.start.index() + self.skip, span.end.index() + self.skip);
        Spot { source: self.source, place: self.text.place(from, to) }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(_) => self.document(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.tag(tag.as_deref(), span);
                self.grow(1, span)?;
                self.scalar(&text, style, anchor, span);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.tag(tag.as_deref(), span);
                self.open(FrameKind::List(vec![]), anchor, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.tag(tag.as_deref(), span);
                let holds_nodes = self.stack.len() == 1 && self.key() == Some("nodes");
                let kind =
                    FrameKind::Map { entries: vec![], seen: HashMap::new(), key: Key::Awaited, holds_nodes };
                self.open(kind, anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close();
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Nothing => Ok(()),
        }
    }

    fn document(&mut self, span: Span) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let spot = self.spot(span);
        self.report
            .error(spot, "a second document begins here")
            .help("one file is one graph: remove the `---`");
        Err(Stop)
    }

    fn tag(&mut self, tag: Option<&Tag>, span: Span) {
        if tag.is_some() {
            let spot = self.spot(span);
            let help = "leave it out; write a text that looks like a number in quotes";
            self.report.error(spot, "tags (`!…`) are not part of graph files").help(help);
        }
    }

    fn grow(&mut self, values: usize, span: Span) -> Result<(), Stop> {
        self.size += values;
        if self.size <= NODE_LIMIT {
            return Ok(());
        }
        let spot = self.spot(span);
        let message =
            format!("there are more than {NODE_LIMIT} keys and values up to here, aliases counted in full");
        self.report.error(spot, message).help("make the graph smaller");
        Err(Stop)
    }

    fn open(&mut self, kind: FrameKind, anchor: usize, span: Span) -> Result<(), Stop> {
        self.grow(1, span)?;
        // One character: the event's span goes on to whatever follows the bracket.
        let from = span.start.index() + self.skip;
        let spot = Spot { source: self.source, place: self.text.place(from, from + 1) };
        if self.stack.len() >= DEPTH_LIMIT {
            let message = format!("nested deeper than {DEPTH_LIMIT} levels");
            self.report.error(spot, message).help("no graph needs that: check brackets and indentation");
            return Err(Stop);
        }
        if self.awaits_key() {
            self.report
                .error(spot, "a key must be a text, not a list or a mapping")
                .help("check the indentation");
        }
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        self.stack.push(Frame { spot, anchor, kind });
        Ok(())
    }

    fn close(&mut self) {
        let Some(Frame { spot, anchor, kind }) = self.stack.pop() else { return };
        let kind = match kind {
            FrameKind::List(items) => Kind::List(items),
            FrameKind::Map { entries, .. } => Kind::Map(entries),
        };
        let value = Placed { spot, content: None, kind };
        if self.awaits_key() {
            self.set_key(Key::Bad);
        } else {
            self.put(value, anchor);
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let spot = self.spot(span);
        if self.awaits_key() {
            self.report.error(spot, "a key must be a text, not an alias").help("write the key out");
            self.set_key(Key::Bad);
            return Ok(());
        }
        let Some(Some(value)) = self.anchors.get(&anchor).cloned() else {
            self.report
                .error(spot, "this alias stands inside the value it repeats")
                .help("write the value out");
            return Err(Stop);
        };
        self.grow(value.size(), span)?;
        self.put(Placed { spot, ..value }, 0);
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, span: Span) {
        let plain = style == ScalarStyle::Plain;
        if self.awaits_key() {
            let spot = self.spot(span);
            let key = self.read_key(text, plain, spot);
            self.set_key(key);
            return;
        }
        let spot = match (text.is_empty() && plain, self.key_spot()) {
            (true, Some(key)) => key,
            _ => self.spot(span),
        };
        let mut content = self.content(text, style, span);
        let mut replaced = None;
        if let Some(env) = self.env.filter(|_| text.contains("${")) {
            content = None;
            match env::replace(text, env) {
                Ok(text) => replaced = Some(text),
                Err((message, help)) => {
                    self.report.error(spot, message).help(help);
                    self.report.settle(spot);
                }
            }
        }
        let text = replaced.as_deref().unwrap_or(text);
        let kind = if plain { scalar::plain(text) } else { Ok(Kind::Text(text.to_owned())) };
        let kind = kind.unwrap_or_else(|why| {
            let help = "write a finite number, or a text in quotes";
            self.report.error(spot, format!("{} {why}", tick(text))).help(help);
            self.report.settle(spot);
            Kind::Null
        });
        self.put(Placed { spot, content, kind }, anchor);
    }

    fn read_key(&mut self, text: &str, plain: bool, spot: Spot) -> Key {
        if plain && text == "<<" {
            let help = "write the keys out; an alias (`*name`) can stand for a whole value";
            self.report.error(spot, "merge keys (`<<`) are not part of graph files").help(help);
            return Key::Bad;
        }
        if plain && !matches!(scalar::plain(text), Ok(Kind::Text(_))) {
            let message = match text {
                "" => "a key is missing before the `:`".to_owned(),
                _ => format!("a key must be a text, and {} unquoted is none", tick(text)),
            };
            let help = (!text.is_empty()).then(|| format!("write {}", quote(text)));
            self.report.error(spot, message).help_if(help);
            return Key::Bad;
        }
        let Some(Frame { kind: FrameKind::Map { seen, holds_nodes, .. }, .. }) = self.stack.last_mut() else {
            return Key::Bad;
        };
        if let Some(first) = seen.get(text) {
            let (message, help) = match holds_nodes {
                true => (format!("two nodes are named {}", tick(text)), "give one of them another name"),
                false => (format!("the key {} is there twice", tick(text)), "remove one of them"),
            };
            let first = *first;
            self.report.error(spot, message).help(help).also(first, "first here");
            return Key::Bad;
        }
        seen.insert(text.to_owned(), spot);
        Key::Read(text.to_owned(), spot)
    }

    /// Where the scalar's first character is, if the scalar stands in one line just as it reads.
    fn content(&self, text: &str, style: ScalarStyle, span: Span) -> Option<Spot> {
        let quote = match style {
            ScalarStyle::Plain => 0,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
            ScalarStyle::Literal | ScalarStyle::Folded => return None,
        };
        let to = (span.end.index() + self.skip).checked_sub(quote)?;
        let from = to.checked_sub(text.chars().count())?;
        let same = !text.is_empty() && !text.contains('\n') && self.text.slice(from, to) == text;
        same.then(|| Spot { source: self.source, place: self.text.place(from, to) })
    }

    fn put(&mut self, value: Placed, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, Some(value.clone()));
        }
        match self.stack.last_mut().map(|frame| &mut frame.kind) {
            None => self.root = Some(value),
            Some(FrameKind::List(items)) => items.push(value),
            Some(FrameKind::Map { entries, key, .. }) => {
                if let Key::Read(name, spot) = std::mem::replace(key, Key::Awaited) {
                    entries.push(Entry { key: name, key_spot: spot, value });
                }
            }
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { kind: FrameKind::Map { key: Key::Awaited, .. }, .. }))
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Frame { kind: FrameKind::Map { key, .. }, .. }) = self.stack.last_mut() {
            *key = new;
        }
    }

    fn key(&self) -> Option<&str> {
        match self.stack.last() {
            Some(Frame { kind: FrameKind::Map { key: Key::Read(name, _), .. }, .. }) => Some(name),
            _ => None,
        }
    }

    fn key_spot(&self) -> Option<Spot> {
        match self.stack.last() {
            Some(Frame { kind: FrameKind::Map { key: Key::Read(_, spot), .. }, .. }) => Some(*spot),
            _ => None,
        }
    }

    fn syntax(&mut self, error: &ScanError) -> Result<(), Stop> {
        let slip = syntax::explain(error.info(), error.marker().index() + self.skip, self.text);
        let spot = Spot { source: self.source, place: self.text.place_of(slip.at) };
        self.report.error(spot, slip.message).help(slip.help);
        Err(Stop)
    }
}
