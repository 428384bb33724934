//! Contacts, plan, schedule and card as the page shows them.

use super::super::day;
use super::Door;
use super::locator::{self, Section};
use crate::desk::Frame;
use crate::hours::{self, Hours};
use crate::{Fail, Page, fmt};
use askama::Template;
use care::app::cards::{self, CardLine};
use care::app::plan::Plan;
use care::app::{consents, contacts, schedule};
use care::model::{Act, Condition, Consented, ContactLine, HauntKind};
use kernel::ids::PersonId;
use people::app::consents::Standing;
use people::app::persons::{self, For, GuardianLine};
use people::policy::Action;
use store::Cx;

/// Whether something is agreed to.
pub(super) struct Agreed {
    pub what: &'static str,
    pub given: bool,
    pub standing: String,
}

#[derive(Template)]
#[template(path = "desk/care.html")]
pub(super) struct CarePage {
    page: Page,
    frame: Frame,
    back: String,
    here: String,
    done: Option<String>,
    problem: Option<String>,
    contacts: Vec<ContactLine>,
    /// Those who wish to be put through by the relay.
    relay: Vec<kernel::ids::ContactId>,
    /// Guardians who are no contacts yet: id and name.
    guardians: Vec<(String, String)>,
    /// Everybody who speaks for the elder: id and name.
    speak: Vec<(String, String)>,
    may: May,
    /// Where the photo is, when there is one and whoever reads may see it.
    photo: Option<String>,
    /// Opened in the name of a case: back is a page, not a form.
    from_case: bool,
    agreed: Vec<Agreed>,
    plan: Option<Plan>,
    week: Vec<Hours>,
    days: Vec<Hours>,
    cards: Vec<CardLine>,
    /// None for whoever may not add one.
    locators: Option<Section>,
    review_on: String,
}

impl CarePage {
    fn can(card: &CardLine, act: &str) -> bool {
        Act::from_code(act).is_some_and(|act| card.state.after(act).is_some())
    }
    fn conditions() -> Vec<&'static str> {
        Condition::ALL.iter().map(|c| c.code()).collect()
    }
    fn haunts() -> Vec<&'static str> {
        HauntKind::ALL.iter().map(|k| k.code()).collect()
    }
}

fn spoken(phone: &str) -> String {
    fmt::phone(phone)
}

/// What whoever reads may do here; asked of the policy, to show no form that would be refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct May {
    change: bool,
    consent: bool,
    card: bool,
    plan: bool,
}

pub(super) fn load(
    cx: &mut Cx<'_>,
    page: Page,
    frame: Frame,
    (person, why, door): (PersonId, &For, Door),
    plan: Option<Plan>,
    done: Option<String>,
    problem: Option<String>,
) -> Result<CarePage, Fail> {
    let all = contacts::of(cx, person, why)?;
    let (schedule, _) = schedule::get(cx, person, why)?;
    let mut may = |action| persons::may(cx, person, why, action).is_ok();
    let may = May {
        change: may(Action::ChangeCare),
        consent: may(Action::RecordConsent),
        card: may(Action::ManageCard),
        plan: may(Action::OpenPlan),
    };
    let speaking = persons::spoken_for(cx, person)?;
    let named = |g: &GuardianLine| (g.id.to_string(), g.who.as_ref().map_or_else(String::new, |w| w.name.clone()));
    let speak = speaking.iter().map(named).collect();
    let new = speaking.iter().filter(|g| all.iter().all(|c| c.guardian != Some(g.id)));
    let guardians = new.map(named).collect();
    let back = door.back(&page);
    let photo = care::app::photo::is_there(cx, person)? && may.plan;
    let photo = photo.then(|| format!("{back}/photo"));
    let mut agreed = Vec::new();
    for what in Consented::ALL {
        let standing = consents::standing(cx, person, *what)?;
        let words = match standing {
            Standing::Given { review_on } => page.t1("circle-agreed", "day", page.day(review_on)),
            Standing::NotAsked => page.t("circle-not-asked"),
            Standing::Respected { until } => page.t1("circle-refused", "day", page.day(until)),
            Standing::MayAsk => page.t("circle-may-ask"),
        };
        let given = matches!(standing, Standing::Given { .. });
        agreed.push(Agreed { what: what.code(), given, standing: words });
    }
    let (week, days) = hours::lines(&page, &schedule, &all);
    let locators = locator::load(cx, &page, person, why)?;
    Ok(CarePage {
        here: format!("{back}/care"),
        back,
        done,
        problem,
        from_case: matches!(door, Door::Case(_)),
        may,
        photo,
        speak,
        guardians,
        agreed,
        plan,
        week,
        days,
        cards: cards::of(cx, person, why)?,
        locators,
        review_on: day(page.now.plus_days(365)),
        relay: care::app::relay::wishes(cx, person)?,
        contacts: all,
        page,
        frame,
    })
}

