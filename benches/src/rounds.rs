//! Interleaved rounds, medians, and the table of what was demanded.

/// Costs of several contenders in rounds, in seconds a unit of work.
pub struct Rounds {
    costs: Vec<Vec<f64>>,
}

/// One contender: runs once, returns its seconds and the work done (events or trials).
pub type Contender<'a> = Box<dyn FnMut() -> (f64, f64) + 'a>;

/// The middle of a list (the upper middle of an even number); NaN for an empty one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Rounds {
    /// Runs every contender once to warm up, then in turn, `rounds` times.
    pub fn run(rounds: usize, contenders: &mut [Contender<'_>]) -> Self {
        contenders.iter_mut().for_each(|contender| {
            contender();
        });
        let mut costs = vec![Vec::with_capacity(rounds); contenders.len()];
        for _ in 0..rounds {
            for (costs, contender) in costs.iter_mut().zip(contenders.iter_mut()) {
                let (seconds, work) = contender();
                costs.push(seconds / work);
            }
        }
        Self { costs }
    }

    /// The median cost of a contender, in seconds a unit.
    pub fn cost(&self, contender: usize) -> f64 {
        median(self.costs[contender].clone())
    }

    /// The least cost of a contender, in seconds a unit: what a quiet machine would show.
    pub fn best(&self, contender: usize) -> f64 {
        self.costs[contender].iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The median over the rounds of how many times `a` costs what `b` does.
    pub fn ratio(&self, a: usize, b: usize) -> f64 {
        median(self.costs[a].iter().zip(&self.costs[b]).map(|(a, b)| a / b).collect())
    }

    /// The median over the rounds of any figure computed from the costs of one round.
    pub fn figure(&self, of: impl Fn(&[f64]) -> f64) -> f64 {
        let rounds = self.costs.first().map_or(0, Vec::len);
        let round = |at: usize| self.costs.iter().map(|costs| costs[at]).collect::<Vec<f64>>();
        median((0..rounds).map(|at| of(&round(at))).collect())
    }
}

/// What is demanded of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Demand {
    /// Nothing: it is told for information.
    Nothing,
    /// No less than the floor; the goal beyond it.
    AtLeast(f64, Option<f64>),
    /// No more than the floor; the goal below it.
    AtMost(f64, Option<f64>),
}

/// The table, one line a figure.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 5]>,
    /// Floors that were missed.
    pub missed: usize,
}

impl Table {
    /// Adds a figure. `shown` says it in words.
    pub fn add(&mut self, workload: &str, what: &str, value: f64, shown: &str, demand: Demand) {
        let (floor, goal) = match demand {
            Demand::Nothing => (None, None),
            Demand::AtLeast(floor, goal) => (Some((floor, value >= floor)), goal.map(|goal| (goal, value >= goal))),
            Demand::AtMost(floor, goal) => (Some((floor, value <= floor)), goal.map(|goal| (goal, value <= goal))),
        };
        let sign = if matches!(demand, Demand::AtMost(..)) { "≤" } else { "≥" };
        let cell = |asked: Option<(f64, bool)>| {
            let mark = |met: bool| if met { '✓' } else { '✗' };
            asked.map_or(String::new(), |(asked, met)| format!("{sign} {} {}", number(asked), mark(met)))
        };
        self.missed += usize::from(floor.is_some_and(|(_, met)| !met));
        self.rows.push([workload.into(), what.into(), shown.into(), cell(floor), cell(goal)]);
    }

    /// The table in Markdown.
    pub fn markdown(&self) -> String {
        let head = "| workload | what | measured | demanded | goal |\n|---|---|---|---|---|\n";
        let line = |row: &[String; 5]| format!("| {} |\n", row.join(" | "));
        head.to_owned() + &self.rows.iter().map(line).collect::<String>()
    }
}

/// A number with thousands separated, or three digits of a small one.
pub fn number(value: f64) -> String {
    if value.abs() < 1000.0 {
        let places = if value.abs() < 10.0 { 2 } else { usize::from(value.abs() < 100.0) };
        let text = format!("{value:.places$}");
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    }
    let digits = format!("{value:.0}");
    let comma = |(at, digit): (usize, char)| {
        let left = digits.len() - at;
        let separator = if at > 0 && left % 3 == 0 { "," } else { "" };
        format!("{separator}{digit}")
    };
    digits.chars().enumerate().map(comma).collect()
}
