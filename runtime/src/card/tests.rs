//! Cards read, refused, and their ports numbered.

use serde_json::{Value, json};

use super::*;

fn packed(text: &str) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

fn fifo() -> Value {
    json!({
        "card": 1, "name": "fifo", "version": "0.1.0", "about": "A queue.", "shape": "endpoint", "give": "queue",
        "inputs": [{"name": "in", "about": "", "count": 1, "optional": true}],
        "outputs": [{"name": "out", "about": "", "count": 1, "optional": true}],
        "params": {"type": "object", "properties": {
            "max_depth": {"type": "integer", "minimum": 0, "maximum": 4294967295u32, "default": 1000, "x-apply": "live"},
            "overflow": {"enum": ["drop_newest", "drop_oldest", "block"], "default": "drop_newest"}
        }, "required": [], "additionalProperties": false},
        "readings": [{"name": "size", "about": "frames waiting"}],
        "counters": [],
        "drops": [{"name": "overflow", "intent": "param:overflow", "about": ""}],
        "state": {"schema": "fifo", "version": 1, "accepts": [1]},
        "flags": ["stateless"], "log": "pyrogue.stream.Fifo", "later": {"key": 1}
    })
}

fn parse(cards: Value) -> Result<Vec<Card>, CardError> {
    Card::parse_all(&packed(&cards.to_string()))
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut card = fifo();
    change(&mut card);
    parse(json!([card])).expect_err("the card breaks a rule").to_string()
}

#[test]
fn a_card_is_read_and_unknown_keys_are_ignored() {
    let cards = parse(json!([fifo()])).expect("valid");
    let card = &cards[0];
    assert_eq!((card.name.as_str(), card.shape, card.give), ("fifo", Shape::Endpoint, Some(Give::Queue)));
    assert_eq!(card.log_target(), "pyrogue.stream.Fifo");
    assert!(card.is_endpoint() && card.has("stateless") && !card.has("blocking"));
    let schema = card.param_schema().expect("valid schema");
    let depth = schema.object().and_then(|o| o.get("max_depth")).expect("declared");
    assert!(depth.live);
    assert_eq!(depth.kind, schema::Kind::Integer { min: Some(0), max: Some(4_294_967_295) });
}

#[test]
fn a_card_survives_being_written_and_read_again() {
    let cards = parse(json!([fifo()])).expect("valid");
    let text = serde_json::to_string(&cards).expect("cards serialize");
    assert_eq!(Card::parse_all(&packed(&text)).expect("valid"), cards);
}

#[test]
fn a_drop_by_default_is_a_loss_and_by_a_written_key_asked_for() {
    let card = &parse(json!([fifo()])).expect("valid")[0];
    assert_eq!(card.drop_intents(&Map::new()), [("overflow", false)]);
    let written: Map<String, Value> = [("overflow".to_owned(), json!("drop_newest"))].into_iter().collect();
    assert_eq!(card.drop_intents(&written), [("overflow", true)]);
}

#[test]
fn ports_are_numbered_through_and_families_take_numbers() {
    let card: Card = serde_json::from_value(json!({
        "card": 1, "name": "x", "shape": "sink",
        "inputs": [{"name": "control"}, {"name": "channel", "count": 4}, {"name": "last"}]
    }))
    .expect("valid");
    assert_eq!(card.input_count(), 6);
    assert_eq!(card.input_port("control"), Some(0));
    assert_eq!(card.input_port("channel"), Some(1));
    assert_eq!(card.input_port("4"), Some(4));
    assert_eq!(card.input_port("last"), Some(5));
    assert_eq!(card.input_port("0"), None, "a port with a name has no number in links");
    assert_eq!(card.input_port("6"), None);
    assert_eq!(card.input_port("99999999999"), None);
    for number in 0..6 {
        assert_eq!(card.input_port(&card.input_name(number)), Some(number));
    }
}

