//! One file that a run keeps for later, a checkpoint or a shard: as a whole or not at all, and never over what is not
//! ours.
//!
//! A new file in the same folder is written, synced, and renamed over the old one. Ours is a regular file that begins as
//! a partial result does. What a killed run has left half written goes when the next one comes.

use crate::folder::{FolderError, bare, fill, is_regular, parent, sync_folder};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Bytes that tell whether a file is ours.
const BEGINNING: u64 = 64;

/// A place for a file that is kept.
#[derive(Debug, Clone)]
pub struct KeptFile {
    path: PathBuf,
    /// Whether a file that begins like this may be replaced.
    ours: fn(&[u8]) -> bool,
}

impl KeptFile {
    /// A place, and how to tell a file of ours by its beginning.
    pub fn new(path: &Path, ours: fn(&[u8]) -> bool) -> Self {
        Self { path: path.to_owned(), ours }
    }

    /// What is kept there, if anything is. Nothing but a regular file is opened.
    ///
    /// # Errors
    /// If something else has the name, or it cannot be read, or it is larger than `bytes_max`.
    pub fn read(&self, bytes_max: u64) -> Result<Option<Vec<u8>>, FolderError> {
        if !is_regular(&self.path)? {
            return Ok(None);
        }
        read_file(&self.path, bytes_max).map(Some)
    }

    /// Whether it could be written now: for failing before a long run. Clears what a killed run has left.
    ///
    /// # Errors
    /// What [`KeptFile::replace`] would say, as far as it can be told.
    pub fn probe(&self) -> Result<(), FolderError> {
        self.may_be_replaced()?;
        self.clear();
        drop(self.temporary()?);
        Ok(())
    }

    /// Puts these bytes there.
    ///
    /// # Errors
    /// If what is there is not ours, or the folder cannot be written; what was there is then still there.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), FolderError> {
        let mut file = self.temporary()?;
        fill(file.as_file_mut(), bytes).map_err(FolderError::io("write", &self.path))?;
        // As late as can be: nobody may have put something else here in the meantime.
        self.may_be_replaced()?;
        file.persist(&self.path).map_err(|why| FolderError::io("rename a file to", &self.path)(why.error))?;
        sync_folder(parent(&self.path));
        Ok(())
    }

    /// Removes what is kept there.
    ///
    /// # Errors
    /// If what is there is not ours, or cannot be removed.
    pub fn remove(&self) -> Result<(), FolderError> {
        self.may_be_replaced()?;
        match fs::remove_file(&self.path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(FolderError::io("remove", &self.path)(why)),
            _ => Ok(()),
        }
    }

    fn may_be_replaced(&self) -> Result<(), FolderError> {
        if !is_regular(&self.path)? {
            return Ok(());
        }
        let mut beginning = Vec::new();
        let file = File::open(&self.path).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning));
        file.map_err(FolderError::io("read", &self.path))?;
        if (self.ours)(&beginning) { Ok(()) } else { Err(FolderError::NotKept { path: self.path.clone() }) }
    }

    /// What half written files are called before a few letters of chance.
    fn prefix(&self) -> OsString {
        let mut prefix = OsString::from(".");
        prefix.push(self.path.file_name().unwrap_or_default());
        prefix.push(".zonefall-");
        prefix
    }

    /// A new file beside the place, locked while it is written, removed when dropped.
    fn temporary(&self) -> Result<NamedTempFile, FolderError> {
        let (folder, prefix) = (parent(&self.path), self.prefix());
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        #[cfg(unix)]
        builder.permissions(readable);
        let file = builder.tempfile_in(folder).map_err(|why| FolderError::io("write into", folder)(bare(why)))?;
        // The lock only tells others that it is in use; not every file system has one.
        drop(file.as_file().try_lock());
        Ok(file)
    }

    /// Removes files that a killed run has left half written: those that nobody holds.
    fn clear(&self) {
        let prefix = self.prefix();
        let left = |entry: &fs::DirEntry| {
            let name = entry.file_name();
            let begins = name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
            begins && name.len() == prefix.len() + 6 && entry.file_type().is_ok_and(|kind| kind.is_file())
        };
        for entry in fs::read_dir(parent(&self.path)).into_iter().flatten().flatten().filter(left) {
            let unused = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if unused {
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

/// The bytes of a regular file, or of the one that a link leads to.
///
/// # Errors
/// If it is something else, cannot be read, or is larger than `bytes_max`.
pub fn read_file(path: &Path, bytes_max: u64) -> Result<Vec<u8>, FolderError> {
    let found = fs::metadata(path).map_err(FolderError::io("read", path))?;
    if !found.is_file() {
        return Err(FolderError::Unreadable { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes));
    file.map_err(FolderError::io("read", path))?;
    if bytes.len() as u64 > bytes_max {
        return Err(FolderError::TooLarge { path: path.to_owned(), bytes_max });
    }
    Ok(bytes)
}
