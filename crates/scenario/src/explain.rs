//! What every key, code and default means, for the command line.

use crate::codes::{CODES, Code};
use crate::diagnostic::{is_slip, nearest};
use crate::keys::{self, Key, Kind, children, keys, plain_name};
use std::fmt::Write as _;
use zonefall_azure::rules::{self, FAMILIES, Rule, Standing};
use zonefall_azure::{Unit, profile, sla};
use zonefall_faults::{Mode, mode_of_cause};
use zonefall_fleet::EXTRA_CAUSES;

/// Everything that [`explain`] knows, but for the single rules, which are listed under `rules`: keys, codes, failure modes
/// of the default profile, and a few lists.
pub fn topics() -> Vec<String> {
    let lists = ["topics", "codes", "causes", "keys", "profile", "rules", "sla"].into_iter().map(str::to_owned);
    let causes = EXTRA_CAUSES.iter().map(|&(name, _)| name.to_owned());
    let modes = profile::with_maintenance_modes(profile::with_spot_modes(profile::azure_like_v0())).modes;
    let modes = modes.into_iter().map(|mode| mode.name);
    let keys = keys().iter().map(|key| plain(key.path));
    lists.chain(causes).chain(keys).chain(CODES.iter().map(|code| code.id.to_owned())).chain(modes).collect()
}

/// A path as people write it: `scale_set.zones`, not `scale_set.<name>.zones`.
fn plain(path: &str) -> String {
    path.replace(".<name>", "").replace("[]", "")
}

/// Whether a path as a scenario writes it, names and all, is that of a key. A design's change is the key's own path. A name
/// alone says nothing: it may be a key misspelt.
fn is_written(path: &str, key: &Key) -> bool {
    let path =
        path.strip_prefix("design.").and_then(|of_design| of_design.split_once('.')).map_or(path, |(_, own)| own);
    let (written, known) = (path.split('.'), key.path.split('.'));
    let bare = |part: &str| part.trim_end_matches("[]").to_owned();
    !key.path.ends_with("<name>")
        && written.clone().count() == known.clone().count()
        && written.zip(known).all(|(part, known)| known == "<name>" || bare(part) == bare(known))
}

/// A path as the table of keys has it: an entry of a list (`rule[0]`) is explained by `rule[]`.
fn without_indices(path: &str) -> String {
    let digit = |c: char| c.is_ascii_digit();
    let cut = |rest: &str| rest.find(']').filter(|&end| rest[..end].chars().all(digit)).unwrap_or(0);
    let mut pieces = path.split('[');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, rest| text + "[" + &rest[cut(rest)..])
}

/// What a topic means: a key by its path or its last part, a code, a rule by its id, a failure mode, `profile`, `sla`,
/// `rules`, `keys`, `codes`, `causes` or `topics`. None if there is no such topic.
pub fn explain(topic: &str) -> Option<String> {
    let topic = topic.trim();
    if let Some(code) = crate::codes::find_code(topic) {
        return Some(code_text(code));
    }
    match topic {
        "topics" => return Some(topics().join("\n")),
        "codes" => return Some(CODES.iter().map(|code| format!("{}  {}\n", code.id, code.title)).collect()),
        "causes" => return Some(causes_text()),
        "keys" => return Some(keys().iter().map(key_line).collect()),
        "profile" | "azure-like-v0" => return Some(profile_text()),
        "rules" => return Some(rules_text()),
        "sla" => return Some(sla_text()),
        _ => {}
    }
    if let Some(rule) = rules::find(topic) {
        return Some(rule_text(rule));
    }
    if topic.is_empty() {
        return None;
    }
    let topic = &*without_indices(topic);
    let wanted = plain(topic);
    let exact: Vec<&Key> =
        keys().iter().filter(|key| key.path == topic || plain(key.path) == wanted || is_written(topic, key)).collect();
    let found = if exact.is_empty() { keys().iter().filter(|key| plain_name(key) == wanted).collect() } else { exact };
    let cause = EXTRA_CAUSES.iter().find(|(name, _)| *name == topic);
    let cause = cause.map(|(name, text)| format!("{name}: a cause of downtime\n\n{text}\n"));
    let texts: Vec<String> = found.into_iter().map(key_text).chain(cause).collect();
    if !texts.is_empty() {
        return Some(texts.join("\n"));
    }
    mode_text(topic).or_else(|| pair_text(topic)).or_else(|| word_text(topic)).or_else(|| called_otherwise(topic))
}

/// Words of the field for keys that are called otherwise.
const OTHERWISE: [(&str, &str); 4] = [
    ("availability_zone", "zones"),
    ("az", "zones"),
    ("instance_count", "capacity"),
    ("scale_in_policies", "scale_in_policy"),
];

/// Keys whose last part is meant by words with blanks (`fault domains`), by one of several, or by another word.
fn called_otherwise(topic: &str) -> Option<String> {
    let words = topic.to_lowercase().replace([' ', '-'], "_");
    let one = words.strip_suffix('s').unwrap_or(&words);
    let other = OTHERWISE.iter().find(|(word, _)| [words.as_str(), one].contains(word)).map(|(_, key)| *key);
    let meant = [words.clone(), format!("{words}s"), other.unwrap_or(one).to_owned()];
    let of =
        |name: &String| -> Vec<String> { keys().iter().filter(|key| plain_name(key) == name).map(key_text).collect() };
    meant.iter().map(of).find(|texts| !texts.is_empty()).map(|texts| texts.join("\n"))
}

