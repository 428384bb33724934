//! People a matter is about: found, linked, opened, and what is written down about them meanwhile.

use super::show::{RecordView, area_name, record};
use super::{date, day, told, unkept};
use crate::desk::Frame;
use crate::desk::view::{Choice, Field, FieldKind};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{MatterId, PersonId};
use matters::app::persons as links;
use people::app::consents::{self, Aim, Answer, By, NewConsent, Standing, Way};
use people::app::demands::{self, NewDemand};
use people::app::links::{Link, Proof};
use people::app::persons::{self, ChangeRecord, EndReason, For, Found};
use people::model::person::{Contact, GuardianName, Health, Location, NewGuardian, Part};
use people::policy::{Action, PersonFacts, ResourceFacts, decide};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/matters/{id}/people", get(show))
        .route("/desk/matters/{id}/people/find", post(find))
        .route("/desk/matters/{id}/people/{person}", post(act))
}

struct LinkedLine {
    href: String,
    at: String,
}

pub(super) struct FoundLine {
    pub href: String,
    pub name: String,
    pub about: String,
}

#[derive(Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    page: Page,
    frame: Frame,
    number: String,
    back: String,
    here: String,
    linked: Vec<LinkedLine>,
    name: String,
    /// What a search found; none before one.
    found: Option<Vec<FoundLine>>,
    more: bool,
    left: i64,
    may_find: bool,
    problem: Option<String>,
}

/// What a consent form of one part asks.
struct ConsentView {
    part: &'static str,
    standing: String,
    given: bool,
    fields: Vec<Field>,
}

/// A link to the person's own page.
struct LinkLine {
    id: String,
    words: String,
    /// Waits for a second person, who may be the reader.
    waits: bool,
    may_confirm: bool,
}

/// Forms of a record.
#[derive(Default)]
struct Forms {
    contact: Vec<Field>,
    guardian: Vec<Field>,
    health: Vec<Field>,
    location: Vec<Field>,
    consents: Vec<ConsentView>,
    demand: Vec<Field>,
    /// Links to the person's own page that work, and the form for a new one.
    links: Vec<LinkLine>,
    link: Vec<Field>,
    history: Vec<String>,
    /// Another area to live in, where they lived before, and the end of their care.
    move_to: Vec<Field>,
    moved: Vec<String>,
    end: Vec<Field>,
    ended: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/record.html")]
struct RecordPage {
    page: Page,
    frame: Frame,
    r: RecordView,
    back: String,
    here: String,
    /// In the name of a matter things can be written down.
    forms: Option<Forms>,
    problem: Option<String>,
    done: Option<String>,
}

fn people_page(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: MatterId,
    search: (String, Option<(Vec<Found>, bool)>),
    problem: Option<String>,
) -> Result<PeoplePage, Fail> {
    let detail = matters::app::detail(cx, id)?;
    let here = page.href(format!("/desk/matters/{id}/people"));
    let linked = links::linked(cx, id)?;
    let linked =
        linked.into_iter().map(|l| LinkedLine { href: format!("{here}/{}", l.person), at: page.stamp(l.at) }).collect();
    let (name, found) = search;
    let more = found.as_ref().is_some_and(|(_, more)| *more);
    let found = match found {
        Some((all, _)) => Some(found_lines(cx, &page, all, &here)?),
        None => None,
    };
    let frame = Frame::load(cx, &page, staff, "")?;
    Ok(PeoplePage {
        number: detail.line.number,
        back: page.href(format!("/desk/matters/{id}")),
        here,
        linked,
        name,
        found,
        more,
        left: persons::lookups_left(cx)?,
        may_find: detail.may_link,
        problem,
        frame,
        page,
    })
}

pub(super) fn found_lines(cx: &mut Cx<'_>, page: &Page, found: Vec<Found>, here: &str) -> Result<Vec<FoundLine>, Fail> {
    let mut out = Vec::with_capacity(found.len());
    for f in found {
        let mut about: Vec<String> = Vec::new();
        about.extend(f.birth_year.map(|y| page.t1("record-born", "year", y.to_string())));
        about.extend(area_name(cx, f.area)?);
        out.push(FoundLine { href: format!("{here}/{}", f.person), name: f.name, about: about.join(" · ") });
    }
    Ok(out)
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<MatterId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let none = (String::new(), None);
    let shown = app.rt.read(who, move |cx| people_page(cx, page, &staff, id, none, None)).await?;
    html(&shown)
}

async fn find(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (who, name) = (staff.who(Purpose::Matter(id)), posted.get("name"));
    let asked = name.clone();
    let done = app.rt.write(who.clone(), move |cx| links::find(cx, id, &asked)).await;
    let (found, problem) = match done {
        Ok(found) => (Some(found), None),
        Err(error) => match told(&page, &error) {
            Some(words) => (None, Some(words)),
            None => return Err(error.into()),
        },
    };
    let wrong = problem.is_some();
    let shown = app.rt.read(who, move |cx| people_page(cx, page, &staff, id, (name, found), problem)).await?;
    let body = unkept(&shown)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, body).into_response() } else { body })
}

