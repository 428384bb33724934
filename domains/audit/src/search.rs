//! Looking through the log: who, when, why, which kind of record and which matter. Never what stood there.

use crate::looker::{Looker, Reason};
use crate::{Error, Result, allow};
use kernel::Moment;
use kernel::ids::{AccountId, MatterId, RaiserId};
use people::policy::Action;
use std::collections::HashMap;
use store::{Cx, Row, Value, params};
use uuid::Uuid;

/// Lines of one answer.
const LINES: usize = 50;
/// Entries that one answer looks through where no index helps; the next answer goes on below.
const WALK: i64 = 100_000;

/// Which half of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Half {
    /// Reads of personal data.
    #[default]
    Views,
    Changes,
}

impl Half {
    const fn table(self) -> &'static str {
        match self {
            Self::Views => "audit_read",
            Self::Changes => "event",
        }
    }
}

/// What to look for; nothing set shows the newest.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub half: Half,
    /// A login, or the name of a job as `system:…`.
    pub actor: String,
    pub number: String,
    /// Kind of record (views) or of event (changes); a beginning is enough.
    pub kind: String,
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    /// Continues below this entry.
    pub before: Option<i64>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub n: i64,
    pub at: Moment,
    pub who: Looker,
    pub why: Reason,
    /// Kind of event; empty for views.
    pub kind: String,
    pub subject_kind: String,
    /// Names of what was shown; for views.
    pub fields: Vec<String>,
    /// Number of the matter that it belongs to, if any.
    pub number: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub lines: Vec<Line>,
    /// Go on below this entry.
    pub next: Option<i64>,
}

/// Newest first. That somebody looked is itself an entry.
pub fn search(cx: &mut Cx<'_>, filter: &Filter) -> Result<Found> {
    allow(cx, Action::ReadAudit)?;
    let district = cx.district();
    let mut query = Query { sql: String::new(), params: vec![Value::from(district)], indexed: false };
    if !filter.number.trim().is_empty() {
        let matter = matters::readings::matter_of_number(cx, &filter.number).map_err(|e| match e {
            matters::Error::NotFound => Error::Invalid { field: "number", why: "number" },
            other => other.into(),
        })?;
        let mut subjects = vec![Value::from(matter)];
        subjects.extend(matters::readings::raisers_of(cx, matter)?.into_iter().map(Value::from));
        query.one_of("subject", subjects);
    }
    if !filter.actor.trim().is_empty() {
        query.equal("actor", actor(cx, filter.actor.trim())?.into());
        query.indexed |= filter.half == Half::Views;
    }
    if !filter.kind.trim().is_empty() {
        let column = if filter.half == Half::Views { "subject_kind" } else { "kind" };
        let kind: String =
            filter.kind.trim().chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_')).collect();
        query.compare(column, "LIKE", Value::from(format!("{kind}%")));
    }
    query.times(filter);
    let top = match filter.before {
        Some(n) => n,
        None => {
            let sql = format!("SELECT COALESCE(MAX(n), 0) + 1 AS n FROM {}", filter.half.table());
            cx.query_one(&sql, &[])?.i64("n")?
        }
    };
    let bottom = if query.indexed { i64::MIN } else { top.saturating_sub(WALK) };
    query.compare("n", "<", top.into());
    query.compare("n", ">=", bottom.into());
    let rows = cx.query(&query.text(filter.half), &query.params)?;
    cx.record_read("log", district.0, &["who", "when", "why"])?;
    let next = match rows.get(LINES - 1) {
        Some(last) if rows.len() > LINES => Some(last.i64("n")?),
        _ => (bottom > 1).then_some(bottom),
    };
    let rows = rows.get(..rows.len().min(LINES)).unwrap_or_default();
    Ok(Found { lines: lines(cx, filter.half, rows)?, next })
}

struct Query {
    sql: String,
    params: Vec<Value>,
    /// An index leads straight to the rows.
    indexed: bool,
}

