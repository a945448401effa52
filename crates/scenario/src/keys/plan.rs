//! Keys of the plan: what may be chosen, within which limits, at which price.

use super::Key;
use super::Kind::{self, Choice, Count, Either, Flag, List, Number, Share, Table, Tables, Text};
use super::fleet::MACHINES_MAX;
use crate::choices::CHOICES_MAX;

/// The most keys that are chosen from.
pub(crate) const KEYS_MAX: usize = 20;
/// The most of any amount of money.
const MONEY_MAX: f64 = 1e15;

/// What one value of a key may look like.
const VALUE: Kind =
    Either(&[Text, Number(-MONEY_MAX, MONEY_MAX), Flag, List(&Either(&[Text, Number(-MONEY_MAX, MONEY_MAX)]), 1000)]);

pub(super) const KEYS: &[Key] = &[
    Key::new("plan", Table, "What `zonefall plan` may choose, within which limits, and what it costs."),
    Key::new("plan.target", Share, "The availability that the design must reach on average; `slo.target` without it. `--target` goes before both."),
    Key::new("plan.trials_max", Count(128, 1_000_000_000), "The most trials that one candidate lives through.").or("262144"),
    Key::new("plan.max_machines", Count(1, MACHINES_MAX), "Candidates with more machines are left out: a quota of machines."),
    Key::new("plan.max_machines_per_zone", Count(1, MACHINES_MAX), "Candidates with more machines in one zone are left out."),
    Key::new("plan.max_cost", Number(0.0, MONEY_MAX), "The budget a month, in the currency of `[money]` or of `plan.price` (machines where there is neither). Dearer candidates are left out; those that change their size (autoscale, changes, runbooks) or pay for traffic between zones by their simulated cost, the mean bill of their first trials."),
    Key::new("plan.choice[]", Tables(KEYS_MAX), "A key that may be chosen. Every value meets every value of the others."),
    Key::new("plan.choice[].key", Text, "The path of the key, as in `\"scale_set.web.capacity\"`: one that a design may change."),
    Key::new(
        "plan.choice[].values",
        Either(&[Text, List(&VALUE, CHOICES_MAX)]),
        "Its values: a list, or a text such as `\"6 to 30 step 3\"` or `\"6, 9, 12 to 20\"`.",
    ),
    Key::new(
        "plan.choice[].helps",
        Choice(&["more", "less", "unknown"]),
        "Whether more of it (a later value) never means more downtime, or less of it. The search skips what follows from \
         that; it is checked on pairs of candidates in each run, and dropped where it does not hold.",
    )
    .or("unknown"),
    Key::new("plan.price", Table, "What machines cost, one price for every size; not beside `[money]`, whose prices go for plans too. With neither the cost is the number of machines."),
    Key::new("plan.price.per_machine_hour", Number(0.0, MONEY_MAX), "The price of a machine for an hour."),
    Key::new("plan.price.spot_per_machine_hour", Number(0.0, MONEY_MAX), "The price of a Spot machine for an hour; that of other machines without it."),
    Key::new("plan.price.standby_per_machine_hour", Number(0.0, MONEY_MAX), "The price of a machine in a standby pool for an hour; that of other machines without it."),
    Key::new("plan.price.currency", Text, "What the price is in, for reports.").or("money"),
    Key::new("plan.price.date", Text, "When the price was looked up, and where: prices change."),
];
