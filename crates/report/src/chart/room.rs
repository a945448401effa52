//! Where a label has room: rectangles that are taken, and the first of several places that is free.

/// A rectangle: left, top, right, bottom.
type Box = (f64, f64, f64, f64);

/// What is taken.
#[derive(Debug, Default)]
pub(super) struct Room(Vec<Box>);

impl Room {
    /// Takes a rectangle.
    pub(super) fn take(&mut self, of: Box) {
        self.0.push(of);
    }

    /// How much of a rectangle is taken already.
    fn taken(&self, of: Box) -> f64 {
        let overlap = |other: &Box| {
            let (width, height) = (of.2.min(other.2) - of.0.max(other.0), of.3.min(other.3) - of.1.max(other.1));
            width.max(0.0) * height.max(0.0)
        };
        self.0.iter().map(overlap).sum()
    }

    /// The first of the places that is free, else that with most room; takes it. Which of them is returned.
    pub(super) fn place(&mut self, places: &[Box]) -> usize {
        self.place_against(places, |_| 0.0)
    }

    /// The same, where more than what is taken speaks against each place.
    pub(super) fn place_against(&mut self, places: &[Box], against: impl Fn(usize) -> f64) -> usize {
        let all: Vec<f64> = places.iter().enumerate().map(|(at, &of)| self.taken(of) + against(at)).collect();
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let at = all.iter().position(|&against| against <= least).unwrap_or(0);
        if let Some(&of) = places.get(at) {
            self.take(of);
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_go_where_there_is_room() {
        let mut room = Room::default();
        let places = [(0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0)];
        assert_eq!(room.place(&places), 0);
        assert_eq!(room.place(&places), 1);
        // Where all are taken the one with most room.
        room.take((0.0, 0.0, 10.0, 10.0));
        assert_eq!(room.place(&places), 1);
    }
}
