//! What `#[derive(Params)]` makes: schemas that parse, values, defaults, and errors in an operator's words.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

#[derive(Params, Clone, Copy, Debug, PartialEq)]
enum Overflow {
    DropNewest,
    DropOldest,
    Block,
    #[serde(rename = "UDP4")]
    Udp,
}

/// A group of parameters.
#[derive(Params, Debug, PartialEq)]
struct Limits {
    /// Frames in a second.
    rate: Option<f64>,
    #[param(default = [1, 2])]
    steps: Vec<i8>,
}

#[derive(Params, Debug, PartialEq)]
struct All {
    /// Most frames held.
    ///
    /// A "second" paragraph \ with signs,
    /// over two lines.
    #[param(default = 1_000, min = 1, live)]
    max_depth: u32,
    #[param(default = "drop_newest")]
    overflow: Overflow,
    channel: Option<OneOrMany<u8>>,
    #[param(default = "1s", bare = "us")]
    timeout: Duration,
    #[param(bare = "s")]
    pause: Option<Duration>,
    #[param(default = "256MiB")]
    max_held: Size,
    #[param(default = 4096)]
    buffer: Size,
    #[param(default = -0.5, min = -1, max = 0.5)]
    level: f64,
    #[param(default = true)]
    open: bool,
    #[param(default = "x\"\\\n")]
    text: String,
    #[param(default)]
    limits: Limits,
    #[param(default = [])]
    groups: Vec<Limits>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[param(min = -5, max = 5, default = -3)]
    r#move: Option<i64>,
    #[param(default = "a.dat")]
    files: OneOrMany<PathBuf>,
}

#[derive(Params, Debug, PartialEq)]
struct Needed {
    path: PathBuf,
    mode: Overflow,
    #[param(default = 1)]
    count: u64,
}

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn texts<P: Params + std::fmt::Debug>(json: &str) -> Vec<String> {
    P::parse(json).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_schema_is_json_with_everything_in_it() {
    let schema = schema(All::SCHEMA);
    let limits = json!({
        "type": "object",
        "properties": {
            "rate": { "type": "number", "description": "Frames in a second.", "x-apply": "restart" },
            "steps": {
                "type": "array", "items": { "type": "integer", "minimum": -128, "maximum": 127 },
                "default": [1, 2], "x-apply": "restart",
            },
        },
        "required": [], "additionalProperties": false,
    });
    let with = |base: &Value, more: Value| {
        let mut both = base.as_object().unwrap().clone();
        both.extend(more.as_object().unwrap().clone());
        Value::Object(both)
    };
    let byte = json!({ "type": "integer", "minimum": 0, "maximum": 255 });
    for (name, wanted) in [
        (
            "max_depth",
            json!({
                "type": "integer", "minimum": 1, "maximum": 4294967295u32, "default": 1000,
                "description": "Most frames held.\nA \"second\" paragraph \\ with signs, over two lines.",
                "x-apply": "live",
            }),
        ),
        (
            "overflow",
            json!({
                "enum": ["drop_newest", "drop_oldest", "block", "UDP4"], "default": "drop_newest", "x-apply": "restart",
            }),
        ),
        ("channel", json!({ "anyOf": [byte, { "type": "array", "items": byte }], "x-apply": "restart" })),
        (
            "timeout",
            json!({
                "type": ["string", "integer"], "format": "duration", "x-bare-unit": "us", "default": "1s",
                "x-apply": "restart",
            }),
        ),
        (
            "pause",
            json!({
                "type": ["string", "integer"], "format": "duration", "x-bare-unit": "s", "x-apply": "restart",
            }),
        ),
        (
            "max_held",
            json!({ "type": ["string", "integer"], "format": "size", "default": "256MiB", "x-apply": "restart" }),
        ),
        (
            "buffer",
            json!({ "type": ["string", "integer"], "format": "size", "default": 4096, "x-apply": "restart" }),
        ),
        (
            "level",
            json!({ "type": "number", "minimum": -1, "maximum": 0.5, "default": -0.5, "x-apply": "restart" }),
        ),
        ("open", json!({ "type": "boolean", "default": true, "x-apply": "restart" })),
        ("text", json!({ "type": "string", "default": "x\"\\\n", "x-apply": "restart" })),
        ("limits", with(&limits, json!({ "default": {}, "x-apply": "restart" }))),
        ("groups", json!({ "type": "array", "items": limits, "default": [], "x-apply": "restart" })),
        ("type", json!({ "type": "string", "x-apply": "restart" })),
        (
            "move",
            json!({ "type": "integer", "minimum": -5, "maximum": 5, "default": -3, "x-apply": "restart" }),
        ),
        (
            "files",
            json!({
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
                "default": "a.dat", "x-apply": "restart",
            }),
        ),
    ] {
        assert_eq!(schema["properties"][name], wanted, "{name}");
    }
    assert_eq!(schema["properties"].as_object().unwrap().len(), 15);
    assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
    assert_eq!(schema["required"], json!([]));
}

#[test]
fn what_must_be_written_is_listed() {
    assert_eq!(schema(Needed::SCHEMA)["required"], json!(["path", "mode"]));
    let none = json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false });
    assert_eq!(schema(NoParams::SCHEMA), none);
}

