//! Checkpoints, shards and merging: the same bits whatever happens on the way, and nothing else taken for a partial
//! result.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{Desk, STRESS};
use sha2::{Digest, Sha256};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A set that is repaired, so that what was done to it is counted, too.
const MANAGED: &str = "\
name = \"repaired\"
horizon = \"100 days\"
trials = 300
[slo]
min_serving = 8
[region.eastus]
[load_balancer]
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
health = { source = \"extension\", protocol = \"http\", request_path = \"/health\" }
[faults]
profile = \"none\"
[faults.mode.guest-hang]
scope = \"instance\"
rate = \"6 per instance-year\"
outage = { law = \"exponential\", mean = \"12 h\" }
[[design]]
name = \"no repairs\"
[[design]]
name = \"restart\"
scale_set.web.repairs = { action = \"restart\" }
";

/// Bytes of a partial result before its body.
const HEAD: usize = 36;

/// The names in a folder.
fn names(desk: &Desk) -> Vec<String> {
    let entries = desk.path(".").read_dir().unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Starts a run and kills it after so many milliseconds; whether it was done by then.
fn killed(desk: &Desk, args: &str, after_ms: u64) -> bool {
    let mut command = desk.command(args.split_whitespace());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(after_ms));
    let done = child.try_wait().unwrap().is_some_and(|status| status.success());
    let _ = child.kill();
    child.wait().unwrap();
    done
}

fn is_unfinished(entry: &std::fs::DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".zonefall-unfinished-")
}

#[test]
fn what_a_killed_run_left_goes_with_the_next_results() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --trials 50 --out r").ends(0);
    desk.put("r/.zonefall-unfinished-Ab3dE6", "half a table");
    desk.put(".zonefall-unfinished-Ab3dE6", "of a probe beside the folder");
    desk.run("run s.toml --trials 50 --out r").ends(0);
    desk.digest("r");
    desk.run("run s.toml --trials 50 --out new").ends(0);
    assert_eq!(names(&desk), ["new", "r", "s.toml"]);
}

#[test]
fn killed_at_any_moment_a_run_goes_on_to_the_same_bits() {
    for (scenario, trials, threads) in [(STRESS, 600, 2), (MANAGED, 8_000, 1)] {
        let desk = Desk::with(scenario);
        let began = Instant::now();
        desk.run(&format!("run s.toml --trials {trials} --threads {threads} --out whole")).ends(0);
        let whole_ms = began.elapsed().as_millis() as u64;
        let kept = format!("run s.toml --trials {trials} --threads {threads} --checkpoint c --checkpoint-every 5ms");
        let (mut went_on, mut percent) = (0, 60);
        for _ in 0..30 {
            if killed(&desk, &format!("{kept} --out r"), whole_ms * percent / 100) {
                break;
            }
            went_on += u32::from(!desk.lacks("c"));
            // From a hundredth to all of the time that the whole takes, however fast the machine is, in no order.
            percent = percent * 37 % 101;
        }
        assert!(went_on >= 1, "killed {went_on} times with a checkpoint");
        if desk.lacks("r/manifest.json") {
            desk.run(&format!("{kept} --out r")).ends(0).complains(&["going on from c: ", " trials are done"]);
        } else if desk.path("r").read_dir().unwrap().any(|entry| is_unfinished(&entry.unwrap())) {
            // Killed while it replaced a whole result: the next run takes away what it left.
            desk.run(&format!("{kept} --out r")).ends(0);
        }
        assert_eq!(desk.digest("r"), desk.digest("whole"));
        // The next run finds nothing to go on from, and leaves nothing half written behind.
        desk.run(&format!("{kept} --out again -q")).ends(0);
        assert_eq!(desk.digest("again"), desk.digest("whole"));
        assert_eq!(names(&desk), ["again", "r", "s.toml", "whole"]);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_results_and_checkpoint_of_the_same_trials() {
    let desk = Desk::with(STRESS);
    let args = "run s.toml --trials 1000000000 --checkpoint c --out r";
    let told = kit::interrupted(&mut desk.command(args.split_whitespace()), 1).ends(130);
    let told = told.complains(&["interrupted: ", "trials kept in r", "the same command goes on after "]);
    let trials = kit::json(&desk.path("r/summary.json"))["trials"].as_u64().unwrap();
    assert!(told.err.contains(&format!("goes on after {trials} trials")), "{told}");
    desk.run("merge s.toml c --out m").ends(0).complains(&[&format!("the partial results hold {trials} trials")]);
    desk.run(&format!("run s.toml --trials {trials} --out whole")).ends(0);
    assert_eq!(desk.digest("m"), desk.digest("whole"));
}

/// Trials so long that the pilot alone would take minutes.
const LONG_PILOT: &str = "\
name = \"long\"
horizon = \"3650 days\"
trials = 10000
[slo]
min_serving = 90
[region.eastus]
[scale_set.web]
zones = [1]
capacity = 100
[faults]
profile = \"none\"
[faults.mode.vm]
scope = \"instance\"
time_to_failure = { law = \"exponential\", mean = \"2 h\" }
outage = { law = \"exponential\", mean = \"1 min\" }
";

#[cfg(unix)]
#[test]
fn an_interrupt_of_a_pilot_is_told_and_writes_nothing() {
    for method in ["forcing", "splitting", "auto"] {
        let desk = Desk::with(LONG_PILOT);
        let args = format!("run s.toml --method {method} --out r");
        let told = kit::interrupted(&mut desk.command(args.split_whitespace()), 1).ends(130);
        told.complains(&["interrupted before the first trial", "nothing is written"]);
        assert_eq!(names(&desk), ["s.toml"], "{method}");
    }
}

// Shards.

#[test]
fn shards_in_any_grouping_merge_to_one_run() {
    for (scenario, more) in [(STRESS, " --seed 5 --no-counterfactual"), (MANAGED, " --seed 6")] {
        let desk = Desk::with(scenario);
        desk.run(&format!("run s.toml --trials 600 --out whole{more}")).ends(0);
        for (grouping, cuts) in
            [&[0, 600][..], &[0, 1, 600], &[0, 64, 128, 599, 600], &[0, 333, 500, 600]].iter().enumerate()
        {
            let mut files = Vec::new();
            for (at, cut) in cuts.windows(2).enumerate() {
                let file = format!("{grouping}-{at}");
                let (first, end) = (cut[0], cut[1]);
                let threads = at % 3 + 1;
                let told =
                    format!("run s.toml --trials-range {first}..{end} --threads {threads} --partial {file}{more}");
                let told = desk.run(&told).ends(0).complains(&["zonefall merge s.toml"]);
                assert!(told.out.is_empty(), "{told}");
                files.insert(files.len() / 2, file);
            }
            // In another order, and the first twice.
            let files = format!("{} {}", files.join(" "), files[0]);
            desk.run(&format!("merge s.toml {files} --out m{grouping}")).ends(0).says(&["Objective"]);
            assert_eq!(desk.digest(&format!("m{grouping}")), desk.digest("whole"), "{cuts:?}");
        }
        assert!(desk.lacks("results"), "shards write no results");
    }
}

#[test]
fn what_merge_prints_as_again_makes_the_same_files() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --trials 60 --seed 9 --no-counterfactual --partial p").ends(0);
    let told = desk.run("merge s.toml p --csv-locale eu --out r").ends(0);
    let again = told.out.lines().find_map(|line| line.strip_prefix("Again      zonefall ")).unwrap();
    let digest = desk.digest("r");
    std::fs::remove_dir_all(desk.path("r")).unwrap();
    desk.run(again).ends(0);
    assert_eq!(desk.digest("r"), digest, "{told}");
    for (format, file) in [("json", "r/summary.json"), ("csv", "r/designs.csv")] {
        let told = desk.run(&format!("merge s.toml p --format {format} --out r")).ends(0);
        assert_eq!(told.out.trim_end(), desk.read(file).trim_end());
    }
}

#[test]
fn a_shard_may_be_made_again_and_goes_on_from_what_is_there() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --trials-range 10..200 --partial p").ends(0);
    let bytes = std::fs::read(desk.path("p")).unwrap();
    desk.run("run s.toml --trials-range 10..200 --partial p").ends(0);
    assert_eq!(std::fs::read(desk.path("p")).unwrap(), bytes);
    desk.run("run s.toml --trials-range 10..90 --partial q").ends(0);
    desk.run("run s.toml --trials-range 10..200 --partial q --checkpoint c").ends(0);
    assert_eq!(std::fs::read(desk.path("q")).unwrap(), bytes);
    for range in ["10..100", "0..200", "11..200"] {
        let told = desk.run(&format!("run s.toml --trials-range {range} --partial p")).ends(3);
        told.complains(&["the partial result p is refused", "it holds trials 10 to 199"]);
    }
    assert_eq!(std::fs::read(desk.path("p")).unwrap(), bytes);
    assert_eq!(names(&desk), ["p", "q", "s.toml"]);
}

#[test]
fn shards_that_do_not_fit_together_are_refused() {
    let desk = Desk::with(STRESS);
    for (file, range) in [("a", "0..50"), ("b", "50..90"), ("c", "100..120"), ("d", "40..60")] {
        desk.run(&format!("run s.toml --trials-range {range} --partial {file}")).ends(0);
    }
    desk.run("run s.toml --trials-range 50..90 --partial e --seed 8").ends(0);
    desk.run("merge s.toml a c --out r").ends(1).complains(&["missing: trials 50 to 99"]);
    desk.run("merge s.toml b --out r").ends(1).complains(&["missing: trials 0 to 49"]);
    desk.run("merge s.toml b d a --out r").ends(1).complains(&["a and d overlap in trials 40 to 49"]);
    desk.run("merge s.toml a e --out r").ends(3).complains(&["e is refused", "its seed is 8, not 7"]);
    desk.run("merge s.toml a missing --out r").ends(1).complains(&["missing"]);
    desk.run("merge s.toml --out r").ends(2);
    assert!(desk.lacks("r"));
}

// What is refused.

/// Puts the right sum under changed bytes.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 32;
    let sum = Sha256::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum);
    bytes
}

#[test]
fn a_damaged_or_foreign_checkpoint_is_refused_and_not_touched() {
    let desk = Desk::with(STRESS);
    desk.put("other.toml", format!("# another text\n{STRESS}"));
    desk.run("run s.toml --trials-range 0..50 --partial fine").ends(0);
    let fine = std::fs::read(desk.path("fine")).unwrap();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fine.clone();
        change(&mut bytes);
        bytes
    };
    let flipped = |at: usize| with(&|bytes| bytes[at] ^= 0x10);
    let program = env!("CARGO_PKG_VERSION");
    let older = resealed(with(&|bytes| bytes[HEAD + 1..HEAD + 1 + program.len()].fill(b'9')));
    let mut cases = vec![
        (1, "s.toml", "", with(&|bytes| bytes.truncate(bytes.len() / 2)), "damaged"),
        (1, "s.toml", "", with(&|bytes| bytes.truncate(bytes.len() - 1)), "damaged"),
        (1, "s.toml", "", with(&|bytes| bytes.push(0)), "damaged"),
        (1, "s.toml", "", Vec::new(), "not a partial result"),
        (1, "s.toml", "", b"my notes".to_vec(), "not a partial result"),
        (3, "s.toml", "", flipped(24), "form"),
        (3, "s.toml", "", older, "its program version is \"99999\""),
        (3, "s.toml", " --seed 8", fine.clone(), "its seed is 7, not 8"),
        (3, "s.toml", " --trials 40", fine.clone(), "it holds trials 0 to 49; asked for: trials 0 to 39"),
        (3, "s.toml", " --no-counterfactual", fine.clone(), "second look"),
        (3, "other.toml", "", fine.clone(), "the SHA-256 of its scenario"),
    ];
    let last = fine.len() - 1;
    cases.extend(
        [0, 30, HEAD, HEAD + 3, 100, 1000, last].map(|at| (1, "s.toml", "", flipped(at), "p is refused: it is")),
    );
    for (code, scenario, more, bytes, words) in cases {
        desk.put("c", &bytes);
        let trials = if more.contains("--trials ") { "" } else { " --trials 100" };
        let told = desk.run(&format!("run {scenario}{trials}{more} --checkpoint c --out r")).ends(code);
        let words = words.replace("p is refused", "c is refused");
        told.complains(&["the checkpoint c is refused", &words]);
        assert_eq!(std::fs::read(desk.path("c")).unwrap(), bytes);
        assert_eq!(names(&desk), ["c", "fine", "other.toml", "s.toml"]);
        if more.is_empty() {
            desk.run(&format!("merge {scenario} c --out r")).ends(code).complains(&["c is refused", &words]);
        }
    }
    // And what is fine is taken, and taken away in the end.
    desk.put("c", &fine);
    desk.run("run s.toml --trials 100 --checkpoint c --out r").ends(0).complains(&["going on from c: 50 of 100"]);
    desk.run("run s.toml --trials 100 --out whole").ends(0);
    assert_eq!(desk.digest("r"), desk.digest("whole"));
    assert!(desk.lacks("c"));
}

