//! Every locator with its profile, which is set here, and devices that call in and are nobody's; the times of the district (°). No positions,
//! and not who wears one.

use super::{Sheet, SheetPage, allow};
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, Stranger, html};
use ::locators::app::admin::{self, DeviceLine, Part};
use ::locators::app::devices::Device;
use ::locators::app::rules::{rules, set_rules};
use ::locators::model::{DeviceState, Rules, datum_from};
use ::people::policy::Action;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::ids::LocatorId;
use kernel::{Datum, Purpose};
use serde::Deserialize;
use store::Cx;
use trackers::Model;

const HERE: &str = "/desk/admin/locators";
/// Lines of one page.
const LINES: usize = 100;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route("/desk/admin/locators/rules", get(times).post(save_times))
        .route("/desk/admin/locators/{device}", get(edit).post(save))
}

/// Which part of the list, or the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The last device of the page before.
    after: Option<LocatorId>,
    r#as: String,
}

struct Line {
    href: String,
    /// The end of its number.
    short: String,
    thing: String,
    protocol: String,
    model: String,
    datum: String,
    state: String,
    class: &'static str,
    icon: &'static str,
    heard: String,
}

struct CallerLine {
    number: String,
    protocol: &'static str,
    first: String,
    last: String,
    frames: u64,
}

#[derive(Template)]
#[template(path = "desk/admin/locators.html")]
struct LocatorsPage {
    page: Page,
    frame: Frame,
    devices: Vec<Line>,
    /// Addresses of the beginning of a long list, and of what comes next.
    first: Option<String>,
    next: Option<String>,
    done: Option<String>,
    /// May set models and datums, and the times.
    may_set: bool,
    may_times: bool,
    /// None: no gateway runs in this program.
    callers: Option<Vec<CallerLine>>,
    file: String,
}

/// As it stands in books.
const fn datum(datum: Datum) -> &'static str {
    match datum {
        Datum::Wgs84 => "WGS-84",
        Datum::Gcj02 => "GCJ-02",
        Datum::Bd09 => "BD-09",
        Datum::Cgcs2000 => "CGCS2000",
    }
}

fn line(page: &Page, d: &DeviceLine) -> Line {
    let (class, icon) = match d.device.state {
        DeviceState::Bound if d.shut => ("tag-plain", "wait"),
        DeviceState::Bound => ("tag-good", "check"),
        DeviceState::Lost => ("tag-bad", "warn"),
        DeviceState::Stock | DeviceState::Retired => ("tag-plain", "list"),
    };
    let state = if d.shut { page.t("locators-shut") } else { page.tk("locators-state-", d.device.state.code()) };
    let heard = d.heard_at.map_or_else(|| page.t("locators-never"), |at| page.ago(at));
    let heard = if d.clock_wrong { page.t1("locators-clock", "at", heard) } else { heard };
    Line {
        href: page.href(format!("{HERE}/{}", d.device.id)),
        short: format!("…{}", d.device.tail),
        thing: page.tk("locators-thing-", d.device.thing.code()),
        protocol: d.device.protocol.map(|p| p.name().to_owned()).unwrap_or_default(),
        model: d.device.model.clone(),
        datum: datum(d.device.datum).to_owned(),
        state,
        class,
        icon,
        heard,
    }
}

fn caller(page: &Page, s: Stranger) -> CallerLine {
    let (first, last) = (page.ago(s.first), page.ago(s.last));
    CallerLine { number: s.number, protocol: s.protocol.name(), first, last, frames: s.frames }
}

async fn list(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<Asked>,
    Query(came): Query<Came>,
) -> Result<Response, Fail> {
    let (kind, words, strangers) = (As::from_code(&asked.r#as), page.clone(), app.strangers());
    let listed = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        if kind.is_some() {
            let all = admin::devices(cx, None, None, table::MOST)?;
            return Ok(Listed::File(as_table(&page, &all)));
        }
        let Part { devices, next } = admin::devices(cx, None, asked.after, LINES)?;
        let may = |cx: &Cx<'_>, action| allow(cx, action).is_ok();
        let (may_set, may_times) = (may(cx, Action::SetLocator), may(cx, Action::ManageSettings));
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let callers = strangers.map(|all| all.into_iter().map(|s| caller(&page, s)).collect());
        Ok::<_, Fail>(Listed::Page(Box::new(LocatorsPage {
            devices: devices.iter().map(|d| line(&page, d)).collect(),
            first: asked.after.map(|_| page.href(HERE)),
            next: next.map(|last| page.href(format!("{HERE}?after={last}"))),
            done: DONE.contains(&came.done.as_str()).then(|| page.tk("locators-done-", &came.done)),
            may_set,
            may_times,
            callers,
            file: table::href(&page, HERE, &[]),
            frame,
            page,
        })))
    });
    listed.await?.answer(&words, kind).await
}

