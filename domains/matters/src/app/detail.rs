//! Everything staff may see of one matter: texts, timeline, "why this deadline", what can be done next.

use super::attach::Attachment;
use super::calendar::calendar;
pub use super::lists::Line;
use super::{act, around};
use crate::Error;
use crate::model::{Channel, ClassRule, Clock, CommandKind, DeliveryResult, Outcome, clock};
use crate::store::notes::{self, Note, Reader};
use crate::store::raisers::RaiserLine;
use crate::store::{MatterRow, classes, coded, log, raisers};
use ::store::{Cx, params};
use kernel::Moment;
use kernel::ids::{AccountId, MatterId, OrgId, PersonId, RaiserId, SeatId};
use people::policy::{Action, Denied, Why, decide, require};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// One matter. Names of raisers are not here; see [`crate::raiser::reveal`].
#[derive(Debug, Clone)]
pub struct Detail {
    pub line: Line,
    pub class: Arc<ClassRule>,
    pub clock: Clock,
    /// Who answers for it now (R1).
    pub owner: AccountId,
    pub owner_seat: SeatId,
    /// `holder`, `successor`, `deputy` or `catch_all`.
    pub owner_via: &'static str,
    pub handlers: Vec<AccountId>,
    pub texts: Vec<Note>,
    /// The answer as it stands, sent or not.
    pub answer: Option<String>,
    pub outcome: Option<Outcome>,
    pub verified_by: Option<AccountId>,
    pub answered_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub rating: Option<i64>,
    pub raisers: Vec<RaiserLine>,
    /// The program raised it and nobody else: there is nobody to be told.
    pub by_program: bool,
    pub deliveries: Vec<DeliveryLine>,
    pub timeline: Vec<TimelineLine>,
    pub attachments: Vec<Attachment>,
    /// Matters joined to this one, with their numbers.
    pub joined: Vec<(MatterId, String)>,
    pub merged_into: Option<MatterId>,
    /// What may be done next, and why the rest may not.
    pub commands: Vec<(CommandKind, Result<(), Error>)>,
    /// Names and numbers of raisers may be opened (each opening is logged).
    pub may_reveal: bool,
    /// The raiser's words may be opened as they stand (each opening is logged).
    pub may_view_original: bool,
    /// Closed where it came from.
    pub elsewhere: bool,
    /// What the other system said about it.
    pub foreign: Option<super::import::Foreign>,
    pub typed_by: Option<AccountId>,
    pub opening: i64,
    /// The body it is about; its people see nothing of it.
    pub about_org: Option<OrgId>,
    /// How many people in care it is about; who they are is behind a step of its own.
    pub persons: Vec<PersonId>,
    /// Somebody may be looked for and linked.
    pub may_link: bool,
    /// Whether the actor may say that it is about a body.
    pub may_mark_about: bool,
}

/// One logged attempt to bring the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryLine {
    pub raiser: RaiserId,
    pub channel: Option<Channel>,
    pub at: Moment,
    pub result: DeliveryResult,
    pub author: String,
    pub opening: i64,
}

/// One line of the timeline, as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineLine {
    pub at: Moment,
    /// Kind and id; the page looks the name up.
    pub actor: String,
    pub account: Option<AccountId>,
    /// Locale key after `event-`, e.g. `sign`.
    pub kind: String,
    pub payload: Value,
}

