//! What posts have (P6): kept by the people of the post and the committee of the place, lent and taken back, offered to the
//! public where it is one of the few things of a safe house.

use super::line;
use crate::model::hours::WeekHours;
use crate::model::resource::{Condition, Loan, OFFERED, Resource, ResourceKind};
use crate::model::snapshot::Snapshot;
use crate::{Error, Result, events, store};
use ::store::{Cx, KeyClass, Row, Value, params};
use kernel::Moment;
use kernel::ids::{AreaId, PostId};
use people::policy::{Action, PlaceFacts, ResourceFacts, decide, require};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Lines of one list.
const MOST: usize = 5_000;
/// How many of one thing: more is a typing error.
const MANY: i64 = 10_000;
/// Longest loan, in days.
const LONGEST_DAYS: i64 = 366;

/// Where a post lies, for decisions about it: its areas with everything above, itself and the post it hangs on.
pub fn post_facts(known: &Snapshot, post: PostId) -> Result<ResourceFacts> {
    let found = known.post(post).ok_or(Error::Store(::store::Error::NotFound))?;
    let at = found.point.and_then(|p| known.locate(p).ok());
    let mut areas: Vec<AreaId> = found.serves.clone();
    areas.extend(at.iter().flat_map(|at| at.police.into_iter().chain(at.chain())));
    Ok(ResourceFacts::Place(PlaceFacts { areas, posts: std::iter::once(post).chain(found.parent).collect() }))
}

/// May this actor keep what the post has?
pub fn may_keep(cx: &mut Cx<'_>, post: PostId) -> Result<bool> {
    let facts = post_facts(&*store::snapshot(cx)?, post)?;
    Ok(decide(&cx.actor, cx.purpose, Action::KeepResources, &facts).is_allowed())
}

fn keep(cx: &mut Cx<'_>, post: PostId) -> Result<()> {
    people::policy::require_somewhere(&cx.actor, Action::KeepResources)?;
    let facts = post_facts(&*store::snapshot(cx)?, post)?;
    Ok(require(&cx.actor, cx.purpose, Action::KeepResources, &facts)?)
}

/// The kinds of the district: those that come with the program as the district changed them, then its own.
pub fn kinds(cx: &mut Cx<'_>) -> Result<Vec<ResourceKind>> {
    let mut all = ResourceKind::built_in();
    let sql =
        "SELECT code, name_zh, name_en, is_active, version FROM resource_kind WHERE district_id = $1 ORDER BY code";
    for row in cx.query(sql, params![cx.district()])? {
        let kind = ResourceKind {
            code: row.text("code")?,
            name_zh: row.text("name_zh")?,
            name_en: row.text("name_en")?,
            active: row.bool("is_active")?,
            version: row.i64("version")?,
        };
        match all.iter_mut().find(|k| k.code == kind.code) {
            Some(known) => *known = kind,
            None => all.push(kind),
        }
    }
    Ok(all)
}

/// Adds a kind (no code) or changes one; what is not active is offered no more, and stays where it was written.
pub fn save_kind(cx: &mut Cx<'_>, kind: &ResourceKind) -> Result<String> {
    require(&cx.actor, cx.purpose, Action::ManageResourceKinds, &ResourceFacts::District)?;
    let named = |field, text: &str| match line(text, 30) {
        Ok(text) => Ok(text),
        Err(_) => Err(Error::Invalid { field, why: "too-long" }),
    };
    let (zh, en) = (named("name_zh", &kind.name_zh)?, named("name_en", &kind.name_en)?);
    if zh.is_empty() {
        return Err(Error::Invalid { field: "name_zh", why: "missing" });
    }
    let all = kinds(cx)?;
    if all.iter().any(|k| k.code != kind.code && (k.is_called(&zh) || !en.is_empty() && k.is_called(&en))) {
        return Err(Error::Invalid { field: "name_zh", why: "taken" });
    }
    let code = match all.iter().find(|k| k.code == kind.code) {
        Some(known) if known.version != kind.version => {
            return Err(Error::Stale { seen: kind.version, current: known.version });
        }
        Some(known) => known.code.clone(),
        None if kind.code.is_empty() => format!("own-{}", cx.next_number(&format!("resource-kind/{}", cx.district()))?),
        None => return Err(Error::Store(::store::Error::NotFound)),
    };
    let sql = "INSERT INTO resource_kind (district_id, code, name_zh, name_en, is_active, version) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (district_id, code) DO UPDATE SET name_zh = $3, name_en = $4, is_active = $5, version = $6";
    cx.execute(sql, params![cx.district(), &code, zh, en, kind.active, kind.version + 1])?;
    cx.record(events::RESOURCE_KIND, "district", cx.district().0, &json!({ "kind": code, "active": kind.active }))?;
    Ok(code)
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub post: Option<PostId>,
    pub kind: Option<String>,
    /// Only what is lent and should be back.
    pub overdue: bool,
}

