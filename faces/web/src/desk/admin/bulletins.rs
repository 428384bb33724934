//! What everybody is told at once: written by one person, published by another, taken back when it no longer holds.

use super::{Sheet, SheetPage, allow};
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field, blame};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use alerts::app::bulletins;
use alerts::bulletin::{Bulletin, Category, Certainty, Circle, Draft, Severity, Stand, Urgency, Words};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::AreaId;
use kernel::{Point, Purpose};
use matters::Invalid;
use people::policy::{Action, ResourceFacts, decide};
use places::AreaKind;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/bulletins", get(list))
        .route("/desk/admin/bulletins/new", get(ask_new).post(save_new))
        .route("/desk/admin/bulletins/{id}", get(show))
        .route("/desk/admin/bulletins/{id}/edit", get(ask_again).post(save_again))
        .route("/desk/admin/bulletins/{id}/publish", post(publish))
        .route("/desk/admin/bulletins/{id}/cancel", post(cancel))
        .route("/desk/admin/bulletins/{id}/discard", post(discard))
}

struct Line {
    href: String,
    headline: String,
    state: String,
    /// Stands now.
    live: bool,
    draft: bool,
    by: String,
    until: String,
}

#[derive(Template)]
#[template(path = "desk/admin/bulletins.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/bulletin.html")]
struct OnePage {
    page: Page,
    frame: Frame,
    line: Line,
    zh: Words,
    en: Option<Words>,
    /// (label, value)
    facts: Vec<(String, String)>,
    version: i64,
    /// Buttons.
    base: String,
    may_publish: bool,
    /// Why not, to whoever wrote it.
    own: bool,
    may_cancel: bool,
    problem: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
    r#as: String,
}

const HOME: &str = "/desk/admin/bulletins";
/// Hours a bulletin may stand.
const HOURS: [i64; 7] = [3, 6, 12, 24, 72, 168, 720];

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let (kind, words) = (As::from_code(&after.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::DraftBulletin)?;
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let found = bulletins::list(cx)?;
            let lines = found.iter().map(|b| line(cx, &page, b)).collect::<Result<Vec<_>, _>>()?;
            if kind.is_some() {
                return Ok(Listed::File(as_table(&page, &found, lines).marked(cx)?));
            }
            let known = ["drafted", "published", "cancelled", "discarded"].contains(&after.done.as_str());
            let done = known.then(|| page.tk("desk-bulletin-done-", &after.done));
            Ok::<_, Fail>(Listed::Page(Box::new(ListPage { page, frame, lines, done })))
        })
        .await?;
    listed.answer(&words, kind).await
}

fn as_table(page: &Page, found: &[Bulletin], lines: Vec<Line>) -> Table {
    let row = |(b, l): (&Bulletin, Line)| vec![l.headline, l.state, l.by, table::instant(b.draft.expires_at)];
    let head = ["desk-bf-headline", "desk-bulletin-state", "desk-bulletin-who", "desk-bulletin-until"];
    Table::new(page, "bulletins", &head, found.iter().zip(lines).map(row).collect())
}

fn line(cx: &mut Cx<'_>, page: &Page, b: &Bulletin) -> Result<Line, Fail> {
    let ids = [Some(b.made_by), b.published_by].into_iter().flatten().collect::<Vec<_>>();
    let names = people::app::accounts::names(cx, &ids)?;
    let name = |id| names.get(&id).cloned().unwrap_or_else(|| page.t("desk-nobody"));
    let by = match b.published_by {
        Some(second) => page.t2("desk-bulletin-by-two", "first", name(b.made_by), "second", name(second)),
        None => page.t1("desk-bulletin-by", "first", name(b.made_by)),
    };
    let live = b.is_current(page.now);
    let expired = b.stand == Stand::Published && !live;
    let state = if expired { "expired" } else { b.stand.code() };
    Ok(Line {
        href: page.href(format!("{HOME}/{}", b.id)),
        headline: b.draft.zh.headline.clone(),
        state: page.tk("desk-bulletin-state-", state),
        live,
        draft: b.stand == Stand::Draft,
        by,
        until: page.stamp(b.draft.expires_at),
    })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    one(&app, page, staff, id, None).await
}

