//! A small town with people in it, and short ways to raise and act.

use kernel::ids::{AccountId, AreaId, MatterId, SeatId};
use kernel::{Actor, Lang, Moment, Purpose, Role};
use matters::app::{self, Act, Acted, Detail, Raise, RaisedPlace, RaiserInput, Receipt, Tracked};
use matters::model::{Channel, Command, ContactOutcome, Origin, Outcome, State};
use matters::{Error, jobs};
use people::model::Place;
use store::jobs::{Handlers, run_due};
use store::{Cx, Who};
use testkit::{Kind, Setup, World};
use uuid::Uuid;

pub(crate) const COMMUNITY: AreaId = AreaId(Uuid::from_u128(0xa1));
pub(crate) const OTHER: AreaId = AreaId(Uuid::from_u128(0xa2));

pub(crate) struct Town {
    pub world: World,
    /// Committee workers of the community: the first owns, the second checks.
    pub worker: (AccountId, SeatId),
    pub second: (AccountId, SeatId),
    pub stranger: (AccountId, SeatId),
    pub catch_all: (AccountId, SeatId),
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world = World::with(kind, &[people::MIGRATIONS, places::MIGRATIONS, care::MIGRATIONS, matters::MIGRATIONS]);
        world.act(app::seed_classes);
        let here = Place { area: Some(COMMUNITY), ..Place::default() };
        let there = Place { area: Some(OTHER), ..Place::default() };
        let worker = world.staff(Role::CommitteeWorker, here, "worker", "王明");
        let second = world.staff(Role::PostHead, here, "second", "李华");
        let stranger = world.staff(Role::CommitteeWorker, there, "stranger", "钱远");
        let catch_all = world.staff(Role::CatchAll, here, "catch", "方兜");
        Self { world, worker, second, stranger, catch_all }
    }
}

pub(crate) fn something(class: &str, text: &str) -> Raise {
    Raise {
        key: None,
        class: class.to_owned(),
        text: text.to_owned(),
        place: RaisedPlace { area: Some(COMMUNITY), ..RaisedPlace::default() },
        raiser: RaiserInput {
            anonymous: false,
            name: Some("赵一𠮷".into()),
            phone: Some("138 1234 5678".into()),
            email: None,
            address: None,
            channel: Channel::Phone,
            lang: Lang::ZhCn,
        },
        origin: Origin::Web,
    }
}

impl Town {
    pub(crate) fn raise(&self, raise: Raise) -> Receipt {
        self.try_raise(raise).unwrap()
    }
    pub(crate) fn try_raise(&self, raise: Raise) -> Result<Receipt, Error> {
        self.world.act_as(self.world.public(), move |cx| app::raise(cx, raise))
    }
    pub(crate) fn dispute(&self) -> Receipt {
        self.raise(something("dispute", "楼上半夜拖家具,楼道也有积水"))
    }

    pub(crate) fn staff(&self, who: AccountId, matter: MatterId) -> Who {
        self.world.who(who, Purpose::Matter(matter))
    }
    pub(crate) fn as_raiser(&self, matter: MatterId) -> Who {
        Who::new(Actor::raiser(self.world.house.district, matter), Purpose::OwnMatter)
    }

    pub(crate) fn try_act(&self, who: AccountId, matter: MatterId, command: Command) -> Result<Acted, Error> {
        self.world.act_as(self.staff(who, matter), move |cx| app::act(cx, Act::new(matter, command)))
    }
    pub(crate) fn act(&self, who: AccountId, matter: MatterId, command: Command) -> Acted {
        let kind = command.kind();
        self.try_act(who, matter, command).unwrap_or_else(|e| panic!("{kind:?}: {e:?}"))
    }
    pub(crate) fn raiser_acts(&self, matter: MatterId, command: Command) -> Result<Acted, Error> {
        self.world.act_as(self.as_raiser(matter), move |cx| app::act(cx, Act::new(matter, command)))
    }

    /// Up to the answer on its way.
    pub(crate) fn answered(&self, matter: MatterId) {
        let me = self.worker.0;
        self.act(me, matter, Command::Sign);
        self.act(me, matter, Command::Contact { outcome: ContactOutcome::Reached, note: Some("已电话联系".into()) });
        self.act(me, matter, Command::Submit { outcome: Outcome::Done, answer: "已处理,谢谢您。".into() });
        self.act(self.second.0, matter, Command::Verify { note: None });
        self.act(me, matter, Command::Answer);
    }

    pub(crate) fn detail(&self, who: AccountId, matter: MatterId) -> Result<Detail, Error> {
        self.world.act_as(self.staff(who, matter), move |cx| app::detail(cx, matter))
    }
    pub(crate) fn track(&self, code: &str) -> Result<Tracked, Error> {
        let code = code.to_owned();
        let found = self.world.act_as(self.world.public(), move |cx| app::find_by_code(cx, &code))?;
        self.world.act_as(self.as_raiser(found.matter), move |cx| app::track(cx, found))
    }

    pub(crate) fn state(&self, matter: MatterId) -> State {
        self.detail(self.world.first.coordinator, matter).unwrap().line.state
    }

    /// As the program itself sees it.
    pub(crate) fn state_now(&self, matter: MatterId) -> State {
        self.world.act_as(self.world.house.system(), move |cx| app::inspect(cx, matter)).unwrap().state
    }
    /// How often a matter came into this state.
    pub(crate) fn logged_to(&self, state: &'static str) -> i64 {
        self.sql(move |cx| {
            let like = format!("%\"to\":\"{state}\"%");
            cx.query_one("SELECT COUNT(*) AS n FROM event WHERE payload LIKE $1", store::params![like])?.i64("n")
        })
    }
    pub(crate) fn now(&self) -> Moment {
        self.world.house.rt.now()
    }
    /// Moves the clock and runs whatever is due then.
    pub(crate) fn advance(&self, secs: i64) {
        self.world.house.clock.advance_secs(secs);
        self.run_jobs();
    }
    pub(crate) fn run_jobs(&self) {
        let handlers = people::app::turns::handlers().merge(jobs::handlers());
        let quiet = ["notify.owner", "notify.verifiers", "notify.supervisor", "deliver.answer"];
        let handlers = quiet.into_iter().fold(handlers, |h, kind| h.on(kind, |_, _| Ok(())));
        let _: &Handlers = &handlers;
        run_due(&self.world.house.rt, self.world.house.district, &handlers).unwrap();
    }
    pub(crate) fn sql<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T, store::Error> + Send + 'static,
    ) -> T {
        self.world.house.rt.read_now(self.world.house.system(), f).unwrap()
    }
    /// How many jobs of this kind there are.
    pub(crate) fn jobs(&self, kind: &'static str) -> i64 {
        self.sql(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM job WHERE kind = $1", store::params![kind])?.i64("n")
        })
    }
}
