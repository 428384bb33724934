//! What posts have, who is near, and crowd days over HTTP: the way through, and who may not.

use crate::world::{Answer, Desk, aside, hidden};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::ids::PostId;
use kernel::{Point, Role};
use people::model::Place;
use places::app::{NewSlot, SavePost, plan_duty, save_posts};
use places::{PostState, Tier, WeekHours};

impl Desk {
    /// A post with its head, duty officer and a volunteer, who have passwords.
    fn post_with_people(&self) -> PostId {
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some("Z1".into()),
            name: "青禾站".into(),
            parent: None,
            address: "青禾路1号".into(),
            phone: "021-0571 0100".into(),
            point: Point::new(121.45, 30.9).ok(),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec![],
            seen: None,
        };
        let id = aside(|| self.world.act(move |cx| save_posts(cx, &[post]))).saved[0].0;
        aside(|| {
            let at = Place { post: Some(id), ..Place::default() };
            for (role, login, name) in [
                (Role::PostHead, "head-z1", "陈站"),
                (Role::DutyOfficer, "duty-z1", "值班员"),
                (Role::Volunteer, "walker-z1", "周走"),
            ] {
                self.world.staff(role, at, login, name);
            }
        });
        for login in ["head-z1", "duty-z1", "walker-z1"] {
            self.let_in(login);
        }
        id
    }
    fn account(&self, login: &'static str) -> kernel::ids::AccountId {
        self.sql(move |cx| cx.query_one("SELECT id FROM account WHERE login = $1", &[login.into()])?.id("id"))
    }
}