async fn one(app: &App, page: Page, staff: Staff, id: Uuid, problem: Option<String>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::DraftBulletin)?;
            let found = bulletins::bulletin(cx, id)?;
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let line = line(cx, &page, &found)?;
            let own = cx.actor.account_id() == Some(found.made_by);
            let may = decide(&cx.actor, cx.purpose, Action::PublishBulletin, &ResourceFacts::District).is_allowed();
            let facts = facts(cx, &page, &found)?;
            Ok::<_, Fail>(OnePage {
                base: page.href(format!("{HOME}/{id}")),
                version: found.version,
                may_publish: may && line.draft && !own,
                own: line.draft && own,
                may_cancel: may && line.live,
                zh: found.draft.zh,
                en: found.draft.en,
                facts,
                line,
                problem,
                frame,
                page,
            })
        })
        .await?;
    html(&shown)
}

fn facts(cx: &mut Cx<'_>, page: &Page, b: &Bulletin) -> Result<Vec<(String, String)>, Fail> {
    let d = &b.draft;
    let ground = places::snapshot(cx)?;
    let mut place = d
        .area
        .and_then(|id| ground.area(id))
        .map_or_else(|| page.place().to_owned(), |a| a.called(page.look.lang).to_owned());
    if let Some(c) = d.circle {
        place = page.t2("desk-bulletin-circle", "place", c.centre.to_string(), "n", c.radius_m);
    }
    let mut out = vec![
        (page.t("desk-bf-area"), place),
        (page.t("desk-bf-category"), page.tk("cap-category-", d.category.code())),
        (page.t("desk-bf-urgency"), page.tk("cap-urgency-", d.urgency.code())),
        (page.t("desk-bf-severity"), page.tk("cap-severity-", d.severity.code())),
        (page.t("desk-bf-certainty"), page.tk("cap-certainty-", d.certainty.code())),
    ];
    if d.exercise {
        out.push((page.t("desk-bf-exercise"), page.t("desk-bf-exercise-yes")));
    }
    if let Some(reason) = &b.cancel_reason {
        out.push((page.t("desk-bulletin-reason"), reason.clone()));
    }
    Ok(out)
}

const FIELDS: [&str; 20] = [
    "version",
    "event",
    "headline",
    "description",
    "instruction",
    "area",
    "lat",
    "long",
    "radius",
    "category",
    "urgency",
    "severity",
    "certainty",
    "hours",
    "exercise",
    "event_en",
    "headline_en",
    "description_en",
    "instruction_en",
    "checked",
];

