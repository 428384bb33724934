//! A district with one post, one elder with a daughter and a son, and a watch.

use kernel::ids::{AccountId, AreaId, CaseId, LocatorId, MatterId, PersonId, PostId};
use kernel::{Actor, Datum, Lang, Moment, Point, Purpose, Role};
use locators::Result;
use locators::app::consents::{self, NewConsent};
use locators::app::devices::{self, Bind, Profile};
use locators::app::family::{self, FamilyView};
use locators::app::fences;
use locators::app::{Done, take_in};
use locators::events::{PostNews, TellFamily, TellPost};
use locators::gate::Gate;
use locators::model::{Drawn, Fence, Taken, Tells, Thing, When};
use people::app::consents::{Aim, Answer, By, Way};
use people::app::links::{self, Holder, Proof};
use people::app::persons::{self, For};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson};
use people::model::{GuardianId, Place};
use people::policy::MatterFacts;
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use std::sync::{Arc, Mutex};
use store::{Cx, Who};
use testkit::{Kind, Setup, World};
use trackers::{Alarms, DeviceId, Fix, Protocol, Reading, Status};
use uuid::Uuid;

const MATTER: MatterId = MatterId(Uuid::from_u128(0x77));
pub(crate) const NUMBER: &str = "1234567890";
/// Her home.
pub(crate) const HOME: (f64, f64) = (121.45, 30.9);

pub(crate) struct Town {
    pub world: World,
    pub community: AreaId,
    pub post: PostId,
    pub elder: PersonId,
    pub officer: AccountId,
    pub duty: AccountId,
    pub far: AccountId,
    pub told: Arc<Mutex<Vec<String>>>,
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let sets = [
            people::MIGRATIONS,
            places::MIGRATIONS,
            care::MIGRATIONS,
            matters::MIGRATIONS,
            lost::MIGRATIONS,
            locators::MIGRATIONS,
        ];
        let world = World::with(kind, &sets);
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
        let community = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved[2].0;
        let posts = [post("P1", 121.45, "p1"), post("P2", 121.55, "p2")];
        let posts = world.act(move |cx| save_posts(cx, &posts)).saved;
        let at = |post| Place { post: Some(post), ..Place::default() };
        let duty = world.staff(Role::DutyOfficer, at(posts[0].0), "duty", "值班员").0;
        let officer = world.staff(Role::CommunityOfficer, at(posts[0].0), "officer", "社区民警").0;
        let far = world.staff(Role::DutyOfficer, at(posts[1].0), "far", "邻站值班").0;
        world.act(matters::app::seed_classes);
        let guardian = |name: &str, relation: &str, phone: &str| NewGuardian {
            who: GuardianName { name: name.into(), relation: relation.into() },
            phone: Some(phone.into()),
        };
        let new = NewPerson {
            area: community,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact { phone: None, address: Some("桂花里 3 号".into()), language: None },
            guardians: vec![guardian("李敏", "女儿", "021-0555 0102"), guardian("李强", "儿子", "021-0555 0109")],
        };
        let elder = world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, locators::Error>(persons::register_person(cx, &ground, &new)?)
        });
        Self { world, community, post: posts[0].0, elder, officer, duty, far, told: Arc::default() }
    }
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

