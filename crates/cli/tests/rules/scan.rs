//! Finds the test functions of Rust sources by their names.
//!
//! Not a parser: comments and literals are blanked, then every `#[test]` leads to the `fn` after it. That covers
//! `proptest!`, whose functions carry `#[test]` too. An ignored test holds nothing, so it is not found.

use std::path::{Path, PathBuf};

/// The source with every comment and every literal blanked; lines stay lines.
pub fn code_of(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = blank_until(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

/// Where the comment or literal that begins at `at` ends; `at` if none begins there.
fn blank_until(chars: &[char], at: usize) -> usize {
    let ahead = |offset: usize| chars.get(at + offset).copied();
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if ahead(1) == Some('/') => (at..chars.len()).find(|&end| chars[end] == '\n').unwrap_or(chars.len()),
        '/' if ahead(1) == Some('*') => comment_end(chars, at),
        '"' => string_end(chars, at + 1),
        'r' if !in_word || chars[at - 1] == 'b' => {
            let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
            if ahead(1 + hashes) == Some('"') { raw_end(chars, at + 2 + hashes, hashes) } else { at }
        }
        // A character, not a lifetime.
        '\'' if ahead(1) == Some('\\') => {
            (at + 3..chars.len()).find(|&end| chars[end] == '\'').map_or(chars.len(), |end| end + 1)
        }
        '\'' if ahead(2) == Some('\'') => at + 3,
        _ => at,
    }
}

fn comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut end = at;
    while end + 1 < chars.len() {
        match (chars[end], chars[end + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                end += 1;
                continue;
            }
        }
        end += 2;
        if depth == 0 {
            return end;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut end = from;
    while end < chars.len() {
        match chars[end] {
            '\\' => end += 2,
            '"' => return end + 1,
            _ => end += 1,
        }
    }
    chars.len()
}

fn raw_end(chars: &[char], from: usize, hashes: usize) -> usize {
    let closes =
        |end: &usize| chars[*end] == '"' && chars[end + 1..].iter().take_while(|&&c| c == '#').count() >= hashes;
    (from..chars.len()).find(closes).map_or(chars.len(), |end| end + 1 + hashes)
}

/// The names of the test functions of a source, in order.
pub fn tests_of(source: &str) -> Vec<String> {
    let code = code_of(source);
    let mut names = Vec::new();
    let mut rest = code.as_str();
    let (mut is_test, mut is_ignored) = (false, false);
    while let Some(at) = rest.find(['#', 'f', '{', ';', '}']) {
        let here = &rest[at..];
        let before = rest[..at].chars().next_back();
        rest = &here[1..];
        if let Some(attribute) = here.strip_prefix("#[") {
            let (inside, after) = attribute_of(attribute);
            is_test |= inside == "test";
            is_ignored |= inside.starts_with("ignore");
            rest = after;
        } else if here.starts_with("fn ") && !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            let name = here[3..].trim_start().split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
            if is_test && !is_ignored && !name.is_empty() {
                names.push(name.to_owned());
            }
            (is_test, is_ignored) = (false, false);
        } else if here.starts_with(['{', ';', '}']) {
            // Another item ended or began: its attributes were its own.
            (is_test, is_ignored) = (false, false);
        }
    }
    names
}

/// What stands in an attribute without its blanks, and what follows it.
fn attribute_of(text: &str) -> (String, &str) {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (text[..at].split_whitespace().collect(), &text[at + 1..]);
        }
    }
    (text.to_owned(), "")
}

/// Every Rust source below a folder, sorted, without what a build leaves.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::{code_of, tests_of};

    #[test]
    fn a_test_is_found_whatever_stands_around_it() {
        let source = "
            #[test]\nfn zb_01_plain() {}
            #[test]\n#[should_panic(expected = \"]\")]\npub  fn zb_02_with_attributes() {}
            #[rustfmt::skip]\n#[ test ]\n/// Words: fn no().\nfn zb_03_after_words() -> Result<(), String> { Ok(()) }
            proptest! { #![config(x)]\n #[test]\n fn zb_04_drawn(a in 0..3, b in \"[a-z]{2}\") { let _ = a; } }
            mod inner { use super::*; #[test] fn zb_05_inside() {} }";
        let names = ["zb_01_plain", "zb_02_with_attributes", "zb_03_after_words", "zb_04_drawn", "zb_05_inside"];
        assert_eq!(tests_of(source), names);
    }

    #[test]
    fn what_is_no_test_is_not_found() {
        let source = r##"
            fn zb_01_helper() {}
            #[test]\n
            const ZERO: u32 = 0;
            fn zb_02_not_marked() {}
            // #[test]
            fn zb_03_commented() {}
            /* #[test] /* nested */ fn zb_04_commented_out() {} */
            const TEXT: &str = "#[test] fn zb_05_text() {}";
            const RAW: &str = r#"" #[test] fn zb_06_raw() {}"#;
            #[test]
            #[ignore = "slow"]
            fn zb_07_ignored() {}
            #[ignore]
            #[test]
            fn zb_08_ignored_too() {}
            #[cfg(test)]
            fn zb_09_only_in_tests() {}
            #[test]
            fn real<'a>(quote: char) { let _ = ('"', '\'', '\\', b'"', quote == '#'); }
            fn zb_10_after_quotes(text: &'static str) {}
        "##
        .replace("\\n", "");
        assert_eq!(tests_of(&source), ["real"]);
    }

    #[test]
    fn only_comments_and_literals_are_blanked() {
        assert_eq!(code_of("a // b\nc"), "a     \nc");
        assert_eq!(code_of("a /* b\n */ c"), "a     \n    c");
        assert_eq!(code_of(r#"f("x\"y", 'z', 'a: loop)"#), r#"f(      ,    , 'a: loop)"#);
        assert_eq!(code_of(r##"br#"x"y"# for r"" end"##), "b         for     end");
        for open in ["\"abc", "/* abc", "r#\"abc\"", "'\\", "\"abc\\"] {
            let code = code_of(open);
            assert!(code.trim().is_empty() || code.starts_with('\''), "{open}: {code}");
        }
    }
}
