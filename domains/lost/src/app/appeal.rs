//! A public appeal (L13): everybody is told that an elder is missing, because the family agreed to that. What goes out is a band of
//! ages, what the elder wears, an area and a time; the name only by a consent of its own, a picture never.
//!
//! It ends with the transaction in which the elder is seen, the family agrees no longer, or the case is over: what it said is gone,
//! and those who were told hear that it is over. [`tick`] ends what runs out, and what was agreed to by somebody who speaks for the
//! elder no longer.

use super::case::{self, CaseRow, open, touch};
use super::entries::{self, EntryKind, More};
use super::{line, opt_line, seal, unseal};
use crate::error::{Error, Refusal, Result};
use crate::events;
use crate::model::{
    AppealConsent, AppealText, ByWhom, CLOTHING, Described, EndWhy, HOURS, Kind, NewAppeal, OLDEST, Scene, Sex, State,
    YOUNGEST, band,
};
use care::model::contact::ContactLine;
use kernel::ids::{AreaId, CaseId, ContactId, PostId};
use kernel::{Moment, text};
use people::app::consents::Way;
use people::policy::{Action, ResourceFacts, require};
use redact::Hints;
use serde_json::json;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// What of a text nobody may read in public.
const PERSONAL: [redact::Kind; 3] = [redact::Kind::Phone, redact::Kind::Number, redact::Kind::Address];
/// An appeal that is over stays in the public list so long, without its words: whoever was told must hear of it.
const OVER_HOURS: i64 = 24;

/// An appeal as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealLine {
    pub id: Uuid,
    pub at: Moment,
    pub expires_at: Moment,
    pub by: ByWhom,
    pub contact: Option<ContactId>,
    pub way: Way,
    pub name_ok: bool,
    pub ended: Option<(Moment, EndWhy)>,
    /// While it runs.
    pub text: Option<AppealText>,
}

/// What the desk needs to make one.
#[derive(Debug, Clone, PartialEq)]
pub struct AppealDesk {
    pub row: CaseRow,
    /// From the narrowest to the district.
    pub areas: Vec<AreaId>,
    /// Who may agree: of the circle, never one who is kept away.
    pub contacts: Vec<ContactLine>,
    /// Whoever reported the elder missing may agree.
    pub reporter: bool,
    /// What is known already.
    pub draft: AppealText,
    /// The latest first.
    pub all: Vec<AppealLine>,
}

/// One message to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    pub appeal: Uuid,
    pub nth: i64,
    /// When this message went out.
    pub at: Moment,
    /// Those before it: number and time.
    pub before: Vec<(i64, Moment)>,
    pub expires_at: Moment,
    pub post: Option<PostId>,
    /// None: it is over.
    pub text: Option<AppealText>,
    pub ended: Option<EndWhy>,
}

/// For the page of the desk.
pub fn of_case(cx: &mut Cx<'_>, case: CaseId) -> Result<AppealDesk> {
    let (row, facts) = open(cx, case, Action::PublicAppeal)?;
    let scene: Scene = entries::part(cx, case, "scene", KeyClass::Text)?.unwrap_or_default();
    let contacts = contacts(cx, &row)?.into_iter().filter(may_agree).collect();
    if let Some(person) = row.person {
        cx.record_read("person", person.0, &["contacts"])?;
    }
    let sql = format!("SELECT {COLUMNS} FROM lost_appeal a WHERE a.case_id = $1 ORDER BY a.at DESC, a.id DESC");
    let rows = cx.query(&sql, params![case])?;
    let mut all = Vec::with_capacity(rows.len());
    for r in &rows {
        all.push(read(cx, case, r)?);
    }
    let draft = AppealText {
        area: facts.areas.get(1).or_else(|| facts.areas.first()).copied(),
        seen_at: last_seen(cx, &row)?,
        ..drafted(&scene.described)
    };
    let reporter = row.kind == Kind::Missing && row.person.is_none();
    Ok(AppealDesk { areas: facts.areas, contacts, reporter, draft, all, row })
}

