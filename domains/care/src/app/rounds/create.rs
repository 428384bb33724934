//! Before a round: who is due in an area, who could go, and then the round itself.

use super::busy::{Busy, busy};
use super::{may_plan, place_facts, sent_text};
use crate::app::visits;
use crate::ground::Homes;
use crate::model::round::{Hand, RoundId, RoundState, SHIFT, languages, minutes_of, pair_up};
use crate::model::visit::{Force, VisitId, VisitKind};
use crate::{Error, Ground, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use kernel::Role;
use kernel::ids::{AccountId, AreaId, PersonId, PostId};
use people::app::persons;
use people::app::takers::takers;
use people::policy::{Action, ResourceFacts, decide, require_somewhere};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::{Cx, params};
use uuid::Uuid;

/// A round has at most so many days, and visits.
const MOST_DAYS: usize = 31;
const MOST_VISITS: usize = 600;
/// Visits that are due so many days after the last day may come along.
const AHEAD_DAYS: i64 = 7;
/// Working hours of whoever nobody asked yet.
const USUAL: (i64, i64) = (9 * 60, 17 * 60);

/// Areas where whoever asks plans visits.
pub fn where_allowed(cx: &mut Cx<'_>) -> Result<Vec<AreaId>> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    let ground = Ground(::places::snapshot(cx)?);
    let mut out = Vec::new();
    for area in ground.0.areas() {
        let facts = ResourceFacts::Place(place_facts(&ground, area.id));
        if decide(&cx.actor, cx.purpose, Action::PlanVisits, &facts).is_allowed() {
            out.push(area.id);
        }
    }
    Ok(out)
}

/// Somebody who could go, with what is known of them from earlier rounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub account: AccountId,
    pub name: String,
    pub force: Force,
    pub role: Role,
    /// Their seat is in the area; else one of the whole district, or an agency's.
    pub local: bool,
    pub from: i64,
    pub to: i64,
    pub languages: String,
    pub nurse: bool,
    /// They went on a round before.
    pub known: bool,
    /// Where they are already from today on, in other rounds.
    pub busy: Vec<Busy>,
}

/// An open visit that the round can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub visit: VisitId,
    pub person: PersonId,
    pub kind: VisitKind,
    pub due: Date,
    pub late: bool,
    /// The innermost area.
    pub area: Option<AreaId>,
    /// Somebody is sent already.
    pub sent: bool,
    /// It stands in another round that is not over.
    pub elsewhere: bool,
}

/// What a round in an area is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    pub people: Vec<Choice>,
    pub visits: Vec<Wanted>,
    /// Posts that serve the area: where one meets.
    pub posts: Vec<PostId>,
}

/// Who could go on a round in an area.
pub fn people(cx: &mut Cx<'_>, area: AreaId) -> Result<Vec<Choice>> {
    may_plan(cx, area)?;
    let ground = Ground(::places::snapshot(cx)?);
    choices(cx, &ground, area)
}

/// Who is due there up to this day and some days on, and who could go.
pub fn ready(cx: &mut Cx<'_>, area: AreaId, last: Date) -> Result<Ready> {
    may_plan(cx, area)?;
    let ground = Ground(::places::snapshot(cx)?);
    let people = choices(cx, &ground, area)?;
    let today = visits::day_of(cx.now);
    let until = last.checked_add(AHEAD_DAYS.days()).unwrap_or(last);
    let sql = "SELECT s.visit_id FROM care_round_stop s JOIN care_round r ON r.id = s.round_id WHERE r.district_id = $1 \
               AND r.to_day >= $2 AND r.state <> 'called-off' AND (s.pair_id IS NOT NULL OR s.why IS NULL)";
    let elsewhere = cx.query(sql, params![cx.district(), today.to_string()])?;
    let elsewhere = elsewhere.iter().map(|r| r.id("visit_id")).collect::<std::result::Result<Vec<VisitId>, _>>()?;
    let columns = visits::COLUMNS;
    let mut values = params![cx.district(), until.to_string()].to_vec();
    let there = Homes::Everywhere.within(cx, area)?.hold("person_id", &mut values);
    let sql = format!(
        "SELECT {columns} FROM care_visit WHERE district_id = $1 AND state IN ('planned', 'assigned') AND due_on <= $2{there} \
         ORDER BY due_on, id"
    );
    let rows = cx.query(&sql, &values)?;
    let persons_of = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    let lives = persons::areas_of_all(cx, &persons_of)?;
    let mut out = Vec::new();
    for row in &rows {
        let visit = visits::read(row)?;
        let Some(of) = lives.get(&visit.person).filter(|of| of.contains(&area)) else { continue };
        let (innermost, id) = (of.iter().copied().max_by_key(|a| ground.0.chain_ids(*a).len()), visit.id);
        out.push(Wanted {
            visit: id,
            person: visit.person,
            kind: visit.kind,
            due: visit.due,
            late: visit.due < today,
            area: innermost,
            sent: visit.state == crate::model::visit::VisitState::Assigned,
            elsewhere: elsewhere.contains(&id),
        });
    }
    let posts = around(&ground, area).1;
    Ok(Ready { people, visits: out, posts })
}