#[test]
fn bytes_that_are_no_cards_are_refused() {
    assert_eq!(Card::parse_all(b""), Err(CardError::NotCards));
    assert_eq!(Card::parse_all(b"RGCARDS2\0\0\0\0"), Err(CardError::NotCards));
    assert_eq!(Card::parse_all(b"RGCARDS1\x01"), Err(CardError::CutShort { announced: 4, have: 1 }));
    let whole = packed(&json!([fifo()]).to_string());
    for end in 12..whole.len() {
        assert!(matches!(Card::parse_all(&whole[..end]), Err(CardError::CutShort { .. })));
    }
    let mut long = MAGIC.to_vec();
    long.extend_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(Card::parse_all(&long), Err(CardError::TooLong(u32::MAX as usize)));
    assert!(matches!(Card::parse_all(&packed("[{]")), Err(CardError::Json(_))));
    let unknown = r#"[{"card":1,"name":"x","shape":"source","outputs":[{"name":"o"}],"later":1e999}]"#;
    assert!(matches!(Card::parse_all(&packed(unknown)), Err(CardError::Json(_))));
    let steers = r#"[{"card":1,"name":"x","shape":"\u001b[2J"}]"#;
    let said = Card::parse_all(&packed(steers)).expect_err("no shape").to_string();
    assert!(said.contains("\\u{1b}[2J") && !said.contains('\u{1b}'), "{said}");
    assert!(matches!(Card::parse_all(&packed(&"[".repeat(100_000))), Err(CardError::Json(_))));
    assert_eq!(parse(json!([])), Err(CardError::ModuleCount(0)));
    assert_eq!(parse(json!([fifo(), fifo()])), Err(CardError::TwoOfOneName("fifo".to_owned())));
    let mut padded = whole;
    padded.extend_from_slice(&[0; 8]);
    assert!(Card::parse_all(&padded).is_ok());
}

#[test]
fn a_card_that_breaks_a_rule_is_refused_with_the_rule() {
    assert!(refused(|c| c["card"] = json!(2)).contains("needs an update"));
    assert!(refused(|c| c["name"] = json!("a b")).contains("is not a name"));
    assert!(refused(|c| c["name"] = json!("x".repeat(65))).contains("is not a name"));
    assert!(refused(|c| c["about"] = json!("\u{1b}[2J")).contains("control characters"));
    assert!(refused(|c| c["give"] = Value::Null).contains("`give` belongs to endpoints"));
    assert!(refused(|c| c["shape"] = json!("sink")).contains("no output"));
    assert!(refused(|c| c["shape"] = json!("funnel")).contains("funnel"));
    assert!(refused(|c| c["inputs"] = json!([])).contains("at least one input"));
    assert!(
        refused(|c| c["inputs"] = json!([{"name": "a"}, {"name": "a"}])).contains("two inputs are named a")
    );
    assert!(refused(|c| c["inputs"][0]["count"] = json!(0)).contains("count 0"));
    assert!(refused(|c| c["inputs"][0]["count"] = json!(u32::MAX)).contains("input ports"));
    assert!(refused(|c| c["drops"][0]["intent"] = json!("maybe")).contains("asked"));
    assert!(refused(|c| c["drops"][0]["intent"] = json!("param:none")).contains("not declared"));
    assert!(refused(|c| c["flags"] = json!(["a", "a"])).contains("twice"));
    assert!(refused(|c| c["tolerance"] = json!("\u{1b}:1")).contains("is no tolerance"));
    assert!(refused(|c| c["tolerance"] = json!("f32:0".repeat(30))).contains("longer than"));
    assert!(refused(|c| c["params"] = json!({"type": "string"})).contains("not of type object"));
    assert!(
        refused(|c| c["params"]["properties"]["max_depth"] = json!({"type": "int"})).contains("unknown type")
    );
    assert!(refused(|c| c["params"]["required"] = json!(["path"])).contains("no property"));
    let mut deep = json!({"type": "integer"});
    for _ in 0..40 {
        deep = json!({"type": "array", "items": deep});
    }
    assert!(refused(|c| c["params"]["properties"]["deep"] = deep).contains("deeper"));
}
