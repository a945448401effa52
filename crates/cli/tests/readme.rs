//! Every command that README.md and the pages of docs/ show works as it stands.
//!
//! Commands of this program in blocks of `console`, `sh` or `bash` run one after the other, page by page, in the workspace.
//! What they would write goes to a folder of their own; `run` takes at most 200 trials. Other commands are left alone.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;
#[path = "readme/walks.rs"]
mod walks;

use kit::Desk;
use std::path::PathBuf;

/// Trials at most.
const TRIALS: u64 = 200;

/// README.md and what is under docs/, as far as they are there.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![kit::root().join("README.md")];
    let mut folders = vec![kit::root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.retain(|page| page.is_file());
    pages.sort();
    pages
}

/// The blocks of a page: the word behind the fence, and the lines.
fn blocks(page: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    let mut open = false;
    for line in page.lines() {
        let trimmed = line.trim_start();
        if let Some(word) = trimmed.strip_prefix("```") {
            open = !open;
            if open {
                blocks.push((word.trim().to_owned(), Vec::new()));
            }
        } else if open {
            blocks.last_mut().unwrap().1.push(trimmed.to_owned());
        }
    }
    blocks
}

/// The words of a command, as a shell takes them apart, up to a comment or another command; none if a part is still to be
/// filled in.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\'' | '"', None) => (quote, any) = (Some(c), true),
            (' ' | '\t', None) => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            ('#', None) if word.is_empty() && !any => break,
            ('|' | ';' | '>' | '&', None) => break,
            ('<' | '…' | '$' | '`', None) => return None,
            (c, _) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    Some(words)
}

/// The arguments of a line that calls this program.
fn call(line: &str, prompt_needed: bool) -> Option<Vec<String>> {
    let command = line.strip_prefix("$ ").or((!prompt_needed).then_some(line))?;
    let starts = [
        "zonefall ",
        "cargo run --release -- ",
        "cargo run -r -- ",
        "target/release/zonefall ",
        "./target/release/zonefall ",
    ];
    let rest = starts.iter().find_map(|start| command.strip_prefix(start))?;
    let words = words(rest);
    if words.is_none() {
        println!("left alone, something is to be filled in: {line}");
    }
    words
}

/// All calls of a page, in order.
fn calls(page: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for (word, lines) in blocks(page) {
        let prompt_needed = match word.split([' ', ',', '{']).next() {
            Some("console") => true,
            Some("sh" | "bash" | "shell") => false,
            _ => continue,
        };
        let joined = lines.join("\n").replace("\\\n", " ");
        calls.extend(joined.lines().filter_map(|line| call(line.trim(), prompt_needed)));
    }
    calls
}

/// The place of a flag's value.
fn value_of(args: &[String], name: &str) -> Option<usize> {
    args.iter().position(|arg| arg == name).map(|at| at + 1)
}

/// A call that writes into `desk` only, and does not take long.
fn tame(mut args: Vec<String>, desk: &Desk, number: usize) -> Vec<String> {
    let command = args.iter().find(|arg| !arg.starts_with('-')).cloned().unwrap_or_default();
    let here = |path: &str| desk.path(&path.replace(['/', '\\', ':'], "_"));
    let redirect = |args: &mut Vec<String>, at: usize| args[at] = here(&args[at]).display().to_string();
    // Written by an earlier call of the page?
    for at in 0..args.len() {
        if here(&args[at]).is_file() {
            redirect(&mut args, at);
        }
    }
    match command.as_str() {
        "run" => {
            match value_of(&args, "--trials") {
                Some(at) => args[at] = args[at].parse::<u64>().unwrap().min(TRIALS).to_string(),
                None => args.extend(["--trials".into(), TRIALS.to_string()]),
            }
            let out = desk.path(&format!("results-{number}")).display().to_string();
            match value_of(&args, "--out") {
                Some(at) => args[at] = out,
                None => args.extend(["--out".into(), out]),
            }
        }
        "sweep" | "compare" | "plan" => {
            for name in ["--csv", "--md"] {
                if let Some(at) = value_of(&args, name) {
                    redirect(&mut args, at);
                }
            }
            if value_of(&args, "--report").is_some() {
                args.extend(["--out".into(), desk.path(&format!("results-{number}")).display().to_string()]);
            }
        }
        "trace" => {
            for name in ["--csv", "--svg"] {
                if let Some(at) = value_of(&args, name) {
                    redirect(&mut args, at);
                }
            }
            if let Some(at) = value_of(&args, "--faults").filter(|&at| !here(&args[at]).is_file()) {
                redirect(&mut args, at);
            }
        }
        "fit" => {
            if let Some(at) = value_of(&args, "--write") {
                redirect(&mut args, at);
            }
        }
        "init" => {
            let template = value_of(&args, "--template");
            let file = (1..args.len()).find(|&at| !args[at].starts_with('-') && Some(at) != template);
            if let Some(at) = file {
                redirect(&mut args, at);
            }
        }
        _ => {}
    }
    args
}

