//! Drawn trials against closed forms, each within four standard errors at a fixed seed.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::sync::Arc;
use support::*;
use zonefall_engine::{Key, Law, Shape, SimTime};
use zonefall_exact::kofn::KOfN;
use zonefall_exact::markov::{MachineRepair, SharedShock};
use zonefall_exact::single::Alternating;
use zonefall_exact::spread::{Part, distribution};
use zonefall_exact::{laws, probability_fewer_than};
use zonefall_faults::*;
use zonefall_fleet::{Demand, Design, Ledger, Measure, SlowStart, World, population};
use zonefall_topology::{Region, Topology};

const H: f64 = HOUR as f64;

fn exponential(hours: f64) -> Law {
    Law::exponential(hours * H).unwrap()
}

fn weibull(shape: f64, mean_hours: f64) -> Law {
    let scale = laws::weibull_scale(shape, mean_hours).unwrap();
    Law::new(Shape::Weibull(shape, scale * H), None).unwrap()
}

fn lognormal(mean_hours: f64, sigma: f64) -> Law {
    let median = laws::lognormal_median(mean_hours, sigma).unwrap();
    Law::new(Shape::LogNormal(median * H, sigma), None).unwrap()
}

fn fails(name: &str, scope: Scope, life: Law, outage: Law) -> Mode {
    Mode { time_to_failure: life, outage: Outage::Law(outage), ..mode(name, scope) }
}

/// Trials of one design under some modes.
struct Study {
    modes: Vec<Mode>,
    topology: Arc<Topology>,
    design: Design,
    measure: Measure,
    trials: u64,
}

impl Study {
    fn new(modes: Vec<Mode>, topology: Arc<Topology>, design: Design, hours: u64, trials: u64) -> Self {
        let wrong: Vec<ModeError> = modes.iter().flat_map(Mode::check).collect();
        assert_eq!(wrong, []);
        Self { modes, topology, design, measure: measure(hours * HOUR, hours * HOUR), trials }
    }

    fn from(mut self, hours: u64) -> Self {
        self.measure.from = SimTime::from_ms(hours * HOUR);
        self
    }

    /// What `value` says of each trial.
    fn each(&self, mut value: impl FnMut(&Ledger) -> f64) -> Vec<f64> {
        let designs = [self.design.clone()];
        let people = population(&designs, &self.topology);
        let horizon = self.measure.horizon.since(SimTime::ZERO);
        let mut strikes = Strikes::new(&profile(self.modes.clone()), &self.topology, people, horizon);
        let measure = Arc::new(self.measure.clone());
        let mut world = World::new(Arc::new(designs[0].clone()), measure, self.topology.clone(), &strikes);
        let trial = |trial| value(&play(&mut strikes, &mut world, Key::root(20_240_601).part(trial, 0), None));
        (0..self.trials).map(trial).collect()
    }

    fn down(&self) -> Vec<f64> {
        self.each(share_down)
    }

    fn missed(&self) -> Vec<f64> {
        self.each(share_missed)
    }
}

fn share_down(ledger: &Ledger) -> f64 {
    1.0 - ledger.classes.serving as f64 / ledger.machine_ms as f64
}

fn share_missed(ledger: &Ledger) -> f64 {
    ledger.missed_ms as f64 / ledger.observed_ms as f64
}

/// The mean of `values` is `exact`, give or take four standard errors, and those are small enough to say something.
#[track_caller]
fn agree(what: &str, values: &[f64], exact: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    let off = (mean - exact) / error;
    assert!(off.abs() <= 4.0, "{what}: {mean:.6e} ± {error:.1e}, exactly {exact:.6e}: off by {off:.1} standard errors");
    assert!(error < 0.1 * exact, "{what}: {mean:.3e} ± {error:.1e} says too little");
}

fn pair(up: f64, down: f64) -> Alternating {
    Alternating::new(up, down).unwrap()
}

