//! People in care whom a matter is about (R5). The link opens the way to their record, for whoever owns the matter and
//! while it is open; the record itself is `people`'s.

use super::around;
use super::raise::{Raise, RaisedPlace, RaiserInput};
use crate::Error;
use crate::model::{Origin, Route};
use crate::seed::WELFARE_CHECK;
use crate::store::MatterRow;
use ::store::{Cx, params};
use kernel::ids::{AreaId, MatterId, PersonId};
use kernel::{Lang, Moment};
use people::app::consents;
use people::app::persons::{self, For, Found, Registered};
use people::model::person::NewPerson;
use people::policy::{Action, Denied, MatterFacts, PersonFacts, ResourceFacts, Why, decide, require};
use serde_json::json;

/// Somebody a matter is about; whose name it is, the record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub person: PersonId,
    pub at: Moment,
}

fn facts(cx: &mut Cx<'_>, matter: MatterId) -> Result<(MatterRow, MatterFacts), Error> {
    let m = MatterRow::load(cx, matter)?;
    match around::facts_of(cx, &m)? {
        ResourceFacts::Matter(facts) => Ok((m, facts)),
        _ => Err(Error::NotFound),
    }
}

fn may_link(cx: &Cx<'_>, person: PersonId, facts: MatterFacts) -> Result<(), Error> {
    let about = PersonFacts { id: Some(person), matter: Some(facts), ..PersonFacts::default() };
    Ok(require(&cx.actor, cx.purpose, Action::LinkPerson, &ResourceFacts::Person(about))?)
}

/// Whether somebody may be linked at all, for the page.
pub(super) fn may_be_linked(cx: &Cx<'_>, facts: &ResourceFacts) -> bool {
    let ResourceFacts::Matter(facts) = facts else { return false };
    let about = PersonFacts { matter: Some(facts.clone()), ..PersonFacts::default() };
    decide(&cx.actor, cx.purpose, Action::LinkPerson, &ResourceFacts::Person(about)).is_allowed()
}

/// People of this name who live around the matter. Counted, capped and logged by `people`.
pub fn find(cx: &mut Cx<'_>, matter: MatterId, name: &str) -> Result<(Vec<Found>, bool), Error> {
    let (m, facts) = facts(cx, matter)?;
    let within: Vec<_> = [m.spot.grid, m.spot.police, m.spot.community, m.spot.town].into_iter().flatten().collect();
    Ok(persons::find_person(cx, name, &For::Matter(Box::new(facts)), &within)?)
}

/// Takes somebody in who is not in care yet and says that the matter is about them; or answers who is already there under that
/// name around the matter.
pub fn register(cx: &mut Cx<'_>, matter: MatterId, new: &NewPerson, sure: bool) -> Result<Registered, Error> {
    let (m, facts) = facts(cx, matter)?;
    let within: Vec<_> = [m.spot.grid, m.spot.police, m.spot.community, m.spot.town].into_iter().flatten().collect();
    let ground = crate::Ground(places::snapshot(cx)?);
    let done = persons::register_within(cx, &ground, new, &For::Matter(Box::new(facts)), &within, sure)?;
    if let Registered::New(person) = &done {
        link(cx, matter, *person)?;
    }
    Ok(done)
}

/// Moves somebody whom the matter is about to another area.
pub fn move_to(cx: &mut Cx<'_>, matter: MatterId, person: PersonId, area: AreaId) -> Result<(), Error> {
    let why = in_the_name_of(cx, matter, person)?;
    let ground = places::snapshot(cx)?;
    let known = ground.area(area).is_some();
    // Whoever may not move anybody is told that first, and nothing about areas.
    persons::move_person(cx, &crate::Ground(ground), person, &why, area)?;
    if known { Ok(()) } else { Err(Error::invalid("area", "invalid-missing")) }
}

/// The day on which somebody is to be asked whether a consent still holds: a task for whoever looks after their area, in whose
/// name the record opens. Once per consent.
pub(crate) fn review_due(cx: &mut Cx<'_>, consent: uuid::Uuid) -> Result<(), Error> {
    let Some((person, part, area)) = consents::due_for_review(cx, consent)? else { return Ok(()) };
    raise_review(cx, consent, (person, area), part.code())
}

/// The same for what was agreed to beside the record; whoever enqueued it has looked whether it still stands.
pub(crate) fn ask_again(cx: &mut Cx<'_>, consent: uuid::Uuid, person: PersonId, what: &str) -> Result<(), Error> {
    match consents::area_to_ask(cx, person)? {
        Some(area) => raise_review(cx, consent, (person, area), what),
        None => Ok(()),
    }
}

fn raise_review(
    cx: &mut Cx<'_>,
    consent: uuid::Uuid,
    (person, area): (PersonId, AreaId),
    what: &str,
) -> Result<(), Error> {
    // Part of the district's own papers, in its language.
    care_task(cx, &format!("consent-review:{consent}"), person, area, &review_words(what)).map(drop)
}

/// A task about somebody in care for whoever looks after their area, in whose name the record opens: raised by the program, with an
/// owner and a due time like every matter. Once per key.
pub fn care_task(cx: &mut Cx<'_>, key: &str, person: PersonId, area: AreaId, text: &str) -> Result<MatterId, Error> {
    task_of(cx, CARE_CLASS, key, (person, area), text)
}

