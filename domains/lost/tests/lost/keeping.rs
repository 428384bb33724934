//! Clocks: nobody is forgotten at a post, no case lies untaken, no contact is waited for in vain. A restart loses no timer (they are
//! jobs).

use crate::Town;
use crate::town::{found, refused};
use lost::app;
use lost::model::{Attempt, Look, LostRules, State, Task};
use testkit::both_databases;

both_databases! {
    fn a_case_that_nobody_takes_over_goes_up(t: Town) {
        let case = t.public_reports(found()).case;
        t.advance(4);
        assert!(t.take_told("lost_untaken").is_empty());
        t.advance(2);
        let first = t.take_told("lost_untaken");
        assert_eq!(first.len(), 1);
        t.advance(11);
        let second = t.take_told("lost_untaken");
        assert_eq!(second.len(), 1);
        assert_ne!(first, second, "the next one up");
        t.step(t.duty, case, move |cx, v| app::take(cx, case, v)).unwrap();
        t.advance(60);
        assert!(t.take_told("lost_untaken").is_empty(), "taken: nobody is told any more");
    }

    fn who_was_not_reached_makes_the_next_contact_due(t: Town) {
        let case = t.public_reports(found()).case;
        t.identify(case);
        let (first, second) = (t.contact(case, "李敏", false), t.contact(case, "李强", false));
        t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, first, Attempt::NoAnswer, None, "")).unwrap();
        t.advance(2);
        assert!(t.take_told("lost_next_contact").is_empty());
        t.advance(2);
        assert!(t.take_told("lost_next_contact").contains(&t.duty));
        t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, second, Attempt::NoAnswer, None, "")).unwrap();
        let soon = t.now().plus_minutes(40);
        t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, first, Attempt::Comes, Some(soon), "")).unwrap();
        t.advance(5);
        assert!(t.take_told("lost_next_contact").is_empty(), "somebody comes");
        t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, first, Attempt::Refused, None, "")).unwrap();
        t.advance(4);
        assert!(t.take_told("lost_next_contact").contains(&t.duty), "they changed their mind: the next one is due again");
        assert_eq!(refused(t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, first, Attempt::Comes, None, ""))), "eta-missing");
    }

    fn an_elder_at_a_post_is_looked_after_every_half_hour(t: Town) {
        let case = t.public_reports(found()).case;
        t.keep(case);
        t.advance(29);
        assert!(t.take_told("lost_look").is_empty());
        t.look(case);
        t.advance(29);
        assert!(t.take_told("lost_look").is_empty(), "from the last look on");
        t.advance(2);
        assert!(t.take_told("lost_look").contains(&t.duty));
        t.advance(31);
        assert!(t.take_told("lost_look").contains(&t.duty), "again, until somebody looks");
        t.advance(4 * 60);
        let long = t.take_told("lost_long");
        assert!(long.contains(&t.duty), "kept for long: a medical check");
        t.step(t.duty, case, move |cx, v| app::log_look(cx, case, v, &[Look::Medical], "社区医生看过")).unwrap();
        assert!(t.view(t.duty, case).unwrap().keeps[0].medical_at.is_some());
    }

    fn an_elder_leaves_with_two_or_is_missing_again(t: Town) {
        let case = t.public_reports(found()).case;
        t.keep(case);
        let one = t.volunteers[0];
        t.step(t.duty, case, move |cx, v| app::take_helper(cx, case, v, one, Task::Escort)).unwrap();
        assert_eq!(refused(t.step(t.duty, case, move |cx, v| app::leave(cx, case, v, false, ""))), "needs-two");
        t.step(t.duty, case, move |cx, v| app::leave(cx, case, v, true, "上厕所后不见了")).unwrap();
        let view = t.view(t.duty, case).unwrap();
        assert_eq!(view.row.state, State::Missing);
        assert!(view.keeps[0].to.is_some());
        t.advance(40);
        assert!(t.take_told("lost_look").is_empty(), "nobody is there to look after");
    }

    fn a_call_for_help_ends_by_itself(t: Town) {
        let case = t.public_reports(found()).case;
        t.step(t.duty, case, move |cx, v| app::call_help(cx, case, v, 2_000)).unwrap();
        t.advance(12 * 60 + 1);
        assert!(t.view(t.duty, case).unwrap().call.unwrap().2.is_some());
        assert_eq!(refused(t.on(t.volunteers[0], case, move |cx| app::offer(cx, case, Task::Search))), "not-found");
    }

    fn who_looks_after_the_next_place_sees_the_case_too(t: Town) {
        let case = t.public_reports(found()).case;
        assert_eq!(refused(t.view(t.far, case)), "denied-elsewhere");
        let (officer, there) = (t.officer, t.far_post);
        t.step(officer, case, move |cx, v| app::keep(cx, case, v, there, "")).unwrap();
        assert_eq!(t.view(t.far, case).unwrap().keeps[0].post, there);
        assert!(t.view(t.duty, case).is_ok(), "who began to look after her goes on seeing it");
    }

    fn the_district_sets_the_times(t: Town) {
        let rules = LostRules { look_minutes: 10, ..LostRules::default() };
        t.world.act(move |cx| app::set_lost_rules(cx, &rules));
        let case = t.public_reports(found()).case;
        t.keep(case);
        t.advance(11);
        assert!(t.take_told("lost_look").contains(&t.duty));
        let wrong = LostRules { look_minutes: 0, version: 1, ..LostRules::default() };
        assert_eq!(refused(t.world.act_as(t.world.operator(), move |cx| app::set_lost_rules(cx, &wrong))), "look_minutes-range");
    }

    fn clocks_that_run_follow_when_the_district_changes_its_times(t: Town) {
        let untaken = t.public_reports(found()).case;
        let case = t.public_reports(found()).case;
        t.step(t.duty, case, move |cx, v| app::take(cx, case, v)).unwrap();
        t.identify(case);
        t.keep(case);
        let son = t.contact(case, "李强", false);
        t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, son, Attempt::NoAnswer, None, "")).unwrap();
        let rules = LostRules { look_minutes: 10, next_contact_minutes: 8, take_minutes: 20, keep_hours: 1, ..LostRules::default() };
        t.world.act(move |cx| app::set_lost_rules(cx, &rules));
        t.advance(6);
        assert!(t.take_told("lost_next_contact").is_empty() && t.take_told("lost_untaken").is_empty(), "the old times are over");
        t.advance(5);
        assert!(t.take_told("lost_next_contact").contains(&t.duty) && t.take_told("lost_look").contains(&t.duty));
        t.advance(10);
        assert_eq!(t.take_told("lost_untaken").len(), 1, "once");
        t.advance(40);
        assert!(t.take_told("lost_long").contains(&t.duty));
        t.advance(240);
        assert!(t.take_told("lost_long").is_empty(), "the timer that was set for four hours says nothing new");
        assert!(t.view(t.duty, untaken).is_ok());
        let stale = LostRules { version: 0, ..LostRules::default() };
        let coordinator = t.world.staff(kernel::Role::Coordinator, people::model::Place::default(), "coordinator", "协调").0;
        let set = |who, rules: LostRules| t.world.act_as(t.world.who(who, kernel::Purpose::Administration), move |cx| app::set_lost_rules(cx, &rules));
        assert_eq!(refused(set(coordinator, stale)), "stale");
        set(coordinator, LostRules { version: 1, ..LostRules::default() }).unwrap();
        for nobody in [t.duty, t.head, t.worker] {
            assert_eq!(refused(set(nobody, LostRules { version: 2, ..LostRules::default() })), "denied-role");
        }
    }

    fn a_double_tap_of_a_finder_says_it_once(t: Town) {
        let code = t.public_reports(found()).code;
        let found = t.world.act_as(t.world.public(), move |cx| app::find_by_code(cx, &code)).unwrap();
        let say = |words: &'static str, again: &'static str| {
            t.world.act_as(t.world.public(), move |cx| app::say(cx, found, words, None, again))
        };
        say("我在桥边", "k1").unwrap();
        say("我在桥边", "k1").unwrap();
        assert_eq!(refused(say("我走了", "k1")), "words-changed");
        say("我在桥边", "k2").unwrap();
        let said = t.world.act_as(t.world.public(), move |cx| app::track(cx, found)).unwrap().said;
        assert_eq!(said.len(), 2);
    }
}
