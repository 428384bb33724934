//! How people sign in, set by the security administrator; and what they do for somebody who lost a telephone.

use super::{Sheet, SheetPage, allow};
use crate::desk::Frame;
use crate::desk::view::{Choice, Field, blame};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, html};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::AccountId;
use kernel::{Purpose, Role};
use matters::Invalid;
use people::app::{SignInRules, factors, require_fresh, sessions, set_sign_in_rules, sign_in_rules};
use people::policy::Action;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/sign-in", get(show).post(set))
        .route("/desk/admin/people/{id}/second", post(reset))
        .route("/desk/admin/people/{id}/sign-out", post(sign_out))
}

/// Who must have a second factor: three steps are easier to answer for than seventeen boxes.
const NOBODY: &str = "nobody";
const ADMINS: &str = "admins";
const STAFF: &str = "staff";
/// Set otherwise, with the command line: kept as it is.
const AS_IS: &str = "as-is";

/// The roles of a choice.
fn roles(choice: &str) -> Vec<Role> {
    let is_admin = |r: &&Role| matches!(r, Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin);
    // The supplementary force sees no names; it may have no telephone of its own for an authenticator.
    let is_helper = |r: &&Role| matches!(r, Role::Volunteer | Role::BuildingLeader | Role::Shop | Role::Property);
    match choice {
        ADMINS => Role::ALL.iter().filter(is_admin).copied().collect(),
        STAFF => Role::ALL.iter().filter(|r| !is_helper(r)).copied().collect(),
        _ => Vec::new(),
    }
}

fn choice_of(rules: &SignInRules) -> &'static str {
    let same = |choice: &str| {
        let (mut a, mut b) = (roles(choice), rules.factor_roles.clone());
        a.sort_unstable();
        b.sort_unstable();
        a == b
    };
    [NOBODY, ADMINS, STAFF].into_iter().find(|c| same(c)).unwrap_or(AS_IS)
}

/// The four numbers as typed.
#[derive(Clone)]
struct Typed {
    choice: String,
    numbers: [String; 4],
}

const NUMBERS: [&str; 4] = ["max_sessions", "idle_minutes", "life_hours", "fresh_minutes"];

impl Typed {
    fn of(rules: &SignInRules) -> Self {
        let numbers = [rules.max_sessions, rules.idle_minutes, rules.life_hours, rules.fresh_minutes];
        Self { choice: choice_of(rules).into(), numbers: numbers.map(|n| n.to_string()) }
    }
}

fn sheet(page: &Page, t: &Typed, version: i64, wrong: &[Invalid]) -> Sheet {
    let mut choices: Vec<&str> = vec![NOBODY, ADMINS, STAFF];
    if t.choice == AS_IS {
        choices.push(AS_IS);
    }
    let mut fields =
        vec![Field::radio("factor", page.t("rules-factor"), Choice::codes(page, "rules-factor-", choices, &t.choice))];
    for (name, value) in NUMBERS.into_iter().zip(&t.numbers) {
        let hint = page.tk("rules-hint-", name);
        fields.push(Field::line(name, page.tk("rules-", name), value).hint(hint).must());
    }
    fields.push(Field::hidden("version", &version.to_string()));
    let errors = blame(page, &mut fields, wrong);
    Sheet {
        title: page.t("desk-nav-sign-in"),
        intro: Some(page.t("rules-intro")),
        lines: Vec::new(),
        action: page.href("/desk/admin/sign-in"),
        back: page.href("/desk/admin/people"),
        back_word: page.t("desk-nav-people"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageSignIn)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/sign-in")?;
            let rules = sign_in_rules(cx)?;
            let mut sheet = sheet(&page, &Typed::of(&rules), rules.version, &[]);
            if after.done == "set" {
                sheet.lines.push(page.t("rules-done"));
            }
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

async fn set(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let typed = Typed { choice: form.get("factor"), numbers: NUMBERS.map(|name| form.get(name)) };
    let version: i64 = form.get("version").parse().unwrap_or(0);
    let number = |text: &String| kernel::text::narrow(text).trim().parse::<i64>().unwrap_or(-1);
    let [max_sessions, idle_minutes, life_hours, fresh_minutes] =
        [0, 1, 2, 3].map(|i| typed.numbers.get(i).map_or(-1, number));
    let (choice, session) = (typed.choice.clone(), staff.session);
    let done = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_fresh(cx, session)?;
            let before = sign_in_rules(cx)?;
            let factor_roles = if choice == AS_IS { before.factor_roles } else { roles(&choice) };
            let rules = SignInRules { factor_roles, max_sessions, idle_minutes, life_hours, fresh_minutes, version };
            set_sign_in_rules(cx, &rules)
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&page.href("/desk/admin/sign-in?done=set")).into_response()),
        Err(people::Error::Invalid { field, .. }) => {
            let shown = app
                .rt
                .read(staff.who(Purpose::Administration), move |cx| {
                    let frame = Frame::load(cx, &page, &staff, "/desk/admin/sign-in")?;
                    let sheet = sheet(&page, &typed, version, &[Invalid::new(field, "rules-out-of-range")]);
                    Ok::<_, Fail>(SheetPage { page, frame, sheet })
                })
                .await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The telephone with the authenticator is lost.
async fn reset(
    State(app): State<App>,
    page: Page,
    Path(id): Path<AccountId>,
    Confirmed { staff, .. }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let session = staff.session;
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            factors::reset_factor(cx, &fresh, id)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("/desk/admin/people/{id}?done=second"))).into_response())
}

/// A device is lost, or nobody knows which: all of them.
async fn sign_out(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<AccountId>,
) -> Result<Response, Fail> {
    app.rt.write(staff.who(Purpose::Administration), move |cx| sessions::revoke_all(cx, id, None)).await?;
    Ok(Redirect::to(&page.href(format!("/desk/admin/people/{id}?done=all"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use askama::Template;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let odd = SignInRules { factor_roles: vec![Role::Clerk], ..SignInRules::default() };
        let wrong: Vec<Invalid> = NUMBERS.iter().map(|name| Invalid::new(name, "rules-out-of-range")).collect();
        [(SignInRules::default(), vec![]), (odd, wrong)]
            .into_iter()
            .map(|(rules, wrong)| {
                let mut sheet = sheet(page, &Typed::of(&rules), 1, &wrong);
                sheet.lines.push(page.t("rules-done"));
                SheetPage { page: page.clone(), frame: Frame::sample(page), sheet }
            })
            .map(|shown| ("desk/admin/form.html", shown.render().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn the_choices_are_told_apart() {
        assert_eq!(choice_of(&SignInRules::default()), ADMINS);
        for choice in [NOBODY, ADMINS, STAFF] {
            assert_eq!(choice_of(&SignInRules { factor_roles: roles(choice), ..SignInRules::default() }), choice);
        }
        assert!(!roles(STAFF).contains(&Role::Volunteer) && roles(STAFF).contains(&Role::Clerk));
    }
}
