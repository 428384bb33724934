//! Matters that another system has kept until now (`origin = import`).
//!
//! Closed ones stay what they were there: closed elsewhere, outside R2 and the rates. Open ones become ours at this
//! instant: a catch-all owner, a due time from their class counted from now, and an anonymous raiser, so that R1 and
//! R2 hold for them as for every other. The caller fills all rows aside and brings them in one transaction.

use super::around::{self, Owner};
use super::calendar::calendar;
use super::raise::{self, Words, index_words};
use super::{RaisedPlace, RaiserInput};
use crate::model::{ClassRule, ClockEvent, ClockStep, Level, Origin, Stage, State, clock};
use crate::redaction::{self, Correction};
use crate::store::row::{self, MatterRow, NewKeys, Spot};
use crate::store::{classes, log};
use crate::{Error, raiser};
use ::store::imports::{self, About};
use ::store::{Aside, Cx, KeyClass, params};
use kernel::geo::Point;
use kernel::ids::{AreaId, MatterId};
use kernel::{Lang, Moment, WorkCalendar};
use people::policy::{Action, ResourceFacts, require};
use redact::Hints;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// One matter as the other system tells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForeignMatter {
    /// Key in the other system, unique within the district; also its number here.
    pub key: String,
    /// Code of a class of this district.
    pub class: String,
    pub text: String,
    pub address: Option<String>,
    /// WGS-84.
    pub point: Option<Point>,
    pub opened_at: Moment,
    /// When the other system had promised to be done.
    pub target_at: Option<Moment>,
    /// Closed there; none is still open.
    pub closed_at: Option<Moment>,
    /// The other system's own word on whether it was in time.
    pub stated_on_time: Option<bool>,
    /// How it came in there: code of an [`Origin`].
    pub channel: Option<Origin>,
    /// Closed there as a repeat of another.
    pub duplicate: bool,
    /// Codes of what is doubtful about it, such as `closed-before-opened`.
    pub doubts: Vec<&'static str>,
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    New,
    /// It is here already, and the row says the same.
    Unchanged,
    /// It is here already and the row says something else: it was left as it is, because work may have gone on here.
    Differs,
}

/// Every table that [`Importer::add`] writes to, so that a long file can be filled aside (`Runtime::write_aside`).
pub const IMPORTED: &[Aside] = &[
    Aside::searched("matter", "matter_fts"),
    Aside::of("matter_note"),
    Aside::of("matter_copy"),
    Aside::of("matter_raiser"),
    Aside::of("matter_foreign"),
    Aside::of("subject_key"),
    Aside::of("event"),
];

/// What stays the same for all rows of one file. Made before they are filled aside; whether it still holds is asked when they
/// are brought.
pub struct Importer {
    classes: HashMap<String, Arc<ClassRule>>,
    calendar: Arc<WorkCalendar>,
    calendar_at: i64,
    owners: HashMap<Vec<AreaId>, Owner>,
    /// Key and digest of what was imported before: one reading instead of one for each row.
    known: HashMap<String, Vec<u8>>,
    /// Names of places, which are nobody's.
    places: Hints,
    /// The import that all of them belong to.
    import: Uuid,
    /// The uploaded file they come from.
    pub draft: Option<Uuid>,
}

impl Importer {
    pub fn begin(cx: &mut Cx<'_>) -> Result<Self, Error> {
        require(&cx.actor, cx.purpose, Action::Import, &ResourceFacts::District)?;
        let classes = classes::current(cx)?.iter().map(|c| (c.code.clone(), Arc::clone(c))).collect();
        let mut known = HashMap::new();
        let sql = "SELECT foreign_key, digest FROM matter_foreign WHERE district_id = $1";
        cx.each(sql, params![cx.district()], |row| {
            known.insert(row.text("foreign_key")?, row.blob("digest")?);
            Ok(())
        })?;
        let (calendar, calendar_at) = (calendar(cx)?, calendar_of(cx)?);
        let (places, import) = (redaction::places(cx)?, cx.new_id());
        Ok(Self { classes, calendar, calendar_at, owners: HashMap::new(), known, places, import, draft: None })
    }

