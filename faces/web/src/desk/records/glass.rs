//! Break-glass: opened with a reason and a fresh proof, searched and read while it runs, looked into by the supervisor,
//! and told to whoever was looked at (R5).

use super::of_matter::{FoundLine, found_lines, plain_record};
use super::{told, unkept};
use crate::desk::table::{self, Asked, Table};
use crate::desk::view::{Choice, Field, FieldKind};
use crate::desk::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, fmt};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{PersonId, WindowId};
use people::app::break_glass::{self, Told, Verdict, Window};
use people::app::persons::{self, For, Found};
use people::app::require_fresh;
use people::policy::{Action, ResourceFacts, decide};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/break-glass", get(show).post(open))
        .route("/desk/break-glass/{id}/find", post(find))
        .route("/desk/break-glass/{id}/end", post(end))
        .route("/desk/break-glass/{id}/review", post(review))
        .route("/desk/break-glass/{id}/people/{person}", post(read))
        .route("/desk/break-glass/{id}/people/{person}/letter", post(letter))
        .route("/desk/break-glass/{id}/people/{person}/told", post(mark_told))
}

struct LookedLine {
    href: String,
    at: String,
    told: Option<String>,
}

struct WindowLine {
    id: String,
    href: String,
    who: String,
    reason: String,
    times: String,
    due: String,
    late: bool,
    verdict: Option<(String, String)>,
    may_review: bool,
    /// Whoever looks into it tells the people, too.
    may_tell: bool,
    people: Vec<LookedLine>,
}

struct Running {
    href: String,
    until: String,
    name: String,
    found: Option<Vec<FoundLine>>,
    more: bool,
    left: i64,
}

#[derive(Template)]
#[template(path = "desk/glass.html")]
struct GlassPage {
    page: Page,
    frame: Frame,
    may_open: bool,
    minutes: i64,
    days: i64,
    fields: Vec<Field>,
    running: Option<Running>,
    windows: Vec<WindowLine>,
    verdicts: Vec<Choice>,
    ways: Vec<Choice>,
    problem: Option<String>,
}

#[derive(Default)]
struct Typed {
    reason: String,
    name: String,
    found: Option<(Vec<Found>, bool)>,
    problem: Option<String>,
}

fn reason(page: &Page, typed: &str) -> Vec<Field> {
    vec![Field::area("reason", page.t("glass-reason"), typed, 2).hint(page.t("glass-reason-hint")).must()]
}

fn choices(page: &Page) -> (Vec<Choice>, Vec<Choice>) {
    (
        Choice::codes(page, "glass-verdict-", Verdict::ALL.iter().map(|v| v.code()), ""),
        Choice::codes(page, "glass-told-", Told::ALL.iter().map(|t| t.code()), "letter"),
    )
}

