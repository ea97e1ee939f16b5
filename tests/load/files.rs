//! Plugin files that are not whole, not ours, or not what they say.

use std::{fs, path::Path};

use rogue_runtime::{
    graph::{Found, Sandbox},
    load::{Form, LoadError, cards, inspect, libraries_open},
};

use crate::stage::{file, find, loader, module_at};

/// The error of loading these bytes as a file.
fn error_of(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("libpatched.so");
    fs::write(&file, bytes).unwrap();
    module_at(&file).err().expect("the file must be refused")
}

fn position(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).position(|window| window == of).unwrap()
}

#[test]
fn real_plugins_are_read_without_running_them() {
    let seen = inspect(&file("several")).unwrap();
    assert_eq!(seen.cards.names(), "`doubler`, `numbers`, `pair`");
    assert_eq!(seen.sha256.len(), 64);
    assert_eq!(find("pair").unwrap().index, 2);
    let card = find("doubler").unwrap().card;
    assert_eq!((card.version.as_str(), card.output_port("copies")), (env!("CARGO_PKG_VERSION"), Some(1)));
}

#[test]
fn a_real_plugin_cut_anywhere_is_truncated() {
    let whole = fs::read(file("panics")).unwrap();
    let lengths = (1..whole.len()).step_by(whole.len() / 500).chain(whole.len() - 300..whole.len());
    for length in lengths {
        let error = cards::from_bytes(Path::new("cut.so"), &whole[..length]).err();
        assert!(matches!(error, Some(LoadError::Truncated { .. })), "{length}: {error:?}");
    }
    let text = error_of(&whole[..whole.len() / 2]);
    assert!(text.contains("libpatched.so is truncated: it has "), "{text}");
}

#[test]
fn a_real_plugin_for_others_is_refused_before_it_is_opened() {
    let whole = fs::read(file("panics")).unwrap();
    let mut other_cpu = whole.clone();
    let machine: u16 = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    other_cpu[18..20].copy_from_slice(&machine.to_le_bytes());
    assert!(error_of(&other_cpu).contains("was built for "));

    let mark = position(&whole, &[b"ROGUEABI".as_slice(), &1u32.to_ne_bytes()].concat());
    let mut other_abi = whole.clone();
    other_abi[mark + 8] = 2;
    assert!(error_of(&other_abi).contains("was built for plugin ABI 2, this runtime speaks 1"));
    let mut other_layout = whole.clone();
    other_layout[mark + 16] ^= 1;
    assert!(error_of(&other_layout).contains("does not have the tables of plugin ABI 1"));
    let mut other_minor = whole.clone();
    other_minor[mark + 12] = 7;
    assert_eq!(
        cards::from_bytes(Path::new("x.so"), &other_minor).unwrap().form,
        Form::Native { abi: (1, 7) }
    );

    let mut other_card = whole.clone();
    let about = position(&whole, b"RGCARDS1");
    other_card[about] = b'X';
    assert!(error_of(&other_card).contains("do not begin with RGCARDS1"));
}

#[test]
fn a_library_that_is_no_plugin_says_so() {
    let is_it = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libserde_derive") && name.ends_with(".so")
    };
    let derive =
        fs::read_dir(crate::stage::plugins()).unwrap().flatten().map(|entry| entry.path()).find(is_it);
    let text = module_at(&derive.expect("serde's derive is built with this")).err().unwrap();
    assert!(text.contains("is no rogue plugin: it exports no ROGUE_CARDS"), "{text}");
}

#[test]
fn a_lie_in_the_card_is_told() {
    let text = module_at(&file("liar-card")).err().unwrap();
    assert!(text.contains("module `liar` lies in its card: the card in its code differs"), "{text}");
    let again = module_at(&file("liar-card")).err().unwrap();
    assert_eq!(text, again);
}

/// The marks agree, and abi_stable sees that the tables do not.
#[test]
fn tables_of_another_layout_are_refused_before_they_are_used() {
    for _ in 0..2 {
        let text = module_at(&file("other-tables")).err().unwrap();
        assert!(text.contains("does not have the tables of plugin ABI 1: `"), "{text}");
        assert!(text.contains("mismatched") && text.len() < 2000 && !text.contains('\n'), "{text}");
    }
    let whole = fs::read(file("panics")).unwrap();
    let header = position(&whole, b"abi stable library for Rust");
    let mut other_checker = whole.clone();
    other_checker[header] ^= 1;
    let text = error_of(&other_checker);
    assert!(text.contains("it was built with another abi_stable"), "{text}");
}

#[test]
fn what_changed_since_the_check_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("libx.so");
    fs::copy(file("panics"), &place).unwrap();
    let found = find(place.to_str().unwrap()).unwrap();
    fs::remove_file(&place).unwrap();
    fs::copy(file("several"), &place).unwrap();
    let changed = |found: &Found| loader().load(found, &Sandbox::default()).err().unwrap();
    assert!(matches!(changed(&found), LoadError::Changed { .. }));
    let sum = "f".repeat(64);
    let other = Found { sha256: Some(sum.clone()), ..find("doubler").unwrap() };
    assert!(matches!(changed(&other), LoadError::OtherContent { wanted, .. } if wanted == sum));
    fs::remove_file(&place).unwrap();
    assert!(matches!(changed(&found), LoadError::Missing { .. }));
}

#[test]
fn one_content_is_opened_once_whatever_its_paths() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("liba.so"), dir.path().join("libb.so"));
    fs::copy(file("several"), &a).unwrap();
    fs::copy(file("several"), &b).unwrap();
    let pick = |file: &Path| find(&format!("{}#pair", file.display())).unwrap();
    let pair = loader().load(&pick(&a), &Sandbox::default()).unwrap();
    let open = || copies_mapped("several") + copies_mapped("liba") + copies_mapped("libb");
    assert_eq!(open(), 1);
    loader().load(&pick(&b), &Sandbox::default()).unwrap();
    loader().load(&find("pair").unwrap(), &Sandbox::default()).unwrap();
    assert_eq!(open(), 1);
    assert!(libraries_open() >= 1);
    // The file may be overwritten while its code runs: what is mapped is a copy.
    fs::write(&a, vec![0; 1 << 20]).unwrap();
    assert!(module_at(&a).err().unwrap().contains("not a module's; a native module is a shared library"));
    let stage = crate::stage::Stage::new();
    assert!(stage.create(&*pair, "{}").is_ok());
    assert!(pair.check("{").len() == 1);
}

/// Distinct private copies with this in their names that this process has mapped.
fn copies_mapped(name: &str) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let paths = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    let mut paths: Vec<&str> =
        paths.filter(|path| path.contains("rogue-runtime-") && path.contains(name)).collect();
    paths.dedup();
    paths.len()
}
