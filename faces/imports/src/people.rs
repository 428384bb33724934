//! `mulin import people`: staff and volunteers with their organisation, seat, place and term.
//!
//! One row is one seat; a person with two seats has two rows. Without a role only the account is made. Columns are
//! found by their field names, or by a map file (`docs/examples/people.toml` shows one with Chinese headers).

use crate::dates::Dates;
use crate::findings::Finding;
use crate::problems::{Problems, Unfit, thousands};
use crate::sheet::{self, Asked, Sheet};
use crate::table::Record;
use crate::undo::tell_end;
use crate::whence::of_people;
use crate::{Env, Look, Order};
use ::people::app::{ImportReport, PersonRow, import_people};
use ::people::model::OrgKind;
use clap::Args;
use kernel::ids::{AreaId, PostId};
use kernel::{Lang, Role};
use places::Snapshot;
use std::path::PathBuf;
use std::sync::Arc;
use store::imports::{self, About};
use store::{Runtime, Who};

const FIELDS: &[(&str, &[&str])] = &[
    ("login", &[]),
    ("name", &[]),
    ("phone", &[]),
    ("email", &[]),
    ("lang", &[]),
    ("org", &[]),
    ("org_kind", &[]),
    ("role", &[]),
    ("area", &[]),
    ("post", &[]),
    ("title", &[]),
    ("deputy", &[]),
    ("from", &[]),
    ("to", &[]),
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
    let (accept_doubtful, dry_run) = (args.accept_doubtful, args.dry_run);
    let (map, district) = (args.map.as_deref(), args.district.as_deref());
    let asked = Asked { file: &args.file, map, district, datum: None, accept_doubtful, dry_run };
    let (target, order) = asked.settle(env)?;
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
    let ground = rt.read_now(who.clone(), places::snapshot)?;
    let (sheet, table) = Sheet::open(order, FIELDS, &["login", "name"])?;
    let reader = Reader::new(sheet, Arc::clone(&ground))?;
    let mut read = sheet::read(table, |record, problems| reader.read(record, problems))?;
    read.problems.check(&order.file, order.accept_doubtful)?;
    let (set, file, numbers, draft) = (read.rows.clone(), order.name(), read.numbers.clone(), order.draft);
    let done = crate::change(rt, who, order.dry_run, move |cx| {
        imports::begin(cx);
        let done = import_people(cx, &set)?;
        let count = |did| done.rows.iter().filter(|d| **d == did).count();
        let (added, changed) = (count(::people::app::Did::Added), count(::people::app::Did::Changed));
        let about = About { kind: "people", file, rows: set.len(), added, changed, draft, ..About::default() };
        let row = |id| done.things.iter().find(|(of, _)| *of == id).and_then(|(_, at)| numbers.get(*at).copied());
        let import = imports::finish(cx, &about, row)?;
        Ok((done, import.map(|i| i.n)))
    });
    let (done, import) = match done {
        Err(e) => match e.downcast::<::people::Error>() {
            Ok(::people::Error::WrongRows(wrong)) => {
                for w in wrong {
                    let row = read.number(w.row.saturating_sub(1));
                    read.problems.wrong(row, reader.sheet.column(w.field), of_people(w.field, &w.why));
                }
                return Err(read.problems.refused(&order.file).into());
            }
            Ok(other) => return Err(other.into()),
            Err(other) => return Err(other),
        },
        Ok(done) => done,
    };
    let import = import.filter(|_| !order.dry_run);
    let mut look = Look { problems: read.problems, import, ..Look::default() };
    for ((number, row), did) in read.numbers.iter().zip(&read.rows).zip(&done.rows) {
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

struct Reader {
    sheet: Sheet,
    dates: Dates,
    ground: Arc<Snapshot>,
}

impl Reader {
    fn new(sheet: Sheet, ground: Arc<Snapshot>) -> Result<Self, Unfit> {
        let zone = if sheet.map.timezone.is_some() { sheet.map.timezone()? } else { kernel::time::shanghai() };
        let dates = Dates { zone, formats: sheet.map.dates.clone() };
        Ok(Self { sheet, dates, ground })
    }

    fn read(&self, record: &Record, problems: &mut Problems) -> Option<PersonRow> {
        let Self { sheet, dates, .. } = self;
        let text = |field: &str| sheet.text(record, field);
        let mut row = PersonRow {
            login: text("login").unwrap_or_default(),
            display_name: text("name").unwrap_or_default(),
            phone_ext: text("phone").map(|p| kernel::text::narrow(&p)),
            email: text("email"),
            lang: sheet.cell(record, "lang").map_or_else(Lang::default, Lang::from_tag),
            seat_title: text("title").unwrap_or_default(),
            ..PersonRow::default()
        };
        for (field, value) in [("login", &row.login), ("name", &row.display_name)] {
            if value.is_empty() {
                sheet.wrong(record, field, problems, Finding::Empty);
            }
        }
        if row.phone_ext.as_deref().is_some_and(|p| !p.chars().any(|c| c.is_ascii_digit())) {
            problems.doubtful(record.row, sheet.column("phone"), Finding::NotAPhone);
        }
        row.role = sheet
            .word(record, "role", problems, |w| Role::from_code(w).ok_or_else(|| codes_of(Role::ALL, |r| r.code())));
        row.org = self.org(record, problems);
        row.area = sheet.keep(record, "area", problems, |t| self.area(t));
        row.post = sheet.keep(record, "post", problems, |t| self.post(t));
        row.from = sheet.keep(record, "from", problems, |t| dates.read(t));
        row.to = sheet.keep(record, "to", problems, |t| dates.read(t));
        row.deputy = sheet
            .keep(record, "deputy", problems, |text| match sheet.map.word("deputy", text)?.to_lowercase().as_str() {
                "yes" | "true" | "1" | "是" => Ok(true),
                "no" | "false" | "0" | "否" => Ok(false),
                _ => Err(Finding::NotYesOrNo { text: text.to_owned(), field: "deputy".to_owned() }),
            })
            .unwrap_or(false);
        if let (Some(from), Some(to)) = (row.from, row.to)
            && to <= from
        {
            sheet.wrong(record, "to", problems, Finding::TermEndsFirst);
        }
        Some(row)
    }

    fn org(&self, record: &Record, problems: &mut Problems) -> Option<(OrgKind, String)> {
        let kind = self.sheet.word(record, "org_kind", problems, |w| {
            OrgKind::from_code(w).ok_or_else(|| codes_of(OrgKind::ALL, |k| k.code()))
        });
        let name = self.sheet.text(record, "org")?;
        if kind.is_none() && self.sheet.cell(record, "org_kind").is_none() {
            self.sheet.wrong(record, "org", problems, Finding::OrgKindMissing);
        }
        Some((kind?, name))
    }

    /// By code, or by a name that only one area has.
    fn area(&self, text: &str) -> Result<AreaId, Finding> {
        let same = |a: &&places::Area| a.code.as_deref() == Some(text) || a.name == text;
        let mut found = self.ground.areas().iter().filter(same);
        match (found.next(), found.next()) {
            (Some(area), None) => Ok(area.id),
            (None, _) => Err(Finding::NoArea { text: text.to_owned() }),
            (Some(_), Some(_)) => Err(Finding::SeveralAreas { text: text.to_owned() }),
        }
    }

    fn post(&self, text: &str) -> Result<PostId, Finding> {
        let same = |p: &&places::Post| p.code.as_deref() == Some(text) || p.name == text;
        let mut found = self.ground.posts().iter().filter(same);
        match (found.next(), found.next()) {
            (Some(post), None) => Ok(post.id),
            (None, _) => Err(Finding::NoPost { text: text.to_owned() }),
            (Some(_), Some(_)) => Err(Finding::SeveralPosts { text: text.to_owned() }),
        }
    }
}

fn codes_of<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> Vec<String> {
    all.iter().map(|t| code(*t).to_owned()).collect()
}
