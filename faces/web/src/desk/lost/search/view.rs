//! A search as its page shows it, in the reader's language.

use super::Asked;
use crate::desk::view::Choice;
use crate::{Fail, Page, fmt};
use kernel::Moment;
use lost::app::search::{self, Band, Board, Log, Proposal, Surface};
use lost::model::search::{Leg, Step, TeamNow, TeamState, Why};
use std::collections::HashSet;
use store::Cx;

/// One stretch of a route in the list.
pub(super) struct LegView {
    pub n: usize,
    pub words: String,
    pub done: bool,
    /// Only the way there.
    pub way: bool,
}

/// A route in the hands of a team.
pub(super) struct TaskView {
    pub nth: i64,
    pub words: String,
    pub legs: Vec<LegView>,
    pub running: bool,
}

pub(super) struct TeamView {
    pub id: String,
    pub letter: String,
    pub name: String,
    pub what: String,
    pub tag: (&'static str, &'static str, String),
    pub heard: String,
    /// Nobody knows where it is: it gets no route.
    pub nowhere: bool,
    pub task: Option<TaskView>,
    pub gone: bool,
}

pub(super) struct ProposalView {
    pub team: String,
    pub letter: String,
    pub name: String,
    pub made_up: bool,
    pub words: String,
    pub streets: String,
    pub why: Vec<String>,
}

/// Something to be looked at first.
pub(super) struct LookView {
    pub what: String,
    pub more: String,
    pub due: bool,
}

/// Something that was told.
pub(super) struct ToldView {
    pub at: String,
    pub what: String,
    pub words: Option<String>,
    pub bad: bool,
}

/// What is shown while a search runs.
pub(super) struct Running {
    pub surface: &'static str,
    pub seen: String,
    pub sure: Vec<String>,
    pub basis: Vec<String>,
    pub left_out: Vec<String>,
    pub legend: Vec<(usize, String)>,
    pub centre: (f64, f64),
    /// What the map shows changes with it: the script fetches anew.
    pub stamp: String,
    pub map: String,
    pub at: Option<String>,
    pub ago: i64,
    pub longest: i64,
    pub steps: Vec<Choice>,
    pub minutes: Vec<Choice>,
    pub minutes_now: String,
    pub plan: String,
    pub proposals: Vec<ProposalView>,
    pub pos: Option<String>,
    pub more: Option<String>,
    pub teams: Vec<TeamView>,
    pub looks: Vec<LookView>,
    pub streets: Vec<(String, String)>,
    pub told: Vec<ToldView>,
    pub found: bool,
    /// Where people are asked for help, in words.
    pub call: Option<String>,
    pub may_call: bool,
}

pub(super) struct SearchView {
    pub id: String,
    pub number: String,
    pub back: String,
    pub href: String,
    /// There was one before.
    pub before: bool,
    pub running: Option<Running>,
}

pub(super) fn view(
    cx: &mut Cx<'_>,
    page: &Page,
    log: &Log,
    board: Option<&Board>,
    asked: &Asked,
) -> Result<SearchView, Fail> {
    let id = log.case.id;
    let back = page.href(format!("/desk/lost/{id}"));
    let href = format!("{back}/search");
    let running = board.filter(|_| log.standing.is_open()).map(|board| running(page, log, board, asked, &href));
    let mut all = SearchView {
        id: id.to_string(),
        number: log.case.number.clone(),
        before: log.standing.opening.is_some(),
        back,
        href,
        running,
    };
    // Where the elder was last seen, in words.
    if let (Some(r), Some((_, _, opening))) = (&mut all.running, &log.standing.opening)
        && let Some(point) = search::place(opening.last_seen)
        && let Some(words) = crate::nearby::words(cx, page, point)?
    {
        r.seen = format!("{} · {words}", r.seen);
    }
    if let (Some(r), Some(board)) = (&mut all.running, board) {
        for (shown, look) in r.looks.iter_mut().zip(&board.looks) {
            if let Some(point) = search::place(look.at)
                && let Some(words) = crate::nearby::words(cx, page, point)?
            {
                shown.more = format!("{words} · {}", shown.more);
            }
        }
    }
    if let (Some(r), Some(focus)) = (&mut all.running, board.and_then(|b| b.focus).and_then(search::place)) {
        r.call = crate::nearby::words(cx, page, focus)?;
        r.may_call = lost::app::may(cx, id, people::policy::Action::CallHelp)?;
    }
    Ok(all)
}

