//! A town with two posts, their people, and an elder with a daughter.

use kernel::ids::{AccountId, AreaId, CaseId, ContactId, OrgId, PersonId, PostId};
use kernel::{Actor, Lang, Moment, Point, Purpose, Role};
use lost::app::{self, Case, Reported};
use lost::model::{Described, HandOver, How, Kind, Look, PlaceKind, Proof, Receiver, Report, Reporter, ScenePlace};
use lost::{Error, Result, events};
use people::app::persons::{self, For};
use people::app::{Flat, orgs};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson};
use people::model::{OrgKind, Place};
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use std::sync::{Arc, Mutex};
use store::jobs::run_due;
use store::{Cx, Who};
use testkit::{Kind as DbKind, Setup, World};

/// What staff were told: why, and whom.
pub(crate) type Told = Arc<Mutex<Vec<(String, Vec<AccountId>)>>>;
/// What the family was told.
pub(crate) type News = Arc<Mutex<Vec<String>>>;

pub(crate) struct Town {
    pub world: World,
    pub post: PostId,
    pub far_post: PostId,
    pub community: AreaId,
    pub committee: OrgId,
    pub duty: AccountId,
    pub head: AccountId,
    pub officer: AccountId,
    /// Of the other post.
    pub far: AccountId,
    pub worker: AccountId,
    pub volunteers: [AccountId; 2],
    /// Registered at the other post.
    pub far_volunteer: AccountId,
    pub elder: PersonId,
    pub told: Told,
    pub news: News,
}

fn post(code: &str, lon: f64, serves: &str) -> SavePost {
    SavePost {
        id: None,
        tier: Tier::PolicePost,
        code: Some(code.into()),
        name: format!("{code} 警务站"),
        parent: None,
        address: "青禾路 1 号".into(),
        phone: "021-0571 0222".into(),
        point: Some(Point::new(lon, 30.9).unwrap()),
        hours: WeekHours::always(),
        state: PostState::Running,
        serves: vec![serves.into()],
        seen: None,
    }
}

impl Setup for Town {
    fn setup(kind: DbKind) -> Self {
        let world = World::with(
            kind,
            &[people::MIGRATIONS, places::MIGRATIONS, care::MIGRATIONS, matters::MIGRATIONS, lost::MIGRATIONS],
        );
        let area = |kind, code: &str, name: &str, west: f64, east: f64| {
            SaveArea::new(kind, Some(code), name).outlined(Outline::rectangle(west, 30.8, east, 31.0).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "d", "和邻区", 121.4, 121.6),
            area(AreaKind::Town, "t", "青禾镇", 121.4, 121.6).within("d"),
            area(AreaKind::Community, "c1", "桂花里", 121.4, 121.5).within("t"),
            area(AreaKind::Community, "c2", "归雁苑", 121.5, 121.6).within("t"),
            area(AreaKind::Police, "p1", "青禾警务区", 121.4, 121.5),
            area(AreaKind::Police, "p2", "归雁警务区", 121.5, 121.6),
        ];
        let saved = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
        let (community, far_community) = (saved[2].0, saved[3].0);
        let posts = world.act(|cx| save_posts(cx, &[post("P1", 121.45, "p1"), post("P2", 121.55, "p2")])).saved;
        let (here, far_post) = (posts[0].0, posts[1].0);
        let new = orgs::NewOrg {
            kind: OrgKind::Committee,
            name: "桂花里居委会".into(),
            parent: None,
            area: Some(community),
            post: None,
            phone: None,
        };
        let committee = world.act(move |cx| orgs::create_org(cx, &new));
        let at = |post| Place { post: Some(post), ..Place::default() };
        let duty = world.staff(Role::DutyOfficer, at(here), "duty", "值班员").0;
        let head = world.staff(Role::PostHead, at(here), "head", "站长").0;
        let officer = world.staff(Role::CommunityOfficer, at(here), "officer", "社区民警").0;
        let far = world.staff(Role::DutyOfficer, at(far_post), "far", "邻站值班").0;
        let office = Place { org: Some(committee), area: Some(far_community), ..Place::default() };
        let worker = world.staff(Role::CommitteeWorker, office, "worker", "居委干部").0;
        let near = Place { area: Some(community), ..Place::default() };
        let volunteers = [
            world.staff(Role::Volunteer, near, "v1", "志愿者甲").0,
            world.staff(Role::Volunteer, near, "v2", "志愿者乙").0,
        ];
        let away = Place { area: Some(far_community), ..Place::default() };
        let far_volunteer = world.staff(Role::Volunteer, away, "v3", "志愿者丙").0;
        world.act(matters::app::seed_classes);
        let person = NewPerson {
            area: community,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact { phone: None, address: Some("桂花里 3 号".into()), language: Some("吴语".into()) },
            guardians: vec![NewGuardian {
                who: GuardianName { name: "李敏".into(), relation: "女儿".into() },
                phone: Some("021-0555 0102".into()),
            }],
        };
        let elder = world.act(move |cx| persons::register_person(cx, &Flat, &person));
        Self {
            world,
            post: here,
            far_post,
            community,
            committee,
            duty,
            head,
            officer,
            far,
            worker,
            volunteers,
            far_volunteer,
            elder,
            told: Told::default(),
            news: News::default(),
        }
    }
}

pub(crate) fn point(lon: f64) -> ScenePlace {
    ScenePlace { point: Some(Point::new(lon, 30.9).unwrap()), words: Some("老街口".into()), ..ScenePlace::default() }
}

pub(crate) fn found() -> Report {
    Report {
        key: None,
        kind: Kind::Found,
        place: point(121.451),
        words: "穿蓝色上衣，拄拐杖".into(),
        described: Described { sex: "f".into(), age: Some(84), ..Described::default() },
        seen_at: None,
        reporter: Reporter::anonymous(Lang::ZhCn),
        person: None,
    }
}

