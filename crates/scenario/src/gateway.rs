//! `load_balancer.autoscale`: an application gateway that grows with what comes to it (AG-03).
//!
//! In: the table, the kind of the load balancer, whether anything arrives, and what is needed. Out: what the fleet follows. What can go
//! wrong: another kind, a minimum above the maximum, nothing that arrives, a service of parts whose entrances are not known; told at
//! their places.

use crate::codes;
use crate::diagnostic::Sink;
use crate::laws;
use crate::objective::as_read;
use crate::reader::Reader;
use zonefall_azure::defaults::GATEWAY_UNITS_PER_INSTANCE;
use zonefall_fleet::Need;
use zonefall_fleet::policy::gateway::Gateway;

const PATH: &str = "load_balancer.autoscale";
/// The most that a unit lets through, in thousandths of a request a second.
const UNIT_MAX_MILLI: u64 = 1_000_000_000;

/// The outer `None` is a mistake, the inner one no such gateway.
pub(crate) fn gateway(
    design: &Reader<'_>,
    (need, has_demand): (Option<&Need>, bool),
    sink: &mut Sink,
) -> Option<Option<Gateway>> {
    if design.is_off("load_balancer") {
        return Some(None);
    }
    let Some(balancer) = design.sub("load_balancer", "load_balancer", sink) else { return Some(None) };
    let kind = balancer.choice("kind", sink);
    let Some(reader) = balancer.sub_or_off("autoscale", PATH, sink) else { return Some(None) };
    let (least, most) = (reader.count("minimum", sink), reader.count("maximum", sink));
    let unit = reader.request_rate("requests_per_unit", sink);
    let (grows_in, shrinks_after) = (laws::law(&reader, "grows_in", sink), reader.span_of_time("shrinks_after", sink));
    let mut fine = kind.is_some() && has_demand;
    if !has_demand {
        let words = "it scales with what arrives, and nothing does";
        sink.error(codes::SERVICE, reader.span(), words).lacks_demand();
    }
    let mut no = |code: &'static str, key: &str, words: String, help: &str| {
        sink.error(code, &reader.span_of(key), words).help(help);
        fine = false;
    };
    if kind.is_some_and(|kind| kind != "application-gateway") {
        let words = "only an application gateway scales by itself (AG-03)".into();
        no(codes::EXCLUSIVE, "", words, "write `kind = \"application-gateway\"`, or take `autoscale` out");
    }
    if need.and_then(as_read).is_some_and(|service| service.gates().is_none()) {
        let words = "a gateway stands before each part that one `[failover]` sends clients to, or before what all of them pass first; what stands in for these parts, or for those of another `[failover]`, has another way in, which is not simulated".into();
        let help = "make it one of the `parts` of the `[failover]`, or take `autoscale` of the gateway out";
        no(codes::EXCLUSIVE, "", words, help);
    }
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let words = format!("the minimum {least} is above the maximum {most} (AG-03)");
        no(codes::RANGE, "minimum", words, "at most as many");
    }
    if unit.is_some_and(|unit| !(1..=UNIT_MAX_MILLI).contains(&unit)) {
        let words = "`requests_per_unit` must be above 0 and at most 1,000,000 req/s".into();
        no(codes::RANGE, "requests_per_unit", words, "an instance has ten units");
    }
    let (least, most, unit) = (least? as u32, most? as u32, unit?);
    let (grows_in, shrinks_after) = (grows_in?, shrinks_after?);
    let instance_milli = unit * GATEWAY_UNITS_PER_INSTANCE;
    fine.then_some(Some(Gateway { instance_milli, least, most, grows_in, shrinks_after }))
}
