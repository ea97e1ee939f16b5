//! The sections of a component: its cards, its imports, its exports.
//!
//! Works alike over bytes in memory and over a file, of which only the headers of sections and what is looked for are
//! read: code and data are passed over. What holds: every number in the file is distrusted, depth and number of
//! sections are bounded, and every section passed lies in the one around it.

use std::{fmt::Display, ops::Range, path::Path};

use object::read::ReadRef;
use wasmparser::{BinaryReader, ComponentExportSectionReader, ComponentImportSectionReader};

use super::interface::Interface;
use crate::{
    card::{CardError, printable},
    load::{FILE_LIMIT, LoadError, cards::CARDS_LIMIT},
};

/// The custom section that has the cards, in the bytes of `ROGUE_CARDS`.
const CARDS_SECTION: &str = "rogue:cards";
/// Most levels of components in components; linkers of languages with a runtime make three.
const DEPTH_LIMIT: usize = 16;
/// Most sections of all levels; those of languages with a runtime have some thousands.
const SECTION_LIMIT: usize = 1 << 17;
/// Most bytes of one section of imports or exports, and most names of all: a module needs a dozen.
const NAMES_BYTES_LIMIT: u64 = 1 << 20;
const NAMES_LIMIT: usize = 1000;
/// Longest name, in characters, that is shown.
const NAME_LIMIT: usize = 200;

/// Bytes of a preamble: magic, version, and what kind of file it is.
const PREAMBLE: u64 = 8;
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
const CORE_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
/// Bytes of a section's header: its kind, and its length in up to five bytes.
const HEADER: u64 = 6;

/// Kinds of sections.
mod kind {
    pub const CUSTOM: u8 = 0;
    pub const CORE_MODULE: u8 = 1;
    pub const COMPONENT: u8 = 4;
    pub const IMPORT: u8 = 10;
    pub const EXPORT: u8 = 11;
    /// The last kinds that there are.
    pub const LAST: u8 = 12;
    pub const LAST_OF_CORE: u8 = 13;
}

/// What was looked for.
pub struct Seen<'d> {
    /// The bytes of the outermost cards.
    pub cards: Option<&'d [u8]>,
    /// What the component imports and exports.
    pub interface: Interface,
}

/// Reads the sections of `file`, whose bytes are `data`.
pub fn read<'d, R: ReadRef<'d>>(file: &Path, data: R) -> Result<Seen<'d>, LoadError> {
    let mut walk = Walk { file, data, len: 0, sections: 0, cards: None, interface: Interface::default() };
    walk.len = data.len().map_err(|()| walk.damaged("its length is not known"))?;
    if walk.len < PREAMBLE {
        return Err(LoadError::Truncated { file: file.to_owned(), have: walk.len, need: PREAMBLE });
    }
    let whole = 0..walk.len;
    let preamble = walk.bytes(0, PREAMBLE)?;
    let is_core = preamble == CORE_MODULE;
    if preamble != COMPONENT && !is_core {
        return Err(walk.damaged("it is of a version of WebAssembly that is not known here"));
    }
    walk.level(whole, is_core, 0)?;
    let cards = walk.cards.map(|(_, bytes)| bytes);
    if is_core {
        return Err(LoadError::CoreModule { file: file.to_owned(), has_cards: cards.is_some() });
    }
    Ok(Seen { cards, interface: walk.interface })
}

