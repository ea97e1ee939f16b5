//! The program under test: what users run, built by the tests' own command.

fn main() -> std::process::ExitCode {
    rogue_runtime::main()
}
