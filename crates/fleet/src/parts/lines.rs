//! Requests that wait before a service of parts: one line at each entrance (`entrances.rs`).
//!
//! In: the machines of each part, alive and dead, the demand, and time that moves on. Out: what is served and given up, and what
//! each part makes of what comes. A request is let in when all parts that it needs have room for it, so all that lies behind one
//! entrance serves as fast as its narrowest part, as for clients that try again (`tries.rs`), and nobody waits within. Who waits stays
//! in the line that it has joined, wherever those who come later are sent. The line itself is `line.rs`.
//!
//! Where clients give up, the narrowest part is to blame, and of its machines those that were missing (`line/blame.rs`).

use super::flow::{Way, Width};
use super::{Leaf, Parts};
use crate::entrances::Entrances;
use crate::line::{Line, Patience, Rates, Standing};
use crate::service::is_share;
use crate::structure::Structure;
use zonefall_engine::SimTime;

/// The lines of a service.
#[derive(Debug)]
pub(super) struct Lines {
    all: Vec<EntranceLine>,
    entrances: Entrances,
    /// Up to which instant they have been lived through, and at which one of them next stands otherwise.
    at: SimTime,
    awaited: SimTime,
    /// Scratch: what each cause withholds.
    withheld: Vec<i64>,
}

zonefall_engine::pooled_clone!(Lines { all, entrances, at, awaited, withheld });

/// The line before one entrance, and what lies behind it.
#[derive(Debug)]
struct EntranceLine {
    entrance: u32,
    line: Line,
    whole: Way,
    standing: Standing,
    /// So much has given up in measured time, in millionths of a request.
    gone: i128,
}

zonefall_engine::pooled_clone!(EntranceLine { entrance, line, whole, standing, gone });

/// What comes of a stretch of time that counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lived {
    pub served: i128,
    pub gone: i128,
    /// Somebody waits in one of the lines.
    pub waits: bool,
}

impl Lines {
    /// The lines of a service whose entrances are known; the scenario refuses others.
    pub fn new(patience: Patience, service: &Structure, (causes, overload): (usize, usize)) -> Self {
        let entrances = Entrances::new(service);
        let at_entrance = |&entrance: &u32| EntranceLine {
            entrance,
            line: Line::new(patience, (causes, overload)),
            whole: Way::default(),
            standing: Standing::default(),
            gone: 0,
        };
        let all = entrances.at.iter().map(at_entrance).collect();
        Self { all, entrances, at: SimTime::ZERO, awaited: SimTime::NEVER, withheld: vec![0; causes] }
    }

    pub fn begin(&mut self) {
        (self.at, self.awaited) = (SimTime::ZERO, SimTime::NEVER);
        for here in &mut self.all {
            here.line.begin();
            (here.standing, here.gone) = (Standing::default(), 0);
        }
    }

    fn of(&self, at: usize) -> Option<&EntranceLine> {
        self.entrances.behind(at, &self.all)
    }

    /// What is served of what comes now, or will be.
    pub fn served(&self) -> u64 {
        self.all.iter().map(EntranceLine::served).sum()
    }
}

impl EntranceLine {
    fn rates(&self) -> Rates {
        Rates { reach: self.whole.reach, capacity: self.whole.capacity }
    }

    fn served(&self) -> u64 {
        if self.standing.waits { self.whole.reach.saturating_sub(self.standing.gives_up) } else { self.whole.passed() }
    }

    /// What is being served, whenever it came.
    fn served_now(&self) -> u64 {
        if self.standing.waits { self.whole.capacity } else { self.whole.passed() }
    }

    /// What of a demand passes a part, later where it has to wait.
    fn let_through(&self, part: Way) -> u64 {
        match part.width_in(self.whole) {
            Width::Less => part.passed(),
            Width::Narrowest if self.whole.reach > 0 => {
                let passes = u128::from(self.served()) * u128::from(part.reach);
                part.reach.min(passes.div_ceil(u128::from(self.whole.reach)) as u64)
            }
            _ => part.reach,
        }
    }
}

impl Parts {
    /// Looks at what lies behind each entrance again, and at who waits there.
    pub(super) fn look_at_lines(&mut self) {
        let Some(mut lines) = self.lines.take() else { return };
        let demand = self.demand.unwrap_or(0);
        // Beside the entrances stands what lets everything through or nothing.
        let is_stopped = self.is_stopped_beside(&lines.entrances);
        self.go_through(demand, |at, comes| self.way(at, comes));
        let ways = &self.scratch.borrow().ways;
        for here in &mut lines.all {
            here.whole = if is_stopped { Way::default() } else { ways[here.entrance as usize] };
            here.standing = here.line.stands(lines.at, here.rates());
        }
        self.lines = Some(lines);
    }

