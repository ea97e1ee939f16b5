//! Files that are no plugins, not whole, not for us, or hostile: each gets its sentence, none a panic.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use rogue_abi::{CARDS_SYMBOL, MARK_SYMBOL, ROGUE_ABI};

use super::library::{cards, library, mark, plugin, plugin_of, transform};
use crate::load::{Form, LoadError, cards::from_bytes, cards::read};

/// Writes `bytes` to a file and reads its cards.
fn error_of(bytes: &[u8]) -> (PathBuf, LoadError) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("libx.so");
    fs::write(&file, bytes).unwrap();
    let error = read(&file).expect_err("the file must be refused");
    assert_eq!(error.file(), file);
    assert_eq!(from_bytes(&file, bytes).err().filter(|_| !bytes.is_empty()).unwrap_or(error.clone()), error);
    (file, error)
}

#[test]
fn cards_are_read_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("libtwo.so");
    fs::write(&file, plugin_of(&["one", "two"])).unwrap();
    let seen = read(&file).unwrap();
    assert_eq!(seen.form, Form::Native { abi: (ROGUE_ABI.major, ROGUE_ABI.minor) });
    assert_eq!(seen.names(), "`one`, `two`");
    assert_eq!(seen.index_of("two"), Some(1));
    assert_eq!(seen.index_of("three"), None);
    assert_eq!(seen.values()[1]["name"], "two");
}

#[test]
fn a_changed_file_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("libx.so");
    fs::write(&file, plugin_of(&["before"])).unwrap();
    assert_eq!(read(&file).unwrap().names(), "`before`");
    let next = dir.path().join("next");
    fs::write(&next, plugin_of(&["behind"])).unwrap();
    fs::rename(&next, &file).unwrap();
    assert_eq!(read(&file).unwrap().names(), "`behind`");
    fs::remove_file(&file).unwrap();
    assert_eq!(read(&file), Err(LoadError::Missing { file }));
}

#[test]
fn every_truncation_says_so() {
    let whole = plugin_of(&["fifo"]);
    for length in 1..whole.len() {
        let (file, error) = error_of(&whole[..length]);
        let LoadError::Truncated { have, need, .. } = error else { panic!("{length}: {error}") };
        assert_eq!(have, length as u64);
        assert!(need > have && need <= whole.len() as u64, "{length}: {need}");
        let text = LoadError::Truncated { file: file.clone(), have, need }.to_string();
        assert!(text.starts_with(&format!("{} is truncated: it has {have} bytes", file.display())), "{text}");
    }
}

#[test]
fn what_is_no_library_is_named() {
    assert!(matches!(error_of(b"").1, LoadError::Empty { .. }));
    for (bytes, kind) in [
        (&b"hello, I am a text\n"[..], "some other kind of file"),
        (b"#!/bin/sh\n", "a script"),
        (b"!<arch>\n", "a static library"),
        (&[7; 4096], "some other kind of file"),
    ] {
        let (file, error) = error_of(bytes);
        assert_eq!(error, LoadError::NotElf { file, kind });
    }
    let mut object = plugin_of(&["x"]);
    object[16] = 1;
    assert!(matches!(error_of(&object).1, LoadError::NotElf { kind: "an object file or a program", .. }));
}

#[test]
fn other_machines_are_named() {
    let for_machine = |machine: u16| {
        let mut bytes = plugin_of(&["x"]);
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes
    };
    let (other, name) = if cfg!(target_arch = "aarch64") { (62, "x86-64") } else { (183, "aarch64") };
    let (file, error) = error_of(&for_machine(other));
    let ours = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86-64" };
    assert_eq!(
        error.to_string(),
        format!(
            "{} was built for {name}, this runtime needs {ours}; build it for this machine",
            file.display()
        )
    );
    let built_for = |bytes: &[u8]| match error_of(bytes).1 {
        LoadError::OtherCpu { built_for, .. } => built_for,
        error => panic!("{error}"),
    };
    assert_eq!(built_for(&for_machine(9999)), "an unknown CPU (number 9999)");
    let mut small = for_machine(40);
    small[4] = 1;
    assert_eq!(built_for(&small), "arm (32-bit)");
    let mut big = plugin_of(&["x"]);
    big[5] = 2;
    big[18..20].copy_from_slice(&21u16.to_be_bytes());
    assert_eq!(built_for(&big), "powerpc64 (big-endian)");
}

