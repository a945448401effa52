//! CH: experiments are read as they are, scheduled, and turned into faults of a design.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::slot_groups;
use zonefall_import::{Drill, Experiment, ImportError, Script, ZONE_OUTAGE, experiment};
use zonefall_scenario::{Member, Orchestration, Scenario, parse};

const MINUTE: u64 = 60_000;

fn minutes(minutes: u64) -> SimDuration {
    SimDuration::from_ms(minutes * MINUTE)
}

fn scenario(zones: &str) -> Scenario {
    let text = format!(
        "name = \"drill\"\nhorizon = \"1 day\"\n[slo]\nmin_serving = 6\n[region.eastus]\n[scale_set.web]\ncapacity = 9\nzones = {zones}\n\
         [faults]\nprofile = \"none\"\n"
    );
    parse(&text, "drill.toml").unwrap()
}

fn action(urn: &str, selector: &str, length: &str, parameters: &str) -> String {
    format!(
        r#"{{"type":"continuous","name":"urn:csci:microsoft:{urn}","selectorId":"{selector}","duration":"{length}",
           "parameters":[{parameters}]}}"#
    )
}

/// Steps of branches of actions.
fn raw(selectors: &str, steps: &[&[&[String]]]) -> String {
    let branch =
        |(at, actions): (usize, &&[String])| format!(r#"{{"name":"b{at}","actions":[{}]}}"#, actions.join(","));
    let step = |(at, branches): (usize, &&[&[String]])| {
        let branches: Vec<String> = branches.iter().enumerate().map(branch).collect();
        format!(r#"{{"name":"s{at}","branches":[{}]}}"#, branches.join(","))
    };
    let steps: Vec<String> = steps.iter().enumerate().map(step).collect();
    format!(r#"{{"properties":{{"selectors":[{selectors}],"steps":[{}]}}}}"#, steps.join(","))
}

const WEB: &str = r#"{"type":"List","id":"sel","targets":[{"type":"ChaosTarget",
    "id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/WEB/providers/Microsoft.Chaos/targets/Microsoft-VirtualMachineScaleSet"}]}"#;

