//! What Cargo has written for the target becomes a module that the runtime takes.

use crate::{component, pack};
use std::path::Path;
use wasm_encoder::{ComponentSection, CustomSection};

/// Makes a component, with its cards where the runtime looks for them, of the core module in a file, under the same
/// name. One that is a component already stays one. `false`: it is no module, and is left as it was.
///
/// # Errors
/// In words: the file, what is wrong, what to do.
pub fn make(file: &Path) -> Result<bool, String> {
    let wrong = |what: String| format!("{}: {what}", file.display());
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let outline = component::outline(&bytes).map_err(wrong)?;
    let Some(cards) = outline.cards else { return Ok(false) };
    let component = component::component(bytes).map_err(wrong)?;
    let whole = component::whole(file, &component, &cards)?;
    pack::write(file, &whole).map_err(|trouble| trouble.into_text())?;
    Ok(true)
}

/// A component with one more custom section at its end.
pub fn append_section(component: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    CustomSection { name: name.into(), data: content.into() }.append_to_component(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_module_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("x.wasm");
        let of = |bytes: &[u8]| {
            std::fs::write(&file, bytes).expect("written");
            let made = make(&file);
            assert_eq!(std::fs::read(&file).expect("it is there"), bytes);
            made
        };
        assert!(of(b"no").is_err_and(|wrong| wrong.contains("x.wasm: ")));
        assert_eq!(of(b"\0asm\x01\0\0\0"), Ok(false));
    }

    #[test]
    fn a_section_is_appended_as_the_format_has_it() {
        let begin = b"\0asm\x0d\0\x01\0";
        let with = append_section(begin, "ab", b"cde");
        assert_eq!(with.strip_prefix(begin), Some(&b"\0\x06\x02abcde"[..]));
    }
}
