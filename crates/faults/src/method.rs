//! How trials are drawn.

use std::str::FromStr;

/// How trials are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As the world would draw them.
    Crude,
    /// Half of them forced into patterns of outages, all weighed.
    Forcing,
    /// Split where they have lost much, and gone on with from there.
    Splitting,
    /// Only storms are drawn, and the machine layer is solved exactly given them.
    Conditioning,
    /// From failure to failure, failures made frequent.
    Biasing,
    /// Whichever of these promises the better numbers.
    Auto,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Crude, Self::Forcing, Self::Splitting, Self::Conditioning, Self::Biasing, Self::Auto];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Crude => "crude",
            Self::Forcing => "forcing",
            Self::Splitting => "splitting",
            Self::Conditioning => "conditioning",
            Self::Biasing => "biasing",
            Self::Auto => "auto",
        }
    }
}

/// From its word.
impl FromStr for Method {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|method| method.word() == word).ok_or_else(|| format!("no method is called {word}"))
    }
}
