//! Lists of matters, always within the scope of who asks (R5). Keyset pages over indexes that hold the sort order, so
//! the thousandth page costs what the first one does.

use super::around;
use crate::Error;
use crate::model::{Family, Level, Origin, State};
use crate::store::MatterRow;
use crate::store::row::Spot;
use crate::store::tiles;
use ::store::{Cx, Value};
use kernel::ids::{AccountId, AreaId, MatterId, SeatId};
use kernel::{Moment, Role};
use people::policy::{Action, ResourceFacts, Scope, require, scope};

/// Named lists of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Queue {
    /// Due by now: one's own, and for those who look after a place everything there.
    DueNow,
    /// Due before midnight, what is overdue included.
    Today,
    /// What one answers for.
    #[default]
    Mine,
    /// Given to somebody by oneself.
    AssignedByMe,
    /// Waiting for a check that one may do.
    ToVerify,
    /// Everything one may see.
    Place,
}

impl Queue {
    pub const ALL: [Self; 6] = [Self::DueNow, Self::Today, Self::Mine, Self::AssignedByMe, Self::ToVerify, Self::Place];
    /// Code for URLs and locale keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DueNow => "due-now",
            Self::Today => "today",
            Self::Mine => "mine",
            Self::AssignedByMe => "assigned-by-me",
            Self::ToVerify => "to-verify",
            Self::Place => "place",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|q| q.code() == code)
    }
}

/// What a list is narrowed to. The default is one's own open matters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    pub queue: Queue,
    /// Closed ones instead of open ones; the latest closed first.
    pub closed: bool,
    pub states: Vec<State>,
    pub class: Option<String>,
    /// An area of any kind, with everything in it.
    pub area: Option<AreaId>,
    /// Due before this instant.
    pub due_before: Option<Moment>,
    /// West, south, east, north in degrees; for the map.
    pub bounds: Option<[f64; 4]>,
    /// From [`Page::next`].
    pub cursor: Option<String>,
    /// At most [`PAGE_MAX`]; 0 is 50.
    pub limit: usize,
}

/// A refusal is checked by a second person as an outcome is.
const AWAIT_CHECK: [State; 2] = [State::ToVerify, State::Rejected];

impl Filter {
    /// The states the list is narrowed to by its queue, by name or by both; `None` is every state.
    fn in_states(&self) -> Option<Vec<State>> {
        let named = |s: &State| self.states.is_empty() || self.states.contains(s);
        match self.queue {
            Queue::ToVerify => Some(AWAIT_CHECK.into_iter().filter(named).collect()),
            _ if self.states.is_empty() => None,
            _ => Some(self.states.clone()),
        }
    }
}

/// Lines of one page.
pub const PAGE_MAX: usize = 200;
/// Points of one map.
pub const MAP_MAX: usize = 2_000;
/// Every point.
const WORLD: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];
/// A window of more cells is looked through in the order of the list: it shows a good part of what is there anyway.
const TILES_MAX: usize = 120;
/// Queues are counted up to here ("99+").
pub const COUNT_MAX: i64 = 100;

/// One line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub matter: MatterId,
    pub version: i64,
    pub number: String,
    pub class: String,
    pub family: Family,
    pub origin: Origin,
    pub emergency: bool,
    pub state: State,
    /// Redacted: nothing that gives the raiser away.
    pub summary: String,
    pub received_at: Moment,
    /// For a closed matter when it was closed.
    pub due_at: Moment,
    pub provisional: bool,
    pub paused_until: Option<Moment>,
    /// How late it is now.
    pub level: Level,
    pub owner_account: AccountId,
    pub owner_seat: SeatId,
    pub spot: Spot,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
}

/// A page and where the next one begins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub lines: Vec<Line>,
    pub next: Option<String>,
}

impl Line {
    pub(crate) fn of(m: MatterRow, now: Moment) -> Self {
        let level = crate::model::clock::level(m.stage, m.yellow_at, m.due_at, now);
        Self {
            matter: m.id,
            version: m.version,
            number: m.number,
            class: m.class,
            family: m.family,
            origin: m.origin,
            emergency: m.emergency,
            state: m.state,
            summary: m.summary,
            received_at: m.received_at,
            due_at: m.due_at,
            provisional: m.provisional,
            paused_until: m.paused_until.filter(|until| *until > now),
            level,
            owner_account: m.owner_account,
            owner_seat: m.owner_seat,
            spot: m.spot,
            lat: m.lat,
            lon: m.lon,
        }
    }
}

