//! The program `rogue-runtime`: everything is in [`rogue_runtime::control`].

use std::process::ExitCode;

fn main() -> ExitCode {
    rogue_runtime::main()
}
