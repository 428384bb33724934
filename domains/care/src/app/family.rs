//! What the family writes itself, with a letter that a second person stands for: plan, contacts, hours and answers. The use
//! cases are those of the desk; here each change is noted as theirs, and told to the other guardians and the committee.

use super::{consents, contacts, photo, plan, schedule};
use crate::events::TellChange;
use crate::model::plan::{Consented, Haunt, Outer};
use crate::model::schedule::Schedule;
use crate::model::{ContactLine, NewContact, codes};
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::ContactId;
use people::app::consents::{self as agreed, Aim, Answer, By, Standing, Way};
use people::app::links::Holder;
use people::app::persons::{self, For};
use people::app::voices::{self, Said, Voice};
use people::model::GuardianId;
use people::model::person::Part;
use people::policy::Action;
use store::{Cx, params};
use uuid::Uuid;

/// Days° until an answer that was given on the page is asked for again.
const REVIEW_DAYS: i64 = 365;

codes! {
    /// What was changed.
    Subject {
        Daily = "daily",
        Places = "places",
        Looks = "looks",
        Photo = "photo",
        Contacts = "contacts",
        Hours = "hours",
        Consents = "consents",
    }
}

codes! {
    /// What the elder said, when a guardian answers in their own name.
    ElderSaid {
        Yes = "yes",
        /// Then it is no.
        No = "no",
        /// Cannot answer such a question any more.
        Cannot = "cannot",
    }
}

/// What somebody is asked about, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Care(Consented),
    Record(Part),
}

impl Question {
    /// In the order in which they are asked.
    pub const ALL: &'static [Self] = &[
        Self::Care(Consented::Identification),
        Self::Care(Consented::Approach),
        Self::Care(Consented::Photo),
        Self::Care(Consented::PhotoCard),
        Self::Record(Part::Location),
        Self::Record(Part::Health),
    ];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Care(what) => what.code(),
            Self::Record(part) => part.code(),
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|q| q.code() == code)
    }
}

/// Where a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub question: Question,
    pub standing: Standing,
    /// What whoever holds the letter said last.
    pub mine: Option<Answer>,
    /// They said yes and somebody else's no holds.
    pub narrowed: bool,
}

/// Who changed something: as the family reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByWhom {
    Me,
    Elder,
    OtherGuardian,
}

/// Everything the pages of the plan show.
#[derive(Debug, Clone)]
pub struct Opened {
    pub plan: plan::Plan,
    pub language: String,
    pub contacts: Vec<ContactLine>,
    /// For a change of the contacts.
    pub contacts_state: i64,
    pub schedule: Schedule,
    pub schedule_version: i64,
    pub asked: Vec<Asked>,
    pub photo: bool,
    /// The latest first.
    pub changes: Vec<(Moment, Subject, ByWhom)>,
}

const fn letter(of: &Holder) -> For {
    For::Letter(*of)
}

/// Opens plan, contacts and hours for the family. One entry of the log.
///
/// # Errors
/// Without a letter that a second person stands for.
pub fn open(cx: &mut Cx<'_>, of: &Holder) -> Result<Opened> {
    let (person, why) = (of.person, letter(of));
    persons::may(cx, person, &why, Action::OpenPlan)?;
    persons::may(cx, person, &why, Action::ViewCare)?;
    cx.record_read("person", person.0, &["plan", "contacts", "schedule"])?;
    let plan = plan::load(cx, person)?;
    let contacts = contacts::all(cx, person)?.into_iter().filter(ContactLine::is_welcome).collect();
    let (schedule, schedule_version) = schedule::load(cx, person)?;
    let language = persons::known(cx, person)?.and_then(|k| k.language).unwrap_or_default();
    let contacts_state = contacts::state_of(cx, person)?;
    let mut asked = Vec::new();
    for question in Question::ALL {
        asked.push(stands(cx, of, *question)?);
    }
    let (changes, photo) = (changes(cx, of)?, photo::is_there(cx, person)?);
    Ok(Opened { plan, language, contacts, contacts_state, schedule, schedule_version, asked, photo, changes })
}

fn stands(cx: &mut Cx<'_>, of: &Holder, question: Question) -> Result<Asked> {
    let said: Vec<Said> = match question {
        Question::Care(what) => consents::said(cx, of.person, what)?,
        Question::Record(part) => agreed::said(cx, of.person, part)?,
    };
    let standing = voices::weigh(&said, cx.now);
    let me = of.guardian.map_or(Voice::Elder, Voice::Guardian);
    let mine = voices::last_of(&said, me).map(|s| if s.ended_at.is_some() { Answer::Refused } else { s.answer });
    let narrowed = mine == Some(Answer::Given) && !matches!(standing, Standing::Given { .. });
    Ok(Asked { question, standing, mine, narrowed })
}

