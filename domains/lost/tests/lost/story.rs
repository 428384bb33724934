//! The founding story (L15): found by a volunteer, known to the committee, the daughter cannot come before the evening, kept safe at
//! the station, collected, the volunteer thanked; three days later again.

use crate::Town;
use crate::town::{found, point, refused};
use kernel::Purpose;
use lost::app::{self, AskAnswer, EntryKind, Reached, Went};
use lost::model::{Attempt, Debrief, How, Kind, Outcome, Report, State, Task, Worked};
use people::app::persons::{For, find_person};
use store::Cx;
use testkit::both_databases;

fn by_volunteer(t: &Town) -> app::Reported {
    let volunteer = t.world.who(t.volunteers[0], Purpose::Public);
    t.world.act_as(volunteer, |cx| app::report(cx, &found())).unwrap()
}

pub(crate) fn close(t: &Town, case: kernel::ids::CaseId) {
    t.step(t.duty, case, move |cx, v| app::answer(cx, case, v, "老人已于傍晚平安回家，谢谢您。", Reached::Page))
        .unwrap();
    let fine = Debrief { card: Worked::Good, locator: Worked::None, schedule: Worked::Good, words: None };
    t.step(t.duty, case, move |cx, v| app::debrief(cx, case, v, &fine)).unwrap();
    t.step(t.duty, case, move |cx, v| app::close(cx, case, v, Outcome::Home, "")).unwrap();
}

