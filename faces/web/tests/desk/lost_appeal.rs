//! A public appeal on the desk: what must be written down, who may not, and that what is typed wrong is said and kept.

use crate::world::{Desk, aside};
use axum::http::StatusCode;
use kernel::Role;
use kernel::ids::CaseId;
use people::policy::{Action, who_may};

impl Desk {
    /// Missing, known by nobody; the whole district looks.
    fn missing(&self) -> CaseId {
        let report = lost::model::Report {
            key: None,
            kind: lost::model::Kind::Missing,
            place: lost::model::ScenePlace { words: Some("不知道".into()), ..lost::model::ScenePlace::default() },
            words: String::new(),
            described: lost::model::Described::default(),
            seen_at: None,
            reporter: lost::model::Reporter::anonymous(kernel::Lang::ZhCn),
            person: None,
        };
        aside(|| {
            let area = places::app::SaveArea::new(places::AreaKind::District, Some("d"), "和邻区");
            self.world.act(move |cx| {
                places::app::save_areas(cx, &places::app::AreaChanges { save: vec![area], retire: vec![] })
            });
            self.world.act_as(self.world.public(), move |cx| lost::app::report(cx, &report)).unwrap().case
        })
    }
    fn area(&self) -> String {
        aside(|| self.world.look(|cx| cx.query_one("SELECT id FROM area", &[])?.uuid("id"))).to_string()
    }
}

#[tokio::test]
async fn consent_is_written_down_before_anything_goes_out() {
    let desk = Desk::new();
    let case = desk.missing();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let path = format!("/desk/lost/{case}/appeal");
    assert!(desk.get(&duty, &format!("/desk/lost/{case}")).await.body.contains("公开寻人"));
    let form = desk.get(&duty, &path).await.body;
    assert!(
        form.contains("报告走失的家人") && !form.contains("name=\"name\""),
        "without a record there is no name to say"
    );
    let whole = format!(
        "version=1&sex=m&age_from=75&clothing=grey&area={}&seen_at=2026-06-29T13:00&hours=24&contact=reporter&way=paper&witness=x&asked=yes",
        desk.area()
    );
    for (left_out, says) in [
        ("&asked=yes", "家人的同意"),
        ("&witness=x", "当着谁的面"),
        ("&way=paper", "怎么同意的"),
        ("&clothing=grey", "穿着"),
        ("&age_from=75", "年龄"),
        ("&hours=24", "公开多久"),
    ] {
        let less = whole.replace(left_out, "");
        for step in if left_out == "&hours=24" { &[""][..] } else { &["", "/check"][..] } {
            let answer = desk.post(&duty, &format!("{path}{step}"), &less).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{left_out} {step}");
            assert!(answer.body.contains(says), "{left_out}: {}", answer.body);
            assert!(left_out == "&clothing=grey" || answer.body.contains("grey"), "what was typed stays");
        }
    }
    assert!(desk.get("", "/appeals").await.body.contains("现在没有公开寻人"));
    let check = desk.post(&duty, &format!("{path}/check"), &whole).await;
    assert!(check.status == StatusCode::OK && check.body.contains("75–79 岁"), "{}", check.body);
    let edit = desk.post(&duty, &format!("{path}/edit"), &whole).await.body;
    assert!(edit.contains("value=\"grey\"") && edit.contains("value=\"75\" selected"), "{edit}");
    assert_eq!(desk.post(&duty, &path, &whole).await.status, StatusCode::SEE_OTHER);
    let everybody = desk.get("", "/appeals").await.body;
    assert!(everybody.contains("grey") && everybody.contains("75–79 岁"));
    let shown = desk.get(&duty, &path).await.body;
    assert!(shown.contains("报告走失的家人同意") && shown.contains("马上撤下"), "{shown}");
    let timeline = desk.get(&duty, &format!("/desk/lost/{case}")).await.body;
    assert!(timeline.contains("经家人同意公开寻人"));
    let stale = desk.post(&duty, &path, &whole).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "made for another version");
    assert_eq!(desk.post(&duty, &format!("{path}/end"), "why=withdrawn").await.status, StatusCode::SEE_OTHER);
    assert!(desk.get("", "/appeals").await.body.contains("现在没有公开寻人"));
    assert_eq!(
        desk.post(&duty, &format!("{path}/end"), "why=over").await.status,
        StatusCode::SEE_OTHER,
        "twice is fine"
    );
    assert!(desk.get(&duty, &path).await.body.contains("家人不再同意"), "why it ended stands there");
}

#[tokio::test]
async fn who_may_not_sees_no_form_and_publishes_nothing() {
    let desk = Desk::new();
    let case = desk.missing();
    let path = format!("/desk/lost/{case}/appeal");
    // Seats here name no place: these stand for the whole district, the others for nothing.
    let whole = [Role::Coordinator, Role::CatchAll, Role::DutyOfficer];
    for role in Role::ALL {
        let cookie = desk.sign_in(*role).await;
        let may = whole.contains(role) && who_may(Action::PublicAppeal).contains(role);
        let shown = desk.get(&cookie, &path).await;
        assert_eq!(shown.status, if may { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{} looks", role.code());
        for step in ["/edit", "/check", "", "/end"] {
            if may {
                continue;
            }
            let form = "version=1&sex=f&seen_at=2026-06-29T13:00&contact=reporter&way=phone&asked=yes";
            let answer = desk.post(&cookie, &format!("{path}{step}"), form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {step}", role.code());
        }
    }
    let anybody = desk.post("", &path, "version=1").await;
    assert_eq!(anybody.status, StatusCode::UNAUTHORIZED);
    let (_, key) = desk.key(Role::DutyOfficer, &["read", "write", "names"], None);
    let request = axum::http::Request::get(&path).header("authorization", format!("Bearer {key}"));
    let answer = desk.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_ne!(answer.status, StatusCode::OK, "no key of a program opens it: a person answers for it by name");
}