type Values = Vec<(&'static str, String)>;

fn fresh() -> Values {
    let start = |name| match name {
        "category" => Category::Safety.code(),
        "urgency" => Urgency::Expected.code(),
        "severity" => Severity::Moderate.code(),
        "certainty" => Certainty::Likely.code(),
        "hours" => "24",
        "exercise" | "checked" => "no",
        _ => "",
    };
    FIELDS.into_iter().map(|name| (name, start(name).to_owned())).collect()
}

fn of_draft(b: &Bulletin, page: &Page) -> Values {
    let (d, en) = (&b.draft, b.draft.en.clone().unwrap_or_default());
    let left = d.expires_at.secs_since(page.now) / 3_600;
    let hours = HOURS.into_iter().find(|h| *h >= left).unwrap_or(24);
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let v = [
        b.version.to_string(),
        d.zh.event.clone(),
        d.zh.headline.clone(),
        d.zh.description.clone(),
        d.zh.instruction.clone(),
        d.area.map(|a| a.to_string()).unwrap_or_default(),
        d.circle.map(|c| c.centre.lat().to_string()).unwrap_or_default(),
        d.circle.map(|c| c.centre.lon().to_string()).unwrap_or_default(),
        d.circle.map(|c| c.radius_m.to_string()).unwrap_or_default(),
        d.category.code().into(),
        d.urgency.code().into(),
        d.severity.code().into(),
        d.certainty.code().into(),
        hours.to_string(),
        yes(d.exercise),
        en.event,
        en.headline,
        en.description,
        en.instruction,
        yes(d.numbers_checked),
    ];
    FIELDS.into_iter().zip(v).collect()
}

fn sheet(cx: &mut Cx<'_>, page: &Page, id: Option<Uuid>, values: &Values, wrong: &[Invalid]) -> Result<Sheet, Fail> {
    let get = |name: &str| values.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str());
    let mut fields = Vec::new();
    for name in FIELDS {
        if name == "lat" {
            fields.push(Field::pin());
        }
        let (value, label) = (get(name), page.tk("desk-bf-", name));
        let codes = |family: &str, codes: Vec<&'static str>| Choice::codes(page, family, codes, value);
        let select = |options| Field::select(name, label.clone(), options);
        fields.push(match name {
            "version" => Field::hidden(name, value),
            "headline" => Field::line(name, label, value).hint(page.t("desk-bf-hint-personal")).must(),
            "event" => Field::line(name, label, value).must(),
            "description" => Field::area(name, label, value, 5).must(),
            "instruction" | "description_en" | "instruction_en" => Field::area(name, label, value, 3),
            "event_en" => Field::line(name, label, value).hint(page.t("desk-bf-hint-en")),
            "area" => select(areas(cx, page, value)?),
            "lat" => Field::line(name, label, value).hint(page.t("desk-bf-hint-circle")),
            "category" => select(codes("cap-category-", Category::ALL.iter().map(|c| c.code()).collect())),
            "urgency" => select(codes("cap-urgency-", Urgency::ALL.iter().map(|c| c.code()).collect())),
            "severity" => select(codes("cap-severity-", Severity::ALL.iter().map(|c| c.code()).collect())),
            "certainty" => select(codes("cap-certainty-", Certainty::ALL.iter().map(|c| c.code()).collect())),
            "hours" => select(
                HOURS.iter().map(|h| Choice::new(h.to_string(), page.t1("desk-bf-hours-n", "n", h), value)).collect(),
            ),
            "exercise" => select(codes("desk-bf-exercise-", vec!["no", "yes"])),
            "checked" => select(codes("desk-bf-checked-", vec!["no", "yes"])).hint(page.t("desk-bf-hint-checked")),
            _ => Field::line(name, label, value),
        });
    }
    let errors = blame(page, &mut fields, wrong);
    let action = match id {
        Some(id) => format!("{HOME}/{id}/edit"),
        None => format!("{HOME}/new"),
    };
    Ok(Sheet {
        title: page.t(if id.is_some() { "desk-bulletin-edit" } else { "desk-bulletin-new" }),
        intro: Some(page.t("desk-bulletin-intro")),
        lines: vec![page.t("desk-bulletin-warning")],
        action: page.href(action),
        back: page.href(HOME),
        back_word: page.t("desk-nav-bulletins"),
        button: page.t("desk-bulletin-save"),
        fields,
        errors,
        danger: false,
    })
}

/// The district, its towns and their communities.
fn areas(cx: &mut Cx<'_>, page: &Page, chosen: &str) -> Result<Vec<Choice>, Fail> {
    let ground = places::snapshot(cx)?;
    let lang = page.look.lang;
    let mut out = vec![Choice::new("", page.t("desk-bf-area-all"), chosen)];
    for town in ground.of_kind(AreaKind::Town) {
        out.push(Choice::new(town.id.to_string(), town.called(lang), chosen));
        let communities = ground.children(town.id).filter(|a| a.kind == AreaKind::Community);
        out.extend(
            communities
                .map(|a| Choice::new(a.id.to_string(), format!("{} · {}", town.called(lang), a.called(lang)), chosen)),
        );
    }
    Ok(out)
}

