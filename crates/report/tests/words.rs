//! Words that stand beside figures: why a verdict is open, what a name counts, what is not known.
#![allow(clippy::unwrap_used)]

mod common;

use zonefall_report::terminal::{Style, comparison, render};
use zonefall_report::{About, Contents, CsvLocale, ReportKind, Reports, result_files};
use zonefall_study::comparison::{Comparison, Gap, Pair, Standing};
use zonefall_study::gate::{Condition, Judgement};
use zonefall_study::outcome::*;

/// The page with its lines joined.
fn page(outcome: &Outcome) -> String {
    let text = render(outcome, Style { width: 100, colour: false, unicode: true });
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The report in Markdown, which begins with the headline.
fn markdown(outcome: &Outcome) -> String {
    let about = About { command: String::new(), assumptions: Vec::new() };
    let reports = Some(Reports { kinds: &[ReportKind::Markdown], about: &about, storms: None });
    let files = result_files(Contents { outcome: Some(outcome), reports, ..Contents::default() }, CsvLocale::Point);
    let report = files.unwrap().into_iter().find(|file| file.name == "report.md").unwrap();
    String::from_utf8(report.bytes).unwrap()
}

fn assumed(sampling: Verdict, depends: Option<&str>, looks: [Verdict; 2]) -> DesignAssumptions {
    let look = |verdict_mean| DesignVariation {
        unavailability: common::interval(1e-4, 5e-5, 2e-4, 40),
        windows_met: None,
        verdict_mean,
        verdict_windows: None,
        batches_met: None,
        mostly: None,
    };
    DesignAssumptions {
        low: 1e-5,
        low_from: None,
        high: 1e-3,
        high_from: None,
        verdict_mean_sampling: sampling,
        verdict_windows_sampling: None,
        mean_depends_on: depends.map(str::to_owned),
        windows_depend_on: None,
        variations: looks.map(look).into(),
        ignorance: None,
    }
}

#[test]
fn a_verdict_that_is_open_says_whether_luck_or_an_assumption_keeps_it_open() {
    use Verdict::{Meets, Misses, NotResolved};
    let said = |verdict, sampling, depends, looks| {
        let mut outcome = common::outcome();
        outcome.designs.truncate(1);
        outcome.differences.clear();
        let design = &mut outcome.designs[0];
        (design.verdict_mean, design.verdict_windows, design.windows_met) = (verdict, None, None);
        design.assumptions = Some(assumed(sampling, depends, looks));
        page(&outcome)
    };
    let turned = said(NotResolved, Meets, Some("misses with high rates"), [Meets, Misses]);
    assert!(
        turned.contains("? not resolved") && turned.contains("(assumptions)") && !turned.contains("(luck"),
        "{turned}"
    );
    assert!(said(NotResolved, NotResolved, None, [NotResolved; 2]).contains("(luck)"));
    assert!(said(NotResolved, NotResolved, None, [Meets, Misses]).contains("(luck, assumptions)"));
    let met = said(Meets, Meets, None, [Meets, Meets]);
    assert!(!met.contains("(luck") && !met.contains("(assumptions"), "{met}");
}

/// Open by luck on average and by an assumption in windows is open by both, of one design and of several.
#[test]
fn the_headline_tells_what_keeps_either_verdict_open() {
    use Verdict::{Meets, Misses, NotResolved};
    let mut outcome = common::outcome();
    outcome.differences.clear();
    outcome.designs.truncate(2);
    let design = &mut outcome.designs[0];
    (design.verdict_mean, design.verdict_windows) = (NotResolved, Some(NotResolved));
    let mut of = assumed(NotResolved, None, [NotResolved; 2]);
    of.verdict_windows_sampling = Some(Meets);
    of.windows_depend_on = Some("misses with high rates".into());
    of.variations[1].verdict_windows = Some(Misses);
    design.assumptions = Some(of);
    let several = markdown(&outcome);
    assert!(several.contains("Not resolved: one-zone (luck and assumptions)"), "{several}");
    outcome.designs.truncate(1);
    let one = markdown(&outcome);
    assert!(one.contains("one-zone is not resolved: its verdict depends on luck and on assumptions"), "{one}");
    // Where the table has a plain tick for one of both, the headline says that it means the other.
    let design = &mut outcome.designs[0];
    (design.verdict_mean, design.verdict_windows) = (Meets, Some(NotResolved));
    design.assumptions.as_mut().unwrap().verdict_mean_sampling = Meets;
    let one = markdown(&outcome);
    assert!(one.contains("one-zone is not resolved: its verdict in windows depends on assumptions"), "{one}");
}

/// Names that hold commas are told apart where several stand in one sentence.
#[test]
fn names_with_commas_are_told_apart() {
    let mut outcome = common::outcome();
    outcome.gate = Some(Judgement::of(
        ["capacity 4, zones 3", "b"]
            .map(|design| Condition::new(design.into(), "on average".into(), Verdict::Misses))
            .into(),
        false,
    ));
    let said = page(&outcome);
    let words = "Gate: 2 of 2 conditions are missed: `capacity 4, zones 3` (on average), b (on average).";
    assert!(said.contains(words), "{said}");
}

/// A run and a comparison show the same figure for the same difference, to the nearest, its ends outwards; and the
/// same downtime.
#[test]
fn a_comparison_and_a_run_show_the_same_figures() {
    let mut outcome = common::outcome();
    outcome.designs.truncate(3);
    outcome.differences.truncate(2);
    let gaps = [(-38.109_91, -45.11, -31.09), (45.2958, 40.11, 50.01)];
    for (of, (mean, low, high)) in outcome.differences.iter_mut().zip(gaps) {
        (of.downtime_min_per_month, of.low, of.high) = (mean, Some(low), Some(high));
    }
    outcome.designs[0].unavailability = common::interval(7.321 / MINUTES_PER_MONTH, 3.2e-5, 4e-4, 40);
    let minutes = outcome.designs[0].unavailability.times(MINUTES_PER_MONTH);
    let (first, run) = (outcome.designs[0].design.clone(), page(&outcome));
    let pair = |of: &Difference| Pair {
        design: of.design.clone(),
        against: of.against.clone(),
        same_storms: true,
        difference: Gap {
            min_per_month: of.downtime_min_per_month,
            low: of.low.unwrap(),
            high: of.high.unwrap(),
            hits: of.hits,
        },
        p_adjusted: of.p_adjusted,
        says: of.says,
        causes: Vec::new(),
        sessions: None,
    };
    let compared = Comparison {
        schema: "",
        trials: outcome.trials,
        horizon_h: outcome.horizon_h,
        confidence: outcome.confidence,
        standings: vec![Standing {
            design: first.clone(),
            machines: 6,
            place_from: 1,
            place_to: 1,
            downtime_min_per_month: minutes,
            sessions_lost_per_month: None,
        }],
        pairs: outcome.differences.iter().map(pair).collect(),
        notes: Vec::new(),
    };
    let compared = comparison(&compared, Style { width: 100, colour: false, unicode: true });
    let compared = compared.split_whitespace().collect::<Vec<_>>().join(" ");
    for shown in ["−38.1 −45.2 to −31.0", "45.3 40.1 to 50.1"] {
        assert!(run.contains(shown) && compared.contains(shown), "{shown}: {run}\n{compared}");
    }
    assert!(
        run.contains("7.4 1.3–17.3") && compared.contains(&format!("{first} 6 7.4 1.3 to 17.3")),
        "{run}\n{compared}"
    );
    assert!(!run.contains("7.33"), "{run}");
}

/// One look that holds the run's estimate and gives both ends is noise, and no cause.
#[test]
fn an_end_that_luck_put_there_names_no_assumption() {
    use Verdict::Meets;
    let mut outcome = common::outcome();
    outcome.designs.truncate(1);
    outcome.differences.clear();
    let look = |name: &str| Variation::new(name.into(), "otherwise".into());
    let looks = vec![look("high rates"), look("pairs 15 %")];
    outcome.assumptions = Some(AssumptionsOutcome { trials: 100, fixed: false, variations: looks, drawn: None });
    let mut said = |high: Option<&str>, low: Option<&str>, high_rates: Estimate| {
        let mut of = assumed(Meets, None, [Meets; 2]);
        (of.high_from, of.low_from) = (high.map(str::to_owned), low.map(str::to_owned));
        of.variations[0].unavailability = high_rates;
        outcome.designs[0].unavailability = common::interval(1e-4, 8e-5, 1.2e-4, 400);
        outcome.designs[0].assumptions = Some(of);
        page(&outcome)
    };
    let (pairs, rates) = (Some("pairs 15 %"), Some("high rates"));
    let (apart, alike) = (common::interval(4e-4, 3e-4, 5e-4, 40), common::interval(1e-4, 5e-5, 5e-4, 40));
    let noise = said(pairs, pairs, apart);
    assert!(noise.contains("99.9990 luck luck Signs") && noise.contains(" Luck: the own intervals"), "{noise}");
    assert!(!noise.contains("15 %*") && !noise.contains("As stated:"), "{noise}");
    assert!(said(rates, pairs, alike).contains("99.9990 luck luck Signs"));
    let one = said(rates, pairs, apart);
    assert!(one.contains("high rates pairs 15 %* Signs") && !one.contains("Luck:"), "{one}");
    let none = said(rates, None, apart);
    assert!(
        none.contains("high rates as stated Signs") && none.contains("As stated: no look is worse there"),
        "{none}"
    );
}

/// A bound is no estimate: where no trial was ever without a connection, that stands beside it.
#[test]
fn a_bound_on_minutes_without_a_connection_says_that_no_trial_had_any() {
    let mut outcome = common::outcome();
    outcome.designs.truncate(2);
    outcome.trials = 400;
    let mut told = |hits| {
        outcome.designs[1].sla.as_mut().unwrap().unconnected_min_per_month = common::bound(0.0, 643.0, hits);
        page(&outcome)
    };
    assert!(told(0).contains("≤ 643") && told(0).contains("none in 400 trials"), "{}", told(0));
    assert!(told(3).contains("≤ 643") && !told(3).contains("none in"), "{}", told(3));
}

/// SL-03: what the study leaves out of the minutes, the page does not tell anyone to take off.
#[test]
fn sl_03_the_note_on_releases_says_that_they_are_not_in_the_minutes() {
    let mut outcome = common::outcome();
    outcome.designs.iter_mut().for_each(|design| design.operations.retain(|of| of.operation != "releases"));
    assert!(!page(&outcome).contains("your own releases"));
    let per_year = common::bound(3.0, 4.0, 30);
    let released = OperationOutcome { operation: "releases".into(), in_hours: false, per_year };
    outcome.designs[1].operations.push(released);
    let page = page(&outcome);
    assert!(page.contains("your own releases take out or spoil counts as one that can be reached (SL-03)"), "{page}");
    assert!(page.contains("nothing is to be taken off") && !page.contains("are in it"), "{page}");
}

#[test]
fn what_is_promised_by_part_is_not_none() {
    let mut outcome = common::outcome();
    assert!(page(&outcome).contains("two-regions none") && !page(&outcome).contains("by part"));
    let design_name = {
        let design = outcome.designs.iter_mut().find(|of| of.sla.is_none()).unwrap();
        design.composite = Some(CompositeOutcome {
            promise: Some(0.9999),
            unpromised: Some(1e-4),
            parts: Vec::new(),
            components_min_per_month: 0.0,
            shared_min_per_month: 0.0,
            rest_min_per_month: 0.0,
        });
        design.design.clone()
    };
    let page = page(&outcome);
    assert!(
        page.contains(&format!("{design_name} by part")) && page.contains("By part: the agreement promises each part"),
        "{page}"
    );
}

#[test]
fn names_that_do_not_tell_what_they_count_are_told_below_their_table() {
    let mut outcome = common::outcome();
    let operation = |name: &str| OperationOutcome {
        operation: name.into(),
        in_hours: name.ends_with("_h"),
        per_year: common::interval(2.0, 1.0, 3.0, 40),
    };
    outcome.designs[0].operations = vec![operation("failovers_failed"), operation("retry_storms")];
    let one = page(&outcome);
    assert!(one.contains("failovers failed: orders to send clients over or back that did not do"), "{one}");
    assert!(one.contains("overloads 2.00") && !one.contains("retry storms") && !one.contains("metastable"), "{one}");
    outcome.designs[0].operations.push(operation("metastable_if_hit_h"));
    assert!(page(&outcome).contains("metastable if hit: hours without an overload in which"));
    assert!(zonefall_report::explain("overloads").is_some_and(|words| words.contains("retry_storms")));
}

fn method(exact: Option<f64>, gain: f64, untold: &[&str]) -> MethodOutcome {
    MethodOutcome {
        asked: "forcing".into(),
        used: "forcing".into(),
        why: "asked for".into(),
        pilot_trials: 100,
        pilot_events: 1000,
        mean_weight: 1.0,
        greatest_weight: 2.0,
        patterns: Vec::new(),
        levels: Vec::new(),
        failure_share: None,
        untold: untold.iter().map(|what| (*what).to_owned()).collect(),
        designs: vec![MethodDesign {
            design: "one-zone".into(),
            effective_hits: 40.0,
            gain: Some(gain),
            unforeseen_hits: 0,
            unforeseen_at_most: 1e-9,
            exact,
        }],
    }
}

#[test]
fn a_forced_run_says_what_it_does_not_know() {
    let mut outcome = common::outcome();
    let mut told = |of: MethodOutcome| {
        outcome.method = Some(of);
        page(&outcome)
    };
    let plain = told(method(None, 0.02, &[]));
    assert!(!plain.contains("exact un-") && !plain.contains("Batches of jobs"), "{plain}");
    assert!(plain.contains("one-zone 40 less than plain"), "{plain}");
    assert!(told(method(Some(1e-7), 12.0, &[])).contains("exact un-"));
    let jobs = told(method(None, 12.0, &[BATCHES]));
    assert!(jobs.contains("Batches of jobs Not counted here: trials that are forced or split tell"), "{jobs}");
}

#[test]
fn shares_of_causes_from_few_trials_say_so() {
    let mut outcome = common::outcome();
    outcome.designs.truncate(2);
    let words = "Shares that rest on so few trials with a miss may be quite otherwise: ";
    assert!(!page(&outcome).contains(words));
    let design = &mut outcome.designs[1];
    design.causes.iter_mut().for_each(|cause| cause.downtime_min_per_month = common::bound(1.0, 3.0, 5));
    let name = design.design.clone();
    assert!(page(&outcome).contains(&format!("{words}{name} (5).")), "{}", page(&outcome));
}

/// Names may hold colons, and words may begin with a name; the same words stand once.
#[test]
fn warnings_are_told_of_whom_they_are() {
    let mut outcome = common::outcome();
    for (design, name) in outcome.designs.iter_mut().zip(["a", "a: b", "c"]) {
        design.design = name.into();
    }
    let of = |design: &str| Warning::of(design, "few");
    outcome.warnings = vec![of("a"), of("a: b"), "c: few of all".into(), of("c"), "few".into()];
    let page = page(&outcome);
    assert!(page.contains("! a; a: b; c: few ! c: few of all ! few "), "{page}");
}

/// The gate in one sentence that names two at most, and every condition below it, on all pages.
#[test]
fn the_gate_is_one_sentence_above_its_conditions() {
    use Verdict::{Meets, Misses, NotResolved};
    let mut outcome = common::outcome();
    let condition = |design: &str, asks: &str, verdict| Condition::new(design.into(), asks.into(), verdict);
    let of = |verdicts: [Verdict; 4], trials| Judgement {
        open_for_luck: trials > 0,
        trials_would_do: Some(trials).filter(|&trials| trials > 0),
        ..Judgement::of(
            ["a", "b"]
                .iter()
                .zip(verdicts.chunks(2))
                .flat_map(|(design, two)| {
                    [condition(design, "on average", two[0]), condition(design, "in windows", two[1])]
                })
                .collect(),
            false,
        )
    };
    for (verdicts, trials, says) in [
        ([NotResolved; 4], 1_400, "Gate: none of 4 conditions is resolved (luck). About 1,400 trials would do."),
        ([Misses; 4], 0, "Gate: 4 of 4 conditions are missed: a (on average), a (in windows), 2 more."),
        ([Meets, Meets, NotResolved, Meets], 0, "Gate: 1 of 4 conditions is not resolved: b (on average)."),
        ([Meets; 4], 0, "Gate: all 4 conditions are met."),
    ] {
        outcome.gate = Some(of(verdicts, trials));
        for text in [page(&outcome), markdown(&outcome)] {
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(says), "{says}: {text}");
            assert_eq!(flat.contains("the gate asks"), verdicts != [Meets; 4], "{text}");
        }
    }
}

