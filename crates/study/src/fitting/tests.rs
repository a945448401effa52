#![allow(clippy::unwrap_used)]

use super::*;
use zonefall_faults::{LengthColumn, RecordColumns, TimeUnit, parse_records};

fn columns() -> RecordColumns {
    RecordColumns {
        start: Some("start".into()),
        length: LengthColumn::Duration("hours".into(), MS_PER_HOUR),
        time: TimeUnit::Hours,
        groups: vec!["kind".into()],
        unit: None,
        only: Vec::new(),
        span: None,
        running_until: None,
    }
}

fn plan() -> Plan {
    Plan {
        source: "x.csv".into(),
        grouping: Grouping::Columns("x".into()),
        observed: Observed::AsRecorded,
        units: None,
        units_of: Vec::new(),
        choice: Choice::Auto,
        confidence: Confidence::P95,
    }
}

#[test]
fn groups_rates_and_durations_by_hand() {
    let text = "start,hours,kind\n0,1,A b\n10,2,A b\n20,4,A-b\n100,>5,A b\n8760,,A b\n";
    let records = parse_records(text.as_bytes(), &columns()).unwrap();
    let said = Plan { observed: Observed::For(2.0 * 8760.0 * MS_PER_HOUR), units: Some(5), ..plan() };
    let fitted = fit_records(&records, &said).unwrap();
    let [a, b] = &fitted.groups[..] else { panic!() };
    assert_eq!((a.name.as_str(), b.name.as_str()), ("a-b", "a-b-2"));
    assert_eq!((a.events, a.durations, a.cut_off, a.unknown), (4, 2, 1, 1));
    assert_eq!(fitted.span_days, Some(730.0));
    let often = a.often.unwrap();
    assert_eq!((often.per_year, often.exposure_years), (0.4, 10.0));
    // Garwood for 4 events: 1.0899 to 10.2416.
    assert!((often.interval.low - 0.108_99).abs() < 1e-4 && (often.interval.high - 1.024_16).abs() < 1e-4);
    assert_eq!(a.long.unwrap().mean_h, None);
    assert!(b.word.contains("1 duration: the family cannot be told"), "{}", b.word);
}

#[test]
fn plans_that_do_not_go_with_the_file() {
    let records = parse_records(b"start,hours,kind\n0,1,a\n100,2,a\n", &columns()).unwrap();
    let short = Plan { observed: Observed::For(MS_PER_HOUR), ..plan() };
    assert!(matches!(fit_records(&records, &short), Err(FitError::ShortSpan { .. })));
    let other = Plan { units_of: vec![("b".into(), 3)], ..plan() };
    assert!(matches!(fit_records(&records, &other), Err(FitError::NoGroup { .. })));
    let nothing = parse_records(b"start,hours,kind\n0,-1,a\n", &columns()).unwrap();
    let why = fit_records(&nothing, &plan()).unwrap_err().to_string();
    assert!(why.contains("1 row, end before start (line 2)"), "{why}");
}

#[test]
fn thinning_keeps_the_mean() {
    let many: Vec<f64> = (1..=1237).map(|at| f64::from(at) * 0.5).collect();
    let few = thinned(&many);
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    assert_eq!(few.len(), OWN_MAX);
    assert!((mean(&few) / mean(&many) - 1.0).abs() < 1e-12);
    assert!(few.is_sorted());
    assert_eq!(thinned(&many[..500]), many[..500]);
}

#[test]
fn names_are_fit_for_modes() {
    assert_eq!(mode_name("  Power / Cooling (EU)  "), "power-cooling-eu");
    assert_eq!(mode_name("…"), "events");
    assert!(mode_name(&"x".repeat(500)).len() <= 60);
}
