//! The row of a case, who answers for it, and what the policy needs to know of it.

use super::Ground;
use crate::error::{Error, Result};
use crate::events::{self, Why};
use crate::model::{EndWhy, Kind, Move, Outcome, State, next};
use kernel::ids::{AccountId, AreaId, CaseId, OrgId, PersonId, PostId, SeatId};
use kernel::{Lang, Moment, Role};
use people::app::persons::For;
use people::policy::{Action, CaseFacts, ResourceFacts, decide, require};
use store::{Cx, Row, params};

/// A case as it is stored, what is sealed left aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    pub id: CaseId,
    pub number: String,
    pub kind: Kind,
    pub state: State,
    pub outcome: Option<Outcome>,
    pub person: Option<PersonId>,
    pub identified_by: Option<String>,
    pub identified_how: Option<String>,
    pub identified_at: Option<Moment>,
    pub post: Option<PostId>,
    pub owner_seat: SeatId,
    pub owner_account: AccountId,
    pub reporter_account: Option<AccountId>,
    pub reporter_lang: Lang,
    pub opened_at: Moment,
    pub taken_at: Option<Moment>,
    pub taken_by: Option<AccountId>,
    /// Last time somebody began to see the elder.
    pub found_at: Option<Moment>,
    pub home_at: Option<Moment>,
    pub answered_at: Option<Moment>,
    pub debriefed_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub version: i64,
}

pub(crate) const COLUMNS: &str = "c.id, c.number, c.kind, c.state, c.outcome, c.person_id, c.identified_by, c.identified_how, \
     c.identified_at, c.post_id, c.owner_seat, c.owner_account, c.reporter_account, c.reporter_lang, c.opened_at, c.taken_at, \
     c.taken_by, c.found_at, c.home_at, c.answered_at, c.debriefed_at, c.closed_at, c.version";

pub(crate) fn read(r: &Row) -> Result<CaseRow> {
    let unknown = || store::Error::Setup("a case in an unknown state".into());
    Ok(CaseRow {
        id: r.id("id")?,
        number: r.text("number")?,
        kind: Kind::from_code(&r.text("kind")?).ok_or_else(unknown)?,
        state: State::from_code(&r.text("state")?).ok_or_else(unknown)?,
        outcome: r.opt_text("outcome")?.and_then(|o| Outcome::from_code(&o)),
        person: r.opt_id("person_id")?,
        identified_by: r.opt_text("identified_by")?,
        identified_how: r.opt_text("identified_how")?,
        identified_at: r.opt_moment("identified_at")?,
        post: r.opt_id("post_id")?,
        owner_seat: r.id("owner_seat")?,
        owner_account: r.id("owner_account")?,
        reporter_account: r.opt_id("reporter_account")?,
        reporter_lang: Lang::from_tag(&r.text("reporter_lang")?),
        opened_at: r.moment("opened_at")?,
        taken_at: r.opt_moment("taken_at")?,
        taken_by: r.opt_id("taken_by")?,
        found_at: r.opt_moment("found_at")?,
        home_at: r.opt_moment("home_at")?,
        answered_at: r.opt_moment("answered_at")?,
        debriefed_at: r.opt_moment("debriefed_at")?,
        closed_at: r.opt_moment("closed_at")?,
        version: r.i64("version")?,
    })
}

/// Of this district, or it is not there.
pub fn load(cx: &mut Cx<'_>, case: CaseId) -> Result<CaseRow> {
    let sql = format!("SELECT {COLUMNS} FROM lost_case c WHERE c.id = $1 AND c.district_id = $2");
    read(&cx.query_one(&sql, params![case, cx.district()])?)
}

