//! Refusals that are the same again and again, told once.
//!
//! In: rows in order. Out: the same without the repetitions, each first one with how many came and until when. Nothing else may happen
//! between them but other refusals and changes of the demand, so nothing is told out of its order.

use super::{Kind, Row};

/// A row, with what came again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Folded<'a> {
    /// The first of them.
    pub row: &'a Row,
    /// How many more there were.
    pub again: usize,
    /// The instant of the last.
    pub until_ms: u64,
}

/// Folds the refusals of rows in order.
pub fn folded(rows: &[Row]) -> Vec<Folded<'_>> {
    let mut all: Vec<Folded<'_>> = Vec::with_capacity(rows.len());
    // Where the refusals stand that may come again.
    let mut open: Vec<usize> = Vec::new();
    for row in rows {
        if !row.refused {
            // The demand may change at each step; whoever asks goes on asking.
            if row.kind != Kind::Demand {
                open.clear();
            }
        } else if let Some(&at) = open.iter().find(|&&at| is_same(all[at].row, row)) {
            (all[at].again, all[at].until_ms) = (all[at].again + 1, row.at_ms);
            continue;
        } else {
            open.push(all.len());
        }
        all.push(Folded { row, again: 0, until_ms: row.at_ms });
    }
    all
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
        // Others serve by then: that is told.
        let fewer = Row { serving: 2, ..decided(2, "refused: quota") };
        assert_eq!(folded(&[decided(1, "refused: quota"), fewer]).len(), 2);
    }
}
