//! Two records side by side: what both say, where they differ, what each has; and the answer.

use super::{HERE, agreeing, called, has, told};
use crate::desk::Frame;
use crate::desk::care::people::LIST;
use crate::desk::ground;
use crate::desk::view::{Choice, Field, FieldKind};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use care::app::joins::{self, Compared, Side};
use kernel::Purpose;
use kernel::ids::{AreaId, PersonId};
use people::app::joins::{Join, Pair, Taken, kept_of};
use people::policy::{Action, require_somewhere};
use std::collections::{BTreeSet, HashMap};
use store::Cx;

/// One of the two, as it is shown.
pub(super) struct Half {
    pub title: String,
    pub href: String,
    pub lines: Vec<(String, String)>,
    pub has: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/care/pair.html")]
pub(super) struct PairPage {
    pub page: Page,
    pub frame: Frame,
    pub here: String,
    pub back: String,
    pub name: String,
    pub problem: Option<String>,
    /// In what they agree; none: something tells them apart, or nothing agrees.
    pub agree: Option<String>,
    pub apart: bool,
    pub halves: Vec<Half>,
    pub fields: Vec<Field>,
    pub seen: [i64; 2],
    /// What a join would do besides.
    pub notes: Vec<String>,
    /// Why there is no join as they stand.
    pub hinders: Option<String>,
}

pub(in crate::desk::care) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((one, other)): Path<(PersonId, PersonId)>,
) -> Result<Response, Fail> {
    let (who, words) = (staff.who(Purpose::Administration), page.clone());
    let shown = app.rt.write(who, move |cx| {
        // Joined meanwhile, in either direction.
        for (kept, away) in [(one, other), (other, one)] {
            if kept_of(cx, away)? == Some(kept) {
                require_somewhere(&cx.actor, Action::JoinRecords)?;
                return Ok(None);
            }
        }
        build(cx, page, &staff, (one, other), &Posted::default(), None).map(Some)
    });
    match shown.await? {
        Some(shown) => Ok(crate::unkept(html(&shown)?)),
        None => Ok(Redirect::to(&words.href(format!("{HERE}?done=joined"))).into_response()),
    }
}

pub(in crate::desk::care) async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((one, other)): Path<(PersonId, PersonId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let posted = std::sync::Arc::new(posted);
    let form = std::sync::Arc::clone(&posted);
    let done = app.rt.write(who.clone(), move |cx| step(cx, (one, other), &form)).await;
    match done {
        Ok(to) => Ok(Redirect::to(&page.href(to)).into_response()),
        Err(error) => match told(&page, &error) {
            Some(words) => {
                let shown = app.rt.write(who, move |cx| build(cx, page, &staff, (one, other), &posted, Some(words)));
                Ok(crate::unkept((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response()))
            }
            None => Err(error.into()),
        },
    }
}

/// Does what the form asks for; answers where to go.
fn step(cx: &mut Cx<'_>, (one, other): (PersonId, PersonId), posted: &Posted) -> care::Result<String> {
    let pair = Pair { kept: one, away: other };
    match posted.get("do").as_str() {
        "apart" => joins::apart(cx, pair).map(|()| format!("{HERE}?done=apart")),
        "back" => joins::told_apart(cx, pair).map(|()| format!("{HERE}/{one}/{other}")),
        "join" => {
            let kept = posted.get("kept").parse::<PersonId>().ok().filter(|k| *k == one || *k == other);
            let kept = kept.ok_or(care::Error::Invalid { field: "kept", why: "missing" })?;
            let version = |name: &str| posted.get(name).parse().unwrap_or(0);
            let (pair, seen) = if kept == one {
                (pair, (version("v-one"), version("v-other")))
            } else {
                (Pair { kept: other, away: one }, (version("v-other"), version("v-one")))
            };
            let from_away = |t: &&Taken| posted.get(&field_name(**t)).parse::<PersonId>().ok() == Some(pair.away);
            let take: BTreeSet<Taken> = Taken::ALL.iter().filter(from_away).copied().collect();
            let new = Join { pair, seen, take, reason: posted.get("reason") };
            let id = joins::join(cx, &new, alerts::app::joins::ALL)?;
            Ok(format!("/desk/care/joins/{id}?done=joined"))
        }
        _ => Err(care::Error::Invalid { field: "kept", why: "missing" }),
    }
}

fn field_name(field: Taken) -> String {
    format!("f-{}", field.code())
}

/// Names of the fields of the form, as the template wants them.
const fn form_name(field: Taken) -> &'static str {
    match field {
        Taken::Name => "f-name",
        Taken::Sex => "f-sex",
        Taken::BirthYear => "f-birth_year",
        Taken::Phone => "f-phone",
        Taken::Address => "f-address",
        Taken::Language => "f-language",
        Taken::Area => "f-area",
        Taken::IdNumber | Taken::Health | Taken::Location => "f-none",
    }
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    (one, other): (PersonId, PersonId),
    posted: &Posted,
    problem: Option<String>,
) -> Result<PairPage, Fail> {
    let found = joins::compare(cx, Pair { kept: one, away: other }, alerts::app::joins::ALL)?;
    let areas: Vec<AreaId> = found.sides.iter().filter_map(|s| s.area).collect();
    let names = ground::names(cx, &page, &areas)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    Ok(page_of(page, frame, &found, &names, posted, problem))
}

