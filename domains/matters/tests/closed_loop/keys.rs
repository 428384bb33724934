//! What the key of a program leaves of its account's rights over matters, in lists, search, details and steps.

use crate::Town;
use crate::town::{COMMUNITY, OTHER, something};
use kernel::ids::MatterId;
use kernel::{KeyLimit, Purpose};
use matters::Error;
use matters::app::{self, Act, Filter, Queue, Raise, RaisedPlace};
use matters::model::Command;
use people::policy::Why;
use store::Who;

impl Town {
    /// The district's coordinator, through a program's key.
    fn by_key(&self, scopes: &[&'static str], area: Option<kernel::ids::AreaId>, purpose: Purpose) -> Who {
        let mut who = self.world.who(self.world.first.coordinator, purpose);
        who.actor = who.actor.by_key(KeyLimit { key: uuid::Uuid::nil(), scopes: scopes.to_vec(), area });
        who
    }
    fn two(&self) -> (MatterId, MatterId) {
        let here = self.raise(something("dispute", "楼道漏水"));
        let elsewhere = RaisedPlace { area: Some(OTHER), ..RaisedPlace::default() };
        let there = self.raise(Raise { place: elsewhere, ..something("dispute", "别处漏水") });
        (here.matter, there.matter)
    }
}

fn refused<T: std::fmt::Debug>(got: Result<T, Error>) -> Why {
    match got {
        Err(Error::Denied(denied)) => denied.why,
        other => panic!("was not refused: {other:?}"),
    }
}

testkit::both_databases! {
    fn a_key_for_one_area_sees_that_area_alone(town: Town) {
        let (here, there) = town.two();
        let who = |area| town.by_key(&["read"], area, Purpose::Job);
        for (area, n) in [(None, 2), (Some(COMMUNITY), 1), (Some(OTHER), 1)] {
            for queue in [Queue::Place, Queue::DueNow, Queue::Mine, Queue::AssignedByMe] {
                let filter = Filter { queue, ..Filter::default() };
                let page = town.world.act_as(who(area), move |cx| app::list(cx, &filter)).unwrap();
                let most = if queue == Queue::Place { n } else { page.lines.len().min(n) };
                assert_eq!(page.lines.len(), most, "{queue:?} in {area:?}");
                assert!(area != Some(COMMUNITY) || page.lines.iter().all(|l| l.matter == here), "{queue:?}");
            }
            let found = town.world.act_as(who(area), |cx| app::search(cx, "漏水", &Filter::default())).unwrap();
            assert_eq!(found.lines.len(), n, "search in {area:?}");
        }
        // Asking for the other area by name does not open it.
        let filter = Filter { queue: Queue::Place, area: Some(OTHER), ..Filter::default() };
        let none = town.world.act_as(who(Some(COMMUNITY)), move |cx| app::list(cx, &filter)).unwrap();
        assert!(none.lines.is_empty());
        let detail = |matter| {
            let who = town.by_key(&["read"], Some(COMMUNITY), Purpose::Matter(matter));
            town.world.act_as(who, move |cx| app::detail(cx, matter))
        };
        assert!(detail(here).is_ok());
        assert_eq!(refused(detail(there)), Why::TokenArea);
    }

    fn a_key_does_what_it_is_for_and_nothing_else(town: Town) {
        let (here, _) = town.two();
        let act = |scopes: &[&'static str]| {
            let who = town.by_key(scopes, None, Purpose::Matter(here));
            town.world.act_as(who, move |cx| app::act(cx, Act::new(here, Command::AddNote { text: "看过".into() })))
        };
        for scopes in [&["read"][..], &["raise"], &["names", "administer"], &[]] {
            assert_eq!(refused(act(scopes)), Why::TokenScope, "{scopes:?}");
        }
        assert!(act(&["write"]).is_ok());
        let reveal = |scopes: &[&'static str]| {
            let who = town.by_key(scopes, None, Purpose::Matter(here));
            town.world.act_as(who, move |cx| matters::raiser::reveal(cx, here))
        };
        assert_eq!(refused(reveal(&["read", "write", "administer"])), Why::TokenScope, "names need a key for names");
        let list = |scopes: &[&'static str]| {
            let who = town.by_key(scopes, None, Purpose::Job);
            town.world.act_as(who, |cx| app::list(cx, &Filter { queue: Queue::Place, ..Filter::default() }))
        };
        assert_eq!(refused(list(&["raise"])), Why::TokenScope);
        assert_eq!(list(&["read"]).unwrap().lines.len(), 2);
    }
}
