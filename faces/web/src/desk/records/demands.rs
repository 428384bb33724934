//! Lawful demands (R14): approved by two, taken out once, told to the person or put off by name.

use super::show::{self, Lines};
use super::{date, day, told, unkept};
use crate::desk::table::{self, Asked, Table};
use crate::desk::view::{Choice, Field, FieldKind};
use crate::desk::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::DemandId;
use people::app::break_glass::Told;
use people::app::demands::{self, Demand, MOST_DAYS, State as Stand};
use people::app::require_fresh;
use people::policy::{Action, require_somewhere};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/demands", get(show))
        .route("/desk/demands/{id}", post(act))
        .route("/desk/demands/{id}/export", post(export))
}

struct Line {
    href: String,
    tag: &'static str,
    state: String,
    document: String,
    authority: String,
    parts: String,
    notes: Vec<String>,
    may_decide: bool,
    may_delay: bool,
    may_export: bool,
    may_tell: bool,
    delay: Vec<Field>,
}

#[derive(Template)]
#[template(path = "desk/demands.html")]
struct DemandsPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    ways: Vec<Choice>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/demand_letter.html")]
struct LetterPage {
    page: Page,
    frame: Frame,
    back: String,
    name: String,
    address: Option<String>,
    guardians: Vec<show::GuardianView>,
    paragraphs: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/demand_export.html")]
struct ExportPage {
    page: Page,
    frame: Frame,
    back: String,
    document: String,
    authority: String,
    lines: Lines,
    mark: String,
}

fn delay_fields(page: &Page) -> Vec<Field> {
    let until = Field {
        kind: FieldKind::Date,
        min: Some(day(page.now.plus_days(1))),
        max: Some(day(page.now.plus_days(MOST_DAYS))),
        ..Field::line("until", page.t("demand-until"), "")
    };
    vec![until.must(), Field::line("reason", page.t("demand-delay-reason"), "").must()]
}

const fn tag(state: Stand) -> &'static str {
    match state {
        Stand::Asked | Stand::Half => "tag tag-wait",
        Stand::Approved | Stand::Exported => "tag tag-good",
        Stand::Refused => "tag tag-plain",
    }
}

fn parts(page: &Page, d: &Demand) -> String {
    let all: Vec<String> = d.parts.iter().map(|p| page.tk("record-part-", p.code())).collect();
    all.join(&page.t("list-comma"))
}

fn line(cx: &mut Cx<'_>, page: &Page, d: &Demand) -> Result<Line, Fail> {
    let mut ids = vec![d.asked_by];
    ids.extend(d.approved_by.iter().copied());
    ids.extend(d.delay_by);
    let names = people::app::accounts::names(cx, &ids)?;
    let name = |id| names.get(&id).cloned().unwrap_or_else(|| nobody(page));
    let mut notes = vec![page.t2("demand-asked-by", "who", name(d.asked_by), "at", page.stamp(d.asked_at))];
    if !d.approved_by.is_empty() {
        let all: Vec<String> = d.approved_by.iter().map(|a| name(*a)).collect();
        notes.push(page.t1("demand-approved-by", "who", all.join(&page.t("list-comma"))));
    }
    notes.extend(d.exported_at.map(|at| page.t1("demand-exported-at", "at", page.stamp(at))));
    if let (Some(until), Some(by)) = (d.delay_until, d.delay_by) {
        notes.push(page.t2("demand-delayed", "day", page.day(until), "who", name(by)));
    }
    notes.extend(d.told_at.map(|at| page.t1("demand-told-at", "at", page.stamp(at))));
    let me = cx.actor.account_id();
    let approved = me.is_some_and(|me| d.approved_by.contains(&me));
    let may_delay = approved && d.told_at.is_none();
    Ok(Line {
        href: page.href(format!("/desk/demands/{}", d.id)),
        tag: tag(d.state),
        state: page.tk("demand-state-", d.state.code()),
        document: d.document.clone(),
        authority: d.authority.clone(),
        parts: parts(page, d),
        notes,
        may_decide: d.may_decide,
        may_delay,
        may_export: d.may_export,
        may_tell: d.may_tell,
        delay: if may_delay { delay_fields(page) } else { Vec::new() },
    })
}

