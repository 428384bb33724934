//! A round on one day: a list for each pair, what is with nobody and why, the map beside it.

use super::progress::{self, Progress};
use super::{LIST, days, tag};
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use crate::desk::{Frame, ground};
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use care::app::rounds::{self, Line, Pair, Stop, View, Work, WorkState};
use care::model::round::{RoundId, RoundState, WhyNot, clock};
use jiff::civil::Date;
use kernel::ids::AccountId;
use kernel::{Point, Purpose};
use people::app::accounts;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Cx;
use uuid::Uuid;

/// One visit of a list.
pub(super) struct StopRow {
    pub visit: String,
    pub n: usize,
    pub time: String,
    pub walk: i64,
    /// Before the way there.
    pub lunch: Option<String>,
    pub name: String,
    pub address: String,
    pub phone: Option<String>,
    pub kind: String,
    pub language: Option<String>,
    pub agreed: Option<String>,
    pub nurse: bool,
    pub must_speak: bool,
    pub foreign: bool,
    pub from: String,
    pub to: String,
    pub minutes: String,
    pub locked: bool,
    pub usual: bool,
    pub vague: bool,
    pub faults: Vec<String>,
    pub readdressed: bool,
    /// With nobody here, and somebody was sent before the round was made.
    pub before: Option<String>,
    pub told: Option<String>,
    /// It is over: what came of it.
    pub over: Option<String>,
    /// Where it could go: pair and day.
    pub to_where: Vec<Choice>,
    /// Why it is with nobody.
    pub why: Option<String>,
    /// The form was sent and not taken: it stays open.
    pub open: bool,
}

/// A household that expects somebody at another time than the plan says.
pub(super) struct CallRow {
    pub visit: String,
    pub name: String,
    pub phone: Option<String>,
    pub was: String,
    pub now: String,
}

pub(super) struct PairCol {
    pub id: String,
    pub letter: String,
    pub colour: usize,
    pub names: String,
    pub skills: String,
    pub from: String,
    pub to: String,
    pub stops: Vec<StopRow>,
    /// When they are back, and how long they walk.
    pub sum: String,
    pub off: Option<String>,
    /// Where one of them is besides.
    pub busy: Vec<String>,
    pub members: Vec<Choice>,
    pub value: String,
    pub sheet: String,
}

#[derive(Template)]
#[template(path = "desk/care/round.html")]
pub(super) struct PlanPage {
    pub page: Page,
    pub frame: Frame,
    pub href: String,
    pub back: String,
    pub title: String,
    pub area: String,
    pub tag: Tag,
    pub over: bool,
    pub version: i64,
    pub day: String,
    pub day_words: String,
    pub holiday: Option<String>,
    /// Other days: address, words, chosen, visits.
    pub days: Vec<(String, String, bool, usize)>,
    pub last_day: String,
    pub pairs: Vec<PairCol>,
    pub left: Vec<StopRow>,
    /// The first of them are shown.
    pub left_all: usize,
    /// It is being planned.
    pub progress: Option<Progress>,
    /// The last planning broke off: in words. One tap plans anew.
    pub broke: Option<String>,
    pub calls: Vec<CallRow>,
    pub pending: usize,
    pub published: bool,
    pub estimate: bool,
    pub people: Vec<Choice>,
    pub map: String,
    pub centre: (f64, f64),
    pub errors: Vec<(String, String)>,
    pub done: Vec<String>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    pub day: String,
    pub done: String,
    pub left: usize,
    pub sent: usize,
    pub fell: String,
    /// Visits with another address than when they were planned, and whether that stopped the publishing.
    pub moved: usize,
    pub stopped: bool,
    /// The visit whose agreed time was kept.
    pub visit: String,
}

/// What a form brought that was not taken, and what is wrong with it.
#[derive(Default)]
pub(super) struct Note {
    pub errors: Vec<(String, String)>,
    /// Visit, from, to, minutes, nurse, must speak.
    pub typed: Option<(String, String, String, String, bool, bool)>,
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<RoundId>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    // Names and addresses that are shown are entries of the log.
    let shown = app.rt.write(who, move |cx| load(cx, page, &staff, id, &asked, &Note::default())).await?;
    Ok(unkept(html(&shown)?))
}

/// `A`, `B`, … for the number of a pair.
pub(super) fn letter(number: i64) -> String {
    let n = u8::try_from((number - 1).rem_euclid(26)).unwrap_or(0);
    let letter = char::from(b'A' + n);
    if number > 26 { format!("{letter}{}", (number - 1) / 26) } else { letter.to_string() }
}

