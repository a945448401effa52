//! The entries that are this crate's alone: chains assembled from components, importances, queues.

use super::{Given, all_up, database_reliability, database_unavailability};
use zonefall_exact::importance::Paths;
use zonefall_exact::markov::{Explored, Generator};
use zonefall_exact::spread::{self, Part};
use zonefall_exact::{Error, failover, laws, queue, waiting};

/// An answer's numbers, by name; one number has no name.
pub type Answers = Vec<(String, f64)>;

fn one(value: f64) -> Answers {
    vec![(String::new(), value)]
}

/// The answer to entry `id`, or `None` if it is not covered here.
pub fn answer<'a>(id: &str, of: &dyn Fn(&str) -> Given<'a>) -> Result<Option<Answers>, Error> {
    let given = of(id);
    Ok(Some(match id {
        "E01" => one(always_on_standby(&given)?),
        "E02" => one(imperfect_coverage(&given)?),
        "E05" => one(failover::memoryless_switch_unavailability(
            given.f("region_up_h"),
            given.f("region_down_h"),
            given.f("failover_mean_min") / 60.0,
        )?),
        "I01" => one(1.0 - bridge(&given)?.unavailability()),
        "I02" => of_each(|part| bridge(&of("I01"))?.birnbaum(part))?,
        "I03" => of_each(|part| bridge(&of("I01"))?.risk_achievement_worth(part))?,
        "I05" => one(zone_sensitivity(&of("D01"))?),
        "P01" => one(cluster(given.n("N"))?),
        "Q08" => {
            let rate = |name| given.f(name);
            one(queue::mean_jobs_with_breakdowns(rate("lam"), rate("mu"), rate("breakdown_rate"), rate("repair_rate"))?)
        }
        "Q01" | "Q02" | "Q03" => {
            let station = waiting::Station::new(given.n("c") as u64, given.f("lam_per_s"), given.f("mu_per_s"))?;
            one(match id {
                "Q01" => station.waiting_share(),
                "Q02" => station.mean_wait(),
                _ => station.wait_exceeds(given.f("t_s")),
            })
        }
        "Q04" => {
            let load = given.f("lam_per_s") / given.f("mu_per_s");
            one(waiting::turned_away(given.n("c") as u64, given.n("K") as u64, load)?)
        }
        "R04" => balanced(&given)?,
        "R06" => one(1.0 - database_unavailability(&given)?),
        "R07" => one(database_reliability(&of("R06"), given.f("mission_h"))?),
        "R08" => one(database_unavailability(&of("R06"))?),
        _ => return Ok(None),
    }))
}

fn of_each(importance: impl Fn(usize) -> Result<f64, Error>) -> Result<Answers, Error> {
    (0..5).map(|part| Ok(((part + 1).to_string(), importance(part)?))).collect()
}

/// E01: of each outage, at most the time to fail over is lost.
fn always_on_standby(given: &Given) -> Result<f64, Error> {
    let (up, down, sigma) = (given.f("mttf_h"), given.f("repair_mean_h"), given.f("sigma"));
    let capped =
        laws::lognormal_capped_mean(laws::lognormal_median(down, sigma)?, sigma, given.f("failover_min") / 60.0)?;
    failover::standby_unavailability(up, down, capped)
}

/// E02: two processors; a failure fails over, or, uncovered, reboots; nothing fails during either; one crew.
fn imperfect_coverage(given: &Given) -> Result<f64, Error> {
    let (fail, repair, covered) = (1.0 / given.f("mttf_h"), 1.0 / given.f("mttr_h"), given.f("coverage"));
    let failover = 60.0 / given.f("failover_mean_min");
    let reboot = 60.0 / given.f("reboot_mean_min");
    let mut chain = Generator::new(5)?; // both, one, failing over, rebooting, none
    for (from, to, rate) in [
        (0, 2, 2.0 * fail * covered),
        (0, 3, 2.0 * fail * (1.0 - covered)),
        (2, 1, failover),
        (3, 1, reboot),
        (1, 0, repair),
        (1, 4, fail),
        (4, 1, repair),
    ] {
        chain.add(from, to, rate)?;
    }
    let shares = chain.stationary()?;
    Ok(shares[2] + shares[3] + shares[4])
}