#[test]
fn a_stationary_start_is_stationary_at_any_horizon() {
    let laws = [
        ("exponential", exponential(100.0), exponential(5.0)),
        ("weibull 0.8", weibull(0.8, 100.0), lognormal(5.0, 1.0)),
        ("weibull 1.5", weibull(1.5, 100.0), lognormal(5.0, 0.7)),
        ("weibull 1.5, long repair", weibull(1.5, 30.0), lognormal(20.0, 0.7)),
        ("lognormal", lognormal(100.0, 1.2), exponential(5.0)),
        ("gamma", Law::new(Shape::Gamma(3.0, 100.0 * H / 3.0), None).unwrap(), constant(5 * HOUR)),
        ("uniform", Law::new(Shape::Uniform(0.0, 200.0 * H), None).unwrap(), weibull(0.7, 5.0)),
    ];
    for (name, life, outage) in laws {
        let exact = outage.mean_ms() / (life.mean_ms() + outage.mean_ms());
        for (hours, trials) in [(1, 3000), (20, 1200), (300, 400)] {
            for scope in [Scope::Instance, Scope::Host, Scope::Rack, Scope::Hall, Scope::Zone] {
                // Twenty units of the scope with one machine each.
                let (zones, racks) = if scope == Scope::Zone { (20, 1) } else { (1, 20) };
                let region = Region {
                    name: "east".into(),
                    zones,
                    halls_per_zone: racks,
                    racks_per_zone: racks,
                    hosts_per_rack: 1,
                };
                let topology = Arc::new(Topology::new(vec![region]).unwrap());
                let all: Vec<u32> = (1..=zones).collect();
                let fails = fails("it", scope, life.clone(), outage.clone());
                let study = Study::new(vec![fails], topology, design(&all, 20, 20), hours, trials);
                agree(&format!("{name}, {scope:?}, {hours} h"), &study.down(), exact);
            }
        }
    }
}

#[test]
fn a_new_start_is_new() {
    let new = |life, outage| Mode { start: Start::New, ..fails("it", Scope::Instance, life, outage) };
    for hours in [10, 100] {
        let study = Study::new(
            vec![new(exponential(100.0), exponential(5.0))],
            topology(1, 1, 1),
            design(&[1], 20, 20),
            hours,
            1500,
        );
        let exact = pair(100.0, 5.0).interval_unavailability(hours as f64).unwrap();
        agree(&format!("exponential, new, {hours} h"), &study.down(), exact);
    }
    // The first failure: 1 − S(t) from new, the integrated tail from a stationary start; rare and frequent.
    for (shape, mean, hours) in [(0.8, 1000.0, 20), (1.5, 100.0, 40), (1.5, 30.0, 60), (0.8, 2.0, 1)] {
        let life = weibull(shape, mean);
        let missed = |start| {
            let fails = Mode { start, ..fails("it", Scope::Instance, life.clone(), constant(SECOND)) };
            let study = Study::new(vec![fails], topology(1, 1, 1), design(&[1], 1, 1), hours, 20_000);
            study.each(|ledger| f64::from(u8::from(ledger.first_miss.is_some())))
        };
        let at = hours as f64 * H;
        agree(&format!("weibull {shape}, new, {hours} h of {mean}"), &missed(Start::New), 1.0 - life.survival(at));
        let steps = 20_000;
        let tail: f64 = (0..steps).map(|i| life.survival(at * (f64::from(i) + 0.5) / f64::from(steps))).sum();
        let exact = tail * at / f64::from(steps) / life.mean_ms();
        agree(&format!("weibull {shape}, stationary, {hours} h of {mean}"), &missed(Start::Stationary), exact);
    }
}

