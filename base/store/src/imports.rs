//! What a file changed, so that it can be put back.
//!
//! A domain that brings in a file says of each thing it is about to write "this is what it looks like now"
//! ([`Cx::note_before`]). At the end [`finish`] keeps those rows, sealed under a key of the import's own, with a digest of
//! what stands there afterwards. An undo compares: what looks different by then was worked on since and refuses it; else the
//! old rows come back as they were, but for the version, which counts on, so that nobody's open form saves over it.
//!
//! Many thousand matters are not kept like this: they are only ever added, so they bear the number of their import instead
//! (`matters::app::import`).

pub mod drafts;

use crate::{Cx, Error, KeyClass, Row, Value, params};
use kernel::Moment;
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Rows of a table that belong to one thing: those whose `column` holds its id.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    pub table: &'static str,
    pub column: &'static str,
}

/// A kind of thing that a file can add or change.
#[derive(Debug)]
pub struct Thing {
    /// As in the log: `area`, `account`, …
    pub code: &'static str,
    pub rows: &'static [Rows],
}

/// One import, as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// What people call it by.
    pub n: i64,
    pub id: Uuid,
    /// `areas`, `posts`, `people`, `residents`, `matters`, `streets`, `addresses`.
    pub kind: String,
    /// Name of the file, without its folder.
    pub file: String,
    /// As in the log.
    pub by: String,
    pub at: Moment,
    /// Rows of the file.
    pub rows: i64,
    pub added: i64,
    pub changed: i64,
    /// Things whose rows were kept.
    pub items: i64,
    /// What the domain needs to know at an undo: ids, codes and counts.
    pub detail: Json,
    pub undone_at: Option<Moment>,
    pub undone_by: Option<String>,
}

/// What there is to say about an import when it is done.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub kind: &'static str,
    pub file: String,
    pub rows: usize,
    pub added: usize,
    pub changed: usize,
    pub detail: Json,
    /// The uploaded file it comes from.
    pub draft: Option<Uuid>,
}

/// A thing that an import added or changed.
#[derive(Debug, Clone)]
pub struct Item {
    pub thing: &'static Thing,
    pub id: Uuid,
    /// Row of the file.
    pub row: Option<i64>,
    /// The rows before; none: it was added.
    before: Option<Image>,
    /// Digest of the rows afterwards.
    after: Vec<u8>,
}

impl Item {
    /// It was not there before.
    pub const fn is_new(&self) -> bool {
        self.before.is_none()
    }
    /// Whether the import changed its rows in this table.
    pub fn differs_in(&self, cx: &mut Cx<'_>, table: &str) -> Result<bool, Error> {
        let now = look(cx, self.thing, self.id)?;
        let of = |image: &Image| {
            let place = self.thing.rows.iter().position(|part| part.table == table);
            image.0.iter().filter(|row| row.get(0).and_then(Json::as_u64) == place.map(|p| p as u64)).cloned().collect()
        };
        let (before, now): (Vec<Json>, Vec<Json>) = (self.before.as_ref().map(of).unwrap_or_default(), of(&now));
        Ok(before != now)
    }
}

/// What was noted in a use case that brings in a file.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    things: Vec<(&'static Thing, Uuid, Option<Image>)>,
    known: HashSet<(&'static str, Uuid)>,
}

impl Noted {
    fn add(&mut self, thing: &'static Thing, id: Uuid, image: Option<Image>) {
        self.known.insert((thing.code, id));
        self.things.push((thing, id, image));
    }
}

/// Every row of one thing: table (place in `Thing::rows`), then columns with their values, in an order of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Image(Vec<Json>);

impl Cx<'_> {
    /// A thing that is about to be changed. Does nothing outside of an import, and the second time.
    pub fn note_before(&mut self, thing: &'static Thing, id: impl Into<Uuid>) -> Result<(), Error> {
        let id = id.into();
        if self.importing.as_ref().is_none_or(|noted| noted.known.contains(&(thing.code, id))) {
            return Ok(());
        }
        let image = Some(look(self, thing, id)?).filter(|image| !image.0.is_empty());
        if let Some(noted) = &mut self.importing {
            noted.add(thing, id, image);
        }
        Ok(())
    }

    /// A thing that was just made.
    pub fn note_new(&mut self, thing: &'static Thing, id: impl Into<Uuid>) {
        if let Some(noted) = &mut self.importing {
            noted.add(thing, id.into(), None);
        }
    }
}

/// From here on things that are changed are noted.
pub fn begin(cx: &mut Cx<'_>) {
    cx.importing = Some(Noted::default());
}