/// I01: the bridge.
fn bridge(given: &Given) -> Result<Paths, Error> {
    let down: Vec<f64> = given.0["p"].as_array().unwrap().iter().map(|p| 1.0 - p.as_f64().unwrap()).collect();
    Paths::new(&down, &[vec![0, 3], vec![1, 4], vec![0, 2, 4], vec![1, 2, 3]])
}

/// I05: the unavailability is linear in each zone's own, so its slope is the sum of the zones' steps.
fn zone_sensitivity(given: &Given) -> Result<f64, Error> {
    let zones = given.zones()?;
    let with = |zone: usize, out: f64| {
        let mut zones = zones.clone();
        if let Part::Group { unavailability, .. } = &mut zones[zone] {
            *unavailability = out;
        }
        Ok(spread::distribution(&all_up(zones))?[0])
    };
    (0..zones.len()).map(|zone| Ok(with(zone, 0.0)? - with(zone, 1.0)?)).sum()
}

/// R04: components of some types, each repaired for itself; all of one type down is a failure.
fn balanced(given: &Given) -> Result<Answers, Error> {
    let types: Vec<(usize, f64, f64)> = (given.0["types"].as_array().unwrap().iter())
        .map(|row| (row[0].as_u64().unwrap() as usize, row[1].as_f64().unwrap(), row[2].as_f64().unwrap()))
        .collect();
    let next = |down: &Vec<usize>| {
        let step = |(at, &(units, fail, repair)): (usize, &(usize, f64, f64))| {
            let mut moves = Vec::new();
            let to = |count: usize| [&down[..at], &[count], &down[at + 1..]].concat();
            if down[at] < units {
                moves.push((to(down[at] + 1), (units - down[at]) as f64 * fail));
            }
            if down[at] > 0 {
                moves.push((to(down[at] - 1), down[at] as f64 * repair));
            }
            moves
        };
        types.iter().enumerate().flat_map(step).collect()
    };
    let system = Explored::from(vec![0; types.len()], next)?;
    let fails = |down: &Vec<usize>| down.iter().zip(&types).any(|(&down, of)| down == of.0);
    let first = system.chain.after_first_jump(0)?;
    let gamma = system.chain.reaches_first(&first, &system.which(fails), &[0])?;
    Ok(vec![("gamma".into(), gamma), ("U".into(), system.long_run(fails)?)])
}

/// P01's state: workstations up on the left and right, switches and backbone, and which class is under repair.
type Cluster = ([usize; 5], Option<usize>);

/// P01: two clusters of `n` workstations, their switches and a backbone, one repairer who has to be called.
fn cluster(n: usize) -> Result<f64, Error> {
    let all = [n, n, 1, 1, 1];
    let fail = [1.0 / 500.0, 1.0 / 500.0, 1.0 / 4000.0, 1.0 / 4000.0, 1.0 / 5000.0];
    let repair = [2.0, 2.0, 0.25, 0.25, 0.125];
    let next = |&(up, busy): &Cluster| -> Vec<(Cluster, f64)> {
        let changed = |class: usize, count: usize| {
            let mut up = up;
            up[class] = count;
            up
        };
        let mut moves = Vec::new();
        for class in 0..5 {
            if up[class] > 0 {
                moves.push(((changed(class, up[class] - 1), busy), up[class] as f64 * fail[class]));
            }
            if busy.is_none() && up[class] < all[class] {
                moves.push(((up, Some(class)), 10.0));
            }
            if busy == Some(class) {
                moves.push(((changed(class, up[class] + 1), None), repair[class]));
            }
        }
        moves
    };
    let premium = |&([left, right, left_switch, right_switch, backbone], _): &Cluster| {
        let connected = left_switch == 1 && right_switch == 1 && backbone == 1;
        left >= n && left_switch == 1 || right >= n && right_switch == 1 || connected && left + right >= n
    };
    let system = Explored::from((all, None), next)?;
    Ok(1.0 - system.long_run(|state| !premium(state))?)
}
