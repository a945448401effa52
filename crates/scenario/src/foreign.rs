//! Files of Azure, and others that are no TOML, in the place of a scenario: what they are, and what to do with them.
//!
//! Judged by words of the text and not by a tree, for templates have comments that no JSON parser takes.

use std::fmt;
use std::ops::Range;

/// What a text is that is no TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    Json(Json),
    Bicep,
    Terraform,
    Yaml,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "JSON",
            Self::Bicep => "Bicep",
            Self::Terraform => "Terraform",
            Self::Yaml => "YAML",
        })
    }
}

impl Foreign {
    /// What it is in the place of a scenario.
    pub fn told(self) -> String {
        let more = if let Self::Json(what) = self { format!(": {what}") } else { String::new() };
        format!("this is {self}, and a scenario is TOML{more}")
    }

    /// What to do with it.
    pub fn help(self, file: &str) -> String {
        match self {
            Self::Json(Json::Experiment) => {
                format!("`zonefall drill {file} --on scenario.toml` runs it on the designs of a scenario")
            }
            Self::Json(Json::Other) => "`zonefall init` writes a scenario to begin with".into(),
            Self::Json(_) | Self::Bicep | Self::Terraform => BY_HAND.into(),
            Self::Yaml => {
                "write `capacity = 9` for `capacity: 9`, below `[scale_set.web]`; `zonefall init` writes a scenario to begin with".into()
            }
        }
    }
}

/// What to do with what describes resources of Azure.
const BY_HAND: &str = "nothing imports templates: write the scenario (`zonefall init`), and docs/arm.md says which key stands for which property";

/// What a file is that holds no experiment, where it is known, and what to do with it.
pub fn no_experiment(text: &str) -> Option<(String, &'static str)> {
    match foreign(text)? {
        Foreign::Json(Json::Experiment | Json::Other) | Foreign::Yaml => None,
        Foreign::Json(what) => Some((what.to_string(), BY_HAND)),
        other => Some((other.to_string(), BY_HAND)),
    }
}

/// What a text is that is no TOML; none of what may be.
pub(crate) fn foreign(text: &str) -> Option<Foreign> {
    json(text).map(Foreign::Json).or_else(|| of_resources(text)).or_else(|| is_yaml(text).then_some(Foreign::Yaml))
}

/// Bicep and Terraform, by how they begin a resource or a parameter; not what has headers of tables as TOML has.
fn of_resources(text: &str) -> Option<Foreign> {
    let is_header = |line: &str| line.starts_with('[') && line.trim_end().ends_with(']');
    if text.lines().any(is_header) {
        return None;
    }
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (first, second, third) = (words.next()?, words.next()?, words.next().unwrap_or_default());
        let is_word = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match first {
            "resource" | "data" | "provider" if second.starts_with('"') => Some(Foreign::Terraform),
            "resource" | "module" if is_word(second) && third.starts_with('\'') => Some(Foreign::Bicep),
            "param" | "output" if is_word(second) && is_word(third) && !third.is_empty() => Some(Foreign::Bicep),
            "param" | "var" if is_word(second) && third == "=" => Some(Foreign::Bicep),
            "using" if second.starts_with('\'') => Some(Foreign::Bicep),
            "targetScope" if second == "=" && third.starts_with('\'') => Some(Foreign::Bicep),
            _ => None,
        }
    })
}

/// Whether a text begins with `key: value`, `- item` or `---`, and has nothing that only TOML has.
fn is_yaml(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let is_key = |key: &str| {
        let key = key.trim().trim_matches(['"', '\'']);
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-. /".contains(c))
    };
    let told = || text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let is_toml = |line: &str| line.starts_with('[') || line.split_once('=').is_some_and(|(key, _)| is_key(key));
    let Some(first) = told().find(|line| !line.starts_with("---")) else { return false };
    let first = first.trim_start_matches("- ");
    let begins =
        first.split_once(':').is_some_and(|(key, rest)| is_key(key) && (rest.is_empty() || rest.starts_with(' ')));
    begins && !told().any(is_toml)
}

