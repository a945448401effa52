//! A warning, and of which designs it is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a reader should know before believing a number. Files have it as one string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Warning {
    /// The designs that it is of; none where it is of all, or names them itself.
    pub designs: Vec<String>,
    /// What is to be known.
    pub words: String,
}

impl Warning {
    /// That of one design.
    pub fn of(design: &str, words: impl Into<String>) -> Self {
        Self { designs: vec![design.to_owned()], words: words.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.designs.is_empty() {
            write!(f, "{}: ", self.designs.join("; "))?;
        }
        f.write_str(&self.words)
    }
}

impl From<String> for Warning {
    fn from(words: String) -> Self {
        Self { designs: Vec::new(), words }
    }
}

impl From<&str> for Warning {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl From<Warning> for String {
    fn from(of: Warning) -> Self {
        of.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_that_is_read_again_is_nobodys_and_says_the_same() {
        let read = Warning::from(String::from(Warning::of("a", "few")));
        assert_eq!((read.designs.len(), read.to_string()), (0, "a: few".into()));
    }
}