/// A page of a list.
pub fn list(cx: &mut Cx<'_>, filter: &Filter) -> Result<Page, Error> {
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(PAGE_MAX) };
    let mut rows = rows(cx, filter, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|m| format!("{}.{}", m.due_at.micros(), m.n));
    let now = cx.now;
    Ok(Page { lines: rows.into_iter().map(|m| Line::of(m, now)).collect(), next })
}

/// A point of the map beside the list.
pub type MapPoint = Line;

/// Open matters with a point, the most urgent first; at most [`MAP_MAX`].
pub fn map(cx: &mut Cx<'_>, filter: &Filter) -> Result<Vec<MapPoint>, Error> {
    let filter = Filter { bounds: filter.bounds.or(Some(WORLD)), cursor: None, ..filter.clone() };
    let now = cx.now;
    Ok(rows(cx, &filter, MAP_MAX)?.into_iter().map(|m| Line::of(m, now)).collect())
}

/// How many wait in each queue, counted up to [`COUNT_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub due_now: i64,
    pub today: i64,
    pub mine: i64,
    pub assigned_by_me: i64,
    pub to_verify: i64,
}

pub fn counts(cx: &mut Cx<'_>) -> Result<Counts, Error> {
    let mut of = |queue| {
        let filter = Filter { queue, ..Filter::default() };
        count(cx, &filter)
    };
    Ok(Counts {
        due_now: of(Queue::DueNow)?,
        today: of(Queue::Today)?,
        mine: of(Queue::Mine)?,
        assigned_by_me: of(Queue::AssignedByMe)?,
        to_verify: of(Queue::ToVerify)?,
    })
}

fn count(cx: &mut Cx<'_>, filter: &Filter) -> Result<i64, Error> {
    let Some(query) = Query::build(cx, filter, COUNT_MAX, "matter.n AS n")? else { return Ok(0) };
    let sql = format!("SELECT COUNT(DISTINCT n) AS c FROM ({}) AS q", query.sql);
    Ok(cx.query_one(&sql, &query.params)?.i64("c")?.min(COUNT_MAX))
}

fn rows(cx: &mut Cx<'_>, filter: &Filter, limit: usize) -> Result<Vec<MatterRow>, Error> {
    let limit_sql = i64::try_from(limit).unwrap_or(i64::MAX);
    let Some(query) = Query::build(cx, filter, limit_sql, MatterRow::columns())? else { return Ok(Vec::new()) };
    let mut rows: Vec<MatterRow> =
        cx.query(&query.sql, &query.params)?.iter().map(MatterRow::read).collect::<Result<_, _>>()?;
    rows.sort_by_key(|m| (m.due_at, m.n));
    if filter.closed {
        rows.reverse();
    }
    rows.dedup_by_key(|m| m.n);
    rows.truncate(limit);
    Ok(rows)
}

/// The statement of a list, for the test that forbids full scans.
pub fn explain(cx: &mut Cx<'_>, filter: &Filter) -> Result<Vec<String>, Error> {
    match Query::build(cx, filter, 51, MatterRow::columns())? {
        Some(query) => Ok(cx.explain(&query.sql, &query.params)?),
        None => Ok(Vec::new()),
    }
}

/// One statement: a branch for each way of being in scope, each walking one index in the order of the list.
struct Query {
    sql: String,
    params: Vec<Value>,
}

impl Query {
    /// None when nothing is in scope.
    fn build(cx: &mut Cx<'_>, filter: &Filter, limit: i64, columns: &str) -> Result<Option<Self>, Error> {
        require(&cx.actor, cx.purpose, Action::ViewDesk, &ResourceFacts::District)?;
        let mut params = Vec::new();
        let branches = branches(cx, filter, &mut params)?;
        if branches.is_empty() {
            return Ok(None);
        }
        let common = conditions(cx, filter, &mut params)?;
        let select = |branch: &Branch| {
            let order = match (filter.closed, branch.sorted) {
                (true, _) => "due_at DESC, n DESC",
                (false, true) => "due_at, n",
                // The plus keeps the database from walking the index of due times instead of the cells.
                (false, false) => "+due_at, n",
            };
            let condition = &branch.condition;
            format!("SELECT {columns} FROM matter WHERE {condition} AND {common} ORDER BY {order} LIMIT {limit}")
        };
        let sql = match branches.as_slice() {
            [only] => select(only),
            many => many
                .iter()
                .enumerate()
                .map(|(i, branch)| format!("SELECT * FROM ({}) AS b{i}", select(branch)))
                .collect::<Vec<_>>()
                .join(" UNION ALL "),
        };
        Ok(Some(Self { sql, params }))
    }
}