fn lines(cx: &mut Cx<'_>, page: &Page) -> Result<Vec<Line>, Fail> {
    let all = demands::demands(cx)?;
    if all.is_empty() {
        require_somewhere(&cx.actor, Action::AskDemand)?;
    }
    all.iter().map(|d| line(cx, page, d)).collect()
}

fn as_table(cx: &mut Cx<'_>, page: &Page) -> Result<Table, Fail> {
    let comma = page.t("list-comma");
    let row = |d: Line| vec![d.document, d.authority, d.state, d.parts, d.notes.join(&comma)];
    let head = ["list-col-document", "list-col-authority", "desk-col-state", "demand-parts", "list-col-notes"];
    let rows = lines(cx, page)?.into_iter().map(row).collect();
    Ok(Table::new(page, "demands", &head, rows).recorded(cx)?)
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, problem: Option<String>) -> Result<DemandsPage, Fail> {
    let lines = lines(cx, &page)?;
    let ways = Choice::codes(&page, "glass-told-", Told::ALL.iter().map(|t| t.code()), "letter");
    let frame = Frame::load(cx, &page, staff, "/desk/demands")?;
    Ok(DemandsPage { page, frame, lines, ways, problem })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = asked.kind() {
        let words = page.clone();
        let taken = app.rt.write(who, move |cx| as_table(cx, &words)).await?;
        return table::answer(&page, taken, kind).await;
    }
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, None)).await?;
    unkept(&shown)
}

async fn act(
    State(app): State<App>,
    page: Page,
    Path(id): Path<DemandId>,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    if form.get("do") == "letter" {
        return letter(&app, page, staff, id).await;
    }
    let (who, session) = (staff.who(Purpose::Demand(id)), staff.session);
    let done = app
        .rt
        .write(who, move |cx| {
            require_somewhere(&cx.actor, Action::ApproveDemand)?;
            let fresh = require_fresh(cx, session)?;
            match form.get("do").as_str() {
                "approve" => demands::decide_demand(cx, &fresh, id, true).map(drop)?,
                "refuse" => demands::decide_demand(cx, &fresh, id, false).map(drop)?,
                "delay" => demands::delay(cx, &fresh, id, date(&form.get("until")), &form.get("reason"))?,
                "told" => {
                    let how = Told::from_code(&form.get("how")).unwrap_or(Told::Letter);
                    demands::told(cx, id, how)?;
                }
                _ => return Err(people::Error::Invalid { field: "do", why: "form" }.into()),
            }
            Ok::<_, matters::Error>(())
        })
        .await;
    after(&app, page, staff, done).await
}

async fn after(app: &App, page: Page, staff: Staff, done: Result<(), matters::Error>) -> Result<Response, Fail> {
    let error = match done {
        Ok(()) => return Ok(Redirect::to(&page.href("/desk/demands")).into_response()),
        Err(error) => error,
    };
    let Some(words) = told(&page, &error) else { return Err(error.into()) };
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, Some(words))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(&shown)?).into_response())
}

async fn export(
    State(app): State<App>,
    page: Page,
    Path(id): Path<DemandId>,
    Confirmed { staff, form: _ }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let (who, session) = (staff.who(Purpose::Demand(id)), staff.session);
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::ExportDemand)?;
            let fresh = require_fresh(cx, session)?;
            Ok::<_, matters::Error>(demands::export(cx, &fresh, id)?)
        })
        .await;
    let out = match done {
        Ok(out) => out,
        Err(error) => return after(&app, page, staff, Err(error)).await,
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/demands")?;
            Ok::<_, Fail>(exported(page, frame, &staff.name, &out))
        })
        .await?;
    unkept(&shown)
}

