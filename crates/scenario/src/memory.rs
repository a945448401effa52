//! What the candidates of a plan have in common, read and computed once: courses (with their traces), and how much so many
//! machines may be sent in time.
//!
//! In: a table of the tree, and how to read it. Out: what it was read as before, or now. Only what was read without any
//! mistake is remembered, so a mistake is told by every candidate that has it. What can go wrong: a table that means something
//! else elsewhere; so a course is known by all that it is read from (its place in the table of keys, its time zone, its keys
//! and values; the calendar and the folder of files are those of the plan), and a memory is of one plan only.

use crate::diagnostic::Sink;
use crate::node::Table;
use std::cell::RefCell;
use std::time::Duration;
use zonefall_fleet::Demand;

/// Courses that are remembered; of more only the last so many.
const COURSES_MAX: usize = 256;

/// What a course is known by: its place in the table of keys, its time zone, its keys and values.
type Course = (&'static str, Option<String>, Table);

/// The memory of a plan.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    courses: RefCell<Vec<(Course, Demand)>>,
    admitted: RefCell<Vec<(Station, Vec<f64>)>>,
}

/// What a table of admitted rates is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Station {
    pub parallelism: u32,
    pub serves_milli: u64,
    pub within: Duration,
}

impl Memory {
    /// What a table says of a course.
    pub fn course(
        &self,
        path: &'static str,
        zone: Option<&str>,
        table: &Table,
        sink: &mut Sink,
        read: impl FnOnce(&mut Sink) -> Option<Demand>,
    ) -> Option<Demand> {
        let is_it = |(known, _): &&(Course, Demand)| known.0 == path && known.1.as_deref() == zone && known.2 == *table;
        if let Some((_, course)) = self.courses.borrow().iter().rev().find(is_it) {
            return Some(course.clone());
        }
        let course = read(sink)?;
        if !sink.has_errors() {
            let mut courses = self.courses.borrow_mut();
            if courses.len() == COURSES_MAX {
                courses.remove(0);
            }
            courses.push(((path, zone.map(str::to_owned), table.clone()), course.clone()));
        }
        Some(course)
    }

    /// The rates by the number of machines, of which `next` computes one from the one before; `count` of them.
    pub fn admitted(&self, of: Station, count: usize, mut next: impl FnMut(u64, f64) -> f64) -> Vec<f64> {
        let mut admitted = self.admitted.borrow_mut();
        let at = admitted.iter().position(|(known, _)| *known == of).unwrap_or_else(|| {
            admitted.push((of, Vec::new()));
            admitted.len() - 1
        });
        let rates = &mut admitted[at].1;
        while rates.len() < count {
            let rate = next(rates.len() as u64, rates.last().copied().unwrap_or(0.0));
            rates.push(rate);
        }
        rates[..count].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;
    use crate::node::Node;

    fn table(text: &str) -> Table {
        Node::from_default(text).table().cloned().unwrap_or_default()
    }

    #[test]
    fn a_course_is_read_once_for_all_that_it_is_read_from_and_a_mistake_each_time() {
        let memory = Memory::default();
        let (mut sink, mut reads) = (Sink::default(), 0);
        let mut ask = |path, zone, text: &str, wrong: bool| {
            let course = memory.course(path, zone, &table(text), &mut sink, |sink| {
                reads += 1;
                wrong.then(|| sink.error_of_file(codes::DEMAND, "no"));
                Some(Demand::constant(reads))
            });
            (course, reads)
        };
        let first = Some(Demand::constant(1));
        assert_eq!(ask("demand", None, "{ rate = 3 }", false), (first.clone(), 1));
        assert_eq!(ask("demand", None, "{ rate = 3 }", false), (first.clone(), 1));
        assert_eq!(ask("demand", Some("UTC"), "{ rate = 3 }", false).1, 2);
        assert_eq!(ask("demand", None, "{ rate = 4 }", false).1, 3);
        assert_eq!(ask("series", None, "{ rate = 4 }", false).1, 4);
        assert_eq!(ask("demand", None, "{ rate = 5 }", true).1, 5);
        assert_eq!(ask("demand", None, "{ rate = 5 }", true).1, 6);
        assert_eq!(ask("demand", None, "{ rate = 3 }", false), (first, 6));
    }

    #[test]
    fn a_longer_table_of_rates_goes_on_where_a_shorter_one_ends() {
        let memory = Memory::default();
        let of = |serves_milli| Station { parallelism: 1, serves_milli, within: Duration::from_millis(5) };
        let mut computed = Vec::new();
        let mut ask = |of, count| {
            memory.admitted(of, count, |machines, before| {
                computed.push(machines);
                before + machines as f64
            })
        };
        assert_eq!(ask(of(1), 3), [0.0, 1.0, 3.0]);
        assert_eq!(ask(of(1), 2), [0.0, 1.0]);
        assert_eq!(ask(of(1), 4), [0.0, 1.0, 3.0, 6.0]);
        assert_eq!(ask(of(2), 1), [0.0]);
        assert_eq!(computed, [0, 1, 2, 3, 0]);
    }
}
