//! What stands around a body: what it is, of which form, how long, and whether it is whole.

use super::error::PartialError;
use sha2::{Digest, Sha256};

/// The version of the form. Another one is refused.
pub const SCHEMA: u32 = 9;

const MAGIC: &[u8] = b"zonefall partial result\n";
const SUM: usize = 32;

/// Whether a file that begins like this is a partial result, whole or not.
pub fn looks_ours(beginning: &[u8]) -> bool {
    beginning.starts_with(MAGIC)
}

pub(super) fn wrap(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(MAGIC.len() + 12 + body.len() + SUM);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&SCHEMA.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(body);
    let sum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

/// The body of bytes that are whole.
pub(super) fn unwrap(bytes: &[u8]) -> Result<&[u8], PartialError> {
    let short = || PartialError::damaged(format!("it is cut short at {} bytes", bytes.len()));
    if MAGIC.starts_with(bytes) && !bytes.is_empty() {
        return Err(short());
    }
    let rest = bytes.strip_prefix(MAGIC).ok_or(PartialError::NotOurs)?;
    let (schema, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let found = u32::from_le_bytes(*schema);
    if found != SCHEMA {
        return Err(PartialError::OtherSchema { found, reads: SCHEMA });
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
    let said = u128::from(u64::from_le_bytes(*length)) + SUM as u128;
    if said != rest.len() as u128 {
        let how =
            format!("it has {} bytes and says that it has {}", bytes.len(), said + (bytes.len() - rest.len()) as u128);
        return Err(PartialError::damaged(how));
    }
    let (written, sum) = bytes.split_at(bytes.len() - SUM);
    if Sha256::digest(written)[..] != *sum {
        return Err(PartialError::damaged("its sum is not that of its content"));
    }
    Ok(&rest[..rest.len() - SUM])
}
