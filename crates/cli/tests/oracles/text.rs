//! Parts of scenario files.

use std::fmt::{self, Display};

/// A scenario, but for trials and seed: one region, machines, an objective, failure modes and nothing else.
#[derive(Clone)]
pub struct Text {
    /// Above the tables: the horizon and what is measured of it.
    pub time: String,
    pub zones: u32,
    pub racks: u32,
    /// Under `[scale_set.web]`.
    pub set: String,
    pub min_serving: u32,
    /// Under `[slo]`.
    pub slo: String,
    pub modes: Vec<String>,
    /// Further tables.
    pub more: String,
}

impl Text {
    /// So many machines over so many zones, so many of them needed.
    pub fn new(machines: u32, zones: u32, min_serving: u32, horizon: &str) -> Self {
        // A region of one zone is one without zones: none can be named.
        let numbers: Vec<String> = (1..=zones).filter(|_| zones > 1).map(|zone| zone.to_string()).collect();
        Self {
            time: format!("horizon = \"{horizon}\""),
            zones,
            racks: 1,
            set: format!("zones = [{}]\ncapacity = {machines}", numbers.join(", ")),
            min_serving,
            // One window: the objective's own numbers are judged elsewhere.
            slo: format!("window = \"{horizon}\""),
            modes: Vec::new(),
            more: String::new(),
        }
    }

    #[must_use]
    pub fn mode(mut self, name: &str, scope: &str, up: impl Display, outage: impl Display, more: &str) -> Self {
        let text =
            format!("[faults.mode.{name}]\nscope = \"{scope}\"\ntime_to_failure = {up}\noutage = {outage}\n{more}");
        self.modes.push(text);
        self
    }

    /// Nothing before this counts.
    #[must_use]
    pub fn measured_from(mut self, from: &str) -> Self {
        self.time += &format!("\nmeasure_from = \"{from}\"");
        self
    }

    /// A trial ends at the first miss.
    #[must_use]
    pub fn until_first_miss(mut self, at_most: &str) -> Self {
        self.time = format!("horizon = {{ until = \"first miss\", at_most = \"{at_most}\" }}");
        self
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, zones, racks, set, min_serving, slo, modes, more } = self;
        let modes = modes.join("\n");
        write!(
            f,
            "{time}\n\n[slo]\nmin_serving = {min_serving}\n{slo}\n\n\
             [region.here]\nzones = {zones}\nhalls_per_zone = 1\nracks_per_zone = {racks}\nhosts_per_rack = 12\n\n\
             [scale_set.web]\n{set}\n\n{more}\n\n[faults]\nprofile = \"none\"\n\n{modes}\n"
        )
    }
}

pub fn exponential(mean_h: f64) -> String {
    format!("{{ law = \"exponential\", mean = \"{mean_h} h\" }}")
}

pub fn constant(text: impl Display) -> String {
    format!("\"{text}\"")
}

pub fn lognormal(mean_h: f64, sigma: f64) -> String {
    format!("{{ law = \"lognormal\", mean = \"{mean_h} h\", sigma = {sigma:?} }}")
}

pub fn weibull(mean_h: f64, shape: f64) -> String {
    format!("{{ law = \"weibull\", mean = \"{mean_h} h\", shape = {shape:?} }}")
}
