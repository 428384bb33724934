//! `mulin import residents`: people in care from a register, with the people who speak for them.
//!
//! One row is one person. Health and whereabouts are not imported: each needs a consent that somebody took down (R7).
//! Columns are found by their field names, or by a map file with Chinese headers.

use super::map::MapFile;
use super::problems::{Problems, thousands};
use super::table::{Record, Table};
use super::undo::tell_end;
use crate::{Env, Look, Order, districts};
use ::matters::Ground;
use ::people::app::persons::{ResidentReport, ResidentRow, check_residents, import_residents};
use ::people::model::person::{Contact, GuardianName, Identity, NewGuardian};
use clap::Args;
use kernel::ids::AreaId;
use places::Snapshot;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use store::imports::{self, About};
use store::{Runtime, Who};

const FIELDS: &[&str] = &[
    "key",
    "name",
    "sex",
    "birth_year",
    "id_number",
    "phone",
    "address",
    "language",
    "area",
    "guardian",
    "relation",
    "guardian_phone",
    "guardian2",
    "relation2",
    "guardian2_phone",
];

/// Imports residents in care.
#[derive(Debug, Args)]
pub struct ResidentsArgs {
    /// .csv, .csv.gz or .xlsx; columns: key,name,sex(f|m),birth_year,id_number,phone,address,language,area,guardian,relation,guardian_phone,guardian2,relation2,guardian2_phone
    pub file: PathBuf,
    /// What the columns and words mean, when they are not the ones above
    #[arg(long)]
    pub map: Option<PathBuf>,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// Only check the file; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Import doubtful rows too, as they are written
    #[arg(long)]
    pub accept_doubtful: bool,
}

/// Runs the command.
pub fn run(env: &mut Env<'_>, args: &ResidentsArgs) -> anyhow::Result<ResidentReport> {
    let map = args.map.as_deref().map(MapFile::read).transpose()?.unwrap_or_default();
    let target = districts::existing(env, args.district.as_deref().or(map.district.as_deref()))?;
    let (accept_doubtful, dry_run) = (args.accept_doubtful, args.dry_run);
    let order = Order { file: args.file.clone(), map, datum: None, accept_doubtful, dry_run };
    let (look, report) = bring(env.rt, target.who(), &order)?;
    look.problems.write(env.out)?;
    if dry_run {
        writeln!(env.out, "dry run: {} rows are in order, nothing was written", thousands(look.rows))?;
    } else {
        writeln!(
            env.out,
            "{} residents new, {} changed, {} unchanged; health and whereabouts are written down at the desk, with a consent",
            thousands(report.new),
            thousands(report.changed),
            thousands(report.unchanged)
        )?;
    }
    tell_end(env, &look, dry_run)?;
    Ok(if dry_run { ResidentReport::default() } else { report })
}

/// Brings the residents of a file in, or only looks. Nobody's name is in the answer.
pub fn bring(rt: &Runtime, who: Who, order: &Order) -> anyhow::Result<(Look, ResidentReport)> {
    order.map.check_fields(FIELDS)?;
    let ground = rt.read_now(who.clone(), places::snapshot)?;
    let table = Table::open(&order.file)?;
    let reader = Reader::new(order.map.clone(), &table, Arc::clone(&ground))?;
    let mut problems = Problems::default();
    let (mut rows, mut numbers) = (Vec::new(), Vec::new());
    for record in table {
        let record = record?;
        if let Some(row) = reader.read(&record, &mut problems) {
            rows.push(row);
            numbers.push(record.row);
        }
    }
    for wrong in check_residents(&rows) {
        let row = wrong.row.checked_sub(1).and_then(|i| numbers.get(i)).copied().unwrap_or(wrong.row);
        problems.wrong(row, reader.column(wrong.field), explain(&wrong.why));
    }
    problems.check(&order.file, order.accept_doubtful)?;
    let areas: Vec<AreaId> = rows.iter().map(|r| r.area).collect();
    let (file, places, geography) = (order.name(), numbers.clone(), Ground(Arc::clone(&ground)));
    let (done, import) = crate::change(rt, who, order.dry_run, move |cx| {
        imports::begin(cx);
        let done = import_residents(cx, &geography, &rows)?;
        let (added, changed) = (done.report.new, done.report.changed);
        let about = About { kind: "residents", file, rows: rows.len(), added, changed, ..About::default() };
        let at: HashMap<uuid::Uuid, usize> = done.things.iter().copied().collect();
        let import = imports::finish(cx, &about, |id| at.get(&id).and_then(|at| places.get(*at)).copied())?;
        Ok((done, import.map(|i| i.n)))
    })?;
    let import = import.filter(|_| !order.dry_run);
    let mut look = Look { problems, import, ..Look::default() };
    for ((number, area), did) in numbers.iter().zip(areas).zip(&done.rows) {
        look.add(*number, "", (*did).into(), ground.area(area).map(|a| a.name.as_str()));
    }
    Ok((look, done.report))
}