#[cfg(test)]
fn paused() -> [locators::app::pauses::Pause; 2] {
    use locators::model::By;
    let one = |by, until| {
        let (id, from) = (uuid::Uuid::nil(), kernel::Moment::default());
        locators::app::pauses::Pause { id, from, until, by, guardian: None }
    };
    [one(By::Committee, Some(kernel::Moment::default())), one(By::Guardian, None)]
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use care::model::{CardState, Haunt, Inner, Outer};
    use kernel::ids::{CardId, ContactId, PostId};
    let nil = uuid::Uuid::nil();
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let contact = |barred: bool| ContactLine {
        id: ContactId(nil),
        position: 1,
        name: say("李敏", "Li Min"),
        relation: say("女儿", "daughter"),
        phone: Some("02105550102".into()),
        mail: None,
        lang: kernel::Lang::ZhCn,
        guardian: None,
        may_collect: !barred,
        barred,
    };
    let card = |state| CardLine {
        id: CardId(nil),
        number: 12,
        post: PostId(nil),
        state,
        card: Condition::Good,
        strap: Condition::Worn,
        issued_at: Some(page.now),
        checked_at: Some(page.now),
        ended_at: None,
        scanned_at: Some(page.now),
    };
    let hours = || Hours { n: 0, when: "07:30–18:30".into(), who: page.t("circle-alone"), alone: true };
    let plan = |version| Plan {
        version,
        inner: Inner {
            approach: say("请慢慢说话。", "Speak slowly."),
            habits: String::new(),
            found_before: String::new(),
            haunts: vec![Haunt {
                kind: "work".into(),
                label: say("纺织厂", "Mill"),
                lon: Some(121.5),
                lat: Some(30.9),
            }],
        },
        outer: Some(Outer { height_cm: Some(152), build: "thin".into(), marks: None, home: None }),
        may_keep_haunts: version > 0,
    };
    let worn = || locator::WornLine {
        id: nil.to_string(),
        name: say("手表", "Watch"),
        tail: "…4711".into(),
        heard: page.t("locators-never"),
    };
    let of = |full: bool| CarePage {
        page: page.clone(),
        frame: Frame::sample(page),
        back: "/desk".into(),
        here: "/desk".into(),
        done: full.then(|| page.tk("circle-done-", "card")),
        problem: full.then(|| page.tk("rule-care-", "has-card")),
        relay: if full { vec![kernel::ids::ContactId(uuid::Uuid::nil())] } else { Vec::new() },
        contacts: if full { vec![contact(false), contact(true)] } else { Vec::new() },
        guardians: vec![("1".into(), say("李敏", "Li Min"))],
        speak: vec![("1".into(), say("李敏", "Li Min"))],
        may: May { change: full, consent: full, card: full, plan: full },
        from_case: !full,
        photo: full.then(|| "/desk/photo".to_owned()),
        agreed: vec![
            Agreed { what: "identification", given: full, standing: page.t("circle-not-asked") },
            Agreed { what: "approach", given: false, standing: page.t("circle-may-ask") },
        ],
        plan: Some(plan(i64::from(full))),
        week: if full { vec![hours()] } else { Vec::new() },
        days: if full { vec![hours()] } else { Vec::new() },
        cards: if full { vec![card(CardState::InUse), card(CardState::Replaced)] } else { Vec::new() },
        locators: full.then(|| Section::new(page, vec![worn()], &paused())),
        review_on: "2027-06-01".into(),
    };
    let sealed = CarePage { plan: None, ..of(false) };
    [of(true), of(false), sealed].into_iter().map(|p| ("desk/care.html", p.render().unwrap_or_default())).collect()
}