fn line(cx: &mut Cx<'_>, page: &Page, w: Window) -> Result<WindowLine, Fail> {
    let mut ids = vec![w.account, w.supervisor];
    ids.extend(w.reviewed_by);
    let names = people::app::accounts::names(cx, &ids)?;
    let name = |id| names.get(&id).cloned().unwrap_or_else(|| nobody(page));
    let href = page.href(format!("/desk/break-glass/{}", w.id));
    let me = cx.actor.account_id();
    let verdict = w.verdict.map(|v| {
        let by = w.reviewed_by.map(name).unwrap_or_default();
        (
            page.t2("glass-verdict-by", "verdict", page.tk("glass-verdict-", v.code()), "who", by),
            w.note.clone().unwrap_or_default(),
        )
    });
    let looked = |l: break_glass::Looked| LookedLine {
        href: format!("{href}/people/{}", l.person),
        at: page.stamp(l.at),
        told: l
            .told_at
            .zip(l.told_how)
            .map(|(at, how)| page.t2("glass-told-at", "how", page.tk("glass-told-", how.code()), "at", page.stamp(at))),
    };
    Ok(WindowLine {
        id: w.id.to_string(),
        who: name(w.account),
        reason: w.reason,
        times: page.t2("glass-times", "from", page.stamp(w.opened_at), "to", fmt::clock(w.until)),
        due: page.t2("glass-review-by", "who", name(w.supervisor), "by", page.by(w.review_due)),
        late: w.verdict.is_none() && w.review_due < page.now,
        may_tell: me != Some(w.account) && (w.may_review || w.reviewed_by == me || me == Some(w.supervisor)),
        verdict,
        may_review: w.may_review,
        people: w.people.into_iter().map(looked).collect(),
        href,
    })
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, typed: Typed) -> Result<GlassPage, Fail> {
    let windows = break_glass::windows(cx)?;
    let windows = windows.into_iter().map(|w| line(cx, &page, w)).collect::<Result<_, _>>()?;
    let may_open = decide(&cx.actor, cx.purpose, Action::BreakGlass, &ResourceFacts::District).is_allowed();
    let rules = people::app::record_rules::record_rules(cx)?;
    let running = match break_glass::running(cx)? {
        Some((id, until)) => {
            let href = page.href(format!("/desk/break-glass/{id}"));
            let more = typed.found.as_ref().is_some_and(|(_, more)| *more);
            let found = match typed.found {
                Some((found, _)) => Some(found_lines(cx, &page, found, &format!("{href}/people"))?),
                None => None,
            };
            let left = persons::lookups_left(cx)?;
            Some(Running { href, until: fmt::clock(until), name: typed.name, found, more, left })
        }
        None => None,
    };
    let frame = Frame::load(cx, &page, staff, "/desk/break-glass")?;
    let (verdicts, ways) = choices(&page);
    Ok(GlassPage {
        fields: reason(&page, &typed.reason),
        may_open,
        minutes: rules.window_minutes,
        days: rules.review_days,
        running,
        windows,
        verdicts,
        ways,
        problem: typed.problem,
        frame,
        page,
    })
}

/// The page with what somebody did wrong on it.
async fn again(app: &App, page: Page, staff: Staff, typed: Typed) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(&shown)?).into_response())
}

fn back(page: &Page) -> Response {
    Redirect::to(&page.href("/desk/break-glass")).into_response()
}

/// Whoever opens windows, whoever reviews them, and who is named in one.
fn allow(cx: &mut Cx<'_>) -> Result<(), Fail> {
    let may = |action, facts: &ResourceFacts| decide(&cx.actor, cx.purpose, action, facts);
    let district = ResourceFacts::District;
    let opens = may(Action::BreakGlass, &district).is_allowed();
    if !opens && break_glass::windows(cx)?.is_empty() {
        people::policy::require_somewhere(&cx.actor, Action::ReviewBreakGlass)?;
    }
    Ok(())
}

/// Who, when and what came of it. The reason stays on the page: it is written for the person, and may name somebody.
fn as_table(cx: &mut Cx<'_>, page: &Page) -> Result<Table, Fail> {
    allow(cx)?;
    let mut rows = Vec::new();
    for w in break_glass::windows(cx)? {
        let (from, to, due) = (w.opened_at, w.until, w.review_due);
        let l = line(cx, page, w)?;
        let untold = l.people.iter().filter(|p| p.told.is_none()).count();
        rows.push(vec![
            l.who,
            table::instant(from),
            table::instant(to),
            table::instant(due),
            l.verdict.map(|(said, _)| said).unwrap_or_default(),
            l.people.len().to_string(),
            untold.to_string(),
        ]);
    }
    let head = [
        "list-col-who",
        "audit-from",
        "audit-to",
        "list-col-review",
        "glass-verdict",
        "list-col-records",
        "list-col-untold",
    ];
    Ok(Table::new(page, "break-glass", &head, rows).recorded(cx)?)
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = asked.kind() {
        let words = page.clone();
        let taken = app.rt.write(who, move |cx| as_table(cx, &words)).await?;
        return table::answer(&page, taken, kind).await;
    }
    let shown = app
        .rt
        .read(who, move |cx| {
            allow(cx)?;
            build(cx, page, &staff, Typed::default())
        })
        .await?;
    unkept(&shown)
}

