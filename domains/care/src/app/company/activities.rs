//! Things done together: planned, invited to, held. Attendance is a count.

use crate::app::visits::{day_of, may};
use crate::app::watch::{self, Side};
use crate::app::{line, visits};
use crate::ground::Homes;
use crate::model::company::{ActivityId, ActivityKind, ActivityState, Reply, time_of};
use crate::{Error, Ground, Result};
use jiff::civil::{Date, Time};
use kernel::ids::{AreaId, PersonId};
use people::app::consents::By;
use people::app::links::Holder;
use people::app::{Geography, persons};
use people::policy::{Action, PlaceFacts, ResourceFacts, decide, require, require_somewhere};
use serde_json::json;
use store::{Cx, Row, params};

/// Farthest ahead, in days; most people at one.
const AHEAD: i64 = 366;
const MOST: i64 = 500;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub id: ActivityId,
    pub area: AreaId,
    pub kind: ActivityKind,
    pub title: String,
    pub place: String,
    pub on: Date,
    pub begins: Time,
    pub capacity: i64,
    pub state: ActivityState,
    pub attended: Option<i64>,
    pub invited: i64,
    pub coming: i64,
    pub version: i64,
}

/// As it is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewActivity {
    pub key: String,
    pub area: AreaId,
    pub kind: ActivityKind,
    pub title: String,
    pub place: String,
    pub on: Option<Date>,
    pub begins: Option<Time>,
    pub capacity: i64,
}

fn at(ground: &Ground, area: AreaId) -> ResourceFacts {
    ResourceFacts::Place(PlaceFacts { areas: ground.areas_above(area), posts: Vec::new() })
}

fn run(cx: &mut Cx<'_>, area: AreaId) -> Result<()> {
    require_somewhere(&cx.actor, Action::RunActivities)?;
    let ground = Ground(places::snapshot(cx)?);
    Ok(require(&cx.actor, cx.purpose, Action::RunActivities, &at(&ground, area))?)
}

const COLUMNS: &str = "a.id, a.area_id, a.kind, a.title, a.place, a.on_day, a.begins, a.capacity, a.state, a.attended, a.version, \
     (SELECT COUNT(*) FROM care_invitation i WHERE i.activity_id = a.id) AS invited, \
     (SELECT COUNT(*) FROM care_invitation i WHERE i.activity_id = a.id AND i.reply = 'coming') AS coming";

fn read(row: &Row) -> Result<Activity> {
    Ok(Activity {
        id: row.id("id")?,
        area: row.id("area_id")?,
        kind: ActivityKind::from_code(&row.text("kind")?).unwrap_or(ActivityKind::Tea),
        title: row.text("title")?,
        place: row.text("place")?,
        on: visits::date(row, "on_day")?,
        begins: time_of(&row.text("begins")?).unwrap_or(Time::midnight()),
        capacity: row.i64("capacity")?,
        state: ActivityState::from_code(&row.text("state")?).unwrap_or(ActivityState::Cancelled),
        attended: row.opt_i64("attended")?,
        invited: row.i64("invited")?,
        coming: row.i64("coming")?,
        version: row.i64("version")?,
    })
}

/// Plans one.
pub fn make(cx: &mut Cx<'_>, new: &NewActivity) -> Result<ActivityId> {
    run(cx, new.area)?;
    let key = line("key", &new.key, 80)?;
    cx.lock(&format!("activity/{key}"))?;
    let sql = "SELECT id FROM care_activity WHERE district_id = $1 AND idem_key = $2";
    if let Some(row) = cx.query_opt(sql, params![cx.district(), key.as_str()])? {
        return Ok(row.id("id")?);
    }
    let (title, place) = (line("title", &new.title, 40)?, line("place", &new.place, 80)?);
    let on = new.on.ok_or(Error::Invalid { field: "on", why: "missing" })?;
    let days = crate::model::visit_plan::days_between(day_of(cx.now), on);
    if !(0..=AHEAD).contains(&days) {
        return Err(Error::Invalid { field: "on", why: "range" });
    }
    let begins = new.begins.ok_or(Error::Invalid { field: "begins", why: "missing" })?;
    if !(1..=MOST).contains(&new.capacity) {
        return Err(Error::Invalid { field: "capacity", why: "range" });
    }
    let id: ActivityId = cx.new_id();
    cx.execute(
        "INSERT INTO care_activity (id, district_id, area_id, kind, title, place, on_day, begins, capacity, state, idem_key, at, \
         by_account, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
        params![
            id,
            cx.district(),
            new.area,
            new.kind.code(),
            title,
            place,
            on.to_string(),
            format!("{:02}:{:02}", begins.hour(), begins.minute()),
            new.capacity,
            ActivityState::Planned.code(),
            key,
            cx.now,
            cx.actor.account_id()
        ],
    )?;
    cx.record(
        "care.activity",
        "area",
        new.area.0,
        &json!({ "activity": id, "kind": new.kind.code(), "on": on.to_string() }),
    )?;
    cx.signal(super::CHANGED, id.0);
    Ok(id)
}

