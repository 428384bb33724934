//! The page that asks for a secret code: that of a receipt (`/t`) or of a letter (`/p`). A wrong one gets the same page, and
//! is counted.

use crate::guard::{Source, Wicket};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Which code is asked for, and with which words.
#[derive(Debug)]
pub(super) struct Of {
    path: &'static str,
    title: &'static str,
    lead: Option<&'static str>,
    hint: &'static str,
    lost: &'static str,
    wrong: &'static str,
}

/// On a receipt.
pub(super) const RECEIPT: &Of = &Of {
    path: "/t",
    title: "track-title",
    lead: None,
    hint: "track-code-hint",
    lost: "track-lost-more",
    wrong: "track-wrong-code",
};

/// On the letter of a person in care or a guardian.
pub(super) const LETTER: &Of = &Of {
    path: "/p",
    title: "own-ask-title",
    lead: Some("own-ask-lead"),
    hint: "own-code-hint",
    lost: "own-lost-more",
    wrong: "own-wrong-code",
};

/// On the slip of a neighbour who looks out for an elder.
pub(super) const NEIGHBOUR: &Of = &Of {
    path: "/w",
    title: "worry-title",
    lead: Some("worry-ask-lead"),
    hint: "worry-code-hint",
    lost: "worry-lost-more",
    wrong: "worry-wrong-code",
};

impl Of {
    pub(super) const fn wrong(&self) -> &'static str {
        self.wrong
    }
}

/// Of somebody who signed up as a volunteer.
pub(super) const VOLUNTEER: &Of = &Of {
    path: "/volunteer/follow",
    title: "volunteer-ask-title",
    lead: None,
    hint: "volunteer-code-hint",
    lost: "volunteer-lost-more",
    wrong: "volunteer-wrong-code",
};

#[derive(Template)]
#[template(path = "public/ask.html")]
struct AskPage {
    page: Page,
    of: &'static Of,
    typed: String,
    problem: Option<String>,
}

pub(super) fn show(page: Page, of: &'static Of) -> Result<Response, Fail> {
    html(&AskPage { page, of, typed: String::new(), problem: None })
}

/// What was typed can be no code; `key` says why.
pub(super) fn no_code(page: Page, of: &'static Of, typed: String, key: &str) -> Result<Response, Fail> {
    let problem = Some(page.t(key));
    let body = html(&AskPage { page, of, typed, problem })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

/// The code in what was typed: somebody may paste the whole address from the paper.
pub(super) fn code_in<'t>(typed: &'t str, of: &Of) -> &'t str {
    let code = typed.rsplit_once(&format!("{}/", of.path)).map_or(typed, |(_, code)| code);
    code.split('/').next().unwrap_or(code)
}

/// Unknown, malformed and ended codes get the same page with the duty desk's number; too many of them get 429.
pub(super) fn wrong(
    app: &App,
    page: Page,
    source: Source,
    of: &'static Of,
    typed: String,
    fail: Fail,
) -> Result<Response, Fail> {
    let Fail::NotFound = fail else { return Err(fail) };
    app.limits.pass(Wicket::Guess, source)?;
    let problem = Some(page.t(of.wrong));
    let body = html(&AskPage { page, of, typed, problem })?;
    Ok((StatusCode::NOT_FOUND, body).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for of in [RECEIPT, LETTER, NEIGHBOUR, VOLUNTEER] {
        for problem in [None, Some(page.t(of.wrong))] {
            let shown = AskPage { page: page.clone(), of, typed: "abcd".into(), problem };
            out.push(("public/ask.html", shown.render().unwrap_or_default()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_address_is_as_good_as_the_code() {
        for typed in ["ABCD-EFGH", "https://mulin.example/t/ABCD-EFGH", "/en/t/ABCD-EFGH/receipt"] {
            assert_eq!(code_in(typed, RECEIPT), "ABCD-EFGH", "{typed}");
        }
        assert_eq!(code_in("https://mulin.example/p/ABCD-EFGH", LETTER), "ABCD-EFGH");
    }
}