#[test]
fn k_of_n_machines() {
    let unit = pair(100.0, 10.0);
    let fails = fails("it", Scope::Instance, exponential(100.0), exponential(10.0));
    for needed in [8, 6] {
        let exact = KOfN::new(needed as usize, 8, unit).unwrap();
        let study = Study::new(vec![fails.clone()], topology(1, 2, 2), design(&[1], 8, needed), 500, 1200);
        agree(&format!("{needed} of 8"), &study.missed(), exact.unavailability());
        let outages = study.each(|ledger| ledger.outages_ms.len() as f64);
        // Outages that run when the trial begins count too.
        agree("outages", &outages, exact.failure_frequency() * 500.0 + exact.unavailability());
        let new = Mode { start: Start::New, ..fails.clone() };
        let study = Study::new(vec![new], topology(1, 2, 2), design(&[1], 8, needed), 30, 6000);
        agree("new", &study.each(|ledger| ledger.missed_ms as f64 / H), exact.expected_downtime(30.0).unwrap());
        let first = study.each(|ledger| f64::from(u8::from(ledger.first_miss.is_some())));
        agree("first passage", &first, exact.unreliability(30.0).unwrap());
    }
}

#[test]
fn machines_that_start_slowly() {
    // A cycle: repaired for an hour, then no failure for 1/λ = 10 h on average. Of these it warms up for half an hour, or
    // until it fails; if it gets there, it serves 30 % for (1 − e^(−λw))/λ with a constant w, 1/(λ + μ) with an exponential.
    let (up, w) = (10.0, 4.0_f64);
    let (gets_there, cycle) = (libm::exp(-0.5 / up), up + 1.0);
    let out = 1.0 + up * (1.0 - gets_there);
    let cases = [(constant(4 * HOUR), up * (1.0 - libm::exp(-w / up))), (exponential(w), 1.0 / (1.0 / up + 1.0 / w))];
    for (time, cold) in cases.map(|(time, cold)| (time, cold * gets_there)) {
        let fails =
            Mode { recovery: Recovery::WarmUp, ..fails("it", Scope::Instance, exponential(up), exponential(1.0)) };
        let mut web = design(&[1], 20, 1);
        web.sets[0].warm_up = constant(HOUR / 2);
        web.sets[0].slow_start = Some(SlowStart { capacity_milli: 300, time });
        web.demand = Some(Demand::constant(20_000));
        let study = Study::new(vec![fails], topology(1, 2, 2), web, 400, 200).from(100);
        let unserved = (out + 0.7 * cold) / cycle;
        agree("not served", &study.each(|ledger| 1.0 - ledger.served as f64 / ledger.offered as f64), unserved);
        let degraded = study.each(|ledger| ledger.classes.degraded as f64 / ledger.machine_ms as f64);
        agree("cold", &degraded, cold / cycle);
    }
}

#[test]
fn two_crews_for_ten_machines() {
    let exact = MachineRepair::new(10, 2, pair(50.0, 8.0)).unwrap();
    // Lives may have any law: only their mean counts while repairs are exponential.
    for (name, life) in
        [("exponential", exponential(50.0)), ("weibull 0.8", weibull(0.8, 50.0)), ("weibull 2", weibull(2.0, 50.0))]
    {
        for needed in [8, 6] {
            let fails = fails("it", Scope::Instance, life.clone(), exponential(8.0));
            let fails = Mode { start: Start::New, crews: Some(2), ..fails };
            let study = Study::new(vec![fails], topology(1, 2, 2), design(&[1], 10, needed), 11_000, 100).from(1000);
            agree(&format!("{name}: down"), &study.down(), exact.share_down());
            agree(&format!("{name}: fewer than {needed}"), &study.missed(), exact.unavailability(needed as usize));
            let wait = study.each(|ledger| ledger.crew_wait_ms as f64 / ledger.crew_jobs as f64 / H);
            // Waits count from the beginning, when nobody waits: a little too short.
            let mean = wait.iter().sum::<f64>() / wait.len() as f64;
            assert!((mean / exact.mean_wait() - 1.0).abs() < 0.03, "{name}: {mean} {}", exact.mean_wait());
        }
    }
    // A crew for hosts, each with three machines.
    let fails = fails("it", Scope::Host, exponential(50.0), exponential(8.0));
    let fails = Mode { start: Start::New, crews: Some(2), ..fails };
    let study = Study::new(vec![fails], topology(1, 10, 1), design(&[1], 30, 30), 11_000, 100).from(1000);
    agree("hosts", &study.down(), exact.share_down());
}

