//! Moments, histograms, intervals and verdict rules
