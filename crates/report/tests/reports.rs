//! Reports for people: every figure is that of the results, nothing in them becomes markup, and nothing asks a network.
#![allow(clippy::unwrap_used)]

mod common;

use calamine::{Data, Range, Reader, Xlsx};
use std::io::Cursor;
use zonefall_report::{
    About, Assumption, Contents, CsvLocale, Made, ReportKind, Reports, ResultFile, plan_files, result_files,
};
use zonefall_study::outcome::{
    CauseOutcome, DesignOutcome, Estimate, JobsOutcome, MINUTES_PER_MONTH, Outcome, Quality, Verdict, Warning,
};
use zonefall_study::plan::{Method, Methods, Offer, Planned, Priced, Why};
use zonefall_study::timeline::{Fluid, Storms, Waiting};

const ALL: [ReportKind; 3] = [ReportKind::Html, ReportKind::Xlsx, ReportKind::Markdown];

fn about() -> About {
    let assumption = |of: &str, quantity: &str, value: f64| Assumption {
        of: of.into(),
        quantity: quantity.into(),
        value,
        low: value / 2.0,
        high: value * 3.0,
        unit: "per rack-year".into(),
        confidence: "assumed".into(),
        source: "a <source> of its own".into(),
    };
    About {
        command: "zonefall run 'a <b>.toml' --report html".into(),
        assumptions: vec![
            assumption("rack-failure", "rate", 0.1),
            assumption("rack-failure", "outage mean", 0.1 + 0.2),
            assumption("region-outage", "rate", 1.0 / 3.0),
        ],
    }
}

fn files(outcome: &Outcome) -> Vec<ResultFile> {
    files_with(outcome, None)
}

fn files_with(outcome: &Outcome, storms: Option<&Storms>) -> Vec<ResultFile> {
    let about = about();
    let reports = Some(Reports { kinds: &ALL, about: &about, storms });
    result_files(Contents { outcome: Some(outcome), reports, ..Contents::default() }, CsvLocale::Point).unwrap()
}

/// The text of a report that shows storms.
fn text_with(outcome: &Outcome, storms: &Storms, name: &str) -> String {
    let files = files_with(outcome, Some(storms));
    String::from_utf8(files.into_iter().find(|file| file.name == name).unwrap().bytes).unwrap()
}

fn bytes(outcome: &Outcome, name: &str) -> Vec<u8> {
    files(outcome).into_iter().find(|file| file.name == name).unwrap().bytes
}

fn text(outcome: &Outcome, name: &str) -> String {
    String::from_utf8(bytes(outcome, name)).unwrap()
}

