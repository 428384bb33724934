//! The context of one use case in one transaction: who, why, when, and the only way to the database.

use crate::conn::{Cell, Conn, Dialect};
use crate::keys::{KeyClass, SubjectKey};
use crate::runtime::{Inner, Signal, Who};
use crate::{Error, Row, Value, keys};
use kernel::ids::DistrictId;
use kernel::{Actor, Ids, Moment, Purpose};
use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// A read of personal data, to be appended to the audit log.
#[derive(Debug, Clone)]
pub(crate) struct ReadNote {
    at: Moment,
    subject_kind: String,
    subject: Uuid,
    fields: String,
}

const RECORD: &str = "INSERT INTO event (district_id, at, actor, purpose, kind, subject_kind, subject, payload) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// First parameter of every domain function.
pub struct Cx<'t> {
    /// The instant of this use case; the same for all it does.
    pub now: Moment,
    pub actor: Actor,
    pub purpose: Purpose,
    runtime: &'t Arc<Inner>,
    conn: &'t mut Conn,
    mode: Mode,
    /// Entries of search tables that waited when this use case began; they are others'.
    waited: usize,
    made_sequence: bool,
    /// Statements sent so far.
    statements: u64,
    subject_keys: HashMap<(KeyClass, Uuid), SubjectKey>,
    /// Jobs that are kept until what is filled aside is brought.
    pub(crate) later: Option<Vec<crate::NewJob>>,
    /// What a file that is brought in has changed so far.
    pub(crate) importing: Option<crate::imports::Noted>,
    signals: Vec<Signal>,
    notes: Vec<ReadNote>,
}

impl<'t> Cx<'t> {
    pub(crate) fn new(runtime: &'t Arc<Inner>, conn: &'t mut Conn, who: Who, mode: Mode) -> Self {
        Self {
            now: runtime.clock.now(),
            actor: who.actor,
            purpose: who.purpose,
            runtime,
            waited: conn.unindexed.as_ref().map_or(0, Vec::len),
            made_sequence: false,
            statements: 0,
            conn,
            mode,
            subject_keys: HashMap::new(),
            later: None,
            importing: None,
            signals: Vec::new(),
            notes: Vec::new(),
        }
    }
    pub(crate) fn finish(self) -> (Vec<Signal>, Vec<ReadNote>) {
        (self.signals, self.notes)
    }
}

/// Who, when, and where ids come from.
impl Cx<'_> {
    pub const fn district(&self) -> DistrictId {
        self.actor.district
    }
    pub fn ids(&self) -> &dyn Ids {
        self.runtime.ids.as_ref()
    }
    /// A fresh typed id: `let id: MatterId = cx.new_id();`
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        T::from(self.runtime.ids.uuid(self.now))
    }
    /// As [`crate::Runtime::cached`].
    pub fn cached<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        crate::Runtime(Arc::clone(self.runtime)).cached(make)
    }
    /// Runs `f` as another actor (a job acting for the system), then becomes itself again.
    pub fn acting_as<T>(&mut self, actor: Actor, purpose: Purpose, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = (std::mem::replace(&mut self.actor, actor), std::mem::replace(&mut self.purpose, purpose));
        let out = f(self);
        (self.actor, self.purpose) = before;
        out
    }
}

