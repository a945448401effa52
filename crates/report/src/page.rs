//! A page for people: titles, paragraphs, tables and pictures, in order. Blocks put them there; the terminal, the HTML page
//! and the Markdown text draw the same ones, so that a figure is rounded in one place only.

use zonefall_study::is_hidden;

/// The title of what to know before a number is believed.
pub(crate) const WARNINGS: &str = "Warnings";

/// What can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Characters in a line; less than 40 is taken for 40.
    pub width: usize,
    /// Whether ANSI colours are understood and wanted.
    pub colour: bool,
    /// Whether signs beyond ASCII are understood (names from the scenario are shown as they are).
    pub unicode: bool,
}

impl Style {
    /// Words in one piece, for reports that break lines themselves.
    pub(crate) const WORDS: Self = Self { width: usize::MAX, colour: false, unicode: true };
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Strong,
    Faint,
    Good,
    Bad,
    Unsure,
}

/// Where a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
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
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    pub(crate) columns: Vec<(String, Side)>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// What a picture shows; whoever draws it has the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picture {
    /// The downtime of every design with its interval, against the objective.
    Downtime,
    /// Two intervals a design: what luck may have done, and what the assumptions may do.
    Assumptions,
    /// The differences to the first design, with their intervals.
    Differences,
    /// Downtime by cause.
    Causes,
    /// How often windows exceed a downtime.
    Windows,
    /// Cost against availability.
    Frontier,
    /// A design's worst storm, or a typical one.
    Storm { design: usize, worst: bool },
}

/// What stands for a picture where none can be drawn: a table, and what to know about it.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    pub(crate) grid: Grid,
    pub(crate) notes: String,
}

/// One thing on a page.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// Begins a block.
    Title(String),
    /// Words, perhaps behind a sign of some width.
    Paragraph { sign: Option<(String, usize)>, words: String, tone: Option<Tone> },
    /// A table, and the words in it that have a colour.
    Table(Grid, Vec<(String, Tone)>),
    /// A line as it is; an empty one parts two things of a block.
    Line(String),
    /// A picture, and what stands for it where none can be drawn.
    Picture(Picture, Option<Sketch>),
    /// How to read pictures for which nothing stands where none can be drawn.
    Legend(String),
}

/// A sign that says something: when it was. A mark of one letter says nothing where lists have marks of their own.
pub(crate) fn when(sign: Option<(String, usize)>) -> Option<String> {
    sign.filter(|(_, width)| *width > 1).map(|(words, _)| words)
}

/// A page in the making.
pub(crate) struct Page {
    pub(crate) style: Style,
    pub(crate) items: Vec<Item>,
    /// What to know before a number is believed: each report puts it where its reader sees it.
    pub(crate) warnings: Vec<String>,
    /// What no number holds: the last words of a report.
    pub(crate) not_modelled: Option<String>,
}

impl Page {
    pub(crate) fn new(style: Style) -> Self {
        Self { style, items: Vec::new(), warnings: Vec::new(), not_modelled: None }
    }

    /// One of two signs, by what can be shown.
    pub(crate) fn sign<T>(&self, unicode: T, ascii: T) -> T {
        if self.style.unicode { unicode } else { ascii }
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, line: &str) {
        self.items.push(Item::Line(line.to_owned()));
    }

    /// A block's title.
    pub(crate) fn title(&mut self, title: &str) {
        self.items.push(Item::Title(clean(title)));
    }

    /// A paragraph; a sign (and its width) may stand before it.
    pub(crate) fn paragraph(&mut self, sign: Option<(&str, usize)>, words: &str, tone: Option<Tone>) {
        let sign = sign.map(|(sign, width)| (sign.to_owned(), width));
        self.items.push(Item::Paragraph { sign, words: clean(words), tone });
    }

    /// A table.
    pub(crate) fn grid(&mut self, grid: &Grid) {
        self.grid_with(grid, Vec::new());
    }

    /// A table some words of which have a colour.
    pub(crate) fn grid_with(&mut self, grid: &Grid, coloured: Vec<(String, Tone)>) {
        if !grid.rows.is_empty() {
            self.items.push(Item::Table(grid.clone(), coloured));
        }
    }

    /// What to know before a number is believed.
    pub(crate) fn warn(&mut self, words: &str) {
        self.warnings.push(clean(words));
    }

    /// How to read pictures.
    pub(crate) fn legend(&mut self, words: &str) {
        self.items.push(Item::Legend(clean(words)));
    }

    /// A picture, and what stands for it where none can be drawn.
    pub(crate) fn picture(&mut self, picture: Picture, sketch: Option<Sketch>) {
        self.items.push(Item::Picture(picture, sketch));
    }
}

/// A cell with all of its lines in one.
pub(crate) fn one_line(cell: &str) -> String {
    cell.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Words without anything that moves the cursor, colours the screen, or turns the words around it.
pub(crate) fn clean(words: &str) -> String {
    words.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}