/// What one may see, narrowed by class, states, area and `closed` of the filter, as one condition on `matter`; for
/// statements that find matters by something else than this. None when nothing is in scope.
pub(super) fn within_reach(cx: &mut Cx<'_>, filter: &Filter, params: &mut Vec<Value>) -> Result<Option<String>, Error> {
    let reach = Filter { queue: Queue::Place, bounds: None, states: Vec::new(), ..filter.clone() };
    let branches = branches(cx, &reach, params)?;
    if branches.is_empty() {
        return Ok(None);
    }
    let any: Vec<&str> = branches.iter().map(|branch| branch.condition.as_str()).collect();
    let mut all = vec![format!("({})", any.join(" OR ")), format!("district_id = {}", push(params, cx.district()))];
    if filter.closed {
        all.push("is_open = 0".to_owned());
    }
    narrowed(cx, filter, params, &mut all)?;
    Ok(Some(all.join(" AND ")))
}

fn push(params: &mut Vec<Value>, value: impl Into<Value>) -> String {
    params.push(value.into());
    format!("${}", params.len())
}

/// One way of being in a list: the condition that one index answers.
struct Branch {
    condition: String,
    /// The index holds the order of the list.
    sorted: bool,
}

impl From<String> for Branch {
    fn from(condition: String) -> Self {
        Self { condition, sorted: true }
    }
}

/// Ways of being in the list, each one index.
fn branches(cx: &mut Cx<'_>, filter: &Filter, params: &mut Vec<Value>) -> Result<Vec<Branch>, Error> {
    if filter.queue == Queue::ToVerify && filter.closed {
        // What is closed waits for no check: do not look through all of it to find nothing.
        return Ok(Vec::new());
    }
    let action = if filter.queue == Queue::ToVerify { Action::Verify } else { Action::ViewMatter };
    let reach = scope(&cx.actor, action);
    let own = match filter.queue {
        Queue::Mine => true,
        Queue::DueNow | Queue::Today => !looks_after_a_place(cx),
        Queue::AssignedByMe => {
            return Ok(cx
                .actor
                .account_id()
                .map_or_else(Vec::new, |me| vec![format!("assigned_by = {}", push(params, me)).into()]));
        }
        Queue::ToVerify | Queue::Place => false,
    };
    let mut out = Vec::new();
    if own {
        mine(cx, &reach, params, &mut out);
        return Ok(out);
    }
    let mut whole = reach.whole;
    for area in &reach.areas {
        whole |= around::is_root(cx, *area)?;
    }
    if whole {
        match filter.area {
            Some(area) if !around::is_root(cx, area)? => {
                let p = push(params, area);
                out.extend(around::AREA_COLUMNS.iter().map(|column| format!("{column} = {p}").into()));
            }
            _ => out.extend(whole_district(cx, filter, params)),
        }
        return Ok(out);
    }
    mine(cx, &reach, params, &mut out);
    for area in &reach.areas {
        let p = push(params, *area);
        out.extend(around::AREA_COLUMNS.iter().map(|column| format!("{column} = {p}").into()));
    }
    for post in &reach.posts {
        let p = push(params, *post);
        out.extend(["post", "post_mid", "post_top"].iter().map(|column| format!("{column} = {p}").into()));
    }
    for org in &reach.orgs {
        out.push(format!("owner_org = {}", push(params, *org)).into());
    }
    Ok(out)
}

/// Everything: in the order of the list, for some states each in that order, or for a small window of the map by its cells.
fn whole_district(cx: &Cx<'_>, filter: &Filter, params: &mut Vec<Value>) -> Vec<Branch> {
    let district = format!("district_id = {}", push(params, cx.district()));
    if filter.closed {
        return vec![district.into()];
    }
    if let Some(cells) = filter.bounds.and_then(|window| tiles::cover(window, TILES_MAX)).filter(|c| !c.is_empty()) {
        let cells: Vec<String> = cells.iter().map(i64::to_string).collect();
        return vec![Branch { condition: format!("{district} AND tile IN ({})", cells.join(", ")), sorted: false }];
    }
    let Some(states) = filter.in_states() else { return vec![district.into()] };
    let by_state = |state: &State| Branch::from(format!("{district} AND state = '{}'", state.code()));
    states.iter().map(by_state).collect()
}

/// What the seats held now own. A successor sees it from the first minute and a predecessor no longer, whatever the
/// stored account says; what fell to a catch-all from an empty seat is found by the account.
fn mine(cx: &Cx<'_>, reach: &Scope, params: &mut Vec<Value>, out: &mut Vec<Branch>) {
    for seat in &reach.seats {
        out.push(format!("owner_seat = {}", push(params, *seat)).into());
    }
    if let Some(account) = reach.account.filter(|_| cx.actor.has(Role::CatchAll)) {
        out.push(format!("owner_account = {} AND owner_via = 'catch_all'", push(params, account)).into());
    }
}

