//! A case as the page shows it: built from what the domain answers, in the reader's language.

use super::circle::{self, CircleView};
use super::first::{Due, First, Fold, Primary};
use super::heard::{self, OnTop, ThreadView};
use crate::desk::nobody;
use crate::desk::view::Choice;
use crate::{Fail, Page, fmt, nearby};
use kernel::ids::AccountId;
use kernel::{Moment, Role};
use lost::app::{Case, CaseRow, Circle, EntryKind};
use lost::model::{Attempt, Helping, How, Kind, Look, PlaceKind, Proof, State, Task};
use people::policy::Action;
use std::collections::HashMap;
use store::Cx;

/// A state as icon, word and colour.
pub(super) struct StateTag {
    pub icon: &'static str,
    pub class: &'static str,
    pub word: String,
}

impl StateTag {
    pub(super) fn of(page: &Page, row: &CaseRow) -> Self {
        let (icon, class) = match row.state {
            State::Missing => ("search", "tag tag-bad"),
            State::Sighted => ("eye", "tag tag-wait"),
            State::Escorted => ("person", "tag"),
            State::Kept => ("home", "tag"),
            State::HandedOver => ("check", "tag tag-good"),
            State::Closed => ("check", "tag tag-plain"),
        };
        let word = match row.outcome {
            Some(outcome) => page.tk("lost-outcome-", outcome.code()),
            None => page.tk("lost-state-", row.state.code()),
        };
        Self { icon, class, word }
    }
}

pub(super) struct EntryView {
    pub at: String,
    pub machine: String,
    pub who: String,
    pub what: String,
    pub words: Option<String>,
    pub late: bool,
    /// Where, for the telephone's own map.
    pub geo: Option<String>,
    /// Its id, when whoever reported said where: that can become the place of the case.
    pub there: Option<String>,
}

pub(super) struct HelperView {
    pub name: String,
    pub what: String,
    pub end: Option<String>,
}

pub(super) struct KeepView {
    pub post: String,
    pub since: String,
    pub due: String,
    pub late: bool,
    pub long: bool,
    pub medical: Option<String>,
}

/// Everything on the page.
pub(super) struct View {
    pub id: String,
    pub href: String,
    pub number: String,
    pub title: String,
    pub state: StateTag,
    pub open: bool,
    pub version: i64,
    pub since: String,
    pub since_machine: String,
    pub owner: String,
    pub words: String,
    pub described: Vec<(String, String)>,
    /// The same, for the form that mends it.
    pub typed: lost::model::Described,
    pub place: Option<String>,
    pub areas: String,
    pub post: Option<(String, String)>,
    pub point: Option<(f64, f64)>,
    /// The same in words.
    pub near: Option<String>,
    /// How it is known who it is.
    pub identified: Option<String>,
    pub circle: Option<CircleView>,
    pub asks: Vec<(String, String)>,
    pub bodies: Vec<Choice>,
    pub helpers: Vec<HelperView>,
    pub people: Vec<Choice>,
    pub call: Option<String>,
    pub call_runs: bool,
    pub keep: Option<KeepView>,
    pub posts: Vec<Choice>,
    pub looks: Vec<Choice>,
    pub receivers: Vec<Choice>,
    pub proofs: Vec<Choice>,
    pub place_kinds: Vec<Choice>,
    pub pending: Option<(String, String)>,
    pub timeline: Vec<EntryView>,
    /// Address of the care conference.
    pub conference: Option<String>,
    pub dues: Vec<Due>,
    pub primary: Option<Primary>,
    pub fold: Fold,
    pub jumps: Vec<(&'static str, &'static str)>,
    /// A scan of the card, lately, while nobody of us is with the elder.
    pub on_top: Option<OnTop>,
    /// Finders who wrote by the card.
    pub threads: Vec<ThreadView>,
    /// Only the code of a card says who it is.
    pub compare: Option<Vec<Choice>>,
    pub again: String,
    /// The search for the elder: its address, and what it is called.
    pub search: Option<(String, String)>,
    pub can: Can,
}

impl View {
    /// Is that form the one thing to do now, and stands on top already?
    pub(super) fn first_is(&self, end: &str) -> bool {
        self.primary.as_ref().and_then(|p| p.post.as_ref()).is_some_and(|at| at.ends_with(end))
    }
}

