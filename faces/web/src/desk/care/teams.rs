//! Help teams (N3): who is in them and how loaded they are, who has none and why, what the program proposes; and the team of one
//! person.

use crate::desk::table::{self, Asked, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::watch_view::{self, Problem, key_of};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::teams::{self, NewMember, NewWishes, Proposal, TeamLine};
use care::app::watch::Side;
use care::model::team::Need;
use care::model::visit::Force;
use kernel::Purpose;
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::accounts;
use people::app::consents::By;
use people::policy::{Action, require_somewhere};
use places::{AreaKind, Snapshot};
use std::collections::HashMap;
use store::Cx;
use uuid::Uuid;

const HERE: &str = "/desk/teams";
/// People without a team on one page.
const MOST: usize = 50;
/// Teams on one page; the file has all of them.
const TEAMS: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list).post(act))
        .route("/desk/teams/{id}", get(one).post(change))
        .route("/desk/care/{id}/team", get(person).post(person_act))
}

pub(super) fn nav(cx: &Cx<'_>, here: &str) -> Option<crate::desk::frame::NavItem> {
    let may = require_somewhere(&cx.actor, Action::ViewTeams).is_ok();
    may.then(|| crate::desk::frame::NavItem::plain(HERE, "teams", here))
}

struct Line {
    href: String,
    name: String,
    area: String,
    /// Members of each force.
    forces: String,
    missing: String,
    people: i64,
    hours: i64,
    load: i64,
    full: bool,
}

/// Somebody without a team.
struct Waiting {
    person: String,
    href: String,
    name: String,
    area: String,
    /// As the form sends it: version, team, main and deputy.
    plan: String,
    words: String,
    found: bool,
    /// Why a team is for them, in words; none: it is not so any more.
    need: Option<String>,
    promised: bool,
}

#[derive(Template)]
#[template(path = "desk/care/teams.html")]
struct TeamsPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    /// How many there are, where not all are shown.
    cut: Option<String>,
    waiting: Vec<Waiting>,
    any: bool,
    may_keep: bool,
    areas: Vec<Choice>,
    key: String,
    team: String,
    base: String,
    done: Option<String>,
    problems: Vec<Problem>,
    file: String,
}

impl TeamsPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

fn area_name(page: &Page, ground: &Snapshot, id: AreaId) -> String {
    ground.area(id).map(|a| a.called(page.look.lang).to_owned()).unwrap_or_default()
}

fn line(page: &Page, ground: &Snapshot, t: &TeamLine) -> Line {
    let count = |f: Force| t.team.members.iter().filter(|m| m.force == f).count();
    let forces = Force::ALL.iter().map(|f| format!("{} {}", page.tk("force-", f.code()), count(*f)));
    let missing: Vec<String> = t.team.missing().iter().map(|f| page.tk("force-", f.code())).collect();
    Line {
        href: page.href(format!("{HERE}/{}", t.team.id)),
        name: t.name.clone(),
        area: area_name(page, ground, t.area),
        forces: forces.collect::<Vec<_>>().join(" · "),
        missing: missing.join(&page.t("list-comma")),
        people: t.team.people,
        hours: t.team.hours(),
        load: t.load(),
        full: t.team.free() < 1,
    }
}

