//! A visitor's day on the phone over HTTP: what the page shows to whom, what a phone sends later, and what a phone is told that is not signed in.

use crate::world::{Answer, Desk, aside};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use care::app::visits::{self, Filter};
use care::model::visit::{VisitId, VisitKind};
use kernel::ids::AccountId;
use kernel::{Moment, Purpose, Role};
use people::app::consents::By;
use people::app::persons;
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};
use serde_json::{Value, json};

/// A neighbourhood with an elder to be seen today, a committee worker and a volunteer who are sent, and a third who is not.
pub(crate) struct Day {
    pub desk: Desk,
    pub visit: VisitId,
    pub worker: String,
    pub volunteer: String,
    pub officer: AccountId,
}

impl Day {
    pub async fn new() -> Self {
        let desk = Desk::new();
        let (visit, officer) = aside(|| Self::plan(&desk));
        for login in ["worker", "volunteer8", "third"] {
            desk.let_in(login);
        }
        let (worker, volunteer) = (desk.sign_in_as("worker").await, desk.sign_in_as("volunteer8").await);
        Self { desk, visit, worker, volunteer, officer }
    }

    fn plan(desk: &Desk) -> (VisitId, AccountId) {
        let world = &desk.world;
        let outline = || Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
        let save = vec![
            SaveArea::new(AreaKind::District, Some("d"), "和邻区").outlined(outline()),
            SaveArea::new(AreaKind::Police, Some("p1"), "青禾警务区").outlined(outline()),
        ];
        let area = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved[0].0;
        let here = Place { area: Some(area), ..Place::default() };
        let officer = world.staff(Role::CommunityOfficer, here, "officer8", "周警官").0;
        let worker = world.staff(Role::CommitteeWorker, here, "worker", "陈干事").0;
        let volunteer = world.staff(Role::Volunteer, here, "volunteer8", "林志愿").0;
        world.staff(Role::Volunteer, here, "third", "别人");
        let new = NewPerson {
            area,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact {
                phone: Some("021-0555 0101".into()),
                address: Some("青禾里3号".into()),
                language: Some("本地话".into()),
            },
            guardians: vec![],
        };
        let elder = world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
        });
        let who = || world.who(officer, Purpose::Administration);
        world.act_as(who(), move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
        // The first is due within a week.
        world.house.clock.advance_secs(7 * 86_400);
        let visit = world
            .act_as(who(), move |cx| {
                let due = visits::due(cx, Filter::All, 5)?.remove(0).visit;
                visits::assign(cx, due.id, due.version, &[worker, volunteer])
            })
            .unwrap();
        (visit.id, officer)
    }

    pub fn now(&self) -> Moment {
        self.desk.world.house.rt.now()
    }
    async fn pack(&self, cookie: &str, asked: &str) -> Answer {
        self.desk.get(cookie, &format!("/field/day/pack.json?{asked}")).await
    }
    /// Mark of the account, as its page tells the script.
    pub async fn account(&self, cookie: &str) -> String {
        let page = self.desk.get(cookie, "/field/day").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page.body.split("data-account=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
    pub fn report(&self, n: u8, outcome: &str, form: Value) -> Value {
        let id = format!("0199a000-0000-7000-8000-0000000000{n:02x}");
        json!({ "id": id, "at": self.now().rfc3339(), "visit": self.visit.to_string(), "outcome": outcome, "form": form })
    }
    pub async fn post(&self, cookie: &str, of: &str, sent_at: Moment, commands: &[Value]) -> Answer {
        let body = json!({ "sent_at": sent_at.rfc3339(), "commands": commands }).to_string();
        let request = Request::post(format!("/field/day/commands?of={of}"))
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json");
        self.desk.send(request.body(Body::from(body)).unwrap()).await
    }
    pub async fn send(&self, cookie: &str, commands: &[Value]) -> Vec<(String, String)> {
        let of = self.account(cookie).await;
        let answer = self.post(cookie, &of, self.now(), commands).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        said["outcomes"].as_array().unwrap().iter().map(|o| (text(&o["outcome"]), text(&o["words"]))).collect()
    }
    pub fn inbox(&self) -> Vec<visits::Conflict> {
        let officer = self.officer;
        aside(|| {
            let who = self.desk.world.who(officer, Purpose::Administration);
            self.desk.world.act_as(who, visits::conflicts).unwrap()
        })
    }
    /// As whoever plans visits there opens it.
    pub fn photo(&self, report: uuid::Uuid) -> Vec<u8> {
        let officer = self.officer;
        aside(|| {
            let who = self.desk.world.who(officer, Purpose::Administration);
            self.desk.world.act_as(who, move |cx| visits::photo_of(cx, report)).unwrap()
        })
    }
    pub fn reports(&self) -> i64 {
        self.desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM care_visit_report", &[])?.i64("n"))
    }
}

#[tokio::test]
async fn a_day_shows_what_is_needed_at_the_door_and_each_only_their_own() {
    let day = Day::new().await;
    let ours = day.desk.get(&day.worker, "/field/day").await;
    for word in ["王桂芳", "青禾里3号", "02105550101", "林志愿", "本地话", "今天要去 1 户", "id=\"visit-form\""]
    {
        assert!(ours.body.contains(word), "{word}: {}", ours.body);
    }
    let theirs = day.desk.get(&day.volunteer, "/field/day").await;
    assert!(theirs.body.contains("青禾里3号") && !theirs.body.contains("王桂芳"), "no name for a volunteer");
    let third = day.desk.sign_in_as("third").await;
    assert!(day.desk.get(&third, "/field/day").await.body.contains("今天没有要去的人家"));
    let one = format!("/field/day/{}", day.visit);
    assert_eq!(day.desk.get(&third, &one).await.status, StatusCode::NOT_FOUND);
    assert_eq!(day.desk.get(&day.worker, &one).await.status, StatusCode::OK);
    let away = day.desk.get("", "/field/day").await;
    assert_eq!((away.status, away.location.as_str()), (StatusCode::SEE_OTHER, "/login?next=%2Ffield%2Fday"));
    assert_eq!(day.desk.get(&day.worker, "/field").await.location, "/field/day");
    assert_eq!(day.desk.get(&day.worker, "/field?code=1").await.status, StatusCode::OK);
    assert_eq!(day.desk.get("", "/field").await.status, StatusCode::OK);
    let operator = day.desk.sign_in(Role::SystemAdmin).await;
    assert_eq!(day.desk.get(&operator, "/field").await.status, StatusCode::OK, "an operator visits nobody");
}

#[tokio::test]
async fn asking_whether_anything_changed_shows_nobody() {
    let day = Day::new().await;
    let first = day.pack(&day.worker, "").await;
    let pack: Value = serde_json::from_str(&first.body).unwrap();
    assert!(pack["html"].as_str().unwrap().contains("王桂芳"));
    let text = |name: &str| pack[name].as_str().unwrap().to_owned();
    let asked = format!("have={}&mark={}&of={}", text("have"), text("mark"), text("account"));
    let looks = || day.desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM audit_read", &[])?.i64("n"));
    let before = looks();
    assert_eq!(day.pack(&day.worker, &asked).await.status, StatusCode::NO_CONTENT);
    assert_eq!(looks(), before);
    // Another account on the same phone does not keep the day of the first.
    assert_eq!(day.pack(&day.volunteer, &asked).await.status, StatusCode::OK);
    assert!(first.body.len() < 50_000, "one household takes {} bytes", first.body.len());
}

#[tokio::test]
async fn a_report_is_taken_once_and_the_second_phone_meets_the_inbox() {
    let day = Day::new().await;
    let form = json!({ "chat": true, "needs": ["meal"], "hazards": ["gas"], "mood": "well", "note": "想女儿了" });
    let seen = day.report(1, "seen", form);
    let broken = json!({ "id": "x", "outcome": "seen" });
    let said = day.send(&day.worker, &[broken.clone(), seen.clone(), seen.clone()]).await;
    assert_eq!(said.iter().map(|(o, _)| o.as_str()).collect::<Vec<_>>(), ["unreadable", "done", "before"]);
    assert_eq!(day.send(&day.worker, &[seen]).await[0].0, "before");
    assert!(day.desk.get(&day.worker, "/field/day").await.body.contains("今天没有要去的人家"));
    let other = day.report(2, "not-home", json!({ "note": "敲了三次门" }));
    for _ in 0..2 {
        let said = day.send(&day.volunteer, std::slice::from_ref(&other)).await;
        assert_eq!(said[0].0, "conflict");
        assert!(said[0].1.contains("待处理箱"), "{}", said[0].1);
    }
    let inbox = day.inbox();
    assert_eq!((inbox.len(), inbox[0].form.note.as_str(), day.reports()), (1, "敲了三次门", 2));
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_and_nothing_is_written() {
    let day = Day::new().await;
    let wrong = [
        day.report(1, "rescheduled", json!({})),
        day.report(2, "seen", json!({ "next": "2020-01-01" })),
        day.report(3, "seen", json!({ "mood": "x" })),
        day.report(4, "seen", json!({ "note": "长".repeat(501) })),
    ];
    for (outcome, words) in day.send(&day.worker, &wrong).await {
        assert!(outcome == "mend" && !words.is_empty(), "{outcome}: {words}");
    }
    let mut bomb = day.report(5, "seen", json!({}));
    bomb["photo"] = json!("aGVsbG8=");
    assert_eq!(day.send(&day.worker, &[bomb]).await[0].0, "mend");
    let third = day.desk.sign_in_as("third").await;
    assert_eq!(day.send(&third, &[day.report(6, "seen", json!({}))]).await[0].0, "denied");
    let mut nobody = day.report(7, "seen", json!({}));
    nobody["visit"] = json!("0199a000-0000-7000-8000-000000000099");
    assert_eq!(day.send(&day.worker, &[nobody]).await[0].0, "no-visit");
    assert_eq!(day.reports(), 0);
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_hours_is_put_right() {
    let day = Day::new().await;
    let (of, wrong) = (day.account(&day.worker).await, day.now().plus_hours(5));
    let mut seen = day.report(1, "seen", json!({}));
    seen["at"] = json!(wrong.plus_minutes(-90).rfc3339());
    assert_eq!(day.post(&day.worker, &of, wrong, &[seen]).await.status, StatusCode::OK);
    let at = day.desk.sql(|cx| cx.query_one("SELECT done_at FROM care_visit_report", &[])?.moment("done_at"));
    assert_eq!(day.now().secs_since(at), 90 * 60);
}

#[tokio::test]
async fn a_phone_is_told_why_it_is_not_signed_in_and_reports_wait_for_their_author() {
    let day = Day::new().await;
    let none = day.pack("", "").await;
    assert_eq!((none.status, none.body.as_str()), (StatusCode::UNAUTHORIZED, "{\"why\":\"none\"}"));
    let of = day.account(&day.worker).await;
    let seen = day.report(1, "seen", json!({}));
    let other = day.post(&day.volunteer, &of, day.now(), std::slice::from_ref(&seen)).await;
    assert_eq!((other.status, day.reports()), (StatusCode::CONFLICT, 0));
    assert_eq!(day.desk.post(&day.worker, "/logout", "").await.status, StatusCode::SEE_OTHER);
    let ended = day.post(&day.worker, &of, day.now(), &[seen]).await;
    assert_eq!((ended.status, ended.body.as_str()), (StatusCode::UNAUTHORIZED, "{\"why\":\"signed-out\"}"));
    day.desk.world.house.clock.advance_secs(20 * 86_400);
    let idle = day.pack(&day.volunteer, "").await;
    assert!(["{\"why\":\"idle\"}", "{\"why\":\"expired\"}"].contains(&idle.body.as_str()), "{}", idle.body);
}

#[tokio::test]
async fn without_a_script_a_form_does_the_same() {
    let day = Day::new().await;
    let path = format!("/field/day/{}", day.visit);
    let missing = day.desk.post(&day.worker, &path, "again=1&outcome=rescheduled&note=abc").await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.body.contains("请写上改到哪一天") && missing.body.contains(">abc</textarea>"), "{}", missing.body);
    assert_eq!(day.desk.post(&day.worker, &path, "again=1&note=abc").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = "again=1&outcome=seen&chat=yes&needs=meal&needs=doctor&note=abc";
    for _ in 0..2 {
        let sent = day.desk.post(&day.worker, &path, form).await;
        assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, "/field/day?done=seen"));
    }
    assert_eq!(day.reports(), 1);
    let other = day.desk.post(&day.volunteer, &path, "again=2&outcome=not-home").await;
    assert_eq!(other.location, "/field/day?done=conflict");
    let third = day.desk.sign_in_as("third").await;
    assert_eq!(day.desk.post(&third, &path, "again=3&outcome=seen").await.status, StatusCode::FORBIDDEN);
    assert!(day.desk.post("", &path, form).await.location.starts_with("/login"));
}
