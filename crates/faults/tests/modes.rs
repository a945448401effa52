//! What a mode cannot say.

use zonefall_engine::{Key, Law, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_topology::{Region, Topology};

fn mode(scope: Scope) -> Mode {
    let hour = Law::constant(SimDuration::from_ms(3_600_000));
    Mode::plain("m", scope, 1.0, Outage::Law(hour)).expect("positive")
}

fn words(mode: &Mode) -> String {
    mode.check().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn sp_01_hm_02_evictions_and_bad_health_strike_machines_one_by_one() {
    for effect in [Effect::Evicted, Effect::Unhealthy] {
        assert!(effect.is_managed());
        assert_eq!(words(&Mode { effect, ..mode(Scope::Instance) }), "");
        for scope in [Scope::Host, Scope::Rack, Scope::Hall, Scope::Zone, Scope::Region] {
            let one = Mode { effect, ..mode(scope) };
            // A bad health endpoint may also lie over whole racks for a while, and reach the machines that come meanwhile.
            let together = effect == Effect::Unhealthy && scope != Scope::Host;
            assert_eq!(words(&one).contains("kind = \"shock\""), !together, "{scope:?}");
            assert_eq!(words(&Mode { kind: Kind::Shock, ..one }), "", "{scope:?}");
        }
        for scope in [Scope::Global, Scope::ControlPlane, Scope::Allocation] {
            let said = words(&Mode { effect, ..mode(scope) });
            assert!(said.contains("strike machines") && said.lines().count() == 1, "{said}");
        }
        let hour = Law::constant(SimDuration::from_ms(3_600_000));
        let base = Mode { effect, ..mode(Scope::Instance) };
        let predicted = Predicted { share: 0.5, pause: hour.clone(), lead: hour.clone() };
        let wrong = [
            (Mode { heals: true, ..base.clone() }, "`heals`"),
            (Mode { crews: Some(1), start: Start::New, ..base.clone() }, "`crews`"),
            (Mode { predicted: Some(predicted), ..base.clone() }, "`predicted`"),
            (Mode { recovery: Recovery::Boot, ..base.clone() }, "`recovery`"),
            (Mode { restart: Some(hour), ..base.clone() }, "`restart`"),
            (Mode { clock: Clock::Operating, ..base }, "\"calendar\""),
        ];
        for (mode, part) in wrong {
            assert!(words(&mode).contains(part), "{part}: {}", words(&mode));
        }
    }
}

#[test]
fn sp_01_a_wave_of_evictions_has_one_length_and_another_may_come_meanwhile() {
    let hours = |hours: u64| SimDuration::from_ms(hours * 3_600_000);
    let region = Region { name: "eastus".into(), zones: 3, halls_per_zone: 1, racks_per_zone: 4, hosts_per_rack: 1 };
    let topology = Topology::new(vec![region]).expect("counts are positive");
    let outage = Outage::Law(Law::exponential(400.0 * 3_600_000.0).expect("positive"));
    let wave = Mode::plain("wave", Scope::Zone, 8760.0 / 200.0, outage).expect("positive");
    let share = Share { whole: 0.5, low: 0.5, high: 1.0 };
    let wave = Mode { kind: Kind::Shock, effect: Effect::Evicted, share, ..wave };
    let profile = Profile { name: "waves".into(), modes: vec![wave] };
    let (horizon, mut storm) = (hours(1_000_000), Storm::default());
    let mut modes = StormModes::new(&profile, &topology, horizon);
    assert!(modes.draw(Key::root(1), SimTime::ZERO.after(horizon), &mut storm));
    // Nobody is spared for an earlier wave: three zones, each every 200 h; 4 standard errors.
    let count = storm.events.len() as f64;
    assert!((count - 15_000.0).abs() < 4.0 * 15_000.0_f64.sqrt(), "{count}");
    let mean = storm.events.iter().map(|event| event.end.since(event.start).as_ms() as f64).sum::<f64>() / count;
    assert!((mean / 3_600_000.0 - 400.0).abs() < 4.0 * 400.0 / count.sqrt(), "{mean}");
    for outage in &storm.outages {
        assert_eq!(outage.end, storm.events[outage.event.0 as usize].end);
    }
}

#[test]
fn in_07_a_surge_goes_with_outages_of_zones() {
    let surge = |least, greatest| Some(Surge { least, greatest });
    let zone = |surge| Mode { surge, ..mode(Scope::Zone) };
    for (least, greatest) in [(0.05, 0.3), (0.0, 0.0), (1.0, 1.0)] {
        assert_eq!(words(&zone(surge(least, greatest))), "");
    }
    for (least, greatest) in [(0.3, 0.05), (-0.1, 0.3), (0.1, 1.1), (f64::NAN, 0.3), (0.1, f64::NAN)] {
        assert!(words(&zone(surge(least, greatest))).contains("probabilities"), "{least} {greatest}");
    }
    assert!(words(&Mode { surge: surge(0.1, 0.2), ..mode(Scope::Region) }).contains("scope zone"));
    assert!(words(&Mode { kind: Kind::Shock, ..zone(surge(0.1, 0.2)) }).contains("scope zone"));
    assert!(!Surge { least: 0.05, greatest: 0.3 }.may_exhaust() && Surge { least: 0.0, greatest: 1.0 }.may_exhaust());
}

#[test]
fn al_03_capacity_is_gone_or_short() {
    assert_eq!(words(&Mode { effect: Effect::Degraded(800), ..mode(Scope::Allocation) }), "");
    assert!(words(&Mode { effect: Effect::Frozen, ..mode(Scope::Allocation) }).contains("gone"));
    assert!(words(&Mode { effect: Effect::Degraded(1), ..mode(Scope::ControlPlane) }).contains("only be down"));
}
