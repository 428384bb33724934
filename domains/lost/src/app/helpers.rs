//! Volunteers and shops are called inside a radius (L13): no name, no address. Whoever helps sees what is needed, and goes with the
//! elder together with a second helper (L14).

use super::case::{self, CaseRow, advance, open, touch};
use super::entries::{self, EntryKind, More};
use super::report::WhoReported;
use super::{marks, rules};
use crate::error::{Error, Refusal, Result};
use crate::events::{self, Why};
use crate::model::{Described, Helping, Kind, Move, Report, Scene, State, Task};
use kernel::ids::{AccountId, AreaId, CaseId, PostId};
use kernel::{Moment, Point, Role};
use people::policy::Action;
use store::{Cx, KeyClass, Value, params};
use uuid::Uuid;

/// Radius of a call, in metres.
const RADIUS: std::ops::RangeInclusive<i64> = 300..=10_000;

/// Somebody who helps, or offered to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelperLine {
    pub account: AccountId,
    pub state: Helping,
    pub task: Task,
    pub at: Moment,
    pub ended_at: Option<Moment>,
}

/// What somebody who was called sees: whom to look for, and where about. Who it is, only while they help.
#[derive(Clone, PartialEq)]
pub struct HelpAsked {
    pub case: CaseId,
    pub number: String,
    pub kind: Kind,
    pub state: State,
    pub described: Described,
    pub words: String,
    /// The community it is in.
    pub area: Option<AreaId>,
    pub post: Option<PostId>,
    pub since: Moment,
    pub until: Option<Moment>,
    /// Somebody goes with the elder, and nobody else yet.
    pub alone: bool,
    /// Where the caller stands.
    pub mine: Option<(Helping, Task)>,
    /// While they help: the place as it was said.
    pub place: Option<String>,
    pub point: Option<Point>,
    /// While they help: the elder's name, when it is known.
    pub name: Option<String>,
}

/// Never printed by accident.
impl std::fmt::Debug for HelpAsked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HelpAsked").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Calls volunteers, building leaders, shops and property managers whose registered area or post lies within the radius. Answers how
/// many were called.
pub fn call_help(cx: &mut Cx<'_>, case: CaseId, seen: i64, radius_m: i64) -> Result<usize> {
    call_around(cx, case, seen, radius_m, None)
}

/// The same around another place than that of the case: where the elder probably is. Whoever is called reads nothing of it.
pub fn call_around(cx: &mut Cx<'_>, case: CaseId, seen: i64, radius_m: i64, around: Option<Point>) -> Result<usize> {
    let (c, facts) = open(cx, case, Action::CallHelp)?;
    if !RADIUS.contains(&radius_m) {
        return Err(Error::Invalid { field: "radius", why: "range" });
    }
    if matches!(c.state, State::HandedOver) {
        return Err(Refusal::State(c.state).into());
    }
    touch(cx, &c, seen)?;
    end_calls(cx, &c, false)?;
    let called = within(cx, &c, &facts.areas, radius_m, around)?;
    let (id, until): (Uuid, Moment) = (cx.new_id(), cx.now.plus_hours(rules::lost_rules(cx)?.call_hours));
    cx.execute(
        "INSERT INTO lost_call (id, district_id, case_id, radius_m, called, at, by_account, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, cx.district(), case, radius_m, called.len(), cx.now, cx.actor.account_id(), until],
    )?;
    for account in &called {
        let sql = "INSERT INTO lost_called (call_id, account_id, district_id) VALUES ($1, $2, $3)";
        cx.execute(sql, params![id, *account, cx.district()])?;
    }
    let n = called.len().to_string();
    entries::write(
        cx,
        case,
        EntryKind::Called,
        &More { code: Some(&n), of: Some(id), moment: Some(until), ..More::default() },
    )?;
    events::tell(cx, case, Why::Called, called.clone(), &id.to_string())?;
    events::timer(cx, events::CALL_ENDS, case, until, until.micros())?;
    Ok(called.len())
}

