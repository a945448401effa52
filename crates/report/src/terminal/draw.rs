//! A page as text: titles, calm tables, wrapped paragraphs, colours where they are wanted.

use crate::page::{Grid, Item, Page, Side, Tone, WARNINGS};
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width as ColumnWidth,
};

/// Narrower pages are drawn as if they had this width.
const WIDTH_MIN: usize = 40;
/// Wider paragraphs are hard to read.
const PARAGRAPH_MAX: usize = 100;
const INDENT: &str = "  ";
/// Between two columns: one of padding and one that the table puts between columns.
const GAP: u16 = 2;
/// Names up to this long are never broken.
const NAME_MAX: u16 = 24;
/// Columns of text are not made narrower than this for the sake of numbers.
const TEXT_MIN: u16 = 10;

impl Page {
    /// The page as text.
    pub(crate) fn finish(self) -> String {
        let mut text = String::new();
        for item in &self.items {
            match item {
                Item::Title(title) => self.draw_title(title, &mut text),
                Item::Paragraph { sign, words, tone } => self.draw_paragraph(sign.as_ref(), words, *tone, &mut text),
                Item::Table(grid, coloured) => self.draw_grid(grid, coloured, &mut text),
                Item::Line(line) => put(line, &mut text),
                Item::Picture(_, Some(sketch)) => {
                    self.draw_grid(&sketch.grid, &[], &mut text);
                    self.draw_paragraph(None, &sketch.notes, Some(Tone::Faint), &mut text);
                }
                Item::Picture(_, None) | Item::Legend(_) => {}
            }
        }
        if !self.warnings.is_empty() {
            self.draw_title(WARNINGS, &mut text);
        }
        for words in &self.warnings {
            let sign = (self.paint(Tone::Unsure, "!"), 1);
            self.draw_paragraph(Some(&sign), words, None, &mut text);
        }
        if let Some(words) = &self.not_modelled {
            put("", &mut text);
            self.draw_paragraph(None, words, Some(Tone::Faint), &mut text);
        }
        text
    }

    fn width(&self) -> usize {
        self.style.width.clamp(WIDTH_MIN, usize::from(u16::MAX))
    }

    /// Text in a colour, if there are colours.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Unsure => "33",
        };
        if self.style.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn draw_title(&self, title: &str, text: &mut String) {
        if !text.is_empty() {
            text.push('\n');
        }
        for line in wrapped(title, self.width()) {
            put(&self.paint(Tone::Strong, &line), text);
        }
    }

    fn draw_paragraph(&self, sign: Option<&(String, usize)>, words: &str, tone: Option<Tone>, text: &mut String) {
        let (sign, lead) = sign.map_or((String::new(), 0), |(sign, width)| (format!("{sign} "), width + 1));
        let width = self.width().min(PARAGRAPH_MAX).saturating_sub(INDENT.len() + lead);
        for (at, line) in wrapped(words, width).into_iter().enumerate() {
            let line = tone.map_or(line.clone(), |tone| self.paint(tone, &line));
            let before = if at == 0 { sign.clone() } else { " ".repeat(lead) };
            put(&format!("{INDENT}{before}{line}"), text);
        }
    }

    /// Whether a table fits the page without breaking a cell.
    pub(super) fn fits(&self, grid: &Grid) -> bool {
        let mut table = self.table(grid);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.lines().all(|line| self.width() >= INDENT.len() + line.trim_end().chars().count())
    }

    /// A table; long first columns are broken to fit the page, and what is too wide even so is drawn in parts.
    fn draw_grid(&self, grid: &Grid, coloured: &[(String, Tone)], text: &mut String) {
        let painted: Vec<(&String, String)> =
            coloured.iter().map(|(words, tone)| (words, self.paint(*tone, words))).collect();
        let paint = |line: &str| {
            painted.iter().fold(line.to_owned(), |line, (plain, paint)| line.replace(plain.as_str(), paint))
        };
        for (at, (part, keys)) in self.parts(grid).iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            for line in self.table_of(part, *keys).lines() {
                let rule = line.trim_start().starts_with(['-', '─']);
                let line = if rule { self.paint(Tone::Faint, line.trim_end()) } else { paint(line.trim_end()) };
                put(&format!("{INDENT}{line}"), text);
            }
        }
    }

    /// A table that fits, or else as many as it takes, with the columns that say what a row is about in each; of every part, how many
    /// of its columns those are if they may be broken.
    fn parts(&self, grid: &Grid) -> Vec<(Grid, usize)> {
        let widths = self.table(grid).column_max_content_widths();
        // A name that stands for several rows does not tell them apart.
        let keys = 1 + usize::from(grid.rows.iter().any(|row| row.first().is_some_and(String::is_empty)));
        if self.has_room(&widths, grid, 0, Least::Words) || grid.columns.len() <= keys {
            return vec![(grid.clone(), 0)];
        }
        let need = |at: usize| usize::from(GAP + least(grid, at, widths[at], at < keys, Least::Words));
        let room = self.width() - INDENT.len() + usize::from(GAP);
        let first: usize = (0..keys).map(need).sum();
        let (mut parts, mut part, mut used) = (Vec::new(), (0..keys).collect::<Vec<usize>>(), first);
        for at in keys..grid.columns.len() {
            if used + need(at) > room && part.len() > keys {
                parts.push(part.clone());
                part.truncate(keys);
                used = first;
            }
            part.push(at);
            used += need(at);
        }
        parts.push(part);
        let cut = |row: &[String], of: &[usize]| {
            of.iter().map(|&at| row.get(at).cloned().unwrap_or_default()).collect::<Vec<String>>()
        };
        let grid_of = |of: &Vec<usize>| Grid {
            columns: of.iter().map(|&at| grid.columns[at].clone()).collect(),
            rows: grid.rows.iter().map(|row| cut(row, of)).collect(),
        };
        parts.iter().map(|of| (grid_of(of), keys)).collect()
    }

    fn table(&self, grid: &Grid) -> Table {
        self.table_of(grid, 0)
    }

    /// The same where the first columns may be broken.
    fn table_of(&self, grid: &Grid, keys: usize) -> Table {
        let rule = self.sign('─', '-');
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill(rule).junction(rule)));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width((self.width() - INDENT.len()) as u16);
        table.set_header(headers(grid));
        for row in &grid.rows {
            table.add_row(row);
        }
        let widths = table.column_max_content_widths();
        let whole = self.has_room(&widths, grid, keys, Least::Letters);
        let by_words = self.has_room(&widths, grid, keys, Least::Words);
        for (at, &(_, side)) in grid.columns.iter().enumerate() {
            let Some(column) = table.column_mut(at) else { continue };
            let last = at + 1 == grid.columns.len();
            column.set_padding((0, if last { 0 } else { GAP - 1 }));
            column.set_cell_alignment(if side == Side::Right { CellAlignment::Right } else { CellAlignment::Left });
            if whole && at >= keys && !may_break(side, widths[at]) {
                // A number that is broken in two is worse than words that are.
                column.set_constraint(ColumnConstraint::ContentWidth);
            } else if by_words {
                let padding = if last { 0 } else { GAP - 1 };
                let least = least(grid, at, widths[at], at < keys, Least::Words) + padding;
                column.set_constraint(ColumnConstraint::LowerBoundary(ColumnWidth::Fixed(least)));
            }
        }
        table
    }

    /// Whether something is left for the columns of text once the others have what they need.
    fn has_room(&self, widths: &[u16], grid: &Grid, keys: usize, of: Least) -> bool {
        let need = |at: usize| usize::from(GAP + least(grid, at, widths[at], at < keys, of));
        let needed: usize = (0..grid.columns.len()).map(need).sum();
        INDENT.len() + needed <= self.width() + usize::from(GAP)
    }
}

