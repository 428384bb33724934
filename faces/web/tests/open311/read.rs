//! Discovery, services, reading requests.

use crate::site::{HERE, Site};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

/// What the published JSON schemas of GeoReport v2 (open311/schema-validation) ask of an object: (field, type, required).
fn fits(item: &Value, fields: &[(&str, &str, bool)]) {
    for (name, kind, required) in fields {
        let value = &item[*name];
        let fine = match *kind {
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_i64(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            // An instant with its offset.
            "date-time" => value.as_str().is_some_and(|t| kernel::Moment::parse_rfc3339(t).is_ok()),
            other => panic!("{other}"),
        };
        // The specification's own examples say null where there is nothing.
        assert!(fine || (!required && value.is_null()), "{name} of {item}");
    }
}

const REQUEST: &[(&str, &str, bool)] = &[
    ("service_request_id", "string", true),
    ("status", "string", true),
    ("status_notes", "string", false),
    ("service_name", "string", true),
    ("service_code", "string", true),
    ("description", "string", false),
    ("agency_responsible", "string", false),
    ("service_notice", "string", false),
    ("requested_datetime", "date-time", true),
    ("updated_datetime", "date-time", true),
    ("expected_datetime", "date-time", false),
    ("address", "string", false),
    ("address_id", "string", false),
    ("zipcode", "string", false),
    ("lat", "number", false),
    ("long", "number", false),
    ("media_url", "string", false),
];

#[test]
fn discovery_says_where_and_in_which_formats() {
    let site = Site::new();
    let found = site.get("discovery.json").json();
    fits(
        &found,
        &[
            ("changeset", "string", true),
            ("contact", "string", true),
            ("key_service", "string", true),
            ("endpoints", "array", true),
        ],
    );
    let first = &found["endpoints"][0];
    assert_eq!(first["specification"], "http://wiki.open311.org/GeoReport_v2");
    assert_eq!(first["url"], "https://www.helin.example/open311/v2");
    assert_eq!(first["type"], "production");
    assert_eq!(first["formats"], json!(["text/xml", "application/json"]));
    assert_eq!(found["endpoints"][1]["url"], "https://www.helin.example/en/open311/v2");
    let xml = site.get("discovery.xml");
    assert_eq!(xml.header("content-type"), "text/xml; charset=utf-8");
    for part in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<discovery><changeset>",
        "<endpoints><endpoint><specification>",
        "<formats><format>text/xml</format>",
    ] {
        assert!(xml.text.contains(part), "{part} in {}", xml.text);
    }
}

#[test]
fn services_are_the_classes_without_emergencies() {
    let site = Site::new();
    let services = site.get("services.json?jurisdiction_id=helin.example").json();
    let list = services.as_array().unwrap();
    assert!(list.len() > 10);
    for service in list {
        fits(
            service,
            &[
                ("service_code", "string", true),
                ("service_name", "string", true),
                ("description", "string", true),
                ("metadata", "boolean", true),
                ("type", "string", true),
                ("keywords", "string", true),
                ("group", "string", true),
            ],
        );
        assert_eq!(service["type"], "realtime");
        assert_ne!(service["service_code"], "danger-now");
    }
    assert_eq!(list[0]["service_code"], "environment", "public ones first");
    assert!(list[0]["description"].as_str().unwrap().contains("会公开"));
    let quarrel = list.iter().find(|s| s["service_code"] == "dispute").unwrap();
    assert!(quarrel["description"].as_str().unwrap().contains("不公开"));
    let xml = site.get("services.xml");
    assert!(
        xml.text.contains(
            "<services><service><service_code>environment</service_code><service_name>环境卫生</service_name>"
        )
    );
    // Without a format in the path the header decides; XML is what the specification requires.
    let with = |accept: &str| {
        let request = Request::get("/open311/v2/services").header(header::ACCEPT, accept);
        site.send(request.body(Body::empty()).unwrap()).header("content-type").to_owned()
    };
    assert_eq!(with("application/json"), "application/json; charset=utf-8");
    assert_eq!(with("*/*"), "text/xml; charset=utf-8");
    // English under its own address.
    let english = site.send(Request::get("/en/open311/v2/services.json").body(Body::empty()).unwrap()).json();
    assert_eq!(english[0]["service_name"], "Cleanliness");
}

