//! Break-glass (R5): looking at records without a matter, for a written reason and half an hour°. The supervisor is told
//! at once, looks into it within three working days°, and whoever was looked at is told afterwards. Nothing of it is
//! secret: the number of windows is published.

use super::fresh::Fresh;
use super::persons::{GuardianLine, part_of};
use super::record_rules::record_rules;
use super::{allow, line, persons, roster, staff};
use crate::model::person::{Contact, Identity, Part};
use crate::model::{OwnerAnswer, Via, codes};
use crate::policy::{Action, ResourceFacts, WindowFacts, decide, require_somewhere, rule};
use crate::{Error, Result};
use kernel::ids::{AccountId, PersonId, WindowId};
use kernel::{Moment, Role, WorkCalendar};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Cx, KeyClass, NewJob, Row, params};

codes! {
    /// What the supervisor says of it.
    Verdict {
        Right = "right",
        /// Should have been asked for in another way.
        Avoidable = "avoidable",
        Wrong = "wrong",
    }
}

codes! {
    /// How somebody was told.
    Told { Letter = "letter", Phone = "phone", Visit = "visit", Counter = "counter" }
}

/// The job that tells the supervisor: kind and payload; `alerts` does it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellSupervisor {
    pub window: WindowId,
    pub account: AccountId,
}
impl TellSupervisor {
    /// At once.
    pub const OPENED: &'static str = "notify.break_glass";
    /// When the review is due and nobody has done it.
    pub const LATE: &'static str = "notify.break_glass_late";
}

/// A window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub id: WindowId,
    pub account: AccountId,
    pub reason: String,
    pub opened_at: Moment,
    pub until: Moment,
    pub supervisor: AccountId,
    pub review_due: Moment,
    /// The calendar of that year is not loaded yet.
    pub provisional: bool,
    pub verdict: Option<Verdict>,
    pub note: Option<String>,
    pub reviewed_by: Option<AccountId>,
    pub reviewed_at: Option<Moment>,
    /// This account may say the verdict.
    pub may_review: bool,
    pub people: Vec<Looked>,
}

/// Somebody who was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    pub person: PersonId,
    pub at: Moment,
    pub told_at: Option<Moment>,
    pub told_how: Option<Told>,
}

/// Opens a window for whoever acts, who has just shown that it is them.
///
/// # Errors
/// When the role does not include it, without a reason, or while one runs already.
pub fn open_window(cx: &mut Cx<'_>, fresh: &Fresh, calendar: &WorkCalendar, reason: &str) -> Result<WindowId> {
    allow(cx, Action::BreakGlass, &ResourceFacts::District)?;
    let account = fresh.is_of(cx)?;
    let reason = line("reason", reason, 300)?;
    if reason.chars().count() < 6 {
        return Err(Error::Invalid { field: "reason", why: "too-short" });
    }
    cx.lock(&format!("break-glass/{account}"))?;
    if running(cx)?.is_some() {
        return Err(Error::Refused("window-runs"));
    }
    let rules = record_rules(cx)?;
    let supervisor = supervisor_of(cx, account)?;
    let id: WindowId = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id.0, reason.as_bytes())?;
    let until = cx.now.plus_minutes(rules.window_minutes);
    let due = calendar.after_working_days(cx.now, u32::try_from(rules.review_days).unwrap_or(3));
    cx.execute(
        "INSERT INTO break_glass (id, district_id, account_id, reason, opened_at, until_at, supervisor, review_due, \
         provisional) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, cx.district(), account, sealed, cx.now, until, supervisor, due.at, due.provisional],
    )?;
    let payload = json!({ "until": until.micros(), "supervisor": supervisor, "review_due": due.at.micros() });
    cx.record("break_glass.opened", "break_glass", id.0, &payload)?;
    tell(cx, TellSupervisor::OPENED, cx.now, TellSupervisor { window: id, account: supervisor })?;
    tell(cx, TellSupervisor::LATE, due.at, TellSupervisor { window: id, account: supervisor })?;
    cx.signal("account", account.0);
    Ok(id)
}

fn tell(cx: &mut Cx<'_>, kind: &'static str, run_at: Moment, what: TellSupervisor) -> Result<()> {
    let key = what.window.to_string();
    let payload = serde_json::to_value(&what).map_err(|e| store::Error::Setup(e.to_string()))?;
    cx.enqueue(NewJob { kind, key, run_at, payload })?;
    Ok(())
}

/// The one up in the line of the seat that gives the right; a coordinator or another head where there is nobody. Never
/// oneself.
fn supervisor_of(cx: &mut Cx<'_>, account: AccountId) -> Result<AccountId> {
    let gives = rule(Action::BreakGlass).staff;
    let grant = cx.actor.grants().iter().find(|g| gives.iter().any(|(role, _)| *role == g.role)).cloned();
    if let Some(grant) = grant {
        let own = OwnerAnswer { account, seat: grant.seat, via: Via::Holder };
        let posts: Vec<_> = grant.post.into_iter().collect();
        let areas: Vec<_> = grant.area.into_iter().collect();
        let found = roster::supervisor(cx, own, 1, &posts, &areas)?;
        if found.account != account {
            return Ok(found.account);
        }
    }
    for roles in [[Role::Coordinator], [Role::PostHead]] {
        if let Some(other) = staff::holders_of(cx, &roles)?.into_iter().find(|a| *a != account) {
            return Ok(other);
        }
    }
    // Looked into by nobody is not looked into.
    Err(Error::Refused("no-supervisor"))
}

