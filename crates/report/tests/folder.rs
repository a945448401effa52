//! A folder of results: whole sets, and never over what is not ours.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use zonefall_report::{
    FolderError, Identity, MANIFEST, Manifest, Options, Replaced, ResultFile, ResultSet, ResultsFolder, Timing,
};

const FORCE: Options = Options { force: true, partial: false };
const PARTIAL: Options = Options { force: false, partial: true };

fn set(files: &[(&str, &str)]) -> ResultSet {
    let file = |&(name, text): &(&str, &str)| ResultFile { name: name.into(), bytes: text.into() };
    ResultSet {
        identity: Identity {
            version: "0.1.0".into(),
            study: "s".into(),
            scenario_hash: "h".into(),
            seed: 1,
            trials: 1000,
        },
        files: files.iter().map(file).collect(),
        timing: Timing { seconds: 1.5, threads: 2, trials_per_second: 666.0, events_per_second: 9e5 },
    }
}

fn write(dir: &Path, files: &[(&str, &str)], options: Options) -> Result<ResultsFolder, FolderError> {
    ResultsFolder::write(dir, &set(files), options)
}

fn listing(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn creates_replaces_and_removes_what_is_ours() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("a/b");
    let first = write(&dir, &[("a.csv", "1"), ("b.csv", "2")], Options::default()).unwrap();
    assert_eq!(listing(&dir), ["a.csv", "b.csv", "manifest.json", "timing.json"]);
    assert_eq!(first.written, ["a.csv", "b.csv", "timing.json", "manifest.json"]);
    fs::write(dir.join("notes.txt"), "mine").unwrap();
    let again = write(&dir, &[("a.csv", "3"), ("c.csv", "4")], Options::default()).unwrap();
    assert_eq!(again.removed, ["b.csv"]);
    assert_ne!(first.digest, again.digest);
    assert_eq!(listing(&dir), ["a.csv", "c.csv", "manifest.json", "notes.txt", "timing.json"]);
    assert_eq!(fs::read_to_string(dir.join("a.csv")).unwrap(), "3");
    let manifest: Manifest = serde_json::from_slice(&fs::read(dir.join(MANIFEST)).unwrap()).unwrap();
    assert_eq!(manifest.digest, again.digest);
    assert_eq!(manifest.files.iter().map(|file| &file.name).collect::<Vec<_>>(), ["a.csv", "c.csv"]);
}

#[test]
fn results_of_something_else_or_of_more_trials_that_are_replaced_are_told() {
    let temp = tempfile::tempdir().unwrap();
    let files = &[("a.csv", "1")];
    let of = |study: &str, trials: u64| {
        let mut set = set(files);
        (set.identity.study, set.identity.trials) = (study.into(), trials);
        ResultsFolder::write(temp.path(), &set, Options::default()).unwrap().replaced
    };
    assert_eq!((of("s", 10), of("s", 10), of("s", 1000)), (None, None, None));
    let gone = |trials, more| Some(Replaced { study: "s".into(), trials, more });
    assert_eq!(of("s", 999), gone(1000, true));
    assert_eq!(of("t", 5000), gone(999, false));
}

#[test]
fn the_digest_and_the_manifest_do_not_see_the_clock() {
    let temp = tempfile::tempdir().unwrap();
    let (one, two) = (temp.path().join("1"), temp.path().join("2"));
    let mut slow = set(&[("a.csv", "1")]);
    ResultsFolder::write(&one, &slow, Options::default()).unwrap();
    slow.timing.seconds = 99.0;
    ResultsFolder::write(&two, &slow, Options::default()).unwrap();
    assert_eq!(fs::read(one.join(MANIFEST)).unwrap(), fs::read(two.join(MANIFEST)).unwrap());
    assert_ne!(fs::read(one.join("timing.json")).unwrap(), fs::read(two.join("timing.json")).unwrap());
}

