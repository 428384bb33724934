//! Our own form of a problem (docs/rounds.md): people, visits, ISO times, places by latitude and longitude or by a table.

use super::{Unreadable, few_enough};
use crate::plan::Plan;
use crate::problem::{Break, Invalid, Late, Pair, Problem, Visit, Visitor, Weights};
use kernel::{Moment, Point};
use serde::Deserialize;
use serde_json::{Value, json};

/// On foot, in metres a second, and how much longer the way is than the straight line: used where no table of ways is given.
const SPEED_M_S: f64 = 1.1;
const DETOUR: f64 = 1.35;
/// What it costs, in minutes on the way, to leave a visit out that does not say.
const WITHOUT: f64 = 1_000.0;
/// What the usual visitor is worth, in minutes on the way.
const USUAL: f64 = 10.0;

/// People and visits are read one by one, so that an error names them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    visitors: Vec<Value>,
    visits: Vec<Value>,
    #[serde(default)]
    travel: Travel,
    #[serde(default)]
    weights: Wishes,
}

struct File {
    visitors: Vec<Person>,
    visits: Vec<Wanted>,
    travel: Travel,
    weights: Wishes,
}

impl File {
    fn read(value: &Value) -> Result<Self, Unreadable> {
        let Outer { visitors, visits, travel, weights } =
            Outer::deserialize(value).map_err(|e| Unreadable::file(e.to_string()))?;
        let file = Self { visitors: each(&visitors, "visitor")?, visits: each(&visits, "visit")?, travel, weights };
        let wishes = [("way", file.weights.way), ("usual", file.weights.usual), ("fair", file.weights.fair)];
        if let Some((name, _)) = wishes.into_iter().find(|(_, w)| *w < 0.0) {
            return Err(Unreadable::file(format!("“weights.{name}” is less than nothing")));
        }
        for (n, person) in file.visitors.iter().enumerate() {
            if file.visitors.iter().take(n).any(|p| p.id == person.id) {
                return Err(Unreadable::file(format!("visitor {} stands there twice", person.id)));
            }
        }
        Ok(file)
    }
}

/// The items of a list; an error says which one, by its number from 1 and its name.
fn each<T: serde::de::DeserializeOwned>(list: &[Value], what: &str) -> Result<Vec<T>, Unreadable> {
    let one = |(n, item): (usize, &Value)| {
        T::deserialize(item).map_err(|e| {
            let name = item.get("id").and_then(Value::as_str).map(|id| format!(" ({id})")).unwrap_or_default();
            Unreadable::file(format!("{what} number {}{name}: {e}", n + 1))
        })
    };
    list.iter().enumerate().map(one).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    id: String,
    shifts: Vec<Span>,
    start: Place,
    end: Option<Place>,
    #[serde(default)]
    skills: Vec<String>,
    #[serde(default)]
    force: String,
    #[serde(rename = "break")]
    rest: Option<Rest>,
    /// Visits in one shift at most.
    most: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    from: String,
    to: String,
}

/// Times of day are taken on the day of each shift.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    from: String,
    latest: String,
    minutes: f64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(untagged, expecting = "a place is {\"lat\", \"lon\"} in degrees or the number of a row")]