fn waiting(
    page: &Page,
    ground: &Snapshot,
    teams: &[TeamLine],
    names: &HashMap<AccountId, String>,
    p: Proposal,
) -> Waiting {
    let area = p.areas.iter().find(|a| ground.area(**a).is_some_and(|a| a.kind == AreaKind::Community));
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_else(|| nobody(page));
    let (plan, words, found) = match p.found {
        Ok(pick) => {
            let team = teams.iter().find(|t| t.team.id == pick.team).map(|t| t.name.clone()).unwrap_or_default();
            let mut said =
                vec![page.loc.args(
                    "team-proposed",
                    &[("team", team), ("main", name(pick.main)), ("deputy", name(pick.deputy))],
                )];
            said.extend(
                pick.metres.map(|m| page.t1("team-away", "m", crate::fmt::number((m / 10.0).round() as i64 * 10))),
            );
            said.extend(pick.speaks.then(|| page.t("team-speaks")));
            let plan = format!("{}/{}/{}/{}", p.version, pick.team, pick.main, pick.deputy);
            (plan, said.join(" · "), true)
        }
        Err(why) => (String::new(), page.tk("team-none-", why.code()), false),
    };
    Waiting {
        person: p.person.to_string(),
        href: page.href(format!("/desk/care/{}/team", p.person)),
        name: p.name,
        area: area.map(|a| area_name(page, ground, *a)).unwrap_or_default(),
        plan,
        words,
        found,
        need: p.need.map(|n| page.tk("team-need-", n.code())),
        promised: p.need.is_some_and(Need::is_promised),
    }
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, key: String) -> Result<TeamsPage, Fail> {
    require_somewhere(&cx.actor, Action::ViewTeams)?;
    let all = teams::list(cx)?;
    let ground = places::snapshot(cx)?;
    let found = teams::proposals(cx, MOST)?;
    let picked: Vec<AccountId> =
        found.iter().filter_map(|p| p.found.as_ref().ok()).flat_map(|p| [p.main, p.deputy]).collect();
    let names = accounts::names(cx, &picked)?;
    // What asks for something first: a force is missing, no hours are left.
    let mut first: Vec<&TeamLine> = all.iter().collect();
    first.sort_by_key(|t| (t.team.missing().is_empty(), t.team.free() > 0));
    let lines: Vec<Line> = first.into_iter().take(TEAMS).map(|t| line(&page, &ground, t)).collect();
    let cut = (all.len() > lines.len()).then(|| page.t2("team-cut", "n", lines.len(), "all", all.len()));
    let waiting: Vec<Waiting> = found.into_iter().map(|p| waiting(&page, &ground, &all, &names, p)).collect();
    let may_keep = require_somewhere(&cx.actor, Action::KeepTeams).is_ok();
    let areas = if may_keep { keepable(cx, &page, &ground) } else { Vec::new() };
    let frame = Frame::load(cx, &page, staff, HERE)?;
    let (file, any) = (table::href(&page, HERE, &[]), waiting.iter().any(|w| w.found));
    Ok(TeamsPage {
        page,
        frame,
        lines,
        cut,
        waiting,
        any,
        may_keep,
        areas,
        key,
        team: String::new(),
        base: String::new(),
        done: None,
        problems: Vec::new(),
        file,
    })
}

/// Communities where the reader may make a team.
fn keepable(cx: &mut Cx<'_>, page: &Page, ground: &Snapshot) -> Vec<Choice> {
    let communities: Vec<_> = ground.areas().iter().filter(|a| a.kind == AreaKind::Community).map(|a| a.id).collect();
    let mut out = Vec::new();
    for id in communities {
        if teams::may_keep_in(cx, id) {
            out.push(Choice { value: id.to_string(), label: area_name(page, ground, id), chosen: false, hint: None });
        }
    }
    out
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (kind, words) = (asked.kind(), page.clone());
    let key = app.rt.ids().uuid(app.rt.now()).to_string();
    let listed = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        if kind.is_some() {
            // Teams alone: who has none is read on the page, by name, and goes nowhere as a file.
            let all = teams::list(cx)?;
            let ground = places::snapshot(cx)?;
            let head =
                ["team-name", "team-area", "team-forces", "team-missing", "team-people", "team-hours", "team-load"];
            let rows = all.iter().map(|t| line(&page, &ground, t)).map(|l| {
                let n = [l.people, l.hours, l.load].map(|n| n.to_string());
                [l.name, l.area, l.forces, l.missing].into_iter().chain(n).collect()
            });
            return Ok(Listed::File(Table::new(&page, "teams", &head, rows.collect())));
        }
        Ok::<_, Fail>(Listed::Page(Box::new(load(cx, page, &staff, key)?)))
    });
    listed.await?.answer(&words, kind).await
}

/// One proposal as the form sends it.
fn plan(text: &str) -> Option<(i64, Uuid, AccountId, AccountId)> {
    let mut parts = text.split('/');
    let mut next = || parts.next();
    Some((next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?))
}

