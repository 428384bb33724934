//! Afterwards: every decision of a search with who and when, where the elder was found against what the map said, and over all searches of the district how
//! often the areas were right. Shown to whoever may see the case; changes nothing.

use super::view::{per_cent, streets};
use crate::desk::Frame;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use kernel::ids::{AccountId, CaseId};
use lost::app::search::Log;
use lost::app::search::debrief::{self, Calibration, Score};
use lost::model::search::{Line, Step};
use std::collections::HashMap;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/lost/{id}/search/debrief", get(show))
}

/// One entry of the log.
pub(super) struct Entry {
    pub at: String,
    pub machine: String,
    pub who: String,
    pub what: String,
    pub words: Option<String>,
    /// It was told later than it happened.
    pub late: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/lost_search_debrief.html")]
pub(super) struct DebriefPage {
    pub page: Page,
    pub frame: Frame,
    pub back: String,
    pub number: String,
    pub score: Vec<String>,
    pub all: Vec<String>,
    pub lines: Vec<Entry>,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app
        .rt
        .read(who, move |cx| {
            let (log, score) = debrief::debrief(cx, id)?;
            let all = debrief::calibration(cx)?;
            let names = names(cx, &log)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/lost")?;
            Ok::<_, Fail>(DebriefPage {
                back: page.href(format!("/desk/lost/{id}")),
                number: log.case.number.clone(),
                score: score.map(|s| score_words(&page, &s)).unwrap_or_default(),
                all: calibration_words(&page, &all),
                lines: log.lines.iter().map(|l| entry(&page, &log, l, &names)).collect(),
                frame,
                page,
            })
        })
        .await?;
    html(&shown).map(unkept)
}

fn names(cx: &mut Cx<'_>, log: &Log) -> Result<HashMap<AccountId, String>, Fail> {
    let ids: Vec<AccountId> = log.lines.iter().filter_map(|l| super::super::show::account_of(&l.by)).collect();
    Ok(people::app::accounts::names(cx, &ids)?)
}

fn entry(page: &Page, log: &Log, line: &Line, names: &HashMap<AccountId, String>) -> Entry {
    let team = line.step.team().and_then(|id| log.standing.team(id));
    let letter = team.map(|t| page.t1("search-team-letter", "letter", &t.letter));
    let what = page.tk("search-step-", line.step.code());
    let words = match &line.step {
        Step::Team { name, .. } => name.clone(),
        Step::GivenOut(route) => {
            let why = super::view::whys(page, &route.why);
            format!("{} · {}", streets(page, &route.legs), why.join(if page.zh() { "；" } else { "; " }))
        }
        Step::Searched { legs, told, .. } => {
            page.t2("search-log-searched", "n", legs.len(), "how", page.tk("search-told-", told))
        }
        Step::Sighting { words, .. } | Step::Found { words, .. } => words.clone(),
        Step::Conflict { what, words, .. } => {
            format!("{} {words}", page.tk("search-conflict-", what)).trim().to_owned()
        }
        _ => String::new(),
    };
    let minutes = line.told_at.secs_since(line.at) / 60;
    Entry {
        at: page.stamp(line.at),
        machine: page.machine_time(line.at),
        // A team's phone has no account: what comes from it is the team's.
        who: match (&letter, line.by.as_str()) {
            (Some(_), "public" | "raiser") => page.t("search-by-team"),
            _ => super::super::show::who(page, &line.by, names),
        },
        what: letter.map_or_else(|| what.clone(), |l| format!("{l} · {what}")),
        words: Some(words).filter(|w| !w.is_empty()),
        late: (minutes > 1).then(|| page.t1("search-log-late", "at", fmt::clock(line.told_at))),
    }
}

fn score_words(page: &Page, s: &Score) -> Vec<String> {
    let mut out = vec![page.t2(
        "search-score-where",
        "m",
        super::super::case::apart(s.rank.metres),
        "span",
        fmt::span(page.loc, (s.rank.minutes * 60.0) as i64),
    )];
    out.push(match s.rank.share {
        Some(share) => page.t1("search-score-share", "p", per_cent(page, share)),
        None => page.t("search-score-off"),
    });
    out.push(page.t1("search-score-rest", "p", per_cent(page, s.rank.rest_of_world)));
    out
}

fn calibration_words(page: &Page, all: &Calibration) -> Vec<String> {
    if all.searches == 0 {
        return vec![page.t("search-calibration-none")];
    }
    let n = all.searches;
    let mut out = vec![page.t1("search-calibration-n", "n", n)];
    for (share, inside) in ["50 %", "75 %", "95 %"].into_iter().zip(all.inside) {
        let args = [("share", share.to_owned()), ("inside", inside.to_string()), ("n", n.to_string())];
        out.push(page.loc.args("search-calibration-line", &args));
    }
    if all.off > 0 {
        out.push(page.t1("search-calibration-off", "n", all.off));
    }
    if let Some(middle) = all.metres.get(all.metres.len() / 2) {
        out.push(page.t1("search-calibration-metres", "m", super::super::case::apart(*middle)));
    }
    out.push(page.t("search-calibration-why"));
    out
}
