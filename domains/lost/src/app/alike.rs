//! Open cases of the other kind whose elder nobody knows either (L3): whoever was found may be missed by a family already, and the
//! registry comes second. Ranked by what was said of both and by the two places, never filtered; no names. Nothing of it is stored
//! (R8) until somebody says that it is the same elder: then one of the two goes on.

use super::case::{self, CaseRow, open, touch};
use super::entries::{self, EntryKind, More};
use crate::error::{Refusal, Result};
use crate::events::Why;
use crate::model::{Described, Scene, State};
use kernel::ids::{AreaId, CaseId, PostId};
use kernel::{Moment, Point, Purpose};
use people::policy::{Action, CaseFacts, ResourceFacts, decide, require};
use store::{Cx, KeyClass, params};

/// Most that are shown.
const SHOWN: usize = 8;
/// Most that are compared, the latest: far more than a district ever has open.
const LOOKED: usize = 200;

/// A case that may be about the same elder.
#[derive(Clone, PartialEq)]
pub struct Alike {
    pub number: String,
    /// For whoever may view it; others call the post.
    pub case: Option<CaseId>,
    pub version: i64,
    pub since: Moment,
    pub areas: Vec<AreaId>,
    pub post: Option<PostId>,
    /// Code of `model::Sex`; empty: not said.
    pub sex: String,
    pub age: Option<i64>,
    /// What speaks for it and against, in bits; nothing, when too little was said.
    pub evidence: Vec<identify::Evidence>,
    /// The reader may say that it is the same elder.
    pub may_join: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for Alike {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Alike").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The most alike first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alikes {
    pub shown: Vec<Alike>,
    /// How many more there are.
    pub more: usize,
}

/// Open cases of the other kind; none, when it is known who this elder is.
pub fn alike(cx: &mut Cx<'_>, case: CaseId) -> Result<Option<Alikes>> {
    let (c, mine) = open(cx, case, Action::IdentifyCase)?;
    if !is_unknown(&c) {
        return Ok(None);
    }
    let (described, place) = said(cx, case)?;
    let seen = described.sighting(year(&c), place);
    let others = others(cx, &c)?;
    let mut ones = Vec::with_capacity(others.len());
    let mut registry = Vec::with_capacity(others.len());
    for other in others {
        let (described, place) = said(cx, other.id)?;
        registry.push(as_registered(described.sighting(year(&other), place)));
        ones.push((other, described));
    }
    let answer = identify::Index::new(registry).identify(&identify::Profile::default(), &seen, SHOWN);
    let mut out = Alikes { more: ones.len().saturating_sub(SHOWN), ..Alikes::default() };
    for found in answer.candidates {
        let Some((other, described)) = ones.get(found.person) else { continue };
        out.shown.push(one(cx, (&c, &mine), other, described, found.evidence)?);
    }
    Ok(Some(out))
}

fn one(
    cx: &mut Cx<'_>,
    (c, mine): (&CaseRow, &CaseFacts),
    other: &CaseRow,
    described: &Described,
    evidence: Vec<identify::Evidence>,
) -> Result<Alike> {
    cx.record_read("case", other.id.0, &["alike"])?;
    let theirs = case::facts(cx, other)?;
    let areas = theirs.areas.clone();
    let may_view = allowed(cx, &theirs, Action::ViewCase);
    let ending = if ends(c, other).0.id == c.id { mine } else { &theirs };
    let may_join = may_view && can_end(ends(c, other).0) && allowed(cx, ending, Action::CloseCase);
    Ok(Alike {
        number: other.number.clone(),
        case: may_view.then_some(other.id),
        version: other.version,
        since: other.opened_at,
        areas,
        post: other.post,
        sex: described.sex.clone(),
        age: described.age,
        evidence,
        may_join,
    })
}

/// Two cases are about the same elder: one of them ends as a duplicate, with the number of the other in both timelines, and whoever
/// reported it follows the other on their page. Gives the case that goes on.
pub fn same(cx: &mut Cx<'_>, case: CaseId, seen: i64, other: CaseId, other_seen: i64) -> Result<CaseId> {
    let (c, _) = open(cx, case, Action::IdentifyCase)?;
    let o = case::load(cx, other)?;
    let theirs = case::facts(cx, &o)?;
    require(&cx.actor, Purpose::Case(other), Action::ViewCase, &ResourceFacts::Case(theirs))?;
    if !is_unknown(&c) || !is_unknown(&o) || c.kind == o.kind {
        return Err(Refusal::NotThere.into());
    }
    let (ending, into) = ends(&c, &o);
    let facts = case::facts(cx, ending)?;
    require(&cx.actor, Purpose::Case(ending.id), Action::CloseCase, &ResourceFacts::Case(facts.clone()))?;
    touch(cx, &c, seen)?;
    touch(cx, &o, other_seen)?;
    for (here, there) in [(&c, &o), (&o, &c)] {
        let more = More { code: Some(&there.number), of: Some(there.id.0), ..More::default() };
        entries::write(cx, here.id, EntryKind::Joined, &more)?;
    }
    // Whoever looked after the one that ends looks after the other now.
    case::write_place(cx, into.id, &facts.areas, &facts.posts)?;
    super::finish::goes_on_in(cx, ending, into)?;
    case::tell_crew(cx, into.id, Why::Word, &format!("same/{}", ending.id))?;
    Ok(into.id)
}

/// Which of two ends, and which goes on: the newer ends, unless somebody sees the elder in that one alone.
fn ends<'a>(a: &'a CaseRow, b: &'a CaseRow) -> (&'a CaseRow, &'a CaseRow) {
    let near = |c: &CaseRow| match c.state {
        State::Escorted | State::Kept => 2,
        State::Sighted => 1,
        _ => 0,
    };
    let (newer, older) = if (a.opened_at, &a.number) > (b.opened_at, &b.number) { (a, b) } else { (b, a) };
    if near(newer) > near(older) { (older, newer) } else { (newer, older) }
}

