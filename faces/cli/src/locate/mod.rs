//! `mulin locate`: in which areas of a file the points of another lie, without a database (contract: docs/fence.md).

pub mod areas;
mod bench;
mod geojson;

use anyhow::Context as _;
use clap::Args;
use fence::{At, Index};
use imports::Finding;
use imports::problems::Problems;
use imports::table::{Record, Table, TableError};
use imports::words::{counted, spoken};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Finds every area that contains a point: exactly, each point of a shared border in one of the two.
#[derive(Debug, Args)]
pub struct LocateArgs {
    /// Areas: GeoJSON with Polygon and MultiPolygon features, also one feature to a line, also packed by gzip
    #[arg(long, value_name = "FILE")]
    pub areas: PathBuf,
    /// Property that names an area; without it the feature's id, then its property id, code, adcode or name, then its place in the file
    #[arg(long, value_name = "FIELD")]
    pub id_field: Option<String>,
    /// Points: CSV (also .csv.gz) or xlsx with the columns id, lon and lat (or lng, longitude, latitude, 编号, 经度, 纬度), in the datum of the
    /// areas
    #[arg(long, value_name = "FILE")]
    pub points: PathBuf,
    /// Answers nothing, but measures how long an answer takes: one point after the other in random order, then many at once
    #[arg(long)]
    pub bench: bool,
}

/// Other names of the columns id, lon and lat.
const ID: [&str; 1] = ["编号"];
const LON: [&str; 3] = ["lng", "longitude", "经度"];
const LAT: [&str; 2] = ["latitude", "纬度"];
/// Points answered together.
const AT_ONCE: usize = 4_096;

/// Runs the command: the answer as CSV to `out`, what was passed over to `notes`.
///
/// # Errors
/// When a file cannot be used. Rows without a position are passed over, listed at the end, and the command fails then.
pub fn run(args: &LocateArgs, out: &mut dyn Write, notes: &mut dyn Write) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.areas).with_context(|| args.areas.display().to_string())?;
    let found = areas::read(&bytes, args.id_field.as_deref()).with_context(|| args.areas.display().to_string())?;
    drop(bytes);
    if found.others > 0 {
        let others = counted(found.others, "feature has", "features have");
        writeln!(notes, "{}: {others} no polygon: passed over", args.areas.display())?;
    }
    let (names, shapes): (Vec<String>, Vec<_>) = found.areas.into_iter().map(|a| (a.id, a.shape)).unzip();
    let index = Index::new(shapes);
    let mut points = Points::open(&args.points)?;
    if args.bench {
        let all: Vec<At> = points.by_ref().collect::<anyhow::Result<Vec<_>>>()?.into_iter().map(|p| p.1).collect();
        points.check(&args.points)?;
        return bench::run(&index, &all, out);
    }
    answer(&index, &names, &mut points, out)?;
    points.check(&args.points)
}

fn answer(index: &Index, names: &[String], points: &mut Points, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["id", "area"])?;
    loop {
        let some = points.by_ref().take(AT_ONCE).collect::<anyhow::Result<Vec<_>>>()?;
        if some.is_empty() {
            return Ok(csv.flush()?);
        }
        let places: Vec<At> = some.iter().map(|(_, at)| *at).collect();
        let mut hits = Vec::new();
        index.locate_many(&places, |point, area| hits.push((point, area)));
        hits.sort_unstable();
        let named = hits.iter().filter_map(|(point, area)| Some((*point, names.get(*area as usize)?.as_str())));
        // Two features of one id are one area.
        let mut told: Vec<(usize, &str)> = Vec::new();
        for (point, name) in named {
            told.retain(|(before, _)| *before == point);
            if !told.contains(&(point, name)) {
                told.push((point, name));
                let id = some.get(point).map_or("", |(id, _)| id.as_str());
                csv.write_record([id, name])?;
            }
        }
    }
}

/// The points of a table, one after the other; rows without a position are kept for the end.
struct Points {
    table: Table,
    columns: [usize; 3],
    problems: Problems,
}

impl Points {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let open = || {
            let table = Table::open(path)?;
            let column = |name, others: &[&str]| {
                table.column(name).or_else(|| table.any(others)).map_or_else(|| table.need(name), Ok)
            };
            let columns = [column("id", &ID)?, column("lon", &LON)?, column("lat", &LAT)?];
            Ok::<_, TableError>(Self { table, columns, problems: Problems::default() })
        };
        open().map_err(|e| e.of(path).into())
    }

    fn point(&mut self, record: &Record) -> Option<(String, At)> {
        let [id, lon, lat] = self.columns;
        let number = |column| record.cell(column).trim().parse::<f64>().ok().filter(|c| c.is_finite());
        let at = number(lon).zip(number(lat));
        if at.is_none() {
            self.problems.wrong(record.row, "lon, lat", Finding::CoordinatesNotNumbers);
        }
        let (lon, lat) = at?;
        Some((record.cell(id).to_owned(), [lon, lat]))
    }

    fn check(&self, path: &Path) -> anyhow::Result<()> {
        anyhow::ensure!(self.problems.wrong.is_empty(), {
            format!("{}\n{}the other rows were answered", path.display(), self.problems.words(spoken()))
        });
        Ok(())
    }
}

impl Iterator for Points {
    type Item = anyhow::Result<(String, At)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = self.table.next()?;
            match self.problems.take(record) {
                Ok(Some(record)) => {
                    if let Some(point) = self.point(&record) {
                        return Some(Ok(point));
                    }
                }
                Ok(None) => {}
                Err(unfit) => return Some(Err(unfit.into())),
            }
        }
    }
}