fn looks_after_a_place(cx: &Cx<'_>) -> bool {
    [Role::PostHead, Role::DutyOfficer, Role::Coordinator, Role::CatchAll].into_iter().any(|r| cx.actor.has(r))
}

/// Conditions that hold in every branch.
fn conditions(cx: &mut Cx<'_>, filter: &Filter, params: &mut Vec<Value>) -> Result<String, Error> {
    let mut all = vec![format!("is_open = {}", i64::from(!filter.closed))];
    let district = push(params, cx.district());
    all.push(format!("district_id = {district}"));
    match filter.queue {
        Queue::DueNow => all.push(format!("due_at <= {}", push(params, cx.now))),
        Queue::Today => {
            let midnight = midnight(cx.now);
            all.push(format!("due_at < {}", push(params, midnight)));
        }
        Queue::ToVerify => {
            let codes: Vec<String> = AWAIT_CHECK.iter().map(|s| format!("'{}'", s.code())).collect();
            all.push(format!("state IN ({})", codes.join(", ")));
            if let Some(me) = cx.actor.account_id() {
                let me = push(params, me);
                all.push(format!(
                    "NOT EXISTS (SELECT 1 FROM matter_handler h WHERE h.matter_id = matter.id \
                     AND h.opening = matter.opening AND h.account_id = {me})"
                ));
            }
        }
        Queue::Mine | Queue::AssignedByMe | Queue::Place => {}
    }
    narrowed(cx, filter, params, &mut all)?;
    if let Some(before) = filter.due_before {
        all.push(format!("due_at < {}", push(params, before)));
    }
    if filter.bounds == Some(WORLD) {
        all.push("lat IS NOT NULL".to_owned());
    } else if let Some([west, south, east, north]) = filter.bounds {
        let (s, n) = (push(params, south), push(params, north));
        let (w, e) = (push(params, west), push(params, east));
        all.push(format!("lat BETWEEN {s} AND {n} AND lon BETWEEN {w} AND {e}"));
    }
    if let Some(cursor) = &filter.cursor {
        let (due, n) = cursor
            .split_once('.')
            .and_then(|(due, n)| Some((due.parse::<i64>().ok()?, n.parse::<i64>().ok()?)))
            .ok_or_else(|| Error::invalid("cursor", "invalid-cursor"))?;
        let beyond = if filter.closed { "<" } else { ">" };
        let (due, n) = (push(params, due), push(params, n));
        all.push(format!("(due_at, n) {beyond} ({due}, {n})"));
    }
    Ok(all.join(" AND "))
}

/// States, class and area of the filter, the area of the key when a program asks, and nothing about one's own body.
fn narrowed(cx: &mut Cx<'_>, filter: &Filter, params: &mut Vec<Value>, all: &mut Vec<String>) -> Result<(), Error> {
    if !filter.states.is_empty() {
        let marks: Vec<String> = filter.states.iter().map(|s| push(params, s.code())).collect();
        all.push(format!("state IN ({})", marks.join(", ")));
    }
    if let Some(class) = &filter.class {
        all.push(format!("class = {}", push(params, class)));
    }
    let reach = scope(&cx.actor, Action::ViewMatter);
    if !reach.not_about.is_empty() {
        // A matter about a body is about everything below it.
        let bodies = people::app::orgs::with_above(cx, &reach.not_about)?;
        let marks: Vec<String> = bodies.iter().map(|org| push(params, *org)).collect();
        all.push(format!("(about_org IS NULL OR about_org NOT IN ({}))", marks.join(", ")));
    }
    let of_key = reach.within;
    for area in [filter.area, of_key].into_iter().flatten() {
        if !around::is_root(cx, area)? {
            let p = push(params, area);
            let any: Vec<String> = around::AREA_COLUMNS.iter().map(|column| format!("{column} = {p}")).collect();
            all.push(format!("({})", any.join(" OR ")));
        }
    }
    Ok(())
}

/// The next midnight on the wall.
fn midnight(now: Moment) -> Moment {
    let tomorrow = now.zoned(&kernel::time::shanghai()).date().tomorrow();
    tomorrow
        .ok()
        .and_then(|day| day.to_zoned_datetime(kernel::time::shanghai()).ok())
        .map_or(now.plus_days(1), |z| Moment::from(&z))
}