enum Place {
    At { lat: f64, lon: f64 },
    Row(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    id: String,
    at: Place,
    minutes: f64,
    windows: Vec<Span>,
    #[serde(default)]
    skills: Vec<String>,
    #[serde(default)]
    pair: Option<Two>,
    #[serde(default)]
    usual: Vec<String>,
    locked: Option<String>,
    /// What it costs to leave it out, in minutes on the way; `null` is "it must be made".
    #[serde(default = "usual_without")]
    without: Option<f64>,
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional field")]
fn usual_without() -> Option<f64> {
    Some(WITHOUT)
}

/// A second person for the visit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Two {
    /// What the second person must be able to do.
    #[serde(default)]
    skills: Vec<String>,
    /// The second begins so many minutes after the first; 0 and 0 (usual): together.
    #[serde(default)]
    least: f64,
    #[serde(default)]
    most: f64,
    /// The two come from different forces.
    #[serde(default)]
    mixed: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Travel {
    /// Minutes between places, row by row; places are then numbers.
    minutes: Option<Vec<Vec<f64>>>,
    speed_m_s: Option<f64>,
    detour: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wishes {
    way: f64,
    usual: f64,
    fair: f64,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { way: 1.0, usual: USUAL, fair: 0.05 }
    }
}

/// A file of this kind: the problem and the names in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    pub problem: Problem,
    visitors: Vec<String>,
    /// Name of the wanted visit, and is this its second person?
    visits: Vec<(String, bool)>,
    /// Minute 0.
    zero: Moment,
}

/// Reads times as minutes since the earliest of them.
struct Clock {
    zero: Moment,
}

impl Clock {
    fn minutes(&self, text: &str, what: &str) -> Result<f64, Unreadable> {
        Ok((instant(text, what)?.micros() - self.zero.micros()) as f64 / 60e6)
    }

    fn span(&self, span: &Span, what: &str) -> Result<(f64, f64), Unreadable> {
        let (from, to) = (self.minutes(&span.from, what)?, self.minutes(&span.to, what)?);
        let wrong = || Unreadable::file(format!("{what}: “to” ({}) lies before “from” ({})", span.to, span.from));
        if from <= to { Ok((from, to)) } else { Err(wrong()) }
    }

    /// A time of day on the day on which a shift begins.
    fn on_day(&self, shift: &Span, time: &str, what: &str) -> Result<f64, Unreadable> {
        let day = shift.from.get(..10).unwrap_or_default();
        // Behind the seconds: the day has hyphens, too.
        let clock = shift.from.get(19..).unwrap_or_default();
        let offset = clock.find(['+', '-', 'Z', 'z']).and_then(|at| clock.get(at..)).unwrap_or("+08:00");
        self.minutes(&format!("{day}T{time}:00{offset}"), what)
    }
}

fn instant(text: &str, what: &str) -> Result<Moment, Unreadable> {
    Moment::parse_rfc3339(text)
        .map_err(|_| Unreadable::file(format!("{what}: “{text}” is no time such as 2026-06-29T09:00:00+08:00")))
}

impl Day {
    pub fn is(value: &Value) -> bool {
        value.get("visitors").is_some() && value.get("visits").is_some()
    }

    /// # Errors
    /// [`Unreadable`]: what is wrong, where, and which visits nobody can do.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let file = File::read(value)?;
        let clock = Clock { zero: earliest(&file)? };
        let ways = Ways::of(&file)?;
        let mut visitors = Vec::new();
        let mut names = Vec::new();
        let mut able: Vec<(&Person, usize)> = Vec::new();
        for (person, p) in file.visitors.iter().enumerate() {
            for shift in &p.shifts {
                visitors.push(shift_of(p, person, shift, &clock, &ways, &file.visitors)?);
                names.push(p.id.clone());
                able.push((p, person));
            }
        }
        let mut day = Self {
            problem: Problem {
                places: ways.places,
                travel: ways.minutes.clone(),
                distance: None,
                visitors,
                visits: Vec::new(),
                pairs: Vec::new(),
                weights: Weights { distance: file.weights.way, late: 0.0, latest: 0.0, fair: file.weights.fair },
            },
            visitors: names,
            visits: Vec::new(),
            zero: clock.zero,
        };
        if let Err(Invalid::TwoShifts(a, _)) = day.problem.validate() {
            let name = day.visitors.get(a).map_or("", String::as_str);
            return Err(Unreadable::file(format!("visitor {name}: two shifts lie at the same time")));
        }
        for (i, wanted) in file.visits.iter().enumerate() {
            day.add(i, wanted, &clock, &ways, &able, file.weights.usual)?;
        }
        day.somebody_can()?;
        Ok(day)
    }

