//! Work orders in. Read and checked whole first; then one transaction raises them all, or none.

use super::{InArgs, checked};
use crate::import::dates::Dates;
use crate::import::map::MapFile;
use crate::import::problems::{Problems, thousands};
use crate::import::table::{Record, Table};
use crate::import::{Finding, Unfit};
use crate::{Env, districts};
use kernel::ids::OrgId;
use kernel::{Datum, Lang, Moment, Point, text, time};
use matters::app::{Raise, RaisedPlace, RaiserInput, exchange_key, raise_about};
use matters::model::{Channel, Origin};
use matters::redaction::Correction;
use std::collections::{BTreeSet, HashMap};

/// Fields a map file may give a column to.
const FIELDS: &[&str] =
    &["order", "class", "text", "received", "due", "name", "phone", "address", "lat", "lon", "datum", "about"];
const ORDER_CHARS: usize = 60;

/// What became of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    pub new: usize,
    pub unchanged: usize,
    /// Here already under this number, with other words: left as they are, because work may have gone on here.
    pub differs: usize,
}

/// Runs the command.
pub fn run(env: &mut Env<'_>, args: &InArgs) -> anyhow::Result<Taken> {
    checked(&args.system)?;
    let map = MapFile::read(&args.map)?;
    map.check_fields(FIELDS)?;
    let target = districts::existing(env, args.district.as_deref().or(map.district.as_deref()))?;
    let table = Table::open(&args.file)?;
    let classes = env.rt.read_now(target.who(), matters::app::classes)?;
    let known = classes.iter().filter(|c| c.active).map(|c| c.code.clone()).collect();
    let orgs = env.rt.read_now(target.who(), |cx| people::app::orgs::list(cx, None))?;
    let here = Here { classes: known, bodies: orgs.into_iter().map(|o| (o.name, o.id)).collect() };
    let mut reader = Reader::new(map, &table, args.datum, args.system.clone(), here)?;
    let (mut problems, mut orders) = (Problems::default(), Vec::new());
    for record in table {
        let Some(record) = problems.take(record)? else { continue };
        orders.extend(reader.read(&record, &mut problems).map(|order| (record.row, order)));
    }
    problems.settle(&args.file, true, env.out)?;
    if args.dry_run {
        writeln!(env.out, "dry run: {} work orders are in order, nothing was written", thousands(orders.len()))?;
        return Ok(Taken::default());
    }
    let file = args.file.clone();
    let taken = env.rt.write_now(target.who(), move |cx| -> anyhow::Result<Taken> {
        let mut taken = Taken::default();
        for (row, (order, about)) in orders {
            match raise_about(cx, order, &Correction::default(), about) {
                Ok(receipt) if receipt.repeated => taken.unchanged += 1,
                Ok(_) => taken.new += 1,
                Err(matters::Error::Invalid(wrong)) if wrong.iter().all(|w| w.key == "invalid-key-reused") => {
                    taken.differs += 1;
                }
                Err(matters::Error::Invalid(wrong)) => {
                    let fields = wrong.iter().map(|w| w.field.to_owned()).collect();
                    let mut refused = Problems::default();
                    refused.wrong(row, "", Finding::RowRefused { fields });
                    return Err(refused.refused(&file).into());
                }
                Err(other) => return Err(anyhow::Error::from(other).context(format!("row {row}; nothing was written"))),
            }
        }
        Ok(taken)
    })?;
    write!(env.out, "{} new, {} unchanged", thousands(taken.new), thousands(taken.unchanged))?;
    if taken.differs > 0 {
        write!(env.out, ", {} differ from what is here and were left as they are", thousands(taken.differs))?;
    }
    writeln!(env.out)?;
    Ok(taken)
}

/// What a file may name of this district.
struct Here {
    classes: BTreeSet<String>,
    /// Bodies by name; a name that two kinds of bodies share stands here twice.
    bodies: Vec<(String, OrgId)>,
}

impl Here {
    /// The body that somebody complains about (R3): it must be known, or the order would come to the very people.
    fn body(&self, name: &str) -> Result<OrgId, Finding> {
        let mut named = self.bodies.iter().filter(|(known, _)| text::narrow(known) == text::narrow(name));
        match (named.next(), named.next()) {
            (Some((_, id)), None) => Ok(*id),
            (Some(_), Some(_)) => Err(Finding::BodyOfSeveral { text: name.to_owned() }),
            _ => Err(Finding::NotABody { text: name.to_owned() }),
        }
    }
}

struct Reader {
    map: MapFile,
    columns: HashMap<&'static str, usize>,
    headers: Vec<String>,
    dates: Dates,
    datum: Option<Datum>,
    system: String,
    here: Here,
    seen: HashMap<String, usize>,
}

impl Reader {
    fn new(map: MapFile, table: &Table, datum: Option<Datum>, system: String, here: Here) -> anyhow::Result<Self> {
        let mut columns = HashMap::new();
        for field in FIELDS {
            if let Some(named) = map.columns.get(*field).and_then(|c| c.names().first()) {
                columns.insert(*field, table.need(named)?);
            }
        }
        for needed in ["order", "class", "text"] {
            if !columns.contains_key(needed) {
                return Err(Unfit::from(Finding::MapNeedsColumn { field: needed.to_owned() }).into());
            }
        }
        let located = columns.contains_key("lat") && columns.contains_key("lon");
        let datum = if located && !columns.contains_key("datum") { Some(map.datum(datum)?) } else { None };
        let zone = if map.timezone.is_some() { map.timezone()? } else { time::shanghai() };
        let dates = Dates { zone, formats: map.dates.clone() };
        let headers = table.headers.clone();
        Ok(Self { map, columns, headers, dates, datum, system, here, seen: HashMap::new() })
    }