/// Words of results that are no keys.
const WORDS: [(&str, &str); 1] = [(
    "composite",
    "What Azure promises for a service of parts, by its own arithmetic: the product of the promises for parts that are all \
     needed, and 1 less the product of their complements where any one will do; of a failover group, that times the promise for \
     its router, unless a component stands for it. It takes failures for independent and a \
     promise for a forecast; shown beside the simulated availability, so that the difference is seen.",
)];

/// A word of a result, or one of those that a key takes.
fn word_text(word: &str) -> Option<String> {
    if let Some((_, text)) = WORDS.iter().find(|(name, _)| *name == word) {
        return Some(format!("{word}: a word of the results\n\n{text}\n"));
    }
    let takes = |key: &&Key| match key.kind {
        Kind::Choice(words) => words.contains(&word),
        Kind::Either(kinds) => kinds.iter().any(|kind| matches!(kind, Kind::Choice(words) if words.contains(&word))),
        _ => false,
    };
    let texts: Vec<String> = keys().iter().filter(takes).map(key_text).collect();
    (!texts.is_empty()).then(|| format!("{word}: a value of\n\n{}", texts.join("\n")))
}

/// The topic nearest to one that does not exist: a rule, for what looks like the id of one.
pub fn nearest_topic(topic: &str) -> Option<String> {
    if let Some(id) = rules::tidy(topic) {
        let ids: Vec<&str> = rules::rules().map(|rule| rule.id).collect();
        return nearest(&id, &ids).map(str::to_owned);
    }
    let topics = topics();
    // A last part alone is a topic, too, for a slip of the finger.
    let parts: Vec<&str> = keys().iter().map(plain_name).filter(|name| is_slip(topic, name)).collect();
    if let Some(part) = nearest(topic, &parts) {
        return Some(part.to_owned());
    }
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    let last = |path: &'_ str| path.rsplit('.').next().unwrap_or_default().to_owned();
    // Of a path its table alone says nothing: `slo.foo` is not nearly `slo`.
    let is_near = |near: &&str| !topic.contains('.') || nearest(&last(topic), &[&last(near)]).is_some();
    nearest(topic, &names).filter(is_near).map(str::to_owned)
}

fn code_text(code: &Code) -> String {
    let allow = match code.id.starts_with('W') {
        true => format!(
            "\nOnce it is known, `allow = [\"{}\"]` at the top of the scenario keeps it from being told.\n",
            code.id
        ),
        false => String::new(),
    };
    format!("{}: {}\n\n{}\n{allow}", code.id, code.title, code.text)
}

fn causes_text() -> String {
    let own = EXTRA_CAUSES.iter().map(|(name, text)| format!("  {name}: {text}\n"));
    let own: String = own.collect();
    format!(
        "Missed time is charged to failure modes (`explain profile`), and to what the fleet itself does or lacks:\n\n{own}"
    )
}

fn key_line(key: &Key) -> String {
    format!("{}\n    {}\n", key.path, key.doc)
}

/// Letters of a key's first sentence that stand below its table.
const SENTENCE_MAX: usize = 100;

fn key_text(key: &Key) -> String {
    let mut text = format!("{}\n\n{}\n\n  value    {}\n", key.path, key.doc, key.kind.words());
    match key.default {
        Some(default) => default_text("", default, &mut text),
        None => text.push_str("  default  none\n"),
    }
    if let Some((so, default)) = key.but {
        default_text(&format!(" where {so}"), default, &mut text);
    }
    if !key.source.is_empty() {
        let _ = writeln!(text, "  source   {}", key.source);
    }
    let designs = if key.overlay { "may change it" } else { "share it; no design may change it" };
    let _ = writeln!(text, "  designs  {designs}");
    let inner: Vec<&Key> = children(key.path).collect();
    if let Some(first) = inner.first() {
        let _ = writeln!(text, "  keys     {} of its own, such as `zonefall explain {}`:", inner.len(), first.path);
        let width = inner.iter().map(|key| key.name().len()).max().unwrap_or(0);
        for key in inner {
            let _ = writeln!(text, "    {:<width$}  {}", key.name(), first_sentence(key.doc));
        }
    }
    text
}

/// A default, and what is known of its numbers.
fn default_text(so: &str, default: keys::Default, text: &mut String) {
    let _ = writeln!(text, "  default  {default}{so}");
    let Some(preset) = default.preset() else { return };
    for (name, number) in preset.numbers() {
        let unit = if number.unit == Unit::Share { "" } else { number.unit.word() };
        let of = if name.is_empty() { String::new() } else { format!("{name} ") };
        let range = match number.low < number.high {
            true => format!("{of}from {} to {} {unit}", number.low, number.high).trim_end().to_owned() + ", ",
            false => of,
        };
        let _ = writeln!(text, "           {range}{}: {}", number.confidence.word(), number.source);
    }
}