pub(super) fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: RoundId,
    asked: &Ask,
    note: &Note,
) -> Result<PlanPage, Fail> {
    let view = rounds::open(cx, id, asked.day.parse().ok())?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let known = places::snapshot(cx)?;
    let (round, lang) = (&view.whole.round, page.look.lang);
    let today = care::app::visits::day_of(page.now);
    let people = rounds::people(cx, round.area)?;
    let people = people
        .iter()
        .map(|c| {
            let label = format!("{} ({})", c.name, page.tk("rounds-force-", c.force.code()));
            Choice::new(c.account.to_string(), label, "")
        })
        .collect();
    let work = rounds::work(cx, id)?;
    let mut shown = build(page, frame, &view, ground::called(&known, round.area, lang), people, today, asked, note);
    let calendar = matters::app::calendar(cx)?;
    if let Some(name) = calendar.holiday(view.day).filter(|_| calendar.is_working_day(view.day) == Some(false)) {
        let name = crate::desk::crowd::holiday(&shown.page, name);
        shown.holiday = Some(shown.page.t1("rounds-on-holiday", "name", name));
    }
    if let Some(work) = work {
        let by = work.by.map(|a| accounts::names(cx, &[a])).transpose()?;
        shown.planning(&work, by.and_then(|names| names.into_values().next()), asked);
    }
    Ok(shown)
}

pub(super) fn build(
    page: Page,
    frame: Frame,
    view: &View,
    area: String,
    people: Vec<Choice>,
    today: Date,
    asked: &Ask,
    note: &Note,
) -> PlanPage {
    let round = &view.whole.round;
    let last = round.days.last().copied().unwrap_or(view.day);
    let over = last < today || round.state == RoundState::CalledOff;
    let shown: Vec<&Pair> = view
        .whole
        .pairs
        .iter()
        .filter(|p| (view.day >= p.first && view.day <= p.last) || !view.whole.route(p.id, view.day).is_empty())
        .collect();
    let rows = Rows { page: &page, view, note, places: places(&page, view) };
    let pairs: Vec<PairCol> = shown.iter().map(|p| rows.pair(p)).collect();
    let with_nobody = || view.whole.stops.iter().filter(|s| s.at.is_none());
    let left_all = with_nobody().count();
    let left: Vec<StopRow> = with_nobody().take(rounds::LEFT).map(|s| rows.stop(s, 0, None)).collect();
    let calls = view.whole.stops.iter().filter(|s| !over && s.is_to_phone(today)).map(|s| rows.call(s)).collect();
    let mut done = done(&page, asked);
    done.extend(rows.unfit(&asked.visit));
    let href = page.href(format!("{LIST}/{}", round.id));
    let of_day = |d: &Date| view.whole.stops.iter().filter(|s| s.at.is_some_and(|a| a.day == *d)).count();
    let days_of =
        round.days.iter().map(|d| (format!("{href}?day={d}"), page.date(*d), *d == view.day, of_day(d))).collect();
    let (map, centre) = drawn(view, &shown, page.config.centre);
    PlanPage {
        back: page.href(LIST),
        title: days(&page, &round.days),
        area,
        tag: tag(&page, round.state, last < today),
        over,
        version: round.version,
        day: view.day.to_string(),
        day_words: page.date(view.day),
        holiday: None,
        days: days_of,
        last_day: last.to_string(),
        pairs,
        left,
        left_all,
        progress: None,
        broke: None,
        calls,
        pending: view.pending,
        published: round.state == RoundState::Published,
        estimate: view.estimate,
        people,
        map,
        centre,
        errors: note.errors.clone(),
        done,
        href,
        page,
        frame,
    }
}

impl PlanPage {
    /// What is to be said of the planning.
    pub(super) fn planning(&mut self, work: &Work, by: Option<String>, asked: &Ask) {
        let page = &self.page;
        if work.state == WorkState::Running {
            let words = progress::words(page, work);
            let by = by.map(|name| page.t1("rounds-planning-by", "name", name));
            self.progress = Some(Progress { stream: format!("{}/events", self.href), done: work.done, words, by });
            return;
        }
        let key = match work.state {
            WorkState::Running | WorkState::Done => "rounds-done-planned",
            WorkState::Ended => "rounds-planning-ended",
            WorkState::Stale => "rounds-planning-stale",
            WorkState::Lost => "rounds-planning-lost",
        };
        if work.state == WorkState::Lost {
            self.broke = Some(page.t(key));
        } else if asked.done == "planning" {
            self.done.insert(0, page.t(key));
        }
    }
}

