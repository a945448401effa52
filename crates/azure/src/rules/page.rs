//! The page of all rules, as Markdown.

use super::{FAMILIES, Rule, Standing};
use std::fmt::Write as _;

/// A test that holds a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleTest {
    /// The rule's id.
    pub rule: String,
    /// The file, from the root of the repository, with `/`.
    pub file: String,
    /// The test's name.
    pub name: String,
}

impl RuleTest {
    /// Whether it is of pure functions, tables or the reading of scenarios only: it cannot tell that a rule is in force.
    pub fn is_pure(&self) -> bool {
        const PURE: [&str; 3] = ["crates/fleet/src/policy/", "crates/azure/", "crates/scenario/"];
        PURE.iter().any(|folder| self.file.starts_with(folder))
    }
}

const HEAD: &str = "\
# Rules of the real system

What Azure does, rule by rule, and what Zonefall makes of it. Each rule has an id, by which code and tests name it:
`zonefall explain ZB-05` shows one, `zonefall explain rules` lists all.

* **modelled**: the simulation acts on it. **checked**: a scenario that breaks it is refused or warned of. Both are held
  by the tests named, whose names begin with the id.
* Of a modelled rule a test shows it in force in a trial. Where it says *pure*, only functions, tables or the reading of
  scenarios are tested, and why there is nothing else to see.
* **modelled in part**: the tests named hold what is; what is left out comes after them, with the reason.
* **out**: left out, for the reason given.
* *documented*: the source says so. *recalled*: believed to be documented, and not read again: no fact to quote.
  *inferred*: it follows from what the source says or shows. *unknown*: nobody publishes it, a default is chosen.
  *conflicting*: sources contradict each other, the text says which one is followed. *measured*: somebody measured it.
  *documented, in part unknown*: what the rule says is documented, and something in it is not: the source says what.
* The key sets what is not known or not the same for everybody; `zonefall explain <key>` gives its default.

This page is written from the code (`crates/azure/src/rules`) and checked by `crates/cli/tests/rules.rs`; to write it
anew: `ZONEFALL_BLESS=1 cargo test -p zonefall-cli --test rules`.
";

/// The page `docs/rules.md` for these tests; their order does not matter.
pub fn render(tests: &[RuleTest]) -> String {
    let mut page = HEAD.to_owned();
    let count = |words: &str| super::rules().filter(|rule| rule.standing.words() == words).count();
    let _ = writeln!(
        page,
        "\n{} rules: {} modelled, {} modelled in part, {} checked, {} out of the model.",
        super::rules().count(),
        count(Standing::Modelled.words()),
        count(Standing::InPart("").words()),
        count(Standing::Checked.words()),
        count(Standing::OutOfModel("").words())
    );
    for family in FAMILIES {
        let _ = writeln!(page, "\n## {}: {}\n", family.letters, family.title);
        page += "| rule | what it says | standing | source | confidence | key |\n|---|---|---|---|---|---|\n";
        for rule in family.rules {
            page += &row(rule, tests);
        }
    }
    page
}

fn row(rule: &Rule, tests: &[RuleTest]) -> String {
    let mut of_rule: Vec<&RuleTest> = tests.iter().filter(|test| test.rule == rule.id).collect();
    of_rule.sort();
    let standing = match rule.standing {
        Standing::OutOfModel(why) if of_rule.is_empty() => format!("out: {why}"),
        Standing::OutOfModel(why) => format!("out: {why}; tested is {}", named(&of_rule)),
        Standing::InPart(why) if !of_rule.is_empty() => {
            format!("{}: {}; left out: {why}", rule.standing.words(), named(&of_rule))
        }
        _ if of_rule.is_empty() => format!("{}, **without a test**", rule.standing.words()),
        _ => format!("{}: {}", rule.standing.words(), named(&of_rule)),
    };
    let standing = match rule.pure {
        Some(why) => format!("{standing}; *pure*: {why}"),
        None => standing,
    };
    let key = rule.key.map_or(String::new(), |key| format!("`{key}`"));
    format!("| {} | {} | {standing} | {} | {} | {key} |\n", rule.id, rule.says, rule.source, rule.confidence_words())
}

/// The tests, file by file.
fn named(tests: &[&RuleTest]) -> String {
    let files = tests.chunk_by(|one, other| one.file == other.file).map(|tests| {
        let names: Vec<String> = tests.iter().map(|test| format!("`{}`", test.name)).collect();
        let short = tests[0].file.strip_prefix("crates/").unwrap_or(&tests[0].file);
        format!("{} in [{short}](../{})", names.join(", "), tests[0].file)
    });
    files.collect::<Vec<_>>().join("; ")
}
