//! `mulin identify` on files: answers, errors with their place, and rates estimated from cases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use clap::Parser;
use cli::identify::{IdentifyArgs, run};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: IdentifyArgs,
}

struct Files {
    dir: tempfile::TempDir,
}

impl Files {
    fn new(registry: &str) -> Self {
        let files = Self { dir: tempfile::tempdir().unwrap() };
        files.write("r.csv", registry);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Lines of the answer, and the error.
    fn run(&self, queries: &str, more: &[&str]) -> (Vec<Value>, Option<String>) {
        let (out, error) = self.run_text(queries, more);
        (out.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), error)
    }

    fn run_text(&self, queries: &str, more: &[&str]) -> (String, Option<String>) {
        let registry = self.path("r.csv").display().to_string();
        let mut words = vec!["identify", "--registry", &registry, "--queries", "-"];
        words.extend(more);
        let mut out = Vec::new();
        let done = run(&Line::try_parse_from(words).unwrap().args, 2026, &mut queries.as_bytes(), &mut out);
        (String::from_utf8(out).unwrap(), done.err().map(|e| format!("{e:#}")))
    }
}

const PEOPLE: &str = "id,sex,birth_year,height_cm,build,dialect,surname,marks,home_lat,home_lon,times_lost,remark\n\
    a,f,1941,153,thin,本地话,汪,左脸有疤;走路跛,30.92,121.47,2,x\n\
    b,f,1944,155,middle,本地话,王,,30.93,121.48,,x\n\
    c,m,1950,168,stout,苏北话,李,镶金牙,30.99,121.60,0,x\n\
    d,,,,,,,,,,,\n";