/// Keeps what was noted; `row` says in which row of the file a thing stands. An import that changed nothing is none.
pub fn finish(cx: &mut Cx<'_>, about: &About, row: impl Fn(Uuid) -> Option<usize>) -> Result<Option<Import>, Error> {
    let noted = cx.importing.take().unwrap_or_default();
    let id: Uuid = cx.new_id();
    let mut items: i64 = 0;
    for (thing, of, before) in noted.things {
        let after = look(cx, thing, of)?;
        if before.as_ref().map_or(after.0.is_empty(), |before| *before == after) {
            continue;
        }
        let sealed = match &before {
            Some(image) => Some(cx.seal(KeyClass::Identity, id, image.bytes().as_slice())?),
            None => None,
        };
        let sql = "INSERT INTO import_item (import_id, district_id, position, thing, thing_id, row_no, before, after) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let digest = digest(cx, &after);
        let place = row(of).map(|r| i64::try_from(r).unwrap_or(i64::MAX));
        cx.execute(sql, params![id, cx.district(), items, thing.code, of, place, sealed, digest])?;
        items += 1;
    }
    if items == 0 && about.added == 0 {
        return Ok(None);
    }
    write(cx, id, about, items).map(Some)
}

/// As [`finish`], for a domain that keeps for itself what it added under the import's id.
pub fn write(cx: &mut Cx<'_>, id: Uuid, about: &About, items: i64) -> Result<Import, Error> {
    let sql = "INSERT INTO import_run (id, district_id, kind, file, by_actor, at, row_count, added, changed, items, detail, \
               draft_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING n";
    let values = params![
        id,
        cx.district(),
        about.kind,
        &about.file,
        cx.actor.log_name(),
        cx.now,
        about.rows,
        about.added,
        about.changed,
        items,
        about.detail.to_string(),
        about.draft
    ];
    let n = cx.query_one(sql, values)?.i64("n")?;
    let payload =
        json!({ "n": n, "of": about.kind, "rows": about.rows, "added": about.added, "changed": about.changed });
    cx.record("import.done", "import", id, &payload)?;
    find(cx, n)
}

const COLUMNS: &str = "n, id, kind, file, by_actor, at, row_count, added, changed, items, detail, undone_at, undone_by";

fn read(r: &Row) -> Result<Import, Error> {
    Ok(Import {
        n: r.i64("n")?,
        id: r.uuid("id")?,
        kind: r.text("kind")?,
        file: r.text("file")?,
        by: r.text("by_actor")?,
        at: r.moment("at")?,
        rows: r.i64("row_count")?,
        added: r.i64("added")?,
        changed: r.i64("changed")?,
        items: r.i64("items")?,
        detail: serde_json::from_str(&r.text("detail")?).unwrap_or_default(),
        undone_at: r.opt_moment("undone_at")?,
        undone_by: r.opt_text("undone_by")?,
    })
}

/// The latest imports of this district, newest first.
pub fn list(cx: &mut Cx<'_>, limit: usize) -> Result<Vec<Import>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM import_run WHERE district_id = $1 ORDER BY n DESC LIMIT $2");
    cx.query(&sql, params![cx.district(), limit])?.iter().map(read).collect()
}

/// One import by its number.
pub fn find(cx: &mut Cx<'_>, n: i64) -> Result<Import, Error> {
    let sql = format!("SELECT {COLUMNS} FROM import_run WHERE district_id = $1 AND n = $2");
    read(&cx.query_one(&sql, params![cx.district(), n])?)
}

/// What an import added or changed, of the kinds given; `None` once that is no longer kept.
pub fn items(cx: &mut Cx<'_>, import: &Import, things: &[&'static Thing]) -> Result<Option<Vec<Item>>, Error> {
    let sql = "SELECT thing, thing_id, row_no, before, after FROM import_item WHERE import_id = $1 ORDER BY position";
    let rows = cx.query(sql, params![import.id])?;
    if i64::try_from(rows.len()).ok() != Some(import.items) {
        return Ok(None);
    }
    let mut items = Vec::with_capacity(rows.len());
    for r in rows {
        let code = r.text("thing")?;
        let thing = things.iter().copied().find(|t| t.code == code);
        let thing = thing.ok_or_else(|| Error::Column(format!("thing {code}")))?;
        let before = match r.opt_blob("before")? {
            Some(sealed) => match cx.open(KeyClass::Identity, import.id, &sealed) {
                Ok(plain) => Some(Image::from_bytes(&plain)?),
                Err(Error::Erased) => return Ok(None),
                Err(e) => return Err(e),
            },
            None => None,
        };
        let row = r.opt_i64("row_no")?;
        items.push(Item { thing, id: r.uuid("thing_id")?, row, before, after: r.blob("after")? });
    }
    Ok(Some(items))
}

/// Whether the rows of a thing are no longer as the import left them.
fn changed_since(cx: &mut Cx<'_>, item: &Item) -> Result<bool, Error> {
    let now = look(cx, item.thing, item.id)?;
    Ok(digest(cx, &now).as_slice() != item.after)
}

