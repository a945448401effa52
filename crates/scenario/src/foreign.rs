//! JSON of Azure in the place of a scenario: what it is, and what to do with it.
//!
//! Judged by words of the text and not by a tree, for templates have comments that no JSON parser takes.

use std::fmt;
use std::ops::Range;

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
pub(crate) fn json(text: &str) -> Option<Json> {
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

/// What to do with it.
pub(crate) fn help(what: Json, file: &str) -> Vec<String> {
    let by_hand = "nothing imports templates: write the scenario (`zonefall init`), and docs/arm.md says which key stands for which property";
    match what {
        Json::Experiment => {
            vec![format!("`zonefall drill {file} --on scenario.toml` runs it on the designs of a scenario")]
        }
        Json::Other => vec!["`zonefall init` writes a scenario to begin with".into()],
        _ => vec![by_hand.into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
