//! Files that commands write at a path of the user's: new or regular ones, whole or not at all, and never what a command reads.

use crate::exit;
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{BufWriter, IntoInnerError};
use std::path::{Path, PathBuf};
use zonefall_report::{MANIFEST, TIMING};
use zonefall_scenario::Scenario;

/// The files that a command reads for a scenario: its own, and those that it names.
pub fn read_for<'a>(path: &'a Path, scenario: &'a Scenario) -> impl Iterator<Item = &'a Path> {
    std::iter::once(path).chain(scenario.files.iter().map(PathBuf::as_path))
}

/// Refuses to write where the command reads, whatever may be replaced, and to write two things to one file.
///
/// # Errors
/// Those, as a matter of usage.
pub fn refuse_inputs<'a>(
    outputs: impl IntoIterator<Item = &'a PathBuf>,
    inputs: impl IntoIterator<Item = &'a Path>,
) -> Result<()> {
    let inputs: Vec<PathBuf> = inputs.into_iter().map(identity).collect();
    let mut seen = Vec::new();
    for path in outputs {
        let (output, name) = (identity(path), path.display());
        if inputs.contains(&output) {
            let words = "is an input of this command, and what it reads is never written over: name another file";
            return Err(exit::usage(format!("{name} {words}")));
        }
        if seen.contains(&output) {
            return Err(exit::usage(format!("{name} is to be written twice: what is written needs two names")));
        }
        seen.push(output);
    }
    Ok(())
}

/// One path for all ways to name a file: without links and detours as far as there are folders.
fn identity(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for there in whole.ancestors() {
        if let (Ok(there), Ok(rest)) = (there.canonicalize(), whole.strip_prefix(there)) {
            return if rest.as_os_str().is_empty() { there } else { there.join(rest) };
        }
    }
    whole
}

/// The files of a folder of results that are or may be written there.
pub fn in_folder(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    names.iter().chain(&[MANIFEST, TIMING]).map(|name| folder.join(name)).collect()
}

/// What [`refuse_inputs`] and [`refuse_in_the_way`] refuse, before anything is computed.
///
/// # Errors
/// Those.
pub fn refuse_unless_free<'a>(
    outputs: impl IntoIterator<Item = &'a PathBuf> + Clone,
    inputs: impl IntoIterator<Item = &'a Path>,
    force: bool,
) -> Result<()> {
    refuse_inputs(outputs.clone(), inputs)?;
    refuse_in_the_way(outputs, force)
}

/// Refuses what is not a regular file, what is there unless it may be replaced, and a folder that is not there.
///
/// # Errors
/// Those.
pub fn refuse_in_the_way<'a>(outputs: impl IntoIterator<Item = &'a PathBuf>, force: bool) -> Result<()> {
    outputs.into_iter().try_for_each(|path| may_be_written(path, force))
}

fn may_be_written(path: &Path, force: bool) -> Result<()> {
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
