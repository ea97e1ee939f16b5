//! A shared library as plain bytes: which machine it is for, and what lies under an exported name.
//!
//! Called by `cards`; works alike over bytes in memory and over a file of which only the headers and the
//! two symbol tables are read. What holds: every number in the file is distrusted, nothing of it is run, and
//! after [`Library::parse`] every segment that the system's loader would map lies inside the file.

use std::{fmt::Display, path::Path};

use object::{
    Endianness,
    elf::{self, FileHeader64, ProgramHeader64, Sym64},
    read::{
        ReadRef,
        elf::{FileHeader, ProgramHeader, SectionHeader, Sym},
    },
};

use super::{LoadError, cards::FILE_LIMIT};

/// Most bytes of one symbol table: the largest libraries of this world stay far below.
const TABLE_LIMIT: u64 = 64 << 20;

/// The headers and the exported names of a shared library.
pub struct Library<'d, R> {
    data: R,
    endian: Endianness,
    segments: &'d [ProgramHeader64<Endianness>],
    symbols: &'d [Sym64<Endianness>],
    names: &'d [u8],
}

impl<'d, R: ReadRef<'d>> Library<'d, R> {
    /// Reads the headers of `file`, whose bytes are `data`.
    pub fn parse(file: &Path, data: R) -> Result<Self, LoadError> {
        let damaged =
            |what: &dyn Display| LoadError::Damaged { file: file.to_owned(), what: what.to_string() };
        let have = data.len().map_err(|()| damaged(&"its length is not known"))?;
        let within = |need: Option<u64>| match need {
            Some(need) if need <= have => Ok(()),
            Some(need) if need <= FILE_LIMIT => {
                Err(LoadError::Truncated { file: file.to_owned(), have, need })
            }
            _ => Err(damaged(&"its headers point far beyond its end")),
        };

        check_machine(file, data, have)?;
        within(Some(size_of::<FileHeader64<Endianness>>() as u64))?;
        let header = FileHeader64::<Endianness>::parse(data).map_err(|e| damaged(&e))?;
        let endian = header.endian().map_err(|e| damaged(&e))?;
        if header.e_type(endian) != elf::ET_DYN {
            let kind = "an object file or a program";
            return Err(LoadError::NotElf { file: file.to_owned(), kind });
        }

        let table = |at: u64, size: u16, count: u16| at.checked_add(u64::from(size) * u64::from(count));
        within(table(header.e_phoff(endian), header.e_phentsize(endian), header.e_phnum(endian)))?;
        within(table(header.e_shoff(endian), header.e_shentsize(endian), header.e_shnum(endian)))?;
        let segments = header.program_headers(endian, data).map_err(|e| damaged(&e))?;
        for segment in segments {
            within(segment.p_offset(endian).checked_add(segment.p_filesz(endian)))?;
        }

        let sections = header.sections(endian, data).map_err(|e| damaged(&e))?;
        let Some(dynamic) = sections.iter().find(|section| section.sh_type(endian) == elf::SHT_DYNSYM) else {
            return Ok(Library { data, endian, segments, symbols: &[], names: &[] });
        };
        let names = sections.section(dynamic.link(endian)).map_err(|e| damaged(&e))?;
        for section in [dynamic, names] {
            within(section.sh_offset(endian).checked_add(section.sh_size(endian)))?;
            if section.sh_size(endian) > TABLE_LIMIT {
                return Err(damaged(&format_args!("a symbol table of more than {TABLE_LIMIT} bytes")));
            }
        }
        let symbols = dynamic.data_as_array(endian, data).map_err(|e| damaged(&e))?;
        let names = names.data(endian, data).map_err(|e| damaged(&e))?;
        Ok(Library { data, endian, segments, symbols, names })
    }

    /// Where an exported name lies, and the size it has there; `None`: not exported.
    pub fn symbol(&self, name: &str) -> Option<(u64, u64)> {
        let is_it = |symbol: &&Sym64<Endianness>| {
            let text = self.names.get(symbol.st_name(self.endian) as usize..);
            let rest = text.and_then(|text| text.strip_prefix(name.as_bytes()));
            symbol.st_shndx(self.endian) != elf::SHN_UNDEF
                && rest.is_some_and(|rest| rest.first() == Some(&0))
        };
        let symbol = self.symbols.iter().find(is_it)?;
        Some((symbol.st_value(self.endian), symbol.st_size(self.endian)))
    }

    /// `size` bytes that the loader would map at `address`; `None`: the file has none there.
    pub fn bytes(&self, address: u64, size: u64) -> Option<&'d [u8]> {
        self.segments
            .iter()
            .filter(|segment| segment.p_type(self.endian) == elf::PT_LOAD)
            .find_map(|segment| segment.data_range(self.endian, self.data, address, size).ok().flatten())
    }
}

/// Checks the first words, which are alike for all machines: is it ELF, is it for this one?
fn check_machine<'d, R: ReadRef<'d>>(file: &Path, data: R, have: u64) -> Result<(), LoadError> {
    const WORDS: u64 = 20;
    let start = data.read_bytes_at(0, have.min(WORDS)).unwrap_or_default();
    let magic = elf::ELFMAG.as_slice();
    if !start.starts_with(magic) && !magic.starts_with(start) {
        let kind = match start {
            [b'#', b'!', ..] => "a script",
            [b'!', b'<', b'a', b'r', b'c', b'h', b'>', ..] => "a static library",
            [0xcf, 0xfa, 0xed, 0xfe, ..] => "a macOS library",
            [b'M', b'Z', ..] => "a Windows program or library",
            _ => "some other kind of file",
        };
        return Err(LoadError::NotElf { file: file.to_owned(), kind });
    }
    let &[_, _, _, _, class, order, .., low, high] = start else {
        return Err(LoadError::Truncated { file: file.to_owned(), have, need: WORDS });
    };
    if (start.len() as u64) < WORDS {
        return Err(LoadError::Truncated { file: file.to_owned(), have, need: WORDS });
    }
    let machine = if order == elf::ELFDATA2MSB.0 { [high, low] } else { [low, high] };
    let machine = u16::from_le_bytes(machine);
    let big = if order == elf::ELFDATA2MSB.0 { " (big-endian)" } else { "" };
    let half = if class == elf::ELFCLASS32.0 { " (32-bit)" } else { "" };
    let name = match elf::Machine(machine) {
        elf::EM_X86_64 => "x86-64",
        elf::EM_386 => "x86",
        elf::EM_AARCH64 => "aarch64",
        elf::EM_ARM => "arm",
        elf::EM_RISCV => "riscv",
        elf::EM_PPC64 => "powerpc64",
        elf::EM_S390 => "s390x",
        elf::EM_MIPS => "mips",
        elf::EM_LOONGARCH => "loongarch64",
        _ => "an unknown CPU",
    };
    let ours = match std::env::consts::ARCH {
        "x86_64" => name == "x86-64",
        "riscv64" => name == "riscv",
        arch => name == arch,
    };
    let native_order = if cfg!(target_endian = "big") { elf::ELFDATA2MSB.0 } else { elf::ELFDATA2LSB.0 };
    if ours && class == elf::ELFCLASS64.0 && order == native_order {
        return Ok(());
    }
    let number = if name.starts_with("an ") { format!(" (number {machine})") } else { String::new() };
    Err(LoadError::OtherCpu { file: file.to_owned(), built_for: format!("{name}{number}{half}{big}") })
}
