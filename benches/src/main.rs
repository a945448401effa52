//! Runs the workloads with their rivals taking turns and prints what was measured against what was demanded.
//!
//! `cargo run --release -p zonefall-benches -- [w1 w2 w4 w6 managed rare plan designs threads memory all] [--rounds 5] [--quick]`
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod sections;

use sections::Run;
use std::process::ExitCode;
use zonefall_benches::{measure, pins, rounds::Table};

const USAGE: &str =
    "usage: zonefall-benches [w1 w2 w4 w6 managed rare plan designs threads memory all] [--rounds 5] [--quick]";

fn parse(arguments: &[String]) -> Result<(Vec<String>, Run), String> {
    let (mut names, mut run) = (Vec::new(), Run { rounds: 5, quick: false, table: Table::default() });
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => run.quick = true,
            "--rounds" => {
                let count = arguments.next().and_then(|count| count.parse().ok()).filter(|&count| count > 0);
                run.rounds = count.ok_or("--rounds needs a number above 0")?;
            }
            "all" => names.extend(sections::ALL.iter().map(|(name, _)| (*name).to_owned())),
            name if sections::ALL.iter().any(|(known, _)| *known == name) => names.push(name.to_owned()),
            other => return Err(format!("what is {other}?")),
        }
    }
    if names.is_empty() {
        return parse(&["all".to_owned()]).map(|(names, _)| (names, run));
    }
    Ok((names, run))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == sections::MEMORY_OF) {
        return sections::memory_of(&arguments[1..]);
    }
    let (names, mut run) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let wrong = pins::check();
    wrong.iter().for_each(|line| eprintln!("pin: {line}"));
    println!("{}, {} rounds{}", measure::processor(), run.rounds, if run.quick { ", quick" } else { "" });
    for (name, section) in sections::ALL {
        if names.iter().any(|asked| asked == name) {
            eprintln!("{name} …");
            section(&mut run);
        }
    }
    println!("\n{}", run.table.markdown());
    println!("{} demands missed, {} pinned event counts differ", run.table.missed, wrong.len());
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
