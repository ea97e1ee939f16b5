//! Which packages there are, and loading them.
//!
//! No version is written here: names with a version in them are read from what depends on them.

use crate::{child, say};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Time to look something up in lists.
const LIMIT: Duration = Duration::from_secs(120);

/// Time to load lists, and packages.
const LOAD: Duration = Duration::from_secs(900);

/// The compiler that the distribution builds its browsers with: newer than its own.
const RUSTC: &str = "rustc-web";

/// The sources of the standard library that belongs to it.
pub const SOURCE: &str = "rust-web-src";

/// apt with the options that it is called with.
struct Apt {
    options: Vec<String>,
}

/// What is said of a package.
#[derive(Debug, Default, PartialEq)]
struct About {
    version: String,
    /// Names only, the first of alternatives.
    depends: Vec<String>,
    /// Of the package's file, in bytes.
    size: u64,
}

/// What makes a toolchain.
pub struct Packages {
    apt: Apt,
    /// Of the compiler.
    pub version: String,
    /// `name=version`, as `apt-get download` takes it.
    wanted: Vec<String>,
    size: u64,
}

/// Whether there is apt.
pub fn is_here() -> Result<(), String> {
    child::run(Command::new("apt-get").arg("--version"), LIMIT)
        .map(drop)
        .map_err(|_| "there is no apt-get; this is neither Debian nor Ubuntu".to_owned())
}

/// Finds the packages; where apt knows none of them, it loads its lists into a folder in `beside` first.
pub fn packages(beside: &Path) -> Result<Packages, String> {
    let mut apt = Apt { options: Vec::new() };
    if apt.about(RUSTC).is_err() {
        say::step("loading apt's lists of packages");
        apt = Apt::with_own_lists(beside)?;
    }
    let rustc = apt.about(RUSTC).map_err(|_| format!("no package {RUSTC} is in what apt knows of"))?;
    let dev = "libstd-rust-web-dev";
    let std = apt.about(dev)?.named("libstd-rust-web-")?;
    let llvm = apt.about(&std)?.named("libllvm")?;
    let lld =
        format!("lld-{}", llvm.trim_start_matches("libllvm").trim_end_matches(|c: char| !c.is_ascii_digit()));
    let mut names = vec![RUSTC.to_owned(), dev.to_owned(), SOURCE.to_owned()];
    // The others are programs and libraries that run here; of what they need, most is here already.
    names.extend(apt.missing(&[std, llvm, lld])?);
    let (mut wanted, mut size) = (Vec::new(), 0);
    for name in names {
        let about = apt.about(&name)?;
        size += about.size;
        wanted.push(format!("{name}={}", about.version));
    }
    Ok(Packages { apt, version: rustc.version, wanted, size })
}

impl Packages {
    /// Loads them into the folder `debs` in `beside`.
    pub fn load(&self, beside: &Path) -> Result<(), String> {
        say::step(format_args!("loading {} MB: {}", self.size / 1_000_000, self.wanted.join(", ")));
        let folder = debs(beside);
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut get = self.apt.command("apt-get");
        child::run(get.arg("download").args(&self.wanted).current_dir(&folder), LOAD).map(drop)
    }
}

/// Where the packages are loaded to.
pub fn debs(beside: &Path) -> PathBuf {
    beside.join("debs")
}

impl Apt {
    fn with_own_lists(beside: &Path) -> Result<Apt, String> {
        let (lists, cache) = (beside.join("apt/lists"), beside.join("apt/cache"));
        for folder in [lists.join("partial"), cache.join("archives/partial")] {
            fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let option = |name: &str, path: &Path| format!("{name}={}", path.display());
        let apt = Apt { options: vec![option("Dir::State::lists", &lists), option("Dir::Cache", &cache)] };
        child::run(apt.command("apt-get").arg("update"), LOAD)?;
        Ok(apt)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        // The user that apt would become when it is run by root cannot write into a private folder.
        command.args(["-q", "-o", "APT::Sandbox::User=root"]).env("LC_ALL", "C");
        for option in &self.options {
            command.args(["-o", option]);
        }
        command
    }

    fn about(&self, package: &str) -> Result<About, String> {
        let mut show = self.command("apt-cache");
        let text = child::run(show.args(["show", "--no-all-versions", package]), LIMIT)?;
        let about = About::read(&text);
        match about.version.is_empty() {
            true => Err(format!("apt knows no version of the package {package}")),
            false => Ok(about),
        }
    }

    /// These packages, and what they depend on that is not installed.
    fn missing(&self, roots: &[String]) -> Result<Vec<String>, String> {
        let mut list = Command::new("dpkg-query");
        list.args(["--show", "--showformat=${Package} ${db:Status-Status}\\n"]);
        let list = child::run(&mut list, LIMIT)?;
        let mut known: BTreeSet<String> =
            list.lines().filter_map(|line| line.strip_suffix(" installed")).map(str::to_owned).collect();
        let mut names = roots.to_vec();
        known.extend(names.iter().cloned());
        let mut next = 0;
        while let Some(name) = names.get(next) {
            let depends = self.about(name)?.depends;
            names.extend(depends.into_iter().filter(|name| known.insert(name.clone())));
            next += 1;
        }
        Ok(names)
    }
}

impl About {
    /// Reads what apt shows of one package.
    fn read(text: &str) -> About {
        let mut about = About::default();
        for line in text.lines().take_while(|line| !line.is_empty()) {
            let Some((key, value)) = line.split_once(": ") else { continue };
            match key {
                "Version" => value.clone_into(&mut about.version),
                "Size" => about.size = value.parse().unwrap_or(0),
                "Depends" => {
                    let name = |depends: &str| -> Option<String> {
                        depends
                            .split(|c: char| " (|:".contains(c))
                            .find(|word| !word.is_empty())
                            .map(str::to_owned)
                    };
                    about.depends = value.split(',').filter_map(name).collect();
                }
                _ => {}
            }
        }
        about
    }

    /// What it depends on whose name begins so, and goes on with a number.
    fn named(&self, begin: &str) -> Result<String, String> {
        let fits = |name: &&String| {
            name.strip_prefix(begin).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let name = self.depends.iter().find(fits).cloned();
        name.ok_or_else(|| {
            format!("of the packages there are, none depends on a {begin}…; they are made otherwise now")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "Package: libstd-rust-web-1.96\nVersion: 1.96.0+dfsg1-1~deb12u2\nSize: 17\nDepends: libc6 (>= \
                         2.34), libllvm22, libstdc++6 (>= 11), a | b, c:any\nDescription: x\n y: z\n\nPackage: \
                         libstd-rust-web-1.96\nVersion: 1.85\n";

    #[test]
    fn what_apt_shows_is_read() {
        let about = About::read(SHOWN);
        assert_eq!((about.version.as_str(), about.size), ("1.96.0+dfsg1-1~deb12u2", 17));
        assert_eq!(about.depends, ["libc6", "libllvm22", "libstdc++6", "a", "c"]);
        assert_eq!(about.named("libllvm"), Ok("libllvm22".to_owned()));
        assert!(about.named("libstd").is_err(), "`libstdc++6` has no number there");
        assert_eq!(About::read(""), About::default());
    }
}
