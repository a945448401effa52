//! What counts, for whom and since when: machines for the fault domains and zones of their own set, a change until it is
//! complete, pools for the quota, ids for ever.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use support::*;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Mode, Scope};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::scale_in::Order;
use zonefall_fleet::policy::spot::PriorityMix;
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_fleet::{Design, Ledger, Operation, ScaleSet, Spreading, StartState, World, initial_hosts};
use zonefall_topology::ZoneId;

const GUEST: u32 = 0;

fn modes() -> Vec<Mode> {
    vec![mode("zone", Scope::Zone), application("guest")]
}

/// Three zones of four racks, so long.
fn script(horizon_ms: u64) -> Script {
    Script::new(topology(3, 4, 4), modes(), horizon_ms)
}

fn live(design: Design) -> (Ledger, World) {
    script(DAY).live(design, None)
}

fn spanning(capacity: u32, changes: Vec<Change>) -> Design {
    managed(design(&[1, 2, 3], capacity, 1), |set| set.changes = changes)
}

fn delete(zone: u32, count: u32) -> Action {
    Action::Delete { zone: Some(ZoneId(zone - 1)), count }
}

/// A set of four on two fault domains, and beside it a set called `db` of three on three.
fn two_sets() -> Design {
    let mut both = managed(design(&[1], 4, 0), |_| {});
    both.sets[0].spreading = Spreading::Fixed(2);
    let db = ScaleSet { name: "db".into(), capacity: 3, spreading: Spreading::Fixed(3), ..both.sets[0].clone() };
    both.sets.push(db);
    both
}

#[test]
fn fd_04_fd_08_av_01_a_set_spreads_over_its_own_domains_whatever_stands_beside_it() {
    let topology = topology(1, 5, 4);
    let racks = |design: &Design| {
        let hosts = initial_hosts(design, &topology, |_, _| ZoneId(0));
        hosts.into_iter().map(|host| topology.rack_of(host).0).collect::<Vec<u32>>()
    };
    let mut both = two_sets();
    assert_eq!(racks(&both)[..4], [0, 1, 0, 1]);
    let mut db = racks(&both)[4..].to_vec();
    // Ties go to where the design has the fewest.
    assert_eq!(db[0], 2);
    db.sort_unstable();
    assert_eq!(db, [0, 1, 2]);
    // FD-03: so with max spreading: the set has one on each of all five racks.
    (both.sets[1].spreading, both.sets[1].capacity) = (Spreading::Max, 5);
    let mut db = racks(&both)[4..].to_vec();
    db.sort_unstable();
    assert_eq!(db, [0, 1, 2, 3, 4]);
}

#[test]
fn fd_08_a_new_machine_joins_the_domain_where_its_own_set_has_the_fewest() {
    let mut both = two_sets();
    both.sets[1].start = StartState::Creating(constant(MINUTE));
    let (_, world) = live(both);
    let mut racks: Vec<u32> = world.ids_and_racks(1).into_iter().map(|(_, rack)| rack).collect();
    racks.sort_unstable();
    assert_eq!(racks, [0, 1, 2]);
}

#[test]
fn fd_10_a_new_machine_spreads_within_its_own_placement_group() {
    // 130 machines in two groups: one of 100 that is full, and one that new machines join. Another set crowds one rack.
    let mut regional = managed(design(&[], 130, 0), |set| {
        set.orchestration = Orchestration::Uniform;
        set.changes = vec![at(HOUR, Action::Capacity(140))];
    });
    (regional.sets[0].placement_groups, regional.sets[0].spreading) = (true, Spreading::Fixed(5));
    let crowd = ScaleSet { spreading: Spreading::Fixed(1), capacity: 60, ..two_sets().sets[1].clone() };
    regional.sets.push(crowd);
    let mut wide = script(DAY);
    wide.topology = topology(1, 5, 40);
    let (_, world) = wide.live(regional, None);
    let mut on_rack = [0; 5];
    world.ids_and_racks(0).into_iter().filter(|of| of.0 >= 100).for_each(|(_, rack)| on_rack[rack as usize] += 1);
    assert_eq!(on_rack, [8; 5]);
}