/// Those of the places where one works; the next ones first, then those that are over.
pub fn activities(cx: &mut Cx<'_>, most: usize) -> Result<Vec<Activity>> {
    require_somewhere(&cx.actor, Action::RunActivities)?;
    let ground = Ground(places::snapshot(cx)?);
    let sql = format!(
        "SELECT {COLUMNS} FROM care_activity a WHERE a.district_id = $1 \
         ORDER BY CASE WHEN a.state = 'planned' THEN 0 ELSE 1 END, a.on_day, a.begins, a.id"
    );
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut out = Vec::new();
    for row in &rows {
        let one = read(row)?;
        if decide(&cx.actor, cx.purpose, Action::RunActivities, &at(&ground, one.area)).is_allowed() {
            out.push(one);
        }
        if out.len() >= most {
            break;
        }
    }
    Ok(out)
}

/// One of them.
pub fn activity(cx: &mut Cx<'_>, id: ActivityId) -> Result<Activity> {
    require_somewhere(&cx.actor, Action::RunActivities)?;
    let sql = format!("SELECT {COLUMNS} FROM care_activity a WHERE a.id = $1 AND a.district_id = $2");
    let one = read(&cx.query_one(&sql, params![id, cx.district()])?)?;
    run(cx, one.area)?;
    Ok(one)
}

/// Somebody who is, or could be, invited.
#[derive(Clone, PartialEq, Eq)]
pub struct Guest {
    pub person: PersonId,
    pub name: String,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub reply: Option<Reply>,
}

/// Never printed by accident.
impl std::fmt::Debug for Guest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guest(…)")
    }
}

fn guest(cx: &mut Cx<'_>, person: PersonId, reply: Option<Reply>) -> Result<Option<Guest>> {
    let Some(known) = persons::known(cx, person)? else { return Ok(None) };
    cx.record_read("person", person.0, &["name", "contact"])?;
    Ok(Some(Guest { person, name: known.name, phone: known.phone, address: known.address, reply }))
}

/// Who is invited, with what they said: for the list of whom to ring, and for letters. Each is an entry of the log.
pub fn guests(cx: &mut Cx<'_>, id: ActivityId) -> Result<Vec<Guest>> {
    activity(cx, id)?;
    let sql = "SELECT person_id, reply FROM care_invitation WHERE activity_id = $1 AND district_id = $2 ORDER BY at, person_id";
    let rows = cx.query(sql, params![id, cx.district()])?;
    let mut out = Vec::new();
    for row in &rows {
        let person: PersonId = row.id("person_id")?;
        if may(cx, person, Action::PlanVisits).is_err() {
            continue;
        }
        out.extend(guest(cx, person, Reply::from_code(&row.text("reply")?))?);
    }
    Ok(out)
}

