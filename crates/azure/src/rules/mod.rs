//! Every rule of the real system that has an id: what it says, where it comes from, how well it is known, and what the
//! program does about it.
//!
//! One family group a file, each a constant table. The tables are read by `explain`, by the page `docs/rules.md`
//! ([`render`]) and by the test that holds every rule to its tests: a rule that is [`Standing::Modelled`], also
//! [in part](Standing::InPart), or [`Standing::Checked`] needs a test whose name begins with its id (`zb_03_…` holds ZB-03).
//! Of what is modelled a test must show it in force: one of the simulation, not of a pure function, a table or the reading of
//! scenarios alone, unless the table says why there is none (`pure`).
//!
//! What must never be here: a rule's arithmetic. That stands with what acts on it, under the same id.

mod autoscale;
mod balance;
mod balancers;
mod chaos;
mod conflicts;
mod conversion;
mod cost;
mod creation;
mod disks;
mod fault_domains;
mod health;
mod hosts;
mod maintenance;
mod operations;
mod orchestration;
mod page;
mod recovery;
mod scale_in;
mod spot;
mod transient;
mod upgrades;
mod validation;
mod zones;

pub use page::{RuleTest, render};

/// How well a rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// The source says it.
    Documented,
    /// It is believed to be documented, and was not read again: no fact to quote.
    Recalled,
    /// It follows from what a source says or shows.
    Inferred,
    /// Nobody publishes it: a default is chosen.
    Unknown,
    /// Sources contradict each other: one of them is followed.
    Conflicting,
    /// Somebody measured it.
    Measured,
}

impl Confidence {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Recalled => "recalled",
            Self::Inferred => "inferred",
            Self::Unknown => "unknown",
            Self::Conflicting => "conflicting",
            Self::Measured => "measured",
        }
    }
}

/// What the program does about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The simulation acts on it.
    Modelled,
    /// It acts on some of it; this is left out, and why.
    InPart(&'static str),
    /// A scenario that breaks it is refused or warned of.
    Checked,
    /// It is left out, for this reason.
    OutOfModel(&'static str),
}

impl Standing {
    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Modelled => "modelled",
            Self::InPart(_) => "modelled in part",
            Self::Checked => "checked",
            Self::OutOfModel(_) => "out of the model",
        }
    }

    /// What is left out, and why; nothing where all of it is acted on.
    pub const fn leaves_out(self) -> Option<&'static str> {
        match self {
            Self::InPart(why) | Self::OutOfModel(why) => Some(why),
            Self::Modelled | Self::Checked => None,
        }
    }

    /// Whether the simulation acts on it.
    pub const fn acts(self) -> bool {
        matches!(self, Self::Modelled | Self::InPart(_))
    }

    /// Whether a test must hold it.
    pub const fn needs_test(self) -> bool {
        !matches!(self, Self::OutOfModel(_))
    }
}

/// One rule of the real system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id, as in `ZB-03`.
    pub id: &'static str,
    /// What it says, in one line.
    pub says: &'static str,
    /// Where it comes from, in words.
    pub source: &'static str,
    /// How well it is known, all in all.
    pub confidence: Confidence,
    /// How well parts of it are known that are known in another way: a number that is chosen, a word that is recalled.
    pub partly: &'static [Confidence],
    /// What the program does about it.
    pub standing: Standing,
    /// Why no trial shows it, where it is modelled and only pure functions, tables and the reading of scenarios are tested.
    pub pure: Option<&'static str>,
    /// The key of a scenario that sets what is not known, or not the same for everybody.
    pub key: Option<&'static str>,
}

impl Rule {
    const fn new(id: &'static str, says: &'static str, source: &'static str, standing: Standing) -> Self {
        Self { id, says, source, confidence: Confidence::Documented, partly: &[], standing, pure: None, key: None }
    }

    /// A documented rule that the simulation acts on.
    const fn modelled(id: &'static str, says: &'static str, source: &'static str) -> Self {
        Self::new(id, says, source, Standing::Modelled)
    }

    /// A documented rule of which the simulation acts on some, and leaves this out.
    const fn in_part(id: &'static str, says: &'static str, source: &'static str, why: &'static str) -> Self {
        Self::new(id, says, source, Standing::InPart(why))
    }

    /// A documented rule that scenarios are held to.
    const fn checked(id: &'static str, says: &'static str, source: &'static str) -> Self {
        Self::new(id, says, source, Standing::Checked)
    }

    /// A documented rule that is left out.
    const fn out(id: &'static str, says: &'static str, source: &'static str, why: &'static str) -> Self {
        Self::new(id, says, source, Standing::OutOfModel(why))
    }

