//! `mulin import people`: staff and volunteers with their organisation, seat, place and term.
//!
//! One row is one seat; a person with two seats has two rows. Without a role only the account is made. Columns are
//! found by their field names, or by a map file (`docs/examples/people.toml` shows one with Chinese headers).

use super::dates::Dates;
use super::map::MapFile;
use super::problems::{Problems, thousands};
use super::table::{Record, Table};
use super::undo::tell_end;
use crate::{Env, Look, Order, districts};
use ::people::app::{ImportReport, PersonRow, import_people};
use ::people::model::OrgKind;
use clap::Args;
use kernel::ids::{AreaId, PostId};
use kernel::{Lang, Moment, Role};
use places::Snapshot;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use store::imports::{self, About};
use store::{Runtime, Who};

const FIELDS: &[&str] = &[
    "login", "name", "phone", "email", "lang", "org", "org_kind", "role", "area", "post", "title", "deputy", "from",
    "to",
];

/// Imports staff and volunteers.
#[derive(Debug, Args)]
pub struct PeopleArgs {
    /// .csv, .csv.gz or .xlsx; columns: login,name,phone,email,lang,org,org_kind,role,area,post,title,deputy,from,to
    pub file: PathBuf,
    /// What the columns and words mean, when they are not the ones above (docs/examples/people.toml)
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
pub fn run(env: &mut Env<'_>, args: &PeopleArgs) -> anyhow::Result<ImportReport> {
    let map = args.map.as_deref().map(MapFile::read).transpose()?.unwrap_or_default();
    let target = districts::existing(env, args.district.as_deref().or(map.district.as_deref()))?;
    let (accept_doubtful, dry_run) = (args.accept_doubtful, args.dry_run);
    let order = Order { file: args.file.clone(), map, datum: None, accept_doubtful, dry_run };
    let (look, report) = bring(env.rt, target.who(), &order)?;
    look.problems.write(env.out)?;
    if dry_run {
        writeln!(env.out, "dry run: {} rows are in order, nothing was written", thousands(look.rows))?;
    } else {
        tell(env, report)?;
    }
    tell_end(env, &look, dry_run)?;
    Ok(if dry_run { ImportReport::default() } else { report })
}

/// Brings the people of a file in, or only looks.
pub fn bring(rt: &Runtime, who: Who, order: &Order) -> anyhow::Result<(Look, ImportReport)> {
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
    problems.check(&order.file, order.accept_doubtful)?;
    let (set, file) = (rows.clone(), order.name());
    let places = numbers.clone();
    let done = crate::change(rt, who, order.dry_run, move |cx| {
        imports::begin(cx);
        let done = import_people(cx, &set)?;
        let count = |did| done.rows.iter().filter(|d| **d == did).count();
        let (added, changed) = (count(::people::app::Did::Added), count(::people::app::Did::Changed));
        let about = About { kind: "people", file, rows: set.len(), added, changed, ..About::default() };
        let row = |id| done.things.iter().find(|(of, _)| *of == id).and_then(|(_, at)| places.get(*at).copied());
        let import = imports::finish(cx, &about, row)?;
        Ok((done, import.map(|i| i.n)))
    });
    let (done, import) = match done {
        Err(e) => match e.downcast::<::people::Error>() {
            Ok(::people::Error::WrongRows(wrong)) => {
                for w in wrong {
                    let row = w.row.checked_sub(1).and_then(|i| numbers.get(i)).copied().unwrap_or(w.row);
                    problems.wrong(row, reader.column(w.field), explain(&w.why));
                }
                return Err(problems.refused(&order.file)?.into());
            }
            Ok(other) => return Err(other.into()),
            Err(other) => return Err(other),
        },
        Ok(done) => done,
    };
    let import = import.filter(|_| !order.dry_run);
    let mut look = Look { problems, import, ..Look::default() };
    for ((number, row), did) in numbers.iter().zip(&rows).zip(&done.rows) {
        let area = row.area.and_then(|id| ground.area(id)).map(|a| a.name.as_str());
        let post = row.post.and_then(|id| ground.post(id)).map(|p| p.name.as_str());
        look.add(*number, &row.login, (*did).into(), area.or(post));
    }
    Ok((look, done.report))
}

fn tell(env: &mut Env<'_>, r: ImportReport) -> anyhow::Result<()> {
    let n = thousands;
    writeln!(
        env.out,
        "{} accounts new, {} changed; {} organisations, {} seats and {} terms new; {} rows unchanged",
        n(r.accounts_new),
        n(r.accounts_changed),
        n(r.orgs_new),
        n(r.seats_new),
        n(r.terms_new),
        n(r.unchanged)
    )?;
    if r.accounts_new > 0 {
        writeln!(
            env.out,
            "new accounts cannot sign in before a password is set for them: mulin account password LOGIN, or at the \
             desk under 人员 / People"
        )?;
    }
    Ok(())
}

/// What `people` refuses a row for, in words that mend it.
fn explain(why: &str) -> String {
    match why {
        "form" => "a login is 2–40 letters a–z, digits, dots, dashes, underlines or @".into(),
        "missing" => "is empty".into(),
        "too-long" => "is too long".into(),
        "separation" => "this account may not hold both roles: an administrator holds nothing else".into(),
        "seat-taken" => "somebody else holds this seat in that time: end that term, or mark this row as deputy".into(),
        "seat-closed" => "the seat is closed".into(),
        "not-active" => "the account is suspended or closed".into(),
        other => format!("is refused ({other})"),
    }
}

struct Reader {
    map: MapFile,
    columns: HashMap<&'static str, usize>,
    headers: Vec<String>,
    dates: Dates,
    ground: Arc<Snapshot>,
}

impl Reader {
    fn new(map: MapFile, table: &Table, ground: Arc<Snapshot>) -> anyhow::Result<Self> {
        let columns = map.columns_of(table, FIELDS.iter().map(|field| (*field, &[][..])), &["login", "name"])?;
        let zone = if map.timezone.is_some() { map.timezone()? } else { kernel::time::shanghai() };
        let dates = Dates { zone, formats: map.dates.clone() };
        Ok(Self { columns, headers: table.headers.clone(), dates, ground, map })
    }

