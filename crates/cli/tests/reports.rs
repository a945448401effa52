//! `--report`: the same bytes whatever the way there, and what browsers and spreadsheets make of them. A program that is not
//! installed is said to be skipped.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{Desk, STRESS};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const REPORTS: [&str; 3] = ["report.html", "report.md", "report.xlsx"];

/// A desk with a run that made every report; the study and a design have names that want to be markup.
fn reported() -> Desk {
    let study = "<script src=http://example.invalid/x.js></script>";
    let design = "<img src=x.png onerror=document.title=1><script>document.title=2";
    let named = |old: &str, new: &str| (format!("name = \"{old}\""), format!("name = \"{new}\""));
    let [(old_study, new_study), (old_design, new_design)] = [named("stress", study), named("regional", design)];
    let desk = Desk::with(&STRESS.replace(&old_study, &new_study).replace(&old_design, &new_design));
    desk.run("run s.toml --trials 300 --report html,xlsx,md --out r").ends(0).says(&["report.html", "report.xlsx"]);
    desk
}

/// Runs a program that may not be there.
fn tried(program: &str, args: &[&str]) -> Option<Output> {
    match Command::new(program).args(args).stdin(Stdio::null()).output() {
        Ok(output) => Some(output),
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
    }
}

#[test]
fn a_peak_that_is_too_much_stands_beside_what_is_charged_to_it() {
    let text = "name = \"peak\"\nstart = \"2026-01-01\"\nhorizon = \"360 days\"\nseed = 1\n[slo]\nmin_served = \"99%\"\n[region.east]\n[demand]\nrate = \"400 req/s\"\ndaily = [0.5, 2.0]\n\
                [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n";
    let desk = Desk::with(text);
    desk.run("run s.toml --trials 20 --report html,md --out r").ends(0).complains(&["hint"]);
    let told: serde_json::Value = serde_json::from_str(&desk.read("r/summary.json")).unwrap();
    let warnings = told["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|words| words.as_str().unwrap().ends_with("(W016)")), "{warnings:?}");
    assert!(desk.read("r/report.html").contains("(W016)") && desk.read("r/report.md").contains("(W016)"));
    desk.run("run s.toml --trials 10 --out r").ends(0).complains(&[
        "replaced the results of 20 trials of \"peak\" in r",
        "another folder (--out) would have kept them",
    ]);
}

#[test]
fn as_09_autoscale_that_goes_one_way_only_stands_in_the_reports() {
    let text = "name = \"grows\"\nhorizon = \"30 days\"\nseed = 1\n[slo]\nmin_served = \"99%\"\n[region.east]\n[demand]\nrate = \"400 req/s\"\n\
                [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n\
                [scale_set.web.autoscale]\nminimum = 6\nmaximum = 12\n\
                [[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 70\nincrease = 2\n";
    let desk = Desk::with(text);
    desk.run("check s.toml").ends(0).complains(&["W027", "no rule that scales in"]);
    desk.run("run s.toml --trials 20 --report md --out r").ends(0).complains(&["W027"]);
    assert!(desk.read("r/report.md").contains("(W027)") && desk.read("r/summary.json").contains("(W027)"));
}

#[test]
fn reports_are_the_same_bytes_for_any_number_of_threads_and_by_merging() {
    let desk = Desk::with(STRESS);
    for threads in [1, 2, 5] {
        desk.run(&format!("run s.toml --trials 300 --threads {threads} --report md,html,xlsx,md --out t{threads}"))
            .ends(0);
    }
    desk.run("run s.toml --trials-range 0..100 --partial a").ends(0);
    desk.run("run s.toml --trials-range 100..300 --partial b").ends(0);
    desk.run("merge s.toml b a --report md,html,xlsx --out m").ends(0);
    for folder in ["t2", "t5", "m"] {
        for name in REPORTS {
            let [one, two] =
                ["t1", folder].map(|folder| std::fs::read(desk.path(&format!("{folder}/{name}"))).unwrap());
            assert_eq!(one, two, "{folder}/{name}");
        }
    }
    assert_eq!(desk.digest("t1"), desk.digest("t2"));
    assert_eq!(desk.digest("t1"), desk.digest("t5"));
    // Without --report the next run takes them away, and nothing else changes.
    desk.run("run s.toml --trials 300 --out t1").ends(0);
    assert!(REPORTS.iter().all(|name| desk.lacks(&format!("t1/{name}"))));
}

#[test]
fn a_report_says_how_to_make_it_again_and_nothing_of_this_machine() {
    let desk = reported();
    let html = desk.read("r/report.html");
    assert!(html.contains("zonefall run s.toml --trials 300 --report html,xlsx,md"));
    let here = desk.path("").display().to_string();
    desk.run(&format!("run {here}/s.toml --trials 60 --report html,md --out {here}/q")).ends(0);
    for name in ["q/report.html", "q/report.md"] {
        let text = desk.read(name);
        assert!(text.contains("zonefall run s.toml") && !text.contains(here.trim_end_matches('/')), "{name}");
    }
    let summary = kit::json(&desk.path("r/summary.json"));
    for name in ["r/report.html", "r/report.md"] {
        assert!(desk.read(name).contains(summary["scenario_hash"].as_str().unwrap()), "{name}");
        assert!(desk.read(name).contains("rack-failure"), "{name}");
    }
}

/// The worst trial has the most missed time of all rows, the typical one is the middle of those that missed.
#[test]
fn the_storms_of_a_report_are_the_trials_that_they_say() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --trials 200 --rows --report md --out r").ends(0);
    let (markdown, rows) = (desk.read("r/report.md"), desk.table("r/trials.csv"));
    let column = |name: &str| rows.column(name).into_iter().map(str::to_owned).collect::<Vec<String>>();
    let name = rows.columns.iter().find(|name| name.contains("missed") || name.contains("downtime")).unwrap();
    let (designs, trials, missed) = (column("design"), column("trial"), column(name));
    for design in ["zonal", "spanning"] {
        let of = |at: usize| (missed[at].parse::<f64>().unwrap(), trials[at].parse::<u64>().unwrap());
        let mut all: Vec<(f64, u64)> = (0..trials.len()).filter(|&at| designs[at] == design).map(of).collect();
        all.retain(|(missed, _)| *missed > 0.0);
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let block = markdown.split("## Capacity over a storm").nth(1).unwrap();
        let mut lines = block.lines().skip_while(|line| !line.starts_with(&format!("| {design} |")));
        let [typical, worst] =
            [lines.next().unwrap(), lines.next().unwrap()].map(|line| line.split('|').collect::<Vec<_>>());
        assert_eq!(typical[2..4], [" typical ", &*format!(" {} ", all[(all.len() - 1) / 2].1)], "{design}");
        let most = all.last().unwrap().0;
        let first = all.iter().find(|(missed, _)| *missed == most).unwrap().1;
        assert_eq!(worst[2..4], [" worst ", &*format!(" {first} ")], "{design}");
    }
}

