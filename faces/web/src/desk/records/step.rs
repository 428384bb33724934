//! What the forms of an opened record do, in the name of the matter they stand in.

use super::date;
use crate::public::post::Posted;
use kernel::ids::{MatterId, PersonId};
use matters::app::persons as links;
use people::app::consents::{self, Aim, Answer, By, NewConsent, Way};
use people::app::demands::{self, NewDemand};
use people::app::persons::{self, ChangeRecord, EndReason};
use people::model::person::{Contact, GuardianName, Health, Location, NewGuardian, Part};
use store::Cx;

/// Where to go after a step.
pub(super) enum After {
    List,
    Record(Option<&'static str>),
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

/// Does what a form of the record asks for.
pub(super) fn step(cx: &mut Cx<'_>, id: MatterId, person: PersonId, posted: &Posted) -> Result<After, matters::Error> {
    match posted.get("do").as_str() {
        "link" => {
            links::link(cx, id, person)?;
            return Ok(After::Record(Some("record-done-link")));
        }
        "unlink" => {
            links::unlink(cx, id, person)?;
            return Ok(After::List);
        }
        _ => {}
    }
    let why = links::in_the_name_of(cx, id, person)?;
    let seen = posted.get("version").parse().unwrap_or(0);
    let change = |cx: &mut Cx<'_>, change: ChangeRecord| persons::change_record(cx, person, seen, &why, &change);
    match posted.get("do").as_str() {
        "contact" => {
            let contact = Contact {
                phone: some(posted.get("phone")),
                address: some(posted.get("address")),
                language: some(posted.get("language")),
            };
            change(cx, ChangeRecord { contact: Some(contact), ..ChangeRecord::default() })?;
        }
        "health" => {
            let health = Health { notes: posted.get("health") };
            change(cx, ChangeRecord { health: Some(health), ..ChangeRecord::default() })?;
        }
        "location" => {
            let location = Location { home: None, haunts: posted.get("haunts") };
            change(cx, ChangeRecord { location: Some(location), ..ChangeRecord::default() })?;
        }
        "guardian" => {
            let who = GuardianName { name: posted.get("guardian"), relation: posted.get("relation") };
            let new = NewGuardian { who, phone: some(posted.get("guardian_phone")) };
            persons::add_guardian(cx, person, &why, &new)?;
        }
        "end-guardian" => {
            let guardian = posted.get("id").parse().map_err(|_| matters::Error::NotFound)?;
            persons::end_guardian(cx, person, &why, guardian)?;
        }
        "revoke-link" => {
            let link = posted.get("id").parse().map_err(|_| matters::Error::NotFound)?;
            people::app::links::revoke(cx, person, &why, link)?;
        }
        "confirm-link" => {
            let link = posted.get("id").parse().map_err(|_| matters::Error::NotFound)?;
            people::app::links::confirm(cx, person, &why, link)?;
        }
        "move" => {
            let area = posted.get("area").parse().map_err(|_| matters::Error::invalid("area", "invalid-missing"))?;
            links::move_to(cx, id, person, area)?;
        }
        "end-care" => {
            let reason = EndReason::from_code(&posted.get("reason"));
            let reason = reason.ok_or(people::Error::Invalid { field: "reason", why: "missing" })?;
            persons::end_care(cx, person, &why, reason)?;
        }
        "resume-care" => persons::resume_care(cx, person, &why)?,
        "consent" => {
            consents::record(cx, person, &why, &consent_of(posted))?;
        }
        "withdraw" => {
            let (part, code) = part_of(posted);
            let (by, way) = (who_said(&posted.get(&format!("{code}_by"))).0, way_of(posted, code));
            consents::withdraw(cx, person, &why, part, by, way)?;
        }
        "demand" => {
            let parts = posted.list("parts").iter().filter_map(|p| Part::from_code(p)).collect();
            let new = NewDemand { document: posted.get("document"), authority: posted.get("authority"), parts };
            demands::ask(cx, person, &why, &new)?;
            return Ok(After::Record(Some("record-done-demand")));
        }
        _ => return Ok(After::Record(None)),
    }
    Ok(After::Record(Some("record-done")))
}

fn part_of(posted: &Posted) -> (Part, &'static str) {
    let part = Part::from_code(&posted.get("part")).unwrap_or(Part::Identity);
    (part, part.code())
}

fn way_of(posted: &Posted, code: &str) -> Way {
    Way::from_code(&posted.get(&format!("{code}_way"))).unwrap_or(Way::Paper)
}

/// `subject`, or the id of a guardian.
fn who_said(text: &str) -> (By, Option<people::model::GuardianId>) {
    match text.parse() {
        Ok(guardian) => (By::Guardian, Some(guardian)),
        Err(_) => (By::Subject, None),
    }
}

fn consent_of(posted: &Posted) -> NewConsent {
    let (part, code) = part_of(posted);
    let get = |field: &str| posted.get(&format!("{code}_{field}"));
    let (by, guardian) = who_said(&get("by"));
    NewConsent {
        part,
        answer: Answer::from_code(&get("answer")).unwrap_or(Answer::Refused),
        by,
        guardian,
        aim: Aim::from_code(&get("aim")).unwrap_or(Aim::Care),
        way: way_of(posted, code),
        witness: get("witness"),
        review_on: date(&get("review_on")),
        by_themselves: get("own") == "yes",
    }
}