    const fn known(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    const fn partly(mut self, partly: &'static [Confidence]) -> Self {
        self.partly = partly;
        self
    }

    const fn recalled(self) -> Self {
        self.known(Confidence::Recalled)
    }

    const fn inferred(self) -> Self {
        self.known(Confidence::Inferred)
    }

    const fn unknown(self) -> Self {
        self.known(Confidence::Unknown)
    }

    const fn conflicting(self) -> Self {
        self.known(Confidence::Conflicting)
    }

    const fn measured(self) -> Self {
        self.known(Confidence::Measured)
    }

    const fn pure(mut self, why: &'static str) -> Self {
        self.pure = Some(why);
        self
    }

    const fn key(mut self, path: &'static str) -> Self {
        self.key = Some(path);
        self
    }

    /// How well it is known, in words: `documented, in part unknown`.
    pub fn confidence_words(&self) -> String {
        let parts: Vec<&str> = self.partly.iter().map(|part| part.word()).collect();
        let whole = self.confidence.word();
        if parts.is_empty() { whole.into() } else { format!("{whole}, in part {}", parts.join(" and ")) }
    }

    /// The letters of its id.
    pub fn family(&self) -> &'static str {
        self.id.split('-').next().unwrap_or(self.id)
    }
}

/// Rules that share the letters of their ids.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// The letters.
    pub letters: &'static str,
    /// What they are about.
    pub title: &'static str,
    /// The rules, by number.
    pub rules: &'static [Rule],
}

const fn family(letters: &'static str, title: &'static str, rules: &'static [Rule]) -> Family {
    Family { letters, title, rules }
}

/// All families, in the order of the page.
pub const FAMILIES: &[Family] = &[
    family("OM", "Orchestration modes and limits", orchestration::MODES),
    family("ZN", "Zones", zones::ZONES),
    family("FD", "Fault domains and update domains", fault_domains::DOMAINS),
    family("PG", "Placement groups", fault_domains::GROUPS),
    family("ZB", "Zone balance", balance::BALANCE),
    family("ZP", "Automatic zone placement (preview)", balance::PLACEMENT),
    family("AZ", "Automatic zone balance", balance::AUTOMATIC),
    family("SI", "Scale-in, protection, deletion", scale_in::SCALE_IN),
    family("OV", "Overprovisioning and head-room", scale_in::OVERPROVISION),
    family("HM", "Health monitoring", health::MONITORING),
    family("AR", "Automatic instance repairs", health::REPAIRS),
    family("RC", "Resilient creation and deletion", creation::RESILIENT),
    family("AL", "Allocation and quota", creation::ALLOCATION),
    family("CR", "Capacity reservations", creation::RESERVATIONS),
    family("SP", "Spot machines", spot::SPOT),
    family("IM", "Instance mix", spot::MIX),
    family("SB", "Standby pools", spot::STANDBY),
    family("HL", "Host failure, healing, live migration", hosts::HEALING),
    family("AV", "Availability sets and single machines", hosts::SETS),
    family("DH", "Dedicated hosts", hosts::DEDICATED),
    family("PT", "Times to create and to boot", hosts::TIMES),
    family("DK", "Disks", disks::DISKS),
    family("CV", "Adding zones, attaching, detaching", conversion::CONVERSION),
    family("V", "What is refused", validation::VALIDATION),
    family("C", "Sources that contradict each other", conflicts::CONFLICTS),
    family("AS", "Autoscale", autoscale::AUTOSCALE),
    family("LB", "Load balancers", balancers::BALANCER),
    family("AG", "Application gateways", balancers::GATEWAY),
    family("AFD", "Front Door", balancers::FRONT_DOOR),
    family("TM", "Traffic Manager", balancers::TRAFFIC_MANAGER),
    family("TF", "Transient faults and retries", transient::TRANSIENT),
    family("UP", "Upgrades", upgrades::UPGRADES),
    family("MT", "Planned maintenance and scheduled events", maintenance::MAINTENANCE_RULES),
    family("SL", "The service level agreement", operations::AGREEMENT),
    family("CO", "Cost", cost::COST),
    family("DR", "Disaster recovery", recovery::RECOVERY),
    family("IN", "Patterns of public incidents", operations::INCIDENTS),
    family("FR", "Failure rates", operations::RATES),
    family("CH", "Chaos experiments", chaos::CHAOS),
];

/// All rules, family by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules)
}

/// The rule with this id. It may be written carelessly: `zb-3`, `ZB 03`, `zb_03`.
pub fn find(id: &str) -> Option<&'static Rule> {
    let id = tidy(id)?;
    rules().find(|rule| rule.id == id)
}

/// An id as the tables write it, whether or not there is such a rule; none for a text of another form.
pub fn tidy(id: &str) -> Option<String> {
    let id = id.trim();
    let digits_at = id.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = id.split_at(digits_at);
    let letters = letters.trim_end_matches(['-', '_', ' ']);
    let is_id = (1..=3).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        && digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| format!("{}-{digits:0>2}", letters.to_ascii_uppercase()))
}

/// The rules that a function of this name tests, as ids of known families, whether or not there are such rules:
/// `zb_03_spreads` tests ZB-03, `sp_01_hm_02_strike` SP-01 and HM-02, `c_sharp` nothing.
pub fn ids_of_test(name: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut rest = name;
    while let Some((id, after)) = leading_id(rest) {
        ids.push(id);
        rest = after;
    }
    ids
}

fn leading_id(name: &str) -> Option<(String, &str)> {
    let (letters, rest) = name.split_once('_')?;
    let (digits, rest) = rest.split_once('_')?;
    let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let letters = letters.to_ascii_uppercase();
    let is_known = FAMILIES.iter().any(|family| family.letters == letters);
    (is_number && is_known).then(|| (format!("{letters}-{digits}"), rest))
}