/// The cells of the rows of a table in HTML or Markdown whose first cell is `name`, block by block.
fn rows(text: &str, name: &str) -> Vec<Vec<String>> {
    let html = |line: &str| -> Option<Vec<String>> {
        let cells = line.strip_prefix("<tr")?.replace("</th>", "</td>");
        let cells = cells.split("</td>").filter(|cell| !cell.starts_with("</tr>"));
        let cells = cells.filter_map(|cell| cell.rsplit_once('>').map(|(_, words)| words.replace('\u{a0}', " ")));
        Some(cells.collect())
    };
    let markdown = |line: &str| -> Option<Vec<String>> {
        Some(line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").map(|cell| cell.trim().to_owned()).collect())
    };
    let cells = text.lines().filter_map(|line| html(line).or_else(|| markdown(line)));
    cells.filter(|cells| cells.first().is_some_and(|first| first == name)).collect()
}

/// A figure with its digits, as it is written: (value, one unit of the last digit).
fn figure(words: &str) -> (f64, f64) {
    let digits: String = words.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let decimals = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
    (digits.parse().unwrap_or_else(|_| panic!("{words:?} is no figure")), 10_f64.powi(-decimals))
}

/// What is written is the number, rounded up (`up`) or down by less than one unit.
fn is_rounded(words: &str, number: f64, up: bool) {
    let (shown, unit) = figure(words);
    let off = if up { shown - number } else { number - shown };
    assert!((-1e-9 * number.abs()..unit * 1.000_001).contains(&off), "{words:?} for {number}");
}

fn percent(words: &str) -> f64 {
    figure(words).0 / 100.0
}

#[test]
fn every_figure_of_the_designs_is_that_of_the_summary() {
    let outcome = common::outcome();
    for name in ["report.html", "report.md"] {
        let text = text(&outcome, name);
        for design in &outcome.designs {
            let rows = rows(&text, &design.design);
            let (verdicts, figures) = (&rows[0], rows.iter().find(|row| row.len() == 10).unwrap());
            let of = design.unavailability;
            let bound = of.quality == Quality::UpperBound;
            assert_eq!(verdicts[2].starts_with('≥'), bound, "{name}: {verdicts:?}");
            assert!(verdicts[1].ends_with(&design.verdict_mean.to_string()), "{name}: {verdicts:?}");
            assert!(verdicts[3].ends_with(&design.verdict_windows.unwrap().to_string()), "{name}: {verdicts:?}");
            let shown = if bound { of.high } else { of.mean };
            for cell in [&verdicts[2], &figures[1]] {
                is_rounded(cell, 100.0 * (1.0 - shown), false);
            }
            is_rounded(&figures[3], shown * MINUTES_PER_MONTH, true);
            if !bound {
                let (low, high) = figures[2].split_once('–').unwrap();
                is_rounded(low, 100.0 * (1.0 - of.high), false);
                // Outwards: an interval never looks narrower than it is.
                is_rounded(high, 100.0 * (1.0 - of.low.unwrap()), true);
                let (low, high) = figures[4].split_once('–').unwrap();
                is_rounded(low, of.low.unwrap() * MINUTES_PER_MONTH, false);
                is_rounded(high, of.high * MINUTES_PER_MONTH, true);
            }
            let outages = design.outages_per_year;
            is_rounded(&figures[6], if figures[6].starts_with('≤') { outages.high } else { outages.mean }, true);
            is_rounded(&figures[9], 100.0 * design.capacity_lost.mean, true);
        }
    }
}

#[test]
fn every_figure_of_differences_and_causes_is_that_of_the_summary() {
    let outcome = common::outcome();
    for name in ["report.html", "report.md"] {
        let text = text(&outcome, name);
        for of in &outcome.differences {
            let rows = rows(&text, &of.design);
            let row = rows.iter().find(|row| row.last().is_some_and(|says| *says == of.says.to_string())).unwrap();
            let minus = of.downtime_min_per_month < 0.0;
            assert_eq!(row[1].starts_with('−'), minus, "{row:?}");
            let (shown, unit) = figure(&row[1]);
            let off = (shown - of.downtime_min_per_month.abs()).abs();
            assert!(off <= unit * 0.500_001, "{row:?} for {}", of.downtime_min_per_month);
        }
        for design in &outcome.designs {
            for cause in design.causes.iter().take(3) {
                let found = text.lines().any(|line| {
                    let has =
                        line.contains(&format!(">{}<", cause.cause)) || line.contains(&format!("| {} |", cause.cause));
                    let minutes = cause.downtime_min_per_month.mean;
                    let cells = line.replace("</td>", " | ").replace("</th>", " | ");
                    let near = |cell: &str| {
                        let words =
                            cell.rsplit('>').next().unwrap_or("").trim().trim_end_matches(['*', '\\']).to_owned();
                        words.parse::<f64>().is_ok_and(|shown| shown >= minutes && shown - minutes < 0.011 * minutes)
                    };
                    has && cells.split(" | ").any(near)
                });
                assert!(found, "{name}: {} of {}", cause.cause, design.design);
            }
        }
    }
}

/// Bills and the steps of credits, in both reports.
#[test]
fn every_figure_of_bills_and_credits_is_that_of_the_summary() {
    let outcome = common::outcome();
    for name in ["report.html", "report.md"] {
        let text = text(&outcome, name);
        for design in &outcome.designs {
            let rows = rows(&text, &design.design);
            let row = rows.iter().rev().find(|row| row.len() == 6 && !row[2].contains('%')).unwrap();
            let bill = design.bill.as_ref().unwrap();
            let shown = |of: Estimate| if of.quality == Quality::UpperBound { of.high } else { of.mean };
            is_rounded(&row[1].replace(',', ""), bill.bill_per_month.mean, true);
            match bill.credit_per_month {
                Some(of) => is_rounded(&row[2], shown(of), of.quality == Quality::UpperBound),
                None => assert_eq!(row[2], "none"),
            }
            for (cell, of) in [(3, bill.downtime_cost_per_month.unwrap()), (4, bill.total_per_month)] {
                is_rounded(&row[cell].replace(',', ""), shown(of), true);
                assert_eq!(row[cell].starts_with('≤'), of.quality == Quality::UpperBound, "{row:?}");
            }
            let items = rows.iter().find(|row| row.len() == 4 && row[1] == "on demand").unwrap();
            is_rounded(&items[3].replace(',', ""), bill.items[0].cost_per_month, true);
            let Some(sla) = &design.sla else { continue };
            let step = rows.iter().find(|row| row.len() == 5 && row[2] == "10 %").unwrap();
            is_rounded(&step[3], 100.0 * shown(sla.tiers[0].months_share), true);
        }
    }
}

/// Just below and just above the target, by as little as can be: what is shown is on the right side of it.
#[test]
fn rounding_never_turns_a_miss_into_a_meet() {
    let mut outcome = common::outcome();
    for (off, verdict) in
        [(1e-12, Verdict::Misses), (1e-9, Verdict::Misses), (-1e-9, Verdict::Meets), (0.0, Verdict::Meets)]
    {
        let design = &mut outcome.designs[0];
        let mean = 0.0005 + off;
        design.unavailability =
            Estimate { mean, low: Some(mean * 0.9), high: mean * 1.1, quality: Quality::Interval, hits: 900 };
        design.verdict_mean = verdict;
        for name in ["report.html", "report.md"] {
            let text = text(&outcome, name);
            let row = &rows(&text, "one-zone")[0];
            let meets = percent(&row[2]) >= 0.9995 - 1e-15;
            assert_eq!(meets, verdict == Verdict::Meets, "{name}, {off}: {row:?}");
        }
    }
}

#[test]
fn names_never_become_markup() {
    let mut outcome = common::outcome();
    let bad =
        "</title><script>alert(1)</script><img src=x onerror=alert(2)>\" onload=\"x {{ 7*7 }} | `x` @octocat \u{202e}";
    outcome.study = bad.into();
    outcome.profile = bad.into();
    outcome.target = bad.into();
    outcome.warnings.push(bad.into());
    outcome.not_modelled = bad.into();
    for design in &mut outcome.designs {
        design.design = bad.into();
        design.need += bad;
        design.causes.iter_mut().for_each(|cause| cause.cause = bad.into());
    }
    for of in &mut outcome.differences {
        (of.design, of.against) = (bad.into(), bad.into());
    }
    let storms = common::storms(&[bad], 5);
    let html = text_with(&outcome, &storms, "report.html");
    assert!(!html.contains('\u{202e}') && html.contains('\u{fffd}'), "nothing turns the words around it");
    assert!(!text_with(&outcome, &storms, "report.md").contains('\u{202e}'));
    assert!(html.contains("<details open>") && !html.contains("<details>"), "paper cannot open what is shut");
    assert_eq!(html.matches("<script").count(), 1, "only the page's own");
    assert_eq!(html.matches("</script>").count(), 1);
    assert!(!html.contains("<img") && !html.contains(" onload=\"x"));
    assert!(html.contains("{{ 7*7 }}"), "words are no template");
    assert!(html.contains("&lt;script&gt;alert(1)"));
    // In blocks of code everything is only letters.
    let markdown = text_with(&outcome, &storms, "report.md");
    let markdown: String = markdown.split("\n```").step_by(2).collect();
    assert!(!markdown.contains("<script") && !markdown.contains("<img") && !markdown.contains("@octocat"));
    assert!(markdown.contains("\\|"));
}

#[test]
fn the_page_asks_no_network_and_stays_small() {
    let mut outcome = common::outcome();
    outcome.designs.extend(common::outcome().designs.into_iter().take(4));
    assert_eq!(outcome.designs.len(), 10);
    let names: Vec<&str> = outcome.designs.iter().map(|design| design.design.as_str()).collect();
    // Fleets that change ten thousand times in one outage.
    let html = text_with(&outcome, &common::storms(&names, 1_400), "report.html");
    assert!(html.len() <= 1_000_000, "{} bytes", html.len());
    assert!(html.contains("td.words { white-space: normal") && html.contains("<td class=\"words\">"), "words wrap");
    for (at, _) in html.match_indices("://") {
        let around = &html[at.saturating_sub(20)..at + 16];
        assert!(around.contains("http://www.w3.org"), "{around}");
    }
    for word in ["url(", "@import", " src=", "<iframe", "fetch(", "XMLHttp", "<object", "<embed"] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("default-src 'none'"));
    // Readable without a picture: every picture says what it shows, and its figures stand in a table.
    assert_eq!(html.matches("<svg").count(), html.matches("role=\"img\" aria-label=\"").count());
    assert_eq!(html.matches("<figure>").count(), 5 + 20);
    assert!(html.matches("<table>").count() >= 7);
}