/// SQL. Parameters are `$1`, `$2`, …; the text must mean the same on both databases.
impl Cx<'_> {
    pub fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        if self.mode == Mode::Read {
            return Err(Error::ReadOnly);
        }
        self.statements += 1;
        self.conn.execute(sql, params)
    }
    /// A statement that writes and of which nothing is asked back, not even whether it wrote a row: several of them are sent
    /// together. Their order is open, so no two may write the same row; an error is told by the next statement that must be
    /// answered, or by the commit.
    pub fn put(&mut self, sql: &str, params: &[Value]) -> Result<(), Error> {
        if self.mode == Mode::Read {
            return Err(Error::ReadOnly);
        }
        self.statements += 1;
        self.conn.put(sql, params, false)
    }
    pub fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
        self.statements += 1;
        self.conn.query(sql, params)
    }
    /// The first row, if any.
    pub fn query_opt(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>, Error> {
        Ok(self.query(sql, params)?.into_iter().next())
    }
    /// The first row, or [`Error::NotFound`].
    pub fn query_one(&mut self, sql: &str, params: &[Value]) -> Result<Row, Error> {
        self.query_opt(sql, params)?.ok_or(Error::NotFound)
    }
    /// Streams a long answer; `visit` cannot use the database meanwhile.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        mut visit: impl FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.conn.each(sql, params, &mut visit)
    }

    /// As [`Cx::each`], without copying; for long walks over the log.
    pub(crate) fn each_cells(
        &mut self,
        sql: &str,
        params: &[Value],
        mut visit: impl FnMut(&[Cell<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.conn.each_cells(sql, params, &mut visit)
    }

    /// Serialises transactions that take the same lock, until they end. SQLite has one writer and needs none.
    pub fn lock(&mut self, name: &str) -> Result<(), Error> {
        if self.conn.dialect() == Dialect::Postgres {
            let key = format!("{}/{name}", self.district());
            self.conn.query(
                "SELECT 1 AS one FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS l",
                &[Value::from(key)],
            )?;
        }
        Ok(())
    }

    /// Waits until no other transaction is writing these tables and holds newcomers off until the end of this one,
    /// so that everything numbered so far can be seen.
    pub(crate) fn quiesce(&mut self, tables: &str) -> Result<(), Error> {
        if self.conn.dialect() == Dialect::Postgres {
            self.conn.batch(&format!("LOCK TABLE {tables} IN SHARE MODE"))?;
        }
        Ok(())
    }

    /// The next number of a series, from 1. On PostgreSQL a rolled-back use case leaves a gap.
    pub fn next_number(&mut self, series: &str) -> Result<i64, Error> {
        let series = format!("{}/{series}", self.district());
        if self.conn.dialect() == Dialect::Postgres {
            return self.next_of_sequence(&series);
        }
        let sql = "INSERT INTO counter (series, value) VALUES ($1, 1) \
                   ON CONFLICT (series) DO UPDATE SET value = counter.value + 1 RETURNING value";
        self.query_one(sql, &[Value::from(series)])?.i64("value")
    }

    /// A counter row would be held by one transaction until its commit; a sequence lets all of them pass.
    fn next_of_sequence(&mut self, series: &str) -> Result<i64, Error> {
        use sha2::{Digest as _, Sha256};
        let digest = Sha256::digest(series.as_bytes());
        let name = format!("number_{}", hex::encode(digest.get(..8).unwrap_or_default()));
        let seen = self.cached(Sequences::default);
        if !seen.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&name) {
            let sql = "SELECT to_regclass($1) IS NOT NULL AS known";
            if self.query_one(sql, &[Value::from(&name)])?.bool("known")? {
                // One that this use case made itself would be gone again if it failed.
                if !self.made_sequence {
                    seen.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
                }
            } else {
                self.lock(&name)?;
                self.conn.batch(&format!("CREATE SEQUENCE IF NOT EXISTS {name}"))?;
                self.made_sequence = true;
            }
        }
        self.query_one(&format!("SELECT nextval('{name}') AS value"), &[])?.i64("value")
    }

    /// Puts a document's search tokens (separated by spaces) into a `{FTS …}` table under its number. SQLite writes a piece of
    /// index for every savepoint and joins the pieces again, which cost a tenth of raising; so the entries of all use cases
    /// that are committed together are written together.
    pub fn index_text(&mut self, table: &str, n: i64, tokens: &str) -> Result<(), Error> {
        if self.mode == Mode::Read {
            return Err(Error::ReadOnly);
        }
        let entry = (table.to_owned(), n, tokens.to_owned());
        match &mut self.conn.unindexed {
            Some(waiting) => waiting.push(entry),
            None => self.conn.index(&entry)?,
        }
        Ok(())
    }

    /// Takes documents out of a `{FTS …}` table: those whose numbers `which` selects.
    pub fn drop_texts(&mut self, table: &str, which: &str, params: &[Value]) -> Result<(), Error> {
        self.conn.index_waiting(self.waited)?;
        let number = if self.conn.dialect() == Dialect::Sqlite { "rowid" } else { "n" };
        self.execute(&format!("DELETE FROM {table} WHERE {number} IN ({which})"), params).map(drop)
    }

    /// SQL pieces that find documents having **all** tokens: `FROM … f` source, the number's column, the condition
    /// on parameter `$k`, and the parameter itself. Newest first is `ORDER BY <number> DESC`. Finds what this use case wrote
    /// itself, too.
    pub fn match_text(&mut self, table: &str, k: usize, tokens: &[String]) -> Result<TextMatch, Error> {
        self.conn.index_waiting(self.waited)?;
        Ok(match self.conn.dialect() {
            Dialect::Sqlite => TextMatch {
                number: format!("{table}.rowid"),
                condition: format!("{table} MATCH ${k}"),
                param: Value::Text(
                    tokens.iter().map(|t| format!("\"{}\"", t.replace('"', ""))).collect::<Vec<_>>().join(" AND "),
                ),
            },
            Dialect::Postgres => TextMatch {
                number: format!("{table}.n"),
                condition: format!("{table}.tokens @@ CAST(CAST(${k} AS text) AS tsquery)"),
                param: Value::Text(
                    tokens.iter().map(|t| format!("'{}'", t.replace(['\'', '\\'], ""))).collect::<Vec<_>>().join(" & "),
                ),
            },
        })
    }

    /// How many statements this use case has sent: the work that two ways cost is compared by it, where a clock would not do.
    pub const fn statements(&self) -> u64 {
        self.statements
    }

    /// The database's plan for a statement, a line each; for the tests that forbid full scans.
    pub fn explain(&mut self, sql: &str, params: &[Value]) -> Result<Vec<String>, Error> {
        let (prefix, column) = match self.conn.dialect() {
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
            Dialect::Postgres => ("EXPLAIN", "QUERY PLAN"),
        };
        self.query(&format!("{prefix} {sql}"), params)?.iter().map(|row| row.text(column)).collect()
    }
}

