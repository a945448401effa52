//! A CSV file with a row of column names, read row by row with the number of each row's line.

use super::problems::TraceError;
use super::{BYTES_MAX, ROWS_MAX};
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a file whole, up to [`BYTES_MAX`].
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, TraceError> {
    // Not a pipe or a device, which might never end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not a regular file").into());
    }
    let file = File::open(path)?;
    let too_many = |count| TraceError::TooMany { what: "bytes", count, limit: BYTES_MAX };
    let length = file.metadata()?.len();
    if length > BYTES_MAX {
        return Err(too_many(length));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX { Err(too_many(bytes.len() as u64)) } else { Ok(bytes) }
}

/// The text without a byte order mark.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// What separates the columns by a first line `sep=;`, as spreadsheets write and read it, and the bytes of that line.
fn separator_line(text: &[u8]) -> Option<(u8, usize)> {
    let end = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
    let line = text[..end].trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (name, rest) = line.split_at_checked(4)?;
    let separator = match rest {
        // A tab at the end of a line is a blank.
        [] if text[..end].contains(&b'\t') => b'\t',
        [one @ (b',' | b';' | b'|' | b'\t')] => *one,
        _ => return None,
    };
    name.eq_ignore_ascii_case(b"sep=").then_some((separator, end))
}

/// What separates the columns of a table, and the bytes of the line that says it: by a first line `sep=;`, else semicolons where the
/// first line has some and no comma, else commas.
pub fn separator(text: &[u8]) -> (u8, usize) {
    let header = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let semicolons = header.contains(&b';') && !header.contains(&b',');
    separator_line(text).unwrap_or((if semicolons { b';' } else { b',' }, 0))
}

/// The rows of a file.
pub(crate) struct Table<'a> {
    text: &'a [u8],
    separator: u8,
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    /// Bytes whose line breaks are counted.
    counted: usize,
    line: u64,
    names: Vec<String>,
    /// The line that names them.
    named_at: u64,
    rows: usize,
}

impl<'a> Table<'a> {
    /// Begins with the row of column names, or with a line that says what separates columns; `lines_before` lines were read already.
    pub fn new(text: &'a [u8], lines_before: u64) -> Result<Self, TraceError> {
        let (separator, begin) = separator(text);
        let (text, lines_before) = (&text[begin..], lines_before + u64::from(begin > 0));
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text);
        let (record, names) = (ByteRecord::new(), Vec::new());
        let mut table =
            Self { text, separator, reader, record, counted: 0, line: lines_before + 1, names, named_at: 0, rows: 0 };
        if let Some(line) = table.advance() {
            table.named_at = line;
            let name = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
            table.names = table.record.iter().map(name).collect();
        }
        Ok(table)
    }

    /// Whether decimals may be written after a comma.
    pub const fn has_decimal_commas(&self) -> bool {
        self.separator != b','
    }

    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Where a column is; one that is there twice is a mistake.
    pub fn column(&self, name: &str) -> Result<Option<usize>, TraceError> {
        let mut all = self.names.iter().enumerate().filter(|(_, column)| *column == name).map(|(at, _)| at);
        match (all.next(), all.next()) {
            (Some(first), Some(second)) => {
                Err(TraceError::Twice { name: name.into(), line: self.named_at, places: [first + 1, second + 1] })
            }
            (found, _) => Ok(found),
        }
    }

    /// Where the named columns are.
    pub fn columns<const N: usize>(&self, wanted: [&str; N]) -> Result<[usize; N], TraceError> {
        let (mut places, mut missing) = ([0; N], Vec::new());
        for (place, name) in places.iter_mut().zip(wanted) {
            match self.column(name)? {
                Some(at) => *place = at,
                None => missing.push(format!("`{name}`")),
            }
        }
        if missing.is_empty() {
            return Ok(places);
        }
        let found: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        let found = if found.is_empty() { "none".into() } else { found.join(", ") };
        Err(TraceError::Columns { missing: missing.join(", "), found })
    }

    /// Goes to the next row; the number of its first line, or `None` after the last row.
    fn advance(&mut self) -> Option<u64> {
        // A reader over memory that accepts any number of fields has no way to fail.
        if !self.reader.read_byte_record(&mut self.record).unwrap_or(false) {
            return None;
        }
        let mut at = self.record.position().map_or(0, |position| position.byte() as usize);
        while matches!(self.text.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        self.line += self.text[self.counted..at].iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.counted = at;
        Some(self.line)
    }

    /// The next row.
    pub fn next(&mut self) -> Result<Option<Fields<'_>>, TraceError> {
        let Some(line) = self.advance() else { return Ok(None) };
        self.rows += 1;
        if self.rows > ROWS_MAX {
            return Err(TraceError::TooMany { what: "rows", count: self.rows as u64, limit: ROWS_MAX as u64 });
        }
        Ok(Some(Fields { line, record: &self.record, expected: self.names.len() }))
    }
}

/// One row.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    /// The number of its first line.
    pub line: u64,
    record: &'a ByteRecord,
    expected: usize,
}

impl<'a> Fields<'a> {
    /// Refuses a row with too few or too many fields, or with bytes that are not UTF-8.
    pub fn check(&self) -> Result<(), String> {
        if self.record.len() != self.expected {
            return Err(format!("{} fields instead of {}", self.record.len(), self.expected));
        }
        match self.record.iter().position(|field| std::str::from_utf8(field).is_err()) {
            Some(at) => Err(format!("field {} is not UTF-8", at + 1)),
            None => Ok(()),
        }
    }

    /// The first field of which something is true.
    pub fn position(&self, is: impl Fn(&str) -> bool) -> Option<usize> {
        (0..self.record.len()).find(|&at| is(self.raw(at)))
    }

    /// A field as it stands; empty where the row does not have it.
    pub fn raw(&self, at: usize) -> &'a str {
        self.record.get(at).and_then(|field| std::str::from_utf8(field).ok()).unwrap_or("")
    }

    /// A field without the blanks around it.
    pub fn text(&self, at: usize) -> &'a str {
        self.raw(at).trim()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_first_line_says_what_separates_columns() {
        let of = |text: &str| separator_line(text.as_bytes());
        assert_eq!(of("sep=;\na;b\n"), Some((b';', 6)));
        assert_eq!(of("\"SEP=,\"\r\na,b\n"), Some((b',', 9)));
        assert_eq!(of("sep=\t\na\tb\n"), Some((b'\t', 6)));
        assert_eq!((of("sep=;;\n"), of("a;b\nsep=;\n"), of("separate;b\n"), of("")), (None, None, None, None));
        let mut table = Table::new(b"sep=;\nid;hours\na;1\nb\n", 2).unwrap();
        assert_eq!(table.names(), ["id", "hours"]);
        let first = table.next().unwrap().unwrap();
        assert_eq!((first.line, first.text(1), first.check()), (5, "1", Ok(())));
        assert_eq!(table.next().unwrap().unwrap().check().unwrap_err(), "1 fields instead of 2");
    }
}
