//! `report.md`: the blocks of the terminal for a design review or a pull request.
//!
//! Words from the scenario are escaped: none of them becomes markup, a mention or a link to an issue.

use crate::about::{About, ReportKind, assumptions};
use crate::drilled::DrillReport;
use crate::headline::headline;
use crate::number;
use crate::page::{Grid, Item, Page, Side, Style, WARNINGS, one_line, when};
use crate::planned::Made;
use crate::terminal::{blocks, comparison_blocks, drill_blocks, drill_verdict, plan_blocks_below, plan_verdict};
use zonefall_study::comparison::Comparison;
use zonefall_study::is_hidden;
use zonefall_study::outcome::Outcome;
use zonefall_study::plan::Planned;
use zonefall_study::timeline::Storms;

/// Lines of what is drawn with letters.
const WIDTH: usize = 100;

/// The text of an outcome; `kinds` are all reports that are written.
pub(crate) fn markdown(outcome: &Outcome, storms: Option<&Storms>, about: &About, kinds: &[ReportKind]) -> String {
    let headline = headline(outcome).map(|(_, words)| words);
    let text = items(blocks(outcome, storms, Style::WORDS), headline, kinds);
    let last = format!(
        "Seed {}, {} trials, Zonefall {}, scenario SHA-256 `{}`. Every figure stands unrounded in summary.json.\n",
        outcome.seed,
        number::count(outcome.trials),
        escaped(&outcome.version),
        outcome.scenario_hash
    );
    tidied(&(text + &rest(&outcome.profile, about) + &last))
}

/// The text of a plan.
pub(crate) fn plan_markdown(of: &Planned, made: &Made<'_>) -> String {
    let text = items(plan_blocks_below(of, Style::WORDS), Some(plan_verdict(of).0), &[]);
    let last = format!(
        "Seed {}, {} trials × designs, Zonefall {}, scenario SHA-256 `{}`. Every figure stands unrounded in plan.json.\n",
        of.seed,
        number::count(of.work),
        escaped(made.version),
        made.scenario_hash
    );
    tidied(&(text + &rest(made.profile, made.about) + &last))
}

/// The text of a drill.
pub(crate) fn drill_markdown(of: &DrillReport<'_>, kinds: &[ReportKind]) -> String {
    let (drilled, made) = (of.drilled, of.made);
    let page = drill_blocks(drilled, of.worst, of.warnings, Style::WORDS);
    let last = format!(
        "Seed {}, {}, Zonefall {}, scenario SHA-256 `{}`. Every figure stands unrounded in drill.json.\n",
        of.seed,
        of.trials_in_words(),
        escaped(made.version),
        made.scenario_hash
    );
    tidied(&(items(page, Some(drill_verdict(drilled).0), kinds) + &rest(made.profile, made.about) + &last))
}

/// The text of a comparison, for a comment on a pull request.
pub fn comparison_markdown(of: &Comparison) -> String {
    tidied(&items(comparison_blocks(of, Style::WORDS), None, &[]))
}

/// The items of a page, with the answer below its first title, and what to be warned of below the block of that.
fn items(mut page: Page, headline: Option<String>, kinds: &[ReportKind]) -> String {
    let mut text = String::new();
    let mut level = "#";
    let mut warnings = std::mem::take(&mut page.warnings);
    let mut listed = false;
    for item in page.items {
        match item {
            Item::Title(title) => {
                listed = false;
                if level == "##" {
                    text += &warned(std::mem::take(&mut warnings));
                }
                text += &format!("\n{level} {}\n\n", escaped(&title));
                let headline = headline.as_ref().filter(|_| level == "#");
                text += &headline.map_or(String::new(), |words| format!("**{}**\n\n", escaped(words)));
                level = "##";
            }
            Item::Paragraph { sign: sign @ Some(_), words, .. } => {
                let when = when(sign).map_or(String::new(), |when| format!("**{}** ", escaped(&when)));
                text += &format!("* {when}{}\n", escaped(&words));
                listed = true;
            }
            Item::Paragraph { words, .. } => {
                // A list ends with an empty line.
                text += if std::mem::take(&mut listed) { "\n" } else { "" };
                text += &format!("{}\n\n", escaped(&words));
            }
            Item::Legend(_) => {
                let words = match kinds.contains(&ReportKind::Html) {
                    true => "Pictures of these trials stand in report.html beside this.",
                    false => "Pictures of these trials: `--report html`.",
                };
                text += &format!("{words}\n\n");
            }
            Item::Table(grid, _) => text += &format!("{}\n", table(&grid)),
            Item::Line(line) if line.is_empty() => text += "\n",
            Item::Line(line) => text += &format!("{}\n\n", escaped(&line)),
            Item::Picture(_, sketch) => {
                let drawn = sketch.map(|sketch| (fenced(sketch.grid), sketch.notes));
                text += &drawn.map_or(String::new(), |(drawn, notes)| format!("{drawn}\n{}\n\n", escaped(&notes)));
            }
        }
    }
    if let Some(words) = page.not_modelled {
        text += if listed { "\n\n" } else { "\n" };
        text += &format!("{}\n\n", escaped(&words));
    }
    text + &warned(warnings)
}

