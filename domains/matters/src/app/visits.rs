//! What visits bring (N4): each need, each hazard and a door that stayed shut is a matter about the person. A welfare check has a class
//! of its own with clocks in hours; it moves on by itself when somebody has seen them.

use super::persons::{CARE_CLASS, task_of};
use super::{Line, act, around};
use crate::Error;
use crate::model::{Command, ContactOutcome, Facts, Outcome, State, next};
use crate::seed::WELFARE_CHECK;
use crate::store::{MatterRow, classes};
use ::store::{Cx, KeyClass, params};
use kernel::Purpose;
use kernel::ids::{MatterId, PersonId};
use people::app::consents;
use people::policy::{Action, decide};

/// What visitors found at somebody's home, or that nobody opened twice: once per key; nothing when they are in care no longer. The same
/// thing said again while its matter is open is one more report in that matter, and its owner hears of it.
pub(crate) fn visit_task(cx: &mut Cx<'_>, person: PersonId, what: &str, key: &str) -> Result<(), Error> {
    let Some(area) = consents::area_to_ask(cx, person)? else { return Ok(()) };
    cx.lock(&format!("matters/visit/{person}"))?;
    if super::raise::number_of_key(cx, key)?.is_some() || act::is_done(cx, key)? {
        return Ok(());
    }
    let matter = match still_open(cx, person, what)? {
        Some(matter) => {
            say_again(cx, matter, what, key)?;
            matter
        }
        None => {
            let class = if what == "welfare" { WELFARE_CHECK } else { CARE_CLASS };
            let matter = task_of(cx, class, key, (person, area), &visit_words(what))?;
            let sql = "UPDATE matter_person SET about = $1 WHERE matter_id = $2 AND person_id = $3";
            let about = mark(cx, person, what);
            cx.execute(sql, params![about.as_slice(), matter, person])?;
            matter
        }
    };
    if what == "welfare" { check_until(cx, matter) } else { Ok(()) }
}

/// What a matter is about somebody, without telling it: two of the same are found, and nothing else.
fn mark(cx: &Cx<'_>, person: PersonId, what: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Text, format!("visit-task:{person}:{what}").as_bytes())
}

/// The matter about the same thing that nobody has confirmed as done yet; where it was joined to another, that one. A welfare check that
/// was handed in answers for what was before it: a door that stays shut afterwards is another one, with clocks of its own.
fn still_open(cx: &mut Cx<'_>, person: PersonId, what: &str) -> Result<Option<MatterId>, Error> {
    let sql = "SELECT m.id, m.state FROM matter_person p JOIN matter d ON d.id = p.matter_id \
               JOIN matter m ON m.id = COALESCE(d.merged_into, d.id) WHERE p.person_id = $1 AND p.district_id = $2 \
               AND p.about = $3 AND p.ended_at IS NULL AND m.is_open = 1 ORDER BY m.n DESC";
    let about = mark(cx, person, what);
    for row in &cx.query(sql, params![person, cx.district(), about.as_slice()])? {
        let state = State::from_code(&row.text("state")?).unwrap_or(State::Closed);
        let handled =
            matches!(state, State::Verified | State::Answered) || (what == "welfare" && state == State::ToVerify);
        if !handled {
            return Ok(Some(row.id("id")?));
        }
    }
    Ok(None)
}