const COLUMNS: &str = "id, post_id, kind, name, place, how_many, state, hours, changed_at, version";

fn read(row: &Row) -> Result<Resource> {
    let (state, hours) = (row.text("state")?, row.text("hours")?);
    let wrong = |what: &str| Error::Store(::store::Error::Column(what.to_owned()));
    Ok(Resource {
        id: row.uuid("id")?,
        post: row.id("post_id")?,
        kind: row.text("kind")?,
        name: row.text("name")?,
        place: row.text("place")?,
        count: row.i64("how_many")?,
        condition: Condition::from_code(&state).ok_or_else(|| wrong("state"))?,
        hours: hours.parse().map_err(|_| wrong("hours"))?,
        changed_at: row.moment("changed_at")?,
        version: row.i64("version")?,
        lent: Vec::new(),
    })
}

/// What posts have, post by post; to whom something is lent is left out.
pub fn resources(cx: &mut Cx<'_>, wanted: &Wanted) -> Result<Vec<Resource>> {
    require(&cx.actor, cx.purpose, Action::ViewResources, &ResourceFacts::District)?;
    all(cx, wanted)
}

fn all(cx: &mut Cx<'_>, wanted: &Wanted) -> Result<Vec<Resource>> {
    let mut values = params![cx.district(), true].to_vec();
    let mut sql = format!("SELECT {COLUMNS} FROM resource WHERE district_id = $1 AND is_kept = $2");
    if let Some(post) = wanted.post {
        values.push(Value::from(post));
        sql.push_str(&format!(" AND post_id = ${}", values.len()));
    }
    if let Some(kind) = &wanted.kind {
        values.push(Value::from(kind));
        sql.push_str(&format!(" AND kind = ${}", values.len()));
    }
    sql.push_str(&format!(" ORDER BY post_id, kind, name, id LIMIT {MOST}"));
    let rows = cx.query(&sql, &values)?;
    let mut found: Vec<Resource> = rows.iter().map(read).collect::<Result<_>>()?;
    let mut out = out_now(cx)?;
    for resource in &mut found {
        resource.lent = out.remove(&resource.id).unwrap_or_default();
    }
    let now = cx.now;
    found.retain(|r| !wanted.overdue || r.is_overdue(now));
    Ok(found)
}

/// Everything that is lent, by what it is of, the earliest due first.
fn out_now(cx: &mut Cx<'_>) -> Result<HashMap<Uuid, Vec<Loan>>> {
    let sql = "SELECT id, resource_id, how_many, at, due_at FROM resource_loan WHERE district_id = $1 AND back_at IS NULL \
               ORDER BY due_at, id";
    let mut out: HashMap<Uuid, Vec<Loan>> = HashMap::new();
    for row in cx.query(sql, params![cx.district()])? {
        let loan = loan(&row)?;
        out.entry(loan.resource).or_default().push(loan);
    }
    Ok(out)
}

fn loan(row: &Row) -> Result<Loan> {
    Ok(Loan {
        id: row.uuid("id")?,
        resource: row.uuid("resource_id")?,
        count: row.i64("how_many")?,
        at: row.moment("at")?,
        due_at: row.moment("due_at")?,
        to: None,
    })
}

/// One of them. Whoever keeps it is shown to whom it is lent, and the log has that.
pub fn resource(cx: &mut Cx<'_>, id: Uuid) -> Result<Resource> {
    require(&cx.actor, cx.purpose, Action::ViewResources, &ResourceFacts::District)?;
    let mut found = load(cx, id)?;
    if !found.lent.is_empty() && may_keep(cx, found.post)? {
        cx.record_read("resource", id, &["borrower"])?;
        for loan in &mut found.lent {
            let sql = "SELECT borrower FROM resource_loan WHERE id = $1";
            let sealed = cx.query_one(sql, params![loan.id])?.opt_blob("borrower")?;
            loan.to = match sealed {
                Some(sealed) => Some(cx.open_text(KeyClass::Contact, loan.id, &sealed)?),
                None => None,
            };
        }
    }
    Ok(found)
}

