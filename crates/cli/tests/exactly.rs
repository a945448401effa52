//! The exact answers of designs, against the states of their parts counted one by one, against chains that know every
//! machine by name, and against long simulations.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "exactly/brute.rs"]
mod brute;
#[path = "exactly/parts.rs"]
mod parts;
#[path = "exactly/random.rs"]
mod random;
#[path = "exactly/refusals.rs"]
mod refusals;

use brute::{chain_over_time, count_states};
use zonefall_cli::assemble::{Overrides, study};
use zonefall_study::exactly::{Exact, Obstacles, exactly};

/// A scenario: the region, the rest of the set, the objective, modes and more.
pub fn text(region: &str, set: &str, need: u32, modes: &[&str]) -> String {
    format!(
        "name = \"t\"\nhorizon = \"100 h\"\ntrials = 10\n[slo]\nmin_serving = {need}\n[region.here]\n{region}\n\
         [scale_set.web]\n{set}\n[faults]\nprofile = \"none\"\n{}\n",
        modes.join("\n")
    )
}

/// A mode by its means in hours, exponential.
pub fn mode(name: &str, scope: &str, up: f64, down: f64, more: &str) -> String {
    let law = |mean: f64| format!("{{ law = \"exponential\", mean = \"{mean} h\" }}");
    format!("[faults.mode.{name}]\nscope = \"{scope}\"\ntime_to_failure = {}\noutage = {}\n{more}", law(up), law(down))
}

/// The answer for each design.
pub fn answers(text: &str) -> Vec<Result<Exact, Obstacles>> {
    let scenario =
        zonefall_scenario::parse(text, "t.toml").unwrap_or_else(|wrong| panic!("{text}\n{}", wrong.render(false)));
    let study = study(&scenario, Overrides::default()).unwrap();
    study.designs.iter().map(|design| exactly(&study, design)).collect()
}

#[track_caller]
fn answer(text: &str) -> f64 {
    answers(text)[0].clone().unwrap_or_else(|words| panic!("{words:?}\n{text}")).unavailability
}

#[track_caller]
fn same(found: f64, exact: f64, relative: f64) {
    assert!((found / exact - 1.0).abs() < relative, "{found} is not {exact}");
}

const ONE_ZONE: &str = "zones = 1\nhalls_per_zone = 1\nracks_per_zone = 3\nhosts_per_rack = 2";
const THREE_ZONES: &str = "zones = 3\nhalls_per_zone = 1\nracks_per_zone = 2\nhosts_per_rack = 4";

#[test]
fn machines_on_hosts_on_racks() {
    // Seven machines: rack 0 gets 0, 3, 6, rack 1 gets 1, 4, rack 2 gets 2, 5; two hosts a rack, in turn.
    let modes = [
        mode("vm", "instance", 90.0, 10.0, ""),
        mode("host", "host", 95.0, 5.0, ""),
        mode("rack", "rack", 97.0, 3.0, ""),
    ];
    let modes: Vec<&str> = modes.iter().map(String::as_str).collect();
    let found = answer(&text(ONE_ZONE, "capacity = 7", 5, &modes));
    let mut parts: Vec<(f64, Vec<usize>)> = (0..7).map(|machine| (0.1, vec![machine])).collect();
    parts.extend([vec![0, 6], vec![3], vec![1], vec![4], vec![2], vec![5]].map(|host| (0.05, host)));
    parts.extend([vec![0, 3, 6], vec![1, 4], vec![2, 5]].map(|rack| (0.03, rack)));
    same(found, count_states(&parts, 7, 5), 1e-12);
}

#[test]
fn zones_alone_in_pairs_and_a_region_over_them() {
    // Alone at (1 - β) of the rate, each of three pairs at 2β/2 of it.
    let zone = mode("zone", "zone", 100.0, 10.0, "common_cause = 0.4");
    let region = mode("region", "region", 300.0, 3.0, "");
    let out = |times: f64| 10.0 / (100.0 / times + 10.0);
    for (zones, places) in
        [("[1, 2, 3]", vec![vec![0, 3], vec![1, 4], vec![2]]), ("[1, 3]", vec![vec![0, 2, 4], vec![], vec![1, 3]])]
    {
        let found = answer(&text(THREE_ZONES, &format!("zones = {zones}\ncapacity = 5"), 3, &[&zone, &region]));
        let mut parts: Vec<(f64, Vec<usize>)> = places.iter().map(|zone| (out(0.6), zone.clone())).collect();
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            parts.push((out(0.4), [places[one].clone(), places[other].clone()].concat()));
        }
        parts.push((3.0 / 303.0, (0..5).collect()));
        same(found, count_states(&parts, 5, 3), 1e-12);
    }
}

