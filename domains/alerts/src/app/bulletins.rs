//! Draft → a second person publishes → it expires, or is cancelled with a reason. A published text never changes: what
//! people have read stands; a correction is a cancellation and a new bulletin.

use crate::bulletin::{Bulletin, Category, Certainty, Circle, Draft, Severity, Stand, Urgency, Words};
use crate::{Error, Result};
use kernel::ids::AccountId;
use kernel::{Point, text};
use people::policy::{Action, Denied, ResourceFacts, Why, require};
use redact::{Hints, Kind};
use serde_json::json;
use store::{Cx, Row, params};
use uuid::Uuid;

/// Signal after every change.
pub const SIGNAL: &str = "bulletin";
/// The longest a bulletin may stand, in days.
pub const LONGEST_DAYS: i64 = 30;
/// Characters.
const LINE: usize = 60;
const HEADLINE: usize = 160;
const TEXT: usize = 2_000;
/// Radius in metres.
const RADIUS: std::ops::RangeInclusive<i64> = 50..=50_000;
/// Shown to staff.
const SHOWN: i64 = 100;

fn me(cx: &Cx<'_>, action: Action) -> Result<AccountId> {
    require(&cx.actor, cx.purpose, action, &ResourceFacts::District)?;
    cx.actor.account_id().ok_or(Error::Denied(Denied { action, why: Why::NotSignedIn }))
}

const COLUMNS: &str = "id, version, state, category, urgency, severity, certainty, event_zh, headline_zh, description_zh, \
    instruction_zh, event_en, headline_en, description_en, instruction_en, area_id, lat, lon, radius_m, expires_at, exercise, \
    numbers_checked, made_by, made_at, published_by, published_at, cancelled_at, cancel_reason";

fn read(r: &Row) -> Result<Bulletin> {
    let known = |column: &str| -> Result<String> { Ok(r.text(column)?) };
    let odd = |column: &str| Error::Store(store::Error::Column(format!("{column} has an unknown code")));
    let zh = Words {
        event: known("event_zh")?,
        headline: known("headline_zh")?,
        description: known("description_zh")?,
        instruction: known("instruction_zh")?,
    };
    let en = match r.opt_text("headline_en")? {
        None => None,
        Some(headline) => Some(Words {
            event: r.opt_text("event_en")?.unwrap_or_default(),
            headline,
            description: r.opt_text("description_en")?.unwrap_or_default(),
            instruction: r.opt_text("instruction_en")?.unwrap_or_default(),
        }),
    };
    let circle = match (r.opt_f64("lat")?, r.opt_f64("lon")?, r.opt_i64("radius_m")?) {
        (Some(lat), Some(lon), Some(radius_m)) => Point::new(lon, lat).ok().map(|centre| Circle { centre, radius_m }),
        _ => None,
    };
    Ok(Bulletin {
        id: r.uuid("id")?,
        version: r.i64("version")?,
        stand: Stand::from_code(&r.text("state")?).ok_or_else(|| odd("state"))?,
        draft: Draft {
            category: Category::from_code(&r.text("category")?).ok_or_else(|| odd("category"))?,
            urgency: Urgency::from_code(&r.text("urgency")?).ok_or_else(|| odd("urgency"))?,
            severity: Severity::from_code(&r.text("severity")?).ok_or_else(|| odd("severity"))?,
            certainty: Certainty::from_code(&r.text("certainty")?).ok_or_else(|| odd("certainty"))?,
            zh,
            en,
            area: r.opt_id("area_id")?,
            circle,
            expires_at: r.moment("expires_at")?,
            exercise: r.bool("exercise")?,
            numbers_checked: r.bool("numbers_checked")?,
        },
        made_by: r.id("made_by")?,
        made_at: r.moment("made_at")?,
        published_by: r.opt_id("published_by")?,
        published_at: r.opt_moment("published_at")?,
        cancelled_at: r.opt_moment("cancelled_at")?,
        cancel_reason: r.opt_text("cancel_reason")?,
    })
}

/// Every bulletin, drafts first, then the latest.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Bulletin>> {
    me(cx, Action::DraftBulletin)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM bulletin WHERE district_id = $1 \
         ORDER BY CASE WHEN state = 'draft' THEN 0 ELSE 1 END, made_at DESC, id LIMIT {SHOWN}"
    );
    cx.query(&sql, params![cx.district()])?.iter().map(read).collect()
}

