#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Open311 as programs of others see it: the client library `georeport` from PyPI against the built program, and no
//! secret of the demo in anything that anybody may read.

use e2e::{Demo, files, python};
use serde_json::Value;
use std::process::Command;

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
    let library = python::with_requirements("open311");
    python::run(Command::new(library).arg(script).arg(format!("{}/open311/v2", demo.base())).arg(host).arg(&number));

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
