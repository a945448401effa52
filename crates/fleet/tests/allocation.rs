//! After warm-up a trial allocates nothing while it fits the high-water mark (invariant 3).
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::sync::Arc;
use support::*;
use zonefall_engine::{Key, Law, Shape, SimTime};
use zonefall_faults::*;
use zonefall_fleet::{Demand, Design, HiddenZone, Need, World, population};

/// A profile with every kind of mode, often enough to overlap.
pub fn rich_profile() -> Profile {
    let lognormal = |median_ms: u64, sigma| Law::new(Shape::LogNormal(median_ms as f64, sigma), None).unwrap();
    let plain = |name: &str, scope, rate: f64, law: Law| Mode::plain(name, scope, rate, Outage::Law(law)).unwrap();
    let mut host = plain("host", Scope::Host, 4.0, lognormal(8 * MINUTE, 0.7));
    host.kind = Kind::Shock;
    host.heals = true;
    host.time_to_failure = Law::new(Shape::Weibull(0.8, 2190.0 * HOUR as f64), None).unwrap();
    host.repeat = Some(Repeat { factor: 20.0, within_ms: 7.0 * DAY as f64 });
    let reboot = plain("reboot", Scope::Host, 4.0, lognormal(6 * MINUTE, 0.5));
    let guest = plain("guest", Scope::Instance, 20.0, constant(30 * SECOND));
    let mut crewed = plain("crewed", Scope::Instance, 10.0, lognormal(HOUR, 1.0));
    crewed.crews = Some(1);
    crewed.start = Start::New;
    let mut rack = plain("rack", Scope::Rack, 2.0, lognormal(2 * HOUR, 0.7));
    rack.recovery = Recovery::Boot;
    let mut gray = plain("gray", Scope::Rack, 2.0, lognormal(45 * MINUTE, 0.8));
    gray.effect = Effect::Degraded(500);
    let mut zone = plain("zone", Scope::Zone, 3.0, lognormal(7 * HOUR, 0.9));
    zone.share = Share { whole: 0.25, low: 0.05, high: 0.6 };
    zone.staged = Some(Staged { main: 0.8, tail: 3.0 });
    zone.restart = Some(Law::new(Shape::Uniform(2.0 * MINUTE as f64, 15.0 * MINUTE as f64), None).unwrap());
    zone.recovery = Recovery::Boot;
    zone.common_cause = 0.2;
    zone.control_plane = Some(ControlPlaneHit { probability: 0.3, outage: lognormal(3 * HOUR, 0.5) });
    let region = plain("region", Scope::Region, 1.0, lognormal(8 * HOUR, 0.9));
    let capacity = plain("capacity", Scope::Allocation, 5.0, lognormal(HOUR, 0.9));
    profile(vec![host, reboot, guest, crewed, rack, gray, zone, region, capacity])
}

fn rich_designs() -> Vec<Design> {
    let mut spanning = design(&[1, 2, 3], 30, 20);
    spanning.balancer = Some(balancer());
    spanning.demand = Some(Demand { per_second_milli: 20_000 });
    spanning.need = Need::Served(99, 100);
    for set in &mut spanning.sets {
        set.boot = constant(30 * SECOND);
        set.warm_up = constant(MINUTE);
    }
    let mut regional = spanning.clone();
    regional.name = "regional".into();
    regional.sets[0].zones.clear();
    regional.sets[0].hidden_zone = HiddenZone::Sticky(0.8);
    vec![spanning, regional, design(&[2], 30, 20)]
}

#[test]
fn a_trial_that_fits_the_high_water_mark_allocates_nothing() {
    let topology = topology(3, 8, 10);
    let designs = rich_designs();
    let measure = Arc::new(measure(365 * DAY, 30 * DAY));
    let horizon = measure.horizon.since(SimTime::ZERO);
    let people = population(&designs, &topology);
    let mut strikes = Strikes::new(&rich_profile(), &topology, people, horizon);
    let world = |d: &Design| World::new(Arc::new(d.clone()), measure.clone(), topology.clone(), &strikes);
    let mut worlds: Vec<World> = designs.iter().map(world).collect();
    let mut play_all = || {
        let mut missed = 0;
        for trial in 0..50 {
            let key = Key::root(7).part(trial, 0);
            strikes.begin(key).unwrap();
            worlds.iter_mut().for_each(|world| world.begin(key, &strikes, None));
            while strikes.next_window() {
                worlds.iter_mut().for_each(|world| {
                    world.live(&strikes).unwrap();
                });
            }
            worlds.iter_mut().for_each(|world| missed += world.finish(&strikes).missed_ms);
        }
        missed
    };
    let first = play_all();
    assert!(first > 0);
    let mut second = 0;
    let counted = allocation_counter::measure(|| second = play_all());
    assert_eq!((second, counted.count_total), (first, 0));
}
