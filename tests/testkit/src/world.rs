//! An open district with its first people, and short ways to add more and to act as them.

use crate::{House, Kind, Setup};
use kernel::ids::{AccountId, SeatId};
use kernel::{Actor, Purpose, Role};
use people::app::seats::{NewSeat, create_seat};
use people::app::sessions::actor_of;
use people::app::{
    Flat, Geography, Init, InitDone, NewAccount, NewTerm, SignInRules, accounts::create_account, begin_term, init,
    set_sign_in_rules,
};
use people::model::{Place, TermId};
use people::policy::jobs;
use std::fmt::Debug;
use store::{Cx, Migration, Who};

/// A house with a district in it.
pub struct World {
    pub house: House,
    /// The three administrators, the coordinator, and the catch-all seat the coordinator holds.
    pub first: InitDone,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        Self::with(kind, &[people::MIGRATIONS])
    }
}

impl World {
    /// A world with the tables of these crates; people's must be among them.
    ///
    /// # Panics
    /// When the district cannot be opened.
    pub fn with(kind: Kind, sets: &[&[Migration]]) -> Self {
        let house = House::new(kind, sets);
        let who = Who::new(Actor::system(house.district, jobs::CLI), Purpose::Administration);
        let first = house.rt.write_now(who, |cx| init(cx, &first_people()));
        let first = first.unwrap_or_else(|e| panic!("the district does not open: {e}"));
        let world = Self { house, first };
        // Any role signs in with a password alone, on as many devices as a test likes.
        let rules = SignInRules { factor_roles: Vec::new(), max_sessions: 0, ..SignInRules::default() };
        world.act(move |cx| set_sign_in_rules(cx, &rules));
        world
    }

    /// The operator at the machine, as commands act.
    pub fn operator(&self) -> Who {
        Who::new(Actor::system(self.house.district, jobs::CLI), Purpose::Administration)
    }

    /// Anybody from the street.
    pub fn public(&self) -> Who {
        Who::new(Actor::public(self.house.district), Purpose::Public)
    }

    /// An account with the rights it has at this instant, for this purpose.
    pub fn who(&self, id: AccountId, purpose: Purpose) -> Who {
        Who::new(self.look(move |cx| actor_of(cx, id)), purpose)
    }

    /// Writes as somebody.
    pub fn act_as<T, E>(&self, who: Who, f: impl FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::Error> + Send + 'static,
    {
        self.house.rt.write_now(who, f)
    }

    /// Writes as the operator; it must work.
    ///
    /// # Panics
    /// When it does not.
    pub fn act<T, E>(&self, f: impl FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static) -> T
    where
        T: Send + 'static,
        E: From<store::Error> + Debug + Send + 'static,
    {
        self.house.rt.write_now(self.operator(), f).unwrap_or_else(|e| panic!("{e:?}"))
    }

    /// Reads as the operator; it must work.
    ///
    /// # Panics
    /// When it does not.
    pub fn look<T, E>(&self, f: impl FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static) -> T
    where
        T: Send + 'static,
        E: From<store::Error> + Debug + Send + 'static,
    {
        self.house.rt.read_now(self.operator(), f).unwrap_or_else(|e| panic!("{e:?}"))
    }

    /// A new account without a password.
    pub fn person(&self, login: &str, name: &str) -> AccountId {
        let new = NewAccount { login: login.into(), display_name: name.into(), ..NewAccount::default() };
        self.act(move |cx| create_account(cx, &new))
    }

    /// A new, empty seat.
    pub fn seat(&self, role: Role, place: Place, title: &str) -> SeatId {
        let new = NewSeat { role, place, title: title.into(), reports_to: None };
        self.act(move |cx| create_seat(cx, &new))
    }

    /// A term from now on, as written.
    pub fn sit(&self, new: NewTerm) -> TermId {
        self.sit_in(Flat, new)
    }

    /// A term, where the areas above each other matter.
    pub fn sit_in(&self, geography: impl Geography + Send + 'static, new: NewTerm) -> TermId {
        self.act(move |cx| begin_term(cx, &geography, &new))
    }

    /// A person on a seat of their own, from now on without end.
    pub fn staff(&self, role: Role, place: Place, login: &str, name: &str) -> (AccountId, SeatId) {
        let (account, seat) = (self.person(login, name), self.seat(role, place, name));
        self.sit(NewTerm::holder(seat, account));
        (account, seat)
    }

    /// How often the log names this kind of event.
    pub fn logged(&self, kind: &'static str) -> i64 {
        self.look(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM event WHERE kind = $1", store::params![kind])?.i64("n")
        })
    }
}

fn first_people() -> Init {
    let person = |login: &str, name: &str| NewAccount {
        login: login.to_owned(),
        display_name: name.to_owned(),
        ..NewAccount::default()
    };
    Init {
        district_code: "310199".into(),
        district_name: "和邻区".into(),
        system: person("sys", "季系统"),
        security: person("sec", "安全全"),
        audit: person("aud", "沈记"),
        coordinator: person("coord", "方协调"),
        titles: ["系统", "安全", "审计", "协调", "兜底"].map(String::from),
    }
}
