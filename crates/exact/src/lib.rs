//! Closed forms and small Markov chains
