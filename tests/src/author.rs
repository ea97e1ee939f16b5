//! The author's tool as the tests run it: the same code as `cargo-rogue`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_rogue::main()
}
