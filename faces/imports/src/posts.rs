//! `mulin import posts`: police posts, offices and safe houses from a table (P2).
//!
//! Columns: `tier` (police_post, police_office, safe_house), `name`, and as far as known `code`, `parent` (code or name
//! of the police post it hangs on), `address`, `phone`, `lon`, `lat`, `datum`, `hours`, `state` (planned, running, closed),
//! `police_areas` (codes, separated by `;`). The Chinese words for them are read as well; a map file names others.

use crate::findings::Finding;
use crate::problems::{Problems, Unfit};
use crate::sheet::{self, Asked, Read, Sheet};
use crate::table::Record;
use crate::undo::tell_end;
use crate::whence::of_places;
use crate::{Env, Look, Order};
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
    let (accept_doubtful, dry_run) = (args.accept_doubtful, args.dry_run);
    let (map, district) = (args.map.as_deref(), args.district.as_deref());
    let asked = Asked { file: &args.file, map, district, datum: args.datum, accept_doubtful, dry_run };
    let (target, order) = asked.settle(env)?;
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
    let (sheet, table) = Sheet::open(order, FIELDS, &["tier", "name"])?;
    let reader = Reader::new(sheet, order.datum)?;
    let read = sheet::read(table, |record, problems| reader.post(record, problems))?;
    read.problems.check(&order.file, order.accept_doubtful)?;
    let Read { rows: posts, numbers: rows, mut problems } = read;
    let ground = rt.read_now(who.clone(), places::snapshot)?;
    let (set, numbers, file) = (posts.clone(), rows.clone(), order.name());
    let (dry, draft) = (order.dry_run, order.draft);
    let done = if dry {
        rt.read_now(who, move |cx| Ok((preview_posts(cx, &set)?, None)))
    } else {
        rt.write_now(who, move |cx| {
            imports::begin(cx);
            let report = save_posts(cx, &set)?;
            let (added, changed) = (report.count(places::app::Did::Added), report.count(places::app::Did::Changed));
            let about = About { kind: "posts", file, rows: set.len(), added, changed, draft, ..About::default() };
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
                let number = |index: usize| rows.get(index).copied().unwrap_or(0);
                let why = of_places(fault.why, number);
                problems.wrong(number(fault.index), reader.sheet.column(column), why);
            }
            return Err(problems.refused(&order.file).into());
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
    sheet: Sheet,
    /// For rows without a datum of their own: the option, else the map file.
    datum: Option<Datum>,
}

impl Reader {
    fn new(sheet: Sheet, option: Option<Datum>) -> Result<Self, Unfit> {
        let datum = if sheet.map.datum.is_some() || option.is_some() { Some(sheet.map.datum(option)?) } else { None };
        Ok(Self { sheet, datum })
    }

    /// The post of a row; what is wrong or doubtful about it goes to `problems`.
    fn post(&self, record: &Record, problems: &mut Problems) -> Option<SavePost> {
        let sheet = &self.sheet;
        let text = |field: &str| sheet.text(record, field);
        let tier = sheet.word(record, "tier", problems, |w| tier(w).ok_or_else(|| words(&TIERS)));
        for field in ["tier", "name"] {
            if sheet.cell(record, field).is_none() {
                sheet.wrong(record, field, problems, Finding::Empty);
            }
        }
        let hours = sheet
            .keep(record, "hours", problems, |t| t.parse().map_err(|_| Finding::NotHours { text: t.to_owned() }))
            .unwrap_or_default();
        let state = match sheet.cell(record, "state") {
            None => Some(PostState::Running),
            Some(_) => sheet.word(record, "state", problems, |w| state(w).ok_or_else(|| words(&STATES))),
        };
        let point = self.point(record).unwrap_or_else(|(field, what)| {
            sheet.wrong(record, field, problems, what);
            None
        });
        let phone = text("phone").map(|p| kernel::text::narrow(&p)).unwrap_or_default();
        if !phone.is_empty() && kernel::text::phone(&phone).is_none() {
            problems.doubtful(record.row, sheet.column("phone"), Finding::NotAPhone);
        }
        let serves = sheet.cell(record, "police_areas").unwrap_or_default();
        let serves = serves.split([';', '；', '、']).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
        Some(SavePost {
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
        })
    }

    fn point(&self, record: &Record) -> Result<Option<Point>, (&'static str, Finding)> {
        let cell = |field| self.sheet.cell(record, field);
        let (lon, lat) = match (cell("lon"), cell("lat")) {
            (None, None) => return Ok(None),
            (Some(lon), Some(lat)) => (lon, lat),
            (None, _) => return Err(("lon", Finding::LongitudeEmpty)),
            (_, None) => return Err(("lat", Finding::LatitudeEmpty)),
        };
        let number = |field, text: &str| {
            let read = kernel::text::narrow(text).parse::<f64>();
            read.ok().filter(|n| n.is_finite()).ok_or_else(|| (field, Finding::NotDegrees { text: text.to_owned() }))
        };
        let datum = match cell("datum") {
            Some(text) => text.parse().map_err(|e: kernel::GeoError| ("datum", Finding::from(e)))?,
            None => self.datum.ok_or(("datum", Finding::NoDatum))?,
        };
        datum.to_wgs84(number("lon", lon)?, number("lat", lat)?).map(Some).map_err(|e| ("lon", Finding::from(e)))
    }
}

/// Words that are read, each beside its code.
const TIERS: [(&str, &str); 3] = [("police_post", "警务站"), ("police_office", "警务室"), ("safe_house", "平安屋")];
const STATES: [(&str, &str); 3] = [("planned", "筹建"), ("running", "运行"), ("closed", "停用")];

fn words(all: &[(&str, &str)]) -> Vec<String> {
    all.iter().map(|(code, word)| format!("{code} ({word})")).collect()
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
