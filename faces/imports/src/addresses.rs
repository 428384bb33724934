//! `mulin import addresses`: the district's list of door plates, so that houses are found by their address (P1).
//!
//! Columns: `address` (whole), or `street`, `lane`, `number`, `building`; `name` (of the house or compound, by which it is found
//! without its lane); `lon`, `lat`, `datum`. The Chinese words for them are read as well; a map file names others. The file is the whole
//! list: what it does not have goes.

use crate::findings::Finding;
use crate::problems::Problems;
use crate::sheet::{self, Asked, Read, Sheet};
use crate::table::Record;
use crate::undo::tell_end;
use crate::words::thousands;
use crate::{Did, Env, Look, Order};
use clap::Args;
use kernel::{Datum, Point};
use places::Snapshot;
use places::gazetteer::list::{self, Becomes, Compared};
use places::gazetteer::{Entry, Kind};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use store::{Runtime, Who};

/// Imports the list of door plates: .csv, .csv.gz or .xlsx.
#[derive(Debug, Clone, Args)]
pub struct AddressesArgs {
    /// .csv, .csv.gz or .xlsx; columns: address, or street, lane, number, building; name, lon, lat, datum, or their Chinese words
    /// (docs/examples/addresses.csv)
    pub file: PathBuf,
    /// What the columns mean, when they have other headers (TOML)
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
    ("address", &["地址", "详细地址", "门牌地址"]),
    ("street", &["路名", "街路巷", "道路", "街路巷名", "村", "村组"]),
    ("lane", &["弄", "弄号", "小区弄号"]),
    ("number", &["号", "门牌", "门牌号", "宅号"]),
    ("building", &["幢", "楼栋", "幢号", "楼号"]),
    ("name", &["名称", "小区", "小区名", "建筑名", "楼宇名"]),
    ("lon", &["lng", "longitude", "经度"]),
    ("lat", &["latitude", "纬度"]),
    ("datum", &["坐标系", "坐标"]),
];

/// Metres between two rows of one address from which one of them must be wrong.
const APART: f64 = 50.0;
/// Longest cell that is read, in characters.
const LONGEST: usize = 120;

/// What was done, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Of the list before that are in this one no more.
    pub gone: usize,
}

/// Runs the command; the answer is told on `env.out`.
pub fn run(env: &mut Env<'_>, args: &AddressesArgs) -> anyhow::Result<Summary> {
    let (accept_doubtful, dry_run) = (args.accept_doubtful, args.dry_run);
    let (map, district) = (args.map.as_deref(), args.district.as_deref());
    let asked = Asked { file: &args.file, map, district, datum: args.datum, accept_doubtful, dry_run };
    let (target, order) = asked.settle(env)?;
    let look = bring(env.rt, target.who(), &order)?;
    look.problems.write(env.out)?;
    let Look { added, changed, unchanged, retired: gone, .. } = look;
    let file = args.file.display();
    let n = thousands;
    if look.changes_nothing() {
        writeln!(env.out, "{file}: nothing to change; all {} addresses are there as they are", n(unchanged))?;
    } else {
        let dry = if dry_run { "dry run, nothing was written: " } else { "" };
        let (added, changed, unchanged, gone) = (n(added), n(changed), n(unchanged), n(gone));
        writeln!(
            env.out,
            "{file}: {dry}{added} addresses added, {changed} moved, {unchanged} as they were, {gone} are in the list no more"
        )?;
    }
    tell_end(env, &look, dry_run)?;
    Ok(Summary { added, changed, unchanged, gone })
}

/// Brings the list of a file in, or only looks.
pub fn bring(rt: &Runtime, who: Who, order: &Order) -> anyhow::Result<Look> {
    let (sheet, table) = Sheet::open(order, FIELDS, &["lon", "lat"])?;
    let datum =
        if sheet.map.datum.is_some() || order.datum.is_some() { Some(sheet.map.datum(order.datum)?) } else { None };
    let ground = rt.read_now(who.clone(), places::snapshot)?;
    let mut reader = Reader { sheet, datum, ground: Arc::clone(&ground), seen: HashMap::new() };
    let read = sheet::read(table, |record, problems| reader.row(record, problems))?;
    read.problems.check(&order.file, order.accept_doubtful)?;
    let Read { rows, numbers, problems } = read;
    // A row may be a door and a name.
    let entries: Vec<(usize, Entry)> =
        rows.into_iter().zip(numbers).flat_map(|(all, n)| all.into_iter().map(move |e| (n, e))).collect();
    let set: Vec<Entry> = entries.iter().map(|(_, e)| e.clone()).collect();
    let (file, draft) = (order.name(), order.draft);
    let (compared, import) = if order.dry_run {
        (rt.read_now(who, move |cx| list::compare(cx, &set))?, None)
    } else {
        let done = rt.write_now(who, move |cx| list::bring(cx, &set, &file, draft))?;
        (done.compared, done.import)
    };
    let Compared { each, gone } = compared;
    let mut look = Look { problems, import, retired: gone, ..Look::default() };
    for ((row, entry), becomes) in entries.iter().zip(each) {
        let town = ground.locate(entry.point).ok().and_then(|l| l.town).and_then(|id| ground.area(id));
        let did = match becomes {
            Becomes::Added => Did::Added,
            Becomes::Moved => Did::Changed,
            Becomes::Stays => Did::Nothing,
        };
        look.add(*row, &format!("{}{}", entry.name, entry.path), did, town.map(|a| a.name.as_str()));
    }
    Ok(look)
}

