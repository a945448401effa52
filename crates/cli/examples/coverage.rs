//! The long study of coverage: `cargo run --release -p zonefall-cli --example coverage -- 1000` prints the table of
//! `docs/coverage.md`; with ids after it, their rows only; `-- 200 methods` that of split trials, storms alone and biased cycles (`-- 200 methods biasing`: of one method). Entries come from the shared folder, as in `tests/oracles.rs`.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/oracles/mod.rs"]
mod oracles;

use oracles::coverage::{self, Covered};
use oracles::methods;
use oracles::{Held, Oracles};

fn main() {
    let studies: u64 = std::env::args().nth(1).map_or(1000, |word| word.parse().expect("how many studies an entry?"));
    if std::env::args().nth(2).is_some_and(|word| word == "methods") {
        println!("{METHODS}");
        let one = std::env::args().nth(3);
        for case in methods::cases().iter().filter(|case| one.as_deref().is_none_or(|one| one == case.method.word())) {
            let (exact, covered) = case.play(studies);
            println!("{}", case.row(exact, &covered));
        }
        return;
    }
    let Some(file) = Oracles::find() else { return };
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let asked: Vec<String> = std::env::args().skip(2).collect();
    let mut entries = oracles::entries(&file);
    entries.retain(|entry| asked.is_empty() || asked.iter().any(|id| id == entry.id));
    let mut all = Covered::default();
    println!("{}", HEAD.replace("STUDIES", &studies.to_string()));
    for entry in &entries {
        let Held::ByIntervals { trials } = entry.held else { continue };
        let covered = coverage::play(entry, trials, studies, threads);
        eprintln!("{}", covered.row(entry.id, trials));
        println!("{}", covered.row_without_time(entry.id, trials));
        all.add(&covered);
    }
    println!("{}", all.pooled_without_time());
    let printed =
        |id: &str| entries.iter().any(|other| other.id == id && matches!(other.held, Held::ByIntervals { .. }));
    let left_out = |entry: &&oracles::Entry| matches!(entry.held, Held::WithoutInterval) && !printed(entry.id);
    let names: Vec<&str> = entries.iter().filter(left_out).map(|entry| entry.id).collect();
    println!(
        "\nLeft out, because no interval is printed for them: {}. Nothing is drawn in G05 and G08.",
        names.join(", ")
    );
    eprintln!("{:.0} s", all.seconds);
}

const METHODS: &str = "\
| method | system | exact | hours a trial | trials | hits a study | covered | exact below | exact above | upper bounds | share | mean / exact |
|---|---|---|---|---|---|---|---|---|---|---|---|";

const HEAD: &str = "\
# Coverage of the printed intervals

Systems with exact answers, written as scenarios with public keys only (`crates/cli/tests/oracles`); STUDIES studies of
each, every one with a seed of its own and the small budget of the table, and in each the 95 % interval that the product
prints. An interval covers if the exact value lies within it. Where there are too few hits (below 20) the product prints
an upper bound only; those count as covering if the exact value lies below the bound.

*Hits* are trials in which it happened (of a proportion: trials on its rarer side). *Exact below* and *exact above* say
on which side the exact value was missed. *Mean / exact* is the mean of all estimates over the exact value, with its
standard error. B05 and B09 end a trial at the first miss, long before the hours given. The intervals of proportions are
exact ones, which cover a little more than they must; so do the intervals of means at 20 to 50 hits, on purpose.

Made by `cargo run --release -p zonefall-cli --example coverage -- STUDIES`; the test `oracles` does the same with 200
studies and asks for at least 177 of an entry and 93.5 to 96.5 % of all.

| entry | hours a trial | trials | hits a study | covered | exact below | exact above | upper bounds | share | mean / exact |
|---|---|---|---|---|---|---|---|---|---|";
