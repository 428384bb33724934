//! The matter row: read, inserted, and changed only with the version it was read at.

use super::{coded, opt_coded};
use crate::Error;
use crate::model::{Clock, Family, Level, Origin, Outcome, Stage, State};
use ::store::{Cx, Row, params};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, MatterId, OrgId, PostId, SeatId};
use uuid::Uuid;

/// Everything a matter row holds, but texts and names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MatterRow {
    /// Search number and key of lists.
    pub n: i64,
    pub id: MatterId,
    pub version: i64,
    pub number: String,
    pub class: String,
    pub class_version: i64,
    pub family: Family,
    pub origin: Origin,
    pub emergency: bool,
    pub state: State,
    pub opening: i64,
    pub received_at: Moment,
    pub last_at: Moment,
    pub closed_at: Option<Moment>,
    pub stage: Stage,
    pub due_at: Moment,
    pub yellow_at: Moment,
    pub provisional: bool,
    pub paused_until: Option<Moment>,
    pub level: Level,
    pub owner_seat: SeatId,
    pub owner_account: AccountId,
    pub owner_org: Option<OrgId>,
    pub owner_via: String,
    pub assigned_by: Option<AccountId>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub spot: Spot,
    pub summary: String,
    pub outcome: Option<Outcome>,
    pub answer_note: Option<Uuid>,
    pub returned: bool,
    pub extensions: i64,
    pub verified_by: Option<AccountId>,
    pub verified_at: Option<Moment>,
    pub answered_at: Option<Moment>,
    pub merged_into: Option<MatterId>,
    pub rating: Option<i64>,
    pub elsewhere: bool,
    pub typed_by: Option<AccountId>,
    /// Until when it should have been dealt with, as that stood when it was handed in (or where it was imported from).
    pub target_at: Option<Moment>,
    /// The body it is about, whose people have no part in it (R3).
    pub about_org: Option<OrgId>,
    /// That body, and once loaded alone also everything below it.
    pub about_orgs: Vec<OrgId>,
}

/// Where a matter lies: its areas and posts, for lists and rights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// The district's own area; part of every matter's areas once it is drawn.
    pub root: Option<AreaId>,
    pub town: Option<AreaId>,
    pub community: Option<AreaId>,
    pub grid: Option<AreaId>,
    pub police: Option<AreaId>,
    pub post: Option<PostId>,
    /// The post above it, and the one above that.
    pub post_mid: Option<PostId>,
    pub post_top: Option<PostId>,
}

impl Spot {
    /// Areas, innermost first; the police area stands beside the grid.
    pub fn areas(&self) -> Vec<AreaId> {
        [self.grid, self.police, self.community, self.town, self.root].into_iter().flatten().collect()
    }
    /// Posts, nearest first.
    pub fn posts(&self) -> Vec<PostId> {
        [self.post, self.post_mid, self.post_top].into_iter().flatten().collect()
    }
}

const COLUMNS: &str = "n, id, version, number, class, class_version, family, origin, emergency, state, opening, \
    received_at, last_at, closed_at, stage, due_at, yellow_at, provisional, paused_until, level, owner_seat, \
    owner_account, owner_org, owner_via, assigned_by, lat, lon, town, community, grid, police, post, post_mid, post_top, \
    summary, outcome, answer_note, returned, extensions, verified_by, verified_at, answered_at, merged_into, rating, \
    elsewhere, typed_by, target_at, root, about_org";

pub(crate) const fn level_rank(level: Level) -> i64 {
    level as i64
}
pub(crate) fn level_of(rank: i64) -> Level {
    usize::try_from(rank).ok().and_then(|i| Level::ALL.get(i)).copied().unwrap_or(Level::Green)
}

