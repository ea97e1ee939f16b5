//! Whatever the text: no panic, and every mistake lies in the file.

use proptest::prelude::*;

use super::*;

const SEEDS: [&str; 3] = [
    "# a comment\nname: quick\nmodules: { t: { path: ./t.so } }\nnodes:\n  src: { module: prbs-source, params: { size: 2048, rate: 1e4 } }\n  q: { module: fifo, params: { max_depth: 100, overflow: block } }\n  check: { module: prbs-check }\n  thin: { module: ratedrop, params: { keep_every: 100 } }\n  view: { module: debug, params: { name: \"ü ${X:-y}\" } }\nlinks:\n  - src >> q >> check\n  - q >> thin >> view\n",
    "nodes:\r\n  a: &x { module: fifo }\r\n  b: *x\r\n  c:\r\n    module: file-writer\r\n    params:\r\n      path: 'x y'\r\n    on_fault: { restart: { backoff: 1s } }\r\nlinks:\r\n  - \"a == b\"\r\n  - c.3 << b\r\n",
    "nodes:\n  f: {module: filter, params: {channel: [1, 2, 300], drop_errors: yes}}\n  g: {module: tag}\nlinks: [f >> g >> f, f >> h.x, |\n  block text\n  >> more]\n",
];

/// Pieces that mean something to YAML or to graphs.
const PIECES: [&str; 30] = [
    ":",
    ": ",
    "\n",
    "\n  ",
    "- ",
    "*",
    "&x ",
    "*x",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "!!str ",
    "<<: ",
    ".inf",
    "---\n",
    "# ",
    "\t",
    "${X}",
    "${",
    "é",
    "\u{feff}",
    "\r",
    "\0",
    " >> ",
    " == ",
    "links",
    "\u{1f980}",
];

fn holds(text: &str) {
    let env = |name: &str| (name == "X").then(|| "7".to_owned());
    let set = ["q.max_depth=3".to_owned(), text.chars().take(40).collect()];
    for options in [Options::default(), Options { env: Some(&env), set: &set }] {
        let mistakes = match load(text, "g.yaml", &options, &fake::Modules) {
            Ok(checked) => {
                let _ = super::super::print::svg(&checked.plan);
                checked.warnings
            }
            Err(errors) => {
                assert!(errors.iter().any(|error| error.level == Level::Error), "an error without a reason");
                errors
            }
        };
        let shown = render(&mistakes, text, false);
        assert_eq!(shown.is_empty(), mistakes.is_empty());
        for error in &mistakes {
            let own = error.text.as_deref().unwrap_or(text.trim_start_matches('\u{feff}'));
            let Some(place) = error.place else {
                assert!(error.message.contains("more mistakes"), "no place: {error}");
                continue;
            };
            for place in error.also.iter().map(|(place, _)| *place).chain([place]) {
                let line = own.split('\n').nth(place.line - 1);
                let length = line.unwrap_or_else(|| panic!("no such line: {error}")).chars().count();
                assert!(
                    place.len > 0 && place.col > 0 && place.col + place.len <= length + 2,
                    "outside: {error}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        holds(&text);
    }

    #[test]
    fn any_pieces(pieces in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        holds(&text);
    }

    #[test]
    fn a_sound_graph_with_slips(
        seed in 0..SEEDS.len(),
        slips in prop::collection::vec((any::<prop::sample::Index>(), 0..6usize, 0..PIECES.len()), 1..6),
    ) {
        let mut chars: Vec<char> = SEEDS[seed].chars().collect();
        for (at, removed, piece) in slips {
            let at = at.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, PIECES[piece].chars());
        }
        holds(&chars.into_iter().collect::<String>());
    }

    /// Where this reader and `serde_yaml` both find nothing wrong, they read the same values.
    #[test]
    fn the_values_are_those_of_serde_yaml(
        seed in 0..SEEDS.len(),
        slips in prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, 0..PIECES.len()), 0..3),
    ) {
        let mut chars: Vec<char> = SEEDS[seed].chars().filter(|c| *c != '\r').collect();
        for (at, removed, piece) in slips {
            let at = at.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, PIECES[piece].chars());
        }
        let text: String = chars.into_iter().collect();
        let source = report::Source { name: String::new(), text: text.as_str().into() };
        let mut report = Report::new(vec![source]);
        let ours = place::read(&text, 0, 0, None, &mut report);
        if let (Some(ours), Ok(theirs)) = (ours, serde_yaml::from_str::<serde_json::Value>(&text))
            && !report.failed()
        {
            prop_assert_eq!(ours.json(), theirs, "{}", text);
        }
    }
}

#[test]
fn the_seeds_hold() {
    SEEDS.iter().for_each(|seed| holds(seed));
    assert!(check(SEEDS[0]).is_ok_and(|checked| checked.plan.segments.len() == 2));
}
