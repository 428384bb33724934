//! The locator of a lost elder at the desk: seen while the case is open by whoever works on it, each look in the log; alerts at the post.

use crate::records::says;
use crate::world::{Desk, aside, hidden};
use axum::http::StatusCode;
use kernel::ids::{LocatorId, PersonId};
use kernel::{Datum, Purpose, Role};
use locators::app::consents::{self, NewConsent};
use locators::app::devices::{self, Bind, Profile};
use locators::model::{Taken, Thing};
use people::app::consents::{Aim, Answer, By, Way};
use trackers::{Alarms, Fix, Protocol, Status};
use uuid::Uuid;

impl Desk {
    /// She wears a watch, by what was said at the counter.
    fn gives_watch(&self, person: PersonId) -> (LocatorId, Uuid) {
        let matter = self.raise("来办定位手表");
        aside(|| self.link(matter, person));
        aside(|| {
            let who = self.world.who(self.people[&Role::DutyOfficer].0, Purpose::Matter(matter));
            let review_on = self.world.house.rt.now().plus_days(300);
            let named = move |cx: &mut store::Cx<'_>| matters::app::persons::in_the_name_of(cx, matter, person);
            let why = self.world.act_as(who.clone(), named).unwrap();
            let bind = move |cx: &mut store::Cx<'_>| {
                let new = NewConsent {
                    answer: Answer::Given,
                    by: By::Subject,
                    guardian: None,
                    aim: Aim::Care,
                    way: Way::Counter,
                    witness: "陈主任".into(),
                    review_on,
                    by_themselves: true,
                };
                consents::record(cx, person, &why, &new)?;
                let profile = Profile {
                    number: "3500000001".into(),
                    thing: Thing::Watch,
                    protocol: Protocol::Watch,
                    model: String::new(),
                    datum: Datum::Wgs84,
                };
                let binding = devices::bind(cx, person, &why, &Bind { profile, name: "手表".into() })?;
                let id = cx.query_one("SELECT id FROM locator", &[])?.id("id")?;
                Ok::<_, locators::Error>((id, binding))
            };
            self.world.act_as(who, bind).unwrap()
        })
    }
    /// The watch says where it is, or that its button was pressed.
    fn hears(&self, locator: LocatorId, at: Option<(f64, f64)>, alarms: Alarms) {
        let now = self.world.house.rt.now();
        let fix = |(lon, lat)| Fix {
            time: Some(now),
            lat,
            lon,
            valid: true,
            accuracy_m: Some(25.0),
            battery_pct: Some(64),
            ..Fix::default()
        };
        let status = Status { time: Some(now), alarms, ..Status::default() };
        let taken = Taken { locator, received: now, fixes: at.map(fix).into_iter().collect(), status };
        aside(|| self.world.act(move |cx| locators::app::take_in(cx, &[taken])));
    }
    fn count(&self, sql: &'static str) -> i64 {
        self.sql(move |cx| cx.query_one(sql, &[])?.i64("n"))
    }
}

#[tokio::test]
async fn a_locator_is_seen_while_the_case_is_open_and_not_after() {
    let desk = Desk::new();
    let person = desk.resident();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.lost(&duty).await;
    let here = format!("/desk/lost/{case}/locator");
    // Nobody knows yet who it is.
    assert_eq!(desk.get(&duty, &here).await.status, StatusCode::NOT_FOUND);
    desk.done(&duty, case, "take", "").await;
    desk.done(&duty, case, "identified", &format!("person={person}&how=said")).await;
    let shown = desk.get(&duty, &here).await;
    assert!(shown.status == StatusCode::OK && shown.body.contains("没有定位器"), "{}", shown.body);
    assert!(desk.get(&duty, &format!("/desk/lost/{case}")).await.body.contains(&here));
    let volunteer = desk.sign_in(Role::Volunteer).await;
    assert_eq!(desk.get(&volunteer, &here).await.status, StatusCode::FORBIDDEN);
    desk.done(&duty, case, "answer", "words=x&reached=told").await;
    desk.done(&duty, case, "close", "outcome=not_lost").await;
    let shut = desk.get(&duty, &here).await;
    assert!(
        shut.status != StatusCode::OK && !shut.body.contains("loc-live"),
        "{}: a closed case shows nothing",
        shut.status
    );
}

