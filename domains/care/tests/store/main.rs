//! Use cases of this crate on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod card;
mod circle;
mod company;
mod extra;
mod family;
mod guessing;
mod joins;
mod mutual;
mod photo;
mod planning;
mod putting_through;
mod relay;
mod rounds;
mod teams;
mod visits;
mod visits_desk;
mod volunteers;
mod watch;

use care::Result;
use care::app::cards::{self, Made};
use care::app::{contacts, finder};
use care::model::{NewContact, Whom};
use kernel::ids::{AccountId, AreaId, CardId, MatterId, PersonId, PostId};
use kernel::{Actor, Lang, Point, Purpose, Role};
use people::app::persons::{self, For};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson};
use people::model::{GuardianId, Place};
use people::policy::MatterFacts;
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use store::{Cx, Who};
use testkit::{Kind, Setup, World};
use uuid::Uuid;

const MATTER: MatterId = MatterId(Uuid::from_u128(0x77));
/// What no stranger may read, besides names.
pub(crate) const PHONE: &str = "02105550102";

/// A district with one post, one elder with a daughter, and people who work there.
pub(crate) struct Town {
    pub world: World,
    pub area: AreaId,
    pub post: PostId,
    pub elder: PersonId,
    pub officer: AccountId,
    pub duty: AccountId,
    pub far: AccountId,
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world = World::with(kind, &[places::MIGRATIONS, people::MIGRATIONS, care::MIGRATIONS]);
        let outline = || Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
        let save = vec![
            SaveArea::new(AreaKind::District, Some("d"), "和邻区").outlined(outline()),
            SaveArea::new(AreaKind::Police, Some("p1"), "青禾警务区").outlined(outline()),
        ];
        let area = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved[0].0;
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some("QH".into()),
            name: "青禾警务站".into(),
            parent: None,
            address: "青禾路 1 号".into(),
            phone: "021-0571 0201".into(),
            point: Some(Point::new(121.5, 30.9).unwrap()),
            hours: WeekHours::default(),
            state: PostState::Running,
            serves: vec!["p1".into()],
            seen: None,
        };
        let post = world.act(move |cx| save_posts(cx, &[post])).saved[0].0;
        let here = Place { area: Some(area), ..Place::default() };
        let officer = world.staff(Role::CommunityOfficer, here, "officer", "周警官").0;
        let duty = world.staff(Role::DutyOfficer, Place { post: Some(post), ..Place::default() }, "duty", "值班").0;
        let elsewhere = Place { area: Some(AreaId(Uuid::from_u128(9))), ..Place::default() };
        let far = world.staff(Role::DutyOfficer, elsewhere, "far", "远处").0;
        let new = NewPerson {
            area,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact {
                phone: Some("021-0555 0101".into()),
                address: Some("青禾里3号".into()),
                language: Some("本地话".into()),
            },
            guardians: vec![NewGuardian {
                who: GuardianName { name: "李敏".into(), relation: "女儿".into() },
                phone: Some("021-0555 0102".into()),
            }],
        };
        let elder = world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
        });
        Self { world, area, post, elder, officer, duty, far }
    }
}

impl Town {
    /// As somebody working on an open matter of their own about the elder.
    pub(crate) fn working<T: Send + 'static>(
        &self,
        id: AccountId,
        f: impl FnOnce(&mut Cx<'_>, &For) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let facts = MatterFacts {
            id: MATTER,
            areas: vec![self.area],
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
    pub(crate) fn public<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.world.act_as(self.world.public(), f)
    }
    pub(crate) fn family<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let who = Who::new(Actor::subject(self.world.house.district, self.elder), Purpose::OwnRecord);
        self.world.act_as(who, f)
    }
    pub(crate) fn desk<T: Send + 'static>(
        &self,
        id: AccountId,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.world.act_as(self.world.who(id, Purpose::Administration), f)
    }
    pub(crate) fn daughter(&self) -> GuardianId {
        let elder = self.elder;
        self.world.look(move |cx| persons::spoken_for(cx, elder))[0].id
    }
    pub(crate) fn blanks(&self, n: usize) -> Vec<Made> {
        let post = self.post;
        self.desk(self.duty, move |cx| cards::make(cx, post, n)).unwrap()
    }
    /// A card in the elder's hands.
    pub(crate) fn carded(&self) -> (CardId, Made) {
        let made = self.blanks(1).remove(0);
        let (elder, code) = (self.elder, made.code.clone());
        let card = self.working(self.officer, move |cx, why| cards::issue(cx, elder, why, &code)).unwrap();
        (card, made)
    }
    pub(crate) fn resolve(&self, typed: &str) -> finder::Answer {
        let typed = typed.to_owned();
        self.public(move |cx| finder::resolve(cx, &typed)).unwrap()
    }
    pub(crate) fn open_card(&self, typed: &str) -> finder::OpenCard {
        match self.resolve(typed) {
            finder::Answer::Open(card) => *card,
            other => panic!("does not open: {other:?}"),
        }
    }
    pub(crate) fn add(&self, new: NewContact) -> Result<kernel::ids::ContactId> {
        let elder = self.elder;
        self.working(self.officer, move |cx, why| contacts::add(cx, elder, why, &new))
    }
    pub(crate) fn jobs(&self, kind: &'static str) -> i64 {
        self.world.look(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM job WHERE kind = $1", store::params![kind])?.i64("n")
        })
    }
    pub(crate) fn advance(&self, secs: i64) {
        self.world.house.clock.advance_secs(secs);
    }
}

pub(crate) fn daughter_as(whom: Whom) -> NewContact {
    NewContact { whom, mail: Some("limin@example.net".into()), lang: Lang::ZhCn, may_collect: true, barred: false }
}

pub(crate) fn other(name: &str, phone: &str) -> NewContact {
    let whom = Whom::Other { name: name.into(), relation: "侄子".into(), phone: Some(phone.into()) };
    NewContact { whom, mail: None, lang: Lang::ZhCn, may_collect: false, barred: false }
}

/// The end of a refusal.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(care::Error::Denied(d)) => d.why.code().into(),
        Err(care::Error::Refused(why)) => why.into(),
        Err(care::Error::People(people::Error::Refused(why))) => why.into(),
        Err(care::Error::Invalid { field, why }) => format!("{field} {why}"),
        Err(care::Error::Store(store::Error::NotFound)) => "not-found".into(),
        other => panic!("was not refused so: {other:?}"),
    }
}
