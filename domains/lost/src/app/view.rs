//! One case on one screen, and the small steps on it.

use super::before::{self, Before};
use super::case::{CaseRow, advance, open, touch};
use super::contacts::{self, AttemptLine};
use super::entries::{self, Entry, EntryKind, More};
use super::hand_over::{self, Pending};
use super::helpers::{self, HelperLine};
use super::keep::{self, KeepLine};
use super::relay::{self, Heard};
use super::report::whereabouts;
use super::{circle, conference, line, opt_line, rules, seal};
use crate::error::{Error, Result};
use crate::events;
use crate::model::{Described, LostRules, Move, Scene, ScenePlace, State};
use care::app::schedule::AtHome;
use care::model::contact::ContactLine;
use kernel::ids::{AccountId, AreaId, CaseId, MatterId, OrgId, PersonId, SeatId};
use kernel::{Moment, Point};
use people::policy::{Action, CaseFacts, ResourceFacts, decide};
use store::{Cx, KeyClass, params};

/// Everything of a case that this actor may see.
#[derive(Clone)]
pub struct Case {
    pub row: CaseRow,
    pub owner: AccountId,
    pub areas: Vec<AreaId>,
    pub scene: Scene,
    pub point: Option<Point>,
    pub timeline: Vec<Entry>,
    pub asks: Vec<(OrgId, Moment, Option<String>)>,
    pub helpers: Vec<HelperLine>,
    pub keeps: Vec<KeepLine>,
    /// The last call for help: since, until, ended, how many were called.
    pub call: Option<(Moment, Moment, Option<Moment>, i64)>,
    pub rules: LostRules,
    /// For whoever works on it, once it is known who it is.
    pub circle: Option<Circle>,
    pub pending: Option<Pending>,
    /// The care conference this loss is talked over in.
    pub conference: Option<MatterId>,
    pub may: Vec<Action>,
}

/// What belongs to the elder.
#[derive(Clone)]
pub struct Circle {
    pub person: PersonId,
    pub name: Option<String>,
    pub contacts: Vec<ContactLine>,
    pub attempts: Vec<AttemptLine>,
    pub home: AtHome,
    pub losses: Losses,
    /// What was learned the time before.
    pub before: Option<Before>,
    /// What the card says: scans, and what finders wrote by it.
    pub heard: Heard,
}

/// How often somebody was lost before: counted when it is shown, never stored (R8).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Losses {
    /// Within 30 and within 365 days, this one included.
    pub in_30: i64,
    pub in_365: i64,
    /// The one before, with how it ended.
    pub last: Option<(CaseId, Moment, Option<String>)>,
}

/// Never printed by accident.
impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("number", &self.row.number).finish_non_exhaustive()
    }
}
impl std::fmt::Debug for Circle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Circle(…)")
    }
}

const ACTIONS: [Action; 9] = [
    Action::ViewCase,
    Action::WorkCase,
    Action::PlanSearch,
    Action::IdentifyCase,
    Action::CallHelp,
    Action::PublicAppeal,
    Action::HandOver,
    Action::SecondHandOver,
    Action::CloseCase,
];

