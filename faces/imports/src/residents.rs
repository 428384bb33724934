//! `mulin import residents`: people in care from a register, with the people who speak for them.
//!
//! One row is one person. Health and whereabouts are not imported: each needs a consent that somebody took down (R7).
//! Columns are found by their field names, or by a map file with Chinese headers.

use crate::findings::{Agreeing, Finding};
use crate::problems::{Problems, thousands};
use crate::sheet::{self, Asked, Read, Sheet};
use crate::table::Record;
use crate::undo::tell_end;
use crate::whence::of_people;
use crate::words::spoken;
use crate::{Env, Look, Order};
use ::matters::Ground;
use ::people::app::persons::{
    Alike, ResidentReport, ResidentRow, With, alike, check_residents, gone_records, import_joined,
};
use ::people::model::person::{Contact, GuardianName, Identity, NewGuardian};
use clap::{Args, ValueEnum};
use kernel::Lang;
use kernel::ids::AreaId;
use places::Snapshot;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use store::imports::{self, About};
use store::{Runtime, Who};

const FIELDS: &[(&str, &[&str])] = &[
    ("key", &[]),
    ("name", &[]),
    ("sex", &[]),
    ("birth_year", &[]),
    ("id_number", &[]),
    ("phone", &[]),
    ("address", &[]),
    ("language", &[]),
    ("area", &[]),
    ("guardian", &[]),
    ("relation", &[]),
    ("guardian_phone", &[]),
    ("guardian2", &[]),
    ("relation2", &[]),
    ("guardian2_phone", &[]),
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
    /// Rows under a new key that look like somebody who is here, or like another row
    #[arg(long, value_enum, default_value_t)]
    pub alike: IfAlike,
}

/// What is done with rows that look like somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum IfAlike {
    /// Nothing is imported; they are listed
    #[default]
    Refuse,
    /// Each is the same person: what its row says takes the place of what is here
    Join,
    /// Each is another person
    Apart,
}

/// What somebody decided who was asked: rows of the file by number, `true` for the same person.
pub type Answers = BTreeMap<usize, bool>;

/// A row that looks like somebody who is here, or like another row. No name of anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub row: usize,
    pub finding: Finding,
}

/// Somebody must say which rows are the same people before the file can come in.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.words(spoken()))]
pub struct LookAlike {
    pub rows: Vec<Proposal>,
}

impl LookAlike {
    fn words(&self, lang: Lang) -> String {
        let how = Finding::AlikeHow { n: self.rows.len() };
        let lines = self.rows.iter().map(|proposal| &proposal.finding).chain([&how]);
        lines.map(|finding| finding.words(lang)).collect::<Vec<_>>().join("\n")
    }
}

