//! A public appeal for a missing elder (L13): the consent of the family and the few fields that go out, the text as everybody will
//! read it, and then out; or back. Who may not sees no form.

use super::told;
use crate::appeals::Words;
use crate::desk::Frame;
use crate::desk::view::Choice;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Loc, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::CaseId;
use kernel::{Lang, Moment, Purpose, time};
use lost::Error;
use lost::app::appeal::{self, AppealDesk, AppealLine};
use lost::model::{AppealConsent, AppealText, BAND, EndWhy, HOURS, NewAppeal, OLDEST, Sex, State as At, YOUNGEST};
use people::app::consents::Way;
use places::{AreaKind, Snapshot};
use store::Cx;

/// Fields that travel from the form to the check and on.
const FIELDS: [&str; 12] = [
    "version",
    "sex",
    "age_from",
    "clothing",
    "clothing_en",
    "area",
    "seen_at",
    "hours",
    "contact",
    "way",
    "witness",
    "name",
];
/// Whoever reported, in the list of those who may agree.
const REPORTER: &str = "reporter";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/lost/{id}/appeal", get(show).post(publish))
        .route("/desk/lost/{id}/appeal/check", post(check))
        .route("/desk/lost/{id}/appeal/edit", post(edit))
        .route("/desk/lost/{id}/appeal/end", post(end))
}