#[test]
fn the_person_described_comes_first_with_the_reasons() {
    let files = Files::new(PEOPLE);
    let (lines, error) = files.run(
        "{\"id\":\"q\",\"year\":2026,\"sex\":\"f\",\"age\":83,\"surname\":\"wang\",\"marks\":[\"左脸有疤\"],\"lat\":30.921,\"lon\":121.471}\n",
        &["--top", "9", "--unregistered", "0.2"],
    );
    assert_eq!(error, None);
    let answer = &lines[0];
    let ids: Vec<_> = answer["candidates"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!((answer["id"].as_str(), ids.len(), ids[0], ids[1]), (Some("q"), 4, "a", "b"), "{answer}");
    let sum: f64 = answer["candidates"].as_array().unwrap().iter().map(|c| c["p"].as_f64().unwrap()).sum();
    assert!((sum + answer["not_registered"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    assert!(answer["ms"].as_f64().is_some());
    let fields = |at: usize| -> Vec<String> {
        let all = answer["candidates"][at]["evidence"].as_array().unwrap().iter();
        all.map(|e| e["field"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(fields(0), ["sex", "age", "surname", "marks", "place", "repeat"]);
    assert_eq!(fields(1), ["sex", "age", "surname", "place"], "what is not registered says nothing");
}

#[test]
fn a_registry_of_one_does_not_take_everybody_for_that_one() {
    let files = Files::new("id,sex,birth_year,home_lat,home_lon\na,f,1941,30.92,121.47\n");
    let p = |query: &str| files.run(query, &[]).0[0]["candidates"][0]["p"].as_f64().unwrap();
    assert!(p("{\"sex\":\"m\",\"age\":60,\"lat\":30.8,\"lon\":121.7}") < 0.2);
    assert!(p("{\"sex\":\"f\",\"age\":85,\"lat\":30.921,\"lon\":121.471}") > 0.9);
}

#[test]
fn without_any_observation_the_chance_of_a_stranger_stays_what_it_was() {
    let (lines, _) = Files::new("id\na\nb\n").run("{\"id\":7}\n\n{\"age\":null}\n", &["--unregistered", "0.25"]);
    assert_eq!(lines[0]["id"], 7);
    assert_eq!(lines[1]["id"], Value::Null);
    for line in &lines {
        assert!((line["not_registered"].as_f64().unwrap() - 0.25).abs() < 1e-12);
        assert_eq!(line["candidates"][0]["p"], line["candidates"][1]["p"]);
    }
}

#[test]
fn a_bad_line_is_answered_as_such_and_the_others_go_on() {
    let files = Files::new(PEOPLE);
    let (lines, error) = files.run(
        "{\"id\":\"x\",\"sex\":\"q\"}\nnonsense\n[1]\n{\"age\":\"old\"}\n{\"lat\":30.9}\n{\"marks\":\"scar\"}\n{\"id\":\"y\"}\n",
        &[],
    );
    let said: Vec<_> = lines.iter().map(|l| l["error"]["detail"].as_str().unwrap_or("fine")).collect();
    assert_eq!(lines[0]["id"], "x");
    for (at, part) in
        [(0, "line 1: “sex” is “q”; give f or m"), (1, "line 2: this is no JSON"), (2, "line 3: give an object")]
    {
        assert!(said[at].starts_with(part), "{said:?}");
    }
    for (at, part) in [(3, "“age”"), (4, "latitude and longitude belong together"), (5, "a list of texts"), (6, "fine")]
    {
        assert!(said[at].contains(part), "{said:?}");
    }
    assert_eq!(error.as_deref(), Some("6 of 7 lines could not be read; their answers say why"));
}

#[test]
fn a_registry_with_errors_is_refused_with_every_row() {
    let files = Files::new("id,sex,birth_year,home_lat,home_lon\na,f,1941,30.9,121.4\na,x,41,30.9,\n,,,0,0\n");
    let (lines, error) = files.run("{}", &[]);
    let error = error.unwrap();
    assert!(lines.is_empty());
    for part in [
        "row 3, column “sex”: “x” is not one of f, m",
        "row 3, column “birth_year”",
        "row 3, column “home_lat, home_lon”: latitude and longitude belong together",
        "row 3, column “id”: “a” stands in row 2 already",
        "row 4, column “home_lat, home_lon”: 0,0 is what a device says",
        "row 4, column “id”: is empty",
    ] {
        assert!(error.contains(part), "{part}\n{error}");
    }
    let error = Files::new("name\na\n").run("{}", &[]).1.unwrap();
    assert_eq!(error, "the file has no column “id”; it has: name");
}

#[test]
fn rates_are_estimated_from_cases_and_used() {
    let files = Files::new("id,sex\na,f\nb,f\nc,m\n");
    let to = files.path("fit.toml").display().to_string();
    let cases = "{\"sex\":\"m\",\"person\":\"a\"}\n".repeat(500);
    let (said, error) = files.run_text(&cases, &["--fit", &to]);
    assert_eq!(error, None);
    assert!(said.contains("rates of 500 cases, of which 500 were confirmed"), "{said}");
    let first = |more: &[&str]| files.run("{\"sex\":\"m\"}\n", more).0[0]["candidates"][0]["id"].clone();
    assert_eq!(first(&[]), "c");
    assert_eq!(first(&["--profile", &to]), "a", "where most are taken for the other sex");
    let error = files.run_text("{\"person\":\"nobody\"}\n", &["--fit", &to]).1.unwrap();
    assert!(error.contains("line 1: the person “nobody” is not in the registry"), "{error}");
}

#[test]
fn the_profile_is_printed_and_a_wrong_one_refused() {
    let mut out = Vec::new();
    let args = Line::try_parse_from(["identify", "--print-profile"]).unwrap().args;
    run(&args, 2026, &mut std::io::empty(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let files = Files::new(PEOPLE);
    files.write("p.toml", &text);
    let path = files.path("p.toml").display().to_string();
    assert_eq!(files.run("{}", &["--profile", &path]).1, None);
    files.write("p.toml", &text.replace("right = 0.98", "right = 2"));
    let error = files.run("{}", &["--profile", &path]).1.unwrap();
    assert!(error.ends_with("sex.right is 2: give a number above 0 and below 1"), "{error}");
}

/// Places the family named count as on the desk: under the field `place`, and the whole still sums to 1.
#[test]
fn places_that_the_family_named_draw_whoever_goes_there() {
    let row = |id: &str, places: &str| format!("{id},f,1941,30.92,121.47,\"{places}\"\n");
    let head = "id,sex,birth_year,home_lat,home_lon,places\n";
    // The same two people; one of them goes to a market 9 km off.
    let without = Files::new(&format!("{head}{}{}", row("a", ""), row("b", "")));
    let with = Files::new(&format!("{head}{}{}", row("a", ""), row("b", "30.97 121.55；30.80,121.30")));
    let query = "{\"id\":1,\"year\":2026,\"lat\":30.9702,\"lon\":121.5501}\n";
    let p = |line: &Value, id: &str| {
        let of = line["candidates"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap().clone();
        of["p"].as_f64().unwrap()
    };
    let (before, error) = without.run(query, &["--top", "100000"]);
    assert_eq!(error, None);
    assert!((p(&before[0], "a") - p(&before[0], "b")).abs() < 1e-9);
    let (after, _) = with.run(query, &["--top", "100000"]);
    assert!(p(&after[0], "b") > 3.0 * p(&after[0], "a"), "{}", after[0]);
    let first = &after[0]["candidates"][0];
    let fields: Vec<&str> = first["evidence"].as_array().unwrap().iter().filter_map(|e| e["field"].as_str()).collect();
    assert!(first["id"] == "b" && fields.contains(&"place"), "{first}");
    let sum = p(&after[0], "a") + p(&after[0], "b") + after[0]["not_registered"].as_f64().unwrap();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");

    let wrong = Files::new(&format!("{head}{}{}", row("a", "30.97"), row("b", "30.97 321")));
    let (lines, error) = wrong.run(query, &[]);
    let error = error.unwrap();
    assert!(lines.is_empty() && error.contains("places") && error.contains("30.97"), "{error}");
}
