//! A lost elder on the desk: from a call to the end on one screen, who sees nothing of it, and what a form that is wrong says.

use crate::world::{Answer, Desk};
use axum::http::StatusCode;
use care::model::{Haunt, Inner, NewContact, Whom};
use kernel::ids::{CaseId, ContactId, PersonId};
use kernel::{Lang, Purpose, Role};
use people::app::consents::{self, Aim, Answer as Said, By, NewConsent, Way};
use people::model::person::Part;
use people::policy::{Action, who_may};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The case that a redirect leads to.
fn case_of(answer: &Answer) -> CaseId {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location.rsplit('/').next().unwrap().parse().unwrap()
}

impl Desk {
    pub(crate) async fn lost(&self, cookie: &str) -> CaseId {
        let form = format!(
            "kind=found&place={}&words={}&name={}&sex=f&age=84",
            encoded("老街口"),
            encoded("蓝色上衣"),
            encoded("热心人")
        );
        case_of(&self.post(cookie, "/desk/lost/new", &form).await)
    }
    /// Somebody of the elder's circle who may collect her, written down in the name of the case.
    fn daughter(&self, case: CaseId, person: PersonId) -> ContactId {
        let new = NewContact {
            whom: Whom::Other { name: "李敏".into(), relation: "女儿".into(), phone: Some("021-0555 0102".into()) },
            mail: None,
            lang: Lang::ZhCn,
            may_collect: true,
            barred: false,
        };
        let duty = self.people[&Role::DutyOfficer].0;
        let add = move |cx: &mut store::Cx<'_>| {
            let why = lost::app::in_the_name_of(cx, case, person)?;
            Ok::<_, lost::Error>(care::app::contacts::add(cx, person, &why, &new)?)
        };
        crate::world::aside(|| self.world.act_as(self.world.who(duty, Purpose::Case(case)), add)).unwrap()
    }
    /// The family says where she lived, and agrees that it is kept.
    fn names_places(&self, case: CaseId, person: PersonId) -> PersonId {
        let duty = self.people[&Role::DutyOfficer].0;
        let review_on = self.world.house.rt.now().plus_days(300);
        let write = move |cx: &mut store::Cx<'_>| {
            let why = lost::app::in_the_name_of(cx, case, person)?;
            let consent = NewConsent {
                part: Part::Location,
                answer: Said::Given,
                by: By::Subject,
                guardian: None,
                aim: Aim::GettingHome,
                way: Way::Visit,
                witness: "居委干部".into(),
                review_on,
                by_themselves: false,
            };
            consents::record(cx, person, &why, &consent)?;
            let haunt =
                Haunt { kind: "former-home".into(), label: "老街七号".into(), lon: Some(121.46), lat: Some(30.9) };
            let inner = Inner { haunts: vec![haunt], ..Inner::default() };
            let plan = care::app::plan::WritePlan { inner: Some(inner), outer: None };
            care::app::plan::write(cx, person, &why, 0, &plan)?;
            Ok::<_, lost::Error>(())
        };
        crate::world::aside(|| self.world.act_as(self.world.who(duty, Purpose::Case(case)), write)).unwrap();
        person
    }
    fn withdraws_places(&self, case: CaseId, person: PersonId) {
        let duty = self.people[&Role::DutyOfficer].0;
        let withdraw = move |cx: &mut store::Cx<'_>| {
            let why = lost::app::in_the_name_of(cx, case, person)?;
            Ok::<_, lost::Error>(consents::withdraw(cx, person, &why, Part::Location, By::Subject, Way::Phone)?)
        };
        crate::world::aside(|| self.world.act_as(self.world.who(duty, Purpose::Case(case)), withdraw)).unwrap();
    }
    fn version(&self, case: CaseId) -> i64 {
        crate::world::aside(|| self.world.look(move |cx| lost::app::load(cx, case)).version)
    }
    async fn step(&self, cookie: &str, case: CaseId, step: &str, form: &str) -> Answer {
        let form = format!("version={}&{form}", self.version(case));
        self.post(cookie, &format!("/desk/lost/{case}/step/{step}"), &form).await
    }
    pub(crate) async fn done(&self, cookie: &str, case: CaseId, step: &str, form: &str) {
        let answer = self.step(cookie, case, step, form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{step} {form}: {}", answer.body);
    }
}

