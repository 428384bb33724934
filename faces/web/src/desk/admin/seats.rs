//! SeatsPage and change of post (J11): the successor inherits what the seat owns, the predecessor loses access the same minute.

use super::{Sheet, SheetPage, allow};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field, FieldKind, blame, day_text};
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::ids::{AccountId, SeatId};
use kernel::{Moment, Purpose, Role};
use matters::Invalid;
use people::app::liaison::{LiaisonLine, liaison_book};
use people::app::{StaffQuery, hand_over, search_staff};
use people::policy::Action;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/seats", get(list))
        .route("/desk/admin/seats/{id}/hand-over", get(ask).post(do_hand_over))
}

struct SeatLine {
    title: String,
    org: Option<String>,
    people: Vec<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/admin/seats.html")]
struct SeatsPage {
    page: Page,
    frame: Frame,
    roles: Vec<Choice>,
    seats: Vec<SeatLine>,
    file: String,
    done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    role: String,
    done: String,
    r#as: String,
}

fn line(page: &Page, l: LiaisonLine) -> SeatLine {
    let people = l
        .people
        .into_iter()
        .map(|p| if p.deputy { page.t1("desk-seat-deputy", "seat", p.display_name) } else { p.display_name })
        .collect();
    SeatLine {
        title: page.t2("desk-seat-words", "title", &l.title, "role", page.tk("role-", l.role.code())),
        org: l.org_name,
        people,
        href: page.href(format!("/desk/admin/seats/{}/hand-over", l.seat)),
    }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageSeats)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/seats")?;
            // One kind of seat at a time; to begin with those whose absence the district would notice first.
            let role = Role::from_code(&asked.role).unwrap_or(Role::CatchAll);
            let ground = ground::geography(cx)?;
            let book = liaison_book(cx, &ground, None)?;
            let seats: Vec<SeatLine> = book.into_iter().filter(|l| l.role == role).map(|l| line(&page, l)).collect();
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, seats, table::mark(cx)?)));
            }
            let file = table::href(&page, "/desk/admin/seats", &[("role", role.code())]);
            let roles = Choice::codes(&page, "role-", Role::ALL.iter().map(|r| r.code()), role.code());
            let done = (asked.done == "handed").then(|| page.t("desk-seat-handed"));
            Ok::<_, Fail>(Listed::Page(Box::new(SeatsPage { page, frame, roles, seats, file, done })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn as_table(page: &Page, seats: Vec<SeatLine>, mark: String) -> Table {
    let head = ["desk-term-seat", "desk-nav-orgs", "desk-seat-who"].map(|key| page.t(key)).into();
    let comma = page.t("list-comma");
    let row = |s: SeatLine| vec![s.title, s.org.unwrap_or_default(), s.people.join(&comma)];
    Table { name: "seats".into(), head, rows: seats.into_iter().map(row).collect(), mark, ..Table::default() }
}

fn sheet(cx: &mut Cx<'_>, page: &Page, id: SeatId, to: &str, day: &str, wrong: &[Invalid]) -> Result<Sheet, Fail> {
    let seat = people::app::seats::seat(cx, id)?;
    let open = matters::app::open_on_seat(cx, id)?;
    let terms = people::app::terms::of_seat(cx, id)?;
    let now: Vec<AccountId> = terms.iter().filter(|t| t.runs(page.now)).map(|t| t.account).collect();
    let names = people::app::accounts::names(cx, &now)?;
    let holders: Vec<String> = now.iter().filter_map(|a| names.get(a).cloned()).collect();
    let ground = ground::geography(cx)?;
    let staff = search_staff(cx, &ground, &StaffQuery { everybody: true, limit: 500, ..StaffQuery::default() })?;
    let mut options = vec![Choice::new("", page.t("desk-f-seat-choose"), to)];
    options.extend(
        staff
            .iter()
            .filter(|s| s.active && !now.contains(&s.account))
            .map(|s| Choice::new(s.account.to_string(), format!("{} · {}", s.display_name, s.login), to)),
    );
    let mut fields = vec![
        Field::select("to", page.t("desk-hand-to"), options).must(),
        Field {
            kind: FieldKind::Date,
            min: Some(day_text(page.now)),
            ..Field::line("day", page.t("desk-hand-day"), day)
        }
        .hint(page.t("desk-hand-day-hint")),
    ];
    let errors = blame(page, &mut fields, wrong);
    let who = if holders.is_empty() { page.t("desk-seat-vacant") } else { holders.join(&page.t("list-comma")) };
    Ok(Sheet {
        title: page.t1("desk-hand-title", "title", &seat.title),
        intro: Some(page.t("desk-hand-intro")),
        lines: vec![page.t1("desk-hand-now", "who", who), page.t1("desk-hand-moves", "n", open)],
        action: page.href(format!("/desk/admin/seats/{id}/hand-over")),
        back: page.href("/desk/admin/seats"),
        back_word: page.t("desk-nav-seats"),
        button: page.t("desk-hand-do"),
        fields,
        errors,
        danger: false,
    })
}

async fn ask(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<SeatId>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageTerms)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/seats")?;
            let sheet = sheet(cx, &page, id, "", "", &[])?;
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

/// Midnight at the beginning of a day, for changes that are known beforehand; empty is now.
fn day_start(text: &str) -> Result<Option<Moment>, ()> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let date: jiff::civil::Date = text.trim().parse().map_err(|_| ())?;
    let zoned = date.to_zoned_datetime(kernel::time::shanghai()).map_err(|_| ())?;
    Ok(Some(Moment::from(&zoned)))
}

async fn do_hand_over(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<SeatId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (to, day) = (posted.get("to"), posted.get("day"));
    let who = staff.who(Purpose::Administration);
    let mut wrong = Vec::new();
    let account = to.parse::<AccountId>().ok();
    if account.is_none() {
        wrong.push(Invalid::new("to", "invalid-missing"));
    }
    let at = day_start(&day).unwrap_or_else(|()| {
        wrong.push(Invalid::new("day", "desk-hand-day-wrong"));
        None
    });
    if let Some(account) = account.filter(|_| wrong.is_empty()) {
        let done = app
            .rt
            .write(who.clone(), move |cx| {
                let ground = ground::geography(cx).map_err(|_| people::Error::Store(store::Error::NotFound))?;
                hand_over(cx, &ground, id, account, at)
            })
            .await;
        match done {
            Ok(_) => return Ok(Redirect::to(&page.href("/desk/admin/seats?done=handed")).into_response()),
            Err(error) => match refusal(&error) {
                Some(key) => wrong.push(Invalid::new("to", key)),
                None => return Err(error.into()),
            },
        }
    }
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/seats")?;
            let sheet = sheet(cx, &page, id, &to, &day, &wrong)?;
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

/// Refusals that belong to the form.
pub(super) const fn refusal(error: &people::Error) -> Option<&'static str> {
    Some(match error {
        people::Error::Separation => "error-people-separation",
        people::Error::SeatTaken => "error-people-seat-taken",
        people::Error::SeatClosed => "error-people-seat-closed",
        people::Error::NotActive => "error-people-not-active",
        people::Error::LastCatchAll => "error-people-last-catch-all",
        people::Error::LoginTaken => "error-people-login-taken",
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let of = |n: usize| SeatsPage {
            page: page.clone(),
            frame: Frame::sample(page),
            roles: Choice::codes(page, "role-", Role::ALL.iter().map(|r| r.code()), "clerk"),
            seats: (0..n)
                .map(|i| SeatLine {
                    title: name("青禾站一号民警", "Officer 1"),
                    org: (i > 0).then(|| name("区公安分局", "Branch")),
                    people: (0..i).map(|_| name("李明", "Li Ming")).collect(),
                    href: page.href("/desk/admin/seats/1/hand-over"),
                })
                .collect(),
            file: table::href(page, "/desk/admin/seats", &[]),
            done: (n > 0).then(|| page.t("desk-seat-handed")),
        };
        [0, 2].into_iter().map(|n| ("desk/admin/seats.html", of(n).render().unwrap_or_default())).collect()
    }
}
