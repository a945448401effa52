//! What names and numbers look like wherever they are shown: in diagnostics of scenarios as in reports.

/// Letters that are not seen as themselves: control characters, and marks that turn the direction of the text around them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number with commas between thousands: "1,234,567".
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A name as it stands among others: in backquotes where it holds what stands between them.
pub fn quoted(name: &str) -> String {
    if name.contains([',', ';']) { format!("`{name}`") } else { name.to_owned() }
}

/// Names one after the other: "one, two", and "`capacity 4, zones 3`, two".
pub fn listed<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    names.into_iter().map(|name| quoted(name.as_ref())).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_are_told_apart_in_lists() {
        assert_eq!(listed(["one", "two"]), "one, two");
        assert_eq!(listed(["capacity 4, zones 3", "a;b", "two"]), "`capacity 4, zones 3`, `a;b`, two");
    }

    #[test]
    fn commas_stand_between_thousands() {
        let all = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
