//! The `zonefall` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    zonefall_cli::main()
}
