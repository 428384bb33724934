//! Contacts, plan, schedule and card at the desk: in the name of one's own matter, each step whole or not at all.

use crate::records::says;
use crate::world::{Desk, aside};
use axum::http::StatusCode;
use care::app::cards::{self, Made};
use kernel::{Point, Role};
use people::policy::{Action, who_may};
use places::app::{SavePost, save_posts};
use places::{PostState, Tier, WeekHours};

impl Desk {
    /// Blanks of a post that is new.
    fn blanks(&self, n: usize) -> Vec<Made> {
        aside(|| {
            let post = SavePost {
                id: None,
                tier: Tier::PolicePost,
                code: Some("QH".into()),
                name: "青禾警务站".into(),
                parent: None,
                address: "青禾路 1 号".into(),
                phone: "021-0571 0201".into(),
                point: Some(Point::new(121.5, 30.9).unwrap()),
                hours: WeekHours::always(),
                state: PostState::Running,
                serves: vec![],
                seen: None,
            };
            let post = self.world.act(move |cx| save_posts(cx, &[post])).saved[0].0;
            self.world.act(move |cx| cards::make(cx, post, n))
        })
    }
    async fn opens(&self, token: &str) -> bool {
        self.get("", &format!("/c/{token}")).await.status == StatusCode::OK
    }
}

#[tokio::test]
async fn the_circle_is_written_in_the_name_of_ones_own_matter_alone() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    desk.link(matter, person);
    let made = desk.blanks(3);
    let here = format!("/desk/matters/{matter}/people/{person}/care");
    let may = who_may(Action::ChangeCare);
    for role in Role::ALL.iter().filter(|r| !matches!(r, Role::DutyOfficer | Role::Clerk)) {
        let cookie = desk.sign_in(*role).await;
        for form in
            ["do=open", "do=plan-open", "do=contact-add&name=x", &format!("do=card-issue&code={}", made[0].code)]
        {
            let answer = desk.post(&cookie, &here, form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {form} ({may:?})", role.code());
            assert!(!answer.body.contains("李敏"));
        }
    }
    assert_eq!(desk.post("", &here, "do=open").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.get(&desk.sign_in(Role::DutyOfficer).await, &here).await.status, StatusCode::METHOD_NOT_ALLOWED);

    let duty = desk.sign_in(Role::DutyOfficer).await;
    let page = desk.post(&duty, &here, "do=open").await;
    says(&page, StatusCode::OK, "李敏");
    let guardian = page.body.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
    says(
        &desk.post(&duty, &here, &format!("do=contact-add&guardian={guardian}&collect=1")).await,
        StatusCode::OK,
        "021",
    );
    says(&desk.post(&duty, &here, "do=contact-add&name=x").await, StatusCode::UNPROCESSABLE_ENTITY, "电话");
    let slot = "do=slot-add&days=0&days=1&from=07:30&to=18:30&who=alone";
    says(&desk.post(&duty, &here, slot).await, StatusCode::OK, "07:30–18:30");
    says(&desk.post(&duty, &here, slot).await, StatusCode::UNPROCESSABLE_ENTITY, "同一时间");

    let consent = "do=consent&what=approach&answer=given&by=subject&way=visit&witness=w&review_on=2027-01-01";
    says(&desk.post(&duty, &here, consent).await, StatusCode::OK, "2027");
    let plan = |words: &str| format!("do=plan&version=0&approach={words}");
    says(&desk.post(&duty, &here, &plan("%E5%A4%B1%E6%99%BA")).await, StatusCode::UNPROCESSABLE_ENTITY, "陌生人");
    says(&desk.post(&duty, &here, &plan("%E6%85%A2%E6%85%A2%E8%AF%B4")).await, StatusCode::OK, "照护计划已写好");

    says(&desk.post(&duty, &here, &format!("do=card-issue&code={}", made[0].code)).await, StatusCode::OK, "已发");
    assert!(desk.opens(&made[0].token).await);
    let card = desk.sql(|cx| cx.query_one("SELECT id FROM care_card WHERE person_id IS NOT NULL", &[])?.uuid("id"));
    let check = format!("do=card-check&card={card}&worn=1&card_is=good&strap_is=broken");
    says(&desk.post(&duty, &here, &check).await, StatusCode::OK, "坏了");
    // What is refused at its second half has not done its first: the old card still opens.
    let wrong = desk.post(&duty, &here, &format!("do=card-replace&card={card}&code=000000000")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(desk.opens(&made[0].token).await);
    let right = desk.post(&duty, &here, &format!("do=card-replace&card={card}&code={}", made[1].code)).await;
    says(&right, StatusCode::OK, "已换新");
    assert!(!desk.opens(&made[0].token).await && desk.opens(&made[1].token).await);
    assert!(
        !right.body.contains(&made[1].token) && !right.body.contains(&made[1].code),
        "codes stand on the card alone"
    );
}
