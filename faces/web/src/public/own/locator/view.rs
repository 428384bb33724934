//! What the family sees of a locator: words and numbers, ready for the page.

use super::form;
use crate::whereabouts::{self, Spot, facts};
use crate::{Fail, Page, fmt};
#[cfg(test)]
use kernel::Point;
use locators::app::alerts::{Alert, AnsweredBy};
use locators::app::commands::{self, Asked};
use locators::app::devices::Worn;
use locators::app::family::{self, FamilyView};
use locators::app::looks::Looker;
use locators::app::rules;
use locators::model::{Answer, By, Drawn, Kind, Reach, Rules, Sight, Weighed};
use people::app::accounts;
use people::app::links::Holder;
use people::app::persons::For;
use std::collections::HashMap;
use store::Cx;

/// Minutes after which a position is old.
const OLD_MINUTES: i64 = 30;
/// Metres of accuracy from which a position is an estimate.
const COARSE_M: f32 = 300.0;
/// Alerts that are over and are still shown.
const OVER: usize = 3;
/// Looks on the page.
const LOOKS: usize = 10;
/// Minutes for which a question to the device is spoken of.
const ASKED_MINUTES: i64 = 10;

/// Something that the family is told of.
pub(super) struct AlertView {
    pub id: String,
    pub title: String,
    pub when: String,
    /// Who was told, who sees to it, whether it is over.
    pub more: Vec<String>,
    pub class: &'static str,
    pub icon: &'static str,
    /// Nobody has answered yet.
    pub open: bool,
}

pub(super) struct FenceLine {
    pub id: String,
    pub name: String,
    pub rule: String,
    pub inside: Option<bool>,
}

/// A look of somebody.
pub(super) struct LookView {
    pub at: String,
    pub machine: String,
    pub who: String,
    pub why: String,
}

/// Everything of one wearer.
pub(super) struct View {
    /// Devices that are worn.
    pub devices: usize,
    /// "The watch is near Qinghe Street": the heading.
    pub title: String,
    pub alerts: Vec<AlertView>,
    /// Where now, in words.
    pub here: String,
    /// What to keep in mind about that place.
    pub doubt: Vec<String>,
    /// Why nothing is shown.
    pub closed: Option<String>,
    /// What, the value, and whether it is bad.
    pub facts: Vec<(String, String, bool)>,
    /// GeoJSON for the map; empty when nothing is to be drawn.
    pub drawing: String,
    /// Middle of the map, latitude first; none without a map.
    pub centre: Option<(f64, f64)>,
    pub day: Vec<String>,
    pub fences: Vec<FenceLine>,
    pub sees: Vec<String>,
    pub looks: Vec<LookView>,
    /// A position was asked for.
    pub asked: Option<String>,
    pub may_ask: bool,
    /// A guardian, who may report the wearer missing.
    pub missing: bool,
    /// What is paused can be switched on by whoever looks.
    pub resume: bool,
    /// An answer of their own is missing.
    pub asks: bool,
}

