//! Elders who wear a care card: contacts in order, plan and schedule with what was agreed to, cards in every state, scans and
//! a thread. What no public page may say of them is listed beside the links.

use super::{Error, Linked};
use crate::World;
use care::app::cards::{self, Check, Made};
use care::app::finder::{self, Answer as Opened, Said};
use care::app::plan::{self, WritePlan};
use care::app::{consents, contacts, photo, schedule, threads};
use care::model::schedule::{Schedule, Slot, Where};
use care::model::{CardState, Condition, Consented, Haunt, Inner, NewContact, Outer, Whom};
use kernel::ids::{PersonId, PostId};
use kernel::{Actor, Lang, Moment, Point, Purpose, Role};
use people::app::consents::{self as agreed, Aim, Answer, By, Way};
use people::app::links::{self, Proof};
use people::app::persons::{self, For};
use people::model::person::Part;
use people::policy::jobs;
use serde::{Deserialize, Serialize};
use store::Cx;

/// A card of the demo, with what is printed on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoCard {
    pub token: String,
    pub code: String,
    /// `active` or `retired`.
    pub state: String,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cards {
    pub cards: Vec<DemoCard>,
    /// Strings that no public page may contain.
    pub secrets: Vec<String>,
    /// Codes of letters of families, for `/p/…`.
    pub family: Vec<String>,
    /// Last digits of the number of whoever holds each of them: the door before the plan asks for them.
    pub digits: Vec<String>,
}

/// What ails them; stands in the record, behind its consent.
pub(super) const ILLNESSES: [&str; 5] = [
    "轻度阿尔茨海默病，傍晚容易出门找老房子",
    "血管性失智，听力弱",
    "高血压，早晚服药",
    "二型糖尿病，出门带糖",
    "帕金森病，走路慢",
];
const APPROACH: [&str; 5] = [
    "请慢慢说话，站到面前来，可以拉拉手。",
    "耳朵不好，请大声一点，写字也看得懂。",
    "喜欢听越剧，先聊几句再问路。",
    "怕生，请先说明是来帮忙的。",
    "走得慢，请陪着慢慢走，歇一歇。",
];
const MARKS: [&str; 5] = ["左手背有疤", "戴黑框眼镜", "右眉有痣", "拄木拐杖", "头发全白"];
/// Days ago the plans were written, and cards given out.
const DAYS: i64 = 40;

pub(super) fn write(
    cx: &mut Cx<'_>,
    world: &mut World,
    actors: &[Actor],
    linked: &[Linked],
    start: Moment,
) -> Result<Cards, Error> {
    let mut out = Cards::default();
    let mut posts = Vec::new();
    for one in linked {
        posts.push(lives(cx, one.person)?.and_then(|l| l.post));
    }
    let Some(home) = posts.iter().flatten().next().copied() else { return Ok(out) };
    for (n, one) in linked.iter().enumerate() {
        cx.now = start.plus_days(-DAYS).plus_minutes(i64::try_from(n).unwrap_or(0));
        let blanks = make(cx, posts.get(n).copied().flatten().unwrap_or(home))?;
        let given = cx.acting_as(one.actor.clone(), Purpose::Matter(one.matter), |cx| {
            let why = matters::app::persons::in_the_name_of(cx, one.matter, one.person)?;
            enrol(cx, world, n, one.person, &why, &mut out)?;
            give(cx, n, one.person, &why, &blanks, start)
        })?;
        stand_for_letters(cx, actors, one)?;
        out.cards.extend(given);
    }
    let active: Vec<DemoCard> = out.cards.iter().filter(|c| c.state == "active").cloned().collect();
    scans(cx, &active, start)?;
    if let (Some(card), Some(one)) = (active.first(), linked.first()) {
        talk(cx, card, one.person, start)?;
    }
    // Blanks for whoever wants to give one out.
    cx.now = start.plus_days(-1);
    cx.acting_as(Actor::system(cx.district(), jobs::DEMO), Purpose::Administration, |cx| cards::make(cx, home, 10))?;
    cx.now = start;
    Ok(out)
}

