//! What a design has for bad days, and may not be good for it: parts that share a region, gateways and standbys that carry less than
//! the peak. And what it has not for any day: machines for all of its jobs, rules for its autoscale.
//!
//! In: a design that is right. Out: hints at the keys that would have to change, and warnings where nothing can come of them.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::sets::Placed;
use crate::spread;
use crate::units::duration_words;
use zonefall_engine::SimDuration;
use zonefall_faults::Profile as Faults;
use zonefall_fleet::management::Action;
use zonefall_fleet::policy::autoscale::{Direction, Profile};
use zonefall_fleet::policy::health::begins_initializing;
use zonefall_fleet::{Design, Failover, Need, Part, Pattern, Standby, Structure};
use zonefall_topology::{RegionId, Topology, grouped};

/// Thousandths, as in [`Standby::running_milli`].
const WHOLE: u64 = 1000;

/// Tells of autoscale.
pub(crate) fn of_autoscale(reader: &Reader<'_>, sets: &[Placed], sink: &mut Sink) {
    no_rule(reader, sets, sink);
    begins_outside(sets, sink);
}

/// Tells all else.
pub(crate) fn check(
    reader: &Reader<'_>,
    design: &Design,
    sets: &[Placed],
    (topology, profile): (Option<&Topology>, Option<&Faults>),
    sink: &mut Sink,
) {
    gateway(reader, design, sink);
    spread::tell_of_slow_machines(reader, design, profile, sink);
    cold_products(reader, sets, sink);
    jobs(reader, design, sets, sink);
    let Some(service) = design.structure() else { return };
    for group in &service.failovers {
        one_region((reader, service, group), sets, topology, sink);
        if let (Pattern::Standby(standby), Some(demand)) = (&group.pattern, &design.demand) {
            standbys((reader, service, group), (standby, demand.range_milli().1), sets, sink);
        }
    }
}

/// AS-05, AS-09: autoscale that nothing ever asks to add, or to take away, in whatever profile.
fn no_rule(reader: &Reader<'_>, sets: &[Placed], sink: &mut Sink) {
    for placed in sets {
        let Some(managed) = placed.set.management.as_ref() else { continue };
        let Some(autoscale) = managed.autoscale.as_deref() else { continue };
        let [base, others @ ..] = &autoscale.profiles[..] else { continue };
        let limits = |of: &Profile| (of.minimum, of.maximum);
        if others.iter().any(|of| limits(of) != limits(base)) {
            continue;
        }
        let goes = |way| autoscale.profiles.iter().flat_map(|of| &of.rules).any(|rule| rule.direction == way);
        let name = &placed.set.name;
        let (minimum, maximum) = limits(base);
        let (words, key) = match (goes(Direction::Out), goes(Direction::In)) {
            (true, true) => continue,
            (false, false) => {
                (format!("no rule: it keeps to {minimum} to {maximum} machines, whatever the load"), "increase")
            }
            // Who asks for a capacity brings it back.
            _ if managed.changes.iter().any(|change| matches!(change.action, Action::Capacity(_))) => continue,
            (true, false) => (
                format!("no rule that scales in: what a peak brings, up to {maximum} machines, stays for ever"),
                "decrease",
            ),
            (false, true) => (
                format!("no rule that scales out: what it gives back, down to {minimum} machines, never comes again"),
                "increase",
            ),
        };
        let place = reader.place(&format!("scale_set.{name}.autoscale"));
        sink.warn(codes::NO_RULE, &place, format!("autoscale of `{name}` has {words}")).help(format!(
            "add `[[scale_set.{name}.autoscale.rule]]` with `metric`, `operator`, `threshold` and `{key}`"
        ));
    }
}

/// AS-05: a set that begins outside of the limits of its autoscale. A schedule of several profiles moves it anyway.
fn begins_outside(sets: &[Placed], sink: &mut Sink) {
    for placed in sets {
        let setting = placed.set.management.as_ref().and_then(|managed| managed.autoscale.as_deref());
        let Some([only]) = setting.map(|setting| &setting.profiles[..]) else { continue };
        let (capacity, minimum, maximum) = (placed.set.capacity, only.minimum, only.maximum);
        let first = capacity.clamp(minimum, maximum);
        if first != capacity {
            let words = format!(
                "`{}` begins with {capacity} machines, outside of the {minimum} to {maximum} of its autoscale: the first evaluation makes them {first} (AS-05)",
                placed.set.name
            );
            sink.hint(codes::ODD_RULE, &placed.capacity_span, words).help("a `capacity` within them");
        }
    }
}