#[test]
fn what_the_pages_show_works() {
    let (mut played, mut wrong) = (0, Vec::new());
    for page in pages() {
        let desk = Desk::new();
        for (number, args) in calls(&std::fs::read_to_string(&page).unwrap()).into_iter().enumerate() {
            let gate = args.iter().any(|arg| arg == "--gate" || arg == "drill");
            let args = tame(args, &desk, number);
            let ran = kit::ran(kit::binary().args(&args).current_dir(kit::root()));
            println!("{}: zonefall {}", page.file_name().unwrap().display(), args.join(" "));
            if !(ran.code == Some(0) || gate && matches!(ran.code, Some(4 | 5))) {
                wrong.push(format!("{}: {ran}", page.display()));
            }
            played += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    match kit::root().join("README.md").is_file() {
        true => assert!(played > 0, "README.md shows no command of this program"),
        false => println!("skipped: no README.md"),
    }
}

/// The block of README.md that shows a result is that result, remarks before it included, but for how long it took.
#[test]
fn the_result_that_the_readme_shows_is_the_result() {
    let Ok(page) = std::fs::read_to_string(kit::root().join("README.md")) else {
        println!("skipped: no README.md");
        return;
    };
    let shown = blocks(&page).into_iter().find(|(_, lines)| lines.iter().any(|line| line.starts_with("Objective:")));
    let Some((_, shown)) = shown else {
        println!("skipped: README.md shows no result");
        return;
    };
    let Some(args) = calls(&page).into_iter().find(|args| args.first().is_some_and(|arg| arg == "run")) else {
        panic!("README.md shows a result and no run");
    };
    let desk = Desk::new();
    let mut command = kit::binary();
    command.args(&args).arg("--out").arg(desk.path("r")).current_dir(kit::root());
    let ran = kit::ran(&mut command).ends(0);
    let figures = |lines: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        let lines = lines.map(str::trim).take_while(|line| !line.starts_with("Files "));
        lines.map(str::to_owned).filter(|line| !line.is_empty()).collect()
    };
    let (shown, real) =
        (figures(&mut shown.iter().map(String::as_str)), figures(&mut ran.err.lines().chain(ran.out.lines())));
    for (shown, real) in shown.iter().zip(&real) {
        assert_eq!(shown, real, "README.md shows the first, the program prints the second");
    }
    assert_eq!(shown.len(), real.len(), "lines that README.md shows, and lines that the program prints");
}

/// Files that the pages link to are there.
#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap();
            let outside = target.contains("://") || target.starts_with("mailto:") || path.is_empty();
            if !outside && !page.parent().unwrap().join(path).exists() {
                broken.push(format!("{}: {target}", page.file_name().unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn commands_are_found_in_pages() {
    let page = "```console\n$ zonefall run a.toml --trials 5 \\\n    --out 'b c' | head  # comment\nzonefall run not-this\n$ ls\n```\n\
                ```sh\ncargo run --release -- check x # y\ncargo test\n```\n```text\n$ zonefall run no\n```\n\
                ```console\n$ zonefall run <FILE>\n```\n";
    assert_eq!(calls(page), [vec!["run", "a.toml", "--trials", "5", "--out", "b c"], vec!["check", "x"]]);
}
