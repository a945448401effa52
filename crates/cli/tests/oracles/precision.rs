//! |estimate − exact| ≤ 4 standard errors.

use super::{Entry, Held};

/// Studies of each entry; their spread is the standard error of their mean.
const STUDIES: u64 = 64;
/// Where an entry is wrong.
const Z_MOST: f64 = 4.0;

pub const HEAD: &str = "\
| entry | expected | estimate | standard error | z | hits | s |
|---|---|---|---|---|---|---|";

/// What came of an entry.
pub struct Met {
    id: &'static str,
    expected: f64,
    estimate: f64,
    /// Zero where nothing is drawn.
    standard_error: f64,
    hits: u64,
    seconds: f64,
}

/// Plays all studies of an entry.
pub fn play(entry: &Entry) -> Met {
    let began = std::time::Instant::now();
    let (studies, trials) = if matches!(entry.held, Held::Exactly) { (1, 1) } else { (STUDIES, entry.trials) };
    let mut values = Vec::new();
    let (mut hits, mut proportion) = (0, false);
    for study in 0..studies {
        let outcome = entry.play(trials, entry.first_seed() + study);
        let reading = (entry.read)(&outcome);
        hits += reading.hits(trials);
        proportion |= matches!(reading, super::Reading::Proportion(_));
        values.push(reading.value());
    }
    let n = values.len() as f64;
    let estimate = values.iter().sum::<f64>() / n;
    let standard_error = if studies == 1 {
        0.0
    } else if proportion {
        (entry.expected * (1.0 - entry.expected) / (studies * trials) as f64).sqrt()
    } else {
        let squares: f64 = values.iter().map(|value| (value - estimate).powi(2)).sum();
        (squares / (n - 1.0) / n).sqrt()
    };
    let seconds = began.elapsed().as_secs_f64();
    Met { id: entry.id, expected: entry.expected, estimate, standard_error, hits, seconds }
}

impl Met {
    fn z(&self) -> f64 {
        (self.estimate - self.expected) / self.standard_error
    }

    pub fn row(&self) -> String {
        let Self { id, expected, estimate, standard_error, hits, seconds } = self;
        match (hits, self.is_exact()) {
            (0, _) => format!("| {id} | skipped: no hits | | | | 0 | {seconds:.2} |"),
            (_, true) => format!("| {id} | {expected} | {estimate} | exact | | | {seconds:.2} |"),
            _ => format!(
                "| {id} | {expected:.6e} | {estimate:.6e} | {standard_error:.1e} | {:+.2} | {hits} | {seconds:.2} |",
                self.z()
            ),
        }
    }

    fn is_exact(&self) -> bool {
        self.standard_error == 0.0
    }

    /// What is wrong. Scripts are decided in milliseconds: only the last bits of a float may differ.
    pub fn complaint(&self) -> Option<String> {
        let fine = if self.hits == 0 {
            true
        } else if self.is_exact() {
            (self.estimate - self.expected).abs() <= 1e-12 * self.expected.abs()
        } else {
            self.z().abs() <= Z_MOST
        };
        (!fine).then(|| self.row())
    }
}