/// Opens a case. What belongs to the elder is shown to whoever works on it, and the log has it.
pub fn view(cx: &mut Cx<'_>, case: CaseId) -> Result<Case> {
    let (row, facts) = open(cx, case, Action::ViewCase)?;
    let point: Option<(f64, f64)> = entries::part(cx, case, "place", KeyClass::Location)?;
    let circle = match row.person {
        Some(person) if allowed(cx, &facts, Action::WorkCase) => Some(circle_of(cx, &row, person)?),
        _ => None,
    };
    let sql = "SELECT at, expires_at, ended_at, called FROM lost_call WHERE case_id = $1 ORDER BY at DESC LIMIT 1";
    let call = match cx.query_opt(sql, params![case])? {
        Some(r) => Some((r.moment("at")?, r.moment("expires_at")?, r.opt_moment("ended_at")?, r.i64("called")?)),
        None => None,
    };
    cx.record_read("case", case.0, &["timeline", "scene"])?;
    Ok(Case {
        owner: facts.owner,
        areas: facts.areas.clone(),
        scene: entries::part(cx, case, "scene", KeyClass::Text)?.unwrap_or_default(),
        point: point.and_then(|(lon, lat)| Point::new(lon, lat).ok()),
        timeline: entries::all(cx, case)?,
        asks: asks(cx, case)?,
        helpers: helpers::all(cx, case)?,
        keeps: keep::all(cx, case)?,
        call,
        rules: rules::lost_rules(cx)?,
        circle,
        pending: hand_over::pending(cx, case)?,
        conference: conference::of_case(cx, &row)?,
        may: ACTIONS.into_iter().filter(|a| allowed(cx, &facts, *a)).collect(),
        row,
    })
}

fn allowed(cx: &Cx<'_>, facts: &CaseFacts, action: Action) -> bool {
    decide(&cx.actor, cx.purpose, action, &ResourceFacts::Case(facts.clone())).is_allowed()
}

fn circle_of(cx: &mut Cx<'_>, row: &CaseRow, person: PersonId) -> Result<Circle> {
    cx.record_read("person", person.0, &["name", "contacts", "schedule"])?;
    let losses = losses(cx, person, row.opened_at)?;
    let before = match &losses.last {
        Some((last, ..)) => before::of(cx, row, *last)?,
        None => None,
    };
    Ok(Circle {
        person,
        name: people::app::persons::known(cx, person)?.map(|k| k.name),
        contacts: circle::contacts(cx, row, person)?,
        attempts: contacts::all(cx, row.id)?,
        home: circle::at_home(cx, person)?,
        losses,
        before,
        heard: relay::of_case(cx, row, person)?,
    })
}

