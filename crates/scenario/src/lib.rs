//! Scenario files: TOML, units, diagnostics, JSON schema
