//! Made-up files, and one that C made: `wasm-modules/c-decimate`.

use super::*;
use wasm_encoder::{Component, CustomSection, Module};

const CARD: &str = r#"{ "card": 1, "name": "x", "shape": "transform",
    "inputs": [{ "name": "in" }], "outputs": [{ "name": "out" }] }"#;

/// A component that exports instances of nothing under these names, with imports likewise.
fn made(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    use wasm_encoder::{
        ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
        ComponentTypeRef, ComponentTypeSection, InstanceType,
    };
    let mut component = Component::new();
    let mut types = ComponentTypeSection::new();
    types.instance(&InstanceType::new());
    component.section(&types);
    let mut section = ComponentImportSection::new();
    for name in imports {
        section.import(*name, ComponentTypeRef::Instance(0));
    }
    component.section(&section);
    let mut instances = ComponentInstanceSection::new();
    instances.export_items([] as [(&str, ComponentExportKind, u32); 0]);
    component.section(&instances);
    let mut section = ComponentExportSection::new();
    let made = u32::try_from(imports.len()).expect("few");
    for name in exports {
        section.export(*name, ComponentExportKind::Instance, made, None);
    }
    component.section(&section);
    component.finish()
}

fn transform() -> Vec<u8> {
    made(&["rogue:flow/host@0.1.0"], &["rogue:flow/module@0.1.0", "rogue:flow/processor@0.1.0"])
}

/// As [`super::whole`], of a file called `x.wasm`.
fn whole(component: &[u8], cards: &[u8]) -> Result<Vec<u8>, String> {
    super::whole(Path::new("x.wasm"), component, cards)
}

#[test]
fn cards_come_to_the_top_level_and_replace_those_that_were_there() {
    let first = cards(CARD.as_bytes()).expect("a card");
    let second = cards(CARD.replace("\"x\"", "\"y\"").as_bytes()).expect("a card");
    let once = whole(&transform(), &first).expect("fits");
    assert_eq!(outline(&once).expect("a component").cards, Some(first));
    let twice = whole(&once, &second).expect("fits");
    assert_eq!(twice.len(), once.len(), "the first card is still inside");
    assert_eq!(outline(&twice).expect("a component").cards, Some(second));
    Validator::new().validate_all(&twice).expect("valid");
}

#[test]
fn cards_of_a_module_inside_are_found() {
    let mut module = Module::new();
    module.section(&CustomSection { name: SECTION.into(), data: b"cards".as_slice().into() });
    let bytes = module.clone().finish();
    assert_eq!(outline(&bytes).expect("a module").cards.as_deref(), Some(b"cards".as_slice()));
    let mut component = Component::new();
    component.section(&wasm_encoder::ModuleSection(&module));
    let outline = outline(&component.finish()).expect("a component");
    assert_eq!(outline.cards.as_deref(), Some(b"cards".as_slice()));
    assert!(outline.cards_at.is_empty());
}

#[test]
fn what_does_not_fit_is_refused_with_what_to_do() {
    let refused = |component: &[u8], card: &str| {
        let cards = cards(card.as_bytes()).expect("a card");
        whole(component, &cards).expect_err("it does not fit")
    };
    let source = CARD.replace("transform", "source").replace(r#""inputs": [{ "name": "in" }],"#, "");
    let text = refused(&transform(), &source);
    assert!(text.contains("does not export `rogue:flow/source`"), "{text}");
    let blind = CARD.replace(r#""card""#, r#""flags": ["metadata_only"], "card""#);
    assert!(refused(&transform(), &blind).contains("`rogue:flow/inspector`"));
    let endpoint = CARD.replace(r#""transform""#, r#""endpoint", "give": "queue""#);
    assert!(refused(&transform(), &endpoint).contains("two threads"));
    let newer = made(&[], &["rogue:flow/module@0.2.0", "rogue:flow/processor@0.2.0"]);
    assert!(refused(&newer, CARD).contains("0.2.0"));
    let files =
        made(&["wasi:filesystem/types@0.2.0"], &["rogue:flow/module@0.1.0", "rogue:flow/processor@0.1.0"]);
    assert!(
        refused(&files, CARD)
            .contains("x.wasm: it imports wasi:filesystem/types@0.2.0: a module in the sandbox")
    );
}

#[test]
fn a_core_module_of_no_world_becomes_no_module() {
    let empty = component(Module::new().finish()).expect("a component of nothing");
    let error = whole(&empty, &cards(CARD.as_bytes()).expect("a card")).expect_err("no world");
    assert!(error.contains("does not export `rogue:flow/module`"), "{error}");
    let mut module = Module::new();
    let mut types = wasm_encoder::TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut imports = wasm_encoder::ImportSection::new();
    imports.import("wasi_snapshot_preview1", "fd_write", wasm_encoder::EntityType::Function(0));
    module.section(&imports);
    let error = component(module.finish()).expect_err("no files");
    assert!(
        error.starts_with("it imports wasi_snapshot_preview1.fd_write: a module in the sandbox"),
        "{error}"
    );
}

#[test]
fn damaged_files_are_refused_wherever_they_end() {
    let all = whole(&transform(), &cards(CARD.as_bytes()).expect("a card")).expect("fits");
    for len in 0..all.len() {
        let cut = all.get(..len).expect("shorter");
        let parsed = outline(cut).and_then(|_| whole(cut, &cards(CARD.as_bytes())?));
        assert!(parsed.is_err() || len > transform().len() - 1, "{len} bytes of {}", all.len());
    }
    assert!(outline(b"\x7fELF and more").is_err());
}

#[test]
fn cards_are_checked_as_the_runtime_does() {
    for (json, part) in [
        ("", "EOF"),
        ("[]", "0 modules"),
        (r#"{ "card": 2, "name": "x", "shape": "sink", "inputs": [{ "name": "in" }] }"#, "form 2"),
        (r#"{ "card": 1, "name": "x y", "shape": "sink", "inputs": [{ "name": "in" }] }"#, "is not a name"),
        (r#"{ "card": 1, "name": "x", "shape": "sink", "inputs": [] }"#, "at least one input"),
    ] {
        let error = cards(json.as_bytes()).expect_err(json);
        assert!(error.contains(part), "{json}: {error}");
    }
}