    fn cell<'r>(&self, record: &'r Record, field: &str) -> Option<&'r str> {
        self.columns.get(field).and_then(|c| record.filled(*c))
    }

    fn column(&self, field: &str) -> &str {
        self.columns.get(field).and_then(|c| self.headers.get(*c)).map_or("", String::as_str)
    }

    /// The matter of a row and the body it is about; `None` when something is wrong with it.
    fn read(&mut self, record: &Record, problems: &mut Problems) -> Option<(Raise, Option<OrgId>)> {
        let mut wrong = Vec::new();
        let order = self.cell(record, "order").unwrap_or_default().to_owned();
        if order.is_empty() {
            wrong.push(("order", Finding::KeyEmpty));
        } else if order.chars().count() > ORDER_CHARS {
            wrong.push(("order", Finding::LongerThan { n: ORDER_CHARS }));
        } else if let Some(row) = self.seen.insert(order.clone(), record.row) {
            wrong.push(("order", Finding::KeyTwice { key: order.clone(), row }));
        }
        let class = self.cell(record, "class").ok_or(Finding::KindEmpty);
        let class = class.and_then(|word| self.map.word("class", word).map(str::to_owned));
        let class = class.and_then(|code| {
            if self.here.classes.contains(&code) {
                return Ok(code);
            }
            Err(Finding::NotAClass { text: code, known: self.here.classes.iter().cloned().collect() })
        });
        let class = class.map_err(|what| wrong.push(("class", what))).unwrap_or_default();
        let words = self.cell(record, "text").unwrap_or_default();
        if words.is_empty() {
            wrong.push(("text", Finding::TextEmpty));
        }
        let mut date = |field: &'static str| {
            let read = self.cell(record, field).map(|cell| self.dates.read(cell));
            read.and_then(|read| read.map_err(|what| wrong.push((field, what))).ok())
        };
        let (received, due) = (date("received"), date("due"));
        let phone = self.cell(record, "phone").map(|cell| text::phone(cell).ok_or(Finding::NotAPhone));
        let phone = phone.and_then(|read| read.map_err(|what| wrong.push(("phone", what))).ok());
        let point = self.point(record).map_err(|what| wrong.push(("lat", what))).ok().flatten();
        let about =
            self.cell(record, "about").map(|cell| self.map.word("about", cell).and_then(|name| self.here.body(name)));
        let about = about.and_then(|read| read.map_err(|what| wrong.push(("about", what))).ok());
        let fine = wrong.is_empty();
        for (field, what) in wrong {
            problems.wrong(record.row, self.column(field), what);
        }
        let name = self.cell(record, "name").map(str::to_owned);
        let anonymous = name.is_none() && phone.is_none();
        let raise = || Raise {
            key: Some(exchange_key(&self.system, &order)),
            class,
            text: format!("{}\n{words}", head(&self.system, &order, received, due)),
            place: RaisedPlace {
                point,
                address: self.cell(record, "address").map(str::to_owned),
                ..RaisedPlace::default()
            },
            raiser: RaiserInput {
                anonymous,
                name,
                channel: if phone.is_some() { Channel::Phone } else { Channel::Page },
                phone,
                email: None,
                address: None,
                lang: Lang::ZhCn,
            },
            origin: Origin::Api,
        };
        fine.then(|| (raise(), about))
    }

    fn point(&self, record: &Record) -> Result<Option<Point>, Finding> {
        let wrong = |cell: &str| Finding::NotDegrees { text: cell.to_owned() };
        let degrees = |cell: &str| text::narrow(cell).parse::<f64>().map_err(|_| wrong(cell));
        let (lat, lon) = match (self.cell(record, "lat"), self.cell(record, "lon")) {
            (None, None) => return Ok(None),
            (Some(lat), Some(lon)) => (degrees(lat)?, degrees(lon)?),
            _ => return Err(Finding::HalfAPlace),
        };
        let datum = match (self.datum, self.cell(record, "datum")) {
            (_, Some(word)) => word.parse().map_err(|e: kernel::GeoError| Finding::from(e))?,
            (Some(datum), None) => datum,
            (None, None) => return Err(Finding::NoDatum),
        };
        datum.to_wgs84(lon, lat).map(Some).map_err(Finding::from)
    }
}

/// The first line of the matter: whose order it is, and by when they want it.
fn head(system: &str, order: &str, received: Option<Moment>, due: Option<Moment>) -> String {
    let wall = |at: Moment| at.zoned(&time::shanghai()).strftime("%Y-%m-%d %H:%M").to_string();
    let received = received.map(|at| format!("，{} 受理", wall(at))).unwrap_or_default();
    let due = due.map(|at| format!("，要求 {} 前办结", wall(at))).unwrap_or_default();
    format!("（{system} 热线工单 {order}{received}{due}）")
}