/// The areas of a case, innermost first.
pub(crate) fn areas(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<AreaId>> {
    let rows = cx.query("SELECT area_id FROM lost_area WHERE case_id = $1 ORDER BY nth", params![case])?;
    rows.iter().map(|r| Ok(r.id("area_id")?)).collect()
}

pub(crate) fn posts(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<PostId>> {
    let rows = cx.query("SELECT post_id FROM lost_post WHERE case_id = $1 ORDER BY nth", params![case])?;
    rows.iter().map(|r| Ok(r.id("post_id")?)).collect()
}

/// What the policy needs to know, with the effective owner of now (R1).
pub(crate) fn facts(cx: &mut Cx<'_>, c: &CaseRow) -> Result<CaseFacts> {
    let areas = areas(cx, c.id)?;
    let posts = posts(cx, c.id)?;
    let owner = people::app::roster::owner_at(cx, Some(c.owner_seat), Some(c.owner_account), &areas, cx.now)?;
    let rows = cx.query("SELECT org_id FROM lost_ask WHERE case_id = $1", params![c.id])?;
    let orgs = rows.iter().map(|r| r.id::<OrgId>("org_id")).collect::<std::result::Result<_, _>>()?;
    let sql = "SELECT account_id FROM lost_helper WHERE case_id = $1 AND state = 'helps'";
    let rows = cx.query(sql, params![c.id])?;
    let helpers = rows.iter().map(|r| r.id("account_id")).collect::<std::result::Result<_, _>>()?;
    let sql = "SELECT asked_by FROM lost_hand_over WHERE case_id = $1 AND state = 'waits'";
    let asked_second = cx.query_opt(sql, params![c.id])?.map(|r| r.id("asked_by")).transpose()?;
    Ok(CaseFacts {
        id: c.id,
        areas,
        posts,
        orgs,
        owner_seat: Some(c.owner_seat),
        owner: owner.account,
        helpers,
        asked_second,
        open: c.state.is_open(),
    })
}

/// A case that this actor may do this to, with its facts. What is not allowed is refused before anything is said of it.
pub(crate) fn open(cx: &mut Cx<'_>, case: CaseId, action: Action) -> Result<(CaseRow, CaseFacts)> {
    people::policy::require_somewhere(&cx.actor, action)?;
    let c = load(cx, case)?;
    let f = facts(cx, &c)?;
    require(&cx.actor, cx.purpose, action, &ResourceFacts::Case(f.clone()))?;
    Ok((c, f))
}

/// May this actor do it? For the buttons of a page.
pub fn may(cx: &mut Cx<'_>, case: CaseId, action: Action) -> Result<bool> {
    let c = load(cx, case)?;
    let f = facts(cx, &c)?;
    Ok(decide(&cx.actor, cx.purpose, action, &ResourceFacts::Case(f)).is_allowed())
}

/// In the name of this case, for `people` and `care`: only when it is about that person.
pub fn in_the_name_of(cx: &mut Cx<'_>, case: CaseId, person: PersonId) -> Result<For> {
    let c = load(cx, case)?;
    if c.person != Some(person) {
        return Err(Error::Store(store::Error::NotFound));
    }
    let f = facts(cx, &c)?;
    Ok(For::Case(Box::new(f)))
}

/// Writes a step: the version must be the one that was seen.
pub(crate) fn touch(cx: &mut Cx<'_>, c: &CaseRow, seen: i64) -> Result<()> {
    let sql = "UPDATE lost_case SET version = version + 1 WHERE id = $1 AND version = $2";
    if cx.execute(sql, params![c.id, seen])? == 0 {
        return Err(Error::Stale { seen, current: c.version });
    }
    cx.signal(events::CHANGED, c.id.0);
    Ok(())
}

/// Moves a case on, by the one table of states.
pub(crate) fn advance(cx: &mut Cx<'_>, c: &CaseRow, step: Move) -> Result<State> {
    let done = crate::model::Facts { answered: c.answered_at.is_some(), debriefed: c.debriefed_at.is_some() };
    let to = next(c.state, step, done)?;
    let (now, id) = (cx.now, c.id);
    let outcome = match step {
        Move::Close(outcome) => Some(outcome.code()),
        _ => None,
    };
    cx.execute(
        "UPDATE lost_case SET state = $1, is_open = $2, outcome = COALESCE($3, outcome), \
         found_at = CASE WHEN $4 = 'found' THEN $5 ELSE found_at END, home_at = CASE WHEN $4 = 'home' THEN $5 ELSE home_at END, \
         closed_at = CASE WHEN $4 = 'closed' THEN $5 ELSE closed_at END WHERE id = $6",
        params![to.code(), to.is_open(), outcome, instant(c, to), now, id],
    )?;
    // Whoever is seen is looked for by everybody no longer.
    if to != State::Missing {
        super::appeal::ended(cx, c.id, EndWhy::of(step))?;
    }
    // Whoever is with somebody of us is looked for by nobody.
    if !matches!(to, State::Missing | State::Sighted) {
        super::search::end(cx, c.id)?;
    }
    if !to.is_with_us() || to != c.state {
        super::keep::end_open(cx, c, to)?;
    }
    if matches!(to, State::HandedOver | State::Closed) || to == State::Kept {
        super::helpers::end_all(cx, c, to)?;
    }
    Ok(to)
}

/// Which instant of the row the new state sets.
fn instant(c: &CaseRow, to: State) -> &'static str {
    match to {
        State::HandedOver => "home",
        State::Closed => "closed",
        State::Sighted | State::Escorted | State::Kept if c.found_at.is_none() || c.state == State::Missing => "found",
        _ => "",
    }
}

/// Who of the place looks after lost elders now: duty officers and heads, else community officers, else the owner.
pub(crate) fn crew(cx: &mut Cx<'_>, c: &CaseRow, f: &CaseFacts) -> Result<Vec<AccountId>> {
    const TIERS: [&[Role]; 2] = [&[Role::DutyOfficer, Role::PostHead], &[Role::CommunityOfficer, Role::Auxiliary]];
    for roles in TIERS {
        let mut told = Vec::new();
        for account in people::app::staff::holders_of(cx, roles)? {
            let actor = people::app::sessions::actor_of(cx, account)?;
            let here = ResourceFacts::Case(f.clone());
            if decide(&actor, kernel::Purpose::Case(c.id), Action::WorkCase, &here).is_allowed() {
                told.push(account);
            }
        }
        if !told.is_empty() {
            if !told.contains(&f.owner) {
                told.push(f.owner);
            }
            return Ok(told);
        }
    }
    Ok(vec![f.owner])
}

/// The supervisor of whoever answers for it.
pub(crate) fn supervisor(cx: &mut Cx<'_>, c: &CaseRow, f: &CaseFacts, level: u8) -> Result<AccountId> {
    let owner = people::app::roster::owner_at(cx, Some(c.owner_seat), Some(c.owner_account), &f.areas, cx.now)?;
    Ok(people::app::roster::supervisor(cx, owner, level, &f.posts, &f.areas)?.account)
}

/// Tells the crew of the place, without whoever acts. Who that is, a job finds out.
pub(crate) fn tell_crew(cx: &mut Cx<'_>, case: CaseId, why: Why, key: &str) -> Result<()> {
    let not = cx.actor.account_id();
    events::tell_crew(cx, &events::TellCrew { case, why: why.code().to_owned(), key: key.to_owned(), not })
}

/// The job of [`tell_crew`].
pub fn crew_told(cx: &mut Cx<'_>, job: &events::TellCrew) -> Result<()> {
    let Some(why) = Why::from_code(&job.why) else { return Ok(()) };
    let c = load(cx, job.case)?;
    let f = facts(cx, &c)?;
    let told = crew(cx, &c, &f)?.into_iter().filter(|a| Some(*a) != job.not).collect();
    events::tell(cx, c.id, why, told, &job.key)
}

/// Seats that take a new case at a place, and the account that answers now.
pub(crate) fn route(cx: &mut Cx<'_>, areas: &[AreaId], posts: &[PostId]) -> Result<people::model::OwnerAnswer> {
    let want = people::app::Want {
        roles: vec![Role::DutyOfficer, Role::PostHead, Role::CommunityOfficer],
        posts: posts.to_vec(),
        areas: areas.to_vec(),
        ..people::app::Want::default()
    };
    Ok(people::app::find_owner(cx, &want)?)
}

/// Writes where a case is handled. An earlier place stays: who began to look after somebody goes on seeing it.
pub(crate) fn write_place(cx: &mut Cx<'_>, case: CaseId, areas: &[AreaId], posts: &[PostId]) -> Result<()> {
    for (nth, area) in areas.iter().enumerate() {
        let sql =
            "INSERT INTO lost_area (case_id, area_id, district_id, nth) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        cx.execute(sql, params![case, *area, cx.district(), nth])?;
    }
    for (nth, post) in posts.iter().enumerate() {
        let sql =
            "INSERT INTO lost_post (case_id, post_id, district_id, nth) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        cx.execute(sql, params![case, *post, cx.district(), nth])?;
    }
    Ok(())
}

pub(crate) fn ground(cx: &mut Cx<'_>) -> Result<Ground> {
    Ok(Ground(places::snapshot(cx)?))
}
