//! One connection to either database. The only place that knows which one it is.

use crate::{Error, Row, Value, faults::Faults, tls};
use std::collections::HashMap;
use std::sync::Arc;

/// How long to wait for another process (an import from the command line) to finish its transaction.
const BUSY: std::time::Duration = std::time::Duration::from_secs(20);

/// A connection with its statement cache.
pub(crate) struct Conn {
    kind: Kind,
    faults: Arc<Faults>,
    /// Set when the connection is beyond use; its owner opens another.
    pub broken: bool,
    /// Entries of search tables that wait for the end of the transaction; none unless its owner writes them then.
    pub unindexed: Option<Vec<Unindexed>>,
    /// PostgreSQL: statements that wait to be sent as one, see [`Conn::put`].
    waiting: Vec<(String, Vec<Value>)>,
}

/// Statements that wait at most; bounds how many texts they combine to.
const WAITING: usize = 32;

/// What [`crate::Cx::index_text`] was given: table, number, tokens.
pub(crate) type Unindexed = (String, i64, String);

enum Kind {
    Sqlite(rusqlite::Connection),
    Postgres { client: Box<postgres::Client>, prepared: HashMap<String, postgres::Statement> },
}

/// A column as it lies in the driver's own buffer, for long walks over the log: nothing is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    /// Text, bytes or a uuid.
    Bytes(&'a [u8]),
}

/// Columns of a statement read by [`Conn::each_cells`] at most.
const CELLS: usize = 8;

