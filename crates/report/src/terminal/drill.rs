//! A drill: which designs pass, and what the experiment did to each.
//!
//! The terminal tells all of it in one block, with its timeline below; a report in blocks, with the worst trial of every design.

use super::Style;
use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use super::storms;
use super::timeline::{self, Told};
use crate::alike::alike;
use crate::clock::by_the_clock;
use zonefall_study::drill::{DrillDesign, Drilled, Hypothesis, Verdict};
use zonefall_study::listed;
use zonefall_study::timeline::Timeline;

/// Draws a drill.
pub fn drill(of: &Drilled, style: Style) -> String {
    let mut page = Page::new(style);
    page.title(&clean(&of.experiment));
    page.paragraph(None, &verdict(of), Some(Tone::Strong));
    of.guessed.iter().for_each(|guess| warned(&mut page, &guessed(guess)));
    page.paragraph(None, &asked(of), None);
    page.paragraph(None, &begins(of), None);
    designs(&mut page, of);
    for design in &of.designs {
        not_run(design).iter().for_each(|why| warned(&mut page, why));
        struck(&mut page, design);
    }
    notes(&mut page, of);
    if let Some(adds) = &of.outage_adds {
        page.paragraph(None, adds, Some(Tone::Faint));
    }
    if let Some(words) = which(of) {
        page.line("");
        page.paragraph(None, &words, None);
    }
    page.finish()
}

/// A drill block by block, for a report whose headline its verdict is; with the worst trial of each design, and what is to be warned
/// of beside.
pub(crate) fn blocks(of: &Drilled, worst: &[Option<Timeline>], warnings: &[String], style: Style) -> Page {
    let mut page = Page::new(style);
    page.title(&format!("Drill: {} on {}", clean(&of.experiment), clean(&of.study)));
    designs(&mut page, of);
    page.title("What must hold");
    hypothesis(&mut page, of);
    page.paragraph(None, &asked(of), None);
    page.paragraph(None, &begins(of), None);
    if of.designs.iter().any(|design| !design.struck.is_empty()) {
        page.title("What is struck");
        of.designs.iter().for_each(|design| struck(&mut page, design));
    }
    worst_trials(&mut page, worst);
    if let Some(told) = of.told().and_then(|at| worst.get(at)?.as_ref()) {
        which(of).iter().for_each(|words| page.paragraph(None, words, None));
        timeline::blocks(&mut page, told, Told::Drilled);
    }
    notes(&mut page, of);
    if let Some(adds) = &of.outage_adds {
        page.title("What a real outage would add");
        page.paragraph(None, adds, None);
    }
    let of_it = of.guessed.iter().map(|guess| guessed(guess)).chain(of.designs.iter().flat_map(not_run));
    of_it.chain(warnings.iter().cloned()).for_each(|words| page.warn(&words));
    page
}

/// Of which design a trial is told, and how to see one of another; none where there is one only, or nothing to tell of.
fn which(of: &Drilled) -> Option<String> {
    let others = |told: usize| {
        let run = of.designs.iter().enumerate().filter(|(at, design)| *at != told && design.was_run());
        run.map(|(_, design)| clean(&design.design)).collect::<Vec<_>>()
    };
    let words = |told: usize, others: &str| {
        format!(
            "Below: the worst trial of {}. With `--design NAME` that of another: {others}.",
            clean(&of.designs[told].design)
        )
    };
    match (of.told(), of.asked) {
        (Some(told), _) => {
            Some(listed(others(told))).filter(|names| !names.is_empty()).map(|names| words(told, &names))
        }
        (None, Some(asked)) => {
            let name = clean(&of.designs[asked].design);
            Some(format!("Nothing was run on {name}: there is no trial of it to tell."))
        }
        (None, None) => None,
    }
}

fn warned(page: &mut Page, words: &str) {
    let sign = page.paint(Tone::Unsure, "!");
    page.paragraph(Some((&sign, 1)), words, None);
}

fn guessed(guess: &str) -> String {
    format!("{}.", clean(guess))
}

