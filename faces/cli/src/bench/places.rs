//! `mulin bench places`: half a million invented doors, and people who look for them in every way they know.

use super::chance::Chance;
use super::gateway::cpu;
use super::measure::{Measured, rss_mb};
use super::{machine, with_dir};
use anyhow::Context as _;
use clap::Args;
use kernel::geo::Point;
use kernel::ids::DistrictId;
use kernel::text::pinyin;
use places::app::{AreaChanges, SaveArea, save_areas};
use places::gazetteer::{Entry, Kind, Source, replace};
use places::{AreaKind, Outline, find_place};
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use store::{Keys, Runtime, Who};
use uuid::Uuid;

#[derive(Debug, Args)]
pub struct PlacesArgs {
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
    /// Doors of the district
    #[arg(long, default_value_t = 500_000)]
    pub doors: usize,
    /// Questions asked
    #[arg(long, default_value_t = 2_000)]
    pub queries: usize,
    /// An empty database (sqlite:FILE or postgres://…); without it one is made and removed
    #[arg(long)]
    pub database: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    database: &'static str,
    machine: String,
    names: usize,
    doors: usize,
    fill_s: f64,
    /// Milliseconds, each way to ask by itself and all together.
    figures: Vec<Measured>,
    /// Statements sent for a question, on average, and for the worst one; begin and commit are not among them.
    statements: f64,
    most_statements: u64,
    /// Milliseconds on this program's processor for a question, on average: the database's share is elsewhere on PostgreSQL.
    processor_ms: f64,
    /// Of those that name a known door: how many had it first in the list.
    found_first: f64,
    rss_mb: f64,
    peak_rss_mb: f64,
}

const DISTRICT: DistrictId = DistrictId(Uuid::from_u128(11));
const WEST: f64 = 121.30;
const SOUTH: f64 = 30.80;
/// Twelve towns in a row, each so wide.
const TOWN: f64 = 0.03;
const TOWNS: usize = 12;
const HIGH: f64 = 0.30;
/// Houses of one name.
const HOUSES: usize = 200;

/// Characters that names of streets are made of.
const SIGNS: [&str; 40] = [
    "望", "青", "海", "金", "南", "北", "明", "新", "长", "文", "桂", "竹", "柳", "鹭", "苇", "禾", "秀", "云", "江",
    "湖", "春", "秋", "德", "安", "平", "华", "民", "丰", "庆", "石", "龙", "凤", "荷", "月", "星", "泉", "松", "梅",
    "兰", "枫",
];
const ENDS: [&str; 6] = ["路", "街", "大道", "新村", "花园", "村"];

fn town(n: usize) -> String {
    format!("{}{}镇", SIGNS.get(n).copied().unwrap_or("东"), SIGNS.get(n + 20).copied().unwrap_or("西"))
}

struct Street {
    name: String,
    town: usize,
    east: f64,
    south: f64,
    lanes: bool,
}

impl Street {
    fn make(i: usize, chance: &mut Chance) -> Self {
        let sign = |chance: &mut Chance| chance.pick(&SIGNS).copied().unwrap_or("望");
        let end = ENDS.get(i % ENDS.len()).copied().unwrap_or("路");
        let mut name = format!("{}{}", sign(chance), sign(chance));
        if chance.below(3) == 0 {
            name.push_str(sign(chance));
        }
        name.push_str(end);
        let town = i % TOWNS;
        let east = WEST + TOWN * (town as f64 + 0.05 + 0.5 * chance.unit());
        Self { name, town, east, south: SOUTH + HIGH * (0.02 + 0.95 * chance.unit()), lanes: i.is_multiple_of(4) }
    }
    /// The number of a house as it is written: every tenth is missing, so that there is something to guess.
    fn number(&self, n: usize) -> Option<String> {
        if n % 10 == 7 {
            return None;
        }
        Some(match (self.lanes, self.name.ends_with('村') && !self.name.ends_with("新村")) {
            (_, true) => format!("{}组{}号", n / 20 + 1, n % 20 + 1),
            (true, _) => format!("{}弄{}号", n / 20 * 10 + 8, n % 20 + 1),
            (false, _) => format!("{}号", n + 1),
        })
    }
    fn at(&self, n: usize) -> Option<Point> {
        Point::new(self.east + 0.00005 * n as f64, self.south + 0.0001 * (n % 2) as f64).ok()
    }
}

/// One question, what kind of question it is, and the name that should come first, where one should.
struct Asked {
    way: &'static str,
    text: String,
    right: Option<String>,
}

fn ask(streets: &[Street], chance: &mut Chance) -> Option<Asked> {
    let street = chance.pick(streets)?;
    let n = chance.below(HOUSES);
    let full = street.number(n).map(|number| format!("{}{number}", street.name));
    let (way, text, right) = match chance.below(10) {
        0 | 1 => ("whole address", format!("{}{}", town(street.town), full.as_ref()?), full),
        2 => ("without town", full.clone()?, full),
        3 => ("with the flat", format!("{} {}401室", town(street.town), full.as_ref()?), full),
        4 => ("beginning of a name", street.name.chars().take(2).collect(), None),
        5 => ("pinyin", format!("{}{}", pinyin(&street.name).0, n + 1), None),
        6 => ("initials", format!("{}{}", pinyin(&street.name).1, n + 1), None),
        7 => {
            let wrong = chance.pick(&SIGNS)?;
            let rest: String = full.as_ref()?.chars().skip(1).collect();
            ("a wrong character", format!("{}{wrong}{rest}", town(street.town)), None)
        }
        8 => ("a number that is missing", format!("{}{}号", street.name, n / 10 * 10 + 8), None),
        _ => ("a wrong town", format!("{}{}", town((street.town + 1) % TOWNS), full.as_ref()?), full),
    };
    Some(Asked { way, text, right })
}

