//! `mulin locate` on files: answers, ids, what is passed over and what is refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

use clap::Parser;
use cli::locate::{LocateArgs, areas, run};
use std::path::Path;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: LocateArgs,
}

/// The answer, the notes, and the error.
fn locate(areas: &str, points: &str, more: &[&str]) -> (String, String, Option<String>) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (areas, points) = (write("areas.geojson", areas), write("points.csv", points));
    let mut words = vec!["locate", "--areas", &areas, "--points", &points];
    words.extend(more);
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let done = run(&Line::try_parse_from(words).unwrap().args, &mut out, &mut notes);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(out), text(notes), done.err().map(|e| format!("{e:#}")))
}

const TWO: &str = r#"{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"code":"w","name":"西区, \"老\""},"geometry":{"type":"Polygon","coordinates":[
  [[121.0,30.0],[121.5,30.0],[121.5,31.0],[121.0,31.0],[121.0,30.0]],
  [[121.1,30.1],[121.2,30.1],[121.2,30.2],[121.1,30.2],[121.1,30.1]]]}},
 {"type":"Feature","properties":{"code":2},"geometry":{"type":"MultiPolygon","coordinates":[
  [[[121.5,30.0,4.0],[122.0,30.0],[122.0,31.0],[121.5,31.0],[121.5,30.0]]],
  [[[121.12,30.12],[121.18,30.12],[121.18,30.18],[121.12,30.18],[121.12,30.12]]]]}},
 {"type":"Feature","properties":{"code":"x"},"geometry":{"type":"Point","coordinates":[121.0,30.0]}},
 {"type":"Feature","properties":{"code":"y"},"geometry":null}]}"#;

#[test]
fn each_containing_area_once() {
    let points = "lat,id,lon\n30.5,a,121.2\n30.5,on the border,121.5\n30.11,in the hole,121.11\n30.15,island,121.15\n30.5,far,100\n";
    let (out, notes, error) = locate(TWO, points, &[]);
    assert_eq!(error, None);
    assert_eq!(out, "id,area\na,w\non the border,2\nisland,2\n");
    assert!(notes.contains("2 features have no polygon"), "{notes}");
    let (out, _, _) = locate(TWO, "id,lon,lat\n\"a,1\",121.2,30.5\n", &["--id-field", "name"]);
    assert_eq!(out, "id,area\n\"a,1\",\"西区, \"\"老\"\"\"\n", "quoted as CSV needs");
}

#[test]
fn overlapping_areas_in_the_order_of_the_file_and_one_id_once() {
    let square = |id: &str, x: f64| {
        format!(
            r#"{{"type":"Feature","id":"{id}","geometry":{{"type":"Polygon","coordinates":[[[{x},0],[5,0],[5,5],[{x},5]]]}}}}"#
        )
    };
    let list = format!("[{},{},{}]", square("b", 0.0), square("a", 1.0), square("b", 2.0));
    let (out, _, error) = locate(&list, "id,lon,lat\n1,3,3\n2,0.5,3\n3,3,3\n", &[]);
    assert_eq!((out.as_str(), error), ("id,area\n1,b\n1,a\n2,b\n3,b\n3,a\n", None));
}