fn say_again(cx: &mut Cx<'_>, matter: MatterId, what: &str, key: &str) -> Result<(), Error> {
    let mut m = MatterRow::for_change(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    around::follow_owner(cx, &mut m, &owner)?;
    let handlers = act::handlers(cx, &m)?;
    let again = Command::AddFacts { text: format!("同样的情况又反映了一次。{}", visit_words(what)) };
    let to = next(m.state, again.kind(), &Facts { now: cx.now, ..Facts::default() })?;
    act::perform(cx, &mut m, &owner, &handlers, &again, to)?;
    act::remember(cx, key, &m, again.kind())
}

/// The list of who is due says until when a check must have been made: as the class says, and from nowhere else.
fn check_until(cx: &mut Cx<'_>, matter: MatterId) -> Result<(), Error> {
    let m = MatterRow::load(cx, matter)?;
    let Some(rule) = classes::by_code(cx, &m.class)? else { return Ok(()) };
    let calendar = super::calendar::calendar(cx)?;
    let until = super::raise::promise(&rule, &calendar, m.received_at).1.due_at;
    for person in people_of(cx, matter)? {
        care::app::visits::check_until(cx, person, until).map_err(of_care)?;
    }
    Ok(())
}

/// The same for all that are open, after a change of the class.
pub(super) fn checks_until(cx: &mut Cx<'_>) -> Result<(), Error> {
    let sql = "SELECT id FROM matter WHERE district_id = $1 AND class = $2 AND is_open = 1 AND state <> 'to_verify' ORDER BY n";
    let rows = cx.query(sql, params![cx.district(), WELFARE_CHECK])?;
    for row in &rows {
        check_until(cx, row.id("id")?)?;
    }
    Ok(())
}

fn people_of(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<PersonId>, Error> {
    let sql = "SELECT person_id FROM matter_person WHERE matter_id = $1 AND district_id = $2 AND ended_at IS NULL";
    cx.query(sql, params![matter, cx.district()])?.iter().map(|r| r.id("person_id").map_err(Error::from)).collect()
}

fn of_care(error: care::Error) -> Error {
    match error {
        care::Error::Store(e) => Error::from(e),
        other => Error::Store(::store::Error::Setup(other.to_string())),
    }
}

/// Somebody has seen them, or their care is over: open welfare checks about them wait for whoever confirms it, and ring no more for
/// whoever was to go there.
pub(crate) fn welfare_over(cx: &mut Cx<'_>, person: PersonId, why: &str) -> Result<(), Error> {
    let sql = "SELECT m.id FROM matter_person p JOIN matter m ON m.id = p.matter_id WHERE p.person_id = $1 AND p.district_id = $2 \
               AND p.ended_at IS NULL AND m.is_open = 1 AND m.class = $3 ORDER BY m.n";
    let rows = cx.query(sql, params![person, cx.district(), WELFARE_CHECK])?;
    let open = rows.iter().map(|r| r.id("id")).collect::<Result<Vec<MatterId>, _>>()?;
    for matter in open {
        submit(cx, matter, over_words(why))?;
    }
    Ok(())
}

/// The program's own steps, each a legal one: what nobody needs to do any more.
fn submit(cx: &mut Cx<'_>, matter: MatterId, words: &str) -> Result<(), Error> {
    let mut m = MatterRow::for_change(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    around::follow_owner(cx, &mut m, &owner)?;
    let handlers = act::handlers(cx, &m)?;
    let contact = || Command::Contact { outcome: ContactOutcome::OnSite, note: None };
    let submit = || Command::Submit { outcome: Outcome::Done, answer: words.to_owned() };
    let steps = match m.state {
        s if s.is_unsigned() => vec![Command::Sign, contact(), submit()],
        State::Signed => vec![contact(), submit()],
        s if s.is_handling() => vec![submit()],
        _ => Vec::new(),
    };
    for step in steps {
        let facts = Facts { now: cx.now, ..Facts::default() };
        let to = next(m.state, step.kind(), &facts)?;
        act::perform(cx, &mut m, &owner, &handlers, &step, to)?;
    }
    Ok(())
}

/// Somebody made sure that they are well and says so in the matter: nobody is urged any more.
pub(super) fn checked(cx: &mut Cx<'_>, m: &MatterRow) -> Result<(), Error> {
    if m.class != WELFARE_CHECK || m.outcome != Some(Outcome::Done) {
        return Ok(());
    }
    for person in people_of(cx, m.id)? {
        care::app::visits::checked(cx, person).map_err(of_care)?;
    }
    Ok(())
}

/// Open matters about somebody that whoever asks may see, the newest first. The record is another question.
pub fn lines_about(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Line>, Error> {
    let mut out = Vec::new();
    for matter in super::persons::open_about(cx, person)? {
        let m = MatterRow::load(cx, matter)?;
        let facts = around::facts_of(cx, &m)?;
        if decide(&cx.actor, Purpose::Matter(matter), Action::ViewMatter, &facts).is_allowed() {
            out.push(Line::of(m, cx.now));
        }
    }
    Ok(out)
}

/// Part of the district's own papers, in its language.
fn over_words(why: &str) -> &'static str {
    match why {
        "seen" => "上门的同志已经见到老人，人平安。请核对后办结。",
        _ => "这位老人的照护已经结束，不用再上门。请核对后办结。",
    }
}

/// Part of the district's own papers, in its language. Who it is, the record says.
fn visit_words(what: &str) -> String {
    let words = match what {
        "welfare" => {
            return "连续上门都没有人开门：请按时限确认老人平安，先打电话、问邻居，再上门。".to_owned();
        }
        "visits-asked" => {
            return "家人在网上希望少来或者不要再上门。还没有照办：请先打电话问老人本人，再在老人的照护页上记下回答；在那之前照常上门。".to_owned();
        }
        "visits-none" => {
            return "老人或家人在网上表示不要再上门了，探访计划已经结束。请打个电话问问，是不是本人的意思，还需要什么。".to_owned();
        }
        "hazard-gas" => "家里的燃气有隐患",
        "hazard-wiring" => "家里的电线、插座有隐患",
        "hazard-floor" => "地面湿滑，容易摔倒",
        "hazard-stairs" => "楼梯或扶手不安全",
        "hazard-clutter" => "家里堆物多，通道不畅",
        "hazard-cold" => "家里太冷",
        "hazard-heat" => "家里太热",
        "hazard-food" => "食物变质或不够吃",
        "need-repair" => "需要上门维修",
        "need-doctor" => "需要看医生",
        "need-medicine" => "需要配药",
        "need-meal" => "需要送餐",
        "need-errand" => "需要代办、跑腿",
        "need-company" => "希望常有人陪着说说话",
        "need-phone" => "需要有人教用手机",
        "need-card" => "爱心卡或挂绳要换",
        "need-papers" => "需要帮忙办证件、手续",
        _ => "有别的需要",
    };
    format!("探访时发现：{words}。请联系老人或家人，商量怎么办。")
}
