//! R10: the report and the ledger of a month come from what was entered anyway.

use crate::Town;
use crate::town::something;
use kernel::Purpose;
use kernel::ids::AccountId;
use matters::Error;
use matters::app::report::{self, Figures, LedgerLine, Month, MonthReport};
use matters::model::{Command, DeliveryResult};
use store::Who;

impl Town {
    fn desk_of(&self, who: AccountId) -> Who {
        self.world.who(who, Purpose::Administration)
    }
    fn report(&self, who: AccountId, month: &str) -> Result<MonthReport, Error> {
        let month = Month::parse(month).unwrap();
        self.world.act_as(self.desk_of(who), move |cx| report::month(cx, month))
    }
    fn close(&self, matter: kernel::ids::MatterId) {
        self.answered(matter);
        let raiser = self.detail(self.worker.0, matter).unwrap().raisers[0].id;
        self.act(
            self.worker.0,
            matter,
            Command::RecordDelivery { raiser, result: DeliveryResult::CallAnswered, note: None },
        );
    }
}

testkit::both_databases! {
    fn a_month_counts_what_came_what_was_closed_and_what_was_late(town: Town) {
        let month = Month::of(town.now());
        let (this, next) = (month.to_string(), month.after().to_string());
        let quick = town.dispute().matter;
        let slow = town.dispute().matter;
        town.raise(something("dispute", "还有一件"));
        town.advance(90 * 60);
        town.close(quick);
        // Into the next month: every term of the other two is over by then.
        let until = month.after().start().micros() - town.now().micros();
        town.advance(until / 1_000_000 + 5 * 86_400);
        town.close(slow);

        let coordinator = town.world.first.coordinator;
        let first = town.report(coordinator, &this).unwrap();
        let want = Figures { received: 3, closed: 1, minutes: 90, open: 2, ..Figures::default() };
        assert_eq!(first.all, want);
        assert_eq!((first.all.on_time_percent(), first.all.mean_hours()), (Some(100), Some(1.5)));
        assert_eq!(first.classes.keys().collect::<Vec<_>>(), ["dispute"]);
        let second = town.report(coordinator, &next).unwrap();
        assert_eq!((second.all.received, second.all.closed, second.all.late, second.all.open), (0, 1, 1, 1));
        assert_eq!(second.all.on_time_percent(), Some(0));
        let before = town.report(coordinator, &month.before().to_string()).unwrap();
        assert_eq!((before.all, before.classes.len()), (Figures::default(), 0));
        let sum = first.places.values().map(|f| f.received).sum::<i64>();
        assert_eq!(sum, 3, "each stands in one place");

        town.world.house.clock.advance_secs(1);
        let code = town.dispute();
        town.close(code.matter);
        town.raiser_acts(code.matter, Command::Rate { stars: 4, words: None }).unwrap();
        let rated = town.report(coordinator, &next).unwrap().all;
        assert_eq!((rated.rated, rated.stars, rated.mean_stars()), (1, 4, Some(4.0)));

        let ledger = |who: AccountId, month: Month| -> Result<Vec<LedgerLine>, Error> {
            town.world.act_as(town.desk_of(who), move |cx| report::ledger(cx, month))
        };
        let lines = ledger(coordinator, month).unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.iter().filter(|l| l.closed_at.is_some()).count(), 2, "as it stands today");
        assert!(matches!(ledger(town.worker.0, month), Err(Error::Denied(_))), "a committee worker takes no lists out");
    }

    fn a_report_counts_only_what_one_may_see(town: Town) {
        town.dispute();
        let this = Month::of(town.now()).to_string();
        assert_eq!(town.report(town.worker.0, &this).unwrap().all.received, 1);
        let month = Month::parse(&this).unwrap();
        let nobody = town.world.act_as(town.world.public(), move |cx| report::month(cx, month));
        assert!(matches!(nobody, Err(Error::Denied(_))), "{nobody:?}");
        let elsewhere = people::model::Place { area: Some(kernel::ids::AreaId(uuid::Uuid::from_u128(0xe15e))), ..people::model::Place::default() };
        let (other, _) = town.world.staff(kernel::Role::CommitteeWorker, elsewhere, "other", "钱二");
        assert_eq!(town.report(other, &this).unwrap().all, Figures::default());
    }
}
