//! The JSON schema of `summary.json`, from the types that are written.

use crate::files::{FilesError, pretty};
use schemars::generate::SchemaSettings;
use serde_json::json;
use zonefall_study::outcome::{Outcome, SCHEMA};

/// The schema as JSON, draft 2020-12.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn summary_schema() -> Result<String, FilesError> {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Outcome>();
    schema.insert("$id".into(), json!(format!("urn:{}", SCHEMA.replace('/', ":"))));
    schema.insert("title".into(), json!("Zonefall summary"));
    if let Some(form) = schema.pointer_mut("/properties/schema").and_then(|form| form.as_object_mut()) {
        form.insert("const".into(), json!(SCHEMA));
    }
    Ok(pretty(&schema)?)
}
