//! Component files that are damaged, cut off or not what they should be: each is refused with an error that names the
//! file, or runs; nothing panics, hangs or takes the process with it.
//!
//! All of it happens in a process of its own ([`damage_is_survived`] starts [`every_damage`]): an abort would be seen, and
//! the user's cache of compiled code stays as it is.

use crate::{desk::dist, stage::Stage};
use rogue_runtime::{
    graph::{Catalog, Found, Sandbox, Wanted},
    host,
    load::{FileCatalog, Loader, Search},
    module::{Call, Outbox},
};
use rogue_tests::dist::root;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// Set in the process that does the work: its folder.
const FOLDER: &str = "ROGUE_TEST_DAMAGED";
/// Files cut off; bits changed in the head of a component and anywhere in it, and the same of a small one, which compiles
/// in a twentieth of the time.
const CUTS: usize = 600;
const HEAD: usize = 1000;
const DEEP: usize = 30;
const SMALL_HEAD: usize = 1500;
const SMALL: usize = 400;

#[test]
fn damage_is_survived() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(std::env::current_exe().expect("a test has a path"));
    child.args(["--exact", "damaged::every_damage", "--include-ignored", "--nocapture"]);
    let done =
        child.env(FOLDER, folder.path()).env("XDG_CACHE_HOME", folder.path()).output().expect("a process");
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
    assert!(!told.contains("panicked"), "{told}");
}

#[test]
#[ignore = "for the process that `damage_is_survived` starts"]
fn every_damage() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let mut desk = Desk { file: folder.join("damaged.wasm"), refused: 0, ran: 0 };
    let whole = fs::read(dist().join("filter.wasm")).expect("a component");
    let small = fs::read(dist().join("decimate.wasm")).expect("a small component");
    assert!(desk.survives(&whole) && desk.survives(&small), "what is whole runs");
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..CUTS {
        desk.survives(&whole[..random.usize(..whole.len())]);
    }
    assert_eq!(desk.ran, 2, "what is cut off is refused");
    let damages = [
        (&whole, 400, HEAD),
        (&whole, whole.len(), DEEP),
        (&small, 2000, SMALL_HEAD),
        (&small, small.len(), SMALL),
    ];
    for (component, within, count) in damages {
        for _ in 0..count {
            let at = random.usize(..within);
            desk.flips(component, at, &mut random);
        }
    }
    println!("{} refused, {} ran", desk.refused, desk.ran);
    assert!(desk.refused > CUTS && desk.ran > 2);
}

/// Where files are tried.
struct Desk {
    file: PathBuf,
    refused: usize,
    ran: usize,
}

impl Desk {
    fn flips(&mut self, whole: &[u8], at: usize, random: &mut fastrand::Rng) {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 1 << random.u32(..8);
        self.survives(&bytes);
    }

    /// Whether the bytes run as a module; else they are refused by the name of their file.
    fn survives(&mut self, bytes: &[u8]) -> bool {
        fs::write(&self.file, bytes).expect("a file");
        let ran = match load(&self.file) {
            Ok(found) => {
                runs(&found);
                true
            }
            Err(error) => {
                assert!(error.contains("damaged.wasm"), "{error}");
                assert!(error.len() < 10_000, "{} bytes", error.len());
                false
            }
        };
        *if ran { &mut self.ran } else { &mut self.refused } += 1;
        ran
    }
}

fn catalogued(file: &Path) -> Result<Found, String> {
    let catalog = FileCatalog::new("/", Arc::new(Search::new(&[], None, None)));
    catalog.find(&Wanted { module: &file.display().to_string(), entry: None })
}

/// Finds and loads a file.
fn load(file: &Path) -> Result<Found, String> {
    let found = catalogued(file)?;
    let loaded = Loader::new(host::table()).load(&found, &Sandbox::default());
    loaded.map(|_| found).map_err(|error| error.to_string())
}

/// Whatever it does with a few frames, it returns.
fn runs(found: &Found) {
    let stage = Stage::new(found);
    drop(stage.module.check("{}"));
    let Ok(mut made) = stage.make("{}") else { return };
    let Some(half) = &mut made.take else { return };
    let mut frames: Vec<_> = (0..5).map(|n| Some(stage.frame(&[n; 6], 8, 0))).collect();
    let mut out = Outbox { items: Vec::new(), limit: 256 };
    let mut call = Call { frames: &mut frames, ..Call::asking(1, 0, &mut out) };
    half.accept(&mut call);
}

/// A component with one text in place of another of the same length, at every place.
fn with(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let (mut changed, mut count) = (bytes.to_vec(), 0);
    for at in 0..bytes.len().saturating_sub(from.len()) {
        if bytes[at..].starts_with(from.as_bytes()) {
            changed[at..at + to.len()].copy_from_slice(to.as_bytes());
            count += 1;
        }
    }
    assert!(count > 0, "{from} is not in it");
    changed
}

fn refusal(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("other.wasm");
    fs::write(&file, bytes).expect("a file");
    let error = load(&file).expect_err("it is refused");
    assert!(error.contains("other.wasm"), "{error}");
    error
}

#[test]
fn what_it_wants_and_speaks_must_be_there() {
    let filter = fs::read(dist().join("filter.wasm")).expect("a component");
    let error = refusal(&with(&filter, "rogue:flow/host@0.1.0", "wasi0:flow/host@0.1.0"));
    assert!(error.contains("imports `wasi0:flow/host@0.1.0`, which nothing here provides"), "{error}");
    let error = refusal(&with(&filter, "@0.1.0", "@0.9.0"));
    assert!(error.contains("was built for rogue:flow 0.9.0"), "{error}");
}

#[test]
fn a_core_module_is_told_from_a_component() {
    let object = root().join("wasm-modules/c-decimate/gen/transform_component_type.o");
    let error = refusal(&fs::read(object).expect("a core module"));
    assert!(error.contains("is a core WebAssembly module, not a component"), "{error}");
}

#[test]
fn a_component_too_large_is_refused_before_it_is_compiled() {
    const PADDING: u32 = 49 << 20;
    let mut bytes = fs::read(dist().join("decimate.wasm")).expect("a component");
    let mut length = PADDING;
    bytes.push(0);
    for _ in 0..4 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(b"\x07padding");
    bytes.resize(bytes.len() + PADDING as usize - 8, 0);
    let error = refusal(&bytes);
    assert!(error.contains("more than the 48 MiB that are compiled"), "{error}");
}