    /// Whether classes, calendar and catch-all owners are still those the rows were made with.
    pub fn still_holds(&self, cx: &mut Cx<'_>) -> Result<bool, Error> {
        classes::forget(cx);
        let classes = classes::current(cx)?;
        let same =
            |rule: &Arc<ClassRule>| classes.iter().any(|now| now.code == rule.code && now.version == rule.version);
        if !self.classes.values().all(same) || calendar_of(cx)? != self.calendar_at {
            return Ok(false);
        }
        for (areas, owner) in &self.owners {
            let now = people::app::roster::owner_at(cx, None, None, areas, cx.now)?;
            if (now.account, now.seat) != (owner.account, owner.seat) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What would become of one matter.
    pub fn foresee(&self, cx: &Cx<'_>, m: &ForeignMatter) -> Imported {
        match self.known.get(&m.key) {
            None => Imported::New,
            Some(known) if known.as_slice() == fingerprint(cx, m) => Imported::Unchanged,
            Some(_) => Imported::Differs,
        }
    }

    /// Puts the import into the list of imports, once its rows are brought. `classes`: codes of those made for it.
    pub fn list(
        &self,
        cx: &mut Cx<'_>,
        file: &str,
        rows: usize,
        new: usize,
        classes: &[String],
    ) -> Result<Option<i64>, Error> {
        if new == 0 && classes.is_empty() {
            return Ok(None);
        }
        let detail = json!({ "classes": classes });
        let about =
            About { kind: "matters", file: file.to_owned(), rows, added: new, changed: 0, detail, draft: self.draft };
        Ok(Some(imports::write(cx, self.import, &about, 0)?.n))
    }

    /// Writes one matter unless its key is there already.
    pub fn add(&mut self, cx: &mut Cx<'_>, m: &ForeignMatter) -> Result<Imported, Error> {
        let digest = fingerprint(cx, m);
        if let Some(known) = self.known.get(&m.key) {
            return Ok(if known.as_slice() == digest { Imported::Unchanged } else { Imported::Differs });
        }
        let rule = self.classes.get(&m.class).cloned().ok_or_else(|| Error::invalid("class", "invalid-class"))?;
        let spot = around::spot(cx, &RaisedPlace { point: m.point, ..RaisedPlace::default() })?;
        let owner = self.catch_all(cx, &spot)?;
        let address = m.address.clone().into_iter().collect();
        let hints = Hints { subject: address, ..self.places.clone() };
        let words = Words::with(&m.text, m.address.as_deref(), &hints, &Correction::default());
        let mut row = self.row(cx, m, &words, &rule, spot, &owner);
        let keys = NewKeys { code_hash: None, idem: None, idem_digest: None, foreign: Some(&m.key) };
        row.n = row::insert(cx, &row, &keys)?.ok_or_else(|| Error::invalid("key", "invalid-key-reused"))?;
        write_rest(cx, m, &words, &row, digest, self.import)?;
        self.known.insert(m.key.clone(), digest.to_vec());
        Ok(Imported::New)
    }

    fn catch_all(&mut self, cx: &mut Cx<'_>, spot: &Spot) -> Result<Owner, Error> {
        let areas = spot.areas();
        if let Some(known) = self.owners.get(&areas) {
            return Ok(known.clone());
        }
        let owner = around::catch_all(cx, spot)?;
        self.owners.insert(areas, owner.clone());
        Ok(owner)
    }

    fn row(
        &self,
        cx: &Cx<'_>,
        m: &ForeignMatter,
        words: &Words,
        rule: &ClassRule,
        spot: Spot,
        owner: &Owner,
    ) -> MatterRow {
        let now = cx.now;
        // An open one begins here and now: our terms bind us, not what others let pass.
        let event = match m.closed_at {
            Some(at) => ClockEvent { at, step: ClockStep::Ended },
            None => ClockEvent { at: now, step: ClockStep::Raised },
        };
        let clock = clock(&[event], rule, &self.calendar, now);
        let state = if m.closed_at.is_some() { State::Closed } else { State::Received };
        MatterRow {
            n: 0,
            id: cx.new_id(),
            version: 1,
            number: m.key.clone(),
            class: rule.code.clone(),
            class_version: rule.version,
            family: rule.family,
            origin: Origin::Import,
            emergency: rule.is_emergency(),
            state,
            opening: 1,
            received_at: m.opened_at,
            last_at: now,
            closed_at: m.closed_at,
            stage: clock.stage,
            due_at: clock.due_at,
            yellow_at: clock.yellow_at,
            provisional: clock.provisional,
            paused_until: None,
            level: Level::Green,
            owner_seat: owner.seat,
            owner_account: owner.account,
            owner_org: owner.org,
            owner_via: owner.via.code().to_owned(),
            assigned_by: None,
            lat: m.point.map(Point::lat),
            lon: m.point.map(Point::lon),
            spot,
            summary: words.summary.clone(),
            outcome: None,
            answer_note: None,
            returned: false,
            extensions: 0,
            verified_by: None,
            verified_at: None,
            answered_at: None,
            merged_into: None,
            rating: None,
            elsewhere: clock.stage == Stage::Done,
            typed_by: None,
            target_at: m.target_at,
            about_org: None,
            about_orgs: Vec::new(),
        }
    }
}

/// When the calendar was last added to.
fn calendar_of(cx: &mut Cx<'_>) -> Result<i64, Error> {
    let sql = "SELECT COALESCE(MAX(at), 0) AS at FROM work_calendar WHERE district_id = $1";
    Ok(cx.query_one(sql, params![cx.district()])?.i64("at")?)
}

/// Texts, raiser of an open one, what the other system said, log, search tokens.
fn write_rest(
    cx: &mut Cx<'_>,
    m: &ForeignMatter,
    words: &Words,
    row: &MatterRow,
    digest: [u8; 32],
    import: Uuid,
) -> Result<(), Error> {
    let body = words.write(cx, row, &m.text, m.address.as_deref())?;
    if row.state.is_open() {
        raiser::write(cx, row.id, &RaiserInput::anonymous(Lang::default()), &raise::new_code(cx))?;
    }
    let sql = "INSERT INTO matter_foreign (matter_id, district_id, foreign_key, digest, opened_at, target_at, closed_at, \
         stated_on_time, channel, duplicate, doubts, import_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let doubts = Some(m.doubts.join(",")).filter(|d| !d.is_empty());
    cx.execute(
        sql,
        params![
            row.id,
            cx.district(),
            &m.key,
            digest,
            m.opened_at,
            m.target_at,
            m.closed_at,
            m.stated_on_time,
            m.channel.map(Origin::code),
            m.duplicate,
            doubts,
            import
        ],
    )?;
    let payload = json!({
        "v": 1, "to": row.state.code(), "class": &row.class, "class_version": row.class_version,
        "origin": Origin::Import.code(), "owner": row.owner_account, "owner_seat": row.owner_seat,
        "via": &row.owner_via, "body": body, "closed_at": m.closed_at.map(Moment::micros),
    });
    cx.record("matter.import", log::SUBJECT, row.id.0, &payload)?;
    cx.index_text("matter_fts", row.n, &index_words(row, words.tokens.clone()))?;
    Ok(())
}

fn fingerprint(cx: &Cx<'_>, m: &ForeignMatter) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Text, format!("{m:?}").as_bytes())
}

/// How what another system said about punctuality compares with its own dates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct OnTime {
    /// Imported matters.
    pub matters: i64,
    /// Of these, those with both a target and a closing date.
    pub judged: i64,
    /// Closed at or before the target.
    pub on_time: i64,
    pub late: i64,
    /// Judged ones about which the other system says something, too.
    pub stated: i64,
    /// Of these, those on which both agree.
    pub agree: i64,
}

/// On-time figures of everything imported into this district: closed at or before the target is on time.
pub fn on_time(cx: &mut Cx<'_>) -> Result<OnTime, Error> {
    require(&cx.actor, cx.purpose, Action::Import, &ResourceFacts::District)?;
    let sql = "SELECT COUNT(*) AS matters, COUNT(closed_at + target_at) AS judged, \
         COALESCE(SUM(CASE WHEN closed_at <= target_at THEN 1 ELSE 0 END), 0) AS on_time, \
         COALESCE(SUM(CASE WHEN closed_at IS NOT NULL AND target_at IS NOT NULL AND stated_on_time IS NOT NULL \
           THEN 1 ELSE 0 END), 0) AS stated, \
         COALESCE(SUM(CASE WHEN closed_at IS NOT NULL AND target_at IS NOT NULL \
           AND (closed_at <= target_at) = stated_on_time THEN 1 ELSE 0 END), 0) AS agree \
         FROM matter_foreign WHERE district_id = $1";
    let r = cx.query_one(sql, params![cx.district()])?;
    let (judged, on_time) = (r.i64("judged")?, r.i64("on_time")?);
    Ok(OnTime {
        matters: r.i64("matters")?,
        judged,
        on_time,
        late: judged - on_time,
        stated: r.i64("stated")?,
        agree: r.i64("agree")?,
    })
}

/// What the other system said about an imported matter, for its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    pub key: String,
    pub target_at: Option<Moment>,
    pub stated_on_time: Option<bool>,
    pub channel: Option<String>,
    pub doubts: Vec<String>,
}

/// The caller has loaded the matter, and so its right to see it, before.
pub(crate) fn foreign(cx: &mut Cx<'_>, matter: MatterId) -> Result<Option<Foreign>, Error> {
    let sql = "SELECT foreign_key, target_at, stated_on_time, channel, doubts FROM matter_foreign WHERE matter_id = $1";
    let Some(r) = cx.query_opt(sql, params![matter])? else { return Ok(None) };
    Ok(Some(Foreign {
        key: r.text("foreign_key")?,
        target_at: r.opt_moment("target_at")?,
        stated_on_time: r.opt_bool("stated_on_time")?,
        channel: r.opt_text("channel")?,
        doubts: r.opt_text("doubts")?.map_or_else(Vec::new, |d| d.split(',').map(str::to_owned).collect()),
    }))
}
