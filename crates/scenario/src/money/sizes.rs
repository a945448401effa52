//! The sizes by which sets are priced, as they are told.

use crate::codes;
use crate::diagnostic::Sink;
use crate::sets::Placed;

/// "web: Standard_D4s_v5, the default".
pub(super) fn in_words(of: &Placed) -> String {
    let names: Vec<String> = of.purchase.sizes.iter().map(|size| format!("Standard_{}", size.name)).collect();
    let default = if of.purchase.sized { "" } else { ", the default" };
    format!("{}: {}{default}", of.set.name, names.join(" or "))
}

/// Tells of sets that are priced by the default size beside one that says another.
pub(super) fn tell_unsized(sets: &[Placed], sink: &mut Sink) {
    for placed in sets.iter().filter(|placed| !placed.purchase.sized) {
        let Some(size) = placed.purchase.sizes.first() else { continue };
        let differs = |other: &&Placed| {
            let mut sizes = other.purchase.sizes.iter();
            other.purchase.sized && !sizes.any(|other| other.is_same(&size.name))
        };
        let Some(other) = sets.iter().find(differs) else { continue };
        let [mine, theirs] = [placed, other].map(|of| &of.set.name);
        let own = other.purchase.sizes.first().map_or("", |size| size.name.as_str());
        let words = format!(
            "`{mine}` has no `size` and is priced as Standard_{}, while `{theirs}` is Standard_{own}",
            size.name
        );
        sink.warn(codes::UNSIZED, &placed.purchase.set_span, words)
            .help(format!("write `size = \"Standard_{}\"` if that is meant, or the size that it has", size.name));
    }
}