pub(super) fn run(
    args: &PlacesArgs,
    open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let report = with_dir(None, |dir| in_dir(args, open, dir))?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "{} on {}", report.database, report.machine)?;
    let (names, doors) = (report.names, report.doors);
    writeln!(out, "{doors} doors of {names} names, filled in {:.1} s", report.fill_s)?;
    writeln!(out, "{:<26} {:>6} {:>8} {:>8} {:>8} {:>8}  ms", "asked", "n", "p50", "p95", "p99", "worst")?;
    for m in &report.figures {
        writeln!(out, "{:<26} {:>6} {:>8.2} {:>8.2} {:>8.2} {:>8.2}", m.name, m.n, m.p50, m.p95, m.p99, m.worst)?;
    }
    let (sent, most, processor) = (report.statements, report.most_statements, report.processor_ms);
    writeln!(out, "a question: {sent:.1} statements, at most {most}; {processor:.2} ms on the processor here")?;
    writeln!(out, "a known door came first: {:.1} %", report.found_first * 100.0)?;
    writeln!(out, "memory: {:.0} MB, at most {:.0} MB", report.rss_mb, report.peak_rss_mb)?;
    Ok(())
}

fn in_dir(
    args: &PlacesArgs,
    open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>,
    dir: &Path,
) -> anyhow::Result<Report> {
    let url = args.database.clone().unwrap_or_else(|| format!("sqlite:{}", dir.join("bench.db").display()));
    let rt = open(&url, Keys::generate(&kernel::OsIds))?;
    let who = Who::system(DISTRICT, "bench");
    draw(&rt, &who)?;
    let mut chance = Chance::new(7);
    let count = args.doors.div_ceil(HOUSES * 9 / 10);
    let streets: Vec<Street> = (0..count).map(|i| Street::make(i, &mut chance)).collect();
    let mut entries = Vec::with_capacity(args.doors);
    for street in &streets {
        let doors =
            (0..HOUSES).filter_map(|n| Entry::address(&format!("{}{}", street.name, street.number(n)?), street.at(n)?));
        entries.extend(doors);
        entries.extend(street.at(0).map(|at| Entry::named(Kind::Street, &street.name, at)));
    }
    entries.truncate(args.doors);
    let started = Instant::now();
    let filled = rt.write_now(who.clone(), move |cx| replace(cx, Source::Addresses, entries))?;
    let fill_s = started.elapsed().as_secs_f64();
    let mut times: Vec<(&'static str, std::time::Duration)> = Vec::new();
    let (mut known, mut first) = (0_usize, 0_usize);
    let (mut statements, mut most_statements) = (0_u64, 0_u64);
    let processor = cpu::process();
    while times.len() < args.queries {
        let Some(asked) = ask(&streets, &mut chance) else { continue };
        let text = asked.text;
        let started = Instant::now();
        let (found, sent) = rt.read_now(who.clone(), move |cx| {
            let found = find_place(cx, &text, None, 8)?;
            Ok::<_, places::Error>((found, cx.statements()))
        })?;
        times.push((asked.way, started.elapsed()));
        (statements, most_statements) = (statements + sent, most_statements.max(sent));
        if let Some(right) = asked.right {
            known += 1;
            first += usize::from(found.first().is_some_and(|f| f.name == right));
        }
    }
    let processor = cpu::process().saturating_sub(processor);
    let mut ways: Vec<&'static str> = times.iter().map(|(way, _)| *way).collect();
    ways.sort_unstable();
    ways.dedup();
    let of = |way: &'static str| Measured::of(way, times.iter().filter(|(w, _)| *w == way).map(|(_, t)| *t).collect());
    let mut figures: Vec<Measured> = ways.into_iter().map(of).collect();
    figures.push(Measured::of("all", times.iter().map(|(_, t)| *t).collect()));
    Ok(Report {
        database: rt.database_kind(),
        machine: machine(),
        names: filled.names,
        doors: filled.doors,
        fill_s,
        figures,
        statements: statements as f64 / times.len().max(1) as f64,
        most_statements,
        processor_ms: processor.as_secs_f64() * 1e3 / times.len().max(1) as f64,
        found_first: first as f64 / known.max(1) as f64,
        rss_mb: rss_mb("VmRSS"),
        peak_rss_mb: rss_mb("VmHWM"),
    })
}

fn draw(rt: &Runtime, who: &Who) -> anyhow::Result<()> {
    let area = |kind, name: &str, west: f64, east: f64| -> anyhow::Result<SaveArea> {
        let outline = Outline::rectangle(west, SOUTH, east, SOUTH + HIGH).context("outline")?;
        Ok(SaveArea::new(kind, None, name).outlined(outline))
    };
    let mut save = vec![area(AreaKind::District, "和邻区", WEST, WEST + TOWN * TOWNS as f64)?];
    for n in 0..TOWNS {
        save.push(area(AreaKind::Town, &town(n), WEST + TOWN * n as f64, WEST + TOWN * (n + 1) as f64)?);
    }
    rt.write_now(who.clone(), move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] }))?;
    Ok(())
}