fn load(cx: &mut Cx<'_>, id: Uuid) -> Result<Resource> {
    let sql = format!("SELECT {COLUMNS} FROM resource WHERE id = $1 AND district_id = $2 AND is_kept = $3");
    let mut found = read(&cx.query_one(&sql, params![id, cx.district(), true])?)?;
    let sql = "SELECT id, resource_id, how_many, at, due_at FROM resource_loan WHERE resource_id = $1 AND back_at IS NULL \
               ORDER BY due_at, id";
    found.lent = cx.query(sql, params![id])?.iter().map(loan).collect::<Result<_>>()?;
    Ok(found)
}

/// Something a post has, as it shall be written down.
#[derive(Debug, Clone)]
pub struct SaveResource {
    /// Which one, with the version that was seen; none: a new one.
    pub of: Option<(Uuid, i64)>,
    pub post: PostId,
    pub kind: String,
    pub name: String,
    pub place: String,
    pub count: i64,
    pub condition: Condition,
    pub hours: WeekHours,
}

/// Seven digits in a row are somebody's number: whose key it is does not stand on the page.
pub(super) fn looks_personal(name: &str) -> bool {
    let mut run = 0;
    name.chars().any(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        run >= 7
    })
}

/// The texts as they are stored.
fn check(known: &[ResourceKind], new: &SaveResource) -> Result<(String, String)> {
    let text = |field, text: &str, most| line(text, most).map_err(|_| Error::Invalid { field, why: "too-long" });
    let (name, place) = (text("name", &new.name, 60)?, text("place", &new.place, 60)?);
    if looks_personal(&name) || looks_personal(&place) {
        return Err(Error::Invalid { field: "name", why: "personal" });
    }
    if !known.iter().any(|k| k.code == new.kind) {
        return Err(Error::Invalid { field: "kind", why: "unknown" });
    }
    if !(1..=MANY).contains(&new.count) {
        return Err(Error::Invalid { field: "count", why: "range" });
    }
    Ok((name, place))
}

/// Writes something down, or changes it.
pub fn save_resource(cx: &mut Cx<'_>, new: &SaveResource) -> Result<Uuid> {
    keep(cx, new.post)?;
    let known = kinds(cx)?;
    let (name, place) = check(&known, new)?;
    let hours = new.hours.to_string();
    let Some((id, seen)) = new.of else {
        let id: Uuid = cx.new_id();
        cx.execute(
            "INSERT INTO resource (id, district_id, post_id, kind, name, place, how_many, state, hours, is_kept, changed_at, \
             version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
            params![
                id,
                cx.district(),
                new.post,
                &new.kind,
                name,
                place,
                new.count,
                new.condition.code(),
                hours,
                true,
                cx.now
            ],
        )?;
        let payload = json!({ "resource": id.to_string(), "kind": new.kind });
        cx.record(events::RESOURCE_ADDED, "post", new.post.0, &payload)?;
        return Ok(id);
    };
    let before = load(cx, id)?;
    // It is kept by its old post until it is moved.
    keep(cx, before.post)?;
    if new.count < before.lent.iter().map(|l| l.count).sum() {
        return Err(Error::Invalid { field: "count", why: "lent" });
    }
    let done = cx.execute(
        "UPDATE resource SET post_id = $1, kind = $2, name = $3, place = $4, how_many = $5, state = $6, hours = $7, \
         changed_at = $8, version = version + 1 WHERE id = $9 AND version = $10",
        params![new.post, &new.kind, name, place, new.count, new.condition.code(), hours, cx.now, id, seen],
    )?;
    if done == 0 {
        return Err(Error::Stale { seen, current: before.version });
    }
    let payload = json!({ "resource": id.to_string(), "state": new.condition.code() });
    cx.record(events::RESOURCE_CHANGED, "post", new.post.0, &payload)?;
    Ok(id)
}

