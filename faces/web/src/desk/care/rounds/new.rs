//! A new round: first where and when, then who goes and which visits come along.

use super::{LIST, plan_now, said};
use crate::desk::view::Choice;
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use care::app::rounds::{self, NewRound, NewVisitor};
use care::app::visits::day_of;
use care::model::round::{clock, minute};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use kernel::Purpose;
use kernel::calendar::WorkCalendar;
use kernel::ids::AreaId;
use places::AreaKind;
use serde::Deserialize;
use store::Cx;

pub(super) struct PersonRow {
    pub account: String,
    pub name: String,
    pub what: String,
    pub ticked: bool,
    pub from: String,
    pub to: String,
    pub languages: String,
    pub nurse: bool,
    /// Where they are on these days already.
    pub busy: Vec<String>,
}

pub(super) struct VisitRow {
    pub id: String,
    pub kind: String,
    pub due: String,
    pub late: bool,
    /// Somebody is sent, or it stands in another round.
    pub note: Option<String>,
    pub taken: bool,
    pub ticked: bool,
}

/// The visits of one neighbourhood: folded, with how many there are, and taken along or left as a whole.
pub(super) struct Group {
    pub area: String,
    pub name: String,
    /// How many are due, late and ticked, in words.
    pub sum: String,
    pub open: bool,
    /// One of [`WHOLE`].
    pub whole: String,
    pub visits: Vec<VisitRow>,
}

/// Those that are ticked, all of a neighbourhood, or none of it.
pub(super) const WHOLE: [&str; 3] = ["ticked", "all", "none"];
/// A short list of one neighbourhood stands open.
const SHORT: usize = 20;

/// What the second half of the page needs.
pub(super) struct Ready {
    pub days: Vec<String>,
    pub days_words: String,
    /// Public holidays among the days, or left out.
    pub holidays: Option<String>,
    pub here: Vec<PersonRow>,
    pub others: Vec<PersonRow>,
    pub groups: Vec<Group>,
    pub posts: Vec<Choice>,
    pub rest_from: String,
    pub rest_lasts: String,
}

#[derive(Template)]
#[template(path = "desk/care/round_new.html")]
pub(super) struct NewPage {
    pub page: Page,
    pub frame: Frame,
    pub areas: Vec<Choice>,
    pub from: String,
    pub until: String,
    pub weekends: bool,
    pub today: String,
    pub ready: Option<Ready>,
    pub area: String,
    pub whole: [&'static str; 3],
    pub errors: Vec<(String, String)>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    area: String,
    from: String,
    until: String,
    weekends: String,
}

/// Days between two, without weekends and public holidays unless they are wanted; a single day always counts. And the holidays among all
/// of them.
fn days(calendar: &WorkCalendar, from: Date, until: Date, weekends: bool) -> (Vec<Date>, Vec<Date>) {
    let (mut out, mut holidays) = (Vec::new(), Vec::new());
    let mut day = from;
    while day <= until && out.len() < 32 {
        // Of a year that is not loaded only the weekends are known.
        let weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let free = !calendar.is_working_day(day).unwrap_or(weekday);
        if free && calendar.holiday(day).is_some() {
            holidays.push(day);
        }
        if weekends || !free || from == until {
            out.push(day);
        }
        match day.checked_add(1.day()) {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    (out, holidays)
}

/// Which holidays the round goes on, or leaves out.
fn holiday_words(page: &Page, calendar: &WorkCalendar, listed: &[Date], holidays: &[Date]) -> Option<String> {
    // Days of one name in a row are one.
    let mut runs: Vec<(&str, Date, Date)> = Vec::new();
    for day in holidays {
        let Some(name) = calendar.holiday(*day) else { continue };
        match runs.last_mut() {
            Some((of, _, last)) if *of == name && last.tomorrow().ok() == Some(*day) => *last = *day,
            _ => runs.push((name, *day, *day)),
        }
    }
    let run = |(name, first, last): &(&str, Date, Date)| {
        let name = crate::desk::crowd::holiday(page, name);
        if first == last {
            return page.t2("rounds-holiday", "day", page.date(*first), "name", name);
        }
        let args = [("first", page.date(*first)), ("last", page.date(*last)), ("name", name)];
        page.loc.args("rounds-holiday-days", &args)
    };
    let names: Vec<String> = runs.iter().map(run).collect();
    let first = holidays.first()?;
    let key = if listed.contains(first) { "rounds-holidays-in" } else { "rounds-holidays-out" };
    Some(page.t1(key, "days", names.join(&page.t("list-comma"))))
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff, &asked, None, Vec::new())).await?;
    let wrong = !shown.errors.is_empty();
    let answer = html(&shown)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response() } else { answer })
}

fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    asked: &Ask,
    typed: Option<&Posted>,
    mut errors: Vec<(String, String)>,
) -> Result<NewPage, Fail> {
    let allowed = rounds::where_allowed(cx)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let known = places::snapshot(cx)?;
    let wanted = |a: &&places::Area| {
        allowed.contains(&a.id)
            && matches!(
                a.kind,
                AreaKind::Community | AreaKind::Town | AreaKind::Grid | AreaKind::Police | AreaKind::District
            )
    };
    let mut areas: Vec<&places::Area> = known.areas().iter().filter(wanted).collect();
    // Small enough to walk comes first; cells only where there is nothing larger.
    let larger = areas.iter().any(|a| a.kind != AreaKind::Grid);
    areas.retain(|a| !larger || a.kind != AreaKind::Grid);
    let order = |a: &places::Area| match a.kind {
        AreaKind::Community => 0,
        AreaKind::Town => 1,
        AreaKind::District => 3,
        _ => 2,
    };
    areas.sort_by_cached_key(|a| (order(a), a.parent, a.name.clone()));
    let mut area = asked.area.clone();
    if area.is_empty()
        && let [one] = areas.as_slice()
    {
        area = one.id.to_string();
    }
    let choices = areas
        .iter()
        .map(|a| Choice::new(a.id.to_string(), ground::called(&known, a.id, page.look.lang), &area))
        .collect();
    let today = day_of(page.now);
    let tomorrow = today.checked_add(1.day()).unwrap_or(today);
    let read = |text: &str| text.parse::<Date>().ok();
    let from = read(&asked.from).unwrap_or(tomorrow);
    let until = read(&asked.until).unwrap_or(from);
    let calendar = matters::app::calendar(cx)?;
    let (listed, holidays) = days(&calendar, from, until, !asked.weekends.is_empty());
    let mut ready = None;
    if let Ok(id) = asked.area.parse::<AreaId>() {
        if from < today || listed.is_empty() || listed.len() > 31 {
            let key = if from < today { "rounds-wrong-past" } else { "rounds-wrong-days" };
            errors.push(("from".into(), page.t(key)));
        } else {
            let words = holiday_words(&page, &calendar, &listed, &holidays);
            ready = Some(Ready { holidays: words, ..second(cx, &page, id, &listed, typed)? });
        }
    }
    Ok(NewPage {
        frame,
        areas: choices,
        from: from.to_string(),
        until: asked.until.clone(),
        weekends: !asked.weekends.is_empty(),
        today: today.to_string(),
        ready,
        area,
        whole: WHOLE,
        errors,
        page,
    })
}