/// What was done, said on top.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Came {
    done: String,
}

const DONE: [&str; 2] = ["profile", "times"];

fn done(page: &Page, what: &str) -> Response {
    Redirect::to(&page.href(format!("{HERE}?done={what}"))).into_response()
}

fn as_table(page: &Page, all: &Part) -> Table {
    let row = |d: &DeviceLine| {
        let l = line(page, d);
        vec![l.short, l.thing, l.protocol, l.model, l.datum, l.state, l.heard]
    };
    let head = [
        "locators-device",
        "locators-thing",
        "locators-protocol",
        "locators-model",
        "locators-datum",
        "desk-col-state",
        "loc-fact-heard",
    ];
    let rows = all.devices.iter().map(row).collect();
    Table { cut: all.next.is_some(), ..Table::new(page, "locators", &head, rows) }
}

/// The form of a device: what decides how it is read.
fn sheet(page: &Page, d: &Device, (model, datum_code): (&str, &str), error: Option<(&str, String)>) -> Sheet {
    let name = format!("{} …{}", page.tk("locators-thing-", d.thing.code()), d.tail);
    let known = Model::NAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut models = Field::line("model", page.t("locators-model"), model).hint(page.t("locators-model-hint"));
    models.list = known;
    let one = |d: Datum| Choice::new(d.code(), datum(d), datum_code);
    let datums = Field::select("datum", page.t("locators-datum"), Datum::ALL.into_iter().map(one).collect());
    let mut fields =
        vec![Field::hidden("version", &d.version.to_string()), models, datums.hint(page.t("loc-desk-datum-hint"))];
    let mut errors = Vec::new();
    if let Some((at, words)) = error {
        if let Some(field) = fields.iter_mut().find(|f| f.name == at) {
            field.error = Some(words.clone());
        }
        errors.push(("model".to_owned(), words));
    }
    Sheet {
        title: name,
        intro: Some(page.t("locators-set-lead")),
        lines: Vec::new(),
        action: page.href(format!("{HERE}/{}", d.id)),
        back: page.href(HERE),
        back_word: page.t("desk-nav-locators"),
        button: page.t("record-save"),
        fields,
        errors,
        danger: false,
    }
}

async fn edit(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<LocatorId>) -> Result<Response, Fail> {
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        allow(cx, Action::SetLocator)?;
        let d = admin::device(cx, id)?;
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let sheet = sheet(&page, &d, (&d.model, d.datum.code()), None);
        Ok::<_, Fail>(SheetPage { page, frame, sheet })
    });
    html(&shown.await?)
}

async fn save(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<LocatorId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (model, code) = (posted.get("model"), posted.get("datum"));
    let seen = posted.get("version").parse().unwrap_or(0);
    let who = staff.who(Purpose::Administration);
    let (typed, chosen) = (model.clone(), code.clone());
    let set = app.rt.write(who.clone(), move |cx| {
        // Who may not is told that before what is wrong with the form.
        let d = admin::device(cx, id)?;
        admin::set_profile(cx, id, seen, &typed, datum_from(&chosen).unwrap_or(d.datum))
    });
    let error = match set.await {
        Ok(()) => return Ok(done(&page, "profile")),
        Err(::locators::Error::Invalid { field, why }) => {
            (field, page.t1(&format!("loc-wrong-{why}"), "field", page.t("locators-model")))
        }
        Err(::locators::Error::Stale { .. }) => ("version", page.t("loc-wrong-stale")),
        Err(other) => return Err(other.into()),
    };
    let shown = app.rt.read(who, move |cx| {
        let d = admin::device(cx, id)?;
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        // What somebody else set is shown; what was typed stays where it is only too long.
        let stale = error.0 == "version";
        let (model, code) = if stale { (d.model.clone(), d.datum.code().to_owned()) } else { (model, code) };
        let sheet = sheet(&page, &d, (&model, &code), Some(error));
        Ok::<_, Fail>(SheetPage { page, frame, sheet })
    });
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response())
}