/// Sequences that are there for good.
#[derive(Default)]
struct Sequences(Mutex<HashSet<String>>);

/// See [`Cx::match_text`].
#[derive(Debug, Clone)]
pub struct TextMatch {
    pub number: String,
    pub condition: String,
    pub param: Value,
}

/// The record of what happened, and who is told.
impl Cx<'_> {
    /// Appends to the change log in this transaction. `payload` holds ids, field names and states only: a personal
    /// value never goes here, its keyed digest may.
    pub fn record(
        &mut self,
        kind: &str,
        subject_kind: &str,
        subject: Uuid,
        payload: &serde_json::Value,
    ) -> Result<(), Error> {
        let params = self.entry(kind, subject_kind, subject, payload)?;
        self.conn.put(RECORD, &params, true)
    }

    /// As [`Cx::record`]; answers the number of the entry.
    pub fn record_numbered(
        &mut self,
        kind: &str,
        subject_kind: &str,
        subject: Uuid,
        payload: &serde_json::Value,
    ) -> Result<i64, Error> {
        let params = self.entry(kind, subject_kind, subject, payload)?;
        self.query_one(&format!("{RECORD} RETURNING n"), &params)?.i64("n")
    }

    fn entry(
        &self,
        kind: &str,
        subject_kind: &str,
        subject: Uuid,
        payload: &serde_json::Value,
    ) -> Result<[Value; 8], Error> {
        if self.mode == Mode::Read {
            return Err(Error::ReadOnly);
        }
        Ok([
            Value::from(self.district()),
            Value::from(self.now),
            Value::from(self.actor.log_name()),
            Value::from(self.purpose.code()),
            Value::from(kind),
            Value::from(subject_kind),
            Value::from(subject),
            Value::from(payload.to_string()),
        ])
    }

    /// Notes that personal data was shown. Durable before the use case answers, also from a read-only one.
    pub fn record_read(&mut self, subject_kind: &str, subject: Uuid, fields: &[&str]) -> Result<(), Error> {
        let note = ReadNote { at: self.now, subject_kind: subject_kind.to_owned(), subject, fields: fields.join(",") };
        if self.mode == Mode::Read {
            self.notes.push(note);
            return Ok(());
        }
        self.write_read_notes(&[note])
    }

    pub(crate) fn write_read_notes(&mut self, notes: &[ReadNote]) -> Result<(), Error> {
        let sql = "INSERT INTO audit_read (district_id, at, actor, purpose, subject_kind, subject, fields) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        for note in notes {
            let params = crate::params![
                self.district(),
                note.at,
                self.actor.log_name(),
                self.purpose.code(),
                &note.subject_kind,
                note.subject,
                &note.fields
            ];
            self.execute(sql, params)?;
        }
        Ok(())
    }

    /// Tells listeners (server-sent events, caches) after the commit.
    pub fn signal(&mut self, kind: &'static str, subject: Uuid) {
        let district = self.district();
        self.signals.push(Signal { kind, subject, district });
    }
}

