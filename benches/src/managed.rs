//! The managed fleet: 1,000 machines at the rates of W6, and everything that may happen to a scale set turned on.

use crate::workloads::{DAY, HOUR, MINUTE, SECOND, YEAR_H, default_profile, design, law, mode, seconds, study};
use zonefall_engine::{Law, Shape, SimDuration, SimTime};
use zonefall_faults::{Effect, Mode, Scope};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::health::HealthSource;
use zonefall_fleet::policy::scale_in::{Order, ScaleInRules};
use zonefall_fleet::policy::spot::PriorityMix;
use zonefall_fleet::policy::zone_balance::{Balance, BalanceRules};
use zonefall_study::Study;

const MACHINES: u32 = 1_000;
/// The machines that come each morning and go each evening.
const BY_DAY: u32 = 50;

fn minutes(count: u64) -> SimDuration {
    seconds(60 * count)
}

/// The rates of W6; Spot machines evicted once a year each, applications that hang once a year, zones without capacity
/// twice a year, and a control plane that is out once a year.
fn profile() -> Vec<Mode> {
    let mut modes = default_profile();
    let mut also = |name: &str, scope, rate: f64, outage: Shape, effect: Option<Effect>| {
        let mut mode = mode(name, scope, rate, outage);
        mode.effect = effect.unwrap_or(mode.effect);
        modes.push(mode);
    };
    also("eviction", Scope::Instance, 1.0, Shape::Exponential(HOUR), Some(Effect::Evicted));
    also("hang", Scope::Instance, 1.0, Shape::Exponential(HOUR), Some(Effect::Unhealthy));
    also("no capacity", Scope::Allocation, 2.0, Shape::LogNormal(2.0 * HOUR, 0.9), None);
    also("short of capacity", Scope::Allocation, 6.0, Shape::LogNormal(4.0 * HOUR, 0.9), Some(Effect::Degraded(800)));
    also("control plane", Scope::ControlPlane, 1.0, Shape::Exponential(YEAR_H * HOUR / 4380.0), None);
    modes
}

fn daily(hour: u64, capacity: u32) -> Change {
    let trigger = Trigger::At { at: SimTime::from_ms(hour * 3_600_000), every: Some(SimDuration::from_ms(DAY)) };
    Change { trigger, action: Action::Capacity(capacity), retry: Some(minutes(10)), back_after: None }
}

/// A customer who asks for more whenever fewer than nine tenths serve, and goes back afterwards.
fn watchful() -> Change {
    let react = law(Shape::Exponential(10.0 * MINUTE));
    let trigger = Trigger::ServingBelow { machines: MACHINES * 9 / 10, lasting: minutes(5), react };
    let action = Action::Capacity(MACHINES + 2 * BY_DAY);
    Change { trigger, action, retry: Some(minutes(10)), back_after: Some(minutes(30)) }
}

fn management() -> Management {
    Management {
        orchestration: Orchestration::Flexible,
        balance: BalanceRules { balance: Balance::BestEffort, atomic: true, starved_is_down: false },
        auto_placement: None,
        single_placement_group: false,
        scale_in: ScaleInRules { order: Order::Default, prioritize_unhealthy: true, falls_back: true },
        force_deletion: false,
        protection: Protection { from_scale_in: 30, from_scale_set_actions: 0, from_manual: true },
        terminate_notice: Some(TerminateNotice {
            timeout: minutes(5),
            approval: Some(law(Shape::Exponential(MINUTE))),
        }),
        overprovision: None,
        creation: Creation {
            time: law(Shape::LogNormal(75.0 * SECOND as f64, 0.532)),
            timeout: minutes(8),
            failure: 0.01,
            resilient: true,
            start: Law::constant(seconds(45)),
        },
        deletion: Deletion {
            time: law(Shape::LogNormal(60.0 * SECOND as f64, 0.668)),
            failure: 0.01,
            resilient: true,
            in_dead_zone: minutes(10),
        },
        health: Some(Health {
            source: HealthSource::Binary,
            interval: seconds(5),
            probes: 2,
            grace: seconds(10),
            dead_after: Some(minutes(1)),
        }),
        repairs: Some(Repairs {
            action: RepairAction::Replace,
            grace: minutes(10),
            dwell: SimDuration::ZERO,
            tick: minutes(1),
            suspend_after: 3,
        }),
        auto_zone_balance: true,
        autoscale: None,
        vcpus: 4,
        reserved_per_zone: 100,
        spot: Some(Spot {
            mix: PriorityMix { base_regular: 0, regular_percent_above: 50 },
            eviction: EvictionPolicy::Deallocate,
            restore: Some(SimDuration::from_ms(DAY)),
        }),
        instance_mix: None,
        standby: Some(StandbyPool {
            min_ready: 6,
            max_ready: MACHINES + BY_DAY + 6,
            running: true,
            start: Law::constant(SimDuration::ZERO),
        }),
        disks: Disks { data: true, zone_redundant: false, zone_destroyed: 0.01 },
        dedicated: None,
        changes: vec![daily(8, MACHINES + BY_DAY), daily(20, MACHINES), watchful()],
        upgrades: None,
    }
}

/// W6 with 1,000 machines of which half are Spot, in a set that is balanced, healed, scaled every day and watched.
pub fn managed_fleet() -> Study {
    let mut fleet = design(3, MACHINES, MACHINES * 2 / 3);
    fleet.quota = Some(Quota { vcpus: 10_000, spot_vcpus: 10_000, machines: 5_000 });
    (fleet.sets[0].boot, fleet.sets[0].warm_up) = (Law::constant(seconds(30)), Law::constant(seconds(60)));
    fleet.sets[0].management = Some(Box::new(management()));
    study("managed", (3, 20, 40), profile(), vec![fleet])
}
