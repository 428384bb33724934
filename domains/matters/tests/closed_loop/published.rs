//! What anybody may see of matters, and what nobody sees.

use crate::Town;
use crate::town::something;
use kernel::{Moment, Point};
use matters::Error;
use matters::app::{self, Act, Change, ChangeFilter, Published, PublishedFilter, Raise, RaisedPlace};
use matters::model::{Command, Origin, State};

fn everything(now: Moment) -> PublishedFilter {
    PublishedFilter {
        numbers: Vec::new(),
        classes: Vec::new(),
        open: None,
        raised: (now.plus_days(-90), now),
        updated: None,
        skip: 0,
        limit: 100,
    }
}

fn list(town: &Town, change: impl FnOnce(&mut PublishedFilter)) -> Vec<Published> {
    let mut filter = everything(town.world.house.rt.now());
    change(&mut filter);
    town.world.house.rt.read_now(town.world.public(), move |cx| app::published(cx, &filter)).unwrap()
}

fn one(town: &Town, number: &str) -> Result<Published, Error> {
    let number = number.to_owned();
    town.world.house.rt.read_now(town.world.public(), move |cx| app::published_one(cx, &number))
}

fn changes(town: &Town, numbers: Vec<String>) -> Vec<Change> {
    let now = town.world.house.rt.now();
    let filter = ChangeFilter { numbers, between: (now.plus_days(-1), now), skip: 0, limit: 100 };
    town.world.house.rt.read_now(town.world.public(), move |cx| app::published_changes(cx, &filter)).unwrap()
}

fn at(class: &str, text: &str, origin: Origin) -> Raise {
    let raise = something(class, text);
    let point = Point::new(121.472_345_6, 30.921_234_5).ok();
    Raise {
        place: RaisedPlace { point, address: Some("青禾路3号 联系13812345678".into()), ..raise.place },
        origin,
        ..raise
    }
}

testkit::both_databases! {
    /// R3: words only where the sender knew that they are public, and redacted; a place to a hundred metres otherwise.
    fn what_is_public_depends_on_class_and_door(town: Town) {
        let open = town.raise(at("lighting", "灯不亮，请打13812345678", Origin::Open311)).number;
        let form = town.raise(at("lighting", "我家门口的灯不亮", Origin::Web)).number;
        let quarrel = town.raise(at("dispute", "楼上太吵", Origin::Open311)).number;
        let danger = town.raise(at("danger-now", "有人落水", Origin::Open311)).number;
        let listed: Vec<String> = list(&town, |_| {}).into_iter().map(|m| m.number).collect();
        assert_eq!(listed, [form.clone(), open.clone()], "newest first; neither the quarrel nor the emergency");

        let shown = one(&town, &open).unwrap();
        assert!(shown.words.as_deref().is_some_and(|w| w == "灯不亮，请打〔电话〕"), "{:?}", shown.words);
        assert!(shown.address.is_some_and(|a| !a.contains("1381")));
        assert_eq!(shown.point, Point::new(121.472_345_6, 30.921_234_5).ok());
        assert!(shown.answer_by.is_some() && !shown.withheld);

        let shown = one(&town, &form.to_lowercase()).unwrap();
        assert_eq!((shown.words, shown.address), (None, None), "words of a form are not for the public");
        assert_eq!(shown.point, Point::new(121.472, 30.921).ok());

        for number in [&quarrel, &danger] {
            let shown = one(&town, number).unwrap();
            assert!(shown.withheld, "{number}");
            assert_eq!((shown.words, shown.address, shown.point, shown.area), (None, None, None, None));
            assert_eq!(shown.state, State::Received);
        }
        let by_number = list(&town, |f| f.numbers = vec![quarrel.clone(), open.clone(), "HQ-2026-99999".into()]);
        assert_eq!(by_number.len(), 2, "a number that is not there is left out of a list");
        assert!(matches!(one(&town, "HQ-2026-99999"), Err(Error::NotFound)));
        let said = format!("{:?}", list(&town, |_| {}));
        for secret in ["13812345678", "138 1234", "赵一"] {
            assert!(!said.contains(secret), "{secret}");
        }
    }

    /// A matter that was called an emergency later disappears from the list at once.
    fn an_emergency_is_taken_back(town: Town) {
        let receipt = town.raise(at("lighting", "电线掉下来了", Origin::Open311));
        let owner = receipt.owner_account;
        let mark = Act::new(receipt.matter, Command::MarkEmergency);
        town.world.act_as(town.staff(owner, receipt.matter), move |cx| app::act(cx, mark)).unwrap();
        assert!(list(&town, |_| {}).is_empty() && changes(&town, vec![]).is_empty());
        assert!(one(&town, &receipt.number).unwrap().withheld);
    }

    fn the_list_is_narrowed_and_paged(town: Town) {
        let first = town.raise(at("lighting", "一", Origin::Open311));
        town.world.house.clock.advance_secs(7_200);
        let second = town.raise(at("environment", "二", Origin::Open311));
        let numbers = |found: Vec<Published>| found.into_iter().map(|m| m.number).collect::<Vec<_>>();
        let only = std::slice::from_ref(&first.number);
        assert_eq!(numbers(list(&town, |f| f.classes = vec!["lighting".into()])), only);
        assert!(list(&town, |f| f.classes = vec!["dispute".into()]).is_empty());
        assert!(list(&town, |f| f.open = Some(false)).is_empty());
        let old = first.raised_at.plus_secs(60);
        assert_eq!(numbers(list(&town, |f| f.raised.1 = old)), only);
        assert_eq!(numbers(list(&town, |f| (f.skip, f.limit) = (1, 1))), only);
        // What changed lately, though it was raised earlier.
        town.world.house.clock.advance_secs(7_200);
        let now = town.world.house.rt.now();
        let sign = Act::new(first.matter, Command::Sign);
        town.world.act_as(town.staff(first.owner_account, first.matter), move |cx| app::act(cx, sign)).unwrap();
        let updated = list(&town, |f| f.updated = Some((now, now)));
        assert_eq!(numbers(updated), only);
        let steps: Vec<(String, State)> = changes(&town, vec![]).into_iter().map(|c| (c.number, c.to)).collect();
        let step = |number: &str, to| (number.to_owned(), to);
        let (a, b) = (first.number.as_str(), second.number.as_str());
        assert_eq!(steps, [step(a, State::Received), step(b, State::Received), step(a, State::Signed)]);
        assert_eq!(changes(&town, vec![second.number.clone()]).len(), 1);
    }
}