/// Which SQL is spoken; used only inside this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Conn {
    /// `max_pages` caps the file (4 KiB pages): beyond it writes fail as on a full disk.
    pub(crate) fn open_sqlite(
        path: &str,
        max_pages: Option<u32>,
        writer: bool,
        faults: Arc<Faults>,
    ) -> Result<Self, Error> {
        use rusqlite::OpenFlags;
        let flags = if writer {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        } | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if writer {
            make_private(path)?;
        }
        let conn = rusqlite::Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
        conn.set_prepared_statement_cache_capacity(512);
        // A plan depends on the statement alone. Otherwise a statement is planned anew when its first value changes,
        // which cost every use case a seventh of its time.
        conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(sqlite_error)?;
        conn.busy_timeout(BUSY).map_err(sqlite_error)?;
        // synchronous=FULL: an acknowledged write survives a power cut. Large cache for the writer's index pages. A checkpoint
        // comes after 48 MiB of log instead of 4: the same index pages change again and again, and each is then moved once.
        // Not temp_store=MEMORY for the writer: SQLite then keeps the undo journal of a savepoint in memory as a list that
        // every statement walks to its end, so that a long use case takes the square of its length.
        let pragmas = format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store={}; \
             PRAGMA cache_size=-{}; PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=12288;",
            if writer { "DEFAULT" } else { "MEMORY" },
            if writer { 65_536 } else { 16_384 }
        );
        conn.execute_batch(&pragmas).map_err(sqlite_error)?;
        if let Some(pages) = max_pages {
            conn.execute_batch(&format!("PRAGMA max_page_count={pages}")).map_err(sqlite_error)?;
        }
        if !writer {
            conn.execute_batch("PRAGMA query_only=ON").map_err(sqlite_error)?;
        }
        Ok(Self { kind: Kind::Sqlite(conn), faults, broken: false, unindexed: None, waiting: Vec::new() })
    }

    pub(crate) fn open_postgres(url: &str, faults: Arc<Faults>) -> Result<Self, Error> {
        let asked = tls::asked(url)?;
        let mut config: postgres::Config =
            asked.url.parse().map_err(|e: postgres::Error| Error::Setup(e.to_string()))?;
        config.connect_timeout(std::time::Duration::from_secs(3)).application_name("mulin");
        let client = match &asked.roots {
            Some(roots) => config.connect(tls::connector(roots)?),
            None => config.connect(postgres::NoTls),
        };
        let client = client.map_err(|e| Error::Unavailable(with_cause(&e)))?;
        let kind = Kind::Postgres { client: Box::new(client), prepared: HashMap::new() };
        Ok(Self { kind, faults, broken: false, unindexed: None, waiting: Vec::new() })
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        match self.kind {
            Kind::Sqlite(_) => Dialect::Sqlite,
            Kind::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Whether a transaction is open (SQLite ends one by itself when the disk is full).
    pub(crate) fn in_transaction(&self) -> bool {
        match &self.kind {
            Kind::Sqlite(c) => !c.is_autocommit(),
            Kind::Postgres { client, .. } => !client.is_closed(),
        }
    }

    /// SQLite: whether writing is refused everywhere but in temporary tables. What is written past those that were named
    /// would take the lock that [`crate::Runtime::write_aside`] is there to leave to others.
    pub(crate) fn only_aside(&mut self, only: bool) -> Result<(), Error> {
        use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
        let refuse = |asked: AuthContext<'_>| {
            let (AuthAction::Insert { table_name: table }
            | AuthAction::Update { table_name: table, .. }
            | AuthAction::Delete { table_name: table }) = asked.action
            else {
                return Authorization::Allow;
            };
            if asked.database_name == Some("main") {
                tracing::error!(table, "written to, but not named as filled aside");
                return Authorization::Deny;
            }
            Authorization::Allow
        };
        match &mut self.kind {
            Kind::Sqlite(c) => c.authorizer(only.then_some(refuse)).map_err(sqlite_error),
            Kind::Postgres { .. } => Ok(()),
        }
    }

    /// Statements without parameters or answer: BEGIN, COMMIT, savepoints, DDL.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        if sql.starts_with("ROLLBACK") {
            self.waiting.clear();
        }
        self.ready()?;
        match &mut self.kind {
            Kind::Sqlite(c) => c.execute_batch(sql).map_err(sqlite_error),
            Kind::Postgres { client, .. } => client.batch_execute(sql).map_err(postgres_error),
        }
        .inspect_err(|e| self.broken |= e.is_unavailable() && self.dialect() == Dialect::Postgres)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        self.ready()?;
        self.run(sql, params)
    }

    /// A write of which nothing is asked back. PostgreSQL gets several of them as one statement, with the next that must be
    /// answered or at the commit: a round trip costs more than most of them. What is wrong with it is told then. In one
    /// statement their order is open; an `ordered` one never travels with another of the same text.
    pub(crate) fn put(&mut self, sql: &str, params: &[Value], ordered: bool) -> Result<(), Error> {
        if self.dialect() == Dialect::Sqlite {
            return self.execute(sql, params).map(drop);
        }
        if self.waiting.len() >= WAITING || ordered && self.waiting.iter().any(|(text, _)| text == sql) {
            self.ready()?;
        }
        self.waiting.push((sql.to_owned(), params.to_vec()));
        Ok(())
    }

    /// Before any other statement: those that wait go first.
    fn ready(&mut self) -> Result<(), Error> {
        self.check_faults()?;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let (sql, params) = as_one(std::mem::take(&mut self.waiting));
        self.run(&sql, &params)?;
        self.check_faults()
    }

    fn run(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        let done = match &mut self.kind {
            Kind::Sqlite(c) => {
                let mut statement = c.prepare_cached(&numbered(sql)).map_err(sqlite_error)?;
                statement.execute(rusqlite::params_from_iter(params)).map(|n| n as u64).map_err(sqlite_error)
            }
            Kind::Postgres { client, prepared } => {
                let statement = prepare(client, prepared, sql)?;
                let params: Vec<&(dyn postgres::types::ToSql + Sync)> = params.iter().map(|p| p as _).collect();
                client.execute(&statement, &params).map_err(postgres_error)
            }
        };
        done.inspect_err(|e| self.note(e))
    }

    /// Writes the entries of search tables that wait, from the `from`th on.
    pub(crate) fn index_waiting(&mut self, from: usize) -> Result<(), Error> {
        let waiting = self.unindexed.as_mut().map(|all| all.split_off(from.min(all.len()))).unwrap_or_default();
        waiting.iter().try_for_each(|entry| self.index(entry))
    }

    /// One entry of a search table.
    pub(crate) fn index(&mut self, (table, n, tokens): &Unindexed) -> Result<(), Error> {
        let sql = match self.dialect() {
            Dialect::Sqlite => format!("INSERT INTO {table} (rowid, tokens) VALUES ($1, $2)"),
            Dialect::Postgres => format!(
                "INSERT INTO {table} (n, tokens) VALUES ($1, array_to_tsvector(string_to_array(CAST($2 AS text), ' '))) \
                 ON CONFLICT (n) DO UPDATE SET tokens = {table}.tokens || excluded.tokens"
            ),
        };
        self.put(&sql, &[Value::Int(*n), Value::from(tokens.as_str())], true)
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        self.each(sql, params, &mut |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Streams an answer row by row, for tables too long to hold.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        visit: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.ready()?;
        let done = match &mut self.kind {
            Kind::Sqlite(c) => sqlite_each(c, sql, params, visit),
            Kind::Postgres { client, prepared } => postgres_each(client, prepared, sql, params, visit),
        };
        done.inspect_err(|e| self.note(e))
    }

    /// As [`Conn::each`] for at most eight columns of integers, texts, bytes and uuids, without copying them.
    pub(crate) fn each_cells(
        &mut self,
        sql: &str,
        params: &[Value],
        visit: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.ready()?;
        let done = match &mut self.kind {
            Kind::Sqlite(c) => sqlite_cells(c, sql, params, visit),
            Kind::Postgres { client, prepared } => postgres_cells(client, prepared, sql, params, visit),
        };
        done.inspect_err(|e| self.note(e))
    }

    fn note(&mut self, error: &Error) {
        self.broken |= error.is_unavailable() && self.dialect() == Dialect::Postgres;
    }

    fn check_faults(&mut self) -> Result<(), Error> {
        if self.broken {
            return Err(Error::Unavailable("connection lost".into()));
        }
        if self.faults.strike() {
            self.broken = true;
            return Err(Error::Unavailable("connection lost (injected)".into()));
        }
        Ok(())
    }
}