#[test]
fn nothing_that_input_can_do_breaks_them() {
    let empty = Outcome { designs: vec![], differences: vec![], warnings: vec![], ..common::outcome() };
    assert_eq!(files(&empty).iter().filter(|file| file.name.starts_with("report.")).count(), 3);
    let mut odd = common::outcome();
    odd.horizon_h = f64::NAN;
    odd.target_share = f64::NAN;
    odd.window_min = f64::INFINITY;
    odd.differences[0].downtime_min_per_month = f64::NAN;
    for (at, design) in odd.designs.iter_mut().enumerate() {
        design.design = format!("{at} \u{1}\x1b[2J\n日本語 {}", "x".repeat(40_000));
        design.unavailability.mean = [f64::NAN, f64::INFINITY, -1.0, 2.0, 1e-300, 0.0][at];
        design.unavailability.high = f64::NAN;
        design.windows_met = None;
        design.verdict_windows = None;
        design.window_bars.iter_mut().for_each(|bar| bar.cumulative_share = f64::NAN);
        design.causes.iter_mut().for_each(|cause| cause.downtime_min_per_month.mean = f64::NAN);
    }
    assert!(!text(&odd, "report.html").contains('\x1b'));
    files(&odd);
    let first_miss = Outcome { until_first_miss: true, ..common::outcome() };
    assert!(!text(&first_miss, "report.html").contains("<figure>"), "there is no availability to draw");
    files(&first_miss);
}

fn sheet(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Range<Data> {
    book.worksheet_range(name).unwrap()
}

#[test]
fn the_workbook_is_the_csv_set_number_for_number() {
    let outcome = common::outcome();
    let mut book = Xlsx::new(Cursor::new(bytes(&outcome, "report.xlsx"))).unwrap();
    let names =
        "Summary Designs Money Frontier Differences Causes Windows Operations Credits Looks Assumptions Dictionary";
    assert_eq!(book.sheet_names().join(" "), names);
    for (name, file) in [
        ("Designs", "designs.csv"),
        ("Differences", "differences.csv"),
        ("Causes", "causes.csv"),
        ("Windows", "windows.csv"),
        ("Money", "money.csv"),
        ("Credits", "credits.csv"),
    ] {
        let sheet = sheet(&mut book, name);
        let csv = bytes(&outcome, file);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_slice());
        for (row, record) in reader.records().enumerate() {
            for (column, cell) in record.unwrap().iter().enumerate() {
                let found = sheet.get((row, column)).unwrap_or(&Data::Empty);
                let same = match found {
                    Data::Empty => cell.is_empty(),
                    Data::Float(number) => cell.parse() == Ok(*number),
                    Data::Int(number) => cell.parse() == Ok(*number),
                    Data::String(words) => cell == words,
                    _ => false,
                };
                assert!(same, "{name}, row {row}, column {column}: {found:?} and {cell:?}");
            }
        }
    }
    let summary = sheet(&mut book, "Summary");
    for design in &outcome.designs {
        let row = summary.rows().find(|row| row[0] == Data::String(design.design.clone())).unwrap();
        assert_eq!(row[2], Data::String(design.verdict_mean.to_string()));
        let of = design.unavailability;
        if of.quality == Quality::Interval {
            assert_eq!(row[4], Data::Float(1.0 - of.mean));
            assert_eq!(row[7], Data::Float(of.mean * MINUTES_PER_MONTH));
        } else {
            assert_eq!((&row[4], &row[7]), (&Data::Empty, &Data::Empty));
        }
        assert_eq!(row[5], Data::Float(1.0 - of.high));
    }
}

#[test]
fn reports_depend_on_the_results_only() {
    assert_eq!(files(&common::outcome()), files(&common::outcome()));
    // Two workbooks made at different seconds would differ if one told its time.
    let first = bytes(&common::outcome(), "report.xlsx");
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(first, bytes(&common::outcome(), "report.xlsx"));
}

