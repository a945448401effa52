//! Laws of durations: a duration, or a table with `law` and the family's parameters.

use crate::codes;
use crate::diagnostic::Sink;
use crate::keys::fault::EMPIRICAL_MAX;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::units;
use crate::values::wrong_type;
use zonefall_engine::{Law, Shape, SimDuration};

/// The most values of empirical laws in all designs together.
const EMPIRICAL_ALL_MAX: usize = 100 * EMPIRICAL_MAX;

/// The law that stands at the key `name`, or its default.
pub(crate) fn law(reader: &Reader<'_>, name: &str, sink: &mut Sink) -> Option<Law> {
    let node = reader.node(name, sink)?;
    law_of(&node, name, sink)
}

/// The same with another default, if there is one.
pub(crate) fn law_or(reader: &Reader<'_>, name: &str, default: Option<&str>, sink: &mut Sink) -> Option<Law> {
    match default {
        Some(text) if !reader.has(name) => law_of(&Node::from_default(text), name, sink),
        _ => law(reader, name, sink),
    }
}

fn law_of(node: &Node, name: &str, sink: &mut Sink) -> Option<Law> {
    match &node.value {
        Value::Text(text) => match units::duration(text) {
            Ok(length) => Some(Law::constant(length)),
            Err(why) => {
                sink.error(codes::DURATION, &node.span, format!("`{name}`: \"{text}\" {why}")).help(
                    "write a duration such as \"90 min\", or a law such as { law = \"exponential\", mean = \"4 h\" }",
                );
                None
            }
        },
        Value::Table(_) => law_table(node, sink),
        _ => wrong_type(node, name, &crate::keys::Kind::Law.words(), sink),
    }
}

/// The parameters of each family; those after the bar may stand in the place of the one before.
fn parameters(family: &str) -> &'static [&'static str] {
    match family {
        "constant" | "exponential" => &["mean"],
        "uniform" => &["low", "high"],
        "weibull" | "gamma" => &["shape", "mean|scale"],
        "lognormal" => &["median|mean", "sigma"],
        "pareto" => &["index", "least"],
        _ => &["values"],
    }
}

fn law_table(node: &Node, sink: &mut Sink) -> Option<Law> {
    let reader = Reader::new(node, "law", sink);
    if !reader.has("law") {
        reader.missing("law", "law = \"exponential\"", sink);
        return None;
    }
    let family = reader.choice("law", sink)?;
    if !parameters_fit(&reader, family, sink) {
        return None;
    }
    let below = if reader.has("below") { Some(length(&reader, "below", sink)?) } else { None };
    let shape = shape(&reader, family, sink)?;
    match Law::new(shape, below) {
        Ok(law) if law.mean_ms().is_finite() && law.mean_ms() <= 1e3 * SimDuration::MAX.as_ms() as f64 => Some(law),
        Ok(_) => {
            sink.error(codes::LAW, reader.span(), "the mean of this law is longer than the simulator's clock");
            None
        }
        Err(why) => {
            sink.error(codes::LAW, reader.span(), format!("this law cannot be: {why}"));
            None
        }
    }
}

/// Tells parameters that are missing, said twice, or of another family.
fn parameters_fit(reader: &Reader<'_>, family: &str, sink: &mut Sink) -> bool {
    let mut fit = true;
    let mut known = vec!["law", "below"];
    for group in parameters(family) {
        let names: Vec<&str> = group.split('|').collect();
        let said = names.iter().filter(|name| reader.has(name)).count();
        if said != 1 {
            fit = false;
            let either = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
            let (code, words) = match said {
                0 => (codes::LAW, format!("a law of the family {family} needs {either}")),
                _ => (codes::EXCLUSIVE, format!("{either}: say one of them")),
            };
            sink.error(code, reader.span(), words);
        }
        known.extend(names);
    }
    for key in crate::keys::children("law").map(|key| key.name()) {
        if reader.has(key) && !known.contains(&key) {
            fit = false;
            let words = format!("`{key}` does not go with a law of the family {family}");
            sink.error(codes::LAW, &reader.span_of(key), words)
                .help(format!("{family} has {}", parameters(family).join(" and ").replace('|', " or ")));
        }
    }
    fit
}

fn shape(reader: &Reader<'_>, family: &str, sink: &mut Sink) -> Option<Shape> {
    Some(match family {
        "constant" => Shape::Constant(length(reader, "mean", sink)?),
        "uniform" => {
            let (low, high) = (length(reader, "low", sink), length(reader, "high", sink));
            Shape::Uniform(low?, high?)
        }
        "exponential" => Shape::Exponential(length(reader, "mean", sink)?),
        "weibull" => {
            let (shape, scale) = (reader.number("shape", sink), length(reader, mean_or(reader, "scale"), sink));
            let (shape, scale) = (shape?, scale?);
            // The mean of scale 1 is Γ(1 + 1/shape), which the law itself knows.
            let unit =
                if reader.has("mean") { Law::new(Shape::Weibull(shape, 1.0), None).ok()?.mean_ms() } else { 1.0 };
            Shape::Weibull(shape, scale / unit)
        }
        "gamma" => {
            let (shape, scale) = (reader.number("shape", sink), length(reader, mean_or(reader, "scale"), sink));
            let (shape, scale) = (shape?, scale?);
            Shape::Gamma(shape, if reader.has("mean") { scale / shape } else { scale })
        }
        "lognormal" => {
            let (middle, sigma) = (length(reader, mean_or(reader, "median"), sink), reader.number("sigma", sink));
            let (middle, sigma) = (middle?, sigma?);
            let unit =
                if reader.has("mean") { Law::new(Shape::LogNormal(1.0, sigma), None).ok()?.mean_ms() } else { 1.0 };
            Shape::LogNormal(middle / unit, sigma)
        }
        "pareto" => {
            let (index, least) = (reader.number("index", sink), length(reader, "least", sink));
            Shape::Pareto(index?, least?)
        }
        _ => empirical(reader, sink)?,
    })
}

fn mean_or(reader: &Reader<'_>, other: &'static str) -> &'static str {
    if reader.has("mean") { "mean" } else { other }
}

fn length(reader: &Reader<'_>, name: &str, sink: &mut Sink) -> Option<f64> {
    reader.duration(name, sink).map(|length| length.as_ms() as f64)
}

fn empirical(reader: &Reader<'_>, sink: &mut Sink) -> Option<Shape> {
    let (items, _) = reader.list("values", sink)?;
    sink.empirical_values += items.len();
    if sink.empirical_values > EMPIRICAL_ALL_MAX {
        let words = format!("the empirical laws of all designs have more than {EMPIRICAL_ALL_MAX} values together");
        sink.error(codes::TOO_MUCH, reader.span(), words);
        return None;
    }
    let values = reader.durations("values", sink)?;
    let mut values: Vec<f64> = values.iter().map(|(value, _)| value.as_ms() as f64).collect();
    values.sort_by(f64::total_cmp);
    Some(Shape::Empirical(values.into()))
}
