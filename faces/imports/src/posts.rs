//! `mulin import posts`: police posts, offices and safe houses from a table (P2).
//!
//! Columns: `tier` (police_post, police_office, safe_house), `name`, and as far as known `code`, `parent` (code or name
//! of the police post it hangs on), `address`, `phone`, `lon`, `lat`, `datum`, `hours`, `state` (planned, running, closed),
//! `police_areas` (codes, separated by `;`). The Chinese words for them are read as well; a map file names others.

use super::map::MapFile;
use super::problems::Problems;
use super::table::{Record, Table};
use super::undo::tell_end;
use crate::{Env, Look, Order, districts};
use clap::Args;
use kernel::{Datum, Point};
use places::app::{PostRef, SavePost, preview_posts, save_posts};
use places::{PostState, Tier};
use std::collections::HashMap;
use std::path::PathBuf;
use store::imports::{self, About};
use store::{Runtime, Who};

/// Imports posts, offices and safe houses: .csv, .csv.gz or .xlsx.
#[derive(Debug, Clone, Args)]
pub struct PostsArgs {
    /// .csv, .csv.gz or .xlsx; columns: tier, name, code, parent, address, phone, lon, lat, datum, hours, state, police_areas,
    /// or their Chinese words (docs/examples/posts.csv)
    pub file: PathBuf,
    /// What the columns and words mean, when they are not the usual ones (TOML; docs/examples/posts.toml)
    #[arg(long)]
    pub map: Option<PathBuf>,
    /// What the coordinates refer to, for rows without a datum of their own
    #[arg(long, value_name = "wgs84|gcj02|bd09|cgcs2000")]
    pub datum: Option<Datum>,
    /// Code of the district, when there is more than one
    #[arg(long)]
    pub district: Option<String>,
    /// Only check the file; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Import doubtful rows too, as they are written
    #[arg(long)]
    pub accept_doubtful: bool,
}

/// Our fields, and the Chinese words that files often have for them.
const FIELDS: &[(&str, &[&str])] = &[
    ("tier", &["类别", "类型", "层级", "级别"]),
    ("name", &["名称"]),
    ("code", &["编号", "编码", "代码"]),
    ("parent", &["所属警务站", "上级"]),
    ("address", &["地址"]),
    ("phone", &["电话"]),
    ("lon", &["lng", "longitude", "经度"]),
    ("lat", &["latitude", "纬度"]),
    ("datum", &["坐标系", "坐标"]),
    ("hours", &["开放时间"]),
    ("state", &["状态"]),
    ("police_areas", &["police_area", "警务区"]),
];

/// What was done, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// Runs the command; the answer is told on `env.out`.
pub fn run(env: &mut Env<'_>, args: &PostsArgs) -> anyhow::Result<Summary> {
    let map = args.map.as_deref().map(MapFile::read).transpose()?.unwrap_or_default();
    let target = districts::existing(env, args.district.as_deref().or(map.district.as_deref()))?;
    let order = Order {
        file: args.file.clone(),
        map,
        datum: args.datum,
        accept_doubtful: args.accept_doubtful,
        dry_run: args.dry_run,
    };
    let look = bring(env.rt, target.who(), &order)?;
    look.problems.write(env.out)?;
    let Look { added, changed, unchanged, .. } = look;
    let file = args.file.display();
    if look.changes_nothing() {
        writeln!(env.out, "{file}: nothing to change; all {unchanged} posts are there as they are")?;
    } else {
        let dry = if args.dry_run { "dry run, nothing was written: " } else { "" };
        writeln!(env.out, "{file}: {dry}{added} posts added, {changed} changed, {unchanged} as they were")?;
    }
    tell_end(env, &look, args.dry_run)?;
    Ok(Summary { added, changed, unchanged })
}

/// Brings the posts of a file in, or only looks.
pub fn bring(rt: &Runtime, who: Who, order: &Order) -> anyhow::Result<Look> {
    let known: Vec<&str> = FIELDS.iter().map(|(field, _)| *field).collect();
    order.map.check_fields(&known)?;
    let table = Table::open(&order.file)?;
    let reader = Reader::new(order.map.clone(), &table, order.datum)?;
    let mut problems = Problems::default();
    let (mut rows, mut posts) = (Vec::new(), Vec::new());
    for record in table {
        let record = record?;
        if let Some(post) = reader.post(&record, &mut problems) {
            rows.push(record.row);
            posts.push(post);
        }
    }
    problems.check(&order.file, order.accept_doubtful)?;
    let ground = rt.read_now(who.clone(), places::snapshot)?;
    let (set, numbers, file, dry) = (posts.clone(), rows.clone(), order.name(), order.dry_run);
    let done = if dry {
        rt.read_now(who, move |cx| Ok((preview_posts(cx, &set)?, None)))
    } else {
        rt.write_now(who, move |cx| {
            imports::begin(cx);
            let report = save_posts(cx, &set)?;
            let (added, changed) = (report.count(places::app::Did::Added), report.count(places::app::Did::Changed));
            let about = About { kind: "posts", file, rows: set.len(), added, changed, ..About::default() };
            let ids = report.saved.iter().map(|(id, _)| id.0).zip(numbers);
            let ids: HashMap<uuid::Uuid, usize> = ids.collect();
            let import = imports::finish(cx, &about, |id| ids.get(&id).copied())?;
            Ok((report, import.map(|i| i.n)))
        })
    };
    let (report, import) = match done {
        Err(places::Error::Wrong(faults)) => {
            for fault in faults {
                let column = match fault.field {
                    "serves" => "police_areas",
                    "point" => "lon",
                    field => field,
                };
                problems.wrong(rows.get(fault.index).copied().unwrap_or(0), reader.column(column), fault.why);
            }
            return Err(problems.refused(&order.file)?.into());
        }
        other => other?,
    };
    let mut look = Look { problems, import, ..Look::default() };
    for ((row, post), (_, did)) in rows.iter().zip(&posts).zip(&report.saved) {
        let lies = post.point.and_then(|at| ground.locate(at).ok());
        let place = lies.and_then(|l| l.town.or(l.community).or(l.police)).and_then(|id| ground.area(id));
        look.add(*row, &post.name, (*did).into(), place.map(|a| a.name.as_str()));
    }
    Ok(look)
}