    fn column(&self, field: &str) -> &str {
        self.columns.get(field).and_then(|c| self.headers.get(*c)).map_or("", String::as_str)
    }
    fn cell<'r>(&self, record: &'r Record, field: &str) -> Option<&'r str> {
        self.columns.get(field).and_then(|c| record.filled(*c))
    }

    fn read(&self, record: &Record, problems: &mut Problems) -> Option<PersonRow> {
        let before = problems.wrong.count;
        let text = |field: &str| self.cell(record, field).map(str::to_owned);
        let mut row = PersonRow {
            login: text("login").unwrap_or_default(),
            display_name: text("name").unwrap_or_default(),
            phone_ext: text("phone").map(|p| kernel::text::narrow(&p)),
            email: text("email"),
            lang: self.cell(record, "lang").map_or_else(Lang::default, Lang::from_tag),
            seat_title: text("title").unwrap_or_default(),
            ..PersonRow::default()
        };
        for (field, value) in [("login", &row.login), ("name", &row.display_name)] {
            if value.is_empty() {
                problems.wrong(record.row, self.column(field), "is empty");
            }
        }
        if let Some(phone) = row.phone_ext.as_deref().filter(|p| !p.chars().any(|c| c.is_ascii_digit())) {
            let what = format!("“{phone}” is no telephone number or extension: write digits");
            problems.doubtful(record.row, self.column("phone"), what);
        }
        row.role = self
            .word(record, "role", problems, |w| Role::from_code(w).ok_or_else(|| codes_of(Role::ALL, |r| r.code())));
        row.org = self.org(record, problems);
        row.area = self.keep(record, "area", problems, |t| self.area(t));
        row.post = self.keep(record, "post", problems, |t| self.post(t));
        row.from = self.date(record, "from", problems);
        row.to = self.date(record, "to", problems);
        row.deputy = self
            .word(record, "deputy", problems, |w| match w.to_lowercase().as_str() {
                "yes" | "true" | "1" | "是" => Ok(true),
                "no" | "false" | "0" | "否" => Ok(false),
                _ => Err("yes or no".into()),
            })
            .unwrap_or(false);
        if let (Some(from), Some(to)) = (row.from, row.to)
            && to <= from
        {
            problems.wrong(record.row, self.column("to"), "the term ends before it begins");
        }
        (problems.wrong.count == before).then_some(row)
    }

    fn keep<T>(
        &self,
        record: &Record,
        field: &str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.cell(record, field)?;
        read(text).map_err(|what| problems.wrong(record.row, self.column(field), what)).ok()
    }

    /// A word of the file, translated by the map file; `read` answers what would have been right.
    fn word<T>(
        &self,
        record: &Record,
        field: &str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.keep(record, field, problems, |text| {
            let word = self.map.word(field, text)?;
            read(word).map_err(|right| format!("“{text}” must be {right}"))
        })
    }

    fn date(&self, record: &Record, field: &str, problems: &mut Problems) -> Option<Moment> {
        self.keep(record, field, problems, |text| self.dates.read(text))
    }

    fn org(&self, record: &Record, problems: &mut Problems) -> Option<(OrgKind, String)> {
        let kind = self.word(record, "org_kind", problems, |w| {
            OrgKind::from_code(w).ok_or_else(|| codes_of(OrgKind::ALL, |k| k.code()))
        });
        let name = self.cell(record, "org")?;
        if kind.is_none() && self.cell(record, "org_kind").is_none() {
            problems.wrong(record.row, self.column("org"), "the kind of this organisation is missing (org_kind)");
        }
        Some((kind?, name.to_owned()))
    }

    /// By code, or by a name that only one area has.
    fn area(&self, text: &str) -> Result<AreaId, String> {
        let same = |a: &&places::Area| a.code.as_deref() == Some(text) || a.name == text;
        let mut found = self.ground.areas().iter().filter(same);
        match (found.next(), found.next()) {
            (Some(area), None) => Ok(area.id),
            (None, _) => {
                Err(format!("there is no area “{text}”; import the areas first, and name them by code or name"))
            }
            (Some(_), Some(_)) => Err(format!("several areas are called “{text}”; use the code")),
        }
    }

    fn post(&self, text: &str) -> Result<PostId, String> {
        let same = |p: &&places::Post| p.code.as_deref() == Some(text) || p.name == text;
        let mut found = self.ground.posts().iter().filter(same);
        match (found.next(), found.next()) {
            (Some(post), None) => Ok(post.id),
            (None, _) => {
                Err(format!("there is no post “{text}”; import the posts first, and name them by code or name"))
            }
            (Some(_), Some(_)) => Err(format!("several posts are called “{text}”; use the code")),
        }
    }
}

fn codes_of<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> String {
    format!("one of {}", all.iter().map(|t| code(*t)).collect::<Vec<_>>().join(", "))
}
