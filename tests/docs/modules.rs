//! `docs/modules.md` against the cards of the plugins: parameters, defaults, drops, counters, readings.

use super::{graphs::plugins, page::Page};
use rogue_runtime::card::{Card, Intent};
use std::sync::Arc;

/// The cards of the plugins under `plugins/`.
fn cards() -> Vec<Arc<Card>> {
    let page = Page::read("docs/modules.md");
    let prefix = "## ";
    let named: Vec<&str> = page.text.lines().filter_map(|line| line.strip_prefix(prefix)).collect();
    let search = plugins();
    let mut cards = Vec::new();
    for directory in search.index() {
        for plugin in &directory.plugins {
            let file = plugin.file.file_name().unwrap().to_string_lossy().into_owned();
            if STANDARD.contains(&file.trim_start_matches("lib").trim_end_matches(".so")) {
                cards.extend(plugin.cards.cards.iter().cloned());
            }
        }
    }
    for card in &cards {
        assert!(named.contains(&card.name.as_str()), "docs/modules.md has no section {}", card.name);
    }
    assert!(cards.len() >= 11, "only {} standard modules were found", cards.len());
    cards
}

/// The libraries of the standard modules.
const STANDARD: [&str; 15] = [
    "compare",
    "debug",
    "fifo",
    "file",
    "filter",
    "pattern",
    "prbs",
    "pulses",
    "ratedrop",
    "tag",
    "tcf",
    "tcf_client",
    "tcp",
    "udp",
    "waveform",
];

/// The rows of the table in a section whose first column has this title, each as its cells.
fn rows(section: &str, title: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "\u{1}");
        line.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
    };
    let head = format!("| {title} |");
    let lines = section.lines().skip_while(|line| !line.starts_with(&head)).skip(2);
    lines.take_while(|line| line.starts_with('|')).map(cells).collect()
}

fn plain(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

fn section(page: &Page, card: &Card) -> String {
    page.section(&format!("## {}", card.name)).unwrap_or_default()
}

#[test]
fn the_tables_of_parameters_are_those_of_the_cards() {
    let page = Page::read("docs/modules.md");
    for card in cards() {
        let schema = card.param_schema().unwrap();
        let object = schema.object().unwrap();
        let want: Vec<Vec<String>> = object
            .properties
            .iter()
            .map(|(name, schema)| {
                let default = match &schema.default {
                    Some(serde_json::Value::String(text)) if text.is_empty() => "\"\"".to_owned(),
                    Some(serde_json::Value::String(text)) => text.clone(),
                    Some(value) => value.to_string().replace(',', ", "),
                    None if object.required.contains(name) => "required".to_owned(),
                    None => "absent".to_owned(),
                };
                vec![name.clone(), default, if schema.live { "live" } else { "" }.to_owned()]
            })
            .collect();
        let rows = rows(&section(&page, &card), "parameter");
        let have: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().take(3).map(|cell| plain(cell)).collect()).collect();
        assert_eq!(have, want, "the parameters of {}", card.name);
    }
}

#[test]
fn the_tables_of_drops_are_those_of_the_cards() {
    let page = Page::read("docs/modules.md");
    for card in cards() {
        let intent = |intent: &Intent| match intent {
            Intent::Asked => "asked".to_owned(),
            Intent::Loss => "loss".to_owned(),
            Intent::Param(param) => format!("asked if `{param}` is written, else loss"),
        };
        let want: Vec<Vec<String>> =
            card.drops.iter().map(|drop| vec![drop.name.clone(), intent(&drop.intent)]).collect();
        let rows = rows(&section(&page, &card), "dropped as");
        let have: Vec<Vec<String>> = rows.iter().map(|row| vec![plain(&row[0]), row[1].clone()]).collect();
        assert_eq!(have, want, "the drop reasons of {}", card.name);
    }
}

#[test]
fn the_tables_of_counters_and_readings_are_those_of_the_cards() {
    let page = Page::read("docs/modules.md");
    for card in cards() {
        let want: Vec<&str> =
            card.counters.iter().chain(&card.readings).map(|named| named.name.as_str()).collect();
        let rows = rows(&section(&page, &card), "counter or reading");
        let have: Vec<String> = rows.iter().map(|row| plain(&row[0])).collect();
        assert_eq!(have, want, "the counters and readings of {}", card.name);
    }
}
