//! Taking somebody into care, in the name of a matter: around it, and not before people of the same name there were looked at.

use super::of_matter::{FoundLine, found_lines};
use super::show::area_name;
use super::{told, unkept};
use crate::desk::Frame;
use crate::desk::view::{Choice, Field, FieldKind};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use kernel::ids::MatterId;
use matters::app::persons as of;
use people::app::persons::{Found, Registered};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson};
use people::policy::{Action, PersonFacts, ResourceFacts, require};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/matters/{id}/people/new", get(show).post(register))
}

#[derive(Template)]
#[template(path = "desk/register.html")]
struct RegisterPage {
    page: Page,
    frame: Frame,
    back: String,
    here: String,
    fields: Vec<Field>,
    /// People of the same name around the matter.
    found: Vec<FoundLine>,
    more: bool,
    problem: Option<String>,
}

/// What was typed.
#[derive(Default)]
struct Typed(Vec<(&'static str, String)>);

const FIELDS: [&str; 10] =
    ["name", "sex", "birth_year", "area", "phone", "address", "language", "guardian", "relation", "guardian_phone"];

impl Typed {
    fn of(posted: &Posted) -> Self {
        Self(FIELDS.iter().map(|name| (*name, posted.get(name))).collect())
    }
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text.as_str())
    }
    fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|t| !t.is_empty())
    }

    fn person(&self) -> Result<NewPerson, matters::Error> {
        let wrong = |field, why| matters::Error::People(people::Error::Invalid { field, why });
        let birth_year = match self.some("birth_year") {
            Some(year) => Some(year.parse().map_err(|_| wrong("birth_year", "range"))?),
            None => None,
        };
        let guardian = self.some("guardian").map(|name| NewGuardian {
            who: GuardianName { name, relation: self.get("relation").to_owned() },
            phone: self.some("guardian_phone"),
        });
        Ok(NewPerson {
            area: self.get("area").parse().map_err(|_| wrong("area", "missing"))?,
            identity: Identity {
                name: self.get("name").into(),
                sex: self.get("sex").into(),
                birth_year,
                id_number: None,
            },
            contact: Contact {
                phone: self.some("phone"),
                address: self.some("address"),
                language: self.some("language"),
            },
            guardians: guardian.into_iter().collect(),
        })
    }
}

fn fields(page: &Page, typed: &Typed, areas: Vec<Choice>) -> Vec<Field> {
    let line = |name: &'static str| Field::line(name, page.tk("record-field-", name), typed.get(name));
    let mut sexes = vec![Choice::new("", page.t("register-unknown"), typed.get("sex"))];
    sexes.extend(Choice::codes(page, "record-sex-", ["f", "m"], typed.get("sex")));
    vec![
        line("name").must(),
        Field::select("sex", page.t("record-field-sex"), sexes),
        line("birth_year"),
        Field::select("area", page.t("record-field-area"), areas).must(),
        line("phone"),
        line("address"),
        line("language"),
        line("guardian").hint(page.t("register-guardian-hint")),
        line("relation"),
        line("guardian_phone"),
    ]
}

/// The page, for whoever may take somebody in around this matter.
fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: MatterId,
    typed: &Typed,
    (found, more, problem): (Vec<Found>, bool, Option<String>),
) -> Result<RegisterPage, Fail> {
    let ResourceFacts::Matter(facts) = matters::app::facts(cx, id)? else { return Err(Fail::NotFound) };
    let about = PersonFacts { matter: Some(facts), ..PersonFacts::default() };
    require(&cx.actor, cx.purpose, Action::RegisterPerson, &ResourceFacts::Person(about))
        .map_err(people::Error::from)?;
    let spot = matters::app::detail(cx, id)?.line.spot;
    let mut areas = Vec::new();
    for area in [spot.grid, spot.community, spot.town].into_iter().flatten() {
        areas.extend(area_name(cx, &page, area)?.map(|name| Choice::new(area.to_string(), name, typed.get("area"))));
    }
    let back = page.href(format!("/desk/matters/{id}/people"));
    Ok(RegisterPage {
        here: format!("{back}/new"),
        found: found_lines(cx, &page, found, &back)?,
        fields: fields(&page, typed, areas),
        frame: Frame::load(cx, &page, staff, "")?,
        back,
        more,
        problem,
        page,
    })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<MatterId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let nothing = (Vec::new(), false, None);
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff, id, &Typed::default(), nothing)).await?;
    unkept(&shown)
}

async fn register(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let (typed, sure) = (Typed::of(&posted), posted.get("sure") == "yes");
    let new = typed.person();
    let done = match new {
        Ok(new) => app.rt.write(who.clone(), move |cx| of::register(cx, id, &new, sure)).await,
        Err(wrong) => Err(wrong),
    };
    let after = match done {
        Ok(Registered::New(_)) => {
            return Ok(Redirect::to(&page.href(format!("/desk/matters/{id}/people"))).into_response());
        }
        Ok(Registered::Alike(found, more)) => (found, more, None),
        Err(error) => match told(&page, &error) {
            Some(words) => (Vec::new(), false, Some(words)),
            None => return Err(error.into()),
        },
    };
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff, id, &typed, after)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let name = if page.zh() { "王桂芳" } else { "Wang Guifang" };
    let line = || FoundLine { href: "/desk".into(), name: name.into(), about: "1941".into() };
    let build = |alike: bool| RegisterPage {
        page: page.clone(),
        frame: Frame::sample(page),
        back: "/desk".into(),
        here: "/desk".into(),
        fields: fields(page, &Typed::default(), vec![Choice::new("1", name, "")]),
        found: if alike { vec![line()] } else { Vec::new() },
        more: alike,
        problem: alike.then(|| page.t("record-wrong-unknown")),
    };
    [true, false].iter().map(|alike| ("desk/register.html", build(*alike).render().unwrap_or_default())).collect()
}