fn done(page: &Page, asked: &Ask) -> Vec<String> {
    let mut out = Vec::new();
    match asked.done.as_str() {
        "made" => out.push(page.t("rounds-done-made")),
        "planned" => out.push(page.t("rounds-done-planned")),
        "moved" => out.push(page.t("rounds-done-moved")),
        "kept" => out.push(page.t("rounds-done-kept")),
        "ill" => out.push(page.t("rounds-done-ill")),
        "pair" => out.push(page.t("rounds-done-pair")),
        "off" => out.push(page.t("rounds-done-off")),
        "called" => out.push(page.t("rounds-done-called")),
        "sent" if asked.stopped => out.push(page.t("rounds-done-stopped")),
        "sent" => out.push(page.t1("rounds-done-sent", "n", asked.sent)),
        _ => {}
    }
    if asked.moved > 0 {
        out.push(page.t1("rounds-done-readdressed", "n", asked.moved));
    }
    if asked.left > 0 {
        out.push(page.t1("rounds-done-left", "n", asked.left));
    }
    for part in asked.fell.split(',').filter(|p| !p.is_empty()) {
        let Some((why, n)) = part.split_once(':') else { continue };
        if WhyNot::from_code(why).is_some() {
            out.push(page.t2("rounds-fell", "n", n, "why", page.tk("rounds-why-", why)));
        }
    }
    out
}

/// Where a visit can be put: a pair on a day.
struct Place {
    pair: Uuid,
    day: Date,
    value: String,
    label: String,
}

/// Every pair on every day on which it goes; made once for all visits of the page.
fn places(page: &Page, view: &View) -> Vec<Place> {
    let days = &view.whole.round.days;
    let mut out = Vec::new();
    for day in days {
        let words = page.date(*day);
        for pair in view.whole.pairs.iter().filter(|p| p.works(*day)) {
            let who = page.t1("rounds-pair", "letter", letter(pair.number));
            let label = if days.len() == 1 { who } else { format!("{words} · {who}") };
            out.push(Place { pair: pair.id, day: *day, value: format!("{}|{day}", pair.id), label });
        }
    }
    out
}

struct Rows<'a> {
    page: &'a Page,
    view: &'a View,
    note: &'a Note,
    places: Vec<Place>,
}

