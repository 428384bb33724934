//! Records of people in care over HTTP: "insider browses" (R5), break-glass from the reason to the letter, consent (R7), a
//! lawful demand (R14), and a matter about a unit (R3).

use crate::world::{Answer, Desk, aside};
use axum::http::StatusCode;
use kernel::ids::{AreaId, MatterId, OrgId, PersonId};
use kernel::{Purpose, Role};
use people::app::persons::register_person;
use people::app::{Flat, NewTerm};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson};
use people::model::{OrgKind, Place};

const NAME: &str = "王桂芳";
const AREA: AreaId = AreaId(uuid::Uuid::from_u128(0xa1));

impl Desk {
    pub fn resident(&self) -> PersonId {
        aside(|| {
            self.world.act(|cx| {
                let new = NewPerson {
                    area: AREA,
                    identity: Identity { name: NAME.into(), birth_year: Some(1941), ..Identity::default() },
                    contact: Contact { phone: Some("021-0555 0101".into()), ..Contact::default() },
                    guardians: vec![NewGuardian {
                        who: GuardianName { name: "李敏".into(), relation: "女儿".into() },
                        phone: Some("021-0555 0102".into()),
                    }],
                };
                register_person(cx, &Flat, &new)
            })
        })
    }
    /// The police station 青禾派出所. To be called aside.
    pub fn station(&self) -> OrgId {
        self.world.act(|cx| {
            let new = people::app::orgs::NewOrg {
                kind: OrgKind::PoliceStation,
                name: "青禾派出所".into(),
                parent: None,
                area: None,
                post: None,
                phone: None,
            };
            people::app::orgs::create_org(cx, &new)
        })
    }
    fn looks(&self, person: PersonId) -> i64 {
        self.sql(move |cx| {
            let sql = "SELECT COUNT(*) AS n FROM audit_read WHERE subject_kind = 'person' AND subject = $1";
            cx.query_one(sql, store::params![person])?.i64("n")
        })
    }
    pub fn link(&self, matter: MatterId, person: PersonId) {
        let duty = self.people[&Role::DutyOfficer].0;
        aside(|| {
            let who = self.world.who(duty, Purpose::Matter(matter));
            self.world.act_as(who, move |cx| matters::app::persons::link(cx, matter, person)).unwrap();
        });
    }
}

pub fn says(a: &Answer, status: StatusCode, words: &str) {
    assert_eq!(a.status, status, "{}", a.body);
    assert!(a.body.contains(words), "{words} is missing: {}", a.body);
}

#[tokio::test]
async fn insider_browses() {
    let desk = Desk::new();
    let (person, matter, other) = (desk.resident(), desk.raise("老人走失"), desk.raise("另一件"));
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let here = format!("/desk/matters/{matter}/people");
    let record = format!("{here}/{person}");
    // Nothing opens before the matter is about the person, and nothing opens by its address.
    assert_eq!(desk.post(&duty, &record, "do=open").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.get(&duty, &record).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(desk.looks(person), 0);
    desk.link(matter, person);
    let page = desk.get(&duty, &here).await;
    says(&page, StatusCode::OK, "打开档案");
    assert!(!page.body.contains(NAME), "names stand behind the step that is logged");
    let opened = desk.post(&duty, &record, "do=open").await;
    says(&opened, StatusCode::OK, NAME);
    assert!(opened.body.contains("duty_officer 于"), "who looks stands on the page");
    assert_eq!(desk.looks(person), 1);
    // Not in the name of another matter of one's own, and not by anybody who does not own it.
    assert_eq!(
        desk.post(&duty, &format!("/desk/matters/{other}/people/{person}"), "do=open").await.status,
        StatusCode::FORBIDDEN
    );
    for role in Role::ALL.iter().filter(|r| ![Role::DutyOfficer, Role::Clerk].contains(r)) {
        let cookie = desk.sign_in(*role).await;
        let answer = desk.post(&cookie, &record, "do=open").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", role.code());
        assert!(!answer.body.contains(NAME), "{}", role.code());
        let answer = desk.post(&cookie, &format!("{here}/find"), "name=%E7%8E%8B").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", role.code());
    }
    assert_eq!(desk.post("", &record, "do=open").await.status, StatusCode::UNAUTHORIZED, "nobody who is not signed in");
    // The budget ends with a plain message.
    let rules = "daily_lookups=1&hits=8&window_minutes=30&review_days=3&version=0";
    let security = desk.sign_in(Role::SecurityAdmin).await;
    assert_eq!(desk.post(&security, "/desk/admin/records", rules).await.status, StatusCode::SEE_OTHER);
    says(&desk.post(&duty, &record, "do=open").await, StatusCode::CONFLICT, "今天查人的次数用完了");
    assert_eq!(desk.looks(person), 1);
}

#[tokio::test]
async fn a_consent_is_taken_down_and_withdrawn() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    desk.link(matter, person);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let record = format!("/desk/matters/{matter}/people/{person}");
    let note = "do=health&version=1&health=%E9%AB%98%E8%A1%80%E5%8E%8B";
    says(&desk.post(&duty, &record, note).await, StatusCode::UNPROCESSABLE_ENTITY, "没有取得同意");
    let form = format!(
        "do=consent&part=health&health_answer=given&health_by=subject&health_aim=care&health_way=paper&health_witness=x&health_review_on={}",
        desk.day_after(300)
    );
    says(&desk.post(&duty, &record, &form).await, StatusCode::OK, "已经同意");
    says(&desk.post(&duty, &record, note).await, StatusCode::OK, "高血压");
    let gone = desk.post(&duty, &record, "do=withdraw&part=health&health_by=subject&health_way=phone").await;
    assert!(gone.status == StatusCode::OK && !gone.body.contains("高血压"), "{}", gone.body);
    says(&desk.post(&duty, &record, &form).await, StatusCode::UNPROCESSABLE_ENTITY, "不要再问");
    says(&desk.get(&duty, "/desk/consent-form?part=location").await, StatusCode::OK, "常去地方登记同意书");
}

