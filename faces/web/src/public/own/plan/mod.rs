//! What the family writes itself: how to approach, places, looks, contacts, hours and answers, one subject a page, with the code
//! of a letter and the end of one's own telephone number. Works without script; what was typed stays through errors, through
//! somebody who was quicker, and through a door that shut meanwhile.

mod answers;
mod contacts;
pub(super) mod door;
mod photo;
mod week;
mod words;

use crate::guard::{Source, Wicket};
use crate::public::track;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::family::{self, Asked, ByWhom, Opened, Subject};
use people::app::consents::Standing;
use people::app::links::Holder;
use store::{Cx, Who};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/plan", get(show).post(door::knock))
        .merge(words::routes())
        .merge(contacts::routes())
        .merge(week::routes())
        .merge(answers::routes())
        .merge(photo::routes())
        .layer(from_fn(track::no_store))
}

/// Whoever has come in.
#[derive(Debug, Clone)]
pub(super) struct Inside {
    pub code: String,
    pub of: Holder,
    pub who: Who,
}

impl Inside {
    fn home(&self) -> String {
        format!("/p/{}/plan", self.code)
    }
    /// Opens everything; one entry of the log.
    async fn open(&self, app: &App) -> Result<Opened, Fail> {
        let of = self.of;
        Ok(app.rt.write(self.who.clone(), move |cx| family::open(cx, &of)).await?)
    }
    /// Does something, at most so often from one source.
    async fn act<T: Send + 'static>(
        &self,
        app: &App,
        source: Source,
        work: impl FnOnce(&mut Cx<'_>, &Holder) -> care::Result<T> + Send + 'static,
    ) -> Result<care::Result<T>, Fail> {
        app.limits.pass(Wicket::Report, source)?;
        let of = self.of;
        Ok(app.rt.write(self.who.clone(), move |cx| work(cx, &of)).await)
    }
    /// Back to the list, with what was done said on top.
    fn done(&self, page: &Page, what: Subject) -> Response {
        Redirect::to(&page.href(format!("{}?done={}", self.home(), what.code()))).into_response()
    }
}