/// What may be done and fits the state: which forms are shown.
#[derive(Default)]
pub(super) struct Can {
    pub take: bool,
    pub work: bool,
    pub identify: bool,
    pub unidentify: bool,
    pub identify_again: bool,
    pub answer_ask: bool,
    pub call_help: bool,
    pub appeal: bool,
    pub seen: bool,
    pub lost_sight: bool,
    pub keep: bool,
    pub look: bool,
    pub leave: bool,
    pub hand_over: bool,
    pub agree: bool,
    pub answer: bool,
    pub debrief: bool,
    pub close_home: bool,
    pub close_false: bool,
    pub reporter: bool,
}

fn can(c: &Case, my_org_asked: bool) -> Can {
    let may = |a| c.may.contains(&a);
    let state = c.row.state;
    let work = may(Action::WorkCase);
    let on_the_street = matches!(state, State::Missing | State::Sighted);
    let with_somebody = matches!(state, State::Sighted | State::Escorted | State::Kept);
    Can {
        take: work && c.row.taken_at.is_none(),
        work,
        identify: may(Action::IdentifyCase) && c.row.person.is_none(),
        unidentify: may(Action::IdentifyCase) && c.row.person.is_some() && state != State::HandedOver,
        identify_again: may(Action::IdentifyCase),
        answer_ask: may(Action::IdentifyCase) && my_org_asked,
        call_help: may(Action::CallHelp) && state != State::HandedOver,
        appeal: may(Action::PublicAppeal) && state == State::Missing,
        seen: work && on_the_street,
        lost_sight: work && with_somebody,
        keep: work && matches!(state, State::Missing | State::Sighted | State::Escorted),
        look: work && state == State::Kept,
        leave: work && state == State::Kept,
        hand_over: may(Action::HandOver) && with_somebody,
        agree: may(Action::SecondHandOver) && c.pending.is_some(),
        answer: work && c.row.answered_at.is_none(),
        debrief: work && state == State::HandedOver && c.row.debriefed_at.is_none(),
        close_home: may(Action::CloseCase) && state == State::HandedOver,
        close_false: may(Action::CloseCase) && on_the_street,
        reporter: work,
    }
}

