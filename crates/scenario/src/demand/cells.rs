//! Cells of a trace: how many a row has, and what its numbers mean where half of Europe writes them.
//!
//! In: the cells of a row. Out: numbers as programs write them. What can go wrong: a row that has more or fewer cells than the first
//! line has names, and a number that reads as two (`1.200` is 1200 to a German and 1.2 to a program, `1,200` 1.2 to a German and 1200 to an American).

use std::borrow::Cow;

/// What is said of a row with another number of cells than the first line has names, and what to do; none where all is well. `extra`
/// begins with the last cell that has a name. Empty cells at the end, as spreadsheets write them, say nothing.
pub(super) fn odd_row(names: usize, cells: &[&str], separator: u8) -> Option<(String, Option<String>)> {
    let count = cells.len();
    let has = |cells: usize| format!("{cells} cell{}", if cells == 1 { "" } else { "s" });
    let named = format!("the first line names {names} column{}", if names == 1 { "" } else { "s" });
    if count < names {
        let other = if separator == b';' { ',' } else { ';' };
        let mixed = cells.iter().any(|cell| cell.contains(other));
        let help =
            mixed.then(|| format!("`{other}` separates nothing here: the first line has `{}`", char::from(separator)));
        return Some((format!("this row has {}, and {named}", has(count)), help));
    }
    let extra = &cells[names..];
    if extra.iter().all(|cell| cell.is_empty()) {
        return None;
    }
    let before = cells[names - 1];
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let help = (separator == b',' && digits(before)).then(|| {
        let whole = format!("{before},{}", extra.join(","));
        if before.len() <= 3 && extra.iter().all(|cell| cell.len() == 3 && digits(cell)) {
            Some(format!("is `{whole}` one number? write it without thousands separators: {before}{}", extra.concat()))
        } else if extra.len() == 1 && digits(extra[0]) {
            let point = format!("{before}.{}", extra[0]);
            Some(format!("is `{whole}` one number? write {point}, or separate the columns by semicolons"))
        } else {
            None
        }
    });
    Some((format!("this row has {}, and {named}", has(count)), help.flatten()))
}

/// How decimals are written: after a point, or after a comma where that separates no columns; in one column in one way.
pub(super) struct Decimals {
    commas: bool,
    seen: Option<char>,
    /// Whether a number shows that this mark parts no thousands.
    shown: bool,
}

impl Decimals {
    pub fn of(separator: u8) -> Self {
        Self { commas: separator == b';', seen: None, shown: false }
    }

    /// A number as programs write it; another text as it is.
    pub fn plain<'c>(&mut self, cell: &'c str) -> Result<Cow<'c, str>, &'static str> {
        let pointed = cell.replace(',', ".");
        let has_both = cell.contains('.') && cell.contains(',');
        if !self.commas || has_both || pointed.parse::<f64>().is_err() {
            return Ok(cell.into());
        }
        for mark in cell.chars().filter(|mark| ['.', ','].contains(mark)) {
            if *self.seen.get_or_insert(mark) != mark {
                return Err(
                    "has a point where others have a comma, or a comma for a point: decimals stand after one of them in all rows",
                );
            }
        }
        self.shown |= cell.contains(['.', ',']) && !is_thousands(cell);
        Ok(pointed.into())
    }

    /// After what decimals stand, as far as the file has shown.
    pub fn mark(&self) -> char {
        if self.commas && self.seen != Some('.') { ',' } else { '.' }
    }

    /// Whether a number may be one of thousands as well, unless another of the file shows that it is not.
    pub fn may_be_thousands(&self, cell: &str) -> bool {
        self.commas && is_thousands(cell)
    }

    /// Whether the file shows that decimals stand after its mark.
    pub fn are_shown(&self) -> bool {
        self.shown
    }
}

/// One to three digits (not 0 alone), a point or a comma, and three more.
fn is_thousands(cell: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    cell.split_once(['.', ',']).is_some_and(|(whole, rest)| {
        (1..=3).contains(&whole.len()) && rest.len() == 3 && !whole.starts_with('0') && digits(whole) && digits(rest)
    })
}

/// How such a number is written so that nobody can mistake it.
pub(super) fn either_way(cell: &str) -> String {
    let mark = if cell.contains(',') { "comma" } else { "point" };
    let thousand = cell.replace(['.', ','], "");
    let decimal = cell.trim_end_matches('0').trim_end_matches(['.', ',']).replace('.', ",");
    format!("write {thousand}, or {decimal} if the {mark} is a decimal one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_another_length_are_told_with_what_they_look_like() {
        let help = |cells: &[&str], separator| {
            odd_row(2, cells, separator).map(|(words, help)| (words, help.unwrap_or_default()))
        };
        let told = |words: &str, help: &str| Some((words.to_owned(), help.to_owned()));
        let three = "this row has 3 cells, and the first line names 2 columns";
        assert_eq!(help(&["0", "1"], b','), None);
        assert_eq!(help(&["0", "1", "", ""], b','), None);
        let thousands = "is `1,200` one number? write it without thousands separators: 1200";
        assert_eq!(help(&["0", "1", "200"], b','), told(three, thousands));
        let decimals = "is `900,5` one number? write 900.5, or separate the columns by semicolons";
        assert_eq!(help(&["0", "900", "5"], b','), told(three, decimals));
        assert_eq!(help(&["0", "900", "foo"], b';'), told(three, ""));
        assert_eq!(help(&["0", "900", "500"], b';'), told(three, ""));
        let one = "this row has 1 cell, and the first line names 2 columns";
        assert_eq!(help(&["0;1"], b','), told(one, "`;` separates nothing here: the first line has `,`"));
        assert_eq!(help(&["0"], b';'), told(one, ""));
    }

    #[test]
    fn three_digits_after_a_mark_may_be_thousands() {
        for (cell, is) in [
            ("1.200", true),
            ("1,200", true),
            ("999.000", true),
            ("0.500", false),
            ("0,500", false),
            ("1.20", false),
            ("1234.500", false),
        ] {
            assert_eq!(is_thousands(cell), is, "{cell}");
        }
        assert_eq!(either_way("1.200"), "write 1200, or 1,2 if the point is a decimal one");
        assert_eq!(either_way("1,200"), "write 1200, or 1,2 if the comma is a decimal one");
        assert_eq!(either_way("12.000"), "write 12000, or 12 if the point is a decimal one");
    }
}
