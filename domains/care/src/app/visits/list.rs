//! Who is due where one works. Names are shown line by line, each an entry of the log; a file has none.

use super::{COLUMNS, Visit, Visitor, day_of, facts, opt_date, read};
use crate::Result;
use crate::ground::{Homes, Reach};
use crate::model::visit::{VisitKind, VisitState};
use jiff::ToSpan;
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AreaId, PersonId};
use people::app::persons;
use people::policy::{Action, require_somewhere};
use std::collections::HashMap;
use store::{Cx, Value, params};

/// What the list is cut to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// Due within a week, and late.
    #[default]
    Soon,
    Late,
    /// Nobody is sent yet.
    Unassigned,
    /// To whom nobody opened often enough.
    Welfare,
    All,
}

impl Filter {
    pub const ALL: &'static [Self] = &[Self::Soon, Self::Late, Self::Unassigned, Self::Welfare, Self::All];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Soon => "soon",
            Self::Late => "late",
            Self::Unassigned => "unassigned",
            Self::Welfare => "welfare",
            Self::All => "all",
        }
    }
    pub fn from_code(code: &str) -> Self {
        Self::ALL.iter().copied().find(|f| f.code() == code).unwrap_or_default()
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ask {
    pub filter: Filter,
    /// Only who lives in this area.
    pub area: Option<AreaId>,
    pub kind: Option<VisitKind>,
    /// Only who lives alone, as it was stated: each line that is shown is an entry of the log.
    pub alone: bool,
    pub skip: usize,
    pub most: usize,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub visit: Visit,
    /// The innermost area.
    pub area: Option<AreaId>,
    pub late: bool,
    pub misses: i64,
    pub last_seen: Option<Date>,
    /// Until when somebody must have looked after them.
    pub welfare_due: Option<Moment>,
}

/// Lines with how many there are in all, and the areas in which anybody in care lives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub lines: Vec<Due>,
    pub all: usize,
    /// Of those that match without the filter: late, and to whom nobody opened.
    pub late: usize,
    pub welfare: usize,
    /// Homes of everybody whom the reader sees.
    pub areas: Vec<AreaId>,
}

/// Open visits of the places where whoever asks works, the most urgent first.
pub fn due(cx: &mut Cx<'_>, filter: Filter, most: usize) -> Result<Vec<Due>> {
    Ok(find(cx, &Ask { filter, most, ..Ask::default() })?.lines)
}

/// Of those who live alone only so many, the most urgent, are looked through: each is read from under its seal.
const SEALED: usize = 5_000;

/// The same, cut to more, a page at a time: what a page shows is read, and the rest counted.
pub fn find(cx: &mut Cx<'_>, ask: &Ask) -> Result<Found> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let all = Homes::of(cx, Action::ViewVisits)?;
    let areas = all.clone().areas(cx)?;
    let homes = match ask.area {
        Some(area) => all.within(cx, area)?,
        None => all,
    };
    let urgent = rows(cx, &homes, ask, Part::Urgent, (0, SEALED))?;
    let mut found = if ask.alone { alone(cx, &homes, ask, urgent)? } else { counted(cx, &homes, ask, urgent)? };
    found.areas = areas;
    here(cx, &mut found.lines)?;
    visitors(cx, &mut found.lines)?;
    if ask.alone {
        for line in &found.lines {
            cx.record_read("person", line.visit.person.0, &["visit_facts"])?;
        }
    }
    Ok(found)
}

/// Days as they stand in the table: today, and a week from it.
fn days(cx: &Cx<'_>) -> (Date, Date) {
    let today = day_of(cx.now);
    (today, today.checked_add(7.days()).unwrap_or(today))
}

impl Filter {
    fn keeps(self, due: &Due, week: Date) -> bool {
        match self {
            Self::Soon => due.visit.due <= week,
            Self::Late => due.late,
            Self::Unassigned => due.visit.state == VisitState::Planned && due.visit.due <= week,
            Self::Welfare => due.welfare_due.is_some(),
            Self::All => true,
        }
    }
    /// The same in a query; nobody is left where only those are wanted to whom nobody opened.
    fn condition(self, (today, week): (Date, Date), values: &mut Vec<Value>) -> String {
        let day = match self {
            Self::Soon | Self::Unassigned => week,
            Self::Late => today,
            Self::Welfare => return " AND 1 = 0".to_owned(),
            Self::All => return String::new(),
        };
        values.push(day.to_string().into());
        let n = values.len();
        match self {
            Self::Late => format!(" AND v.due_on < ${n}"),
            Self::Unassigned => format!(" AND v.due_on <= ${n} AND v.state = 'planned'"),
            _ => format!(" AND v.due_on <= ${n}"),
        }
    }
}

/// Which lines: those to whom nobody opened often enough come first, and there are never many of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Urgent,
    Others,
}

const OPEN: &str = "v.district_id = $1 AND v.state IN ('planned', 'assigned')";

fn of_kind(ask: &Ask, values: &mut Vec<Value>) -> String {
    let Some(kind) = ask.kind else { return String::new() };
    values.push(kind.code().into());
    format!(" AND v.kind = ${}", values.len())
}

