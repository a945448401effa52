//! AS: autoscale watches the metrics of managed sets and asks for capacity.
//!
//! In: every change of the demand, of the machines that serve and of the instances that count. Out: requests through
//! `set_capacity`, like the customer's own. Real autoscale looks every minute; here the next look that may come to
//! something is computed whenever something has changed (`history`), and only that look happens. At it the pure
//! [`decide`] says what is done.
//!
//! What can go wrong is counted: actions that failed (AS-17), scale-ins held back (AS-13), metrics lost (AS-15).
//!
//! Choices where the documents are silent: the CPU of a slowed machine is that of a healthy one (one that is not warm yet does
//! more work a request, where it gets as many as the others); machines report while they are in rotation and alive; what
//! autoscale counts as instances are those that exist and those that repairs are about to make again; limits and defaults start
//! no cooldown, and are tried again five minutes after a failure.

mod forecast;
mod gauge;
mod grains;
mod history;
mod scaler;
mod seen;

pub(crate) use scaler::Scaler;

use crate::management::{Action, Orchestration};
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::autoscale::{Autoscale, Decision, Direction, View, decide};
use crate::world::{Starts, World};
use gauge::Course;
use scaler::Courses;
use seen::{Does, Seen};
use std::sync::Arc;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::Strikes;

/// AS-17: how soon limits and defaults are asked for again.
const AGAIN: SimDuration = SimDuration::from_ms(5 * 60_000);

impl World {
    fn setting(&self, at: usize) -> Option<&Autoscale> {
        self.design.sets[self.scaler.sets[at].set].management.as_ref()?.autoscale.as_deref()
    }

    /// A trial begins: what was before it is what it begins with.
    pub(crate) fn begin_autoscale(&mut self, trial: Key) {
        if !self.scaler.is_active() {
            return;
        }
        self.scaler.serving.fill(0);
        self.scaler.cold.fill(0);
        for at in 0..self.machines.len() {
            if self.machines[at].marks & self.absent() == 0 {
                self.scaler.count(self.machines[at].set as usize, 1);
            }
        }
        for at in 0..self.scaler.sets.len() {
            let design = Arc::clone(&self.design);
            let of = &design.sets[self.scaler.sets[at].set];
            let Some(setting) = of.management.as_ref().and_then(|managed| managed.autoscale.as_deref()) else {
                continue;
            };
            let luck = self.luck.named("autoscale").named(&of.name);
            self.scaler.sets[at].begin(setting, trial, luck);
            self.await_profile(at, SimTime::ZERO);
            self.await_series(at);
            let horizon = self.measure.horizon;
            for &(_, enabled) in setting.disabled.iter().filter(|span| span.1 < horizon) {
                self.wait(Due::Profile, at, enabled);
            }
            self.see(at, SimTime::ZERO);
            self.plan_autoscale(at, SimTime::ZERO);
        }
    }

    /// AS-18, AS-22: the instances that count: those that exist, lost ones too, and those that repairs are about to make again;
    /// none that is merely missing (SP-02).
    fn counted_instances(&self, set: usize) -> u32 {
        let state = &self.manager.sets[set];
        state.exists + state.heirs.min(state.short.count())
    }

    /// What a set's metrics follow from, now.
    #[inline(always)]
    fn look_around(&self, at: usize, jobs: Option<Course>, t: SimTime) -> Seen {
        let scaled = &self.scaler.sets[at];
        let capacity = if t < scaled.blind_until { scaled.believed } else { self.counted_instances(scaled.set) };
        let part = self.sets[scaled.set].part;
        let (requests, attempted) = self.book.load_of(part);
        Seen {
            requests,
            attempted: match jobs {
                // Workers are busy as long as anything waits.
                Some(course) if !course.is_over(t) => u64::MAX,
                // So are machines as long as anybody waits in line.
                _ => self.book.asked_by_line(part).unwrap_or(attempted),
            },
            rotation: self.book.rotation(part),
            serving: self.scaler.serving[scaled.set],
            cold: self.scaler.cold[scaled.set],
            capacity,
        }
    }