fn running(page: &Page, log: &Log, board: &Board, asked: &Asked, href: &str) -> Running {
    let opening = log.standing.opening.as_ref().map(|o| &o.2);
    let seen_at = opening.map_or(log.now, |o| o.seen_at);
    let query = asked.query();
    let ago = asked.ago.map_or(0, |m| m.round() as i64);
    let longest = (log.now.secs_since(seen_at) / 60).clamp(15, 14 * 1_440);
    let centre = opening.map_or(page.config.centre, |o| (o.last_seen[1], o.last_seen[0]));
    let minutes = asked.minutes.unwrap_or(30.0).round().to_string();
    Running {
        surface: match board.surface {
            Surface::None => "none",
            Surface::Plain => "plain",
            Surface::Whole => "whole",
            Surface::Off => "off",
        },
        seen: page.t2(
            "search-seen",
            "at",
            page.stamp(seen_at),
            "span",
            fmt::span(page.loc, log.now.secs_since(seen_at)),
        ),
        sure: sure(page, board),
        basis: basis(page, log, board),
        left_out: board
            .left_out
            .iter()
            .map(|(at, why)| page.t2("search-left-out", "at", page.stamp(*at), "why", page.tk("search-left-out-", why)))
            .collect(),
        legend: legend(page, &board.bands),
        centre,
        stamp: format!("{}-{}", board.plan, log.now.micros()),
        map: format!("{href}/map.geojson{}{query}", if query.is_empty() { "" } else { "?" }),
        at: (ago > 0).then(|| page.t1("search-map-at", "at", page.stamp(board.at))),
        ago,
        longest,
        steps: steps(page, log.now, seen_at, ago),
        minutes: [20, 30, 45, 60]
            .map(|m| Choice::new(m.to_string(), page.t1("time-minutes", "n", m), &minutes))
            .to_vec(),
        minutes_now: minutes,
        plan: board.plan.clone(),
        pos: (!board.proposals.is_empty()).then(|| page.t1("search-plan-pos", "p", per_cent(page, board.pos))),
        more: board.pos_more.map(|more| {
            let (now, then) = (per_cent(page, board.pos), per_cent(page, more));
            page.loc
                .args("search-more-gain", &[("n", asked.more.unwrap_or(0).to_string()), ("now", now), ("then", then)])
        }),
        proposals: board.proposals.iter().map(|p| proposal(page, log, p)).collect(),
        teams: log.standing.teams.iter().map(|t| team(page, log, t)).collect(),
        looks: board
            .looks
            .iter()
            .map(|l| {
                let away = page.t1("search-away", "m", super::super::case::apart(l.metres));
                let looked = match l.looked_min {
                    None => page.t("search-look-not-yet"),
                    Some(m) => page.t1("search-looked", "span", fmt::span(page.loc, (m * 60.0) as i64)),
                };
                LookView { what: page.tk("search-look-", l.kind), more: format!("{away} · {looked}"), due: l.due }
            })
            .collect(),
        streets: board
            .named
            .iter()
            .filter(|s| s.1 >= 0.001)
            .map(|(name, p, _)| (name.clone(), per_cent(page, *p)))
            .collect(),
        told: told(page, log),
        found: log.standing.found.is_some(),
        call: None,
        may_call: false,
    }
}

/// Shares below one in a hundred are said with a digit behind the point.
pub(super) fn per_cent(page: &Page, share: f64) -> String {
    if share >= 0.0995 {
        fmt::percent(share, page.look.lang)
    } else if share < 0.001 {
        page.t("search-tiny")
    } else {
        format!("{:.1}{}%", share * 100.0, if page.zh() { " " } else { "" })
    }
}