impl MatterRow {
    pub(crate) fn read(r: &Row) -> Result<Self, Error> {
        Ok(Self {
            n: r.i64("n")?,
            id: r.id("id")?,
            version: r.i64("version")?,
            number: r.text("number")?,
            class: r.text("class")?,
            class_version: r.i64("class_version")?,
            family: coded(r, "family", Family::from_code)?,
            origin: coded(r, "origin", Origin::from_code)?,
            emergency: r.bool("emergency")?,
            state: coded(r, "state", State::from_code)?,
            opening: r.i64("opening")?,
            received_at: r.moment("received_at")?,
            last_at: r.moment("last_at")?,
            closed_at: r.opt_moment("closed_at")?,
            stage: coded(r, "stage", Stage::from_code)?,
            due_at: r.moment("due_at")?,
            yellow_at: r.moment("yellow_at")?,
            provisional: r.bool("provisional")?,
            paused_until: r.opt_moment("paused_until")?,
            level: level_of(r.i64("level")?),
            owner_seat: r.id("owner_seat")?,
            owner_account: r.id("owner_account")?,
            owner_org: r.opt_id("owner_org")?,
            owner_via: r.text("owner_via")?,
            assigned_by: r.opt_id("assigned_by")?,
            lat: r.opt_f64("lat")?,
            lon: r.opt_f64("lon")?,
            spot: Spot {
                root: r.opt_id("root")?,
                town: r.opt_id("town")?,
                community: r.opt_id("community")?,
                grid: r.opt_id("grid")?,
                police: r.opt_id("police")?,
                post: r.opt_id("post")?,
                post_mid: r.opt_id("post_mid")?,
                post_top: r.opt_id("post_top")?,
            },
            summary: r.text("summary")?,
            outcome: opt_coded(r, "outcome", Outcome::from_code)?,
            answer_note: r.opt_uuid("answer_note")?,
            returned: r.bool("returned")?,
            extensions: r.i64("extensions")?,
            verified_by: r.opt_id("verified_by")?,
            verified_at: r.opt_moment("verified_at")?,
            answered_at: r.opt_moment("answered_at")?,
            merged_into: r.opt_id("merged_into")?,
            rating: r.opt_i64("rating")?,
            elsewhere: r.bool("elsewhere")?,
            typed_by: r.opt_id("typed_by")?,
            target_at: r.opt_moment("target_at")?,
            about_org: r.opt_id("about_org")?,
            about_orgs: r.opt_id("about_org")?.into_iter().collect(),
        })
    }

    pub(crate) fn columns() -> &'static str {
        COLUMNS
    }

    /// For reading only; see [`Self::for_change`].
    pub(crate) fn load(cx: &mut Cx<'_>, id: MatterId) -> Result<Self, Error> {
        let sql = format!("SELECT {COLUMNS} FROM matter WHERE id = $1 AND district_id = $2");
        let row = cx.query_opt(&sql, params![id, cx.district()])?.ok_or(Error::NotFound)?;
        let mut row = Self::read(&row)?;
        row.load_about(cx)?;
        Ok(row)
    }

    /// The bodies below the one it is about count too.
    pub(crate) fn load_about(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        if let Some(org) = self.about_org {
            self.about_orgs = people::app::orgs::with_below(cx, org)?;
        }
        Ok(())
    }

    /// Serialises changes of one matter, then reads it. The use case's instant is never before the log's last entry,
    /// so a clock that was moved back cannot break the order of events.
    pub(crate) fn for_change(cx: &mut Cx<'_>, id: MatterId) -> Result<Self, Error> {
        cx.lock(&format!("matter/{id}"))?;
        let row = Self::load(cx, id)?;
        cx.now = cx.now.max(row.last_at);
        Ok(row)
    }

    /// Takes over what the clock says. A closed matter keeps its end as its place in lists.
    pub(crate) fn set_clock(&mut self, clock: &Clock, now: Moment) {
        let new_term = self.stage != clock.stage || self.due_at != clock.due_at;
        self.stage = clock.stage;
        self.due_at = clock.due_at;
        self.yellow_at = clock.yellow_at;
        self.provisional = clock.provisional;
        self.paused_until = clock.paused_until;
        if new_term || clock.stage == Stage::Done {
            // What has been told for the old term says nothing about the new one.
            self.level = self.level.min(clock.level(now));
        }
    }

    /// When the ladder or the end of a pause needs attention next.
    pub(crate) fn alarm_at(&self) -> Option<Moment> {
        if !self.state.is_open() {
            return None;
        }
        let rung = crate::model::clock::next_alarm(self.stage, self.yellow_at, self.due_at, self.level);
        [rung, self.paused_until].into_iter().flatten().min()
    }

    /// Writes the changed row if its version is still `before`; the version is raised by one.
    pub(crate) fn save(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        let before = self.version;
        self.version += 1;
        self.last_at = cx.now;
        let sql = "UPDATE matter SET version = $1, class = $2, class_version = $3, family = $4, emergency = $5, state = $6, \
             is_open = $7, opening = $8, last_at = $9, closed_at = $10, stage = $11, due_at = $12, yellow_at = $13, \
             provisional = $14, paused_until = $15, alarm_at = $16, level = $17, owner_seat = $18, owner_account = $19, \
             owner_org = $20, owner_via = $21, assigned_by = $22, outcome = $23, answer_note = $24, returned = $25, \
             extensions = $26, verified_by = $27, verified_at = $28, answered_at = $29, merged_into = $30, rating = $31, \
             target_at = $32 WHERE id = $33 AND version = $34";
        let changed = cx.execute(
            sql,
            params![
                self.version,
                &self.class,
                self.class_version,
                self.family.code(),
                self.emergency,
                self.state.code(),
                i64::from(self.state.is_open()),
                self.opening,
                self.last_at,
                self.closed_at,
                self.stage.code(),
                self.due_at,
                self.yellow_at,
                self.provisional,
                self.paused_until,
                self.alarm_at(),
                level_rank(self.level),
                self.owner_seat,
                self.owner_account,
                self.owner_org,
                &self.owner_via,
                self.assigned_by,
                self.outcome.map(Outcome::code),
                self.answer_note,
                self.returned,
                self.extensions,
                self.verified_by,
                self.verified_at,
                self.answered_at,
                self.merged_into,
                self.rating,
                self.target_at,
                self.id,
                before
            ],
        )?;
        if changed == 1 {
            crate::app::ring_at(cx, self.alarm_at())
        } else {
            Err(::store::Error::Unavailable("the matter changed meanwhile".into()).into())
        }
    }
}

