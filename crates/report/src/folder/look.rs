//! What is in the way: everything that can be known before anything is touched.

use super::{FolderError, Options, parent};
use crate::manifest::{Listed, MANIFEST, MANIFEST_SCHEMA, Manifest, TIMING, sha256};
use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A folder that may be written.
pub(super) struct Look {
    /// The folders that have to be created, deepest first.
    pub(super) missing: Vec<PathBuf>,
    /// Names that the last run's manifest lists, of files that are as it left them.
    pub(super) owned: Vec<String>,
    /// That manifest.
    pub(super) last: Option<Manifest>,
}

impl Look {
    /// Looks at `dir` with the names of result files in mind.
    pub(super) fn at(dir: &Path, names: &[&str], options: Options) -> Result<Self, FolderError> {
        check_names(names)?;
        let missing = missing_folders(dir)?;
        if !missing.is_empty() {
            return Ok(Self { missing, owned: Vec::new(), last: None });
        }
        let last = manifest_of(dir)?;
        if last.as_ref().is_some_and(|last| !last.partial) && options.partial && !options.force {
            return Err(FolderError::PartialOverComplete { dir: dir.to_owned() });
        }
        let ours = last.is_some();
        let listed: Vec<&Listed> = last.iter().flat_map(|last| &last.files).collect();
        let is_owned = |file: &&&Listed| is_as_it_was(&dir.join(&file.name), file);
        let owned: Vec<String> = listed.iter().filter(is_owned).map(|file| file.name.clone()).collect();
        for &name in names.iter().chain(&[MANIFEST, TIMING]) {
            let path = dir.join(name);
            let is_ours = if [MANIFEST, TIMING].contains(&name) { ours } else { owned.iter().any(|own| own == name) };
            if is_regular(&path)? && !is_ours && !options.force {
                let was_ours = listed.iter().any(|file| file.name == name);
                return Err(if was_ours { FolderError::Edited { path } } else { FolderError::Foreign { path } });
            }
        }
        Ok(Self { missing, owned, last })
    }
}

/// Whether a file still holds what the manifest says.
fn is_as_it_was(path: &Path, listed: &Listed) -> bool {
    let size = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|of| of.len());
    size == Some(listed.bytes) && fs::read(path).is_ok_and(|bytes| sha256(&bytes) == listed.sha256)
}

/// Whether a name stays inside the folder on every system, and is not one of the two that are added.
fn is_plain(name: &str) -> bool {
    let odd = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    !(name.is_empty() || name.starts_with('.') || name.contains(odd) || name == MANIFEST || name == TIMING)
}

fn check_names(names: &[&str]) -> Result<(), FolderError> {
    for (at, name) in names.iter().enumerate() {
        if !is_plain(name) || names[..at].contains(name) {
            return Err(FolderError::BadName { name: (*name).to_owned() });
        }
    }
    Ok(())
}

/// The folders from `dir` upwards that do not exist.
fn missing_folders(dir: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let mut missing = Vec::new();
    let mut at = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    loop {
        match fs::metadata(at) {
            Ok(found) if found.is_dir() => return Ok(missing),
            Ok(found) => return Err(not_a_folder(at, found.file_type())),
            Err(why) if why.kind() == ErrorKind::NotFound => {
                // A link that leads nowhere is something, too.
                if let Ok(link) = fs::symlink_metadata(at) {
                    return Err(not_a_folder(at, link.file_type()));
                }
            }
            Err(why) => return Err(FolderError::io("use", at)(why)),
        }
        missing.push(at.to_owned());
        let above = parent(at);
        if above == at {
            return Ok(missing);
        }
        at = above;
    }
}

fn not_a_folder(path: &Path, kind: FileType) -> FolderError {
    FolderError::NotAFolder { path: path.to_owned(), what: describe(kind) }
}

/// The manifest that the last run of ours left. Anything else of that name is somebody else's file.
fn manifest_of(dir: &Path) -> Result<Option<Manifest>, FolderError> {
    let path = dir.join(MANIFEST);
    if !is_regular(&path)? {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(FolderError::io("read", &path))?;
    let manifest: Option<Manifest> = serde_json::from_slice(&bytes).ok();
    let valid = |manifest: &Manifest| {
        manifest.schema == MANIFEST_SCHEMA && manifest.files.iter().all(|file| is_plain(&file.name))
    };
    Ok(manifest.filter(valid))
}

/// Whether a regular file is there (`true`) or nothing (`false`); whatever else is there is an error.
pub(crate) fn is_regular(path: &Path) -> Result<bool, FolderError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(true),
        Ok(found) => Err(FolderError::NotRegular { path: path.to_owned(), what: describe(found.file_type()) }),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(false),
        Err(why) => Err(FolderError::io("look at", path)(why)),
    }
}

/// A kind of file in words.
fn describe(kind: FileType) -> &'static str {
    if kind.is_file() {
        "a file"
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else {
        describe_special(kind)
    }
}

#[cfg(unix)]
fn describe_special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn describe_special(_: FileType) -> &'static str {
    "not a regular file"
}
