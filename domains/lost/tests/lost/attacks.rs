//! Who sees nothing, and what is nowhere in clear.

use crate::Town;
use crate::town::{found, point, refused};
use kernel::ids::CaseId;
use lost::app::{self, FoundCase};
use lost::model::{HandOver, Report, Reporter, Task};
use testkit::both_databases;

both_databases! {
    fn strangers_to_a_case_see_nothing_of_it(t: Town) {
        let case = t.public_reports(found()).case;
        t.identify(case);
        for who in [t.far, t.far_volunteer, t.volunteers[0], t.world.first.system, t.world.first.security, t.world.first.audit] {
            assert!(refused(t.view(who, case)).starts_with("denied"), "nobody else opens it");
            let post = t.post;
            assert!(refused(t.step(who, case, move |cx, v| app::keep(cx, case, v, post, ""))).starts_with("denied"));
        }
        let other = CaseId(uuid::Uuid::from_u128(9));
        assert_eq!(refused(t.on(t.duty, other, move |cx| app::view(cx, case))), "denied-purpose", "in the name of another case");
        let elder = t.elder;
        let no = t.on(t.duty, case, move |cx| {
            let why = app::in_the_name_of(cx, case, kernel::ids::PersonId(uuid::Uuid::from_u128(3)))?;
            Ok(people::app::persons::open_record(cx, elder, &why)?)
        });
        assert_eq!(refused(no.map(|_| ())), "not-found", "a case opens the record of its elder only");
    }

    fn a_list_reaches_as_far_as_the_role(t: Town) {
        let case = t.public_reports(found()).case;
        let list = |who: kernel::ids::AccountId| {
            let who = t.world.who(who, kernel::Purpose::Administration);
            t.world.act_as(who, |cx| Ok::<_, lost::Error>((app::list(cx, true)?.len(), app::open_count(cx)?)))
        };
        assert_eq!(list(t.duty).unwrap(), (1, 1), "at the post");
        assert_eq!(list(t.world.first.coordinator).unwrap(), (1, 1), "in the whole district");
        assert_eq!(list(t.far).unwrap(), (0, 0), "not at another post");
        assert_eq!(list(t.worker).unwrap(), (0, 0), "not before the committee was asked");
        let body = t.committee;
        t.step(t.duty, case, move |cx, v| app::ask(cx, case, v, &[body])).unwrap();
        assert_eq!(list(t.worker).unwrap(), (1, 1));
        assert!(refused(list(t.volunteers[0])).starts_with("denied"));
    }

    fn the_case_opens_the_record_while_it_is_open(t: Town) {
        let case = t.public_reports(found()).case;
        t.identify(case);
        let elder = t.elder;
        let open = move |cx: &mut store::Cx<'_>| {
            let why = app::in_the_name_of(cx, case, elder)?;
            Ok(people::app::persons::open_record(cx, elder, &why)?)
        };
        assert!(t.on(t.duty, case, open).unwrap().identity.yes().is_some());
        let helper = t.volunteers[0];
        t.step(t.duty, case, move |cx, v| app::take_helper(cx, case, v, helper, Task::Escort)).unwrap();
        let refused_record = t.on(helper, case, open);
        assert!(matches!(refused_record, Err(lost::Error::People(people::Error::Denied(_)))), "a helper never opens the record");
        t.step(t.duty, case, move |cx, v| app::unidentified(cx, case, v)).unwrap();
        assert_eq!(refused(t.on(t.duty, case, open).map(|_| ())), "not-found", "it was somebody else");
    }

    fn the_finders_page_shows_no_name_and_a_guessed_code_nothing(t: Town) {
        let report = t.public_reports(Report {
            reporter: Reporter { name: Some("好心人".into()), phone: Some("021-0555 0777".into()), ..Reporter::anonymous(kernel::Lang::ZhCn) },
            ..found()
        });
        let (case, code) = (report.case, report.code.clone());
        t.identify(case);
        let public = || t.world.public();
        let typed = code.to_lowercase();
        let found_case: FoundCase = t.world.act_as(public(), move |cx| app::find_by_code(cx, &typed)).unwrap();
        assert_eq!(found_case.case, case);
        let guess: String = code.chars().map(|c| if c == 'A' { 'B' } else if c == '-' { '-' } else { 'A' }).collect();
        assert_eq!(refused(t.world.act_as(public(), move |cx| app::find_by_code(cx, &guess))), "not-found");
        t.world.act_as(public(), move |cx| app::say(cx, found_case, "我在药店门口等", None, "")).unwrap();
        t.step(t.duty, case, move |cx, v| app::tell_finder(cx, case, v, "民警五分钟到，谢谢")).unwrap();
        let page = t.world.act_as(public(), move |cx| app::track(cx, found_case)).unwrap();
        assert_eq!(page.said.len(), 2);
        let all = format!("{:?}", page.said);
        assert!(!all.contains("王桂芳") && !all.contains("李敏"));
        for _ in 0..19 {
            t.world.act_as(public(), move |cx| app::say(cx, found_case, "还在吗", None, "")).unwrap();
        }
        assert_eq!(refused(t.world.act_as(public(), move |cx| app::say(cx, found_case, "在", None, ""))), "words-too-many");
    }

    fn where_a_finder_says_they_are_becomes_the_place_when_the_post_says_so(t: Town) {
        let report = t.public_reports(found());
        let (case, code) = (report.case, report.code.clone());
        let found_case: FoundCase = t.world.act_as(t.world.public(), move |cx| app::find_by_code(cx, &code)).unwrap();
        let there = kernel::Point::new(121.47, 30.91).unwrap();
        t.world.act_as(t.world.public(), move |cx| app::say(cx, found_case, "她往河边走了", Some(there), "")).unwrap();
        let view = t.view(t.duty, case).unwrap();
        assert_ne!(view.point, Some(there), "said is not proven");
        let said = view.timeline.iter().find(|e| e.place == Some(there)).unwrap().id;
        let opened = view.timeline.first().unwrap().id;
        assert_eq!(refused(t.step(t.duty, case, move |cx, v| app::relay::seen_where_said(cx, case, v, opened))), "not-there");
        let v = view.row.version;
        assert!(refused(t.on(t.far, case, move |cx| app::relay::seen_where_said(cx, case, v, said))).starts_with("denied"));
        t.step(t.duty, case, move |cx, v| app::relay::seen_where_said(cx, case, v, said)).unwrap();
        let view = t.view(t.duty, case).unwrap();
        assert_eq!((view.point, view.timeline.iter().filter(|e| e.place == Some(there)).count()), (Some(there), 2));
    }

    fn the_same_report_sent_twice_is_one_case(t: Town) {
        let report = || Report { key: Some("k1".into()), ..found() };
        let (first, second) = (t.public_reports(report()), t.public_reports(report()));
        assert_eq!((first.case, &first.code, first.repeated), (second.case, &second.code, false));
        assert!(second.repeated);
    }

    fn a_place_in_words_reaches_whoever_may_know_it(t: Town) {
        let words = |words: &str| lost::model::ScenePlace { words: Some(words.into()), ..lost::model::ScenePlace::default() };
        let vague = t.public_reports(Report { place: words("药店门口"), ..found() });
        assert_eq!(vague.post, None);
        t.run_jobs();
        let told = t.take_told("lost_new");
        assert!(told.contains(&t.duty) && told.contains(&t.far), "nobody knows where: every station hears of it");
        let case = vague.case;
        assert!(t.view(t.far, case).is_ok() && t.view(t.duty, case).is_ok());
        let named = t.public_reports(Report { place: words("归雁苑北门"), ..found() });
        t.run_jobs();
        let told = t.take_told("lost_new");
        assert!(told.contains(&t.far) && !told.contains(&t.duty), "the words name the community");
        assert_eq!(named.post, Some(t.far_post));
    }

    fn what_was_typed_wrong_is_named(t: Town) {
        let try_it = |report: Report| refused(t.world.act_as(t.world.public(), move |cx| app::report(cx, &report)));
        assert_eq!(try_it(Report { place: lost::model::ScenePlace::default(), ..found() }), "place-missing");
        let out = lost::model::ScenePlace { point: Some(kernel::Point::new(100.0, 20.0).unwrap()), ..point(121.45) };
        assert_eq!(try_it(Report { place: out, ..found() }), "place-outside-district");
        let late = t.now().plus_hours(2);
        assert_eq!(try_it(Report { seen_at: Some(late), ..found() }), "seen_at-future");
    }

    fn nothing_personal_is_in_clear(t: Town) {
        let report = t.public_reports(Report {
            reporter: Reporter { name: Some("好心人".into()), phone: Some("021-0555 0777".into()), ..Reporter::anonymous(kernel::Lang::ZhCn) },
            ..found()
        });
        let case = report.case;
        t.identify(case);
        let daughter = t.contact(case, "李敏", false);
        t.on(t.duty, case, move |cx| app::send_code(cx, case, daughter)).unwrap();
        t.step(t.duty, case, move |cx, v| app::hand_over(cx, case, v, &HandOver { ..Town::to_contact(daughter) })).unwrap();
        let texts = t.world.look(|cx| {
            let mut all = String::new();
            for table in ["lost_case", "lost_entry", "lost_hand_over", "lost_code", "lost_attempt", "event", "job"] {
                let rows = cx.query(&format!("SELECT * FROM {table}"), &[])?;
                for row in &rows {
                    for (column, value) in row.columns() {
                        all.push_str(&format!("{table}.{column}={value:?}\n"));
                    }
                }
            }
            Ok::<_, store::Error>(all)
        });
        for secret in ["王桂芳", "李敏", "0777", "好心人", "老街口", "蓝色上衣", "121.451", report.code.as_str()] {
            assert!(!texts.contains(secret), "{secret} stands somewhere in clear");
        }
        assert!(texts.contains("handed_over"), "it was looked for in what is there");
    }
}
