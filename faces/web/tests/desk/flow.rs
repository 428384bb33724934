//! One matter by forms, as people work: taken down on the telephone, signed, contacted, handled, checked by another,
//! answered, proven. Then what happens when two act at once, and how news arrives.

use crate::world::{Desk, hidden};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use kernel::Role;
use std::time::Duration;
use tower::ServiceExt;

/// Opens the form of a step and sends it filled in.
async fn step(desk: &Desk, cookie: &str, matter: &str, step: &str, fields: &str) -> crate::world::Answer {
    let path = format!("{matter}/do/{step}");
    let form = desk.get(cookie, &path).await;
    assert_eq!(form.status, StatusCode::OK, "{step}");
    let sent = format!("version={}&key={}&{fields}", hidden(&form.body, "version"), hidden(&form.body, "key"));
    desk.post(cookie, &path, &sent).await
}

#[tokio::test]
async fn from_the_telephone_to_the_answer() {
    let desk = Desk::new();
    let (clerk, duty, boss) =
        (desk.sign_in(Role::Clerk).await, desk.sign_in(Role::DutyOfficer).await, desk.sign_in(Role::Coordinator).await);
    let form = desk.get(&clerk, "/desk/new").await;
    let typed = format!(
        "key={}&class=1&text=三楼有人晕倒&address=青禾路3号&phone=021+0571+0199&name=张三&origin=phone",
        hidden(&form.body, "key")
    );
    let receipt = desk.post(&clerk, "/desk/new", &typed).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    assert!(receipt.body.contains("HQ-") && receipt.body.contains("<svg class=\"qr\""));
    let again = desk.post(&clerk, "/desk/new", &typed).await;
    let code = |page: &str| page.split("code secret\">").nth(1).unwrap()[..14].to_owned();
    assert_eq!(code(&receipt.body), code(&again.body), "sending the form again gives the same receipt");
    let at = receipt.body.find("/desk/matters/").unwrap();
    let matter = receipt.body[at..].split('"').next().unwrap().to_owned();

    let seat = format!("seat={}", desk.people[&Role::DutyOfficer].1);
    for (who, name, fields) in [
        (&boss, "assign", seat.as_str()),
        (&duty, "sign", ""),
        (&duty, "contact", "outcome=reached&note=马上到"),
        (&duty, "start", ""),
        (&duty, "submit", "outcome=done&answer=已送医院，家属到场"),
    ] {
        let done = step(&desk, who, &matter, name, fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{name}: {}", done.body);
    }
    // Whoever handled it is told the rule and who can, and loses nothing that was typed.
    let refused = desk.get(&duty, &format!("{matter}/do/verify")).await;
    assert!(refused.body.contains("经办人不能核查") || refused.body.contains("自己办的事"), "{}", refused.body);
    assert!(!refused.body.contains("name=\"version\""), "what is refused asks for nothing");
    let form = desk.get(&duty, &format!("{matter}/do/add_note")).await;
    let typed = format!("version={}&key=own&note=我自己核查", hidden(&form.body, "version"));
    let own = desk.post(&duty, &format!("{matter}/do/verify"), &typed).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    assert!(own.body.contains("我自己核查") && own.body.contains("role=\"alert\""), "{}", own.body);
    for (who, name, fields) in [(&boss, "verify", ""), (&boss, "answer", ""), (&boss, "record_delivery", "")] {
        let path = format!("{matter}/do/{name}");
        let form = desk.get(who, &path).await;
        let extra = if name == "record_delivery" {
            format!("raiser={}&result=call_answered", hidden(&form.body, "raiser"))
        } else {
            fields.into()
        };
        let done = step(&desk, who, &matter, name, &extra).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{name}: {}", done.body);
    }
    let page = desk.get(&boss, &matter).await;
    assert!(page.body.contains("已办结"), "closed by the last proof");
    assert!(page.body.contains("已送医院") && !page.body.contains("02105710199"));
}

#[tokio::test]
async fn two_at_once_lose_nothing() {
    let desk = Desk::new();
    let matter = format!("/desk/matters/{}", desk.raise("有人晕倒"));
    let (duty, boss) = (desk.sign_in(Role::DutyOfficer).await, desk.sign_in(Role::Coordinator).await);
    let seat = format!("seat={}", desk.people[&Role::DutyOfficer].1);
    assert_eq!(step(&desk, &boss, &matter, "assign", &seat).await.status, StatusCode::SEE_OTHER);
    let form = desk.get(&duty, &format!("{matter}/do/return")).await;
    let sent = format!("version={}&key={}&reason=不归本站管", hidden(&form.body, "version"), hidden(&form.body, "key"));
    let noted = step(&desk, &boss, &matter, "add_note", "text=请尽快").await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER);
    let late = desk.post(&duty, &format!("{matter}/do/return"), &sent).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    for part in ["不归本站管", "刚才别人先做了一步", "coordinator", "备注"] {
        assert!(late.body.contains(part), "the page names {part}");
    }
    let anew = format!("version={}&key={}&reason=不归本站管", hidden(&late.body, "version"), hidden(&late.body, "key"));
    let again = desk.post(&duty, &format!("{matter}/do/return"), &anew).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "after looking, the same form goes through: {}", again.body);
    let twice = desk.post(&duty, &format!("{matter}/do/return"), &anew).await;
    assert_eq!(twice.status, StatusCode::SEE_OTHER, "a second click is harmless");
}

