//! The JSON of an experiment: raw, within a REST example or an ARM template (CH-01, CH-06).
//!
//! An experiment is any object with `properties` that hold `steps` and `selectors`. Text that an ARM expression or a
//! placeholder stands for is kept as it is: what it means must be said beside it.

use crate::duration::duration;
use serde_json::Value;
use thiserror::Error;
use zonefall_engine::SimDuration;

/// CH-06: what the service allows.
const STEPS_MAX: usize = 4;
const BRANCHES_MAX: usize = 9;
const ACTIONS_MAX: usize = 9;
const TARGETS_MAX: usize = 50;
/// CH-06: the longest action, and the longest experiment.
pub(crate) const LONGEST: SimDuration = SimDuration::from_ms(12 * 3_600_000);
/// How deep experiments are looked for.
const DEPTH_MAX: usize = 32;

/// A file that holds no experiment that can be run.
#[derive(Debug, Error)]
pub enum ImportError {
    /// It is not JSON.
    #[error("this is not JSON: {0}")]
    Json(serde_json::Error),
    /// There is none.
    #[error("there is no experiment in it: an object with `properties` that hold `steps` and `selectors`")]
    None,
    /// There are several, which differ.
    #[error("there are {} experiments in it ({}); keep one", .0.len(), .0.join(", "))]
    Several(Vec<String>),
    /// Mistakes, each with its place.
    #[error("{}", .0.join("\n"))]
    Mistakes(Vec<String>),
}

/// An experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experiment {
    /// Its name, where it has one.
    pub name: String,
    /// What actions are aimed at.
    pub selectors: Vec<Selector>,
    /// One after the other.
    pub steps: Vec<Step>,
}

/// What actions are aimed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// What actions call it.
    pub id: String,
    /// Resource ids; none for a query, which only Azure can answer.
    pub targets: Vec<String>,
    /// CH-02: only what stands in these zones.
    pub zones: Option<Vec<u32>>,
}

/// A step; it ends when all its branches have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// At the same time.
    pub branches: Vec<Branch>,
}

/// Actions one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// In their order.
    pub actions: Vec<Action>,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its URN, in lower case.
    pub urn: String,
    /// How long; none for discrete ones.
    pub length: Option<SimDuration>,
    /// What it is aimed at; none for delays.
    pub selector: Option<String>,
    /// Parameters; all values are texts.
    pub parameters: Vec<(String, String)>,
}

impl Action {
    /// A parameter, whatever the case of its key.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }
}

impl Experiment {
    /// When each action begins, from the beginning of the experiment, and the end of all (CH-01).
    pub fn schedule(&self) -> (Vec<(SimDuration, &Action)>, SimDuration) {
        let (mut at, mut begins) = (SimDuration::ZERO, Vec::new());
        for step in &self.steps {
            let mut end = at;
            for branch in &step.branches {
                let mut now = at;
                for action in &branch.actions {
                    begins.push((now, action));
                    now = now.plus(action.length.unwrap_or(SimDuration::ZERO));
                }
                end = end.max(now);
            }
            at = end;
        }
        (begins, at)
    }
}

/// Reads the one experiment of a file.
///
/// # Errors
/// If there is none, or several, or it has mistakes; all of them are told.
pub fn experiment(text: &str) -> Result<Experiment, ImportError> {
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(ImportError::Json)?;
    let mut found: Vec<(String, &Value)> = Vec::new();
    find(&value, "", 0, &mut found);
    // A request and its answer say the same twice.
    let says = |value: &Value| (value["steps"].clone(), value["selectors"].clone());
    let mut distinct: Vec<(String, &Value)> = Vec::new();
    for (name, properties) in found {
        if !distinct.iter().any(|(_, other)| says(other) == says(properties)) {
            distinct.push((name, properties));
        }
    }
    match distinct.as_slice() {
        [] => Err(ImportError::None),
        [(name, properties)] => read(name, properties),
        several => Err(ImportError::Several(several.iter().map(|(name, _)| name.clone()).collect())),
    }
}

fn find<'a>(value: &'a Value, name: &str, depth: usize, found: &mut Vec<(String, &'a Value)>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(fields) => {
            let own = fields.get("name").and_then(Value::as_str).unwrap_or(name);
            if let Some(properties) =
                fields.get("properties").filter(|p| p["steps"].is_array() && !p["selectors"].is_null())
            {
                found.push((own.into(), properties));
                return;
            }
            fields.values().for_each(|inner| find(inner, own, depth + 1, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| find(inner, name, depth + 1, found)),
        _ => {}
    }
}

/// Where something stands, and what is wrong so far.
struct Reader(Vec<String>);

impl Reader {
    fn wrong(&mut self, place: &str, words: &str) {
        self.0.push(format!("{place}: {words}"));
    }

    fn text(&mut self, of: &Value, key: &str, place: &str) -> String {
        match &of[key] {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Null => {
                self.wrong(place, &format!("`{key}` is missing"));
                String::new()
            }
            _ => {
                self.wrong(&format!("{place}.{key}"), "this must be a text");
                String::new()
            }
        }
    }

    /// A list of `least` to `most` parts.
    fn list<'a>(&mut self, of: &'a Value, key: &str, most: usize, place: &str) -> &'a [Value] {
        match of[key].as_array() {
            Some(items) if items.is_empty() => self.wrong(&format!("{place}.{key}"), "this list is empty"),
            Some(items) if items.len() > most => {
                let words = format!("{} are more than the {most} that the service allows (CH-06)", items.len());
                self.wrong(&format!("{place}.{key}"), &words);
            }
            Some(items) => return items,
            None => self.wrong(place, &format!("`{key}` must be a list")),
        }
        &[]
    }
}