#[test]
fn an_operating_clock_stands_while_the_machine_does() {
    for (name, life, start) in [
        ("exponential", exponential as fn(f64) -> Law, Start::Stationary),
        ("weibull", |mean| weibull(1.7, mean), Start::New),
        ("weibull 0.8", |mean| weibull(0.8, mean), Start::New),
    ] {
        let operating = |name, mean, repair| {
            let fails = fails(name, Scope::Instance, life(mean), exponential(repair));
            Mode { clock: Clock::Operating, start, ..fails }
        };
        let modes = vec![operating("a", 40.0, 8.0), operating("b", 25.0, 8.0)];
        let study = Study::new(modes, topology(1, 1, 4), design(&[1], 4, 4), 11_000, 100).from(1000);
        let (failure, repair) = (1.0 / 40.0 + 1.0 / 25.0, 1.0 / 8.0);
        agree(name, &study.down(), 1.0 - repair / (failure + repair));
    }
    // With a calendar clock the two are independent.
    let modes = vec![
        fails("a", Scope::Instance, exponential(40.0), exponential(8.0)),
        fails("b", Scope::Instance, weibull(0.8, 25.0), exponential(8.0)),
    ];
    let study = Study::new(modes, topology(1, 1, 4), design(&[1], 4, 4), 200, 2000);
    agree("calendar", &study.down(), 1.0 - 40.0 / 48.0 * 25.0 / 33.0);
}

#[test]
fn a_shock_takes_all_and_each_recovers_by_itself() {
    let zone = fails("zone", Scope::Zone, exponential(2000.0), exponential(3.0));
    let own = fails("own", Scope::Instance, exponential(500.0), exponential(3.0));
    let shock = Mode { kind: Kind::Shock, clock: Clock::Operating, ..zone };
    let own = Mode { clock: Clock::Operating, ..own };
    let study = Study::new(vec![shock, own], topology(1, 3, 2), design(&[1], 6, 1), 1_001_000, 60).from(1000);
    agree("all down", &study.missed(), 0.000_250_238_179_830_221_96);
    agree("mean", &study.down(), 1.0 - 0.992_555_831_265_508_6);
    let up = SharedShock::new(6, pair(500.0, 3.0), 2000.0).unwrap().up_distribution().unwrap();
    agree("chain", &study.missed(), up[0]);
}

#[test]
fn a_shock_on_hosts_takes_each_machine_for_its_own_time() {
    let host = Mode { kind: Kind::Shock, ..fails("host", Scope::Host, exponential(100.0), lognormal(5.0, 1.0)) };
    let study = Study::new(vec![host], topology(1, 5, 1), design(&[1], 15, 15), 2000, 300).from(200);
    agree("host", &study.down(), 5.0 / 105.0);
}

#[test]
fn machines_on_a_host_go_and_return_together() {
    let host = fails("host", Scope::Host, weibull(0.8, 200.0), lognormal(6.0, 0.8));
    let own = fails("own", Scope::Instance, exponential(100.0), exponential(3.0));
    let machine = Part::Unit { unavailability: 3.0 / 103.0, count: 3 };
    let hosts = || Part::Group { unavailability: 6.0 / 206.0, parts: vec![machine.clone()] };
    let all = Part::Group { unavailability: 0.0, parts: vec![hosts(), hosts(), hosts()] };
    let exact = distribution(&all).unwrap();
    for needed in [9, 7, 6] {
        let modes = vec![host.clone(), own.clone()];
        let study = Study::new(modes, topology(1, 3, 1), design(&[1], 9, needed), 200, 2500);
        agree(&format!("{needed} of 9"), &study.missed(), probability_fewer_than(&exact, needed as usize));
    }
}