pub(super) fn view(cx: &mut Cx<'_>, page: &Page, c: Case) -> Result<View, Fail> {
    let ground = places::snapshot(cx)?;
    let row = &c.row;
    let href = page.href(format!("/desk/lost/{}", row.id));
    let bodies = people::app::orgs::list(cx, Some(people::model::OrgKind::Committee))?;
    let my_orgs: Vec<_> = cx.actor.grants().iter().filter_map(|g| g.org).collect();
    let asked_me = c.asks.iter().any(|(org, ..)| my_orgs.contains(org));
    let can = can(&c, asked_me);
    let mut ids = vec![c.owner];
    ids.extend(c.helpers.iter().map(|h| h.account));
    ids.extend(c.timeline.iter().filter_map(|e| account_of(&e.by)));
    ids.extend(c.pending.as_ref().map(|p| p.asked_by));
    let near = if can.work { helpers_near(cx)? } else { Vec::new() };
    ids.extend(near.iter().copied());
    let names = people::app::accounts::names(cx, &ids)?;
    let name = |id: &AccountId| names.get(id).cloned().unwrap_or_else(|| nobody(page));
    let body_name = |org| bodies.iter().find(|b| b.id == org).map_or_else(|| nobody(page), |b| b.name.clone());
    let post_name = |p| ground.post(p).map(|p| p.name.clone()).unwrap_or_default();
    let mine = cx.actor.grants().iter().find_map(|g| g.post).or(row.post).map(|p| p.to_string()).unwrap_or_default();
    let running = ground.posts().iter().filter(|p| p.state == places::PostState::Running);
    let posts = running.map(|p| Choice::new(p.id.to_string(), &p.name, &mine)).collect();
    let identified = match (&row.identified_how, row.person) {
        (Some(how), Some(_)) => Some(page.tk("lost-how-", how)),
        _ => None,
    };
    let in_words = match c.point {
        Some(point) => nearby::words(cx, page, point)?,
        None => None,
    };
    let told = alerts::app::lost::told(cx, row.id)?;
    let search = search_link(cx, page, &c, &href)?;
    let circle = c.circle.as_ref().map(|k| circle::view(page, &c, k, &told, &href));
    let first = First::of(page, &c, &can, circle.as_ref(), &href);
    let receivers = receivers(page, c.circle.as_ref());
    let contacts = contact_names(c.circle.as_ref());
    let mut timeline: Vec<(Moment, EntryView)> = heard::lines(page, &c);
    timeline.extend(c.timeline.iter().map(|e| {
        let view = EntryView {
            at: page.ago(e.at),
            machine: page.machine_time(e.at),
            who: who(page, &e.by, &names),
            what: what(page, e, &contacts, &body_name, &post_name, &name),
            words: e.words.clone(),
            late: e.kind == EntryKind::Escalated,
            geo: e.place.map(|p| format!("geo:{:.5},{:.5}", p.lat(), p.lon())),
            there: e.place.filter(|_| e.kind == EntryKind::FinderSaid).map(|_| e.id.to_string()),
        };
        (e.at, view)
    }));
    // The latest first; what happened in one instant as it was written, backwards.
    timeline.reverse();
    timeline.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let timeline = timeline.into_iter().map(|(_, view)| view).collect();
    let by_card = can.identify_again && row.identified_how.as_deref() == Some(How::Scan.code());
    let hows = How::ALL.iter().filter(|h| !matches!(h, How::Scan | How::Committee)).map(|h| h.code());
    Ok(View {
        id: row.id.to_string(),
        number: row.number.clone(),
        title: page.tk("lost-kind-", row.kind.code()),
        state: StateTag::of(page, row),
        open: row.state.is_open(),
        version: row.version,
        since: page.stamp(row.opened_at),
        since_machine: page.machine_time(row.opened_at),
        owner: name(&c.owner),
        words: c.scene.words.clone(),
        described: described(page, &c.scene.described),
        typed: c.scene.described.clone(),
        place: Some(c.scene.place.clone()).filter(|p| !p.is_empty()),
        areas: c
            .areas
            .iter()
            .filter_map(|a| ground.area(*a))
            .filter(|a| a.kind != places::AreaKind::District)
            .map(|a| a.name.clone())
            .collect::<Vec<_>>()
            .join(" · "),
        post: row.post.and_then(|p| ground.post(p)).map(|p| (p.name.clone(), p.phone.clone())),
        point: c.point.map(|p| (p.lat(), p.lon())),
        near: in_words,
        identified,
        circle,
        asks: c
            .asks
            .iter()
            .map(|(org, at, answer)| {
                let said = answer.as_ref().map_or_else(|| page.t("lost-ask-waits"), |a| page.tk("lost-ask-", a));
                (body_name(*org), format!("{} · {said}", fmt::clock(*at)))
            })
            .collect(),
        bodies: bodies
            .iter()
            .filter(|b| !c.asks.iter().any(|(org, ..)| *org == b.id))
            .map(|b| {
                let here = b.area.is_some_and(|a| c.areas.contains(&a));
                Choice { chosen: here, ..Choice::new(b.id.to_string(), &b.name, "") }
            })
            .collect(),
        helpers: c.helpers.iter().map(|h| helper(page, &href, can.work, h, &name)).collect(),
        people: near.iter().map(|a| Choice::new(a.to_string(), name(a), "")).collect(),
        call: c.call.as_ref().map(|call| call_words(page, call)),
        call_runs: c.call.as_ref().is_some_and(|(_, until, ended, _)| ended.is_none() && *until > page.now),
        keep: c.keeps.iter().rev().find(|k| k.to.is_none()).map(|k| KeepView {
            post: post_name(k.post),
            since: page.stamp(k.from),
            due: fmt::clock(k.look_due),
            late: k.look_due < page.now,
            long: k.from.plus_hours(c.rules.keep_hours) < page.now,
            medical: k.medical_at.map(fmt::clock),
        }),
        posts,
        looks: Choice::codes(page, "lost-look-", Look::ALL.iter().map(|l| l.code()), ""),
        receivers,
        proofs: Choice::codes(page, "lost-proof-", Proof::ALL.iter().map(|p| p.code()), ""),
        place_kinds: Choice::codes(page, "lost-place-", PlaceKind::ALL.iter().map(|p| p.code()), "post"),
        pending: c.pending.as_ref().map(|p| {
            let to = p.receiver.as_ref().map(|n| page.t2("lost-person-as", "name", &n.name, "as", &n.relation));
            (to.unwrap_or_default(), page.t2("lost-second-by", "who", name(&p.asked_by), "at", fmt::clock(p.asked_at)))
        }),
        timeline,
        conference: c.conference.map(|m| page.href(format!("/desk/matters/{m}"))),
        dues: first.dues,
        primary: first.primary,
        fold: first.fold,
        jumps: first.jumps,
        on_top: heard::on_top(page, &c),
        threads: heard::threads(page, &c),
        compare: by_card.then(|| Choice::codes(page, "lost-how-", hows, How::Card.code())),
        again: cx.new_id::<uuid::Uuid>().to_string(),
        search,
        can,
        href,
    })
}