/// Reads everything; the look is noted.
pub(super) fn load(cx: &mut Cx<'_>, page: &Page, of: &Holder) -> Result<View, Fail> {
    let v = family::view(cx, of)?;
    let ground = places::snapshot(cx)?;
    let near = match &v.now {
        Some(shown) => {
            places::name_of(cx, shown.fix.point, page.look.lang).map_err(crate::public::errors::of_places)?
        }
        None => None,
    };
    let accounts: Vec<_> = v
        .looks
        .iter()
        .filter_map(|l| match l.who {
            Looker::Account(id, _) => Some(id),
            _ => None,
        })
        .collect();
    let names = accounts::names(cx, &accounts)?;
    let rules = rules::rules(cx)?;
    let asked = match v.devices.iter().find(|d| can_be_asked(d)) {
        Some(device) => commands::asked(cx, of.person, &For::Letter(*of), device.binding)?,
        None => Vec::new(),
    };
    let asked = asked.into_iter().find(|a| a.asked == Asked::LocateNow && a.outcome != Some(commands::Outcome::Missed));
    let asked = asked.filter(|a| a.at > page.now.plus_minutes(-ASKED_MINUTES));
    let spot = v.now.as_ref().map(|s| Spot::from(&s.fix));
    let path: Vec<Spot> = v.path.iter().map(Spot::from).collect();
    let place = near.map(|n| n.name);
    let drawn: Vec<(&str, &Drawn)> = v.fences.iter().map(|f| (f.fence.name.as_str(), &f.fence.drawn)).collect();
    let closed = closed(page, &v);
    let centre = spot.as_ref().map_or(page.config.centre, |s| (s.point.lat(), s.point.lon()));
    Ok(View {
        devices: v.devices.len(),
        title: title(page, &v, place.as_deref()),
        alerts: alerts(page, &v, of, &rules),
        here: spot.as_ref().map_or_else(|| page.t("loc-unheard"), |s| whereabouts::here(page, s, place.as_deref())),
        doubt: doubt(page, &v),
        facts: v.devices.iter().flat_map(|d| facts(page, d, v.devices.len() > 1, &rules)).collect(),
        drawing: whereabouts::drawing(page, spot.as_ref(), &path, &drawn),
        centre: (spot.is_some() || !drawn.is_empty()).then_some(centre),
        day: whereabouts::day(page, &ground, &path),
        fences: v.fences.iter().map(|f| fence(page, f)).collect(),
        sees: sees(page, &v, of),
        looks: v.looks.iter().take(LOOKS).map(|l| look(page, l.at, l.who, of, &v, &names)).collect(),
        asked: asked.map(|a| page.t1("loc-asked", "at", fmt::clock(a.at))),
        may_ask: v.sees_now && v.devices.iter().any(can_be_asked),
        missing: of.guardian.is_some() && v.case.is_none(),
        resume: !v.pauses.is_empty() && v.pauses.iter().all(|p| is_mine(p.by, p.guardian, of)),
        asks: v.consent.weighed != Weighed::Agreed && v.consent.mine != Some(people::app::consents::Answer::Given),
        closed,
    })
}

/// The wearer switches everything on again, a guardian what they switched off themselves.
fn is_mine(by: By, guardian: Option<people::model::GuardianId>, of: &Holder) -> bool {
    of.guardian.is_none() || (by == By::Guardian && guardian == of.guardian)
}

/// Programs on telephones report when they wish.
pub(super) fn can_be_asked(device: &Worn) -> bool {
    device.device.protocol.is_some_and(|p| !p.is_http())
}

fn title(page: &Page, v: &FamilyView, place: Option<&str>) -> String {
    let name = v.devices.first().map_or_else(|| page.t("loc-title"), |d| d.name.clone());
    match place {
        Some(place) => page.t2("loc-title-at", "name", name, "place", place),
        None => name,
    }
}

/// Why no position is shown.
fn closed(page: &Page, v: &FamilyView) -> Option<String> {
    if v.consent.weighed != Weighed::Agreed {
        return Some(page.tk("loc-stands-", v.consent.weighed.code()));
    }
    if let Some(pause) = v.pauses.iter().max_by_key(|p| p.until.map_or(i64::MAX, kernel::Moment::micros)) {
        return Some(match pause.until {
            Some(until) => page.t1("loc-closed-paused", "at", page.stamp(until)),
            None => page.t("loc-closed-off"),
        });
    }
    if v.sees_now {
        return None;
    }
    Some(page.t(if v.sight == Sight::Never { "loc-closed-never" } else { "loc-closed-alarm" }))
}

fn doubt(page: &Page, v: &FamilyView) -> Vec<String> {
    let Some(shown) = &v.now else { return Vec::new() };
    let mut out = Vec::new();
    if shown.age_s > OLD_MINUTES * 60 {
        out.push(page.t("loc-doubt-old"));
    }
    if shown.fix.accuracy_m.is_some_and(|m| m >= COARSE_M) {
        out.push(page.t("loc-doubt-coarse"));
    }
    if shown.fix.clock_wrong {
        out.push(page.t("loc-doubt-clock"));
    }
    out
}