/// The whole page. One audit entry for the texts.
pub fn detail(cx: &mut Cx<'_>, matter: MatterId) -> Result<Detail, Error> {
    let m = MatterRow::load(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    let handlers = act::handlers(cx, &m)?;
    let facts = around::facts_with(&m, &owner, handlers.clone());
    require(&cx.actor, cx.purpose, Action::ViewMatter, &facts)?;
    let may_view_original = decide(&cx.actor, cx.purpose, Action::ViewOriginal, &facts).is_allowed();
    let may_reveal = decide(&cx.actor, cx.purpose, Action::RevealRaiser, &facts).is_allowed();
    let class = classes::by_code(cx, &m.class)?.ok_or(Error::NotFound)?;
    let calendar = calendar(cx)?;
    let entries = log::entries(cx, matter)?;
    let events: Vec<_> = entries.iter().filter_map(|e| log::clock_event(e.at, &e.kind, &e.payload)).collect();
    let texts = notes::all(cx, matter, Reader::Body(m.owner_org))?;
    let answer = m.answer_note.and_then(|id| texts.iter().find(|n| n.id == id)).map(|n| n.text.clone());
    let raisers = raisers::of(cx, matter)?;
    let by_program = super::answer::by_program(cx, &m, &raisers)?;
    let deliveries = deliveries(cx, matter, &raisers)?;
    let joined = cx
        .query("SELECT id, number FROM matter WHERE merged_into = $1 ORDER BY n", params![matter])?
        .iter()
        .map(|r| Ok((r.id("id")?, r.text("number")?)))
        .collect::<Result<_, ::store::Error>>()?;
    let attachments = super::attach::list(cx, matter)?;
    let foreign = super::import::foreign(cx, matter)?;
    let commands = act::legal(cx, matter)?;
    let persons = super::persons::linked(cx, matter)?.into_iter().map(|l| l.person).collect();
    let may_link = super::persons::may_be_linked(cx, &facts);
    let may_mark_about = super::about::may_mark(cx, &m, &facts);
    cx.record_read("matter", matter.0, &["texts"])?;
    let now = cx.now;
    Ok(Detail {
        clock: clock(&events, &class, &calendar, now),
        owner: owner.account,
        owner_seat: owner.seat,
        owner_via: owner.via.code(),
        handlers,
        answer,
        outcome: m.outcome,
        verified_by: m.verified_by,
        answered_at: m.answered_at,
        closed_at: m.closed_at,
        rating: m.rating,
        by_program,
        raisers,
        deliveries,
        timeline: entries.into_iter().map(TimelineLine::from_log).collect(),
        attachments,
        joined,
        merged_into: m.merged_into,
        commands,
        may_reveal,
        may_view_original,
        elsewhere: m.elsewhere,
        foreign,
        typed_by: m.typed_by,
        opening: m.opening,
        about_org: m.about_org,
        persons,
        may_link,
        may_mark_about,
        texts,
        class,
        line: Line::of(m, now),
    })
}

/// The timeline alone, for those who may see the matter.
pub fn timeline(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<TimelineLine>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::ViewMatter, &facts)?;
    Ok(log::entries(cx, matter)?.into_iter().map(TimelineLine::from_log).collect())
}

impl TimelineLine {
    pub(super) fn from_log(entry: log::LogEntry) -> Self {
        let account = entry.actor.strip_prefix("account:").and_then(|id| id.parse::<Uuid>().ok()).map(AccountId);
        let kind = entry.kind.strip_prefix("matter.").unwrap_or(&entry.kind).to_owned();
        Self { at: entry.at, account, kind, payload: entry.payload, actor: entry.actor }
    }
}

fn deliveries(cx: &mut Cx<'_>, matter: MatterId, known: &[RaiserLine]) -> Result<Vec<DeliveryLine>, Error> {
    let sql = "SELECT raiser_id, opening, at, result, author FROM matter_delivery WHERE matter_id = $1 ORDER BY n";
    cx.query(sql, params![matter])?
        .iter()
        .map(|r| {
            let raiser: RaiserId = r.id("raiser_id")?;
            Ok(DeliveryLine {
                raiser,
                channel: known.iter().find(|k| k.id == raiser).map(|k| k.channel),
                at: r.moment("at")?,
                result: coded(r, "result", DeliveryResult::from_code)?,
                author: r.text("author")?,
                opening: r.i64("opening")?,
            })
        })
        .collect()
}

/// A matter by its number, if the actor may see it.
pub fn by_number(cx: &mut Cx<'_>, number: &str) -> Result<MatterId, Error> {
    let wanted = kernel::text::narrow(number).trim().to_uppercase();
    let sql = "SELECT id FROM matter WHERE district_id = $1 AND number = $2";
    let row = cx.query_opt(sql, params![cx.district(), wanted])?.ok_or(Error::NotFound)?;
    let id = row.id("id")?;
    let m = MatterRow::load(cx, id)?;
    let facts = around::facts_of(cx, &m)?;
    let purpose = kernel::Purpose::Matter(id);
    // Whether the number exists is not told to those who may not see it.
    match require(&cx.actor, purpose, Action::ViewMatter, &facts) {
        Ok(()) => Ok(id),
        Err(Denied { why: Why::NotSignedIn, action }) => Err(Denied { why: Why::NotSignedIn, action }.into()),
        Err(_) => Err(Error::NotFound),
    }
}
