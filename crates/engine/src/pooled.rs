//! What lives in pools is copied into memory that is there already.

/// `Clone` for a struct that lives in pools: `clone_from` goes field by field, so that lists keep their memory and a copy
/// that fits allocates nothing. Every field has to be named: one that is forgotten does not compile.
#[macro_export]
macro_rules! pooled_clone {
    ($of:ident { $($field:ident),+ $(,)? }) => {
        impl Clone for $of {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone()),+ }
            }

            fn clone_from(&mut self, of: &Self) {
                let Self { $($field),+ } = of;
                $(self.$field.clone_from($field);)+
            }
        }
    };
}