/// Who reads a pull request may not scroll: what to be warned of stands behind the answer, once.
#[test]
fn warnings_stand_behind_the_answer() {
    let mut outcome = common::outcome();
    outcome.warnings = vec!["only a @bound".into()];
    let text = text(&outcome, "report.md");
    let titles: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!((titles[1], text.matches("Warnings").count()), ("## Warnings", 1), "{titles:?}");
    let block = text.split("## ").nth(1).unwrap();
    assert_eq!(block.trim_end().lines().last().unwrap(), "* only a @<!-- -->bound", "{block}");
    assert!(text.find("meets").unwrap() < text.find("## Warnings").unwrap(), "{text}");
    outcome.warnings.clear();
    assert!(!self::text(&outcome, "report.md").contains("Warnings"));
}

/// A storm is told with its trial, in all words that stand in its timeline.
#[test]
fn storms_are_shown_with_their_trials() {
    let outcome = common::outcome();
    let mut storms = common::storms(&["one-zone"], 5);
    for name in ["report.html", "report.md"] {
        let text = text_with(&outcome, &storms, name);
        let rows = rows(&text, "one-zone");
        let row = rows.iter().find(|row| row.len() == 7 && row[1] == "typical").unwrap();
        assert_eq!(row[2..], ["7", "4 h 00 min", "4 h 00 min", "day 4 04:00:00", "one-zone"], "{name}");
        assert!(text.contains("the first 300 of 1,000 trials"), "{name}");
    }
    let html = text_with(&outcome, &storms, "report.html");
    for words in
        ["one-zone, worst storm: trial 17", "all machines", "one-zone zone5", "hours from the moment", "0 to 5"]
    {
        assert!(html.contains(words), "{words}");
    }
    // A rack that was struck at another time has no lane, and the worst is not shown twice.
    storms.designs[0].typical = None;
    storms.designs[0].worst.as_mut().unwrap().racks.iter_mut().for_each(|rack| rack.out = vec![(0, 1)]);
    let less = text_with(&outcome, &storms, "report.html");
    assert_eq!(html.matches("<figure>").count(), less.matches("<figure>").count() + 1);
    assert_eq!(less.matches(">one-zone zone0</text>").count(), 2, "wide and narrow, as a zone only");
    // A refusal that comes again is a row.
    let again = |html: &str| html.matches("and again 39 times until").count();
    let mut refused = common::storms(&["one-zone"], 5);
    let rows = |storms: &mut Storms| {
        storms.designs[0].worst.as_mut().map(|of| of.rows[1..41].iter_mut().for_each(|row| row.refused = true))
    };
    rows(&mut refused).unwrap();
    assert_eq!((again(&html), again(&text_with(&outcome, &refused, "report.html"))), (0, 1));
    storms = Storms::none("a <reason>");
    assert!(text_with(&outcome, &storms, "report.html").contains("Not shown: a &lt;reason&gt;."));
}