fn below(ground: &Ground, area: AreaId, out: &mut Vec<AreaId>) {
    out.push(area);
    let children: Vec<AreaId> = ground.0.children(area).map(|a| a.id).collect();
    for child in children {
        below(ground, child, out);
    }
}

/// The area with what lies above and below, the police areas that it lies in, and the posts that serve any of these.
fn around(ground: &Ground, area: AreaId) -> (Vec<AreaId>, Vec<PostId>) {
    let mut areas = Vec::new();
    below(ground, area, &mut areas);
    let located: Vec<_> = areas.iter().filter_map(|a| ground.0.stand_in(*a)).collect();
    areas.extend(located.iter().filter_map(|l| l.police));
    areas.extend(place_facts(ground, area).areas);
    areas.sort();
    areas.dedup();
    let mut posts = crate::ground::posts_of(ground, &areas);
    posts.extend(located.iter().filter_map(|l| l.post));
    posts.sort();
    posts.dedup();
    (areas, posts)
}

fn choices(cx: &mut Cx<'_>, ground: &Ground, area: AreaId) -> Result<Vec<Choice>> {
    let (areas, posts) = around(ground, area);
    let everywhere: Vec<AccountId> = takers(cx, &[], &[])?.into_iter().map(|t| t.account).collect();
    let out_already = busy(cx, None, visits::day_of(cx.now))?;
    let all = takers(cx, &areas, &posts)?;
    let ready = visits::ready_among(cx, &all)?;
    let accounts: Vec<AccountId> = all.iter().map(|t| t.account).collect();
    let forces = visits::forces_of(cx, &accounts)?;
    let mut out: Vec<Choice> = Vec::new();
    let mut seen: HashSet<AccountId> = HashSet::new();
    for taker in all {
        let Some(force) = Force::of(taker.role) else { continue };
        let account = taker.account;
        if taker.role == Role::Volunteer && !ready.contains(&account) || !seen.insert(account) {
            continue;
        }
        let sql = "SELECT from_min, to_min, languages, nurse FROM care_visitor WHERE account_id = $1";
        let known = cx.query_opt(sql, params![account])?;
        let hours = |column| known.as_ref().map(|r| r.i64(column)).transpose();
        out.push(Choice {
            account,
            name: taker.display_name,
            force: forces.get(&account).copied().unwrap_or(force),
            role: taker.role,
            local: !everywhere.contains(&account),
            from: hours("from_min")?.unwrap_or(USUAL.0),
            to: hours("to_min")?.unwrap_or(USUAL.1),
            languages: known.as_ref().map(|r| r.text("languages")).transpose()?.unwrap_or_default(),
            nurse: known.as_ref().map(|r| r.bool("nurse")).transpose()?.unwrap_or(false),
            known: known.is_some(),
            busy: out_already.iter().filter(|b| b.has(account)).copied().collect(),
        });
    }
    Ok(out)
}

/// Somebody who goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVisitor {
    pub account: AccountId,
    pub from: i64,
    pub to: i64,
    /// As typed, with commas between.
    pub languages: String,
    pub nurse: bool,
}

/// A round to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRound {
    pub area: AreaId,
    pub days: Vec<Date>,
    pub post: Option<PostId>,
    /// When lunch begins at the earliest, and how long it lasts; 0: none.
    pub rest: (i64, i64),
    pub people: Vec<NewVisitor>,
    pub visits: Vec<VisitId>,
}

