//! Scenarios at random, exact against simulated. Seeds are fixed; the bound holds for all of them together.

use super::{mode, text};
use zonefall_cli::args::{Format, Verify};
use zonefall_cli::verify::compared;
use zonefall_study::agreement::Agrees;
use zonefall_study::exactly::exactly;

/// Numbers below a bound, one after the other.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

fn scenario(dice: &mut Dice) -> String {
    let zones = 1 + dice.below(3);
    let region = format!(
        "zones = {zones}\nhalls_per_zone = {}\nracks_per_zone = {}\nhosts_per_rack = {}",
        1 + dice.below(2),
        2 + dice.below(3),
        1 + dice.below(3)
    );
    let machines = 2 + dice.below(7);
    let spanning = zones > 1 && dice.below(3) > 0;
    let set = if spanning {
        let list: Vec<String> = (1..=zones).map(|zone| zone.to_string()).collect();
        format!("zones = [{}]\ncapacity = {machines}", list.join(", "))
    } else {
        format!(
            "zones = []\ncapacity = {machines}\nhidden_zone = {}\ndisk_elsewhere = 0",
            dice.of(&["\"single\"", "\"uniform\"", "{ sticky = 0.5 }"])
        )
    };
    let mut modes = Vec::new();
    for (at, scope) in ["instance", "host", "rack", "hall", "zone", "region"].into_iter().enumerate() {
        if dice.below(2) == 0 && at > 0 {
            continue;
        }
        let new = dice.of(&["", "start = \"new\""]);
        let more = match scope {
            "instance" if dice.below(3) == 0 => "start = \"new\"\ncrews = 1",
            "rack" | "zone" if dice.below(3) == 0 => "kind = \"shock\"",
            "zone" if zones > 1 => dice.of(&["common_cause = 0.3", "common_cause = 1.0", "start = \"new\""]),
            _ => new,
        };
        modes.push(mode(&format!("m{at}"), scope, 50.0 + dice.below(300) as f64, 3.0 + dice.below(12) as f64, more));
    }
    let modes: Vec<&str> = modes.iter().map(String::as_str).collect();
    text(&region, &set, 1 + dice.below(machines) as u32, &modes)
}

#[test]
fn random_scenarios_agree_with_their_simulation() {
    let mut dice = Dice(20_261_125);
    let (mut yes, mut few) = (0, 0);
    for round in 0..80 {
        let text = scenario(&mut dice);
        let parsed =
            zonefall_scenario::parse(&text, "t.toml").unwrap_or_else(|wrong| panic!("{text}\n{}", wrong.render(false)));
        let options =
            Verify { scenario: None, trials: Some(4000), seed: Some(round), threads: Some(1), format: Format::Table };
        for row in compared(&parsed, &options, &exactly).unwrap() {
            match row.agrees {
                Agrees::Yes => yes += 1,
                Agrees::TooFewHits => few += 1,
                Agrees::No | Agrees::NoExact => panic!("round {round}: {row:#?}\n{text}"),
            }
        }
    }
    assert!(yes >= 60, "{yes} agree, {few} have too few hits");
}