#[test]
fn weighted_trials_and_first_misses_say_why_no_storm_is_shown() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --trials 200 --method forcing --no-assumptions --report html --out f").ends(0);
    assert!(desk.read("f/report.html").contains("Not shown: the trials are weighted"));
    desk.run("run s.toml --trials 40 --report xlsx --out x").ends(0);
}

#[test]
fn there_is_no_report_without_results() {
    let desk = Desk::with(STRESS);
    kit::scenarios(&desk);
    desk.run("run scenarios/real-incidents-replay.toml --report html").ends(2).complains(&["losses only", "--report"]);
    desk.run("run s.toml --trials-range 0..5 --partial p --report md").ends(2).complains(&["--report"]);
    desk.run("run s.toml --report pdf").ends(2).complains(&["pdf", "html"]);
    assert!(desk.lacks("results") && desk.lacks("p"));
}

#[test]
fn a_report_of_somebody_else_is_not_replaced() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --trials 20 --out r").ends(0);
    desk.put("r/report.html", "mine");
    desk.run("run s.toml --trials 20 --report html --out r").ends(1).complains(&["report.html"]);
    assert_eq!(desk.read("r/report.html"), "mine");
}

/// Loads a page headless and gives what the browser says of it.
fn browsed(desk: &Desk, page: &str, more: &[&str]) -> Option<Output> {
    let program = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|program| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    });
    let Some(program) = program else {
        println!("skipped: no Chromium is installed");
        return None;
    };
    let profile = format!("--user-data-dir={}", desk.path("profile").display());
    let log = format!("--log-net-log={}", desk.path("net.json").display());
    let url = format!("file://{}", desk.path(page).canonicalize().unwrap().display());
    let mut args = vec!["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-logging=stderr"];
    args.extend(["--disable-background-networking", "--disable-component-update", "--disable-sync", &profile, &log]);
    args.extend(more);
    args.push(&url);
    let output = tried(program, &args)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output)
}