fn spot(regular_percent_above: u32) -> Option<Spot> {
    let mix = PriorityMix { base_regular: 0, regular_percent_above };
    Some(Spot { mix, eviction: EvictionPolicy::Delete, restore: None })
}

#[test]
fn zb_10_si_05_sp_06_a_strict_scale_in_of_a_spot_mix_reaches_its_target() {
    for (percent, target) in [(50, 3), (50, 6), (30, 2), (75, 5)] {
        let mixed = managed(design(&[1, 2, 3], 12, 1), |set| {
            set.balance.balance = Balance::Strict;
            set.spot = spot(percent);
            set.changes = vec![at(HOUR, Action::Capacity(target))];
        });
        let (ledger, world) = live(mixed);
        assert_eq!(world.instances(0).iter().sum::<u32>(), target, "{percent} %");
        assert_eq!((count(&ledger, Operation::ScaleIns), count(&ledger, Operation::ScaleInsBlocked)), (1, 0));
    }
}

#[test]
fn si_01_zb_01_what_failed_to_be_created_does_not_make_its_zone_the_fullest() {
    let failing = managed(design(&[1, 2, 3], 9, 1), |set| {
        set.creation.failure = 1.0;
        set.scale_in.order = Order::OldestFirst;
        set.changes =
            vec![at(HOUR, delete(1, 2)), at(2 * HOUR, Action::Capacity(9)), at(4 * HOUR, Action::Capacity(8))];
    });
    let (ledger, world) = live(failing);
    assert_eq!(count(&ledger, Operation::CreationsFailed), 2);
    // Zone 1 has one machine and two failed creations; the oldest of the fuller zones goes.
    assert_eq!(world.instances(0), [1, 2, 3]);
}

#[test]
fn si_01_where_nothing_but_failed_creations_is_left_they_go() {
    let failing = managed(design(&[1, 2, 3], 3, 0), |set| {
        set.creation.failure = 1.0;
        set.changes = vec![
            at(HOUR, Action::Delete { zone: None, count: 3 }),
            at(2 * HOUR, Action::Capacity(3)),
            at(4 * HOUR, Action::Capacity(1)),
        ];
    });
    let (ledger, world) = live(failing);
    assert_eq!((count(&ledger, Operation::CreationsFailed), world.ids_and_racks(0).len()), (3, 1));
}

#[test]
fn rc_02_only_machines_of_a_creation_or_scale_out_are_tried_again() {
    let resilient = |say: &dyn Fn(&mut Management)| {
        let failing = managed(design(&[1, 2], 8, 1), |set| {
            set.creation.failure = 1.0;
            set.creation.resilient = true;
            say(set);
        });
        count(&script(DAY).units(&[(GUEST, 0, HOUR, 5 * HOUR)]).play(failing), Operation::CreationsTimedOut)
    };
    // RC-04: 8 + 8 + 8 + 6 minutes.
    assert_eq!(resilient(&|set| set.changes = vec![at(HOUR, Action::Capacity(9))]), 4);
    // A repair makes one attempt.
    assert_eq!(resilient(&|set| repaired(set, RepairAction::Replace)), 1);
    // So does a rebalance: one at the second hour, and one twelve hours later.
    let rebalances = |set: &mut Management| {
        set.health = Some(binary_health());
        set.auto_zone_balance = true;
        set.changes = vec![at(HOUR, delete(1, 2))];
    };
    assert_eq!(resilient(&rebalances), 2);
}

/// Two zones that are rebalanced by themselves.
fn rebalanced(say: impl FnOnce(&mut Management)) -> Design {
    managed(design(&[1, 2], 8, 1), |set| {
        set.health = Some(binary_health());
        set.auto_zone_balance = true;
        say(set);
    })
}

/// Whether an operation happens by an instant.
fn happens_by(ms: u64, design: &Design, what: Operation) -> bool {
    count(&script(ms).units(&[(GUEST, 0, HOUR + MINUTE, 2 * DAY)]).play(design.clone()), what) > 0
}

