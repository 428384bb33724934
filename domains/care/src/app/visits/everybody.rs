//! Everybody in care where one works, with or without a plan: whom a page lists, ten or so at a time, each name shown an entry of the log.

use super::{COLUMNS, Visit, day_of, facts, opt_date, read, with_visitors};
use crate::Result;
use crate::ground::{Homes, Reach};
use jiff::civil::Date;
use kernel::ids::{AreaId, PersonId};
use kernel::{Moment, text};
use people::app::persons;
use people::policy::{Action, require_somewhere};
use std::collections::{HashMap, HashSet};
use store::{Cx, Value, params};

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
    /// Part of a name, or a whole one where many live. One look-up of the day.
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

/// Lines with how many there are in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub lines: Vec<InCare>,
    pub n: usize,
    /// There are more than were counted.
    pub more: bool,
}

/// Counted no further: nobody turns so many pages.
const COUNTED: usize = 10_000;
/// Where no more live, every name is looked at; elsewhere only whole names, surnames and whole pinyin are found.
const EVERY_NAME: usize = 3_000;
/// Of one name at most.
const SAME_NAME: usize = 500;
/// What is sealed is read for so many at once.
const SEALED: usize = 400;

/// Those of the places where whoever asks works, the most urgent first, and how many there are in all.
///
/// # Errors
/// For whoever plans and reads no visits anywhere; a name when the look-ups of today are spent.
pub fn people(cx: &mut Cx<'_>, ask: &Ask) -> Result<Listed> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let homes = Homes::of(cx, Action::ViewVisits)?;
    let mut listed = if text::narrow(&ask.name).is_empty() {
        match ask.which {
            Which::Alone => alone(cx, &homes, ask)?,
            which => paged(cx, &homes, which, ask)?,
        }
    } else {
        named(cx, &homes, ask)?
    };
    name(cx, &mut listed.lines, ask.nameless)?;
    Ok(listed)
}

/// Of these people those with whom whoever asks may do this, in the order in which they were given, with plans and open visits.
fn of(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<Vec<InCare>> {
    let mut reach = Reach::new(cx, Action::ViewVisits)?;
    reach.read(cx, people)?;
    let mut out = Vec::with_capacity(people.len());
    for person in people {
        if reach.of(cx, *person).is_none() {
            continue;
        }
        let (name, next, last_seen, welfare_due) = (None, None, None, None);
        out.push(InCare {
            person: *person,
            name,
            area: reach.innermost(*person),
            planned: false,
            next,
            late: false,
            last_seen,
            misses: 0,
            welfare_due,
        });
    }
    let today = day_of(cx.now);
    plans(cx, &mut out, today)?;
    Ok(out)
}

/// Whom a list has in one stretch, in its order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stretch {
    /// To whom nobody opened often enough.
    Urgent,
    /// With an open visit, the first that is due first; only the late ones.
    Open,
    Late,
    /// Nobody goes there next, neighbourhood by neighbourhood; and of these and others who has no plan.
    Rest,
    NoPlan,
}

impl Stretch {
    /// The query without its end: ids, and in which order.
    fn sql(self, homes: &Homes, today: Date, values: &mut Vec<Value>) -> (String, &'static str) {
        let open = "v.district_id = $1 AND v.state IN ('planned', 'assigned')";
        let urgent = "p.district_id = $1 AND p.welfare_due IS NOT NULL";
        match self {
            Self::Urgent => {
                let there = homes.hold("p.person_id", values);
                (
                    format!("SELECT p.person_id AS id FROM care_visit_plan p WHERE {urgent}{there}"),
                    "p.welfare_due, p.person_id",
                )
            }
            Self::Open | Self::Late => {
                let late = if self == Self::Late {
                    values.push(today.to_string().into());
                    format!(" AND v.due_on < ${}", values.len())
                } else {
                    format!(" AND v.person_id NOT IN (SELECT p.person_id FROM care_visit_plan p WHERE {urgent})")
                };
                let there = homes.hold("v.person_id", values);
                (format!("SELECT v.person_id AS id FROM care_visit v WHERE {open}{late}{there}"), "v.due_on, v.id")
            }
            Self::Rest | Self::NoPlan => {
                let living = persons::living(homes.only(), values.len() + 1);
                values.extend(living.values);
                let none = if self == Self::Rest {
                    format!(
                        "NOT EXISTS (SELECT 1 FROM care_visit v WHERE v.person_id = q.id AND {open}) \
                         AND q.id NOT IN (SELECT p.person_id FROM care_visit_plan p WHERE {urgent})"
                    )
                } else {
                    "NOT EXISTS (SELECT 1 FROM care_visit_plan p WHERE p.person_id = q.id)".to_owned()
                };
                (format!("SELECT q.id FROM ({}) q WHERE {none}", living.sql), "q.area_id, q.id")
            }
        }
    }

    fn ids(self, cx: &mut Cx<'_>, homes: &Homes, (skip, most): (usize, usize)) -> Result<Vec<PersonId>> {
        let mut values = params![cx.district()].to_vec();
        let (sql, order) = self.sql(homes, day_of(cx.now), &mut values);
        let rows = cx.query(&format!("{sql} ORDER BY {order} LIMIT {most} OFFSET {skip}"), &values)?;
        Ok(rows.iter().map(|r| r.id("id")).collect::<std::result::Result<_, _>>()?)
    }

