use std::sync::Arc;
use zonefall_engine::*;
use zonefall_faults::*;
use zonefall_fleet::*;
use zonefall_topology::*;
fn setup(zones: u32, racks: u32, hosts: u32) -> Arc<Topology> {
    Arc::new(
        Topology::new(vec![Region {
            name: "r".into(),
            zones,
            halls_per_zone: 1,
            racks_per_zone: racks,
            hosts_per_rack: hosts,
        }])
        .unwrap(),
    )
}
fn zero() -> Law {
    Law::constant(SimDuration::ZERO)
}
fn design(topo: &Topology, zones: &[u32], cap: u32, need: u32) -> Design {
    let r = RegionId(0);
    Design {
        name: "d".into(),
        sets: vec![ScaleSet {
            name: "web".into(),
            region: r,
            zones: zones.iter().map(|&n| topo.zone(r, n).unwrap()).collect(),
            capacity: cap,
            spreading: Spreading::Max,
            hidden_zone: HiddenZone::Single,
            serves_milli: 1000,
            boot: zero(),
            warm_up: zero(),
            start: StartState::Running,
        }],
        balancer: None,
        demand: None,
        need: Need::Serving(need),
        sla: None,
        depends_on: vec![],
        healing_needs_control_plane: false,
    }
}
fn exp(h: f64) -> Law {
    Law::exponential(h * 3.6e6).unwrap()
}
fn run(name: &str, topo: Arc<Topology>, designs: Vec<Design>, profile: Profile, hours: f64, trials: u64) {
    let horizon = SimDuration::from_hours(hours).unwrap();
    let m = Arc::new(Measure {
        horizon: SimTime::ZERO.after(horizon),
        from: SimTime::ZERO,
        windows: Windows::every(SimDuration::from_hours(720.0).unwrap(), SimTime::ZERO, SimTime::ZERO.after(horizon)),
        at: vec![],
        until_first_miss: false,
        event_budget: 1 << 40,
    });
    let pop = population(&designs, &topo);
    let mut st = Strikes::new(&profile, &topo, pop, horizon);
    let mut worlds: Vec<World> =
        designs.into_iter().map(|d| World::new(Arc::new(d), m.clone(), topo.clone(), &st)).collect();
    let t0 = std::time::Instant::now();
    let mut missed = 0u64;
    let mut ev = 0;
    let mut serving = 0i128;
    let mut mm = 0i128;
    for t in 0..trials {
        let k = Key::root(42).part(t, 0);
        st.begin(k);
        for w in &mut worlds {
            w.begin(k, &st, None);
        }
        while st.next_window() {
            for w in &mut worlds {
                w.live(&st).unwrap();
            }
        }
        for w in &mut worlds {
            let l = w.finish(&st);
            missed += l.missed_ms;
            ev += l.events;
            serving += l.classes.serving;
            mm += l.machine_ms;
            assert_eq!(l.missed_by_cause_ms.iter().sum::<u64>(), l.missed_ms);
        }
    }
    let dt = t0.elapsed().as_secs_f64();
    println!(
        "{name}: {:.0} trials/s {:.1} ns/event {} events/trial missed {:.6} h/trial up {:.9}",
        trials as f64 / dt,
        dt * 1e9 / ev as f64,
        ev / trials,
        missed as f64 / 3.6e6 / trials as f64,
        serving as f64 / mm as f64
    );
}
fn main() {
    let mode = |name: &str, scope, mttf: f64, out: Law| {
        let mut m = Mode::plain(name, scope, 8760.0 / mttf, Outage::Law(out)).unwrap();
        m.start = Start::New;
        m
    };
    let t = setup(1, 1, 10);
    let d = design(&t, &[1], 10, 8);
    run(
        "W4 8/10",
        t.clone(),
        vec![d],
        Profile { name: "x".into(), modes: vec![mode("vm", Scope::Instance, 1000.0, exp(10.0))] },
        8760.0,
        100000,
    );
    let d = design(&t, &[1], 10, 8);
    let mut m = mode("vm", Scope::Instance, 1000.0, exp(10.0));
    m.crews = Some(2);
    run("W4 crews", t.clone(), vec![d], Profile { name: "x".into(), modes: vec![m] }, 8760.0, 100000);
    let t = setup(1, 1, 100);
    let d = design(&t, &[1], 100, 95);
    run(
        "W4 95/100",
        t.clone(),
        vec![d],
        Profile { name: "x".into(), modes: vec![mode("vm", Scope::Instance, 1000.0, exp(10.0))] },
        8760.0,
        10000,
    );
    let t = setup(3, 21, 4);
    let d = design(&t, &[1, 2, 3], 1008, 1000);
    run(
        "W2",
        t.clone(),
        vec![d],
        Profile { name: "x".into(), modes: vec![mode("host", Scope::Host, 1000.0, exp(1.0))] },
        8760.0,
        2000,
    );
    for n in [9u32, 100, 1000, 1_000_000] {
        let t = setup(3, 20, (n / 60).max(1) + 1);
        let mut host =
            mode("host", Scope::Host, 8760.0 / 0.08, Law::new(Shape::LogNormal(8.0 * 6e4, 0.7), None).unwrap());
        host.kind = Kind::Shock;
        let guest = mode("guest", Scope::Instance, 8760.0 / 2.0, Law::constant(SimDuration::from_ms(30000)));
        let rack = mode("rack", Scope::Rack, 8760.0 / 0.05, Law::new(Shape::LogNormal(7.2e6, 0.7), None).unwrap());
        let mut zone =
            mode("zone", Scope::Zone, 8760.0 / 0.03, Law::new(Shape::LogNormal(2.73e7, 0.99), None).unwrap());
        zone.share = Share { whole: 0.25, low: 0.05, high: 0.6 };
        let region =
            mode("region", Scope::Region, 8760.0 / 0.01, Law::new(Shape::LogNormal(2.9e7, 0.9), None).unwrap());
        let p = Profile { name: "w6".into(), modes: vec![host, guest, rack, zone, region] };
        run(
            &format!("W6 {n}"),
            t.clone(),
            vec![design(&t, &[1, 2, 3], n, n * 2 / 3)],
            p.clone(),
            8760.0,
            (3_000_000 / u64::from(n)).clamp(3, 200000),
        );
        if n == 100 {
            run(
                "W6 x10",
                t.clone(),
                (0..10)
                    .map(|i| {
                        let mut d = design(&t, &[1, 2, 3], n, n * 2 / 3 - i);
                        d.name = format!("d{i}");
                        d
                    })
                    .collect(),
                p,
                8760.0,
                10000,
            );
        }
    }
}