fn in_zone(zone: &str) -> String {
    let filter = format!(r#","filter":{{"type":"Simple","parameters":{{"zones":["{zone}"]}}}}}}"#);
    WEB.strip_suffix('}').unwrap().to_owned() + &filter
}

fn drill(experiment: &Experiment, scenario: &Scenario, targets: &[(String, String)], as_outage: bool) -> Script {
    let design = &scenario.designs[0];
    let begins = SimTime::from_ms(10 * MINUTE);
    let (orchestrations, topology) = (scenario.orchestrations[0].as_slice(), &scenario.topology);
    let security_rule = scenario.hypothesis.security_rule;
    Drill { experiment, design, orchestrations, topology, targets, begins, as_outage, security_rule }.script()
}

fn shutdown(length: &str) -> String {
    action("virtualMachineScaleSet:shutdown/2.0", "sel", length, r#"{"key":"abruptShutdown","value":"true"}"#)
}

#[test]
fn ch_01_steps_and_actions_follow_each_other_and_branches_run_side_by_side() {
    let delay =
        r#"{"type":"delay","name":"urn:csci:microsoft:chaosStudio:timedDelay/1.0","duration":"PT7M"}"#.to_owned();
    let (long, other, next) = ([shutdown("PT10M"), delay, shutdown("PT2M")], [shutdown("PT5M")], [shutdown("PT1M")]);
    let text = raw(WEB, &[&[&long, &other], &[&next]]);
    let experiment = experiment(&text).unwrap();
    let (schedule, whole) = experiment.schedule();
    let begins: Vec<u64> = schedule.iter().map(|(at, _)| at.as_ms() / MINUTE).collect();
    assert_eq!((begins, whole), (vec![0, 10, 17, 0, 19], minutes(20)));
    let script = drill(&experiment, &scenario("[1, 2, 3]"), &[], false);
    let at: Vec<u64> = script.rows.iter().map(|row| row.at.as_ms() / MINUTE).collect();
    assert_eq!((at, script.fails.len()), (vec![10, 27, 10, 29], 0));
}

#[test]
fn ch_02_a_zone_filter_strikes_the_machines_of_that_zone_or_the_experiment_fails() {
    let experiment = experiment(&raw(&in_zone("2"), &[&[&[shutdown("PT10M")]]])).unwrap();
    let script = drill(&experiment, &scenario("[1, 2, 3]"), &[], false);
    let machine = |ordinal| Member::Instance { group: "web/eastus/2".into(), ordinal };
    assert_eq!(script.rows[0].members, [machine(0), machine(1), machine(2)]);
    assert_eq!(script.touched[0].what, "3 machines of `web` in zone 2");
    for zones in ["[1]", "[]"] {
        let script = drill(&experiment, &scenario(zones), &[], false);
        assert!(script.rows.is_empty() && script.fails[0].contains("CH-02"), "{zones}: {:?}", script.fails);
    }
}

/// A shutdown of sets is for Uniform ones, and agents are told which machines: what Azure refuses is run, and said.
#[test]
fn ch_02_ch_05_what_azure_would_refuse_is_run_and_said() {
    let of = |orchestration: &str, action: String| {
        let mut scenario = scenario("[1, 2, 3]");
        scenario.orchestrations[0][0] = Some(match orchestration {
            "uniform" => Orchestration::Uniform,
            _ => Orchestration::Flexible,
        });
        let script = drill(&experiment(&raw(WEB, &[&[&[action]]])).unwrap(), &scenario, &[], false);
        assert_eq!((script.rows.len(), script.fails.len()), (1, 0), "it is run all the same");
        script.refused.join("; ")
    };
    let flexible = of("flexible", shutdown("PT10M"));
    assert!(
        flexible.contains("Uniform sets only (CH-02)") && flexible.contains("`virtualMachine:shutdown`"),
        "{flexible}"
    );
    assert_eq!(of("uniform", shutdown("PT10M")), "");
    let pressure = |more: &str| {
        let parameters = format!(r#"{{"key":"pressureLevel","value":"95"}}{more}"#);
        action("agent:cpuPressure/1.0", "sel", "PT10M", &parameters)
    };
    let all = of("uniform", pressure(""));
    assert!(all.contains("need a parameter `virtualMachineScaleSetInstances`") && all.contains("(CH-05)"), "{all}");
    let some = r#",{"key":"virtualMachineScaleSetInstances","value":"[\"0\",\"1\"]"}"#;
    assert_eq!(of("uniform", pressure(some)), "");
    // What a scenario does not say is Flexible.
    assert_eq!(scenario("[1]").orchestrations, [[Some(Orchestration::Flexible)]]);
}

#[test]
fn ch_02_whoever_stands_in_the_zone_at_the_time_is_struck() {
    let text = "name = \"drill\"\nhorizon = \"1 day\"\n[slo]\nmin_served = \"99%\"\n[region.eastus]\n[demand]\nrate = \"9 req/s\"\n\
                [scale_set.web]\ncapacity = 6\nzones = [1, 2, 3]\n[scale_set.web.autoscale]\nminimum = 6\nmaximum = 12\n\
                [[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\nwindow = \"10 min\"\noperator = \">\"\nthreshold = 60\nincrease = 3\n\
                [faults]\nprofile = \"none\"\n";
    let scenario = parse(text, "drill.toml").unwrap();
    let experiment = experiment(&raw(&in_zone("2"), &[&[&[shutdown("PT10M")]]])).unwrap();
    let script = drill(&experiment, &scenario, &[], false);
    // Two stand there to begin with; each of the places where autoscale may put more is struck too.
    let groups = slot_groups(&scenario.designs[0], &scenario.topology);
    let group = groups.iter().find(|group| group.name == "web/eastus/2").unwrap();
    assert!(group.initial == 2 && group.slots >= 4, "{group:?}");
    let all: Vec<Member> =
        (0..group.slots).map(|ordinal| Member::Instance { group: group.name.clone(), ordinal }).collect();
    assert_eq!(script.rows[0].members, all);
    assert_eq!(script.touched[0].what, "all machines of `web` in zone 2 at the time (2 at first)");
}

#[test]
fn ch_02_a_list_of_instances_is_a_text_of_ids_that_go_round_the_zones() {
    let listed =
        action("virtualMachineScaleSet:shutdown/1.0", "sel", "PT10M", r#"{"key":"instances","value":"[\"1\",\"3\"]"}"#);
    let experiment = experiment(&raw(WEB, &[&[&[listed]]])).unwrap();
    let script = drill(&experiment, &scenario("[1, 2, 3]"), &[], false);
    let machine = |zone: u32, ordinal| Member::Instance { group: format!("web/eastus/{zone}"), ordinal };
    assert_eq!(script.rows[0].members, [machine(2, 0), machine(1, 1)]);
    assert!(script.notes.iter().any(|note| note.contains("graceful")));
}

/// A selector of these resources, after `…/Microsoft.Compute/`.
fn of(resources: &[&str]) -> String {
    let target =
        |id: &&str| format!(r#"{{"type":"ChaosTarget","id":"/subscriptions/s/providers/Microsoft.Compute/{id}"}}"#);
    let targets: Vec<String> = resources.iter().map(target).collect();
    format!(r#"{{"type":"List","id":"sel","targets":[{}]}}"#, targets.join(","))
}

#[test]
fn ch_02_single_machines_that_stand_for_a_set_are_as_many_of_its_machines() {
    let machine = |zone: u32, ordinal| Member::Instance { group: format!("web/eastus/{zone}"), ordinal };
    let vms = of(&["virtualMachines/app1", "virtualMachines/app2"]);
    let experiment = experiment(&raw(&vms, &[&[&[shutdown("PT10M")]]])).unwrap();
    for targets in [&[][..], &[("sel".to_owned(), "web".to_owned())]] {
        let script = drill(&experiment, &scenario("[1, 2, 3]"), targets, false);
        assert_eq!(script.rows[0].members, [machine(1, 0), machine(2, 0)]);
        assert_eq!(script.touched[0].what, "2 machines of `web`");
        let guessed = script.guessed.iter().filter(|words| words.contains("taken for one machine of `web`")).count();
        assert_eq!(guessed, if targets.is_empty() { 2 } else { 0 });
    }
}

#[test]
fn om_08_ch_02_a_machine_of_a_set_as_a_target_is_struck_alone() {
    let machine = |zone: u32, ordinal| Member::Instance { group: format!("web/eastus/{zone}"), ordinal };
    let run = |resources: &[&str], action: String| {
        let experiment = experiment(&raw(&of(resources), &[&[&[action]]])).unwrap();
        drill(&experiment, &scenario("[1, 2, 3]"), &[], false)
    };
    let one = "virtualMachineScaleSets/web/virtualMachines/0";
    let script = run(&[one], shutdown("PT10M"));
    assert_eq!(
        (&script.rows[0].members[..], &script.fails[..], &script.guessed[..]),
        (&[machine(1, 0)][..], &[][..], &[][..])
    );
    assert_eq!(script.touched[0].what, "one machine of `web`");
    let two = run(
        &[one, "virtualMachineScaleSets/WEB/virtualMachines/4/providers/Microsoft.Chaos/targets/x"],
        shutdown("PT10M"),
    );
    assert_eq!(two.rows[0].members, [machine(1, 0), machine(2, 1)]);
    // The set itself beside one of its machines is all of it.
    for both in [[one, "virtualMachineScaleSets/web"], ["virtualMachineScaleSets/web", one]] {
        assert_eq!(run(&both, shutdown("PT10M")).rows[0].members.len(), 9, "{both:?}");
    }
    // The only set, under another name: still one machine.
    let other = run(&["virtualMachineScaleSets/checkout/virtualMachines/0"], shutdown("PT10M"));
    assert_eq!(other.rows[0].members, [machine(1, 0)]);
    assert!(other.guessed[0].contains("called `checkout`"), "{:?}", other.guessed);
    // Names and ids of nobody strike nothing.
    let named = run(&["virtualMachineScaleSets/web/virtualMachines/web_a1b2c3"], shutdown("PT10M"));
    assert!(
        named.rows.is_empty() && named.fails[0].contains("which machine of `web` is `web_a1b2c3`?"),
        "{:?}",
        named.fails
    );
    let beyond = run(&["virtualMachineScaleSets/web/virtualMachines/99"], shutdown("PT10M"));
    assert!(beyond.rows.is_empty() && beyond.fails[0].contains("has such an id"), "{:?}", beyond.fails);
    // A list of instances names some of the targets.
    let listed =
        action("virtualMachineScaleSet:shutdown/1.0", "sel", "PT10M", r#"{"key":"instances","value":"[\"0\",\"3\"]"}"#);
    assert_eq!(run(&[one], listed).rows[0].members, [machine(1, 0)]);
}

#[test]
fn ch_02_a_misspelt_action_is_not_run_and_told_which_is_meant() {
    let wrong = action("virtualMachineScaleSet:shutdwon/1.0", "sel", "PT10M", "");
    let script = drill(&experiment(&raw(WEB, &[&[&[wrong]]])).unwrap(), &scenario("[1, 2, 3]"), &[], false);
    assert!(
        script.notes[0].ends_with("the model knows no such action; did you mean `virtualMachineScaleSet:shutdown`?"),
        "{:?}",
        script.notes
    );
    assert_eq!((script.not_run.len(), script.rows.len()), (1, 0));
}

#[test]
fn ch_06_every_mistake_is_told_with_its_place() {
    let one = &[shutdown("10 min"), action("agent:cpuPressure/1.0", "sle", "PT13H", "")][..];
    let branch = &[one, one, one, one, one, one, one, one, one, one][..];
    let ImportError::Mistakes(said) = experiment(&raw(WEB, &[&[one], branch])).unwrap_err() else { panic!() };
    let all = said.join("\n");
    for part in [
        "properties.steps[0].branches[0].actions[0].duration: `10 min` is not a length",
        "properties.steps[0].branches[0].actions[1].duration: `PT13H`",
        "properties.steps[1].branches: 10 are more than the 9",
        "properties.steps[0]: there is no selector `sle`; perhaps `sel`",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    assert!(matches!(experiment("{"), Err(ImportError::Json(_))));
    assert!(matches!(experiment("{}"), Err(ImportError::None)));
}

/// What is wrong with an experiment, in one text; nothing if it is fine.
fn wrong(json: &str) -> String {
    match experiment(json) {
        Ok(_) => String::new(),
        Err(ImportError::Mistakes(said)) => said.join("\n"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn ch_06_each_limit_holds_and_one_more_does_not() {
    let of = |steps: usize, branches: usize, actions: usize, length: &str| {
        let actions = vec![shutdown(length); actions];
        let branches: Vec<&[String]> = vec![&actions; branches];
        let steps: Vec<&[&[String]]> = vec![&branches; steps];
        wrong(&raw(WEB, &steps))
    };
    // Four steps of nine branches of nine actions, each as long as their sum may be.
    assert_eq!(of(4, 9, 9, "PT20M"), "");
    assert_eq!(of(5, 1, 1, "PT1M"), "properties.steps: 5 are more than the 4 that the service allows (CH-06)");
    let place = "properties.steps[0].branches";
    assert_eq!(of(1, 10, 1, "PT1M"), format!("{place}: 10 are more than the 9 that the service allows (CH-06)"));
    let place = "properties.steps[0].branches[0].actions";
    assert_eq!(of(1, 1, 10, "PT1M"), format!("{place}: 10 are more than the 9 that the service allows (CH-06)"));
    // Twelve hours: an action, actions one after the other, steps one after the other; not branches side by side.
    assert_eq!([of(1, 1, 1, "PT12H"), of(1, 9, 1, "PT12H"), of(1, 1, 2, "PT6H"), of(2, 1, 1, "PT6H")], [""; 4]);
    let action = of(1, 1, 1, "PT12H1S");
    assert!(action.starts_with("properties.steps[0].branches[0].actions[0].duration: `PT12H1S`"), "{action}");
    let whole = "properties.steps: the experiment takes longer than 12 hours (CH-06)";
    assert_eq!([of(1, 1, 2, "PT6H1S"), of(2, 1, 1, "PT6H1S"), of(2, 9, 1, "PT6H1S")], [whole; 3]);
    // Fifty targets of a selector.
    let targets = |count: usize| {
        let target = r#"{"type":"ChaosTarget","id":"/subscriptions/s/web"}"#;
        let all = vec![target; count].join(",");
        wrong(&raw(&format!(r#"{{"type":"List","id":"sel","targets":[{all}]}}"#), &[&[&[shutdown("PT1M")]]]))
    };
    assert_eq!(targets(50), "");
    let place = "properties.selectors[0].targets";
    assert_eq!(targets(51), format!("{place}: 51 are more than the 50 that the service allows (CH-06)"));
}

#[test]
fn ch_07_as_an_outage_the_whole_zone_goes_dark() {
    let experiment = experiment(&raw(&in_zone("2"), &[&[&[shutdown("PT10M")]]])).unwrap();
    let scenario = scenario("[1, 2, 3]");
    let script = drill(&experiment, &scenario, &[], true);
    let zone = scenario.topology.find_zone("eastus/2").unwrap();
    let racks = scenario.topology.racks_of(zone);
    assert_eq!(script.rows[0].members, [Member::Racks { name: "eastus/2".into(), racks }]);
    assert_eq!(script.rows[0].cause, ZONE_OUTAGE);
}

#[test]
fn ch_07_without_a_zone_filter_nothing_goes_dark_and_that_is_told() {
    let experiment = experiment(&raw(WEB, &[&[&[shutdown("PT10M")]]])).unwrap();
    let of = |as_outage| drill(&experiment, &scenario("[1, 2, 3]"), &[], as_outage);
    let (plain, asked) = (of(false), of(true));
    assert_eq!((&asked.rows, asked.rows[0].cause.as_str()), (&plain.rows, "shutdown"));
    let told = |script: &Script| script.as_outage.iter().any(|note| note.contains("`sel` filters no zone"));
    assert_eq!((told(&plain), told(&asked)), (false, true));
}

/// Sets that autoscale if they are among `scaled`.
fn scaling(sets: &[&str], scaled: &[&str]) -> Scenario {
    let mut text = "name = \"drill\"\nhorizon = \"1 day\"\nslo = { min_serving = 6 }\nregion = { eastus = {} }\n\
                    demand = { rate = \"1 req/s\" }\nfaults = { profile = \"none\" }\n"
        .to_owned();
    for set in sets {
        text += &format!("[scale_set.{set}]\ncapacity = 9\ncapacity_per_instance = \"1 req/s\"\n");
        if scaled.contains(set) {
            let rule = "{ metric = \"cpu\", operator = \">\", threshold = 70, increase = 1 }";
            text += &format!("autoscale = {{ minimum = 9, maximum = 12, rule = [{rule}] }}\n");
        }
    }
    parse(&text, "drill.toml").unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// An action that disables autoscale, aimed at a setting of this name.
fn disabled(length: &str, enables: &str) -> String {
    let parameters = match enables {
        "" => String::new(),
        said => format!(r#"{{"key":"enableOnComplete","value":"{said}"}}"#),
    };
    action("autoscaleSettings:disableAutoscale/1.0", "as", length, &parameters)
}

fn setting(name: &str) -> String {
    let group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights";
    let id = format!("{group}/autoscaleSettings/{name}/providers/Microsoft.Chaos/targets/Microsoft-AutoscaleSettings");
    format!(r#"{{"type":"List","id":"as","targets":[{{"type":"ChaosTarget","id":"{id}"}}]}}"#)
}

#[test]
fn ch_03_an_experiment_disables_autoscale_until_it_is_complete_or_for_good() {
    let scenario = scaling(&["web"], &["web"]);
    let of = |actions: &[String]| {
        let experiment = experiment(&raw(&setting("web-scale"), &[&[actions]])).unwrap();
        let script = drill(&experiment, &scenario, &[], false);
        assert!(script.fails.is_empty() && script.rows.len() == actions.len(), "{script:?}");
        assert!(script.rows.iter().all(|row| row.members == [Member::Autoscale("web".into())]));
        assert_eq!(
            (script.touched[0].cause.as_str(), script.touched[0].what.as_str()),
            ("disabled autoscale", "`web`")
        );
        let for_good = script.notes.iter().any(|note| note.contains("stays disabled after the experiment"));
        (script.rows.iter().map(|row| row.lasts).collect::<Vec<_>>(), for_good)
    };
    let hour = || Some(minutes(60));
    assert_eq!(of(&[disabled("PT1H", "")]), (vec![hour()], false));
    assert_eq!(of(&[disabled("PT1H", "true")]), (vec![hour()], false));
    assert_eq!(of(&[disabled("PT1H", "false")]), (vec![None], true));
    // A later action enables what an earlier one has left disabled.
    let later = [disabled("PT1H", "false"), disabled("PT30M", "true")];
    assert_eq!(of(&later), (vec![Some(minutes(90)), Some(minutes(30))], false));
    let earlier = [disabled("PT30M", "true"), disabled("PT1H", "false")];
    assert_eq!(of(&earlier), (vec![Some(minutes(30)), None], true));
}

#[test]
fn ch_03_a_setting_is_that_of_the_set_of_its_name_or_of_the_only_one_or_must_be_told() {
    let of = |sets: &[&str], scaled: &[&str], name: &str, told: &[(String, String)]| {
        let experiment = experiment(&raw(&setting(name), &[&[&[disabled("PT1H", "")]]])).unwrap();
        let script = drill(&experiment, &scaling(sets, scaled), told, false);
        let members = script.rows.iter().flat_map(|row| row.members.clone()).collect::<Vec<_>>();
        (members, script.notes.join("; "), script.fails.join("; "))
    };
    let web = || vec![Member::Autoscale("web".into())];
    let both = &["web", "jobs"][..];
    assert_eq!(of(both, both, "WEB", &[]), (web(), String::new(), String::new()));
    let (found, notes, _) = of(both, &["web"], "jobs", &[]);
    assert!(found == web() && notes.contains("taken for the autoscale of `web`"), "{notes}");
    let (found, _, fails) = of(both, both, "cpu", &[]);
    assert!(found.is_empty() && fails.contains("`--target as=SET`"), "{fails}");
    assert_eq!(of(both, both, "cpu", &[("as".into(), "web".into())]), (web(), String::new(), String::new()));
    let (found, notes, fails) = of(both, &[], "cpu", &[]);
    assert!(found.is_empty() && fails.is_empty() && notes.contains("there is nothing to disable"), "{notes}");
    let (found, notes, fails) = of(both, &["web"], "cpu", &[("as".into(), "jobs".into())]);
    assert!(found.is_empty() && fails.is_empty() && notes.contains("`jobs` does not autoscale"), "{notes}");
}

#[test]
fn ch_01_a_value_that_is_no_text_is_a_mistake() {
    for value in ["true", "1", "[\"1\"]", "{}"] {
        let parameter = format!(r#"{{"key":"abruptShutdown","value":{value}}}"#);
        let text = raw(WEB, &[&[&[action("virtualMachineScaleSet:shutdown/2.0", "sel", "PT10M", &parameter)]]]);
        let ImportError::Mistakes(said) = experiment(&text).unwrap_err() else { panic!() };
        let place = "properties.steps[0].branches[0].actions[0].parameters[0].value: `";
        assert!(said.len() == 1 && said[0].starts_with(place) && said[0].contains("in quotes"), "{said:?}");
    }
    let without = raw(WEB, &[&[&[action("agent:cpuPressure/1.0", "sel", "PT10M", r#"{"key":"pressureLevel"}"#)]]]);
    assert!(experiment(&without).unwrap_err().to_string().contains("parameters[0]: `value` is missing"));
}

/// The files of the corpus, if it is there.
fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("ZONEFALL_SHARED").map(PathBuf::from);
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let folder = given.clone().unwrap_or_else(|| beside.into()).join("corpus");
    assert!(given.is_none() || folder.is_dir(), "ZONEFALL_SHARED is set, but {} is not there", folder.display());
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
    }
    folder.is_dir().then_some(folder)
}

#[test]
fn experiments_of_the_corpus_are_read() {
    let Some(corpus) = corpus() else { return };
    let index = std::fs::read_to_string(corpus.join("INDEX.csv")).unwrap();
    let files = index.lines().filter_map(|line| {
        let (file, rest) = line.split_once(',')?;
        rest.starts_with("chaos-experiment,").then_some(file)
    });
    let (mut read, mut struck) = (0, 0);
    for file in files {
        let text = std::fs::read_to_string(corpus.join(file)).unwrap();
        let found = match experiment(&text) {
            Ok(found) => found,
            // Two examples of the specification list several or none.
            Err(ImportError::Several(_) | ImportError::None) => continue,
            Err(why) => panic!("{file}: {why}"),
        };
        let script = drill(&found, &scenario("[1, 2, 3]"), &[], false);
        assert!(!script.rows.is_empty() || !script.notes.is_empty() || !script.fails.is_empty(), "{file}: dropped");
        read += 1;
        struck += usize::from(!script.rows.is_empty());
    }
    assert!(read >= 10 && struck >= 1, "{read} read, {struck} strike");
}

#[test]
fn lb_slow_machines_that_cost_nothing_are_noted_where_requests_go_where_there_is_room() {
    let of = |more: &str, level: &str| {
        let text = format!(
            "name = \"drill\"\nhorizon = \"1 day\"\n[slo]\nmin_served = \"99%\"\n[region.eastus]\n[demand]\nrate = \"500 req/s\"\n\
             [scale_set.web]\ncapacity = 6\nzones = [1, 2, 3]\norchestration = \"uniform\"\n{more}[faults]\nprofile = \"none\"\n"
        );
        let parameters = format!(r#"{{"key":"pressureLevel","value":"{level}"}}"#);
        let pressed = action("agent:cpuPressure/1.0", "sel", "PT10M", &parameters);
        let script =
            drill(&experiment(&raw(WEB, &[&[&[pressed]]])).unwrap(), &parse(&text, "drill.toml").unwrap(), &[], false);
        script.notes.iter().any(|note| note.starts_with("requests go where there is room"))
    };
    assert!(of("", "95") && of("[load_balancer]\n[service]\nspread = \"by-capacity\"\n", "95"));
    assert!(!of("[load_balancer]\n", "95") && !of("[service]\nspread = \"even\"\n", "95"));
    assert!(!of("", "many"), "nothing is run");
}
