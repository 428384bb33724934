//! Who it is (L3): enrolled elders who may be meant, with what speaks for each; or by name, when somebody says one. Looking is a
//! POST, so that no prefetch ever does it, and each one shown is an entry of the log.

use super::alike::{self, AlikesView};
use super::told;
use crate::desk::Frame;
use crate::desk::view::Choice;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use kernel::Purpose;
use kernel::ids::CaseId;
use lost::app::{Candidate, Candidates};
use lost::model::How;
use people::app::persons::{self, For, Found};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/lost/{id}/candidates", post(candidates)).route("/desk/lost/{id}/find", post(find))
}

pub(super) struct CandidateView {
    pub person: String,
    pub name: String,
    pub about: String,
    /// In per cent.
    pub p: Option<String>,
    /// Field, and whether it speaks for or against.
    pub evidence: Vec<(String, bool)>,
    /// Near a place that the family named: its kind, and how far.
    pub close_to: Option<String>,
    pub missed: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/lost_known.html")]
pub(super) struct KnownPage {
    pub page: Page,
    pub frame: Frame,
    pub back: String,
    pub number: String,
    pub action: String,
    pub find: String,
    pub name: String,
    pub version: i64,
    /// Cases of the other kind whose elder nobody knows either; none, when it is known who this one is.
    pub alike: Option<AlikesView>,
    pub shown: Vec<CandidateView>,
    /// How probable it is that it is nobody of those enrolled, and how many were looked through.
    pub none: Option<(String, usize)>,
    pub more: bool,
    pub hows: Vec<Choice>,
    pub problem: Option<String>,
    /// By name, not by description.
    pub by_name: bool,
}

async fn candidates(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app
        .rt
        .write(who, move |cx| {
            let found = lost::app::candidates(cx, id)?;
            let none = Some((percent(&page, found.not_registered), found.enrolled));
            let shown = candidate_views(&page, &found);
            let kind = lost::app::load(cx, id)?.kind;
            let all = lost::app::alike(cx, id)?;
            let alike = all.map(|all| alike::view(cx, &page, kind, all)).transpose()?;
            let empty = blank(cx, page, &staff, id)?;
            Ok::<_, Fail>(KnownPage { shown, none, alike, ..empty })
        })
        .await?;
    html(&shown).map(crate::unkept)
}

async fn find(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let name = posted.get("name");
    let shown = app
        .rt
        .write(who, move |cx| {
            let asked = by_name(cx, id, &name);
            let empty = KnownPage { name, by_name: true, ..blank(cx, page, &staff, id)? };
            match asked {
                Ok((found, more)) => {
                    let shown = found.into_iter().map(|f| found_view(&empty.page, f)).collect();
                    Ok::<_, Fail>(KnownPage { shown, more, ..empty })
                }
                Err(error) => match told(&empty.page, &error).or_else(|| plain(&empty.page, &error)) {
                    Some(problem) => Ok(KnownPage { problem: Some(problem), ..empty }),
                    None => Err(error.into()),
                },
            }
        })
        .await?;
    html(&shown).map(crate::unkept)
}

fn plain(page: &Page, error: &lost::Error) -> Option<String> {
    match error {
        lost::Error::People(people::Error::Invalid { why, .. }) => Some(page.tk("lost-wrong-", why)),
        _ => None,
    }
}

/// People of this name anywhere in the district: an elder may walk far.
fn by_name(cx: &mut Cx<'_>, id: CaseId, name: &str) -> Result<(Vec<Found>, bool), lost::Error> {
    let why = lost::app::to_identify(cx, id)?;
    let within: Vec<_> = places::snapshot(cx)?.district().map(|d| d.id).into_iter().collect();
    let why = For::Case(Box::new(why));
    Ok(persons::find_person(cx, name, &why, &within)?)
}

fn blank(cx: &mut Cx<'_>, page: Page, staff: &Staff, id: CaseId) -> Result<KnownPage, Fail> {
    let row = lost::app::load(cx, id)?;
    let back = page.href(format!("/desk/lost/{id}"));
    let frame = Frame::load(cx, &page, staff, "/desk/lost")?;
    Ok(KnownPage {
        number: row.number,
        action: format!("{back}/step/identified"),
        find: format!("{back}/find"),
        name: String::new(),
        version: row.version,
        alike: None,
        shown: Vec::new(),
        none: None,
        more: false,
        hows: Choice::codes(
            &page,
            "lost-how-",
            How::ALL.iter().filter(|h| **h != How::Scan).map(|h| h.code()),
            How::Known.code(),
        ),
        problem: None,
        by_name: false,
        back,
        frame,
        page,
    })
}

fn percent(page: &Page, p: f64) -> String {
    crate::fmt::percent(p, page.look.lang)
}

fn candidate_views(page: &Page, found: &Candidates) -> Vec<CandidateView> {
    found.shown.iter().map(|c| candidate(page, c)).collect()
}

fn candidate(page: &Page, c: &Candidate) -> CandidateView {
    CandidateView {
        person: c.person.to_string(),
        name: c.name.clone(),
        about: c.birth_year.map(|y| page.t1("record-born", "year", y)).unwrap_or_default(),
        p: Some(percent(page, c.p)),
        evidence: evidence(page, &c.evidence),
        close_to: c.close_to.map(|near| {
            page.t2(
                "lost-known-close",
                "what",
                page.tk("lost-haunt-", near.kind.code()),
                "m",
                fmt::number(near.metres.into()),
            )
        }),
        missed: c.missed_in.map(|case| page.href(format!("/desk/lost/{case}"))),
    }
}

/// What says something, in words, the strongest first; the flag: it speaks for it.
pub(super) fn evidence(page: &Page, all: &[identify::Evidence]) -> Vec<(String, bool)> {
    let mut all: Vec<_> = all.iter().filter(|e| e.bits.abs() >= 0.3).collect();
    all.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    all.into_iter().map(|e| (speaks(page, e), e.bits > 0.0)).collect()
}

/// Bits from which something contradicts: one in eight.
const CONTRADICTS: f64 = -3.0;

/// "Age fits", "lost before".
fn speaks(page: &Page, e: &identify::Evidence) -> String {
    let what = || page.tk("lost-evidence-", e.field.name());
    match e.field {
        identify::Field::Repeat if e.bits > 0.0 => page.t("lost-evidence-repeat"),
        identify::Field::Repeat => page.t("lost-evidence-no-repeat"),
        _ if e.bits > 0.0 => page.t1("lost-speaks-for", "what", what()),
        _ if e.bits > CONTRADICTS => page.t1("lost-speaks-against", "what", what()),
        _ => page.t1("lost-speaks-no", "what", what()),
    }
}

fn found_view(page: &Page, f: Found) -> CandidateView {
    CandidateView {
        person: f.person.to_string(),
        name: f.name,
        about: f.birth_year.map(|y| page.t1("record-born", "year", y)).unwrap_or_default(),
        p: None,
        evidence: Vec::new(),
        close_to: None,
        missed: None,
    }
}