/// Language, how to approach, habits, earlier finds.
#[derive(Debug, Clone, Default)]
pub struct Daily {
    pub language: String,
    pub approach: String,
    pub habits: String,
    pub found_before: String,
}

/// Writes these words; `seen` is the version of the plan that was read.
///
/// # Errors
/// As for the plan: somebody was quicker, or the words for strangers give somebody away.
pub fn write_daily(cx: &mut Cx<'_>, of: &Holder, seen: i64, new: &Daily) -> Result<()> {
    let why = letter(of);
    persons::may(cx, of.person, &why, Action::ChangeCare)?;
    cx.lock(&format!("care/{}", of.person))?;
    let mut inner = plan::load(cx, of.person)?.inner;
    new.approach.clone_into(&mut inner.approach);
    new.habits.clone_into(&mut inner.habits);
    new.found_before.clone_into(&mut inner.found_before);
    plan::write(cx, of.person, &why, seen, &plan::WritePlan { inner: Some(inner), outer: None })?;
    persons::say_language(cx, of.person, &why, &new.language)?;
    changed(cx, of, Subject::Daily)
}

/// Old homes, workplaces, haunts: `drop` are the indices of those that go, `new` comes after them. A place in words is a place;
/// whoever finds it on a map adds the point.
pub fn write_places(cx: &mut Cx<'_>, of: &Holder, seen: i64, drop: &[usize], new: Option<Haunt>) -> Result<()> {
    let why = letter(of);
    persons::may(cx, of.person, &why, Action::ChangeCare)?;
    cx.lock(&format!("care/{}", of.person))?;
    let mut inner = plan::load(cx, of.person)?.inner;
    let mut at = 0;
    inner.haunts.retain(|_| {
        at += 1;
        !drop.contains(&(at - 1))
    });
    inner.haunts.extend(new);
    plan::write(cx, of.person, &why, seen, &plan::WritePlan { inner: Some(inner), outer: None })?;
    changed(cx, of, Subject::Places)
}

/// What tells somebody apart, while that may be searched. The home stays as it is.
pub fn write_looks(cx: &mut Cx<'_>, of: &Holder, seen: i64, new: Outer) -> Result<()> {
    let why = letter(of);
    persons::may(cx, of.person, &why, Action::ChangeCare)?;
    cx.lock(&format!("care/{}", of.person))?;
    let home = plan::load(cx, of.person)?.outer.and_then(|o| o.home);
    let outer = Outer { home, ..new };
    plan::write(cx, of.person, &why, seen, &plan::WritePlan { inner: None, outer: Some(outer) })?;
    changed(cx, of, Subject::Looks)
}

/// What is done with the contacts.
#[derive(Clone)]
pub enum Do {
    Add(NewContact),
    Change(ContactId, NewContact),
    /// One place earlier.
    Up(ContactId),
    End(ContactId),
}