struct Walk<'f, 'd, R> {
    file: &'f Path,
    data: R,
    /// Bytes of the file.
    len: u64,
    /// Sections passed.
    sections: usize,
    /// The outermost cards so far, and how deep they lie.
    cards: Option<(usize, &'d [u8])>,
    interface: Interface,
}

impl<'d, R: ReadRef<'d>> Walk<'_, 'd, R> {
    /// The sections of a component or a core module that lies at `range`, preamble included.
    fn level(&mut self, range: Range<u64>, is_core: bool, depth: usize) -> Result<(), LoadError> {
        if depth > DEPTH_LIMIT {
            return Err(self.damaged(format!("it has more than {DEPTH_LIMIT} components in each other")));
        }
        let wanted = if is_core { CORE_MODULE } else { COMPONENT };
        if range.end - range.start < PREAMBLE || self.bytes(range.start, PREAMBLE)? != wanted {
            let what = if is_core { "core module" } else { "component" };
            return Err(self.damaged(format!("the {what} at byte {} does not begin like one", range.start)));
        }
        let mut at = range.start + PREAMBLE;
        while at < range.end {
            let (kind, body) = self.section(at, range.end)?;
            at = body.end;
            match kind {
                kind::CUSTOM => self.custom(body, depth)?,
                kind if is_core && kind > kind::LAST_OF_CORE => return Err(self.unknown(kind, &body)),
                _ if is_core => {}
                kind::CORE_MODULE => self.level(body, true, depth + 1)?,
                kind::COMPONENT => self.level(body, false, depth + 1)?,
                kind::IMPORT if depth == 0 => self.imports(body)?,
                kind::EXPORT if depth == 0 => self.exports(body)?,
                kind if kind > kind::LAST => return Err(self.unknown(kind, &body)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The kind and the body of the section at `at` in something that ends at `end`.
    fn section(&mut self, at: u64, end: u64) -> Result<(u8, Range<u64>), LoadError> {
        self.sections += 1;
        if self.sections > SECTION_LIMIT {
            return Err(self.damaged(format!("it has more than {SECTION_LIMIT} sections")));
        }
        let header = self.bytes(at, HEADER.min(end - at))?;
        let mut reader = BinaryReader::new(header, 0);
        let mut read = || Ok::<_, wasmparser::Error>((reader.read_u8()?, reader.read_var_u32()?));
        let (kind, size) = match read() {
            Ok(read) => read,
            // A header that has all its bytes and cannot be read has a length of more than 32 bits.
            Err(error) if header.len() as u64 == HEADER => return Err(self.wrong(&error, at)),
            Err(_) => return Err(self.ends_early(end, end + 1)),
        };
        let body = at + reader.original_position() as u64;
        match body + u64::from(size) {
            body_end if body_end <= end => Ok((kind, body..body_end)),
            body_end => Err(self.ends_early(end, body_end)),
        }
    }

    /// A custom section: the cards, or somebody else's.
    fn custom(&mut self, body: Range<u64>, depth: usize) -> Result<(), LoadError> {
        const NAME: u64 = 5 + CARDS_SECTION.len() as u64;
        let size = body.end - body.start;
        let mut reader = BinaryReader::new(self.bytes(body.start, NAME.min(size))?, 0);
        let name = reader.read_var_u32().and_then(|length| reader.read_bytes(length as usize));
        if !matches!(name, Ok(name) if name == CARDS_SECTION.as_bytes()) {
            return Ok(());
        }
        let start = body.start + reader.original_position() as u64;
        let size = body.end - start;
        if size > CARDS_LIMIT {
            let why = CardError::TooLong(usize::try_from(size).unwrap_or(usize::MAX));
            return Err(LoadError::Cards { file: self.file.to_owned(), why });
        }
        let bytes = self.bytes(start, size)?;
        match self.cards {
            // What lies deeper speaks for a part of the component.
            Some((known, _)) if known < depth => {}
            Some((known, other)) if known == depth => {
                if other != bytes {
                    return Err(self.damaged(format!("it has two sections `{CARDS_SECTION}` that differ")));
                }
            }
            _ => self.cards = Some((depth, bytes)),
        }
        Ok(())
    }

    fn imports(&mut self, body: Range<u64>) -> Result<(), LoadError> {
        let reader = ComponentImportSectionReader::new(self.names(&body)?);
        for import in reader.map_err(|error| self.wrong(&error, 0))? {
            let name = import.map_err(|error| self.wrong(&error, 0))?.name;
            let name = self.name(name.name, name.version_suffix)?;
            self.interface.imports.push(name);
        }
        Ok(())
    }

    fn exports(&mut self, body: Range<u64>) -> Result<(), LoadError> {
        let reader = ComponentExportSectionReader::new(self.names(&body)?);
        for export in reader.map_err(|error| self.wrong(&error, 0))? {
            let name = export.map_err(|error| self.wrong(&error, 0))?.name;
            let name = self.name(name.name, name.version_suffix)?;
            self.interface.exports.push(name);
        }
        Ok(())
    }

    /// A section of names, to be read.
    fn names(&self, body: &Range<u64>) -> Result<BinaryReader<'d>, LoadError> {
        let size = body.end - body.start;
        if size > NAMES_BYTES_LIMIT {
            return Err(
                self.damaged(format!("it has more than {NAMES_BYTES_LIMIT} bytes of imports or exports"))
            );
        }
        let at = usize::try_from(body.start).unwrap_or(usize::MAX);
        Ok(BinaryReader::new(self.bytes(body.start, size)?, at))
    }

    /// A name with its version, fit for a terminal.
    fn name(&self, name: &str, version_suffix: Option<&str>) -> Result<String, LoadError> {
        if self.interface.imports.len() + self.interface.exports.len() >= NAMES_LIMIT {
            return Err(self.damaged(format!("it has more than {NAMES_LIMIT} imports and exports")));
        }
        let name = format!("{name}{}", version_suffix.unwrap_or_default()).replace('\n', " ");
        Ok(printable(&name, NAME_LIMIT))
    }

    fn bytes(&self, at: u64, size: u64) -> Result<&'d [u8], LoadError> {
        self.data.read_bytes_at(at, size).map_err(|()| self.damaged("it cannot be read to its end"))
    }

    /// Something that ends at `end` announces bytes up to `need`.
    fn ends_early(&self, end: u64, need: u64) -> LoadError {
        match end {
            end if end < self.len => {
                self.damaged(format!("a section ends behind what it is in, at byte {end}"))
            }
            _ if need > FILE_LIMIT => self.damaged("its headers point far beyond its end"),
            have => LoadError::Truncated { file: self.file.to_owned(), have, need },
        }
    }

    fn unknown(&self, kind: u8, body: &Range<u64>) -> LoadError {
        self.damaged(format!("the section at byte {} is of an unknown kind, {kind}", body.start))
    }

    /// What the parser says of bytes that begin at `at`.
    fn wrong(&self, error: &wasmparser::Error, at: u64) -> LoadError {
        self.damaged(format!("{} (at byte {})", error.message(), at + error.offset() as u64))
    }

    fn damaged(&self, what: impl Display) -> LoadError {
        LoadError::Damaged { file: self.file.to_owned(), what: what.to_string() }
    }
}
