//! The pages with invented files.

use super::look::look_page;
use super::*;
use ::imports::areas::Pair;
use ::imports::findings::Agreeing;
use ::imports::look::Count;
use ::imports::problems::{Counted, Problems};
use ::imports::residents::Proposal;
use ::imports::{Did, Finding, Look};
use kernel::ids::AreaId;
use store::imports::drafts::{Draft, State as DraftState, Wish};
use uuid::Uuid;

const THINGS: [&str; 9] = ["area", "post", "account", "org", "seat", "term", "person", "matter", "streets"];
const WHYS: [&str; 23] = [
    "changed",
    "replaced",
    "moved",
    "has-areas",
    "is-answered-for",
    "has-posts",
    "has-duty",
    "signed-in",
    "has-keys",
    "has-terms",
    "has-orgs",
    "has-seats",
    "has-residents",
    "has-matters",
    "has-consent",
    "has-link",
    "was-asked-for",
    "was-looked-at",
    "was-asked-about",
    "has-pictures",
    "is-about-somebody",
    "has-repeats",
    "has-bulletins",
];

fn import(page: &Page, n: i64) -> Import {
    Import {
        n,
        id: Uuid::from_u128(1),
        kind: KINDS.get(usize::try_from(n).unwrap_or(0)).unwrap_or(&"streets").to_string(),
        file: "a.csv".into(),
        by: "system:cli".into(),
        at: page.now,
        rows: 1_200,
        added: 3,
        changed: 1,
        items: 4,
        detail: serde_json::Value::Null,
        undone_at: (n == 1).then_some(page.now),
        undone_by: None,
    }
}

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let mut out = Vec::new();
    for n in [0_i64, 5] {
        let lines = (0..n).map(|i| line(page, &HashMap::new(), import(page, i))).collect();
        let stated = Stated { kind: "areas".into(), ..Stated::default() };
        let mut shown = page_of(page.clone(), Frame::sample(page), lines, &stated);
        if n > 0 {
            shown.done = Some(page.t1("desk-import-done-brought", "n", 3));
            let reasons = THINGS.iter().cycle().zip(WHYS).map(|(thing, why)| store::imports::Reason {
                row: Some(2),
                thing,
                id: Uuid::from_u128(1),
                why,
                n: 2,
                label: Some(name("甲里", "Jiali")),
            });
            let refused = undo_refused(page, 3, &CannotUndo::BuiltOn(3, reasons.collect()));
            let (problem, reasons) = (refused.sentence, refused.lines.into_iter().map(|(_, _, words)| words).collect());
            (shown.problem, shown.reasons) = (Some(problem), reasons);
            for field in ["kind", "area_kind", "datum", "map", "file"] {
                shown.errors.push((field.into(), page.tk("desk-import-missing-", field)));
            }
        }
        out.push(("desk/admin/imports.html", shown.render().unwrap_or_default()));
    }
    let upload = |outcome: Option<Outcome>, state: DraftState| Upload {
        draft: Draft {
            key: None,
            id: Uuid::from_u128(1),
            by: String::new(),
            at: page.now,
            file: "a.csv".into(),
            stated: String::new(),
            wish: Wish::Look,
            state,
            outcome: None,
        },
        stated: Stated { kind: "posts".into(), datum: "gcj02".into(), ..Stated::default() },
        outcome,
    };
    let mut look = Look::default();
    look.add(2, &name("甲里", "Jiali"), Did::Added, Some(&name("南桥镇", "Nanqiao")));
    look.add(3, "", Did::Differs, None);
    look.problems.doubtful(2, &name("电话", "phone"), Finding::NotAPhone);
    look.notes.push(Finding::InNoOther { n: 2 });
    look.places.insert(String::new(), Count { added: 1, changed: 1 });
    let mut problems = Problems::default();
    problems.wrong(4, &name("名称", "name"), Finding::Empty);
    let mut features = Problems { of: Counted::Feature, ..Problems::default() };
    features.wrong_of(2, &name("甲里", "Jiali"), "outline", Finding::Elsewhere);
    let pair = |code: Option<&str>| Pair {
        name: name("甲", "Jia"),
        area: AreaId(Uuid::from_u128(2)),
        code: code.map(str::to_owned),
        area_name: name("甲里", "Jiali"),
    };
    let alike = |here: bool| {
        let agree = Agreeing(vec!["phone".into(), "birth_year".into()]);
        let finding = if here {
            Finding::AlikeHere { row: 5, area: name("桂花里", "Guihuali"), agree }
        } else {
            Finding::AlikeRow { row: 7, other: 3, agree }
        };
        Proposal { row: if here { 5 } else { 7 }, finding }
    };
    let outcomes = [
        (Some(Outcome::Fine(Box::new(look))), true),
        (Some(Outcome::Fine(Box::default())), false),
        (Some(Outcome::Wrong(Box::new(problems))), false),
        (Some(Outcome::Wrong(Box::new(features))), false),
        (Some(Outcome::Unfit(vec![Finding::FileEmpty])), false),
        (Some(Outcome::Unsure(vec![pair(Some("310120")), pair(None)])), false),
        (Some(Outcome::Alike(vec![alike(true), alike(false)])), false),
        (Some(Outcome::Broken), false),
        (None, false),
    ];
    for (outcome, unaccepted) in outcomes {
        let state = if outcome.is_some() { DraftState::Done } else { DraftState::Reading };
        let shown = look_page(page.clone(), Frame::sample(page), &upload(outcome, state), unaccepted);
        out.push(("desk/admin/import.html", shown.render().unwrap_or_default()));
    }
    out
}
