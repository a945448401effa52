//! The JSON Schema of scenario files, built from the table of keys: an editor completes and checks with it.

use crate::keys::{self, Key, Kind};
use serde_json::{Map, Value, json};

/// The schema, JSON Schema draft 2020-12.
pub fn schema() -> Value {
    let mut root = table("", false);
    if let Some(object) = root.as_object_mut() {
        object.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".into(), json!("Zonefall scenario"));
        object.insert("required".into(), json!(["horizon", "region"]));
        object.insert("$defs".into(), json!({ "law": table("law", false) }));
    }
    root
}

/// The table at a path; with `in_design` only what a design may change.
fn table(path: &str, in_design: bool) -> Value {
    let mut properties = Map::new();
    let mut named = None;
    for key in keys::children(path).filter(|key| key.overlay || !in_design) {
        let value = property(key, in_design);
        match key.name() {
            "<name>" => named = Some(value),
            _ => {
                properties.insert(keys::plain_name(key).into(), value);
            }
        }
    }
    if path == "design[]" {
        let overlays = table("", true);
        if let Some(inner) = overlays["properties"].as_object() {
            properties.extend(inner.clone());
        }
        properties.insert("name".into(), json!({ "type": "string", "description": "The design's name, unique." }));
    }
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    match named {
        Some(each) => schema.insert("additionalProperties".into(), each),
        None => {
            schema.insert("properties".into(), Value::Object(properties));
            schema.insert("additionalProperties".into(), json!(false))
        }
    };
    if path == "law" {
        schema.insert("required".into(), json!(["law"]));
    }
    Value::Object(schema)
}

fn property(key: &Key, in_design: bool) -> Value {
    let mut value = kind(key.kind, key.path, in_design);
    if let Some(object) = value.as_object_mut() {
        let source = if key.source.is_empty() { String::new() } else { format!(" ({})", key.source) };
        object.insert("description".into(), json!(format!("{}{source}", key.doc)));
        if let Some(default) = key.default {
            object.insert("default".into(), default_value(&default.to_string()));
        }
    }
    value
}

fn kind(kind_of: Kind, path: &str, in_design: bool) -> Value {
    match kind_of {
        Kind::Text => json!({ "type": "string" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Count(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Off => json!({ "const": false }),
        Kind::Duration => json!({ "type": "string", "examples": ["90 min", "2.5 h", "30 days", "PT90M"] }),
        Kind::Law => json!({ "anyOf": [kind(Kind::Duration, path, in_design), { "$ref": "#/$defs/law" }] }),
        Kind::Share => json!({ "anyOf": [
            { "type": "string", "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*%?\\s*$", "examples": ["99.95%"] },
            { "type": "number", "minimum": 0, "maximum": 1 },
        ] }),
        Kind::Rate => json!({ "type": "string", "examples": ["0.1 per rack-year", "2 per VM-year", "1 per 1000 h"] }),
        Kind::RequestRate => json!({ "type": "string", "examples": ["100 req/s"] }),
        Kind::Instant => json!({ "type": "string", "examples": ["2026-01-01"] }),
        Kind::List(each, most) => {
            json!({ "type": "array", "items": kind(*each, path, in_design), "maxItems": most })
        }
        Kind::Table => table(path, in_design),
        Kind::Tables(most) => json!({ "type": "array", "items": table(path, false), "maxItems": most }),
        Kind::Either(kinds) => {
            let any: Vec<Value> = kinds.iter().map(|&inner| kind(inner, path, in_design)).collect();
            json!({ "anyOf": any })
        }
    }
}

/// A default of the table of keys as JSON.
fn default_value(text: &str) -> Value {
    toml::from_str::<toml::Table>(&format!("value = {text}"))
        .ok()
        .and_then(|table| serde_json::to_value(table.get("value")?).ok())
        .unwrap_or_else(|| json!(text))
}
