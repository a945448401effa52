//! The page that the blocks are drawn on: titles, calm tables, wrapped paragraphs, colours where they are wanted.

use super::Style;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};

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

/// What a colour is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tone {
    Strong,
    Faint,
    Good,
    Bad,
    Unsure,
}

/// Where a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Left, and cells are broken only if they are very long.
    Name,
    /// Left, and cells are broken where there is no room.
    Text,
    /// Left, in one piece.
    Left,
    /// Right, in one piece.
    Right,
}

/// Columns (header, side) and rows of one table.
pub(super) struct Grid {
    pub(super) columns: Vec<(String, Side)>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A page in the making.
pub(super) struct Page {
    style: Style,
    text: String,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// One of two signs, by what the terminal can show.
    pub(super) fn sign<T>(&self, unicode: T, ascii: T) -> T {
        if self.style.unicode { unicode } else { ascii }
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

    /// A line as it is.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A block's title, with an empty line before it.
    pub(super) fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        for line in wrapped(title, self.width()) {
            let line = self.paint(Tone::Strong, &line);
            self.line(&line);
        }
    }

    /// A paragraph; a sign (and its width) may stand before it.
    pub(super) fn paragraph(&mut self, sign: Option<(&str, usize)>, words: &str, tone: Option<Tone>) {
        let (sign, lead) = sign.map_or((String::new(), 0), |(sign, width)| (format!("{sign} "), width + 1));
        let width = self.width().min(PARAGRAPH_MAX).saturating_sub(INDENT.len() + lead);
        for (at, line) in wrapped(words, width).into_iter().enumerate() {
            let line = tone.map_or(line.clone(), |tone| self.paint(tone, &line));
            let before = if at == 0 { sign.clone() } else { " ".repeat(lead) };
            self.line(&format!("{INDENT}{before}{line}"));
        }
    }

    /// Whether a table fits the page without breaking a cell.
    pub(super) fn fits(&self, grid: &Grid) -> bool {
        let mut table = self.table(grid);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.lines().all(|line| self.width() >= INDENT.len() + line.trim_end().chars().count())
    }

    /// A table; long first columns are broken to fit the page.
    pub(super) fn grid(&mut self, grid: &Grid) {
        self.grid_with(grid, str::to_owned);
    }

    /// A table whose finished lines go through `touch`, for colours.
    pub(super) fn grid_with(&mut self, grid: &Grid, touch: impl Fn(&str) -> String) {
        if grid.rows.is_empty() {
            return;
        }
        let table = self.table(grid);
        for line in table.lines() {
            let rule = line.trim_start().starts_with(['-', '─']);
            let line = if rule { self.paint(Tone::Faint, line.trim_end()) } else { touch(line.trim_end()) };
            self.line(&format!("{INDENT}{line}"));
        }
    }

    fn table(&self, grid: &Grid) -> Table {
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
        let whole = self.has_room(&widths, grid);
        for (at, &(_, side)) in grid.columns.iter().enumerate() {
            let Some(column) = table.column_mut(at) else { continue };
            let last = at + 1 == grid.columns.len();
            column.set_padding((0, if last { 0 } else { GAP - 1 }));
            column.set_cell_alignment(if side == Side::Right { CellAlignment::Right } else { CellAlignment::Left });
            if whole && !may_break(side, widths[at]) {
                // A number that is broken in two is worse than words that are.
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        table
    }

    /// Whether something is left for the columns of text once the others have what they need.
    fn has_room(&self, widths: &[u16], grid: &Grid) -> bool {
        let need = |(&width, &(_, side)): (&u16, &(String, Side))| {
            usize::from(GAP + if may_break(side, width) { width.min(TEXT_MIN) } else { width })
        };
        let needed: usize = widths.iter().zip(&grid.columns).map(need).sum();
        INDENT.len() + needed <= self.width() + usize::from(GAP)
    }
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

/// Words without anything that moves the cursor or colours the screen.
pub(super) fn clean(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Greedy lines of at most `width` characters, as far as the words allow.
fn wrapped(words: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in clean(words).split(' ').filter(|word| !word.is_empty()) {
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