fn asks(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<(OrgId, Moment, Option<String>)>> {
    let rows =
        cx.query("SELECT org_id, at, answer FROM lost_ask WHERE case_id = $1 ORDER BY at, org_id", params![case])?;
    rows.iter().map(|r| Ok((r.id("org_id")?, r.moment("at")?, r.opt_text("answer")?))).collect()
}

/// The n-th time, counted from the cases (L10): up to and with the one opened at `until`.
pub fn losses(cx: &mut Cx<'_>, person: PersonId, until: Moment) -> Result<Losses> {
    let sql = "SELECT id, opened_at, outcome FROM lost_case WHERE person_id = $1 AND district_id = $2 AND opened_at <= $3 \
               AND opened_at > $4 AND (outcome IS NULL OR outcome NOT IN ('not_lost', 'duplicate')) ORDER BY opened_at DESC, id DESC";
    let rows = cx.query(sql, params![person, cx.district(), until, until.plus_days(-365)])?;
    let mut out = Losses { in_365: rows.len() as i64, ..Losses::default() };
    for r in &rows {
        if r.moment("opened_at")? > until.plus_days(-30) {
            out.in_30 += 1;
        }
    }
    if let Some(r) = rows.get(1) {
        out.last = Some((r.id("id")?, r.moment("opened_at")?, r.opt_text("outcome")?));
    }
    Ok(out)
}

/// Somebody takes the case over: it is theirs from now on.
pub fn take(cx: &mut Cx<'_>, case: CaseId, seen: i64) -> Result<()> {
    let (c, facts) = open(cx, case, Action::WorkCase)?;
    let me = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    touch(cx, &c, seen)?;
    let mine = cx.actor.grants().iter().find(|g| facts_reach(&facts, me, g)).map(|g| g.seat);
    taken(cx, case, me, mine.unwrap_or(c.owner_seat))
}

fn taken(cx: &mut Cx<'_>, case: CaseId, me: AccountId, seat: SeatId) -> Result<()> {
    let sql = "UPDATE lost_case SET taken_at = COALESCE(taken_at, $1), taken_by = $2, owner_account = $2, owner_seat = $3 WHERE id = $4";
    cx.execute(sql, params![cx.now, me, seat, case])?;
    entries::write(cx, case, EntryKind::Taken, &More { of: Some(me.0), ..More::default() })?;
    Ok(())
}

/// Whoever opens a case at the desk takes it over, where they may work on it; else it waits for somebody who may.
pub(super) fn take_if_mine(cx: &mut Cx<'_>, case: CaseId) -> Result<()> {
    let c = super::case::load(cx, case)?;
    let facts = super::case::facts(cx, &c)?;
    let Some(me) = cx.actor.account_id() else { return Ok(()) };
    let seat = cx.actor.grants().iter().find(|g| facts_reach(&facts, me, g)).map(|g| g.seat);
    match seat {
        Some(seat) => taken(cx, case, me, seat),
        None => Ok(()),
    }
}

fn facts_reach(facts: &CaseFacts, me: AccountId, grant: &kernel::Grant) -> bool {
    let reach = ResourceFacts::Case(facts.clone()).reach(me, grant);
    (reach.mine || reach.place) && people::policy::who_may(Action::WorkCase).contains(&grant.role)
}

/// A remark for colleagues.
pub fn remark(cx: &mut Cx<'_>, case: CaseId, words: &str) -> Result<()> {
    open(cx, case, Action::ViewCase)?;
    let words = line("words", words, 600)?;
    entries::write(cx, case, EntryKind::Remark, &More { words: Some(&words), ..More::default() })?;
    Ok(())
}

/// Somebody sees the elder, there: who looks after that place sees the case too.
pub fn seen(
    cx: &mut Cx<'_>,
    case: CaseId,
    version: i64,
    place: &ScenePlace,
    at: Option<Moment>,
    words: &str,
) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    let said = opt_line("words", words, 300)?;
    let place_words = opt_line("place", place.words.as_deref().unwrap_or_default(), 200)?;
    if at.is_some_and(|at| at > cx.now.plus_minutes(5) || at < cx.now.plus_days(-31)) {
        return Err(Error::Invalid { field: "seen_at", why: "range" });
    }
    touch(cx, &c, version)?;
    if c.state == State::Missing || c.state == State::Sighted {
        advance(cx, &c, Move::Seen)?;
    }
    if place.point.is_some() || place.area.is_some() || place.post.is_some() {
        let at = whereabouts(cx, place)?;
        super::case::write_place(cx, case, &at.areas, &at.posts)?;
    }
    if let Some(point) = place.point {
        let sealed = seal(cx, KeyClass::Location, case.0, &(point.lon(), point.lat()))?;
        cx.execute("UPDATE lost_case SET place = $1 WHERE id = $2", params![sealed, case])?;
    }
    let words = [place_words, said].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let words = Some(words.as_str()).filter(|w| !w.is_empty());
    let more = More { moment: Some(at.unwrap_or(cx.now)), words, place: place.point, ..More::default() };
    entries::write(cx, case, EntryKind::Seen, &more)?;
    if c.person.is_some() && c.state == State::Missing {
        events::tell_family(cx, case, events::News::Found, None, &format!("{}", cx.now.micros()))?;
    }
    Ok(())
}

/// What was seen of the elder is written better than it was.
pub fn describe(cx: &mut Cx<'_>, case: CaseId, version: i64, words: &str, described: &Described) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    let old: Scene = entries::part(cx, case, "scene", KeyClass::Text)?.unwrap_or_default();
    let words = opt_line("words", words, 600)?.unwrap_or_default();
    let scene = Scene { words, described: super::report::described(described)?, ..old };
    touch(cx, &c, version)?;
    let sealed = seal(cx, KeyClass::Text, case.0, &scene)?;
    cx.execute("UPDATE lost_case SET scene = $1 WHERE id = $2", params![sealed, case])?;
    cx.record("lost.described", "case", case.0, &serde_json::json!({}))?;
    Ok(())
}
