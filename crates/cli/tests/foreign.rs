//! Files of Azure in the place of a scenario, and a scenario in the place of an experiment.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk};

#[test]
fn json_in_the_place_of_a_scenario_is_called_what_it_is() {
    let desk = Desk::new();
    let vmss = "\n{ \"sku\": { \"capacity\": 3 }, \"properties\": { \"virtualMachineProfile\": {} } }";
    desk.put("vmss.json", vmss);
    desk.run("run vmss.json").ends(3).complains(&[
        "vmss.json:2:1",
        "this is JSON",
        "REST body of a scale set",
        "docs/arm.md",
    ]);
    desk.put("x.json", "{ \"properties\": { \"steps\": [], \"selectors\": [] } }");
    let told = desk.run("check x.json").ends(3).complains(&["`zonefall drill x.json --on scenario.toml`"]);
    assert!(!told.err.contains("not TOML: invalid"), "{told}");
}

#[test]
fn yaml_and_bicep_in_the_place_of_a_scenario_are_called_what_they_are() {
    let desk = Desk::new();
    desk.put("s.yaml", "slo:\n  min_serving: 6\n");
    desk.run("check s.yaml").ends(3).complains(&["s.yaml:1:1", "this is YAML, and a scenario is TOML", "capacity = 9"]);
    desk.put("main.bicep", "param location string\n");
    desk.run("run main.bicep").ends(3).complains(&["main.bicep:1:1", "this is Bicep", "docs/arm.md"]);
}

/// A template without an experiment, with and without the comments that no JSON parser takes; and one of Bicep.
#[test]
fn a_template_in_the_place_of_an_experiment_is_called_what_it_is() {
    let desk = Desk::with(BASE);
    let template = "{ \"contentVersion\": \"1.0.0.0\", \"resources\": [] }";
    desk.put("template.json", template);
    desk.put("commented.json", template.replace("{ ", "{ // a comment\n"));
    for file in ["template.json", "commented.json"] {
        let told = desk.run(&format!("drill {file} --on s.toml")).ends(3);
        told.complains(&[file, "an ARM template", "docs/arm.md"]);
    }
    desk.put("main.bicep", "param location string\n");
    desk.run("drill main.bicep --on s.toml").ends(3).complains(&["main.bicep", "Bicep", "docs/arm.md"]);
}

#[test]
fn a_scenario_in_the_place_of_an_experiment_is_told_with_its_place_and_what_to_write() {
    let desk = Desk::with(BASE);
    desk.run("drill s.toml --on s.toml").ends(3).complains(&[
        "s.toml:1:",
        "this is not JSON",
        "`zonefall drill --on s.toml`",
    ]);
}

#[test]
fn import_is_answered_with_what_reads_files_of_azure() {
    let told = Desk::new().run("import template.json").ends(2).complains(&["drill", "docs/arm.md"]);
    assert!(!told.err.contains("importance"), "{told}");
}

/// Every key of docs/arm.md is one.
#[test]
fn the_table_of_properties_names_keys_that_are_there() {
    let text = std::fs::read_to_string(kit::root().join("docs/arm.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.rsplit_once(" | "));
    let keys: Vec<&str> = rows.filter_map(|(_, key)| key.strip_prefix('`')?.strip_suffix('`')).collect();
    assert!(keys.len() >= 30, "{keys:?}");
    let known: Vec<String> =
        zonefall_scenario::keys().iter().flat_map(|key| [key.path.to_owned(), key.path.replace("[]", "")]).collect();
    let unknown: Vec<&&str> = keys.iter().filter(|key| !known.iter().any(|path| path == **key)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
