//! The command line as clap reads it.
//!
//! Read once by [`crate::main`]; every verb sees its own arguments only.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{ffi::OsString, path::PathBuf, time::Duration};

/// Makes, builds, checks and measures a module for rogue-runtime.
///
/// A module is a Rust library that builds to a plugin, a `.so`, and to a sandboxed component, a `.wasm`. `new` writes one
/// that works; the other verbs are for what becomes of it.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-rogue",
    bin_name = "cargo rogue",
    version,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs",
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 done, and the module passed; 1 the module failed, or did not build; 2 wrong usage."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Writes a new module: a crate that builds, passes its own test, and runs in the graph beside it.
    New(NewArgs),
    /// Builds the module in this folder, and says where it is and how to run it.
    Build(BuildArgs),
    /// Makes a sandboxed module of what another language's compiler wrote: puts its card into it.
    Pack(PackArgs),
    /// Runs the contract suite on a built module: one line for each check, and a verdict.
    Check(CheckArgs),
    /// Measures what a frame costs that passes through the module, in a running graph.
    Bench(BenchArgs),
    /// One check, in this process: what `check` runs for each of them.
    #[command(hide = true)]
    Alone(AloneArgs),
}

/// `new`.
#[derive(Args, Clone, Debug)]
pub struct NewArgs {
    /// The name of the module, of its crate and of its folder: letters, digits, `-` and `_`.
    pub name: String,
    /// What it does with frames.
    #[arg(long, value_enum, default_value = "transform")]
    pub shape: ShapeArg,
    /// The folder of rogue-sdk that it depends on. Absent: the one that this tool was built from.
    #[arg(long, value_name = "PATH")]
    pub sdk: Option<PathBuf>,
}

/// The shapes, as `--shape` says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShapeArg {
    /// Makes frames.
    Source,
    /// Takes frames and gives frames, in one thread.
    Transform,
    /// Takes frames.
    Sink,
    /// Takes in one thread and gives in another.
    Endpoint,
}

/// `build`.
#[derive(Args, Clone, Debug, Default)]
pub struct BuildArgs {
    /// Builds a sandboxed component instead of a plugin: the same source, for wasm32-unknown-unknown. Where the
    /// compiler lacks that target, it is set up first, which may load it.
    #[arg(long)]
    pub wasm: bool,
    /// Builds a sandboxed component of a file of Python, with Python inside; see `sdk/python/rogue_module.py`.
    #[arg(long, value_name = "FILE.py", conflicts_with_all = ["wasm", "release", "debug", "cargo"])]
    pub python: Option<PathBuf>,
    /// With --python: a folder with packages that FILE.py imports. Repeatable.
    #[arg(long, value_name = "DIR", requires = "python")]
    pub python_path: Vec<PathBuf>,
    /// With --python: where to write the module. Absent: beside FILE.py, under the name of the module.
    #[arg(long, short, value_name = "FILE.wasm", requires = "python")]
    pub output: Option<PathBuf>,
    /// Builds with Cargo's release profile; this is the default.
    #[arg(long, conflicts_with = "debug")]
    pub release: bool,
    /// Builds with Cargo's dev profile instead.
    #[arg(long)]
    pub debug: bool,
    /// What else is passed to `cargo build`.
    #[arg(last = true, value_name = "CARGO ARGS")]
    pub cargo: Vec<OsString>,
}

/// `pack`.
#[derive(Args, Clone, Debug)]
pub struct PackArgs {
    /// What the compiler wrote: a core module with the bindings of a world of `rogue:flow` in it, or a component.
    #[arg(value_name = "FILE.wasm")]
    pub file: PathBuf,
    /// The card, a JSON object; of a file of several modules, a list of them. Absent: the one that is inside already.
    #[arg(long, value_name = "FILE.json")]
    pub card: Option<PathBuf>,
    /// Where to write the module. Absent: beside FILE.wasm, under the name of the module.
    #[arg(long, short, value_name = "FILE.wasm")]
    pub output: Option<PathBuf>,
}

/// What `check` and `bench` are about.
#[derive(Args, Clone, Debug)]
pub struct ModuleArgs {
    /// The module: FILE.so, or FILE.so#NAME in a file of several. Absent: the one in this folder, which is built.
    #[arg(value_name = "FILE[#NAME]")]
    pub module: Option<String>,
    /// A parameter, as in a graph file; VALUE is YAML. `{dir}` in it stands for an empty folder. Repeatable.
    #[arg(long, value_name = "PARAM=VALUE")]
    pub set: Vec<String>,
    /// As what the result is shown.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// How a result is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// The module.
    #[command(flatten)]
    pub module: ModuleArgs,
    /// How long one check may take; the first that takes longer ends the suite.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = limit)]
    pub limit: Duration,
}

/// `bench`.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// The module.
    #[command(flatten)]
    pub module: ModuleArgs,
    /// Frames in each run. Absent: so many that a run takes about a quarter of a second, at most 1,000,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub frames: Option<u64>,
    /// Bytes of each frame. Repeatable; absent: 64, 1024 and 65536.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(..=(16 << 20)))]
    pub size: Vec<u32>,
}

/// `alone`: what the parent process says of the one check.
#[derive(Args, Clone, Debug)]
pub struct AloneArgs {
    /// The module's file.
    pub file: PathBuf,
    /// The module's name.
    pub name: String,
    /// The check.
    pub check: String,
    /// The parameters, a JSON object.
    pub params: String,
    /// A folder for files of the check.
    pub dir: PathBuf,
    /// Where to write what became of it.
    pub report: PathBuf,
}

/// The arguments without the word that Cargo puts in: `cargo rogue new` calls `cargo-rogue rogue new`.
pub fn arguments(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|word| word == "rogue") {
        args.remove(1);
    }
    args
}

/// The time of one check: 1 s to 1 h. In less than a second not even a sound module may be through on a busy machine.
fn limit(text: &str) -> Result<Duration, String> {
    let limit = text.parse::<rogue_sdk::params::Duration>().map(Duration::from)?;
    match (1..=3600).contains(&limit.as_secs()) {
        true => Ok(limit),
        false => Err("it must be 1s to 1h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(args: &str) -> Result<Cli, clap::Error> {
        let args = ["cargo-rogue"].into_iter().chain(args.split_whitespace()).map(OsString::from);
        Cli::try_parse_from(arguments(args))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn it_is_called_by_cargo_or_by_hand() {
        for args in ["rogue new x --shape sink", "new x --shape sink"] {
            let Verb::New(new) = parse(args).expect(args).verb else { panic!("{args}") };
            assert_eq!((new.name.as_str(), new.shape), ("x", ShapeArg::Sink));
        }
        let Verb::Build(build) = parse("build -- --features a").expect("parses").verb else { panic!() };
        assert_eq!(build.cargo, ["--features", "a"]);
        assert!(!build.wasm);
        let Verb::Build(build) = parse("build --wasm").expect("parses").verb else { panic!() };
        assert!(build.wasm);
    }

    #[test]
    fn wrong_usage_is_code_2() {
        for args in [
            "",
            "rogue",
            "make x",
            "new",
            "new x --shape filter",
            "build --wasm=yes",
            "build --release --debug",
            "check a.so --limit 10",
            "check a.so --limit 10ms",
            "bench a.so --frames 0",
            "bench a.so --size 1GiB",
        ] {
            let error = parse(args).err().unwrap_or_else(|| panic!("`{args}` is accepted"));
            assert_eq!(error.exit_code(), i32::from(crate::say::USAGE), "{args}: {error}");
        }
    }
}