    /// Whether a leaf of which so many thousandths run lets enough of what it has to be fit for through, now or later; none where
    /// nobody comes to it, so that nothing tells how long anybody would wait.
    pub(super) fn lets_enough_wait(&self, at: usize, least: (u64, u64), running: u32) -> Option<bool> {
        let here = self.lines.as_ref()?.of(at)?;
        let all = self.demand.unwrap_or(0);
        if all > 0 && self.share(here.entrance as usize, all) == 0 && !here.standing.waits {
            return None;
        }
        let demand = self.expected(at, all);
        let part = self.way_as_it_runs(at, demand.min(self.gate_in_use(at)), running);
        // While nothing comes there is nobody of whom those who give up would be a share.
        let is_left = all == 0 && here.standing.gives_up > 0 && part.width_in(here.whole) == Width::Narrowest;
        Some(!is_left && is_share(here.let_through(part), least, demand))
    }

    /// Whether a leaf that does not hold would if nobody gave up.
    fn line_answers(&self, at: usize, least: (u64, u64)) -> bool {
        let Some(here) = self.lines.as_ref().and_then(|lines| lines.of(at)) else { return false };
        let demand = self.expected(at, self.demand.unwrap_or(0));
        let part = self.way(at, demand.min(self.gate_in_use(at)));
        let is_narrowest = part.width_in(here.whole) == Width::Narrowest;
        here.standing.gives_up > 0 && is_narrowest && is_share(part.reach, least, demand)
    }

    /// What answers for those who give up, where a leaf does not hold for nothing else.
    pub(super) fn answers_of_line(&mut self, at: usize, least: (u64, u64)) -> Option<&[i64]> {
        if self.lines.is_none() || !self.line_answers(at, least) {
            return None;
        }
        let lines = self.lines.as_mut()?;
        let number = lines.entrances.behind(at, &lines.all).map(|of| of.entrance)?;
        lines.all.iter_mut().find(|of| of.entrance == number).map(|of| of.line.weights())
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.lines.as_ref().map_or(0, |lines| lines.all.len())
    }

    /// How it stands with a line; none where nobody waits now, or comes to wait.
    pub fn stands_in_line(&self, line: usize) -> Option<Standing> {
        let here = self.lines.as_ref()?.all.get(line)?;
        let anybody = here.whole.reach > 0 || here.line.longest() > 0;
        (here.standing.waits && anybody).then_some(here.standing)
    }

    /// The longest that a line was since it began, or that which was the last, and what has given up there, in millionths.
    pub fn line_so_far(&self, line: usize) -> (i128, i128) {
        let here = self.lines.as_ref().and_then(|lines| lines.all.get(line));
        here.map_or((0, 0), |here| (here.line.longest(), here.gone))
    }

    /// Up to when the lines have been lived through, and who waits in all of them then, in millionths of a request.
    pub fn in_lines(&self) -> Option<(SimTime, i128)> {
        let lines = self.lines.as_ref()?;
        Some((lines.at, lines.all.iter().map(|of| of.line.waits(lines.at)).sum()))
    }

    /// Requests may wait before the service.
    pub fn has_lines(&self) -> bool {
        self.lines.is_some()
    }

    /// When one of the lines next stands otherwise if nothing happens, where that is not awaited yet.
    pub fn lines_change(&mut self, t: SimTime, horizon: SimTime) -> Option<SimTime> {
        let lines = self.lines.as_mut()?;
        let next = lines.all.iter_mut().map(|of| of.line.changes(t, of.rates(), horizon)).min()?;
        let is_new = next != std::mem::replace(&mut lines.awaited, next) && next < horizon;
        is_new.then_some(next)
    }

    /// Whether this is the instant at which one was to stand otherwise.
    pub fn awaits_lines(&self, t: SimTime) -> bool {
        self.lines.as_ref().is_some_and(|lines| lines.awaited == t)
    }

    /// Until when all that waits goes on as it does at `t`, from when on it counts or not, `end` at the latest.
    pub fn lines_last(&mut self, t: SimTime, end: SimTime, begins_to_count: bool) -> SimTime {
        let Some(lines) = &mut self.lines else { return end };
        if begins_to_count {
            lines.all.iter_mut().for_each(|of| of.line.begin_to_count(t));
        }
        lines.all.iter_mut().fold(end, |end, of| end.min(of.line.lasts(t, end, of.rates())))
    }

