//! Which of many rows of a timeline are shown: never without the beginning and the end of what explains them.

use zonefall_study::timeline::{Folded, Kind, Outage, Row};

/// A row that is shown, or how many are not.
#[derive(Debug, PartialEq)]
pub(crate) enum Told<'a> {
    Row(&'a Folded<'a>),
    Left(usize),
}

/// The rows of an outage that are shown where there may be so many. First those that begin and end it, and each cause the first and
/// the last time; then other faults and outages, at most half of the room; then the first and the last rows.
pub(crate) fn cut<'a>(rows: &'a [Folded<'a>], outage: Option<&Outage>, most: usize) -> Vec<Told<'a>> {
    if rows.len() <= most {
        return rows.iter().map(Told::Row).collect();
    }
    let mut kept = vec![false; rows.len()];
    let mut count = 0;
    let mut keep = |at: usize, room: usize| {
        if !kept[at] && count < room {
            (kept[at], count) = (true, count + 1);
        }
    };
    let outer_first = || (0..rows.len().div_ceil(2)).flat_map(|at| [at, rows.len() - 1 - at]);
    (0..rows.len()).filter(|&at| is_an_edge(rows, at, outage)).for_each(|at| keep(at, usize::MAX));
    let explains = |row: &Row| matches!(row.kind, Kind::Fault | Kind::Objective);
    outer_first().filter(|&at| explains(rows[at].row)).for_each(|at| keep(at, most / 2));
    outer_first().for_each(|at| keep(at, most));
    let mut told = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        match told.last_mut() {
            _ if kept[at] => told.push(Told::Row(row)),
            Some(Told::Left(left)) => *left += 1,
            _ => told.push(Told::Left(1)),
        }
    }
    told
}

/// Whether a row begins or ends the outage, or is the first or the last that tells of a cause.
fn is_an_edge(rows: &[Folded<'_>], at: usize, outage: Option<&Outage>) -> bool {
    let row = rows[at].row;
    let tells = |other: &Folded<'_>| other.row.kind == Kind::Fault && other.row.cause == row.cause;
    match row.kind {
        Kind::Objective => outage.is_some_and(|outage| [outage.from_ms, outage.to_ms].contains(&row.at_ms)),
        Kind::Fault => !rows[..at].iter().any(tells) || !rows[at + 1..].iter().any(tells),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_study::timeline::{Place, folded};

    fn row(at_ms: u64, kind: Kind, cause: &str) -> Row {
        Row {
            at_ms,
            within: Place::Fault,
            kind,
            says: format!("{at_ms}"),
            ends: false,
            refused: false,
            rules: String::new(),
            cause: cause.into(),
            place: String::new(),
            strikes: String::new(),
            machines: 0,
            times: 0,
            requests: 0,
            serving: 0,
            dead: 0,
            unserved_per_s: 0.0,
            sessions_lost: 0.0,
        }
    }

    #[test]
    fn beginnings_and_ends_of_outages_and_causes_are_never_cut() {
        let mut rows: Vec<Row> = (0..400).map(|at| row(at, Kind::Machine, "")).collect();
        // Two causes that begin and end far from the first and the last row; the first strikes often.
        let mut tells = |at: usize, cause: &str| rows[at] = row(at as u64, Kind::Fault, cause);
        (100..200).step_by(5).for_each(|at| tells(at, "rack"));
        [210, 290].into_iter().for_each(|at| tells(at, "zone"));
        for at in [110, 300, 320, 330] {
            rows[at + 1] = row(at as u64 + 1, Kind::Objective, "");
        }
        let outage = Outage {
            roots_ms: 0,
            amiss: Vec::new(),
            from_ms: 111,
            to_ms: 301,
            over_ms: 400,
            cut: false,
            causes: Vec::new(),
            still: Vec::new(),
        };
        for most in [16, 60] {
            let rows = folded(&rows);
            let told = cut(&rows, Some(&outage), most);
            let shown: Vec<u64> = told
                .iter()
                .filter_map(|told| if let Told::Row(row) = told { Some(row.row.at_ms) } else { None })
                .collect();
            let left: usize = told.iter().map(|told| if let Told::Left(left) = told { *left } else { 0 }).sum();
            assert_eq!((shown.len(), shown.len() + left), (most, 400));
            assert!(shown.is_sorted());
            for edge in [0, 100, 111, 195, 210, 290, 301, 399] {
                assert!(shown.contains(&edge), "{edge} of {shown:?}");
            }
            assert!(!told.windows(2).any(|two| matches!(two, [Told::Left(_), Told::Left(_)])));
        }
        // What fits is whole.
        assert_eq!(cut(&folded(&rows[..60]), Some(&outage), 60).len(), 60);
    }
}