/// One, for staff.
pub fn bulletin(cx: &mut Cx<'_>, id: Uuid) -> Result<Bulletin> {
    me(cx, Action::DraftBulletin)?;
    load(cx, id)
}

fn load(cx: &mut Cx<'_>, id: Uuid) -> Result<Bulletin> {
    let sql = format!("SELECT {COLUMNS} FROM bulletin WHERE id = $1 AND district_id = $2");
    read(&cx.query_one(&sql, params![id, cx.district()])?)
}

/// What stands now, and what was taken back and would still stand: for everybody, newest first.
pub fn current(cx: &mut Cx<'_>) -> Result<Vec<Bulletin>> {
    require(&cx.actor, cx.purpose, Action::ViewPublished, &ResourceFacts::District)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM bulletin WHERE district_id = $1 AND state IN ('published', 'cancelled') AND expires_at > $2 \
         ORDER BY published_at DESC, id"
    );
    cx.query(&sql, params![cx.district(), cx.now])?.iter().map(read).collect()
}

/// One that was published, also when it has expired: a link from somewhere else must not lead into nothing.
pub fn published(cx: &mut Cx<'_>, id: Uuid) -> Result<Bulletin> {
    require(&cx.actor, cx.purpose, Action::ViewPublished, &ResourceFacts::District)?;
    let found = load(cx, id)?;
    if found.stand == Stand::Draft { Err(store::Error::NotFound.into()) } else { Ok(found) }
}

/// Writes a draft: a new one, or another version of one that is not published.
pub fn draft(cx: &mut Cx<'_>, of: Option<(Uuid, i64)>, draft: Draft) -> Result<Uuid> {
    let account = me(cx, Action::DraftBulletin)?;
    let draft = check(cx, draft)?;
    let (id, version): (Uuid, i64) = match of {
        None => (cx.new_id(), 1),
        Some((id, version)) => {
            let gone = "DELETE FROM bulletin WHERE id = $1 AND version = $2 AND state = 'draft' AND district_id = $3";
            if cx.execute(gone, params![id, version, cx.district()])? == 0 {
                return Err(Error::Invalid { field: "version", why: "changed" });
            }
            (id, version + 1)
        }
    };
    insert(cx, id, version, account, &draft)?;
    cx.record("bulletin.drafted", "bulletin", id, &json!({ "version": version }))?;
    cx.signal(SIGNAL, id);
    Ok(id)
}

fn insert(cx: &mut Cx<'_>, id: Uuid, version: i64, account: AccountId, d: &Draft) -> Result<()> {
    let en = d.en.as_ref();
    let sql = "INSERT INTO bulletin (id, district_id, version, state, category, urgency, severity, certainty, event_zh, \
               headline_zh, description_zh, instruction_zh, event_en, headline_en, description_en, instruction_en, area_id, lat, \
               lon, radius_m, expires_at, exercise, numbers_checked, made_by, made_at) VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, \
               $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";
    cx.execute(
        sql,
        params![
            id,
            cx.district(),
            version,
            d.category.code(),
            d.urgency.code(),
            d.severity.code(),
            d.certainty.code(),
            &d.zh.event,
            &d.zh.headline,
            &d.zh.description,
            &d.zh.instruction,
            en.map(|w| &w.event),
            en.map(|w| &w.headline),
            en.map(|w| &w.description),
            en.map(|w| &w.instruction),
            d.area,
            d.circle.map(|c| c.centre.lat()),
            d.circle.map(|c| c.centre.lon()),
            d.circle.map(|c| c.radius_m),
            d.expires_at,
            d.exercise,
            d.numbers_checked,
            account,
            cx.now
        ],
    )?;
    Ok(())
}

/// Throws a draft away.
pub fn discard(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    me(cx, Action::DraftBulletin)?;
    let sql = "DELETE FROM bulletin WHERE id = $1 AND state = 'draft' AND district_id = $2";
    if cx.execute(sql, params![id, cx.district()])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.record("bulletin.discarded", "bulletin", id, &json!({}))?;
    Ok(())
}

