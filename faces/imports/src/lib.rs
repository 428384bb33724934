//! What others have written down, brought into our tables: read, looked through, written whole or not at all, and undone.
//!
//! The command line (`mulin import …`) and the desk's page use the same functions: each kind has a `bring`, which takes an
//! [`Order`] and answers with a [`Look`], written or only looked at.

pub mod addresses;
pub mod areas;
pub mod calendar;
pub mod dates;
pub mod districts;
pub mod findings;
pub mod look;
pub mod map;
pub mod matters;
pub mod people;
pub mod posts;
pub mod problems;
pub mod progress;
pub mod residents;
mod sheet;
pub mod streets;
pub mod table;
pub mod text;
pub mod undo;
pub mod upload;
pub mod uploads;
mod whence;
pub mod words;

pub use findings::Finding;
pub use look::{Did, Line, Look};
pub use problems::{Refused, Unfit};
pub use whence::of_places as words_of_places;

use ::kernel::{Datum, Lang};
use clap::{Args, Subcommand};
use kernel::ids::DistrictId;
use map::MapFile;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Cx, Runtime, Who};
use uuid::Uuid;

/// What a command works with.
pub struct Env<'a> {
    pub rt: &'a Runtime,
    /// The district of the configuration; none when it names none.
    pub district: Option<DistrictId>,
    /// Standard output, or a buffer in tests.
    pub out: &'a mut dyn Write,
}

/// `mulin import`: which one, and in which language wrong rows are named.
#[derive(Debug, Args)]
pub struct ImportCommand {
    /// Language of what is said about the file: en or zh-CN
    #[arg(long, global = true, env = "MULIN_LANG", value_name = "en|zh-CN", default_value = "en")]
    pub lang: String,
    #[command(subcommand)]
    pub import: Import,
}

/// Imports; each file is written whole or not at all, and the same file again changes nothing.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Areas of one kind (district, town, community, grid, police) with or without their outlines
    Areas(areas::AreasArgs),
    /// Police posts, police offices and safe houses
    Posts(posts::PostsArgs),
    /// Matters that another system has kept until now, by a map file
    Matters(matters::MattersArgs),
    /// Staff and volunteers with their organisation, seat, place and term
    People(people::PeopleArgs),
    /// Public holidays and make-up working days of a year
    Calendar(calendar::CalendarArgs),
    /// Residents in care with the people who speak for them; health and whereabouts need a consent each and are not imported
    Residents(residents::ResidentsArgs),
    /// The list of door plates: houses are found by their address; replaces the list before
    Addresses(addresses::AddressesArgs),
    /// Streets out of OpenStreetMap: the map, the network to walk on, names of places; replaces those before
    Streets(streets::StreetsArgs),
    /// What was brought in: when, by whom, how much, and whether it was undone
    List(undo::ListArgs),
    /// Put back what an import changed, all or nothing, while nothing was built on it
    Undo(undo::UndoArgs),
}

impl ImportCommand {
    /// Runs it.
    pub fn run(&self, env: &mut Env<'_>) -> anyhow::Result<()> {
        words::speak(Lang::from_tag(&self.lang));
        run(env, &self.import)
    }
}

/// Runs one import.
pub fn run(env: &mut Env<'_>, command: &Import) -> anyhow::Result<()> {
    match command {
        Import::Areas(args) => areas::run(env, args).map(drop),
        Import::Posts(args) => posts::run(env, args).map(drop),
        Import::Matters(args) => matters::run(env, args).map(drop),
        Import::People(args) => people::run(env, args).map(drop),
        Import::Calendar(args) => calendar::run(env, args).map(drop),
        Import::Residents(args) => residents::run(env, args).map(drop),
        Import::Addresses(args) => addresses::run(env, args).map(drop),
        Import::Streets(args) => streets::run(env, args).map(drop),
        Import::List(args) => undo::list(env, args),
        Import::Undo(args) => undo::run(env, args),
    }
}

/// A file with what was stated about it. Nothing of it is ever guessed.
#[derive(Debug, Clone, Default)]
pub struct Order {
    pub file: PathBuf,
    pub map: MapFile,
    pub datum: Option<Datum>,
    pub accept_doubtful: bool,
    /// Only look.
    pub dry_run: bool,
    /// The upload it is, if it came over the desk.
    pub draft: Option<Uuid>,
}

impl Order {
    /// What the list of imports calls the file.
    pub fn name(&self) -> String {
        file_name(&self.file)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The error under which a look is thrown away; nobody sees it.
#[derive(Debug, thiserror::Error)]
#[error("only looked at")]
struct OnlyLooked;

/// Runs `change` in one transaction; for a look it is thrown away again, so that a look sees exactly what would happen.
fn change<R: Send + 'static>(
    rt: &Runtime,
    who: Who,
    dry_run: bool,
    change: impl FnOnce(&mut Cx<'_>) -> anyhow::Result<R> + Send + 'static,
) -> anyhow::Result<R> {
    let seen: Arc<Mutex<Option<R>>> = Arc::default();
    let slot = Arc::clone(&seen);
    let done = rt.write_now(who, move |cx| -> anyhow::Result<R> {
        let done = change(cx)?;
        if dry_run {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
            return Err(OnlyLooked.into());
        }
        Ok(done)
    });
    match done {
        Err(e) if e.is::<OnlyLooked>() => {
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
            seen.ok_or(e)
        }
        other => other,
    }
}