/// AR-04, AR-07, HM-05: machines that are repaired while they still warm up, each repair's product too.
fn cold_products(reader: &Reader<'_>, sets: &[Placed], sink: &mut Sink) {
    for set in sets.iter().map(|placed| &placed.set) {
        let Some(managed) = set.management.as_ref() else { continue };
        let (Some(health), Some(repairs)) = (managed.health, managed.repairs) else { continue };
        let initializing = if begins_initializing(health.source) { health.grace } else { SimDuration::ZERO };
        let left_alone = repairs.grace.max(initializing);
        let warm_up = SimDuration::from_ms(set.warm_up.mean_ms() as u64);
        if warm_up <= left_alone {
            continue;
        }
        let words = format!(
            "a machine of `{}` warms up for {}, and {} after it is up it is repaired as unhealthy, again and again, until repairs are \
             suspended (AR-04, AR-07)",
            set.name,
            duration_words(warm_up),
            duration_words(left_alone)
        );
        let place = reader.place(&format!("scale_set.{}.repairs", set.name));
        sink.hint(codes::COLD_PRODUCT, &place, words).help(
            "a longer `repairs.grace` (90 min at most), or `health.rich = true` with a `health.grace` longer than the warm-up",
        );
    }
}

/// Whole seconds of a day.
const DAY_S: u64 = 86_400;

/// Jobs that all machines together, or those that do nothing else, with everything up and beside the least that arrives, never
/// get done, or not by the deadline: as large a share of them as is the objective, else all.
fn jobs(reader: &Reader<'_>, design: &Design, sets: &[Placed], sink: &mut Sink) {
    let Some(jobs) = design.jobs.as_ref().filter(|jobs| !jobs.batches.is_empty()) else { return };
    let does = |at: &usize| !design.has_workers() || design.only_works(*at);
    let sets: Vec<&Placed> = sets.iter().enumerate().filter(|(at, _)| does(at)).map(|(_, of)| of).collect();
    let all_milli: u64 = sets.iter().map(|of| u64::from(of.most_asked()).saturating_mul(of.set.serves_milli)).sum();
    let requests = design.demand.as_ref().filter(|_| !design.has_workers()).map_or(0, |demand| demand.range_milli().0);
    let (batch, left_milli) = (jobs.count.saturating_mul(jobs.work), all_milli.saturating_sub(requests));
    let do_in = |seconds: u64| u128::from(left_milli) * u128::from(seconds) / 1000;
    // Where batches are of different sizes a small one may be done in time.
    let longest_s = jobs.batches.iter().map(|of| of.due.since(of.at).as_ms() / 1000).max().unwrap_or(0);
    let (share, of) = if let Need::Done(share, of) = design.need { (share, of) } else { (1, 1) };
    let too_late = jobs.sigma == 0.0 && u128::from(batch) * u128::from(share) > do_in(longest_s) * u128::from(of);
    let (never, when, seconds, span, later) = match () {
        () if u128::from(batch) > do_in(DAY_S) => {
            ("never gets done with its jobs", "each day brings", DAY_S, "in a day", "")
        }
        () if too_late => {
            let (never, span) = ("is late with every batch of jobs", "from `at` to `deadline`");
            (never, "a batch is", longest_s, span, ", or a later `deadline`")
        }
        () => return,
    };
    let of_jobs = match jobs.work {
        1 => format!("{} jobs, a request's work each", grouped(jobs.count.into())),
        work => format!(
            "{} jobs × {} = {} requests' work",
            grouped(jobs.count.into()),
            grouped(work.into()),
            grouped(batch.into())
        ),
    };
    let machines: u64 = sets.iter().map(|of| u64::from(of.most_asked())).sum();
    let beside = match requests {
        0 => String::new(),
        some => format!(" less the {} req/s that arrive at least", per_second(some)),
    };
    let words = format!(
        "design `{}` {never}: {when} {of_jobs}, and its {machines} machines together do {} {span} ({} req/s{beside} × {} s)",
        design.name,
        grouped(do_in(seconds)),
        per_second(all_milli),
        grouped(seconds.into())
    );
    let key = if jobs.work > 1 { "jobs.work" } else { "jobs.count" };
    sink.warn(codes::OVERWORKED, &reader.place(key), words)
        .help(format!("more machines, or fewer or smaller jobs (`count`, `work`){later}"));
}

fn per_second(milli: u64) -> f64 {
    milli as f64 / 1000.0
}

