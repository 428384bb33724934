//! Two records of one person, over HTTP; and that nothing about a person is left out of a join.

use crate::records::says;
use crate::world::{Desk, aside, hidden};
use axum::http::StatusCode;
use kernel::Role;
use kernel::ids::{AreaId, PersonId};
use people::app::Flat;
use people::app::persons::{self, ResidentRow, import_residents};
use people::model::person::{Contact, Identity};
use uuid::Uuid;

/// Two records of somebody whose name nobody else here has.
fn twice(desk: &Desk) -> (PersonId, PersonId) {
    let row = |key: &str, year: i16, address: &str| ResidentRow {
        key: key.into(),
        area: AreaId(Uuid::from_u128(7)),
        identity: Identity { name: "欧阳秀英".into(), sex: "f".into(), birth_year: Some(year), id_number: None },
        contact: Contact { phone: Some("02105550177".into()), address: Some(address.into()), language: None },
        guardians: Vec::new(),
    };
    let rows = vec![row("A-1", 1941, "青禾里3号"), row("B-1", 1942, "青禾路 3 号 2 室")];
    let done = aside(|| desk.world.act(move |cx| import_residents(cx, &Flat, &rows)));
    (PersonId(done.things[0].0), PersonId(done.things[1].0))
}

#[tokio::test]
async fn two_records_are_looked_at_joined_and_taken_apart_again() {
    let desk = Desk::new();
    let (one, other) = twice(&desk);
    let worker = desk.sign_in(Role::CatchAll).await;
    says(&desk.get(&worker, "/desk/care").await, StatusCode::OK, "/desk/care/pairs");
    let list = desk.get(&worker, "/desk/care/pairs").await;
    says(&list, StatusCode::OK, "欧阳秀英");
    let here = format!("/desk/care/pairs/{one}/{other}");
    assert!(list.body.contains(&here) && list.body.contains("相同的还有：电话"), "{}", list.body);
    let page = desk.get(&worker, &here).await;
    says(&page, StatusCode::OK, "是同一位老人吗");
    assert!(page.body.contains("青禾里3号") && page.body.contains("青禾路 3 号 2 室"));
    let form = |page: &str, reason: &str| {
        format!(
            "do=join&kept={one}&v-one={}&v-other={}&f-address={other}&f-birth_year={one}&reason={reason}",
            hidden(page, "v-one"),
            hidden(page, "v-other")
        )
    };
    // Without a reason: the choices stay.
    let empty = desk.post(&worker, &here, &form(&page.body, "")).await;
    says(&empty, StatusCode::UNPROCESSABLE_ENTITY, "请写一句理由");
    let stale = desk.post(&worker, &here, &format!("do=join&kept={one}&v-one=77&v-other=77&reason=x1")).await;
    says(&stale, StatusCode::UNPROCESSABLE_ENTITY, "有人刚改过其中一份");
    assert!(stale.body.contains("value=\"x1\""), "what was typed stays");
    let done = desk.post(&worker, &here, &form(&page.body, "%E9%97%AE%E8%BF%87")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let again = desk.post(&worker, &here, &form(&page.body, "%E9%97%AE%E8%BF%87")).await;
    assert_eq!((again.status, &again.location), (StatusCode::SEE_OTHER, &done.location), "sent twice");
    let joined = desk.get(&worker, &done.location).await;
    says(&joined, StatusCode::OK, "问过");
    says(&desk.get(&worker, &format!("/desk/care/{one}")).await, StatusCode::OK, "青禾路 3 号 2 室");
    let old = desk.get(&worker, &format!("/desk/care/{other}")).await;
    assert_eq!(old.status, StatusCode::SEE_OTHER);
    assert!(old.location.contains(&one.to_string()), "{}", old.location);
    says(&desk.get(&worker, "/desk/care/pairs").await, StatusCode::OK, "没有像重复的档案");

    let undo = done.location.split('?').next().unwrap().to_owned();
    says(&desk.post(&worker, &undo, "do=undo&reason=").await, StatusCode::UNPROCESSABLE_ENTITY, "请写一句理由");
    for _ in 0..2 {
        let back = desk.post(&worker, &undo, "do=undo&reason=%E4%B8%A4%E4%B8%AA%E4%BA%BA").await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    }
    says(&desk.get(&worker, &undo).await, StatusCode::OK, "两个人");
    says(&desk.get(&worker, &format!("/desk/care/{one}")).await, StatusCode::OK, "青禾里3号");
    says(&desk.get(&worker, &format!("/desk/care/{other}")).await, StatusCode::OK, "青禾路 3 号 2 室");
    let apart = desk.post(&worker, &here, "do=apart").await;
    assert_eq!(apart.location, "/desk/care/pairs?done=apart");
    says(&desk.get(&worker, "/desk/care/pairs").await, StatusCode::OK, "没有像重复的档案");
    says(&desk.get(&worker, &here).await, StatusCode::OK, "有人看过，说是两个人");
}

#[tokio::test]
async fn what_stands_twice_is_shown_and_settled_and_comes_back_with_the_undo() {
    let desk = Desk::new();
    let (one, other) = twice(&desk);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    for (n, person) in [one, other].into_iter().enumerate() {
        let matter = desk.raise(if n == 0 { "老人走失" } else { "老人摔倒" });
        desk.link(matter, person);
        let circle = format!("/desk/matters/{matter}/people/{person}/care");
        let add = "do=contact-add&name=%E7%8E%8B%E6%98%8E&relation=%E4%BE%84%E5%AD%90&phone=02105550110";
        says(&desk.post(&duty, &circle, add).await, StatusCode::OK, "王明");
        let begun = desk.post(&duty, &format!("/desk/care/{person}"), "do=begin&kind=chat&agreed=subject").await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    }
    let here = format!("/desk/care/pairs/{one}/{other}");
    let page = desk.get(&duty, &here).await.body;
    let (v, w) = (hidden(&page, "v-one"), hidden(&page, "v-other"));
    let form = format!("do=join&kept={one}&v-one={v}&v-other={w}&f-address={one}&f-birth_year={one}&reason=x1");
    let joined = desk.post(&duty, &here, &form).await.location.split('?').next().unwrap().to_owned();
    let page = desk.get(&duty, &joined).await;
    says(&page, StatusCode::OK, "这些亲属现在有两条");
    assert_eq!(page.body.matches("王明 · 侄子 · 02105550110</strong>").count(), 2, "{}", page.body);
    assert!(page.body.contains("探访计划") && page.body.contains("换成另一份档案里的"));
    // The same form sent twice counts once.
    let stays = hidden(&page.body, "stays");
    for _ in 0..2 {
        let kept = desk.post(&duty, &joined, &format!("do=one&stays={stays}")).await;
        assert_eq!(kept.location, format!("{joined}?done=one"));
        let used = desk.post(&duty, &joined, "do=use&what=visits&whose=other").await;
        assert_eq!(used.location, format!("{joined}?done=used"));
    }
    let page = desk.get(&duty, &joined).await.body;
    assert!(!page.contains("这些亲属现在有两条") && page.contains("换回留下的那份档案里的"), "{page}");
    for form in ["do=one&stays=x", "do=use&what=x&whose=other", "do=use&what=photo&whose=other"] {
        assert_eq!(desk.post(&duty, &joined, form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
    }
    let elsewhere = desk.sign_in(Role::Volunteer).await;
    for form in [format!("do=one&stays={stays}"), "do=use&what=visits&whose=kept".to_owned()] {
        assert_eq!(desk.post(&elsewhere, &joined, &form).await.status, StatusCode::FORBIDDEN, "{form}");
    }
    assert_eq!(desk.post(&duty, &joined, "do=undo&reason=x2").await.status, StatusCode::SEE_OTHER);
    let page = desk.get(&duty, &joined).await.body;
    assert!(!page.contains("换回留下的那份档案里的") && !page.contains("只留这一条"), "{page}");
    let late = desk.post(&duty, &joined, &format!("do=one&stays={stays}")).await;
    says(&late, StatusCode::UNPROCESSABLE_ENTITY, "已经撤销");
}

#[tokio::test]
async fn nobody_else_joins() {
    let desk = Desk::new();
    let (one, other) = twice(&desk);
    let here = format!("/desk/care/pairs/{one}/{other}");
    for role in Role::ALL {
        // Seats here name no place: these roles then stand for the whole district, the others for nothing.
        let may = [Role::CatchAll, Role::DutyOfficer].contains(role);
        let cookie = desk.sign_in(*role).await;
        let page = desk.get(&cookie, &here).await.status;
        assert_eq!(page, if may { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{}", role.code());
        if !may {
            for form in [format!("do=join&kept={one}&v-one=1&v-other=1&reason=x"), "do=apart".into()] {
                let answer = desk.post(&cookie, &here, &form).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {form}", role.code());
            }
        }
    }
    assert!(aside(|| desk.world.look(move |cx| persons::known(cx, other))).is_some());
}

/// Columns that hold a person, by their names.
const PERSONS: [&str; 6] = ["person_id", "giver_id", "taker_id", "about_person", "joined_into", "subject"];
/// What does not go along, and why.
const STAYS: &[(&str, &str)] = &[
    ("audit_read.subject", "the log is never rewritten; who looked is asked for both"),
    ("event.subject", "the log is never rewritten"),
    ("subject_key.subject", "each record keeps its own keys"),
    ("person_area.person_id", "written anew with the area that was chosen"),
    ("person_token.person_id", "names are found by the record that stays"),
];

#[test]
fn whatever_holds_a_person_goes_along() {
    let desk = Desk::new();
    let columns = desk.sql(|cx| {
        let sql = "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
        cx.query(sql, &[])?.iter().map(|r| Ok((r.text("t")?, r.text("c")?))).collect::<Result<Vec<_>, store::Error>>()
    });
    let follows = |table: &str, column: &str| {
        alerts::app::joins::ALL.iter().flat_map(|f| f.tables).any(|f| f.table == table && f.column == column)
    };
    let forgotten: Vec<String> = columns
        .iter()
        .filter(|(table, column)| PERSONS.contains(&column.as_str()) && !follows(table, column))
        .map(|(table, column)| format!("{table}.{column}"))
        .filter(|place| !STAYS.iter().any(|(stays, _)| stays == place))
        .collect();
    assert!(forgotten.is_empty(), "in no list of a crate, and no reason here: {forgotten:?}");
    for follow in alerts::app::joins::ALL.iter().flat_map(|f| f.tables) {
        let has = |column: &str| columns.iter().any(|(t, c)| t == follow.table && c == column);
        let named = follow.key.iter().chain(follow.sealed.iter().map(|(c, _)| c)).chain(&follow.ends);
        let missing: Vec<_> = std::iter::once(&follow.column).chain(named).filter(|c| !has(c)).collect();
        assert!(missing.is_empty(), "{} has no {missing:?}", follow.table);
    }
}
