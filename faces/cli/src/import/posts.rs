//! `mulin import posts`: police posts, offices and safe houses from a table (P2).
//!
//! Columns: `tier` (police_post, police_office, safe_house), `name`, and as far as known `code`, `parent` (code or name
//! of the police post it hangs on), `address`, `phone`, `lon`, `lat`, `datum`, `hours`, `state` (planned, running, closed),
//! `police_areas` (codes, separated by `;`). The Chinese words for them are read as well.

use super::problems::Problems;
use super::table::{Record, Table};
use crate::{Env, districts};
use clap::Args;
use kernel::{Datum, Point};
use places::app::{Did, PostRef, SavePost, preview_posts, save_posts};
use places::{PostState, Tier};
use std::path::PathBuf;

/// Imports posts, offices and safe houses: .csv, .csv.gz or .xlsx.
#[derive(Debug, Clone, Args)]
pub struct PostsArgs {
    /// .csv, .csv.gz or .xlsx; the first row names the columns
    pub file: PathBuf,
    /// What the coordinates refer to, for rows without a datum of their own
    #[arg(long, value_name = "wgs84|gcj02|bd09|cgcs2000")]
    pub datum: Option<Datum>,
    /// Code of the district, when there is more than one
    #[arg(long)]
    pub district: Option<String>,
    /// Only check the file; write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What was done, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// Runs the command; the answer is told on `env.out`.
pub fn run(env: &mut Env<'_>, args: &PostsArgs) -> anyhow::Result<Summary> {
    let table = Table::open(&args.file)?;
    let columns = Columns::of(&table)?;
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    let mut posts = Vec::new();
    for record in table {
        let record = record?;
        if let Some(post) = columns.post(&record, args.datum, &mut problems) {
            rows.push(record.row);
            posts.push(post);
        }
    }
    problems.settle(false, env.out)?;
    let target = districts::existing(env, args.district.as_deref())?;
    let done = if args.dry_run {
        env.rt.read_now(target.who(), move |cx| preview_posts(cx, &posts))
    } else {
        env.rt.write_now(target.who(), move |cx| save_posts(cx, &posts))
    };
    let report = match done {
        Err(places::Error::Wrong(faults)) => {
            for fault in faults {
                problems.wrong(rows.get(fault.index).copied().unwrap_or(0), fault.field, fault.why);
            }
            problems.settle(false, env.out)?;
            return Ok(Summary::default());
        }
        other => other?,
    };
    let count = |did| report.count(did);
    let summary = Summary { added: count(Did::Added), changed: count(Did::Changed), unchanged: count(Did::Nothing) };
    let Summary { added, changed, unchanged } = summary;
    let file = args.file.display();
    if added + changed == 0 {
        writeln!(env.out, "{file}: nothing to change; all {unchanged} posts are there as they are")?;
    } else {
        let dry = if args.dry_run { "dry run, nothing was written: " } else { "" };
        writeln!(env.out, "{file}: {dry}{added} posts added, {changed} changed, {unchanged} as they were")?;
    }
    Ok(summary)
}

struct Columns {
    tier: usize,
    name: usize,
    code: Option<usize>,
    parent: Option<usize>,
    address: Option<usize>,
    phone: Option<usize>,
    lon: Option<usize>,
    lat: Option<usize>,
    datum: Option<usize>,
    hours: Option<usize>,
    state: Option<usize>,
    serves: Option<usize>,
}

impl Columns {
    fn of(table: &Table) -> anyhow::Result<Self> {
        let need = |names: &[&str]| {
            table.any(names).map_or_else(|| table.need(names.first().copied().unwrap_or_default()), Ok)
        };
        Ok(Self {
            tier: need(&["tier", "类别", "类型"])?,
            name: need(&["name", "名称"])?,
            code: table.any(&["code", "编号", "编码"]),
            parent: table.any(&["parent", "所属警务站", "上级"]),
            address: table.any(&["address", "地址"]),
            phone: table.any(&["phone", "电话"]),
            lon: table.any(&["lon", "lng", "longitude", "经度"]),
            lat: table.any(&["lat", "latitude", "纬度"]),
            datum: table.any(&["datum", "坐标系"]),
            hours: table.any(&["hours", "开放时间"]),
            state: table.any(&["state", "状态"]),
            serves: table.any(&["police_areas", "police_area", "警务区"]),
        })
    }

