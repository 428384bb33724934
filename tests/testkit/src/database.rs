//! A fresh database for one test, on SQLite or PostgreSQL, and the macro that runs a test on both.

use crate::pg::Cluster;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// An empty database of its own, removed at the end of the test.
#[derive(Debug)]
pub struct TestDb {
    kind: Kind,
    /// Holds the SQLite file, and attachments or mails a test wants to put somewhere.
    dir: tempfile::TempDir,
    /// Name inside the shared cluster; empty for SQLite.
    name: String,
}

impl TestDb {
    /// An empty database.
    pub fn new(kind: Kind) -> Self {
        Self::create(kind, |cluster, name| cluster.admin(&format!("CREATE DATABASE {name}")))
    }

    /// A database already filled by `fill`, which gets the URL of an empty one. The result is kept under `key` (letters,
    /// digits, `_`) and copied for later tests, so the key must change whenever what `fill` writes changes.
    pub fn filled(kind: Kind, key: &str, fill: impl FnOnce(&str)) -> Self {
        match kind {
            Kind::Sqlite => {
                let db = Self::new(kind);
                fill(&db.url());
                db
            }
            Kind::Postgres => Self::create(kind, |cluster, name| {
                let template = format!("tpl_{key}");
                cluster.template(&template, fill);
                cluster.admin(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
            }),
        }
    }

    fn create(kind: Kind, create: impl FnOnce(&Cluster, &str)) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let dir = tempfile::tempdir().expect("a directory for the test");
        let name = match kind {
            Kind::Sqlite => String::new(),
            Kind::Postgres => {
                let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
                let cluster = Cluster::shared();
                cluster.admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                create(cluster, &name);
                name
            }
        };
        Self { kind, dir, name }
    }

    /// Name inside the shared cluster; empty for SQLite.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What `Db::open` takes.
    pub fn url(&self) -> String {
        match self.kind {
            Kind::Sqlite => format!("sqlite:{}", self.sqlite_path().display()),
            Kind::Postgres => Cluster::shared().url(&self.name),
        }
    }

    /// A directory that goes away with the test.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The database file; meaningful for SQLite only.
    pub fn sqlite_path(&self) -> PathBuf {
        self.dir.path().join("mulin.db")
    }

    /// PostgreSQL: ends every connection to this database, as a crash of the server or the network would.
    /// SQLite has no connection that could be cut: nothing happens.
    pub fn cut_connections(&self) {
        if self.kind == Kind::Postgres {
            Cluster::shared().admin(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            ));
        }
    }

    /// PostgreSQL: the database is gone (`false`) or back (`true`); going ends every connection.
    pub fn reachable(&self, yes: bool) {
        if self.kind == Kind::Postgres {
            Cluster::shared().admin(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS {yes}", self.name));
            if !yes {
                self.cut_connections();
            }
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if self.kind == Kind::Postgres {
            let cluster = Cluster::shared();
            // After a failure the database may stay until the cluster goes; a second panic would hide the first.
            if let Ok(mut client) = postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls) {
                let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
            }
        }
    }
}

/// What a test of [`both_databases!`](crate::both_databases) can ask for: the bare database, or a world on top of it.
pub trait Setup: Sized {
    fn setup(kind: Kind) -> Self;
}

impl Setup for TestDb {
    fn setup(kind: Kind) -> Self {
        Self::new(kind)
    }
}

/// Runs one body as two tests, `name::sqlite` and `name::postgres`.
///
/// ```ignore
/// testkit::both_databases! {
///     /// R1: nothing lies around without an owner.
///     fn a_matter_has_an_owner(world: World) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_databases {
    ($($(#[$meta:meta])* fn $name:ident($arg:ident: $setup:ty) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a body may need nothing from outside")]
            use super::*;
            fn body($arg: $setup) $body
            #[test]
            fn sqlite() { body(<$setup as $crate::Setup>::setup($crate::Kind::Sqlite)); }
            #[test]
            fn postgres() { body(<$setup as $crate::Setup>::setup($crate::Kind::Postgres)); }
        }
    )+};
}
