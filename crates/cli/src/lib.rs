//! The `zonefall` binary: the command line, the console, and nothing that computes.
//!
//! The only crate that prints. Exit codes are [`exit::Exit`].

mod about;
mod answers;
pub mod args;
mod arranged;
pub mod assemble;
mod assumptions;
mod check;
mod compare;
mod console;
mod drill;
pub mod exit;
mod fit;
mod gate;
mod importance;
mod incidents;
mod inputs;
mod keep;
mod managed;
mod merge;
mod plan;
mod planned;
mod progress;
mod results;
mod run;
mod storms;
mod sweep;
mod target;
mod texts;
mod timeline;
mod trace;
mod understood;
pub mod verify;
mod weighted;

use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Fine };
            let error = args::with_flag(args::with_nearest(error), std::env::args().skip(1));
            return if error.print().is_ok() { exit.into() } else { Exit::Failure.into() };
        }
    };
    let console = console::Console::new(cli.quiet, cli.color);
    let done = match &cli.command {
        args::Command::Run(options) => run::run(options, console),
        args::Command::Merge(options) => merge::merge(options, console),
        args::Command::Compare(options) => compare::compare(options, console),
        args::Command::Importance(options) => importance::importance(options, console),
        args::Command::Plan(options) => plan::plan(options, console),
        args::Command::Sweep(options) => sweep::sweep(options, console),
        args::Command::Check(options) => check::check(options, console),
        args::Command::Verify(options) => verify::verify(options, console),
        args::Command::Trace(options) => trace::trace(options, console),
        args::Command::Drill(options) => drill::drill(options, console),
        args::Command::Fit(options) => fit::fit(options, console),
        args::Command::Init(options) => texts::init(options, console),
        args::Command::Explain(options) => texts::explain(options, console),
        args::Command::Schema { of } => texts::schema(*of, console),
        args::Command::Completions { shell } => texts::completions(*shell, console),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            console.complain(&format!("error: {}", reasons(&error)));
            exit::of_error(&error).into()
        }
    }
}

/// An error and its reasons, each said once.
fn reasons(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, reason| match () {
        () if said.is_empty() => reason,
        () if said.contains(&reason) => said,
        () => format!("{said}: {reason}"),
    })
}
