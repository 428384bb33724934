//! Opens the database of a configuration, with keys, and knows every migration.

use crate::config::Config;
use anyhow::Context as _;
use kernel::{Clock, Ids, OsIds, SystemClock};
use std::sync::Arc;
use store::{Keys, Migration, Options, Runtime};

/// Every table of the program, in the order in which they build on each other.
pub(crate) const MIGRATIONS: &[&[Migration]] = &[
    places::MIGRATIONS,
    people::MIGRATIONS,
    care::MIGRATIONS,
    lost::MIGRATIONS,
    locators::MIGRATIONS,
    matters::MIGRATIONS,
    alerts::MIGRATIONS,
    audit::MIGRATIONS,
];

/// Opens what the configuration names, with the machine's clock, and brings its schema up to date.
pub(crate) fn open(config: &Config) -> anyhow::Result<Runtime> {
    let keys = Keys::load(&config.keys).context("the keys; `mulin init` makes them")?;
    open_with(&config.database, config.connections, keys, Arc::new(SystemClock), Arc::new(OsIds))
}

/// As [`open`], with everything passed in.
pub(crate) fn open_with(
    url: &str,
    connections: usize,
    keys: Keys,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
) -> anyhow::Result<Runtime> {
    let mut options = Options::new(url, clock, ids, keys);
    options.connections = connections;
    let rt = Runtime::open(options).context("the database")?;
    rt.migrate(MIGRATIONS).context("bringing the database up to date")?;
    Ok(rt)
}