#[test]
fn a_browser_shows_the_page_without_an_error_and_without_a_request() {
    let desk = reported();
    let Some(output) = browsed(&desk, "r/report.html", &["--dump-dom", "--virtual-time-budget=2000"]) else { return };
    let (dom, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("CONSOLE"), "{said}");
    assert!(dom.contains("&lt;/script&gt;: Zonefall report</title>"), "names are not run");
    // The script has run: it adds the buttons.
    assert_eq!(dom.matches("class=\"enlarge\"").count(), 5 + 8);
    let log = std::fs::read_to_string(desk.path("net.json")).unwrap();
    assert!(!log.contains("example.invalid") && !log.contains("x.png"), "the page asks for nothing");
    let asked: Vec<&str> = log.split("\"url\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    // The browser itself may look for its maker; the page knows no address but its own.
    let strange = |url: &&str| url.starts_with("http") && !url.contains("google") && !url.contains("gstatic");
    assert!(!asked.iter().any(strange), "{asked:?}");
    println!("looked at in Chromium: no word on the console, no request");
}

/// Four designs with eight storms, and every number of the profile: the paper has pages for what is read, not for each picture.
#[test]
fn the_printed_page_is_no_book() {
    let desk = reported();
    let pdf = desk.path("print.pdf");
    let to = format!("--print-to-pdf={}", pdf.display());
    if browsed(&desk, "r/report.html", &[&to, "--no-pdf-header-footer"]).is_none() {
        return;
    }
    let printed = std::fs::read(&pdf).unwrap();
    let page = |at: &&[u8]| at.starts_with(b"/Type /Page\n");
    let pages = printed.windows(12).filter(page).count();
    println!("{pages} pages");
    assert!((3..=14).contains(&pages), "{pages} pages");
}

#[test]
fn a_spreadsheet_program_opens_the_workbook() {
    let desk = reported();
    let (book, out) = (desk.path("r/report.xlsx"), desk.path("converted"));
    let home = format!("-env:UserInstallation=file://{}", desk.path("office").display());
    let args = [&home, "--headless", "--convert-to", "ods", "--outdir", out.to_str().unwrap(), book.to_str().unwrap()];
    let Some(output) = tried("soffice", &args) else { return };
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(output.status.success() && !said.contains("error"), "{said}");
    assert!(out.join("report.ods").metadata().unwrap().len() > 10_000);
    println!("LibreOffice converts the workbook");
}

/// A Python that reads workbooks, if there is one.
fn python() -> Option<String> {
    let python = std::env::var("ZONEFALL_PYTHON").unwrap_or_else(|_| "python3".into());
    let output = tried(&python, &["-c", "import openpyxl, pandas"])?;
    if !output.status.success() {
        println!("skipped: {python} has no openpyxl and pandas");
    }
    output.status.success().then_some(python)
}

#[test]
fn python_reads_the_workbook() {
    const SCRIPT: &str = "\
import sys, json
import openpyxl, pandas
book = openpyxl.load_workbook(sys.argv[1])
assert book.sheetnames[0] == 'Summary', book.sheetnames
assert book['Summary'].freeze_panes is None, 'what is frozen could fill the window'
for name in ['Designs', 'Causes', 'Windows', 'Dictionary']:
    assert book[name].freeze_panes == 'B2', name
assert sum(len(sheet._charts) for sheet in book) == 3
frame = pandas.read_excel(sys.argv[1], sheet_name='Designs')
summary = json.load(open(sys.argv[2]))
for row, design in zip(frame.itertuples(), summary['designs']):
    assert row.design == design['design']
    assert row.availability == 1 - design['unavailability']['mean']
    assert row.windows == design['windows']
";
    let Some(python) = python() else { return };
    let desk = reported();
    let [book, summary] = ["r/report.xlsx", "r/summary.json"].map(|name| desk.path(name).display().to_string());
    let output = tried(&python, &["-c", SCRIPT, &book, &summary]).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(Path::new(&book).is_file());
    println!("openpyxl and pandas read the workbook");
}

/// The sheets Plan and Frontier have the figures of plan.csv and summary.json.
#[test]
fn python_reads_plans_and_frontiers() {
    const SCRIPT: &str = "\
import sys, json
import openpyxl, pandas
book, sheet, source = sys.argv[1:]
opened = openpyxl.load_workbook(book)
assert opened[sheet].freeze_panes == 'B2' and len(opened[sheet]._charts) == 1, opened[sheet]._charts
frame = pandas.read_excel(book, sheet_name=sheet)
assert len(frame) > 2
if sheet == 'Plan':
    rows = pandas.read_csv(source)
    assert len(frame) == len(rows) and list(frame.columns) == list(rows.columns), (frame.columns, rows.columns)
    for name in rows.columns:
        for a, b in zip(frame[name], rows[name]):
            assert a == b or pandas.isna(a) and pandas.isna(b) or str(a) == str(b), (name, a, b)
else:
    bills = {of['design']: of['bill']['bill_per_month']['mean'] for of in json.load(open(source))['designs']}
    for row in frame.itertuples():
        assert abs(row.bill_per_month - bills[row.design]) < 1e-9 * bills[row.design], row
";
    let Some(python) = python() else { return };
    let desk = Desk::new();
    kit::scenarios(&desk);
    desk.run("run scenarios/what-it-costs.toml --trials 50 --no-assumptions --report xlsx --out r").ends(0);
    desk.run("plan scenarios/capacity-plan.toml --target 99.9% --trials 512 --no-assumptions --report xlsx --out p")
        .ends(0);
    for (folder, sheet, table) in [("r", "Frontier", "summary.json"), ("p", "Plan", "plan.csv")] {
        let path = |name: &str| desk.path(&format!("{folder}/{name}")).display().to_string();
        let output = tried(&python, &["-c", SCRIPT, &path("report.xlsx"), sheet, &path(table)]).unwrap();
        assert!(output.status.success(), "{sheet}: {}", String::from_utf8_lossy(&output.stderr));
        println!("openpyxl and pandas read {sheet}");
    }
}

/// A plan's reports: the same bytes for any number of threads, in a folder of their own, never over what is not ours.
#[test]
fn a_plan_is_reported_in_a_folder_of_its_own() {
    let choice = "[plan]\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"6 to 12\"\nhelps = \"more\"\n";
    let design = STRESS.find("[[design]]").unwrap();
    let desk = Desk::with(&(STRESS[..design].replace("capacity = 9", "capacity = 9\nzones = [1, 2, 3]") + choice));
    for threads in [1, 2] {
        let out =
            format!("plan s.toml --target 90% --trials 512 --threads {threads} --report html,xlsx,md --out p{threads}");
        desk.run(&out).ends(0).complains(&["report.html", "plan.json"]);
    }
    for name in ["dictionary.csv", "plan.csv", "plan.json", "report.html", "report.md", "report.xlsx"] {
        let [one, two] = ["p1", "p2"].map(|folder| std::fs::read(desk.path(&format!("{folder}/{name}"))).unwrap());
        assert_eq!(one, two, "{name}");
    }
    assert_eq!(desk.digest("p1"), desk.digest("p2"));
    let shown = desk.run("plan s.toml --target 90% --trials 512 --format json").ends(0).out;
    assert_eq!(desk.read("p1/plan.json"), shown);
    let html = desk.read("p1/report.html");
    assert!(
        html.contains("zonefall plan s.toml --target &#x27;90%&#x27; --trials 512 --report html,xlsx,md")
            && html.contains("rack-failure")
    );
    desk.run("plan s.toml --target 90% --trials 512 --report md").ends(0);
    assert!(desk.path("results/s-plan/report.md").is_file());
    let fewer = "plan s.toml --target 90% --trials 512 --report md --out p2";
    desk.run(fewer).ends(0).complains(&["removed report.html report.xlsx of an earlier run"]);
    assert!(!desk.path("p2/report.html").exists());
    desk.put("p1/report.html", "mine");
    desk.run("plan s.toml --target 90% --trials 512 --report md,html --out q").ends(0);
    desk.put("q/other.txt", "mine");
    desk.put("z/report.html", "mine");
    desk.run("plan s.toml --target 90% --trials 512 --report html --out z").ends(1).complains(&["report.html"]);
    assert_eq!(desk.read("z/report.html"), "mine");
}