struct Reader {
    sheet: Sheet,
    /// For rows without a datum of their own: the option, else the map file.
    datum: Option<Datum>,
    ground: Arc<Snapshot>,
    /// Where each address of the file stands so far, and in which row.
    seen: HashMap<String, (Point, usize)>,
}

impl Reader {
    /// The door and the name of a row; what is wrong or doubtful about it goes to `problems`.
    fn row(&mut self, record: &Record, problems: &mut Problems) -> Option<Vec<Entry>> {
        let long = FIELDS.iter().find(|(f, _)| self.sheet.cell(record, f).is_some_and(|c| c.chars().count() > LONGEST));
        if let Some((field, _)) = long {
            self.sheet.wrong(record, field, problems, Finding::LongerThan { n: LONGEST });
            return None;
        }
        let point = match self.point(record) {
            Ok((point, datum)) => {
                if matches!(self.ground.locate(point), Err(places::Error::OutsideDistrict(_))) {
                    let (at, datum) = (point.to_string(), datum.to_string());
                    problems.doubtful(record.row, self.sheet.column("lat"), Finding::OutsideByDatum { at, datum });
                }
                Some(point)
            }
            Err((field, what)) => {
                self.sheet.wrong(record, field, problems, what);
                None
            }
        };
        let (field, address) = self.address(record);
        let name = self.sheet.text(record, "name").map(|n| kernel::text::tidy(&n)).filter(|n| !n.is_empty());
        if address.is_empty() && name.is_none() {
            self.sheet.wrong(record, "address", problems, Finding::AddressEmpty);
            return None;
        }
        let point = point?;
        let mut out = Vec::new();
        if !address.is_empty() {
            let Some(door) = Entry::address(&address, point) else {
                self.sheet.wrong(record, field, problems, Finding::NotAnAddress { text: address });
                return None;
            };
            out.push(door);
        }
        if let Some(name) = name {
            out.extend(self.below(record, &name, point));
            out.push(Entry::named(Kind::Compound, &name, point));
        }
        self.alone(record, problems, out.first()?, field);
        Some(out)
    }

    /// A compound with several houses: 桂花苑 5幢, found without its lane.
    fn below(&self, record: &Record, name: &str, point: Point) -> Option<Entry> {
        let house = with(self.sheet.cell(record, "building")?, "幢");
        Entry::address(&format!("{name}{house}"), point).filter(|e| !e.path.is_empty())
    }

    /// The whole address of a row, and the column it stands in.
    fn address(&self, record: &Record) -> (&'static str, String) {
        let cell = |field| self.sheet.cell(record, field).map(kernel::text::tidy).unwrap_or_default();
        let whole = cell("address");
        if !whole.is_empty() {
            return ("address", whole);
        }
        let street = cell("street");
        if street.is_empty() {
            return ("street", String::new());
        }
        let parts =
            [("lane", "弄"), ("number", "号"), ("building", "幢")].map(|(field, unit)| with(&cell(field), unit));
        ("street", format!("{street}{}", parts.concat()))
    }

    /// The same address at two places far from each other is doubtful.
    fn alone(&mut self, record: &Record, problems: &mut Problems, door: &Entry, field: &str) {
        if door.path.is_empty() {
            return;
        }
        let town = self.ground.locate(door.point).ok().and_then(|l| l.town);
        let key = format!("{}{} {town:?}", door.name, door.path);
        let (first, row) = *self.seen.entry(key).or_insert((door.point, record.row));
        if first.distance_m(door.point) > APART {
            let text = format!("{}{}", door.name, door.path);
            let metres = first.distance_m(door.point).round() as usize;
            problems.doubtful(record.row, self.sheet.column(field), Finding::AddressTwice { text, row, metres });
        }
    }

    fn point(&self, record: &Record) -> Result<(Point, Datum), (&'static str, Finding)> {
        let cell = |field| self.sheet.cell(record, field);
        let (lon, lat) = match (cell("lon"), cell("lat")) {
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
        let point = datum.to_wgs84(number("lon", lon)?, number("lat", lat)?);
        point.map(|p| (p, datum)).map_err(|e| ("lon", Finding::from(e)))
    }
}

/// A bare number with its unit: 128 is 128弄 in the column of lanes; what has its unit stays.
fn with(cell: &str, unit: &str) -> String {
    let text = kernel::text::narrow(cell).trim().to_owned();
    match text.chars().last() {
        Some(last) if last.is_ascii_alphanumeric() => format!("{text}{unit}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn a_number_gets_its_unit_once() {
        let shown: Vec<String> = ["128", "128弄", "１２Ａ", " ", "甲"].iter().map(|c| with(c, "弄")).collect();
        assert_eq!(shown, ["128弄", "128弄", "12A弄", "", "甲"]);
    }
}