/// Who agreed to be invited, lives where it takes place and one works, and is not invited yet; `most` of them.
pub fn could_come(cx: &mut Cx<'_>, id: ActivityId, most: usize) -> Result<Vec<Guest>> {
    let area = activity(cx, id)?.area;
    let mut values = params![cx.district(), true, id].to_vec();
    let there = Homes::Everywhere.within(cx, area)?.hold("person_id", &mut values);
    let sql = format!(
        "SELECT person_id FROM care_company WHERE district_id = $1 AND activities = $2 AND person_id NOT IN \
         (SELECT person_id FROM care_invitation WHERE activity_id = $3){there} ORDER BY person_id"
    );
    let rows = cx.query(&sql, &values)?;
    let all = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    let lives = persons::areas_of_all(cx, &all)?;
    let mut out = Vec::new();
    for person in all.into_iter().filter(|p| lives.get(p).is_some_and(|of| of.contains(&area))) {
        if may(cx, person, Action::PlanVisits).is_ok() {
            out.extend(guest(cx, person, None)?);
        }
        if out.len() >= most {
            break;
        }
    }
    Ok(out)
}

fn planned(cx: &mut Cx<'_>, id: ActivityId) -> Result<Activity> {
    require_somewhere(&cx.actor, Action::RunActivities)?;
    cx.lock(&format!("activity/{id}"))?;
    let one = activity(cx, id)?;
    if one.state == ActivityState::Planned { Ok(one) } else { Err(Error::Refused("activity-over")) }
}

/// Invites them; whoever did not agree to that is passed over. How many there are now.
pub fn invite(cx: &mut Cx<'_>, id: ActivityId, people: &[PersonId]) -> Result<usize> {
    planned(cx, id)?;
    let mut n = 0;
    for person in people {
        may(cx, *person, Action::PlanVisits)?;
        let agreed = super::wishes::load(cx, *person)?.is_some_and(|w| w.activities);
        if !agreed || persons::in_care(cx, *person).is_err() {
            continue;
        }
        let sql = "INSERT INTO care_invitation (activity_id, person_id, district_id, reply, at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (activity_id, person_id) DO NOTHING";
        let done = cx.execute(sql, params![id, *person, cx.district(), Reply::Invited.code(), cx.now])?;
        n += usize::try_from(done).unwrap_or(0);
    }
    cx.record("care.invited", "activity", id.0, &json!({ "people": n }))?;
    cx.signal(super::CHANGED, id.0);
    Ok(n)
}

/// What somebody said. Whoever comes when all places are taken is told so.
pub fn reply(cx: &mut Cx<'_>, id: ActivityId, person: PersonId, said: Reply) -> Result<()> {
    let one = planned(cx, id)?;
    may(cx, person, Action::PlanVisits)?;
    let sql = "SELECT reply FROM care_invitation WHERE activity_id = $1 AND person_id = $2";
    let was = cx.query_one(sql, params![id, person])?.text("reply")?;
    if said == Reply::Coming && was != Reply::Coming.code() && one.coming >= one.capacity {
        return Err(Error::Refused("activity-full"));
    }
    let sql = "UPDATE care_invitation SET reply = $1 WHERE activity_id = $2 AND person_id = $3";
    cx.execute(sql, params![said.code(), id, person])?;
    cx.record("care.invitation", "person", person.0, &json!({ "activity": id, "reply": said.code() }))?;
    cx.signal(super::CHANGED, id.0);
    Ok(())
}

/// What somebody with their letter reads of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnActivity {
    pub activity: Activity,
    /// None: not invited; whoever lives there and likes company may come all the same.
    pub reply: Option<Reply>,
}

impl OwnActivity {
    /// No place is left for somebody who is not among those who come.
    pub fn full(&self) -> bool {
        self.reply != Some(Reply::Coming) && self.activity.coming >= self.activity.capacity
    }
}

