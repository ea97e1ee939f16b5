//! A released version, built from the sources that are kept here.

use rogue_tests::child::run_within;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

/// Far more than a build takes on a machine that does much else.
const BUILD: Duration = Duration::from_secs(900);

/// What was built.
pub struct Released {
    /// Its `rogue-runtime`.
    pub program: PathBuf,
    /// The folder with its plugins.
    pub plugins: PathBuf,
}

impl Released {
    /// The first version of the SDK and of the runtime.
    pub fn first() -> &'static Released {
        static FIRST: OnceLock<Released> = OnceLock::new();
        FIRST.get_or_init(|| Released::build("0.1.0"))
    }

    fn build(version: &str) -> Released {
        let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("pinned/{version}.tar.gz"));
        let test = env::current_exe().expect("a test has a path");
        // The tests lie in `target/release/deps/`.
        let target = test.ancestors().nth(3).expect("in a target folder").join("pinned");
        let sources = target.join(version);
        fs::create_dir_all(&sources).expect("a folder");
        // Files keep their times, so that what was built from them before stays good.
        let mut unpack = Command::new("tar");
        unpack.arg("-xzf").arg(&archive).arg("-C").arg(&sources);
        done(&mut unpack);
        let manifest = sources.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        // The tests of that version are not kept, and debugging it is not the purpose.
        let alone = text.replace(r#", "tests", "tests/plugins/*""#, "");
        assert_ne!(alone, text, "{}", manifest.display());
        fs::write(&manifest, alone + "\n[profile.dev]\ndebug = false\n").expect("a manifest");
        let output = target.join("build");
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.arg("build").arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&output);
        // Where nothing is missing, nothing is fetched.
        for package in ["rogue-runtime", "rogue-fifo", "rogue-filter", "rogue-prbs", "rogue-tag"] {
            cargo.args(["--package", package]);
        }
        done(&mut cargo);
        let built = output.join("debug");
        Released { program: built.join("rogue-runtime"), plugins: built }
    }
}

#[track_caller]
fn done(command: &mut Command) {
    let done = run_within(command, BUILD);
    assert_eq!(done.code, Some(0), "{command:?}: {done:#?}");
}
