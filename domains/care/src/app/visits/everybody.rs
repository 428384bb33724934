//! Everybody in care where one works, with or without a plan: whom a page lists, ten or so at a time, each name shown an entry of the log.

use super::{COLUMNS, Visit, day_of, facts, opt_date, posts_of, read, with_visitors};
use crate::model::visit_plan::FactKind;
use crate::{Ground, Result};
use jiff::civil::Date;
use kernel::ids::{AreaId, PersonId};
use kernel::{Moment, text};
use people::app::persons;
use people::policy::{Action, PersonFacts, ResourceFacts, decide, require_somewhere};
use std::collections::HashMap;
use store::{Cx, params};

/// What the list is cut to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    #[default]
    All,
    /// They live alone, as it was stated.
    Alone,
    Late,
    /// Nobody is to visit them.
    NoPlan,
    /// To whom nobody opened often enough.
    Welfare,
}

impl Which {
    pub const ALL: &'static [Self] = &[Self::All, Self::Alone, Self::Late, Self::NoPlan, Self::Welfare];
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Alone => "alone",
            Self::Late => "late",
            Self::NoPlan => "no-plan",
            Self::Welfare => "welfare",
        }
    }
    pub fn from_code(code: &str) -> Self {
        Self::ALL.iter().copied().find(|w| w.code() == code).unwrap_or_default()
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub which: Which,
    /// Part of a name. One look-up of the day.
    pub name: String,
    pub skip: usize,
    pub most: usize,
    /// For a file: no names.
    pub nameless: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InCare {
    pub person: PersonId,
    pub name: Option<String>,
    /// The innermost area.
    pub area: Option<AreaId>,
    pub planned: bool,
    pub next: Option<Visit>,
    pub late: bool,
    pub last_seen: Option<Date>,
    pub misses: i64,
    pub welfare_due: Option<Moment>,
}

/// Those of the places where whoever asks works, the most urgent first, and how many there are in all.
///
/// # Errors
/// For whoever plans and reads no visits anywhere; a name when the look-ups of today are spent.
pub fn people(cx: &mut Cx<'_>, ask: &Ask) -> Result<(Vec<InCare>, usize)> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let mut all = here(cx, Action::ViewVisits)?;
    let today = day_of(cx.now);
    plans(cx, &mut all, today)?;
    all.retain(|p| match ask.which {
        Which::All | Which::Alone => true,
        Which::Late => p.late,
        Which::NoPlan => !p.planned,
        Which::Welfare => p.welfare_due.is_some(),
    });
    if ask.which == Which::Alone {
        let ids: Vec<PersonId> = all.iter().map(|p| p.person).collect();
        let stated = facts::load_all(cx, &ids)?;
        let alone = |p: &InCare| stated.get(&p.person).is_some_and(|f| f.iter().any(|f| f.kind == FactKind::Alone));
        all.retain(alone);
    }
    let wanted = text::narrow(&ask.name).to_lowercase();
    if !wanted.is_empty() {
        persons::spend(cx)?;
        let ids: Vec<PersonId> = all.iter().map(|p| p.person).collect();
        let known = persons::known_of(cx, &ids)?;
        all.retain(|p| known.get(&p.person).is_some_and(|k| text::narrow(&k.name).to_lowercase().contains(&wanted)));
    }
    let due = |p: &InCare| p.next.as_ref().map_or(Date::MAX, |v| v.due);
    all.sort_by_key(|p| (p.welfare_due.is_none(), p.welfare_due, due(p), p.person));
    let n = all.len();
    let mut shown: Vec<InCare> = all.into_iter().skip(ask.skip).take(ask.most).collect();
    name(cx, &mut shown, ask.nameless)?;
    Ok((shown, n))
}

/// With whom whoever asks may do this, where they work.
pub(crate) fn here(cx: &mut Cx<'_>, action: Action) -> Result<Vec<InCare>> {
    let people = persons::everybody(cx)?;
    let mut areas = persons::areas_of_all(cx, &people)?;
    let ground = Ground(places::snapshot(cx)?);
    let mut served: HashMap<Vec<AreaId>, (bool, Option<AreaId>)> = HashMap::new();
    let mut out = Vec::new();
    for person in people {
        let mut of = areas.remove(&person).unwrap_or_default();
        of.sort();
        // Many live in the same place: the policy answers the same for all of them.
        let (may, area) = *served.entry(of.clone()).or_insert_with(|| {
            let area = of.iter().copied().max_by_key(|a| ground.0.chain_ids(*a).len());
            let posts = posts_of(&ground, &of);
            let facts = PersonFacts { id: Some(person), posts, areas: of, ..PersonFacts::default() };
            let facts = ResourceFacts::Person(facts);
            (decide(&cx.actor, cx.purpose, action, &facts).is_allowed(), area)
        });
        if may {
            let (name, next, last_seen, welfare_due) = (None, None, None, None);
            out.push(InCare {
                person,
                name,
                area,
                planned: false,
                next,
                late: false,
                last_seen,
                misses: 0,
                welfare_due,
            });
        }
    }
    Ok(out)
}

/// Plans and open visits of all of them: two statements.
fn plans(cx: &mut Cx<'_>, all: &mut [InCare], today: Date) -> Result<()> {
    let mut at: HashMap<PersonId, &mut InCare> = all.iter_mut().map(|p| (p.person, p)).collect();
    let sql = "SELECT person_id, last_seen, misses, welfare_due FROM care_visit_plan WHERE district_id = $1";
    for row in &cx.query(sql, params![cx.district()])? {
        let Some(p) = at.get_mut(&row.id("person_id")?) else { continue };
        p.planned = true;
        p.last_seen = opt_date(row, "last_seen")?;
        p.misses = row.i64("misses")?;
        p.welfare_due = row.opt_moment("welfare_due")?;
    }
    let sql = format!("SELECT {COLUMNS} FROM care_visit WHERE district_id = $1 AND state IN ('planned', 'assigned')");
    for row in &cx.query(&sql, params![cx.district()])? {
        let visit = read(row)?;
        if let Some(p) = at.get_mut(&visit.person) {
            p.late = visit.due < today;
            p.next = Some(visit);
        }
    }
    Ok(())
}

/// Names and who is sent, of those that are shown.
fn name(cx: &mut Cx<'_>, shown: &mut [InCare], nameless: bool) -> Result<()> {
    let ids: Vec<PersonId> = shown.iter().map(|p| p.person).collect();
    let mut known = if nameless { HashMap::new() } else { persons::known_of(cx, &ids)? };
    for p in shown.iter_mut() {
        if let Some(visit) = p.next.take() {
            p.next = Some(with_visitors(cx, visit)?);
        }
        if let Some(k) = known.remove(&p.person) {
            cx.record_read("person", p.person.0, &["name", "visits"])?;
            p.name = Some(k.name);
        }
    }
    Ok(())
}