    fn count(self, cx: &mut Cx<'_>, homes: &Homes) -> Result<usize> {
        let mut values = params![cx.district()].to_vec();
        let (sql, _) = self.sql(homes, day_of(cx.now), &mut values);
        let sql = format!("SELECT COUNT(*) AS n FROM ({sql} LIMIT {}) c", COUNTED + 1);
        Ok(usize::try_from(cx.query_one(&sql, &values)?.i64("n")?).unwrap_or(0))
    }
}

fn paged(cx: &mut Cx<'_>, homes: &Homes, which: Which, ask: &Ask) -> Result<Listed> {
    let stretches: &[Stretch] = match which {
        Which::All | Which::Alone => &[Stretch::Urgent, Stretch::Open, Stretch::Rest],
        Which::Late => &[Stretch::Late],
        Which::NoPlan => &[Stretch::NoPlan],
        Which::Welfare => &[Stretch::Urgent],
    };
    let mut ids: Vec<PersonId> = Vec::new();
    let mut skip = ask.skip;
    for (at, stretch) in stretches.iter().enumerate() {
        let some = stretch.ids(cx, homes, (skip, ask.most - ids.len()))?;
        let last = at + 1 == stretches.len();
        if !last && ids.len() + some.len() < ask.most {
            // The next stretch begins where this one ended.
            skip = if some.is_empty() { skip.saturating_sub(stretch.count(cx, homes)?) } else { 0 };
        }
        ids.extend(some);
        if ids.len() >= ask.most {
            break;
        }
    }
    let n = match (stretches, which) {
        (_, Which::All) => persons::count_living(cx, homes.only(), COUNTED + 1)?,
        ([one, ..], _) => one.count(cx, homes)?,
        ([], _) => 0,
    };
    Ok(Listed { lines: of(cx, &ids)?, n: n.min(COUNTED), more: n > COUNTED })
}

/// Who lives alone stands under a seal: read in the order of the list until the page is full, and one more, which says that there are
/// others.
fn alone(cx: &mut Cx<'_>, homes: &Homes, ask: &Ask) -> Result<Listed> {
    let wanted = ask.skip.saturating_add(ask.most).min(COUNTED);
    let mut found: Vec<PersonId> = Vec::new();
    'all: for stretch in [Stretch::Urgent, Stretch::Open] {
        let mut skip = 0;
        loop {
            let some = stretch.ids(cx, homes, (skip, SEALED))?;
            let alone = facts::alone_of(cx, &some)?;
            found.extend(some.iter().filter(|p| alone.contains(p)));
            skip += some.len();
            if found.len() > wanted {
                break 'all;
            }
            if some.len() < SEALED {
                break;
            }
        }
    }
    let more = found.len() > wanted;
    let n = if more { wanted } else { found.len() };
    let some: Vec<PersonId> = found.into_iter().take(n).skip(ask.skip).collect();
    Ok(Listed { lines: of(cx, &some)?, n, more })
}

/// Part of a name where few live; elsewhere a whole name, a surname or a whole pinyin.
fn named(cx: &mut Cx<'_>, homes: &Homes, ask: &Ask) -> Result<Listed> {
    persons::spend(cx)?;
    let wanted = text::narrow(&ask.name).to_lowercase();
    let few = persons::count_living(cx, homes.only(), EVERY_NAME + 1)? <= EVERY_NAME;
    let ids = if few {
        let mut ids = persons::ids_living(cx, homes.only(), EVERY_NAME)?;
        let known = persons::known_of(cx, &ids)?;
        ids.retain(|p| known.get(p).is_some_and(|k| text::narrow(&k.name).to_lowercase().contains(&wanted)));
        ids
    } else {
        persons::named_living(cx, &ask.name, homes.only(), SAME_NAME)?
    };
    let more = !few && ids.len() >= SAME_NAME;
    let mut all = of(cx, &ids)?;
    let alone = if ask.which == Which::Alone { facts::alone_of(cx, &ids)? } else { HashSet::new() };
    all.retain(|p| match ask.which {
        Which::All => true,
        Which::Alone => alone.contains(&p.person),
        Which::Late => p.late,
        Which::NoPlan => !p.planned,
        Which::Welfare => p.welfare_due.is_some(),
    });
    let due = |p: &InCare| p.next.as_ref().map_or(Date::MAX, |v| v.due);
    all.sort_by_key(|p| (p.welfare_due.is_none(), p.welfare_due, due(p), p.person));
    let n = all.len();
    Ok(Listed { lines: all.into_iter().skip(ask.skip).take(ask.most).collect(), n, more })
}

/// Plans and open visits of all of them: two statements for some hundred.
fn plans(cx: &mut Cx<'_>, all: &mut [InCare], today: Date) -> Result<()> {
    for chunk in all.chunks_mut(200) {
        let marks = (2..chunk.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().map(|p| Value::from(p.person)));
        let mut at: HashMap<PersonId, &mut InCare> = chunk.iter_mut().map(|p| (p.person, p)).collect();
        let sql = format!(
            "SELECT person_id, last_seen, misses, welfare_due FROM care_visit_plan WHERE district_id = $1 AND person_id IN ({marks})"
        );
        for row in &cx.query(&sql, &values)? {
            let Some(p) = at.get_mut(&row.id("person_id")?) else { continue };
            p.planned = true;
            p.last_seen = opt_date(row, "last_seen")?;
            p.misses = row.i64("misses")?;
            p.welfare_due = row.opt_moment("welfare_due")?;
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM care_visit WHERE district_id = $1 AND state IN ('planned', 'assigned') AND person_id IN ({marks})"
        );
        for row in &cx.query(&sql, &values)? {
            let visit = read(row)?;
            if let Some(p) = at.get_mut(&visit.person) {
                p.late = visit.due < today;
                p.next = Some(visit);
            }
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