#[tokio::test]
async fn a_clerk_switches_positions_off_and_on_for_whoever_came() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人来问定位手表"));
    desk.link(matter, person);
    desk.gives_watch(person);
    let here = format!("/desk/matters/{matter}/people/{person}/care");
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let opened = desk.post(&duty, &here, "do=open").await;
    assert!(opened.body.contains("手表") && !opened.body.contains("locator-resume"), "{}", opened.body);
    let off = desk.post(&duty, &here, "do=locator-pause&for=subject&until=off").await;
    says(&off, StatusCode::OK, "老人自己要求现在打开");
    let pause = off.body.split("name=\"pause\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let resume = |by: &str| format!("do=locator-resume&pause={pause}&for={by}");
    // What the wearer switched off, the committee does not switch on.
    says(&desk.post(&duty, &here, &resume("committee")).await, StatusCode::UNPROCESSABLE_ENTITY, "谁关的谁打开");
    let on = desk.post(&duty, &here, &resume("subject")).await;
    says(&on, StatusCode::OK, "定位器的事已记下");
    assert!(!on.body.contains("locator-resume"));
    let volunteer = desk.sign_in(Role::Volunteer).await;
    assert_eq!(desk.post(&volunteer, &here, &resume("subject")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn devices_that_are_nobody_s_are_shown_to_the_administrator_alone() {
    let desk = Desk::new();
    let admin = desk.sign_in(Role::SystemAdmin).await;
    let page = desk.get(&admin, "/desk/admin/locators").await;
    assert!(page.status == StatusCode::OK && page.body.contains("没有开定位网关"), "{}", page.body);
    let kept = aside(|| desk.world.look(|cx| Ok::<_, store::Error>(cx.query("SELECT id FROM locator", &[])?.len())));
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_call_becomes_a_case_and_its_track_is_seen_until_the_case_closes() {
    let desk = Desk::new();
    let person = desk.resident();
    let (locator, binding) = desk.gives_watch(person);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let volunteer = desk.sign_in(Role::Volunteer).await;
    desk.hears(locator, Some((121.45, 30.95)), Alarms::NONE);
    // Without a case nobody of the staff sees where she is, and nothing is on the list of calls.
    let list = desk.get(&duty, "/desk/locators").await;
    assert!(list.status == StatusCode::OK && list.body.contains("没有求救"), "{}", list.body);
    desk.world.house.clock.advance_secs(60);
    desk.hears(locator, None, Alarms::SOS);

    let list = desk.get(&duty, "/desk/locators").await.body;
    assert!(list.contains("按了求救键") && list.contains("还没有人处理"), "{list}");
    for secret in ["王桂芳", "121.45", "30.95", "3500000001"] {
        assert!(!list.contains(secret), "the list tells {secret}");
    }
    let alert = list.split("action=\"/desk/locators/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/desk/locators/{alert}");
    assert_eq!(desk.post(&volunteer, &path, "do=take").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&volunteer, &path, "do=case").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&duty, &path, "do=take").await.location, "/desk/locators");
    let list = desk.get(&duty, "/desk/locators").await.body;
    assert!(list.contains("有人在处理") && !list.contains("value=\"take\""), "{list}");
    let file = desk.get(&duty, "/desk/locators?as=csv").await.body;
    assert!(file.contains("有人在处理") && !file.contains("王桂芳"), "{file}");

    // One tap, and the case has the last place; whoever works on it sees the track, and each look is written down.
    let opened = desk.post(&duty, &path, "do=case").await;
    assert!(opened.location.starts_with("/desk/lost/"), "{} {}", opened.status, opened.body);
    let here = format!("{}/locator", opened.location);
    assert_eq!(desk.count("SELECT COUNT(*) AS n FROM locator_look"), 0);
    let shown = desk.get(&duty, &here).await;
    for words in ["误差约 30 米", "百分之 64", "data-track-data", "121.45"] {
        assert!(shown.status == StatusCode::OK && shown.body.contains(words), "{words}: {}", shown.body);
    }
    assert_eq!(desk.count("SELECT COUNT(*) AS n FROM locator_look WHERE by_account IS NOT NULL"), 1);
    desk.get(&duty, &here).await;
    assert_eq!(desk.count("SELECT COUNT(*) AS n FROM locator_look"), 1, "a page that refreshes itself is one look");
    assert_eq!(desk.post(&volunteer, &here, &format!("device={binding}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&duty, &here, &format!("device={binding}")).await.location, here);
    assert_eq!(desk.count("SELECT COUNT(*) AS n FROM locator_command"), 1);
    for role in [Role::Volunteer, Role::Coordinator, Role::SystemAdmin, Role::Clerk] {
        let other = desk.sign_in(role).await;
        let refused = desk.get(&other, &here).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}");
        assert!(!refused.body.contains("121.45"));
    }

    let case: kernel::ids::CaseId = opened.location.rsplit('/').next().unwrap().parse().unwrap();
    desk.done(&duty, case, "answer", "words=x&reached=told").await;
    desk.done(&duty, case, "close", "outcome=not_lost").await;
    let shut = desk.get(&duty, &here).await;
    assert!(shut.status != StatusCode::OK && !shut.body.contains("121.45"), "{}", shut.status);
    assert_ne!(desk.post(&duty, &here, &format!("device={binding}")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.count("SELECT COUNT(*) AS n FROM locator_command"), 1, "nor is the device asked");
}

#[tokio::test]
async fn the_administrator_sets_how_a_device_is_read() {
    let desk = Desk::new();
    let person = desk.resident();
    let (locator, _) = desk.gives_watch(person);
    let admin = desk.sign_in(Role::SystemAdmin).await;
    let list = desk.get(&admin, "/desk/admin/locators").await.body;
    assert!(list.contains("…0001") && !list.contains("3500000001") && !list.contains("王桂芳"), "{list}");
    let path = format!("/desk/admin/locators/{locator}");
    assert!(list.contains(&path));
    let form = desk.get(&admin, &path).await.body;
    assert!(form.contains("VL103") && form.contains("GCJ-02"), "{form}");
    let version = hidden(&form, "version");
    let saved = desk.post(&admin, &path, &format!("version={version}&model=pendant&datum=gcj02")).await;
    assert_eq!(saved.location, "/desk/admin/locators?done=profile", "{}", saved.body);
    let stale = desk.post(&admin, &path, &format!("version={version}&model=VL103&datum=wgs84")).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.body.contains("pendant") && stale.body.contains("别人已经改过"), "{}", stale.body);
    let long = "x".repeat(41);
    let version = hidden(&stale.body, "version");
    let wrong = desk.post(&admin, &path, &format!("version={version}&model={long}&datum=wgs84")).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains(&long), "{}", wrong.body);
    let list = desk.get(&admin, "/desk/admin/locators").await.body;
    assert!(list.contains("pendant") && list.contains("GCJ-02"), "{list}");
    let file = desk.get(&admin, "/desk/admin/locators?as=csv").await.body;
    assert!(file.contains("pendant") && !file.contains("王桂芳"), "{file}");
    // The times of the district.
    let times = desk.get(&admin, "/desk/admin/locators/rules").await.body;
    assert!(times.contains("name=\"unheard_hours\"") && times.contains("value=\"24\""), "{times}");
}