/// Working hours that make sense.
pub(super) fn shift(from: i64, to: i64) -> Result<()> {
    if from < SHIFT.0 || to > SHIFT.1 {
        return Err(Error::Invalid { field: "hours", why: "round-shift" });
    }
    if from >= to { Err(Error::Invalid { field: "hours", why: "round-order" }) } else { Ok(()) }
}

fn days(cx: &Cx<'_>, new: &NewRound) -> Result<Vec<Date>> {
    let today = visits::day_of(cx.now);
    let mut days = new.days.clone();
    days.sort();
    days.dedup();
    match days.first() {
        None => Err(Error::Invalid { field: "days", why: "missing" }),
        Some(first) if *first < today => Err(Error::Invalid { field: "days", why: "round-past" }),
        Some(_) if days.len() > MOST_DAYS => Err(Error::Invalid { field: "days", why: "range" }),
        Some(_) => Ok(days),
    }
}

/// Makes a round with pairs and no routes yet. Answers who is left over without a partner of another force.
pub fn create(cx: &mut Cx<'_>, new: &NewRound) -> Result<(RoundId, Vec<AccountId>)> {
    may_plan(cx, new.area)?;
    let days = days(cx, new)?;
    let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else {
        return Err(Error::Invalid { field: "days", why: "missing" });
    };
    if new.visits.is_empty() || new.visits.len() > MOST_VISITS {
        return Err(Error::Invalid { field: "visits", why: if new.visits.is_empty() { "missing" } else { "range" } });
    }
    let (rest_from, rest_lasts) = new.rest;
    if !(0..=120).contains(&rest_lasts) || (rest_lasts > 0 && !(10 * 60..=15 * 60).contains(&rest_from)) {
        return Err(Error::Invalid { field: "rest", why: "range" });
    }
    // Sent twice, the second finds the visits taken.
    cx.lock(&format!("rounds/{}", cx.district()))?;
    let ready = ready(cx, new.area, last)?;
    let hands = hands(cx, new, &ready.people)?;
    let wanted: Vec<&Wanted> = ready.visits.iter().filter(|w| new.visits.contains(&w.visit) && !w.elsewhere).collect();
    if wanted.is_empty() {
        return Err(Error::Refused("round-none-left"));
    }
    let usual = usual(cx, &wanted.iter().map(|w| w.person).collect::<Vec<_>>())?;
    let shared = |a, b| usual.values().filter(|who| who.contains(&a) && who.contains(&b)).count();
    let (pairs, left) = pair_up(&hands, &shared);
    if pairs.is_empty() {
        return Err(Error::Refused("round-nobody"));
    }
    let post = new.post.filter(|p| ready.posts.contains(p));
    let id = insert_round(cx, new, &days, post)?;
    for (n, (one, two)) in pairs.iter().enumerate() {
        // A pair is out while both are.
        let hours = |a: AccountId| new.people.iter().find(|p| p.account == a).map_or(USUAL, |p| (p.from, p.to));
        let (a, b) = (hours(*one), hours(*two));
        let (from, to) = (a.0.max(b.0), a.1.min(b.1));
        if from >= to {
            return Err(Error::Refused("round-never-together"));
        }
        insert_pair(cx, id, n as i64 + 1, (*one, *two), (from, to), (first, last))?;
    }
    for want in &wanted {
        insert_stop(cx, id, want)?;
    }
    let payload = json!({ "round": id, "days": days.len(), "visits": wanted.len(), "pairs": pairs.len() });
    cx.record("care.round_made", "area", new.area.0, &payload)?;
    Ok((id, left))
}

/// Those who go, each once, with their force; what was said of them is remembered.
fn hands(cx: &mut Cx<'_>, new: &NewRound, known: &[Choice]) -> Result<Vec<Hand>> {
    let mut hands: Vec<Hand> = Vec::new();
    for person in &new.people {
        shift(person.from, person.to)?;
        let known = known.iter().find(|c| c.account == person.account);
        let known = known.ok_or(Error::Invalid { field: "people", why: "unknown" })?;
        if hands.iter().all(|h| h.account != person.account) {
            hands.push(Hand { account: person.account, force: known.force });
        }
        remember(cx, person)?;
    }
    Ok(hands)
}