#[test]
fn zones_racks_and_machines_in_layers() {
    // Three zones of three racks of four machines, at least 24 of 36.
    let modes = vec![
        fails("own", Scope::Instance, exponential(1000.0), weibull(1.5, 3.0)),
        fails("rack", Scope::Rack, exponential(8760.0), exponential(6.0)),
        fails("zone", Scope::Zone, exponential(17_520.0), lognormal(8.0, 1.0)),
    ];
    let study = Study::new(modes.clone(), topology(3, 3, 4), design(&[1, 2, 3], 36, 24), 8760, 30_000);
    agree("at least 24 of 36", &study.missed(), 1.0 - 0.999_899_258_296_241_5);
    // Two zones of five machines under a region: at least one.
    let region = vec![
        fails("own", Scope::Instance, exponential(720.0), lognormal(2.0, 1.0)),
        fails("zone", Scope::Zone, exponential(4380.0), lognormal(4.0, 1.0)),
        fails("region", Scope::Region, exponential(87_600.0), exponential(2.0)),
    ];
    let study = Study::new(region, topology(2, 5, 1), design(&[1, 2], 10, 1), 87_600, 4000);
    agree("a region", &study.missed(), 2.366_299_972_119_903_5e-5);
}

#[test]
fn a_partial_outage_takes_its_mean_share() {
    let share = Share { whole: 0.25, low: 0.05, high: 0.6 };
    let zone = Mode { share, ..fails("zone", Scope::Zone, exponential(90.0), exponential(10.0)) };
    for racks in [1, 3, 20] {
        let topology = topology(1, racks, 1);
        let study = Study::new(vec![zone.clone()], topology, design(&[1], racks, racks), 500, 2000);
        agree(&format!("{racks} racks"), &study.down(), 0.1 * share.mean());
    }
    // Nobody profits from the numbering: four machines on the first four racks of twenty.
    let study = Study::new(vec![zone], topology(1, 20, 1), design(&[1], 4, 4), 500, 2000);
    agree("the first racks", &study.down(), 0.1 * share.mean());
}

#[test]
fn a_staged_recovery_has_its_mean() {
    for (life, hours) in [(exponential(90.0), 10), (exponential(90.0), 500), (weibull(0.8, 90.0), 10)] {
        let staged = Some(Staged { main: 0.8, tail: 3.0 });
        let zone = Mode { staged, ..fails("zone", Scope::Zone, life, lognormal(10.0, 0.9)) };
        // The mode does not strike again before the last rack is back, after three times the main recovery.
        let exact = 10.0 * (0.8 + 0.2 * 2.0) / (90.0 + 30.0);
        let study = Study::new(vec![zone], topology(1, 10, 1), design(&[1], 10, 10), hours, 4000);
        agree(&format!("{hours} h"), &study.down(), exact);
    }
}

#[test]
fn pairs_of_zones_go_together_at_their_rate() {
    for (zones, beta) in [(2, 0.3), (3, 0.2), (4, 1.0)] {
        let zone = fails("zone", Scope::Zone, exponential(100.0), constant(1));
        let zone = Mode { common_cause: beta, ..zone };
        let topology = topology(zones, 1, 1);
        let horizon = SimTime::from_ms(1000 * HOUR);
        let mut modes = StormModes::new(&profile(vec![zone]), &topology, horizon.since(SimTime::ZERO));
        let mut storm = Storm::default();
        let (mut alone, mut both, mut first) = (vec![], vec![], vec![]);
        for trial in 0..2000 {
            assert!(modes.draw(Key::root(9).part(trial, 0), horizon, &mut storm));
            let of = |cause: u16| storm.events.iter().filter(|event| event.cause == cause).count() as f64;
            alone.push(of(0));
            both.push(of(1));
            first.push(storm.outages.iter().filter(|outage| outage.first_rack == 0).count() as f64);
        }
        let all = f64::from(zones) * 10.0;
        if beta < 1.0 {
            agree("alone", &alone, all * (1.0 - beta));
        }
        agree("in pairs", &both, all * beta);
        agree("one zone", &first, 10.0 * (1.0 + beta));
    }
}

