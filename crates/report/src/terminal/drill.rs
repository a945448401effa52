//! A drill: which designs pass, and what the experiment did to each.

use super::Style;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use crate::alike::alike;
use zonefall_study::drill::{DrillDesign, Drilled, Verdict};

/// Draws a drill.
pub fn drill(of: &Drilled, style: Style) -> String {
    let mut page = Page::new(style);
    page.title(&clean(&of.experiment));
    page.paragraph(None, &verdict(of), Some(Tone::Strong));
    for guess in &of.guessed {
        let sign = page.paint(Tone::Unsure, "!");
        page.paragraph(Some((&sign, 1)), &format!("{}.", clean(guess)), None);
    }
    page.paragraph(None, &asked(of), None);
    page.paragraph(None, &begins(of), None);
    designs(&mut page, of);
    for design in &of.designs {
        let name = clean(&design.design);
        for why in &design.fails {
            let sign = page.paint(Tone::Unsure, "!");
            page.paragraph(Some((&sign, 1)), &format!("{name}: the experiment cannot be run: {}", clean(why)), None);
        }
        if !design.was_run() && design.fails.is_empty() {
            let sign = page.paint(Tone::Unsure, "!");
            let words = "nothing was run: nothing that the experiment does strikes anything that the model has";
            page.paragraph(Some((&sign, 1)), &format!("{name}: {words}"), None);
        }
        if !design.struck.is_empty() {
            let sign = page.sign("·", "-").to_owned();
            page.paragraph(Some((&sign, 1)), &format!("{name}: {}", clean(&design.struck.join("; "))), None);
        }
    }
    if !of.notes.is_empty() {
        page.title("Not as in Azure");
        for note in &of.notes {
            let sign = page.sign("·", "-").to_owned();
            page.paragraph(Some((&sign, 1)), &clean(note), None);
        }
    }
    if let Some(adds) = &of.outage_adds {
        page.paragraph(None, adds, Some(Tone::Faint));
    }
    page.finish()
}

fn verdict(of: &Drilled) -> String {
    format!("{}{}{}{}", passes(of), fails_without(of), not_judged(of), partly(of))
}

/// What designs fail that the experiment did not cause.
fn fails_without(of: &Drilled) -> String {
    let says = |of: &DrillDesign| {
        let without = of.fails_without()?;
        let too = if without.too { ", too" } else { "" };
        Some(format!(" {} fails {} of {} without the experiment{too}.", clean(&of.design), without.times, of.trials))
    };
    of.designs.iter().filter_map(says).collect()
}

/// On which designs the objective was not judged, and why.
fn not_judged(of: &Drilled) -> String {
    let not_judged = |of: &DrillDesign| Some((clean(&of.design), of.not_judged.clone()?));
    let says = |(names, why): &(Vec<String>, String)| {
        let on = if names.len() == of.designs.len() { String::new() } else { format!(" on {}", names.join(", ")) };
        format!(" The objective is not judged{on}: {}.", clean(why))
    };
    alike(of.designs.iter().filter_map(not_judged)).iter().map(says).collect()
}

/// That some of the actions were not run.
fn partly(of: &Drilled) -> String {
    let run = of.actions.saturating_sub(of.not_run.len());
    if of.not_run.is_empty() || run == 0 {
        return String::new();
    }
    let mut names: Vec<String> = of.not_run.iter().map(|name| clean(name)).collect();
    names.dedup();
    let were = if run == 1 { "was" } else { "were" };
    format!(
        " That is of a part of the experiment: {run} of its {} actions {were} run, not {}.",
        of.actions,
        names.join(", ")
    )
}

fn passes(of: &Drilled) -> String {
    let named = |which: fn(&&DrillDesign) -> bool| -> Vec<String> {
        of.designs.iter().filter(which).map(|of| clean(&of.design)).collect()
    };
    let (passed, not_run) = (named(|of| of.verdict() == Verdict::Passes), named(|of| !of.was_run()));
    let judged = of.designs.iter().filter(|of| of.is_judged()).count();
    let far = if of.not_run.is_empty() { "" } else { " as far as it was run" };
    let says = match (passed.len(), judged) {
        (_, 0) if not_run.len() < of.designs.len() => "No design passes or fails.".into(),
        (_, 0) => return "Nothing was run, so nothing was judged: no design passes or fails.".into(),
        (0, _) => "No design passes.".into(),
        (some, all) if some == all && all == of.designs.len() => format!("Every design passes{far}."),
        (some, all) => format!("{some} of {all} designs pass{far}: {}.", passed.join(", ")),
    };
    if not_run.is_empty() {
        return says;
    }
    format!("{says} Nothing was run on {}, so nothing was judged there.", not_run.join(", "))
}