/// Why nothing was run on a design, where that is so.
fn not_run(of: &DrillDesign) -> Vec<String> {
    let name = clean(&of.design);
    if !of.was_run() && of.fails.is_empty() {
        let words = "nothing was run: nothing that the experiment does strikes anything that the model has";
        return vec![format!("{name}: {words}")];
    }
    of.fails.iter().map(|why| format!("{name}: the experiment cannot be run: {}", clean(why))).collect()
}

fn struck(page: &mut Page, of: &DrillDesign) {
    if !of.struck.is_empty() {
        let sign = page.sign("·", "-").to_owned();
        page.paragraph(Some((&sign, 1)), &format!("{}: {}", clean(&of.design), clean(&of.struck.join("; "))), None);
    }
}

/// CH-02, CH-05: the heading of what was run here and would not be there.
const REFUSED: &str = "Azure would refuse this";

/// What Azure would not run, what of an outage is held, and what the model does not hold.
fn notes(page: &mut Page, of: &Drilled) {
    points(page, REFUSED, &of.refused);
    points(page, "As an outage", &of.as_outage);
    points(page, "Not as in Azure", &of.notes);
}

fn points(page: &mut Page, title: &str, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    page.title(title);
    for note in notes {
        let sign = page.sign("·", "-").to_owned();
        page.paragraph(Some((&sign, 1)), &clean(note), None);
    }
}

/// Before, during and after: from when to when, and what must hold.
fn hypothesis(page: &mut Page, of: &Drilled) {
    let hypothesis = &of.hypothesis;
    let may_miss = match hypothesis.may_miss_ms {
        0 => "must hold".to_owned(),
        some => format!("may be missed for {} min in all", minutes(some)),
    };
    let row = |what: &str, from: u64, to: u64, asked: &str| {
        vec![what.to_owned(), minutes(from), minutes(to), asked.to_owned()]
    };
    let Hypothesis { begins_ms: begins, ends_ms: ends, recovered_ms: recovered, horizon_ms: end, .. } = *hypothesis;
    let rows = vec![
        row("before", 0, begins, "must hold"),
        row("the experiment", begins, ends, &may_miss),
        row("until it must be well again", ends, recovered, "may be missed"),
        row("after", recovered, end, "must hold for good"),
    ];
    let columns = vec![
        ("when".to_owned(), Side::Name),
        ("from\nmin".into(), Side::Right),
        ("to\nmin".into(), Side::Right),
        ("the objective".into(), Side::Text),
    ];
    page.grid(&Grid { columns, rows });
}

/// Which trials missed the most, and pictures of those that missed any.
fn worst_trials(page: &mut Page, worst: &[Option<Timeline>]) {
    let told = worst.iter().enumerate().filter_map(|(at, of)| Some((at, of.as_ref()?)));
    let missed: Vec<(usize, &Timeline)> = told.filter(|(_, of)| of.longest.is_some()).collect();
    let Some((_, first)) = missed.first() else { return };
    page.title("The worst trial of each design that missed any");
    page.paragraph(None, &by_the_clock(first), None);
    storms::table(page, missed.iter().map(|(_, of)| storms::row(clean(&of.design), "worst", of)).collect());
    for (at, _) in missed {
        page.picture(Picture::Storm { design: at, worst: true }, None);
    }
}

/// What came of it, and its tone.
pub(crate) fn verdict_of(of: &Drilled) -> (String, Tone) {
    let tone = match of.verdict(false) {
        Verdict::Passes => Tone::Good,
        Verdict::Fails => Tone::Bad,
        Verdict::NotRun | Verdict::NotJudged => Tone::Unsure,
    };
    (verdict(of), tone)
}

fn verdict(of: &Drilled) -> String {
    format!("{}{}{}{}", passes(of), fails_without(of), not_judged(of), partly(of))
}

fn minutes(ms: u64) -> String {
    number::plain(ms as f64 / 60_000.0, Toward::Up)
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
        let on = if names.len() == of.designs.len() { String::new() } else { format!(" on {}", listed(names)) };
        format!(" The objective is not judged{on}: {}.", clean(why))
    };
    alike(of.designs.iter().filter_map(not_judged)).iter().map(says).collect()
}

/// That some of the actions were not run.
fn partly(of: &Drilled) -> String {
    let run = of.actions.saturating_sub(of.not_run.len());
    if of.not_run.is_empty() || run == 0 || !of.designs.iter().any(DrillDesign::was_run) {
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
        (some, all) => format!("{some} of {all} designs pass{far}: {}.", listed(passed)),
    };
    if not_run.is_empty() {
        return says;
    }
    format!("{says} Nothing was run on {}, so nothing was judged there.", listed(not_run))
}

