//! `mulin seek`: a search on the streets of a file, without a database; JSON lines in, one JSON line out for each (contract: docs/seek.md).

mod answer;
mod ask;
mod words;

use anyhow::Context as _;
use ask::Ask;
use clap::Args;
use seek::{Profile, Search, Team, Terrain};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Says where a lost person probably is and who looks where: one incident after the other, JSON lines on standard input and output.
#[derive(Debug, Args)]
pub struct SeekArgs {
    /// Streets: .osm.pbf, .osm or .osm.gz
    #[arg(long, value_name = "FILE")]
    pub streets: PathBuf,
    /// Chance begins here when the incident does not say its own seed; the same seed and the same lines give the same answers
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Figures of behaviour instead of those that come with the program (docs/seek.md)
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
}

/// A line that is longer is no question.
const LONGEST: u64 = 16 << 20;

/// Runs the command: reads `input` to its end; a line that is wrong is answered with an error, and the session goes on.
///
/// # Errors
/// When the streets or the profile cannot be used, or nobody reads the answers.
pub fn run(args: &SeekArgs, input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<()> {
    let name = || args.streets.display().to_string();
    let file = File::open(&args.streets).with_context(name)?;
    let terrain = Arc::new(Terrain::read(BufReader::new(file)).with_context(name)?);
    let profile = match &args.profile {
        Some(path) => {
            let name = || path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(name)?;
            Some(Profile::from_toml(&text).with_context(name)?)
        }
        None => None,
    };
    let mut session = Session { terrain, profile, seed: args.seed, search: None, teams: Vec::new() };
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *input).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() as u64 == LONGEST && line.last() != Some(&b'\n') {
            anyhow::bail!("a line of more than {} MB: is this the right input?", LONGEST >> 20);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let answer = session.answer(text).unwrap_or_else(|detail| answer::error(&detail));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
}

struct Session {
    terrain: Arc<Terrain>,
    profile: Option<Profile>,
    seed: u64,
    search: Option<Search>,
    teams: Vec<Team>,
}

type Answer = Result<serde_json::Value, String>;

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Session {
    fn answer(&mut self, line: &str) -> Answer {
        let ask = ask::read(line)?;
        if let Ask::Open(open) = ask {
            return self.open(*open);
        }
        let Some(search) = self.search.as_mut() else {
            return Err("no incident is open: begin with {\"op\":\"open\", …}".to_owned());
        };
        match ask {
            Ask::Open(_) => {}
            Ask::Advance { minutes, night } => {
                search.advance(minutes).map_err(said)?;
                night.into_iter().for_each(|night| search.light(night));
            }
            Ask::Searched { nodes, pod, minutes_ago, .. } => search.searched(&nodes, pod, minutes_ago).map_err(said)?,
            Ask::Sighting { lat, lon, minutes_ago, confidence, accuracy_m } => {
                search.sighting([lon, lat], minutes_ago, confidence, accuracy_m).map_err(said)?;
            }
            Ask::Team(team) => ask::team(&mut self.teams, team)?,
            Ask::Plan { minutes } => {
                let plan = search.plan(&self.teams, minutes).map_err(said)?;
                return Ok(answer::plan(&plan, search));
            }
            Ask::Map { top } => return Ok(answer::map(&search.map(top))),
        }
        Ok(answer::fine())
    }

    fn open(&mut self, open: ask::Open) -> Answer {
        let (incident, name, teams, seed) = open.into_parts()?;
        let profile = match (&self.profile, name) {
            (Some(profile), None) => profile.clone(),
            (Some(profile), Some(name)) if profile.name == name => profile.clone(),
            (_, name) => Profile::named(name.as_deref().unwrap_or("dementia-urban")).map_err(said)?,
        };
        let search =
            Search::open(Arc::clone(&self.terrain), profile, incident, seed.unwrap_or(self.seed)).map_err(said)?;
        // Only now: a wrong line leaves what was open as it was.
        (self.search, self.teams) = (Some(search), teams);
        Ok(answer::fine())
    }
}
