//! Writes the smallest component that imports and exports some names.

use super::library::{cards, transform};

/// What a component of transforms exports.
pub const EXPORTS: [&str; 2] = ["rogue:flow/module@0.1.0", "rogue:flow/processor@0.1.0"];

/// A section of one kind.
pub fn section(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &*number(body.len()), body].concat()
}

/// A custom section.
pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&*text(name), content].concat())
}

/// A component of these sections.
pub fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".as_slice(), &sections.concat()].concat()
}

/// A core module of these sections.
pub fn core_module(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x01\0\0\0".as_slice(), &sections.concat()].concat()
}

/// A section that has a core module.
pub fn inner_module(sections: &[Vec<u8>]) -> Vec<u8> {
    section(1, &core_module(sections))
}

/// A section that has a component.
pub fn inner_component(sections: &[Vec<u8>]) -> Vec<u8> {
    section(4, &component(sections))
}

/// A section that imports instances of type 0.
pub fn imports(names: &[&str]) -> Vec<u8> {
    let all: Vec<u8> = names.iter().flat_map(|name| [&[0], &*text(name), &[5, 0]].concat()).collect();
    section(10, &[number(names.len()), all].concat())
}

/// A section that exports instance 0 under names.
pub fn exports(names: &[&str]) -> Vec<u8> {
    let all: Vec<u8> = names.iter().flat_map(|name| [&[0], &*text(name), &[5, 0, 0]].concat()).collect();
    section(11, &[number(names.len()), all].concat())
}

/// The section with these cards.
pub fn cards_section(json: &str) -> Vec<u8> {
    custom("rogue:cards", &cards(json))
}

/// A component with one transform for each name, as a linker leaves it: the cards are in the core module.
pub fn component_of(names: &[&str]) -> Vec<u8> {
    let all: Vec<String> = names.iter().map(|name| transform(name)).collect();
    let cards = cards_section(&format!("[{}]", all.join(",")));
    component(&[
        imports(&["rogue:flow/types@0.1.0", "rogue:flow/host@0.1.0"]),
        inner_module(&[custom("name", b"x"), cards]),
        exports(&EXPORTS),
    ])
}

fn text(text: &str) -> Vec<u8> {
    [number(text.len()), text.as_bytes().to_vec()].concat()
}

/// A number as WebAssembly writes it: seven bits a byte, the lowest first.
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = vec![];
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