/// Ends one's own window before its time.
pub fn end_window(cx: &mut Cx<'_>, window: WindowId) -> Result<()> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let sql = "UPDATE break_glass SET until_at = $1 WHERE id = $2 AND account_id = $3 AND until_at > $1";
    if cx.execute(sql, params![cx.now, window, account])? > 0 {
        cx.record("break_glass.ended", "break_glass", window.0, &json!({}))?;
        cx.signal("account", account.0);
    }
    Ok(())
}

/// The window of whoever acts, if one runs, and until when: for the banner on every page.
pub fn running(cx: &mut Cx<'_>) -> Result<Option<(WindowId, Moment)>> {
    let Some(account) = cx.actor.account_id() else { return Ok(None) };
    let sql = "SELECT id, until_at FROM break_glass WHERE account_id = $1 AND district_id = $2 AND until_at > $3 \
               ORDER BY until_at DESC LIMIT 1";
    let row = cx.query_opt(sql, params![account, cx.district(), cx.now])?;
    Ok(match row {
        Some(row) => Some((row.id("id")?, row.moment("until_at")?)),
        None => None,
    })
}

/// Whose window it is, while it runs.
pub(crate) fn runs_for(cx: &mut Cx<'_>, window: WindowId) -> Result<Option<AccountId>> {
    let sql = "SELECT account_id FROM break_glass WHERE id = $1 AND district_id = $2 AND until_at > $3";
    let row = cx.query_opt(sql, params![window, cx.district(), cx.now])?;
    Ok(row.map(|r| r.id("account_id")).transpose()?)
}

/// A record was opened in this window: its person is told afterwards.
pub(crate) fn note_person(cx: &mut Cx<'_>, window: WindowId, person: PersonId) -> Result<()> {
    let sql = "INSERT INTO break_glass_person (window_id, person_id, district_id, first_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (window_id, person_id) DO NOTHING";
    cx.execute(sql, params![window, person, cx.district(), cx.now])?;
    Ok(())
}

/// Windows that concern whoever asks, the latest first: one's own, those one looks into, all for whoever reviews all.
pub fn windows(cx: &mut Cx<'_>) -> Result<Vec<Window>> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let any = WindowFacts { opened_by: AccountId(uuid::Uuid::nil()), supervisor: AccountId(uuid::Uuid::nil()) };
    let all = decide(&cx.actor, cx.purpose, Action::ReviewBreakGlass, &ResourceFacts::Window(any)).is_allowed();
    let sql = format!(
        "SELECT {COLUMNS} FROM break_glass WHERE district_id = $1 AND ($2 = 1 OR account_id = $3 OR supervisor = $3) \
         ORDER BY opened_at DESC, id LIMIT 100"
    );
    let rows = cx.query(&sql, params![cx.district(), i64::from(all), account])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        out.push(read(cx, row)?);
    }
    Ok(out)
}

/// How many wait for a verdict of whoever asks.
pub fn to_review(cx: &mut Cx<'_>) -> Result<i64> {
    let Some(account) = cx.actor.account_id() else { return Ok(0) };
    let sql =
        "SELECT COUNT(*) AS n FROM break_glass WHERE district_id = $1 AND supervisor = $2 AND reviewed_at IS NULL";
    Ok(cx.query_one(sql, params![cx.district(), account])?.i64("n")?)
}

/// Does this window still wait for its verdict? For the job that asks again.
pub fn waits(cx: &mut Cx<'_>, window: WindowId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM break_glass WHERE id = $1 AND district_id = $2 AND reviewed_at IS NULL";
    Ok(cx.query_opt(sql, params![window, cx.district()])?.is_some())
}

const COLUMNS: &str = "id, account_id, reason, opened_at, until_at, supervisor, review_due, provisional, verdict, \
     verdict_note, reviewed_by, reviewed_at";

fn read(cx: &mut Cx<'_>, row: &Row) -> Result<Window> {
    let id: WindowId = row.id("id")?;
    let (account, supervisor) = (row.id("account_id")?, row.id("supervisor")?);
    let verdict = row.opt_text("verdict")?.and_then(|code| Verdict::from_code(&code));
    let note = match row.opt_blob("verdict_note")? {
        Some(sealed) => Some(cx.open_text(KeyClass::Text, id.0, &sealed)?),
        None => None,
    };
    let facts = ResourceFacts::Window(WindowFacts { opened_by: account, supervisor });
    let reviews = decide(&cx.actor, cx.purpose, Action::ReviewBreakGlass, &facts).is_allowed();
    let sql =
        "SELECT person_id, first_at, told_at, told_how FROM break_glass_person WHERE window_id = $1 ORDER BY first_at";
    let people = cx.query(sql, params![id])?;
    let people = people.iter().map(|r| {
        let how = r.opt_text("told_how")?.and_then(|code| Told::from_code(&code));
        Ok(Looked {
            person: r.id("person_id")?,
            at: r.moment("first_at")?,
            told_at: r.opt_moment("told_at")?,
            told_how: how,
        })
    });
    Ok(Window {
        id,
        account,
        reason: cx.open_text(KeyClass::Text, id.0, &row.blob("reason")?)?,
        opened_at: row.moment("opened_at")?,
        until: row.moment("until_at")?,
        supervisor,
        review_due: row.moment("review_due")?,
        provisional: row.bool("provisional")?,
        verdict,
        note,
        reviewed_by: row.opt_id("reviewed_by")?,
        reviewed_at: row.opt_moment("reviewed_at")?,
        may_review: reviews && verdict.is_none(),
        people: people.collect::<Result<_>>()?,
    })
}

