//! A million wrong tokens and codes against a district full of cards: what they open, what they leave behind, and whether the time of an
//! answer tells a card that never was from one that was somebody's. The figures stand in docs/security.md.
//!
//! `cargo run -p care --example guess [--release] [N]`
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss, reason = "an attack, run by hand")]

use care::app::cards::{self, Made};
use care::app::finder::{self, Answer};
use care::model::code;
use kernel::ids::{MatterId, PersonId};
use kernel::{Ids as _, Point, Purpose, Role, SeededIds};
use people::app::persons::{self, For};
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};
use people::policy::MatterFacts;
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use std::io::Write as _;
use std::time::Instant;
use testkit::{Kind, World};

const ELDERS: usize = 200;
/// Guesses of one transaction.
const BATCH: usize = 1_000;
/// Answers of each kind that are timed.
const TIMED: usize = 4_000;

fn main() {
    let n: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let (world, worn, lost) = town();
    let rows = |world: &World| {
        world.look(|cx| {
            cx.query_one("SELECT (SELECT COUNT(*) FROM event) + (SELECT COUNT(*) FROM care_scan) AS n", &[])?.i64("n")
        })
    };
    let before = rows(&world);
    let (mut opened, mut done, start) = (0usize, 0usize, Instant::now());
    while done < n {
        let (ids, rights) = (SeededIds::new(done as u64), worn.clone());
        let batch = BATCH.min(n - done);
        opened += world
            .act_as(world.public(), move |cx| {
                let mut opened = 0;
                for i in 0..batch {
                    let typed = guess(&ids, &rights, i);
                    opened += usize::from(finder::resolve(cx, &typed)? != Answer::Unknown);
                }
                Ok::<_, care::Error>(opened)
            })
            .unwrap();
        done += batch;
    }
    let secs = start.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{done} guesses, {opened} opened anything, {} rows written, {:.0} a second",
        rows(&world) - before,
        done as f64 / secs
    )
    .unwrap();

    // The time of one answer, in turns, so that whatever else the machine does falls on all alike.
    let ids = SeededIds::new(4);
    let kinds: [(&str, Box<dyn Fn(usize) -> String>); 4] = [
        ("unknown", Box::new(|_| token(&ids))),
        ("was somebody's", Box::new(|i| lost[i % lost.len()].token.clone())),
        ("malformed", Box::new(|i| format!("x{i}"))),
        ("right", Box::new(|i| worn[i % worn.len()].token.clone())),
    ];
    let mut times: Vec<Vec<f64>> = vec![Vec::with_capacity(TIMED); kinds.len()];
    for i in 0..TIMED {
        for turn in 0..kinds.len() {
            let k = (turn + i) % kinds.len();
            let typed = kinds[k].1(i);
            let from = Instant::now();
            let _ = world.act_as(world.public(), move |cx| finder::resolve(cx, &typed)).unwrap();
            times[k].push(from.elapsed().as_secs_f64() * 1e6);
        }
    }
    let unknown = sorted(&times[0]);
    for (k, (name, _)) in kinds.iter().enumerate() {
        let t = sorted(&times[k]);
        let at = |share: f64| t[((t.len() - 1) as f64 * share) as usize];
        writeln!(
            out,
            "{name}: median {:.0} µs, 90 % {:.0} µs; told from unknown by its time in {:.1} % of cases (50 % is a coin)",
            at(0.5),
            at(0.9),
            100.0 * told_apart(&unknown, &t)
        )
        .unwrap();
    }
}

fn token(ids: &SeededIds) -> String {
    let mut bytes = [0u8; 20];
    ids.fill(&mut bytes);
    kernel::text::code_from(&bytes, 20)
}

/// Half of them random addresses, a quarter random codes with a right check character, a quarter a right address with one character
/// changed.
fn guess(ids: &SeededIds, rights: &[Made], i: usize) -> String {
    match i % 4 {
        0 | 1 => token(ids),
        2 => code::new_code(ids),
        _ => {
            let mut byte = [0u8; 3];
            ids.fill(&mut byte);
            let mut chars: Vec<char> = rights[usize::from(byte[0]) % rights.len()].token.chars().collect();
            let at = usize::from(byte[1]) % chars.len();
            let other = token(ids).chars().find(|c| *c != chars[at]).unwrap_or('7');
            chars[at] = other;
            chars.into_iter().collect()
        }
    }
}

fn sorted(times: &[f64]) -> Vec<f64> {
    let mut all = times.to_vec();
    all.sort_by(f64::total_cmp);
    all
}

/// How often somebody who sees one answer of each kind, and says that the slower one is the other kind (or the faster one, whichever
/// is better for them), is right.
fn told_apart(a: &[f64], b: &[f64]) -> f64 {
    let mut wins = 0.0;
    let mut at = 0;
    for x in b {
        while at < a.len() && a[at] < *x {
            at += 1;
        }
        wins += at as f64;
    }
    let share = wins / (a.len() as f64 * b.len() as f64);
    share.max(1.0 - share)
}

/// A district with elders who wear a card, and as many cards that were lost.
fn town() -> (World, Vec<Made>, Vec<Made>) {
    let world = World::with(Kind::Sqlite, &[people::MIGRATIONS, places::MIGRATIONS, care::MIGRATIONS]);
    let outline = || Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
    let area = |kind, code: &str| SaveArea::new(kind, Some(code), code).outlined(outline());
    let save = vec![area(AreaKind::District, "d"), area(AreaKind::Police, "p1")];
    let community = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved[0].0;
    let post = SavePost {
        id: None,
        tier: Tier::PolicePost,
        code: Some("P1".into()),
        name: "站".into(),
        parent: None,
        address: "路 1 号".into(),
        phone: "021-0571 0222".into(),
        point: Some(Point::new(121.5, 30.9).unwrap()),
        hours: WeekHours::always(),
        state: PostState::Running,
        serves: vec!["p1".into()],
        seen: None,
    };
    let post = world.act(move |cx| save_posts(cx, &[post])).saved[0].0;
    let here = Place { area: Some(community), ..Place::default() };
    let officer = world.staff(Role::CommunityOfficer, here, "officer", "周警官").0;
    let duty = world.staff(Role::DutyOfficer, Place { post: Some(post), ..Place::default() }, "duty", "值班").0;
    let matter = MatterId(uuid::Uuid::from_u128(7));
    let facts = MatterFacts {
        id: matter,
        areas: vec![community],
        posts: vec![post],
        orgs: vec![],
        owner_seat: None,
        owner: officer,
        handlers: vec![],
        about_accounts: vec![],
        about_orgs: vec![],
        open: true,
    };
    let (mut worn, mut lost) = (Vec::new(), Vec::new());
    for n in 0..ELDERS {
        let new = NewPerson {
            area: community,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact::default(),
            guardians: vec![],
        };
        let elder: PersonId = world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
        });
        let who = world.who(duty, Purpose::Administration);
        let made = world.act_as(who, move |cx| cards::make(cx, post, 1)).unwrap().remove(0);
        let (why, typed) = (For::Matter(Box::new(facts.clone())), made.code.clone());
        let who = world.who(officer, Purpose::Matter(matter));
        let gone = n % 2 == 1;
        world
            .act_as(who, move |cx| {
                let card = cards::issue(cx, elder, &why, &typed)?;
                if gone { cards::lose(cx, elder, &why, card) } else { Ok(()) }
            })
            .unwrap();
        if gone { lost.push(made) } else { worn.push(made) }
    }
    (world, worn, lost)
}
