//! Use cases of this crate on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod accounts;
mod care;
mod catch_all;
mod demands;
mod factors;
mod feeds;
mod glass;
mod links;
mod login;
mod oidc;
mod passkeys;
mod persons;
mod retention;
mod rights;
mod sessions;
mod staff;
mod tokens;

use kernel::ids::{AccountId, AreaId, PostId, SeatId};
use kernel::{Actor, Purpose, Role};
use people::app::seats::{NewSeat, create_seat};
use people::app::{Flat, Init, InitDone, NewAccount, NewTerm, accounts::create_account, begin_term, init};
use people::model::{Place, TermId};
use people::{Error, Result, policy::jobs};
use store::{Cx, Who};
use testkit::{House, Kind, Setup};
use uuid::Uuid;

/// A district that is open, with its first four people.
pub(crate) struct World {
    pub house: House,
    pub first: InitDone,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let house = House::new(kind, &[people::MIGRATIONS]);
        let who = Who::new(Actor::system(house.district, jobs::CLI), Purpose::Administration);
        let first = house.rt.write_now(who, |cx| init(cx, &first_people())).unwrap();
        Self { house, first }
    }
}

pub(crate) fn first_people() -> Init {
    let person = |login: &str, name: &str| NewAccount {
        login: login.to_owned(),
        display_name: name.to_owned(),
        ..NewAccount::default()
    };
    Init {
        district_code: "310120".into(),
        district_name: "和邻区".into(),
        system: person("sys", "季系统"),
        security: person("sec", "安全全"),
        audit: person("aud", "沈记"),
        coordinator: person("coord", "方协调"),
        titles: ["系统", "安全", "审计", "协调", "兜底"].map(String::from),
    }
}

impl World {
    pub(crate) fn operator(&self) -> Who {
        Who::new(Actor::system(self.house.district, jobs::CLI), Purpose::Administration)
    }
    /// As an account, with the rights it has now.
    pub(crate) fn as_account(&self, id: AccountId) -> Who {
        let actor = self.look(move |cx| people::app::sessions::actor_of(cx, id)).unwrap();
        Who::new(actor, Purpose::Administration)
    }
    /// Writes as the operator.
    pub(crate) fn act<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.rt.write_now(self.operator(), f)
    }
    /// Writes as an account.
    pub(crate) fn act_as<T: Send + 'static>(
        &self,
        id: AccountId,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.rt.write_now(self.as_account(id), f)
    }
    pub(crate) fn look<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.rt.read_now(self.operator(), f)
    }
    pub(crate) fn person(&self, login: &str, name: &str) -> AccountId {
        let new = NewAccount { login: login.into(), display_name: name.into(), ..NewAccount::default() };
        self.act(move |cx| create_account(cx, &new)).unwrap()
    }
    pub(crate) fn seat(&self, role: Role, place: Place, title: &str) -> SeatId {
        let new = NewSeat { role, place, title: title.into(), reports_to: None };
        self.act(move |cx| create_seat(cx, &new)).unwrap()
    }
    pub(crate) fn sit(&self, new: NewTerm) -> Result<TermId> {
        self.act(move |cx| begin_term(cx, &Flat, &new))
    }
    /// How often the log names this kind.
    pub(crate) fn logged(&self, kind: &'static str) -> i64 {
        self.look(move |cx| {
            Ok(cx.query_one("SELECT COUNT(*) AS n FROM event WHERE kind = $1", store::params![kind])?.i64("n")?)
        })
        .unwrap()
    }
}

pub(crate) fn area(n: u128) -> AreaId {
    AreaId(Uuid::from_u128(0xA000 + n))
}
pub(crate) fn post(n: u128) -> PostId {
    PostId(Uuid::from_u128(0xB000 + n))
}
pub(crate) fn at_post(n: u128) -> Place {
    Place { post: Some(post(n)), ..Place::default() }
}
pub(crate) fn at_area(n: u128) -> Place {
    Place { area: Some(area(n)), ..Place::default() }
}
/// The code of a refusal, or what was not refused.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Denied(d)) => d.why.code(),
        Err(e) => e.code(),
        Ok(done) => panic!("was not refused: {done:?}"),
    }
}
