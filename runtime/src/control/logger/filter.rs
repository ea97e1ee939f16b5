//! Which lines are shown: a level for all targets, and others for targets that begin with a text.
//!
//! Made from `-q`, `-v` and `--log`. What holds: the longest prefix that fits decides, the last of two equal
//! ones.

use std::str::FromStr;

use log::{Level, LevelFilter};

/// Most targets that a running graph tells apart: each line that is logged is compared with all of them.
const TARGETS: usize = 256;

/// One `--log`: a level, or `target=level`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The beginning of the targets meant; empty: all.
    target: String,
    level: LevelFilter,
}

impl FromStr for Directive {
    type Err = String;

    fn from_str(text: &str) -> Result<Directive, String> {
        let (target, level) =
            text.rsplit_once('=').map_or(("", text), |(target, level)| (target.trim(), level));
        if text.contains('=') && target.is_empty() {
            return Err("there is no target before the `=`".to_owned());
        }
        let level = level.trim().parse();
        let level = level.map_err(|_| "a level is one of off, error, warn, info, debug, trace".to_owned())?;
        Ok(Directive { target: target.to_owned(), level })
    }
}

/// What is shown.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Longest target first; the last one is of all targets.
    directives: Vec<Directive>,
}

impl Filter {
    /// `level` for what no directive is about.
    pub fn new(level: LevelFilter, directives: &[Directive]) -> Filter {
        let mut all: Vec<Directive> = directives.to_vec();
        all.insert(0, Directive { target: String::new(), level });
        // Later ones first, and then by length: the sort keeps the order of equals.
        all.reverse();
        all.sort_by_key(|directive| std::cmp::Reverse(directive.target.len()));
        Filter { directives: all }
    }

    /// Changes what is shown of the targets that these are about.
    ///
    /// # Errors
    /// When more targets are told apart than there is any use for; nothing is changed then.
    pub fn change(&mut self, directives: &[Directive]) -> Result<(), String> {
        let mut all: Vec<Directive> = self.directives.clone();
        for new in directives {
            all.retain(|old| old.target != new.target);
            all.push(new.clone());
        }
        if all.len() > TARGETS {
            return Err(format!("{} targets are told apart, more than the limit of {TARGETS}", all.len()));
        }
        all.sort_by_key(|directive| std::cmp::Reverse(directive.target.len()));
        self.directives = all;
        Ok(())
    }

    /// The level that `-q` and so many `-v` mean.
    pub fn level(quiet: bool, verbose: u8) -> LevelFilter {
        match (quiet, verbose) {
            (true, _) => LevelFilter::Error,
            (_, 0) => LevelFilter::Warn,
            (_, 1) => LevelFilter::Info,
            (_, 2) => LevelFilter::Debug,
            _ => LevelFilter::Trace,
        }
    }

    /// Whether a line is shown.
    pub fn shows(&self, level: Level, target: &str) -> bool {
        let fits = self.directives.iter().find(|directive| target.starts_with(&directive.target));
        fits.is_some_and(|directive| level <= directive.level)
    }

    /// The most verbose level of any target.
    pub fn most(&self) -> LevelFilter {
        self.directives.iter().map(|directive| directive.level).max().unwrap_or(LevelFilter::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(level: LevelFilter, directives: &[&str]) -> Filter {
        let directives: Vec<Directive> =
            directives.iter().map(|text| text.parse().expect("a directive")).collect();
        Filter::new(level, &directives)
    }

    #[test]
    fn the_longest_prefix_decides_and_then_the_last() {
        let filter = filter(
            LevelFilter::Warn,
            &["pyrogue.stream=info", "pyrogue.stream.Fifo=trace", "pyrogue.udp=off", "pyrogue.udp=debug"],
        );
        assert!(filter.shows(Level::Warn, "other") && !filter.shows(Level::Info, "other"));
        assert!(filter.shows(Level::Info, "pyrogue.stream.TcpCore.127.0.0.1"));
        assert!(!filter.shows(Level::Debug, "pyrogue.stream.TcpCore.127.0.0.1"));
        assert!(filter.shows(Level::Trace, "pyrogue.stream.Fifo"));
        assert!(filter.shows(Level::Debug, "pyrogue.udp.Server"));
        assert_eq!(filter.most(), LevelFilter::Trace);
    }

    #[test]
    fn a_level_alone_replaces_that_of_the_flags() {
        let filter = filter(Filter::level(true, 3), &["debug", "a=off"]);
        assert!(filter.shows(Level::Debug, "b") && !filter.shows(Level::Error, "a.b"));
    }

    #[test]
    fn a_change_replaces_what_was_said_of_the_same_targets() {
        let change = |filter: &mut Filter, text: &str| filter.change(&[text.parse().expect("a directive")]);
        let mut filter = filter(LevelFilter::Warn, &["a.b=debug", "a=off"]);
        change(&mut filter, "a.b=error").expect("changed");
        change(&mut filter, "info").expect("changed");
        assert!(filter.shows(Level::Error, "a.b") && !filter.shows(Level::Warn, "a.b"));
        assert!(filter.shows(Level::Info, "c") && !filter.shows(Level::Error, "a.c"));
        assert_eq!(filter.directives.len(), 3);
        let last = (0..TARGETS).map(|n| change(&mut filter, &format!("t{n}=info"))).last();
        assert!(last.is_some_and(|changed| changed.is_err()));
        assert!(filter.directives.len() == TARGETS && filter.shows(Level::Info, "c"));
    }

    #[test]
    fn flags_mean_levels() {
        let levels = [0, 1, 2, 3, 200].map(|verbose| Filter::level(false, verbose));
        use LevelFilter::{Debug, Error, Info, Trace, Warn};
        assert_eq!(levels, [Warn, Info, Debug, Trace, Trace]);
        assert_eq!(Filter::level(true, 0), Error);
    }

    #[test]
    fn what_is_no_directive_is_refused() {
        for bad in ["", "loud", "a=", "=info", "a=b=", "a=5"] {
            assert!(bad.parse::<Directive>().is_err(), "{bad}");
        }
        let odd: Directive = "a=b = Info".parse().expect("the last `=` counts");
        assert_eq!(odd, Directive { target: "a=b".to_owned(), level: LevelFilter::Info });
    }
}
