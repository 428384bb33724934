//! The bodies that work together: committees, agencies, property managers, shops.

use super::{Sheet, SheetPage, allow};
use crate::desk::sought::{self, Sought};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field, blame};
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use matters::Invalid;
use people::app::orgs::{NewOrg, create_org};
use people::model::OrgKind;
use people::policy::Action;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/orgs", get(list).post(sought::lead))
        .route("/desk/admin/orgs/new", get(ask).post(make))
}

struct OrgLine {
    name: String,
    kind: String,
    phone: Option<String>,
    active: bool,
}

#[derive(Template)]
#[template(path = "desk/admin/orgs.html")]
struct OrgsPage {
    page: Page,
    frame: Frame,
    kinds: Vec<Choice>,
    text: String,
    orgs: Vec<OrgLine>,
    /// More were found than are shown.
    cut: bool,
    file: String,
    done: Option<String>,
}

/// Bodies of one page; more words find fewer.
const SHOWN: usize = 100;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    kind: String,
    text: String,
    sought: String,
    done: String,
    r#as: String,
}

fn kinds(page: &Page, now: &str) -> Vec<Choice> {
    Choice::codes(page, "desk-org-", OrgKind::ALL.iter().map(|k| k.code()), now)
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Sought(asked): Sought<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageOrgs)?;
            let mut frame = Frame::load(cx, &page, &staff, "/desk/admin/people")?;
            let kind = OrgKind::from_code(&asked.kind).unwrap_or(OrgKind::Committee);
            let filters = [("kind", kind.code()), (sought::FIELD, asked.sought.as_str())];
            frame.keeps(&filters);
            let wanted = kernel::text::narrow(&asked.text).trim().to_lowercase();
            let mut orgs: Vec<OrgLine> = people::app::orgs::list(cx, Some(kind))?
                .into_iter()
                .filter(|o| wanted.is_empty() || o.name.to_lowercase().contains(&wanted))
                .map(|o| OrgLine {
                    name: o.name,
                    kind: page.tk("desk-org-", o.kind.code()),
                    phone: o.phone,
                    active: o.active,
                })
                .collect();
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, orgs)));
            }
            let cut = orgs.len() > SHOWN;
            orgs.truncate(SHOWN);
            Ok::<_, Fail>(Listed::Page(Box::new(OrgsPage {
                kinds: kinds(&page, kind.code()),
                done: (asked.done == "made").then(|| page.t("desk-org-made")),
                file: table::href(&page, "/desk/admin/orgs", &filters),
                text: asked.text,
                page,
                frame,
                orgs,
                cut,
            })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn as_table(page: &Page, orgs: Vec<OrgLine>) -> Table {
    let head = ["desk-org-name", "desk-org-kind", "desk-staff-phone", "desk-org-left"].map(|key| page.t(key)).into();
    let left = |active: bool| if active { String::new() } else { page.t("desk-org-left") };
    let row = |o: OrgLine| vec![o.name, o.kind, o.phone.unwrap_or_default(), left(o.active)];
    Table { name: "organisations".into(), head, rows: orgs.into_iter().map(row).collect(), ..Table::default() }
}

fn sheet(page: &Page, get: &dyn Fn(&str) -> String, wrong: &[Invalid]) -> Sheet {
    let mut fields = vec![
        Field::line("name", page.t("desk-org-name"), &get("name")).must(),
        Field::select("kind", page.t("desk-org-kind"), kinds(page, &get("kind"))),
        Field::line("area", page.t("desk-new-area"), &get("area")).hint(page.t("desk-new-area-hint")),
        Field::line("phone", page.t("desk-staff-phone"), &get("phone")),
    ];
    let errors = blame(page, &mut fields, wrong);
    Sheet {
        title: page.t("desk-org-new"),
        intro: None,
        lines: Vec::new(),
        action: page.href("/desk/admin/orgs/new"),
        back: page.href("/desk/admin/orgs"),
        back_word: page.t("desk-nav-orgs"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    }
}

async fn ask(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageOrgs)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/people")?;
            let sheet = sheet(&page, &|_| String::new(), &[]);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

async fn make(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (name, kind, typed_area, phone) =
        (posted.get("name"), OrgKind::from_code(&posted.get("kind")), posted.get("area"), posted.get("phone"));
    let made = app
        .rt
        .write(who.clone(), move |cx| {
            let area = ground::resolve(cx, &typed_area).ok().flatten();
            if area.is_none() && !typed_area.is_empty() {
                return Err(people::Error::Invalid { field: "area", why: "unknown" });
            }
            let phone = Some(phone).filter(|p| !p.is_empty());
            let kind = kind.unwrap_or(OrgKind::Committee);
            create_org(cx, &NewOrg { kind, name, parent: None, area, post: None, phone })
        })
        .await;
    let wrong = match made {
        Ok(_) => return Ok(Redirect::to(&page.href("/desk/admin/orgs?done=made")).into_response()),
        Err(people::Error::Invalid { field: "area", .. }) => vec![Invalid::new("area", "desk-new-area-unknown")],
        Err(people::Error::Invalid { field, .. }) => vec![Invalid::new(field, "desk-af-wrong")],
        Err(people::Error::Store(store::Error::Unique(_))) => vec![Invalid::new("name", "desk-org-taken")],
        Err(error) => return Err(error.into()),
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            allow(cx, Action::ManageOrgs)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/people")?;
            let sheet = sheet(&page, &|name| posted.get(name), &wrong);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let frame = Frame::sample(page);
        let of = |n: usize| OrgsPage {
            page: page.clone(),
            frame: frame.clone(),
            kinds: kinds(page, "committee"),
            text: String::new(),
            cut: n > 0,
            file: table::href(page, "/desk/admin/orgs", &[]),
            orgs: (0..n)
                .map(|i| OrgLine {
                    name: name("青禾居委会", "Qinghe committee"),
                    kind: page.t("desk-org-committee"),
                    phone: (i == 0).then(|| "021-0571 0200".into()),
                    active: i == 0,
                })
                .collect(),
            done: (n > 0).then(|| page.t("desk-org-made")),
        };
        let mut out: Vec<_> =
            [0, 2].into_iter().map(|n| ("desk/admin/orgs.html", of(n).render().unwrap_or_default())).collect();
        let sheet = sheet(page, &|_| String::new(), &[Invalid::new("name", "desk-org-taken")]);
        out.push((
            "desk/admin/form.html",
            SheetPage { page: page.clone(), frame: frame.clone(), sheet }.render().unwrap_or_default(),
        ));
        out
    }
}
