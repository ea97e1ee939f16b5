//! Writes the smallest shared library that exports some names.

use rogue_abi::{CARDS_MAGIC, CARDS_SYMBOL, MARK_SYMBOL, ROGUE_ABI};

/// Bytes of a file header and of one program header.
const HEADERS: usize = 64 + 56;

/// A shared library for this machine that exports `symbols`.
pub fn library(symbols: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = vec![0u8; HEADERS];
    let mut names = vec![0u8];
    let mut table = vec![0u8; 24];
    for (name, content) in symbols {
        align(&mut body);
        table.extend(u32::try_from(names.len()).unwrap().to_le_bytes());
        table.extend([0x11, 0, 1, 0]); // global object, in section 1
        table.extend((body.len() as u64).to_le_bytes());
        table.extend((content.len() as u64).to_le_bytes());
        names.extend(name.as_bytes());
        names.push(0);
        body.extend_from_slice(content);
    }
    let mut sections = vec![[0u64; 6]]; // type, offset, size, link, align, entry size
    for (kind, content, link, entry) in [(11u64, &table, 2u64, 24u64), (3, &names, 0, 0)] {
        align(&mut body);
        sections.push([kind, body.len() as u64, content.len() as u64, link, 8, entry]);
        body.extend_from_slice(content);
    }
    align(&mut body);
    let sections_at = body.len() as u64;
    for [kind, offset, size, link, alignment, entry] in sections {
        body.extend([0; 4]);
        body.extend(u32::try_from(kind).unwrap().to_le_bytes());
        for word in [0, offset, offset, size, link, alignment, entry] {
            body.extend(word.to_le_bytes());
        }
    }
    let whole = body.len() as u64;
    let machine = if cfg!(target_arch = "aarch64") { 183u16 } else { 62 };
    let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0".to_vec();
    head.extend(machine.to_le_bytes());
    head.extend(1u32.to_le_bytes());
    for word in [0, 64, sections_at] {
        head.extend(word.to_le_bytes());
    }
    head.extend([0; 4]);
    for half in [64u16, 56, 1, 64, 3, 2] {
        head.extend(half.to_le_bytes());
    }
    head.extend([1, 0, 0, 0, 4, 0, 0, 0]); // one readable segment: the whole file
    for word in [0, 0, 0, whole, whole, 4096] {
        head.extend(word.to_le_bytes());
    }
    body[..HEADERS].copy_from_slice(&head);
    body
}

/// A plugin file with these cards.
pub fn plugin(json: &str) -> Vec<u8> {
    library(&[(MARK_SYMBOL, &mark(ROGUE_ABI.major, ROGUE_ABI.layout_hash)), (CARDS_SYMBOL, &cards(json))])
}

/// A plugin file with one transform per name.
pub fn plugin_of(names: &[&str]) -> Vec<u8> {
    let cards: Vec<String> = names.iter().map(|name| transform(name)).collect();
    plugin(&format!("[{}]", cards.join(",")))
}

/// The card of a transform.
pub fn transform(name: &str) -> String {
    format!(
        r#"{{"card":1,"name":"{name}","shape":"transform","inputs":[{{"name":"in"}}],"outputs":[{{"name":"out"}}]}}"#
    )
}

/// The bytes under `ROGUE_CARDS`.
pub fn cards(json: &str) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap().to_le_bytes();
    [CARDS_MAGIC.as_slice(), &length, json.as_bytes()].concat()
}

/// The bytes under `ROGUE_ABI`.
pub fn mark(major: u32, layout_hash: u64) -> Vec<u8> {
    let words = [major.to_ne_bytes(), ROGUE_ABI.minor.to_ne_bytes()].concat();
    [ROGUE_ABI.magic.as_slice(), &words, &layout_hash.to_ne_bytes()].concat()
}

fn align(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(16), 0);
}