/// To the plan while the elder is looked for; afterwards to what can be learned from it.
fn search_link(cx: &mut Cx<'_>, page: &Page, c: &Case, href: &str) -> Result<Option<(String, String)>, Fail> {
    let (runs, ever) = lost::app::search::has(cx, c.row.id)?;
    let plans = c.may.contains(&Action::PlanSearch) && matches!(c.row.state, State::Missing | State::Sighted);
    Ok(match (plans, runs, ever) {
        (true, true, _) => Some((format!("{href}/search"), page.t("search-go"))),
        (true, false, _) => Some((format!("{href}/search"), page.t("search-go-begin"))),
        (false, _, true) => Some((format!("{href}/search/debrief"), page.t("search-log"))),
        _ => None,
    })
}

/// Volunteers and colleagues who may go along, by name.
fn helpers_near(cx: &mut Cx<'_>) -> Result<Vec<AccountId>, Fail> {
    const ROLES: [Role; 5] =
        [Role::Volunteer, Role::BuildingLeader, Role::Auxiliary, Role::CommitteeWorker, Role::CommunityOfficer];
    let mut all: Vec<AccountId> = people::app::staff::sitting(cx, &ROLES)?.into_iter().map(|s| s.account).collect();
    all.dedup();
    all.truncate(200);
    Ok(all)
}

fn helper(
    page: &Page,
    href: &str,
    may_end: bool,
    h: &lost::app::HelperLine,
    name: &impl Fn(&AccountId) -> String,
) -> HelperView {
    let task = page.tk("lost-task-", h.task.code());
    let what = if h.state == Helping::Ended { page.t1("lost-helped", "task", task) } else { task };
    let end = may_end && h.state != Helping::Ended;
    HelperView { name: name(&h.account), what, end: end.then(|| format!("{href}/helpers/{}/end", h.account)) }
}

fn call_words(page: &Page, (at, until, ended, called): &(Moment, Moment, Option<Moment>, i64)) -> String {
    match ended {
        Some(end) => page.t2("lost-call-ended", "n", called, "at", page.stamp(*end)),
        None => page.loc.args(
            "lost-call-runs",
            &[("n", called.to_string()), ("at", fmt::clock(*at)), ("until", page.stamp(*until))],
        ),
    }
}

pub(super) fn described(page: &Page, d: &lost::model::Described) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut push = |field: &str, value: String| {
        if !value.is_empty() {
            out.push((page.tk("lost-field-", field), value));
        }
    };
    push("sex", if d.sex.is_empty() { String::new() } else { page.tk("lost-sex-", &d.sex) });
    push("age", d.age.map(|a| page.t1("lost-about-age", "n", a)).unwrap_or_default());
    push("height", d.height_cm.map(|h| page.t1("lost-about-height", "n", h)).unwrap_or_default());
    push("build", if d.build.is_empty() { String::new() } else { page.tk("lost-build-", &d.build) });
    push("dialect", d.dialect.clone());
    push("surname", d.surname.clone());
    push("marks", d.marks.join(if page.zh() { "、" } else { ", " }));
    out
}

fn contact_names(circle: Option<&Circle>) -> HashMap<uuid::Uuid, String> {
    circle.map(|k| k.contacts.iter().map(|c| (c.id.0, c.name.clone())).collect()).unwrap_or_default()
}

fn receivers(page: &Page, circle: Option<&Circle>) -> Vec<Choice> {
    let mut all: Vec<Choice> = circle
        .map(|k| {
            let may = k.contacts.iter().filter(|c| c.may_collect && !c.barred);
            may.map(|c| {
                Choice::new(c.id.to_string(), page.t2("lost-person-as", "name", &c.name, "as", &c.relation), "")
            })
            .collect()
        })
        .unwrap_or_default();
    all.push(Choice::new("other", page.t("lost-receiver-other"), ""));
    all.push(Choice::new("body", page.t("lost-receiver-body"), ""));
    if let Some(first) = all.first_mut() {
        first.chosen = true;
    }
    all
}