    fn add(
        &mut self,
        i: usize,
        wanted: &Wanted,
        clock: &Clock,
        ways: &Ways,
        able: &[(&Person, usize)],
        usual: f64,
    ) -> Result<(), Unreadable> {
        let what = format!("visit {}", wanted.id);
        if self.visits.iter().any(|v| v.0 == wanted.id) {
            return Err(Unreadable::file(format!("{what} stands there twice")));
        }
        if wanted.minutes < 0.0 || wanted.without.is_some_and(|w| w < 0.0) {
            return Err(Unreadable::file(format!("{what}: “minutes” and “without” are not less than nothing")));
        }
        let known = |id: &String| able.iter().any(|(p, _)| p.id == *id);
        if let Some(nobody) = wanted.usual.iter().chain(&wanted.locked).find(|id| !known(id)) {
            return Err(Unreadable::file(format!("{what} names the visitor “{nobody}”, who is not there")));
        }
        let mut windows = wanted.windows.iter().map(|w| clock.span(w, &what)).collect::<Result<Vec<_>, _>>()?;
        windows.sort_by(|a, b| a.0.total_cmp(&b.0));
        if windows.windows(2).any(|w| matches!(w, [a, b] if a.1 > b.0)) {
            return Err(Unreadable::file(format!("{what}: two windows lie at the same time")));
        }
        // A visit of one person that is locked keeps its own; of two, the first.
        let locked =
            |id: &Option<String>| id.as_ref().map(|id| able.iter().map(|(p, _)| p.id == *id).collect::<Vec<_>>());
        let one = |skills: &[String], only: Option<Vec<bool>>| Visit {
            place: ways.visits.get(i).copied().unwrap_or(0),
            lasts: wanted.minutes,
            windows: windows.clone(),
            late: Late::Never,
            demand: 1.0,
            may: able
                .iter()
                .enumerate()
                .map(|(v, (p, _))| {
                    let only = only.as_ref().is_none_or(|o| o.get(v).copied().unwrap_or(false));
                    only && skills.iter().all(|s| p.skills.contains(s))
                })
                .collect(),
            liking: able
                .iter()
                .enumerate()
                .filter(|(_, (p, _))| wanted.usual.contains(&p.id))
                .map(|(v, _)| (v, -usual))
                .collect(),
            // Of a pair each of the two carries half.
            without: wanted.without.map(|w| if wanted.pair.is_some() { w / 2.0 } else { w }),
            locked: None,
        };
        let first = self.problem.visits.len();
        self.problem.visits.push(one(&wanted.skills, locked(&wanted.locked)));
        self.visits.push((wanted.id.clone(), false));
        if let Some(two) = &wanted.pair {
            self.problem.visits.push(one(&two.skills, None));
            self.visits.push((wanted.id.clone(), true));
            let (least, most, mixed) = (two.least, two.most, two.mixed);
            if !(0.0 <= least && least <= most) {
                return Err(Unreadable::file(format!("{what}: “least” and “most” are minutes, the smaller one first")));
            }
            self.problem.pairs.push(Pair { first, second: first + 1, least, most, mixed });
        }
        Ok(())
    }

    /// Every visit has somebody who could make it if it were their only one.
    fn somebody_can(&self) -> Result<(), Unreadable> {
        let mut wrong: Vec<String> = Vec::new();
        let mut say = |name: &str, why: &str| {
            let line = format!("visit {name}: {why}");
            if !wrong.contains(&line) {
                wrong.push(line);
            }
        };
        for (i, visit) in self.problem.visits.iter().enumerate() {
            let name = self.visits.get(i).map_or("", |v| v.0.as_str());
            let mut able = self.problem.visitors.iter().enumerate().filter(|(v, _)| self.problem.may(i, *v)).peekable();
            if visit.windows.is_empty() {
                say(name, "it has no window");
            } else if able.peek().is_none() {
                say(name, "nobody has what it asks for");
            } else if !able.any(|(_, v)| self.problem.alone(v, visit)) {
                say(name, "its windows lie outside of the shifts of everybody who could do it");
            }
        }
        for pair in &self.problem.pairs {
            let shifts = 0..self.problem.visitors.len();
            let mut both = shifts.clone().flat_map(|a| shifts.clone().map(move |b| (a, b)));
            let two = both.any(|(a, b)| {
                self.problem.may(pair.first, a)
                    && self.problem.may(pair.second, b)
                    && self.problem.may_together(pair, a, b)
            });
            if !two {
                say(self.visits.get(pair.first).map_or("", |v| v.0.as_str()), "no two people may make it together");
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Unreadable::file(wrong.join("; "))) }
    }