#[test]
fn halls_whose_racks_are_shuffled() {
    // Five racks in two halls (two and three); machines on racks 0, 1 and 2.
    let region = "zones = 1\nhalls_per_zone = 2\nracks_per_zone = 5\nhosts_per_rack = 4";
    let modes = [mode("hall", "hall", 80.0, 20.0, ""), mode("vm", "instance", 90.0, 10.0, "")];
    let found = answer(&text(region, "capacity = 3", 2, &[&modes[0], &modes[1]]));
    let mut exact = 0.0;
    let mut ways = 0.0;
    for places in 0..125_usize {
        let at = [places % 5, places / 5 % 5, places / 25];
        if at[0] == at[1] || at[0] == at[2] || at[1] == at[2] {
            continue;
        }
        let in_hall = |hall: bool| (0..3).filter(|&rack| (at[rack] < 2) == hall).collect::<Vec<usize>>();
        let mut parts: Vec<(f64, Vec<usize>)> = (0..3).map(|machine| (0.1, vec![machine])).collect();
        parts.extend([(0.2, in_hall(true)), (0.2, in_hall(false))]);
        exact += count_states(&parts, 3, 2);
        ways += 1.0;
    }
    same(found, exact / ways, 1e-12);
}

#[test]
fn hidden_zones_by_every_assignment() {
    let zone = mode("zone", "zone", 90.0, 10.0, "");
    let chance = |kind: &str, home: usize, zone: usize| match kind {
        "\"single\"" => f64::from(u8::from(zone == home)),
        "\"uniform\"" => 1.0 / 3.0,
        _ => {
            if zone == home {
                0.7
            } else {
                0.15
            }
        }
    };
    for kind in ["\"single\"", "\"uniform\"", "{ sticky = 0.7 }"] {
        let set = format!("zones = []\ncapacity = 4\nhidden_zone = {kind}\ndisk_elsewhere = 0");
        let found = answer(&text(THREE_ZONES, &set, 3, &[&zone]));
        let mut exact = 0.0;
        for ways in 0..81_usize {
            let at = [ways % 3, ways / 3 % 3, ways / 9 % 3, ways / 27];
            let weight: f64 = at[1..].iter().map(|&zone| chance(kind, at[0], zone)).product::<f64>() / 3.0;
            let in_zone = |zone: usize| (0..4).filter(|&machine| at[machine] == zone).collect::<Vec<usize>>();
            let parts: Vec<(f64, Vec<usize>)> = (0..3).map(|zone| (0.1, in_zone(zone))).collect();
            exact += weight * count_states(&parts, 4, 3);
        }
        same(found, exact, 1e-12);
    }
}

#[test]
fn only_means_count_where_everything_is_stationary() {
    let law = "[faults.mode.vm]\nscope = \"instance\"\ntime_to_failure = { law = \"weibull\", mean = \"90 h\", shape = 0.7 }\n\
               outage = { law = \"lognormal\", mean = \"10 h\", sigma = 1.2 }\nrepeat = { factor = 5, within = \"20 h\" }";
    let found = answers(&text(ONE_ZONE, "capacity = 4", 3, &[law]))[0].clone().unwrap();
    let parts: Vec<(f64, Vec<usize>)> = (0..4).map(|machine| (0.1, vec![machine])).collect();
    same(found.unavailability, count_states(&parts, 4, 3), 1e-12);
    assert!(found.stationary);
}

#[test]
fn what_starts_new_is_integrated() {
    // Two zones of one machine and a machine more, from new: every bit of the state by name.
    let new = "start = \"new\"";
    let modes = [mode("vm", "instance", 30.0, 6.0, new), mode("zone", "zone", 50.0, 9.0, new)];
    let region = "zones = 2\nhalls_per_zone = 1\nracks_per_zone = 1\nhosts_per_rack = 4";
    let found = answer(&text(region, "zones = [1, 2]\ncapacity = 3", 2, &[&modes[0], &modes[1]]));
    let exact = chain_over_time(
        100.0,
        vec![false; 5],
        |bits| {
            let rates = |at: usize| if at < 3 { (30.0, 6.0) } else { (50.0, 9.0) };
            (0..5)
                .map(|at| {
                    let mut to = bits.clone();
                    to[at] = !bits[at];
                    (to, 1.0 / if bits[at] { rates(at).1 } else { rates(at).0 })
                })
                .collect()
        },
        |bits| (0..3).filter(|&at| !bits[at] && !bits[3 + at % 2]).count() < 2,
    );
    same(found, exact, 1e-9);
}

