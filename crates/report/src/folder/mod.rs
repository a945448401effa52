//! A folder of results: the whole set at once, and never over what is not ours.
//!
//! In this order: look (nothing is touched), clear what a killed run has left unfinished, write every file under a temporary
//! name in the same folder and sync it, rename one by one with the manifest last, remove what the last run left and this one does not have. Whatever fails
//! before the first rename leaves the folder as it was.
//!
//! Ours are the files that a valid `manifest.json` in the folder lists, the manifest itself and the timing.

mod error;
mod look;

pub use error::FolderError;

use crate::files::{ResultFile, pretty};
use crate::manifest::{Identity, MANIFEST, Manifest, TIMING, Timing};
use crate::unfinished::Unfinished;
pub(crate) use look::is_regular;

use look::Look;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// How careful to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Replace regular files that are not ours, and a complete run by a partial one.
    pub force: bool,
    /// The run was interrupted.
    pub partial: bool,
}

/// Everything that goes into a folder.
#[derive(Debug, Clone)]
pub struct ResultSet {
    /// Where the results come from.
    pub identity: Identity,
    /// The result files; the manifest and the timing are added.
    pub files: Vec<ResultFile>,
    /// How long it took.
    pub timing: Timing,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultsFolder {
    /// The folder.
    pub dir: PathBuf,
    /// Names of the files that are now there, the manifest last.
    pub written: Vec<String>,
    /// Names of files of the last run that are no longer part of the set and were removed.
    pub removed: Vec<String>,
    /// The last run, where its results said more than the new ones or something else: they are gone.
    pub replaced: Option<Replaced>,
    /// The digest of the results.
    pub digest: String,
}

/// A run whose results are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its study.
    pub study: String,
    /// Its trials.
    pub trials: u64,
    /// Whether these are more than there are now.
    pub more: bool,
}

impl ResultsFolder {
    /// Whether `names` (and the manifest and the timing) could be written to `dir` now: for failing before a long run.
    /// A file is created and removed again, in `dir` or in the nearest folder above that exists.
    ///
    /// # Errors
    /// What [`ResultsFolder::write`] would say, as far as it can be told.
    pub fn probe(dir: &Path, names: &[&str], options: Options) -> Result<(), FolderError> {
        let look = Look::at(dir, names, options)?;
        let ground = look.missing.last().map_or(dir, |top| parent(top));
        Unfinished::results().clear(ground);
        Unfinished::results().create(ground)?;
        Ok(())
    }

    /// Writes the set to `dir`, creating it if need be.
    ///
    /// # Errors
    /// If something in the way is not ours, or the folder cannot be written. Only [`FolderError::Halfway`] and a
    /// failure to remove what is no longer part of the set leave a changed folder.
    pub fn write(dir: &Path, set: &ResultSet, options: Options) -> Result<Self, FolderError> {
        let names: Vec<&str> = set.files.iter().map(|file| file.name.as_str()).collect();
        let look = Look::at(dir, &names, options)?;
        refuse_fewer(dir, look.last.as_ref(), &set.identity, options)?;
        let manifest = Manifest::new(&set.identity, &set.files, options.partial);
        let made = Made::folders(dir, &look.missing)?;
        Unfinished::results().clear(dir);
        let mut ready = Vec::new();
        for file in &set.files {
            ready.push(prepare(dir, &file.name, &file.bytes)?);
        }
        ready.push(prepare(dir, TIMING, pretty(&set.timing)?.as_bytes())?);
        ready.push(prepare(dir, MANIFEST, pretty(&manifest)?.as_bytes())?);
        let written = ready.iter().map(|(name, _)| name.clone()).collect();
        put(dir, ready)?;
        made.keep();
        let removed = remove_stale(dir, look.owned, &names)?;
        let now = &set.identity;
        let replaced = look.last.filter(|last| last.study != now.study || last.trials > now.trials);
        let replaced =
            replaced.map(|last| Replaced { study: last.study, trials: last.trials, more: last.trials > now.trials });
        sync_folder(dir);
        Ok(Self { dir: dir.to_owned(), written, removed, replaced, digest: manifest.digest })
    }
}

