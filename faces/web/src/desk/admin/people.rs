//! Accounts: find, make, keep out, let in; their seats and signed-in devices. Two administrators share this page: the
//! system administrator has accounts, the security administrator has terms and sessions (DOMAIN §6).

use super::seats::refusal;
use super::{Sheet, SheetPage, allow};
use crate::desk::keys::{self, KeyView};
use crate::desk::search::seat_words;
use crate::desk::sessions::{self, DeviceView};
use crate::desk::sought::{self, Sought};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field, FieldKind, blame};
use crate::desk::words::Tag;
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::session::ways::{self, LinkView, PasskeyView};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::AccountId;
use kernel::{Lang, Purpose, Role};
use matters::Invalid;
use people::app::{NewAccount, StaffQuery, accounts, factors, password, search_staff, terms};
use people::model::{AccountStatus, SessionId};
use people::policy::{Action, ResourceFacts, decide};
use secrecy::SecretString;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/people", get(list).post(sought::lead))
        .route("/desk/admin/people/new", get(ask_new).post(make))
        .route("/desk/admin/people/{id}", get(person))
        .route("/desk/admin/people/{id}/status", post(status))
        .route("/desk/admin/people/{id}/sessions", post(revoke))
}

/// PeoplePage of one page; more words find fewer.
const SHOWN: usize = 100;
/// Accounts of one file.
const FILED: usize = 100_000;

struct PersonLine {
    href: String,
    name: String,
    login: String,
    active: bool,
    seats: Vec<String>,
    phone: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/people.html")]
struct PeoplePage {
    page: Page,
    frame: Frame,
    q: String,
    roles: Vec<Choice>,
    people: Vec<PersonLine>,
    cut: bool,
    file: String,
    may_accounts: bool,
    may_seats: bool,
    done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    q: String,
    sought: String,
    role: String,
    done: String,
    r#as: String,
}

fn may(cx: &Cx<'_>, action: Action) -> bool {
    decide(&cx.actor, cx.purpose, action, &ResourceFacts::District).is_allowed()
}

/// Either administrator.
fn allow_either(cx: &Cx<'_>) -> Result<(), Fail> {
    if may(cx, Action::ManageSessions) { Ok(()) } else { allow(cx, Action::ManageAccounts) }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Sought(asked): Sought<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow_either(cx)?;
            let mut frame = Frame::load(cx, &page, &staff, "/desk/admin/people")?;
            let filters = [(sought::FIELD, asked.sought.as_str()), ("role", asked.role.as_str())];
            frame.keeps(&filters);
            let ground = ground::geography(cx)?;
            let query = StaffQuery {
                text: asked.q.clone(),
                role: Role::from_code(&asked.role),
                everybody: true,
                limit: if file.is_some() { FILED } else { SHOWN + 1 },
                ..StaffQuery::default()
            };
            let mut found = search_staff(cx, &ground, &query)?;
            let cut = found.len() > SHOWN;
            if file.is_none() {
                found.truncate(SHOWN);
            }
            let people: Vec<PersonLine> = found
                .into_iter()
                .map(|p| PersonLine {
                    href: page.href(format!("/desk/admin/people/{}", p.account)),
                    seats: first_seats(&page, &p.seats),
                    name: p.display_name,
                    login: p.login,
                    active: p.active,
                    phone: p.phone_ext,
                })
                .collect();
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, people, table::mark(cx)?)));
            }
            Ok::<_, Fail>(Listed::Page(Box::new(PeoplePage {
                file: table::href(&page, "/desk/admin/people", &filters),
                q: asked.q,
                roles: Choice::any(&page, "role-", Role::ALL.iter().map(|r| r.code()), &asked.role),
                people,
                cut,
                may_accounts: may(cx, Action::ManageAccounts),
                may_seats: may(cx, Action::ManageSeats),
                done: (asked.done == "made").then(|| page.t("desk-people-made")),
                frame,
                page,
            })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn as_table(page: &Page, people: Vec<PersonLine>, mark: String) -> Table {
    let head = ["desk-staff-name", "desk-people-login", "desk-staff-seats", "desk-staff-phone", "desk-people-off"]
        .map(|k| page.t(k));
    let comma = page.t("list-comma");
    let off = |active: bool| if active { String::new() } else { page.t("desk-people-off") };
    let row = |p: PersonLine| vec![p.name, p.login, p.seats.join(&comma), p.phone.unwrap_or_default(), off(p.active)];
    Table {
        name: "accounts".into(),
        head: head.into(),
        rows: people.into_iter().map(row).collect(),
        mark,
        ..Table::default()
    }
}

/// The first few seats; the rest stand on the person's own page.
fn first_seats(page: &Page, seats: &[people::app::staff::StaffSeat]) -> Vec<String> {
    const SHOWN: usize = 3;
    let mut out: Vec<String> = seats.iter().take(SHOWN).map(|s| seat_words(page, s)).collect();
    if seats.len() > SHOWN {
        out.push(page.t1("desk-people-more-seats", "n", seats.len() - SHOWN));
    }
    out
}

struct TermLine {
    seat: String,
    role: String,
    kind: String,
    from: String,
    to: String,
    /// Where the seat is handed over.
    change: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/person.html")]
struct Person {
    page: Page,
    frame: Frame,
    name: String,
    login: String,
    phone: Option<String>,
    status: Tag,
    active: bool,
    terms: Vec<TermLine>,
    add_term: Option<String>,
    may_sessions: bool,
    /// Second factor: in words, and whether there is one to take away.
    second: String,
    has_second: bool,
    sessions: Vec<DeviceView>,
    keys: Vec<KeyView>,
    passkeys: Vec<PasskeyView>,
    /// Accounts at providers.
    links: Vec<LinkView>,
    may_invite: bool,
    revoke: String,
    /// Where the security administrator helps somebody who lost something.
    help_href: String,
    status_href: Option<String>,
    done: Option<String>,
    problem: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
}

async fn person(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<AccountId>,
    Query(after): Query<After>,
) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow_either(cx)?;
            let done = ["suspended", "reactivated", "revoked", "second", "all", "key", "unlinked", "passkey"]
                .contains(&after.done.as_str());
            let done = done.then(|| page.tk("desk-person-done-", &after.done));
            let problem = (after.done == "last").then(|| page.t("error-people-last-catch-all"));
            load(cx, page, &staff, id, done, problem)
        })
        .await?;
    html(&shown)
}

fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: AccountId,
    done: Option<String>,
    problem: Option<String>,
) -> Result<Person, Fail> {
    let account = accounts::account(cx, id)?;
    let frame = Frame::load(cx, &page, staff, "/desk/admin/people")?;
    let (may_terms, may_sessions) = (may(cx, Action::ManageTerms), may(cx, Action::ManageSessions));
    let mut lines = Vec::new();
    for (term, role) in terms::of_account(cx, id)? {
        let seat = people::app::seats::seat(cx, term.seat)?;
        let runs = term.to.is_none_or(|to| to > page.now);
        lines.push(TermLine {
            seat: seat.title,
            role: page.tk("role-", role.code()),
            kind: page.tk("desk-term-", term.kind.code()),
            from: page.stamp(term.from),
            to: term.to.map_or_else(|| page.t("desk-term-open"), |to| page.stamp(to)),
            change: (may_terms && runs).then(|| page.href(format!("/desk/admin/seats/{}/hand-over", term.seat))),
        });
    }
    let second = if may_sessions { factors::factor_state(cx, id)?.since } else { None };
    let active = account.status == AccountStatus::Active;
    let (icon, class) = if active { ("check", "tag tag-good") } else { ("wait", "tag tag-plain") };
    Ok(Person {
        name: account.display_name,
        login: account.login,
        phone: account.phone_ext,
        status: Tag { icon, class, word: page.tk("desk-account-", account.status.code()) },
        active,
        terms: lines,
        add_term: may_terms.then(|| page.href("/desk/admin/seats")),
        may_sessions,
        has_second: second.is_some(),
        second: second.map_or_else(|| page.t("desk-me-second-off"), |at| page.t1("second-on", "day", page.day(at))),
        sessions: if may_sessions { sessions::of(cx, &page, id, Some(staff.session))? } else { Vec::new() },
        keys: if may_sessions { keys::of(cx, &page, id)? } else { Vec::new() },
        passkeys: if may_sessions { ways::passkeys_of(cx, &page, id)? } else { Vec::new() },
        links: if may_sessions { ways::links_of(cx, &page, id)? } else { Vec::new() },
        may_invite: active && !page.config.ways.is_empty() && may(cx, Action::ManageAccounts),
        revoke: page.href(format!("/desk/admin/people/{id}/sessions")),
        help_href: page.href(format!("/desk/admin/people/{id}")),
        status_href: (may(cx, Action::ManageAccounts) && account.status != AccountStatus::Closed)
            .then(|| page.href(format!("/desk/admin/people/{id}/status"))),
        done,
        problem,
        frame,
        page,
    })
}

