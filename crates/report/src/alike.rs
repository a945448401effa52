//! What is said of several designs in the same words is said once.

/// The words in their order, each with all of whom it is said.
pub(crate) fn alike<W: PartialEq>(said: impl IntoIterator<Item = (String, W)>) -> Vec<(Vec<String>, W)> {
    let mut all: Vec<(Vec<String>, W)> = Vec::new();
    for (name, words) in said {
        match all.iter_mut().find(|(_, other)| *other == words) {
            Some((names, _)) => names.push(name),
            None => all.push((vec![name], words)),
        }
    }
    all
}