#[tokio::test]
async fn breaking_the_glass() {
    let desk = Desk::new();
    let person = desk.resident();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    says(&desk.post(&duty, "/desk/break-glass", "reason=x").await, StatusCode::UNPROCESSABLE_ENTITY, "太短了");
    let opened =
        desk.post(&duty, "/desk/break-glass", "reason=%E8%80%81%E4%BA%BA%E6%98%8F%E5%80%92%E5%9C%A8%E5%AE%B6").await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    // Every page says so.
    for path in ["/desk", "/desk/notices", "/desk/me", "/desk/help"] {
        says(&desk.get(&duty, path).await, StatusCode::OK, "您正在紧急查看");
    }
    let page = desk.get(&duty, "/desk/break-glass").await.body;
    let find = page.split("action=\"").find(|a| a.contains("/find\"")).unwrap().split('"').next().unwrap().to_owned();
    let found = desk.post(&duty, &find, "name=wangguifang").await;
    says(&found, StatusCode::OK, NAME);
    let window = find.trim_end_matches("/find").to_owned();
    let record = format!("{window}/people/{person}");
    says(&desk.post(&duty, &record, "").await, StatusCode::OK, NAME);
    // Another one cannot use it; the owner does not look into it.
    let coordinator = desk.sign_in(Role::Coordinator).await;
    assert_eq!(desk.post(&coordinator, &record, "").await.status, StatusCode::FORBIDDEN);
    let verdict = "verdict=right&note=ok";
    assert_eq!(desk.post(&duty, &format!("{window}/review"), verdict).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&duty, &format!("{record}/letter"), "").await.status, StatusCode::FORBIDDEN);
    // It ends by itself.
    desk.world.house.clock.advance_secs(30 * 60);
    assert_eq!(desk.post(&duty, &record, "").await.status, StatusCode::FORBIDDEN);
    assert!(!desk.get(&duty, "/desk").await.body.contains("您正在紧急查看"));
    says(&desk.get(&coordinator, "/desk/break-glass").await, StatusCode::OK, "老人昏倒在家");
    let file = desk.get(&coordinator, "/desk/break-glass?as=csv").await;
    assert!(file.kind.starts_with("text/csv") && file.body.lines().count() == 2, "{}", file.body);
    assert!(!file.body.contains(NAME) && !file.body.contains("昏倒"), "what was written for the person stays here");
    let letter = desk.post(&coordinator, &format!("{record}/letter"), "").await;
    says(&letter, StatusCode::OK, NAME);
    assert!(letter.body.contains("老人昏倒在家") && letter.body.contains("李敏"), "{}", letter.body);
    assert_eq!(desk.post(&coordinator, &format!("{record}/told"), "how=letter").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&coordinator, &format!("{window}/review"), verdict).await.status, StatusCode::SEE_OTHER);
    let again = desk.post(&coordinator, &format!("{window}/review"), verdict).await;
    says(&again, StatusCode::UNPROCESSABLE_ENTITY, "已经复核过了");
}