/// Who is registered inside the radius: at a post, or for an area whose place lies there, and available now.
fn within(
    cx: &mut Cx<'_>,
    c: &CaseRow,
    areas: &[AreaId],
    radius_m: i64,
    around: Option<Point>,
) -> Result<Vec<AccountId>> {
    const ROLES: [Role; 4] = [Role::Volunteer, Role::BuildingLeader, Role::Shop, Role::Property];
    let ground = case::ground(cx)?;
    let map = &ground.0;
    let centre = match around {
        Some(at) => Some(at),
        None => super::near::centre(cx, c)?,
    };
    let ways = places::app::near::ways(cx)?;
    let near = |at: Option<Point>| match (centre, at) {
        (Some(centre), Some(at)) => {
            let inside = centre.distance_m(at) <= radius_m as f64;
            // Where streets are loaded, whoever would have to walk far around, over a bridge, is not near.
            inside && (ways.is_estimate() || walks_to(&ways, centre, at, radius_m))
        }
        _ => false,
    };
    let seats = people::app::staff::sitting(cx, &ROLES)?;
    let mut out: Vec<AccountId> = Vec::new();
    for seat in seats {
        let at_post = seat.place.post.and_then(|p| map.post(p)).and_then(|p| p.point);
        let outline = seat.place.area.and_then(|a| map.area(a)).and_then(|a| a.outline.as_ref());
        let reaches = centre.zip(outline).is_some_and(|(at, o)| o.distance_m(at) <= radius_m as f64);
        // The community of the case itself is near, however large it is.
        let same =
            around.is_none() && seat.place.area.is_some_and(|a| areas.first() == Some(&a) || areas.get(1) == Some(&a));
        if (near(at_post) || reaches || same) && !out.contains(&seat.account) {
            out.push(seat.account);
        }
    }
    out.retain(|a| Some(*a) != cx.actor.account_id());
    Ok(out)
}

/// Is the way no longer than ways inside such a radius usually are?
fn walks_to(ways: &places::app::near::Ways, from: Point, to: Point, radius_m: i64) -> bool {
    let limit = radius_m as f64 * places::app::near::DETOUR;
    ways.distances(from, &[to], limit).first().is_some_and(Option::is_some)
}

/// "I found a lost elder": by somebody in the street with an account, who stays with them. They are the first of the two who go along
/// (L14); the desk sees that the second is missing.
pub fn found_by_helper(cx: &mut Cx<'_>, new: &Report) -> Result<CaseId> {
    people::policy::require_somewhere(&cx.actor, Action::OfferHelp)?;
    let me = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let done = super::report::open_new(cx, new, Some(me))?;
    if !done.repeated {
        offer(cx, done.case, Task::Escort)?;
    }
    Ok(done.case)
}

/// "I help": for whoever was called. They see what is needed from now on; the post is told.
pub fn offer(cx: &mut Cx<'_>, case: CaseId, task: Task) -> Result<()> {
    let (c, _) = open(cx, case, Action::OfferHelp)?;
    let me = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    if !was_called(cx, case, me)? && c.reporter_account != Some(me) {
        return Err(Error::Store(store::Error::NotFound));
    }
    set(cx, case, me, Helping::Helps, task)?;
    entries::write(cx, case, EntryKind::Offered, &More { code: Some(task.code()), of: Some(me.0), ..More::default() })?;
    case::tell_crew(cx, case, Why::Offer, &format!("{me}/{}", cx.now.micros()))
}

/// The officer writes down who goes along: a volunteer, an auxiliary, a committee worker.
pub fn take_helper(cx: &mut Cx<'_>, case: CaseId, seen: i64, account: AccountId, task: Task) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    let known = people::app::accounts::names(cx, &[account])?;
    if known.is_empty() {
        return Err(Error::Invalid { field: "helper", why: "unknown" });
    }
    touch(cx, &c, seen)?;
    set(cx, case, account, Helping::Helps, task)?;
    entries::write(
        cx,
        case,
        EntryKind::Helps,
        &More { code: Some(task.code()), of: Some(account.0), ..More::default() },
    )?;
    if task == Task::Escort && escorts(cx, case)? >= 2 && matches!(c.state, State::Sighted | State::Kept) {
        advance(cx, &c, Move::Escort)?;
    }
    Ok(())
}

