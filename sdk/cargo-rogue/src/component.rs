//! Files of WebAssembly as bytes: what a core module or a component says of itself, and a component with cards in it.
//!
//! Used by `pack` and by the building of Python modules. No code of a module runs here. What holds: a component that
//! [`whole`] has let through is valid, imports nothing but `rogue:flow`, and the runtime reads its cards.

use rogue_runtime::{
    card::{Card, MAGIC},
    load,
};
use std::{ops::Range, path::Path};
use wasmparser::{Encoding, Parser, Payload, Validator};
use wit_component::ComponentEncoder;

/// The custom section at the top level of a component that holds the cards, as `ROGUE_CARDS` does in a plugin.
pub const SECTION: &str = "rogue:cards";

/// The contract that components are written against.
const CONTRACT: &str = "rogue:flow/";

/// What a file says of itself.
#[derive(Debug, Default)]
pub struct Outline {
    /// A component, not a core module.
    pub component: bool,
    /// What it imports at its top level: interfaces of a component, `module.name` of a core module.
    pub imports: Vec<String>,
    /// The cards inside: those at the top level, else those of a module inside.
    pub cards: Option<Vec<u8>>,
    /// Where the sections with cards are at the top level, with their heads.
    cards_at: Vec<Range<usize>>,
}

/// Reads a core module or a component.
///
/// # Errors
/// When it is neither, or damaged.
pub fn outline(bytes: &[u8]) -> Result<Outline, String> {
    if !bytes.starts_with(b"\0asm") {
        return Err("it is no WebAssembly file".to_owned());
    }
    let mut outline = Outline::default();
    let mut inner_cards = None;
    let (mut depth, mut end) = (0usize, 0usize);
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| error.to_string())?;
        let section = payload.as_section().map(|(_, range)| range.end);
        let top = depth <= 1;
        match payload {
            Payload::Version { encoding, range, .. } => {
                depth += 1;
                if depth == 1 {
                    outline.component = encoding == Encoding::Component;
                    end = range.end;
                }
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if section.name() == SECTION => {
                if top {
                    outline.cards = Some(section.data().to_vec());
                    outline.cards_at.push(end..section.range().end);
                } else {
                    inner_cards = Some(section.data().to_vec());
                }
            }
            Payload::ImportSection(section) if top => {
                for import in section.into_imports() {
                    let import = import.map_err(|error| error.to_string())?;
                    outline.imports.push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::ComponentImportSection(section) if top => {
                for import in section {
                    outline.imports.push(import.map_err(|error| error.to_string())?.name.name.to_owned());
                }
            }
            _ => {}
        }
        if let (true, Some(section)) = (top, section) {
            end = section;
        }
    }
    outline.cards = outline.cards.or(inner_cards);
    Ok(outline)
}

/// Makes a component of a core module; a component stays as it is.
///
/// # Errors
/// When the module imports what there is not in the sandbox, or is not of a world of the contract.
pub fn component(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let outline = outline(&bytes)?;
    if outline.component {
        return Ok(bytes);
    }
    foreign(&outline.imports, |name| name.starts_with("wasi") || name.starts_with("env."))?;
    let encode = || ComponentEncoder::default().validate(true).module(&bytes)?.encode();
    encode().map_err(|error| {
        format!(
            "no component can be made of it: {error:#}. A core module has the bindings that wit-bindgen makes of \
             {CONTRACT} linked into it."
        )
    })
}

/// The component with these cards, and no others, at its top level. `file` is for what is said of it.
///
/// # Errors
/// When the component and its cards do not fit, or it is damaged.
pub fn whole(file: &Path, component: &[u8], cards: &[u8]) -> Result<Vec<u8>, String> {
    let damaged = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let outline = outline(component).map_err(|error| damaged(&error))?;
    Validator::new().validate_all(component).map_err(|error| damaged(&error))?;
    foreign(&outline.imports, |name| !name.starts_with(CONTRACT)).map_err(|error| damaged(&error))?;
    let mut whole = Vec::with_capacity(component.len() + cards.len() + 32);
    let mut from = 0;
    for at in outline.cards_at {
        whole.extend_from_slice(component.get(from..at.start).unwrap_or_default());
        from = at.end;
    }
    whole.extend_from_slice(component.get(from..).unwrap_or_default());
    let section = wasm_encoder::CustomSection { name: SECTION.into(), data: cards.into() };
    wasm_encoder::ComponentSection::append_to_component(&section, &mut whole);
    load::cards::from_bytes(file, &whole).map_err(|error| error.to_string())?;
    Ok(whole)
}

/// The bytes of cards for their JSON text: one card, or a list of them.
///
/// # Errors
/// When it is no JSON, or a card breaks a rule.
pub fn cards(json: &[u8]) -> Result<Vec<u8>, String> {
    let value: serde_json::Value =
        serde_json::from_slice(json).map_err(|error| format!("it is not JSON: {error}"))?;
    let text = match value {
        serde_json::Value::Array(_) => value.to_string(),
        _ => serde_json::Value::Array(vec![value]).to_string(),
    };
    let length = u32::try_from(text.len()).map_err(|_| "4 GiB of cards".to_owned())?;
    let bytes = [MAGIC.as_slice(), &length.to_le_bytes(), text.as_bytes()].concat();
    Card::parse_all(&bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Refuses imports that nothing in the sandbox answers.
fn foreign(imports: &[String], is_foreign: impl Fn(&str) -> bool) -> Result<(), String> {
    const SHOWN: usize = 4;
    let names: Vec<&str> = imports.iter().map(String::as_str).filter(|name| is_foreign(name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let more = if names.len() > SHOWN { ", …" } else { "" };
    Err(format!(
        "it imports {}{more}: a module in the sandbox has no files, no clock, no standard output, only what \
         {CONTRACT} offers. In C this comes of printf, exit, time and the like: log with `host.log` instead.",
        names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ")
    ))
}

#[cfg(test)]
mod tests;
