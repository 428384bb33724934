//! Once per key: a caller that never heard the answer asks again with the same key and gets the same answer, and nothing
//! happens twice. The answer is kept in the transaction of what was done, sealed, for a day.

use crate::{Cx, Error, KeyClass, params};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Hours for which an answer is kept.
pub const KEPT_HOURS: i64 = 24;

/// What a caller names, and what it asks for under that name.
#[derive(Debug, Clone)]
pub struct OnceKey {
    /// The caller's key; keys of different actors are different keys.
    pub key: String,
    /// Everything that makes two requests the same: operation and content.
    pub digest: [u8; 32],
}

impl OnceKey {
    /// `parts` are what makes two requests the same.
    pub fn new(key: impl Into<String>, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self { key: key.into(), digest: hash.finalize().into() }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Once {
    /// Done now.
    Now(Value),
    /// Done before; this was the answer.
    Before(Value),
    /// Something else was done before under this key.
    Other,
}

impl Cx<'_> {
    /// Does `f` unless it was done before under the same key by the same actor.
    pub fn once<E: From<Error>>(
        &mut self,
        key: &OnceKey,
        f: impl FnOnce(&mut Self) -> Result<Value, E>,
    ) -> Result<Once, E> {
        let name =
            self.keyed_hash(KeyClass::Identity, format!("once/{}/{}", self.actor.log_name(), key.key).as_bytes());
        // Two at the same time: the second waits for the first and then finds its answer.
        self.lock(&format!("once/{}", hex::encode(name)))?;
        let (district, sealed_for) = (self.district(), self.district().0);
        let since = self.now.plus_hours(-KEPT_HOURS);
        let sql = "SELECT digest, answer FROM once_answer WHERE key_hash = $1 AND district_id = $2 AND at > $3";
        if let Some(row) = self.query_opt(sql, params![name, district, since])? {
            if row.blob("digest")? != key.digest {
                return Ok(Once::Other);
            }
            let answer = self.open_text(KeyClass::Text, sealed_for, &row.blob("answer")?)?;
            return Ok(Once::Before(serde_json::from_str(&answer).unwrap_or_default()));
        }
        let answer = f(self)?;
        self.execute("DELETE FROM once_answer WHERE at <= $1", params![since])?;
        let sealed = self.seal(KeyClass::Text, sealed_for, answer.to_string().as_bytes())?;
        let sql = "INSERT INTO once_answer (key_hash, district_id, digest, answer, at) VALUES ($1, $2, $3, $4, $5)";
        self.execute(sql, params![name, district, key.digest, sealed, self.now])?;
        Ok(Once::Now(answer))
    }
}
