//! Lost elders: one who is kept at a station now and was lost five days ago, too; one whom the family misses, with a call for
//! help; one who got home three days ago.

use super::{Error, Linked, Written};
use ::lost::app::{self, Reached};
use ::lost::model::{
    Attempt, Debrief, Described, HandOver, How, Kind, Look, Outcome, PlaceKind, Proof, Receiver, Report, Reporter,
    ScenePlace, Task, Worked,
};
use kernel::ids::{CaseId, PersonId, PostId};
use kernel::{Actor, Lang, Moment, Point, Purpose, Role};
use store::Cx;

pub(super) fn write(cx: &mut Cx<'_>, written: &Written, linked: &[Linked], start: Moment) -> Result<(), Error> {
    if let Some(one) = linked.first() {
        got_home(cx, written, one.person, start.plus_days(-5))?;
        kept_now(cx, written, one.person, start)?;
    }
    if let Some(one) = linked.get(1) {
        got_home(cx, written, one.person, start.plus_days(-3))?;
    }
    if let Some(one) = linked.get(2) {
        missed_now(cx, written, one.person, start)?;
    }
    cx.now = start;
    Ok(())
}

/// Whoever looks after the place where somebody lives.
pub(super) struct Here {
    pub officer: Actor,
    pub second: Actor,
    post: PostId,
    /// Some streets away from home, where the same station answers.
    point: Point,
}

pub(super) fn here(cx: &mut Cx<'_>, written: &Written, person: PersonId) -> Result<Option<Here>, Error> {
    let ground = ::places::snapshot(cx)?;
    let areas = ::people::app::persons::areas_of(cx, person)?;
    let smallest = areas.into_iter().max_by_key(|id| ground.chain_ids(*id).len());
    let Some(at) = smallest.and_then(|id| ground.stand_in(id)) else { return Ok(None) };
    let Some(near) = at.post else { return Ok(None) };
    let posts: Vec<PostId> = std::iter::once(near).chain(ground.post(near).and_then(|p| p.parent)).collect();
    let holds = |role: Role, a: &&Actor| {
        a.grants().iter().any(|g| g.role == role && g.post.is_some_and(|p| posts.contains(&p)))
    };
    let officer = written.actors.iter().find(|a| holds(Role::DutyOfficer, a));
    let second = written.actors.iter().find(|a| holds(Role::PostHead, a));
    let (Some(officer), Some(second)) = (officer.cloned(), second.cloned()) else { return Ok(None) };
    // Whose home is near the border of a station must not be found beyond it: these officers would have no say there.
    let ours = |p: &Point| ground.locate(*p).is_ok_and(|l| l.post.is_some_and(|p| posts.contains(&p)));
    let point = Point::new(at.point.lon() + 0.003, at.point.lat() + 0.001).ok().filter(ours).unwrap_or(at.point);
    Ok(Some(Here { officer, second, post: posts.last().copied().unwrap_or(near), point }))
}

fn report(kind: Kind, here: &Here, words: &str, place: &str) -> Report {
    Report {
        key: None,
        kind,
        place: ScenePlace { point: Some(here.point), words: Some(place.to_owned()), ..ScenePlace::default() },
        words: words.to_owned(),
        described: Described {
            sex: "f".into(), age: Some(82), marks: vec!["拄木拐杖".into()], ..Described::default()
        },
        seen_at: None,
        reporter: Reporter { stays: true, ..Reporter::anonymous(Lang::ZhCn) },
        person: None,
    }
}

