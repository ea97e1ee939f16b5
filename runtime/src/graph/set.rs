//! `--set PATH=VALUE`: changes a graph before it is checked.
//!
//! `node.param` means `nodes.node.params.param`; a path that begins with a key of the file is taken whole, as in
//! `nodes.q.pool.fixed_size`. VALUE is YAML, read by [`place`](super::place) under the same limits, so a mistake in
//! it has a place too: `--set 2:1:12`. The live verb `set` takes the same spelling.

use super::Env;
use super::error::Place;
use super::place;
use super::report::{Report, Spot};
use super::spec::TOP_KEYS;
use super::suggest::{self, tick};
use super::value::{Entry, Kind, Placed};

/// Applies the `number`-th `--set` (from 1), which is the report's source of that number.
pub fn apply(root: &mut Placed, number: usize, env: Env<'_>, report: &mut Report) {
    let text = report.text(number);
    let whole = Spot { source: number, place: Place { line: 1, col: 1, len: first_line(&text) } };
    let Some((path, _)) = text.split_once('=') else {
        report.error(whole, "there is no `=`").help("write PATH=VALUE, as in `fifo.max_depth=100`");
        return;
    };
    let Some(keys) = keys(path, whole, report) else { return };
    let Some(value) = place::read(&text, path.chars().count() + 1, number, env, report) else { return };
    let Some(keys) = full_path(keys, root, report) else { return };
    put(root, &keys, value, report);
}

type Key<'a> = (&'a str, Spot);

fn first_line(text: &str) -> usize {
    text.lines().next().map_or(1, |line| line.chars().count().max(1))
}

/// The path's keys, each with its place.
fn keys<'a>(path: &'a str, whole: Spot, report: &mut Report) -> Option<Vec<Key<'a>>> {
    let mut keys = vec![];
    let mut at = 0;
    for key in path.split('.') {
        let length = key.chars().count();
        if key.is_empty() || key.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let spot = whole.part(at.min(first_line(path) - 1), 1);
            let help = "write PATH=VALUE, as in `fifo.max_depth=100` or `nodes.q.pool.fixed_size=2048`";
            report.error(spot, format!("{} is not a path", tick(path))).help(help);
            return None;
        }
        keys.push((key, whole.part(at, length)));
        at += length + 1;
    }
    if keys.len() > place::DEPTH_LIMIT {
        report.error(whole, format!("the path has more than {} keys", place::DEPTH_LIMIT));
        return None;
    }
    Some(keys)
}

/// Completes `node.param` to its place in the file.
fn full_path<'a>(keys: Vec<Key<'a>>, root: &Placed, report: &mut Report) -> Option<Vec<Key<'a>>> {
    let (first, spot) = *keys.first()?;
    if TOP_KEYS.contains(&first) {
        return Some(keys);
    }
    let nodes = root.get("nodes").and_then(|nodes| nodes.value.entries()).unwrap_or(&[]);
    if !nodes.iter().any(|node| node.key == first) {
        let known: Vec<&str> =
            nodes.iter().map(|node| node.key.as_str()).chain(TOP_KEYS.iter().copied()).collect();
        let help = suggest::nearest(first, known).map(|name| format!("did you mean `{name}`?"));
        report.error(spot, format!("there is no node {}", tick(first))).help_if(help);
        return None;
    }
    if keys.len() == 1 {
        let help = format!("write `{first}.PARAMETER=VALUE`, or `nodes.{first}=…` to replace the node");
        report.error(spot, format!("{} is a node, not a parameter", tick(first))).help(help);
        return None;
    }
    let mut path = vec![("nodes", spot), (first, spot), ("params", spot)];
    path.extend_from_slice(&keys[1..]);
    Some(path)
}

fn put(target: &mut Placed, keys: &[Key<'_>], value: Placed, report: &mut Report) {
    let Some(((key, spot), rest)) = keys.split_first() else {
        *target = value;
        return;
    };
    if matches!(target.kind, Kind::Null) {
        target.kind = Kind::Map(vec![]);
        target.spot = *spot;
    }
    let Kind::Map(entries) = &mut target.kind else {
        let message = format!("the path leads into {}, where there are no keys", target.describe());
        report.error(*spot, message).help("set the whole of it");
        return;
    };
    let index = entries.iter().position(|entry| entry.key == *key).unwrap_or_else(|| {
        let value = Placed { spot: *spot, content: None, kind: Kind::Null };
        entries.push(Entry { key: (*key).to_owned(), key_spot: *spot, value });
        entries.len() - 1
    });
    if rest.is_empty() {
        // The key is now where the user wrote it last: mistakes about it belong to this `--set`.
        entries[index].key_spot = *spot;
    }
    put(&mut entries[index].value, rest, value, report);
}