/// A new database file is readable by its owner only; SQLite gives its `-wal` and `-shm` the same mode. One that is there
/// keeps what the operator chose.
fn make_private(path: &str) -> Result<(), Error> {
    if path.starts_with(':') || path.starts_with("file:") {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(Error::Unavailable(format!("{path}: {e}"))),
        _ => Ok(()),
    }
}

fn sqlite_each(
    c: &rusqlite::Connection,
    sql: &str,
    params: &[Value],
    visit: &mut dyn FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = c.prepare_cached(&numbered(sql)).map_err(sqlite_error)?;
    let names: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(sqlite_error)?;
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        let values = (0..names.len())
            .map(|i| row.get_ref(i).map(from_sqlite).map_err(sqlite_error))
            .collect::<Result<Vec<_>, _>>()?;
        visit(Row { names: names.clone(), values })?;
    }
    Ok(())
}

fn postgres_each(
    client: &mut postgres::Client,
    prepared: &mut HashMap<String, postgres::Statement>,
    sql: &str,
    params: &[Value],
    visit: &mut dyn FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    use postgres::fallible_iterator::FallibleIterator as _;
    let statement = prepare(client, prepared, sql)?;
    let names: Arc<[String]> = statement.columns().iter().map(|c| c.name().to_owned()).collect();
    let mut rows = client.query_raw(&statement, params).map_err(postgres_error)?;
    while let Some(row) = rows.next().map_err(postgres_error)? {
        let values = (0..names.len()).map(|i| from_postgres(&row, i)).collect::<Result<Vec<_>, _>>()?;
        visit(Row { names: names.clone(), values })?;
    }
    Ok(())
}

fn sqlite_cells(
    c: &rusqlite::Connection,
    sql: &str,
    params: &[Value],
    visit: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), Error>,
) -> Result<(), Error> {
    use rusqlite::types::ValueRef;
    let mut statement = c.prepare_cached(&numbered(sql)).map_err(sqlite_error)?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(sqlite_error)?;
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        let mut cells = [Cell::Null; CELLS];
        for (i, cell) in cells.iter_mut().enumerate().take(width) {
            *cell = match row.get_ref(i).map_err(sqlite_error)? {
                // SQLite lets a column hold anything; a real number is nothing that we write there.
                ValueRef::Null | ValueRef::Real(_) => Cell::Null,
                ValueRef::Integer(v) => Cell::Int(v),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Cell::Bytes(bytes),
            };
        }
        visit(cells.get(..width).ok_or_else(|| Error::Column("too many columns".into()))?)?;
    }
    Ok(())
}

