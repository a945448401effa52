//! LB-04, LB-10: what is out already, and only pauses, loses its sessions when something worse takes it.

use super::*;

const STOP: u16 = 0;
const DARK: u16 = 1;
/// What a machine holds that is the only one, and what takes it is of the second kind.
const ALL: f64 = 12_000.0;

/// What pauses and what kills: racks, machines and hosts.
fn kinds() -> Vec<Mode> {
    let frozen = |name, scope| Mode { effect: Effect::Frozen, ..mode(name, scope) };
    let pairs = [Scope::Zone, Scope::Instance, Scope::Host].map(|scope| [frozen("stop", scope), mode("dead", scope)]);
    let numbered = pairs.into_iter().flatten().zip(0..);
    numbered.map(|(mode, at)| Mode { name: format!("{} {at}", mode.name), ..mode }).collect()
}

/// What is struck: racks from the first on, or a unit by the number of its kind.
#[derive(Debug, Clone, Copy)]
enum Struck {
    Racks(u32),
    Unit(u32),
}

/// Pauses at an hour for ten minutes, and is dead from the second minute on for so long. One machine, one rack a zone.
fn play(first: Struck, second: Struck, dead_for: u64) -> Ledger {
    let (mut outages, mut units) = (Vec::new(), Vec::new());
    let spans = [(HOUR, HOUR + 10 * MINUTE), (HOUR + 2 * MINUTE, HOUR + 2 * MINUTE + dead_for)];
    for ((what, kills), (from, to)) in [(first, 0), (second, 1)].into_iter().zip(spans) {
        match what {
            Struck::Racks(count) => outages.push((kills as u16, 0, count, from, to)),
            Struck::Unit(kind) => units.push((2 * kind + kills, 0, from, to)),
        }
    }
    let script = Script::new(topology(3, 1, 1), kinds(), DAY).outages(&outages).units(&units);
    script.play(with_sessions(design(&[1], 1, 1)))
}

#[test]
fn lb_04_lb_10_what_pauses_and_dies_loses_its_sessions_when_it_dies_whatever_reaches_it() {
    let all = [Struck::Unit(0), Struck::Unit(1), Struck::Racks(1), Struck::Racks(3)];
    for first in all {
        for second in all {
            let cause = match second {
                Struck::Racks(_) => DARK.into(),
                Struck::Unit(kind) => 3 + 2 * kind as usize,
            };
            // Back before the pause is over, or not.
            for dead_for in [MINUTE, 30 * MINUTE] {
                lost(&play(first, second, dead_for), &[(cause, ALL * outlast(2 * MINUTE))]);
            }
        }
    }
}

#[test]
fn lb_04_racks_that_pause_twice_keep_sessions_no_longer_than_clients_wait() {
    let pauses = [(STOP, 0, 1, HOUR, HOUR + 10 * MINUTE), (STOP, 0, 1, HOUR + 2 * MINUTE, HOUR + 3 * MINUTE)];
    let script = Script::new(topology(3, 1, 1), kinds(), DAY).outages(&pauses);
    lost(&script.play(with_sessions(design(&[1], 1, 1))), &[(STOP.into(), ALL * outlast(4 * MINUTE))]);
}

#[test]
fn dk_06_hl_03_a_machine_that_pauses_dies_with_the_disk_that_stands_elsewhere() {
    // It stands in one of two zones, and its disk in the other.
    for (stops, dark) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let mut design = with_sessions(design(&[], 1, 1));
        design.sets[0].disk_elsewhere = 1.0;
        let outages =
            [(STOP, stops, 1, HOUR, HOUR + 10 * MINUTE), (DARK, dark, 1, HOUR + 2 * MINUTE, HOUR + 3 * MINUTE)];
        let script = Script::new(topology(2, 1, 1), kinds(), DAY).outages(&outages);
        lost(&script.play(design), &[(DARK.into(), ALL * outlast(2 * MINUTE))]);
    }
}
