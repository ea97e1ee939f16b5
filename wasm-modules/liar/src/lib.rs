//! A module that breaks the contract on purpose, written on the WIT alone: `tests/wasm/liar.rs` runs each of its lies.
//!
//! It passes frames on. In the call that has the frame whose first four bytes are the number `at` it tells the lie that
//! `how` names; lies of calls that come once are told whenever they are called.
#![allow(unsafe_code)]

mod cold;
mod hot;

/// `sdk/wit/v0.1/flow.wit` in Rust, generated.
#[allow(missing_docs, clippy::all, clippy::undocumented_unsafe_blocks)]
mod wit {
    wit_bindgen::generate!({ path: "../../sdk/wit/v0.1", world: "transform" });
}

use std::cell::RefCell;
use wit::rogue::flow::types::FrameId;

/// What it says of itself.
const CARD: &str = r#"[{"card":1,"name":"liar","version":"0.1.0","about":"Breaks the contract on purpose","shape":"transform","inputs":[{"name":"in"}],"outputs":[{"name":"out"}],"params":{"type":"object","additionalProperties":false,"properties":{"how":{"type":"string","default":"","description":"The lie."},"at":{"type":"integer","minimum":0,"default":0,"description":"The frame it is told with."}}},"readings":[],"counters":[],"drops":[{"name":"asked","intent":"asked","about":"the only reason"}],"state":{"schema":"liar","version":1,"accepts":[1]},"flags":[],"log":"test.liar"}]"#;

const HEAD: usize = 12;

const fn cards() -> [u8; HEAD + CARD.len()] {
    let (magic, len) = (*b"RGCARDS1", (CARD.len() as u32).to_le_bytes());
    let mut bytes = [0; HEAD + CARD.len()];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = match at {
            0..8 => magic[at],
            8..HEAD => len[at - 8],
            _ => CARD.as_bytes()[at - HEAD],
        };
        at += 1;
    }
    bytes
}

// SAFETY: the section is one of data that nothing executes.
#[unsafe(link_section = "rogue:cards")]
#[used]
static CARDS: [u8; HEAD + CARD.len()] = cards();

/// Which lie, and when.
#[derive(Default)]
struct Plan {
    how: String,
    at: u32,
    /// Frames that it said it holds.
    held: Vec<FrameId>,
}

thread_local! {
    static PLAN: RefCell<Plan> = const { RefCell::new(Plan { how: String::new(), at: 0, held: Vec::new() }) };
}

/// The plan in parameters, `{"at":130,"how":"twice"}` or in the other order.
fn plan(params: &str) -> Plan {
    let after = |key: &str| params.split_once(key).map_or("", |(_, rest)| rest);
    let how = after("\"how\":").trim_start().trim_start_matches('"');
    let how = how.split('"').next().unwrap_or_default().to_owned();
    let at = after("\"at\":").trim_start();
    let at = at.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().parse().unwrap_or(0);
    Plan { how: if params.contains("\"how\":") { how } else { String::new() }, at, held: Vec::new() }
}

/// Text that is none.
fn no_text() -> String {
    // SAFETY: it is not: this is the lie, and nobody here looks at it as text.
    unsafe { String::from_utf8_unchecked(vec![b'a', 0xff, 0xfe, b'b']) }
}

/// More text than anybody reads.
fn long_text() -> String {
    "long ".repeat(1_000_000)
}

/// The component.
struct Liar;

wit::export!(Liar with_types_in wit);