fn postgres_cells(
    client: &mut postgres::Client,
    prepared: &mut HashMap<String, postgres::Statement>,
    sql: &str,
    params: &[Value],
    visit: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), Error>,
) -> Result<(), Error> {
    use postgres::fallible_iterator::FallibleIterator as _;
    let statement = prepare(client, prepared, sql)?;
    let width = statement.columns().len();
    let mut rows = client.query_raw(&statement, params).map_err(postgres_error)?;
    while let Some(row) = rows.next().map_err(postgres_error)? {
        let mut cells = [Cell::Null; CELLS];
        for (i, cell) in cells.iter_mut().enumerate().take(width) {
            let raw = row.try_get::<_, Option<PgCell<'_>>>(i).map_err(|e| Error::Column(e.to_string()))?;
            *cell = raw.map_or(Cell::Null, |c| c.0);
        }
        visit(cells.get(..width).ok_or_else(|| Error::Column("too many columns".into()))?)?;
    }
    Ok(())
}

/// Writes as one statement: `WITH w0 AS (INSERT …), w1 AS (INSERT …) INSERT …`, their parameters numbered on.
fn as_one(mut waiting: Vec<(String, Vec<Value>)>) -> (String, Vec<Value>) {
    let last = waiting.pop().unwrap_or_default();
    let (mut with, mut values) = (Vec::new(), Vec::new());
    for (sql, params) in waiting {
        with.push(format!("w{} AS ({})", with.len(), counted_on(&sql, values.len())));
        values.extend(params);
    }
    let sql = counted_on(&last.0, values.len());
    values.extend(last.1);
    (if with.is_empty() { sql } else { format!("WITH {} {sql}", with.join(", ")) }, values)
}

/// `$1` becomes `$(1 + by)`, and so on.
fn counted_on(sql: &str, by: usize) -> String {
    let mut parts = sql.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        out.push('$');
        out.push_str(&number.parse::<usize>().map_or_else(|_| number.to_owned(), |n| (n + by).to_string()));
        out.push_str(rest);
    }
    out
}

/// `$1` is a *name* to SQLite and a *number* to PostgreSQL; `?1` is SQLite's number.
fn numbered(sql: &str) -> String {
    let bytes = sql.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    for (i, &b) in bytes.iter().enumerate() {
        let digit_follows = bytes.get(i + 1).is_some_and(u8::is_ascii_digit);
        out.push(if b == b'$' && digit_follows { b'?' } else { b });
    }
    String::from_utf8(out).unwrap_or_default()
}

fn prepare(
    client: &mut postgres::Client,
    prepared: &mut HashMap<String, postgres::Statement>,
    sql: &str,
) -> Result<postgres::Statement, Error> {
    if let Some(statement) = prepared.get(sql) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(sql).map_err(postgres_error)?;
    // Filters make many texts; a bounded cache forgets them all rather than growing for ever.
    if prepared.len() >= 512 {
        prepared.clear();
    }
    prepared.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

fn from_sqlite(v: rusqlite::types::ValueRef<'_>) -> Value {
    use rusqlite::types::ValueRef;
    match v {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(i) => Value::Int(i),
        ValueRef::Real(r) => Value::Real(r),
        ValueRef::Text(t) => Value::Text(String::from_utf8_lossy(t).into_owned()),
        ValueRef::Blob(b) => Value::Blob(b.to_vec()),
    }
}

fn from_postgres(row: &postgres::Row, i: usize) -> Result<Value, Error> {
    use postgres::types::Type;
    let Some(column) = row.columns().get(i) else {
        return Ok(Value::Null);
    };
    let value = match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(i).map(Value::from),
        Type::INT4 => row.try_get::<_, Option<i32>>(i).map(Value::from),
        Type::INT2 => row.try_get::<_, Option<i16>>(i).map(|v| Value::from(v.map(i32::from))),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(i).map(Value::from),
        Type::FLOAT4 => row.try_get::<_, Option<f32>>(i).map(|v| Value::from(v.map(f64::from))),
        Type::BOOL => row.try_get::<_, Option<bool>>(i).map(Value::from),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i).map(Value::from),
        Type::UUID => row.try_get::<_, Option<PgUuid>>(i).map(|v| Value::from(v.map(|u| u.0))),
        _ => row.try_get::<_, Option<String>>(i).map(Value::from),
    };
    value.map_err(|e| Error::Column(format!("{}: {e}", column.name())))
}

struct PgCell<'a>(Cell<'a>);