    /// Whether a set works on jobs.
    fn does_jobs(&self, set: usize) -> bool {
        self.book.workers().is_none_or(|workers| self.sets[set].part == workers)
    }

    /// Jobs that wait and sessions that are held, as they go on from `t`.
    #[inline(never)]
    fn follow_courses(&self, at: usize, t: SimTime) -> Courses {
        let Courses { jobs, sessions } = self.scaler.sets[at].courses;
        let looks = self.scaler.sets[at].history.looks_at_sessions();
        let held = looks.then(|| self.book.sessions_held(t)).flatten();
        Courses {
            jobs: self
                .book
                .jobs_waiting(t)
                .filter(|_| self.does_jobs(self.scaler.sets[at].set))
                .map(|waiting| Course::of_jobs(t, waiting, jobs)),
            sessions: held.map(|held| Course::of_sessions(t, held, sessions)),
        }
    }

    /// Records the metrics if they have changed; whether anything has.
    #[inline(always)]
    fn see(&mut self, at: usize, t: SimTime) -> bool {
        let courses = self.scaler.sets[at].has_courses.then(|| self.follow_courses(at, t));
        let seen = self.look_around(at, courses.and_then(|courses| courses.jobs), t);
        let scaled = &self.scaler.sets[at];
        let same = seen == scaled.seen && courses.is_none_or(|courses| courses == scaled.courses);
        let same = same && !scaled.series_moved && t > SimTime::ZERO;
        !same && self.note(at, seen, courses.unwrap_or_default(), t)
    }

    /// The metrics have changed.
    #[inline(never)]
    fn note(&mut self, at: usize, seen: Seen, courses: Courses, t: SimTime) -> bool {
        let scaled = &mut self.scaler.sets[at];
        let has_courses = scaled.has_courses;
        let works_on = courses.jobs.filter(|_| courses.jobs != scaled.courses.jobs);
        (scaled.seen, scaled.series_moved) = (seen, false);
        let Starts { serves, slow_start, .. } = &self.sets[scaled.set];
        let cold = slow_start.as_ref().map_or(*serves, |slow| *serves * i64::from(slow.capacity_milli) / 1000);
        let cpu = seen.cpu(Does { warm: *serves, cold, evenly: self.design.service.spreads_evenly });
        scaled.history.record(t, cpu, seen.requests(), scaled.series);
        if has_courses {
            scaled.courses = courses;
            scaled.history.record_courses(courses.jobs, courses.sessions);
        }
        if let Some(forecast) = &mut scaled.forecast {
            forecast.record(t, cpu.map(|cpu| cpu.saturating_mul(i64::from(seen.serving))));
        }
        let done = works_on.map_or(SimTime::NEVER, |jobs| jobs.done_at());
        if done > t && done < self.measure.horizon {
            self.wait(Due::Profile, at, done);
        }
        true
    }

    /// After every event: has something changed that autoscale sees?
    pub(crate) fn watch_metrics(&mut self, t: SimTime) {
        for at in 0..self.scaler.sets.len() {
            let scaled = &mut self.scaler.sets[at];
            let freed = scaled.waits_for_balance && self.manager.sets[scaled.set].rebalance.is_none();
            scaled.waits_for_balance &= !freed;
            if self.see(at, t) || freed {
                self.plan_autoscale(at, t);
            }
        }
    }

    /// Computes the next evaluation that may come to something, and waits for it.
    fn plan_autoscale(&mut self, at: usize, t: SimTime) {
        let Self { scaler, design, .. } = self;
        let scaled = &mut scaler.sets[at];
        let setting = design.sets[scaled.set].management.as_ref().and_then(|managed| managed.autoscale.as_deref());
        let Some(setting) = setting else { return };
        // CH-03: when it is enabled again, it is planned anew.
        let due = if setting.is_disabled(t) { SimTime::NEVER } else { scaled.plan(scaled.profile(setting), t) };
        if due != scaled.due {
            scaled.due = due;
            if due < self.measure.horizon {
                self.wait(Due::Autoscale, at, due);
            }
        }
    }

