//! Reads the ids of a rule document: list items that begin with a bold id, `- **ZB-01 [D]** …`, and rows of a table that
//! begin with one, `| V-01 | …`.

/// A rule as the document has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What stands in brackets behind the id; empty without.
    pub mark: String,
    /// Of a row: whether its reason code has the asterisk of our own codes, or is no code.
    pub is_ours: bool,
}

/// All rules of the document, in order.
pub fn entries(document: &str) -> Vec<Entry> {
    document.lines().filter_map(entry).collect()
}

fn entry(line: &str) -> Option<Entry> {
    if let Some(rest) = line.strip_prefix("- **") {
        let bold = rest.split("**").next()?;
        let (id, rest) = id_of(bold)?;
        let mark = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or("");
        return Some(Entry { id, mark: mark.to_owned(), is_ours: false });
    }
    let cells: Vec<&str> = line.strip_prefix("| ")?.split('|').map(str::trim).collect();
    let (id, _) = id_of(cells[0])?;
    let code = cells.get(2)?;
    Some(Entry { id, mark: String::new(), is_ours: code.ends_with('*') || *code == "warning" })
}

/// The id that a text begins with, and what follows.
fn id_of(text: &str) -> Option<(String, &str)> {
    let (letters, rest) = text.split_once('-')?;
    let digits = rest.get(..2)?;
    let is_id = (1..=3).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !rest[2..].starts_with(|c: char| c.is_alphanumeric());
    is_id.then(|| (format!("{letters}-{digits}"), &rest[2..]))
}

#[test]
fn ids_and_marks_are_read() {
    let text = "\
- **ZB-01 [D]** Balanced (see **ZB-02**).
- **C-01** One page says **this**.
- **AZ-04 [D+I] Trigger:** words
- **PT-02 [D, measured]** words
- **Not-a rule**
- **ZB-1 [D]** too short
| # | Reject when | Code | Basis |
| V-01 | change | PropertyChangeNotAllowed | OM-01 |
| V-36 (warn) | a | warning | b |
| V-05 | a | InvalidParameter* | b |
";
    let entry = |id: &str, mark: &str, is_ours| Entry { id: id.into(), mark: mark.into(), is_ours };
    let right = [
        entry("ZB-01", "D", false),
        entry("C-01", "", false),
        entry("AZ-04", "D+I", false),
        entry("PT-02", "D, measured", false),
        entry("V-01", "", false),
        entry("V-36", "", true),
        entry("V-05", "", true),
    ];
    assert_eq!(entries(text), right);
}