struct Runs {
    until: String,
    words: Words,
    by: String,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/lost_appeal.html")]
struct AppealPage {
    page: Page,
    frame: Frame,
    number: String,
    back: String,
    action: String,
    version: i64,
    missing: bool,
    runs: Option<Runs>,
    typed: AppealText,
    seen: String,
    sexes: Vec<Choice>,
    ages: Vec<Choice>,
    areas: Vec<Choice>,
    hours: Vec<Choice>,
    who: Vec<Choice>,
    ways: Vec<Choice>,
    witness: String,
    /// The name is known and could be said.
    named: bool,
    with_name: bool,
    asked: bool,
    before: Vec<String>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/lost_appeal_check.html")]
struct CheckPage {
    page: Page,
    frame: Frame,
    number: String,
    action: String,
    zh: Words,
    en: Words,
    fields: Vec<(&'static str, String)>,
    change: bool,
}

/// `2026-06-29T14:05`, as the browser's field has it, on Shanghai's clocks.
fn moment(typed: &str) -> Result<Moment, Error> {
    let wrong = || Error::Invalid { field: "seen_at", why: "time" };
    let at: jiff::civil::DateTime = typed.trim().parse().map_err(|_| wrong())?;
    let at = at.to_zoned_datetime(time::shanghai()).map_err(|_| wrong())?;
    Ok(Moment::from(&at))
}

fn for_field(at: Moment) -> String {
    at.zoned(&time::shanghai()).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn text_of(posted: &Posted) -> Result<AppealText, Error> {
    Ok(AppealText {
        sex: posted.get("sex"),
        age_from: posted.get("age_from").parse().unwrap_or_default(),
        clothing: posted.get("clothing"),
        clothing_en: posted.get("clothing_en"),
        area: posted.get("area").parse().ok(),
        seen_at: moment(&posted.get("seen_at"))?,
        name: None,
    })
}

fn consent_of(posted: &Posted) -> Result<AppealConsent, Error> {
    let missing = |field| Error::Invalid { field, why: "missing" };
    if posted.get("asked") != "yes" {
        return Err(missing("asked"));
    }
    let contact = match posted.get("contact").as_str() {
        REPORTER => None,
        id => Some(id.parse().map_err(|_| missing("contact"))?),
    };
    let way = Way::from_code(&posted.get("way")).ok_or_else(|| missing("way"))?;
    Ok(AppealConsent { contact, way, witness: posted.get("witness"), name: posted.get("name") == "yes" })
}

fn ways(page: &Page, now: &str) -> Vec<Choice> {
    let all = Way::ALL.iter().filter(|w| **w != Way::Page);
    Choice::codes(page, "record-way-", all.map(|w| w.code()), now)
}

fn ages(page: &Page, now: i64) -> Vec<Choice> {
    let now = now.to_string();
    let mut all = vec![Choice::new("0", page.t("lost-appeal-age-none"), &now)];
    let mut from = YOUNGEST;
    while from <= OLDEST {
        let text = AppealText { age_from: from, ..AppealText::default() };
        let label = match text.age() {
            (from, Some(to)) => page.t2("appeal-age", "from", from, "to", to),
            (from, None) => page.t1("appeal-age-open", "from", from),
        };
        all.push(Choice::new(from.to_string(), label, &now));
        from += BAND;
    }
    all
}

fn areas(ground: &Snapshot, desk: &AppealDesk, now: &str) -> Vec<Choice> {
    let all = desk.areas.iter().filter_map(|id| ground.area(*id)).filter(|a| a.kind != AreaKind::Police);
    all.map(|a| Choice::new(a.id.to_string(), &a.name, now)).collect()
}

fn who_agreed(page: &Page, desk: &AppealDesk, line: &AppealLine) -> String {
    let name = match line.contact {
        Some(id) => desk.contacts.iter().find(|c| c.id == id).map(|c| c.name.clone()),
        None => Some(page.t("lost-appeal-reporter")),
    };
    let name = name.unwrap_or_else(|| page.t("lost-a-contact"));
    let way = page.tk("record-way-", line.way.code());
    let mut said = page.t2("lost-appeal-by", "who", name, "way", way);
    if line.name_ok {
        said = format!("{said} · {}", page.t("lost-appeal-with-name"));
    }
    said
}

/// The page as it stands, or with what was typed.
fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: CaseId,
    typed: Option<&Posted>,
    problem: Option<String>,
) -> Result<AppealPage, Fail> {
    let desk = appeal::of_case(cx, id)?;
    let ground = places::snapshot(cx)?;
    let running = desk.all.iter().find(|a| a.ended.is_none());
    let stands = running.and_then(|a| a.text.clone());
    let get = |field: &str| typed.map(|t| t.get(field)).unwrap_or_default();
    let draft = stands.clone().unwrap_or_else(|| desk.draft.clone());
    let text = match typed {
        None => draft,
        Some(posted) => AppealText {
            sex: get("sex"),
            age_from: get("age_from").parse().unwrap_or_default(),
            clothing: get("clothing"),
            clothing_en: get("clothing_en"),
            area: get("area").parse().ok(),
            seen_at: moment(&posted.get("seen_at")).unwrap_or(draft.seen_at),
            name: None,
        },
    };
    let runs = running.zip(stands).map(|(line, text)| Runs {
        until: page.by(line.expires_at),
        words: crate::appeals::for_page(&page, &ground, &text),
        by: who_agreed(&page, &desk, line),
        href: page.href(format!("/appeals/{}", line.id)),
    });
    let mut who: Vec<Choice> = desk
        .contacts
        .iter()
        .map(|c| {
            Choice::new(
                c.id.to_string(),
                page.t2("lost-person-as", "name", &c.name, "as", &c.relation),
                &get("contact"),
            )
        })
        .collect();
    if desk.reporter {
        who.push(Choice::new(REPORTER, page.t("lost-appeal-reporter"), REPORTER));
    }
    let before = desk.all.iter().filter_map(|line| {
        let (at, why) = line.ended?;
        let by = who_agreed(&page, &desk, line);
        Some(format!(
            "{} – {} · {} · {by}",
            page.stamp(line.at),
            page.stamp(at),
            page.tk("lost-appeal-end-", why.code())
        ))
    });
    let hours = if get("hours").is_empty() { "24".to_owned() } else { get("hours") };
    let area = text.area.map(|a| a.to_string()).unwrap_or_default();
    Ok(AppealPage {
        number: desk.row.number.clone(),
        back: page.href(format!("/desk/lost/{id}")),
        action: page.href(format!("/desk/lost/{id}/appeal")),
        version: desk.row.version,
        missing: desk.row.state == At::Missing,
        sexes: Choice::codes(&page, "lost-sex-", Sex::ALL.iter().map(|s| s.code()), &text.sex),
        ages: ages(&page, text.age_from),
        areas: areas(&ground, &desk, &area),
        hours: HOURS
            .iter()
            .map(|n| Choice::new(n.to_string(), page.t1("lost-appeal-hours-n", "n", n), &hours))
            .collect(),
        ways: ways(&page, &get("way")),
        witness: get("witness"),
        named: desk.row.person.is_some(),
        with_name: get("name") == "yes",
        asked: get("asked") == "yes",
        before: before.collect(),
        seen: for_field(text.seen_at),
        frame: Frame::load(cx, &page, staff, "/desk/lost")?,
        typed: text,
        runs,
        who,
        problem,
        page,
    })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, None, None)).await?;
    html(&shown).map(crate::unkept)
}

/// Back from the check, with everything still there.
async fn edit(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, Some(&posted), None)).await?;
    html(&shown).map(crate::unkept)
}

/// The form again, with what stands in the way.
async fn again(
    app: &App,
    page: Page,
    staff: Staff,
    id: CaseId,
    posted: Posted,
    error: Error,
) -> Result<Response, Fail> {
    let Some(problem) = told(&page, &error) else { return Err(error.into()) };
    let who = staff.who(Purpose::Case(id));
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, Some(&posted), Some(problem))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, crate::unkept(html(&shown)?)).into_response())
}

