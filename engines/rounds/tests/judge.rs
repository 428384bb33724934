//! Days made at random, planned and written out, and judged by the file alone: this shares no code with the engine, not even its table
//! of ways or its reading of times.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use rounds::formats::Day;
use rounds::{Until, solve};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Minutes of the first day, or the next, as a file has them.
fn at(minute: i64) -> String {
    format!("2026-06-{:02}T{:02}:{:02}:00+08:00", 29 + minute / 1440, minute / 60 % 24, minute % 60)
}

/// And back; seconds that are no whole minute are a fault of their own.
fn minute(text: &Value) -> f64 {
    let text = text.as_str().unwrap();
    let n = |from: usize| text[from..from + 2].parse::<f64>().unwrap();
    assert!(text.ends_with("+08:00"), "{text}");
    (n(8) - 29.0) * 1440.0 + n(11) * 60.0 + n(14) + n(17) / 60.0
}

fn span(pair: &Value) -> (f64, f64) {
    (minute(&pair["from"]), minute(&pair["to"]))
}

/// Who is in the file, what they can do and when.
#[derive(Debug, Clone)]
struct Drawn {
    places: Vec<(i64, i64)>,
    people: Vec<(u8, u8, i64, i64, bool, bool, Option<u32>)>,
    visits: Vec<(i64, i64, i64, u8, u8, u8, u8, bool)>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let person =
        (0..4_u8, 0..3_u8, 420..660_i64, 60..480_i64, any::<bool>(), any::<bool>(), proptest::option::of(1..5_u32));
    let visit = (5..60_i64, 420..900_i64, 0..240_i64, 0..8_u8, 0..8_u8, 0..6_u8, 0..8_u8, any::<bool>());
    (
        proptest::collection::vec((0..40_i64, 0..40_i64), 26),
        proptest::collection::vec(person, 1..6),
        proptest::collection::vec(visit, 1..20),
    )
        .prop_map(|(places, people, visits)| Drawn { places, people, visits })
}

const SKILLS: [&str; 2] = ["nurse", "wu"];
const FORCES: [&str; 3] = ["core", "front", "support"];

fn skills(bits: u8) -> Vec<&'static str> {
    SKILLS.iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, s)| *s).collect()
}

/// A file. Who goes: shifts on one or two days, lunch, at most so many. Visits: one or two windows, pairs of five kinds, locked ones.
fn file(d: &Drawn) -> Value {
    // Not the same there and back, and not always the shortest way.
    let way = |a: usize, b: usize| {
        let ((x, y), (u, v)) = (d.places[a], d.places[b]);
        if a == b { 0 } else { (x - u).abs() + (y - v).abs() / 2 + i64::from(a > b) + (a * b % 7) as i64 }
    };
    let n = d.places.len();
    let minutes: Vec<Vec<i64>> = (0..n).map(|a| (0..n).map(|b| way(a, b)).collect()).collect();
    let people = d.people.iter().enumerate().map(|(i, (can, force, from, long, two, lunch, most))| {
        let mut shifts = vec![json!({"from": at(*from), "to": at(from + long)})];
        if *two {
            shifts.push(json!({"from": at(from + 1440), "to": at(from + 1440 + long)}));
        }
        let mut one = json!({"id": format!("p{i}"), "start": i, "end": (i * 3) % 6, "skills": skills(*can),
            "force": FORCES[*force as usize], "shifts": shifts});
        if *lunch {
            one["break"] = json!({"from": "11:30", "latest": "12:30", "minutes": 45});
        }
        if let Some(most) = most {
            one["most"] = json!(most);
        }
        one
    });
    let visits = d.visits.iter().enumerate().map(|(i, (lasts, open, wide, asks, pair, kind, lock, next_day))| {
        let mut windows = vec![json!({"from": at(*open), "to": at(open + wide)})];
        if *next_day {
            windows.push(json!({"from": at(open + 1440), "to": at(open + 1440 + wide)}));
        }
        let mut one = json!({"id": format!("v{i}"), "at": 6 + i, "minutes": lasts, "windows": windows,
            "skills": skills(if *asks < 4 { *asks } else { 0 })});
        if *pair < 4 {
            let (least, most) = [(0, 0), (0, 15), (10, 40), (30, 30), (5, 5), (0, 120)][*kind as usize];
            one["pair"] = json!({"least": least, "most": most, "mixed": pair % 2 == 0, "skills": skills(pair / 2)});
        } else if (*lock as usize) < d.people.len() {
            one["locked"] = json!(format!("p{lock}"));
        }
        one
    });
    json!({"visitors": people.collect::<Vec<_>>(), "visits": visits.collect::<Vec<_>>(), "travel": {"minutes": minutes}})
}