/// What a JSON text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Json {
    Experiment,
    Parameters,
    Template,
    ScaleSet,
    Autoscale,
    Other,
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Experiment => "an experiment of Azure Chaos Studio",
            Self::Parameters => "the parameters of an ARM template",
            Self::Template => "an ARM template",
            Self::ScaleSet => "the REST body of a scale set",
            Self::Autoscale => "an autoscale setting",
            Self::Other => "nothing of Azure that Zonefall knows",
        })
    }
}

/// What a text is that is JSON; none of another one.
fn json(text: &str) -> Option<Json> {
    // No TOML begins with a brace, and no table of it with a bracket and a brace.
    let rest = &text[begin(text).start..];
    let is_json =
        rest.starts_with('{') || rest.strip_prefix('[').is_some_and(|list| list.trim_start().starts_with('{'));
    let has = |word: &str| rest.contains(word);
    is_json.then(|| match () {
        () if has("\"steps\"") && has("\"selectors\"") => Json::Experiment,
        () if has("deploymentParameters.json") => Json::Parameters,
        () if has("eploymentTemplate.json") || (has("\"resources\"") && has("\"contentVersion\"")) => Json::Template,
        () if has("\"virtualMachineProfile\"") || has("/virtualMachineScaleSets") && has("\"sku\"") => Json::ScaleSet,
        () if has("\"profiles\"") && has("\"capacity\"") => Json::Autoscale,
        () => Json::Other,
    })
}

/// The first character.
pub(crate) fn begin(text: &str) -> Range<usize> {
    let at = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    at..(at + 1).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_bicep_and_terraform_are_known_and_toml_with_a_slip_is_none() {
        for (text, is) in [
            ("\u{feff}# a fleet\nslo:\n  min_serving: 6\n", Some(Foreign::Yaml)),
            ("---\nname: web\nrate: \"a=b\"\n", Some(Foreign::Yaml)),
            ("- name: web\n  capacity: 9\n", Some(Foreign::Yaml)),
            ("// the fleet\nparam location string = 'westeurope'\n", Some(Foreign::Bicep)),
            (
                "@description('x')\nresource vmss 'Microsoft.Compute/virtualMachineScaleSets@2024-07-01' = {\n",
                Some(Foreign::Bicep),
            ),
            ("using './main.bicep'\nparam capacity = 9\n", Some(Foreign::Bicep)),
            ("targetScope = 'subscription'\n", Some(Foreign::Bicep)),
            (
                "resource \"azurerm_linux_virtual_machine_scale_set\" \"web\" {\n  instances = 3\n}\n",
                Some(Foreign::Terraform),
            ),
            ("horizon: \"360 days\"\n[slo]\nmin_serving = 6\n", None),
            ("name: \"x\"\ntrials = 10\n", None),
            ("var x = 3\n[slo]\nmin_serving = 6\n", None),
            ("this is not TOML\n", None),
            ("at = 12:00\n", None),
            ("", None),
        ] {
            assert_eq!(foreign(text), is, "{text}");
        }
    }

    #[test]
    fn json_of_azure_is_known_by_what_it_holds_and_toml_is_none() {
        let arm = "\u{feff}{ // comments are fine\n\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\"";
        for (text, is) in [
            (arm, Some(Json::Template)),
            ("{\"contentVersion\": \"1.0.0.0\", \"resources\": []}", Some(Json::Template)),
            ("{\"$schema\": \"https://x/deploymentParameters.json#\"}", Some(Json::Parameters)),
            ("{\"sku\": {\"capacity\": 3}, \"properties\": {\"virtualMachineProfile\": {}}}", Some(Json::ScaleSet)),
            ("{\"properties\": {\"profiles\": [{\"capacity\": {}}]}}", Some(Json::Autoscale)),
            ("[\n {\"properties\": {\"steps\": [], \"selectors\": []}}]", Some(Json::Experiment)),
            ("{}", Some(Json::Other)),
            ("[slo]\nmin_serving = 6\n", None),
            ("[[design]]\n", None),
            ("name = \"{\"", None),
        ] {
            assert_eq!(json(text), is, "{text}");
        }
    }
}