fn km2(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn sure(page: &Page, board: &Board) -> Vec<String> {
    if matches!(board.surface, Surface::None | Surface::Off) {
        let ring = |(share, m): (&str, f64)| page.t2("search-ring", "share", share, "m", super::super::case::apart(m));
        return ["50 %", "75 %", "95 %"].into_iter().zip(board.rings_m).map(ring).collect();
    }
    let area = |(share, km): (&str, f64)| page.t2("search-area", "share", share, "km", km2(km));
    let mut out: Vec<String> = ["50 %", "75 %", "95 %"].into_iter().zip(board.areas_km2).map(area).collect();
    out.push(page.t1("search-rest", "p", per_cent(page, board.rest_of_world)));
    out
}

fn basis(page: &Page, log: &Log, board: &Board) -> Vec<String> {
    let mut out = Vec::new();
    let Some((nth, _, opening)) = &log.standing.opening else { return out };
    let since = log.lines.iter().filter(|l| l.nth > *nth);
    let told = since.filter(|l| matches!(l.step, Step::Sighting { .. }));
    let (mut sightings, fixes) = (told.clone().count(), log.fixes.len());
    let mut newest = told.map(|l| l.at).chain(log.fixes.iter().map(|f| f.at)).max();
    let own = log.seen.iter().filter(|s| s.1 > opening.seen_at);
    sightings += own.clone().count();
    newest = newest.max(own.map(|s| s.1).max());
    out.push(page.t1("search-basis-places", "n", opening.places.len()));
    out.push(page.t2("search-basis-seen", "n", sightings, "fixes", fixes));
    if let Some(newest) = newest {
        out.push(page.t1("search-basis-newest", "at", page.ago(newest)));
    }
    out.push(page.t("search-basis-law"));
    if board.night {
        out.push(page.t("search-basis-night"));
    }
    if board.surface == Surface::Plain {
        out.push(page.t("search-basis-plain"));
    }
    out
}

fn legend(page: &Page, bands: &[Band]) -> Vec<(usize, String)> {
    let word =
        |(n, b): (usize, &Band)| (n, page.t2("search-band", "p", per_cent(page, b.p), "n", per_cent(page, b.streets)));
    bands.iter().enumerate().map(word).collect()
}

/// Quarters of an hour back to when the elder was last seen; later on hours.
fn steps(page: &Page, now: Moment, seen_at: Moment, chosen: i64) -> Vec<Choice> {
    let longest = now.secs_since(seen_at) / 60;
    let each = if longest <= 180 {
        15
    } else if longest <= 24 * 60 {
        60
    } else {
        360
    };
    let mut out = vec![Choice::new("", page.t("search-now"), if chosen == 0 { "" } else { "x" })];
    let mut ago = each;
    while ago <= longest && out.len() < 30 {
        out.push(Choice::new(ago.to_string(), page.stamp(now.plus_minutes(-ago)), &chosen.to_string()));
        ago += each;
    }
    out
}

/// Names of the streets of a route in order, each once in a row.
pub(super) fn streets(page: &Page, legs: &[Leg]) -> String {
    let mut out: Vec<String> = Vec::new();
    for leg in legs.iter().filter(|l| l.look) {
        if let Some(name) = &leg.street
            && out.last() != Some(name)
        {
            out.push(name.clone());
        }
    }
    let mut known = HashSet::new();
    out.retain(|name| known.insert(name.clone()));
    if out.is_empty() { page.t("search-lanes") } else { out.join(if page.zh() { "、" } else { ", " }) }
}

fn proposal(page: &Page, log: &Log, p: &Proposal) -> ProposalView {
    let team = log.standing.team(p.route.team);
    let args = [
        ("min", format!("{:.0}", p.route.minutes)),
        ("m", super::super::case::apart(p.route.metres)),
        ("p", per_cent(page, p.route.pos)),
    ];
    ProposalView {
        team: p.route.team.to_string(),
        letter: p.letter.clone(),
        name: team.map_or_else(|| page.t("search-made-up"), |t| t.name.clone()),
        made_up: p.made_up,
        words: page.loc.args("search-route", &args),
        streets: streets(page, &p.route.legs),
        why: whys(page, &p.route.why),
    }
}

/// The reasons of a route; what it passes stands together.
pub(super) fn whys(page: &Page, all: &[Why]) -> Vec<String> {
    let passes = |w: &&Why| matches!(w.key.as_str(), "towards" | "first");
    let mut out: Vec<String> = all.iter().filter(|w| !passes(w)).map(|w| why(page, w)).collect();
    let places: Vec<String> =
        all.iter().filter(passes).map(|w| page.tk("search-look-", w.what.as_deref().unwrap_or_default())).collect();
    if !places.is_empty() {
        let places = places.join(if page.zh() { "、" } else { ", " });
        out.insert(0, page.t1("search-why-passes", "what", places));
    }
    out
}

/// A reason in words.
pub(super) fn why(page: &Page, w: &Why) -> String {
    let what = w.what.as_deref().unwrap_or_default();
    let args = [
        ("min", w.minutes.map(|m| fmt::span(page.loc, (m * 60.0) as i64)).unwrap_or_default()),
        ("m", w.metres.map(super::super::case::apart).unwrap_or_default()),
        ("what", what.to_owned()),
    ];
    page.loc.args(&format!("search-why-{}", w.key), &args)
}

/// Icon, class and word of a state.
pub(super) fn tag(page: &Page, state: TeamState) -> (&'static str, &'static str, String) {
    let (icon, class) = match state {
        TeamState::Ready => ("check", "tag tag-wait"),
        TeamState::Walking => ("search", "tag tag-good"),
        TeamState::Silent => ("warn", "tag tag-bad"),
        TeamState::Gone => ("home", "tag tag-plain"),
    };
    (icon, class, page.tk("search-state-", state.code()))
}

/// A stretch in words.
pub(super) fn leg_words(page: &Page, leg: &Leg) -> String {
    let name = leg.street.clone().unwrap_or_else(|| page.t("search-lane"));
    page.t2("search-leg", "name", name, "m", format!("{:.0}", leg.metres.max(1.0)))
}

fn team(page: &Page, log: &Log, t: &TeamNow) -> TeamView {
    let task = t.tasks.last().filter(|task| !task.ended).map(|task| {
        let legs = &task.route.legs;
        let wanted = legs.iter().filter(|l| l.look).count();
        let done = legs.iter().enumerate().filter(|(n, l)| l.look && task.done.contains(n)).count();
        let args = [
            ("at", fmt::clock(task.given_at)),
            ("min", format!("{:.0}", task.route.minutes)),
            ("done", done.to_string()),
            ("all", wanted.to_string()),
        ];
        TaskView {
            nth: task.nth,
            words: page.loc.args("search-task", &args),
            legs: legs
                .iter()
                .enumerate()
                .map(|(n, leg)| LegView {
                    n,
                    words: leg_words(page, leg),
                    done: task.done.contains(&n),
                    way: !leg.look,
                })
                .collect(),
            running: task.is_running(),
        }
    });
    TeamView {
        id: t.id.to_string(),
        letter: t.letter.clone(),
        name: t.name.clone(),
        what: page.t2("search-team-what", "mode", page.tk("search-mode-", t.mode.code()), "n", t.size),
        tag: tag(page, t.state(log.now)),
        heard: page.t1("search-heard", "at", page.ago(t.heard)),
        nowhere: t.at.is_none(),
        task,
        gone: t.gone,
    }
}

/// Sightings, fixes, finds and what could not be taken, the latest first.
fn told(page: &Page, log: &Log) -> Vec<ToldView> {
    let Some((nth, _, opening)) = &log.standing.opening else { return Vec::new() };
    let name =
        |id| log.standing.team(id).map(|t| page.t1("search-team-letter", "letter", &t.letter)).unwrap_or_default();
    let mut all: Vec<(Moment, ToldView)> = Vec::new();
    for line in log.lines.iter().filter(|l| l.nth > *nth) {
        let (who, words, bad) = match &line.step {
            Step::Sighting { words, team, .. } => (team.map(name), words.clone(), false),
            Step::Found { words, team, .. } => (team.map(name), words.clone(), true),
            Step::Conflict { team, what, words } => {
                let what = page.tk("search-conflict-", what);
                (Some(name(*team)), format!("{what} {words}").trim().to_owned(), true)
            }
            _ => continue,
        };
        let what = page.tk("search-step-", line.step.code());
        let what = match who.filter(|w| !w.is_empty()) {
            Some(who) => format!("{who} · {what}"),
            None => what,
        };
        let words = Some(words).filter(|w| !w.is_empty());
        all.push((line.at, ToldView { at: page.ago(line.at), what, words, bad }));
    }
    if let Some(fix) = log.fixes.last() {
        let what = page.t("search-step-fix");
        all.push((fix.at, ToldView { at: page.ago(fix.at), what, words: None, bad: false }));
    }
    for (_, at, _) in log.seen.iter().filter(|s| s.1 > opening.seen_at) {
        let what = page.t("search-step-case");
        all.push((*at, ToldView { at: page.ago(*at), what, words: None, bad: false }));
    }
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all.into_iter().map(|(_, v)| v).collect()
}