/// As somebody, on a case, for the version that is there.
fn step<T>(
    cx: &mut Cx<'_>,
    actor: &Actor,
    case: CaseId,
    f: impl FnOnce(&mut Cx<'_>, i64) -> ::lost::Result<T>,
) -> Result<T, Error> {
    Ok(cx.acting_as(actor.clone(), Purpose::Case(case), |cx| {
        let seen = app::load(cx, case)?.version;
        f(cx, seen)
    })?)
}

fn by_anybody(cx: &mut Cx<'_>, report: &Report) -> Result<CaseId, Error> {
    let anybody = Actor::public(cx.district());
    Ok(cx.acting_as(anybody, Purpose::Public, |cx| app::report(cx, report))?.case)
}

/// Found, known, kept, collected in the evening, thanked.
fn got_home(cx: &mut Cx<'_>, written: &Written, person: PersonId, day: Moment) -> Result<(), Error> {
    let Some(here) = here(cx, written, person)? else { return Ok(()) };
    cx.now = day;
    let case = by_anybody(cx, &report(Kind::Found, &here, "蓝布上衣，说要回老房子", "老街药店门口"))?;
    let officer = here.officer.clone();
    cx.now = day.plus_minutes(2);
    step(cx, &officer, case, |cx, v| app::take(cx, case, v))?;
    cx.now = day.plus_minutes(9);
    step(cx, &officer, case, |cx, v| app::identified(cx, case, v, person, How::Card))?;
    let Some(child) = care::app::contacts::all(cx, person)?.into_iter().find(|c| c.may_collect) else { return Ok(()) };
    let evening = day.plus_minutes(150);
    step(cx, &officer, case, |cx, v| {
        app::attempt(cx, case, v, child.id, Attempt::CannotCome, Some(evening), "在上班")
    })?;
    cx.now = day.plus_minutes(20);
    step(cx, &officer, case, |cx, v| app::keep(cx, case, v, here.post, "精神好，有点口渴"))?;
    for (minutes, looks) in [(30, vec![Look::Water, Look::Comfort]), (58, vec![Look::Food]), (85, vec![Look::Toilet])] {
        cx.now = day.plus_minutes(minutes);
        step(cx, &officer, case, |cx, v| app::log_look(cx, case, v, &looks, ""))?;
    }
    cx.now = evening;
    let command = HandOver {
        receiver: Receiver::Contact { id: child.id, barred: false },
        proof: Proof::IdCard,
        place: PlaceKind::Post,
        override_reason: None,
        code: None,
        signature: None,
    };
    step(cx, &officer, case, |cx, v| app::hand_over(cx, case, v, &command))?;
    cx.now = evening.plus_minutes(10);
    let words = "老人已经由家人接回家，谢谢您守着她！";
    step(cx, &officer, case, |cx, v| app::answer(cx, case, v, words, Reached::Page))?;
    let found = Debrief {
        card: Worked::Good,
        locator: Worked::None,
        schedule: Worked::Good,
        words: Some("卡绳换新的。".into()),
    };
    step(cx, &officer, case, |cx, v| app::debrief(cx, case, v, &found))?;
    step(cx, &here.second, case, |cx, v| app::close(cx, case, v, Outcome::Home, ""))
}

/// At the station now; the child comes later.
fn kept_now(cx: &mut Cx<'_>, written: &Written, person: PersonId, start: Moment) -> Result<(), Error> {
    let Some(here) = here(cx, written, person)? else { return Ok(()) };
    cx.now = start.plus_minutes(-42);
    let case = by_anybody(cx, &report(Kind::Found, &here, "坐在桥头，灰色外套，鞋子湿了", "老桥桥头"))?;
    let officer = here.officer.clone();
    cx.now = start.plus_minutes(-40);
    step(cx, &officer, case, |cx, v| app::take(cx, case, v))?;
    cx.now = start.plus_minutes(-33);
    step(cx, &officer, case, |cx, v| app::identified(cx, case, v, person, How::Card))?;
    cx.now = start.plus_minutes(-30);
    if let Some(child) = care::app::contacts::all(cx, person)?.into_iter().find(|c| c.may_collect) {
        let eta = start.plus_minutes(70);
        step(cx, &officer, case, |cx, v| {
            app::attempt(cx, case, v, child.id, Attempt::CannotCome, Some(eta), "在上班，下班就来")
        })?;
    }
    cx.now = start.plus_minutes(-25);
    step(cx, &officer, case, |cx, v| app::keep(cx, case, v, here.post, "有点冷，已经披上毯子"))?;
    cx.now = start.plus_minutes(-12);
    step(cx, &officer, case, |cx, v| app::log_look(cx, case, v, &[Look::Water, Look::Comfort], "喝了热水"))
}

/// The family misses somebody; people near by are called.
fn missed_now(cx: &mut Cx<'_>, written: &Written, person: PersonId, start: Moment) -> Result<(), Error> {
    let Some(here) = here(cx, written, person)? else { return Ok(()) };
    cx.now = start.plus_minutes(-55);
    let report = report(Kind::Missing, &here, "出门买菜没有回来，穿深红毛衣", "小区北门");
    let case = by_anybody(cx, &report)?;
    let officer = here.officer.clone();
    cx.now = start.plus_minutes(-53);
    step(cx, &officer, case, |cx, v| app::take(cx, case, v))?;
    step(cx, &officer, case, |cx, v| app::identified(cx, case, v, person, How::Family))?;
    cx.now = start.plus_minutes(-50);
    step(cx, &officer, case, |cx, v| app::call_help(cx, case, v, 2_000))?;
    let helper = written.actors.iter().find(|a| {
        let volunteer = a.has(Role::Volunteer) || a.has(Role::BuildingLeader);
        volunteer && a.account_id().is_some()
    });
    if let Some(id) = helper.and_then(Actor::account_id) {
        cx.now = start.plus_minutes(-44);
        step(cx, &officer, case, |cx, v| app::take_helper(cx, case, v, id, Task::Search))?;
    }
    Ok(())
}
