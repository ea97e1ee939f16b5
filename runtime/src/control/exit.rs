//! Exit codes: the machine's half of the verdict.
//!
//! Used by every verb. What holds: these are all the codes the program ends with by itself; a second Ctrl-C
//! adds 130, a second SIGTERM 143.

/// The verb did what was asked; a run is COMPLETE.
pub const OK: u8 = 0;
/// Wrong usage of the command line.
pub const USAGE: u8 = 2;
/// INCOMPLETE: the run ended, but frames were lost that the graph did not ask to lose.
pub const INCOMPLETE: u8 = 3;
/// A stage's fault ended the run, or kept it from starting.
pub const FAULT: u8 = 4;
/// A running graph refused what it was asked for; nothing was changed.
pub const REFUSED: u8 = 5;
/// A mistake of this program, or an output that cannot be written.
pub const INTERNAL: u8 = 70;
/// The graph is invalid; nothing was started.
pub const INVALID: u8 = 78;

/// For `--help` and the manual page.
pub const HELP: &str = "\
Exit codes:
  0   COMPLETE, or the verb did what was asked
  2   wrong usage
  3   INCOMPLETE: frames were lost that the graph does not ask to lose
  4   a stage's fault ended the run, or a stage could not start
  5   a running graph refused a change; nothing was changed
  70  internal error
  78  the graph, or a module it names, is invalid
  130 ended at once by a second Ctrl-C (143 by a second SIGTERM)";