both_databases! {
    fn found_known_kept_collected_thanked_and_lost_again(t: Town) {
        let case = by_volunteer(&t).case;
        t.run_jobs();
        let told = t.take_told("lost_new");
        assert!(told.contains(&t.duty) && told.contains(&t.head), "the post of the place is told");
        assert!(!told.contains(&t.far), "another post is not");

        t.step(t.duty, case, move |cx, v| app::take(cx, case, v)).unwrap();
        let view = t.view(t.duty, case).unwrap();
        assert_eq!((view.row.state, view.owner, view.circle.is_none()), (State::Sighted, t.duty, true));

        // The committee of the place knows her; its worker sits in another community and sees the case because it was asked.
        assert_eq!(refused(t.view(t.worker, case)), "denied-elsewhere");
        let body = t.committee;
        t.step(t.duty, case, move |cx, v| app::ask(cx, case, v, &[body])).unwrap();
        t.run_jobs();
        assert_eq!(t.take_told("lost_asked"), [t.worker]);
        let community = t.community;
        let by_name = move |cx: &mut Cx<'_>| {
            let why = For::Case(Box::new(app::to_identify(cx, case)?));
            Ok(find_person(cx, "王桂芳", &why, &[community])?.0)
        };
        assert_eq!(t.on(t.worker, case, by_name).unwrap()[0].person, t.elder, "whoever is asked may look somebody up by name");
        assert_eq!(refused(t.on(t.far, case, by_name)), "denied-elsewhere", "others may not");
        t.on(t.worker, case, move |cx| app::answer_ask(cx, case, AskAnswer::Known, "像是我们小区的")).unwrap();
        let elder = t.elder;
        t.step(t.worker, case, move |cx, v| app::identified(cx, case, v, elder, How::Committee)).unwrap();
        t.run_jobs();
        assert_eq!(t.news.lock().unwrap().drain(..).collect::<Vec<_>>(), ["found"]);
        assert!(t.view(t.worker, case).unwrap().circle.is_none(), "whoever was asked does not see the contacts");

        // Two helpers go with her to the post.
        for helper in t.volunteers {
            t.step(t.duty, case, move |cx, v| app::take_helper(cx, case, v, helper, Task::Escort)).unwrap();
        }
        assert_eq!(t.view(t.duty, case).unwrap().row.state, State::Escorted);
        let needed = t.on(t.volunteers[0], case, move |cx| app::needed(cx, case)).unwrap();
        assert_eq!(needed.name.as_deref(), Some("王桂芳"), "a helper sees the name while helping");
        t.keep(case);

        let daughter = t.contact(case, "李敏", false);
        let evening = t.now().plus_hours(4);
        t.step(t.duty, case, move |cx, v| {
            app::attempt(cx, case, v, daughter, Attempt::CannotCome, Some(evening), "上班，傍晚到")
        }).unwrap();
        t.advance(4);
        assert!(t.take_told("lost_next_contact").is_empty(), "somebody comes in the evening: nobody else is to be called");
        t.look(case);

        t.advance(230);
        assert_eq!(t.step(t.duty, case, move |cx, v| app::hand_over(cx, case, v, &Town::to_contact(daughter))).unwrap(), Went::WithReceiver);
        let view = t.view(t.duty, case).unwrap();
        assert_eq!((view.row.state, view.row.home_at), (State::HandedOver, Some(t.now())));
        let after = t.on(t.volunteers[0], case, move |cx| app::needed(cx, case)).unwrap();
        assert_eq!(after.name, None, "help is over, so is the name; whoever found her still sees how it goes");
        assert_eq!(refused(t.on(t.volunteers[1], case, move |cx| app::needed(cx, case))), "not-found");

        assert_eq!(refused(t.step(t.duty, case, move |cx, v| app::close(cx, case, v, Outcome::Home, ""))), "not-answered");
        close(&t, case);
        t.run_jobs();
        assert_eq!(t.take_told("lost_over"), [t.volunteers[0]], "the volunteer who found her is thanked");
        let view = t.view(t.duty, case).unwrap();
        assert_eq!((view.row.state, view.row.outcome), (State::Closed, Some(Outcome::Home)));
        assert!(view.circle.is_none(), "after the end the record is shut");
        let kinds: Vec<EntryKind> = view.timeline.iter().map(|e| e.kind).collect();
        for kind in [EntryKind::Opened, EntryKind::Asked, EntryKind::Identified, EntryKind::Kept, EntryKind::HandedOver, EntryKind::Closed] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }

        // Three days later again.
        t.advance(3 * 24 * 60);
        let second = t.public_reports(found()).case;
        t.identify(second);
        let again = t.view(t.duty, second).unwrap().circle.unwrap();
        assert_eq!((again.losses.in_30, again.losses.in_365), (2, 2));
        assert_eq!(again.losses.last.unwrap().0, case, "the last time is a link away");
        let before = again.before.unwrap();
        assert_eq!((before.case, before.place.as_deref(), before.how.as_deref()), (case, Some("老街口"), Some("committee")));
        assert_eq!(before.went.unwrap(), ("contact".to_owned(), "post".to_owned()));
        assert_eq!(before.debrief.unwrap().0, "good/none/good", "what was learned then helps now");
        assert!(before.home_at.unwrap() > before.found_at.unwrap());
        t.keep(second);
        t.step(t.duty, second, move |cx, v| app::hand_over(cx, second, v, &Town::to_contact(daughter))).unwrap();
        close(&t, second);
        t.take_told("lost_conference");
        t.advance(60);
        let third = t.public_reports(found()).case;
        t.identify(third);
        t.run_jobs();
        assert!(t.take_told("lost_conference").contains(&t.head), "the third time in a year opens a care conference");

        // It is a matter of its own, with an owner and a due time, and it leads to all three.
        let matter = t.view(t.duty, third).unwrap().conference.expect("a conference");
        let sender = store::Who::system(t.world.house.district, people::policy::jobs::DELIVERY);
        let brief = t.world.act_as(sender, move |cx| matters::app::brief(cx, matter)).unwrap();
        assert!(brief.due_at > t.now() && brief.state == matters::model::State::Received, "{brief:?}");
        let elder = t.elder;
        assert_eq!(t.world.look(move |cx| matters::app::persons::open_about(cx, elder)), [matter]);
        let cases = t.world.act_as(t.world.who(t.duty, Purpose::Matter(matter)), move |cx| app::conference::cases_of(cx, matter));
        assert_eq!(cases.unwrap().into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [case, second, third]);
        let far = t.world.act_as(t.world.who(t.far, Purpose::Matter(matter)), move |cx| app::conference::cases_of(cx, matter));
        assert!(far.unwrap().is_empty(), "whoever may not see the cases is not led to them");
        t.news.lock().unwrap().clear();
        t.keep(third);
        t.step(t.duty, third, move |cx, v| app::hand_over(cx, third, v, &Town::to_contact(daughter))).unwrap();
        t.run_jobs();
        assert!(t.news.lock().unwrap().drain(..).any(|n| n == "conference"), "the family is asked once she is back");
        close(&t, third);

        // A fourth loss while it is open belongs to it; one matter, and the family is not asked again.
        t.advance(60);
        let fourth = t.public_reports(found()).case;
        t.identify(fourth);
        t.run_jobs();
        assert_eq!(t.view(t.duty, fourth).unwrap().conference, Some(matter));
        assert_eq!(t.world.look(move |cx| matters::app::persons::open_about(cx, elder)), [matter]);
        t.keep(fourth);
        t.step(t.duty, fourth, move |cx, v| app::hand_over(cx, fourth, v, &Town::to_contact(daughter))).unwrap();
        t.run_jobs();
        assert!(!t.news.lock().unwrap().drain(..).any(|n| n == "conference"));
    }

    fn missed_first_then_found_is_one_story(t: Town) {
        let missing = Report { kind: Kind::Missing, place: point(121.452), ..found() };
        let missing = t.public_reports(missing);
        t.identify(missing.case);
        let case = missing.case;
        let called = t.step(t.duty, case, move |cx, v| app::call_help(cx, case, v, 2_000)).unwrap();
        assert_eq!(called, 2, "the volunteers of the community, not the one 9 km away");
        t.run_jobs();
        let mut told = t.take_told("lost_called");
        told.sort();
        let mut near = t.volunteers.to_vec();
        near.sort();
        assert_eq!(told, near);
        assert_eq!(refused(t.on(t.far_volunteer, case, move |cx| app::needed(cx, case))), "not-found");
        let asked = t.on(t.volunteers[0], case, move |cx| app::needed(cx, case)).unwrap();
        assert_eq!((asked.name, asked.point, asked.place), (None, None, None), "whoever is called sees no name and no address");
        t.on(t.volunteers[0], case, move |cx| app::offer(cx, case, Task::Search)).unwrap();
        let helps = t.on(t.volunteers[0], case, move |cx| app::needed(cx, case)).unwrap();
        assert_eq!(helps.name.as_deref(), Some("王桂芳"));
        assert!(t.on(t.volunteers[0], case, app::called).unwrap().contains(&case));

        // Somebody who knows nothing of it finds her; the missing report goes on there.
        let found = t.public_reports(found()).case;
        t.identify(found);
        t.run_jobs();
        let old = t.view(t.duty, case).unwrap();
        assert_eq!((old.row.state, old.row.outcome), (State::Closed, Some(Outcome::Duplicate)));
        assert!(old.call.unwrap().2.is_some(), "the call is over");
        let mut thanked = t.take_told("lost_over");
        thanked.sort();
        assert_eq!(thanked, near, "everybody who was called is thanked");
        assert_eq!(t.view(t.duty, found).unwrap().circle.unwrap().losses.in_30, 1, "it is one loss, not two");
    }

    fn the_family_reports_with_its_link_and_the_post_knows_whom_it_misses(t: Town) {
        let elder = t.elder;
        let report = Report { kind: Kind::Missing, person: Some(elder), place: point(121.452), ..found() };
        let case = t.world.act_as(t.as_family(), move |cx| app::report(cx, &report)).unwrap().case;
        let view = t.view(t.duty, case).unwrap();
        assert_eq!(view.circle.unwrap().person, elder);
        let own = t.world.act_as(t.as_family(), move |cx| app::family::own(cx, elder)).unwrap();
        assert_eq!(own.now.unwrap().state, State::Missing, "their own page says that they are looked for");
        let stranger = store::Who::new(kernel::Actor::public(t.world.house.district), Purpose::OwnRecord);
        assert!(t.world.act_as(stranger, move |cx| app::family::own(cx, elder)).is_err());
        let other = kernel::ids::PersonId(uuid::Uuid::from_u128(5));
        let report = Report { kind: Kind::Missing, person: Some(other), place: point(121.452), ..found() };
        assert_eq!(refused(t.world.act_as(t.as_family(), move |cx| app::report(cx, &report))), "denied-not-yours");
    }
}