    /// The lines live on from `t` to `end`, as far as they last. What stands otherwise then is to be looked at when the stretch has
    /// been booked ([`Self::lines_have_moved`]). The time counts, or does not. `of_sets` tells what each cause withholds from a part.
    pub fn live_in_lines<'a>(
        &mut self,
        (t, end, counts): (SimTime, SimTime, bool),
        of_sets: impl Fn(usize) -> &'a [i64],
    ) -> Lived {
        let Some(mut lines) = self.lines.take() else { return Lived::default() };
        let mut lived = Lived::default();
        let Lines { all, withheld, entrances, at, .. } = &mut *lines;
        if all.iter().any(|of| of.standing.waits) {
            let more = |part: usize| of_sets(part).iter().sum();
            self.go_through(self.demand.unwrap_or(0), |part, comes| self.full_way(part, comes, &more, &|_| true));
        }
        for of in all {
            if of.standing.waits {
                self.find_withheld(of, entrances, withheld, &of_sets);
                let full = self.scratch.borrow().ways[of.entrance as usize].capacity;
                scale_to(withheld, full.saturating_sub(of.whole.capacity));
            }
            let rates = of.rates();
            let stretch = of.line.live(t, end, (rates, withheld), None);
            lived.served += stretch.served;
            lived.gone += stretch.gone;
            of.gone += if counts { stretch.gone } else { 0 };
            lived.waits |= stretch.waits;
        }
        *at = end;
        self.lines = Some(lines);
        lived
    }

    /// What keeps the narrowest parts behind a line from serving more, by cause, and what stops all that lies behind it: to be scaled to what
    /// would be served more if nothing were out.
    fn find_withheld<'a>(
        &self,
        here: &EntranceLine,
        entrances: &Entrances,
        withheld: &mut [i64],
        of_sets: &impl Fn(usize) -> &'a [i64],
    ) {
        withheld.fill(0);
        let demand = self.demand.unwrap_or(0);
        let comes = self.share(here.entrance as usize, demand);
        for (at, leaf) in self.leaves.iter().enumerate() {
            let own = entrances.of_node(at);
            if own.is_some_and(|entrance| entrance != here.entrance) {
                continue;
            }
            match leaf {
                Leaf::Sets { .. } if self.way(at, self.comes(at, demand)).width_in(here.whole) == Width::Narrowest => {
                    withheld.iter_mut().zip(of_sets(at)).for_each(|(sum, by)| *sum += by);
                }
                component @ Leaf::Component { .. } if here.whole.reach == 0 && !self.is_up(at) => {
                    component.stopped_by().for_each(|cause| withheld[cause as usize] += comes as i64);
                }
                _ => {}
            }
        }
    }

    /// A stretch has been booked: what stands otherwise now.
    pub fn lines_have_moved(&mut self) {
        let Some(lines) = &mut self.lines else { return };
        let mut changed = false;
        for of in &mut lines.all {
            let now = of.line.stands(lines.at, of.rates());
            changed |= now != std::mem::replace(&mut of.standing, now);
        }
        if changed {
            self.weigh_all();
            self.forget();
        }
    }

    /// Whether somebody waits in any of the lines.
    pub fn somebody_waits(&self) -> bool {
        self.lines.as_ref().is_some_and(|lines| lines.all.iter().any(|of| of.standing.waits))
    }

    /// What is asked of the machines of a part while somebody waits before it, in thousandths of a request a second: all they have
    /// if it is the narrowest, else as much as the narrowest lets in.
    pub fn asked_by_line(&self, at: usize) -> Option<u64> {
        let here = self.lines.as_ref()?.of(at).filter(|here| here.standing.waits)?;
        let comes = self.comes(at, self.demand.unwrap_or(0));
        if self.way(at, comes).width_in(here.whole) == Width::Narrowest {
            return Some(u64::MAX);
        }
        let (comes, reach) = if here.whole.reach == 0 { (1, 1) } else { (comes, here.whole.reach) };
        Some((u128::from(here.whole.capacity) * u128::from(comes) / u128::from(reach)) as u64)
    }

    /// What is served in the end of those who come in where a part is, if others come in elsewhere and wait there.
    pub(super) fn served_behind_own_line(&self, at: usize) -> Option<u64> {
        let lines = self.lines.as_ref().filter(|lines| lines.all.len() > 1)?;
        lines.of(at).map(EntranceLine::served)
    }

    /// What is being served of those who wait before a part, or come there, whenever they came.
    pub(super) fn served_now_behind_line(&self, at: usize) -> Option<u64> {
        self.lines.as_ref()?.of(at).map(EntranceLine::served_now)
    }
}

/// Makes parts sum to so much in the proportions that they have.
fn scale_to(parts: &mut [i64], sum: u64) {
    let all: i128 = parts.iter().map(|&part| i128::from(part)).sum();
    if all > 0 {
        parts.iter_mut().for_each(|part| *part = (i128::from(*part) * i128::from(sum) / all) as i64);
    }
}