pub(super) fn account_of(actor: &str) -> Option<AccountId> {
    actor.strip_prefix("account:").and_then(|id| id.parse().ok())
}

pub(super) fn who(page: &Page, actor: &str, names: &HashMap<AccountId, String>) -> String {
    match (account_of(actor), actor) {
        (Some(id), _) => names.get(&id).cloned().unwrap_or_else(|| nobody(page)),
        (None, "subject") => page.t("lost-by-family"),
        (None, "public" | "raiser") => page.t("lost-by-finder"),
        (None, _) => page.t("desk-by-program"),
    }
}

fn what(
    page: &Page,
    e: &lost::app::Entry,
    contacts: &HashMap<uuid::Uuid, String>,
    body: &impl Fn(kernel::ids::OrgId) -> String,
    post: &impl Fn(kernel::ids::PostId) -> String,
    name: &impl Fn(&AccountId) -> String,
) -> String {
    let code = e.code.as_deref().unwrap_or_default();
    let contact = || e.of.and_then(|id| contacts.get(&id).cloned()).unwrap_or_else(|| page.t("lost-a-contact"));
    let base = page.tk("lost-entry-", e.kind.code());
    let join = |more: String| format!("{base}{}{more}", if page.zh() { "：" } else { ": " });
    match e.kind {
        EntryKind::Opened => join(page.tk("lost-kind-", Kind::from_code(code).unwrap_or(Kind::Found).code())),
        EntryKind::Seen => e.moment.map_or_else(|| base.clone(), |at| join(page.stamp(at))),
        EntryKind::Asked => e.of.map_or_else(|| base.clone(), |id| join(body(id.into()))),
        EntryKind::AskAnswered => {
            let from = e.of.map(|id| body(id.into())).unwrap_or_default();
            join(format!("{from} {}", page.tk("lost-ask-", code)))
        }
        EntryKind::Identified => join(page.tk("lost-how-", code)),
        EntryKind::Attempt => {
            let result = Attempt::from_code(code).unwrap_or(Attempt::NoAnswer);
            let said = page.tk("lost-attempt-", result.code());
            let eta = e.moment.map(|at| page.t2("lost-said-eta", "said", &said, "eta", page.stamp(at)));
            join(format!("{} {}", contact(), eta.unwrap_or(said)))
        }
        EntryKind::Called => join(page.t1("lost-called-n", "n", code)),
        EntryKind::Offered | EntryKind::Helps => {
            let task = page.tk("lost-task-", Task::from_code(code).unwrap_or(Task::Search).code());
            join(format!("{} {task}", e.of.map(|id| name(&id.into())).unwrap_or_default()))
        }
        EntryKind::HelpEnded => join(e.of.map(|id| name(&id.into())).unwrap_or_default()),
        EntryKind::Kept => join(e.of.map(|id| post(id.into())).unwrap_or_default()),
        EntryKind::Look if !code.is_empty() => join(page.tk("lost-look-", code)),
        EntryKind::CodeSent => join(contact()),
        EntryKind::AppealOut if e.of.is_some() => join(contact()),
        EntryKind::AppealEnded => join(page.tk("lost-appeal-end-", code)),
        EntryKind::HandedOver => join(page.tk("lost-receiver-", code)),
        EntryKind::Answered if !code.is_empty() => join(page.tk("lost-reached-", code)),
        EntryKind::Debriefed => join(circle::debrief_words(page, code)),
        EntryKind::Conference => page.tk("lost-entry-conference-", code),
        EntryKind::Undelivered => {
            let way = page.t(if code == "sms" { "lost-told-sms" } else { "lost-told-mail" });
            join(format!("{} {way}", contact()))
        }
        EntryKind::SearchConflict => join(page.tk("search-conflict-", code)),
        EntryKind::Linked => join(page.tk("lost-linked-", code)),
        EntryKind::Joined => join(code.to_owned()),
        EntryKind::Closed => join(page.tk("lost-outcome-", code)),
        EntryKind::Escalated if code == "long" => page.t("lost-entry-escalated-long"),
        _ => base,
    }
}
