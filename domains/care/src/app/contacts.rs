//! The circle: whom to call, in order (L6). A guardian's name and telephone number are read from the record.

use super::{line, mail, phone, seal, unseal, unseal_left};
use crate::app::schedule;
use crate::model::contact::{ContactLine, Named, NewContact, Reached, Whom};
use crate::{Error, Result};
use kernel::Lang;
use kernel::ids::{ContactId, PersonId};
use people::app::links::Holder;
use people::app::persons::{self, For, GuardianLine};
use people::app::voices;
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use std::fmt::Write as _;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// Contacts of one elder, at most.
const MOST: usize = 12;

/// The circle in order, those who are kept away last. One entry of the log.
///
/// # Errors
/// When it may not be seen for this purpose.
pub fn of(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Vec<ContactLine>> {
    persons::may(cx, person, why, Action::ViewCare)?;
    cx.record_read("person", person.0, &["contacts"])?;
    let all = all(cx, person)?;
    // Who is kept away is a warning for staff; the family is not reminded of it on a page that others may see.
    Ok(if is_letter(why) { all.into_iter().filter(ContactLine::is_welcome).collect() } else { all })
}

const fn is_letter(why: &For) -> bool {
    matches!(why, For::Letter(_))
}

/// The same, for whoever has asked the policy already (a case that is about the elder, a message to the family).
pub fn all(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<ContactLine>> {
    let sql = "SELECT id, position, guardian_id, identity, contact, lang, may_collect, barred FROM care_contact \
               WHERE person_id = $1 AND district_id = $2 AND ended_at IS NULL ORDER BY barred, position, id";
    let rows = cx.query(sql, params![person, cx.district()])?;
    let guardians = persons::spoken_for(cx, person)?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(read) = read(cx, person, &guardians, row)? {
            out.push(ContactLine { position: out.len() as i64 + 1, ..read });
        }
    }
    Ok(out)
}

/// Nothing for a guardian who speaks for the elder no longer.
fn read(cx: &mut Cx<'_>, person: PersonId, guardians: &[GuardianLine], row: &Row) -> Result<Option<ContactLine>> {
    let guardian: Option<GuardianId> = row.opt_uuid("guardian_id")?.map(GuardianId);
    let reached: Reached = unseal_left(cx, KeyClass::Contact, person.0, row.opt_blob("contact")?)?.unwrap_or_default();
    let (name, relation, phone) = match guardian {
        Some(id) => {
            let Some(line) = guardians.iter().find(|g| g.id == id) else { return Ok(None) };
            let who = line.who.clone().unwrap_or_default();
            (who.name, who.relation, line.phone.clone())
        }
        None => {
            let Some(sealed) = row.opt_blob("identity")? else { return Ok(None) };
            let named: Named = unseal(cx, KeyClass::Identity, person.0, &sealed)?;
            (named.name, named.relation, reached.phone)
        }
    };
    Ok(Some(ContactLine {
        id: row.id("id")?,
        position: row.i64("position")?,
        name,
        relation,
        phone,
        mail: reached.mail,
        lang: Lang::from_tag(&row.text("lang")?),
        guardian,
        may_collect: row.bool("may_collect")? && !row.bool("barred")?,
        barred: row.bool("barred")?,
    }))
}

/// Adds somebody after those who are there.
pub fn add(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewContact) -> Result<ContactId> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    let there = all(cx, person)?;
    if there.len() >= MOST {
        return Err(Error::Invalid { field: "contact", why: "too-many" });
    }
    let id: ContactId = cx.new_id();
    if is_letter(why) {
        not_kept_away(&there, new)?;
    }
    let whom = settled(cx, person, why, new)?;
    if let Whom::Guardian(g) = &whom
        && there.iter().any(|c| c.guardian == Some(*g))
    {
        return Err(Error::Refused("contact-twice"));
    }
    let sql = "SELECT COALESCE(MAX(position), 0) AS n FROM care_contact WHERE person_id = $1";
    let position = cx.query_one(sql, params![person])?.i64("n")? + 1;
    cx.execute(
        "INSERT INTO care_contact (id, district_id, person_id, position, lang, may_collect, barred, since) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, cx.district(), person, position, new.lang.tag(), false, false, cx.now],
    )?;
    write(cx, person, id, &whom, new, None)?;
    let payload = json!({ "contact": id, "may_collect": new.may_collect, "barred": new.barred });
    cx.record("care.contact_added", "person", person.0, &payload)?;
    Ok(id)
}

