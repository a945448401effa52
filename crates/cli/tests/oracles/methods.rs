//! How often the intervals of split trials, of storms alone and of biased cycles cover, on small systems with exact answers.

use super::coverage::Covered;
use std::sync::atomic::AtomicBool;
use zonefall_cli::assemble::{self, Overrides};
use zonefall_exact::markov::MachineRepair;
use zonefall_exact::single::Alternating;
use zonefall_faults::Method;
use zonefall_study::exactly::exactly;
use zonefall_study::rare::{Choice, Way, choose};
use zonefall_study::{Silent, Study};

/// A system, played so often that plain trials would show little.
pub struct Case {
    pub name: &'static str,
    pub method: Method,
    trials: u64,
    hours: u32,
    /// Machines, how many are needed, zones, racks a zone.
    fleet: (u32, u32, u32, u32),
    /// Name, scope, up, down, more.
    modes: Vec<(&'static str, &'static str, f64, f64, &'static str)>,
    exact: Option<fn() -> f64>,
}

fn queue() -> f64 {
    let machine = Alternating::new(1000.0, 5.0).expect("positive");
    MachineRepair::new(10, 1, machine).expect("small").unavailability(7)
}

/// The cases of the table.
pub fn cases() -> Vec<Case> {
    let (split, storms, biased) = (Method::Splitting, Method::Conditioning, Method::Biasing);
    let case = |name, method, trials, hours, fleet, modes: &[_], exact| Case {
        name,
        method,
        trials,
        hours,
        fleet,
        modes: modes.to_vec(),
        exact,
    };
    let vm = |up, down| ("vm", "instance", up, down, "");
    let zone = |up, down| ("zone", "zone", up, down, "");
    vec![
        case(
            "ten machines, one crew, seven needed",
            split,
            4000,
            2160,
            (10, 7, 1, 1),
            &[("vm", "instance", 1000.0, 5.0, "crews = 1\nstart = \"new\"\n")],
            Some(queue),
        ),
        case("five machines, two needed", split, 4000, 720, (5, 2, 1, 1), &[vm(500.0, 4.0)], None),
        case(
            "two routes: two zones, or a zone and two machines",
            split,
            4000,
            720,
            (12, 7, 3, 1),
            &[zone(4000.0, 2.0), vm(500.0, 4.0)],
            None,
        ),
        case(
            "two routes, a longer horizon",
            split,
            4000,
            8760,
            (12, 7, 3, 1),
            &[zone(8760.0, 1.0), vm(2000.0, 2.0)],
            None,
        ),
        case("a zone surely misses", storms, 4000, 720, (12, 10, 3, 1), &[zone(8760.0, 2.0), vm(500.0, 1.0)], None),
        case(
            "a zone leaves one chance in ten, two surely miss",
            storms,
            4000,
            720,
            (12, 8, 3, 1),
            &[zone(2000.0, 4.0), vm(500.0, 6.0)],
            None,
        ),
        case(
            "zones leave one in ten, rare racks one in three",
            storms,
            4000,
            720,
            (12, 8, 3, 2),
            &[zone(1500.0, 3.0), ("rack", "rack", 20_000.0, 6.0, ""), vm(500.0, 6.0)],
            None,
        ),
        case("four machines, all down", biased, 300, 8760, (4, 1, 1, 1), &[vm(1000.0, 1.0)], None),
        case(
            "twelve machines in three zones, one needed",
            biased,
            2000,
            8760,
            (12, 1, 3, 1),
            &[zone(8760.0, 1.0), vm(2000.0, 2.0)],
            None,
        ),
        case(
            "twelve machines in three zones, eight needed",
            biased,
            1000,
            8760,
            (12, 8, 3, 1),
            &[zone(8760.0, 1.0), vm(2000.0, 2.0)],
            None,
        ),
        case(
            "ten machines, one crew, six needed",
            biased,
            300,
            2160,
            (10, 6, 1, 1),
            &[("vm", "instance", 1000.0, 5.0, "crews = 1\nstart = \"new\"\n")],
            Some(|| {
                MachineRepair::new(10, 1, Alternating::new(1000.0, 5.0).expect("positive"))
                    .expect("small")
                    .unavailability(6)
            }),
        ),
        case(
            "machines of 100 h, and a zone of 1,000 years",
            biased,
            1000,
            8760,
            (8, 4, 3, 1),
            &[zone(1e7, 1.0), vm(100.0, 1.0)],
            None,
        ),
    ]
}

impl Case {
    fn study(&self) -> Study {
        let (machines, need, zones, racks) = self.fleet;
        let numbers: Vec<String> = (1..=zones).filter(|_| zones > 1).map(|zone| zone.to_string()).collect();
        let exp = |mean: f64| format!("{{ law = \"exponential\", mean = \"{mean} h\" }}");
        let mode = |&(name, scope, up, down, more): &(&str, &str, f64, f64, &str)| {
            let (up, down) = (exp(up), exp(down));
            format!("[faults.mode.{name}]\nscope = \"{scope}\"\ntime_to_failure = {up}\noutage = {down}\n{more}")
        };
        // What is not stationary at the beginning has forgotten it by then.
        let (hours, from) = (self.hours, if self.exact.is_some() { self.hours / 3 } else { 0 });
        let text = format!(
            "name = \"t\"\nhorizon = \"{hours} h\"\nmeasure_from = \"{from} h\"\ntrials = {}\n[slo]\nmin_serving = {need}\n\
             window = \"{} h\"\n[region.here]\nzones = {zones}\nhalls_per_zone = 1\nracks_per_zone = {racks}\nhosts_per_rack = 12\n\
             [scale_set.web]\nzones = [{}]\ncapacity = {machines}\nboot = \"0 s\"\nwarm_up = \"0 s\"\n\
             [faults]\nprofile = \"none\"\n{}",
            self.trials,
            hours - from,
            numbers.join(", "),
            self.modes.iter().map(mode).collect::<String>()
        );
        let scenario =
            zonefall_scenario::parse(&text, self.name).unwrap_or_else(|why| panic!("{}\n{text}", why.render(false)));
        assemble::study(&scenario, Overrides { no_counterfactual: true, ..Overrides::default() }).expect("a study")
    }

    /// So many studies, each with its own seed.
    pub fn play(&self, studies: u64) -> (f64, Covered) {
        let study = self.study();
        let exact = self.exact.map_or_else(
            || exactly(&study, &study.designs[0]).expect("it has an exact answer").unavailability,
            |exact| exact(),
        );
        let mut covered = Covered::default();
        for seed in 1..=studies {
            let study = Study { seed, ..study.clone() };
            let stop = AtomicBool::new(false);
            let way = match choose(&study, self.method, 0, &stop).expect("the budget is ample") {
                Choice::Splitting { ladder, .. } => Way::Split(ladder),
                Choice::Conditioning { layered, .. } => Way::Given(layered),
                Choice::Biasing { bias, .. } => Way::Biased(bias),
                other => panic!("{}: {other:?}", self.name),
            };
            let labels = zonefall_study::Labels::default();
            let played = way.play(&study, (&labels, self.method, ""), 0, &stop, &Silent).expect("the budget is ample");
            let found = played.outcome.designs[0].unavailability;
            covered.judge(&found, (found.mean, exact), (played.outcome.horizon_h, found.hits));
        }
        (exact, covered)
    }

    /// A row of the table.
    pub fn row(&self, exact: f64, covered: &Covered) -> String {
        covered.row_without_time(&format!("{} | {} | {exact:.2e}", self.method.word(), self.name), self.trials)
    }
}