/// What waits is drawn below the lanes in both widths, said in words, and a column of what happened.
#[test]
fn storms_show_what_waits() {
    let hour = 3_600_000;
    let outcome = common::outcome();
    let mut storms = common::storms(&["one-zone"], 5);
    let plain = text_with(&outcome, &storms, "report.html");
    let course = vec![(0, 0.0), (99 * hour, 0.0), (99 * hour, 41_000.0), (103 * hour, 1_000.0), (104 * hour, 0.0)];
    let jobs =
        Waiting { what: Fluid::Jobs, course: course.clone(), deadlines: vec![(100 * hour, 31_000), (900 * hour, 5)] };
    let worst = storms.designs[0].worst.as_mut().unwrap();
    worst.waiting = Some(jobs);
    let html = text_with(&outcome, &storms, "report.html");
    let count = |html: &str, words: &str| html.matches(words).count();
    assert_eq!((count(&plain, "jobs that wait"), count(&html, ">jobs that wait</text>")), (0, 2), "wide and narrow");
    assert_eq!((count(&html, ">0 to 41,000</text>"), count(&html, ">deadline</text>")), (2, 2), "one in the stretch");
    let says = "At most 41,000 jobs wait, on day 4 03:00:00. At the deadline on day 4 04:00:00 31,000 of the batch are not done";
    assert_eq!(count(&html, says), 3, "the caption, and for those who do not see the two pictures");
    assert!(html.contains(r#"<th scope="col" class="number">jobs that wait</th>"#));
    // At 101 h, half of the way down.
    let told = rows(&html, "day 4 05:00:00");
    assert!(told.iter().any(|row| row.last().is_some_and(|cell| cell == "21,000")), "{told:?}");
    // A line has no deadline.
    storms.designs[0].worst.as_mut().unwrap().waiting =
        Some(Waiting { what: Fluid::Requests, course, deadlines: vec![] });
    let html = text_with(&outcome, &storms, "report.html");
    assert_eq!((count(&html, ">requests in line</text>"), count(&html, "deadline<")), (2, 0));
    // Ten minutes of it before the outage, or twice as long as that if it is longer.
    assert!(html.contains("At most 41,000 requests wait, on day 4 03:00:00."));
}

/// The frontier: who is on it, what a step costs, and what each costs and misses, in every report.
#[test]
fn the_frontier_is_that_of_bills_and_downtime() {
    let outcome = common::outcome();
    let at = |of: Estimate| if of.quality == Quality::UpperBound { of.high } else { of.mean };
    let figures = |of: &DesignOutcome| (at(of.bill.as_ref().unwrap().bill_per_month), at(of.unavailability));
    let mut book = Xlsx::new(Cursor::new(bytes(&outcome, "report.xlsx"))).unwrap();
    let frontier = sheet(&mut book, "Frontier");
    let of = |name: &str| outcome.designs.iter().find(|design| design.design == name).unwrap();
    // What a design misses more than the first one, on the same luck.
    let more = |design: &DesignOutcome| {
        let difference = outcome.differences.iter().find(|of| of.design == design.design);
        difference.map_or((0.0, 0.0), |of| (of.low.unwrap(), of.high.unwrap()))
    };
    // Beyond doubt: differences that lie apart, or else intervals that do.
    let apart = |less: &DesignOutcome, worse: &DesignOutcome| {
        let ((least, most), (other_least, other_most)) = (more(less), more(worse));
        let turned = other_most < least;
        most < other_least || !turned && worse.unavailability.low.is_some_and(|low| less.unavailability.high < low)
    };
    let mut by_cost: Vec<&DesignOutcome> = outcome.designs.iter().collect();
    by_cost.sort_by(|a, b| figures(a).partial_cmp(&figures(b)).unwrap());
    let mut on: Vec<&DesignOutcome> = Vec::new();
    for design in by_cost {
        let (cost, missed) = figures(design);
        let beaten = outcome.designs.iter().any(|other| {
            let (bill, misses) = figures(other);
            let as_good = bill < cost && misses <= missed || bill <= cost && misses < missed;
            bill <= cost && apart(other, design) || as_good && !apart(design, other)
        });
        let is_on = !beaten && on.last().is_none_or(|last| apart(design, last));
        on.extend(is_on.then_some(design));
        for name in ["report.html", "report.md"] {
            let rows = rows(&text(&outcome, name), &design.design);
            let row = rows
                .iter()
                .find(|row| row.len() == 6 && ["frontier", "behind", "told"].iter().any(|word| row[5].contains(word)));
            let row = row.unwrap();
            assert_eq!(row[5] == "on the frontier", is_on, "{name}: {row:?}");
            is_rounded(&row[1].replace(',', ""), cost, true);
            is_rounded(&row[3], missed * MINUTES_PER_MONTH, true);
        }
        let row = frontier.rows().find(|row| row[0] == Data::String(design.design.clone())).unwrap();
        assert_eq!((&row[1], &row[2]), (&Data::Float(cost), &Data::Float(missed * MINUTES_PER_MONTH)));
        assert!(row.contains(&Data::String(if is_on { "yes" } else { "no" }.into())), "{row:?}");
    }
    let html = text(&outcome, "report.html");
    assert!(html.contains("aria-label=\"Cost against availability\""));
    // From each to the next is a step: what it costs more, over the decades that are missed less.
    let [.., from, to] = on[..] else { panic!("no step: {}", on.len()) };
    let step = rows(&html, &from.design).into_iter().find(|row| row.len() == 5 && row[1] == to.design).unwrap();
    let (from, to) = (figures(from), figures(of(&to.design)));
    is_rounded(&step[2], to.0 - from.0, true);
    is_rounded(&step[3], from.1 / to.1, false);
    is_rounded(&step[4].replace(',', ""), (to.0 - from.0) / (from.1 / to.1).log10(), true);
}

/// A cheap design whose estimate lies below the bound of a dear one: what lies between them on the same storms says which is behind, and
/// where it says nothing, what their trials missed does, or else nobody is told to be.
#[test]
fn a_bound_above_an_estimate_leaves_the_place_to_the_difference() {
    let of = |ends: (f64, f64), dear_missed: f64| {
        let mut outcome = common::outcome();
        outcome.designs.truncate(2);
        outcome.differences.truncate(1);
        outcome.designs[0].unavailability =
            Estimate { mean: dear_missed, low: None, high: 7e-5, quality: Quality::UpperBound, hits: 16 };
        outcome.designs[1].unavailability = common::interval(4.4e-5, 3e-5, 8e-5, 61);
        for (design, bill) in outcome.designs.iter_mut().zip([1_327.0, 1_181.0]) {
            design.bill.as_mut().unwrap().bill_per_month = common::interval(bill, bill, bill, 100);
        }
        let names = [outcome.designs[0].design.clone(), outcome.designs[1].design.clone()];
        assert_eq!([&outcome.differences[0].against, &outcome.differences[0].design], [&names[0], &names[1]]);
        (outcome.differences[0].low, outcome.differences[0].high) = (Some(ends.0), Some(ends.1));
        let mut book = Xlsx::new(Cursor::new(bytes(&outcome, "report.xlsx"))).unwrap();
        let sheet = sheet(&mut book, "Frontier");
        let columns: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
        let column = columns.iter().position(|name| name == "on_frontier").unwrap();
        let said = |design: &String| {
            let ways = ["report.html", "report.md"].map(|name| {
                let rows = rows(&text(&outcome, name), design);
                let words = ["frontier", "behind", "told", "placed"];
                let row = rows.iter().find(|row| row.len() == 6 && words.iter().any(|word| row[5].contains(word)));
                row.unwrap()[5].clone()
            });
            assert_eq!(ways[0], ways[1]);
            let row = sheet.rows().find(|row| row[0] == Data::String(design.clone())).unwrap();
            (ways[0].clone(), row[column].to_string())
        };
        names.each_ref().map(|name| {
            let (words, cell) = said(name);
            (words.replace(&names[0], "dear").replace(&names[1], "cheap"), cell)
        })
    };
    let said = |words: &str, cell: &str| (words.to_owned(), cell.to_owned());
    let on = || said("on the frontier", "yes");
    assert_eq!(of((0.4, 2.8), 1.4e-5), [on(), on()]);
    assert_eq!(of((-2.8, -0.4), 6e-5), [said("behind cheap", "no"), on()]);
    assert_eq!(of((-0.4, 2.8), 1.4e-5), [said("cannot be placed beside cheap", "unplaced"), on()]);
    assert_eq!(of((-2.8, 0.4), 6e-5), [said("behind cheap, but not told apart", "no"), on()]);
}

/// Each page says warnings, and what is not modelled, once: with warnings and without.
#[test]
fn warnings_and_what_is_not_modelled_are_said_once() {
    for warnings in [vec![], vec!["few trials to speak of".into()]] {
        let outcome = Outcome { warnings, not_modelled: "the weather of days".into(), ..common::outcome() };
        for name in ["report.html", "report.md"] {
            let page = text(&outcome, name);
            assert_eq!(page.matches("the weather of days").count(), 1, "{name}");
            assert_eq!(page.matches("few trials to speak of").count(), outcome.warnings.len(), "{name}");
        }
    }
}

/// In place of an interval a bound has the same words on every page, in the same column; in the picture it has an arrow and no mark.
#[test]
fn a_bound_says_on_every_page_that_it_is_one() {
    let outcome = common::outcome();
    let is_bound = |of: &&DesignOutcome| of.unavailability.quality == Quality::UpperBound;
    let bounds: Vec<&DesignOutcome> = outcome.designs.iter().filter(is_bound).collect();
    assert!(!bounds.is_empty() && bounds.len() < outcome.designs.len());
    for design in &bounds {
        for name in ["report.html", "report.md"] {
            let rows = rows(&text(&outcome, name), &design.design);
            let row = rows.iter().find(|row| row.len() == 10).unwrap();
            assert_eq!((&*row[2], &*row[4]), ("at least", "at most"), "{name}");
            assert!(row[1].starts_with("≥ ") && row[3].starts_with("≤ "), "{name}: {row:?}");
        }
    }
    let html = text(&outcome, "report.html");
    let picture = html.split("aria-label=\"Downtime of the designs\"").nth(1).unwrap().split("</svg>").next().unwrap();
    for design in &outcome.designs {
        let row = picture.split("<title>").find(|row| row.starts_with(&format!("{}: ", design.design))).unwrap();
        let marked = ["class=\"mark", "class=\"cross", "class=\"hollow"].iter().any(|class| row.contains(class));
        assert_eq!((marked, row.contains("at most, with 95 %")), (!is_bound(&design), is_bound(&design)), "{row}");
    }
    let mut book = Xlsx::new(Cursor::new(bytes(&outcome, "report.xlsx"))).unwrap();
    let words = sheet(&mut book, "Summary").rows().flatten().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(words.contains("only a bound is known (at least, with 95 %; at most, with 95 %)"), "{words}");
    // The sheet has no such sign.
    assert!(text(&outcome, "report.md").contains("≥: so few trials") && !words.contains("≥: so few trials"), "{words}");
}

/// What is said of several designs in the same words is one warning, and no other is touched.
#[test]
fn warnings_with_the_same_words_are_said_once() {
    let mut outcome = common::outcome();
    let [first, second] = [0, 1].map(|at| outcome.designs[at].design.clone());
    let words = "only 18 trials missed their objective";
    let of = |design: &str, words: &str| Warning::of(design, words);
    outcome.warnings = vec![of(&first, words), "of all".into(), of(&second, words), of(&second, "other")];
    // Files have one string each, design by design.
    let written = zonefall_report::to_json(&outcome.warnings).unwrap();
    let written: Vec<String> = serde_json::from_str(&written).unwrap();
    assert_eq!(written[..2], [format!("{first}: {words}"), "of all".into()]);
    let summary: Vec<String> = sheet(&mut Xlsx::new(Cursor::new(bytes(&outcome, "report.xlsx"))).unwrap(), "Summary")
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    for (name, text) in
        [("html", text(&outcome, "report.html")), ("md", text(&outcome, "report.md")), ("xlsx", summary.join("\n"))]
    {
        assert_eq!(text.matches(words).count(), 1, "{name}");
        assert!(text.replace('\\', "").contains(&format!("{first}; {second}: {words}")), "{name}");
        assert!(text.contains("of all") && text.contains(&format!("{second}: other")), "{name}");
    }
}

/// Of narrow pictures no name is cut, however many lines it takes.
#[test]
fn names_of_narrow_pictures_are_whole() {
    let mut outcome = common::outcome();
    let name = "eighteen machines, three of them deallocated and started when needed";
    outcome.designs[1].design = name.into();
    outcome.differences[0].design = name.into();
    let html = text(&outcome, "report.html");
    let narrow: Vec<&str> =
        html.split("<div class=\"narrow\">").skip(1).filter_map(|of| of.split("</div>").next()).collect();
    let drawn = narrow.iter().filter(|svg| svg.contains(">eighteen machines"));
    assert!(drawn.clone().count() >= 4);
    for svg in drawn.filter(|svg| !svg.contains("Cost against availability")) {
        assert!(svg.contains("needed</text>") && !svg.contains("…<"), "{svg}");
    }
}

/// Half a cent is no step: of designs at one price the best stands on the frontier, and none behind it does.
#[test]
fn bills_that_hardly_differ_are_one_price() {
    let mut outcome = common::outcome();
    let bill = |design: &DesignOutcome| design.bill.as_ref().unwrap().bill_per_month.mean;
    outcome.designs.sort_by(|a, b| bill(a).total_cmp(&bill(b)));
    outcome.designs.truncate(2);
    outcome.differences.clear();
    let cost = bill(&outcome.designs[0]);
    for (design, (more, missed)) in outcome.designs.iter_mut().zip([(0.0, 4e-4), (0.005, 1e-4)]) {
        design.bill.as_mut().unwrap().bill_per_month = common::interval(cost + more, cost + more, cost + more, 100);
        design.unavailability = common::interval(missed, 0.9 * missed, 1.1 * missed, 100);
    }
    let [worse, better] = [&outcome.designs[0].design, &outcome.designs[1].design];
    for name in ["report.html", "report.md"] {
        let text = text(&outcome, name);
        let stands = |row: &Vec<String>| row.len() == 6 && (row[5].contains("frontier") || row[5].contains("behind"));
        let said = |design: &str| rows(&text, design).into_iter().find(stands).unwrap()[5].clone();
        assert_eq!([said(better), said(worse)], ["on the frontier".to_owned(), format!("behind {better}")], "{name}");
        assert!(!text.contains("month more"), "{name} has a step of half a cent");
    }
}

/// How many batches were late, with their interval, or at most so many; and what requests lost beside them.
#[test]
fn batches_of_jobs_have_an_interval_or_a_bound() {
    let mut outcome = common::outcome();
    outcome.designs.truncate(3);
    let jobs = |batches, met| {
        let (complete, none) = (Some(batches - 1_820), None);
        Some(JobsOutcome {
            batches,
            met,
            complete,
            clearance_p50_h: none,
            clearance_p95_h: none,
            clearance_p99_h: none,
        })
    };
    outcome.designs[0].jobs = jobs(182_000, common::interval(0.946_833, 0.945_665, 0.947_985, 400));
    outcome.designs[0].jobs.as_mut().unwrap().complete = Some(180_179);
    outcome.designs[1].jobs = jobs(182_000, common::interval(1.0, 0.999_98, 1.0, 0));
    outcome.designs[2].jobs = jobs(182_000, common::interval(0.999_9, 0.999_7, 0.999_95, 3));
    outcome.designs[0].unserved = Some(common::interval(0.001_2, 0.001_1, 0.001_3, 400));
    outcome.designs[1].unserved = Some(common::bound(0.0, 0.000_02, 0));
    let cells = |text: &str, at: usize, cells: usize| {
        let has = |row: &&Vec<String>| row.len() == cells;
        let found = rows(text, &outcome.designs[at].design).iter().rfind(has).map(|row| row[1..3.min(cells)].to_vec());
        found.unwrap_or_else(|| panic!("{cells} cells of {at}"))
    };
    for name in ["report.html", "report.md"] {
        let text = text(&outcome, name);
        assert!(text.contains("182,000") && !text.contains("182000"), "{name}");
        let never = format!("Never done, and not in it: {}: 1,821 of 182,000.", outcome.designs[0].design);
        assert!(text.contains("not all done by deadline") && text.contains(&never), "{name}");
        assert_eq!(cells(&text, 0, 7), ["5.4 %", "5.2 %–5.5 %"], "{name}");
        assert_eq!(cells(&text, 1, 7), ["≤ 0.0020 %", ""], "{name}");
        assert_eq!(cells(&text, 2, 7), ["≤ 0.030 %", ""], "{name}");
        let beside = text.split("not served").nth(1).unwrap();
        assert_eq!(cells(beside, 0, 3), ["0.12 %", "0.11 %–0.13 %"], "{name}");
        assert_eq!(cells(beside, 1, 3), ["≤ 0.0020 %", ""], "{name}");
        assert_eq!(cells(beside, 2, 3), ["-", ""], "{name}");
    }
    // The file says of each what the page does.
    let file = text(&outcome, "jobs.csv");
    for (at, met) in ["0.945665,0.947985,interval,400,180179", "0.99998,,lower_bound,0,", "0.9997,,lower_bound,3,"]
        .iter()
        .enumerate()
    {
        let row = file.lines().nth(1 + at).unwrap();
        assert!(row.contains(met), "{row}");
    }
}

fn offer(name: &str, cost: f64, unavailability: f64, low: Option<f64>) -> Offer {
    Offer {
        design: name.into(),
        shape: String::new(),
        values: vec![name.into()],
        machines: 12,
        cost,
        unavailability,
        low,
        high: unavailability * 1.5 + 1e-7,
        trials: 4096,
        hits: 100,
        forced: false,
    }
}

/// Nine tenths of its downtime come from a zone.
fn why(name: &str) -> Why {
    let estimate =
        |mean| Estimate { mean, low: Some(mean * 0.9), high: mean * 1.1, quality: Quality::Interval, hits: 900 };
    let cause = |cause: &str, minutes: f64| CauseOutcome {
        cause: cause.into(),
        downtime_min_per_month: estimate(minutes),
        share: minutes / 17.28,
        avoided_min_per_month: Some(estimate(minutes)),
    };
    let causes = vec![cause("zone", 15.552), cause(name, 1.728)];
    Why { design: name.into(), trials: 2_048, trials_looked_at: 2_048, unavailability: estimate(0.000_4), causes }
}

fn planned(name: &str) -> Planned {
    let frontier = vec![
        offer("few", 900.0, 0.01, Some(0.009)),
        offer(name, 1_400.0, 0.000_4, Some(0.000_3)),
        offer("most", 2_000.0, 0.0, None),
    ];
    Planned {
        schema: zonefall_study::plan::SCHEMA,
        study: name.into(),
        seed: 3,
        target_share: 0.9995,
        need: "12 serving".into(),
        confidence: 0.95,
        unit: "USD a month".into(),
        keys: vec!["scale_set.web.capacity".into()],
        candidates: 40,
        tested: 12,
        work: 123_456,
        verdict: zonefall_study::plan::Verdict::Found,
        trials_would_do: None,
        best: Some(frontier[1].clone()),
        meets_target_itself: true,
        windows: None,
        runner_up: Some(offer("next", 1_500.0, 0.000_3, Some(0.000_2))),
        cheaper: Some(offer("less", 1_300.0, 0.000_9, Some(0.000_8))),
        ties: vec![],
        open: vec![],
        closest: None,
        why: Some(why(name)),
        frontier,
        nines: vec![],
        rule_of_thumb: None,
        checked: vec![],
        methods: Methods { asked: Method::Crude, plain: 12, forced: 0, nothing_found: 0, gain_least: None },
        priced: None,
        assumed: vec![],
        batches: vec![],
        batches_asked: None,
        gate: None,
        gate_kept: None,
        notes: vec![format!("a note of {name}")],
    }
}

fn plan_reports(of: &Planned) -> Vec<ResultFile> {
    let about = about();
    let made = Made { version: "9.9.9", scenario_hash: "abc", profile: &of.study, about: &about };
    plan_files(of, &ALL, &made, CsvLocale::Point).unwrap()
}

/// A plan's page, text and workbook: its answer, the runner-up and why, the frontier, and the designs number for number.
#[test]
fn a_plan_has_every_report_too() {
    let of = planned("capacity=12");
    let files = plan_reports(&of);
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["dictionary.csv", "plan.csv", "plan.json", "report.html", "report.md", "report.xlsx"]);
    let text =
        |name: &str| String::from_utf8(files.iter().find(|file| file.name == name).unwrap().bytes.clone()).unwrap();
    for name in ["report.html", "report.md"] {
        let text = text(name);
        for words in [
            "runner-up",
            "costs 7.1 % more",
            "What is cheaper misses it",
            "Cost against availability",
            "99.96",
            "123,456",
        ] {
            assert!(text.contains(words), "{name}: {words}");
        }
        for words in ["it meets the target of 99.95 %", "with 12 serving; that allows 21.6 min missed a month"] {
            assert!(text.contains(words), "{name}: {words}");
        }
    }
    let html = text("report.html");
    assert!(html.contains("headline good") && html.matches("<figure>").count() == 1);
    let figure = html.split("<figure>").nth(1).unwrap();
    for words in
        ["capacity=12 (the answer)", "next (runner-up)", "less (cheaper, misses it)", "2 less", "target 99.95 %"]
    {
        assert!(figure.contains(words), "{words}");
    }
    let mut book = Xlsx::new(Cursor::new(files[5].bytes.clone())).unwrap();
    assert_eq!(book.sheet_names().join(" "), "Summary Plan Causes Assumptions Dictionary");
    let causes = sheet(&mut book, "Causes");
    assert_eq!(causes.rows().count(), 1 + of.why.as_ref().unwrap().causes.len());
    let dictionary = text("dictionary.csv");
    for column in plan_header(&text("plan.csv")) {
        assert!(dictionary.contains(&format!("plan.csv,{column},")), "{column} is not explained");
    }
    let (plan, csv) = (sheet(&mut book, "Plan"), files[1].bytes.clone());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_slice());
    for (row, record) in reader.records().enumerate() {
        for (column, cell) in record.unwrap().iter().enumerate() {
            let same = match plan.get((row, column)).unwrap_or(&Data::Empty) {
                Data::Empty => cell.is_empty(),
                Data::Float(number) => cell.parse() == Ok(*number),
                Data::Int(number) => cell.parse() == Ok(*number),
                Data::String(words) => cell == words,
                _ => false,
            };
            assert!(same, "row {row}, column {column}: {cell:?}");
        }
    }
    assert!(sheet(&mut book, "Summary").rows().any(|row| row[0].to_string().contains("it meets the target")));
}