/// The circle of somebody that was kept elsewhere until now, as it stands, for whoever has asked the policy. Who has one keeps it.
pub(crate) fn bring_in(cx: &mut Cx<'_>, person: PersonId, circle: &[NewContact]) -> Result<()> {
    let sql = "SELECT 1 AS one FROM care_contact WHERE person_id = $1 LIMIT 1";
    if circle.is_empty() || cx.query_opt(sql, params![person])?.is_some() {
        return Ok(());
    }
    for (position, new) in circle.iter().take(MOST).enumerate() {
        let id: ContactId = cx.new_id();
        cx.execute(
            "INSERT INTO care_contact (id, district_id, person_id, position, lang, may_collect, barred, since) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![id, cx.district(), person, position + 1, new.lang.tag(), false, false, cx.now],
        )?;
        write(cx, person, id, &new.whom, new, None)?;
    }
    cx.record("care.contacts_brought", "person", person.0, &json!({ "contacts": circle.len() }))?;
    Ok(())
}

/// Writes somebody anew.
pub fn change(cx: &mut Cx<'_>, person: PersonId, why: &For, id: ContactId, new: &NewContact) -> Result<()> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    let before = touched(cx, person, why, id)?;
    let no_by = match why {
        For::Letter(holder) => {
            not_kept_away(&all(cx, person)?, new)?;
            narrower(cx, person, holder, &before, new.may_collect)?
        }
        _ => None,
    };
    let whom = settled(cx, person, why, new)?;
    write(cx, person, id, &whom, new, no_by)?;
    let payload = json!({ "contact": id, "may_collect": new.may_collect, "barred": new.barred });
    cx.record("care.contact_changed", "person", person.0, &payload)?;
    Ok(())
}

/// Who is to be written. A guardian who is kept away speaks for the elder no longer: their letters stop opening, and what the
/// warning needs is copied.
fn settled(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewContact) -> Result<Whom> {
    let Whom::Guardian(id) = new.whom else { return Ok(new.whom.clone()) };
    let all = persons::spoken_for(cx, person)?;
    let line = all.into_iter().find(|g| g.id == id).ok_or(Error::Invalid { field: "guardian", why: "unknown" })?;
    if !new.barred {
        return Ok(Whom::Guardian(id));
    }
    let who = line.who.unwrap_or_default();
    persons::end_guardian(cx, person, why, id)?;
    Ok(Whom::Other { name: who.name, relation: who.relation, phone: line.phone })
}

/// The line that is to be changed, when it may be: with a letter never that of another guardian, nor one who is kept away.
fn touched(cx: &mut Cx<'_>, person: PersonId, why: &For, id: ContactId) -> Result<ContactLine> {
    let line = all(cx, person)?.into_iter().find(|c| c.id == id).ok_or(store::Error::NotFound)?;
    if let For::Letter(holder) = why {
        if line.barred {
            return Err(store::Error::NotFound.into());
        }
        if line.guardian.is_some() && line.guardian != holder.guardian {
            return Err(Error::Refused("other-guardian"));
        }
    }
    Ok(line)
}

/// The family adds nobody who is kept away, under whatever relation; the committee hears of it when they call.
fn not_kept_away(there: &[ContactLine], new: &NewContact) -> Result<()> {
    if new.barred {
        return Err(Error::Refused("call-committee"));
    }
    let Whom::Other { name, phone: typed, .. } = &new.whom else { return Ok(()) };
    let number = typed.as_deref().and_then(kernel::text::phone);
    let name = kernel::text::tidy(name);
    let same = |c: &&ContactLine| c.name == name || number.is_some() && c.phone == number;
    match there.iter().filter(|c| c.barred).find(same) {
        Some(_) => Err(Error::Refused("call-committee")),
        None => Ok(()),
    }
}

/// Who said that somebody may not take the elder home: where two disagree, the no holds until whoever said it says otherwise,
/// speaks no longer, or the committee has written it down.
fn narrower(
    cx: &mut Cx<'_>,
    person: PersonId,
    holder: &Holder,
    before: &ContactLine,
    may_collect: bool,
) -> Result<Option<Uuid>> {
    let me = holder.guardian.map_or(Uuid::nil(), |g| g.0);
    let sql = "SELECT no_collect_by FROM care_contact WHERE id = $1 AND person_id = $2";
    let said = cx.query_one(sql, params![before.id, person])?.opt_uuid("no_collect_by")?;
    let binds = match said {
        Some(by) if by != me => by.is_nil() || voices::speaking(cx, person)?.contains(&GuardianId(by)),
        _ => false,
    };
    if binds && may_collect {
        return Err(Error::Refused("collect-disagreed"));
    }
    let taken_away = before.may_collect && !may_collect;
    Ok(if binds { said } else { (taken_away || said == Some(me) && !may_collect).then_some(me) })
}

