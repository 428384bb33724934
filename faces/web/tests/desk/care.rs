//! Care from its beginning to its end over HTTP, and a matter found out later to be about a unit: who may, and who may not.

use crate::records::says;
use crate::world::{Desk, aside};
use axum::http::StatusCode;
use kernel::Role;
use people::policy::{Action, who_may};

const BODY: &str = "%E9%9D%92%E7%A6%BE%E6%B4%BE%E5%87%BA%E6%89%80";

#[tokio::test]
async fn nobody_changes_the_care_of_somebody_in_a_matter_of_others() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    desk.link(matter, person);
    aside(|| desk.station());
    let record = format!("/desk/matters/{matter}/people/{person}");
    let new = format!("/desk/matters/{matter}/people/new");
    let area = uuid::Uuid::from_u128(0xa1);
    let forms = [
        (new.clone(), format!("name=%E7%8E%8B%E4%BA%94&area={area}")),
        (record.clone(), format!("do=move&area={area}")),
        (record.clone(), "do=end-care&reason=moved_away".to_owned()),
        (record.clone(), "do=resume-care".to_owned()),
        (record.clone(), format!("do=confirm-link&id={area}")),
        (format!("/desk/matters/{matter}/about"), format!("about={BODY}&reason=x")),
    ];
    let not_theirs = [Role::DutyOfficer, Role::Clerk];
    for role in Role::ALL.iter().filter(|r| !not_theirs.contains(r)) {
        let cookie = desk.sign_in(*role).await;
        let page = desk.get(&cookie, &new).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{} GET {new}", role.code());
        for (path, form) in &forms {
            // Who sorts what is whose may say so of any matter of their place.
            if path.ends_with("/about") && who_may(Action::Screen).contains(role) {
                continue;
            }
            let answer = desk.post(&cookie, path, form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {path} {form}: {}", role.code(), answer.body);
        }
    }
    for (path, form) in &forms {
        assert_eq!(desk.post("", path, form).await.status, StatusCode::UNAUTHORIZED, "{path} {form}");
    }
}

#[tokio::test]
async fn care_ends_and_begins_again() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    desk.link(matter, person);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let record = format!("/desk/matters/{matter}/people/{person}");
    says(&desk.post(&duty, &record, "do=end-care&reason=nothing").await, StatusCode::UNPROCESSABLE_ENTITY, "");
    says(&desk.post(&duty, &record, "do=end-care&reason=moved_away").await, StatusCode::OK, "resume-care");
    says(&desk.post(&duty, &record, "do=resume-care").await, StatusCode::OK, "end-care");
}

#[tokio::test]
async fn a_matter_is_said_to_be_about_a_unit_later() {
    let desk = Desk::new();
    let matter = desk.raise("态度恶劣");
    aside(|| desk.station());
    let about = format!("/desk/matters/{matter}/about");
    let coordinator = desk.sign_in(Role::Coordinator).await;
    let nowhere = desk.post(&coordinator, &about, "about=nowhere&reason=x").await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY, "a unit that is none is told");
    let said = desk.post(&coordinator, &about, &format!("about={BODY}&reason=%E6%9F%A5")).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    says(&desk.get(&coordinator, &format!("/desk/matters/{matter}")).await, StatusCode::OK, "青禾派出所");
}
