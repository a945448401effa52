//! Files that commands read besides scenarios: one that is not there is bad input, told with the nearest that is.

use crate::exit::bad_input;
use anyhow::Result;
use std::path::Path;
use zonefall_scenario::{FILE_BYTES_MAX, nearest_file};

/// Refuses a path at which there is nothing.
///
/// # Errors
/// That, as bad input.
pub fn there(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let near = nearest_file(path).map_or_else(String::new, |near| format!("; did you mean `{}`?", near.display()));
    Err(bad_input(format!("there is no file {}{near}", path.display())))
}

/// The text of a file.
///
/// # Errors
/// It is not there, cannot be read, is too large or is not UTF-8.
pub fn text(path: &Path) -> Result<String> {
    there(path)?;
    let bytes = zonefall_report::read_file(path, FILE_BYTES_MAX).map_err(|why| bad_input(why.to_string()))?;
    String::from_utf8(bytes).map_err(|_| bad_input(format!("{} is not UTF-8 text", path.display())))
}