pub(super) fn task_of(
    cx: &mut Cx<'_>,
    wanted: &str,
    key: &str,
    (person, area): (PersonId, AreaId),
    text: &str,
) -> Result<MatterId, Error> {
    let classes = super::classes(cx)?;
    let fits =
        |c: &&std::sync::Arc<crate::model::ClassRule>| c.active && c.route == Route::Committee && !c.is_emergency();
    let named = |code: &str| classes.iter().find(|c| c.active && c.code == code);
    // Welfare checks are raised by the program and offered to nobody.
    let own = || classes.iter().find(|c| c.code == wanted && wanted == WELFARE_CHECK);
    let class = named(wanted).or_else(own).or_else(|| named(CARE_CLASS)).or_else(|| classes.iter().find(fits));
    let class = class.or_else(|| classes.iter().find(|c| c.active)).ok_or(Error::NotFound)?.code.clone();
    let raise = Raise {
        key: Some(key.to_owned()),
        class,
        text: text.to_owned(),
        place: RaisedPlace { area: Some(area), ..RaisedPlace::default() },
        raiser: RaiserInput::anonymous(Lang::default()),
        origin: Origin::Field,
    };
    let matter = super::raise(cx, raise)?.matter;
    write_link(cx, matter, person)?;
    Ok(matter)
}

/// The class of tasks about somebody in care.
pub(super) const CARE_CLASS: &str = "elder-care";

fn review_words(what: &str) -> String {
    let (what, then) = match what {
        "location" => ("“常去的地方”是否还同意保留", "在档案里"),
        "identification" => ("走失时是否还同意按外貌查找", "在照护页上"),
        "approach" => ("是否还同意让发现的人看到“怎样接近”", "在照护页上"),
        "photo" => ("是否还同意保留照片、走失时给办案的人看", "在照护页上"),
        "locator" => ("定位器的位置是否还同意保留和给家人看", "在定位器一页上"),
        "photo_card" => ("是否还同意让扫卡的人看到照片", "在照护页上"),
        _ => ("“健康情况”是否还同意保留", "在档案里"),
    };
    format!("到复核日了：请联系本人或监护人，问清{what}，并{then}记下回答。")
}

/// Says that the matter is about this person.
pub fn link(cx: &mut Cx<'_>, matter: MatterId, person: PersonId) -> Result<(), Error> {
    let (_, facts) = facts(cx, matter)?;
    may_link(cx, person, facts)?;
    if !persons::exists(cx, person)? {
        return Err(Error::NotFound);
    }
    write_link(cx, matter, person)
}

fn write_link(cx: &mut Cx<'_>, matter: MatterId, person: PersonId) -> Result<(), Error> {
    let sql = "INSERT INTO matter_person (matter_id, person_id, district_id, at, by_actor) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (matter_id, person_id) DO UPDATE SET ended_at = NULL, at = $4, by_actor = $5 \
               WHERE matter_person.ended_at IS NOT NULL";
    let by = cx.actor.log_name();
    if cx.execute(sql, params![matter, person, cx.district(), cx.now, by])? > 0 {
        // Not an entry of the matter: its states do not change.
        cx.record("person.linked", "person", person.0, &json!({ "matter": matter }))?;
        cx.signal(crate::events::CHANGED, matter.0);
    }
    Ok(())
}

/// It turned out to be about somebody else.
pub fn unlink(cx: &mut Cx<'_>, matter: MatterId, person: PersonId) -> Result<(), Error> {
    let (_, facts) = facts(cx, matter)?;
    may_link(cx, person, facts)?;
    let sql = "UPDATE matter_person SET ended_at = $1 WHERE matter_id = $2 AND person_id = $3 AND ended_at IS NULL";
    if cx.execute(sql, params![cx.now, matter, person])? > 0 {
        cx.record("person.unlinked", "person", person.0, &json!({ "matter": matter }))?;
        cx.signal(crate::events::CHANGED, matter.0);
    }
    Ok(())
}

/// Whom it is about, without names.
pub fn linked(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Linked>, Error> {
    let (_, facts) = facts(cx, matter)?;
    require(&cx.actor, cx.purpose, Action::ViewMatter, &ResourceFacts::Matter(facts))?;
    let sql =
        "SELECT person_id, at FROM matter_person WHERE matter_id = $1 AND ended_at IS NULL ORDER BY at, person_id";
    let rows = cx.query(sql, params![matter])?;
    rows.iter().map(|r| Ok(Linked { person: r.id("person_id")?, at: r.moment("at")? })).collect()
}

/// In the name of this matter, for `people::app::persons` and `consents`: only while the matter is about that person.
pub fn in_the_name_of(cx: &mut Cx<'_>, matter: MatterId, person: PersonId) -> Result<For, Error> {
    let (_, facts) = facts(cx, matter)?;
    let sql = "SELECT 1 AS one FROM matter_person WHERE matter_id = $1 AND person_id = $2 AND ended_at IS NULL";
    if cx.query_opt(sql, params![matter, person])?.is_none() {
        return Err(Denied { action: Action::OpenRecord, why: Why::Purpose }.into());
    }
    Ok(For::Matter(Box::new(facts)))
}

/// Open matters about a person, by number: for whoever has opened the record.
pub fn open_about(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<MatterId>, Error> {
    let sql = "SELECT m.id FROM matter_person p JOIN matter m ON m.id = p.matter_id WHERE p.person_id = $1 \
               AND p.district_id = $2 AND p.ended_at IS NULL AND m.is_open = 1 ORDER BY m.n DESC LIMIT 20";
    let rows = cx.query(sql, params![person, cx.district()])?;
    rows.iter().map(|r| Ok(r.id("id")?)).collect()
}