fn escorts(cx: &mut Cx<'_>, case: CaseId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM lost_helper WHERE case_id = $1 AND state = 'helps' AND task = 'escort'";
    Ok(cx.query_one(sql, params![case])?.i64("n")?)
}

/// Somebody helps no longer: they themselves, or the officer says so. Nothing of the elder is shown to them from now on.
pub fn end_help(cx: &mut Cx<'_>, case: CaseId, account: AccountId) -> Result<()> {
    let me = cx.actor.account_id();
    let action = if me == Some(account) { Action::OfferHelp } else { Action::WorkCase };
    open(cx, case, action)?;
    let sql = "UPDATE lost_helper SET state = 'ended', ended_at = $1 WHERE case_id = $2 AND account_id = $3 AND state <> 'ended'";
    if cx.execute(sql, params![cx.now, case, account])? == 0 {
        return Err(Refusal::NotThere.into());
    }
    entries::write(cx, case, EntryKind::HelpEnded, &More { of: Some(account.0), ..More::default() })?;
    Ok(())
}

fn set(cx: &mut Cx<'_>, case: CaseId, account: AccountId, state: Helping, task: Task) -> Result<()> {
    let sql = "INSERT INTO lost_helper (case_id, account_id, district_id, state, task, at) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (case_id, account_id) DO UPDATE SET state = $4, task = $5, at = $6, ended_at = NULL";
    cx.execute(sql, params![case, account, cx.district(), state.code(), task.code(), cx.now])?;
    Ok(())
}

fn was_called(cx: &mut Cx<'_>, case: CaseId, account: AccountId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM lost_call l JOIN lost_called d ON d.call_id = l.id WHERE l.case_id = $1 \
               AND d.account_id = $2 AND l.ended_at IS NULL AND l.expires_at > $3";
    Ok(cx.query_opt(sql, params![case, account, cx.now])?.is_some())
}

/// What is needed, for whoever was called or helps; the name only while they help (L14), and each look at it is logged.
pub fn needed(cx: &mut Cx<'_>, case: CaseId) -> Result<HelpAsked> {
    let (c, facts) = open(cx, case, Action::OfferHelp)?;
    let me = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let mine = mine(cx, case, me)?;
    let helps = facts.helpers.contains(&me);
    if !helps && !was_called(cx, case, me)? && c.reporter_account != Some(me) {
        return Err(Error::Store(store::Error::NotFound));
    }
    let scene: Scene = entries::part(cx, case, "scene", KeyClass::Text)?.unwrap_or_default();
    let sql = "SELECT expires_at FROM lost_call WHERE case_id = $1 AND ended_at IS NULL ORDER BY at DESC LIMIT 1";
    let until = cx.query_opt(sql, params![case])?.map(|r| r.moment("expires_at")).transpose()?;
    let mut out = HelpAsked {
        case,
        number: c.number.clone(),
        kind: c.kind,
        state: c.state,
        described: scene.described,
        words: scene.words,
        area: facts.areas.get(1).or_else(|| facts.areas.first()).copied(),
        post: c.post,
        since: c.opened_at,
        until,
        alone: escorts(cx, case)? == 1,
        mine,
        place: None,
        point: None,
        name: None,
    };
    if helps {
        people::policy::require(&cx.actor, cx.purpose, Action::HelpCase, &people::policy::ResourceFacts::Case(facts))?;
        let point: Option<(f64, f64)> = entries::part(cx, case, "place", KeyClass::Location)?;
        out.point = point.and_then(|(lon, lat)| Point::new(lon, lat).ok());
        out.place = Some(scene.place).filter(|p| !p.is_empty());
        if let Some(person) = c.person {
            out.name = people::app::persons::known(cx, person)?.map(|k| k.name);
            cx.record_read("person", person.0, &["name"])?;
        }
    }
    Ok(out)
}

fn mine(cx: &mut Cx<'_>, case: CaseId, me: AccountId) -> Result<Option<(Helping, Task)>> {
    let sql = "SELECT state, task FROM lost_helper WHERE case_id = $1 AND account_id = $2";
    let Some(r) = cx.query_opt(sql, params![case, me])? else { return Ok(None) };
    Ok(Helping::from_code(&r.text("state")?).zip(Task::from_code(&r.text("task")?)))
}