/// Accepts proposals, or makes a team.
async fn act(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let fresh = app.rt.ids().uuid(app.rt.now());
    let who = staff.who(Purpose::Administration);
    if posted.get("do") == "new" {
        let (team, base, area) = (posted.get("team"), posted.get("base"), posted.get("area"));
        let key = key_of(&posted.get("key"), fresh);
        let (t, b, a) = (team.clone(), base.clone(), area.parse::<AreaId>().unwrap_or(AreaId(Uuid::nil())));
        let done = app.rt.write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::KeepTeams)?;
            teams::create(cx, key, a, &t, &b)
        });
        let problem = match done.await {
            Ok(id) => return Ok(Redirect::to(&page.href(format!("{HERE}/{id}"))).into_response()),
            Err(error) => watch_view::told(&page, error)?,
        };
        let mut shown = app.rt.write(who, move |cx| load(cx, page, &staff, key.to_string())).await?;
        shown.areas.iter_mut().for_each(|c| c.chosen = c.value == area);
        (shown.team, shown.base, shown.problems) = (team, base, vec![problem]);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response());
    }
    let chosen: Vec<(PersonId, (i64, Uuid, AccountId, AccountId))> = posted
        .list("accept")
        .iter()
        .filter_map(|id| Some((id.parse().ok()?, plan(&posted.get(&format!("plan.{id}")))?)))
        .collect();
    let shown = app.rt.write(who, move |cx| {
        require_somewhere(&cx.actor, Action::KeepTeams)?;
        let (mut given, mut missed) = (0, 0);
        for (person, (seen, team, main, deputy)) in chosen {
            match teams::give(cx, person, seen, team, main, deputy) {
                Ok(()) => given += 1,
                Err(care::Error::Stale { .. } | care::Error::Refused(_)) => missed += 1,
                Err(other) => return Err(other.into()),
            }
        }
        let mut shown = load(cx, page, &staff, fresh.to_string())?;
        shown.done = Some(shown.page.t2("team-given", "n", given, "missed", missed));
        Ok::<_, Fail>(shown)
    });
    html(&shown.await?)
}

struct MemberLine {
    account: String,
    name: String,
    force: String,
    hours: i64,
    languages: String,
    named: i64,
}

#[derive(Template)]
#[template(path = "desk/care/team.html")]
struct TeamPage {
    page: Page,
    frame: Frame,
    line: Line,
    base: String,
    members: Vec<MemberLine>,
    candidates: Vec<Choice>,
    hours: String,
    languages: String,
    may_keep: bool,
    problems: Vec<Problem>,
}

impl TeamPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

fn load_one(cx: &mut Cx<'_>, page: Page, staff: &Staff, id: Uuid) -> Result<TeamPage, Fail> {
    require_somewhere(&cx.actor, Action::ViewTeams)?;
    let t = teams::one(cx, id)?;
    let ground = places::snapshot(cx)?;
    let ids: Vec<AccountId> = t.team.members.iter().map(|m| m.account).collect();
    let names = accounts::names(cx, &ids)?;
    let members = t.team.members.iter().map(|m| MemberLine {
        account: m.account.to_string(),
        name: names.get(&m.account).cloned().unwrap_or_else(|| nobody(&page)),
        force: page.tk("force-", m.force.code()),
        hours: m.hours,
        languages: m.languages.join(&page.t("list-comma")),
        named: m.named,
    });
    let members = members.collect();
    let may_keep = teams::may_keep_in(cx, t.area);
    let candidates = if may_keep { teams::candidates(cx, id)? } else { Vec::new() };
    let candidates = candidates.into_iter().map(|(account, name, force)| Choice {
        value: account.to_string(),
        label: format!("{name} · {}", page.tk("force-", force.code())),
        chosen: false,
        hint: None,
    });
    let candidates = candidates.collect();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(TeamPage {
        line: line(&page, &ground, &t),
        base: t.base,
        members,
        candidates,
        hours: String::new(),
        languages: String::new(),
        may_keep,
        problems: Vec::new(),
        page,
        frame,
    })
}

async fn one(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    html(&app.rt.read(staff.who(Purpose::Administration), move |cx| load_one(cx, page, &staff, id)).await?)
}