#[test]
fn only_a_regular_file_of_ours_is_ever_replaced() {
    let desk = Desk::with(STRESS);
    std::fs::create_dir(desk.path("folder")).unwrap();
    for flag in ["--checkpoint", "--partial"] {
        desk.run(&format!("run s.toml {flag} folder")).ends(1).complains(&["`folder` is a folder", "never replaced"]);
        desk.run(&format!("run s.toml {flag} s.toml")).ends(2).complains(&["s.toml is an input"]);
        desk.put("other.toml", STRESS);
        desk.run(&format!("run s.toml {flag} other.toml"))
            .ends(1)
            .complains(&["other.toml is refused", "not a partial result"]);
        std::fs::remove_file(desk.path("other.toml")).unwrap();
        desk.run(&format!("run s.toml {flag} nowhere/c")).ends(1).complains(&["cannot write into `nowhere`"]);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("folder", desk.path("link")).unwrap();
            desk.run(&format!("run s.toml {flag} link")).ends(1).complains(&["`link` is a symbolic link"]);
            std::fs::remove_file(desk.path("link")).unwrap();
            desk.run(&format!("run s.toml {flag} /dev/null")).ends(1).complains(&["`/dev/null` is a device"]);
            desk.run("merge s.toml /dev/null").ends(1).complains(&["`/dev/null` is not a regular file"]);
        }
    }
    desk.run("merge s.toml folder").ends(1).complains(&["`folder` is not a regular file"]);
    assert_eq!(desk.read("s.toml"), STRESS);
    assert_eq!(names(&desk), ["folder", "s.toml"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told_before_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(STRESS);
    std::fs::create_dir(desk.path("locked")).unwrap();
    std::fs::set_permissions(desk.path("locked"), std::fs::Permissions::from_mode(0o555)).unwrap();
    let folder = if std::fs::write(desk.path("locked/x"), "").is_err() {
        "locked"
    } else if std::path::Path::new("/proc/self").is_dir() {
        // Nobody may create a file here, not even root.
        "/proc/self"
    } else {
        println!("skipped: this user may write everywhere");
        return;
    };
    for flag in ["--checkpoint", "--partial"] {
        let told = desk.run(&format!("run s.toml --trials 1000000000 {flag} {folder}/c")).ends(1);
        told.complains(&[&format!("cannot write into `{folder}`")]);
    }
    assert!(desk.lacks("results"));
}

#[test]
fn what_cannot_be_asked_for() {
    let desk = Desk::with(STRESS);
    kit::scenarios(&desk);
    let record = "scenarios/real-incidents-replay.toml";
    desk.run("trace s.toml --trial 1 --faults f.csv").ends(0);
    for (args, words) in [
        ("run s.toml --rows --checkpoint c", "sums only"),
        ("run s.toml --rows --partial c", "sums only"),
        ("run s.toml --checkpoint c --partial c", "two names"),
        ("run s.toml --faults f.csv --checkpoint c", "a record is one trial"),
        (&format!("run {record} --partial c"), "a record is one trial"),
        (&format!("merge {record} f.csv"), "a record is one trial"),
        ("run s.toml --trials-range 0..5", "--partial"),
        ("run s.toml --trials-range 5..5 --partial c", "holds no trial"),
        ("run s.toml --trials-range 5 --partial c", "0..5000"),
        ("run s.toml --trials-range 0..1000000001 --partial c", "goes beyond"),
        ("run s.toml --trials-range 0..5 --trials 5 --partial c", "cannot be used"),
        ("run s.toml --partial c --out r", "cannot be used"),
        ("run s.toml --partial c --gate", "cannot be used"),
        ("run s.toml --checkpoint-every 5s", "--checkpoint"),
        ("run s.toml --checkpoint c --checkpoint-every often", "often"),
        ("run s.toml --checkpoint c --checkpoint-every 30", "has no unit"),
    ] {
        desk.run(args).ends(2).complains(&[words]);
        assert!(desk.lacks("c") && desk.lacks("results"), "{args}");
    }
}

/// A partial result is as large as the variety of what happened, not as the number of trials.
#[test]
fn partial_results_are_small() {
    let desk = Desk::with(STRESS);
    let size = |trials: u64| {
        desk.run(&format!("run s.toml --trials {trials} --no-counterfactual --partial p{trials}")).ends(0);
        std::fs::metadata(desk.path(&format!("p{trials}"))).unwrap().len()
    };
    // In this world so much happens that its four designs come near the most that the histograms' grid can hold.
    let (few, many) = (size(500), size(8_000));
    println!("{few} bytes of 500 trials, {many} of 8,000");
    assert!(many < 8 * few && many < 4 * 50_000, "{few} bytes of 500 trials, {many} of 8,000");
}

#[test]
fn a_checkpoint_stays_until_the_results_are_written() {
    let desk = Desk::with(STRESS);
    let args = "run s.toml --trials 400 --checkpoint c --out r";
    let mut command = desk.command(format!("{args} --checkpoint-every 1ms").split(' '));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while desk.lacks("c") && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    // The run has looked where its results go; now a folder comes in the way of one.
    if std::fs::create_dir_all(desk.path("r/designs.csv")).is_err() {
        println!("skipped: the run was faster");
        return;
    }
    let told = kit::told(format!("{args}, a folder in the way"), &child.wait_with_output().unwrap()).ends(1);
    told.complains(&["the same command goes on after 400 trials", "designs.csv` is a folder"]);
    std::fs::remove_dir(desk.path("r/designs.csv")).unwrap();
    desk.run(args).ends(0).complains(&["going on from c: 400 of 400 trials are done"]);
    assert!(desk.lacks("c"));
    desk.run("run s.toml --trials 400 --out whole").ends(0);
    assert_eq!(desk.digest("r"), desk.digest("whole"));
}
