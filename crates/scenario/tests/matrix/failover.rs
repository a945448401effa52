//! Failover: what is refused, and what the documented defaults come to.

use crate::{accepted, scenario, told};
use zonefall_engine::{Law, Shape, SimDuration};
use zonefall_fleet::management::Lack;
use zonefall_fleet::{ALL_CLIENTS, Alarm, Failover, Pattern, Sight, Standby};
use zonefall_scenario::Diagnostic;

const PARTS: &str = "[component.east]\nregion = \"eastus\"\navailability = \"99.9%\"\n[component.west]\nregion = \"westus2\"\navailability = \"99.9%\"\n";

fn text(failover: &str) -> String {
    scenario("", &format!("{PARTS}[failover.site]\n{failover}"))
}

fn failover(more: &str) -> Failover {
    let text = text(&format!("parts = [\"east\", \"west\"]\n{more}"));
    let fine = accepted(&text);
    let service = fine.designs[0].structure().unwrap();
    let [failover] = &service.failovers[..] else { panic!("{:?}", service.failovers) };
    assert_eq!(service.nodes[failover.node as usize].name, "site");
    failover.clone()
}

fn standby(more: &str) -> Standby {
    match failover(&format!("router = \"front-door\"\n{more}")).pattern {
        Pattern::Standby(standby) => *standby,
        other => panic!("{other:?}"),
    }
}

fn uniform(low: f64, high: f64) -> Law {
    Law::new(Shape::Uniform(low, high), None).unwrap()
}

const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;

#[test]
fn dr_01_dr_02_dr_05_dr_07_a_standby_by_its_pattern() {
    let hot = standby("pattern = \"hot\"");
    assert!(hot.operator.is_none() && !hot.sent_at_once && !hot.needs_control_plane && hot.promised.is_none());
    assert_eq!((hot.ready, hot.capacity_risk), (uniform(0.0, 2.0 * MINUTE), 0.0));
    assert_eq!(hot.recovery_point, Law::constant(SimDuration::ZERO));
    let warm = standby("pattern = \"warm\"");
    assert_eq!((warm.ready, warm.running_milli), (uniform(5.0 * MINUTE, 20.0 * MINUTE), 300));
    assert!(warm.operator.is_some() && warm.sent_at_once && warm.needs_control_plane);
    let cold = standby("pattern = \"cold\"");
    assert_eq!((cold.ready, cold.recovery_point), (uniform(HOUR, 8.0 * HOUR), uniform(0.0, 24.0 * HOUR)));
    let replicated = standby("pattern = \"site-recovery\"");
    let law = Law::new(Shape::LogNormal(15.0 * MINUTE, 0.6), None).unwrap();
    assert_eq!((replicated.ready, replicated.recovery_point), (law, uniform(0.0, 5.0 * MINUTE)));
    assert_eq!(replicated.promised, Some(SimDuration::from_ms(7_200_000)));
    assert_eq!(replicated.capacity_risk, 0.175);
}

#[test]
fn dr_03_dr_04_what_is_reserved_is_found_and_whoever_decides_goes_back() {
    let reserved = standby("pattern = \"cold\"\nreserved = true\nfailback = \"never\"");
    assert_eq!((reserved.capacity_risk, reserved.failback), (0.0, None));
    let by_hand = standby("pattern = \"hot\"\ntrigger = \"operator\"");
    assert!(by_hand.operator.is_some() && by_hand.failback.unwrap().by_operator);
    assert!(!standby("pattern = \"hot\"").failback.unwrap().by_operator);
}

#[test]
fn dr_03_from_zone_to_zone_site_recovery_takes_zonal_machines_and_no_zone_redundant_disks() {
    let set = |name: &str, more: &str| {
        format!("[scale_set.{name}]\ncapacity = 4\n{more}\n[part.of_{name}]\nsets = [\"{name}\"]\nmin_serving = 2\n")
    };
    let of = |pattern: &str, first: &str, second: &str| {
        let group = format!("parts = [\"of_a\", \"of_b\"]\npattern = \"{pattern}\"\nrouter = \"traffic-manager\"\n");
        scenario("", &format!("{}{}[failover.site]\n{group}", set("a", first), set("b", second)))
    };
    let (east, west) = ("region = \"eastus\"\nzones = [1]", "region = \"westus2\"\nzones = [2]");
    let other = "region = \"eastus\"\nzones = [2]";
    let redundant = format!("{east}\ndisk = \"premium-ssd\"\ndisk_redundancy = \"zrs\"");
    let fine = |text: &str| assert!(zonefall_scenario::parse(text, "x.toml").is_ok(), "{text}");
    fine(&of("site-recovery", east, other));
    // Into another region, or by another pattern, Site Recovery is not asked for that.
    fine(&of("site-recovery", &redundant, west));
    fine(&of("site-recovery", "region = \"eastus\"", west));
    fine(&of("cold", &redundant, other));
    for (first, words) in
        [(redundant.as_str(), "disks of `a` are zone-redundant"), ("region = \"eastus\"", "`a` stands in no zone")]
    {
        let items = told(&of("site-recovery", first, other));
        let told = items
            .iter()
            .any(|item| item.code == "E013" && item.message.contains(words) && item.message.contains("DR-03"));
        assert!(told, "{items:#?}");
    }
}