#[test]
fn az_05_the_quiet_hour_begins_when_the_last_machine_of_a_change_is_made() {
    let design = rebalanced(|set| {
        set.creation.time = constant(70 * MINUTE);
        set.creation.timeout = SimDuration::from_ms(2 * HOUR);
        set.changes = vec![at(HOUR, delete(1, 3)), at(90 * MINUTE, Action::Capacity(6))];
    });
    // One machine is made from 1:30 to 2:40; 1/4 has become 2/4.
    assert!(!happens_by(219 * MINUTE, &design, Operation::Rebalances));
    assert!(happens_by(221 * MINUTE, &design, Operation::Rebalances));
}

#[test]
fn az_05_the_quiet_hour_begins_when_the_last_machine_of_a_change_is_gone() {
    let slow = |changes: &[Change]| {
        rebalanced(|set| {
            set.deletion.time = constant(2 * HOUR);
            set.changes = changes.to_vec();
        })
    };
    // 1/4 from one on; the last of the three is gone at three.
    let by_hand = slow(&[at(HOUR, delete(1, 3))]);
    assert!(!happens_by(239 * MINUTE, &by_hand, Operation::Rebalances));
    assert!(happens_by(241 * MINUTE, &by_hand, Operation::Rebalances));
    // 0/4, then a scale-in to 0/3 that is done at four.
    let scaled_in = slow(&[at(HOUR, delete(1, 4)), at(2 * HOUR, Action::Capacity(3))]);
    assert!(!happens_by(299 * MINUTE, &scaled_in, Operation::Rebalances));
    assert!(happens_by(301 * MINUTE, &scaled_in, Operation::Rebalances));
}

#[test]
fn az_05_a_machine_that_cannot_be_made_holds_the_quiet_hour_up_until_it_has_failed() {
    let design = rebalanced(|set| {
        set.creation.failure = 1.0;
        set.creation.resilient = true;
        set.changes = vec![at(HOUR, delete(1, 4)), at(90 * MINUTE, Action::Capacity(5))];
    });
    // It fails after half an hour of tries, at 2:00.
    assert!(!happens_by(179 * MINUTE, &design, Operation::Rebalances));
    assert!(happens_by(181 * MINUTE, &design, Operation::Rebalances));
}

#[test]
fn ar_04_the_grace_begins_when_a_change_is_complete() {
    let design = managed(design(&[1], 3, 1), |set| {
        repaired(set, RepairAction::Restart);
        set.creation.time = constant(70 * MINUTE);
        set.creation.timeout = SimDuration::from_ms(2 * HOUR);
        set.changes = vec![at(HOUR, Action::Capacity(4))];
    });
    // A machine falls ill at 1:01, the new one is made at 2:10, and then there are ten minutes of grace.
    assert!(!happens_by(139 * MINUTE, &design, Operation::Repairs));
    assert!(happens_by(141 * MINUTE, &design, Operation::Repairs));
}

#[test]
fn ar_04_what_finds_nothing_to_do_is_no_change() {
    // All is started and the zones are set every five minutes, as they are already. A machine falls ill at 1:01.
    let every = |action| {
        let trigger = Trigger::At { at: SimTime::from_ms(MINUTE), every: Some(SimDuration::from_ms(5 * MINUTE)) };
        Change { trigger, action, retry: None, back_after: None }
    };
    for action in [Action::Start, Action::Zones(vec![ZoneId(0)]), Action::ForceDetach] {
        let design = managed(design(&[1], 3, 1), |set| {
            repaired(set, RepairAction::Restart);
            set.disks = Disks { data: true, zone_redundant: true, zone_destroyed: 0.0 };
            set.changes = vec![every(action)];
        });
        assert!(happens_by(63 * MINUTE, &design, Operation::Repairs));
    }
}