/// The first sentence of a text, or as much of it as a line takes.
fn first_sentence(doc: &str) -> String {
    let end = doc.find(". ").map_or(doc.len(), |at| at + 1);
    let sentence = &doc[..end];
    match sentence.char_indices().nth(SENTENCE_MAX) {
        Some((cut, _)) => format!("{} …", sentence[..cut].trim_end_matches(|c: char| c != ' ').trim_end()),
        None => sentence.to_owned(),
    }
}

fn rule_text(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n\n  standing    {}\n", rule.id, rule.says, rule.standing.words());
    match rule.standing {
        Standing::OutOfModel(why) => drop(writeln!(text, "  reason      {why}")),
        Standing::InPart(why) => drop(writeln!(text, "  left out    {why}")),
        Standing::Modelled | Standing::Checked => {}
    }
    let _ = writeln!(text, "  source      {}\n  confidence  {}", rule.source, rule.confidence_words());
    if let Some(key) = rule.key {
        let _ = writeln!(text, "  key         {key}");
    }
    text
}

fn rules_text() -> String {
    let mut text =
        String::from("Rules of the real system; `zonefall explain <id>` shows one, docs/rules.md names the tests.\n");
    for family in FAMILIES {
        let _ = writeln!(text, "\n{}: {}", family.letters, family.title);
        for rule in family.rules {
            let _ = writeln!(text, "  {}  {:<16}  {}", rule.id, rule.standing.words(), rule.says);
        }
    }
    text
}

fn profile_text() -> String {
    let mut text = String::from(
        "azure-like-v0: the default failure profile (FR-01).\n\nAssumptions in the order of magnitude of what is \
         published; Microsoft publishes no rate of its own.\nRates are per unit and year; in brackets their low and \
         high value.\n\n",
    );
    let own = profile::azure_like_v0().modes;
    own.iter().for_each(|mode| mode_line(mode, &mut text));
    text.push_str("\nWhere a design has Spot machines it also has:\n\n");
    profile::spot_modes().iter().for_each(|mode| mode_line(mode, &mut text));
    text.push_str(
        "\nWhere a scenario asks for planned maintenance (`[maintenance]`) it also has, per machine and year:\n\n",
    );
    profile::maintenance_modes().iter().for_each(|mode| mode_line(mode, &mut text));
    text
}

fn mode_line(mode: &Mode, text: &mut String) {
    let (low, high) = mode.evidence.rate_low_high;
    let _ = writeln!(
        text,
        "{:<22} {:<13} {:>6.3} [{:.3}, {:.3}]  {}: {}",
        mode.name,
        format!("{:?}", mode.scope),
        mode.rate_per_year(),
        low,
        high,
        mode.evidence.confidence.word(),
        mode.evidence.source
    );
}

/// A mode's hit on two zones, which is a cause of its own.
fn pair_text(cause: &str) -> Option<String> {
    let modes = profile::with_spot_modes(profile::azure_like_v0()).modes;
    let mode = mode_of_cause(&modes, cause)?;
    Some(format!(
        "{cause}: those events of {} that take a second zone of the region along. They are drawn, charged and \
         taken away apart from its hits on one zone (common_cause: {} of its events).\n\n{}",
        mode.name,
        mode.common_cause,
        mode_text(&mode.name)?
    ))
}

fn mode_text(name: &str) -> Option<String> {
    let rows: Vec<_> = profile::evidence().into_iter().filter(|row| row.mode == name).collect();
    if rows.is_empty() {
        return None;
    }
    let spot = profile::spot_modes().iter().any(|mode| mode.name == name);
    let upkeep = profile::maintenance_modes().iter().any(|mode| mode.name == name);
    let when = match (spot, upkeep) {
        (true, _) => ", where a design has Spot machines",
        (_, true) => ", where a scenario has a table `maintenance`",
        _ => "",
    };
    let mut text = format!("{name}: a failure mode of azure-like-v0{when}. Change it under [faults.mode.{name}].\n\n");
    for row in rows {
        let number = row.number;
        let _ = writeln!(
            text,
            "  {:<28} {} {} (from {} to {}), {}: {}",
            row.quantity,
            number.value,
            number.unit.word(),
            number.low,
            number.high,
            number.confidence.word(),
            number.source
        );
    }
    Some(text)
}

fn sla_text() -> String {
    let mut text = String::from(
        "Azure's SLA for virtual machines (SL-01, SL-03): a refund, not a forecast, and never the same as your \
         objective.\n\n",
    );
    for table in sla::TABLES {
        let credit = |&(numerator, denominator, credit): &(u64, u64, u32)| {
            format!("below {} %: {credit} % credit", numerator as f64 * 100.0 / denominator as f64)
        };
        let tiers: Vec<String> = table.tiers.iter().map(credit).collect();
        let _ = writeln!(text, "{} ({})\n    {}", table.name, table.rule, tiers.join("; "));
    }
    text +=
        "\nWhere no promise covers all machines of a design, each region, availability set or machine has its own.\n";
    text
}
