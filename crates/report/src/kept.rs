//! One file that a run keeps for later, a checkpoint or a shard: as a whole or not at all, and never over what is not
//! ours.
//!
//! A new file in the same folder is written, synced, and renamed over the old one. Ours is a regular file that begins as
//! a partial result does. What a killed run has left half written goes when the next one comes.

use crate::folder::{FolderError, fill, is_regular, parent, sync_folder};
use crate::unfinished::Unfinished;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

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
        self.unfinished().clear(parent(&self.path));
        drop(self.unfinished().create(parent(&self.path))?);
        Ok(())
    }

    /// Puts these bytes there.
    ///
    /// # Errors
    /// If what is there is not ours, or the folder cannot be written; what was there is then still there.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), FolderError> {
        let mut file = self.unfinished().create(parent(&self.path))?;
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

    fn unfinished(&self) -> Unfinished {
        Unfinished::of(self.path.file_name().unwrap_or_default())
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
