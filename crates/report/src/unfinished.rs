//! Files that are not finished: written under a temporary name beside their place, locked while they are in use, gone when
//! dropped. What a killed run has left of them goes when the next one comes; what another run is writing stays.
//!
//! Whoever removes a file holds its lock while it does; whoever has created one looks, once it has the lock, whether the
//! file is still there. Where a file system has no locks nothing is cleared.

use crate::folder::{FolderError, bare};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::path::Path;
use tempfile::NamedTempFile;

/// Letters of chance behind a prefix.
const CHANCE: usize = 6;
/// Each further try needs another run to come by in the moment between creating a file and locking it.
const TRIES: usize = 16;

/// What unfinished files for one purpose are called, before a few letters of chance.
#[derive(Debug, Clone)]
pub(crate) struct Unfinished(OsString);

impl Unfinished {
    /// Files of a set of results.
    pub(crate) fn results() -> Self {
        Self(".zonefall-unfinished-".into())
    }

    /// A file that will have this name.
    pub(crate) fn of(name: &OsStr) -> Self {
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".zonefall-");
        Self(prefix)
    }

    /// A new file in a folder, locked, removed when dropped, readable by whom the user's mask allows.
    pub(crate) fn create(&self, folder: &Path) -> Result<NamedTempFile, FolderError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(&self.0).rand_bytes(CHANCE);
        #[cfg(unix)]
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        #[cfg(unix)]
        builder.permissions(readable);
        let new = || builder.tempfile_in(folder).map_err(|why| FolderError::io("write into", folder)(bare(why)));
        for _ in 1..TRIES {
            let file = new()?;
            let taken = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
            if !taken && file.path().exists() {
                return Ok(file);
            }
        }
        new()
    }

    /// Removes what killed runs have left in a folder: files of this kind that nobody holds.
    pub(crate) fn clear(&self, folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| self.is_one(entry)) {
            let Ok(file) = File::open(entry.path()) else { continue };
            if file.try_lock().is_ok() {
                // One that cannot be removed is in nobody's way.
                drop(fs::remove_file(entry.path()));
            }
        }
    }

    fn is_one(&self, entry: &fs::DirEntry) -> bool {
        let name = entry.file_name();
        let chance = name.as_encoded_bytes().strip_prefix(self.0.as_encoded_bytes());
        chance.is_some_and(|chance| chance.len() == CHANCE && chance.iter().all(u8::is_ascii_alphanumeric))
            && entry.file_type().is_ok_and(|kind| kind.is_file())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_nobody_holds_goes_and_everything_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(folder.path().join(name), "x").unwrap();
        let stay = [".zonefall-unfinished-notes.md", ".zonefall-config", "zonefall-unfinished-abcdef"];
        stay.iter().for_each(|name| put(name));
        put(".zonefall-unfinished-abcd12");
        fs::create_dir(folder.path().join(".zonefall-unfinished-abcdef")).unwrap();
        let results = Unfinished::results();
        let in_use = results.create(folder.path()).unwrap();
        results.clear(folder.path());
        assert!(in_use.path().exists() && folder.path().join(".zonefall-unfinished-abcdef").is_dir());
        assert!(stay.iter().all(|name| folder.path().join(name).exists()));
        assert!(!folder.path().join(".zonefall-unfinished-abcd12").exists());
        // A handle that is dropped, as a kill drops it, leaves a file without a lock.
        let (file, path) = in_use.keep().unwrap();
        drop(file);
        results.clear(folder.path());
        assert!(!path.exists());
    }

    #[test]
    fn files_that_others_create_meanwhile_survive() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let makers: Vec<_> = (0..4)
                .map(|at| {
                    let folder = folder.path();
                    scope.spawn(move || {
                        (0..200).for_each(|number| {
                            let file = Unfinished::results().create(folder).unwrap();
                            file.persist(folder.join(format!("{at}-{number}"))).unwrap();
                        });
                    })
                })
                .collect();
            while makers.iter().any(|maker| !maker.is_finished()) {
                Unfinished::results().clear(folder.path());
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 800);
    }
}