fn warned(all: Vec<String>) -> String {
    let all: String = all.iter().map(|words| format!("* {}\n", escaped(words))).collect();
    if all.is_empty() { all } else { format!("\n## {WARNINGS}\n\n{all}\n") }
}

/// What the results rest on, and how to make them again.
fn rest(profile: &str, about: &About) -> String {
    let mut text = String::new();
    if !about.assumptions.is_empty() {
        let (profile, table) = (escaped(profile), table(&assumptions(about)));
        text += "\n## What it rests on\n\n";
        text +=
            &format!("<details><summary>Every number of the profile {profile}</summary>\n\n{table}\n</details>\n\n");
    }
    text += "\n## How to make it again\n\n";
    if !about.command.is_empty() {
        text += &format!("{}\n", fence(&about.command));
    }
    text
}

/// A table as it looks on a terminal.
fn fenced(grid: Grid) -> String {
    let mut page = Page::new(Style { width: WIDTH, colour: false, unicode: true });
    page.grid(&grid);
    fence(&page.finish())
}

/// Words in a block of code, whatever they hold.
fn fence(words: &str) -> String {
    let mut longest = 2;
    for run in words.split(|c| c != '`') {
        longest = longest.max(run.len());
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}text\n{}\n{fence}\n", words.trim_end())
}

fn table(grid: &Grid) -> String {
    let heads = grid.columns.iter().map(|(head, _)| escaped(&head.replace("-\n", "-").replace('\n', " ")));
    let sides = grid.columns.iter().map(|(_, side)| if *side == Side::Right { "---:".into() } else { ":---".into() });
    let mut text = line(heads) + &line(sides);
    for row in &grid.rows {
        text += &line(row.iter().map(|cell| escaped(&one_line(cell))));
    }
    text
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.fold("|".to_owned(), |line, cell| format!("{line} {cell} |")) + "\n"
}

/// At most one empty line after another, one line end at the end.
fn tidied(text: &str) -> String {
    let mut out = String::new();
    let mut empty = true;
    for line in text.lines() {
        if !(line.is_empty() && empty) {
            out.push_str(line);
            out.push('\n');
        }
        empty = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// Words that are only words: no markup, no mention of a person, no link to an issue.
fn escaped(words: &str) -> String {
    let mut out = String::new();
    let mut letters = words.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', c]),
            '@' | '#' if letters.peek().is_some_and(|next| next.is_alphanumeric()) => {
                // A comment between the sign and the name: it looks the same and means nothing.
                out.push(c);
                out.push_str("<!-- -->");
            }
            c if is_hidden(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    // What would begin a heading, a list or a rule at the beginning of a line.
    match out.chars().next() {
        Some(first @ ('#' | '+' | '-' | '=')) if out.len() > 1 => out.replacen(first, &format!("\\{first}"), 1),
        _ => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_only_words() {
        let bad = "<script>a|b</script> @octocat #12 [x](y) *b* _i_ `c`";
        let fine = "&lt;script&gt;a\\|b&lt;/script&gt; @<!-- -->octocat #<!-- -->12 \\[x\\](y) \\*b\\* \\_i\\_ \\`c\\`";
        assert_eq!(escaped(bad), fine);
        assert_eq!(escaped("# no heading"), "\\# no heading");
        assert_eq!(escaped("a @ b"), "a @ b");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(fence("a ``` b"), "````text\na ``` b\n````\n");
    }
}
