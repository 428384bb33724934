//! A statement that does not come to its end, so that a program can be killed inside a transaction for certain and not by luck.

use crate::database::{Kind, TestDb};
use crate::pg::Cluster;
use std::time::{Duration, Instant};

/// How long a program may take to come so far.
const MOST: Duration = Duration::from_secs(120);
/// Somebody who writes holds the lock of SQLite for this long only when the statement is stuck.
const HELD: Duration = Duration::from_secs(1);

/// While this lives, whoever changes a row of the table waits, inside their transaction.
pub struct Stall<'a> {
    db: &'a TestDb,
    /// PostgreSQL: the session that holds the rows.
    holder: Option<postgres::Client>,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Delete,
    Update,
}

impl TestDb {
    fn behind(&self) -> rusqlite::Connection {
        let db = rusqlite::Connection::open(self.sqlite_path()).expect("the database file");
        db.busy_timeout(HELD).expect("a timeout");
        db
    }

    /// Whoever deletes or updates rows of this table gets no further.
    ///
    /// # Panics
    /// When there is no such table.
    pub fn stall(&self, table: &str, on: On) -> Stall<'_> {
        if self.kind() == Kind::Postgres {
            let mut holder = Cluster::shared().connect(self.name());
            holder.batch_execute(&format!("BEGIN; SELECT 1 FROM {table} FOR UPDATE")).expect("the rows");
            return Stall { db: self, holder: Some(holder) };
        }
        let on = if on == On::Delete { "DELETE" } else { "UPDATE" };
        // A trigger may not count for ever by itself; a view that it reads may.
        let sql = format!(
            "CREATE VIEW stall AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n; \
             CREATE TRIGGER stalls BEFORE {on} ON {table} BEGIN SELECT COUNT(*) FROM stall; END"
        );
        self.behind().execute_batch(&sql).expect("the trigger");
        Stall { db: self, holder: None }
    }
}

impl Stall<'_> {
    /// Comes back when somebody is stuck.
    ///
    /// # Panics
    /// When nobody is after two minutes.
    pub fn reached(&self) {
        let end = Instant::now() + MOST;
        while !self.is_reached() {
            assert!(Instant::now() < end, "nobody came to the statement that does not end");
            std::thread::yield_now();
        }
    }

    fn is_reached(&self) -> bool {
        if self.holder.is_some() {
            let sql =
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            let row = Cluster::shared().connect(self.db.name()).query_one(sql, &[]).expect("who waits");
            return row.get::<_, i64>(0) > 0;
        }
        // Nobody else writes: whoever holds the lock all the time hangs in the trigger.
        let db = self.db.behind();
        db.execute_batch("BEGIN IMMEDIATE").is_err()
    }

    /// Everybody gets on again.
    ///
    /// # Panics
    /// When somebody still hangs there.
    pub fn lift(self) {
        if self.holder.is_none() {
            self.db
                .behind()
                .execute_batch("DROP TRIGGER stalls; DROP VIEW stall")
                .expect("nobody hangs there any more");
        }
    }
}