impl Town {
    pub(crate) fn now(&self) -> Moment {
        self.world.house.rt.now()
    }
    pub(crate) fn public_reports(&self, report: Report) -> Reported {
        self.world.act_as(self.world.public(), move |cx| app::report(cx, &report)).unwrap()
    }
    pub(crate) fn staff(&self, who: AccountId, case: CaseId) -> Who {
        self.world.who(who, Purpose::Case(case))
    }
    /// Writes as somebody, on this case.
    pub(crate) fn on<T: Send + 'static>(
        &self,
        who: AccountId,
        case: CaseId,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.world.act_as(self.staff(who, case), f)
    }
    /// With the version that is there now.
    pub(crate) fn step<T: Send + 'static>(
        &self,
        who: AccountId,
        case: CaseId,
        f: impl FnOnce(&mut Cx<'_>, i64) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.on(who, case, move |cx| {
            let seen = app::load(cx, case)?.version;
            f(cx, seen)
        })
    }
    pub(crate) fn view(&self, who: AccountId, case: CaseId) -> Result<Case> {
        self.on(who, case, move |cx| app::view(cx, case))
    }
    pub(crate) fn identify(&self, case: CaseId) {
        let elder = self.elder;
        self.step(self.duty, case, move |cx, v| app::identified(cx, case, v, elder, How::Committee)).unwrap();
    }
    /// Contacts of the elder, in the order added.
    pub(crate) fn contact(&self, case: CaseId, name: &'static str, barred: bool) -> ContactId {
        let elder = self.elder;
        self.on(self.duty, case, move |cx| {
            let why: For = app::in_the_name_of(cx, case, elder)?;
            let new = care::model::contact::NewContact {
                whom: care::model::contact::Whom::Other {
                    name: name.into(),
                    relation: "家属".into(),
                    phone: Some("021-0555 0199".into()),
                },
                mail: None,
                lang: Lang::ZhCn,
                may_collect: !barred,
                barred,
            };
            Ok(care::app::contacts::add(cx, elder, &why, &new)?)
        })
        .unwrap()
    }
    pub(crate) fn keep(&self, case: CaseId) {
        let post = self.post;
        self.step(self.duty, case, move |cx, v| app::keep(cx, case, v, post, "精神尚好")).unwrap();
    }
    pub(crate) fn look(&self, case: CaseId) {
        self.step(self.duty, case, move |cx, v| app::log_look(cx, case, v, &[Look::Water, Look::Food], "")).unwrap();
    }
    /// Moves the clock and runs whatever is due then; what is told is written down.
    pub(crate) fn advance(&self, minutes: i64) {
        self.world.house.clock.advance_secs(minutes * 60);
        self.run_jobs();
    }
    pub(crate) fn run_jobs(&self) {
        let (told, news) = (Arc::clone(&self.told), Arc::clone(&self.news));
        let handlers = lost::jobs::handlers()
            .on(events::TellStaff::KIND, move |_, job| {
                let n: events::TellStaff = serde_json::from_value(job.payload.clone()).unwrap();
                told.lock().unwrap().push((n.why, n.accounts));
                Ok(())
            })
            .on(events::TellFamily::KIND, move |_, job| {
                let n: events::TellFamily = serde_json::from_value(job.payload.clone()).unwrap();
                news.lock().unwrap().push(n.news);
                Ok(())
            });
        const LEFT: [&str; 6] =
            ["care.plan_opened", "seat.turned", "care.scanned", "care.message", "care.look", "care.old_card"];
        let handlers = LEFT.into_iter().fold(handlers, |h, kind| h.on(kind, |_, _| Ok(())));
        run_due(&self.world.house.rt, self.world.house.district, &handlers).unwrap();
    }
    /// Whom staff were told this, since it was asked last.
    pub(crate) fn take_told(&self, why: &str) -> Vec<AccountId> {
        let mut all = self.told.lock().unwrap();
        let (mine, rest): (Vec<_>, Vec<_>) = all.drain(..).partition(|(w, _)| w == why);
        *all = rest;
        mine.into_iter().flat_map(|(_, accounts)| accounts).collect()
    }
    pub(crate) fn to_contact(id: ContactId) -> HandOver {
        HandOver {
            receiver: Receiver::Contact { id, barred: false },
            proof: Proof::IdCard,
            place: PlaceKind::Post,
            override_reason: None,
            code: None,
            signature: None,
        }
    }
    /// The open case of somebody.
    pub(crate) fn view_open(&self, person: PersonId) -> CaseId {
        self.world.look(move |cx| {
            let sql = "SELECT id FROM lost_case WHERE person_id = $1 AND state <> 'closed'";
            cx.query_one(sql, store::params![person])?.id("id")
        })
    }
    pub(crate) fn as_family(&self) -> Who {
        Who::new(Actor::subject(self.world.house.district, self.elder), Purpose::OwnRecord)
    }
}

/// The code of a refusal, of whatever kind.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Refused(r)) => r.code().to_owned(),
        Err(Error::People(people::Error::Denied(d)) | Error::Denied(d)) => format!("denied-{}", d.why.code()),
        Err(Error::Store(store::Error::NotFound)) => "not-found".into(),
        Err(Error::Care(care::Error::Refused(why))) => format!("care-{why}"),
        Err(Error::Care(care::Error::Denied(d))) => format!("denied-{}", d.why.code()),
        Err(Error::Care(care::Error::Store(store::Error::NotFound))) => "not-found".into(),
        Err(Error::Stale { .. }) => "stale".into(),
        Err(Error::Invalid { field, why }) => format!("{field}-{why}"),
        other => panic!("{other:?}"),
    }
}
