//! CO-03: what load balancers and application gateways cost.

use super::{Rates, note};
use crate::diagnostic::Sink;
use crate::reader::Reader;
use std::collections::BTreeSet;
use zonefall_azure::defaults::GATEWAY_UNITS_PER_INSTANCE;
use zonefall_azure::prices::PriceList;
use zonefall_fleet::Design;
use zonefall_topology::RegionId;

/// A load balancer, or an application gateway with the capacity units of its instances.
pub(super) fn price(rates: &mut Rates, list: &PriceList, design: &Reader<'_>) {
    let nobody = &mut Sink::default();
    let balancer = design.sub("load_balancer", "load_balancer", nobody);
    let kind = balancer.as_ref().and_then(|of| of.choice("kind", nobody));
    rates.is_gateway = kind == Some("application-gateway");
    let (price, lacks, else_lacks) = match rates.is_gateway {
        true => (list.application_gateway, "no price of application gateways", GATEWAY_LACKS),
        false => (list.load_balancer, "no price of load balancers", BALANCER_LACKS),
    };
    rates.once = price.unwrap_or(0.0);
    note(&mut rates.notes, if price.is_some() { else_lacks } else { lacks }.into());
    let scales = balancer.is_some_and(|of| of.has("autoscale") && !of.is_off("autoscale"));
    match list.capacity_unit {
        _ if !rates.is_gateway => {}
        Some(unit) if scales => rates.gateway_instance = unit * GATEWAY_UNITS_PER_INSTANCE as f64,
        Some(_) => {
            note(&mut rates.notes, "no capacity units of gateways without `autoscale`: how many is not said".into())
        }
        None => note(&mut rates.notes, "no price of a gateway's capacity units".into()),
    }
}

/// What bills leave out of what has a price.
const BALANCER_LACKS: &str =
    "load balancers without the data that they pass on and without rules beyond five; no traffic to clients";
const GATEWAY_LACKS: &str =
    "an instance of a gateway at ten capacity units, busy or not; no firewall, no traffic to clients";

/// A load balancer is of one region, so there is one in each that requests come to; in a standby's once something runs there.
pub(crate) fn balanced_regions(design: &Design) -> f64 {
    let runs = |&at: &usize| design.sets[at].capacity == 0 || design.set_as_paid(at).capacity > 0;
    let served = (0..design.sets.len()).filter(|&at| !design.only_works(at)).filter(runs);
    let regions: BTreeSet<RegionId> = served.map(|at| design.sets[at].region).collect();
    regions.len().max(1) as f64
}