    /// The post of a row; what is wrong with it goes to `problems`.
    fn post(&self, record: &Record, datum: Option<Datum>, problems: &mut Problems) -> Option<SavePost> {
        let before = problems.wrong.count;
        let cell = |c: Option<usize>| c.and_then(|c| record.filled(c));
        let mut wrong = |column: &str, what: String| problems.wrong(record.row, column, what);
        let tier = tier(record.cell(self.tier));
        if tier.is_none() {
            wrong(
                "tier",
                format!("“{}” is no tier: use police_post, police_office or safe_house", record.cell(self.tier)),
            );
        }
        if record.cell(self.name).is_empty() {
            wrong("name", "the name is missing".into());
        }
        let hours =
            cell(self.hours).unwrap_or_default().parse().map_err(|e: places::model::hours::BadHours| e.to_string());
        let hours = hours.unwrap_or_else(|e| {
            wrong("hours", e);
            places::WeekHours::default()
        });
        let state = cell(self.state).map_or(Some(PostState::Running), state);
        if state.is_none() {
            wrong(
                "state",
                format!("“{}” is no state: use planned, running or closed", cell(self.state).unwrap_or_default()),
            );
        }
        let point = self.point(record, datum).unwrap_or_else(|(column, e)| {
            wrong(column, e);
            None
        });
        let owned = |c: Option<usize>| cell(c).map(str::to_owned);
        let serves = cell(self.serves).unwrap_or_default().split([';', '；', '、']).map(|s| s.trim().to_owned());
        let post = SavePost {
            id: None,
            tier: tier?,
            code: owned(self.code),
            name: record.cell(self.name).to_owned(),
            parent: owned(self.parent).map(PostRef::Named),
            address: owned(self.address).unwrap_or_default(),
            phone: owned(self.phone).unwrap_or_default(),
            point,
            hours,
            state: state?,
            serves: serves.filter(|s| !s.is_empty()).collect(),
            seen: None,
        };
        (problems.wrong.count == before).then_some(post)
    }

    fn point(&self, record: &Record, usual: Option<Datum>) -> Result<Option<Point>, (&'static str, String)> {
        let cell = |c: Option<usize>| c.and_then(|c| record.filled(c));
        let (lon, lat) = match (cell(self.lon), cell(self.lat)) {
            (None, None) => return Ok(None),
            (Some(lon), Some(lat)) => (lon, lat),
            (None, _) => return Err(("lon", "the longitude is missing".into())),
            (_, None) => return Err(("lat", "the latitude is missing".into())),
        };
        let number =
            |column, text: &str| text.parse::<f64>().map_err(|_| (column, format!("“{text}” is not a number")));
        let datum = match cell(self.datum) {
            Some(text) => text.parse().map_err(|e: kernel::GeoError| ("datum", e.to_string()))?,
            None => usual.ok_or((
                "datum",
                "the coordinates do not say their datum: fill a column datum, or add --datum".to_owned(),
            ))?,
        };
        datum.to_wgs84(number("lon", lon)?, number("lat", lat)?).map(Some).map_err(|e| ("lon", e.to_string()))
    }
}

fn tier(text: &str) -> Option<Tier> {
    Tier::from_code(text).or(match text {
        "警务站" => Some(Tier::PolicePost),
        "警务室" => Some(Tier::PoliceOffice),
        "平安屋" => Some(Tier::SafeHouse),
        _ => None,
    })
}

fn state(text: &str) -> Option<PostState> {
    PostState::from_code(text).or(match text {
        "规划" | "筹建" => Some(PostState::Planned),
        "运行" | "启用" => Some(PostState::Running),
        "关闭" | "停用" => Some(PostState::Closed),
        _ => None,
    })
}