#[tokio::test]
async fn a_chair_is_written_down_lent_and_comes_back() {
    let desk = Desk::new();
    let post = desk.post_with_people();
    let duty = desk.sign_in_as("duty-z1").await;
    let form = format!("post={post}&kind=wheelchair&name=&place=hall&count=0&state=working&hours=");
    let wrong = desk.post(&duty, "/desk/resources/new", &form).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "none of it is nothing");
    let made = desk.post(&duty, "/desk/resources/new", &form.replace("count=0", "count=2")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let list = desk.get(&duty, &format!("/desk/resources?post={post}")).await.body;
    assert!(list.contains("轮椅") && list.contains("青禾站的物资"), "{list}");
    let id: String = desk.sql(|cx| Ok(cx.query_one("SELECT id FROM resource", &[])?.uuid("id")?.to_string()));
    let one = format!("/desk/resources/{id}");
    let day = desk.day_after(2);
    let lent = desk.post(&duty, &format!("{one}/lend"), &format!("loan=1&to=ZhangSan&due={day}&clock=17:00")).await;
    assert_eq!(lent.status, StatusCode::SEE_OTHER, "{}", lent.body);
    let page = desk.get(&duty, &one).await.body;
    assert!(page.contains("ZhangSan") && page.contains("1 / 2"), "{page}");
    // Another desk sees that it is out, and not with whom.
    let clerk = desk.sign_in(Role::Clerk).await;
    let seen = desk.get(&clerk, &one).await;
    assert!(seen.status == StatusCode::OK && seen.body.contains("1 / 2") && !seen.body.contains("ZhangSan"));
    assert!(!seen.body.contains("/lend\""), "and is offered nothing to do");
    let volunteer = desk.sign_in_as("walker-z1").await;
    for path in ["/desk/resources", one.as_str()] {
        assert_eq!(desk.get(&volunteer, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let back = desk.post(&duty, &format!("{one}/back"), &format!("loan={}", hidden(&page, "loan"))).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    assert!(!desk.get(&duty, &one).await.body.contains("ZhangSan"));
    let file = desk.get(&duty, "/desk/resources?as=csv").await.body;
    let again = desk.post(&duty, "/desk/resources/file", &format!("csv={}", encode(&file))).await;
    assert!(
        again.status == StatusCode::OK && again.body.contains("没有变化 1 件"),
        "the list's file reads back: {}",
        again.body
    );
}

/// Sends a file with the form, as a browser does.
async fn send_file(desk: &Desk, cookie: &str, file: &str) -> Answer {
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n{file}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"csv\"\r\n\r\n\r\n--b--\r\n"
    );
    let request = Request::post("/desk/resources/file")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    desk.send(request).await
}

#[tokio::test]
async fn a_long_list_is_brought_as_a_file_and_turned_over() {
    let desk = Desk::new();
    desk.post_with_people();
    let duty = desk.sign_in_as("duty-z1").await;
    let head = "警务站,种类,名称,地点,数量,状况,时间\n";
    let rows: String = (0..431).map(|n| format!("Z1,雨衣,第{n}件,,1,,\n")).collect::<Vec<_>>().concat();
    let wrong = send_file(&desk, &duty, &format!("{head}Z1,雨衣,好的,,1,,\n\nZ1,没有的,坏的,,1,,\n")).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("第 4 行"), "{}", wrong.body);
    let done = send_file(&desk, &duty, &format!("{head}{rows}")).await;
    assert!(done.status == StatusCode::OK && done.body.contains("431"), "{}", done.body);
    let first = desk.get(&duty, "/desk/resources?kind=raincoat").await.body;
    assert!(first.contains("第 1 到 200 项，共 431 项") && first.contains("from=200"), "{first}");
    let last = desk.get(&duty, "/desk/resources?kind=raincoat&from=400").await.body;
    assert!(last.contains("第 401 到 431 项，共 431 项") && !last.contains("from=600"), "{last}");
    let beyond = desk.get(&duty, "/desk/resources?from=99999").await;
    assert_eq!(beyond.status, StatusCode::OK);
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn everybody_finds_a_safe_house_and_no_vehicle() {
    let desk = Desk::new();
    let post = desk.post_with_people();
    let duty = desk.sign_in_as("duty-z1").await;
    for kind in ["aed", "vehicle", "key"] {
        let form = format!("post={post}&kind={kind}&name=&place=&count=1&state=working&hours=");
        assert_eq!(desk.post(&duty, "/desk/resources/new", &form).await.status, StatusCode::SEE_OTHER);
    }
    let found = desk.post("", "/near", "lat=30.9004&lon=121.4512").await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.body);
    assert!(found.body.contains("青禾站") && found.body.contains("自动体外除颤器"), "{}", found.body);
    assert!(found.body.contains("按直线距离估算"), "an estimate says so");
    for hidden in ["车辆", "钥匙", "121.4512", "30.9004"] {
        assert!(!found.body.contains(hidden), "{hidden}");
    }
    assert!(!found.body.contains("法定节假日"), "a working day");
    desk.world.house.clock.advance_secs(95 * 86_400);
    let holiday = desk.post("", "/near", "lat=30.9004&lon=121.4512").await.body;
    assert!(holiday.contains("今天是法定节假日"), "2 October: {holiday}");
    assert_eq!(desk.post("", "/near", "lat=&lon=").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.get("", "/near").await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_is_near_is_asked_in_the_name_of_something() {
    let desk = Desk::new();
    let post = desk.post_with_people();
    let matter = desk.raise("有人落水");
    let account = desk.account("head-z1");
    let (from, to) = (desk.world.house.rt.now().plus_hours(-1), desk.world.house.rt.now().plus_hours(5));
    aside(|| {
        let who = desk.world.operator();
        desk.world.act_as(who, move |cx| plan_duty(cx, NewSlot { post, account, from, to })).unwrap();
    });
    let duty = desk.sign_in_as("duty-z1").await;
    let own = desk.get(&duty, "/desk/near").await;
    assert!(own.status == StatusCode::OK && own.body.contains("陈站") && own.body.contains("周走"), "{}", own.body);
    let path = format!("/desk/matters/{matter}/near");
    let volunteer = desk.sign_in_as("walker-z1").await;
    for role in [Role::Volunteer, Role::Shop, Role::SystemAdmin, Role::Clerk, Role::AgencyWorker] {
        let cookie = desk.sign_in(role).await;
        assert_eq!(desk.get(&cookie, &path).await.status, StatusCode::FORBIDDEN, "{}", role.code());
    }
    assert_eq!(desk.get(&volunteer, &path).await.status, StatusCode::FORBIDDEN);
    // Seats without a place stand for the district: theirs it is.
    let coordinator = desk.sign_in(Role::Coordinator).await;
    assert_eq!(desk.get(&coordinator, &path).await.status, StatusCode::OK);
    let case = uuid::Uuid::from_u128(7);
    for path in [format!("/desk/lost/{case}/near"), format!("/desk/lost/{case}/near/call")] {
        let answer = if path.ends_with("call") {
            desk.post(&volunteer, &path, "minutes=10").await
        } else {
            desk.get(&volunteer, &path).await
        };
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(desk.get("", &path).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_event_becomes_a_suggestion_and_duty_when_somebody_says_so() {
    let desk = Desk::new();
    let post = desk.post_with_people();
    let head = desk.sign_in_as("head-z1").await;
    let day = desk.day_after(3);
    let form = format!(
        "name=Fair&kind=festival&first={day}&last=&from=09:00&until=21:00&place=x&post={post}&expected=2400&lat=&lon=&version=0"
    );
    let made = desk.post(&head, "/desk/crowd/events/new", &form).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let page = desk.get(&head, "/desk/crowd").await.body;
    assert!(page.contains("Fair") && page.contains("建议巡逻 6 人、志愿者 5 人"), "{page}");
    let event: String = desk.sql(|cx| Ok(cx.query_one("SELECT id FROM crowd_event", &[])?.uuid("id")?.to_string()));
    let key = format!("{day}/{post}/event/{event}");
    let asked = format!("/desk/crowd/decide?key={}", encode(&key));
    // Who is not head of that post decides nothing.
    let duty = desk.sign_in_as("duty-z1").await;
    assert_eq!(desk.get(&duty, &asked).await.status, StatusCode::FORBIDDEN);
    let walker = desk.account("walker-z1");
    let accept = format!("key={}&do=accept&from=08:30&until=21:30&volunteer={walker}", encode(&key));
    assert_eq!(desk.post(&duty, "/desk/crowd/decide", &accept).await.status, StatusCode::FORBIDDEN);
    assert!(desk.get(&head, &asked).await.body.contains("周走"));
    let none =
        desk.post(&head, "/desk/crowd/decide", &format!("key={}&do=accept&from=08:30&until=21:30", encode(&key))).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", none.body);
    let done = desk.post(&head, "/desk/crowd/decide", &accept).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let slots =
        desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM duty_slot WHERE confirmed_at IS NULL", &[])?.i64("n"));
    assert_eq!(slots, 1, "one duty time, which the person confirms");
    let again = desk.post(&head, "/desk/crowd/decide", &accept).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "decided once");
    let elsewhere = desk.sign_in(Role::CommunityOfficer).await;
    let drop = format!("/desk/crowd/events/{event}/drop");
    assert_eq!(desk.post(&elsewhere, &drop, "version=1").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&head, &drop, "version=1").await.status, StatusCode::SEE_OTHER);
}
