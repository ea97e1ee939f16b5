//! Components that are sound, not whole, not ours, or hostile: cards are read without running anything.

use std::{fs, path::PathBuf};

use super::{
    component::{
        EXPORTS, cards_section, component, component_of, core_module, custom, exports, imports,
        inner_component, inner_module, section,
    },
    library::{cards, transform},
};
use crate::{
    card::CardError,
    graph::{Found, Packaging, Sandbox},
    host,
    load::{Form, LoadError, Loader, cards::from_bytes, cards::read},
};

/// Writes `bytes` to a file and reads its cards, which fails alike from the disk and from memory.
fn error_of(bytes: &[u8]) -> LoadError {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.wasm");
    fs::write(&file, bytes).unwrap();
    let error = read(&file).expect_err("the file must be refused");
    assert_eq!(from_bytes(&file, bytes).err().filter(|_| !bytes.is_empty()).unwrap_or(error.clone()), error);
    assert!(error.to_string().starts_with(&file.display().to_string()), "{error}");
    error
}

fn names_of(bytes: &[u8]) -> String {
    from_bytes("x.wasm".as_ref(), bytes).unwrap().names()
}

fn damage_of(bytes: &[u8]) -> String {
    match error_of(bytes) {
        LoadError::Damaged { what, .. } => what,
        error => panic!("{error}"),
    }
}

fn one(name: &str) -> Vec<u8> {
    cards_section(&format!("[{}]", transform(name)))
}

#[test]
fn cards_are_found_at_any_depth_and_the_outermost_count() {
    assert_eq!(names_of(&component_of(&["one", "two"])), "`one`, `two`");
    assert_eq!(names_of(&component(&[one("top"), exports(&EXPORTS)])), "`top`");
    let deep = inner_component(&[inner_component(&[inner_module(&[one("deep")])])]);
    assert_eq!(names_of(&component(&[deep.clone(), exports(&EXPORTS)])), "`deep`");
    for sections in [[deep.clone(), one("top")], [one("top"), deep]] {
        let all = [sections.as_slice(), &[exports(&EXPORTS)]].concat();
        assert_eq!(names_of(&component(&all)), "`top`");
    }
    let twice = [one("same"), one("same"), exports(&EXPORTS)];
    assert_eq!(names_of(&component(&twice)), "`same`");
    let differ = damage_of(&component(&[one("a"), one("b"), exports(&EXPORTS)]));
    assert_eq!(differ, "it has two sections `rogue:cards` that differ");
}

#[test]
fn imports_and_exports_are_read_with_their_versions() {
    let bytes = component(&[
        imports(&["rogue:flow/host@0.1.0", "wasi:cli/exit@0.2.6"]),
        one("x"),
        exports(&EXPORTS[..1]),
        exports(&EXPORTS[1..]),
        inner_component(&[imports(&["not:ours/either@1.0.0"])]),
    ]);
    let seen = from_bytes("x.wasm".as_ref(), &bytes).unwrap();
    assert_eq!(seen.packaging(), Packaging::Component);
    let Form::Component(interface) = seen.form else { panic!("a component") };
    assert_eq!(interface.imports, ["rogue:flow/host@0.1.0", "wasi:cli/exit@0.2.6"]);
    assert_eq!(interface.exports, EXPORTS);
    assert_eq!(interface.version(), Some("0.1.0"));
}

#[test]
fn no_truncation_is_taken_for_a_whole_component() {
    let whole = component_of(&["one"]);
    assert!(error_of(b"").to_string().contains("is empty"));
    // What is left of a component that ends between two sections is one, without what is missing.
    let exports_begin = whole.len() - exports(&EXPORTS).len();
    let imports_begin = 8;
    let module_begins = imports_begin + imports(&["rogue:flow/types@0.1.0", "rogue:flow/host@0.1.0"]).len();
    for length in 1..whole.len() {
        match error_of(&whole[..length]) {
            LoadError::Truncated { have, need, .. } => {
                assert!(
                    have == length as u64 && need > have && need <= whole.len() as u64,
                    "{length}: {need}"
                );
            }
            LoadError::NoCards { .. } => {
                assert!(length == imports_begin || length == module_begins, "{length}");
            }
            LoadError::Damaged { what, .. } => {
                assert_eq!(
                    (length, &*what),
                    (exports_begin, "it has cards but does not export `rogue:flow/module`")
                );
            }
            error => panic!("{length}: {error}"),
        }
    }
}