fn insert_round(cx: &mut Cx<'_>, new: &NewRound, days: &[Date], post: Option<PostId>) -> Result<RoundId> {
    let id: RoundId = cx.new_id();
    let listed: Vec<String> = days.iter().map(Date::to_string).collect();
    cx.execute(
        "INSERT INTO care_round (id, district_id, area_id, days, to_day, post_id, rest_from, rest_lasts, state, made_at, made_by, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
        params![
            id,
            cx.district(),
            new.area,
            listed.join(","),
            listed.last().cloned(),
            post,
            new.rest.0,
            new.rest.1,
            RoundState::Draft.code(),
            cx.now,
            cx.actor.account_id()
        ],
    )?;
    Ok(id)
}

fn insert_stop(cx: &mut Cx<'_>, id: RoundId, want: &Wanted) -> Result<()> {
    let was = sent_text(&visits::load(cx, want.visit)?.pair());
    let agreed = agreed_before(cx, want.person)?;
    let minutes = minutes_of(want.kind);
    cx.execute(
        "INSERT INTO care_round_stop (round_id, visit_id, district_id, person_id, sealed, locked, minutes, start_min, end_min, \
         walk_min, was) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8)",
        params![id, want.visit, cx.district(), want.person, agreed, false, minutes, was],
    )?;
    Ok(())
}

pub(super) fn insert_pair(
    cx: &mut Cx<'_>,
    round: RoundId,
    number: i64,
    (one, two): (AccountId, AccountId),
    (from, to): (i64, i64),
    (first, last): (Date, Date),
) -> Result<Uuid> {
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO care_round_pair (id, round_id, district_id, number, one, two, from_min, to_min, first_day, last_day) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![id, round, cx.district(), number, one, two, from, to, first.to_string(), last.to_string()],
    )?;
    Ok(id)
}

/// What was agreed with the household the last time: sealed under the same key, so it goes over as it is.
fn agreed_before(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT s.sealed FROM care_round_stop s JOIN care_round r ON r.id = s.round_id WHERE s.person_id = $1 \
               AND s.sealed IS NOT NULL ORDER BY r.made_at DESC LIMIT 1";
    Ok(match cx.query_opt(sql, params![person])? {
        Some(row) => row.opt_blob("sealed")?,
        None => None,
    })
}

/// What is known of somebody who works in an area, before they ever went.
pub fn know(cx: &mut Cx<'_>, area: AreaId, person: &NewVisitor) -> Result<()> {
    may_plan(cx, area)?;
    shift(person.from, person.to)?;
    remember(cx, person)
}

fn remember(cx: &mut Cx<'_>, person: &NewVisitor) -> Result<()> {
    let languages = crate::app::words("languages", &person.languages, 60)?;
    cx.execute(
        "INSERT INTO care_visitor (account_id, district_id, from_min, to_min, languages, nurse, at) VALUES ($1, $2, $3, $4, $5, \
         $6, $7) ON CONFLICT (account_id) DO UPDATE SET from_min = $3, to_min = $4, languages = $5, nurse = $6, at = $7",
        params![person.account, cx.district(), person.from, person.to, languages, person.nurse, cx.now],
    )?;
    Ok(())
}

/// What somebody can do besides walking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Skills {
    pub languages: Vec<String>,
    pub nurse: bool,
}

pub(super) fn skills(cx: &mut Cx<'_>, account: AccountId) -> Result<Skills> {
    let sql = "SELECT languages, nurse FROM care_visitor WHERE account_id = $1";
    Ok(match cx.query_opt(sql, params![account])? {
        Some(row) => Skills { languages: languages(&row.text("languages")?), nurse: row.bool("nurse")? },
        None => Skills::default(),
    })
}

/// Who saw each of these the last time.
pub(super) fn usual(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<AccountId>>> {
    let mut out = HashMap::new();
    let sql = "SELECT account_id FROM care_visit_visitor WHERE ended_at IS NULL AND visit_id = (SELECT id FROM care_visit \
               WHERE person_id = $1 AND state = 'seen' ORDER BY done_at DESC, id DESC LIMIT 1)";
    for person in people {
        let rows = cx.query(sql, params![*person])?;
        let who = rows.iter().map(|r| r.id("account_id")).collect::<std::result::Result<Vec<AccountId>, _>>()?;
        if !who.is_empty() {
            out.insert(*person, who);
        }
    }
    Ok(out)
}