impl Town {
    pub(crate) fn now(&self) -> Moment {
        self.world.house.rt.now()
    }
    pub(crate) fn advance(&self, minutes: i64) {
        self.advance_secs(minutes * 60);
    }
    pub(crate) fn advance_secs(&self, secs: i64) {
        self.world.house.clock.advance_secs(secs);
    }
    pub(crate) fn set_clock(&self, text: &str) {
        self.world.house.clock.set(at(text));
    }
    /// As somebody working on an open matter of their own about the elder.
    pub(crate) fn working<T: Send + 'static>(
        &self,
        id: AccountId,
        f: impl FnOnce(&mut Cx<'_>, &For) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let facts = MatterFacts {
            id: MATTER,
            areas: vec![self.community],
            posts: vec![self.post],
            orgs: vec![],
            owner_seat: None,
            owner: id,
            handlers: vec![],
            about_accounts: vec![],
            about_orgs: vec![],
            open: true,
        };
        let why = For::Matter(Box::new(facts));
        self.world.act_as(self.world.who(id, Purpose::Matter(MATTER)), move |cx| f(cx, &why))
    }
    /// A letter that a second person stands for.
    pub(crate) fn letter(&self, to: Option<GuardianId>) -> Holder {
        let elder = self.elder;
        let code = self.working(self.officer, move |cx, why| Ok(links::issue(cx, elder, why, to, Proof::IdCard)?.code));
        let code = code.unwrap();
        let holder = self.world.act_as(self.world.public(), move |cx| links::find_by_code(cx, &code)).unwrap();
        self.working(self.duty, move |cx, why| Ok(links::confirm(cx, elder, why, holder.link)?)).unwrap();
        holder
    }
    pub(crate) fn guardian(&self, n: usize) -> GuardianId {
        let elder = self.elder;
        self.world.look(move |cx| persons::spoken_for(cx, elder))[n].id
    }
    pub(crate) fn daughter(&self) -> Holder {
        self.letter(Some(self.guardian(0)))
    }
    pub(crate) fn son(&self) -> Holder {
        self.letter(Some(self.guardian(1)))
    }
    pub(crate) fn with<T: Send + 'static>(
        &self,
        letter: Holder,
        f: impl FnOnce(&mut Cx<'_>, &Holder) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let who = Who::new(Actor::subject(self.world.house.district, letter.person), Purpose::OwnRecord);
        self.world.act_as(who, move |cx| f(cx, &letter))
    }
    pub(crate) fn desk<T: Send + 'static>(
        &self,
        id: AccountId,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.world.act_as(self.world.who(id, Purpose::Administration), f)
    }
    pub(crate) fn in_case<T: Send + 'static>(
        &self,
        id: AccountId,
        case: CaseId,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.world.act_as(self.world.who(id, Purpose::Case(case)), f)
    }
    pub(crate) fn bind(&self, of: Holder, number: &str) -> Uuid {
        let new = Bind { profile: watch(number), name: "妈妈的手表".into() };
        let person = self.elder;
        self.with(of, move |cx, h| devices::bind(cx, person, &For::Letter(*h), &new)).unwrap()
    }
    pub(crate) fn says(&self, of: Holder, answer: Answer) -> Result<Uuid> {
        let new = NewConsent {
            answer,
            by: By::Guardian,
            guardian: of.guardian,
            aim: Aim::GettingHome,
            way: Way::Page,
            witness: String::new(),
            review_on: self.now().plus_days(365),
            by_themselves: true,
        };
        self.with(of, move |cx, h| consents::record(cx, h.person, &For::Letter(*h), &new))
    }
    /// The daughter binds the watch and agrees.
    pub(crate) fn worn(&self) -> (Holder, Uuid) {
        let daughter = self.daughter();
        let binding = self.bind(daughter, NUMBER);
        self.says(daughter, Answer::Given).unwrap();
        (daughter, binding)
    }
    pub(crate) fn draw(&self, of: Holder, fence: Fence) -> Uuid {
        self.with(of, move |cx, h| fences::draw(cx, h.person, &For::Letter(*h), &fence)).unwrap()
    }
    pub(crate) fn view(&self, of: Holder) -> Result<FamilyView> {
        self.with(of, family::view)
    }
    pub(crate) fn locator(&self, number: &str) -> LocatorId {
        let number = number.to_owned();
        self.world.look(move |cx| {
            let hash = cx.keyed_hash(store::KeyClass::Location, format!("locator:{number}").as_bytes());
            cx.query_one("SELECT id FROM locator WHERE number_hash = $1", store::params![hash])?.id("id")
        })
    }
    pub(crate) fn gate(&self) -> Arc<Gate> {
        let gate = Gate::new(&self.world.house.rt);
        gate.refresh(&self.world.house.rt, self.world.house.district).unwrap();
        gate
    }
    pub(crate) fn take_in(&self, batch: Vec<Taken>) -> Done {
        self.try_take_in(batch).unwrap()
    }
    pub(crate) fn try_take_in(&self, batch: Vec<Taken>) -> Result<Done> {
        let who = Who::system(self.world.house.district, locators::JOB);
        self.world.act_as(who, move |cx| take_in(cx, &batch))
    }
    /// As the gateway does it: through the gate, then taken in.
    pub(crate) fn arrives(&self, reading: &Reading) -> Option<Done> {
        let gate = self.gate();
        let device = DeviceId::new(NUMBER).unwrap();
        let taken = gate.ask(device, self.now()).admit(self.now(), reading)?;
        Some(self.take_in(vec![taken]))
    }
    /// A fix now, so far from home.
    pub(crate) fn fix_now(&self, east_m: f64, north_m: f64) -> Option<Done> {
        self.arrives(&Reading { fixes: vec![fix(self.now(), east_m, north_m)], ..Reading::default() })
    }
    /// Runs what is due; what is told is written down.
    pub(crate) fn run_jobs(&self) {
        let (family, post) = (Arc::clone(&self.told), Arc::clone(&self.told));
        let handlers = locators::jobs::handlers()
            .on(TellFamily::KIND, move |_, job| {
                let n: TellFamily = serde_json::from_value(job.payload.clone()).unwrap();
                family.lock().unwrap().push(format!("family {}", n.news));
                Ok(())
            })
            .on(TellPost::KIND, move |_, job| {
                let n: TellPost = serde_json::from_value(job.payload.clone()).unwrap();
                assert!(PostNews::from_code(&n.news).is_some());
                post.lock().unwrap().push(format!("post {}", n.news));
                Ok(())
            });
        const LEFT: [&str; 7] = [
            "person.care_over",
            "care.plan_opened",
            "seat.turned",
            "lost.tell_staff",
            "lost.tell_family",
            "lost.tell_crew",
            "lost.untaken",
        ];
        let handlers = LEFT.into_iter().fold(handlers, |h, kind| h.on(kind, |_, _| Ok(())));
        store::jobs::run_due(&self.world.house.rt, self.world.house.district, &handlers).unwrap();
        let dead = self.world.look(|cx| cx.dead_letters());
        assert!(dead.is_empty(), "{dead:?}");
    }
    /// What was told since it was asked last.
    pub(crate) fn told(&self) -> Vec<String> {
        self.run_jobs();
        let mut all: Vec<String> = self.told.lock().unwrap().drain(..).collect();
        all.sort();
        all
    }
    pub(crate) fn follow(&self) {
        store::jobs::follow(&self.world.house.rt, self.world.house.district, &locators::jobs::handlers()).unwrap();
    }
    pub(crate) fn rows(&self, sql: &'static str) -> i64 {
        self.world.look(move |cx| cx.query_one(sql, &[])?.i64("n"))
    }
}

