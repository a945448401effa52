//! A sheet of the set: a header that stays, a filter, and numbers in the format of their unit.

use super::digits::{DECIMALS_MAX, Objective};
use crate::csv::{Cell, Column, Sheet};
use rust_xlsxwriter::{Color, Format, FormatAlign, Worksheet, XlsxError};

/// The most letters that a cell holds.
const LETTERS_MAX: usize = 32_767;
/// More columns are printed on several pages.
const COLUMNS_OF_A_PAGE: usize = 14;
/// Wider columns are hard to read.
const WIDTH_MAX: f64 = 60.0;

/// The formats of a workbook.
pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) head: Format,
    pub(super) text: Format,
    pub(super) strong: Format,
    /// Words over the whole width.
    pub(super) words: Format,
    pub(super) count: Format,
    /// By decimals.
    shares: Vec<Format>,
    numbers: Vec<Format>,
    objective: Objective,
    pub(super) good: Format,
    pub(super) bad: Format,
    pub(super) unsure: Format,
}

impl Styles {
    pub(super) fn new(target: f64) -> Self {
        let decimals = |behind: usize| if behind == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(behind)) };
        let plain = || Format::new().set_align(FormatAlign::Top);
        let verdict = |font: u32, back: u32| {
            plain().set_font_color(Color::RGB(font)).set_background_color(Color::RGB(back)).set_bold()
        };
        Self {
            title: plain().set_bold().set_font_size(16),
            head: plain().set_bold().set_background_color(Color::RGB(0xE8_EC_F0)).set_text_wrap(),
            text: plain(),
            strong: plain().set_bold(),
            words: plain().set_text_wrap(),
            count: plain().set_num_format("#,##0"),
            shares: (0..=DECIMALS_MAX).map(|behind| plain().set_num_format(decimals(behind) + "%")).collect(),
            numbers: (0..=DECIMALS_MAX)
                .map(|behind| plain().set_num_format("#,##".to_owned() + &decimals(behind)))
                .collect(),
            objective: Objective { target },
            good: verdict(0x00_4C_77, 0xE8_F3_FA),
            bad: verdict(0x8A_34_00, 0xFD_EE_E6),
            unsure: verdict(0x5F_48_00, 0xFB_F3_DC),
        }
    }

    /// The format of a number in its unit.
    pub(super) fn number(&self, number: f64, unit: &str) -> &Format {
        match unit {
            "share" => &self.shares[self.objective.of_share(number)],
            _ => &self.numbers[self.objective.of_number(number, unit)],
        }
    }

    pub(super) fn of(&self, cell: &Cell, unit: &str) -> &Format {
        match (cell, unit) {
            (Cell::Count(_), _) => &self.count,
            (Cell::Number(number), unit) => self.number(*number, unit),
            (Cell::Text(words), _) => match words.as_str() {
                "meets" | "less downtime" => &self.good,
                "misses" | "more downtime" => &self.bad,
                "not_resolved" => &self.unsure,
                _ => &self.text,
            },
            (Cell::Empty, _) => &self.text,
        }
    }
}

/// Writes one cell. A number that is not finite leaves it empty.
pub(super) fn put(
    sheet: &mut Worksheet,
    (row, column): (usize, usize),
    cell: &Cell,
    format: &Format,
) -> Result<(), XlsxError> {
    let (row, column) = place(row, column)?;
    match cell {
        Cell::Empty => {}
        Cell::Text(words) => {
            sheet.write_string_with_format(row, column, clipped(words), format)?;
        }
        Cell::Number(number) if !number.is_finite() => {}
        Cell::Number(number) => {
            // Adding zero turns −0 into 0.
            sheet.write_number_with_format(row, column, *number + 0.0, format)?;
        }
        Cell::Count(count) => {
            sheet.write_number_with_format(row, column, *count as f64, format)?;
        }
    }
    Ok(())
}

/// A place on a sheet, if sheets have it.
pub(super) fn place(row: usize, column: usize) -> Result<(u32, u16), XlsxError> {
    let row = u32::try_from(row).map_err(|_| XlsxError::RowColumnLimitError)?;
    let column = u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)?;
    Ok((row, column))
}

pub(super) fn clipped(words: &str) -> String {
    words.chars().take(LETTERS_MAX).collect()
}

/// Writes a table of the set.
pub(super) fn write(sheet: &mut Worksheet, name: &str, table: &Sheet, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    header(sheet, &table.columns, styles)?;
    for (at, row) in table.rows.iter().enumerate() {
        for (column, (cell, of)) in row.iter().zip(&table.columns).enumerate() {
            put(sheet, (at + 1, column), cell, styles.of(cell, of.unit))?;
        }
    }
    finish(sheet, &table.columns, table.rows.len())?;
    // Names are seen whole where they can be.
    for at in (0..table.columns.len()).filter(|&at| NAMES.contains(&table.columns[at].name.as_str())) {
        let length = |row: &Vec<Cell>| if let Cell::Text(words) = &row[at] { words.chars().count() } else { 0 };
        let longest = table.rows.iter().map(length).max().unwrap_or(0);
        sheet.set_column_width(place(0, at)?.1, (longest as f64 + 2.0).clamp(14.0, WIDTH_MAX))?;
    }
    Ok(())
}

/// Columns of names.
const NAMES: [&str; 5] = ["design", "against", "cause", "need", "operation"];

fn header(sheet: &mut Worksheet, columns: &[Column], styles: &Styles) -> Result<(), XlsxError> {
    for (at, column) in columns.iter().enumerate() {
        put(sheet, (0, at), &Cell::text(&column.name), &styles.head)?;
    }
    Ok(())
}

/// A header that stays, a filter, and columns as wide as they need.
fn finish(sheet: &mut Worksheet, columns: &[Column], rows: usize) -> Result<(), XlsxError> {
    let (last_row, last_column) = place(rows, columns.len().saturating_sub(1))?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofilter(0, 0, last_row, last_column)?;
    for (at, column) in columns.iter().enumerate() {
        let (_, at) = place(0, at)?;
        let width = match column.name.as_str() {
            "meaning" | "source" => WIDTH_MAX,
            // The header breaks its lines only at spaces, and names have none.
            name => (name.chars().count() as f64 + 4.0).clamp(12.0, 40.0),
        };
        sheet.set_column_width(at, width)?;
    }
    sheet.set_landscape().set_repeat_rows(0, 0)?;
    if columns.len() <= COLUMNS_OF_A_PAGE {
        sheet.set_print_fit_to_pages(1, 0);
    } else {
        // Nobody could read it on one page.
        sheet.set_print_scale(70).set_repeat_columns(0, 0)?;
    }
    Ok(())
}

/// What every column of every sheet means.
pub(super) fn dictionary(sheet: &mut Worksheet, tables: &[(&str, Sheet)], styles: &Styles) -> Result<(), XlsxError> {
    let column = |name: &str| Column { name: name.into(), unit: "", meaning: String::new() };
    let columns = ["sheet", "column", "unit", "meaning"].map(column);
    sheet.set_name("Dictionary")?;
    header(sheet, &columns, styles)?;
    let rows = tables.iter().flat_map(|(name, table)| table.columns.iter().map(move |of| (*name, of)));
    let mut count = 0;
    for (at, (name, of)) in rows.enumerate() {
        count = at + 1;
        for (column, words) in [name, &of.name, of.unit, &of.meaning].into_iter().enumerate() {
            put(sheet, (at + 1, column), &Cell::text(words), &styles.text)?;
        }
    }
    finish(sheet, &columns, count)?;
    sheet.set_column_width(3, 110)?;
    Ok(())
}
