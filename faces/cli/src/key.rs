//! `mulin key …`: the master keys. The key file holds every version; the highest seals, the others still open what was
//! sealed before.

use crate::Env;
use crate::districts::operator;
use crate::import::progress::Bar;
use clap::Subcommand;
use kernel::OsIds;
use kernel::ids::DistrictId;
use people::app::districts;
use serde_json::json;
use store::{Who, rotation};

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Add a key to the key file and wrap every data key anew under it, while the program runs
    Rotate,
    /// Wrap what is still under an older key: after a rotation that was cut off, or some time after one
    Rewrap,
    /// Versions in the key file, and how many data keys each one wraps
    Status,
}

/// Runs one command.
///
/// # Errors
/// When the key file cannot be replaced or the database cannot be reached; every command may be run again.
pub fn run(env: &mut Env<'_>, command: &KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Rotate => {
            let version = env.rt.keys().add_version(&OsIds)?;
            writeln!(env.out, "key {version} is in the key file; copy the file to where its copy lies")?;
            rewrap(env)
        }
        KeyCommand::Rewrap => rewrap(env),
        KeyCommand::Status => status(env),
    }
}

/// Keys belong to the database, whatever districts lie in it.
fn nobody() -> Who {
    operator(DistrictId(uuid::Uuid::nil()))
}

fn rewrap(env: &mut Env<'_>) -> anyhow::Result<()> {
    let version = env.rt.keys().current();
    let wrapped = env.rt.read_now(nobody(), rotation::status)?;
    let older = wrapped.iter().filter(|w| w.version < i64::from(version)).map(|w| w.data_keys).sum::<i64>();
    let bar = Bar::new(older.unsigned_abs(), "data keys");
    let done = rotation::rewrap(env.rt, &nobody(), |done| bar.set(done as u64))?;
    bar.done();
    for district in env.rt.read_now(nobody(), districts::all_districts)? {
        env.rt.write_now(operator(district.id), move |cx| {
            cx.record("keys.rotated", "district", cx.district().0, &json!({ "version": version, "data_keys": done }))
        })?;
    }
    Ok(writeln!(env.out, "{done} data keys are now under key {version}")?)
}

fn status(env: &mut Env<'_>) -> anyhow::Result<()> {
    let (wrapped, current) = (env.rt.read_now(nobody(), rotation::status)?, env.rt.keys().current());
    for version in env.rt.keys().versions() {
        let data_keys = wrapped.iter().find(|w| w.version == i64::from(version)).map_or(0, |w| w.data_keys);
        let mark = if version == current { " (seals)" } else { "" };
        writeln!(env.out, "key {version}{mark}: {data_keys} data keys")?;
    }
    Ok(())
}