/// Where to go after a step.
enum After {
    List,
    Record(Option<&'static str>),
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, person)): Path<(MatterId, PersonId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let done = app.rt.write(who.clone(), move |cx| step(cx, id, person, &posted)).await;
    let (done, problem) = match done {
        Ok(After::List) => return Ok(Redirect::to(&page.href(format!("/desk/matters/{id}/people"))).into_response()),
        Ok(After::Record(key)) => (key.map(|key| page.t(key)), None),
        Err(error) => match told(&page, &error) {
            Some(words) => (None, Some(words)),
            None => return Err(error.into()),
        },
    };
    let wrong = problem.is_some();
    let shown = app
        .rt
        .write(who, move |cx| {
            let why = links::in_the_name_of(cx, id, person)?;
            let opened = persons::open_record(cx, person, &why)?;
            let forms = forms(cx, &page, person, &why, &opened)?;
            let frame = Frame::load(cx, &page, &staff, "")?;
            let back = page.href(format!("/desk/matters/{id}/people"));
            Ok::<_, Fail>(RecordPage {
                r: record(cx, &page, &staff.name, &opened)?,
                here: format!("{back}/{person}"),
                back,
                forms: Some(forms),
                problem,
                done,
                frame,
                page,
            })
        })
        .await?;
    let body = unkept(&shown)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, body).into_response() } else { body })
}