/// From today on: what they are invited to, and what else there is where they live, if they like company. For whoever has asked the
/// policy.
pub(super) fn ahead(cx: &mut Cx<'_>, person: PersonId, likes: bool) -> Result<Vec<OwnActivity>> {
    let today = day_of(cx.now).to_string();
    let sql = format!(
        "SELECT {COLUMNS}, i.reply FROM care_invitation i JOIN care_activity a ON a.id = i.activity_id WHERE i.person_id = $1 \
         AND a.district_id = $2 AND a.on_day >= $3 AND a.state <> 'held' ORDER BY a.on_day, a.begins, a.id LIMIT 20"
    );
    let mut out = Vec::new();
    for row in &cx.query(&sql, params![person, cx.district(), today.as_str()])? {
        out.push(OwnActivity { activity: read(row)?, reply: Reply::from_code(&row.text("reply")?) });
    }
    let homes = if likes { persons::areas_of(cx, person)? } else { Vec::new() };
    let ground = places::snapshot(cx)?;
    let home = homes.into_iter().max_by_key(|a| ground.chain_ids(*a).len());
    if let Some(home) = home {
        let above = ground.chain_ids(home);
        let marks = (4..above.len() + 4).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {COLUMNS} FROM care_activity a WHERE a.district_id = $1 AND a.on_day >= $2 AND a.state = 'planned' \
             AND a.area_id IN ({marks}) AND NOT EXISTS (SELECT 1 FROM care_invitation i WHERE i.activity_id = a.id \
             AND i.person_id = $3) ORDER BY a.on_day, a.begins, a.id LIMIT 10"
        );
        let mut values = params![cx.district(), today.as_str(), person].to_vec();
        values.extend(above.into_iter().map(store::Value::from));
        for row in &cx.query(&sql, &values)? {
            out.push(OwnActivity { activity: read(row)?, reply: None });
        }
    }
    Ok(out)
}

/// They say themselves whether they come, with their letter; also to what they were not invited to, where they live.
///
/// # Errors
/// When it is over, all places are taken, or it is not for them.
pub fn own_reply(cx: &mut Cx<'_>, of: Holder, id: ActivityId, comes: bool) -> Result<()> {
    let (person, side) = (of.person, Side::Letter(of));
    watch::may(cx, person, side, Action::OwnCompany)?;
    cx.lock(&format!("activity/{id}"))?;
    persons::in_care(cx, person)?;
    let likes = super::wishes::load(cx, person)?.is_some_and(|w| w.activities);
    let found = ahead(cx, person, likes)?.into_iter().find(|a| a.activity.id == id);
    let Some(one) = found else { return Err(Error::Refused("activity-over")) };
    let said = if comes { Reply::Coming } else { Reply::Declined };
    if one.reply == Some(said) {
        return Ok(());
    }
    if one.activity.state != ActivityState::Planned {
        return Err(Error::Refused("activity-over"));
    }
    if comes && one.full() {
        return Err(Error::Refused("activity-full"));
    }
    cx.execute(
        "INSERT INTO care_invitation (activity_id, person_id, district_id, reply, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (activity_id, person_id) DO UPDATE SET reply = $4",
        params![id, person, cx.district(), said.code(), cx.now],
    )?;
    let payload = json!({ "activity": id, "reply": said.code(), "by": side.by(By::Subject).code() });
    cx.record("care.invitation", "person", person.0, &payload)?;
    cx.signal(super::CHANGED, id.0);
    Ok(())
}

/// It took place: so many came.
pub fn hold(cx: &mut Cx<'_>, id: ActivityId, seen: i64, attended: i64) -> Result<()> {
    let one = planned(cx, id)?;
    if !(0..=MOST).contains(&attended) {
        return Err(Error::Invalid { field: "attended", why: "range" });
    }
    if one.on > day_of(cx.now) {
        return Err(Error::Refused("activity-early"));
    }
    settle(cx, &one, seen, one.state.held().unwrap_or(ActivityState::Held), Some(attended))
}

/// It does not take place.
pub fn cancel(cx: &mut Cx<'_>, id: ActivityId, seen: i64) -> Result<()> {
    let one = planned(cx, id)?;
    settle(cx, &one, seen, one.state.cancelled().unwrap_or(ActivityState::Cancelled), None)
}

fn settle(cx: &mut Cx<'_>, one: &Activity, seen: i64, to: ActivityState, attended: Option<i64>) -> Result<()> {
    if one.version != seen {
        return Err(Error::Stale { seen, current: one.version });
    }
    let sql = "UPDATE care_activity SET state = $1, attended = $2, version = version + 1 WHERE id = $3";
    cx.execute(sql, params![to.code(), attended, one.id])?;
    cx.record(
        "care.activity_over",
        "area",
        one.area.0,
        &json!({ "activity": one.id, "to": to.code(), "attended": attended }),
    )?;
    cx.signal(super::CHANGED, one.id.0);
    Ok(())
}