struct Reader {
    map: MapFile,
    columns: HashMap<&'static str, usize>,
    headers: Vec<String>,
    /// For rows without a datum of their own: the option, else the map file.
    datum: Option<Datum>,
}

impl Reader {
    fn new(map: MapFile, table: &Table, option: Option<Datum>) -> anyhow::Result<Self> {
        let columns = map.columns_of(table, FIELDS.iter().map(|(field, words)| (*field, *words)), &["tier", "name"])?;
        let datum = if map.datum.is_some() || option.is_some() { Some(map.datum(option)?) } else { None };
        Ok(Self { map, columns, headers: table.headers.clone(), datum })
    }

    /// What the file calls the column of a field; the field itself when the file has none.
    fn column<'s>(&'s self, field: &'s str) -> &'s str {
        self.columns.get(field).and_then(|c| self.headers.get(*c)).map_or(field, String::as_str)
    }
    fn cell<'r>(&self, record: &'r Record, field: &str) -> Option<&'r str> {
        self.columns.get(field).and_then(|c| record.filled(*c))
    }

    /// The post of a row; what is wrong or doubtful about it goes to `problems`.
    fn post(&self, record: &Record, problems: &mut Problems) -> Option<SavePost> {
        let before = problems.wrong.count;
        let text = |field: &str| self.cell(record, field).map(str::to_owned);
        let tier = self.word(record, "tier", problems, |w| {
            tier(w).ok_or("police_post, police_office or safe_house (警务站, 警务室, 平安屋)")
        });
        for (field, there) in [("tier", self.cell(record, "tier")), ("name", self.cell(record, "name"))] {
            if there.is_none() {
                problems.wrong(record.row, self.column(field), "is empty");
            }
        }
        let hours = match self.cell(record, "hours").unwrap_or_default().parse() {
            Ok(hours) => hours,
            Err(e) => {
                let e: places::model::hours::BadHours = e;
                problems.wrong(record.row, self.column("hours"), e);
                places::WeekHours::default()
            }
        };
        let state = match self.cell(record, "state") {
            None => Some(PostState::Running),
            Some(_) => self
                .word(record, "state", problems, |w| state(w).ok_or("planned, running or closed (筹建, 运行, 停用)")),
        };
        let point = self.point(record).unwrap_or_else(|(field, what)| {
            problems.wrong(record.row, self.column(field), what);
            None
        });
        let phone = text("phone").map(|p| kernel::text::narrow(&p)).unwrap_or_default();
        if !phone.is_empty() && kernel::text::phone(&phone).is_none() {
            let what = format!("“{phone}” is no telephone number: write digits, for example 021-05550110");
            problems.doubtful(record.row, self.column("phone"), what);
        }
        let serves = self.cell(record, "police_areas").unwrap_or_default();
        let serves = serves.split([';', '；', '、']).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
        let post = SavePost {
            id: None,
            tier: tier?,
            code: text("code"),
            name: text("name").unwrap_or_default(),
            parent: text("parent").map(PostRef::Named),
            address: text("address").unwrap_or_default(),
            phone,
            point,
            hours,
            state: state?,
            serves: serves.collect(),
            seen: None,
        };
        (problems.wrong.count == before).then_some(post)
    }

    /// A word of the file, translated by the map file; `read` answers what would have been right.
    fn word<T>(
        &self,
        record: &Record,
        field: &str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let text = self.cell(record, field)?;
        let word = self.map.word(field, text);
        let found = word.and_then(|w| read(w).map_err(|right| format!("“{text}” must be {right}")));
        found.map_err(|what| problems.wrong(record.row, self.column(field), what)).ok()
    }

    fn point(&self, record: &Record) -> Result<Option<Point>, (&'static str, String)> {
        let (lon, lat) = match (self.cell(record, "lon"), self.cell(record, "lat")) {
            (None, None) => return Ok(None),
            (Some(lon), Some(lat)) => (lon, lat),
            (None, _) => return Err(("lon", "is empty, but the latitude is not".into())),
            (_, None) => return Err(("lat", "is empty, but the longitude is not".into())),
        };
        let number = |field, text: &str| {
            let read = kernel::text::narrow(text).parse::<f64>();
            read.ok().filter(|n| n.is_finite()).ok_or_else(|| (field, format!("“{text}” is not a number of degrees")))
        };
        let datum = match self.cell(record, "datum") {
            Some(text) => text.parse().map_err(|e: kernel::GeoError| ("datum", e.to_string()))?,
            None => self.datum.ok_or((
                "datum",
                "the coordinates do not say their datum: fill a column datum with wgs84, gcj02, bd09 or cgcs2000, or \
                 add --datum"
                    .to_owned(),
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
