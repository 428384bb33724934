//! Delayed disclosure (R14): a look is told to the raiser, or to the person in care, later, until a date. One person asks with a document number,
//! another one approves by name; neither may be whoever looked. Ends by itself.

use crate::looker::{Looker, Reason};
use crate::{Error, Result, allow, me};
use kernel::ids::{AccountId, MatterId, RaiserId};
use kernel::{Moment, Purpose, Role};
use people::policy::{Action, ResourceFacts, decide, require};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, KeyClass, Row, Value, params};
use uuid::Uuid;

/// Days° ahead that a look can be withheld at most; asked again after that.
pub const MOST_DAYS: i64 = 180;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Asked,
    Approved,
    Refused,
    /// Ended early.
    Ended,
}

impl State {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }
    fn from_code(code: &str) -> Self {
        [Self::Asked, Self::Approved, Self::Ended].into_iter().find(|s| s.code() == code).unwrap_or(Self::Refused)
    }
}

/// A request, for the people who ask and decide and for the audit administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    pub id: Uuid,
    pub read_n: i64,
    pub matter: MatterId,
    pub number: String,
    pub until: Moment,
    pub document: String,
    pub state: State,
    pub asked_by: AccountId,
    pub asked_at: Moment,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<Moment>,
    /// This account may decide it.
    pub may_decide: bool,
    /// This account may end it early.
    pub may_end: bool,
}

/// The row of the log that a request is about.
struct Target {
    matter: MatterId,
    looker: Option<AccountId>,
}

fn target(cx: &mut Cx<'_>, read_n: i64) -> Result<Target> {
    let sql = "SELECT actor, purpose, subject_kind, subject FROM audit_read WHERE n = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![read_n, cx.district()])?;
    let matter = match row.text("subject_kind")?.as_str() {
        "matter" => row.id("subject")?,
        "raiser" => {
            let raiser: RaiserId = row.id("subject")?;
            let found = matters::readings::matters_of(cx, &[raiser])?;
            found.get(&raiser).copied().ok_or(store::Error::NotFound)?
        }
        // A look at a person's record in the name of a matter. One without a matter is always told: break-glass because
        // others look into it at once, a lawful demand because its own approvers may put it off.
        "person" => match Reason::of(&row.text("purpose")?) {
            Reason::Matter(matter) => matter,
            Reason::Other(_) => return Err(store::Error::NotFound.into()),
        },
        _ => return Err(store::Error::NotFound.into()),
    };
    Ok(Target { matter, looker: Looker::account_of(&row.text("actor")?) })
}

/// Policy on the matter that the look was at.
fn allowed(cx: &mut Cx<'_>, matter: MatterId, action: Action) -> Result<()> {
    let facts = matters::app::facts(cx, matter)?;
    Ok(require(&cx.actor, Purpose::Matter(matter), action, &facts)?)
}

/// Asks that this entry of the log be told only from `until` on.
pub fn ask(cx: &mut Cx<'_>, read_n: i64, until: Moment, document: &str) -> Result<Uuid> {
    let target = target(cx, read_n)?;
    allowed(cx, target.matter, Action::AskWithholding)?;
    let account = me(cx)?;
    if target.looker == Some(account) {
        return Err(Error::Refused("own-look"));
    }
    if until <= cx.now || until > cx.now.plus_days(MOST_DAYS) {
        return Err(Error::Invalid { field: "until", why: "until" });
    }
    let document = kernel::text::tidy(document);
    if document.is_empty() || document.chars().count() > 60 {
        return Err(Error::Invalid { field: "document", why: "document" });
    }
    let sql = "SELECT 1 AS one FROM withheld_reading WHERE read_n = $1 AND (state = 'asked' OR (state = 'approved' AND until > $2))";
    if cx.query_opt(sql, params![read_n, cx.now])?.is_some() {
        return Err(Error::Refused("asked-already"));
    }
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id, document.as_bytes())?;
    let sql = "INSERT INTO withheld_reading (id, district_id, read_n, matter_id, until, document, state, asked_by, asked_at) \
               VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8)";
    cx.execute(sql, params![id, cx.district(), read_n, target.matter, until, sealed, account, cx.now])?;
    let payload = json!({ "read": read_n, "until": until.micros(), "request": id });
    cx.record("withholding.asked", "matter", target.matter.0, &payload)?;
    let number = number(cx, target.matter)?;
    for approver in people::app::staff::holders_of(cx, &[Role::Coordinator])? {
        if approver != account && Some(approver) != target.looker {
            alerts::app::notices::tell_desk(cx, approver, "withhold_asked", &number, &id.to_string())?;
        }
    }
    Ok(id)
}

/// Approves or refuses it. Whoever asked, and whoever looked, cannot.
pub fn settle(cx: &mut Cx<'_>, id: Uuid, approve: bool) -> Result<()> {
    let row = for_change(cx, id)?;
    let (matter, asked_by): (MatterId, AccountId) = (row.id("matter_id")?, row.id("asked_by")?);
    allowed(cx, matter, Action::ApproveWithholding)?;
    let account = me(cx)?;
    if account == asked_by {
        return Err(Error::Refused("second-person"));
    }
    if target(cx, row.i64("read_n")?)?.looker == Some(account) {
        return Err(Error::Refused("own-look"));
    }
    if row.text("state")? != State::Asked.code() {
        return Err(Error::Refused("decided-already"));
    }
    let to = if approve { State::Approved } else { State::Refused };
    let sql = "UPDATE withheld_reading SET state = $1, decided_by = $2, decided_at = $3 WHERE id = $4";
    cx.execute(sql, params![to.code(), account, cx.now, id])?;
    let payload = json!({ "read": row.i64("read_n")?, "until": row.i64("until")?, "request": id });
    cx.record(&format!("withholding.{}", to.code()), "matter", matter.0, &payload)?;
    let number = number(cx, matter)?;
    alerts::app::notices::tell_desk(cx, asked_by, "withhold_decided", &number, &id.to_string())?;
    Ok(())
}