/// What only an insert writes.
pub(crate) struct NewKeys<'a> {
    pub code_hash: Option<[u8; 32]>,
    pub idem: Option<&'a str>,
    pub idem_digest: Option<[u8; 32]>,
    /// Key in the system it was imported from.
    pub foreign: Option<&'a str>,
}

/// Inserts the row and answers its search number; `None` when a matter with the same idempotency or foreign key exists.
pub(crate) fn insert(cx: &mut Cx<'_>, m: &MatterRow, keys: &NewKeys<'_>) -> Result<Option<i64>, Error> {
    let sql = "INSERT INTO matter (id, district_id, version, number, code_hash, idem, idem_digest, foreign_key, class, \
         class_version, family, origin, emergency, state, is_open, opening, received_at, last_at, closed_at, stage, due_at, \
         yellow_at, provisional, paused_until, alarm_at, level, owner_seat, owner_account, owner_org, owner_via, assigned_by, \
         lat, lon, town, community, grid, police, post, post_mid, post_top, summary, outcome, answer_note, returned, \
         extensions, verified_by, verified_at, answered_at, merged_into, rating, elsewhere, typed_by, target_at, root, tile, about_org) VALUES \
         ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
         $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, \
         $47, $48, $49, $50, $51, $52, $53, $54, $55, $56) ON CONFLICT DO NOTHING RETURNING n";
    let row = cx.query_opt(
        sql,
        params![
            m.id,
            cx.district(),
            m.version,
            &m.number,
            keys.code_hash,
            keys.idem,
            keys.idem_digest,
            keys.foreign,
            &m.class,
            m.class_version,
            m.family.code(),
            m.origin.code(),
            m.emergency,
            m.state.code(),
            i64::from(m.state.is_open()),
            m.opening,
            m.received_at,
            m.last_at,
            m.closed_at,
            m.stage.code(),
            m.due_at,
            m.yellow_at,
            m.provisional,
            m.paused_until,
            m.alarm_at(),
            level_rank(m.level),
            m.owner_seat,
            m.owner_account,
            m.owner_org,
            &m.owner_via,
            m.assigned_by,
            m.lat,
            m.lon,
            m.spot.town,
            m.spot.community,
            m.spot.grid,
            m.spot.police,
            m.spot.post,
            m.spot.post_mid,
            m.spot.post_top,
            &m.summary,
            m.outcome.map(Outcome::code),
            m.answer_note,
            m.returned,
            m.extensions,
            m.verified_by,
            m.verified_at,
            m.answered_at,
            m.merged_into,
            m.rating,
            m.elsewhere,
            m.typed_by,
            m.target_at,
            m.spot.root,
            m.lat.zip(m.lon).map(|(lat, lon)| super::tiles::tile(lat, lon)),
            m.about_org
        ],
    )?;
    let Some(row) = row else { return Ok(None) };
    crate::app::ring_at(cx, m.alarm_at())?;
    Ok(Some(row.i64("n")?))
}
