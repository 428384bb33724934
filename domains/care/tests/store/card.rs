//! The life of a card, and the end of care.

use super::{Town, refused};
use care::app::cards::{self, Check};
use care::app::finder::Answer;
use care::app::plan;
use care::model::{CardState, Condition, Consented};
use people::app::persons::{self, EndReason};

testkit::both_databases! {
    fn from_the_stock_to_the_elder_and_a_new_one_kills_the_old(t: Town) {
        let blanks = t.blanks(3);
        let elder = t.elder;
        assert_eq!(t.resolve(&blanks[0].token), Answer::Unknown, "a blank shows nothing");
        let (first, second) = (blanks[0].code.clone(), blanks[1].code.clone());
        let code = first.clone();
        let card = t.working(t.officer, move |cx, why| cards::issue(cx, elder, why, &code)).unwrap();
        assert_eq!(t.open_card(&blanks[0].token).id, card);
        assert_eq!(t.open_card(&blanks[0].code.to_lowercase()).id, card);
        let code = second.clone();
        assert_eq!(refused(t.working(t.officer, move |cx, why| cards::issue(cx, elder, why, &code))), "has-card");
        let worn = Check { worn: true, card: Condition::Good, strap: Condition::Broken };
        t.working(t.officer, move |cx, why| cards::check(cx, elder, why, card, worn)).unwrap();
        let line = t.working(t.officer, move |cx, why| cards::of(cx, elder, why)).unwrap().remove(0);
        assert_eq!((line.state, line.strap, line.card), (CardState::InUse, Condition::Broken, Condition::Good));
        let used = first.clone();
        assert_eq!(refused(t.working(t.officer, move |cx, why| cards::replace(cx, elder, why, card, &used))), "code used");
        assert_eq!(t.open_card(&first).id, card, "what failed changed nothing");
        let new = t.working(t.officer, move |cx, why| cards::replace(cx, elder, why, card, &second)).unwrap();
        assert_eq!(t.resolve(&first), Answer::Over(card));
        assert_eq!(t.resolve(&blanks[0].token), Answer::Over(card));
        assert_eq!(t.open_card(&blanks[1].token).id, new);
        t.public(move |cx| care::app::finder::old_card_used(cx, card)).unwrap();
        t.public(move |cx| care::app::finder::old_card_used(cx, card)).unwrap();
        assert_eq!(t.jobs("care.old_card"), 1);
        t.working(t.officer, move |cx, why| cards::lose(cx, elder, why, new)).unwrap();
        assert_eq!(t.resolve(&blanks[1].token), Answer::Over(new));
        let third = blanks[2].code.clone();
        t.working(t.officer, move |cx, why| cards::replace(cx, elder, why, new, &third)).unwrap();
        let states: Vec<_> = t.working(t.officer, move |cx, why| cards::of(cx, elder, why)).unwrap().iter().map(|c| c.state).collect();
        assert_eq!(states.iter().filter(|s| s.opens()).count(), 1);
        assert!(states.contains(&CardState::Replaced) && states.contains(&CardState::Revoked), "{states:?}");
    }

    fn only_who_looks_after_the_elder_gives_cards_and_only_the_post_makes_them(t: Town) {
        let post = t.post;
        assert_eq!(refused(t.desk(t.far, move |cx| cards::make(cx, post, 1))), "elsewhere");
        assert_eq!(refused(t.public(move |cx| cards::make(cx, post, 1))), "not-signed-in");
        assert_eq!(refused(t.desk(t.duty, move |cx| cards::make(cx, post, 0))), "count range");
        let made = t.blanks(1).remove(0);
        let (elder, code) = (t.elder, made.code.clone());
        let outside = t.desk(t.duty, move |cx| cards::issue(cx, elder, &persons::For::Window, &code));
        assert_eq!(refused(outside), "purpose");
        let codes: Vec<_> = t.blanks(40).into_iter().map(|m| (m.token, m.code)).collect();
        assert!(codes.iter().all(|(token, code)| token.len() == 20 && code.len() == 9));
        let stock = t.desk(t.duty, cards::stock).unwrap();
        assert_eq!(stock, [(t.post, 41)]);
        assert!(t.desk(t.far, cards::stock).unwrap().is_empty());
    }

    fn neither_token_nor_code_stands_in_the_database(t: Town) {
        let (_, made) = t.carded();
        let rows = t.world.look(|cx| cx.query("SELECT * FROM care_card", &[]));
        let log = t.world.look(|cx| cx.query("SELECT payload FROM event", &[]));
        let all = format!("{rows:?}{log:?}");
        assert!(!all.contains(&made.token) && !all.contains(&made.code));
    }

    fn when_care_ends_the_card_opens_no_more_and_the_plan_is_gone(t: Town) {
        let (card, made) = t.carded();
        t.agree(Consented::Approach);
        t.write_plan(0, crate::planning::inner("请慢慢说话。")).unwrap();
        assert_eq!(t.open_card(&made.token).approach.as_deref(), Some("请慢慢说话。"));
        let elder = t.elder;
        t.working(t.officer, move |cx, why| Ok(persons::end_care(cx, elder, why, EndReason::MovedAway)?)).unwrap();
        assert_eq!(t.resolve(&made.token), Answer::Over(card), "at once");
        store::jobs::run_due(&t.world.house.rt, t.world.house.district, &care::handlers()).unwrap();
        let left = t.world.look(move |cx| plan::outer_near(cx, &[]));
        assert!(left.is_empty());
        let n: i64 = t.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM care_plan", &[])?.i64("n"));
        assert_eq!(n, 0);
        assert_eq!(t.resolve(&made.token), Answer::Over(card));
        t.working(t.officer, move |cx, why| Ok(persons::resume_care(cx, elder, why)?)).unwrap();
        assert_eq!(t.resolve(&made.token), Answer::Over(card), "what was revoked stays so");
    }
}
