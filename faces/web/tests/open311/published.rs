//! The published examples of GeoReport v2, quoted, and what is served here beside them.
//!
//! Source: <https://wiki.open311.org/GeoReport_v2>, "Example response" of each method. Of examples that list several items
//! the first one stands here. The JSON beside each is no JSON in the source (`"service_code":001`), so names are compared
//! by the XML, and with JSON by the rule of the specification that both say the same. The tables of the same page say which
//! fields may be missing. The schemas of open311/schema-validation carry no licence that would let them lie in this tree;
//! `read.rs` holds their types as a table of its own.

use crate::site::{HERE, Site};
use axum::http::StatusCode;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use std::collections::BTreeSet;

const SERVICES: &str = r#"<?xml version="1.0" encoding="utf-8"?>
    <services>
        <service>
            <service_code>001</service_code>
            <service_name>Cans left out 24x7</service_name>
            <description>Garbage or recycling cans that have been left out for more than 24 hours after collection. Violators will be cited.</description>
            <metadata>true</metadata>
            <type>realtime</type>
            <keywords>lorem, ipsum, dolor</keywords>
            <group>sanitation</group>
        </service>
    </services>"#;

const DEFINITION: &str = r#"<?xml version="1.0" encoding="utf-8"?>
    <service_definition>
        <service_code>DMV66</service_code>
        <attributes>
            <attribute>
                <variable>true</variable>
                <code>WHISHETN</code>
                <datatype>singlevaluelist</datatype>
                <required>true</required>
                <datatype_description></datatype_description>
                <order>1</order>
                <description>What is the ticket/tag/DL number?</description>
                <values>
                    <value>
                        <key>123</key>
                        <name>Ford</name>
                    </value>
                    <value>
                        <key>124</key>
                        <name>Chrysler</name>
                    </value>
                </values>
            </attribute>
        </attributes>
    </service_definition>"#;

const POSTED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
    <service_requests>
        <request>
            <service_request_id>293944</service_request_id>
            <service_notice>
                The City will inspect and require the responsible party to correct within 24 hours and/or issue a Correction Notice or Notice of Violation of the Public Works Code
            </service_notice>
            <account_id/>
        </request>
    </service_requests>"#;

const REQUESTS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
    <service_requests>
        <request>
            <service_request_id>638344</service_request_id>
            <status>closed</status>
            <status_notes>Duplicate request.</status_notes>
            <service_name>Sidewalk and Curb Issues</service_name>
            <service_code>006</service_code>
            <description></description>
            <agency_responsible></agency_responsible>
            <service_notice></service_notice>
            <requested_datetime>2010-04-14T06:37:38-08:00</requested_datetime>
            <updated_datetime>2010-04-14T06:37:38-08:00</updated_datetime>
            <expected_datetime>2010-04-15T06:37:38-08:00</expected_datetime>
            <address>8TH AVE and JUDAH ST</address>
            <address_id>545483</address_id>
            <zipcode>94122</zipcode>
            <lat>37.762221815</lat>
            <long>-122.4651145</long>
            <media_url>http://city.gov.s3.amazonaws.com/requests/media/638344.jpg </media_url>
        </request>
    </service_requests>"#;

/// Names of all elements with those around them.
fn names(xml: &str) -> BTreeSet<String> {
    let mut reader = Reader::from_str(xml);
    let (mut open, mut found) = (Vec::<String>::new(), BTreeSet::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) => {
                open.push(e.name().as_ref().to_owned());
                found.insert(open.join("/"));
            }
            Event::Empty(e) => {
                found.insert(format!("{}/{}", open.join("/"), e.name().as_ref()));
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// Names of a JSON object; the same as the children of its element.
fn keys(item: &Value) -> BTreeSet<String> {
    item.as_object().unwrap().keys().cloned().collect()
}

fn children(all: &BTreeSet<String>, of: &str) -> BTreeSet<String> {
    let inside = all.iter().filter_map(|path| path.strip_prefix(of)?.strip_prefix('/'));
    inside.filter(|rest| !rest.contains('/')).map(str::to_owned).collect()
}

#[test]
fn services_look_as_published() {
    let site = Site::new();
    let published = names(SERVICES);
    let served = names(&site.get("services.xml").text);
    assert_eq!(served, published);
    let list = site.get("services.json").json();
    assert_eq!(keys(&list[0]), children(&published, "services/service"));
}

#[test]
fn a_definition_looks_as_published() {
    let site = Site::new();
    let published = names(DEFINITION);
    let list = site.get("services.json").json();
    let code =
        list.as_array().unwrap().iter().find(|s| s["metadata"] == true).unwrap()["service_code"].as_str().unwrap();
    let served = names(&site.get(&format!("services/{code}.xml")).text);
    assert_eq!(served, published);
    let one = site.get(&format!("services/{code}.json")).json();
    assert_eq!(keys(&one), children(&published, "service_definition"));
    assert_eq!(keys(&one["attributes"][0]), children(&published, "service_definition/attributes/attribute"));
}

#[test]
fn requests_look_as_published() {
    let site = Site::new();
    let posted = site.post("requests.xml", &format!("service_code=lighting&description=dark&{HERE}"));
    let published = names(POSTED);
    assert_eq!(names(&posted.text), published);
    let posted = site.post("requests.json", &format!("service_code=lighting&description=dark+too&{HERE}")).only();
    assert_eq!(keys(&posted), children(&published, "service_requests/request"));
    let published = names(REQUESTS);
    let id = posted["service_request_id"].as_str().unwrap();
    for path in ["requests".to_owned(), format!("requests/{id}")] {
        assert_eq!(names(&site.get(&format!("{path}.xml")).text), published, "{path}");
        let first = site.get(&format!("{path}.json")).json()[0].clone();
        assert_eq!(keys(&first), children(&published, "service_requests/request"), "{path}");
    }
}

const ERRORS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<errors>
    <error>
        <code>403</code>
        <description>Invalid api_key received -- can't proceed with create_request.</description>
    </error>
</errors>"#;

#[test]
fn errors_look_as_published() {
    let site = Site::new();
    let form = format!("api_key=nothing&service_code=lighting&description=dark&{HERE}");
    let (xml, json) = (site.post("requests.xml", &form), site.post("requests.json", &form));
    assert_eq!((xml.status, json.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN), "{}", xml.text);
    assert_eq!(names(&xml.text), names(ERRORS));
    let said = json.json();
    assert_eq!(keys(&said[0]), children(&names(ERRORS), "errors/error"));
    assert_eq!(said[0]["code"], 403, "a number, as in the example");
}