/// The reason is gone: the look is told from now on.
pub fn end(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let row = for_change(cx, id)?;
    let matter: MatterId = row.id("matter_id")?;
    allowed(cx, matter, Action::AskWithholding)?;
    if !matches!(State::from_code(&row.text("state")?), State::Asked | State::Approved) {
        return Err(Error::Refused("decided-already"));
    }
    let sql = "UPDATE withheld_reading SET state = 'ended', ended_at = $1 WHERE id = $2";
    cx.execute(sql, params![cx.now, id])?;
    cx.record("withholding.ended", "matter", matter.0, &json!({ "read": row.i64("read_n")?, "request": id }))?;
    Ok(())
}

fn for_change(cx: &mut Cx<'_>, id: Uuid) -> Result<Row> {
    cx.lock("withholding")?;
    let sql =
        "SELECT read_n, matter_id, until, state, asked_by FROM withheld_reading WHERE id = $1 AND district_id = $2";
    Ok(cx.query_one(sql, params![id, cx.district()])?)
}

fn number(cx: &mut Cx<'_>, matter: MatterId) -> Result<String> {
    Ok(matters::readings::numbers(cx, &[matter])?.remove(&matter).unwrap_or_default())
}

/// Looks at a matter's raiser that can be withheld, for the page where it is asked.
pub fn readings_of(cx: &mut Cx<'_>, number: &str) -> Result<(MatterId, Vec<matters::readings::Reading>)> {
    // Whether the number exists is not told to those who may not see the matter.
    let matter = matters::app::by_number(cx, number)?;
    allowed(cx, matter, Action::AskWithholding)?;
    let mut looks = cx_for(cx, matter, |cx| matters::readings::of_names(cx, matter))?;
    looks.extend(cx_for(cx, matter, |cx| matters::readings::of_people(cx, matter))?);
    Ok((matter, looks))
}

fn cx_for<T>(cx: &mut Cx<'_>, matter: MatterId, f: impl FnOnce(&mut Cx<'_>) -> T) -> T {
    let actor = cx.actor.clone();
    cx.acting_as(actor, Purpose::Matter(matter), f)
}

/// All requests, newest first: everything for approvers and the audit administrator, one's own for the others.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Withheld>> {
    let district = ResourceFacts::District;
    let may = |cx: &Cx<'_>, action| decide(&cx.actor, cx.purpose, action, &district).is_allowed();
    let everything = may(cx, Action::ReadAudit) || may(cx, Action::ApproveWithholding);
    if !everything {
        allow(cx, Action::AskWithholding)?;
    }
    let account = me(cx)?;
    let sql = "SELECT id, read_n, matter_id, until, document, state, asked_by, asked_at, decided_by, decided_at \
               FROM withheld_reading WHERE district_id = $1 AND ($2 = 1 OR asked_by = $3) ORDER BY asked_at DESC, id LIMIT 200";
    let rows = cx.query(sql, params![cx.district(), i64::from(everything), account])?;
    let matters = rows.iter().map(|r| r.id("matter_id")).collect::<std::result::Result<Vec<MatterId>, _>>()?;
    let numbers = matters::readings::numbers(cx, &matters)?;
    let decides = may(cx, Action::ApproveWithholding);
    rows.iter()
        .map(|r| {
            let (id, matter, asked_by) = (r.uuid("id")?, r.id("matter_id")?, r.id("asked_by")?);
            let mut state = State::from_code(&r.text("state")?);
            let until = r.moment("until")?;
            if state == State::Approved && until <= cx.now {
                state = State::Ended;
            }
            Ok(Withheld {
                id,
                read_n: r.i64("read_n")?,
                matter,
                number: numbers.get(&matter).cloned().unwrap_or_default(),
                until,
                document: cx.open_text(KeyClass::Text, id, &r.blob("document")?)?,
                state,
                asked_by,
                asked_at: r.moment("asked_at")?,
                decided_by: r.opt_id("decided_by")?,
                decided_at: r.opt_moment("decided_at")?,
                may_decide: decides && state == State::Asked && asked_by != account,
                may_end: matches!(state, State::Asked | State::Approved) && (decides || asked_by == account),
            })
        })
        .collect()
}

/// Until when these entries of the log are withheld, of those that are now.
pub(crate) fn now(cx: &mut Cx<'_>, reads: &[i64]) -> Result<HashMap<i64, Moment>> {
    let mut found = HashMap::new();
    for chunk in reads.chunks(200) {
        let marks = (2..chunk.len() + 2).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT read_n, until FROM withheld_reading WHERE state = 'approved' AND until > $1 AND read_n IN ({marks})"
        );
        let params: Vec<Value> =
            std::iter::once(Value::from(cx.now)).chain(chunk.iter().map(|n| Value::from(*n))).collect();
        for row in cx.query(&sql, &params)? {
            found.insert(row.i64("read_n")?, row.moment("until")?);
        }
    }
    Ok(found)
}
