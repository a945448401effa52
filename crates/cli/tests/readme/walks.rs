//! The walks of docs/guide: every command runs as it stands, and prints the lines that the page shows of it.
//!
//! In a `console` block a line with `$` is a command; the lines below it are lines of its output, in their order, with what
//! lies between them left out. Spaces count as one, and a shown line may be a part of a printed one.

use super::{blocks, call, kit, value_of};
use kit::Desk;

const WALKS: [&str; 4] = ["architect.md", "jobs.md", "planner.md", "sre.md"];

/// A command and the lines that are shown of what it prints.
fn shown(page: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let mut all: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for (_, lines) in blocks(page).into_iter().filter(|(word, _)| word == "console") {
        for line in lines {
            match call(&line, true) {
                Some(args) => all.push((args, Vec::new())),
                None => all.last_mut().expect("a block begins with a command").1.push(line),
            }
        }
    }
    all
}

fn plain(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first shown line that is not printed after those above it.
fn lacking<'a>(printed: &str, shown: &'a [String]) -> Option<&'a String> {
    let mut lines = printed.lines().map(plain);
    shown.iter().find(|wanted| !lines.any(|line| line.contains(&plain(wanted))))
}

#[test]
fn the_walks_print_what_they_show() {
    let mut wrong = Vec::new();
    for name in WALKS {
        let page = std::fs::read_to_string(kit::root().join("docs/guide").join(name)).unwrap();
        let (desk, shown) = (Desk::new(), shown(&page));
        assert!(shown.len() >= 4, "{name} shows {} commands", shown.len());
        for (number, (mut args, lines)) in shown.into_iter().enumerate() {
            // Files go to a folder of their own.
            if args[0] == "run" {
                args.extend(["--out".into(), desk.path(&format!("results-{number}")).display().to_string()]);
            }
            for flag in ["--csv", "--svg"] {
                if let Some(at) = value_of(&args, flag) {
                    args[at] = desk.path(&args[at]).display().to_string();
                }
            }
            let ran = kit::ran(kit::binary().args(&args).current_dir(kit::root())).ends(expected(&args));
            println!("{name}: zonefall {}", args.join(" "));
            assert!(!lines.is_empty(), "{name} shows nothing of zonefall {}", args.join(" "));
            if let Some(line) = lacking(&format!("{}\n{}", ran.err, ran.out), &lines) {
                wrong.push(format!("{name} shows {line:?}, which is not printed:\n{ran}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A drill or a gate that some design fails ends with 4.
fn expected(args: &[String]) -> i32 {
    if args[0] == "drill" || args.iter().any(|arg| arg == "--gate") { 4 } else { 0 }
}

#[test]
fn a_line_that_is_not_printed_is_found() {
    let page = "```console\n$ zonefall run a.toml\nb  c\ne\n$ zonefall check x\ny\n```\n```sh\nzonefall no\n```\n";
    let all = shown(page);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].1, ["b  c", "e"]);
    let lines = |text: &[&str]| text.iter().map(|&line| line.to_owned()).collect::<Vec<String>>();
    assert_eq!(lacking("a b c d\ne\n", &lines(&["b  c", "e"])), None);
    assert_eq!(lacking("e\na b c d\n", &lines(&["b c", "e"])), Some(&"e".to_owned()));
}