#[tokio::test]
async fn a_date_that_cannot_be_is_mended_in_the_form() {
    let desk = Desk::new();
    let matter = format!("/desk/matters/{}", desk.raise("有人晕倒"));
    let (duty, boss) = (desk.sign_in(Role::DutyOfficer).await, desk.sign_in(Role::Coordinator).await);
    let seat = format!("seat={}", desk.people[&Role::DutyOfficer].1);
    assert_eq!(step(&desk, &boss, &matter, "assign", &seat).await.status, StatusCode::SEE_OTHER);
    for (name, fields) in [("sign", ""), ("contact", "outcome=reached")] {
        assert_eq!(step(&desk, &duty, &matter, name, fields).await.status, StatusCode::SEE_OTHER, "{name}");
    }
    for (name, day, words) in
        [("wait", "2020-01-01", "日期必须在今天以后"), ("park", "2099-01-01", "最远只能到 90 天以后")]
    {
        let wrong = step(&desk, &duty, &matter, name, &format!("why=parts&reason=等&until={day}")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", wrong.body);
        assert!(wrong.body.contains(words) && wrong.body.contains("id=\"until-error\""), "{name}: {}", wrong.body);
        assert!(wrong.body.contains(&format!("value=\"{day}\"")), "{name}: what was typed is still there");
    }
    let own = step(&desk, &duty, &matter, "merge", &format!("into={}", number(&desk, &duty, &matter).await)).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", own.body);
    assert!(own.body.contains("id=\"into-error\""), "{}", own.body);
}

async fn number(desk: &Desk, cookie: &str, matter: &str) -> String {
    let page = desk.get(cookie, matter).await.body;
    let at = page.find("HQ-").unwrap();
    page[at..].split('<').next().unwrap().split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_missing_is_said_at_the_field() {
    let desk = Desk::new();
    let clerk = desk.sign_in(Role::Clerk).await;
    let answer = desk.post(&clerk, "/desk/new", "key=k1&class=9999&text=&phone=12&name=王&area=没有这里").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in
        ["error-summary", "href=\"#class\"", "href=\"#text\"", "value=\"12\"", "value=\"王\"", "value=\"没有这里\""]
    {
        assert!(answer.body.contains(part), "{part}");
    }
}

#[tokio::test]
async fn exports_hold_no_raiser() {
    let desk = Desk::new();
    desk.raise("=HYPERLINK(1) 打 02105710199 找张三");
    let boss = desk.sign_in(Role::Coordinator).await;
    let file = desk.get(&boss, "/desk/export.csv?queue=place").await;
    assert!(file.kind.starts_with("text/csv"));
    assert!(file.body.contains("'=HYPERLINK") && !file.body.contains("02105710199"), "{}", file.body);
}

#[tokio::test]
async fn a_month_is_shown_and_taken_out_as_a_file() {
    let desk = Desk::new();
    desk.raise("=HYPERLINK(1) 打 02105710199 找张三");
    let boss = desk.sign_in(Role::Coordinator).await;
    let page = desk.get(&boss, "/desk/reports").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<td class=\"num\">1</td>"), "one was received: {}", page.body);
    let wrong = desk.get(&boss, "/desk/reports?month=2999-13").await;
    assert!(wrong.body.contains("role=\"alert\"") && wrong.body.contains("2026-05"), "said, with an example");
    let earlier = desk.get(&boss, "/desk/reports?month=2001-02").await;
    assert!(earlier.body.contains("class=\"empty\"") && earlier.body.contains("month=2001-03"));
    let report = desk.get(&boss, "/desk/reports?as=csv").await;
    assert!(report.kind.starts_with("text/csv") && report.body.lines().count() >= 4, "{}", report.body);
    let ledger = desk.get(&boss, "/desk/reports/ledger?as=csv").await;
    assert_eq!(ledger.body.lines().count(), 2, "{}", ledger.body);
    assert!(ledger.body.contains("'=HYPERLINK") && !ledger.body.contains("02105710199"), "{}", ledger.body);
    let system = desk.sign_in(Role::SystemAdmin).await;
    for (who, list) in [(&boss, "areas?kind=community"), (&boss, "posts?"), (&system, "orgs?kind=committee")] {
        let file = desk.get(who, &format!("/desk/admin/{list}&as=csv")).await;
        assert!(file.kind.starts_with("text/csv"), "{list}: {}", file.kind);
        let book = desk.get(who, &format!("/desk/admin/{list}&as=xlsx")).await;
        assert!(book.kind.contains("spreadsheetml"), "{list}");
    }
}