#[test]
fn repeats_keep_the_yearly_rate() {
    let year = 8760;
    for (life, start_of) in [(exponential(2190.0), "exponential"), (weibull(0.8, 2190.0), "weibull")] {
        for scope in [Scope::Instance, Scope::Host] {
            let fails = fails("it", scope, life.clone(), constant(MINUTE));
            let repeat = Some(Repeat { factor: 20.0, within_ms: 7.0 * DAY as f64 });
            let study = Study::new(vec![Mode { repeat, ..fails }], topology(1, 20, 1), design(&[1], 20, 20), year, 600);
            let counts = study.each(|ledger| ledger.machine_failures as f64 / 20.0);
            let (cycle, down) = (2190.0 + 1.0 / 60.0, 1.0 / 60.0);
            agree(&format!("{start_of} {scope:?}"), &counts, 8760.0 / cycle + down / cycle);
        }
    }
    // And they do come soon: within a week of a failure with the probability that was asked.
    let law = fails("it", Scope::Instance, exponential(2190.0), constant(SECOND));
    let law = Mode { repeat: Some(Repeat { factor: 20.0, within_ms: 7.0 * DAY as f64 }), ..law };
    let soon = 1.0 - (-19.0 * 0.5 * 168.0 / 2190.0_f64).exp();
    assert!(1.0 - TimeToFailure::new(&law, H).survival(7.0 * DAY as f64) >= soon);
}

#[test]
fn predicted_strikes_only_pause() {
    let predicted = |share| Some(Predicted { share, pause: constant(10 * SECOND), lead: constant(MINUTE) });
    for (share, recovery) in [(0.4, Recovery::Boot), (0.9, Recovery::Reachable)] {
        let it = fails("it", Scope::Instance, exponential(50.0), exponential(4.0));
        let it = Mode { predicted: predicted(share), recovery, ..it };
        let mut web = design(&[1], 10, 10);
        web.sets[0].boot = constant(HOUR);
        let study = Study::new(vec![it], topology(1, 1, 1), web, 3000, 300).from(1000);
        let down = study.each(|ledger| ledger.classes.down as f64 / ledger.machine_ms as f64);
        let held = (1.0 - share) * 4.0 + share * 10.0 / 3600.0;
        agree(&format!("{share}"), &down, held / (50.0 + held));
        if recovery == Recovery::Reachable {
            agree("all", &study.down(), held / (50.0 + held));
        }
    }
}

#[test]
fn probes_find_the_dead_after_their_mean_delay() {
    let it = fails("it", Scope::Instance, exponential(10.0), constant(HOUR));
    let mut web = design(&[1], 20, 20);
    web.balancer = Some(balancer());
    let study = Study::new(vec![Mode { start: Start::New, ..it }], topology(1, 1, 1), web, 1000, 300).from(100);
    let cycle = 11.0 * 3600.0;
    let share = |of: fn(&Ledger) -> i128| study.each(|ledger| of(ledger) as f64 / ledger.machine_ms as f64);
    // Half an interval to the first failed probe, one more interval, the time-out.
    agree("dead in rotation", &share(|ledger| ledger.classes.dead_in_rotation), 12.5 / cycle);
    // A return within five minutes of the last one is rare here: it would need an outage and a life so short.
    agree("awaiting", &share(|ledger| ledger.classes.awaiting_probe), 2.5 / cycle);
}