async fn letter(app: &App, page: Page, staff: Staff, id: DemandId) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Demand(id));
    let done = app.rt.write(who.clone(), move |cx| Ok::<_, matters::Error>(demands::letter(cx, id)?)).await;
    let l = match done {
        Ok(l) => l,
        Err(error) => return after(app, page, staff, Err(error)).await,
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/demands")?;
            let guardians = l.guardians.iter().map(|g| show::guardian(&page, g)).collect();
            let paragraphs = paragraphs(&page, &l.demand);
            let back = page.href("/desk/demands");
            Ok::<_, Fail>(LetterPage { back, name: l.name, address: l.address, guardians, paragraphs, frame, page })
        })
        .await?;
    unkept(&shown)
}

fn paragraphs(page: &Page, d: &Demand) -> Vec<String> {
    let at = d.exported_at.map_or_else(String::new, |at| page.stamp(at));
    vec![
        page.t2("demand-letter-what", "who", &d.authority, "document", &d.document),
        page.t2("demand-letter-parts", "parts", parts(page, d), "at", at),
        page.t("demand-letter-how"),
        page.t("glass-letter-rights"),
    ]
}

fn exported(page: Page, frame: Frame, user: &str, out: &demands::Export) -> ExportPage {
    let mut lines = Lines::new();
    lines.extend(out.identity.iter().flat_map(|i| show::identity(&page, i)));
    lines.extend(out.contact.iter().flat_map(|c| show::contact(&page, c)));
    lines.extend(out.health.iter().flat_map(|h| show::health(&page, h)));
    lines.extend(out.location.iter().flat_map(|l| show::location(&page, l)));
    ExportPage {
        back: page.href("/desk/demands"),
        document: out.demand.document.clone(),
        authority: out.demand.authority.clone(),
        lines,
        mark: page.t2("record-mark", "who", user, "at", page.stamp(page.now)),
        frame,
        page,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let words = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let line = |state: Stand| Line {
            href: "/desk".into(),
            tag: tag(state),
            state: page.tk("demand-state-", state.code()),
            document: words("法〔2026〕12号", "Letter 12"),
            authority: words("区法院", "District court"),
            parts: page.tk("record-part-", "identity"),
            notes: vec![page.t2("demand-asked-by", "who", words("王工", "Wang"), "at", page.stamp(page.now))],
            may_decide: state == Stand::Asked,
            may_delay: state == Stand::Exported,
            may_export: state == Stand::Approved,
            may_tell: state == Stand::Exported,
            delay: delay_fields(page),
        };
        let ways = Choice::codes(page, "glass-told-", Told::ALL.iter().map(|t| t.code()), "letter");
        let mut out = Vec::new();
        for full in [false, true] {
            let shown = DemandsPage {
                page: page.clone(),
                frame: Frame::sample(page),
                lines: if full { Stand::ALL.iter().map(|s| line(*s)).collect() } else { Vec::new() },
                ways: ways.clone(),
                problem: full.then(|| page.tk("rule-record-", "not-approved")),
            };
            out.push(("desk/demands.html", shown.render().unwrap_or_default()));
        }
        let export = ExportPage {
            page: page.clone(),
            frame: Frame::sample(page),
            back: "/desk".into(),
            document: words("法〔2026〕12号", "Letter 12"),
            authority: words("区法院", "District court"),
            lines: vec![(page.t("record-field-name"), words("王桂芳", "Wang Guifang"))],
            mark: page.t2("record-mark", "who", words("王工", "Wang"), "at", page.stamp(page.now)),
        };
        let letter = LetterPage {
            page: page.clone(),
            frame: Frame::sample(page),
            back: "/desk".into(),
            name: words("王桂芳", "Wang Guifang"),
            address: Some(words("青禾里 3 号", "Qingheli 3")),
            guardians: Vec::new(),
            paragraphs: vec![page.t("demand-letter-how"), page.t("glass-letter-rights")],
        };
        out.push(("desk/demand_letter.html", letter.render().unwrap_or_default()));
        out.push(("desk/demand_export.html", export.render().unwrap_or_default()));
        out
    }
}