/// AG-03: at its maximum a gateway lets less through than the most that arrives. Where the objective needs more than that, W016 says so.
fn gateway(reader: &Reader<'_>, design: &Design, sink: &mut Sink) {
    let (Some(gateway), Some(demand)) = (&design.service.gateway, &design.demand) else { return };
    let (peak, one) = (demand.range_milli().1, gateway.lets_through(gateway.most));
    let gates = design.structure().and_then(Structure::gates).map_or(1, |gates| gates.len() as u64);
    let shares = |group: &Failover| matches!(group.pattern, Pattern::ActiveActive { .. });
    let side_by_side = design.structure().is_some_and(|service| service.failovers.iter().any(shares));
    let abreast = if side_by_side { gates.max(1) } else { 1 };
    let all = one.saturating_mul(abreast);
    // What an objective on all of it cannot get is told with it.
    let told = match design.need {
        Need::Served(share, of) if design.service.patience.is_none() => {
            u128::from(peak) * u128::from(share) > u128::from(all) * u128::from(of)
        }
        _ => false,
    };
    if all >= peak || told {
        return;
    }
    let most = gateway.most;
    let what = match abreast {
        1 => format!("at its maximum of {most} the gateway lets"),
        some => format!("{some} gateways at their maximum of {most} let"),
    };
    let words = format!("{what} {} req/s through, and at the peak {} arrive", per_second(all), per_second(peak));
    let enough = peak.div_ceil(gateway.instance_milli.saturating_mul(abreast).max(1));
    sink.hint(codes::GATEWAY_PEAK, &reader.place("load_balancer.autoscale.maximum"), words)
        .help(format!("`maximum = {enough}` lets all of it through"));
}

/// A group and what it stands in.
type Within<'a> = (&'a Reader<'a>, &'a Structure, &'a Failover);

/// ZN-06: parts that stand in for each other, all of them machines of one region.
fn one_region((reader, service, group): Within<'_>, sets: &[Placed], topology: Option<&Topology>, sink: &mut Sink) {
    let parts = service.parts_of(group.node as usize);
    let within: Vec<Vec<u32>> = parts.iter().map(|&part| service.sets_within(part as usize)).collect();
    // Where a component is, if anywhere, nobody says.
    if within.iter().any(Vec::is_empty) {
        return;
    }
    let mut regions: Vec<RegionId> = within.iter().flatten().map(|&set| sets[set as usize].set.region).collect();
    regions.dedup();
    let ([region], Some(topology)) = (&regions[..], topology) else { return };
    let (name, region) = (&service.nodes[group.node as usize].name, &topology.region(*region).name);
    let words = format!("all parts of `{name}` are in region `{region}`: none stands in when that is lost");
    sink.hint(codes::ONE_REGION, &reader.place(&format!("failover.{name}.parts")), words)
        .help("give the sets of one part another `region`, unless only zones are meant (ZN-06)");
}

/// DR-07: parts that stand by and carry less than the most that arrives, at all or until they have grown.
fn standbys((reader, service, group): Within<'_>, (standby, peak): (&Standby, u64), sets: &[Placed], sink: &mut Sink) {
    let name = &service.nodes[group.node as usize].name;
    for &part in service.parts_of(group.node as usize).iter().skip(1) {
        let scales =
            |&set: &u32| sets[set as usize].set.management.as_ref().is_some_and(|managed| managed.autoscale.is_some());
        if service.sets_within(part as usize).iter().any(scales) {
            continue;
        }
        let carried = |running| carries((service, part), sets, running);
        let (Some(all), Some(running)) = (carried(WHOLE), carried(standby.running_milli.into())) else { continue };
        let part = &service.nodes[part as usize].name;
        let peak_words = format!("at the peak {} arrive", per_second(peak));
        if all < peak {
            let words = format!("all machines of standby `{part}` carry {} req/s, and {peak_words}", per_second(all));
            sink.hint(codes::SMALL_STANDBY, &reader.place(&format!("failover.{name}.parts")), words);
        } else if running < peak {
            let words =
                format!("until standby `{part}` has grown it carries {} req/s, and {peak_words}", per_second(running));
            sink.hint(codes::SMALL_STANDBY, &reader.place(&format!("failover.{name}.running")), words).help(
                "raise `running` if that is too little until it is `ready`, 5 to 20 min if nothing is written (DR-07)",
            );
        }
    }
}

/// Thousandths of a request a second that a node carries while so much of its sets runs; none where it holds no machine.
fn carries((service, node): (&Structure, u32), sets: &[Placed], running_milli: u64) -> Option<u64> {
    match &service.nodes[node as usize].part {
        Part::Sets(of, _) => Some(of.iter().fold(0, |sum: u64, &set| {
            let set = &sets[set as usize].set;
            let machines = (u64::from(set.capacity) * running_milli).div_ceil(WHOLE);
            sum.saturating_add(machines.saturating_mul(set.serves_milli))
        })),
        Part::Component(_) => None,
        Part::Group { parts, least } => {
            let each = parts.iter().map(|&part| carries((service, part), sets, running_milli));
            let mut all: Vec<u64> = each.clone().map(|each| each.unwrap_or(u64::MAX)).collect();
            // As many as are needed: all clients come to each of them.
            all.sort_unstable_by_key(|&each| std::cmp::Reverse(each));
            each.flatten().next().and(all.get((*least as usize).saturating_sub(1)).copied())
        }
    }
}
