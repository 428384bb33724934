//! What moved, entry by entry of the log, for whoever tells it outside: ids, numbers and states only.

use crate::Error;
use crate::store::{log, raisers};
use ::store::{Cx, params};
use kernel::Moment;
use kernel::ids::{AreaId, MatterId, RaiserId};
use people::policy::{Action, ResourceFacts, require};
use serde_json::Value;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub n: i64,
    pub at: Moment,
    /// As in the log: `matter.raise` and so on.
    pub kind: String,
    pub matter: MatterId,
    pub number: String,
    pub class: String,
    pub from: Option<String>,
    pub to: String,
    pub version: i64,
    pub emergency: bool,
    /// Of an escalation.
    pub level: Option<String>,
    /// Name of the community, or of the town.
    pub place: Option<String>,
}

/// Entries after `after` up to and including `last`, oldest first, `most` at once. Only what is sealed is complete: give
/// the chain's last entry as `last`. For the sender of messages.
pub fn moves(cx: &mut Cx<'_>, after: i64, last: i64, most: usize) -> Result<Vec<Move>, Error> {
    require(&cx.actor, cx.purpose, Action::FollowMatter, &ResourceFacts::District)?;
    let sql = "SELECT e.n, e.at, e.kind, e.subject, e.payload, m.number, m.class, m.state, m.version, m.community, \
               m.town, m.emergency FROM event e JOIN matter m ON m.id = e.subject WHERE e.n > $1 AND e.n <= $2 \
               AND e.district_id = $3 AND e.subject_kind = $4 AND m.about_org IS NULL ORDER BY e.n LIMIT $5";
    let ground = places::snapshot(cx)?;
    cx.query(sql, params![after, last, cx.district(), log::SUBJECT, most])?
        .iter()
        .map(|r| {
            let payload: Value = serde_json::from_str(&r.text("payload")?).unwrap_or_default();
            let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
            let to = text("to").or_else(|| text("state"));
            let area: Option<AreaId> = r.opt_id("community")?.or(r.opt_id("town")?);
            let version = payload.get("v").and_then(Value::as_i64);
            Ok(Move {
                n: r.i64("n")?,
                at: r.moment("at")?,
                kind: r.text("kind")?,
                matter: r.id("subject")?,
                number: r.text("number")?,
                class: r.text("class")?,
                from: text("from"),
                to: to.map_or_else(|| r.text("state"), Ok)?,
                version: version.map_or_else(|| r.i64("version"), Ok)?,
                emergency: r.bool("emergency")?,
                level: text("level"),
                place: area.and_then(|id| ground.area(id)).map(|a| a.name.clone()),
            })
        })
        .collect()
}

/// Entries that whoever raised a matter waits for: what somebody here did about it. What they did themselves is no news.
const NEWS: &str = "'matter.sign', 'matter.contact', 'matter.wait', 'matter.park', 'matter.extend', 'matter.answer'";

/// One of them, and who raised the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsForRaisers {
    pub n: i64,
    pub matter: MatterId,
    pub raisers: Vec<RaiserId>,
}

/// As [`moves`], for those who raised the matters, whomever these are about. For the sender of messages.
pub fn news_for_raisers(cx: &mut Cx<'_>, after: i64, last: i64, most: usize) -> Result<Vec<NewsForRaisers>, Error> {
    require(&cx.actor, cx.purpose, Action::FollowMatter, &ResourceFacts::District)?;
    let sql = format!(
        "SELECT n, subject FROM event WHERE n > $1 AND n <= $2 AND district_id = $3 AND subject_kind = $4 AND kind IN ({NEWS}) \
         ORDER BY n LIMIT $5"
    );
    let rows = cx.query(&sql, params![after, last, cx.district(), log::SUBJECT, most])?;
    rows.iter()
        .map(|r| {
            let matter: MatterId = r.id("subject")?;
            let raisers = raisers::of(cx, matter)?.into_iter().map(|r| r.id).collect();
            Ok(NewsForRaisers { n: r.i64("n")?, matter, raisers })
        })
        .collect()
}