/// A second person says of each letter that whoever it is for was there.
fn stand_for_letters(cx: &mut Cx<'_>, actors: &[Actor], one: &Linked) -> Result<(), Error> {
    let letters = cx.acting_as(one.actor.clone(), Purpose::Matter(one.matter), |cx| {
        let why = matters::app::persons::in_the_name_of(cx, one.matter, one.person)?;
        Ok::<_, Error>(links::links(cx, one.person, &why)?)
    })?;
    let may = |a: &&Actor| a.has(Role::PostHead) || a.has(Role::DutyOfficer);
    for letter in letters.iter().filter(|l| !l.confirmed) {
        for second in actors.iter().filter(may) {
            let said = cx.acting_as(second.clone(), Purpose::Matter(one.matter), |cx| {
                let why = matters::app::persons::in_the_name_of(cx, one.matter, one.person)?;
                Ok::<_, Error>(links::confirm(cx, one.person, &why, letter.id)?)
            });
            if said.is_ok() {
                break;
            }
        }
    }
    Ok(())
}

/// A place that stands for where somebody lives, and the post that answers for it.
fn lives(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<places::Located>, Error> {
    let ground = places::snapshot(cx)?;
    let areas = persons::areas_of(cx, person)?;
    let smallest = areas.into_iter().max_by_key(|id| ground.chain_ids(*id).len());
    Ok(smallest.and_then(|id| ground.stand_in(id)))
}

fn home_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Point>, Error> {
    Ok(lives(cx, person)?.map(|l| l.point))
}

fn make(cx: &mut Cx<'_>, post: PostId) -> Result<Vec<Made>, Error> {
    let who = Actor::system(cx.district(), jobs::DEMO);
    Ok(cx.acting_as(who, Purpose::Administration, |cx| cards::make(cx, post, 2))?)
}

fn digits(phone: &str) -> String {
    kernel::text::phone(phone).unwrap_or_default()
}

/// As the phone is stored, and as people write it: `021-0555 0123`.
fn spelled(phone: &str) -> Vec<String> {
    let plain = digits(phone);
    let written = match (plain.get(..3), plain.get(3..7), plain.get(7..)) {
        (Some(a), Some(b), Some(c)) => format!("{a}-{b} {c}"),
        _ => plain.clone(),
    };
    vec![plain, written]
}

fn enrol(
    cx: &mut Cx<'_>,
    world: &mut World,
    n: usize,
    person: PersonId,
    why: &For,
    out: &mut Cards,
) -> Result<(), Error> {
    // Who nobody may read of.
    if let Some(known) = persons::known(cx, person)? {
        out.secrets.push(known.name);
        out.secrets.extend(known.address);
        out.secrets.extend(known.phone.iter().flat_map(|p| spelled(p)));
    }
    out.secrets.extend(ILLNESSES.get(n % ILLNESSES.len()).map(|i| (*i).to_owned()));
    let guardians = persons::spoken_for(cx, person)?;
    for g in &guardians {
        out.secrets.extend(g.who.iter().map(|w| w.name.clone()));
        out.secrets.extend(g.phone.iter().flat_map(|p| spelled(p)));
    }
    // The circle: the child first, then a relative; one is kept away by a protection order.
    let mut first = None;
    for g in &guardians {
        let whom = Whom::Guardian(g.id);
        let mail = Some(format!("family{n}@mail.example"));
        let new = NewContact { whom, mail, lang: Lang::ZhCn, may_collect: true, barred: false };
        let id = contacts::add(cx, person, why, &new)?;
        first = first.or(Some(id));
        let number = g.phone.as_deref().map(digits).unwrap_or_default();
        out.digits.push(number.get(number.len().saturating_sub(4)..).unwrap_or_default().to_owned());
        out.family.push(links::issue(cx, person, why, Some(g.id), Proof::IdCard)?.code);
    }
    let relative = world.people.person();
    out.secrets.push(relative.name.clone());
    out.secrets.extend(spelled(&relative.phone));
    let whom = Whom::Other { name: relative.name, relation: "侄子".into(), phone: Some(relative.phone) };
    let barred = n == 3;
    contacts::add(cx, person, why, &NewContact { whom, mail: None, lang: Lang::ZhCn, may_collect: !barred, barred })?;
    agree(cx, n, person, why)?;
    write_plan(cx, n, person, why)?;
    if consents::in_force(cx, person, Consented::Photo)? {
        let drawn = super::portrait::draw(n).map_err(|e| Error::Land(e.to_string()))?;
        photo::put(cx, person, why, &drawn)?;
    }
    if let Some(child) = first {
        let week = vec![
            Slot { days: vec![0, 1, 2, 3, 4], from: 0, to: 450, at: Where::Home(vec![child]) },
            Slot { days: vec![0, 1, 3, 4], from: 450, to: 1_110, at: Where::Alone },
            Slot { days: vec![2], from: 450, to: 1_110, at: Where::Elsewhere("日间照料中心".into()) },
            Slot { days: vec![0, 1, 2, 3, 4], from: 1_110, to: 1_440, at: Where::Home(vec![child]) },
            Slot { days: vec![5, 6], from: 0, to: 1_440, at: Where::Home(vec![child]) },
        ];
        schedule::set(cx, person, why, 0, &Schedule { week, exceptions: Vec::new() })?;
    }
    Ok(())
}

fn agree(cx: &mut Cx<'_>, n: usize, person: PersonId, why: &For) -> Result<(), Error> {
    let review_on = cx.now.plus_days(365);
    let witness = "居委会陈主任".to_owned();
    for what in Consented::ALL {
        // Some did not want a stranger to read about them.
        if *what == Consented::Approach && n % 4 == 2 {
            continue;
        }
        // A photo is kept of some, and no stranger sees it.
        if *what == Consented::PhotoCard || *what == Consented::Photo && !n.is_multiple_of(3) {
            continue;
        }
        let new = consents::NewConsent {
            what: *what,
            answer: Answer::Given,
            by: By::Subject,
            guardian: None,
            way: Way::Visit,
            witness: witness.clone(),
            review_on,
            by_themselves: false,
        };
        consents::record(cx, person, why, &new)?;
    }
    if n.is_multiple_of(2) && !agreed::in_force(cx, person, Part::Location)? {
        let new = agreed::NewConsent {
            part: Part::Location,
            answer: Answer::Given,
            by: By::Subject,
            guardian: None,
            aim: Aim::GettingHome,
            way: Way::Visit,
            witness,
            review_on,
            by_themselves: false,
        };
        agreed::record(cx, person, why, &new)?;
    }
    Ok(())
}

fn write_plan(cx: &mut Cx<'_>, n: usize, person: PersonId, why: &For) -> Result<(), Error> {
    let pick = |all: [&'static str; 5]| all.get(n % 5).copied().unwrap_or_default().to_owned();
    let home = home_of(cx, person)?;
    let haunts = match home {
        Some(p) if agreed::in_force(cx, person, Part::Location)? => {
            let at = |kind: &str, label: &str, east: f64, north: f64| Haunt {
                kind: kind.into(),
                label: label.into(),
                lon: Some(p.lon() + east),
                lat: Some(p.lat() + north),
            };
            vec![
                at("former-home", "老街的老房子", 0.011, 0.004),
                at("work", "从前上班的纺织厂", -0.006, 0.009),
                at("haunt", "清早去的菜场", 0.002, -0.003),
                at("found-before", "去年在桥头找到", 0.008, 0.001),
            ]
        }
        _ => Vec::new(),
    };
    let inner = Inner {
        approach: pick(APPROACH),
        habits: "清早去菜场，下午在楼下坐；天黑前会想出门。".into(),
        found_before: "去年秋天在桥头坐着，是菜场的人送回来的。".into(),
        haunts,
    };
    let outer = Outer {
        height_cm: u16::try_from(148 + n * 3 % 28).ok(),
        build: ["thin", "middle", "stout"].get(n % 3).copied().unwrap_or_default().into(),
        marks: Some(vec![pick(MARKS)]),
        home: home.map(|p| (p.lon(), p.lat())),
    };
    plan::write(cx, person, why, 0, &WritePlan { inner: Some(inner), outer: Some(outer) })?;
    Ok(())
}

/// The first card, and what became of it.
fn give(
    cx: &mut Cx<'_>,
    n: usize,
    person: PersonId,
    why: &For,
    blanks: &[Made],
    start: Moment,
) -> Result<Vec<DemoCard>, Error> {
    let [made, spare] = blanks else { return Ok(Vec::new()) };
    let of = |m: &Made, state: CardState| DemoCard {
        token: m.token.clone(),
        code: m.code.clone(),
        state: if state.opens() { "active" } else { "retired" }.to_owned(),
    };
    let card = cards::issue(cx, person, why, &made.code)?;
    if n % 5 != 4 {
        let strap = if n.is_multiple_of(3) { Condition::Worn } else { Condition::Good };
        cards::check(cx, person, why, card, Check { worn: true, card: Condition::Good, strap })?;
    }
    cx.now = start.plus_days(-9);
    Ok(match n % 5 {
        1 => {
            cards::replace(cx, person, why, card, &spare.code)?;
            vec![of(made, CardState::Replaced), of(spare, CardState::Issued)]
        }
        2 => {
            cards::lose(cx, person, why, card)?;
            cards::replace(cx, person, why, card, &spare.code)?;
            vec![of(made, CardState::Lost), of(spare, CardState::Issued)]
        }
        3 => {
            cards::revoke(cx, person, why, card)?;
            vec![of(made, CardState::Revoked)]
        }
        _ => vec![of(made, CardState::InUse)],
    })
}

fn open(cx: &mut Cx<'_>, card: &DemoCard) -> Result<Option<finder::OpenCard>, Error> {
    Ok(match finder::resolve(cx, &card.token)? {
        Opened::Open(card) => Some(*card),
        Opened::Over(_) | Opened::Unknown => None,
    })
}

fn as_finder<T>(cx: &mut Cx<'_>, f: impl FnOnce(&mut Cx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    cx.acting_as(Actor::public(cx.district()), Purpose::Public, f)
}

fn scans(cx: &mut Cx<'_>, active: &[DemoCard], start: Moment) -> Result<(), Error> {
    for (i, card) in active.iter().enumerate().take(3) {
        for days in [7, 2] {
            cx.now = start.plus_days(-days).plus_minutes(i64::try_from(i * 37).unwrap_or(0));
            as_finder(cx, |cx| {
                if let Some(card) = open(cx, card)? {
                    finder::scanned(cx, &card)?;
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Forty minutes ago somebody found the first of them.
fn talk(cx: &mut Cx<'_>, card: &DemoCard, person: PersonId, start: Moment) -> Result<(), Error> {
    const SECRET: &str = "00000000000000000000000000000000demo0000";
    cx.now = start.plus_minutes(-40);
    let place = home_of(cx, person)?.and_then(|p| Point::new(p.lon() + 0.004, p.lat() + 0.002).ok());
    let thread = as_finder(cx, |cx| {
        let Some(card) = open(cx, card)? else { return Ok(None) };
        finder::scanned(cx, &card)?;
        let said = Said {
            words: "老人在桥头坐着，说要回老房子，身体看着还好。".into(), place, again: "demo-1".into()
        };
        Ok(Some(finder::say(cx, &card, SECRET, &said)?))
    })?;
    let Some(thread) = thread else { return Ok(()) };
    cx.now = start.plus_minutes(-34);
    let family = Actor::subject(cx.district(), person);
    cx.acting_as(family, Purpose::OwnRecord, |cx| {
        threads::answer(cx, thread, "太谢谢您了，我已经出门，大概二十分钟到。", "demo-2")
    })?;
    Ok(())
}