fn asked(of: &Drilled) -> String {
    let min = |ms: u64| number::plain(ms as f64 / 60_000.0, Toward::Up);
    let hypothesis = &of.hypothesis;
    let lasts_ms = hypothesis.ends_ms - hypothesis.begins_ms;
    let may_miss = match hypothesis.may_miss_ms {
        0 => format!("must hold through all {} min of it", min(lasts_ms)),
        some if some >= lasts_ms => format!("may be missed through all {} min of it", min(lasts_ms)),
        some => format!("may be missed for {} of its {} min", min(some), min(lasts_ms)),
    };
    let whose = if of.hypothesis_stated {
        ""
    } else {
        " This is the default, as the scenario has no `[drill]` (`explain drill`)."
    };
    format!(
        "The objective must hold for {} min before the experiment, {may_miss}, and must hold for good {} min after it.{whose}",
        min(hypothesis.begins_ms),
        min(hypothesis.recovered_ms - hypothesis.ends_ms)
    )
}

/// When it begins, and how much is asked of each design then.
fn begins(of: &Drilled) -> String {
    let after = number::plain(of.hypothesis.begins_ms as f64 / 60_000.0, Toward::Up);
    let when = of.begins.as_ref().map_or(String::new(), |date| format!(", on {}", clean(date)));
    let plain = |number: f64| number::plain(number, Toward::Up);
    let said = |of: &DrillDesign| {
        of.load.map(|load| {
            let range = format!("of {} to {}", plain(load.least), plain(load.most));
            let range = if load.least < load.most { range } else { "as always".into() };
            format!("{} requests a second ({range})", plain(load.at_its_beginning))
        })
    };
    let mut loads: Vec<(String, Vec<String>)> = Vec::new();
    for design in &of.designs {
        let Some(load) = said(design) else { continue };
        match loads.iter_mut().find(|(other, _)| *other == load) {
            Some((_, names)) => names.push(clean(&design.design)),
            None => loads.push((load, vec![clean(&design.design)])),
        }
    }
    let loads: Vec<String> = match loads.as_slice() {
        [(load, names)] if names.len() == of.designs.len() => vec![load.clone()],
        all => all.iter().map(|(load, names)| format!("{} {load}", names.join(", "))).collect(),
    };
    let asked = if loads.is_empty() { String::new() } else { format!("; then asked for: {}", loads.join("; ")) };
    format!("It begins {after} min into the trial{when}{asked}. Another hour may end otherwise.")
}

fn designs(page: &mut Page, of: &Drilled) {
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("verdict".into(), Side::Left),
        ("trials\npassed".into(), Side::Right),
        ("missed before\nmin".into(), Side::Right),
        ("during: worst\nmin".into(), Side::Right),
        ("typical\nmin".into(), Side::Right),
        ("well again\nafter, min".into(), Side::Right),
        ("fewest\nserving".into(), Side::Right),
    ];
    let rows = of.designs.iter().map(|design| row(page, design)).collect();
    page.grid(&Grid { columns, rows });
    if of.designs.iter().any(DrillDesign::is_judged) {
        page.paragraph(None, "Figures are those of the trial that missed the most; typical: while the experiment lasted half of the trials missed no more than this.", Some(Tone::Faint));
    }
}

fn row(page: &Page, of: &DrillDesign) -> Vec<String> {
    let min = |ms: u64| number::plain(ms as f64 / 60_000.0, Toward::Up);
    let says = match of.verdict() {
        Verdict::NotRun if of.fails.is_empty() => page.paint(Tone::Unsure, "? nothing to run"),
        Verdict::NotRun => page.paint(Tone::Unsure, "? cannot be run"),
        Verdict::NotJudged => page.paint(Tone::Unsure, "? not judged"),
        Verdict::Passes => page.paint(Tone::Good, &format!("{} passes", page.sign("✓", "+"))),
        Verdict::Fails => page.paint(Tone::Bad, &format!("{} fails", page.sign("✗", "x"))),
    };
    let mut cells = vec![clean(&of.design), says];
    match of.judged {
        None => cells.extend(std::iter::repeat_n(String::new(), 5)),
        Some(judged) => {
            cells.push(format!("{} of {}", of.passed, of.trials));
            cells.push(min(judged.before_ms));
            cells.push(min(judged.during_ms));
            cells.push(of.typical_during_ms.map_or_else(|| number::NONE.into(), min));
            cells.push(judged.recovers_ms.map_or("never".into(), min));
        }
    }
    let none = || if of.was_run() { number::NONE.into() } else { String::new() };
    cells.push(of.least_serving.map_or_else(none, |least| least.to_string()));
    cells
}
