//! A community with people in it and one matter.

use audit::seen::Seen;
use kernel::ids::{AccountId, AreaId, MatterId};
use kernel::{Actor, Lang, Moment, Purpose, Role};
use matters::app::{self, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Origin};
use people::model::Place;
use people::policy::jobs;
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
        list.into_iter().map(|n| n.kind).filter(|k| alerts::app::notices::leads_to(k).is_some()).collect()
    }
}