/// The picture of both intervals says which look's own interval goes beyond the span of their estimates.
#[test]
fn the_picture_of_assumptions_draws_how_far_a_look_goes() {
    let html = |high| {
        let mut outcome = common::outcome();
        let mut of = assumed(Verdict::Meets, None, [Verdict::Meets; 2]);
        of.variations[1].unavailability.high = high;
        outcome.designs[0].assumptions = Some(of);
        let look = |name: &str| Variation::new(name.into(), name.into());
        let variations = vec![look("low rates"), look("high rates")];
        outcome.assumptions = Some(AssumptionsOutcome { trials: 100, fixed: false, variations, drawn: None });
        let about = About { command: String::new(), assumptions: Vec::new() };
        let reports = Some(Reports { kinds: &[ReportKind::Html], about: &about, storms: None });
        let files =
            result_files(Contents { outcome: Some(&outcome), reports, ..Contents::default() }, CsvLocale::Point);
        let report = files.unwrap().into_iter().find(|file| file.name == "report.html").unwrap();
        String::from_utf8(report.bytes).unwrap()
    };
    let (beyond, within) = (html(2e-3), html(5e-4));
    assert!(beyond.contains("; high rates: its own interval ends at 86.4 min"));
    assert!(beyond.contains("class=\"interval reach"));
    assert!(!within.contains("its own interval ends at") && !within.contains("class=\"interval reach"));
}

/// Designs that are open for one reason stand together, and what all have in common is said once.
#[test]
fn the_headline_says_once_what_all_designs_share() {
    use Verdict::{Meets, Misses, NotResolved};
    let mut outcome = common::outcome();
    outcome.gate = None;
    outcome.designs.truncate(3);
    outcome.differences.clear();
    for design in &mut outcome.designs {
        (design.verdict_mean, design.verdict_windows) = (Meets, Some(NotResolved));
        let mut of = assumed(Meets, None, [Meets, Meets]);
        of.verdict_windows_sampling = Some(Meets);
        of.windows_depend_on = Some("misses with high rates, above all of sql".into());
        of.variations[1].verdict_windows = Some(Misses);
        design.assumptions = Some(of);
    }
    let all = markdown(&outcome);
    assert!(all.contains("on average. In windows none is resolved: it depends on"), "{all}");
    outcome.designs[0].verdict_windows = Some(Meets);
    let two = markdown(&outcome);
    assert!(two.contains("(each in windows: assumptions)"), "{two}");
}
