//! The contract of a module: what the runtime relies on, whoever wrote it.
//!
//! [`CHECKS`] is the one list. `cargo rogue check` runs each in a process of its own ([`alone`]); the project's tests
//! run the very same on every module of their own.
//!
//! What holds: a check says what is wrong in words for the module's author and never panics over it; it takes at most
//! a few seconds with a sound module; what it makes it ends again, so that checks can follow each other in one process
//! (those with [`Check::by_itself`] look at the whole process and want it for themselves).

pub mod alone;
mod card;
mod cost;
mod flow;
mod frames;
mod held;
mod leaks;
mod life;
mod params;
mod place;
mod state;
pub mod verb;

use crate::module::{Chosen, Subject};
use std::path::Path;

/// What a check has to say: a remark for people, or everything that is wrong.
pub type Outcome = Result<String, Vec<String>>;

/// One check.
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What holds for a module that passes.
    pub about: &'static str,
    /// Whether it looks at the whole process.
    pub by_itself: bool,
    body: fn(&Trial<'_>) -> Outcome,
}

const fn check(name: &'static str, about: &'static str, body: fn(&Trial<'_>) -> Outcome) -> Check {
    Check { name, about, by_itself: false, body }
}

const fn by_itself(name: &'static str, about: &'static str, body: fn(&Trial<'_>) -> Outcome) -> Check {
    Check { name, about, by_itself: true, body }
}

/// The suite, in the order in which it is run.
pub const CHECKS: &[Check] = &[
    check("opens", "the file opens, and its code has the card that the file shows", |_| Ok(String::new())),
    check("card", "the card describes all that an operator meets", card::card),
    check("parameters", "right parameters are taken, wrong ones refused by their name", params::parameters),
    check("life", "instances are made, started, stopped and ended without a trace", life::life),
    check("halves", "an instance has the halves of its shape", life::halves),
    check("finish", "a call without a frame returns, and after the last frame comes an end", life::finish),
    check("state", "state goes over to a successor, and what is not its own is refused", state::state),
    check("live", "new parameters are taken or refused, and a refusal changes nothing", params::live),
    check("hand-over", "frames that it holds go over to a successor", held::hand_over),
    check("frames", "frames of every form are taken, and all are accounted for", flow::frames),
    check("stop", "a stop in full flow ends in order", flow::stop),
    check("force", "an end by force counts what is thrown away", flow::force),
    by_itself("leaks", "after many lives no memory, thread or descriptor is left", leaks::leaks),
    by_itself("cost", "what a frame costs can be measured", cost::cost),
];

/// One check being made.
pub struct Trial<'a> {
    subject: &'a Subject,
    at: &'a dyn Fn(&str),
}

impl Trial<'_> {
    /// Says what is done next: what is shown of a check that does not come back.
    fn at(&self, what: &str) {
        (self.at)(what);
    }
}

/// Makes one check in this process. `dir` is an empty folder of its own, what `{dir}` in parameters stands for; `at`
/// is told each step.
///
/// # Errors
/// Everything that is wrong, each a sentence for the module's author.
pub fn run(check: &Check, chosen: &Chosen, dir: &Path, at: &dyn Fn(&str)) -> Outcome {
    at("opening the file");
    let subject = Subject::load(chosen, dir).map_err(one)?;
    (check.body)(&Trial { subject: &subject, at })
}

/// One thing that is wrong.
fn one(what: impl Into<String>) -> Vec<String> {
    vec![what.into()]
}

/// All is well if nothing is wrong.
fn verdict(wrong: Vec<String>, remark: impl Into<String>) -> Outcome {
    if wrong.is_empty() { Ok(remark.into()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }
}