impl Rows<'_> {
    fn name(&self, account: AccountId) -> String {
        self.view.names.get(&account).cloned().unwrap_or_else(|| self.page.t("desk-nobody"))
    }

    fn member(&self, account: AccountId) -> String {
        let force = self.view.forces.get(&account).map(|f| self.page.tk("rounds-force-", f.code()));
        force.map_or_else(|| self.name(account), |f| format!("{} ({f})", self.name(account)))
    }

    fn pair(&self, pair: &Pair) -> PairCol {
        let (page, view) = (self.page, self.view);
        let route = view.whole.route(pair.id, view.day);
        let both = [pair.one, pair.two];
        let mut skills: Vec<String> = Vec::new();
        for account in both {
            let Some((languages, nurse)) = view.skills.get(&account) else { continue };
            skills.extend(languages.split('、').filter(|l| !l.is_empty()).map(str::to_owned));
            if *nurse {
                skills.push(page.t("rounds-nurse"));
            }
        }
        skills.dedup();
        let rest = view.whole.round.rest;
        let (mut free, mut lunch) = (pair.from, rest.1 > 0);
        let mut stops = Vec::new();
        for (n, stop) in route.iter().enumerate() {
            let before = stop.at.filter(|at| lunch && at.start - at.walk - rest.1 >= free.max(rest.0));
            let at = before.map(|_| {
                lunch = false;
                let begin = free.max(rest.0);
                page.t2("rounds-lunch", "from", clock(begin), "to", clock(begin + rest.1))
            });
            free = stop.at.map_or(free, |a| a.end);
            stops.push(self.stop(stop, n + 1, at));
        }
        let home = view.home.get(&pair.id).copied().unwrap_or(0);
        let walk: i64 = route.iter().filter_map(|s| s.at).map(|a| a.walk).sum::<i64>() + home;
        let sum = match route.last().and_then(|s| s.at) {
            Some(at) => page.loc.args(
                "rounds-sum",
                &[("n", route.len().to_string()), ("walk", walk.to_string()), ("back", clock(at.end + home))],
            ),
            None => page.t("rounds-nothing"),
        };
        let off = pair.off.filter(|(from, to)| view.day >= *from && view.day <= *to);
        PairCol {
            id: pair.id.to_string(),
            letter: letter(pair.number),
            colour: usize::try_from(pair.number - 1).unwrap_or(0) % 6,
            names: both.map(|a| self.member(a)).join(&page.t("rounds-with")),
            skills: skills.join(&page.t("list-comma")),
            from: clock(pair.from),
            to: clock(pair.to),
            stops,
            sum,
            off: off.map(|(_, to)| page.t1("rounds-pair-off", "day", page.date(to))),
            busy: self.busy(pair),
            members: both.map(|a| Choice::new(a.to_string(), self.name(a), "")).into(),
            value: format!("{}|{}", pair.id, view.day),
            sheet: page.href(format!("{LIST}/{}/sheet?pair={}&day={}", view.whole.round.id, pair.id, view.day)),
        }
    }

    fn busy(&self, pair: &Pair) -> Vec<String> {
        let one = |b: &rounds::Busy, who: AccountId| {
            let args = [("name", self.name(who)), ("from", clock(b.from)), ("to", clock(b.to))];
            self.page.loc.args("rounds-busy", &args)
        };
        let mut out = Vec::new();
        for who in [pair.one, pair.two] {
            out.extend(self.view.busy.iter().filter(|b| b.has(who)).map(|b| one(b, who)));
        }
        out
    }

    /// The hours of the pairs that still go, for words.
    fn hours(&self) -> String {
        let mut all: Vec<(i64, i64)> = self.view.whole.pairs.iter().map(|p| (p.from, p.to)).collect();
        all.sort_unstable();
        all.dedup();
        let all: Vec<String> = all.into_iter().map(|(from, to)| format!("{}–{}", clock(from), clock(to))).collect();
        all.join(&self.page.t("list-comma"))
    }

    /// After an agreed time was kept: that the plan does not fit it.
    fn unfit(&self, visit: &str) -> Option<String> {
        let stop = self.view.whole.stops.iter().find(|s| s.visit.to_string() == visit)?;
        let (from, to) = stop.asks.window();
        let out = |p: &Pair| from.max(p.from) + stop.minutes <= p.to && to >= p.from;
        if !self.view.whole.pairs.iter().any(out) {
            return Some(self.page.t1("rounds-done-outside", "hours", self.hours()));
        }
        let faults = self.view.lines.get(&stop.visit).is_some_and(|l| !l.faults.is_empty());
        faults.then(|| self.page.t("rounds-done-unfit"))
    }

    fn call(&self, stop: &Stop) -> CallRow {
        let (page, view) = (self.page, self.view);
        let when = |day: Date, start: i64| page.t2("rounds-day-at", "day", page.date(day), "at", clock(start));
        let line = view.lines.get(&stop.visit);
        let pair = stop.at.and_then(|a| view.whole.pair(a.pair)).map(|p| letter(p.number)).unwrap_or_default();
        let now = |a: rounds::At| page.t2("rounds-call-now", "when", when(a.day, a.start), "letter", &pair);
        CallRow {
            visit: stop.visit.to_string(),
            name: line.map_or_else(|| page.t("rounds-gone"), |l| l.name.clone()),
            phone: line.and_then(|l| l.phone.clone()),
            was: stop.known.map(|(day, start)| when(day, start)).unwrap_or_default(),
            now: stop.at.map_or_else(|| page.t("rounds-call-nobody"), now),
        }
    }

    fn to_where(&self, stop: &Stop) -> Vec<Choice> {
        let (page, view) = (self.page, self.view);
        let now = stop.at.map(|a| format!("{}|{}", a.pair, a.day)).unwrap_or_default();
        let choice = |p: &&Place| Choice::new(p.value.clone(), p.label.clone(), &now);
        // To everybody on the day that is shown; to other days with the same pair. For more one opens the other day.
        let own = stop.at.map(|a| a.pair);
        let offered = |p: &&Place| p.day == view.day || Some(p.pair) == own;
        let mut out: Vec<Choice> = self.places.iter().filter(offered).map(|p| choice(&p)).collect();
        out.push(Choice::new("", page.t("rounds-nobody"), &now));
        out
    }

    fn stop(&self, stop: &Stop, n: usize, lunch: Option<String>) -> StopRow {
        let (page, view) = (self.page, self.view);
        let moved = view.elsewhere.contains(&stop.visit);
        let gone = Line {
            name: page.t(if moved { "rounds-why-moved" } else { "rounds-gone" }),
            address: None,
            phone: None,
            language: None,
            point: None,
            vague: false,
            usual: false,
            foreign: false,
            readdressed: false,
            faults: Vec::new(),
        };
        let line = view.lines.get(&stop.visit).unwrap_or(&gone);
        let visit = stop.visit.to_string();
        let typed = self.note.typed.as_ref().filter(|t| t.0 == visit);
        let agreed = stop.asks.from.or(stop.asks.to).map(|_| stop.asks.window());
        let time = |minute: Option<i64>| minute.map(clock).unwrap_or_default();
        let told = stop.told.map(|(pair, day, start)| {
            let same = stop.at.is_some_and(|a| (a.pair, a.day, a.start) == (pair, day, start));
            if same {
                page.t("rounds-told")
            } else {
                page.t2("rounds-told-other", "day", page.date(day), "at", clock(start))
            }
        });
        StopRow {
            n,
            time: stop.at.map(|a| format!("{}–{}", clock(a.start), clock(a.end))).unwrap_or_default(),
            walk: stop.at.map_or(0, |a| a.walk),
            lunch,
            name: line.name.clone(),
            address: line.address.clone().unwrap_or_default(),
            phone: line.phone.clone(),
            kind: page.tk("rounds-kind-", stop.kind.code()),
            language: line.language.clone(),
            agreed: agreed.map(|(from, to)| page.t2("rounds-agreed", "from", clock(from), "to", clock(to))),
            nurse: typed.map_or(stop.asks.nurse, |t| t.4),
            foreign: line.foreign,
            must_speak: typed.map_or(stop.asks.must_speak, |t| t.5),
            from: typed.map_or_else(|| time(stop.asks.from), |t| t.1.clone()),
            to: typed.map_or_else(|| time(stop.asks.to), |t| t.2.clone()),
            minutes: typed.map_or_else(|| stop.minutes.to_string(), |t| t.3.clone()),
            locked: stop.locked,
            usual: line.usual,
            vague: line.vague,
            faults: line.faults.iter().map(|f| page.tk("rounds-fault-", f.code())).collect(),
            readdressed: line.readdressed,
            before: (stop.at.is_none() && stop.told.is_none() && !stop.was.is_empty() && stop.state.is_open())
                .then(|| page.t("rounds-sent-before")),
            told,
            over: (!stop.state.is_open()).then(|| page.tk("rounds-outcome-", stop.state.code())),
            to_where: self.to_where(stop),
            why: stop.at.is_none().then(|| self.why(stop, line)),
            open: typed.is_some(),
            visit,
        }
    }

    fn why(&self, stop: &Stop, line: &Line) -> String {
        match (stop.why, &line.language) {
            (Some(WhyNot::Hours), _) => {
                let (from, to) = stop.asks.window();
                let args = [("from", clock(from)), ("to", clock(to)), ("hours", self.hours())];
                self.page.loc.args("rounds-why-hours-of", &args)
            }
            (Some(WhyNot::Language), Some(language)) => self.page.t1("rounds-why-language-of", "language", language),
            (Some(why), _) => self.page.tk("rounds-why-", why.code()),
            (None, _) => self.page.t("rounds-why-new"),
        }
    }
}

