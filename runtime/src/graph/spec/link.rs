//! `links:`: Rogue's three operators, taken apart into single links with their places.
//!
//! `a >> b` and `b << a` are the link from `a` to `b`; `a == b` is both directions; a chain is its links in
//! order. An end is `node` or `node.port`.

use crate::card::is_name;
use crate::graph::report::{Report, Spot};
use crate::graph::suggest::tick;
use crate::graph::value::{Kind, Placed};

use super::LINK_COUNT_LIMIT;

const HELP: &str = "links are `a >> b`, `b << a` and `a == b`; an end is `node` or `node.port`";

/// One link as written, from output to input.
#[derive(Clone, Debug)]
pub struct SpecLink {
    /// The end that gives.
    pub from: End,
    /// The end that takes.
    pub to: End,
    /// Where it is: both ends and the operator between them.
    pub spot: Spot,
    /// Which item of `links:` it is in, from 1.
    pub item: usize,
}

/// One end of a link.
#[derive(Clone, Debug)]
pub struct End {
    /// The node's name.
    pub node: String,
    /// The port, if one is named.
    pub port: Option<String>,
    /// Where it is.
    pub spot: Spot,
}

/// All links, and whether each could be read.
pub(super) fn read_all(value: &Placed, report: &mut Report) -> (Vec<SpecLink>, bool) {
    let Some(items) = value.items() else {
        let message = format!("`links` must be a list, not {}", value.describe());
        report.error(value.spot, message).help("write each link as an item: `- a >> b`");
        return (vec![], false);
    };
    let mut links = vec![];
    let mut complete = true;
    for (index, item) in items.iter().enumerate() {
        match read(item, index + 1, report) {
            Some(chain) => links.extend(chain),
            None => complete = false,
        }
        if links.len() > LINK_COUNT_LIMIT {
            let message = format!("there are more than {LINK_COUNT_LIMIT} links up to here");
            report.error(item.spot, message).help("split the graph");
            return (vec![], false);
        }
    }
    (links, complete)
}

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Right,
    Left,
    Both,
}

fn read(item: &Placed, number: usize, report: &mut Report) -> Option<Vec<SpecLink>> {
    let Kind::Text(text) = &item.kind else {
        let message = format!("link {number} must be a text such as `a >> b`, not {}", item.describe());
        report.error(item.spot, message).help(HELP);
        return None;
    };
    let (parts, operators) = split(text);
    let spot = |(at, part): (usize, &str)| match item.content {
        Some(content) => content.part(at, part.chars().count().max(1)),
        None => item.spot,
    };
    if operators.is_empty() {
        report.error(item.spot, format!("link {number} has no operator")).help(HELP);
        return None;
    }
    let ends: Vec<Option<End>> = parts.iter().map(|part| end(part.1, spot(*part), number, report)).collect();
    let mut links = vec![];
    let mut complete = true;
    for (index, operator) in operators.iter().enumerate() {
        let (Some(Some(left)), Some(Some(right))) = (ends.get(index), ends.get(index + 1)) else {
            complete = false;
            continue;
        };
        let mut add = |from: &End, to: &End| {
            let spot = cover(left.spot, right.spot);
            links.push(SpecLink { from: from.clone(), to: to.clone(), spot, item: number });
        };
        if *operator != Operator::Left {
            add(left, right);
        }
        if *operator != Operator::Right {
            add(right, left);
        }
    }
    complete.then_some(links)
}

/// From the start of one place to the end of another in the same line.
fn cover(first: Spot, last: Spot) -> Spot {
    let end = last.place.col + last.place.len;
    match first.place.line == last.place.line && end > first.place.col {
        true => first.part(0, end - first.place.col),
        false => first,
    }
}

/// The pieces between operators, trimmed, each with the character it begins at; and the operators.
fn split(text: &str) -> (Vec<(usize, &str)>, Vec<Operator>) {
    let mut parts = vec![];
    let mut operators = vec![];
    let (mut start, mut start_char) = (0, 0);
    let mut skip = false;
    for (char_at, (at, _)) in text.char_indices().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        let operator = match text.get(at..at + 2) {
            Some(">>") => Operator::Right,
            Some("<<") => Operator::Left,
            Some("==") => Operator::Both,
            _ => continue,
        };
        parts.push(trimmed(&text[start..at], start_char));
        operators.push(operator);
        (start, start_char) = (at + 2, char_at + 2);
        skip = true;
    }
    parts.push(trimmed(&text[start..], start_char));
    (parts, operators)
}

fn trimmed(part: &str, start_char: usize) -> (usize, &str) {
    let begun = part.trim_start();
    let skipped = part.chars().count() - begun.chars().count();
    (start_char + skipped, begun.trim_end())
}

fn end(part: &str, spot: Spot, number: usize, report: &mut Report) -> Option<End> {
    if part.is_empty() {
        report.error(spot, format!("link {number} lacks a node beside its operator")).help(HELP);
        return None;
    }
    let (node, port) = match part.split_once('.') {
        Some((node, port)) => (node, Some(port)),
        None => (part, None),
    };
    let is_number =
        |text: &str| !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if !is_name(node) || !port.is_none_or(|port| is_name(port) || is_number(port)) {
        report
            .error(spot, format!("link {number}: {} is not a node or a node's port", tick(part)))
            .help(HELP);
        return None;
    }
    Some(End { node: node.to_owned(), port: port.map(str::to_owned), spot })
}