async fn open(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let (session, reason) = (staff.session, form.get("reason"));
    let asked = reason.clone();
    let done = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let calendar = matters::app::calendar(cx)?;
            let fresh = require_fresh(cx, session)?;
            Ok::<_, matters::Error>(break_glass::open_window(cx, &fresh, &calendar, &asked)?)
        })
        .await;
    match done {
        Ok(_) => Ok(back(&page)),
        Err(error) => match told(&page, &error) {
            Some(words) => again(&app, page, staff, Typed { reason, problem: Some(words), ..Typed::default() }).await,
            None => Err(error.into()),
        },
    }
}

async fn find(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<WindowId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let name = posted.get("name");
    let asked = name.clone();
    let done = app
        .rt
        .write(staff.who(Purpose::BreakGlass(id)), move |cx| {
            Ok::<_, matters::Error>(persons::find_person(cx, &asked, &For::Window, &[])?)
        })
        .await;
    match done {
        Ok(found) => {
            let who = staff.who(Purpose::Administration);
            let typed = Typed { name, found: Some(found), ..Typed::default() };
            let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed)).await?;
            unkept(&shown)
        }
        Err(error) => match told(&page, &error) {
            Some(words) => again(&app, page, staff, Typed { name, problem: Some(words), ..Typed::default() }).await,
            None => Err(error.into()),
        },
    }
}

async fn end(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<WindowId>) -> Result<Response, Fail> {
    app.rt.write(staff.who(Purpose::Administration), move |cx| break_glass::end_window(cx, id)).await?;
    Ok(back(&page))
}

async fn read(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, person)): Path<(WindowId, PersonId)>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::BreakGlass(id));
    let back = page.href("/desk/break-glass");
    let shown = app
        .rt
        .write(who, move |cx| {
            let opened = persons::open_record(cx, person, &For::Window)?;
            plain_record(cx, page, &staff, &opened, back)
        })
        .await?;
    unkept(&shown)
}

async fn review(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<WindowId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (verdict, note) = (Verdict::from_code(&posted.get("verdict")), posted.get("note"));
    let done = app
        .rt
        .write(staff.who(Purpose::BreakGlass(id)), move |cx| {
            people::policy::require_somewhere(&cx.actor, Action::ReviewBreakGlass)?;
            let verdict = verdict.ok_or(people::Error::Invalid { field: "verdict", why: "missing" })?;
            Ok::<_, matters::Error>(break_glass::review(cx, id, verdict, &note)?)
        })
        .await;
    match done {
        Ok(()) => Ok(back(&page)),
        Err(error) => match told(&page, &error) {
            Some(words) => again(&app, page, staff, Typed { problem: Some(words), ..Typed::default() }).await,
            None => Err(error.into()),
        },
    }
}

#[derive(Template)]
#[template(path = "desk/glass_letter.html")]
struct LetterPage {
    page: Page,
    frame: Frame,
    back: String,
    name: String,
    address: Option<String>,
    guardians: Vec<super::show::GuardianView>,
    paragraphs: Vec<String>,
    phone: String,
}

