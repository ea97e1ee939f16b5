//! `cargo-rogue`, which Cargo runs as `cargo rogue`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_rogue::main()
}
