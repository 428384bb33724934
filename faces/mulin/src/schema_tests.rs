//! Both databases get the same tables, columns, nullability and indexes, and every table names its district.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::open::{MIGRATIONS, open_with};
use kernel::ids::DistrictId;
use kernel::{OsIds, SystemClock};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Cx, Error, Keys, Runtime, Who, params};
use testkit::{Kind, TestDb};

/// Table → column → may be null; table → indexed column lists (unique ones marked).
type Schema = (BTreeMap<String, BTreeMap<String, bool>>, BTreeMap<String, BTreeSet<String>>);

fn fresh(kind: Kind) -> (Runtime, TestDb) {
    let db = TestDb::new(kind);
    let rt = open_with(&db.url(), 2, Keys::generate(&OsIds), Arc::new(SystemClock), Arc::new(OsIds)).unwrap();
    assert_eq!(rt.migrate(MIGRATIONS).unwrap(), 0, "a second run finds nothing to do");
    (rt, db)
}

fn read(rt: &Runtime, f: impl FnOnce(&mut Cx<'_>) -> Result<Schema, Error> + Send + 'static) -> Schema {
    rt.read_now(Who::system(DistrictId(uuid::Uuid::nil()), "test"), f).unwrap()
}

fn of_sqlite(cx: &mut Cx<'_>) -> Result<Schema, Error> {
    let (mut columns, mut indexes): Schema = Schema::default();
    // Shadow tables of the search indexes have names of their own.
    let names =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts%'";
    for table in cx.query(names, &[])? {
        let table = table.text("name")?;
        for c in cx.query("SELECT name, \"notnull\", pk FROM pragma_table_info($1)", params![&table])? {
            let nullable = c.i64("notnull")? == 0 && c.i64("pk")? == 0;
            columns.entry(table.clone()).or_default().insert(c.text("name")?, nullable);
        }
        let list = "SELECT name, \"unique\" FROM pragma_index_list($1)";
        for index in cx.query(list, params![&table])? {
            let cols =
                cx.query("SELECT name FROM pragma_index_info($1) ORDER BY seqno", params![index.text("name")?])?;
            let cols: Vec<String> =
                cols.iter().map(|c| c.opt_text("name").map(Option::unwrap_or_default)).collect::<Result<_, _>>()?;
            let mark = if index.i64("unique")? == 1 { "unique " } else { "" };
            indexes.entry(table.clone()).or_default().insert(format!("{mark}{}", cols.join(",")));
        }
        // An integer primary key is the table itself in SQLite, an index in PostgreSQL.
        let key = cx.query("SELECT name, type FROM pragma_table_info($1) WHERE pk > 0", params![&table])?;
        if let [only] = key.as_slice()
            && only.text("type")?.eq_ignore_ascii_case("integer")
        {
            indexes.entry(table.clone()).or_default().insert(format!("unique {}", only.text("name")?));
        }
    }
    Ok((columns, indexes))
}

fn of_postgres(cx: &mut Cx<'_>) -> Result<Schema, Error> {
    let (mut columns, mut indexes): Schema = Schema::default();
    let sql = "SELECT CAST(table_name AS text) AS t, CAST(column_name AS text) AS c, is_nullable = 'YES' AS nullable \
               FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%_fts%'";
    for row in cx.query(sql, &[])? {
        columns.entry(row.text("t")?).or_default().insert(row.text("c")?, row.bool("nullable")?);
    }
    let sql = "SELECT CAST(t.relname AS text) AS t, i.indisunique AS u, \
               (SELECT string_agg(COALESCE(CAST(a.attname AS text), ''), ',' ORDER BY k.n) \
                FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, n) \
                LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum AND k.attnum > 0) AS cols \
               FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace \
               WHERE s.nspname = 'public' AND t.relname NOT LIKE '%_fts%'";
    for row in cx.query(sql, &[])? {
        let mark = if row.bool("u")? { "unique " } else { "" };
        indexes.entry(row.text("t")?).or_default().insert(format!("{mark}{}", row.text("cols")?));
    }
    Ok((columns, indexes))
}

#[test]
fn both_databases_have_the_same_tables_columns_and_indexes() {
    let (sqlite, _keep) = fresh(Kind::Sqlite);
    let (postgres, _keep_too) = fresh(Kind::Postgres);
    let (left, right) = (read(&sqlite, of_sqlite), read(&postgres, of_postgres));
    assert_eq!(left.0, right.0, "columns");
    assert_eq!(left.1, right.1, "indexes");
}

#[test]
fn every_table_names_its_district() {
    let (sqlite, _keep) = fresh(Kind::Sqlite);
    let (columns, _) = read(&sqlite, of_sqlite);
    // The list of migrations belongs to the database; a counter's series begins with the district.
    let without: Vec<_> = columns
        .iter()
        .filter(|(table, c)| !c.contains_key("district_id") && !matches!(table.as_str(), "migration" | "counter"))
        .map(|(table, _)| table)
        .collect();
    assert!(without.is_empty(), "tables without district_id: {without:?}");
}