/// As the table of states has it: nobody of us is with the elder in it.
const fn can_end(c: &CaseRow) -> bool {
    matches!(c.state, State::Missing | State::Sighted)
}

/// Open, with an elder nobody knows and nobody has received.
fn is_unknown(c: &CaseRow) -> bool {
    c.person.is_none() && !matches!(c.state, State::HandedOver | State::Closed)
}

fn others(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {} FROM lost_case c WHERE c.district_id = $1 AND c.is_open = $2 AND c.person_id IS NULL AND c.kind <> $3 \
         AND c.state <> 'handed_over' ORDER BY c.opened_at DESC, c.id LIMIT {LOOKED}",
        case::COLUMNS
    );
    let rows = cx.query(&sql, params![cx.district(), true, c.kind.code()])?;
    rows.iter().map(case::read).collect()
}

fn said(cx: &mut Cx<'_>, case: CaseId) -> Result<(Described, Option<Point>)> {
    let scene: Scene = entries::part(cx, case, "scene", KeyClass::Text)?.unwrap_or_default();
    let point: Option<(f64, f64)> = entries::part(cx, case, "place", KeyClass::Location)?;
    Ok((scene.described, point.and_then(|(lon, lat)| Point::new(lon, lat).ok())))
}

fn year(c: &CaseRow) -> i32 {
    i32::from(c.opened_at.zoned(&kernel::time::shanghai()).year())
}

/// What was said in another case, as the engine reads somebody of the registry. Where they were last seen stands for their home.
fn as_registered(s: identify::Sighting) -> identify::Registered {
    let birth_year = s.age.zip(s.year).map(|(age, year)| year - age as i32);
    identify::Registered {
        id: String::new(),
        sex: s.sex,
        birth_year,
        height_cm: s.height_cm,
        build: s.build,
        dialect: s.dialect,
        surname: s.surname,
        marks: s.marks,
        home: s.place,
        named: Vec::new(),
        times_lost: None,
    }
}

fn allowed(cx: &Cx<'_>, facts: &CaseFacts, action: Action) -> bool {
    decide(&cx.actor, Purpose::Case(facts.id), action, &ResourceFacts::Case(facts.clone())).is_allowed()
}