#[tokio::test]
async fn the_glass_asks_who_it_is() {
    let desk = Desk::new();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    desk.world.house.clock.advance_secs(6 * 60);
    let asked =
        desk.post(&duty, "/desk/break-glass", "reason=%E8%80%81%E4%BA%BA%E6%98%8F%E5%80%92%E5%9C%A8%E5%AE%B6").await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.body.contains("kept-reason"), "what was typed waits");
    assert!(!desk.get(&duty, "/desk").await.body.contains("您正在紧急查看"));
}

#[tokio::test]
async fn a_lawful_demand() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    let head = desk.sign_in(Role::PostHead).await;
    // A head of a post that stands nowhere reaches nothing; the asker here owns the matter.
    let record = format!("/desk/matters/{matter}/people/{person}");
    let ask = "do=demand&document=x-1&authority=court&parts=identity";
    assert_eq!(desk.post(&head, &record, ask).await.status, StatusCode::FORBIDDEN);
    let officer = desk.people[&Role::CommunityOfficer];
    aside(|| {
        let coordinator = desk.world.who(desk.people[&Role::Coordinator].0, Purpose::Matter(matter));
        let command = matters::model::Command::Assign { seat: officer.1, note: None };
        let accept = matters::app::Act::new(matter, matters::model::Command::Accept);
        desk.world.act_as(coordinator.clone(), move |cx| matters::app::act(cx, accept)).unwrap();
        desk.world
            .act_as(coordinator, move |cx| matters::app::act(cx, matters::app::Act::new(matter, command)))
            .unwrap();
        let who = desk.world.who(officer.0, Purpose::Matter(matter));
        desk.world.act_as(who, move |cx| matters::app::persons::link(cx, matter, person)).unwrap();
    });
    let asker = desk.sign_in(Role::CommunityOfficer).await;
    says(&desk.post(&asker, &record, ask).await, StatusCode::OK, "等两位审批");
    let page = desk.get(&asker, "/desk/demands").await;
    says(&page, StatusCode::OK, "x-1");
    let file = desk.get(&asker, "/desk/demands?as=csv").await;
    assert!(file.kind.starts_with("text/csv") && file.body.contains("x-1,court") && !file.body.contains(NAME));
    let id: String = desk.sql(|cx| Ok(cx.query_one("SELECT id FROM lawful_demand", &[])?.uuid("id")?.to_string()));
    let (act, export) = (format!("/desk/demands/{id}"), format!("/desk/demands/{id}/export"));
    assert_eq!(desk.post(&asker, &act, "do=approve").await.status, StatusCode::FORBIDDEN);
    says(&desk.post(&asker, &export, "").await, StatusCode::UNPROCESSABLE_ENTITY, "还没有经两位审批");
    let (one, two) = (desk.sign_in(Role::Coordinator).await, desk.second_coordinator().await);
    assert_eq!(desk.post(&one, &act, "do=approve").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&one, &act, "do=approve").await.status, StatusCode::FORBIDDEN, "not twice the same");
    assert_eq!(desk.post(&two, &act, "do=approve").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&one, &export, "").await.status, StatusCode::FORBIDDEN);
    says(&desk.post(&asker, &export, "").await, StatusCode::OK, NAME);
    says(&desk.post(&asker, &export, "").await, StatusCode::UNPROCESSABLE_ENTITY, "已经调出过一次");
    // The letter, by those who approved it and nobody else; and it stands on the person's own page.
    let letter = "do=letter";
    says(&desk.post(&one, &act, letter).await, StatusCode::OK, NAME);
    for role in Role::ALL.iter().filter(|r| **r != Role::Coordinator) {
        let cookie = desk.sign_in(*role).await;
        let answer = desk.post(&cookie, &act, letter).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", role.code());
        assert!(!answer.body.contains(NAME), "{}", role.code());
    }
    let code = code_of(&desk.post(&asker, &format!("{record}/link"), "to=subject&proof=known").await.body);
    let own = format!("/p/{code}");
    says(&desk.get("", &own).await, StatusCode::OK, "文书 x-1");
    let delay = format!("do=delay&until={}&reason=x", desk.day_after(20));
    assert_eq!(desk.post(&two, &act, &delay).await.status, StatusCode::SEE_OTHER);
    let withheld = desk.get("", &own).await;
    says(&withheld, StatusCode::OK, "另有 2 次查看依法暂缓告知");
    assert!(!withheld.body.contains("x-1"), "{}", withheld.body);
    says(&desk.post(&one, &act, letter).await, StatusCode::UNPROCESSABLE_ENTITY, "署名推迟");
    assert_eq!(desk.post(&one, &act, "do=told&how=letter").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_matter_about_a_unit_is_not_there_for_its_people() {
    let desk = Desk::new();
    let org = aside(|| {
        let org = desk.station();
        // The duty officer works there.
        let duty = desk.people[&Role::DutyOfficer].0;
        let seat = desk.world.seat(Role::Auxiliary, Place { org: Some(org), ..Place::default() }, "青禾");
        desk.world.sit(NewTerm::holder(seat, duty));
        org
    });
    let clerk = desk.sign_in(Role::Clerk).await;
    let made_up = desk.post(&clerk, "/desk/new", "key=k1&class=danger-now&text=xx&about=nowhere").await;
    assert_eq!(made_up.status, StatusCode::UNPROCESSABLE_ENTITY, "a unit that is none is told");
    let about = "%E9%9D%92%E7%A6%BE%E6%B4%BE%E5%87%BA%E6%89%80";
    let form = format!("key=k2&class=danger-now&text=%E6%80%81%E5%BA%A6%E6%81%B6%E5%8A%A3&about={about}");
    assert_eq!(desk.post(&clerk, "/desk/new", &form).await.status, StatusCode::OK);
    let (id, owner, is) = desk.sql(|cx| {
        let row = cx.query_one("SELECT id, owner_account, about_org FROM matter", &[])?;
        Ok((row.id::<MatterId>("id")?, row.id::<kernel::ids::AccountId>("owner_account")?, row.id("about_org")?))
    });
    assert_eq!(org, is);
    assert_ne!(owner, desk.people[&Role::DutyOfficer].0, "it went past");
    let duty = desk.sign_in(Role::DutyOfficer).await;
    for path in
        [format!("/desk/matters/{id}"), format!("/desk/matters/{id}/people"), format!("/desk/matters/{id}/do/sign")]
    {
        assert_eq!(desk.get(&duty, &path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let found = desk.post(&duty, "/desk/search", "q=%E6%80%81%E5%BA%A6").await.location;
    for path in ["/desk?queue=place", &found, "/desk/points.geojson", "/desk/notices"] {
        let body = desk.get(&duty, path).await.body;
        assert!(!body.contains("态度恶劣") && !body.contains(&id.to_string()), "{path}");
    }
    // Nor in anything that goes out in their name: files, the calendar of a telephone, a filter that is kept, programs.
    let number = desk.sql(|cx| cx.query_one("SELECT number FROM matter", &[])?.text("number"));
    let made = desk.post(&duty, "/desk/me/feed", "wish=make").await.body;
    let feed = made.split("/ical/").nth(1).and_then(|rest| rest.split(".ics").next()).expect("an address").to_owned();
    assert_eq!(desk.post(&duty, "/desk/views", "name=all&query=queue%3Dplace").await.status, StatusCode::SEE_OTHER);
    for path in [
        "/desk/export.csv?queue=place".to_owned(),
        format!("/ical/{feed}.ics"),
        "/desk".to_owned(),
        "/api/v1/matters?queue=place".to_owned(),
        "/api/v1/matters/points?queue=place".to_owned(),
        "/api/v1/matters/search?q=%E6%80%81%E5%BA%A6".to_owned(),
        format!("/api/v1/numbers/{number}"),
        format!("/api/v1/matters/{id}"),
        format!("/open311/v2/requests/{number}.json"),
        "/open311/v2/servicerequestupdates.json".to_owned(),
    ] {
        let body = desk.get(&duty, &path).await.body;
        assert!(!body.contains("态度恶劣") && !body.contains(&number), "{path}: {body}");
        assert!(path.ends_with(&id.to_string()) || !body.contains(&id.to_string()), "{path}: {body}");
    }
    let coordinator = desk.sign_in(Role::Coordinator).await;
    says(&desk.get(&coordinator, &format!("/desk/matters/{id}")).await, StatusCode::OK, "青禾派出所");
    says(&desk.get(&coordinator, &format!("/api/v1/numbers/{number}")).await, StatusCode::OK, &id.to_string());
    let exported = desk.get(&coordinator, "/desk/export.csv?queue=place").await.body;
    assert!(exported.contains("态度恶劣"), "{exported}");
}

/// The code on a letter that was just printed.
fn code_of(letter: &str) -> String {
    let at = letter.split("class=\"code secret\">").nth(1).unwrap_or_else(|| panic!("no code: {letter}"));
    at.split('<').next().unwrap().to_owned()
}

impl Desk {
    /// The letter for the person, handed out by the duty officer in the name of a matter.
    pub async fn own_letter(&self, duty: &str, matter: MatterId, person: PersonId) -> String {
        let code = self.unconfirmed_letter(duty, matter, person).await;
        let clerk = self.sign_in(Role::Clerk).await;
        let record = format!("/desk/matters/{matter}/people/{person}");
        let id = self.link_to_confirm(&clerk, &record).await;
        says(&self.post(&clerk, &record, &format!("do=confirm-link&id={id}")).await, StatusCode::OK, "已保存");
        code
    }

    /// Id of the letter that waits, from the opened record.
    pub async fn link_to_confirm(&self, cookie: &str, record: &str) -> String {
        let opened = self.post(cookie, record, "do=open").await.body;
        assert!(opened.contains("待第二人确认"), "{opened}");
        opened
            .split("name=\"id\" value=\"")
            .find(|p| p.contains("revoke-link"))
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .into()
    }

    /// The letter, before a second person stood for it.
    pub async fn unconfirmed_letter(&self, duty: &str, matter: MatterId, person: PersonId) -> String {
        let form = "to=subject&proof=id_card";
        let letter = self.post(duty, &format!("/desk/matters/{matter}/people/{person}/link"), form).await;
        says(&letter, StatusCode::OK, "只显示这一次");
        code_of(&letter.body)
    }
}

#[tokio::test]
async fn a_person_reads_who_looked_with_the_code_of_a_letter() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    desk.link(matter, person);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let record = format!("/desk/matters/{matter}/people/{person}");
    says(&desk.post(&duty, &record, "do=open").await, StatusCode::OK, "办一封查询信");
    // Who may not make one.
    let form = "to=subject&proof=id_card";
    for role in Role::ALL.iter().filter(|r| ![Role::DutyOfficer, Role::Clerk].contains(r)) {
        let cookie = desk.sign_in(*role).await;
        let answer = desk.post(&cookie, &format!("{record}/link"), form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", role.code());
        assert!(!answer.body.contains(NAME), "{}", role.code());
    }
    assert_eq!(desk.post("", &format!("{record}/link"), form).await.status, StatusCode::UNAUTHORIZED);
    let nothing_checked = desk.post(&duty, &format!("{record}/link"), "to=subject").await;
    says(&nothing_checked, StatusCode::UNPROCESSABLE_ENTITY, "怎么核对身份的");
    let code = desk.own_letter(&duty, matter, person).await;

    let page = desk.get("", &format!("/p/{code}")).await;
    says(&page, StatusCode::OK, "duty_officer");
    assert!(page.body.contains("为了办理一件和您有关的事") && page.body.contains("身份、联系方式"), "{}", page.body);
    for secret in [NAME, "021-0555 0101", "李敏", "老人走失"] {
        assert!(!page.body.contains(secret), "the page holds nothing of the record: {secret}");
    }
    let logged = desk.looks(person);
    assert_eq!(page.body.matches("data-entry=").count(), usize::try_from(logged).unwrap(), "as many as in the log");
    says(&desk.get("", &format!("/en/p/{code}")).await, StatusCode::OK, "Who has looked at my record");
    assert_eq!(desk.looks(person), logged, "looking at the page is no look at the record");
    // Typed as people type; a wrong one says nothing.
    let typed = desk.post("", "/p", &format!("code={}", code.to_lowercase().replace('-', "+"))).await;
    assert_eq!((typed.status, typed.location.as_str()), (StatusCode::SEE_OTHER, format!("/p/{code}").as_str()));
    says(&desk.get("", "/p/ABCD-EFGH-JKMN-PQRS").await, StatusCode::NOT_FOUND, "没有这个查询码");
    // Taken back, it opens nothing.
    let opened = desk.post(&duty, &record, "do=open").await.body;
    let id =
        opened.split("name=\"id\" value=\"").find(|p| p.contains("revoke-link")).unwrap().split('"').next().unwrap();
    says(&desk.post(&duty, &record, &format!("do=revoke-link&id={id}")).await, StatusCode::OK, "已保存");
    let gone = desk.get("", &format!("/p/{code}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // Guessing is slow.
    let mut last = StatusCode::OK;
    for _ in 0..12 {
        last = desk.get("", "/p/ABCD-EFGH-JKMN-PQRS").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}