/// Changes the contacts; `seen` says how they were when they were read.
///
/// # Errors
/// The line of another guardian, somebody who is kept away, two who disagree on who may take the elder home.
pub fn contact(cx: &mut Cx<'_>, of: &Holder, seen: i64, what: &Do) -> Result<()> {
    let (person, why) = (of.person, letter(of));
    persons::may(cx, person, &why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    let current = contacts::state_of(cx, person)?;
    if current != seen {
        return Err(Error::Stale { seen, current });
    }
    match what {
        Do::Add(new) => drop(contacts::add(cx, person, &why, new)?),
        Do::Change(id, new) => contacts::change(cx, person, &why, *id, new)?,
        Do::End(id) => contacts::end(cx, person, &why, *id)?,
        Do::Up(id) => {
            let all = contacts::all(cx, person)?;
            let mut order: Vec<ContactId> = all.iter().filter(|c| c.is_welcome()).map(|c| c.id).collect();
            let Some(at) = order.iter().position(|c| c == id).filter(|at| *at > 0) else { return Ok(()) };
            order.swap(at, at - 1);
            contacts::reorder(cx, person, &why, &order)?;
        }
    }
    changed(cx, of, Subject::Contacts)
}

/// The hours as they are now, for a change of one line; part of what was opened.
///
/// # Errors
/// Without a letter that a second person stands for.
pub fn hours(cx: &mut Cx<'_>, of: &Holder) -> Result<(Schedule, i64)> {
    persons::may(cx, of.person, &letter(of), Action::ViewCare)?;
    schedule::load(cx, of.person)
}

/// Writes the week whole.
pub fn write_hours(cx: &mut Cx<'_>, of: &Holder, seen: i64, new: &Schedule) -> Result<()> {
    schedule::set(cx, of.person, &letter(of), seen, new)?;
    changed(cx, of, Subject::Hours)
}

/// Keeps a photo instead of the one that is there; none: takes it away.
///
/// # Errors
/// When nobody agreed that one is kept.
pub fn write_photo(cx: &mut Cx<'_>, of: &Holder, new: Option<&photo::Picture>) -> Result<()> {
    match new {
        Some(new) => photo::put(cx, of.person, &letter(of), new)?,
        None => photo::remove(cx, of.person, &letter(of))?,
    }
    changed(cx, of, Subject::Photo)
}

/// The photo, for the family.
pub fn see_photo(cx: &mut Cx<'_>, of: &Holder) -> Result<Option<photo::Picture>> {
    photo::view(cx, of.person, &letter(of))
}

/// Answers one question, in one's own name. A no takes effect in this transaction. A guardian has asked the elder before, and
/// says what the elder said.
///
/// # Errors
/// When it was answered so already, or against what the elder said.
pub fn answer(
    cx: &mut Cx<'_>,
    of: &Holder,
    question: Question,
    answer: Answer,
    elder: Option<ElderSaid>,
) -> Result<()> {
    if of.guardian.is_some() && elder.is_none() {
        return Err(Error::Invalid { field: "elder", why: "missing" });
    }
    if elder == Some(ElderSaid::No) && answer == Answer::Given {
        return Err(Error::Refused("elder-said-no"));
    }
    let said = elder.filter(|_| of.guardian.is_some()).map(ElderSaid::code);
    let (person, why, review_on) = (of.person, letter(of), cx.now.plus_days(REVIEW_DAYS));
    // Whose answer it is, and that there was no witness, the letter says.
    let (by, guardian, way, witness) = (By::Guardian, None, Way::Page, String::new());
    match question {
        Question::Care(what) => {
            let new = consents::NewConsent { what, answer, by, guardian, way, witness, review_on, by_themselves: true };
            let id = consents::record(cx, person, &why, &new)?;
            cx.execute("UPDATE care_consent SET elder_said = $1 WHERE id = $2", params![said, id])?;
        }
        Question::Record(part) => {
            let aim = if part == Part::Location { Aim::GettingHome } else { Aim::Care };
            let new =
                agreed::NewConsent { part, answer, by, guardian, aim, way, witness, review_on, by_themselves: true };
            let id = agreed::record(cx, person, &why, &new)?;
            agreed::note_elder(cx, person, id, said)?;
        }
    }
    changed(cx, of, Subject::Consents)
}

/// Notes that the family changed something, and tells who else should know. Once in ten minutes for one subject.
fn changed(cx: &mut Cx<'_>, of: &Holder, what: Subject) -> Result<()> {
    let kind = if of.guardian.is_some() { By::Guardian } else { By::Subject };
    let sql = "SELECT 1 AS one FROM care_change WHERE person_id = $1 AND what = $2 AND by_kind = $3 AND at > $4 \
               AND COALESCE(guardian_id, $5) = $5 LIMIT 1";
    let me = of.guardian.map_or(Uuid::nil(), |g| g.0);
    let lately = cx.query_opt(sql, params![of.person, what.code(), kind.code(), cx.now.plus_minutes(-10), me])?;
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO care_change (id, district_id, person_id, at, what, by_kind, guardian_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), of.person, cx.now, what.code(), kind.code(), of.guardian],
    )?;
    let payload = serde_json::json!({ "what": what.code(), "by": kind.code(), "guardian": of.guardian });
    cx.record("care.family_changed", "person", of.person.0, &payload)?;
    if lately.is_none() {
        TellChange { change: id, person: of.person, by: of.guardian }.enqueue(cx, &id.to_string())?;
    }
    Ok(())
}

fn changes(cx: &mut Cx<'_>, of: &Holder) -> Result<Vec<(Moment, Subject, ByWhom)>> {
    let sql = "SELECT at, what, by_kind, guardian_id FROM care_change WHERE person_id = $1 AND district_id = $2 \
               ORDER BY at DESC, id DESC LIMIT 20";
    let rows = cx.query(sql, params![of.person, cx.district()])?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        let guardian = r.opt_uuid("guardian_id")?.map(GuardianId);
        let by = match guardian {
            same if same == of.guardian => ByWhom::Me,
            Some(_) => ByWhom::OtherGuardian,
            None => ByWhom::Elder,
        };
        let what = Subject::from_code(&r.text("what")?).unwrap_or(Subject::Daily);
        out.push((r.moment("at")?, what, by));
    }
    Ok(out)
}
