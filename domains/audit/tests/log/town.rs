//! A community with people in it and one matter.

use audit::seen::Seen;
use kernel::ids::{AccountId, AreaId, MatterId, PersonId, WindowId};
use kernel::{Actor, Lang, Moment, Purpose, Role};
use matters::app::{self, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Origin};
use people::app::persons::{self, For};
use people::app::{Flat, links};
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};
use people::policy::{MatterFacts, jobs};
use store::{Cx, Who};
use testkit::{Kind, Setup, World};
use uuid::Uuid;

const AREA: AreaId = AreaId(Uuid::from_u128(0xa1));

pub(crate) struct Town {
    pub world: World,
    pub worker: AccountId,
    pub head: AccountId,
    pub clerk: AccountId,
    /// A second coordinator, beside the first.
    pub second: AccountId,
    pub matter: MatterId,
    pub number: String,
    pub code: String,
}

/// What no answer of this crate may hold.
pub(crate) const SECRETS: [&str; 5] = ["赵一𠮷", "13812345678", "拖家具", "桂花弄", "zhao@raiser.example"];

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let sets = [people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS, audit::MIGRATIONS];
        let world = World::with(kind, &sets);
        world.act(app::seed_classes);
        let here = Place { area: Some(AREA), ..Place::default() };
        let (worker, _) = world.staff(Role::CommitteeWorker, here, "worker", "王明");
        let (head, _) = world.staff(Role::PostHead, here, "head", "陈站");
        let (clerk, _) = world.staff(Role::Clerk, here, "clerk", "林窗");
        let (second, _) = world.staff(Role::Coordinator, Place::default(), "second", "周协");
        let raise = Raise {
            key: None,
            class: "dispute".into(),
            text: "楼上半夜拖家具".into(),
            place: RaisedPlace { area: Some(AREA), ..RaisedPlace::default() },
            raiser: RaiserInput {
                anonymous: false,
                name: Some("赵一𠮷".into()),
                phone: Some("138 1234 5678".into()),
                email: Some("zhao@raiser.example".into()),
                address: Some("桂花弄 5 号".into()),
                channel: Channel::Email,
                lang: Lang::ZhCn,
            },
            origin: Origin::Web,
        };
        let receipt = world.act_as(world.public(), move |cx| app::raise(cx, raise)).unwrap();
        let (matter, number, code) = (receipt.matter, receipt.number, receipt.code);
        Self { world, worker, head, clerk, second, matter, number, code }
    }
}

impl Town {
    pub(crate) fn now(&self) -> Moment {
        self.world.house.rt.now()
    }
    pub(crate) fn wait(&self, secs: i64) {
        self.world.house.clock.advance_secs(secs);
    }
    /// Somebody on this matter.
    pub(crate) fn staff(&self, who: AccountId) -> Who {
        self.world.who(who, Purpose::Matter(self.matter))
    }
    /// Somebody at the desk.
    pub(crate) fn desk(&self, who: AccountId) -> Who {
        self.world.who(who, Purpose::Administration)
    }
    pub(crate) fn auditor(&self) -> Who {
        self.desk(self.world.first.audit)
    }
    pub(crate) fn program(&self) -> Who {
        Who::system(self.world.house.district, jobs::AUDIT)
    }