#[tokio::test]
async fn news_comes_within_two_seconds_and_only_to_whom_it_concerns() {
    let desk = Desk::new();
    let mut heard = Vec::new();
    for role in [Role::DutyOfficer, Role::Volunteer] {
        let cookie = desk.sign_in(role).await;
        let request = Request::get("/desk/events").header("cookie", cookie).body(Body::empty()).unwrap();
        let response = desk.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        heard.push(response.into_body().into_data_stream());
    }
    let id = desk.raise("有人晕倒");
    let [duty, volunteer] = heard.as_mut_slice() else { panic!("two streams") };
    let first = tokio::time::timeout(Duration::from_secs(2), duty.next()).await;
    let text = String::from_utf8(first.expect("within two seconds").unwrap().unwrap().to_vec()).unwrap();
    assert!(text.contains("event: changed") && text.contains(&id.to_string()), "{text}");
    let nothing = tokio::time::timeout(Duration::from_secs(2), volunteer.next()).await;
    assert!(nothing.is_err(), "a volunteer hears of nothing that is not theirs");
}

#[tokio::test]
async fn the_clerk_sees_what_the_owner_will_read_and_the_original_is_a_step_of_its_own() {
    let desk = Desk::new();
    let (clerk, boss) = (desk.sign_in(Role::Clerk).await, desk.sign_in(Role::Coordinator).await);
    let words = "text=我叫王小明，住在桂花弄5号302室，路灯坏了&address=青禾路3号";
    let preview = desk.post(&clerk, "/desk/new/preview", words).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.body);
    assert!(
        preview.body.contains("<mark>〔姓名〕</mark>") && preview.body.contains("<mark>〔地址〕</mark>"),
        "{}",
        preview.body
    );
    let form = desk.get(&clerk, "/desk/new").await;
    let typed = format!("key={}&class=1&{words}&hide=路灯&show=王小明&origin=phone", hidden(&form.body, "key"));
    let receipt = desk.post(&clerk, "/desk/new", &typed).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let at = receipt.body.find("/desk/matters/").unwrap();
    let matter = receipt.body[at..].split('"').next().unwrap().to_owned();
    let page = desk.get(&boss, &matter).await;
    assert!(page.body.contains("我叫王小明，住在〔地址〕，〔隐去〕坏了"), "{}", page.body);
    assert!(!page.body.contains("302室"));
    // The original needs a POST and the right; the system administrator has none.
    assert_eq!(desk.get(&boss, &format!("{matter}/original")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let opened = desk.post(&clerk, &format!("{matter}/original"), "").await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
    assert!(opened.body.contains("302室"));
    let system = desk.sign_in(Role::SystemAdmin).await;
    let refused = desk.post(&system, &format!("{matter}/original"), "").await;
    assert!(matches!(refused.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{}", refused.status);
    let part = desk.post(&system, "/desk/new/preview", words).await;
    assert_eq!(part.status, StatusCode::FORBIDDEN);
}
