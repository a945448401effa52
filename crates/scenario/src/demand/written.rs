//! Times and numbers of a trace as people write them and programs do not: what to write instead.

use jiff::civil::Date;

/// "27.11.2026 13:00" as "2026-11-27T13:00"; none of what is no such date.
pub(super) fn date(cell: &str) -> Option<String> {
    let (date, time) = cell.split_once([' ', 'T']).map_or((cell, ""), |(date, time)| (date, time.trim()));
    let mark = date.chars().find(|mark| ['.', '/'].contains(mark))?;
    let [day, month, year] = date.split(mark).collect::<Vec<_>>()[..] else { return None };
    let (day, month) = (day.parse().ok()?, month.parse().ok()?);
    let date = Date::new(year.parse().ok().filter(|year| *year >= 1000)?, month, day).ok()?;
    // With slashes the month may come first.
    (mark == '.' || day > 12).then_some(())?;
    let time = if time.is_empty() { "00:00" } else { time };
    Some(format!("{date}T{time}"))
}

/// "1.234,5" as "1234,5" where decimals stand after a comma, else as "1234.5", and so "1,234.5" and "1'200": what parts thousands is
/// left out; none of what is no such number.
pub(super) fn number(cell: &str, decimal: char) -> Option<String> {
    if let Some(whole) = ungrouped(cell) {
        return Some(whole);
    }
    let last = cell.rfind(['.', ','])?;
    let (whole, mark, rest) = (&cell[..last], &cell[last..=last], &cell[last + 1..]);
    (is_digits(rest) && !whole.contains(mark))
        .then(|| ungrouped(whole).map(|whole| format!("{whole}{decimal}{rest}")))?
}

/// Groups of three digits behind one to three, all with the same mark between them, as one.
fn ungrouped(text: &str) -> Option<String> {
    let mark = text.chars().find(|mark| ['.', ',', '\'', '’', ' ', '\u{a0}', '\u{202f}'].contains(mark))?;
    let groups: Vec<&str> = text.split(mark).collect();
    let (first, others) = groups.split_first()?;
    let fits = is_digits(first) && first.len() <= 3 && others.iter().all(|of| is_digits(of) && of.len() == 3);
    fits.then(|| groups.concat())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|of| of.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_as_people_write_them_have_a_form_that_is_read() {
        let of = |cell: &str| date(cell).unwrap_or_default();
        assert_eq!(of("27.11.2026 13:00"), "2026-11-27T13:00");
        assert_eq!(of("1.2.2026"), "2026-02-01T00:00");
        assert_eq!(of("27/11/2026 13:00:30"), "2026-11-27T13:00:30");
        assert_eq!(["11/27/2026", "1/2/2026", "1.234", "32.1.2026", "31.02.2026", "noon"].map(of), [""; 6]);
        assert_eq!(number("1.234,5", ',').unwrap_or_default(), "1234,5");
        let of = |cell: &str| number(cell, '.').unwrap_or_default();
        assert_eq!(of("1.234,5"), "1234.5");
        assert_eq!(of("1,234.5"), "1234.5");
        assert_eq!(of("1.234.567"), "1234567");
        assert_eq!(of("1'234.5"), "1234.5");
        assert_eq!(["1,200", "1'200", "1 200", "1.234.567"].map(of), ["1200", "1200", "1200", "1234567"]);
        assert_eq!(["1.2", "12,3.4", "a.b,c", "5", "1.234.5", "1.234'567,8", "1234,567.8"].map(of), [""; 7]);
    }
}