fn plan_header(csv: &str) -> Vec<String> {
    csv.lines().next().unwrap().split(',').map(str::to_owned).collect()
}

/// Where no design meets the target every report says by how much the closest misses it, and from what.
#[test]
fn a_plan_without_an_answer_says_why() {
    let mut of = planned("capacity=12");
    of.verdict = zonefall_study::plan::Verdict::NoneMeets;
    (of.closest, of.target_share) = (of.best.take(), 0.9999);
    let files = plan_reports(&of);
    let mut book = Xlsx::new(Cursor::new(files[5].bytes.clone())).unwrap();
    let summary: Vec<String> =
        sheet(&mut book, "Summary").rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let text = |at: usize| String::from_utf8(files[at].bytes.clone()).unwrap().replace("&nbsp;", " ");
    for (name, text) in [("html", text(3)), ("md", text(4)), ("xlsx", summary.join("\n"))] {
        let plain = text.replace('\\', "");
        for words in ["No design meets it", "above all from zone (90 %) and capacity=12 (10 %)"] {
            assert!(plain.contains(words), "{name}: {words}\n{plain}");
        }
    }
    assert!(text(3).contains("downtime by cause") && text(4).contains("downtime by cause"));
    // What stands below a table there is not said where that table is not.
    for below in ["trials of this design that gave its downtime above", "each is told apart from the one before"] {
        assert!(text(4).contains(below) && !summary.join("\n").contains(below), "{below}");
    }
}

