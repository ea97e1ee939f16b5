//! The graph file: any text to a plan, or to every mistake in it.
//!
//! Input: a graph's text; what follows each byte 0x1e is a `--set`. The modules are those of `catalog.json`: the
//! cards of the standard modules as `rogue-runtime inspect --format json` prints them, and two with more ports. What
//! holds: every mistake has a place inside the text it speaks of, and can be shown; a refusal has a reason; in a plan
//! links name ports that exist and lead forward, and each half is in one segment; a graph printed and read again
//! gives the same plan, and the same print.

use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use rogue_runtime::{
    card::Card,
    graph::{
        self, Catalog, Checked, Found, GraphError, Level, Options, Packaging, Plan, Side, Wanted, place,
        report::{ERROR_LIMIT, Report, Source},
    },
};

use super::{library, readable};

/// What the file is called.
const FILE: &str = "graph.yaml";

/// The cards of `catalog.json`, found by name; nothing is on a disk.
pub(super) struct Modules;

static CARDS: LazyLock<Vec<Arc<Card>>> = LazyLock::new(|| {
    let cards = Card::parse_all(&library::cards(include_str!("../catalog.json")));
    cards.expect("the catalog keeps the rules").into_iter().map(Arc::new).collect()
});

impl Catalog for Modules {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        let name = wanted.entry.map_or(wanted.module, |entry| entry.path.trim_start_matches("./"));
        let found = CARDS.iter().zip(0u32..).find(|(card, _)| card.name == name);
        let (card, index) =
            found.ok_or_else(|| format!("There is no module `{}`.", wanted.module.escape_debug()))?;
        let sha256 = wanted.entry.and_then(|entry| entry.sha256.clone());
        Ok(Found {
            card: card.clone(),
            file: PathBuf::from("/modules/standard.so"),
            index,
            sha256,
            packaging: Packaging::Native,
        })
    }

    fn names(&self) -> Vec<String> {
        CARDS.iter().map(|card| card.name.clone()).collect()
    }
}

/// See above.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.split('\x1e');
    let text = parts.next().unwrap_or_default();
    let set: Vec<String> = parts.map(str::to_owned).collect();
    let env = |name: &str| (name.len() < 4).then(|| format!("{name}: 7"));
    holds(text, &Options::default());
    if !set.is_empty() || text.contains("${") {
        holds(text, &Options { env: Some(&env), set: &set });
    }
}

fn holds(text: &str, options: &Options<'_>) {
    match graph::load(text, FILE, options, &Modules) {
        Ok(checked) => {
            shown(&checked.warnings, text);
            sound(&checked.plan);
            drawn(&checked.plan);
            printed(&checked);
            asked_back(&checked, text);
        }
        Err(mistakes) => {
            assert!(mistakes.iter().any(|mistake| mistake.level == Level::Error), "refused without a reason");
            shown(&mistakes, text);
        }
    }
}

fn shown(mistakes: &[GraphError], text: &str) {
    assert!(mistakes.len() <= ERROR_LIMIT + 1);
    for mistake in mistakes {
        placed(mistake, text);
        readable(&mistake.message, 8100);
        if let Some(help) = &mistake.help {
            readable(help, 8100);
        }
    }
    let shown = graph::render(mistakes, text, false);
    assert_eq!(shown.is_empty(), mistakes.is_empty());
}

fn placed(mistake: &GraphError, text: &str) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let own = mistake.text.as_deref().unwrap_or(text);
    let Some(place) = mistake.place else {
        assert!(mistake.message.contains("more mistakes"), "no place: {mistake}");
        return;
    };
    for place in mistake.also.iter().map(|(place, _)| *place).chain([place]) {
        let line = place.line.checked_sub(1).and_then(|line| own.split('\n').nth(line));
        let length = line.unwrap_or_else(|| panic!("no such line: {mistake}")).chars().count();
        let inside = place.len > 0 && place.col > 0 && place.col + place.len <= length + 2;
        assert!(inside, "{place:?} is outside of a line of {length} characters: {mistake}");
    }
}

fn sound(plan: &Plan) {
    let mut segment_of = vec![None; plan.halves.len()];
    for (segment, each) in plan.segments.iter().enumerate() {
        for (position, half) in each.halves.iter().enumerate() {
            assert!(segment_of[*half].replace((segment, position)).is_none(), "a half is in two segments");
        }
    }
    assert!(segment_of.iter().all(Option::is_some), "a half is in no segment");
    for half in &plan.halves {
        let card = &plan.nodes[half.node].found.card;
        assert_eq!(card.is_endpoint(), half.side != Side::Whole);
    }
    for link in &plan.links {
        let (from, to) = (&plan.nodes[link.from.node], &plan.nodes[link.to.node]);
        assert!(
            link.from.port < from.found.card.output_count() && link.to.port < to.found.card.input_count()
        );
        let ends = (plan.giving_half(link.from.node), plan.taking_half(link.to.node));
        let (Some(giver), Some(taker)) = ends else { panic!("a link leads to no half") };
        let (Some(giver), Some(taker)) = (segment_of[giver], segment_of[taker]) else { return };
        assert!(giver.0 == taker.0 && giver.1 < taker.1, "a link leads back, or out of its segment");
    }
}

fn drawn(plan: &Plan) {
    assert!(graph::print::svg(plan).ends_with("</svg>\n"));
    assert!(!graph::print::dot(plan).is_empty() && !graph::print::mermaid(plan).is_empty());
}

fn printed(checked: &Checked) {
    let print = graph::print::yaml(&checked.spec).expect("a graph can be printed");
    if print.len() > place::SIZE_LIMIT {
        return;
    }
    let again = graph::load(&print, FILE, &Options::default(), &Modules)
        .unwrap_or_else(|mistakes| panic!("{}\n{print}", graph::render(&mistakes, &print, false)));
    let diff = graph::diff(&checked.plan, &again.plan);
    assert!(diff.is_empty(), "{diff:?}\n{print}");
    assert_eq!(checked.plan.name, again.plan.name);
    assert_eq!((&checked.plan.links, &checked.plan.halves), (&again.plan.links, &again.plan.halves));
    assert_eq!(checked.plan.segments, again.plan.segments);
    assert_eq!(graph::print::yaml(&again.spec).as_deref(), Ok(&*print), "printed twice");

    let mut report = Report::new(vec![Source { name: FILE.to_owned(), text: print.as_str().into() }]);
    let ours = place::read(&print, 0, 0, None, &mut report).expect("values");
    let theirs: serde_json::Value = serde_yaml::from_str(&print).expect("values");
    assert_eq!(ours.json(), theirs, "two readers of one YAML");
}

/// What a module says of its own parameters gets a place too, whatever path it names.
fn asked_back(checked: &Checked, text: &str) {
    for (node, each) in checked.plan.nodes.iter().enumerate().take(4) {
        placed(&checked.place_node_error(node, "it is too old"), text);
        let first = each.params.keys().next().cloned().unwrap_or_default();
        for path in
            ["", "?", "none", "channel[2]", "peers[0].port", "peers.1", &first, &format!("{first}[0]")]
        {
            placed(&checked.place_param_error(node, path, "it is not there"), text);
        }
    }
}