#[test]
fn what_is_not_ours_stays_unless_forced() {
    for name in ["a.csv", "manifest.json", "timing.json"] {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join(name), "{\"schema\": \"another/1\"}").unwrap();
        assert!(matches!(
            ResultsFolder::probe(temp.path(), &["a.csv"], Options::default()),
            Err(FolderError::Foreign { .. })
        ));
        assert!(matches!(write(temp.path(), &[("a.csv", "1")], Options::default()), Err(FolderError::Foreign { .. })));
        assert_eq!(listing(temp.path()), [name]);
        write(temp.path(), &[("a.csv", "1")], FORCE).unwrap();
        assert_eq!(listing(temp.path()), ["a.csv", "manifest.json", "timing.json"]);
    }
}

#[test]
fn what_was_changed_since_stays_unless_forced() {
    let temp = tempfile::tempdir().unwrap();
    let (both, one) = ([("a.csv", "1"), ("report.md", "signed by")], [("a.csv", "2")]);
    write(temp.path(), &both, Options::default()).unwrap();
    fs::write(temp.path().join("report.md"), "signed by me").unwrap();
    // Not part of the new set: it stays, and is no longer ours.
    assert!(write(temp.path(), &one, Options::default()).unwrap().removed.is_empty());
    assert_eq!(fs::read_to_string(temp.path().join("report.md")).unwrap(), "signed by me");
    assert!(matches!(write(temp.path(), &both, Options::default()), Err(FolderError::Foreign { .. })));
    fs::write(temp.path().join("a.csv"), "3").unwrap();
    assert!(matches!(write(temp.path(), &one, Options::default()), Err(FolderError::Edited { .. })));
    assert_eq!(fs::read_to_string(temp.path().join("a.csv")).unwrap(), "3");
    write(temp.path(), &one, Options { force: true, partial: false }).unwrap();
    assert_eq!(fs::read_to_string(temp.path().join("a.csv")).unwrap(), "2");
}

#[test]
fn a_manifest_cannot_point_outside() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("out");
    write(&dir, &[("a.csv", "1")], Options::default()).unwrap();
    let path = dir.join(MANIFEST);
    let evil = fs::read_to_string(&path).unwrap().replace("a.csv", "../victim");
    fs::write(&path, evil).unwrap();
    fs::write(temp.path().join("victim"), "precious").unwrap();
    assert!(matches!(write(&dir, &[("b.csv", "1")], Options::default()), Err(FolderError::Foreign { .. })));
    write(&dir, &[("b.csv", "1")], FORCE).unwrap();
    assert_eq!(fs::read_to_string(temp.path().join("victim")).unwrap(), "precious");
}

#[test]
fn a_partial_run_never_replaces_a_complete_one() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path();
    write(dir, &[("a.csv", "part")], PARTIAL).unwrap();
    write(dir, &[("a.csv", "part 2")], PARTIAL).unwrap();
    write(dir, &[("a.csv", "whole")], Options::default()).unwrap();
    let refused = write(dir, &[("a.csv", "part")], PARTIAL);
    assert!(matches!(refused, Err(FolderError::PartialOverComplete { .. })));
    assert_eq!(fs::read_to_string(dir.join("a.csv")).unwrap(), "whole");
    write(dir, &[("a.csv", "part")], Options { force: true, partial: true }).unwrap();
    assert_eq!(fs::read_to_string(dir.join("a.csv")).unwrap(), "part");
}

#[test]
fn a_partial_run_never_replaces_one_that_got_further() {
    let temp = tempfile::tempdir().unwrap();
    let of = |trials: u64, seed: u64, options: Options| {
        let mut set = set(&[("a.csv", &trials.to_string())]);
        (set.identity.trials, set.identity.seed) = (trials, seed);
        ResultsFolder::write(temp.path(), &set, options)
    };
    let kept = || fs::read_to_string(temp.path().join("a.csv")).unwrap();
    of(10, 1, PARTIAL).unwrap();
    of(20, 1, PARTIAL).unwrap();
    for (seed, is_same) in [(1, true), (2, false)] {
        let refused = of(19, seed, PARTIAL);
        assert!(matches!(refused, Err(FolderError::PartialOverMore { trials: 20, same, .. }) if same == is_same));
        assert_eq!(kept(), "20");
    }
    of(5, 1, Options { force: true, partial: true }).unwrap();
    assert_eq!(kept(), "5");
    // A complete run is worth more than any part.
    of(4, 1, Options::default()).unwrap();
    assert_eq!(kept(), "4");
}

