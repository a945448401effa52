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

    /// The warnings in their order, those of designs with the same words as one.
    pub fn together(all: &[Self]) -> Vec<Self> {
        let mut told: Vec<Self> = Vec::new();
        for warning in all {
            let same = |other: &&mut Self| !other.designs.is_empty() && other.words == warning.words;
            match told.iter_mut().find(same).filter(|_| !warning.designs.is_empty()) {
                Some(other) => other.designs.extend_from_slice(&warning.designs),
                None => told.push(warning.clone()),
            }
        }
        told
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
    fn the_same_words_of_several_designs_are_one_warning() {
        let all = ["of all".into(), Warning::of("a", "few"), Warning::of("a: b", "few"), "few".into(), "few".into()];
        let told: Vec<String> = Warning::together(&all).iter().map(Warning::to_string).collect();
        assert_eq!(told, ["of all", "a; a: b: few", "few", "few"]);
        // Read again it is nobody's, and says the same.
        let read = Warning::from(String::from(all[1].clone()));
        assert_eq!((read.designs.len(), read.to_string()), (0, "a: few".into()));
    }
}