const SLACK: f64 = 1.0 / 60.0 + 1e-9;

/// Everything that is wrong with an answer.
fn judge(file: &Value, routes: &Value, unplanned: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let by_id = |list: &Value| -> BTreeMap<String, Value> {
        list.as_array().unwrap().iter().map(|v| (v["id"].as_str().unwrap().to_owned(), v.clone())).collect()
    };
    let (people, visits) = (by_id(&file["visitors"]), by_id(&file["visits"]));
    let way = |a: &Value, b: &Value| {
        file["travel"]["minutes"][a.as_u64().unwrap() as usize][b.as_u64().unwrap() as usize].as_f64().unwrap()
    };
    let mut made: BTreeMap<String, Vec<(String, f64)>> = BTreeMap::new();
    let mut used: BTreeSet<(String, usize)> = BTreeSet::new();
    for route in routes.as_array().unwrap() {
        let who = route["visitor"].as_str().unwrap();
        let person = &people[who];
        let stops = route["stops"].as_array().unwrap();
        let mut say = |what: String| wrong.push(format!("{who}: {what}"));
        let (first, last) = (minute(&stops[0]["start"]), minute(&stops.last().unwrap()["end"]));
        let shifts = person["shifts"].as_array().unwrap();
        let inside = |s: &Value| span(s).0 - SLACK <= first && last <= span(s).1 + SLACK;
        let Some(n) = shifts.iter().position(inside) else {
            say("outside of every shift".into());
            continue;
        };
        if !used.insert((who.to_owned(), n)) {
            say("one shift, two routes".into());
        }
        let (from, to) = span(&shifts[n]);
        if person["most"].as_u64().is_some_and(|most| stops.len() as u64 > most) {
            say(format!("{} visits", stops.len()));
        }
        let (mut free, mut here) = (from, person["start"].clone());
        let mut gaps = Vec::new();
        for stop in stops {
            let visit = &visits[stop["visit"].as_str().unwrap()];
            let (start, end) = (minute(&stop["start"]), minute(&stop["end"]));
            let walk = way(&here, &visit["at"]);
            if start + SLACK < free + walk {
                say(format!("{} begins at {start}, free at {free}, {walk} on the way", visit["id"]));
            }
            gaps.push((free, start - walk));
            if (end - start - visit["minutes"].as_f64().unwrap()).abs() > SLACK {
                say(format!("{} lasts {}", visit["id"], end - start));
            }
            let windows = visit["windows"].as_array().unwrap();
            if !windows.iter().map(span).any(|w| w.0 - SLACK <= start && start <= w.1 + SLACK) {
                say(format!("{} at {start} is in no window", visit["id"]));
            }
            if visit["locked"].as_str().is_some_and(|l| l != who) {
                say(format!("{} is somebody else's", visit["id"]));
            }
            made.entry(visit["id"].as_str().unwrap().to_owned()).or_default().push((who.to_owned(), start));
            (free, here) = (end, visit["at"].clone());
        }
        let home = way(&here, &person["end"]);
        if free + home > to + SLACK {
            say(format!("back at {}, the shift ends at {to}", free + home));
        }
        gaps.push((free, to - home));
        if let Some(rest) = person.get("break") {
            let day = (from / 1440.0).floor() * 1440.0;
            let (earliest, latest, lasts) = (day + 690.0, day + 750.0, rest["minutes"].as_f64().unwrap());
            let has_lunch = from <= latest && to >= from.max(earliest) + lasts;
            let fits = |(free, until): &(f64, f64)| {
                let begin = free.max(earliest);
                begin <= latest + SLACK && begin + lasts <= until + SLACK
            };
            if has_lunch && !gaps.iter().any(fits) {
                say("no lunch".into());
            }
        }
    }
    let can = |who: &str, asked: &Value| {
        let has: Vec<&str> = people[who]["skills"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
        asked.as_array().is_none_or(|all| all.iter().all(|s| has.contains(&s.as_str().unwrap())))
    };
    let out: Vec<&str> = unplanned.as_array().unwrap().iter().map(|u| u["visit"].as_str().unwrap()).collect();
    for (id, visit) in &visits {
        let who = made.get(id).cloned().unwrap_or_default();
        let needed = if visit.get("pair").is_some() { 2 } else { 1 };
        let left = out.iter().filter(|o| **o == id).count();
        if !matches!((who.len(), left), (0, 1)) && (who.len(), left) != (needed, 0) {
            wrong.push(format!("{id}: {} people, left out {left} times", who.len()));
            continue;
        }
        match who.as_slice() {
            [(one, _)] if !can(one, &visit["skills"]) => wrong.push(format!("{id}: {one} cannot do it")),
            [(a, s), (b, t)] => {
                let pair = &visit["pair"];
                let (least, most) = (pair["least"].as_f64().unwrap(), pair["most"].as_f64().unwrap());
                let fits = |(a, s): (&str, f64), (b, t): (&str, f64)| {
                    can(a, &visit["skills"])
                        && can(b, &pair["skills"])
                        && (t - s >= least - SLACK && t - s <= most + SLACK)
                };
                if !fits((a, *s), (b, *t)) && !fits((b, *t), (a, *s)) {
                    wrong.push(format!("{id}: {a} at {s} and {b} at {t} are no pair for it"));
                }
                if a == b || (pair["mixed"] == true && people[a]["force"] == people[b]["force"]) {
                    wrong.push(format!("{id}: {a} and {b} may not be one"));
                }
            }
            _ => {}
        }
    }
    wrong
}

/// Whom nobody can visit is taken out of the file, as the command asks for it, until it can be read.
fn readable(mut file: Value) -> Option<(Value, Day)> {
    loop {
        match Day::read(&file) {
            Ok(day) => return Some((file, day)),
            Err(why) => {
                let why = why.to_string();
                let visits = file["visits"].as_array_mut().unwrap();
                let before = visits.len();
                visits.retain(|v| !why.contains(&format!("visit {}:", v["id"].as_str().unwrap())));
                assert!(visits.len() < before, "refused for something else: {why}");
                if visits.is_empty() {
                    return None;
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("ROUNDS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(150),
    ))]

    #[test]
    fn no_answer_breaks_what_its_file_says(drawn in drawn(), seed in any::<u64>(), steps in 0..4_000_u64) {
        let Some((file, day)) = readable(file(&drawn)) else { return Ok(()) };
        let plan = solve(&day.problem, seed, Until::Steps(steps)).unwrap();
        let wrong = judge(&file, &day.routes(&plan), &day.unplanned(&plan));
        prop_assert!(wrong.is_empty(), "{wrong:?}\n{}\n{file}", day.routes(&plan));
        let again = solve(&day.problem, seed, Until::Steps(steps)).unwrap();
        prop_assert_eq!(again, plan, "the same seed, another plan");
    }
}

/// The judge finds what is wrong: an answer that is right, and what becomes of it when somebody changes a word of it.
#[test]
fn the_judge_sees_each_kind_of_fault() {
    let d = Drawn {
        places: (0..26).map(|n| (n, 2 * n)).collect(),
        people: vec![(1, 0, 480, 480, false, true, Some(3)), (3, 1, 480, 480, false, false, None)],
        visits: vec![
            (30, 500, 200, 1, 7, 0, 7, false),
            (20, 500, 200, 5, 0, 0, 7, false),
            (20, 800, 60, 5, 7, 0, 1, false),
        ],
    };
    let (file, day) = readable(file(&d)).unwrap();
    let plan = solve(&day.problem, 1, Until::Steps(3_000)).unwrap();
    let (routes, out) = (day.routes(&plan), day.unplanned(&plan));
    assert_eq!(judge(&file, &routes, &out), Vec::<String>::new());
    assert_eq!(out, json!([]));
    let finds = |change: &dyn Fn(&mut Value, &mut Value), words: &str| {
        let (mut file, mut routes) = (file.clone(), routes.clone());
        change(&mut file, &mut routes);
        let wrong = judge(&file, &routes, &out);
        assert!(wrong.iter().any(|w| w.contains(words)), "{words}: {wrong:?}");
    };
    finds(&|f, _| f["visits"][0]["windows"] = json!([{"from": at(100), "to": at(110)}]), "in no window");
    finds(&|f, _| f["visits"][0]["skills"] = json!(["diver"]), "cannot do it");
    finds(&|f, _| f["visits"][1]["pair"]["least"] = json!(5), "no pair for it");
    finds(&|f, _| f["visitors"][1]["force"] = json!("core"), "may not be one");
    finds(&|f, _| f["visits"][2]["locked"] = json!("p9"), "somebody else's");
    finds(&|f, _| f["visitors"][0]["most"] = json!(0), "visits");
    finds(&|f, _| f["visitors"][0]["shifts"][0]["to"] = json!(at(490)), "outside of every shift");
    finds(&|f, _| f["visits"][0]["minutes"] = json!(31), "lasts");
    finds(&|f, _| f["visitors"][0]["break"]["minutes"] = json!(270), "no lunch");
    finds(&|_, r| r.as_array_mut().unwrap().truncate(1), "people, left out");
    finds(&|f, _| f["travel"]["minutes"] = json!(vec![vec![300; 26]; 26]), "on the way");
}
