//! Whom to call, in order: the list, and one page for each.

use super::{Inside, Problem, door, told};
use crate::guard::Source;
use crate::public::post::Posted;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::family::{self, Do, Opened};
use care::model::{ContactLine, NewContact, Whom};
use kernel::Lang;
use kernel::ids::ContactId;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/plan/contacts", get(list).post(order))
        .route("/p/{code}/plan/contacts/{id}", get(one).post(send))
}

#[derive(Template)]
#[template(path = "public/own/plan/contacts.html")]
struct ListPage {
    page: Page,
    code: String,
    state: i64,
    all: Vec<ContactLine>,
    problems: Vec<Problem>,
}

impl ListPage {
    fn spoken(phone: &str) -> String {
        fmt::phone(phone)
    }
}

/// What of a contact is typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    relation: String,
    phone: String,
    mail: String,
    english: bool,
    collect: bool,
}

impl Typed {
    fn read(posted: &Posted) -> Self {
        Self {
            name: posted.get("name"),
            relation: posted.get("relation"),
            phone: posted.get("phone"),
            mail: posted.get("mail"),
            english: posted.get("lang") == "en",
            collect: posted.get("collect") == "1",
        }
    }
    fn of(line: &ContactLine) -> Self {
        Self {
            name: line.name.clone(),
            relation: line.relation.clone(),
            phone: line.phone.as_deref().map(fmt::phone).unwrap_or_default(),
            mail: line.mail.clone().unwrap_or_default(),
            english: line.lang == Lang::En,
            collect: line.may_collect,
        }
    }
    fn into_contact(self, whom: Option<people::model::GuardianId>) -> NewContact {
        let some = |t: String| Some(t).filter(|t| !t.is_empty());
        let other = Whom::Other { name: self.name, relation: self.relation, phone: some(self.phone) };
        NewContact {
            whom: whom.map_or(other, Whom::Guardian),
            mail: some(self.mail),
            lang: if self.english { Lang::En } else { Lang::ZhCn },
            may_collect: self.collect,
            barred: false,
        }
    }
}

#[derive(Template)]
#[template(path = "public/own/plan/contact.html")]
struct OnePage {
    page: Page,
    code: String,
    state: i64,
    /// `new`, `me`, or the id of a line.
    id: String,
    /// Name and number stand in the record: shown, not typed.
    known: Option<(String, String)>,
    /// A guardian who is on the list not yet may put themselves there.
    offer_me: bool,
    typed: Typed,
    /// As it stands now, where somebody was quicker.
    now: Option<Typed>,
    problems: Vec<Problem>,
}

impl OnePage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

fn page_of(page: Page, inside: &Inside, id: &str, o: &Opened, typed: Option<Typed>) -> Result<OnePage, Fail> {
    let me = inside.of.guardian;
    let listed = me.is_some() && o.contacts.iter().any(|c| c.guardian == me);
    let line = id.parse::<ContactId>().ok().and_then(|id| o.contacts.iter().find(|c| c.id == id));
    if !matches!(id, "new" | "me") && line.is_none() || id == "me" && (me.is_none() || listed) {
        return Err(Fail::NotFound);
    }
    // Another guardian's line is theirs, and the committee's.
    if line.is_some_and(|l| l.guardian.is_some() && l.guardian != me) {
        return Err(Fail::NotFound);
    }
    let known = line.filter(|l| l.guardian.is_some());
    let known = known.map(|l| (l.name.clone(), l.phone.as_deref().map(fmt::phone).unwrap_or_default()));
    let blank = Typed { collect: id == "me", english: !page.zh(), ..Typed::default() };
    let typed = typed.unwrap_or_else(|| line.map_or(blank, Typed::of));
    Ok(OnePage {
        code: inside.code.clone(),
        state: o.contacts_state,
        id: id.to_owned(),
        known,
        offer_me: me.is_some() && !listed && id == "new",
        typed,
        now: None,
        problems: Vec::new(),
        page,
    })
}

async fn list(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let o = inside.open(&app).await?;
            let (state, all) = (o.contacts_state, o.contacts);
            html(&ListPage { page, code: inside.code, state, all, problems: Vec::new() })
        }
    }
}

async fn one(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let o = inside.open(&app).await?;
            html(&page_of(page, &inside, &id, &o, None)?)
        }
    }
}

/// One place earlier.
async fn order(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let seen = posted.get("state").parse().unwrap_or(0);
    let up = posted.get("up").parse::<ContactId>().map_err(|_| Fail::BadRequest("bad-form"))?;
    let done = inside.act(&app, source, move |cx, of| family::contact(cx, of, seen, &Do::Up(up))).await?;
    let problems = match done {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("{}/contacts", inside.home()))).into_response()),
        Err(care::Error::Stale { .. }) => vec![("top", page.t("plan-stale-list"))],
        Err(error) => vec![told(&page, error)?],
    };
    let o = inside.open(&app).await?;
    let body = html(&ListPage { page, code: inside.code, state: o.contacts_state, all: o.contacts, problems })?;
    Ok((StatusCode::CONFLICT, body).into_response())
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path((code, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let seen = posted.get("state").parse().unwrap_or(0);
    let typed = Typed::read(&posted);
    let line = id.parse::<ContactId>().ok();
    let mine = id == "me" || posted.get("mine") == "1";
    let new = typed.clone().into_contact(inside.of.guardian.filter(|_| mine));
    let what = match (line, posted.get("do").as_str()) {
        (Some(line), "end") => Do::End(line),
        (Some(line), _) => Do::Change(line, new),
        (None, _) => Do::Add(new),
    };
    let done = inside.act(&app, source, move |cx, of| family::contact(cx, of, seen, &what)).await?;
    let (status, problem) = match done {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("{}/contacts", inside.home()))).into_response()),
        Err(care::Error::Stale { .. }) => (StatusCode::CONFLICT, None),
        Err(care::Error::Store(store::Error::NotFound)) => return Err(Fail::NotFound),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Some(told(&page, error)?)),
    };
    let o = inside.open(&app).await?;
    let words = page.t("plan-stale-list");
    let mut shown = page_of(page, &inside, &id, &o, Some(typed))?;
    if problem.is_none() {
        let now = line.and_then(|id| o.contacts.iter().find(|c| c.id == id));
        shown.now = now.map(Typed::of);
    }
    shown.problems = vec![problem.unwrap_or(("top", words))];
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let inside = super::sample_inside();
    for full in [false, true] {
        let o = super::opened(page, full);
        let problems = if full { vec![("top", page.t("plan-stale-list"))] } else { Vec::new() };
        let first = o.contacts.get(1).map_or_else(|| "new".to_owned(), |c| c.id.to_string());
        let mut one = page_of(page.clone(), &inside, &first, &o, None).ok();
        if let (Some(one), true) = (one.as_mut(), full) {
            one.now = Some(Typed::default());
            one.problems =
                vec![("phone", page.t1("plan-wrong-phone", "field", "1")), ("top", page.t("plan-stale-list"))];
        }
        let list = ListPage { page: page.clone(), code: inside.code.clone(), state: 1, all: o.contacts, problems };
        out.push(("public/own/plan/contacts.html", list.render().unwrap_or_default()));
        out.push(("public/own/plan/contact.html", one.map(|p| p.render().unwrap_or_default()).unwrap_or_default()));
    }
    out
}
