//! Files to begin with: runnable and commented.

const TEMPLATES: [(&str, &str); 7] = [
    ("minimal", include_str!("../templates/minimal.toml")),
    ("zonal-or-spanning", include_str!("../templates/zonal-or-spanning.toml")),
    ("single-vm", include_str!("../templates/single-vm.toml")),
    ("availability-set", include_str!("../templates/availability-set.toml")),
    ("web-tier", include_str!("../templates/web-tier.toml")),
    ("managed", include_str!("../templates/managed.toml")),
    ("game-day", include_str!("../templates/game-day.toml")),
];

/// The text of the template called `name`.
pub fn template(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names that [`template`] knows.
pub fn template_names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}