#[test]
fn members_of_a_collection_may_overlap() {
    let square = |x: f64| format!(r#"{{"type":"Polygon","coordinates":[[[{x},0],[5,0],[5,5],[{x},5],[{x},0]]]}}"#);
    let members = [square(0.0), square(2.0), r#"{"type":"Point","coordinates":[9,9]}"#.to_owned()].join(",");
    let areas =
        format!(r#"{{"type":"Feature","id":"a","geometry":{{"type":"GeometryCollection","geometries":[{members}]}}}}"#);
    let (out, notes, error) = locate(&areas, "id,lon,lat\n1,1,1\n2,3,3\n3,9,9\n", &[]);
    assert_eq!((out.as_str(), notes.as_str(), error), ("id,area\n1,a\n2,a\n", "", None));
}

#[test]
fn wrong_rows_are_listed_and_the_others_answered() {
    let (out, _, error) = locate(TWO, "id,lon,lat\na,121.2,30.5\nb,,30\nc,NaN,30\nd,121.6,30.5\n", &[]);
    assert_eq!(out, "id,area\na,w\nd,2\n");
    let error = error.unwrap();
    let (_, _, open) = locate(TWO, "id,lon,lat\na,121.2,30.5\n\"b,121.6,30.5\nc,121.2,30.5\n", &[]);
    assert!(open.unwrap().contains("row 3: a quotation mark opens"));
    let (out, _, ends) = locate(TWO, "id,lon,lat\n\"a\n\",121.2,30.5\n\nb,,30\n\"c,\n\",121.2,30.5", &[]);
    assert_eq!(out, "id,area\na,w\n\"c,\",w\n");
    assert!(ends.is_some_and(|e| e.contains("wrong rows: 1") && e.contains("row 4")), "a cell may end in a new line");
    assert!(error.contains("row 3") && error.contains("row 4") && error.contains("the other rows"), "{error}");
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let points = "id,lon,lat\na,1,1\n";
    let error = |areas: &str, more: &[&str]| locate(areas, points, more).2.unwrap();
    assert!(error("{", &[]).contains("not JSON"));
    assert!(error("{}", &[]).contains("not GeoJSON"));
    assert!(error(TWO, &["--id-field", "nmae"]).contains("“nmae”"));
    let broken = r#"[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[1,2],[3]]]}}]"#;
    assert!(error(broken, &[]).contains("feature 1: a position is not two numbers"));
    let huge = r#"[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[1,2],[1e99,3]]]}}]"#;
    assert!(error(huge, &[]).contains("ring 1, point 2"));
    let (_, _, lacking) = locate(TWO, "id,x,y\na,1,1\n", &[]);
    assert!(lacking.unwrap().contains("lon"));
}

/// Numbers are the nearest to what is written: a point on a corner, as the points have it, is the corner of the areas.
#[test]
fn corners_in_full_digits_belong_to_one_area() {
    // Read carelessly, each of these is one float beside itself.
    let middle = ["121.06229016948897", "121.07951935655657", "121.07398985747399", "121.04656226543781"];
    let tall = ["31.004893847733122", "31.015165470691354", "31.028247108346278", "31.037851669888934"];
    let strip = |id: &str, other: f64| {
        let border: Vec<String> = middle.iter().zip(&tall).map(|(x, y)| format!("[{x},{y}]")).collect();
        format!(
            r#"{{"type":"Feature","id":"{id}","geometry":{{"type":"Polygon","coordinates":[[{},[{other},31.05],[{other},31.0]]]}}}}"#,
            border.join(",")
        )
    };
    let areas = format!("[{},{}]", strip("west", 120.0), strip("east", 122.0));
    let points: Vec<String> = middle.iter().zip(&tall).take(3).map(|(x, y)| format!("{x},{x},{y}")).collect();
    let (out, _, error) = locate(&areas, &format!("id,lon,lat\n{}\n", points.join("\n")), &[]);
    let expected: Vec<String> = middle.iter().take(3).map(|x| format!("{x},east")).collect();
    assert_eq!((out, error), (format!("id,area\n{}\n", expected.join("\n")), None));
}

#[test]
fn files_as_programs_write_them() {
    let all: serde_json::Value = serde_json::from_str(TWO).unwrap();
    let lines: Vec<String> = all["features"].as_array().unwrap().iter().map(|f| f.to_string()).collect();
    let wide: Vec<u8> = [0xFEFF].into_iter().chain(TWO.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, TWO.as_bytes()).unwrap();
    let forms = [
        TWO.as_bytes().to_vec(),
        lines.join("\n").into_bytes(),
        lines.join("\r\n\r\n").into_bytes(),
        format!("\u{1e}{}\n", lines.join("\n\u{1e}")).into_bytes(),
        wide,
        packed.finish().unwrap(),
        encoding_rs::GB18030.encode(TWO).0.into_owned(),
    ];
    for form in forms {
        let found = areas::read(&form, Some("code")).unwrap();
        let ids: Vec<&str> = found.areas.iter().map(|a| a.id.as_str()).collect();
        assert_eq!((ids.as_slice(), found.others), (["w", "2"].as_slice(), 2));
        assert!(found.areas[0].shape.contains([121.3, 30.5]) && !found.areas[0].shape.contains([121.15, 30.15]));
    }
    let error = |text: &str| areas::read(text.as_bytes(), None).unwrap_err().to_string();
    assert!(error("").contains("empty") && error(r#"{"type":"Topology"}"#).contains("“Topology”"));
    assert!(areas::read(format!("{} oops", lines[0]).as_bytes(), None).is_err());
}

#[test]
fn columns_of_other_names_and_which_file_lacks_one() {
    let (out, _, error) = locate(TWO, "纬度,编号,经度\n30.5,a,121.2\n", &[]);
    assert_eq!((out.as_str(), error), ("id,area\na,w\n", None));
    let (_, _, lacking) = locate(TWO, "id,x,y\na,1,1\n", &[]);
    assert!(lacking.unwrap().contains("points.csv: "));
}

/// What files hold that nobody drew with care: each has its right answer.
#[test]
fn odd_outlines_have_the_answer_of_the_rule() {
    let feature = |rings: &str| {
        format!(r#"[{{"type":"Feature","id":"a","geometry":{{"type":"Polygon","coordinates":{rings}}}}}]"#)
    };
    let hits = |rings: &str, lon: f64, lat: f64| {
        let (out, _, error) = locate(&feature(rings), &format!("id,lon,lat\np,{lon},{lat}\n"), &[]);
        assert_eq!(error, None, "{rings}");
        out.lines().count() == 2
    };
    // A bow tie holds both its wings; what is not closed is closed; winding and repeated points do not matter.
    let bow = "[[[0,0],[2,2],[2,0],[0,2],[0,0]]]";
    assert!(hits(bow, 0.2, 1.0) && hits(bow, 1.8, 1.0) && !hits(bow, 1.0, 0.2));
    assert!(
        hits("[[[0,0],[2,0],[2,2],[0,2]]]", 1.0, 1.0)
            && hits("[[[0,2],[2,2],[2,2],[2,0],[0,0],[0,0],[0,2]]]", 1.0, 1.0)
    );
    // Without width it holds nothing, not even its own line; a sliver holds what lies in it.
    assert!(!hits("[[[0,0],[2,0],[0,0]]]", 1.0, 0.0) && !hits("[[]]", 0.0, 0.0) && !hits("[[[1,1]]]", 1.0, 1.0));
    assert!(hits("[[[0,0],[2,0],[2,0.0000001],[0,0]]]", 1.9, 0.000_000_09));
    let many: Vec<String> = (0..200_000)
        .map(|k| {
            let (sin, cos) = (f64::from(k) * std::f64::consts::TAU / 200_000.0).sin_cos();
            let far = if k % 2 == 0 { 1.0 } else { 0.999 };
            format!("[{},{}]", 3.0 + far * cos, 3.0 + far * sin)
        })
        .collect();
    let many = format!("[[{}]]", many.join(","));
    let (out, _, error) = locate(&feature(&many), "id,lon,lat\nin,3.4,3.1\nout,3,4.01\n", &[]);
    assert_eq!((out.as_str(), error), ("id,area\nin,a\n", None));
    // A map of the world goes from the one end of the earth to the other, and is not across it.
    let world = "[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]";
    assert!(hits(world, 0.0, 0.0) && hits(world, -180.0, 10.0) && !hits(world, 180.0, 10.0) && !hits(world, 0.0, 90.0));
    let across = feature("[[[179,0],[-179,0],[-179,1],[179,1],[179,0]]]");
    let said = locate(&across, "id,lon,lat\np,180,0.5\n", &[]).2.unwrap();
    assert!(said.contains("feature 1") && said.contains("antimeridian"), "{said}");
}

#[test]
fn bench_says_nanoseconds() {
    let (out, _, error) = locate(TWO, "id,lon,lat\na,121.2,30.5\n", &["--bench"]);
    assert_eq!(error, None);
    let lines: Vec<&str> = out.lines().collect();
    assert!(
        lines.len() == 2 && lines.iter().all(|l| l.split_once(" ns").unwrap().0.parse::<f64>().unwrap() > 0.0),
        "{out}"
    );
}

/// Bytes changed, cut and doubled: read or refused, never a panic. `FUZZ_SECONDS` goes on for longer.
#[test]
fn damaged_geojson_is_read_or_refused() {
    let seconds: f64 = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(0.0);
    let began = std::time::Instant::now();
    let mut seed = 0;
    while seed < 2_000 || began.elapsed().as_secs_f64() < seconds {
        let told = Seed(seed);
        damaged(seed);
        drop(told);
        seed += 1;
    }
}

/// Says which round it was when one panics.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

fn damaged(seed: u64) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n.max(1)
    };
    let mut bytes =
        if seed.is_multiple_of(3) { TWO.replace('\n', "").replace("}},", "}}\n").into_bytes() } else { TWO.into() };
    for _ in 0..=below(6) {
        let (from, length) = (below(bytes.len()), below(40));
        let to = (from + length).min(bytes.len());
        match below(5) {
            0 => drop(bytes.drain(from..to)),
            1 => bytes.extend_from_within(from..to),
            2 => bytes.truncate(from),
            3 => bytes.splice(from..to, b"[[1e308,-0],null,\"type\",{}]".iter().copied()).for_each(drop),
            _ => bytes.iter_mut().skip(from).take(1).for_each(|b| *b = b"0123456789.eE-[]{},:\"nul\xff"[length % 25]),
        }
    }
    if let Ok(found) = areas::read(&bytes, None) {
        let index = fence::Index::new(found.areas.into_iter().map(|a| a.shape));
        for at in [[121.15, 30.15], [121.5, 30.5], [0.0, 0.0]] {
            let slow: Vec<u32> = index.areas().filter(|(_, s)| s.contains(at)).map(|(n, _)| n).collect();
            assert_eq!(index.containing(at), slow);
        }
    }
}

/// The district's own towns, where the data for development is at hand: no point in two of them, but for slivers.
#[test]
fn towns_of_a_real_district() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/areas/fengxian_towns_wgs84.geojson");
    let Ok(bytes) = std::fs::read(file) else { return };
    let found = areas::read(&bytes, None).unwrap();
    assert!(found.areas.len() >= 12);
    let index = fence::Index::new(found.areas.into_iter().map(|a| a.shape));
    let (mut inside, mut twice) = (0, 0);
    for n in 0..200 * 200 {
        let at = [121.35 + f64::from(n % 200) * 0.002, 30.75 + f64::from(n / 200) * 0.0015];
        let here = index.containing(at);
        let slow: Vec<u32> = index.areas().filter(|(_, s)| s.contains(at)).map(|(n, _)| n).collect();
        assert_eq!(here, slow);
        inside += usize::from(!here.is_empty());
        twice += usize::from(here.len() > 1);
    }
    assert!(inside > 10_000 && twice < inside / 100, "{inside} {twice}");
}
