//! One cell: a number that a spreadsheet reads as a number, or text that it cannot take for a formula.

/// How spreadsheets in the reader's country write numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvLocale {
    /// Commas between cells, points in numbers.
    #[default]
    Point,
    /// Semicolons between cells, decimal commas in numbers.
    Eu,
}

impl CsvLocale {
    pub(crate) fn delimiter(self) -> u8 {
        match self {
            Self::Point => b',',
            Self::Eu => b';',
        }
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing is known, or the number is not finite.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A whole number.
    Count(u64),
}

/// A p value below this is written as 0.
const P_LEAST: f64 = 1e-12;

impl Cell {
    pub(crate) fn text(words: &str) -> Self {
        Self::Text(words.to_owned())
    }

    pub(crate) fn maybe(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }

    /// A probability, of which no more than three digits are known, and below a millionth of a millionth none.
    pub(crate) fn p_value(p: f64) -> Self {
        let rounded: f64 = format!("{p:.2e}").parse().unwrap_or(p);
        Self::Number(if rounded < P_LEAST { 0.0 } else { rounded })
    }

    /// The cell as it stands in the file, before quoting.
    pub(crate) fn written(&self, locale: CsvLocale) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(words) if locale == CsvLocale::Eu && is_percentage(words) => words.replace('.', ","),
            Self::Text(words) => neutral(words),
            Self::Number(number) => decimal(*number, locale),
            Self::Count(count) => count.to_string(),
        }
    }
}

/// Whether a text is a number with a percent sign, as spreadsheets read it.
fn is_percentage(words: &str) -> bool {
    let number = words.strip_suffix('%').map(str::trim_end);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// A leading apostrophe where a spreadsheet would read a formula.
fn neutral(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{words}") } else { words.to_owned() }
}

/// The shortest decimal that reads back as the same number, never with an exponent.
fn decimal(number: f64, locale: CsvLocale) -> String {
    if !number.is_finite() {
        return String::new();
    }
    // Adding zero turns −0 into 0; `Display` is the shortest round trip in plain notation.
    let plain = format!("{}", number + 0.0);
    match locale {
        CsvLocale::Point => plain,
        CsvLocale::Eu => plain.replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(number: f64) -> String {
        Cell::Number(number).written(CsvLocale::Point)
    }

    #[test]
    fn numbers_are_plain_decimals() {
        assert_eq!(point(1e-7), "0.0000001");
        assert_eq!(point(1.25e-12), "0.00000000000125");
        assert_eq!(point(1e21), "1000000000000000000000");
        assert_eq!(point(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(point(-0.0), "0");
        assert_eq!(point(-2.5), "-2.5");
        assert_eq!(point(f64::INFINITY), "");
        assert_eq!(Cell::Number(-1234.5).written(CsvLocale::Eu), "-1234,5");
        for number in [1e-300, 3.3e-9, 0.999_999_999_9, 123_456.789, 1e300] {
            assert_eq!(point(number).parse::<f64>().ok(), Some(number));
            assert!(!point(number).contains(['e', 'E']));
        }
    }

    #[test]
    fn p_values_have_three_digits_and_no_hundred_zeros() {
        let written = |p: f64| Cell::p_value(p).written(CsvLocale::Point);
        assert_eq!(
            [1.0, 0.04321, 3.456e-11, 9e-13, 1e-120, 0.0].map(written),
            ["1", "0.0432", "0.0000000000346", "0", "0", "0"]
        );
    }

    #[test]
    fn text_is_never_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(Cell::text(bad).written(CsvLocale::Eu), format!("'{bad}"));
        }
        assert_eq!(Cell::text("a=b-c, d").written(CsvLocale::Eu), "a=b-c, d");
    }
}