#[test]
fn integers_carry_the_bounds_of_their_type() {
    fn bounds<T: ParamType>() -> (i128, i128) {
        match T::TYPE {
            schema::Type::Integer { min, max } => (min, max),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bounds::<u8>(), (0, 255));
    assert_eq!(bounds::<Option<i16>>(), (-32768, 32767));
    assert_eq!(bounds::<u64>(), (0, i128::from(u64::MAX)));
    assert_eq!(bounds::<i64>(), (i128::from(i64::MIN), i128::from(i64::MAX)));
}

#[test]
fn defaults_are_what_the_schema_says() {
    let all = All::parse("{}").unwrap();
    assert_eq!(all, All::default());
    assert_eq!((all.max_depth, all.overflow, &all.channel), (1000, Overflow::DropNewest, &None));
    assert_eq!((all.timeout, all.pause), (Duration::from_nanos(1_000_000_000), None));
    assert_eq!((all.max_held.bytes(), all.buffer.bytes()), (256 << 20, 4096));
    assert_eq!((all.level, all.open, all.text.as_str()), (-0.5, true, "x\"\\\n"));
    assert_eq!((&all.limits, all.groups.len()), (&Limits { rate: None, steps: vec![1, 2] }, 0));
    assert_eq!((all.kind, all.r#move), (None, Some(-3)));
    assert_eq!(all.files, OneOrMany::One(PathBuf::from("a.dat")));
    // Writing each default out gives the same.
    let schema = schema(All::SCHEMA);
    let written: serde_json::Map<String, Value> = schema["properties"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(name, field)| Some((name.clone(), field.get("default")?.clone())))
        .collect();
    assert_eq!(All::parse(&Value::Object(written).to_string()).unwrap(), All::default());
    let needed = Needed::parse(r#"{"path":"x","mode":"UDP4"}"#).unwrap();
    assert_eq!(needed, Needed { path: "x".into(), mode: Overflow::Udp, count: 1 });
    assert_eq!(NoParams::parse("{}").unwrap(), NoParams::default());
}

#[test]
fn what_is_written_counts() {
    let all = All::parse(
        r#"{"max_depth":5,"overflow":"block","channel":[1,2],"timeout":500,"pause":"2m","max_held":12,"level":0.5,
            "limits":{"rate":2},"groups":[{"steps":[]},{}],"type":"t","files":["a","b"]}"#,
    )
    .unwrap();
    assert_eq!((all.max_depth, all.overflow), (5, Overflow::Block));
    assert_eq!(all.channel.unwrap().as_slice(), [1, 2]);
    assert_eq!(all.timeout.get(), std::time::Duration::from_micros(500));
    assert_eq!(all.pause.unwrap().to_string(), "2m");
    assert_eq!((all.max_held.bytes(), all.level, all.limits.rate), (12, 0.5, Some(2.0)));
    assert_eq!((all.groups[0].steps.len(), all.groups[1].steps.len()), (0, 2));
    assert_eq!((all.kind.as_deref(), all.files.as_slice().len()), (Some("t"), 2));
    assert_eq!(All::parse(r#"{"channel":7,"pause":null}"#).unwrap().channel, Some(OneOrMany::One(7)));
}

#[test]
fn an_enum_speaks_as_files_do() {
    assert_eq!(Overflow::DropOldest.as_str(), "drop_oldest");
    const UDP: &str = Overflow::Udp.as_str();
    assert_eq!(serde_json::from_value::<Overflow>(json!(UDP)).unwrap(), Overflow::Udp);
    let error = serde_json::from_value::<Overflow>(json!("drop")).unwrap_err().to_string();
    assert_eq!(error, "expected one of `drop_newest`, `drop_oldest`, `block`, `UDP4`, found the text `drop`");
    let error = serde_json::from_value::<Overflow>(json!(3)).unwrap_err().to_string();
    assert!(error.ends_with("expected one of `drop_newest`, `drop_oldest`, `block`, `UDP4`"), "{error}");
}

#[test]
fn each_mistake_in_its_words() {
    for (json, text) in [
        (
            r#"{"max_depth":"x"}"#,
            "max_depth: expected a whole number from 1 to 4294967295, found the text `x`",
        ),
        (r#"{"max_depth":0}"#, "max_depth: expected a whole number from 1 to 4294967295, found 0"),
        (r#"{"max_depth":1.5}"#, "max_depth: expected a whole number from 1 to 4294967295, found 1.5"),
        (r#"{"max_depth":null}"#, "max_depth: expected a whole number from 1 to 4294967295, found nothing"),
        (
            r#"{"overflow":"drop"}"#,
            "overflow: expected one of `drop_newest`, `drop_oldest`, `block`, `UDP4`, found the text `drop`",
        ),
        (
            r#"{"channel":300}"#,
            "channel: expected a whole number from 0 to 255, or a list of them, found 300",
        ),
        (
            r#"{"channel":"x"}"#,
            "channel: expected a whole number from 0 to 255, or a list of them, found the text `x`",
        ),
        (r#"{"channel":[1,300]}"#, "channel[1]: expected a whole number from 0 to 255, found 300"),
        (
            r#"{"timeout":-1}"#,
            "timeout: expected a time such as `100ms` or `5s`, or a whole number of microseconds, found -1",
        ),
        (r#"{"timeout":"5"}"#, "timeout: `5` has no unit; write one of ns, us, ms, s, m, h, as in `100ms`"),
        (
            r#"{"max_held":1.5}"#,
            "max_held: expected a size such as `64MiB`, or a whole number of bytes, found 1.5",
        ),
        (r#"{"level":0.6}"#, "level: expected a number from -1 to 0.5, found 0.6"),
        (r#"{"level":[]}"#, "level: expected a number from -1 to 0.5, found a list"),
        (r#"{"open":"yes"}"#, "open: expected true or false, found the text `yes`"),
        (r#"{"text":5}"#, "text: expected a text, found 5"),
        (r#"{"files":5}"#, "files: expected a text, or a list of them, found 5"),
        (r#"{"limits":5}"#, "limits: expected a mapping of names to values, found 5"),
        (r#"{"limits":{"rat":5}}"#, "limits.rat: there is no parameter `rat`; there are `rate`, `steps`"),
        (r#"{"limits":{"rate":true}}"#, "limits.rate: expected a number, found true"),
        (
            r#"{"groups":[{},{"steps":[1,{}]}]}"#,
            "groups[1].steps[1]: expected a whole number from -128 to 127, found a mapping",
        ),
        (r#"{"groups":3}"#, "groups: expected a list, each item a mapping of names to values, found 3"),
        (r#"{"move":null}"#, "move: expected a whole number from -5 to 5, found nothing"),
        (r#"{"move":6}"#, "move: expected a whole number from -5 to 5, found 6"),
        ("[]", "expected a mapping of names to values, found a list"),
        ("null", "expected a mapping of names to values, found nothing"),
    ] {
        assert_eq!(texts::<All>(json), [text], "{json}");
    }
    assert_eq!(texts::<NoParams>(r#"{"a":1}"#), ["a: there is no parameter `a`; none is taken here"]);
    let path = "the parameter `path` must be set: a text";
    let mode = "the parameter `mode` must be set: one of `drop_newest`, `drop_oldest`, `block`, `UDP4`";
    let count = "count: expected a whole number of 0 or more, found -1";
    assert_eq!(texts::<Needed>(r#"{"count":-1}"#), [count, path, mode]);
    assert_eq!(texts::<Needed>("{"), ["not JSON: value or end of sequence expected"]);
}

#[test]
fn what_is_repeated_is_printable_and_short() {
    let json = json!({ "open": format!("\u{1b}[31m{}", "x".repeat(1000)) }).to_string();
    let text = texts::<All>(&json).remove(0);
    assert!(text.starts_with("open: expected true or false, found the text `\\u{1b}[31mxxx"), "{text}");
    assert!(text.ends_with("x…`") && text.len() < 200, "{text}");
}

#[test]
fn the_number_of_errors_and_the_text_are_bounded() {
    let json = json!({ "channel": vec![300; 10_000] }).to_string();
    assert_eq!(All::parse(&json).unwrap_err().len(), check::ERROR_LIMIT);
    let long = format!("{{}}{}", " ".repeat(TEXT_LIMIT));
    assert_eq!(texts::<NoParams>(&long), ["the parameters take 1048578 bytes; at most 1048576 are read"]);
    assert!(texts::<NoParams>(&"[".repeat(1000))[0].starts_with("not JSON: maximal depth exceeded"));
}

#[test]
fn deserialize_alone_is_as_strict() {
    let from = |json: &str| serde_json::from_str::<All>(json).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(from("{}"), Ok(()));
    assert!(from(r#"{"what":1}"#).unwrap_err().contains("unknown field `what`"));
    assert!(
        from(r#"{"max_depth":0}"#)
            .unwrap_err()
            .contains("expected a whole number from 1 to 4294967295, found 0")
    );
    assert!(from(r#"{"level":-2}"#).unwrap_err().contains("expected a number from -1 to 0.5, found -2"));
    assert!(from(r#"{"move":6}"#).unwrap_err().contains("expected a whole number from -5 to 5, found 6"));
    assert!(serde_json::from_str::<Needed>("{}").unwrap_err().to_string().contains("missing field `path`"));
}

/// A type of an author: what its schema cannot say, its `Deserialize` does, and the path is still told.
#[derive(Debug, PartialEq)]
struct Even(u32);

impl ParamType for Even {
    const TYPE: schema::Type = u32::TYPE;
}

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            even if even % 2 == 0 => Ok(Even(even)),
            odd => Err(serde::de::Error::custom(format!("{odd} is not even"))),
        }
    }
}

fn doubled<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    u32::deserialize(deserializer).map(|value| value * 2)
}

#[derive(Params, Debug, PartialEq)]
struct Custom {
    #[param(default = [2, 4])]
    even: Vec<Even>,
    #[param(default = 4)]
    #[serde(deserialize_with = "doubled")]
    twice: u32,
}

#[derive(Params, Debug)]
struct BadDefault {
    #[param(default = 3)]
    #[expect(dead_code, reason = "only its default is of interest")]
    even: Even,
}

#[test]
fn types_of_an_author() {
    assert_eq!(Custom::parse("{}").unwrap(), Custom { even: vec![Even(2), Even(4)], twice: 8 });
    assert_eq!(Custom::parse(r#"{"even":[],"twice":1}"#).unwrap(), Custom { even: vec![], twice: 2 });
    assert_eq!(texts::<Custom>(r#"{"even":[2,3]}"#), ["even[1]: 3 is not even"]);
    let own = "the module's own default of `even`, 3, is refused: 3 is not even";
    assert_eq!(texts::<BadDefault>("{}"), [own]);
    let panic = std::panic::catch_unwind(BadDefault::default).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some(own));
}

/// The compile error a default would give.
fn refused<T: ParamType>(literal: schema::Literal) -> &'static str {
    T::TYPE.refuses(&literal).unwrap()
}

#[test]
fn wrong_defaults_do_not_compile() {
    use schema::Literal::{Boolean, Defaults, Integer, List, Number, Text};
    let range = "the default is outside of the range of this parameter";
    let kind = "the default is not a value of the type of this parameter";
    assert_eq!(refused::<u8>(Integer(256)), range);
    assert_eq!(refused::<u8>(Integer(-1)), range);
    assert_eq!(refused::<u8>(Number(1.0)), kind);
    assert_eq!(refused::<bool>(Integer(1)), kind);
    assert_eq!(refused::<String>(Boolean(true)), kind);
    assert_eq!(refused::<Vec<u8>>(Integer(1)), kind);
    assert_eq!(refused::<Vec<u8>>(List(&[Integer(1), Integer(300)])), range);
    assert_eq!(refused::<OneOrMany<u8>>(Text("x")), kind);
    assert_eq!(refused::<Overflow>(Text("drop")), "the default is not one of the values of this enum");
    assert_eq!(refused::<Duration>(Text("5")), "the default is not a duration such as \"100ms\"");
    assert_eq!(refused::<Duration>(Integer(5)), kind);
    assert_eq!(refused::<Size>(Text("5")), "the default is not a size such as \"64MiB\"");
    assert_eq!(refused::<Size>(Integer(-5)), kind);
    assert_eq!(refused::<Needed>(Defaults), "a struct with a required field has no default");
    assert_eq!(Limits::TYPE.refuses(&Defaults), None);
    assert_eq!(f64::TYPE.refuses(&Integer(1)), None);
}

#[test]
fn wrong_bounds_do_not_compile() {
    use schema::Literal::{Integer, Number, Text};
    let panics = |bound: fn() -> schema::Type| match std::panic::catch_unwind(bound) {
        Ok(ty) => panic!("accepted: {ty:?}"),
        Err(why) => why.downcast_ref::<&str>().map(|why| (*why).to_owned()).unwrap(),
    };
    assert_eq!(panics(|| u8::TYPE.at_least(Integer(-1), "-1")), "`min` is outside of what this type holds");
    let above = "`max` is outside of what this type holds, or below `min`";
    assert_eq!(panics(|| u8::TYPE.at_most(Integer(256), "256")), above);
    assert_eq!(panics(|| u8::TYPE.at_least(Integer(5), "5").at_most(Integer(4), "4")), above);
    assert_eq!(
        panics(|| f64::TYPE.at_most(Number(0.5), "0.5").at_least(Integer(1), "1")),
        "`max` is below `min`"
    );
    assert_eq!(panics(|| f64::TYPE.at_least(Text("x"), "x")), "`min` must be a number");
    let kind = "needs a field that is a number, and a bound of the same kind";
    assert_eq!(panics(|| String::TYPE.at_least(Integer(1), "1")), format!("`min` {kind}"));
    assert_eq!(panics(|| u8::TYPE.at_most(Number(0.5), "0.5")), format!("`max` {kind}"));
    assert_eq!(panics(|| u8::TYPE.bare(Unit::Us)), "`bare` needs a field of type Duration");
}