fn second(cx: &mut Cx<'_>, page: &Page, area: AreaId, days: &[Date], typed: Option<&Posted>) -> Result<Ready, Fail> {
    let last = days.last().copied().unwrap_or_default();
    let found = rounds::ready(cx, area, last)?;
    let known = places::snapshot(cx)?;
    let once = found.people.iter().any(|c| c.known && c.local);
    let person = |c: &rounds::Choice| {
        let account = c.account.to_string();
        let field = |name: &str, usual: String| typed.map_or(usual, |t| t.get(&format!("{name}-{account}")));
        let out = |b: &&rounds::Busy| days.contains(&b.day);
        let busy = c.busy.iter().filter(out).map(|b| {
            let args = [("day", page.date(b.day)), ("from", clock(b.from)), ("to", clock(b.to))];
            page.loc.args("rounds-busy-on", &args)
        });
        PersonRow {
            busy: busy.collect(),
            name: c.name.clone(),
            what: format!("{} · {}", page.tk("rounds-force-", c.force.code()), page.tk("role-", c.role.code())),
            ticked: typed.map_or(c.local && (c.known || !once), |t| t.list("person").contains(&account)),
            from: field("from", clock(c.from)),
            to: field("to", clock(c.to)),
            languages: field("lang", c.languages.clone()),
            nurse: typed.map_or(c.nurse, |t| !t.get(&format!("nurse-{account}")).is_empty()),
            account,
        }
    };
    let visit = |w: &rounds::Wanted| {
        let id = w.visit.to_string();
        let note = match (w.elsewhere, w.sent) {
            (true, _) => Some(page.t("rounds-in-another")),
            (false, true) => Some(page.t("rounds-sent-already")),
            (false, false) => None,
        };
        VisitRow {
            kind: page.tk("rounds-kind-", w.kind.code()),
            due: page.date(w.due),
            late: w.late,
            taken: w.elsewhere,
            ticked: typed.map_or(note.is_none() && w.due <= last, |t| t.list("visit").contains(&id)),
            note,
            id,
        }
    };
    // Of each neighbourhood what is most urgent stands first, as it was read; those with the most come first.
    let mut of: Vec<(Option<AreaId>, Vec<&rounds::Wanted>)> = Vec::new();
    for wanted in &found.visits {
        match of.iter_mut().find(|(area, _)| *area == wanted.area) {
            Some((_, all)) => all.push(wanted),
            None => of.push((wanted.area, vec![wanted])),
        }
    }
    of.sort_by_key(|(_, all)| std::cmp::Reverse(all.len()));
    let alone = of.len() == 1;
    let group = |(area, all): (Option<AreaId>, Vec<&rounds::Wanted>)| {
        let id = area.map(|a| a.to_string()).unwrap_or_default();
        let visits: Vec<VisitRow> = all.into_iter().map(visit).collect();
        let count = |which: &dyn Fn(&&VisitRow) -> bool| visits.iter().filter(which).count().to_string();
        let counts = [
            ("n", visits.len().to_string()),
            ("late", count(&|v| v.late)),
            ("ticked", count(&|v| v.ticked && !v.taken)),
        ];
        let whole = typed.map(|t| t.get(&format!("whole-{id}"))).unwrap_or_default();
        Group {
            name: area.map(|a| ground::called(&known, a, page.look.lang)).unwrap_or_default(),
            sum: page.loc.args("rounds-group-sum", &counts),
            open: alone && visits.len() <= SHORT,
            whole: WHOLE.iter().find(|w| **w == whole).unwrap_or(&"ticked").to_string(),
            area: id,
            visits,
        }
    };
    let groups = of.into_iter().map(group).collect();
    let (here, others): (Vec<_>, Vec<_>) = found.people.iter().partition(|c| c.local);
    let post = typed.map(|t| t.get("post")).unwrap_or_default();
    let mut posts = vec![Choice::new("", page.t("rounds-post-middle"), &post)];
    posts.extend(
        found
            .posts
            .iter()
            .filter_map(|id| known.post(*id))
            .filter(|p| p.point.is_some())
            .map(|p| Choice::new(p.id.to_string(), p.name.clone(), &post)),
    );
    // One meets at the first post unless somebody says otherwise.
    if typed.is_none()
        && let Some(first) = posts.get_mut(1)
    {
        first.chosen = true;
    }
    let rest = |name: &str, usual: &str| typed.map_or_else(|| usual.to_owned(), |t| t.get(name));
    Ok(Ready {
        days: days.iter().map(Date::to_string).collect(),
        days_words: super::days(page, days),
        holidays: None,
        here: here.into_iter().map(person).collect(),
        others: others.into_iter().map(person).collect(),
        groups,
        posts,
        rest_from: rest("rest-from", "11:30"),
        rest_lasts: rest("rest-lasts", "45"),
    })
}