#[test]
fn what_is_no_component_of_ours_is_named() {
    let file = |error: &LoadError| error.file().to_owned();
    let error = error_of(&component(&[]));
    assert_eq!(error, LoadError::NoCards { file: file(&error) });
    for (sections, has_cards) in [(vec![], false), (vec![one("x")], true)] {
        let error = error_of(&core_module(&sections));
        assert_eq!(error, LoadError::CoreModule { file: file(&error), has_cards });
    }
    assert_eq!(damage_of(b"\0asm\x0a\0\x01\0"), "it is of a version of WebAssembly that is not known here");
    let other = exports(&["rogue:flow/module@0.2.0", "rogue:flow/processor@0.2.0"]);
    assert!(
        matches!(error_of(&component(&[one("x"), other])), LoadError::OtherFlow { version, .. } if version == "0.2.0")
    );
    let lies = error_of(&component(&[one("x"), exports(&EXPORTS[..1])])).to_string();
    assert!(
        lies.contains("it is a transform, and the file does not export `rogue:flow/processor`"),
        "{lies}"
    );
    let endpoint = r#"[{"card":1,"name":"q","shape":"endpoint","give":"queue","inputs":[{"name":"in"}],"outputs":[{"name":"out"}]}]"#;
    let endpoint = error_of(&component(&[cards_section(endpoint), exports(&EXPORTS)])).to_string();
    assert!(endpoint.contains("two threads"), "{endpoint}");
}

#[test]
fn cards_that_lie_are_refused() {
    let with = |bytes: &[u8]| component(&[custom("rogue:cards", bytes), exports(&EXPORTS)]);
    let refused = |bytes: &[u8]| match error_of(&with(bytes)) {
        LoadError::Cards { why, .. } => why,
        error => panic!("{error}"),
    };
    let sound = cards(&format!("[{}]", transform("x")));
    let lying = |length: u32| [&sound[..8], &length.to_le_bytes(), &sound[12..]].concat();
    assert!(matches!(refused(b""), CardError::NotCards));
    assert!(matches!(refused(b"RGCARDS2\0\0\0\0"), CardError::NotCards));
    assert!(matches!(refused(&lying(4000)), CardError::CutShort { announced: 4000, .. }));
    assert!(matches!(refused(&lying(u32::MAX)), CardError::TooLong(_)));
    assert!(matches!(refused(&lying(3)), CardError::Json(_)));
    assert!(matches!(refused(&cards("[]")), CardError::ModuleCount(0)));
    assert!(matches!(refused(&vec![b' '; (1 << 20) + 13]), CardError::TooLong(_)));
}

#[test]
fn sections_that_lie_are_refused() {
    let sections = |end: &[u8]| [component(&[one("x"), exports(&EXPORTS)]), end.to_vec()].concat();
    let far = error_of(&sections(&[3, 0xff, 0xff, 0x7f]));
    assert!(matches!(far, LoadError::Truncated { .. }), "{far}");
    assert_eq!(
        damage_of(&sections(&[3, 0xff, 0xff, 0xff, 0xff, 0x0f])),
        "its headers point far beyond its end"
    );
    let long = damage_of(&sections(&[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]));
    assert!(long.starts_with("invalid var_u32"), "{long}");
    assert!(damage_of(&sections(&section(77, b""))).contains("of an unknown kind, 77"));
    assert!(damage_of(&sections(&inner_module(&[section(77, b"")]))).contains("of an unknown kind, 77"));
    assert!(damage_of(&sections(&section(1, b"\0asm"))).contains("does not begin like one"));
    assert!(damage_of(&sections(&section(4, &core_module(&[])))).contains("does not begin like one"));
    let beyond = section(1, &[&core_module(&[]), &[1, 200][..]].concat());
    let inside = [beyond, custom("pad", &[0; 300])].concat();
    assert!(damage_of(&sections(&inside)).contains("ends behind what it is in"));
    assert!(damage_of(&sections(&section(10, &[1, 0]))).contains("at byte"));
    assert!(damage_of(&sections(&section(11, &[0xff, 0xff, 0xff, 0xff, 0x0f]))).contains("at byte"));
    let many = vec!["a:b/c@0.1.0"; 1001];
    assert_eq!(damage_of(&sections(&imports(&many))), "it has more than 1000 imports and exports");
    let names = imports(&[&"x".repeat(70_000), "\u{1b}[2J\n"]);
    let seen = from_bytes("x.wasm".as_ref(), &sections(&names)).unwrap();
    let Form::Component(interface) = seen.form else { panic!("a component") };
    assert_eq!(interface.imports[0].chars().count(), 201);
    assert_eq!(interface.imports[1], "\\u{1b}[2J ");
}