#[tokio::test]
async fn from_the_call_to_the_end_on_one_screen() {
    let desk = Desk::new();
    let person = desk.resident();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.lost(&duty).await;
    let page = desk.get(&duty, &format!("/desk/lost/{case}")).await.body;
    for word in ["ZS-2026-00001", "蓝色上衣", "老街口", "我来接手"] {
        assert!(page.contains(word), "{word}");
    }
    assert!(!page.contains("热心人"), "who called is shown when it is asked for");
    let asked = desk.post(&duty, &format!("/desk/lost/{case}/reporter"), "").await.body;
    assert!(asked.contains("热心人"));
    desk.done(&duty, case, "take", "").await;
    let name = format!("name={}", encoded("王桂芳"));
    let found = desk.post(&duty, &format!("/desk/lost/{case}/find"), &name).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.body);
    desk.done(&duty, case, "identified", &format!("person={person}&how=said")).await;
    let page = desk.get(&duty, &format!("/desk/lost/{case}")).await.body;
    assert!(page.contains("王桂芳"), "whoever looks after her sees who she is");
    let record = desk.post(&duty, &format!("/desk/lost/{case}/record"), "").await;
    assert!(record.status == StatusCode::OK && record.body.contains("王桂芳"));
    let plan = desk.post(&duty, &format!("/desk/lost/{case}/plan"), "").await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.body);
    assert!(!plan.body.contains("data-given"), "no places, no map");
    let scene = |lon: &str| format!("place={}&lat=30.9&lon={lon}&seen_at=&words=", encoded("菜场"));
    desk.done(&duty, case, "seen", &scene("121.45")).await;
    let points = desk.get(&duty, &format!("/desk/lost/{case}/point.geojson")).await.body;
    assert!(points.contains("121.45"), "the pin of who saw them is on the map: {points}");
    let named = desk.names_places(case, person);
    let plan = desk.post(&duty, &format!("/desk/lost/{case}/plan"), "").await.body;
    for word in ["老房子", "老街七号", "离这次的地点直线约 950 米", "data-given", "geo:30.90000,121.46000"]
    {
        assert!(plan.contains(word), "{word} in {plan}");
    }
    desk.withdraws_places(case, named);
    let plan = desk.post(&duty, &format!("/desk/lost/{case}/plan"), "").await.body;
    assert!(!plan.contains("老街七号") && !plan.contains("data-given"), "withdrawn is withdrawn at once");

    // Nobody in the circle can come: a neighbour does, and a second officer looks at them.
    let to = format!(
        "receiver=other&receiver_name={}&receiver_as={}&proof=id_card&place_kind=street",
        encoded("赵六"),
        encoded("邻居")
    );
    let none = desk.step(&duty, case, "hand-over", &to.replace("proof=id_card", "proof=nothing")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.body.contains("请先核对接走的人的身份"), "it says what stands in the way");
    desk.done(&duty, case, "hand-over", &to).await;
    let own = desk.step(&duty, case, "agree", "").await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody is their own second officer");
    let second = desk.sign_in(Role::Coordinator).await;
    desk.done(&second, case, "agree", "").await;
    let early = desk.step(&duty, case, "close", "outcome=home").await;
    assert!(early.status == StatusCode::UNPROCESSABLE_ENTITY && early.body.contains("请先回告"));
    desk.done(&duty, case, "answer", &format!("words={}&reached=told", encoded("已平安回家"))).await;
    desk.done(&duty, case, "debrief", "card=none&locator=none&schedule=good&words=").await;
    desk.done(&duty, case, "close", "outcome=home").await;
    let page = desk.get(&duty, &format!("/desk/lost/{case}")).await.body;
    assert!(!page.contains("王桂芳"), "after the end the name is shut");
    assert!(page.contains("已回家"));
    let list = desk.get(&duty, "/desk/lost?closed=1").await.body;
    assert!(list.contains("ZS-2026-00001"));
    assert!(!desk.get(&duty, "/desk/lost").await.body.contains("ZS-2026-00001"));
}

