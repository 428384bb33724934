//! Long writes that let others write meanwhile.
//!
//! SQLite has one writer, in this process or another: a file of many rows written in one transaction would hold everybody up for
//! as long as it takes to read, hide, seal and index them. So the rows are filled *aside*: on a connection of their own, into
//! temporary tables that bear the names of the real ones and therefore stand before them. No lock of the database is taken for
//! that. Then one transaction moves them, which is no more than copying rows and writing indexes. A failure or a crash before
//! its commit leaves nothing, as temporary tables end with their connection.
//!
//! On PostgreSQL nobody waits for a long transaction, so there it is just that: one.

use crate::conn::{Conn, Dialect};
use crate::cx::{Cx, Mode};
use crate::{Error, Runtime, Who, params};

/// A table that is filled aside.
#[derive(Debug, Clone, Copy)]
pub struct Aside {
    pub table: &'static str,
    /// The search table whose entries bear this table's numbers.
    pub search: Option<&'static str>,
}

impl Aside {
    pub const fn of(table: &'static str) -> Self {
        Self { table, search: None }
    }
    pub const fn searched(table: &'static str, search: &'static str) -> Self {
        Self { table, search: Some(search) }
    }
}

impl Runtime {
    /// Runs `fill`, which may write to `tables` and enqueue jobs and nothing else, then moves what it wrote and runs `finish` in one short
    /// transaction. In `fill` the tables look empty (on SQLite), and numbers they give out (`n`) are not the final ones.
    ///
    /// # Errors
    /// Those of `fill` and `finish`; a row that breaks a unique index because somebody wrote the same meanwhile. Nothing is written then.
    pub fn write_aside<S, T, E>(
        &self,
        who: &Who,
        tables: &[Aside],
        fill: impl FnOnce(&mut Cx<'_>) -> Result<S, E> + Send + 'static,
        finish: impl FnOnce(&mut Cx<'_>, S) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if self.target().dialect() == Dialect::Postgres {
            return self.write_now(who.clone(), move |cx| {
                let filled = fill(cx)?;
                finish(cx, filled)
            });
        }
        let mut conn = self.target().open(true, self.shared_faults())?;
        conn.batch("BEGIN")?;
        for aside in tables {
            shadow(&mut conn, *aside)?;
        }
        conn.only_aside(true)?;
        let mut cx = Cx::new(&self.0, &mut conn, who.clone(), Mode::Write);
        cx.later = Some(Vec::new());
        let filled = fill(&mut cx)?;
        let jobs = cx.later.take().unwrap_or_default();
        let (mut signals, _) = cx.finish();
        conn.only_aside(false)?;
        conn.batch("COMMIT")?;
        conn.batch("BEGIN IMMEDIATE")?;
        for aside in tables {
            bring(&mut conn, *aside)?;
        }
        let mut cx = Cx::new(&self.0, &mut conn, who.clone(), Mode::Write);
        for job in jobs {
            cx.enqueue(job)?;
        }
        // On any error the connection ends, and with it the transaction and the temporary tables.
        let done = finish(&mut cx, filled)?;
        signals.extend(cx.finish().0);
        conn.batch("COMMIT")?;
        for signal in signals {
            self.publish(signal);
        }
        Ok(done)
    }
}

/// Puts an empty table of the same name and columns before the real one. Its indexes are left out: they cost while filling, and
/// what they forbid is found out when the rows are brought.
fn shadow(conn: &mut Conn, aside: Aside) -> Result<(), Error> {
    let sql = "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = $1";
    let made = conn.query(sql, params![aside.table])?;
    let made = made.first().ok_or_else(|| Error::Setup(format!("there is no table {}", aside.table)))?.text("sql")?;
    conn.batch(&made.replacen("CREATE TABLE", "CREATE TEMP TABLE", 1))?;
    match aside.search {
        Some(search) => {
            conn.batch(&format!("CREATE TEMP TABLE {search} (rowid INTEGER PRIMARY KEY, tokens TEXT NOT NULL)"))
        }
        None => Ok(()),
    }
}

/// Moves the rows and takes the temporary table away, so that the name means the real one again.
fn bring(conn: &mut Conn, Aside { table, search }: Aside) -> Result<(), Error> {
    let columns: Vec<String> = conn
        .query("SELECT name FROM pragma_table_info($1) ORDER BY cid", params![table])?
        .iter()
        .map(|r| r.text("name"))
        .collect::<Result<_, _>>()?;
    let numbered = columns.iter().any(|c| c == "n");
    let others: Vec<&str> = columns.iter().map(String::as_str).filter(|c| *c != "n").collect();
    let others = others.join(", ");
    if numbered {
        // Behind every number that was ever given out.
        let sql = "SELECT COALESCE((SELECT seq FROM main.sqlite_sequence WHERE name = $1), 0) AS last";
        let last = conn.query(sql, params![table])?.first().map_or(Ok(0), |r| r.i64("last"))?;
        let sql =
            format!("INSERT INTO main.{table} (n, {others}) SELECT n + $1, {others} FROM temp.{table} ORDER BY n");
        conn.execute(&sql, params![last])?;
        if let Some(search) = search {
            let sql = format!(
                "INSERT INTO main.{search} (rowid, tokens) SELECT rowid + $1, tokens FROM temp.{search} ORDER BY rowid"
            );
            conn.execute(&sql, params![last])?;
            conn.batch(&format!("DROP TABLE temp.{search}"))?;
        }
    } else {
        conn.execute(
            &format!("INSERT INTO main.{table} ({others}) SELECT {others} FROM temp.{table} ORDER BY rowid"),
            &[],
        )?;
    }
    conn.batch(&format!("DROP TABLE temp.{table}"))
}
