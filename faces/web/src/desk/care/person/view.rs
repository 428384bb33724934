//! The page of one person as the template shows it.

use super::step::Wrong;
use crate::desk::Frame;
use crate::desk::care::people::LIST;
use crate::desk::care::words;
use crate::desk::view::{Choice, Row, rows};
use crate::session::Staff;
use crate::{App, Fail, Page, fmt};
use askama::Template;
use care::app::visits::{self, Candidate, FactLine, Last, OfPerson, PersonPage as Seen};
use care::app::{cards::CardLine, contacts};
use care::model::ContactLine;
use care::model::visit::{Hazard, Need, VisitKind};
use care::model::visit_plan::{FactKind, FactSource};
use kernel::ids::{AccountId, MatterId, PersonId};
use kernel::{Purpose, Role};
use matters::app::persons as of;
use people::app::consents::By;
use std::collections::HashMap;
use store::Cx;

/// Everything that the first reading found.
pub(super) struct Loaded {
    seen: Seen,
    names: HashMap<AccountId, String>,
    area: String,
    matters: Vec<Row>,
    /// In the order of the list.
    pub open: Vec<(MatterId, String)>,
}

pub(super) fn load(cx: &mut Cx<'_>, page: &Page, id: PersonId) -> Result<Loaded, Fail> {
    let seen = visits::page(cx, id)?;
    let lines = matters::app::visits::lines_about(cx, id)?;
    let open = lines.iter().map(|l| (l.matter, l.number.clone())).collect();
    let matters = rows(cx, page, &lines)?;
    let mut accounts: Vec<AccountId> = Vec::new();
    if let Some(plan) = &seen.visits {
        accounts.extend(plan.facts.iter().filter_map(|f| f.written_by));
        accounts.extend(plan.past.iter().filter_map(|p| p.by));
        accounts.extend(plan.next.iter().flat_map(care::app::visits::Visit::pair));
    }
    let names = people::app::accounts::names(cx, &accounts)?;
    let ground = places::snapshot(cx)?;
    let innermost = seen.areas.iter().copied().max_by_key(|a| ground.chain_ids(*a).len());
    let mut chain: Vec<&str> = innermost
        .map(|a| ground.chain(a))
        .unwrap_or_default()
        .into_iter()
        .filter(|a| matches!(a.kind, places::AreaKind::Grid | places::AreaKind::Community | places::AreaKind::Town))
        .map(|a| a.called(page.look.lang))
        .collect();
    chain.reverse();
    let area = chain.join(" · ");
    Ok(Loaded { seen, names, area, matters, open })
}

/// What is opened in the name of a matter: number and address of the matter, contacts, locators.
pub(super) struct Circle {
    number: String,
    /// The page of contacts, plan, schedule, card and locator.
    more: String,
    contacts: Vec<ContactLine>,
    /// None: not shown to this role.
    locators: Option<Vec<String>>,
}

