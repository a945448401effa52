//! Why results could not be put into a folder.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why results could not be put into a folder.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The folder's path is something else.
    #[error("`{}` is {what}, not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// Something that is not a regular file has the name of a result.
    #[error("`{}` is {what}: it is never replaced, not even by force; choose another place", path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A file that no run of ours has written here.
    #[error("`{}` exists and is not listed in a manifest of ours; choose another folder, move it away, or force", path.display())]
    Foreign {
        /// The path.
        path: PathBuf,
    },
    /// A file of ours that somebody has changed since.
    #[error("`{}` was changed since zonefall wrote it; choose another folder, move it away, or force", path.display())]
    Edited {
        /// The path.
        path: PathBuf,
    },
    /// An interrupted run would replace a complete one.
    #[error("`{}` holds a complete run, which a partial one does not replace; choose another folder, or force", dir.display())]
    PartialOverComplete {
        /// The folder.
        dir: PathBuf,
    },
    /// An interrupted run would replace another that holds more trials.
    #[error("`{}` holds {trials} trials of an interrupted run, which fewer do not replace; choose another folder, or force", dir.display())]
    PartialOverMore {
        /// The folder.
        dir: PathBuf,
        /// The trials that it holds.
        trials: u64,
        /// Whether they are of the same scenario and seed.
        same: bool,
    },
    /// A name that is not the plain name of a result file, or comes twice.
    #[error("`{name}` cannot be the name of a result file")]
    BadName {
        /// The name.
        name: String,
    },
    /// A regular file stands where something is to be kept, and does not begin as ours do.
    #[error("`{}` exists and is not a partial result of zonefall: it is not touched; choose another name", path.display())]
    NotKept {
        /// The path.
        path: PathBuf,
    },
    /// A file to be read is something else.
    #[error("`{}` is not a regular file", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
    },
    /// A file to be read is larger than anything that we write.
    #[error("`{}` is larger than {bytes_max} bytes", path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// The limit.
        bytes_max: u64,
    },
    /// The manifest or the timing could not be put into JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The system said no.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Some files have their new content and some do not.
    #[error("`{}` is half replaced ({replaced} of {of} files), write the results once more: {source}", dir.display())]
    Halfway {
        /// The folder.
        dir: PathBuf,
        /// How many were replaced.
        replaced: usize,
        /// How many there are.
        of: usize,
        /// Why it stopped.
        source: Box<FolderError>,
    },
}

impl FolderError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    pub(super) fn halfway(dir: &Path, replaced: usize, of: usize, source: Self) -> Self {
        Self::Halfway { dir: dir.to_owned(), replaced, of, source: Box::new(source) }
    }
}
