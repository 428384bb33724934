//! "An elder of ours should carry a card": few fields, from anybody. It becomes an ordinary matter of the committee of where the
//! elder lives, with receipt and clock; the committee visits, asks the elder, registers in the name of that matter and hands over
//! the letter. And the same on paper, to be carried along.

use super::post::Posted;
use super::report::{Town, towns};
use super::{errors, home};
use crate::guard::{Source, Wicket};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::family::Question;
use care::model::HauntKind;
use kernel::ids::AreaId;
use kernel::text;
use matters::app::{self, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Origin, Route};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/enrol", get(show).post(send)).route("/enrol/form", get(paper))
}

/// The class of what a committee does for elders; where a district has none, whatever its committees take.
const CLASS: &str = "elder-care";
/// For whom it is asked: ends of `enrol-for-…`.
const FOR: [&str; 3] = ["parent", "me", "other"];
/// When a visit suits: ends of `enrol-when-…`.
const WHEN: [&str; 4] = ["any", "morning", "afternoon", "weekend"];

#[derive(Debug, Clone, Default)]
struct Draft {
    idem: String,
    whom: String,
    name: String,
    phone: String,
    address: String,
    area: String,
    when: String,
    more: String,
}

impl Draft {
    fn of(posted: &Posted) -> Self {
        let get = |name| posted.get(name);
        Self {
            idem: get("idem"),
            whom: get("for"),
            name: get("name"),
            phone: get("phone"),
            address: get("address"),
            area: get("area"),
            when: get("when"),
            more: get("more"),
        }
    }

    /// What is wrong on the page, in the order of its fields.
    fn problems(&self, page: &Page) -> Vec<Problem> {
        let mut out = Vec::new();
        if !FOR.contains(&self.whom.as_str()) {
            out.push(("for", page.t("enrol-need-for")));
        }
        if self.name.is_empty() {
            out.push(("name", page.t("enrol-need-name")));
        }
        if self.phone.is_empty() {
            out.push(("phone", page.t("enrol-need-phone")));
        } else if text::phone(&self.phone).is_none() {
            out.push(("phone", page.t("report-bad-phone")));
        }
        if self.address.is_empty() && self.area.is_empty() {
            out.push(("address", page.t("enrol-need-place")));
        }
        out
    }

    /// What the committee reads: no name of the elder was asked, and none stands here.
    fn words(&self, page: &Page) -> String {
        let when = if WHEN.contains(&self.when.as_str()) { self.when.as_str() } else { "any" };
        let mut out =
            page.t2("enrol-text", "who", page.tk("enrol-text-for-", &self.whom), "when", page.tk("enrol-when-", when));
        if !self.more.is_empty() {
            out.push('\n');
            out.push_str(&self.more);
        }
        out
    }
}

type Problem = (&'static str, String);

#[derive(Template)]
#[template(path = "public/enrol.html")]
struct EnrolPage {
    page: Page,
    draft: Draft,
    towns: Vec<Town>,
    problems: Vec<Problem>,
}

impl EnrolPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn title(&self) -> String {
        let title = self.page.t("enrol-title");
        if self.problems.is_empty() { title } else { self.page.t1("form-problem-title", "title", title) }
    }
    fn whom() -> [&'static str; 3] {
        FOR
    }
    fn when() -> [&'static str; 4] {
        WHEN
    }
}

async fn page_of(app: &App, page: Page, draft: Draft, problems: Vec<Problem>) -> Result<Response, Fail> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let towns = towns(app, page.look.lang).await?;
    Ok((status, html(&EnrolPage { page, draft, towns, problems })?).into_response())
}

async fn show(State(app): State<App>, page: Page) -> Result<Response, Fail> {
    let draft = Draft { idem: home::new_idem(&app), ..Draft::default() };
    page_of(&app, page, draft, Vec::new()).await
}

async fn send(
    State(app): State<App>,
    mut page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let mut draft = Draft::of(&posted);
    if draft.idem.is_empty() {
        draft.idem = home::new_idem(&app);
    }
    if let Some(again) = home::Again::asked(&posted.get("go"), &mut page) {
        return Ok(again.onto(page_of(&app, page, draft, Vec::new()).await?));
    }
    let problems = draft.problems(&page);
    if !problems.is_empty() {
        return page_of(&app, page, draft, problems).await;
    }
    app.limits.pass(Wicket::Report, source)?;
    let raise = command(&page, &draft);
    let done = app.rt.write(app.raiser(), move |cx| {
        let classes = app::classes(cx)?;
        let fits = |c: &&std::sync::Arc<matters::model::ClassRule>| {
            c.active && c.route == Route::Committee && !c.is_emergency()
        };
        let class = classes.iter().find(|c| c.active && c.code == CLASS).or_else(|| classes.iter().find(fits));
        let class = class.or_else(|| classes.iter().find(|c| c.active)).ok_or(matters::Error::NotFound)?;
        app::raise(cx, Raise { class: class.code.clone(), ..raise })
    });
    match done.await {
        Ok(receipt) => Ok(Redirect::to(&page.href(format!("/t/{}/receipt", receipt.code))).into_response()),
        Err(matters::Error::Invalid(wrong)) => {
            let problems = wrong.iter().map(|w| (field(w.field), errors::words(&page, w))).collect();
            page_of(&app, page, draft, problems).await
        }
        Err(error) => Err(errors::of_matters(error)),
    }
}

/// Our field for the domain's.
fn field(of: &'static str) -> &'static str {
    match of {
        "place" => "address",
        "text" => "more",
        "key" => "for",
        other => other,
    }
}

fn command(page: &Page, draft: &Draft) -> Raise {
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    Raise {
        key: Some(format!("enrol:{}", draft.idem)),
        class: String::new(),
        text: draft.words(page),
        place: RaisedPlace {
            point: None,
            address: some(&draft.address),
            // A made-up id is as good as none: the catch-all finds out.
            area: draft.area.parse::<AreaId>().ok(),
            post: None,
        },
        raiser: RaiserInput {
            anonymous: false,
            name: some(&draft.name),
            phone: text::phone(&draft.phone),
            email: None,
            address: None,
            channel: Channel::Phone,
            lang: page.look.lang,
        },
        origin: Origin::Web,
    }
}

/// The enrolment on paper (R9): the questions of plan, contacts, hours and consents, with boxes to tick.
#[derive(Template)]
#[template(path = "public/enrol_form.html")]
struct PaperPage {
    page: Page,
}

impl PaperPage {
    fn questions() -> Vec<&'static str> {
        Question::ALL.iter().map(|q| q.code()).collect()
    }
    fn kinds() -> Vec<&'static str> {
        HauntKind::ALL.iter().map(|k| k.code()).filter(|k| *k != "home").collect()
    }
}

async fn paper(page: Page) -> Result<Response, Fail> {
    html(&PaperPage { page })
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let towns = super::report::sample_offer(page).towns;
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let full = Draft {
        idem: "1".into(),
        whom: "parent".into(),
        name: say("李敏", "Li Min"),
        phone: "1".into(),
        address: say("青禾里 3 号", "3 Qinghe Lane"),
        when: "weekend".into(),
        ..Draft::default()
    };
    let mut out = Vec::new();
    for draft in [Draft::default(), full] {
        let problems = if draft.idem.is_empty() { Vec::new() } else { Draft::default().problems(page) };
        let shown = EnrolPage { page: page.clone(), draft, towns: towns.clone(), problems };
        out.push(("public/enrol.html", shown.render().unwrap_or_default()));
    }
    out.push(("public/enrol_form.html", PaperPage { page: page.clone() }.render().unwrap_or_default()));
    out
}
