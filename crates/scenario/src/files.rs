//! Files that a scenario names, relative to its own.
//!
//! A file that is read becomes a part of the scenario: its mistakes are told in its own lines and columns, beside one that
//! points at the key that names it.

use crate::codes;
use crate::diagnostic::{Sink, nearest};
use crate::load;
use crate::reader::Reader;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How files that the scenario names are found.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    /// The folder of the scenario file.
    pub base: &'a Path,
    /// Whether they must be there.
    pub check: bool,
    /// Those that are named.
    pub named: &'a Named,
}

/// The files that a scenario and its candidates name.
#[derive(Default)]
pub(crate) struct Named(Mutex<BTreeSet<PathBuf>>);

impl Named {
    fn add(&self, path: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// All of them.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Names in a folder that are looked at.
const NAMES_MAX: usize = 1000;

/// The file that is there and called most like one that is not: in its folder, else in a folder that is called like that one.
pub fn nearest_file(path: &Path) -> Option<PathBuf> {
    if path.exists() {
        return None;
    }
    let name = path.file_name()?.to_str()?;
    let parent = path.parent().unwrap_or(Path::new(""));
    let folder = if parent.as_os_str().is_empty() || parent.is_dir() {
        parent.to_owned()
    } else {
        let around = parent.parent().unwrap_or(Path::new(""));
        around.join(nearest_name(around, parent.file_name()?.to_str()?, true)?)
    };
    let same = folder.join(name);
    if same.is_file() { Some(same) } else { Some(folder.join(nearest_name(&folder, name, false)?)) }
}

/// The nearest name in a folder, of folders or of files.
fn nearest_name(folder: &Path, name: &str, folders: bool) -> Option<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).ok()?.take(NAMES_MAX).filter_map(Result::ok);
    let wanted = entries.filter(|entry| if folders { entry.path().is_dir() } else { entry.path().is_file() });
    let mut names: Vec<String> = wanted.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let stem =
        |name: &str| Path::new(name).file_stem().map_or(name.to_owned(), |stem| stem.to_string_lossy().into_owned());
    let ending = |name: &str| Path::new(name).extension().map(ToOwned::to_owned);
    let stems: Vec<(String, &String)> = names.iter().map(|name| (stem(name), name)).collect();
    // An ending that files have in common makes no two of them alike.
    let alike: Vec<&str> =
        stems.iter().filter(|(_, of)| folders || ending(of) == ending(name)).map(|(stem, _)| stem.as_str()).collect();
    if let Some(near) = nearest(&stem(name), &alike) {
        let mut same = stems.iter().filter(|(stem, of)| stem == near && (folders || ending(of) == ending(name)));
        return same.next().map(|(_, of)| (*of).clone());
    }
    names.iter().find(|of| strsim::osa_distance(of, name) <= 2 && stem(of) == stem(name)).cloned()
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
            let near = nearest_file(&path).filter(|_| !text.is_empty() && !text.contains('\0'));
            let near = near.as_deref().map(|near| near.strip_prefix(self.base).unwrap_or(near).display().to_string());
            let more = sink.error(codes::NO_FILE, &reader.span_of(key), format!("there is no file \"{text}\""));
            let more = near.into_iter().fold(more, |more, near| more.help(format!("did you mean `{near}`?")));
            more.help("paths are relative to the scenario file");
            return None;
        }
        self.named.add(&path);
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
                .help("they are told beside this, with lines and columns of that file");
        }
        sink.empirical_values += own.empirical_values;
        sink.attach(own.finish(&path.display().to_string(), &text), text);
        found.map(Some)
    }
}