async fn letter(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, person)): Path<(WindowId, PersonId)>,
) -> Result<Response, Fail> {
    let shown = app
        .rt
        .write(staff.who(Purpose::BreakGlass(id)), move |cx| {
            let l = break_glass::letter(cx, id, person)?;
            let who = people::app::staff::stood(cx, l.window.account, l.window.opened_at)?;
            let who = who.map_or_else(
                || nobody(&page),
                |s| match s.org.or(s.seat) {
                    Some(body) => page.t2("seen-who", "who", s.name, "body", body),
                    None => s.name,
                },
            );
            let frame = Frame::load(cx, &page, &staff, "/desk/break-glass")?;
            Ok::<_, Fail>(LetterPage {
                back: page.href("/desk/break-glass"),
                paragraphs: paragraphs(&page, &who, &page.stamp(l.window.opened_at), &l.window.reason),
                name: l.name,
                address: l.address,
                guardians: l.guardians.iter().map(|g| super::show::guardian(&page, g)).collect(),
                phone: page.phone().to_owned(),
                frame,
                page,
            })
        })
        .await?;
    unkept(&shown)
}

fn paragraphs(page: &Page, who: &str, at: &str, reason: &str) -> Vec<String> {
    vec![
        page.t2("glass-letter-what", "who", who, "at", at),
        page.t1("glass-letter-why", "reason", reason),
        page.t("glass-letter-checked"),
        page.t("glass-letter-rights"),
    ]
}

async fn mark_told(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, person)): Path<(WindowId, PersonId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let how = Told::from_code(&posted.get("how")).unwrap_or(Told::Letter);
    app.rt
        .write(staff.who(Purpose::BreakGlass(id)), move |cx| Ok::<_, Fail>(break_glass::told(cx, id, person, how)?))
        .await?;
    Ok(back(&page))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let words = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let (verdicts, ways) = choices(page);
        let line = |reviewed: bool| WindowLine {
            id: if reviewed { "1".into() } else { "2".into() },
            href: "/desk".into(),
            who: words("王工", "Wang"),
            reason: words("老人昏倒", "An elder fainted"),
            times: page.t2("glass-times", "from", page.stamp(page.now), "to", fmt::clock(page.now)),
            due: page.t2("glass-review-by", "who", words("陈站", "Chen"), "by", page.by(page.now.plus_days(3))),
            late: !reviewed,
            verdict: reviewed.then(|| {
                let right = page.tk("glass-verdict-", "right");
                (page.t2("glass-verdict-by", "verdict", right, "who", words("陈站", "Chen")), words("属实", "True"))
            }),
            may_review: !reviewed,
            may_tell: true,
            people: vec![LookedLine {
                href: "/desk".into(),
                at: page.stamp(page.now),
                told: reviewed.then(|| {
                    page.t2("glass-told-at", "how", page.tk("glass-told-", "letter"), "at", page.stamp(page.now))
                }),
            }],
        };
        let mut out = Vec::new();
        for full in [false, true] {
            let found = FoundLine { href: "/desk".into(), name: words("王", "Wang"), about: String::new() };
            let shown = GlassPage {
                page: page.clone(),
                frame: Frame::sample(page),
                may_open: true,
                minutes: 30,
                days: 3,
                fields: reason(page, ""),
                running: full.then(|| Running {
                    href: "/desk".into(),
                    until: fmt::clock(page.now),
                    name: String::new(),
                    found: Some(vec![found]),
                    more: true,
                    left: 9,
                }),
                windows: if full { vec![line(true), line(false)] } else { Vec::new() },
                verdicts: verdicts.clone(),
                ways: ways.clone(),
                problem: full.then(|| page.tk("rule-record-", "window-runs")),
            };
            out.push(("desk/glass.html", shown.render().unwrap_or_default()));
        }
        let letter = LetterPage {
            page: page.clone(),
            frame: Frame::sample(page),
            back: "/desk".into(),
            name: words("王桂芳", "Wang Guifang"),
            address: Some(words("青禾里 3 号", "3 Qingheli")),
            guardians: super::super::of_matter::tests::sample_record(page).guardians,
            paragraphs: paragraphs(page, &words("王工", "Wang"), &page.stamp(page.now), &words("昏倒", "fainted")),
            phone: "021-0571 0110".into(),
        };
        out.push(("desk/glass_letter.html", letter.render().unwrap_or_default()));
        out
    }
}
