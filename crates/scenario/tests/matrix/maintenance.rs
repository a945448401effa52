//! Planned maintenance: what is refused, and what is understood.

use crate::{accepted, scenario, told, warned};
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Effect, Wave};
use zonefall_fleet::maintenance::{HealthStop, Maintenance};
use zonefall_scenario::Scenario;

const HOUR: u64 = 3_600_000;

fn hours(hours: u64) -> SimDuration {
    SimDuration::from_ms(hours * HOUR)
}

fn of_design(scenario: &Scenario) -> &Maintenance {
    scenario.designs[0].maintenance.as_deref().unwrap()
}

fn waves(scenario: &Scenario) -> Vec<(String, Effect, Wave)> {
    let of = |mode: &zonefall_faults::Mode| Some((mode.name.clone(), mode.effect, mode.wave()?));
    scenario.profile.modes.iter().filter_map(of).collect()
}

#[test]
fn mt_12_maintenance_comes_only_where_it_is_asked_for_and_is_changed_like_any_mode() {
    let plain = accepted(&scenario("", ""));
    assert!(waves(&plain).is_empty() && plain.designs[0].maintenance.is_none());
    let asked = accepted(&scenario("", "[maintenance]"));
    let names: Vec<_> = waves(&asked).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["maintenance-pause", "maintenance-long-pause", "maintenance-reboot"]);
    let rates =
        |of: &Scenario| of.profile.modes.iter().rev().take(3).map(|mode| mode.rate_per_year()).collect::<Vec<_>>();
    assert!(rates(&asked).iter().zip([0.05, 0.5, 4.0]).all(|(rate, wanted)| (rate - wanted).abs() < 1e-9));
    let changed = "[maintenance]\n[faults.mode.maintenance-reboot]\nrate = \"0.2 per VM-year\"\noutage = \"40 min\"\n\
                   [faults.mode.maintenance-pause]\nenabled = false";
    let changed = accepted(&scenario("", changed));
    assert_eq!(waves(&changed).len(), 2);
    assert!((rates(&changed)[0] - 0.2).abs() < 1e-9);
    let of_a_design = "[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nmaintenance = { events = {} }";
    let both = accepted(&scenario("", of_a_design));
    assert_eq!(waves(&both).len(), 3);
    assert_eq!(both.designs[0].maintenance, asked.designs[0].maintenance);
    assert!(both.designs[1].maintenance.as_ref().is_some_and(|of| of.events.is_some()));
}

#[test]
fn mt_02_mt_04_waves_and_what_stops_them() {
    let text = "[maintenance]\nbetween = \"1 h\"\nbetween_zones = \"2 d\"\noverlap = \"25%\"\nstop_above = \"5%\"";
    let read = accepted(&scenario("", text));
    for (name, effect, wave) in waves(&read) {
        assert_eq!((wave.between, wave.between_zones, wave.paired), (hours(1), hours(48), true), "{name}");
        assert_eq!(wave.overlap_milli, if effect == Effect::Frozen { 250 } else { 0 }, "{name}");
    }
    let stop = HealthStop { above_milli: 50, again: SimDuration::from_ms(HOUR / 2), patience: hours(7 * 24) };
    assert_eq!(of_design(&read).health, Some(stop));
    assert_eq!(of_design(&accepted(&scenario("", "[maintenance]\nstop_above = false"))).health, None);
    let domains = "[maintenance]\n[availability_set.db]\nregion = \"eastus\"\ncapacity = 9\nupdate_domains = 9";
    let read = accepted(&scenario("", domains));
    assert!(waves(&read).iter().all(|(.., wave)| wave.steps_least == 9));
    let counts: Vec<u32> = of_design(&read).sets.iter().map(|set| set.update_domains).collect();
    assert_eq!(counts, [0, 9]);
}

#[test]
fn fd_11_mt_04_a_uniform_set_restarts_by_five_update_domains_and_a_flexible_one_by_racks() {
    let uniform = "[maintenance]\n[scale_set.db]\nregion = \"eastus\"\ncapacity = 9\norchestration = \"uniform\"";
    let read = accepted(&scenario("", uniform));
    assert!(waves(&read).iter().all(|(.., wave)| wave.steps_least == 5));
    let counts: Vec<u32> = of_design(&read).sets.iter().map(|set| set.update_domains).collect();
    // In the order of the file: `web` is Flexible.
    assert_eq!(counts, [0, 5]);
}