fn value(page: &Page, side: &Side, names: &HashMap<AreaId, String>, field: Taken) -> Option<String> {
    let known = &side.known;
    let said = match field {
        Taken::Name => Some(known.name.clone()),
        Taken::Sex => Some(known.sex.clone()).filter(|s| !s.is_empty()).map(|s| page.tk("record-sex-", &s)),
        Taken::BirthYear => known.birth_year.map(|y| y.to_string()),
        Taken::Phone => known.phone.as_deref().map(fmt::phone),
        Taken::Address => known.address.clone(),
        Taken::Language => known.language.clone(),
        Taken::Area => side.area.and_then(|a| names.get(&a).cloned()),
        Taken::IdNumber | Taken::Health | Taken::Location => None,
    };
    said.filter(|s| !s.trim().is_empty())
}

const SHOWN: [Taken; 7] =
    [Taken::Name, Taken::Sex, Taken::BirthYear, Taken::Phone, Taken::Address, Taken::Language, Taken::Area];

fn page_of(
    page: Page,
    frame: Frame,
    found: &Compared,
    names: &HashMap<AreaId, String>,
    posted: &Posted,
    problem: Option<String>,
) -> PairPage {
    let [one, other] = &found.sides;
    let titles = [page.t("pairs-first"), page.t("pairs-second")];
    let halves = found.sides.iter().zip(&titles).map(|(side, title)| Half {
        title: title.clone(),
        href: page.href(format!("{LIST}/{}", side.person)),
        lines: SHOWN
            .iter()
            .filter_map(|f| Some((page.tk("record-field-", f.code()), value(&page, side, names, *f)?)))
            .collect(),
        has: has(&page, &side.page),
    });
    let halves: Vec<Half> = halves.collect();
    let chosen = |name: &str, default: &Side| match posted.get(name) {
        typed if typed.is_empty() => default.person.to_string(),
        typed => typed,
    };
    // The one with a plan, else the older, is proposed.
    let better = if one.page.visits.is_none() && other.page.visits.is_some() { other } else { one };
    let kept = chosen("kept", better);
    let mut fields = vec![
        Field::radio(
            "kept",
            page.t("pairs-kept"),
            found
                .sides
                .iter()
                .zip(&titles)
                .map(|(side, title)| Choice {
                    hint: Some(has(&page, &side.page).join(page.t("pairs-and").as_str())),
                    ..Choice::new(side.person.to_string(), title.clone(), &kept)
                })
                .collect(),
        )
        .hint(page.t("pairs-kept-hint")),
    ];
    for field in &found.differ {
        let now = chosen(form_name(*field), better);
        let options = found
            .sides
            .iter()
            .zip(&titles)
            .filter_map(|(side, title)| {
                let words = page.t2("pairs-value", "value", value(&page, side, names, *field)?, "of", title.clone());
                Some(Choice::new(side.person.to_string(), words, &now))
            })
            .collect();
        fields.push(Field::radio(form_name(*field), page.tk("record-field-", field.code()), options));
    }
    fields.push(
        Field::line("reason", page.t("pairs-reason"), &posted.get("reason")).hint(page.t("pairs-reason-hint")).must(),
    );
    let mut notes = vec![page.t("pairs-note-follow")];
    if one.page.visits.is_some() && other.page.visits.is_some() {
        notes.push(page.t("pairs-note-plans"));
    }
    notes.extend(
        found.narrowed.iter().map(|p| page.t1("pairs-note-narrowed", "what", page.tk("record-part-", p.code()))),
    );
    notes.extend(
        found.narrowed_too.iter().map(|w| page.t1("pairs-note-narrowed", "what", page.tk("circle-consent-", w.code()))),
    );
    PairPage {
        here: page.href(format!("{HERE}/{}/{}", one.person, other.person)),
        back: page.href(HERE),
        name: called(&page, Some(&one.known)),
        agree: found.agree.as_ref().map(|fields| page.t1("pairs-agree", "fields", agreeing(&page, fields))),
        apart: found.apart,
        seen: [one.version, other.version],
        hinders: found.hinders.map(|why| page.tk("rule-record-", why)),
        halves,
        fields,
        notes,
        problem,
        frame,
        page,
    }
}