pub(crate) fn at(text: &str) -> Moment {
    Moment::parse_rfc3339(text).unwrap()
}

pub(crate) fn watch(number: &str) -> Profile {
    Profile {
        number: number.into(),
        thing: Thing::Watch,
        protocol: Protocol::Watch,
        model: "D31".into(),
        datum: Datum::Wgs84,
    }
}

/// Her home, 100 m around: leaving is told at any time.
pub(crate) fn home(when: When) -> Fence {
    Fence {
        name: "家".into(),
        drawn: Drawn::Circle { lon: HOME.0, lat: HOME.1, radius_m: 100.0 },
        tells: Tells { leaving: true, entering: false, staying_minutes: None },
        when,
        except: vec![],
    }
}

pub(crate) fn fix(time: Moment, east_m: f64, north_m: f64) -> Fix {
    Fix {
        time: Some(time),
        lat: HOME.1 + north_m / 111_195.0,
        lon: HOME.0 + east_m / (111_195.0 * HOME.1.to_radians().cos()),
        valid: true,
        speed_kmh: None,
        course: None,
        altitude_m: None,
        accuracy_m: Some(10.0),
        satellites: None,
        battery_pct: Some(80),
        alarms: Alarms::NONE,
    }
}

pub(crate) fn sos(time: Moment) -> Reading {
    let status = Status { time: Some(time), alarms: Alarms::SOS, ..Status::default() };
    Reading { status, ..Reading::default() }
}

/// The end of a refusal.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(locators::Error::Denied(d)) => d.why.code().into(),
        Err(locators::Error::Refused(why)) => why.into(),
        Err(locators::Error::Invalid { field, why }) => format!("{field} {why}"),
        Err(locators::Error::Store(store::Error::NotFound)) => "not-found".into(),
        other => panic!("was not refused so: {other:?}"),
    }
}

pub(crate) fn contact(who: GuardianId, barred: bool) -> care::model::NewContact {
    let whom = care::model::Whom::Guardian(who);
    care::model::NewContact { whom, mail: None, lang: Lang::ZhCn, may_collect: true, barred }
}
