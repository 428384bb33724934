//! What people ask about their own data, over HTTP from start to end: asked with the code, granted, approved by a second
//! person, fetched once; refused with a reason; typed by a clerk from a paper; and nobody else gets anywhere.

use crate::world::{Answer, Desk};
use axum::http::StatusCode;
use kernel::Role;

fn says(a: &Answer, status: StatusCode, words: &str) {
    assert_eq!(a.status, status, "{}", a.body);
    assert!(a.body.contains(words), "{words} is missing: {}", a.body);
}

impl Desk {
    fn request(&self) -> String {
        let id =
            self.sql(|cx| cx.query_one("SELECT id FROM data_request ORDER BY asked_at DESC, id DESC", &[])?.uuid("id"));
        format!("/desk/data-requests/{id}")
    }
}

#[tokio::test]
async fn a_copy_from_the_question_to_the_paper() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    desk.link(matter, person);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let code = desk.own_letter(&duty, matter, person).await;
    let home = format!("/p/{code}/requests");
    says(&desk.get("", &format!("/p/{code}")).await, StatusCode::OK, &home);
    says(&desk.get("", &home).await, StatusCode::OK, "要一份副本");
    says(&desk.get("", &format!("{home}?kind=correct")).await, StatusCode::OK, "哪一项");
    says(&desk.post("", &home, "kind=object").await, StatusCode::UNPROCESSABLE_ENTITY, "请填写");
    let asked = desk.post("", &home, "kind=copy").await;
    assert_eq!((asked.status, asked.location), (StatusCode::SEE_OTHER, format!("{home}?done=1")));
    says(&desk.post("", &home, "kind=copy").await, StatusCode::UNPROCESSABLE_ENTITY, "已经提过");
    says(&desk.get("", &home).await, StatusCode::OK, "已收到");

    // Nobody gets at it who may not, and nothing tells them whether it is there.
    let one = desk.request();
    for role in Role::ALL {
        if [Role::Coordinator, Role::CatchAll, Role::PostHead].contains(role) {
            continue;
        }
        let cookie = desk.sign_in(*role).await;
        assert_eq!(desk.get(&cookie, &one).await.status, StatusCode::FORBIDDEN, "{}", role.code());
        for form in ["do=grant", "do=refuse&reason=law&answer=x", "do=extend&answer=x", "do=approve", "do=turn-back"] {
            assert_eq!(desk.post(&cookie, &one, form).await.status, StatusCode::FORBIDDEN, "{} {form}", role.code());
        }
        let copy = desk.post(&cookie, &format!("{one}/copy"), "").await;
        assert_eq!(copy.status, StatusCode::FORBIDDEN, "{}", role.code());
    }
    for path in [one.clone(), "/desk/data-requests".into()] {
        assert!(desk.get("", &path).await.location.contains("/login"), "nobody who is not signed in");
    }
    let head = desk.sign_in(Role::PostHead).await;
    assert_eq!(desk.post(&head, &one, "do=grant").await.status, StatusCode::FORBIDDEN, "approves, does not decide");

    let coordinator = desk.sign_in(Role::Coordinator).await;
    says(&desk.get(&coordinator, "/desk/data-requests").await, StatusCode::OK, "要一份副本");
    says(&desk.get(&coordinator, &one).await, StatusCode::OK, "待答复");
    assert_eq!(desk.post(&coordinator, &one, "do=grant").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&coordinator, &one, "do=approve").await.status, StatusCode::FORBIDDEN, "a second person");
    assert_eq!(desk.post(&head, &one, "do=approve").await.status, StatusCode::SEE_OTHER);
    let page = desk.get("", &home).await;
    says(&page, StatusCode::OK, "打开副本");
    let take = page.body.split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(desk.get("", &take).await.status, StatusCode::METHOD_NOT_ALLOWED, "a look is not the taking");
    let copy = desk.post("", &take, "form=print").await;
    says(&copy, StatusCode::OK, "王桂芳");
    assert!(
        copy.body.contains("02105550101") && copy.body.contains("李敏") && copy.body.contains("1941"),
        "{}",
        copy.body
    );
    let json = desk.post("", &take, "form=json").await;
    assert_eq!(json.kind, "application/json; charset=utf-8");
    let lines: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert!(lines.as_array().unwrap().iter().any(|l| l["field"] == "name" && l["value"] == "王桂芳"), "{lines}");
    // Whoever reads English reads the class in English, on the page and in the file.
    let class = |zh: bool| {
        let rule = matters::seed::classes().into_iter().find(|c| c.code == "danger-now").unwrap();
        if zh { rule.name_zh } else { rule.name_en }
    };
    assert!(lines.as_array().unwrap().iter().any(|l| l["field"] == "class" && l["value"] == class(true)), "{lines}");
    for form in ["form=print", "form=json"] {
        let english = desk.post("", &format!("/en{take}"), form).await;
        says(&english, StatusCode::OK, &class(false));
        assert!(!english.body.contains(&class(true)), "{}", english.body);
    }
    desk.world.house.clock.advance_secs(3_600);
    says(&desk.post("", &take, "form=print").await, StatusCode::CONFLICT, "已经取过");
    // The person sees who dealt with it.
    says(&desk.get("", &format!("/p/{code}")).await, StatusCode::OK, "全部信息的副本");
    // Somebody else's code leads nowhere near it.
    let other = take.replace(&code, "ABCD-EFGH-JKMN-PQRS");
    assert_eq!(desk.post("", &other, "form=json").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_raiser_asks_with_the_receipt_and_a_clerk_from_a_paper() {
    let desk = Desk::new();
    let receipt = desk.receipt("楼上漏水");
    let home = format!("/t/{}/requests", receipt.code);
    says(&desk.get("", &format!("/t/{}", receipt.code)).await, StatusCode::OK, &home);
    assert!(!desk.get("", &home).await.body.contains("kind=withdraw"), "a raiser agreed to nothing");
    let asked = desk.post("", &home, "kind=correct&field=name&value=%E8%B5%B5%E4%BA%8C").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    let coordinator = desk.sign_in(Role::Coordinator).await;
    let one = desk.request();
    says(&desk.get(&coordinator, &one).await, StatusCode::OK, "赵二");
    says(&desk.post(&coordinator, &one, "do=refuse&answer=x").await, StatusCode::UNPROCESSABLE_ENTITY, "请选一个理由");
    let refusal = "do=refuse&reason=identity&answer=%E8%AF%B7%E5%88%B0%E7%AB%99%E9%87%8C";
    assert_eq!(desk.post(&coordinator, &one, refusal).await.status, StatusCode::SEE_OTHER);
    let told = desk.get("", &home).await;
    says(&told, StatusCode::OK, "没有核对清楚是谁提出的");
    assert!(told.body.contains("请到站里"));

    let clerk = desk.sign_in(Role::Clerk).await;
    let form = format!("code={}&proof=id_card&kind=object&text=%E4%B8%BA%E4%BB%80%E4%B9%88", receipt.code);
    says(
        &desk.post(&clerk, "/desk/data-requests", "kind=copy&code=x").await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "怎么核对身份的",
    );
    let wrong = desk.post(&clerk, "/desk/data-requests", "kind=copy&proof=known&code=ABCD-EFGH-JKMN").await;
    says(&wrong, StatusCode::UNPROCESSABLE_ENTITY, "没有这个查询码");
    says(&desk.post(&clerk, "/desk/data-requests", &form).await, StatusCode::OK, "已登记");
    for role in [Role::Volunteer, Role::Shop, Role::Property, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin]
    {
        let cookie = desk.sign_in(role).await;
        let answer = desk.post(&cookie, "/desk/data-requests", &form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", role.code());
        assert_eq!(desk.get(&cookie, "/desk/data-requests").await.status, StatusCode::FORBIDDEN, "{}", role.code());
    }
    assert_eq!(desk.post("", "/desk/data-requests", &form).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.get("", "/t/ABCD-EFGH-JKMN/requests").await.status, StatusCode::NOT_FOUND);
}

/// An officer hands themselves a letter for somebody in a matter of their own, to get a copy of what they may not see.
#[tokio::test]
async fn a_letter_that_one_person_made_alone_opens_no_copy() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    desk.link(matter, person);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let code = desk.unconfirmed_letter(&duty, matter, person).await;
    let (home, record) = (format!("/p/{code}/requests"), format!("/desk/matters/{matter}/people/{person}"));
    for form in ["kind=copy", "kind=erase", "kind=correct&field=phone&value=021-0555+0102"] {
        says(&desk.post("", &home, form).await, StatusCode::UNPROCESSABLE_ENTITY, "还没有第二人确认");
    }
    // Nor by way of the counter, nor by standing for one's own letter.
    let taken = desk.post(&duty, "/desk/data-requests", &format!("code={code}&kind=copy&proof=id_card")).await;
    assert_ne!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert_eq!(desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM data_request", &[])?.i64("n")), 0);
    let id = desk.link_to_confirm(&duty, &record).await;
    assert_eq!(desk.post(&duty, &record, &format!("do=confirm-link&id={id}")).await.status, StatusCode::FORBIDDEN);
    for role in [Role::SystemAdmin, Role::AuditAdmin, Role::Coordinator, Role::Volunteer] {
        let cookie = desk.sign_in(role).await;
        let answer = desk.post(&cookie, &record, &format!("do=confirm-link&id={id}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", role.code());
    }
    // Who looked is theirs to see all the same, and so is saying no.
    says(&desk.get("", &format!("/p/{code}")).await, StatusCode::OK, "duty_officer");
    assert_eq!(desk.post("", &home, "kind=object&text=x").await.status, StatusCode::SEE_OTHER);
    // A second person stands for it; a further letter of one alone stops everything again, also what is ready to be fetched.
    let clerk = desk.sign_in(Role::Clerk).await;
    says(&desk.post(&clerk, &record, &format!("do=confirm-link&id={id}")).await, StatusCode::OK, "已保存");
    assert_eq!(desk.post("", &home, "kind=copy").await.status, StatusCode::SEE_OTHER);
}
