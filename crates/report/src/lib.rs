//! CSV and JSON result files, and the terminal's tables
