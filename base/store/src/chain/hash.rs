//! The hash functions a chain can be made of, and which one a district uses for its next block.

use crate::{Cx, Error, params};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

/// Hash of a block. Chosen at `mulin init`; a later change counts from the next block on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    #[default]
    Sha256,
    /// GB/T 32905-2016.
    Sm3,
}

impl Algorithm {
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sm3];
    /// As stored in every block.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }

    pub(super) fn of(self, bytes: &[u8]) -> [u8; 32] {
        match self {
            Self::Sha256 => Sha256::digest(bytes).into(),
            Self::Sm3 => Sm3::digest(bytes).into(),
        }
    }

    /// The head after one more leaf.
    pub(super) fn next(self, head: &[u8; 32], leaf: &[u8; 32]) -> [u8; 32] {
        let mut both = [0; 64];
        let (left, right) = both.split_at_mut(32);
        left.copy_from_slice(head);
        right.copy_from_slice(leaf);
        self.of(&both)
    }
}

/// The algorithm of the district's next block.
pub fn algorithm(cx: &mut Cx<'_>) -> Result<Algorithm, Error> {
    let sql = "SELECT algorithm FROM chain_setting WHERE district_id = $1";
    let found = cx.query_opt(sql, params![cx.district()])?;
    let Some(row) = found else { return Ok(Algorithm::default()) };
    let code = row.text("algorithm")?;
    Algorithm::from_code(&code).ok_or_else(|| Error::Setup(format!("unknown algorithm of the log: {code}")))
}

/// Sets it; the change is itself an entry of the log.
pub fn set_algorithm(cx: &mut Cx<'_>, algorithm: Algorithm) -> Result<(), Error> {
    let sql = "INSERT INTO chain_setting (district_id, algorithm) VALUES ($1, $2) \
               ON CONFLICT (district_id) DO UPDATE SET algorithm = excluded.algorithm";
    let district = cx.district();
    cx.execute(sql, params![district, algorithm.code()])?;
    cx.record("chain.algorithm", "district", district.0, &serde_json::json!({ "algorithm": algorithm.code() }))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_what_the_standards_say() {
        // GB/T 32905-2016, example 1; FIPS 180-2, example 1.
        let sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(Algorithm::Sm3.of(b"abc")), sm3);
        assert_eq!(hex::encode(Algorithm::Sha256.of(b"abc")), sha);
    }
}
