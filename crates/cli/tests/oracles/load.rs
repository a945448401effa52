//! Entries about demand that changes and about what answers to it.

use super::readings::unavailability;
use super::text::{Text, exponential};
use super::{Entry, Held, Oracles, Reading};
use zonefall_study::outcome::Outcome;

/// The entries of the capability `load and operations` that are held so far.
pub const IDS: [&str; 5] = ["E07", "E08", "E09", "G01", "G06"];

pub fn entries(file: &Oracles) -> Vec<Entry> {
    std::iter::once(phases(file)).chain(step_load(file)).chain(composites(file)).collect()
}

/// G01: ten machines, of which a day needs eight for eight hours and four for the rest.
fn phases(file: &Oracles) -> Entry {
    let of = |name: &str| file.number("G01", name);
    let (up, down) = (exponential(of("mttf_h")), exponential(of("mttr_h")));
    let mut text = Text::new(of("n") as u32, 1, 1, "8760 h").mode("vm", "instance", up, down, "");
    text.time += "\nstart = \"2026-01-01\"";
    text.set += "\ncapacity_per_instance = \"100 req/s\"";
    // Three parts of a day: eight hours each.
    assert_eq!(of("peak_h"), 8.0);
    text.more =
        format!("[demand]\nrate = \"{} req/s\"\ndaily = [{}, 1, 1]", 100.0 * of("off_k"), of("peak_k") / of("off_k"));
    let toml = text.to_string().replace("min_serving = 1", "min_served = \"100%\"");
    let expected = 1.0 - file.exact("G01");
    Entry { id: "G01", toml, expected, read: unavailability, trials: 1000, held: Held::ByIntervals { trials: 500 } }
}

fn composite(outcome: &Outcome) -> Reading {
    Reading::Plain { value: outcome.designs[0].composite.as_ref().unwrap().promise.unwrap(), hits: 1 }
}

/// SL-07, E07 to E09: promises in series and as alternatives. A machine that is not asked for stands for nothing: it is an
/// alternative of what is promised by 100 %.
fn composites(file: &Oracles) -> Vec<Entry> {
    let entry = |id: &'static str, components: &[(&str, f64)], part: &str| {
        let mut text = Text::new(1, 1, 1, "10 h");
        let components = components.iter().map(|(name, availability)| {
            format!("[component.{name}]\navailability = {availability}\nplacement = \"global\"\n")
        });
        text.more = format!(
            "{}[component.sure]\navailability = 1\n[part.m]\nany = [\"machines\", \"sure\"]\n{part}",
            components.collect::<String>()
        );
        Entry { id, toml: text.to_string(), expected: file.exact(id), read: composite, trials: 1, held: Held::Exactly }
    };
    let of = |id: &str, name: &str| file.number(id, name);
    let series = [("a", of("E07", "a")), ("b", of("E07", "b"))];
    let fallback = [("web", of("E08", "web")), ("db", of("E08", "db")), ("queue", of("E08", "queue"))];
    let app = of("E09", "app");
    assert_eq!(of("E09", "regions"), 2.0);
    let regions = [("one", app), ("two", app), ("tm", of("E09", "tm"))];
    vec![
        entry("E07", &series, ""),
        entry("E08", &fallback, "[part.data]\nany = [\"db\", \"queue\"]"),
        entry("E09", &regions, "[part.apps]\nany = [\"one\", \"two\"]"),
    ]
}

fn served(outcome: &Outcome) -> Reading {
    Reading::Plain { value: 1.0 - outcome.designs[0].unserved.unwrap().mean, hits: 1 }
}

/// Machine-seconds that exist, from the request on.
fn billed_vm_s(outcome: &Outcome) -> Reading {
    let operations = &outcome.designs[0].operations;
    let exist = operations.iter().find(|row| row.operation == "existing_machine_h").unwrap();
    Reading::Plain { value: exist.per_year.mean / 8760.0 * outcome.observed_h * 3600.0, hits: 1 }
}

/// G06: demand in steps, and rules on the CPU of the moment. The numbers of its description stand here: the file has them
/// in words only.
fn step_load(file: &Oracles) -> Vec<Entry> {
    let of = |name: &str| file.number("G06", name);
    let rate = 200.0;
    let mut text = Text::new(of("n0") as u32, 1, 1, &format!("{} s", of("horizon_s")));
    text.set += &format!(
        "\ncapacity_per_instance = \"{} req/s\"\ncreate_time = \"{} s\"\nwarm_up = \"0 s\"\ndelete_time = \"0 s\"",
        of("vm_rps"),
        of("boot_s")
    );
    let rule = |operator: &str, threshold: f64, action: &str| {
        format!(
            "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\naggregation = \"last\"\ngrain = false\noperator = \"{operator}\"\n\
             threshold = {}\n{action} = {}\ncooldown = \"{} s\"",
            100.0 * threshold,
            of("step"),
            of("cooldown_s")
        )
    };
    let launch = |at: u32, lasts: u32, rps: f64| {
        format!("[[demand.launch]]\nat = \"{at} s\"\npeak = {}\nlasts = \"{lasts} s\"", rps / rate)
    };
    text.more = [
        format!("[demand]\nrate = \"{rate} req/s\""),
        launch(600, 3000, 900.0),
        launch(3600, 3600, 150.0),
        format!(
            "[scale_set.web.autoscale]\nminimum = {}\nmaximum = {}\ntick = \"{} s\"\nphase = \"0 s\"\n\
             metric_delay = \"0 s\"",
            of("min"),
            of("max"),
            of("eval_s")
        ),
        rule(">", of("up"), "increase"),
        rule("<", of("down"), "decrease"),
    ]
    .join("\n\n");
    let toml = text.to_string().replace("min_serving = 1", "min_served = \"100%\"");
    let exact = &file.entry("G06")["exact_value"];
    let exactly = |name: &str, read: fn(&Outcome) -> Reading| {
        let expected = exact[name].as_f64().unwrap_or_else(|| panic!("G06 has no {name}"));
        Entry { id: "G06", toml: toml.clone(), expected, read, trials: 1, held: Held::Exactly }
    };
    vec![exactly("served_fraction", served), exactly("vm_seconds", billed_vm_s)]
}
