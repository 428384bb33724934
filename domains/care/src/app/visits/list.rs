//! Who is due where one works. Names are shown line by line, each an entry of the log; a file has none.

use super::{COLUMNS, Visit, Visitor, day_of, facts, opt_date, posts_of, read};
use crate::model::visit::VisitKind;
use crate::{Ground, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AreaId, PersonId};
use people::app::persons;
use people::policy::{Action, PersonFacts, ResourceFacts, decide, require_somewhere};
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

/// Lines with how many there are in all, and the areas in which anybody is visited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub lines: Vec<Due>,
    pub all: usize,
    /// Of those that match without the filter: late, and to whom nobody opened.
    pub late: usize,
    pub welfare: usize,
    /// Innermost areas of everybody whom the reader sees.
    pub areas: Vec<AreaId>,
}

/// Open visits of the places where whoever asks works, the most urgent first.
pub fn due(cx: &mut Cx<'_>, filter: Filter, most: usize) -> Result<Vec<Due>> {
    Ok(find(cx, &Ask { filter, most, ..Ask::default() })?.lines)
}

/// The same, cut to more, a page at a time. A few statements, however many there are.
pub fn find(cx: &mut Cx<'_>, ask: &Ask) -> Result<Found> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let today = day_of(cx.now);
    let week = today.checked_add(7.days()).unwrap_or(today);
    let columns = COLUMNS.split(", ").map(|c| format!("v.{c}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns}, p.misses, p.last_seen, p.welfare_due FROM care_visit v JOIN care_visit_plan p ON p.person_id = v.person_id \
         WHERE v.district_id = $1 AND v.state IN ('planned', 'assigned') \
         ORDER BY CASE WHEN p.welfare_due IS NULL THEN 1 ELSE 0 END, p.welfare_due, v.due_on, v.id"
    );
    let mut open = Vec::new();
    for row in &cx.query(&sql, params![cx.district()])? {
        let visit = read(row)?;
        let late = visit.due < today;
        let (misses, last_seen) = (row.i64("misses")?, opt_date(row, "last_seen")?);
        open.push(Due { visit, area: None, late, misses, last_seen, welfare_due: row.opt_moment("welfare_due")? });
    }
    let mut found = Found::default();
    here(cx, &mut open, ask.area, &mut found.areas)?;
    if let Some(kind) = ask.kind {
        open.retain(|d| d.visit.kind == kind);
    }
    if ask.alone {
        let people: Vec<PersonId> = open.iter().map(|d| d.visit.person).collect();
        let alone = facts::alone_of(cx, &people)?;
        open.retain(|d| alone.contains(&d.visit.person));
    }
    found.late = open.iter().filter(|d| d.late).count();
    found.welfare = open.iter().filter(|d| d.welfare_due.is_some()).count();
    open.retain(|d| match ask.filter {
        Filter::Soon => d.visit.due <= week,
        Filter::Late => d.late,
        Filter::Unassigned => d.visit.state == crate::model::visit::VisitState::Planned && d.visit.due <= week,
        Filter::Welfare => d.welfare_due.is_some(),
        Filter::All => true,
    });
    found.all = open.len();
    found.lines = open.into_iter().skip(ask.skip).take(ask.most).collect();
    visitors(cx, &mut found.lines)?;
    if ask.alone {
        for line in &found.lines {
            cx.record_read("person", line.visit.person.0, &["visit_facts"])?;
        }
    }
    Ok(found)
}

/// Leaves those of the reader's places, and of the one that is asked for; says where each lives.
fn here(cx: &mut Cx<'_>, open: &mut Vec<Due>, only: Option<AreaId>, areas: &mut Vec<AreaId>) -> Result<()> {
    let people: Vec<PersonId> = open.iter().map(|d| d.visit.person).collect();
    let mut lives = persons::areas_of_all(cx, &people)?;
    let ground = Ground(places::snapshot(cx)?);
    // Many live in the same place: the policy answers the same for all of them.
    let mut known: HashMap<Vec<AreaId>, (bool, Option<AreaId>)> = HashMap::new();
    let mut out = Vec::with_capacity(open.len());
    for mut due in open.drain(..) {
        let mut of = lives.remove(&due.visit.person).unwrap_or_default();
        of.sort_unstable();
        let wanted = only.is_none_or(|area| of.contains(&area));
        let (may, innermost) = match known.get(&of) {
            Some(known) => *known,
            None => {
                let innermost = of.iter().copied().max_by_key(|a| ground.0.chain_ids(*a).len());
                let posts = posts_of(&ground, &of);
                let areas = of.clone();
                let facts = PersonFacts { id: Some(due.visit.person), posts, areas, ..PersonFacts::default() };
                let facts = ResourceFacts::Person(facts);
                let may = decide(&cx.actor, cx.purpose, Action::ViewVisits, &facts).is_allowed();
                known.insert(of, (may, innermost));
                (may, innermost)
            }
        };
        if may && wanted {
            due.area = innermost;
            out.push(due);
        }
    }
    let mut seen: Vec<AreaId> = known.values().filter(|(may, _)| *may).filter_map(|(_, area)| *area).collect();
    seen.sort_unstable();
    seen.dedup();
    *areas = seen;
    *open = out;
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
