#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Open311 as programs of others see it: the client library `georeport` from PyPI against the built program, and no
//! secret of the demo in anything that anybody may read.

use e2e::{Demo, files};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The library as its requirements file says, installed once per content of that file.
fn python() -> PathBuf {
    let wanted = fs::read(files::root().join("tests/e2e/open311/requirements.txt")).expect("the requirements");
    let place = files::cache("georeport");
    let _one_at_a_time = files::lock("georeport");
    let python = place.join("venv/bin/python");
    let done = place.join("installed.txt");
    if fs::read(&done).ok().as_deref() != Some(&wanted) {
        let list = place.join("requirements.txt");
        fs::write(&list, &wanted).expect("copy the requirements");
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(place.join("venv")));
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&list));
        fs::write(&done, wanted).expect("note that the library is there");
    }
    python
}

fn run(command: &mut Command) {
    let out = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; ./dev setup installs Python"));
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{command:?}: {}\n{text}", out.status);
}

#[test]
fn the_client_library_georeport_finds_everything() {
    let demo = Demo::start();
    // A place that is surely in the district: where a listed request is.
    let listed: Value =
        serde_json::from_str(&demo.visitor().get("/open311/v2/requests.json").expect(200).text()).unwrap();
    let there =
        listed.as_array().and_then(|l| l.iter().find(|r| r["lat"].is_number())).expect("a request with a place");
    let form = format!(
        "service_code=lighting&lat={}&long={}&description={}&email=somebody%40mail.example&first_name=Some&last_name=Body",
        there["lat"],
        there["long"],
        e2e::http::encode("路灯不亮")
    );
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let sent = demo.visitor().send("POST", "/open311/v2/requests.json", &kind, form.as_bytes()).expect(200);
    let sent: Value = serde_json::from_str(&sent.text()).unwrap();
    let number = sent[0]["service_request_id"].as_str().expect("a number at once").to_owned();

    let host = demo.base().trim_start_matches("http://").split(':').next().unwrap_or_default().to_owned();
    let script = files::root().join("tests/e2e/open311/client.py");
    run(Command::new(python()).arg(script).arg(format!("{}/open311/v2", demo.base())).arg(host).arg(&number));

    // Nothing that anybody may read names anybody.
    let mut secrets: Vec<String> = vec!["somebody@mail.example".into(), "Some Body".into(), "BodySome".into()];
    let known = demo.links().get("secrets").and_then(Value::as_array).cloned().unwrap_or_default();
    secrets.extend(known.iter().filter_map(Value::as_str).map(str::to_owned));
    for path in
        ["requests.json?extensions=true", "requests.xml?extensions=true", "servicerequestupdates.xml", "services.xml"]
    {
        let text = demo.visitor().get(&format!("/open311/v2/{path}")).expect(200).text();
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{path} tells {secret:?}");
        }
    }
}
