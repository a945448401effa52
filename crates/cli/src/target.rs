//! Files that commands write at a path of the user's: new or regular ones, whole or not at all.

use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{BufWriter, IntoInnerError};
use std::path::Path;

/// Refuses what is not a regular file, what is there unless it may be replaced, and a folder that is not there.
///
/// # Errors
/// Those.
pub fn refuse_unless_free(path: &Path, force: bool) -> Result<()> {
    let regular = std::fs::symlink_metadata(path).map(|found| found.is_file());
    if matches!(regular, Ok(false)) {
        bail!("{} is not a regular file", path.display());
    }
    if regular.is_ok() && !force {
        bail!("{} exists; use --force to replace it, or name another file", path.display());
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        bail!("cannot write {}: there is no folder {}", path.display(), folder.display());
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file beside its place, and puts it there when it is whole. Without `force` it takes nobody's place, not even
/// that of a file which appeared meanwhile.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, force: bool, fill: impl FnOnce(&mut BufWriter<&File>) -> Result<()>) -> Result<()> {
    let folder = folder_of(path);
    let cannot = || format!("cannot write {}", path.display());
    let file = ordinary_file(folder).with_context(cannot)?;
    let mut buffer = BufWriter::new(file.as_file());
    fill(&mut buffer).with_context(cannot)?;
    buffer.into_inner().map_err(IntoInnerError::into_error).with_context(cannot)?.sync_all().with_context(cannot)?;
    if force { file.persist(path) } else { file.persist_noclobber(path) }.with_context(cannot)?;
    Ok(())
}

/// A temporary file that anybody may read whom the umask lets, as any other file.
fn ordinary_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
