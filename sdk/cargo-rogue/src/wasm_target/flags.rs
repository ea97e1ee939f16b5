//! What Cargo and the compiler are told for components, whatever the project says.
//!
//! Panics abort on this target by themselves, so that the profile, which plugins share, need not say so.

use super::TARGET;
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

/// Every engine that runs components has 128-bit SIMD; loops over bytes gain up to five times.
const SIMD: &str = "-Ctarget-feature=+simd128";

/// Small and fast. Names of functions stay: they are what a trap shows.
const PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo"),
];

/// Cargo's separator between flags.
const SEPARATOR: &str = "\u{1f}";

/// Passes it all to Cargo; `ours`: with a toolchain that was set up here.
pub fn pass(command: &mut Command, ours: bool) {
    for (name, value) in PROFILE {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    let flags = [OsString::from(SIMD)].into_iter().chain(remapped());
    match of_environment() {
        // What is in the environment hides what is in configuration.
        Some(mut all) => {
            for flag in flags {
                all.push(SEPARATOR);
                all.push(flag);
            }
            command.env("CARGO_ENCODED_RUSTFLAGS", all);
        }
        None => {
            let flags: Vec<String> = flags.map(|flag| in_toml(&flag.to_string_lossy())).collect();
            command.args(["--config", &format!("target.{TARGET}.rustflags=[{}]", flags.join(","))]);
        }
    }
    if ours {
        command.args(["--config", &format!("target.{TARGET}.linker=\"rust-lld\"")]);
    }
}

/// The author's own flags, if they are in the environment, as Cargo separates them.
fn of_environment() -> Option<OsString> {
    let encoded = std::env::var_os("CARGO_ENCODED_RUSTFLAGS");
    encoded.filter(|flags| !flags.is_empty()).or_else(|| {
        let flags = std::env::var("RUSTFLAGS").ok()?;
        let flags: Vec<&str> = flags.split_whitespace().collect();
        (!flags.is_empty()).then(|| OsString::from(flags.join(SEPARATOR)))
    })
}

/// Names of folders of this machine that would else be in the component, in the texts of panics. Of several that fit
/// a file the compiler takes the last. What is in the author's own folder is named from there by itself.
fn remapped() -> Vec<OsString> {
    let home = || std::env::home_dir().map(|home| home.join(".cargo"));
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home);
    // The clone that this tool was built from, where rogue-sdk is.
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(ToOwned::to_owned);
    let folders = [(cargo, "/cargo"), (clone, "/rogue-runtime")];
    let flag = |(from, to): (Option<PathBuf>, &str)| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from.filter(|from| from.is_absolute() && *from != Path::new("/"))?);
        flag.push(OsStr::new("="));
        flag.push(to);
        Some(flag)
    };
    folders.into_iter().filter_map(flag).collect()
}

/// A text as TOML has it between quotes.
fn in_toml(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(ours: bool) -> (String, Vec<(String, String)>) {
        let mut command = Command::new("cargo");
        pass(&mut command, ours);
        let text = |text: &OsStr| text.to_string_lossy().into_owned();
        let envs = command.get_envs().map(|(name, value)| (text(name), text(value.unwrap_or_default())));
        let args: Vec<String> = command.get_args().map(text).collect();
        (args.join(" "), envs.collect())
    }

    #[test]
    fn simd_and_no_folder_of_this_machine() {
        let (args, envs) = passed(false);
        let all = format!("{args}{envs:?}");
        assert!(all.contains(SIMD), "{all}");
        assert!(all.contains("=/rogue-runtime"), "{all}");
        assert!(!args.contains("linker"), "{args}");
        assert!(passed(true).0.contains("linker=\"rust-lld\""));
        assert!(envs.iter().any(|(name, value)| name == "CARGO_PROFILE_RELEASE_LTO" && value == "fat"));
    }

    #[test]
    fn texts_are_quoted_for_toml() {
        assert_eq!(in_toml(r#"a "b" \c"#), r#""a \"b\" \\c""#);
    }
}
