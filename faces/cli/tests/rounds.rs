//! `mulin rounds` on files: the form of the answers, and what is refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use clap::Parser;
use cli::rounds::{RoundsArgs, run};
use serde_json::Value;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: RoundsArgs,
}

fn rounds(name: &str, text: &str, more: &[&str]) -> (Value, Option<String>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    let words = [&["rounds", "--input", &path][..], more].concat();
    let mut out = Vec::new();
    let done = run(&Line::try_parse_from(words).unwrap().args, &mut out);
    (serde_json::from_slice(&out).unwrap_or_default(), done.err().map(|e| format!("{e:#}")))
}

const RC208: &str = include_str!("../../../engines/rounds/tests/data/RC208.vrp");
const CARE: &str = include_str!("../../../engines/rounds/tests/data/hhcrsp_10_1.json");
const DAY: &str = include_str!("../../../engines/rounds/tests/data/day.json");

#[test]
fn a_benchmark_with_windows_answers_with_the_nodes_of_the_file() {
    let (answer, error) = rounds("RC208.vrp", RC208, &["--iterations", "8000", "--seed", "3"]);
    assert_eq!(error, None);
    assert_eq!(answer["violations"], 0);
    let mut nodes: Vec<i64> = answer["routes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|r| r["stops"].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()))
        .collect();
    nodes.sort_unstable();
    assert_eq!(nodes, (2..=101).collect::<Vec<_>>());
    let cost = answer["cost"].as_f64().unwrap();
    assert!((776.1..1000.0).contains(&cost) && (cost * 10.0 - (cost * 10.0).round()).abs() < 1e-9, "{cost}");
    let (again, _) = rounds("RC208.vrp", RC208, &["--iterations", "8000", "--seed", "3"]);
    assert_eq!((&again["routes"], &again["cost"]), (&answer["routes"], &answer["cost"]));
    let (two, error) = rounds("RC208.vrp", RC208, &["--iterations", "2000", "--threads", "2", "--distance", "exact"]);
    assert_eq!((two["violations"].as_i64(), error), (Some(0), None));
}

#[test]
fn home_care_answers_in_the_form_of_its_benchmark() {
    let (answer, error) = rounds("hhcrsp_10_1.json", CARE, &["--iterations", "30000"]);
    assert_eq!(error, None);
    assert!((answer["cost"].as_f64().unwrap() - 218.1987).abs() < 1e-3, "{}", answer["cost"]);
    let routes = answer["routes"].as_array().unwrap();
    assert_eq!(routes.len(), 3, "one route for each caregiver");
    let all: Vec<&Value> = routes.iter().flat_map(|r| r["locations"].as_array().unwrap()).collect();
    assert_eq!(all.len(), 13);
    let p8: Vec<&&Value> = all.iter().filter(|l| l["patient"] == "p8").collect();
    assert_eq!(p8[0]["arrival_time"], p8[1]["arrival_time"], "two people at once");
}

#[test]
fn a_day_names_who_comes_with_whom_and_why_a_visit_is_missing() {
    let (answer, error) = rounds("day.json", DAY, &["--iterations", "5000"]);
    assert_eq!((error, answer["violations"].as_i64()), (None, Some(0)));
    assert_eq!(answer["unplanned"][0]["visit"], "too-much");
    assert!(answer["routes"].to_string().contains("\"with\":\"li\""), "{answer}");
}

#[test]
fn what_cannot_be_planned_is_named() {
    let mut nobody: Value = serde_json::from_str(CARE).unwrap();
    nobody["caregivers"][2]["abilities"] = serde_json::json!(["s5", "s6"]);
    let (_, error) = rounds("a.json", &nobody.to_string(), &[]);
    assert!(error.unwrap().contains("patient p1, service s4: nobody may do it"));
    let (_, error) = rounds("b.json", "{\"x\":1}", &[]);
    assert!(error.unwrap().contains("“visitors” and “visits”"));
    let (_, error) = rounds("c.vrp", "DIMENSION : x\nNODE_COORD_SECTION\n", &[]);
    assert!(error.unwrap().contains("DIMENSION is “x”, which is no number from 0"));
}

const SOLOMON: &str = "C\n\nVEHICLE\nNUMBER CAPACITY\n 2 10\n\nCUSTOMER\nCUST NO. X Y DEMAND READY DUE SERVICE\n\n0 0 0 0 0 100 0\n1 3 4 5 0 50 10\n2 6 8 5 0 90 10\n";

/// A word of a file is changed, and the answer says what is wrong with it and where.
#[test]
fn odd_input_is_refused_with_its_place() {
    let said = |name: &str, text: &str| {
        let (answer, error) = rounds(name, text, &["--iterations", "50"]);
        assert!(answer.is_null(), "{name} was planned: {answer}");
        error.unwrap_or_default()
    };
    let day = |from: &str, to: &str| {
        assert!(DAY.contains(from), "{from}");
        said("day.json", &DAY.replacen(from, to, 1))
    };
    for (from, to, words) in [
        ("\"id\":\"wang\"", "\"id\":\"li\"", "visitor li stands there twice"),
        ("\"id\":\"usual\"", "\"id\":\"two-forces\"", "visit two-forces stands there twice"),
        ("\"minutes\":20", "\"minutes\":-20", "visit usual: “minutes” and “without” are not less than nothing"),
        ("\"without\":5000", "\"without\":-1", "visit two-forces: “minutes”"),
        ("\"minutes\":20", "\"minutes\":\"long\"", "visit number 3 (usual): invalid type"),
        ("\"minutes\":20", "\"minuets\":20", "visit number 3 (usual): unknown field `minuets`"),
        ("\"force\":\"core\",", "\"force\":7,", "visitor number 1 (li): invalid type"),
        ("\"lat\":30.900", "\"lat\":130.9", "visitor li: "),
        ("{\"lat\":30.900,\"lon\":121.450}", "-3", "a place is {\"lat\", \"lon\"} in degrees or the number of a row"),
        ("{\"lat\":30.900,\"lon\":121.450}", "3", "a place by number needs “travel.minutes”"),
        ("[\"zhao\"]", "[\"zhou\"]", "visit usual names the visitor “zhou”, who is not there"),
        ("\"latest\":\"12:30\"", "\"latest\":\"10:30\"", "visitor wang: the break ends before it begins"),
        ("\"minutes\":45", "\"minutes\":-45", "visitor wang: the break ends before it begins"),
        ("\"from\":\"11:30\"", "\"from\":\"25:30\"", "visitor wang: “2026-06-29T25:30:00+08:00” is no time"),
        ("T12:00:00+08:00\"}]", "T07:00:00+08:00\"}]", "visitor li: “to” ("),
        (
            "T12:00:00+08:00\"}]",
            "T12:00:00+08:00\"},{\"from\":\"2026-06-29T11:00:00+08:00\",\"to\":\"2026-06-29T13:00:00+08:00\"}]",
            "visitor li: two shifts lie at the same time",
        ),
        (
            "\"skills\":[\"nurse\"],\"windows\"",
            "\"skills\":[\"diver\"],\"windows\"",
            "visit nurse-only: nobody has what it asks for",
        ),
        ("T14:00:00+08:00", "T20:00:00+08:00", "visit afternoon: “to” ("),
    ] {
        let error = day(from, to);
        assert!(error.contains(words) && error.contains("day.json"), "{to}: {error}");
    }
    for (from, to, words) in [
        (" 2 10", " 0 10", "line 5: at least one vehicle"),
        ("1 3 4 5 0 50 10", "1 3 4 -5 0 50 10", "line 11: node 1 asks for less than nothing"),
        ("1 3 4 5 0 50 10", "1 3 4 5 60 50 10", "line 11: the window of node 1 ends (50) before it begins (60)"),
        ("1 3 4 5 0 50 10", "1 nan 4 5 0 50 10", "line 11: not a number"),
        ("1 3 4 5 0 50 10", "1 three 4 5 0 50 10", "line 11: a word among the numbers"),
        ("2 6 8 5 0 90 10", "1 6 8 5 0 90 10", "line 12: node 1 stands there twice"),
        ("1 3 4 5 0 50 10", "1 3 4 50 0 50 10", "node 1: it asks for more than any vehicle holds"),
        ("1 3 4 5 0 50 10", "1 300 4 5 0 50 10", "node 1: nobody can make it within its window and their own shift"),
        ("1 3 4 5 0 50 10\n", "1 3 4 5 0 50\n", "line 11: expected 2 numbers"),
    ] {
        let error = said("s.txt", &SOLOMON.replacen(from, to, 1));
        assert!(error.contains(words), "{to}: {error}");
    }
    for (from, to, words) in [
        ("DIMENSION : 101", "DIMENSION : 1000000", "1000000 nodes; up to 5000 can be planned"),
        ("DIMENSION : 101", "DIMENSION : -101", "DIMENSION is “-101”"),
        ("CAPACITY : 1000", "CAPACITY : many", "CAPACITY is “many”"),
        ("\n2 25 85", "\n2 NaN 85", "NODE_COORD_SECTION: not a number"),
        ("\n3 22 75", "\n2 22 75", "node 2 stands twice in NODE_COORD_SECTION"),
    ] {
        assert!(RC208.contains(from), "{from}");
        let error = said("r.vrp", &RC208.replacen(from, to, 1));
        assert!(error.contains(words), "{to}: {error}");
    }
    let care = |change: &dyn Fn(&mut Value)| {
        let mut file: Value = serde_json::from_str(CARE).unwrap();
        change(&mut file);
        said("h.json", &file.to_string())
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for (error, words) in [
        (care(&|f| f["patients"][1]["id"] = f["patients"][0]["id"].clone()), "patient p1: stands there twice"),
        (care(&|f| f["caregivers"][1]["id"] = f["caregivers"][0]["id"].clone()), "stands there twice"),
        (
            care(&|f| f["patients"][0]["time_window"] = json("[90, 10]")),
            "patient p1: “time_window” ends before it begins",
        ),
        (care(&|f| f["patients"][0]["distance_matrix_index"] = json("99")), "patient p1: place 99 is beyond"),
        (care(&|f| f["caregivers"][0]["working_shift"] = json("[1]")), "“working_shift” takes two numbers"),
        (care(&|f| f["caregivers"][0]["abilities"] = json("[1]")), "“abilities” is no list of texts"),
        (care(&|f| f["distances"][2][1] = json("-4")), "“distances”: row 3 does not hold"),
        (care(&|f| f["patients"][0]["required_caregivers"][0]["duration"] = json("-4")), "patient p1: “duration”"),
    ] {
        assert!(error.contains(words), "{words}: {error}");
    }
    assert!(said("b.json", "{\"visitors\":[],\"visits\":[").contains("line 1 column"), "cut off");
    assert!(said("e.json", "{\"visitors\":[],\"visits\":[]}").contains("neither a shift nor a window"));
    assert!(said("e.txt", "").contains("vehicles"), "an empty file");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latin.json");
    std::fs::write(&path, b"{\"visitors\":\xff").unwrap();
    let run_on = |path: &std::path::Path, more: &[&str]| {
        let path = path.display().to_string();
        let words = [&["rounds", "--input", &path][..], more].concat();
        run(&Line::try_parse_from(words).unwrap().args, &mut Vec::new()).map_err(|e| format!("{e:#}"))
    };
    assert!(run_on(&path, &[]).unwrap_err().contains("not UTF-8 from byte 12"));
    assert!(run_on(&dir.path().join("none.json"), &[]).unwrap_err().contains("none.json"));
    for seconds in ["nan", "inf", "-1"] {
        assert!(run_on(&path, &[&format!("--seconds={seconds}")]).unwrap_err().contains("--seconds"), "{seconds}");
    }
    std::fs::File::create(&path).unwrap().set_len(300 << 20).unwrap();
    assert!(run_on(&path, &[]).unwrap_err().contains("300 MB"));
}

/// Nobody to visit, or nobody who could go: an answer, and a name.
#[test]
fn days_without_visits_or_without_people() {
    let mut file: Value = serde_json::from_str(DAY).unwrap();
    file["visits"] = serde_json::json!([]);
    let (answer, error) = rounds("none.json", &file.to_string(), &["--seconds", "0"]);
    assert_eq!((error, answer["routes"].to_string()), (None, "[]".into()));
    let mut file: Value = serde_json::from_str(DAY).unwrap();
    file["visitors"] = serde_json::json!([]);
    file["visits"][2]["usual"] = serde_json::json!([]);
    let (_, error) = rounds("nobody.json", &file.to_string(), &[]);
    let error = error.unwrap();
    assert!(error.contains("visit nurse-only: nobody has what it asks for"), "{error}");
    assert!(error.contains("visit afternoon: nobody has what it asks for"), "{error}");
}