#[test]
fn dr_04_in_04_orders_work_and_wait_if_nothing_else_is_said() {
    let of = |more: &str| standby(&format!("pattern = \"cold\"\n{more}")).operator.map(|of| (of.success, of.waits));
    assert_eq!(of(""), Some((1.0, true)));
    assert_eq!(of("success = \"85%\"\ncontrol_plane = \"fail\""), Some((0.85, false)));
}

#[test]
fn dr_04_zn_06_people_may_look_at_machines_that_are_missing() {
    let set = |name: &str, region: &str, more: &str| {
        format!(
            "[scale_set.{name}]\nregion = \"{region}\"\nzones = [1, 2, 3]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n{more}[part.of_{name}]\nsets = [\"{name}\"]\nmin_served = \"99%\"\n"
        )
    };
    let of = |when: &str, more: &str| {
        let group = format!(
            "parts = [\"of_east\", \"of_west\"]\npattern = \"hot\"\nrouter = \"front-door\"\ntrigger = \"operator\"\n{when}\n"
        );
        let sets = set("east", "eastus", "") + &set("west", "westus2", more);
        scenario("", &format!("[demand]\nrate = \"300 req/s\"\n{sets}[failover.site]\n{group}"))
    };
    let alarm = |when: &str| {
        let fine = accepted(&of(when, ""));
        fine.designs[0].structure().unwrap().failovers[0].alarm()
    };
    let minutes = |minutes: u64| SimDuration::from_ms(minutes * 60_000);
    assert_eq!(alarm(""), None);
    let told = Alarm { lack: Lack::CapacityLost(335), lasting: minutes(5) };
    assert_eq!(alarm("when = { capacity_lost = \"33.5%\" }"), Some(told));
    let told = Alarm { lack: Lack::ServingBelow(6), lasting: minutes(1) };
    assert_eq!(alarm("when = { serving_below = 6, lasting = \"1 min\" }"), Some(told));
    // Of six machines fewer than seven serve always; of two that may be left fewer than three.
    let rule = "{ metric = \"cpu\", operator = \"<\", threshold = 20, decrease = 1 }, { metric = \"cpu\", operator = \">\", threshold = 70, increase = 1 }";
    let scale = format!("[scale_set.west.autoscale]\nminimum = 2\nmaximum = 9\nrule = [{rule}]\n");
    accepted(&of("when = { serving_below = 2 }", &scale));
    for (text, words) in [
        (of("when = { serving_below = 7 }", ""), "always so in `of_east`, of which 6 machines"),
        (of("when = { serving_below = 3 }", &scale), "always so in `of_west`, of which 2 machines"),
    ] {
        let items = crate::told(&text);
        assert!(items.iter().any(|item| item.code == "E013" && item.message.contains(words)), "{items:#?}");
    }
}