    /// Opens the page of the matter.
    pub(crate) fn opens(&self, who: AccountId) {
        let matter = self.matter;
        self.world.house.rt.read_now(self.staff(who), move |cx| app::detail(cx, matter).map(drop)).unwrap();
    }
    /// Opens the raiser's name.
    pub(crate) fn reveals(&self, who: AccountId) {
        let matter = self.matter;
        self.world.house.rt.read_now(self.staff(who), move |cx| matters::raiser::reveal(cx, matter).map(drop)).unwrap();
    }
    /// The raiser's page.
    pub(crate) fn seen(&self) -> Seen {
        let code = self.code.clone();
        let found = self.world.act_as(self.world.public(), move |cx| app::find_by_code(cx, &code)).unwrap();
        let raiser = Who::new(Actor::raiser(self.world.house.district, found.matter), Purpose::OwnMatter);
        self.world.house.rt.read_now(raiser, move |cx| audit::seen::by_raiser(cx, found)).unwrap()
    }
    /// Somebody in care in this community.
    pub(crate) fn resident(&self) -> PersonId {
        self.world.act(|cx| {
            let identity = Identity { name: "王桂芳".into(), ..Identity::default() };
            let new = NewPerson { area: AREA, identity, contact: Contact::default(), guardians: Vec::new() };
            persons::register_person(cx, &Flat, &new)
        })
    }
    /// Searches for the name, says the matter is about them, opens the record. The matter is theirs for the moment.
    pub(crate) fn found_and_opened(&self, who: AccountId, person: PersonId) {
        let why = self.own_matter(who);
        self.world
            .act_as(self.staff(who), move |cx| {
                persons::find_person(cx, "王桂芳", &why, &[AREA])?;
                let sql = "INSERT INTO matter_person (matter_id, person_id, district_id, at, by_actor) \
                           VALUES ($1, $2, $3, $4, 'test') ON CONFLICT DO NOTHING";
                let Purpose::Matter(matter) = cx.purpose else { return Ok(()) };
                cx.execute(sql, store::params![matter, person, cx.district(), cx.now])?;
                persons::open_record(cx, person, &why).map(drop)
            })
            .unwrap();
    }
    fn own_matter(&self, who: AccountId) -> For {
        let facts = MatterFacts {
            id: self.matter,
            areas: vec![AREA],
            posts: vec![],
            orgs: vec![],
            owner_seat: None,
            owner: who,
            handlers: vec![],
            about_accounts: vec![],
            about_orgs: vec![],
            open: true,
        };
        For::Matter(Box::new(facts))
    }
    /// Opens the record within a window.
    pub(crate) fn breaks_the_glass(&self, who: AccountId, person: PersonId) -> WindowId {
        let window = WindowId(Uuid::from_u128(0x91 + who.0.as_u128()));
        self.world
            .act_as(self.world.who(who, Purpose::BreakGlass(window)), move |cx| {
                let reason = cx.seal(store::KeyClass::Text, window.0, "老人独自在家昏倒".as_bytes())?;
                let sql = "INSERT INTO break_glass (id, district_id, account_id, reason, opened_at, until_at, supervisor, \
                           review_due, provisional) VALUES ($1, $2, $3, $4, $5, $6, $3, $6, $7)";
                let until = cx.now.plus_minutes(30);
                cx.execute(sql, store::params![window, cx.district(), who, reason, cx.now, until, false])?;
                persons::open_record(cx, person, &For::Window)
            })
            .unwrap();
        window
    }
    /// The code of the person's letter.
    pub(crate) fn link(&self, who: AccountId, person: PersonId) -> String {
        let why = self.own_matter(who);
        let issue = move |cx: &mut Cx<'_>| links::issue(cx, person, &why, None, links::Proof::IdCard);
        self.world.act_as(self.staff(who), issue).unwrap().code
    }
    /// The person's page.
    pub(crate) fn seen_by(&self, code: &str) -> Seen {
        let code = code.to_owned();
        let held = self.world.act_as(self.world.public(), move |cx| links::find_by_code(cx, &code)).unwrap();
        let own = Who::new(Actor::subject(self.world.house.district, held.person), Purpose::OwnRecord);
        self.world.house.rt.read_now(own, move |cx| audit::seen::by_person(cx, held.person)).unwrap()
    }
    pub(crate) fn sql<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T, store::Error> + Send + 'static,
    ) -> T {
        self.world.house.rt.read_now(self.world.house.system(), f).unwrap()
    }
    /// Number of the newest view of this kind of record.
    pub(crate) fn last_read(&self, kind: &'static str) -> i64 {
        self.sql(move |cx| {
            let sql = "SELECT MAX(n) AS n FROM audit_read WHERE subject_kind = $1";
            cx.query_one(sql, store::params![kind])?.i64("n")
        })
    }
    pub(crate) fn notices(&self, who: AccountId) -> Vec<String> {
        let who = self.desk(who);
        let list = self.world.house.rt.read_now(who, |cx| alerts::app::notices::list(cx, None, 50)).unwrap();
        list.into_iter()
            .map(|n| n.kind)
            .filter(|k| alerts::app::notices::DESK_KINDS.iter().any(|(desk, _)| desk == k))
            .collect()
    }
}
