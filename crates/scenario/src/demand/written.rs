//! Times and numbers of a trace as people write them and programs do not: what to write instead.

/// "27.11.2026 13:00" as "2026-11-27T13:00"; none of what is no such date.
pub(super) fn date(cell: &str) -> Option<String> {
    let (date, time) = cell.split_once([' ', 'T']).map_or((cell, ""), |(date, time)| (date, time.trim()));
    let mark = date.chars().find(|mark| ['.', '/'].contains(mark))?;
    let [day, month, year] = date.split(mark).collect::<Vec<_>>()[..] else { return None };
    let number = |text: &str, most: u32| text.parse::<u32>().ok().filter(|number| (1..=most).contains(number));
    let (day, month) = (number(day, 31)?, number(month, 12)?);
    let year = number(year, 9999).filter(|year| *year >= 1000)?;
    // With slashes the month may come first.
    (mark == '.' || day > 12).then_some(())?;
    let time = if time.is_empty() { "00:00" } else { time };
    Some(format!("{year}-{month:02}-{day:02}T{time}"))
}

/// "1.234,5" as "1234.5", and so "1,234.5": what parts thousands is left out; none of what is no such number.
pub(super) fn number(cell: &str) -> Option<String> {
    let parts_thousands = |mark: char| ['.', ',', '\'', '’', ' ', '\u{a0}', '\u{202f}'].contains(&mark);
    let last = cell.rfind(['.', ','])?;
    let (whole, rest) = (&cell[..last], &cell[last + 1..]);
    let digits = |text: &str| !text.is_empty() && text.chars().all(|of| of.is_ascii_digit());
    let groups: Vec<&str> = whole.split(parts_thousands).collect();
    let grouped = groups.len() > 1 && digits(groups[0]) && groups[1..].iter().all(|of| digits(of) && of.len() == 3);
    (grouped && digits(rest)).then(|| {
        let mark = &cell[last..=last];
        // One mark between all groups is none of decimals.
        let decimals = if whole.contains(mark) { rest.to_owned() } else { format!(".{rest}") };
        groups.concat() + &decimals
    })
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
        assert_eq!(["11/27/2026", "1/2/2026", "1.234", "32.1.2026", "noon"].map(of), [""; 5]);
        let of = |cell: &str| number(cell).unwrap_or_default();
        assert_eq!(of("1.234,5"), "1234.5");
        assert_eq!(of("1,234.5"), "1234.5");
        assert_eq!(of("1.234.567"), "1234567");
        assert_eq!(of("1'234.5"), "1234.5");
        assert_eq!(["1.2", "12,3.4", "1.234", "a.b,c", "5"].map(of), [""; 5]);
    }
}
