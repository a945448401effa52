//! Blocks of trials on threads, handed over in order: the one loop that plays trials.
//!
//! In: how many blocks, what a block does, and who takes what it leaves. Blocks are played in waves, so that at most so many
//! results wait, and taken in the order of their numbers: the same bits for any number of threads. What a worker needs (stages
//! of worlds) is made when none lies idle, and used again.

use crate::run::{RunError, Threads};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Blocks of a wave, a thread.
const WAVE: u64 = 8;

/// Workers on threads, each with what it needs.
pub(crate) struct Workers<'a, W, N> {
    threads: &'a Threads,
    new: N,
    idle: Mutex<Vec<W>>,
}

impl<'a, W: Send, N: Fn() -> W + Sync> Workers<'a, W, N> {
    pub fn new(threads: &'a Threads, new: N) -> Self {
        Self { threads, new, idle: Mutex::new(Vec::new()) }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<W>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays blocks `0..blocks` and takes what they leave, in order; false if one was interrupted and left nothing: those
    /// after it are not taken.
    ///
    /// # Errors
    /// The error of the first block that fails.
    pub fn in_order<T: Send>(
        &self,
        blocks: u64,
        block: impl Fn(&mut W, u64) -> Result<Option<T>, RunError> + Sync,
        mut take: impl FnMut(T),
    ) -> Result<bool, RunError> {
        let one = |at: u64| {
            let free = self.idle().pop();
            let mut worker = free.unwrap_or_else(&self.new);
            let left = block(&mut worker, at);
            self.idle().push(worker);
            left
        };
        let wave = WAVE * self.threads.count() as u64;
        for start in (0..blocks).step_by(wave as usize) {
            let range = start..(start + wave).min(blocks);
            let played: Vec<_> = self.threads.pool().install(|| range.into_par_iter().map(one).collect());
            for left in played {
                match left? {
                    Some(left) => take(left),
                    None => return Ok(false),
                }
            }
        }
        Ok(true)
    }
}

/// The trials of a block of `length`, of those in `trials`.
pub(crate) fn trials_of(at: u64, length: u64, trials: &Range<u64>) -> Range<u64> {
    let begin = trials.start + at * length;
    begin..(begin + length).min(trials.end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn blocks_are_taken_in_order_until_one_leaves_nothing() {
        let threads = Threads::new(3).unwrap();
        let (made, mut taken) = (AtomicU64::new(0), Vec::new());
        let workers = Workers::new(&threads, || made.fetch_add(1, Ordering::Relaxed));
        assert!(workers.in_order(100, |_, at| Ok(Some(at)), |at| taken.push(at)).unwrap());
        assert_eq!(taken, (0..100).collect::<Vec<_>>());
        taken.clear();
        assert!(!workers.in_order(100, |_, at| Ok((at != 41).then_some(at)), |at| taken.push(at)).unwrap());
        assert_eq!(taken, (0..41).collect::<Vec<_>>());
        drop(workers);
        assert!(made.into_inner() <= 3);
        assert_eq!(trials_of(2, 64, &(10..150)), 138..150);
    }
}
