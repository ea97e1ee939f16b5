//! Cards are the JSON they should be, and wrong ones are refused.

use serde_json::{Value, json};

use super::*;
use crate::params::{NoParams, Params};

const SCHEMA: &str = r#"{"type":"object","properties":{"overflow":{"type":"string"}}}"#;

const FIFO: Card = Card::endpoint("fifo")
    .about("Holds \"frames\" \\ and more: äöü")
    .readings(&[Reading::new("size", "frames waiting"), Reading::new("drop_count", "frames dropped")])
    .counters(&[Counter::new("errors", "what went wrong")])
    .drops(&[
        DropReason::asked("channel", "not wanted"),
        DropReason::loss("torn", "cut short"),
        DropReason::asked_if_written("full", "overflow", "no room"),
    ])
    .state("fifo", 2, &[1, 2])
    .metadata_only()
    .log("pyrogue.stream.Fifo");

const FIFO_SOURCE: CardSource = CardSource { card: FIFO, version: "0.1.0", schema: SCHEMA };

fn parsed(card: Card, version: &str, schema: &str) -> Value {
    // At run time the length is not a constant; `cards_bytes` below is the compile-time way of the same writer.
    let mut bytes = vec![0; card.json_len(version, schema)];
    let mut json = crate::params::json::Json::writer(&mut bytes);
    card.write(&mut json, version, schema);
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_card_with_everything() {
    const LEN: usize = FIFO.json_len("0.1.0", SCHEMA);
    const JSON: [u8; LEN] = FIFO.write_json("0.1.0", SCHEMA);
    let card: Value = serde_json::from_slice(&JSON).unwrap();
    let wanted = json!({
        "card": 1, "name": "fifo", "version": "0.1.0", "about": "Holds \"frames\" \\ and more: äöü",
        "shape": "endpoint", "give": "queue",
        "inputs": [{ "name": "in", "about": "", "count": 1, "optional": true }],
        "outputs": [{ "name": "out", "about": "", "count": 1, "optional": true }],
        "params": { "type": "object", "properties": { "overflow": { "type": "string" } } },
        "readings": [{ "name": "size", "about": "frames waiting" }, { "name": "drop_count", "about": "frames dropped" }],
        "counters": [{ "name": "errors", "about": "what went wrong" }],
        "drops": [
            { "name": "channel", "intent": "asked", "about": "not wanted" },
            { "name": "torn", "intent": "loss", "about": "cut short" },
            { "name": "full", "intent": "param:overflow", "about": "no room" },
        ],
        "state": { "schema": "fifo", "version": 2, "accepts": [1, 2] },
        "flags": ["metadata_only"],
        "log": "pyrogue.stream.Fifo",
    });
    assert_eq!(card, wanted);
}

#[test]
fn the_ports_of_each_shape() {
    let names = |card: &Value, key: &str| -> Vec<(String, bool)> {
        let port =
            |port: &Value| (port["name"].as_str().unwrap().to_owned(), port["optional"].as_bool().unwrap());
        card[key].as_array().unwrap().iter().map(port).collect()
    };
    let port = |name: &str, optional| vec![(name.to_owned(), optional)];
    const OWN_OUTPUT: Card = Card::endpoint("x").outputs(&[Port::new("o", "")]);
    const OWN_INPUT: Card = Card::sink("x").inputs(&[Port::new("i", "").optional()]);
    for (card, shape, inputs, outputs) in [
        (Card::source("x"), "source", vec![], port("out", false)),
        (Card::transform("x"), "transform", port("in", false), port("out", false)),
        (Card::sink("x"), "sink", port("in", false), vec![]),
        (Card::endpoint("x"), "endpoint", port("in", true), port("out", true)),
        (OWN_OUTPUT, "endpoint", port("in", true), port("o", true)),
        (OWN_INPUT, "sink", port("i", true), vec![]),
    ] {
        let card = parsed(card, "1", NoParams::SCHEMA);
        assert_eq!(card["shape"], shape);
        assert_eq!(names(&card, "inputs"), inputs);
        assert_eq!(names(&card, "outputs"), outputs);
        assert_eq!(card["params"], serde_json::from_str::<Value>(NoParams::SCHEMA).unwrap());
        assert_eq!(card["state"], Value::Null);
    }
    assert_eq!(parsed(Card::endpoint("x").bridge(), "1", "{}")["give"], "bridge");
    assert_eq!(parsed(Card::source("x"), "1", "{}").get("give"), None);
    assert_eq!(parsed(Card::sink("x").tolerance("f32:0.001"), "1", "{}")["tolerance"], "f32:0.001");
    let all = Card::source("x").blocking().metadata_only().stateless().pure();
    assert_eq!(parsed(all, "1", "{}")["flags"], json!(["blocking", "metadata_only", "stateless", "pure"]));
    assert_eq!((all.flag_bits(), FIFO.flag_bits()), (15, rogue_abi::module_flags::METADATA_ONLY));
    assert_eq!((all.log_target(), FIFO.log_target()), ("x", "pyrogue.stream.Fifo"));
}

#[test]
fn several_cards_with_magic_and_length() {
    const NULL: CardSource =
        CardSource { card: Card::sink("null"), version: "2.0.0", schema: NoParams::SCHEMA };
    const CARDS: &[CardSource] = &[FIFO_SOURCE, NULL];
    const NULL_JSON: [u8; NULL.len()] = NULL.bytes();
    static BYTES: [u8; cards_len(CARDS)] = cards_bytes(CARDS);
    let (magic, rest) = BYTES.split_first_chunk::<8>().unwrap();
    let (length, json) = rest.split_first_chunk::<4>().unwrap();
    assert_eq!(magic, b"RGCARDS1");
    assert_eq!(u32::from_le_bytes(*length) as usize, json.len());
    let cards: Vec<Value> = serde_json::from_slice(json).unwrap();
    assert_eq!(cards[0], parsed(FIFO, "0.1.0", SCHEMA));
    assert_eq!((&cards[1]["name"], &cards[1]["version"]), (&json!("null"), &json!("2.0.0")));
    assert_eq!(cards[1], serde_json::from_slice::<Value>(&NULL_JSON).unwrap());
    assert_eq!(cards.len(), 2);
}

#[test]
fn indices_are_constants() {
    const FULL: Option<u32> = FIFO.drop_index("full");
    const MANY: Card =
        Card::sink("x").inputs(&[Port::new("a", ""), Port::new("b", "").family(256), Port::new("c", "")]);
    assert_eq!((FULL, FIFO.drop_index("nothing")), (Some(2), None));
    assert_eq!((FIFO.reading_index("drop_count"), FIFO.reading_index("errors")), (Some(1), None));
    assert_eq!((FIFO.counter_index("errors"), FIFO.counter_index("size")), (Some(0), None));
    assert_eq!(
        [MANY.input_index("a"), MANY.input_index("b"), MANY.input_index("c")],
        [Some(0), Some(1), Some(257)]
    );
    assert_eq!((MANY.input_count(), MANY.output_count(), FIFO.output_count()), (258, 0, 1));
    assert_eq!((MANY.input_index("d"), FIFO.output_index("out")), (None, Some(0)));
}

/// The text of the compile error a card would give.
fn refused(card: Card) -> String {
    let result = std::panic::catch_unwind(|| card.json_len("0.1.0", SCHEMA));
    let Err(why) = result else { panic!("accepted: {card:?}") };
    why.downcast_ref::<&str>().map(|why| (*why).to_owned()).or(why.downcast_ref().cloned()).unwrap()
}

#[test]
fn names_are_checked() {
    const LONG: &str = "a23456789_123456789_123456789_123456789_123456789_123456789_12345";
    assert_eq!(LONG.len(), 65);
    for bad in ["", "1a", "-a", "a b", "a.b", "ä", LONG] {
        assert!(refused(Card::sink(bad)).starts_with("the name of a module is"), "{bad}");
    }
    assert!(Card::sink(&LONG[..64]).json_len("1", SCHEMA) > 0);
    let name = "is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long";
    const CASES: &[(Card, &str)] = &[
        (Card::sink("x").inputs(&[Port::new("a b", "")]), "an input's name"),
        (Card::source("x").outputs(&[Port::new("", "")]), "an output's name"),
        (FIFO.readings(&[Reading::new("1", "")]), "a reading's name"),
        (FIFO.counters(&[Counter::new("1", "")]), "a counter's name"),
        (FIFO.drops(&[DropReason::asked("1", "")]), "a drop reason's name"),
        (FIFO.state("1", 1, &[]), "the name of a state"),
    ];
    for (card, what) in CASES {
        assert_eq!(refused(*card), format!("{what} {name}"));
    }
}

#[test]
fn nothing_is_there_twice() {
    const CASES: &[(Card, &str)] = &[
        (Card::sink("x").inputs(&[Port::new("a", ""), Port::new("a", "")]), "two inputs have the same name"),
        (
            Card::source("x").outputs(&[Port::new("a", ""), Port::new("a", "")]),
            "two outputs have the same name",
        ),
        (FIFO.readings(&[Reading::new("a", ""), Reading::new("a", "")]), "two readings have the same name"),
        (FIFO.counters(&[Counter::new("a", ""), Counter::new("a", "")]), "two counters have the same name"),
        (FIFO.counters(&[Counter::new("size", "")]), "a reading and a counter have the same name"),
        (
            FIFO.drops(&[DropReason::asked("a", ""), DropReason::loss("a", "")]),
            "two drop reasons have the same name",
        ),
    ];
    for (card, why) in CASES {
        assert_eq!(refused(*card), *why);
    }
    let twice = std::panic::catch_unwind(|| cards_len(&[FIFO_SOURCE, FIFO_SOURCE]));
    assert_eq!(twice.unwrap_err().downcast_ref(), Some(&"two modules of one file have the same name"));
    let none = std::panic::catch_unwind(|| cards_len(&[]));
    assert_eq!(none.unwrap_err().downcast_ref(), Some(&"a file has 1 to 256 modules"));
}

#[test]
fn what_does_not_fit_together() {
    const A: &[Port] = &[Port::new("a", "")];
    const CASES: &[(Card, &str)] = &[
        (Card::source("x").inputs(A), "a source has no input and at least one output"),
        (Card::sink("x").outputs(A), "a sink has at least one input and no output"),
        (Card::transform("x").inputs(&[]), "a transform has at least one input and one output"),
        (Card::endpoint("x").outputs(&[]), "an endpoint has at least one input and one output"),
        (Card::sink("x").bridge(), "only an endpoint can be a bridge"),
        (Card::sink("x").inputs(&[Port::new("a", "").family(0)]), "a family has at least one port"),
        (
            Card::sink("x").inputs(&[Port::new("a", "").family(4096), Port::new("b", "")]),
            "a module has at most 4096 ports of one direction, families counted through",
        ),
        (
            FIFO.drops(&[DropReason::asked_if_written("a", "overflo", "")]),
            "a drop reason is asked for by a parameter that the module does not have",
        ),
        (FIFO.stateless(), "a module with `state` is not `stateless`"),
        (FIFO.tolerance("f16:1"), "a tolerance is TYPE:DIFFERENCE, as in f32:0.001"),
        (FIFO.tolerance("f32:"), "a tolerance is TYPE:DIFFERENCE, as in f32:0.001"),
        (FIFO.tolerance("i8:1.2.3"), "a tolerance is TYPE:DIFFERENCE, as in f32:0.001"),
        (FIFO.about("two\nlines"), "a text of a card has a line break or another control character"),
        (FIFO.about("\u{9b}31m"), "a text of a card has a line break or another control character"),
        (
            FIFO.log("a=b"),
            "a log target has ASCII letters, digits and signs only, without `=`, `,` and spaces",
        ),
    ];
    for (card, why) in CASES {
        assert_eq!(refused(*card), *why);
    }
}
