//! Where the chain of an outage begins that is not about what is out at the moment: machines that are not warm yet, late batches.

use super::kit::Desk;
use super::waiting::NIGHTLY;
use super::{SLOW, told};
use serde_json::Value;

/// An outage: where its root, it and its end are, and what its rows say from its root until it is over.
type Chain<'a> = (u64, u64, u64, Vec<(u64, &'a str)>);

fn chains(of: &Value) -> Vec<Chain<'_>> {
    let ms = |of: &Value, name: &str| of[name].as_u64().unwrap();
    let rows = || of["rows"].as_array().unwrap().iter().map(|row| (ms(row, "at_ms"), row["says"].as_str().unwrap()));
    let outages = of["outages"].as_array().unwrap().iter();
    let told = outages.map(|outage| {
        let (roots, over) = (ms(outage, "roots_ms"), ms(outage, "over_ms"));
        let chain = rows().filter(|(at, _)| (roots..=over).contains(at)).collect();
        (roots, ms(outage, "from_ms"), ms(outage, "to_ms"), chain)
    });
    told.collect()
}

/// Six machines serve 590 of 600; nine that get 66 each do not while three serve 40. So the outage comes when nothing is out.
#[test]
fn an_outage_of_cold_machines_is_told_from_what_made_them_cold_until_they_are_warm() {
    let slow = SLOW.replace("850 req/s", "590 req/s");
    let of = told(&Desk::with(&slow), &["s.toml", "--trial", "0"]);
    let chains = chains(&of);
    let [(roots, from, to, chain)] = chains.as_slice() else { panic!("{chains:#?}") };
    assert_eq!(*roots, 7_200_000);
    assert!(*from >= 9_000_000, "{from}");
    let at = |words: &str| -> Vec<u64> {
        chain.iter().filter(|(_, says)| says.contains(words)).map(|(at, _)| *at).collect()
    };
    assert_eq!(at("stop serving: zone lost"), [7_200_000], "{chain:#?}");
    assert_eq!(
        (at("serve 40 % until they are warm"), at("are warm, and serve all they can")),
        (vec![*from], vec![*to])
    );
    assert_eq!(to - from, 20 * 60_000);
    // Who starts at once is not told to be cold, nor warm, and nothing is missed.
    let quick = told(&Desk::with(&slow.replace("slow_start", "# slow_start")), &["s.toml", "--trial", "0"]);
    assert!(!quick.to_string().contains("warm") && quick["outages"].as_array().unwrap().is_empty());
}

/// Six workers need 100 minutes for a batch that has an hour, for two nights.
fn late() -> String {
    NIGHTLY.replace("1 day", "2 days")
}

#[test]
fn an_outage_of_late_jobs_is_told_from_the_coming_of_their_batch() {
    const MIN: u64 = 60_000;
    const DAY: u64 = 1440 * MIN;
    let nights = |more: &str, first: u64| {
        let desk = Desk::with(&format!("{more}{}", late()));
        let of = told(&desk, &["s.toml", "--trial", "0"]);
        let chains = chains(&of);
        let spans: Vec<[u64; 3]> = chains.iter().map(|(roots, from, to, _)| [*roots, *from, *to]).collect();
        let expected = [[10 * MIN, first, 110 * MIN], [10 * MIN, 70 * MIN, 110 * MIN].map(|at| DAY + at)];
        assert_eq!(spans, expected);
        for (night, (roots, .., chain)) in chains.iter().enumerate() {
            let comes = format!("batch {} comes: 36000 jobs, due in 1 h", night + 1);
            assert_eq!(chain.first(), Some(&(*roots, comes.as_str())));
        }
        desk.run("trace s.toml --trial 0").ends(0).says(&["batch 2 comes: 36000 jobs"]);
    };
    nights("", 70 * MIN);
    // The first is late when measuring begins, and its end is not told: the second night is not told from there.
    nights("measure_from = \"80 min\"\n", 80 * MIN);
}
