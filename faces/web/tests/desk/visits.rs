//! Visits at the desk over HTTP: who is due, a pair sent to several, what is said on the telephone, reports to check, switches, rules.

use crate::world::{Desk, aside, hidden};
use axum::http::StatusCode;
use care::app::visits;
use care::model::visit::VisitKind;
use kernel::ids::{AccountId, AreaId};
use kernel::{Purpose, Role};
use people::app::consents::By;
use people::app::persons;
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};

/// A neighbourhood with two elders who are due, and people to send.
struct Street {
    desk: Desk,
    worker: AccountId,
    volunteer: AccountId,
    officer: String,
    area: AreaId,
}

impl Street {
    async fn new() -> Self {
        let desk = Desk::new();
        let (worker, volunteer, area) = aside(|| Self::plan(&desk));
        desk.let_in("officer9");
        let officer = desk.sign_in_as("officer9").await;
        Self { desk, worker, volunteer, officer, area }
    }

    fn plan(desk: &Desk) -> (AccountId, AccountId, AreaId) {
        let world = &desk.world;
        let outline = || Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
        let save = vec![
            SaveArea::new(AreaKind::District, Some("d"), "和邻区").outlined(outline()),
            SaveArea::new(AreaKind::Community, Some("c1"), "荷风里").outlined(outline()),
        ];
        let saved = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
        let area = saved[1].0;
        let here = Place { area: Some(area), ..Place::default() };
        let officer = world.staff(Role::CommunityOfficer, here, "officer9", "周警官").0;
        let worker = world.staff(Role::CommitteeWorker, here, "worker9", "陈干事").0;
        let volunteer = world.staff(Role::Volunteer, here, "vol9", "林志愿").0;
        for name in ["王桂芳", "李阿宝"] {
            let new = NewPerson {
                area,
                identity: Identity { name: name.into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
                contact: Contact { phone: Some("021-0555 0101".into()), address: None, language: None },
                guardians: vec![],
            };
            let elder = world.act(move |cx| {
                let ground = care::Ground(places::snapshot(cx)?);
                Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
            });
            let who = world.who(officer, Purpose::Administration);
            world.act_as(who, move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
        }
        (worker, volunteer, area)
    }

    async fn get(&self, path: &str) -> String {
        let answer = self.desk.get(&self.officer, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }
    /// Boxes of the list, as the page sends them.
    async fn boxes(&self) -> Vec<String> {
        let page = self.get("/desk/visits").await;
        page.split("name=\"visit\" value=\"").skip(1).map(|p| p.split('"').next().unwrap().to_owned()).collect()
    }
    async fn send(&self, visits: &[String], first: AccountId, second: AccountId) -> crate::world::Answer {
        let boxes: Vec<String> = visits.iter().map(|v| format!("visit={v}")).collect();
        let form = format!("{}&first={first}&second={second}", boxes.join("&"));
        self.desk.post(&self.officer, "/desk/visits/assign", &form).await
    }
    /// Sends a pair to the first of the list; its page.
    async fn first_sent(&self) -> String {
        let boxes = self.boxes().await;
        let sent = self.send(&boxes[..1], self.worker, self.volunteer).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        format!("/desk/visits/{}", boxes[0].split(':').next().unwrap())
    }
    async fn record(&self, visit: &str, form: &str) -> crate::world::Answer {
        let id = hidden(&self.get(visit).await, "id");
        self.desk.post(&self.officer, &format!("{visit}/record"), &format!("id={id}&{form}")).await
    }
}

#[tokio::test]
async fn a_pair_is_sent_to_many_at_once_and_a_wrong_one_to_nobody() {
    let s = Street::new().await;
    let list = s.get("/desk/visits").await;
    assert!(list.contains("王桂芳") && list.contains("李阿宝") && list.contains("荷风里"), "{list}");
    assert!(list.contains("新来的") || list.contains("认识"), "says why: {list}");
    let boxes = s.boxes().await;
    assert_eq!(boxes.len(), 2);
    let nothing = s.send(&[], s.worker, s.volunteer).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let twice = s.send(&boxes, s.worker, s.worker).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(twice.body.matches(" checked").count(), 2, "what was ticked stays: {}", twice.body);
    let sent = s.send(&boxes, s.worker, s.volunteer).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let list = s.get(&sent.location).await;
    assert!(list.contains("已派人到 2 户") && list.contains("陈干事、林志愿"), "{list}");
    // The same form again: the visits are another version now, and are left as they are.
    let again = s.send(&boxes, s.worker, s.volunteer).await;
    assert!(s.get(&again.location).await.contains("2 户刚被别人改过"));
    assert!(!s.get("/desk/visits?filter=unassigned").await.contains("王桂芳"));
    let file = s.get("/desk/visits?filter=all&as=csv").await;
    assert!(file.contains("荷风里") && file.contains("陈干事") && !file.contains("王桂芳"), "{file}");
    let names = s.desk.sql(|cx| {
        let sql = "SELECT COUNT(*) AS n FROM audit_read WHERE fields = 'name,visits'";
        cx.query_one(sql, &[])?.i64("n")
    });
    assert!(names >= 4, "each name that was shown is an entry of the log: {names}");
}

#[tokio::test]
async fn what_visitors_say_on_the_telephone_is_taken_once() {
    let s = Street::new().await;
    let visit = s.first_sent().await;
    let missing = s.record(&visit, "note=x").await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let moved = s.record(&visit, "outcome=rescheduled&note=abc").await;
    assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(moved.body.contains(">abc</textarea>"), "what was typed stays: {}", moved.body);
    let id = hidden(&s.get(&visit).await, "id");
    let form = format!("id={id}&outcome=seen&chat=1&needs=meal&mood=lonely");
    for _ in 0..2 {
        let taken = s.desk.post(&s.officer, &format!("{visit}/record"), &form).await;
        assert!(taken.location.ends_with("/desk/visits?done=seen"), "{} {}", taken.location, taken.body);
    }
    let tasks =
        s.desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.visit_task'", &[])?.i64("n"));
    assert_eq!(tasks, 1);
    // Somebody else tells another story of the same visit.
    let other: String = s.desk.sql(|cx| Ok(cx.new_id::<uuid::Uuid>().to_string()));
    let form = format!("id={other}&outcome=seen&needs=errand&note=zz");
    let conflict = s.desk.post(&s.officer, &format!("{visit}/record"), &form).await;
    assert!(conflict.location.ends_with("done=conflict"), "{}", conflict.location);
    let inbox = s.get("/desk/visits/inbox").await;
    assert!(inbox.contains("王桂芳") || inbox.contains("李阿宝"));
    assert!(inbox.contains("zz") && inbox.contains("1 项需要"), "{inbox}");
    let at = format!("/desk/visits/inbox/{other}");
    assert_eq!(s.desk.post(&s.officer, &at, "do=take").await.status, StatusCode::SEE_OTHER);
    assert_eq!(s.desk.post(&s.officer, &at, "do=aside").await.status, StatusCode::CONFLICT, "settled once");
    assert!(!s.get("/desk/visits/inbox").await.contains("zz"));
}

#[tokio::test]
async fn a_door_that_stays_closed_twice_stands_first() {
    let s = Street::new().await;
    let name = |page: &str| if page.contains("王桂芳") { "王桂芳" } else { "李阿宝" };
    let visit = s.first_sent().await;
    let who = name(&s.get(&visit).await).to_owned();
    let once = s.record(&visit, "outcome=not-home").await;
    assert!(once.location.ends_with("done=not-home"), "{}", once.body);
    let list = s.get("/desk/visits?filter=soon").await;
    assert!(list.contains("没人应门 1 次"), "{list}");
    let again = list.split("/desk/visits/").skip(1).find_map(|p| {
        let (id, rest) = p.split_once('"')?;
        rest.get(..200.min(rest.len()))?;
        let cell = rest.split("</tr>").next()?;
        (cell.contains("没人应门 1 次")).then(|| id.to_owned())
    });
    let again = again.unwrap();
    let boxes = s.boxes().await;
    let of: Vec<String> = boxes.into_iter().filter(|b| b.starts_with(&again)).collect();
    assert_eq!(s.send(&of, s.worker, s.volunteer).await.status, StatusCode::SEE_OTHER);
    s.record(&format!("/desk/visits/{again}"), "outcome=not-home").await;
    let list = s.get("/desk/visits?filter=welfare").await;
    assert!(list.contains(&who) && list.contains("要去看看人是否平安"), "{list}");
    assert!(s.get("/desk/visits").await.contains("两次没人应门 1 户"));
}

#[tokio::test]
async fn rounds_are_switched_on_and_ended_and_rules_changed_by_one_at_a_time() {
    let s = Street::new().await;
    let (here, area) = ("/desk/visits/switches", s.area);
    let wrong = s.desk.post(&s.officer, here, &format!("kind=heat&area={area}&until=2020-01-01")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("60 天以内") && wrong.body.contains("value=\"2020-01-01\""), "{}", wrong.body);
    let form = format!("kind=heat&area={area}&until={}", s.desk.day_after(3));
    let on = s.desk.post(&s.officer, here, &form).await;
    assert_eq!(on.status, StatusCode::SEE_OTHER, "{}", on.body);
    let twice = s.desk.post(&s.officer, here, &form).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "it is on already");
    let page = s.get(here).await;
    assert!(page.contains("周警官") && page.contains("高温"), "who turned it: {page}");
    let id = page.split("/desk/visits/switches/").nth(1).unwrap().split('/').next().unwrap();
    for _ in 0..2 {
        assert_eq!(s.desk.post(&s.officer, &format!("{here}/{id}/end"), "").await.status, StatusCode::SEE_OTHER);
    }
    assert!(s.get(here).await.contains("现在没有打开的"));

    let coordinator = s.desk.sign_in(Role::Coordinator).await;
    let rules = s.desk.get(&coordinator, "/desk/visits/rules").await;
    assert_eq!(rules.status, StatusCode::OK, "{}", rules.body);
    let numbers = |alone: &str| {
        format!(
            "version=0&alone_days={alone}&weekly_days=7&others_days=90&change_hours=24&weather_days=3&again_days=1&misses=2&\
             pack_hours=24"
        )
    };
    let wrong = s.desk.post(&coordinator, "/desk/visits/rules", &numbers("400")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
    assert!(wrong.body.contains("value=\"400\""), "what was typed stays");
    let saved = s.desk.post(&coordinator, "/desk/visits/rules", &numbers("21")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let stale = s.desk.post(&coordinator, "/desk/visits/rules", &numbers("28")).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.body.contains("value=\"21\""), "what somebody else wrote meanwhile is shown");
}