    /// An evaluation.
    pub(crate) fn autoscale_is_due(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        if self.scaler.sets[at].due != t {
            return;
        }
        let set = self.scaler.sets[at].set;
        let Some(decision) = self.evaluate(at, t) else { return };
        if matches!(decision, Decision::In { .. } | Decision::Flapping) {
            self.wants_no_more(None, set, t);
        }
        match decision {
            Decision::Stay => {}
            Decision::Flapping => {
                let begins = !std::mem::replace(&mut self.scaler.sets[at].held_back, true);
                self.book.count(Operation::AutoscaleHeldBack, u64::from(begins), t, &self.measure);
            }
            Decision::ToLimit(to) | Decision::ToDefault(to) => self.scale_unasked(at, to, t, strikes),
            Decision::Out { to, rule } => {
                let fine = self.scale(at, to, t, strikes);
                self.cools((at, rule), Direction::Out, fine, t);
            }
            // AZ-10: it waits for the operation of automatic zone balance that runs.
            Decision::In { .. } if self.manager.sets[set].rebalance.is_some() => {
                self.scaler.sets[at].waits_for_balance = true;
            }
            Decision::In { to, rule, shortened } => {
                self.book.count(Operation::AutoscaleHeldBack, u64::from(shortened), t, &self.measure);
                // Where fewer exist, repairs are about to make them again: nothing is to be removed.
                let fine = to >= self.manager.sets[set].exists || self.scale(at, to, t, strikes);
                self.cools((at, rule), Direction::In, fine, t);
            }
        }
        self.see(at, t);
        self.plan_autoscale(at, t);
    }

    /// What an evaluation comes to; none while it is disabled.
    fn evaluate(&mut self, at: usize, t: SimTime) -> Option<Decision> {
        let Self { scaler, design, .. } = self;
        let (scaled, readings) = (&mut scaler.sets[at], &mut scaler.readings);
        let setting = design.sets[scaled.set].management.as_ref()?.autoscale.as_deref()?;
        scaled.due = SimTime::NEVER;
        if setting.is_disabled(t) {
            return None;
        }
        scaled.looked = Some(t);
        let profile = scaled.profile(setting);
        readings.clear();
        for (at, rule) in profile.rules.iter().enumerate() {
            let same = profile.rules[..at].iter().position(|before| before.measures_as(rule));
            readings.push(same.map_or_else(|| scaled.history.reading(rule, t), |same| readings[same]));
        }
        let (may_out, may_in) = (t >= scaled.out_from, t >= scaled.in_from);
        let (capacity, foreseen) = (scaled.seen.capacity, scaled.foreseen(t));
        let chosen = setting.chosen;
        let decision = decide(&View { capacity, profile, readings, foreseen, may_out, may_in, chosen });
        let missing = readings.iter().any(|reading| reading.is_missing());
        self.note_missing(at, missing, t);
        Some(decision)
    }

    /// AS-11, AS-17: an action that a rule of the profile in force asked for was taken, or tried.
    fn cools(&mut self, (at, rule): (usize, usize), direction: Direction, fine: bool, t: SimTime) {
        let Self { scaler, design, .. } = self;
        let scaled = &mut scaler.sets[at];
        let setting = design.sets[scaled.set].management.as_ref().and_then(|managed| managed.autoscale.as_deref());
        if let Some(setting) = setting.filter(|setting| fine || setting.chosen.failures_cool) {
            let cooldown = scaled.profile(setting).rules[rule].cooldown;
            scaled.cools(setting, direction, cooldown, t);
        }
    }

    /// AS-16: metrics are lost, or back.
    fn note_missing(&mut self, at: usize, missing: bool, t: SimTime) {
        let lost = missing && !std::mem::replace(&mut self.scaler.sets[at].lacks_data, missing);
        self.book.count(Operation::AutoscaleMetricsLost, u64::from(lost), t, &self.measure);
    }

