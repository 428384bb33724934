//! The hours of an elder as a form types them and a page lists them: the same for the desk and for the family.

use crate::Page;
use crate::public::post::Posted;
use care::model::ContactLine;
use care::model::schedule::{Exception, Schedule, Slot, Where};

/// A line of the schedule.
#[derive(Debug, Clone)]
pub(crate) struct Hours {
    pub n: usize,
    pub when: String,
    pub who: String,
    pub alone: bool,
}

/// `07:30` as minutes of the day; `24:00` is its end.
fn minutes(text: &str) -> Option<u16> {
    let text = kernel::text::narrow(text);
    let (h, m) = text.split_once(':')?;
    let (h, m): (u16, u16) = (h.trim().parse().ok()?, m.trim().parse().ok()?);
    (m < 60 && h * 60 + m <= 1_440).then_some(h * 60 + m)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn who(page: &Page, all: &[ContactLine], at: &Where) -> String {
    match at {
        Where::Alone => page.t("circle-alone"),
        Where::Elsewhere(label) => label.clone(),
        Where::Home(ids) => {
            let names = ids.iter().filter_map(|id| all.iter().find(|c| c.id == *id)).map(|c| c.name.clone());
            names.collect::<Vec<_>>().join(&page.t("list-comma"))
        }
    }
}

/// The week, and the days on which it is otherwise.
pub(crate) fn lines(page: &Page, schedule: &Schedule, all: &[ContactLine]) -> (Vec<Hours>, Vec<Hours>) {
    let hours = |n: usize, days: String, from: u16, to: u16, at: &Where| Hours {
        n,
        when: format!("{days} {}–{}", clock(from), clock(to)),
        who: who(page, all, at),
        alone: *at == Where::Alone,
    };
    let named = |days: &[u8]| {
        days.iter().map(|d| page.tk("weekday-", u16::from(*d) + 1)).collect::<Vec<_>>().join(&page.t("list-comma"))
    };
    let week = schedule.week.iter().enumerate().map(|(n, s)| hours(n, named(&s.days), s.from, s.to, &s.at));
    let days = schedule.exceptions.iter().enumerate();
    let days = days.map(|(n, e)| hours(n, e.date.to_string(), e.from, e.to, &e.at));
    (week.collect(), days.collect())
}

/// Does what a form asks for: `slot-add`, `slot-drop` or `day-drop`.
///
/// # Errors
/// What is wrong, with its field.
pub(crate) fn step(now: &mut Schedule, what: &str, posted: &Posted) -> care::Result<()> {
    let index = posted.get("n").parse::<usize>().unwrap_or(usize::MAX);
    match what {
        "slot-drop" if index < now.week.len() => drop(now.week.remove(index)),
        "day-drop" if index < now.exceptions.len() => drop(now.exceptions.remove(index)),
        "slot-add" => add(now, posted)?,
        _ => {}
    }
    Ok(())
}

fn add(now: &mut Schedule, posted: &Posted) -> care::Result<()> {
    let wrong = |field| care::Error::Invalid { field, why: "range" };
    let from = minutes(&posted.get("from")).ok_or(wrong("from"))?;
    let to = minutes(&posted.get("to")).ok_or(wrong("to"))?;
    let to = if to == 0 { 1_440 } else { to };
    let at = match posted.get("who").as_str() {
        "alone" => Where::Alone,
        "elsewhere" => Where::Elsewhere(posted.get("where")),
        id => Where::Home(vec![id.parse().map_err(|_| care::Error::Invalid { field: "who", why: "missing" })?]),
    };
    match posted.get("date").parse() {
        Ok(date) => now.exceptions.push(Exception { date, from, to, at }),
        Err(_) => {
            let days = posted.list("days").iter().filter_map(|d| d.parse().ok()).collect();
            now.week.push(Slot { days, from, to, at });
        }
    }
    Ok(())
}
