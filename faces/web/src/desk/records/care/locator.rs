//! A locator at the counter (R9): a clerk adds it for whoever came, with what was said and who was there, pauses it, ends it, and
//! writes down what the committee decided where guardians disagree. No positions: those are the family's, and a case's.

use super::super::date;
use crate::public::own::{Model, models, profile};
use crate::public::post::Posted;
use crate::{Fail, Page};
use kernel::ids::PersonId;
use locators::app::consents::{self, NewConsent};
use locators::app::devices::{self, Bind};
use locators::app::pauses::{self, Pause};
use locators::model::{By, Unbound, datum_from};
use locators::{Error, Result};
use people::app::consents::{Aim, Answer, By as Speaks, Way};
use people::app::persons::{self, For};
use people::model::GuardianId;
use store::Cx;

/// Hours for which a clerk pauses, when asked for a day.
const DAY: i64 = 24;
/// Why a device is taken back.
const ENDS: [Unbound; 4] = [Unbound::GivenBack, Unbound::Replaced, Unbound::Lost, Unbound::Broken];

/// A device that is worn.
pub(super) struct WornLine {
    pub id: String,
    pub name: String,
    pub tail: String,
    pub heard: String,
}

/// Positions are switched off.
pub(super) struct PauseLine {
    pub id: String,
    /// Until when, and who wanted it.
    pub words: String,
    /// Who may switch on through a clerk: the committee what is its own, the wearer everything.
    pub by: &'static str,
}

impl PauseLine {
    fn new(page: &Page, pause: &Pause) -> Self {
        let who = page.tk("loc-desk-paused-by-", pause.by.code());
        let words = match pause.until {
            Some(at) => page.t2("loc-desk-paused-until", "at", page.stamp(at), "who", who),
            None => page.t1("loc-desk-paused-off", "who", who),
        };
        let by = if pause.by == By::Committee { By::Committee } else { By::Subject };
        Self { id: pause.id.to_string(), words, by: by.code() }
    }
}

/// The part of the page.
pub(super) struct Section {
    pub worn: Vec<WornLine>,
    pub paused: Vec<PauseLine>,
    pub models: Vec<Model>,
    pub ends: Vec<&'static str>,
}

impl Section {
    pub(super) fn new(page: &Page, worn: Vec<WornLine>, paused: &[Pause]) -> Self {
        let paused = paused.iter().map(|pause| PauseLine::new(page, pause)).collect();
        Self { worn, paused, models: models(page), ends: ENDS.iter().map(|e| e.code()).collect() }
    }
}

/// What stands there; none for whoever may not add one.
pub(super) fn load(
    cx: &mut Cx<'_>,
    page: &Page,
    person: PersonId,
    why: &For,
) -> std::result::Result<Option<Section>, Fail> {
    let worn = match devices::worn(cx, person, why) {
        Ok(worn) => worn,
        Err(Error::Denied(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let line = |w: devices::Worn| WornLine {
        id: w.binding.to_string(),
        name: w.name,
        tail: format!("…{}", w.device.tail),
        heard: w.heard_at.map_or_else(|| page.t("locators-never"), |at| page.ago(at)),
    };
    let paused = match pauses::list(cx, person, why) {
        Ok(paused) => paused,
        Err(Error::Denied(_)) => Vec::new(),
        Err(other) => return Err(other.into()),
    };
    Ok(Some(Section::new(page, worn.into_iter().map(line).collect(), &paused)))
}

/// Does what a form of the part asks for.
pub(super) fn step(cx: &mut Cx<'_>, person: PersonId, why: &For, posted: &Posted) -> Result<()> {
    let missing = |field| Error::Invalid { field, why: "missing" };
    match posted.get("do").as_str() {
        "locator-bind" => {
            let mut profile = profile(&posted.get("model"), &posted.get("number")).ok_or(missing("model"))?;
            profile.datum = datum_from(&posted.get("device_datum")).unwrap_or(profile.datum);
            devices::bind(cx, person, why, &Bind { profile, name: posted.get("name") }).map(drop)
        }
        "locator-end" => {
            let binding = posted.get("device").parse().map_err(|_| missing("number"))?;
            let reason =
                Unbound::from_code(&posted.get("reason")).filter(|r| ENDS.contains(r)).ok_or(missing("how"))?;
            devices::unbind(cx, person, why, binding, reason)
        }
        "locator-pause" => {
            let by = By::from_code(&posted.get("for")).ok_or(missing("elder"))?;
            let until = (posted.get("until") == "day").then(|| cx.now.plus_hours(DAY));
            pauses::pause(cx, person, why, by, until).map(drop)
        }
        "locator-resume" => {
            let by = By::from_code(&posted.get("for")).ok_or(missing("elder"))?;
            let pause = posted.get("pause").parse().map_err(|_| missing("until"))?;
            pauses::resume(cx, person, why, by, pause)
        }
        "locator-decide" => {
            let answer = Answer::from_code(&posted.get("answer")).ok_or(missing("answer"))?;
            consents::decide(cx, person, why, answer, &posted.get("words")).map(drop)
        }
        _ => answer(cx, person, why, posted),
    }
}

/// What somebody said at the counter, on paper or by telephone; a no is taken down at once.
fn answer(cx: &mut Cx<'_>, person: PersonId, why: &For, posted: &Posted) -> Result<()> {
    let missing = |field| Error::Invalid { field, why: "missing" };
    // A guardian is named by their id: each speaks in their own name.
    let guardian = posted.get("by").parse::<GuardianId>().ok();
    let known =
        guardian.is_none_or(|id| persons::spoken_for(cx, person).is_ok_and(|all| all.iter().any(|g| g.id == id)));
    if !known {
        return Err(Error::Invalid { field: "guardian", why: "unknown" });
    }
    let new = NewConsent {
        answer: Answer::from_code(&posted.get("answer")).ok_or(missing("answer"))?,
        by: if guardian.is_some() { Speaks::Guardian } else { Speaks::Subject },
        guardian,
        aim: Aim::Care,
        way: Way::from_code(&posted.get("way")).ok_or(missing("how"))?,
        witness: posted.get("witness"),
        review_on: date(&posted.get("review_on")),
        by_themselves: posted.get("themselves") == "1",
    };
    consents::record(cx, person, why, &new).map(drop)
}

/// What somebody can mend at once, in words.
pub(super) fn told(page: &Page, error: &Error) -> Option<String> {
    match error {
        Error::Invalid { field, why } => {
            let name = page.loc.find(&format!("loc-field-{field}"), &[]).unwrap_or_default();
            let words = page.loc.find(&format!("loc-wrong-{why}"), &[("field", name)]);
            Some(words.unwrap_or_else(|| page.t("invalid-form")))
        }
        Error::Refused(why) => Some(page.tk("rule-locator-", why)),
        Error::People(people::Error::Refused(why)) => Some(page.tk("rule-record-", why)),
        _ => None,
    }
}