/// Whom a family misses comes before the registry; two about the same elder become one, and the family reads how it stands there.
#[tokio::test]
async fn an_elder_found_is_the_one_a_family_misses() {
    let desk = Desk::new();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let form = format!("place={}&name={}&sex=f&age=84", encoded("老街口"), encoded("李敏"));
    let words = format!("words={}", encoded("红围巾"));
    let missed = case_of(&desk.post(&duty, "/desk/lost/new", &format!("kind=missing&{form}&{words}")).await);
    let case = desk.lost(&duty).await;
    let page = desk.post(&duty, &format!("/desk/lost/{case}/candidates"), "").await.body;
    for word in ["家人正在找、还不知道是谁的", "ZS-2026-00001", "80 多岁", "性别相符", "是同一位"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(page.contains(&format!("/desk/lost/{missed}")));
    assert!(!page.contains("李敏") && !page.contains("红围巾"), "no names, and no words of others");
    let back = desk.post(&duty, &format!("/desk/lost/{missed}/candidates"), "").await.body;
    assert!(back.contains("有人发现、还不知道是谁的") && back.contains("ZS-2026-00002"));
    let same = format!("other={missed}&other_version={}", desk.version(missed));
    let answer = desk.step(&duty, case, "same", &same).await;
    assert_eq!(case_of(&answer), case, "{}", answer.body);
    let page = desk.get(&duty, &format!("/desk/lost/{case}")).await.body;
    assert!(page.contains("和另一件是同一位老人：ZS-2026-00001"));
    let page = desk.get(&duty, &format!("/desk/lost/{missed}")).await.body;
    assert!(page.contains("和另一件是同一位老人：ZS-2026-00002") && page.contains("并入另一件"));
    let gone = desk.post(&duty, &format!("/desk/lost/{case}/candidates"), "").await.body;
    assert!(!gone.contains("ZS-2026-00001"));
}

/// The longest form of the screen stands open when it is needed soon, when somebody asks for it, and when it came back.
#[tokio::test]
async fn the_hand_over_is_folded_until_somebody_is_near() {
    let desk = Desk::new();
    let person = desk.resident();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.lost(&duty).await;
    desk.done(&duty, case, "take", "").await;
    desk.done(&duty, case, "identified", &format!("person={person}&how=said")).await;
    let here = format!("/desk/lost/{case}");
    let opened = |page: &str| {
        assert!(page.contains("id=\"hand\""), "{page}");
        page.contains("id=\"hand\" open")
    };
    let page = desk.get(&duty, &here).await.body;
    assert!(!opened(&page), "nobody comes yet");
    let contact = desk.daughter(case, person);
    // It is two in the afternoon.
    desk.done(&duty, case, "attempt", &format!("contact={contact}&result=comes&eta=18:30")).await;
    let page = desk.get(&duty, &here).await.body;
    assert!(!opened(&page), "in four hours and a half");
    assert!(page.contains(&format!("{here}?open=hand#hand")), "the first thing to do leads to it");
    assert!(opened(&desk.get(&duty, &format!("{here}?open=hand")).await.body), "without a script");
    assert!(!opened(&desk.get(&duty, &format!("{here}?open=events")).await.body));
    let wrong = desk.step(&duty, case, "hand-over", &format!("receiver={contact}&proof=nothing&place_kind=post")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(opened(&wrong.body), "what is wrong is mended there");
    desk.done(&duty, case, "attempt", &format!("contact={contact}&result=comes&eta=14:20")).await;
    assert!(opened(&desk.get(&duty, &here).await.body), "in twenty minutes");
}

#[tokio::test]
async fn a_case_of_others_shows_nothing() {
    let desk = Desk::new();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.lost(&duty).await;
    // Seats here name no place: these stand for the whole district, the others for nothing.
    let whole = [Role::Coordinator, Role::CatchAll, Role::DutyOfficer, Role::Clerk];
    let paths = ["", "/point.geojson"];
    let forms = [
        ("candidates", "", Action::IdentifyCase),
        ("find", "name=x", Action::IdentifyCase),
        ("reporter", "", Action::WorkCase),
        ("step/take", "version=1", Action::WorkCase),
        ("step/remark", "words=x", Action::ViewCase),
        ("step/ask", "version=1&bodies=x", Action::CallHelp),
        ("step/call-help", "version=1&radius=1000", Action::CallHelp),
        ("step/hand-over", "version=1&receiver=body&receiver_name=x&receiver_as=x&proof=duty_card", Action::HandOver),
        ("step/agree", "version=1", Action::SecondHandOver),
        ("step/close", "version=1&outcome=not_lost", Action::CloseCase),
        ("step/same", "version=1&other=00000000-0000-0000-0000-000000000007&other_version=1", Action::IdentifyCase),
        ("step/identified", "version=1&person=00000000-0000-0000-0000-000000000007&how=known", Action::IdentifyCase),
    ];
    for role in Role::ALL {
        let cookie = desk.sign_in(*role).await;
        let may = |action| whole.contains(role) && who_may(action).contains(role);
        for path in paths {
            let answer = desk.get(&cookie, &format!("/desk/lost/{case}{path}")).await;
            assert_eq!(answer.status == StatusCode::OK, may(Action::ViewCase), "{} {path}", role.code());
            assert!(may(Action::ViewCase) || !answer.body.contains("蓝色上衣"));
        }
        for (path, form, action) in forms {
            if may(action) {
                continue;
            }
            let answer = desk.post(&cookie, &format!("/desk/lost/{case}/{path}"), form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {path}", role.code());
        }
        let help = desk.get(&cookie, &format!("/desk/help-needed/{case}")).await;
        let expected =
            if who_may(Action::OfferHelp).contains(role) { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
        assert_eq!(help.status, expected, "{} was not called", role.code());
    }
    for path in ["", "/step/take"] {
        let answer = desk.get("", &format!("/desk/lost/{case}{path}")).await;
        assert_ne!(answer.status, StatusCode::OK, "without a session");
    }
}

#[tokio::test]
async fn whoever_is_called_sees_what_is_needed_and_the_name_only_while_helping() {
    let desk = Desk::new();
    let person = desk.resident();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.lost(&duty).await;
    desk.done(&duty, case, "identified", &format!("person={person}&how=known")).await;
    let helper = desk.people[&Role::Volunteer].0;
    desk.done(&duty, case, "helper", &format!("helper={helper}&task=escort")).await;
    let volunteer = desk.sign_in(Role::Volunteer).await;
    let path = format!("/desk/help-needed/{case}");
    let page = desk.get(&volunteer, &path).await.body;
    assert!(page.contains("王桂芳") && page.contains("老街口"), "{page}");
    assert!(desk.get(&volunteer, "/desk/help-needed").await.body.contains("ZS-2026-00001"));
    desk.post(&volunteer, &format!("{path}/stop"), "").await;
    assert_eq!(desk.get(&volunteer, &path).await.status, StatusCode::NOT_FOUND, "nothing is shown any more");
}

#[tokio::test]
async fn what_is_typed_wrong_is_said_and_kept() {
    let desk = Desk::new();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let answer = desk.post(&duty, "/desk/lost/new", &format!("kind=found&words={}&name=x", encoded("红帽子"))).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("地点") && answer.body.contains("红帽子"), "{}", answer.body);
    let nobody = format!("kind=found&place={}&words=x", encoded("老街口"));
    let answer = desk.post(&duty, "/desk/lost/new", &nobody).await;
    assert!(answer.body.contains("谁来电"), "whoever types for somebody writes down who called");
    let case = desk.lost(&duty).await;
    let stale = desk.post(&duty, &format!("/desk/lost/{case}/step/take"), "version=99").await;
    assert!(stale.status == StatusCode::UNPROCESSABLE_ENTITY && stale.body.contains("别人刚改过"));
    let time = desk.step(&duty, case, "seen", "seen_at=half+past").await;
    assert!(time.body.contains("18:30"), "a time is asked for as one writes it");
}

/// The circle of the elder in the name of the case: who may, sees it and is logged; who may not, sees nothing.
#[tokio::test]
async fn the_circle_opens_in_the_name_of_an_open_case_and_is_logged_as_such() {
    let desk = Desk::new();
    let person = desk.resident();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.lost(&duty).await;
    let here = format!("/desk/lost/{case}/care");
    assert_eq!(desk.post(&duty, &here, "do=open").await.status, StatusCode::NOT_FOUND, "nobody knows who it is yet");
    desk.done(&duty, case, "take", "").await;
    let name = format!("name={}", encoded("王桂芳"));
    desk.post(&duty, &format!("/desk/lost/{case}/find"), &name).await;
    desk.done(&duty, case, "identified", &format!("person={person}&how=said")).await;
    let may = who_may(Action::ViewCare);
    for role in Role::ALL.iter().filter(|r| !may.contains(r)) {
        let cookie = desk.sign_in(*role).await;
        for path in [here.clone(), format!("/desk/lost/{case}/photo")] {
            let answer =
                if path == here { desk.post(&cookie, &path, "do=open").await } else { desk.get(&cookie, &path).await };
            assert!(
                answer.status == StatusCode::FORBIDDEN || answer.status == StatusCode::NOT_FOUND,
                "{} {path}",
                role.code()
            );
            assert!(!answer.body.contains("李敏"));
        }
    }
    assert_eq!(desk.post("", &here, "do=open").await.status, StatusCode::UNAUTHORIZED);
    let page = desk.post(&duty, &here, "do=open").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("回到走失案件"));
    let slot = "do=slot-add&days=0&from=07:30&to=18:30&who=alone";
    assert!(desk.post(&duty, &here, slot).await.body.contains("07:30–18:30"));
    let opened = desk.post(&duty, &here, "do=plan-open").await;
    assert!(opened.body.contains("name=\"habits\""));
    let purpose = format!("case:{case}");
    let logged = desk.sql(move |cx| {
        let sql = "SELECT COUNT(*) AS n FROM audit_read WHERE purpose = $1 AND fields LIKE '%plan%'";
        cx.query_one(sql, store::params![purpose])?.i64("n")
    });
    assert!(logged >= 1, "under the case");
    assert_eq!(
        desk.get(&duty, &format!("/desk/lost/{case}/photo")).await.status,
        StatusCode::NOT_FOUND,
        "there is none"
    );
    assert_eq!(desk.get(&duty, &format!("/desk/help-needed/{case}/photo")).await.status, StatusCode::FORBIDDEN);
    // A case that is over opens nothing any more.
    desk.done(&duty, case, "answer", &format!("words={}&reached=told", encoded("认错了人"))).await;
    desk.done(&duty, case, "close", "outcome=not_lost").await;
    assert_ne!(desk.post(&duty, &here, "do=open").await.status, StatusCode::OK);
}