/// The post has it no more. What is lent comes back first.
pub fn remove_resource(cx: &mut Cx<'_>, id: Uuid, seen: i64) -> Result<()> {
    let found = load(cx, id)?;
    keep(cx, found.post)?;
    if !found.lent.is_empty() {
        return Err(Error::Invalid { field: "count", why: "lent" });
    }
    let sql = "UPDATE resource SET is_kept = $1, changed_at = $2, version = version + 1 WHERE id = $3 AND version = $4";
    if cx.execute(sql, params![false, cx.now, id, seen])? == 0 {
        return Err(Error::Stale { seen, current: found.version });
    }
    cx.record(events::RESOURCE_REMOVED, "post", found.post.0, &json!({ "resource": id.to_string() }))?;
    Ok(())
}

/// Lends some of it until an instant.
pub fn lend(cx: &mut Cx<'_>, id: Uuid, count: i64, to: &str, due: Moment) -> Result<Uuid> {
    let found = load(cx, id)?;
    keep(cx, found.post)?;
    // Two people at two counters must not lend the same chair.
    cx.lock("resource-loan")?;
    let found = load(cx, found.id)?;
    let to = line(to, 80).map_err(|_| Error::Invalid { field: "to", why: "too-long" })?;
    if to.is_empty() {
        return Err(Error::Invalid { field: "to", why: "missing" });
    }
    if count < 1 || count > found.free() {
        return Err(Error::Invalid { field: "loan", why: "range" });
    }
    if due <= cx.now || due > cx.now.plus_days(LONGEST_DAYS) {
        return Err(Error::Invalid { field: "due", why: "range" });
    }
    let loan: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Contact, loan, to.as_bytes())?;
    let sql = "INSERT INTO resource_loan (id, district_id, resource_id, how_many, at, due_at, borrower) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    cx.execute(sql, params![loan, cx.district(), id, count, cx.now, due, sealed])?;
    let payload = json!({ "resource": id.to_string(), "loan": loan.to_string(), "count": count });
    cx.record(events::RESOURCE_LENT, "post", found.post.0, &payload)?;
    Ok(loan)
}

/// It is back; to whom it was lent is erased with that.
pub fn take_back(cx: &mut Cx<'_>, loan: Uuid) -> Result<Uuid> {
    let sql = "SELECT resource_id FROM resource_loan WHERE id = $1 AND district_id = $2 AND back_at IS NULL";
    let id = cx.query_one(sql, params![loan, cx.district()])?.uuid("resource_id")?;
    let found = load(cx, id)?;
    keep(cx, found.post)?;
    cx.execute("UPDATE resource_loan SET back_at = $1, borrower = NULL WHERE id = $2", params![cx.now, loan])?;
    cx.destroy_subject_key(KeyClass::Contact, loan)?;
    let payload = json!({ "resource": id.to_string(), "loan": loan.to_string() });
    cx.record(events::RESOURCE_BACK, "post", found.post.0, &payload)?;
    Ok(id)
}

/// What a post offers everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub kind: String,
    /// How many can be had now.
    pub count: i64,
    pub name_zh: String,
    pub name_en: String,
}

impl Offer {
    pub fn name(&self, lang: kernel::Lang) -> &str {
        if lang == kernel::Lang::En && !self.name_en.is_empty() { &self.name_en } else { &self.name_zh }
    }
}

/// What everybody may ask for, post by post, as it can be had at this instant or once the door is open: only the few kinds that are public.
pub fn offers(cx: &mut Cx<'_>) -> Result<HashMap<PostId, Vec<Offer>>> {
    require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
    let kinds = kinds(cx)?;
    let mut out: HashMap<PostId, Vec<Offer>> = HashMap::new();
    let found = all(cx, &Wanted::default())?;
    for code in OFFERED {
        let Some(kind) = kinds.iter().find(|k| k.code == code && k.active) else { continue };
        for resource in found.iter().filter(|r| r.kind == code && r.free() > 0) {
            // Hours of its own that are over: it cannot be had, whatever stands on the door.
            if resource.hours.is_stated() && !resource.hours.open_at(cx.now) {
                continue;
            }
            let offers = out.entry(resource.post).or_default();
            match offers.iter_mut().find(|o| o.kind == code) {
                Some(offer) => offer.count += resource.free(),
                None => offers.push(Offer {
                    kind: code.to_owned(),
                    count: resource.free(),
                    name_zh: kind.name_zh.clone(),
                    name_en: kind.name_en.clone(),
                }),
            }
        }
    }
    Ok(out)
}