/// Publishes the version that was read. By somebody else than whoever wrote it.
pub fn publish(cx: &mut Cx<'_>, id: Uuid, version: i64) -> Result<()> {
    let account = me(cx, Action::PublishBulletin)?;
    cx.lock(&format!("bulletin/{id}"))?;
    let found = load(cx, id)?;
    if found.stand != Stand::Draft || found.version != version {
        return Err(Error::Invalid { field: "version", why: "changed" });
    }
    if found.made_by == account {
        return Err(Error::Denied(Denied { action: Action::PublishBulletin, why: Why::OwnHandling }));
    }
    if found.draft.expires_at <= cx.now {
        return Err(Error::Invalid { field: "expires", why: "past" });
    }
    let sql =
        "UPDATE bulletin SET state = 'published', published_by = $1, published_at = $2, version = $3 WHERE id = $4";
    cx.execute(sql, params![account, cx.now, version + 1, id])?;
    cx.record("bulletin.published", "bulletin", id, &json!({ "version": version, "made_by": found.made_by }))?;
    cx.signal(SIGNAL, id);
    Ok(())
}

/// Takes a published bulletin back. One person is enough: a wrong one must go at once. Twice is fine.
pub fn cancel(cx: &mut Cx<'_>, id: Uuid, reason: &str) -> Result<()> {
    let account = me(cx, Action::PublishBulletin)?;
    cx.lock(&format!("bulletin/{id}"))?;
    let found = load(cx, id)?;
    match found.stand {
        Stand::Draft => return Err(store::Error::NotFound.into()),
        Stand::Cancelled => return Ok(()),
        Stand::Published => {}
    }
    let mut reason = reason.to_owned();
    line("reason", &mut reason, HEADLINE, true)?;
    no_personal("reason", &reason, false)?;
    let sql = "UPDATE bulletin SET state = 'cancelled', cancelled_by = $1, cancelled_at = $2, cancel_reason = $3, \
               version = $4 WHERE id = $5";
    cx.execute(sql, params![account, cx.now, &reason, found.version + 1, id])?;
    cx.record("bulletin.cancelled", "bulletin", id, &json!({ "version": found.version + 1 }))?;
    cx.signal(SIGNAL, id);
    Ok(())
}

fn check(cx: &Cx<'_>, mut d: Draft) -> Result<Draft> {
    words(&mut d.zh, ["event", "headline", "description", "instruction"], d.numbers_checked)?;
    if let Some(en) = &mut d.en {
        words(en, ["event_en", "headline_en", "description_en", "instruction_en"], d.numbers_checked)?;
    }
    if d.expires_at <= cx.now {
        return Err(Error::Invalid { field: "expires", why: "past" });
    }
    if d.expires_at > cx.now.plus_days(LONGEST_DAYS) {
        return Err(Error::Invalid { field: "expires", why: "too-late" });
    }
    if d.circle.is_some_and(|c| !RADIUS.contains(&c.radius_m)) {
        return Err(Error::Invalid { field: "radius", why: "radius" });
    }
    Ok(d)
}

fn words(w: &mut Words, names: [&'static str; 4], checked: bool) -> Result<()> {
    let [event, headline, description, instruction] = names;
    line(event, &mut w.event, LINE, true)?;
    line(headline, &mut w.headline, HEADLINE, true)?;
    line(description, &mut w.description, TEXT, true)?;
    line(instruction, &mut w.instruction, TEXT, false)?;
    for (name, text) in
        [(event, &w.event), (headline, &w.headline), (description, &w.description), (instruction, &w.instruction)]
    {
        no_personal(name, text, checked)?;
    }
    Ok(())
}

fn line(field: &'static str, value: &mut String, most: usize, must: bool) -> Result<()> {
    *value = text::tidy(value);
    if must && value.is_empty() {
        return Err(Error::Invalid { field, why: "missing" });
    }
    if value.chars().count() > most {
        return Err(Error::Invalid { field, why: "too-long" });
    }
    Ok(())
}

/// The redactor finds numbers of people, and cannot know that one belongs to an office: then a person looks and says so.
fn no_personal(field: &'static str, value: &str, checked: bool) -> Result<()> {
    let found = redact::find(value, &Hints::default());
    let personal = found.iter().any(|span| matches!(span.kind, Kind::Phone | Kind::Number));
    if checked || !personal { Ok(()) } else { Err(Error::Invalid { field, why: "personal" }) }
}
