//! What a trial remembers of models, releases and rollouts. Empty in a design without releases.

use super::frame::Frame;
use crate::design::Design;
use crate::management::{Release, ReleaseKind, Symptom};
use crate::policy::upgrade::Pending;
use zonefall_engine::{SimDuration, SimTime};

/// The model that machines have when a trial begins.
pub(crate) const FIRST: u32 = 0;

/// A model of a set. Models are numbered as they come; [`FIRST`] is the one that a trial begins with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    /// The release that brought it, among those of the design.
    pub release: u32,
    /// Which of those of its release it is, from 1: what comes of other releases changes nothing in it.
    pub nth: u64,
    /// The model from before.
    pub before: u32,
    /// It is bad, and shows it after so much time.
    pub bad_after: Option<SimDuration>,
    /// It has shown on some machine.
    pub shown: bool,
}

/// What runs on the machine of a slot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Installed {
    pub model: u32,
    /// The model that it had before.
    pub previous: u32,
    /// The model that is being put on it, and when that is done.
    pub next: u32,
    pub due: SimTime,
    /// Since when it has its model.
    pub since: SimTime,
    /// When its bad model shows.
    pub symptom_due: SimTime,
    /// The running rollout has had its turn with it.
    pub attempted: bool,
    /// That came to nothing.
    pub failed: bool,
    /// It is in the present batch.
    pub in_batch: bool,
    /// UP-07: it is to take the place of this machine, by slot and epoch.
    pub surges_for: Option<(u32, u16)>,
    /// The last machine that was made to take its place; that may be gone.
    pub surged_by: Option<u32>,
}

impl Installed {
    pub const NOTHING: Self = Self {
        model: FIRST,
        previous: FIRST,
        next: FIRST,
        due: SimTime::NEVER,
        since: SimTime::ZERO,
        symptom_due: SimTime::NEVER,
        attempted: false,
        failed: false,
        in_batch: false,
        surges_for: None,
        surged_by: None,
    };

    /// The model that it has once what is under way is done.
    pub fn headed_for(&self) -> u32 {
        if self.due < SimTime::NEVER { self.next } else { self.model }
    }
}

/// What a rollout is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits for the control plane, or pauses; a batch is next.
    Between,
    /// A batch is being upgraded.
    Upgrading,
    /// A batch is upgraded and has until this instant to be healthy.
    Settling(SimTime),
}

/// A rollout under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub target: u32,
    pub kind: ReleaseKind,
    pub frame: Frame,
    pub phase: Phase,
    pub due: SimTime,
    /// The bad model that the operator takes back.
    pub mends: Option<u32>,
}

/// A set's models and rollout.
#[derive(Debug)]
pub(crate) struct SetRollout {
    /// All models after the first; model `k` is the `k`-th.
    pub models: Vec<Model>,
    /// UP-02: the model of machines that are made now.
    pub newest: u32,
    pub run: Option<Run>,
    /// When the operator takes a bad model back, and which.
    pub rollback_due: SimTime,
    pub rollback_of: u32,
}

zonefall_engine::pooled_clone!(SetRollout { models, newest, run, rollback_due, rollback_of });

impl SetRollout {
    /// A model after the first.
    pub fn model(&self, number: u32) -> Option<&Model> {
        self.models.get((number as usize).checked_sub(1)?)
    }

    /// Whether a model is known to be bad.
    pub fn is_shown(&self, number: u32) -> bool {
        self.model(number).is_some_and(|model| model.shown)
    }

    /// The newest model up to this one that is not known to be bad.
    pub fn last_good(&self, mut number: u32) -> u32 {
        while let Some(model) = self.model(number).filter(|model| model.shown) {
            number = model.before;
        }
        number
    }
}

/// A release of the design.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReleaseState {
    pub set: usize,
    /// Its place among the set's releases.
    pub index: usize,
    /// The mark that it leaves on machines if it is bad; none if it never is.
    pub mark: u32,
    pub due: SimTime,
    /// How often it has happened.
    pub count: u64,
}

/// All of a design.
#[derive(Debug, Default)]
pub(crate) struct Rollouts {
    /// By set.
    pub sets: Vec<SetRollout>,
    /// By slot.
    pub machines: Vec<Installed>,
    pub releases: Vec<ReleaseState>,
    /// The marks of all releases.
    pub marks: u32,
    /// Those of them that stop a machine.
    pub stopping: u32,
    /// The machines of the next batch.
    pub batch: Vec<(Pending, u32)>,
}

zonefall_engine::pooled_clone!(Rollouts { sets, machines, releases, marks, stopping, batch });

impl Rollouts {
    /// `first_mark`: the first mark of machines that no failure mode has.
    pub fn new(design: &Design, slots: usize, first_mark: usize) -> Self {
        let mut all = Self::default();
        let symptoms = symptoms(design);
        let mark_of = |symptom: Symptom| {
            let place = symptoms.iter().position(|&other| other == symptom);
            place.map_or(0, |place| 1 << (first_mark + place))
        };
        for (set, index, release) in releases(design) {
            let mark = release.bad.as_ref().map_or(0, |bad| mark_of(bad.symptom));
            all.releases.push(ReleaseState { set, index, mark, due: SimTime::NEVER, count: 0 });
        }
        all.marks = symptoms.iter().fold(0, |marks, &symptom| marks | mark_of(symptom));
        all.stopping = mark_of(Symptom::Down);
        if !all.releases.is_empty() {
            let set = SetRollout {
                models: Vec::new(),
                newest: FIRST,
                run: None,
                rollback_due: SimTime::NEVER,
                rollback_of: FIRST,
            };
            all.sets = vec![set; design.sets.len()];
            all.machines = vec![Installed::NOTHING; slots];
        }
        all
    }

    /// Whether anything is ever released.
    #[inline]
    pub fn is_active(&self) -> bool {
        !self.releases.is_empty()
    }

    /// Forgets the last trial.
    pub fn reset(&mut self) {
        self.machines.fill(Installed::NOTHING);
        for set in &mut self.sets {
            set.models.clear();
            (set.newest, set.run, set.rollback_due) = (FIRST, None, SimTime::NEVER);
        }
        for release in &mut self.releases {
            (release.due, release.count) = (SimTime::NEVER, 0);
        }
    }
}

/// What bad releases of a design can do to a machine: each needs a mark of its own, since a machine runs one model.
pub(crate) fn symptoms(design: &Design) -> Vec<Symptom> {
    let mut all = Vec::new();
    for symptom in releases(design).filter_map(|(.., release)| release.bad.as_ref()).map(|bad| bad.symptom) {
        if !all.contains(&symptom) {
            all.push(symptom);
        }
    }
    all
}

/// The releases of a design by set, in order.
pub(crate) fn releases(design: &Design) -> impl Iterator<Item = (usize, usize, &Release)> {
    design.sets.iter().enumerate().flat_map(|(set, of)| {
        let upgrades = of.management.as_ref().and_then(|managed| managed.upgrades.as_ref());
        let releases = upgrades.map_or(&[][..], |upgrades| &upgrades.releases);
        releases.iter().enumerate().map(move |(index, release)| (set, index, release))
    })
}