/// What a file brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    pub added: usize,
    pub changed: usize,
    pub same: usize,
}

/// Columns of the file, in this order; the first line is its head.
pub const FILE_COLUMNS: usize = 7;

/// Brings what posts have from a file: post (code or name), kind, name, place, count, state, hours. All or nothing; a second
/// run changes nothing. A line is found again by post, kind and name. What the file does not name stays as it is.
pub fn bring_resources(cx: &mut Cx<'_>, text: &str) -> Result<Brought> {
    people::policy::require_somewhere(&cx.actor, Action::KeepResources)?;
    let known = store::snapshot(cx)?;
    let kinds = kinds(cx)?;
    let mut wrong = Vec::new();
    let mut new: Vec<SaveResource> = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for (n, row) in (2_u64..).zip(reader.records()) {
        let Ok(row) = row else {
            wrong.push((n, "file", "csv"));
            continue;
        };
        if row.iter().all(str::is_empty) {
            continue;
        }
        match of_line(&known, &kinds, &row) {
            Ok(save) => match keep(cx, save.post) {
                Ok(()) => new.push(save),
                Err(Error::NotAllowed(_)) => wrong.push((n, "post", "not-yours")),
                Err(other) => return Err(other),
            },
            Err(Error::Invalid { field, why }) => wrong.push((n, field, why)),
            Err(other) => return Err(other),
        }
    }
    if new.len() > MOST {
        wrong.push((MOST as u64 + 2, "file", "too-long"));
    }
    if new.is_empty() && wrong.is_empty() {
        wrong.push((1, "file", "missing"));
    }
    if !wrong.is_empty() {
        return Err(Error::Lines(wrong));
    }
    let mut before = all(cx, &Wanted::default())?;
    let mut done = Brought::default();
    for mut save in new {
        let same = |r: &Resource| r.post == save.post && r.kind == save.kind && r.name == save.name.trim();
        // Two lines of one name in the file are two things.
        match before.iter().position(same).map(|at| before.swap_remove(at)) {
            Some(old) => {
                let unchanged = old.place == save.place.trim()
                    && (old.count, old.condition, &old.hours) == (save.count, save.condition, &save.hours);
                if unchanged {
                    done.same += 1;
                    continue;
                }
                save.of = Some((old.id, old.version));
                save_resource(cx, &save)?;
                done.changed += 1;
            }
            None => {
                save_resource(cx, &save)?;
                done.added += 1;
            }
        }
    }
    let payload = json!({ "added": done.added, "changed": done.changed });
    cx.record(events::RESOURCES_BROUGHT, "district", cx.district().0, &payload)?;
    Ok(done)
}

fn of_line(known: &Snapshot, kinds: &[ResourceKind], row: &csv::StringRecord) -> Result<SaveResource> {
    let cell = |n: usize| row.get(n).unwrap_or_default().trim_start_matches('\'').trim();
    let invalid = |field, why| Error::Invalid { field, why };
    let named = |p: &&crate::Post| p.code.as_deref() == Some(cell(0)) || p.name == cell(0);
    let mut posts = known.posts().iter().filter(named);
    let post = posts.next().ok_or_else(|| invalid("post", "unknown"))?;
    if posts.next().is_some() {
        return Err(invalid("post", "several"));
    }
    let kind = kinds.iter().find(|k| k.is_called(cell(1))).ok_or_else(|| invalid("kind", "unknown"))?;
    let count = match cell(4) {
        "" => 1,
        typed => kernel::text::narrow(typed).parse().map_err(|_| invalid("count", "range"))?,
    };
    let condition = match cell(5) {
        "" | "可用" | "完好" | "Works" => Condition::Working,
        "损坏" | "待修" | "Broken" => Condition::Broken,
        "缺失" | "Missing" => Condition::Missing,
        code => Condition::from_code(code).ok_or_else(|| invalid("state", "unknown"))?,
    };
    let save = SaveResource {
        of: None,
        post: post.id,
        kind: kind.code.clone(),
        name: cell(2).to_owned(),
        place: cell(3).to_owned(),
        count,
        condition,
        hours: cell(6).parse().map_err(|_| invalid("hours", "unknown"))?,
    };
    check(kinds, &save)?;
    Ok(save)
}
