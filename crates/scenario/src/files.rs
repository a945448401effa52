//! Files that a scenario names, relative to its own.
//!
//! A file that is read becomes a part of the scenario: its mistakes are told in its own lines and columns, beside one that
//! points at the key that names it.

use crate::codes;
use crate::diagnostic::Sink;
use crate::load;
use crate::reader::Reader;
use std::path::{Path, PathBuf};

/// How files that the scenario names are found.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    /// The folder of the scenario file.
    pub base: &'a Path,
    /// Whether they must be there.
    pub check: bool,
}

/// What is to be said of a named file that has mistakes.
pub(crate) struct Mistaken {
    pub code: &'static str,
    pub words: &'static str,
}

impl Files<'_> {
    /// The path of the file that a key names, which is there if it must be.
    pub fn path(self, reader: &Reader<'_>, key: &str, sink: &mut Sink) -> Option<PathBuf> {
        let text = reader.text(key, sink)?;
        let path = self.base.join(&text);
        let missing = text.is_empty() || text.contains('\0') || (self.check && !path.is_file());
        if missing {
            sink.error(codes::NO_FILE, &reader.span_of(key), format!("there is no file \"{text}\""))
                .help("paths are relative to the scenario file");
            return None;
        }
        Some(path)
    }

    /// What is read of the file that a key names. The outer `None` is a mistake, the inner one a file that is not there and
    /// need not be.
    pub fn read<T>(
        self,
        reader: &Reader<'_>,
        key: &str,
        mistaken: Mistaken,
        sink: &mut Sink,
        read: impl FnOnce(&str, &mut Sink) -> Option<T>,
    ) -> Option<Option<T>> {
        let path = self.path(reader, key, sink)?;
        if !path.is_file() {
            return Some(None);
        }
        let (name, span) = (reader.text(key, sink)?, reader.span_of(key));
        let text = match load::text_of(&path) {
            Ok(text) => text,
            Err((code, why)) => {
                sink.error(code, &span, format!("\"{name}\": {why}"));
                return None;
            }
        };
        let mut own = Sink::default();
        let found = read(&text, &mut own).filter(|_| !own.has_errors());
        if found.is_none() {
            sink.error(mistaken.code, &span, format!("{} \"{name}\" has mistakes", mistaken.words))
                .help("they are told below, with lines and columns of that file");
        }
        sink.empirical_values += own.empirical_values;
        sink.attach(own.finish(&path.display().to_string(), &text), text);
        found.map(Some)
    }
}
