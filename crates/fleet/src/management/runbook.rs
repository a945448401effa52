//! What an operator does when an alert goes off, as it was designed. Keys only.

use zonefall_engine::{Law, SimDuration, SimTime, Stream};

/// What an alert looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// The machines of the design.
    Lacks(Lack),
    /// The objective of the design is missed.
    Missed,
}

/// What of machines is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Fewer than this serve.
    ServingBelow(u32),
    /// At least so many thousandths of the capacity that is asked for do not serve.
    CapacityLost(u32),
}

impl Lack {
    /// Whether it is so of so many machines that serve, and of so much capacity that is lost of all that is asked for.
    pub(crate) fn is_so(self, serving: i64, (lost, asked): (i64, i64)) -> bool {
        match self {
            Self::ServingBelow(machines) => serving < i64::from(machines),
            Self::CapacityLost(milli) => lost > 0 && i128::from(lost) * 1000 >= i128::from(asked) * i128::from(milli),
        }
    }
}

/// An alert, and the people who answer to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// What it looks at.
    pub watch: Watch,
    /// For at least this long.
    pub lasting: SimDuration,
    /// From the alert until somebody has noticed.
    pub notice: Law,
    /// From then until the action is ordered.
    pub act: Law,
    /// When people are at their desks; always without it.
    pub office: Option<Office>,
    /// Probability that the action does what it should.
    pub success: f64,
    /// Whether an action waits while the control plane is out; else it fails.
    pub waits: bool,
}

/// Hours of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Office {
    /// When they begin and end, in turn, the beginning first.
    pub turns: Vec<SimTime>,
    /// From the alert until somebody who is called outside of them has noticed; without it nobody does before they begin.
    pub notice_outside: Option<Law>,
}

/// When an alert of `t` is noticed: by who is there, or outside of hours of work by who is called, unless those who come when work
/// begins notice before.
pub(crate) fn noticed(office: Option<&Office>, notice: &Law, t: SimTime, stream: &mut Stream) -> SimTime {
    let Some(office) = office.filter(|office| !office.is_open(t)) else { return t.after(notice.draw(stream)) };
    let called = office.notice_outside.as_ref().map_or(SimTime::NEVER, |law| t.after(law.draw(stream)));
    let opens = office.opens(t);
    if opens < called { called.min(opens.after(notice.draw(stream))) } else { called }
}

impl Office {
    /// When somebody is there: now, or when the next hours of work begin; never, if there are none.
    pub fn opens(&self, t: SimTime) -> SimTime {
        let next = self.turns.partition_point(|&turn| turn <= t);
        if next % 2 == 1 { t } else { self.turns.get(next).copied().unwrap_or(SimTime::NEVER) }
    }

    /// Whether it is open at `t`.
    pub fn is_open(&self, t: SimTime) -> bool {
        self.opens(t) == t
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_work_begin_and_end_in_turn() {
        let ms = SimTime::from_ms;
        let office = Office { turns: vec![ms(8), ms(16), ms(32), ms(40)], notice_outside: None };
        let there: Vec<SimTime> = [0, 8, 15, 16, 39].map(|t| office.opens(ms(t))).to_vec();
        assert_eq!(there, [ms(8), ms(8), ms(15), ms(32), ms(39)]);
        assert_eq!(office.opens(ms(40)), SimTime::NEVER);
        assert!(office.is_open(ms(8)) && !office.is_open(ms(16)));
    }
}
