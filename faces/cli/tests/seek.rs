//! `mulin seek` on lines: the order of a round, exact rows, late evidence, what is refused, and what must not stop a search.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use clap::Parser;
use cli::seek::{SeekArgs, run};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use streets::osm::{Limits, Osm};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: SeekArgs,
}

const CENTRE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../engines/streets/tests/data/shanghai-centre.osm.pbf");

fn joined(lines: &[Value]) -> String {
    lines.iter().flat_map(|l| [l.to_string(), "\n".to_owned()]).collect()
}

/// The answers, one for each line.
fn session(lines: &[Value]) -> Vec<Value> {
    text(&joined(lines)).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn text(input: &str) -> String {
    let args = Line::try_parse_from(["seek", "--streets", CENTRE]).unwrap().args;
    let mut out = Vec::new();
    run(&args, &mut input.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Neighbours on ways of the file that can be walked, in metres, and where nodes are.
struct Streets {
    metres: HashMap<(i64, i64), f64>,
    at: HashMap<i64, [f64; 2]>,
}

fn streets() -> Streets {
    let osm = Osm::read(&std::fs::read(CENTRE).unwrap()[..], &Limits::default()).unwrap();
    let (mut metres, mut at) = (HashMap::new(), HashMap::new());
    for way in osm.ways().iter().filter(|w| w.tags.get("highway").is_some()) {
        for pair in way.refs.windows(2) {
            let ends = [pair[0], pair[1]].map(|id| osm.node(id).unwrap());
            let [a, b] = ends.map(|[lon, lat]| kernel::Point::new(lon, lat).unwrap());
            metres.insert((pair[0], pair[1]), a.distance_m(b));
            metres.insert((pair[1], pair[0]), a.distance_m(b));
            at.extend(pair.iter().copied().zip(ends));
        }
    }
    Streets { metres, at }
}

fn middle() -> [f64; 2] {
    let streets = streets();
    let n = streets.at.len() as f64;
    [0, 1].map(|k| streets.at.values().map(|at| at[k]).sum::<f64>() / n)
}

fn open(minutes_ago: f64) -> Value {
    let [lon, lat] = middle();
    json!({"op":"open","incident":{"id":"x","last_seen":{"lat":lat,"lon":lon},"minutes_ago":minutes_ago,"profile":"dementia-urban",
        "places":[{"lat":lat + 0.003,"lon":lon + 0.002,"kind":"former-home"}],"fixes":[]},
      "teams":[{"id":"A","lat":lat,"lon":lon + 0.001,"mode":"foot","speed_mps":1.2},{"id":"B","lat":lat - 0.002,"lon":lon,"mode":"bicycle"},
        {"id":"C","lat":lat + 0.002,"lon":lon - 0.001,"mode":"car"}],"seed":7})
}

fn whole() -> Value {
    json!({"op":"map","top":10_000_000})
}

fn rows(map: &Value) -> HashMap<Vec<i64>, f64> {
    let row = |r: &Value| (serde_json::from_value(r["nodes"].clone()).unwrap(), r["p"].as_f64().unwrap());
    map["map"].as_array().unwrap().iter().map(row).collect()
}

fn sum(map: &Value) -> f64 {
    rows(map).values().sum::<f64>() + map["rest_of_world"].as_f64().unwrap()
}

fn same(one: &Value, other: &Value) {
    let (one, other) = (rows(one), rows(other));
    assert_eq!(one.len(), other.len());
    one.iter().for_each(|(nodes, p)| assert!((p - other[nodes]).abs() < 1e-9, "{nodes:?}: {p} {}", other[nodes]));
}

fn pairs(nodes: &[i64]) -> HashSet<(i64, i64)> {
    nodes.windows(2).map(|w| (w[0].min(w[1]), w[0].max(w[1]))).collect()
}

/// Streets of a plan by team: how many all of them walk, and how many are different ones.
fn walked(plan: &Value) -> (usize, usize) {
    let (mut all, mut many) = (HashSet::new(), 0);
    for a in plan["assignments"].as_array().unwrap() {
        let route: Vec<i64> = serde_json::from_value(a["route"].clone()).unwrap();
        let own = pairs(&route[a["search_from"].as_u64().unwrap() as usize..]);
        many += own.len();
        all.extend(own);
    }
    (many, all.len())
}

#[test]
fn teams_on_foot_walk_streets_of_their_own() {
    let [lon, lat] = middle();
    let mut open = open(60.0);
    let team = |id: &str, north: f64, east: f64| json!({"id":id,"lat":lat + north,"lon":lon + east,"mode":"foot"});
    open["teams"] = json!([team("A", 0.0, 0.001), team("B", -0.002, 0.0), team("C", 0.002, -0.001)]);
    let plan = json!({"op":"plan","minutes":12});
    let told = session(&[open, plan.clone(), json!({"op":"advance","minutes":12}), plan]);
    for n in [1, 3] {
        let (many, different) = walked(&told[n]["plan"]);
        assert!(many > 30 && different * 10 >= many * 8, "{different} of {many}");
    }
}

#[test]
fn a_round_in_the_usual_order() {
    let streets = streets();
    let [lon, lat] = middle();
    let told = session(&[
        open(60.0),
        json!({"op":"plan","minutes":12}),
        json!({"op":"advance","minutes":15}),
        json!({"op":"team","id":"A","lat":lat,"lon":lon}),
        json!({"op":"sighting","lat":lat + 0.002,"lon":lon,"minutes_ago":5,"confidence":0.7,"accuracy_m":150}),
        json!({"op":"plan","minutes":12}),
        json!({"op":"map","top":5}),
    ]);
    for n in [0, 2, 3, 4] {
        assert_eq!(told[n], json!({"ok":true}));
    }
    let speeds = HashMap::from([("A", 1.2), ("B", 3.5), ("C", 6.0)]);
    for n in [1, 5] {
        let plan = &told[n]["plan"];
        for a in plan["assignments"].as_array().unwrap() {
            let route: Vec<i64> = serde_json::from_value(a["route"].clone()).unwrap();
            let metres: f64 = route.windows(2).map(|w| streets.metres[&(w[0], w[1])]).sum();
            let minutes = metres / speeds[a["team"].as_str().unwrap()] / 60.0;
            assert!(minutes <= 12.01 && a["minutes"].as_f64().unwrap() >= minutes - 0.01, "{minutes}");
            assert!(a["pos"].as_f64().unwrap() > 0.0 && !a["why"].as_array().unwrap().is_empty());
            let from = a["search_from"].as_u64().unwrap() as usize;
            assert!(from < route.len());
        }
        // The whole quarter is a kilometre wide: the car and the bicycle pass streets of the others on their way.
        let (many, different) = walked(plan);
        assert!(different * 10 >= many * 6, "teams walk the same streets: {different} of {many}");
        let area = |k: &str| plan["areas_km2"][k].as_f64().unwrap();
        assert!(area("50") > 0.0 && area("50") <= area("75") && area("75") <= area("95"));
        assert!(plan["pod"]["foot"].as_f64().unwrap() > 0.0 && plan["pod"]["source"].is_string());
        assert!(plan["first_look"].as_array().unwrap().iter().all(|l| l["kind"].is_string() && l["why"].is_string()));
    }
    let a = &told[5]["plan"]["assignments"][0];
    assert!(a["why"].to_string().contains("sighting of 5 min ago"), "{a}");
    // From the node that is nearest to the team.
    let far = |id: i64| (streets.at[&id][0] - lon).hypot((streets.at[&id][1] - lat) * 1.15);
    let first = a["route"][0].as_i64().unwrap();
    let nearest = streets.at.keys().map(|id| far(*id)).fold(f64::INFINITY, f64::min);
    assert!(far(first) < nearest + 0.0002);
    assert_eq!(told[6]["map"].as_array().unwrap().len(), 5);
}

#[test]
fn searched_changes_every_row_exactly() {
    let before = session(&[open(60.0), whole()]).pop().unwrap();
    assert!((sum(&before) - 1.0).abs() < 1e-9 && rows(&before).values().all(|p| *p > 0.0));
    let mut order: Vec<(Vec<i64>, f64)> = rows(&before).into_iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (walked, pod) = (order[0].0.clone(), 0.6);
    let other = order[3].0.clone();
    let searched =
        |nodes: &[i64], pod: f64| json!({"op":"searched","team":"A","nodes":nodes,"pod":pod,"minutes_ago":0});
    let after = session(&[open(60.0), searched(&walked, pod), whole()]).pop().unwrap();
    let pos: f64 = order[0].1 * pod;
    let left = rows(&after);
    for (nodes, p) in rows(&before) {
        let looked = if nodes == walked { 1.0 - pod } else { 1.0 };
        assert!((left[&nodes] - p * looked / (1.0 - pos)).abs() < 1e-9);
    }
    let rest = |v: &Value| v["rest_of_world"].as_f64().unwrap();
    assert!((rest(&after) - rest(&before) / (1.0 - pos)).abs() < 1e-9 && (sum(&after) - 1.0).abs() < 1e-9);
    // Of one instant the order does not matter, not in one byte.
    let seen = json!({"op":"sighting","lat":middle()[1] + 0.002,"lon":middle()[0],"minutes_ago":0,"confidence":0.7,"accuracy_m":150});
    let one =
        session(&[open(60.0), searched(&walked, 0.6), seen.clone(), searched(&other, 0.8), whole()]).pop().unwrap();
    let two = session(&[open(60.0), seen, searched(&other, 0.8), searched(&walked, 0.6), whole()]).pop().unwrap();
    assert_eq!(one, two);
}

#[test]
fn density_and_cut_lists_hold_the_same_sum() {
    let told = session(&[open(60.0), whole(), json!({"op":"map","top":3})]);
    let on_streets = 1.0 - told[1]["rest_of_world"].as_f64().unwrap();
    for map in &told[1..] {
        let density = map["density"].as_array().unwrap();
        let all: f64 = density.iter().map(|c| c["p_per_km2"].as_f64().unwrap() * 0.01).sum();
        assert!((all - on_streets).abs() < 1e-9, "{all} {on_streets}");
    }
    assert_eq!(told[2]["map"].as_array().unwrap()[..], told[1]["map"].as_array().unwrap()[..3]);
}

#[test]
fn late_evidence_counts_from_its_time() {
    let [lon, lat] = middle();
    let seen = |ago: f64| json!({"op":"sighting","lat":lat + 0.002,"lon":lon + 0.001,"minutes_ago":ago,"confidence":0.8,"accuracy_m":100});
    let advance = |m: f64| json!({"op":"advance","minutes":m});
    let at_once = session(&[open(60.0), seen(0.0), advance(20.0), whole()]).pop().unwrap();
    let late = session(&[open(60.0), advance(5.0), advance(15.0), seen(20.0), whole()]).pop().unwrap();
    same(&at_once, &late);
    let asked_between =
        session(&[open(60.0), whole(), advance(20.0), json!({"op":"plan"}), seen(20.0), whole()]).pop().unwrap();
    same(&at_once, &asked_between);
}

#[test]
fn the_same_lines_give_the_same_bytes() {
    let lines = joined(&[open(45.0), json!({"op":"plan","minutes":25}), whole()]);
    assert_eq!(text(&lines), text(&lines));
    let other = lines.replace("\"seed\":7", "\"seed\":8");
    assert_ne!(text(&lines), text(&other));
}

#[test]
fn a_wrong_line_is_answered_and_the_session_goes_on() {
    let [lon, lat] = middle();
    let wrong = [
        "{".to_owned(),
        "[]".to_owned(),
        r#"{"op":"fly"}"#.to_owned(),
        r#"{"op":"advance"}"#.to_owned(),
        r#"{"op":"advance","minutes":-5}"#.to_owned(),
        r#"{"op":"plan","minutes":0}"#.to_owned(),
        r#"{"op":"searched","team":"A","nodes":[1,2,3],"pod":0.8,"minutes_ago":0}"#.to_owned(),
        r#"{"op":"searched","team":"A","nodes":[1,2],"pod":1.8}"#.to_owned(),
        format!(r#"{{"op":"sighting","lat":{lat},"lon":{lon},"minutes_ago":1500,"confidence":0.7,"accuracy_m":150}}"#),
        r#"{"op":"sighting","lat":310,"lon":121,"minutes_ago":0}"#.to_owned(),
        r#"{"op":"team","id":"Z"}"#.to_owned(),
        r#"{"op":"open","incident":{"last_seen":{"lat":0.5,"lon":0.5}}}"#.to_owned(),
        open(60.0).to_string().replace("dementia-urban", "hiker"),
        open(60.0).to_string().replace("former-home", "pub"),
    ];
    let mut input = format!("{}\n", json!({"op":"map","top":1}));
    input += &format!("{}\n\n", open(60.0));
    wrong.iter().for_each(|line| input += &format!("{line}\n"));
    input += &format!("{}\n", whole());
    let out = text(&input);
    let told: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let detail = |v: &Value| v["error"]["detail"].as_str().unwrap_or_else(|| panic!("{v}")).to_owned();
    assert!(detail(&told[0]).contains("no incident is open"));
    let words: Vec<String> = told[2..2 + wrong.len()].iter().map(detail).collect();
    for (n, part) in [
        (2, "op"),
        (4, "minutes"),
        (6, "neighbour"),
        (7, "pod"),
        (8, "clock"),
        (9, "no place on earth"),
        (10, "new"),
        (11, "load streets"),
        (12, "hiker"),
        (13, "pub"),
    ] {
        assert!(words[n].contains(part), "{}", words[n]);
    }
    // None of them has changed anything.
    same(&told[2 + wrong.len()], &session(&[open(60.0), whole()])[1]);
}

#[test]
fn teams_come_and_vanish() {
    let [lon, lat] = middle();
    let names = |v: &Value| -> Vec<String> {
        v["plan"]["assignments"].as_array().unwrap().iter().map(|a| a["team"].as_str().unwrap().to_owned()).collect()
    };
    let told = session(&[
        open(60.0),
        json!({"op":"team","id":"B","gone":true}),
        json!({"op":"team","id":"D","lat":lat,"lon":lon}),
        json!({"op":"plan"}),
    ]);
    assert_eq!(names(&told[3]), ["A", "C", "D"]);
    let mut none = open(60.0);
    none["teams"] = json!([]);
    let told = session(&[none, json!({"op":"plan"})]);
    assert_eq!(names(&told[1]), Vec::<String>::new());
}

#[test]
fn without_streets_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("empty.osm");
    std::fs::write(&path, r#"<osm version="0.6"><node id="1" lat="31" lon="121"><tag k="a" v="b"/></node></osm>"#)
        .unwrap();
    let args = Line::try_parse_from(["seek", "--streets", &path.display().to_string()]).unwrap().args;
    let error = run(&args, &mut "".as_bytes(), &mut Vec::new()).unwrap_err();
    let said = format!("{error:#}");
    assert!(said.contains("empty.osm") && said.contains("no way that can be used on foot"), "{said}");
}