fn fence(page: &Page, f: &locators::app::fences::FenceLine) -> FenceLine {
    let (name, rule) = (f.fence.name.clone(), form::line(page, &f.fence));
    FenceLine { id: f.id.to_string(), name, rule, inside: f.inside }
}

/// Who can see positions, and when.
fn sees(page: &Page, v: &FamilyView, of: &Holder) -> Vec<String> {
    let mut out = vec![page.t("loc-sees-line-elder")];
    for seer in &v.who_sees {
        let who = if Some(seer.guardian) == of.guardian {
            page.t("loc-sees-line-me")
        } else {
            page.t2("lost-person-as", "name", &seer.name, "as", &seer.relation)
        };
        out.push(page.t2("loc-sees-line", "who", who, "when", page.tk("loc-sight-", seer.sight.code())));
    }
    out.push(page.t("loc-sees-line-case"));
    out
}

fn look(
    page: &Page,
    at: kernel::Moment,
    who: Looker,
    of: &Holder,
    v: &FamilyView,
    names: &HashMap<kernel::ids::AccountId, String>,
) -> LookView {
    let (who, why) = match who {
        Looker::Elder => (page.t("loc-sees-line-elder"), "family"),
        Looker::Guardian(id) if Some(id) == of.guardian => (page.t("loc-sees-line-me"), "family"),
        Looker::Guardian(id) => {
            let seer = v.who_sees.iter().find(|s| s.guardian == id);
            let words = seer.map(|s| page.t2("lost-person-as", "name", &s.name, "as", &s.relation));
            (words.unwrap_or_else(|| page.t("loc-alert-by-other")), "family")
        }
        Looker::Account(id, _) => {
            let name = names.get(&id).cloned().unwrap_or_default();
            (format!("{} {name}", page.t("seen-staff")), "case")
        }
    };
    LookView { at: page.stamp(at), machine: page.machine_time(at), who, why: page.tk("loc-why-", why) }
}

/// Those that run, and the last few that are over.
fn alerts(page: &Page, v: &FamilyView, of: &Holder, rules: &Rules) -> Vec<AlertView> {
    let (open, over): (Vec<&Alert>, Vec<&Alert>) = v.alerts.iter().partition(|a| a.ended.is_none());
    let shown = open.into_iter().chain(over.into_iter().take(OVER));
    shown.map(|a| alert(page, a, v, of, rules)).collect()
}

fn alert(page: &Page, a: &Alert, v: &FamilyView, of: &Holder, rules: &Rules) -> AlertView {
    let fence = a.fence.and_then(|id| v.fences.iter().find(|f| f.id == id)).map(|f| f.fence.name.clone());
    let fence = fence.unwrap_or_else(|| page.t("loc-a-fence"));
    let open = a.ended.is_none() && a.answer.is_none();
    let mut more = Vec::new();
    if let Some((answer, at, by)) = a.answer {
        let who = match by {
            AnsweredBy::Elder => "elder",
            AnsweredBy::Guardian(id) if Some(id) == of.guardian => "me",
            AnsweredBy::Guardian(_) => "other",
            AnsweredBy::Post => "post",
        };
        let key = if answer == Answer::Seeing { "loc-alert-answered-mine" } else { "loc-alert-answered-false" };
        more.push(page.t2(key, "who", page.tk("loc-alert-by-", who), "at", page.stamp(at)));
    }
    match a.post_at {
        Some(at) => more.push(page.t1("loc-alert-post-told", "at", page.stamp(at))),
        None if open && a.kind.reach() == Reach::Unanswered => {
            let due = a.opened_at.plus_minutes(rules.family_minutes);
            more.push(page.t1("loc-alert-post-at", "at", fmt::clock(due)));
        }
        None => {}
    }
    if let Some(at) = a.taken_at.filter(|_| a.answer.is_none()) {
        more.push(page.t1("loc-alert-post-took", "at", page.stamp(at)));
    }
    if let Some((at, why)) = a.ended {
        more.push(page.t2("loc-alert-over", "at", page.stamp(at), "why", page.tk("loc-end-", why.code())));
    }
    let class = match (a.ended, open) {
        (Some(_), _) => "notice-good",
        (None, true) if matches!(a.kind, Kind::Sos | Kind::Fall | Kind::Left) => "notice-bad",
        (None, _) => "notice-wait",
    };
    AlertView {
        id: a.id.to_string(),
        title: page.t1(&format!("loc-alert-kind-{}", a.kind.code()), "fence", fence),
        when: page.t1("loc-alert-since", "at", page.ago(a.began_at)),
        more,
        class,
        icon: if a.ended.is_some() { "check" } else { "warn" },
        open,
    }
}

