//! The reader of cards: what a module's file says of itself, whatever the file is.
//!
//! Input: the first byte says what follows. 0: a whole file. 1: the bytes under `ROGUE_CARDS`. 2: the JSON text
//! of the cards. 4: the sections of a component. 5: the body of a component's section of imports. 6: the bytes of the
//! section `rogue:cards`. Any other: the bytes under `ROGUE_ABI`. For all but the first a sound file is made around
//! them. What holds: a file read from the disk says what its bytes in memory say; cards that are believed keep every limit, are
//! the same after being written and read again, and number their ports both ways; a refusal names the file and can
//! be shown on a terminal.

use std::path::Path;

use rogue_abi::{CARDS_SYMBOL, MARK_SYMBOL, ROGUE_ABI};
use rogue_runtime::card::{Card, MAGIC, MODULE_LIMIT, NAME_LIMIT, PORT_LIMIT, TEXT_LIMIT};
use rogue_runtime::load::{Cards, Form, Interface, LoadError, Need, cards};

use super::{component, file_of, library, readable};

/// See above.
pub fn check(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let mark = || library::mark(ROGUE_ABI.major, ROGUE_ABI.layout_hash);
    let text = r#"[{"card":1,"name":"x","shape":"source","outputs":[{"name":"out"}]}]"#;
    let bytes = match kind {
        0 => rest.to_vec(),
        1 => library::library(&[(MARK_SYMBOL, &mark()), (CARDS_SYMBOL, rest)]),
        2 => {
            let length = (rest.len() as u32).to_le_bytes();
            let cards = [MAGIC.as_slice(), &length, rest].concat();
            library::library(&[(MARK_SYMBOL, &mark()), (CARDS_SYMBOL, &cards)])
        }
        4 => component::component(&[rest.to_vec()]),
        5 => component::component(&[
            component::section(10, rest),
            component::cards_section(text),
            component::exports(&[component::EXPORTS[0], "rogue:flow/source@0.1.0"]),
        ]),
        6 => component::component(&[
            component::inner_module(&[component::custom("rogue:cards", rest)]),
            component::exports(&[component::EXPORTS[0], component::EXPORTS[1], "rogue:flow/source@0.1.0"]),
        ]),
        _ => library::library(&[(MARK_SYMBOL, rest), (CARDS_SYMBOL, &library::cards(text))]),
    };
    let (_file, path) = file_of(&bytes);
    let path = Path::new(&path);
    let result = cards::from_bytes(path, &bytes);
    if !bytes.is_empty() {
        let from_disk = cards::read(path).map(|cards| (*cards).clone());
        assert_eq!(from_disk, result, "the file on disk is read as its bytes are");
    }
    match result {
        Ok(cards) => believed(&cards),
        Err(error) => refused(&error, path),
    }
}

fn believed(all: &Cards) {
    match &all.form {
        Form::Native { abi } => assert_eq!(abi.0, ROGUE_ABI.major),
        Form::Component(interface) => border(interface),
    }
    assert!((1..=MODULE_LIMIT).contains(&all.cards.len()));
    assert_eq!(all.values().len(), all.cards.len(), "cards for people and cards for the graph are the same");
    for (index, card) in all.cards.iter().enumerate() {
        assert_eq!(all.index_of(&card.name), Some(index as u32), "names are unique");
        one(card);
    }
    let own: Vec<&Card> = all.cards.iter().map(|card| &**card).collect();
    let text = serde_json::to_string(&own).expect("cards can be written");
    if text.len() <= TEXT_LIMIT {
        let again = Card::parse_all(&library::cards(&text)).expect("what was written can be read");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let again = serde_json::to_string(&again).expect("cards can be written");
        assert!(value(&text) == value(&again), "a card is the same after being written and read");
    }
    readable(&all.names(), MODULE_LIMIT * (NAME_LIMIT + 4));
}

fn border(interface: &Interface) {
    assert!(interface.version().is_some_and(|version| version.starts_with("0.1")));
    assert!(interface.imports.len() + interface.exports.len() <= 1000);
    for name in interface.imports.iter().chain(&interface.exports) {
        assert!(!name.chars().any(char::is_control), "{name:?}");
        if let Need::Grant(grant) = Need::of(name) {
            assert!(name.contains(grant));
        }
    }
}

fn one(card: &Card) {
    for name in [&card.name].into_iter().chain(card.inputs.iter().chain(&card.outputs).map(|port| &port.name))
    {
        assert!(rogue_runtime::card::is_name(name), "{name:?}");
    }
    assert!(card.input_count() <= PORT_LIMIT && card.output_count() <= PORT_LIMIT);
    for number in 0..card.input_count() {
        assert_eq!(card.input_port(&card.input_name(number)), Some(number));
    }
    for number in 0..card.output_count() {
        assert_eq!(card.output_port(&card.output_name(number)), Some(number));
    }
    assert_eq!(card.input_port(&card.input_count().to_string()), None);
    let schema = card.param_schema().expect("a believed card has a schema that can be read");
    assert!(schema.object().is_some());
    assert_eq!(card.drop_intents(&serde_json::Map::new()).len(), card.drops.len());
    for text in [&card.about, &card.version, &card.log] {
        assert!(text.chars().all(|c| !c.is_control() || c == '\n'), "{text:?}");
    }
}

fn refused(error: &LoadError, path: &Path) {
    assert_eq!(error.file(), path);
    let text = error.to_string();
    readable(&text, 2000);
    assert!(
        text.starts_with(&path.display().to_string()),
        "an error that does not begin with the file: {text}"
    );
}
