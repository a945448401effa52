//! The machines that a set is short of, and what the absence of each is charged to.

/// Missing machines in the order in which they went missing: runs of machines charged to one cause.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    runs: Vec<(u16, u32)>,
    count: u32,
}

zonefall_engine::pooled_clone!(Owed { runs, count });

impl Owed {
    /// So many machines are missing.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// So many of them are charged to a cause.
    pub fn to(&self, cause: u16) -> u32 {
        self.runs.iter().filter(|run| run.0 == cause).map(|run| run.1).sum()
    }

    /// Nothing is missing any more.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.count = 0;
    }

    /// More machines are missing.
    pub fn owe(&mut self, machines: u32, cause: u16) {
        self.count += machines;
        match self.runs.last_mut() {
            Some(run) if run.0 == cause => run.1 += machines,
            _ if machines == 0 => {}
            _ => self.runs.push((cause, machines)),
        }
    }

    /// One machine less is missing: one that is charged to `cause`, else the one that has been missing for longest.
    /// Returns what it was charged to; none if no machine is missing.
    pub fn pay(&mut self, cause: u16) -> Option<u16> {
        let at = self.runs.iter().position(|run| run.0 == cause).unwrap_or(0);
        let run = self.runs.get_mut(at)?;
        let paid = run.0;
        run.1 -= 1;
        self.count -= 1;
        if run.1 == 0 {
            self.runs.remove(at);
        }
        Some(paid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debt_is_paid_by_its_cause_else_by_its_age() {
        // Against a plain list of single machines.
        let (mut owed, mut list) = (Owed::default(), Vec::new());
        for step in 0..2000u32 {
            let cause = (step.wrapping_mul(2_654_435_761) >> 20) as u16 % 4;
            if step % 7 < 3 {
                owed.owe(step % 5, cause);
                list.extend(std::iter::repeat_n(cause, (step % 5) as usize));
            } else {
                let at = list.iter().position(|&other| other == cause).unwrap_or(0);
                let paid = (!list.is_empty()).then(|| list.remove(at));
                assert_eq!(owed.pay(cause), paid);
            }
            assert_eq!(owed.count() as usize, list.len());
            assert_eq!(owed.to(cause) as usize, list.iter().filter(|&&other| other == cause).count());
        }
    }
}
