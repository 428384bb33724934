//! Schema changes: forward only, each once, the same text for both databases.

use crate::conn::{Conn, Dialect};
use crate::{Error, Value};
use kernel::Moment;

/// One step of the schema.
///
/// Written in types that both databases take: `BIGINT TEXT BYTEA BOOLEAN UUID DOUBLE PRECISION`. Two marks are
/// replaced: `{SEQ}` by an integer primary key that counts by itself, `{FTS name}` (a line of its own) by a search table.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `crate-NNNN-what`; never changed once landed.
    pub name: &'static str,
    pub sql: &'static str,
}

pub(crate) const OWN: &[Migration] = &[FOUNDATION, CHAIN, ONCE, RETENTION, IMPORTS, DRAFTS, DRAFT_JOBS, DRAFT_KEYS];

const FOUNDATION: Migration = Migration {
    name: "store-0001-foundation",
    sql: "
CREATE TABLE counter (series TEXT PRIMARY KEY, value BIGINT NOT NULL);
CREATE TABLE subject_key (
  district_id UUID NOT NULL, class TEXT NOT NULL, subject UUID NOT NULL, key_version BIGINT NOT NULL, wrapped BYTEA NOT NULL,
  PRIMARY KEY (subject, class)
);
CREATE TABLE event (
  n {SEQ}, district_id UUID NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, purpose TEXT NOT NULL, kind TEXT NOT NULL,
  subject_kind TEXT NOT NULL, subject UUID NOT NULL, payload TEXT NOT NULL
);
CREATE INDEX event_subject ON event (subject, n);
CREATE TABLE audit_read (
  n {SEQ}, district_id UUID NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, purpose TEXT NOT NULL,
  subject_kind TEXT NOT NULL, subject UUID NOT NULL, fields TEXT NOT NULL
);
CREATE INDEX audit_read_subject ON audit_read (subject, n);
CREATE TABLE seal_block (
  n {SEQ}, district_id UUID NOT NULL, at BIGINT NOT NULL, algorithm TEXT NOT NULL,
  last_event BIGINT NOT NULL, last_read BIGINT NOT NULL, entries BIGINT NOT NULL, leaves BYTEA NOT NULL, head BYTEA NOT NULL
);
CREATE INDEX seal_block_district ON seal_block (district_id, n);
CREATE TABLE job (
  n {SEQ}, district_id UUID NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL, run_at BIGINT NOT NULL,
  state TEXT NOT NULL, attempts BIGINT NOT NULL, lease_until BIGINT, last_error TEXT, created_at BIGINT NOT NULL, done_at BIGINT
);
CREATE UNIQUE INDEX job_key ON job (kind, key);
CREATE INDEX job_due ON job (state, run_at);
",
};

/// Which hash, the anchors that were given out, and looking up what one account has read.
const CHAIN: Migration = Migration {
    name: "store-0002-chain",
    sql: "
CREATE TABLE chain_setting (district_id UUID PRIMARY KEY, algorithm TEXT NOT NULL);
CREATE TABLE anchor (
  n {SEQ}, district_id UUID NOT NULL, at BIGINT NOT NULL, block BIGINT NOT NULL, last_event BIGINT NOT NULL, last_read BIGINT NOT NULL,
  entries BIGINT NOT NULL, algorithm TEXT NOT NULL, head BYTEA NOT NULL, line TEXT NOT NULL, idem_key TEXT NOT NULL
);
CREATE UNIQUE INDEX anchor_key ON anchor (district_id, idem_key);
CREATE INDEX anchor_district ON anchor (district_id, n);
CREATE INDEX audit_read_actor ON audit_read (actor, n);
",
};

/// Answers kept for callers that ask again.
const ONCE: Migration = Migration {
    name: "store-0003-once",
    sql: "
CREATE TABLE once_answer (
  key_hash BYTEA NOT NULL, district_id UUID NOT NULL, digest BYTEA NOT NULL, answer BYTEA NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (key_hash)
);
CREATE INDEX once_answer_age ON once_answer (at);
",
};

/// How far each rule of keeping has come.
const RETENTION: Migration = Migration {
    name: "store-0004-retention",
    sql: "
CREATE TABLE retention_done (
  district_id UUID NOT NULL, rule TEXT NOT NULL, up_to BIGINT NOT NULL, at BIGINT NOT NULL, erased BIGINT NOT NULL,
  PRIMARY KEY (district_id, rule)
);
",
};

