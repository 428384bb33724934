//! Adding a locator, one question a page: which one, what the wearer says, who may see it, and the consent once all of it was read.
//! What was answered goes along in the form; nothing is kept before the last step.

use super::{Inside, Problem, act, consent, door, family, told};
use crate::guard::Source;
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Datum;
use locators::app::devices::{self, Bind, Profile};
use locators::app::sights;
use locators::model::{Sight, Thing};
use people::app::consents::Answer;
use people::app::links::Holder;
use people::app::persons::For;
use store::Cx;
use trackers::{DeviceId, Protocol};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/locator/bind", get(show).post(send))
}

/// Kinds that people meet in shops, with the words printed on their boxes.
pub(crate) struct Model {
    pub code: &'static str,
    pub name: String,
    pub hint: String,
}

/// What was typed so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub model: String,
    pub number: String,
    pub name: String,
    pub elder: String,
    pub sees: String,
    pub agreed: bool,
}

impl Typed {
    pub fn read(posted: &Posted) -> Self {
        Self {
            model: posted.get("model"),
            // As it is printed in groups, or in full-width letters.
            number: kernel::text::narrow(&posted.get("number")).chars().filter(|c| !c.is_whitespace()).collect(),
            name: posted.get("name"),
            elder: posted.get("elder"),
            sees: posted.get("sees"),
            agreed: posted.get("agreed") == "1",
        }
    }
}

#[derive(Template)]
#[template(path = "public/own/locator/bind.html")]
pub(super) struct BindPage {
    pub page: Page,
    pub code: String,
    pub step: &'static str,
    /// Number of the step, from 1.
    pub n: usize,
    pub steps: usize,
    pub models: Vec<Model>,
    pub t: Typed,
    /// A guardian writes, who asks the wearer first.
    pub guardian: bool,
    pub problems: Vec<Problem>,
}

impl BindPage {
    /// A guardian asks the wearer; the wearer need not be asked.
    pub const fn steps(guardian: bool) -> &'static [&'static str] {
        if guardian { &["device", "wearer", "sees", "check"] } else { &["device", "sees", "check"] }
    }
    pub const SEES: [&'static str; 3] = ["always", "alarm", "never"];

    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    fn chosen(&self, typed: &str, code: &str) -> bool {
        typed == code
    }
    /// Answers of the other steps, sent along.
    fn carried(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("device", "model", &self.t.model),
            ("device", "number", &self.t.number),
            ("device", "name", &self.t.name),
            ("wearer", "elder", &self.t.elder),
            ("sees", "sees", &self.t.sees),
        ];
        all.into_iter()
            .filter(|(step, ..)| *step != self.step)
            .map(|(_, field, value)| (field, value.as_str()))
            .collect()
    }
    fn answers(&self) -> Vec<(String, String)> {
        let p = &self.page;
        let mut out = vec![
            (p.t("loc-field-model"), p.tk("loc-model-", &self.t.model)),
            (p.t("loc-field-number"), self.t.number.clone()),
            (p.t("loc-field-name"), self.t.name.clone()),
            (p.t("loc-field-sees"), p.tk("loc-sees-", &self.t.sees)),
        ];
        if self.guardian {
            out.insert(3, (p.t("loc-field-elder"), p.tk("plan-elder-", &self.t.elder)));
        }
        out
    }
}

/// Every kind, what people meet most first.
pub(crate) fn models(page: &Page) -> Vec<Model> {
    let of = |p: Protocol| Model {
        code: p.name(),
        name: page.tk("loc-model-", p.name()),
        hint: page.tk("loc-model-why-", p.name()),
    };
    Protocol::ALL.into_iter().map(of).collect()
}

/// What a device of this kind is: it sends what satellites give it, unless a clerk knows that its maker shifts it.
pub(crate) fn profile(model: &str, number: &str) -> Option<Profile> {
    let protocol = Protocol::parse(model)?;
    let thing = match protocol {
        Protocol::Watch => Thing::Watch,
        Protocol::OsmAnd | Protocol::OwnTracks => Thing::Phone,
        _ => Thing::Pendant,
    };
    Some(Profile { number: number.to_owned(), thing, protocol, model: String::new(), datum: Datum::Wgs84 })
}

fn page_of(page: Page, inside: &Inside, step: &'static str, t: Typed, problems: Vec<Problem>) -> BindPage {
    let steps = BindPage::steps(inside.of.guardian.is_some());
    let n = steps.iter().position(|s| *s == step).unwrap_or(0) + 1;
    BindPage {
        code: inside.code.clone(),
        step,
        n,
        steps: steps.len(),
        models: models(&page),
        t,
        guardian: inside.of.guardian.is_some(),
        problems,
        page,
    }
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            super::concerned(&app, &inside).await?;
            html(&page_of(page, &inside, "device", Typed::default(), Vec::new()))
        }
    }
}