/// The form of the district's times.
fn times_sheet(page: &Page, now: &Rules, problem: Option<String>) -> Sheet {
    let field = |(name, range): &(&'static str, std::ops::RangeInclusive<i64>)| {
        let label = page.tk("locators-rule-", name);
        let args = [("what", label), ("from", range.start().to_string()), ("to", range.end().to_string())];
        Field::line(name, page.loc.args("lost-rule-label", &args), &now.get(name).to_string()).must()
    };
    let mut fields: Vec<Field> = Rules::RANGES.iter().map(field).collect();
    fields.push(Field::hidden("version", &now.version.to_string()));
    Sheet {
        title: page.t("locators-rules"),
        intro: Some(page.t("locators-times-lead")),
        lines: Vec::new(),
        action: page.href(format!("{HERE}/rules")),
        back: page.href(HERE),
        back_word: page.t("desk-nav-locators"),
        button: page.t("record-save"),
        fields,
        errors: problem.map(|words| ("family_minutes".to_owned(), words)).into_iter().collect(),
        danger: false,
    }
}

async fn times(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        allow(cx, Action::ManageSettings)?;
        let now = rules(cx)?;
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let sheet = times_sheet(&page, &now, None);
        Ok::<_, Fail>(SheetPage { page, frame, sheet })
    });
    html(&shown.await?)
}

async fn save_times(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let number = |name: &str| kernel::text::narrow(&form.get(name)).trim().parse::<i64>().unwrap_or(-1);
    let mut typed = Rules { version: number("version"), ..Rules::default() };
    for (name, _) in Rules::RANGES {
        typed.set(name, number(name));
    }
    let (words, keep) = match app.rt.write(who.clone(), move |cx| set_rules(cx, &typed)).await {
        Ok(()) => return Ok(done(&page, "times")),
        Err(::locators::Error::Invalid { field, .. }) => {
            (page.t1("locators-times-range", "what", page.tk("locators-rule-", field)), true)
        }
        Err(::locators::Error::Stale { .. }) => (page.t("loc-wrong-stale"), false),
        Err(other) => return Err(other.into()),
    };
    let shown = app.rt.read(who, move |cx| {
        let now = if keep { typed } else { rules(cx)? };
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let sheet = times_sheet(&page, &now, Some(words));
        Ok::<_, Fail>(SheetPage { page, frame, sheet })
    });
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::{CallerLine, Datum, Device, DeviceState, Frame, Line, LocatorsPage, Page, Rules, SheetPage};
    use ::locators::model::Thing;
    use askama::Template as _;
    use kernel::ids::LocatorId;

    pub(in crate::desk::admin) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let line = |state: &DeviceState| Line {
            href: "/desk/admin/locators/0".into(),
            short: "…4711".into(),
            thing: Thing::ALL.iter().map(|t| page.tk("locators-thing-", t.code())).collect(),
            protocol: "gt06".into(),
            model: "VL103".into(),
            datum: "GCJ-02".into(),
            state: page.tk("locators-state-", state.code()),
            class: "tag-good",
            icon: "check",
            heard: page.t1("locators-clock", "at", page.ago(page.now)),
        };
        let caller = CallerLine {
            number: "1234567890".into(),
            protocol: "h02",
            first: page.ago(page.now),
            last: page.ago(page.now),
            frames: 3,
        };
        let of = |devices: Vec<Line>, callers| {
            let file = "/desk/admin/locators?as=".into();
            let many = devices.len() > 1;
            let shown = LocatorsPage {
                page: page.clone(),
                frame: Frame::sample(page),
                first: many.then(|| "/desk/admin/locators".into()),
                next: many.then(|| "/desk/admin/locators?after=0".into()),
                done: many.then(|| page.t("locators-done-profile")),
                may_set: many,
                may_times: many,
                devices,
                callers,
                file,
            };
            ("desk/admin/locators.html", shown.render().unwrap_or_default())
        };
        let form = |sheet| {
            let shown = SheetPage { page: page.clone(), frame: Frame::sample(page), sheet };
            ("desk/admin/form.html", shown.render().unwrap_or_default())
        };
        let device = Device {
            id: LocatorId(uuid::Uuid::nil()),
            thing: Thing::Pendant,
            protocol: Some(trackers::Protocol::Gt06),
            model: "VL103".into(),
            datum: Datum::Gcj02,
            label: String::new(),
            tail: "4711".into(),
            state: DeviceState::Bound,
            post: None,
            made_at: page.now,
            version: 1,
        };
        let wrong = page.t1("loc-wrong-too-long", "field", page.t("locators-model"));
        let range = page.t1("locators-times-range", "what", page.t("locators-rule-low_pct"));
        let all = || DeviceState::ALL.iter().map(line).collect::<Vec<_>>();
        vec![
            of(Vec::new(), None),
            of(all(), Some(Vec::new())),
            of(all(), Some(vec![caller])),
            form(super::sheet(page, &device, ("VL103", "gcj02"), None)),
            form(super::sheet(page, &device, ("VL103", "gcj02"), Some(("model", wrong)))),
            form(super::times_sheet(page, &Rules::default(), Some(range))),
        ]
    }
}