#[test]
fn crews_first_come_first_served_under_zones() {
    // The queue by name: who waits for the one crew, in order; zones stationary.
    let modes = [mode("vm", "instance", 20.0, 8.0, "start = \"new\"\ncrews = 1"), mode("zone", "zone", 90.0, 10.0, "")];
    let region = "zones = 2\nhalls_per_zone = 1\nracks_per_zone = 1\nhosts_per_rack = 4";
    let found = answer(&text(region, "zones = [1, 2]\ncapacity = 4", 2, &[&modes[0], &modes[1]]));
    let mut exact = 0.0;
    for zones in 0..4_usize {
        let out = |zone: usize| zones >> zone & 1 == 1;
        let weight: f64 = (0..2).map(|zone| if out(zone) { 0.1 } else { 0.9 }).product();
        exact += weight
            * chain_over_time(
                100.0,
                Vec::new(),
                |queue: &Vec<usize>| {
                    let mut moves: Vec<(Vec<usize>, f64)> = (0..4)
                        .filter(|at| !queue.contains(at))
                        .map(|at| ([queue.as_slice(), &[at]].concat(), 0.05))
                        .collect();
                    if !queue.is_empty() {
                        moves.push((queue[1..].to_vec(), 0.125));
                    }
                    moves
                },
                |queue| (0..4).filter(|at| !queue.contains(at) && !out(at % 2)).count() < 2,
            );
    }
    same(found, exact, 1e-9);
}

#[test]
fn shocks_mark_every_machine_by_itself() {
    // Two racks of two, shocks to racks from everything up; machines fail alone, too.
    let modes = [mode("vm", "instance", 90.0, 10.0, ""), mode("power", "rack", 40.0, 6.0, "kind = \"shock\"")];
    let region = "zones = 1\nhalls_per_zone = 1\nracks_per_zone = 2\nhosts_per_rack = 4";
    let found = answer(&text(region, "capacity = 4", 3, &[&modes[0], &modes[1]]));
    let mut exact = 0.0;
    for alone in 0..16_usize {
        let failed = |at: usize| alone >> at & 1 == 1;
        let weight: f64 = (0..4).map(|at| if failed(at) { 0.1 } else { 0.9 }).product();
        exact += weight
            * chain_over_time(
                100.0,
                vec![false; 4],
                |bits: &Vec<bool>| {
                    let mut moves = Vec::new();
                    for rack in 0..2 {
                        let mut to = bits.clone();
                        (to[rack], to[rack + 2]) = (true, true);
                        moves.push((to, 1.0 / 40.0));
                    }
                    for at in (0..4).filter(|&at| bits[at]) {
                        let mut to = bits.clone();
                        to[at] = false;
                        moves.push((to, 1.0 / 6.0));
                    }
                    moves
                },
                |bits| (0..4).filter(|&at| !bits[at] && !failed(at)).count() < 3,
            );
    }
    same(found, exact, 1e-9);
}

#[test]
fn clocks_that_stop_with_the_machine() {
    let operating = "start = \"new\"\nclock = \"operating\"";
    let modes = [
        mode("vm", "instance", 25.0, 8.0, operating),
        mode("disk", "instance", 40.0, 3.0, operating),
        mode("power", "zone", 60.0, 5.0, &format!("{operating}\nkind = \"shock\"")),
    ];
    let found = answer(&text(ONE_ZONE, "capacity = 3", 2, &[&modes[0], &modes[1], &modes[2]]));
    // 0: up, else held by mode 1, 2 or 3.
    let exact = chain_over_time(
        100.0,
        vec![0; 3],
        |held: &Vec<usize>| {
            let with = |at: usize, by: usize| {
                let mut to = held.clone();
                to[at] = by;
                to
            };
            let mut moves = vec![(held.iter().map(|&by| if by == 0 { 3 } else { by }).collect(), 1.0 / 60.0)];
            for (at, &by) in held.iter().enumerate() {
                match by {
                    0 => moves.extend([(with(at, 1), 1.0 / 25.0), (with(at, 2), 1.0 / 40.0)]),
                    by => moves.push((with(at, 0), 1.0 / [8.0, 3.0, 5.0][by - 1])),
                }
            }
            moves
        },
        |held| held.iter().filter(|&&by| by == 0).count() < 2,
    );
    same(found, exact, 1e-9);
}

#[test]
fn two_regions_and_effects_that_take_no_machine() {
    let modes =
        [mode("region", "region", 90.0, 10.0, ""), mode("slow", "instance", 90.0, 10.0, "effect = { degraded = 0.5 }")];
    let text = text(ONE_ZONE, "capacity = 2\nregion = \"here\"", 3, &[&modes[0], &modes[1]])
        + "[region.there]\nzones = 1\n[scale_set.more]\nregion = \"there\"\ncapacity = 2\n";
    same(answer(&text), 1.0 - 0.9 * 0.9, 1e-12);
}
