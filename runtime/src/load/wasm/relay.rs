//! A component whose hot functions are exported by way of a module that imports them, which makes each call cheaper.
//!
//! Used by [`super::compiled`] before it compiles. wasmtime looks up the code of an exported function at every call, a
//! search among all functions of its module; where the function is one that the exporting module has imported, it reads a
//! pointer instead. So a module without code is put behind those of the component, which imports the functions of
//! [`HOT`] and exports them, and the component's own aliases are turned to it. What holds: nothing else changes; a
//! component that is built in another way than that of the usual tools is left as it is, and so is one that does not
//! compile with it.

use wasmparser::{
    Chunk, ComponentAlias, ComponentAliasSectionReader, ComponentExternalKind, ComponentImportSectionReader,
    ComponentOuterAliasKind, ComponentTypeRef, ExternalKind, Parser, Payload,
};

/// Functions that are called for every batch, as modules of the usual tools export them, and whether they take frames.
const HOT: [(&str, bool); 5] = [
    ("rogue:flow/processor@0.1.0#process", true),
    ("rogue:flow/processor@0.1.0#finish", false),
    ("rogue:flow/inspector@0.1.0#inspect", true),
    ("rogue:flow/inspector@0.1.0#finish", false),
    ("rogue:flow/source@0.1.0#produce", false),
];

/// Identities of sections.
const MODULE: u8 = 1;
const INSTANCE: u8 = 2;

/// The component with the relay in it; none where there is nothing to relay, or no place for it.
pub fn relayed(bytes: &[u8]) -> Option<Vec<u8>> {
    let found = find(bytes)?;
    let mut whole = Vec::with_capacity(bytes.len() + 1024);
    whole.extend_from_slice(&bytes[..found.before]);
    section(&mut whole, MODULE, &module(&found.functions));
    section(&mut whole, INSTANCE, &instance(found.modules, found.from));
    let shift = whole.len() - found.before;
    whole.extend_from_slice(&bytes[found.before..]);
    for at in found.aliases {
        *whole.get_mut(at + shift)? = u8::try_from(found.instances).ok().filter(|at| *at < 0x80)?;
    }
    Some(whole)
}

/// Where a relay belongs.
struct Place {
    /// Where the section begins that has the first alias.
    before: usize,
    /// Core modules and core instances before it.
    modules: u32,
    instances: u32,
    /// The instance that exports them all.
    from: u32,
    /// Which of [`HOT`].
    functions: Vec<usize>,
    /// Where each alias names its instance, in one byte.
    aliases: Vec<usize>,
}

fn find(bytes: &[u8]) -> Option<Place> {
    let (mut modules, mut instances, mut begin) = (0, 0, 0);
    let mut place: Option<Place> = None;
    let mut parser = Parser::new(0);
    while begin < bytes.len() {
        let (payload, read) = match parser.parse(bytes.get(begin..)?, true).ok()? {
            Chunk::Parsed { payload, consumed } => (payload, consumed),
            Chunk::NeedMoreData(_) => return None,
        };
        let mut end = begin + read;
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                (modules, end) = (modules + 1, unchecked_range.end);
                if place.is_some() {
                    return None;
                }
            }
            Payload::ComponentSection { unchecked_range, .. } => end = unchecked_range.end,
            Payload::InstanceSection(section) => {
                instances += section.count();
                if place.is_some() {
                    return None;
                }
            }
            Payload::ComponentImportSection(section) if imports_module(section.clone()) => return None,
            Payload::ComponentAliasSection(section) => {
                aliases(bytes, begin, (modules, instances), section, &mut place)?;
            }
            Payload::End(_) => break,
            _ => {}
        }
        if end <= begin {
            return None;
        }
        begin = end;
    }
    place
}

