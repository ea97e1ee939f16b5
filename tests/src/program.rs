//! The program as the tests run it: the same code as `rogue-runtime`, built with them, with the plugins of this
//! build beside it in `deps/`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rogue_runtime::main()
}
