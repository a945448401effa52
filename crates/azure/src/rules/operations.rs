//! SL: the service level agreement. IN: incidents. FR: failure rates.

use super::Confidence::{Inferred, Recalled, Unknown};
use super::Rule;

const AGREEMENT_RECALLED: &str = "Azure's SLA for virtual machines, recalled, not read again";
const REVIEWS: &str = "public incident reviews, 2011 to 2026";

pub(super) const AGREEMENT: &[Rule] = &[
    Rule::modelled(
        "SL-01",
        "Two machines in two zones 99.99 %, in a set or on dedicated hosts 99.95 %; alone 95 to 99.9 %, by the worst disk.",
        "Azure's SLA for virtual machines, version 1.2 and secondary pages; which disk decides is recalled",
    )
    .partly(&[Recalled]),
    Rule::modelled(
        "SL-02",
        "Down is a minute in which the platform cuts off every machine; the clock stops while none is promised.",
        AGREEMENT_RECALLED,
    )
    .recalled(),
    Rule::modelled(
        "SL-03",
        "Credits of 10, 25 and 100 % at falling uptimes, not for what the customer does, nor for Spot.",
        AGREEMENT_RECALLED,
    )
    .recalled(),
    Rule::out(
        "SL-04",
        "The promise has changed: single machines since 2016, 100 % credit since 2017, zones since 2018.",
        "versions of the agreement",
        "history; the present terms are modelled",
    ),
    Rule::modelled("SL-05", "What a promise allows in a month of 30 days: 4.32 minutes at 99.99 %.", "arithmetic")
        .pure("arithmetic on a promise")
        .inferred(),
    Rule::out(
        "SL-06",
        "Reserved capacity can be obtained 99.9 % of the time.",
        "the agreement's part on reservations",
        "reserved capacity is always found here (CR-02)",
    ),
    Rule::modelled(
        "SL-07",
        "Promises in series multiply, of R regions one must hold: 1 − (1 − N)^R; each kind of component has its own.",
        "Azure's SLAs of components and composite SLA arithmetic, recalled, not read again",
    )
    .recalled()
    .key("component.availability"),
];

pub(super) const INCIDENTS: &[Rule] = &[
    Rule::modelled(
        "IN-01",
        "Most zone incidents take a part of the zone: all of it in a quarter, else 5 to 60 %.",
        "public incident reviews, 2011 to 2026; the shares are chosen",
    )
    .pure("a mode of the profile: data")
    .measured()
    .partly(&[Unknown])
    .key("faults.mode.share"),
    Rule::in_part(
        "IN-02",
        "Power is back soon, machines hours later: four fifths at the main recovery, the rest up to three times later.",
        "public incident reviews, 2011 to 2026; the shares and times are inferred from two of them",
        "the hosts and volumes that are lost for good (0.1 to 1 %): all machines come back with their disks",
    )
    .measured()
    .partly(&[Inferred])
    .key("faults.mode.staged"),
    Rule::out(
        "IN-03",
        "Lost cooling sheds machines after 1 to 3.5 hours only.",
        REVIEWS,
        "an outage begins when machines go; nothing in a design reacts to the heat before",
    )
    .measured(),
    Rule::modelled(
        "IN-04",
        "One zone incident in four takes the region's control plane too, for 1 to 11 hours.",
        REVIEWS,
    )
    .measured()
    .key("faults.mode.control_plane"),
    Rule::modelled(
        "IN-05",
        "Incidents of a region ignore its zones; some take the control plane only, and what runs goes on.",
        REVIEWS,
    )
    .pure("modes of the profile: data")
    .measured(),
    Rule::out(
        "IN-06",
        "Shared storage and injected networks carry an incident into other zones.",
        REVIEWS,
        "services beside the machines are not simulated; a second zone is lost by common cause",
    )
    .measured(),
    Rule::modelled(
        "IN-07",
        "In a zone incident the other zones run short: 5 to 30 % of allocations fail there.",
        "public incident reviews, 2011 to 2026; the shares are chosen",
    )
    .measured()
    .partly(&[Unknown])
    .key("faults.mode.surge"),
];

pub(super) const RATES: &[Rule] = &[
    Rule::in_part(
        "FR-01",
        "The default profile azure-like-v0: modes, rates, durations, each with its range; releases are bad in 2 %.",
        "sources R01 to R42, quoted by each number; what they do not say is chosen",
        "the repair of a failed host itself (median 24 h): it is whole again when its machines are back; and crashes that last \
         until somebody repairs the guest: the watchdog restarts it",
    )
    .unknown()
    .key("faults.profile"),
    Rule::in_part(
        "FR-02",
        "Events over many units are Poisson, hosts have a Weibull renewal, repairs are lognormal; a burst takes a rack or hall.",
        "published failure studies",
        "the gaps of up to 120 s between the machines of a burst: all of them go at the same instant",
    )
    .inferred(),
    Rule::modelled(
        "FR-03",
        "What the profile implies is computed exactly, and the simulation agrees: 25 to 35 minutes a machine and year.",
        "arithmetic on FR-01",
    )
    .inferred(),
];