fn read(name: &str, properties: &Value) -> Result<Experiment, ImportError> {
    let mut reader = Reader(Vec::new());
    let selectors = reader.list(properties, "selectors", usize::MAX, "properties");
    let selectors: Vec<Selector> = selectors
        .iter()
        .enumerate()
        .map(|(at, value)| selector(value, &format!("properties.selectors[{at}]"), &mut reader))
        .collect();
    let steps = reader.list(properties, "steps", STEPS_MAX, "properties");
    let steps = steps.iter().enumerate().map(|(at, value)| {
        let place = format!("properties.steps[{at}]");
        let name = reader.text(value, "name", &place);
        let branches = reader.list(value, "branches", BRANCHES_MAX, &place);
        let branches = branches
            .iter()
            .enumerate()
            .map(|(at, value)| branch(value, &format!("{place}.branches[{at}]"), &mut reader));
        let branches = branches.collect();
        Step { name, branches }
    });
    let steps = steps.collect();
    let experiment = Experiment { name: name.into(), selectors, steps };
    check(&experiment, &mut reader);
    if reader.0.is_empty() { Ok(experiment) } else { Err(ImportError::Mistakes(reader.0)) }
}

fn selector(value: &Value, place: &str, reader: &mut Reader) -> Selector {
    let id = reader.text(value, "id", place);
    let kind = value["type"].as_str().unwrap_or("List");
    let targets = if kind.eq_ignore_ascii_case("query") {
        Vec::new()
    } else {
        let targets = reader.list(value, "targets", TARGETS_MAX, place).iter().enumerate();
        targets.map(|(at, target)| reader.text(target, "id", &format!("{place}.targets[{at}]"))).collect()
    };
    let zones = match &value["filter"] {
        Value::Null => None,
        filter => {
            let zones = reader.list(&filter["parameters"], "zones", usize::MAX, &format!("{place}.filter.parameters"));
            let number = |zone: &Value| {
                zone.as_str().and_then(|zone| zone.trim().parse().ok()).or_else(|| u32::try_from(zone.as_u64()?).ok())
            };
            let numbers: Option<Vec<u32>> = zones.iter().map(number).collect();
            if numbers.is_none() {
                reader.wrong(&format!("{place}.filter.parameters.zones"), "zones are numbers in quotes, such as \"1\"");
            }
            numbers
        }
    };
    Selector { id, targets, zones }
}

fn branch(value: &Value, place: &str, reader: &mut Reader) -> Branch {
    let name = reader.text(value, "name", place);
    let actions = reader.list(value, "actions", ACTIONS_MAX, place);
    let actions =
        actions.iter().enumerate().map(|(at, value)| action(value, &format!("{place}.actions[{at}]"), reader));
    Branch { name, actions: actions.collect() }
}

fn action(value: &Value, place: &str, reader: &mut Reader) -> Action {
    let urn = reader.text(value, "name", place).to_lowercase();
    let kind = reader.text(value, "type", place).to_lowercase();
    let lasts = match kind.as_str() {
        "discrete" => false,
        "continuous" | "delay" | "" => true,
        _ => {
            reader.wrong(&format!("{place}.type"), "an action is continuous, discrete or a delay (CH-01)");
            true
        }
    };
    let length = if lasts {
        let text = reader.text(value, "duration", place);
        let length = duration(&text).filter(|&length| length <= LONGEST);
        if length.is_none() && !text.is_empty() {
            let words =
                format!("`{text}` is not a length of up to 12 hours as ISO 8601 writes it, such as PT10M (CH-06)");
            reader.wrong(&format!("{place}.duration"), &words);
        }
        length
    } else {
        None
    };
    let selector = if kind == "delay" { None } else { Some(reader.text(value, "selectorId", place)) };
    let parameters = value["parameters"].as_array().map_or(&[][..], Vec::as_slice).iter().enumerate();
    let parameters = parameters.map(|(at, of)| parameter(of, &format!("{place}.parameters[{at}]"), reader)).collect();
    Action { urn, length, selector, parameters }
}

/// CH-01: keys and values are texts; numbers, lists and truths are written in quotes.
fn parameter(of: &Value, place: &str, reader: &mut Reader) -> (String, String) {
    let mut text = |key: &str| match &of[key] {
        Value::String(text) => text.clone(),
        Value::Null => {
            reader.wrong(place, &format!("`{key}` is missing"));
            String::new()
        }
        other => {
            let words =
                format!("`{other}` is no text, and the service takes only texts here (CH-01): write it in quotes");
            reader.wrong(&format!("{place}.{key}"), &words);
            String::new()
        }
    };
    (text("key"), text("value"))
}

/// What hangs together: selectors that actions name, and the length of the whole.
fn check(experiment: &Experiment, reader: &mut Reader) {
    let ids: Vec<&str> = experiment.selectors.iter().map(|selector| selector.id.as_str()).collect();
    for (at, step) in experiment.steps.iter().enumerate() {
        let named =
            step.branches.iter().flat_map(|branch| &branch.actions).filter_map(|action| action.selector.as_deref());
        for name in named.filter(|name| !name.is_empty() && !ids.contains(name)) {
            let near = ids.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
            let near = near.map_or(String::new(), |near| format!("; perhaps `{near}`"));
            reader.wrong(&format!("properties.steps[{at}]"), &format!("there is no selector `{name}`{near}"));
        }
    }
    if experiment.schedule().1 > LONGEST {
        reader.wrong("properties.steps", "the experiment takes longer than 12 hours (CH-06)");
    }
}