/// What stands in the way of a form: end of its id, and the words.
pub(super) type Problem = (&'static str, String);

/// What can be mended on the form; another error has a page of its own.
fn told(page: &Page, error: care::Error) -> Result<Problem, Fail> {
    match error {
        care::Error::Invalid { field, why } => {
            let id = id_of(field);
            let key = format!("plan-wrong-{why}");
            let words = match page.loc.find(&key, &[]) {
                Some(_) => page.t1(&key, "field", name_of(page, id)),
                None => page.t("invalid-form"),
            };
            Ok((id, words))
        }
        care::Error::Refused(why) => Ok(("top", page.tk("rule-care-", why))),
        care::Error::People(people::Error::Refused(why)) => Ok(("top", page.tk("rule-record-", why))),
        // A letter that was taken back while the page lay open.
        care::Error::Denied(_) => Err(Fail::NotFound),
        other => Err(other.into()),
    }
}

/// What the field is called on the pages.
fn name_of(page: &Page, id: &str) -> String {
    let known = |family: &str| page.loc.find(&format!("{family}{id}"), &[]);
    known("plan-name-").or_else(|| known("plan-field-")).or_else(|| known("circle-field-")).unwrap_or_default()
}

/// Where the field stands on the pages.
const fn id_of(field: &'static str) -> &'static str {
    match field.as_bytes() {
        b"haunts" => "label",
        b"week" | b"exceptions" | b"days" => "days",
        b"contact" | b"guardian" | b"order" => "top",
        _ => field,
    }
}

/// A line of the list: what it is, where it leads, whether something stands there.
struct Line {
    subject: &'static str,
    filled: bool,
    state: String,
}

#[derive(Template)]
#[template(path = "public/own/plan/show.html")]
struct PlanPage {
    page: Page,
    code: String,
    guardian: bool,
    done: Option<String>,
    lines: Vec<Line>,
    changes: Vec<String>,
}

impl PlanPage {
    fn of(page: Page, code: String, guardian: bool, done: Option<&str>, o: &Opened) -> Self {
        let done = done.and_then(Subject::from_code).map(|s| page.tk("plan-done-", s.code()));
        let lines = Subject::ALL.iter().map(|s| line(&page, *s, o)).collect();
        let changes = o.changes.iter().take(8).map(|(at, what, by)| {
            let who = match by {
                ByWhom::Me => "me",
                ByWhom::Elder => "elder",
                ByWhom::OtherGuardian => "other",
            };
            let what = page.tk("plan-subject-", what.code());
            format!("{} {}", page.stamp(*at), page.t2("plan-change", "who", page.tk("plan-by-", who), "what", what))
        });
        let changes = changes.collect();
        Self { page, code, guardian, done, lines, changes }
    }
}

fn line(page: &Page, subject: Subject, o: &Opened) -> Line {
    let inner = &o.plan.inner;
    let said = !inner.approach.is_empty() || !inner.habits.is_empty() || !o.language.is_empty();
    let count = |key: &str, n: usize| (n > 0, page.t1(key, "n", n));
    let (filled, state) = match subject {
        Subject::Daily => (said, page.t("plan-filled")),
        Subject::Places if !o.plan.may_keep_haunts => (false, page.t("plan-needs-consent")),
        Subject::Places => count("plan-n-places", inner.haunts.len()),
        Subject::Looks if !agreed(&o.asked, "identification") => (false, page.t("plan-needs-consent")),
        Subject::Looks => (o.plan.outer.is_some(), page.t("plan-filled")),
        Subject::Photo if !agreed(&o.asked, "photo") => (false, page.t("plan-needs-consent")),
        Subject::Photo => (o.photo, page.t("plan-photo-there")),
        Subject::Contacts => count("plan-n-contacts", o.contacts.len()),
        Subject::Hours => count("plan-n-hours", o.schedule.week.len() + o.schedule.exceptions.len()),
        Subject::Consents => {
            let answered = o.asked.iter().filter(|a| a.standing != Standing::NotAsked).count();
            let of = page.t2("plan-n-answers", "n", answered, "all", o.asked.len());
            (answered == o.asked.len(), of)
        }
    };
    let needs = matches!(subject, Subject::Consents) || state == page.t("plan-needs-consent");
    Line { subject: subject.code(), filled, state: if filled || needs { state } else { page.t("plan-empty") } }
}

fn agreed(all: &[Asked], code: &str) -> bool {
    all.iter().any(|a| a.question.code() == code && matches!(a.standing, Standing::Given { .. }))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Came {
    done: Option<String>,
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(came): Query<Came>,
) -> Result<Response, Fail> {
    let inside = match door::enter(&app, &page, source, &headers, &code, None).await? {
        Ok(inside) => inside,
        Err(response) => return Ok(response),
    };
    let o = inside.open(&app).await?;
    let guardian = inside.of.guardian.is_some();
    html(&PlanPage::of(page, inside.code, guardian, came.done.as_deref(), &o))
}

#[cfg(test)]
fn opened(page: &Page, full: bool) -> Opened {
    use care::app::family::Question;
    use care::app::plan::Plan;
    use care::model::schedule::{Schedule, Slot, Where};
    use care::model::{ContactLine, Haunt, Inner, Outer};
    use people::app::consents::Answer;
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let contact = |n: u128, guardian: bool| ContactLine {
        id: kernel::ids::ContactId(uuid::Uuid::from_u128(n)),
        position: 1,
        name: say("李敏", "Li Min"),
        relation: say("女儿", "daughter"),
        phone: Some("02105550102".into()),
        mail: Some("li@b.cn".into()),
        lang: kernel::Lang::ZhCn,
        guardian: guardian.then_some(people::model::GuardianId(uuid::Uuid::nil())),
        may_collect: guardian,
        barred: false,
    };
    let haunts = vec![Haunt { kind: "work".into(), label: say("老纺织厂", "Old mill"), lon: None, lat: None }];
    let given = Standing::Given { review_on: page.now.plus_days(300) };
    let asked = Question::ALL.iter().enumerate().map(|(n, q)| Asked {
        question: *q,
        standing: if full && n < 3 { given } else { Standing::NotAsked },
        mine: (full && n < 2).then_some(Answer::Given),
        narrowed: full && n == 3,
    });
    Opened {
        plan: Plan {
            version: i64::from(full),
            inner: Inner { haunts: if full { haunts } else { Vec::new() }, ..Inner::default() },
            outer: full.then(Outer::default),
            may_keep_haunts: full,
        },
        language: if full { say("本地话", "local dialect") } else { String::new() },
        contacts: if full { vec![contact(1, true), contact(2, false)] } else { Vec::new() },
        contacts_state: 1,
        schedule: Schedule {
            week: if full {
                vec![Slot { days: vec![0, 1], from: 450, to: 1_110, at: Where::Alone }]
            } else {
                Vec::new()
            },
            exceptions: Vec::new(),
        },
        schedule_version: 1,
        asked: asked.collect(),
        photo: full,
        changes: if full { vec![(page.now, Subject::Daily, ByWhom::OtherGuardian)] } else { Vec::new() },
    }
}

#[cfg(test)]
fn sample_inside() -> Inside {
    let nil = uuid::Uuid::nil();
    let person = kernel::ids::PersonId(nil);
    let guardian = Some(people::model::GuardianId(uuid::Uuid::from_u128(9)));
    let of = Holder { link: nil, person, guardian, until: kernel::Moment::from_micros(0) };
    let district = kernel::ids::DistrictId(nil);
    let who = Who::new(kernel::Actor::subject(district, person), kernel::Purpose::OwnRecord);
    Inside { code: SAMPLE_CODE.into(), of, who }
}

#[cfg(test)]
const SAMPLE_CODE: &str = "ABCD-EFGH-JKMN-PQRS";

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for full in [false, true] {
        let done = full.then_some("daily");
        let shown = PlanPage::of(page.clone(), SAMPLE_CODE.into(), full, done, &opened(page, full));
        out.push(("public/own/plan/show.html", shown.render().unwrap_or_default()));
    }
    out.extend(door::samples(page));
    out.extend(words::samples(page));
    out.extend(contacts::samples(page));
    out.extend(week::samples(page));
    out.extend(answers::samples(page));
    out.extend(photo::samples(page));
    out
}