async fn ask_new(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    html(&app.rt.read(who, move |cx| form(cx, page, &staff, None, &fresh(), &[])).await?)
}

async fn ask_again(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| {
        allow(cx, Action::DraftBulletin)?;
        let found = bulletins::bulletin(cx, id)?;
        if found.stand != Stand::Draft {
            return Err(Fail::NotFound);
        }
        let values = of_draft(&found, &page);
        form(cx, page, &staff, Some(id), &values, &[])
    });
    html(&shown.await?)
}

fn form(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: Option<Uuid>,
    values: &Values,
    wrong: &[Invalid],
) -> Result<SheetPage, Fail> {
    allow(cx, Action::DraftBulletin)?;
    let frame = Frame::load(cx, &page, staff, HOME)?;
    let sheet = sheet(cx, &page, id, values, wrong)?;
    Ok(SheetPage { page, frame, sheet })
}

/// What was typed, as the domain takes it.
fn typed(posted: &Posted, page: &Page) -> Result<Draft, Vec<Invalid>> {
    let get = |name: &str| posted.get(name);
    let mut wrong = Vec::new();
    let words = |names: [&str; 4]| Words {
        event: get(names[0]),
        headline: get(names[1]),
        description: get(names[2]),
        instruction: get(names[3]),
    };
    let zh = words(["event", "headline", "description", "instruction"]);
    let en = words(["event_en", "headline_en", "description_en", "instruction_en"]);
    let circle = match (get("lat"), get("long"), get("radius")) {
        (lat, long, radius) if lat.is_empty() && long.is_empty() && radius.is_empty() => None,
        (lat, long, radius) => {
            let point = lat.parse().ok().zip(long.parse().ok()).and_then(|(lat, lon)| Point::new(lon, lat).ok());
            let circle = point.zip(radius.parse().ok()).map(|(centre, radius_m)| Circle { centre, radius_m });
            if circle.is_none() {
                wrong.push(Invalid::new("lat", "desk-bf-wrong-circle"));
            }
            circle
        }
    };
    let hours = get("hours").parse().ok().filter(|h| HOURS.contains(h)).unwrap_or(24);
    let draft = Draft {
        category: Category::from_code(&get("category")).unwrap_or(Category::Other),
        urgency: Urgency::from_code(&get("urgency")).unwrap_or(Urgency::Unknown),
        severity: Severity::from_code(&get("severity")).unwrap_or(Severity::Unknown),
        certainty: Certainty::from_code(&get("certainty")).unwrap_or(Certainty::Unknown),
        zh,
        en: (en != Words::default()).then_some(en),
        area: get("area").parse::<AreaId>().ok(),
        circle,
        expires_at: page.now.plus_hours(hours),
        exercise: get("exercise") == "yes",
        numbers_checked: get("checked") == "yes",
    };
    if wrong.is_empty() { Ok(draft) } else { Err(wrong) }
}

/// The domain's refusal at the field it belongs to.
fn refused(field: &'static str, why: &'static str) -> Invalid {
    let key = match why {
        "missing" => "invalid-missing",
        "personal" => "desk-bf-wrong-personal",
        "past" | "too-late" => "desk-bf-wrong-expires",
        "radius" => "desk-bf-wrong-circle",
        "changed" => "desk-bf-wrong-changed",
        _ => "desk-bf-wrong-long",
    };
    let field = match field {
        "expires" => "hours",
        "radius" => "lat",
        other => other,
    };
    Invalid::new(field, key)
}

async fn save_new(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    save(&app, page, staff, None, posted).await
}

async fn save_again(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    save(&app, page, staff, Some(id), posted).await
}

