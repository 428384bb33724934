//! Guessing tokens and codes: nothing opens, nothing is written, and a wrong one costs the same whatever it was. A million of them are
//! tried by `cargo run -p care --example guess`.

use super::Town;
use care::app::cards;
use care::app::finder::{self, Answer};
use care::model::code;
use kernel::{Ids as _, SeededIds};
use testkit::both_databases;

/// Near misses of something right: a character other, more, less, two exchanged, the case turned, blanks between.
fn near(right: &str, n: u8) -> String {
    let mut chars: Vec<char> = right.chars().collect();
    let at = usize::from(n) % chars.len();
    match n % 5 {
        0 => chars[at] = if chars[at] == '7' { '8' } else { '7' },
        1 => chars.insert(at, 'A'),
        2 => drop(chars.remove(at)),
        3 => {
            let next = (at + 1) % chars.len();
            if chars[at] == chars[next] {
                chars[at] = if chars[at] == 'Z' { 'Y' } else { 'Z' }
            } else {
                chars.swap(at, next)
            }
        }
        _ => chars.truncate(at),
    }
    chars.into_iter().collect()
}

both_databases! {
    fn a_wrong_one_costs_the_same_whatever_it_was(t: Town) {
        let (card, made) = t.carded();
        let blank = t.blanks(1).remove(0);
        let elder = t.elder;
        t.working(t.officer, move |cx, why| cards::lose(cx, elder, why, card)).unwrap();
        let ids = SeededIds::new(5);
        let mut bytes = [0u8; 20];
        ids.fill(&mut bytes);
        let unknown = kernel::text::code_from(&bytes, 20);
        let all = [
            ("unknown", unknown),
            ("unknown code", code::new_code(&ids)),
            ("lost", made.token.clone()),
            ("lost, by its code", made.code.clone()),
            ("never given out", blank.token.clone()),
            ("never given out, by its code", blank.code),
            ("malformed", "x".into()),
            ("empty", String::new()),
            ("long", "A".repeat(10_000)),
            ("not of ours", "' OR 1=1 --".into()),
        ];
        let costs: Vec<(&str, u64)> = t.public(move |cx| {
            let mut costs = Vec::new();
            for (what, typed) in all {
                let before = cx.statements();
                assert!(!matches!(finder::resolve(cx, &typed)?, Answer::Open(_)), "{what}");
                costs.push((what, cx.statements() - before));
            }
            Ok(costs)
        }).unwrap();
        assert!(costs.iter().all(|(_, n)| *n == 1), "one look each: {costs:?}");
    }

    fn near_misses_of_a_right_one_open_nothing_and_write_nothing(t: Town) {
        let (card, made) = t.carded();
        let count = |t: &Town| t.world.look(|cx| {
            cx.query_one("SELECT (SELECT COUNT(*) FROM event) + (SELECT COUNT(*) FROM care_scan) AS n", &[])?.i64("n")
        });
        let before = count(&t);
        let (token, typed) = (made.token.clone(), made.code.clone());
        t.public(move |cx| {
            for n in 0..=255 {
                for wrong in [near(&token, n), near(&typed, n)] {
                    assert_eq!(finder::resolve(cx, &wrong)?, Answer::Unknown, "near miss {n}");
                }
            }
            Ok(())
        }).unwrap();
        assert_eq!(count(&t), before, "whoever guesses leaves no trace in the case of anybody");
        assert_eq!(t.open_card(&made.token).id, card);
    }
}
