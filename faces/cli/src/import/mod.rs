//! `mulin import …`: what others have written down, into our tables. Every file is all or nothing.

pub mod areas;
pub mod calendar;
pub mod dates;
pub mod map;
pub mod matters;
pub mod people;
pub mod posts;
pub mod problems;
pub mod progress;
pub mod residents;
pub mod table;

use crate::Env;
use clap::Subcommand;

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
    }
}
