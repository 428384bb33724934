#![allow(clippy::unwrap_used, reason = "tests")]
//! Maps of others in the browser: what `js/datum.js` gives is what the kernel gives, and there and back is the same place.

use kernel::{Datum, Point};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// 0.1 m is required; 1e-9 degrees are 0.1 mm.
const NEAR: f64 = 1e-9;

/// Runs the module in Node.js over these places: for each where it lies in GCJ-02, and that back again.
fn in_the_browser(places: &[(f64, f64)]) -> Vec<[[f64; 2]; 2]> {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("js/datum.js");
    // As text, so that Node.js need not be told that a .js file is a module.
    let script = std::fs::read_to_string(module).unwrap()
        + "const d = datum('gcj02');
           let text = '';
           for await (const part of process.stdin) text += part;
           console.log(JSON.stringify(JSON.parse(text).map((p) => [d.to(p), d.from(d.to(p))])));";
    let mut node = Command::new("node")
        .args(["--input-type=module", "--eval", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js, as for the build");
    node.stdin.take().unwrap().write_all(serde_json::to_string(places).unwrap().as_bytes()).unwrap();
    let out = node.wait_with_output().unwrap();
    assert!(out.status.success());
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn the_browser_shifts_as_the_kernel_does() {
    let mut places =
        vec![(121.4737, 31.2304), (87.6168, 43.8256), (73.5, 39.5), (105.0, 35.0), (139.69, 35.69), (2.35, 48.85)];
    places.extend(
        (0..40).flat_map(|i| (0..40).map(move |j| (121.36 + 0.01 * f64::from(i), 30.80 + 0.005 * f64::from(j)))),
    );
    let found = in_the_browser(&places);
    assert_eq!(found.len(), places.len());
    for (&(lon, lat), [there, back]) in places.iter().zip(found) {
        let (x, y) = Datum::Gcj02.from_wgs84(Point::new(lon, lat).unwrap());
        assert!((there[0] - x).abs() < NEAR && (there[1] - y).abs() < NEAR, "{lon},{lat}: {there:?} is not {x},{y}");
        assert!((back[0] - lon).abs() < NEAR && (back[1] - lat).abs() < NEAR, "{lon},{lat} came back as {back:?}");
    }
}

/// `load` gives what is in the datum of the map already, what stands on a page is not: moved twice, a search lies a kilometre off.
#[test]
fn what_is_fetched_is_moved_once_and_what_a_page_holds_is_moved() {
    let js = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    for file in std::fs::read_dir(js).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for twice in ["drawable(await load", "laid(await load", "moved(await load"] {
            assert!(!text.contains(twice), "{}: {twice}", path.display());
        }
        for given in ["JSON.parse(el.dataset.given)", "JSON.parse(given)"] {
            let moved = text.matches(&format!("laid({given})")).count();
            assert_eq!(text.matches(given).count(), moved, "{}: {given}", path.display());
        }
    }
}