impl<'a> postgres::types::FromSql<'a> for PgCell<'a> {
    fn from_sql(ty: &postgres::types::Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        use postgres::types::Type;
        Ok(Self(match *ty {
            Type::INT8 => Cell::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Cell::Int(i32::from_be_bytes(raw.try_into()?).into()),
            _ => Cell::Bytes(raw),
        }))
    }
    fn accepts(ty: &postgres::types::Type) -> bool {
        use postgres::types::Type;
        matches!(*ty, Type::INT8 | Type::INT4 | Type::TEXT | Type::BYTEA | Type::UUID)
    }
}

struct PgUuid(uuid::Uuid);

impl<'a> postgres::types::FromSql<'a> for PgUuid {
    fn from_sql(_: &postgres::types::Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(uuid::Uuid::from_slice(raw)?))
    }
    fn accepts(ty: &postgres::types::Type) -> bool {
        *ty == postgres::types::Type::UUID
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(v) => ValueRef::Integer(*v),
            Self::Real(v) => ValueRef::Real(*v),
            Self::Bool(v) => ValueRef::Integer((*v).into()),
            Self::Text(v) => ValueRef::Text(v.as_bytes()),
            Self::Blob(v) => ValueRef::Blob(v),
            Self::Uuid(v) => ValueRef::Blob(v.as_bytes()),
        }))
    }
}

impl postgres::types::ToSql for Value {
    fn to_sql(
        &self,
        ty: &postgres::types::Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        use postgres::types::{IsNull, Type};
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(v), &Type::INT4) => i32::try_from(*v)?.to_sql(ty, out),
            (Self::Int(v), &Type::INT2) => i16::try_from(*v)?.to_sql(ty, out),
            (Self::Int(v), &Type::FLOAT8) => (*v as f64).to_sql(ty, out),
            (Self::Int(v), _) => v.to_sql(ty, out),
            (Self::Real(v), _) => v.to_sql(ty, out),
            (Self::Bool(v), _) => v.to_sql(ty, out),
            (Self::Text(v), _) => v.as_str().to_sql(ty, out),
            (Self::Blob(v), _) => v.as_slice().to_sql(ty, out),
            (Self::Uuid(v), _) => {
                out.extend_from_slice(v.as_bytes());
                Ok(IsNull::No)
            }
        }
    }
    fn accepts(_: &postgres::types::Type) -> bool {
        true
    }
    postgres::types::to_sql_checked!();
}

fn sqlite_error(e: rusqlite::Error) -> Error {
    use rusqlite::ffi::ErrorCode;
    let rusqlite::Error::SqliteFailure(code, message) = &e else {
        return Error::Sql(e.to_string());
    };
    let text = match code.code {
        ErrorCode::DiskFull => "the disk is full; nothing was changed: make room and try again".to_owned(),
        _ => message.clone().unwrap_or_else(|| e.to_string()),
    };
    match code.code {
        ErrorCode::ConstraintViolation if text.starts_with("UNIQUE") => Error::Unique(text),
        ErrorCode::ConstraintViolation => Error::Constraint(text),
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::DiskFull
        | ErrorCode::CannotOpen
        | ErrorCode::SystemIoFailure
        | ErrorCode::ReadOnly
        | ErrorCode::OperationInterrupted => Error::Unavailable(text),
        _ => Error::Sql(text),
    }
}

/// "error connecting to server: Connection refused": the cause is what an operator can mend.
fn with_cause(e: &postgres::Error) -> String {
    let mut text = e.to_string();
    let mut source = std::error::Error::source(e);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn postgres_error(e: postgres::Error) -> Error {
    use postgres::error::SqlState;
    let Some(db) = e.as_db_error() else {
        return Error::Unavailable(with_cause(&e));
    };
    let class = db.code().code().get(..2).unwrap_or_default();
    match db.code() {
        &SqlState::UNIQUE_VIOLATION => Error::Unique(db.constraint().unwrap_or("unique").to_owned()),
        &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::LOCK_NOT_AVAILABLE => {
            Error::Unavailable(db.message().to_owned())
        }
        _ if class == "23" => Error::Constraint(db.constraint().unwrap_or("constraint").to_owned()),
        // 08 connection, 53 resources (disk full, too many connections), 57 operator intervention (shutdown).
        _ if matches!(class, "08" | "53" | "57") => Error::Unavailable(db.message().to_owned()),
        _ => Error::Sql(format!("{}: {}", db.code().code(), db.message())),
    }
}
