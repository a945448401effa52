//! A file that is kept: whole or not at all, and never over what is not ours.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use zonefall_report::{FolderError, KeptFile, read_file};

fn kept(path: &Path) -> KeptFile {
    KeptFile::new(path, |beginning| beginning.starts_with(b"ours"))
}

fn listing(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn is_written_replaced_read_and_removed() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("c");
    let file = kept(&path);
    assert_eq!(file.read(10).unwrap(), None);
    file.probe().unwrap();
    assert_eq!(listing(temp.path()), Vec::<String>::new());
    file.replace(b"ours 1").unwrap();
    file.replace(b"ours 22").unwrap();
    file.probe().unwrap();
    assert_eq!(file.read(7).unwrap().unwrap(), b"ours 22");
    assert!(matches!(file.read(6), Err(FolderError::TooLarge { bytes_max: 6, .. })));
    assert_eq!(listing(temp.path()), ["c"]);
    file.remove().unwrap();
    file.remove().unwrap();
    assert_eq!(listing(temp.path()), Vec::<String>::new());
}

#[test]
fn what_is_not_ours_stays() {
    let temp = tempfile::tempdir().unwrap();
    let (path, folder) = (temp.path().join("c"), temp.path().join("folder"));
    fs::create_dir(&folder).unwrap();
    for theirs in [&b""[..], b"our notes", b"theirs"] {
        fs::write(&path, theirs).unwrap();
        let file = kept(&path);
        for refused in [file.probe(), file.replace(b"ours"), file.remove()] {
            assert!(matches!(refused, Err(FolderError::NotKept { .. })));
        }
        assert_eq!(fs::read(&path).unwrap(), theirs);
    }
    let file = kept(&folder);
    for refused in [file.probe(), file.replace(b"ours"), file.remove(), file.read(10).map(drop)] {
        assert!(matches!(refused, Err(FolderError::NotRegular { what: "a folder", .. })));
    }
    assert!(matches!(read_file(&folder, 10), Err(FolderError::Unreadable { .. })));
    assert_eq!(listing(temp.path()), ["c", "folder"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_never_replaced_but_may_lead_to_what_is_read() {
    let temp = tempfile::tempdir().unwrap();
    let (path, link) = (temp.path().join("c"), temp.path().join("link"));
    kept(&path).replace(b"ours").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(matches!(kept(&link).replace(b"ours 2"), Err(FolderError::NotRegular { .. })));
    assert_eq!(read_file(&link, 10).unwrap(), b"ours");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn what_a_killed_run_left_goes_and_what_a_living_one_writes_stays() {
    let temp = tempfile::tempdir().unwrap();
    let of = |name: &str| temp.path().join(name);
    for name in [".c.zonefall-AbC123", ".c.zonefall-longer-name", ".d.zonefall-AbC123", ".c.zonefall-Living"] {
        fs::write(of(name), "half").unwrap();
    }
    let living = fs::File::open(of(".c.zonefall-Living")).unwrap();
    let locks = living.try_lock().is_ok();
    kept(&of("c")).probe().unwrap();
    let mut left = vec![".c.zonefall-Living", ".c.zonefall-longer-name", ".d.zonefall-AbC123"];
    if !locks {
        left.remove(0);
    }
    assert_eq!(listing(temp.path()), left);
}
