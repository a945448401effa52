//! A file as a list of fields, and how it becomes bytes.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use crate::files::FilesError;
use zonefall_study::outcome::{Estimate, Quantile};

/// A column as the data dictionary tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) meaning: String,
}

/// A column and how to read its cell from a row.
pub(crate) struct Field<T> {
    column: Column,
    read: Box<dyn Fn(&T) -> Cell>,
}

/// A field of anything.
pub(crate) fn field<T>(
    name: &str,
    unit: &'static str,
    meaning: &str,
    read: impl Fn(&T) -> Cell + 'static,
) -> Vec<Field<T>> {
    let column = Column { name: name.to_owned(), unit, meaning: meaning.to_owned() };
    vec![Field { column, read: Box::new(read) }]
}

/// The five columns of an estimate.
pub(crate) fn bounded<T>(
    name: &str,
    unit: &'static str,
    meaning: &str,
    read: impl Fn(&T) -> Option<Bounded> + Clone + 'static,
) -> Vec<Field<T>> {
    let part = |suffix: &str, unit, meaning: String, pick: fn(Bounded) -> Cell| {
        let read = read.clone();
        field(&format!("{name}{suffix}"), unit, &meaning, move |row: &T| read(row).map_or(Cell::Empty, pick))
    };
    [
        part("", unit, meaning.to_owned(), |of| Cell::maybe(of.mean)),
        part("_low", unit, format!("lower end of {name}; empty where it cannot be given"), |of| Cell::maybe(of.low)),
        part("_high", unit, format!("upper end of {name}; empty where it cannot be given"), |of| Cell::maybe(of.high)),
        part(
            "_quality",
            "",
            format!("how far {name} is known: interval, upper_bound or lower_bound (too few hits for both ends), recorded (the figure of one record, not an estimate), or exact (nothing that is drawn reaches the design: every trial is the same)"),
            |of| Cell::text(of.quality),
        ),
        part("_hits", "trials", format!("trials with a non-zero observation behind {name}"), |of| Cell::Count(of.hits)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The five columns of an estimate that is not transformed.
pub(crate) fn estimate<T>(
    name: &str,
    unit: &'static str,
    meaning: &str,
    read: impl Fn(&T) -> Option<Estimate> + Clone + 'static,
) -> Vec<Field<T>> {
    bounded(name, unit, meaning, move |row| read(row).map(Bounded::from))
}

/// The three columns of a quantile.
pub(crate) fn quantile<T>(
    name: &str,
    unit: &'static str,
    meaning: &str,
    read: impl Fn(&T) -> Option<Quantile> + Clone + 'static,
) -> Vec<Field<T>> {
    let (low, high) = (read.clone(), read.clone());
    let end = |which| format!("{which} end of {name}; empty where the sample is too small");
    [
        field(name, unit, meaning, move |row| Cell::maybe(read(row).map(|of| of.value))),
        field(&format!("{name}_low"), unit, &end("lower"), move |row| Cell::maybe(low(row).and_then(|of| of.low))),
        field(&format!("{name}_high"), unit, &end("upper"), move |row| Cell::maybe(high(row).and_then(|of| of.high))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A finished file and what its columns mean.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) file: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) bytes: Vec<u8>,
    /// The same rows for a workbook; none of a file that may have millions.
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// Writes a header and the rows, and keeps the rows.
    pub(crate) fn write<T>(
        file: &'static str,
        fields: Vec<Vec<Field<T>>>,
        rows: impl IntoIterator<Item = T>,
        locale: CsvLocale,
    ) -> Result<Self, FilesError> {
        let read = |row: T| -> Vec<Cell> { fields.iter().flatten().map(|field| (field.read)(&row)).collect() };
        let rows: Vec<Vec<Cell>> = rows.into_iter().map(read).collect();
        let columns: Vec<Column> = fields.iter().flatten().map(|field| field.column.clone()).collect();
        let bytes = text(&columns, rows.iter().cloned(), locale)?;
        Ok(Self { file, columns, bytes, rows })
    }

    /// Writes a header and the rows, one after the other.
    pub(crate) fn stream<T>(
        file: &'static str,
        fields: Vec<Vec<Field<T>>>,
        rows: impl IntoIterator<Item = T>,
        locale: CsvLocale,
    ) -> Result<Self, FilesError> {
        let columns: Vec<Column> = fields.iter().flatten().map(|field| field.column.clone()).collect();
        let read = |row: T| -> Vec<Cell> { fields.iter().flatten().map(|field| (field.read)(&row)).collect() };
        let bytes = text(&columns, rows.into_iter().map(read), locale)?;
        Ok(Self { file, columns, bytes, rows: Vec::new() })
    }
}

/// A header and rows as CSV.
fn text(columns: &[Column], rows: impl Iterator<Item = Vec<Cell>>, locale: CsvLocale) -> Result<Vec<u8>, FilesError> {
    let mut writer = ::csv::WriterBuilder::new()
        .delimiter(locale.delimiter())
        .terminator(::csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| &column.name))?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| cell.written(locale)))?;
    }
    writer.into_inner().map_err(|failed| FilesError::Csv(failed.into_error().into()))
}