/// What the map shows: routes by pair, doors with their numbers, doors with nobody.
fn drawn(view: &View, pairs: &[&Pair], middle: (f64, f64)) -> (String, (f64, f64)) {
    let at = |p: Point| [p.lon(), p.lat()];
    let mut features: Vec<Value> = Vec::new();
    let mut put = |geometry: Value, properties: Value| {
        features.push(json!({ "type": "Feature", "geometry": geometry, "properties": properties }));
    };
    for pair in pairs {
        let colour = (pair.number - 1).rem_euclid(6);
        let route = view.whole.route(pair.id, view.day);
        for (n, stop) in route.iter().enumerate() {
            let Some(point) = view.lines.get(&stop.visit).and_then(|l| l.point) else { continue };
            let name = format!("{}{}", letter(pair.number), n + 1);
            put(
                json!({ "type": "Point", "coordinates": at(point) }),
                json!({ "role": "stop", "c": colour, "name": name }),
            );
        }
        if let Some(way) = view.ways.get(&pair.id) {
            let way: Vec<[f64; 2]> = way.iter().copied().map(at).collect();
            put(json!({ "type": "LineString", "coordinates": way }), json!({ "role": "route", "c": colour }));
        }
    }
    for stop in view.whole.stops.iter().filter(|s| s.at.is_none()) {
        if let Some(point) = view.lines.get(&stop.visit).and_then(|l| l.point) {
            put(json!({ "type": "Point", "coordinates": at(point) }), json!({ "role": "left", "name": "?" }));
        }
    }
    if let Some(base) = view.base {
        put(json!({ "type": "Point", "coordinates": at(base) }), json!({ "role": "base", "name": "" }));
    }
    let centre = view.base.map_or(middle, |p| (p.lat(), p.lon()));
    (json!({ "type": "FeatureCollection", "features": features }).to_string(), centre)
}