/// What is wrong with the answers of a step.
fn wrong(page: &Page, step: &str, t: &Typed) -> Vec<Problem> {
    let missing = |id: &'static str| (id, page.t1("loc-wrong-missing", "field", page.tk("loc-field-", id)));
    let mut out = Vec::new();
    match step {
        "device" => {
            if Protocol::parse(&t.model).is_none() {
                out.push(missing("model"));
            }
            if t.number.is_empty() {
                out.push(missing("number"));
            } else if DeviceId::new(&t.number).is_none() {
                out.push(("number", page.t("loc-wrong-device-number")));
            }
            if t.name.is_empty() {
                out.push(missing("name"));
            }
        }
        "wearer" if t.elder == "no" => out.push(("elder", page.t("loc-wrong-elder-no"))),
        "wearer" if !["yes", "cannot"].contains(&t.elder.as_str()) => out.push(missing("elder")),
        "sees" if Sight::from_code(&t.sees).is_none() => out.push(missing("sees")),
        "check" if !t.agreed => out.push(("agreed", page.t("loc-wrong-agreed"))),
        _ => {}
    }
    out
}

/// Consent, who sees what, and the device: all of it or nothing.
fn bind(cx: &mut Cx<'_>, of: &Holder, t: &Typed) -> locators::Result<()> {
    let why = For::Letter(*of);
    let missing = |field| locators::Error::Invalid { field, why: "missing" };
    let sight = Sight::from_code(&t.sees).ok_or(missing("sees"))?;
    let profile = profile(&t.model, &t.number).ok_or(missing("model"))?;
    consent::say(cx, of, Answer::Given)?;
    for seer in family::view(cx, of)?.who_sees {
        if seer.sight != sight {
            sights::set_sight(cx, of.person, &why, seer.guardian, sight)?;
        }
    }
    devices::bind(cx, of.person, &why, &Bind { profile, name: t.name.clone() }).map(drop)
}

/// The step on which a field is answered.
fn step_of(field: &str) -> &'static str {
    match field {
        "model" | "number" | "name" => "device",
        "elder" => "wearer",
        "sees" => "sees",
        _ => "check",
    }
}

async fn send(
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
    super::concerned(&app, &inside).await?;
    let steps = BindPage::steps(inside.of.guardian.is_some());
    let sent = posted.get("step");
    let at = steps.iter().position(|s| *s == sent).unwrap_or(0);
    let t = Typed::read(&posted);
    if posted.get("go") == "back" {
        let before = steps.get(at.saturating_sub(1)).copied().unwrap_or("device");
        return html(&page_of(page, &inside, before, t, Vec::new()));
    }
    // Every step up to this one is looked at again: what goes along in a form can be changed on the way.
    for step in steps.iter().take(at + 1) {
        let problems = wrong(&page, step, &t);
        if !problems.is_empty() {
            let body = html(&page_of(page, &inside, step, t, problems))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response());
        }
    }
    if let Some(next) = steps.get(at + 1) {
        return html(&page_of(page, &inside, next, t, Vec::new()));
    }
    let wanted = t.clone();
    let problem = match act(&app, &inside, source, move |cx, of| bind(cx, of, &wanted)).await? {
        Ok(()) => return Ok(super::done(&page, &inside, "bound")),
        Err(error) => told(&page, error)?,
    };
    let body = html(&page_of(page, &inside, step_of(problem.0), t, vec![problem]))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page, full: bool) -> Vec<(&'static str, String)> {
    let wrong = |id: &'static str| (id, page.t1("loc-wrong-missing", "field", "1"));
    let fields = ["model", "number", "name", "elder", "sees", "agreed", "top"];
    let sample = |step: &&'static str| {
        let t = Typed {
            model: "watch".into(),
            number: "1234567890".into(),
            name: "A1".into(),
            elder: "yes".into(),
            sees: "alarm".into(),
            agreed: false,
        };
        let shown = BindPage {
            page: page.clone(),
            code: "ABCD-EFGH-JKMN-PQRS".into(),
            step,
            n: 2,
            steps: 4,
            models: models(page),
            t,
            guardian: full,
            problems: if full { fields.map(wrong).to_vec() } else { Vec::new() },
        };
        ("public/own/locator/bind.html", shown.render().unwrap_or_default())
    };
    BindPage::steps(true).iter().map(sample).collect()
}
