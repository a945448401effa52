//! Names of machine sizes, taken apart: `Standard_D4s_v5` is family D, 4 vCPUs, premium storage (s), version 5.
//!
//! The form is `[Standard_]` family letters, vCPUs, `-` constrained vCPUs, small letters of features, `_` parts. The
//! sizes of the first two generations of D, DS, G and GS count in ordinals instead of vCPUs; a table has them.

/// A size by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// Without `Standard_`, as it was written.
    pub name: String,
    /// The capital letters in front: `D`, `NC`, `HB`.
    pub family: String,
    /// vCPUs that it runs with.
    pub vcpus: u32,
    features: String,
    version: u32,
    promotional: bool,
}

/// Letters in front that stand for sizes without updates that preserve memory (OM-04).
const NOT_MEMORY_PRESERVING: [char; 5] = ['G', 'H', 'L', 'M', 'N'];
/// Families of an instance mix (IM-01).
const MIXABLE: [char; 5] = ['A', 'B', 'D', 'E', 'F'];
/// The most vCPUs that a name may state.
const VCPUS_MAX: u32 = 10_000;

impl Size {
    /// Takes a name apart.
    ///
    /// # Errors
    /// What is wrong with the name, in words that follow it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = bare(text);
        if plain.len() > 80 || !plain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
            return Err("is not the name of a machine size".into());
        }
        let (head, tail) = plain.split_once('_').unwrap_or((plain, ""));
        let (family, rest) = cut(head, |b| b.is_ascii_uppercase());
        let (number, rest) = cut(rest, |b| b.is_ascii_digit());
        if family.is_empty() {
            return Err("does not begin with the capital letters of a family".into());
        }
        let ordinal: u32 =
            number.parse().map_err(|_| "has no number of vCPUs after the family's letters".to_owned())?;
        let (constrained, rest) = match rest.strip_prefix('-') {
            Some(rest) => cut(rest, |b| b.is_ascii_digit()),
            None => ("", rest),
        };
        if !rest.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err("has something else than small letters after its vCPUs".into());
        }
        let version = tail.split('_').find_map(|part| part.strip_prefix('v')?.parse().ok()).unwrap_or(0);
        let vcpus = constrained.parse().ok().or_else(|| vcpus_of(family, version, ordinal));
        let vcpus =
            vcpus.filter(|count| (1..=VCPUS_MAX).contains(count)).ok_or("names an impossible number of vCPUs")?;
        Ok(Self {
            name: plain.to_owned(),
            family: family.to_owned(),
            vcpus,
            features: rest.to_owned(),
            version,
            promotional: tail.split('_').any(|part| part.eq_ignore_ascii_case("promo")),
        })
    }

    /// Whether both names mean the same size.
    pub fn is_same(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(bare(name))
    }

    /// OM-04: whether hosts are updated under it without losing its memory.
    pub fn is_memory_preserving(&self) -> bool {
        !self.family.starts_with(NOT_MEMORY_PRESERVING)
    }

    /// IM-01: whether its family may be mixed.
    pub fn is_mixable(&self) -> bool {
        self.family.starts_with(MIXABLE)
    }

    /// SP-04: whether it may be Spot in a scale set: no B series, no promotions.
    pub fn may_be_spot(&self) -> bool {
        !self.family.starts_with('B') && !self.promotional
    }

    /// CR-04: whether a reservation of it goes with fault domains.
    pub fn may_be_reserved_with_fault_domains(&self) -> bool {
        !self.family.starts_with(['L', 'M', 'N'])
    }

    /// PG-07, CV-06: whether it is connected by InfiniBand.
    pub fn has_infiniband(&self) -> bool {
        self.family.starts_with(['H', 'N']) && self.features.contains('r')
    }

    /// IM-01: what all sizes of a mix must have in common.
    pub fn kind(&self) -> SizeKind {
        SizeKind {
            arm: self.features.contains('p'),
            nvme: self.version >= 6,
            premium: self.features.contains('s'),
            local_disk: self.features.contains('d'),
            confidential: self.family.ends_with('C') && self.family.len() > 1,
        }
    }
}

/// IM-01: architecture, storage interface, premium storage, local disk, security profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeKind {
    /// Arm64 instead of x64.
    pub arm: bool,
    /// NVMe instead of SCSI.
    pub nvme: bool,
    /// Premium storage.
    pub premium: bool,
    /// A local disk.
    pub local_disk: bool,
    /// Confidential computing.
    pub confidential: bool,
}

/// A name without `Standard_`.
fn bare(text: &str) -> &str {
    match text.get(..9) {
        Some(prefix) if prefix.eq_ignore_ascii_case("Standard_") => &text[9..],
        _ => text,
    }
}

/// The first bytes of ASCII text that fit, and the rest.
fn cut(text: &str, fits: fn(&u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().take_while(fits).count())
}

fn vcpus_of(family: &str, version: u32, ordinal: u32) -> Option<u32> {
    match (family, version) {
        ("D" | "DS", 0 | 2) => match ordinal {
            1..=5 => Some(1 << (ordinal - 1)),
            11..=14 => Some(1 << (ordinal - 10)),
            15 => Some(20),
            _ => None,
        },
        ("G" | "GS", 0) => (1..=5).contains(&ordinal).then(|| 1 << ordinal),
        _ => Some(ordinal),
    }
}
