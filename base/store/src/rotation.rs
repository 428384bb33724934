//! Rotation of the master keys: every data key is wrapped anew under the newest one. What is sealed under the data keys stays
//! as it is, so a district of a million matters takes minutes and nobody notices.

use crate::{Cx, Error, KeyClass, Runtime, Value, Who, params};
use uuid::Uuid;

/// Data keys of one transaction: so few that nobody waits for it.
const BATCH: usize = 500;

/// How many data keys are wrapped under a version of the master keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrapped {
    pub version: i64,
    pub data_keys: i64,
}

/// Data keys by version, the oldest first.
pub fn status(cx: &mut Cx<'_>) -> Result<Vec<Wrapped>, Error> {
    let sql = "SELECT key_version, COUNT(*) AS n FROM subject_key GROUP BY key_version ORDER BY key_version";
    let read = |row: &crate::Row| Ok(Wrapped { version: row.i64("key_version")?, data_keys: row.i64("n")? });
    cx.query(sql, &[])?.iter().map(read).collect()
}

/// Wraps every data key of the database that is under an older version anew, in short transactions beside whatever else
/// runs; answers how many. May be cut off at any point and run again.
pub fn rewrap(rt: &Runtime, who: &Who, mut progress: impl FnMut(usize)) -> Result<usize, Error> {
    let (mut done, mut after) = (0, (Uuid::nil(), String::new()));
    loop {
        let from = after.clone();
        let (wrapped, last) = rt.write_now(who.clone(), move |cx| batch(cx, &from))?;
        done += wrapped;
        progress(done);
        match last {
            Some(last) => after = last,
            None => return Ok(done),
        }
    }
}

/// One batch behind `after` (subject and class); answers how many and where it ended, `None` at the end.
fn batch(cx: &mut Cx<'_>, after: &(Uuid, String)) -> Result<(usize, Option<(Uuid, String)>), Error> {
    let keys = cx.keys().clone();
    let current = i64::from(keys.current());
    let sql = format!(
        "SELECT class, subject, key_version, wrapped FROM subject_key \
         WHERE (subject, class) > ($1, $2) AND key_version < $3 ORDER BY subject, class LIMIT {BATCH}"
    );
    let rows = cx.query(&sql, params![after.0, &after.1, current])?;
    for row in &rows {
        let (code, subject, version) = (row.text("class")?, row.uuid("subject")?, row.i64("key_version")?);
        let class = KeyClass::from_code(&code).ok_or(Error::Sealed("unknown class"))?;
        let data_key = keys.unwrap(version, class, subject, &row.blob("wrapped")?)?;
        let (version, wrapped) = keys.wrap(cx.ids(), class, subject, &data_key);
        // One statement a row: each has a value of its own. A key that was destroyed meanwhile stays destroyed.
        let values: [Value; 4] = [i64::from(version).into(), wrapped.into(), code.into(), subject.into()];
        cx.execute("UPDATE subject_key SET key_version = $1, wrapped = $2 WHERE class = $3 AND subject = $4", &values)?;
    }
    let last = rows.last().filter(|_| rows.len() == BATCH);
    let last = last.map(|row| Ok::<_, Error>((row.uuid("subject")?, row.text("class")?))).transpose()?;
    Ok((rows.len(), last))
}
