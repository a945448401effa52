//! A bound on the number of events of one trial: a runaway trial ends with an error instead of never.

use thiserror::Error;

/// The trial dispatched more events than it was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the trial passed its budget of {limit} events")]
pub struct BudgetExceeded {
    /// The budget that was passed.
    pub limit: u64,
}

/// Counts dispatched events against a limit.
#[derive(Debug, Clone, Copy)]
pub struct EventBudget {
    limit: u64,
    spent: u64,
}

impl EventBudget {
    /// A budget of `limit` events.
    pub const fn new(limit: u64) -> Self {
        Self { limit, spent: 0 }
    }

    /// Counts one event.
    ///
    /// # Errors
    /// Once more than `limit` events have been counted.
    #[inline]
    pub fn spend(&mut self) -> Result<(), BudgetExceeded> {
        self.spent += 1;
        if self.spent > self.limit { Err(BudgetExceeded { limit: self.limit }) } else { Ok(()) }
    }

    /// Events counted so far.
    pub const fn spent(&self) -> u64 {
        self.spent
    }

    /// Starts again at zero.
    pub fn reset(&mut self) {
        self.spent = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_after_the_last_allowed_one_fails() {
        let mut budget = EventBudget::new(2);
        assert!(budget.spend().is_ok() && budget.spend().is_ok());
        assert_eq!(budget.spend(), Err(BudgetExceeded { limit: 2 }));
    }
}