/// Notes the aliases of a section that are to be turned; none where something is as the usual tools do not have it.
fn aliases(
    bytes: &[u8],
    begin: usize,
    (modules, instances): (u32, u32),
    section: ComponentAliasSectionReader<'_>,
    place: &mut Option<Place>,
) -> Option<()> {
    for alias in section.into_iter_with_offsets() {
        let (at, alias) = alias.ok()?;
        match alias {
            ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, instance_index, name } => {
                let Some(which) = HOT.iter().position(|(hot, _)| *hot == name) else { continue };
                // Sort `core func`, target `core export`, and the instance in one byte.
                if bytes.get(at..at + 4)? != [0, 0, 1, u8::try_from(instance_index).ok()?] {
                    return None;
                }
                let before = begin;
                let place = place.get_or_insert_with(|| Place {
                    before,
                    modules,
                    instances,
                    from: instance_index,
                    functions: Vec::new(),
                    aliases: Vec::new(),
                });
                if place.from != instance_index {
                    return None;
                }
                place.functions.push(which);
                place.aliases.push(at + 3);
            }
            ComponentAlias::CoreInstanceExport { .. } => {}
            ComponentAlias::InstanceExport { kind, .. } if kind != ComponentExternalKind::Module => {}
            ComponentAlias::Outer { kind, .. } if kind != ComponentOuterAliasKind::CoreModule => {}
            _ => return None,
        }
    }
    Some(())
}

fn imports_module(section: ComponentImportSectionReader<'_>) -> bool {
    section
        .into_iter()
        .any(|import| !import.is_ok_and(|import| !matches!(import.ty, ComponentTypeRef::Module(_))))
}

/// A number as WebAssembly has it.
fn number(to: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        to.push(n as u8 | 0x80);
        n >>= 7;
    }
    to.push(n as u8);
}

fn text(to: &mut Vec<u8>, text: &str) {
    number(to, text.len() as u32);
    to.extend_from_slice(text.as_bytes());
}

fn section(to: &mut Vec<u8>, id: u8, content: &[u8]) {
    to.push(id);
    number(to, content.len() as u32);
    to.extend_from_slice(content);
}

/// The module that imports these functions and exports them.
fn module(functions: &[usize]) -> Vec<u8> {
    const I32: u8 = 0x7f;
    const I64: u8 = 0x7e;
    let mut whole = b"\0asm\x01\0\0\0".to_vec();
    // Two types: a call without frames, and one with a list of them.
    let asked = [0x60, 4, I64, I32, I32, I32, 1, I32];
    let given = [0x60, 6, I64, I32, I32, I32, I32, I32, 1, I32];
    let types: Vec<u8> = [2].into_iter().chain(asked).chain(given).collect();
    section(&mut whole, 1, &types);
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    number(&mut imports, functions.len() as u32);
    number(&mut exports, functions.len() as u32);
    for (index, (name, frames)) in functions.iter().filter_map(|which| HOT.get(*which)).enumerate() {
        text(&mut imports, "m");
        text(&mut imports, name);
        imports.extend([0, u8::from(*frames)]);
        text(&mut exports, name);
        exports.push(0);
        number(&mut exports, index as u32);
    }
    section(&mut whole, 2, &imports);
    section(&mut whole, 7, &exports);
    whole
}

/// Its instance, which is given the exports of another.
fn instance(module: u32, from: u32) -> Vec<u8> {
    let mut one = vec![1, 0];
    number(&mut one, module);
    one.push(1);
    text(&mut one, "m");
    one.push(0x12);
    number(&mut one, from);
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime::component::Component;

    const FILTER: &[u8] =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm-modules/dist/filter.wasm"));

    #[test]
    fn a_component_of_the_usual_tools_is_relayed_and_compiles() {
        let relayed = relayed(FILTER).expect("a place for it");
        assert!(relayed.len() > FILTER.len() && relayed.len() < FILTER.len() + 1024);
        Component::from_binary(super::super::engine::engine().expect("an engine"), &relayed)
            .expect("it compiles");
        assert!(super::relayed(&relayed).is_some(), "another one finds its place behind the first");
    }

    #[test]
    fn what_is_none_or_damaged_is_left_alone() {
        assert!(relayed(b"\0asm\x0d\0\x01\0").is_none());
        assert!(relayed(b"").is_none());
        for end in (0..FILTER.len()).step_by(997) {
            let _ = relayed(&FILTER[..end]);
        }
    }
}