#[test]
fn mt_03_mt_05_owners_and_configurations() {
    let text = format!(
        "start = \"2026-01-05\"\n{}",
        scenario(
            "",
            "[maintenance.self_service]\n\
        window = \"28 d\"\noffice = { days = [\"tuesday\"], from = \"09:00\", to = \"17:00\" }\n\
        [maintenance.configuration]\nsets = [\"web\"]\nisolated = true\nfirst = \"3 d\"\nevery = \"14 d\""
        )
    );
    let read = accepted(&text);
    let owner = of_design(&read).self_service.clone().unwrap();
    assert_eq!((owner.window, owner.again), (hours(28 * 24), hours(1)));
    let turns = [33, 41, 7 * 24 + 33].map(|hour| SimTime::from_ms(hour * HOUR));
    let office = owner.office.unwrap();
    assert_eq!(office[..3], turns);
    // The owner's hours are known for as long as waves are.
    assert!(office.last().unwrap().since(read.measure.horizon) > hours(80 * 24));
    let windows = of_design(&read).sets[0].windows.unwrap();
    assert_eq!((windows.first, windows.every), (SimTime::from_ms(72 * HOUR), hours(14 * 24)));
}

#[test]
fn maintenance_that_cannot_be() {
    let configured = |more: &str| format!("[maintenance.configuration]\nsets = [\"web\"]\n{more}");
    for (text, code, words) in [
        ("[maintenance]\nbetwen = \"1 h\"".to_owned(), "E010", "betwen"),
        ("[maintenance]\nbetween = \"0 s\"".into(), "E020", "longer than nothing"),
        ("[maintenance]\nbetween = \"20 d\"".into(), "E089", "to go through its regions"),
        ("[maintenance]\nstop_above = \"120%\"".into(), "E023", "stop_above"),
        ("[maintenance]\nlook_again = \"1 s\"".into(), "E020", "at least 1 min"),
        ("[maintenance.events]\nneighbours = 7".into(), "E023", "neighbours"),
        ("[maintenance.events]\napprove = \"yes\"".into(), "E012", "approve"),
        ("[maintenance.self_service]\nwindow = \"0 s\"".into(), "E020", "longer than nothing"),
        ("[maintenance.self_service]\nwindow = \"91 d\"".into(), "E020", "90 days ahead"),
        ("[maintenance.self_service.office]\nfrom = \"09:00\"\nto = \"17:00\"".into(), "E062", "calendar"),
        (configured(""), "E089", "shares its hosts"),
        (configured("isolated = true\nlength = \"1 h\""), "E089", "at least 2 h"),
        (configured("isolated = true\nevery = \"40 d\""), "E089", "at most 35 days"),
        ("[maintenance.configuration]\nisolated = true".into(), "E011", "`sets` is missing"),
        ("[maintenance.configuration]\nsets = [\"wep\"]\nisolated = true".into(), "E057", "no set `wep`"),
        ("[faults.mode.maintenance-reboot]\nrate = \"1 per VM-year\"".into(), "E071", "maintenance-reboot"),
        ("[maintenance]\n[faults.mode.maintenance-reboot]\nkind = \"shock\"".into(), "E089", "stays as it is"),
        ("[maintenance]\n[faults.mode.maintenance-reboot]\nscope = \"zone\"".into(), "E072", "goes through a region"),
        ("[maintenance]\n[faults.mode.maintenance-pause]\nrate = \"1 per rack-year\"".into(), "E078", "per rack"),
        (
            "[maintenance]\nbetween = \"10 min\"\n[availability_set.db]\nregion = \"eastus\"\ncapacity = 2".into(),
            "E089",
            "30 min apart",
        ),
        (
            "[maintenance]\nbetween = \"10 min\"\n[scale_set.db]\nregion = \"eastus\"\ncapacity = 2\norchestration = \"uniform\"".into(),
            "E089",
            "a Uniform set here has some",
        ),
        ("[[design]]\nname = \"a\"\nmaintenance.between = \"1 h\"".into(), "E050", "between"),
    ] {
        let text = scenario("", &text);
        let found = told(&text);
        assert!(
            found.iter().any(|item| item.code == code && format!("{item:?}").contains(words)),
            "no {code} ({words}) for\n{text}\nbut {found:#?}"
        );
    }
}

#[test]
fn maintenance_keys_that_change_nothing() {
    let idle = "[maintenance]\nstop_above = false\npatience = \"3 d\"";
    warned(&scenario("", idle), "W015", "nothing stops a wave", "\"3 d\"");
    let late = "[maintenance.events]\npreparation = \"20 min\"";
    warned(&scenario("", late), "W015", "longer to prepare", "\"20 min\"");
}