async fn change(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (what, account, hours, languages) =
        (posted.get("do"), posted.get("account"), posted.get("hours"), posted.get("languages"));
    let parsed: AccountId = account.parse().unwrap_or(AccountId(Uuid::nil()));
    let new = NewMember { account: parsed, hours: hours.trim().parse().unwrap_or(0), languages: languages.clone() };
    let (who, ends) = (staff.who(Purpose::Administration), what == "end");
    let done = app.rt.write(who.clone(), move |cx| {
        require_somewhere(&cx.actor, Action::KeepTeams)?;
        match what.as_str() {
            "end" => teams::end(cx, id),
            "leave" => teams::end_member(cx, id, parsed),
            _ => teams::add_member(cx, id, &new),
        }
    });
    let problem = match done.await {
        Ok(()) => {
            let to = if ends { HERE.to_owned() } else { format!("{HERE}/{id}") };
            return Ok(Redirect::to(&page.href(to)).into_response());
        }
        Err(error) => watch_view::told(&page, error)?,
    };
    let mut shown = app.rt.read(who, move |cx| load_one(cx, page, &staff, id)).await?;
    shown.candidates.iter_mut().for_each(|c| c.chosen = c.value == account);
    (shown.hours, shown.languages, shown.problems) = (hours, languages, vec![problem]);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[derive(Template)]
#[template(path = "desk/care/team_person.html")]
struct PersonPage {
    page: Page,
    frame: Frame,
    person: String,
    /// Since when they agree.
    agreed: Option<String>,
    own_language: bool,
    given: Option<(String, String, String)>,
    /// Whom they would rather not have.
    not: Vec<Choice>,
    may_keep: bool,
    /// Why a team is for them; none: neither old enough nor alone, as far as it is written down.
    need: Option<String>,
    version: i64,
    done: bool,
    problem: Option<String>,
}

fn load_person(cx: &mut Cx<'_>, page: Page, staff: &Staff, person: PersonId) -> Result<PersonPage, Fail> {
    require_somewhere(&cx.actor, Action::ViewTeams)?;
    let of = teams::of_person(cx, person)?;
    let need = teams::need_of(cx, person)?.map(|n| page.tk("team-need-", n.code()));
    cx.record_read("person", person.0, &["birth_year", "visit_facts"])?;
    let members = teams::members_near(cx, person)?;
    let names = accounts::names(cx, &members)?;
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_else(|| nobody(&page));
    let not = of.as_ref().and_then(|o| o.not);
    let choice =
        |id: &AccountId| Choice { value: id.to_string(), label: name(*id), chosen: not == Some(*id), hint: None };
    let choices = members.iter().map(choice).collect();
    let given = of.as_ref().and_then(|o| o.given.clone());
    let given = given.map(|g| (g.name, name(g.main), name(g.deputy)));
    let may_keep = require_somewhere(&cx.actor, Action::KeepTeams).is_ok();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(PersonPage {
        person: person.to_string(),
        agreed: of.as_ref().map(|o| page.day(o.agreed_at)),
        own_language: of.as_ref().is_some_and(|o| o.own_language),
        version: of.map_or(0, |o| o.version),
        need,
        given,
        not: choices,
        may_keep,
        done: false,
        problem: None,
        page,
        frame,
    })
}

async fn person(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<PersonId>) -> Result<Response, Fail> {
    html(&app.rt.read(staff.who(Purpose::Administration), move |cx| load_person(cx, page, &staff, id)).await?)
}

async fn person_act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<PersonId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (what, language) = (posted.get("do"), posted.get("own_language") == "1");
    let by = if posted.get("by") == "guardian" { By::Guardian } else { By::Subject };
    let not = posted.get("not").parse::<AccountId>().ok();
    let (seen, wishes) = (posted.get("version").parse().unwrap_or(0), NewWishes { by, own_language: language, not });
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who.clone(), move |cx| {
        require_somewhere(&cx.actor, Action::KeepTeams)?;
        match what.as_str() {
            "withdraw" => teams::withdraw(cx, id, Side::Desk),
            "back" => teams::take_back(cx, id),
            _ => teams::agree(cx, id, Side::Desk, seen, &wishes),
        }
    });
    let problem = match done.await {
        Ok(()) => None,
        Err(error) => Some(watch_view::told(&page, error)?.1),
    };
    let shown = app.rt.read(who, move |cx| load_person(cx, page, &staff, id)).await?;
    let status = if problem.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, html(&PersonPage { done: problem.is_none(), problem, ..shown })?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use care::model::team::WhyNone;
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let line = |full: bool| Line {
        href: "/desk/teams/0".into(),
        name: say("桂花里一队", "Guihuali one"),
        area: say("桂花里", "Guihuali"),
        forces: format!("{} 1", page.tk("force-", "core")),
        missing: if full { page.tk("force-", "support") } else { String::new() },
        people: 3,
        hours: 20,
        load: 12,
        full,
    };
    let wait = |words: String, found: bool| Waiting {
        person: Uuid::nil().to_string(),
        href: "/desk/care/0/team".into(),
        name: say("王桂芳", "Wang Guifang"),
        area: say("桂花里", "Guihuali"),
        plan: "1/0/0/0".into(),
        words,
        found,
        need: found.then(|| page.t("team-need-aged-alone")),
        promised: found,
    };
    let mut waiting: Vec<_> = WhyNone::ALL.iter().map(|w| wait(page.tk("team-none-", w.code()), false)).collect();
    waiting.push(wait(page.t("team-speaks"), true));
    let choice = |chosen| Choice { value: "1".into(), label: say("陈主任", "Chen Ling"), chosen, hint: None };
    let list = |full: bool, waiting: Vec<Waiting>| TeamsPage {
        page: page.clone(),
        frame: Frame::sample(page),
        lines: if full { vec![line(false), line(true)] } else { Vec::new() },
        cut: full.then(|| page.t2("team-cut", "n", 2, "all", 9)),
        any: !waiting.is_empty(),
        waiting,
        may_keep: true,
        areas: vec![choice(false), choice(full)],
        key: String::new(),
        team: String::new(),
        base: String::new(),
        done: full.then(|| page.t2("team-given", "n", 2, "missed", 1)),
        problems: if full { vec![("team", page.t("invalid-form"))] } else { Vec::new() },
        file: "/desk/teams?as=".into(),
    };
    let one = |full: bool| TeamPage {
        page: page.clone(),
        frame: Frame::sample(page),
        line: line(full),
        base: say("居委会活动室", "Committee room"),
        members: if full {
            vec![MemberLine {
                account: "1".into(),
                name: say("陈主任", "Chen Ling"),
                force: page.tk("force-", "front"),
                hours: 8,
                languages: say("本地话", "local"),
                named: 2,
            }]
        } else {
            Vec::new()
        },
        candidates: vec![choice(full)],
        hours: String::new(),
        languages: String::new(),
        may_keep: full,
        problems: if full { vec![("hours", page.t("watch-wrong-hours"))] } else { Vec::new() },
    };
    let person = |full: bool, given: bool| PersonPage {
        page: page.clone(),
        frame: Frame::sample(page),
        person: Uuid::nil().to_string(),
        agreed: full.then(|| page.day(page.now)),
        own_language: full,
        given: given.then(|| (say("桂花里一队", "Guihuali one"), say("陈主任", "Chen Ling"), say("周宁", "Zhou Ning"))),
        not: vec![choice(false)],
        may_keep: true,
        need: (full || given).then(|| page.t("team-need-aged")),
        version: 1,
        done: full,
        problem: full.then(|| page.t("invalid-form")),
    };
    let mut out: Vec<(&'static str, String)> = Vec::new();
    for shown in [list(false, Vec::new()), list(true, waiting)] {
        out.push(("desk/care/teams.html", shown.render().unwrap_or_default()));
    }
    for full in [false, true] {
        out.push(("desk/care/team.html", one(full).render().unwrap_or_default()));
        out.push(("desk/care/team_person.html", person(full, full).render().unwrap_or_default()));
    }
    out.push(("desk/care/team_person.html", person(true, false).render().unwrap_or_default()));
    out.push(("desk/care/team_person.html", person(false, true).render().unwrap_or_default()));
    out
}