    /// AS-17: asks for a capacity; an action that fails is counted.
    fn scale(&mut self, at: usize, to: u32, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.scaler.sets[at].set;
        let before = self.manager.sets[set].exists;
        let fine = self.set_capacity(set, to, t, strikes);
        let operation = match (fine, to > before) {
            (false, _) => Operation::AutoscaleFailed,
            (true, true) => Operation::AutoscaleOuts,
            (true, false) => Operation::AutoscaleIns,
        };
        self.book.count(operation, 1, t, &self.measure);
        // What it does itself it knows of.
        self.scaler.sets[at].blind_until = SimTime::ZERO;
        fine
    }

    /// AS-05, AS-15: limits and defaults, which no rule asks for.
    fn scale_unasked(&mut self, at: usize, to: u32, t: SimTime, strikes: &Strikes) {
        let set = self.scaler.sets[at].set;
        let fine = self.scale(at, to, t, strikes);
        if !fine || self.counted_instances(set) != to {
            let back = self.control_plane_back(set, t, strikes);
            self.scaler.sets[at].again_from = if back > t { back } else { t.after(AGAIN) };
        }
    }

    /// Another profile is in force, a series moves on, what others changed is seen, or it is enabled again.
    pub(crate) fn profile_is_due(&mut self, at: usize, t: SimTime) {
        let Some(setting) = self.setting(at) else { return };
        let place = self.scaler.sets[at].at;
        let turns = setting.schedule.get(place + 1).is_some_and(|next| next.0 == t);
        if turns {
            self.scaler.sets[at].at += 1;
            self.await_profile(at, t);
        }
        self.move_series(at, t);
        self.see(at, t);
        self.plan_autoscale(at, t);
    }

    /// AS-21: the series whose next step is due take it.
    fn move_series(&mut self, at: usize, t: SimTime) {
        if !self.scaler.sets[at].tides.iter().any(|tide| tide.next == t) {
            return;
        }
        let Self { design, scaler, .. } = self;
        let setting = design.sets[scaler.sets[at].set].management.as_ref().and_then(|of| of.autoscale.as_deref());
        let series = setting.map_or(&[][..], |setting| &setting.series);
        let moving = scaler.sets[at].tides.iter_mut().zip(series).filter(|(tide, _)| tide.next == t);
        moving.for_each(|(tide, (_, course))| course.advance(tide));
        scaler.sets[at].note_series();
        self.await_series(at);
    }

    fn await_series(&mut self, at: usize) {
        let next = self.scaler.sets[at].tides.iter().map(|tide| tide.next).min();
        if let Some(next) = next.filter(|&next| next < self.measure.horizon) {
            self.wait(Due::Profile, at, next);
        }
    }

    fn await_profile(&mut self, at: usize, t: SimTime) {
        let Some(setting) = self.setting(at) else { return };
        let next = setting.schedule.get(self.scaler.sets[at].at + 1).map(|next| next.0);
        if let Some(next) = next.filter(|&next| next > t && next < self.measure.horizon) {
            self.wait(Due::Profile, at, next);
        }
    }

    /// AS-18: what others do to a set's capacity is not seen at once.
    pub(crate) fn overlook(&mut self, set: usize, action: &Action, before: u32, t: SimTime) {
        let Some(at) = self.scaler.sets.iter().position(|scaled| scaled.set == set) else { return };
        let Some(setting) = self.setting(at) else { return };
        let managed = self.design.sets[set].management.as_ref();
        let flexible = managed.is_some_and(|managed| managed.orchestration == Orchestration::Flexible);
        let blind = match action {
            Action::Delete { .. } | Action::Detach { .. } if flexible => setting.blind.deletes,
            Action::Capacity(_) | Action::Delete { .. } | Action::Detach { .. } | Action::Attach { .. } => {
                setting.blind.capacity
            }
            _ => return,
        };
        let until = t.after(blind);
        if self.counted_instances(set) == before || until == t {
            return;
        }
        let scaled = &mut self.scaler.sets[at];
        if t >= scaled.blind_until {
            scaled.believed = before;
        }
        scaled.blind_until = scaled.blind_until.max(until);
        self.wait(Due::Profile, at, until);
    }

    /// The instances of a set that autoscale would count, for [`World::overlook`].
    pub(crate) fn counted_before(&self, set: usize) -> u32 {
        if self.scaler.is_active() { self.counted_instances(set) } else { 0 }
    }
}