/// In the name of the first open matter about them that lets the reader.
pub(super) async fn circle(
    app: &App,
    page: &Page,
    staff: &Staff,
    id: PersonId,
    open: &[(MatterId, String)],
) -> Result<Option<Circle>, Fail> {
    for (matter, number) in open.iter().take(5) {
        let (matter, number, page) = (*matter, number.clone(), page.clone());
        let found = app
            .rt
            .write(staff.who(Purpose::Matter(matter)), move |cx| {
                let Ok(why) = of::in_the_name_of(cx, matter, id) else { return Ok(None) };
                let contacts = match contacts::of(cx, id, &why) {
                    Ok(contacts) => contacts,
                    Err(care::Error::Denied(_) | care::Error::People(people::Error::Denied(_))) => return Ok(None),
                    Err(other) => return Err(Fail::from(other)),
                };
                let locators = match locators::app::devices::worn(cx, id, &why) {
                    Ok(worn) => Some(worn.iter().map(|w| device(&page, w)).collect()),
                    Err(locators::Error::Denied(_)) => None,
                    Err(other) => return Err(other.into()),
                };
                let more = page.href(format!("/desk/matters/{matter}/people/{id}"));
                Ok(Some(Circle { number, more, contacts, locators }))
            })
            .await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn device(page: &Page, w: &locators::app::devices::Worn) -> String {
    let heard = w.heard_at.map_or_else(|| page.t("locators-never"), |at| page.ago(at));
    page.loc.args(
        "cared-locator-line",
        &[("name", w.name.clone()), ("tail", format!("…{}", w.device.tail)), ("heard", heard)],
    )
}

pub(super) struct FactView {
    pub id: String,
    pub words: String,
    pub from: String,
    pub health: bool,
}

pub(super) struct PastView {
    pub when: String,
    pub outcome: String,
    pub class: &'static str,
    pub by: String,
    pub found: Vec<String>,
    pub note: String,
    pub photo: Option<String>,
    pub clock_off: bool,
}

/// The plan and what came of it.
pub(super) struct PlanView {
    pub begun: String,
    pub next: Option<NextView>,
    pub last: Option<String>,
    pub welfare: Option<String>,
    pub wish: Option<String>,
    pub safety: Option<String>,
    pub asked: Option<String>,
    pub wish_days: String,
    pub version: i64,
    pub facts: Vec<FactView>,
    pub past: Vec<PastView>,
}

pub(super) struct NextView {
    pub id: String,
    pub seen: i64,
    pub day: String,
    pub late: bool,
    pub why: String,
    pub kind: String,
    /// Who is sent.
    pub pair: Vec<String>,
    pub sent: Vec<AccountId>,
}

#[derive(Template)]
#[template(path = "desk/care_person.html")]
pub(super) struct PersonPage {
    page: Page,
    frame: Frame,
    back: String,
    here: String,
    done: Option<String>,
    wrong: Option<Wrong>,
    name: String,
    area: String,
    lines: Vec<(String, String)>,
    phone: Option<String>,
    /// In care no longer: said gently, and nothing else is shown.
    ended: Option<String>,
    plan: Option<PlanView>,
    may_plan: bool,
    health: bool,
    counts: String,
    circle: Option<Circle>,
    cards: Vec<String>,
    matters: Vec<Row>,
    near: Vec<(Candidate, String)>,
    /// Those whose business the place is day by day.
    around: Vec<String>,
    again: String,
    today: String,
}

impl PersonPage {
    #[expect(clippy::too_many_arguments, reason = "what the page is made of, each once")]
    pub(super) fn new(
        page: Page,
        frame: Frame,
        id: PersonId,
        loaded: Loaded,
        circle: Option<Circle>,
        again: String,
        done: Option<String>,
        wrong: Option<Wrong>,
    ) -> Self {
        let Loaded { seen, names, area, matters, .. } = loaded;
        let known = seen.known.as_ref();
        let mut lines = Vec::new();
        if let Some(k) = known {
            let year = page.now.zoned(&kernel::time::shanghai()).year();
            lines.extend(k.birth_year.map(|y| (page.t("cared-age"), page.t1("cared-years", "n", year - y))));
            lines.extend(k.address.clone().map(|a| (page.t("record-field-address"), a)));
            lines.extend(k.language.clone().map(|l| (page.t("record-field-language"), l)));
        }
        let here = page.href(format!("{LIST}/{id}"));
        let ended = seen.ended.map(|(at, why)| {
            let key = format!("cared-ended-{}", why.code());
            page.t1(&key, "day", page.day(at))
        });
        Self {
            back: page.href(LIST),
            name: known.map_or_else(|| page.t("record-no-name"), |k| k.name.clone()),
            phone: known.and_then(|k| k.phone.as_ref()).map(|p| fmt::phone(p)),
            plan: seen.visits.as_ref().map(|p| plan(&page, &here, p, &names)),
            may_plan: seen.may_plan,
            health: seen.health,
            counts: page.t2("cared-counts", "n", seen.contacts.0, "collect", seen.contacts.1),
            cards: seen.cards.iter().map(|c| card(&page, c)).collect(),
            around: around(&page, &seen.near),
            near: seen
                .near
                .into_iter()
                .map(|c| {
                    let role = page.tk("role-", c.role.code());
                    (c, role)
                })
                .collect(),
            today: page.now.zoned(&kernel::time::shanghai()).date().to_string(),
            here,
            ended,
            area,
            lines,
            circle,
            matters,
            again,
            done,
            wrong,
            frame,
            page,
        }
    }
    /// The form that could not be taken is open.
    fn is_wrong(&self, form: &str) -> bool {
        self.wrong.as_ref().is_some_and(|w| w.form == form)
    }
    /// What was typed, or what stands there.
    fn typed(&self, form: &str, name: &str, stands: &str) -> String {
        let typed = self.wrong.as_ref().filter(|w| w.form == form).and_then(|w| w.get(name));
        typed.unwrap_or(stands).to_owned()
    }
    fn kinds(&self) -> Vec<Choice> {
        let now = self.typed("begin", "kind", "chat");
        Choice::codes(&self.page, "cared-kind-", VisitKind::ALL.iter().map(|k| k.code()), &now)
    }
    fn agreed(&self) -> Vec<Choice> {
        let now = self.typed("begin", "agreed", "");
        Choice::codes(&self.page, "cared-agreed-", By::ALL.iter().map(|b| b.code()), &now)
    }
    fn fact_kinds(&self) -> Vec<Choice> {
        let now = self.typed("fact", "fact", "");
        let may = FactKind::ALL.iter().filter(|k| self.health || !k.is_health());
        Choice::codes(&self.page, "cared-fact-", may.map(|k| k.code()), &now)
    }
    fn sources(&self) -> Vec<Choice> {
        let now = self.typed("fact", "source", "");
        Choice::codes(&self.page, "cared-source-", FactSource::ALL.iter().map(|s| s.code()), &now)
    }
    fn needs(&self) -> Vec<Choice> {
        let now = self.typed("need", "need", "");
        let value = |family: &str, code: &str| format!("{family}-{code}");
        let needs = Need::ALL.iter().map(|n| (value("need", n.code()), self.page.tk("cared-need-", n.code())));
        let hazards = Hazard::ALL.iter().map(|h| (value("hazard", h.code()), self.page.tk("cared-hazard-", h.code())));
        needs.chain(hazards).map(|(value, words)| Choice::new(value, words, &now)).collect()
    }
    fn sends(&self, account: &AccountId) -> bool {
        match &self.wrong {
            Some(w) if w.form == "assign" => w.all("to").any(|a| a == account.to_string()),
            _ => self.plan.as_ref().and_then(|p| p.next.as_ref()).is_some_and(|n| n.sent.contains(account)),
        }
    }
}

/// The officers, the committee, the building's leader; agencies and neighbours who could be sent along are no part of it.
fn around(page: &Page, near: &[Candidate]) -> Vec<String> {
    let theirs = [
        Role::CommunityOfficer,
        Role::Auxiliary,
        Role::DutyOfficer,
        Role::PostHead,
        Role::CommitteeWorker,
        Role::BuildingLeader,
    ];
    let named = |role: &Role| {
        let of = near.iter().filter(|c| c.role == *role);
        of.map(|c| format!("{} · {}", c.name, page.tk("role-", c.role.code()))).collect::<Vec<_>>()
    };
    theirs.iter().flat_map(named).collect()
}

fn spoken(phone: &str) -> String {
    fmt::phone(phone)
}

fn called(page: &Page, names: &HashMap<AccountId, String>, account: Option<AccountId>) -> String {
    account.and_then(|a| names.get(&a).cloned()).unwrap_or_else(|| page.t("seen-staff"))
}

fn plan(page: &Page, here: &str, p: &OfPerson, names: &HashMap<AccountId, String>) -> PlanView {
    let today = page.now.zoned(&kernel::time::shanghai()).date();
    PlanView {
        begun: page.loc.args(
            "cared-begun",
            &[
                ("day", page.date(p.begun)),
                ("who", page.tk("cared-agreed-", &p.agreed_by)),
                ("kind", page.tk("cared-kind-", p.kind.code())),
            ],
        ),
        next: p.next.as_ref().map(|v| NextView {
            id: v.id.to_string(),
            seen: v.version,
            day: page.date(v.due),
            late: v.due < today,
            why: words::why(page, &p.reasons),
            kind: page.tk("cared-kind-", v.kind.code()),
            pair: v.pair().into_iter().map(|a| called(page, names, Some(a))).collect(),
            sent: v.pair(),
        }),
        last: p.last_seen.map(|d| page.date(d)),
        welfare: p.welfare_due.map(|by| page.t2("cared-welfare", "n", p.misses, "by", page.by(by))),
        wish: p.wish.as_ref().map(|w| page.t1("cared-wish-stands", "n", w.days)),
        safety: p.wish.as_ref().and_then(|w| w.safety.clone()),
        asked: p.asked.as_ref().map(|a| words::asked(page, a, "cared-asked-")),
        wish_days: p.wish.as_ref().map(|w| w.days.to_string()).unwrap_or_default(),
        version: p.version,
        facts: p.facts.iter().map(|f| fact(page, f, &called(page, names, f.written_by))).collect(),
        past: p.past.iter().map(|l| past(page, here, l, &called(page, names, l.by))).collect(),
    }
}

/// A fact: what, since when, from whom, who wrote it.
fn fact(page: &Page, f: &FactLine, by: &str) -> FactView {
    FactView {
        id: f.id.to_string(),
        words: page.tk("cared-fact-", f.kind.code()),
        from: words::fact_from(page, f, by),
        health: f.kind.is_health(),
    }
}

fn past(page: &Page, here: &str, l: &Last, by: &str) -> PastView {
    use care::model::visit::Outcome;
    PastView {
        when: page.stamp(l.done_at),
        outcome: page.tk("cared-outcome-", l.outcome.code()),
        class: match l.outcome {
            Outcome::Seen => "tag tag-good",
            Outcome::NotHome => "tag tag-bad",
            Outcome::Refused | Outcome::Rescheduled => "tag tag-wait",
        },
        by: by.to_owned(),
        found: words::found(page, &l.form),
        note: l.form.note.clone(),
        photo: l.has_photo.then(|| format!("{here}/photo/{}", l.report)),
        clock_off: l.clock_off,
    }
}

fn card(page: &Page, c: &CardLine) -> String {
    let checked = c.checked_at.or(c.issued_at).map_or_else(|| page.t("cared-card-never"), |at| page.day(at));
    page.loc.args(
        "cared-card-line",
        &[
            ("number", page.card_number(c.number)),
            ("state", page.tk("card-state-", c.state.code())),
            ("card", page.tk("circle-condition-", c.card.code())),
            ("strap", page.tk("circle-condition-", c.strap.code())),
            ("checked", checked),
        ],
    )
}

#[cfg(test)]
#[path = "samples.rs"]
mod sample;
#[cfg(test)]
pub(in crate::desk::care) use sample::samples;