#[test]
fn other_tables_are_named() {
    let with_mark = |mark: &[u8]| library(&[(MARK_SYMBOL, mark), (CARDS_SYMBOL, &cards("[]"))]);
    let (file, error) = error_of(&with_mark(&mark(2, ROGUE_ABI.layout_hash)));
    assert_eq!(error, LoadError::OtherAbi { file: file.clone(), major: 2 });
    assert!(error.to_string().contains("was built for plugin ABI 2, this runtime speaks 1"), "{error}");
    assert!(matches!(error_of(&with_mark(&mark(1, 1))).1, LoadError::OtherLayout { .. }));
    let damaged = |bytes: &[u8]| match error_of(bytes).1 {
        LoadError::Damaged { what, .. } => what,
        error => panic!("{error}"),
    };
    assert_eq!(damaged(&with_mark(&[9; 24])), "ROGUE_ABI does not begin with its magic");
    assert_eq!(damaged(&with_mark(b"ROGUEABI")), "ROGUE_ABI points outside of it");
    assert_eq!(damaged(&library(&[(CARDS_SYMBOL, &cards("[]"))])), "it has cards but no ROGUE_ABI");
}

#[test]
fn a_library_without_cards_is_no_plugin() {
    for symbols in [&[][..], &[("malloc", &b"abc"[..])], &[("ROGUE_CARDS_NOT", b"x")]] {
        let (file, error) = error_of(&library(symbols));
        assert_eq!(error, LoadError::NotAPlugin { file });
    }
}

#[test]
fn wrong_cards_are_refused() {
    let with_cards = |bytes: &[u8]| {
        library(&[(MARK_SYMBOL, &mark(ROGUE_ABI.major, ROGUE_ABI.layout_hash)), (CARDS_SYMBOL, bytes)])
    };
    let mut long = cards(&format!("[{}]", transform("x")));
    long[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut short = cards(&format!("[{}]", transform("x")));
    short[8..12].copy_from_slice(&4000u32.to_le_bytes());
    let two = plugin_of(&["same", "same"]);
    for bytes in [
        with_cards(b""),
        with_cards(b"RGCARDS1"),
        with_cards(b"RGCARDS2\0\0\0\0"),
        with_cards(&long),
        with_cards(&short),
        with_cards(&vec![b' '; 2 << 20]),
        plugin("[]"),
        plugin("{}"),
        plugin("[1]"),
        plugin(r#"[{"card":1,"name":"../x","shape":"sink"}]"#),
        two,
    ] {
        let error = error_of(&bytes).1;
        assert!(matches!(error, LoadError::Cards { .. }), "{error}");
    }
}

#[test]
fn what_is_no_ordinary_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let kind = |file: &std::path::Path| match read(file) {
        Err(LoadError::NotAFile { kind, .. }) => kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(dir.path()), "a directory");
    assert_eq!(kind("/dev/null".as_ref()), "a device");
    let pipe = dir.path().join("pipe.so");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    assert_eq!(kind(&pipe), "a pipe");
    let missing = dir.path().join("no.so");
    assert_eq!(read(&missing), Err(LoadError::Missing { file: missing }));

    let secret = dir.path().join("secret.so");
    fs::write(&secret, plugin_of(&["x"])).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    match fs::File::open(&secret) {
        Ok(_) => {} // run by root, who may read everything
        Err(_) => assert!(matches!(read(&secret), Err(LoadError::Unreadable { .. }))),
    }
}

#[test]
fn a_huge_file_is_refused_unread() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("libhuge.so");
    fs::File::create(&file).unwrap().set_len(crate::load::FILE_LIMIT + 1).unwrap();
    assert!(matches!(read(&file), Err(LoadError::TooBig { .. })));
}

/// Numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

#[test]
fn mutated_files_never_panic() {
    let whole = plugin_of(&["one", "two"]);
    let mut numbers = Numbers(20_260_101);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..60_000 {
        let mut bytes = whole.clone();
        for _ in 0..=numbers.next(6) {
            let at = numbers.next(bytes.len());
            bytes[at] = match numbers.next(4) {
                0 => 0,
                1 => 0xff,
                _ => numbers.next(256) as u8,
            };
        }
        match from_bytes("mutated.so".as_ref(), &bytes) {
            Ok(cards) => {
                accepted += 1;
                assert_eq!(cards.values().len(), cards.cards.len());
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().starts_with("mutated.so"));
            }
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}