/// Machines of all zones and sets together, or their mean where they come and go.
#[test]
fn a_column_of_machines_says_which() {
    let mut of = planned("six");
    let head = |of: &Planned| {
        let text = String::from_utf8(plan_reports(of)[4].bytes.clone()).unwrap();
        let head = text.lines().find(|line| line.contains("| availability |")).unwrap().to_owned();
        head.split(" | ").nth(2).unwrap().to_owned()
    };
    assert_eq!(head(&of), "USD a month");
    of.unit = "machines".into();
    assert_eq!(head(&of), "machines in all");
    of.priced = Some(Priced {
        candidates: 2,
        trials: 128,
        off_at_most: 0.01,
        least_cost: 4.0,
        cheapest: "four".into(),
        dearer: None,
        too_dear: 0,
    });
    assert_eq!(head(&of), "machines in all on average");
}

#[test]
fn names_of_a_plan_never_become_markup() {
    let bad = "</title><script>alert(1)</script><img src=x> @octocat";
    let files = plan_reports(&planned(bad));
    let text = |at: usize| String::from_utf8(files[at].bytes.clone()).unwrap();
    let (html, markdown) = (text(3), text(4));
    assert_eq!((html.matches("<script").count(), html.matches("<img").count()), (1, 0));
    assert!(html.contains("&lt;script&gt;alert(1)"));
    assert!(!markdown.contains("<script") && !markdown.contains("@octocat"));
}
