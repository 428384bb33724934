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
    assert!(error.unwrap().contains("DIMENSION is missing or no number"));
}