/// What files have brought in, and what stood there before.
const IMPORTS: Migration = Migration {
    name: "store-imports",
    sql: "
CREATE TABLE import_run (
  n {SEQ}, id UUID NOT NULL, district_id UUID NOT NULL, kind TEXT NOT NULL, file TEXT NOT NULL, by_actor TEXT NOT NULL,
  at BIGINT NOT NULL, row_count BIGINT NOT NULL, added BIGINT NOT NULL, changed BIGINT NOT NULL, items BIGINT NOT NULL,
  detail TEXT NOT NULL, undone_at BIGINT, undone_by TEXT
);
CREATE UNIQUE INDEX import_run_id ON import_run (id);
CREATE INDEX import_run_district ON import_run (district_id, n);
CREATE INDEX import_run_age ON import_run (district_id, at);
CREATE TABLE import_item (
  import_id UUID NOT NULL, position BIGINT NOT NULL, district_id UUID NOT NULL, thing TEXT NOT NULL, thing_id UUID NOT NULL,
  row_no BIGINT, before BYTEA, after BYTEA NOT NULL, PRIMARY KEY (import_id, position)
);
",
};

/// Files that are looked through before they are brought in.
const DRAFTS: Migration = Migration {
    name: "store-import-drafts",
    sql: "
CREATE TABLE import_draft (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, by_actor TEXT NOT NULL, at BIGINT NOT NULL, file TEXT NOT NULL,
  stated TEXT NOT NULL, body BYTEA NOT NULL
);
CREATE INDEX import_draft_age ON import_draft (district_id, at);
",
};

/// What is wished with an uploaded file, how far it is, and which import it became.
const DRAFT_JOBS: Migration = Migration {
    name: "store-import-draft-jobs",
    sql: "
ALTER TABLE import_draft ADD COLUMN wish TEXT NOT NULL DEFAULT 'look';
ALTER TABLE import_draft ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting';
ALTER TABLE import_draft ADD COLUMN outcome BYTEA;
ALTER TABLE import_run ADD COLUMN draft_id UUID;
CREATE INDEX import_run_draft ON import_run (draft_id);
",
};

/// With which key of a program a file was uploaded: the job that brings it in has no more rights than the key leaves then.
const DRAFT_KEYS: Migration =
    Migration { name: "store-import-draft-keys", sql: "\nALTER TABLE import_draft ADD COLUMN key_id UUID;\n" };

pub(crate) fn run(conn: &mut Conn, sets: &[&[Migration]], now: Moment) -> Result<usize, Error> {
    conn.batch("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)")?;
    let mut ran = 0;
    for migration in std::iter::once(&OWN).chain(sets).flat_map(|set| set.iter()) {
        conn.batch(if conn.dialect() == Dialect::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
        let done = step(conn, migration, now);
        conn.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        ran += usize::from(done?);
    }
    Ok(ran)
}

fn step(conn: &mut Conn, migration: &Migration, now: Moment) -> Result<bool, Error> {
    if conn.dialect() == Dialect::Postgres {
        // Two processes starting at once: the second waits and then finds the work done.
        conn.query("SELECT 1 AS one FROM (SELECT pg_advisory_xact_lock(730155)) AS l", &[])?;
    }
    let name = Value::from(migration.name);
    if !conn.query("SELECT name FROM migration WHERE name = $1", std::slice::from_ref(&name))?.is_empty() {
        return Ok(false);
    }
    conn.batch(&translate(migration.sql, conn.dialect()))
        .map_err(|e| Error::Setup(format!("migration {}: {e}", migration.name)))?;
    conn.execute("INSERT INTO migration (name, applied_at) VALUES ($1, $2)", &[name, Value::from(now)])?;
    Ok(true)
}

fn translate(sql: &str, dialect: Dialect) -> String {
    let sequence = match dialect {
        Dialect::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
        Dialect::Postgres => "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    };
    let line = |line: &str| match line.trim().strip_prefix("{FTS ").and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => match dialect {
            // Contentless: the index holds tokens only, never the text.
            Dialect::Sqlite => format!(
                "CREATE VIRTUAL TABLE {name} USING fts5(tokens, content='', contentless_delete=1, detail=none, tokenize=\"unicode61 remove_diacritics 0\");"
            ),
            Dialect::Postgres => format!(
                "CREATE TABLE {name} (n BIGINT PRIMARY KEY, tokens tsvector NOT NULL);\nCREATE INDEX {name}_tokens ON {name} USING gin (tokens);"
            ),
        },
        None => line.to_owned(),
    };
    sql.lines().map(line).collect::<Vec<_>>().join("\n").replace("{SEQ}", sequence)
}