fn rows(cx: &mut Cx<'_>, homes: &Homes, ask: &Ask, part: Part, (skip, most): (usize, usize)) -> Result<Vec<Due>> {
    let days = days(cx);
    let columns = COLUMNS.split(", ").map(|c| format!("v.{c}")).collect::<Vec<_>>().join(", ");
    let mut values = params![cx.district()].to_vec();
    let kind = of_kind(ask, &mut values);
    // The order of the tables is the order in which they are read.
    let (tables, which, order) = match part {
        Part::Urgent => (
            "care_visit_plan p CROSS JOIN care_visit v",
            " AND p.district_id = $1 AND p.welfare_due IS NOT NULL".to_owned(),
            "p.welfare_due, v.due_on, v.id",
        ),
        Part::Others => (
            "care_visit v CROSS JOIN care_visit_plan p",
            format!(" AND p.welfare_due IS NULL{}", ask.filter.condition(days, &mut values)),
            "v.due_on, v.id",
        ),
    };
    let there = homes.hold("v.person_id", &mut values);
    let sql = format!(
        "SELECT {columns}, p.misses, p.last_seen, p.welfare_due FROM {tables} WHERE p.person_id = v.person_id AND {OPEN}{kind}{which}{there} \
         ORDER BY {order} LIMIT {most} OFFSET {skip}"
    );
    let mut out = Vec::new();
    for row in &cx.query(&sql, &values)? {
        let visit = read(row)?;
        let late = visit.due < days.0;
        let (misses, last_seen) = (row.i64("misses")?, opt_date(row, "last_seen")?);
        out.push(Due { visit, area: None, late, misses, last_seen, welfare_due: row.opt_moment("welfare_due")? });
    }
    Ok(out)
}

fn count(cx: &mut Cx<'_>, homes: &Homes, ask: &Ask, filter: Filter) -> Result<usize> {
    let mut values = params![cx.district()].to_vec();
    let mut which = of_kind(ask, &mut values);
    which.push_str(&filter.condition(days(cx), &mut values));
    which.push_str(&homes.hold("v.person_id", &mut values));
    let sql = format!("SELECT COUNT(*) AS n FROM care_visit v WHERE {OPEN}{which}");
    Ok(usize::try_from(cx.query_one(&sql, &values)?.i64("n")?).unwrap_or(0))
}

fn counted(cx: &mut Cx<'_>, homes: &Homes, ask: &Ask, mut urgent: Vec<Due>) -> Result<Found> {
    let (_, week) = days(cx);
    let (welfare, late) = (urgent.len(), count(cx, homes, ask, Filter::Late)?);
    let all = match ask.filter {
        Filter::Welfare => welfare,
        Filter::Late => late,
        filter => count(cx, homes, ask, filter)?,
    };
    urgent.retain(|d| ask.filter.keeps(d, week));
    let first = urgent.len();
    let mut lines: Vec<Due> = urgent.into_iter().skip(ask.skip).take(ask.most).collect();
    if lines.len() < ask.most && ask.filter != Filter::Welfare {
        let rest = (ask.skip.saturating_sub(first), ask.most - lines.len());
        lines.extend(rows(cx, homes, ask, Part::Others, rest)?);
    }
    Ok(Found { lines, all, late, welfare, areas: Vec::new() })
}

fn alone(cx: &mut Cx<'_>, homes: &Homes, ask: &Ask, mut open: Vec<Due>) -> Result<Found> {
    let (_, week) = days(cx);
    open.extend(rows(cx, homes, &Ask { filter: Filter::All, ..*ask }, Part::Others, (0, SEALED))?);
    let people: Vec<PersonId> = open.iter().map(|d| d.visit.person).collect();
    let alone = facts::alone_of(cx, &people)?;
    open.retain(|d| alone.contains(&d.visit.person));
    let (late, welfare) =
        (open.iter().filter(|d| d.late).count(), open.iter().filter(|d| d.welfare_due.is_some()).count());
    open.retain(|d| ask.filter.keeps(d, week));
    let all = open.len();
    let lines = open.into_iter().skip(ask.skip).take(ask.most).collect();
    Ok(Found { lines, all, late, welfare, areas: Vec::new() })
}

/// Says where each lives, and leaves those of the reader's places.
fn here(cx: &mut Cx<'_>, lines: &mut Vec<Due>) -> Result<()> {
    let people: Vec<PersonId> = lines.iter().map(|d| d.visit.person).collect();
    let mut reach = Reach::new(cx, Action::ViewVisits)?;
    reach.read(cx, &people)?;
    lines.retain_mut(|due| {
        let near = reach.of(cx, due.visit.person);
        due.area = near.as_ref().and_then(|_| reach.innermost(due.visit.person));
        near.is_some()
    });
    Ok(())
}

/// Who is sent to each of them, at once.
fn visitors(cx: &mut Cx<'_>, lines: &mut [Due]) -> Result<()> {
    for chunk in lines.chunks_mut(200) {
        let marks = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT visit_id, account_id, ended_at FROM care_visit_visitor WHERE visit_id IN ({marks}) ORDER BY account_id"
        );
        let ids: Vec<Value> = chunk.iter().map(|d| Value::from(d.visit.id)).collect();
        for row in &cx.query(&sql, &ids)? {
            let (visit, account) = (row.id("visit_id")?, row.id("account_id")?);
            let gone = row.opt_moment("ended_at")?.is_some();
            if let Some(due) = chunk.iter_mut().find(|d| d.visit.id == visit) {
                due.visit.visitors.push(Visitor { account, gone });
            }
        }
    }
    Ok(())
}

/// Names of people on a page of this list. Each is an entry of the log.
pub fn names(cx: &mut Cx<'_>, lines: &[Due]) -> Result<HashMap<PersonId, String>> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let people: Vec<PersonId> = lines.iter().map(|d| d.visit.person).collect();
    let known = persons::known_of(cx, &people)?;
    for person in known.keys() {
        cx.record_read("person", person.0, &["name", "visits"])?;
    }
    Ok(known.into_iter().map(|(person, known)| (person, known.name)).collect())
}
