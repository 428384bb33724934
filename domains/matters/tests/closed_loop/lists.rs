//! Lists, counts, search, scopes, saved views, classes and calendar.

use crate::Town;
use crate::town::{OTHER, something};
use kernel::Purpose;
use kernel::ids::AccountId;
use matters::app::{self, Counts, Filter, Page, Queue, Raise, RaisedPlace};
use matters::model::{Allowance, Command, State};
use store::Cx;

fn page(town: &Town, who: AccountId, filter: Filter) -> Page {
    town.world.act_as(town.world.who(who, Purpose::Job), move |cx| app::list(cx, &filter)).unwrap()
}

testkit::both_databases! {
    /// A matter can be handed to the seats of its own place; only whoever may hand it on is told who they are.
    fn takers_are_told_to_whoever_may_hand_it_on(town: Town) {
        let matter = town.dispute().matter;
        let ask = |who: AccountId| town.world.act_as(town.staff(who, matter), move |cx| app::takers(cx, matter));
        let found = ask(town.worker.0).unwrap();
        let seats: Vec<_> = found.iter().map(|t| t.seat).collect();
        assert!(seats.contains(&town.second.1) && seats.contains(&town.catch_all.1), "{found:?}");
        assert!(!seats.contains(&town.worker.1), "whoever has it is not offered");
        assert!(!seats.contains(&town.stranger.1), "another community is not offered");
        assert!(matches!(ask(town.stranger.0), Err(matters::Error::Denied(_))));
    }

    /// R5: a list never shows what its reader may not see; pages follow one another without gap or repeat.
    fn lists_keep_to_the_scope_and_page_through(town: Town) {
        for i in 0..7 {
            town.raise(something("dispute", &format!("第{i}件")));
            town.world.house.clock.advance_secs(60);
        }
        let elsewhere = RaisedPlace { area: Some(OTHER), ..RaisedPlace::default() };
        town.raise(Raise { place: elsewhere, ..something("dispute", "别处") });
        assert_eq!(page(&town, town.worker.0, Filter::default()).lines.len(), 7);
        assert_eq!(page(&town, town.stranger.0, Filter { queue: Queue::Place, ..Filter::default() }).lines.len(), 1);
        let coordinator = town.world.first.coordinator;
        assert_eq!(page(&town, coordinator, Filter { queue: Queue::Place, ..Filter::default() }).lines.len(), 8);
        let narrowed = Filter { queue: Queue::Place, area: Some(OTHER), ..Filter::default() };
        assert_eq!(page(&town, coordinator, narrowed).lines.len(), 1);
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let filter = Filter { queue: Queue::Place, limit: 3, cursor, ..Filter::default() };
            let got = page(&town, coordinator, filter);
            seen.extend(got.lines.iter().map(|l| l.number.clone()));
            cursor = got.next;
            if cursor.is_none() { break; }
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((seen.len(), unique.len()), (8, 8));
        town.world.house.clock.advance_secs(3 * 3_600);
        let counts = town.world.act_as(town.world.who(town.worker.0, Purpose::Job), app::counts).unwrap();
        assert_eq!(counts, Counts { due_now: 7, today: 7, mine: 7, ..Counts::default() });
        let public = town.world.act_as(town.world.public(), |cx| app::list(cx, &Filter::default()));
        assert!(public.is_err());
    }

    /// In a whole district a state is found by its index, not by walking through everything open.
    fn a_state_is_found_by_its_index(town: Town) {
        let first = town.raise(something("dispute", "第一件"));
        town.raise(something("dispute", "第二件"));
        town.act(town.worker.0, first.matter, Command::Sign);
        let coordinator = town.world.first.coordinator;
        let named = |states: &[State]| Filter { queue: Queue::Place, states: states.to_vec(), ..Filter::default() };
        let numbers = |filter| page(&town, coordinator, filter).lines.into_iter().map(|l| l.number).collect::<Vec<_>>();
        assert_eq!(numbers(named(&[State::Signed])), std::slice::from_ref(&first.number));
        assert_eq!(numbers(named(&[State::Received, State::Assigned, State::Signed])).len(), 2);
        let to_verify = Filter { queue: Queue::ToVerify, ..Filter::default() };
        assert_eq!(numbers(Filter { states: vec![State::Signed], ..to_verify.clone() }), Vec::<String>::new());
        assert_eq!(numbers(Filter { closed: true, ..to_verify.clone() }), Vec::<String>::new());
        for filter in [named(&[State::Signed, State::Waiting]), to_verify] {
            let who = town.world.who(coordinator, Purpose::Job);
            let plan = town.world.act_as(who, move |cx| app::explain(cx, &filter)).unwrap().join("\n");
            if town.world.house.rt.database_kind() == "sqlite" {
                let walks = plan.matches("matter_state (district_id=? AND is_open=? AND state=?)").count();
                assert_eq!(walks, 2, "{plan}");
            }
        }
    }

    /// The map shows what lies in the window, found by the cells of a small one and in the order of the list in a large one.
    fn the_map_shows_what_lies_in_its_window(town: Town) {
        for i in 0..12_i32 {
            let point = kernel::geo::Point::new(121.45 + 0.005 * f64::from(i), 30.90 + 0.003 * f64::from(i)).ok();
            town.raise(Raise { place: RaisedPlace { point, ..RaisedPlace::default() }, ..something("dispute", "一处") });
        }
        town.raise(Raise { place: RaisedPlace::default(), ..something("dispute", "没有地点") });
        let coordinator = town.world.first.coordinator;
        let shown = |bounds| {
            let filter = Filter { queue: Queue::Place, bounds, ..Filter::default() };
            town.world.act_as(town.world.who(coordinator, Purpose::Job), move |cx| app::map(cx, &filter)).unwrap().len()
        };
        assert_eq!(shown(None), 12);
        assert_eq!(shown(Some([121.449, 30.899, 121.461, 30.907])), 3);
        assert_eq!(shown(Some([121.0, 30.0, 122.0, 31.5])), 12);
        assert_eq!(shown(Some([120.0, 30.0, 120.1, 30.1])), 0);
        let small = Filter { queue: Queue::Place, bounds: Some([121.449, 30.899, 121.461, 30.907]), ..Filter::default() };
        let who = town.world.who(coordinator, Purpose::Job);
        let plan = town.world.act_as(who, move |cx| app::explain(cx, &small)).unwrap().join("\n");
        if town.world.house.rt.database_kind() == "sqlite" {
            assert!(plan.contains("matter_tile (district_id=? AND is_open=? AND tile=?)"), "{plan}");
        }
    }

    /// Two-character words, the number, and nothing of telephone numbers; only within the scope.
    fn search_finds_words_and_numbers_but_no_phones(town: Town) {
        let receipt = town.raise(something("dispute", "楼道漏水严重,电话13812345678"));
        town.raise(something("dispute", "路灯不亮"));
        let find = |who, words: &'static str| {
            let who = town.world.who(who, Purpose::Job);
            town.world.act_as(who, move |cx| app::search(cx, words, &Filter::default())).unwrap().lines.len()
        };
        let me = town.worker.0;
        assert_eq!(find(me, "漏水"), 1);
        assert_eq!(find(me, "水"), 1);
        assert_eq!(find(me, "楼道 漏水"), 1);
        assert_eq!(find(me, &*receipt.number.leak()), 1);
        assert_eq!(find(me, "13812345678"), 0);
        assert_eq!(find(me, "路灯 漏水"), 0);
        assert_eq!(find(town.stranger.0, "漏水"), 0);
    }

    /// Several districts may lie in one database: nobody finds what belongs to another, whatever they may see in their own.
    fn another_district_is_never_found(town: Town) {
        let receipt = town.raise(something("dispute", "楼道漏水"));
        let coordinator = town.world.first.coordinator;
        let found = || {
            let who = town.world.who(coordinator, Purpose::Job);
            let words = town.world.act_as(who.clone(), move |cx| app::search(cx, "漏水", &Filter::default())).unwrap();
            let listed = page(&town, coordinator, Filter { queue: Queue::Place, ..Filter::default() });
            let mut news = app::News::default();
            let news = town.world.act_as(who, move |cx| news.next(cx)).unwrap();
            (words.lines.len(), listed.lines.len(), news.len())
        };
        assert_eq!(found(), (1, 1, 1));
        let other = uuid::Uuid::from_u128(0xd15);
        town.world.act(move |cx| {
            cx.execute("UPDATE matter SET district_id = $1 WHERE id = $2", store::params![other, receipt.matter])
        });
        assert_eq!(found(), (0, 0, 0));
    }

    /// Words that stand nearly everywhere are followed page by page to the last matter in reach.
    fn a_search_pages_through_to_the_end(town: Town) {
        for i in 0..9 {
            town.raise(something("dispute", &format!("路灯不亮第{i}处")));
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let filter = Filter { limit: 4, cursor, ..Filter::default() };
            let who = town.world.who(town.worker.0, Purpose::Job);
            let got = town.world.act_as(who, move |cx| app::search(cx, "路灯", &filter)).unwrap();
            seen.extend(got.lines.into_iter().map(|l| l.number));
            cursor = got.next;
            if cursor.is_none() { break; }
        }
        let newest_first = seen.windows(2).all(|w| w[0] > w[1]);
        assert!(seen.len() == 9 && newest_first, "{seen:?}");
    }

    /// What waits for a check is seen by those who may, and not by the handler.
    fn the_queue_of_checks_leaves_the_handler_out(town: Town) {
        let matter = town.dispute().matter;
        town.answered(town.dispute().matter);
        town.act(town.worker.0, matter, Command::Sign);
        town.act(town.worker.0, matter, Command::Contact { outcome: matters::model::ContactOutcome::OnSite, note: None });
        town.act(town.worker.0, matter, Command::Submit { outcome: matters::model::Outcome::Done, answer: "好了".into() });
        let queue = |who| page(&town, who, Filter { queue: Queue::ToVerify, ..Filter::default() }).lines.len();
        assert_eq!((queue(town.worker.0), queue(town.second.0), queue(town.stranger.0)), (0, 1, 0));
    }

    /// A change of rule is a new version, and open matters get their clocks anew.
    fn a_changed_class_recomputes_open_matters(town: Town) {
        let matter = town.dispute().matter;
        let before = town.detail(town.worker.0, matter).unwrap().line.due_at;
        let rule = town.world.act(app::classes).iter().find(|c| c.code == "dispute").unwrap().as_ref().clone();
        let mut changed = rule.clone();
        changed.sign = Allowance::minutes(30);
        let stored = town.world.act(move |cx| app::save_class(cx, changed));
        assert_eq!(stored.version, rule.version + 1);
        assert!(town.world.act_as(town.world.operator(), move |cx| app::save_class(cx, rule)).is_err(), "stale");
        town.run_jobs();
        let line = town.detail(town.worker.0, matter).unwrap().line;
        assert!(line.due_at < before, "{:?}", line.due_at);
    }

    /// R12: a clock that needs 2027 is provisional until that year is loaded.
    fn a_loaded_year_makes_clocks_firm(town: Town) {
        town.world.house.clock.set(kernel::Moment::parse_rfc3339("2026-12-29T02:00:00Z").unwrap());
        let receipt = town.dispute();
        assert!(receipt.provisional);
        town.act(town.worker.0, receipt.matter, Command::Sign);
        let contact = Command::Contact { outcome: matters::model::ContactOutcome::Reached, note: None };
        assert!(town.act(town.worker.0, receipt.matter, contact).provisional);
        let missing = town.world.act(|cx: &mut Cx<'_>| app::year_to_load(cx, cx.now));
        assert_eq!(missing, Some(2027));
        let csv = "date,kind,holiday\n2027-01-01,off,New Year's Day\n2027-10-01,off,National Day\n";
        assert_eq!(town.world.act(move |cx| app::load_calendar(cx, csv)), [2027]);
        assert_eq!(town.world.act(|cx| app::recompute(cx, None)), 1);
        let line = town.detail(town.worker.0, receipt.matter).unwrap().line;
        assert!(!line.provisional);
        assert_eq!(line.due_at.rfc3339(), "2027-01-08T09:00:00Z");
    }

    /// Somebody's own filters.
    fn views_are_ones_own(town: Town) {
        let who = || town.world.who(town.worker.0, Purpose::Job);
        let view = town.world.act_as(who(), |cx| app::save_view(cx, "到期", "queue=today")).unwrap();
        town.world.act_as(who(), |cx| app::save_view(cx, "到期", "queue=due-now")).unwrap();
        let mine = town.world.act_as(who(), app::saved_views).unwrap();
        assert_eq!((mine.len(), mine[0].query.as_str()), (1, "queue=due-now"));
        let other = town.world.who(town.second.0, Purpose::Job);
        assert!(town.world.act_as(other.clone(), app::saved_views).unwrap().is_empty());
        let id = mine[0].id;
        assert!(town.world.act_as(other, move |cx| app::delete_view(cx, id)).is_err());
        assert!(town.world.act_as(who(), move |cx| app::delete_view(cx, id)).is_ok());
        let _ = view;
    }
}
