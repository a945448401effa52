//! Reads the ids of a rule document: list items that begin with a bold id, `- **ZB-01 [D]** …`, and rows of a table that
//! begin with one, `| V-01 | …`.

use std::collections::BTreeSet;

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

/// A rule of the document on operations, with how well it is known: as a whole, if that is said, and in all of its parts.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// The first of its marks behind the id; none where there is none.
    pub whole: Option<char>,
    /// All of its marks, each once: `D`, `*` (recalled), `I`, `U`, `C`, `M` (seen by somebody).
    pub all: BTreeSet<char>,
}

/// All rules of the document on operations, in order: `- **AS-05 (D)** words. **U**: more words (C).`
pub fn known(document: &str) -> Vec<Known> {
    document.lines().filter_map(known_line).collect()
}

fn known_line(line: &str) -> Option<Known> {
    let (bold, words) = line.strip_prefix("- ").unwrap_or(line).strip_prefix("**")?.split_once("**")?;
    let (id, rest) = id_of(bold)?;
    let head = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split(')').next()).unwrap_or("");
    let heads: Vec<char> = head.split([',', '/']).filter_map(mark).collect();
    // Marks in the text are bold; what is recalled or contradicted may also be so in parentheses.
    let inner = words.split_whitespace().flat_map(|word| word.split('/')).filter_map(|word| {
        let word = word.trim_matches(['(', ')', ',', '.', ':', ';']);
        match word.strip_prefix("**") {
            Some(bold) => mark(bold.trim_matches(['*', ':', '.', ','])),
            None => mark(word).filter(|mark| matches!(mark, 'C' | '*')),
        }
    });
    let all = heads.iter().copied().chain(inner).collect();
    Some(Known { id, whole: heads.first().copied(), all })
}

fn mark(word: &str) -> Option<char> {
    match word.trim() {
        "D" => Some('D'),
        "D\\*" | "D\\" => Some('*'),
        "I" => Some('I'),
        "U" => Some('U'),
        "C" => Some('C'),
        word if word.starts_with("SEED") => Some('M'),
        _ => None,
    }
}

/// The contradictions that are to be switches: what stands behind each number of the section about them.
pub fn switches(document: &str) -> Vec<String> {
    let list = document.split("## 12. CONFLICTS TO EXPOSE AS SWITCHES\n").nth(1).unwrap_or("");
    let list = list.split("\n\n").next().unwrap_or("").trim().trim_end_matches('.');
    list.split("; ").map(|item| item.trim_start_matches(|c: char| c.is_ascii_digit()).trim().to_owned()).collect()
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

#[test]
fn marks_of_rules_on_operations_are_read() {
    let text = "\
- **AS-05 (D)** Limits. **U**: whether; U(0, 5) of VMs (AM-us).
- **LB-09 (D\\*)** Admin state.
- **UP-11 (D/D\\*)** Skipped (SEED0; a property, D\\*).
- **DR-06 (D)** Pairs; **D\\*** newer ones.
- **DR-01 (D)** Off (60 min in 2019 text, C). **I** more.
- **IN-07** Surge; **U** 5 to 30 %.
**FR-02** Use Poisson.
- **Not-a rule (D)**
";
    let known_as = |id: &str, whole, all: &str| Known { id: id.into(), whole, all: all.chars().collect() };
    let right = [
        known_as("AS-05", Some('D'), "DU"),
        known_as("LB-09", Some('*'), "*"),
        known_as("UP-11", Some('D'), "D*"),
        known_as("DR-06", Some('D'), "D*"),
        known_as("DR-01", Some('D'), "DCI"),
        known_as("IN-07", None, "U"),
        known_as("FR-02", None, ""),
    ];
    assert_eq!(known(text), right);
    assert_eq!(switches("## 12. CONFLICTS TO EXPOSE AS SWITCHES\n1 one; 2 two and 2.\n\n## 13"), ["one", "two and 2"]);
}