#[test]
fn afd_01_afd_02_lb_08_tm_01_tm_02_routers_as_documented() {
    let s = SimDuration::from_ms;
    let hot = |router: &str| failover(&format!("pattern = \"hot\"\nrouter = {router}"));
    let edges = hot("\"front-door\"");
    let laws = Sight::Laws { out: Law::constant(s(60_000)), back: Law::constant(s(60_000)) };
    assert_eq!((edges.sight, edges.spread, edges.clients_least), (laws, s(30_000), ALL_CLIENTS / 100 * 99));
    let global = hot("\"global-load-balancer\"");
    let laws = Sight::Laws { out: uniform(5000.0, 15_000.0), back: uniform(0.0, 5000.0) };
    assert_eq!((global.sight, global.spread), (laws, s(0)));
    let probes = |more: &str| match hot(&format!("\"traffic-manager\"\n{more}")) {
        Failover { sight: Sight::Probes(of), spread, .. } => {
            (of.interval.as_ms() / 1000, of.unhealthy_threshold, of.timeout.as_ms() / 1000, spread.as_ms() / 1000)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(probes(""), (30, 4, 10, 60));
    assert_eq!(probes("probe_interval = \"10 s\"\ntolerated_failures = 0\nttl = \"5 min\""), (10, 1, 9, 300));
}

#[test]
fn failover_that_cannot_be() {
    let two = "parts = [\"east\", \"west\"]\n";
    let hot = "pattern = \"hot\"\nrouter = \"front-door\"";
    let active = "pattern = \"active-active\"\nrouter = \"front-door\"";
    let by_hand = &format!("{hot}\ntrigger = \"operator\"");
    for (of, code, words) in [
        (String::new(), "E011", "`parts` is missing"),
        (two.to_owned(), "E011", "`pattern` is missing"),
        (format!("{two}pattern = \"hot\""), "E011", "`router` is missing"),
        (format!("parts = [\"east\"]\n{hot}"), "E086", "another has to stand in"),
        (format!("parts = [\"east\", \"wset\"]\n{hot}"), "E086", "no part or component `wset`"),
        (format!("parts = [\"east\", \"east\"]\n{hot}"), "E086", "already"),
        (format!("{two}pattern = \"tepid\"\nrouter = \"front-door\""), "E014", "tepid"),
        (format!("{two}pattern = \"hot\"\nrouter = \"other\""), "E011", "`detect` is missing"),
        (format!("{two}{hot}\ndetect_back = \"1 s\""), "E013", "needs `detect`"),
        (format!("{two}{hot}\ndetect = \"1 s\"\nsamples_needed = 1"), "E013", "does not go with `detect`"),
        (format!("{two}{hot}\nttl = \"1 s\""), "E013", "`ttl` does not go"),
        (format!("{two}{hot}\ntolerated_failures = 1"), "E013", "does not go"),
        (format!("{two}{hot}\nsamples_needed = 5"), "E020", "can never be good"),
        (format!("{two}{hot}\nprobe_interval = \"5 min\""), "E020", "1 to 255 s"),
        (format!("{two}{hot}\nprobe_interval = \"0 s\""), "E020", "longer than nothing"),
        (format!("{two}{hot}\nmin_clients = \"0%\""), "E020", "always hold"),
        (format!("{two}{hot}\nmin_clients = \"0.00001%\""), "E020", "always hold"),
        (format!("{two}pattern = \"hot\"\nrouter = \"traffic-manager\"\nprobe_interval = \"7 s\""), "E020", "10 s"),
        (
            format!("{two}pattern = \"hot\"\nrouter = \"traffic-manager\"\nprobe_timeout = \"11 s\""),
            "E020",
            "5 to 10 s",
        ),
        (format!("{two}pattern = \"cold\"\nrouter = \"front-door\"\ncapacity_retry = \"0 s\""), "E020", "a minute"),
        (format!("{two}{hot}\nweights = [1, 1]"), "E013", "`weights` does not go"),
        (format!("{two}{hot}\nrunning = \"30%\""), "E013", "`running` does not go"),
        (format!("{two}{hot}\ncapacity_risk = \"30%\""), "E013", "`capacity_risk` does not go"),
        (format!("{two}{hot}\nnotice = \"1 min\""), "E013", "decides by itself"),
        (format!("{two}{hot}\nsuccess = \"90%\""), "E013", "decides by itself"),
        (format!("{two}{hot}\ncontrol_plane = \"wait\""), "E013", "decides by itself"),
        (format!("{two}{active}\nsuccess = \"90%\""), "E013", "nothing stands by"),
        (format!("{two}{by_hand}\nsuccess = \"101%\""), "E023", "success"),
        (format!("{two}{by_hand}\ncontrol_plane = \"fail\""), "E013", "needs no control plane"),
        (format!("{two}{by_hand}\nneeds_control_plane = true\ncontrol_plane = \"hope\""), "E014", "hope"),
        (format!("{two}{hot}\nwhen = {{ capacity_lost = \"50%\" }}"), "E013", "`when` does not go"),
        (format!("{two}{active}\nwhen = {{ capacity_lost = \"50%\" }}"), "E013", "nothing stands by"),
        (format!("{two}{by_hand}\nwhen = {{ capacity_lost = \"50%\" }}"), "E013", "no part of `site` has any"),
        (format!("{two}{by_hand}\nwhen = {{ capacity_lost = \"0%\" }}"), "E020", "never ends"),
        (format!("{two}{by_hand}\nwhen = {{ lasting = \"1 h\" }}"), "E011", "looks at nothing"),
        (format!("{two}{by_hand}\nwhen = {{ objective = \"missed\" }}"), "E010", "objective"),
        (format!("{two}{by_hand}\nwhen = {{ capacity_lost = 1, serving_below = 1 }}"), "E013", "one thing"),
        (format!("{two}{hot}\nfailback = \"operator\""), "E013", "trigger"),
        (format!("{two}{active}\nready = \"1 min\""), "E013", "nothing stands by"),
        (format!("{two}{active}\nweights = [1]"), "E020", "1 weights for 2 parts"),
        (format!("{two}{active}\nweights = [0, 0]"), "E020", "nowhere"),
        (
            format!("{two}pattern = \"cold\"\nrouter = \"front-door\"\nreserved = true\ncapacity_risk = \"1%\""),
            "E013",
            "always found",
        ),
        (
            format!(
                "{two}pattern = \"cold\"\nrouter = \"front-door\"\noffice = {{ from = \"09:00\", to = \"17:00\" }}"
            ),
            "E062",
            "calendar",
        ),
        (
            format!(
                "{two}{hot}\n[failover.world]\nparts = [\"site\", \"south\"]\n{hot}\n[component.south]\nregion = \"westus2\"\navailability = 1"
            ),
            "E086",
            "within `world`",
        ),
        (format!("{two}{hot}\nrooter = \"x\""), "E010", "rooter"),
    ] {
        let text = text(&of);
        let items = told(&text);
        assert!(items.iter().any(|item| item.code == code && item.message.contains(words)), "{items:#?}\n{text}");
    }
    assert!(told("failover = 3\n").iter().any(|item| item.message.contains("failover")));
}

#[test]
fn a_design_may_be_without_the_failover_of_the_base() {
    let designs =
        "[[design]]\nname = \"two\"\n[[design]]\nname = \"one\"\nfailover.site = false\ncomponent.west = false\n";
    let of = text("parts = [\"east\", \"west\"]\npattern = \"hot\"\nrouter = \"front-door\"\n");
    let fine = accepted(&format!("{of}{designs}"));
    let groups = |at: usize| fine.designs[at].structure().map_or(0, |service| service.failovers.len());
    assert_eq!((groups(0), groups(1)), (1, 0));
}

#[test]
fn as_08_dr_07_autoscale_goes_with_active_parts_and_hot_standbys() {
    let set = |name: &str, region: &str| {
        format!(
            "[scale_set.{name}]\nregion = \"{region}\"\nzones = [1, 2, 3]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n"
        )
    };
    let out = "{ metric = \"cpu\", operator = \">\", threshold = 70, increase = 1 }";
    let both = format!("{out}, {{ metric = \"cpu\", operator = \"<\", threshold = 20, decrease = 1 }}");
    let ruled = |rules: &str, least: &str, pattern: &str, first_scales: bool| {
        let scale = |name: &str| {
            format!("[scale_set.{name}.autoscale]\nminimum = 3\nmaximum = 9\ndefault = 6\nrule = [{rules}]\n")
        };
        let (east, west) = (set("east", "eastus"), set("west", "westus2"));
        let parts = format!("[part.one]\nsets = [\"east\"]\n{least}\n[part.two]\nsets = [\"west\"]\n{least}\n");
        let group =
            format!("[failover.site]\nparts = [\"one\", \"two\"]\nrouter = \"front-door\"\npattern = \"{pattern}\"\n");
        let scales = scale(if first_scales { "east" } else { "west" });
        scenario("", &format!("[demand]\nrate = \"300 req/s\"\n{east}{west}{scales}{parts}{group}"))
    };
    let of = |least: &str, pattern: &str, first_scales: bool| ruled(&both, least, pattern, first_scales);
    for (pattern, first_scales) in [("active-active", false), ("hot", false), ("cold", true)] {
        accepted(&of("min_serving = 3", pattern, first_scales));
        accepted(&of("min_served = \"99%\"", pattern, first_scales));
        // AS-09: what never scales in stays as large as it is.
        accepted(&format!("allow = [\"W027\"]\n{}", ruled(out, "min_serving = 6", pattern, first_scales)));
    }
    for (text, words) in [
        (
            of("min_serving = 6", "active-active", false),
            "while clients are elsewhere, `west` shrinks to 3 machines, and `two` needs 6 to be sent any client",
        ),
        (of("min_serving = 6", "cold", true), "`east` shrinks to 3 machines, and `one` needs 6"),
        (of("min_serving = 6", "hot", false), "shrinks to 3 machines, and `two` needs 6"),
        (of("min_serving = 3", "warm", false), "`west` stands by and grows as `site` says"),
        (of("min_served = \"99%\"", "cold", false), "`west` stands by and grows as `site` says"),
    ] {
        let items = told(&text);
        let fits = |item: &&Diagnostic| item.code == "E013" && item.message.contains(words);
        assert!(items.iter().find(fits).is_some_and(|item| !item.help.is_empty()), "{items:#?}");
    }
}

#[test]
fn as_08_dr_07_a_standby_that_autoscale_leaves_too_small_is_found_wherever_its_machines_are() {
    let set = |name: &str, region: &str, more: &str| {
        format!(
            "[scale_set.{name}]\nregion = \"{region}\"\nzones = [1]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n{more}"
        )
    };
    let rule = "{ metric = \"cpu\", operator = \"<\", threshold = 20, decrease = 1 }, { metric = \"cpu\", operator = \">\", threshold = 70, increase = 1 }";
    let scale = format!("[scale_set.west.autoscale]\nminimum = 2\nmaximum = 9\nrule = [{rule}]\n");
    let sets = set("east", "eastus", "") + &set("west", "westus2", &scale);
    let second = set("second", "westus2", "");
    let of = |parts: &str, group: &str| {
        let group = format!("[failover.site]\nrouter = \"front-door\"\n{group}\n");
        let one = "[part.one]\nsets = [\"east\"]\nmin_serving = 4\n";
        scenario("", &format!("[demand]\nrate = \"300 req/s\"\n{sets}{second}{one}{parts}{group}"))
    };
    let hot = |part: &str| format!("pattern = \"hot\"\nparts = [\"one\", \"{part}\"]");
    let two = |least: u32| format!("[part.two]\nsets = [\"west\", \"second\"]\nmin_serving = {least}\n");
    // Two of the one set and six of the other.
    accepted(&of(&two(8), &hot("two")));
    let alone = "[part.two]\nsets = [\"west\"]\nmin_serving = 4\n[part.more]\nsets = [\"second\"]\nmin_serving = 4\n";
    let with = |need: &str| format!("{alone}[part.both]\n{need} = [\"two\", \"more\"]\n");
    // Either is enough.
    accepted(&of(&with("any"), &hot("both")));
    let weights = "pattern = \"active-active\"\nparts = [\"one\", \"two\"]\nweights = [1, 0]";
    for (text, words) in [
        (
            of(&two(9), &hot("two")),
            "`west` shrinks to 2 machines, 8 with the other sets of its part, and `two` needs 9",
        ),
        (of(&with("all"), &hot("both")), "`west` shrinks to 2 machines, and `two` needs 4"),
        (of(&two(1), weights), "`two` has no weight in `site`: no client is ever sent to it"),
    ] {
        let items = told(&text);
        let fits = |item: &&Diagnostic| item.code == "E013" && item.message.contains(words);
        assert!(items.iter().find(fits).is_some_and(|item| !item.help.is_empty()), "{items:#?}");
    }
}

#[test]
fn sl_07_a_group_is_as_available_as_its_router_unless_a_component_stands_for_that() {
    let promise = |router: &str, entry: &str| {
        let entry = if entry.is_empty() { String::new() } else { format!("[component.entry]\n{entry}\n") };
        let group = format!("parts = [\"east\", \"west\"]\npattern = \"hot\"\nrouter = {router}\n{entry}");
        let fine = accepted(&text(&group));
        let nodes = &fine.designs[0].structure().unwrap().nodes;
        nodes.iter().find(|node| node.name == "site").unwrap().promise
    };
    let published = Some((9999, 10_000));
    for router in ["\"front-door\"", "\"traffic-manager\"", "\"global-load-balancer\""] {
        assert_eq!(promise(router, ""), published, "{router}");
    }
    // Nobody knows what is promised for another one.
    assert_eq!(promise("\"other\"\ndetect = \"2 min\"", ""), None);
    // Once, not twice; and a balancer of a region is no router between regions.
    let (door, balancer) = ("kind = \"front-door\"", "kind = \"load-balancer\"\nregion = \"eastus\"");
    assert_eq!((promise("\"front-door\"", door), promise("\"traffic-manager\"", door)), (Some((1, 1)), published));
    assert_eq!(promise("\"global-load-balancer\"", balancer), published);
    let global = "kind = \"load-balancer\"\nplacement = \"global\"";
    assert_eq!(promise("\"global-load-balancer\"", global), Some((1, 1)));
}