#[cfg(test)]
pub(super) fn sample(page: &Page, full: bool) -> View {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let id = uuid::Uuid::nil().to_string();
    let point = Point::new(121.47, 30.92).expect("a point");
    let spot = Spot { at: page.now.plus_minutes(-12), point, accuracy_m: Some(28.0) };
    let around = Drawn::Circle { lon: point.lon(), lat: point.lat(), radius_m: 300.0 };
    let alert = |kind: &Kind| AlertView {
        id: id.clone(),
        title: page.t1(&format!("loc-alert-kind-{}", kind.code()), "fence", say("家", "home")),
        when: page.t1("loc-alert-since", "at", page.ago(page.now)),
        more: vec![
            page.t1("loc-alert-post-at", "at", "14:18"),
            page.t2("loc-alert-over", "at", "14:20", "why", page.t("loc-end-back")),
        ],
        class: "notice-bad",
        icon: "warn",
        open: *kind == Kind::Sos,
    };
    let look = LookView {
        at: page.stamp(page.now),
        machine: page.machine_time(page.now),
        who: say("工作人员 周宁", "Staff Zhou Ning"),
        why: page.t("loc-why-case"),
    };
    let fence =
        |inside| FenceLine { id: id.clone(), name: say("家", "home"), rule: page.t("loc-hours-alone"), inside };
    let path = [Spot { at: page.now.plus_minutes(-40), ..spot }, spot];
    View {
        devices: 1,
        title: page.t2("loc-title-at", "name", say("手表", "Watch"), "place", say("青禾街", "Qinghe Street")),
        alerts: if full { Kind::ALL.iter().map(alert).collect() } else { Vec::new() },
        here: if full {
            whereabouts::here(page, &spot, Some(&say("青禾街", "Qinghe Street")))
        } else {
            page.t("loc-unheard")
        },
        doubt: if full { vec![page.t("loc-doubt-coarse")] } else { Vec::new() },
        closed: (!full).then(|| page.t1("loc-closed-paused", "at", page.stamp(page.now))),
        facts: if full {
            vec![(page.t("loc-fact-battery"), page.t1("loc-battery-low", "n", 12), true)]
        } else {
            Vec::new()
        },
        drawing: if full {
            whereabouts::drawing(page, Some(&spot), &path, &[(&say("家", "home"), &around)])
        } else {
            String::new()
        },
        centre: full.then_some((point.lat(), point.lon())),
        day: if full {
            vec![page.t2("whereabouts-line", "when", "09:05–09:40", "place", say("桂花里", "Guihuali"))]
        } else {
            Vec::new()
        },
        fences: if full { vec![fence(Some(true)), fence(Some(false)), fence(None)] } else { Vec::new() },
        sees: vec![page.t("loc-sees-line-me"), page.t("loc-sees-line-case")],
        looks: if full { vec![look] } else { Vec::new() },
        asked: full.then(|| page.t1("loc-asked", "at", "14:05")),
        may_ask: full,
        missing: full,
        resume: !full,
        asks: !full,
    }
}
