//! The exact answer to a study's question, where there is one: the expected share of the measured time in which a
//! design's objective does not hold, without a single draw.
//!
//! What is covered: `min_serving` (beside jobs, too, which take what is left or have machines of their own), drawn faults, no
//! load balancer, sets that nobody manages, outages that end for all that they hit at once and leave nothing to be waited for;
//! and services of parts whose groups share no more than that (`parts`). Then machines, hosts, racks, halls, zones, pairs of
//! zones and regions are independent alternating processes, and only how often each is out counts: conditioned on what is shared,
//! the counts of machines are convolved. Modes that start stationary may follow any law; modes that start new (crews and shocks
//! among them) are exponential, and the answer is integrated over the measured time.
//!
//! Everything else is refused in words, all of them at once ([`Obstacles`]). The way: `layers` says what each mode does,
//! `places` where machines stand, `tree` puts both together, and `crates/exact` computes.

pub(crate) mod chain;
mod course;
pub(crate) mod given;
mod layers;
mod parts;
mod places;
mod tree;

use crate::study::Study;
use layers::Layers;
use parts::Answer;
use tree::Tree;
use zonefall_engine::SimTime;
use zonefall_exact::probability_fewer_than;
use zonefall_exact::quadrature::mean_over;
use zonefall_exact::spread::distribution;
use zonefall_fleet::{Design, Least, Need, Part, StartState, Structure};

/// The most machines whose counts are convolved.
const MACHINES_MAX: u64 = 5000;

/// An answer without luck.
#[derive(Debug, Clone, PartialEq)]
pub struct Exact {
    /// Expected share of the measured time in which the objective does not hold.
    pub unavailability: f64,
    /// Whether it is the same at every instant; else it is a mean over the measured time.
    pub stationary: bool,
}

/// What stands in the way of an exact answer, in words; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacles(pub Vec<String>);

/// The exact unavailability of one of a study's designs.
///
/// # Errors
/// With everything that is not covered, or more work than an exact method takes on.
pub fn exactly(study: &Study, design: &Design) -> Result<Exact, Obstacles> {
    let mut obstacles = of_study(study, design);
    let layers = Layers::new(&study.profile, design, &mut obstacles);
    if let Some(service) = design.structure() {
        let answer = Answer::new(study, design, service, &layers).map_err(|words| obstacles.extend(words));
        let (Ok(answer), true) = (answer, obstacles.is_empty()) else { return Err(Obstacles(obstacles)) };
        let exact = over_time(study, answer.fastest(), |t_ms| answer.missed_at(t_ms));
        return exact.map_err(|error| Obstacles(vec![error.to_string()]));
    }
    let places = places::needed(design, &study.topology).map_err(|words| obstacles.push(words));
    let (Ok(places), true, &Need::Serving(needed)) = (places, obstacles.is_empty(), &design.need) else {
        return Err(Obstacles(obstacles));
    };
    let tree = |(weight, hosts): (f64, Vec<_>)| Ok((weight, Tree::new(&layers, &hosts, &|_| false, &study.topology)?));
    let trees: Result<Vec<(f64, Tree)>, String> = places.into_iter().map(tree).collect();
    let trees = trees.map_err(|words| Obstacles(vec![words]))?;
    let missed_at = |t_ms: f64| {
        trees.iter().try_fold(0.0, |sum, (weight, tree)| {
            let up = distribution(&tree.at(t_ms)?)?;
            Ok(sum + weight * probability_fewer_than(&up, needed as usize))
        })
    };
    let fastest = trees.iter().map(|(_, tree)| tree.fastest()).fold(0.0, f64::max);
    over_time(study, fastest, missed_at).map_err(|error| Obstacles(vec![error.to_string()]))
}

/// The mean of what is missed over the measured time, where the fastest rate is so much.
fn over_time(
    study: &Study,
    fastest: f64,
    missed_at: impl Fn(f64) -> Result<f64, zonefall_exact::Error>,
) -> Result<Exact, zonefall_exact::Error> {
    if fastest <= 0.0 {
        return Ok(Exact { unavailability: missed_at(0.0)?, stationary: true });
    }
    let ms = |t: SimTime| t.as_ms() as f64;
    let span = (ms(study.measure.from), ms(study.measure.horizon));
    Ok(Exact { unavailability: mean_over(span, fastest, missed_at)?, stationary: false })
}

/// What the study and the design, but for their modes, ask that has no exact answer.
fn of_study(study: &Study, design: &Design) -> Vec<String> {
    let mut obstacles = of_service(study, design);
    if design.capacity() > MACHINES_MAX {
        obstacles.push(format!("more than {MACHINES_MAX} machines: the convolution is too long"));
    }
    obstacles
}

/// The same, however many machines there are.
fn of_service(study: &Study, design: &Design) -> Vec<String> {
    let mut obstacles = Vec::new();
    let mut no = |is_so: bool, words: &str| {
        if is_so {
            obstacles.push(words.to_owned());
        }
    };
    no(study.replay.is_some(), "the faults are recorded or scripted: nothing is left to expect");
    no(study.measure.until_first_miss, "trials end at the first miss: no share of time is measured");
    no(design.is_managed(), "a managed set: what its machines do depends on what happened before");
    no(design.balancer.is_some(), "a load balancer: machines wait for its probes, so what serves depends on the past");
    no(matches!(design.need, Need::Served(..)), "`min_served`: only `min_serving` is counted in whole machines");
    no(design.fails_over(), "`[failover]`: where clients are sent depends on what happened before");
    no(design.hangs_on_jobs(), "`[jobs]`: what is late depends on what happened before");
    let shares = |node: &zonefall_fleet::Node| matches!(node.part, Part::Sets(_, Least::Served(..)));
    let asks = design.structure().is_some_and(|service| service.nodes.iter().any(shares));
    no(asks, "`min_served` of a part: only `min_serving` is counted in whole machines");
    let limits = |service: &Structure| service.components().any(|(_, component)| component.ceiling.is_some());
    no(design.structure().is_some_and(limits), "`capacity` of a component: what passes it hangs on the demand");
    no(
        design.structure().is_some() && design.within().is_some(),
        "`p95_latency`: how long requests take hangs on the demand",
    );
    let crews = study.profile.modes.iter().any(|mode| mode.crews.is_some());
    no(design.has_workers() && crews, "`jobs.sets`: these machines wait for the same crews as those that serve");
    let creating = |start: &StartState| matches!(start, StartState::Creating(law) if law.mean_ms() > 0.0);
    no(
        design.needed_sets().any(|(_, set)| creating(&set.start)),
        "machines are still being created when the trial begins",
    );
    obstacles
}
