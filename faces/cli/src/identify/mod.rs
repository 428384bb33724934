//! `mulin identify`: who of a registry is described, from files and without a database (contract: docs/identify.md).

mod query;
mod registry;

use crate::WrongUse;
use anyhow::Context as _;
use clap::Args;
use identify::{Answer, Case, Index, Profile};
use query::{BadQuery, Query};
use serde::Serialize;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Ranks the people of a registry by how well a description fits them.
#[derive(Debug, Args)]
pub struct IdentifyArgs {
    /// Registered people: CSV (also .csv.gz) or xlsx with the columns id, sex, birth_year, height_cm, build, dialect, surname,
    /// marks, home_lat, home_lon, places (lat lon;lat lon), times_lost; an empty cell is not known
    #[arg(long, value_name = "FILE", required_unless_present = "print_profile")]
    pub registry: Option<PathBuf>,
    /// Descriptions: one JSON object on each line; - reads standard input and answers each line at once
    #[arg(long, value_name = "FILE", required_unless_present = "print_profile")]
    pub queries: Option<PathBuf>,
    /// Candidates in each answer
    #[arg(long, default_value_t = 10)]
    pub top: usize,
    /// Chance that a lost person was never registered; the profile says it otherwise
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub unregistered: Option<f64>,
    /// Rates of observing, in place of the built-in ones
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Answers nothing, but estimates the rates from the queries and writes them as a profile; a query may name who it was as
    /// "person"
    #[arg(long, value_name = "FILE")]
    pub fit: Option<PathBuf>,
    /// Prints the built-in profile with its explanations
    #[arg(long)]
    pub print_profile: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "give a number such as 0.1".to_owned())?;
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err("give a number above 0 and below 1".into()) }
}

/// One line of the answer.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a Value,
    candidates: Vec<Shown<'a>>,
    not_registered: f64,
    /// Milliseconds of reckoning.
    ms: f64,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    p: f64,
    evidence: Vec<Value>,
}

/// Runs the command. `year` is the running one, for descriptions that give none.
///
/// # Errors
/// When a file or the profile cannot be used. A line that cannot be read is answered as such; the others are answered all
/// the same, and the command fails at the end.
pub fn run(args: &IdentifyArgs, year: i32, input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<()> {
    if args.print_profile {
        return Ok(out.write_all(Profile::TEMPLATE.as_bytes())?);
    }
    let (Some(registry), Some(queries)) = (&args.registry, &args.queries) else {
        return Err(WrongUse("give --registry FILE and --queries FILE".into()).into());
    };
    let profile = profile(args)?;
    let index = Index::new(registry::read(registry)?);
    let mut file;
    let lines: &mut dyn BufRead = if queries == Path::new("-") {
        input
    } else {
        file = BufReader::new(File::open(queries).with_context(|| queries.display().to_string())?);
        &mut file
    };
    match &args.fit {
        Some(to) => fit(&index, &profile, year, lines, to, out),
        None => answer(&index, &profile, args.top, year, lines, out),
    }
}

fn profile(args: &IdentifyArgs) -> anyhow::Result<Profile> {
    let mut profile = match &args.profile {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Profile::from_toml(&text).with_context(|| path.display().to_string())?
        }
        None => Profile::default(),
    };
    if let Some(share) = args.unregistered {
        profile.unregistered = share;
    }
    Ok(profile)
}

fn answer(
    index: &Index,
    profile: &Profile,
    top: usize,
    year: i32,
    lines: &mut dyn BufRead,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let (mut bad, mut all) = (0, 0);
    each_line(lines, year, |found| {
        all += 1;
        match found {
            Ok(query) => {
                let began = Instant::now();
                let answer = index.identify(profile, &query.seen, top);
                let ms = (began.elapsed().as_secs_f64() * 1e5).round() / 100.0;
                serde_json::to_writer(&mut *out, &line(index, &query.id, &answer, ms)).map_err(io::Error::from)?;
            }
            Err(BadQuery { id, detail }) => {
                bad += 1;
                write!(out, "{}", json!({ "id": id, "error": { "detail": detail } }))?;
            }
        }
        writeln!(out)?;
        out.flush()
    })?;
    anyhow::ensure!(bad == 0, "{bad} of {all} lines could not be read; their answers say why");
    Ok(())
}

fn line<'a>(index: &'a Index, id: &'a Value, answer: &Answer, ms: f64) -> Line<'a> {
    let candidates = answer.candidates.iter().map(|c| Shown {
        id: &index.person(c.person).id,
        p: c.p,
        evidence: c.evidence.iter().map(|e| json!({ "field": e.field.name(), "bits": rounded(e.bits) })).collect(),
    });
    Line { id, candidates: candidates.collect(), not_registered: answer.not_registered, ms }
}

/// Bits to a thousandth; more would say more than anybody knows.
fn rounded(bits: f64) -> f64 {
    (bits * 1000.0).round() / 1000.0
}

fn fit(
    index: &Index,
    profile: &Profile,
    year: i32,
    lines: &mut dyn BufRead,
    to: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let by_id = (0..index.len()).map(|at| (index.person(at).id.as_str(), at)).collect();
    let (mut cases, mut bad) = (Vec::new(), Vec::new());
    let mut n = 0;
    each_line(lines, year, |found| {
        n += 1;
        match found.map_err(|e| e.detail).and_then(|query| case(query, &by_id, n)) {
            Ok(case) => cases.push(case),
            Err(detail) => bad.push(detail),
        }
        Ok(())
    })?;
    anyhow::ensure!(bad.is_empty(), "nothing was estimated:\n  {}", bad.join("\n  "));
    let confirmed = cases.iter().filter(|c| c.confirmed.is_some()).count();
    let fitted = identify::fit(index, profile, &cases);
    let head = format!(
        "# Estimated from {} cases, of which {confirmed} were confirmed. What each rate means: mulin identify --print-profile\n",
        cases.len()
    );
    std::fs::write(to, head + &fitted.to_toml()).with_context(|| to.display().to_string())?;
    Ok(writeln!(out, "{}: rates of {} cases, of which {confirmed} were confirmed", to.display(), cases.len())?)
}

fn case(query: Query, people: &std::collections::HashMap<&str, usize>, line: usize) -> Result<Case, String> {
    let confirmed = match &query.person {
        None => None,
        Some(id) => match people.get(id.as_str()) {
            Some(at) => Some(*at),
            None => {
                return Err(format!("line {line}: the person “{id}” is not in the registry; leave it out or mend it"));
            }
        },
    };
    Ok(Case { seen: query.seen, confirmed })
}

fn each_line(
    lines: &mut dyn BufRead,
    year: i32,
    mut then: impl FnMut(Result<Query, BadQuery>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut text = Vec::new();
    for n in 1.. {
        text.clear();
        if lines.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        let line = String::from_utf8_lossy(&text);
        let line = line.trim_start_matches('\u{feff}').trim();
        if !line.is_empty() {
            then(query::parse(line, n, year))?;
        }
    }
    Ok(())
}