/// What was typed, as everybody will read it; nothing is written.
async fn check(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let mut fields: Vec<_> = FIELDS.iter().map(|f| (*f, posted.get(f))).collect();
    fields.push(("asked", posted.get("asked")));
    let typed = (text_of(&posted), consent_of(&posted));
    let (reader, me) = (page.clone(), staff.clone());
    let made = app
        .rt
        .read(who, move |cx| {
            let page = reader;
            let (text, consent) = typed;
            let seen = appeal::preview(cx, id, &text?, consent)?;
            Ok::<_, Error>((seen, places::snapshot(cx)?, Frame::load(cx, &page, &me, "/desk/lost"), page))
        })
        .await;
    match made {
        Ok((seen, ground, frame, page)) => {
            let words = |lang| Words::of(Loc(lang), page.now, &ground, &seen.text);
            let action = page.href(format!("/desk/lost/{id}/appeal"));
            let (zh, en) = (words(Lang::ZhCn), words(Lang::En));
            let frame = frame?;
            html(&CheckPage { frame, number: seen.number, action, zh, en, fields, change: seen.change, page })
                .map(crate::unkept)
        }
        Err(error) => again(&app, page, staff, id, posted, error).await,
    }
}

async fn publish(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let version = posted.get("version").parse::<i64>().map_err(|_| Error::Invalid { field: "version", why: "missing" });
    let (text, consent, hours) =
        (text_of(&posted), consent_of(&posted), posted.get("hours").parse().unwrap_or_default());
    let done = app
        .rt
        .write(who, move |cx| {
            let (version, text) = (version?, text?);
            if appeal::of_case(cx, id)?.all.iter().any(|a| a.ended.is_none()) {
                return appeal::change(cx, id, version, &text);
            }
            let new = NewAppeal { text, hours, consent: consent? };
            appeal::publish(cx, id, version, &new).map(drop)
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&page.href(format!("/desk/lost/{id}/appeal"))).into_response()),
        Err(error) => again(&app, page, staff, id, posted, error).await,
    }
}

async fn end(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let why = if posted.get("why") == EndWhy::Over.code() { EndWhy::Over } else { EndWhy::Withdrawn };
    let who = staff.who(Purpose::Case(id));
    match app.rt.write(who, move |cx| appeal::take_back(cx, id, why)).await {
        // Somebody was faster: it is gone.
        Ok(()) | Err(Error::Refused(lost::Refusal::NoAppeal)) => {
            Ok(Redirect::to(&page.href(format!("/desk/lost/{id}"))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let w = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let text = AppealText {
        sex: "f".into(),
        age_from: 80,
        clothing: w("蓝色上衣，拄拐杖", "Blue jacket, a stick"),
        clothing_en: "Blue jacket, a stick".into(),
        area: None,
        seen_at: page.now,
        name: None,
    };
    let said = || crate::appeals::for_page(page, &crate::appeals::nowhere(), &text);
    let runs = || Runs {
        until: page.by(page.now.plus_hours(20)),
        words: said(),
        by: page.t2("lost-appeal-by", "who", w("李敏", "Li Min"), "way", page.t("record-way-phone")),
        href: "/appeals".into(),
    };
    let mut out = Vec::new();
    for (missing, running, somebody) in
        [(true, false, true), (true, true, true), (true, false, false), (false, false, true)]
    {
        let who = if somebody {
            vec![Choice::new("1", w("李敏（女儿）", "Li Min (daughter)"), "1")]
        } else {
            Vec::new()
        };
        let shown = AppealPage {
            page: page.clone(),
            frame: Frame::sample(page),
            number: "ZS-2026-00001".into(),
            back: "/desk".into(),
            action: "/desk/lost/1/appeal".into(),
            version: 2,
            missing,
            runs: running.then(runs),
            typed: text.clone(),
            seen: for_field(page.now),
            sexes: Choice::codes(page, "lost-sex-", Sex::ALL.iter().map(|s| s.code()), "f"),
            ages: ages(page, 80),
            areas: vec![Choice::new("1", w("桂花里", "Guihuali"), "1")],
            hours: vec![Choice::new("24", page.t1("lost-appeal-hours-n", "n", 24), "24")],
            who,
            ways: ways(page, "phone"),
            witness: w("陈站", "Chen"),
            named: true,
            with_name: running,
            asked: true,
            before: vec![page.t("lost-appeal-end-expired")],
            problem: running.then(|| page.t("lost-wrong-personal")),
        };
        out.push(("desk/lost_appeal.html", shown.render().unwrap_or_default()));
    }
    for change in [false, true] {
        let shown = CheckPage {
            page: page.clone(),
            frame: Frame::sample(page),
            number: "ZS-2026-00001".into(),
            action: "/desk/lost/1/appeal".into(),
            zh: said(),
            en: said(),
            fields: vec![("version", "2".into())],
            change,
        };
        out.push(("desk/lost_appeal_check.html", shown.render().unwrap_or_default()));
    }
    out
}