/// Runs the command.
pub fn run(env: &mut Env<'_>, args: &ResidentsArgs) -> anyhow::Result<ResidentReport> {
    let (accept_doubtful, dry_run) = (args.accept_doubtful, args.dry_run);
    let (map, district) = (args.map.as_deref(), args.district.as_deref());
    let asked = Asked { file: &args.file, map, district, datum: None, accept_doubtful, dry_run };
    let (target, order) = asked.settle(env)?;
    let (look, report) = bring(env.rt, target.who(), &order, args.alike, &Answers::new())?;
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
///
/// # Errors
/// Besides the file's: [`LookAlike`], as long as there is no answer for a row that looks like somebody else.
pub fn bring(
    rt: &Runtime,
    who: Who,
    order: &Order,
    if_alike: IfAlike,
    answers: &Answers,
) -> anyhow::Result<(Look, ResidentReport)> {
    let ground = rt.read_now(who.clone(), places::snapshot)?;
    let (sheet, table) = Sheet::open(order, FIELDS, &["key", "name", "area"])?;
    let reader = Reader { sheet, ground: Arc::clone(&ground) };
    let mut read = sheet::read(table, |record, problems| reader.read(record, problems))?;
    let rows = read.rows.clone();
    let gone = rt.read_now(who.clone(), move |cx| gone_records(cx, &rows))?;
    for wrong in check_residents(&read.rows).into_iter().chain(gone) {
        let row = read.number(wrong.row.saturating_sub(1));
        read.problems.wrong(row, reader.sheet.column(wrong.field), of_people(wrong.field, &wrong.why));
    }
    read.problems.check(&order.file, order.accept_doubtful)?;
    let Read { rows, numbers, problems } = read;
    let areas: Vec<AreaId> = rows.iter().map(|r| r.area).collect();
    let (file, places, geography) = (order.name(), numbers.clone(), Ground(Arc::clone(&ground)));
    let (answers, areas_here) = (answers.clone(), Arc::clone(&ground));
    let draft = order.draft;
    let (done, import) = crate::change(rt, who, order.dry_run, move |cx| {
        imports::begin(cx);
        let found = if if_alike == IfAlike::Apart { Vec::new() } else { alike(cx, &rows)? };
        let joined = decided(&found, &places, &areas_here, if_alike, &answers)?;
        let done = import_joined(cx, &geography, &rows, &joined)?;
        let (added, changed) = (done.report.new, done.report.changed);
        let about = About { kind: "residents", file, rows: rows.len(), added, changed, draft, ..About::default() };
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

/// Which rows are somebody else, by their place among the rows that were read.
fn decided(
    found: &[Alike],
    numbers: &[usize],
    ground: &Snapshot,
    if_alike: IfAlike,
    answers: &Answers,
) -> Result<BTreeMap<usize, With>, LookAlike> {
    let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
    let (mut joined, mut open) = (BTreeMap::new(), Vec::new());
    for one in found {
        let row = number(one.row);
        match answers.get(&row).copied().or((if_alike == IfAlike::Join).then_some(true)) {
            Some(true) => drop(joined.insert(one.row, one.with)),
            Some(false) => {}
            None => open.push(Proposal { row, finding: proposal(one, row, number, ground) }),
        }
    }
    if open.is_empty() { Ok(joined) } else { Err(LookAlike { rows: open }) }
}

fn proposal(one: &Alike, row: usize, number: impl Fn(usize) -> usize, ground: &Snapshot) -> Finding {
    let agree = Agreeing(one.agree.iter().map(|field| (*field).to_owned()).collect());
    match one.with {
        With::Person(_, area) => {
            let area = ground.area(area).map(|a| a.name.clone()).unwrap_or_default();
            Finding::AlikeHere { row, area, agree }
        }
        With::Row(other) => Finding::AlikeRow { row, other: number(other), agree },
    }
}

/// Its findings repeat no value of a row: they may be read by others.
struct Reader {
    sheet: Sheet,
    ground: Arc<Snapshot>,
}

impl Reader {
    fn read(&self, record: &Record, problems: &mut Problems) -> Option<ResidentRow> {
        let sheet = &self.sheet;
        let text = |field: &str| sheet.text(record, field);
        let area = sheet.keep(record, "area", problems, |t| self.area(t));
        if sheet.cell(record, "area").is_none() {
            sheet.wrong(record, "area", problems, Finding::AreaMissing);
        }
        let sex = sheet.keep(record, "sex", problems, |word| self.sex(word)).unwrap_or_default();
        let birth_year =
            sheet.keep(record, "birth_year", problems, |t| t.parse::<i16>().map_err(|_| Finding::NotABirthYear));
        let mut guardians = Vec::new();
        for (name, relation, phone) in
            [("guardian", "relation", "guardian_phone"), ("guardian2", "relation2", "guardian2_phone")]
        {
            if let Some(who) = text(name) {
                let who = GuardianName { name: who, relation: text(relation).unwrap_or_default() };
                guardians.push(NewGuardian { who, phone: text(phone) });
            } else if sheet.cell(record, phone).is_some() {
                problems.doubtful(record.row, sheet.column(phone), Finding::PhoneWithoutGuardian);
            }
        }
        if guardians.is_empty() {
            problems.doubtful(record.row, sheet.column("guardian"), Finding::NoGuardian);
        }
        let identity =
            Identity { name: text("name").unwrap_or_default(), sex, birth_year, id_number: text("id_number") };
        let contact = Contact { phone: text("phone"), address: text("address"), language: text("language") };
        let key = text("key").unwrap_or_default();
        Some(ResidentRow { key, area: area?, identity, contact, guardians })
    }

    fn sex(&self, word: &str) -> Result<String, Finding> {
        match self.sheet.map.word("sex", word) {
            Ok(word) => Ok(word.to_owned()),
            Err(Finding::NotListed { field, listed, .. }) => Err(Finding::NotListedUnsaid { field, listed }),
            Err(other) => Err(other),
        }
    }

    /// By code, or by a name that only one area has; or by its id, as the register that is taken out here writes it where neither is
    /// enough.
    fn area(&self, text: &str) -> Result<AreaId, Finding> {
        if let Some(area) = text.parse().ok().and_then(|id| self.ground.area(id)) {
            return Ok(area.id);
        }
        let same = |a: &&places::Area| a.code.as_deref() == Some(text) || a.name == text;
        let mut found = self.ground.areas().iter().filter(same);
        match (found.next(), found.next()) {
            (Some(area), None) => Ok(area.id),
            (None, _) => Err(Finding::AreaUnknown),
            (Some(_), Some(_)) => Err(Finding::AreaAmbiguous),
        }
    }
}