/// Where else the id of a thing may stand, so that something was built on it.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    pub table: &'static str,
    pub column: &'static str,
    /// Code of the reason that is told.
    pub why: &'static str,
    /// The rows have ids of their own and may be of the same import: those do not count.
    pub own: bool,
    /// Column with the instant of a row: what came after the import stands on a thing that was only changed, too.
    pub since: Option<&'static str>,
}

impl Use {
    pub const fn of(table: &'static str, column: &'static str, why: &'static str) -> Self {
        Self { table, column, why, own: false, since: None }
    }
    pub const fn or_own(table: &'static str, column: &'static str, why: &'static str) -> Self {
        Self { own: true, ..Self::of(table, column, why) }
    }
    pub const fn since(self, column: &'static str) -> Self {
        Self { since: Some(column), ..self }
    }
}

/// Why an import cannot be undone: one thing that something was built on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Row of the file.
    pub row: Option<i64>,
    pub thing: &'static str,
    pub id: Uuid,
    /// `changed`, or the code of a [`Use`].
    pub why: &'static str,
    /// How many rows stand on it.
    pub n: i64,
    /// What people call the thing, when that is nobody's name.
    pub label: Option<String>,
}

impl Reason {
    pub const fn of(item: &Item, why: &'static str, n: i64) -> Self {
        Self { row: item.row, thing: item.thing.code, id: item.id, why, n, label: None }
    }
}

/// Ids looked for in one statement.
const ASKED: usize = 200;

/// What stands on the things of an import.
pub fn uses(cx: &mut Cx<'_>, import: &Import, items: &[Item], of: &Thing, uses: &[Use]) -> Result<Vec<Reason>, Error> {
    let own: HashSet<Uuid> = items.iter().map(|i| i.id).collect();
    let mut reasons = Vec::new();
    for asked in uses {
        let counts = |i: &&Item| i.thing.code == of.code && (i.is_new() || asked.since.is_some());
        let on: Vec<&Item> = items.iter().filter(counts).collect();
        for chunk in on.chunks(ASKED) {
            let found = stands_on(cx, import, chunk, asked, &own)?;
            reasons.extend(chunk.iter().filter_map(|i| Some(Reason::of(i, asked.why, *found.get(&i.id)?))));
        }
    }
    Ok(reasons)
}