/// What the lines are now, as a number: who changes them must have seen them as they are.
pub fn state_of(cx: &mut Cx<'_>, person: PersonId) -> Result<i64> {
    let mut plain = String::new();
    for c in all(cx, person)? {
        let _ = write!(plain, "{}|{}|{}|{:?}|{:?}|", c.id, c.name, c.relation, c.phone, c.mail);
        let _ = write!(plain, "{}|{}|{};", c.lang.tag(), c.may_collect, c.barred);
    }
    let hash = cx.keyed_hash(KeyClass::Contact, plain.as_bytes());
    Ok(hash.iter().take(6).fold(0, |n, b| (n << 8) | i64::from(*b)))
}

fn write(
    cx: &mut Cx<'_>,
    person: PersonId,
    id: ContactId,
    whom: &Whom,
    new: &NewContact,
    no_by: Option<Uuid>,
) -> Result<()> {
    let mail = mail("mail", new.mail.as_deref())?;
    let (guardian, identity, reached) = match whom {
        Whom::Guardian(g) => (Some(*g), None, Reached { phone: None, mail }),
        Whom::Other { name, relation, phone: typed } => {
            let named = Named {
                name: line("name", name, 60)?,
                relation: super::words("relation", relation, 30)?.replace('\n', " "),
            };
            let sealed = seal(cx, KeyClass::Identity, person.0, &named)?;
            (None, Some(sealed), Reached { phone: phone("phone", typed.as_deref())?, mail })
        }
    };
    if guardian.is_none() && reached == Reached::default() && !new.barred {
        return Err(Error::Invalid { field: "phone", why: "missing" });
    }
    let contact = seal(cx, KeyClass::Contact, person.0, &reached)?;
    cx.execute(
        "UPDATE care_contact SET guardian_id = $1, identity = $2, contact = $3, lang = $4, may_collect = $5, barred = $6, \
         no_collect_by = $7 WHERE id = $8 AND person_id = $9",
        params![
            guardian,
            identity,
            contact,
            new.lang.tag(),
            new.may_collect && !new.barred,
            new.barred,
            no_by,
            id,
            person
        ],
    )?;
    Ok(())
}

/// Calls them in this order from now on; it must name everybody once.
pub fn reorder(cx: &mut Cx<'_>, person: PersonId, why: &For, order: &[ContactId]) -> Result<()> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    let lines = all(cx, person)?;
    // The family orders whom it sees; who is kept away stays behind them.
    let hidden = lines.iter().filter(|c| c.barred && is_letter(why)).map(|c| c.id);
    let order: Vec<ContactId> = order.iter().copied().chain(hidden).collect();
    let mut there: Vec<ContactId> = lines.iter().map(|c| c.id).collect();
    let mut asked = order.clone();
    there.sort_unstable();
    asked.sort_unstable();
    if there != asked {
        return Err(Error::Invalid { field: "order", why: "unknown" });
    }
    for (position, id) in order.iter().enumerate() {
        let sql = "UPDATE care_contact SET position = $1 WHERE id = $2 AND person_id = $3";
        cx.execute(sql, params![position + 1, *id, person])?;
    }
    cx.record("care.contacts_ordered", "person", person.0, &json!({ "contacts": order }))?;
    Ok(())
}

/// Somebody is called no longer.
pub fn end(cx: &mut Cx<'_>, person: PersonId, why: &For, id: ContactId) -> Result<()> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    touched(cx, person, why, id)?;
    let sql = "UPDATE care_contact SET ended_at = $1, identity = NULL, contact = NULL WHERE id = $2 AND person_id = $3";
    cx.execute(sql, params![cx.now, id, person])?;
    schedule::forget_contact(cx, person, id)?;
    cx.execute("DELETE FROM care_relay_wish WHERE contact_id = $1", params![id])?;
    cx.record("care.contact_ended", "person", person.0, &json!({ "contact": id }))?;
    Ok(())
}