/// Calls that run for this account, the latest first: its page of help that is needed.
pub fn called(cx: &mut Cx<'_>) -> Result<Vec<CaseId>> {
    let me = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let sql = "SELECT DISTINCT c.id, c.opened_at FROM lost_case c LEFT JOIN lost_call l ON l.case_id = c.id AND l.ended_at IS NULL \
               AND l.expires_at > $3 LEFT JOIN lost_called d ON d.call_id = l.id AND d.account_id = $1 \
               LEFT JOIN lost_helper h ON h.case_id = c.id AND h.account_id = $1 AND h.state = 'helps' \
               WHERE c.district_id = $2 AND c.is_open = $4 AND (d.account_id IS NOT NULL OR h.account_id IS NOT NULL) \
               ORDER BY c.opened_at DESC LIMIT 50";
    let rows = cx.query(sql, params![me, cx.district(), cx.now, true])?;
    rows.iter().map(|r| Ok(r.id("id")?)).collect()
}

/// The officer ends the call.
pub fn end_call(cx: &mut Cx<'_>, case: CaseId, seen: i64) -> Result<()> {
    let (c, _) = open(cx, case, Action::CallHelp)?;
    touch(cx, &c, seen)?;
    end_calls(cx, &c, true)
}

/// Calls end: whoever was called is thanked when it is over.
pub(super) fn end_calls(cx: &mut Cx<'_>, c: &CaseRow, thank: bool) -> Result<()> {
    let sql = "SELECT id FROM lost_call WHERE case_id = $1 AND ended_at IS NULL";
    let rows = cx.query(sql, params![c.id])?;
    let calls: Vec<Uuid> = rows.iter().map(|r| r.uuid("id")).collect::<std::result::Result<_, _>>()?;
    if calls.is_empty() {
        return Ok(());
    }
    cx.execute("UPDATE lost_call SET ended_at = $1 WHERE case_id = $2 AND ended_at IS NULL", params![cx.now, c.id])?;
    entries::write(cx, c.id, EntryKind::CallEnded, &More::default())?;
    if thank {
        let sql = format!("SELECT DISTINCT account_id FROM lost_called WHERE call_id IN ({})", marks(1, calls.len()));
        let ids: Vec<Value> = calls.iter().map(|id| Value::Uuid(*id)).collect();
        let rows = cx.query(&sql, &ids)?;
        let told = rows.iter().map(|r| r.id("account_id")).collect::<std::result::Result<_, _>>()?;
        events::tell(cx, c.id, Why::Over, told, "call")?;
    }
    Ok(())
}

/// The elder is in good hands: calls and searching end; at the hand-over and at the end everybody's help does.
pub(super) fn end_all(cx: &mut Cx<'_>, c: &CaseRow, to: State) -> Result<()> {
    end_calls(cx, c, true)?;
    let task = if to == State::Kept { " AND task = 'search'" } else { "" };
    let sql =
        format!("UPDATE lost_helper SET state = 'ended', ended_at = $1 WHERE case_id = $2 AND state <> 'ended'{task}");
    cx.execute(&sql, params![cx.now, c.id])?;
    Ok(())
}

pub(super) fn all(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<HelperLine>> {
    let sql =
        "SELECT account_id, state, task, at, ended_at FROM lost_helper WHERE case_id = $1 ORDER BY at, account_id";
    let rows = cx.query(sql, params![case])?;
    rows.iter()
        .map(|r| {
            Ok(HelperLine {
                account: r.id("account_id")?,
                state: Helping::from_code(&r.text("state")?).unwrap_or(Helping::Ended),
                task: Task::from_code(&r.text("task")?).unwrap_or(Task::Search),
                at: r.moment("at")?,
                ended_at: r.opt_moment("ended_at")?,
            })
        })
        .collect()
}

/// Whoever reported, sealed.
pub(super) fn who_reported(cx: &mut Cx<'_>, case: CaseId) -> Result<Option<WhoReported>> {
    entries::part(cx, case, "reporter", KeyClass::Raiser)
}