impl Query {
    fn compare(&mut self, column: &str, how: &str, value: Value) {
        self.params.push(value);
        self.sql.push_str(&format!(" AND {column} {how} ${}", self.params.len()));
    }
    fn equal(&mut self, column: &str, value: Value) {
        self.compare(column, "=", value);
    }
    fn one_of(&mut self, column: &str, values: Vec<Value>) {
        let first = self.params.len() + 1;
        let marks = (first..first + values.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        self.params.extend(values);
        self.sql.push_str(&format!(" AND {column} IN ({marks})"));
        self.indexed = true;
    }
    fn times(&mut self, filter: &Filter) {
        if let Some(from) = filter.from {
            self.compare("at", ">=", from.into());
        }
        if let Some(to) = filter.to {
            self.compare("at", "<", to.into());
        }
    }
    fn text(&self, half: Half) -> String {
        let own = match half {
            Half::Views => "fields",
            Half::Changes => "kind",
        };
        format!(
            "SELECT n, at, actor, purpose, subject_kind, subject, {own} FROM {} WHERE district_id = $1{} ORDER BY n DESC LIMIT {}",
            half.table(),
            self.sql,
            LINES + 1
        )
    }
}

fn actor(cx: &mut Cx<'_>, typed: &str) -> Result<String> {
    if typed.starts_with("system:") || matches!(typed, "raiser" | "public") {
        return Ok(typed.to_owned());
    }
    let account = people::app::accounts::by_login(cx, typed)?;
    let account = account.ok_or(Error::Invalid { field: "actor", why: "actor" })?;
    Ok(format!("account:{}", account.id))
}

fn lines(cx: &mut Cx<'_>, half: Half, rows: &[Row]) -> Result<Vec<Line>> {
    let mut about = About::default();
    for row in rows {
        about.note(&row.text("subject_kind")?, row.uuid("subject")?, &Reason::of(&row.text("purpose")?));
    }
    let known = about.numbers(cx)?;
    let mut people: HashMap<(AccountId, Moment), Looker> = HashMap::new();
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let (at, actor) = (row.moment("at")?, row.text("actor")?);
        // One account makes many lines; what it was is asked once an hour of its time.
        let hour = Moment::from_micros(at.micros() - at.micros().rem_euclid(3_600_000_000));
        let key = Looker::account_of(&actor).map(|account| (account, hour));
        let who = match key.and_then(|key| people.get(&key)) {
            Some(known) => known.clone(),
            None => Looker::of(cx, &actor, at)?,
        };
        if let Some(key) = key {
            people.insert(key, who.clone());
        }
        let why = Reason::of(&row.text("purpose")?);
        let subject_kind = row.text("subject_kind")?;
        let number = known.number(&subject_kind, row.uuid("subject")?, &why);
        let fields = if half == Half::Views { row.text("fields")? } else { String::new() };
        out.push(Line {
            n: row.i64("n")?,
            at,
            who,
            why,
            kind: if half == Half::Changes { row.text("kind")? } else { String::new() },
            subject_kind,
            fields: fields.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect(),
            number,
        });
    }
    Ok(out)
}

/// Matters and raisers that lines are about, to be looked up together.
#[derive(Default)]
pub(crate) struct About {
    matters: Vec<MatterId>,
    raisers: Vec<RaiserId>,
}

pub(crate) struct Numbers {
    numbers: HashMap<MatterId, String>,
    raisers: HashMap<RaiserId, MatterId>,
}

impl About {
    pub(crate) fn note(&mut self, subject_kind: &str, subject: Uuid, why: &Reason) {
        match subject_kind {
            "matter" => self.matters.push(subject.into()),
            "raiser" => self.raisers.push(subject.into()),
            _ => {}
        }
        if let Reason::Matter(matter) = why {
            self.matters.push(*matter);
        }
    }
    pub(crate) fn numbers(mut self, cx: &mut Cx<'_>) -> Result<Numbers> {
        let raisers = matters::readings::matters_of(cx, &self.raisers)?;
        self.matters.extend(raisers.values());
        self.matters.sort_unstable();
        self.matters.dedup();
        Ok(Numbers { numbers: matters::readings::numbers(cx, &self.matters)?, raisers })
    }
}

impl Numbers {
    /// The matter that the record belongs to, else the one it was opened for.
    pub(crate) fn number(&self, subject_kind: &str, subject: Uuid, why: &Reason) -> Option<String> {
        let matter = match (subject_kind, why) {
            ("matter", _) => Some(MatterId(subject)),
            ("raiser", _) => self.raisers.get(&RaiserId(subject)).copied(),
            (_, Reason::Matter(matter)) => Some(*matter),
            _ => None,
        };
        matter.and_then(|m| self.numbers.get(&m).cloned())
    }
}

/// What the numbers of matters are for: a reason in words.
pub(crate) fn matter_of(cx: &mut Cx<'_>, n: i64) -> Result<Option<MatterId>> {
    let sql = "SELECT subject_kind, subject FROM audit_read WHERE n = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![n, cx.district()])?;
    let subject = row.uuid("subject")?;
    Ok(match row.text("subject_kind")?.as_str() {
        "matter" => Some(MatterId(subject)),
        "raiser" => matters::readings::matters_of(cx, &[RaiserId(subject)])?.remove(&RaiserId(subject)),
        _ => None,
    })
}