#[test]
fn az_08_the_rebalance_of_a_spot_set_asks_the_spot_quota() {
    let rebalances = |vcpus, spot_vcpus| {
        let mut design = rebalanced(|set| {
            set.spot = spot(0);
            set.changes = vec![at(HOUR, delete(1, 2))];
        });
        design.quota = Some(Quota { vcpus, spot_vcpus, machines: 100 });
        count(&live(design).0, Operation::Rebalances)
    };
    assert_eq!(rebalances(0, 16), 1);
    assert_eq!(rebalances(100, 12), 0);
}

/// Three machines and three in the pool, of two cores each.
fn pooled(changes: Vec<Change>, vcpus: u32) -> Design {
    let mut design = managed(design(&[1, 2, 3], 3, 1), |set| {
        set.standby = Some(StandbyPool { min_ready: 3, max_ready: 3, running: false, start: constant(10 * SECOND) });
        set.changes = changes;
    });
    design.quota = Some(Quota { vcpus, spot_vcpus: 0, machines: 100 });
    design
}

#[test]
fn al_05_sb_01_a_pool_holds_quota_from_when_it_is_filled() {
    let beside = |vcpus| {
        let mut both = pooled(vec![], vcpus);
        let mut other = both.sets[0].clone();
        other.name = "other".into();
        let managed = other.management.as_mut().unwrap();
        (managed.standby, managed.changes) = (None, vec![at(HOUR, Action::Capacity(4))]);
        both.sets.push(other);
        let (ledger, world) = live(both);
        (count(&ledger, Operation::QuotaRefusals), world.instances(1).iter().sum::<u32>())
    };
    assert_eq!(beside(19), (1, 3));
    assert_eq!(beside(20), (0, 4));
}

#[test]
fn al_05_sb_01_using_a_pool_costs_no_more_quota_and_filling_it_again_does() {
    let growing = |vcpus| {
        let (ledger, world) = live(pooled(vec![at(HOUR, Action::Capacity(6))], vcpus));
        let of_pool = [Operation::StandbyUsed, Operation::StandbyMs].map(|operation| count(&ledger, operation));
        (world.instances(0), count(&ledger, Operation::QuotaRefusals), of_pool)
    };
    assert_eq!(growing(12), (vec![2, 2, 2], 0, [3, 3 * HOUR]));
    let (_, _, [used, standby_ms]) = growing(18);
    assert!(used == 3 && standby_ms > 3 * 23 * HOUR, "{standby_ms}");
}

#[test]
fn al_05_cv_05_an_attachment_beyond_the_quota_is_refused_as_a_whole() {
    let attaching = |vcpus| {
        let attach = Action::Attach { zone: Some(ZoneId(0)), count: 3 };
        let mut design = spanning(9, vec![at(HOUR, attach)]);
        design.quota = Some(Quota { vcpus, spot_vcpus: 0, machines: 100 });
        let (ledger, world) = live(design);
        (world.instances(0), count(&ledger, Operation::QuotaRefusals))
    };
    assert_eq!(attaching(23), (vec![3, 3, 3], 1));
    assert_eq!(attaching(24), (vec![6, 3, 3], 0));
}

#[test]
fn om_08_twenty_then_fifteen_then_eighteen_makes_20_21_22_and_no_id_comes_again() {
    let changes = vec![
        at(HOUR, Action::Capacity(15)),
        at(2 * HOUR, Action::Capacity(18)),
        at(3 * HOUR, Action::Delete { zone: None, count: 2 }),
        at(4 * HOUR, Action::Capacity(18)),
    ];
    let ids = |of: &[Change]| {
        let (_, world) = live(managed(design(&[1], 20, 1), |set| set.changes = of.to_vec()));
        world.ids_and_racks(0).into_iter().map(|(id, _)| id).collect::<Vec<u32>>()
    };
    let first = (0..15).collect::<Vec<u32>>();
    assert_eq!(ids(&changes[..1]), first);
    assert_eq!(ids(&changes[..2]), [&first[..], &[20, 21, 22]].concat());
    assert_eq!(ids(&changes), [&first[..], &[20, 23, 24]].concat());
}