    /// Whose shift it is, for messages.
    pub fn visitor(&self, shift: usize) -> String {
        format!("visitor {}", self.visitors.get(shift).map_or("", String::as_str))
    }

    /// A visit by its name, for messages.
    pub fn name(&self, visit: usize) -> String {
        self.visits.get(visit).map_or_else(|| format!("visit {visit}"), |v| format!("visit {}", v.0))
    }

    fn time(&self, minutes: f64) -> String {
        let at = Moment::from_micros(self.zero.micros() + (minutes * 60e6).round() as i64);
        at.zoned(&kernel::time::shanghai()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// The routes of a plan, one for each shift in which somebody visits.
    pub fn routes(&self, plan: &Plan) -> Value {
        let who = |visit: usize| {
            let route = plan.routes.iter().find(|r| r.stops.iter().any(|s| s.visit == visit))?;
            self.visitors.get(route.visitor)
        };
        let routes = plan.routes.iter().filter(|r| !r.stops.is_empty()).map(|route| {
            let stops: Vec<Value> = route
                .stops
                .iter()
                .map(|stop| {
                    let pair = self.problem.pair_of(stop.visit);
                    let with = pair.and_then(|p| who(if p.first == stop.visit { p.second } else { p.first }));
                    let id = self.visits.get(stop.visit).map(|v| v.0.as_str());
                    json!({"visit": id, "start": self.time(stop.start), "end": self.time(stop.end), "with": with})
                })
                .collect();
            json!({"visitor": self.visitors.get(route.visitor), "stops": stops})
        });
        Value::Array(routes.collect())
    }

    /// The visits that are not in the plan, with the reason.
    pub fn unplanned(&self, plan: &Plan) -> Value {
        let first = plan.unplanned.iter().filter(|v| self.visits.get(**v).is_some_and(|v| !v.1));
        let all = first.map(|v| json!({"visit": self.visits.get(*v).map(|v| v.0.as_str()), "why": self.why(*v, plan)}));
        Value::Array(all.collect())
    }

    fn why(&self, visit: usize, plan: &Plan) -> String {
        let able: Vec<usize> = (0..self.problem.visitors.len()).filter(|v| self.problem.may(visit, *v)).collect();
        let Some(wanted) = self.problem.visits.get(visit) else { return String::new() };
        let reach =
            able.iter().filter(|v| self.problem.visitors.get(**v).is_some_and(|who| self.problem.alone(who, wanted)));
        let reach: Vec<&usize> = reach.collect();
        let mut names: Vec<&str> = reach.iter().filter_map(|v| self.visitors.get(**v)).map(String::as_str).collect();
        names.dedup();
        let busy = reach.iter().filter(|v| plan.routes.get(***v).is_some_and(|r| !r.stops.is_empty())).count();
        let pair = if self.problem.pair_of(visit).is_some() { " for two at once" } else { "" };
        format!(
            "{} of {} shifts could make it{pair} ({}); {busy} of them are filled with visits that cost less on the way or matter more",
            reach.len(),
            self.problem.visitors.len(),
            names.join(", ")
        )
    }
}

fn earliest(file: &File) -> Result<Moment, Unreadable> {
    let shifts = file.visitors.iter().flat_map(|p| p.shifts.iter().map(move |s| (s, format!("visitor {}", p.id))));
    let windows = file.visits.iter().flat_map(|v| v.windows.iter().map(move |s| (s, format!("visit {}", v.id))));
    let all = shifts.chain(windows).map(|(s, what)| instant(&s.from, &what)).collect::<Result<Vec<_>, _>>()?;
    all.into_iter().min().ok_or_else(|| Unreadable::file("there is neither a shift nor a window"))
}

fn shift_of(
    p: &Person,
    person: usize,
    shift: &Span,
    clock: &Clock,
    ways: &Ways,
    all: &[Person],
) -> Result<Visitor, Unreadable> {
    let what = format!("visitor {}", p.id);
    let (from, to) = clock.span(shift, &what)?;
    let rest = p.rest.as_ref().map(|r| {
        let (from, latest) = (clock.on_day(shift, &r.from, &what)?, clock.on_day(shift, &r.latest, &what)?);
        Ok::<_, Unreadable>(Break { from, latest, lasts: r.minutes })
    });
    let rest = rest.transpose()?;
    if rest.is_some_and(|r| r.latest < r.from || r.lasts < 0.0) {
        return Err(Unreadable::file(format!("{what}: the break ends before it begins")));
    }
    // A shift that does not go on after lunch has none.
    let rest = rest.filter(|r| from <= r.latest && to >= r.from.max(from) + r.lasts);
    let forces = all.iter().position(|other| other.force == p.force).unwrap_or(0);
    let (start, end) = ways.homes.get(person).copied().unwrap_or((0, 0));
    let capacity = p.most.map_or(f64::INFINITY, f64::from);
    Ok(Visitor { start, end, from, to, capacity, rest, force: forces as u16, person })
}

/// The table of ways, and which rows people and visits have in it.
struct Ways {
    places: usize,
    minutes: Vec<f64>,
    homes: Vec<(usize, usize)>,
    visits: Vec<usize>,
}

impl Ways {
    fn of(file: &File) -> Result<Self, Unreadable> {
        let count = file.travel.minutes.as_ref().map_or(2 * file.visitors.len() + file.visits.len(), Vec::len);
        few_enough(count, "places")?;
        let mut points: Vec<Point> = Vec::new();
        let rows = file.travel.minutes.as_ref();
        let mut row = |place: Place, what: String| match (place, rows) {
            (Place::Row(n), Some(rows)) if n < rows.len() => Ok(n),
            (Place::Row(n), Some(_)) => Err(Unreadable::file(format!("{what}: row {n} is not in “travel.minutes”"))),
            (Place::Row(_), None) => Err(Unreadable::file(format!("{what}: a place by number needs “travel.minutes”"))),
            (Place::At { .. }, Some(_)) => {
                Err(Unreadable::file(format!("{what}: with “travel.minutes” places are numbers of rows")))
            }
            (Place::At { lat, lon }, None) => {
                let point = Point::new(lon, lat).map_err(|e| Unreadable::file(format!("{what}: {e}")))?;
                points.push(point);
                Ok(points.len() - 1)
            }
        };
        let mut homes = Vec::new();
        for p in &file.visitors {
            let start = row(p.start, format!("visitor {}", p.id))?;
            let end = p.end.map_or(Ok(start), |e| row(e, format!("visitor {}", p.id)))?;
            homes.push((start, end));
        }
        let visits = file.visits.iter().map(|v| row(v.at, format!("visit {}", v.id))).collect::<Result<Vec<_>, _>>()?;
        let (places, minutes) = match rows {
            Some(rows) if rows.iter().all(|r| r.len() == rows.len()) => (rows.len(), rows.concat()),
            Some(_) => return Err(Unreadable::file("“travel.minutes” is not square")),
            None => {
                let speed = file.travel.speed_m_s.unwrap_or(SPEED_M_S);
                let detour = file.travel.detour.unwrap_or(DETOUR);
                if !(speed > 0.0 && detour >= 1.0) {
                    return Err(Unreadable::file("“speed_m_s” is more than 0, “detour” at least 1"));
                }
                // Up to whole seconds, which is how times are written.
                let minutes = |a: &Point, b: &Point| (a.distance_m(*b) * detour / speed).ceil() / 60.0;
                (points.len(), points.iter().flat_map(|a| points.iter().map(move |b| minutes(a, b))).collect())
            }
        };
        Ok(Self { places, minutes, homes, visits })
    }
}