async fn status(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<AccountId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let suspend = posted.get("to") == "suspend";
    let changed = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            if suspend { accounts::suspend_account(cx, id) } else { accounts::reactivate_account(cx, id) }
        })
        .await;
    let done = match changed {
        Ok(()) if suspend => "suspended",
        Ok(()) => "reactivated",
        Err(people::Error::LastCatchAll) => "last",
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&page.href(format!("/desk/admin/people/{id}?done={done}"))).into_response())
}

async fn revoke(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<AccountId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let session: SessionId = posted.get("session").parse().map_err(|_| Fail::BadRequest("bad-form"))?;
    app.rt.write(staff.who(Purpose::Administration), move |cx| people::app::sessions::revoke(cx, session)).await?;
    Ok(Redirect::to(&page.href(format!("/desk/admin/people/{id}?done=revoked"))).into_response())
}

/// What was typed about a new account. The password stays out of logs and is never shown again.
#[derive(Clone, Default)]
struct Typed {
    login: String,
    name: String,
    phone: String,
    email: String,
    lang: String,
}

fn sheet(page: &Page, t: &Typed, wrong: &[Invalid]) -> Sheet {
    let label = |name: &str| page.tk("desk-af-", name);
    let langs = Lang::ALL.iter().map(|l| Choice::new(l.tag(), page.tk("desk-lang-", l.tag()), &t.lang)).collect();
    let mut fields = vec![
        Field::line("display_name", label("name"), &t.name).must(),
        Field::line("login", label("login"), &t.login).hint(label("login-hint")).must(),
        Field::line("phone_ext", label("phone"), &t.phone),
        Field::line("email", label("email"), &t.email).hint(label("email-hint")),
        Field::select("lang", label("lang"), langs),
        Field { kind: FieldKind::Password, ..Field::line("password", label("password"), "") }
            .hint(label("password-hint"))
            .must(),
    ];
    let errors = blame(page, &mut fields, wrong);
    Sheet {
        title: page.t("desk-people-new"),
        intro: Some(page.t("desk-people-new-intro")),
        lines: Vec::new(),
        action: page.href("/desk/admin/people/new"),
        back: page.href("/desk/admin/people"),
        back_word: page.t("desk-nav-people"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    }
}

async fn ask_new(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageAccounts)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/people")?;
            let sheet = sheet(&page, &Typed::default(), &[]);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

/// What is wrong with a password.
fn weak(why: &str) -> &'static str {
    match why {
        "too-long" => "password-too-long",
        "like-login" => "password-like-login",
        "common" => "password-common",
        _ => "password-too-short",
    }
}