/// An interrupted run takes no place of one that got further; that of a complete run it does not take in any case.
fn refuse_fewer(dir: &Path, last: Option<&Manifest>, now: &Identity, options: Options) -> Result<(), FolderError> {
    let further = last.filter(|last| options.partial && !options.force && last.trials > now.trials);
    let Some(Manifest { scenario_hash, seed, trials, .. }) = further else { return Ok(()) };
    let same = (scenario_hash, *seed) == (&now.scenario_hash, now.seed);
    Err(FolderError::PartialOverMore { dir: dir.to_owned(), trials: *trials, same })
}

/// The folder that a path is in.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    }
}

/// Folders that were created, taken away again unless kept.
struct Made<'a> {
    folders: &'a [PathBuf],
    keep: bool,
}

impl<'a> Made<'a> {
    /// Creates `dir`; `missing` are the folders that this creates, deepest first.
    fn folders(dir: &Path, missing: &'a [PathBuf]) -> Result<Self, FolderError> {
        let made = Self { folders: missing, keep: false };
        fs::create_dir_all(dir).map_err(FolderError::io("create", dir))?;
        Ok(made)
    }

    fn keep(mut self) {
        self.keep = true;
    }
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        if !self.keep {
            // Only empty folders can be removed this way; one that is in use by now stays.
            self.folders.iter().for_each(|folder| drop(fs::remove_dir(folder)));
        }
    }
}

/// The system's own error, without the temporary path that the library adds to it.
pub(crate) fn bare(why: io::Error) -> io::Error {
    let inner = why.get_ref().and_then(|wrapped| wrapped.source()?.downcast_ref::<io::Error>()?.raw_os_error());
    match inner {
        Some(code) => io::Error::from_raw_os_error(code),
        None if why.get_ref().is_some() => why.kind().into(),
        None => why,
    }
}

/// Writes a file under a temporary name and makes sure that it is on the disk.
fn prepare(dir: &Path, name: &str, bytes: &[u8]) -> Result<(String, NamedTempFile), FolderError> {
    let mut file = Unfinished::results().create(dir)?;
    fill(file.as_file_mut(), bytes).map_err(FolderError::io("write", &dir.join(name)))?;
    Ok((name.to_owned(), file))
}

pub(crate) fn fill(file: &mut fs::File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// Renames the files to their names, in order.
fn put(dir: &Path, ready: Vec<(String, NamedTempFile)>) -> Result<(), FolderError> {
    let of = ready.len();
    for (replaced, (name, file)) in ready.into_iter().enumerate() {
        let path = dir.join(&name);
        // Once more, as late as can be: nobody may have put a device here in the meantime.
        let renamed = is_regular(&path).and_then(|_| {
            let named = file.persist(&path).map_err(|failed| failed.error);
            named.map(drop).map_err(FolderError::io("rename a file to", &path))
        });
        renamed.map_err(|why| if replaced == 0 { why } else { FolderError::halfway(dir, replaced, of, why) })?;
    }
    Ok(())
}

/// Removes what the last run wrote and this one does not have.
fn remove_stale(dir: &Path, owned: Vec<String>, names: &[&str]) -> Result<Vec<String>, FolderError> {
    let mut removed = Vec::new();
    for name in owned {
        let path = dir.join(&name);
        if names.contains(&name.as_str()) || !matches!(is_regular(&path), Ok(true)) {
            continue;
        }
        fs::remove_file(&path).map_err(FolderError::io("remove", &path))?;
        removed.push(name);
    }
    Ok(removed)
}

/// Makes the renames last through a power cut, where the system can do that.
pub(crate) fn sync_folder(dir: &Path) {
    if let Ok(folder) = fs::File::open(dir) {
        // A file system that cannot sync a folder has still got the files.
        drop(folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_with_its_cause() {
        use super::*;
        let mut full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let why = fill(&mut full, b"results").map_err(FolderError::io("write", Path::new("out/designs.csv")));
        let said = why.unwrap_err().to_string();
        assert!(said.starts_with("cannot write `out/designs.csv`: No space left"), "{said}");
    }
}