fn asked(of: &Drilled) -> String {
    let min = minutes;
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
        of.load.as_ref().map(|load| {
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
        all => all.iter().map(|(load, names)| format!("{} {load}", listed(names))).collect(),
    };
    let asked = if loads.is_empty() { String::new() } else { format!("; then asked for: {}", loads.join("; ")) };
    let otherwise = busiest(of).unwrap_or_else(|| "Another hour may end otherwise.".into());
    format!("It begins {after} min into the trial{when}{asked}. {otherwise}")
}

/// Which hour asks for more, and how to begin then; of several designs the busiest.
fn busiest(of: &Drilled) -> Option<String> {
    let all = of.designs.iter().filter_map(|design| design.load.as_ref()?.busiest.as_ref());
    let most = all.reduce(|most, of| if of.requests > most.requests { of } else { most })?;
    let on =
        most.on.as_ref().map_or_else(|| format!("{} into the trial", most.begins), |on| format!("on {}", clean(on)));
    Some(format!(
        "A busier hour may end otherwise: the most that it can meet is {} requests a second, {on}: `--what-if \
         'drill.begins=\"{}\"'`.",
        number::plain(most.requests, Toward::Up),
        most.begins
    ))
}

fn designs(page: &mut Page, of: &Drilled) {
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("verdict".into(), Side::Left),
        ("trials\npassed".into(), Side::Right),
        ("fails\n(trials)".into(), Side::Left),
        ("before\nmin".into(), Side::Right),
        ("during: worst\nmin".into(), Side::Right),
        ("typical\nmin".into(), Side::Right),
        ("well again\nafter, min".into(), Side::Right),
        ("fewest\nserving".into(), Side::Right),
    ];
    let (rows, mut coloured): (Vec<_>, Vec<_>) = of.designs.iter().map(|design| row(page, design)).unzip();
    // Each of them is painted wherever it stands.
    coloured.sort_by(|a, b| a.0.cmp(&b.0));
    coloured.dedup();
    page.grid_with(&Grid { columns, rows }, coloured);
    if of.designs.iter().any(DrillDesign::is_judged) {
        page.paragraph(None, "Figures are those of the trial that missed the most; typical: while the experiment lasted half of the trials missed no more than this.", Some(Tone::Faint));
    }
}

/// "during (20), after (3)": the parts of the hypothesis that do not hold.
fn failed_by(of: &DrillDesign) -> String {
    let parts: Vec<String> = of.failed_by.parts().map(|(part, trials)| format!("{part} ({trials})")).collect();
    parts.join(",\n")
}

/// The cells of a design, and the colour of its verdict.
fn row(page: &Page, of: &DrillDesign) -> (Vec<String>, (String, Tone)) {
    let min = minutes;
    let (says, tone) = match of.verdict() {
        Verdict::NotRun if of.fails.is_empty() => ("? nothing to run".to_owned(), Tone::Unsure),
        Verdict::NotRun => ("? cannot be run".into(), Tone::Unsure),
        Verdict::NotJudged => ("? not judged".into(), Tone::Unsure),
        Verdict::Passes => (format!("{} passes", page.sign("✓", "+")), Tone::Good),
        Verdict::Fails => (format!("{} fails", page.sign("✗", "x")), Tone::Bad),
    };
    let mut cells = vec![clean(&of.design), says.clone()];
    match of.judged {
        None => cells.extend(std::iter::repeat_n(String::new(), 6)),
        Some(judged) => {
            cells.push(format!("{} of {}", of.passed, of.trials));
            cells.push(failed_by(of));
            cells.push(min(judged.before_ms));
            cells.push(min(judged.during_ms));
            cells.push(of.typical_during_ms.map_or_else(|| number::NONE.into(), min));
            cells.push(judged.recovers_ms.map_or("never".into(), min));
        }
    }
    let none = || if of.was_run() { number::NONE.into() } else { String::new() };
    cells.push(of.least_serving.map_or_else(none, |least| least.to_string()));
    (cells, (says, tone))
}