/// What `people` refuses a row for, in words that mend it. No value of the row: it may be read by others.
fn explain(why: &str) -> String {
    match why {
        "missing" => "is empty".into(),
        "twice" => "stands for two people: each row needs a key of its own".into(),
        "too-long" => "is too long".into(),
        "phone" => "is no telephone number: write its digits".into(),
        "unknown" => "must be f or m".into(),
        "range" => "is not a year in which somebody alive was born".into(),
        other => format!("is refused ({other})"),
    }
}

struct Reader {
    map: MapFile,
    columns: HashMap<&'static str, usize>,
    headers: Vec<String>,
    ground: Arc<Snapshot>,
}

impl Reader {
    fn new(map: MapFile, table: &Table, ground: Arc<Snapshot>) -> anyhow::Result<Self> {
        let columns = map.columns_of(table, FIELDS.iter().map(|field| (*field, &[][..])), &["key", "name", "area"])?;
        Ok(Self { columns, headers: table.headers.clone(), ground, map })
    }

    fn column(&self, field: &str) -> &str {
        self.columns.get(field).and_then(|c| self.headers.get(*c)).map_or("", String::as_str)
    }
    fn cell<'r>(&self, record: &'r Record, field: &str) -> Option<&'r str> {
        self.columns.get(field).and_then(|c| record.filled(*c))
    }

    fn read(&self, record: &Record, problems: &mut Problems) -> Option<ResidentRow> {
        let before = problems.wrong.count;
        let text = |field: &str| self.cell(record, field).map(str::to_owned);
        let area = match self.cell(record, "area").map(|t| self.area(t)) {
            Some(Ok(area)) => Some(area),
            Some(Err(what)) => {
                problems.wrong(record.row, self.column("area"), what);
                None
            }
            None => {
                problems.wrong(
                    record.row,
                    self.column("area"),
                    "is empty: write the code or name of the community or grid",
                );
                None
            }
        };
        let sex = match self.cell(record, "sex").map(|word| self.map.word("sex", word)).transpose() {
            Ok(word) => word.unwrap_or_default().to_owned(),
            Err(what) => {
                problems.wrong(record.row, self.column("sex"), what);
                String::new()
            }
        };
        let birth_year = match self.cell(record, "birth_year").map(str::parse::<i16>).transpose() {
            Ok(year) => year,
            Err(_) => {
                problems.wrong(record.row, self.column("birth_year"), "is no year: write four digits");
                None
            }
        };
        let mut guardians = Vec::new();
        for (name, relation, phone) in
            [("guardian", "relation", "guardian_phone"), ("guardian2", "relation2", "guardian2_phone")]
        {
            if let Some(who) = text(name) {
                let who = GuardianName { name: who, relation: text(relation).unwrap_or_default() };
                guardians.push(NewGuardian { who, phone: text(phone) });
            } else if self.cell(record, phone).is_some() {
                problems.doubtful(
                    record.row,
                    self.column(phone),
                    "a telephone without the name of a guardian is left out",
                );
            }
        }
        if guardians.is_empty() {
            problems.doubtful(record.row, self.column("guardian"), "nobody speaks for this person");
        }
        let identity =
            Identity { name: text("name").unwrap_or_default(), sex, birth_year, id_number: text("id_number") };
        let contact = Contact { phone: text("phone"), address: text("address"), language: text("language") };
        let key = text("key").unwrap_or_default();
        (problems.wrong.count == before).then_some(ResidentRow { key, area: area?, identity, contact, guardians })
    }

    /// By code, or by a name that only one area has.
    fn area(&self, text: &str) -> Result<AreaId, String> {
        let same = |a: &&places::Area| a.code.as_deref() == Some(text) || a.name == text;
        let mut found = self.ground.areas().iter().filter(same);
        match (found.next(), found.next()) {
            (Some(area), None) => Ok(area.id),
            (None, _) => Err("there is no such area; import the areas first, and name them by code or name".into()),
            (Some(_), Some(_)) => Err("several areas are called so; use the code".into()),
        }
    }
}