fn stands_on(
    cx: &mut Cx<'_>,
    import: &Import,
    items: &[&Item],
    asked: &Use,
    own: &HashSet<Uuid>,
) -> Result<HashMap<Uuid, i64>, Error> {
    let Use { table, column, own: has_ids, since, .. } = *asked;
    let marks = (1..=items.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
    let ids: Vec<Value> = items.iter().map(|i| Value::Uuid(i.id)).collect();
    let (which, at) = (if has_ids { "id" } else { column }, since.unwrap_or("0"));
    let sql = format!("SELECT {column} AS used, {which} AS which, {at} AS at FROM {table} WHERE {column} IN ({marks})");
    let new: HashSet<Uuid> = items.iter().filter(|i| i.is_new()).map(|i| i.id).collect();
    let mut found: HashMap<Uuid, i64> = HashMap::new();
    cx.each(&sql, &ids, |row| {
        let used = row.uuid("used")?;
        let ours = has_ids && own.contains(&row.uuid("which")?);
        if !ours && (new.contains(&used) || row.i64("at")? >= import.at.micros()) {
            *found.entry(used).or_default() += 1;
        }
        Ok(())
    })?;
    Ok(found)
}

/// The things that look different by now.
pub fn changed(cx: &mut Cx<'_>, items: &[Item]) -> Result<Vec<Reason>, Error> {
    let mut reasons = Vec::new();
    for item in items {
        if changed_since(cx, item)? {
            reasons.push(Reason::of(item, "changed", 1));
        }
    }
    Ok(reasons)
}

/// Puts everything back and marks the import as undone. The caller has made sure that nothing was built on it.
pub fn undo(cx: &mut Cx<'_>, import: &Import, items: &[Item]) -> Result<(), Error> {
    // All that stands there goes first: two things may have exchanged a code.
    let mut versions = Vec::with_capacity(items.len());
    for item in items {
        versions.push(version(cx, item)?);
        for part in item.thing.rows {
            let sql = format!("DELETE FROM {} WHERE {} = $1", part.table, part.column);
            cx.execute(&sql, params![item.id])?;
        }
        if item.is_new() {
            for class in KeyClass::ALL {
                cx.destroy_subject_key(class, item.id)?;
            }
        }
    }
    for (item, version) in items.iter().zip(versions) {
        if let Some(image) = &item.before {
            image.put(cx, item, version)?;
        }
        let payload = json!({ "import": import.n, "is": if item.is_new() { "gone" } else { "as-before" } });
        cx.record(&format!("{}.put_back", item.thing.code), item.thing.code, item.id, &payload)?;
    }
    cx.execute("DELETE FROM import_item WHERE import_id = $1", params![import.id])?;
    cx.destroy_subject_key(KeyClass::Identity, import.id)?;
    let sql = "UPDATE import_run SET undone_at = $1, undone_by = $2 WHERE id = $3 AND undone_at IS NULL";
    if cx.execute(sql, params![cx.now, cx.actor.log_name(), import.id])? == 0 {
        return Err(Error::NotFound);
    }
    cx.record("import.undone", "import", import.id, &json!({ "n": import.n, "of": &import.kind }))
}

/// Version of the thing now, if it has one.
fn version(cx: &mut Cx<'_>, item: &Item) -> Result<Option<i64>, Error> {
    let Some(part) = item.thing.rows.first() else { return Ok(None) };
    let sql = format!("SELECT * FROM {} WHERE {} = $1", part.table, part.column);
    let row = cx.query_opt(&sql, params![item.id])?;
    Ok(row.and_then(|r| r.opt_i64("version").ok().flatten()))
}

fn look(cx: &mut Cx<'_>, thing: &Thing, id: Uuid) -> Result<Image, Error> {
    let mut rows = Vec::new();
    for (place, part) in thing.rows.iter().enumerate() {
        let sql = format!("SELECT * FROM {} WHERE {} = $1", part.table, part.column);
        for row in cx.query(&sql, params![id])? {
            let columns: serde_json::Map<String, Json> =
                row.columns().map(|(name, value)| (name.to_owned(), written(value))).collect();
            rows.push(json!([place, columns]));
        }
    }
    rows.sort_by_cached_key(Json::to_string);
    Ok(Image(rows))
}

/// Of everything but versions: what was put back by the undo of a later import looks as this one left it.
fn digest(cx: &Cx<'_>, image: &Image) -> [u8; 32] {
    let mut rows = image.0.clone();
    for columns in rows.iter_mut().filter_map(|row| row.get_mut(1)).filter_map(Json::as_object_mut) {
        columns.remove("version");
    }
    rows.sort_by_cached_key(Json::to_string);
    cx.keyed_hash(KeyClass::Identity, &Image(rows).bytes())
}

impl Image {
    fn bytes(&self) -> Vec<u8> {
        Json::from(self.0.clone()).to_string().into_bytes()
    }
    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map(Self).map_err(|_| Error::Sealed("no rows"))
    }
    /// Writes the rows; where the first table counts versions, as the version after `version`.
    fn put(&self, cx: &mut Cx<'_>, item: &Item, version: Option<i64>) -> Result<(), Error> {
        for row in &self.0 {
            let place = row.get(0).and_then(Json::as_u64).and_then(|p| usize::try_from(p).ok());
            let part = place.and_then(|p| item.thing.rows.get(p)).ok_or(Error::Sealed("no such table"))?;
            let columns = row.get(1).and_then(Json::as_object).ok_or(Error::Sealed("no columns"))?;
            let mut values = Vec::with_capacity(columns.len());
            for (name, value) in columns {
                let next = version.filter(|_| name == "version" && place == Some(0));
                values.push(next.map_or_else(|| value_of(value), |v| Ok(Value::Int(v + 1)))?);
            }
            let names = columns.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let marks = (1..=values.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
            cx.execute(&format!("INSERT INTO {} ({names}) VALUES ({marks})", part.table), &values)?;
        }
        Ok(())
    }
}

/// With its type, as the database gave it: PostgreSQL takes no number for a truth value.
pub fn written(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(v) => json!({ "i": v }),
        Value::Real(v) => json!({ "r": v.to_bits() }),
        Value::Bool(v) => json!({ "y": v }),
        Value::Text(v) => json!({ "t": v }),
        Value::Blob(v) => json!({ "b": hex::encode(v) }),
        Value::Uuid(v) => json!({ "u": v }),
    }
}

/// What [`written`] wrote.
pub fn value_of(written: &Json) -> Result<Value, Error> {
    let broken = || Error::Sealed("no value");
    let Some(fields) = written.as_object() else { return Ok(Value::Null) };
    let (kind, v) = fields.iter().next().ok_or_else(broken)?;
    let read = match kind.as_str() {
        "i" => v.as_i64().map(Value::Int),
        "r" => v.as_u64().map(|bits| Value::Real(f64::from_bits(bits))),
        "y" => v.as_bool().map(Value::Bool),
        "t" => v.as_str().map(Value::from),
        "b" => v.as_str().and_then(|t| hex::decode(t).ok()).map(Value::Blob),
        "u" => v.as_str().and_then(|t| t.parse().ok()).map(Value::Uuid),
        _ => None,
    };
    read.ok_or_else(broken)
}