fn drafted(d: &Described) -> AppealText {
    AppealText { sex: d.sex.clone(), age_from: d.age.map_or(0, band), ..AppealText::default() }
}

fn last_seen(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Moment> {
    let sql = "SELECT MAX(moment) AS at FROM lost_entry WHERE case_id = $1 AND kind IN ('opened', 'seen')";
    Ok(cx.query_one(sql, params![c.id])?.opt_moment("at")?.unwrap_or(c.opened_at))
}

const COLUMNS: &str =
    "a.id, a.case_id, a.at, a.expires_at, a.consent_by, a.contact_id, a.channel, a.name_ok, a.ended_at, a.end_why";

fn read(cx: &mut Cx<'_>, case: CaseId, r: &Row) -> Result<AppealLine> {
    let id = r.uuid("id")?;
    let text = body(cx, case, id)?.and_then(|(_, text)| text);
    Ok(AppealLine {
        id,
        at: r.moment("at")?,
        expires_at: r.moment("expires_at")?,
        by: ByWhom::from_code(&r.text("consent_by")?).unwrap_or(ByWhom::Contact),
        contact: r.opt_id("contact_id")?,
        way: Way::from_code(&r.text("channel")?).unwrap_or(Way::Phone),
        name_ok: r.bool("name_ok")?,
        ended: r
            .opt_moment("ended_at")?
            .zip(r.opt_text("end_why")?.map(|why| EndWhy::from_code(&why).unwrap_or(EndWhy::Over))),
        text,
    })
}

/// Number and words of the last message.
fn body(cx: &mut Cx<'_>, case: CaseId, appeal: Uuid) -> Result<Option<(i64, Option<AppealText>)>> {
    let sql = "SELECT nth, body FROM lost_appeal_message WHERE appeal_id = $1 ORDER BY nth DESC LIMIT 1";
    let Some(r) = cx.query_opt(sql, params![appeal])? else { return Ok(None) };
    let text = unseal(cx, KeyClass::Text, case.0, r.opt_blob("body")?.as_deref())?;
    Ok(Some((r.i64("nth")?, text)))
}

fn contacts(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Vec<ContactLine>> {
    match c.person {
        Some(person) => super::circle::contacts(cx, c, person),
        None => Ok(Vec::new()),
    }
}

/// Speaks for the elder, or may take them home; a neighbour who is called when somebody is needed agrees to nothing.
fn may_agree(contact: &ContactLine) -> bool {
    contact.is_welcome() && (contact.guardian.is_some() || contact.may_collect)
}

/// Lets it go out. At once, to everybody.
pub fn publish(cx: &mut Cx<'_>, case: CaseId, seen: i64, new: &NewAppeal) -> Result<Uuid> {
    let (c, facts) = open(cx, case, Action::PublicAppeal)?;
    if c.state != State::Missing {
        return Err(Refusal::NotMissing.into());
    }
    if running(cx, case)?.is_some() {
        return Err(Refusal::State(c.state).into());
    }
    if !HOURS.contains(&new.hours) {
        return Err(Error::Invalid { field: "hours", why: "range" });
    }
    let by = agreed(cx, &c, &new.consent)?;
    let witness = line("witness", &new.consent.witness, 60)?;
    let text = checked(cx, &c, &facts.areas, &new.text, new.consent.name)?;
    touch(cx, &c, seen)?;
    let (id, until): (Uuid, Moment) = (cx.new_id(), cx.now.plus_hours(new.hours));
    let witness = cx.seal(KeyClass::Text, case.0, witness.as_bytes())?;
    cx.execute(
        "INSERT INTO lost_appeal (id, district_id, case_id, at, by_account, expires_at, consent_by, contact_id, channel, witness, \
         name_ok) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            cx.district(),
            case,
            cx.now,
            cx.actor.account_id(),
            until,
            by.code(),
            new.consent.contact,
            new.consent.way.code(),
            witness,
            new.consent.name
        ],
    )?;
    send(cx, case, id, 1, "alert", Some(&text))?;
    let of = new.consent.contact.map(|contact| contact.0);
    let more = More { code: Some(new.consent.way.code()), of, moment: Some(until), ..More::default() };
    entries::write(cx, case, EntryKind::AppealOut, &more)?;
    if let Some(person) = c.person {
        let payload = json!({ "part": "appeal", "answer": "given", "by": by.code(), "consent": id });
        cx.record("consent.recorded", "person", person.0, &payload)?;
    }
    Ok(id)
}

/// Says it anew: seen elsewhere, dressed otherwise. The consent stays what it was.
pub fn change(cx: &mut Cx<'_>, case: CaseId, seen: i64, text: &AppealText) -> Result<()> {
    let (c, facts) = open(cx, case, Action::PublicAppeal)?;
    let Some((id, name_ok)) = running(cx, case)? else { return Err(Refusal::NoAppeal.into()) };
    let text = checked(cx, &c, &facts.areas, text, name_ok)?;
    touch(cx, &c, seen)?;
    let nth = body(cx, case, id)?.map_or(1, |(nth, _)| nth) + 1;
    send(cx, case, id, nth, "update", Some(&text))?;
    entries::write(cx, case, EntryKind::AppealChanged, &More::default())?;
    Ok(())
}

/// The family said that it agrees no longer, or the desk takes it back. Whoever works on the case may: it must go at once.
pub fn take_back(cx: &mut Cx<'_>, case: CaseId, why: EndWhy) -> Result<()> {
    open(cx, case, Action::WorkCase).or_else(|_| open(cx, case, Action::PublicAppeal))?;
    if running(cx, case)?.is_none() {
        return Err(Refusal::NoAppeal.into());
    }
    ended(cx, case, why)
}

fn agreed(cx: &mut Cx<'_>, c: &CaseRow, consent: &AppealConsent) -> Result<ByWhom> {
    if consent.way == Way::Page {
        return Err(Error::Invalid { field: "way", why: "unknown" });
    }
    match (consent.contact, c.person) {
        (Some(id), Some(_)) => match contacts(cx, c)?.iter().find(|x| x.id == id) {
            Some(contact) if contact.barred => Err(Refusal::Barred.into()),
            Some(contact) if may_agree(contact) => Ok(ByWhom::Contact),
            Some(_) => Err(Refusal::NotTheirs.into()),
            None => Err(Error::Invalid { field: "contact", why: "unknown" }),
        },
        (None, None) if c.kind == Kind::Missing => Ok(ByWhom::Reporter),
        _ => Err(Error::Invalid { field: "contact", why: "missing" }),
    }
}

fn checked(cx: &mut Cx<'_>, c: &CaseRow, areas: &[AreaId], t: &AppealText, with_name: bool) -> Result<AppealText> {
    let wrong = |field, why| Err(Error::Invalid { field, why });
    if Sex::from_code(&t.sex).is_none() {
        return wrong("sex", "missing");
    }
    if t.age_from < YOUNGEST || t.age_from > OLDEST || band(t.age_from) != t.age_from {
        return wrong("age", "missing");
    }
    let Some(area) = t.area else { return wrong("area", "missing") };
    if !areas.contains(&area) {
        return wrong("area", "unknown");
    }
    if t.seen_at > cx.now.plus_minutes(5) || t.seen_at < cx.now.plus_days(-31) {
        return wrong("seen_at", "range");
    }
    let mut names: Vec<String> = contacts(cx, c)?.into_iter().map(|x| x.name).collect();
    let known = match c.person {
        Some(person) => people::app::persons::known(cx, person)?.map(|k| k.name),
        None => None,
    };
    names.extend(known.clone());
    let name = match (with_name, known, c.person) {
        (true, Some(name), Some(person)) => {
            cx.record_read("person", person.0, &["name"])?;
            Some(name)
        }
        (true, ..) => return wrong("name", "missing"),
        (false, ..) => None,
    };
    Ok(AppealText {
        sex: t.sex.clone(),
        age_from: t.age_from,
        clothing: public("clothing", &line("clothing", &t.clothing, CLOTHING)?, &names)?,
        clothing_en: match opt_line("clothing_en", &t.clothing_en, CLOTHING * 2)? {
            Some(text) => public("clothing_en", &text, &names)?,
            None => String::new(),
        },
        area: Some(area),
        seen_at: t.seen_at,
        name,
    })
}

/// No number, no home, no illness, nobody's name.
fn public(field: &'static str, typed: &str, names: &[String]) -> Result<String> {
    let plain = text::narrow(typed);
    if care::model::plan::names_an_illness(&plain) {
        return Err(Error::Invalid { field, why: "illness" });
    }
    let personal = redact::find(typed, &Hints::default()).iter().any(|span| PERSONAL.contains(&span.kind));
    if personal || names.iter().any(|name| !name.is_empty() && plain.contains(name.as_str())) {
        return Err(Error::Invalid { field, why: "personal" });
    }
    Ok(typed.to_owned())
}

fn send(cx: &mut Cx<'_>, case: CaseId, id: Uuid, nth: i64, kind: &str, text: Option<&AppealText>) -> Result<()> {
    let sealed = match text {
        Some(text) => Some(seal(cx, KeyClass::Text, case.0, text)?),
        None => None,
    };
    // What was said before is not said any more.
    cx.execute("UPDATE lost_appeal_message SET body = NULL WHERE appeal_id = $1", params![id])?;
    let sql =
        "INSERT INTO lost_appeal_message (appeal_id, nth, district_id, kind, at, body) VALUES ($1, $2, $3, $4, $5, $6)";
    cx.execute(sql, params![id, nth, cx.district(), kind, cx.now, sealed])?;
    Ok(())
}

/// The one that runs, and whether it may say the name.
fn running(cx: &mut Cx<'_>, case: CaseId) -> Result<Option<(Uuid, bool)>> {
    let sql = "SELECT id, name_ok FROM lost_appeal WHERE case_id = $1 AND ended_at IS NULL";
    let Some(r) = cx.query_opt(sql, params![case])? else { return Ok(None) };
    Ok(Some((r.uuid("id")?, r.bool("name_ok")?)))
}

/// Does an appeal run for this case? For the page of the family.
pub(super) fn runs(cx: &mut Cx<'_>, case: CaseId) -> Result<bool> {
    Ok(running(cx, case)?.is_some())
}

/// Ends the one that runs, if any.
pub(super) fn ended(cx: &mut Cx<'_>, case: CaseId, why: EndWhy) -> Result<()> {
    let Some((id, _)) = running(cx, case)? else { return Ok(()) };
    let sql = "UPDATE lost_appeal SET ended_at = $1, end_why = $2 WHERE id = $3";
    cx.execute(sql, params![cx.now, why.code(), id])?;
    let nth = body(cx, case, id)?.map_or(1, |(nth, _)| nth) + 1;
    send(cx, case, id, nth, "cancel", None)?;
    entries::write(cx, case, EntryKind::AppealEnded, &More { code: Some(why.code()), ..More::default() })?;
    let c = case::load(cx, case)?;
    if let Some(person) = c.person.filter(|_| why == EndWhy::Withdrawn) {
        cx.record("consent.withdrawn", "person", person.0, &json!({ "part": "appeal", "consent": id }))?;
    }
    cx.signal(events::CHANGED, case.0);
    Ok(())
}

/// Appeals of the district that run, with what must still hold. A look without a change where nothing has to end.
pub fn to_end(cx: &mut Cx<'_>) -> Result<Vec<(CaseId, EndWhy)>> {
    let sql =
        format!("SELECT {COLUMNS} FROM lost_appeal a WHERE a.district_id = $1 AND a.ended_at IS NULL ORDER BY a.at");
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut out = Vec::new();
    for r in &rows {
        let case: CaseId = r.id("case_id")?;
        if let Some(why) = void(cx, case, r)? {
            out.push((case, why));
        }
    }
    Ok(out)
}

/// Ends what [`to_end`] found.
pub fn tick(cx: &mut Cx<'_>) -> Result<usize> {
    let due = to_end(cx)?;
    for (case, why) in &due {
        ended(cx, *case, *why)?;
    }
    Ok(due.len())
}

/// Why an appeal that is written as running says nothing any more.
fn void(cx: &mut Cx<'_>, case: CaseId, r: &Row) -> Result<Option<EndWhy>> {
    if r.moment("expires_at")? <= cx.now {
        return Ok(Some(EndWhy::Expired));
    }
    let Some(contact) = r.opt_id::<ContactId>("contact_id")? else { return Ok(None) };
    let c = case::load(cx, case)?;
    let stands = contacts(cx, &c)?.iter().any(|x| x.id == contact && may_agree(x));
    Ok((!stands).then_some(EndWhy::Withdrawn))
}

/// What everybody reads: appeals that run, the latest first, and for a day those that are over, without their words.
pub fn current(cx: &mut Cx<'_>) -> Result<Vec<Public>> {
    require(&cx.actor, cx.purpose, Action::ViewPublished, &ResourceFacts::District)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM lost_appeal a WHERE a.district_id = $1 AND (a.ended_at IS NULL OR a.ended_at > $2) \
         ORDER BY a.at DESC, a.id LIMIT 100"
    );
    let rows = cx.query(&sql, params![cx.district(), cx.now.plus_hours(-OVER_HOURS)])?;
    rows.iter().map(|r| said(cx, r)).collect()
}

