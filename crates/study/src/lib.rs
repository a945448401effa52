//! Trials times designs with rayon, and what may be concluded