#[test]
fn definitions_say_what_can_be_answered() {
    let site = Site::new();
    let found = site.get("services/lighting.json").json();
    assert_eq!(found["service_code"], "lighting");
    let attributes = found["attributes"].as_array().unwrap();
    for attribute in attributes {
        fits(
            attribute,
            &[
                ("variable", "boolean", true),
                ("code", "string", true),
                ("datatype", "string", true),
                ("required", "boolean", true),
                ("datatype_description", "string", false),
                ("order", "integer", true),
                ("description", "string", true),
                ("values", "array", true),
            ],
        );
    }
    let by = attributes.iter().find(|a| a["code"] == "answer_by").unwrap();
    let keys: Vec<&str> = by["values"].as_array().unwrap().iter().map(|v| v["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["page", "email", "phone"]);
    let emergency = site.get("services/danger-now.json").text;
    assert!(emergency.contains("110") && emergency.contains("119"), "says whom to call: {emergency}");
    assert!(site.get("services/lighting.xml").text.contains("<values><value><key>page</key><name>"));
    site.get("services/unknown.json").refused(404);
}

#[test]
fn a_new_request_is_readable_at_once_and_names_nobody() {
    let site = Site::new();
    let number = site.raise(&format!(
        "service_code=lighting&{HERE}&address_string=青禾路&description=灯不亮 13812345678，sharp%26 %3Cb%3E&\
         email=a@b.example&first_name=明&last_name=王&phone=021+0571+0177&device_id=d1&account_id=a1"
    ));
    let one = site.get(&format!("requests/{number}.json")).only();
    fits(&one, REQUEST);
    assert_eq!((one["status"].as_str(), one["service_code"].as_str()), (Some("open"), Some("lighting")));
    assert_eq!((one["lat"].as_f64(), one["long"].as_f64()), (Some(30.92), Some(121.47)));
    assert_eq!(one["requested_datetime"], "2026-06-29T14:00:00+08:00");
    assert!(one["description"].as_str().unwrap().starts_with("灯不亮"), "{one}");
    assert!(!one["expected_datetime"].is_null());
    assert_eq!(site.get("requests.json").only(), one, "the list says the same");
    for path in [
        "requests.json?extensions=true",
        "requests.xml",
        &format!("requests/{number}.xml"),
        "servicerequestupdates.xml",
    ] {
        let text = site.get(path).text;
        for secret in ["13812345678", "02105710177", "021 0571", "a@b.example", "王明", "d1<", "a1<"] {
            assert!(!text.contains(secret), "{secret} in {path}: {text}");
        }
    }
    let xml = site.get(&format!("requests/{number}.xml")).text;
    assert!(xml.contains(&format!(
        "<service_requests><request><service_request_id>{number}</service_request_id><status>open</status>"
    )));
    assert!(xml.contains("sharp&amp; &lt;b&gt;"), "{xml}");
    site.get("requests/HQ-2026-99999.json").refused(404);
    let by_token = site.get(&format!("tokens/{number}.json")).only();
    assert_eq!(by_token, json!({ "service_request_id": number, "token": number }));
    site.get("tokens/nothing.json").refused(404);
}

#[test]
fn what_is_not_public_says_so() {
    let site = Site::new();
    let number = site.raise(&format!("service_code=dispute&{HERE}&description=楼上太吵"));
    assert_eq!(site.get("requests.json").json(), json!([]));
    let one = site.get(&format!("requests/{number}.json?extensions=true")).only();
    fits(&one, REQUEST);
    assert!(one["status_notes"].as_str().unwrap().contains("不公开"), "{one}");
    for field in ["description", "address", "address_id", "lat", "long"] {
        assert!(one[field].is_null(), "{field}");
    }
    assert_eq!(one["extended_attributes"]["withheld"], true);
    assert_eq!(site.get(&format!("requests.json?service_request_id={number}")).only()["service_request_id"], *number);
}

#[test]
fn extensions_tell_the_finer_status_and_the_steps() {
    let site = Site::new();
    let number = site.raise(&format!("service_code=lighting&{HERE}&description=灯不亮"));
    let plain = site.get(&format!("requests/{number}.json")).only();
    assert!(plain.get("extended_attributes").is_none() && plain.get("notes").is_none());
    let more = site.get(&format!("requests/{number}.json?extensions=true")).only();
    assert_eq!(more["extended_attributes"]["status"], "open");
    assert_eq!(more["extended_attributes"]["state"], "received");
    assert_eq!(more["notes"][0]["datetime"], "2026-06-29T14:00:00+08:00");
    assert!(site.get("requests.xml?extensions=true").text.contains("<notes><note><datetime>"));
    site.get("requests.json?extensions=perhaps").refused(400);
}

#[test]
fn filters_narrow_and_nonsense_is_refused() {
    let site = Site::new();
    let lamp = site.raise(&format!("service_code=lighting&{HERE}&description=一"));
    site.world.house.clock.advance_secs(86_400);
    let lift = site.raise(&format!("service_code=lift&{HERE}&description=二"));
    let numbers = |query: &str| -> Vec<String> {
        let reply = site.get(&format!("requests.json?{query}"));
        assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text);
        let list = reply.json();
        list.as_array().unwrap().iter().map(|r| r["service_request_id"].as_str().unwrap().to_owned()).collect()
    };
    let only = |number: &String| vec![number.clone()];
    let both = vec![lift.clone(), lamp.clone()];
    for query in
        ["", "status=open", "status=open,closed", "service_code=lift,lighting", "service_code=&status=", "unknown=1"]
    {
        assert_eq!(numbers(query), both, "{query}");
    }
    assert_eq!(numbers("status=closed"), Vec::<String>::new());
    assert_eq!(numbers("service_code=lift"), only(&lift));
    assert_eq!(numbers("start_date=2026-06-30"), only(&lift));
    assert_eq!(numbers("end_date=2026-06-29T23:59:59%2B08:00"), only(&lamp));
    assert_eq!(numbers("start_date=2026-06-29T06:00:00Z&end_date=2026-06-29T07:00:00Z"), only(&lamp));
    assert_eq!(numbers("updated_after=2026-06-30T00:00:00Z"), only(&lift));
    assert_eq!(numbers("page_size=1"), only(&lift));
    assert_eq!(numbers("page_size=1&page=2"), only(&lamp));
    assert_eq!(numbers("page_size=1&page=3"), Vec::<String>::new());
    assert_eq!(numbers(&format!("service_request_id={lamp},HQ-1&status=closed")), [lamp], "overrides everything else");
    for bad in [
        "status=done",
        "service_code=nothing",
        "start_date=yesterday",
        "start_date=2026-06-29T06:00:00",
        "start_date=2026-01-01&end_date=2026-06-01",
        "start_date=2026-06-02&end_date=2026-06-01",
        "page=0",
        "page=-1",
        "page=x",
        "page_size=0",
        "page_size=1001",
        "page=99999&page_size=1000",
        "updated_after=x",
        "q=%FF",
    ] {
        site.get(&format!("requests.json?{bad}")).refused(400);
    }
}

#[test]
fn a_jurisdiction_that_is_not_ours_is_not_found() {
    let site = Site::new();
    for ours in ["helin.example", "www.helin.example", "HELIN.example", "310199", ""] {
        assert_eq!(site.get(&format!("services.json?jurisdiction_id={ours}")).status, StatusCode::OK, "{ours}");
    }
    let words = site.get("services.json?jurisdiction_id=city.gov").refused(404);
    assert!(words.contains("jurisdiction_id"));
    for path in
        ["requests.json", "services/lighting.json", "tokens/1.json", "discovery.json", "servicerequestupdates.json"]
    {
        site.get(&format!("{path}?jurisdiction_id=city.gov")).refused(404);
    }
    site.post("requests.json", &format!("jurisdiction_id=city.gov&service_code=lighting&{HERE}")).refused(404);
}

#[test]
fn errors_come_in_the_format_asked_for_and_other_sites_may_read() {
    let site = Site::new();
    let xml = site.get("services/unknown.xml");
    assert_eq!((xml.status, xml.header("content-type")), (StatusCode::NOT_FOUND, "text/xml; charset=utf-8"));
    assert!(xml.text.contains("<errors><error><code>404</code><description>"), "{}", xml.text);
    for (path, status) in [("services.json", 200), ("nothing.json", 404), ("requests.json?status=x", 400)] {
        let reply = site.get(path);
        assert_eq!(reply.status.as_u16(), status);
        assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin", "{path}");
    }
    let posted = site.post("services.json", "");
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(posted.json()[0]["code"], 405);
    assert_eq!(posted.header("access-control-allow-origin"), "", "only reading is open to other sites");
    let foreign = Request::post("/open311/v2/requests.json").header("sec-fetch-site", "cross-site");
    let _ = site.send(foreign.body(Body::empty()).unwrap()).refused(400);
}
