//! Who is due where one works. Names are shown by whoever asks for them line by line; a file has none.

use super::{COLUMNS, Visit, day_of, posts_of, read, with_visitors};
use crate::{Ground, Result};
use jiff::ToSpan;
use kernel::Moment;
use kernel::ids::{AreaId, PersonId};
use people::app::persons;
use people::policy::{Action, PersonFacts, ResourceFacts, decide, require_somewhere};
use store::{Cx, params};

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

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub visit: Visit,
    /// The innermost area.
    pub area: Option<AreaId>,
    pub late: bool,
    pub misses: i64,
    /// Until when somebody must have looked after them.
    pub welfare_due: Option<Moment>,
}

/// Open visits of the places where whoever asks works, the most urgent first.
pub fn due(cx: &mut Cx<'_>, filter: Filter, most: usize) -> Result<Vec<Due>> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let today = day_of(cx.now);
    let week = today.checked_add(7.days()).unwrap_or(today);
    let (which, until) = match filter {
        Filter::Soon => ("v.due_on <= $2", week),
        Filter::Late => ("v.due_on < $2", today),
        Filter::Unassigned => ("v.state = 'planned' AND v.due_on <= $2", week),
        Filter::Welfare => ("p.welfare_due IS NOT NULL AND v.due_on >= $2", jiff::civil::Date::MIN),
        Filter::All => ("v.due_on >= $2", jiff::civil::Date::MIN),
    };
    let columns = COLUMNS.split(", ").map(|c| format!("v.{c}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns}, p.misses, p.welfare_due FROM care_visit v JOIN care_visit_plan p ON p.person_id = v.person_id \
         WHERE v.district_id = $1 AND v.state IN ('planned', 'assigned') AND {which} \
         ORDER BY CASE WHEN p.welfare_due IS NULL THEN 1 ELSE 0 END, v.due_on, v.id"
    );
    let until = if until == jiff::civil::Date::MIN { "0".to_owned() } else { until.to_string() };
    let rows = cx.query(&sql, params![cx.district(), until])?;
    let people = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    let areas = persons::areas_of_all(cx, &people)?;
    let ground = Ground(places::snapshot(cx)?);
    let mut out = Vec::new();
    for row in &rows {
        let visit = read(row)?;
        let of = areas.get(&visit.person).cloned().unwrap_or_default();
        let innermost = of.iter().copied().max_by_key(|a| ground.0.chain_ids(*a).len());
        let facts =
            PersonFacts { id: Some(visit.person), posts: posts_of(&ground, &of), areas: of, ..PersonFacts::default() };
        if !decide(&cx.actor, cx.purpose, Action::ViewVisits, &ResourceFacts::Person(facts)).is_allowed() {
            continue;
        }
        let visit = with_visitors(cx, visit)?;
        let late = visit.due < today;
        let (misses, welfare_due) = (row.i64("misses")?, row.opt_moment("welfare_due")?);
        out.push(Due { visit, area: innermost, late, misses, welfare_due });
        if out.len() >= most {
            break;
        }
    }
    Ok(out)
}
