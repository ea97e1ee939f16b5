//! A module as a plugin and as a component: from the same frames the same bytes, metadata, room, order, drops, counters,
//! readings, lines and state; and its state goes over in the middle of a stream from either to either.
//!
//! [`graph`] runs both through the engine, [`handed`] hands state over. Every module that is built both ways has its line
//! in [`CASES`].

mod frames;
mod graph;
mod handed;
mod lines;

use frames::Kind;

/// A module in both packagings, and how to try it.
struct Case {
    module: &'static str,
    /// `lib{file}.so` and `{file}.wasm`.
    file: &'static str,
    kind: Kind,
    /// JSON objects, each tried.
    params: &'static [&'static str],
}

impl Case {
    /// Whether it writes into the frames it is given: outside of a sandbox they stay what they are, inside each ends and
    /// another is made.
    fn changes(&self) -> bool {
        self.kind == Kind::Long
    }
}

const CASES: &[Case] = &[
    Case {
        module: "filter",
        file: "filter",
        kind: Kind::Any,
        params: &["{}", r#"{"channel": [0, 2, 255]}"#, r#"{"channel": 1, "drop_errors": true}"#],
    },
    Case {
        module: "ratedrop",
        file: "ratedrop",
        kind: Kind::Any,
        params: &[r#"{"keep_every": 1}"#, r#"{"keep_every": 3}"#, r#"{"period": false, "value": 4}"#],
    },
    Case {
        module: "tag",
        file: "tag",
        kind: Kind::Any,
        params: &["{}", r#"{"channel": 255}"#, r#"{"channel": 0, "error": 9, "flags": 65534}"#],
    },
    Case { module: "compare", file: "compare", kind: Kind::Pairs, params: &[r#"{"stop_at": 0}"#] },
    Case {
        module: "debug",
        file: "debug",
        kind: Kind::Any,
        params: &[r#"{"max_bytes": 0}"#, "{}", r#"{"max_bytes": 100, "name": "pyrogue.shown"}"#],
    },
    Case {
        module: "threshold",
        file: "threshold",
        kind: Kind::Any,
        params: &["{}", r#"{"level": 0}"#, r#"{"level": 255}"#],
    },
    Case {
        module: "carry",
        file: "carry",
        kind: Kind::Long,
        params: &["{}", r#"{"depth": 7, "offset": 1000}"#],
    },
    Case {
        module: "prbs-check",
        file: "prbs",
        kind: Kind::Prbs,
        params: &["{}", r#"{"check_payload": false}"#, r#"{"width": 64}"#],
    },
    Case {
        module: "pulses",
        file: "pulses",
        kind: Kind::Samples,
        params: &[
            r#"{"threshold": 100, "baseline": 4, "empty": "record"}"#,
            r#"{"threshold": 30, "average": 8, "max_pulses": 2, "pre": 3, "post": 5, "skip": 2}"#,
            r#"{"threshold": 50, "polarity": "negative", "format": "i16be", "bits": 14, "hysteresis": 10}"#,
        ],
    },
    Case {
        module: "pattern",
        file: "pattern",
        kind: Kind::None,
        params: &[
            r#"{"size": [0, 1, 7, 65536, 100], "count": 200, "channel": [3, 4, 255], "errors": 7}"#,
            r#"{"size": 1000, "count": 1}"#,
            r#"{"size": 10, "count": 0}"#,
        ],
    },
    Case {
        module: "prbs-source",
        file: "prbs",
        kind: Kind::None,
        params: &[r#"{"size": 64, "count": 150}"#, r#"{"size": 4096, "count": 20, "width": 128}"#],
    },
    Case {
        module: "waveform",
        file: "waveform",
        kind: Kind::None,
        params: &[
            r#"{"samples": 128, "count": 100}"#,
            r#"{"samples": 333, "count": 40, "channel": [1, 2], "baseline": [0, -50], "noise": 20, "pulses": 2.5, "polarity": "negative", "format": "i16be", "bits": 14, "seed": 77}"#,
        ],
    },
];

/// Parameters that make time matter: of the driver that has its own.
const TIMED: &[(&str, &str)] = &[
    ("ratedrop", r#"{"min_interval": "2500us"}"#),
    ("compare", r#"{"stop_at": 2}"#),
    ("pattern", r#"{"size": 9, "rate": 1500, "count": 90}"#),
    ("prbs-source", r#"{"size": 64, "rate": 3000, "count": 90}"#),
    ("waveform", r#"{"samples": 128, "rate": 1000, "count": 50}"#),
];

#[test]
fn a_graph_cannot_tell_a_component_from_a_plugin() {
    for case in CASES {
        for (number, params) in case.params.iter().enumerate() {
            // A frame that was changed inside is a new one outside, of the pool of whoever takes it.
            for fixed in if case.changes() { &[0][..] } else { &[0, 96] } {
                let fixed = *fixed;
                let frames = case.kind.frames(number as u64 + 1);
                let native = graph::run(&native(case.file, case.module), params, &frames, fixed);
                let sandboxed = graph::run(&component(case.file, case.module), params, &frames, fixed);
                native.assert_same(
                    &sandboxed,
                    case.changes(),
                    &format!("{} {params} into buffers of {fixed}", case.module),
                );
            }
        }
    }
}

#[test]
fn what_a_module_makes_and_drops_is_in_the_books() {
    let frames = Kind::Any.frames(3);
    let native = graph::run(&native("carry", "sheds"), "{}", &frames, 0);
    let sandboxed = graph::run(&component("carry", "sheds"), "{}", &frames, 0);
    let kept = frames.len() as u64 / 5;
    for run in [&native, &sandboxed] {
        assert_eq!(run.drops(), [frames.len() as u64 + kept, frames.len() as u64 / 3, kept + 1]);
    }
    native.assert_same(&sandboxed, false, "sheds");
}

#[test]
fn state_goes_over_from_either_to_either() {
    for case in CASES {
        let timed = TIMED.iter().filter(|(module, _)| *module == case.module).map(|(_, params)| params);
        for (number, params) in case.params.iter().chain(timed).enumerate() {
            let both = [native(case.file, case.module), component(case.file, case.module)];
            handed::every_way(&both, case.changes(), params, &case.kind.frames(number as u64 + 40));
        }
    }
}

#[test]
fn every_module_that_is_built_both_ways_is_tried() {
    let of_tests = ["attacks", "bench", "liar"];
    // A sink that only says whether `carry` did what it should, and what the test below is for.
    let others = ["carry-check", "sheds"];
    for kept in rogue_tests::dist::kept().expect("the folders") {
        if kept.foreign.is_none() && !of_tests.contains(&&*kept.name) {
            let cards =
                rogue_runtime::load::cards::read(&crate::desk::dist().join(format!("{}.wasm", kept.name)));
            for card in &cards.expect("a component").cards {
                let known = CASES.iter().map(|case| case.module).chain(others).any(|name| name == card.name);
                assert!(known, "{} has no line", card.name);
            }
        }
    }
}

/// The plugin that the build made, as a graph names it.
fn native(file: &str, module: &str) -> String {
    let program = std::env::current_exe().expect("a test has a path");
    let folder = program.parent().expect("in a folder");
    let named = |name: String| folder.join(format!("lib{name}.so"));
    let plugin = Some(named(file.to_owned())).filter(|plugin| plugin.exists());
    let plugin = plugin.unwrap_or_else(|| named(format!("test_{file}")));
    format!("{}#{module}", plugin.display())
}

fn component(file: &str, module: &str) -> String {
    format!("{}/{file}.wasm#{module}", crate::desk::dist().display())
}