/// Visits that come along: of each neighbourhood those that are ticked, unless somebody chose all of it or none.
fn chosen(posted: &Posted) -> Vec<String> {
    let mut visits = posted.list("visit");
    for area in posted.list("group") {
        let of_it = posted.list(&format!("of-{area}"));
        match posted.get(&format!("whole-{area}")).as_str() {
            "all" => visits.extend(of_it),
            "none" => visits.retain(|v| !of_it.contains(v)),
            _ => {}
        }
    }
    visits.sort();
    visits.dedup();
    visits
}

fn wanted(page: &Page, posted: &Posted) -> Result<NewRound, (String, String)> {
    let area = posted.get("area").parse::<AreaId>().map_err(|_| ("area".to_owned(), page.t("rounds-wrong-missing")))?;
    let mut people = Vec::new();
    for id in posted.list("person") {
        let Ok(account) = id.parse() else { continue };
        let time = |name: &str| minute(&posted.get(&format!("{name}-{id}")));
        let (Some(from), Some(to)) = (time("from"), time("to")) else {
            return Err((format!("from-{id}"), page.t("rounds-wrong-time")));
        };
        let languages = posted.get(&format!("lang-{id}"));
        people.push(NewVisitor { account, from, to, languages, nurse: !posted.get(&format!("nurse-{id}")).is_empty() });
    }
    let lasts: i64 = posted.get("rest-lasts").parse().unwrap_or(0);
    let from = minute(&posted.get("rest-from"));
    if lasts > 0 && from.is_none() {
        return Err(("rest-from".into(), page.t("rounds-wrong-time")));
    }
    Ok(NewRound {
        area,
        days: posted.list("day").iter().filter_map(|d| d.parse().ok()).collect(),
        post: posted.get("post").parse().ok(),
        rest: (from.unwrap_or(0), lasts),
        people,
        visits: chosen(posted).iter().filter_map(|v| v.parse().ok()).collect(),
    })
}

pub(super) async fn create(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let error = match wanted(&page, &posted) {
        Err(error) => error,
        Ok(new) => match app.rt.write(who.clone(), move |cx| rounds::create(cx, &new)).await {
            Ok((id, left)) => {
                let planned = plan_now(&app, who, id, None).await?;
                let done = if planned.is_some() { "made" } else { "planning" };
                let to = page.href(format!("{LIST}/{id}?done={done}&left={}", left.len()));
                return Ok(Redirect::to(&to).into_response());
            }
            Err(error) => {
                let (field, words) = said(&page, error)?;
                let at = if field.is_empty() { "visits" } else { field };
                (at.to_owned(), words)
            }
        },
    };
    let days = posted.list("day");
    let first = days.first().cloned().unwrap_or_default();
    let asked = Ask {
        area: posted.get("area"),
        from: first,
        until: days.last().cloned().unwrap_or_default(),
        weekends: posted.get("weekends"),
    };
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff, &asked, Some(&posted), vec![error])).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbourhood_comes_along_as_ticked_whole_or_not_at_all() {
        let of = |whole: &'static str| {
            let form =
                [("visit", "a1"), ("visit", "b1"), ("group", "a"), ("of-a", "a1"), ("of-a", "a2"), ("whole-a", whole)];
            chosen(&Posted::of(&form))
        };
        assert_eq!(of("ticked"), ["a1", "b1"]);
        assert_eq!(of("all"), ["a1", "a2", "b1"]);
        assert_eq!(of("none"), ["b1"], "of other neighbourhoods nothing changes");
    }
}
