//! Standard output is data, standard error is talk. A pipe that nobody reads is an error, not a panic.

use crate::args::Colour;
use anyhow::{Context, Result, bail};
use std::io::{ErrorKind, IsTerminal, Write};

/// Where things are said.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    quiet: bool,
    colour: Colour,
}

impl Console {
    pub fn new(quiet: bool, colour: Colour) -> Self {
        Self { quiet, colour }
    }

    /// The same without remarks.
    pub fn without_remarks(self) -> Self {
        Self { quiet: true, ..self }
    }

    fn colours(self, terminal: bool) -> bool {
        let wanted = || terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => wanted(),
        }
    }

    /// Whether standard output gets colours.
    pub fn colour_out(self) -> bool {
        self.colours(std::io::stdout().is_terminal())
    }

    /// Whether standard error gets colours.
    pub fn colour_err(self) -> bool {
        self.colours(std::io::stderr().is_terminal())
    }

    /// Whether a progress bar makes sense.
    pub fn shows_progress(self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Columns of standard output; 100 where it is not a terminal.
    pub fn width(self) -> usize {
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        asked.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0.into())).unwrap_or(100)
    }

    /// Writes data.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn data(self, text: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                bail!("cannot write to standard output: its reader closed the pipe")
            }
            done => done.context("cannot write to standard output"),
        }
    }

    /// Says something aside.
    pub fn remark(self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// Says what went wrong. Nothing can be done if even that fails.
    pub fn complain(self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
    }
}