fn load(cx: &mut Cx<'_>, window: WindowId) -> Result<(Row, ResourceFacts)> {
    // Whether there is such a window is not told to those who review none.
    require_somewhere(&cx.actor, Action::ReviewBreakGlass)?;
    let sql = format!("SELECT {COLUMNS} FROM break_glass WHERE id = $1 AND district_id = $2");
    let row = cx.query_one(&sql, params![window, cx.district()])?;
    let facts = WindowFacts { opened_by: row.id("account_id")?, supervisor: row.id("supervisor")? };
    Ok((row, ResourceFacts::Window(facts)))
}

/// The verdict closes the review. Never by whoever looked.
pub fn review(cx: &mut Cx<'_>, window: WindowId, verdict: Verdict, note: &str) -> Result<()> {
    cx.lock(&format!("break-glass-review/{window}"))?;
    let (row, facts) = load(cx, window)?;
    allow(cx, Action::ReviewBreakGlass, &facts)?;
    if row.opt_moment("reviewed_at")?.is_some() {
        return Err(Error::Refused("reviewed-already"));
    }
    let note = line("note", note, 500)?;
    let sealed = cx.seal(KeyClass::Text, window.0, note.as_bytes())?;
    let account = cx.actor.account_id();
    let sql =
        "UPDATE break_glass SET verdict = $1, verdict_note = $2, reviewed_by = $3, reviewed_at = $4 WHERE id = $5";
    cx.execute(sql, params![verdict.code(), sealed, account, cx.now, window])?;
    let late = cx.now > row.moment("review_due")?;
    cx.record("break_glass.reviewed", "break_glass", window.0, &json!({ "verdict": verdict.code(), "late": late }))?;
    Ok(())
}

/// What the letter to somebody who was looked at needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub name: String,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub guardians: Vec<GuardianLine>,
    pub window: Window,
}

/// Name and address for the letter; shown to whoever reviews, and logged like every look. The purpose is the window.
pub fn letter(cx: &mut Cx<'_>, window: WindowId, person: PersonId) -> Result<Letter> {
    let (row, facts) = load(cx, window)?;
    allow(cx, Action::ReviewBreakGlass, &facts)?;
    was_looked_at(cx, window, person)?;
    let identity: Option<Identity> = part_of(cx, person, Part::Identity)?;
    let contact: Contact = part_of(cx, person, Part::Contact)?.unwrap_or_default();
    let guardians = persons::open_guardians(cx, person)?;
    cx.record_read("person", person.0, &["name", "address", "guardians"])?;
    let window = read(cx, &row)?;
    let name = identity.map(|i| i.name).unwrap_or_default();
    Ok(Letter { name, address: contact.address, phone: contact.phone, guardians, window })
}

/// The person, or a guardian, has been told.
pub fn told(cx: &mut Cx<'_>, window: WindowId, person: PersonId, how: Told) -> Result<()> {
    let (_, facts) = load(cx, window)?;
    allow(cx, Action::ReviewBreakGlass, &facts)?;
    was_looked_at(cx, window, person)?;
    let sql = "UPDATE break_glass_person SET told_at = $1, told_by = $2, told_how = $3 \
               WHERE window_id = $4 AND person_id = $5 AND told_at IS NULL";
    if cx.execute(sql, params![cx.now, cx.actor.account_id(), how.code(), window, person])? > 0 {
        cx.record("break_glass.told", "person", person.0, &json!({ "window": window, "how": how.code() }))?;
    }
    Ok(())
}

/// The reason that was written down for a window, for the person who was looked at in it.
pub fn reason_for_subject(cx: &mut Cx<'_>, window: WindowId, person: PersonId) -> Result<String> {
    super::links::require_own(cx, person, Action::FollowRecord)?;
    was_looked_at(cx, window, person)?;
    let sql = "SELECT reason FROM break_glass WHERE id = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![window, cx.district()])?;
    Ok(cx.open_text(KeyClass::Text, window.0, &row.blob("reason")?)?)
}

fn was_looked_at(cx: &mut Cx<'_>, window: WindowId, person: PersonId) -> Result<()> {
    let sql = "SELECT 1 AS one FROM break_glass_person WHERE window_id = $1 AND person_id = $2 AND district_id = $3";
    cx.query_one(sql, params![window, person, cx.district()])?;
    Ok(())
}
