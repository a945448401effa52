//! Thousands of changed scenarios, from seeds: whatever stands in the file is answered, and nothing panics.

use zonefall_scenario::parse;

const MANAGED: &str = include_str!("data/managed.toml");
const EVERYTHING: &str = include_str!("data/everything.toml");

/// Values that stand in the place of others.
const VALUES: [&str; 26] = [
    "0",
    "1",
    "-1",
    "3",
    "1000000",
    "18446744073709551615",
    "99999999999999999999999999",
    "0.5",
    "nan",
    "-inf",
    "true",
    "false",
    "\"\"",
    "\"x\"",
    "\"5 min\"",
    "\"0 s\"",
    "\"9999 years\"",
    "\"50%\"",
    "\"Standard_M64s\"",
    "\"uniform\"",
    "\"spot\"",
    "[]",
    "[1, 2, 3]",
    "[4]",
    "{}",
    "[{ name = \"D4s_v5\" }]",
];

/// A small generator of its own, so that the texts never change.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

fn mutate(lines: &[&str], dice: &mut Dice) -> String {
    let mut text: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    for _ in 0..=dice.below(4) {
        let (at, from) = (dice.below(text.len()), dice.below(lines.len()));
        match dice.below(6) {
            0 => drop(text.remove(at)),
            1 => text.insert(at, lines[from].to_owned()),
            2 => lines[from].clone_into(&mut text[at]),
            3 => {
                // Another value for the same key.
                if let Some((key, _)) = text[at].split_once('=') {
                    text[at] = format!("{key}= {}", VALUES[dice.below(VALUES.len())]);
                }
            }
            4 => {
                // Another value within an inline table or a list.
                let starts: Vec<usize> = text[at].match_indices("= ").map(|(start, _)| start + 2).collect();
                if let Some(&start) = starts.get(dice.below(starts.len().max(1))) {
                    let end = text[at][start..].find([',', '}']).map_or(text[at].len(), |end| start + end);
                    text[at].replace_range(start..end, VALUES[dice.below(VALUES.len())]);
                }
            }
            _ => {
                // A letter or a digit goes.
                let within = dice.below(text[at].len().max(1));
                if text[at].is_char_boundary(within) && text[at].is_char_boundary(within + 1) && within < text[at].len()
                {
                    text[at].remove(within);
                }
            }
        }
    }
    text.join("\n")
}

#[test]
fn changed_scenarios_are_answered() {
    let (mut right, mut wrong) = (0, 0);
    for (file, seeds) in [(MANAGED, 1800), (EVERYTHING, 900)] {
        let lines: Vec<&str> = file.lines().collect();
        for seed in 0..seeds {
            let text = mutate(&lines, &mut Dice(seed * 7919 + 1));
            match parse(&text, "x.toml") {
                Ok(scenario) => {
                    right += 1;
                    // What is accepted has bounded machines, and its diagnostics can be shown.
                    let most = |set: &zonefall_fleet::ScaleSet| {
                        set.management.as_ref().map_or(set.capacity, |management| management.most(set.capacity))
                    };
                    let machines: u64 =
                        scenario.designs.iter().flat_map(|design| &design.sets).map(|set| u64::from(most(set))).sum();
                    assert!(machines < 1 << 32);
                    drop(scenario.warnings.render(false));
                }
                Err(told) => {
                    wrong += 1;
                    assert!(told.error_count() > 0 && !told.render(seed % 2 == 0).is_empty(), "{text}");
                }
            }
        }
    }
    assert!(right > 200 && wrong > 800, "{right} right, {wrong} wrong");
}