/// A record without anything to write on it, for a break-glass window.
pub(super) fn plain_record(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    opened: &persons::Record,
    back: String,
) -> Result<impl Template + use<>, Fail> {
    let r = record(cx, &page, &staff.name, opened)?;
    let frame = Frame::load(cx, &page, staff, "/desk/break-glass")?;
    Ok(RecordPage { r, here: back.clone(), back, forms: None, problem: None, done: None, frame, page })
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

fn step(cx: &mut Cx<'_>, id: MatterId, person: PersonId, posted: &Posted) -> Result<After, matters::Error> {
    match posted.get("do").as_str() {
        "link" => {
            links::link(cx, id, person)?;
            return Ok(After::Record(Some("record-done-link")));
        }
        "unlink" => {
            links::unlink(cx, id, person)?;
            return Ok(After::List);
        }
        _ => {}
    }
    let why = links::in_the_name_of(cx, id, person)?;
    let seen = posted.get("version").parse().unwrap_or(0);
    let change = |cx: &mut Cx<'_>, change: ChangeRecord| persons::change_record(cx, person, seen, &why, &change);
    match posted.get("do").as_str() {
        "contact" => {
            let contact = Contact {
                phone: some(posted.get("phone")),
                address: some(posted.get("address")),
                language: some(posted.get("language")),
            };
            change(cx, ChangeRecord { contact: Some(contact), ..ChangeRecord::default() })?;
        }
        "health" => {
            let health = Health { notes: posted.get("health") };
            change(cx, ChangeRecord { health: Some(health), ..ChangeRecord::default() })?;
        }
        "location" => {
            let location = Location { home: None, haunts: posted.get("haunts") };
            change(cx, ChangeRecord { location: Some(location), ..ChangeRecord::default() })?;
        }
        "guardian" => {
            let who = GuardianName { name: posted.get("guardian"), relation: posted.get("relation") };
            let new = NewGuardian { who, phone: some(posted.get("guardian_phone")) };
            persons::add_guardian(cx, person, &why, &new)?;
        }
        "end-guardian" => {
            let guardian = posted.get("id").parse().map_err(|_| matters::Error::NotFound)?;
            persons::end_guardian(cx, person, &why, guardian)?;
        }
        "revoke-link" => {
            let link = posted.get("id").parse().map_err(|_| matters::Error::NotFound)?;
            people::app::links::revoke(cx, person, &why, link)?;
        }
        "confirm-link" => {
            let link = posted.get("id").parse().map_err(|_| matters::Error::NotFound)?;
            people::app::links::confirm(cx, person, &why, link)?;
        }
        "move" => {
            let area = posted.get("area").parse().map_err(|_| matters::Error::invalid("area", "invalid-missing"))?;
            links::move_to(cx, id, person, area)?;
        }
        "end-care" => {
            let reason = EndReason::from_code(&posted.get("reason"));
            let reason = reason.ok_or(people::Error::Invalid { field: "reason", why: "missing" })?;
            persons::end_care(cx, person, &why, reason)?;
        }
        "resume-care" => persons::resume_care(cx, person, &why)?,
        "consent" => {
            consents::record(cx, person, &why, &consent_of(posted))?;
        }
        "withdraw" => {
            let (part, code) = part_of(posted);
            let (by, way) = (who_said(&posted.get(&format!("{code}_by"))).0, way_of(posted, code));
            consents::withdraw(cx, person, &why, part, by, way)?;
        }
        "demand" => {
            let parts = posted.list("parts").iter().filter_map(|p| Part::from_code(p)).collect();
            let new = NewDemand { document: posted.get("document"), authority: posted.get("authority"), parts };
            demands::ask(cx, person, &why, &new)?;
            return Ok(After::Record(Some("record-done-demand")));
        }
        _ => return Ok(After::Record(None)),
    }
    Ok(After::Record(Some("record-done")))
}

fn part_of(posted: &Posted) -> (Part, &'static str) {
    let part = Part::from_code(&posted.get("part")).unwrap_or(Part::Identity);
    (part, part.code())
}

fn way_of(posted: &Posted, code: &str) -> Way {
    Way::from_code(&posted.get(&format!("{code}_way"))).unwrap_or(Way::Paper)
}

/// `subject`, or the id of a guardian.
fn who_said(text: &str) -> (By, Option<people::model::GuardianId>) {
    match text.parse() {
        Ok(guardian) => (By::Guardian, Some(guardian)),
        Err(_) => (By::Subject, None),
    }
}

fn consent_of(posted: &Posted) -> NewConsent {
    let (part, code) = part_of(posted);
    let get = |field: &str| posted.get(&format!("{code}_{field}"));
    let (by, guardian) = who_said(&get("by"));
    NewConsent {
        part,
        answer: Answer::from_code(&get("answer")).unwrap_or(Answer::Refused),
        by,
        guardian,
        aim: Aim::from_code(&get("aim")).unwrap_or(Aim::Care),
        way: way_of(posted, code),
        witness: get("witness"),
        review_on: date(&get("review_on")),
        by_themselves: get("own") == "yes",
    }
}

fn forms(cx: &mut Cx<'_>, page: &Page, person: PersonId, why: &For, opened: &persons::Record) -> Result<Forms, Fail> {
    let matter = match why {
        For::Matter(m) => Some((**m).clone()),
        For::Window | For::Own => None,
    };
    let facts = ResourceFacts::Person(PersonFacts { id: Some(person), areas: Vec::new(), matter, window: None });
    let may = |cx: &Cx<'_>, action| decide(&cx.actor, cx.purpose, action, &facts).is_allowed();
    let mut forms = Forms { moved: moved(cx, page, person, why)?, ..Forms::default() };
    if let Some((at, reason)) = persons::ended(cx, person, why)? {
        let reason = page.tk("care-end-", reason.code());
        forms.ended = Some(page.t2("care-ended", "at", page.stamp(at), "reason", reason));
        return Ok(forms);
    }
    if may(cx, Action::ChangeRecord) {
        let areas = crate::desk::ground::choices(cx, "")?;
        forms.move_to = vec![Field::select("area", page.t("record-field-area"), areas).must()];
        let reasons = Choice::codes(page, "care-end-", EndReason::ALL.iter().map(|r| r.code()), "");
        forms.end = vec![Field::radio("reason", page.t("care-end-why"), reasons).must()];
    }
    if may(cx, Action::ChangeRecord) {
        forms.contact = contact_fields(page, opened.contact.yes().cloned().unwrap_or_default());
        if may(cx, Action::ViewIdentity) {
            forms.guardian = guardian_fields(page);
        }
    }
    if may(cx, Action::RecordConsent) {
        for part in [Part::Health, Part::Location] {
            let standing = consents::standing(cx, person, part)?;
            forms.consents.push(consent_view(page, part, standing, &opened.guardians));
            let given = matches!(standing, Standing::Given { .. });
            if given && may(cx, persons::view_of(part)) && may(cx, Action::ChangeRecord) {
                match part {
                    Part::Health => {
                        let now = opened.health.yes().map(|h| h.notes.clone()).unwrap_or_default();
                        forms.health = vec![Field::area("health", page.t("record-field-health"), &now, 4)];
                    }
                    _ => {
                        let now = opened.location.yes().map(|l| l.haunts.clone()).unwrap_or_default();
                        forms.location = vec![Field::area("haunts", page.t("record-field-haunts"), &now, 3)];
                    }
                }
            }
        }
        forms.history = consents::consents(cx, person, why)?.iter().map(|c| history(page, c)).collect();
    }
    if may(cx, Action::IssueLink) && may(cx, Action::ViewIdentity) {
        forms.link = link_fields(page, &opened.guardians);
        let links = people::app::links::links(cx, person, why)?;
        let me = cx.actor.account_id();
        forms.links = links.iter().map(|l| link_line(page, l, me, &opened.guardians)).collect();
    }
    if may(cx, Action::AskDemand) {
        forms.demand = demand_fields(page);
    }
    Ok(forms)
}

/// Where somebody lived before, in words.
fn moved(cx: &mut Cx<'_>, page: &Page, person: PersonId, why: &For) -> Result<Vec<String>, Fail> {
    let mut out = Vec::new();
    for m in persons::moves(cx, person, why)? {
        let (from, to) = (area_name(cx, m.from)?.unwrap_or_default(), area_name(cx, m.to)?.unwrap_or_default());
        out.push(format!("{} · {}", page.stamp(m.at), page.t2("record-moved-line", "from", from, "to", to)));
    }
    Ok(out)
}

fn history(page: &Page, c: &consents::Consent) -> String {
    let said = page.t2(
        "record-consent-line",
        "part",
        page.tk("record-part-", c.part.code()),
        "answer",
        page.tk("record-answer-", c.answer.code()),
    );
    let mut all =
        vec![page.stamp(c.at), said, page.tk("record-by-", c.by.code()), page.tk("record-way-", c.way.code())];
    all.push(page.t1("record-witness-was", "who", &c.witness));
    all.extend(c.ended_at.map(|at| page.t1("record-consent-ended", "at", page.stamp(at))));
    all.join(" · ")
}

fn contact_fields(page: &Page, c: Contact) -> Vec<Field> {
    vec![
        Field::line("phone", page.t("record-field-phone"), &c.phone.unwrap_or_default()),
        Field::line("address", page.t("record-field-address"), &c.address.unwrap_or_default()),
        Field::line("language", page.t("record-field-language"), &c.language.unwrap_or_default()),
    ]
}

fn guardian_fields(page: &Page) -> Vec<Field> {
    vec![
        Field::line("guardian", page.t("record-field-guardian"), "").must(),
        Field::line("relation", page.t("record-field-relation"), ""),
        Field::line("guardian_phone", page.t("record-field-guardian_phone"), ""),
    ]
}

fn demand_fields(page: &Page) -> Vec<Field> {
    vec![
        Field::line("document", page.t("record-field-document"), "").must(),
        Field::line("authority", page.t("record-field-authority"), "").must(),
    ]
}

fn link_fields(page: &Page, guardians: &[people::app::persons::GuardianLine]) -> Vec<Field> {
    let proofs = Choice::codes(page, "own-proof-", Proof::ALL.iter().map(|p| p.code()), "");
    vec![
        Field::select("to", page.t("own-link-to"), holders(page, guardians)),
        Field::radio("proof", page.t("record-field-proof"), proofs),
    ]
}

/// The person, then who speaks for them.
fn holders(page: &Page, guardians: &[people::app::persons::GuardianLine]) -> Vec<Choice> {
    let mut people = vec![Choice::new("subject", page.t("record-by-subject"), "subject")];
    people.extend(guardians.iter().map(|g| {
        let shown = super::show::guardian(page, g);
        Choice::new(shown.id, shown.name, "")
    }));
    people
}

fn link_line(
    page: &Page,
    l: &Link,
    me: Option<kernel::ids::AccountId>,
    guardians: &[people::app::persons::GuardianLine],
) -> LinkLine {
    let to = match l.guardian {
        None => page.t("record-by-subject"),
        Some(id) => {
            let found = guardians.iter().find(|g| g.id == id);
            found.map_or_else(|| page.t("record-guardian-unnamed"), |g| super::show::guardian(page, g).name)
        }
    };
    let how = page.tk("own-proof-", l.proof.code());
    let words = [page.t2("own-link-line", "who", to, "at", page.stamp(l.issued_at)), how];
    let may_confirm = !l.confirmed && Some(l.issued_by) != me;
    LinkLine { id: l.id.to_string(), words: words.join(" · "), waits: !l.confirmed, may_confirm }
}

/// Names of the fields, which are ids of the page too.
const OF_HEALTH: [&str; 7] =
    ["health_answer", "health_by", "health_aim", "health_way", "health_witness", "health_review_on", "health_own"];
const OF_LOCATION: [&str; 7] = [
    "location_answer",
    "location_by",
    "location_aim",
    "location_way",
    "location_witness",
    "location_review_on",
    "location_own",
];

fn consent_view(
    page: &Page,
    part: Part,
    standing: Standing,
    guardians: &[people::app::persons::GuardianLine],
) -> ConsentView {
    let [answer, by, aim, way, witness, review_on, own] = if part == Part::Location { OF_LOCATION } else { OF_HEALTH };
    let given = matches!(standing, Standing::Given { .. });
    let words = match standing {
        Standing::NotAsked => page.t("record-standing-not-asked"),
        Standing::Given { review_on } => page.t1("record-standing-given", "day", page.day(review_on)),
        Standing::Respected { until } => page.t1("record-standing-respected", "day", page.day(until)),
        Standing::MayAsk => page.t("record-standing-may-ask"),
    };
    let by = Field::select(by, page.t("record-field-by"), holders(page, guardians));
    let ways =
        Choice::codes(page, "record-way-", Way::ALL.iter().filter(|w| **w != Way::Page).map(|w| w.code()), "paper");
    let way = Field::select(way, page.t("record-field-way"), ways);
    let mut fields = Vec::new();
    if given {
        fields.extend([by, way]);
    } else {
        let answers = Choice::codes(page, "record-answer-", Answer::ALL.iter().map(|a| a.code()), "");
        let aims = Choice::codes(page, "record-aim-", Aim::ALL.iter().map(|a| a.code()), "getting_home");
        fields.push(Field::radio(answer, page.t("record-field-answer"), answers));
        fields.extend([by, Field::select(aim, page.t("record-field-aim"), aims), way]);
        fields.push(Field::line(witness, page.t("record-field-witness"), "").must());
        fields.push(Field {
            kind: FieldKind::Date,
            min: Some(day(page.now.plus_days(1))),
            max: Some(day(page.now.plus_days(consents::REVIEW_DAYS - 1))),
            ..Field::line(review_on, page.t("record-field-review_on"), &day(page.now.plus_days(365)))
        });
        if matches!(standing, Standing::Respected { .. }) {
            let yes = vec![
                Choice::new("no", page.t("record-own-no"), "no"),
                Choice::new("yes", page.t("record-own-yes"), "no"),
            ];
            fields.push(Field::radio(own, page.t("record-field-own"), yes));
        }
    }
    ConsentView { part: part.code(), standing: words, given, fields }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::show::{GuardianView, PartView};
    use super::*;

    pub(in crate::desk::records) fn sample_record(page: &Page) -> RecordView {
        let name = if page.zh() { "王桂芳" } else { "Wang Guifang" };
        let parts = [Part::Identity, Part::Contact, Part::Health, Part::Location].into_iter().enumerate();
        RecordView {
            version: 3,
            name: name.into(),
            area: Some(if page.zh() { "桂花里".into() } else { "Guihuali".into() }),
            parts: parts
                .map(|(i, part)| PartView {
                    code: part.code(),
                    lines: if i < 2 { vec![(page.t("record-field-name"), name.into())] } else { Vec::new() },
                    none: (i >= 2).then(|| page.t("record-no-consent")),
                })
                .collect(),
            guardians: vec![GuardianView { id: "2".into(), name: name.into(), phone: Some("021-0555 0102".into()) }],
            mark: page.t2("record-mark", "who", name, "at", page.stamp(page.now)),
        }
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        for full in [false, true] {
            let line = || FoundLine { href: "/desk".into(), name: "王".into(), about: page.t("record-nothing") };
            let people = PeoplePage {
                page: page.clone(),
                frame: Frame::sample(page),
                number: "HQ-2026-01873".into(),
                back: "/desk".into(),
                here: "/desk".into(),
                linked: if full { vec![LinkedLine { href: "/desk".into(), at: page.stamp(page.now) }] } else { vec![] },
                name: String::new(),
                found: full.then(|| vec![line()]),
                more: full,
                left: if full { 12 } else { 0 },
                may_find: full,
                problem: full.then(|| page.tk("rule-record-", "no-consent")),
            };
            out.push(("desk/people.html", people.render().unwrap_or_default()));
            let standings = [
                Standing::NotAsked,
                Standing::Given { review_on: page.now.plus_days(90) },
                Standing::Respected { until: page.now.plus_days(90) },
                Standing::MayAsk,
            ];
            let forms = Forms {
                contact: contact_fields(page, Contact::default()),
                guardian: guardian_fields(page),
                health: vec![Field::area("health", page.t("record-field-health"), "", 4)],
                location: vec![Field::area("haunts", page.t("record-field-haunts"), "", 3)],
                consents: [Part::Health, Part::Location]
                    .into_iter()
                    .zip(standings.into_iter().skip(if full { 2 } else { 0 }))
                    .map(|(part, standing)| consent_view(page, part, standing, &[]))
                    .collect(),
                demand: demand_fields(page),
                links: vec![LinkLine {
                    id: "1".into(),
                    words: page.t("record-by-subject"),
                    waits: true,
                    may_confirm: true,
                }],
                link: link_fields(page, &[]),
                history: vec![page.stamp(page.now)],
                move_to: vec![Field::select("area", page.t("record-field-area"), Vec::new())],
                moved: vec![page.stamp(page.now)],
                end: vec![Field::radio("reason", page.t("care-end-why"), Vec::new())],
                ended: Some(page.t2("care-ended", "at", page.stamp(page.now), "reason", page.t("care-end-died"))),
            };
            let record = RecordPage {
                page: page.clone(),
                frame: Frame::sample(page),
                r: sample_record(page),
                back: "/desk".into(),
                here: "/desk".into(),
                forms: full.then_some(forms),
                problem: full.then(|| page.t("error-people-stale")),
                done: full.then(|| page.t("record-done")),
            };
            out.push(("desk/record.html", record.render().unwrap_or_default()));
        }
        let nothing = PeoplePage {
            page: page.clone(),
            frame: Frame::sample(page),
            number: "HQ-2026-01873".into(),
            back: "/desk".into(),
            here: "/desk".into(),
            linked: Vec::new(),
            name: "王".into(),
            found: Some(Vec::new()),
            more: false,
            left: 3,
            may_find: true,
            problem: None,
        };
        out.push(("desk/people.html", nothing.render().unwrap_or_default()));
        out
    }
}
