//! OSM XML (wiki.openstreetmap.org/wiki/OSM_XML), also as editors save it, with what is marked as deleted, and as Overpass answers, with
//! the places of nodes inside of ways (`out geom`).

use super::gather::Gather;
use super::{E7, Kind, Member, OsmError, Relation, Tags, Way};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{BufReader, ErrorKind, Read};

/// The object that is being read.
enum Open {
    Node {
        id: i64,
        at: E7,
    },
    Way {
        id: i64,
        refs: Vec<i64>,
    },
    Relation {
        id: i64,
        members: Vec<Member>,
    },
    Deleted(Kind, i64),
    /// Nothing of ours.
    Passed,
}

type Attributes = Vec<(String, String)>;

/// Not generic: in a program built for debugging it is compiled here, with this crate's care, and takes 1 s instead of 7.
pub(super) fn read(from: &mut dyn Read, most: u64, to: &mut Gather) -> Result<(), OsmError> {
    let mut reader = Reader::from_reader(BufReader::new(from.take(most.saturating_add(1))));
    let mut buffer = Vec::new();
    let (mut depth, mut begun) = (0_u32, false);
    let mut open: Option<Open> = None;
    let mut remark = false;
    let mut tags: Vec<(String, String)> = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let at = reader.buffer_position();
        if at > most {
            return Err(OsmError::TooMuch { what: "bytes", limit: most });
        }
        let event = event.map_err(|e| wrong(&e, at))?;
        let (start, empty) = match &event {
            Event::Start(start) => (Some(start), false),
            Event::Empty(start) => (Some(start), true),
            _ => (None, false),
        };
        if let Some(start) = start {
            let name = start.name();
            let name = name.as_ref();
            if depth == 0 {
                let ours: bool = !begun && name == "osm";
                if !ours {
                    return Err(if begun {
                        OsmError::Damaged { at, what: "a second document" }
                    } else {
                        OsmError::Unknown
                    });
                }
                begun = true;
            }
            if depth == 1 {
                remark = name == "remark";
                open = Some(object(name, start).map_err(|what| OsmError::Damaged { at, what })?);
                tags.clear();
            } else if depth == 2 {
                inside(name, start, &mut open, &mut tags, to).map_err(|w| w.at(at))?;
            }
            depth += 1;
        }
        // Overpass answers with what it has when its time is up, and says so at the end.
        if let Event::Text(text) = &event
            && remark
            && depth == 2
            && text.contains("error")
        {
            return Err(OsmError::BrokenOff(text.trim().chars().take(120).collect()));
        }
        if empty || matches!(event, Event::End(_)) {
            depth = depth.saturating_sub(1);
            if depth == 1
                && let Some(object) = open.take()
            {
                close(object, &tags, to)?;
            }
        }
        if matches!(event, Event::Eof) {
            return match (begun, depth) {
                (true, 0) => Ok(()),
                (true, _) => Err(OsmError::Cut { at }),
                _ => Err(OsmError::Unknown),
            };
        }
    }
}

fn wrong(error: &quick_xml::Error, at: u64) -> OsmError {
    match error {
        quick_xml::Error::Io(e) if e.kind() == ErrorKind::UnexpectedEof => OsmError::Cut { at },
        quick_xml::Error::Io(e) => match e.kind() {
            ErrorKind::InvalidData | ErrorKind::InvalidInput => OsmError::Damaged { at, what: "it cannot be unpacked" },
            kind => OsmError::Io(kind),
        },
        _ => OsmError::Damaged { at, what: "this is no XML" },
    }
}

enum Inside {
    Damaged(&'static str),
    Other(OsmError),
}

impl Inside {
    fn at(self, at: u64) -> OsmError {
        match self {
            Self::Damaged(what) => OsmError::Damaged { at, what },
            Self::Other(error) => error,
        }
    }
}

fn attributes(start: &BytesStart) -> Result<Attributes, &'static str> {
    let mut all = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| "an attribute is broken")?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| "an attribute is broken")?;
        all.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(all)
}

fn get<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

fn number(attributes: &Attributes, name: &str) -> Result<i64, &'static str> {
    get(attributes, name).and_then(|v| v.trim().parse().ok()).ok_or("an id is missing or no number")
}

fn object(name: &str, start: &BytesStart) -> Result<Open, &'static str> {
    if !["node", "way", "relation"].contains(&name) {
        return Ok(Open::Passed);
    }
    let attributes = attributes(start)?;
    let id = number(&attributes, "id")?;
    if get(&attributes, "visible") == Some("false") || get(&attributes, "action") == Some("delete") {
        let kind = match name {
            "node" => Kind::Node,
            "way" => Kind::Way,
            _ => Kind::Relation,
        };
        return Ok(Open::Deleted(kind, id));
    }
    Ok(match name {
        "node" => Open::Node { id, at: place(&attributes).ok_or("a node lies outside of the world")? },
        "way" => Open::Way { id, refs: Vec::new() },
        _ => Open::Relation { id, members: Vec::new() },
    })
}

fn place(attributes: &Attributes) -> Option<E7> {
    let axis = |name, most: f64| {
        let degrees = get(attributes, name)?.trim().parse::<f64>().ok()?;
        (degrees.abs() <= most).then(|| (degrees * 1e7).round() as i32)
    };
    Some([axis("lon", 180.0)?, axis("lat", 90.0)?])
}

fn inside(
    name: &str,
    start: &BytesStart,
    open: &mut Option<Open>,
    tags: &mut Vec<(String, String)>,
    to: &mut Gather,
) -> Result<(), Inside> {
    let of = || attributes(start).map_err(Inside::Damaged);
    match (name, open) {
        (_, None | Some(Open::Passed | Open::Deleted(..))) => {}
        ("tag", _) => {
            let of = of()?;
            let (Some(key), Some(value)) = (get(&of, "k"), get(&of, "v")) else {
                return Err(Inside::Damaged("a tag without key or value"));
            };
            tags.push((key.to_owned(), value.to_owned()));
        }
        ("nd", Some(Open::Way { refs, .. })) => {
            to.reference().map_err(Inside::Other)?;
            let of = of()?;
            let id = number(&of, "ref").map_err(Inside::Damaged)?;
            refs.push(id);
            if let Some(at) = place(&of) {
                to.node(id, at, Tags::default()).map_err(Inside::Other)?;
            }
        }
        ("member", Some(Open::Relation { members, .. })) => {
            to.reference().map_err(Inside::Other)?;
            let of = of()?;
            let kind = match get(&of, "type") {
                Some("node") => Kind::Node,
                Some("way") => Kind::Way,
                Some("relation") => Kind::Relation,
                _ => return Err(Inside::Damaged("a member of a kind that does not exist")),
            };
            let id = number(&of, "ref").map_err(Inside::Damaged)?;
            members.push(Member { kind, id, role: to.word(get(&of, "role").unwrap_or_default()) });
        }
        _ => {}
    }
    Ok(())
}

fn close(object: Open, tags: &[(String, String)], to: &mut Gather) -> Result<(), OsmError> {
    let tags: Tags = to.tags(tags.iter().map(|(k, v)| (k.as_str(), v.as_str())))?;
    match object {
        Open::Node { id, at } => to.node(id, at, tags),
        Open::Way { id, refs } => to.way(Way { id, refs, tags }),
        Open::Relation { id, members } => to.relation(Relation { id, members, tags }),
        Open::Deleted(kind, id) => to.gone(kind, id),
        Open::Passed => Ok(()),
    }
}
