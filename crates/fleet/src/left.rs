//! Whether a service holds with what is left of it when all clients have been sent over who will be.
//!
//! In: what is left of each leaf. Out: whether clients come to parts that hold. Nobody leaves a part of a failover group that still
//! answers, however little it serves, unless people look at it (ZN-06), and then for one of which enough is left only.

use crate::failover::{ALL_CLIENTS, Failover, Pattern, Standby};
use crate::policy::router::{spread_by_weight, takes_over};
use crate::routing::PARTS_MAX;
use crate::structure::{Structure, enough};

/// What is left of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// It holds.
    pub holds: bool,
    /// A router sees it work.
    pub answers: bool,
    /// Of all clients, in millionths, so many can be served; more than all of them where none are counted.
    pub carries: u64,
    /// Machines that serve.
    pub serving: i64,
    /// The capacity that is lost, of so much.
    pub lost: (i64, i64),
}

impl Structure {
    /// Whether it holds in the end where so much is left of its leaves.
    pub fn holds_in_the_end(&self, leaf: impl FnMut(usize) -> Left) -> bool {
        self.fold_nodes(leaf, |at, parts, least| self.left_of(at, parts, least)).holds
    }

    fn left_of(&self, at: usize, parts: &[Left], least: u32) -> Left {
        let of = |says: fn(&Left) -> bool| enough(&parts.iter().map(says).collect::<Vec<_>>(), least);
        let mut carries: Vec<u64> = parts.iter().map(|part| part.carries).collect();
        carries.sort_unstable_by_key(|&carries| std::cmp::Reverse(carries));
        let failover = self.failovers.iter().find(|of| of.node as usize == at);
        Left {
            holds: failover.map_or_else(|| of(|part| part.holds), |failover| failover.serves_all(parts)),
            answers: of(|part| part.answers),
            carries: carries.get((least as usize).saturating_sub(1)).copied().unwrap_or(0),
            serving: parts.iter().map(|part| part.serving).sum(),
            lost: parts.iter().fold((0, 0), |(lost, of), part| (lost + part.lost.0, of + part.lost.1)),
        }
    }
}

impl Failover {
    /// Whether enough clients are served in the end where so much is left of the parts.
    fn serves_all(&self, parts: &[Left]) -> bool {
        match &self.pattern {
            Pattern::Standby(standby) => {
                let to = standby.comes_to(parts);
                // As it was designed the first is large enough, whatever the hour.
                parts[to].answers && parts[to].serves(ALL_CLIENTS, to == 0)
            }
            Pattern::ActiveActive { weights } => {
                let (mut seen, mut clients, mut home) = ([true; PARTS_MAX], [0; PARTS_MAX], [0; PARTS_MAX]);
                let count = weights.len();
                spread_by_weight(weights, &seen[..count], &mut home[..count]);
                seen.iter_mut().zip(parts).for_each(|(seen, part)| *seen = part.answers);
                spread_by_weight(weights, &seen[..count], &mut clients[..count]);
                let each = parts.iter().zip(clients.into_iter().zip(home));
                let served = each.filter(|(part, (now, home))| part.answers && part.serves(*now, now == home));
                served.map(|(_, (now, _))| now).sum::<u32>() >= self.clients_least
            }
        }
    }
}

impl Standby {
    /// The part that clients come to in the end: another only from one that does not answer, or of which people miss too much.
    fn comes_to(&self, parts: &[Left]) -> usize {
        let alarm = self.operator.as_ref().and_then(|people| people.alarm);
        let is_short =
            |part: &Left| alarm.is_some_and(|alarm| part.lost.1 > 0 && alarm.lack.is_so(part.serving, part.lost));
        let is_whole = |part: &Left| part.answers && !is_short(part);
        let Some(first) = parts.first().filter(|first| !is_whole(first)) else { return 0 };
        let others = parts.iter().enumerate().skip(1).map(|(at, part)| (at, part.answers, is_whole(part)));
        takes_over(others, first.answers).unwrap_or(0)
    }
}

impl Left {
    /// Whether so many clients are served; those whom it is there for are if nothing is lost of it.
    fn serves(&self, clients: u32, is_home: bool) -> bool {
        if is_home && self.lost.0 == 0 { self.holds } else { self.carries >= u64::from(clients) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failover::{Alarm, Operator, Sight};
    use crate::management::Lack;
    use zonefall_engine::{Law, Shape, SimDuration};

    /// Machines that are left of so many, each of which serves a seventh of all clients.
    fn left(machines: i64, of: i64) -> Left {
        Left {
            holds: machines == of,
            answers: machines > 0,
            carries: (machines * 1_000_000 / 7) as u64,
            serving: machines,
            lost: (of - machines, of),
        }
    }

    fn group(pattern: Pattern) -> Failover {
        let none = Law::new(Shape::Constant(0.0), None).expect("a law");
        let sight = Sight::Laws { out: none.clone(), back: none };
        Failover { node: 2, pattern, sight, spread: SimDuration::ZERO, clients_least: 990_000 }
    }

    fn hot(lack: Option<Lack>) -> Failover {
        let none = Law::new(Shape::Constant(0.0), None).expect("a law");
        let alarm = lack.map(|lack| Alarm { lack, lasting: SimDuration::ZERO });
        let people =
            Operator { notice: none.clone(), act: none.clone(), office: None, success: 1.0, waits: true, alarm };
        group(Pattern::Standby(Box::new(Standby {
            operator: Some(people),
            ready: none.clone(),
            sent_at_once: false,
            running_milli: 1000,
            standing_milli: 1000,
            needs_control_plane: false,
            capacity_risk: 0.0,
            capacity_retry: none.clone(),
            promised: None,
            recovery_point: none,
            failback: None,
        })))
    }

    #[test]
    fn zn_06_nobody_leaves_a_part_that_still_answers_unless_people_look() {
        let serves = |of: &Failover, first: i64, second: i64| of.serves_all(&[left(first, 9), left(second, 9)]);
        let router = hot(None);
        // Eight of nine serve all, six do not, and none is seen.
        assert_eq!([8, 6, 0].map(|first| serves(&router, first, 9)), [true, false, true]);
        assert_eq!([8, 6, 0].map(|second| serves(&router, 0, second)), [true, false, false]);
        // A third is lost when six are left.
        let people = |milli| hot(Some(Lack::CapacityLost(milli)));
        assert_eq!([serves(&people(330), 6, 9), serves(&people(500), 6, 9)], [true, false]);
        assert_eq!([serves(&people(330), 6, 8), serves(&people(330), 6, 6)], [true, false]);
    }

    #[test]
    fn tm_03_active_parts_serve_their_share_and_those_of_parts_that_do_not_answer() {
        let active = group(Pattern::ActiveActive { weights: vec![1, 1] });
        let serves = |first: i64, of: i64, second: i64| active.serves_all(&[left(first, of), left(second, 9)]);
        // Half of the clients need 3.5 machines; all of them seven.
        assert_eq!([serves(4, 9, 4), serves(3, 9, 9), serves(0, 9, 7), serves(0, 9, 6)], [true, false, true, false]);
        // What is too small as it was designed is not for an outage to answer.
        assert!(serves(3, 3, 9));
    }
}