/// Where cells that may be broken are broken: between words unless they are very long, or where the page is narrow anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Least {
    Words,
    Letters,
}

/// The least width of a column.
fn least(grid: &Grid, at: usize, width: u16, is_key: bool, of: Least) -> u16 {
    let side = grid.columns[at].1;
    if !is_key && !may_break(side, width) {
        return width;
    }
    if of == Least::Letters {
        return width.min(TEXT_MIN);
    }
    let cells = grid.rows.iter().filter_map(|row| row.get(at)).chain([&grid.columns[at].0]);
    let words = cells.flat_map(|cell| cell.split_whitespace()).map(|word| word.chars().count() as u16);
    width.min(words.max().unwrap_or(0).clamp(TEXT_MIN, NAME_MAX))
}

/// The headers, all of them with the same number of lines, so that they stand on the rule.
fn headers(grid: &Grid) -> Vec<String> {
    let lines = |header: &String| header.matches('\n').count();
    let most = grid.columns.iter().map(|(header, _)| lines(header)).max().unwrap_or(0);
    grid.columns.iter().map(|(header, _)| "\n".repeat(most - lines(header)) + header).collect()
}

fn may_break(side: Side, width: u16) -> bool {
    match side {
        Side::Name => width > NAME_MAX,
        Side::Text => true,
        Side::Left | Side::Right => false,
    }
}

/// A line, without blanks at its end.
fn put(line: &str, text: &mut String) {
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Greedy lines of at most `width` characters, as far as the words allow.
pub fn wrapped(words: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Style;

    #[test]
    fn a_narrow_page_breaks_no_number_and_names_every_row_of_every_part() {
        let side = |name: &str, side| (name.to_owned(), side);
        let columns = vec![
            side("design", Side::Name),
            side("storm", Side::Left),
            side("availability", Side::Left),
            side("95 % interval", Side::Left),
            side("downtime\nmin a month", Side::Right),
            side("longest\noutage", Side::Right),
        ];
        let row = |cells: [&str; 6]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["zone-spanning-3, 5 fault domains", "typical", "99.9966 %", "99.9884–99.9981", "1.44", "none"]),
            row(["", "worst", "≥ 99.9936 %", "99.99060–99.99999", "1,234.56", "2 d 04 h"]),
        ];
        for width in [40, 60, 76, 100] {
            let mut page = Page::new(Style { width, ..Style::WORDS });
            page.grid(&Grid { columns: columns.clone(), rows: rows.clone() });
            let text = page.finish();
            let count = |words: &str| text.matches(words).count();
            for words in ["99.9966 %", "≥ 99.9936 %", "99.99060–99.99999", "1,234.56", "2 d 04 h", "availability"] {
                assert_eq!(count(words), 1, "{width}: {words}\n{text}");
            }
            // As many parts as rules, each with both keys.
            let rules = text.lines().filter(|line| line.trim_start().starts_with(['─', '-'])).count();
            assert_eq!((count("typical"), count("worst")), (rules, rules), "{width}\n{text}");
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}\n{text}");
            assert_eq!(rules == 1, width == 100, "{width}\n{text}");
        }
    }
}
