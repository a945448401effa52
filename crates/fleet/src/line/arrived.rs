//! What has come to a line, as far back as somebody may still wait.
//!
//! In: the rate at which requests come, from one change to the next. Out: what had come by an instant, and when who stands at a
//! place came. What a patience ago is and who has left the line both only move forward, so nobody searches: who asks
//! holds a [`Front`], which goes over each piece once.

use super::after;
use std::collections::VecDeque;

/// What comes at a constant rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    from: i64,
    /// What has come before.
    pub before: i128,
    /// Thousandths of a request a second, which is millionths a millisecond.
    pub rate: i128,
}

impl Piece {
    fn at(&self, t: i64) -> i128 {
        self.before + self.rate * i128::from(t - self.from)
    }
}

/// Up to where everybody has left the line, and the pieces that lie behind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Front {
    /// Who has left it since it began.
    pub left: i128,
    /// How many pieces begin no later than a patience ago, and with nobody who is still in line before them.
    lost: usize,
    reached: usize,
}

/// All pieces in order; empty where nobody waits.
#[derive(Debug)]
pub(super) struct Arrived {
    patience: i64,
    pieces: VecDeque<Piece>,
}

zonefall_engine::pooled_clone!(Arrived { patience, pieces });

impl Arrived {
    pub fn new(patience: i64) -> Self {
        Self { patience, pieces: VecDeque::with_capacity(16) }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    pub fn clear(&mut self) {
        self.pieces.clear();
    }

    /// From now on so much comes.
    pub fn comes(&mut self, t: i64, rate: i128) {
        if self.pieces.back().is_none_or(|last| last.rate != rate) {
            self.pieces.push_back(Piece { from: t, before: self.by(t), rate });
        }
    }

    /// Cuts what comes now in two at `t`; what has come before.
    pub fn cut(&mut self, t: i64) -> Option<i128> {
        let last = *self.pieces.back()?;
        let before = last.at(t);
        self.pieces.push_back(Piece { from: t, before, ..last });
        Some(before)
    }

    /// What has come by `t`, which is no earlier than the last change.
    pub fn by(&self, t: i64) -> i128 {
        self.pieces.back().map_or(0, |last| last.at(t))
    }

    /// The front at `t`, where so many have left.
    pub fn move_on(&self, mut front: Front, t: i64, left: i128) -> Front {
        front.left = left;
        while self.pieces.get(front.lost).is_some_and(|next| next.from <= t - self.patience) {
            front.lost += 1;
            super::looks_at_one_more();
        }
        while self.pieces.get(front.reached).is_some_and(|next| next.before <= left) {
            front.reached += 1;
            super::looks_at_one_more();
        }
        front
    }

    /// What had come a patience before `t`, and the rate at which it came then.
    pub fn a_patience_ago(&self, front: Front, t: i64) -> (i128, i128) {
        let piece = front.lost.checked_sub(1).map(|at| self.pieces[at]);
        piece.map_or((0, 0), |piece| (piece.at(t - self.patience), piece.rate))
    }

    /// In how many milliseconds another rate begins to be that of a patience ago.
    pub fn until_lost(&self, front: Front, t: i64) -> Option<i64> {
        self.pieces.get(front.lost).map(|next| next.from - (t - self.patience))
    }

    /// What had come before the next piece that nobody has left.
    pub fn next_before(&self, front: Front) -> Option<i128> {
        self.pieces.get(front.reached).map(|next| next.before)
    }

    /// The rate at which whoever comes after those who have left came; of no rate at all if nobody does.
    pub fn rate_behind(&self, front: Front) -> Option<i128> {
        front.reached.checked_sub(1).map(|at| self.pieces[at].rate)
    }

    /// The piece with which who is next came.
    pub fn who_is_next(&self, front: Front) -> Option<Piece> {
        // No two pieces after each other have the same rate, but where one was cut.
        self.pieces.range(..front.reached).rev().find(|piece| piece.rate > 0).copied()
    }

    /// When who is next came, rounded up; at most `t`.
    pub fn next_came(&self, front: Front, t: i64) -> i64 {
        let since = |piece: Piece| piece.from + after(front.left - piece.before, piece.rate).min(t - piece.from);
        self.who_is_next(front).map_or(t, since).min(t)
    }

    /// Drops the pieces before these, with which nobody came who waits.
    pub fn forget(&mut self, front: &mut Front) {
        let past = front.lost.min(front.reached).saturating_sub(1);
        self.pieces.drain(..past);
        (front.lost, front.reached) = (front.lost - past, front.reached - past);
    }
}