#[test]
fn depth_and_number_of_sections_are_bounded() {
    let nested =
        |levels: usize| (0..levels).fold(inner_module(&[one("x")]), |inner, _| inner_component(&[inner]));
    assert_eq!(names_of(&component(&[nested(15), exports(&EXPORTS)])), "`x`");
    for levels in [16, 100] {
        let what = damage_of(&component(&[nested(levels), exports(&EXPORTS)]));
        assert_eq!(what, "it has more than 16 components in each other");
    }
    let what = damage_of(&component(&vec![section(3, b""); (1 << 17) + 1]));
    assert_eq!(what, "it has more than 131072 sections");
}

#[test]
fn changed_bytes_never_panic() {
    let whole = component_of(&["one", "two"]);
    let (mut accepted, mut refused) = (0, 0);
    for at in 0..whole.len() {
        for value in 0..=255 {
            let mut bytes = whole.clone();
            bytes[at] = value;
            match from_bytes("changed.wasm".as_ref(), &bytes) {
                Ok(_) => accepted += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}

/// A component in a file, as a catalog finds it.
fn found(bytes: &[u8]) -> (tempfile::TempDir, Found) {
    let dir = tempfile::tempdir().unwrap();
    let file: PathBuf = dir.path().join("x.wasm");
    fs::write(&file, bytes).unwrap();
    let card = from_bytes(&file, bytes).unwrap().cards[0].clone();
    (dir, Found { card, file, index: 0, sha256: None, packaging: Packaging::Component })
}

fn refusal(found: &Found, sandbox: &Sandbox) -> LoadError {
    Loader::new(host::table()).load(found, sandbox).err().expect("it must be refused")
}

#[test]
fn a_component_gets_what_its_node_is_granted() {
    let with = |import: &str| found(&component(&[imports(&[import]), one("x"), exports(&EXPORTS)]));
    let nothing = Sandbox::default();
    let (_dir, wall) = with("rogue:flow/wall@0.1.0");
    assert!(matches!(refusal(&wall, &nothing), LoadError::NotGranted { grant: "wall", .. }));
    let granted = refusal(&wall, &Sandbox { wall: true, ..nothing });
    assert!(!matches!(granted, LoadError::NotGranted { .. }), "{granted}");
    let (_dir, wasi) = with("wasi:filesystem/types@0.2.0");
    let all = Sandbox { wall: true, random: true, ..nothing };
    assert!(matches!(refusal(&wasi, &all), LoadError::UnknownImports { imports, .. } if imports.len() == 1));
}

#[test]
fn a_component_is_loaded_only_as_the_catalog_saw_it() {
    let (_dir, seen) = found(&component_of(&["x"]));
    let sandbox = Sandbox::default();
    let other = Found { sha256: Some("0".repeat(64)), ..seen.clone() };
    assert!(matches!(refusal(&other, &sandbox), LoadError::OtherContent { .. }));
    fs::write(&seen.file, component_of(&["y"])).unwrap();
    assert!(matches!(refusal(&seen, &sandbox), LoadError::Changed { .. }));
    fs::write(&seen.file, super::library::plugin_of(&["x"])).unwrap();
    let text = refusal(&seen, &sandbox).to_string();
    assert!(text.contains("it was a component and is none now"), "{text}");
    fs::write(&seen.file, component_of(&["x"])).unwrap();
    let native = Found { packaging: Packaging::Native, ..seen };
    let text = refusal(&native, &sandbox).to_string();
    assert!(text.contains("it was native and is a component now"), "{text}");
}
