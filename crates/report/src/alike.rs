//! What is said of several designs in the same words is said once.

/// The words in their order, each with all of whom it is said.
pub(crate) fn alike<N, W: PartialEq>(said: impl IntoIterator<Item = (N, W)>) -> Vec<(Vec<N>, W)> {
    let mut all: Vec<(Vec<N>, W)> = Vec::new();
    for (name, words) in said {
        match all.iter_mut().find(|(_, other)| *other == words) {
            Some((names, _)) => names.push(name),
            None => all.push((vec![name], words)),
        }
    }
    all
}