#[test]
fn names_are_plain() {
    let temp = tempfile::tempdir().unwrap();
    for name in ["", ".", "..", "../a", "a/b", "manifest.json", "timing.json", "a\n", "C:x"] {
        let refused = write(temp.path(), &[(name, "1")], FORCE);
        assert!(matches!(refused, Err(FolderError::BadName { .. })), "{name}");
    }
    let twice = write(temp.path(), &[("a.csv", "1"), ("a.csv", "2")], FORCE);
    assert!(matches!(twice, Err(FolderError::BadName { .. })));
    assert!(listing(temp.path()).is_empty());
}

#[test]
fn a_file_is_not_a_folder() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    fs::write(&file, "mine").unwrap();
    for dir in [file.clone(), file.join("below")] {
        assert!(ResultsFolder::probe(&dir, &["a.csv"], FORCE).is_err());
        let said = write(&dir, &[("a.csv", "1")], FORCE).unwrap_err().to_string();
        assert!(said.contains("not a folder") || said.contains("Not a directory"), "{said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn folders_in_the_place_of_files_stay_even_when_forced() {
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join("a.csv")).unwrap();
    let refused = write(temp.path(), &[("a.csv", "1")], FORCE);
    assert!(matches!(refused, Err(FolderError::NotRegular { .. })));
    assert_eq!(listing(temp.path()), ["a.csv"]);
}

#[test]
fn a_probe_leaves_nothing_behind() {
    let temp = tempfile::tempdir().unwrap();
    ResultsFolder::probe(temp.path(), &["a.csv"], Options::default()).unwrap();
    ResultsFolder::probe(&temp.path().join("x/y"), &["a.csv"], Options::default()).unwrap();
    assert!(listing(temp.path()).is_empty());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::process::Command;

    #[test]
    fn special_files_stay_even_when_forced() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path();
        let made = Command::new("mkfifo").arg(dir.join("a.csv")).status().unwrap();
        assert!(made.success());
        symlink("/dev/null", dir.join("b.csv")).unwrap();
        symlink("nowhere", dir.join("timing.json")).unwrap();
        for name in ["a.csv", "b.csv", "c.csv"] {
            let refused = write(dir, &[(name, "1")], FORCE).unwrap_err();
            assert!(matches!(refused, FolderError::NotRegular { .. }), "{refused}");
        }
        assert_eq!(listing(dir), ["a.csv", "b.csv", "timing.json"]);
        assert!(fs::symlink_metadata(dir.join("a.csv")).unwrap().file_type().is_fifo());
    }

    #[test]
    fn devices_and_links_are_not_folders() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("file"), "mine").unwrap();
        symlink("file", temp.path().join("link")).unwrap();
        symlink("nowhere", temp.path().join("dangling")).unwrap();
        for (dir, word) in [
            (Path::new("/dev/null").to_owned(), "`/dev/null` is a device, not a folder"),
            (temp.path().join("link"), "is a file, not a folder"),
            (temp.path().join("dangling"), "is a symbolic link, not a folder"),
            (Path::new("/dev/null/x").to_owned(), "Not a directory"),
            (Path::new("/proc/self/x").to_owned(), "cannot "),
        ] {
            let said = write(&dir, &[("a.csv", "1")], FORCE).unwrap_err().to_string();
            assert!(said.contains(word), "{said}");
            let said = ResultsFolder::probe(&dir, &["a.csv"], FORCE).unwrap_err().to_string();
            assert!(said.contains(word), "{said}");
        }
        assert_eq!(listing(temp.path()), ["dangling", "file", "link"]);
    }

    #[test]
    fn a_link_to_a_folder_is_followed_and_others_may_read() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("real")).unwrap();
        symlink("real", temp.path().join("link")).unwrap();
        write(&temp.path().join("link"), &[("a.csv", "1")], Options::default()).unwrap();
        let plain = temp.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&temp.path().join("real/a.csv")), mode(&plain));
    }
}
