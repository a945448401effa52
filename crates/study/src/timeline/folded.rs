//! Refusals that are the same again and again, told once, with what asked for them.
//!
//! In: rows in order. Out: the same without the repetitions, each first one with how many came and until when. Nothing else may happen
//! between them but other refusals and changes of the demand, so nothing is told out of its order.

use super::{Kind, Row};

/// A row, with what came again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Folded<'a> {
    /// The first of them.
    pub row: &'a Row,
    /// How many more there were; 0 of what the next row counts along.
    pub again: usize,
    /// The instant of the last.
    pub until_ms: u64,
    /// So many rows of the same instant just before it came again with it.
    pub with: usize,
}

/// Folds the refusals of rows in order.
pub fn folded(rows: &[Row]) -> Vec<Folded<'_>> {
    let mut all: Vec<Folded<'_>> = Vec::with_capacity(rows.len());
    // Where the refusals stand that may come again, and what was decided with them.
    let mut open: Vec<usize> = Vec::new();
    for instant in rows.chunk_by(|one, next| one.at_ms == next.at_ms) {
        let in_vain = is_in_vain(instant);
        for row in instant {
            // The demand may change at each step; whoever asks goes on asking.
            let comes_again = row.refused || (in_vain && row.kind == Kind::Decision);
            if !comes_again && row.kind != Kind::Demand {
                open.clear();
            }
            if let Some(&at) = open.iter().find(|&&at| comes_again && is_same(all[at].row, row)) {
                (all[at].again, all[at].until_ms) = (all[at].again + 1, row.at_ms);
                continue;
            }
            open.extend(comes_again.then_some(all.len()));
            all.push(Folded { row, again: 0, until_ms: row.at_ms, with: 0 });
        }
    }
    count_once(&mut all);
    all
}

/// Whether something was asked for in an instant and refused, and nothing came of it.
fn is_in_vain(instant: &[Row]) -> bool {
    let mut others = instant.iter().filter(|row| row.kind != Kind::Demand);
    instant.iter().any(|row| row.refused) && others.all(|row| row.kind == Kind::Decision)
}

/// What came again together is counted by the last of it.
fn count_once(all: &mut [Folded<'_>]) {
    for at in 1..all.len() {
        let (one, next) = (all[at - 1], all[at]);
        let times = |of: Folded<'_>| (of.row.at_ms, of.again, of.until_ms);
        if next.again > 0 && times(one) == times(next) {
            (all[at - 1].again, all[at].with) = (0, one.with + 1);
        }
    }
}

fn is_same(one: &Row, other: &Row) -> bool {
    let key = |row: &Row| (row.serving, row.dead);
    (&one.says, &one.place, &one.cause, &one.rules) == (&other.says, &other.place, &other.cause, &other.rules)
        && key(one) == key(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Place;

    fn row(at: u64, says: &str, kind: Kind) -> Row {
        Row {
            at_ms: at,
            within: Place::Decided,
            kind,
            says: says.into(),
            ends: false,
            refused: says.starts_with("refused"),
            rules: String::new(),
            cause: String::new(),
            place: String::new(),
            strikes: String::new(),
            machines: 0,
            times: 1,
            requests: 0,
            serving: 3,
            dead: 0,
            unserved_per_s: 0.0,
            sessions_lost: 0.0,
        }
    }

    #[test]
    fn like_refusals_in_a_row_are_one_until_something_happens() {
        let decided = |at, says| row(at, says, Kind::Decision);
        let rows = [
            decided(1, "refused: quota"),
            decided(2, "refused: room"),
            row(3, "more arrives", Kind::Demand),
            decided(4, "refused: quota"),
            decided(5, "refused: quota"),
            row(6, "a machine stops", Kind::Machine),
            decided(7, "refused: quota"),
            // What is none may be the same without being told twice.
            decided(8, "an alert goes off"),
            decided(9, "an alert goes off"),
        ];
        let found: Vec<(u64, usize, u64)> =
            folded(&rows).iter().map(|of| (of.row.at_ms, of.again, of.until_ms)).collect();
        assert_eq!(found, [(1, 2, 5), (2, 0, 2), (3, 0, 3), (6, 0, 6), (7, 0, 7), (8, 0, 8), (9, 0, 9)],);
        assert!(folded(&rows).iter().all(|of| of.with == 0));
        // Others serve by then: that is told.
        let fewer = Row { serving: 2, ..decided(2, "refused: quota") };
        assert_eq!(folded(&[decided(1, "refused: quota"), fewer]).len(), 2);
    }

    #[test]
    fn an_attempt_and_its_refusal_are_one_repetition_until_something_comes_of_it() {
        let decided = |at, says| row(at, says, Kind::Decision);
        let mut rows = vec![row(0, "a zone is out", Kind::Fault)];
        for at in 1..=4 {
            rows.extend([decided(at, "a runbook acts"), decided(at, "refused: room"), decided(at, "refused: quota")]);
        }
        // An attempt that is refused in part only.
        rows.extend([decided(5, "a runbook acts"), decided(5, "refused: room"), row(5, "made", Kind::Machine)]);
        rows.extend([decided(6, "a runbook acts"), decided(6, "refused: room")]);
        let found: Vec<(u64, usize, u64, usize)> =
            folded(&rows).iter().map(|of| (of.row.at_ms, of.again, of.until_ms, of.with)).collect();
        let first = [(0, 0, 0, 0), (1, 0, 4, 0), (1, 0, 4, 1), (1, 3, 4, 2)];
        let then = [(5, 0, 5, 0), (5, 0, 5, 0), (5, 0, 5, 0), (6, 0, 6, 0), (6, 0, 6, 0)];
        assert_eq!(found, [&first[..], &then].concat());
    }
}
