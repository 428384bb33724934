//! The rules of the schema CAP-v1.2.xsd (OASIS Standard, 1 July 2010): elements, order, counts, value lists and patterns, written
//! down here, and a message read to be held against them.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element with its text and children.
#[derive(Debug, Default)]
pub struct Node {
    pub name: String,
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |c| c.name == name)
    }
    pub fn get(&self, name: &str) -> &str {
        self.children.iter().find(|c| c.name == name).map_or("", |n| n.text.as_str())
    }
}

pub fn parse(text: &str) -> Node {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                open.push(Node { name, ..Node::default() });
            }
            Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                open.last_mut().unwrap().children.push(Node { name, ..Node::default() });
            }
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
            Event::GeneralRef(r) => {
                let c = match r.as_ref() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    other => panic!("&{other};"),
                };
                open.last_mut().unwrap().text.push(c);
            }
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.pop().unwrap();
    assert!(open.is_empty() && root.children.len() == 1);
    root.children.pop().unwrap()
}

/// A sequence of the schema: (element, at least, at most).
pub type Sequence = &'static [(&'static str, usize, usize)];
pub const MANY: usize = usize::MAX;

pub const ALERT: Sequence = &[
    ("identifier", 1, 1),
    ("sender", 1, 1),
    ("sent", 1, 1),
    ("status", 1, 1),
    ("msgType", 1, 1),
    ("source", 0, 1),
    ("scope", 1, 1),
    ("restriction", 0, 1),
    ("addresses", 0, 1),
    ("code", 0, MANY),
    ("note", 0, 1),
    ("references", 0, 1),
    ("incidents", 0, 1),
    ("info", 0, MANY),
];
pub const INFO: Sequence = &[
    ("language", 0, 1),
    ("category", 1, MANY),
    ("event", 1, 1),
    ("responseType", 0, MANY),
    ("urgency", 1, 1),
    ("severity", 1, 1),
    ("certainty", 1, 1),
    ("audience", 0, 1),
    ("eventCode", 0, MANY),
    ("effective", 0, 1),
    ("onset", 0, 1),
    ("expires", 0, 1),
    ("senderName", 0, 1),
    ("headline", 0, 1),
    ("description", 0, 1),
    ("instruction", 0, 1),
    ("web", 0, 1),
    ("contact", 0, 1),
    ("parameter", 0, MANY),
    ("resource", 0, MANY),
    ("area", 0, MANY),
];
pub const AREA: Sequence = &[
    ("areaDesc", 1, 1),
    ("polygon", 0, MANY),
    ("circle", 0, MANY),
    ("geocode", 0, MANY),
    ("altitude", 0, 1),
    ("ceiling", 0, 1),
];
pub const GEOCODE: Sequence = &[("valueName", 1, 1), ("value", 1, 1)];

/// Order and counts of an element's children.
pub fn sequence(node: &Node, rules: Sequence) {
    let mut at = 0;
    for child in &node.children {
        let found = rules.iter().position(|(name, _, _)| *name == child.name);
        let found = found.unwrap_or_else(|| panic!("<{}> does not belong into <{}>", child.name, node.name));
        assert!(found >= at, "<{}> stands too late in <{}>", child.name, node.name);
        at = found;
    }
    for (name, least, most) in rules {
        let count = node.all(name).count();
        assert!(count >= *least && count <= *most, "{count} times <{name}> in <{}>", node.name);
    }
}

pub fn one_of(node: &Node, name: &str, values: &[&str]) {
    for found in node.all(name) {
        assert!(values.contains(&found.text.as_str()), "<{name}> is {:?}", found.text);
    }
}

/// `\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d`
pub fn date_time(node: &Node, name: &str) {
    for found in node.all(name) {
        let shape: String = found.text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
        assert!(["9999-99-99T99:99:99+99:99", "9999-99-99T99:99:99-99:99"].contains(&shape.as_str()), "{shape}");
        kernel::Moment::parse_rfc3339(&found.text).unwrap();
    }
}

pub fn plain(text: &str) {
    assert!(!text.is_empty() && !text.contains([' ', ',', '<', '&']), "{text:?}");
}

pub fn pair(text: &str) -> (f64, f64) {
    let (lat, lon) = text.split_once(',').unwrap();
    let (lat, lon): (f64, f64) = (lat.parse().unwrap(), lon.parse().unwrap());
    assert!((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon), "{text}");
    (lat, lon)
}

/// Every rule of the schema, those of the specification that a schema cannot say, and those of our own.
pub fn valid(text: &str) -> Node {
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    let alert = by_the_standard(text);
    for info in alert.all("info") {
        assert!(info.get("web").starts_with("https://"));
        let circles = info.all("area").flat_map(|area| area.all("circle"));
        circles.for_each(|circle| assert!(!circle.text.ends_with(" 0"), "a point is no area"));
    }
    alert
}

pub fn by_the_standard(text: &str) -> Node {
    // The standard's own examples put blanks around the sign.
    assert!(text.replace(" = ", "=").contains("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">"));
    let alert = parse(text);
    assert_eq!(alert.name, "alert");
    sequence(&alert, ALERT);
    plain(alert.get("identifier"));
    plain(alert.get("sender"));
    date_time(&alert, "sent");
    one_of(&alert, "status", &["Actual", "Exercise", "System", "Test", "Draft"]);
    one_of(&alert, "msgType", &["Alert", "Update", "Cancel", "Ack", "Error"]);
    one_of(&alert, "scope", &["Public", "Restricted", "Private"]);
    for reference in alert.get("references").split_whitespace() {
        let parts: Vec<&str> = reference.split(',').collect();
        assert_eq!(parts.len(), 3, "sender,identifier,sent");
        plain(parts[0]);
        plain(parts[1]);
    }
    for info in alert.all("info") {
        sequence(info, INFO);
        one_of(
            info,
            "category",
            &[
                "Geo",
                "Met",
                "Safety",
                "Security",
                "Rescue",
                "Fire",
                "Health",
                "Env",
                "Transport",
                "Infra",
                "CBRNE",
                "Other",
            ],
        );
        one_of(info, "urgency", &["Immediate", "Expected", "Future", "Past", "Unknown"]);
        one_of(info, "severity", &["Extreme", "Severe", "Moderate", "Minor", "Unknown"]);
        one_of(info, "certainty", &["Observed", "Likely", "Possible", "Unlikely", "Unknown"]);
        for name in ["effective", "onset", "expires"] {
            date_time(info, name);
        }
        for area in info.all("area") {
            sequence(area, AREA);
            area.all("geocode").for_each(|code| sequence(code, GEOCODE));
            for polygon in area.all("polygon") {
                let points: Vec<_> = polygon.text.split(' ').map(pair).collect();
                assert!(points.len() >= 4 && points.first() == points.last(), "closed, four points at least");
            }
            for circle in area.all("circle") {
                let (centre, radius) = circle.text.split_once(' ').unwrap();
                pair(centre);
                assert!(radius.parse::<f64>().unwrap() >= 0.0);
            }
        }
    }
    alert
}
