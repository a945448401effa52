//! What a mode cannot say.

use zonefall_engine::{Law, SimDuration};
use zonefall_faults::*;

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