async fn save(app: &App, page: Page, staff: Staff, id: Option<Uuid>, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let sent: Values = FIELDS.into_iter().map(|name| (name, posted.get(name))).collect();
    let of = id.map(|id| (id, posted.get("version").parse().unwrap_or(0)));
    let wrong = match typed(&posted, &page) {
        Err(wrong) => wrong,
        Ok(draft) => match app.rt.write(who.clone(), move |cx| bulletins::draft(cx, of, draft)).await {
            Ok(id) => return Ok(Redirect::to(&page.href(format!("{HOME}/{id}"))).into_response()),
            Err(alerts::Error::Invalid { field, why }) => vec![refused(field, why)],
            Err(error) => return Err(error.into()),
        },
    };
    let shown = app.rt.read(who, move |cx| form(cx, page, &staff, id, &sent, &wrong)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

async fn publish(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let version = posted.get("version").parse().unwrap_or(0);
    let who = staff.who(Purpose::Administration);
    match app.rt.write(who, move |cx| bulletins::publish(cx, id, version)).await {
        Ok(()) => Ok(Redirect::to(&page.href(format!("{HOME}?done=published"))).into_response()),
        Err(alerts::Error::Invalid { field, why }) => {
            let words = page.t(refused(field, why).key);
            let body = one(&app, page, staff, id, Some(words)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn cancel(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let reason = posted.get("reason");
    let who = staff.who(Purpose::Administration);
    match app.rt.write(who, move |cx| bulletins::cancel(cx, id, &reason)).await {
        Ok(()) => Ok(Redirect::to(&page.href(format!("{HOME}?done=cancelled"))).into_response()),
        Err(alerts::Error::Invalid { field, why }) => {
            let words = page.t(refused(field, why).key);
            let body = one(&app, page, staff, id, Some(words)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn discard(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    app.rt.write(who, move |cx| bulletins::discard(cx, id)).await?;
    Ok(Redirect::to(&page.href(format!("{HOME}?done=discarded"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let said = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let line = |i: usize| Line {
            href: page.href("/desk/admin/bulletins/1"),
            headline: said("青禾路停水", "No water in Qinghe Road"),
            state: page.tk(
                "desk-bulletin-state-",
                match i {
                    0 => "draft",
                    1 => "published",
                    2 => "cancelled",
                    _ => "expired",
                },
            ),
            live: i == 1,
            draft: i == 0,
            by: page.t2("desk-bulletin-by-two", "first", said("李明", "Li"), "second", said("王工", "Wang")),
            until: page.stamp(page.now),
        };
        let frame = Frame::sample(page);
        let mut out = Vec::new();
        for n in [0, 4] {
            let shown = ListPage {
                page: page.clone(),
                frame: frame.clone(),
                lines: (0..n).map(line).collect(),
                done: (n > 0).then(|| page.t("desk-bulletin-done-published")),
            };
            out.push(("desk/admin/bulletins.html", shown.render().unwrap_or_default()));
        }
        for i in 0..3 {
            let words = Words {
                event: said("停水", "No water"),
                headline: said("青禾路停水", "No water in Qinghe Road"),
                description: said("抢修水管", "A pipe is mended"),
                instruction: if i == 0 { String::new() } else { said("请储水", "Please keep some water") },
            };
            let shown = OnePage {
                page: page.clone(),
                frame: frame.clone(),
                line: line(i),
                zh: words.clone(),
                en: (i == 1).then(|| words.clone()),
                facts: vec![(page.t("desk-bf-area"), page.place().to_owned())],
                version: 1,
                base: page.href("/desk/admin/bulletins/1"),
                may_publish: i == 0,
                own: i == 2,
                may_cancel: i == 1,
                problem: (i == 1).then(|| page.t("desk-bf-wrong-changed")),
            };
            out.push(("desk/admin/bulletin.html", shown.render().unwrap_or_default()));
        }
        out
    }
}