/// Secrets: personal values are sealed under a data key of the person or matter they belong to.
impl Cx<'_> {
    /// Seals `plain` under the subject's key of this class, made now if there is none.
    pub fn seal(&mut self, class: KeyClass, subject: Uuid, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let key = match self.subject_key(class, subject)? {
            Some(key) => key,
            None => self.new_subject_key(class, subject)?,
        };
        Ok(key.seal(self.runtime.ids.as_ref(), class, subject, plain))
    }

    /// Opens what [`Cx::seal`] sealed. [`Error::Erased`] when the key was destroyed.
    pub fn open(&mut self, class: KeyClass, subject: Uuid, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.subject_key(class, subject)?.ok_or(Error::Erased)?.open(class, subject, sealed)
    }

    /// As [`Cx::open`], for text.
    pub fn open_text(&mut self, class: KeyClass, subject: Uuid, sealed: &[u8]) -> Result<String, Error> {
        String::from_utf8(self.open(class, subject, sealed)?).map_err(|_| Error::Sealed("not text"))
    }

    /// Makes the key of a subject that is known to have none yet; saves [`Cx::seal`] a look-up.
    pub fn new_subject_key(&mut self, class: KeyClass, subject: Uuid) -> Result<SubjectKey, Error> {
        let key = SubjectKey::generate(self.runtime.ids.as_ref());
        let (version, wrapped) = self.runtime.keys.wrap(self.runtime.ids.as_ref(), class, subject, &key);
        let sql =
            "INSERT INTO subject_key (district_id, class, subject, key_version, wrapped) VALUES ($1, $2, $3, $4, $5)";
        self.put(sql, crate::params![self.district(), class.code(), subject, i64::from(version), wrapped])?;
        self.subject_keys.insert((class, subject), key.clone());
        Ok(key)
    }

    /// Loads the keys of many subjects at once, before a list is opened: one statement instead of one each.
    pub fn load_subject_keys(&mut self, class: KeyClass, subjects: &[Uuid]) -> Result<(), Error> {
        for chunk in subjects.chunks(200) {
            let marks = (0..chunk.len()).map(|i| format!("${}", i + 2)).collect::<Vec<_>>().join(", ");
            let sql = format!(
                "SELECT subject, key_version, wrapped FROM subject_key WHERE class = $1 AND subject IN ({marks})"
            );
            let params: Vec<Value> =
                std::iter::once(Value::from(class.code())).chain(chunk.iter().map(|s| Value::Uuid(*s))).collect();
            for row in self.conn.query(&sql, &params)? {
                let subject = row.uuid("subject")?;
                let key = self.runtime.keys.unwrap(row.i64("key_version")?, class, subject, &row.blob("wrapped")?)?;
                self.subject_keys.insert((class, subject), key);
            }
        }
        Ok(())
    }

    /// Destroys the subject's key: everything sealed under it is erased, backups included once they expire.
    pub fn destroy_subject_key(&mut self, class: KeyClass, subject: Uuid) -> Result<(), Error> {
        self.subject_keys.remove(&(class, subject));
        self.execute("DELETE FROM subject_key WHERE class = $1 AND subject = $2", crate::params![class.code(), subject])
            .map(drop)
    }

    /// As [`Cx::destroy_subject_key`], for at most a few hundred subjects at once.
    pub fn destroy_subject_keys(&mut self, class: KeyClass, subjects: &[Uuid]) -> Result<(), Error> {
        if subjects.is_empty() {
            return Ok(());
        }
        let marks = (0..subjects.len()).map(|i| format!("${}", i + 2)).collect::<Vec<_>>().join(", ");
        let sql = format!("DELETE FROM subject_key WHERE class = $1 AND subject IN ({marks})");
        let values: Vec<Value> =
            std::iter::once(Value::from(class.code())).chain(subjects.iter().map(|s| Value::Uuid(*s))).collect();
        self.execute(&sql, &values)?;
        self.subject_keys.retain(|(of, subject), _| *of != class || !subjects.contains(subject));
        Ok(())
    }

    fn subject_key(&mut self, class: KeyClass, subject: Uuid) -> Result<Option<SubjectKey>, Error> {
        if let Some(key) = self.subject_keys.get(&(class, subject)) {
            return Ok(Some(key.clone()));
        }
        let sql = "SELECT key_version, wrapped FROM subject_key WHERE class = $1 AND subject = $2";
        let Some(row) = self.query_opt(sql, crate::params![class.code(), subject])? else {
            return Ok(None);
        };
        let key = self.runtime.keys.unwrap(row.i64("key_version")?, class, subject, &row.blob("wrapped")?)?;
        self.subject_keys.insert((class, subject), key.clone());
        Ok(Some(key))
    }

    pub(crate) fn keys(&self) -> &keys::Keys {
        &self.runtime.keys
    }

    /// HMAC-SHA-256 under the class key: for equality search, tokens and digests of personal values.
    pub fn keyed_hash(&self, class: KeyClass, bytes: &[u8]) -> [u8; 32] {
        keys::keyed_hash(&self.runtime.keys, class, bytes)
    }
}

impl std::fmt::Debug for Cx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cx").field("now", &self.now).field("purpose", &self.purpose).finish_non_exhaustive()
    }
}
