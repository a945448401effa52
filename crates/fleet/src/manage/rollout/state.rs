//! What a trial remembers of models, releases and rollouts. Empty in a design without releases.

use super::frame::Frame;
use crate::design::Design;
use crate::management::{Release, ReleaseKind, Symptom};
use crate::operations::Operation;
use crate::policy::upgrade::Pending;
use zonefall_engine::{SimDuration, SimTime};

/// The version of everything that machines have when a trial begins.
pub(crate) const FIRST: u32 = 0;

/// What a release brought. Versions of a set are numbered as they come, whatever they are of; [`FIRST`] is what a trial begins
/// with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version {
    /// The release that brought it, among those of the design.
    pub release: u32,
    pub kind: ReleaseKind,
    /// Which of those of its release it is, from 1: what comes of other releases changes nothing in it.
    pub nth: u64,
    /// The version of the same kind from before.
    pub before: u32,
    /// It is bad, and shows it after so much time.
    pub bad_after: Option<SimDuration>,
    /// It has shown on some machine.
    pub shown: bool,
    /// Its way back has been ordered.
    pub taken_back: bool,
}

/// A model: a version of the image, of the extension, and of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Model([u32; ReleaseKind::ALL.len()]);

impl Model {
    pub const FIRST: Self = Self([FIRST; ReleaseKind::ALL.len()]);

    pub fn of(self, kind: ReleaseKind) -> u32 {
        self.0[kind as usize]
    }

    /// The same with another version of something.
    pub fn with(mut self, kind: ReleaseKind, version: u32) -> Self {
        self.0[kind as usize] = version;
        self
    }

    pub fn versions(self) -> impl Iterator<Item = u32> {
        self.0.into_iter()
    }

    /// What a machine has to go through to get another model.
    pub fn change(self, to: Self) -> Option<ReleaseKind> {
        ReleaseKind::ALL.into_iter().find(|&kind| self.of(kind) != to.of(kind))
    }
}

/// What shows of a version that a machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Nothing: it is good, or the machine has not run it yet.
    Nothing,
    /// The machine does not run, and has to run for so long yet.
    In(SimDuration),
    /// The machine runs, and shows it then.
    At(SimTime),
    /// It shows.
    Shows,
}

/// What runs on the machine of a slot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Installed {
    pub model: Model,
    /// The model that it had before.
    pub previous: Model,
    /// The model that is being put on it, and when that is done.
    pub next: Model,
    pub due: SimTime,
    /// It drains until then: the change comes after that.
    pub drains: bool,
    /// The model that it gets after that.
    pub then: Option<Model>,
    /// Since when it has its model.
    pub since: SimTime,
    /// What shows of the bad ones of its versions, by kind.
    pub signs: [Sign; ReleaseKind::ALL.len()],
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
        model: Model::FIRST,
        previous: Model::FIRST,
        next: Model::FIRST,
        due: SimTime::NEVER,
        drains: false,
        then: None,
        since: SimTime::ZERO,
        signs: [Sign::Nothing; ReleaseKind::ALL.len()],
        attempted: false,
        failed: false,
        in_batch: false,
        surges_for: None,
        surged_by: None,
    };

    /// What a version does to the machine, or would, is over.
    pub fn forget(&mut self, kind: ReleaseKind) {
        self.signs[kind as usize] = Sign::Nothing;
    }

    /// Whether something is being put on it.
    pub fn is_under_way(&self) -> bool {
        self.due < SimTime::NEVER
    }

    /// What is under way is given up.
    pub fn stop(&mut self) {
        (self.due, self.drains, self.then, self.in_batch) = (SimTime::NEVER, false, None, false);
    }

    /// The model that it has once what is under way is done.
    pub fn headed_for(&self) -> Model {
        if self.is_under_way() { self.then.unwrap_or(self.next) } else { self.model }
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
    pub target: Model,
    /// The kind of release that it is for.
    pub kind: ReleaseKind,
    pub frame: Frame,
    pub phase: Phase,
    pub due: SimTime,
    /// The bad version that the operator takes back.
    pub mends: Option<u32>,
    /// Batches that have begun.
    pub batches: u32,
}

impl Run {
    /// UP-09, UP-10: what it makes of a machine's model: its own, but an automatic upgrade brings only what it is for.
    pub fn goal(&self, model: Model) -> Model {
        if self.frame.is_automatic() { model.with(self.kind, self.target.of(self.kind)) } else { self.target }
    }
}

/// A rollout that is over, as it was at its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub run: Run,
    pub how: Operation,
}

/// A rollout that waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Queued {
    pub mends: Option<u32>,
}

/// A set's models and rollout.
#[derive(Debug)]
pub(crate) struct SetRollout {
    /// All versions after the first; version `k` is the `k`-th.
    pub versions: Vec<Version>,
    /// UP-02: the model of machines that are made now.
    pub newest: Model,
    pub run: Option<Run>,
    /// Those before it.
    pub ended: Vec<Ended>,
    /// Rollouts that wait for one of another kind, by kind.
    pub queued: [Option<Queued>; ReleaseKind::ALL.len()],
    /// When the operator takes a bad version back, and which, by kind.
    pub rollbacks: [(SimTime, u32); ReleaseKind::ALL.len()],
}

zonefall_engine::pooled_clone!(SetRollout { versions, newest, run, ended, queued, rollbacks });

impl SetRollout {
    const NOTHING: Self = Self {
        versions: Vec::new(),
        newest: Model::FIRST,
        run: None,
        ended: Vec::new(),
        queued: [None; ReleaseKind::ALL.len()],
        rollbacks: [(SimTime::NEVER, FIRST); ReleaseKind::ALL.len()],
    };

    fn reset(&mut self) {
        let (mut versions, mut ended) = (std::mem::take(&mut self.versions), std::mem::take(&mut self.ended));
        versions.clear();
        ended.clear();
        *self = Self { versions, ended, ..Self::NOTHING };
    }

    /// A version after the first.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.get((number as usize).checked_sub(1)?)
    }

    /// The same, to say something of it.
    pub fn version_mut(&mut self, number: u32) -> Option<&mut Version> {
        self.versions.get_mut((number as usize).checked_sub(1)?)
    }

    /// Whether a version is known to be bad.
    pub fn is_shown(&self, number: u32) -> bool {
        self.version(number).is_some_and(|version| version.shown)
    }

    /// Whether versions of a kind are being brought to machines, or will be.
    pub fn is_at_work(&self, kind: ReleaseKind) -> bool {
        self.run.is_some_and(|run| run.kind == kind) || self.queued[kind as usize].is_some()
    }

    /// The newest version up to this one that is not known to be bad.
    pub fn last_good(&self, mut number: u32) -> u32 {
        while let Some(version) = self.version(number).filter(|version| version.shown) {
            number = version.before;
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
            all.sets = vec![SetRollout::NOTHING; design.sets.len()];
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
        self.sets.iter_mut().for_each(SetRollout::reset);
        for release in &mut self.releases {
            (release.due, release.count) = (SimTime::NEVER, 0);
        }
    }
}

/// What bad releases of a design can do to a machine: each needs a mark of its own.
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