/// One of them, also when it is over: a link from somewhere else must not lead into nothing.
pub fn one(cx: &mut Cx<'_>, id: Uuid) -> Result<Public> {
    require(&cx.actor, cx.purpose, Action::ViewPublished, &ResourceFacts::District)?;
    let sql = format!("SELECT {COLUMNS} FROM lost_appeal a WHERE a.id = $1 AND a.district_id = $2");
    let r = cx.query_one(&sql, params![id, cx.district()])?;
    said(cx, &r)
}

fn said(cx: &mut Cx<'_>, r: &Row) -> Result<Public> {
    let (appeal, case): (Uuid, CaseId) = (r.uuid("id")?, r.id("case_id")?);
    let sql = "SELECT nth, at FROM lost_appeal_message WHERE appeal_id = $1 ORDER BY nth";
    let rows = cx.query(sql, params![appeal])?;
    let mut before =
        rows.iter().map(|m| Ok((m.i64("nth")?, m.moment("at")?))).collect::<Result<Vec<(i64, Moment)>>>()?;
    let (nth, at) = before.pop().ok_or(store::Error::NotFound)?;
    let over = r.opt_text("end_why")?.and_then(|why| EndWhy::from_code(&why));
    // Between a consent that fell away and the next look of the program it says nothing either.
    let ended = match over {
        Some(why) => Some(why),
        None => void(cx, case, r)?,
    };
    let text = match ended {
        Some(_) => None,
        None => body(cx, case, appeal)?.and_then(|(_, text)| text),
    };
    Ok(Public {
        appeal,
        nth,
        at,
        before,
        expires_at: r.moment("expires_at")?,
        post: case::load(cx, case)?.post,
        text,
        ended,
    })
}

/// An appeal as it would go out.
pub struct Preview {
    pub number: String,
    pub text: AppealText,
    /// One runs already: this would replace what it says.
    pub change: bool,
}

/// What [`publish`] or [`change`] would say, with everything they check; writes nothing.
pub fn preview(cx: &mut Cx<'_>, case: CaseId, text: &AppealText, consent: Result<AppealConsent>) -> Result<Preview> {
    let (c, facts) = open(cx, case, Action::PublicAppeal)?;
    if c.state != State::Missing {
        return Err(Refusal::NotMissing.into());
    }
    let (change, name) = match running(cx, case)? {
        Some((_, name_ok)) => (true, name_ok),
        None => {
            let consent = consent?;
            agreed(cx, &c, &consent)?;
            line("witness", &consent.witness, 60)?;
            (false, consent.name)
        }
    };
    let text = checked(cx, &c, &facts.areas, text, name)?;
    Ok(Preview { number: c.number, text, change })
}