async fn make(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed {
        login: posted.get("login"),
        name: posted.get("display_name"),
        phone: posted.get("phone_ext"),
        email: posted.get("email"),
        lang: posted.get("lang"),
    };
    let secret = SecretString::from(posted.get("password"));
    let mut wrong = Vec::new();
    if let Err(people::Error::Invalid { why, .. }) = password::check_strength(&typed.login, &secret) {
        wrong.push(Invalid::new("password", weak(why)));
    }
    if wrong.is_empty() {
        let rt = app.rt.clone();
        let hashed = tokio::task::spawn_blocking(move || password::hash(&secret, rt.ids())).await;
        let hashed = hashed.map_err(|_| Fail::Unavailable)??;
        let some = |v: &str| Some(v.to_owned()).filter(|v| !v.is_empty());
        let new = NewAccount {
            login: typed.login.clone(),
            display_name: typed.name.clone(),
            phone_ext: some(&typed.phone),
            email: some(&typed.email),
            lang: Lang::from_tag(&typed.lang),
            password: Some(hashed),
            must_change_password: true,
        };
        let made = app.rt.write(staff.who(Purpose::Administration), move |cx| accounts::create_account(cx, &new)).await;
        match made {
            Ok(_) => return Ok(Redirect::to(&page.href("/desk/admin/people?done=made")).into_response()),
            Err(people::Error::Invalid { field, .. }) => wrong.push(Invalid::new(field, "desk-af-wrong")),
            Err(error) => match refusal(&error) {
                Some(key) => wrong.push(Invalid::new("login", key)),
                None => return Err(error.into()),
            },
        }
    }
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageAccounts)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/people")?;
            let sheet = sheet(&page, &typed, &wrong);
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
        let mut out = Vec::new();
        for n in [0_usize, 2] {
            let people = (0..n)
                .map(|i| PersonLine {
                    href: page.href("/desk/admin/people/1"),
                    name: name("李明", "Li Ming"),
                    login: "lm".into(),
                    active: i == 0,
                    seats: vec![name("青禾站一号民警", "Officer 1")],
                    phone: (i == 0).then(|| "021-0571 0101".into()),
                })
                .collect();
            let list = PeoplePage {
                page: page.clone(),
                frame: frame.clone(),
                q: String::new(),
                roles: Choice::any(page, "role-", Role::ALL.iter().map(|r| r.code()), ""),
                people,
                file: table::href(page, "/desk/admin/people", &[]),
                cut: n > 0,
                may_accounts: true,
                may_seats: true,
                done: (n > 0).then(|| page.t("desk-people-made")),
            };
            out.push(("desk/admin/people.html", list.render().unwrap_or_default()));
            let person = Person {
                page: page.clone(),
                frame: frame.clone(),
                name: name("李明", "Li Ming"),
                login: "lm".into(),
                phone: Some("021-0571 0101".into()),
                status: Tag { icon: "check", class: "tag tag-good", word: page.t("desk-account-active") },
                active: n > 0,
                terms: (0..n)
                    .map(|_| TermLine {
                        seat: name("青禾站一号民警", "Officer 1"),
                        role: page.t("role-community_officer"),
                        kind: page.t("desk-term-holder"),
                        from: page.stamp(page.now),
                        to: page.t("desk-term-open"),
                        change: Some(page.href("/desk/admin/seats/1/hand-over")),
                    })
                    .collect(),
                add_term: Some(page.href("/desk/admin/seats")),
                may_sessions: true,
                sessions: sessions::tests::sample(page, n),
                keys: keys::tests::sample(page, n),
                passkeys: ways::sample_passkeys(page, n),
                links: ways::sample_links(page, n),
                may_invite: n > 0,
                second: page.t1("second-on", "day", page.day(page.now)),
                has_second: n > 0,
                revoke: page.href("/desk/admin/people/1/sessions"),
                help_href: page.href("/desk/admin/people/1"),
                status_href: Some(page.href("/desk/admin/people/1/status")),
                done: (n > 0).then(|| page.t("desk-person-done-suspended")),
                problem: (n > 0).then(|| page.t("error-people-last-catch-all")),
            };
            out.push(("desk/admin/person.html", person.render().unwrap_or_default()));
        }
        let wrong = [Invalid::new("login", "error-people-login-taken"), Invalid::new("email", "desk-af-wrong")];
        let form = SheetPage { page: page.clone(), frame, sheet: sheet(page, &Typed::default(), &wrong) };
        out.push(("desk/admin/form.html", form.render().unwrap_or_default()));
        out
    }
}
